//! The sandbox's Auto Scaling groups: EC2 Auto Scaling version 2011-01-01.
//!
//! | module | what it owns |
//! |---|---|
//! | `state`, `activity` | plain data; activities and causes in AWS's words |
//! | `selection` | a group's decisions: zone, instance to terminate, capacity |
//! | `reconcile`, `schedule` | how a group keeps its desired capacity as time goes by |
//! | `ec2_port`, `elbv2_port`, `cloudwatch_port` | the ports to EC2, ELB and CloudWatch: the only places that know them |
//! | `metrics` | what groups publish each minute |
//! | `describe`, `groups`, `members`, `policies` | the operations |
//! | `render`, `errors` | the wire: XML, AWS's errors |

mod activity;
mod attachments;
mod cloudwatch_port;
mod cron;
pub(super) mod demo;
mod describe;
mod ec2_port;
mod elbv2_port;
mod errors;
mod groups;
mod hooks;
mod member_lifecycle;
mod members;
mod metrics;
mod operations;
mod policies;
mod reconcile;
mod refresh;
mod render;
mod schedule;
mod selection;
pub mod state;

pub use activity::Activity;
pub(in crate::sandbox) use metrics::metrics;
pub(in crate::sandbox) use operations::answer;
pub use policies::alarm_fired;
pub(in crate::sandbox) use reconcile::apply_event;
pub use state::{Event, Group, Lifecycle, Member, Place, Policy, PolicyKind, State, Template};

#[cfg(test)]
mod tests;
