//! `delete` of security groups.

use super::super::security_groups::{INFO, IS_DEFAULT, SOURCE_GROUPS};
use super::super::senders::DELETE_SECURITY_GROUP;
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::security_group_usage as usage;
use crate::kinds::plan_builder::{
    called, draft, label, list, live, names, note, severe, sorted, subject, title, unknown, wait_state,
};
use crate::model::{Arg, Kind, Plan, Record, Step, TableKey, Value};

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", plan)
    .group(MenuGroup::Delete)
    .doc(
        "Deletes security groups. EC2 refuses if a network interface has the group or rules of another group name it \
         (DependencyViolation).",
    )
    .calls(&[&DELETE_SECURITY_GROUP])
    .several()
    .only_if(available);

fn available(row: &Record) -> Result<(), String> {
    match row.get(&IS_DEFAULT) {
        // EC2: CannotDelete.
        Value::Bool(true) => Err("It is the default group of its VPC and cannot be deleted.".into()),
        _ => Ok(()),
    }
}

fn plan(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let mut all = Vec::new();
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, Vec::new());
    let ids: Vec<_> = cx.targets.iter().map(|t| t.record.id.clone()).collect();
    for t in cx.targets {
        plan.subjects.push(subject(t, "deleted for good"));
        let who = label(&t.record);
        match cx.store.side(&t.table, Kind(&usage::INFO), &t.record.id).map(|r| list(r, &usage::USED_BY)) {
            Some(users) if !users.is_empty() => {
                let have = if let [one] = &users[..]
                    && one.starts_with("1 ")
                {
                    "has"
                } else {
                    "have"
                };
                all.push(severe(format!(
                    "EC2 refuses to delete {who} (DependencyViolation): {} {have} it",
                    names(&users)
                )));
            }
            Some(_) => {}
            None => {
                all.push(unknown(format!("Whether anything uses {who} is not known")));
                crate::kinds::plan_builder::beside(cx.store, &t.table, &usage::INFO, &mut plan.needs);
            }
        }
        let table = TableKey::all(t.table.scope.clone(), Kind(&INFO));
        let others = cx.store.table(&table).into_iter().flat_map(live);
        let naming: Vec<String> = others
            .filter(|r| !ids.contains(&r.id) && list(r, &SOURCE_GROUPS).contains(&t.record.id))
            .map(|r| label(r))
            .collect();
        if !naming.is_empty() {
            all.push(severe(format!(
                "Rules of {} allow {who}: EC2 refuses until they are removed",
                called("security group", &naming)
            )));
        }
        let call = DELETE_SECURITY_GROUP.call(t.table.scope.clone()).arg("GroupId", Arg::Str(t.record.id.clone()));
        plan.steps.push(Step::new(format!("delete {who}"), call.on([t.record.id.clone()])));
    }
    all.push(note("Its rules are deleted too; undoing this means creating it again"));
    plan.destructive = true;
    plan.consequences = sorted(all);
    plan.wait = wait_state(cx.targets, &[], &[], true, 2);
    Ok(plan)
}
