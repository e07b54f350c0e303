//! Spot Instance requests, described from the instances that they launched.

use std::collections::BTreeMap;

use arcstr::ArcStr;

use super::checks::dry_run;
use super::describe::tag_set;
use super::documented_filters::Documented;
use super::filter::Filters;
use super::page::Page;
use super::state::Tags;
use super::state::instance::{Instance, InstanceState, Spot};
use crate::sandbox::wire::{ApiError, Call, Reply, Tree, Xml};
use crate::sandbox::world::World;

/// The filters of DescribeSpotInstanceRequests.
const SPOT: Documented = &[
    ("availability-zone-group", ""),
    ("create-time", "createTime"),
    ("fault-code", ""),
    ("fault-message", ""),
    ("instance-id", "instanceId"),
    ("launch-group", ""),
    ("launch.block-device-mapping.delete-on-termination", "=true"),
    ("launch.block-device-mapping.device-name", ""),
    ("launch.block-device-mapping.snapshot-id", ""),
    ("launch.block-device-mapping.volume-size", ""),
    ("launch.block-device-mapping.volume-type", ""),
    ("launch.group-id", "launchSpecification/groupSet/item/groupId"),
    ("launch.group-name", ""),
    ("launch.image-id", "launchSpecification/imageId"),
    ("launch.instance-type", "launchSpecification/instanceType"),
    ("launch.kernel-id", ""),
    ("launch.key-name", "launchSpecification/keyName"),
    ("launch.monitoring-enabled", "launchSpecification/monitoring/enabled"),
    ("launch.ramdisk-id", ""),
    ("launched-availability-zone", "launchedAvailabilityZone"),
    ("launched-availability-zone-id", ""),
    ("network-interface.addresses.primary", ""),
    ("network-interface.delete-on-termination", ""),
    ("network-interface.description", ""),
    ("network-interface.device-index", ""),
    ("network-interface.group-id", ""),
    ("network-interface.network-interface-id", ""),
    ("network-interface.private-ip-address", ""),
    ("network-interface.subnet-id", "launchSpecification/subnetId"),
    ("product-description", "productDescription"),
    ("spot-instance-request-id", "spotInstanceRequestId"),
    ("spot-price", ""),
    ("state", "state"),
    ("status-code", "status/code"),
    ("status-message", "status/message"),
    ("type", "type"),
    ("valid-from", ""),
    ("valid-until", ""),
];

/// A request's state, and its status: code and message.
fn spot_state(i: &Instance, spot: &Spot) -> (&'static str, &'static str, &'static str) {
    if spot.cancelled && !i.state.is_ending() {
        let message = "Your Spot request is canceled, but your instance is still running.";
        return ("cancelled", "request-canceled-and-instance-running", message);
    }
    if spot.notice.is_some() {
        let stops = spot.persistent;
        return match i.state {
            InstanceState::Pending | InstanceState::Running | InstanceState::Stopping if stops => (
                "active",
                "marked-for-stop",
                "Your Spot Instance is marked for stop because of no available Spot capacity.",
            ),
            InstanceState::Stopped if stops => (
                "disabled",
                "instance-stopped-no-capacity",
                "Your Spot Instance was stopped because there is no Spot capacity available that matches your request.",
            ),
            InstanceState::Pending | InstanceState::Running => (
                "active",
                "marked-for-termination",
                "Your Spot Instance is marked for termination because of no available Spot capacity.",
            ),
            _ => (
                "closed",
                "instance-terminated-no-capacity",
                "Your Spot Instance was terminated because there is no Spot capacity available that matches your request.",
            ),
        };
    }
    match i.state {
        InstanceState::ShuttingDown => {
            ("closed", "marked-for-termination", "The Spot Instance is marked for termination.")
        }
        InstanceState::Terminated => {
            ("closed", "instance-terminated-by-user", "Spot Instance terminated due to user-initiated termination.")
        }
        InstanceState::Stopping => ("disabled", "marked-for-stop", "The Spot Instance is marked for stopping."),
        InstanceState::Stopped => {
            ("disabled", "instance-stopped-by-user", "The Spot Instance was stopped by the user.")
        }
        InstanceState::Pending | InstanceState::Running => ("active", "fulfilled", "Your Spot request is fulfilled."),
    }
}

fn spot_request(x: &mut Xml, i: &Instance, spot: &Spot, tags: &Tags) {
    let (state, code, message) = spot_state(i, spot);
    x.el("createTime", i.launched);
    x.el("instanceId", &i.id);
    x.nest("launchSpecification", |x| {
        x.el("imageId", &i.image);
        x.opt("keyName", i.key_name.as_ref());
        x.list("groupSet", "item", &i.groups, |x, g| x.el("groupId", g));
        x.el("instanceType", &i.instance_type);
        x.nest("monitoring", |x| x.el("enabled", i.detailed_monitoring));
        x.nest("placement", |x| x.el("availabilityZone", &i.zone));
        x.el("subnetId", &i.subnet);
    });
    x.el("launchedAvailabilityZone", &i.zone);
    x.el("productDescription", &i.platform_details);
    x.el("spotInstanceRequestId", &spot.request);
    x.el("state", state);
    x.nest("status", |x| {
        x.el("code", code);
        x.el("message", message);
        x.el("updateTime", spot.notice.unwrap_or(i.launched));
    });
    tag_set(x, tags);
    x.el("type", if spot.persistent { "persistent" } else { "one-time" });
    x.el("instanceInterruptionBehavior", if spot.persistent { "stop" } else { "terminate" });
}

/// DescribeSpotInstanceRequests: those that brought the instances that are there.
pub(super) fn spot_requests(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let all: BTreeMap<ArcStr, (&Instance, &Spot)> = state
        .instances
        .values()
        .filter_map(|i| Some((i.spot.as_ref()?.request.clone(), (i, i.spot.as_ref()?))))
        .collect();
    let ids = call.params.texts("SpotInstanceRequestId");
    if let Some(unknown) = ids.iter().find(|id| !all.contains_key(**id)) {
        let message = format!("The spot instance request ID '{unknown}' does not exist");
        return Err(ApiError::new("InvalidSpotInstanceRequestID.NotFound", message));
    }
    let filters = Filters::read_with(&call.params, &["tag:"], SPOT)?;
    let page = Page::read(&call.params, 5, 1000)?;
    let none = Tags::new();
    let tags = |spot: &Spot| state.other_tags.get(&spot.request).unwrap_or(&none);
    let (found, next) = page.cut(&all, |(i, spot)| {
        (ids.is_empty() || ids.contains(&spot.request.as_str()))
            && filters.pass_with(tags(spot), |_, _| {}, |x| spot_request(x, i, spot, tags(spot)))
    });
    Ok(call.ec2(|x| {
        x.list("spotInstanceRequestSet", "item", found, |x, (i, spot)| spot_request(x, i, spot, tags(spot)));
        x.opt("nextToken", next);
    }))
}

/// CancelSpotInstanceRequests: nothing is launched any more; what was launched goes on.
pub(super) fn cancel(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let ids = call.params.texts("SpotInstanceRequestId");
    if ids.is_empty() {
        let message = "The request must contain the parameter spotInstanceRequestId";
        return Err(ApiError::new("MissingParameter", message));
    }
    let state = &mut world.region(&call.region).ec2;
    let has = |id: &str| state.instances.values().any(|i| i.spot.as_ref().is_some_and(|s| s.request == id));
    if let Some(unknown) = ids.iter().find(|id| !has(id)) {
        let message = format!("The spot instance request ID '{unknown}' does not exist");
        return Err(ApiError::new("InvalidSpotInstanceRequestID.NotFound", message));
    }
    dry_run(call)?;
    let mut shown = Vec::new();
    for id in ids {
        for i in state.instances.values_mut() {
            let ending = i.state.is_ending();
            let Some(spot) = i.spot.as_mut().filter(|s| s.request == id) else { continue };
            // A request that is closed stays so.
            spot.cancelled |= !ending;
            let now = if ending { "closed" } else { "cancelled" };
            shown.push(Tree::map([("SpotInstanceRequestId", (&spot.request).into()), ("State", now.into())]));
        }
    }
    Ok(call.answer(&Tree::map([("CancelledSpotInstanceRequests", shown.into())])))
}
