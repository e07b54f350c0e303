//! Network traffic of instances over the last hour: a paid side table, joined by instance id. Apart from the CPU, so
//! that looking at one does not pay for the other.

use arcstr::ArcStr;
use futures::future::BoxFuture;

use super::data::{GET_METRIC_DATA, NETWORK_IN, NETWORK_OUT, Span, each};
use super::instance_metrics::only_ids;
use crate::base::Fault;
use crate::kinds::convert::{field, no_tags};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::model::{FieldInfo, FieldType, Fields, Kind, KindInfo, Record, Scoping, Service, Value};

/// What it is.
pub static INFO: KindInfo = KindInfo {
    name: "instance-traffic",
    singular: "instance's traffic",
    title: "Traffic of instances",
    doc: "Network traffic of instances over the last hour, joined to them by id. Asked for by id only: two charged \
          metrics each.",
    aliases: &[],
    service: Service::CloudWatch,
    scoping: Scoping::Region,
    parent: None,
    fields: &FIELDS,
    sort: ("id", true),
    operations: &[&GET_METRIC_DATA],
    side: true,
    transitional: &[],
};

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
    field(FieldInfo::new("id", "ID", FieldType::Id, "The instance id."), |m| Value::Text(m.id.clone())),
    field(
        FieldInfo::new(
            "network_in",
            "NET IN 1h",
            FieldType::Series,
            "Bytes received in each 5 minutes, or each minute.",
        )
        .unit("B")
        .cells(9, 12),
        |m| m.network_in.clone(),
    ),
    field(
        FieldInfo::new("network_out", "NET OUT 1h", FieldType::Series, "Bytes sent in each 5 minutes, or each minute.")
            .unit("B")
            .cells(10, 12),
        |m| m.network_out.clone(),
    ),
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
        each(&request, &mut pages, ids, &[&NETWORK_IN, &NETWORK_OUT], span, row).await
    })
}
