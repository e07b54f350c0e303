//! Sets of DHCP options: which name servers and domain instances of a VPC are told.

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::{PAGE, filtered, tags};
use super::vpcs::OWNER;
use crate::base::{Fault, Scope};
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Value};

/// `DescribeDhcpOptions`.
pub static DESCRIBE_DHCP_OPTIONS: Operation = Operation::read(Service::Ec2, "DescribeDhcpOptions");

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").shown(0);
/// `dopt-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The id of the set.")
    .shown(1)
    .cells(11, 22)
    .aka(&["dhcp_options_id", "dopt"])
    .asked_by("dhcp-options-id");
/// The domain of instances' names.
pub const DOMAIN_NAME: FieldInfo = FieldInfo::text(
    "domain_name",
    "DOMAIN NAME",
    "The domain that instances search for unqualified names; several have blanks between them.",
)
.shown(0)
.cells(11, 40)
.aka(&["domain"]);
/// The name servers.
pub const NAME_SERVERS: FieldInfo = FieldInfo::list(
    "name_servers",
    "NAME SERVERS",
    "The DNS servers of instances: addresses, or AmazonProvidedDNS, the VPC's own.",
)
.shown(0)
.cells(12, 40)
.aka(&["dns", "domain_name_servers"]);
/// Servers of the time.
pub const NTP_SERVERS: FieldInfo = FieldInfo::list("ntp_servers", "NTP SERVERS", "The time servers of instances.")
    .shown(2)
    .cells(11, 40)
    .aka(&["ntp"]);
/// NetBIOS name servers.
pub const NETBIOS_SERVERS: FieldInfo = FieldInfo::list("netbios_servers", "NETBIOS", "The NetBIOS name servers.")
    .cells(7, 40)
    .aka(&["netbios_name_servers"]);
/// How NetBIOS names are resolved.
pub const NETBIOS_NODE_TYPE: FieldInfo = FieldInfo::text(
    "netbios_node_type",
    "NODE TYPE",
    "The NetBIOS node type: 1, 2, 4 or 8; AWS recommends 2 (no broadcast or multicast).",
)
.cells(9, 9);
/// How long an IPv6 address is leased.
pub const IPV6_LEASE: FieldInfo = FieldInfo::text(
    "ipv6_lease",
    "IPV6 LEASE",
    "How long an instance has its IPv6 address before it asks again, in seconds.",
)
.cells(10, 10)
.aka(&["ipv6_address_preferred_lease_time"]);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("dhcp-options", "set of DHCP options", "DHCP options", &FIELDS)
    .doc("Sets of DHCP options of VPCs: DNS servers, domain name, time servers. A set is never changed: a VPC gets another.")
    .aliases(&["dhcp", "dopt", "dhcp-option", "dhcp-option-sets"])
    .ids("dopt-")
    .listed_by(&[&DESCRIBE_DHCP_OPTIONS])
    .few()
    .sorted(&NAME);

/// Sets of DHCP options.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// The API's names of the options.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html>
pub(super) mod keys {
    /// The domain.
    pub const DOMAIN_NAME: &str = "domain-name";
    /// The DNS servers.
    pub const NAME_SERVERS: &str = "domain-name-servers";
    /// The time servers.
    pub const NTP_SERVERS: &str = "ntp-servers";
    /// The NetBIOS name servers.
    pub const NETBIOS_SERVERS: &str = "netbios-name-servers";
    /// The NetBIOS node type.
    pub const NETBIOS_NODE_TYPE: &str = "netbios-node-type";
    /// The lease of IPv6 addresses.
    pub const IPV6_LEASE: &str = "ipv6-address-preferred-lease-time";
}

fn values<'a>(o: &'a sdk::DhcpOptions, key: &str) -> Vec<&'a str> {
    let all = o.dhcp_configurations().iter().filter(|c| c.key() == Some(key));
    all.flat_map(|c| c.values()).filter_map(|v| v.value()).collect()
}

fn first(o: &sdk::DhcpOptions, key: &str, c: &mut Converter) -> Value {
    c.text(values(o, key).first().copied())
}

static FIELDS: Fields<sdk::DhcpOptions> = Fields(&[
    Field::name(NAME),
    Field::id(ID),
    field(DOMAIN_NAME, |o, c| first(o, keys::DOMAIN_NAME, c)),
    field(NAME_SERVERS, |o, c| c.shared_list(values(o, keys::NAME_SERVERS))),
    field(NTP_SERVERS, |o, c| c.shared_list(values(o, keys::NTP_SERVERS))),
    field(NETBIOS_SERVERS, |o, c| c.shared_list(values(o, keys::NETBIOS_SERVERS))),
    field(NETBIOS_NODE_TYPE, |o, c| first(o, keys::NETBIOS_NODE_TYPE, c)),
    field(IPV6_LEASE, |o, c| first(o, keys::IPV6_LEASE, c)),
    field(OWNER, |o, c| c.said(o.owner_id())),
]);

static ROWS: RowSpec<sdk::DhcpOptions> =
    RowSpec::new(&INFO, &FIELDS, |o| o.dhcp_options_id()).tagged(|o, c| tags(o.tags(), c));

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "dhcp-options-id",
        |client, filters, token| {
            client.describe_dhcp_options().max_results(PAGE).set_next_token(token).set_filters(filters).send()
        },
        |out, c| (ROWS.records(out.dhcp_options(), c), out.next_token),
    )
    .boxed()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    vec![Link::to("VPCs", "vpcs", format!("dhcp_options={}", row.id))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{record, texts};

    #[test]
    fn options_are_read_by_their_keys_and_what_is_not_set_is_none() {
        let option = |key: &str, all: &[&str]| {
            let values = all.iter().map(|v| sdk::AttributeValue::builder().value(*v).build()).collect();
            sdk::DhcpConfiguration::builder().key(key).set_values(Some(values)).build()
        };
        let o = sdk::DhcpOptions::builder()
            .dhcp_options_id("dopt-1")
            .dhcp_configurations(option("domain-name", &["corp.example"]))
            .dhcp_configurations(option("domain-name-servers", &["10.0.0.2", "10.1.0.2"]));
        let row = record(&ROWS, &o.build());
        assert_eq!(row.get(&DOMAIN_NAME).as_str(), Some("corp.example"));
        assert_eq!(row.get(&NAME_SERVERS), &texts(&["10.0.0.2", "10.1.0.2"]));
        assert_eq!((row.get(&NTP_SERVERS), row.get(&NETBIOS_NODE_TYPE)), (&Value::Empty, &Value::Empty));
    }
}
