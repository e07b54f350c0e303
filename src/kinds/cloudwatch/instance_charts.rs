//! Charts of one instance over a span that somebody chose. Apart from what columns show, so that only what is looked at is paid for.

use futures::future::BoxFuture;

use super::data::{CPU, GET_METRIC_DATA, Metric, NETWORK_IN, NETWORK_OUT, Points, STATUS_CHECK_FAILED, Span, each};
use super::instance_metrics::only_ids;
use crate::base::Fault;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{ChartSpan, FieldInfo, KindInfo, SPANS};

/// What they are.
pub static INFO: KindInfo = KindInfo::new("instance-charts", "instance's chart", "Charts of instances", &FIELDS)
    .doc(
        "CPU, network and status checks of an instance over a span from an hour to 15 months, for the detail's charts. Asked for by id \
         only: four charged metrics each time.",
    )
    .listed_by(&[&GET_METRIC_DATA])
    .sorted(&ID)
    .side();

/// Charts of instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// The span and the instance: `1w i-0123`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The span and the instance id.");

static METRICS: [&Metric; 4] = [&CPU, &NETWORK_IN, &NETWORK_OUT, &STATUS_CHECK_FAILED];

static FIELDS: Fields<Points> = Fields(&[
    Field::id(ID),
    field(FieldInfo::series("cpu", "CPU", "Average CPU utilization.").unit("%").aka(&[CPU.name]), |p, _| p.of(0)),
    field(
        FieldInfo::series("network_in", "Network in", "Bytes received a second.").unit("B/s").aka(&[NETWORK_IN.name]),
        |p, _| p.of(1),
    ),
    field(
        FieldInfo::series("network_out", "Network out", "Bytes sent a second.").unit("B/s").aka(&[NETWORK_OUT.name]),
        |p, _| p.of(2),
    ),
    field(
        FieldInfo::series("status_check_failed", "Status check failed", "1 where a status check failed, else 0.")
            .aka(&[STATUS_CHECK_FAILED.name]),
        |p, _| p.of(3),
    ),
]);

static ROWS: RowSpec<Points> = RowSpec::new(&INFO, &FIELDS, |p| Some(&p.id));

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move { charted(&request, &mut pages, &METRICS, &ROWS).await })
}

/// Asks for metrics of the instances that rows are named for, span by span.
///
/// # Errors
/// What the requests fail with, and if all rows are asked for.
pub(super) async fn charted(
    request: &ListRequest,
    pages: &mut Pages,
    metrics: &'static [&'static Metric],
    rows: &'static RowSpec<Points>,
) -> Result<(), Fault> {
    let ids = only_ids(request)?;
    for span in SPANS {
        let of = ids.iter().filter_map(|id| ChartSpan::of_row(id).filter(|(s, _)| *s == span));
        let instances: Vec<_> = of.map(|(_, instance)| instance.into()).collect();
        if !instances.is_empty() {
            let over = Span::of(span, request.clock.now());
            each(request, pages, (&instances, |id| span.row_id(id)), metrics, over, rows).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FieldList as _;

    #[test]
    fn a_metric_s_own_chart_is_found_by_its_name() {
        for metric in METRICS {
            assert!(INFO.resolve(metric.name).is_some_and(|i| FIELDS.at(i).aliases.contains(&metric.name)));
        }
        assert_eq!(super::super::data::MOST_QUERIES % METRICS.len(), 0);
    }
}
