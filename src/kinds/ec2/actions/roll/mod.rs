//! `roll`: instances are changed batch by batch, each batch taken out of service before and brought back after.
//!
//! One plan of steps carries it all: for each batch Standby or deregistration and draining, the change, health, and the way back into
//! service. So the journal, going on after a restart, the way back and the script are those of every plan. Where the instances stand is
//! found out in [`places`], what a batch does is in [`steps`].

mod form;
mod over_ssh;
mod places;
mod said;
mod steps;
#[cfg(test)]
mod tests;

use self::form::{Change, Filled, refine};
use self::places::survey;
use super::change_type;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::autoscaling::senders::{ENTER_STANDBY, EXIT_STANDBY};
use crate::kinds::ec2::connect::command::RUN_COMMAND;
use crate::kinds::ec2::instances::INFO;
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::ec2::senders::{MODIFY_INSTANCE_ATTRIBUTE, REBOOT_INSTANCES, START_INSTANCES, STOP_INSTANCES};
use crate::kinds::elbv2::senders::{DEREGISTER_TARGETS, REGISTER_TARGETS};
use crate::kinds::plan_builder::{draft, state, subject, title};
use crate::model::{Plan, Record};

/// `roll`.
pub static ROLL: Action = Action::on_rows(&INFO, "roll", "Roll", plan)
    .group(MenuGroup::State)
    .doc(
        "Changes running instances batch by batch: stop and start, reboot, another type, or a command over ssh. Each batch goes into Standby in its Auto \
         Scaling group, or is deregistered and drained; it is changed, waited for until it is healthy, and brought back. The first \
         failure, and an alarm that is in ALARM before a batch, halt the rest.",
    )
    .several()
    .calls(&[
        &ENTER_STANDBY,
        &DEREGISTER_TARGETS,
        &STOP_INSTANCES,
        &MODIFY_INSTANCE_ATTRIBUTE,
        &START_INSTANCES,
        &REBOOT_INSTANCES,
        &RUN_COMMAND,
        &REGISTER_TARGETS,
        &EXIT_STANDBY,
    ])
    .only_if(available)
    .starts_programs()
    .form(refine);

fn available(row: &Record) -> Result<(), String> {
    match instance::state(row) {
        InstanceState::Running => Ok(()),
        _ => Err(format!("{}: only a running instance can take part in a rolling change.", super::is(row))),
    }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let filled = Filled::of(cx, &form.spec).map_err(|why| Fault::new(FaultKind::Invalid, why))?;
    let places = survey(cx).map_err(|missing| Fault::new(FaultKind::Invalid, missing.why))?;
    let change = |t| {
        subject(
            t,
            match &filled.change {
                Change::StopStart => format!("{} → stopped → running", state(&t.record)),
                Change::Reboot => format!("{} → rebooting → running", state(&t.record)),
                Change::Command(over) => format!("{} → {}", state(&t.record), said::short(&over.command)),
                Change::Type(ty) => {
                    format!("{} → {ty}", instance::instance_type(&t.record).unwrap_or("an unknown type"))
                }
            },
        )
    };
    let subjects = cx.targets.iter().map(change).collect();
    let verb = match &filled.change {
        Change::StopStart => "Roll: stop and start",
        Change::Reboot => "Roll: reboot",
        Change::Type(_) => "Roll: change type of",
        Change::Command(_) => "Roll: run a command on",
    };
    let mut plan = draft("roll", title(verb, &INFO, cx.targets), cx.targets, subjects);
    (plan.steps, plan.wait) = steps::all(&filled, &places);
    for place in &places {
        for row in place.rests_on() {
            if !plan.rests_on.contains(&row) {
                plan.rests_on.push(row);
            }
        }
    }
    plan.consequences = said::consequences(cx, &filled, &places, &mut plan.needs)?;
    if let Change::Type(ty) = &filled.change {
        plan.cost = Some(change_type::cost(cx.targets, ty));
    }
    Ok(plan)
}
