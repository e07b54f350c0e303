//! Virtual private clouds.

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::{PAGE, filtered, in_effect, tags};
use crate::base::{Fault, Scope};
use crate::kinds::convert::flag;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Selector, Service, Tone, Value};

/// `DescribeVpcs`.
pub static DESCRIBE_VPCS: Operation = Operation::read(Service::Ec2, "DescribeVpcs");

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").shown(0);
/// `vpc-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The VPC id.").shown(1).cells(11, 21).aka(&["vpc_id"]);
/// pending or available.
pub const STATE: FieldInfo = FieldInfo::state("state", "STATE", "pending or available.").shown(0).cells(8, 10);
/// Its IPv4 ranges, the primary one first.
pub const CIDR: FieldInfo = FieldInfo::ranges("cidr", "CIDR", "Its IPv4 CIDR blocks, the primary one first.")
    .shown(1)
    .cells(14, 40)
    .aka(&["cidr_block", "range"]);
/// Its IPv6 ranges.
pub const IPV6_CIDR: FieldInfo =
    FieldInfo::ranges("ipv6_cidr", "IPV6 CIDR", "Its IPv6 CIDR blocks.").shown(4).cells(10, 40).aka(&["ipv6"]);
/// The associations of its IPv4 ranges.
pub const CIDR_ASSOCIATIONS: FieldInfo = FieldInfo::list(
    "cidr_associations",
    "CIDR ASSOCIATIONS",
    "The associations of its IPv4 ranges: the range, and the id of its association.",
)
.cells(17, 60);
/// Whether Amazon's DNS server answers in it.
pub const DNS_SUPPORT: FieldInfo = FieldInfo::flag("dns_support", "DNS", "Whether Amazon's DNS server answers in it.")
    .on_demand("vpc-attributes", "dns_support");
/// Whether instances with public addresses get public DNS names.
pub const DNS_HOSTNAMES: FieldInfo =
    FieldInfo::flag("dns_hostnames", "DNS NAMES", "Whether instances with public addresses get public DNS names.")
        .cells(9, 9)
        .on_demand("vpc-attributes", "dns_hostnames");
/// Whether it is the region's default VPC.
pub const IS_DEFAULT: FieldInfo = FieldInfo::flag("is_default", "DEFAULT", "Whether it is the region's default VPC.")
    .shown(2)
    .cells(7, 7)
    .aka(&["default"]);
/// The set of DHCP options.
pub const DHCP_OPTIONS: FieldInfo =
    FieldInfo::id("dhcp_options", "DHCP OPTIONS", "The set of DHCP options: name servers and domain name.")
        .spare(1)
        .cells(12, 22)
        .aka(&["dhcp", "dhcp_options_id"])
        .id_of_few("dhcp-options", "dopt-");
/// default or dedicated.
pub const TENANCY: FieldInfo =
    FieldInfo::text("tenancy", "TENANCY", "default, or dedicated: its instances run on hardware of their own.")
        .named_only()
        .shown(5)
        .cells(8, 9)
        .aka(&["instance_tenancy"]);

/// The account that owns it, of a VPC and of a subnet.
pub(in crate::kinds) const OWNER: FieldInfo =
    FieldInfo::text("owner_id", "OWNER", "The account that owns it.").spare(2).cells(12, 12).aka(&["owner"]);
/// What VPC Block Public Access keeps from internet gateways, of a VPC and of a subnet.
pub const PUBLIC_ACCESS_BLOCK: FieldInfo = FieldInfo::text(
    "public_access_block",
    "BLOCKED",
    "What VPC Block Public Access blocks for internet gateways: off, block-bidirectional or block-ingress.",
)
.named_only()
.cells(8, 20);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("vpcs", "VPC", "VPCs", &FIELDS)
    .doc("Virtual private clouds, with their CIDR blocks.")
    .aliases(&["vpc"])
    .ids("vpc-")
    .listed_by(&[&DESCRIBE_VPCS])
    .few()
    .sorted(&NAME)
    .transitional(&["pending", "deleting"]);

/// VPCs.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static STATES: States = States(&[("pending", Tone::Busy), ("available", Tone::Good), ("deleting", Tone::Busy)]);

static FIELDS: Fields<sdk::Vpc> = Fields(&[
    Field::name(NAME),
    Field::id(ID),
    Field::state(STATE),
    field(CIDR, |v, _| ipv4(v)),
    field(IPV6_CIDR, |v, _| ipv6(v)),
    field(IS_DEFAULT, |v, _| flag(v.is_default())),
    field(TENANCY, |v, c| c.said(v.instance_tenancy().map(|t| t.as_str()))),
    field(DHCP_OPTIONS, |v, c| c.text(v.dhcp_options_id())),
    Field::side(DNS_SUPPORT),
    Field::side(DNS_HOSTNAMES),
    field(CIDR_ASSOCIATIONS, |v, _| {
        let state = |s: &sdk::VpcCidrBlockState| in_effect(s.state().map(|s| s.as_str()));
        let all = v.cidr_block_association_set().iter().filter(|a| a.cidr_block_state().is_none_or(state));
        let one =
            |a: &sdk::VpcCidrBlockAssociation| Some(arcstr::format!("{} {}", a.cidr_block()?, a.association_id()?));
        Value::list(all.filter_map(one))
    }),
    field(OWNER, |v, c| c.said(v.owner_id())),
    field(PUBLIC_ACCESS_BLOCK, |v, c| {
        c.text(v.block_public_access_states().and_then(|b| b.internet_gateway_block_mode()).map(|m| m.as_str()))
    }),
    field(
        FieldInfo::text("encryption_control", "ENCRYPTION", "Encryption in transit: monitor or enforce.")
            .named_only()
            .cells(10, 10),
        |v, c| c.text(v.encryption_control().and_then(|e| e.mode()).map(|m| m.as_str())),
    ),
]);

static ROWS: RowSpec<sdk::Vpc> = RowSpec::new(&INFO, &FIELDS, |v| v.vpc_id())
    .stated(|v, c| STATES.state(v.state().map(|s| s.as_str()), c))
    .tagged(|v, c| tags(v.tags(), c));

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "vpc-id",
        |client, filters, token| {
            client.describe_vpcs().max_results(PAGE).set_next_token(token).set_filters(filters).send()
        },
        |out, c| (ROWS.records(out.vpcs(), c), out.next_token),
    )
    .boxed()
}

/// Its IPv4 ranges that are in effect, the primary one first.
fn ipv4(v: &sdk::Vpc) -> Value {
    let state = |s: &sdk::VpcCidrBlockState| in_effect(s.state().map(|s| s.as_str()));
    let others = v.cidr_block_association_set().iter().filter(|a| a.cidr_block_state().is_none_or(state));
    let others = others.filter_map(|a| a.cidr_block()).filter(|c| v.cidr_block() != Some(c));
    Value::ranges(v.cidr_block().into_iter().chain(others))
}

/// Its IPv6 ranges that are in effect.
fn ipv6(v: &sdk::Vpc) -> Value {
    let state = |s: &sdk::VpcCidrBlockState| in_effect(s.state().map(|s| s.as_str()));
    let all = v.ipv6_cidr_block_association_set().iter().filter(|a| a.ipv6_cidr_block_state().is_none_or(state));
    Value::ranges(all.filter_map(|a| a.ipv6_cidr_block()))
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let of_it = |title, kind| Link { title, kind, selector: Selector::All, query: format!("vpc_id={}", row.id) };
    let mut out = vec![
        of_it("subnets", "subnets"),
        of_it("instances", "instances"),
        of_it("security groups", "security-groups"),
        of_it("network interfaces", "network-interfaces"),
        of_it("internet gateways", "internet-gateways"),
        of_it("NAT gateways", "nat-gateways"),
        of_it("egress-only gateways", "egress-only-gateways"),
        of_it("peerings", "peerings"),
        of_it("endpoints", "endpoints"),
        of_it("route tables", "route-tables"),
        of_it("network ACLs", "network-acls"),
        of_it("load balancers", "load-balancers"),
        of_it("target groups", "target-groups"),
        Link::to("flow logs", "flow-logs", format!("resource_id={}", row.id)),
        Link::to("transit gateway attachments", "transit-gateway-attachments", format!("resource_id={}", row.id)),
    ];
    out.extend(Link::to_ids("DHCP options", "dhcp-options", row.get(&DHCP_OPTIONS)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};

    fn row(v: sdk::builders::VpcBuilder) -> Record {
        record(&ROWS, &v.vpc_id("vpc-1").build())
    }

    #[test]
    fn the_primary_range_comes_first_and_only_ranges_in_effect_are_its() {
        let range = |cidr: &str, state: &str| {
            let state = sdk::VpcCidrBlockState::builder().state(state.into()).build();
            sdk::VpcCidrBlockAssociation::builder().cidr_block(cidr).cidr_block_state(state).build()
        };
        let vpc = row(sdk::Vpc::builder()
            .cidr_block("10.1.0.0/16")
            .cidr_block_association_set(range("10.3.0.0/16", "disassociated"))
            .cidr_block_association_set(range("10.2.0.0/16", "associating"))
            .cidr_block_association_set(range("10.1.0.0/16", "associated"))
            .cidr_block_association_set(range("10.4.0.0/16", "failed")));
        assert_eq!(vpc.get(&CIDR), &Value::ranges(["10.1.0.0/16", "10.2.0.0/16"]));
        assert_eq!((vpc.get(&IPV6_CIDR), vpc.get(&IS_DEFAULT)), (&Value::Empty, &Value::Unknown));
    }

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        every_state_has_a_tone(&STATES, sdk::VpcState::values());
        assert!(row(sdk::Vpc::builder().state("pending".into())).is_on_its_way());
        assert!(!row(sdk::Vpc::builder().state("available".into())).is_on_its_way());
    }
}
