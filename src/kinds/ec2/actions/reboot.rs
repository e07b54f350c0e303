//! `reboot`: sent once, whatever happens.

use super::consequences::{reboots, target_group_impact};
use super::{KIND, REBOOT_INSTANCES, calls};
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, Takes};
use crate::kinds::ec2::instances::INFO;
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::plan_builder::{check_rows, draft, no_form, note, sorted, state, subject, title};
use crate::model::{Plan, Record, Values};

/// `reboot`.
pub static REBOOT: Action = Action {
    name: "reboot",
    title: "Reboot",
    doc: "Reboots running instances. They keep their addresses and what is on their disks, instance store included. Answer once: \
          if no answer comes, it is not sent again.",
    kind: KIND,
    takes: Takes::Rows,
    bulk: true,
    changes: true,
    operations: &[&REBOOT_INSTANCES],
    available,
    refine: |cx, _| no_form(cx, "Reboot"),
    plan,
};

fn available(row: &Record) -> Result<(), String> {
    match instance::state(row) {
        InstanceState::Running => Ok(()),
        _ => Err(format!("{}: only a running instance can be rebooted.", super::is(row))),
    }
}

fn plan(cx: &ActionContext<'_>, _: &Values) -> Result<Plan, Fault> {
    check_rows(cx.targets, available)?;
    let change = |t| subject(t, format!("{} → rebooting → running", state(&t.record)));
    let mut plan =
        draft("reboot", title("Reboot", &INFO, cx.targets), cx.targets, cx.targets.iter().map(change).collect());
    plan.steps = calls(&REBOOT_INSTANCES, cx.targets, &[]);
    let mut all = target_group_impact(cx, &mut plan.needs);
    reboots(cx, &mut all, &mut plan.needs);
    all.push(note("EC2 resets an instance that does not shut down within a few minutes"));
    plan.consequences = sorted(all);
    Ok(plan)
}
