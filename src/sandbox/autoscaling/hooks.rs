//! Lifecycle hooks, which hold a member while it is launched or terminated.

use std::collections::BTreeMap;

use super::errors::{Outcome, known_group, missing, required, validation};
use super::groups::done;
use super::member_lifecycle;
use super::state::{Hook, Lifecycle};
use crate::sandbox::wire::{Call, Params, Reply};
use crate::sandbox::world::World;

/// A hook's name and settings, as a request has them.
///
/// # Errors
/// `ValidationError`. What changes a hook need not say its transition again: `old` is the hook as it is.
pub(super) fn read(one: &Params, old: impl Fn(&str) -> Option<Hook>) -> Outcome<(String, Hook)> {
    let name = one.text("LifecycleHookName").ok_or_else(|| missing("LifecycleHookName"))?;
    let terminating = match one.text("LifecycleTransition") {
        Some("autoscaling:EC2_INSTANCE_TERMINATING") => true,
        Some("autoscaling:EC2_INSTANCE_LAUNCHING") => false,
        None if old(name).is_some() => old(name).is_some_and(|h| h.terminating),
        _ => {
            return Err(validation(
                "Lifecycle transition must be one of autoscaling:EC2_INSTANCE_LAUNCHING, autoscaling:EC2_INSTANCE_TERMINATING",
            ));
        }
    };
    let old = old(name);
    let mut config = old.as_ref().map_or_else(BTreeMap::new, |h| h.config.clone());
    for field in ["NotificationTargetARN", "RoleARN", "NotificationMetadata"] {
        if let Some(value) = one.text(field) {
            config.insert(field.to_string(), value.to_string());
        }
    }
    let timeout = match one.int("HeartbeatTimeout")? {
        None => old.as_ref().map_or(3600, |h| h.timeout),
        Some(n) => u32::try_from(n)
            .ok()
            .filter(|n| (30..=7200).contains(n))
            .ok_or_else(|| validation("HeartbeatTimeout must be between 30 and 7200 seconds"))?,
    };
    let proceed = match one.text("DefaultResult") {
        None => old.as_ref().is_some_and(|h| h.proceed),
        Some("CONTINUE") => true,
        Some("ABANDON") => false,
        Some(other) => {
            return Err(validation(format!("DefaultResult must be one of CONTINUE, ABANDON, and not {other}")));
        }
    };
    Ok((name.to_string(), Hook { terminating, timeout, proceed, config }))
}

/// PutLifecycleHook.
pub(super) fn put(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).autoscaling;
    let name = known_group(state, call)?.name.clone();
    let old = |hook: &str| state.groups.get(&name)?.hooks.get(hook).cloned();
    let (hook_name, hook) = read(&call.params, old)?;
    if let Some(group) = state.groups.get_mut(&name) {
        group.hooks.insert(hook_name, hook);
    }
    Ok(done(call))
}

/// DeleteLifecycleHook.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).autoscaling;
    let name = known_group(state, call)?.name.clone();
    let hook = required(call, "LifecycleHookName")?;
    let gone = state.groups.get_mut(&name).and_then(|g| g.hooks.remove(hook));
    match gone {
        Some(_) => Ok(done(call)),
        None => Err(validation(format!("No Lifecycle Hook found with name {hook}"))),
    }
}

/// Tokens are told to who is notified, and nobody is here: one that is sent is none of ours.
fn check_token(call: &Call<'_>) -> Outcome<()> {
    match call.params.text("LifecycleActionToken") {
        Some(token) => Err(validation(format!("No active Lifecycle Action found with token {token}"))),
        None => Ok(()),
    }
}

/// `CompleteLifecycleAction`: a member goes on, or is given up.
pub(super) fn complete(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let group = known_group(&world.region(&region).autoscaling, call)?;
    check_token(call)?;
    let id = required(call, "InstanceId")?;
    let lifecycle = group.member(id).map(|m| m.lifecycle);
    let name = group.name.clone();
    let proceed = match required(call, "LifecycleActionResult")? {
        "CONTINUE" => true,
        "ABANDON" => false,
        other => return Err(validation(format!("Invalid lifecycle action result: {other}"))),
    };
    match lifecycle {
        Some(Lifecycle::PendingWait) => member_lifecycle::hook_over(world, &region, &name, id, proceed, call.now),
        Some(Lifecycle::TerminatingWait) => member_lifecycle::go_on(world, &region, &name, id, call.now),
        _ => return Err(validation(format!("No active Lifecycle Action found with instance ID {id}"))),
    }
    Ok(done(call))
}

/// RecordLifecycleActionHeartbeat: the wait begins anew.
pub(super) fn heartbeat(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let group = known_group(&world.region(&region).autoscaling, call)?;
    check_token(call)?;
    let id = required(call, "InstanceId")?;
    let hook = required(call, "LifecycleHookName")?;
    let Some(hook) = group.hooks.get(hook) else {
        return Err(validation(format!("No Lifecycle Hook found with name {hook}")));
    };
    let waits = if hook.terminating { Lifecycle::TerminatingWait } else { Lifecycle::PendingWait };
    if group.member(id).is_none_or(|m| m.lifecycle != waits) {
        return Err(validation(format!("No active Lifecycle Action found with instance ID {id}")));
    }
    let (name, wait) = (group.name.clone(), std::time::Duration::from_secs(u64::from(hook.timeout)));
    let until = call.now.plus(world.scaled(wait));
    if let Some(m) = world.region(&region).autoscaling.groups.get_mut(&name).and_then(|g| g.member_mut(id)) {
        m.held_until = Some(until);
    }
    member_lifecycle::wait(world, &region, &name, id, wait, call.now);
    Ok(done(call))
}
