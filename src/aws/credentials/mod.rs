//! Where credentials come from: the AWS CLI's whole chain, a named profile alone, roles behind MFA, SSO sign-in in the console.
//!
//! | module | what it owns |
//! |---|---|
//! | [`source`] | one profile's credentials: loaded once, reloaded before they expire, replaced after a sign-in |
//! | [`environment`] | which profile it is, which region, and keys, as the environment has them |
//! | [`chain`] | which provider a profile gets |
//! | [`places`], [`ini`] | where `~/.aws/config` and `~/.aws/credentials` are, and their format |
//! | [`profiles`] | the profiles in them |
//! | [`ways`] | how a profile gets its credentials: which of its settings counts |
//! | [`handed`] | what the SDK is handed instead of the files |
//! | [`sendable`] | whether a value can be sent at all |
//! | [`roles`] | chains of roles, and `mfa_serial`, which the SDK's own chain does not ask for |
//! | [`sso`] | device-code sign-in, and the token file that the AWS CLI reads too |
//! | [`explain`] | the chain's errors in sentences |
//! | [`report`] | for `skydeck check`: sources in their order, and the one that answered |
//! | [`prompt`] | questions to the user |
//!
//! It must not know tables or screens. Secrets never enter a `Fault`, a log or debug output.

pub mod chain;
pub mod environment;
pub mod explain;
pub mod handed;
pub mod ini;
pub mod places;
pub mod profiles;
pub mod prompt;
pub mod report;
pub mod roles;
pub mod sendable;
pub mod source;
pub mod sso;
pub mod ways;
