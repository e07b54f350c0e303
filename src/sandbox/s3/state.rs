//! What the account has of buckets and objects.

use serde::{Deserialize, Serialize};

/// The state of buckets and objects.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct State {}
