//! Amazon CloudWatch: alarms, and metrics of instances.

pub mod actions;
pub mod alarm_charts;
pub mod alarm_tags;
pub mod alarms;
pub mod burstable_charts;
mod data;
pub mod instance_alarms;
pub mod instance_charts;
pub mod instance_metrics;
pub mod instance_traffic;
pub mod metrics;
pub mod senders;
mod watched;

pub use data::{GET_METRIC_DATA, looks_an_hour};
