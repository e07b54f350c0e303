//! DescribeInstanceStatus: status checks and scheduled events.

use std::borrow::Cow;
use std::time::Duration;

use super::describe::{named, state_of};
use super::documented_filters;
use super::filter::{Filters, Values};
use super::lifecycle;
use super::page::Page;
use super::state::Tags;
use super::state::instance::{Check, CheckStatus, Instance, InstanceState};
use crate::base::Time;
use crate::sandbox::regions;
use crate::sandbox::wire::{ApiError, Call, Reply, Xml};
use crate::sandbox::world::World;

/// The filters of DescribeInstanceStatus.
const FILTERS: &[&str] = &[
    "availability-zone",
    "event.code",
    "event.description",
    "event.instance-event-id",
    "event.not-after",
    "event.not-before",
    "event.not-before-deadline",
    "instance-state-code",
    "instance-state-name",
    "instance-status.reachability",
    "instance-status.status",
    "system-status.reachability",
    "system-status.status",
    "attached-ebs-status.status",
    "attached-ebs-status.reachability",
];

/// DescribeInstanceStatus: running instances, or all with `IncludeAllInstances`.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    world.region(&call.region);
    let world = &*world;
    let Some(state) = world.peek(&call.region).map(|r| &r.ec2) else { return Ok(call.unknown_operation()) };
    let ids = named(state, call)?;
    if !ids.is_empty() && call.params.text("MaxResults").is_some() {
        return Err(ApiError::new(
            "InvalidParameterCombination",
            "The parameter instancesSet cannot be used with the parameter maxResults",
        ));
    }
    let all = call.params.bool("IncludeAllInstances")?.unwrap_or(false);
    let filters = Filters::read_with(&call.params, FILTERS, documented_filters::INSTANCE_STATUS)?;
    let page = Page::read(&call.params, 5, 1000)?;
    let none = Tags::new();
    let check = |i: &Instance, c| i.check(c, lifecycle::checks_take(world, &i.id), call.now);
    let pass = |i: &Instance| {
        (all || i.state == InstanceState::Running)
            && i.visible <= call.now
            && (ids.is_empty() || ids.contains(&i.id.as_str()))
            && filters.pass_with(
                &none,
                |name, out| {
                    let events = |out: &mut Values<'_>, get: fn(&super::instance::ScheduledEvent) -> String| {
                        out.extend(i.events.iter().map(|e| Cow::Owned(get(e))));
                    };
                    match name {
                        "availability-zone" => out.push(i.zone.to_string().into()),
                        "event.code" => events(out, |e| e.code.to_string()),
                        "event.description" => events(out, |e| e.description.to_string()),
                        "event.instance-event-id" => events(out, |e| e.id.to_string()),
                        "event.not-before" => events(out, |e| e.not_before.rfc3339_millis()),
                        "event.not-after" => events(out, |e| e.not_after.map(Time::rfc3339_millis).unwrap_or_default()),
                        "event.not-before-deadline" => {
                            events(out, |e| e.deadline.map(Time::rfc3339_millis).unwrap_or_default());
                        }
                        "instance-state-code" => out.push(i.state.code().to_string().into()),
                        "instance-state-name" => out.push(i.state.name().into()),
                        "instance-status.status" => out.push(check(i, Check::Instance).word().into()),
                        "instance-status.reachability" => out.push(check(i, Check::Instance).detail().into()),
                        "system-status.status" => out.push(check(i, Check::System).word().into()),
                        "system-status.reachability" => out.push(check(i, Check::System).detail().into()),
                        "attached-ebs-status.status" => out.push(check(i, Check::AttachedEbs).word().into()),
                        "attached-ebs-status.reachability" => out.push(check(i, Check::AttachedEbs).detail().into()),
                        _ => {}
                    }
                },
                |x| x.opt("availabilityZoneId", regions::zone_id(&i.zone)),
            )
    };
    let (found, next) = page.cut(&state.instances, pass);
    Ok(call.ec2(|x| {
        x.list("instanceStatusSet", "item", found, |x, i| {
            let settle: Duration = lifecycle::checks_take(world, &i.id);
            x.el("instanceId", &i.id);
            x.el("availabilityZone", &i.zone);
            x.opt("availabilityZoneId", regions::zone_id(&i.zone));
            if !i.events.is_empty() {
                x.list("eventsSet", "item", &i.events, |x, e| {
                    x.el("instanceEventId", &e.id);
                    x.el("code", &e.code);
                    // AWS marks what is over, and goes on showing it for a while.
                    let over = call.now >= e.not_after.unwrap_or(e.not_before);
                    x.el("description", format!("{}{}", if over { "[Completed] " } else { "" }, e.description));
                    x.el("notBefore", e.not_before);
                    x.opt("notAfter", e.not_after);
                    x.opt("notBeforeDeadline", e.deadline);
                });
            }
            x.nest("instanceState", |x| state_of(x, i.state));
            for (name, which) in [
                ("systemStatus", Check::System),
                ("instanceStatus", Check::Instance),
                ("attachedEbsStatus", Check::AttachedEbs),
            ] {
                x.nest(name, |x| summary(x, i.check(which, settle, call.now)));
            }
        });
        x.opt("nextToken", next);
    }))
}

fn summary(x: &mut Xml, status: CheckStatus) {
    x.el("status", status.word());
    if status != CheckStatus::NotApplicable {
        x.nest("details", |x| {
            x.nest("item", |x| {
                x.el("name", "reachability");
                x.el("status", status.detail());
                if let CheckStatus::Impaired(since) = status {
                    x.el("impairedSince", since);
                }
            });
        });
    }
}
