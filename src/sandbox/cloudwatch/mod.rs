//! The sandbox's alarms and metrics: Amazon CloudWatch in its three protocols.
//!
//! | module | what it owns |
//! |---|---|
//! | [`state`] | alarms, their history, metrics that were sent; knows no protocol |
//! | `cbor`, `text` | the codecs of its protocols' values: rpc-v2-cbor, JSON 1.0, forms |
//! | `operations`, `physics` | the operations by name; the minutes in which alarms are evaluated |
//! | `metrics`, `stats` | where metrics come from; statistics |
//! | `ec2_port` | the port to EC2: the only place that knows it |
//! | `math`, `functions` | metric math: its language, its functions |
//! | `labels` | labels with values in them |
//! | `alarms`, `define`, `data`, `put_metric_data` | the operations, once for all protocols |
//! | `evaluate`, `rule` | alarms by the minute; composite alarms' rules |
//! | `change` | what a call changed, for CloudTrail |
//! | `actions`, `suppress` | what alarms set off; composite alarms that are held back |

mod actions;
mod alarms;
mod cbor;
mod change;
mod data;
mod define;
pub(super) mod demo;
mod ec2_port;
mod errors;
mod evaluate;
mod functions;
mod labels;
mod math;
mod metrics;
mod operations;
mod physics;
mod put_metric_data;
mod rule;
pub mod state;
mod stats;
mod suppress;
#[cfg(test)]
mod tests;
mod text;

pub use crate::sandbox::metric::MetricKey;
pub(in crate::sandbox) use actions::{carry_out, scale_again};
pub(in crate::sandbox) use alarms::remove_alarms;
pub(in crate::sandbox) use change::change;
pub(in crate::sandbox) use define::put_alarm;
pub(in crate::sandbox) use operations::answer;
pub(in crate::sandbox) use physics::{apply_event, minute_over, record};
pub use state::{Alarm, AlarmState, Event, MetricWatch, State, Watch};
