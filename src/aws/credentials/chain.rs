//! Which provider a profile gets.
//!
//! A named profile gets the profile's own provider alone: the SDK's default chain would let keys in the environment win over
//! the name, and then every profile would be the same account. No name: the whole default chain, in AWS's order.

use std::sync::Arc;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::region::Region;

use super::explain;
use super::mfa::MfaRoles;
use super::profiles::Profiles;
use super::prompt::Prompts;
use super::source::Source;
use crate::aws::gateway::ProfileSel;
use crate::aws::wire::Chain;
use crate::base::{Clock, Fault};

/// What every provider of a profile is built with.
#[derive(Clone)]
pub(crate) struct Kit {
    pub(crate) profile: ProfileSel,
    pub(crate) clock: Clock,
    pub(crate) wire: Chain,
    /// Where the chain's STS is asked.
    pub(crate) region: Option<Region>,
    pub(crate) prompts: Option<Prompts>,
}

impl Kit {
    pub(crate) fn provider_config(&self) -> ProviderConfig {
        ProviderConfig::without_region().with_region(self.region.clone()).with_http_client(self.wire.clone())
    }

    /// The source for this profile, given the files as they were read when it is made: they decide only whether it may wait for
    /// a person; each (re)build reads them anew.
    pub(crate) fn source(self, profiles: &Profiles) -> Source {
        let name = self.profile.scope_name().to_string();
        let asks_user = profiles.wants_mfa(&name);
        let sign_in = profiles.sign_in(&name);
        let (clock, profile) = (self.clock.clone(), self.profile.clone());
        Source::new(
            clock,
            Arc::new(move || {
                let kit = self.clone();
                Box::pin(async move { kit.build().await })
            }),
            Arc::new(move |e| explain::credentials(e, &profile, &sign_in)),
            asks_user,
        )
    }

    async fn build(self) -> Result<SharedCredentialsProvider, Fault> {
        let profiles = Profiles::read().await;
        let name = self.profile.scope_name().to_string();
        match &self.profile {
            ProfileSel::Named(_) => {
                let profiles = profiles?;
                if !profiles.has(&name) {
                    return Err(profiles.unknown(&name));
                }
                if profiles.wants_mfa(&name) {
                    return MfaRoles::build(self, &profiles).await;
                }
                let provider = ProfileFileCredentialsProvider::builder()
                    .configure(&self.provider_config())
                    .profile_name(name)
                    .build();
                Ok(SharedCredentialsProvider::new(provider))
            }
            ProfileSel::DefaultChain => {
                // Keys in the environment come first in AWS's order; only without them the profile, and its MFA, are asked.
                let keys = std::env::var_os("AWS_ACCESS_KEY_ID").is_some_and(|v| !v.is_empty());
                if let (false, Ok(profiles)) = (keys, &profiles)
                    && profiles.wants_mfa(&name)
                {
                    return MfaRoles::build(self, profiles).await;
                }
                let mut builder = DefaultCredentialsChain::builder().configure(self.provider_config());
                builder.set_region(self.region.clone());
                Ok(SharedCredentialsProvider::new(builder.build().await))
            }
        }
    }
}
