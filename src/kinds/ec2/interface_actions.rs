//! What can be done to network interfaces that are attached to nothing.

use super::network_interfaces::{INFO, MANAGED};
use super::senders::DELETE_NETWORK_INTERFACE;
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::plan_builder::{draft, label, note, sorted, state, subject, title, wait_state};
use crate::model::{Arg, Plan, Record, Step, Value};

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", plan)
    .group(MenuGroup::Delete)
    .doc("Deletes network interfaces that are attached to nothing. Their addresses go back to their subnets.")
    .several()
    .calls(&[&DELETE_NETWORK_INTERFACE])
    .only_if(available);

fn available(row: &Record) -> Result<(), String> {
    match (row.get(&MANAGED), state(row)) {
        // EC2: OperationNotPermitted.
        (Value::Bool(true), _) => Err("A service manages it: it goes with what uses it.".into()),
        (_, "available") => Ok(()),
        // EC2: InvalidNetworkInterface.InUse.
        (_, other) => Err(format!("It is {other}: only one that is attached to nothing can be deleted.")),
    }
}

fn plan(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let subjects = cx.targets.iter().map(|t| subject(t, "→ deleted for good")).collect();
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, subjects);
    let one = |t: &Target| {
        let id = Arg::Str(t.record.id.clone());
        let call = DELETE_NETWORK_INTERFACE.call(t.table.scope.clone()).arg("NetworkInterfaceId", id);
        Step::new(format!("delete {}", label(&t.record)), call.on([t.record.id.clone()]))
    };
    plan.steps = cx.targets.iter().map(one).collect();
    plan.consequences = sorted(vec![note("Elastic IP addresses that it has stay allocated, and are still billed")]);
    plan.destructive = true;
    plan.wait = wait_state(cx.targets, &[], &[], true, 1);
    Ok(plan)
}
