//! Route tables: Create, Describe, Associate, Delete, and their routes.

use std::borrow::Cow;

use arcstr::ArcStr;
use ipnet::IpNet;

use super::checks::{dry_run, is_id, not_found};
use super::describe::tag_set;
use super::filter::Filters;
use super::network::wanted;
use super::page::Page;
use super::route_rules::{self, is_local, locals, no_route};
use super::state::{Association, Destination, Route, RouteTable, State};
use super::{client_token, documented_filters, tags};
use crate::base::Time;
use crate::net::range::Range;
use crate::sandbox::wire::{ApiError, Call, Params, Reply, Xml};
use crate::sandbox::world::World;

/// Routes that a table may have beside the local ones, and tables that a VPC may have, unless the account asks for more.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-route-tables>
const MOST_ROUTES: usize = 500;
const MOST_TABLES: usize = 200;

fn render(x: &mut Xml, state: &State, account: &str, t: &RouteTable, now: Time) {
    let associated = |x: &mut Xml| x.nest("associationState", |x| x.el("state", "associated"));
    x.el("routeTableId", &t.id);
    x.el("vpcId", &t.vpc);
    x.el("ownerId", account);
    x.open("routeSet");
    for range in locals(state, t, now) {
        x.nest("item", |x| {
            x.el(range.member(), range.to_string());
            x.el("gatewayId", "local");
            x.el("state", "active");
            x.el("origin", "CreateRouteTable");
        });
    }
    for r in &t.routes {
        x.nest("item", |x| {
            x.el(r.to.member(), r.to.to_string());
            match r.by.split_once('-').map(|(p, _)| p) {
                Some("nat") => x.el("natGatewayId", &r.by),
                Some("eni") => x.el("networkInterfaceId", &r.by),
                Some("pcx") => x.el("vpcPeeringConnectionId", &r.by),
                Some("eigw") => x.el("egressOnlyInternetGatewayId", &r.by),
                Some("i") => {
                    x.el("instanceId", &r.by);
                    x.el("instanceOwnerId", account);
                    x.opt("networkInterfaceId", state.instances.get(&r.by).map(|i| &i.interface));
                }
                _ => x.el("gatewayId", &r.by),
            }
            x.el("state", if state.leads(r, now) { "active" } else { "blackhole" });
            x.el("origin", "CreateRoute");
        });
    }
    for (list, endpoint) in route_rules::of_endpoints(state, t, now) {
        x.nest("item", |x| {
            x.el("destinationPrefixListId", list);
            x.el("gatewayId", endpoint);
            x.el("state", "active");
            x.el("origin", "CreateRoute");
        });
    }
    x.close("routeSet");
    x.open("associationSet");
    if t.main {
        x.nest("item", |x| {
            x.el("routeTableAssociationId", &t.main_association);
            x.el("routeTableId", &t.id);
            x.el("main", true);
            associated(x);
        });
    }
    for a in &t.associations {
        x.nest("item", |x| {
            x.el("routeTableAssociationId", &a.id);
            x.el("routeTableId", &t.id);
            x.el("subnetId", &a.subnet);
            x.el("main", false);
            associated(x);
        });
    }
    x.close("associationSet");
    x.empty("propagatingVgwSet");
    tag_set(x, &t.tags);
}

/// CreateRouteTable.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let tags = tags::of_specification(&call.params, "route-table")?;
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let vpc = call.params.required("VpcId")?;
    let vpc = state.vpcs.get(vpc).ok_or_else(|| not_found("vpc", vpc))?.id.clone();
    let known = client_token::known(state, call)?;
    if known.is_none() && state.route_tables.values().filter(|t| t.vpc == vpc).count() >= MOST_TABLES {
        let message = "The maximum number of route tables has been reached.";
        return Err(ApiError::new("RouteTableLimitExceeded", message));
    }
    dry_run(call)?;
    let id = match known {
        Some(id) => id,
        None => {
            let id = world.new_id("rtb");
            let state = &mut world.region(&call.region).ec2;
            let table = RouteTable {
                id: id.clone(),
                vpc,
                main: false,
                main_association: ArcStr::new(),
                associations: Vec::new(),
                routes: Vec::new(),
                tags,
            };
            state.route_tables.insert(id.clone(), table);
            client_token::remember(state, call, &id);
            id
        }
    };
    let state = &world.region(&call.region).ec2;
    let table = state.route_tables.get(&id).ok_or_else(|| not_found("rtb", &id))?;
    Ok(call.ec2(|x| x.nest("routeTable", |x| render(x, state, &account, table, call.now))))
}

/// The destinations of a table's routes that a member has.
fn to<'t>(t: &'t RouteTable, member: &'t str) -> impl Iterator<Item = String> + 't {
    t.routes.iter().filter(move |r| r.to.member() == member).map(|r| r.to.to_string())
}

/// DescribeRouteTables.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.route_tables, call, "RouteTableId", "rtb")?;
    const KNOWN: &[&str] = &[
        "tag:",
        "association.main",
        "association.route-table-association-id",
        "association.route-table-id",
        "association.subnet-id",
        "association.gateway-id",
        "owner-id",
        "route-table-id",
        "route.destination-cidr-block",
        "route.destination-ipv6-cidr-block",
        "route.destination-prefix-list-id",
        "route.gateway-id",
        "route.instance-id",
        "route.nat-gateway-id",
        "route.origin",
        "route.state",
        "route.vpc-peering-connection-id",
        "route.transit-gateway-id",
        "vpc-id",
    ];
    let filters = Filters::read_with(&call.params, KNOWN, documented_filters::ROUTE_TABLES)?;
    let page = Page::read(&call.params, 5, 100)?;
    let local = |t: &RouteTable, member: &str| -> Vec<Cow<'static, str>> {
        let of = locals(state, t, call.now).filter(|range| range.member() == member);
        of.map(|range| range.to_string().into()).collect()
    };
    let by = |t: &RouteTable, prefix: &str| -> Vec<String> {
        t.routes.iter().filter(|r| r.by.starts_with(prefix)).map(|r| r.by.to_string()).collect()
    };
    let (found, next) = page.cut(&state.route_tables, |t| {
        (ids.is_empty() || ids.contains(&t.id.as_str()))
            && filters.pass_with(
                &t.tags,
                |name, out| match name {
                    "association.main" => {
                        out.extend(t.main.then(|| "true".into()));
                        out.extend(t.associations.first().map(|_| "false".into()));
                    }
                    "association.route-table-association-id" => {
                        out.extend(t.main.then(|| t.main_association.as_str().into()));
                        out.extend(t.associations.iter().map(|a| a.id.as_str().into()));
                    }
                    "association.route-table-id" if t.main || !t.associations.is_empty() => {
                        out.push(t.id.as_str().into())
                    }
                    "association.subnet-id" => out.extend(t.associations.iter().map(|a| a.subnet.as_str().into())),
                    "owner-id" => out.push(crate::sandbox::world::ACCOUNT.into()),
                    "route-table-id" => out.push(t.id.as_str().into()),
                    "route.destination-cidr-block" => {
                        out.extend(local(t, "destinationCidrBlock"));
                        out.extend(to(t, "destinationCidrBlock").map(Into::into));
                    }
                    "route.destination-ipv6-cidr-block" => {
                        out.extend(local(t, "destinationIpv6CidrBlock"));
                        out.extend(to(t, "destinationIpv6CidrBlock").map(Into::into));
                    }
                    "route.destination-prefix-list-id" => {
                        out.extend(to(t, "destinationPrefixListId").map(Into::into));
                        let lists = route_rules::of_endpoints(state, t, call.now);
                        out.extend(lists.map(|(list, _)| list.as_str().into()));
                    }
                    "route.gateway-id" => {
                        out.push("local".into());
                        out.extend(by(t, "igw-").into_iter().map(Into::into));
                        let endpoints = route_rules::of_endpoints(state, t, call.now);
                        out.extend(endpoints.map(|(_, id)| id.as_str().into()));
                    }
                    "route.instance-id" => out.extend(by(t, "i-").into_iter().map(Into::into)),
                    "route.nat-gateway-id" => out.extend(by(t, "nat-").into_iter().map(Into::into)),
                    "route.origin" => {
                        out.push("CreateRouteTable".into());
                        out.extend(t.routes.first().map(|_| "CreateRoute".into()));
                    }
                    "route.state" => {
                        out.push("active".into());
                        let holes = t.routes.iter().filter(|r| !state.leads(r, call.now));
                        out.extend(holes.map(|_| "blackhole".into()));
                    }
                    "vpc-id" => out.push(t.vpc.as_str().into()),
                    _ => {}
                },
                |x| render(x, state, &account, t, call.now),
            )
    });
    Ok(call.ec2(|x| {
        x.list("routeTableSet", "item", found, |x, t| render(x, state, &account, t, call.now));
        x.opt("nextToken", next);
    }))
}

/// DeleteRouteTable: refused while it is the main one, a regional NAT gateway's, or a subnet uses it.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let t = the_table(state, &call.params)?;
    let of_nat = state.nat_gateways.values().any(|n| n.regional.as_ref().is_some_and(|r| r.table == t.id));
    if t.main || of_nat || !t.associations.is_empty() {
        let message = format!("The routeTable '{}' has dependencies and cannot be deleted.", t.id);
        return Err(ApiError::new("DependencyViolation", message));
    }
    let id = t.id.clone();
    dry_run(call)?;
    state.route_tables.remove(&id);
    Ok(call.ec2(|x| x.el("return", true)))
}

fn the_table<'s>(state: &'s State, p: &Params) -> Result<&'s RouteTable, ApiError> {
    let id = p.required("RouteTableId")?;
    state.route_tables.get(id).ok_or_else(|| not_found("rtb", id))
}

/// Where a request's route leads to: exactly one of three.
fn to_of(p: &Params) -> Result<Destination, ApiError> {
    const ALL: [&str; 3] = ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"];
    let given: Vec<(&str, &str)> =
        ALL.into_iter().filter_map(|n| Some((n, p.text(n).filter(|s| !s.is_empty())?))).collect();
    let [(parameter, text)] = given[..] else {
        let message = "The request must contain exactly one of destinationCidrBlock, destinationIpv6CidrBlock or \
                       destinationPrefixListId";
        let code = if given.is_empty() { "MissingParameter" } else { "InvalidParameterCombination" };
        return Err(ApiError::new(code, message));
    };
    let invalid = |name: &str, kind: &str| {
        let message = format!("Value ({text}) for parameter {name} is invalid. This is not a valid {kind} block.");
        Err(ApiError::new("InvalidParameterValue", message))
    };
    match (parameter, IpNet::read(text)) {
        ("DestinationPrefixListId", _) if !is_id("pl", text) => Err(ApiError::new(
            "InvalidPrefixListId.Malformed",
            format!("Invalid id: \"{text}\" (expecting \"pl-...\")"),
        )),
        ("DestinationPrefixListId", _) => Ok(Destination::List(text.into())),
        ("DestinationCidrBlock", Some(net @ IpNet::V4(_))) => Ok(Destination::Range(net.trunc())),
        ("DestinationCidrBlock", _) => invalid("destinationCidrBlock", "CIDR"),
        (_, Some(net @ IpNet::V6(_))) => Ok(Destination::Range(net.trunc())),
        _ => invalid("destinationIpv6CidrBlock", "IPv6 CIDR"),
    }
}

fn by_of(state: &State, p: &Params, table: &RouteTable) -> Result<ArcStr, ApiError> {
    let apart = |kind: &str, id: &str| {
        let message = format!("route table {} and {kind} {id} belong to different networks", table.id);
        ApiError::new("InvalidParameterValue", message)
    };
    const ALL: [&str; 6] = [
        "GatewayId",
        "NatGatewayId",
        "InstanceId",
        "NetworkInterfaceId",
        "VpcPeeringConnectionId",
        "EgressOnlyInternetGatewayId",
    ];
    let given: Vec<(&str, &str)> =
        ALL.into_iter().filter_map(|n| Some((n, p.text(n).filter(|v| !v.is_empty())?))).collect();
    let [(parameter, id)] = given[..] else {
        let message = "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, \
                       vpcPeeringConnectionId, egressOnlyInternetGatewayId, transitGatewayId, localGatewayId, instanceId";
        let code = if given.is_empty() { "MissingParameter" } else { "InvalidParameterCombination" };
        return Err(ApiError::new(code, message));
    };
    match parameter {
        "GatewayId" => {
            let g = state.gateways.get(id).ok_or_else(|| not_found("igw", id))?;
            if g.vpc.as_ref() != Some(&table.vpc) {
                return Err(apart("network gateway", id));
            }
        }
        "NatGatewayId" => {
            let n = state.nat_gateways.get(id).ok_or_else(|| {
                ApiError::new("InvalidNatGatewayID.NotFound", format!("The natGateway ID '{id}' does not exist"))
            })?;
            if n.vpc != table.vpc {
                return Err(apart("NAT gateway", id));
            }
        }
        // One that waits for its accepter may be routed to: the route is a blackhole until it is active.
        // <https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-routing.html>
        "VpcPeeringConnectionId" => {
            let p = state.peerings.get(id).ok_or_else(|| not_found("pcx", id))?;
            if ![&p.requester.vpc, &p.accepter.vpc].contains(&&table.vpc) {
                return Err(apart("VPC peering connection", id));
            }
        }
        "EgressOnlyInternetGatewayId" => {
            let g = state.egress_only.get(id).ok_or_else(|| not_found("eigw", id))?;
            if g.vpc != table.vpc {
                return Err(apart("egress only internet gateway", id));
            }
        }
        "InstanceId" => {
            let i = state.instances.get(id).filter(|i| !i.state.is_ending()).ok_or_else(|| not_found("i", id))?;
            if i.vpc != table.vpc {
                return Err(apart("instance", id));
            }
        }
        _ => {
            let found = state.instances.values().find(|i| i.interface == id && !i.state.is_ending());
            if found.ok_or_else(|| not_found("eni", id))?.vpc != table.vpc {
                return Err(apart("interface", id));
            }
        }
    }
    Ok(id.into())
}

/// CreateRoute and ReplaceRoute.
pub(super) fn put_route(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let replace = call.operation == "ReplaceRoute";
    let state = &mut world.region(&call.region).ec2;
    let table = the_table(state, &call.params)?;
    let to = to_of(&call.params)?;
    let by = by_of(state, &call.params, table)?;
    route_rules::fits(state, table, &to, &by, call.now)?;
    route_rules::not_an_endpoints(state, table, &to, call.now, "replace")?;
    let local = is_local(state, table, &to, call.now);
    let there = table.routes.iter().any(|r| r.to == to);
    if !replace && (local || there) {
        let message = format!("The route identified by {to} already exists.");
        return Err(ApiError::new("RouteAlreadyExists", message));
    }
    if replace && !there {
        return Err(if local {
            ApiError::new(
                "InvalidParameterValue",
                format!("cannot replace local route {to} in route table {}", table.id),
            )
        } else {
            no_route(&to, &table.id)
        });
    }
    if !replace && table.routes.len() >= MOST_ROUTES {
        let message = format!("The maximum number of routes has been reached for the route table '{}'.", table.id);
        return Err(ApiError::new("RouteLimitExceeded", message));
    }
    let id = table.id.clone();
    dry_run(call)?;
    if let Some(t) = state.route_tables.get_mut(&id) {
        t.routes.retain(|r| r.to != to);
        t.routes.push(Route { to, by });
        // As the console lists them: the most specific first.
        t.routes.sort_by_key(|r| std::cmp::Reverse(r.to.prefix_len()));
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// DeleteRoute.
pub(super) fn delete_route(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let table = the_table(state, &call.params)?;
    let to = to_of(&call.params)?;
    if is_local(state, table, &to, call.now) {
        let message = format!("cannot remove local route {to} in route table {}", table.id);
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    route_rules::not_an_endpoints(state, table, &to, call.now, "remove")?;
    if table.routes.iter().all(|r| r.to != to) {
        return Err(no_route(&to, &table.id));
    }
    let id = table.id.clone();
    dry_run(call)?;
    if let Some(t) = state.route_tables.get_mut(&id) {
        t.routes.retain(|r| r.to != to);
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

fn associated(call: &Call<'_>, name: &str, id: &str) -> Reply {
    call.ec2(|x| {
        x.el(name, id);
        x.nest("associationState", |x| x.el("state", "associated"));
    })
}

/// AssociateRouteTable: a subnet has one table.
pub(super) fn associate(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let state = &world.region(&call.region).ec2;
    let table = the_table(state, p)?;
    let subnet = p.required("SubnetId")?;
    let s = state.subnets.get(subnet).ok_or_else(|| not_found("subnet", subnet))?;
    if s.vpc != table.vpc {
        let message = format!("route table {} and subnet {subnet} belong to different networks", table.id);
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    // The same again is the same association.
    if let Some(a) = table.associations.iter().find(|a| a.subnet == subnet) {
        dry_run(call)?;
        return Ok(associated(call, "associationId", &a.id));
    }
    if state.route_tables.values().any(|t| t.associations.iter().any(|a| a.subnet == subnet)) {
        let message =
            format!("the specified association for route table {} conflicts with an existing association", table.id);
        return Err(ApiError::new("Resource.AlreadyAssociated", message));
    }
    let (table, subnet) = (table.id.clone(), s.id.clone());
    dry_run(call)?;
    let id = world.new_id("rtbassoc");
    if let Some(t) = world.region(&call.region).ec2.route_tables.get_mut(&table) {
        t.associations.push(Association { id: id.clone(), subnet });
    }
    Ok(associated(call, "associationId", &id))
}

fn no_association(id: &str) -> ApiError {
    ApiError::new("InvalidAssociationID.NotFound", format!("The association ID '{id}' does not exist"))
}

/// DisassociateRouteTable.
pub(super) fn disassociate(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let id = call.params.required("AssociationId")?;
    if state.route_tables.values().any(|t| t.main && t.main_association == id) {
        let message = format!("cannot disassociate the main route table association {id}");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    if state.route_tables.values().all(|t| t.associations.iter().all(|a| a.id != id)) {
        return Err(no_association(id));
    }
    dry_run(call)?;
    for t in state.route_tables.values_mut() {
        t.associations.retain(|a| a.id != id);
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// ReplaceRouteTableAssociation: of a subnet, or of the VPC's main table.
pub(super) fn replace_association(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let table = the_table(state, &call.params)?;
    let (new, vpc) = (table.id.clone(), table.vpc.clone());
    let id = call.params.required("AssociationId")?;
    let main = state.route_tables.values().find(|t| t.main && t.main_association == id).map(|t| t.id.clone());
    let of = state.route_tables.values().flat_map(|t| &t.associations).find(|a| a.id == id).map(|a| a.subnet.clone());
    let old_vpc = match (&main, &of) {
        (Some(t), _) => state.route_tables.get(t).map(|t| t.vpc.clone()),
        (None, Some(s)) => state.subnets.get(s).map(|s| s.vpc.clone()),
        (None, None) => return Err(no_association(id)),
    };
    if old_vpc.as_ref() != Some(&vpc) {
        let message = format!("route table {new} and association {id} belong to different networks");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    dry_run(call)?;
    let made = world.new_id("rtbassoc");
    let state = &mut world.region(&call.region).ec2;
    for t in state.route_tables.values_mut() {
        t.associations.retain(|a| a.id != id);
        if main.as_ref() == Some(&t.id) {
            t.main = false;
        }
    }
    if let Some(t) = state.route_tables.get_mut(&new) {
        match of {
            Some(subnet) => t.associations.push(Association { id: made.clone(), subnet }),
            None => {
                t.main = true;
                t.main_association = made.clone();
            }
        }
    }
    Ok(associated(call, "newAssociationId", &made))
}
