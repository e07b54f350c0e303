//! The metrics that Auto Scaling groups and load balancers record each minute.

use super::alb_traffic;
use super::pace::Pace;
use super::state::MetricKey;
use super::stats::Sample;
use crate::base::Time;
use crate::sandbox::ec2::load;
use crate::sandbox::elbv2;
use crate::sandbox::world::World;

/// One value of one metric.
pub(super) type Point = (MetricKey, &'static str, Sample);

/// Records the minute that begins when the sandbox's clock shows `minute`, for groups and target groups.
pub(super) fn record(world: &mut World, region: &str, minute: Time) {
    let pace = Pace::of(world);
    let (at, middle) = (pace.wall(minute), pace.wall(Time::from_secs(minute.secs() + 30)));
    let mut points = groups(world, region, middle);
    points.extend(target_groups(world, region));
    points.extend(alb_traffic::of_minute(world, region, at));
    let state = &mut world.region(region).cloudwatch;
    for (key, unit, sample) in points {
        state.record(&key, unit, at, (pace, 60), sample);
    }
}

/// `AWS/EC2` over a group's members, and the group's own metrics where they are enabled.
fn groups(world: &World, region: &str, at: Time) -> Vec<Point> {
    let Some(state) = world.peek(region).map(|r| &r.autoscaling) else { return Vec::new() };
    let mut out = Vec::new();
    for g in state.groups.values() {
        let dimension = [("AutoScalingGroupName", g.name.as_str())];
        let over = |look: &dyn Fn(&str) -> f64| {
            let members = g.members.iter().filter(|m| m.in_service.is_some_and(|t| t <= at));
            Sample::of(members.map(|m| (look(&m.id), 1.0)))
        };
        for (name, unit, sample) in [
            ("CPUUtilization", "Percent", over(&|id| load::cpu_percent(world, region, id, at))),
            ("NetworkIn", "Bytes", over(&|id| load::network_in(world, region, id, at) * 60.0)),
            ("NetworkOut", "Bytes", over(&|id| load::network_out(world, region, id, at) * 60.0)),
        ] {
            out.extend(sample.map(|s| (MetricKey::new("AWS/EC2", name, &dimension), unit, s)));
        }
        let in_state =
            |wanted: &[&str]| g.members.iter().filter(|m| wanted.contains(&m.lifecycle.word())).count() as f64;
        for metric in &g.metrics {
            let value = match metric.as_str() {
                "GroupMinSize" => f64::from(g.min),
                "GroupMaxSize" => f64::from(g.max),
                "GroupDesiredCapacity" => f64::from(g.desired),
                "GroupInServiceInstances" => in_state(&["InService"]),
                "GroupPendingInstances" => in_state(&["Pending", "Pending:Wait"]),
                "GroupStandbyInstances" => in_state(&["Standby"]),
                "GroupTerminatingInstances" => in_state(&["Terminating", "Terminating:Wait"]),
                "GroupTotalInstances" => g.members.len() as f64,
                _ => continue,
            };
            out.push((MetricKey::new("AWS/AutoScaling", metric, &dimension), "None", Sample::one(value)));
        }
    }
    out
}

/// How many targets are healthy and how many are not, by target group and balancer.
fn target_groups(world: &World, region: &str) -> Vec<Point> {
    let Some(state) = world.peek(region).map(|r| &r.elbv2) else { return Vec::new() };
    let mut out = Vec::new();
    for g in state.groups.values() {
        for lb in state.balancers_of(&g.arn) {
            let namespace = match lb.kind {
                elbv2::Kind::Application => "AWS/ApplicationELB",
                elbv2::Kind::Network => "AWS/NetworkELB",
            };
            let after =
                |arn: &str, word: &str| arn.split_once(word).map_or_else(String::new, |(_, tail)| tail.to_string());
            let balancer = after(&lb.arn, ":loadbalancer/");
            let group = format!("targetgroup/{}", after(&g.arn, ":targetgroup/"));
            let dimensions = [("LoadBalancer", balancer.as_str()), ("TargetGroup", group.as_str())];
            let count =
                |test: &dyn Fn(&elbv2::Health) -> bool| g.targets.iter().filter(|t| test(&t.health)).count() as f64;
            let healthy = count(&|h| matches!(h, elbv2::Health::Healthy));
            let unhealthy = count(&|h| matches!(h, elbv2::Health::Unhealthy(_)));
            for (name, value) in [("HealthyHostCount", healthy), ("UnHealthyHostCount", unhealthy)] {
                out.push((MetricKey::new(namespace, name, &dimensions), "Count", Sample::one(value)));
            }
        }
    }
    out
}
