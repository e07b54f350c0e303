//! `delete` of subnets.

use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::network_interfaces::{self as interfaces, INSTANCE, SUBNET_ID};
use crate::kinds::ec2::senders::DELETE_SUBNET;
use crate::kinds::ec2::subnets::INFO;
use crate::kinds::plan_builder::{
    Known, count, draft, field, known_with, label, live, names, need, note, severe, sorted, subject, title, unknown,
    wait_state,
};
use crate::model::{Arg, Consequence, Plan, Step, TableKey};

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", plan)
    .group(MenuGroup::Delete)
    .doc("Deletes subnets. EC2 refuses while a network interface is in one (DependencyViolation): of an instance, a balancer, a NAT gateway.")
    .several()
    .calls(&[&DELETE_SUBNET]);

fn plan(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let subjects = cx.targets.iter().map(|t| subject(t, "→ deleted for good")).collect();
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, subjects);
    let one = |t: &Target| {
        let call = DELETE_SUBNET.call(t.table.scope.clone()).arg("SubnetId", Arg::Str(t.record.id.clone()));
        Step::new(format!("delete {}", label(&t.record)), call.on([t.record.id.clone()]))
    };
    plan.steps = cx.targets.iter().map(one).collect();
    let mut needs = Vec::new();
    let mut all: Vec<Consequence> = cx.targets.iter().filter_map(|t| in_use(cx, t, &mut needs)).collect();
    all.push(note(
        "Its associations with a route table and a network ACL go too; undoing this means creating it again",
    ));
    (plan.consequences, plan.needs) = (sorted(all), needs);
    plan.destructive = true;
    plan.wait = wait_state(cx.targets, &[], &[], true, 2);
    Ok(plan)
}

/// What has an address of the subnet.
fn in_use(cx: &ActionContext<'_>, t: &Target, needs: &mut Vec<TableKey>) -> Option<Consequence> {
    let who = label(&t.record);
    let found = known_with(cx.store, &t.table.scope, &interfaces::INFO, (&SUBNET_ID, &t.record.id));
    let not_known = |word: &str| Some(unknown(format!("Whether anything is in {who} is not known ({word})")));
    let table = match found {
        Known::Complete(table) => table,
        Known::Failed(word) => return not_known(word),
        Known::NotAsked(key) => {
            need(needs, key);
            return not_known("not loaded");
        }
    };
    let here = live(table).filter(|r| field(r, &SUBNET_ID) == Some(t.record.id.as_str()));
    let all: Vec<String> = here.map(|r| field(r, &INSTANCE).map_or_else(|| label(r), str::to_string)).collect();
    (!all.is_empty()).then(|| {
        severe(format!(
            "EC2 refuses to delete {who} (DependencyViolation): {} in it, of {}",
            count(all.len(), "network interface"),
            names(&all)
        ))
    })
}
