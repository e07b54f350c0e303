//! What the account has of load balancers, target groups and targets.

use serde::{Deserialize, Serialize};

/// The state of load balancers, target groups and targets.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct State {}
