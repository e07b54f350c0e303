//! PutMetricData.

use super::data::key_of;
use super::errors::{Outcome, invalid};
use crate::base::Time;
use crate::sandbox::metric::Sample;
use crate::sandbox::wire::ApiError;
use crate::sandbox::wire::Tree;
use crate::sandbox::world::World;

/// The units that a metric can have.
const UNITS: [&str; 27] = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
];

/// What each datum must keep to, beside having a value.
fn check_datum(datum: &Tree, n: usize, at: Time, now: Time) -> Result<(), ApiError> {
    let of = |name: &str| format!("MetricData.member.{n}.{name}");
    if let Some(unit) = datum.text_of("Unit").filter(|u| !UNITS.contains(u)) {
        return Err(invalid(format!(
            "The parameter {} must be a value in the set [{}], not {unit}.",
            of("Unit"),
            UNITS.join(", ")
        )));
    }
    const WEEKS: i64 = 14 * 86_400_000;
    const HOURS: i64 = 2 * 3_600_000;
    if at.millis() < now.millis() - WEEKS {
        let name = of("Timestamp");
        return Err(invalid(format!("The parameter {name} must specify a time no more than two weeks in the past.")));
    }
    if at.millis() > now.millis() + HOURS {
        let name = of("Timestamp");
        return Err(invalid(format!("The parameter {name} must specify a time no more than two hours in the future.")));
    }
    if datum.get("Dimensions").items().len() > 30 {
        let message = format!("The collection {} must not have a size greater than 30.", of("Dimensions"));
        return Err(invalid(message));
    }
    let ways = ["Value", "Values", "StatisticValues"];
    let mut given = ways.into_iter().filter(|w| !datum.get(w).is_null());
    if let (Some(first), Some(second)) = (given.next(), given.next()) {
        return Err(ApiError::new(
            "InvalidParameterCombination",
            format!(
                "The parameters {} and {} are mutually exclusive and you have specified both.",
                of(first),
                of(second)
            ),
        ));
    }
    let (values, counts) = (datum.get("Values").items().len(), datum.get("Counts").items().len());
    if values > 150 || (counts > 0 && counts != values) {
        return Err(invalid(format!(
            "The parameters {} and {} must be of the same size, at most 150.",
            of("Values"),
            of("Counts")
        )));
    }
    Ok(())
}

/// The greatest value that CloudWatch takes, of either sign: 2 to the power of 360. [AWS: PutMetricData]
const GREATEST: f64 = {
    let third = (1_u128 << 120) as f64;
    third * third * third
};

/// PutMetricData.
pub(super) fn put_metric_data(world: &mut World, region: &str, input: &Tree, now: Time) -> Outcome {
    let namespace = input.text_of("Namespace").unwrap_or_default();
    if namespace.is_empty() || namespace.starts_with(':') {
        return Err(ApiError::new("MissingParameter", "The parameter Namespace is required."));
    }
    if namespace.starts_with("AWS/") {
        return Err(invalid("The value AWS/ for parameter Namespace is invalid."));
    }
    if !input.get("EntityMetricData").is_null() {
        return Err(invalid("The parameter EntityMetricData is not supported here; send the data as MetricData."));
    }
    let data = input.get("MetricData").items();
    if data.len() > 1000 {
        return Err(invalid("The collection MetricData must not have a size greater than 1000."));
    }
    let mut parsed = Vec::new();
    for (i, datum) in data.iter().enumerate() {
        let at = datum.get("Timestamp").time().unwrap_or(now);
        let name = datum.text_of("MetricName").unwrap_or_default();
        if name.is_empty() {
            return Err(ApiError::new(
                "MissingParameter",
                format!("The parameter MetricData.member.{}.MetricName is required.", i + 1),
            ));
        }
        check_datum(datum, i + 1, at, now)?;
        let values = datum.get("Values").items();
        let counts = datum.get("Counts").items();
        let set = datum.get("StatisticValues");
        let sample = if let Some(value) = datum.get("Value").num() {
            Some(Sample::one(value))
        } else if set.is_null() {
            let count = |i: usize| counts.get(i).and_then(Tree::num).unwrap_or(1.0);
            Sample::of(values.iter().enumerate().map(|(i, v)| (v.num().unwrap_or(f64::NAN), count(i))))
        } else {
            let part = |n: &str| set.get(n).num();
            part("SampleCount")
                .zip(part("Sum"))
                .zip(part("Minimum").zip(part("Maximum")))
                .map(|((count, sum), (min, max))| Sample::set(count, sum, min, max))
        };
        let Some(sample) = sample else {
            return Err(ApiError::new(
                "MissingParameter",
                format!(
                    "At least one of the parameters Value, Values and StatisticValues of MetricData.member.{} must be specified.",
                    i + 1
                ),
            ));
        };
        if [sample.sum, sample.min, sample.max].iter().any(|v| !v.is_finite() || v.abs() > GREATEST) {
            return Err(invalid(format!("The value for parameter MetricData.member.{}.Value is invalid.", i + 1)));
        }
        let mut key = key_of(datum);
        key.namespace = namespace.to_owned();
        let resolution = match datum.get("StorageResolution").int() {
            None | Some(60) => 60,
            Some(1) => 1,
            Some(n) => {
                return Err(invalid(format!(
                    "The parameter MetricData.member.{}.StorageResolution must be 1 or 60; {n} is not.",
                    i + 1
                )));
            }
        };
        parsed.push((key, datum.text_of("Unit").unwrap_or("None").to_owned(), at, resolution, sample));
    }
    let pace = world.pace();
    let state = &mut world.region(region).cloudwatch;
    for (key, unit, at, resolution, sample) in parsed {
        state.record(&key, &unit, at, (pace, resolution), sample);
    }
    Ok(Tree::Null)
}
