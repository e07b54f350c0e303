//! The sandbox's alarms and metrics.

pub(super) mod demo;
mod state;

pub use state::State;

use serde::{Deserialize, Serialize};

use crate::base::Time;
use crate::sandbox::wire::{Call, Reply};
use crate::sandbox::world::World;

/// What will happen to alarms and metrics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {}

/// Lets an event happen at its moment.
pub(crate) fn happen(_world: &mut World, _region: &str, event: Event, _now: Time) {
    match event {}
}

/// Answers one call.
pub(crate) fn answer(_world: &mut World, call: &Call<'_>) -> Reply {
    call.unknown_operation()
}
