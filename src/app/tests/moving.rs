use super::*;
use crate::app::hidden_sentence;
use crate::app::state::Focus;

#[test]
fn keys_are_answered_before_any_row_has_come() {
    let mut desk = Desk::empty(|_| {});
    desk.press("j k g G ctrl-d pgup space M d tab tab enter esc a s esc o esc l m esc y Y r [ ] S left right");
    assert!(desk.state.overlays.is_empty());
    desk.press("? esc : esc / esc");
    assert!(desk.state.overlays.is_empty());
}

#[test]
fn the_cursor_stops_at_both_ends() {
    let mut desk = Desk::with(3);
    assert_eq!(desk.press("k k").cursor(), "t0");
    assert_eq!(desk.press("j j j j j").cursor(), "t2");
    assert_eq!(desk.press("g").cursor(), "t0");
    assert_eq!(desk.press("G").cursor(), "t2");
    assert_eq!(desk.press("pgup").cursor(), "t0");
}

#[test]
fn a_page_down_takes_the_screen_along_and_the_cursor_stays_on_it() {
    let mut desk = Desk::with(200);
    desk.press("pgdn pgdn");
    let (at, top, rows) = (desk.state.view.at, desk.state.view.top, desk.state.areas().rows());
    assert!(at >= rows && top <= at && at < top + rows, "{at} {top} {rows}");
    desk.press("G");
    assert_eq!(desk.state.visible().len(), rows);
}

#[test]
fn selection_marks_and_scroll_survive_a_refresh_by_identity() {
    let mut desk = Desk::with(100);
    desk.press("ctrl-d ctrl-d j space");
    let (cursor, marked) = (desk.cursor().to_string(), desk.state.view.marks.clone());
    let line = desk.state.view.at - desk.state.view.top;
    let mut rows: Vec<_> = (0..100).map(|i| thing(&format!("t{i}"), &format!("thing-{i}"), "running", i)).collect();
    rows.extend((0..5).map(|i| thing(&format!("new{i}"), &format!("aaa-{i}"), "running", 1)));
    desk.list(things(), rows);
    assert_eq!(desk.cursor(), cursor);
    assert_eq!(desk.state.view.marks, marked);
    assert_eq!(desk.state.view.at - desk.state.view.top, line, "the row stays where it is on the screen");
    assert_eq!(desk.shown().len(), 105);
}

#[test]
fn until_it_was_moved_the_cursor_stays_on_the_first_row_while_pages_arrive() {
    let mut desk = Desk::empty(|_| {});
    let sweep = |began| Coverage::Sweep { began };
    desk.batch(things(), sweep(1), vec![thing("m", "m", "running", 1)], Outcome::More);
    assert_eq!(desk.cursor(), "m");
    desk.batch(things(), sweep(1), vec![thing("a", "a", "running", 1)], Outcome::More);
    assert_eq!((desk.cursor(), desk.state.view.at), ("a", 0));
    desk.press("j");
    desk.batch(things(), sweep(1), vec![thing("0", "0", "running", 1)], Outcome::Done);
    assert_eq!((desk.cursor(), desk.state.view.at), ("m", 2));
}

#[test]
fn a_cursor_on_a_row_that_is_gone_moves_to_the_nearest() {
    let mut desk = Desk::with(5);
    desk.press("j j");
    desk.wait(Duration::from_secs(60));
    let rows =
        |ids: &[i64]| ids.iter().map(|i| thing(&format!("t{i}"), &format!("thing-{i}"), "running", *i)).collect();
    desk.list(things(), rows(&[0, 1, 3, 4]));
    assert_eq!(desk.cursor(), "t2", "it lingers, marked gone");
    desk.wait(Duration::from_secs(31));
    desk.store.prune(desk.now);
    desk.list(things(), vec![thing("t0", "thing-0", "running", 7)]);
    assert_eq!(desk.cursor(), "t3");
}

#[test]
fn an_index_for_an_older_request_is_dropped() {
    let mut desk = Desk::with(3);
    desk.event(Event::Key("S".parse().unwrap(), START));
    let old = desk.asked().into_iter().find(|e| matches!(e, Effect::Index(_))).unwrap();
    let late = desk.answer(&old);
    desk.press("S");
    assert_eq!(desk.shown(), ["t0", "t1", "t2"]);
    desk.event(Event::Indexed(late));
    assert_eq!(desk.shown(), ["t0", "t1", "t2"]);
}

#[test]
fn changes_during_an_index_are_remembered_once() {
    let mut desk = Desk::with(3);
    let change = |desk: &mut Desk, size| {
        let batch = Batch {
            table: things(),
            seq: 1000 + size as u64,
            asked: desk.now,
            coverage: Coverage::Ids(Arc::default()),
            rows: vec![thing("t0", "thing-0", "running", size)],
            outcome: Outcome::Done,
        };
        let delta = desk.store.apply(batch, desk.now);
        desk.event(Event::Applied(delta, desk.now));
    };
    desk.asked();
    for size in 10..20 {
        change(&mut desk, size);
    }
    let out = desk.asked();
    let requests: Vec<_> = out.iter().filter(|e| matches!(e, Effect::Index(_))).collect();
    assert_eq!(requests.len(), 1);
    let answer = desk.answer(requests[0]);
    desk.event(Event::Indexed(answer));
    assert_eq!(desk.asked().iter().filter(|e| matches!(e, Effect::Index(_))).count(), 1);
}

#[test]
fn filter_and_sort_survive_a_refresh_and_a_hidden_mark_is_said() {
    let mut desk = Desk::with(20);
    desk.press("space space").line("sort size desc");
    desk.press("/").typed("name:thing-1*").press("enter");
    assert_eq!(desk.shown()[0], "t19");
    let rows = (0..21).map(|i| thing(&format!("t{i}"), &format!("thing-{i}"), "running", i)).collect();
    desk.list(things(), rows);
    assert_eq!((desk.shown()[0].as_str(), desk.shown().len()), ("t19", 11));
    assert_eq!(desk.state.view.hidden_marks, 1);
    assert_eq!(hidden_sentence(2), "2 marked rows are not shown");
    desk.press("a");
    let Overlay::Menu(menu) = desk.top() else { panic!() };
    assert_eq!(menu.title, "2 things (1 marked row is not shown)");
}

#[test]
fn escape_closes_one_layer_at_a_time() {
    let mut desk = Desk::with(5);
    desk.press("space /").typed("thing").press("enter d tab a ?");
    assert_eq!(desk.state.overlays.len(), 2);
    desk.press("esc esc");
    assert!(desk.state.overlays.is_empty() && desk.state.detail.open);
    desk.press("esc");
    assert_eq!((desk.state.focus, desk.state.detail.open), (Focus::Table, true));
    desk.press("esc");
    assert!(!desk.state.detail.open && !desk.state.view.query.is_empty());
    desk.press("esc");
    assert!(desk.state.view.query.is_empty() && desk.state.view.marks.len() == 1);
    desk.press("esc");
    assert!(desk.state.view.marks.is_empty());
}

#[test]
fn back_and_forward_keep_cursor_filter_and_marks() {
    let mut desk = Desk::with(10);
    desk.press("j j space /").typed("thing-").press("enter");
    let before = (desk.cursor().to_string(), desk.state.view.query.clone(), desk.state.view.marks.clone());
    desk.line("boxes");
    assert_eq!(desk.state.view.kind, Kind(&BOXES));
    desk.press("[");
    assert_eq!((desk.cursor().to_string(), desk.state.view.query.clone(), desk.state.view.marks.clone()), before);
    desk.press("]");
    assert_eq!(desk.state.view.kind, Kind(&BOXES));
    desk.press("]");
    assert_eq!(desk.notice(), "No later view.");
    desk.press("j");
    assert_eq!(desk.notice(), "No later view.", "nobody could have read it yet");
    desk.wait(Duration::from_secs(3));
    desk.press("j");
    assert_eq!(desk.notice(), "", "whoever goes on sees the keys again");
}

#[test]
fn the_detail_follows_the_cursor_after_a_pause_and_not_before() {
    let mut desk = Desk::with(5);
    desk.press("d j j");
    assert_eq!(desk.state.detail.row, Some(desk.key("t0")));
    desk.wait(Duration::from_millis(100));
    assert_eq!(desk.state.detail.row, Some(desk.key("t0")));
    desk.wait(Duration::from_millis(60));
    assert_eq!(desk.state.detail.row, Some(desk.key("t2")));
}

#[test]
fn enter_goes_into_what_a_row_holds_else_to_its_detail() {
    let mut desk = Desk::with(2);
    desk.press("enter");
    assert!(desk.state.detail.open);
    desk.press("esc esc").line("items");
    assert_eq!(desk.state.view.kind, Kind(&BOXES), "items are listed for one box at a time");
    let boxes = TableKey::all(Scope::account("prod"), Kind(&BOXES));
    let record =
        Record { kind: Kind(&BOXES), values: [Value::text("logs")].into(), ..(*thing("logs", "logs", "", 0)).clone() };
    desk.list(boxes, vec![Arc::new(record)]);
    desk.press("enter");
    assert_eq!(desk.state.view.tables, [TableKey::of(Scope::account("prod"), Kind(&ITEMS), "logs".into())]);
}

#[test]
fn a_kind_without_a_list_of_its_own_fans_out_over_its_parents() {
    let mut desk = Desk::with(3);
    desk.line("parts");
    assert_eq!(desk.state.view.tables.len(), 3);
    assert_eq!(desk.state.view.fan, Some((0, 3)));
    desk.list(TableKey::of(scope("seoul"), Kind(&PARTS), "t1".into()), vec![]);
    assert_eq!(desk.state.view.fan, Some((1, 3)));
    let rows = (0..4).map(|i| thing(&format!("t{i}"), &format!("thing-{i}"), "running", i)).collect();
    desk.list(things(), rows);
    assert_eq!(desk.state.view.fan, Some((1, 4)));
}

#[test]
fn two_profiles_of_one_account_are_joined_without_repetition() {
    let mut desk = Desk::filled(2, |s| {
        let mut other = s.profiles[0].clone();
        other.name = "ops".into();
        s.profiles.push(other);
    });
    let ops = TableKey::all(Scope::region("ops", "seoul"), Kind(&THINGS));
    desk.list(ops, vec![thing("t0", "thing-0", "running", 0)]);
    assert_eq!(desk.shown().len(), 3, "until the account is known they may be different");
    desk.event(Event::Identity("ops".into(), Ok(identity("111122223333", 7)))).settle();
    assert_eq!(desk.shown(), ["t0", "t1"]);
    assert_eq!(desk.state.joined(), (true, false));
}

#[test]
fn no_size_makes_a_key_panic() {
    let mut desk = Desk::with(50);
    for size in [(0, 0), (1, 1), (39, 7), (40, 8), (80, 24), (300, 3)] {
        desk.event(Event::Resize(size.0, size.1));
        desk.press(
            "j k G g pgdn pgup d m tab right left esc esc ? j G esc a j esc : tab esc / esc space M M o space J esc",
        );
    }
}

#[test]
fn chosen_columns_stay_chosen_for_the_kind() {
    let mut desk = Desk::with(2);
    desk.press("o j space esc").line("boxes").line("things");
    assert_eq!(desk.state.view.columns, [0, 2, 3, 4, 5]);
    desk.press("o").press("space j space j space j space j space");
    let Overlay::Menu(menu) = desk.top() else { panic!() };
    assert_eq!(menu.error.as_deref(), Some("At least one column has to stay."));
}

#[test]
fn a_row_whose_name_cannot_be_seen_is_called_by_its_id() {
    assert_eq!(thing("t7", "  ", "running", 1).label(), "t7");
    assert_eq!(thing("t7", " a", "running", 1).label(), " a");
}

#[test]
fn the_first_line_says_how_many_problems_there_are() {
    let warning = |text: &str| Message { at: START, level: Level::Warning, text: text.into() };
    let desk = Desk::empty(|s| s.messages = vec![warning("one"), warning("two"), warning("three")]);
    let first = desk.state.messages.iter().take(3).map(|m| m.text.as_str());
    assert!(first.eq(["one", "two", "three"]));
    assert_eq!(desk.notice(), "three (2 more in :messages)");
}

#[test]
fn table_and_detail_are_given_the_whole_screen_and_give_it_back() {
    let mut desk = Desk::with(100);
    let seen = |desk: &Desk| {
        let areas = desk.state.areas();
        (areas.table.map_or(0, |a| a.height), areas.detail.map_or(0, |a| a.height))
    };
    desk.press("z");
    assert_eq!((seen(&desk), desk.notice()), ((37, 0), "The table has the whole screen. The detail is closed."));
    desk.press("d");
    let both = seen(&desk);
    assert!(both.0 > 0 && both.1 > 0);
    desk.press("z");
    assert_eq!((seen(&desk), desk.state.focus), ((37, 0), Focus::Table));
    desk.press("tab");
    assert_eq!((seen(&desk), desk.state.focus), ((0, 37), Focus::Detail), "the other one has it then");
    desk.press("esc");
    assert_eq!(seen(&desk), both);
    desk.press("z d");
    assert!(!desk.state.detail.open && desk.state.whole.is_none(), "nothing is left behind");
}

#[test]
fn a_table_of_few_rows_leaves_its_lines_to_the_detail() {
    let mut desk = Desk::with(6);
    desk.press("d");
    assert_eq!(desk.state.areas().table.map(|a| a.height), Some(7));
    assert_eq!(desk.state.areas().detail_lines(), 28);
}
