//! `change-credits`: how a burstable instance pays for CPU above its baseline.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances.html>

use super::{is, not_ending};
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::instance_credits::{self, CREDITS, STANDARD, UNLIMITED};
use crate::kinds::ec2::instances::INFO;
use crate::kinds::ec2::instances::instance;
use crate::kinds::ec2::senders::MODIFY_INSTANCE_CREDIT_SPECIFICATION;
use crate::kinds::plan_builder::{beside, by_scope, draft, form_title, label, note, pick, sorted, subject, title};
use crate::model::{Arg, Choice, Cost, FormSpec, Kind, Plan, Record, Step, Values};

/// `change-credits`.
pub static CHANGE_CREDITS: Action = Action::on_rows(&INFO, "change-credits", "Change CPU credits", plan)
    .group(MenuGroup::Settings)
    .letter('U')
    .doc(
        "Switches a burstable instance (T2, T3, T3a, T4g) between standard, where it slows down to its baseline once its CPU credits \
         are spent, and unlimited, where it goes on and what it spends beyond is billed.",
    )
    .several()
    .calls(&[&MODIFY_INSTANCE_CREDIT_SPECIFICATION])
    .only_if(available)
    .form(refine);

const MODE: &str = "mode";

fn available(row: &Record) -> Result<(), String> {
    not_ending(row)?;
    match instance::instance_type(row) {
        Some(kind) if !instance_credits::is_burstable(kind) => {
            Err(format!("{kind} is not burstable: only T2, T3, T3a and T4g have CPU credits."))
        }
        Some(_) => Ok(()),
        None => Err(format!("{}, and its type is not known.", is(row))),
    }
}

fn now<'a>(cx: &ActionContext<'a>, t: &Target) -> Option<&'a str> {
    cx.store.side(&t.table, Kind(&instance_credits::INFO), &t.record.id)?.get(&CREDITS).as_str()
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into(), disabled: None };
    let choices = vec![
        choice(STANDARD, "standard  slows down once its credits are spent"),
        choice(UNLIMITED, "unlimited  goes on, and is billed for it"),
    ];
    let modes: Vec<Option<&str>> = cx.targets.iter().map(|t| now(cx, t)).collect();
    let default = if modes.contains(&Some(UNLIMITED)) { STANDARD } else { UNLIMITED };
    let mut mode = pick(values, (MODE, "CPU credits"), choices, default, "It holds from now on, without a restart.");
    mode.facts = match cx.targets.iter().zip(&modes).find(|(_, mode)| mode.is_none()) {
        Some((t, _)) => {
            let why = beside(cx.store, &t.table, &instance_credits::INFO, &mut needs);
            format!("The present setting is {why}.")
        }
        None => {
            let unlimited = modes.iter().filter(|m| **m == Some(UNLIMITED)).count();
            match (unlimited, modes.len()) {
                (0, _) => "Standard now.".into(),
                (n, of) if n == of => "Unlimited now.".into(),
                (n, of) => format!("Unlimited for {n} of {of} now."),
            }
        }
    };
    FormSpec { title: form_title(cx, "Change CPU credits of"), fields: vec![mode], needs }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let mode = form.text(MODE);
    let changed: Vec<Target> = cx.targets.iter().filter(|t| now(cx, t) != Some(mode.as_str())).cloned().collect();
    if changed.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, format!("CPU credits are {mode} already.")));
    }
    let change = |t: &Target| subject(t, format!("CPU credits {} → {mode}", now(cx, t).unwrap_or("unknown")));
    let subjects = changed.iter().map(change).collect();
    let mut plan = draft("change-credits", title("Change CPU credits of", &INFO, &changed), &changed, subjects);
    let mut calls = Vec::new();
    for (scope, rows) in by_scope(&changed) {
        for t in rows {
            let item =
                Arg::Map(vec![("InstanceId", Arg::Str(t.record.id.clone())), ("CpuCredits", Arg::Str(mode.clone()))]);
            let call = MODIFY_INSTANCE_CREDIT_SPECIFICATION.call(scope.clone());
            calls.push(call.arg("InstanceCreditSpecifications", Arg::List(vec![item])).on([t.record.id.clone()]));
        }
    }
    plan.steps = Step::each(calls);
    let mut all = Vec::new();
    if mode == UNLIMITED {
        all.push(note("What is spent beyond its credits is billed by the vCPU and hour, if its average over 24 hours is above the baseline"));
        plan.cost = Some(Cost::adds_unknown(
            "Surplus CPU credits are billed as they are spent; how many is not known".to_string(),
        ));
    } else {
        all.push(note("Once its credits are spent it slows down to its baseline"));
        all.push(note("Surplus credits that it has spent and not earned back are billed at once"));
        let old: Vec<String> = changed
            .iter()
            .filter(|t| instance::instance_type(&t.record).is_some_and(|kind| kind.starts_with("t2.")))
            .map(|t| label(&t.record))
            .collect();
        if !old.is_empty() {
            all.push(note("A T2 instance keeps no credits over a stop"));
        }
    }
    plan.consequences = sorted(all);
    Ok(plan)
}
