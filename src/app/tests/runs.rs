//! Runs: followed, left by an earlier start, stopped half way.

use super::planning::{answer_reread, stopping};
use super::*;
use crate::app::RunPhase;
use crate::base::FaultKind;
use crate::model::{ActEvent, Outputs, RunRecord, StepState, StepUndo, Verdict, WaitPlace};

#[test]
fn a_run_is_followed_to_its_end_and_can_be_undone() {
    let mut desk = stopping();
    desk.press("enter");
    answer_reread(&mut desk);
    let run = desk.state.runs[0].id;
    desk.event(Event::Act(ActEvent::Began { run, name: "p-1".into(), title: "stop".into() }));
    assert!(desk.state.runs[0].in_flight());
    desk.event(Event::Act(ActEvent::Done {
        run,
        step: 0,
        request_id: None,
        text: "t0: 2 bytes".into(),
        outputs: Vec::new(),
    }));
    desk.event(Event::Act(ActEvent::Settling { run, text: "thing-0 stopping".into() }));
    assert_eq!(desk.notice(), "stop 1 things: thing-0 stopping");
    desk.event(Event::Act(ActEvent::Settled { run, text: "thing-0 stopped".into(), ok: true }));
    assert_eq!(desk.state.runs[0].phase, RunPhase::Settled(true, "thing-0 stopped".into()));
    desk.line("runs").press("enter");
    assert_eq!(desk.dialog().plan.steps[0].call.get("To"), Some(&Arg::str("old")));
    desk.event(Event::Act(ActEvent::Settled { run, text: String::new(), ok: true }));
    assert_eq!(desk.notice(), "stop 1 things: t0: 2 bytes", "what has no rows to be watched ends with what came back");
    desk.state.runs[0].record.then =
        vec!["sudo growpart /dev/nvme0n1 1".into(), "sudo resize2fs /dev/nvme0n1p1".into()];
    desk.event(Event::Act(ActEvent::Settled { run, text: "thing-0 stopped".into(), ok: true }));
    let left = "What is left to do: sudo growpart /dev/nvme0n1 1; sudo resize2fs /dev/nvme0n1p1";
    assert_eq!(desk.notice(), format!("stop 1 things: thing-0 stopped. {left}"));
}

#[test]
fn an_outcome_that_is_not_on_disk_is_said_aloud() {
    let mut desk = stopping();
    desk.press("enter");
    answer_reread(&mut desk);
    let run = desk.state.runs[0].id;
    desk.event(Event::Act(ActEvent::Unwritten { run, why: "The disk is full.".into() }));
    assert!(desk.notice().starts_with("stop 1 things: its outcome could not be written to disk"), "{}", desk.notice());
    assert!(desk.notice().ends_with("The disk is full."));
    assert!(desk.state.messages.iter().any(|m| m.level == Level::Error), "and stays in :messages");
}

#[test]
fn quitting_with_something_under_way_asks_again_and_says_what() {
    let mut desk = stopping();
    desk.press("enter");
    answer_reread(&mut desk);
    desk.press("q");
    assert!(!desk.asked().contains(&Effect::Quit));
    let Overlay::Sure(sure) = desk.top() else { panic!() };
    assert!(sure.lines[0].starts_with("stopping 1 things"));
    desk.press("esc");
    assert!(desk.state.overlays.is_empty());
    desk.press("ctrl-c ctrl-c");
    assert!(desk.asked().contains(&Effect::Quit));
    let mut desk = Desk::with(1);
    assert!(!desk.press("? q").asked().contains(&Effect::Quit), "out of the help, not out of the console");
    assert!(desk.press("q").asked().contains(&Effect::Quit), "nothing is under way");
    assert!(desk.line("q").asked().contains(&Effect::Quit), "as in other programs");
}

/// A run of an earlier start whose only call was answered, and which was not seen to its end.
fn answered(name: &str, title: &str) -> RunRecord {
    RunRecord {
        name: name.into(),
        when: START,
        title: title.into(),
        action: "stop".into(),
        rows: vec![(things(), "t0".into())],
        undo: None,
        then: Vec::new(),
        careful: false,
        wait: Waiter::AtOnce,
        steps: Vec::new(),
        states: Vec::new(),
        ready: Vec::new(),
        waited: Vec::new(),
        times: Vec::new(),
        lost: Vec::new(),
        over: None,
        outputs: Outputs::new(),
        ended: None,
    }
}

#[test]
fn what_an_earlier_start_left_is_offered_to_go_on_undo_or_forget() {
    let left = |n: &str| RunRecord {
        undo: Some(Undo { line: "rename to=old".into(), but: None, on: Vec::new() }),
        ..answered(n, &format!("Stop {n}"))
    };
    let forgotten = |desk: &mut Desk| -> Vec<String> {
        let name = |e: &Effect| if let Effect::Forget(run) = e { Some(run.clone()) } else { None };
        desk.asked().iter().filter_map(name).collect()
    };
    let mut desk = Desk::empty(|s| s.profiles[0].ask_digits = false);
    desk.event(Event::Act(ActEvent::Left(vec![left("a"), left("b"), left("c")])));
    desk.press("enter j enter");
    assert!(desk.state.overlays.iter().any(|o| matches!(o, Overlay::Menu(_))), "two more are left");
    desk.press("esc");
    desk.list(things(), vec![thing("t0", "thing-0", "stopping", 0)]);
    assert_eq!(desk.dialog().plan.steps[0].call.get("To"), Some(&Arg::str("old")), "undone once its row was there");
    desk.press("esc");
    assert_eq!(forgotten(&mut desk), Vec::<String>::new(), "the plan was not confirmed: the next start asks again");
    assert_eq!(desk.state.left.len(), 3);

    desk.line("runs").press("enter j j enter j j enter");
    assert_eq!(forgotten(&mut desk), ["c"], "forget is forget");

    desk.press("esc").line("runs").press("enter j enter enter");
    assert!(desk.state.view.is_marked(&things(), &"t0".into()));
    assert_eq!(forgotten(&mut desk), Vec::<String>::new(), "its row is on its way");
    desk.press("esc").wait(Duration::from_secs(600));
    desk.list(things(), vec![thing("t0", "thing-0", "stopped", 0)]);
    assert_eq!(forgotten(&mut desk), ["b"]);
    assert_eq!(desk.notice(), "Stop b: thing-0 stopped");

    desk.line("rename to=new").press("enter");
    answer_reread(&mut desk);
    assert_eq!(desk.state.left.len(), 1, "another change of the same row is no way back");
    desk.line("runs").press("enter enter j enter");
    assert_eq!(desk.dialog().plan.steps[0].call.get("To"), Some(&Arg::str("old")));
    desk.press("enter");
    assert!(!answer_reread(&mut desk).contains(&Effect::Forget("a".into())), "a crash now must not lose it from sight");
    let run = desk.state.runs.last().expect("its way back").id;
    desk.line("runs").press("enter");
    assert!(matches!(desk.top(), Overlay::Menu(m) if m.items[0].disabled.as_deref() == Some("It is being undone.")));
    desk.press("esc").event(done(run, 0));
    assert_eq!(forgotten(&mut desk), ["a"], "its way back is known in its place");
    assert!(desk.state.left.is_empty());
}

/// Rows that rest elsewhere than the run wanted them: its last call may never have left.
#[test]
fn a_run_whose_rows_rest_where_it_did_not_want_them_is_not_lost_from_sight() {
    let mut left = answered("a", "Stop a");
    left.wait = stopped();
    for (state, over) in [("running", false), ("stopped", true)] {
        let mut desk = Desk::empty(|_| {});
        desk.event(Event::Act(ActEvent::Left(vec![left.clone()]))).press("enter enter");
        desk.list(things(), vec![thing("t0", "thing-0", state, 0)]);
        assert_eq!(desk.asked().contains(&Effect::Forget("a".into())), over);
        assert_eq!(desk.state.left.len(), usize::from(!over));
        assert_eq!(
            desk.notice().contains("Stop a: not as planned, see :runs: thing-0 running"),
            !over,
            "{}",
            desk.notice()
        );
    }
}

#[test]
fn an_earlier_starts_way_back_acts_on_the_rows_that_it_names() {
    let mut desk = Desk::empty(|_| {});
    let other = (things(), "t1".into());
    let left = RunRecord {
        undo: Some(Undo { line: "rename to=old".into(), but: Some("its history".into()), on: vec![other] }),
        ..answered("a", "Deregister t0")
    };
    desk.event(Event::Act(ActEvent::Left(vec![left])));
    desk.press("enter j enter");
    desk.list(things(), vec![thing("t1", "thing-1", "running", 0)]);
    assert_eq!(desk.dialog().on.rows.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["t1"]);
}

/// A run of an earlier start that was killed between a call without a token and its answer.
fn cut_off() -> RunRecord {
    let call = Call::new(&MAKE_OP.op, Scope::account("prod"));
    let back = StepUndo::new("delete it", call.clone().arg("Id", Arg::out(0, "Id"))).destroys();
    let known_by = KnownBy { table: things(), fields: vec![(things().kind.fields.at(0), "made".into())], output: "Id" };
    let use_it = Step::new("use it", call.clone().arg("Id", Arg::out(0, "Id")));
    RunRecord {
        rows: Vec::new(),
        steps: vec![Step::new("make it", call).undone_by(back).known_by(known_by), use_it],
        states: vec![StepState::Sent, StepState::NotSent],
        waited: vec![false; 2],
        ..answered("a", "Make it")
    }
}

#[test]
fn what_became_of_a_call_without_a_token_is_looked_for_before_anything_is_offered() {
    let mut desk = Desk::empty(|s| s.profiles[0].ask_digits = false);
    desk.event(Event::Act(ActEvent::Left(vec![cut_off()])));
    assert!(desk.asked().iter().any(|e| matches!(e, Effect::Watch(all) if all.iter().any(|i| i.table == things()))));
    desk.press("enter enter");
    let Overlay::Menu(menu) = desk.top() else { panic!("no choice") };
    assert_eq!(menu.error.as_deref(), Some("The outcome of its last call is being looked up."));
    // It is there: the rest uses its id, and the way back too.
    desk.list(things(), vec![thing("t8", "other", "running", 0), thing("t9", "made", "running", 0)]);
    desk.press("enter");
    let plan = &desk.dialog().plan;
    assert_eq!(plan.steps.iter().map(|s| s.title.as_str()).collect::<Vec<_>>(), ["use it"]);
    assert_eq!(plan.steps[0].call.get("Id"), Some(&Arg::str("t9")));
    desk.press("esc").line("runs").press("enter enter / u n d o enter");
    assert_eq!(desk.dialog().plan.steps[0].call.get("Id"), Some(&Arg::str("t9")), "{}", desk.dialog().plan.title);

    // It is not: it is made, once.
    let mut desk = Desk::empty(|s| s.profiles[0].ask_digits = false);
    desk.event(Event::Act(ActEvent::Left(vec![cut_off()])));
    desk.list(things(), vec![thing("t8", "other", "running", 0)]);
    desk.press("enter enter");
    assert_eq!(desk.dialog().plan.steps.len(), 2);
}

/// A confirmed run of two steps, each with a way back, that waits for its row to be stopped.
fn two_steps() -> (Desk, u64) {
    let mut desk = stopping();
    desk.press("enter");
    answer_reread(&mut desk);
    let run = &mut desk.state.runs[0];
    let mut step = run.record.steps[0].clone();
    step.undo = Some(StepUndo {
        title: "start it".into(),
        call: step.call.clone(),
        wait: Waiter::AtOnce,
        destructive: false,
        hurts: Some("it hurts".into()),
    });
    run.record.undo = None;
    run.record.steps = vec![step.clone(), step];
    run.record.states = vec![StepState::NotSent; 2];
    run.record.waited = vec![false; 2];
    run.record.wait = stopped();
    let id = run.id;
    (desk, id)
}

fn done(run: u64, step: usize) -> Event {
    Event::Act(ActEvent::Done { run, step, request_id: None, text: String::new(), outputs: Vec::new() })
}

fn choices(desk: &Desk) -> Vec<&str> {
    let Overlay::Menu(menu) = desk.top() else { panic!("no menu") };
    menu.items.iter().filter(|i| i.disabled.is_none()).map(|i| i.label.as_str()).collect()
}

#[test]
fn a_run_that_stops_half_way_offers_the_rest_and_the_way_back_and_the_way_back_warns() {
    let (mut desk, run) = two_steps();
    desk.event(done(run, 0));
    let fault = Fault::new(FaultKind::Denied, "no");
    desk.event(Event::Act(ActEvent::Failed { run, step: 1, fault }));
    assert!(desk.notice().ends_with("1 of 2 done, :runs continues or undoes it. Failed: no"), "{}", desk.notice());
    desk.line("runs").press("enter");
    assert_eq!(choices(&desk), ["go on", "undo", "leave it"]);
    desk.press("enter");
    assert_eq!((desk.dialog().plan.steps.len(), desk.dialog().plan.title.as_str()), (1, "Continue: stop 1 things"));
    desk.press("esc").line("runs").press("enter j enter");
    let plan = &desk.dialog().plan;
    assert!(plan.consequences.iter().any(|c| c.severity == Severity::Severe && c.text == "it hurts"), "{plan:?}");
    assert!(matches!(plan.confirm(), Confirm::Type(_)), "no bare Enter");
}

#[test]
fn rows_that_do_not_come_to_rest_can_be_looked_at_further() {
    let (mut desk, run) = two_steps();
    desk.event(done(run, 0)).event(done(run, 1));
    desk.event(Event::Act(ActEvent::Settled { run, text: "thing-0 stopping: still not settled".into(), ok: false }));
    desk.line("runs").press("enter");
    assert_eq!(choices(&desk)[0], "wait on");
    desk.press("enter");
    assert!(desk.asked().contains(&Effect::Decide { run, verdict: Verdict::Wait }));
    assert!(!desk.state.runs[0].is_over(), "its rows are followed again");
}

#[test]
fn what_the_next_call_waits_for_can_be_gone_on_without() {
    let (mut desk, run) = two_steps();
    let wait = desk.state.runs[0].record.wait.clone();
    desk.state.runs[0].record.steps[0].wait = wait.clone();
    desk.event(done(run, 0));
    desk.event(Event::Act(ActEvent::Waiting { run, at: WaitPlace::After(0), wait }));
    desk.event(Event::Act(ActEvent::Stuck { run, text: "thing-0 stopping: still not settled".into() }));
    desk.line("runs").press("enter");
    assert_eq!(choices(&desk), ["wait on", "go on without", "undo", "leave it"]);
    desk.press("j enter");
    assert!(desk.asked().contains(&Effect::Decide { run, verdict: Verdict::GoOn }));
}

/// That the thing comes to be stopped.
fn stopped() -> Waiter {
    Waiter::State {
        table: things(),
        ids: vec!["t0".into()],
        want: &["stopped"],
        fail: &[],
        gone_is_fine: false,
        within: Duration::from_secs(60),
    }
}
