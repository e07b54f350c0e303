//! Availability Zones, Local Zones and Wavelength Zones of a region.

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;

use super::regions::wanted;
use crate::aws::fault;
use crate::base::{Fault, Scope};
use crate::kinds::convert::{Converter, Text, field, no_tags, own, text, texts};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::model::{FieldInfo, Fields, Kind, KindInfo, Link, Operation, Record, Selector, Service, Tone, Value};

/// `DescribeAvailabilityZones`.
pub static DESCRIBE_AVAILABILITY_ZONES: Operation = Operation::read(Service::Ec2, "DescribeAvailabilityZones");

/// available, information, impaired, unavailable, constrained.
pub const STATE: FieldInfo = FieldInfo::state("state", "STATE", "How it is.").shown(0);
/// The zone's name in this account.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The zone's name in this account.").shown(0);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("availability-zones", "Availability Zone", "Availability Zones", &FIELDS)
    .doc("The zones of the region that the account can use. A zone's name differs between accounts, its id does not.")
    .aliases(&["azs", "zones", "az"])
    .listed_by(&[&DESCRIBE_AVAILABILITY_ZONES])
    .sorted(&NAME);

/// Availability Zones.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// How a zone is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ZoneState {
    /// In order.
    Available,
    /// AWS has something to say about it.
    Information,
    /// In trouble.
    Impaired,
    /// Out of order.
    Unavailable,
    /// Short of capacity.
    Constrained,
    /// Something that AWS added since.
    Other(ArcStr),
}

impl ZoneState {
    /// From AWS's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "available" => ZoneState::Available,
            "information" => ZoneState::Information,
            "impaired" => ZoneState::Impaired,
            "unavailable" => ZoneState::Unavailable,
            "constrained" => ZoneState::Constrained,
            other => ZoneState::Other(other.into()),
        }
    }
    fn shown(&self) -> (Tone, ArcStr) {
        match self {
            ZoneState::Available => (Tone::Good, arcstr::literal!("available")),
            ZoneState::Information => (Tone::Good, arcstr::literal!("information")),
            ZoneState::Impaired => (Tone::Bad, arcstr::literal!("impaired")),
            ZoneState::Unavailable => (Tone::Bad, arcstr::literal!("unavailable")),
            ZoneState::Constrained => (Tone::Bad, arcstr::literal!("constrained")),
            ZoneState::Other(s) => (Tone::Unknown, s.clone()),
        }
    }
}

/// One zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    name: ArcStr,
    id: Text,
    state: ZoneState,
    zone_type: Text,
    region: Text,
    opt_in: Text,
    group: Text,
    border_group: Text,
    parent: Text,
    messages: Value,
}

static FIELDS: Fields<Zone> = Fields(&[
    field(NAME, |z| Value::Text(z.name.clone())),
    field(FieldInfo::id("id", "ID", "The zone's id, the same in every account.").shown(1), |z| text(&z.id)),
    field(STATE, |z| {
        let (tone, s) = z.state.shown();
        Value::State(tone, s)
    }),
    field(FieldInfo::text("type", "TYPE", "availability-zone, local-zone or wavelength-zone.").shown(2), |z| {
        text(&z.zone_type)
    }),
    field(FieldInfo::text("region", "REGION", "The region.").links_to("regions"), |z| text(&z.region)),
    field(FieldInfo::text("opt_in", "OPT-IN", "Whether the account opted in to it.").cells(8, 20), |z| text(&z.opt_in)),
    field(FieldInfo::text("group", "GROUP", "The zone group, by which one opts in."), |z| text(&z.group)),
    field(
        FieldInfo::text("network_border_group", "BORDER GROUP", "Where its addresses are advertised from.")
            .cells(12, 30),
        |z| text(&z.border_group),
    ),
    field(FieldInfo::text("parent", "PARENT", "The zone that controls a Local or Wavelength Zone."), |z| {
        text(&z.parent)
    }),
    field(FieldInfo::list("messages", "MESSAGES", "What AWS says about it."), |z| z.messages.clone()),
]);

impl Zone {
    fn record(&self) -> Record {
        Record {
            kind: Kind(&INFO),
            id: self.name.clone(),
            name: self.name.clone(),
            state: Some(self.state.shown()),
            values: FIELDS.values(self),
            tags: no_tags(),
        }
    }
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        pages.ask(&DESCRIBE_AVAILABILITY_ZONES).await?;
        let call = client.describe_availability_zones();
        let out = call.send().await.map_err(|e| fault::of(&DESCRIBE_AVAILABILITY_ZONES, e))?;
        let rows = out.availability_zones().iter().filter_map(|z| convert(&mut converter, z)).map(|z| z.record());
        pages.page(rows.filter(|r| wanted(&request.what, r)).collect()).await
    })
}

fn convert(converter: &mut Converter, z: &sdk::AvailabilityZone) -> Option<Zone> {
    Some(Zone {
        name: own(z.zone_name())?,
        id: own(z.zone_id()),
        state: ZoneState::parse(z.state().map(|s| s.as_str()).unwrap_or_default()),
        zone_type: converter.shared(z.zone_type()),
        region: converter.shared(z.region_name()),
        opt_in: converter.shared(z.opt_in_status().map(|s| s.as_str())),
        group: converter.shared(z.group_name()),
        border_group: converter.shared(z.network_border_group()),
        parent: converter.shared(z.parent_zone_name()),
        messages: texts(z.messages().iter().filter_map(|m| m.message())),
    })
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let of_it = |kind| Link { title: kind, kind, selector: Selector::All, query: format!("zone={}", row.id) };
    vec![of_it("instances"), of_it("volumes"), of_it("subnets")]
}
