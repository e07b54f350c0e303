//! NAT gateways: how what has no public address reaches the internet, or other networks.

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::{PAGE, filtered, tags};
use crate::base::{Fault, Scope};
use crate::kinds::convert::{moment, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone, Value};

/// `DescribeNatGateways`.
pub static DESCRIBE_NAT_GATEWAYS: Operation = Operation::read(Service::Ec2, "DescribeNatGateways");

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").shown(0);
/// `nat-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The NAT gateway's id.")
    .shown(2)
    .cells(11, 21)
    .aka(&["nat_gateway_id", "nat"])
    .asked_by("nat-gateway-id");
/// pending, available, failed, deleting or deleted.
pub const STATE: FieldInfo = FieldInfo::state(
    "state",
    "STATE",
    "pending, available, failed, deleting or deleted; a deleted one is listed for about an hour.",
)
.shown(0)
.cells(8, 9)
.asked_by("state");
/// Why it failed, in AWS's words.
pub const FAILURE: FieldInfo =
    FieldInfo::text("failure", "FAILURE", "Why it could not be created: AWS's code and message.").shown(3).cells(8, 60);
/// public or private.
pub const CONNECTIVITY: FieldInfo = FieldInfo::text(
    "connectivity",
    "TYPE",
    "public: it has an Elastic IP and leads to the internet; private: it leads to other networks only.",
)
.named_only()
.shown(2)
.cells(7, 8)
.aka(&["type", "connectivity_type"]);
/// zonal or regional.
pub const MODE: FieldInfo = FieldInfo::text(
    "mode",
    "MODE",
    "zonal: in one subnet; regional: in the VPC, in each zone where it is needed, without a subnet.",
)
.named_only()
.shown(4)
.cells(5, 8)
.aka(&["availability_mode"]);
/// Its subnet.
pub const SUBNET_ID: FieldInfo = FieldInfo::id("subnet_id", "SUBNET", "The subnet it is in; a regional one has none.")
    .shown(1)
    .cells(11, 26)
    .aka(&["subnet"])
    .id_of_few("subnets", "subnet-")
    .asked_by("subnet-id");
/// Its VPC.
pub const VPC_ID: FieldInfo = FieldInfo::id("vpc_id", "VPC", "Its VPC.")
    .shown(1)
    .cells(11, 26)
    .aka(&["vpc"])
    .id_of_few("vpcs", "vpc-")
    .asked_by("vpc-id");
/// The addresses that it is seen as outside, the primary one first.
pub const PUBLIC_IPS: FieldInfo =
    FieldInfo::ips("public_ips", "PUBLIC IP", "The addresses it is seen as on the internet, the primary one first.")
        .unique()
        .shown(1)
        .cells(14, 31)
        .aka(&["public_ip", "ip"]);
/// Its private addresses, the primary one first.
pub const PRIVATE_IPS: FieldInfo =
    FieldInfo::ips("private_ips", "PRIVATE IP", "Its private addresses, the primary one first.")
        .unique()
        .spare(1)
        .cells(14, 31)
        .aka(&["private_ip"]);
/// The Elastic IP addresses that it has.
pub const ALLOCATIONS: FieldInfo =
    FieldInfo::list("allocations", "ELASTIC IPS", "The allocation ids of its Elastic IP addresses.")
        .cells(11, 40)
        .aka(&["allocation_ids", "allocation"])
        .id_of("addresses", "eipalloc-");
/// Its network interfaces.
pub const INTERFACES: FieldInfo = FieldInfo::list("interfaces", "INTERFACES", "Its network interfaces.")
    .cells(11, 40)
    .aka(&["eni", "network_interfaces"])
    .id_of("network-interfaces", "eni-");
/// The zones that its addresses are in.
pub const ZONES: FieldInfo =
    FieldInfo::list("zones", "ZONES", "The Availability Zones that its addresses are in, of a regional one.")
        .cells(5, 40);
/// The route table of its own, which a regional one has.
pub const ROUTE_TABLE: FieldInfo =
    FieldInfo::id("route_table", "ROUTE TABLE", "The route table of its own, which a regional one has.")
        .cells(11, 24)
        .id_of_few("route-tables", "rtb-");
/// When it was made.
pub const CREATED: FieldInfo =
    FieldInfo::age("created", "AGE", "When it was created.").spare(2).aka(&["age", "create_time"]);
/// When it was deleted.
pub const DELETED: FieldInfo =
    FieldInfo::age("deleted", "DELETED", "When it was deleted, if it was.").cells(7, 7).aka(&["delete_time"]);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("nat-gateways", "NAT gateway", "NAT gateways", &FIELDS)
    .doc(
        "NAT gateways, through which instances without a public address reach the internet or other networks, with the \
         addresses they are seen as.",
    )
    .aliases(&["nat", "nats", "nat-gateway", "ngw"])
    .ids("nat-")
    .listed_by(&[&DESCRIBE_NAT_GATEWAYS])
    .few()
    .sorted(&NAME)
    .transitional(&["pending", "deleting"]);

/// NAT gateways.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static STATES: States = States(&[
    ("pending", Tone::Busy),
    ("available", Tone::Good),
    ("failed", Tone::Bad),
    ("deleting", Tone::Busy),
    ("deleted", Tone::Idle),
]);

static FIELDS: Fields<sdk::NatGateway> = Fields(&[
    Field::name(NAME),
    Field::id(ID),
    Field::state(STATE),
    field(PUBLIC_IPS, |g, _| Value::ips(texts(g, |a| a.public_ip()))),
    field(SUBNET_ID, |g, c| c.text(g.subnet_id())),
    field(VPC_ID, |g, c| c.text(g.vpc_id())),
    field(CONNECTIVITY, |g, c| c.said(g.connectivity_type().map(|t| t.as_str()))),
    // Before there were regional ones, AWS did not say it.
    field(MODE, |g, c| c.text(Some(g.availability_mode().map_or("zonal", |m| m.as_str())))),
    field(FAILURE, |g, c| {
        let words: Vec<&str> = [g.failure_code(), g.failure_message()].into_iter().flatten().collect();
        c.text(Some(&words.join(": ")))
    }),
    field(PRIVATE_IPS, |g, _| Value::ips(texts(g, |a| a.private_ip()))),
    field(ALLOCATIONS, |g, c| c.shared_list(texts(g, |a| a.allocation_id()))),
    field(INTERFACES, |g, c| c.shared_list(texts(g, |a| a.network_interface_id()))),
    field(ZONES, |g, c| c.shared_list(zones(g))),
    field(ROUTE_TABLE, |g, c| c.text(g.route_table_id())),
    field(CREATED, |g, _| moment(time(g.create_time()))),
    field(DELETED, |g, _| moment(time(g.delete_time()))),
]);

static ROWS: RowSpec<sdk::NatGateway> = RowSpec::new(&INFO, &FIELDS, |g| g.nat_gateway_id())
    .stated(|g, c| STATES.state(g.state().map(|s| s.as_str()), c))
    .tagged(|g, c| tags(g.tags(), c));

/// A text of each of its addresses, the primary one's first.
fn texts<'g>(g: &'g sdk::NatGateway, of: fn(&'g sdk::NatGatewayAddress) -> Option<&'g str>) -> Vec<&'g str> {
    let mut all: Vec<&sdk::NatGatewayAddress> = g.nat_gateway_addresses().iter().collect();
    all.sort_by_key(|a| a.is_primary() != Some(true));
    all.into_iter().filter_map(of).collect()
}

fn zones(g: &sdk::NatGateway) -> Vec<&str> {
    let mut all: Vec<&str> = g.nat_gateway_addresses().iter().filter_map(|a| a.availability_zone()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "nat-gateway-id",
        |client, filters, token| {
            client.describe_nat_gateways().max_results(PAGE).set_next_token(token).set_filter(filters).send()
        },
        |out, c| (ROWS.records(out.nat_gateways(), c), out.next_token),
    )
    .boxed()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    out.extend(Link::to_ids("subnet", "subnets", row.get(&SUBNET_ID)));
    out.extend(Link::to_ids("VPC", "vpcs", row.get(&VPC_ID)));
    out.extend(Link::to_ids("addresses", "addresses", row.get(&ALLOCATIONS)));
    out.extend(Link::to_ids("network interfaces", "network-interfaces", row.get(&INTERFACES)));
    out.push(Link::to("route tables", "route-tables", format!("routes:{}", row.id)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        every_state_has_a_tone(&STATES, sdk::NatGatewayState::values());
    }

    #[test]
    fn a_failed_one_says_why_and_the_primary_address_comes_first() {
        let address = |ip: &str, primary: bool| {
            sdk::NatGatewayAddress::builder().public_ip(ip).is_primary(primary).allocation_id(format!("eipalloc-{ip}"))
        };
        let g = sdk::NatGateway::builder()
            .nat_gateway_id("nat-1")
            .state("failed".into())
            .failure_code("Gateway.NotAttached")
            .failure_message("Network vpc-1 has no Internet gateway attached")
            .nat_gateway_addresses(address("203.0.113.2", false).build())
            .nat_gateway_addresses(address("203.0.113.1", true).build());
        let row = record(&ROWS, &g.build());
        assert_eq!(row.state, Some((Tone::Bad, "failed".into())));
        assert_eq!(
            row.get(&FAILURE).as_str(),
            Some("Gateway.NotAttached: Network vpc-1 has no Internet gateway attached")
        );
        assert_eq!(row.get(&PUBLIC_IPS), &Value::ips(["203.0.113.1", "203.0.113.2"]));
        assert_eq!((row.get(&MODE).as_str(), row.get(&SUBNET_ID)), (Some("zonal"), &Value::Empty));
    }
}
