//! What a gateway is made with: profiles, endpoint, the operations that may leave the process.

use std::collections::HashSet;
use std::sync::Arc;

use arcstr::ArcStr;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::aws::credentials::environment;
use crate::aws::credentials::prompt::Prompts;
use crate::aws::meter::Hook;
use crate::aws::programs::Programs;
use crate::base::Clock;
use crate::model::operation::Operation;

/// Which credentials a scope's profile means. The one owner of "which profile is it": nobody else looks at the variables.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ProfileSel {
    /// `--profile NAME`: that profile and nothing else. Keys in the environment do not win over it.
    Named(String),
    /// No `--profile`: keys in the environment, then the profile that `AWS_DEFAULT_PROFILE` or `AWS_PROFILE` names, else `default`, and
    /// so on in the AWS CLI's order.
    DefaultChain,
}

impl ProfileSel {
    /// For the options as they were given: `--profile ''` names none, as with the AWS CLI.
    pub fn all(named: &[String]) -> Vec<ProfileSel> {
        named.iter().filter(|name| !name.is_empty()).map(|name| ProfileSel::Named(name.clone())).collect()
    }
    /// The name in scopes and on the screen.
    pub fn scope_name(&self) -> ArcStr {
        match self {
            ProfileSel::Named(name) => name.into(),
            ProfileSel::DefaultChain => {
                environment::profile(&environment::real).map_or(arcstr::literal!("default"), |(_, name)| name.into())
            }
        }
    }
    /// The name for the AWS CLI's `--profile`, if one was given. The default chain has none: with `--profile` the CLI would
    /// use other credentials than this process.
    pub fn flag(&self) -> Option<&str> {
        match self {
            ProfileSel::Named(name) => Some(name),
            ProfileSel::DefaultChain => None,
        }
    }
    /// The variable that names the profile, if one does.
    pub fn variable(&self) -> Option<&'static str> {
        match self {
            ProfileSel::Named(_) => None,
            ProfileSel::DefaultChain => environment::profile(&environment::real).map(|(variable, _)| variable),
        }
    }
    /// Who names the profile, `--profile` or a variable: then it must exist. `None`: nobody, so it is `default` if that exists.
    pub fn named_by(&self) -> Option<&'static str> {
        self.flag().map(|_| "--profile").or_else(|| self.variable())
    }
    /// What to say where the environment names two profiles.
    pub fn disagreement(&self) -> Option<String> {
        match self {
            ProfileSel::Named(_) => None,
            ProfileSel::DefaultChain => environment::disagreement(&environment::real),
        }
    }
}

/// What a [`Gateway`](super::Gateway) is made with.
pub struct GatewayConfig {
    /// The profiles in use. Empty means [`ProfileSel::DefaultChain`].
    pub profiles: Vec<ProfileSel>,
    /// Profiles that may be asked for later.
    pub others: Vec<ProfileSel>,
    /// The first `--region`: where calls go that belong to no region, and to STS for roles, as with the AWS CLI.
    pub region: Option<String>,
    /// `--endpoint-url`: for the service clients, not for the credential chain's own (as with the AWS CLI).
    pub endpoint_url: Option<String>,
    /// The whole run is read-only.
    pub read_only: bool,
    /// Profiles that are read-only whatever the run is.
    pub read_only_profiles: HashSet<String>,
    /// Profiles whose instances may be connected to in read-only mode, too.
    pub connects: HashSet<String>,
    /// What kinds and actions declare; the guard lets nothing else through.
    pub operations: Vec<&'static Operation>,
    /// Instead of the network: the sandbox, or a test's recorder.
    pub http: Option<SharedHttpClient>,
    /// The embedded account: fixed credentials; no files, environment or instance metadata.
    pub sandbox: bool,
    /// Who stands in for programs of this machine that carry out commands on instances; `None`: they are started.
    pub programs: Option<Arc<dyn Programs>>,
    /// Signing, expiry and ages.
    pub clock: Clock,
    /// Where questions go (MFA codes, SSO device codes).
    pub prompts: Option<Prompts>,
    /// Sees each attempt of each call.
    pub on_call: Option<Hook>,
    /// How the SDK waits, for time-outs and between attempts. `None` is real time; tests make it short.
    pub sleep: Option<SharedAsyncSleep>,
}

impl GatewayConfig {
    /// The default chain, against AWS, not read-only.
    pub fn new(clock: Clock, operations: Vec<&'static Operation>) -> Self {
        GatewayConfig {
            profiles: Vec::new(),
            others: Vec::new(),
            region: None,
            endpoint_url: None,
            read_only: false,
            read_only_profiles: HashSet::new(),
            connects: HashSet::new(),
            operations,
            http: None,
            sandbox: false,
            programs: None,
            clock,
            prompts: None,
            on_call: None,
            sleep: None,
        }
    }
    /// The embedded account behind `http`.
    pub fn sandbox(clock: Clock, operations: Vec<&'static Operation>, http: SharedHttpClient) -> Self {
        GatewayConfig { http: Some(http), sandbox: true, ..GatewayConfig::new(clock, operations) }
    }
}
