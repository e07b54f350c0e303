//! `terminate`: for good.

use super::consequences::{self, Happens, fates, groups, target_group_impact};
use super::{calls, disks, protection};
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::autoscaling::group_reaction::GroupReaction;
use crate::kinds::ec2::instances::INFO;
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::ec2::senders::TERMINATE_INSTANCES;
use crate::kinds::plan_builder::{draft, sorted, state, subject, title, wait_state};
use crate::model::{Plan, Record};

/// `terminate`.
pub static TERMINATE: Action = Action::on_rows(&INFO, "terminate", "Terminate", plan)
    .group(MenuGroup::Delete)
    .doc(
        "Terminates instances for good. Volumes with DeleteOnTermination are deleted with them; other volumes and \
         Elastic IPs stay and are still billed.",
    )
    .several()
    .calls(&[&TERMINATE_INSTANCES])
    .only_if(available);

fn available(row: &Record) -> Result<(), String> {
    match instance::state(row) {
        InstanceState::ShuttingDown => Err("Already shutting down to terminate.".into()),
        InstanceState::Terminated => Err("Already terminated.".into()),
        _ => Ok(()),
    }
}

fn plan(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let fates = fates(cx);
    let change = |(t, fate): (&Target, &Option<(String, GroupReaction)>)| {
        subject(t, format!("{} → {}", state(&t.record), becomes(fate.as_ref())))
    };
    let subjects = cx.targets.iter().zip(&fates).map(change).collect();
    let mut plan = draft("terminate", title("Terminate", &INFO, cx.targets), cx.targets, subjects);
    plan.destructive = true;
    plan.steps = calls(&TERMINATE_INSTANCES, cx.targets, &[]);

    let mut all = Vec::new();
    protection::check(cx, protection::Protection::Termination, &TERMINATE_INSTANCES.op, &mut all, &mut plan.needs)?;
    all.extend(target_group_impact(cx, &mut plan.needs));
    groups(cx, &fates, Happens::Terminate, &mut all, &mut plan.needs);
    consequences::instance_store(cx, &mut all);
    disks::fate(cx, &mut all, &mut plan.needs);
    consequences::addresses(cx, &mut all);
    consequences::elastic_addresses_stay(cx, &mut all);
    plan.consequences = sorted(all);
    plan.wait = wait_state(cx.targets, &["terminated"], &[], true, 15);
    Ok(plan)
}

fn becomes(fate: Option<&(String, GroupReaction)>) -> String {
    match fate {
        Some((group, GroupReaction::Replaced(_))) => format!("terminated and replaced by Auto Scaling group {group}"),
        _ => "terminated".into(),
    }
}
