//! The keeping of a group's desired capacity: health checks, launches, terminations, and their activities.
//!
//! Each group has a round every fifteen seconds; a request that changes something also brings one a few seconds later,
//! as AWS reacts in seconds and looks in between. Suspended processes are honoured here and nowhere else.

use std::time::Duration;

use super::activity::{self, Activity, cause, description};
use super::ec2_port::{self, InstanceView};
use super::elbv2_port;
use super::state::{Event, Group, Lifecycle, Member, Sick};
use super::{member_lifecycle, refresh, schedule, selection};
use crate::base::Time;
use crate::sandbox::world::World;
use crate::sandbox::world::event_queue;

const ROUND: Duration = Duration::from_secs(15);
const REACTION: Duration = Duration::from_secs(4);
/// How soon a member that was not ready is looked at again.
pub(super) const POLL: Duration = Duration::from_secs(5);

/// Lets an event happen at its moment.
pub(crate) fn apply_event(world: &mut World, region: &str, event: Event, now: Time) {
    match event {
        Event::Round { group, of } => {
            if world.region(region).autoscaling.groups.get(&group).is_some_and(|g| g.created == of) {
                check_health(world, region, &group, now);
                refresh::advance(world, region, &group, now);
                converge(world, region, &group, now);
                plan_round(world, region, &group, now);
            }
        }
        Event::Soon { group } => {
            refresh::advance(world, region, &group, now);
            converge(world, region, &group, now);
        }
        Event::Step { group, instance } => member_lifecycle::step(world, region, &group, &instance, now),
        Event::Scheduled { group, action, at } => schedule::run(world, region, &group, &action, at, now),
    }
}

/// Plans a group's next round.
pub(super) fn plan_round(world: &mut World, region: &str, group: &str, now: Time) {
    let Some(of) = group_of(world, region, group).map(|g| g.created) else { return };
    world.schedule(region, now, ROUND, event_queue::Event::Asg(Event::Round { group: group.to_string(), of }));
}

/// Has the group look at its capacity in a few seconds.
pub(super) fn soon(world: &mut World, region: &str, group: &str, now: Time) {
    world.schedule(region, now, REACTION, event_queue::Event::Asg(Event::Soon { group: group.to_string() }));
}

/// Has a member take its next step after a while.
pub(super) fn step_in(world: &mut World, region: &str, group: &str, instance: &str, after: Duration, now: Time) {
    let event = Event::Step { group: group.to_string(), instance: instance.to_string() };
    world.schedule(region, now, after, event_queue::Event::Asg(event));
}

/// A group.
pub(super) fn group_of<'w>(world: &'w World, region: &str, group: &str) -> Option<&'w Group> {
    world.peek(region)?.autoscaling.groups.get(group)
}

/// A group, to change.
pub(super) fn group_mut<'w>(world: &'w mut World, region: &str, group: &str) -> Option<&'w mut Group> {
    world.region(region).autoscaling.groups.get_mut(group)
}

/// A member, to change.
pub(super) fn member_mut<'w>(world: &'w mut World, region: &str, group: &str, id: &str) -> Option<&'w mut Member> {
    group_mut(world, region, group)?.member_mut(id)
}

/// Writes an activity down; returns its id.
pub(super) fn begin(world: &mut World, region: &str, group: &str, what: Begun, now: Time) -> String {
    let id = world.new_uuid();
    let state = &mut world.region(region).autoscaling;
    let group_arn = state.groups.get(group).map_or_else(String::new, |g| g.arn.clone());
    state.activities.push(Activity {
        id: id.clone(),
        group: group.to_string(),
        group_arn,
        description: what.description,
        cause: what.cause,
        start: now,
        end: None,
        status: what.status.to_string(),
        message: None,
        progress: what.progress,
        details: what.details,
        group_deleted: false,
    });
    id
}

/// A new activity's own parts.
pub(super) struct Begun {
    /// What is done.
    pub description: String,
    /// Why.
    pub cause: String,
    /// AWS's status code.
    pub status: &'static str,
    /// In percent.
    pub progress: u32,
    /// As [`activity::details`] writes it.
    pub details: String,
}

/// An activity, to move on.
pub(super) fn activity_mut<'w>(world: &'w mut World, region: &str, id: &str) -> Option<&'w mut Activity> {
    // The ones under way are among the newest.
    world.region(region).autoscaling.activities.iter_mut().rev().find(|a| a.id == id)
}

/// Ends an activity.
pub(super) fn finish(world: &mut World, region: &str, id: &str, status: &str, now: Time) {
    if let Some(a) = activity_mut(world, region, id) {
        a.status = status.to_string();
        a.progress = 100;
        a.end = Some(now);
    }
}

/// Moves an activity on.
pub(super) fn status(world: &mut World, region: &str, id: Option<&str>, status: &str, progress: u32) {
    if let Some(a) = id.and_then(|id| activity_mut(world, region, id)) {
        a.status = status.to_string();
        a.progress = progress;
    }
}

/// Marks sick members, and ends those that may be ended.
fn check_health(world: &mut World, region: &str, name: &str, now: Time) {
    let Some(group) = group_of(world, region, name) else { return };
    if group.deleting {
        return;
    }
    let checks = !group.suspends("HealthCheck");
    let replaces = !group.suspends("ReplaceUnhealthy") && !group.suspends("Terminate");
    let grace = world.scaled(Duration::from_secs(u64::from(group.grace)));
    let mut found = Vec::new();
    for m in &group.members {
        if !matches!(m.lifecycle, Lifecycle::InService | Lifecycle::Pending) {
            continue;
        }
        let in_grace = m.in_service.is_none_or(|t| now < t.plus(grace));
        let balancer = |world: &World| {
            group.elb_checks && group.target_groups.iter().any(|tg| elbv2_port::is_unhealthy(world, region, tg, &m.id))
        };
        let sick = match ec2_port::look(world, region, &m.id) {
            _ if m.sick.is_some() => m.sick,
            _ if !checks => None,
            InstanceView::Gone | InstanceView::Ending | InstanceView::Off => Some(Sick::Gone),
            InstanceView::Starting => None,
            InstanceView::Impaired if !in_grace => Some(Sick::Impaired),
            InstanceView::On | InstanceView::Impaired => (!in_grace && balancer(world)).then_some(Sick::Balancer),
        };
        if let Some(sick) = sick {
            found.push((m.id.clone(), sick));
        }
    }
    for (id, sick) in found {
        if let Some(m) = member_mut(world, region, name, &id) {
            m.sick = Some(sick);
        }
        if replaces {
            let why = match sick {
                Sick::Gone => cause::ec2_check(now),
                Sick::Impaired => cause::ec2_status(now),
                Sick::Balancer => cause::elb_check(now),
                Sick::User => cause::user_check(now),
            };
            if let Some(g) = group_mut(world, region, name) {
                g.replacing = g.replacing.saturating_add(1);
            }
            end_member(world, region, name, &id, why, now);
        }
    }
}

/// Launches what is missing, ends what is too many.
pub(super) fn converge(world: &mut World, region: &str, name: &str, now: Time) {
    let Some(group) = group_of(world, region, name) else { return };
    let (capacity, desired, reason) = (group.capacity(), group.desired, group.reason.clone());
    let (may_launch, may_end) = (!group.suspends("Launch") && !group.deleting, !group.suspends("Terminate"));
    if capacity < desired && may_launch {
        for _ in capacity..desired {
            let replacing = group_mut(world, region, name).is_some_and(|g| {
                let replacing = g.replacing > 0;
                g.replacing = g.replacing.saturating_sub(1);
                replacing
            });
            let why =
                if replacing { cause::replace(now) } else { cause::launch(reason.as_deref(), now, capacity, desired) };
            if !launch(world, region, name, why, now) {
                break;
            }
        }
    } else if capacity > desired && may_end {
        for _ in desired..capacity {
            let victim = group_of(world, region, name).and_then(selection::victim).map(|m| m.id.clone());
            let Some(id) = victim else { break };
            let why = if group_of(world, region, name).is_some_and(|g| g.deleting) {
                cause::delete(now, capacity, desired, &id)
            } else {
                cause::shrink(reason.as_deref(), now, capacity, desired, &id)
            };
            end_member(world, region, name, &id, why, now);
        }
    }
    let Some(group) = group_mut(world, region, name) else { return };
    if group.capacity() >= group.desired {
        group.replacing = 0;
    }
    if group.capacity() == group.desired {
        group.reason = None;
    }
    if group.deleting && group.members.is_empty() {
        forget(world, region, name);
    }
}

/// A deleted group's last member is gone.
fn forget(world: &mut World, region: &str, name: &str) {
    let state = &mut world.region(region).autoscaling;
    state.groups.remove(name);
    for a in state.activities.iter_mut().filter(|a| a.group == name) {
        a.group_deleted = true;
    }
}

/// Starts one instance. False if EC2 refused: the next round tries again.
fn launch(world: &mut World, region: &str, name: &str, why: String, now: Time) -> bool {
    let Some(group) = group_of(world, region, name).cloned() else { return false };
    let Some(place) = selection::place(&group).cloned() else { return false };
    let details = activity::details(&place.subnet, &place.zone, None);
    match ec2_port::launch(world, region, &group, &place, now) {
        Ok(member) => {
            let id = member.id.clone();
            let what = Begun {
                description: description::launching(&id),
                cause: why,
                status: "PreInService",
                progress: 30,
                details,
            };
            let activity = begin(world, region, name, what, now);
            if let Some(g) = group_mut(world, region, name) {
                g.members.push(Member { activity: Some(activity), ..member });
            }
            let up = world.random(&id, "asg-up").secs(18.0, 32.0);
            step_in(world, region, name, &id, up, now);
            true
        }
        Err(message) => {
            let what = Begun {
                description: description::launch_failed(&message),
                cause: why,
                status: "Failed",
                progress: 100,
                details,
            };
            // One failed activity tells it; a group that cannot launch does not write one every round.
            let state = &world.region(region).autoscaling;
            let told = state.activities.iter().rev().find(|a| a.group == name);
            let again = told.is_some_and(|a| a.status == "Failed" && a.description == what.description);
            if !again {
                let id = begin(world, region, name, what, now);
                if let Some(a) = activity_mut(world, region, &id) {
                    a.end = Some(now);
                    a.message = Some(format!("{message} Launching EC2 instance failed."));
                }
            }
            false
        }
    }
}

/// Takes a member out of service for good: off the balancers, then terminated. Returns the activity's id.
pub(super) fn end_member(
    world: &mut World,
    region: &str,
    name: &str,
    id: &str,
    why: String,
    now: Time,
) -> Option<String> {
    let group = group_of(world, region, name)?;
    let member = group.member(id)?;
    if member.lifecycle.leaving() {
        return member.activity.clone();
    }
    let details = activity::details(&member.subnet, &member.zone, None);
    let target_groups = group.target_groups.clone();
    // A launch that was still under way ends with its instance.
    let launching =
        member.activity.clone().filter(|_| matches!(member.lifecycle, Lifecycle::Pending | Lifecycle::PendingWait));
    if let Some(launching) = launching {
        finish(world, region, &launching, "Cancelled", now);
    }
    let mut drain = Duration::ZERO;
    for tg in &target_groups {
        drain = drain.max(elbv2_port::deregister(world, region, tg, id, now));
    }
    let what = if drain.is_zero() {
        Begun { description: description::terminating(id), cause: why, status: "InProgress", progress: 0, details }
    } else {
        Begun {
            description: description::terminating_draining(id),
            cause: why,
            status: "WaitingForELBConnectionDraining",
            progress: 50,
            details,
        }
    };
    let activity = begin(world, region, name, what, now);
    let member = member_mut(world, region, name, id)?;
    member.lifecycle = Lifecycle::Terminating;
    member.activity = Some(activity.clone());
    step_in(world, region, name, id, drain.max(Duration::from_secs(1)), now);
    Some(activity)
}

/// Sets the desired capacity for a reason, and has the group act on it.
pub(super) fn want(world: &mut World, region: &str, name: &str, desired: u32, reason: String, now: Time) {
    let Some(group) = group_mut(world, region, name) else { return };
    if group.desired != desired {
        group.desired = desired;
        group.reason = Some(reason);
        group.replacing = 0;
    }
    soon(world, region, name, now);
}
