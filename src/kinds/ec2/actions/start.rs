//! `start`: stopped instances run again.

use super::{calls, types};
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::compute_cost;
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::ec2::instances::{INFO, fields};
use crate::kinds::ec2::senders::START_INSTANCES;
use crate::kinds::plan_builder::{called, draft, field, label, note, sorted, state, subject, title, wait_state};
use crate::model::{Cost, Plan, Record, Undo};

/// `start`.
pub static START: Action = Action::on_rows(&INFO, "start", "Start", plan)
    .group(MenuGroup::State)
    .doc(
        "Starts stopped instances. They keep their volumes, private addresses and Elastic IPs; any other public IP \
         changes.",
    )
    .several()
    .calls(&[&START_INSTANCES])
    .only_if(available);

fn available(row: &Record) -> Result<(), String> {
    match instance::state(row) {
        InstanceState::Stopped => Ok(()),
        InstanceState::Stopping => Err("It is stopping: wait until it is stopped.".into()),
        InstanceState::Running | InstanceState::Pending => Err(format!("Already {}.", state(row))),
        _ => Err(format!("{}: only a stopped instance can be started.", super::is(row))),
    }
}

fn plan(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let change = |t| subject(t, format!("{} → running", state(&t.record)));
    let mut plan =
        draft("start", title("Start", &INFO, cx.targets), cx.targets, cx.targets.iter().map(change).collect());
    plan.steps = calls(&START_INSTANCES, cx.targets, &[]);
    let labels_of = |want: &dyn Fn(&Record) -> bool| -> Vec<String> {
        cx.targets.iter().map(|t| &*t.record).filter(|r| want(r)).map(label).collect()
    };
    let mut all = Vec::new();
    let plain = labels_of(&|r| r.get(&fields::ELASTIC_IPS).items().is_empty());
    if !plain.is_empty() {
        let gets = if plain.len() == 1 { "gets" } else { "get" };
        all.push(note(format!(
            "{} {gets} a new public IP where the subnet assigns one, having no Elastic IP",
            called("Instance", &plain)
        )));
    }
    let spot = labels_of(&instance::is_spot);
    if !spot.is_empty() {
        all.push(note(format!(
            "{}: a Spot Instance starts only while its request is open and there is capacity",
            called("Instance", &spot)
        )));
    }
    let failed = labels_of(&|r| field(r, &fields::STATE_REASON).is_some_and(|c| c.starts_with("Server.")));
    if !failed.is_empty() {
        all.push(note(format!("EC2 itself stopped {}: the reason is in the detail", called("instance", &failed))));
    }
    plan.consequences = sorted(all);
    plan.cost = Some(match compute_cost::now(cx.targets) {
        Ok(money) => Cost::adds(money, if cx.targets.len() == 1 { " while it runs" } else { " while they run" }),
        Err(why) => {
            Cost::adds_unknown(format!("Compute is billed by the second while it runs: {}; {why}", types(cx.targets)))
        }
    });
    plan.wait = wait_state(cx.targets, &["running"], &["stopped", "shutting-down", "terminated"], false, 10);
    plan.undo = Some(Undo { line: "stop".into(), but: None, on: Vec::new() });
    Ok(plan)
}
