//! The load of an instance: curves that are functions of its id and the moment, so that every reader sees the same past.
//!
//! CloudWatch's metrics come from here. Nothing is stored but the processes that somebody has started inside
//! ([`Instance::busy`]).

use super::state::instance::{Instance, InstanceState};
use crate::base::Time;
use crate::sandbox::random::Random;
use crate::sandbox::world::World;

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

/// CPU utilisation in percent at a moment; 0 when it was off. 0 for an instance that is not there.
pub fn cpu_percent(world: &World, region: &str, instance: &str, at: Time) -> f64 {
    let Some(i) = super::instance(world, region, instance) else { return 0.0 };
    if !was_on(i, at) {
        return 0.0;
    }
    let mut own = world.random(instance, "cpu");
    let (mean, swing, peak_hour) = match i.tag("tier") {
        Some("web") => (own.between(22.0, 38.0), own.between(8.0, 16.0), own.between(4.0, 6.0)),
        Some("batch") => (own.between(45.0, 60.0), own.between(25.0, 35.0), own.between(15.0, 18.0)),
        Some("db") => (own.between(30.0, 50.0), own.between(5.0, 10.0), own.between(4.0, 7.0)),
        _ => (own.between(2.0, 14.0), own.between(1.0, 4.0), own.between(0.0, 24.0)),
    };
    // A day's wave, a faster one of some minutes, noise a minute, and now and then a burst of some minutes.
    let day = ((at.secs().rem_euclid(DAY)) as f64 / DAY as f64 - peak_hour / 24.0) * std::f64::consts::TAU;
    let fast = at.secs() as f64 / own.between(420.0, 1500.0) + own.between(0.0, 7.0);
    let noise = noise(world, instance, "cpu-noise", at);
    let burst = {
        let window = at.secs().div_euclid(10 * MINUTE).to_string();
        let mut d = Random::new(world.seed, &[instance, "burst", &window]);
        if d.unit() < 0.04 { d.between(15.0, 45.0) } else { 0.0 }
    };
    let boot = i.booted.map_or(0.0, |b| (45.0 - at.since(b).as_secs_f64() / 2.0).max(0.0));
    // What was started by hand inside: a worker keeps one processor busy.
    let vcpus = super::types::find(&i.instance_type).map_or(1, |t| t.vcpus.max(1));
    let busy = 100.0 * f64::from(i.busy(at)) / f64::from(vcpus);
    (mean + swing * day.cos() + swing * 0.4 * fast.sin() + noise * 3.0 + burst + boot + busy).clamp(0.1, 100.0)
}

/// The CPU credits of a burstable instance at a moment: a vCPU for a minute each.
pub struct Credits {
    /// Spent, at this rate.
    pub used_an_hour: f64,
    /// Saved.
    pub balance: f64,
    /// Spent beyond what was saved, where it is unlimited.
    pub surplus: f64,
}

/// Whether it earns CPU credits.
pub fn is_burstable(i: &Instance) -> bool {
    super::types::find(&i.instance_type).is_some_and(|t| t.burstable)
}

/// Credits that a size earns an hour; T2 has its own. A day's are saved at most.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html>
fn earned_an_hour(instance_type: &str) -> Option<f64> {
    let (family, size) = instance_type.split_once('.')?;
    let old = family == "t2";
    Some(match size {
        "nano" if old => 3.0,
        "micro" if old => 6.0,
        "small" if old => 12.0,
        "xlarge" if old => 54.0,
        "2xlarge" if old => 81.6,
        "nano" => 6.0,
        "micro" => 12.0,
        "small" | "medium" => 24.0,
        "large" => 36.0,
        "xlarge" => 96.0,
        "2xlarge" => 192.0,
        _ => return None,
    })
}

/// CPU credits at a moment, by the load of the two hours before; `None` for an instance that has none, or was off.
pub fn credits(world: &World, region: &str, instance: &str, at: Time) -> Option<Credits> {
    const LOOKS: i64 = 8;
    const SAVED_HOURS: f64 = 24.0;
    let i = super::instance(world, region, instance)?;
    let kind = super::types::find(&i.instance_type).filter(|t| t.burstable)?;
    let earned = earned_an_hour(&i.instance_type)?;
    let cpu = |at: Time| cpu_percent(world, region, instance, at);
    let now = cpu(at);
    if now <= 0.0 {
        return None;
    }
    let rate = |percent: f64| percent / 100.0 * f64::from(kind.vcpus) * 60.0;
    let looks = (0..LOOKS).map(|n| cpu(Time(at.0 - n * 15 * MINUTE * 1000))).filter(|c| *c > 0.0);
    let (sum, count) = looks.fold((0.0, 0.0), |(sum, count), c| (sum + c, count + 1.0));
    let used = rate(sum / f64::max(count, 1.0));
    let on = i.booted.map_or(0.0, |b| at.since(b).as_secs_f64() / 3600.0);
    let most = earned * on.min(SAVED_HOURS);
    let unlimited = super::credits::mode(i) == super::credits::UNLIMITED;
    let balance = most * (1.0 - 0.7 * used / earned).max(0.0);
    let surplus = if unlimited { ((used - earned) * on.min(4.0)).clamp(0.0, earned * SAVED_HOURS) } else { 0.0 };
    Some(Credits { used_an_hour: rate(now), balance, surplus })
}

/// Bytes a second that came in over the network at a moment.
pub fn network_in(world: &World, region: &str, instance: &str, at: Time) -> f64 {
    traffic(world, region, instance, at, "net-in")
}

/// Bytes a second that went out over the network at a moment.
pub fn network_out(world: &World, region: &str, instance: &str, at: Time) -> f64 {
    traffic(world, region, instance, at, "net-out")
}

fn traffic(world: &World, region: &str, instance: &str, at: Time, salt: &str) -> f64 {
    let cpu = cpu_percent(world, region, instance, at);
    if cpu <= 0.0 {
        return 0.0;
    }
    let mut own = world.random(instance, salt);
    let scale = own.between(0.5, 2.0) * if salt == "net-out" { 9_000.0 } else { 3_500.0 };
    (scale * cpu * (1.0 + 0.25 * noise(world, instance, salt, at))).max(60.0)
}

/// From -1 to 1, another each minute.
fn noise(world: &World, id: &str, salt: &str, at: Time) -> f64 {
    let minute = at.secs().div_euclid(MINUTE).to_string();
    Random::new(world.seed, &[id, salt, &minute]).between(-1.0, 1.0)
}

/// Whether it was on at a moment of the past, as far as its last start tells.
fn was_on(i: &Instance, at: Time) -> bool {
    match (i.state, i.booted) {
        (InstanceState::Running | InstanceState::Stopping | InstanceState::ShuttingDown, Some(b)) => at >= b,
        _ => false,
    }
}
