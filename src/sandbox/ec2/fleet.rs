//! The world `fleet:N`: one region with very many instances.

use crate::base::Time;
use crate::sandbox::world::World;

/// Adds them.
pub(in crate::sandbox) fn build(_world: &mut World, _now: Time, _count: u32) -> Result<(), String> {
    Ok(())
}
