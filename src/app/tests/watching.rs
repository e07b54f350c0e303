use super::*;

fn watched(desk: &Desk, kind: &'static KindInfo) -> Vec<Option<Vec<RowId>>> {
    let of_kind = desk.state.watched.iter().filter(|i| i.table.kind == Kind(kind));
    of_kind.map(|i| i.ids.as_ref().map(|ids| ids.to_vec())).collect()
}

#[test]
fn what_is_seen_is_watched_from_the_first_moment() {
    let desk = Desk::empty(|_| {});
    assert_eq!(watched(&desk, &THINGS), [None]);
    let watches = desk.out.iter().filter(|e| matches!(e, Effect::Watch(_))).count();
    assert_eq!(watches, 1, "said once, not at every event");
}

#[test]
fn side_values_are_asked_for_the_rows_on_the_screen_only() {
    let mut desk = Desk::with(500);
    let seen = watched(&desk, &CHECK_KIND)[0].clone().unwrap();
    assert_eq!(seen.len(), desk.state.areas().rows());
    desk.press("G");
    let seen = watched(&desk, &CHECK_KIND)[0].clone().unwrap();
    assert!(seen.contains(&"t499".into()) && !seen.contains(&"t0".into()));
}

#[test]
fn paid_values_are_asked_for_only_while_their_column_or_the_charts_are_seen() {
    let mut desk = Desk::with(3);
    assert_eq!(watched(&desk, &METRIC_KIND), [Some(vec!["t0".into(), "t1".into(), "t2".into()])]);
    desk.press("o j j j j j space esc");
    assert!(watched(&desk, &METRIC_KIND).is_empty());
    desk.event(Event::Resize(44, 20));
    desk.press("o G space esc");
    assert!(watched(&desk, &METRIC_KIND).is_empty(), "there is no room for the column");
}

#[test]
fn rows_on_their_way_are_asked_for_by_id_while_they_are_seen() {
    let mut desk = Desk::with(3);
    desk.list(things(), vec![thing("t1", "thing-1", "stopping", 1), thing("t2", "thing-2", "running", 2)]);
    assert_eq!(watched(&desk, &THINGS), [None, Some(vec!["t1".into()])]);
    desk.batch(
        things(),
        Coverage::Ids(Arc::new(vec!["t1".into()])),
        vec![thing("t1", "thing-1", "stopped", 1)],
        Outcome::Done,
    );
    assert_eq!(watched(&desk, &THINGS), [None]);
}

#[test]
fn the_tables_that_a_form_needs_are_watched_while_it_is_open() {
    let mut desk = Desk::with(1);
    desk.line("rename");
    assert_eq!(watched(&desk, &BOXES), [None]);
    desk.press("esc");
    assert!(watched(&desk, &BOXES).is_empty());
}

#[test]
fn a_refresh_asks_for_everything_that_is_seen() {
    let mut desk = Desk::with(1);
    desk.press("r");
    let tables =
        desk.asked().into_iter().find_map(|e| if let Effect::Refresh(t) = e { Some(t) } else { None }).unwrap();
    assert!(tables.contains(&things()) && tables.iter().any(|t| t.kind == Kind(&CHECK_KIND)));
}

#[test]
fn an_idle_screen_wakes_for_ages_and_the_minute_and_writes_nothing_else() {
    let mut desk = Desk::with(50);
    desk.wait(Duration::from_secs(200));
    desk.asked();
    let mut ticks = 0;
    let until = desk.now.plus(Duration::from_secs(600));
    while desk.now < until {
        let next = desk.state.wake.unwrap();
        assert!(next > desk.now);
        desk.wait(next.since(desk.now));
        ticks += 1;
        let out = desk.asked();
        assert!(out.iter().all(|e| matches!(e, Effect::TickIn(_))), "{out:?}");
    }
    assert!(ticks <= 21, "{ticks} ticks in ten minutes");
}

#[test]
fn a_changed_cell_wakes_the_screen_when_its_highlight_ends() {
    let mut desk = Desk::with(2);
    desk.wait(Duration::from_secs(100));
    desk.list(things(), vec![thing("t0", "thing-0", "running", 5), thing("t1", "thing-1", "running", 1)]);
    assert_eq!(desk.state.wake, Some(desk.now.plus(Duration::from_secs(5))));
}

#[test]
fn why_rows_are_stale_is_said_once_until_they_are_whole_again() {
    let mut desk = Desk::with(2);
    let fail = |desk: &mut Desk, why: &str| {
        let began = desk.seq + 1;
        let fault = Fault::new(crate::base::FaultKind::Denied, why);
        desk.batch(things(), Coverage::Sweep { began }, vec![], Outcome::Failed(fault));
    };
    let said = |desk: &Desk| desk.state.messages.iter().filter(|m| m.text.contains("could not be read")).count();
    fail(&mut desk, "You may not.");
    assert_eq!(desk.notice(), "Things could not be read: You may not.");
    fail(&mut desk, "You may not.");
    assert_eq!((said(&desk), desk.shown().len()), (1, 2));
    desk.list(things(), vec![thing("t0", "thing-0", "running", 0)]);
    fail(&mut desk, "You may not, since noon.");
    assert_eq!(said(&desk), 2);
}

#[test]
fn rows_that_come_after_a_fault_do_not_bring_up_what_is_over() {
    let mut desk = Desk::empty(|_| {});
    let fault = Fault::new(crate::base::FaultKind::Throttled, "Too fast.");
    desk.batch(things(), Coverage::Sweep { began: 1 }, vec![], Outcome::Failed(fault));
    let rows = || vec![thing("t0", "thing-0", "running", 0)];
    desk.batch(things(), Coverage::Sweep { began: 2 }, rows(), Outcome::More);
    desk.batch(things(), Coverage::Sweep { began: 2 }, vec![], Outcome::Done);
    assert!(desk.state.messages.iter().all(|m| !m.text.contains("Too fast.")), "{:?}", desk.state.messages);
    assert_eq!(desk.shown(), ["t0"]);
}

#[test]
fn freshness_is_that_of_the_worst_table() {
    let mut desk = Desk::filled(1, |s| s.profiles[0].regions.push("tokyo".into()));
    assert_eq!(desk.state.freshness(&desk.store).oldest, None);
    let tokyo = TableKey::all(scope("tokyo"), Kind(&THINGS));
    desk.batch(
        tokyo.clone(),
        Coverage::Sweep { began: 1 },
        vec![],
        Outcome::Failed(Fault::new(crate::base::FaultKind::Denied, "No.")),
    );
    let fresh = desk.state.freshness(&desk.store);
    assert_eq!((fresh.faults.len(), fresh.progress), (1, crate::store::Progress::NotAsked));
    assert_eq!(desk.shown(), ["t0"], "a fault takes no rows away");
    desk.list(tokyo, vec![]);
    assert_eq!(desk.state.freshness(&desk.store).oldest, Some(START));
}
