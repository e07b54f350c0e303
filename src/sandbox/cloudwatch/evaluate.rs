//! The evaluation of alarms, each minute, and the reasons for their states in AWS's words.

use serde_json::json;

use super::metrics::Source;
use super::state::{AlarmState, HistoryItem, MetricWatch, Watch};
use super::stats::Stat;
use super::{rule, suppress};
use crate::base::Time;
use crate::sandbox::wire::number;
use crate::sandbox::world::World;
use crate::sandbox::world::fact::Fact;

/// What an evaluation found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    /// The state.
    pub state: AlarmState,
    /// Why.
    pub reason: String,
    /// Why, as JSON.
    pub data: Option<String>,
}

/// Which alarms are evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// All of them, each minute.
    All,
    /// Those with periods of less than a minute, every ten seconds.
    Quick,
}

/// Evaluates the alarms of a region.
pub(super) fn evaluate_all(world: &mut World, region: &str, now: Time, which: Which) {
    let Some(state) = world.peek(region).map(|r| &r.cloudwatch) else { return };
    let mut changed = Vec::new();
    for alarm in state.alarms.values().filter(|a| which == Which::All || a.is_quick()) {
        let Watch::Metric(watch) = &alarm.watch else { continue };
        if let Some(found) = judge(world, region, watch, now)
            && found.state != alarm.state
        {
            changed.push((alarm.name.clone(), found.verdict(watch, now)));
        }
    }
    for (name, verdict) in changed {
        transition(world, region, &name, verdict, now);
    }
    evaluate_rules(world, region, now);
}

/// Evaluates a region's composite alarms: they follow the others at once.
pub(super) fn evaluate_rules(world: &mut World, region: &str, now: Time) {
    follow(world, region, now);
    suppress::review(world, region, now);
}

fn follow(world: &mut World, region: &str, now: Time) {
    // They look at each other; a few rounds settle any sensible set.
    for _ in 0..4 {
        let Some(state) = world.peek(region).map(|r| &r.cloudwatch) else { return };
        let mut changed = Vec::new();
        for alarm in state.alarms.values() {
            let Watch::Rule(text) = &alarm.watch else { continue };
            let known = |name: &str| state.alarms.get(name).map(|a| a.state);
            let Ok(fires) = rule::evaluate(text, &known) else { continue };
            let new = if fires { AlarmState::Alarm } else { AlarmState::Ok };
            if new != alarm.state {
                let at = now.timestamp().strftime("%A %d %B, %Y %H:%M:%S UTC").to_string();
                let reason = format!("{} is in state {} since {at}", alarm.arn(&world.account, region), new.word());
                changed.push((alarm.name.clone(), Verdict { state: new, reason, data: None }));
            }
        }
        if changed.is_empty() {
            return;
        }
        for (name, verdict) in changed {
            transition(world, region, &name, verdict, now);
        }
    }
}

/// Sets a state, writes the history, and carries the actions out, unless a suppressor has a say in that.
pub(super) fn transition(world: &mut World, region: &str, name: &str, verdict: Verdict, now: Time) {
    let state = &mut world.region(region).cloudwatch;
    let Some(alarm) = state.alarms.get_mut(name) else { return };
    let old = (alarm.state, alarm.reason.clone(), alarm.reason_data.clone());
    alarm.updated = now;
    if old.0 != verdict.state {
        alarm.transitioned = now;
    }
    alarm.state = verdict.state;
    alarm.reason = verdict.reason;
    alarm.reason_data = verdict.data;
    if old.0 == verdict.state {
        return;
    }
    if alarm.suppressor.is_none() {
        alarm.acted = Some(alarm.state);
    }
    let alarm = alarm.clone();
    let item = |item: &str, summary: String, data: serde_json::Value| HistoryItem {
        alarm: alarm.name.clone(),
        kind: alarm.kind().to_owned(),
        at: now,
        item: item.to_owned(),
        summary,
        data: data.to_string(),
    };
    let side = |word: &str, reason: &str, data: Option<&String>| {
        let mut side = json!({ "stateValue": word, "stateReason": reason });
        if let Some(data) = data.and_then(|d| serde_json::from_str::<serde_json::Value>(d).ok()) {
            side["stateReasonData"] = data;
        }
        side
    };
    state.remember(item(
        "StateUpdate",
        format!("Alarm updated from {} to {}", old.0.word(), alarm.state.word()),
        json!({
            "version": "1.0",
            "oldState": side(old.0.word(), &old.1, old.2.as_ref()),
            "newState": side(alarm.state.word(), &alarm.reason, alarm.reason_data.as_ref()),
        }),
    ));
    if alarm.suppressor.is_none() {
        world.tell(region, now, Fact::AlarmFired { alarm: Box::new(alarm) });
    }
}

/// One period as the evaluation sees it: its start, and the value and of how many it is if there is one.
type Point = (Time, Option<(f64, f64)>);

/// The points that there are for an alarm, oldest first, and the end of the last whole period: moments of the sandbox's clock.
fn look(world: &World, region: &str, watch: &MetricWatch, now: Time) -> Option<(Vec<Point>, i64)> {
    let (period, n) = (watch.period.max(1), watch.evaluation_periods.max(1));
    let pace = world.pace();
    let now = pace.shows(now);
    let end = now.secs().div_euclid(period) * period;
    // CloudWatch looks a little further back than the evaluation periods, for metrics that come late or seldom.
    let range = n + (300 / period).clamp(2, 5);
    let start = end - range * period;
    let points = match &watch.key {
        Some(key) => {
            let stat = Stat::parse(&watch.stat)?;
            let source = Source::find(world, region, key, watch.unit.as_deref(), pace).lean(stat.is_plain());
            let found = source.read(start, end, period, now);
            found.into_iter().filter_map(|(t, s)| stat.of(&s).map(|v| (t, Some((v, s.count))))).collect()
        }
        None => {
            let queries = crate::sandbox::wire::read_json(watch.metrics.as_ref()?.to_string().as_bytes()).ok()?;
            let span = (Time::from_secs(start), Time::from_secs(end));
            let found = super::data::watched(world, region, queries.items(), span, now, pace).ok()?;
            found.into_iter().map(|(t, v)| (Time::from_secs(t), Some((v, 1.0)))).collect()
        }
    };
    Some((points, end))
}

/// The newest value that an alarm looks at.
pub(super) fn latest(world: &World, region: &str, watch: &MetricWatch, now: Time) -> Option<f64> {
    let (points, _) = look(world, region, watch, now)?;
    points.last().and_then(|(_, v)| *v).map(|(v, _)| v)
}

/// How many values a period needs for its percentile to say something, where an alarm asks for that.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html>
fn needed_for_percentile(watch: &MetricWatch) -> f64 {
    match Stat::parse(&watch.stat) {
        Some(Stat::Percentile(p)) if watch.low_samples.as_deref() == Some("ignore") => {
            let share = p / 100.0;
            let tail = if share >= 0.5 { 1.0 - share } else { share };
            // There is no whole number of values for the very ends.
            if tail > 0.0 { 10.0 / tail } else { 0.0 }
        }
        _ => 0.0,
    }
}

/// Judges one alarm. `None`: it keeps its state (`ignore`).
fn judge(world: &World, region: &str, watch: &MetricWatch, now: Time) -> Option<Found> {
    let (period, n) = (watch.period.max(1), watch.evaluation_periods.max(1));
    let (real, end) = look(world, region, watch, now)?;
    let pace = world.pace();
    let last_n = end - n * period;
    let points: Vec<Point> = if real.len() >= n as usize {
        real[real.len() - n as usize..].to_vec()
    } else {
        (0..n)
            .map(|i| {
                let at = Time::from_secs(last_n + i * period);
                real.iter().find(|(t, _)| *t == at).copied().unwrap_or((at, None))
            })
            .collect()
    };
    let needed = needed_for_percentile(watch);
    if points.iter().any(|(_, v)| v.is_some_and(|(_, count)| count + 1e-6 < needed)) {
        return None;
    }
    // What is told of them are the wall's moments.
    let points: Vec<Point> = points.into_iter().map(|(t, v)| (pace.wall(t), v)).collect();
    decide(watch, points)
}

/// Whether a value is beyond the threshold, and AWS's words for it.
fn breaches(watch: &MetricWatch, value: f64) -> bool {
    match watch.comparison.as_str() {
        "GreaterThanOrEqualToThreshold" => value >= watch.threshold,
        "LessThanThreshold" => value < watch.threshold,
        "LessThanOrEqualToThreshold" => value <= watch.threshold,
        _ => value > watch.threshold,
    }
}

fn words(comparison: &str) -> &'static str {
    match comparison {
        "GreaterThanOrEqualToThreshold" => "greater than or equal to",
        "LessThanThreshold" => "less than",
        "LessThanOrEqualToThreshold" => "less than or equal to",
        _ => "greater than",
    }
}

/// The state that an alarm should be in, with what speaks for it. Reasons are put into words only where the alarm changes its state.
struct Found {
    state: AlarmState,
    /// The evaluation periods, oldest first.
    points: Vec<Point>,
    /// How many of them are missing.
    missing: usize,
    /// How many have to be breaching for an alarm.
    needed: usize,
}

/// Decides from the points of the evaluation periods, oldest first. `None`: it keeps its state (`ignore`).
fn decide(watch: &MetricWatch, points: Vec<Point>) -> Option<Found> {
    let n = points.len();
    let needed =
        usize::try_from(watch.datapoints_to_alarm.unwrap_or(watch.evaluation_periods)).unwrap_or(n).clamp(1, n);
    let missing = points.iter().filter(|(_, v)| v.is_none()).count();
    let treat = treatment(watch);
    let real_breaching = points.iter().filter(|(_, v)| v.is_some_and(|(v, _)| breaches(watch, v))).count();
    let breaching = if treat == "breaching" { real_breaching + missing } else { real_breaching };
    let state = if missing == n && !fills(treat) {
        if treat == "ignore" {
            return None;
        }
        AlarmState::Insufficient
    } else if breaching >= needed {
        AlarmState::Alarm
    } else if treat == "ignore" && missing > 0 && breaching + missing >= needed {
        return None;
    } else {
        AlarmState::Ok
    };
    Some(Found { state, points, missing, needed })
}

/// How missing points are treated, by the alarm's word or AWS's default.
fn treatment(watch: &MetricWatch) -> &str {
    watch.treat_missing.as_deref().unwrap_or("missing")
}

/// Whether missing points count as something.
fn fills(treatment: &str) -> bool {
    matches!(treatment, "breaching" | "notBreaching")
}

impl Found {
    /// The state with its reasons.
    fn verdict(self, watch: &MetricWatch, now: Time) -> Verdict {
        let data = Some(reason_data(watch, &self.points, now));
        Verdict { state: self.state, reason: self.reason(watch), data }
    }

    /// Why, in AWS's words.
    fn reason(&self, watch: &MetricWatch) -> String {
        let (state, points, missing, needed) = (self.state, &self.points, self.missing, self.needed);
        let n = points.len();
        let s = |count: usize| if count == 1 { "" } else { "s" };
        let were = |count: usize| if count == 1 { "was" } else { "were" };
        if state == AlarmState::Insufficient {
            return format!("Insufficient Data: {n} datapoint{} {} unknown.", s(n), were(n));
        }
        let treat = treatment(watch);
        let plain = if treat == "breaching" { "Breaching" } else { "NonBreaching" };
        let treated = format!("{missing} missing datapoint{} {} treated as [{plain}]", s(missing), were(missing));
        if missing == n {
            format!("Threshold Crossed: no datapoints were received for {n} period{} and {treated}.", s(n))
        } else {
            // Those that speak for the state, newest first.
            let speak: Vec<String> = points
                .iter()
                .rev()
                .filter_map(|(t, v)| v.map(|(v, _)| (t, v)))
                .filter(|(_, v)| breaches(watch, *v) == (state == AlarmState::Alarm))
                .map(|(t, v)| format!("{} ({})", number(v), t.timestamp().strftime("%d/%m/%y %H:%M:%S")))
                .collect();
            let count = speak.len();
            let not = if state == AlarmState::Alarm { "" } else { "not " };
            let tail = if missing > 0 && fills(treat) { format!(" and {treated}") } else { String::new() };
            let minimum = if state == AlarmState::Alarm { needed } else { n + 1 - needed };
            format!(
                "Threshold Crossed: {count} out of the last {n} datapoints [{}] {} {not}{} the threshold ({}){tail} \
             (minimum {minimum} datapoint{} for {} -> {} transition).",
                speak.join(", "),
                were(count),
                words(&watch.comparison),
                number(watch.threshold),
                s(minimum),
                if state == AlarmState::Alarm { "OK" } else { "ALARM" },
                state.word(),
            )
        }
    }
}

fn stamp(t: Time) -> String {
    t.timestamp().strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}

/// `StateReasonData`.
fn reason_data(watch: &MetricWatch, points: &[Point], now: Time) -> String {
    let real: Vec<(Time, f64, f64)> = points.iter().filter_map(|(t, v)| v.map(|(v, count)| (*t, v, count))).collect();
    let mut data = json!({
        "version": "1.0",
        "queryDate": stamp(now),
        "statistic": watch.stat,
        "period": watch.period,
        "recentDatapoints": real.iter().map(|(_, v, _)| *v).collect::<Vec<_>>(),
        "threshold": watch.threshold,
        "evaluatedDatapoints": points
            .iter()
            .rev()
            .map(|(t, v)| match v {
                Some((v, count)) => json!({ "timestamp": stamp(*t), "sampleCount": count, "value": v }),
                None => json!({ "timestamp": stamp(*t) }),
            })
            .collect::<Vec<_>>(),
    });
    if let Some((first, ..)) = real.first() {
        data["startDate"] = stamp(*first).into();
    }
    if let Some(unit) = &watch.unit {
        data["unit"] = unit.as_str().into();
    }
    data.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(n: i64, m: Option<i64>, treat: &str) -> MetricWatch {
        MetricWatch {
            key: None,
            stat: "Average".into(),
            period: 300,
            unit: None,
            evaluation_periods: n,
            datapoints_to_alarm: m,
            threshold: 80.0,
            comparison: "GreaterThanThreshold".into(),
            treat_missing: Some(treat.into()),
            low_samples: None,
            metrics: None,
        }
    }
    fn points(values: &[Option<f64>]) -> Vec<Point> {
        let start = Time::parse("2026-11-21T09:05:00Z").unwrap();
        let at = |i: usize| Time::from_secs(start.secs() + i as i64 * 300);
        values.iter().enumerate().map(|(i, v)| (at(i), v.map(|v| (v, 1.0)))).collect()
    }
    fn reason(n: i64, m: Option<i64>, treat: &str, values: &[Option<f64>]) -> Option<(AlarmState, String)> {
        let now = Time::parse("2026-11-21T09:30:00Z").unwrap();
        let watch = watch(n, m, treat);
        let verdict = decide(&watch, points(values)).map(|found| found.verdict(&watch, now));
        verdict.map(|v| (v.state, v.reason))
    }

    #[test]
    fn a_crossed_threshold_is_told_in_awss_words() {
        assert_eq!(
            reason(1, None, "missing", &[Some(85.2)]).unwrap(),
            (
                AlarmState::Alarm,
                "Threshold Crossed: 1 out of the last 1 datapoints [85.2 (21/11/26 09:05:00)] was greater than the threshold (80.0) \
                 (minimum 1 datapoint for OK -> ALARM transition)."
                    .into()
            )
        );
        assert_eq!(
            reason(3, Some(2), "missing", &[Some(85.0), Some(10.0), Some(90.5)]).unwrap().1,
            "Threshold Crossed: 2 out of the last 3 datapoints [90.5 (21/11/26 09:15:00), 85.0 (21/11/26 09:05:00)] were greater than \
             the threshold (80.0) (minimum 2 datapoints for OK -> ALARM transition)."
        );
        assert!(
            reason(1, None, "missing", &[Some(80.0)]).unwrap().1.contains("was not greater than the threshold (80.0)")
        );
    }

    #[test]
    fn missing_data_is_treated_as_the_alarm_says() {
        assert_eq!(
            reason(1, None, "missing", &[None]).unwrap(),
            (AlarmState::Insufficient, "Insufficient Data: 1 datapoint was unknown.".into())
        );
        assert_eq!(reason(1, None, "ignore", &[None]), None);
        assert_eq!(
            reason(1, None, "notBreaching", &[None]).unwrap(),
            (
                AlarmState::Ok,
                "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching]."
                    .into()
            )
        );
        assert_eq!(reason(2, None, "breaching", &[Some(85.0), None]).unwrap().0, AlarmState::Alarm);
        assert_eq!(reason(2, Some(1), "missing", &[None, Some(85.0)]).unwrap().0, AlarmState::Alarm);
    }
}
