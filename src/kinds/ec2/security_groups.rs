//! Security groups: what they let in and out, what is open to the whole internet, and who has them.

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::exposure::{Traffic, is_world};
use super::group_rules::door::Rule;
use super::listing::{PAGE, filtered, tags};
use super::security_group_usage as usage;
use crate::base::{Fault, Scope};
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone, Value};

/// `DescribeSecurityGroups`.
pub static DESCRIBE_SECURITY_GROUPS: Operation = Operation::read(Service::Ec2, "DescribeSecurityGroups");

/// The group's own name, which only its creation sets; not the tag `Name`.
pub const NAME: FieldInfo = FieldInfo::text(
    "name",
    "NAME",
    "The group's name, unique in its VPC; it cannot be changed. The Name tag is separate.",
)
.unique()
.shown(0)
.cells(12, 48)
.aka(&["group_name"])
.asked_as_written_by("group-name");
/// `sg-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The security group's id.")
    .unique()
    .shown(5)
    .cells(11, 20)
    .aka(&["group_id"])
    .asked_by("group-id");
/// Its VPC.
pub const VPC_ID: FieldInfo = FieldInfo::id("vpc_id", "VPC", "Its VPC: only resources in that VPC can use the group.")
    .shown(4)
    .cells(8, 24)
    .aka(&["vpc"])
    .id_of_few("vpcs", "vpc-")
    .asked_by("vpc-id");
/// What it was made for.
pub const DESCRIPTION: FieldInfo =
    FieldInfo::text("description", "DESCRIPTION", "Its creator's description.").shown(6).cells(11, 60);
/// Rules for what comes in.
pub const INBOUND: FieldInfo =
    FieldInfo::int("inbound", "IN", "Inbound rules; without any, nothing comes in.").shown(1).aka(&["in"]);
/// Rules for what goes out.
pub const OUTBOUND: FieldInfo =
    FieldInfo::int("outbound", "OUT", "Outbound rules; without any, only responses go out.").shown(2).aka(&["out"]);
/// world, if something of it is open to the whole internet; bad where that is administration or a database.
pub const OPEN_TO: FieldInfo = FieldInfo::state(
    "open_to",
    "OPEN TO",
    "Who can connect: world if a port is open to the whole internet, which is bad for SSH, RDP, databases and all \
     ports; restricted to ranges and groups; or nobody.",
)
.shown(1)
.cells(10, 10);
/// What the whole internet may reach.
pub const EXPOSED: FieldInfo = FieldInfo::list(
    "exposed",
    "EXPOSED",
    "What is open to the whole internet: first what should not be (SSH, RDP, databases, all ports), then the rest.",
)
.shown(2)
.cells(10, 30);
/// Whether it is its VPC's default group.
pub const IS_DEFAULT: FieldInfo = FieldInfo::flag(
    "is_default",
    "DEFAULT",
    "Whether it is the default group of its VPC, which instances get if no group is named; it cannot be deleted.",
)
.spare(1)
.cells(7, 7)
.aka(&["default"]);
/// Groups whose members may come in.
pub const SOURCE_GROUPS: FieldInfo =
    FieldInfo::list("source_groups", "FROM GROUPS", "Groups whose members can connect.")
        .cells(11, 40)
        .id_of("security-groups", "sg-")
        .asked_by("ip-permission.group-id");
/// Ranges and prefix lists that may come in.
pub const SOURCE_RANGES: FieldInfo =
    FieldInfo::list("source_ranges", "FROM", "IPv4 and IPv6 ranges, and prefix lists, that can connect.").cells(8, 40);
/// Groups whose members may be reached.
pub const TARGET_GROUPS: FieldInfo =
    FieldInfo::list("destination_groups", "TO GROUPS", "Groups whose members it can connect to.")
        .cells(9, 40)
        .id_of("security-groups", "sg-");
/// Ranges that may be reached.
pub const TARGET_RANGES: FieldInfo =
    FieldInfo::list("destination_ranges", "TO", "IPv4 and IPv6 ranges, and prefix lists, that it can connect to.")
        .cells(8, 40);
/// All of its rules, one text each.
pub const RULES: FieldInfo = FieldInfo::list(
    "rules",
    "RULES",
    "All its rules, sorted: direction, protocol, ports, source or destination, and the description after #.",
)
.unique()
.cells(20, 60);
/// Groups in other VPCs that rules name although the peering that leads there is gone.
pub const STALE: FieldInfo = FieldInfo::list(
    "stale",
    "STALE",
    "Deleted groups, or groups behind a deleted peering, that its rules still name: those rules allow nothing.",
)
.spare(2)
.cells(8, 30);
/// Whether anything has it.
pub const IN_USE: FieldInfo = FieldInfo::state("in_use", "USE", "in-use, or unused if no network interface has it.")
    .shown(1)
    .cells(6, 8)
    .aka(&["use"])
    .from_side("security-group-usage", usage::IN_USE.name, false);
/// What has it, in kinds and numbers.
pub const USED_BY: FieldInfo =
    FieldInfo::list("used_by", "USED BY", "What has it: instances, load balancers, other interfaces.")
        .shown(3)
        .cells(13, 40)
        .from_side("security-group-usage", usage::USED_BY.name, false);
/// How many network interfaces have it.
pub const INTERFACES: FieldInfo = FieldInfo::int("interfaces", "INTERFACES", "Network interfaces that have it.")
    .cells(10, 10)
    .from_side("security-group-usage", usage::INTERFACES.name, false);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("security-groups", "security group", "Security groups", &FIELDS)
    .doc(
        "Security groups: the firewalls of network interfaces, with what is open to the whole internet. What uses \
         them takes a request of its own.",
    )
    .aliases(&["sg", "sgs", "security-group"])
    .ids("sg-")
    .listed_by(&[&DESCRIBE_SECURITY_GROUPS])
    .few()
    .sorted(&NAME);

/// Security groups.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static FIELDS: Fields<sdk::SecurityGroup> = Fields(&[
    Field::name(NAME),
    Field::state(OPEN_TO),
    field(EXPOSED, exposed),
    Field::side(IN_USE),
    Field::side(USED_BY),
    field(INBOUND, |g, _| count(g.ip_permissions())),
    field(OUTBOUND, |g, _| count(g.ip_permissions_egress())),
    field(VPC_ID, |g, c| c.said(g.vpc_id())),
    Field::id(ID),
    field(DESCRIPTION, |g, c| c.text(g.description())),
    field(IS_DEFAULT, |g, _| Value::Bool(g.group_name() == Some(DEFAULT))),
    field(SOURCE_GROUPS, |g, c| groups(g.ip_permissions(), c)),
    field(SOURCE_RANGES, |g, c| ranges(g.ip_permissions(), c)),
    field(TARGET_GROUPS, |g, c| groups(g.ip_permissions_egress(), c)),
    field(TARGET_RANGES, |g, c| ranges(g.ip_permissions_egress(), c)),
    field(STALE, stale),
    field(RULES, |g, _| rules(g)),
    field(FieldInfo::id("arn", "ARN", "The ARN.").unique().cells(12, 80), |g, _| Value::opt(g.security_group_arn())),
    field(super::vpcs::OWNER, |g, c| c.said(g.owner_id())),
    Field::side(INTERFACES),
]);

static ROWS: RowSpec<sdk::SecurityGroup> = RowSpec::new(&INFO, &FIELDS, |g| g.group_id())
    .named(|g| g.group_name())
    .stated(|g, _| open_to(g))
    .tagged(|g, c| tags(g.tags(), c));

/// A VPC's default group is the one of this name; AWS lets nobody else have it.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html>
const DEFAULT: &str = "default";

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "group-id",
        |client, filters, token| {
            client.describe_security_groups().max_results(PAGE).set_next_token(token).set_filters(filters).send()
        },
        |out, c| (ROWS.records(out.security_groups(), c), out.next_token),
    )
    .boxed()
}

fn traffic(p: &sdk::IpPermission) -> Traffic<'_> {
    Traffic { protocol: p.ip_protocol().unwrap_or_default(), from: p.from_port(), to: p.to_port() }
}

/// The ranges of one permission.
fn ranges_of(p: &sdk::IpPermission) -> impl Iterator<Item = &str> + Clone {
    p.ip_ranges().iter().filter_map(|r| r.cidr_ip()).chain(p.ipv6_ranges().iter().filter_map(|r| r.cidr_ipv6()))
}

/// How many rules these are: AWS puts those of one protocol and range of ports together, and counts each peer.
fn count(permissions: &[sdk::IpPermission]) -> Value {
    let of = |p: &sdk::IpPermission| ranges_of(p).count() + p.user_id_group_pairs().len() + p.prefix_list_ids().len();
    Value::Int(permissions.iter().map(of).sum::<usize>() as i64)
}

/// The permissions of what comes in from the whole internet.
fn from_the_world(g: &sdk::SecurityGroup) -> impl Iterator<Item = Traffic<'_>> {
    g.ip_permissions().iter().filter(|p| ranges_of(p).any(is_world)).map(traffic)
}

fn rules(g: &sdk::SecurityGroup) -> Value {
    let of = |permissions: &[sdk::IpPermission], outbound| -> Vec<Rule> {
        permissions.iter().flat_map(|p| Rule::of(p, outbound)).collect()
    };
    let mut all = of(g.ip_permissions(), false);
    all.extend(of(g.ip_permissions_egress(), true));
    all.sort_by(|a, b| a.door.cmp(&b.door));
    Value::list(all.iter().map(|r| ArcStr::from(r.to_string())))
}

/// How open it is: AWS has no word for that.
fn open_to(g: &sdk::SecurityGroup) -> (Tone, ArcStr) {
    let bad = from_the_world(g).any(|t| !t.sensitive().is_empty());
    match from_the_world(g).next() {
        Some(_) => (if bad { Tone::Bad } else { Tone::Idle }, arcstr::literal!("world")),
        None if g.ip_permissions().is_empty() => (Tone::Good, arcstr::literal!("nobody")),
        None => (Tone::Good, arcstr::literal!("restricted")),
    }
}

fn exposed(g: &sdk::SecurityGroup, c: &mut Converter) -> Value {
    let (bad, rest): (Vec<Traffic<'_>>, Vec<Traffic<'_>>) = from_the_world(g).partition(|t| !t.sensitive().is_empty());
    let mut all: Vec<ArcStr> = Vec::new();
    for text in bad.iter().chain(&rest).flat_map(Traffic::opens) {
        if !all.contains(&text) {
            all.push(text);
        }
    }
    c.shared_list(all.iter().map(ArcStr::as_str))
}

fn distinct<'a>(items: impl Iterator<Item = &'a str>, c: &mut Converter) -> Value {
    let mut all: Vec<&str> = items.collect();
    all.sort_unstable();
    all.dedup();
    c.shared_list(all)
}

fn groups(permissions: &[sdk::IpPermission], c: &mut Converter) -> Value {
    distinct(permissions.iter().flat_map(|p| p.user_id_group_pairs()).filter_map(|g| g.group_id()), c)
}

fn ranges(permissions: &[sdk::IpPermission], c: &mut Converter) -> Value {
    let lists = permissions.iter().flat_map(|p| p.prefix_list_ids()).filter_map(|l| l.prefix_list_id());
    distinct(permissions.iter().flat_map(ranges_of).chain(lists), c)
}

/// What AWS says of the peering that leads to a group, where that is not there any more.
/// <https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html>
pub(super) fn is_stale(peering_status: Option<&str>) -> bool {
    matches!(peering_status, Some("deleted" | "deleting" | "expired" | "failed" | "rejected"))
}

fn stale(g: &sdk::SecurityGroup, c: &mut Converter) -> Value {
    let all = g.ip_permissions().iter().chain(g.ip_permissions_egress()).flat_map(|p| p.user_id_group_pairs());
    distinct(all.filter(|g| is_stale(g.peering_status())).filter_map(|g| g.group_id()), c)
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = vec![
        Link::to("rules", "security-group-rules", format!("group_id={}", row.id)),
        Link::to("instances", "instances", format!("security_group_ids={}", row.id)),
        Link::to("network interfaces", "network-interfaces", format!("security_group_ids={}", row.id)),
        Link::to("load balancers", "load-balancers", format!("security_group_ids={}", row.id)),
        Link::to("groups that allow it", "security-groups", format!("source_groups={}", row.id)),
    ];
    out.extend(Link::to_ids("VPC", "vpcs", row.get(&VPC_ID)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;

    fn permission(protocol: &str, from: i32, to: i32) -> sdk::builders::IpPermissionBuilder {
        sdk::IpPermission::builder().ip_protocol(protocol).from_port(from).to_port(to)
    }

    fn range(cidr: &str) -> sdk::IpRange {
        sdk::IpRange::builder().cidr_ip(cidr).build()
    }

    fn row(permissions: Vec<sdk::IpPermission>) -> Record {
        let group = sdk::SecurityGroup::builder().group_id("sg-1").group_name("web");
        record(&ROWS, &group.set_ip_permissions(Some(permissions)).build())
    }

    #[test]
    fn a_group_is_open_to_the_world_where_any_rule_is_and_badly_so_for_ssh_and_databases() {
        let web = permission("tcp", 443, 443).ip_ranges(range("0.0.0.0/0")).build();
        let ssh = permission("tcp", 22, 22).ip_ranges(range("203.0.113.7/32"));
        let closed = row(vec![ssh.clone().build()]);
        assert_eq!(closed.get(&OPEN_TO), &Value::State(Tone::Good, "restricted".into()));
        assert_eq!(closed.get(&EXPOSED), &Value::Empty);
        assert_eq!(row(Vec::new()).get(&OPEN_TO), &Value::State(Tone::Good, "nobody".into()));
        let open = row(vec![web.clone(), ssh.clone().build()]);
        assert_eq!(open.get(&OPEN_TO), &Value::State(Tone::Idle, "world".into()));
        assert_eq!(open.get(&EXPOSED).items(), ["HTTPS"]);
        let six = sdk::Ipv6Range::builder().cidr_ipv6("::/0").build();
        let bad = row(vec![web, ssh.ipv6_ranges(six).build()]);
        assert_eq!(bad.get(&OPEN_TO), &Value::State(Tone::Bad, "world".into()));
        assert_eq!(bad.get(&EXPOSED).items(), ["SSH", "HTTPS"], "the worst first");
        assert_eq!(bad.get(&INBOUND), &Value::Int(3), "each peer is a rule");
    }

    #[test]
    fn a_rule_whose_peering_is_gone_is_stale_and_one_in_use_is_not() {
        let peer = |id: &str, status: &str| sdk::UserIdGroupPair::builder().group_id(id).peering_status(status).build();
        let rule = permission("-1", -1, -1).user_id_group_pairs(peer("sg-2", "deleted"));
        let row = row(vec![rule.user_id_group_pairs(peer("sg-3", "active")).build()]);
        assert_eq!(row.get(&STALE).items(), ["sg-2"]);
        assert_eq!(row.get(&SOURCE_GROUPS).items(), ["sg-2", "sg-3"]);
        assert_eq!(row.get(&IN_USE), &Value::Unknown, "who has it was not asked");
    }
}
