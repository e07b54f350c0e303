//! `delete` of internet gateways.

use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::internet_gateways::{DETACHED, INFO};
use crate::kinds::ec2::senders::DELETE_INTERNET_GATEWAY;
use crate::kinds::plan_builder::{draft, label, note, sorted, state, subject, title, wait_state};
use crate::model::{Arg, Plan, Record, Step};

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", plan)
    .group(MenuGroup::Delete)
    .doc("Deletes internet gateways that are attached to no VPC.")
    .several()
    .calls(&[&DELETE_INTERNET_GATEWAY])
    .only_if(available);

fn available(row: &Record) -> Result<(), String> {
    match state(row) {
        DETACHED => Ok(()),
        // EC2: DependencyViolation.
        _ => Err("Attached to a VPC: detach it first.".into()),
    }
}

fn plan(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let subjects = cx.targets.iter().map(|t| subject(t, "→ deleted for good")).collect();
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, subjects);
    let one = |t: &Target| {
        let call =
            DELETE_INTERNET_GATEWAY.call(t.table.scope.clone()).arg("InternetGatewayId", Arg::Str(t.record.id.clone()));
        Step::new(format!("delete {}", label(&t.record)), call.on([t.record.id.clone()]))
    };
    plan.steps = cx.targets.iter().map(one).collect();
    plan.consequences = sorted(vec![note("Routes to it, if there are any left, drop traffic (blackhole)")]);
    plan.destructive = true;
    plan.wait = wait_state(cx.targets, &[], &[], true, 2);
    Ok(plan)
}
