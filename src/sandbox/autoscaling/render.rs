//! Groups, members, activities, policies as XML, element by element as the API reference has them.

use super::activity::Activity;
use super::state::{Group, Hook, Member, Policy, PolicyKind, Scheduled, Template};
use crate::base::Time;
use crate::sandbox::wire::Xml;

/// `LaunchTemplate`.
pub(super) fn template(x: &mut Xml, t: &Template) {
    x.nest("LaunchTemplate", |x| {
        x.el("LaunchTemplateId", &t.id);
        x.el("LaunchTemplateName", &t.name);
        x.el("Version", &t.version);
    });
}

fn member(x: &mut Xml, m: &Member) {
    x.el("InstanceId", &m.id);
    x.el("InstanceType", &m.instance_type);
    x.el("AvailabilityZone", &m.zone);
    x.el("LifecycleState", m.lifecycle.word());
    x.el("HealthStatus", if m.sick.is_some() { "Unhealthy" } else { "Healthy" });
    template(x, &m.template);
    x.el("ProtectedFromScaleIn", m.protected);
}

/// A row of `DescribeAutoScalingInstances`, which shouts its health.
pub(super) fn instance(x: &mut Xml, g: &Group, m: &Member) {
    x.el("InstanceId", &m.id);
    x.el("InstanceType", &m.instance_type);
    x.el("AutoScalingGroupName", &g.name);
    x.el("AvailabilityZone", &m.zone);
    x.el("LifecycleState", m.lifecycle.word());
    x.el("HealthStatus", if m.sick.is_some() { "UNHEALTHY" } else { "HEALTHY" });
    template(x, &m.template);
    x.el("ProtectedFromScaleIn", m.protected);
}

pub(super) fn group(x: &mut Xml, g: &Group, with_members: bool) {
    x.el("AutoScalingGroupName", &g.name);
    x.el("AutoScalingGroupARN", &g.arn);
    template(x, &g.template);
    x.el("MinSize", g.min);
    x.el("MaxSize", g.max);
    x.el("DesiredCapacity", g.desired);
    x.el("DefaultCooldown", g.cooldown);
    let mut zones: Vec<&str> = g.subnets.iter().map(|p| p.zone.as_str()).collect();
    zones.sort_unstable();
    zones.dedup();
    x.list("AvailabilityZones", "member", zones, |x, z| x.raw_text(z));
    x.empty("LoadBalancerNames");
    x.list("TargetGroupARNs", "member", &g.target_groups, |x, arn| x.raw_text(arn));
    x.el("HealthCheckType", if g.elb_checks { "ELB" } else { "EC2" });
    x.el("HealthCheckGracePeriod", g.grace);
    if with_members {
        x.list("Instances", "member", &g.members, member);
    }
    x.el("CreatedTime", g.created);
    x.list("SuspendedProcesses", "member", &g.suspended, |x, (process, since)| {
        x.el("ProcessName", process);
        x.el("SuspensionReason", format!("User suspended at {}", since.rfc3339()));
    });
    let subnets: Vec<&str> = g.subnets.iter().map(|p| p.subnet.as_str()).collect();
    x.el("VPCZoneIdentifier", subnets.join(","));
    x.list("EnabledMetrics", "member", &g.metrics, |x, m| {
        x.el("Metric", m);
        x.el("Granularity", "1Minute");
    });
    x.opt("Status", g.deleting.then_some("Delete in progress"));
    x.list("Tags", "member", &g.tags, |x, (key, (value, propagate))| tag(x, g, key, value, *propagate));
    x.list("TerminationPolicies", "member", &g.termination_policies, |x, p| x.raw_text(p));
    x.el("NewInstancesProtectedFromScaleIn", g.protect_new);
    x.el(
        "ServiceLinkedRoleARN",
        format!(
            "arn:aws:iam::{}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
            g.arn.split(':').nth(4).unwrap_or_default()
        ),
    );
    x.opt("MaxInstanceLifetime", g.max_lifetime);
    x.el("CapacityRebalance", g.capacity_rebalance);
    x.opt("DefaultInstanceWarmup", g.warmup);
    x.list("TrafficSources", "member", &g.target_groups, |x, arn| {
        x.el("Identifier", arn);
        x.el("Type", "elbv2");
    });
    x.el("DeletionProtection", "none");
    x.nest("AvailabilityZoneDistribution", |x| x.el("CapacityDistributionStrategy", "balanced-best-effort"));
}

pub(super) fn tag(x: &mut Xml, g: &Group, key: &str, value: &str, propagate: bool) {
    x.el("ResourceId", &g.name);
    x.el("ResourceType", "auto-scaling-group");
    x.el("Key", key);
    x.el("Value", value);
    x.el("PropagateAtLaunch", propagate);
}

pub(super) fn activity(x: &mut Xml, a: &Activity) {
    x.el("ActivityId", &a.id);
    x.el("AutoScalingGroupName", &a.group);
    x.el("Description", &a.description);
    x.el("Cause", &a.cause);
    x.el("StartTime", a.start);
    // Ends are whole seconds, starts are not; an end is no earlier for that.
    let whole = |end: Time| end.secs() + i64::from(Time::from_secs(end.secs()) < a.start);
    x.opt("EndTime", a.end.map(|end| Time::from_secs(whole(end)).rfc3339()));
    x.el("StatusCode", &a.status);
    x.opt("StatusMessage", a.message.as_ref());
    x.el("Progress", a.progress);
    x.el("Details", &a.details);
    x.opt("AutoScalingGroupState", a.group_deleted.then_some("Deleted"));
    x.el("AutoScalingGroupARN", &a.group_arn);
}

/// AWS's word for a policy's type.
pub(super) fn policy_type(kind: &PolicyKind) -> &'static str {
    match kind {
        PolicyKind::TargetTracking { .. } => "TargetTrackingScaling",
        PolicyKind::Simple { .. } => "SimpleScaling",
        PolicyKind::Step { .. } => "StepScaling",
    }
}

pub(super) fn alarms(x: &mut Xml, policy: &Policy) {
    x.list("Alarms", "member", &policy.alarms, |x, (name, arn)| {
        x.el("AlarmName", name);
        x.el("AlarmARN", arn);
    });
}

pub(super) fn policy(x: &mut Xml, g: &Group, name: &str, policy: &Policy) {
    x.el("AutoScalingGroupName", &g.name);
    x.el("PolicyName", name);
    x.el("PolicyARN", &policy.arn);
    x.el("PolicyType", policy_type(&policy.kind));
    match &policy.kind {
        PolicyKind::TargetTracking { metric, label, target, disable_scale_in } => {
            x.nest("TargetTrackingConfiguration", |x| {
                x.nest("PredefinedMetricSpecification", |x| {
                    x.el("PredefinedMetricType", metric);
                    x.opt("ResourceLabel", label.as_ref());
                });
                x.el("TargetValue", *target);
                x.el("DisableScaleIn", *disable_scale_in);
            });
        }
        PolicyKind::Simple { adjustment_type, adjustment, min_magnitude, cooldown } => {
            x.el("AdjustmentType", adjustment_type);
            x.opt("MinAdjustmentMagnitude", *min_magnitude);
            x.el("ScalingAdjustment", *adjustment);
            x.opt("Cooldown", *cooldown);
        }
        PolicyKind::Step { adjustment_type, min_magnitude, aggregation, steps } => {
            x.el("AdjustmentType", adjustment_type);
            x.opt("MinAdjustmentMagnitude", *min_magnitude);
            x.el("MetricAggregationType", aggregation);
            x.list("StepAdjustments", "member", steps, |x, (low, high, by)| {
                x.opt("MetricIntervalLowerBound", *low);
                x.opt("MetricIntervalUpperBound", *high);
                x.el("ScalingAdjustment", *by);
            });
        }
    }
    x.opt("EstimatedInstanceWarmup", policy.warmup);
    alarms(x, policy);
    x.el("Enabled", policy.enabled);
}

pub(super) fn scheduled(x: &mut Xml, g: &Group, name: &str, a: &Scheduled) {
    x.el("AutoScalingGroupName", &g.name);
    x.el("ScheduledActionName", name);
    x.el("ScheduledActionARN", &a.arn);
    x.opt("Time", a.start);
    x.opt("StartTime", a.start);
    x.opt("EndTime", a.end);
    x.opt("Recurrence", a.recurrence.as_ref());
    x.opt("MinSize", a.min);
    x.opt("MaxSize", a.max);
    x.opt("DesiredCapacity", a.desired);
    x.opt("TimeZone", a.time_zone.as_ref());
}

pub(super) fn hook(x: &mut Xml, g: &Group, name: &str, h: &Hook) {
    x.el("LifecycleHookName", name);
    x.el("AutoScalingGroupName", &g.name);
    let transition =
        if h.terminating { "autoscaling:EC2_INSTANCE_TERMINATING" } else { "autoscaling:EC2_INSTANCE_LAUNCHING" };
    x.el("LifecycleTransition", transition);
    for field in ["NotificationTargetARN", "RoleARN", "NotificationMetadata"] {
        x.opt(field, h.config.get(field));
    }
    x.el("HeartbeatTimeout", h.timeout);
    // AWS: 48 hours or a hundred heartbeats, whichever is less.
    x.el("GlobalTimeout", h.timeout.saturating_mul(100).min(172_800));
    x.el("DefaultResult", if h.proceed { "CONTINUE" } else { "ABANDON" });
}
