use super::*;
use crate::app::Picker;

fn form(desk: &Desk) -> &FormState {
    match desk.top() {
        Overlay::Form(f) => f,
        _ => panic!("no form on top"),
    }
}
fn picker(desk: &Desk) -> &Picker {
    form(desk).open_picker().expect("no picker is open")
}
fn to(desk: &Desk) -> Option<&str> {
    form(desk).values.text("to")
}
fn rows(desk: &Desk) -> Vec<RowId> {
    let view = &picker(desk).view;
    let id = |at: &RowRef| desk.store.row(&view.order_tables, *at).unwrap().1.record.id.clone();
    view.order.iter().map(id).collect()
}

/// Twelve things, of which `t3` is stopped, and the form of `link` on the first.
fn linking() -> Desk {
    let mut desk = Desk::empty(|_| {});
    let state = |i: i64| if i == 3 { "stopped" } else { "running" };
    desk.list(things(), (0..12).map(|i| thing(&format!("t{i}"), &format!("thing-{i}"), state(i), i)).collect());
    desk.line("link");
    desk
}

#[test]
fn enter_opens_a_picker_typing_narrows_it_enter_takes_and_the_form_goes_on() {
    let mut desk = linking();
    desk.press("enter");
    assert_eq!(desk.state.mode(), crate::config::Mode::Picker);
    assert_eq!(rows(&desk).len(), 11, "the stopped one is left out");
    assert_eq!(picker(&desk).view.total, 12);
    desk.typed("thing-1");
    assert_eq!(rows(&desk), ["t1", "t10", "t11"]);
    desk.press("down");
    assert_eq!(to(&desk), None, "nothing is taken before enter");
    desk.press("enter");
    assert_eq!(to(&desk), Some("t10"));
    assert!(form(&desk).open_picker().is_none());
    assert_eq!(form(&desk).focus, 1, "the next field");
}

#[test]
fn a_picker_that_is_opened_before_its_rows_are_here_has_all_of_them_and_goes_to_what_is_chosen() {
    let mut desk = Desk::empty(|_| {});
    let all = || (0..12).map(|i| thing(&format!("x-{i}"), &format!("thing-{i}"), "running", i)).collect::<Vec<_>>();
    desk.batch(things(), Coverage::Ids(Arc::new(vec!["x-0".into()])), vec![all().remove(0)], Outcome::Done);
    desk.line("link to=x-7").press("enter");
    assert!(picker(&desk).line.is_empty(), "what may come is not looked for by its text");
    desk.list(things(), all());
    assert_eq!((rows(&desk).len(), picker(&desk).view.cursor.as_ref().map(|c| c.id.as_str())), (12, Some("x-7")));
}

#[test]
fn escape_leaves_the_picker_with_nothing_lost() {
    let mut desk = linking();
    desk.press("enter").typed("thing-4").press("enter shift-tab enter");
    assert_eq!(picker(&desk).view.cursor.as_ref().map(|c| c.id.as_str()), Some("t4"), "at what is chosen");
    desk.typed("thing-5").press("esc");
    assert_eq!(to(&desk), Some("t4"));
    desk.press("enter");
    assert!(picker(&desk).line.is_empty());
    assert_eq!(rows(&desk).len(), 11);
    desk.press("esc esc");
    assert!(desk.state.overlays.is_empty());
}

#[test]
fn what_is_no_row_stands_above_them_and_is_found_by_what_is_typed() {
    let mut desk = linking();
    desk.press("enter up up up");
    assert_eq!(picker(&desk).other, Some(0));
    desk.press("down enter");
    assert_eq!(to(&desk), Some("new"));
    desk.press("shift-tab enter").typed("zzz");
    assert!(picker(&desk).is_empty());
    desk.press("enter");
    assert_eq!(picker(&desk).error.as_deref(), Some("Nothing to choose."));
    desk.press("ctrl-u").typed("non").press("enter");
    assert_eq!(to(&desk), Some("none"));
}

#[test]
fn several_rows_are_marked_with_the_keys_of_the_table_and_taken_at_once() {
    let mut desk = linking();
    desk.press("tab enter tab");
    assert_eq!(desk.state.mode(), crate::config::Mode::PickerRows);
    desk.press("space j G space");
    let marked = |desk: &Desk| picker(desk).view.marks.iter().map(|m| m.id.to_string()).collect::<Vec<_>>();
    assert_eq!(marked(&desk), ["t0", "t11"]);
    desk.press("g j space");
    assert_eq!(picker(&desk).error.as_deref(), Some("It is linked already."));
    desk.press("/").typed("thing-9");
    assert_eq!(rows(&desk), ["t9"]);
    desk.press("tab space tab ctrl-u").press("tab g j j space enter");
    assert_eq!(form(&desk).values.text("also"), Some("t0,t11,t9,t2"));
    desk.press("tab enter").typed("x-77").press("enter");
    assert_eq!(form(&desk).values.text("also"), Some("t0,t11,t9,t2"), "what is marked is what is taken");
}

#[test]
fn typing_on_the_closed_field_finds_a_row_by_name_or_id_and_arrows_step_through_them() {
    let mut desk = linking();
    desk.typed("thing-7");
    assert_eq!(to(&desk), Some("t7"));
    desk.press("right");
    assert_eq!(to(&desk), Some("t8"), "the next by name");
    desk.press("left left left left left left");
    assert_eq!(to(&desk), Some("t1"), "the stopped t3 is passed over");
    desk.press("tab shift-tab").typed("t5");
    assert_eq!(to(&desk), Some("t5"), "an id is found too");
    desk.typed("?");
    assert_eq!(to(&desk), Some("t5"), "what nothing has changes nothing");
    desk.press("tab shift-tab").typed("non");
    assert_eq!(to(&desk), Some("none"));
}

#[test]
fn rows_that_arrive_are_shown_and_a_late_index_is_dropped() {
    let mut desk = Desk::with(3);
    desk.line("link").press("enter");
    let names: Vec<_> = (0..5).map(|i| thing(&format!("t{i}"), &format!("thing-{i}"), "running", i)).collect();
    desk.list(things(), names);
    assert_eq!(rows(&desk).len(), 5);
    let key = Event::Key(Key::char('4'), desk.now);
    desk.event(key);
    let old = desk.asked().into_iter().find(|e| matches!(e, Effect::Index(_))).unwrap();
    desk.typed("z").press("backspace");
    let late = desk.answer(&old);
    desk.press("ctrl-u");
    desk.event(Event::Indexed(late));
    assert_eq!(rows(&desk).len(), 5);
}

#[test]
fn an_index_of_the_picker_leaves_the_table_as_it_is() {
    let mut desk = linking();
    let before = desk.state.view.order.clone();
    desk.press("enter").typed("thing-1");
    assert_eq!(desk.state.view.order, before);
    let sent = |e: &Effect| matches!(e, Effect::Index(r) if r.of == IndexFor::View);
    assert!(!desk.out.iter().any(sent));
}

#[test]
fn a_row_that_a_palette_line_names_is_its_id_and_a_wrong_one_is_said() {
    let mut desk = Desk::with(3);
    desk.line("link to=thing-2 also=t0,thing-1");
    let PlanSource::Action(_, values) = &desk.dialog().source else { panic!() };
    assert_eq!((values.text("to"), values.text("also")), (Some("t2"), Some("t0,t1")));
    desk.press("esc").line("link to=thing-22");
    let Overlay::Palette(p) = desk.top() else { panic!("the line stays") };
    assert_eq!(p.error.as_deref(), Some("to: thing-22 is not one of the things. Did you mean thing-2?"));
}

#[test]
fn a_palette_line_completes_the_rows_that_an_argument_may_name() {
    let mut desk = linking();
    desk.press("esc :").typed("link to=thing-1");
    let Overlay::Palette(p) = desk.top() else { panic!() };
    let offered: Vec<&str> = p.items.iter().map(|i| i.text.as_str()).collect();
    assert_eq!(offered, ["to=t1", "to=t10", "to=t11"]);
    assert_eq!(p.items[0].doc, "thing-1");
    desk.press("ctrl-u").typed("link to=t3");
    let Overlay::Palette(p) = desk.top() else { panic!() };
    assert!(p.items.iter().all(|i| i.text != "to=t3"), "it does not run");
    desk.press("ctrl-u").typed("link also=t0,t");
    let Overlay::Palette(p) = desk.top() else { panic!() };
    assert!(p.items.iter().any(|i| i.text == "also=t0,t5"));
}

#[test]
fn enter_takes_the_row_that_was_typed_also_before_the_rows_have_followed() {
    let mut desk = linking();
    desk.press("enter");
    for key in ["t", "h", "i", "n", "g", "-", "8", "enter"] {
        desk.event(Event::Key(key.parse().unwrap(), desk.now));
    }
    assert_eq!(to(&desk), None, "the worker has not answered");
    desk.settle();
    assert_eq!((to(&desk), form(&desk).focus), (Some("t8"), 1));
}

#[test]
fn a_row_that_could_not_be_listed_is_named_by_its_id() {
    let mut desk = linking();
    desk.press("enter").typed("x-1234").press("enter");
    assert_eq!(to(&desk), Some("x-1234"));
    assert_eq!(
        form(&desk).spec.fields[0].error.as_deref(),
        Some("x-1234 is not one of the things."),
        "it is listed whole"
    );
}
