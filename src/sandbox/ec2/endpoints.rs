//! VPC endpoints: Create, Describe, Delete, and the services that there are.
//!
//! Rules: <https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html>,
//! <https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html>

use arcstr::ArcStr;

use super::checks::{dry_run, not_found};
use super::filter::Filters;
use super::interfaces::{self, Outside, Wanted};
use super::network::wanted;
use super::page::Page;
use super::state::{Endpoint, Event, State};
use super::{client_token, tags};
use crate::base::Time;
use crate::sandbox::regions;
use crate::sandbox::wire::{ApiError, Call, Reply, Tree};
use crate::sandbox::world::World;
use crate::sandbox::world::event_queue;

/// Services that a gateway endpoint leads to.
const BY_GATEWAY: &[&str] = &["dynamodb", "s3"];
/// Services that an interface endpoint leads to: those that are asked for most. The real list has hundreds.
const BY_INTERFACE: &[&str] = &[
    "autoscaling",
    "dynamodb",
    "ec2",
    "ec2messages",
    "ecr.api",
    "ecr.dkr",
    "elasticloadbalancing",
    "execute-api",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "ssmmessages",
    "sts",
];

/// The policy that an endpoint has if none is given.
const OPEN: &str = "{\"Version\":\"2008-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}]}";

fn name(region: &str, service: &str) -> String {
    format!("com.amazonaws.{region}.{service}")
}

/// The service's part of `com.amazonaws.REGION.s3`.
fn service<'n>(region: &str, name: &'n str) -> Option<&'n str> {
    name.strip_prefix("com.amazonaws.")?.strip_prefix(region)?.strip_prefix('.')
}

fn dns_names(e: &Endpoint, state: &State, region: &str) -> Vec<Tree> {
    let Some(service) = service(region, &e.service).filter(|_| !e.is_gateway()) else { return Vec::new() };
    let suffix = &e.id[e.id.len() - 8..];
    let host = format!("{}-{suffix}", e.id);
    let base = format!("{service}.{region}.vpce.amazonaws.com");
    let zones = e.subnets.iter().filter_map(|s| state.subnets.get(s)).map(|s| format!("{host}-{}.{base}", s.zone));
    let own = e.private_dns.then(|| format!("{service}.{region}.amazonaws.com"));
    let all = [format!("{host}.{base}")].into_iter().chain(zones).chain(own);
    all.map(|name| Tree::map([("DnsName", name.into()), ("HostedZoneId", "Z00AABBCCDDEEFFGGHHIIJ".into())])).collect()
}

fn tree(e: &Endpoint, state: &State, call: &Call<'_>, account: &str) -> Tree {
    let texts = |all: &[ArcStr]| Tree::texts(all);
    let interfaces: Vec<&ArcStr> = state.service_interfaces.values().filter(|i| i.of == e.id).map(|i| &i.id).collect();
    let group =
        |g: &ArcStr| Tree::map([("GroupId", g.into()), ("GroupName", state.groups.get(g).map(|g| &g.name).into())]);
    Tree::map([
        ("VpcEndpointId", (&e.id).into()),
        ("VpcEndpointType", (&e.kind).into()),
        ("VpcId", (&e.vpc).into()),
        ("ServiceName", (&e.service).into()),
        ("State", e.state(call.now).into()),
        ("PolicyDocument", e.policy.as_ref().map_or(OPEN, |p| p.as_str()).into()),
        ("RouteTableIds", texts(&e.route_tables)),
        ("SubnetIds", texts(&e.subnets)),
        ("Groups", Tree::List(e.groups.iter().map(group).collect())),
        ("IpAddressType", (!e.is_gateway()).then_some("ipv4").into()),
        ("PrivateDnsEnabled", e.private_dns.into()),
        ("RequesterManaged", false.into()),
        ("NetworkInterfaceIds", Tree::texts(&interfaces)),
        ("DnsEntries", dns_names(e, state, &call.region).into()),
        ("CreationTimestamp", e.created.into()),
        ("OwnerId", account.into()),
        ("Tags", tags::tree(&e.tags)),
    ])
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameter", message)
}

/// The route tables of a gateway endpoint: of its VPC, and without a route to the service yet.
fn route_tables(state: &State, call: &Call<'_>, vpc: &str, service: &str) -> Result<Vec<ArcStr>, ApiError> {
    let mut out = Vec::new();
    for id in call.params.texts("RouteTableId") {
        let table = state.route_tables.get(id).ok_or_else(|| not_found("rtb", id))?;
        if table.vpc != vpc {
            return Err(invalid(format!("Route table {id} does not belong to {vpc}")));
        }
        let there = state
            .endpoints
            .values()
            .any(|e| e.service == service && e.deleted.is_none() && e.route_tables.contains(&table.id));
        if there {
            let list =
                state.prefix_lists.values().find(|p| p.name == service).map(|p| p.id.as_str()).unwrap_or_default();
            let message = format!("route table {id} already has a route with destination-prefix-list-id {list}");
            return Err(ApiError::new("RouteAlreadyExists", message));
        }
        out.push(table.id.clone());
    }
    Ok(out)
}

/// The subnets of an interface endpoint: one in a zone.
fn subnets(state: &State, call: &Call<'_>, vpc: &str) -> Result<Vec<ArcStr>, ApiError> {
    let mut out: Vec<ArcStr> = Vec::new();
    for id in call.params.texts("SubnetId") {
        let subnet = state.subnets.get(id).ok_or_else(|| not_found("subnet", id))?;
        if subnet.vpc != vpc {
            return Err(invalid(format!("Subnet {id} does not belong to {vpc}")));
        }
        if out.iter().filter_map(|s| state.subnets.get(s)).any(|s| s.zone == subnet.zone) {
            let message = format!(
                "Found another VPC endpoint subnet in the availability zone of {id}. VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service."
            );
            return Err(ApiError::new("DuplicateSubnetsInSameZone", message));
        }
        out.push(subnet.id.clone());
    }
    Ok(out)
}

fn groups(state: &State, call: &Call<'_>, vpc: &str) -> Result<Vec<ArcStr>, ApiError> {
    let ids = call.params.texts("SecurityGroupId");
    if ids.is_empty() {
        return Ok(state.default_group(vpc).map(|g| g.id.clone()).into_iter().collect());
    }
    let one = |id: &str| {
        let group = state.groups.get(id).ok_or_else(|| not_found("sg", id))?;
        if group.vpc != vpc {
            return Err(invalid(format!("Security group {id} does not belong to {vpc}")));
        }
        Ok(group.id.clone())
    };
    ids.into_iter().map(one).collect()
}

/// CreateVpcEndpoint.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let tags = tags::of_specification(p, "vpc-endpoint")?;
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let vpc = p.required("VpcId")?;
    let vpc = state.vpcs.get(vpc).ok_or_else(|| not_found("vpc", vpc))?;
    let named = p.required("ServiceName")?;
    let kind = p.text("VpcEndpointType").filter(|t| !t.is_empty()).unwrap_or("Gateway");
    let known = service(&call.region, named).filter(|s| BY_GATEWAY.contains(s) || BY_INTERFACE.contains(s));
    let Some(service) = known else {
        let message = format!("The Vpc Endpoint Service '{named}' does not exist");
        return Err(ApiError::new("InvalidServiceName", message));
    };
    let fits = match kind {
        "Gateway" => BY_GATEWAY.contains(&service),
        "Interface" => BY_INTERFACE.contains(&service),
        _ => false,
    };
    if !fits {
        return Err(invalid(format!(
            "Endpoint type ({kind}) does not match available service types ([{}]).",
            types(service).join(", ")
        )));
    }
    let gateway = kind == "Gateway";
    let private_dns = p.bool("PrivateDnsEnabled")?.unwrap_or(false);
    if private_dns && gateway {
        return Err(invalid("Private DNS can only be enabled for interface type endpoints"));
    }
    if private_dns && !(vpc.dns_support && vpc.dns_hostnames) {
        let message = format!(
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for {}",
            vpc.id
        );
        return Err(invalid(message));
    }
    let same = |e: &&Endpoint| e.vpc == vpc.id && e.service == named && e.private_dns && e.deleted.is_none();
    if private_dns && state.endpoints.values().any(|e| same(&e)) {
        let message = format!(
            "private-dns-enabled cannot be set because there is already a conflicting DNS domain for {service}.{}.amazonaws.com in the VPC {}",
            call.region, vpc.id
        );
        return Err(invalid(message));
    }
    let tables = if gateway { route_tables(state, call, &vpc.id, named)? } else { Vec::new() };
    let subnets = if gateway { Vec::new() } else { subnets(state, call, &vpc.id)? };
    let groups = if gateway { Vec::new() } else { groups(state, call, &vpc.id)? };
    let policy = p.text("PolicyDocument").filter(|t| !t.is_empty());
    if policy.is_some_and(|t| serde_json::from_str::<serde_json::Value>(t).is_err()) {
        return Err(ApiError::new("InvalidPolicyDocument", "The policy document is not valid JSON."));
    }
    let (vpc, service, policy) = (vpc.id.clone(), ArcStr::from(named), policy.map(ArcStr::from));
    let known = client_token::known(state, call)?;
    dry_run(call)?;
    let id = match known {
        Some(id) => id,
        None => {
            let id = world.new_id("vpce");
            let takes = world.random(&id, "endpoint").secs(30.0, 90.0);
            let ready = if gateway { call.now } else { call.now.plus(world.scaled(takes)) };
            let places = (subnets.clone(), groups.clone());
            let kind = kind.into();
            let made = Endpoint {
                id: id.clone(),
                kind,
                vpc,
                service,
                policy,
                route_tables: tables,
                subnets,
                groups,
                private_dns,
                created: call.now,
                ready,
                deleted: None,
                tags,
            };
            let state = &mut world.region(&call.region).ec2;
            state.endpoints.insert(id.clone(), made);
            client_token::remember(state, call, &id);
            keep_interfaces(world, &call.region, &id, (&places.0, &places.1), call.now);
            id
        }
    };
    let state = &world.region(&call.region).ec2;
    let made = state.endpoints.get(&id).map(|e| tree(e, state, call, &account));
    Ok(call.answer(&Tree::map([("VpcEndpoint", made.into()), ("ClientToken", p.text("ClientToken").into())])))
}

/// Keeps the interfaces of an endpoint, one in each of its subnets with its groups; a gateway endpoint has no subnets.
pub(super) fn keep_interfaces(
    world: &mut World,
    region: &str,
    id: &str,
    (subnets, groups): (&[ArcStr], &[ArcStr]),
    now: Time,
) {
    let wanted = subnets.iter().map(|subnet| Wanted {
        subnet: subnet.to_string(),
        description: format!("VPC Endpoint Interface {id}"),
        kind: "vpc_endpoint",
        groups: groups.iter().map(ToString::to_string).collect(),
        private_ip: None,
        public: Outside::Hidden,
    });
    interfaces::keep(world, region, (id, OWNER), wanted.collect(), now);
}

fn types(service: &str) -> Vec<&'static str> {
    let all = [("Gateway", BY_GATEWAY), ("Interface", BY_INTERFACE)];
    all.into_iter().filter(|(_, services)| services.contains(&service)).map(|(kind, _)| kind).collect()
}

/// Who makes the interfaces of endpoints.
const OWNER: &str = "amazon-aws";

/// DescribeVpcEndpoints.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.endpoints, call, "VpcEndpointId", "vpce")?;
    const KNOWN: &[&str] = &[
        "tag:",
        "ip-address-type",
        "service-name",
        "service-region",
        "vpc-id",
        "vpc-endpoint-id",
        "vpc-endpoint-state",
        "vpc-endpoint-type",
    ];
    let filters = Filters::read(&call.params, KNOWN)?;
    let page = Page::read(&call.params, 1, 1000)?;
    let (found, next) = page.cut(&state.endpoints, |e| {
        (ids.is_empty() || ids.contains(&e.id.as_str()))
            && filters.pass(&e.tags, |name, out| match name {
                "ip-address-type" => out.extend((!e.is_gateway()).then(|| "ipv4".into())),
                "service-name" => out.push(e.service.as_str().into()),
                "service-region" => out.push(call.region.as_str().into()),
                "vpc-id" => out.push(e.vpc.as_str().into()),
                "vpc-endpoint-id" => out.push(e.id.as_str().into()),
                "vpc-endpoint-state" => out.push(e.state(call.now).into()),
                "vpc-endpoint-type" => out.push(e.kind.as_str().into()),
                _ => {}
            })
    });
    let shown: Vec<Tree> = found.into_iter().map(|e| tree(e, state, call, &account)).collect();
    Ok(call.answer(&Tree::map([("VpcEndpoints", shown.into()), ("NextToken", next.into())])))
}

/// DeleteVpcEndpoints: what cannot be deleted is told one by one, and fails nothing.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let ids: Vec<ArcStr> = call.params.texts("VpcEndpointId").into_iter().map(Into::into).collect();
    if ids.is_empty() {
        return Err(ApiError::new("MissingParameter", "The request must contain the parameter VpcEndpointId"));
    }
    dry_run(call)?;
    let mut failed = Vec::new();
    for id in ids {
        if !world.region(&call.region).ec2.endpoints.contains_key(&id) {
            let error = Tree::map([
                ("Code", "InvalidVpcEndpoint.NotFound".into()),
                ("Message", format!("The Vpc Endpoint Id '{id}' does not exist").into()),
            ]);
            failed.push(Tree::map([("ResourceId", (&id).into()), ("Error", error)]));
            continue;
        }
        let took = world.random(&id, "endpoint-end").secs(20.0, 60.0);
        let done = call.now.plus(world.scaled(took));
        let e = world.region(&call.region).ec2.endpoints.get_mut(&id).filter(|e| e.deleted.is_none());
        if let Some(e) = e {
            let gateway = e.is_gateway();
            e.deleted = Some(if gateway { call.now } else { done });
            e.route_tables.clear();
            if gateway {
                world.region(&call.region).ec2.endpoints.remove(&id);
            } else {
                let settle = event_queue::Event::Ec2(Event::Settle { id: id.clone() });
                world.schedule(&call.region, call.now, took, settle);
            }
        }
    }
    Ok(call.answer(&Tree::map([("Unsuccessful", failed.into())])))
}

/// A deletion is done: its interfaces give their addresses back, and it is no longer listed.
pub(super) fn settle(world: &mut World, region: &str, id: &str, now: Time) {
    if world.peek(region).and_then(|r| r.ec2.endpoints.get(id)).is_some_and(|e| e.state(now) == "deleted") {
        keep_interfaces(world, region, id, (&[], &[]), now);
        world.region(region).ec2.endpoints.remove(id);
    }
}

/// DescribeVpcEndpointServices.
pub(super) fn services(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    world.region(&call.region);
    let filters = Filters::read(
        &call.params,
        &["owner", "service-name", "service-region", "service-type", "supported-ip-address-types", "tag:"],
    )?;
    let asked = call.params.texts("ServiceName");
    Page::read(&call.params, 1, 1000)?;
    let zones = regions::find(&call.region).map_or("abc", |r| r.zones);
    let zones: Vec<String> = zones.chars().map(|z| format!("{}{z}", call.region)).collect();
    let mut all: Vec<(&str, &str)> =
        BY_GATEWAY.iter().map(|s| ("Gateway", *s)).chain(BY_INTERFACE.iter().map(|s| ("Interface", *s))).collect();
    all.sort_by_key(|(_, s)| *s);
    let none = Vec::new();
    all.retain(|(kind, s)| {
        let name = name(&call.region, s);
        (asked.is_empty() || asked.contains(&name.as_str()))
            && filters.pass(&none, |f, out| match f {
                "owner" => out.push("amazon".into()),
                "service-name" => out.push(name.clone().into()),
                "service-region" => out.push(call.region.as_str().into()),
                "service-type" => out.push((*kind).into()),
                "supported-ip-address-types" => out.push("ipv4".into()),
                _ => {}
            })
    });
    if let Some(missing) = asked.iter().find(|a| all.iter().all(|(_, s)| name(&call.region, s) != **a)) {
        let message = format!("The Vpc Endpoint Service '{missing}' does not exist");
        return Err(ApiError::new("InvalidServiceName", message));
    }
    let detail = |(kind, s): &(&'static str, &'static str)| {
        let dns = format!("{s}.{}.amazonaws.com", call.region);
        let private = (*kind == "Interface").then(|| vec![Tree::map([("PrivateDnsName", dns.clone().into())])]);
        Tree::map([
            ("ServiceName", name(&call.region, s).into()),
            (
                "ServiceId",
                format!("vpce-svc-{:017x}", s.bytes().fold(7_u64, |h, b| h.wrapping_mul(31).wrapping_add(b.into())))
                    .into(),
            ),
            ("ServiceType", vec![Tree::map([("ServiceType", (*kind).into())])].into()),
            ("ServiceRegion", call.region.as_str().into()),
            ("AvailabilityZones", Tree::texts(&zones)),
            ("Owner", "amazon".into()),
            ("BaseEndpointDnsNames", Tree::texts(&[format!("{s}.{}.vpce.amazonaws.com", call.region)])),
            ("PrivateDnsName", (*kind == "Interface").then_some(dns).into()),
            ("PrivateDnsNames", private.into()),
            ("VpcEndpointPolicySupported", true.into()),
            ("AcceptanceRequired", false.into()),
            ("ManagesVpcEndpoints", false.into()),
            ("SupportedIpAddressTypes", Tree::texts(&["ipv4"])),
        ])
    };
    let mut names: Vec<String> = all.iter().map(|(_, s)| name(&call.region, s)).collect();
    names.dedup();
    let details: Vec<Tree> = all.iter().map(detail).collect();
    Ok(call.answer(&Tree::map([("ServiceNames", Tree::texts(&names)), ("ServiceDetails", details.into())])))
}
