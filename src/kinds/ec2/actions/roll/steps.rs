//! The steps of a rolling change: each batch out of service, changed, healthy, and back.

use std::time::Duration;

use arcstr::ArcStr;

use super::super::{MOST_IDS, change_type};
use super::form::{Change, Filled};
use super::places::{Membership, Place, Registration};
use super::said;
use crate::base::text::visible;
use crate::base::{RowId, Scope};
use crate::kinds::action::{Sender, Target};
use crate::kinds::autoscaling::auto_scaling_groups::{self as groups, fields as group_fields};
use crate::kinds::autoscaling::senders::{ENTER_STANDBY, EXIT_STANDBY};
use crate::kinds::ec2::connect::command;
use crate::kinds::ec2::instance_statuses;
use crate::kinds::ec2::senders::{REBOOT_INSTANCES, START_INSTANCES, STOP_INSTANCES};
use crate::kinds::elbv2::senders::{DEREGISTER_TARGETS, REGISTER_TARGETS};
use crate::kinds::elbv2::targets;
use crate::kinds::plan_builder::{by_scope, label, names};
use crate::model::{Arg, Call, FieldInfo, Kind, RunBatch, Step, StepUndo, TableKey, Waiter};

/// Instances in one `EnterStandby` or `ExitStandby`: "You can specify up to 20 instances" (Auto Scaling's API reference).
const MOST_MEMBERS: usize = 20;
/// Targets in one call.
const MOST_TARGETS: usize = 100;

/// A deregistration delay is an hour at the most.
const DRAINING: Duration = Duration::from_secs(70 * 60);
const STOPPING: Duration = Duration::from_secs(15 * 60);
const STARTING: Duration = Duration::from_secs(10 * 60);
/// Status checks of some types take several minutes.
const CHECKING: Duration = Duration::from_secs(20 * 60);
const RETURNING: Duration = Duration::from_secs(20 * 60);
/// A reboot shows in no state: only from then on do the status checks speak of what came up.
const REBOOTING: Duration = Duration::from_secs(60);
/// How long an alarm that was named and is not found is looked for.
const ALARMS: Duration = Duration::from_secs(10 * 60);

/// The steps, and what is waited for after the last one.
pub(super) fn all(filled: &Filled, places: &[Place<'_>]) -> (Vec<Step>, Waiter) {
    let mut steps: Vec<Step> = Vec::new();
    let of = places.len().div_ceil(filled.batch.max(1));
    for (number, batch) in (1..).zip(places.chunks(filled.batch.max(1))) {
        let first = steps.len();
        one_batch(filled, batch, &mut steps);
        for step in &mut steps[first..] {
            step.batch = Some(RunBatch { number, of });
        }
        if let Some(step) = steps.get_mut(first) {
            step.before = guard(filled, number > 1);
        }
    }
    let wait = steps.last_mut().map_or(Waiter::AtOnce, |s| std::mem::replace(&mut s.wait, Waiter::AtOnce));
    (steps, wait)
}

/// What has to be so before a batch begins.
fn guard(filled: &Filled, pauses: bool) -> Waiter {
    let mut parts = Vec::new();
    if pauses && !filled.pause.is_zero() {
        parts.push(Waiter::Pause { length: filled.pause, until: None });
    }
    for (table, names) in &filled.alarms {
        parts.push(Waiter::State {
            table: table.clone(),
            ids: names.clone(),
            want: &["OK", "INSUFFICIENT_DATA"],
            fail: &["ALARM"],
            gone_is_fine: false,
            within: ALARMS,
        });
    }
    Waiter::all(parts)
}

/// Calls of which the next thing waits for all.
struct Together(Vec<Step>, Vec<Waiter>);

impl Together {
    fn new() -> Together {
        Together(Vec::new(), Vec::new())
    }
    fn push(&mut self, step: Step, wait: Waiter) {
        self.0.push(step);
        self.1.push(wait);
    }
    fn wait(mut self, more: Waiter) -> Vec<Step> {
        self.1.push(more);
        let wait = Waiter::all(self.1);
        if let Some(last) = self.0.last_mut() {
            last.wait = wait;
        }
        self.0
    }
}

fn one_batch(filled: &Filled, batch: &[Place<'_>], steps: &mut Vec<Step>) {
    let rows: Vec<Target> = batch.iter().map(|p| p.target.clone()).collect();
    // Only another type outlasts the batch: of the rest there is nothing to undo once it is back.
    let lasts = matches!(filled.change, Change::Type(_));
    let members = members(batch);
    let registrations = registrations(batch);

    // A step's partner is found by what it was made for, and its number.
    let from = steps.len();
    let mut out = Together::new();
    for (seat, who) in &members {
        out.push(standby(seat, who, true, true), holds(seat, who, &group_fields::STANDBY));
    }
    for all in &registrations {
        out.push(register(all, false, true), deregistered(all));
    }
    steps.extend(out.wait(Waiter::AtOnce));

    let stop = steps.len();
    match &filled.change {
        Change::Reboot => {
            let mut reboot = Together::new();
            for call in calls(&REBOOT_INSTANCES, &rows) {
                let title = format!("reboot {}", who(&rows, &call));
                // Its answer may be lost. A second reboot costs these instances, whose turn it is, another minute or two, and nothing else; a change
                // that halts there costs a person.
                let step = Step { may_repeat: true, ..Step::new(title, call) };
                reboot.push(step, Waiter::AtOnce);
            }
            let pause = Waiter::Pause { length: REBOOTING, until: None };
            steps.extend(reboot.wait(Waiter::all(vec![pause, power(&rows, true), checks(&rows)])));
        }
        Change::Command(over) => {
            let one = |t: &Target| {
                let title = format!("run {} on {}", said::short(&over.command), label(&t.record));
                Some(Step::new(title, command::call(t, over.to(&t.record.id)?, &over.command, over.limit)))
            };
            steps.extend(rows.iter().filter_map(one));
        }
        change => {
            let mut down = Together::new();
            for call in calls(&STOP_INSTANCES, &rows) {
                let back = Call { op: &START_INSTANCES.op, ..call.clone() };
                let who = who(&rows, &call);
                let undo = undo(format!("start {who}"), back, power(&rows, true), None);
                down.push(Step::new(format!("stop {who}"), call).undone_by(undo), Waiter::AtOnce);
            }
            steps.extend(down.wait(power(&rows, false)));
            if let Change::Type(ty) = change {
                steps.extend(rows.iter().filter_map(|t| change_type::modify_to(t, ty)));
            }
            let mut up = Together::new();
            for (nth, call) in calls(&START_INSTANCES, &rows).into_iter().enumerate() {
                let back = Call { op: &STOP_INSTANCES.op, ..call.clone() };
                let who = who(&rows, &call);
                let hurts = format!("Instances stop again ({who}): they are out of service until the change is undone");
                let mut step = Step::new(format!("start {who}"), call);
                step.brings_back = Some(stop + nth);
                step.undo = lasts.then(|| undo(format!("stop {who}"), back, power(&rows, false), Some(hurts)));
                up.push(step, Waiter::AtOnce);
            }
            steps.extend(up.wait(Waiter::all(vec![power(&rows, true), checks(&rows)])));
        }
    }

    let mut back = Together::new();
    for (nth, all) in registrations.iter().enumerate() {
        let mut step = register(all, true, lasts);
        step.brings_back = Some(from + members.len() + nth);
        back.push(step, registered(all));
    }
    for (nth, (seat, who)) in members.iter().enumerate() {
        let mut step = standby(seat, who, false, lasts);
        step.brings_back = Some(from + nth);
        let targets: Vec<Registration<'_>> = batch
            .iter()
            .filter(|p| who.iter().any(|t| t.record.id == p.target.record.id))
            .flat_map(|p| p.of_group.iter().copied())
            .collect();
        back.push(step, Waiter::all(vec![holds(seat, who, &group_fields::SERVING), registered(&targets)]));
    }
    steps.extend(back.wait(Waiter::AtOnce));
}

/// Members by group, as many as one call takes.
fn members<'a>(batch: &[Place<'a>]) -> Vec<(Membership<'a>, Vec<&'a Target>)> {
    let mut out: Vec<(Membership<'a>, Vec<&'a Target>)> = Vec::new();
    for place in batch {
        let Some(seat) = place.member() else { continue };
        let fits =
            |(known, all): &&mut (Membership<'a>, Vec<&'a Target>)| known.is_of(seat) && all.len() < MOST_MEMBERS;
        match out.iter_mut().find(fits) {
            Some((_, all)) => all.push(place.target),
            None => out.push((*seat, vec![place.target])),
        }
    }
    out
}

/// Registrations by target group, as many as one call takes.
fn registrations<'a>(batch: &[Place<'a>]) -> Vec<Vec<Registration<'a>>> {
    let mut out: Vec<Vec<Registration<'a>>> = Vec::new();
    for one in batch.iter().flat_map(|p| &p.own) {
        let same = |all: &&mut Vec<Registration<'a>>| all.len() < MOST_TARGETS && all.iter().all(|r| r.arn == one.arn);
        match out.iter_mut().find(same) {
            Some(all) => all.push(*one),
            None => out.push(vec![*one]),
        }
    }
    out
}

/// One call for each region and each hundred instances.
fn calls(op: &'static Sender, rows: &[Target]) -> Vec<Call> {
    let mut out = Vec::new();
    for (scope, all) in by_scope(rows) {
        for some in all.chunks(MOST_IDS) {
            let ids = some.iter().map(|t| t.record.id.clone());
            out.push(op.call(scope.clone()).arg("InstanceIds", Arg::strs(ids.clone())).on(ids));
        }
    }
    out
}

fn who(rows: &[Target], call: &Call) -> String {
    let of = |t: &&Target| t.table.scope == call.scope && call.subjects.contains(&t.record.id);
    names(&rows.iter().filter(of).map(|t| label(&t.record)).collect::<Vec<_>>())
}

fn undo(title: String, call: Call, wait: Waiter, hurts: Option<String>) -> StepUndo {
    StepUndo { title, call, wait, destructive: false, hurts }
}

/// Puts members into Standby, or back into service.
fn standby(seat: &Membership<'_>, who: &[&Target], enters: bool, undone: bool) -> Step {
    let ids: Vec<RowId> = who.iter().map(|t| t.record.id.clone()).collect();
    let call = |enters: bool| {
        let op = if enters { &ENTER_STANDBY } else { &EXIT_STANDBY };
        let call = op
            .call(seat.scope.clone())
            .arg("InstanceIds", Arg::strs(ids.clone()))
            .arg("AutoScalingGroupName", Arg::Str(seat.row.id.clone()))
            .on(ids.clone());
        // Else the group launches others in their place.
        if enters { call.arg("ShouldDecrementDesiredCapacity", Arg::Bool(true)) } else { call }
    };
    let (names, group) = (names(&who.iter().map(|t| label(&t.record)).collect::<Vec<_>>()), visible(&seat.row.id));
    let title = |enters: bool| match enters {
        true => format!("put {names} into Standby in {group}"),
        false => format!("return {names} to service in {group}"),
    };
    let step = Step::new(title(enters), call(enters));
    let field = if enters { &group_fields::SERVING } else { &group_fields::STANDBY };
    let back = undo(title(!enters), call(!enters), holds(seat, who, field), None);
    if undone { step.undone_by(back) } else { step }
}

/// Members in a list of their group's row.
fn holds(seat: &Membership<'_>, who: &[&Target], field: &'static FieldInfo) -> Waiter {
    Waiter::Holds {
        table: TableKey::all(seat.scope.clone(), Kind(&groups::INFO)),
        ids: vec![seat.row.id.clone()],
        field,
        items: who.iter().map(|t| t.record.id.clone()).collect(),
        within: if field.name == group_fields::STANDBY.name { DRAINING } else { RETURNING },
    }
}

/// Registers targets of one group with the ports that they have, or deregisters them.
fn register(all: &[Registration<'_>], on: bool, undone: bool) -> Step {
    let Some(first) = all.first() else { return Step::new("nothing", REGISTER_TARGETS.call(Scope::Global)) };
    let one = |r: &Registration<'_>, on: bool| {
        let id: ArcStr = targets::target_id(r.row).unwrap_or_default().into();
        let is_address = !id.starts_with("i-");
        let mut members = vec![("Id", Arg::Str(id))];
        // Without its port every registration of the target would go.
        members.extend(targets::port(r.row).map(|p| ("Port", Arg::Int(p))));
        // Of an instance AWS takes no zone.
        let zone = r.row.get(&targets::ZONE).as_str().filter(|_| on && is_address);
        members.extend(zone.map(|z| ("AvailabilityZone", Arg::str(z))));
        Arg::Map(members)
    };
    let call = |on: bool| {
        let op = if on { &REGISTER_TARGETS } else { &DEREGISTER_TARGETS };
        op.call(first.scope.clone())
            .arg("TargetGroupArn", Arg::str(first.arn))
            .arg("Targets", Arg::List(all.iter().map(|r| one(r, on)).collect()))
            .on(all.iter().map(|r| r.row.id.clone()))
    };
    let shown = |r: &Registration<'_>| {
        let port = targets::port(r.row).map(|p| format!(":{p}")).unwrap_or_default();
        format!("{}{port}", targets::target_id(r.row).unwrap_or_default())
    };
    let (names, group) = (names(&all.iter().map(shown).collect::<Vec<_>>()), first.group_name());
    let title = |on: bool| match on {
        true => format!("register {names} with {group}"),
        false => format!("deregister {names} from {group}"),
    };
    let step = Step::new(title(on), call(on));
    let back = undo(title(!on), call(!on), if on { deregistered(all) } else { registered(all) }, None);
    if undone { step.undone_by(back) } else { step }
}

fn deregistered(all: &[Registration<'_>]) -> Waiter {
    target_states(all, &["unused"], true, DRAINING)
}

/// By what each target group makes of a target.
fn registered(all: &[Registration<'_>]) -> Waiter {
    let mut kinds: Vec<(&'static [&'static str], Vec<Registration<'_>>)> = Vec::new();
    for r in all {
        match kinds.iter_mut().find(|(back, _)| *back == r.back) {
            Some((_, some)) => some.push(*r),
            None => kinds.push((r.back, vec![*r])),
        }
    }
    Waiter::all(kinds.into_iter().map(|(back, some)| target_states(&some, back, false, RETURNING)).collect())
}

fn target_states(
    all: &[Registration<'_>],
    want: &'static [&'static str],
    gone_is_fine: bool,
    within: Duration,
) -> Waiter {
    let mut scopes: Vec<(&Scope, Vec<RowId>)> = Vec::new();
    for r in all {
        match scopes.iter_mut().find(|(scope, _)| *scope == r.scope) {
            Some((_, ids)) => ids.push(r.row.id.clone()),
            None => scopes.push((r.scope, vec![r.row.id.clone()])),
        }
    }
    let part = |(scope, ids): (&Scope, Vec<RowId>)| Waiter::State {
        table: TableKey::all(scope.clone(), Kind(&targets::INFO)),
        ids,
        want,
        fail: &[],
        gone_is_fine,
        within,
    };
    Waiter::all(scopes.into_iter().map(part).collect())
}

fn power(rows: &[Target], on: bool) -> Waiter {
    change_type::power_wait(rows, on, if on { STARTING } else { STOPPING })
}

/// Both status checks.
fn checks(rows: &[Target]) -> Waiter {
    let part = |(scope, all): (&Scope, Vec<&Target>)| {
        let ids: Vec<RowId> = all.iter().map(|t| t.record.id.clone()).collect();
        let one = |field: &'static FieldInfo| Waiter::Field {
            table: TableKey::all(scope.clone(), Kind(&instance_statuses::INFO)),
            ids: ids.clone(),
            field,
            want: "ok".into(),
            within: CHECKING,
        };
        [one(&instance_statuses::INSTANCE), one(&instance_statuses::SYSTEM)]
    };
    Waiter::all(by_scope(rows).into_iter().flat_map(part).collect())
}
