//! Scheduled actions: a group's size changes at a moment.

use super::activity::reason;
use super::reconcile::{self, Event};
use crate::base::Time;
use crate::sandbox::physics;
use crate::sandbox::world::World;

/// Plans an action that has a moment to come.
pub(super) fn plan(world: &mut World, region: &str, group: &str, action: &str) {
    let state = &world.region(region).autoscaling;
    let start = state.groups.get(group).and_then(|g| g.scheduled.get(action)).and_then(|a| a.start);
    let Some(at) = start else { return };
    let event = Event::Scheduled { group: group.to_string(), action: action.to_string(), at };
    let region = world.region_name(region);
    world.physics.push(at, region, physics::Event::Asg(event));
}

/// Carries an action out, if it is still as it was planned.
pub(super) fn run(world: &mut World, region: &str, name: &str, action: &str, at: Time, now: Time) {
    let Some(group) = world.region(region).autoscaling.groups.get_mut(name) else { return };
    let Some(a) = group.scheduled.get(action).filter(|a| a.start == Some(at)).cloned() else { return };
    if a.recurrence.is_none() {
        group.scheduled.remove(action);
    }
    if group.suspends("ScheduledActions") {
        return;
    }
    group.min = a.min.unwrap_or(group.min);
    group.max = a.max.unwrap_or(group.max).max(group.min);
    let (min, max, from) = (group.min, group.max, group.desired);
    let to = a.desired.unwrap_or(from).clamp(min, max);
    reconcile::want(world, region, name, to, reason::scheduled(now, action, min, max, from, to), now);
}
