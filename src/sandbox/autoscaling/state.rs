//! What the account has of Auto Scaling groups.

use serde::{Deserialize, Serialize};

/// The state of Auto Scaling groups.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct State {}
