//! Views that are kept by a name.

use super::*;

/// Answers what is to be kept, as the file does.
fn keep(desk: &mut Desk) {
    let mut views = desk.state.views.clone();
    for effect in desk.asked() {
        if let Effect::KeepView(name, view) = effect {
            match view {
                Some(view) => drop(views.insert(name.clone(), *view)),
                None => drop(views.remove(&name)),
            }
            desk.event(Event::ViewsKept(name, Ok(views.clone())));
        }
    }
    desk.settle();
}

fn columns(desk: &Desk) -> Vec<&'static str> {
    desk.state.view.columns.iter().map(|i| desk.state.view.kind.fields.at(*i).name).collect()
}

#[test]
fn a_view_is_kept_with_query_order_and_chosen_columns_and_shown_again_by_its_name() {
    let mut desk = Desk::with(4);
    desk.line("things size>1").line("sort size desc");
    // The first column goes.
    desk.press("o space enter");
    assert_eq!(columns(&desk)[0], "id");
    desk.line("save big");
    assert_eq!(desk.notice(), "", "nothing is said before it is written");
    keep(&mut desk);
    assert_eq!(desk.notice(), "Saved as big: :view big shows it.");
    desk.line("boxes");
    let saved = desk.state.views["big"].clone();
    assert_eq!((saved.line().as_str(), saved.sort.as_deref(), saved.places.len()), ("things size>1", Some("-size"), 0));
    desk.line("view big");
    assert_eq!((desk.shown(), columns(&desk)[0]), (vec!["t3".into(), "t2".into()], "id"));
    assert!(desk.state.view.chosen);
    desk.press("[");
    assert_eq!(desk.state.view.kind.name, "boxes", "it is a place in the history");
}

#[test]
fn columns_that_nobody_chose_are_left_to_the_kind() {
    let mut desk = Desk::with(4);
    desk.line("save all");
    keep(&mut desk);
    assert_eq!(desk.state.views["all"].columns, None);
    desk.line("boxes").line("view all");
    assert!(!desk.state.view.chosen);
}

#[test]
fn places_are_kept_where_that_is_asked_for() {
    let mut desk = Desk::with(2);
    desk.line("save mine here");
    keep(&mut desk);
    assert_eq!(desk.state.views["mine"].places, [("prod".to_string(), "seoul".to_string())]);
    let mut view = desk.state.views["mine"].clone();
    view.places = vec![("prod".into(), "tokyo".into()), ("prod".into(), "seoul".into())];
    desk.state.views.insert("two".into(), view.clone());
    view.places = vec![("gone".into(), "tokyo".into())];
    desk.state.views.insert("lost".into(), view);
    desk.line("view two");
    assert_eq!(desk.state.scopes, [scope("tokyo"), scope("seoul")]);
    desk.press("_");
    assert_eq!(desk.state.scopes, [scope("seoul")]);
    desk.line("view lost");
    assert!(desk.notice().contains("gone is not in the AWS configuration files"), "{}", desk.notice());
    assert_eq!(desk.state.scopes, [scope("seoul")]);
}

#[test]
fn names_are_completed_and_a_wrong_one_is_said_with_the_nearest() {
    let mut desk = Desk::with(1);
    for name in ["prod-web", "prod-db"] {
        desk.line(&format!("save {name}"));
        keep(&mut desk);
    }
    desk.press(":").typed("view pr");
    let Overlay::Palette(p) = desk.top() else { panic!("no palette") };
    assert_eq!(p.items.iter().map(|i| i.text.as_str()).collect::<Vec<_>>(), ["prod-db", "prod-web"]);
    desk.press("esc");
    for (line, told) in [
        ("view prod-wen", "There is no saved view prod-wen. Did you mean prod-web?"),
        ("forget nothing", "There is no saved view nothing."),
        ("view prod-web now", "view takes one name: remove now."),
        ("save a b", "save takes one word"),
    ] {
        desk.line(line);
        let Overlay::Palette(p) = desk.top() else { panic!("no palette") };
        assert!(p.error.as_deref().is_some_and(|e| e.starts_with(told)), "{:?}", p.error);
        desk.press("esc");
    }
    desk.line("forget prod-db");
    keep(&mut desk);
    assert_eq!((desk.notice(), desk.state.views.len()), ("prod-db is forgotten.", 1));
    desk.line("view");
    let Overlay::Menu(menu) = desk.top() else { panic!("no menu") };
    assert_eq!((menu.items[0].label.as_str(), menu.items[0].detail.as_str()), ("prod-web", "things"));
    desk.line("boxes");
}

#[test]
fn saving_over_a_view_says_what_was_there_and_a_failure_is_said() {
    let mut desk = Desk::with(1);
    desk.line("save x");
    keep(&mut desk);
    desk.line("boxes").line("save x");
    keep(&mut desk);
    assert_eq!(desk.notice(), "Saved as x, in place of things. :view x shows it.");
    desk.event(Event::ViewsKept("x".into(), Err("x was not saved: the disk is full.".into())));
    assert_eq!((desk.notice(), desk.state.views.len()), ("x was not saved: the disk is full.", 1));
}

#[test]
fn what_costs_money_is_asked_for_when_a_kept_view_is_shown() {
    let mut desk = Desk::with(2);
    desk.line("save x");
    keep(&mut desk);
    let mut view = desk.state.views["x"].clone();
    (view.query, view.sort) = ("cpu>80".into(), Some("-cpu".into()));
    desk.state.views.insert("dear".into(), view.clone());
    view = SavedView { of: "things".into(), query: "colour:red".into(), ..view };
    desk.state.views.insert("old".into(), view);
    desk.line("view dear");
    assert!(matches!(desk.top(), Overlay::Sure(_)));
    desk.press("n n");
    assert!(desk.state.view.query.text.is_empty() && desk.state.overlays.is_empty());
    desk.line("view old");
    assert!(desk.notice().contains("colour"), "{}", desk.notice());
}

#[test]
fn rows_of_one_row_are_kept_with_it_and_a_field_that_is_gone_is_left_out() {
    let mut desk = Desk::with(1);
    let box_key = TableKey::all(Scope::account("prod"), Kind(&BOXES));
    let record = Record {
        kind: Kind(&BOXES),
        id: "b1".into(),
        name: "first".into(),
        state: None,
        values: [Value::text("first"), Value::Unknown].into(),
        tags: [].into(),
    };
    desk.line("boxes").list(box_key, vec![Arc::new(record)]);
    desk.press("enter").line("save inside");
    assert_eq!(desk.state.view.kind.name, "items");
    keep(&mut desk);
    let view = desk.state.views.get_mut("inside").unwrap();
    assert_eq!(view.parent, Some(("b1".into(), "first".into())));
    (view.sort, view.columns) = (Some("gone".into()), Some(vec!["gone".into(), "whole".into()]));
    desk.line("things").line("view inside");
    assert_eq!(desk.state.view.selector, Selector::Parent("b1".into()));
    assert_eq!((desk.state.view.parent_label.as_deref(), columns(&desk)), (Some("first"), vec!["whole"]));
}
