//! Subnets: where in a VPC an instance can be, and how much room there is.

use arcstr::{ArcStr, literal};
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;

use super::filters::filters;
use super::vpcs::in_effect;
use crate::base::{Fault, Scope};
use crate::kinds::convert::{Converter, Text, batches, field, flag, int, own, said, text, texts};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::paged;
use crate::kinds::raw::raw;
use crate::model::{FieldInfo, Fields, Kind, KindInfo, Link, Operation, Record, Selector, Service, Tags, Tone, Value};

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
pub const CIDR: FieldInfo =
    FieldInfo::text("cidr", "CIDR", "Its IPv4 range.").unique().shown(1).cells(14, 18).aka(&["cidr_block", "range"]);
/// Its IPv6 ranges.
pub const IPV6_CIDR: FieldInfo =
    FieldInfo::list("ipv6_cidr", "IPV6 CIDR", "Its IPv6 ranges.").unique().cells(10, 40).aka(&["ipv6"]);
/// IPv4 addresses that are free.
pub const AVAILABLE_IPS: FieldInfo = FieldInfo::int(
    "available_ips",
    "FREE",
    "IPv4 addresses that are free; AWS keeps five of each subnet, and a stopped instance keeps its own.",
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
/// Whether it is the default subnet of its zone.
pub const DEFAULT_FOR_AZ: FieldInfo =
    FieldInfo::flag("default_for_az", "DEFAULT", "Whether it is the default subnet of its zone.")
        .shown(6)
        .cells(7, 7)
        .aka(&["default"]);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("subnets", "subnet", "Subnets", &FIELDS)
    .doc("Subnets of VPCs, with their zone, range and free addresses.")
    .aliases(&["subnet", "sn"])
    .listed_by(&[&DESCRIBE_SUBNETS])
    .sorted(&NAME)
    .transitional(&["pending"]);

/// Subnets.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// How a subnet is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubnetState {
    /// Being made.
    Pending,
    /// In order.
    Available,
    /// Out of order.
    Unavailable,
    /// Its VPC's owner's quota or something else stopped it from being made.
    Failed,
    /// There was no capacity for it.
    FailedInsufficientCapacity,
    /// Something that AWS added since; empty if it said nothing.
    Other(ArcStr),
}

impl SubnetState {
    /// From AWS's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "pending" => SubnetState::Pending,
            "available" => SubnetState::Available,
            "unavailable" => SubnetState::Unavailable,
            "failed" => SubnetState::Failed,
            "failed-insufficient-capacity" => SubnetState::FailedInsufficientCapacity,
            other => SubnetState::Other(other.into()),
        }
    }
    /// AWS's word, and how it should look.
    pub fn shown(&self) -> (Tone, ArcStr) {
        match self {
            SubnetState::Pending => (Tone::Busy, literal!("pending")),
            SubnetState::Available => (Tone::Good, literal!("available")),
            SubnetState::Unavailable => (Tone::Bad, literal!("unavailable")),
            SubnetState::Failed => (Tone::Bad, literal!("failed")),
            SubnetState::FailedInsufficientCapacity => (Tone::Bad, literal!("failed-insufficient-capacity")),
            SubnetState::Other(s) => (Tone::Unknown, s.clone()),
        }
    }
}

/// One subnet.
#[derive(Debug, Clone, PartialEq)]
pub struct Subnet {
    id: ArcStr,
    name: ArcStr,
    tags: Tags,
    state: SubnetState,
    vpc: Text,
    zone: Text,
    zone_id: Text,
    cidr: Text,
    ipv6_cidr: Value,
    available: Option<i32>,
    public: Option<bool>,
    is_default: Option<bool>,
    ipv6_on_launch: Option<bool>,
    ipv6_only: Option<bool>,
    dns64: Option<bool>,
    hostname: Text,
    arn: Text,
    owner: Text,
    outpost: Text,
    blocked: Text,
}

static FIELDS: Fields<Subnet> = Fields(&[
    field(NAME, |s| Value::text(&s.name)),
    field(ID, |s| Value::Text(s.id.clone())),
    field(STATE, |s| {
        let (tone, text) = s.state.shown();
        Value::State(tone, text)
    }),
    field(VPC_ID, |s| said(&s.vpc)),
    field(ZONE, |s| said(&s.zone)),
    field(CIDR, |s| text(&s.cidr)),
    field(AVAILABLE_IPS, |s| int(s.available)),
    field(PUBLIC_IP_ON_LAUNCH, |s| flag(s.public)),
    field(DEFAULT_FOR_AZ, |s| flag(s.is_default)),
    field(IPV6_CIDR, |s| s.ipv6_cidr.clone()),
    field(
        FieldInfo::flag("ipv6_on_launch", "IPV6 ON LAUNCH", "Whether network interfaces get an IPv6 address.")
            .cells(14, 14),
        |s| flag(s.ipv6_on_launch),
    ),
    field(FieldInfo::flag("ipv6_native", "IPV6 ONLY", "Whether it has no IPv4 at all.").cells(9, 9), |s| {
        flag(s.ipv6_only)
    }),
    field(FieldInfo::flag("dns64", "DNS64", "Whether DNS gives made-up IPv6 addresses for IPv4 destinations."), |s| {
        flag(s.dns64)
    }),
    field(
        FieldInfo::text(
            "hostname_type",
            "HOSTNAMES",
            "What instances' host names are made of: ip-name or resource-name.",
        )
        .named_only()
        .cells(9, 13),
        |s| text(&s.hostname),
    ),
    field(
        FieldInfo::text("zone_id", "ZONE ID", "The Availability Zone's id, the same in every account.").cells(9, 11),
        |s| said(&s.zone_id),
    ),
    field(FieldInfo::id("arn", "ARN", "The ARN.").unique().cells(12, 80), |s| text(&s.arn)),
    field(FieldInfo::text("owner_id", "OWNER", "The account that owns it.").cells(12, 12).aka(&["owner"]), |s| {
        said(&s.owner)
    }),
    field(FieldInfo::id("outpost_arn", "OUTPOST", "The ARN of its Outpost.").cells(11, 60), |s| text(&s.outpost)),
    field(
        FieldInfo::text(
            "public_access_block",
            "BLOCKED",
            "What VPC Block Public Access keeps from internet gateways: off, block-bidirectional or block-ingress.",
        )
        .named_only()
        .cells(8, 20),
        |s| text(&s.blocked),
    ),
]);

impl Subnet {
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

/// Its state.
pub fn state(row: &Record) -> SubnetState {
    SubnetState::parse(row.state.as_ref().map(|(_, s)| s.as_str()).unwrap_or_default())
}
/// Its VPC.
pub fn vpc_id(row: &Record) -> Option<&str> {
    row.get(&VPC_ID).as_str()
}
/// Its Availability Zone.
pub fn zone(row: &Record) -> Option<&str> {
    row.get(&ZONE).as_str()
}
/// Its IPv4 range; one with IPv6 only has none.
pub fn cidr(row: &Record) -> Option<&str> {
    row.get(&CIDR).as_str()
}
/// How many IPv4 addresses are free; `None` = not said.
pub fn available_ips(row: &Record) -> Option<i64> {
    row.get(&AVAILABLE_IPS).as_int()
}
/// Whether instances launched in it get a public IPv4 address by default; `None` = not said.
pub fn public_ip_on_launch(row: &Record) -> Option<bool> {
    row.get(&PUBLIC_IP_ON_LAUNCH).as_bool()
}

/// DescribeSubnets takes 5 to 1000 a page; a filter at most 200 values.
const PAGE: i32 = 1000;
const MOST_IDS: usize = 200;

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        for ids in batches(&request.what, MOST_IDS) {
            let filter = filters(&request, &INFO, "subnet-id", ids);
            let call = |token| {
                let page = client.describe_subnets().max_results(PAGE).set_next_token(token);
                page.set_filters(filter.clone()).send()
            };
            paged(&mut pages, &DESCRIBE_SUBNETS, call, |out| {
                let rows =
                    out.subnets().iter().filter_map(|s| convert(&mut converter, s)).map(|s| s.record()).collect();
                (rows, out.next_token)
            })
            .await?;
        }
        Ok(())
    })
}

fn convert(converter: &mut Converter, s: &sdk::Subnet) -> Option<Subnet> {
    let (tags, name) = converter.tags(s.tags().iter().map(|t| (t.key(), t.value())));
    let six = s
        .ipv6_cidr_block_association_set()
        .iter()
        .filter(|a| in_effect(a.ipv6_cidr_block_state().and_then(|s| s.state()).map(|s| s.as_str())));
    Some(Subnet {
        id: own(s.subnet_id())?,
        name,
        tags,
        state: SubnetState::parse(s.state().map(|s| s.as_str()).unwrap_or_default()),
        vpc: converter.shared(s.vpc_id()),
        zone: converter.shared(s.availability_zone()),
        zone_id: converter.shared(s.availability_zone_id()),
        cidr: own(s.cidr_block()),
        ipv6_cidr: texts(six.filter_map(|a| a.ipv6_cidr_block())),
        available: s.available_ip_address_count(),
        public: s.map_public_ip_on_launch(),
        is_default: s.default_for_az(),
        ipv6_on_launch: s.assign_ipv6_address_on_creation(),
        ipv6_only: s.ipv6_native(),
        dns64: s.enable_dns64(),
        hostname: converter
            .shared(s.private_dns_name_options_on_launch().and_then(|o| o.hostname_type()).map(|t| t.as_str())),
        arn: own(s.subnet_arn()),
        owner: converter.shared(s.owner_id()),
        outpost: converter.shared(s.outpost_arn()),
        blocked: converter
            .shared(s.block_public_access_states().and_then(|b| b.internet_gateway_block_mode()).map(|m| m.as_str())),
    })
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let link = |title, kind, query: String| Link { title, kind, selector: Selector::All, query };
    let mut out = Vec::new();
    if let Some(vpc) = vpc_id(row) {
        out.push(link("VPC", "vpcs", format!("id={vpc}")));
    }
    out.push(link("instances", "instances", format!("subnet_id={}", row.id)));
    out.push(link("load balancers", "load-balancers", format!("subnets={}", row.id)));
    out.push(link("groups", "auto-scaling-groups", format!("subnets={}", row.id)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::intern::Interner;

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        for word in sdk::SubnetState::values() {
            assert!(!matches!(SubnetState::parse(word), SubnetState::Other(_)), "{word}");
        }
    }

    #[test]
    fn a_subnet_without_ipv4_has_no_range_and_one_that_is_full_has_no_free_address() {
        let s = sdk::Subnet::builder().subnet_id("subnet-1").ipv6_native(true).available_ip_address_count(0).build();
        let row = convert(&mut Converter::new(&Interner::default()), &s).map(|s| s.record()).expect("it has an id");
        assert_eq!((row.get(&CIDR), available_ips(&row)), (&Value::Empty, Some(0)));
        assert_eq!((row.get(&PUBLIC_IP_ON_LAUNCH), row.get(&VPC_ID)), (&Value::Unknown, &Value::Unknown));
    }
}
