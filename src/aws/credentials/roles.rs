//! Chains of roles. The SDK's profile provider never reads `mfa_serial`, and a code cannot be typed within its time-outs; and it looks
//! for the profiles by its own reading of the files. So the chain is walked here, its steps one after the other, and the code asked for
//! in the console.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_types::retry::RetryConfig;
use aws_types::region::Region;
use tokio::sync::oneshot;

use super::chain::ProviderContext;
use super::profiles::Profiles;
use super::prompt::Prompt;
use super::source::DECLINED;
use super::ways::{Base, Role};
use super::{environment, handed};
use crate::aws::{fault, retry_policy};
use crate::base::{Fault, FaultKind, Secret};
use crate::model::operation::{Operation, Service};

static ASSUME_ROLE: Operation = Operation::read(Service::Sts, "AssumeRole");

/// Assumes the roles one after the other, from the base outwards.
pub(crate) struct Roles {
    context: ProviderContext,
    base: SharedCredentialsProvider,
    /// Outermost first, as the files name them.
    roles: Vec<Role>,
    sdk: aws_config::SdkConfig,
}

impl Roles {
    /// # Errors
    /// If the chain cannot start: no such base profile, an unknown `credential_source`.
    pub(crate) async fn build(
        context: ProviderContext,
        profiles: &Profiles,
        roles: Vec<Role>,
        base: Base,
    ) -> Result<SharedCredentialsProvider, Fault> {
        let base = match base {
            Base::Profile(name) => match context.own(profiles, &name)? {
                Some(provider) => provider,
                None => {
                    let text = format!("profile {name}, the source of a role, has no credentials");
                    return Err(profiles.with_troubles(Fault::new(FaultKind::NoCredentials, text)));
                }
            },
            Base::Source(source) => match source.to_ascii_lowercase().as_str() {
                "environment" => match environment::keys(&environment::real, context.clock.now())? {
                    Some(keys) => SharedCredentialsProvider::new(keys),
                    None => {
                        let text = "credential_source = Environment, but AWS_ACCESS_KEY_ID is not set";
                        return Err(Fault::new(FaultKind::NoCredentials, text));
                    }
                },
                "ec2instancemetadata" => SharedCredentialsProvider::new(context.instance()),
                "ecscontainer" => SharedCredentialsProvider::new(context.container()),
                _ => {
                    let text = format!("credential_source = {source} is not one that AWS knows");
                    let hint = "Use Environment, Ec2InstanceMetadata or EcsContainer.";
                    return Err(Fault::new(FaultKind::Invalid, text).hint(hint));
                }
            },
        };
        let sdk = sdk_config(&context, profiles).await;
        Ok(SharedCredentialsProvider::new(Roles { context, base, roles, sdk }))
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
        let session =
            role.session_name.clone().unwrap_or_else(|| format!("skydeck-{}", self.context.clock.now().millis()));
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
                    fault = fault.hint("Refresh (`r`) to enter another code: each code works only once.");
                }
                fault
            })?;
        let Some(c) = answer.credentials() else {
            return Err(Fault::new(FaultKind::Unknown, "STS answered AssumeRole without credentials"));
        };
        let expires = UNIX_EPOCH + Duration::from_secs(u64::try_from(c.expiration().secs()).unwrap_or(0));
        let token = Some(c.session_token().to_string());
        Ok(Credentials::new(c.access_key_id(), c.secret_access_key(), token, Some(expires), "AssumeRole"))
    }

    async fn ask(&self, serial: &str) -> Result<Secret, Fault> {
        let name = self.context.profile.scope_name();
        let declined = || {
            Fault::new(FaultKind::NoCredentials, format!("profile {name} needs an MFA code, and none was typed"))
                .code(DECLINED)
        };
        let Some(prompts) = &self.context.prompts else {
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
async fn sdk_config(context: &ProviderContext, profiles: &Profiles) -> aws_config::SdkConfig {
    aws_config::defaults(aws_config::BehaviorVersion::latest())
        .http_client(context.wire.clone())
        .no_credentials()
        .region(context.region.clone().unwrap_or(Region::from_static("us-east-1")))
        .timeout_config(retry_policy::of_the_chain())
        .retry_config(RetryConfig::standard())
        .identity_cache(aws_config::identity::IdentityCache::no_cache())
        .profile_files(profiles.handed(&context.profile.scope_name()))
        .profile_name(handed::NAME)
        .load()
        .await
}

impl ProvideCredentials for Roles {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}

impl std::fmt::Debug for Roles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Roles({:?})", self.roles)
    }
}
