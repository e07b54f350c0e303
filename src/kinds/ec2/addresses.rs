//! Elastic IP addresses: what each is associated with, and which ones are paid for and used by nothing.

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::{filtered, tags};
use crate::base::{Fault, Scope};
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone, Value};

/// `DescribeAddresses`.
pub static DESCRIBE_ADDRESSES: Operation = Operation::read(Service::Ec2, "DescribeAddresses");

/// The address.
pub const PUBLIC_IP: FieldInfo =
    FieldInfo::ip("public_ip", "PUBLIC IP", "The address.").shown(0).aka(&["ip", "address"]);
/// `eipalloc-…`: the row's identity.
pub const ALLOCATION_ID: FieldInfo = FieldInfo::id("id", "ALLOCATION ID", "The allocation id.")
    .shown(5)
    .cells(13, 26)
    .aka(&["allocation_id", "allocation"]);
/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").shown(2);
/// associated or unattached.
pub const STATE: FieldInfo = FieldInfo::state(
    "state",
    "STATE",
    "associated or unattached; an unattached address is used by nothing and still billed.",
)
.shown(0)
.cells(8, 10);
/// `eipassoc-…`.
pub const ASSOCIATION_ID: FieldInfo =
    FieldInfo::id("association_id", "ASSOCIATION ID", "The association id.").cells(14, 26).aka(&["association"]);
/// The instance that it is associated with.
pub const INSTANCE: FieldInfo = FieldInfo::id("instance", "INSTANCE", "The instance it is associated with.")
    .shown(1)
    .cells(11, 30)
    .aka(&["instance_id"])
    .id_of("instances", "i-");
/// The network interface that it is associated with.
pub const NETWORK_INTERFACE: FieldInfo =
    FieldInfo::id("network_interface", "INTERFACE", "The network interface it is associated with.")
        .cells(11, 21)
        .aka(&["eni", "network_interface_id"])
        .id_of("network-interfaces", "eni-");
/// The account that owns the interface.
pub const NETWORK_INTERFACE_OWNER: FieldInfo = FieldInfo::text(
    "network_interface_owner",
    "INTERFACE OWNER",
    "The account that owns the interface: an AWS account for load balancers and the like.",
)
.cells(15, 20);
/// The private address that traffic to it goes to.
pub const PRIVATE_IP: FieldInfo =
    FieldInfo::ip("private_ip", "PRIVATE IP", "The private address that its traffic goes to.").shown(3);
/// `vpc`.
pub const DOMAIN: FieldInfo = FieldInfo::text("domain", "DOMAIN", "vpc.").named_only().cells(6, 8);
/// Where it is advertised from.
pub const NETWORK_BORDER_GROUP: FieldInfo =
    FieldInfo::text("network_border_group", "BORDER GROUP", "The network border group it is advertised from.")
        .cells(12, 30);
/// The pool that it is from.
pub const POOL: FieldInfo =
    FieldInfo::text("pool", "POOL", "The address pool it comes from: amazon, or a pool of your own.").cells(8, 32);
/// alb, nlb, rds or rnat, if a service of AWS manages it.
pub const SERVICE_MANAGED: FieldInfo =
    FieldInfo::text("service_managed", "MANAGED BY", "The service that manages it: alb, nlb, rds or rnat.")
        .cells(10, 12)
        .aka(&["managed_by"]);
/// US dollars an hour.
pub const COST: FieldInfo = FieldInfo::float(
    "cost",
    "COST",
    "US dollars an hour by the list price, associated or not: $0.005, and nothing for your own addresses (BYOIP).",
)
.unit("$/h")
.shown(4)
.cells(9, 9);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("addresses", "address", "Addresses", &FIELDS)
.doc("Elastic IP addresses. Each Amazon address costs $0.005 an hour, whether it is associated or not. Unattached ones come first.")
.aliases(&["address", "eip", "eips", "elastic-ips"])
.ids("eipalloc-")
.listed_by(&[&DESCRIBE_ADDRESSES]).few()
.sorted_down(&STATE);

/// Elastic IP addresses.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// Used by nothing: it costs the same.
const UNATTACHED: &str = "unattached";

/// AWS has no words for it: an address has an association or has none.
static STATES: States = States(&[("associated", Tone::Good), (UNATTACHED, Tone::Bad)]);

/// Whether an instance, a network interface, a NAT gateway or a load balancer has it.
fn state_of(a: &sdk::Address) -> &'static str {
    let used = [a.association_id(), a.instance_id(), a.network_interface_id(), a.private_ip_address()];
    if used.into_iter().flatten().any(|id| !id.is_empty()) { "associated" } else { UNATTACHED }
}

fn cost(a: &sdk::Address, converter: &Converter) -> Value {
    let customers = a.customer_owned_ip().or(a.carrier_ip()).is_some_and(|ip| !ip.is_empty());
    let Some(prices) = converter.prices.filter(|_| !customers) else { return Value::Unknown };
    match a.public_ipv4_pool() {
        Some("amazon") => Value::Float(prices.public_ipv4().amount),
        // `ipv4pool-ec2-…`: brought along.
        Some(pool) if pool.starts_with("ipv4pool-ec2-") => Value::Float(0.0),
        _ => Value::Unknown,
    }
}

static FIELDS: Fields<sdk::Address> = Fields(&[
    field(PUBLIC_IP, |a, _| Value::ip(a.public_ip())),
    Field::name(NAME),
    Field::state(STATE),
    field(INSTANCE, |a, _| Value::opt(a.instance_id())),
    field(PRIVATE_IP, |a, _| Value::ip(a.private_ip_address())),
    field(COST, |a, c| cost(a, c)),
    Field::id(ALLOCATION_ID),
    field(NETWORK_INTERFACE, |a, _| Value::opt(a.network_interface_id())),
    field(NETWORK_INTERFACE_OWNER, |a, c| c.text(a.network_interface_owner_id())),
    field(SERVICE_MANAGED, |a, c| c.text(a.service_managed().map(|s| s.as_str()))),
    field(ASSOCIATION_ID, |a, _| Value::opt(a.association_id())),
    field(POOL, |a, c| c.text(a.public_ipv4_pool())),
    field(DOMAIN, |a, c| c.said(a.domain().map(|d| d.as_str()))),
    field(NETWORK_BORDER_GROUP, |a, c| c.text(a.network_border_group())),
    field(FieldInfo::ip("carrier_ip", "CARRIER IP", "The carrier's address (Wavelength Zones)."), |a, _| {
        Value::ip(a.carrier_ip())
    }),
    field(FieldInfo::ip("customer_owned_ip", "CUSTOMER IP", "The customer-owned address (Outposts)."), |a, _| {
        Value::ip(a.customer_owned_ip())
    }),
    field(FieldInfo::id("customer_owned_pool", "CUSTOMER POOL", "The pool of customer-owned addresses."), |a, c| {
        c.text(a.customer_owned_ipv4_pool())
    }),
    field(
        FieldInfo::id("subnet_id", "SUBNET", "The subnet, if a service manages the address.")
            .cells(11, 24)
            .aka(&["subnet"])
            .id_of_few("subnets", "subnet-"),
        |a, c| c.text(a.subnet_id()),
    ),
]);

static ROWS: RowSpec<sdk::Address> =
    // One without an allocation id (EC2-Classic, which is gone) is none.
    RowSpec::new(&INFO, &FIELDS, |a| a.allocation_id())
        .stated(|a, c| STATES.state(Some(state_of(a)), c))
        .tagged(|a, c| tags(a.tags(), c));

/// Whether nothing uses it.
pub fn is_unattached(row: &Record) -> bool {
    row.state.as_ref().is_some_and(|(_, word)| word == UNATTACHED)
}
/// The address.
pub fn public_ip(row: &Record) -> Option<std::net::Ipv4Addr> {
    if let Value::Ip(ip) = row.get(&PUBLIC_IP) { Some(*ip) } else { None }
}
/// The association's id, if it has one.
pub fn association_id(row: &Record) -> Option<&str> {
    row.get(&ASSOCIATION_ID).as_str()
}
/// The instance that it is associated with.
pub fn instance(row: &Record) -> Option<&str> {
    row.get(&INSTANCE).as_str()
}
/// The service of AWS that manages it: no one else can associate or release it.
pub fn service_managed(row: &Record) -> Option<&str> {
    row.get(&SERVICE_MANAGED).as_str()
}

/// DescribeAddresses has no pages: an account has few.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddresses.html>
fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "allocation-id",
        |client, filters, _| client.describe_addresses().set_filters(filters).send(),
        |out, c| (ROWS.records(out.addresses(), c), None),
    )
    .boxed()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let instance = instance(row).map(|id| Link::to("instance", "instances", format!("id={id}")));
    let interface = row.get(&NETWORK_INTERFACE).as_str();
    let interface = interface.map(|id| Link::to("network interface", "network-interfaces", format!("id={id}")));
    let gateway = Link::to("NAT gateway", "nat-gateways", format!("allocations={}", row.id));
    instance.into_iter().chain(interface).chain([gateway]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::convert::Converter;
    use crate::kinds::intern::Interner;
    use crate::kinds::testing::record;

    fn address(a: sdk::builders::AddressBuilder) -> Record {
        record(&ROWS, &a.allocation_id("eipalloc-1").public_ip("203.0.113.20").build())
    }

    #[test]
    fn an_address_is_unattached_only_if_nothing_at_all_has_it() {
        let new = sdk::Address::builder;
        let lone = address(new().instance_id("").network_interface_id(""));
        assert!(is_unattached(&lone));
        assert_eq!(lone.state, Some((Tone::Bad, "unattached".into())));
        // With an instance, with a NAT gateway's or balancer's interface, and one of which only the private address is told.
        for used in [new().instance_id("i-1"), new().association_id("eipassoc-1"), new().private_ip_address("10.0.0.1")]
        {
            assert!(!is_unattached(&address(used)));
        }
    }

    #[test]
    fn amazons_addresses_cost_and_ones_own_do_not() {
        let cost = |pool: Option<&str>| {
            address(sdk::Address::builder().set_public_ipv4_pool(pool.map(Into::into))).get(&COST).clone()
        };
        assert_eq!(cost(Some("amazon")), Value::Float(0.005));
        assert_eq!(cost(Some("ipv4pool-ec2-012345")), Value::Float(0.0));
        assert_eq!((cost(Some("ipam-pool-1")), cost(None)), (Value::Unknown, Value::Unknown), "no price is guessed");
    }

    #[test]
    fn an_address_without_an_allocation_is_none() {
        let classic = sdk::Address::builder().public_ip("203.0.113.20").build();
        assert!(ROWS.record(&classic, &mut Converter::new(&Interner::default())).is_none());
    }
}
