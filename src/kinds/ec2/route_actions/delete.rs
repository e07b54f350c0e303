//! `delete` of route tables.

use super::edit::routes_of;
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::route_tables::{ASSOCIATIONS, INFO, MAIN};
use crate::kinds::ec2::senders::DELETE_ROUTE_TABLE;
use crate::kinds::plan_builder::{count, draft, label, list, note, sorted, subject, title, wait_state};
use crate::model::{Arg, Plan, Record, Step, Value};

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", plan)
    .group(MenuGroup::Delete)
    .doc("Deletes route tables that nothing is associated with. The main table of a VPC cannot be deleted.")
    .several()
    .calls(&[&DELETE_ROUTE_TABLE])
    .only_if(available);

fn available(row: &Record) -> Result<(), String> {
    if *row.get(&MAIN) == Value::Bool(true) {
        return Err("It is the main route table of its VPC: make another one main first.".into());
    }
    match list(row, &ASSOCIATIONS).len() {
        0 => Ok(()),
        // EC2: DependencyViolation.
        1 => Err("A subnet or gateway is associated with it: disassociate that first.".into()),
        n => Err(format!("{n} subnets or gateways are associated with it: disassociate them first.")),
    }
}

fn plan(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let subjects = cx.targets.iter().map(|t| subject(t, "→ deleted for good")).collect();
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, subjects);
    let one = |t: &Target| {
        let call = DELETE_ROUTE_TABLE.call(t.table.scope.clone()).arg("RouteTableId", Arg::Str(t.record.id.clone()));
        Step::new(format!("delete {}", label(&t.record)), call.on([t.record.id.clone()]))
    };
    plan.steps = cx.targets.iter().map(one).collect();
    let own: usize = cx.targets.iter().map(|t| routes_of(&t.record).iter().filter(|r| r.via != "local").count()).sum();
    let mut all = vec![note("Undoing this means creating it again")];
    if own > 0 {
        all.push(note(format!("{} beside the local one are deleted too", count(own, "route"))));
    }
    plan.consequences = sorted(all);
    plan.destructive = true;
    plan.wait = wait_state(cx.targets, &[], &[], true, 2);
    Ok(plan)
}
