//! CPU of instances over the last hour: a paid side table, joined by instance id.

use arcstr::ArcStr;
use futures::future::BoxFuture;

use super::data::{CPU, GET_METRIC_DATA, Span, each};
use crate::base::{Fault, FaultKind};
use crate::kinds::convert::{field, no_tags};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::model::{FieldInfo, FieldType, Fields, Kind, KindInfo, Record, Scoping, Service, Value};

/// CPU, one point every 5 minutes, or each minute with detailed monitoring.
pub const SERIES: &str = "cpu";

/// What they are.
pub static INFO: KindInfo = KindInfo {
    name: "instance-metrics",
    singular: "instance's CPU",
    title: "CPU of instances",
    doc: "CPU utilization of instances over the last hour, joined to them by id. Asked for by id only: one charged \
          metric each.",
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

/// CPU of instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// Twelve times 5 minutes.
const POINTS: u32 = 12;

/// One instance's CPU.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceMetrics {
    id: ArcStr,
    cpu: Value,
}

static FIELDS: Fields<InstanceMetrics> = Fields(&[
    field(FieldInfo::new("id", "ID", FieldType::Id, "The instance id."), |m| Value::Text(m.id.clone())),
    field(
        FieldInfo::new("cpu_last", "CPU", FieldType::Float, "The newest point: the average of its period.").unit("%"),
        |m| m.cpu.as_f64().map_or(Value::Empty, Value::Float),
    ),
    field(
        FieldInfo::new(
            SERIES,
            "CPU 1h",
            FieldType::Series,
            "Average CPU utilization of each 5 minutes, or each minute.",
        )
        .unit("%"),
        |m| m.cpu.clone(),
    ),
]);

fn row(id: &ArcStr, values: &[Value]) -> Record {
    let m = InstanceMetrics { id: id.clone(), cpu: values.first().cloned().unwrap_or_default() };
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
        each(&request, &mut pages, ids, &[&CPU], span, row).await
    })
}

/// The ids asked for. Metrics of everything would cost money for rows that nobody looks at.
pub(super) fn only_ids(request: &ListRequest) -> Result<&[ArcStr], Fault> {
    match &request.what {
        What::Ids(ids) => Ok(ids),
        What::Everything => {
            Err(Fault::new(FaultKind::Invalid, "metrics are charged for one by one and asked for by instance only"))
        }
    }
}
