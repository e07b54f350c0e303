//! What an alarm compares with its threshold, over a span that somebody chose.

use std::sync::Arc;

use arcstr::ArcStr;
use aws_sdk_cloudwatch::types as sdk;
use futures::future::BoxFuture;

use super::alarms;
use super::data::{self, GET_METRIC_DATA, Span, bought};
use super::instance_metrics::only_ids;
use super::watched::{Watched, watched};
use crate::base::Fault;
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{ChartSpan, FieldInfo, KindInfo, Value};

/// What they are.
pub static INFO: KindInfo = KindInfo::new("alarm-charts", "alarm's chart", "Charts of alarms", &FIELDS)
    .doc(
        "What an alarm compares with its threshold, over a span from an hour to 15 months, for the detail's chart. Asked for by id only: \
         one charged metric, or as many as its metric math uses, each time.",
    )
    .listed_by(&[&alarms::DESCRIBE_ALARMS, &GET_METRIC_DATA])
    .sorted(&ID)
    .side();

/// Charts of alarms.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// The span and the alarm: `1w high-cpu`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The span and the alarm's name.");
/// What the points are compared with.
pub const THRESHOLD: FieldInfo =
    FieldInfo::float("threshold", "THRESHOLD", "The threshold that data points are compared with.");

/// One alarm's points.
struct Chart {
    id: ArcStr,
    series: Value,
    threshold: Option<f64>,
}

static FIELDS: Fields<Chart> = Fields(&[
    Field::id(ID),
    field(FieldInfo::series("series", "Metric", "What is compared with the threshold."), |c, _| c.series.clone()),
    field(THRESHOLD, |c, _| c.threshold.map_or(Value::Empty, Value::Float)),
]);

static ROWS: RowSpec<Chart> = RowSpec::new(&INFO, &FIELDS, |c| Some(&c.id));

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let wanted: Vec<(ChartSpan, &str)> =
            only_ids(&request)?.iter().filter_map(|id| ChartSpan::of_row(id)).collect();
        let client = request.gateway.cloudwatch(&request.scope).await?;
        let names = What::Ids(Arc::new(wanted.iter().map(|(_, name)| ArcStr::from(*name)).collect()));
        let found = alarms::metric_alarms(&client, &mut pages, &names).await?;
        for (span, name) in wanted {
            let Some(alarm) = found.iter().find(|a| a.alarm_name() == Some(name)) else { continue };
            let asked = Asked::of(alarm);
            let own = u32::try_from(asked.period).unwrap_or(1).max(1);
            // Whole periods of the alarm's own: what it compares, or, of a longer span, several of them in one.
            let period = if own >= span.period() { own } else { span.period().next_multiple_of(own.max(60)) };
            let over = Span::at_least(span, period, request.clock.now());
            let series = points(&client, &mut pages, &asked, over).await?;
            let chart = Chart { id: span.row_id(name), series, threshold: alarm.threshold() };
            let values = vec![chart.series.clone(); asked.charged()];
            pages.bought(&[bought(&chart.id, &values, request.clock.now())]);
            pages.page(ROWS.records(&[chart], &mut Converter::new(&request.interner))).await?;
        }
        Ok(())
    })
}

/// What is asked of CloudWatch for an alarm.
struct Asked {
    queries: Vec<sdk::MetricDataQuery>,
    /// Which of them is compared.
    id: String,
    /// The alarm's own period in seconds.
    period: i32,
    statistic: String,
    unit: &'static str,
}

impl Asked {
    /// The alarm's own queries, or one for its metric.
    fn of(a: &sdk::MetricAlarm) -> Asked {
        let told = Watched::of(a);
        let period = told.period.unwrap_or(300);
        let statistic = if let [one] = told.statistics.as_slice() { one.clone() } else { String::new() };
        let unit = match (a.unit(), told.metrics.as_slice()) {
            (Some(unit), _) => known_unit(unit.as_str()),
            (None, [metric]) => unit_of(metric, &statistic),
            _ => "",
        };
        if let Some(compared) = watched(a).and_then(|q| q.id()) {
            let queries = a.metrics().to_vec();
            return Asked { queries, id: compared.to_string(), period, statistic, unit };
        }
        let metric = sdk::Metric::builder()
            .set_namespace(a.namespace().map(str::to_string))
            .set_metric_name(a.metric_name().map(str::to_string))
            .set_dimensions(Some(a.dimensions().to_vec()))
            .build();
        let stat = sdk::MetricStat::builder()
            .metric(metric)
            .period(period)
            .stat(if statistic.is_empty() { "Average" } else { statistic.as_str() })
            .set_unit(a.unit().cloned())
            .build();
        let id = "m0".to_string();
        let queries = vec![sdk::MetricDataQuery::builder().id(id.clone()).metric_stat(stat).build()];
        Asked { queries, id, period, statistic, unit }
    }
    /// The same in periods of so many seconds, of which only what is compared comes back.
    fn in_periods_of(&self, seconds: u32) -> Vec<sdk::MetricDataQuery> {
        let period = i32::try_from(seconds).unwrap_or(i32::MAX);
        let mut queries = self.queries.clone();
        for q in &mut queries {
            q.return_data = Some(q.id.as_deref() == Some(self.id.as_str()));
            if let Some(stat) = &mut q.metric_stat {
                stat.period = Some(period);
            }
            if q.period.is_some() {
                q.period = Some(period);
            }
        }
        queries
    }
    /// The metrics that are charged: <https://aws.amazon.com/cloudwatch/pricing/>.
    fn charged(&self) -> usize {
        self.queries.iter().filter(|q| q.metric_stat().is_some()).count().max(1)
    }
}

async fn points(
    client: &aws_sdk_cloudwatch::Client,
    pages: &mut Pages,
    asked: &Asked,
    span: Span,
) -> Result<Value, Fault> {
    let mut line = vec![f32::NAN; span.slots()];
    data::read(client, pages, asked.in_periods_of(span.period()), span, |id, slot, value| {
        if id == asked.id {
            line[slot] = value;
        }
    })
    .await?;
    let any = line.iter().any(|p| !p.is_nan());
    Ok(if any { Value::Series(Arc::new(span.series(&line, asked.unit, &asked.statistic))) } else { Value::Empty })
}

/// CloudWatch's units that are shown as one.
fn known_unit(unit: &str) -> &'static str {
    ["Percent", "Bytes", "Bytes/Second", "Seconds"].into_iter().find(|u| *u == unit).unwrap_or("")
}

/// The unit of a metric whose alarm names none. GetMetricData does not say it; it stands in the documentation of each service's metrics, e.g.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html>.
fn unit_of(metric: &str, statistic: &str) -> &'static str {
    match metric {
        _ if statistic == "SampleCount" => "",
        "NetworkIn" | "NetworkOut" | "EBSReadBytes" | "EBSWriteBytes" | "ProcessedBytes" | "BucketSizeBytes" => "Bytes",
        "TargetResponseTime" => "Seconds",
        name if name.ends_with("Utilization") => "Percent",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarm() -> sdk::builders::MetricAlarmBuilder {
        sdk::MetricAlarm::builder().alarm_name("a").threshold(70.0)
    }

    #[test]
    fn an_alarm_of_one_metric_asks_for_that_and_one_of_metric_math_for_what_it_compares() {
        let dimension = sdk::Dimension::builder().name("InstanceId").value("i-1").build();
        let plain = alarm()
            .namespace("AWS/EC2")
            .metric_name("CPUUtilization")
            .dimensions(dimension)
            .statistic(sdk::Statistic::Maximum)
            .period(60)
            .build();
        let asked = Asked::of(&plain);
        assert_eq!(
            (asked.unit, asked.statistic.as_str(), asked.period, asked.charged()),
            ("Percent", "Maximum", 60, 1)
        );
        let [one] = &asked.in_periods_of(900)[..] else { panic!("one query") };
        let stat = one.metric_stat().expect("a metric");
        assert_eq!((stat.period(), stat.stat(), one.return_data()), (Some(900), Some("Maximum"), Some(true)));
        assert_eq!(stat.metric().map(|m| m.dimensions().len()), Some(1));

        let metric = |id: &str| {
            let stat = sdk::MetricStat::builder().period(300).stat("Sum").build();
            sdk::MetricDataQuery::builder().id(id).metric_stat(stat).return_data(false).build()
        };
        let math = sdk::MetricDataQuery::builder().id("e1").expression("m1/m2").return_data(true).build();
        let math = alarm().metrics(metric("m1")).metrics(metric("m2")).metrics(math).build();
        let asked = Asked::of(&math);
        let returned: Vec<_> = asked.in_periods_of(3600).iter().map(|q| q.return_data()).collect();
        assert_eq!((asked.id.as_str(), asked.charged()), ("e1", 2));
        assert_eq!(returned, [Some(false), Some(false), Some(true)]);
        assert!(asked.in_periods_of(3600).iter().filter_map(|q| q.metric_stat()).all(|s| s.period() == Some(3600)));
    }
}
