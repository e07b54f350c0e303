//! Virtual private clouds.

use arcstr::{ArcStr, literal};
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;

use crate::base::{Fault, Scope};
use crate::kinds::convert::{Converter, Text, batches, field, flag, own, said, text, texts};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::paged;
use crate::kinds::raw::raw;
use crate::model::{FieldInfo, Fields, Kind, KindInfo, Link, Operation, Record, Selector, Service, Tags, Tone, Value};

/// `DescribeVpcs`.
pub static DESCRIBE_VPCS: Operation = Operation::read(Service::Ec2, "DescribeVpcs");

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").shown(0);
/// `vpc-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The VPC id.").shown(1).cells(11, 21).aka(&["vpc_id"]);
/// pending or available.
pub const STATE: FieldInfo = FieldInfo::state("state", "STATE", "pending or available.").shown(0).cells(8, 10);
/// Its IPv4 ranges, the primary one first.
pub const CIDR: FieldInfo = FieldInfo::list("cidr", "CIDR", "Its IPv4 ranges, the primary one first.")
    .shown(1)
    .cells(14, 40)
    .aka(&["cidr_block", "range"]);
/// Its IPv6 ranges.
pub const IPV6_CIDR: FieldInfo =
    FieldInfo::list("ipv6_cidr", "IPV6 CIDR", "Its IPv6 ranges.").shown(4).cells(10, 40).aka(&["ipv6"]);
/// Whether it is the region's default VPC.
pub const IS_DEFAULT: FieldInfo = FieldInfo::flag("is_default", "DEFAULT", "Whether it is the region's default VPC.")
    .shown(2)
    .cells(7, 7)
    .aka(&["default"]);
/// The set of DHCP options.
pub const DHCP_OPTIONS: FieldInfo =
    FieldInfo::id("dhcp_options", "DHCP OPTIONS", "The set of DHCP options: name servers and domain name.")
        .cells(12, 22)
        .aka(&["dhcp", "dhcp_options_id"]);
/// default or dedicated.
pub const TENANCY: FieldInfo =
    FieldInfo::text("tenancy", "TENANCY", "default, or dedicated: instances in it are on hardware of their own.")
        .named_only()
        .shown(5)
        .cells(8, 9)
        .aka(&["instance_tenancy"]);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("vpcs", "VPC", "VPCs", &FIELDS)
    .doc("Virtual private clouds, with their ranges.")
    .aliases(&["vpc"])
    .listed_by(&[&DESCRIBE_VPCS])
    .sorted(&NAME)
    .transitional(&["pending", "deleting"]);

/// VPCs.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// How a VPC is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VpcState {
    /// Being made.
    Pending,
    /// In order.
    Available,
    /// Being deleted.
    Deleting,
    /// Something that AWS added since; empty if it said nothing.
    Other(ArcStr),
}

impl VpcState {
    /// From AWS's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "pending" => VpcState::Pending,
            "available" => VpcState::Available,
            "deleting" => VpcState::Deleting,
            other => VpcState::Other(other.into()),
        }
    }
    /// AWS's word, and how it should look.
    pub fn shown(&self) -> (Tone, ArcStr) {
        match self {
            VpcState::Pending => (Tone::Busy, literal!("pending")),
            VpcState::Available => (Tone::Good, literal!("available")),
            VpcState::Deleting => (Tone::Busy, literal!("deleting")),
            VpcState::Other(s) => (Tone::Unknown, s.clone()),
        }
    }
}

/// One VPC.
#[derive(Debug, Clone, PartialEq)]
pub struct Vpc {
    id: ArcStr,
    name: ArcStr,
    tags: Tags,
    state: VpcState,
    cidr: Value,
    ipv6_cidr: Value,
    is_default: Option<bool>,
    dhcp_options: Text,
    tenancy: Text,
    owner: Text,
    blocked: Text,
    encryption: Text,
}

static FIELDS: Fields<Vpc> = Fields(&[
    field(NAME, |v| Value::text(&v.name)),
    field(ID, |v| Value::Text(v.id.clone())),
    field(STATE, |v| {
        let (tone, text) = v.state.shown();
        Value::State(tone, text)
    }),
    field(CIDR, |v| v.cidr.clone()),
    field(IPV6_CIDR, |v| v.ipv6_cidr.clone()),
    field(IS_DEFAULT, |v| flag(v.is_default)),
    field(TENANCY, |v| said(&v.tenancy)),
    field(DHCP_OPTIONS, |v| text(&v.dhcp_options)),
    field(FieldInfo::text("owner_id", "OWNER", "The account that owns it.").cells(12, 12).aka(&["owner"]), |v| {
        said(&v.owner)
    }),
    field(
        FieldInfo::text(
            "public_access_block",
            "BLOCKED",
            "What VPC Block Public Access keeps from internet gateways: off, block-bidirectional or block-ingress.",
        )
        .named_only()
        .cells(8, 20),
        |v| text(&v.blocked),
    ),
    field(
        FieldInfo::text("encryption_control", "ENCRYPTION", "Encryption of traffic in transit: monitor or enforce.")
            .named_only()
            .cells(10, 10),
        |v| text(&v.encryption),
    ),
]);

impl Vpc {
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
pub fn state(row: &Record) -> VpcState {
    VpcState::parse(row.state.as_ref().map(|(_, s)| s.as_str()).unwrap_or_default())
}
/// Its IPv4 ranges, the primary one first.
pub fn cidrs(row: &Record) -> Vec<ArcStr> {
    row.get(&CIDR).items()
}
/// Whether it is the region's default VPC; `None` = not said.
pub fn is_default(row: &Record) -> Option<bool> {
    row.get(&IS_DEFAULT).as_bool()
}

/// DescribeVpcs takes 5 to 1000 a page; a filter at most 200 values.
const PAGE: i32 = 1000;
const MOST_IDS: usize = 200;

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        for ids in batches(&request.what, MOST_IDS) {
            // A filter and not the id list: of that, one missing VPC fails all.
            let filter = ids.map(|ids| vec![sdk::Filter::builder().name("vpc-id").set_values(Some(ids)).build()]);
            let call = |token| {
                let page = client.describe_vpcs().max_results(PAGE).set_next_token(token);
                page.set_filters(filter.clone()).send()
            };
            paged(&mut pages, &DESCRIBE_VPCS, call, |out| {
                let rows = out.vpcs().iter().filter_map(|v| convert(&mut converter, v)).map(|v| v.record()).collect();
                (rows, out.next_token)
            })
            .await?;
        }
        Ok(())
    })
}

/// Whether a range belongs to a VPC or subnet: one that could not be associated, or is not any more, stays in AWS's list for a
/// while.
pub(super) fn in_effect(state: Option<&str>) -> bool {
    !matches!(state, Some("disassociated" | "failed" | "failing"))
}

fn convert(converter: &mut Converter, v: &sdk::Vpc) -> Option<Vpc> {
    let (tags, name) = converter.tags(v.tags().iter().map(|t| (t.key(), t.value())));
    let word = |s: Option<&sdk::VpcCidrBlockState>| s.and_then(|s| s.state()).map(|s| s.as_str().to_string());
    let four = v.cidr_block_association_set().iter().filter(|a| in_effect(word(a.cidr_block_state()).as_deref()));
    let four = four.filter_map(|a| a.cidr_block()).filter(|c| v.cidr_block() != Some(c));
    let six = v.ipv6_cidr_block_association_set().iter();
    let six = six.filter(|a| in_effect(word(a.ipv6_cidr_block_state()).as_deref()));
    Some(Vpc {
        id: own(v.vpc_id())?,
        name,
        tags,
        state: VpcState::parse(v.state().map(|s| s.as_str()).unwrap_or_default()),
        cidr: texts(v.cidr_block().into_iter().chain(four)),
        ipv6_cidr: texts(six.filter_map(|a| a.ipv6_cidr_block())),
        is_default: v.is_default(),
        dhcp_options: converter.shared(v.dhcp_options_id()),
        tenancy: converter.shared(v.instance_tenancy().map(|t| t.as_str())),
        owner: converter.shared(v.owner_id()),
        blocked: converter
            .shared(v.block_public_access_states().and_then(|b| b.internet_gateway_block_mode()).map(|m| m.as_str())),
        encryption: converter.shared(v.encryption_control().and_then(|e| e.mode()).map(|m| m.as_str())),
    })
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let of_it = |title, kind| Link { title, kind, selector: Selector::All, query: format!("vpc_id={}", row.id) };
    vec![
        of_it("subnets", "subnets"),
        of_it("instances", "instances"),
        of_it("load balancers", "load-balancers"),
        of_it("target groups", "target-groups"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::intern::Interner;

    fn row(v: sdk::builders::VpcBuilder) -> Record {
        let v = v.vpc_id("vpc-1").build();
        convert(&mut Converter::new(&Interner::default()), &v).map(|v| v.record()).expect("it has an id")
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
        assert_eq!(cidrs(&vpc), ["10.1.0.0/16", "10.2.0.0/16"]);
        assert_eq!((vpc.get(&IPV6_CIDR), is_default(&vpc)), (&Value::Empty, None));
    }

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        for word in sdk::VpcState::values() {
            assert!(!matches!(VpcState::parse(word), VpcState::Other(_)), "{word}");
        }
        assert!(row(sdk::Vpc::builder().state("pending".into())).is_on_its_way());
        assert!(!row(sdk::Vpc::builder().state("available".into())).is_on_its_way());
    }
}
