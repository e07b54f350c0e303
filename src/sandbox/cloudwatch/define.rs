//! PutMetricAlarm and PutCompositeAlarm.

use super::alarms::{configuration, tags_of};
use super::data::key_of;
use super::errors::{Outcome, validation};
use super::evaluate::evaluate_rules;
use super::state::{Alarm, MetricWatch, Suppressor, Watch};
use super::stats::Stat;
use super::{actions, rule, suppress};
use crate::base::Time;
use crate::sandbox::pace::Pace;
use crate::sandbox::wire::{ApiError, Tree, write_json};
use crate::sandbox::world::World;

/// Comparisons with a fixed threshold.
const COMPARISONS: [&str; 4] =
    ["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"];

/// PutMetricAlarm.
pub(super) fn put_metric(world: &mut World, region: &str, input: &Tree, now: Time) -> Outcome {
    let required = |name: &str| Err(validation(format!("The parameter {name} is required.")));
    let metrics = input.get("Metrics");
    let key = metrics.items().is_empty().then(|| key_of(input));
    if let Some(key) = &key {
        if key.name.is_empty() || key.namespace.is_empty() {
            return Err(validation("Exactly one of MetricName and Namespace, or Metrics, must be specified."));
        }
        if input.get("Statistic").is_null() == input.get("ExtendedStatistic").is_null() {
            return Err(validation("Exactly one of Statistic and ExtendedStatistic must be specified."));
        }
    }
    let not_here =
        ["ThresholdMetricId", "EvaluationWindow", "WarmUpConfiguration", "EvaluationCriteria", "EvaluationInterval"];
    refuse(input, &not_here)?;
    let (statistic, extended) = (input.text_of("Statistic"), input.text_of("ExtendedStatistic"));
    let stat = statistic.or(extended).unwrap_or("Average");
    if Stat::parse(stat).is_none_or(|s| s.is_plain() == extended.is_some()) {
        return Err(validation(format!("The statistic {stat} is not valid.")));
    }
    let low_samples = input.text_of("EvaluateLowSampleCountPercentile");
    if low_samples.is_some_and(|w| !matches!(w, "evaluate" | "ignore")) {
        return Err(validation("EvaluateLowSampleCountPercentile must be one of: evaluate, ignore"));
    }
    let Some(evaluation_periods) = input.get("EvaluationPeriods").int().filter(|n| *n >= 1) else {
        return required("EvaluationPeriods");
    };
    let Some(comparison) = input.text_of("ComparisonOperator") else { return required("ComparisonOperator") };
    let Some(threshold) = input.get("Threshold").num() else { return required("Threshold") };
    let period = match (input.get("Period").int(), &key) {
        (Some(p), _) if p >= 60 && p % 60 == 0 || matches!(p, 10 | 20 | 30) => p,
        (None, None) => metrics.items().iter().find_map(|m| m.get("MetricStat").get("Period").int()).unwrap_or(60),
        (None, Some(_)) => return required("Period"),
        (Some(p), _) => {
            return Err(validation(format!("Metric period must be 10, 20, 30 or a multiple of 60; {p} is not")));
        }
    };
    let most = if period < 3_600 { 86_400 } else { 604_800 };
    if evaluation_periods.saturating_mul(period) > most {
        let span = if most == 86_400 { "a day" } else { "seven days" };
        return Err(validation(format!(
            "Metrics cannot be checked across more than {span} (EvaluationPeriods * Period must be <= {most})."
        )));
    }
    let datapoints_to_alarm = input.get("DatapointsToAlarm").int();
    if datapoints_to_alarm.is_some_and(|m| m < 1 || m > evaluation_periods) {
        return Err(validation("DatapointsToAlarm must be less than or equal to EvaluationPeriods"));
    }
    if key.is_none() {
        // What cannot be evaluated cannot be watched.
        super::data::watched(world, region, metrics.items(), (Time(now.0 - period * 1000), now), now, Pace::WALL)?;
    }
    if !COMPARISONS.contains(&comparison) {
        return Err(validation(format!(
            "1 validation error detected: Value '{comparison}' at 'comparisonOperator' failed to satisfy constraint: Member \
             must satisfy enum value set: [{}]",
            COMPARISONS.join(", ")
        )));
    }
    let treat_missing = input.text_of("TreatMissingData");
    if treat_missing.is_some_and(|t| !["breaching", "notBreaching", "ignore", "missing"].contains(&t)) {
        return Err(validation("TreatMissingData must be one of: breaching, notBreaching, ignore, missing"));
    }
    let watch = MetricWatch {
        key,
        stat: stat.into(),
        period,
        unit: input.text_of("Unit").map(str::to_owned),
        evaluation_periods,
        datapoints_to_alarm,
        threshold,
        comparison: comparison.into(),
        treat_missing: treat_missing.map(str::to_owned),
        low_samples: low_samples.map(str::to_owned),
        metrics: (!metrics.is_null()).then(|| write_json(metrics)),
    };
    put(world, region, input, Watch::Metric(Box::new(watch)), None, now)
}

/// Parts of a request that are not done here are not passed over.
fn refuse(input: &Tree, names: &[&str]) -> Result<(), ApiError> {
    match names.iter().chain(&["ActionConfiguration"]).find(|n| !input.get(n).is_null()) {
        Some(name) => Err(validation(format!("The parameter {name} is not supported here."))),
        None => Ok(()),
    }
}

/// PutCompositeAlarm.
pub(super) fn put_composite(world: &mut World, region: &str, input: &Tree, now: Time) -> Outcome {
    let text = input.text_of("AlarmRule").unwrap_or_default();
    let alarms = &world.region(region).cloudwatch.alarms;
    rule::evaluate(text, &|name| alarms.get(name).map(|a| a.state)).map_err(|e| validation(e.to_string()))?;
    refuse(input, &[])?;
    let suppressor = suppress::read(input, &world.region(region).cloudwatch)?;
    put(world, region, input, Watch::Rule(text.to_owned()), suppressor, now)?;
    evaluate_rules(world, region, now);
    Ok(Tree::Null)
}

fn put(
    world: &mut World,
    region: &str,
    input: &Tree,
    watch: Watch,
    suppressor: Option<Suppressor>,
    now: Time,
) -> Outcome {
    let name = input.text_of("AlarmName").unwrap_or_default();
    if name.is_empty() || name.chars().count() > 255 {
        return Err(validation(
            "1 validation error detected: Value at 'alarmName' failed to satisfy constraint: Member must have length between 1 and 255",
        ));
    }
    let mut alarm = Alarm::new(name, watch, now);
    alarm.description = input.text_of("AlarmDescription").map(str::to_owned);
    alarm.actions_enabled = input.get("ActionsEnabled").flag().unwrap_or(true);
    alarm.ok_actions = input.get("OKActions").strings();
    alarm.alarm_actions = input.get("AlarmActions").strings();
    alarm.insufficient_actions = input.get("InsufficientDataActions").strings();
    for list in [&alarm.ok_actions, &alarm.alarm_actions, &alarm.insufficient_actions] {
        actions::check(list, &alarm.watch, region)?;
    }
    alarm.suppressor = suppressor;
    alarm.tags = tags_of(input);
    put_alarm(world, region, alarm, now);
    Ok(Tree::Null)
}

/// Makes or replaces an alarm. One that was there keeps its state, its tags and its past.
pub(in crate::sandbox) fn put_alarm(world: &mut World, region: &str, mut alarm: Alarm, now: Time) {
    let account = world.account.clone();
    let state = &mut world.region(region).cloudwatch;
    let kind = match state.alarms.get(&alarm.name) {
        Some(old) => {
            (alarm.state, alarm.updated, alarm.transitioned) = (old.state, old.updated, old.transitioned);
            (alarm.reason, alarm.reason_data) = (old.reason.clone(), old.reason_data.clone());
            alarm.acted = Some(old.acted());
            alarm.suppressed = old.suppressed.clone().filter(|_| alarm.suppressor.is_some());
            alarm.tags = old.tags.clone();
            "Update"
        }
        None => "Create",
    };
    let item = configuration(&alarm, &account, region, kind, now);
    state.remember(item);
    state.alarms.insert(alarm.name.clone(), alarm);
    super::physics::keep_ticking(world, region, now);
}
