//! Other regions and profiles, without leaving.

use super::*;

fn two() -> Desk {
    Desk::filled(3, |s| {
        let other =
            ProfileSetup { name: "test".into(), label: "test".into(), regions: Vec::new(), ..s.profiles[0].clone() };
        s.others = vec![other];
    })
}

fn scopes(desk: &Desk) -> Vec<String> {
    desk.state.scopes.iter().map(ToString::to_string).collect()
}

#[test]
fn a_region_or_several_are_shown_with_the_same_query_and_the_last_ones_are_one_key_away() {
    let mut desk = two();
    desk.line("t state:running").line("region us-east-1 eu-west-1");
    assert_eq!(scopes(&desk), ["prod/us-east-1", "prod/eu-west-1"]);
    assert_eq!(desk.state.view.query.text, "state:running");
    assert_eq!(desk.state.view.tables.len(), 2);
    assert!(desk.state.watched.iter().any(|i| i.table.scope == scope("eu-west-1")), "they are asked for");
    assert_eq!(desk.state.profiles[0].regions, ["us-east-1", "eu-west-1"], "the band says so");
    desk.press("_");
    assert_eq!((scopes(&desk), desk.shown().len()), (vec!["prod/seoul".to_string()], 3));
    desk.press("_");
    assert_eq!(scopes(&desk), ["prod/us-east-1", "prod/eu-west-1"]);
    desk.line("region us-esat-1");
    let Overlay::Palette(p) = desk.top() else { panic!() };
    assert_eq!(p.error.as_deref(), Some("There is no region us-esat-1. Did you mean us-east-1?"));
}

#[test]
fn marks_do_not_go_along_to_other_regions() {
    let mut desk = two();
    desk.press("space").line("region us-east-1");
    assert!(desk.state.view.marks.is_empty());
}

#[test]
fn a_profile_is_shown_in_the_same_regions_and_asked_who_it_is() {
    let mut desk = two();
    desk.asked();
    desk.line("profile test");
    assert_eq!(scopes(&desk), ["test/seoul"]);
    assert!(desk.asked().contains(&Effect::Reload("test".into())));
    assert_eq!(desk.state.profiles[0].name, "test");
    desk.event(Event::Identity("test".into(), Ok(identity("444455556666", 1))));
    assert!(desk.state.identity("test").is_some());
    desk.line("profile prod test");
    assert_eq!(scopes(&desk), ["prod/seoul", "test/seoul"]);
    desk.line("profile tset");
    let Overlay::Palette(p) = desk.top() else { panic!() };
    assert!(p.error.as_deref().is_some_and(|e| e.ends_with("Did you mean test?")), "{:?}", p.error);
    desk.press("esc").line("profile");
    let Overlay::Menu(menu) = desk.top() else { panic!("no menu") };
    assert_eq!(menu.items.iter().map(|i| i.label.as_str()).collect::<Vec<_>>(), ["prod", "test"]);
    desk.press("enter");
    assert_eq!(scopes(&desk), ["prod/seoul"]);
}

#[test]
fn a_profile_that_is_not_shown_does_not_make_the_whole_run_read_only_or_not() {
    let mut desk = Desk::filled(1, |s| {
        s.others = vec![ProfileSetup { name: "audit".into(), read_only: true, ..s.profiles[0].clone() }];
    });
    assert!(!desk.state.all_read_only());
    desk.line("profile audit");
    assert!(desk.state.all_read_only() && desk.state.is_read_only("audit"));
    assert!(!desk.state.is_read_only("prod"));
}

#[test]
fn minus_is_the_last_view_and_the_same_again() {
    let mut desk = Desk::with(3);
    desk.line("boxes").press("-");
    assert_eq!(desk.state.view.kind, Kind(&THINGS));
    desk.press("-");
    assert_eq!(desk.state.view.kind, Kind(&BOXES));
    let mut desk = Desk::with(3);
    desk.press("-");
    assert_eq!(desk.notice(), "No earlier view.");
}

#[test]
fn regions_and_profiles_are_completed() {
    let mut desk = two();
    desk.press(":").typed("region us-w");
    let Overlay::Palette(p) = desk.top() else { panic!() };
    assert_eq!(p.items.iter().map(|i| i.text.as_str()).collect::<Vec<_>>(), ["us-west-1", "us-west-2"]);
    desk.press("esc :").typed("profile t");
    let Overlay::Palette(p) = desk.top() else { panic!() };
    assert_eq!(p.items[0].text, "test");
}
