//! The metrics that load balancers publish each minute.

use super::alb_traffic;
use super::health::Health;
use super::state::Kind;
use crate::base::Time;
use crate::sandbox::metric::{Datum, MetricKey, Sample};
use crate::sandbox::world::World;

/// Those of the minute that begins when the sandbox's clock shows `minute`.
pub(in crate::sandbox) fn metrics(world: &World, region: &str, minute: Time) -> Vec<Datum> {
    let mut data = target_groups(world, region);
    data.extend(alb_traffic::of_minute(world, region, world.pace().wall(minute)));
    data
}

/// How many targets are healthy and how many are not, by target group and balancer.
fn target_groups(world: &World, region: &str) -> Vec<Datum> {
    let Some(state) = world.peek(region).map(|r| &r.elbv2) else { return Vec::new() };
    let mut out = Vec::new();
    for g in state.groups.values() {
        for lb in state.balancers_of(&g.arn) {
            let namespace = match lb.kind {
                Kind::Application => "AWS/ApplicationELB",
                Kind::Network => "AWS/NetworkELB",
            };
            let after =
                |arn: &str, word: &str| arn.split_once(word).map_or_else(String::new, |(_, tail)| tail.to_string());
            let balancer = after(&lb.arn, ":loadbalancer/");
            let group = format!("targetgroup/{}", after(&g.arn, ":targetgroup/"));
            let dimensions = [("LoadBalancer", balancer.as_str()), ("TargetGroup", group.as_str())];
            let count = |test: &dyn Fn(&Health) -> bool| g.targets.iter().filter(|t| test(&t.health)).count() as f64;
            let healthy = count(&|h| matches!(h, Health::Healthy));
            let unhealthy = count(&|h| matches!(h, Health::Unhealthy(_)));
            for (name, value) in [("HealthyHostCount", healthy), ("UnHealthyHostCount", unhealthy)] {
                out.push((MetricKey::new(namespace, name, &dimensions), "Count", Sample::one(value)));
            }
        }
    }
    out
}
