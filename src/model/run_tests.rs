use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::base::Scope;
use crate::model::{Arg, Call, Kind, Operation, Service, StepUndo};

static CREATE: Operation = Operation::write(Service::Ec2, "CreateVolume", Retry::Token).with_outputs(&["VolumeId"]);
static ATTACH: Operation = Operation::write(Service::Ec2, "AttachVolume", Retry::Never);
static DETACH: Operation = Operation::write(Service::Ec2, "DetachVolume", Retry::Never);
static DELETE: Operation = Operation::write(Service::Ec2, "DeleteVolume", Retry::Safe);

fn call(op: &'static Operation) -> Call {
    Call::new(op, Scope::region("p", "r"))
}

fn volumes() -> TableKey {
    let kind = crate::kinds::registry::ALL.kind("instances").expect("a kind");
    TableKey::all(Scope::region("p", "r"), Kind(kind.info))
}

/// Create, wait, attach: each with a way back.
fn create_and_attach() -> RunRecord {
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
    let plan = Plan {
        action: "create-volume",
        title: "Create a volume".into(),
        subjects: Vec::new(),
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
    };
    RunRecord::new("p-1".into(), Time::from_secs(1), &plan.with_tokens("p-1"))
}

#[test]
fn what_a_look_finds_is_done_and_what_it_does_not_find_was_not_sent() {
    let mut run = create_and_attach();
    let state = volumes().kind.fields.at(0);
    run.steps[0].known_by = Some(KnownBy { table: volumes(), fields: vec![(state, "x".into())], output: "VolumeId" });
    assert_eq!(run.to_look_for().count(), 0, "nothing has left");
    run.apply(&RunEntry::Intent { step: 0 });
    assert_eq!(run.to_look_for().map(|(step, _)| step).collect::<Vec<_>>(), [0]);
    let (mut there, mut not) = (run.clone(), run);
    there.found(0, Some("vol-7".into()));
    let id = |plan: Plan, step: usize| plan.steps[step].call.get("VolumeId").cloned();
    assert_eq!(there.progress(), Progress::Wait(0));
    assert_eq!(id(there.go_on().expect("a plan"), 0), Some(Arg::str("vol-7")));
    assert_eq!(id(there.undo_steps().expect("a way back"), 0), Some(Arg::str("vol-7")));
    not.found(0, None);
    assert_eq!((not.progress(), not.has_step_undo()), (Progress::Send(0), false));
    // A step that has nothing to be known by stays as it is.
    not.apply(&RunEntry::Intent { step: 1 });
    not.found(1, None);
    assert_eq!(not.states[1], StepState::Sent);
}

#[test]
fn a_way_back_whose_secret_is_kept_nowhere_is_not_taken() {
    let mut run = create_and_attach();
    let lost = Arg::Secret(crate::base::Secret::new(String::new()));
    let undo = run.steps[1].undo.as_mut().expect("a way back");
    undo.call = undo.call.clone().arg("UserData", Arg::Map(vec![("Value", lost)]));
    run.apply(&done(0, &[("VolumeId", "vol-1")]));
    run.apply(&done(1, &[]));
    let plan = run.undo_steps().expect("the other step has a way back");
    assert_eq!(plan.calls().map(|c| c.op.name).collect::<Vec<_>>(), ["DeleteVolume"]);
    assert!(plan.consequences.iter().any(|c| c.severity == Severity::Severe && c.text.contains("kept nowhere")));
}

fn done(step: usize, outputs: &[(&str, &str)]) -> RunEntry {
    let outputs = outputs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
    RunEntry::Outcome { step, state: StepState::Done, outputs }
}

fn after(entries: &[RunEntry]) -> RunRecord {
    let mut run = create_and_attach();
    entries.iter().for_each(|e| run.apply(e));
    run
}

#[test]
fn a_run_sends_waits_and_sends_and_knows_what_it_made() {
    let run = create_and_attach();
    assert_eq!(run.progress(), Progress::Send(0));
    assert_eq!(run.steps[0].call.get("ClientToken"), Some(&Arg::str("p-1-0")), "and the same in each attempt");
    let run = after(&[RunEntry::Intent { step: 0 }, done(0, &[("VolumeId", "vol-1")])]);
    assert_eq!(run.progress(), Progress::Wait(0));
    assert_eq!(run.all_rows(), [(volumes(), "vol-1".into())], "what was made is looked at");
    let run = after(&[done(0, &[("VolumeId", "vol-1")]), RunEntry::Waited { step: 0 }]);
    assert_eq!(run.progress(), Progress::Send(1));
    let call = run.steps[1].call.resolve(&run.outputs).expect("the volume is known");
    assert_eq!(call.get("VolumeId"), Some(&Arg::str("vol-1")));
    let run = after(&[done(0, &[("VolumeId", "vol-1")]), RunEntry::Waited { step: 0 }, done(1, &[])]);
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
        RunEntry::Waited { step: 0 },
        RunEntry::Intent { step: 1 },
        RunEntry::Outcome { step: 1, state: StepState::Unknown("The line was cut.".into()), outputs: Vec::new() },
    ]);
    assert!(cut.go_on().is_err_and(|why| why.contains("AttachVolume sent twice does it twice")));
    let undo = cut.undo_steps().expect("the volume can be deleted, and detached in case it is attached");
    assert_eq!(undo.calls().map(|c| c.op.name).collect::<Vec<_>>(), ["DetachVolume", "DeleteVolume"]);
    assert_eq!(undo.steps[1].call.get("VolumeId"), Some(&Arg::str("vol-1")));
    assert!(undo.consequences.iter().any(|c| c.severity == Severity::Unknown), "whether it is attached is not known");
}

#[test]
fn what_is_undone_is_undone_backwards_and_deleting_is_confirmed_by_typing() {
    let run = after(&[done(0, &[("VolumeId", "vol-1")]), RunEntry::Waited { step: 0 }, done(1, &[])]);
    let undo = run.undo_steps().expect("both");
    let names: Vec<&str> = undo.calls().map(|c| c.op.name).collect();
    assert_eq!(names, ["DetachVolume", "DeleteVolume"]);
    assert!(undo.destructive && matches!(undo.confirm(), crate::model::Confirm::Type(_)));
    assert!(create_and_attach().undo_steps().is_err(), "nothing was done");
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
        entries.iter().for_each(|e| run.apply(e));
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
