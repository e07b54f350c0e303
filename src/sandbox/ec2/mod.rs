//! The sandbox's EC2: instances, networks, volumes, images, addresses.

pub(super) mod demo;
pub(super) mod fleet;
pub mod regions;
mod state;

pub use state::State;

use serde::{Deserialize, Serialize};

use crate::base::Time;
use crate::sandbox::wire::{Call, Reply};
use crate::sandbox::world::World;

/// What will happen to instances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The region's housekeeping is due.
    Tick,
}

/// Lets an event happen at its moment.
pub(crate) fn happen(_world: &mut World, _region: &str, event: Event, _now: Time) {
    match event {
        Event::Tick => {}
    }
}

/// Answers one call.
pub(crate) fn answer(_world: &mut World, call: &Call<'_>) -> Reply {
    call.unknown_operation()
}
