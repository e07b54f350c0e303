//! This service's part of the world `demo`.

use crate::base::Time;
use crate::sandbox::world::World;

/// Adds it.
pub(in crate::sandbox) fn build(_world: &mut World, _now: Time) -> Result<(), String> {
    Ok(())
}
