//! How many rows links lead to, how the worst of them is, and what is asked for to know it.

use std::sync::Arc;

use super::*;
use crate::app::links::Count;
use crate::app::state::Focus;
use crate::base::Scope;

fn boxes() -> TableKey {
    TableKey::all(Scope::account("prod"), Kind(&BOXES))
}

fn a_box(name: &str, whole: Value) -> Arc<Record> {
    Arc::new(Record {
        kind: Kind(&BOXES),
        id: name.into(),
        name: name.into(),
        state: None,
        values: [Value::text(name), whole].into(),
        tags: Arc::default(),
    })
}

/// The counts of the links of a row, as they are said.
fn counts(desk: &Desk, id: &str) -> Vec<Option<String>> {
    desk.state.link_counts(&desk.key(id)).iter().map(|c| c.as_ref().map(Count::text)).collect()
}

fn is_watched(desk: &mut Desk, table: &TableKey) -> bool {
    let last =
        desk.asked().into_iter().filter_map(|e| if let Effect::Watch(all) = e { Some(all) } else { None }).last();
    last.is_some_and(|all| all.iter().any(|i| i.table == *table))
}

#[test]
fn links_are_counted_while_they_are_seen_and_nothing_is_claimed_before_all_rows_are_here() {
    let mut desk = Desk::with(2);
    desk.press("d tab");
    assert!(!is_watched(&mut desk, &boxes()), "the first page asks for nothing more");
    assert_eq!(counts(&desk, "t0"), []);
    desk.press("5");
    assert!(is_watched(&mut desk, &boxes()));
    assert_eq!(counts(&desk, "t0"), [None, Some("1".into())], "of boxes nothing is known yet");
    let rows = vec![a_box("a", Value::ratio(3, 3)), a_box("b", Value::ratio(1, 3)), a_box("c", Value::ratio(0, 3))];
    desk.batch(boxes(), Coverage::Sweep { began: 1 }, rows.clone(), Outcome::More);
    assert_eq!(counts(&desk, "t0")[0], None, "more may come");
    desk.list(boxes(), rows);
    assert_eq!(counts(&desk, "t0")[0].as_deref(), Some("3, 2 with problems"));
    desk.list(boxes(), vec![a_box("b", Value::ratio(1, 3))]);
    assert_eq!(counts(&desk, "t0")[0].as_deref(), Some("1, with a problem"));
    desk.list(boxes(), vec![]);
    assert_eq!(counts(&desk, "t0")[0].as_deref(), Some("none"));
    desk.press("1");
    assert!(!is_watched(&mut desk, &boxes()), "nobody looks any more");
    assert_eq!(counts(&desk, "t0"), []);
}

#[test]
fn the_worst_state_is_said_in_the_rows_own_word() {
    let mut desk = Desk::with(0);
    let all = |states: &[&str]| {
        states.iter().enumerate().map(|(i, s)| thing(&format!("t{i}"), "same", s, 1)).collect::<Vec<_>>()
    };
    desk.list(things(), all(&["running", "stopping", "stopping"])).press("d tab 5");
    assert_eq!(counts(&desk, "t0")[1].as_deref(), Some("3, 2 stopping"));
    desk.list(things(), all(&["running", "stopping", "impaired"]));
    assert_eq!(counts(&desk, "t0")[1].as_deref(), Some("3, 1 impaired"));
}

#[test]
fn a_link_to_one_row_goes_to_the_row_and_one_to_none_is_dim_and_still_leads_there() {
    let mut desk = Desk::with(3);
    desk.list(boxes(), vec![a_box("a", Value::Empty)]);
    desk.press("j d tab 5 enter");
    assert_eq!((desk.state.view.kind, desk.cursor()), (Kind(&BOXES), "a"));
    assert_eq!(desk.state.focus, Focus::Detail, "who reads the detail goes on reading it");
    assert_eq!(desk.state.detail.row.as_ref().map(|r| r.id.as_str()), Some("a"));
    desk.press("[ l");
    let Overlay::Menu(menu) = desk.top() else { panic!("no menu") };
    assert_eq!(menu.items[0].detail, "1  (boxes)");
    assert!(!menu.items[0].dim);
    desk.press("y");
    assert!(desk.asked().contains(&Effect::Copy("boxes".into())), "as the palette takes it");
    desk.list(boxes(), vec![]);
    let Overlay::Menu(menu) = desk.top() else { panic!("no menu") };
    assert!(menu.items[0].dim && menu.items[0].detail == "none  (boxes)", "the menu follows what is known");
    desk.press("enter");
    assert_eq!(desk.state.view.kind, Kind(&BOXES));
}
