//! Rules of security groups, one a row: who may reach what, and what is open to the whole internet.

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::exposure::{Traffic, is_world};
use super::listing::{PAGE, filtered, tags};
use super::security_groups::is_stale;
use crate::base::{Fault, Scope};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone, Value};

/// `DescribeSecurityGroupRules`.
pub static DESCRIBE_SECURITY_GROUP_RULES: Operation = Operation::read(Service::Ec2, "DescribeSecurityGroupRules");

/// Direction, protocol and ports in one text, which sorts them.
pub const RULE: FieldInfo =
    FieldInfo::text("rule", "RULE", "Direction, protocol and ports, e.g. inbound tcp 22.").shown(0).cells(14, 30);
/// inbound or outbound.
pub const DIRECTION: FieldInfo =
    FieldInfo::text("direction", "DIRECTION", "inbound (traffic that comes in) or outbound (traffic that goes out).")
        .named_only()
        .cells(9, 9);
/// tcp, udp, icmp, icmpv6, all, or another protocol's name or number.
pub const PROTOCOL: FieldInfo =
    FieldInfo::text("protocol", "PROTOCOL", "tcp, udp, icmp, icmpv6, all, or another protocol's name or number.")
        .named_only()
        .cells(8, 8);
/// `22`, `8000-8100`, `all`, `type 8`.
pub const PORTS: FieldInfo =
    FieldInfo::text("ports", "PORTS", "One port, a range, or all; for ICMP the type and code.").cells(7, 16);
/// First port, or ICMP type; none for all.
pub const FROM_PORT: FieldInfo =
    FieldInfo::int("from_port", "FROM PORT", "The first port, or the ICMP type; -1 for all.").plain().cells(9, 9);
/// Last port, or ICMP code; none for all.
pub const TO_PORT: FieldInfo =
    FieldInfo::int("to_port", "TO PORT", "The last port, or the ICMP code; -1 for all.").plain().cells(7, 7);
/// SSH, HTTPS, MySQL.
pub const SERVICE: FieldInfo =
    FieldInfo::text("service", "SERVICE", "The service that usually listens on its port: SSH, HTTPS, MySQL.")
        .shown(3)
        .cells(8, 14);
/// The source of an inbound rule, the destination of an outbound one.
pub const PEER: FieldInfo = FieldInfo::text(
    "peer",
    "PEER",
    "The source of an inbound rule or the destination of an outbound rule: an IPv4 or IPv6 range, a prefix list, a \
     security group.",
)
.shown(0)
.cells(14, 43)
.aka(&["source", "destination", "cidr"])
.id_of("security-groups", "sg-");
/// world, if the peer is the whole internet.
pub const OPEN_TO: FieldInfo = FieldInfo::state(
    "open_to",
    "OPEN TO",
    "world if it opens a port to the whole internet, which is bad for SSH, RDP, databases and all ports; restricted \
     otherwise; outbound for outbound rules.",
)
.shown(1)
.cells(10, 10);
/// Its group.
pub const GROUP_ID: FieldInfo = FieldInfo::id("group_id", "GROUP", "The security group it belongs to.")
    .shown(1)
    .cells(11, 36)
    .aka(&["group", "sg"])
    .id_of("security-groups", "sg-")
    .asked_by("group-id");
/// What it is for.
pub const DESCRIPTION: FieldInfo =
    FieldInfo::text("description", "DESCRIPTION", "Its description.").shown(2).cells(11, 60);
/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.");
/// `sgr-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The rule's id, which stays when the rule is modified.")
    .shown(4)
    .cells(11, 21)
    .aka(&["rule_id"])
    .asked_by("security-group-rule-id");
/// Whether the peer is not there any more.
pub const STALE: FieldInfo = FieldInfo::flag(
    "stale",
    "STALE",
    "Whether the group that it names, or the peering to it, was deleted: then the rule allows nothing.",
)
.cells(5, 5);

/// What they are.
pub static INFO: KindInfo =
    KindInfo::new("security-group-rules", "security group rule", "Security group rules", &FIELDS)
        .doc("Rules of security groups, one per row: each protocol and port range with one source or destination.")
        .aliases(&["sgr", "sg-rules", "security-group-rule"])
        .ids("sgr-")
        .listed_by(&[&DESCRIBE_SECURITY_GROUP_RULES])
        .sorted(&RULE);

/// Rules of security groups.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static FIELDS: Fields<sdk::SecurityGroupRule> = Fields(&[
    field(RULE, |r, c| {
        let text = format!("{} {}", direction(r).unwrap_or_default(), traffic(r).words());
        c.text(Some(text.trim_start()))
    }),
    field(PEER, |r, c| match r.cidr_ipv4().or(r.cidr_ipv6()).filter(|range| !range.is_empty()) {
        Some(range) => Value::range(Some(range)),
        None => c.said(peer(r)),
    }),
    Field::state(OPEN_TO),
    field(SERVICE, |r, c| c.text(traffic(r).service())),
    field(GROUP_ID, |r, c| c.said(r.group_id())),
    field(DESCRIPTION, |r, c| c.text(r.description())),
    Field::id(ID),
    Field::name(NAME),
    field(DIRECTION, |r, c| c.said(direction(r))),
    field(PROTOCOL, |r, c| c.said(Some(traffic(r).protocol_word()))),
    field(PORTS, |r, c| c.text(Some(&traffic(r).ports_word()))),
    field(FROM_PORT, |r, _| r.from_port().map_or(Value::Empty, |n| Value::Int(n.into()))),
    field(TO_PORT, |r, _| r.to_port().map_or(Value::Empty, |n| Value::Int(n.into()))),
    field(STALE, |r, _| Value::Bool(is_stale(r.referenced_group_info().and_then(|g| g.peering_status())))),
    field(
        FieldInfo::text("peer_owner", "PEER OWNER", "The account of the group that it names.").cells(12, 12),
        |r, c| c.text(r.referenced_group_info().and_then(|g| g.user_id())),
    ),
    field(
        FieldInfo::id("peer_vpc", "PEER VPC", "The VPC of the group that it names, if a peering leads there.")
            .cells(11, 24)
            .id_of_few("vpcs", "vpc-"),
        |r, c| c.text(r.referenced_group_info().and_then(|g| g.vpc_id())),
    ),
    field(
        FieldInfo::id("peering", "PEERING", "The VPC peering connection to the group that it names.").cells(11, 22),
        |r, c| c.text(r.referenced_group_info().and_then(|g| g.vpc_peering_connection_id())),
    ),
    field(
        FieldInfo::text("peering_status", "PEERING STATUS", "The state of that peering.").named_only().cells(14, 14),
        |r, c| c.text(r.referenced_group_info().and_then(|g| g.peering_status())),
    ),
    field(super::vpcs::OWNER, |r, c| c.said(r.group_owner_id())),
]);

static ROWS: RowSpec<sdk::SecurityGroupRule> = RowSpec::new(&INFO, &FIELDS, |r| r.security_group_rule_id())
    .stated(|r, _| open_to(r))
    .tagged(|r, c| tags(r.tags(), c));

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "security-group-rule-id",
        |client, filters, token| {
            client.describe_security_group_rules().max_results(PAGE).set_next_token(token).set_filters(filters).send()
        },
        |out, c| (ROWS.records(out.security_group_rules(), c), out.next_token),
    )
    .boxed()
}

fn traffic(r: &sdk::SecurityGroupRule) -> Traffic<'_> {
    Traffic { protocol: r.ip_protocol().unwrap_or_default(), from: r.from_port(), to: r.to_port() }
}

fn direction(r: &sdk::SecurityGroupRule) -> Option<&'static str> {
    r.is_egress().map(|out| if out { "outbound" } else { "inbound" })
}

/// A rule has one peer.
fn peer(r: &sdk::SecurityGroupRule) -> Option<&str> {
    let group = || r.referenced_group_info().and_then(|g| g.group_id());
    r.cidr_ipv4().or(r.cidr_ipv6()).or(r.prefix_list_id()).or_else(group)
}

/// Whom it lets in: AWS has no word for that.
fn open_to(r: &sdk::SecurityGroupRule) -> (Tone, ArcStr) {
    let bad = !traffic(r).sensitive().is_empty();
    match r.is_egress() {
        None => (Tone::Unknown, arcstr::literal!("unknown")),
        Some(true) => (Tone::Idle, arcstr::literal!("outbound")),
        Some(false) if peer(r).is_some_and(is_world) => {
            (if bad { Tone::Bad } else { Tone::Idle }, arcstr::literal!("world"))
        }
        Some(false) => (Tone::Good, arcstr::literal!("restricted")),
    }
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    if let Some(group) = row.get(&GROUP_ID).as_str() {
        out.push(Link::to("group", "security-groups", format!("id={group}")));
        out.push(Link::to("rules of its group", "security-group-rules", format!("group_id={group}")));
        out.push(Link::to("instances", "instances", format!("security_group_ids={group}")));
    }
    if let Some(peer) = row.get(&PEER).as_str().filter(|p| PEER.is_row_id(p)) {
        out.push(Link::to("the group that it names", "security-groups", format!("id={peer}")));
        out.push(Link::to("instances of the group that it names", "instances", format!("security_group_ids={peer}")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;

    fn rule(egress: bool, protocol: &str, from: i32, to: i32) -> sdk::builders::SecurityGroupRuleBuilder {
        let rule = sdk::SecurityGroupRule::builder().security_group_rule_id("sgr-1").is_egress(egress);
        rule.ip_protocol(protocol).from_port(from).to_port(to)
    }

    #[test]
    fn only_what_comes_in_from_the_whole_internet_is_open_to_the_world() {
        let row = |r: sdk::builders::SecurityGroupRuleBuilder| record(&ROWS, &r.build());
        let ssh = row(rule(false, "tcp", 22, 22).cidr_ipv6("::/0"));
        assert_eq!(ssh.get(&OPEN_TO), &Value::State(Tone::Bad, "world".into()));
        assert_eq!(ssh.get(&PEER), &Value::range(Some("::/0")), "a range is sorted and found as one");
        assert_eq!(ssh.get(&RULE).as_str(), Some("inbound tcp 22"));
        assert_eq!(ssh.get(&SERVICE).as_str(), Some("SSH"));
        let web = row(rule(false, "tcp", 80, 80).cidr_ipv4("0.0.0.0/0"));
        assert_eq!(web.get(&OPEN_TO), &Value::State(Tone::Idle, "world".into()));
        let out = row(rule(true, "-1", -1, -1).cidr_ipv4("0.0.0.0/0"));
        assert_eq!(out.get(&OPEN_TO), &Value::State(Tone::Idle, "outbound".into()));
        assert_eq!(out.get(&RULE).as_str(), Some("outbound all"));
        let home = row(rule(false, "tcp", 22, 22).cidr_ipv4("203.0.113.7/32"));
        assert_eq!(home.get(&OPEN_TO), &Value::State(Tone::Good, "restricted".into()));
    }

    #[test]
    fn a_rule_that_names_a_group_has_it_as_its_peer_and_is_stale_with_its_peering() {
        let group = sdk::ReferencedSecurityGroup::builder().group_id("sg-2").peering_status("deleted").build();
        let row = record(&ROWS, &rule(false, "icmp", 8, -1).referenced_group_info(group).build());
        assert_eq!((row.get(&PEER).as_str(), row.get(&STALE)), (Some("sg-2"), &Value::Bool(true)));
        assert_eq!(row.get(&PORTS).as_str(), Some("type 8"));
    }
}
