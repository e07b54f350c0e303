//! An instance's lifecycle after its launch: start, stop, reboot, terminate, and the state changes that follow in time.
//!
//! Durations are AWS's as people see them, drawn by instance and transition. [AWS: instance lifecycle]

use std::time::Duration;

use arcstr::ArcStr;

use super::state::instance::{Check, InstanceState};
use super::state::{Event, OwnInterface, State};
use crate::base::Time;
use crate::sandbox::world::World;
use crate::sandbox::world::event_queue;

/// A terminated instance is shown for about this long.
const SHOWN: Duration = Duration::from_secs(3600);

/// Schedules what ends a transition; void if another transition begins before it.
pub(super) fn later(
    world: &mut World,
    region: &str,
    id: &str,
    after: Duration,
    now: Time,
    event: impl FnOnce(ArcStr, u32) -> Event,
) {
    let Some(i) = world.region(region).ec2.instances.get(id) else { return };
    let event = event(i.id.clone(), i.epoch);
    world.schedule(region, now, after, event_queue::Event::Ec2(event));
}

/// `User initiated (2026-11-21 09:05:00 GMT)`.
fn user_initiated(now: Time) -> String {
    now.timestamp().strftime("User initiated (%Y-%m-%d %H:%M:%S GMT)").to_string()
}

/// Starts a stopped instance. The caller has checked that it may.
pub(super) fn start(world: &mut World, region: &str, id: &str, now: Time) {
    let Some(i) = world.region(region).ec2.instances.get_mut(id) else { return };
    if i.state != InstanceState::Stopped {
        return;
    }
    i.state = InstanceState::Pending;
    i.epoch += 1;
    i.launched = Time::from_secs(now.secs());
    i.state_reason = None;
    i.transition_reason = String::new();
    // A start moves it to another host: what ailed the old one is over, and so is what AWS planned for it.
    i.impaired = i.impaired.filter(|f| f.check != Check::System);
    i.events.clear();
    if let Some(spot) = &mut i.spot {
        spot.notice = None;
    }
    let salt = format!("start-{}", i.epoch);
    let (wants, epoch) = (i.wants_public_ip, i.epoch);
    let mut random = world.random(id, &salt);
    let boot = random.secs(8.0, 20.0);
    let state = &mut world.region(region).ec2;
    if wants && state.address_of(id).is_none() {
        let ip = state.take_public(random.u64());
        if let Some(i) = state.instances.get_mut(id) {
            i.public_ip = Some(ip);
        }
    }
    let id: ArcStr = id.into();
    world.schedule(region, now, boot, event_queue::Event::Ec2(Event::Running { id, epoch }));
}

/// Stops a running instance. The caller has checked that it may.
pub(super) fn stop(world: &mut World, region: &str, id: &str, force: bool, now: Time) {
    let Some(i) = world.region(region).ec2.instances.get_mut(id) else { return };
    if i.state == InstanceState::Stopped || i.state.is_ending() || (i.state == InstanceState::Stopping && !force) {
        return;
    }
    i.state = InstanceState::Stopping;
    i.epoch += 1;
    i.state_reason =
        Some(("Client.UserInitiatedShutdown".into(), "Client.UserInitiatedShutdown: User initiated shutdown".into()));
    i.transition_reason = user_initiated(now);
    let salt = format!("stop-{}", i.epoch);
    let took = if force { world.random(id, &salt).secs(4.0, 9.0) } else { world.random(id, &salt).secs(20.0, 40.0) };
    later(world, region, id, took, now, |id, epoch| Event::Stopped { id, epoch });
}

/// Reboots a running instance: it stays `running`, and its checks begin anew after a while.
pub(super) fn reboot(world: &mut World, region: &str, id: &str, now: Time) {
    let Some(i) = world.region(region).ec2.instances.get_mut(id) else { return };
    i.boots_at(now);
    i.impaired = i.impaired.filter(|f| f.check != Check::Instance);
    i.events.retain(|e| !matches!(e.code.as_str(), "instance-reboot"));
}

/// `reboot` inside.
pub fn reboot_from_inside(world: &mut World, region: &str, id: &str, now: Time) {
    reboot(world, region, id, now);
}

/// `shutdown` inside: stops it, or terminates it, as its attribute says. Neither protection keeps from it.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html#Using_ChangingInstanceInitiatedShutdownBehavior>
pub fn shut_down_from_inside(world: &mut World, region: &str, id: &str, now: Time) {
    const REASON: (&str, &str) =
        ("Client.InstanceInitiatedShutdown", "Client.InstanceInitiatedShutdown: Instance initiated shutdown");
    let Some(i) = super::instance(world, region, id) else { return };
    if i.shutdown_terminates {
        return terminate(world, region, id, Some(REASON), now);
    }
    stop(world, region, id, false, now);
    if let Some(i) = world.region(region).ec2.instances.get_mut(id).filter(|i| i.state == InstanceState::Stopping) {
        i.state_reason = Some((REASON.0.into(), REASON.1.into()));
        i.transition_reason = String::new();
    }
}

/// Moves a running instance to another host, where it boots again: what ailed the old one is over.
pub(super) fn recover(world: &mut World, region: &str, id: &str, now: Time) {
    let Some(i) = world.region(region).ec2.instances.get_mut(id) else { return };
    i.boots_at(now);
    i.impaired = None;
    i.events.clear();
}

/// Terminates an instance, whatever its protection: see [`super::actions`] for the checks. `reason` is the state's reason,
/// `Client.UserInitiatedShutdown: User initiated shutdown` unless AWS itself does it.
pub fn terminate(world: &mut World, region: &str, id: &str, reason: Option<(&str, &str)>, now: Time) {
    let Some(i) = world.region(region).ec2.instances.get_mut(id) else { return };
    if i.state.is_ending() {
        return;
    }
    let was_stopped = i.state == InstanceState::Stopped;
    i.state = InstanceState::ShuttingDown;
    i.epoch += 1;
    let (code, message) =
        reason.unwrap_or(("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown"));
    i.state_reason = Some((code.into(), message.into()));
    i.transition_reason = user_initiated(now);
    let took =
        if was_stopped { world.random(id, "end").secs(1.0, 3.0) } else { world.random(id, "end").secs(10.0, 30.0) };
    later(world, region, id, took, now, |id, epoch| Event::Terminated { id, epoch });
}

/// Gives notice of an interruption to all running Spot Instances of a region: they have two minutes.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html>
pub fn reclaim_spot(world: &mut World, region: &str, now: Time) {
    const NOTICE: Duration = Duration::from_secs(120);
    let mut marked = Vec::new();
    for i in world.region(region).ec2.instances.values_mut().filter(|i| i.state == InstanceState::Running) {
        let Some(spot) = i.spot.as_mut().filter(|s| s.notice.is_none()) else { continue };
        spot.notice = Some(now);
        marked.push(i.id.clone());
    }
    for id in marked {
        later(world, region, &id, NOTICE, now, |id, epoch| Event::Interrupted { id, epoch });
    }
}

/// Takes a Spot Instance's capacity back: one of a persistent request is stopped, another ends.
fn interrupt(world: &mut World, region: &str, id: &str, now: Time) {
    let persistent =
        world.region(region).ec2.instances.get(id).and_then(|i| i.spot.as_ref()).is_some_and(|s| s.persistent);
    if !persistent {
        let code = "Server.SpotInstanceTermination";
        let text = "Server.SpotInstanceTermination: Spot instance termination";
        return terminate(world, region, id, Some((code, text)), now);
    }
    stop(world, region, id, false, now);
    if let Some(i) = world.region(region).ec2.instances.get_mut(id) {
        let text = "Server.SpotInstanceShutdown: Spot instance shutdown";
        i.state_reason = Some(("Server.SpotInstanceShutdown".into(), text.into()));
    }
}

/// Lets an event happen.
pub(super) fn apply_event(world: &mut World, region: &str, event: Event, now: Time) {
    let state = &mut world.region(region).ec2;
    let (Event::Running { id, epoch }
    | Event::Stopped { id, epoch }
    | Event::Terminated { id, epoch }
    | Event::Interrupted { id, epoch }
    | Event::Gone { id, epoch }) = &event
    else {
        return;
    };
    let Some(i) = state.instances.get_mut(id).filter(|i| i.epoch == *epoch) else { return };
    match &event {
        Event::Running { .. } => {
            i.state = InstanceState::Running;
            i.state_reason = None;
            i.boots_at(now);
        }
        Event::Stopped { .. } => {
            i.state = InstanceState::Stopped;
            i.remember_boot();
            i.booted = None;
            let ip = i.public_ip.take();
            state.release_public(ip);
        }
        Event::Terminated { .. } => {
            end(state, id);
            later(world, region, id, SHOWN, now, |id, epoch| Event::Gone { id, epoch });
        }
        Event::Interrupted { .. } => interrupt(world, region, id, now),
        Event::Gone { .. } => {
            state.instances.remove(id);
        }
        Event::Settle { .. } => {}
    }
}

/// What an instance's end takes with it: addresses, the interface, the volumes that go with it.
fn end(state: &mut State, id: &str) {
    let Some(i) = state.instances.get_mut(id) else { return };
    i.state = InstanceState::Terminated;
    i.booted = None;
    i.impaired = None;
    i.events.clear();
    i.groups.clear();
    let (ip, private, subnet) = (i.public_ip.take(), i.private_ip, i.subnet.clone());
    let volumes = std::mem::take(&mut i.volumes);
    state.release_public(ip);
    if let Some(s) = state.subnets.get_mut(&subnet) {
        s.taken.remove(&private);
    }
    for (_, volume) in volumes {
        let goes =
            state.volumes.get(&volume).and_then(|v| v.attachment.as_ref()).is_some_and(|a| a.delete_on_termination);
        if goes {
            state.volumes.remove(&volume);
        } else if let Some(v) = state.volumes.get_mut(&volume) {
            v.attachment = None;
        }
    }
    for a in state.addresses.values_mut() {
        a.association.take_if(|(_, of)| *of == id);
    }
    let at = |o: &&OwnInterface| o.attachment.as_ref().is_some_and(|a| a.instance == id);
    let others: Vec<ArcStr> = state.own_interfaces.values().filter(at).map(|o| o.id.clone()).collect();
    for own in others {
        let left = state.own_interfaces.get_mut(&own).and_then(|o| o.attachment.take());
        if left.is_some_and(|a| a.delete_on_termination) {
            state.drop_own_interface(&own);
        }
    }
}

/// How long an instance's first status checks take after it became running: two to three minutes.
pub fn checks_take(world: &World, id: &str) -> Duration {
    world.scaled(world.random(id, "checks").secs(120.0, 180.0))
}

/// How long after it became running an instance's software is up: what listens, listens.
pub fn boot_takes(world: &World, id: &str) -> Duration {
    world.scaled(world.random(id, "boot").secs(12.0, 30.0))
}
