//! Where credentials come from: the SDK's whole chain, a named profile alone, roles behind MFA, SSO sign-in in the console.
//!
//! | module | what it owns |
//! |---|---|
//! | [`source`] | one profile's credentials: loaded once, reloaded before they expire, replaced after a sign-in |
//! | [`chain`] | which provider a profile gets |
//! | [`profiles`] | `~/.aws/config` and `~/.aws/credentials` as they are read |
//! | [`mfa`] | roles behind `mfa_serial`, which the SDK's own chain does not ask for |
//! | [`sso`] | device-code sign-in, and the token file that the AWS CLI reads too |
//! | [`explain`] | the chain's errors in sentences |
//! | [`report`] | for `skydeck check`: sources in their order, and the one that answered |
//! | [`prompt`] | questions to the user |
//!
//! It must not know tables or screens. Secrets never enter a `Fault`, a log or debug output.

pub mod chain;
pub mod explain;
pub mod mfa;
pub mod profiles;
pub mod prompt;
pub mod report;
pub mod source;
pub mod sso;
