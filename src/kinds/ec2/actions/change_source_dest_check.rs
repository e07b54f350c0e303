//! `change-source-dest-check`: whether an instance takes and sends only what is for itself.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html#EIP_Disable_SrcDestCheck>

use super::interfaces;
use super::not_ending;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::instances::INFO;
use crate::kinds::ec2::instances::fields::SOURCE_DEST_CHECK;
use crate::kinds::ec2::senders::{MODIFY_INSTANCE_ATTRIBUTE, MODIFY_NETWORK_INTERFACE_ATTRIBUTE};
use crate::kinds::plan_builder::{
    called, draft, form_title, label, note, pick, severe, sorted, subject, title, wait_field,
};
use crate::model::{Choice, Cost, FormSpec, Plan, Step, StepUndo, Values};

/// `change-source-dest-check`.
pub static CHANGE_SOURCE_DEST_CHECK: Action =
    Action::on_rows(&INFO, "change-source-dest-check", "Change source/destination check", plan)
        .group(MenuGroup::Network)
        .doc(
            "Switches the source/destination check on or off. It must be off for an instance that forwards traffic \
             for others (NAT instance, router, VPN, firewall).",
        )
        .several()
        .calls(&[&MODIFY_INSTANCE_ATTRIBUTE, &MODIFY_NETWORK_INTERFACE_ATTRIBUTE])
        .only_if(not_ending)
        .form(refine);

const CHECK: &str = "check";
const ON: &str = "on";
const OFF: &str = "off";

fn now(t: &Target) -> Option<bool> {
    t.record.get(&SOURCE_DEST_CHECK).as_bool()
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into(), disabled: None };
    let choices =
        vec![choice(ON, "on  sends and receives only its own traffic"), choice(OFF, "off  for NAT, routers, VPNs")];
    // The other one of what it is: that is what it is called for.
    let on = cx.targets.iter().filter(|t| now(t) == Some(true)).count();
    let default = if on == 0 { ON } else { OFF };
    let mut field = pick(
        values,
        (CHECK, "Source/destination check"),
        choices,
        default,
        "Applies to the primary network interface.",
    );
    field.facts = match (on, cx.targets.len()) {
        (0, _) => "Off now.".into(),
        (n, of) if n == of => "On now.".into(),
        (n, of) => format!("On for {n} of {of} now."),
    };
    FormSpec { title: form_title(cx, "Change source/destination check of"), fields: vec![field], needs: Vec::new() }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let on = form.text(CHECK) == ON;
    let word = |on: bool| if on { ON } else { OFF };
    let changed: Vec<Target> = cx.targets.iter().filter(|t| now(t) != Some(on)).cloned().collect();
    if changed.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, format!("The check is already {}.", word(on))));
    }
    let cx = &ActionContext { targets: &changed, ..*cx };
    let change = |t: &Target| subject(t, format!("check {} → {}", now(t).map_or("unknown", word), word(on)));
    let mut plan = draft(
        "change-source-dest-check",
        title("Change source/destination check of", &INFO, &changed),
        &changed,
        changed.iter().map(change).collect(),
    );
    let found = interfaces::of(cx, &mut plan.needs);
    let mut all = interfaces::said(&changed, &found);
    let who: Vec<String> = changed.iter().map(|t| label(&t.record)).collect();
    if on {
        all.push(severe(format!(
            "Traffic forwarded by {} is dropped: subnets routed through it lose their connection",
            called("instance", &who)
        )));
    } else {
        all.push(note(format!(
            "{} can forward traffic of others, if the operating system is set up for it",
            called("Instance", &who)
        )));
        all.push(note("Only traffic that route tables send to it is forwarded; route tables are not changed"));
    }
    for (t, interfaces) in changed.iter().zip(&found) {
        let call = |on: bool| interfaces::call(t, interfaces, ("SourceDestCheck", super::switch(on)));
        let step = Step::new(format!("switch the check of {} {}", label(&t.record), word(on)), call(on));
        plan.steps.push(match now(t) {
            Some(was) => step.undone_by(StepUndo::new(
                format!("switch the check of {} {} again", label(&t.record), word(was)),
                call(was),
            )),
            None => step,
        });
    }
    plan.consequences = sorted(all);
    plan.cost = Some(Cost::same("The check costs nothing"));
    plan.wait = wait_field(&changed, &SOURCE_DEST_CHECK, if on { "true" } else { "false" }, 2);
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ec2::network_interfaces;
    use crate::kinds::testing::{Rows, row};
    use crate::model::{FormValue, Selector, Severity, Value};

    #[test]
    fn the_form_proposes_the_other_one_and_the_plan_says_what_it_means() {
        let mut rows = Rows::default();
        rows.complete(&network_interfaces::INFO, Selector::All, Vec::new());
        let is = |on| row(&INFO, "i-1", "nat", "running").with(&SOURCE_DEST_CHECK, Value::Bool(on)).record();
        let on = [rows.target(&INFO, is(true))];
        let p = CHANGE_SOURCE_DEST_CHECK.planned(&rows.context(&on), &Values::default()).expect("a plan");
        assert_eq!(p.subjects[0].change, "check on → off");
        assert_eq!(p.steps[0].call.get("SourceDestCheck"), Some(&super::super::switch(false)));
        assert_eq!(
            p.steps[0].undo.as_ref().expect("a way back").call.get("SourceDestCheck"),
            Some(&super::super::switch(true))
        );
        let off = [rows.target(&INFO, is(false))];
        let p = CHANGE_SOURCE_DEST_CHECK.planned(&rows.context(&off), &Values::default()).expect("a plan");
        assert!(
            p.consequences
                .iter()
                .any(|c| c.severity == Severity::Severe && c.text.contains("subnets routed through it"))
        );
        let same = Values::default().with(CHECK, FormValue::Text("off".into()));
        assert!(CHANGE_SOURCE_DEST_CHECK.planned(&rows.context(&off), &same).is_err());
    }
}
