//! From an address that is none of ours.

use std::net::IpAddr;

use super::routes::Choice;
use super::{At, Client, End, Hop, Service, Sign, acl, groups, hop};

/// Whether it is an address to which the internet carries no packets.
/// <https://www.iana.org/assignments/iana-ipv4-special-registry/>
pub fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            ip.is_private()
                || ip.is_link_local()
                || ip.is_loopback()
                || (ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64)
        }
        IpAddr::V6(ip) => {
            ip.is_loopback() || (ip.segments()[0] & 0xfe00) == 0xfc00 || (ip.segments()[0] & 0xffc0) == 0xfe80
        }
    }
}

/// The hops of the target's side. `groups`: the client's, where rules may name them.
pub(super) fn hops(client: &Client, groups: &[String], to: &End, service: Service) -> Vec<Hop> {
    let mut out = vec![hop(At::State, to.state.clone()), hop(At::Checks, to.checks.clone())];
    let private = client.range.prefix_len() > 0 && is_private(client.range.addr());
    if !private {
        out.push(hop(At::Address, address(client, to)));
        out.push(hop(At::PublicAccess, public_access(to)));
    }
    out.push(hop(At::Route, back(client, to, private)));
    out.extend(at_target(client, groups, to, service));
    out
}

/// The target's network ACL and groups.
pub(super) fn at_target(client: &Client, groups: &[String], to: &End, service: Service) -> Vec<Hop> {
    vec![
        hop(At::AclIn, acl::request(&to.subnets, false, client, service)),
        hop(At::Groups, groups::allow(to.rules.as_deref(), false, client, groups, service)),
        hop(At::AclBack, acl::answer(&to.subnets, true, client, service)),
    ]
}

fn address(client: &Client, to: &End) -> Sign {
    match to.public {
        Some(ip) if ip.is_ipv4() == client.range.addr().is_ipv4() => Sign::passed(ip.to_string()),
        Some(ip) => Sign::failed(format!("its address is {ip}, and the source has none of that family")),
        None => Sign::failed(format!("none: {} is known inside its VPC only", to.private.words())),
    }
}

/// <https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html>
fn public_access(to: &End) -> Sign {
    match to.subnet().and_then(|s| s.public_access.as_deref()) {
        Some("off") => Sign::passed("off"),
        Some(mode @ ("block-bidirectional" | "block-ingress")) => Sign::failed(format!("{mode}: it lets nothing in")),
        Some(mode) => Sign::unknown(format!("{mode}, which is not known here")),
        None => Sign::unknown("not said by AWS"),
    }
}

/// The way back to the client.
fn back(client: &Client, to: &End, private: bool) -> Sign {
    let Some(subnet) = to.subnet() else { return Sign::unknown("its subnet is not known") };
    let Some(table) = &subnet.table else { return Sign::unknown("its route table could not be read") };
    let whom = client.words();
    let sign = match table.choose(client) {
        Choice::None => Sign::failed(format!("{} has no route to {whom}", table.name)),
        Choice::Unknown(why) => Sign::unknown(why),
        Choice::Route(route) => {
            let said = format!("{} in {}", route.words(), table.name);
            match route.sort() {
                _ if !route.active => Sign::failed(format!("{said}: what it leads to is gone")),
                "igw" if private => Sign::failed(format!("{said}: the internet carries no private addresses")),
                "igw" => Sign::passed(said),
                "nat" => Sign::failed(format!("{said}: a NAT gateway lets nothing in")),
                "eigw" => Sign::failed(format!("{said}: an egress-only gateway lets nothing in")),
                "local" => Sign::unknown(format!("{said}: an address of its own VPC that nothing known has")),
                _ => Sign::unknown(format!("{said}: what lies beyond is not looked at")),
            }
        }
    };
    sign.by(table.id.clone())
}
