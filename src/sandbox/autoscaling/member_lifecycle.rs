//! A member's lifecycle: pending, hooks, in service, standby, terminating. Each step looks at the instance and schedules the next.

use std::time::Duration;

use super::activity::{self, description};
use super::ec2_port::{self, InstanceView};
use super::elbv2_port;
use super::reconcile::{
    Begun, POLL, activity_mut, begin, converge, end_member, finish, group_mut, group_of, member_mut, status, step_in,
};
use super::state::Lifecycle;
use crate::base::Time;
use crate::sandbox::world::World;

/// A member's next step, as far as it has come.
pub(super) fn step(world: &mut World, region: &str, name: &str, id: &str, now: Time) {
    let Some(group) = group_of(world, region, name) else { return };
    let Some(member) = group.member(id) else { return };
    let sight = ec2_port::look(world, region, id);
    // A heartbeat has put off the end of the wait.
    if member.held_until.is_some_and(|t| now < t) {
        return;
    }
    match (member.lifecycle, sight) {
        (Lifecycle::Pending, InstanceView::Starting) => step_in(world, region, name, id, POLL, now),
        (Lifecycle::Pending, InstanceView::On | InstanceView::Impaired) => {
            let hook = group.hooks.values().find(|h| !h.terminating);
            let wait = hook.map(|h| Duration::from_secs(u64::from(h.timeout)));
            match wait {
                Some(wait) => hold(world, region, name, id, Lifecycle::PendingWait, wait, now),
                None => enter_service(world, region, name, id, now),
            }
        }
        (Lifecycle::PendingWait, _) => {
            let proceed = group.hooks.values().find(|h| !h.terminating).is_none_or(|h| h.proceed);
            hook_over(world, region, name, id, proceed, now);
        }
        // The health check deals with an instance that went away while it started.
        (Lifecycle::Pending, InstanceView::Off | InstanceView::Ending | InstanceView::Gone)
        | (Lifecycle::InService, _) => {}
        (Lifecycle::Terminating, InstanceView::Gone) => {
            let activity = member.activity.clone();
            if let Some(g) = group_mut(world, region, name) {
                g.members.retain(|m| m.id != id);
            }
            if let Some(activity) = activity {
                if let Some(a) = activity_mut(world, region, &activity) {
                    a.description = description::terminating(id);
                }
                finish(world, region, &activity, "Successful", now);
            }
            converge(world, region, name, now);
        }
        (Lifecycle::Terminating, _) => {
            let hook = group.hooks.values().find(|h| h.terminating);
            let wait = hook.map(|h| Duration::from_secs(u64::from(h.timeout)));
            match wait {
                // A hook holds what still runs, and only once: what is shutting down has been through it.
                Some(wait) if matches!(sight, InstanceView::On | InstanceView::Impaired) => {
                    hold(world, region, name, id, Lifecycle::TerminatingWait, wait, now);
                }
                _ => end_instance(world, region, name, id, now),
            }
        }
        (Lifecycle::TerminatingWait, _) => {
            if let Some(m) = member_mut(world, region, name, id) {
                m.lifecycle = Lifecycle::Terminating;
            }
            end_instance(world, region, name, id, now);
        }
        (Lifecycle::EnteringStandby, _) => {
            let activity = member.activity.clone();
            if let Some(m) = member_mut(world, region, name, id) {
                m.lifecycle = Lifecycle::Standby;
                m.activity = None;
            }
            if let Some(activity) = activity {
                finish(world, region, &activity, "Successful", now);
            }
        }
        (Lifecycle::Standby, _) => {}
        (Lifecycle::Detaching, _) => {
            let activity = member.activity.clone();
            if let Some(g) = group_mut(world, region, name) {
                g.members.retain(|m| m.id != id);
            }
            if let Some(activity) = activity {
                finish(world, region, &activity, "Successful", now);
            }
        }
    }
}

fn end_instance(world: &mut World, region: &str, name: &str, id: &str, now: Time) {
    let activity = group_of(world, region, name).and_then(|g| g.member(id)).and_then(|m| m.activity.clone());
    if let Some(a) = activity.as_deref().and_then(|id| activity_mut(world, region, id)) {
        a.description = description::terminating(id);
        a.status = "InProgress".to_string();
        a.progress = a.progress.max(50);
    }
    ec2_port::terminate(world, region, id, now);
    step_in(world, region, name, id, POLL, now);
}

/// A lifecycle hook holds a member.
fn hold(world: &mut World, region: &str, name: &str, id: &str, at: Lifecycle, wait: Duration, now: Time) {
    let until = now.plus(world.scaled(wait));
    let activity = member_mut(world, region, name, id).and_then(|m| {
        m.lifecycle = at;
        m.held_until = Some(until);
        m.activity.clone()
    });
    status(world, region, activity.as_deref(), "MidLifecycleAction", 60);
    step_in(world, region, name, id, wait, now);
}

/// Looks at a held member again after a while.
pub(super) fn wait(world: &mut World, region: &str, name: &str, id: &str, wait: Duration, now: Time) {
    step_in(world, region, name, id, wait, now);
}

/// A launch hook is over, by an answer or by time.
pub(super) fn hook_over(world: &mut World, region: &str, name: &str, id: &str, proceed: bool, now: Time) {
    if let Some(m) = member_mut(world, region, name, id) {
        m.held_until = None;
    }
    if proceed {
        enter_service(world, region, name, id, now);
    } else {
        let why = format!("At {} an instance was taken out of service in response to a launch failure.", now.rfc3339());
        end_member(world, region, name, id, why, now);
    }
}

/// A member that waits for its termination hook goes on.
pub(super) fn go_on(world: &mut World, region: &str, name: &str, id: &str, now: Time) {
    if let Some(m) = member_mut(world, region, name, id) {
        m.held_until = None;
    }
    step(world, region, name, id, now);
}

/// Has a member that needs no start take its next step shortly.
pub(super) fn step_soon(world: &mut World, region: &str, name: &str, id: &str, now: Time) {
    step_in(world, region, name, id, Duration::from_secs(8), now);
}

/// A member comes into service: on the balancers, its activity successful.
fn enter_service(world: &mut World, region: &str, name: &str, id: &str, now: Time) {
    let Some(member) = member_mut(world, region, name, id) else { return };
    member.lifecycle = Lifecycle::InService;
    member.in_service = Some(now);
    if let Some(activity) = member.activity.take() {
        finish(world, region, &activity, "Successful", now);
    }
    balance(world, region, name, id, now);
    if let Some(g) = group_mut(world, region, name) {
        g.scaled = Some(now);
    }
}

/// Registers a member with the group's target groups, unless that is suspended.
pub(super) fn balance(world: &mut World, region: &str, name: &str, id: &str, now: Time) {
    let Some(group) = group_of(world, region, name) else { return };
    if group.suspends("AddToLoadBalancer") {
        return;
    }
    for tg in group.target_groups.clone() {
        elbv2_port::register(world, region, &tg, id, now);
    }
}

/// Moves a member to standby, or off the group alive. Returns the activity's id.
pub(super) fn set_aside(
    world: &mut World,
    region: &str,
    name: &str,
    id: &str,
    to: Lifecycle,
    why: String,
    now: Time,
) -> Option<String> {
    let group = group_of(world, region, name)?;
    let member = group.member(id)?;
    let details = activity::details(&member.subnet, &member.zone, None);
    let target_groups = group.target_groups.clone();
    let mut drain = Duration::ZERO;
    for tg in &target_groups {
        drain = drain.max(elbv2_port::deregister(world, region, tg, id, now));
    }
    let text = if to == Lifecycle::Detaching { description::detaching(id) } else { description::entering_standby(id) };
    let what = Begun { description: text, cause: why, status: "InProgress", progress: 50, details };
    let activity = begin(world, region, name, what, now);
    let member = member_mut(world, region, name, id)?;
    member.lifecycle = to;
    member.activity = Some(activity.clone());
    step_in(world, region, name, id, drain.max(Duration::from_secs(8)), now);
    Some(activity)
}

/// Brings a member back from standby. Returns the activity's id.
pub(super) fn bring_back(
    world: &mut World,
    region: &str,
    name: &str,
    id: &str,
    why: String,
    now: Time,
) -> Option<String> {
    let member = group_of(world, region, name)?.member(id)?;
    let details = activity::details(&member.subnet, &member.zone, None);
    let text = description::exiting_standby(id);
    let what = Begun { description: text, cause: why, status: "PreInService", progress: 30, details };
    let activity = begin(world, region, name, what, now);
    let member = member_mut(world, region, name, id)?;
    member.lifecycle = Lifecycle::Pending;
    member.activity = Some(activity.clone());
    step_in(world, region, name, id, Duration::from_secs(8), now);
    Some(activity)
}
