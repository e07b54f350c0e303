//! Network ACLs: what may come into which subnets, and leave them.

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};
use ipnet::IpNet;

use super::exposure::Traffic;
use super::listing::{PAGE, filtered, tags};
use super::vpcs::OWNER;
use crate::base::{Fault, Scope};
use crate::kinds::convert::flag;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Value};
use crate::net::path::AclEntry;
use crate::net::range::Range as _;

/// `DescribeNetworkAcls`.
pub static DESCRIBE_NETWORK_ACLS: Operation = Operation::read(Service::Ec2, "DescribeNetworkAcls");

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").unique().shown(0);
/// `acl-…`.
pub const ID: FieldInfo =
    FieldInfo::id("id", "ID", "The network ACL's id.").unique().shown(1).cells(11, 21).aka(&["network_acl_id"]);
/// Its VPC.
pub const VPC_ID: FieldInfo = FieldInfo::id("vpc_id", "VPC", "Its VPC.")
    .shown(1)
    .cells(11, 30)
    .aka(&["vpc"])
    .id_of_few("vpcs", "vpc-")
    .asked_by("vpc-id");
/// Whether it is its VPC's default one.
pub const IS_DEFAULT: FieldInfo =
    FieldInfo::flag("is_default", "DEFAULT", "Whether it is the default one of its VPC, which new subnets get.")
        .shown(1)
        .cells(7, 7)
        .aka(&["default"])
        .asked_by("default");
/// The subnets that have it.
pub const SUBNETS: FieldInfo = FieldInfo::list("subnets", "SUBNETS", "The subnets that have it.")
    .shown(2)
    .cells(10, 40)
    .id_of_few("subnets", "subnet-")
    .asked_by("association.subnet-id");
/// How many entries there are for what comes in.
pub const INBOUND: FieldInfo =
    FieldInfo::int("inbound", "IN", "Entries for what comes in, without the last one, which denies the rest.")
        .shown(2)
        .cells(4, 4);
/// How many entries there are for what leaves.
pub const OUTBOUND: FieldInfo =
    FieldInfo::int("outbound", "OUT", "Entries for what leaves, without the last one, which denies the rest.")
        .shown(2)
        .cells(4, 4);
/// All of its entries.
pub const ENTRIES: FieldInfo = FieldInfo::list(
    "entries",
    "ENTRIES",
    "Its entries: direction, number, allow or deny, protocol, ports and range. The lowest number that fits decides; * is the \
     last one. Answers need an entry of their own: it keeps no state.",
)
.shown(4)
.cells(20, 60);
/// Its associations, each with its subnet.
pub const ASSOCIATIONS: FieldInfo =
    FieldInfo::list("associations", "ASSOCIATIONS", "Its associations: the subnet, and the id of the association.")
        .cells(12, 60);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("network-acls", "network ACL", "Network ACLs", &FIELDS)
    .doc("Network ACLs of VPCs: what may come into the subnets that have them, and leave them.")
    .aliases(&["acl", "acls", "nacl", "nacls", "network-acl"])
    .ids("acl-")
    .listed_by(&[&DESCRIBE_NETWORK_ACLS])
    .few()
    .sorted(&NAME);

/// Network ACLs.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// The number of the last entry, which AWS's console shows as `*`.
pub(super) const LAST: i32 = 32767;

/// An entry's number as AWS's console shows it.
pub(super) fn shown_number(number: i32) -> String {
    if number == LAST { "*".into() } else { number.to_string() }
}

/// What an entry speaks of.
pub(super) fn traffic(e: &sdk::NetworkAclEntry) -> Traffic<'_> {
    let (from, to) = match (e.port_range(), e.icmp_type_code()) {
        (Some(ports), _) => (ports.from(), ports.to()),
        (None, Some(icmp)) => (icmp.r#type(), icmp.code()),
        (None, None) => (None, None),
    };
    Traffic { protocol: e.protocol().unwrap_or("?"), from, to }
}

static FIELDS: Fields<sdk::NetworkAcl> = Fields(&[
    Field::name(NAME),
    Field::id(ID),
    field(VPC_ID, |a, c| c.said(a.vpc_id())),
    field(IS_DEFAULT, |a, _| flag(a.is_default())),
    field(INBOUND, |a, _| count(a, false)),
    field(OUTBOUND, |a, _| count(a, true)),
    field(SUBNETS, |a, c| c.shared_list(a.associations().iter().filter_map(|s| s.subnet_id()))),
    field(ENTRIES, |a, c| {
        let mut all: Vec<&sdk::NetworkAclEntry> = a.entries().iter().collect();
        all.sort_by_key(|e| (e.egress(), e.rule_number()));
        let all: Vec<String> = all.into_iter().map(words).collect();
        c.shared_list(all.iter().map(String::as_str))
    }),
    field(ASSOCIATIONS, |a, _| {
        let one = |s: &sdk::NetworkAclAssociation| {
            Some(arcstr::format!("{} {}", s.subnet_id()?, s.network_acl_association_id()?))
        };
        Value::list(a.associations().iter().filter_map(one))
    }),
    field(OWNER, |a, c| c.said(a.owner_id())),
    field(FieldInfo::id("arn", "ARN", "The ARN.").unique().cells(12, 80), |a, c| {
        let resource = a.network_acl_id().map(|id| format!("network-acl/{id}"));
        c.arn("ec2", a.owner_id(), resource.as_deref())
    }),
]);

static ROWS: RowSpec<sdk::NetworkAcl> =
    RowSpec::new(&INFO, &FIELDS, |a| a.network_acl_id()).tagged(|a, c| tags(a.tags(), c));

fn count(a: &sdk::NetworkAcl, egress: bool) -> Value {
    let mine = a.entries().iter().filter(|e| e.egress() == Some(egress) && e.rule_number() != Some(LAST));
    Value::Int(i64::try_from(mine.count()).unwrap_or(i64::MAX))
}

/// `in 100 allow tcp 22 10.0.0.0/8`, `out * deny all 0.0.0.0/0`.
fn words(e: &sdk::NetworkAclEntry) -> String {
    let way = if e.egress() == Some(true) { "out" } else { "in" };
    let number = shown_number(e.rule_number().unwrap_or(LAST));
    let does = e.rule_action().map_or("?", |a| a.as_str());
    let what = traffic(e).words();
    let range = e.cidr_block().or(e.ipv6_cidr_block()).unwrap_or("?");
    format!("{way} {number} {does} {what} {range}")
}

/// The id of the association by which a subnet has the ACL.
pub(super) fn association_of(row: &Record, subnet: &str) -> Option<arcstr::ArcStr> {
    let all = row.get(&ASSOCIATIONS).items();
    all.iter().filter_map(|text| text.split_once(' ')).find(|(of, _)| *of == subnet).map(|(_, id)| id.into())
}

/// Its entries as the way of a packet sees them; none if one of them cannot be read.
pub fn entries(row: &Record) -> Option<Vec<AclEntry>> {
    row.get(&ENTRIES).items().iter().map(|text| entry(text)).collect()
}

fn entry(text: &str) -> Option<AclEntry> {
    let words: Vec<&str> = text.split(' ').collect();
    let [way, number, does, protocol, ports @ .., range] = words.as_slice() else { return None };
    let number = if *number == "*" { u16::try_from(LAST).ok()? } else { number.parse().ok()? };
    let protocol = match *protocol {
        "all" => -1,
        "icmp" => 1,
        "tcp" => 6,
        "udp" => 17,
        "gre" => 47,
        "esp" => 50,
        "ah" => 51,
        "icmpv6" => 58,
        other => other.parse().ok()?,
    };
    let ports = match (protocol, ports) {
        (6 | 17, [ports]) if *ports != "all" => {
            let (low, high) = ports.split_once('-').unwrap_or((ports, ports));
            Some((low.parse().ok()?, high.parse().ok()?))
        }
        _ => None,
    };
    let allow = match *does {
        "allow" => true,
        "deny" => false,
        _ => return None,
    };
    Some(AclEntry { number, outbound: *way == "out", allow, protocol, ports, range: IpNet::read(range)? })
}

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "network-acl-id",
        |client, filters, token| {
            client.describe_network_acls().max_results(PAGE).set_next_token(token).set_filters(filters).send()
        },
        |out, c| (ROWS.records(out.network_acls(), c), out.next_token),
    )
    .boxed()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    out.extend(Link::to_ids("VPC", "vpcs", row.get(&VPC_ID)));
    out.push(Link::to("entries", "network-acl-entries", format!("acl_id={}", row.id)));
    out.extend(Link::to_ids("subnets", "subnets", row.get(&SUBNETS)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;

    #[test]
    fn entries_are_in_the_order_in_which_they_decide_and_read_back_as_they_were() {
        let entry = |number: i32, egress: bool, allow: &str, protocol: &str| {
            let e = sdk::NetworkAclEntry::builder().rule_number(number).egress(egress).rule_action(allow.into());
            e.protocol(protocol).cidr_block("10.0.0.0/8")
        };
        let ports = sdk::PortRange::builder().from(1024).to(65535).build();
        let ping = sdk::IcmpTypeCode::builder().r#type(8).code(-1).build();
        let row = record(
            &ROWS,
            &sdk::NetworkAcl::builder()
                .network_acl_id("acl-1")
                .entries(entry(LAST, false, "deny", "-1").build())
                .entries(entry(100, true, "allow", "6").port_range(ports).build())
                .entries(entry(90, false, "allow", "1").icmp_type_code(ping).build())
                .build(),
        );
        let said = row.get(&ENTRIES).items();
        let want = [
            "in 90 allow icmp type 8 10.0.0.0/8",
            "in * deny all 10.0.0.0/8",
            "out 100 allow tcp 1024-65535 10.0.0.0/8",
        ];
        assert_eq!(said.iter().map(|s| s.as_str()).collect::<Vec<_>>(), want);
        assert_eq!((row.get(&INBOUND), row.get(&OUTBOUND)), (&Value::Int(1), &Value::Int(1)));
        let read = entries(&row).expect("entries");
        let told = |e: &AclEntry| (e.number, e.outbound, e.allow, e.protocol, e.ports);
        assert_eq!(
            read.iter().map(told).collect::<Vec<_>>(),
            [(90, false, true, 1, None), (32767, false, false, -1, None), (100, true, true, 6, Some((1024, 65535)))]
        );
        assert!(super::entry("in 100 perhaps all 10.0.0.0/8").is_none(), "what AWS adds is not guessed");
    }
}
