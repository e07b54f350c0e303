//! The sources of metrics: computed from instances, recorded from groups and balancers, or sent by clients.

use super::ec2_port::{self, Check, Instance};
use super::state::Series;
use crate::base::Time;
use crate::sandbox::metric::MetricKey;
use crate::sandbox::metric::Sample;
use crate::sandbox::pace::Pace;
use crate::sandbox::world::World;

/// The metrics of an instance: name, unit, whether it comes every minute whatever the monitoring.
const EC2: [(&str, &str, bool); 12] = [
    ("CPUUtilization", "Percent", false),
    ("NetworkIn", "Bytes", false),
    ("NetworkOut", "Bytes", false),
    ("NetworkPacketsIn", "Count", false),
    ("NetworkPacketsOut", "Count", false),
    ("StatusCheckFailed", "Count", true),
    ("StatusCheckFailed_Instance", "Count", true),
    ("StatusCheckFailed_System", "Count", true),
    ("StatusCheckFailed_AttachedEBS", "Count", true),
    ("CPUCreditUsage", "Count", false),
    ("CPUCreditBalance", "Count", false),
    ("CPUSurplusCreditBalance", "Count", false),
];

/// Whether an instance has a metric: CPU credits are of burstable ones.
fn has(instance: &Instance, name: &str) -> bool {
    let credits = ["CPUCreditUsage", "CPUCreditBalance", "CPUSurplusCreditBalance"].contains(&name);
    !credits || ec2_port::is_burstable(instance)
}

/// A metric, looked up once and then read period by period.
pub struct Source<'w> {
    world: &'w World,
    region: &'w str,
    from: From<'w>,
    pace: Pace,
    lean: bool,
    /// AWS's unit.
    pub unit: &'w str,
}

enum From<'w> {
    Instance { instance: &'w Instance, name: &'static str, every: i64 },
    Series(Vec<&'w Series>),
    Nothing,
}

impl<'w> Source<'w> {
    /// Looks a metric up, to be read by a clock; of a unit, if one is asked for. One that does not exist has no data, which
    /// is no error.
    pub fn find(world: &'w World, region: &'w str, key: &MetricKey, wanted: Option<&str>, pace: Pace) -> Source<'w> {
        let source = |from, unit| Source { world, region, from, pace, lean: false, unit };
        if key.namespace == "AWS/EC2"
            && let Some(id) = key.only("InstanceId")
            && let Some(instance) = ec2_port::instance(world, region, id)
            && let Some((name, unit, minutely)) = EC2.into_iter().find(|(n, ..)| *n == key.name && has(instance, n))
        {
            // "CPU credit metrics are available at a five-minute frequency only."
            let credits = name.contains("Credit");
            let every = if minutely || instance.detailed_monitoring && !credits { 60 } else { 300 };
            let is_other = wanted.is_some_and(|w| w != unit);
            return source(if is_other { From::Nothing } else { From::Instance { instance, name, every } }, unit);
        }
        let all = world.peek(region).map(|r| r.cloudwatch.series(key)).unwrap_or_default();
        let all: Vec<&Series> = all.iter().filter(|s| wanted.is_none_or(|w| w == s.unit)).collect();
        match all.first().map(|s| s.unit.as_str()) {
            Some(unit) => source(From::Series(all), unit),
            None => source(From::Nothing, "None"),
        }
    }

    /// The same without the single values: for statistics that need none of them.
    #[must_use]
    pub fn lean(self, lean: bool) -> Source<'w> {
        Source { lean, ..self }
    }

    /// The samples of each period from `start` to before `end` (both aligned to `period` seconds), oldest first. Periods without
    /// data are left out, and so is what has not happened by `now`. All of them are moments of the clock that it is read by.
    pub fn read(&self, start: i64, end: i64, period: i64, now: Time) -> Vec<(Time, Sample)> {
        let mut out: Vec<(Time, Sample)> = Vec::new();
        let mut add = |at: i64, sample: &Sample| {
            let period_start = Time::from_secs(at.div_euclid(period) * period);
            match out.last_mut() {
                Some((t, s)) if *t == period_start && self.lean => s.merge_told(sample),
                Some((t, s)) if *t == period_start => s.merge(sample),
                _ if self.lean => out.push((period_start, sample.told())),
                _ => out.push((period_start, sample.clone())),
            }
        };
        match &self.from {
            From::Nothing => {}
            From::Series(all) => {
                let mut found = Vec::new();
                for series in all {
                    let first = series.samples.partition_point(|(t, _)| self.pace.shows(*t).secs() < start);
                    let shown = series.samples[first..].iter().map(|(t, sample)| (self.pace.shows(*t), sample));
                    found.extend(shown.take_while(|(t, _)| t.secs() < end && *t <= now));
                }
                if all.len() > 1 {
                    found.sort_by_key(|(t, _)| *t);
                }
                found.into_iter().for_each(|(t, sample)| add(t.secs(), sample));
            }
            From::Instance { instance, name, every } => {
                let Some(booted) = &instance.booted else { return out };
                let mut at = start.max(self.pace.shows(*booted).secs()).div_euclid(*every) * every;
                if at < start {
                    at += every;
                }
                // A period counts when it is over.
                while at < end && at + every <= now.secs() {
                    if let Some(sample) = self.instance(instance, name, at, *every) {
                        add(at, &sample);
                    }
                    at += every;
                }
            }
        }
        out
    }

    /// One interval of an instance's metric; none while it was off.
    fn instance(&self, instance: &Instance, name: &str, at: i64, every: i64) -> Option<Sample> {
        // Two looks stand for the interval's: the curves move by the minute.
        let looks: &[i64] = if every > 60 { &[60, 210] } else { &[30] };
        let mut sample: Option<Sample> = None;
        for offset in looks {
            let at = self.pace.wall(Time::from_secs(at + offset));
            let cpu = ec2_port::cpu_percent(self.world, self.region, &instance.id, at);
            if cpu <= 0.0 {
                continue;
            }
            let failed = |check: Check| {
                f64::from(u8::from(instance.impaired.is_some_and(|i| i.check == check && at >= i.since)))
            };
            let value = match name {
                "CPUUtilization" => cpu,
                "CPUCreditUsage" | "CPUCreditBalance" | "CPUSurplusCreditBalance" => {
                    let Some(credits) = ec2_port::credits(self.world, self.region, &instance.id, at) else { continue };
                    match name {
                        // Of each minute that it stands for.
                        "CPUCreditUsage" => credits.used_an_hour / 60.0,
                        "CPUCreditBalance" => credits.balance,
                        _ => credits.surplus,
                    }
                }
                "NetworkIn" => ec2_port::network_in(self.world, self.region, &instance.id, at) * 60.0,
                "NetworkOut" => ec2_port::network_out(self.world, self.region, &instance.id, at) * 60.0,
                "NetworkPacketsIn" => ec2_port::network_in(self.world, self.region, &instance.id, at) * 60.0 / 700.0,
                "NetworkPacketsOut" => ec2_port::network_out(self.world, self.region, &instance.id, at) * 60.0 / 700.0,
                "StatusCheckFailed_Instance" => failed(Check::Instance),
                "StatusCheckFailed_System" => failed(Check::System),
                "StatusCheckFailed_AttachedEBS" => failed(Check::AttachedEbs),
                _ => failed(Check::Instance).max(failed(Check::System)).max(failed(Check::AttachedEbs)),
            };
            let value = if name.starts_with("NetworkPackets") { value.round() } else { value };
            match &mut sample {
                Some(s) => s.merge(&Sample::one(value)),
                None => sample = Some(Sample::one(value)),
            }
        }
        // As many values as there were minutes.
        sample.map(|mut s| {
            s.scale_count(every as f64 / 60.0 / s.count);
            s
        })
    }
}

/// Every metric that has data: instances', then what was recorded or sent; in order.
pub fn all(world: &World, region: &str) -> Vec<MetricKey> {
    let Some(state) = world.peek(region) else { return Vec::new() };
    let mut keys = Vec::new();
    for instance in ec2_port::measured(world, region) {
        keys.extend(
            EC2.iter()
                .filter(|(name, ..)| has(instance, name))
                .map(|(name, ..)| MetricKey::new("AWS/EC2", name, &[("InstanceId", &instance.id)])),
        );
    }
    keys.extend(state.cloudwatch.series.iter().map(|s| s.key.clone()));
    keys.sort();
    keys.dedup();
    keys
}
