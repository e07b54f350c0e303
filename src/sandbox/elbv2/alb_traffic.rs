//! Traffic metrics of application load balancers, made up by the minute as a function of the balancer, the moment and the
//! number of its healthy targets.

use super::health::Health;
use super::state::Kind;
use crate::base::Time;
use crate::sandbox::metric::{Datum, MetricKey, Sample};
use crate::sandbox::world::World;

/// The points of the minute that begins at `minute`, by target group and for the whole balancer.
pub(super) fn of_minute(world: &World, region: &str, minute: Time) -> Vec<Datum> {
    let Some(state) = world.peek(region).map(|r| &r.elbv2) else { return Vec::new() };
    let mut out = Vec::new();
    for group in state.groups.values() {
        let healthy = group.targets.iter().filter(|t| t.health == Health::Healthy).count() as f64;
        let unhealthy = group.targets.iter().filter(|t| matches!(t.health, Health::Unhealthy(_))).count() as f64;
        // A day's wave of requests; fewer targets answer more slowly, and some of what ails answers with 5xx.
        let mut random = world.random(&group.arn, &minute.secs().to_string());
        let day = (minute.secs().rem_euclid(86_400) as f64 / 86_400.0 - 0.2) * std::f64::consts::TAU;
        let requests = (900.0 + 600.0 * day.cos() + random.between(-80.0, 80.0)).max(1.0).round();
        let time = 0.035 + requests / healthy.max(1.0) / 60_000.0 + random.between(0.0, 0.02);
        let errors = (random.between(0.0, 3.0) - 1.5 + unhealthy * 4.0).floor();
        for balancer in state.balancers_of(&group.arn).into_iter().filter(|b| b.kind == Kind::Application) {
            let lb = balancer.arn.split_once(":loadbalancer/").map_or("", |(_, tail)| tail);
            let tg = group.arn.rsplit_once(':').map_or("", |(_, tail)| tail);
            let mut point = |metric: &str, unit: &'static str, sample: Sample, whole: bool| {
                let dimensions = [("LoadBalancer", lb), ("TargetGroup", tg)];
                if whole {
                    out.push((MetricKey::new("AWS/ApplicationELB", metric, &dimensions[..1]), unit, sample.clone()));
                }
                out.push((MetricKey::new("AWS/ApplicationELB", metric, &dimensions), unit, sample));
            };
            point("RequestCount", "Count", ones(requests, requests), true);
            if healthy > 0.0 {
                point("RequestCountPerTarget", "Count", ones(requests, requests / healthy), false);
                if let Some(times) = response_times(requests, time) {
                    point("TargetResponseTime", "Seconds", times, true);
                }
            }
            if errors > 0.0 {
                point("HTTPCode_Target_5XX_Count", "Count", ones(errors, errors), true);
            }
        }
    }
    out
}

/// As many values of 1 as there were.
const fn ones(count: f64, sum: f64) -> Sample {
    Sample::set(count, sum, 1.0, 1.0)
}

/// Response times as they spread around their mean: most near it, some much longer.
fn response_times(requests: f64, mean: f64) -> Option<Sample> {
    const SHAPE: [(f64, f64); 9] = [
        (0.25, 0.05),
        (0.5, 0.17),
        (0.75, 0.24),
        (0.95, 0.22),
        (1.2, 0.17),
        (1.7, 0.09),
        (2.6, 0.04),
        (4.0, 0.015),
        (6.0, 0.005),
    ];
    let middle: f64 = SHAPE.iter().map(|(times, share)| times * share).sum();
    let mut left = requests;
    // The most usual time takes what rounding leaves.
    let mut parts: Vec<(f64, f64)> = SHAPE
        .iter()
        .map(|(times, share)| {
            let count = (requests * share).floor();
            left -= count;
            (mean * times / middle, count)
        })
        .collect();
    if let Some(most) = parts.get_mut(3) {
        most.1 += left;
    }
    Sample::of(parts)
}
