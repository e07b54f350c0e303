//! What a metric alarm watches: one metric, named by the alarm itself or by the only query in its `Metrics`; a metric against its
//! anomaly band; an expression over metrics; a query.
//!
//! `Metrics` is what consoles and infrastructure tools write also for a single metric (a metric of another account can be watched
//! in no other way), and it is the same alarm then:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>.

use aws_sdk_cloudwatch::types as sdk;

/// What an alarm watches. Where it watches several metrics, each is said once.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Watched {
    /// What is compared, for a sentence: the metric's name, or the expression's label, or the expression.
    pub(super) what: Option<String>,
    /// Names of the metrics.
    pub(super) metrics: Vec<String>,
    /// Their namespaces.
    pub(super) namespaces: Vec<String>,
    /// Their statistics.
    pub(super) statistics: Vec<String>,
    /// Seconds from point to point.
    pub(super) period: Option<i32>,
    /// Their dimensions, as name and value.
    pub(super) dimensions: Vec<(String, String)>,
    /// How wide the anomaly band is that it is compared with, in standard deviations: `2`.
    pub(super) band: Option<String>,
}

impl Watched {
    /// Of an alarm as CloudWatch answers it.
    pub(super) fn of(a: &sdk::MetricAlarm) -> Self {
        let queries = a.metrics();
        let stats = || queries.iter().filter_map(|q| q.metric_stat());
        let inner = || stats().filter_map(|s| s.metric());
        let dimensions = a.dimensions().iter().chain(inner().flat_map(|m| m.dimensions()));
        let watched = watched(a);
        let statistic = a.statistic().map(|s| s.as_str()).or(a.extended_statistic());
        let own_period = |q: &sdk::MetricDataQuery| q.metric_stat().and_then(|s| s.period()).or(q.period());
        Watched {
            what: text(a.metric_name()).or_else(|| watched.and_then(said)).or_else(|| prom_ql(a)),
            metrics: unique(a.metric_name().into_iter().chain(inner().filter_map(|m| m.metric_name()))),
            namespaces: unique(a.namespace().into_iter().chain(inner().filter_map(|m| m.namespace()))),
            statistics: unique(statistic.into_iter().chain(stats().filter_map(|s| s.stat()))),
            // All of an alarm's queries have one period, wherever it is said.
            period: a
                .period()
                .or_else(|| watched.and_then(own_period))
                .or_else(|| queries.iter().find_map(own_period))
                .or(a.evaluation_interval()),
            dimensions: dimensions.filter_map(|d| Some((d.name()?.to_string(), d.value()?.to_string()))).fold(
                Vec::new(),
                |mut seen, pair| {
                    if !seen.contains(&pair) {
                        seen.push(pair);
                    }
                    seen
                },
            ),
            band: queries
                .iter()
                .filter(|q| is_band(a, q))
                .find_map(|q| Some(arguments(q.expression()?)?.1.to_string())),
        }
    }
}

const BAND: &str = "ANOMALY_DETECTION_BAND";

/// Whether a query is the band that the alarm compares with, and not what is compared.
fn is_band(a: &sdk::MetricAlarm, q: &sdk::MetricDataQuery) -> bool {
    let named = a.threshold_metric_id().is_some() && a.threshold_metric_id() == q.id();
    named || q.expression().is_some_and(|e| e.trim_start().starts_with(BAND))
}

/// What and how wide: `m1` and `2` of `ANOMALY_DETECTION_BAND(m1, 2)`.
fn arguments(expression: &str) -> Option<(&str, &str)> {
    let inner = expression.trim().strip_prefix(BAND)?.trim().strip_prefix('(')?.strip_suffix(')')?;
    let (what, width) = inner.rsplit_once(',').unwrap_or((inner, "2"));
    Some((what.trim(), width.trim()))
}

/// The query whose points are compared: of those that are not the band, the one that returns data; the expression where that is
/// not said.
pub(super) fn watched(a: &sdk::MetricAlarm) -> Option<&sdk::MetricDataQuery> {
    let queries = a.metrics();
    let by_id = |id: &str| queries.iter().find(|q| q.id() == Some(id));
    if let Some(q) = queries.iter().filter(|q| is_band(a, q)).find_map(|q| by_id(arguments(q.expression()?)?.0)) {
        return Some(q);
    }
    let left = || queries.iter().filter(|q| !is_band(a, q));
    left()
        .find(|q| q.return_data() == Some(true))
        .or_else(|| left().find(|q| q.return_data().is_none() && q.expression().is_some()))
        .or_else(|| left().find(|q| q.return_data().is_none()))
        .or_else(|| left().next())
}

fn said(q: &sdk::MetricDataQuery) -> Option<String> {
    let metric = q.metric_stat().and_then(|s| s.metric()).and_then(|m| m.metric_name());
    text(metric).or_else(|| text(q.label())).or_else(|| text(q.expression()))
}

fn prom_ql(a: &sdk::MetricAlarm) -> Option<String> {
    text(a.evaluation_criteria()?.as_prom_ql_criteria().ok()?.query())
}

/// In one line: a query may have been written on several.
fn text(s: Option<&str>) -> Option<String> {
    let s = s?.split_whitespace().collect::<Vec<_>>().join(" ");
    (!s.is_empty()).then_some(s)
}

fn unique<'a>(items: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for i in items.filter(|i| !i.is_empty()) {
        if !seen.iter().any(|s| s == i) {
            seen.push(i.to_string());
        }
    }
    seen
}
