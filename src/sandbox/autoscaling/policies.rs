//! Scaling policies: put, delete, execute, and the policy that an alarm executes.

use super::activity::reason;
use super::errors::{Outcome, count, group_not_found, in_progress, known_group, missing, required, validation};
use super::groups::{cooling, done};
use super::selection;
use super::state::{Policy, PolicyKind};
use super::{cloudwatch_port, reconcile, render};
use crate::base::Time;
use crate::sandbox::wire::{Call, Params, Reply};
use crate::sandbox::world::World;

fn number(params: &Params, field: &str) -> Outcome<Option<f64>> {
    let Some(text) = params.text(field) else { return Ok(None) };
    match text.parse::<f64>() {
        Ok(n) if n.is_finite() => Ok(Some(n)),
        _ => Err(validation(format!("Unable to parse '{text}' as a number"))),
    }
}

fn whole(params: &Params, field: &str) -> Outcome<i32> {
    let n = params.int(field)?.ok_or_else(|| missing(field))?;
    i32::try_from(n).map_err(|_| validation(format!("The value {n} of {field} is out of range")))
}

fn read_kind(call: &Call<'_>) -> Outcome<PolicyKind> {
    let p = &call.params;
    let adjustment_type = || -> Outcome<String> {
        let kind = p.text("AdjustmentType").unwrap_or_default();
        if matches!(kind, "ChangeInCapacity" | "ExactCapacity" | "PercentChangeInCapacity") {
            return Ok(kind.to_string());
        }
        Err(validation("AdjustmentType must be one of ChangeInCapacity, ExactCapacity, PercentChangeInCapacity"))
    };
    match p.text("PolicyType").unwrap_or("SimpleScaling") {
        "TargetTrackingScaling" => {
            let base = "TargetTrackingConfiguration";
            let Some(metric) = p.text(&format!("{base}.PredefinedMetricSpecification.PredefinedMetricType")) else {
                return Err(validation(
                    "TargetTrackingConfiguration must contain a PredefinedMetricSpecification here",
                ));
            };
            let known =
                ["ASGAverageCPUUtilization", "ASGAverageNetworkIn", "ASGAverageNetworkOut", "ALBRequestCountPerTarget"];
            if !known.contains(&metric) {
                return Err(validation(format!("Invalid PredefinedMetricType: {metric}")));
            }
            let label = p.text(&format!("{base}.PredefinedMetricSpecification.ResourceLabel")).map(str::to_string);
            if metric == "ALBRequestCountPerTarget" && label.is_none() {
                return Err(validation("ResourceLabel is required for ALBRequestCountPerTarget"));
            }
            let target = number(p, &format!("{base}.TargetValue"))?.ok_or_else(|| missing("TargetValue"))?;
            let disable_scale_in = p.bool(&format!("{base}.DisableScaleIn"))?.unwrap_or(false);
            Ok(PolicyKind::TargetTracking { metric: metric.to_string(), label, target, disable_scale_in })
        }
        "SimpleScaling" => Ok(PolicyKind::Simple {
            adjustment_type: adjustment_type()?,
            adjustment: whole(p, "ScalingAdjustment")?,
            min_magnitude: count(call, "MinAdjustmentMagnitude")?,
            cooldown: count(call, "Cooldown")?,
        }),
        "StepScaling" => {
            let mut steps = Vec::new();
            for step in p.list("StepAdjustments") {
                steps.push((
                    number(step, "MetricIntervalLowerBound")?,
                    number(step, "MetricIntervalUpperBound")?,
                    whole(step, "ScalingAdjustment")?,
                ));
            }
            if steps.is_empty() {
                return Err(validation("StepAdjustments are required for policy type StepScaling"));
            }
            Ok(PolicyKind::Step {
                adjustment_type: adjustment_type()?,
                min_magnitude: count(call, "MinAdjustmentMagnitude")?,
                aggregation: p.text("MetricAggregationType").unwrap_or("Average").to_string(),
                steps,
            })
        }
        other => Err(validation(format!("Policies of type {other} are not supported here"))),
    }
}

pub(super) fn put(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let group = known_group(&world.region(&region).autoscaling, call)?.name.clone();
    let name = required(call, "PolicyName")?.to_string();
    let kind = read_kind(call)?;
    let enabled = call.params.bool("Enabled")?.unwrap_or(true);
    let warmup = count(call, "EstimatedInstanceWarmup")?;
    let policy = insert(world, &region, &group, &name, kind, call.now);
    let Some(policy) = policy else { return Err(group_not_found()) };
    policy.enabled = enabled;
    policy.warmup = warmup;
    let policy = policy.clone();
    Ok(call.query(|x| {
        x.el("PolicyARN", &policy.arn);
        render::alarms(x, &policy);
    }))
}

/// Puts a policy into a group, with its alarms; one of the same name keeps its ARN.
pub(super) fn insert<'w>(
    world: &'w mut World,
    region: &str,
    group: &str,
    name: &str,
    kind: PolicyKind,
    now: Time,
) -> Option<&'w mut Policy> {
    let old = world.region(region).autoscaling.groups.get_mut(group)?.policies.remove(name);
    let arn = match &old {
        Some(old) => old.arn.clone(),
        None => format!(
            "arn:aws:autoscaling:{region}:{}:scalingPolicy:{}:autoScalingGroupName/{group}:policyName/{name}",
            world.account.clone(),
            world.new_uuid()
        ),
    };
    if let Some(old) = &old {
        cloudwatch_port::forget(world, region, &old.alarms, now);
    }
    let wanted = match &kind {
        PolicyKind::TargetTracking { metric, label, target, disable_scale_in } => {
            cloudwatch_port::of_policy(world, region, group, &arn, metric, label.as_deref(), *target, *disable_scale_in)
        }
        _ => Vec::new(),
    };
    for alarm in &wanted {
        cloudwatch_port::put(world, region, alarm, now);
    }
    let alarms = wanted.into_iter().map(|a| (a.name, a.arn)).collect();
    let policy = Policy { arn, kind, enabled: true, warmup: None, alarms };
    let policies = &mut world.region(region).autoscaling.groups.get_mut(group)?.policies;
    policies.insert(name.to_string(), policy);
    policies.get_mut(name)
}

/// A policy by name in a group, or by ARN: the group's name and the policy's.
fn find(world: &mut World, call: &Call<'_>) -> Outcome<(String, String)> {
    let state = &world.region(&call.region).autoscaling;
    let wanted = required(call, "PolicyName")?;
    let of = if call.params.text("AutoScalingGroupName").is_some() { Some(known_group(state, call)?) } else { None };
    let mut all = state.groups.values().filter(|g| of.is_none_or(|o| o.name == g.name));
    all.find_map(|g| {
        let named = g.policies.iter().find(|(name, p)| p.arn == wanted || (of.is_some() && *name == wanted));
        named.map(|(name, _)| (g.name.clone(), name.clone()))
    })
    .ok_or_else(|| validation("PolicyName not found"))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let (group, name) = find(world, call)?;
    let gone = world.region(&region).autoscaling.groups.get_mut(&group).and_then(|g| g.policies.remove(&name));
    if let Some(policy) = gone {
        cloudwatch_port::forget(world, &region, &policy.alarms, call.now);
    }
    Ok(done(call))
}

pub(super) fn execute(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let (group, name) = find(world, call)?;
    if call.params.text("AutoScalingGroupName").is_some()
        && let Some(activity) = cooling(world, call)?
    {
        return Err(in_progress(&activity));
    }
    let (value, threshold) = (number(&call.params, "MetricValue")?, number(&call.params, "BreachThreshold")?);
    let Some(g) = world.region(&region).autoscaling.groups.get(&group) else { return Err(group_not_found()) };
    let (from, min, max) = (g.desired, g.min, g.max);
    let kind = g.policies.get(&name).map(|p| p.kind.clone());
    match kind {
        Some(PolicyKind::TargetTracking { .. }) => {
            return Err(validation("Cannot execute TargetTrackingScaling policies"));
        }
        Some(PolicyKind::Step { .. }) if value.is_none() || threshold.is_none() => {
            return Err(validation("MetricValue and BreachThreshold are required to execute a StepScaling policy"));
        }
        _ => {}
    }
    let to = kind.and_then(|k| selection::wanted(&k, from, value, threshold)).unwrap_or(from).clamp(min, max);
    reconcile::want(world, &region, &group, to, reason::executed(call.now, &name, from, to), call.now);
    Ok(done(call))
}

/// An alarm has this policy as an action of the state that it is in: delivered when the alarm goes there and each minute
/// while it stays. `value` is the metric's last, `threshold` the alarm's. Returns whether there is such a policy.
pub fn alarm_fired(
    world: &mut World,
    region: &str,
    policy_arn: &str,
    alarm: &str,
    value: Option<f64>,
    threshold: Option<f64>,
    now: Time,
) -> bool {
    let state = &world.region(region).autoscaling;
    let found = state.groups.values().find_map(|g| {
        let policy = g.policies.iter().find(|(_, p)| p.arn == policy_arn);
        policy.map(|(name, p)| (g, name.clone(), p.clone()))
    });
    let Some((group, name, policy)) = found else { return false };
    if !policy.enabled || group.deleting || group.suspends("AlarmNotification") {
        return true;
    }
    let wait = match &policy.kind {
        PolicyKind::Simple { cooldown, .. } => cooldown.unwrap_or(group.cooldown),
        // The others wait for the new instances to warm up instead.
        _ => policy.warmup.or(group.warmup).unwrap_or(group.cooldown),
    };
    let (from, min, max, scaled) = (group.desired, group.min, group.max, group.scaled);
    let settled = group.capacity() == group.desired && group.members.iter().all(|m| m.in_service.is_some());
    let group = group.name.clone();
    let wait = world.scaled(std::time::Duration::from_secs(u64::from(wait)));
    let waiting = !settled || scaled.is_some_and(|t| now < t.plus(wait));
    let Some(to) = selection::wanted(&policy.kind, from, value, threshold).map(|to| to.clamp(min, max)) else {
        return true;
    };
    if to == from || waiting {
        return true;
    }
    if let Some(g) = world.region(region).autoscaling.groups.get_mut(&group) {
        g.scaled = Some(now);
    }
    reconcile::want(world, region, &group, to, reason::alarm(now, alarm, &name, from, to), now);
    true
}
