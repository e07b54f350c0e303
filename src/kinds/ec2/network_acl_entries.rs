//! Entries of network ACLs, one a row, in the order in which they are looked at: by direction, the lowest number first, `*` last.
//!
//! `DescribeNetworkAcls` has them. A struct stands between the answer and the row: an entry does not say whose ACL's it is.

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::exposure::Traffic;
use super::listing::{PAGE, filtered};
use super::network_acls::{DESCRIBE_NETWORK_ACLS, LAST, shown_number, traffic};
use crate::base::{Fault, RowId, Scope};
use crate::kinds::convert::{Converter, flag};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Record, Tone, Value};

/// inbound or outbound.
pub const DIRECTION: FieldInfo = FieldInfo::text(
    "direction",
    "DIRECTION",
    "inbound (into the subnets that have the ACL) or outbound (out of them).",
)
.named_only()
.shown(0)
.cells(9, 9)
.aka(&["way"]);
/// `100`, `*`.
pub const NUMBER: FieldInfo = FieldInfo::text(
    "number",
    "NUMBER",
    "Its number: the lowest that fits a packet decides, for each direction by itself; * is the last one.",
)
.named_only()
.shown(0)
.cells(6, 6)
.aka(&["rule", "rule_number"]);
/// allow or deny.
pub const ACTION: FieldInfo = FieldInfo::state("action", "ACTION", "allow or deny.").shown(0).cells(6, 6);
/// tcp, udp, icmp, all.
pub const PROTOCOL: FieldInfo =
    FieldInfo::text("protocol", "PROTOCOL", "tcp, udp, icmp, icmpv6, all, or another protocol's name or number.")
        .named_only()
        .shown(0)
        .cells(8, 8);
/// `22`, `1024-65535`, `all`.
pub const PORTS: FieldInfo =
    FieldInfo::text("ports", "PORTS", "One port, a range, or all; for ICMP the type and code.").shown(0).cells(7, 16);
/// From whom, or to whom.
pub const RANGE: FieldInfo =
    FieldInfo::range("range", "SOURCE / DEST", "The source of what comes in, the destination of what goes out.")
        .shown(0)
        .cells(13, 43)
        .aka(&["cidr", "source", "destination"]);
/// SSH, HTTPS, MySQL.
pub const SERVICE: FieldInfo =
    FieldInfo::text("service", "SERVICE", "The service that usually listens on its port: SSH, HTTPS, MySQL.")
        .shown(4)
        .cells(8, 14);
/// Its ACL.
pub const ACL_ID: FieldInfo = FieldInfo::id("acl_id", "ACL", "The network ACL it is in.")
    .shown(1)
    .cells(11, 30)
    .aka(&["acl", "network_acl"])
    .id_of_few("network-acls", "acl-")
    .asked_by("network-acl-id");
/// The ACL's VPC.
pub const VPC_ID: FieldInfo = FieldInfo::id("vpc_id", "VPC", "The VPC of its network ACL.")
    .shown(3)
    .cells(11, 30)
    .aka(&["vpc"])
    .id_of_few("vpcs", "vpc-")
    .asked_by("vpc-id");
/// Where it stands.
pub const ORDER: FieldInfo =
    FieldInfo::text("order", "ORDER", "Where it stands: the ACL, the direction and the number.").detail_only();

/// What they are.
pub static INFO: KindInfo =
    KindInfo::new("network-acl-entries", "network ACL entry", "Network ACL entries", &FIELDS)
        .doc(
            "Entries of network ACLs, one a row, in the order in which they are looked at. They keep no state: answers need an \
             entry of their own.",
        )
        .aliases(&["acl-entries", "nacl-entries", "acl-rules", "nacl-rules", "network-acl-entry"])
        .listed_by(&[&DESCRIBE_NETWORK_ACLS])
        .sorted(&ORDER);

/// Entries of network ACLs.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static STATES: States = States(&[("allow", Tone::Good), ("deny", Tone::Idle)]);

/// An entry with what is known of its ACL.
struct Entry {
    id: RowId,
    name: ArcStr,
    acl: ArcStr,
    vpc: Option<ArcStr>,
    is_default: Option<bool>,
    subnets: Vec<ArcStr>,
    answer: sdk::NetworkAclEntry,
}

impl Entry {
    fn traffic(&self) -> Traffic<'_> {
        traffic(&self.answer)
    }
}

static FIELDS: Fields<Entry> = Fields(&[
    field(DIRECTION, |e, c| c.said(e.answer.egress().map(|out| if out { "outbound" } else { "inbound" }))),
    field(NUMBER, |e, c| c.said(e.answer.rule_number().map(shown_number).as_deref())),
    Field::state(ACTION),
    field(PROTOCOL, |e, c| c.said(Some(e.traffic().protocol_word()))),
    field(PORTS, |e, c| c.text(Some(&e.traffic().ports_word()))),
    field(RANGE, |e, _| Value::range(e.answer.cidr_block().or(e.answer.ipv6_cidr_block()))),
    field(SERVICE, |e, c| c.text(e.traffic().service())),
    field(ACL_ID, |e, c| c.said(Some(&e.acl))),
    field(VPC_ID, |e, c| c.said(e.vpc.as_deref())),
    field(
        FieldInfo::flag("is_default", "DEFAULT", "Whether its ACL is the default one of the VPC.").cells(7, 7),
        |e, _| flag(e.is_default),
    ),
    field(
        FieldInfo::list("subnets", "SUBNETS", "The subnets that have its ACL.")
            .cells(10, 40)
            .id_of_few("subnets", "subnet-")
            .asked_by("association.subnet-id"),
        |e, c| c.shared_list(e.subnets.iter().map(ArcStr::as_str)),
    ),
    field(ORDER, |e, _| {
        let number = e.answer.rule_number().unwrap_or(LAST);
        let way = if e.answer.egress() == Some(true) { "out" } else { "in" };
        Value::Text(arcstr::format!("{} {way} {number:05}", e.acl))
    }),
]);

static ROWS: RowSpec<Entry> = RowSpec::new(&INFO, &FIELDS, |e| Some(e.id.as_str()))
    .named(|e| Some(e.name.as_str()))
    .stated(|e, c| STATES.state(e.answer.rule_action().map(|a| a.as_str()), c));

/// The identity of an entry: an ACL has one for each direction and number.
pub fn row_id(acl: &str, outbound: bool, number: i32) -> RowId {
    arcstr::format!("{acl}/{}/{}", way(outbound), shown_number(number))
}

fn way(outbound: bool) -> &'static str {
    if outbound { "out" } else { "in" }
}

/// The entries of an ACL; one without a number or a direction is none.
fn of_acl(acl: &sdk::NetworkAcl) -> Vec<Entry> {
    let Some(id) = acl.network_acl_id() else { return Vec::new() };
    let subnets: Vec<ArcStr> = acl.associations().iter().filter_map(|a| a.subnet_id()).map(ArcStr::from).collect();
    let one = |e: &sdk::NetworkAclEntry| {
        let (outbound, number) = (e.egress()?, e.rule_number()?);
        Some(Entry {
            id: row_id(id, outbound, number),
            name: arcstr::format!("{} {}", way(outbound), shown_number(number)),
            acl: id.into(),
            vpc: acl.vpc_id().map(ArcStr::from),
            is_default: acl.is_default(),
            subnets: subnets.clone(),
            answer: e.clone(),
        })
    };
    acl.entries().iter().filter_map(one).collect()
}

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    let wanted = request.what.clone();
    let rows = move |acls: &[sdk::NetworkAcl], c: &mut Converter| {
        let mut all = ROWS.records(&acls.iter().flat_map(of_acl).collect::<Vec<_>>(), c);
        if let What::Ids(ids) = &wanted {
            all.retain(|r| ids.contains(&r.id));
        }
        all
    };
    let what = match &request.what {
        What::Everything => What::Everything,
        // AWS is asked for ACLs.
        What::Ids(ids) => {
            let mut acls: Vec<RowId> = ids.iter().filter_map(|id| Some(id.split_once('/')?.0.into())).collect();
            acls.sort_unstable();
            acls.dedup();
            What::Ids(acls.into())
        }
    };
    filtered(
        (ListRequest { what, ..request }, pages),
        &INFO,
        "network-acl-id",
        |client, filters, token| {
            client.describe_network_acls().max_results(PAGE).set_next_token(token).set_filters(filters).send()
        },
        move |out, c| (rows(out.network_acls(), c), out.next_token),
    )
    .boxed()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    out.extend(Link::to_ids("network ACL", "network-acls", row.get(&ACL_ID)));
    if let Some(acl) = row.get(&ACL_ID).as_str() {
        out.push(Link::to("entries of its ACL", "network-acl-entries", format!("acl_id={acl}")));
    }
    out.extend(Link::to_ids("VPC", "vpcs", row.get(&VPC_ID)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};

    #[test]
    fn entries_stand_in_the_order_in_which_they_decide_and_the_star_is_last() {
        let entry = |number: i32, egress: bool, allow: &str| {
            let e = sdk::NetworkAclEntry::builder().rule_number(number).egress(egress).rule_action(allow.into());
            e.protocol("6").port_range(sdk::PortRange::builder().from(22).to(22).build())
        };
        let acl = sdk::NetworkAcl::builder()
            .network_acl_id("acl-1")
            .is_default(false)
            .entries(entry(LAST, false, "deny").cidr_block("0.0.0.0/0").build())
            .entries(entry(100, true, "allow").ipv6_cidr_block("::/0").build())
            .entries(entry(1000, false, "allow").cidr_block("10.0.0.0/8").build())
            .entries(entry(90, false, "deny").cidr_block("10.0.0.0/8").build())
            .build();
        let mut rows: Vec<Record> = of_acl(&acl).iter().map(|e| record(&ROWS, e)).collect();
        rows.sort_by_key(|r| r.get(&ORDER).as_str().unwrap_or_default().to_string());
        let ids: Vec<&str> = rows.iter().map(|r| r.id.as_str()).collect();
        assert_eq!(ids, ["acl-1/in/90", "acl-1/in/1000", "acl-1/in/*", "acl-1/out/100"]);
        assert_eq!((rows[0].name.as_str(), rows[0].get(&SERVICE).as_str()), ("in 90", Some("SSH")));
        assert_eq!(rows[3].get(&RANGE), &Value::range(Some("::/0")));
        assert_eq!(rows[1].state, Some((Tone::Good, "allow".into())));
    }

    #[test]
    fn both_actions_have_a_tone() {
        every_state_has_a_tone(&STATES, sdk::RuleAction::values());
    }
}
