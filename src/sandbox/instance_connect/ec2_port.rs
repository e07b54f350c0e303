//! The port to EC2: the only place that knows it.

use arcstr::ArcStr;

use crate::sandbox::ec2::state::instance::InstanceState;
use crate::sandbox::world::World;

/// Where an instance is.
pub(super) struct Place {
    pub(super) zone: ArcStr,
    pub(super) running: bool,
}

/// An instance that is still shown.
pub(super) fn place(world: &World, region: &str, id: &str) -> Option<Place> {
    let instance = world.peek(region)?.ec2.instances.get(id)?;
    Some(Place { zone: instance.zone.clone(), running: instance.state == InstanceState::Running })
}
