//! Balancers and targets over time: provisioning, rounds of health checks, draining.
//!
//! A target group with targets has a round every `HealthCheckIntervalSeconds`: each target is looked at where it
//! stands (its instance, the network between it and the balancer, the program on it) and moved by `health`.

use std::time::Duration;

use super::ec2_port::{self, TargetView};
use super::health::{self, Health, Unused};
use super::state::{Event, Kind, State, Target};
use crate::base::Time;
use crate::sandbox::world::World;
use crate::sandbox::world::event_queue;

/// Lets an event happen at its moment.
pub(crate) fn apply_event(world: &mut World, region: &str, event: Event, now: Time) {
    match event {
        Event::Active { balancer } => {
            if let Some(lb) = world.region(region).elbv2.balancers.get_mut(&balancer) {
                lb.active = true;
            }
            review_all(world, region, now);
        }
        Event::Round { group } => {
            let Some(g) = world.region(region).elbv2.groups.get_mut(&group) else { return };
            // A round that was planned before the group fell empty is not its round any more.
            if g.next_round.is_none_or(|due| due > now) {
                return;
            }
            g.next_round = None;
            review(world, region, &group, true, now);
            keep_round(world, region, &group, now);
        }
        Event::Due { group, target, port } => due(world, region, &group, &target, port, now),
    }
}

/// An instance started, stopped or ended: its targets follow at once instead of at their next check.
pub(crate) fn instance_changed(world: &mut World, region: &str, instance: &str, now: Time) {
    let Some(state) = world.peek(region).map(|r| &r.elbv2) else { return };
    let groups: Vec<String> =
        state.groups.values().filter(|g| g.targets.iter().any(|t| t.id == instance)).map(|g| g.arn.clone()).collect();
    for group in groups {
        review(world, region, &group, false, now);
    }
}

/// Looks at the targets of every group again, without counting it as a check: listeners or balancers changed.
pub(super) fn review_all(world: &mut World, region: &str, now: Time) {
    let Some(state) = world.peek(region).map(|r| &r.elbv2) else { return };
    let groups: Vec<String> = state.groups.keys().cloned().collect();
    for group in groups {
        review(world, region, &group, false, now);
    }
}

/// Registers a target; one that is already there is left alone unless it was draining.
pub(crate) fn register(world: &mut World, region: &str, group: &str, id: &str, port: Option<u16>, now: Time) {
    let Some(g) = world.region(region).elbv2.groups.get_mut(group) else { return };
    let port = port.unwrap_or(g.port);
    match g.targets.iter_mut().find(|t| t.id == id && t.port == port) {
        Some(t) if !t.health.is_draining() => return,
        Some(t) => health::restart(t, now),
        None => g.targets.push(Target {
            id: id.to_string(),
            port,
            registered: now,
            health: Health::Unused(Unused::NoListener),
            since: now,
            passes: 0,
            fails: 0,
        }),
    }
    review(world, region, group, false, now);
    keep_round(world, region, group, now);
}

/// Deregisters a target. Returns how long it drains: nothing if no balancer sends it traffic.
pub(crate) fn deregister(
    world: &mut World,
    region: &str,
    group: &str,
    id: &str,
    port: Option<u16>,
    now: Time,
) -> Duration {
    let state = &mut world.region(region).elbv2;
    let in_use = !state.balancers_of(group).is_empty();
    let Some(g) = state.groups.get_mut(group) else { return Duration::ZERO };
    let delay = Duration::from_secs(if in_use { g.deregistration_delay() } else { 0 });
    let mut draining = Vec::new();
    for t in g.targets.iter().filter(|t| t.id == id && port.is_none_or(|p| p == t.port) && !t.health.is_draining()) {
        draining.push(t.port);
    }
    for port in &draining {
        drain(world, region, group, id, *port, delay, now);
    }
    if draining.is_empty() { Duration::ZERO } else { delay }
}

fn drain(world: &mut World, region: &str, group: &str, id: &str, port: u16, delay: Duration, now: Time) {
    let until = now.plus(world.scaled(delay));
    let Some(g) = world.region(region).elbv2.groups.get_mut(group) else { return };
    if delay.is_zero() {
        g.targets.retain(|t| !(t.id == id && t.port == port));
        return;
    }
    if let Some(t) = g.targets.iter_mut().find(|t| t.id == id && t.port == port) {
        health::settle(t, Health::Draining(until), now);
        schedule_due(world, region, group, id, port, delay, now);
    }
}

fn schedule_due(world: &mut World, region: &str, group: &str, id: &str, port: u16, after: Duration, now: Time) {
    let event = Event::Due { group: group.to_string(), target: id.to_string(), port };
    world.schedule(region, now, after, event_queue::Event::Elb(event));
}

/// A registration or a draining may be over; an event that outlived its reason does nothing.
fn due(world: &mut World, region: &str, group: &str, id: &str, port: u16, now: Time) {
    let Some(g) = world.region(region).elbv2.groups.get_mut(group) else { return };
    let Some(at) = g.targets.iter().position(|t| t.id == id && t.port == port) else { return };
    match g.targets[at].health {
        Health::Draining(until) if until <= now => {
            g.targets.remove(at);
        }
        Health::Registering => {
            health::settle(&mut g.targets[at], Health::Checking, now);
            // The first check comes right away; the others at the group's rounds.
            review(world, region, group, true, now);
        }
        _ => {}
    }
}

/// Plans the next round, unless one is planned or there is nothing to check.
pub(super) fn keep_round(world: &mut World, region: &str, group: &str, now: Time) {
    let speed = world.speed;
    let Some(g) = world.region(region).elbv2.groups.get_mut(group) else { return };
    if g.targets.is_empty() || g.next_round.is_some() {
        return;
    }
    let interval = Duration::from_secs(u64::from(g.check.interval.max(1)));
    g.next_round = Some(now.plus(interval.div_f64(speed)));
    let event = Event::Round { group: group.to_string() };
    world.schedule(region, now, interval, event_queue::Event::Elb(event));
}

/// Looks at each target of a group where it stands. With `checking`, what can be checked is checked once.
fn review(world: &mut World, region: &str, group: &str, checking: bool, now: Time) {
    let grounds = ec2_port::of_group(world, region, group, now);
    let Some((kind, grounds)) = grounds else { return };
    for (id, port, ground) in grounds {
        let Some(g) = world.region(region).elbv2.groups.get_mut(group) else { return };
        let (check, delay) = (g.check.clone(), Duration::from_secs(g.deregistration_delay()));
        let Some(t) = g.targets.iter_mut().find(|t| t.id == id && t.port == port) else { continue };
        if t.health.is_draining() {
            continue;
        }
        match ground {
            TargetView::Ended => drain(world, region, group, &id, port, delay, now),
            TargetView::Unused(why) => {
                t.passes = 0;
                t.fails = 0;
                health::settle(t, Health::Unused(why), now);
            }
            TargetView::Checked(probe) => match t.health {
                Health::Unused(_) => {
                    health::restart(t, now);
                    schedule_due(world, region, group, &id, port, health::registration(kind), now);
                }
                Health::Registering if t.since == now => {
                    schedule_due(world, region, group, &id, port, health::registration(kind), now);
                }
                Health::Registering | Health::Draining(_) => {}
                Health::Checking | Health::Healthy | Health::Unhealthy(_) => {
                    if checking {
                        health::observe(t, probe, &check, kind, now);
                    }
                }
            },
        }
    }
}

/// How long a new balancer is `provisioning`.
pub(super) const fn provisioning(kind: Kind) -> Duration {
    match kind {
        Kind::Application => Duration::from_secs(120),
        Kind::Network => Duration::from_secs(90),
    }
}

/// Whether a balancer thinks the instance unhealthy in this target group: what a group with ELB checks acts on.
pub(crate) fn believes_unhealthy(state: &State, group: &str, instance: &str) -> bool {
    let unhealthy = |t: &Target| t.id == instance && matches!(t.health, Health::Unhealthy(_));
    state.groups.get(group).is_some_and(|g| g.targets.iter().any(unhealthy))
}
