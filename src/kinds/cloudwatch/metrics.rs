//! The metrics of one instance, each with the points for a chart.

use arcstr::ArcStr;
use futures::future::BoxFuture;

use super::data::{self, CPU, GET_METRIC_DATA, Metric, NETWORK_IN, NETWORK_OUT, STATUS_CHECK_FAILED, Span};
use crate::base::{Fault, FaultKind, Scope};
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{ChartSpan, Charts, FieldInfo, KindInfo, Link, Record, Selector, Value};

/// The points.
pub const SERIES: FieldInfo =
    FieldInfo::series("series", "3h", "One data point every 5 minutes, or every minute with detailed monitoring.")
        .shown(1)
        .cells(8, 36);
/// The newest point.
pub const LAST: FieldInfo = FieldInfo::float("last", "LAST", "The newest data point.").shown(0);
/// The metric's name.
pub const NAME: FieldInfo = FieldInfo::text("name", "METRIC", "The metric's name.").shown(0);
/// The instance.
pub const INSTANCE: FieldInfo =
    FieldInfo::id("instance", "INSTANCE", "The instance it belongs to.").id_of("instances", "i-");
/// The smallest point.
pub const MIN: FieldInfo = FieldInfo::float("min", "MIN", "The smallest data point.").shown(2);
/// The largest point.
pub const MAX: FieldInfo = FieldInfo::float("max", "MAX", "The largest data point.").shown(2);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("metrics", "metric", "Metrics", &FIELDS)
.doc("CPU, network and status checks of one instance over the last three hours, every 5 minutes, or every minute with detailed monitoring. Needs an instance; each metric is charged.")
.aliases(&["metric"])
.listed_by(&[&GET_METRIC_DATA])
.sorted(&NAME)
.of_one("instances")
.charted_by(Charts { kind: "instance-charts", of: Some(INSTANCE.name), what: None, only: Some(NAME.name), other: None });

/// Metrics.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: None };

static METRICS: [&Metric; 4] = [&CPU, &NETWORK_IN, &NETWORK_OUT, &STATUS_CHECK_FAILED];

/// One metric of an instance.
struct InstanceMetric {
    metric: &'static Metric,
    instance: ArcStr,
    series: Value,
}

static FIELDS: Fields<InstanceMetric> = Fields(&[
    Field::name(NAME),
    field(LAST, |m, _| m.series.as_f64().map_or(Value::Empty, Value::Float)),
    field(SERIES, |m, _| m.series.clone()),
    field(MIN, |m, _| over(m, f32::min)),
    field(MAX, |m, _| over(m, f32::max)),
    field(FieldInfo::text("unit", "UNIT", "The unit of the data points.").shown(3).cells(5, 8), |m, _| {
        Value::text(m.metric.shown_in())
    }),
    field(
        FieldInfo::text(
            "statistic",
            "STATISTIC",
            "How the samples of a period are combined. Sums of bytes are divided by the period: bytes a second.",
        )
        .cells(9, 9),
        |m, _| Value::text(m.metric.statistic),
    ),
    field(FieldInfo::seconds("period", "PERIOD", "The length of one period.").cells(6, 8), |m, _| {
        if let Value::Series(s) = &m.series { Value::Seconds(s.period.into()) } else { Value::Empty }
    }),
    field(FieldInfo::text("namespace", "NAMESPACE", "CloudWatch's namespace.").cells(9, 20), |_, _| {
        Value::text("AWS/EC2")
    }),
    field(FieldInfo::text("meaning", "MEANING", "What it measures.").cells(8, 60), |m, _| Value::text(m.metric.doc)),
    field(INSTANCE, |m, _| Value::Text(m.instance.clone())),
]);

fn over(m: &InstanceMetric, pick: fn(f32, f32) -> f32) -> Value {
    let Value::Series(s) = &m.series else { return Value::Empty };
    let points = s.points.iter().copied().filter(|p| !p.is_nan());
    points.reduce(pick).map_or(Value::Empty, |p| Value::Float(p.into()))
}

static ROWS: RowSpec<InstanceMetric> =
    RowSpec::new(&INFO, &FIELDS, |m| Some(m.metric.name)).named(|m| Some(m.metric.name));

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let Selector::Parent(instance) = &request.selector else {
            return Err(Fault::new(FaultKind::Invalid, "metrics belong to an instance: name one, as in metrics i-…"));
        };
        let wanted = METRICS.into_iter().filter(|m| match &request.what {
            What::Everything => true,
            What::Ids(ids) => ids.iter().any(|id| id == m.name),
        });
        let queries: Vec<data::Query> = wanted.map(|m| (instance.clone(), m)).collect();
        if queries.is_empty() {
            return Ok(());
        }
        let client = request.gateway.cloudwatch(&request.scope).await?;
        let span = Span::of(ChartSpan::Hours3, request.clock.now());
        let values = data::get(&client, &mut pages, &queries, span).await?;
        let now = request.clock.now();
        let each =
            queries.iter().zip(&values).map(|((_, m), v)| data::bought(&m.name.into(), std::slice::from_ref(v), now));
        pages.bought(&each.collect::<Vec<_>>());
        let rows = queries.into_iter().zip(values);
        let rows: Vec<InstanceMetric> =
            rows.map(|((instance, metric), series)| InstanceMetric { metric, instance, series }).collect();
        pages.page(ROWS.records(&rows, &mut Converter::new(&request.interner))).await
    })
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let query = format!("id={}", row.get(&INSTANCE).as_str().unwrap_or_default());
    vec![Link { title: "instance", kind: "instances", selector: Selector::All, query }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;
    use crate::kinds::testing::record;
    use crate::model::Series;
    use std::sync::Arc;

    #[test]
    fn periods_without_data_do_not_count() {
        let points = vec![f32::NAN, 3.0, 9.0, f32::NAN];
        let series =
            Series { start: Time::default(), period: 300, points, unit: "Percent".into(), statistic: "Average".into() };
        let m = InstanceMetric { metric: &CPU, instance: "i-1".into(), series: Value::Series(Arc::new(series)) };
        let r = record(&ROWS, &m);
        assert_eq!(r.get(&LAST), &Value::Float(9.0));
        assert_eq!((r.get(&MIN), r.get(&MAX)), (&Value::Float(3.0), &Value::Float(9.0)));
    }
}
