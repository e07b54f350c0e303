//! `reboot`: sent once, whatever happens.

use super::calls;
use super::consequences::{reboots, target_group_impact};
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::instances::INFO;
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::ec2::senders::REBOOT_INSTANCES;
use crate::kinds::plan_builder::{draft, note, sorted, state, subject, title};
use crate::model::{Plan, Record};

/// `reboot`.
pub static REBOOT: Action = Action::on_rows(&INFO, "reboot", "Reboot", plan)
    .group(MenuGroup::State)
    .doc(
        "Reboots running instances. They keep their addresses and the data on their disks, instance store included. \
         The call is sent once: without an answer, it is not sent again.",
    )
    .several()
    .calls(&[&REBOOT_INSTANCES])
    .only_if(available);

fn available(row: &Record) -> Result<(), String> {
    match instance::state(row) {
        InstanceState::Running => Ok(()),
        _ => Err(format!("{}: only a running instance can be rebooted.", super::is(row))),
    }
}

fn plan(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let change = |t| subject(t, format!("{} → rebooting → running", state(&t.record)));
    let mut plan =
        draft("reboot", title("Reboot", &INFO, cx.targets), cx.targets, cx.targets.iter().map(change).collect());
    plan.steps = calls(&REBOOT_INSTANCES, cx.targets, &[]);
    let mut all = target_group_impact(cx, &mut plan.needs);
    reboots(cx, &mut all, &mut plan.needs);
    all.push(note("EC2 does a hard reboot if an instance does not shut down cleanly within a few minutes"));
    plan.consequences = sorted(all);
    Ok(plan)
}
