//! Amazon CloudWatch: alarms, and metrics of instances.

pub mod actions;
pub mod alarms;
pub mod senders;
mod data;
pub mod instance_alarms;
pub mod instance_metrics;
pub mod instance_traffic;
pub mod metrics;

pub use data::GET_METRIC_DATA;
