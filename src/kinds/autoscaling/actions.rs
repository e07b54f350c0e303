//! What can be done to Auto Scaling groups, as data: set the desired capacity.

use super::auto_scaling_groups::{self as groups, INFO};
use super::capacity::Capacity;
use super::senders::SET_DESIRED_CAPACITY;
use crate::base::text::visible;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::plan_builder::{
    called, count, draft, field, form_title, list, names, note, number, severe, sorted, state, subject, toggle,
    wait_field, wait_state,
};
use crate::model::{Arg, Consequence, Cost, FormSpec, Plan, Record, Undo, Values, Waiter, plan::Step as PlanStep};

/// `set-desired-capacity`.
pub static SET_DESIRED: Action = Action::on_rows(&INFO, "set-desired-capacity", "Set desired capacity", plan)
    .group(MenuGroup::Settings)
    .doc(
        "Sets the desired capacity of an Auto Scaling group, between its minimum and maximum: a number of instances, \
         or of units where its instance types have weights. The group launches or terminates instances to match.",
    )
    .calls(&[&SET_DESIRED_CAPACITY])
    .only_if(available)
    .form(refine);

const DESIRED: &str = "desired";
const HONOR_COOLDOWN: &str = "honor_cooldown";

fn available(row: &Record) -> Result<(), String> {
    if state(row) == "deleting" {
        return Err("It is being deleted.".into());
    }
    match groups::capacity(row) {
        Some((min, _, max)) if min == max => {
            Err(format!("Minimum and maximum are both {min}: there is nothing to choose."))
        }
        Some(_) => Ok(()),
        None => Err("Its capacity is not known.".into()),
    }
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let Some(row) = cx.targets.first().map(|t| &*t.record) else { return FormSpec::default() };
    let Some((min, now, max)) = groups::capacity(row) else { return FormSpec::default() };
    let capacity = Capacity::of(row);
    let help = if capacity.is_in_instances() {
        format!("Now {now}; the group allows {min} to {max}.")
    } else {
        let members = capacity.members().map(|n| format!(" ({})", count(n, "instance"))).unwrap_or_default();
        format!("Now {}{members}; the group allows {min} to {max}.", capacity.said(now))
    };
    let fields = vec![
        number(values, (DESIRED, "Desired capacity"), (min, max), Some(now), help),
        toggle(
            values,
            HONOR_COOLDOWN,
            "Honor cooldown",
            "AWS refuses the change (ScalingActivityInProgress) during the cooldown of a simple scaling policy.",
        ),
    ];
    FormSpec { title: form_title(cx, "Set desired capacity of"), fields, needs: Vec::new() }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let want = form.number(DESIRED).ok_or_else(|| Fault::bug("no desired capacity"))?;
    let t = &cx.targets[0];
    let row = &*t.record;
    let Some((_, now, _)) = groups::capacity(row) else { return Err(Fault::bug("no capacity")) };
    if want == now {
        return Err(Fault::new(FaultKind::Invalid, format!("The desired capacity is already {now}.")));
    }
    let honor = form.flag(HONOR_COOLDOWN);
    let title = form_title(cx, "Set desired capacity of");
    let capacity = Capacity::of(row);
    let to = if capacity.is_in_instances() { want.to_string() } else { capacity.said(want) };
    let change = format!("desired {now} → {to}");
    let mut plan = draft("set-desired-capacity", format!("{title} to {to}"), cx.targets, vec![subject(t, change)]);
    let mut call = SET_DESIRED_CAPACITY
        .call(t.table.scope.clone())
        .arg("AutoScalingGroupName", Arg::Str(row.id.clone()))
        .arg("DesiredCapacity", Arg::Int(want));
    if honor {
        call = call.arg("HonorCooldown", Arg::Bool(true));
    }
    plan.steps = PlanStep::each(vec![call.on([row.id.clone()])]);

    let stuck = groups::is_suspended(row, if want > now { "Launch" } else { "Terminate" });
    let step = Change::of(&capacity, now, want);
    let mut all = match &step {
        _ if stuck => vec![severe(if want > now {
            "Nothing is launched while the group's Launch process is suspended"
        } else {
            "Nothing is terminated while the group's Terminate process is suspended"
        })],
        Change::Launches(units) => more(row, &capacity, *units),
        Change::Ends(amount) => fewer(row, &capacity, amount, (now - want).max(0), want),
        Change::Nothing(why) => vec![note(why.clone())],
    };
    all.push(note("Scaling policies and scheduled actions may change it again"));
    if honor {
        all.push(note("AWS refuses it while the group is in a cooldown"));
    }
    plan.consequences = sorted(all);
    plan.destructive = !stuck && matches!(step, Change::Ends(_));
    if let (Change::Launches(units), false) = (&step, stuck) {
        let types = list(row, &groups::fields::INSTANCE_TYPES);
        let what = if types.is_empty() { String::new() } else { format!(" ({})", names(&types)) };
        let more = capacity.said_launched(*units);
        plan.cost = Some(Cost::adds_unknown(format!("{more} more{what}, billed by the second")));
    }
    plan.wait = if stuck {
        wait_field(cx.targets, &groups::fields::DESIRED, &want.to_string(), 2)
    } else {
        let mut parts = vec![wait_state(cx.targets, &["steady"], &["deleting"], false, 15)];
        if !capacity.is_in_instances() && matches!(step, Change::Ends(_)) {
            // A group with weights is steady also above its desired capacity, so that its state alone would prove nothing.
            parts.push(wait_field(cx.targets, &groups::fields::AT_REST, "true", 15));
        }
        Waiter::all(parts)
    };
    let but = plan.destructive.then(|| "new instances are launched, the terminated ones do not come back".to_string());
    plan.undo = Some(Undo { line: format!("set-desired-capacity {DESIRED}={now}"), but, on: Vec::new() });
    Ok(plan)
}

/// What the group does to come to another desired capacity, from what it has now: it may have more than was desired, or be on
/// its way still.
enum Change {
    /// So many units.
    Launches(i64),
    /// Says how much; `None`: not known.
    Ends(String),
    /// And why.
    Nothing(String),
}

impl Change {
    fn of(capacity: &Capacity, now: i64, want: i64) -> Change {
        let have = capacity.have().unwrap_or(now);
        if want > now {
            let missing = want - have;
            return if missing > 0 {
                Change::Launches(missing)
            } else {
                Change::Nothing(format!("Nothing is launched: the group already has {}", capacity.said(have)))
            };
        }
        let surplus = have - want;
        if surplus <= 0 {
            return Change::Nothing(format!("Nothing is terminated: the group has {}", capacity.said(have)));
        }
        match (capacity.said_ended(surplus), capacity.smallest_member()) {
            (Some(amount), _) => Change::Ends(amount),
            (None, Some(smallest)) => Change::Nothing(format!(
                "Nothing is terminated: the smallest member counts {}, and the group keeps at least its desired \
                 capacity",
                capacity.said(smallest)
            )),
            (None, None) => Change::Nothing("Nothing is terminated: the group has no instances".into()),
        }
    }
}

fn more(row: &Record, capacity: &Capacity, n: i64) -> Vec<Consequence> {
    let template =
        field(row, &groups::fields::LAUNCH_TEMPLATE).map(|t| format!(" from {}", visible(t))).unwrap_or_default();
    let mut out = vec![note(format!("{} will be launched{template}", capacity.said_launched(n)))];
    let above = capacity.overshoot();
    if above > 0 {
        out.push(note(format!(
            "Whole instances are launched: the group may have {} more than desired",
            upto(&capacity.said(above), above)
        )));
    }
    let groups = list(row, &groups::fields::TARGET_GROUPS);
    if groups::is_suspended(row, "AddToLoadBalancer") {
        out.push(note("New instances are not registered with target groups while AddToLoadBalancer is suspended"));
    } else if !groups.is_empty() {
        let groups: Vec<String> = groups.iter().map(|g| visible(g).into_owned()).collect();
        let they = if capacity.launched(n) == Some((1, 1)) { "The new instance is" } else { "The new instances are" };
        out.push(note(format!("{they} registered with {}", called("target group", &groups))));
    }
    out
}

fn upto(said: &str, n: i64) -> String {
    if n == 1 { said.to_string() } else { format!("up to {said}") }
}

fn fewer(row: &Record, capacity: &Capacity, amount: &str, n: i64, want: i64) -> Vec<Consequence> {
    let policies = list(row, &groups::fields::TERMINATION_POLICIES);
    let by = if policies.is_empty() { String::new() } else { format!(" ({})", names(&policies)) };
    let mut out = vec![severe(format!("{amount} will be terminated, chosen by the group's termination policy{by}"))];
    let serving = list(row, &groups::fields::TARGET_GROUPS);
    if want == 0 && !serving.is_empty() {
        let groups: Vec<String> = serving.iter().map(|g| visible(g).into_owned()).collect();
        out.push(severe(format!("{} will have no targets from this group", called("Target group", &groups))));
    }
    let (members, protected) = (groups::instances(row), list(row, &groups::fields::PROTECTED));
    let all = capacity.units_of(&members).unwrap_or_default();
    let free = all - capacity.units_of(&protected).unwrap_or_default();
    if !protected.is_empty() && n > free {
        out.push(note(format!(
            "{} of {} members are protected from scale-in: only {} can be terminated now",
            protected.len(),
            members.len(),
            if capacity.is_in_instances() { free.to_string() } else { capacity.said(free) }
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
            .with(&groups::fields::MIN, Value::Int(1))
            .with(&groups::fields::DESIRED, Value::Int(2))
            .with(&groups::fields::MAX, Value::Int(4))
            .with(&groups::fields::SUSPENDED, texts(suspended))
            .with(&groups::fields::INSTANCES, texts(&["i-1", "i-2"]))
            .with(&groups::fields::TERMINATION_POLICIES, texts(&["Default"]))
            .with(&groups::fields::TARGET_GROUPS, texts(&["web-tg"]))
            .record()
    }

    fn planned(suspended: &[&str], desired: &str) -> Result<Plan, Fault> {
        let rows = Rows::default();
        let targets: Vec<Target> = vec![rows.target(&INFO, group(suspended))];
        let values = Values::default().with(DESIRED, FormValue::Text(desired.into()));
        SET_DESIRED.planned(&rows.context(&targets), &values)
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
        assert!(p.cost.as_ref().is_some_and(|c| c.to_string().starts_with("2 instances more")), "{:?}", p.cost);
        assert!(p.consequences.iter().any(|c| c.text.contains("registered with target group web-tg")));
    }

    #[test]
    fn suspended_processes_mean_that_nothing_will_happen() {
        for (process, desired) in [("Launch", "3"), ("Terminate", "1")] {
            let p = planned(&[process], desired).expect("a plan");
            assert_eq!(worst(&p).severity, Severity::Severe);
            assert!(worst(&p).text.starts_with("Nothing is "), "{}", worst(&p).text);
            assert!(!p.destructive && p.cost.is_none());
            assert!(matches!(p.wait, crate::model::Waiter::Field { .. }), "it would never come to rest");
        }
    }

    fn weighted(desired: i64, members: &[&str]) -> Record {
        let ids: Vec<&str> = members.iter().filter_map(|m| m.split('=').next()).collect();
        row(&INFO, "asg", "asg", "steady")
            .with(&groups::fields::MIN, Value::Int(0))
            .with(&groups::fields::DESIRED, Value::Int(desired))
            .with(&groups::fields::MAX, Value::Int(20))
            .with(&groups::fields::COUNTED_IN, Value::text("units"))
            .with(&groups::fields::WEIGHTS, texts(&["c5.large=2", "c5.xlarge=4"]))
            .with(&groups::fields::MEMBER_UNITS, texts(members))
            .with(&groups::fields::INSTANCES, texts(&ids))
            .record()
    }

    fn planned_for(group: Record, desired: &str) -> Plan {
        let rows = Rows::default();
        let targets: Vec<Target> = vec![rows.target(&INFO, group)];
        let values = Values::default().with(DESIRED, FormValue::Text(desired.into()));
        SET_DESIRED.planned(&rows.context(&targets), &values).expect("a plan")
    }

    /// From 8 to 4 it once said that 4 instances go.
    #[test]
    fn a_group_with_weights_plans_in_units_and_says_how_many_instances_that_may_be() {
        let group = || weighted(8, &["i-1=2", "i-2=2", "i-3=4"]);
        let p = planned_for(group(), "4");
        assert_eq!(
            worst(&p).text,
            "4 units (1 or 2 instances) will be terminated, chosen by the group's termination policy"
        );
        assert_eq!(p.subjects[0].change, "desired 8 → 4 units");
        assert!(p.destructive && p.confirm() == Confirm::Type("asg".into()));
        assert!(matches!(&p.wait, Waiter::All(parts) if parts.len() == 2), "steady above what is desired is no proof");
        let p = planned_for(group(), "16");
        assert!(
            p.cost.as_ref().is_some_and(|c| c.to_string().starts_with("8 units (2 to 4 instances) more")),
            "{:?}",
            p.cost
        );
        assert!(p.consequences.iter().any(|c| c.text.starts_with("8 units (2 to 4 instances) will be launched")));
        assert!(p.consequences.iter().any(|c| c.text.contains("up to 3 units more than desired")));
        let rows = Rows::default();
        let targets = vec![rows.target(&INFO, group())];
        let form = refine(&rows.context(&targets), &Values::default());
        assert_eq!(form.fields[0].help, "Now 8 units (3 instances); the group allows 0 to 20.");
    }

    #[test]
    fn a_step_smaller_than_any_member_ends_nothing_and_an_overshoot_is_counted() {
        let p = planned_for(weighted(8, &["i-1=4", "i-2=4"]), "5");
        assert!(!p.destructive && p.confirm() == Confirm::Enter, "{:?}", p.consequences);
        assert!(p.consequences.iter().any(|c| c.text.contains("the smallest member counts 4 units")));
        // 12 of 10: two more are there already, and from 10 to 8 a whole instance goes.
        let over = || weighted(10, &["i-1=4", "i-2=4", "i-3=4"]);
        let p = planned_for(over(), "12");
        assert!(p.cost.is_none() && p.consequences.iter().any(|c| c.text.contains("already has 12 units")));
        assert!(worst(&planned_for(over(), "8")).text.starts_with("4 units (1 instance) will be terminated"));
    }

    #[test]
    fn what_the_group_does_not_allow_is_refused_in_the_form() {
        for bad in ["0", "5", "", "two", "2"] {
            assert!(planned(&[], bad).is_err(), "{bad:?}");
        }
    }
}
