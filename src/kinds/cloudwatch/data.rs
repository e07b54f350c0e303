//! GetMetricData in batches, aligned to the period. It is charged for each metric asked, each time.

use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use aws_sdk_cloudwatch::types as sdk;
use aws_smithy_types::DateTime;
use rustc_hash::FxHashMap;

use crate::aws::fault;
use crate::base::{Fault, Time};
use crate::kinds::listing::{ListRequest, Pages};
use crate::kinds::seam::time;
use crate::model::{Operation, Series, Service, Value};

/// `GetMetricData`.
pub static GET_METRIC_DATA: Operation = Operation::read(Service::CloudWatch, "GetMetricData");

/// One call takes up to 500 queries.
pub(super) const MOST_QUERIES: usize = 500;
/// EC2 publishes every 5 minutes unless detailed monitoring is on.
pub(super) const PERIOD: u32 = 300;

/// A metric of instances.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Metric {
    pub(super) name: &'static str,
    pub(super) statistic: &'static str,
    pub(super) unit: &'static str,
    pub(super) doc: &'static str,
}

pub(super) static CPU: Metric =
    Metric { name: "CPUUtilization", statistic: "Average", unit: "Percent", doc: "Share of the CPUs in use." };
pub(super) static NETWORK_IN: Metric =
    Metric { name: "NetworkIn", statistic: "Sum", unit: "Bytes", doc: "Bytes received on all network interfaces." };
pub(super) static NETWORK_OUT: Metric =
    Metric { name: "NetworkOut", statistic: "Sum", unit: "Bytes", doc: "Bytes sent on all network interfaces." };
pub(super) static STATUS_CHECK_FAILED: Metric = Metric {
    name: "StatusCheckFailed",
    statistic: "Maximum",
    unit: "Count",
    doc: "1 where a status check failed, else 0.",
};

/// A stretch of time in whole periods: requests of one period are equal, and CloudWatch answers them faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    start: Time,
    points: u32,
}

impl Span {
    /// The last `points` whole periods before `now`.
    pub(super) fn last(points: u32, now: Time) -> Self {
        let end = Time::from_secs(now.secs() - now.secs().rem_euclid(i64::from(PERIOD)));
        Span { start: Time::from_secs(end.secs() - i64::from(PERIOD) * i64::from(points)), points }
    }
    fn end(self) -> Time {
        self.start.plus(Duration::from_secs(u64::from(PERIOD) * u64::from(self.points)))
    }
    fn slot(self, at: Time) -> Option<usize> {
        let i = (at.secs() - self.start.secs()).div_euclid(i64::from(PERIOD));
        usize::try_from(i).ok().filter(|i| *i < self.points as usize)
    }
}

/// What of whom.
pub(super) type Query = (ArcStr, &'static Metric);

/// One value for each of at most [`MOST_QUERIES`] queries, in their order: [`Value::Series`], or [`Value::Empty`]
/// where CloudWatch has no data point at all.
pub(super) async fn get(
    client: &aws_sdk_cloudwatch::Client,
    pages: &mut Pages,
    queries: &[Query],
    span: Span,
) -> Result<Vec<Value>, Fault> {
    let asked: Vec<_> = queries.iter().enumerate().map(|(i, q)| query(i, q)).collect();
    let mut points: FxHashMap<usize, Vec<f32>> = FxHashMap::default();
    let mut token: Option<String> = None;
    loop {
        pages.ask(&GET_METRIC_DATA).await?;
        pages.paid(u32::try_from(queries.len()).unwrap_or(u32::MAX));
        let out = client
            .get_metric_data()
            .set_metric_data_queries(Some(asked.clone()))
            .start_time(DateTime::from_secs(span.start.secs()))
            .end_time(DateTime::from_secs(span.end().secs()))
            .scan_by(sdk::ScanBy::TimestampAscending)
            .set_next_token(token)
            .send()
            .await
            .map_err(|e| fault::of(&GET_METRIC_DATA, e))?;
        for r in out.metric_data_results() {
            let Some(i) = r.id().and_then(|id| id.strip_prefix('m')).and_then(|n| n.parse::<usize>().ok()) else {
                continue;
            };
            let line = points.entry(i).or_insert_with(|| vec![f32::NAN; span.points as usize]);
            for (at, v) in r.timestamps().iter().zip(r.values()) {
                if let Some(slot) = time(Some(at)).and_then(|t| span.slot(t)) {
                    line[slot] = *v as f32;
                }
            }
        }
        token = out.next_token().filter(|t| !t.is_empty()).map(str::to_string);
        if token.is_none() {
            break;
        }
    }
    Ok(queries.iter().enumerate().map(|(i, (_, m))| series(points.remove(&i), m, span)).collect())
}

fn series(points: Option<Vec<f32>>, metric: &Metric, span: Span) -> Value {
    match points {
        Some(points) if points.iter().any(|p| !p.is_nan()) => {
            Value::Series(Arc::new(Series { start: span.start, period: PERIOD, points, unit: metric.unit.into() }))
        }
        _ => Value::Empty,
    }
}

fn query(i: usize, (instance, metric): &Query) -> sdk::MetricDataQuery {
    let dimension = sdk::Dimension::builder().name("InstanceId").value(instance.as_str()).build();
    let what = sdk::Metric::builder().namespace("AWS/EC2").metric_name(metric.name).dimensions(dimension).build();
    let period = i32::try_from(PERIOD).unwrap_or(i32::MAX);
    let stat = sdk::MetricStat::builder().metric(what).period(period).stat(metric.statistic).build();
    sdk::MetricDataQuery::builder().id(format!("m{i}")).metric_stat(stat).return_data(true).build()
}

/// Asks for `metrics` of each of `ids`, and hands over a row an instance made by `row` from its values in that order.
pub(super) async fn each(
    request: &ListRequest,
    pages: &mut Pages,
    ids: &[ArcStr],
    metrics: &[&'static Metric],
    span: Span,
    row: fn(&ArcStr, &[Value]) -> crate::model::Record,
) -> Result<(), Fault> {
    let client = request.gateway.cloudwatch(&request.scope).await?;
    for batch in ids.chunks((MOST_QUERIES / metrics.len().max(1)).max(1)) {
        let queries: Vec<Query> = batch.iter().flat_map(|id| metrics.iter().map(|m| (id.clone(), *m))).collect();
        let values = get(&client, pages, &queries, span).await?;
        pages.page(batch.iter().zip(values.chunks(metrics.len().max(1))).map(|(id, v)| row(id, v)).collect()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_span_is_aligned_so_that_requests_within_a_period_are_equal() {
        let (a, b) = (Span::last(12, Time::from_secs(1_000_000)), Span::last(12, Time::from_secs(1_000_199)));
        assert_eq!(a, b);
        assert_eq!(a.start.secs() % i64::from(PERIOD), 0);
        assert_eq!(a.end().since(a.start).as_secs(), 3600);
        assert_ne!(a, Span::last(12, Time::from_secs(1_000_200)));
    }

    #[test]
    fn points_land_in_their_period_and_nowhere_else() {
        let s = Span::last(12, Time::from_secs(6000));
        assert_eq!(s.slot(s.start), Some(0));
        assert_eq!(s.slot(s.start.plus(Duration::from_secs(301))), Some(1));
        assert_eq!(s.slot(s.end()), None);
        assert_eq!(s.slot(Time::from_secs(s.start.secs() - 1)), None);
    }

    #[test]
    fn no_data_is_empty_and_not_a_flat_line() {
        let s = Span::last(3, Time::from_secs(6000));
        assert_eq!(series(None, &CPU, s), Value::Empty);
        assert_eq!(series(Some(vec![f32::NAN; 3]), &CPU, s), Value::Empty);
        assert_eq!(series(Some(vec![f32::NAN, 7.0, f32::NAN]), &CPU, s).as_f64(), Some(7.0));
    }
}
