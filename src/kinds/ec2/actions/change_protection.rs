//! `change-protection`: whether EC2 refuses to terminate or stop instances.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-stop-protection.html>

use std::time::Duration;

use super::not_ending;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::instance_protection::{self as protection, STOP, TERMINATION};
use crate::kinds::ec2::instances::INFO;
use crate::kinds::ec2::instances::instance;
use crate::kinds::ec2::senders::MODIFY_INSTANCE_ATTRIBUTE;
use crate::kinds::plan_builder::{
    beside, by_table, called, draft, form_title, label, note, pick, sorted, subject, text_of, title,
};
use crate::model::{
    Arg, Call, Choice, Consequence, Cost, FieldInfo, FormField, FormSpec, Kind, Plan, Record, Step, StepUndo, TableKey,
    Values, Waiter,
};

/// `change-protection`.
pub static CHANGE_PROTECTION: Action = Action::on_rows(&INFO, "change-protection", "Change protection", plan)
    .group(MenuGroup::Settings)
    .doc(
        "Switches termination and stop protection on or off. While one is on, EC2 refuses TerminateInstances or \
         StopInstances. Spot Instances have neither.",
    )
    .several()
    .calls(&[&MODIFY_INSTANCE_ATTRIBUTE])
    .only_if(available)
    .form(refine);

/// One of the two.
struct Shield {
    /// The form's field.
    name: &'static str,
    label: &'static str,
    help: &'static str,
    /// The API's member.
    member: &'static str,
    /// Where it is read.
    field: &'static FieldInfo,
    /// In a sentence.
    word: &'static str,
}

static SHIELDS: [Shield; 2] = [
    Shield {
        name: "termination",
        label: "Termination protection",
        help: "While it is on, the console, the CLI and the API cannot terminate the instance.",
        member: "DisableApiTermination",
        field: &TERMINATION,
        word: "termination protection",
    },
    Shield {
        name: "stop",
        label: "Stop protection",
        help: "While it is on, the console, the CLI and the API can neither stop nor terminate the instance.",
        member: "DisableApiStop",
        field: &STOP,
        word: "stop protection",
    },
];

const ON: &str = "on";
const OFF: &str = "off";
const KEEP: &str = "keep";

fn available(row: &Record) -> Result<(), String> {
    if instance::is_spot(row) {
        return Err("Spot Instances cannot be protected (UnsupportedOperation).".into());
    }
    not_ending(row)
}

fn now(cx: &ActionContext<'_>, t: &Target, of: &Shield) -> Option<bool> {
    protection::of(cx.store, &t.table, &t.record.id, of.field)
}

fn word(on: bool) -> &'static str {
    if on { ON } else { OFF }
}

fn field(cx: &ActionContext<'_>, values: &Values, of: &Shield, needs: &mut Vec<TableKey>) -> FormField {
    let all: Vec<Option<bool>> = cx.targets.iter().map(|t| now(cx, t, of)).collect();
    let common = all.first().copied().flatten().filter(|first| all.iter().all(|a| *a == Some(*first)));
    let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into(), disabled: None };
    let mut choices = vec![choice(ON, ON), choice(OFF, OFF)];
    if common.is_none() {
        choices.push(choice(KEEP, "unchanged"));
    }
    let mut out = pick(values, (of.name, of.label), choices, common.map_or(KEEP, word), of.help);
    out.facts = match common {
        Some(on) => format!("Now {}.", word(on)),
        None if all.contains(&None) => {
            let first = cx.targets.iter().find(|t| now(cx, t, of).is_none());
            let why = first.map_or("not known yet", |t| beside(cx.store, &t.table, &protection::INFO, needs));
            format!("The present setting is {why}.")
        }
        None => {
            let on = all.iter().filter(|a| **a == Some(true)).count();
            format!("On for {on} of {} now.", all.len())
        }
    };
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-stop-protection.html
    if of.member == "DisableApiStop"
        && text_of(&out) == ON
        && let Some(t) = cx.targets.iter().find(|t| instance::root_is_ebs(&t.record) == Some(false))
    {
        out.error =
            Some(format!("{} has an instance store root volume and cannot be stopped anyway.", label(&t.record)));
    }
    out
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let fields = SHIELDS.iter().map(|s| field(cx, values, s, &mut needs)).collect();
    FormSpec { title: form_title(cx, "Change protection of"), fields, needs }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let wanted: Vec<(&Shield, bool)> = SHIELDS
        .iter()
        .filter_map(|s| match form.text(s.name).as_str() {
            ON => Some((s, true)),
            OFF => Some((s, false)),
            _ => None,
        })
        .collect();
    let mut plan = draft("change-protection", title("Change protection of", &INFO, cx.targets), cx.targets, Vec::new());
    let mut all = Vec::new();
    let mut waits = Vec::new();
    for (shield, on) in &wanted {
        let changed: Vec<Target> = cx.targets.iter().filter(|t| now(cx, t, shield) != Some(*on)).cloned().collect();
        if changed.is_empty() {
            continue;
        }
        plan.steps.extend(changed.iter().map(|t| step(cx, t, shield, *on)));
        all.extend(follows(&changed, shield, *on));
        waits.push(read_back(&changed, shield, *on));
    }
    if plan.steps.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "Nothing would change: the protection is like that already."));
    }
    for t in cx.targets.iter().filter(|t| plan.steps.iter().any(|s| s.call.subjects.contains(&t.record.id))) {
        let change = |(s, on): &(&Shield, bool)| {
            let was = now(cx, t, s);
            let from = was.map_or("unknown", word);
            (was != Some(*on)).then(|| format!("{} {from} → {}", s.word, word(*on)))
        };
        plan.subjects.push(subject(t, wanted.iter().filter_map(change).collect::<Vec<_>>().join(", ")));
    }
    plan.consequences = sorted(all);
    plan.cost = Some(Cost::same("Protection costs nothing"));
    plan.wait = Waiter::all(waits);
    Ok(plan)
}

fn call(t: &Target, shield: &Shield, on: bool) -> Call {
    MODIFY_INSTANCE_ATTRIBUTE
        .call(t.table.scope.clone())
        .arg("InstanceId", Arg::Str(t.record.id.clone()))
        .arg(shield.member, super::switch(on))
        .on([t.record.id.clone()])
}

fn step(cx: &ActionContext<'_>, t: &Target, shield: &Shield, on: bool) -> Step {
    let who = label(&t.record);
    let step = Step::new(format!("switch {} of {who} {}", shield.word, word(on)), call(t, shield, on));
    match now(cx, t, shield) {
        Some(was) => step.undone_by(StepUndo::new(
            format!("switch {} of {who} {} again", shield.word, word(was)),
            call(t, shield, was),
        )),
        None => step,
    }
}

fn follows(changed: &[Target], shield: &Shield, on: bool) -> Vec<Consequence> {
    let labels: Vec<String> = changed.iter().map(|t| label(&t.record)).collect();
    let who = called("instance", &labels);
    let mut out = Vec::new();
    let is_stop = shield.member == "DisableApiStop";
    match (on, is_stop) {
        (true, false) => {
            out.push(note(format!(
                "A shutdown from inside the instance, or one that AWS has scheduled, can still terminate {who}"
            )));
        }
        (true, true) => {
            out.push(note(format!(
                "{} cannot be terminated while stop protection is on, either",
                called("Instance", &labels)
            )));
            out.push(note("A shutdown from inside the instance, or one that AWS has scheduled, still stops it"));
        }
        (false, false) => {
            out.push(note(format!("Everyone with permission for TerminateInstances can then terminate {who}")))
        }
        (false, true) => out.push(note(format!("Everyone with permission for StopInstances can then stop {who}"))),
    }
    let mut groups: Vec<&str> = changed.iter().filter_map(|t| instance::group(&t.record)).map(|g| g.as_str()).collect();
    groups.dedup();
    if on && !groups.is_empty() {
        out.push(note(format!(
            "{} can still terminate its instances when it scales in or finds them unhealthy: scale-in protection \
             prevents that",
            called("Auto Scaling group", &groups)
        )));
    }
    out
}

/// What was set is read back. EC2 may answer what was before for a while.
fn read_back(changed: &[Target], shield: &Shield, on: bool) -> Waiter {
    let part = |(table, ids): (&TableKey, Vec<_>)| Waiter::Field {
        table: TableKey::all(table.scope.clone(), Kind(&protection::INFO)),
        ids,
        field: shield.field,
        want: on.to_string(),
        within: Duration::from_secs(60),
    };
    Waiter::all(by_table(changed).into_iter().map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ec2::instances::fields;
    use crate::kinds::testing::{Row, Rows, row};
    use crate::model::{FormValue, Selector, Value};

    fn instance(id: &str) -> Row {
        row(&INFO, id, id, "running").with(&fields::LIFECYCLE, Value::text("normal"))
    }

    fn known(all: &[(&str, bool, bool)]) -> Rows {
        let mut rows = Rows::default();
        let shield = |(id, termination, stop): &(&str, bool, bool)| {
            let row = row(&protection::INFO, id, "", "").with(&TERMINATION, Value::Bool(*termination));
            row.with(&STOP, Value::Bool(*stop)).record()
        };
        rows.complete(&protection::INFO, Selector::All, all.iter().map(shield).collect());
        rows
    }

    fn text(s: &str) -> FormValue {
        FormValue::Text(s.into())
    }

    #[test]
    fn only_what_differs_is_switched_and_each_switch_has_its_way_back() {
        let rows = known(&[("i-1", false, false), ("i-2", true, false)]);
        let targets = [rows.target(&INFO, instance("i-1").record()), rows.target(&INFO, instance("i-2").record())];
        let cx = rows.context(&targets);
        let spec = refine(&cx, &Values::default());
        assert_eq!(text_of(&spec.fields[0]), KEEP, "they differ");
        assert_eq!(spec.fields[0].facts, "On for 1 of 2 now.");
        assert_eq!(text_of(&spec.fields[1]), OFF);
        let p = CHANGE_PROTECTION.planned(&cx, &Values::default().with("termination", text("on"))).expect("a plan");
        assert_eq!(p.steps.len(), 1);
        assert_eq!(p.steps[0].call.get("DisableApiTermination"), Some(&super::super::switch(true)));
        let back = p.steps[0].undo.as_ref().map(|u| u.call.get("DisableApiTermination").cloned());
        assert_eq!(back, Some(Some(super::super::switch(false))));
        assert_eq!(p.subjects[0].change, "termination protection off → on");
        assert_eq!(p.confirm(), crate::model::Confirm::Enter);
        let both = Values::default().with("termination", text("off")).with("stop", text("on"));
        let p = CHANGE_PROTECTION.planned(&cx, &both).expect("a plan");
        let calls: Vec<_> = p.steps.iter().map(|s| s.call.args[1].0).collect();
        assert_eq!(calls, ["DisableApiTermination", "DisableApiStop", "DisableApiStop"], "one attribute a request");
        assert!(
            CHANGE_PROTECTION.planned(&cx, &Values::default()).is_err_and(|f| f.message.contains("like that already"))
        );
    }

    #[test]
    fn what_cannot_be_protected_is_said_before() {
        let spot = instance("i-1").with(&fields::LIFECYCLE, Value::text("spot")).record();
        assert!((CHANGE_PROTECTION.available)(&spot).is_err_and(|e| e.contains("Spot")));
        let rows = known(&[("i-1", false, false)]);
        let store = instance("i-1").with(&fields::ROOT_DEVICE_TYPE, Value::text("instance-store")).record();
        let targets = [rows.target(&INFO, store)];
        let spec = refine(&rows.context(&targets), &Values::default().with("stop", text("on")));
        assert!(spec.fields[1].error.as_ref().is_some_and(|e| e.contains("instance store")), "{:?}", spec.fields[1]);
        let ended = row(&INFO, "i-1", "", "terminated").record();
        assert!((CHANGE_PROTECTION.available)(&ended).is_err());
    }

    #[test]
    fn what_is_not_known_is_asked_for_and_has_no_way_back() {
        let rows = Rows::default();
        let targets = [rows.target(&INFO, instance("i-1").record())];
        let cx = rows.context(&targets);
        let spec = refine(&cx, &Values::default());
        assert!(spec.needs.iter().any(|t| t.kind.name == "instance-protection"));
        let p = CHANGE_PROTECTION.planned(&cx, &Values::default().with("stop", text("on"))).expect("a plan");
        assert!(p.steps[0].undo.is_none());
    }
}
