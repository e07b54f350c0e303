//! A group's tags, and the target groups that its members are registered with.

use super::errors::{Outcome, known_group, validation};
use super::groups::{done, tag_of, target_groups_of};
use super::state::{Group, Lifecycle, State};
use super::{elbv2_port, member_lifecycle};
use crate::sandbox::wire::{Call, Params, Reply};
use crate::sandbox::world::World;

/// A group of a tag operation: by `ResourceId`.
fn tagged<'s>(state: &'s mut State, one: &Params) -> Outcome<&'s mut Group> {
    let name = one.text("ResourceId").unwrap_or_default();
    let found = state.groups.get_mut(name);
    found.ok_or_else(|| validation(format!("AutoScalingGroup not found - AutoScaling Group {name} not found")))
}

pub(super) fn create_tags(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).autoscaling;
    for one in call.params.list("Tags") {
        tagged(state, one)?;
        tag_of(one)?;
    }
    for one in call.params.list("Tags") {
        let (key, value) = tag_of(one)?;
        tagged(state, one)?.tags.insert(key, value);
    }
    Ok(done(call))
}

pub(super) fn delete_tags(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).autoscaling;
    for one in call.params.list("Tags") {
        let key = one.text("Key").unwrap_or_default().to_string();
        tagged(state, one)?.tags.remove(&key);
    }
    Ok(done(call))
}

pub(super) fn attach_target_groups(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let name = known_group(&world.region(&region).autoscaling, call)?.name.clone();
    let arns = target_groups_of(world, call)?;
    let Some(group) = world.region(&region).autoscaling.groups.get_mut(&name) else { return Ok(done(call)) };
    for arn in arns {
        if !group.target_groups.contains(&arn) {
            group.target_groups.push(arn);
        }
    }
    let serving: Vec<String> =
        group.members.iter().filter(|m| m.lifecycle == Lifecycle::InService).map(|m| m.id.clone()).collect();
    for id in serving {
        member_lifecycle::balance(world, &region, &name, &id, call.now);
    }
    Ok(done(call))
}

pub(super) fn detach_target_groups(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let state = &mut world.region(&region).autoscaling;
    let name = known_group(state, call)?.name.clone();
    let mut arns = call.params.texts("TargetGroupARNs");
    arns.extend(call.params.list("TrafficSources").into_iter().filter_map(|t| t.text("Identifier")));
    let Some(group) = state.groups.get_mut(&name) else { return Ok(done(call)) };
    if arns.iter().any(|arn| !group.target_groups.iter().any(|t| t == arn)) {
        return Err(validation(format!(
            "The target groups are not attached to the Auto Scaling group {name}: '{}'",
            arns.join("', '")
        )));
    }
    group.target_groups.retain(|t| !arns.contains(&t.as_str()));
    let members: Vec<String> = group.members.iter().map(|m| m.id.clone()).collect();
    for arn in arns {
        for id in &members {
            elbv2_port::deregister(world, &region, arn, id, call.now);
        }
    }
    Ok(done(call))
}
