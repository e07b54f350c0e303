//! Floor 3: the gateway to AWS. Every client is built here, every request passes the guard and the wire, and every
//! SDK error becomes a [`Fault`](crate::base::Fault).
//!
//! | module | what it owns |
//! |---|---|
//! | [`gateway`] | [`Gateway`]: clients per (profile, region, service), identity, read-only mode |
//! | [`guard`] | the interceptor that decides before serialization, and the one-use [`Permit`] |
//! | [`egress`] | what is sent beside AWS's API: a declared list, asked before each request |
//! | [`connector`] | connectors: a request without the guard's stamp is refused; the credential chain's own allow-list |
//! | [`capture`] | answers word for word, for the task that wants them |
//! | [`early`] | the next page's token, before its answer is parsed |
//! | [`retry_policy`] | time-outs and retries by operation |
//! | [`credentials`] | profiles, the chain, MFA, SSO sign-in, expiry |
//! | [`fault`] | SDK errors in the console's own shape |
//! | [`denial`] | why IAM said no; encoded messages decoded |
//! | [`meter`] | calls in the last minute |
//! | [`shapes`] | the API's names and types, from AWS's own models |
//! | [`policy`] | IAM policies from the declared operations |
//!
//! It must not know kinds, tables, actions or screens. `SdkConfig` does not leave this module, and `clippy.toml` keeps the
//! construction of SDK clients here.

pub mod capture;
mod clients;
pub mod connector;
pub mod credentials;
pub mod denial;
pub mod early;
mod egress;
pub mod fault;
pub mod gateway;
pub mod guard;
mod guard_inputs;
pub mod meter;
mod my_address;
pub mod policy;
pub mod programs;
mod quota;
mod response_body;
pub mod retry_policy;
mod session;
pub mod shapes;
#[cfg(test)]
pub(crate) mod testing;

pub use credentials::prompt::Prompt;
pub use gateway::{Gateway, GatewayConfig, Identity, ProfileSel};
pub use guard::{ConfirmedCall, Mint, Permit};
#[cfg(test)]
pub(crate) use guard_inputs::KNOWN as DRY_RUNS;
pub use meter::{CallMeter, CallRecord};
