//! The port to EC2: instances, their load, and the actions of alarms on them. The only place of this service that knows EC2.

pub(super) use crate::sandbox::ec2::instance::Check;
pub(super) use crate::sandbox::ec2::load::{cpu_percent, credits, is_burstable, network_in, network_out};
pub(super) use crate::sandbox::ec2::{Deed, Instance, by_alarm, instance};
use crate::sandbox::world::World;

/// The instances that have metrics: those that have booted.
pub(super) fn measured<'w>(world: &'w World, region: &str) -> impl Iterator<Item = &'w Instance> {
    let instances = world.peek(region).into_iter().flat_map(|r| r.ec2.instances.values());
    instances.filter(|i| i.booted.is_some())
}
