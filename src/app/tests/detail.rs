//! The detail: its pages, its cursor, what is copied there and where one goes from there.

use std::sync::Arc;

use super::*;
use crate::app::Tab;
use crate::app::detail::pages::Entry;
use crate::app::state::Focus;
use crate::base::Scope;

/// A thing in two boxes, with a twin.
fn linked(id: &str, boxes: &[&str], twin: &str) -> Arc<Record> {
    let mut row = Record::clone(&thing(id, &format!("{id}-name"), "running", 1));
    let values: Vec<Value> = (0..6).map(|i| row.at(i).clone()).collect();
    let more = [Value::list(boxes.iter().map(|b| (*b).into())), Value::text(twin)];
    row.values = values.into_iter().chain(more).collect();
    Arc::new(row)
}

fn boxes() -> TableKey {
    TableKey::all(Scope::account("prod"), Kind(&BOXES))
}

fn a_box(name: &str) -> Arc<Record> {
    Arc::new(Record {
        kind: Kind(&BOXES),
        id: name.into(),
        name: name.into(),
        state: None,
        values: [Value::text(name), Value::Empty].into(),
        tags: Arc::default(),
    })
}

fn entry(desk: &Desk) -> Option<Entry> {
    let row = desk.state.detail.row.clone()?;
    let mut entries = desk.state.entries(&desk.store, &row, desk.state.tab(&desk.store));
    Some(entries.swap_remove(desk.state.detail_at(&entries)?))
}

fn copied(desk: &mut Desk) -> Option<String> {
    desk.asked().into_iter().find_map(|e| if let Effect::Copy(text) = e { Some(text) } else { None })
}

#[test]
fn left_and_right_turn_the_pages_of_the_detail_and_digits_go_to_them() {
    let mut desk = Desk::with(2);
    desk.press("d tab");
    let tab = |desk: &Desk| desk.state.tab(&desk.store);
    assert_eq!(tab(&desk), Tab::Overview);
    desk.press("right");
    assert_eq!(tab(&desk), Tab::Details);
    desk.press("3");
    assert_eq!(tab(&desk), Tab::Tags);
    desk.press("9");
    assert_eq!((tab(&desk), desk.notice()), (Tab::Tags, "There is no page 9: this detail has 6."));
    desk.press("left left left");
    assert_eq!(tab(&desk), Tab::Overview);
    desk.press("5");
    assert_eq!(tab(&desk), Tab::Links);
    desk.press("enter");
    assert_eq!(desk.state.view.kind, Kind(&BOXES));
}

#[test]
fn in_the_vim_keymap_digits_count_in_the_table_and_turn_pages_in_the_detail() {
    let mut desk = Desk::filled(9, |s| s.keymap = Arc::new(Keymap::embedded("vim").unwrap()));
    desk.press("3 j");
    assert_eq!(desk.cursor(), "t3");
    desk.press("d tab 4");
    assert_eq!((desk.state.tab(&desk.store), desk.state.count), (Tab::Changes, None));
}

#[test]
fn no_kind_has_more_than_seven_pages_and_every_field_with_a_heading_is_on_one() {
    let mut desk = Desk::empty(|s| s.registry = crate::kinds::registry::ALL);
    for def in crate::kinds::registry::ALL.kinds.iter().filter(|k| !k.info.side) {
        let kind = Kind(def.info);
        let table = TableKey::all(Scope::region("prod", "seoul"), kind);
        let mut row = Record::clone(&thing("i-0a1", "web", "running", 1));
        // Something in each field: no page is left out for want of a value.
        row.values = (0..kind.fields.len()).map(|_| Value::text("x=y")).collect();
        row.kind = kind;
        desk.list(table.clone(), vec![Arc::new(row)]);
        let row = RowKey { table, id: "i-0a1".into() };
        let tabs = desk.state.tabs(&desk.store, &row);
        assert!(tabs.len() <= 7 && tabs[0] == Tab::Overview, "{}: {tabs:?}", kind.name);
        let on_pages: usize = tabs
            .iter()
            .filter(|tab| **tab != Tab::Tags)
            .map(|tab| desk.state.entries(&desk.store, &row, *tab).len())
            .sum();
        let said = kind.iter().filter(|f| !f.section.is_empty() && f.ty != FieldType::Series).count();
        assert_eq!(on_pages, said, "{}", kind.name);
    }
}

#[test]
fn the_cursor_moves_through_the_fields_and_y_copies_the_whole_value() {
    let mut desk = Desk::with(0);
    desk.list(things(), vec![linked("t0", &["a", "b"], "t1")]).press("d tab");
    assert_eq!(entry(&desk), Some(Entry::Field(0)));
    desk.press("y");
    assert_eq!((copied(&mut desk).as_deref(), desk.notice()), (Some("t0-name"), "Copied Name: t0-name"));
    desk.press("j j j y");
    assert_eq!((copied(&mut desk).as_deref(), desk.notice()), (Some("1"), "Copied Size: 1"));
    desk.press("j y");
    assert_eq!((copied(&mut desk), desk.notice()), (None, "Checks has no value to copy."));
    desk.press("G y");
    assert_eq!((copied(&mut desk).as_deref(), desk.notice()), (Some("a\nb"), "Copied Boxes: 2 lines"));
    desk.press("g k");
    assert_eq!(entry(&desk), Some(Entry::Field(0)), "there is none before the first");
    desk.press("3 y");
    assert_eq!((copied(&mut desk).as_deref(), desk.notice()), (Some("prod"), "Copied Env: prod"));
    desk.press("Y enter");
    assert_eq!(copied(&mut desk).as_deref(), Some("t0"), "the row's id is one key further");
    desk.press("tab y");
    assert_eq!(copied(&mut desk).as_deref(), Some("t0"), "in the table nothing is different");
}

#[test]
fn the_cursor_stays_on_its_field_when_the_row_is_read_again() {
    let mut desk = Desk::with(0);
    let tagged = |tags: &[(&str, &str)]| {
        let mut row = Record::clone(&thing("t0", "one", "running", 1));
        row.tags = tags.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        vec![Arc::new(row)]
    };
    desk.list(things(), tagged(&[("App", "a"), ("Env", "prod"), ("Team", "x")])).press("d tab 3 j");
    assert_eq!(entry(&desk), Some(Entry::Tag("Env".into())));
    desk.list(things(), tagged(&[("App", "a"), ("Cost", "7"), ("Env", "dev"), ("Team", "x")]));
    assert_eq!(entry(&desk), Some(Entry::Tag("Env".into())), "whatever comes before it");
    desk.list(things(), tagged(&[("App", "a"), ("Cost", "7"), ("Team", "x")]));
    assert_eq!(entry(&desk), Some(Entry::Tag("Cost".into())), "what has gone leaves its place");
    desk.list(things(), tagged(&[("App", "a")]));
    assert_eq!(entry(&desk), Some(Entry::Tag("App".into())));
    desk.press("j k 1");
    assert_eq!(entry(&desk), Some(Entry::Field(0)));
}

#[test]
fn a_value_longer_than_the_page_is_read_line_by_line() {
    let mut desk = Desk::with(0);
    desk.event(Event::Resize(80, 12));
    let many: Vec<String> = (0..40).map(|i| format!("box-{i:03}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    desk.list(things(), vec![linked("t0", &many, "")]).press("d G");
    assert_eq!(entry(&desk), Some(Entry::Field(6)));
    assert!(desk.state.detail.scroll >= 33, "its last lines are seen: {}", desk.state.detail.scroll);
    let scroll = desk.state.detail.scroll;
    desk.press("k k");
    assert_eq!((entry(&desk), desk.state.detail.scroll), (Some(Entry::Field(6)), scroll - 2));
    desk.press("g");
    assert_eq!((entry(&desk), desk.state.detail.scroll), (Some(Entry::Field(0)), 0));
}

#[test]
fn enter_goes_to_the_row_that_a_field_names_and_a_list_is_chosen_from() {
    let mut desk = Desk::with(0);
    desk.list(boxes(), vec![a_box("a"), a_box("b")]);
    desk.list(things(), vec![linked("t0", &["a", "b"], "t1"), linked("t1", &["b"], "")]);
    desk.press("d tab 2 enter");
    assert_eq!((desk.cursor(), desk.state.focus), ("t1", Focus::Detail), "an id of its own kind");
    assert_eq!(desk.state.detail.row, Some(desk.key("t1")));
    desk.press("1 G enter");
    assert_eq!((desk.state.view.kind, desk.cursor()), (Kind(&BOXES), "b"), "the only box of it");
    desk.press("[ k d tab 1 G enter");
    let Overlay::Menu(menu) = desk.top() else { panic!("no menu") };
    assert_eq!(menu.items.iter().map(|i| i.label.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    desk.press("j enter");
    assert_eq!((desk.state.view.kind, desk.cursor()), (Kind(&BOXES), "b"));
}

#[test]
fn enter_on_a_field_that_names_nothing_is_the_list_of_links() {
    let mut desk = Desk::with(0);
    desk.list(things(), vec![linked("t0", &[], "elsewhere")]).press("d tab enter");
    assert!(matches!(desk.top(), Overlay::Menu(menu) if matches!(menu.kind, MenuKind::Links(_))));
    desk.press("esc 2 enter");
    assert_eq!((desk.state.view.kind, desk.state.overlays.len()), (Kind(&THINGS), 1), "what is no id leads nowhere");
}

#[test]
fn a_row_that_is_not_here_is_asked_for_by_what_names_it() {
    let mut desk = Desk::with(0);
    desk.list(things(), vec![linked("t0", &["away"], "")]).press("d tab G enter");
    assert_eq!((desk.state.view.kind, desk.state.view.query.text.as_str()), (Kind(&BOXES), "name=\"away\""));
}

#[test]
fn a_raw_answer_is_written_in_three_ways_and_copied_whole() {
    let text = |line: &str| RawText { title: "t".into(), lines: vec![line.into(), "end".into()] };
    let answer = |cli| RawAnswer { at: START, parts: vec![RawPart { came: text("<a/>"), cli }] };
    let mut desk = Desk::with(2);
    desk.press("d tab f");
    assert_eq!(desk.notice(), "Only a raw answer is written in several ways: go to the page raw.");
    let cli = Some([text("{}"), text("a: 1")]);
    desk.press("6").event(Event::Raw(things(), "t0".into(), Ok(answer(cli.clone()))));
    for shown in ["{}\nend", "a: 1\nend", "<a/>\nend", "{}\nend"] {
        desk.press("y");
        assert_eq!((copied(&mut desk).as_deref(), desk.notice()), (Some(shown), "Copied the raw answer: 2 lines"));
        desk.press("f");
    }
    desk.press("tab j tab").event(Event::Raw(things(), "t1".into(), Ok(answer(cli)))).press("y");
    assert_eq!(copied(&mut desk).as_deref(), Some("a: 1\nend"), "the way stays, also for another row");
    desk.press("tab k tab").event(Event::Raw(things(), "t0".into(), Ok(answer(None)))).press("y f");
    assert_eq!(copied(&mut desk).as_deref(), Some("<a/>\nend"));
    assert_eq!(desk.notice(), "There is one way only to write this answer.");
}
