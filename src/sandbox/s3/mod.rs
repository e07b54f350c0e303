//! The sandbox's buckets and objects.

pub(super) mod demo;
mod state;

pub use state::State;

use crate::sandbox::wire::{Call, Reply};
use crate::sandbox::world::World;

/// Answers one call.
pub(crate) fn answer(_world: &mut World, call: &Call<'_>) -> Reply {
    call.unknown_operation()
}
