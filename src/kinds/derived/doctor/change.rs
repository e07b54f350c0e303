//! The smallest change that would mend the first hop that fails.

use arcstr::ArcStr;

use super::network::Way;
use crate::kinds::mend::Mend;
use crate::net::path::{
    AclEntry, Answer, At, By, Client, EPHEMERAL, End, Hop, Origin, Service, Subnet, Table, acl_decides, is_private,
};

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kinds::derived) struct Change {
    /// In words.
    pub(in crate::kinds::derived) text: String,
    /// `KIND ID ACTION ARGUMENTS`, where an action makes it.
    pub(in crate::kinds::derived) mend: Option<String>,
    /// The row that is changed.
    pub(in crate::kinds::derived) row: Option<ArcStr>,
}

/// Reads [`Change::mend`].
pub(in crate::kinds::derived) fn read(line: &str) -> Option<Mend> {
    let mut words = line.splitn(4, ' ');
    let (kind, id, action) = (words.next()?, words.next()?, words.next()?);
    Some(Mend {
        kind: kind.into(),
        row: id.into(),
        action: action.into(),
        arguments: words.next().unwrap_or_default().into(),
    })
}

/// What would mend the first hop that fails.
pub(in crate::kinds::derived) fn of(hops: &[Hop], way: &Way, service: Service) -> Option<Change> {
    let failed = hops.iter().find(|h| h.sign.answer == Answer::Failed)?;
    let words = |text: String| Change { text, mend: None, row: failed.sign.by.as_deref().map(ArcStr::from) };
    let (kind, target) = way.target();
    let on_target = |text: &str, action: &str| Change {
        text: format!("{text} {}", way.to.name),
        mend: Some(format!("{kind} {target} {action}")),
        row: Some(target.clone()),
    };
    let what = format!("{} {}", service.protocol.word(), service.port);
    Some(match failed.at {
        At::Groups => {
            let source = source(way);
            rule(way, &way.to.groups, "in", &what, "from", &source, service)?
        }
        At::SourceGroups => {
            let Origin::Inside(from) = &way.from else { return None };
            rule(way, &from.groups, "out", &what, "to", &whole(&way.to.private), service)?
        }
        At::State if failed.sign.evidence.starts_with("stopped") => on_target("start", "start"),
        At::Address if way.to.public.is_none() => {
            on_target("associate an Elastic IP address with", "associate-address")
        }
        At::AclIn => entry(failed, &way.to.subnets, false, service, false, seen_source(way)),
        At::AclBack => entry(failed, &way.to.subnets, true, service, true, seen_source(way)),
        At::SourceAclOut => entry(failed, source_subnets(way), true, service, false, seen_target(way)),
        At::SourceAclBack => entry(failed, source_subnets(way), false, service, true, seen_target(way)),
        At::Route if is_outside(way) => way_out(failed, &way.to, way, &what).unwrap_or_else(|| {
            words("a route back to the source: an internet gateway, or where a private one is".into())
        }),
        At::Route | At::SourceRoute => words("a peering or transit gateway, with a route to it on both sides".into()),
        At::PublicAccess => words("an exclusion of the subnet from VPC Block Public Access".into()),
        _ => return None,
    })
}

/// An entry of the ACL that failed, before the one that denies: with a free number, if there is one.
fn entry(failed: &Hop, subnets: &[Subnet], outbound: bool, service: Service, answers: bool, other: Client) -> Change {
    let (protocol, way) = (service.protocol.word(), if outbound { "out" } else { "in" });
    let ports = if answers { EPHEMERAL } else { service.port..=service.port };
    let ports_word =
        if answers { format!("{}-{}", EPHEMERAL.start(), EPHEMERAL.end()) } else { service.port.to_string() };
    let by = failed.sign.by.as_deref();
    let acl = subnets.iter().filter_map(|s| s.acl.as_ref()).find(|(id, _)| Some(id.as_str()) == by);
    let row = by.map(ArcStr::from);
    let what = format!("{way} allow {protocol} {ports_word} {}", other.range);
    let Some((id, entries)) = acl else {
        let text = format!("an entry in the network ACL before the one that denies: {what}");
        return Change { text, mend: None, row };
    };
    let denies = acl_decides(entries, outbound, service.protocol.number(), &ports, &other);
    let why = if answers { ", for the answers" } else { "" };
    match free_before(entries, outbound, denies) {
        Some(number) => Change {
            text: format!("entry {way} {number} in {id}: allow {protocol} {ports_word} {}{why}", other.range),
            mend: Some(format!(
                "network-acls {id} edit-entries \
                 +way={way},number={number},action=allow,protocol={protocol},ports={ports_word},range={}",
                other.range
            )),
            row,
        },
        None => Change {
            text: format!("another entry {way} {denies} in {id}: no number before it is free ({what})"),
            mend: None,
            row,
        },
    }
}

/// A free number before another: in tens, if one of them is free.
fn free_before(entries: &[AclEntry], outbound: bool, number: u16) -> Option<u16> {
    let taken = |n: &u16| entries.iter().any(|e| e.outbound == outbound && e.number == *n);
    // Before `*`, which is far behind all others, the next ten after the last of them.
    let last = entries.iter().filter(|e| e.outbound == outbound && e.number < number).map(|e| e.number).max();
    let after = last.map_or(100, |n| (n / 10 + 1).saturating_mul(10));
    if after < number && (number == LAST || last.is_none_or(|n| n < after)) {
        return Some(after);
    }
    let tens = (1..number).rev().filter(|n| n % 10 == 0).find(|n| !taken(n));
    tens.or_else(|| (1..number).rev().find(|n| !taken(n)))
}

/// The number of `*`.
const LAST: u16 = 32_767;

/// Who asks, as a network ACL at the target sees it: by its address.
fn seen_source(way: &Way) -> Client {
    match &way.from {
        Origin::Outside(client) => *client,
        Origin::Inside(from) => match from.public.filter(|_| way.by == By::Public) {
            Some(ip) => Client::address(ip),
            None => from.private,
        },
    }
}

/// What is asked, as a network ACL at the source sees it.
fn seen_target(way: &Way) -> Client {
    match way.to.public.filter(|_| way.by == By::Public) {
        Some(ip) => Client::address(ip),
        None => way.to.private,
    }
}

fn source_subnets(way: &Way) -> &[Subnet] {
    if let Origin::Inside(from) = &way.from { &from.subnets } else { &[] }
}

/// Whether it comes over the internet.
fn is_outside(way: &Way) -> bool {
    matches!(way.from, Origin::Outside(_)) || way.by == By::Public
}

/// The way to the internet that the target's subnet lacks: a route to the VPC's internet gateway; or, where its table leads elsewhere on purpose,
/// another table that has one.
fn way_out(failed: &Hop, to: &End, way: &Way, what: &str) -> Option<Change> {
    let [subnet] = to.subnets.as_slice() else { return None };
    let table = subnet.table.as_ref()?;
    let seen = seen_source(way);
    if is_private(seen.range.addr()) && seen.range.prefix_len() > 0 {
        return None;
    }
    let all = if seen.range.addr().is_ipv4() { "0.0.0.0/0" } else { "::/0" };
    let default = table.routes.iter().find(|r| r.to.is_some_and(|to| to.to_string() == all));
    let row = failed.sign.by.as_deref().map(ArcStr::from);
    match default {
        // Nothing that works is taken from anybody.
        None => Some(route(table, all, row)),
        Some(route_there) if !route_there.active => Some(route(table, all, row)),
        Some(_) => {
            let (id, name) = way.public_table.as_ref()?;
            Some(Change {
                text: format!("associate {} with {name}, which leads to the internet gateway, for {what}", subnet.id),
                mend: Some(format!("route-tables {id} associate subnets={}", subnet.id)),
                row: Some(id.as_str().into()),
            })
        }
    }
}

fn route(table: &Table, to: &str, row: Option<ArcStr>) -> Change {
    Change {
        text: format!("a route {to} → the VPC's internet gateway in {}", table.name),
        mend: Some(format!("route-tables {} edit-routes +{to}=internet-gateway", table.id)),
        row,
    }
}

/// A rule that lets exactly this through.
fn rule(
    way: &Way,
    groups: &[String],
    direction: &str,
    what: &str,
    preposition: &str,
    peer: &str,
    service: Service,
) -> Option<Change> {
    let group = groups.first()?;
    let (protocol, port) = (service.protocol.word(), service.port);
    Some(Change {
        text: format!("allow {what} {preposition} {peer} in {}", way.group_name(group)),
        mend: Some(format!(
            "security-groups {group} rules +way={direction},protocol={protocol},ports={port},source={peer}"
        )),
        row: Some(ArcStr::from(group.as_str())),
    })
}

/// Who asks, as a rule names them: an address alone, a range, the group that was asked about.
fn source(way: &Way) -> String {
    match &way.from {
        Origin::Outside(client) => whole(client),
        // Over the internet it is seen as its own public address.
        Origin::Inside(from) if way.by == By::Public => match from.public {
            Some(ip) => whole(&Client::address(ip)),
            None => whole(&from.private),
        },
        Origin::Inside(from) => match from.groups.as_slice() {
            [group] if from.private.range.prefix_len() == 0 => group.clone(),
            _ => whole(&from.private),
        },
    }
}

fn whole(client: &Client) -> String {
    client.range.to_string()
}
