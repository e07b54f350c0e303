//! The operations on alarms.

use std::collections::{BTreeMap, BTreeSet};

use arcstr::ArcStr;
use serde_json::json;

use super::data::{dimensions, key_of};
use super::errors::{Outcome, invalid, page_token, read_page_token, validation};
use super::evaluate::{Verdict, evaluate_rules, transition};
use super::rule;
use super::state::{Alarm, AlarmState, HistoryItem, Watch};
use super::stats::Stat;
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Tree, read_json, write_json};
use crate::sandbox::world::World;

/// AWS's default and greatest page.
const PAGE: (usize, usize) = (50, 100);

fn page_size(input: &Tree) -> Result<usize, ApiError> {
    match input.get("MaxRecords").int() {
        None => Ok(PAGE.0),
        Some(n) if (1..=PAGE.1 as i64).contains(&n) => Ok(n as usize),
        Some(n) => Err(validation(format!(
            "1 validation error detected: Value '{n}' at 'maxRecords' failed to satisfy constraint: Member must have value between 1 and 100"
        ))),
    }
}

/// An alarm as the API shows it.
fn shown(alarm: &Alarm, account: &str, region: &str) -> Tree {
    let mut members: Vec<(std::borrow::Cow<'static, str>, Tree)> = Vec::new();
    let mut add = |name: &'static str, value: Tree| {
        if !value.is_null() {
            members.push((name.into(), value));
        }
    };
    add("AlarmName", alarm.name.as_str().into());
    add("AlarmArn", alarm.arn(account, region).into());
    add("AlarmDescription", alarm.description.clone().into());
    add("AlarmConfigurationUpdatedTimestamp", alarm.configured.into());
    add("ActionsEnabled", alarm.actions_enabled.into());
    add("OKActions", Tree::texts(&alarm.ok_actions));
    add("AlarmActions", Tree::texts(&alarm.alarm_actions));
    add("InsufficientDataActions", Tree::texts(&alarm.insufficient_actions));
    add("StateValue", alarm.state.word().into());
    add("StateReason", alarm.reason.as_str().into());
    add("StateReasonData", alarm.reason_data.clone().into());
    add("StateUpdatedTimestamp", alarm.updated.into());
    add("StateTransitionedTimestamp", alarm.transitioned.into());
    match &alarm.watch {
        Watch::Rule(rule) => {
            add("AlarmRule", rule.as_str().into());
            if let Some(by) = &alarm.suppressor {
                add("ActionsSuppressor", by.alarm.as_str().into());
                add("ActionsSuppressorWaitPeriod", by.wait.into());
                add("ActionsSuppressorExtensionPeriod", by.extension.into());
                if let Some(held) = &alarm.suppressed {
                    add("ActionsSuppressedBy", held.word().into());
                    add("ActionsSuppressedReason", held.reason(by).into());
                }
            }
        }
        Watch::Metric(w) => {
            if let Some(key) = &w.key {
                add("MetricName", key.name.as_str().into());
                add("Namespace", key.namespace.as_str().into());
                let plain = Stat::parse(&w.stat).is_some_and(Stat::is_plain);
                add(if plain { "Statistic" } else { "ExtendedStatistic" }, w.stat.as_str().into());
                add("Dimensions", dimensions(key));
                add("Period", w.period.into());
                add("Unit", w.unit.clone().into());
            } else {
                add("Dimensions", Vec::new().into());
            }
            add("EvaluationPeriods", w.evaluation_periods.into());
            add("DatapointsToAlarm", w.datapoints_to_alarm.into());
            add("Threshold", w.threshold.into());
            add("ComparisonOperator", w.comparison.as_str().into());
            add("TreatMissingData", w.treat_missing.clone().into());
            add("EvaluateLowSampleCountPercentile", w.low_samples.clone().into());
            if let Some(metrics) = &w.metrics {
                add("Metrics", read_json(metrics.to_string().as_bytes()).unwrap_or(Tree::Null));
            }
        }
    }
    Tree::Map(members)
}

/// DescribeAlarms.
pub(super) fn describe(world: &World, region: &str, input: &Tree) -> Outcome {
    let names = input.get("AlarmNames").strings();
    let prefix = input.text_of("AlarmNamePrefix");
    if !names.is_empty() && prefix.is_some() {
        return Err(validation("AlarmNamePrefix and AlarmNames cannot be specified together."));
    }
    if names.len() > 100 {
        return Err(validation("The collection AlarmNames must not have a size greater than 100."));
    }
    let state = match input.text_of("StateValue") {
        None => None,
        Some(word) => Some(AlarmState::parse(word).ok_or_else(|| {
            validation(format!(
                "1 validation error detected: Value '{word}' at 'stateValue' failed to satisfy constraint: Member must satisfy enum \
                 value set: [INSUFFICIENT_DATA, ALARM, OK]"
            ))
        })?),
    };
    let alarms = world.peek(region).map(|r| &r.cloudwatch.alarms);
    let family = family(alarms, input)?;
    // Composite alarms are shown to those only who ask for them.
    let types = input.get("AlarmTypes").strings();
    let is_wanted_kind = |a: &Alarm| match &family {
        Some(_) => true,
        None if types.is_empty() => a.kind() == "MetricAlarm",
        None => types.iter().any(|t| t == a.kind()),
    };
    let action = input.text_of("ActionPrefix");
    let acts = |a: &Alarm| action.is_none_or(|p| a.alarm_actions.iter().any(|x| x.starts_with(p)));
    let most = page_size(input)?;
    let after = input.text_of("NextToken").map(read_page_token).transpose()?;
    let mut found = alarms.into_iter().flat_map(BTreeMap::values).filter(|a| {
        is_wanted_kind(a)
            && family.as_ref().is_none_or(|names| names.contains(a.name.as_str()))
            && (names.is_empty() || names.iter().any(|n| a.name == n.as_str()))
            && prefix.is_none_or(|p| a.name.starts_with(p))
            && state.is_none_or(|s| a.state == s)
            && acts(a)
            && after.as_deref().is_none_or(|t| a.name.as_str() > t)
    });
    let page: Vec<&Alarm> = found.by_ref().take(most).collect();
    let next = found.next().and_then(|_| page.last()).map(|a| page_token(&a.name));
    let of = |kind: &str| {
        page.iter().filter(|a| a.kind() == kind).map(|a| shown(a, &world.account, region)).collect::<Vec<_>>()
    };
    Ok(Tree::map([
        ("CompositeAlarms", of("CompositeAlarm").into()),
        ("MetricAlarms", of("MetricAlarm").into()),
        ("NextToken", next.into()),
    ]))
}

/// The names that `ChildrenOfAlarmName` or `ParentsOfAlarmName` asks for, if either is there.
fn family(alarms: Option<&BTreeMap<ArcStr, Alarm>>, input: &Tree) -> Result<Option<BTreeSet<String>>, ApiError> {
    let (children, parents) = (input.text_of("ChildrenOfAlarmName"), input.text_of("ParentsOfAlarmName"));
    let Some(of) = children.or(parents) else { return Ok(None) };
    let others = ["AlarmNames", "AlarmNamePrefix", "StateValue", "ActionPrefix", "AlarmTypes"];
    if children.is_some() && parents.is_some() || others.iter().any(|o| !input.get(o).is_null()) {
        let message = "ChildrenOfAlarmName and ParentsOfAlarmName can be specified with MaxRecords and NextToken only.";
        return Err(validation(message));
    }
    let looks_at = |a: &Alarm| match &a.watch {
        Watch::Rule(rule) => rule::names(rule),
        Watch::Metric(_) => Vec::new(),
    };
    let Some(alarms) = alarms else { return Ok(Some(BTreeSet::new())) };
    Ok(Some(match children {
        Some(_) => alarms.get(of).map(looks_at).unwrap_or_default().into_iter().collect(),
        None => {
            let parents = alarms.values().filter(|a| looks_at(a).iter().any(|n| n == of));
            parents.map(|a| a.name.to_string()).collect()
        }
    }))
}

/// DescribeAlarmsForMetric.
pub(super) fn describe_for_metric(world: &World, region: &str, input: &Tree) -> Outcome {
    let key = key_of(input);
    let stat = input.text_of("Statistic").or(input.text_of("ExtendedStatistic"));
    let period = input.get("Period").int();
    let unit = input.text_of("Unit");
    let found = world.peek(region).into_iter().flat_map(|r| r.cloudwatch.alarms.values()).filter(|a| match &a.watch {
        Watch::Metric(w) => {
            w.key.as_ref() == Some(&key)
                && stat.is_none_or(|s| w.stat == s)
                && period.is_none_or(|p| w.period == p)
                && unit.is_none_or(|u| w.unit.as_deref() == Some(u))
        }
        Watch::Rule(_) => false,
    });
    Ok(Tree::map([("MetricAlarms", found.map(|a| shown(a, &world.account, region)).collect::<Vec<_>>().into())]))
}

/// DescribeAlarmHistory.
pub(super) fn history(world: &World, region: &str, input: &Tree) -> Outcome {
    let name = input.text_of("AlarmName");
    let item = input.text_of("HistoryItemType");
    let types = input.get("AlarmTypes").strings();
    let (from, to) = (input.get("StartDate").time(), input.get("EndDate").time());
    let most = page_size(input)?;
    let skip: usize = match input.text_of("NextToken") {
        None => 0,
        Some(t) => read_page_token(t)?.parse().map_err(|_| super::errors::invalid_token())?,
    };
    let mut all: Vec<&HistoryItem> = world.peek(region).into_iter().flat_map(|r| &r.cloudwatch.history).collect();
    all.retain(|h| {
        name.is_none_or(|n| h.alarm == n)
            && item.is_none_or(|i| h.item == i)
            && (if types.is_empty() { h.kind == "MetricAlarm" } else { types.contains(&h.kind) })
            && from.is_none_or(|f| h.at >= f)
            && to.is_none_or(|t| h.at <= t)
    });
    if input.text_of("ScanBy") != Some("TimestampAscending") {
        all.reverse();
    }
    let page: Vec<Tree> = all
        .iter()
        .skip(skip)
        .take(most)
        .map(|h| {
            Tree::map([
                ("AlarmName", h.alarm.as_str().into()),
                ("AlarmType", h.kind.as_str().into()),
                ("Timestamp", h.at.into()),
                ("HistoryItemType", h.item.as_str().into()),
                ("HistorySummary", h.summary.as_str().into()),
                ("HistoryData", h.data.as_str().into()),
            ])
        })
        .collect();
    let reached = skip + page.len();
    let next = (reached < all.len()).then(|| page_token(&reached.to_string()));
    Ok(Tree::map([("AlarmHistoryItems", page.into()), ("NextToken", next.into())]))
}

/// EnableAlarmActions and DisableAlarmActions. Names that are not there are passed over, as AWS does.
pub(super) fn set_actions(world: &mut World, region: &str, input: &Tree, enabled: bool, now: Time) -> Outcome {
    let names = input.get("AlarmNames").strings();
    if names.is_empty() {
        return Err(validation("The parameter AlarmNames is required."));
    }
    let (account, state) = (world.account.clone(), &mut world.region(region).cloudwatch);
    for name in names {
        let Some(alarm) = state.alarms.get_mut(name.as_str()).filter(|a| a.actions_enabled != enabled) else {
            continue;
        };
        alarm.actions_enabled = enabled;
        alarm.configured = now;
        let item = configuration(alarm, &account, region, "Update", now);
        state.remember(item);
    }
    Ok(Tree::Null)
}

/// A `ConfigurationUpdate` of the history.
pub(super) fn configuration(alarm: &Alarm, account: &str, region: &str, kind: &str, now: Time) -> HistoryItem {
    let verb = match kind {
        "Create" => "created",
        "Delete" => "deleted",
        _ => "updated",
    };
    let mut data = json!({ "version": "1.0", "type": kind });
    data[format!("{verb}Alarm")] = write_json(&shown(alarm, account, region));
    HistoryItem {
        alarm: alarm.name.clone(),
        kind: alarm.kind().into(),
        at: now,
        item: "ConfigurationUpdate".into(),
        summary: format!("Alarm \"{}\" {verb}", alarm.name),
        data: data.to_string(),
    }
}

fn not_found(name: &str) -> ApiError {
    ApiError::new("ResourceNotFound", format!("Unable to find an alarm with the name {name}")).status(404)
}

/// SetAlarmState: holds until the next evaluation.
pub(super) fn set_state(world: &mut World, region: &str, input: &Tree, now: Time) -> Outcome {
    let name = input.text_of("AlarmName").unwrap_or_default();
    let state = input.text_of("StateValue").and_then(AlarmState::parse).ok_or_else(|| {
        validation("1 validation error detected: Value at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]")
    })?;
    let reason = input.text_of("StateReason").ok_or_else(|| validation("The parameter StateReason is required."))?;
    let data = input.text_of("StateReasonData");
    if data.is_some_and(|d| !serde_json::from_str::<serde_json::Value>(d).is_ok_and(|v| v.is_object())) {
        return Err(ApiError::new("InvalidFormat", "StateReasonData is not valid JSON"));
    }
    if !world.region(region).cloudwatch.alarms.contains_key(name) {
        return Err(not_found(name));
    }
    transition(world, region, name, Verdict { state, reason: reason.into(), data: data.map(str::to_owned) }, now);
    evaluate_rules(world, region, now);
    Ok(Tree::Null)
}

/// `Tags`.
pub(super) fn tags_of(input: &Tree) -> Vec<(String, String)> {
    let text = |t: &Tree, n: &str| t.text_of(n).unwrap_or_default().to_owned();
    input.get("Tags").items().iter().map(|t| (text(t, "Key"), text(t, "Value"))).collect()
}

/// Removes alarms that are there.
pub(in crate::sandbox) fn remove_alarms(world: &mut World, region: &str, names: &[String], now: Time) {
    let account = world.account.clone();
    let state = &mut world.region(region).cloudwatch;
    for name in names {
        if let Some(alarm) = state.alarms.remove(name.as_str()) {
            let item = configuration(&alarm, &account, region, "Delete", now);
            state.remember(item);
        }
    }
}

/// DeleteAlarms: all or none.
pub(super) fn delete(world: &mut World, region: &str, input: &Tree, now: Time) -> Outcome {
    let names = input.get("AlarmNames").strings();
    if names.is_empty() {
        return Err(validation("The parameter AlarmNames is required."));
    }
    let alarms = &world.region(region).cloudwatch.alarms;
    if let Some(gone) = names.iter().find(|n| !alarms.contains_key(n.as_str())) {
        return Err(not_found(gone));
    }
    // What a composite alarm's rule names stays while that alarm does.
    let left = |name: &str| {
        let bare = name.rsplit_once(":alarm:").map_or(name, |(_, n)| n);
        alarms.get(bare).filter(|_| !names.iter().any(|n| n == bare)).map(|a| a.state)
    };
    let needed = |rule: &str| rule::evaluate(rule, &left).is_err();
    let holds =
        |a: &&Alarm| matches!(&a.watch, Watch::Rule(rule) if needed(rule)) && !names.contains(&a.name.to_string());
    if alarms.values().any(|a| holds(&a)) {
        return Err(validation(format!(
            "Alarm(s) {} cannot be deleted as there are composite alarm(s) depending on it.",
            names.join(", ")
        )));
    }
    remove_alarms(world, region, &names, now);
    Ok(Tree::Null)
}

/// TagResource, UntagResource and ListTagsForResource.
pub(super) fn tagging(world: &mut World, region: &str, operation: &str, input: &Tree) -> Outcome {
    let arn = input.text_of("ResourceARN").unwrap_or_default();
    let Some((_, name)) = arn.split_once(":alarm:").filter(|_| arn.starts_with("arn:aws:cloudwatch:")) else {
        return Err(invalid(format!("{arn} is not a valid ARN for tagging")));
    };
    let name: ArcStr = name.into();
    let Some(alarm) = world.region(region).cloudwatch.alarms.get_mut(&name) else {
        return Err(ApiError::new("ResourceNotFoundException", format!("The alarm {name} does not exist.")).status(404));
    };
    match operation {
        "TagResource" => {
            for (key, value) in tags_of(input) {
                alarm.tags.retain(|(k, _)| *k != key);
                alarm.tags.push((key, value));
            }
            Ok(Tree::map([]))
        }
        "UntagResource" => {
            let keys = input.get("TagKeys").strings();
            alarm.tags.retain(|(k, _)| !keys.contains(k));
            Ok(Tree::map([]))
        }
        _ => {
            let tag = |(k, v): &(String, String)| Tree::map([("Key", k.as_str().into()), ("Value", v.as_str().into())]);
            Ok(Tree::map([("Tags", alarm.tags.iter().map(tag).collect::<Vec<_>>().into())]))
        }
    }
}
