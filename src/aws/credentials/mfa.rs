//! Roles behind `mfa_serial`. The SDK's profile provider never reads it, and a code cannot be typed within its time-outs: the
//! chain of such a profile is walked here, its steps one after the other, and the code asked for in the console.

use std::time::{Duration, UNIX_EPOCH};

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_types::region::Region;
use tokio::sync::oneshot;

use super::chain::Kit;
use super::profiles::{Base, Profiles, Role};
use super::prompt::Prompt;
use super::source::DECLINED;
use crate::aws::{fault, tuning};
use crate::base::{Fault, FaultKind, Secret};
use crate::model::operation::{Operation, Service};

static ASSUME_ROLE: Operation = Operation::read(Service::Sts, "AssumeRole");

/// Assumes the roles one after the other, from the base outwards.
pub(crate) struct MfaRoles {
    kit: Kit,
    base: SharedCredentialsProvider,
    /// Outermost first, as the files name them.
    roles: Vec<Role>,
    sdk: aws_config::SdkConfig,
}

impl MfaRoles {
    /// # Errors
    /// If the chain cannot start: no such base profile, an unknown `credential_source`.
    pub(crate) async fn build(kit: Kit, profiles: &Profiles) -> Result<SharedCredentialsProvider, Fault> {
        let (roles, base) = profiles.roles(&kit.profile.scope_name());
        let conf = kit.provider_config();
        let base = match base {
            Base::Profile(name) if !profiles.has(&name) => return Err(profiles.unknown(&name)),
            Base::Profile(name) => {
                let provider = ProfileFileCredentialsProvider::builder().configure(&conf).profile_name(name).build();
                SharedCredentialsProvider::new(provider)
            }
            Base::OwnKeys(name) => SharedCredentialsProvider::new(own_keys(profiles, &name)?),
            Base::Source(source) => match source.to_ascii_lowercase().as_str() {
                "environment" => SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()),
                "ec2instancemetadata" => {
                    SharedCredentialsProvider::new(ImdsCredentialsProvider::builder().configure(&conf).build())
                }
                "ecscontainer" => {
                    SharedCredentialsProvider::new(EcsCredentialsProvider::builder().configure(&conf).build())
                }
                _ => {
                    let text = format!("credential_source = {source} is none that AWS knows");
                    let hint = "Use Environment, Ec2InstanceMetadata or EcsContainer.";
                    return Err(Fault::new(FaultKind::Invalid, text).hint(hint));
                }
            },
        };
        let sdk = sdk_config(&kit).await;
        Ok(SharedCredentialsProvider::new(MfaRoles { kit, base, roles, sdk }))
    }

    async fn assume(&self) -> Result<Credentials, CredentialsError> {
        let mut credentials = self.base.provide_credentials().await?;
        for role in self.roles.iter().rev() {
            credentials = self.step(role, credentials).await.map_err(CredentialsError::provider_error)?;
        }
        Ok(credentials)
    }

    #[expect(clippy::disallowed_methods, reason = "the credential chain's own client, behind the chain's connector")]
    async fn step(&self, role: &Role, with: Credentials) -> Result<Credentials, Fault> {
        let config = aws_sdk_sts::config::Builder::from(&self.sdk).credentials_provider(with).build();
        let code = match &role.mfa_serial {
            Some(serial) => Some(self.ask(serial).await?),
            None => None,
        };
        let session = role.session_name.clone().unwrap_or_else(|| format!("skydeck-{}", self.kit.clock.now().millis()));
        let answer = aws_sdk_sts::Client::from_conf(config)
            .assume_role()
            .role_arn(&role.arn)
            .role_session_name(session)
            .set_external_id(role.external_id.clone())
            .set_serial_number(role.mfa_serial.clone())
            .set_token_code(code.map(Secret::into_inner))
            .set_duration_seconds(role.duration_seconds)
            .send()
            .await
            .map_err(|e| {
                let mut fault = fault::of(&ASSUME_ROLE, e);
                if role.mfa_serial.is_some() && fault.kind == FaultKind::Denied {
                    // A wrong code is not asked for again by itself: three wrong ones lock nothing, but each burns a code.
                    fault.code = DECLINED.into();
                    fault = fault.hint("Refresh (`r`) to enter another code: each code works once.");
                }
                fault
            })?;
        let Some(c) = answer.credentials() else {
            return Err(Fault::new(FaultKind::Unknown, "STS answered AssumeRole without credentials"));
        };
        let expires = UNIX_EPOCH + Duration::from_secs(u64::try_from(c.expiration().secs()).unwrap_or(0));
        let token = Some(c.session_token().to_string());
        Ok(Credentials::new(c.access_key_id(), c.secret_access_key(), token, Some(expires), "AssumeRole with MFA"))
    }

    async fn ask(&self, serial: &str) -> Result<Secret, Fault> {
        let name = self.kit.profile.scope_name();
        let declined = || {
            Fault::new(FaultKind::NoCredentials, format!("profile {name} needs an MFA code, and none was entered"))
                .code(DECLINED)
        };
        let Some(prompts) = &self.kit.prompts else {
            return Err(declined().hint("Open the console: it asks for the code."));
        };
        let (answer, code) = oneshot::channel();
        let prompt = Prompt::MfaCode { profile: name.clone(), serial: serial.to_string(), answer };
        if prompts.send(prompt).await.is_err() {
            return Err(declined());
        }
        code.await.map_err(|_| declined().hint("Refresh (`r`) to be asked again."))
    }
}

/// STS as the chain reaches it: its endpoint from the environment and the files, not from `--endpoint-url`.
#[expect(clippy::disallowed_methods, reason = "the credential chain's own client, behind the chain's connector")]
async fn sdk_config(kit: &Kit) -> aws_config::SdkConfig {
    let loader = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .http_client(kit.wire.clone())
        .no_credentials()
        .region(kit.region.clone().unwrap_or(Region::from_static("us-east-1")))
        .timeout_config(tuning::of_the_chain())
        .identity_cache(aws_config::identity::IdentityCache::no_cache());
    match kit.profile.flag() {
        Some(name) => loader.profile_name(name).load().await,
        None => loader.load().await,
    }
}

fn own_keys(profiles: &Profiles, name: &str) -> Result<Credentials, Fault> {
    match (profiles.get(name, "aws_access_key_id"), profiles.get(name, "aws_secret_access_key")) {
        (Some(id), Some(secret)) => {
            let token = profiles.get(name, "aws_session_token").map(String::from);
            Ok(Credentials::new(id, secret, token, None, "profile"))
        }
        _ => Err(Fault::new(
            FaultKind::NoCredentials,
            format!("profile {name} names a role, but nothing to assume it with"),
        )
        .hint("Give it source_profile or credential_source in ~/.aws/config.")),
    }
}

impl ProvideCredentials for MfaRoles {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}

impl std::fmt::Debug for MfaRoles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MfaRoles({:?})", self.roles)
    }
}
