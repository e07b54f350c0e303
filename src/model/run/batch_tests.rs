//! Runs in batches: pauses, calls whose answer is lost, and what the plan itself brings back.

use std::time::Duration;

use super::tests::{ATTACH, DETACH, call, create_and_attach_plan, done};
use super::*;
use crate::model::{RunBatch, StepUndo};

/// Two batches of stop and start, each a pair; a pause before the second.
fn in_batches() -> RunRecord {
    let step = |title: &str, op, number| Step { batch: Some(RunBatch { number, of: 2 }), ..Step::new(title, call(op)) };
    let undo = || StepUndo::new("back", call(&DETACH));
    let mut plan = create_and_attach_plan();
    plan.steps = (1..=2)
        .flat_map(|n| {
            let start = Step { brings_back: Some(2 * n - 2), ..step("start", &ATTACH, n) };
            [step("stop", &DETACH, n).undone_by(undo()), start]
        })
        .collect();
    plan.steps[2].before = Waiter::Pause { length: Duration::from_secs(300), until: None };
    RunRecord::new("p-1".into(), Time::from_secs(1), &plan)
}

#[test]
fn a_pause_is_counted_from_what_came_before_it_also_by_a_later_start() {
    let mut run = in_batches();
    for step in 0..2 {
        run.apply(&RunEntry::Intent { step }, Time::from_secs(10 + step as i64));
        run.apply(&done(step, &[]), Time::from_secs(20 + step as i64));
    }
    let place = WaitPlace::Before(2);
    assert_eq!(run.progress(), Progress::Wait(place));
    let until = Some(Time::from_secs(321));
    assert_eq!(run.wait_at(place).pause(), Some((Duration::from_secs(300), until)));
    let plan = run.go_on().expect("the second batch");
    assert_eq!((plan.steps.len(), plan.steps[0].before.pause().and_then(|(_, until)| until)), (2, until));
    assert_eq!(plan.steps[1].brings_back, Some(0), "numbers are those of the new plan");
    run.apply(&RunEntry::Waited { at: place }, Time::from_secs(330));
    assert_eq!(run.progress(), Progress::Send(2));
    let rows: Vec<_> =
        run.timeline().into_iter().map(|r| (r.title, r.began.0 / 1000, r.took.map(|t| t.as_secs()))).collect();
    let row = |title: &str, at, took| (title.to_string(), at, Some(took));
    assert_eq!(rows, [row("stop", 1, 19), row("start", 11, 10), row("pause", 21, 309)]);
}

/// No answer comes to the first call, twice: the pause is counted from when that was last seen, also by a later start.
#[test]
fn a_call_without_an_answer_is_sent_again_after_a_pause_that_grows_and_is_bounded() {
    let mut run = in_batches();
    let again = |maybe| RunEntry::Outcome {
        step: 0,
        state: StepState::Again { why: "No connection.".into(), maybe },
        outputs: Vec::new(),
    };
    let place = WaitPlace::Again(0);
    let pause = |run: &RunRecord| run.wait_at(place).pause().map(|(length, until)| (length.as_secs(), until));
    for (at, maybe, length) in
        [(10, false, 5), (20, true, 10), (30, false, 20), (40, false, 40), (50, false, 60), (60, false, 60)]
    {
        run.apply(&RunEntry::Intent { step: 0 }, Time::from_secs(at - 1));
        run.apply(&again(maybe), Time::from_secs(at));
        assert_eq!(run.progress(), Progress::Wait(place));
        let until = at + i64::try_from(length).expect("small");
        assert_eq!(pause(&run), Some((length, Some(Time::from_secs(until)))));
        assert_eq!(run.states[0].is_uncertain(), at > 10, "what may have arrived once may have");
    }
    let (step, lost) = run.is_lost().expect("no answer");
    assert_eq!((step, lost.tries, lost.since), (0, 6, Time::from_secs(10)));
    assert!(run.lines()[0].1.starts_with("stop: no answer, it is sent again by itself"), "{:?}", run.lines());
    // By hand after a restart: at once, and its way back as of one that may have been done.
    assert_eq!(run.again().progress(), Progress::Send(0));
    assert_eq!(run.undo_steps().expect("a way back").steps.len(), 1);
    assert!(run.go_on().is_err_and(|why| why.contains("sent twice is done twice")), "unless it does no harm");
    run.steps[0].may_repeat = true;
    let plan = run.go_on().expect("the rest");
    assert_eq!((plan.steps.len(), &plan.steps[0].before), (4, &Waiter::AtOnce));
    // The link is back: the timeline says for how long it was not.
    run.apply(&RunEntry::Intent { step: 0 }, Time::from_secs(70));
    run.apply(&done(0, &[]), Time::from_secs(71));
    assert_eq!((run.progress(), run.is_lost()), (Progress::Send(1), None));
    let row = &run.timeline()[0];
    assert_eq!(
        (row.title.as_str(), row.began, row.took),
        ("no answer, sent 6 times: stop", Time::from_secs(10), Some(Duration::from_secs(50)))
    );
    // What never left leaves nothing to undo.
    let mut never = in_batches();
    never.apply(&again(false), Time::from_secs(10));
    assert!(never.undo_steps().is_err() && !never.has_step_undo());
}

#[test]
fn what_the_plan_itself_has_brought_back_is_not_undone() {
    let mut run = in_batches();
    let at = Time::from_secs(9);
    run.apply(&done(0, &[]), at);
    assert_eq!(run.undo_steps().expect("a way back").steps.len(), 1);
    run.apply(&done(1, &[]), at);
    assert!(run.undo_steps().is_err() && !run.has_step_undo(), "it was stopped, and started again");
    run.apply(&done(2, &[]), at);
    assert_eq!(run.undo_steps().expect("a way back").steps.len(), 1, "of the second batch alone");
    let lines: Vec<String> = run.stand().into_iter().map(|(sign, text)| format!("{sign} {text}")).collect();
    assert_eq!(lines, ["✓ batch 1 of 2: done", "✓ stop", "· start: not sent"]);
    assert_eq!((run.batches(), run.batch()), (Some(2), Some(RunBatch { number: 2, of: 2 })));
}
