//! The metrics that groups publish each minute: `AWS/EC2` over their members, and their own where they are enabled.

use super::ec2_port;
use crate::base::Time;
use crate::sandbox::metric::{Datum, MetricKey, Sample};
use crate::sandbox::world::World;

/// Those of the minute that begins when the sandbox's clock shows `minute`.
pub(in crate::sandbox) fn metrics(world: &World, region: &str, minute: Time) -> Vec<Datum> {
    let at = world.pace().wall(Time::from_secs(minute.secs() + 30));
    let Some(state) = world.peek(region).map(|r| &r.autoscaling) else { return Vec::new() };
    let mut out = Vec::new();
    for g in state.groups.values() {
        let dimension = [("AutoScalingGroupName", g.name.as_str())];
        let over = |look: &dyn Fn(&str) -> f64| {
            let members = g.members.iter().filter(|m| m.in_service.is_some_and(|t| t <= at));
            Sample::of(members.map(|m| (look(&m.id), 1.0)))
        };
        for (name, unit, sample) in [
            ("CPUUtilization", "Percent", over(&|id| ec2_port::cpu_percent(world, region, id, at))),
            ("NetworkIn", "Bytes", over(&|id| ec2_port::network_in(world, region, id, at) * 60.0)),
            ("NetworkOut", "Bytes", over(&|id| ec2_port::network_out(world, region, id, at) * 60.0)),
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
