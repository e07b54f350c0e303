//! `deregister`: images go, with their snapshots if that is wanted.

use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::senders::DEREGISTER_IMAGE;
use crate::kinds::ec2::{images, instances};
use crate::kinds::plan_builder::{
    called, draft, field, form_title, label, list, live, note, sorted, subject, title, toggle, wait_state,
};
use crate::model::{Arg, Cost, FormSpec, Kind, Plan, Record, Step, TableKey};

const SNAPSHOTS: &str = "snapshots";

/// `deregister`.
pub static DEREGISTER: Action = Action::on_rows(&images::INFO, "deregister", "Deregister", deregister)
    .group(MenuGroup::Delete)
    .doc(
        "Deregisters images, with their snapshots if you want: they can no longer launch instances. Running \
         instances are not affected.",
    )
    .calls(&[&DEREGISTER_IMAGE])
    .several()
    .form(|cx, values| {
        let mut snapshots =
            toggle(values, SNAPSHOTS, "Delete snapshots", "Also deletes the snapshots that no other image uses.");
        if values.get(SNAPSHOTS).is_none() {
            snapshots.value = crate::model::FormValue::Flag(true);
        }
        FormSpec { title: form_title(cx, "Deregister"), fields: vec![snapshots], needs: Vec::new() }
    });

fn deregister(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let with = form.flag(SNAPSHOTS);
    let mut all = Vec::new();
    let mut plan = draft("deregister", title("Deregister", &images::INFO, cx.targets), cx.targets, Vec::new());
    for t in cx.targets {
        let (who, its) = (label(&t.record), list(&t.record, &images::SNAPSHOTS));
        plan.subjects.push(subject(t, if with { "deregistered, its snapshots deleted" } else { "deregistered" }));
        let instances = TableKey::all(t.table.scope.clone(), Kind(&instances::INFO));
        let rows = cx.store.table(&instances).into_iter().flat_map(live);
        let from = |r: &&std::sync::Arc<Record>| field(r, &instances::fields::IMAGE_ID) == Some(&t.record.id);
        let users: Vec<String> = rows.filter(from).map(|r| label(r)).collect();
        if !users.is_empty() {
            all.push(note(format!(
                "{} launched from {who} {} running",
                called("Instance", &users),
                if users.len() == 1 { "keeps" } else { "keep" }
            )));
        }
        let table = TableKey::all(t.table.scope.clone(), Kind(&images::INFO));
        let others = cx.store.table(&table).into_iter().flat_map(live).filter(|r| r.id != t.record.id);
        let others: Vec<String> =
            others.filter(|r| list(r, &images::SNAPSHOTS).iter().any(|s| its.contains(s))).map(|r| label(r)).collect();
        if with && !others.is_empty() {
            all.push(note(format!(
                "EC2 keeps snapshots that {} also {}",
                called("image", &others),
                if others.len() == 1 { "uses" } else { "use" }
            )));
        }
        if with && !its.is_empty() {
            all.push(note(format!(
                "{} of {who} {} deleted",
                called("Snapshot", &its),
                if its.len() == 1 { "is" } else { "are" }
            )));
        }
        let call = DEREGISTER_IMAGE
            .call(t.table.scope.clone())
            .arg("ImageId", Arg::Str(t.record.id.clone()))
            .arg("DeleteAssociatedSnapshots", Arg::Bool(with));
        plan.steps.push(Step::new(format!("deregister {who}"), call.on([t.record.id.clone()])));
    }
    all.push(note("Launch templates and groups that name it can no longer launch instances"));
    plan.destructive = true;
    plan.consequences = sorted(all);
    plan.wait = wait_state(cx.targets, &["deregistered"], &[], true, 5);
    plan.cost = Some(if with {
        Cost::saves_unknown("The snapshots' storage is no longer billed")
    } else {
        Cost::same("Its snapshots are still billed")
    });
    Ok(plan)
}
