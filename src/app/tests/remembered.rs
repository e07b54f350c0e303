//! What one start remembers for the next.

use super::*;
use crate::model::memory::{KindMemory, Memory};

/// What was to be kept last.
fn kept(desk: &mut Desk) -> Option<Memory> {
    desk.asked().into_iter().filter_map(|e| if let Effect::Remember(m) = e { Some(*m) } else { None }).next_back()
}

fn next_start(memory: &Memory, change: impl FnOnce(&mut Setup)) -> Desk {
    Desk::filled(4, |setup| {
        (setup.memory, setup.view) = (memory.clone(), None);
        change(setup);
    })
}

fn columns(desk: &Desk) -> Vec<&'static str> {
    desk.state.view.columns.iter().map(|i| desk.state.view.kind.fields.at(*i).name).collect()
}

#[test]
fn chosen_columns_and_order_hold_at_the_next_start_and_reset_goes_back() {
    let mut desk = Desk::with(4);
    desk.line("sort size desc").press("o space enter");
    let memory = kept(&mut desk).unwrap();
    let things = &memory.kinds["things"];
    assert_eq!(things.sort.as_deref(), Some("-size"));
    assert_eq!(things.columns.as_ref().unwrap()[0], "id");
    let mut desk = next_start(&memory, |_| {});
    assert_eq!((desk.shown()[0].as_str(), columns(&desk)[0], desk.state.view.chosen), ("t3", "id", true));
    desk.line("boxes").line("things");
    assert_eq!(desk.shown()[0], "t3", "and wherever the kind is shown");
    desk.line("reset");
    assert_eq!((desk.shown()[0].as_str(), columns(&desk)[0], desk.state.view.chosen), ("t0", "name", false));
    let memory = kept(&mut desk).unwrap().after(memory);
    assert!(!memory.kinds.contains_key("things"), "what was taken back does not come again");
}

#[test]
fn what_nobody_chose_is_not_remembered_and_no_paid_order_is() {
    let mut desk = Desk::with(4);
    desk.press("j j d d");
    assert!(kept(&mut desk).is_none_or(|m| m.kinds.is_empty()));
    desk.line("sort cpu desc").press("y");
    assert!(desk.state.view.sort.is_some_and(|s| desk.state.view.kind.fields.at(s.field).name == "cpu"));
    assert!(kept(&mut desk).is_none_or(|m| m.kinds.is_empty()));
    // Nor does a memory that somebody has edited make one pay.
    let paid = KindMemory { sort: Some("-cpu".into()), ..KindMemory::default() };
    let desk = next_start(&Memory { kinds: [("things".into(), paid)].into(), ..Memory::default() }, |_| {});
    assert_eq!(desk.shown()[0], "t0");
}

#[test]
fn the_settings_go_before_what_was_chosen_and_a_field_that_is_gone_is_left_out() {
    let of = |columns: &[&str], sort: &str| KindMemory {
        columns: Some(columns.iter().map(ToString::to_string).collect()),
        sort: Some(sort.into()),
        filters: Vec::new(),
    };
    let memory = Memory { kinds: [("things".into(), of(&["gone", "size"], "-gone"))].into(), ..Memory::default() };
    let desk = next_start(&memory, |_| {});
    assert_eq!((columns(&desk), desk.shown()[0].as_str(), desk.notice()), (vec!["size"], "t0", ""));
    let mut desk = next_start(&memory, |setup| drop(setup.columns.insert("things".into(), vec!["id".into()])));
    assert_eq!(columns(&desk), ["id"]);
    desk.press("o G space enter").line("reset");
    assert_eq!(columns(&desk), ["id"], "back to what the settings say");
}

#[test]
fn the_last_view_comes_again_without_its_filter_which_the_arrow_brings_back() {
    let mut desk = Desk::with(4);
    desk.press("/").typed("size>1").press("enter");
    let first = kept(&mut desk).unwrap();
    assert_eq!(first.last.as_ref().map(SavedView::line).as_deref(), Some("things size>1"));
    desk.line("boxes").press("/").typed("b").press("enter");
    let memory = kept(&mut desk).unwrap().after(first);
    let desk_2 = next_start(&memory, |_| {});
    assert_eq!((desk_2.state.view.kind.name, &*desk_2.state.view.query.text), ("boxes", ""));
    assert_eq!(desk_2.notice(), "All boxes are shown; last time: b. / and up bring it back.");
    let mut desk = next_start(&memory, |setup| setup.view = Some("things".into()));
    assert_eq!(
        (desk.state.view.kind.name, desk.shown().len(), desk.notice()),
        ("things", 4, ""),
        "VIEW goes before it"
    );
    desk.press("/ up");
    let Overlay::Filter(filter) = desk.top() else { panic!("no filter line") };
    assert_eq!(filter.line.text(), "size>1", "the kind's own, though another was entered later");
    desk.press("up");
    let Overlay::Filter(filter) = desk.top() else { panic!("no filter line") };
    assert_eq!(filter.line.text(), "b");
}

#[test]
fn a_last_view_that_costs_money_or_is_elsewhere_or_unknown_is_not_opened() {
    let last = |of: &str, parent: Option<&str>, region: &str| Memory {
        last: Some(SavedView {
            of: of.into(),
            parent: parent.map(|p| (p.into(), p.into())),
            places: parent.iter().map(|_| ("prod".to_string(), region.to_string())).collect(),
            ..SavedView::default()
        }),
        ..Memory::default()
    };
    let shown = |memory: &Memory| {
        let desk = next_start(memory, |_| {});
        (desk.state.view.kind.name, desk.state.view.selector.clone())
    };
    assert_eq!(shown(&last("items", Some("b1"), "seoul")), ("items", Selector::Parent("b1".into())));
    assert_eq!(shown(&last("items", Some("b1"), "tokyo")), ("boxes", Selector::All));
    assert_eq!(shown(&last("gone", None, "")), ("things", Selector::All));
    assert_eq!(shown(&last("thing-checks", None, "")), ("things", Selector::All));
    let mut desk = next_start(&last("overview", None, ""), |_| {});
    assert!(desk.state.board.is_some());
    desk.press("[");
    assert_eq!(desk.notice(), "No earlier view.");
}

#[test]
fn a_half_typed_filter_is_no_view_and_nothing_is_kept_twice() {
    let mut desk = Desk::with(4);
    desk.press("j");
    let first = kept(&mut desk).unwrap();
    assert_eq!(first.last.map(|l| l.query), Some(String::new()));
    desk.press("/").typed("size>1");
    assert_eq!(desk.shown().len(), 2);
    desk.press("esc j k");
    assert!(kept(&mut desk).is_none());
}
