//! `delete`: volumes go, with all that is on them.

use std::time::Duration;

use super::Volume;
use super::create::delete_call;
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::senders::DELETE_VOLUME;
use crate::kinds::ec2::volumes::volume::{self, VolumeState};
use crate::kinds::ec2::volumes::{INFO, fields};
use crate::kinds::plan_builder::{draft, note, sorted, state, subject, title, wait_state};
use crate::kinds::prices;
use crate::model::{Cost, Plan, Record, Step};

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", plan)
    .group(MenuGroup::Delete)
    .doc("Deletes volumes that are not attached. Their data are gone for good, unless a snapshot has them.")
    .several()
    .calls(&[&DELETE_VOLUME])
    .only_if(available);

fn available(row: &Record) -> Result<(), String> {
    match volume::state(row) {
        VolumeState::Available | VolumeState::Error => Ok(()),
        VolumeState::InUse => Err("Still attached: detach it first.".into()),
        _ => Err(format!("It is {}: only an available volume can be deleted.", state(row))),
    }
}

fn plan(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let subjects = cx.targets.iter().map(|t| subject(t, format!("{} → deleted for good", state(&t.record)))).collect();
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, subjects);
    let step = |t: &crate::kinds::Target| {
        let call = delete_call(&t.table.scope, &Volume::Known(t.record.id.clone()));
        Step::new(format!("delete {}", t.record.label()), call)
    };
    plan.steps = cx.targets.iter().map(step).collect();
    plan.destructive = true;
    plan.consequences = sorted(vec![note("Its data cannot be recovered: create a snapshot first to keep them")]);
    let saved: Option<f64> = cx.targets.iter().map(|t| t.record.get(&fields::COST).as_f64()).sum();
    let places = || cx.targets.iter().map(|t| &t.table.scope);
    let saved = saved.and_then(|dollars| prices::monthly_of(places(), dollars));
    plan.cost = saved.map(|money| Cost::saves(money, ""));
    plan.wait =
        wait_state(cx.targets, &["deleted"], &["error_deleting"], true, Duration::from_secs(600).as_secs() / 60);
    Ok(plan)
}
