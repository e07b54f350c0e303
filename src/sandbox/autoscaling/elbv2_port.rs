//! The port to Elastic Load Balancing: registration of members, and what their target groups think of them. The only place of this
//! service that knows it.

use std::time::Duration;

use crate::base::Time;
use crate::sandbox::elbv2;
use crate::sandbox::world::World;

/// Registers a member with a target group, on the group's port.
pub(super) fn register(world: &mut World, region: &str, target_group: &str, instance: &str, now: Time) {
    elbv2::register(world, region, target_group, instance, None, now);
}

/// Deregisters a member. Returns how long it drains: nothing if no balancer sends it traffic.
pub(super) fn deregister(world: &mut World, region: &str, target_group: &str, instance: &str, now: Time) -> Duration {
    elbv2::deregister(world, region, target_group, instance, None, now)
}

/// Whether a member is unhealthy in a target group: what a group with ELB health checks acts on.
pub(super) fn is_unhealthy(world: &World, region: &str, target_group: &str, instance: &str) -> bool {
    world.peek(region).is_some_and(|r| elbv2::believes_unhealthy(&r.elbv2, target_group, instance))
}

/// Whether the region has this target group.
pub(super) fn target_group_exists(world: &World, region: &str, arn: &str) -> bool {
    world.peek(region).is_some_and(|r| r.elbv2.groups.contains_key(arn))
}
