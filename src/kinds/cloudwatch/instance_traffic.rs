//! Network traffic of instances over the last hour: a paid side table, joined by instance id. Apart from the CPU, so
//! that looking at one does not pay for the other.

use arcstr::ArcStr;
use futures::future::BoxFuture;

use super::data::{self, GET_METRIC_DATA, Points, Span, each};
use super::instance_metrics::only_ids;
use crate::base::Fault;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{ChartSpan, FieldInfo, KindInfo};

/// The instance id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The instance id.");
/// Bytes received a second, on average of each 5 minutes, or each minute.
pub const NETWORK_IN: FieldInfo = FieldInfo::series(
    "network_in",
    "NET IN 1h",
    "Bytes received a second, on average of each 5 minutes, or each minute.",
)
.unit("B/s")
.cells(9, 12);
/// Bytes sent a second, on average of each 5 minutes, or each minute.
pub const NETWORK_OUT: FieldInfo = FieldInfo::series(
    "network_out",
    "NET OUT 1h",
    "Bytes sent a second, on average of each 5 minutes, or each minute.",
)
.unit("B/s")
.cells(10, 12);

/// What it is.
pub static INFO: KindInfo = KindInfo::new("instance-traffic", "instance's traffic", "Traffic of instances", &FIELDS)
    .doc(
        "Network traffic of instances over the last hour, joined to them by id. Asked for by id only: two charged \
         metrics per instance.",
    )
    .listed_by(&[&GET_METRIC_DATA])
    .sorted(&ID)
    .side();

/// Traffic of instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

static FIELDS: Fields<Points> =
    Fields(&[Field::id(ID), field(NETWORK_IN, |p, _| p.of(0)), field(NETWORK_OUT, |p, _| p.of(1))]);

static ROWS: RowSpec<Points> = RowSpec::new(&INFO, &FIELDS, |p| Some(&p.id));

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let ids = only_ids(&request)?;
        let span = Span::of(ChartSpan::Hour, request.clock.now());
        each(&request, &mut pages, (ids, ArcStr::clone), &[&data::NETWORK_IN, &data::NETWORK_OUT], span, &ROWS).await
    })
}
