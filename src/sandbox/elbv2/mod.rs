//! The sandbox's load balancers, target groups and targets: Elastic Load Balancing version 2015-12-01.
//!
//! | module | what it owns |
//! |---|---|
//! | `state`, `health` | plain data; a target's states, reason codes and words |
//! | `physics` | rounds of health checks, registration, draining |
//! | `metrics`, `alb_traffic` | what balancers publish each minute |
//! | `ec2_port` | the port to EC2 and its network: the only place that knows them |
//! | `describe`, `balancers`, `listeners`, `target_groups`, `targets`, `attributes`, `tagging` | the operations |
//! | `render`, `page`, `errors` | the wire: XML, markers, AWS's errors |
//!
//! Other services use [`register`], [`deregister`], [`instance_changed`] and [`believes_unhealthy`].

mod alb_traffic;
mod attributes;
mod balancers;
pub(super) mod demo;
mod describe;
mod ec2_port;
mod errors;
mod health;
mod listeners;
mod metrics;
mod operations;
mod page;
mod physics;
mod render;
pub mod state;
mod tagging;
mod target_groups;
mod targets;

pub use health::{Failure, Health, Unused};
pub(in crate::sandbox) use metrics::metrics;
pub(in crate::sandbox) use operations::answer;
pub(in crate::sandbox) use physics::{apply_event, believes_unhealthy, deregister, instance_changed, register};
pub use state::{Answer, App, Event, HealthCheck, Kind, Listener, LoadBalancer, State, Target, TargetGroup, Zone};

#[cfg(test)]
mod tests;
