//! The functions of metric math. Pure.

use std::collections::BTreeMap;

use super::math::{Series, Setting, Value};
use crate::base::{Civil, Time};

/// The series of a value; a number has none.
pub(super) fn series_of(v: Value) -> Vec<Series> {
    match v {
        Value::Number(_) | Value::Word(_) => Vec::new(),
        Value::Series(s) => vec![s],
        Value::Many(m) => m,
    }
}

fn fold(name: &str, values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    Some(match name {
        "SUM" => values.iter().sum(),
        "AVG" => mean,
        "MIN" => values.iter().copied().fold(f64::INFINITY, f64::min),
        "MAX" => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        "STDDEV" => (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt(),
        "DATAPOINT_COUNT" => n,
        _ => return None,
    })
}

/// One series at a time, whatever there are.
fn map(value: Value, f: &dyn Fn(&Series) -> Series) -> Option<Value> {
    Some(match value {
        Value::Series(s) => Value::Series(f(&s)),
        Value::Many(m) => Value::Many(m.iter().map(f).collect()),
        Value::Number(_) | Value::Word(_) => return None,
    })
}

fn each(value: Value, f: fn(f64) -> f64) -> Option<Value> {
    match value {
        Value::Number(n) => Some(Value::Number(f(n))),
        value => map(value, &|s| s.iter().map(|(t, v)| (*t, f(*v))).filter(|(_, v)| v.is_finite()).collect()),
    }
}

/// The difference of neighbours, divided by `per` of the moments between them.
fn difference(s: &Series, per: fn(f64) -> f64) -> Series {
    s.iter().zip(s.iter().skip(1)).map(|((t0, a), (t, b))| (*t, (b - a) / per((t - t0) as f64))).collect()
}

/// A part of the moment, by name.
fn part(name: &str) -> Option<fn(i64) -> f64> {
    fn date(t: i64) -> Civil {
        Time::from_secs(t).civil()
    }
    Some(match name {
        "EPOCH" => |t| t as f64,
        "MINUTE" => |t| f64::from(date(t).minute),
        "HOUR" => |t| f64::from(date(t).hour),
        "DAY" => |t| f64::from(date(t).weekday),
        "DATE" => |t| f64::from(date(t).day),
        "MONTH" => |t| f64::from(date(t).month),
        "YEAR" => |t| date(t).year as f64,
        _ => return None,
    })
}

fn fill(series: Value, with: &Value, setting: &Setting<'_>) -> Option<Value> {
    map(series, &|s| {
        // Up to the last moment that any metric has: what is not over yet is not missing.
        let last = (setting.all)("").iter().filter_map(|s| s.keys().next_back().copied()).max();
        let last = last.max(s.keys().next_back().copied());
        let mut out = s.clone();
        for t in setting.moments().into_iter().filter(|t| last.is_some_and(|l| *t <= l)) {
            if s.contains_key(&t) {
                continue;
            }
            let (before, after) = (s.range(..t).next_back(), s.range(t..).next());
            let value = match (with, before, after) {
                (Value::Number(n), ..) => Some(*n),
                (Value::Word(w), Some((_, v)), _) if w == "REPEAT" => Some(*v),
                (Value::Word(w), Some((t0, a)), Some((t1, b))) if w == "LINEAR" => {
                    Some(a + (b - a) * (t - t0) as f64 / (t1 - t0) as f64)
                }
                (Value::Series(other), ..) => other.get(&t).copied(),
                _ => None,
            };
            out.extend(value.map(|v| (t, v)));
        }
        out
    })
}

/// `IF(condition, then, else)` moment by moment; without `else` what does not hold is left out.
fn choose(condition: Value, then: Value, otherwise: Option<Value>) -> Value {
    if let Value::Number(n) = condition {
        return if n != 0.0 { then } else { otherwise.unwrap_or(Value::Series(Series::new())) };
    }
    let at = |v: &Value, t: i64| match v {
        Value::Number(n) => Some(*n),
        Value::Series(s) => s.get(&t).copied(),
        Value::Many(_) | Value::Word(_) => None,
    };
    let one = |s: Series| -> Series {
        s.into_iter()
            .filter_map(|(t, c)| {
                let chosen = if c != 0.0 { at(&then, t) } else { otherwise.as_ref().and_then(|o| at(o, t)) };
                chosen.map(|v| (t, v))
            })
            .collect()
    };
    match condition {
        Value::Many(m) => Value::Many(m.into_iter().map(one).collect()),
        other => Value::Series(series_of(other).into_iter().next().map(one).unwrap_or_default()),
    }
}

/// A function's value; none if there is no such function for these arguments.
pub(super) fn call(name: &str, mut arguments: Vec<Value>, setting: &Setting<'_>) -> Option<Value> {
    match (name, arguments.len()) {
        ("METRICS", 0) => return Some(Value::Many((setting.all)(""))),
        ("METRICS", 1) => {
            let Value::Word(word) = arguments.pop()? else { return None };
            return Some(Value::Many((setting.all)(&word)));
        }
        ("IF", 3) => {
            let (otherwise, then) = (arguments.pop(), arguments.pop()?);
            return Some(choose(arguments.pop()?, then, otherwise));
        }
        ("IF", 2) => {
            let then = arguments.pop()?;
            return Some(choose(arguments.pop()?, then, None));
        }
        ("FILL", 2) => {
            let with = arguments.pop()?;
            return fill(arguments.pop()?, &with, setting);
        }
        ("SLICE", 2 | 3) => {
            let to = if arguments.len() == 3 { arguments.pop() } else { None };
            let (Value::Number(from), series) = (arguments.pop()?, arguments.pop()?) else { return None };
            let to = match to {
                Some(Value::Number(n)) => n as usize,
                Some(_) => return None,
                None => usize::MAX,
            };
            let mut all = series_of(series);
            all.truncate(to);
            let rest = all.into_iter().skip(from as usize);
            return Some(Value::Many(rest.collect()));
        }
        (_, 1) => {}
        _ => return None,
    }
    let argument = arguments.pop()?;
    if let Some(part) = part(name) {
        return map(argument, &|s| s.keys().map(|t| (*t, part(*t))).collect());
    }
    match name {
        "ABS" => each(argument, f64::abs),
        "CEIL" => each(argument, f64::ceil),
        "FLOOR" => each(argument, f64::floor),
        "LOG" => each(argument, f64::ln),
        "LOG10" => each(argument, f64::log10),
        "DIFF" => map(argument, &|s| difference(s, |_| 1.0)),
        "RATE" => map(argument, &|s| difference(s, |seconds| seconds.max(1.0))),
        "DIFF_TIME" => map(argument, &|s| s.keys().zip(s.keys().skip(1)).map(|(a, b)| (*b, (b - a) as f64)).collect()),
        "RUNNING_SUM" => map(argument, &|s| {
            s.iter()
                .scan(0.0, |sum, (t, v)| {
                    *sum += v;
                    Some((*t, *sum))
                })
                .collect()
        }),
        "PERIOD" => Some(Value::Number(setting.grid.2 as f64)),
        "TIME_SERIES" => match argument {
            Value::Number(n) => Some(Value::Series(setting.moments().into_iter().map(|t| (t, n)).collect())),
            Value::Series(s) => Some(Value::Series(s)),
            Value::Many(_) | Value::Word(_) => None,
        },
        "METRIC_COUNT" => Some(Value::Number(series_of(argument).len() as f64)),
        "REMOVE_EMPTY" => Some(Value::Many(series_of(argument).into_iter().filter(|s| !s.is_empty()).collect())),
        "FIRST" => match argument {
            Value::Many(m) => m.into_iter().next().map(Value::Series),
            Value::Series(s) => s.values().next().map(|v| Value::Number(*v)),
            Value::Number(_) | Value::Word(_) => None,
        },
        "LAST" => match argument {
            Value::Many(m) => m.into_iter().next_back().map(Value::Series),
            Value::Series(s) => s.values().next_back().map(|v| Value::Number(*v)),
            Value::Number(_) | Value::Word(_) => None,
        },
        _ => match argument {
            Value::Series(s) if s.is_empty() => fold(name, &[0.0]).map(|_| Value::Number(f64::NAN)),
            // Of one series: one number. Of several: moment by moment.
            Value::Series(s) => fold(name, &s.values().copied().collect::<Vec<_>>()).map(Value::Number),
            Value::Number(n) => fold(name, &[n]).map(Value::Number),
            Value::Word(_) => None,
            Value::Many(many) => {
                let mut by_moment: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
                for (t, v) in many.into_iter().flatten() {
                    by_moment.entry(t).or_default().push(v);
                }
                fold(name, &[0.0])?;
                let folded: Option<Series> =
                    by_moment.into_iter().map(|(t, v)| fold(name, &v).map(|v| (t, v))).collect();
                folded.map(Value::Series)
            }
        },
    }
}
