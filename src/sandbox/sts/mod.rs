//! The sandbox's Security Token Service.

use crate::sandbox::wire::{Call, Reply};
use crate::sandbox::world::World;

/// Answers one call.
pub(crate) fn answer(_world: &mut World, call: &Call<'_>) -> Reply {
    call.unknown_operation()
}
