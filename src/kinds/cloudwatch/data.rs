//! GetMetricData in batches, aligned to the period. It is charged for each metric asked, each time: a row says how long its
//! points last, so that nothing is paid twice for the same period.
//!
//! EC2 publishes a metric every five minutes, and every minute with detailed monitoring (status checks always). Minutes are
//! asked for, which costs the same: what comes shows which of the two it is.

use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use aws_sdk_cloudwatch::types as sdk;
use aws_smithy_types::DateTime;
use rustc_hash::FxHashMap;

use crate::aws::fault;
use crate::base::{Fault, Time};
use crate::kinds::convert::{Converter, time};
use crate::kinds::ec2::instances::fields;
use crate::kinds::listing::{ListRequest, Pages, PaidRow};
use crate::kinds::paging::following;
use crate::kinds::row_spec::RowSpec;
use crate::model::{ChartSpan, Operation, Record, Series, Service, Value};

/// `GetMetricData`.
pub static GET_METRIC_DATA: Operation = Operation::read(Service::CloudWatch, "GetMetricData");

/// One call takes up to 500 queries.
pub(super) const MOST_QUERIES: usize = 500;
/// EC2 publishes every 5 minutes unless detailed monitoring is on.
pub(super) const BASIC: u32 = 300;
/// With detailed monitoring.
pub(super) const DETAILED: u32 = 60;
/// A period's point is there about a minute after its end.
const LAG: i64 = 60;

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
pub(super) static CREDIT_BALANCE: Metric = Metric {
    name: "CPUCreditBalance",
    statistic: "Average",
    unit: "Count",
    doc: "CPU credits that a burstable instance has saved.",
};
pub(super) static CREDIT_USAGE: Metric = Metric {
    name: "CPUCreditUsage",
    statistic: "Sum",
    unit: "Count",
    doc: "CPU credits that a burstable instance spent.",
};
pub(super) static SURPLUS_CREDITS: Metric = Metric {
    name: "CPUSurplusCreditBalance",
    statistic: "Average",
    unit: "Count",
    doc: "CPU credits that an unlimited instance has spent beyond its own.",
};
pub(super) static STATUS_CHECK_FAILED: Metric = Metric {
    name: "StatusCheckFailed",
    statistic: "Maximum",
    unit: "Count",
    doc: "1 when a status check failed, else 0.",
};

impl Metric {
    /// Whether it is told as a rate: what was counted in a period depends on how long that is.
    fn is_rate(&self) -> bool {
        self.unit == "Bytes" && self.statistic == "Sum"
    }
    /// The unit of its points.
    pub(super) fn shown_in(&self) -> &'static str {
        if self.is_rate() { "Bytes/Second" } else { self.unit }
    }
}

/// A stretch of time in whole periods: requests of one minute are equal, and CloudWatch answers them faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// A whole period, of five minutes at least: points of minutes fall on minutes counted from here.
    start: Time,
    /// How many points of the span's period.
    points: u32,
    end: Time,
    /// The period that is asked for.
    period: u32,
}

fn floor(t: Time, period: u32) -> i64 {
    t.secs() - t.secs().rem_euclid(i64::from(period))
}

impl Span {
    /// The last hours in minutes, from a whole five minutes on; of a longer span whole periods, of which the last one is over.
    pub(super) fn of(span: ChartSpan, now: Time) -> Self {
        let whole = span.period();
        let points = span.seconds() / whole;
        let start = Time::from_secs(floor(now, whole) - i64::from(whole) * i64::from(points));
        let period = if span <= ChartSpan::Hours3 { DETAILED } else { whole };
        Span { start, points, end: Time::from_secs(floor(now, period)), period }
    }
    /// The same in periods of at least so many seconds: an alarm compares points of its own.
    pub(super) fn at_least(span: ChartSpan, period: u32, now: Time) -> Self {
        let points = (span.seconds() / period.max(1)).max(1);
        let start = Time::from_secs(floor(now, period) - i64::from(period) * i64::from(points));
        Span { start, points, end: Time::from_secs(floor(now, period)), period }
    }
    /// Where it begins and ends.
    pub(super) fn ends(self) -> (DateTime, DateTime) {
        (DateTime::from_secs(self.start.secs()), DateTime::from_secs(self.end.secs()))
    }
    /// The period that is asked for.
    pub(super) const fn period(self) -> u32 {
        self.period
    }
    /// How many points there are at most.
    pub(super) fn slots(self) -> usize {
        usize::try_from(self.end.since(self.start).as_secs() / u64::from(self.period)).unwrap_or(0)
    }
    /// Where a point of this moment belongs.
    pub(super) fn slot(self, at: Time) -> Option<usize> {
        let i = (at.secs() - self.start.secs()).div_euclid(i64::from(self.period));
        usize::try_from(i).ok().filter(|i| *i < self.slots())
    }
    /// Points as a series of the period that they were published with.
    pub(super) fn series(self, points: &[f32], unit: &str, statistic: &str) -> Series {
        let (unit, statistic) = (unit.into(), statistic.into());
        if self.period != DETAILED || self.points as usize == points.len() {
            return Series { start: self.start, period: self.period, points: points.to_vec(), unit, statistic };
        }
        let minutes = points;
        let each = (BASIC / DETAILED) as usize;
        let detailed = minutes.iter().enumerate().any(|(i, p)| !p.is_nan() && i % each != 0);
        let (period, points, start) = if detailed {
            let most = self.points as usize * each;
            let from = minutes.len().saturating_sub(most);
            let start = self.start.plus(Duration::from_secs(u64::from(DETAILED) * from as u64));
            (DETAILED, minutes[from..].to_vec(), start)
        } else {
            (BASIC, minutes.iter().step_by(each).take(self.points as usize).copied().collect(), self.start)
        };
        Series { start, period, points, unit, statistic }
    }
}

/// When the points after those of `now` are there.
fn until(now: Time, period: u32) -> Time {
    Time::from_secs(floor(Time::from_secs(now.secs() - LAG), period) + i64::from(period) + LAG)
}

/// How often an hour a metric of this instance is asked for while it is looked at.
pub fn looks_an_hour(instance: &Record) -> usize {
    let monitoring = instance.kind.index_of(fields::MONITORING.name);
    let detailed = monitoring.is_some_and(|i| instance.at(i).as_str() == Some("enabled"));
    (3600 / if detailed { DETAILED } else { BASIC }) as usize
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
    let asked: Vec<_> = queries.iter().enumerate().map(|(i, q)| query(i, q, span.period)).collect();
    let mut points: FxHashMap<usize, Vec<f32>> = FxHashMap::default();
    read(client, pages, asked, span, |id, slot, value| {
        if let Some(i) = id.strip_prefix('m').and_then(|n| n.parse::<usize>().ok()) {
            points.entry(i).or_insert_with(|| vec![f32::NAN; span.slots()])[slot] = value;
        }
    })
    .await?;
    Ok(queries.iter().enumerate().map(|(i, (_, m))| series(points.remove(&i), m, span)).collect())
}

/// Asks GetMetricData, page by page; `point` is told each query's id, which point of the span it is, and its value.
pub(super) async fn read(
    client: &aws_sdk_cloudwatch::Client,
    pages: &mut Pages,
    queries: Vec<sdk::MetricDataQuery>,
    span: Span,
    mut point: impl FnMut(&str, usize, f32),
) -> Result<(), Fault> {
    let (start, end) = span.ends();
    let mut token: Option<String> = None;
    loop {
        pages.ask(&GET_METRIC_DATA).await?;
        let out = client
            .get_metric_data()
            .set_metric_data_queries(Some(queries.clone()))
            .start_time(start)
            .end_time(end)
            .scan_by(sdk::ScanBy::TimestampAscending)
            .set_next_token(token.clone())
            .send()
            .await
            .map_err(|e| fault::of(&GET_METRIC_DATA, e))?;
        for r in out.metric_data_results() {
            for (at, v) in r.timestamps().iter().zip(r.values()) {
                if let Some(slot) = time(Some(at)).and_then(|t| span.slot(t)) {
                    point(r.id().unwrap_or_default(), slot, *v as f32);
                }
            }
        }
        token = following(&GET_METRIC_DATA, token.as_deref(), out.next_token)?;
        if token.is_none() {
            return Ok(());
        }
    }
}

fn series(points: Option<Vec<f32>>, metric: &Metric, span: Span) -> Value {
    match points {
        Some(points) if points.iter().any(|p| !p.is_nan()) => {
            let mut series = span.series(&points, metric.shown_in(), metric.statistic);
            if metric.is_rate() {
                let seconds = series.period as f32;
                series.points.iter_mut().for_each(|p| *p /= seconds);
                series.statistic = "Average".into();
            }
            Value::Series(Arc::new(series))
        }
        _ => Value::Empty,
    }
}

fn query(i: usize, (instance, metric): &Query, period: u32) -> sdk::MetricDataQuery {
    let dimension = sdk::Dimension::builder().name("InstanceId").value(instance.as_str()).build();
    let what = sdk::Metric::builder().namespace("AWS/EC2").metric_name(metric.name).dimensions(dimension).build();
    let period = i32::try_from(period).unwrap_or(i32::MAX);
    let stat = sdk::MetricStat::builder().metric(what).period(period).stat(metric.statistic).build();
    sdk::MetricDataQuery::builder().id(format!("m{i}")).metric_stat(stat).return_data(true).build()
}

/// What a row's values cost, and how long they last: as long as the one of them that changes first.
pub(super) fn bought(id: &ArcStr, values: &[Value], now: Time) -> PaidRow {
    let period = |v: &Value| if let Value::Series(s) = v { s.period } else { BASIC };
    let period = values.iter().map(period).min().unwrap_or(BASIC);
    PaidRow {
        id: id.clone(),
        metrics: u32::try_from(values.len()).unwrap_or(u32::MAX),
        period,
        until: until(now, period),
    }
}

/// What was asked about one instance: its series, in the order of the metrics that were asked for.
pub(super) struct Points {
    /// The row: the instance, or charts of it.
    pub(super) id: ArcStr,
    series: Vec<Value>,
}

impl Points {
    /// The series of the `i`th metric.
    pub(super) fn of(&self, i: usize) -> Value {
        self.series.get(i).cloned().unwrap_or_default()
    }
}

/// Asks for `metrics` of each of `ids`, and hands over a row an instance, made of its series in that order. `row_id`: by which id.
pub(super) async fn each(
    request: &ListRequest,
    pages: &mut Pages,
    (ids, row_id): (&[ArcStr], impl Fn(&ArcStr) -> ArcStr),
    metrics: &[&'static Metric],
    span: Span,
    rows: &RowSpec<Points>,
) -> Result<(), Fault> {
    let client = request.gateway.cloudwatch(&request.scope).await?;
    for batch in ids.chunks((MOST_QUERIES / metrics.len().max(1)).max(1)) {
        let queries: Vec<Query> = batch.iter().flat_map(|id| metrics.iter().map(|m| (id.clone(), *m))).collect();
        let values = get(&client, pages, &queries, span).await?;
        let each = values.chunks(metrics.len().max(1));
        let points: Vec<Points> =
            batch.iter().zip(each).map(|(id, v)| Points { id: row_id(id), series: v.to_vec() }).collect();
        let now = request.clock.now();
        pages.bought(&points.iter().map(|p| bought(&p.id, &p.series, now)).collect::<Vec<_>>());
        pages.page(rows.records(&points, &mut Converter::new(&request.interner))).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_span_is_aligned_so_that_requests_within_a_minute_are_equal() {
        let at = |secs| Span::of(ChartSpan::Hour, Time::from_secs(secs));
        let a = at(1_000_020);
        assert_eq!(a, at(1_000_079));
        assert_ne!(a, at(1_000_080));
        assert_eq!((a.start.secs() % 300, a.end.secs() % 60), (0, 0));
        assert_eq!(a.slots(), 12 * 5 + 2);
    }

    #[test]
    fn points_land_in_their_minute_and_nowhere_else() {
        let s = Span::of(ChartSpan::Hour, Time::from_secs(6000));
        assert_eq!(s.slot(s.start), Some(0));
        assert_eq!(s.slot(s.start.plus(Duration::from_secs(301))), Some(5));
        assert_eq!(s.slot(s.end), None);
        assert_eq!(s.slot(Time::from_secs(s.start.secs() - 1)), None);
    }

    #[test]
    fn what_came_shows_how_often_it_is_published() {
        // Two minutes into the next five.
        let s = Span { points: 2, start: Time::from_secs(5400), ..Span::of(ChartSpan::Hour, Time::from_secs(6120)) };
        let (gap, mut basic) = (f32::NAN, vec![f32::NAN; s.slots()]);
        (basic[0], basic[5]) = (1.0, 2.0);
        let line = s.series(&basic, "Percent", "Average");
        assert_eq!((line.period, line.points, line.start), (BASIC, vec![1.0, 2.0], s.start));
        let detailed: Vec<f32> = (0..s.slots()).map(|i| if i == 7 { gap } else { i as f32 }).collect();
        let line = s.series(&detailed, "Percent", "Average");
        assert_eq!((line.period, line.points.len(), line.last()), (DETAILED, 10, Some(11.0)));
        assert_eq!(line.start, s.start.plus(Duration::from_secs(120)));
    }

    #[test]
    fn nothing_is_asked_for_again_before_the_next_period_is_published() {
        let at = |secs, period| until(Time::from_secs(secs), period).secs();
        assert_eq!([at(600, BASIC), at(659, BASIC), at(660, BASIC), at(959, BASIC)], [660, 660, 960, 960]);
        assert_eq!([at(600, DETAILED), at(659, DETAILED), at(660, DETAILED)], [660, 660, 720]);
        let series = |period| {
            Value::Series(Arc::new(Series { period, ..Span::of(ChartSpan::Hour, Time::default()).series(&[], "", "") }))
        };
        let of = |values: &[Value]| bought(&"i-1".into(), values, Time::from_secs(600)).period;
        assert_eq!([of(&[series(300), series(60)]), of(&[Value::Empty])], [60, 300]);
    }

    #[test]
    fn no_data_is_empty_and_not_a_flat_line() {
        let s = Span::of(ChartSpan::Hour, Time::from_secs(6000));
        assert_eq!(series(None, &CPU, s), Value::Empty);
        assert_eq!(series(Some(vec![f32::NAN; s.slots()]), &CPU, s), Value::Empty);
        let mut one = vec![f32::NAN; s.slots()];
        one[5] = 7.0;
        assert_eq!(series(Some(one), &CPU, s).as_f64(), Some(7.0));
    }
}
