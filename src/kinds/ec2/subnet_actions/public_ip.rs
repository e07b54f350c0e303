//! `change-public-ip`: whether instances launched in a subnet get a public IPv4 address by default.

use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::senders::MODIFY_SUBNET_ATTRIBUTE;
use crate::kinds::ec2::subnets::{INFO, PUBLIC_IP_ON_LAUNCH};
use crate::kinds::plan_builder::{draft, form_title, label, note, pick, sorted, subject, title, wait_field};
use crate::model::{Arg, Call, Choice, FormSpec, Plan, Step, StepUndo, Value, Values};

/// `change-public-ip`.
pub static CHANGE_PUBLIC_IP: Action =
    Action::on_rows(&INFO, "change-public-ip", "Public IPv4 at launch", plan)
        .group(MenuGroup::Settings)
        .doc("Says whether instances launched in subnets get a public IPv4 address by default. Those that run keep what they have.")
        .several()
        .calls(&[&MODIFY_SUBNET_ATTRIBUTE])
        .form(refine);

const TO: &str = "public_ip";

/// The structure that EC2 wants for a flag.
pub(in crate::kinds::ec2) fn switch(on: bool) -> Arg {
    Arg::Map(vec![("Value", Arg::Bool(on))])
}

fn is_on(t: &Target) -> bool {
    *t.record.get(&PUBLIC_IP_ON_LAUNCH) == Value::Bool(true)
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into(), disabled: None };
    let default = if cx.targets.iter().all(is_on) { "off" } else { "on" };
    let choices = vec![choice("on", "on  they get one"), choice("off", "off  they get none by themselves")];
    let field = pick(values, (TO, "Public IPv4"), choices, default, "For instances launched from now on.");
    FormSpec { title: form_title(cx, "Public IPv4 addresses at launch in"), fields: vec![field], needs: Vec::new() }
}

fn call(t: &Target, on: bool) -> Call {
    let call = MODIFY_SUBNET_ATTRIBUTE.call(t.table.scope.clone()).arg("SubnetId", Arg::Str(t.record.id.clone()));
    call.arg("MapPublicIpOnLaunch", switch(on)).on([t.record.id.clone()])
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let on = form.text(TO) == "on";
    let changed: Vec<Target> = cx.targets.iter().filter(|t| is_on(t) != on).cloned().collect();
    if changed.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "Nothing would change: it is like that already."));
    }
    let word = |on: bool| if on { "on" } else { "off" };
    let subjects = changed.iter().map(|t| subject(t, format!("{} → {}", word(!on), word(on)))).collect();
    let mut plan = draft("change-public-ip", title("Public IPv4 at launch in", &INFO, &changed), &changed, subjects);
    let one = |t: &Target| {
        let undo = StepUndo::new(
            format!("{} it again for {}", if on { "turn off" } else { "turn on" }, label(&t.record)),
            call(t, !on),
        );
        Step::new(format!("turn it {} for {}", word(on), label(&t.record)), call(t, on)).undone_by(undo)
    };
    plan.steps = changed.iter().map(one).collect();
    plan.wait = wait_field(&changed, &PUBLIC_IP_ON_LAUNCH, if on { "true" } else { "false" }, 2);
    let mut all = vec![note("Instances that run keep what they have; a launch may say otherwise")];
    if on {
        all.push(note("Each public IPv4 address is billed by the hour"));
    }
    plan.consequences = sorted(all);
    Ok(plan)
}
