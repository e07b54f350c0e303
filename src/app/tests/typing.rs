use super::*;

fn error(desk: &Desk) -> String {
    match desk.top() {
        Overlay::Palette(p) => p.error.clone().unwrap_or_default(),
        Overlay::Filter(f) => f.error.clone().unwrap_or_default(),
        _ => panic!("neither palette nor filter"),
    }
}

fn text(desk: &Desk) -> String {
    match desk.top() {
        Overlay::Palette(p) => p.line.text().into(),
        Overlay::Filter(f) => f.line.text().into(),
        _ => panic!("neither palette nor filter"),
    }
}

fn items(desk: &Desk) -> Vec<&str> {
    match desk.top() {
        Overlay::Palette(p) => p.items.iter().map(|i| i.text.as_str()).collect(),
        Overlay::Filter(f) => f.items.iter().map(|i| i.text.as_str()).collect(),
        _ => panic!("neither palette nor filter"),
    }
}

#[test]
fn a_palette_line_that_cannot_be_read_stays_with_the_nearest_valid_word() {
    let mut desk = Desk::with(2);
    // What a form looks at is here: nothing is waited for.
    desk.list(TableKey::all(Scope::account("prod"), Kind(&BOXES)), Vec::new());
    for (line, sentence) in [
        ("thingz", "There is no kind, action or command thingz. Did you mean things?"),
        ("things stat:running", "Things have no field stat. Did you mean state?"),
        ("stop forse", "Stop has no argument forse. Did you mean force?"),
        ("sort siz", "Things have no field siz. Did you mean size?"),
        ("rename how=quick", "how cannot be quick."),
        ("help me", "help takes no arguments: remove me."),
        ("thing-metrics", "There is no kind, action or command thing-metrics."),
    ] {
        desk.line(line);
        assert!(error(&desk).starts_with(sentence), "{line}: {}", error(&desk));
        assert_eq!(text(&desk), line);
        desk.press("esc");
        assert!(desk.state.overlays.is_empty());
    }
    desk.line("boxes").line("stop");
    assert_eq!(error(&desk), "stop works on things; these are boxes.");
}

#[test]
fn an_alias_and_a_query_go_there() {
    let mut desk = Desk::with(20);
    desk.line("boxes").line("t name:thing-1*");
    assert_eq!(desk.state.view.kind, Kind(&THINGS));
    assert_eq!(desk.shown().len(), 11);
}

#[test]
fn completion_ranks_what_begins_with_the_word_first_and_tab_goes_through_it() {
    let mut desk = Desk::with(2);
    desk.press(":").typed("s");
    assert_eq!(items(&desk)[0], "stop");
    desk.press("ctrl-u").typed("thi").press("tab");
    assert_eq!(text(&desk), "things");
    desk.typed(" st");
    assert_eq!(items(&desk)[0], "state:");
    desk.press("tab").typed("run");
    assert_eq!(items(&desk), ["running"]);
    desk.press("tab enter");
    assert_eq!(desk.state.view.query.text, "state:running");
}

#[test]
fn tags_and_arguments_are_completed_from_what_is_there() {
    let mut desk = Desk::with(2);
    desk.press("/").typed("tag:");
    assert_eq!(items(&desk), ["Env"]);
    desk.typed("Env=");
    assert_eq!(items(&desk), ["Env=prod"]);
    desk.press("esc :").typed("rename how");
    assert_eq!(items(&desk), ["how=slow", "how=fast", "how=never"]);
}

#[test]
fn completion_says_that_a_ratio_is_compared_by_its_count_or_by_its_share() {
    let mut desk = Desk::with(2);
    desk.line("boxes").press("/").typed("who");
    let Some(Overlay::Filter(f)) = desk.state.overlays.last() else { panic!("no filter") };
    assert_eq!(
        (f.items[0].text.as_str(), f.items[0].doc.as_str()),
        ("whole:", "Whole ones, of all. whole<3 is a count, whole<60% and whole=2/3 are shares.")
    );
    desk.typed("le<");
    assert_eq!(items(&desk), ["3", "60%"]);
    desk.typed("4");
    assert_eq!(items(&desk), ["4", "4%"]);
    desk.press("tab tab enter");
    assert_eq!(desk.state.view.query.text, "whole<4%");
}

#[test]
fn completing_in_the_middle_of_a_line_keeps_its_end() {
    let mut desk = Desk::with(2);
    desk.press("/").typed("sta size>1").press("left left left left left left left tab");
    assert_eq!(text(&desk), "state: size>1");
}

#[test]
fn the_table_follows_the_filter_line_and_escape_brings_the_old_filter_back() {
    let mut desk = Desk::with(20);
    desk.press("/").typed("name:thing-1").press("enter").press("/").typed("size>15");
    assert_eq!(desk.shown().len(), 4);
    desk.typed(" siz>");
    assert_eq!(desk.shown().len(), 4, "a line that cannot be read yet changes nothing");
    assert_eq!(error(&desk), "Things have no field siz. Did you mean size?");
    desk.press("enter");
    assert!(text(&desk).ends_with("siz>"), "it stays for editing");
    desk.press("esc");
    assert_eq!(desk.state.view.query.text, "name:thing-1");
    assert_eq!(desk.shown().len(), 11);
}

#[test]
fn a_filter_on_a_paid_value_says_what_it_costs_and_asks_first() {
    let mut desk = Desk::with(1000);
    desk.press("/").typed("cpu>80");
    assert!(desk.state.view.query.is_empty(), "nothing is asked for while it is typed");
    desk.press("enter");
    let Overlay::Sure(sure) = desk.top() else { panic!() };
    assert!(
        sure.lines[1].contains("For 1000 things that is 12000 metrics an hour: about $0.12 an hour"),
        "{:?}",
        sure.lines
    );
    desk.press("n");
    assert!(desk.state.view.query.is_empty());
    desk.press("/").typed("cpu>80 size>990").press("enter y");
    assert_eq!(desk.state.view.query.text, "cpu>80 size>990");
    let metrics = TableKey::all(scope("seoul"), Kind(&METRIC_KIND));
    let interest = desk.state.watched.iter().find(|i| i.table == metrics).expect("the metrics are watched");
    assert_eq!(interest.ids.as_ref().unwrap().len(), 9, "those that match otherwise");
    desk.press("/ ctrl-u").typed("cpu>70").press("enter");
    assert_eq!(desk.state.view.query.text, "cpu>70", "asked once in a view");
}

#[test]
fn a_paid_sort_asks_too_and_unknown_values_come_last() {
    let mut desk = Desk::with(3);
    desk.line("sort cpu desc");
    assert!(matches!(desk.top(), Overlay::Sure(_)));
    desk.press("enter");
    let metrics = TableKey::all(scope("seoul"), Kind(&METRIC_KIND));
    let row = |id: &str, v: f64| {
        Arc::new(Record {
            kind: Kind(&METRIC_KIND),
            values: [Value::Float(v)].into(),
            ..(*thing(id, id, "", 0)).clone()
        })
    };
    desk.list(metrics, vec![row("t1", 5.0), row("t2", 50.0)]);
    assert_eq!(desk.shown(), ["t2", "t1", "t0"]);
}

#[test]
fn copy_takes_the_ids_of_the_marked_rows_and_the_menu_the_rest() {
    let mut desk = Desk::with(3);
    desk.press("y");
    assert!(desk.asked().contains(&Effect::Copy("t0".into())));
    desk.press("space space y");
    assert!(desk.asked().contains(&Effect::Copy("t0\nt1".into())));
    desk.press("Y j enter");
    assert!(desk.asked().contains(&Effect::Copy("thing-2".into())));
    let mut desk = Desk::with(0);
    desk.list(things(), vec![thing("t0\nrm -rf ~\n", "x\x1b[201~\n", "running", 0)]);
    desk.press("y Y j enter");
    let copied: Vec<Effect> = desk.asked().into_iter().filter(|e| matches!(e, Effect::Copy(_))).collect();
    let safe = ["t0␊rm -rf ~␊", "x␛[201~␊"].map(|t| Effect::Copy(t.into()));
    assert_eq!(copied, safe, "what is pasted into a shell is not obeyed by it");
}

#[test]
fn pasted_text_goes_into_the_line_and_is_never_read_as_keys() {
    let mut desk = Desk::with(3);
    desk.event(Event::Paste(Secret::new("qqjj".into())));
    assert_eq!(desk.cursor(), "t0");
    assert!(!desk.asked().contains(&Effect::Quit));
    desk.press("/");
    desk.event(Event::Paste(Secret::new("thing-2\n".into()))).settle();
    assert_eq!(text(&desk), "thing-2");
    assert_eq!(desk.shown(), ["t2"]);
}

#[test]
fn a_sequence_waits_for_its_next_key_and_a_wrong_one_drops_it() {
    let mut desk = Desk::filled(5, |s| s.keymap = Arc::new(Keymap::embedded("vim").unwrap()));
    desk.press("G g");
    assert_eq!(desk.cursor(), "t4");
    assert!(!desk.state.next_keys().is_empty());
    desk.press("g");
    assert_eq!(desk.cursor(), "t0");
    desk.press("j g esc j");
    assert_eq!((desk.cursor(), desk.state.pending.len()), ("t2", 0));
}

#[test]
fn help_lists_every_command_that_can_be_reached_and_hints_come_from_the_keymap() {
    let desk = Desk::with(1);
    let lines = crate::app::help::lines(&desk.state);
    // Digits are a count in the vim keymap alone.
    for c in crate::app::command::COMMANDS.iter().filter(|c| c.name != "count") {
        let there =
            lines.iter().any(|l| matches!(l, crate::app::help::HelpLine::Entry { name, .. } if *name == c.name));
        assert!(there, "{}", c.name);
    }
    let hints = crate::app::help::hints(&desk.state, &desk.store);
    assert_eq!((hints[0].key.as_str(), &*hints[0].title, hints[0].disabled), ("enter", "open", None));
    let empty = Desk::empty(|_| {});
    let hints = crate::app::help::hints(&empty.state, &empty.store);
    assert!(hints.iter().any(|h| h.title == "actions" && h.disabled.is_some()));
}

#[test]
fn the_palette_opens_over_a_page_and_not_over_a_dialogue() {
    let mut desk = Desk::with(2);
    desk.press("?").line("boxes");
    assert!(desk.state.overlays.is_empty() && desk.state.view.kind == Kind(&BOXES));
    desk.line("things").line("stop").press(":");
    assert!(matches!(desk.top(), Overlay::Plan(_)));
}

#[test]
fn up_is_the_last_command_and_does_nothing_where_there_was_none() {
    let mut desk = Desk::with(2);
    for keys in ["up", "ctrl-p", "pgup"] {
        desk.press(":").press(keys);
        assert_eq!(text(&desk), "", "{keys}");
        desk.press("enter");
        assert!(desk.state.overlays.is_empty() && !desk.asked().contains(&Effect::Quit), "{keys}");
    }
    desk.line("boxes").line("things").line("t name:thing-1").line("boxes");
    desk.press(": up");
    assert_eq!((text(&desk).as_str(), items(&desk).is_empty()), ("boxes", false));
    desk.press("up");
    assert_eq!(text(&desk), "t name:thing-1");
    desk.press("up up up");
    assert_eq!(text(&desk), "things", "the oldest; `boxes` was entered again since");
    desk.press("down enter");
    assert_eq!((desk.state.view.kind, desk.state.view.query.text.as_str()), (Kind(&THINGS), "name:thing-1"));
    desk.press(": up");
    assert_eq!(text(&desk), "t name:thing-1", "a line that was brought back is the last one now");
}

#[test]
fn down_comes_back_to_ones_own_line_and_goes_on_to_the_completions() {
    let mut desk = Desk::with(2);
    desk.line("boxes").line("things").press(":").typed("thi").press("left");
    desk.press("up up");
    assert_eq!(text(&desk), "boxes");
    desk.press("down down");
    assert_eq!((text(&desk).as_str(), error(&desk).as_str()), ("thi", ""));
    let Overlay::Palette(p) = desk.top() else { panic!() };
    assert_eq!((p.choice, p.line.cursor()), (None, 2), "as it was left");
    desk.press("end down");
    let Overlay::Palette(p) = desk.top() else { panic!() };
    assert_eq!((p.choice, p.line.text()), (Some(0), "things"));
    desk.press("up");
    let Overlay::Palette(p) = desk.top() else { panic!() };
    assert_eq!((p.choice, p.line.text()), (None, "thi"), "and not the last of the completions");
    desk.press("up").typed(" x");
    assert_eq!(text(&desk), "things x");
    desk.press("up down");
    assert_eq!(text(&desk), "things x", "what was changed is one's own");
}

#[test]
fn the_filter_line_has_lines_of_its_own_in_every_view() {
    let mut desk = Desk::with(20);
    desk.press("/ up");
    assert_eq!(text(&desk), "");
    desk.typed("name:thing-1").press("enter").press("/ ctrl-u").typed("size>15").press("enter");
    desk.line("boxes").press("/ up");
    assert_eq!(text(&desk), "size>15", "the last one, wherever it was entered, and not the last command");
    desk.press("esc").line("things").press("/").press("ctrl-p ctrl-p");
    assert_eq!(text(&desk), "name:thing-1");
    assert_eq!(desk.shown().len(), 11, "the table follows");
    desk.press("ctrl-n ctrl-n");
    assert_eq!((text(&desk).as_str(), desk.shown().len()), ("", 20));
    desk.press("up enter / up");
    assert_eq!(text(&desk), "name:thing-1", "what stands there already is not gone back to");
    desk.press("esc").typed("q");
    assert!(desk.asked().contains(&Effect::Quit));
}

#[test]
fn a_line_that_was_refused_is_not_a_command() {
    let mut desk = Desk::with(2);
    desk.line("boxes").line("thingz").press("esc").press(": up");
    assert_eq!(text(&desk), "boxes");
}
