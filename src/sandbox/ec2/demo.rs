//! EC2's part of the world `demo`, built from `worlds/demo.toml`.

use std::collections::BTreeMap;
use std::time::Duration;

use arcstr::ArcStr;
use ipnet::Ipv4Net;
use serde::Deserialize;

use super::demo_networks::{self, Networks, PeeringSpec};
use super::launch::{self, LaunchRequest};
use super::launch_volumes::VolumeRequest;
use super::state::instance::{Check, Impairment, Instance, InstanceState, ScheduledEvent};
use super::state::{
    Address, Association, Destination, Ids, Image, KeyPair, Modification, Peer, Phase, Route, RouteTable,
    SecurityGroup, State, Tags, Volume,
};
use super::volumes::shape;
use super::{keys, lifecycle};
use crate::base::Time;
use crate::net::range::Range;
use crate::sandbox::presets::{self, Header};
use crate::sandbox::random::Random;
use crate::sandbox::world::World;

const TEXT: &str = include_str!("../../../worlds/demo.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sandbox) struct Demo {
    pub(in crate::sandbox) world: Header,
    region: Vec<RegionSpec>,
    #[serde(default)]
    peering: Vec<PeeringSpec>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegionSpec {
    name: String,
    #[serde(default)]
    keys: Vec<String>,
    /// Names of Elastic IP addresses that nothing uses.
    #[serde(default)]
    spare_addresses: Vec<String>,
    /// Volumes that are attached to nothing.
    #[serde(default)]
    spare_volume: Vec<VolumeSpec>,
    vpc: Vec<VpcSpec>,
    #[serde(default)]
    image: Vec<ImageSpec>,
    instance: Vec<InstanceSpec>,
    #[serde(default)]
    networks: Networks,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VolumeSpec {
    name: String,
    size: u32,
    #[serde(rename = "type")]
    kind: String,
    zone: char,
    age: String,
    #[serde(default)]
    encrypted: bool,
    /// How large it was, and how long ago it grew.
    grown: Option<(u32, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VpcSpec {
    name: String,
    cidr: String,
    subnets: Vec<SubnetSpec>,
    groups: Vec<GroupSpec>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubnetSpec {
    name: String,
    cidr: String,
    zone: char,
    #[serde(default)]
    public: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupSpec {
    name: String,
    rules: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImageSpec {
    name: String,
    base: String,
    listens: Vec<u16>,
    age: String,
    /// How long ago it was deprecated.
    #[serde(default)]
    deprecated: Option<String>,
    /// The account that shares it, if it is not one's own.
    #[serde(default)]
    owner: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InstanceSpec {
    name: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default = "amazon_linux")]
    image: String,
    subnet: String,
    #[serde(default)]
    groups: Vec<String>,
    age: String,
    #[serde(default)]
    state: Option<String>,
    /// How long ago it left the running state.
    #[serde(default)]
    stopped: Option<String>,
    #[serde(default = "yes")]
    key: bool,
    #[serde(default)]
    elastic_ip: bool,
    #[serde(default)]
    protected: bool,
    #[serde(default)]
    stop_protected: bool,
    #[serde(default)]
    detailed: bool,
    #[serde(default)]
    spot: Option<String>,
    #[serde(default)]
    disk: Option<u32>,
    #[serde(default)]
    profile: Option<String>,
    #[serde(default)]
    listens: Vec<u16>,
    #[serde(default)]
    impaired: Option<ImpairedSpec>,
    #[serde(default)]
    event: Option<EventSpec>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImpairedSpec {
    check: String,
    since: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventSpec {
    code: String,
    #[serde(rename = "in")]
    after: String,
    text: String,
    /// In how long the latest moment is to which it can be moved.
    #[serde(default)]
    deadline: Option<String>,
}

fn amazon_linux() -> String {
    "al2023".into()
}

fn yes() -> bool {
    true
}

/// The file.
pub(in crate::sandbox) fn read() -> Result<Demo, String> {
    presets::read("demo", TEXT)
}

/// Adds it.
pub(in crate::sandbox) fn build(world: &mut World, demo: &Demo, now: Time) -> Result<(), String> {
    for region in &demo.region {
        build_region(world, region, now).map_err(|e| format!("worlds/demo.toml: {}: {e}", region.name))?;
    }
    for peering in &demo.peering {
        demo_networks::peer(world, peering, now).map_err(|e| format!("worlds/demo.toml: {e}"))?;
    }
    Ok(())
}

fn build_region(world: &mut World, spec: &RegionSpec, now: Time) -> Result<(), String> {
    let seed = world.seed;
    let ids = Ids { seed, region: &spec.name };
    let state = &mut world.region(&spec.name).ec2;
    for name in &spec.keys {
        state.key_pairs.insert(name.as_str().into(), key_pair(&ids, name, ago(now, "300d")?));
    }
    for vpc in &spec.vpc {
        let id = state.add_vpc(&ids, &vpc.name, range(&vpc.cidr)?, false, named(&vpc.name));
        for s in &vpc.subnets {
            state.add_subnet(&ids, &s.name, &id, range(&s.cidr)?, s.zone, s.public, false);
        }
        add_way_out(state, &ids, vpc, &id);
        for g in &vpc.groups {
            add_group(state, &ids, &id, g)?;
        }
    }
    for spec in &spec.image {
        let image = own_image(state, &ids, spec, now)?;
        state.add_image(&ids, image);
    }
    for instance in &spec.instance {
        let name = instance.name.as_deref().unwrap_or("(no name)");
        add_instance(world, &spec.name, spec.keys.first(), instance, now).map_err(|e| format!("{name}: {e}"))?;
    }
    // After the instances, which have the first choice of addresses.
    let state = &mut world.region(&spec.name).ec2;
    for name in &spec.spare_addresses {
        let id = ids.id("eipalloc", name);
        let ip = state.take_elastic(Random::new(seed, &[&spec.name, "elastic", name]).u64());
        state.addresses.insert(id.clone(), Address { id, ip, association: None, tags: named(name) });
    }
    for volume in &spec.spare_volume {
        let made = spare_volume(&ids, volume, now).map_err(|e| format!("{}: {e}", volume.name))?;
        state.volumes.insert(made.id.clone(), made);
    }
    demo_networks::build(world, &spec.name, &spec.networks, now)
}

fn spare_volume(ids: &Ids<'_>, spec: &VolumeSpec, now: Time) -> Result<Volume, String> {
    let of = |size: u32| shape(&spec.kind, size.into(), None, None).map_err(|e| e.message);
    let shape = of(spec.size)?;
    let mut modifications = Vec::new();
    if let Some((from, when)) = &spec.grown {
        let began = ago(now, when)?;
        let times = (began, began.plus(Duration::from_secs(5)), began.plus(Duration::from_secs(3600)));
        modifications.push(Modification { from: of(*from)?, to: shape.clone(), times });
    }
    Ok(Volume {
        id: ids.id("vol", &spec.name),
        size: shape.size,
        kind: shape.kind,
        iops: shape.iops,
        throughput: shape.throughput,
        zone: arcstr::format!("{}{}", ids.region, spec.zone),
        snapshot: None,
        kms_key: None,
        encrypted: spec.encrypted,
        created: ago(now, &spec.age)?,
        attachment: None,
        phase: Phase::Settled,
        modifications,
        disk: None,
        tags: named(&spec.name),
    })
}

/// A VPC's internet gateway, and the route table by which its public subnets use it.
fn add_way_out(state: &mut State, ids: &Ids<'_>, spec: &VpcSpec, vpc: &ArcStr) {
    let gateway = state.add_internet(ids, &spec.name, vpc, named(&format!("{}-igw", spec.name)));
    let name = format!("{}-public-rt", spec.name);
    let public = spec.subnets.iter().filter(|s| s.public).filter_map(|s| state.subnet_named(&s.name));
    let associations =
        public.map(|s| Association { id: ids.id("rtbassoc", s.id.as_str()), subnet: s.id.clone() }).collect();
    let table = RouteTable {
        id: ids.id("rtb", &name),
        vpc: vpc.clone(),
        main: false,
        main_association: ArcStr::new(),
        associations,
        routes: vec![Route { to: Destination::everything(), by: gateway }],
        tags: named(&name),
    };
    state.route_tables.insert(table.id.clone(), table);
}

fn key_pair(ids: &Ids<'_>, name: &str, created: Time) -> KeyPair {
    let hex = ids.id("key", name);
    let public = keys::made_up("rsa", Random::new(0, &[&hex, "public"]));
    let fingerprint: Vec<&str> = hex.as_bytes()[5..].chunks(2).filter_map(|c| std::str::from_utf8(c).ok()).collect();
    KeyPair {
        id: hex.clone(),
        name: name.into(),
        kind: "rsa".into(),
        fingerprint: fingerprint.join(":").into(),
        public: keys::line("rsa", &public, name).into(),
        created,
        tags: Tags::new(),
    }
}

fn add_group(state: &mut State, ids: &Ids<'_>, vpc: &ArcStr, spec: &GroupSpec) -> Result<(), String> {
    let mut rules = vec![state.rule(ids, true, "-1", -1, -1, Peer::V4(Ipv4Net::default()))];
    for text in &spec.rules {
        let mut words = text.split(' ');
        let (Some(protocol), Some(ports), Some(peer)) = (words.next(), words.next(), words.next()) else {
            return Err(format!("'{text}' is not PROTOCOL PORTS PEER"));
        };
        let (from, to) = match ports.split_once('-') {
            _ if ports == "all" => (-1, -1),
            Some((a, b)) => (number(a)?, number(b)?),
            None => (number(ports)?, number(ports)?),
        };
        let peer = match peer.parse() {
            Ok(net) => Peer::V4(net),
            Err(_) => Peer::Group(state.group_named(peer).ok_or_else(|| format!("no group {peer}"))?.id.clone()),
        };
        rules.push(state.rule(ids, false, protocol, from, to, peer));
    }
    let id = ids.id("sg", &spec.name);
    let description = arcstr::format!("{} of my-vpc's demo", spec.name);
    let group = SecurityGroup {
        id: id.clone(),
        name: spec.name.as_str().into(),
        description,
        vpc: vpc.clone(),
        rules,
        tags: Tags::new(),
    };
    state.groups.insert(id, group);
    Ok(())
}

/// An image by the short name that the file uses: a public one by its family, an own one by its name.
fn image<'s>(state: &'s State, short: &str) -> Result<&'s Image, String> {
    let (start, arch) = match short {
        "al2023" => ("al2023", "x86_64"),
        "al2023-arm" => ("al2023", "arm64"),
        "ubuntu-noble" => ("ubuntu/images/hvm-ssd-gp3/ubuntu-noble", "x86_64"),
        "ubuntu-noble-arm" => ("ubuntu/images/hvm-ssd-gp3/ubuntu-noble", "arm64"),
        "windows" => ("Windows_Server", "x86_64"),
        own => (own, ""),
    };
    let fits = |i: &&Image| i.name.starts_with(start) && (arch.is_empty() || i.architecture == arch);
    state.images.values().find(fits).ok_or_else(|| format!("no image {short}"))
}

fn own_image(state: &State, ids: &Ids<'_>, spec: &ImageSpec, now: Time) -> Result<Image, String> {
    let base = image(state, &spec.base)?.clone();
    Ok(Image {
        id: ids.id("ami", &spec.name),
        name: spec.name.as_str().into(),
        description: "".into(),
        family: base.name.clone(),
        owner: spec.owner.as_deref().unwrap_or(crate::sandbox::world::ACCOUNT).into(),
        owner_alias: None,
        public: false,
        deprecated: spec.deprecated.as_deref().map(|span| ago(now, span)).transpose()?,
        shared_with: spec.owner.iter().map(|_| crate::sandbox::world::ACCOUNT.into()).collect(),
        snapshot: ids.id("snap", &spec.name),
        created: ago(now, &spec.age)?,
        ready: ago(now, &spec.age)?,
        listens: spec.listens.clone(),
        tags: if spec.owner.is_none() { named(&spec.name) } else { Tags::new() },
        ..base
    })
}

fn add_instance(
    world: &mut World,
    region: &str,
    key: Option<&String>,
    spec: &InstanceSpec,
    now: Time,
) -> Result<(), String> {
    let launched = ago(now, &spec.age)?;
    let state = &world.region(region).ec2;
    let mut tags: Tags = spec.name.iter().map(|n| ("Name".into(), n.as_str().into())).collect();
    tags.extend(spec.tags.iter().map(|(k, v)| (k.as_str().into(), v.as_str().into())));
    let image = image(state, &spec.image)?;
    let groups = spec.groups.iter().map(|g| state.group_named(g).map(|g| g.id.clone()).ok_or(format!("no group {g}")));
    let root = VolumeRequest { device: image.root_device.clone(), size: spec.disk, ..VolumeRequest::default() };
    let request = LaunchRequest {
        image: image.id.clone(),
        instance_type: spec.kind.as_str().into(),
        count: 1,
        subnet: Some(state.subnet_named(&spec.subnet).ok_or(format!("no subnet {}", spec.subnet))?.id.clone()),
        groups: groups.collect::<Result<_, _>>()?,
        key_name: key.filter(|_| spec.key && image.platform.is_none()).map(|k| k.as_str().into()),
        tags,
        volumes: vec![root],
        iam_profile: spec.profile.as_deref().map(Into::into),
        spot: spec.spot.as_deref().map(|s| s == "persistent"),
        detailed_monitoring: spec.detailed,
        no_api_termination: spec.protected,
        no_api_stop: spec.stop_protected,
        ..LaunchRequest::default()
    };
    let ids = launch::launch(world, region, &request, launched).map_err(|e| e.message)?;
    let id = ids.into_iter().next().ok_or("not launched")?;
    if spec.elastic_ip {
        give_elastic_ip(world, region, &id, spec.name.as_deref().unwrap_or_default());
    }
    let boot = launched.plus(Duration::from_secs(14));
    if let Some(i) = world.region(region).ec2.instances.get_mut(&id) {
        i.listens.extend(&spec.listens);
        if boot <= now {
            settle(i, InstanceState::Running, boot);
        }
        if let Some(bad) = &spec.impaired {
            let check = if bad.check == "system" { Check::System } else { Check::Instance };
            i.impaired = Some(Impairment { check, since: ago(now, &bad.since)? });
        }
        if let Some(e) = &spec.event {
            let ahead =
                |span: &str| Ok::<_, String>(Time(now.0.saturating_add(now.since(ago(now, span)?).as_millis() as i64)));
            let deadline = e.deadline.as_deref().map(ahead).transpose()?;
            i.events.push(scheduled(&id, e, ahead(&e.after)?, deadline));
        }
    }
    let left = spec.stopped.as_deref().map_or(Ok(now), |s| ago(now, s))?;
    match spec.state.as_deref() {
        None | Some("running") => {}
        Some("stopped" | "stopping") => lifecycle::stop(world, region, &id, false, left),
        Some("terminated") => lifecycle::terminate(world, region, &id, None, left),
        Some(other) => return Err(format!("no state {other}")),
    }
    Ok(())
}

/// Puts an instance where its launch would have led by now; what was scheduled for it is void.
pub(super) fn settle(i: &mut Instance, state: InstanceState, booted: Time) {
    i.state = state;
    i.epoch += 1;
    i.state_reason = None;
    i.booted = Some(booted);
    i.visible = i.launched;
}

/// An event from `start`, which AWS plans in whole hours, for a window of two hours.
fn scheduled(id: &str, spec: &EventSpec, start: Time, deadline: Option<Time>) -> ScheduledEvent {
    let not_before = Time::from_secs(start.secs() / 3600 * 3600);
    let ends = spec.code != "instance-retirement";
    ScheduledEvent {
        id: arcstr::format!("instance-event-{}", id.trim_start_matches("i-")),
        code: spec.code.as_str().into(),
        description: spec.text.as_str().into(),
        not_before,
        not_after: ends.then(|| not_before.plus(Duration::from_secs(7200))),
        deadline: deadline.map(|at| Time::from_secs(at.secs() / 3600 * 3600)),
    }
}

fn give_elastic_ip(world: &mut World, region: &str, instance: &str, name: &str) {
    let (allocation, association) = (world.new_id("eipalloc"), world.new_id("eipassoc"));
    let hint = world.random(instance, "elastic").u64();
    let state = &mut world.region(region).ec2;
    let ip = state.take_elastic(hint);
    let old = state.instances.get_mut(instance).and_then(|i| i.public_ip.take());
    state.release_public(old);
    let association = Some((association, instance.into()));
    state.addresses.insert(allocation.clone(), Address { id: allocation, ip, association, tags: named(name) });
}

pub(super) fn named(name: &str) -> Tags {
    vec![("Name".into(), name.into())]
}

fn range(s: &str) -> Result<Ipv4Net, String> {
    Ipv4Net::read(s).ok_or_else(|| format!("'{s}' is not a range"))
}

fn number(s: &str) -> Result<i32, String> {
    s.parse().map_err(|_| format!("'{s}' is not a port"))
}

/// The moment `span` (`41d`, `3h`) before `now`.
pub(super) fn ago(now: Time, span: &str) -> Result<Time, String> {
    let bad = || format!("'{span}' is not a time such as 41d or 3h");
    let (digits, unit) = span.split_at(span.len().saturating_sub(1));
    let n: i64 = digits.parse().map_err(|_| bad())?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(bad()),
    };
    Ok(Time(now.0 - n * unit * 1000))
}
