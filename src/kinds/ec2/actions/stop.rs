//! `stop`: running instances stop; with the options force and hibernate.

use super::consequences::{self, Happens, fates, groups, target_group_impact};
use super::{calls, disks, protection};
use crate::base::Fault;
use crate::base::text::capital;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::autoscaling::group_reaction::GroupReaction;
use crate::kinds::ec2::compute_cost;
use crate::kinds::ec2::instances::INFO;
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::ec2::senders::STOP_INSTANCES;
use crate::kinds::plan_builder::{
    called, draft, form_title, label, names, note, severe, sorted, state, subject, title, toggle, wait_state,
};
use crate::model::{Cost, FormSpec, Plan, Record, Undo, Values};

/// `stop`.
pub static STOP: Action = Action::on_rows(&INFO, "stop", "Stop", plan)
    .group(MenuGroup::State)
    .letter('s')
    .doc(
        "Stops running instances. Compute is not billed while they are stopped; disks and Elastic IPs still are. \
         `force` does not wait for the operating system; `hibernate` saves memory to the root volume first.",
    )
    .several()
    .calls(&[&STOP_INSTANCES])
    .only_if(available)
    .form(refine);

/// `hibernate`.
pub static HIBERNATE: Action = Action::on_rows(&INFO, "hibernate", "Hibernate", hibernation)
    .letter('H')
    .group(MenuGroup::State)
    .doc(
        "Saves the memory of running instances to their encrypted root volumes and stops them: at the next start they go on where they \
         were. Only of instances that were launched so that they can.",
    )
    .several()
    .calls(&[&STOP_INSTANCES])
    .only_if(can_hibernate);

const FORCE: &str = "force";
const HIBERNATION: &str = "hibernate";

fn available(row: &Record) -> Result<(), String> {
    if instance::root_is_ebs(row) == Some(false) {
        return Err("Its root volume is an instance store: it can be rebooted or terminated, but not stopped.".into());
    }
    match instance::state(row) {
        // One that hangs in stopping can be forced.
        InstanceState::Running | InstanceState::Stopping => Ok(()),
        InstanceState::Stopped => Err("Already stopped.".into()),
        InstanceState::Pending => Err("It is pending: wait until it is running.".into()),
        _ => Err(format!("{}: only a running instance can be stopped.", super::is(row))),
    }
}

/// Whether memory can be saved: what was launched without it never can.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernating-prerequisites.html>
fn can_hibernate(row: &Record) -> Result<(), String> {
    match (instance::state(row), instance::can_hibernate(row)) {
        (_, Some(false)) => Err("It was launched without hibernation, which cannot be enabled later.".into()),
        (_, None) => Err("AWS does not say whether it can hibernate.".into()),
        (InstanceState::Running, _) => Ok(()),
        _ => Err(format!("{}: only a running instance can hibernate.", super::is(row))),
    }
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let labels = |want: &dyn Fn(&Record) -> bool| -> Vec<String> {
        cx.targets.iter().map(|t| &*t.record).filter(|r| want(r)).map(label).collect()
    };
    let mut force = toggle(
        values,
        FORCE,
        "Force",
        "Do not wait for the operating system: for an instance stuck in stopping. AWS advises against it on Windows.",
    );
    let stopping = labels(&|r| instance::state(r) == InstanceState::Stopping);
    if !stopping.is_empty() && !values.flag(FORCE) {
        // Not an error: a plan says it, and `tab` leads here.
        force.help = format!("Already stopping: {}. Only force makes a difference.", names(&stopping));
    }
    let mut fields = vec![force];
    let cannot = labels(&|r| instance::can_hibernate(r) != Some(true));
    if cannot.len() < cx.targets.len() {
        let mut hibernate = toggle(
            values,
            HIBERNATION,
            "Hibernate",
            "Memory is saved to the encrypted root volume and restored at the next start.",
        );
        if values.flag(HIBERNATION) {
            hibernate.error = if !cannot.is_empty() {
                Some(format!("Launched without hibernation enabled: {}.", names(&cannot)))
            } else if values.flag(FORCE) {
                Some("Force leaves no time to hibernate: choose one.".into())
            } else {
                None
            };
        }
        fields.push(hibernate);
    }
    FormSpec { title: form_title(cx, "Stop"), fields, needs: Vec::new() }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    stopped(cx, "stop", form.flag(FORCE), form.flag(HIBERNATION))
}

fn hibernation(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let mut plan = stopped(cx, "hibernate", false, true)?;
    let mut all = std::mem::take(&mut plan.consequences);
    all.push(note("If the memory cannot be saved, the instance is stopped without it"));
    plan.consequences = sorted(all);
    Ok(plan)
}

fn stopped(cx: &ActionContext<'_>, action: &'static str, force: bool, hibernate: bool) -> Result<Plan, Fault> {
    let fates = fates(cx);
    let change = |(t, fate): (&Target, &Option<(String, GroupReaction)>)| {
        subject(t, format!("{} → {}", state(&t.record), becomes(fate.as_ref(), hibernate)))
    };
    let subjects = cx.targets.iter().zip(&fates).map(change).collect();
    let mut plan = draft(action, title(&capital(action), &INFO, cx.targets), cx.targets, subjects);
    plan.steps = calls(&STOP_INSTANCES, cx.targets, &[("Force", force), ("Hibernate", hibernate)]);

    let mut all = Vec::new();
    protection::check(cx, protection::Protection::Stop, &STOP_INSTANCES.op, &mut all, &mut plan.needs)?;
    all.extend(target_group_impact(cx, &mut plan.needs));
    let replaced = groups(cx, &fates, Happens::Stop, &mut all, &mut plan.needs);
    let lost = consequences::addresses(cx, &mut all);
    consequences::instance_store(cx, &mut all);
    disks::go_on(cx, &mut all, &mut plan.needs);
    consequences::spot(cx, &mut all);
    if force {
        all.push(severe("Force: the operating system does not flush its file systems, which may need repair"));
    }
    let stopping: Vec<String> = cx
        .targets
        .iter()
        .filter(|t| instance::state(&t.record) == InstanceState::Stopping)
        .map(|t| label(&t.record))
        .collect();
    if !stopping.is_empty() && !force {
        all.push(note(format!(
            "{} {} already stopping: without force nothing changes",
            called("Instance", &stopping),
            if stopping.len() == 1 { "is" } else { "are" }
        )));
    }
    plan.consequences = sorted(all);
    plan.cost = Some(cost(cx, &fates));
    plan.wait = if replaced {
        wait_state(cx.targets, &["stopped", "shutting-down", "terminated"], &[], true, 15)
    } else {
        wait_state(cx.targets, &["stopped"], &["shutting-down", "terminated"], false, if hibernate { 30 } else { 15 })
    };
    let mut but = Vec::new();
    if !lost.is_empty() {
        but.push(format!(
            "{} {} not come back",
            called("public IP", &lost),
            if lost.len() == 1 { "does" } else { "do" }
        ));
    }
    if replaced {
        but.push("instances that the group has terminated by then are gone".into());
    }
    let but = (!but.is_empty()).then(|| but.join("; "));
    plan.undo = Some(Undo { line: "start".into(), but, on: Vec::new() });
    Ok(plan)
}

/// Compute that is not billed any more: of what runs and is not replaced by its group.
fn cost(cx: &ActionContext<'_>, fates: &[Option<(String, GroupReaction)>]) -> Cost {
    const REST: &str = "disks and Elastic IPs are still billed";
    let runs = |t: &Target| matches!(instance::state(&t.record), InstanceState::Running | InstanceState::Pending);
    let replaced = |fate: &Option<(String, GroupReaction)>| {
        matches!(fate, Some((_, GroupReaction::Replaced(_) | GroupReaction::NotAsked(_))))
    };
    let billed = || cx.targets.iter().zip(fates).filter(|(t, _)| runs(t));
    let ends: Vec<Target> = billed().filter(|(_, fate)| !replaced(fate)).map(|(t, _)| t.clone()).collect();
    let others = billed().count() - ends.len();
    if ends.is_empty() {
        return match others {
            0 => Cost::same(format!("Compute is not billed while it stops; {REST}")),
            _ => Cost::saves_unknown(format!("No compute charge while stopped, but the replacement is billed; {REST}")),
        };
    }
    let but = if others > 0 { ", but replacements for the others are billed" } else { "" };
    match compute_cost::now(&ends) {
        Ok(money) => Cost::saves(money, format!(" of compute while stopped{but}; {REST}")),
        Err(why) => {
            Cost::saves_unknown(format!("No compute charge while stopped{but}; {REST}; the price is not known: {why}"))
        }
    }
}

fn becomes(fate: Option<&(String, GroupReaction)>, hibernate: bool) -> String {
    match fate {
        Some((group, GroupReaction::Replaced(_))) => format!("terminated and replaced by Auto Scaling group {group}"),
        Some((group, GroupReaction::NotReplacedAfter | GroupReaction::Spare(_))) => {
            format!("terminated by Auto Scaling group {group}")
        }
        Some((group, GroupReaction::NotAsked(_))) => format!("stopped, may be replaced by Auto Scaling group {group}"),
        _ if hibernate => "stopped (hibernated)".into(),
        _ => "stopped".into(),
    }
}
