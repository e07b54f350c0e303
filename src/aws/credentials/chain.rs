//! Which provider a profile gets, in the AWS CLI's order (botocore/credentials.py, `create_credential_resolver`).
//!
//! A named profile gets the profile's own provider alone: keys in the environment would win over the name otherwise, and every
//! profile would be the same account. No name: keys in the environment, the roles of the profile that the environment names or of
//! `default`, a web identity, the profile's own credentials, the container's, the instance's.

use std::sync::Arc;

use aws_config::credential_process::CredentialProcessProvider;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::login::LoginCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sso::SsoCredentialsProvider;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::region::Region;

use super::profiles::Profiles;
use super::prompt::Prompts;
use super::roles::Roles;
use super::source::Source;
use super::ways::{Way, WebIdentity};
use super::{environment, explain, handed};
use crate::aws::connector::Chain;
use crate::aws::gateway::ProfileSel;
use crate::base::{Clock, Fault};

/// What every provider of a profile is built with.
#[derive(Clone)]
pub(crate) struct ProviderContext {
    pub(crate) profile: ProfileSel,
    pub(crate) clock: Clock,
    pub(crate) wire: Chain,
    /// Where the chain's STS is asked.
    pub(crate) region: Option<Region>,
    pub(crate) prompts: Option<Prompts>,
}

impl ProviderContext {
    pub(crate) fn provider_config(&self) -> ProviderConfig {
        ProviderConfig::without_region().with_region(self.region.clone()).with_http_client(self.wire.clone())
    }

    /// The source for this profile, given the files as they were read when it is made: they decide only whether it may wait for
    /// a person; each (re)build reads them again.
    pub(crate) fn source(self, profiles: &Profiles) -> Source {
        let name = self.profile.scope_name().to_string();
        let asks_user = profiles.wants_mfa(&name);
        let sign_in = profiles.sign_in(&name);
        let (clock, profile) = (self.clock.clone(), self.profile.clone());
        Source::new(
            clock,
            Arc::new(move || {
                let context = self.clone();
                Box::pin(async move { context.build().await })
            }),
            Arc::new(move |trouble| explain::credentials(trouble, &profile, &sign_in)),
            asks_user,
        )
    }

    async fn build(self) -> Result<SharedCredentialsProvider, Fault> {
        let profiles = Profiles::read().await?;
        let name = self.profile.scope_name().to_string();
        if let Some(by) = self.profile.named_by()
            && !profiles.has(&name)
        {
            return Err(profiles.unknown(&name, self.profile.variable().map(|_| by)));
        }
        let whole_chain = self.profile.flag().is_none();
        if whole_chain && let Some(keys) = environment::keys(&environment::real, self.clock.now())? {
            return Ok(SharedCredentialsProvider::new(keys));
        }
        let (roles, base) = profiles.roles(&name)?;
        if !roles.is_empty() {
            return Roles::build(self, &profiles, roles, base).await;
        }
        if whole_chain && let Some(web) = web_identity(&profiles, &name)? {
            return Ok(self.web_identity(&profiles, &name, &web));
        }
        match self.own(&profiles, &name)? {
            Some(provider) => Ok(provider),
            None if whole_chain => Ok(SharedCredentialsProvider::new(
                CredentialsProviderChain::first_try("EcsContainer", self.container())
                    .or_else("Ec2InstanceMetadata", self.instance()),
            )),
            None => Err(profiles.with_troubles(explain::none(&self.profile))),
        }
    }

    /// What a profile has of its own, roles left aside. `None` if that is nothing.
    ///
    /// # Errors
    /// What [`Profiles::way`] fails with.
    pub(super) fn own(&self, profiles: &Profiles, profile: &str) -> Result<Option<SharedCredentialsProvider>, Fault> {
        let conf = self.provider_config();
        Ok(Some(match profiles.way(profile)? {
            Way::Keys(keys) => SharedCredentialsProvider::new(keys),
            Way::WebIdentity(web) => self.web_identity(profiles, profile, &web),
            Way::Sso { settings, account, role } => match profiles.handed_sso(profile, &settings, &account, &role) {
                Some(files) => self.by_the_sdk(files),
                None => SharedCredentialsProvider::new(
                    SsoCredentialsProvider::builder()
                        .configure(&conf)
                        .account_id(account)
                        .role_name(role)
                        .start_url(settings.start_url)
                        .region(Region::new(settings.region))
                        .session_name(settings.session.unwrap_or_default())
                        .build(),
                ),
            },
            Way::Login(session) => {
                SharedCredentialsProvider::new(LoginCredentialsProvider::builder(session).configure(&conf).build())
            }
            Way::Process(command) => SharedCredentialsProvider::new(CredentialProcessProvider::new(command)),
            Way::Nothing => return Ok(None),
        }))
    }

    fn web_identity(&self, profiles: &Profiles, profile: &str, web: &WebIdentity) -> SharedCredentialsProvider {
        self.by_the_sdk(profiles.handed_web_identity(profile, web))
    }

    /// By the SDK's provider of profiles: it finds the endpoints of STS and IAM Identity Center in the profile too.
    fn by_the_sdk(&self, files: EnvConfigFiles) -> SharedCredentialsProvider {
        // Where nobody says a region STS is asked in its oldest one, as by the CLI.
        let region = self.region.clone().unwrap_or(Region::from_static("us-east-1"));
        let conf = self.provider_config().with_region(Some(region));
        let builder = ProfileFileCredentialsProvider::builder().configure(&conf);
        SharedCredentialsProvider::new(builder.profile_files(files).profile_name(handed::NAME).build())
    }

    pub(super) fn container(&self) -> EcsCredentialsProvider {
        EcsCredentialsProvider::builder().configure(&self.provider_config()).build()
    }

    pub(super) fn instance(&self) -> ImdsCredentialsProvider {
        ImdsCredentialsProvider::builder().configure(&self.provider_config()).build()
    }
}

/// The web identity that the environment names, as pods have it, with what it leaves open from the profile.
fn web_identity(profiles: &Profiles, profile: &str) -> Result<Option<WebIdentity>, Fault> {
    let set = |name| environment::real(name).filter(|v| !v.is_empty());
    let (role, session) = (set("AWS_ROLE_ARN"), set("AWS_ROLE_SESSION_NAME"));
    profiles.web_identity(profile, set("AWS_WEB_IDENTITY_TOKEN_FILE"), role, session)
}
