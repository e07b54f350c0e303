//! The port to CloudWatch: the alarms of target tracking policies, which Auto Scaling makes and CloudWatch keeps and watches.
//!
//! [`of_policy`] says which alarms a policy wants; [`put`] and [`forget`] hand them over. That one of them fired comes back as a
//! fact, which `sandbox::physics` delivers to [`super::alarm_fired`].

use crate::base::Time;
use crate::sandbox::cloudwatch::{self, Alarm, MetricKey, MetricWatch, Watch};
use crate::sandbox::world::World;

/// An alarm as a policy wants it: what `PutMetricAlarm` would be told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WantedAlarm {
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
pub(super) fn put(world: &mut World, region: &str, wanted: &WantedAlarm, now: Time) {
    let dimensions: Vec<(&str, &str)> = wanted.dimensions.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let watch = MetricWatch {
        key: Some(MetricKey::new(&wanted.namespace, &wanted.metric, &dimensions)),
        stat: wanted.statistic.clone(),
        period: i64::from(wanted.period),
        unit: None,
        evaluation_periods: i64::from(wanted.evaluation_periods),
        datapoints_to_alarm: None,
        threshold: wanted.threshold,
        comparison: if wanted.above { "GreaterThanThreshold" } else { "LessThanThreshold" }.to_string(),
        treat_missing: None,
        low_samples: None,
        metrics: None,
    };
    let mut alarm = Alarm::new(&wanted.name, Watch::Metric(Box::new(watch)), now);
    alarm.description = Some(wanted.description.clone());
    alarm.alarm_actions = vec![wanted.policy_arn.clone()];
    cloudwatch::put_alarm(world, region, alarm, now);
}

/// Has CloudWatch delete alarms whose policy is gone.
pub(super) fn forget(world: &mut World, region: &str, alarms: &[(String, String)], now: Time) {
    let names: Vec<String> = alarms.iter().map(|(name, _)| name.clone()).collect();
    cloudwatch::remove_alarms(world, region, &names, now);
}
