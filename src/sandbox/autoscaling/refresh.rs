//! Instance refreshes, which replace a group's members a few at a time.
//!
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html>

use std::time::Duration;

use super::activity::cause;
use super::errors::{Outcome, known_group, validation};
use super::reconcile;
use super::state::{Group, Lifecycle, Refresh, RefreshStatus, Template};
use super::{describe, groups};
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Reply, Xml};
use crate::sandbox::world::World;

/// StartInstanceRefresh.
pub(super) fn start(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let (p, region) = (&call.params, call.region.clone());
    let group = known_group(&world.region(&region).autoscaling, call)?.clone();
    if let Some(strategy) = p.text("Strategy").filter(|s| !matches!(*s, "Rolling" | "ReplaceRootVolume")) {
        return Err(validation(format!("Invalid strategy: {strategy}. Valid values are Rolling")));
    }
    if group.refresh().is_some() {
        let message = "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.";
        return Err(ApiError::new("InstanceRefreshInProgress", message));
    }
    let percent = |name: &str, low: i64, high: i64, usual: u32| -> Outcome<u32> {
        match p.int(&format!("Preferences.{name}"))? {
            None => Ok(usual),
            Some(n) if (low..=high).contains(&n) => Ok(u32::try_from(n).unwrap_or(usual)),
            Some(n) => Err(validation(format!("{name} must be between {low} and {high}, and is {n}"))),
        }
    };
    let min_healthy = percent("MinHealthyPercentage", 0, 100, 90)?;
    percent("MaxHealthyPercentage", 100, 200, 100)?;
    let warmup = p.int("Preferences.InstanceWarmup")?.and_then(|n| u32::try_from(n).ok());
    let skip_matching = p.bool("Preferences.SkipMatching")?.unwrap_or(false);
    let template = match p.node("DesiredConfiguration") {
        Some(wanted) => groups::template_in(world, call, wanted)?,
        None => None,
    };
    let wanted = template.as_ref().unwrap_or(&group.template).clone();
    let newest = super::ec2_port::version_of(world, &region, &wanted);
    let matches = |t: &Template| t.id == wanted.id && newest.as_deref() == Some(t.version.as_str());
    let stale = group.members.iter().filter(|m| !(m.lifecycle.leaving() || skip_matching && matches(&m.template)));
    let old: Vec<String> = stale.map(|m| m.id.clone()).collect();
    let id = world.new_uuid();
    let refresh = Refresh {
        id: id.clone(),
        status: RefreshStatus::Pending,
        start: call.now,
        end: None,
        total: u32::try_from(old.len()).unwrap_or(u32::MAX),
        old,
        template,
        min_healthy,
        warmup,
        skip_matching,
    };
    if let Some(g) = world.region(&region).autoscaling.groups.get_mut(&group.name) {
        g.refreshes.push(refresh);
    }
    reconcile::soon(world, &region, &group.name, call.now);
    Ok(call.query(|x| x.el("InstanceRefreshId", &id)))
}

/// CancelInstanceRefresh.
pub(super) fn cancel(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).autoscaling;
    let name = known_group(state, call)?.name.clone();
    let last = state.groups.get_mut(&name).and_then(|g| g.refreshes.last_mut());
    let Some(refresh) = last.filter(|r| matches!(r.status, RefreshStatus::Pending | RefreshStatus::InProgress)) else {
        let message = format!("No in progress or pending Instance Refresh found for Auto Scaling group {name}");
        return Err(ApiError::new("ActiveInstanceRefreshNotFound", message));
    };
    refresh.status = RefreshStatus::Cancelling;
    let id = refresh.id.clone();
    reconcile::soon(world, &call.region, &name, call.now);
    Ok(call.query(|x| x.el("InstanceRefreshId", &id)))
}

/// DescribeInstanceRefreshes, newest first.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &world.region(&call.region).autoscaling;
    let group = known_group(state, call)?;
    let ids = call.params.texts("InstanceRefreshIds");
    let all: Vec<&Refresh> =
        group.refreshes.iter().rev().filter(|r| ids.is_empty() || ids.contains(&r.id.as_str())).collect();
    let (page, next) = describe::page(&call.params, all, 100, 50, |r| r.id.clone())?;
    Ok(call.query(|x| {
        x.list("InstanceRefreshes", "member", page, |x, r| render(x, group, r));
        x.opt("NextToken", next);
    }))
}

fn render(x: &mut Xml, group: &Group, r: &Refresh) {
    x.el("InstanceRefreshId", &r.id);
    x.el("AutoScalingGroupName", &group.name);
    x.el("Status", r.status.word());
    let left = r.left(group);
    if r.status == RefreshStatus::InProgress && left > 0 {
        x.el("StatusReason", "Waiting for instances to warm up before continuing.");
    }
    x.el("StartTime", r.start.rfc3339());
    x.opt("EndTime", r.end.map(Time::rfc3339));
    if r.status != RefreshStatus::Pending {
        x.el("PercentageComplete", r.percentage(group));
        x.el("InstancesToUpdate", if r.status == RefreshStatus::Successful { 0 } else { left });
    }
    x.nest("Preferences", |x| {
        x.el("MinHealthyPercentage", r.min_healthy);
        x.opt("InstanceWarmup", r.warmup);
        x.el("SkipMatching", r.skip_matching);
        x.el("AutoRollback", false);
        x.el("ScaleInProtectedInstances", "Ignore");
        x.el("StandbyInstances", "Ignore");
    });
    if let Some(t) = &r.template {
        x.nest("DesiredConfiguration", |x| super::render::template(x, t));
    }
}

/// A refresh's next step: ends as many old members as may be missing, and itself when none is left.
pub(super) fn advance(world: &mut World, region: &str, name: &str, now: Time) {
    let Some(group) = world.region(region).autoscaling.groups.get(name).cloned() else { return };
    let Some(refresh) = group.refresh().cloned() else { return };
    if group.suspends("InstanceRefresh") || group.deleting {
        return;
    }
    let moved = match refresh.status {
        RefreshStatus::Pending => Some(RefreshStatus::InProgress),
        RefreshStatus::Cancelling => Some(RefreshStatus::Cancelled),
        _ => None,
    };
    let warmup = world.scaled(Duration::from_secs(u64::from(refresh.warmup.or(group.warmup).unwrap_or(group.grace))));
    let warm = |t: Option<Time>| t.is_some_and(|t| now >= t.plus(warmup));
    let old = |id: &str| refresh.old.iter().any(|o| o == id);
    let serving = group
        .members
        .iter()
        .filter(|m| m.lifecycle == Lifecycle::InService && (old(&m.id) || warm(m.in_service)))
        .count();
    let done = refresh.left(&group) == 0 && serving >= group.desired as usize;
    let end = if done { Some(RefreshStatus::Successful) } else { moved };
    if let Some(status) = end {
        let Some(g) = world.region(region).autoscaling.groups.get_mut(name) else { return };
        if let Some(r) = g.refreshes.last_mut() {
            r.status = status;
            if !status.active() {
                r.end = Some(now);
            }
        }
        if let (RefreshStatus::Successful, Some(template)) = (status, refresh.template.clone()) {
            g.template = template;
        }
    }
    if done || moved == Some(RefreshStatus::Cancelled) {
        return;
    }
    // One may always be missing: else a small group could never be refreshed.
    let desired = group.desired as usize;
    let least = (desired * refresh.min_healthy as usize).div_ceil(100).min(desired.saturating_sub(1));
    let may_go = serving.saturating_sub(least);
    let settled =
        group.members.iter().all(|m| m.lifecycle != Lifecycle::Pending && m.lifecycle != Lifecycle::PendingWait);
    if !settled && may_go == 0 {
        return;
    }
    let next = group
        .members
        .iter()
        .filter(|m| old(&m.id) && m.lifecycle == Lifecycle::InService && !m.protected)
        .take(may_go)
        .map(|m| m.id.clone())
        .collect::<Vec<_>>();
    for id in next {
        reconcile::end_member(world, region, name, &id, cause::refresh(now), now);
    }
}
