//! Lines that name a row, and lines that were entered before what they speak of was there.

use super::*;

fn boxes() -> TableKey {
    TableKey::all(Scope::account("prod"), Kind(&BOXES))
}

fn a_box(id: &str, name: &str) -> Arc<Record> {
    Arc::new(Record {
        kind: Kind(&BOXES),
        state: None,
        values: [Value::text(name), Value::Unknown].into(),
        ..(*thing(id, name, "", 0)).clone()
    })
}

fn waits(desk: &Desk) -> &str {
    match desk.top() {
        Overlay::Palette(p) => p.waits.as_ref().map_or("", |w| w.text.as_str()),
        _ => panic!("no palette"),
    }
}

fn error(desk: &Desk) -> &str {
    match desk.top() {
        Overlay::Palette(p) => p.error.as_deref().unwrap_or_default(),
        _ => panic!("no palette"),
    }
}

#[test]
fn a_name_or_an_id_in_the_palette_goes_to_its_row() {
    let mut desk = Desk::with(200);
    desk.line("thing-150");
    assert_eq!((desk.cursor(), desk.state.back.len()), ("t150", 0), "the row is in the table that is seen");
    desk.line("boxes").line("t17");
    assert_eq!((desk.state.view.kind, desk.cursor(), desk.shown().len()), (Kind(&THINGS), "t17", 200));
    assert!(desk.state.view.top > 0, "it is on the screen");
    desk.press("j");
    assert_eq!(desk.cursor(), "t18", "and the cursor is free from there on");
}

#[test]
fn a_row_that_a_filter_hides_is_gone_to_without_it() {
    let mut desk = Desk::with(20);
    desk.press("/").typed("name:thing-1").press("enter").line("thing-7");
    assert_eq!((desk.cursor(), desk.shown().len(), desk.state.view.query.is_empty()), ("t7", 20, true));
    desk.press("[");
    assert_eq!(desk.state.view.query.text, "name:thing-1", "the filtered rows are one step back");
}

#[test]
fn several_rows_that_a_name_may_mean_are_listed_by_their_kinds() {
    let mut desk = Desk::with(12);
    desk.list(boxes(), vec![a_box("b1", "thing-1"), a_box("b2", "web")]);
    desk.line("thing-1");
    let Overlay::Menu(menu) = desk.top() else { panic!("no list") };
    let rows: Vec<(&str, &str, &str)> =
        menu.items.iter().map(|i| (i.group, i.label.as_str(), i.detail.as_str())).collect();
    assert_eq!(rows, [("Things", "thing-1", "running  t1"), ("Boxes", "thing-1", "b1")], "and not thing-10");
    desk.press("down enter");
    assert_eq!((desk.state.view.kind, desk.cursor()), (Kind(&BOXES), "b1"));
    desk.line("ING-1");
    let Overlay::Menu(menu) = desk.top() else { panic!("no list") };
    assert_eq!(menu.items.len(), 4, "a part of a name finds thing-1, thing-10, thing-11 and the box");
    desk.press("esc").line("we");
    assert_eq!(desk.cursor(), "b2", "a part that one row alone has goes to it");
}

#[test]
fn an_id_that_is_not_loaded_is_asked_for_by_itself_and_one_that_is_not_there_is_said() {
    let mut desk = Desk::empty(|_| {});
    desk.line("t-0123456789abcdef0");
    assert_eq!((desk.state.view.kind, desk.state.view.query.text.as_str()), (Kind(&THINGS), ""));
    desk.list(things(), vec![thing("t1", "one", "running", 1)]);
    assert_eq!(desk.notice(), "There is no thing t-0123456789abcdef0 here.");
    let mut desk = Desk::empty(|_| {});
    desk.line("boxes").line("t-0123456789abcdef0");
    desk.list(things(), vec![thing("t1", "one", "running", 1), thing("t-0123456789abcdef0", "two", "running", 1)]);
    assert_eq!(desk.cursor(), "t-0123456789abcdef0");
    desk.list(things(), vec![thing("t0", "a", "running", 1), thing("t-0123456789abcdef0", "two", "running", 1)]);
    assert_eq!(desk.cursor(), "t-0123456789abcdef0", "it stays there while rows come");
}

#[test]
fn a_move_before_the_row_is_there_keeps_the_cursor() {
    let mut desk = Desk::empty(|_| {});
    desk.line("boxes").line("t-0123456789abcdef0");
    let rows = || vec![thing("t1", "a", "running", 1), thing("t2", "b", "running", 1)];
    desk.batch(things(), Coverage::Sweep { began: 1 }, rows(), Outcome::More).press("j");
    let mut all = rows();
    all.push(thing("t-0123456789abcdef0", "c", "running", 1));
    desk.list(things(), all);
    assert_eq!(desk.cursor(), "t2");
}

#[test]
fn an_unknown_word_is_looked_for_in_every_kind_when_enter_is_pressed_again() {
    let mut desk = Desk::with(3);
    desk.line("crate-9");
    assert!(error(&desk).ends_with("Enter again looks for a row of that name."), "{}", error(&desk));
    desk.press("enter");
    assert_eq!(waits(&desk), "Looking for crate-9: 1 of 2 lists are here.");
    assert!(desk.state.watched.iter().any(|i| i.table == boxes()), "the other kinds are asked for");
    desk.list(boxes(), vec![a_box("b1", "crate-9")]);
    assert_eq!((desk.state.view.kind, desk.cursor(), desk.state.overlays.len()), (Kind(&BOXES), "b1", 0));
    desk.line("crate-8").press("enter");
    assert_eq!(error(&desk), "Nothing here is called crate-8.");
    desk.press("esc");
    assert!(!desk.state.watched.iter().any(|i| i.table == things()));
}

#[test]
fn three_letters_of_a_kind_go_there() {
    let mut desk = Desk::with(3);
    desk.line("boxes").line("thin state:running");
    assert_eq!((desk.state.view.kind, desk.shown().len()), (Kind(&THINGS), 3));
    desk.line("th");
    assert!(matches!(desk.top(), Overlay::Menu(_)), "fewer are a part of a name");
}

#[test]
fn a_kind_that_hangs_off_a_row_takes_the_row_by_name_or_id_and_by_itself_the_focused_one() {
    let mut desk = Desk::with(2);
    desk.list(boxes(), vec![a_box("b1", "left box"), a_box("b2", "right")]);
    let inside = |desk: &Desk| (desk.state.view.kind, desk.state.view.selector.clone());
    let of = |id: &str| (Kind(&ITEMS), Selector::Parent(id.into()));
    desk.line("items right");
    assert_eq!(inside(&desk), of("b2"));
    assert_eq!(desk.state.view.parent_label.as_deref(), Some("right"));
    desk.line("items \"left box\" whole>1");
    assert_eq!((inside(&desk), desk.state.view.query.text.as_str()), (of("b1"), "whole>1"));
    desk.line("boxes").line("items");
    assert_eq!(inside(&desk), of("b1"), "the focused box");
    desk.line("things").line("items");
    assert_eq!(desk.state.view.kind, Kind(&BOXES), "without one, it has to be chosen");
    assert!(desk.notice().ends_with("choose one and press enter."));
    desk.press(":").typed("items ri");
    let Overlay::Palette(p) = desk.top() else { panic!() };
    assert_eq!(p.items[0].text, "b2", "completed by name");
}

#[test]
fn a_parent_that_is_not_loaded_yet_is_waited_for() {
    let mut desk = Desk::with(2);
    desk.line("items right");
    assert_eq!(waits(&desk), "Reading boxes to find right.");
    assert!(desk.state.watched.iter().any(|i| i.table == boxes()));
    desk.list(boxes(), vec![a_box("b2", "right")]);
    assert_eq!((desk.state.view.selector.clone(), desk.state.overlays.len()), (Selector::Parent("b2".into()), 0));
}

#[test]
fn an_action_whose_rows_are_not_there_yet_goes_on_by_itself_and_escape_ends_that() {
    let mut desk = Desk::empty(|_| {});
    let rows = || vec![thing("t0", "a", "stopped", 1), thing("t1", "b", "running", 1)];
    desk.batch(things(), Coverage::Sweep { began: 1 }, rows(), Outcome::More);
    desk.line("link to=web");
    assert_eq!(waits(&desk), "Reading things.");
    assert_eq!(desk.state.overlays.len(), 1, "nothing is refused");
    desk.press("esc");
    let mut all = rows();
    all.push(thing("t9", "web", "running", 1));
    desk.list(things(), all.clone());
    assert!(desk.state.overlays.is_empty(), "it was cancelled");

    let mut desk = Desk::empty(|_| {});
    desk.batch(things(), Coverage::Sweep { began: 1 }, rows(), Outcome::More).press("j");
    desk.line("link to=web also=t0");
    desk.list(things(), all);
    match desk.top() {
        Overlay::Form(form) => {
            assert_eq!(form.on.rows[0].id, "t1", "what it was entered for");
            assert_eq!(form.values.text("to"), Some("t9"));
        }
        Overlay::Plan(plan) => assert_eq!(plan.on.rows[0].id, "t1"),
        _ => panic!("neither a form nor a plan"),
    }
}

#[test]
fn a_changed_line_waits_for_nothing() {
    let mut desk = Desk::empty(|_| {});
    desk.batch(things(), Coverage::Sweep { began: 1 }, vec![thing("t0", "a", "stopped", 1)], Outcome::More);
    desk.line("link to=web").typed("x");
    assert_eq!(waits(&desk), "");
    desk.list(things(), vec![thing("t0", "a", "stopped", 1), thing("t9", "web", "running", 1)]);
    assert!(matches!(desk.top(), Overlay::Palette(_)));
}
