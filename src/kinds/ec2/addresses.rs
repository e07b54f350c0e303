//! Elastic IP addresses: what each is associated with, and which ones are paid for and used by nothing.

use arcstr::{ArcStr, literal};
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;

use crate::aws::fault;
use crate::base::{Fault, Scope};
use crate::kinds::convert::{Converter, Text, batches, field, own, said, text};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::model::{FieldInfo, Fields, Kind, KindInfo, Link, Operation, Record, Selector, Service, Tags, Tone, Value};

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
pub const STATE: FieldInfo =
    FieldInfo::state("state", "STATE", "associated, or unattached: used by nothing, and paid for all the same.")
        .shown(0)
        .cells(8, 10);
/// `eipassoc-…`.
pub const ASSOCIATION_ID: FieldInfo =
    FieldInfo::id("association_id", "ASSOCIATION ID", "The association id.").cells(14, 26).aka(&["association"]);
/// The instance that it is associated with.
pub const INSTANCE: FieldInfo = FieldInfo::id("instance", "INSTANCE", "The instance that it is associated with.")
    .shown(1)
    .cells(11, 30)
    .aka(&["instance_id"])
    .id_of("instances", "i-");
/// The network interface that it is associated with.
pub const NETWORK_INTERFACE: FieldInfo =
    FieldInfo::id("network_interface", "INTERFACE", "The network interface that it is associated with.")
        .cells(11, 21)
        .aka(&["eni", "network_interface_id"]);
/// The account that owns the interface.
pub const NETWORK_INTERFACE_OWNER: FieldInfo = FieldInfo::text(
    "network_interface_owner",
    "INTERFACE OWNER",
    "The account that owns the interface: AWS's own for load balancers and the like.",
)
.cells(15, 20);
/// The private address that traffic to it goes to.
pub const PRIVATE_IP: FieldInfo =
    FieldInfo::ip("private_ip", "PRIVATE IP", "The private address that traffic to it goes to.").shown(3);
/// `vpc`.
pub const DOMAIN: FieldInfo = FieldInfo::text("domain", "DOMAIN", "vpc.").named_only().cells(6, 8);
/// Where it is advertised from.
pub const NETWORK_BORDER_GROUP: FieldInfo =
    FieldInfo::text("network_border_group", "BORDER GROUP", "Where it is advertised from.").cells(12, 30);
/// The pool that it is from.
pub const POOL: FieldInfo =
    FieldInfo::text("pool", "POOL", "The address pool that it is from: amazon, or one's own.").cells(8, 32);
/// alb, nlb, rds or rnat, if a service of AWS manages it.
pub const SERVICE_MANAGED: FieldInfo =
    FieldInfo::text("service_managed", "MANAGED BY", "The service that manages it: alb, nlb, rds or rnat.")
        .cells(10, 12)
        .aka(&["managed_by"]);
/// US dollars an hour.
pub const COST: FieldInfo = FieldInfo::float(
    "cost",
    "COST",
    "US dollars an hour by the list price, associated or not: $0.005, and nothing for one's own (BYOIP).",
)
.unit("$/h")
.shown(4)
.cells(9, 9);

/// US dollars an hour for an address of Amazon's pool, associated or not, since February 2024; one's own addresses (BYOIP) are
/// free of charge. <https://aws.amazon.com/vpc/pricing/>
pub const AN_HOUR: f64 = 0.005;

/// What they are.
pub static INFO: KindInfo = KindInfo::new("addresses", "address", "Addresses", &FIELDS)
.doc("Elastic IP addresses. Each of Amazon's costs $0.005 an hour, also one that is associated with nothing: that is \
          unattached, and comes first.")
.aliases(&["address", "eip", "eips", "elastic-ips"])
.listed_by(&[&DESCRIBE_ADDRESSES])
.sorted_down(&STATE);

/// Elastic IP addresses.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// Whether something uses an address. AWS has no word for it: an address has an association or has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressState {
    /// With an instance, a network interface, a NAT gateway or a load balancer.
    Associated,
    /// With nothing: it costs the same.
    Unattached,
}

impl AddressState {
    /// The word, and how it should look.
    pub fn shown(self) -> (Tone, ArcStr) {
        match self {
            AddressState::Associated => (Tone::Good, literal!("associated")),
            AddressState::Unattached => (Tone::Bad, literal!("unattached")),
        }
    }
}

/// One address.
#[derive(Debug, Clone, PartialEq)]
pub struct Address {
    id: ArcStr,
    name: ArcStr,
    tags: Tags,
    state: AddressState,
    public_ip: Value,
    private_ip: Value,
    association: Text,
    instance: Text,
    interface: Text,
    interface_owner: Text,
    domain: Text,
    border_group: Text,
    pool: Text,
    service: Text,
    carrier_ip: Value,
    customer_ip: Value,
    customer_pool: Text,
    subnet: Text,
    cost: Option<f64>,
}

static FIELDS: Fields<Address> = Fields(&[
    field(PUBLIC_IP, |a| a.public_ip.clone()),
    field(NAME, |a| Value::text(&a.name)),
    field(STATE, |a| {
        let (tone, text) = a.state.shown();
        Value::State(tone, text)
    }),
    field(INSTANCE, |a| text(&a.instance)),
    field(PRIVATE_IP, |a| a.private_ip.clone()),
    field(COST, |a| a.cost.map_or(Value::Unknown, Value::Float)),
    field(ALLOCATION_ID, |a| Value::Text(a.id.clone())),
    field(NETWORK_INTERFACE, |a| text(&a.interface)),
    field(NETWORK_INTERFACE_OWNER, |a| text(&a.interface_owner)),
    field(SERVICE_MANAGED, |a| text(&a.service)),
    field(ASSOCIATION_ID, |a| text(&a.association)),
    field(POOL, |a| text(&a.pool)),
    field(DOMAIN, |a| said(&a.domain)),
    field(NETWORK_BORDER_GROUP, |a| text(&a.border_group)),
    field(FieldInfo::ip("carrier_ip", "CARRIER IP", "The carrier's address (Wavelength Zones)."), |a| {
        a.carrier_ip.clone()
    }),
    field(FieldInfo::ip("customer_owned_ip", "CUSTOMER IP", "The customer-owned address (Outposts)."), |a| {
        a.customer_ip.clone()
    }),
    field(FieldInfo::id("customer_owned_pool", "CUSTOMER POOL", "The pool of customer-owned addresses."), |a| {
        text(&a.customer_pool)
    }),
    field(
        FieldInfo::id("subnet_id", "SUBNET", "The subnet that it is managed in, if a service manages it.")
            .cells(11, 24)
            .aka(&["subnet"])
            .id_of_few("subnets", "subnet-"),
        |a| text(&a.subnet),
    ),
]);

impl Address {
    fn record(&self) -> Record {
        Record {
            kind: Kind(&INFO),
            id: self.id.clone(),
            name: self.name.clone(),
            state: Some(self.state.shown()),
            values: FIELDS.values(self),
            tags: self.tags.clone(),
        }
    }
}

/// Whether something uses it.
pub fn state(row: &Record) -> AddressState {
    match &row.state {
        Some((_, word)) if word == "unattached" => AddressState::Unattached,
        _ => AddressState::Associated,
    }
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

/// A filter takes at most 200 values.
const MOST_IDS: usize = 200;

/// DescribeAddresses has no pages: an account has few.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddresses.html>
fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        // China's regions are paid for in another currency.
        let priced = request.scope.region_code().is_some_and(|r| !r.starts_with("cn-"));
        for ids in batches(&request.what, MOST_IDS) {
            pages.ask(&DESCRIBE_ADDRESSES).await?;
            // A filter and not the id list: of that, one missing address fails all.
            let filter =
                ids.map(|ids| vec![sdk::Filter::builder().name("allocation-id").set_values(Some(ids)).build()]);
            let call = client.describe_addresses().set_filters(filter).send();
            let out = call.await.map_err(|e| fault::of(&DESCRIBE_ADDRESSES, e))?;
            let rows = out.addresses().iter().filter_map(|a| convert(&mut converter, a, priced));
            pages.page(rows.map(|a| a.record()).collect()).await?;
        }
        Ok(())
    })
}

/// Where the SDK's address ends. One without an allocation id (EC2-Classic, which is gone) is none.
fn convert(converter: &mut Converter, a: &sdk::Address, priced: bool) -> Option<Address> {
    let (tags, name) = converter.tags(a.tags().iter().map(|t| (t.key(), t.value())));
    let used = [a.association_id(), a.instance_id(), a.network_interface_id(), a.private_ip_address()];
    let used = used.into_iter().flatten().any(|id| !id.is_empty());
    let customers = a.customer_owned_ip().or(a.carrier_ip()).is_some_and(|ip| !ip.is_empty());
    let cost = match a.public_ipv4_pool() {
        _ if !priced || customers => None,
        Some("amazon") => Some(AN_HOUR),
        // `ipv4pool-ec2-…`: brought along.
        Some(pool) if pool.starts_with("ipv4pool-ec2-") => Some(0.0),
        _ => None,
    };
    Some(Address {
        id: own(a.allocation_id())?,
        name,
        tags,
        state: if used { AddressState::Associated } else { AddressState::Unattached },
        public_ip: Value::ip(a.public_ip()),
        private_ip: Value::ip(a.private_ip_address()),
        association: own(a.association_id()),
        instance: own(a.instance_id()),
        interface: own(a.network_interface_id()),
        interface_owner: converter.shared(a.network_interface_owner_id()),
        domain: converter.shared(a.domain().map(|d| d.as_str())),
        border_group: converter.shared(a.network_border_group()),
        pool: converter.shared(a.public_ipv4_pool()),
        service: converter.shared(a.service_managed().map(|s| s.as_str())),
        carrier_ip: Value::ip(a.carrier_ip()),
        customer_ip: Value::ip(a.customer_owned_ip()),
        customer_pool: converter.shared(a.customer_owned_ipv4_pool()),
        subnet: converter.shared(a.subnet_id()),
        cost,
    })
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let query = instance(row).map(|id| format!("id={id}"));
    let link = |query| Link { title: "instance", kind: "instances", selector: Selector::All, query };
    query.map(link).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::intern::Interner;

    fn address(a: sdk::builders::AddressBuilder) -> Record {
        let a = a.allocation_id("eipalloc-1").public_ip("203.0.113.20").build();
        convert(&mut Converter::new(&Interner::default()), &a, true).map(|a| a.record()).expect("it has an id")
    }

    #[test]
    fn an_address_is_unattached_only_if_nothing_at_all_has_it() {
        let new = sdk::Address::builder;
        let lone = address(new().instance_id("").network_interface_id(""));
        assert_eq!(state(&lone), AddressState::Unattached);
        assert_eq!(lone.state, Some((Tone::Bad, "unattached".into())));
        // With an instance, with a NAT gateway's or balancer's interface, and one of which only the private address is told.
        for used in [new().instance_id("i-1"), new().association_id("eipassoc-1"), new().private_ip_address("10.0.0.1")]
        {
            assert_eq!(state(&address(used)), AddressState::Associated);
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
        assert_eq!(convert(&mut Converter::new(&Interner::default()), &classic, true), None);
    }
}
