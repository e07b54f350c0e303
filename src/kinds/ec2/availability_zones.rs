//! Availability Zones, Local Zones and Wavelength Zones of a region.

use aws_sdk_ec2::types::AvailabilityZone;
use futures::future::{BoxFuture, FutureExt};

use super::listing::whole;
use crate::base::{Fault, Scope};
use crate::kinds::convert::texts;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Selector, Service, Tone, Value};

/// `DescribeAvailabilityZones`.
pub static DESCRIBE_AVAILABILITY_ZONES: Operation = Operation::read(Service::Ec2, "DescribeAvailabilityZones");

/// The zone's name in this account.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The zone's name in this account.").shown(0);
/// available, information, impaired, unavailable, constrained.
pub const STATE: FieldInfo = FieldInfo::state("state", "STATE", "The zone's state.").shown(0);

/// availability-zone, local-zone or wavelength-zone.
const TYPE: FieldInfo = FieldInfo::text("type", "TYPE", "availability-zone, local-zone or wavelength-zone.").shown(2);

/// What sort of zone it is, in AWS's words.
pub fn zone_type(row: &Record) -> Option<&str> {
    row.get(&TYPE).as_str()
}

/// What they are.
pub static INFO: KindInfo = KindInfo::new("availability-zones", "Availability Zone", "Availability Zones", &FIELDS)
    .doc(
        "The Availability Zones, Local Zones and Wavelength Zones that the account can use in the region. A zone's \
         name differs between accounts, its id does not.",
    )
    .aliases(&["azs", "zones", "az"])
    .listed_by(&[&DESCRIBE_AVAILABILITY_ZONES])
    .few()
    .sorted(&NAME);

/// Availability Zones.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static STATES: States = States(&[
    ("available", Tone::Good),
    ("information", Tone::Good),
    ("impaired", Tone::Bad),
    ("unavailable", Tone::Bad),
    ("constrained", Tone::Bad),
]);

static FIELDS: Fields<AvailabilityZone> = Fields(&[
    Field::name(NAME),
    field(FieldInfo::id("id", "ID", "The zone's id, the same in every account.").shown(1), |z, _| {
        Value::opt(z.zone_id())
    }),
    Field::state(STATE),
    field(TYPE, |z, c| c.text(z.zone_type())),
    field(FieldInfo::text("region", "REGION", "The region.").links_to("regions"), |z, c| c.text(z.region_name())),
    field(FieldInfo::text("opt_in", "OPT-IN", "Whether the account has opted in to it.").cells(8, 20), |z, c| {
        c.text(z.opt_in_status().map(|s| s.as_str()))
    }),
    field(FieldInfo::text("group", "GROUP", "The zone group, which is what an account opts in to."), |z, c| {
        c.text(z.group_name())
    }),
    field(
        FieldInfo::text(
            "network_border_group",
            "BORDER GROUP",
            "The network border group that its addresses are advertised from.",
        )
        .cells(12, 30),
        |z, c| c.text(z.network_border_group()),
    ),
    field(FieldInfo::text("parent", "PARENT", "The parent zone of a Local or Wavelength Zone."), |z, c| {
        c.text(z.parent_zone_name())
    }),
    field(FieldInfo::list("messages", "MESSAGES", "AWS's messages about it."), |z, _| {
        texts(z.messages().iter().filter_map(|m| m.message()))
    }),
]);

static ROWS: RowSpec<AvailabilityZone> = RowSpec::new(&INFO, &FIELDS, |z| z.zone_name())
    .named(|z| z.zone_name())
    .stated(|z, c| STATES.state(z.state().map(|s| s.as_str()), c));

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    whole(
        (request, pages),
        &DESCRIBE_AVAILABILITY_ZONES,
        |client| client.describe_availability_zones().send(),
        |out, c| ROWS.records(out.availability_zones(), c),
    )
    .boxed()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let of_it = |kind| Link { title: kind, kind, selector: Selector::All, query: format!("zone={}", row.id) };
    vec![of_it("instances"), of_it("volumes"), of_it("subnets")]
}
