//! What can be done to Auto Scaling groups, as data: set the desired capacity. Sent by [`super::senders`].

use super::auto_scaling_groups::{self as groups, INFO};
use crate::base::text::visible;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, Takes};
use crate::kinds::planning::{
    check, check_rows, count, draft, field, form_title, list, names, note, number, number_in, severe, sorted, state,
    subject, toggle, wait_field, wait_state,
};
use crate::model::{Arg, Call, Consequence, FormSpec, Operation, Plan, Record, Retry, Service, Step, Undo, Values};

/// `SetDesiredCapacity`: sets a number, so that sending it twice is sending it once.
pub static SET_DESIRED_CAPACITY: Operation = Operation::write(Service::AutoScaling, "SetDesiredCapacity", Retry::Safe);

/// `set-desired-capacity`.
pub static SET_DESIRED: Action = Action {
    name: "set-desired-capacity",
    title: "Set desired capacity",
    doc: "Sets how many instances the group should have, between its minimum and maximum. The group launches or terminates the \
          difference.",
    kind: INFO.name,
    takes: Takes::Rows,
    bulk: false,
    changes: true,
    operations: &[&SET_DESIRED_CAPACITY],
    available,
    refine,
    plan,
};

const DESIRED: &str = "desired";
const HONOR_COOLDOWN: &str = "honor_cooldown";

fn available(row: &Record) -> Result<(), String> {
    if state(row) == "deleting" {
        return Err("It is being deleted.".into());
    }
    match groups::capacity(row) {
        Some((min, _, max)) if min == max => {
            Err(format!("Its minimum and maximum are both {min}: there is nothing to choose."))
        }
        Some(_) => Ok(()),
        None => Err("Its capacity is not known.".into()),
    }
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let Some((min, now, max)) = cx.targets.first().and_then(|t| groups::capacity(&t.record)) else {
        return FormSpec::default();
    };
    let help = format!("It is {now} now; the group allows {min} to {max}.");
    let fields = vec![
        number(values, (DESIRED, "Desired capacity"), (min, max), Some(now), help),
        toggle(
            values,
            HONOR_COOLDOWN,
            "Honor cooldown",
            "Refused (ScalingActivityInProgress) while the group is cooling down from a simple scaling policy.",
        ),
    ];
    FormSpec { title: form_title(cx, "Set desired capacity of"), fields, needs: Vec::new() }
}

fn plan(cx: &ActionContext<'_>, values: &Values) -> Result<Plan, Fault> {
    check_rows(cx.targets, available)?;
    let spec = refine(cx, values);
    check(&spec)?;
    let want = number_in(&spec, DESIRED)?;
    let Some(t) = cx.targets.first() else { return Err(Fault::bug("no group")) };
    let row = &*t.record;
    let Some((_, now, _)) = groups::capacity(row) else { return Err(Fault::bug("no capacity")) };
    if want == now {
        return Err(Fault::new(FaultKind::Invalid, format!("The desired capacity is {now} already.")));
    }
    let honor = values.flag(HONOR_COOLDOWN);
    let title = form_title(cx, "Set desired capacity of");
    let change = format!("desired {now} → {want}");
    let mut plan = draft("set-desired-capacity", format!("{title} to {want}"), cx.targets, vec![subject(t, change)]);
    let mut call = Call::new(&SET_DESIRED_CAPACITY, t.table.scope.clone())
        .arg("AutoScalingGroupName", Arg::Str(row.id.clone()))
        .arg("DesiredCapacity", Arg::Int(want));
    if honor {
        call = call.arg("HonorCooldown", Arg::Bool(true));
    }
    plan.steps = Step::each(vec![call.on([row.id.clone()])]);

    let stuck = groups::is_suspended(row, if want > now { "Launch" } else { "Terminate" });
    let mut all = if want > now { more(row, want - now, stuck) } else { fewer(row, now - want, want, stuck) };
    all.push(note("scaling policies and scheduled actions may change it again"));
    if honor {
        all.push(note("refused while the group is cooling down"));
    }
    plan.consequences = sorted(all);
    plan.destructive = want < now && !stuck;
    if want > now && !stuck {
        let types = list(row, "instance_types");
        let what = if types.is_empty() { String::new() } else { format!(" ({})", names(&types)) };
        plan.cost = Some(format!("{} more{what}, billed by the second (price not known here)", count_of(want - now)));
    }
    plan.wait = if stuck {
        wait_field(cx.targets, groups::DESIRED, &want.to_string(), 2)
    } else {
        wait_state(cx.targets, &["steady"], &["deleting"], false, 15)
    };
    let but = (want < now).then(|| "instead of what was terminated new instances are launched".to_string());
    plan.undo = Some(Undo { line: format!("set-desired-capacity {DESIRED}={now}"), but, on: Vec::new() });
    Ok(plan)
}

fn count_of(n: i64) -> String {
    count(usize::try_from(n).unwrap_or_default(), "instance")
}

fn more(row: &Record, n: i64, stuck: bool) -> Vec<Consequence> {
    if stuck {
        return vec![severe("nothing is launched while the group's Launch process is suspended")];
    }
    let template = field(row, "launch_template").map(|t| format!(" from {}", visible(t))).unwrap_or_default();
    let mut out = vec![note(format!("{} will be launched{template}", count_of(n)))];
    let groups = list(row, "target_groups");
    if groups::is_suspended(row, "AddToLoadBalancer") {
        out.push(note("new instances are not registered with target groups while AddToLoadBalancer is suspended"));
    } else if !groups.is_empty() {
        let groups: Vec<String> = groups.iter().map(|g| visible(g).into_owned()).collect();
        let they = if n == 1 { "it is" } else { "they are" };
        out.push(note(format!("{they} registered with {}", names(&groups))));
    }
    out
}

fn fewer(row: &Record, n: i64, want: i64, stuck: bool) -> Vec<Consequence> {
    if stuck {
        return vec![severe("nothing is terminated while the group's Terminate process is suspended")];
    }
    let policies = list(row, "termination_policies");
    let by = if policies.is_empty() { String::new() } else { format!(" ({})", names(&policies)) };
    let mut out =
        vec![severe(format!("{} will be terminated, chosen by the group's termination policy{by}", count_of(n)))];
    let serving = list(row, "target_groups");
    if want == 0 && !serving.is_empty() {
        let groups: Vec<String> = serving.iter().map(|g| visible(g).into_owned()).collect();
        out.push(severe(format!("{} will have no target of this group", names(&groups))));
    }
    let (members, protected) = (groups::instances(row).len(), list(row, "protected").len());
    let free = members.saturating_sub(protected);
    if protected > 0 && usize::try_from(n).is_ok_and(|n| n > free) {
        out.push(note(format!(
            "{} of {members} members are protected from scale-in: only {free} can be terminated now",
            protected
        )));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::action::Target;
    use crate::kinds::testing::{Rows, row, texts};
    use crate::model::{Confirm, FormValue, Severity, Value};

    fn group(suspended: &[&str]) -> Record {
        row(&INFO, "asg", "asg", "steady")
            .with(groups::MIN, Value::Int(1))
            .with(groups::DESIRED, Value::Int(2))
            .with(groups::MAX, Value::Int(4))
            .with(groups::SUSPENDED, texts(suspended))
            .with(groups::INSTANCES, texts(&["i-1", "i-2"]))
            .with("termination_policies", texts(&["Default"]))
            .with("target_groups", texts(&["web-tg"]))
            .record()
    }

    fn planned(suspended: &[&str], desired: &str) -> Result<Plan, Fault> {
        let rows = Rows::default();
        let targets: Vec<Target> = vec![rows.target(&INFO, group(suspended))];
        let values = Values::default().with(DESIRED, FormValue::Text(desired.into()));
        plan(&rows.context(&targets), &values)
    }

    fn worst(p: &Plan) -> &Consequence {
        &p.consequences[0]
    }

    #[test]
    fn fewer_is_destructive_and_says_who_chooses() {
        let p = planned(&[], "1").expect("a plan");
        assert!(p.destructive);
        assert_eq!(worst(&p).text, "1 instance will be terminated, chosen by the group's termination policy (Default)");
        assert_eq!(p.confirm(), Confirm::Type("asg".into()));
        assert_eq!(p.undo.map(|u| u.line).as_deref(), Some("set-desired-capacity desired=2"));
        assert_eq!(p.subjects[0].change, "desired 2 → 1");
    }

    #[test]
    fn more_is_confirmed_by_enter_and_says_what_it_costs() {
        let p = planned(&[], "4").expect("a plan");
        assert_eq!(p.confirm(), Confirm::Enter);
        assert!(p.cost.as_deref().is_some_and(|c| c.starts_with("2 instances more")), "{:?}", p.cost);
        assert!(p.consequences.iter().any(|c| c.text.contains("registered with web-tg")));
    }

    #[test]
    fn suspended_processes_mean_that_nothing_will_happen() {
        for (process, desired) in [("Launch", "3"), ("Terminate", "1")] {
            let p = planned(&[process], desired).expect("a plan");
            assert_eq!(worst(&p).severity, Severity::Severe);
            assert!(worst(&p).text.starts_with("nothing is "), "{}", worst(&p).text);
            assert!(!p.destructive && p.cost.is_none());
            assert!(matches!(p.wait, crate::model::Waiter::Field { .. }), "it would never come to rest");
        }
    }

    #[test]
    fn what_the_group_does_not_allow_is_refused_in_the_form() {
        for bad in ["0", "5", "", "two", "2"] {
            assert!(planned(&[], bad).is_err(), "{bad:?}");
        }
    }
}
