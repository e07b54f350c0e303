//! From one of our own interfaces, or from any member of a group.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::routes::{Choice, Route};
use super::{At, Client, End, Hop, Service, Sign, acl, groups, hop, outside};

/// By the private address: within a VPC, or over a peering.
pub(super) fn hops(from: &End, to: &End, service: Service) -> Vec<Hop> {
    let same_vpc = from.vpc.is_some() && from.vpc == to.vpc;
    let same_subnet = matches!((from.subnet(), to.subnet()), (Some(a), Some(b)) if a.id == b.id);
    let mut out = vec![
        hop(At::SourceState, from.state.clone()),
        hop(At::SourceGroups, groups::allow(from.rules.as_deref(), true, &to.private, &to.groups, service)),
    ];
    if !same_subnet {
        out.push(hop(At::SourceAclOut, acl::request(&from.subnets, true, &to.private, service)));
        out.push(hop(At::SourceRoute, route(from, to, same_vpc)));
    }
    out.push(hop(At::State, to.state.clone()));
    out.push(hop(At::Checks, to.checks.clone()));
    if !same_subnet {
        out.push(hop(At::Route, route(to, from, same_vpc)));
    }
    let at_target = outside::at_target(&from.private, &from.groups, to, service);
    // No ACL lies between two interfaces of a subnet. [AWS: network ACL basics]
    out.extend(at_target.into_iter().filter(|h| !same_subnet || h.at == At::Groups));
    if !same_subnet {
        out.push(hop(At::SourceAclBack, acl::answer(&from.subnets, false, &to.private, service)));
    }
    out
}

/// The route from one end to the other's private address.
fn route(from: &End, to: &End, same_vpc: bool) -> Sign {
    if from.vpc.is_none() || to.vpc.is_none() {
        return Sign::unknown("in which VPCs they are is not known");
    }
    let mut first: Option<Sign> = None;
    for subnet in &from.subnets {
        let sign = match &subnet.table {
            None => return Sign::unknown(format!("the route table of {} could not be read", subnet.id)),
            Some(table) => {
                let sign = match table.choose(&to.private) {
                    Choice::None => Sign::failed(format!("{} has no route to {}", table.name, to.private.words())),
                    Choice::Unknown(why) => Sign::unknown(why),
                    Choice::Route(route) => taken(route, &table.name, from, to, same_vpc),
                };
                sign.by(table.id.clone())
            }
        };
        match &first {
            Some(other) if other.answer != sign.answer => {
                return Sign::unknown(format!("it depends on the subnet: {}, but {}", other.evidence, sign.evidence));
            }
            Some(_) => {}
            None => first = Some(sign),
        }
    }
    first.unwrap_or_else(|| Sign::unknown("its subnet is not known"))
}

fn taken(route: &Route, table: &str, from: &End, to: &End, same_vpc: bool) -> Sign {
    let said = format!("{} in {table}", route.words());
    match route.sort() {
        _ if !route.active => Sign::failed(format!("{said}: what it leads to is gone")),
        "local" if same_vpc => Sign::passed(said),
        "local" => Sign::failed(format!("{said}: the address lies in its own VPC's range, too, so it never leaves")),
        "pcx" if !same_vpc => peered(route, said, to, from),
        "igw" | "nat" | "eigw" => Sign::failed(format!("{said}: it does not lead to another VPC's private addresses")),
        _ => Sign::unknown(format!("{said}: what lies beyond is not looked at")),
    }
}

/// A peering has two sides: one that the other side's routes name too leads there.
fn peered(route: &Route, said: String, other: &End, back_to: &End) -> Sign {
    let mut found = Vec::new();
    for subnet in &other.subnets {
        let Some(table) = &subnet.table else {
            return Sign::unknown(format!("{said}: the routes of the other side could not be read"));
        };
        match table.choose(&back_to.private) {
            Choice::Unknown(why) => return Sign::unknown(format!("{said}: on the other side {why}")),
            // Another peering leads to another VPC: between two there is at most one.
            Choice::Route(r) if !r.active || matches!(r.sort(), "pcx" | "igw" | "nat" | "eigw" | "local") => {
                found.push(r.active && r.via == route.via);
            }
            Choice::Route(r) => {
                return Sign::unknown(format!("{said}, and back by {}: what lies beyond is not looked at", r.words()));
            }
            Choice::None => found.push(false),
        }
    }
    match (found.contains(&true), found.contains(&false)) {
        (true, false) => Sign::passed(format!("{said}, as on the other side")),
        (true, true) => Sign::unknown(format!("{said}: of the other side some subnets have it")),
        (false, true) => Sign::failed(format!("{said}, but the other side has no route back over it")),
        (false, false) => Sign::unknown(format!("{said}: the other side's subnet is not known")),
    }
}

/// By the public address: out by the source's own way, and in like anybody.
pub(super) fn over_the_internet(from: &End, to: &End, service: Service) -> Vec<Hop> {
    let Some(public) = to.public else {
        let mut out = vec![hop(At::SourceState, from.state.clone())];
        out.extend(outside::hops(&everywhere(&to.private), &[], to, service));
        return out;
    };
    let target = Client::address(public);
    let mut out = vec![
        hop(At::SourceState, from.state.clone()),
        hop(At::SourceGroups, groups::allow(from.rules.as_deref(), true, &target, &[], service)),
        hop(At::SourceAclOut, acl::request(&from.subnets, true, &target, service)),
    ];
    let (route, client) = way_out(from, &target);
    out.push(hop(At::SourceRoute, route));
    // A rule that names a group means its members' private addresses.
    out.extend(outside::hops(&client, &[], to, service));
    out.push(hop(At::SourceAclBack, acl::answer(&from.subnets, false, &target, service)));
    out
}

/// One of all addresses, and it is not known which.
fn everywhere(like: &Client) -> Client {
    let range = match like.range {
        IpNet::V4(_) => IpNet::V4(Ipv4Net::default()),
        IpNet::V6(_) => IpNet::V6(Ipv6Net::default()),
    };
    Client { range, anybody: false }
}

/// How a source gets out, and as whom it is seen then.
fn way_out(from: &End, target: &Client) -> (Sign, Client) {
    let unknown = everywhere(target);
    let Some(subnet) = from.subnet() else { return (Sign::unknown("its subnet is not known"), unknown) };
    let Some(table) = &subnet.table else { return (Sign::unknown("its route table could not be read"), unknown) };
    let (sign, client) = match table.choose(target) {
        Choice::None => (Sign::failed(format!("{} has no route to {}", table.name, target.words())), unknown),
        Choice::Unknown(why) => (Sign::unknown(why), unknown),
        Choice::Route(route) => {
            let said = format!("{} in {}", route.words(), table.name);
            match (route.sort(), from.public) {
                _ if !route.active => (Sign::failed(format!("{said}: what it leads to is gone")), unknown),
                ("igw", Some(ip)) => (Sign::passed(format!("{said}, as {ip}")), Client::address(ip)),
                ("igw", None) => {
                    (Sign::failed(format!("{said}, and {} has no public address to leave with", from.name)), unknown)
                }
                _ => (Sign::unknown(format!("{said}: as whom it is seen beyond is not looked at")), unknown),
            }
        }
    };
    (sign.by(table.id.clone()), client)
}
