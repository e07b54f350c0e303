//! [`Gateway`]: the one place where SDK clients are made.
//!
//! Making a gateway touches neither files nor the network; the first question about a profile loads what it needs.

mod config;
mod identity;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};

use arcstr::ArcStr;
use aws_credential_types::Credentials;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use tokio::sync::OnceCell;

use super::clients::{AnyClient, ClientContext};
use super::connector::{Chain, Network};
use super::credentials::profiles::Profiles;
use super::credentials::prompt::Prompts;
use super::credentials::report::Report;
use super::credentials::ways::SignIn;
use super::credentials::{report, sso};
use super::egress::Egress;
use super::guard::{Declared, ReadOnly};
use super::meter::CallMeter;
use super::programs::Programs;
use super::session::Session;
use crate::base::{Clock, Fault, FaultKind, Scope, Time};
use crate::model::operation::{Operation, Service};

pub use config::{GatewayConfig, ProfileSel};
pub use identity::{GET_CALLER_IDENTITY, Identity};

/// The gateway to AWS. Cheap to clone; the clones are one gateway.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    config: Settings,
    declared: Arc<Declared>,
    read_only: ReadOnly,
    network: Network,
    meter: CallMeter,
    mint_taken: AtomicBool,
    profiles: HashMap<ArcStr, PerProfile>,
}

pub(super) struct Settings {
    pub(super) region: Option<String>,
    pub(super) endpoint_url: Option<String>,
    pub(super) sandbox: bool,
    /// Profiles whose instances may be connected to in read-only mode.
    pub(super) connects: HashSet<String>,
    pub(super) programs: Option<Arc<dyn Programs>>,
    pub(super) clock: Clock,
    pub(super) prompts: Option<Prompts>,
    pub(super) sleep: SharedAsyncSleep,
}

struct PerProfile {
    selection: ProfileSel,
    /// Whether the run was started with it; others wait until they are asked for.
    in_use: bool,
    read_only: ReadOnly,
    session: OnceCell<Arc<Session>>,
    clients: Mutex<HashMap<(Service, ArcStr), AnyClient>>,
    identity: tokio::sync::Mutex<Option<(u64, Identity)>>,
    generation: AtomicU64,
}

impl Gateway {
    /// Makes the gateway. No file is read and nothing is sent before the first question.
    pub fn new(config: GatewayConfig) -> Gateway {
        let mut operations = config.operations;
        operations.extend([&GET_CALLER_IDENTITY, &super::denial::DECODE_AUTHORIZATION_MESSAGE]);
        let declared = operations.into_iter().map(|op| ((op.service.sdk_id(), op.name), op)).collect();
        let mut selections = config.profiles;
        if selections.is_empty() {
            selections.push(ProfileSel::DefaultChain);
        }
        let read_only = ReadOnly::default();
        if config.read_only {
            read_only.on();
        }
        let in_use = selections.len();
        selections.extend(config.others);
        let profiles = selections.into_iter().enumerate().map(|(at, selection)| {
            let name = if config.sandbox { sandbox_name(&selection) } else { selection.scope_name() };
            let own = ReadOnly::default();
            if config.read_only_profiles.contains(name.as_str()) {
                own.on();
            }
            (name, PerProfile::new(selection, at < in_use, own))
        });
        // The first of a name stays: it is the one that was named.
        let mut by_name: HashMap<ArcStr, PerProfile> = HashMap::new();
        for (name, profile) in profiles {
            by_name.entry(name).or_insert(profile);
        }
        Gateway(Arc::new(Inner {
            profiles: by_name,
            declared: Arc::new(declared),
            read_only,
            network: Network::new(config.http),
            mint_taken: AtomicBool::new(false),
            meter: CallMeter::new(config.clock.clone(), config.on_call),
            config: Settings {
                region: config.region,
                endpoint_url: config.endpoint_url,
                sandbox: config.sandbox,
                connects: config.connects,
                programs: config.programs,
                clock: config.clock,
                prompts: config.prompts,
                sleep: config.sleep.unwrap_or_else(|| SharedAsyncSleep::new(TokioSleep::new())),
            },
        }))
    }

    /// The profiles in use, by the names that scopes carry, in order.
    pub fn profiles_in_use(&self) -> Vec<ArcStr> {
        self.names(true)
    }

    /// The other profiles that it knows, in order: nothing is read of them before they are asked for.
    pub fn other_profiles(&self) -> Vec<ArcStr> {
        self.names(false)
    }

    fn names(&self, in_use: bool) -> Vec<ArcStr> {
        let mut names: Vec<ArcStr> =
            self.0.profiles.iter().filter(|(_, p)| p.in_use == in_use).map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }

    /// The profiles of the AWS configuration files, for [`GatewayConfig::others`].
    ///
    /// # Errors
    /// As [`Gateway::profiles`].
    pub async fn known_profiles() -> Result<Vec<ProfileSel>, Fault> {
        Ok(Profiles::read().await?.names().into_iter().map(ProfileSel::Named).collect())
    }

    /// The name for `--profile` in CLI text, if the user named one.
    pub fn profile_flag(&self, profile: &str) -> Option<&str> {
        self.0.profiles.get(profile)?.selection.flag()
    }

    /// Who names the profile: `--profile` or a variable. `None`: nobody does.
    pub fn profile_named_by(&self, profile: &str) -> Option<&'static str> {
        self.0.profiles.get(profile).filter(|_| !self.0.config.sandbox)?.selection.named_by()
    }

    /// What to say where the environment names two profiles at once.
    pub fn profile_disagreement(&self) -> Option<String> {
        self.0.profiles.values().filter(|p| p.in_use && !self.0.config.sandbox).find_map(|p| p.selection.disagreement())
    }

    /// The door for what is no call of AWS's API.
    pub(super) fn egress(&self) -> Egress<'static> {
        Egress::new(self.0.read_only.clone())
    }

    /// Whether this is the embedded account: nothing leaves.
    pub(super) fn is_sandbox(&self) -> bool {
        self.0.config.sandbox
    }

    /// Whether writes of this profile are refused.
    pub fn is_read_only(&self, profile: &str) -> bool {
        self.0.read_only.is_on() || self.0.profiles.get(profile).is_none_or(|p| p.read_only.is_on())
    }

    /// Whether a program may be started to connect to an instance of this profile: in read-only mode only where the settings say so.
    ///
    /// # Errors
    /// Why not: it is not declared, or read-only mode refuses it. In the embedded account nothing is started either way, but for its simulated shell.
    pub fn may_start(&self, program: &str, profile: &str) -> Result<(), Fault> {
        let allowed = self.0.config.connects.contains(profile);
        super::egress::may_start(program, self.is_read_only(profile) && !allowed)
    }

    /// Whether a program may be started that changes something on an instance: never in read-only mode, whatever the settings say of connecting.
    pub(super) fn may_start_to_change(&self, program: &str, scope: &Scope) -> Result<(), Fault> {
        let read_only = scope.profile().is_none_or(|profile| self.is_read_only(profile));
        super::egress::may_start(program, read_only)
    }

    /// Who stands in for programs of this machine.
    pub(super) fn programs(&self) -> Option<&Arc<dyn Programs>> {
        self.0.config.programs.as_ref()
    }

    /// Makes the whole run read-only. There is no way back.
    pub fn set_read_only(&self) {
        self.0.read_only.on();
    }

    /// Calls of the last minute.
    pub fn meter(&self) -> &CallMeter {
        &self.0.meter
    }

    /// The clock that the gateway was made with.
    pub fn clock(&self) -> &Clock {
        &self.0.config.clock
    }

    /// The declared operation of that name, as the SDK spells it.
    pub fn operation(&self, service: Service, name: &str) -> Option<&'static Operation> {
        self.0.declared.iter().find(|((s, n), _)| *s == service.sdk_id() && *n == name).map(|(_, op)| *op)
    }

    /// The EC2 client of a region. Waits for credentials, and so perhaps for a person.
    ///
    /// # Errors
    /// What [`Gateway::identity`]'s credentials fail with.
    pub async fn ec2(&self, scope: &Scope) -> Result<aws_sdk_ec2::Client, Fault> {
        match self.client(scope, Service::Ec2, None).await? {
            AnyClient::Ec2(client) => Ok(client),
            _ => Err(mixed_up()),
        }
    }
    /// The load balancing client of a region. Errors as [`Gateway::ec2`].
    pub async fn elbv2(&self, scope: &Scope) -> Result<aws_sdk_elasticloadbalancingv2::Client, Fault> {
        match self.client(scope, Service::Elbv2, None).await? {
            AnyClient::Elbv2(client) => Ok(client),
            _ => Err(mixed_up()),
        }
    }
    /// The Auto Scaling client of a region. Errors as [`Gateway::ec2`].
    pub async fn autoscaling(&self, scope: &Scope) -> Result<aws_sdk_autoscaling::Client, Fault> {
        match self.client(scope, Service::AutoScaling, None).await? {
            AnyClient::AutoScaling(client) => Ok(client),
            _ => Err(mixed_up()),
        }
    }
    /// The CloudWatch client of a region. Errors as [`Gateway::ec2`].
    pub async fn cloudwatch(&self, scope: &Scope) -> Result<aws_sdk_cloudwatch::Client, Fault> {
        match self.client(scope, Service::CloudWatch, None).await? {
            AnyClient::CloudWatch(client) => Ok(client),
            _ => Err(mixed_up()),
        }
    }
    /// The S3 client of the region that a bucket is in: the SDK does not follow S3's redirects across regions. Without
    /// `bucket_region` the scope's own. Errors as [`Gateway::ec2`].
    pub async fn s3(&self, scope: &Scope, bucket_region: Option<&str>) -> Result<aws_sdk_s3::Client, Fault> {
        match self.client(scope, Service::S3, bucket_region).await? {
            AnyClient::S3(client) => Ok(client),
            _ => Err(mixed_up()),
        }
    }
    /// The STS client of a region. Errors as [`Gateway::ec2`].
    pub async fn sts(&self, scope: &Scope) -> Result<aws_sdk_sts::Client, Fault> {
        match self.client(scope, Service::Sts, None).await? {
            AnyClient::Sts(client) => Ok(client),
            _ => Err(mixed_up()),
        }
    }

    /// The CloudTrail client of a region. Errors as [`Gateway::ec2`].
    pub async fn cloudtrail(&self, scope: &Scope) -> Result<aws_sdk_cloudtrail::Client, Fault> {
        match self.client(scope, Service::CloudTrail, None).await? {
            AnyClient::CloudTrail(client) => Ok(client),
            _ => Err(mixed_up()),
        }
    }

    /// The client of EC2 Instance Connect in a region. Errors as [`Gateway::ec2`].
    pub async fn instance_connect(&self, scope: &Scope) -> Result<aws_sdk_ec2instanceconnect::Client, Fault> {
        match self.client(scope, Service::InstanceConnect, None).await? {
            AnyClient::InstanceConnect(client) => Ok(client),
            _ => Err(mixed_up()),
        }
    }

    /// When a presigned link starts and how long it lasts, by this gateway's clock instead of the system's.
    ///
    /// # Errors
    /// [`FaultKind::Invalid`] if `lasts` is over AWS's limit of seven days.
    pub fn presigning(&self, lasts: std::time::Duration) -> Result<aws_sdk_s3::presigning::PresigningConfig, Fault> {
        aws_sdk_s3::presigning::PresigningConfig::builder()
            .start_time(super::session::system_time(self.clock().now()))
            .expires_in(lasts)
            .build()
            .map_err(|e| Fault::new(FaultKind::Invalid, format!("a link cannot last that long: {e}")))
    }

    /// Reads the files and asks for credentials again: after an Expired fault (a sign-in made elsewhere is seen), and when the user
    /// refreshes. Calls under way keep the credentials that they were signed with.
    pub async fn refresh(&self, profile: &str) {
        if let Ok(per) = self.per(profile)
            && let Some(session) = per.session.get()
        {
            session.source.refresh().await;
        }
    }

    /// The region where a profile starts: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's own; without `--profile` the instance's own
    /// last. `None` if nobody says.
    ///
    /// # Errors
    /// If there is no such profile, its files cannot be read, or what they or the environment say can be no region.
    pub async fn default_region(&self, profile: &str) -> Result<Option<ArcStr>, Fault> {
        let per = self.per(profile)?;
        let session = self.session(per).await;
        if let Some(fault) = &session.broken {
            return Err(fault.clone());
        }
        Ok(session.region.clone())
    }

    /// The names in `~/.aws/config` and `~/.aws/credentials`, for completion and "did you mean". None in the sandbox.
    ///
    /// # Errors
    /// [`FaultKind::Invalid`] if the files cannot be read.
    pub async fn profiles(&self) -> Result<Vec<String>, Fault> {
        if self.0.config.sandbox {
            return Ok(Vec::new());
        }
        Ok(Profiles::read().await?.names())
    }

    /// What was passed over in the two files, a sentence each: it may be what is missing.
    ///
    /// # Errors
    /// As [`Gateway::profiles`].
    pub async fn profile_troubles(&self) -> Result<Vec<String>, Fault> {
        if self.0.config.sandbox {
            return Ok(Vec::new());
        }
        Ok(Profiles::read().await?.troubles().to_vec())
    }

    /// For `skydeck check`: which sources there are in their order, which one answered, and until when.
    ///
    /// # Errors
    /// If the profile is none of those in use.
    pub async fn credential_report(&self, profile: &str) -> Result<Report, Fault> {
        let per = self.per(profile)?;
        let session = self.session(per).await;
        Ok(report::of(&per.selection, self.0.config.sandbox, &session.source).await)
    }

    /// Signs in to IAM Identity Center by device code, and writes the token where the AWS CLI and the SDKs look for it. The code
    /// goes to the prompts; this waits until the user confirmed it in a browser or it expired.
    ///
    /// # Errors
    /// [`FaultKind::Invalid`] if the profile does not use Identity Center; what the service answers; a file that cannot be written.
    pub async fn sso_sign_in(&self, profile: &str) -> Result<(), Fault> {
        self.per(profile)?;
        if self.0.config.sandbox {
            return Err(Fault::new(FaultKind::Invalid, "the sandbox needs no sign-in"));
        }
        let profiles = Profiles::read().await?;
        let SignIn::Sso(settings) = profiles.sign_in(profile) else {
            return Err(Fault::new(
                FaultKind::Invalid,
                format!(
                    "profile {profile} does not use IAM Identity Center; sign in in another terminal, which is \
                     noticed automatically"
                ),
            ));
        };
        let (clock, prompts) = (&self.0.config.clock, self.0.config.prompts.as_ref());
        sso::sign_in(profile, &profiles, &settings, self.chain_wire(), clock, prompts).await?;
        self.refresh(profile).await;
        Ok(())
    }

    /// The profiles for which [`Gateway::sso_sign_in`] can work: those that use IAM Identity Center. None where the files cannot be
    /// read, which others say.
    pub async fn sso_profiles(&self) -> Vec<String> {
        let Some(profiles) = Profiles::read().await.ok().filter(|_| !self.0.config.sandbox) else { return Vec::new() };
        let is_sso = |name: &String| matches!(profiles.sign_in(name), SignIn::Sso(_));
        profiles.names().into_iter().filter(is_sso).collect()
    }

    /// When the profile's credentials in use expire, if they do.
    pub fn expires(&self, profile: &str) -> Option<Time> {
        self.0.profiles.get(profile)?.session.get()?.source.expiry()
    }

    fn per(&self, profile: &str) -> Result<&PerProfile, Fault> {
        self.0.profiles.get(profile).ok_or_else(|| {
            Fault::new(
                FaultKind::Invalid,
                format!("profile {profile} is not one of those the console was started with"),
            )
        })
    }

    fn chain_wire(&self) -> Chain {
        Chain { network: self.0.network.clone(), closed: self.0.config.sandbox }
    }

    async fn session<'a>(&self, per: &'a PerProfile) -> &'a Arc<Session> {
        per.session
            .get_or_init(|| async { Arc::new(Session::open(&per.selection, &self.0.config, self.chain_wire()).await) })
            .await
    }

    async fn client(&self, scope: &Scope, service: Service, region: Option<&str>) -> Result<AnyClient, Fault> {
        let Some(profile) = scope.profile() else {
            return Err(Fault::bug("a global scope has no account to ask"));
        };
        let per = self.per(profile)?;
        let session = self.session(per).await;
        if let Some(fault) = &session.broken {
            return Err(fault.clone());
        }
        // Before the client is used: a person may be typing a code, and the SDK's time-outs must not run meanwhile.
        session.source.get().await?;
        // What is listed once per account answers the same everywhere in a partition.
        let region = region
            .map(ArcStr::from)
            .or_else(|| scope.region_code().cloned())
            .or_else(|| session.region.clone())
            .unwrap_or(arcstr::literal!("us-east-1"));
        let mut clients = per.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let made = clients.entry((service, region.clone())).or_insert_with(|| {
            let scope = Scope::region(profile.clone(), region);
            let read_only = [self.0.read_only.clone(), per.read_only.clone()];
            let context = ClientContext { declared: &self.0.declared, network: &self.0.network, meter: &self.0.meter };
            let connects = self.0.config.connects.contains(profile.as_str());
            AnyClient::new(service, scope, session, (read_only, connects), &context)
        });
        Ok(made.clone())
    }
}

impl PerProfile {
    fn new(selection: ProfileSel, in_use: bool, read_only: ReadOnly) -> Self {
        PerProfile {
            selection,
            in_use,
            read_only,
            session: OnceCell::new(),
            clients: Mutex::default(),
            identity: tokio::sync::Mutex::default(),
            generation: AtomicU64::new(0),
        }
    }
}

fn mixed_up() -> Fault {
    Fault::bug("a client of another service was made")
}

/// The sandbox reads no environment, not even for a name.
fn sandbox_name(selection: &ProfileSel) -> ArcStr {
    selection.flag().map_or(arcstr::literal!("sandbox"), Into::into)
}

pub(super) fn sandbox_credentials() -> Credentials {
    Credentials::new("AKIASANDBOX0SANDBOX0", "sandbox", None, None, "sandbox")
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gateway({:?})", self.profiles_in_use())
    }
}

#[cfg(test)]
#[path = "gateway_tests.rs"]
mod tests;
