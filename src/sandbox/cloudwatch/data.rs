//! GetMetricData, GetMetricStatistics and ListMetrics.

use std::collections::BTreeMap;

use super::errors::{Outcome, invalid, page_token, read_page_token, validation};
use super::labels::{self, About};
use super::math::{self, Value};
use super::metrics::{self, Source};
use super::stats::Stat;
use crate::base::Time;
use crate::sandbox::metric::MetricKey;
use crate::sandbox::pace::Pace;
use crate::sandbox::wire::ApiError;
use crate::sandbox::wire::Tree;
use crate::sandbox::world::World;

/// AWS's limits of GetMetricData.
const MOST_QUERIES: usize = 500;
const MOST_POINTS: usize = 100_800;
/// AWS's limit of GetMetricStatistics.
const MOST_STATISTICS: i64 = 1_440;
/// AWS's page of ListMetrics.
const METRICS_PAGE: usize = 500;
/// Metrics of up to 455 days ago are kept.
const OLDEST: i64 = 455 * 86_400;

/// Reads a `Metric` (namespace, name and dimensions).
pub(super) fn key_of(tree: &Tree) -> MetricKey {
    let mut dimensions: Vec<_> = tree
        .get("Dimensions")
        .items()
        .iter()
        .map(|d| (d.text_of("Name").unwrap_or_default().to_owned(), d.text_of("Value").unwrap_or_default().to_owned()))
        .collect();
    dimensions.sort();
    MetricKey {
        namespace: tree.text_of("Namespace").unwrap_or_default().to_owned(),
        name: tree.text_of("MetricName").unwrap_or_default().to_owned(),
        dimensions,
    }
}

/// `Dimensions` as the API shows them.
pub(super) fn dimensions(key: &MetricKey) -> Tree {
    key.dimensions
        .iter()
        .map(|(n, v)| Tree::map([("Name", n.as_str().into()), ("Value", v.as_str().into())]))
        .collect::<Vec<_>>()
        .into()
}

/// Start and end in whole seconds, start rounded down and end up to the period, within what is kept.
fn span(tree: &Tree, now: Time) -> Result<(Time, Time), ApiError> {
    let read =
        |name: &str| tree.get(name).time().ok_or_else(|| validation(format!("The parameter {name} is required.")));
    let (start, end) = (read("StartTime")?, read("EndTime")?);
    if start >= end {
        return Err(validation("The parameter StartTime must be less than the parameter EndTime."));
    }
    Ok((start.max(Time::from_secs(now.secs() - OLDEST)), end))
}

fn aligned(start: Time, end: Time, period: i64) -> (i64, i64) {
    let up = end.secs() + i64::from(end.millis() % 1000 != 0);
    (start.secs().div_euclid(period) * period, (up + period - 1).div_euclid(period) * period)
}

/// How long CloudWatch keeps points of a period, in seconds. [AWS: metrics retention]
const fn kept(period: i64) -> i64 {
    match period {
        ..60 => 3 * 3_600,
        60..300 => 15 * 86_400,
        300..3_600 => 63 * 86_400,
        _ => OLDEST,
    }
}

/// The periods of a question, without those that are no longer kept or that nobody can have sent yet: no question is so
/// wide that its answer has no end.
fn grid(start: Time, end: Time, period: i64, now: Time) -> (i64, i64) {
    let (from, to) = aligned(start, end, period);
    let (oldest, newest) = (Time::from_secs(now.secs() - kept(period)), Time::from_secs(now.secs() + 7_200));
    let (oldest, newest) = (aligned(oldest, oldest, period).0, aligned(newest, newest, period).1);
    (from.max(oldest), to.min(newest))
}

fn check_period(period: Option<i64>) -> Result<i64, ApiError> {
    match period {
        Some(p) if matches!(p, 1 | 5 | 10 | 20 | 30) || p >= 60 && p % 60 == 0 => Ok(p),
        Some(p) => Err(validation(format!(
            "The period {p} is not valid. Valid values are 1, 5, 10, 20, 30, and any multiple of 60."
        ))),
        None => Err(validation("The parameter MetricStat.Period is required.")),
    }
}

/// One query of GetMetricData, evaluated.
struct Answer {
    id: String,
    label: String,
    points: BTreeMap<i64, f64>,
    shown: bool,
}

fn check_ids(queries: &[Tree], account: &str) -> Result<(), ApiError> {
    for (i, q) in queries.iter().enumerate() {
        let id = q.text_of("Id").unwrap_or_default();
        let good = id.starts_with(|c: char| c.is_ascii_lowercase())
            && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !good {
            return Err(validation(format!(
                "The value {id} for parameter MetricDataQueries.member.{}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.",
                i + 1
            )));
        }
        if queries[..i].iter().any(|o| o.text_of("Id") == Some(id)) {
            return Err(validation(format!(
                "The values for parameter MetricDataQueries.member.{}.Id are not unique.",
                i + 1
            )));
        }
        if q.text_of("AccountId").is_some_and(|a| a != account) {
            return Err(validation(format!(
                "The account in MetricDataQueries.member.{}.AccountId is not linked to this one.",
                i + 1
            )));
        }
        if q.get("MetricStat").is_null() == q.get("Expression").is_null() {
            return Err(validation(format!(
                "The parameter MetricDataQueries.member.{} must specify exactly one of MetricStat and Expression.",
                i + 1
            )));
        }
    }
    Ok(())
}

/// Evaluates queries between two moments of a clock. Metrics first, then expressions in the order of their needs.
fn answers(
    world: &World,
    region: &str,
    queries: &[Tree],
    (start, end): (Time, Time),
    now: Time,
    pace: Pace,
) -> Result<Vec<Answer>, ApiError> {
    let mut done: BTreeMap<&str, BTreeMap<i64, f64>> = BTreeMap::new();
    let mut singles: BTreeMap<&str, f64> = BTreeMap::new();
    let mut labels: BTreeMap<&str, String> = BTreeMap::new();
    let same_name = {
        let mut names: Vec<_> =
            queries.iter().filter_map(|q| q.get("MetricStat").get("Metric").text_of("MetricName")).collect();
        names.dedup();
        names.len() <= 1
    };
    let same_place = {
        let mut all: Vec<_> = queries
            .iter()
            .filter(|q| !q.get("MetricStat").is_null())
            .map(|q| key_of(q.get("MetricStat").get("Metric")).dimensions)
            .collect();
        all.dedup();
        all.len() <= 1
    };
    let metric_queries = queries.iter().filter(|q| !q.get("MetricStat").is_null()).count();
    let mut period = 60;
    for q in queries.iter().filter(|q| !q.get("MetricStat").is_null()) {
        let (id, ms) = (q.text_of("Id").unwrap_or_default(), q.get("MetricStat"));
        period = check_period(ms.get("Period").int().or_else(|| q.get("Period").int()))?;
        let word = ms.text_of("Stat").unwrap_or_default();
        let stat = Stat::parse(word).ok_or_else(|| validation(format!("The statistic {word} is not valid.")))?;
        let key = key_of(ms.get("Metric"));
        if key.namespace.is_empty() || key.name.is_empty() {
            return Err(validation("The parameter MetricStat.Metric must have a Namespace and a MetricName."));
        }
        let (from, to) = grid(start, end, period, now);
        let source = Source::find(world, region, &key, ms.text_of("Unit"), pace).lean(stat.is_plain());
        let points = source.read(from, to, period, now);
        done.insert(id, points.iter().filter_map(|(t, s)| Some((t.secs(), stat.of(s)?))).collect());
        let own: Vec<&str> = key.dimensions.iter().map(|(_, v)| v.as_str()).collect();
        // The label says what differs.
        let label = match (metric_queries, same_name) {
            (1, _) => key.name.clone(),
            (_, false) if same_place => key.name.clone(),
            (_, true) if !own.is_empty() => own.join(" "),
            _ => format!("{} {}", own.join(" "), key.name).trim().to_owned(),
        };
        labels.insert(id, label);
    }
    let mut waiting: Vec<&Tree> = queries.iter().filter(|q| !q.get("Expression").is_null()).collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut last_wrong = None;
        waiting.retain(|q| {
            let id = q.text_of("Id").unwrap_or_default();
            let known = |name: &str| {
                singles
                    .get(name)
                    .map(|n| Value::Number(*n))
                    .or_else(|| done.get(name).map(|s| Value::Series(s.clone())))
            };
            let all = |part: &str| {
                let is_metric =
                    |q: &&Tree| !q.get("MetricStat").is_null() && q.text_of("Id").is_some_and(|id| id.contains(part));
                queries.iter().filter(is_metric).filter_map(|q| done.get(q.text_of("Id")?).cloned()).collect()
            };
            let step = q.get("Period").int().filter(|p| *p > 0).unwrap_or(period);
            let (from, to) = grid(start, end, step, now);
            let setting = math::Setting { known: &known, all: &all, grid: (from, to, step) };
            match math::evaluate(q.text_of("Expression").unwrap_or_default(), &setting) {
                Ok(value) => {
                    let series = match value {
                        Value::Series(s) => s,
                        // A number is drawn as a line.
                        Value::Number(n) => {
                            singles.insert(id, n);
                            let step = usize::try_from(step).unwrap_or(60);
                            if n.is_finite() {
                                (from..to).step_by(step).map(|t| (t, n)).collect()
                            } else {
                                BTreeMap::new()
                            }
                        }
                        Value::Many(m) => m.into_iter().next().unwrap_or_default(),
                        Value::Word(_) => BTreeMap::new(),
                    };
                    done.insert(id, series);
                    labels.insert(id, id.to_owned());
                    false
                }
                Err(wrong) => {
                    last_wrong = Some(wrong);
                    true
                }
            }
        });
        if waiting.len() == before {
            // Nothing that is left can be evaluated: it names what is not there, or itself.
            return Err(validation(last_wrong.map(|w| w.to_string()).unwrap_or_default()));
        }
    }
    Ok(queries
        .iter()
        .map(|q| {
            let id = q.text_of("Id").unwrap_or_default();
            let points = done.remove(id).unwrap_or_default();
            let usual = labels.get(id).map(String::as_str).unwrap_or_default();
            let ms = q.get("MetricStat");
            let key = (!ms.is_null()).then(|| key_of(ms.get("Metric")));
            let period = ms.get("Period").int().unwrap_or(period);
            let metric = key.as_ref().map(|key| (key, ms.text_of("Stat").unwrap_or_default(), period));
            let about = About { usual, points: &points, metric, place: (&world.account, region) };
            Answer {
                id: id.to_owned(),
                label: q.text_of("Label").map_or_else(|| usual.to_owned(), |label| labels::fill(label, &about)),
                points,
                shown: q.get("ReturnData").flag() != Some(false),
            }
        })
        .collect())
}

/// What an alarm on metric math watches, between two moments of a clock: its only query that returns data.
///
/// # Errors
/// AWS's, for queries that cannot be evaluated.
pub(super) fn watched(
    world: &World,
    region: &str,
    queries: &[Tree],
    span: (Time, Time),
    now: Time,
    pace: Pace,
) -> Result<Vec<(i64, f64)>, ApiError> {
    check_ids(queries, &world.account)?;
    let found = answers(world, region, queries, span, now, pace)?;
    let mut shown = found.into_iter().filter(|a| a.shown);
    match (shown.next(), shown.next()) {
        (Some(one), None) => Ok(one.points.into_iter().collect()),
        _ => Err(validation("Exactly one element of the metrics list should return data.")),
    }
}

/// GetMetricData.
pub(super) fn get_metric_data(world: &World, region: &str, input: &Tree, now: Time) -> Outcome {
    let queries = input.get("MetricDataQueries").items();
    if queries.is_empty() {
        return Err(validation("The parameter MetricDataQueries is required."));
    }
    if queries.len() > MOST_QUERIES {
        return Err(validation(format!(
            "The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}."
        )));
    }
    check_ids(queries, &world.account)?;
    let (start, end) = span(input, now)?;
    let most = match input.get("MaxDatapoints").int() {
        Some(n) if n < 1 => return Err(validation("The parameter MaxDatapoints must be greater than or equal to 1.")),
        Some(n) => usize::try_from(n).ok().filter(|n| *n <= MOST_POINTS).ok_or_else(|| {
            validation(format!("The parameter MaxDatapoints must be less than or equal to {MOST_POINTS}."))
        })?,
        None => MOST_POINTS,
    };
    let (mut skip_queries, mut skip_points) = match input.text_of("NextToken") {
        None => (0, 0),
        Some(t) => read_page_token(t)?
            .split_once(':')
            .and_then(|(q, p)| Some((q.parse().ok()?, p.parse().ok()?)))
            .ok_or_else(super::errors::invalid_token)?,
    };
    let ascending = input.text_of("ScanBy") == Some("TimestampAscending");
    let answers = answers(world, region, queries, (start, end), now, Pace::WALL)?;
    let (mut results, mut left, mut next) = (Vec::new(), most, None);
    for (index, answer) in answers.into_iter().filter(|a| a.shown).enumerate() {
        if index < skip_queries {
            continue;
        }
        let mut points: Vec<(i64, f64)> = answer.points.into_iter().collect();
        if !ascending {
            points.reverse();
        }
        let total = points.len();
        let page: Vec<(i64, f64)> = points.into_iter().skip(skip_points).take(left).collect();
        let reached = skip_points + page.len();
        left -= page.len();
        let complete = reached >= total;
        results.push(Tree::map([
            ("Id", answer.id.into()),
            ("Label", answer.label.into()),
            ("Timestamps", page.iter().map(|(t, _)| Time::from_secs(*t).into()).collect::<Vec<Tree>>().into()),
            ("Values", page.iter().map(|(_, v)| (*v).into()).collect::<Vec<Tree>>().into()),
            ("StatusCode", if complete { "Complete" } else { "PartialData" }.into()),
        ]));
        if !complete {
            next = Some(page_token(&format!("{index}:{reached}")));
            break;
        }
        skip_points = 0;
        skip_queries = 0;
    }
    Ok(Tree::map([("MetricDataResults", results.into()), ("NextToken", next.into()), ("Messages", Vec::new().into())]))
}

/// GetMetricStatistics.
pub(super) fn get_metric_statistics(world: &World, region: &str, input: &Tree, now: Time) -> Outcome {
    for name in ["Namespace", "MetricName", "StartTime", "EndTime", "Period"] {
        if input.get(name).is_null() {
            return Err(ApiError::new("MissingParameter", format!("The parameter {name} is required.")));
        }
    }
    let period = input.get("Period").int().unwrap_or(0);
    if period < 1 || (period % 60 != 0 && !matches!(period, 1 | 5 | 10 | 20 | 30)) {
        return Err(invalid(
            "The parameter Period must be greater than or equal to 60 and a multiple of 60, or 1, 5, 10, 20 or 30.",
        ));
    }
    let (names, extended) = (input.get("Statistics").strings(), input.get("ExtendedStatistics").strings());
    if names.is_empty() && extended.is_empty() {
        return Err(ApiError::new(
            "InvalidParameterCombination",
            "At least one of the parameters Statistics and ExtendedStatistics must be specified.",
        ));
    }
    let parsed: Vec<(&String, Stat)> = names
        .iter()
        .chain(&extended)
        .map(|n| {
            // The five plain ones and the others are asked for apart.
            let found = Stat::parse(n).filter(|s| s.is_plain() == names.contains(n));
            found.map(|s| (n, s)).ok_or_else(|| invalid(format!("The statistic {n} is not valid.")))
        })
        .collect::<Result<_, _>>()?;
    let (start, end) = span(input, now).map_err(|e| invalid(e.message))?;
    let (from, to) = aligned(start, end, period);
    let asked = (to - from) / period;
    if asked > MOST_STATISTICS {
        return Err(ApiError::new(
            "InvalidParameterCombination",
            format!(
                "You have requested up to {asked} datapoints, which exceeds the limit of {MOST_STATISTICS}. You may reduce the \
                 datapoints requested by increasing Period, or decreasing the time range."
            ),
        ));
    }
    let key = key_of(input);
    let source = Source::find(world, region, &key, input.text_of("Unit"), Pace::WALL).lean(extended.is_empty());
    let points = source.read(from, to, period, now).into_iter().filter_map(|(t, sample)| {
        let mut members = vec![("Timestamp".into(), t.into())];
        let mut free = Vec::new();
        for (name, stat) in &parsed {
            // A percentile of what only a statistic set is known of is not there.
            let Some(value) = stat.of(&sample) else { continue };
            if names.contains(name) {
                members.push(((*name).clone().into(), value.into()));
            } else {
                free.push(((*name).clone(), value.into()));
            }
        }
        if members.len() + free.len() < 2 {
            return None;
        }
        members.push(("Unit".into(), source.unit.into()));
        if !free.is_empty() {
            members.push(("ExtendedStatistics".into(), Tree::Dict(free)));
        }
        Some(Tree::Map(members))
    });
    Ok(Tree::map([("Datapoints", points.collect::<Vec<_>>().into()), ("Label", key.name.clone().into())]))
}

/// ListMetrics.
pub(super) fn list_metrics(world: &World, region: &str, input: &Tree) -> Outcome {
    let (namespace, name) = (input.text_of("Namespace"), input.text_of("MetricName"));
    let filters = input.get("Dimensions").items();
    if input.text_of("RecentlyActive").is_some_and(|r| r != "PT3H") {
        return Err(invalid("Invalid RecentlyActive value. Valid values are [PT3H]"));
    }
    // No other account is linked to this one.
    if input.text_of("OwningAccount").is_some_and(|a| a != world.account) {
        return Ok(Tree::map([("Metrics", Vec::new().into())]));
    }
    let skip: usize = match input.text_of("NextToken") {
        None => 0,
        // ListMetrics has no error of its own for a token.
        Some(t) => read_page_token(t).ok().and_then(|t| t.parse().ok()).ok_or_else(|| invalid("Invalid nextToken"))?,
    };
    let wanted = |key: &MetricKey| {
        namespace.is_none_or(|n| key.namespace == n)
            && name.is_none_or(|n| key.name == n)
            && filters.iter().all(|f| {
                let value = f.text_of("Value");
                key.dimensions
                    .iter()
                    .any(|(n, v)| Some(n.as_str()) == f.text_of("Name") && value.is_none_or(|w| v == w))
            })
    };
    let mut found = metrics::all(world, region).into_iter().filter(wanted).skip(skip);
    let page: Vec<Tree> = found
        .by_ref()
        .take(METRICS_PAGE)
        .map(|k| {
            let dims = dimensions(&k);
            Tree::map([("Namespace", k.namespace.into()), ("MetricName", k.name.into()), ("Dimensions", dims)])
        })
        .collect();
    let next = found.next().map(|_| page_token(&(skip + page.len()).to_string()));
    Ok(Tree::map([("Metrics", page.into()), ("NextToken", next.into())]))
}
