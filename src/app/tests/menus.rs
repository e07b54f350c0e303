//! Tests of menus: what is typed narrows them.

use super::*;
use crate::config::Mode;

fn shown(desk: &mut Desk) -> Vec<String> {
    let Overlay::Menu(menu) = desk.top() else { panic!("no menu") };
    menu.shown().into_iter().map(|i| menu.items[i].label.clone()).collect()
}

#[test]
fn typing_narrows_a_menu_and_the_best_is_chosen() {
    let mut desk = Desk::with(3);
    desk.press("s");
    let all = shown(&mut desk);
    desk.press("/").typed("siz");
    assert_eq!((shown(&mut desk), desk.state.mode()), (vec!["SIZE".to_string()], Mode::MenuLine));
    desk.press("esc");
    assert_eq!((shown(&mut desk), desk.state.mode()), (all, Mode::Menu), "the line alone is gone");
    let Overlay::Menu(menu) = desk.top() else { panic!() };
    assert_eq!(menu.item().map(|i| i.label.as_str()), Some("SIZE"), "what was found stays chosen");
    desk.press("/").typed("siz").press("enter");
    assert!(desk.state.overlays.is_empty());
    assert_eq!(desk.state.view.sort.map(|s| desk.state.view.kind.fields.at(s.field).name), Some("size"));
}

#[test]
fn a_letter_that_is_no_key_of_the_menu_begins_to_narrow_it() {
    let mut desk = Desk::with(3);
    desk.press("s").typed("size").press("enter");
    assert_eq!(desk.state.view.sort.map(|s| desk.state.view.kind.fields.at(s.field).name), Some("size"));
}

#[test]
fn what_nothing_is_called_is_said_and_the_menu_stays() {
    let mut desk = Desk::with(3);
    desk.press("s /").typed("zzz").press("enter");
    let Overlay::Menu(menu) = desk.top() else { panic!("the menu is gone") };
    assert_eq!((menu.shown().len(), menu.error.as_deref()), (0, Some("Nothing matches.")));
    // Every key in it is harmless, also where nothing is shown.
    desk.press("down up pgdn pgup backspace backspace backspace esc esc");
    assert!(desk.state.overlays.is_empty());
}

#[test]
fn a_column_that_was_found_is_switched_in_the_whole_list() {
    let mut desk = Desk::with(3);
    desk.press("o /").typed("siz").press("enter");
    let Overlay::Menu(menu) = desk.top() else { panic!("the chooser is gone") };
    assert_eq!((menu.item().map(|i| i.label.as_str()), menu.line.is_none()), (Some("SIZE"), true));
    let before = menu.item().and_then(|i| i.checked);
    desk.press("space");
    let Overlay::Menu(menu) = desk.top() else { panic!("the chooser is gone") };
    assert_eq!(menu.item().and_then(|i| i.checked), before.map(|on| !on));
}

#[test]
fn actions_stand_in_their_groups_and_a_groups_name_narrows_the_menu_to_it() {
    let mut desk = Desk::with(3);
    desk.press("a");
    let Overlay::Menu(menu) = desk.top() else { panic!("no menu") };
    let groups: Vec<&str> = menu.items.iter().map(|i| i.group).collect();
    assert!(groups.contains(&"State") && groups.contains(&"Delete"), "{groups:?}");
    let mut seen: Vec<&str> = groups.clone();
    seen.dedup();
    let together = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), together, "each heading stands once: {groups:?}");
    let deletes = groups.iter().filter(|g| **g == "Delete").count();
    desk.press("/").typed("delete");
    assert_eq!(shown(&mut desk).len(), deletes);
}
