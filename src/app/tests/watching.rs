use super::*;
use crate::kinds::ec2::volumes::fields::INSTANCES as ATTACHED_TO;
use crate::kinds::ec2::{instances, subnets, volumes, vpcs};
use crate::kinds::registry::ALL;
use crate::kinds::testing::{Row, row, texts};

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

#[test]
fn a_volume_that_is_being_attached_is_asked_for_by_id_although_its_own_state_says_nothing_of_it() {
    let mut desk = real("volumes");
    let volume = |id: &str, attachment: &str| {
        let state = Value::State(Tone::Unknown, attachment.into());
        row(&volumes::INFO, id, id, "in-use").with(&crate::kinds::ec2::volumes::fields::ATTACH_STATE, state)
    };
    desk.list(all(&volumes::INFO), records(vec![volume("vol-1", "attached"), volume("vol-2", "attaching")]));
    assert_eq!(watched(&desk, &volumes::INFO), [None, Some(vec!["vol-2".into()])]);
}

/// A viewer of the real kinds.
fn real(view: &str) -> Desk {
    Desk::empty(|s| {
        s.registry = ALL;
        s.view = Some(view.into());
    })
}
fn all(kind: &'static KindInfo) -> TableKey {
    TableKey::all(scope("seoul"), Kind(kind))
}
fn records(rows: Vec<Row>) -> Vec<Arc<Record>> {
    rows.into_iter().map(|r| Arc::new(r.record())).collect()
}

#[test]
fn names_of_what_is_seen_are_asked_for_by_id_and_all_of_them_only_to_filter_or_sort_by_them() {
    let mut desk = real("volumes");
    let volume = |n: usize, instance: &str| {
        row(&volumes::INFO, &format!("vol-{n:03}"), &format!("v{n:03}"), "in-use")
            .with(&ATTACHED_TO, texts(&[instance]))
    };
    let rows = (0..300).map(|n| volume(n, &format!("i-{n:03}"))).collect();
    desk.list(all(&volumes::INFO), records(rows));
    let asked = watched(&desk, &instances::INFO);
    let seen = desk.state.areas().rows();
    assert_eq!((asked.len(), asked[0].as_ref().map(Vec::len)), (1, Some(seen)));
    let interest = desk.state.watched.iter().find(|i| i.table == all(&instances::INFO));
    assert!(interest.is_some_and(|i| !i.visible), "kept warm, not polled like what is looked at");
    desk.line("volumes instance=i-007");
    assert_eq!(watched(&desk, &instances::INFO), [Some(vec!["i-007".into()])], "an id needs no names");
    desk.line("volumes instance=web-1");
    assert_eq!((watched(&desk, &instances::INFO), desk.shown().len()), (vec![None], 0));
    let named = |id: &str, name: &str| row(&instances::INFO, id, name, "running");
    desk.list(all(&instances::INFO), records(vec![named("i-001", "web-2"), named("i-002", "web-1")]));
    assert_eq!(desk.shown(), ["vol-002"], "the names came, and the rows with them");
    desk.line("volumes web");
    assert_eq!(desk.shown().len(), 2, "a word finds what the column shows");
}

#[test]
fn of_a_kind_with_few_rows_all_names_are_asked_for_at_once_and_only_where_their_ids_are_seen() {
    let mut desk = real("subnets");
    let subnet = row(&subnets::INFO, "subnet-1", "app-a", "available").with(&subnets::VPC_ID, Value::text("vpc-1"));
    desk.list(all(&subnets::INFO), records(vec![subnet]));
    assert_eq!(watched(&desk, &vpcs::INFO), [None]);
    desk.line("vpcs");
    let interest = desk.state.watched.iter().filter(|i| i.table == all(&vpcs::INFO)).collect::<Vec<_>>();
    assert!(matches!(interest.as_slice(), [one] if one.visible), "what is looked at is asked for once: {interest:?}");
    let mut desk = real("instances");
    let fields = crate::kinds::ec2::instances::fields::VPC_ID;
    let instance = row(&instances::INFO, "i-1", "web", "running").with(&fields, Value::text("vpc-1"));
    desk.list(all(&instances::INFO), records(vec![instance]));
    assert!(watched(&desk, &vpcs::INFO).is_empty(), "the column is not shown");
    desk.press("d");
    assert!(desk.state.detail.open);
    assert_eq!(watched(&desk, &vpcs::INFO), [None], "the detail shows it");
}

/// The table of the things that AWS finds by their state.
fn found(state: &str) -> TableKey {
    let filters = Filters::of(&THINGS, [("state", vec![state.into()])]).unwrap();
    TableKey { selector: Selector::Filter(filters), ..things() }
}

#[test]
fn a_query_that_aws_can_apply_is_asked_of_aws_unless_all_rows_are_here() {
    let mut desk = Desk::empty(|_| {});
    desk.line("things state=stopped size>3");
    assert_eq!(desk.state.view.tables, [found("stopped")]);
    desk.list(found("stopped"), vec![thing("a", "a", "stopped", 1), thing("b", "b", "stopped", 5)]);
    assert_eq!(desk.shown(), ["b"], "what AWS cannot apply is looked for in what comes");
    // Where it began is what one comes back to.
    desk.press("[");
    assert_eq!(desk.state.view.tables, [things()]);
    desk.press("]");
    assert_eq!((desk.state.view.tables.as_slice(), desk.shown()), ([found("stopped")].as_slice(), vec!["b".into()]));
    // Narrower still, the same rows will do; wider, all are asked for.
    desk.press("/").typed("name=b").press("enter");
    assert_eq!(desk.state.view.tables, [found("stopped")]);
    desk.press("/ ctrl-u").typed("size>3").press("enter");
    assert_eq!(desk.state.view.tables, [things()]);
    let mut desk = Desk::with(3);
    desk.line("things state=stopped");
    assert_eq!(desk.state.view.tables, [things()], "they are all here");
    assert_eq!(desk.shown(), Vec::<RowId>::new());
}

#[test]
fn cursor_and_marks_stay_on_their_rows_where_all_rows_take_the_place_of_some() {
    let mut desk = Desk::empty(|_| {});
    desk.line("things state=stopped");
    let two = || vec![thing("a", "a", "stopped", 1), thing("b", "b", "stopped", 5)];
    // What AWS found is in the table of all rows too.
    desk.batch(things(), Coverage::Ids(Arc::default()), two(), Outcome::Done);
    desk.list(found("stopped"), two());
    desk.press("space j").press("/ ctrl-u").typed("size>0").press("enter");
    assert_eq!((desk.state.view.tables.as_slice(), desk.cursor()), ([things()].as_slice(), "b"));
    assert_eq!(desk.state.view.marks.iter().map(|m| &m.table).collect::<Vec<_>>(), [&things()]);
    assert_eq!(desk.shown(), ["a", "b"]);
}

#[test]
fn an_action_on_a_row_that_aws_found_is_followed_among_all_rows() {
    let mut desk = Desk::empty(|s| s.profiles[0].ask_digits = false);
    desk.line("things state=running");
    let rows = || vec![thing("a", "a", "running", 1)];
    desk.batch(things(), Coverage::Ids(Arc::default()), rows(), Outcome::Done);
    desk.list(found("running"), rows());
    desk.line("stop");
    let plan = &desk.dialog().plan;
    assert_eq!(plan.subjects.iter().map(|s| &s.table).collect::<Vec<_>>(), [&things()]);
}

#[test]
fn the_first_look_at_status_checks_is_whole_pages_beside_the_rows_or_right_after_them() {
    use crate::kinds::ec2::{instance_statuses, instances};
    let rows = |n: std::ops::Range<usize>| {
        records(n.map(|n| row(&instances::INFO, &format!("i-{n:05}"), &format!("w{n:05}"), "running")).collect())
    };
    let statuses =
        |desk: &Desk| watched(desk, &instance_statuses::INFO).into_iter().map(|ids| ids.is_none()).collect::<Vec<_>>();
    let mut desk = real("instances");
    assert_eq!(statuses(&desk), [true], "a first page, before anything is known");
    let sweep = Coverage::Sweep { began: 1 };
    desk.batch(all(&instances::INFO), sweep.clone(), rows(0..1000), Outcome::More);
    assert_eq!(statuses(&desk), [true], "most tables are one page");
    desk.batch(all(&instances::INFO), sweep.clone(), rows(1000..2000), Outcome::More);
    assert_eq!(statuses(&desk), [false], "more rows are on their way: what is seen is asked for");
    desk.batch(all(&instances::INFO), sweep, rows(2000..2500), Outcome::Done);
    assert_eq!(statuses(&desk), [true], "the rows are there: pages of the others");
    desk.list(all(&instance_statuses::INFO), Vec::new());
    assert_eq!(statuses(&desk), [false], "from then on what is seen is kept fresh");

    let mut desk = real("instances");
    desk.list(all(&instances::INFO), rows(0..10_001));
    assert_eq!(statuses(&desk), [false], "too many to be worth it unasked");
}

#[test]
fn an_empty_column_makes_way_also_where_the_news_that_all_rows_are_here_comes_last() {
    let mut desk = Desk::empty(|_| {});
    let mut row = thing("t0", "thing-0", "running", 1);
    let size = THINGS.index_of("size").unwrap();
    Arc::make_mut(&mut row).values.set(size, Value::Empty);
    let coverage = Coverage::Sweep { began: 1 };
    desk.batch(things(), coverage.clone(), vec![row.clone()], Outcome::More);
    assert!(!desk.state.view.empty.contains(&size), "more may come, and have something there");
    desk.batch(things(), coverage, Vec::new(), Outcome::Done);
    assert!(desk.state.view.empty.contains(&size));
}

#[test]
fn what_is_wrong_is_looked_for_in_all_rows_beside_them_and_never_in_what_is_paid_for() {
    use crate::kinds::cloudwatch::{instance_alarms, instance_metrics};
    use crate::kinds::ec2::{instance_statuses, instances};
    let instance = |n: usize| row(&instances::INFO, &format!("i-{n:05}"), &format!("w{n:05}"), "running");
    let status = |n: usize, ok: u32| {
        row(&instance_statuses::INFO, &format!("i-{n:05}"), "", "running")
            .with(&instance_statuses::CHECKS, Value::ratio(ok, 3))
    };
    let mut desk = real("instances");
    desk.list(all(&instances::INFO), records((0..11_000).map(instance).collect()));
    let statuses =
        |desk: &Desk| watched(desk, &instance_statuses::INFO).iter().map(Option::is_none).collect::<Vec<_>>();
    assert_eq!(statuses(&desk), [false], "what is seen");
    for (begin, end) in [("w", "w"), (":sort worst", ":sort name")] {
        let key = |desk: &mut Desk, what: &str| {
            match what.strip_prefix(':') {
                Some(line) => desk.line(line),
                None => desk.press(what),
            };
        };
        key(&mut desk, begin);
        assert_eq!(statuses(&desk), [true], "{begin}: all of them");
        assert_eq!(watched(&desk, &instance_alarms::INFO), [None], "{begin}");
        assert!(watched(&desk, &instance_metrics::INFO).iter().flatten().all(|ids| ids.len() < 100), "{begin}");
        assert_eq!(desk.state.beside(&desk.store).as_deref(), Some("loading instance statuses"));
        key(&mut desk, end);
        assert_eq!((statuses(&desk), desk.state.beside(&desk.store)), (vec![false], None));
    }
    desk.press("w");
    assert!(desk.shown().is_empty());
    desk.list(
        all(&instance_statuses::INFO),
        records((0..11_000).map(|n| status(n, if n == 10_500 { 2 } else { 3 })).collect()),
    );
    assert_eq!(desk.shown(), ["i-10500"]);
    assert_eq!(desk.state.beside(&desk.store).as_deref(), Some("loading alarms of instances"));
}

#[test]
fn the_heading_sums_up_what_comes_beside_the_rows_at_once_where_they_are_few_and_after_a_while_where_they_are_many() {
    use crate::kinds::ec2::{instance_statuses, instances};
    let instance = |n: usize| row(&instances::INFO, &format!("i-{n:05}"), &format!("w{n:05}"), "running");
    let impaired = |n: usize| {
        row(&instance_statuses::INFO, &format!("i-{n:05}"), "", "running")
            .with(&instance_statuses::CHECKS, Value::ratio(2, 3))
    };
    let some = |n: usize| Coverage::Ids(Arc::new(vec![format!("i-{n:05}").into()]));
    let summed = |desk: &Desk| {
        let said = |t: &Trouble| (t.rows, t.word, t.at_least);
        desk.state.view.troubles.iter().map(said).collect::<Vec<_>>()
    };
    let mut desk = real("instances");
    desk.list(all(&instances::INFO), records((0..9).map(instance).collect()));
    assert!(summed(&desk).is_empty());
    desk.batch(all(&instance_statuses::INFO), some(3), records(vec![impaired(3)]), Outcome::Done);
    assert_eq!(summed(&desk), [(1, "impaired", true)]);
    desk.list(all(&instance_statuses::INFO), records(vec![impaired(3)]));
    assert_eq!(summed(&desk), [(1, "impaired", false)], "nothing has changed but that this is all");
    let mut desk = real("instances");
    desk.list(all(&instances::INFO), records((0..2).map(instance).collect()));
    for n in 0..2 {
        desk.batch(all(&instance_statuses::INFO), some(n), records(vec![impaired(n)]), Outcome::Done);
    }
    assert_eq!(summed(&desk), [(2, "impaired", false)], "each was asked for by its id");

    // The same while an order is on its way that was made of less.
    let mut desk = real("instances");
    desk.list(all(&instances::INFO), records((0..9).map(instance).collect()));
    let apply = |desk: &mut Desk, coverage: Coverage| {
        desk.seq += 1;
        let rows = records(vec![impaired(3)]);
        let (table, seq, asked) = (all(&instance_statuses::INFO), desk.seq, desk.now);
        let delta = desk.store.apply(Batch { table, seq, asked, coverage, rows, outcome: Outcome::Done }, desk.now);
        desk.event(Event::Applied(delta, asked));
    };
    apply(&mut desk, some(3));
    let wish = desk.out.iter().position(|e| matches!(e, Effect::Index(_))).expect("an order is asked for");
    let wish = desk.out.remove(wish);
    let made = desk.answer(&wish);
    let began = desk.seq + 1;
    apply(&mut desk, Coverage::Sweep { began });
    desk.event(Event::Indexed(made)).settle();
    assert_eq!(summed(&desk), [(1, "impaired", false)]);

    let mut desk = real("instances");
    desk.list(all(&instances::INFO), records((0..3_000).map(instance).collect()));
    desk.asked();
    for n in 0..20 {
        desk.batch(all(&instance_statuses::INFO), some(n), records(vec![impaired(n)]), Outcome::Done);
    }
    assert!(summed(&desk).is_empty(), "a table of many rows is not sorted anew for each page that one scrolls by");
    desk.wait(Duration::from_millis(1_100));
    assert_eq!(summed(&desk), [(20, "impaired", true)]);
}

#[test]
fn what_changed_is_told_once_where_two_profiles_list_one_account() {
    let mut desk = Desk::filled(2, |s| {
        let mut other = s.profiles[0].clone();
        other.name = "dev".into();
        s.profiles.push(other);
    });
    desk.event(Event::Identity("dev".into(), Ok(identity("111122223333", 1))));
    let dev = TableKey::all(Scope::region("dev", "seoul"), Kind(&THINGS));
    let of = |state: &str| vec![thing("t0", "thing-0", state, 0), thing("t1", "thing-1", "running", 1)];
    for state in ["running", "stopping"] {
        desk.list(things(), of(state)).list(dev.clone(), of(state));
    }
    desk.line("changes");
    let Overlay::Menu(menu) = desk.top() else { panic!("no list") };
    let said: Vec<&str> = menu.items.iter().map(|i| i.detail.as_str()).collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("state running → stopping"), "{said:?}");
}
