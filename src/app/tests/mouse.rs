//! What clicks and the wheel do, and what they never do.

use super::*;
use crate::app::Line;
use crate::app::state::Focus;
use crate::input::Mouse;

fn click(desk: &mut Desk, spot: Spot) {
    let now = desk.now;
    desk.event(Event::Mouse(Mouse::Click, Some(spot), now)).settle();
}

fn wheel(desk: &mut Desk, down: bool, spot: Spot) {
    let now = desk.now;
    let mouse = if down { Mouse::WheelDown } else { Mouse::WheelUp };
    desk.event(Event::Mouse(mouse, Some(spot), now)).settle();
}

#[test]
fn a_click_goes_to_a_row_and_only_two_on_the_same_soon_after_each_other_open_it() {
    let mut desk = Desk::with(5);
    click(&mut desk, Spot::Row(2));
    click(&mut desk, Spot::Row(3));
    assert_eq!((desk.cursor(), desk.state.detail.open), ("t3", false));
    desk.wait(Duration::from_millis(600));
    click(&mut desk, Spot::Row(3));
    assert!(!desk.state.detail.open, "too late for a double click");
    click(&mut desk, Spot::Row(3));
    assert!(desk.state.detail.open && desk.state.focus == Focus::Detail);
    click(&mut desk, Spot::Row(99));
    assert_eq!((desk.cursor(), desk.state.focus), ("t4", Focus::Table), "rows went meanwhile");
}

#[test]
fn a_click_on_a_heading_sorts_and_on_a_page_shows_it() {
    let mut desk = Desk::with(3);
    let size = desk.state.view.kind.column("size").unwrap();
    click(&mut desk, Spot::Title(size));
    assert_eq!(desk.shown()[0], "t0");
    click(&mut desk, Spot::Title(size));
    assert_eq!(desk.shown()[0], "t2");
    let cpu = desk.state.view.kind.column("cpu").unwrap();
    click(&mut desk, Spot::Title(cpu));
    assert!(matches!(desk.top(), Overlay::Sure(_)), "what costs money is asked for");
    for spot in [Spot::Layer, Spot::Row(0), Spot::Entry(0), Spot::Title(size)] {
        click(&mut desk, spot);
        click(&mut desk, spot);
        assert!(matches!(desk.top(), Overlay::Sure(_)), "{spot:?}: a question is answered by keys");
    }
    desk.press("n d");
    desk.wait(Duration::from_millis(200));
    let tabs = desk.state.tabs(&desk.store, &desk.key("t2"));
    click(&mut desk, Spot::Page(tabs.len() - 1));
    assert_eq!((desk.state.detail.tab, desk.state.focus), (tabs[tabs.len() - 1], Focus::Detail));
}

#[test]
fn an_entry_is_taken_and_no_plan_or_form_is_confirmed() {
    let mut desk = Desk::with(3);
    desk.press("a");
    let Overlay::Menu(menu) = desk.top() else { panic!("no menu") };
    let shown = menu.shown();
    let stop = shown.iter().position(|i| menu.items[*i].value == MenuValue::Name("stop")).unwrap();
    click(&mut desk, Spot::Row(2));
    assert!(matches!(desk.top(), Overlay::Menu(_)), "what lies behind is out of reach");
    click(&mut desk, Spot::Entry(stop));
    let is_shown = |desk: &Desk| matches!(desk.top(), Overlay::Form(_) | Overlay::Plan(_));
    assert!(is_shown(&desk));
    for spot in [Spot::Layer, Spot::Entry(0), Spot::Row(0)] {
        click(&mut desk, spot);
        click(&mut desk, spot);
    }
    assert!(is_shown(&desk));
    let out = desk.asked();
    assert_eq!((carried(&out), reread(&out)), (0, None));
}

#[test]
fn columns_are_switched_completions_go_into_the_line_and_a_text_line_keeps_the_keys() {
    let mut desk = Desk::with(3);
    desk.press("o");
    click(&mut desk, Spot::Entry(0));
    let Overlay::Menu(menu) = desk.top() else { panic!("no menu") };
    assert_eq!(menu.items[0].checked, Some(false));
    desk.press("esc :").typed("bo");
    click(&mut desk, Spot::Entry(0));
    let Overlay::Palette(palette) = desk.top() else { panic!("no palette") };
    assert_eq!(palette.line.text(), "boxes");
    click(&mut desk, Spot::Row(1));
    assert!(matches!(desk.top(), Overlay::Palette(_)));
}

#[test]
fn the_wheel_scrolls_what_is_under_it() {
    let mut desk = Desk::with(60);
    wheel(&mut desk, true, Spot::Row(4));
    assert_eq!((desk.state.view.at, desk.state.view.top), (3, 3));
    wheel(&mut desk, false, Spot::Table);
    assert_eq!((desk.state.view.at, desk.state.view.top), (0, 0));
    desk.press("d");
    wheel(&mut desk, true, Spot::Detail);
    assert_eq!((desk.state.view.at, desk.state.focus), (0, Focus::Table), "the table stays");
    desk.press("s");
    wheel(&mut desk, true, Spot::Layer);
    let Overlay::Menu(menu) = desk.top() else { panic!("no menu") };
    assert_eq!(menu.cursor, 1);
    desk.press("esc ?");
    wheel(&mut desk, true, Spot::Layer);
    let Overlay::Pager(page) = desk.top() else { panic!("no page") };
    assert_eq!(page.scroll, 3);
}

#[test]
fn what_goes_on_with_a_change_is_chosen_by_a_click_and_taken_by_a_key() {
    let mut desk = Desk::with(2);
    let item = |label: &str| MenuItem { label: label.into(), value: MenuValue::Name("go-on"), ..MenuItem::default() };
    let menu = Menu::new(MenuKind::Run(1), "Half done", vec![item("Leave"), item("Go on")]);
    desk.state.overlays.push(Overlay::Menu(menu));
    click(&mut desk, Spot::Entry(1));
    click(&mut desk, Spot::Entry(1));
    let Overlay::Menu(menu) = desk.top() else { panic!("it was taken") };
    assert_eq!(menu.cursor, 1);
    assert!(!desk.asked().iter().any(|e| matches!(e, Effect::Decide { .. } | Effect::Execute { .. })));
}

fn form(desk: &Desk) -> &FormState {
    let Overlay::Form(form) = desk.top() else { panic!("no form on top") };
    form
}

#[test]
fn in_a_form_a_click_goes_to_a_field_takes_a_value_and_leads_to_the_plan() {
    let mut desk = Desk::with(1);
    desk.line("rename").typed("new");
    assert_eq!(form(&desk).focus, 0);
    click(&mut desk, Spot::Value(1));
    assert_eq!((form(&desk).focus, form(&desk).values.text("how")), (1, None), "the first click only goes there");
    click(&mut desk, Spot::Value(1));
    assert_eq!(form(&desk).values.text("how"), Some("fast"), "what cannot be chosen is passed over");
    click(&mut desk, Spot::Step(false));
    assert_eq!(form(&desk).values.text("how"), Some("slow"));
    click(&mut desk, Spot::Field(0));
    assert_eq!(form(&desk).line.as_ref().map(Line::text), Some("new"), "what was typed stays");
    for spot in [Spot::Layer, Spot::Row(0), Spot::Entry(0), Spot::Field(99), Spot::Value(99)] {
        click(&mut desk, spot);
        assert_eq!(form(&desk).focus, 0, "{spot:?}");
    }
    click(&mut desk, Spot::Continue);
    assert_eq!(desk.dialog().plan.steps[0].call.get("To"), Some(&Arg::str("new")));
    for spot in [Spot::Continue, Spot::Layer, Spot::Field(0), Spot::Value(0), Spot::Step(true), Spot::Entry(0)] {
        click(&mut desk, spot);
        click(&mut desk, spot);
    }
    assert!(matches!(desk.top(), Overlay::Plan(p) if p.phase == PlanPhase::Shown), "a plan is confirmed by keys");
    let out = desk.asked();
    assert_eq!((carried(&out), reread(&out)), (0, None));
}

#[test]
fn a_click_on_continue_stays_in_a_form_that_lacks_something() {
    let mut desk = Desk::with(1);
    desk.line("rename");
    click(&mut desk, Spot::Continue);
    assert_eq!((form(&desk).focus, form(&desk).error.as_deref()), (0, Some("A name is wanted.")));
}

#[test]
fn a_click_goes_to_a_cell_of_a_draft_two_edit_it_and_what_was_typed_stays() {
    let mut desk = Desk::with(1);
    desk.line("edit-tags").press("n").typed("App").press("tab").typed("web").press("enter");
    desk.press("n").typed("Env").press("tab").typed("dev");
    let draft = |desk: &Desk| form(desk).draft.as_ref().unwrap().clone();
    let cells =
        |desk: &Desk, row: usize| draft(desk).rows[row].cells.iter().map(ToString::to_string).collect::<Vec<_>>();
    let last = draft(&desk).rows.len() - 1;
    click(&mut desk, Spot::Cell(last - 1, 1));
    assert_eq!(cells(&desk, last), ["Env", "dev"]);
    assert_eq!((draft(&desk).row, draft(&desk).column, draft(&desk).editing.is_some()), (last - 1, 1, false));
    click(&mut desk, Spot::Cell(last - 1, 1));
    assert_eq!(draft(&desk).editing.as_ref().map(Line::text), Some("web"));
    wheel(&mut desk, false, Spot::Cell(0, 0));
    assert!(draft(&desk).editing.is_some(), "the wheel takes nobody out of a cell");
    desk.press("esc");
    wheel(&mut desk, true, Spot::Cell(0, 0));
    assert_eq!(draft(&desk).row, last);
    wheel(&mut desk, true, Spot::Cell(0, 0));
    assert_eq!((draft(&desk).row, form(&desk).focus), (last, 0), "it stays in the table");
    click(&mut desk, Spot::Cell(99, 99));
    assert_eq!((draft(&desk).row, draft(&desk).column), (last, 1));
}

#[test]
fn in_a_picker_a_click_goes_to_a_row_two_choose_it_and_the_wheel_scrolls() {
    let mut desk = Desk::with(12);
    desk.line("link");
    click(&mut desk, Spot::Value(0));
    let picker = |desk: &Desk| form(desk).open_picker().map(|p| p.view.cursor.as_ref().map(|c| c.id.to_string()));
    assert_eq!(picker(&desk), Some(Some("t0".into())), "the focused field's value opens it");
    desk.settle();
    wheel(&mut desk, true, Spot::Row(0));
    assert_eq!(picker(&desk), Some(Some("t3".into())));
    click(&mut desk, Spot::Row(5));
    assert_eq!((picker(&desk), form(&desk).values.text("to")), (Some(Some("t5".into())), None));
    click(&mut desk, Spot::Title(0));
    click(&mut desk, Spot::Row(6));
    click(&mut desk, Spot::Row(6));
    assert_eq!((picker(&desk), form(&desk).values.text("to")), (None, Some("t6")));
    assert_eq!(form(&desk).focus, 1, "the form goes on");
    click(&mut desk, Spot::Field(0));
    click(&mut desk, Spot::Value(1));
    assert!(form(&desk).open_picker().is_some_and(|p| p.pick.several), "another field's value opens it at once");
    for _ in 0..2 {
        click(&mut desk, Spot::Row(4));
    }
    assert_eq!(
        form(&desk).open_picker().map(|p| p.view.marks.len()),
        Some(1),
        "two clicks mark where several are chosen"
    );
}

#[test]
fn the_wheel_goes_through_fields_and_not_around_the_ends() {
    let mut desk = Desk::with(1);
    desk.line("rename").typed("new");
    wheel(&mut desk, false, Spot::Layer);
    assert_eq!(form(&desk).focus, 0);
    for _ in 0..9 {
        wheel(&mut desk, true, Spot::Layer);
    }
    assert!(form(&desk).on_continue());
    wheel(&mut desk, true, Spot::Continue);
    assert!(form(&desk).on_continue());
    assert_eq!(form(&desk).values.text("to"), Some("new"));
}
