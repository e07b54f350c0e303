//! Tests of finding rows: words, what is wrong, marks of many rows.

use super::*;
use crate::app::Tab;
use crate::config::Mode;
use crate::model::health::WORST;

/// Things called by their first word, with a state and a size.
fn named(rows: &[(&str, &str)]) -> Desk {
    let mut desk = Desk::with(0);
    let rows = rows.iter().enumerate().map(|(i, (name, state))| thing(&format!("t{i}"), name, state, i as i64));
    desk.list(things(), rows.collect());
    desk
}

fn marked(desk: &Desk) -> Vec<String> {
    let mut ids: Vec<String> = desk.state.view.marks.iter().map(|r| r.id.to_string()).collect();
    ids.sort();
    ids
}

fn said(desk: &Desk) -> String {
    desk.state.messages.back().map(|m| m.text.clone()).unwrap_or_default()
}

#[test]
fn what_is_called_so_comes_first_and_has_the_cursor_and_escape_goes_back_to_the_row_before() {
    let mut desk = named(&[("a", "web"), ("b", "running"), ("web-2", "running"), ("web-1", "stopped")]);
    desk.press("j");
    assert_eq!(desk.cursor(), "t1");
    desk.press("/").typed("web");
    assert_eq!(desk.shown(), ["t3", "t2", "t0"], "the state of the last one says so");
    assert_eq!((desk.cursor(), desk.state.view.at), ("t3", 0));
    desk.press("esc");
    assert_eq!((desk.cursor(), desk.shown().len()), ("t1", 4));
    desk.press("/").typed("web").press("enter j");
    desk.list(things(), vec![thing("t9", "aaa-web", "running", 1), thing("t2", "web-2", "running", 7)]);
    assert_eq!(desk.cursor(), "t2", "from then on it stays on its row");
}

#[test]
fn a_condition_without_words_leaves_the_cursor_where_it_is() {
    let mut desk = named(&[("a", "running"), ("b", "stopped"), ("c", "running")]);
    desk.press("G /").typed("state:running").press("enter");
    assert_eq!((desk.cursor(), desk.shown().len()), ("t2", 2));
}

#[test]
fn a_word_that_looks_like_another_tools_gets_a_hint_and_still_counts() {
    let mut desk = named(&[("web", "running")]);
    desk.press("/").typed("web.*");
    let Overlay::Filter(filter) = desk.top() else { panic!("no filter") };
    assert_eq!(
        (filter.error.as_deref(), filter.hint.as_deref()),
        (None, Some("There are no regular expressions here. * and ? work after a field: name:*web*."))
    );
    desk.press("enter");
    assert!(desk.shown().is_empty());
}

#[test]
fn one_key_shows_only_what_is_wrong_and_all_again() {
    let mut desk = named(&[("a", "running"), ("b", "impaired"), ("c", "stopped")]);
    desk.press("w");
    assert_eq!((desk.state.view.query.text.as_str(), desk.shown().join(" ")), ("is:bad", "t1".into()));
    desk.press("/").typed("a or c").press("enter");
    assert_eq!(desk.state.view.query.text, "is:bad a or c");
    desk.press("w");
    assert_eq!(desk.state.view.query.text, "a or c");
    desk.press("w w esc");
    assert_eq!(desk.shown().len(), 3);
}

#[test]
fn rows_are_sorted_by_what_is_wrong_with_them() {
    let mut desk = named(&[("a", "running"), ("b", "impaired"), ("c", "stopping"), ("d", "stopped")]);
    desk.line("sort worst");
    assert_eq!(desk.shown(), ["t1", "t2", "t0", "t3"]);
    desk.press("s");
    let Overlay::Menu(menu) = desk.top() else { panic!("no menu") };
    assert_eq!(menu.item().map(|i| i.label.as_str()), Some(WORST.title), "the cursor is on what it is sorted by");
    desk.press("enter");
    assert_eq!(desk.shown(), ["t3", "t0", "t2", "t1"]);
}

#[test]
fn a_range_follows_the_cursor_and_escape_takes_it_back() {
    let mut desk = Desk::with(6);
    desk.press("space v j j");
    assert_eq!(marked(&desk), ["t0", "t1", "t2", "t3"]);
    desk.press("k k k");
    assert_eq!(marked(&desk), ["t0", "t1"]);
    desk.press("esc");
    assert_eq!(marked(&desk), ["t0"], "what was marked before");
    desk.press("v j v G");
    assert_eq!(marked(&desk), ["t0", "t1"], "the range has ended");
    desk.press("*");
    assert_eq!(marked(&desk), ["t2", "t3", "t4", "t5"]);
    desk.press("* *");
    assert_eq!(marked(&desk), ["t2", "t3", "t4", "t5"]);
}

#[test]
fn a_range_is_never_larger_than_what_can_be_marked() {
    let mut desk = Desk::with(1200);
    desk.press("v G");
    assert_eq!(desk.state.view.marks.len(), 1000);
    assert!(said(&desk).contains("At most 1000"), "{}", said(&desk));
    desk.press("esc *");
    assert!(marked(&desk).is_empty() && said(&desk).contains("1200 are shown"), "{}", said(&desk));
}

#[test]
fn marks_go_by_a_query_and_the_filter_stays_what_it_was() {
    let mut desk = named(&[("a", "running"), ("b", "stopped"), ("c", "running")]);
    desk.press("j /").typed("state:stopped").press("enter");
    desk.line("mark state:running");
    assert_eq!(
        (marked(&desk), desk.shown().join(" "), desk.cursor()),
        (vec!["t0".into(), "t2".into()], "t1".into(), "t1")
    );
    assert_eq!(desk.state.view.hidden_marks, 2);
    desk.line("unmark a");
    assert_eq!(marked(&desk), ["t2"]);
    assert_eq!(said(&desk), "1 thing no longer marked.");
    desk.line("mark cpu>1");
    assert!(said(&desk).contains("costs money"), "{}", said(&desk));
}

#[test]
fn an_escape_right_after_a_dialogue_takes_no_mark_away() {
    let mut desk = Desk::with(3);
    desk.press("space s esc esc");
    assert_eq!(marked(&desk), ["t0"]);
    assert_eq!(said(&desk), "1 row stays marked: esc again takes the marks away.");
    desk.press("esc");
    assert!(marked(&desk).is_empty());
    desk.press("space s esc j esc");
    assert!(marked(&desk).is_empty(), "another key was pressed between");
}

#[test]
fn a_key_that_means_nothing_says_so_once() {
    let mut desk = Desk::with(3);
    desk.press("n");
    assert_eq!(said(&desk), "n is not bound here; ? shows the keys.");
    let before = desk.state.messages.len();
    desk.press("n n");
    assert_eq!(desk.state.messages.len(), before);
    desk.press("N");
    assert_eq!(said(&desk), "N is not bound here; ? shows the keys.");
}

#[test]
fn q_in_the_detail_closes_the_detail() {
    let mut desk = Desk::with(3);
    desk.press("d tab");
    assert!(!desk.press("q").asked().contains(&Effect::Quit));
    assert!(!desk.state.detail.open);
    assert!(desk.press("q").asked().contains(&Effect::Quit));
}

#[test]
fn an_action_is_chosen_by_its_letter_and_the_cursor_is_on_the_first_that_can_be_done() {
    let mut desk = named(&[("a", "stopped")]);
    desk.press("a");
    let Overlay::Menu(menu) = desk.top() else { panic!("no menu") };
    assert!(menu.item().is_some_and(|i| i.disabled.is_none()), "{:?}", menu.item());
    let letters: Vec<char> = menu.items.iter().filter_map(|i| i.letter).collect();
    let mut once = letters.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!((once.len(), letters.len()), (letters.len(), menu.items.len()), "{letters:?}");
    let rename =
        menu.items.iter().find(|i| i.value == MenuValue::Name("rename")).and_then(|i| i.letter).expect("a letter");
    desk.typed(&rename.to_string());
    assert!(matches!(desk.top(), Overlay::Form(form) if form.action.name == "rename"));
}

#[test]
fn a_character_whose_key_has_no_meaning_in_a_menu_narrows_it() {
    let mut desk = Desk::with(3);
    desk.press("o r");
    let Overlay::Menu(menu) = desk.top() else { panic!("no menu") };
    assert_eq!(menu.line.as_ref().map(|l| l.text().to_string()), Some("r".into()), "r refreshes elsewhere");
}

#[test]
fn vims_digits_count_and_its_pages_turn() {
    let mut desk = Desk::with(200);
    desk.state.keymap = Arc::new(Keymap::embedded("vim").expect("vim"));
    assert_eq!(desk.press("5 j").state.view.at, 5);
    assert_eq!(desk.press("2 k").state.view.at, 3);
    assert_eq!(desk.press("4 2 G").state.view.at, 41);
    assert_eq!(desk.press("1 0 g g").state.view.at, 9);
    assert_eq!(desk.press("3 : esc j").state.view.at, 10, "another key takes the count away");
    desk.press("g g ctrl-f ctrl-f");
    let two = desk.state.view.at;
    assert!(two > 0);
    assert_eq!(desk.press("ctrl-b ctrl-b 2 ctrl-f").state.view.at, two);
}

#[test]
fn a_text_is_searched_from_place_to_place_and_escape_stands_where_it_was() {
    let mut desk = Desk::with(3);
    desk.press("? /").typed("mark");
    assert_eq!(desk.state.mode(), Mode::Prompt);
    let at = |desk: &Desk| desk.state.search().map(|s| (s.text.clone(), s.at, s.offset));
    assert_eq!(at(&desk), Some(("mark".into(), Some(0), 0)));
    desk.press("enter n n N");
    assert_eq!((at(&desk), desk.state.mode()), (Some(("mark".into(), Some(1), 0)), Mode::Pager));
    desk.press("j j");
    assert_eq!(at(&desk), Some(("mark".into(), Some(1), 2)), "one goes on from there");
    desk.press("n");
    assert_eq!(at(&desk), Some(("mark".into(), Some(2), 0)));
    desk.press("g");
    assert_eq!(at(&desk).and_then(|(_, at, _)| at), None, "to an end, as without");
    desk.press("/").typed("x").press("esc");
    assert_eq!((at(&desk), desk.state.overlays.len()), (Some((String::new(), None, 0)), 1));
    desk.press("n");
    assert_eq!(said(&desk), "No search yet: / searches this text.");
    desk.press("esc").line("messages").press("/").typed("a");
    assert_eq!(at(&desk).and_then(|(_, at, _)| at), Some(-1), "the newest message");
}

#[test]
fn a_slash_in_the_detail_searches_a_text_and_filters_the_table_elsewhere() {
    let mut desk = Desk::with(3);
    desk.press("d tab /");
    assert!(matches!(desk.top(), Overlay::Filter(_)));
    desk.press("esc");
    desk.state.detail.tab = Tab::Changes;
    desk.press("/").typed("size");
    assert!(desk.state.overlays.is_empty());
    assert_eq!(desk.state.search().map(|s| s.text.as_str()), Some("size"));
    desk.press("enter right");
    assert_eq!(desk.state.search().map(|s| s.text.as_str()), Some(""), "another page is another text");
}
