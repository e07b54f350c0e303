//! Operations on single members: health, protection, standby, attach, detach, terminate.

use super::activity::{self, cause, description};
use super::errors::{Outcome, known_group, not_managed, not_part, required, validation};
use super::groups::done;
use super::reconcile::{self, Begun};
use super::state::{Group, Lifecycle, Sick, State};
use super::{ec2_port, member_lifecycle, render};
use crate::sandbox::wire::{Call, Reply};
use crate::sandbox::world::World;

/// The group that an instance is in.
fn home<'s>(state: &'s State, id: &str) -> Outcome<&'s Group> {
    state.groups.values().find(|g| g.member(id).is_some()).ok_or_else(|| not_managed(id))
}

fn flag(call: &Call<'_>, field: &str) -> Outcome<bool> {
    required(call, field)?;
    Ok(call.params.bool(field)?.unwrap_or(false))
}

fn activities(world: &mut World, call: &Call<'_>, ids: &[String]) -> Reply {
    let state = &world.region(&call.region).autoscaling;
    let chosen = ids.iter().filter_map(|id| state.activities.iter().rev().find(|a| a.id == *id));
    call.query(|x| x.list("Activities", "member", chosen, render::activity))
}

pub(super) fn terminate(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let id = required(call, "InstanceId")?.to_string();
    let shrink = flag(call, "ShouldDecrementDesiredCapacity")?;
    let group = home(&world.region(&region).autoscaling, &id)?;
    let (name, from, min) = (group.name.clone(), group.desired, group.min);
    let counts = group.member(&id).is_some_and(|m| m.lifecycle.counts());
    if shrink && from <= min {
        return Err(validation(format!(
            "Currently, desiredSize equals minSize ({min}). Terminating instance without replacement will violate group's \
             min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size."
        )));
    }
    let shrink = shrink && counts;
    if let Some(g) = world.region(&region).autoscaling.groups.get_mut(&name).filter(|_| shrink) {
        g.desired = from.saturating_sub(1);
    }
    let why = cause::user_terminate(call.now, &id, shrink.then(|| (from, from.saturating_sub(1))));
    let activity = reconcile::end_member(world, &region, &name, &id, why, call.now);
    reconcile::soon(world, &region, &name, call.now);
    let state = &world.region(&region).autoscaling;
    let activity = activity.and_then(|a| state.activities.iter().rev().find(|x| x.id == a));
    Ok(call.query(|x| {
        if let Some(a) = activity {
            x.nest("Activity", |x| render::activity(x, a));
        }
    }))
}

/// The members that a request names, each of the group and in one of these states.
fn named(group: &Group, call: &Call<'_>, in_state: &[Lifecycle], word: &str) -> Outcome<Vec<String>> {
    let ids = call.params.texts("InstanceIds");
    for id in &ids {
        let member = group.member(id).ok_or_else(|| not_part(id, &group.name))?;
        if !in_state.contains(&member.lifecycle) {
            return Err(validation(format!("The instance {id} is not in {word}.")));
        }
    }
    Ok(ids.into_iter().map(str::to_string).collect())
}

pub(super) fn enter_standby(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    set_aside(world, call, Lifecycle::EnteringStandby)
}

pub(super) fn detach(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    set_aside(world, call, Lifecycle::Detaching)
}

fn set_aside(world: &mut World, call: &Call<'_>, to: Lifecycle) -> Outcome<Reply> {
    let region = call.region.clone();
    let group = known_group(&world.region(&region).autoscaling, call)?;
    let shrink = flag(call, "ShouldDecrementDesiredCapacity")?;
    let detaching = to == Lifecycle::Detaching;
    let from_states: &[Lifecycle] =
        if detaching { &[Lifecycle::InService, Lifecycle::Standby] } else { &[Lifecycle::InService] };
    let ids = named(group, call, from_states, "InService")?;
    let n = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    let (name, min, max, from) = (group.name.clone(), group.min, group.max, group.desired);
    if shrink && from.saturating_sub(n) < min {
        let plural = if n == 1 { "instance" } else { "instances" };
        let action = if detaching { "detach" } else { "place into standby" };
        return Err(validation(format!(
            "AutoScalingGroup {name} has min-size={min}, max-size={max}, and desired-size={from}. To {action} {n} \
             {plural}, please update the AutoScalingGroup sizes appropriately."
        )));
    }
    let to_capacity = if shrink { from.saturating_sub(n) } else { from };
    if let Some(g) = world.region(&region).autoscaling.groups.get_mut(&name) {
        g.desired = to_capacity;
    }
    let mut begun = Vec::new();
    for id in &ids {
        let change = shrink.then_some((from, to_capacity));
        let why =
            if detaching { cause::detach(call.now, id, change) } else { cause::enter_standby(call.now, id, change) };
        begun.extend(member_lifecycle::set_aside(world, &region, &name, id, to, why, call.now));
    }
    reconcile::soon(world, &region, &name, call.now);
    Ok(activities(world, call, &begun))
}

pub(super) fn exit_standby(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let group = known_group(&world.region(&region).autoscaling, call)?;
    let ids = named(group, call, &[Lifecycle::Standby], "Standby")?;
    let n = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    let (name, min, max, from) = (group.name.clone(), group.min, group.max, group.desired);
    let to = from.saturating_add(n);
    if to > max {
        return Err(validation(format!(
            "AutoScalingGroup {name} has min-size={min}, max-size={max}, and desired-size={from}. To take {n} instance(s) \
             out of standby, please update the AutoScalingGroup sizes appropriately."
        )));
    }
    let mut begun = Vec::new();
    for id in &ids {
        let why = cause::exit_standby(call.now, id, from, to);
        begun.extend(member_lifecycle::bring_back(world, &region, &name, id, why, call.now));
    }
    if let Some(g) = world.region(&region).autoscaling.groups.get_mut(&name) {
        g.desired = to;
    }
    Ok(activities(world, call, &begun))
}

pub(super) fn attach(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let group = known_group(&world.region(&region).autoscaling, call)?.clone();
    let ids = call.params.texts("InstanceIds");
    let n = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    let (name, from) = (group.name.clone(), group.desired);
    let to = from.saturating_add(n);
    if to > group.max {
        return Err(validation(format!(
            "AutoScalingGroup {name} has min-size={}, max-size={}, and desired-size={from}. To attach {n} more instance(s), \
             please update the AutoScalingGroup sizes appropriately.",
            group.min, group.max
        )));
    }
    let mut members = Vec::new();
    for id in &ids {
        if home(&world.region(&region).autoscaling, id).is_ok() {
            return Err(validation(format!("Instance {id} is already part of an AutoScalingGroup")));
        }
        members.push(ec2_port::adopt(world, &region, &group, id).map_err(validation)?);
    }
    for mut member in members {
        let what = Begun {
            description: description::attaching(&member.id),
            cause: cause::attach(call.now, from, to),
            status: "PreInService",
            progress: 30,
            details: activity::details(&member.subnet, &member.zone, None),
        };
        member.activity = Some(reconcile::begin(world, &region, &name, what, call.now));
        let id = member.id.clone();
        if let Some(g) = world.region(&region).autoscaling.groups.get_mut(&name) {
            g.members.push(member);
        }
        member_lifecycle::step_soon(world, &region, &name, &id, call.now);
    }
    if let Some(g) = world.region(&region).autoscaling.groups.get_mut(&name) {
        g.desired = to;
    }
    Ok(done(call))
}

pub(super) fn set_health(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let id = required(call, "InstanceId")?;
    let healthy = match required(call, "HealthStatus")? {
        "Healthy" => true,
        "Unhealthy" => false,
        other => {
            return Err(validation(format!("Invalid HealthStatus: {other}. Valid values are Healthy and Unhealthy")));
        }
    };
    let respects = call.params.bool("ShouldRespectGracePeriod")?.unwrap_or(true);
    let group = home(&world.region(&region).autoscaling, id)?;
    let (name, grace) = (group.name.clone(), group.grace);
    let since = group.member(id).and_then(|m| m.in_service);
    let grace = world.scaled(std::time::Duration::from_secs(u64::from(grace)));
    let in_grace = since.is_none_or(|t| call.now < t.plus(grace));
    if !healthy && respects && in_grace {
        // AWS takes the call and does nothing while the grace period runs.
        return Ok(done(call));
    }
    if let Some(m) = world.region(&region).autoscaling.groups.get_mut(&name).and_then(|g| g.member_mut(id)) {
        m.sick = (!healthy).then_some(Sick::User);
    }
    Ok(done(call))
}

pub(super) fn set_protection(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let group = known_group(&world.region(&region).autoscaling, call)?;
    let protect = flag(call, "ProtectedFromScaleIn")?;
    let ids = call.params.texts("InstanceIds");
    for id in &ids {
        group.member(id).ok_or_else(|| not_part(id, &group.name))?;
    }
    let name = group.name.clone();
    if let Some(g) = world.region(&region).autoscaling.groups.get_mut(&name) {
        for id in ids {
            if let Some(m) = g.member_mut(id) {
                m.protected = protect;
            }
        }
    }
    Ok(done(call))
}
