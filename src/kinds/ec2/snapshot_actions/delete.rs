//! `delete` of snapshots.

use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::senders::DELETE_SNAPSHOT;
use crate::kinds::ec2::{images, snapshots};
use crate::kinds::plan_builder::{
    Known, called, draft, known, label, list, live, need, severe, sorted, subject, title, unknown, wait_state,
};
use crate::model::{Arg, Cost, Kind, Plan, Record, Step, TableKey};

/// `delete` of snapshots.
pub static DELETE: Action = Action::on_rows(&snapshots::INFO, "delete", "Delete", delete)
    .group(MenuGroup::Delete)
    .doc("Deletes snapshots for good. EC2 refuses if an image uses the snapshot (InvalidSnapshot.InUse).")
    .calls(&[&DELETE_SNAPSHOT])
    .several();

fn delete(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let mut all = Vec::new();
    let mut plan = draft("delete", title("Delete", &snapshots::INFO, cx.targets), cx.targets, Vec::new());
    for t in cx.targets {
        let who = label(&t.record);
        plan.subjects.push(subject(t, "deleted for good"));
        let table = TableKey::all(t.table.scope.clone(), Kind(&images::INFO));
        match known(cx.store, table) {
            Known::Complete(images) => {
                let of = |r: &&std::sync::Arc<Record>| list(r, &images::SNAPSHOTS).contains(&t.record.id);
                let its: Vec<String> = live(images).filter(of).map(|r| label(r)).collect();
                if !its.is_empty() {
                    all.push(severe(format!(
                        "Snapshot {who} belongs to {}: EC2 refuses until that is deregistered",
                        called("image", &its)
                    )));
                }
            }
            Known::NotAsked(key) => {
                all.push(unknown(format!("Whether an image uses {who} is not known yet")));
                need(&mut plan.needs, key);
            }
            Known::Failed(why) => {
                all.push(unknown(format!("Whether an image uses {who} is not known ({why})")));
            }
        }
        let call = DELETE_SNAPSHOT.call(t.table.scope.clone()).arg("SnapshotId", Arg::Str(t.record.id.clone()));
        plan.steps.push(Step::new(format!("delete {who}"), call.on([t.record.id.clone()])));
    }
    plan.destructive = true;
    plan.consequences = sorted(all);
    plan.wait = wait_state(cx.targets, &[], &[], true, 2);
    plan.cost = Some(Cost::saves_unknown("Data that only this snapshot holds are no longer billed"));
    Ok(plan)
}
