//! A connection's way through the account's networks: out of an instance or in from outside, packet by packet.
//!
//! Security groups are stateful, network ACLs are not: an answer is looked at on its own way. What is dropped times out. Only what is in
//! this world is known, and of the internet that it answers.

use std::net::{IpAddr, Ipv4Addr};

use arcstr::ArcStr;

use super::state::instance::{Instance, InstanceState};
use super::state::{NatGateway, Peer, Route, RouteTable, ServiceInterface, State};
use crate::base::Time;
use crate::net::reach::AclEntry;
use crate::sandbox::world::World;

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packet {
    /// A connection to a TCP port.
    Tcp(u16),
    /// An echo request of ICMP.
    Echo,
}

/// Where it arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// At the sender itself.
    Itself,
    /// At an instance: its region and id.
    Instance(ArcStr, ArcStr),
    /// At the interface of a service, by its owner: a load balancer's ARN, a NAT gateway's id.
    Service(ArcStr, ArcStr),
    /// Somewhere in the internet, as coming from this address.
    Internet(Ipv4Addr),
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It arrives, and an answer would come back.
    Arrives(Arrival),
    /// It is dropped: a time-out. By what, in a few words.
    Dropped(&'static str),
    /// Nothing has this address in the sender's own subnet.
    NoHost,
}

/// The port that answers come to: one of those that Linux takes, `net.ipv4.ip_local_port_range`.
const CLIENT_PORT: u16 = 49_152;

/// An end of a connection inside a VPC.
struct End<'s> {
    groups: &'s [ArcStr],
    subnet: &'s str,
    ip: Ipv4Addr,
    /// Whether security groups apply: they do not to a NAT gateway.
    guarded: bool,
}

impl<'s> End<'s> {
    fn of(i: &'s Instance) -> End<'s> {
        End { groups: &i.groups, subnet: &i.subnet, ip: i.private_ip, guarded: true }
    }
    /// Groups apply to a balancer of TCP only if it has some.
    fn of_service(s: &'s ServiceInterface) -> End<'s> {
        let guarded = s.kind != "network_load_balancer" || !s.groups.is_empty();
        End { groups: &s.groups, subnet: &s.subnet, ip: s.private_ip, guarded }
    }
}

/// From an instance to an address.
pub fn from_instance(world: &World, region: &str, id: &str, to: Ipv4Addr, packet: Packet, now: Time) -> Outcome {
    let Some((state, i)) = found(world, region, id) else { return Outcome::Dropped("the sender is not there") };
    if to.is_loopback() || to == i.private_ip {
        return Outcome::Arrives(Arrival::Itself);
    }
    let from = End::of(i);
    if let Some(vpc) = state.vpcs.get(&i.vpc).filter(|v| v.cidr.contains(&to)) {
        return inside(state, region, &from, &vpc.id, to, packet, now);
    }
    if !allows(state, from.groups, true, packet, to, &[]) {
        return Outcome::Dropped("no outbound rule of the security groups allows it");
    }
    if !crosses(state, from.subnet, Way::Request { out: true }, packet, to) {
        return Outcome::Dropped("the network ACL denies it");
    }
    let seen_as = match leaves(state, i, to, packet, now) {
        Ok(address) => address,
        Err(why) => return Outcome::Dropped(why),
    };
    if !crosses(state, from.subnet, Way::Answer { out: false }, packet, to) {
        return Outcome::Dropped("the network ACL denies the answer");
    }
    // A public address of this account, in whatever region.
    for (other, r) in &world.regions {
        let has = |j: &&Instance| public_ip(&r.ec2, j) == Some(to) && !j.state.is_ending();
        if let Some(j) = r.ec2.instances.values().find(has) {
            return enters(&r.ec2, other, j, seen_as, packet, now);
        }
        let known = |s: &&ServiceInterface| s.public.as_ref().is_some_and(|p| p.ip == to);
        if let Some(s) = r.ec2.service_interfaces.values().find(known) {
            return enters_service(&r.ec2, other, s, seen_as, packet, now);
        }
    }
    Outcome::Arrives(Arrival::Internet(seen_as))
}

/// From an address outside to an instance's public one.
pub fn from_outside(world: &World, region: &str, id: &str, client: Ipv4Addr, packet: Packet, now: Time) -> Outcome {
    match found(world, region, id) {
        Some((state, i)) if public_ip(state, i).is_some() => enters(state, region, i, client, packet, now),
        Some(_) => Outcome::Dropped("it has no public address"),
        None => Outcome::Dropped("it is not there"),
    }
}

/// The address that an instance is known by outside.
pub fn public_ip(state: &State, i: &Instance) -> Option<Ipv4Addr> {
    state.address_of(&i.id).map(|a| a.ip).or(i.public_ip)
}

fn found<'w>(world: &'w World, region: &str, id: &str) -> Option<(&'w State, &'w Instance)> {
    let state = &world.peek(region)?.ec2;
    Some((state, state.instances.get(id).filter(|i| i.state == InstanceState::Running)?))
}

/// Within a VPC.
fn inside(state: &State, region: &str, from: &End<'_>, vpc: &str, to: Ipv4Addr, packet: Packet, now: Time) -> Outcome {
    let none: Vec<ArcStr> = Vec::new();
    let instance = state.instances.values().find(|j| j.vpc == vpc && j.private_ip == to && !j.state.is_ending());
    let gateway = state.nat_gateways.values().find(|n| n.vpc == vpc && n.private_ip == to && n.holds_address(now));
    let service = state.service_interfaces.values().find(|s| s.vpc == vpc && s.private_ip == to);
    let own = state.own_interfaces.values().find(|o| o.vpc == vpc && o.addresses().any(|ip| ip == to));
    let by_own = own.and_then(|o| state.instances.get(&o.attachment.as_ref()?.instance));
    let (target, arrival) = if let Some(j) = instance {
        (End::of(j), Arrival::Instance(region.into(), j.id.clone()))
    } else if let Some((own, j)) = own.zip(by_own) {
        let end = End { groups: &own.groups, subnet: &own.subnet, ip: to, guarded: true };
        (end, Arrival::Instance(region.into(), j.id.clone()))
    } else if let Some(s) = service {
        (End::of_service(s), Arrival::Service(region.into(), s.of.clone()))
    } else if let Some(n) = gateway {
        let subnet = n.subnet.as_deref().unwrap_or_default();
        let end = End { groups: &none, subnet, ip: to, guarded: false };
        (end, Arrival::Service(region.into(), n.id.clone()))
    } else {
        // In one's own subnet somebody has to say that the address is theirs.
        let near = state.subnets.get(from.subnet).is_some_and(|s| s.cidr.contains(&to));
        return if near { Outcome::NoHost } else { Outcome::Dropped("nothing has this address") };
    };
    if from.guarded && !allows(state, from.groups, true, packet, to, target.groups) {
        return Outcome::Dropped("no outbound rule of the sender's security groups allows it");
    }
    if target.guarded && !allows(state, target.groups, false, packet, from.ip, from.groups) {
        return Outcome::Dropped("no inbound rule of the security groups allows it");
    }
    if from.subnet != target.subnet {
        let passes = crosses(state, from.subnet, Way::Request { out: true }, packet, to)
            && crosses(state, target.subnet, Way::Request { out: false }, packet, from.ip)
            && crosses(state, target.subnet, Way::Answer { out: true }, packet, from.ip)
            && crosses(state, from.subnet, Way::Answer { out: false }, packet, to);
        if !passes {
            return Outcome::Dropped("a network ACL denies it");
        }
    }
    match instance.or(by_own).is_some_and(|j| j.state != InstanceState::Running) {
        true => Outcome::Dropped("it is not running"),
        false => Outcome::Arrives(arrival),
    }
}

/// In over the internet gateway, to an instance.
fn enters(state: &State, region: &str, i: &Instance, client: Ipv4Addr, packet: Packet, now: Time) -> Outcome {
    if i.state != InstanceState::Running {
        return Outcome::Dropped("it is not running");
    }
    let arrival = Arrival::Instance(region.into(), i.id.clone());
    comes_in(state, (&End::of(i), &i.vpc), client, packet, now)
        .map_or_else(Outcome::Dropped, |()| Outcome::Arrives(arrival))
}

/// In over the internet gateway, to what a service has.
fn enters_service(
    state: &State,
    region: &str,
    s: &ServiceInterface,
    client: Ipv4Addr,
    packet: Packet,
    now: Time,
) -> Outcome {
    let arrival = Arrival::Service(region.into(), s.of.clone());
    comes_in(state, (&End::of_service(s), &s.vpc), client, packet, now)
        .map_or_else(Outcome::Dropped, |()| Outcome::Arrives(arrival))
}

/// Whether a packet comes in over the internet gateway of a VPC, and its answer out; else what drops it.
fn comes_in(
    state: &State,
    (end, vpc): (&End<'_>, &str),
    client: Ipv4Addr,
    packet: Packet,
    now: Time,
) -> Result<(), &'static str> {
    let route = route(state, end.subnet, vpc, client);
    if !route.is_some_and(|r| r.by.starts_with("igw-") && state.leads(r, now)) {
        return Err("no route leads back over an internet gateway");
    }
    if !crosses(state, end.subnet, Way::Request { out: false }, packet, client) {
        return Err("the network ACL denies it");
    }
    if end.guarded && !allows(state, end.groups, false, packet, client, &[]) {
        return Err("no inbound rule of the security groups allows it");
    }
    if !crosses(state, end.subnet, Way::Answer { out: true }, packet, client) {
        return Err("the network ACL denies the answer");
    }
    Ok(())
}

/// Out of the VPC: as which address.
fn leaves(state: &State, i: &Instance, to: Ipv4Addr, packet: Packet, now: Time) -> Result<Ipv4Addr, &'static str> {
    let route = route(state, &i.subnet, &i.vpc, to).ok_or("no route leads there")?;
    if !state.leads(route, now) {
        return Err("the route leads nowhere");
    }
    match route.by.split_once('-').map(|(sort, _)| sort) {
        Some("igw") => public_ip(state, i).ok_or("it has no public address to leave with"),
        Some("nat") => {
            let nat = state.nat_gateways.get(&route.by).ok_or("the route leads nowhere")?;
            let Some(subnet) = &nat.subnet else { return leaves_by_regional(state, i, nat, to, now) };
            if *subnet != i.subnet {
                let passes = crosses(state, subnet, Way::Request { out: false }, packet, i.private_ip)
                    && crosses(state, subnet, Way::Answer { out: true }, packet, i.private_ip);
                if !passes {
                    return Err("the network ACL of the NAT gateway's subnet denies it");
                }
            }
            let passes = crosses(state, subnet, Way::Request { out: true }, packet, to)
                && crosses(state, subnet, Way::Answer { out: false }, packet, to);
            if !passes {
                return Err("the network ACL of the NAT gateway's subnet denies it");
            }
            let on = self::route(state, subnet, &nat.vpc, to);
            if !on.is_some_and(|r| r.by.starts_with("igw-") && state.leads(r, now)) {
                return Err("the NAT gateway has no route to the internet");
            }
            nat.public_ip.ok_or("the NAT gateway is a private one")
        }
        _ => Err("what the route leads to is not modelled"),
    }
}

/// Out of the VPC by a regional NAT gateway: as its address in the instance's zone. It is in no subnet that a network ACL is of.
fn leaves_by_regional(
    state: &State,
    i: &Instance,
    nat: &NatGateway,
    to: Ipv4Addr,
    now: Time,
) -> Result<Ipv4Addr, &'static str> {
    let table = nat.regional.as_ref().and_then(|r| state.route_tables.get(&r.table));
    let on = table.and_then(|t| longest(t, to));
    if !on.is_some_and(|r| r.by.starts_with("igw-") && state.leads(r, now)) {
        return Err("the NAT gateway has no route to the internet");
    }
    let zone = state.subnets.get(&i.subnet).map(|s| &s.zone);
    let all = state.zones_of(nat);
    let here = all.iter().find(|(z, _)| Some(*z) == zone).or(all.first());
    here.map(|(_, ip)| *ip).ok_or("the NAT gateway has no address yet")
}

/// The route with the longest prefix, of the subnet's own table or its VPC's main one.
fn route<'s>(state: &'s State, subnet: &str, vpc: &str, to: Ipv4Addr) -> Option<&'s Route> {
    let tables = || state.route_tables.values();
    let own = tables().find(|t| t.associations.iter().any(|a| a.subnet == subnet));
    let table = own.or_else(|| tables().find(|t| t.vpc == vpc && t.main))?;
    longest(table, to)
}

/// The route of a table with the longest prefix.
fn longest(table: &RouteTable, to: Ipv4Addr) -> Option<&Route> {
    table.routes.iter().filter(|r| r.to.holds(to)).max_by_key(|r| r.to.prefix_len())
}

/// A packet at the border of a subnet.
#[derive(Clone, Copy)]
enum Way {
    Request { out: bool },
    Answer { out: bool },
}

/// Whether a subnet's network ACL lets a packet through, to or from `other`.
fn crosses(state: &State, subnet: &str, way: Way, packet: Packet, other: Ipv4Addr) -> bool {
    let Some(acl) = state.subnets.get(subnet).and_then(|s| state.acls.get(&s.acl)) else { return true };
    let (out, answer) = match way {
        Way::Request { out } => (out, false),
        Way::Answer { out } => (out, true),
    };
    let is_for = |e: &&AclEntry| {
        let of_packet = match packet {
            Packet::Tcp(port) => {
                let port = if answer { CLIENT_PORT } else { port };
                (e.protocol == -1 || e.protocol == 6) && e.ports.is_none_or(|(low, high)| (low..=high).contains(&port))
            }
            // Echo is type 8, its reply type 0; both have code 0.
            Packet::Echo => {
                let kind = if answer { 0 } else { 8 };
                let fits = |(t, c): (i16, i16)| (t == -1 || t == kind) && (c == -1 || c == 0);
                e.protocol == -1 || e.protocol == 1 && e.icmp.is_none_or(fits)
            }
        };
        e.egress == out && of_packet && e.cidr.contains(&IpAddr::V4(other))
    };
    acl.entries.iter().filter(is_for).min_by_key(|e| e.number).is_some_and(|e| e.allow)
}

/// Whether any rule of these groups allows it, with an address or with whom has these groups.
fn allows(
    state: &State,
    groups: &[ArcStr],
    egress: bool,
    packet: Packet,
    other: Ipv4Addr,
    other_groups: &[ArcStr],
) -> bool {
    let rules = groups.iter().filter_map(|g| state.groups.get(g)).flat_map(|g| &g.rules);
    rules.filter(|r| r.egress == egress).any(|r| {
        let of_packet = match (packet, r.protocol.as_str()) {
            (_, "-1") => true,
            (Packet::Tcp(port), "tcp" | "6") => r.from == -1 || (r.from..=r.to).contains(&i32::from(port)),
            (Packet::Echo, "icmp" | "1") => (r.from == -1 || r.from == 8) && (r.to == -1 || r.to == 0),
            _ => false,
        };
        of_packet
            && match &r.peer {
                Peer::V4(range) => range.contains(&other),
                Peer::Group(group) => other_groups.contains(group),
                // Of AWS's lists none is of addresses that anything here has.
                Peer::V6(_) | Peer::PrefixList(_) => false,
            }
    })
}
