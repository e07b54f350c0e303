//! Internet gateways and NAT gateways.

use arcstr::ArcStr;

use super::checks::{dry_run, not_found};
use super::describe::tag_set;
use super::filter::Filters;
use super::network::wanted;
use super::page::Page;
use super::state::{Event, InternetGateway, NatGateway, State};
use super::tags;
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Reply, Xml};
use crate::sandbox::world::World;
use crate::sandbox::world::event_queue;

/// A deleted NAT gateway is shown for about this long. [AWS: delete a NAT gateway]
const SHOWN: std::time::Duration = std::time::Duration::from_secs(3600);

fn gateway(x: &mut Xml, account: &str, g: &InternetGateway) {
    x.el("internetGatewayId", &g.id);
    x.el("ownerId", account);
    x.list("attachmentSet", "item", &g.vpc, |x, vpc| {
        x.el("vpcId", vpc);
        x.el("state", "available");
    });
    tag_set(x, &g.tags);
}

/// CreateInternetGateway.
pub(super) fn create_internet(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let tags = tags::of_specification(&call.params, "internet-gateway")?;
    dry_run(call)?;
    let account = world.account.clone();
    let made = InternetGateway { id: world.new_id("igw"), vpc: None, tags };
    let state = &mut world.region(&call.region).ec2;
    state.gateways.insert(made.id.clone(), made.clone());
    Ok(call.ec2(|x| x.nest("internetGateway", |x| gateway(x, &account, &made))))
}

/// DescribeInternetGateways.
pub(super) fn describe_internet(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.gateways, call, "InternetGatewayId", "igw")?;
    let known = &["tag:", "attachment.state", "attachment.vpc-id", "internet-gateway-id", "owner-id"];
    let filters = Filters::read(&call.params, known)?;
    let page = Page::read(&call.params, 5, 1000)?;
    let (found, next) = page.cut(&state.gateways, |g| {
        (ids.is_empty() || ids.contains(&g.id.as_str()))
            && filters.pass(&g.tags, |name, out| match name {
                "attachment.state" => out.extend(g.vpc.as_ref().map(|_| "available".into())),
                "attachment.vpc-id" => out.extend(g.vpc.as_ref().map(|v| v.as_str().into())),
                "internet-gateway-id" => out.push(g.id.as_str().into()),
                "owner-id" => out.push(crate::sandbox::world::ACCOUNT.into()),
                _ => {}
            })
    });
    Ok(call.ec2(|x| {
        x.list("internetGatewaySet", "item", found, |x, g| gateway(x, &account, g));
        x.opt("nextToken", next);
    }))
}

/// The gateway and the VPC of an attachment.
fn pair(state: &State, call: &Call<'_>) -> Result<(ArcStr, ArcStr), ApiError> {
    let (id, vpc) = (call.params.required("InternetGatewayId")?, call.params.required("VpcId")?);
    let id = state.gateways.get(id).ok_or_else(|| not_found("igw", id))?.id.clone();
    let vpc = state.vpcs.get(vpc).ok_or_else(|| not_found("vpc", vpc))?.id.clone();
    Ok((id, vpc))
}

/// AttachInternetGateway: one VPC has one.
pub(super) fn attach_internet(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let (id, vpc) = pair(state, call)?;
    if let Some(other) = state.gateways.get(&id).and_then(|g| g.vpc.as_ref()) {
        let message = format!("resource {id} is already attached to network {other}");
        return Err(ApiError::new("Resource.AlreadyAssociated", message));
    }
    if state.gateway_of(&vpc).is_some() {
        let message = format!("Network {vpc} already has an internet gateway attached");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    dry_run(call)?;
    if let Some(g) = state.gateways.get_mut(&id) {
        g.vpc = Some(vpc);
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// DetachInternetGateway: refused while public addresses are in use behind it.
pub(super) fn detach_internet(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let state = &mut world.region(&call.region).ec2;
    let (id, vpc) = pair(state, call)?;
    if state.gateways.get(&id).is_some_and(|g| g.vpc.as_ref() != Some(&vpc)) {
        let message = format!("resource {id} is not attached to network {vpc}");
        return Err(ApiError::new("Gateway.NotAttached", message));
    }
    let mapped =
        state.instances.values().any(|i| {
            i.vpc == vpc && !i.state.is_ending() && (i.public_ip.is_some() || state.address_of(&i.id).is_some())
        }) || state.nat_gateways.values().any(|n| {
            let mapped = n.public_ip.is_some() || !state.zones_of(n).is_empty();
            n.vpc == vpc && mapped && n.holds_address(now)
        }) || state.service_interfaces.values().any(|s| s.vpc == vpc && s.public.is_some())
            || state.addresses.values().filter_map(|a| state.own_interface_of(a)).any(|o| o.vpc == vpc);
    if mapped {
        let message = format!(
            "Network {vpc} has some mapped public address(es). Please unmap those public address(es) before detaching the \
             gateway."
        );
        return Err(ApiError::new("DependencyViolation", message));
    }
    dry_run(call)?;
    if let Some(g) = state.gateways.get_mut(&id) {
        g.vpc = None;
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// DeleteInternetGateway: refused while it is attached.
pub(super) fn delete_internet(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let id = call.params.required("InternetGatewayId")?;
    let g = state.gateways.get(id).ok_or_else(|| not_found("igw", id))?;
    if g.vpc.is_some() {
        let message = format!("The internetGateway '{id}' has dependencies and cannot be deleted.");
        return Err(ApiError::new("DependencyViolation", message));
    }
    dry_run(call)?;
    state.gateways.remove(id);
    Ok(call.ec2(|x| x.el("return", true)))
}

pub(super) fn nat(x: &mut Xml, state: &State, n: &NatGateway, now: Time) {
    let word = n.state(now);
    x.el("natGatewayId", &n.id);
    x.opt("subnetId", n.subnet.as_ref());
    x.el("vpcId", &n.vpc);
    x.el("state", word);
    x.el("createTime", Time::from_secs(n.created.secs()));
    x.opt("deleteTime", n.deleted.map(|(at, _)| Time::from_secs(at.secs())));
    if let Some((code, message)) = n.failure.as_ref().filter(|_| now >= n.ready) {
        x.el("failureCode", code);
        x.el("failureMessage", message);
    }
    match &n.regional {
        Some(regional) => nat_of_region(x, state, n, &regional.table, word),
        None => nat_of_subnet(x, n, word),
    }
    x.el("connectivityType", if n.is_public() { "public" } else { "private" });
    tag_set(x, &n.tags);
}

fn nat_of_subnet(x: &mut Xml, n: &NatGateway, word: &str) {
    x.nest("natGatewayAddressSet", |x| {
        x.nest("item", |x| {
            x.opt("allocationId", n.allocation.as_ref());
            if word == "available" || word == "deleting" || word == "deleted" {
                x.el("networkInterfaceId", &n.interface);
                x.el("privateIp", n.private_ip.to_string());
                x.opt("publicIp", n.public_ip.map(|ip| ip.to_string()));
            }
            x.el("isPrimary", true);
            x.el("status", if word == "failed" { "failed" } else { "succeeded" });
        });
    });
}

fn nat_of_region(x: &mut Xml, state: &State, n: &NatGateway, table: &str, word: &str) {
    let addresses = if word == "available" { state.zones_of(n) } else { Vec::new() };
    x.list("natGatewayAddressSet", "item", addresses, |x, (zone, ip)| {
        x.el("publicIp", ip.to_string());
        x.el("availabilityZone", zone);
        x.el("status", "succeeded");
    });
    x.el("availabilityMode", "regional");
    x.el("autoScalingIps", "enabled");
    x.el("autoProvisionZones", "enabled");
    x.opt("routeTableId", state.route_tables.get(table).map(|t| &t.id));
}

/// DescribeNatGateways.
pub(super) fn describe_nat(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.nat_gateways, call, "NatGatewayId", "nat")?;
    let filters = Filters::read(&call.params, &["tag:", "nat-gateway-id", "state", "subnet-id", "vpc-id"])?;
    let page = Page::read(&call.params, 5, 1000)?;
    let (found, next) = page.cut(&state.nat_gateways, |n| {
        (ids.is_empty() || ids.contains(&n.id.as_str()))
            && filters.pass(&n.tags, |name, out| match name {
                "nat-gateway-id" => out.push(n.id.as_str().into()),
                "state" => out.push(n.state(call.now).into()),
                "subnet-id" => out.extend(n.subnet.as_ref().map(|s| s.as_str().into())),
                "vpc-id" => out.push(n.vpc.as_str().into()),
                _ => {}
            })
    });
    Ok(call.ec2(|x| {
        x.list("natGatewaySet", "item", found, |x, n| nat(x, state, n, call.now));
        x.opt("nextToken", next);
    }))
}

/// DeleteNatGateway: it goes through `deleting`, and its addresses are free again when it is `deleted`.
pub(super) fn delete_nat(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let id: ArcStr = call.params.required("NatGatewayId")?.into();
    if !world.region(&call.region).ec2.nat_gateways.contains_key(&id) {
        return Err(not_found("nat", &id));
    }
    dry_run(call)?;
    let took = world.random(&id, "nat-end").secs(20.0, 60.0);
    let done = call.now.plus(world.scaled(took));
    let state = &mut world.region(&call.region).ec2;
    if let Some(n) = state.nat_gateways.get_mut(&id).filter(|n| n.deleted.is_none()) {
        n.deleted = Some((call.now, done));
        let settle = |id: &ArcStr| event_queue::Event::Ec2(Event::Settle { id: id.clone() });
        world.schedule(&call.region, call.now, took, settle(&id));
        world.schedule(&call.region, call.now, SHOWN, settle(&id));
    }
    Ok(call.ec2(|x| x.el("natGatewayId", &id)))
}

/// A deletion is done: the address goes back to the subnet, and the table that AWS made is gone; an hour later the gateway is no longer shown.
pub(super) fn settle(state: &mut State, id: &str, now: Time, shown: std::time::Duration) {
    let Some(n) = state.nat_gateways.get(id) else { return };
    let (subnet, ip, deleted) = (n.subnet.clone(), n.private_ip, n.deleted);
    let table = n.regional.as_ref().map(|r| r.table.clone());
    if n.state(now) == "deleted" {
        if let Some(s) = subnet.and_then(|s| state.subnets.get_mut(&s)) {
            s.taken.remove(&ip);
        }
        if let Some(table) = table {
            state.route_tables.remove(&table);
        }
        if deleted.is_some_and(|(at, _)| now >= at.plus(shown)) {
            state.nat_gateways.remove(id);
        }
    }
}

/// How long a deleted NAT gateway is shown in this world.
pub(super) fn shown(world: &World) -> std::time::Duration {
    world.scaled(SHOWN)
}
