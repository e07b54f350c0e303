//! Subnets: where in a VPC an instance can be, and how much room there is.

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::{PAGE, filtered, in_effect, tags};
use super::vpcs::{OWNER, PUBLIC_ACCESS_BLOCK};
use crate::base::{Fault, Scope};
use crate::kinds::convert::{flag, int};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone, Value};

/// `DescribeSubnets`.
pub static DESCRIBE_SUBNETS: Operation = Operation::read(Service::Ec2, "DescribeSubnets");

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").unique().shown(0);
/// `subnet-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The subnet id.")
    .unique()
    .shown(3)
    .cells(11, 24)
    .aka(&["subnet_id"])
    .asked_by("subnet-id");
/// pending, available, unavailable, failed…
pub const STATE: FieldInfo =
    FieldInfo::state("state", "STATE", "pending, available, unavailable, failed or failed-insufficient-capacity.")
        .shown(4)
        .cells(8, 12);
/// Its VPC.
pub const VPC_ID: FieldInfo = FieldInfo::id("vpc_id", "VPC", "Its VPC.")
    .shown(1)
    .cells(11, 30)
    .aka(&["vpc"])
    .id_of_few("vpcs", "vpc-")
    .asked_by("vpc-id");
/// Its Availability Zone.
pub const ZONE: FieldInfo = FieldInfo::text("zone", "ZONE", "Its Availability Zone.")
    .shown(1)
    .cells(4, 16)
    .aka(&["az", "availability_zone"])
    .links_to("availability-zones")
    .asked_by("availability-zone");
/// Its IPv4 range.
pub const CIDR: FieldInfo = FieldInfo::range("cidr", "CIDR", "Its IPv4 CIDR block.")
    .unique()
    .shown(1)
    .cells(14, 18)
    .aka(&["cidr_block", "range"]);
/// Its IPv6 ranges.
pub const IPV6_CIDR: FieldInfo =
    FieldInfo::ranges("ipv6_cidr", "IPV6 CIDR", "Its IPv6 CIDR blocks.").spare(1).unique().cells(10, 40).aka(&["ipv6"]);
/// IPv4 addresses that are free.
pub const AVAILABLE_IPS: FieldInfo = FieldInfo::int(
    "available_ips",
    "FREE",
    "Free IPv4 addresses. AWS reserves five in each subnet, and a stopped instance keeps its own.",
)
.unique()
.shown(2)
.aka(&["free", "available_ip_address_count"]);
/// Whether instances get a public IPv4 address by default.
pub const PUBLIC_IP_ON_LAUNCH: FieldInfo = FieldInfo::flag(
    "public_ip_on_launch",
    "PUBLIC",
    "Whether instances launched in it get a public IPv4 address by default.",
)
.shown(3)
.cells(6, 6)
.aka(&["public", "map_public_ip_on_launch"]);
/// public or private.
pub const EXPOSURE: FieldInfo = FieldInfo::state(
    "exposure",
    "EXPOSURE",
    "public if its route table (its own, or its VPC's main one) has a route to an internet gateway, else private.",
)
.shown(2)
.cells(8, 8)
.from_side("subnet-routing", "exposure", false);
/// Why.
pub const WHY: FieldInfo =
    FieldInfo::text("why", "WHY", "Why it is public or private: the route, and the route table it is in.")
        .cells(30, 80)
        .from_side("subnet-routing", "why", false);
/// The route table that it uses.
pub const ROUTE_TABLE: FieldInfo =
    FieldInfo::id("route_table", "ROUTE TABLE", "The route table that it uses: its own, or its VPC's main one.")
        .cells(11, 30)
        .aka(&["route_table_id"])
        .links_to("route-tables")
        .from_side("subnet-routing", "route_table", false);
/// Whether it is the default subnet of its zone.
pub const DEFAULT_FOR_AZ: FieldInfo =
    FieldInfo::flag("default_for_az", "DEFAULT", "Whether it is the default subnet of its zone.")
        .shown(6)
        .cells(7, 7)
        .aka(&["default"]);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("subnets", "subnet", "Subnets", &FIELDS)
    .doc("Subnets of VPCs, with their zones, CIDR blocks and free addresses.")
    .aliases(&["subnet", "sn"])
    .ids("subnet-")
    .listed_by(&[&DESCRIBE_SUBNETS])
    .few()
    .sorted(&NAME)
    .transitional(&["pending"]);

/// Subnets.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static STATES: States = States(&[
    ("pending", Tone::Busy),
    ("available", Tone::Good),
    ("unavailable", Tone::Bad),
    ("failed", Tone::Bad),
    ("failed-insufficient-capacity", Tone::Bad),
]);

static FIELDS: Fields<sdk::Subnet> = Fields(&[
    Field::name(NAME),
    Field::id(ID),
    Field::state(STATE),
    field(VPC_ID, |s, c| c.said(s.vpc_id())),
    field(ZONE, |s, c| c.said(s.availability_zone())),
    field(CIDR, |s, _| Value::range(s.cidr_block())),
    field(AVAILABLE_IPS, |s, _| int(s.available_ip_address_count())),
    Field::side(EXPOSURE),
    field(PUBLIC_IP_ON_LAUNCH, |s, _| flag(s.map_public_ip_on_launch())),
    field(DEFAULT_FOR_AZ, |s, _| flag(s.default_for_az())),
    field(IPV6_CIDR, |s, _| ipv6(s)),
    Field::side(WHY),
    Field::side(ROUTE_TABLE),
    field(
        FieldInfo::flag("ipv6_on_launch", "IPV6 ON LAUNCH", "Whether new network interfaces get an IPv6 address.")
            .cells(14, 14),
        |s, _| flag(s.assign_ipv6_address_on_creation()),
    ),
    field(FieldInfo::flag("ipv6_native", "IPV6 ONLY", "Whether it has no IPv4.").cells(9, 9), |s, _| {
        flag(s.ipv6_native())
    }),
    field(
        FieldInfo::flag(
            "dns64",
            "DNS64",
            "DNS64: whether DNS returns synthesized IPv6 addresses for IPv4 destinations.",
        ),
        |s, _| flag(s.enable_dns64()),
    ),
    field(
        FieldInfo::text("hostname_type", "HOSTNAMES", "What host names are made from: ip-name or resource-name.")
            .named_only()
            .cells(9, 13),
        |s, c| c.text(s.private_dns_name_options_on_launch().and_then(|o| o.hostname_type()).map(|t| t.as_str())),
    ),
    field(
        FieldInfo::text("zone_id", "ZONE ID", "The Availability Zone's id, the same in every account.")
            .spare(2)
            .cells(9, 11),
        |s, c| c.said(s.availability_zone_id()),
    ),
    field(FieldInfo::id("arn", "ARN", "The ARN.").unique().cells(12, 80), |s, _| Value::opt(s.subnet_arn())),
    field(OWNER, |s, c| c.said(s.owner_id())),
    field(FieldInfo::id("outpost_arn", "OUTPOST", "The ARN of its Outpost.").cells(11, 60), |s, c| {
        c.text(s.outpost_arn())
    }),
    field(PUBLIC_ACCESS_BLOCK, |s, c| {
        c.text(s.block_public_access_states().and_then(|b| b.internet_gateway_block_mode()).map(|m| m.as_str()))
    }),
]);

static ROWS: RowSpec<sdk::Subnet> = RowSpec::new(&INFO, &FIELDS, |s| s.subnet_id())
    .stated(|s, c| STATES.state(s.state().map(|s| s.as_str()), c))
    .tagged(|s, c| tags(s.tags(), c));

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "subnet-id",
        |client, filters, token| {
            client.describe_subnets().max_results(PAGE).set_next_token(token).set_filters(filters).send()
        },
        |out, c| (ROWS.records(out.subnets(), c), out.next_token),
    )
    .boxed()
}

/// Its IPv6 ranges that are in effect.
fn ipv6(s: &sdk::Subnet) -> Value {
    let state = |s: &sdk::SubnetCidrBlockState| in_effect(s.state().map(|s| s.as_str()));
    let all = s.ipv6_cidr_block_association_set().iter().filter(|a| a.ipv6_cidr_block_state().is_none_or(state));
    Value::ranges(all.filter_map(|a| a.ipv6_cidr_block()))
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    out.extend(Link::to_ids("VPC", "vpcs", row.get(&VPC_ID)));
    out.push(Link::to("instances", "instances", format!("subnet_id={}", row.id)));
    out.push(Link::to("network interfaces", "network-interfaces", format!("subnet_id={}", row.id)));
    out.push(Link::to("route table", "route-tables", format!("subnets={}", row.id)));
    out.push(Link::to("network ACL", "network-acls", format!("subnets={}", row.id)));
    out.push(Link::to("load balancers", "load-balancers", format!("subnets={}", row.id)));
    out.push(Link::to("groups", "auto-scaling-groups", format!("subnets={}", row.id)));
    out.push(Link::to("NAT gateways", "nat-gateways", format!("subnet_id={}", row.id)));
    out.push(Link::to("endpoints", "endpoints", format!("subnets={}", row.id)));
    out.push(Link::to("flow logs", "flow-logs", format!("resource_id={}", row.id)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        every_state_has_a_tone(&STATES, sdk::SubnetState::values());
    }

    #[test]
    fn a_subnet_without_ipv4_has_no_range_and_one_that_is_full_has_no_free_address() {
        let s = sdk::Subnet::builder().subnet_id("subnet-1").ipv6_native(true).available_ip_address_count(0).build();
        let row = record(&ROWS, &s);
        assert_eq!((row.get(&CIDR), row.get(&AVAILABLE_IPS)), (&Value::Empty, &Value::Int(0)));
        assert_eq!((row.get(&PUBLIC_IP_ON_LAUNCH), row.get(&VPC_ID)), (&Value::Unknown, &Value::Unknown));
    }
}
