use std::sync::Arc;

use super::*;
use crate::base::{Fault, FaultKind, Scope};
use crate::kinds::registry;
use crate::model::{
    Batch, Call, Coverage, Kind, Operation, Outcome, Plan, Record, Retry, Service, Step, TableKey, Tone, Value,
    WaitPlace,
};

static STOP: Operation = Operation::write(Service::Ec2, "StopInstances", Retry::Safe);

fn table() -> TableKey {
    let kind = Kind(registry::ALL.kind("instances").expect("a kind").info);
    TableKey::all(Scope::region("p", "r"), kind)
}

fn record(calls: usize, wait: Waiter) -> RunRecord {
    let plan = Plan {
        action: "stop",
        title: "Stop i-1".into(),
        subjects: Vec::new(),
        skipped: Vec::new(),
        consequences: Vec::new(),
        cost: None,
        steps: Step::each(vec![Call::new(&STOP, Scope::region("p", "r")); calls]),
        destructive: false,
        wait,
        undo: None,
        then: Vec::new(),
        phrase: String::new(),
        rests_on: Vec::new(),
        needs: Vec::new(),
    };
    RunRecord::new("p-1".into(), Time::from_secs(1), &plan)
}

fn stopped() -> Waiter {
    Waiter::State {
        table: table(),
        ids: vec!["i-1".into()],
        want: &["stopped"],
        fail: &[],
        gone_is_fine: false,
        within: Duration::from_secs(300),
    }
}

fn at(secs: i64) -> Time {
    Time::from_secs(secs)
}

/// The row reads as stopped, to a request of this second.
fn read(store: &mut Store, secs: i64) {
    let kind = table().kind;
    let record = Record {
        kind,
        id: "i-1".into(),
        name: "".into(),
        state: Some((Tone::Busy, "stopped".into())),
        values: vec![Value::Unknown; kind.fields.len()].into(),
        tags: Arc::default(),
    };
    let seq = secs.unsigned_abs();
    let batch = Batch {
        table: table(),
        seq,
        asked: at(secs),
        coverage: Coverage::Sweep { began: seq },
        rows: vec![Arc::new(record)],
        outcome: Outcome::Done,
    };
    store.apply(batch, at(secs));
}

/// AWS says, to a request of this second, that nothing is there.
fn read_nothing(store: &mut Store, secs: i64) {
    let seq = secs.unsigned_abs();
    let coverage = Coverage::Sweep { began: seq };
    store.apply(
        Batch { table: table(), seq, asked: at(secs), coverage, rows: Vec::new(), outcome: Outcome::Done },
        at(secs),
    );
}

fn done(run: u64, step: usize) -> ActEvent {
    ActEvent::Done { run, step, request_id: None, text: String::new(), outputs: Vec::new() }
}

fn unknown(run: u64) -> ActEvent {
    ActEvent::Unknown { run, step: 0, fault: Fault::new(FaultKind::Offline, "cut") }
}

#[test]
fn a_run_is_followed_from_its_last_answer_by_rows_read_after_it() {
    let (mut w, mut store) = (Watcher::default(), Store::default());
    assert!(w.begun(1, &record(2, stopped())));
    read(&mut store, 90);
    w.heard(&done(1, 0), at(95));
    assert_eq!((w.look(&store, at(99)), w.wake(at(99))), (vec![], None), "a call is still to come");
    w.heard(&done(1, 1), at(100));
    let moving = w.look(&store, at(102));
    assert!(
        matches!(&moving[..], [News::Act(ActEvent::Settling { run: 1, .. })]),
        "read before the answer: {moving:?}"
    );
    assert_eq!(w.look(&store, at(103)), [], "said once");
    assert!(w.wake(at(103)).is_some());
    read(&mut store, 104);
    assert!(matches!(&w.look(&store, at(104))[..], [News::Act(ActEvent::Settled { run: 1, ok: true, .. })]));
    assert_eq!((w.look(&store, at(200)), w.wake(at(200))), (vec![], None), "it is over");
}

#[test]
fn an_unknown_outcome_is_settled_by_looking() {
    let (mut w, mut store) = (Watcher::default(), Store::default());
    w.begun(1, &record(2, stopped()));
    w.heard(&unknown(1), at(100));
    assert!(matches!(&w.look(&store, at(102))[..], [News::Act(ActEvent::Settling { .. })]));
    read(&mut store, 110);
    assert!(matches!(&w.look(&store, at(111))[..], [News::Act(ActEvent::Settled { ok: true, .. })]));
    // Nothing to look at: it stays unknown, and that is no success.
    w.begun(2, &record(1, Waiter::AtOnce));
    w.heard(&unknown(2), at(100));
    assert!(matches!(&w.look(&store, at(100))[..], [News::Act(ActEvent::Settled { run: 2, ok: false, .. })]));
    // And one that never comes to rest is told so.
    let mut store = Store::default();
    w.begun(3, &record(1, stopped()));
    w.heard(&unknown(3), at(200));
    assert!(matches!(&w.look(&store, at(501))[..], [News::Act(ActEvent::Settling { run: 3, .. })]), "nobody answers");
    read_nothing(&mut store, 501);
    assert!(matches!(&w.look(&store, at(501))[..], [News::Act(ActEvent::Settled { run: 3, ok: false, .. })]));
    assert_eq!((w.look(&store, at(502)), w.wake(at(502))), (vec![], None), "said once");
    w.decided(3, Verdict::Wait, at(600));
    assert!(matches!(
        &w.look(&store, at(602))[..],
        [News::Act(ActEvent::Settling { run: 3, .. } | ActEvent::Settled { .. })]
    ));
    // What cannot be read meanwhile (the link is down) is not late.
    let mut w = Watcher::default();
    let mut store = Store::default();
    read(&mut store, 110);
    w.begun(4, &record(1, stopped()));
    w.heard(&unknown(4), at(200));
    assert!(matches!(&w.look(&store, at(900))[..], [News::Act(ActEvent::Settling { run: 4, .. })]));
    read(&mut store, 901);
    assert!(matches!(&w.look(&store, at(902))[..], [News::Act(ActEvent::Settled { run: 4, ok: true, .. })]));
}

#[test]
fn a_second_confirmation_with_the_same_number_changes_nothing() {
    let (mut w, mut store) = (Watcher::default(), Store::default());
    assert!(w.begun(1, &record(1, stopped())));
    w.heard(&done(1, 0), at(100));
    assert!(!w.begun(1, &record(1, stopped())));
    read(&mut store, 101);
    assert_eq!(w.look(&store, at(102)).len(), 1);
    assert!(!w.begun(1, &record(1, stopped())), "also when it is over");
    assert_eq!(w.wake(at(103)), None);
}

#[test]
fn a_failed_run_is_not_followed_and_one_without_calls_ends_at_once() {
    let (mut w, store) = (Watcher::default(), Store::default());
    w.begun(1, &record(1, stopped()));
    w.heard(&ActEvent::Failed { run: 1, step: 0, fault: Fault::new(FaultKind::Denied, "no") }, at(100));
    assert_eq!(w.look(&store, at(900)), []);
    w.begun(2, &record(0, Waiter::AtOnce));
    w.heard(&ActEvent::Began { run: 2, name: "p-2".into(), title: String::new() }, at(100));
    assert!(matches!(&w.look(&store, at(100))[..], [News::Act(ActEvent::Settled { run: 2, ok: true, .. })]));
}

/// Stop, wait until it is stopped, and stop again.
fn sequence() -> RunRecord {
    let mut record = record(2, Waiter::AtOnce);
    record.steps[0].wait = stopped();
    record
}

fn waiting() -> ActEvent {
    ActEvent::Waiting { run: 1, at: WaitPlace::After(0), wait: stopped() }
}

#[test]
fn what_the_next_call_waits_for_lets_it_go_and_what_does_not_come_is_the_users_to_decide() {
    let (mut w, mut store) = (Watcher::default(), Store::default());
    assert!(w.begun(1, &sequence()));
    w.heard(&done(1, 0), at(100));
    assert_eq!(w.look(&store, at(102)), [], "the executor says when it waits");
    w.heard(&waiting(), at(100));
    assert!(matches!(&w.look(&store, at(102))[..], [News::Act(ActEvent::Settling { run: 1, .. })]));
    read(&mut store, 104);
    assert_eq!(w.look(&store, at(105)), [News::GoOn(1)]);
    assert_eq!(w.look(&store, at(106)), [], "once");
    w.heard(&ActEvent::Waited { run: 1, at: WaitPlace::After(0) }, at(106));
    w.heard(&done(1, 1), at(107));
    assert!(matches!(&w.look(&store, at(109))[..], [News::Act(ActEvent::Settled { run: 1, ok: true, .. })]));

    let (mut w, mut store) = (Watcher::default(), Store::default());
    w.begun(1, &sequence());
    w.heard(&done(1, 0), at(100));
    w.heard(&waiting(), at(100));
    read_nothing(&mut store, 500);
    assert!(matches!(&w.look(&store, at(500))[..], [News::Act(ActEvent::Stuck { run: 1, .. })]));
    assert_eq!((w.look(&store, at(501)), w.wake(at(501))), (vec![], None), "nothing more until the user says");
    w.decided(1, Verdict::Wait, at(600));
    assert!(matches!(&w.look(&store, at(602))[..], [News::Act(ActEvent::Settling { .. })]));
    w.decided(1, Verdict::Stop, at(610));
    assert_eq!(w.look(&store, at(2000)), []);
}

#[test]
fn an_unknown_step_in_the_middle_is_not_taken_for_done_by_what_was_so_before() {
    let (mut w, mut store) = (Watcher::default(), Store::default());
    w.begun(1, &sequence());
    w.heard(&unknown(1), at(100));
    read(&mut store, 110);
    assert_eq!((w.look(&store, at(111)), w.wake(at(111))), (vec![], None));
}
