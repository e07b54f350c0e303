use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::base::Scope;
use crate::model::{Arg, Call, Kind, Operation, Retry, Service, Severity, StepUndo};

pub(super) const NOW: Time = Time::from_secs(2);

static CREATE: Operation = Operation::write(Service::Ec2, "CreateVolume", Retry::Token).with_outputs(&["VolumeId"]);
pub(super) static ATTACH: Operation = Operation::write(Service::Ec2, "AttachVolume", Retry::Never);
pub(super) static DETACH: Operation = Operation::write(Service::Ec2, "DetachVolume", Retry::Never);
static DELETE: Operation = Operation::write(Service::Ec2, "DeleteVolume", Retry::Safe);

pub(super) fn call(op: &'static Operation) -> Call {
    Call::new(op, Scope::region("p", "r"))
}

fn volumes() -> TableKey {
    let kind = crate::kinds::registry::ALL.kind("instances").expect("a kind");
    TableKey::all(Scope::region("p", "r"), Kind(kind.info))
}

/// Create, wait, attach: each with a way back.
fn create_and_attach() -> RunRecord {
    RunRecord::new("p-1".into(), Time::from_secs(1), &create_and_attach_plan().with_tokens("p-1"))
}

pub(super) fn create_and_attach_plan() -> Plan {
    let wait = Waiter::Created {
        out: crate::model::Out { step: 0, output: "VolumeId" },
        table: volumes(),
        want: &["available"],
        fail: &["error"],
        gone_is_fine: false,
        within: Duration::from_secs(60),
    };
    let undo = |op, step: usize| StepUndo {
        title: format!("undo {step}"),
        call: call(op).arg("VolumeId", Arg::out(0, "VolumeId")),
        wait: Waiter::AtOnce,
        destructive: step == 0,
        hurts: None,
    };
    let create = Step::new("create the volume", call(&CREATE).arg("ClientToken", Arg::Token));
    let attach = Step::new("attach it", call(&ATTACH).arg("VolumeId", Arg::out(0, "VolumeId")));
    Plan {
        action: "create-volume",
        title: "Create a volume".into(),
        subjects: Vec::new(),
        skipped: Vec::new(),
        consequences: Vec::new(),
        cost: None,
        steps: vec![create.then_wait(wait).undone_by(undo(&DELETE, 0)), attach.undone_by(undo(&DETACH, 1))],
        destructive: false,
        wait: Waiter::AtOnce,
        undo: None,
        then: Vec::new(),
        phrase: String::new(),
        rests_on: Vec::new(),
        needs: Vec::new(),
    }
}

#[test]
fn what_a_look_finds_is_done_and_what_it_does_not_find_was_not_sent() {
    let mut run = create_and_attach();
    let state = volumes().kind.fields.at(0);
    run.steps[0].known_by = Some(KnownBy { table: volumes(), fields: vec![(state, "x".into())], output: "VolumeId" });
    assert_eq!(run.to_look_for().count(), 0, "nothing has left");
    run.apply(&RunEntry::Intent { step: 0 }, NOW);
    assert_eq!(run.to_look_for().map(|(step, _)| step).collect::<Vec<_>>(), [0]);
    let (mut there, mut not) = (run.clone(), run);
    there.found(0, Some("vol-7".into()));
    let id = |plan: Plan, step: usize| plan.steps[step].call.get("VolumeId").cloned();
    assert_eq!(there.progress(), Progress::Wait(WaitPlace::After(0)));
    assert_eq!(id(there.go_on().expect("a plan"), 0), Some(Arg::str("vol-7")));
    assert_eq!(id(there.undo_steps().expect("a way back"), 0), Some(Arg::str("vol-7")));
    not.found(0, None);
    assert_eq!((not.progress(), not.has_step_undo()), (Progress::Send(0), false));
    // A step that has nothing to be known by stays as it is.
    not.apply(&RunEntry::Intent { step: 1 }, NOW);
    not.found(1, None);
    assert_eq!(not.states[1], StepState::Sent);
}

#[test]
fn a_way_back_whose_secret_is_kept_nowhere_is_not_taken() {
    let mut run = create_and_attach();
    let lost = Arg::Secret(crate::base::Secret::new(String::new()));
    let undo = run.steps[1].undo.as_mut().expect("a way back");
    undo.call = undo.call.clone().arg("UserData", Arg::Map(vec![("Value", lost)]));
    run.apply(&done(0, &[("VolumeId", "vol-1")]), NOW);
    run.apply(&done(1, &[]), NOW);
    let plan = run.undo_steps().expect("the other step has a way back");
    assert_eq!(plan.calls().map(|c| c.op.name).collect::<Vec<_>>(), ["DeleteVolume"]);
    assert!(plan.consequences.iter().any(|c| c.severity == Severity::Severe && c.text.contains("was not saved")));
}

pub(super) fn done(step: usize, outputs: &[(&str, &str)]) -> RunEntry {
    let outputs = outputs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
    RunEntry::Outcome { step, state: StepState::Done, outputs }
}

fn after(entries: &[RunEntry]) -> RunRecord {
    let mut run = create_and_attach();
    entries.iter().for_each(|e| run.apply(e, NOW));
    run
}

#[test]
fn a_run_sends_waits_and_sends_and_knows_what_it_made() {
    let run = create_and_attach();
    assert_eq!(run.progress(), Progress::Send(0));
    assert_eq!(run.steps[0].call.get("ClientToken"), Some(&Arg::str("p-1-0")), "and the same in each attempt");
    let run = after(&[RunEntry::Intent { step: 0 }, done(0, &[("VolumeId", "vol-1")])]);
    assert_eq!(run.progress(), Progress::Wait(WaitPlace::After(0)));
    assert_eq!(run.all_rows(), [(volumes(), "vol-1".into())], "what was made is looked at");
    let run = after(&[done(0, &[("VolumeId", "vol-1")]), RunEntry::Waited { at: WaitPlace::After(0) }]);
    assert_eq!(run.progress(), Progress::Send(1));
    let call = run.steps[1].call.resolve(&run.outputs).expect("the volume is known");
    assert_eq!(call.get("VolumeId"), Some(&Arg::str("vol-1")));
    let run = after(&[done(0, &[("VolumeId", "vol-1")]), RunEntry::Waited { at: WaitPlace::After(0) }, done(1, &[])]);
    assert_eq!((run.progress(), run.done()), (Progress::Answered, (2, 2)));
    assert_eq!(run.lines()[0], ('✓', "create the volume: vol-1".to_string()));
}

#[test]
fn a_create_that_was_cut_off_is_sent_again_with_its_token_and_what_has_none_never() {
    let cut = after(&[RunEntry::Intent { step: 0 }]);
    let plan = cut.go_on().expect("it has a token");
    assert_eq!(plan.steps[0].call.get("ClientToken"), Some(&Arg::str("p-1-0")));
    assert!(plan.consequences.iter().any(|c| c.text.contains("its client token is the same")), "{plan:?}");
    assert_eq!(cut.again().progress(), Progress::Send(0));
    let undo = cut.undo_steps().expect("the token says what it made");
    assert_eq!(undo.calls().map(|c| c.op.name).collect::<Vec<_>>(), ["CreateVolume", "DeleteVolume"]);
    assert_eq!(undo.steps[1].call.get("VolumeId"), Some(&Arg::out(0, "VolumeId")));
    assert_eq!(undo.steps[0].call.get("ClientToken"), Some(&Arg::str("p-1-0")), "nothing is made a second time");
    let cut = after(&[
        done(0, &[("VolumeId", "vol-1")]),
        RunEntry::Waited { at: WaitPlace::After(0) },
        RunEntry::Intent { step: 1 },
        RunEntry::Outcome { step: 1, state: StepState::Unknown("The line was cut.".into()), outputs: Vec::new() },
    ]);
    assert!(cut.go_on().is_err_and(|why| why.contains("AttachVolume sent twice is done twice")));
    let undo = cut.undo_steps().expect("the volume can be deleted, and detached in case it is attached");
    assert_eq!(undo.calls().map(|c| c.op.name).collect::<Vec<_>>(), ["DetachVolume", "DeleteVolume"]);
    assert_eq!(undo.steps[1].call.get("VolumeId"), Some(&Arg::str("vol-1")));
    assert!(undo.consequences.iter().any(|c| c.severity == Severity::Unknown), "whether it is attached is not known");
}

#[test]
fn what_is_undone_is_undone_backwards_and_deleting_is_confirmed_by_typing() {
    let run = after(&[done(0, &[("VolumeId", "vol-1")]), RunEntry::Waited { at: WaitPlace::After(0) }, done(1, &[])]);
    let undo = run.undo_steps().expect("both");
    let names: Vec<&str> = undo.calls().map(|c| c.op.name).collect();
    assert_eq!(names, ["DetachVolume", "DeleteVolume"]);
    assert!(undo.destructive && matches!(undo.confirm(), crate::model::Confirm::Type(_)));
    assert!(create_and_attach().undo_steps().is_err(), "nothing was done");
}

/// EC2 deletes no volume that is being created: what was set going and not seen to come to rest is waited for first.
#[test]
fn the_way_back_waits_for_what_is_still_under_way_and_for_nothing_else() {
    let made = || vec![done(0, &[("VolumeId", "vol-1")])];
    let before = |run: &RunRecord| run.undo_steps().expect("a way back").steps[0].before.clone();
    let creating = after(&made());
    assert!(matches!(before(&creating), Waiter::State { ids, want, .. } if ids == ["vol-1"] && want == ["available"]));
    let undoing = RunRecord::new("p-2".into(), Time::from_secs(2), &creating.undo_steps().expect("a way back"));
    assert_eq!(undoing.progress(), Progress::Wait(WaitPlace::Before(0)));
    assert_eq!(undoing.all_rows(), [(volumes(), "vol-1".into())], "its rows are looked at");
    let mut ready = undoing.clone();
    ready.apply(&RunEntry::Waited { at: WaitPlace::Before(0) }, NOW);
    assert_eq!(ready.progress(), Progress::Send(0));
    let created = after(&[made(), vec![RunEntry::Waited { at: WaitPlace::After(0) }]].concat());
    assert_eq!(before(&created), Waiter::AtOnce);
    let mut attached = after(&[made(), vec![done(1, &[])]].concat());
    attached.wait = Waiter::State {
        table: volumes(),
        ids: vec!["vol-1".into()],
        want: &["in-use"],
        fail: &[],
        gone_is_fine: false,
        within: Duration::from_secs(60),
    };
    let rest = Waiter::Rest { table: volumes(), ids: vec!["vol-1".into()], within: Duration::from_secs(60) };
    assert_eq!(before(&attached), rest, "in whichever state: it may have been changed since");
    attached.states[1] = StepState::Sent;
    assert_eq!(before(&attached), rest, "it may be on its way");
    attached.states[1] = StepState::Done;
    attached.apply(&RunEntry::Ended { ok: true }, NOW);
    assert_eq!(before(&attached), Waiter::AtOnce, "it was seen at rest");
}

/// What was done without a token may not have been done; what was asked for again has come to rest before it is taken away.
#[test]
fn what_may_not_have_been_done_may_be_refused_on_the_way_back() {
    let cut = after(&[
        done(0, &[("VolumeId", "vol-1")]),
        RunEntry::Waited { at: WaitPlace::After(0) },
        RunEntry::Intent { step: 1 },
    ]);
    let back = cut.undo_steps().expect("a way back");
    assert_eq!(back.steps.iter().map(|s| s.may_be_refused).collect::<Vec<_>>(), [true, false]);
    let undoing = RunRecord::new("p-2".into(), Time::from_secs(2), &back);
    let refused =
        RunEntry::Outcome { step: 0, state: StepState::Needless("It is available.".into()), outputs: Vec::new() };
    let mut needless = undoing.clone();
    needless.apply(&refused, NOW);
    assert_eq!((needless.progress(), needless.done()), (Progress::Send(1), (1, 2)), "its wait is over too");
    assert!(needless.lines()[0].1.contains("nothing to do. It is available"), "{:?}", needless.lines());
    let asked = after(&[RunEntry::Intent { step: 0 }]).undo_steps().expect("the token says what it made");
    assert!(matches!(&asked.steps[0].wait, Waiter::Created { want, .. } if *want == ["available"]));
    assert!(asked.steps.iter().all(|s| !s.may_be_refused));
}

#[test]
fn the_rest_is_shown_with_what_is_known_and_numbered_anew() {
    let run = after(&[done(0, &[("VolumeId", "vol-1")])]);
    let rest = run.go_on().expect("the attachment is left");
    assert_eq!(rest.steps.len(), 1);
    assert_eq!(rest.steps[0].call.get("VolumeId"), Some(&Arg::str("vol-1")));
    assert!(matches!(&rest.steps[0].before, Waiter::State { ids, .. } if *ids == ["vol-1"]), "the wait it stopped in");
    assert!(after(&[done(0, &[]), done(1, &[])]).go_on().is_err());
}

fn outcomes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(0u8..4, 1..=6)
}

proptest! {
    /// However a run of one to six steps goes, and wherever its entries break off: each step is said to be done, not sent, refused or not
    /// known, exactly as the entries have it; and going on never sends what was done, nor twice what must be sent once.
    #[test]
    fn a_run_cut_at_any_entry_says_what_is_so(ends in outcomes(), cut in 0usize..20) {
        let ops = [&CREATE, &ATTACH, &DELETE];
        let steps: Vec<Step> = (0..ends.len()).map(|i| Step::new(format!("step {i}"), call(ops[i % 3]))).collect();
        let plan = Plan { steps, ..create_and_attach().go_on().expect("a plan") };
        let mut run = RunRecord::new("p-1".into(), Time::from_secs(1), &plan);
        let mut entries = Vec::new();
        for (step, end) in ends.iter().enumerate() {
            entries.push(RunEntry::Intent { step });
            let state = match end {
                0 | 1 => StepState::Done,
                2 => StepState::Failed("no".into()),
                _ => StepState::Unknown("cut".into()),
            };
            let goes_on = state == StepState::Done;
            entries.push(RunEntry::Outcome { step, state, outputs: Vec::new() });
            if !goes_on {
                break;
            }
        }
        entries.truncate(cut);
        entries.iter().for_each(|e| run.apply(e, NOW));
        let known = entries.iter().filter(|e| matches!(e, RunEntry::Outcome { state: StepState::Done, .. })).count();
        prop_assert_eq!(run.done().0, known);
        prop_assert_eq!(run.lines().iter().filter(|(glyph, _)| *glyph == '✓').count(), known);
        match run.progress() {
            Progress::Send(i) => prop_assert_eq!(i, known),
            Progress::Stopped(i) => prop_assert_eq!(i, known),
            Progress::Answered => prop_assert_eq!(known, ends.len()),
            other => prop_assert!(false, "{:?}", other),
        }
        let unsure = matches!(entries.last(), Some(RunEntry::Intent { .. } | RunEntry::Outcome { state: StepState::Unknown(_), .. }));
        match run.go_on() {
            Ok(rest) => {
                prop_assert_eq!(rest.steps.len(), ends.len() - known);
                prop_assert!(!unsure || rest.steps[0].call.op.retry != Retry::Never);
            }
            Err(_) => prop_assert!(known == ends.len() || (unsure && run.steps[known].call.op.retry == Retry::Never)),
        }
    }
}

/// A step of a plan by chance: which operation it is of, what its call and its way back take from earlier steps, and whether it waits for
/// what it makes.
#[derive(Debug, Clone)]
struct Shape {
    op: u8,
    uses: Vec<usize>,
    back: Option<Vec<usize>>,
    waits: bool,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Answered,
    /// Answered, but what it made is not among what is known.
    Lost,
    Refused,
    Unanswered,
    Cut,
}

static MAKE: Operation = Operation::write(Service::Ec2, "Make", Retry::Token).with_outputs(&["Id"]);
static MAKE_ONCE: Operation = Operation::write(Service::Ec2, "MakeOnce", Retry::Never).with_outputs(&["Id"]);
static TAKE: Operation = Operation::write(Service::Ec2, "Take", Retry::Never);
static TAKE_BACK: Operation = Operation::write(Service::Ec2, "TakeBack", Retry::Safe);
/// The argument that has what a step of the first run made, by that step.
const MADE_BY: [&str; 6] = ["Of0", "Of1", "Of2", "Of3", "Of4", "Of5"];

fn made(step: usize) -> Waiter {
    Waiter::Created {
        out: crate::model::Out { step, output: "Id" },
        table: volumes(),
        want: &["available"],
        fail: &[],
        gone_is_fine: false,
        within: Duration::from_secs(60),
    }
}

fn plan_of(shapes: &[Shape]) -> Plan {
    let ops = [&MAKE, &MAKE_ONCE, &TAKE];
    let makes = |i: usize| shapes[i].op < 2;
    let with = |op: &'static Operation, uses: &[usize], below: usize| {
        let used: std::collections::BTreeSet<usize> =
            uses.iter().map(|u| u % 6).filter(|u| *u < below && makes(*u)).collect();
        used.into_iter().fold(call(op), |call, u| call.arg(MADE_BY[u], Arg::out(u, "Id")))
    };
    let step = |(i, shape): (usize, &Shape)| {
        let forth = with(ops[usize::from(shape.op)], &shape.uses, i).arg("ClientToken", Arg::Token);
        let wait = if shape.waits && makes(i) { made(i) } else { Waiter::AtOnce };
        let undo = shape.back.as_ref().map(|uses| StepUndo {
            title: format!("undo {i}"),
            call: with(&TAKE_BACK, uses, i + 1),
            wait: if makes(i) { made(i) } else { Waiter::AtOnce },
            destructive: false,
            hurts: None,
        });
        Step { undo, ..Step::new(format!("do {i}"), forth).then_wait(wait) }
    };
    let last = shapes.len() - 1;
    Plan {
        steps: shapes.iter().enumerate().map(step).collect(),
        wait: if makes(last) { made(last) } else { Waiter::AtOnce },
        ..create_and_attach().go_on().expect("a plan")
    }
}

/// What each step of a plan would be sent as, where `made` says what each makes: nothing in it is open, and nothing is waited for of which
/// nobody can know.
fn sent(plan: &Plan, made: impl Fn(usize) -> Option<String>) -> Vec<Call> {
    let mut outputs = crate::model::Outputs::new();
    let mut out = Vec::new();
    for (at, step) in plan.steps.iter().enumerate() {
        out.push(step.call.resolve(&outputs).unwrap_or_else(|open| panic!("step {at} wants {open:?}: {plan:#?}")));
        assert!(step.before.resolve(&outputs).uses().is_empty(), "{plan:#?}");
        if let Some(id) = made(at).filter(|_| !step.call.op.outputs.is_empty()) {
            outputs.insert((at, "Id".into()), id.into());
        }
        assert!(step.wait.resolve(&outputs).uses().is_empty(), "{plan:#?}");
        if let Some(undo) = &step.undo {
            assert!(undo.call.resolve(&outputs).is_ok() && undo.wait.resolve(&outputs).uses().is_empty(), "{plan:#?}");
        }
    }
    assert!(plan.wait.resolve(&outputs).uses().is_empty(), "{plan:#?}");
    out
}

/// That each argument has what its step made, and not another's.
fn is_bound(call: &Call) {
    for (i, name) in MADE_BY.iter().enumerate() {
        if let Some(arg) = call.get(name) {
            assert_eq!(arg, &Arg::str(format!("id-{i}")), "{call:?}");
        }
    }
}

fn shapes() -> impl Strategy<Value = Vec<Shape>> {
    let uses = || proptest::collection::vec(0usize..6, 0..4);
    let shape = (0u8..3, uses(), proptest::option::weighted(0.8, uses()), any::<bool>());
    proptest::collection::vec(shape.prop_map(|(op, uses, back, waits)| Shape { op, uses, back, waits }), 1..=6)
}

proptest! {
    /// Wherever a run of one to six steps breaks off, and however: what continues with it and what undoes it can be sent to the end, each call
    /// with the ids of the things that it is about; and a step that is not undone, although it is or may be done, is named.
    #[test]
    fn the_rest_and_the_way_back_of_a_run_rest_on_nothing_that_is_not_in_them(shapes in shapes(), lost in 0usize..12) {
        let plan = plan_of(&shapes).with_tokens("p-1");
        let ends = [End::Answered, End::Lost, End::Refused, End::Unanswered, End::Cut];
        for (cut, end) in (0..shapes.len()).flat_map(|cut| ends.map(|end| (cut, end))) {
            let mut run = RunRecord::new("p-1".into(), Time::from_secs(1), &plan);
            for step in 0..=cut {
                // Seldom an earlier answer is lost too.
                let end = if step == cut { end } else if step == lost { End::Lost } else { End::Answered };
                run.apply(&RunEntry::Intent { step }, NOW);
                let state = match end {
                    End::Answered | End::Lost => StepState::Done,
                    End::Refused => StepState::Failed("no".into()),
                    End::Unanswered => StepState::Unknown("cut".into()),
                    End::Cut => continue,
                };
                let makes = end == End::Answered && !run.steps[step].call.op.outputs.is_empty();
                let outputs = makes.then(|| ("Id".into(), format!("id-{step}").into()));
                run.apply(&RunEntry::Outcome { step, state, outputs: outputs.into_iter().collect() }, NOW);
                if step < cut {
                    run.apply(&RunEntry::Waited { at: WaitPlace::After(step) }, NOW);
                }
            }
            if let Ok(rest) = run.go_on() {
                let from = plan.steps.len() - rest.steps.len();
                sent(&rest, |at| Some(format!("id-{}", from + at))).iter().for_each(is_bound);
            }
            let may_be_done = |i: usize| !matches!(run.states[i], StepState::NotSent | StepState::Failed(_));
            let open: Vec<usize> = (0..=cut).filter(|i| may_be_done(*i)).collect();
            match run.undo_steps() {
                Ok(back) => {
                    let asked = |at: usize| back.steps[at].title.strip_prefix("find out what it created: do ").map(str::to_string);
                    sent(&back, |at| asked(at).map(|i| format!("id-{i}"))).iter().for_each(is_bound);
                    for i in open {
                        let is_undone = back.steps.iter().any(|s| s.title == format!("undo {i}"));
                        let quoted = format!("\"do {i}\"");
                        prop_assert!(is_undone || back.consequences.iter().any(|c| c.text.contains(&quoted)), "{i}: {:#?}", back);
                    }
                }
                Err(why) => prop_assert!(open.is_empty() || why.contains("\"do ") , "{}", why),
            }
        }
    }
}
