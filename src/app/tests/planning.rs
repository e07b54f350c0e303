use super::*;
use crate::base::FaultKind;
use crate::model::DryRun;

/// A desk on which digits are not asked, with the plan of `stop` on the focused row shown.
pub(super) fn stopping() -> Desk {
    let mut desk = Desk::filled(3, |s| s.profiles[0].ask_digits = false);
    desk.line("stop");
    desk
}

pub(super) fn answer_reread(desk: &mut Desk) -> Vec<Effect> {
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
    assert!(desk.dialog().notice.as_deref().unwrap().contains("was updated. Read it again"));
}

#[test]
fn rows_that_cannot_be_read_again_stop_the_plan_and_say_so() {
    let mut desk = stopping();
    desk.press("enter");
    let n = reread(&desk.asked()).unwrap();
    desk.event(Event::Reread(n, Err(Fault::new(FaultKind::Offline, "No answer.")), desk.now));
    assert_eq!(carried(&desk.asked()), 0);
    assert!(
        desk.dialog()
            .notice
            .as_deref()
            .unwrap()
            .contains("Nothing was changed: the current state could not be read. No answer.")
    );
    desk.press("enter");
    assert!(reread(&desk.asked()).is_some(), "it can be tried again");
}

#[test]
fn a_severe_or_destructive_plan_wants_its_phrase_exactly() {
    let mut desk = stopping();
    desk.press("esc").line("destroy").press("enter");
    assert_eq!(desk.dialog().notice.as_deref(), Some("Type thing-0 to confirm."));
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
    assert_eq!(d.error.as_deref(), Some("Wrong digits: the account of profile prod ends differently."));
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
    assert!(desk.dialog().notice.as_deref().unwrap().contains("void"));

    let mut desk = stopping();
    desk.press("enter");
    let n = reread(&desk.asked()).unwrap();
    desk.event(Event::Identity("prod".into(), Ok(identity("999900001111", 2))));
    desk.event(Event::Reread(n, Ok(()), desk.now));
    assert_eq!(carried(&desk.asked()), 0);
    assert!(desk.dialog().notice.as_deref().unwrap().contains("void"));
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
        assert!(desk.dialog().notice.as_deref().unwrap().starts_with("Read-only: "));
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
fn of_marked_rows_those_that_cannot_be_acted_on_are_skipped_and_said() {
    let mut desk = Desk::filled(4, |s| s.profiles[0].ask_digits = false);
    let states = ["running", "stopped", "running", "running"];
    let rows = |states: &[&str]| {
        let row = |(i, state): (usize, &&str)| thing(&format!("t{i}"), &format!("thing-{i}"), state, 0);
        states.iter().enumerate().map(row).collect::<Vec<_>>()
    };
    desk.list(things(), rows(&states));
    desk.press("M").line("stop");
    let skipped = |desk: &Desk| desk.dialog().plan.skipped.iter().map(|s| s.id.to_string()).collect::<Vec<_>>();
    assert_eq!(desk.dialog().plan.steps[0].call.subjects, ["t0", "t2", "t3"]);
    assert_eq!(skipped(&desk), ["t1"]);
    assert_eq!(desk.dialog().plan.skipped[0].why, "thing-1 is stopped already.");
    // One more has stopped by the time that it is confirmed: the plan says so before anything is sent.
    desk.press("enter");
    let n = reread(&desk.asked()).unwrap();
    desk.list(things(), rows(&["running", "stopped", "stopped", "running"]));
    desk.event(Event::Reread(n, Ok(()), desk.now));
    assert_eq!(carried(&desk.asked()), 0);
    assert_eq!(skipped(&desk), ["t1", "t2"]);
    desk.wait(Duration::from_secs(2)).press("enter");
    assert_eq!(carried(&answer_reread(&mut desk)), 1);
    let marked: Vec<_> = desk.state.view.marks.iter().map(|m| m.id.to_string()).collect();
    assert_eq!(marked, ["t1", "t2"], "what was skipped stays marked");
}

#[test]
fn a_plan_is_scrolled_to_its_end_however_its_lines_are_broken() {
    let mut desk = Desk::filled(40, |s| s.profiles[0].ask_digits = false);
    desk.press("M").line("stop");
    let (width, height) = desk.state.size;
    let lines = desk.dialog().lines(width);
    assert!(lines > 40 + 10, "each row has a line: {lines}");
    assert!(desk.dialog().lines(20) > lines, "and on a narrow screen more");
    desk.press("pgdn pgdn pgdn pgdn pgdn");
    assert_eq!(desk.dialog().scroll, lines - usize::from(height - 5));
    desk.press("pgup pgup pgup pgup pgup");
    assert_eq!(desk.dialog().scroll, 0);
}

#[test]
fn where_none_of_the_marked_rows_can_be_acted_on_it_is_refused() {
    let mut desk = Desk::with(2);
    desk.list(things(), vec![thing("t0", "thing-0", "stopped", 0), thing("t1", "thing-1", "stopped", 0)]);
    desk.press("M").line("stop");
    assert!(desk.state.overlays.is_empty());
    assert_eq!(desk.notice(), "This can be done to none of the 2 marked rows. thing-0: thing-0 is stopped already.");
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
    assert_eq!(desk.notice(), "The marked rows belong to several accounts. Mark rows of one account only.");
    assert!(desk.state.overlays.is_empty());
}

#[test]
fn what_cannot_be_done_is_dim_and_says_why_when_tried() {
    let mut desk = Desk::with(2);
    desk.list(things(), vec![thing("t0", "thing-0", "stopped", 0)]);
    desk.press("a /").typed("stop").press("enter");
    let Overlay::Menu(menu) = desk.top() else { panic!() };
    assert_eq!(menu.error.as_deref(), Some("thing-0 is stopped already."));
    desk.press("esc esc M").line("destroy");
    assert_eq!(desk.notice(), "destroy works on one row at a time; 2 are marked.");
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

#[test]
fn enter_after_letters_that_were_meant_for_another_place_carries_out_nothing() {
    let mut desk = stopping();
    desk.typed("targets").press("enter");
    assert_eq!(reread(&desk.asked()), None);
    assert!(desk.dialog().notice.as_deref().unwrap().contains("needs no typing"));
    desk.press("enter");
    assert_eq!(reread(&desk.asked()), None, "a second Enter at once is the same mistake");
    desk.wait(Duration::from_secs(2)).press("enter");
    assert!(reread(&desk.asked()).is_some());
}
