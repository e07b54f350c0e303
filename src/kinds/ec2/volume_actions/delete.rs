//! `delete`: volumes go, with all that is on them.

use std::time::Duration;

use super::create::delete_call;
use super::{DELETE_VOLUME, KIND, Volume};
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, Takes};
use crate::kinds::ec2::volumes::volume::{self, VolumeState};
use crate::kinds::ec2::volumes::{INFO, fields};
use crate::kinds::plan_builder::{PRICES, check_rows, draft, no_form, note, sorted, state, subject, title, wait_state};
use crate::model::{Plan, Record, Step, Values};

/// `delete`.
pub static DELETE: Action = Action {
    name: "delete",
    title: "Delete",
    doc: "Deletes volumes that are attached to nothing. What is on them is gone for good, unless a snapshot has it.",
    kind: KIND,
    takes: Takes::Rows,
    bulk: true,
    changes: true,
    operations: &[&DELETE_VOLUME],
    available,
    refine: |cx, _| no_form(cx, "Delete"),
    plan,
};

fn available(row: &Record) -> Result<(), String> {
    match volume::state(row) {
        VolumeState::Available | VolumeState::Error => Ok(()),
        VolumeState::InUse => Err("It is attached: detach it first.".into()),
        _ => Err(format!("It is {}: only an available volume can be deleted.", state(row))),
    }
}

fn plan(cx: &ActionContext<'_>, _: &Values) -> Result<Plan, Fault> {
    check_rows(cx.targets, available)?;
    let subjects = cx.targets.iter().map(|t| subject(t, format!("{} → deleted for good", state(&t.record)))).collect();
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, subjects);
    let step = |t: &crate::kinds::Target| {
        let call = delete_call(&t.table.scope, &Volume::Known(t.record.id.clone()));
        Step::new(format!("delete {}", t.record.label()), call)
    };
    plan.steps = cx.targets.iter().map(step).collect();
    plan.destructive = true;
    plan.consequences = sorted(vec![note("what is on it cannot be brought back: a snapshot before keeps it")]);
    let saved: Option<f64> = cx.targets.iter().map(|t| t.record.get(&fields::COST).as_f64()).sum();
    plan.cost = saved.map(|dollars| format!("saves about ${dollars:.2} a month ({PRICES})"));
    plan.wait =
        wait_state(cx.targets, &["deleted"], &["error_deleting"], true, Duration::from_secs(600).as_secs() / 60);
    Ok(plan)
}
