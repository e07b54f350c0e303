//! Network interfaces: whose they are, their addresses and groups. What is in a VPC is reached through one.

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::{PAGE, filtered, tags};
use crate::base::{Fault, Scope};
use crate::kinds::convert::{Converter, flag, int, moment, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone, Value};

/// `DescribeNetworkInterfaces`.
pub static DESCRIBE_NETWORK_INTERFACES: Operation = Operation::read(Service::Ec2, "DescribeNetworkInterfaces");

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").unique().shown(3);
/// `eni-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The network interface's id.")
    .unique()
    .shown(0)
    .cells(11, 21)
    .aka(&["network_interface_id", "eni"])
    .asked_by("network-interface-id");
/// available, associated, attaching, in-use, detaching, pending.
pub const STATE: FieldInfo = FieldInfo::state(
    "state",
    "STATE",
    "in-use, attaching, detaching, associated, pending; available means that it is not attached.",
)
.shown(1)
.cells(8, 10)
.aka(&["status"]);
/// What it is of.
pub const USER: FieldInfo = FieldInfo::text(
    "user",
    "OF",
    "What uses it: an instance, a load balancer, a NAT gateway, a function, an endpoint; none if it is not attached.",
)
.shown(1)
.cells(13, 30);
/// The instance that has it.
pub const INSTANCE: FieldInfo = FieldInfo::id("instance", "INSTANCE", "The instance it is attached to.")
    .shown(1)
    .cells(11, 30)
    .aka(&["instance_id"])
    .id_of("instances", "i-")
    .asked_by("attachment.instance-id");
/// The primary private address.
pub const PRIVATE_IP: FieldInfo =
    FieldInfo::ip("private_ip", "PRIVATE IP", "The primary private IPv4 address.").unique().shown(1).aka(&["ip"]);
/// All private addresses.
pub const PRIVATE_IPS: FieldInfo = FieldInfo::ips("private_ips", "PRIVATE IPS", "All private IPv4 addresses.")
    .unique()
    .cells(14, 40)
    .section("network")
    .asked_by("addresses.private-ip-address");
/// The public address of the primary private one.
pub const PUBLIC_IP: FieldInfo =
    FieldInfo::ip("public_ip", "PUBLIC IP", "The public IPv4 address: an Elastic IP, or one that Amazon assigned.")
        .unique()
        .shown(3)
        .asked_by("association.public-ip");
/// IPv6 addresses.
pub const IPV6: FieldInfo = FieldInfo::ips("ipv6", "IPV6", "IPv6 addresses.")
    .unique()
    .cells(14, 39)
    .section("network")
    .asked_by("ipv6-addresses.ipv6-address");
/// Its subnet.
pub const SUBNET_ID: FieldInfo = FieldInfo::id("subnet_id", "SUBNET", "Its subnet.")
    .shown(2)
    .cells(11, 26)
    .aka(&["subnet"])
    .id_of_few("subnets", "subnet-")
    .asked_by("subnet-id");
/// Its VPC.
pub const VPC_ID: FieldInfo = FieldInfo::id("vpc_id", "VPC", "Its VPC.")
    .spare(1)
    .cells(11, 24)
    .aka(&["vpc"])
    .id_of_few("vpcs", "vpc-")
    .asked_by("vpc-id");
/// Its zone.
pub const ZONE: FieldInfo = FieldInfo::text("zone", "ZONE", "Its Availability Zone.")
    .spare(2)
    .cells(4, 16)
    .aka(&["az", "availability_zone"])
    .links_to("availability-zones")
    .asked_by("availability-zone");
/// Its groups.
pub const SECURITY_GROUP_IDS: FieldInfo = FieldInfo::list("security_group_ids", "GROUPS", "Its security groups.")
    .shown(4)
    .cells(8, 40)
    .aka(&["sg", "groups", "group_id"])
    .id_of("security-groups", "sg-")
    .asked_by("group-id");
/// interface, nat_gateway, lambda…
pub const TYPE: FieldInfo = FieldInfo::text(
    "type",
    "TYPE",
    "interface, or the service's type: nat_gateway, lambda, vpc_endpoint, network_load_balancer, efa…",
)
.shown(5)
.cells(9, 22)
.aka(&["interface_type"]);
/// What it is for.
pub const DESCRIPTION: FieldInfo =
    FieldInfo::text("description", "DESCRIPTION", "Its description; services say here what it belongs to.")
        .shown(6)
        .cells(11, 60);
/// Whether a service manages it.
pub const MANAGED: FieldInfo = FieldInfo::flag(
    "managed",
    "MANAGED",
    "Whether an AWS service manages it: then it cannot be detached, and is deleted with what uses it.",
)
.cells(7, 7)
.aka(&["requester_managed"]);
/// Who asked for it.
pub const REQUESTER: FieldInfo = FieldInfo::text(
    "requester",
    "REQUESTER",
    "The service or account that requested it: amazon-elb, amazon-rds, or an account id.",
)
.cells(9, 40);
/// attaching, attached, detaching, detached.
pub const ATTACH_STATE: FieldInfo =
    FieldInfo::state("attach_state", "ATTACHMENT", "attaching, attached, detaching or detached.").cells(10, 10);
/// `eni-attach-…`.
pub const ATTACHMENT_ID: FieldInfo =
    FieldInfo::id("attachment_id", "ATTACHMENT ID", "The attachment id.").unique().cells(13, 28);
/// Its place among the instance's.
pub const DEVICE_INDEX: FieldInfo = FieldInfo::int(
    "device_index",
    "INDEX",
    "Its number among the instance's interfaces: 0 is the primary one, which cannot be detached.",
);
/// Whether it goes with the instance.
pub const DELETE_ON_TERMINATION: FieldInfo =
    FieldInfo::flag("delete_on_termination", "DELETED WITH", "Whether it is deleted when its instance is terminated.")
        .cells(12, 12);
/// Whether traffic must be to or from it.
pub const SOURCE_DEST_CHECK: FieldInfo = FieldInfo::flag(
    "source_dest_check",
    "SRC/DST",
    "Whether traffic must come from or go to the interface itself; off for NAT instances and routers.",
)
.cells(7, 7)
.section("network");
/// The allocation of its Elastic IP.
pub const ALLOCATION_ID: FieldInfo = FieldInfo::id("allocation_id", "ALLOCATION", "Its Elastic IP address.")
    .cells(11, 26)
    .id_of("addresses", "eipalloc-")
    .section("network");

/// What they are.
pub static INFO: KindInfo = KindInfo::new("network-interfaces", "network interface", "Network interfaces", &FIELDS)
    .doc("Network interfaces (ENIs), with their addresses, their security groups, and what uses them.")
    .aliases(&["eni", "enis", "network-interface", "interfaces"])
    .ids("eni-")
    .listed_by(&[&DESCRIBE_NETWORK_INTERFACES])
    .sorted(&USER)
    .transitional(&["attaching", "detaching", "pending"]);

/// Network interfaces.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static STATES: States = States(&[
    ("available", Tone::Idle),
    ("associated", Tone::Good),
    ("attaching", Tone::Busy),
    ("in-use", Tone::Good),
    ("detaching", Tone::Busy),
    ("pending", Tone::Busy),
]);

static ATTACH_STATES: States =
    States(&[("attaching", Tone::Busy), ("attached", Tone::Good), ("detaching", Tone::Busy), ("detached", Tone::Idle)]);

static FIELDS: Fields<sdk::NetworkInterface> = Fields(&[
    Field::id(ID),
    field(USER, |i, c| c.text(user(i).as_deref())),
    Field::state(STATE),
    field(INSTANCE, |i, _| Value::opt(i.attachment().and_then(|a| a.instance_id()))),
    field(PRIVATE_IP, |i, _| Value::ip(i.private_ip_address())),
    field(PUBLIC_IP, |i, _| Value::ip(i.association().and_then(|a| a.public_ip()))),
    field(SUBNET_ID, |i, c| c.text(i.subnet_id())),
    field(SECURITY_GROUP_IDS, |i, c| c.shared_list(i.groups().iter().filter_map(|g| g.group_id()))),
    Field::name(NAME),
    field(TYPE, |i, c| c.said(i.interface_type().map(|t| t.as_str()))),
    field(DESCRIPTION, |i, c| c.text(i.description())),
    field(VPC_ID, |i, c| c.text(i.vpc_id())),
    field(ZONE, |i, c| c.said(i.availability_zone())),
    field(PRIVATE_IPS, |i, _| Value::ips(i.private_ip_addresses().iter().filter_map(|a| a.private_ip_address()))),
    field(IPV6, |i, _| Value::ips(i.ipv6_addresses().iter().filter_map(|a| a.ipv6_address()))),
    field(MANAGED, |i, _| flag(i.requester_managed())),
    field(REQUESTER, |i, c| c.text(i.requester_id())),
    field(ATTACH_STATE, |i, c| ATTACH_STATES.value(i.attachment().and_then(|a| a.status()).map(|s| s.as_str()), c)),
    field(ATTACHMENT_ID, |i, _| Value::opt(i.attachment().and_then(|a| a.attachment_id()))),
    field(DEVICE_INDEX, |i, _| i.attachment().map_or(Value::Empty, |a| int(a.device_index()))),
    field(DELETE_ON_TERMINATION, |i, _| i.attachment().map_or(Value::Empty, |a| flag(a.delete_on_termination()))),
    field(FieldInfo::age("attached", "ATTACHED", "When it was attached.").unique().cells(8, 8), |i, _| {
        moment(time(i.attachment().and_then(|a| a.attach_time())))
    }),
    field(SOURCE_DEST_CHECK, |i, _| flag(i.source_dest_check())),
    field(ALLOCATION_ID, |i, _| Value::opt(i.association().and_then(|a| a.allocation_id()))),
    field(
        FieldInfo::text("mac", "MAC", "The hardware address.").spare(3).unique().cells(17, 17).section("network"),
        |i, _| Value::opt(i.mac_address()),
    ),
    field(
        FieldInfo::text("private_dns", "PRIVATE DNS", "The private DNS name.")
            .unique()
            .cells(11, 60)
            .section("network"),
        |i, _| Value::opt(i.private_dns_name()),
    ),
    field(
        FieldInfo::text("public_dns", "PUBLIC DNS", "The public DNS name.").unique().cells(10, 60).section("network"),
        |i, _| Value::opt(i.association().and_then(|a| a.public_dns_name())),
    ),
    field(super::vpcs::OWNER, |i, c| c.said(i.owner_id())),
]);

static ROWS: RowSpec<sdk::NetworkInterface> = RowSpec::new(&INFO, &FIELDS, |i| i.network_interface_id())
    .stated(|i, c: &mut Converter| STATES.state(i.status().map(|s| s.as_str()), c))
    .tagged(|i, c| tags(i.tag_set(), c));

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "network-interface-id",
        |client, filters, token| {
            client.describe_network_interfaces().max_results(PAGE).set_next_token(token).set_filters(filters).send()
        },
        |out, c| (ROWS.records(out.network_interfaces(), c), out.next_token),
    )
    .boxed()
}

/// What an interface is for, in a word: AWS's types, and what balancers of the first kinds write into the description.
pub(super) fn service(i: &sdk::NetworkInterface) -> Option<&'static str> {
    Some(match i.interface_type().map(|t| t.as_str()) {
        Some("lambda") => "Lambda interface",
        Some("vpc_endpoint" | "gateway_load_balancer_endpoint") => "VPC endpoint",
        Some("nat_gateway") => "NAT gateway",
        Some("transit_gateway") => "transit gateway",
        Some("load_balancer" | "network_load_balancer" | "gateway_load_balancer") => "load balancer",
        _ if balancer(i).is_some() => "load balancer",
        _ => return None,
    })
}

/// `app/my-alb/50dc6c…`, of an interface that a load balancer has: Elastic Load Balancing writes `ELB app/my-alb/…` into its description.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html>
pub(super) fn balancer(i: &sdk::NetworkInterface) -> Option<&str> {
    i.description()?.strip_prefix("ELB ")
}

/// What it is of: `instance`, `load balancer app/my-alb`, `NAT gateway`; none where nothing has it and no service made it.
fn user(i: &sdk::NetworkInterface) -> Option<ArcStr> {
    if i.attachment().and_then(|a| a.instance_id()).is_some() {
        return Some(arcstr::literal!("instance"));
    }
    if let Some(name) = balancer(i) {
        let name = name.rsplit_once('/').map_or(name, |(name, _)| name);
        return Some(arcstr::format!("load balancer {name}"));
    }
    match (service(i), i.requester_id()) {
        (Some(word), _) => Some(word.into()),
        (None, Some(requester)) if i.requester_managed() == Some(true) => Some(requester.into()),
        _ => None,
    }
}

/// The name of the load balancer that a row's interface is of.
pub(in crate::kinds) fn balancer_name(row: &Record) -> Option<&str> {
    let path = row.get(&USER).as_str()?.strip_prefix("load balancer ")?;
    // `app/my-alb`, and of a Classic Load Balancer its name alone.
    Some(path.rsplit('/').next().unwrap_or(path))
}

/// The NAT gateway or the endpoint that a row's interface is of: AWS writes its id at the end of the description, and what it is into the type.
pub(in crate::kinds) fn of_gateway(row: &Record) -> Option<(&'static KindInfo, &str)> {
    let (kind, prefix) = match row.get(&TYPE).as_str()? {
        "nat_gateway" => (&super::nat_gateways::INFO, "nat-"),
        "vpc_endpoint" | "gateway_load_balancer_endpoint" => (&super::endpoints::INFO, "vpce-"),
        _ => return None,
    };
    let id = row.get(&DESCRIPTION).as_str()?.rsplit(' ').next()?;
    id.starts_with(prefix).then_some((kind, id))
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    out.extend(Link::to_ids("instance", "instances", row.get(&INSTANCE)));
    out.extend(Link::to_ids("security groups", "security-groups", row.get(&SECURITY_GROUP_IDS)));
    out.extend(Link::to_ids("subnet", "subnets", row.get(&SUBNET_ID)));
    out.extend(Link::to_ids("VPC", "vpcs", row.get(&VPC_ID)));
    out.push(Link::to("addresses", "addresses", format!("network_interface={}", row.id)));
    if let Some(name) = balancer_name(row) {
        out.push(Link::to("load balancer", "load-balancers", format!("name=\"{name}\"")));
    }
    // AWS writes into the description which one it is of: "Interface for NAT Gateway nat-…", "VPC Endpoint Interface vpce-…".
    let last = row.get(&DESCRIPTION).as_str().and_then(|d| d.rsplit(' ').next()).unwrap_or_default();
    for (prefix, title, kind) in [("nat-", "NAT gateway", "nat-gateways"), ("vpce-", "endpoint", "endpoints")] {
        if last.starts_with(prefix) {
            out.push(Link::to(title, kind, format!("id={last}")));
        }
    }
    out.push(Link::to("flow logs", "flow-logs", format!("resource_id={}", row.id)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        every_state_has_a_tone(&STATES, sdk::NetworkInterfaceStatus::values());
        every_state_has_a_tone(&ATTACH_STATES, sdk::AttachmentStatus::values());
    }

    #[test]
    fn an_interface_says_whose_it_is_whoever_made_it() {
        let of = |i: sdk::builders::NetworkInterfaceBuilder| {
            record(&ROWS, &i.network_interface_id("eni-1").build()).get(&USER).as_str().map(str::to_string)
        };
        let new = sdk::NetworkInterface::builder;
        let attached = sdk::NetworkInterfaceAttachment::builder().instance_id("i-1").build();
        assert_eq!(of(new().attachment(attached)).as_deref(), Some("instance"));
        assert_eq!(of(new().description("ELB app/my-alb/50dc6c")).as_deref(), Some("load balancer app/my-alb"));
        assert_eq!(of(new().interface_type("nat_gateway".into())).as_deref(), Some("NAT gateway"));
        assert_eq!(of(new().requester_id("amazon-rds").requester_managed(true)).as_deref(), Some("amazon-rds"));
        assert_eq!(of(new().description("by hand")), None);
    }
}
