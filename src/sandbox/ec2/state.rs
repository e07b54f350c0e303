//! What a region has of EC2.

use serde::{Deserialize, Serialize};

/// The state of EC2 in one region.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct State {}

impl State {
    /// A region that nobody has used: its default VPC and nothing else.
    pub fn fresh(_seed: u64, _region: &str) -> State {
        State::default()
    }
}
