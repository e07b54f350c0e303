use super::*;
use crate::app::RunPhase;
use crate::base::FaultKind;
use crate::model::{ActEvent, DryRun, Outputs, RunRecord, StepState, StepUndo, Verdict};

/// A desk on which digits are not asked, with the plan of `stop` on the focused row shown.
fn stopping() -> Desk {
    let mut desk = Desk::filled(3, |s| s.profiles[0].ask_digits = false);
    desk.line("stop");
    desk
}

fn answer_reread(desk: &mut Desk) -> Vec<Effect> {
    let out = desk.asked();
    let n = reread(&out).expect("the rows are read again");
    desk.event(Event::Reread(n, Ok(()), desk.now));
    desk.asked()
}

#[test]
fn a_plan_is_shown_with_its_commands_and_asks_for_a_dry_run() {
    let mut desk = stopping();
    assert_eq!(desk.dialog().commands, ["aws ec2 StopInstances t0"]);
    assert_eq!(desk.dialog().dry_run, DryRun::Asking);
    let number = desk.dialog().number;
    assert!(desk.asked().iter().any(|e| matches!(e, Effect::DryRun(n, _) if *n == number)));
    desk.event(Event::DryRun(number + 1, DryRun::NotSupported));
    assert_eq!(desk.dialog().dry_run, DryRun::Asking, "a verdict for another plan");
    desk.event(Event::DryRun(number, DryRun::Allowed));
    assert_eq!(desk.dialog().dry_run, DryRun::Allowed);
}

#[test]
fn enter_reads_again_and_carries_out_once_however_often_it_is_pressed() {
    let mut desk = stopping();
    desk.press("enter enter enter");
    let out = desk.asked();
    assert_eq!(carried(&out), 0, "nothing goes out before the rows are read again");
    assert_eq!(out.iter().filter(|e| matches!(e, Effect::Reread(..))).count(), 1);
    let n = reread(&out).unwrap();
    for _ in 0..3 {
        desk.event(Event::Reread(n, Ok(()), desk.now));
        desk.press("enter");
    }
    assert_eq!(carried(&desk.asked()), 1);
    assert_eq!(desk.state.runs.len(), 1);
    assert!(!desk.state.detail.open, "nor does it go anywhere");
    desk.wait(Duration::from_secs(1)).press("enter");
    assert!(desk.state.detail.open);
}

#[test]
fn leaving_while_the_rows_are_read_again_carries_nothing_out() {
    let mut desk = stopping();
    desk.press("enter");
    let n = reread(&desk.asked()).unwrap();
    desk.press("esc");
    desk.event(Event::Reread(n, Ok(()), desk.now));
    assert_eq!(carried(&desk.asked()), 0);
}

#[test]
fn a_plan_that_changed_meanwhile_is_shown_again_and_not_carried_out() {
    let mut desk = stopping();
    desk.press("enter");
    let n = reread(&desk.asked()).unwrap();
    desk.list(things(), vec![thing("t0", "thing-0", "running", 99)]);
    desk.event(Event::Reread(n, Ok(()), desk.now)).press("enter");
    assert_eq!(carried(&desk.asked()), 0);
    let plan = desk.dialog();
    assert!(plan.number > n && plan.plan.consequences.len() == 1);
    assert_eq!(desk.state.mode(), crate::config::Mode::Confirm, "it is severe now");
    desk.event(Event::Reread(n, Ok(()), desk.now));
    assert_eq!(carried(&desk.asked()), 0, "a late answer for the old plan");
    desk.wait(Duration::from_secs(2)).typed("thing-0").press("enter");
    assert_eq!(carried(&answer_reread(&mut desk)), 1);
}

#[test]
fn a_repeated_enter_does_not_confirm_a_plan_that_has_just_changed() {
    let mut desk = stopping();
    desk.press("enter");
    let n = reread(&desk.asked()).unwrap();
    desk.list(things(), vec![thing("t0", "thing-0", "pending", 1)]);
    desk.event(Event::Reread(n, Ok(()), desk.now)).press("enter enter");
    assert_eq!(reread(&desk.asked()), None);
    assert!(desk.dialog().notice.as_deref().unwrap().contains("just changed"));
}

#[test]
fn rows_that_cannot_be_read_again_stop_the_plan_and_say_so() {
    let mut desk = stopping();
    desk.press("enter");
    let n = reread(&desk.asked()).unwrap();
    desk.event(Event::Reread(n, Err(Fault::new(FaultKind::Offline, "No answer.")), desk.now));
    assert_eq!(carried(&desk.asked()), 0);
    assert!(desk.dialog().notice.as_deref().unwrap().contains("nothing was carried out. No answer."));
    desk.press("enter");
    assert!(reread(&desk.asked()).is_some(), "it can be tried again");
}

#[test]
fn a_severe_or_destructive_plan_wants_its_phrase_exactly() {
    let mut desk = stopping();
    desk.press("esc").line("destroy").press("enter");
    assert_eq!(desk.dialog().notice.as_deref(), Some("Type thing-0 to carry it out."));
    for wrong in ["thing-", "0x"] {
        desk.typed(wrong).press("enter");
        assert_eq!(reread(&desk.asked()), None);
    }
    desk.press("ctrl-u").typed("Thing-0").press("enter");
    assert_eq!(reread(&desk.asked()), None);
    desk.press("ctrl-u").typed("thing-0").press("enter");
    assert_eq!(carried(&answer_reread(&mut desk)), 1);
}

#[test]
fn the_first_change_in_an_account_asks_for_its_last_four_digits_once() {
    let mut desk = Desk::with(3);
    desk.line("stop").press("enter");
    assert_eq!(reread(&desk.asked()), None);
    desk.typed("3332").press("enter");
    let Overlay::Digits(d) = desk.top() else { panic!() };
    assert_eq!(d.error.as_deref(), Some("These are not the last four digits of the account of profile prod."));
    desk.typed("3333").press("enter");
    assert_eq!(carried(&answer_reread(&mut desk)), 1);
    desk.press("j").line("stop").press("enter");
    assert_eq!(carried(&answer_reread(&mut desk)), 1, "once in a run");
}

#[test]
fn the_sandbox_and_downloads_do_not_ask_for_digits() {
    let mut desk = Desk::filled(1, |s| s.sandbox = true);
    desk.line("stop").press("enter");
    assert!(reread(&desk.asked()).is_some());
    let mut desk = Desk::with(1);
    desk.line("fetch").press("enter");
    assert!(reread(&desk.asked()).is_some());
}

#[test]
fn other_credentials_disarm_a_plan_before_and_after_it_was_confirmed() {
    let mut desk = stopping();
    desk.event(Event::Identity("prod".into(), Ok(identity("111122223333", 2)))).press("enter");
    assert_eq!(reread(&desk.asked()), None);
    assert!(desk.dialog().notice.as_deref().unwrap().contains("disarmed"));

    let mut desk = stopping();
    desk.press("enter");
    let n = reread(&desk.asked()).unwrap();
    desk.event(Event::Identity("prod".into(), Ok(identity("999900001111", 2))));
    desk.event(Event::Reread(n, Ok(()), desk.now));
    assert_eq!(carried(&desk.asked()), 0);
    assert!(desk.dialog().notice.as_deref().unwrap().contains("disarmed"));
}

#[test]
fn read_only_shows_the_plan_and_its_commands_and_confirms_nothing() {
    for by_profile in [false, true] {
        let mut desk = Desk::filled(2, |s| {
            s.profiles[0].ask_digits = false;
            if by_profile { s.profiles[0].read_only = true } else { s.read_only = true }
        });
        desk.line("stop");
        assert_eq!(desk.dialog().dry_run, DryRun::NotAsked);
        desk.press("enter enter");
        assert!(desk.dialog().notice.as_deref().unwrap().starts_with("Read-only: nothing may be changed"));
        desk.press("y");
        let out = desk.asked();
        assert!(out.contains(&Effect::Copy("aws ec2 StopInstances t0".into())));
        assert!(!out.iter().any(|e| matches!(e, Effect::DryRun(..) | Effect::Reread(..) | Effect::Execute { .. })));
        desk.press("esc :").typed("sto");
        let Overlay::Palette(p) = desk.top() else { panic!() };
        let stop = p.items.iter().find(|i| i.text == "stop").unwrap();
        assert!(stop.disabled.as_deref().unwrap().starts_with("Read-only"));
        desk.press("esc").line("fetch").press("enter");
        assert!(reread(&desk.asked()).is_some(), "what changes nothing is allowed");
    }
}

#[test]
fn marked_rows_are_the_targets_also_across_a_filter() {
    let mut desk = Desk::filled(9, |s| s.profiles[0].ask_digits = false);
    desk.press("space space /").typed("thing-8").press("enter").line("stop");
    assert_eq!(desk.dialog().plan.steps[0].call.subjects, ["t0", "t1"]);
    desk.press("enter");
    answer_reread(&mut desk);
    assert!(desk.state.view.marks.is_empty(), "what was acted on is not marked any more");
}

#[test]
fn rows_of_several_accounts_are_refused_with_a_sentence() {
    let mut desk = Desk::filled(1, |s| {
        let mut other = s.profiles[0].clone();
        other.name = "dev".into();
        s.profiles.push(other);
    });
    desk.event(Event::Identity("dev".into(), Ok(identity("444455556666", 1))));
    let dev = TableKey::all(Scope::region("dev", "seoul"), Kind(&THINGS));
    desk.list(dev, vec![thing("d0", "dev-0", "running", 0)]);
    desk.press("M").line("stop");
    assert_eq!(desk.notice(), "The rows belong to several accounts: act on those of one account at a time.");
    assert!(desk.state.overlays.is_empty());
}

#[test]
fn what_cannot_be_done_is_dim_and_says_why_when_tried() {
    let mut desk = Desk::with(2);
    desk.list(things(), vec![thing("t0", "thing-0", "stopped", 0)]);
    desk.press("a").typed("stop").press("enter");
    let Overlay::Menu(menu) = desk.top() else { panic!() };
    assert_eq!(menu.error.as_deref(), Some("thing-0 is stopped already."));
    desk.press("esc esc M").line("destroy");
    assert_eq!(desk.notice(), "destroy takes one row at a time; 2 are marked.");
}

#[test]
fn options_wait_behind_tab_and_change_the_plan() {
    let mut desk = stopping();
    desk.press("tab space alt-enter");
    assert_eq!(desk.dialog().plan.steps[0].call.get("Force"), Some(&Arg::Bool(true)));
    desk.press("enter");
    let out = answer_reread(&mut desk);
    assert_eq!(carried(&out), 1);
    assert!(desk.state.overlays.is_empty(), "the form goes with its plan");
    desk.press("j").line("stop force");
    assert_eq!(desk.dialog().plan.steps[0].call.get("Force"), Some(&Arg::Bool(true)));
}

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
    assert!(desk.notice().starts_with("stop 1 things: what became of it is not on disk"), "{}", desk.notice());
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
    assert!(sure.lines[0].starts_with("stop 1 things: "));
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
        ready: false,
        waited: Vec::new(),
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
    left.wait = Waiter::State {
        table: things(),
        ids: vec!["t0".into()],
        want: &["stopped"],
        fail: &[],
        gone_is_fine: false,
        within: Duration::from_secs(60),
    };
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

/// The plan of a launch was refused for good because the types were still being asked for.
#[test]
fn what_stands_against_a_plan_while_tables_are_on_their_way_may_pass() {
    let mut desk = stopping();
    let boxes = TableKey::all(Scope::account("prod"), Kind(&BOXES));
    let Some(Overlay::Plan(p)) = desk.state.overlays.last_mut() else { panic!("no plan") };
    p.plan.needs = vec![boxes.clone()];
    desk.list(things(), vec![thing("t0", "thing-0", "stopped", 0)]);
    let coverage = Coverage::Sweep { began: desk.seq + 1 };
    desk.batch(boxes.clone(), coverage, Vec::new(), Outcome::More);
    assert_eq!(desk.dialog().blocked, None, "more is to come");
    desk.list(boxes, Vec::new());
    assert_eq!(desk.dialog().blocked.as_deref(), Some("thing-0 is stopped already."));
}

/// A run of an earlier start that was killed between a call without a token and its answer.
fn cut_off() -> RunRecord {
    let call = Call::new(&MAKE_OP.op, Scope::account("prod"));
    let back = StepUndo {
        title: "delete it".into(),
        call: call.clone().arg("Id", Arg::out(0, "Id")),
        wait: Waiter::AtOnce,
        destructive: true,
        hurts: None,
    };
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
    assert_eq!(menu.error.as_deref(), Some("What became of its last call is being looked for."));
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

#[test]
fn enter_after_letters_that_were_meant_for_another_place_carries_out_nothing() {
    let mut desk = stopping();
    desk.typed("targets").press("enter");
    assert_eq!(reread(&desk.asked()), None);
    assert!(desk.dialog().notice.as_deref().unwrap().contains("no part of this plan"));
    desk.press("enter");
    assert_eq!(reread(&desk.asked()), None, "a second Enter at once is the same mistake");
    desk.wait(Duration::from_secs(2)).press("enter");
    assert!(reread(&desk.asked()).is_some());
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
    run.record.wait = Waiter::State {
        table: things(),
        ids: vec!["t0".into()],
        want: &["stopped"],
        fail: &[],
        gone_is_fine: false,
        within: Duration::from_secs(60),
    };
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
    assert!(desk.notice().ends_with("1 of 2 done, :runs goes on or undoes. Failed: no"), "{}", desk.notice());
    desk.line("runs").press("enter");
    assert_eq!(choices(&desk), ["go on", "undo", "leave it"]);
    desk.press("enter");
    assert_eq!((desk.dialog().plan.steps.len(), desk.dialog().plan.title.as_str()), (1, "Go on: stop 1 things"));
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
    desk.event(Event::Act(ActEvent::Waiting { run, after: Some(0), wait }));
    desk.event(Event::Act(ActEvent::Stuck { run, text: "thing-0 stopping: still not settled".into() }));
    desk.line("runs").press("enter");
    assert_eq!(choices(&desk), ["wait on", "go on without", "undo", "leave it"]);
    desk.press("j enter");
    assert!(desk.asked().contains(&Effect::Decide { run, verdict: Verdict::GoOn }));
}
