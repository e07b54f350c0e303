//! CPU of instances over the last hour: a paid side table, joined by instance id.

use arcstr::ArcStr;
use futures::future::BoxFuture;

use super::data::{self, GET_METRIC_DATA, Points, Span, each};
use crate::base::{Fault, FaultKind};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{ChartSpan, FieldInfo, KindInfo, Value};

/// CPU, one point every 5 minutes, or each minute with detailed monitoring.
pub const SERIES: FieldInfo = CPU;

/// The instance id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The instance id.");
/// Average CPU utilization of each 5 minutes, or each minute.
pub const CPU: FieldInfo =
    FieldInfo::series("cpu", "CPU 1h", "Average CPU utilization of each 5 minutes, or each minute.").unit("%");

/// What they are.
pub static INFO: KindInfo = KindInfo::new("instance-metrics", "instance's CPU", "CPU of instances", &FIELDS)
    .doc(
        "CPU utilization of instances over the last hour, joined to them by id. Asked for by id only: one charged \
         metric per instance.",
    )
    .listed_by(&[&GET_METRIC_DATA])
    .sorted(&ID)
    .side();

/// CPU of instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

static FIELDS: Fields<Points> = Fields(&[
    Field::id(ID),
    field(
        FieldInfo::float("cpu_last", "CPU", "The newest data point: the average of its period.").unit("%"),
        |p, _| p.of(0).as_f64().map_or(Value::Empty, Value::Float),
    ),
    field(SERIES, |p, _| p.of(0)),
]);

static ROWS: RowSpec<Points> = RowSpec::new(&INFO, &FIELDS, |p| Some(&p.id));

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let ids = only_ids(&request)?;
        let span = Span::of(ChartSpan::Hour, request.clock.now());
        each(&request, &mut pages, (ids, ArcStr::clone), &[&data::CPU], span, &ROWS).await
    })
}

/// The ids asked for. Metrics of everything would cost money for rows that nobody looks at.
pub(super) fn only_ids(request: &ListRequest) -> Result<&[ArcStr], Fault> {
    match &request.what {
        What::Ids(ids) => Ok(ids),
        What::Everything => Err(Fault::new(
            FaultKind::Invalid,
            "metrics are charged one by one, so they are loaded for named instances only",
        )),
    }
}
