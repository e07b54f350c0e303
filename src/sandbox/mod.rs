//! The embedded, living AWS account: a server without a socket.
//!
//! [`Sandbox`] owns one [`world::World`] behind a lock and answers HTTP requests as AWS would: through the SDK's HTTP connector
//! ([`Sandbox::http_client`]) or behind a socket. So serializers, signing, retries, paginators and error parsing in front of it
//! are the production code.
//!
//! | layer | modules | what they own |
//! |---|---|---|
//! | wire and shapes | [`wire`], [`metric`], [`pace`], [`random`], [`regions`] | protocols, and values that services share; know no resource |
//! | state | `state` of each service | what a region has of it, with the events to come; knows no other service |
//! | world | [`world`] | the states of all services, one consistent graph; the queue of events; facts that were told |
//! | operations | [`ec2`], [`elbv2`], [`cloudwatch`], [`autoscaling`], [`s3`], [`sts`], [`cloudtrail`] | a service each: its own state, and those below it through a port (`ec2_port`) |
//! | account | `account`, [`shell`], [`physics`], [`presets`], [`faults`], [`connector`], [`listen`] | dispatch; what follows from what; what it begins with; faults on purpose; its two fronts |
//!
//! It must not know the console: no kinds, no actions, no screens. No lock is held across an await or while a body is
//! written. An unknown operation gets AWS's own error, never a panic and never a silent success.

mod account;
pub mod autoscaling;
pub mod cloudtrail;
pub mod cloudwatch;
pub mod connector;
pub mod ec2;
pub mod elbv2;
mod error;
pub mod faults;
pub mod listen;
pub mod metric;
pub mod pace;
pub mod physics;
pub mod presets;
pub mod random;
pub mod regions;
pub mod s3;
pub mod shell;
pub mod sts;
pub mod wire;
pub mod world;

pub use account::Sandbox;
pub use error::WorldError;
pub use presets::WorldSpec;
pub use world::ACCOUNT;
