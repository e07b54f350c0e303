//! Network traffic of instances over the last hour: a paid side table, joined by instance id. Apart from the CPU, so
//! that looking at one does not pay for the other.

use arcstr::ArcStr;
use futures::future::BoxFuture;

use super::data::{self, GET_METRIC_DATA, Span, each};
use super::instance_metrics::only_ids;
use crate::base::Fault;
use crate::kinds::convert::{field, no_tags};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::model::{FieldInfo, Fields, Kind, KindInfo, Record, Value};

/// The instance id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The instance id.");
/// Bytes received in each 5 minutes, or each minute.
pub const NETWORK_IN: FieldInfo =
    FieldInfo::series("network_in", "NET IN 1h", "Bytes received in each 5 minutes, or each minute.")
        .unit("B")
        .cells(9, 12);
/// Bytes sent in each 5 minutes, or each minute.
pub const NETWORK_OUT: FieldInfo =
    FieldInfo::series("network_out", "NET OUT 1h", "Bytes sent in each 5 minutes, or each minute.")
        .unit("B")
        .cells(10, 12);

/// What it is.
pub static INFO: KindInfo = KindInfo::new("instance-traffic", "instance's traffic", "Traffic of instances", &FIELDS)
    .doc(
        "Network traffic of instances over the last hour, joined to them by id. Asked for by id only: two charged \
          metrics each.",
    )
    .listed_by(&[&GET_METRIC_DATA])
    .sorted(&ID)
    .side();

/// Traffic of instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// Twelve times 5 minutes.
const POINTS: u32 = 12;

/// One instance's traffic.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceTraffic {
    id: ArcStr,
    network_in: Value,
    network_out: Value,
}

static FIELDS: Fields<InstanceTraffic> = Fields(&[
    field(ID, |m| Value::Text(m.id.clone())),
    field(NETWORK_IN, |m| m.network_in.clone()),
    field(NETWORK_OUT, |m| m.network_out.clone()),
]);

fn row(id: &ArcStr, values: &[Value]) -> Record {
    let at = |i: usize| values.get(i).cloned().unwrap_or_default();
    let m = InstanceTraffic { id: id.clone(), network_in: at(0), network_out: at(1) };
    Record {
        kind: Kind(&INFO),
        id: m.id.clone(),
        name: ArcStr::new(),
        state: None,
        values: FIELDS.values(&m),
        tags: no_tags(),
    }
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let ids = only_ids(&request)?;
        let span = Span::last(POINTS, request.clock.now());
        each(&request, &mut pages, ids, &[&data::NETWORK_IN, &data::NETWORK_OUT], span, row).await
    })
}
