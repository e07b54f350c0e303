//! What the world `demo` has of gateways, endpoints, peerings and their like: the part of `worlds/demo.toml` beside VPCs and subnets.

use std::time::Duration;

use arcstr::ArcStr;
use serde::Deserialize;

use super::demo::{ago, named};
use super::state::{
    Address, DhcpOptions, EgressOnlyGateway, Endpoint, FlowLog, Ids, NatGateway, PEERING_LASTS, Peering, PeeringSide,
    PrefixList, State, TransitAttachment,
};
use super::{endpoints, flow_logs};
use crate::base::Time;
use crate::sandbox::random::Random;
use crate::sandbox::world::{ACCOUNT, World};

/// The account whose transit gateway is shared with this one.
const NETWORK_ACCOUNT: &str = "210987654321";

/// Of a region.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Networks {
    nat: Vec<NatSpec>,
    egress_only: Vec<NamedIn>,
    dhcp: Vec<DhcpSpec>,
    prefix_list: Vec<PrefixListSpec>,
    endpoint: Vec<EndpointSpec>,
    flow_log: Vec<FlowLogSpec>,
    transit: Vec<NamedIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NatSpec {
    name: String,
    subnet: String,
    age: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedIn {
    name: String,
    vpc: String,
    #[serde(default)]
    age: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DhcpSpec {
    name: String,
    domain: String,
    servers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PrefixListSpec {
    name: String,
    most: usize,
    /// A range and what it is for.
    entries: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointSpec {
    name: String,
    service: String,
    vpc: String,
    /// The names of route tables that lead to it: then it is a gateway endpoint.
    #[serde(default)]
    tables: Vec<String>,
    /// The subnets that it has interfaces in: then it is an interface endpoint.
    #[serde(default)]
    subnets: Vec<String>,
    #[serde(default)]
    groups: Vec<String>,
    age: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FlowLogSpec {
    name: String,
    vpc: String,
    group: String,
    age: String,
}

/// A peering of two VPCs, each `REGION NAME`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PeeringSpec {
    name: String,
    requester: String,
    accepter: String,
    age: String,
    /// Whether it was accepted.
    #[serde(default)]
    active: bool,
}

fn vpc(state: &State, name: &str) -> Result<ArcStr, String> {
    state.vpc_named(name).map(|v| v.id.clone()).ok_or_else(|| format!("no VPC {name}"))
}

fn subnet(state: &State, name: &str) -> Result<ArcStr, String> {
    state.subnet_named(name).map(|s| s.id.clone()).ok_or_else(|| format!("no subnet {name}"))
}

/// Adds them to a region whose VPCs and instances are there.
pub(super) fn build(world: &mut World, region: &str, spec: &Networks, now: Time) -> Result<(), String> {
    let seed = world.seed;
    let ids = Ids { seed, region };
    for nat in &spec.nat {
        add_nat(&mut world.region(region).ec2, &ids, nat, now)?;
    }
    for e in &spec.endpoint {
        add_endpoint(world, region, e, now)?;
    }
    let state = &mut world.region(region).ec2;
    for g in &spec.egress_only {
        let made = EgressOnlyGateway { id: ids.id("eigw", &g.name), vpc: vpc(state, &g.vpc)?, tags: named(&g.name) };
        state.egress_only.insert(made.id.clone(), made);
    }
    for d in &spec.dhcp {
        let servers = d.servers.iter().map(|s| s.as_str().into()).collect();
        let options = vec![
            ("domain-name".into(), vec![d.domain.as_str().into()]),
            ("domain-name-servers".into(), servers),
            ("ntp-servers".into(), vec!["169.254.169.123".into()]),
        ];
        let made = DhcpOptions { id: ids.id("dopt", &d.name), options, tags: named(&d.name) };
        state.dhcp_options.insert(made.id.clone(), made);
    }
    for p in &spec.prefix_list {
        let entry = |text: &String| {
            let (cidr, what) = text.split_once(' ').unwrap_or((text, ""));
            (ArcStr::from(cidr), ArcStr::from(what))
        };
        let made = PrefixList {
            id: ids.id("pl", &p.name),
            name: p.name.as_str().into(),
            aws: false,
            six: false,
            most: p.most,
            versions: vec![p.entries.iter().map(entry).collect()],
            change: ("create".into(), now),
            tags: Vec::new(),
        };
        state.prefix_lists.insert(made.id.clone(), made);
    }
    for f in &spec.flow_log {
        let made = FlowLog {
            id: ids.id("fl", &f.name),
            resource: vpc(state, &f.vpc)?,
            traffic: "ALL".into(),
            to: "cloud-watch-logs".into(),
            group: Some(f.group.as_str().into()),
            destination: None,
            role: Some(arcstr::format!("arn:aws:iam::{ACCOUNT}:role/flow-logs")),
            format: flow_logs::FORMAT.into(),
            interval: 600,
            created: ago(now, &f.age)?,
            tags: named(&f.name),
        };
        state.flow_logs.insert(made.id.clone(), made);
    }
    for t in &spec.transit {
        let made = TransitAttachment {
            id: ids.id("tgw-attach", &t.name),
            gateway: ids.id("tgw", "shared"),
            gateway_owner: NETWORK_ACCOUNT.into(),
            vpc: vpc(state, &t.vpc)?,
            table: ids.id("tgw-rtb", "shared"),
            created: ago(now, t.age.as_deref().unwrap_or("1d"))?,
            tags: named(&t.name),
        };
        state.transit_attachments.insert(made.id.clone(), made);
    }
    Ok(())
}

fn add_nat(state: &mut State, ids: &Ids<'_>, spec: &NatSpec, now: Time) -> Result<(), String> {
    let id = ids.id("nat", &spec.name);
    let hint = |what: &str| Random::new(ids.seed, &[ids.region, what, &spec.name]).u64();
    let address = Address {
        id: ids.id("eipalloc", &spec.name),
        ip: state.take_elastic(hint("elastic")),
        association: None,
        tags: named(&spec.name),
    };
    let subnet_id = subnet(state, &spec.subnet)?;
    let Some(subnet) = state.subnets.get_mut(&subnet_id) else { return Err(format!("no subnet {}", spec.subnet)) };
    let private_ip = subnet.take(None, hint("nat")).ok_or("no address is free")?;
    let created = ago(now, &spec.age)?;
    let made = NatGateway {
        id: id.clone(),
        subnet: Some(subnet_id),
        regional: None,
        vpc: subnet.vpc.clone(),
        allocation: Some(address.id.clone()),
        public_ip: Some(address.ip),
        private_ip,
        interface: ids.id("eni", &spec.name),
        created,
        ready: created.plus(Duration::from_secs(60)),
        failure: None,
        deleted: None,
        tags: named(&spec.name),
    };
    state.addresses.insert(address.id.clone(), address);
    state.nat_gateways.insert(id, made);
    Ok(())
}

fn add_endpoint(world: &mut World, region: &str, spec: &EndpointSpec, now: Time) -> Result<(), String> {
    let seed = world.seed;
    let state = &mut world.region(region).ec2;
    let id = Ids { seed, region }.id("vpce", &spec.name);
    let gateway = spec.subnets.is_empty();
    let table = |name: &String| {
        let is = |t: &&super::state::RouteTable| super::state::tag(&t.tags, "Name") == Some(name);
        state.route_tables.values().find(is).map(|t| t.id.clone()).ok_or_else(|| format!("no route table {name}"))
    };
    let route_tables = spec.tables.iter().map(table).collect::<Result<_, _>>()?;
    let subnets: Vec<ArcStr> = spec.subnets.iter().map(|s| subnet(state, s)).collect::<Result<_, _>>()?;
    let group = |name: &String| state.group_named(name).map(|g| g.id.clone()).ok_or_else(|| format!("no group {name}"));
    let groups: Vec<ArcStr> = spec.groups.iter().map(group).collect::<Result<_, _>>()?;
    let created = ago(now, &spec.age)?;
    let made = Endpoint {
        id: id.clone(),
        kind: if gateway { "Gateway".into() } else { "Interface".into() },
        vpc: vpc(state, &spec.vpc)?,
        service: arcstr::format!("com.amazonaws.{region}.{}", spec.service),
        policy: None,
        route_tables,
        subnets: subnets.clone(),
        groups: groups.clone(),
        private_dns: !gateway,
        created,
        ready: created,
        deleted: None,
        tags: named(&spec.name),
    };
    state.endpoints.insert(id.clone(), made);
    endpoints::keep_interfaces(world, region, &id, (&subnets, &groups), created);
    Ok(())
}

/// Adds a peering to both of its regions.
pub(super) fn peer(world: &mut World, spec: &PeeringSpec, now: Time) -> Result<(), String> {
    let side = |text: &str| -> Result<PeeringSide, String> {
        let (region, name) = text.split_once(' ').ok_or_else(|| format!("'{text}' is not REGION VPC"))?;
        let state = &world.peek(region).ok_or_else(|| format!("no region {region}"))?.ec2;
        let vpc = state.vpc_named(name).ok_or_else(|| format!("no VPC {name}"))?;
        let cidrs = vec![vpc.cidr.to_string().into()];
        Ok(PeeringSide { account: world.account.clone(), region: region.into(), vpc: vpc.id.clone(), cidrs })
    };
    let (requester, accepter) = (side(&spec.requester)?, side(&spec.accepter)?);
    let created = ago(now, &spec.age)?;
    let ready = created.plus(Duration::from_secs(3));
    let made = Peering {
        id: Ids { seed: world.seed, region: &requester.region }.id("pcx", &spec.name),
        requester: requester.clone(),
        accepter: accepter.clone(),
        created,
        ready,
        fails: false,
        expires: created.plus(PEERING_LASTS),
        active: spec.active.then(|| ready.plus(Duration::from_secs(120))),
        ended: None,
        tags: named(&spec.name),
    };
    for region in [requester.region, accepter.region] {
        world.region(&region).ec2.peerings.insert(made.id.clone(), made.clone());
    }
    Ok(())
}
