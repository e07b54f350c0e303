//! StartInstances, StopInstances, RebootInstances, TerminateInstances, Monitor- and UnmonitorInstances.

use std::collections::BTreeSet;

use arcstr::ArcStr;

use super::checks::dry_run;
use super::describe::{named, state_of};
use super::lifecycle;
use super::state::instance::{Instance, InstanceState};
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Reply};
use crate::sandbox::world::World;

/// The ids of the request, at least one, all there, each once.
fn chosen(world: &mut World, call: &Call<'_>) -> Result<Vec<ArcStr>, ApiError> {
    let state = &world.region(&call.region).ec2;
    let ids = named(state, call)?;
    if ids.is_empty() {
        return Err(ApiError::new("MissingParameter", "The request must contain the parameter InstanceId"));
    }
    let mut seen = BTreeSet::new();
    Ok(ids.into_iter().filter(|id| seen.insert(*id)).map(ArcStr::from).collect())
}

fn each<'w>(world: &'w mut World, call: &Call<'_>, ids: &'w [ArcStr]) -> impl Iterator<Item = &'w Instance> {
    let state = &world.region(&call.region).ec2;
    ids.iter().filter_map(|id| state.instances.get(id))
}

fn incorrect(message: String) -> ApiError {
    ApiError::new("IncorrectInstanceState", message)
}

/// The answer of the three state changes: each instance's state now and before.
fn changes(world: &mut World, call: &Call<'_>, before: &[(ArcStr, InstanceState)]) -> Reply {
    let state = &world.region(&call.region).ec2;
    call.ec2(|x| {
        x.list("instancesSet", "item", before, |x, (id, was)| {
            x.el("instanceId", id);
            let now = state.instances.get(id).map_or(InstanceState::Terminated, |i| i.state);
            x.nest("currentState", |x| state_of(x, now));
            x.nest("previousState", |x| state_of(x, *was));
        });
    })
}

fn before(world: &mut World, call: &Call<'_>, ids: &[ArcStr]) -> Vec<(ArcStr, InstanceState)> {
    each(world, call, ids).map(|i| (i.id.clone(), i.state)).collect()
}

/// StartInstances.
pub(super) fn start(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let ids = chosen(world, call)?;
    dry_run(call)?;
    for i in each(world, call, &ids) {
        if !matches!(i.state, InstanceState::Stopped | InstanceState::Running | InstanceState::Pending) {
            return Err(incorrect(format!("The instance '{}' is not in a state from which it can be started.", i.id)));
        }
    }
    if world.no_room
        && let Some(i) = each(world, call, &ids).find(|i| i.state == InstanceState::Stopped)
        && let Some(kind) = super::types::find(&i.instance_type)
    {
        return Err(super::launch::no_room(kind, &i.zone));
    }
    let was = before(world, call, &ids);
    for id in &ids {
        lifecycle::start(world, &call.region, id, call.now);
    }
    Ok(changes(world, call, &was))
}

/// Whether an instance may be stopped.
fn stoppable(i: &Instance) -> Result<(), ApiError> {
    let id = &i.id;
    if i.state.is_ending() {
        return Err(incorrect(format!("This instance '{id}' is not in a state from which it can be stopped.")));
    }
    if i.state == InstanceState::Pending && i.epoch == 0 {
        return Err(incorrect(format!(
            "Instance '{id}' cannot be stopped as it has never reached the 'running' state."
        )));
    }
    if i.no_api_stop && !matches!(i.state, InstanceState::Stopped | InstanceState::Stopping) {
        return Err(ApiError::new(
            "OperationNotPermitted",
            format!(
                "The instance '{id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again."
            ),
        ));
    }
    if i.spot.as_ref().is_some_and(|s| s.cancelled) {
        return Err(ApiError::new(
            "UnsupportedOperation",
            format!("You can't stop the Spot Instance '{id}' because its Spot Instance request was canceled."),
        ));
    }
    if i.spot.as_ref().is_some_and(|s| !s.persistent) {
        return Err(ApiError::new(
            "UnsupportedOperation",
            format!(
                "You can't stop the Spot Instance '{id}' because it is associated with a one-time Spot Instance request. \
                 You can only stop Spot Instances associated with persistent Spot Instance requests."
            ),
        ));
    }
    Ok(())
}

/// StopInstances.
pub(super) fn stop(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let ids = chosen(world, call)?;
    let force = call.params.bool("Force")?.unwrap_or(false);
    let hibernate = call.params.bool("Hibernate")?.unwrap_or(false);
    dry_run(call)?;
    for i in each(world, call, &ids) {
        stoppable(i)?;
        if hibernate && !i.hibernation {
            return Err(ApiError::new(
                "UnsupportedHibernationConfiguration",
                format!("The instance '{}' is not enabled for hibernation.", i.id),
            ));
        }
    }
    let was = before(world, call, &ids);
    for id in &ids {
        lifecycle::stop(world, &call.region, id, force, call.now);
        if hibernate && let Some(i) = world.region(&call.region).ec2.instances.get_mut(id) {
            let reason = "Client.UserInitiatedHibernate: User initiated hibernate";
            i.state_reason = Some(("Client.UserInitiatedHibernate".into(), reason.into()));
        }
    }
    Ok(changes(world, call, &was))
}

/// Whether an instance may be rebooted.
fn rebootable(i: &Instance) -> Result<(), ApiError> {
    if i.state == InstanceState::Running {
        return Ok(());
    }
    Err(incorrect(format!("This instance '{}' is not in a state from which it can be rebooted.", i.id)))
}

/// RebootInstances.
pub(super) fn reboot(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let ids = chosen(world, call)?;
    dry_run(call)?;
    for i in each(world, call, &ids) {
        rebootable(i)?;
    }
    for id in &ids {
        lifecycle::reboot(world, &call.region, id, call.now);
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// What protects an instance from being terminated: against that alone, or against stopping too.
fn protected(id: &str, termination: bool) -> ApiError {
    let attribute = if termination { "disableApiTermination" } else { "disableApiStop" };
    let message = format!(
        "The instance '{id}' may not be terminated. Modify its '{attribute}' instance attribute and try again."
    );
    ApiError::new("OperationNotPermitted", message)
}

/// TerminateInstances. A protected instance fails the request, and in its Availability Zone none is terminated; those in
/// other zones are. [AWS: TerminateInstances]
pub(super) fn terminate(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let ids = chosen(world, call)?;
    dry_run(call)?;
    let shielded: Vec<(ArcStr, ArcStr, bool)> = each(world, call, &ids)
        .filter(|i| (i.no_api_termination || i.no_api_stop) && !i.state.is_ending())
        .map(|i| (i.id.clone(), i.zone.clone(), i.no_api_termination))
        .collect();
    let was = before(world, call, &ids);
    let zone_of = |world: &mut World, id: &ArcStr| {
        world.region(&call.region).ec2.instances.get(id).map(|i| i.zone.clone()).unwrap_or_default()
    };
    for id in &ids {
        let zone = zone_of(world, id);
        if shielded.iter().all(|(_, z, _)| *z != zone) {
            lifecycle::terminate(world, &call.region, id, None, call.now);
        }
    }
    if let Some((id, _, termination)) = shielded.first() {
        return Err(protected(id, *termination));
    }
    Ok(changes(world, call, &was))
}

/// MonitorInstances and UnmonitorInstances.
pub(super) fn monitor(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let on = call.operation == "MonitorInstances";
    let ids = chosen(world, call)?;
    dry_run(call)?;
    let state = &mut world.region(&call.region).ec2;
    for id in &ids {
        if let Some(i) = state.instances.get_mut(id) {
            i.detailed_monitoring = on;
        }
    }
    Ok(call.ec2(|x| {
        x.list("instancesSet", "item", &ids, |x, id| {
            x.el("instanceId", id);
            x.nest("monitoring", |x| x.el("state", if on { "pending" } else { "disabling" }));
        });
    }))
}

/// What an alarm does to an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Stops it.
    Stop,
    /// Terminates it.
    Terminate,
    /// Reboots it.
    Reboot,
    /// Moves it to another host, where it starts again.
    Recover,
}

impl Deed {
    /// From the word in an action's ARN.
    pub fn parse(word: &str) -> Option<Deed> {
        match word {
            "stop" => Some(Deed::Stop),
            "terminate" => Some(Deed::Terminate),
            "reboot" => Some(Deed::Reboot),
            "recover" => Some(Deed::Recover),
            _ => None,
        }
    }
}

/// Does to an instance what an alarm's action says, with the checks of the request of the same name.
///
/// # Errors
/// AWS's, for an instance that is not there or to which it cannot be done.
pub fn by_alarm(world: &mut World, region: &str, id: &str, deed: Deed, now: Time) -> Result<(), ApiError> {
    let found = world.region(region).ec2.instances.get(id);
    let i = found
        .ok_or_else(|| ApiError::new("InvalidInstanceID.NotFound", format!("The instance ID '{id}' does not exist")))?;
    match deed {
        Deed::Stop => {
            stoppable(i)?;
            lifecycle::stop(world, region, id, false, now);
        }
        Deed::Terminate => {
            if (i.no_api_termination || i.no_api_stop) && !i.state.is_ending() {
                return Err(protected(id, i.no_api_termination));
            }
            lifecycle::terminate(world, region, id, None, now);
        }
        Deed::Reboot => {
            rebootable(i)?;
            lifecycle::reboot(world, region, id, now);
        }
        Deed::Recover => {
            if i.state != InstanceState::Running {
                return Err(incorrect(format!(
                    "This instance '{id}' is not in a state from which it can be recovered."
                )));
            }
            lifecycle::recover(world, region, id, now);
        }
    }
    Ok(())
}
