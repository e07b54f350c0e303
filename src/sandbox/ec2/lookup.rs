//! Single resources of a region, by id.

use super::state::Instance;
use crate::sandbox::world::World;

/// An instance, terminated ones too as long as they are shown.
pub fn instance<'w>(world: &'w World, region: &str, id: &str) -> Option<&'w Instance> {
    world.peek(region)?.ec2.instances.get(id)
}
