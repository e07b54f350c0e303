//! Keys that the user's own files have lines of the palette on.

use super::*;
use crate::app::help::{self, HelpLine};
use crate::config::{self, Known, Mode, Overrides};

/// The keys of these settings.
fn keys(settings: &str) -> Arc<Keymap> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.toml");
    std::fs::write(&file, settings).unwrap();
    let paths = config::paths(Some((&file, "--config")));
    let (config, problems) = config::load(paths, &Overrides::default(), &Known::default());
    assert!(problems.iter().all(|p| p.note), "{problems:?}");
    Arc::new(config.keymap)
}

fn desk(settings: &str) -> Desk {
    Desk::filled(3, |setup| setup.keymap = keys(settings))
}

const KEYS: &str =
    "[keys]\n1 = \":boxes\"\n\"b s\" = \":stop\"\nx = \":things nme:1\"\nu = \":nothing\"\nw = \":sort size desc\"\n";

#[test]
fn a_key_does_its_line_as_if_it_had_been_typed() {
    let mut desk = desk(KEYS);
    desk.press("w");
    assert_eq!(desk.shown(), ["t2", "t1", "t0"], "the key's own meaning gave way");
    desk.press("1");
    assert_eq!(desk.state.view.kind.name, "boxes");
    desk.press("[").press("? 1");
    assert_eq!((desk.state.view.kind.name, desk.state.overlays.len()), ("boxes", 0), "from a page one goes, too");
}

#[test]
fn a_digit_of_ones_own_works_in_the_table_and_turns_pages_in_the_detail_all_the_same() {
    let mut desk = desk(KEYS);
    desk.press("d tab 2 1");
    assert_eq!((desk.state.tab(&desk.store), desk.state.view.kind.name), (crate::app::Tab::Overview, "things"));
    desk.press("tab 1");
    assert_eq!(desk.state.view.kind.name, "boxes");
}

#[test]
fn an_action_on_a_key_is_its_form_or_its_plan_and_nothing_is_sent() {
    let mut desk = desk(KEYS);
    desk.press("b s");
    assert!(matches!(desk.top(), Overlay::Form(_) | Overlay::Plan(_)));
    assert_eq!(carried(&desk.asked()), 0);
    // In a dialogue the keys are the dialogue's.
    desk.press("1");
    assert_eq!(desk.state.view.kind.name, "things");
}

#[test]
fn in_a_read_only_console_a_key_says_what_the_palette_says() {
    let blocked = |read_only: bool, typed: bool| {
        let mut desk = Desk::filled(3, |setup| (setup.keymap, setup.read_only) = (keys(KEYS), read_only));
        if typed {
            desk.line("stop")
        } else {
            desk.press("b s")
        };
        let blocked = desk.dialog().blocked.clone();
        desk.press("enter");
        assert_eq!(carried(&desk.asked()), 0);
        blocked
    };
    assert_eq!(blocked(true, false), blocked(true, true));
    assert!(blocked(true, false).is_some() && blocked(false, false).is_none());
}

#[test]
fn a_line_that_cannot_be_read_is_said_with_the_line() {
    let mut desk = desk(KEYS);
    desk.press("x");
    assert!(desk.notice().starts_with(":things nme:1: ") && desk.notice().contains("nme"), "{}", desk.notice());
    desk.press("u");
    assert!(desk.notice().starts_with(":nothing: There is no kind"), "{}", desk.notice());
    assert_eq!(desk.state.view.kind.name, "things");
}

#[test]
fn in_a_menu_the_letter_is_typed() {
    let mut desk = desk(KEYS);
    desk.press("s x");
    let Overlay::Menu(menu) = desk.top() else { panic!("no menu") };
    assert_eq!(menu.line.as_ref().map(|l| l.text()), Some("x"));
}

#[test]
fn a_digit_of_ones_own_goes_before_a_count_and_is_a_digit_within_one() {
    let mut desk = Desk::filled(30, |setup| setup.keymap = keys(&format!("keymap = \"vim\"\n{KEYS}")));
    desk.press("2 1 G");
    assert_eq!(desk.shown()[desk.state.view.at], desk.state.view.cursor.as_ref().unwrap().id);
    assert_eq!((desk.state.view.kind.name, desk.state.view.at), ("things", 20), "line 21");
    desk.press("1");
    assert_eq!(desk.state.view.kind.name, "boxes");
}

#[test]
fn what_the_detail_and_pages_have_of_their_own_stays() {
    let map = keys("[keys]\nn = \":boxes\"\nu = \":boxes\"\nm = \":things\"\n");
    let command = |mode, key: &str| match map.step(mode, &[key.parse().unwrap()]) {
        crate::config::Step::Command(command) => command.to_string(),
        _ => String::new(),
    };
    assert_eq!([Mode::Table, Mode::Board].map(|m| command(m, "n")), [":boxes", ":boxes"]);
    assert_eq!([Mode::Detail, Mode::Pager].map(|m| command(m, "n")), ["search-next", "search-next"]);
    assert_eq!([Mode::Detail, Mode::Pager].map(|m| command(m, "u")), [":boxes", ":boxes"]);
    assert_eq!([Mode::Menu, Mode::Plan, Mode::Form, Mode::Palette].map(|m| command(m, "u")), [""; 4]);
}

#[test]
fn an_alias_is_its_line_and_what_is_typed_after_it_comes_after_it() {
    let aliases = || [("big", "things size>1"), ("halt", "stop")].map(|(a, b)| (a.into(), b.into())).into();
    let mut desk = Desk::filled(4, |setup| {
        setup.aliases = aliases();
        setup.keymap = keys("[keys]\n1 = \":big\"\n");
    });
    desk.line("big");
    assert_eq!(desk.shown(), ["t2", "t3"]);
    desk.line("big name:3");
    assert_eq!((desk.shown(), &*desk.state.view.query.text), (vec!["t3".into()], "size>1 name:3"));
    desk.press("1");
    assert_eq!(desk.shown(), ["t2", "t3"]);
    desk.press(":").typed("bi");
    let Overlay::Palette(palette) = desk.top() else { panic!("no palette") };
    assert_eq!(
        (palette.items[0].text.as_str(), palette.items[0].what, palette.items[0].doc.as_str()),
        ("big", "alias", "things size>1")
    );
    desk.typed("g si");
    let Overlay::Palette(palette) = desk.top() else { panic!("no palette") };
    assert_eq!(palette.items[0].text, "size:", "fields of what it stands for");
    desk.press("esc").line("halt");
    assert_eq!(desk.dialog().plan.action, "stop");
    desk.press("esc ?");
    let lines = help::lines(&desk.state);
    let halt = HelpLine::Entry { keys: ":halt".into(), name: "", doc: ":stop".into() };
    assert!(lines.iter().position(|l| *l == halt).is_some_and(|at| at < 8));
}

#[test]
fn help_begins_with_ones_own_keys_and_says_what_they_hide() {
    let desk = desk(KEYS);
    let lines = help::lines(&desk.state);
    assert_eq!(lines[0], HelpLine::Heading("Your own keys".into()));
    let entry = |keys: &str| {
        let of = |l: &HelpLine| match l {
            HelpLine::Entry { keys: k, doc, .. } if k == keys => Some(doc.to_string()),
            _ => None,
        };
        lines.iter().find_map(of).unwrap()
    };
    assert_eq!(entry("1"), ":boxes");
    assert_eq!(entry("w"), ":sort size desc  Hides w (only-wrong).");
}
