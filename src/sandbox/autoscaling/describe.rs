//! The Describe operations of EC2 Auto Scaling.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;

use super::errors::{Outcome, known_group, validation};
use super::render;
use super::state::{Group, Member, PROCESSES, Scheduled, State};
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Params, Reply};

/// A page: `MaxRecords` and `NextToken` in. The token names the last element seen, so that a page after a change
/// neither repeats nor skips what was there before.
pub(super) fn page<T>(
    params: &Params,
    all: Vec<T>,
    most: usize,
    usual: usize,
    key: impl Fn(&T) -> String,
) -> Outcome<(Vec<T>, Option<String>)> {
    let size = match params.int("MaxRecords")? {
        None => usual,
        Some(n) if n < 1 => {
            return Err(validation(format!(
                "1 validation error detected: Value '{n}' at 'maxRecords' failed to satisfy constraint: Member must have \
                 value greater than or equal to 1"
            )));
        }
        Some(n) => usize::try_from(n).ok().filter(|n| *n <= most).ok_or_else(|| {
            validation(format!(
                "1 validation error detected: Value '{n}' at 'maxRecords' failed to satisfy constraint: Member must have \
                 value less than or equal to {most}"
            ))
        })?,
    };
    let from = match params.text("NextToken").filter(|t| !t.is_empty()) {
        None => 0,
        Some(token) => {
            let bad = || ApiError::new("InvalidNextToken", "The NextToken value is not valid.");
            let last = BASE64.decode(token).ok().and_then(|b| String::from_utf8(b).ok()).ok_or_else(bad)?;
            all.iter().position(|t| key(t) == last).ok_or_else(bad)? + 1
        }
    };
    let more = all.len() > from + size;
    let page: Vec<T> = all.into_iter().skip(from).take(size).collect();
    let next = page.last().filter(|_| more).map(|last| BASE64.encode(key(last)));
    Ok((page, next))
}

fn filters(params: &Params) -> Vec<(&str, Vec<&str>)> {
    params.list("Filters").into_iter().map(|f| (f.text("Name").unwrap_or_default(), f.texts("Values"))).collect()
}

fn has_tags(group: &Group, filters: &[(&str, Vec<&str>)]) -> Outcome<bool> {
    for (name, values) in filters {
        let held = match *name {
            "tag-key" => group.tags.keys().any(|k| values.contains(&k.as_str())),
            "tag-value" => group.tags.values().any(|(v, _)| values.contains(&v.as_str())),
            other => match other.strip_prefix("tag:") {
                Some(key) => group.tags.get(key).is_some_and(|(v, _)| values.contains(&v.as_str())),
                None => {
                    return Err(validation(format!(
                        "Filter type {other} is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>"
                    )));
                }
            },
        };
        if !held {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(super) fn groups(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let names = call.params.texts("AutoScalingGroupNames");
    let filters = filters(&call.params);
    let mut all = Vec::new();
    for g in state.groups.values().filter(|g| names.is_empty() || names.contains(&g.name.as_str())) {
        if has_tags(g, &filters)? {
            all.push(g);
        }
    }
    let (page, next) = page(&call.params, all, 100, 50, |g| g.name.clone())?;
    let with_members = call.params.bool("IncludeInstances")?.unwrap_or(true);
    Ok(call.query(|x| {
        x.list("AutoScalingGroups", "member", page, |x, g| render::group(x, g, with_members));
        x.opt("NextToken", next);
    }))
}

pub(super) fn instances(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let ids = call.params.texts("InstanceIds");
    let all: Vec<(&Group, &Member)> = state
        .groups
        .values()
        .flat_map(|g| g.members.iter().map(move |m| (g, m)))
        .filter(|(_, m)| ids.is_empty() || ids.contains(&m.id.as_str()))
        .collect();
    let (page, next) = page(&call.params, all, 50, 50, |(_, m)| m.id.clone())?;
    Ok(call.query(|x| {
        x.list("AutoScalingInstances", "member", page, |x, (g, m)| render::instance(x, g, m));
        x.opt("NextToken", next);
    }))
}

pub(super) fn activities(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let p = &call.params;
    let ids = p.texts("ActivityIds");
    let deleted = p.bool("IncludeDeletedGroups")?.unwrap_or(false);
    let of = p.text("AutoScalingGroupName");
    if let Some(name) = of {
        let gone = deleted && state.activities.iter().any(|a| a.group == name || a.group_arn == name);
        if !state.groups.contains_key(name) && !gone {
            return Err(super::errors::group_not_found());
        }
    }
    let (mut from, mut to, mut codes) = (None, None, Vec::new());
    for (name, values) in filters(p) {
        let moment = || {
            let text = values.first().copied().unwrap_or_default();
            let utc = format!("{text}Z");
            Time::parse(text)
                .or_else(|| Time::parse(&utc))
                .ok_or_else(|| validation(format!("Invalid timestamp: {text}")))
        };
        match name {
            "StartTimeLowerBound" => from = Some(moment()?),
            "StartTimeUpperBound" => to = Some(moment()?),
            "Status" if of.is_some() => codes = values,
            "Status" => return Err(validation("The Status filter requires the AutoScalingGroupName parameter")),
            other => return Err(validation(format!("Invalid filter name: {other}"))),
        }
    }
    // AWS keeps six weeks.
    let oldest = call.now.millis() - 42 * 86_400_000;
    let mut all: Vec<_> = state
        .activities
        .iter()
        .filter(|a| {
            a.start.millis() >= oldest
                && of.is_none_or(|n| a.group == n || a.group_arn == n)
                && (deleted || !a.group_deleted)
                && (ids.is_empty() || ids.contains(&a.id.as_str()))
                && from.is_none_or(|t| a.start >= t)
                && to.is_none_or(|t| a.start <= t)
                && (codes.is_empty() || codes.contains(&a.status.as_str()))
        })
        .collect();
    all.reverse();
    // Newest first; those of one moment stay as they were begun, the last first.
    all.sort_by_key(|a| std::cmp::Reverse(a.start));
    let (page, next) = page(p, all, 100, 100, |a| a.id.clone())?;
    Ok(call.query(|x| {
        x.list("Activities", "member", page, render::activity);
        x.opt("NextToken", next);
    }))
}

pub(super) fn policies(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let p = &call.params;
    let (names, types) = (p.texts("PolicyNames"), p.texts("PolicyTypes"));
    let of = if p.text("AutoScalingGroupName").is_some() { Some(known_group(state, call)?) } else { None };
    let all: Vec<_> = state
        .groups
        .values()
        .filter(|g| of.is_none_or(|o| o.name == g.name))
        .flat_map(|g| g.policies.iter().map(move |(name, policy)| (g, name, policy)))
        .filter(|(_, name, policy)| {
            (names.is_empty() || names.contains(&name.as_str()) || names.contains(&policy.arn.as_str()))
                && (types.is_empty() || types.contains(&render::policy_type(&policy.kind)))
        })
        .collect();
    let (page, next) = page(p, all, 100, 50, |(_, _, policy)| policy.arn.clone())?;
    Ok(call.query(|x| {
        x.list("ScalingPolicies", "member", page, |x, (g, name, policy)| render::policy(x, g, name, policy));
        x.opt("NextToken", next);
    }))
}

pub(super) fn scheduled_actions(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let p = &call.params;
    let names = p.texts("ScheduledActionNames");
    let moment = |name: &str| p.text(name).and_then(Time::parse);
    let (earliest, latest) = (moment("StartTime"), moment("EndTime"));
    let within = |action: &Scheduled| {
        action.start.is_none_or(|at| earliest.is_none_or(|e| at >= e) && latest.is_none_or(|l| at <= l))
    };
    let of = if p.text("AutoScalingGroupName").is_some() { Some(known_group(state, call)?) } else { None };
    let all: Vec<_> = state
        .groups
        .values()
        .filter(|g| of.is_none_or(|o| o.name == g.name))
        .flat_map(|g| g.scheduled.iter().map(move |(name, action)| (g, name, action)))
        // "If scheduled action names are provided, this property is ignored." [AWS: DescribeScheduledActions]
        .filter(|(_, name, action)| if names.is_empty() { within(action) } else { names.contains(&name.as_str()) })
        .collect();
    let (page, next) = page(p, all, 100, 50, |(_, _, action)| action.arn.clone())?;
    Ok(call.query(|x| {
        x.list("ScheduledUpdateGroupActions", "member", page, |x, (g, name, a)| render::scheduled(x, g, name, a));
        x.opt("NextToken", next);
    }))
}

pub(super) fn lifecycle_hooks(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let group = known_group(state, call)?;
    let names = call.params.texts("LifecycleHookNames");
    let chosen = group.hooks.iter().filter(|(name, _)| names.is_empty() || names.contains(&name.as_str()));
    Ok(call.query(|x| x.list("LifecycleHooks", "member", chosen, |x, (name, hook)| render::hook(x, group, name, hook))))
}

pub(super) fn tags(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let filters = filters(&call.params);
    let mut all = Vec::new();
    for g in state.groups.values() {
        for (key, (value, propagate)) in &g.tags {
            let mut held = true;
            for (name, values) in &filters {
                held &= match *name {
                    "auto-scaling-group" => values.contains(&g.name.as_str()),
                    "key" => values.contains(&key.as_str()),
                    "value" => values.contains(&value.as_str()),
                    "propagate-at-launch" => values.contains(&if *propagate { "true" } else { "false" }),
                    other => {
                        return Err(validation(format!(
                            "Filter type {other} is not correct. Allowed Filter types are: auto-scaling-group, key, value, propagate-at-launch"
                        )));
                    }
                };
            }
            if held {
                all.push((g, key, value, *propagate));
            }
        }
    }
    let (page, next) = page(&call.params, all, 100, 50, |(g, key, ..)| format!("{}/{key}", g.name))?;
    Ok(call.query(|x| {
        x.list("Tags", "member", page, |x, (g, key, value, propagate)| render::tag(x, g, key, value, propagate));
        x.opt("NextToken", next);
    }))
}

/// What a group's attachment to a target group is called: `InService` once a member is healthy there.
fn attachment(group: &Group) -> &'static str {
    if group.members.iter().any(|m| m.in_service.is_some()) { "InService" } else { "Added" }
}

pub(super) fn target_groups(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let group = known_group(state, call)?;
    let all: Vec<&String> = group.target_groups.iter().collect();
    let (page, next) = page(&call.params, all, 100, 100, |arn| (*arn).clone())?;
    Ok(call.query(|x| {
        x.list("LoadBalancerTargetGroups", "member", page, |x, arn| {
            x.el("LoadBalancerTargetGroupARN", arn);
            x.el("State", attachment(group));
        });
        x.opt("NextToken", next);
    }))
}

pub(super) fn traffic_sources(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let group = known_group(state, call)?;
    let all: Vec<&String> = match call.params.text("TrafficSourceType") {
        None | Some("elbv2") => group.target_groups.iter().collect(),
        Some(_) => Vec::new(),
    };
    let (page, next) = page(&call.params, all, 50, 50, |arn| (*arn).clone())?;
    Ok(call.query(|x| {
        x.list("TrafficSources", "member", page, |x, arn| {
            x.el("TrafficSource", arn);
            x.el("State", attachment(group));
            x.el("Identifier", arn);
            x.el("Type", "elbv2");
        });
        x.opt("NextToken", next);
    }))
}

pub(super) fn process_types(call: &Call<'_>) -> Reply {
    call.query(|x| x.list("Processes", "member", PROCESSES, |x, name| x.el("ProcessName", name)))
}

/// What a group can go by when it has to end an instance, beside functions of its owner's.
pub(super) const TERMINATION_POLICIES: [&str; 7] = [
    "AllocationStrategy",
    "ClosestToNextInstanceHour",
    "Default",
    "NewestInstance",
    "OldestInstance",
    "OldestLaunchConfiguration",
    "OldestLaunchTemplate",
];

pub(super) fn termination_policy_types(call: &Call<'_>) -> Reply {
    call.query(|x| x.list("TerminationPolicyTypes", "member", TERMINATION_POLICIES, |x, name| x.raw_text(name)))
}

pub(super) fn adjustment_types(call: &Call<'_>) -> Reply {
    const TYPES: [&str; 3] = ["ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"];
    call.query(|x| x.list("AdjustmentTypes", "member", TYPES, |x, name| x.el("AdjustmentType", name)))
}

pub(super) fn lifecycle_hook_types(call: &Call<'_>) -> Reply {
    const TYPES: [&str; 2] = ["autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"];
    call.query(|x| x.list("LifecycleHookTypes", "member", TYPES, |x, name| x.raw_text(name)))
}

pub(super) fn notification_types(call: &Call<'_>) -> Reply {
    const TYPES: [&str; 5] = [
        "autoscaling:EC2_INSTANCE_LAUNCH",
        "autoscaling:EC2_INSTANCE_LAUNCH_ERROR",
        "autoscaling:EC2_INSTANCE_TERMINATE",
        "autoscaling:EC2_INSTANCE_TERMINATE_ERROR",
        "autoscaling:TEST_NOTIFICATION",
    ];
    call.query(|x| x.list("AutoScalingNotificationTypes", "member", TYPES, |x, name| x.raw_text(name)))
}

pub(super) fn metric_collection_types(call: &Call<'_>) -> Reply {
    call.query(|x| {
        x.list("Metrics", "member", super::groups::METRICS, |x, name| x.el("Metric", name));
        x.list("Granularities", "member", ["1Minute"], |x, name| x.el("Granularity", name));
    })
}

/// DescribeNotificationConfigurations: no group here has any.
pub(super) fn notifications(call: &Call<'_>) -> Reply {
    call.query(|x| x.empty("NotificationConfigurations"))
}

pub(super) fn account_limits(state: &State, call: &Call<'_>) -> Reply {
    call.query(|x| {
        x.el("MaxNumberOfAutoScalingGroups", 500_u32);
        x.el("MaxNumberOfLaunchConfigurations", 200_u32);
        x.el("NumberOfAutoScalingGroups", state.groups.len());
        x.el("NumberOfLaunchConfigurations", 0_u32);
    })
}

/// DescribeLaunchConfigurations: an account of today has none, and can make none.
pub(super) fn launch_configurations(call: &Call<'_>) -> Reply {
    call.query(|x| x.empty("LaunchConfigurations"))
}

/// Things that a group can have and none here has: an empty list.
pub(super) fn none_of(state: &State, call: &Call<'_>, list: &str) -> Outcome<Reply> {
    known_group(state, call)?;
    Ok(call.query(|x| x.empty(list)))
}
