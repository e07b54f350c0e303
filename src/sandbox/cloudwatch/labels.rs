//! Dynamic labels: `${MAX}`, `${LAST_TIME}`, `${PROP('Dim.InstanceId')}`. Pure.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/graph-dynamic-labels.html>

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::base::Time;
use crate::sandbox::metric::MetricKey;

/// What a label can say of its query.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// What it would be called without a label of its own.
    pub usual: &'a str,
    /// Its values by moment.
    pub points: &'a BTreeMap<i64, f64>,
    /// The metric, its statistic and period in seconds; none of an expression.
    pub metric: Option<(&'a MetricKey, &'a str, i64)>,
    /// Account and region.
    pub place: (&'a str, &'a str),
}

/// A label with its tokens replaced; what is no token of AWS's stays as it is.
pub fn fill(label: &str, about: &About<'_>) -> String {
    let (mut out, mut rest) = (String::with_capacity(label.len()), label);
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        match after.split_once('}').and_then(|(token, rest)| Some((value(token.trim(), about)?, rest))) {
            Some((text, after)) => {
                out.push_str(&text);
                rest = after;
            }
            None => {
                out.push_str("${");
                rest = after;
            }
        }
    }
    out + rest
}

fn value(token: &str, about: &About<'_>) -> Option<String> {
    if let Some(name) = token.strip_prefix("PROP(").and_then(|t| t.strip_suffix(')')) {
        return property(name.trim().trim_matches(['\'', '"']), about);
    }
    let points = about.points;
    let extreme = |best: fn(&f64, &f64) -> bool| {
        points.iter().fold(None, |found: Option<(i64, f64)>, (t, v)| match found {
            Some((_, b)) if !best(v, &b) => found,
            _ => Some((*t, *v)),
        })
    };
    let (most, least) = (|| extreme(|a, b| a > b), || extreme(|a, b| a < b));
    let first = || points.first_key_value().map(|(t, v)| (*t, *v));
    let last = || points.last_key_value().map(|(t, v)| (*t, *v));
    let number = |found: Option<(i64, f64)>| found.map_or_else(nothing, |(_, v)| round(v));
    let moment = |found: Option<(i64, f64)>| found.map_or_else(nothing, |(t, _)| Time::from_secs(t).rfc3339());
    let sum: f64 = points.values().sum();
    Some(match token {
        "LABEL" => about.usual.to_owned(),
        "DATAPOINT_COUNT" => points.len().to_string(),
        "SUM" | "AVG" if points.is_empty() => nothing(),
        "SUM" => round(sum),
        "AVG" => round(sum / points.len() as f64),
        "MAX" => number(most()),
        "MIN" => number(least()),
        "FIRST" => number(first()),
        "LAST" => number(last()),
        "MAX_TIME" => moment(most()),
        "MIN_TIME" => moment(least()),
        "FIRST_TIME" => moment(first()),
        "LAST_TIME" => moment(last()),
        "FIRST_LAST_TIME_RANGE" => format!("{} - {}", moment(first()), moment(last())),
        "MIN_MAX_TIME_RANGE" => format!("{} - {}", moment(least()), moment(most())),
        _ => return None,
    })
}

/// What stands where there are no values.
fn nothing() -> String {
    "--".to_owned()
}

fn property(name: &str, about: &About<'_>) -> Option<String> {
    match name {
        "AccountId" => return Some(about.place.0.to_owned()),
        "Region" => return Some(about.place.1.to_owned()),
        _ => {}
    }
    let (key, stat, period) = about.metric?;
    Some(match name {
        "MetricName" => key.name.clone(),
        "Namespace" => key.namespace.clone(),
        "Stat" => stat.to_owned(),
        "Period" => period.to_string(),
        _ => {
            let dimension = name.strip_prefix("Dim.")?;
            key.dimensions.iter().find(|(n, _)| n == dimension).map(|(_, v)| v.clone()).unwrap_or_default()
        }
    })
}

/// Three digits after the point at most.
fn round(v: f64) -> String {
    let mut s = String::new();
    let _ = write!(s, "{v:.3}");
    s.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_replaced_and_what_is_none_stays() {
        let key = MetricKey {
            namespace: "AWS/EC2".into(),
            name: "CPUUtilization".into(),
            dimensions: vec![("InstanceId".into(), "i-1".into())],
        };
        let points = BTreeMap::from([(0, 1.0), (60, 4.5), (120, 2.0)]);
        let about =
            About { usual: "usual", points: &points, metric: Some((&key, "Average", 60)), place: ("123", "eu-west-1") };
        for (label, filled) in [
            ("max ${MAX} min ${MIN}", "max 4.5 min 1"),
            ("${PROP('Dim.InstanceId')} ${PROP(\"MetricName\")} ${PROP('Region')}", "i-1 CPUUtilization eu-west-1"),
            ("${AVG}/${DATAPOINT_COUNT} ${LAST_TIME}", "2.5/3 1970-01-01T00:02:00Z"),
            ("${LABEL} ${NOPE} ${MAX", "usual ${NOPE} ${MAX"),
            ("${PROP('Nope')}", "${PROP('Nope')}"),
        ] {
            assert_eq!(fill(label, &about), filled);
        }
        let none = BTreeMap::new();
        assert_eq!(fill("${SUM} ${LAST}", &About { points: &none, metric: None, ..about }), "-- --");
    }
}
