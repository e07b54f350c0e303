//! All about an instance, and about an Auto Scaling group.

use std::sync::Arc;

use super::Row;
use super::target;
use crate::kinds::autoscaling::{activities, auto_scaling_groups as groups};
use crate::kinds::cloudtrail::trail;
use crate::kinds::cloudwatch::alarms;
use crate::kinds::ec2::instance_statuses as statuses;
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::ec2::instances::{self, fields};
use crate::kinds::elbv2::{target_groups, targets};
use crate::model::{Inputs, Record, Tone, Value};

/// Activities of a group that are told.
const ACTIVITIES: usize = 4;

/// All about an instance, in the order in which one looks at it.
pub(super) fn rows(inputs: &Inputs, row: &Record) -> Vec<Row> {
    let mut out = vec![state(row)];
    out.extend(checks(inputs, row));
    out.extend(in_groups(inputs, row));
    out.extend(alarmed(inputs, &[row.id.as_str()]));
    if let Some(group) = instance::group(row) {
        out.extend(activity(inputs, group, Some(&row.id)));
    }
    out.push(changed(inputs, &row.id));
    out
}

/// All about an Auto Scaling group.
pub(super) fn of_group(inputs: &Inputs, row: &Record) -> Vec<Row> {
    let (tone, word) = row.state.clone().unwrap_or((Tone::Good, "well".into()));
    let count = |v: &Value| {
        if let Value::Ratio { ok, of, .. } = v { format!("{ok} of {of} in service") } else { "not known".into() }
    };
    let said = count(row.get(&groups::fields::IN_SERVICE));
    let short = matches!(row.get(&groups::fields::IN_SERVICE), Value::Ratio { ok, of, .. } if ok < of);
    let capacity = Row::new("capacity", if short { Tone::Busy } else { tone }, word, said);
    let mut out = vec![capacity.by(groups::INFO.name, row.id.clone()).weighs(if short { 3 } else { 0 })];
    let suspended = row.get(&groups::fields::SUSPENDED).items();
    if !suspended.is_empty() {
        let said = format!("suspended processes: {}", suspended.join(", "));
        out.push(Row::new("processes", Tone::Idle, "suspended", said).by(groups::INFO.name, row.id.clone()).weighs(2));
    }
    for arn in row.get(&groups::fields::TARGET_GROUP_ARNS).items() {
        if let Some(group) = inputs.each(target_groups::INFO.name).find(|g| g.id == arn) {
            let ill = targets_of(inputs, group).filter(|t| targets::health(t) != targets::Health::Healthy);
            out.extend(ill.map(|t| target::row(inputs, t, group, &group.name)));
        }
    }
    out.extend(alarmed(inputs, &[row.name.as_str()]));
    out.extend(activity(inputs, &row.name, None));
    out.push(changed(inputs, &row.name));
    out
}

fn state(row: &Record) -> Row {
    let (tone, word) = row.state.clone().unwrap_or((Tone::Unknown, "unknown".into()));
    let reason = row.get(&fields::STATE_REASON_MESSAGE).as_str().or(row.get(&fields::STATE_REASON).as_str());
    let launched = row.get(&fields::LAUNCHED).as_time();
    let running = instance::state(row) == InstanceState::Running;
    let said = match (reason, running) {
        (Some(reason), _) => reason.to_string(),
        (None, true) => format!(
            "{} in {}",
            instance::instance_type(row).unwrap_or_default(),
            row.get(&fields::ZONE).as_str().unwrap_or_default()
        ),
        (None, false) => "AWS gives no reason".into(),
    };
    let said = if running { said } else { format!("it is {word}: {said}") };
    let weight = if running { 0 } else { 9 };
    Row::new("state", tone, word, said).at(launched).by(instances::INFO.name, row.id.clone()).weighs(weight)
}

/// Status checks, and what AWS has planned.
fn checks(inputs: &Inputs, row: &Record) -> Vec<Row> {
    let by = |r: Row| r.by(instances::INFO.name, row.id.clone());
    let Some(status) = inputs.each(statuses::INFO.name).find(|s| s.id == row.id) else {
        return vec![by(Row::new("status checks", Tone::Unknown, "unknown", "not read"))];
    };
    let mut out = Vec::new();
    let since = status.get(&statuses::IMPAIRED_SINCE).as_time();
    let parts = [
        ("system", &statuses::SYSTEM, "AWS's host is at fault: stop and start moves it to another"),
        (
            "instance",
            &statuses::INSTANCE,
            "AWS does not reach the system inside: look at the console output, or reboot it",
        ),
        ("EBS", &statuses::EBS, "a volume does not answer"),
    ];
    let failed = |field| status.get(field).as_str().filter(|w| *w == "impaired").is_some();
    for (name, _, what) in parts.iter().filter(|(_, field, _)| failed(*field)) {
        out.push(by(Row::new(
            format!("{name} check"),
            Tone::Bad,
            "impaired",
            format!("the {name} status check fails: {what}"),
        )
        .at(since)
        .weighs(7)));
    }
    match status.get(&statuses::CHECKS) {
        _ if !out.is_empty() => {}
        Value::Ratio { ok, of, busy } if *busy > 0 => {
            out.push(by(Row::new(
                "status checks",
                Tone::Busy,
                "initializing",
                format!("{ok} of {of} passed, the others are being made"),
            )));
        }
        Value::Ratio { ok, of, .. } => {
            out.push(by(Row::new("status checks", Tone::Good, "well", format!("{ok} of {of} passed"))))
        }
        _ => out.push(by(Row::new("status checks", Tone::Idle, "none", "none are made while it does not run"))),
    }
    for event in status.get(&statuses::EVENTS).items() {
        let over = event.starts_with("[Completed]") || event.starts_with("[Canceled]");
        let (tone, weight) = if over { (Tone::Idle, 0) } else { (Tone::Bad, 4) };
        out.push(by(
            Row::new("scheduled event", tone, if over { "over" } else { "planned" }, event.as_str()).weighs(weight)
        ));
    }
    out
}

/// What it is to the target groups that it is in.
fn in_groups(inputs: &Inputs, row: &Record) -> Vec<Row> {
    let address = row.get(&fields::PRIVATE_IP).as_ip().map(|ip| ip.to_string());
    let mine = |t: &&Arc<Record>| {
        let id = targets::target_id(t);
        id == Some(row.id.as_str()) || (id.is_some() && id == address.as_deref())
    };
    let mut out: Vec<Row> = Vec::new();
    for target in inputs.each(targets::INFO.name).filter(mine) {
        let group = inputs.each(target_groups::INFO.name).find(|g| Some(g.id.as_str()) == targets::group_arn(target));
        if let Some(group) = group {
            // The instance itself is what is asked about.
            let about = format!("in {}", group.name);
            out.push(Row { about, which: None, ..target::row(inputs, target, group, "target") });
        }
    }
    out.sort_by_key(|r| std::cmp::Reverse(r.weight));
    out
}

fn targets_of<'i>(inputs: &'i Inputs, group: &'i Record) -> impl Iterator<Item = &'i Arc<Record>> {
    inputs.each(targets::INFO.name).filter(|t| targets::group_arn(t) == Some(group.id.as_str()))
}

/// Alarms that watch one of these by a dimension: each that is in ALARM, and how many others there are.
fn alarmed(inputs: &Inputs, of: &[&str]) -> Vec<Row> {
    let mine: Vec<&Arc<Record>> = inputs
        .each(alarms::INFO.name)
        .filter(|a| a.get(&alarms::RESOURCES).items().iter().any(|r| of.contains(&r.as_str())))
        .collect();
    let (on, off): (Vec<&Arc<Record>>, Vec<&Arc<Record>>) =
        mine.iter().partition(|a| a.state.as_ref().is_some_and(|(_, s)| s == "ALARM"));
    let mut out: Vec<Row> = Vec::new();
    for alarm in on {
        let condition = alarm.get(&alarms::CONDITION).as_str().unwrap_or("composite");
        let row = Row::new("alarm", Tone::Bad, "ALARM", format!("{}: {condition}", alarm.name));
        out.push(row.at(alarm.get(&alarms::SINCE).as_time()).by(alarms::INFO.name, alarm.name.clone()).weighs(5));
    }
    if !off.is_empty() {
        let no_data = off.iter().filter(|a| a.state.as_ref().is_some_and(|(_, s)| s == "INSUFFICIENT_DATA")).count();
        let more = if no_data > 0 { format!(", {no_data} of them without data") } else { String::new() };
        let (n, s) = (off.len(), if off.len() == 1 { "" } else { "s" });
        out.push(Row::new("alarms", Tone::Good, "well", format!("{n} alarm{s} not in ALARM{more}")));
    }
    out
}

/// The newest activities of a group: those about one instance first, if there are any.
fn activity(inputs: &Inputs, group: &str, of: Option<&str>) -> Vec<Row> {
    let mut all: Vec<&Arc<Record>> =
        inputs.each(activities::INFO.name).filter(|a| a.get(&activities::GROUP).as_str() == Some(group)).collect();
    all.sort_by_key(|a| std::cmp::Reverse(a.get(&activities::STARTED).as_time()));
    let about = |a: &&&Arc<Record>| of.is_some_and(|id| a.get(&activities::INSTANCES).items().iter().any(|i| i == id));
    let own: Vec<&Arc<Record>> = all.iter().filter(about).copied().collect();
    let told = if own.is_empty() { all } else { own };
    let row = |a: &&Arc<Record>| {
        let (tone, word) = a.state.clone().unwrap_or((Tone::Unknown, "unknown".into()));
        let action = a.get(&activities::ACTION).as_str().unwrap_or("activity");
        let why = a.get(&activities::REASON).as_str().map(|r| format!(": {r}")).unwrap_or_default();
        let row = Row::new(format!("group {group}"), tone, word, format!("{action}{why}"));
        let weight = if tone == Tone::Bad { 4 } else { 0 };
        row.at(a.get(&activities::STARTED).as_time()).by(activities::INFO.name, a.id.clone()).weighs(weight)
    };
    let mut out: Vec<Row> = told.iter().take(ACTIVITIES).map(row).collect();
    // Of what failed only the newest can be what is wrong now: a success after it has made it good.
    let newest_is_bad = out.first().is_some_and(|r| r.weight > 0);
    for (i, row) in out.iter_mut().enumerate() {
        if i > 0 || !newest_is_bad {
            row.weight = 0;
        }
    }
    out
}

/// Who changed it last, if that was asked for.
fn changed(inputs: &Inputs, id: &str) -> Row {
    let asked = inputs.tables.iter().find(|t| t.kind.0.name == trail::INFO.name);
    let by = |r: Row| r.by(trail::INFO.name, id.into());
    let Some(table) = asked.filter(|t| t.whole || !t.rows.is_empty() || t.fault.is_some()) else {
        return by(Row::new("changed last", Tone::Unknown, "not asked", "t asks CloudTrail who changed it"));
    };
    if let Some(fault) = &table.fault {
        return by(Row::new("changed last", Tone::Unknown, "unknown", format!("CloudTrail: {fault}")));
    }
    let newest = table.rows.iter().max_by_key(|e| e.get(&trail::AT).as_time());
    by(match newest {
        None => Row::new("changed last", Tone::Idle, "nothing", "nothing in the last 90 days that CloudTrail has"),
        Some(event) => {
            let said = |field| event.get(field).as_str().unwrap_or_default().to_string();
            let refused = event.state.as_ref().filter(|(_, s)| s != "done").map(|(_, s)| format!(", refused: {s}"));
            let from = Some(said(&trail::FROM)).filter(|f| !f.is_empty()).map(|f| format!(" from {f}"));
            let words = format!(
                "{} by {}{}{}",
                said(&trail::EVENT),
                said(&trail::USER),
                from.unwrap_or_default(),
                refused.unwrap_or_default()
            );
            Row::new("changed last", Tone::Good, "known", words).at(event.get(&trail::AT).as_time())
        }
    })
}
