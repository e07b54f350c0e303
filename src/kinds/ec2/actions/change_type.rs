//! `change-type`: instances get another type. A running one is stopped for it and started again; one that stands still is only modified.

use std::time::Duration;

use aws_sdk_ec2::types::InstanceType;

use super::consequences::{self, Happens, fates, groups, target_group_impact};
use super::{disks, protection};
use crate::base::Fault;
use crate::base::text::{nearest, visible};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::compute_cost;
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::ec2::instances::{INFO, fields};
use crate::kinds::ec2::senders::{MODIFY_INSTANCE_ATTRIBUTE, START_INSTANCES, STOP_INSTANCES};
use crate::kinds::plan_builder::{
    by_table, called, draft, field, form_title, label, line, names, note, severe, sorted, state, subject, title,
    unknown,
};
use crate::model::{
    Arg, Call, Consequence, Cost, FormField, FormSpec, Money, Plan, Record, Step, StepUndo, Values, Waiter,
};

/// `change-type`.
pub static CHANGE_TYPE: Action = Action::on_rows(&INFO, "change-type", "Change type", plan)
    .group(MenuGroup::Settings)
    .doc(
        "Changes the instance type. A running instance is stopped, changed and started again; a stopped one is only \
         changed. Each step can be undone.",
    )
    .several()
    .calls(&[&STOP_INSTANCES, &MODIFY_INSTANCE_ATTRIBUTE, &START_INSTANCES])
    .only_if(available)
    .form(refine);

const TYPE: &str = "type";

/// Stopping takes a minute or two; one whose operating system hangs is given up on by EC2 within ten.
const STOPPING: Duration = Duration::from_secs(15 * 60);
const STARTING: Duration = Duration::from_secs(10 * 60);

fn available(row: &Record) -> Result<(), String> {
    if instance::root_is_ebs(row) == Some(false) {
        return Err("Its root volume is an instance store: it cannot be stopped, so its type cannot be changed.".into());
    }
    if instance::is_spot(row) {
        // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/change-instance-type-of-ebs-backed-instance.html
        return Err("The type of a Spot Instance cannot be changed.".into());
    }
    match instance::state(row) {
        InstanceState::Running | InstanceState::Stopped => Ok(()),
        _ => Err(format!("{}: only a running or stopped instance can change its type.", super::is(row))),
    }
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    FormSpec { title: form_title(cx, "Change type of"), fields: vec![type_field(cx, values)], needs: Vec::new() }
}

pub(super) fn type_field(cx: &ActionContext<'_>, values: &Values) -> FormField {
    let now: Vec<&str> = cx.targets.iter().filter_map(|t| instance::instance_type(&t.record)).collect();
    let help = format!("Now {}. Write it as AWS does: family, generation, size (m7g.large).", super::types(cx.targets));
    let mut asked = line(values, TYPE, "Type", "", help);
    let text = values.text(TYPE).unwrap_or_default().trim();
    asked.error = if text.is_empty() {
        Some("Type an instance type, for example t3.small.".into())
    } else if !is_type(text) {
        Some(format!(
            "{} is not an instance type: write family and size with a dot between them, for example t3.small.",
            visible(text)
        ))
    } else if now.len() == cx.targets.len() && now.iter().all(|t| *t == text) {
        Some(format!("The type is already {text}."))
    } else if let Some(t) = cx.targets.iter().find(|t| is_another_processor(&t.record, text)) {
        // EC2: InvalidParameterValue, after the instance was stopped.
        let is = if is_arm(text) { "arm64" } else { "x86_64" };
        let image = field(&t.record, &fields::ARCHITECTURE).unwrap_or_default();
        Some(format!("{text} is {is} by its name, but {} has an image for {image}.", label(&t.record)))
    } else {
        None
    };
    asked
}

/// `t3.micro`, `u-6tb1.112xlarge`, `mac2-m2pro.metal`, `m7i-flex.large`, `m5.metal-24xl`.
fn is_type(text: &str) -> bool {
    let part = |s: &str| {
        let ends = s.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) && !s.ends_with('-');
        ends && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.split_once('.').is_some_and(|(family, size)| part(family) && part(size))
}

/// Whether a type's processor is known not to be that of the instance's image.
fn is_another_processor(row: &Record, ty: &str) -> bool {
    match field(row, &fields::ARCHITECTURE) {
        Some("arm64") => !is_arm(ty),
        Some("x86_64" | "i386") => is_arm(ty),
        // A Mac's, or one that AWS adds tomorrow.
        _ => false,
    }
}

/// The type that was meant, if this one is none that AWS had when this program was made.
fn unknown_type(ty: &str) -> Option<String> {
    let known = InstanceType::values();
    let meant = || nearest(ty, known.iter().copied()).map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
    (!known.contains(&ty)).then(meant)
}

/// The family of a type and the processor that its name tells of: `g` after the generation is Graviton.
/// <https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html>
fn is_arm(ty: &str) -> bool {
    let family = ty.split('.').next().unwrap_or_default();
    let after =
        family.trim_start_matches(|c: char| c.is_ascii_lowercase()).trim_start_matches(|c: char| c.is_ascii_digit());
    after.split('-').next().unwrap_or_default().contains('g') || family == "a1"
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let ty = form.text(TYPE).to_string();
    let runs = |t: &&Target| instance::state(&t.record) == InstanceState::Running;
    let running: Vec<Target> = cx.targets.iter().filter(runs).cloned().collect();
    let old = |t: &Target| instance::instance_type(&t.record).unwrap_or("an unknown type").to_string();
    let change = |t: &Target| subject(t, format!("{} → {ty}", old(t)));
    let subjects = cx.targets.iter().map(change).collect();
    let mut plan = draft("change-type", title("Change type of", &INFO, cx.targets), cx.targets, subjects);

    plan.steps.extend(power(&running, false));
    plan.steps.extend(cx.targets.iter().filter_map(|t| modify_to(t, &ty)));
    plan.steps.extend(power(&running, true));
    plan.wait = changed(cx.targets, &ty);

    let mut all = Vec::new();
    if !running.is_empty() {
        let down = ActionContext { targets: &running, ..*cx };
        protection::check(&down, protection::Protection::Stop, &STOP_INSTANCES.op, &mut all, &mut plan.needs)?;
        all.extend(target_group_impact(&down, &mut plan.needs));
        groups(&down, &fates(&down), Happens::Stop, &mut all, &mut plan.needs);
        consequences::addresses(&down, &mut all);
        consequences::instance_store(&down, &mut all);
        let who: Vec<String> = running.iter().map(|t| label(&t.record)).collect();
        let is = if who.len() == 1 { "is" } else { "are" };
        all.push(severe(format!("{} {is} down from the stop until the start is complete", called("Instance", &who))));
    }
    doubts(cx, &ty, !running.is_empty(), &mut all);
    disks::go_on(cx, &mut all, &mut plan.needs);
    plan.consequences = sorted(all);
    plan.cost = Some(cost(cx.targets, &ty));
    Ok(plan)
}

/// What of a type EC2 alone knows.
pub(super) fn doubts(cx: &ActionContext<'_>, ty: &str, stops: bool, all: &mut Vec<Consequence>) {
    let old = |t: &Target| instance::instance_type(&t.record).unwrap_or("an unknown type").to_string();
    if let Some(meant) = unknown_type(ty) {
        let after = if stops { " after the stop, and the instances stay stopped" } else { "" };
        let text = format!("{ty} is not a type known here: if it does not exist, EC2 refuses it{after}.{meant}");
        all.push(if stops { severe(text) } else { unknown(text) });
    }
    let crosses: Vec<String> = cx
        .targets
        .iter()
        .filter(|t| field(&t.record, &fields::ARCHITECTURE).is_none() && is_arm(&old(t)) != is_arm(ty))
        .map(|t| label(&t.record))
        .collect();
    if !crosses.is_empty() {
        all.push(unknown(format!(
            "{ty} has another processor architecture by its name: EC2 refuses it for {} if the image does not match",
            called("instance", &crosses)
        )));
    }
    all.push(note(
        "Whether the zone offers the type and has capacity, EC2 says only when the type is changed and the instance \
         started",
    ));
}

fn patience(on: bool) -> Duration {
    if on { STARTING } else { STOPPING }
}

/// What compute costs more or less from then on, while they run.
pub(super) fn cost(targets: &[Target], ty: &str) -> Cost {
    let runs = if targets.len() == 1 { "while it runs" } else { "while they run" };
    match compute_cost::now_and_as(targets, ty) {
        Ok((before, after)) => {
            let more = after.amount - before.amount;
            let money = |amount| Money { amount, ..after };
            // Prices have four places.
            match more {
                _ if more.abs() < 0.000_05 => Cost::same("Compute costs the same as before"),
                _ if more > 0.0 => Cost::adds(money(more), format!(" more {runs}")),
                _ => Cost::saves(money(-more), format!(" {runs}")),
            }
        }
        Err(why) => Cost::adds_unknown(format!("Compute is billed as {ty} from then on; {why}")),
    }
}

/// Stops or starts the running ones, and waits for that; undone by the other.
fn power(targets: &[Target], on: bool) -> Vec<Step> {
    let (op, back) = if on { (&START_INSTANCES, &STOP_INSTANCES) } else { (&STOP_INSTANCES, &START_INSTANCES) };
    let word = |on: bool| if on { "start" } else { "stop" };
    let who = || names(&targets.iter().map(|t| label(&t.record)).collect::<Vec<_>>());
    let of = |call: &Call| -> Vec<Target> {
        targets
            .iter()
            .filter(|t| t.table.scope == call.scope && call.subjects.contains(&t.record.id))
            .cloned()
            .collect()
    };
    let forth = super::calls(op, targets, &[]);
    let steps = forth.into_iter().map(|step| {
        let of = of(&step.call);
        let undo = StepUndo {
            title: format!("{} {}", word(!on), who()),
            call: Call { op: &back.op, ..step.call.clone() },
            wait: power_wait(&of, !on, patience(!on)),
            destructive: false,
            // Undoing a start stops what may be in use by then.
            hurts: on.then(|| {
                format!(
                    "The instances stop ({}): users are cut off, and a public IP that is not an Elastic IP is lost",
                    who()
                )
            }),
        };
        Step::new(format!("{} {}", word(on), who()), step.call)
            .then_wait(power_wait(&of, on, patience(on)))
            .undone_by(undo)
    });
    steps.collect()
}

/// Waits until all of them run, or have stopped.
pub(super) fn power_wait(targets: &[Target], on: bool, within: Duration) -> Waiter {
    let part = |(table, ids)| {
        let table: &crate::model::TableKey = table;
        let (want, fail): (&'static [&'static str], &'static [&'static str]) = if on {
            (&["running"], &["shutting-down", "terminated", "stopping"])
        } else {
            (&["stopped"], &["shutting-down", "terminated"])
        };
        Waiter::State { table: table.clone(), ids, want, fail, gone_is_fine: false, within }
    };
    Waiter::all(by_table(targets).into_iter().map(part).collect())
}

/// The step that gives it the type; none if it has it already.
pub(super) fn modify_to(t: &Target, ty: &str) -> Option<Step> {
    (instance::instance_type(&t.record) != Some(ty)).then(|| modify(t, ty))
}

fn modify(t: &Target, ty: &str) -> Step {
    let call = |ty: &str| {
        MODIFY_INSTANCE_ATTRIBUTE
            .call(t.table.scope.clone())
            .arg("InstanceId", Arg::Str(t.record.id.clone()))
            .arg("InstanceType", Arg::Map(vec![("Value", Arg::str(ty))]))
            .on([t.record.id.clone()])
    };
    let who = label(&t.record);
    let step = Step::new(format!("change {who} to {ty}"), call(ty));
    match instance::instance_type(&t.record) {
        Some(old) => step.undone_by(StepUndo::new(format!("change {who} back to {old}"), call(old))),
        None => step,
    }
}

/// All of them read as the new type, and those that ran run again.
fn changed(targets: &[Target], ty: &str) -> Waiter {
    let field = |(table, ids): (&crate::model::TableKey, Vec<_>)| Waiter::Field {
        table: table.clone(),
        ids,
        field: &fields::TYPE,
        want: ty.to_string(),
        within: Duration::from_secs(120),
    };
    let mut parts: Vec<Waiter> = by_table(targets).into_iter().map(field).collect();
    let running: Vec<Target> = targets.iter().filter(|t| state(&t.record) == "running").cloned().collect();
    parts.push(power_wait(&running, true, STARTING));
    Waiter::all(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_from_what_is_none() {
        for ty in
            ["t3.micro", "u-6tb1.112xlarge", "mac2-m2pro.metal", "m7i-flex.large", "m5.metal-24xl", "x2iedn.xlarge"]
        {
            assert!(is_type(ty), "{ty}");
        }
        for no in
            ["t3", "T3.micro", "t3.", ".micro", "t3 micro", "t3.mi.cro", "t3._", "-.large", "결제.large", "t3.large-"]
        {
            assert!(!is_type(no), "{no}");
        }
    }

    #[test]
    fn graviton_is_read_from_the_name() {
        for arm in ["t4g.micro", "c7gn.xlarge", "m8gd.large", "a1.large", "im4gn.large", "hpc7g.4xlarge", "g5g.xlarge"]
        {
            assert!(is_arm(arm), "{arm}");
        }
        for x86 in ["t3.micro", "g5.xlarge", "m7i-flex.large", "c7a.large", "p4de.24xlarge", "mac1.metal"] {
            assert!(!is_arm(x86), "{x86}");
        }
    }
}
