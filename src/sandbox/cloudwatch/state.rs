//! What the account has of alarms and metrics.

use serde::{Deserialize, Serialize};

/// The state of alarms and metrics.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct State {}
