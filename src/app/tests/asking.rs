use super::*;
use crate::base::FaultKind;
use crate::model::{Ask, Question};

fn mfa(id: u64) -> Event {
    let what = Ask::MfaCode { serial: "arn:aws:iam::1:mfa/ops".into(), again: None };
    Event::Ask(Question { id, profile: "prod".into(), what })
}

#[test]
fn without_credentials_the_start_screen_says_so_and_offers_sandbox_and_sign_in() {
    let mut desk = Desk::empty(|s| s.profiles[0].signs_in = true);
    assert!(desk.state.start(&desk.store).is_none());
    let fault = Fault::new(FaultKind::NoCredentials, "No credentials were found.");
    desk.event(Event::Identity("prod".into(), Err(fault)));
    let start = desk.state.start(&desk.store).unwrap();
    assert_eq!(start.lines[0], "There are no credentials for profile prod.");
    assert!(start.lines.iter().any(|l| l == "p opens a practice account, which costs nothing."), "{start:?}");
    assert!(start.lines.iter().any(|l| l == "enter signs in here."), "{start:?}");
    desk.press("enter enter");
    let signs = desk.asked().into_iter().filter(|e| *e == Effect::SignIn("prod".into())).count();
    assert_eq!(signs, 1, "a sign-in under way is not begun again");
    desk.press("r");
    assert!(desk.asked().contains(&Effect::Reload("prod".into())));
    desk.event(Event::Identity("prod".into(), Ok(identity("111122223333", 2))));
    assert!(desk.state.start(&desk.store).is_none());
}

#[test]
fn a_sign_in_is_offered_only_where_it_can_work_and_the_sandbox_is_one_key() {
    let mut desk = Desk::empty(|_| {});
    desk.event(Event::Identity("prod".into(), Err(Fault::new(FaultKind::NoCredentials, "None."))));
    let start = desk.state.start(&desk.store).unwrap();
    assert!(!start.lines.iter().any(|l| l.contains("sign")), "{start:?}");
    desk.press("enter");
    assert!(!desk.asked().iter().any(|e| matches!(e, Effect::SignIn(_))));
    assert!(desk.notice().contains("p opens a practice account"), "{}", desk.notice());
    desk.press("p");
    assert!(desk.asked().contains(&Effect::Sandbox));
    let mut desk = Desk::with(1);
    desk.press("p");
    assert!(!desk.asked().contains(&Effect::Sandbox), "an account that is there is not left by a key");
    assert_eq!(desk.notice(), "From the shell, skydeck --sandbox opens the sandbox.");
}

#[test]
fn the_line_for_the_first_minute_stays_while_one_moves_and_goes_for_good() {
    let mut desk = Desk::filled(3, |s| s.welcome = true);
    let line = "A practice account, nothing costs money: enter opens, a acts, : goes, ? helps";
    assert_eq!(crate::app::help::welcome(&desk.state).as_deref(), Some(line));
    assert!(line.len() < 79, "it fits");
    desk.press("j j k");
    assert!(crate::app::help::welcome(&desk.state).is_some() && !desk.asked().contains(&Effect::Welcomed));
    desk.press("?");
    assert!(desk.asked().contains(&Effect::Welcomed));
    desk.press("q : esc");
    assert_eq!(crate::app::help::welcome(&desk.state), None);
    assert!(!desk.asked().contains(&Effect::Welcomed), "once");
}

#[test]
fn a_sign_in_that_is_not_possible_leaves_the_start_screen_as_it_was() {
    let mut desk = Desk::empty(|s| s.profiles[0].signs_in = true);
    desk.event(Event::Identity("prod".into(), Err(Fault::new(FaultKind::NoCredentials, "None."))));
    desk.press("enter");
    desk.event(Event::Identity("prod".into(), Err(Fault::new(FaultKind::Invalid, "prod does not use SSO"))));
    assert_eq!(desk.notice(), "No sign-in here: prod does not use SSO");
    assert_eq!(desk.state.start(&desk.store).map(|s| s.fault.kind), Some(FaultKind::NoCredentials));
}

#[test]
fn expired_credentials_keep_the_rows_and_say_what_to_do() {
    let mut desk = Desk::with(2);
    desk.event(Event::Identity("prod".into(), Err(Fault::new(FaultKind::Expired, "The token has expired."))));
    assert!(desk.state.start(&desk.store).is_none() && desk.shown().len() == 2);
    assert_eq!(desk.notice(), "Profile prod: The token has expired. Type :sign-in, or sign in in another terminal.");
    desk.line("sign-in");
    assert!(desk.asked().contains(&Effect::SignIn("prod".into())));
}

#[test]
fn an_mfa_code_is_answered_and_shows_in_no_debug_output() {
    let mut desk = Desk::with(1);
    desk.event(mfa(7)).typed("123456");
    let Overlay::Ask(ask) = desk.top() else { panic!() };
    assert!(!format!("{ask:?}").contains("123456"));
    desk.press("enter");
    let out = desk.asked();
    assert!(out.contains(&Effect::Answer(7, Some(crate::base::Secret::new("123456".into())))));
    assert!(!format!("{out:?}").contains("123456"));
    desk.event(mfa(8)).press("esc");
    assert!(desk.asked().contains(&Effect::Answer(8, None)));
}

#[test]
fn a_question_never_takes_the_keys_from_a_dialogue_that_is_open() {
    let mut desk = Desk::with(1);
    desk.press(":").typed("thi");
    desk.event(mfa(1)).typed("ngs");
    let Overlay::Palette(p) = desk.top() else { panic!("the palette keeps the keys") };
    assert_eq!(p.line.text(), "things");
    desk.press("esc");
    assert!(matches!(desk.top(), Overlay::Ask(_)));
    desk.event(Event::Asked(1));
    assert!(desk.state.overlays.is_empty());
}

#[test]
fn a_device_code_is_copied_with_y_and_goes_away_by_itself() {
    let mut desk = Desk::with(1);
    let what = Ask::Device { url: "https://device.sso/".into(), code: "ABCD-EFGH".into(), until: START };
    desk.event(Event::Ask(Question { id: 3, profile: "prod".into(), what }));
    desk.press("enter y");
    let out = desk.asked();
    assert!(out.contains(&Effect::Copy("https://device.sso/".into())));
    assert!(!out.iter().any(|e| matches!(e, Effect::Answer(..))));
    desk.event(Event::Asked(3));
    assert!(desk.state.overlays.is_empty());
}

#[test]
fn messages_are_kept_and_a_quiet_one_does_not_hide_a_loud_one() {
    let mut desk = Desk::with(1);
    let say = |level, text: &str| Event::Say(Message { at: START, level, text: text.into() });
    desk.event(say(Level::Error, "It broke.")).event(say(Level::Info, "It worked."));
    assert_eq!(desk.notice(), "It broke.");
    desk.wait(Duration::from_secs(31));
    assert_eq!(desk.notice(), "");
    for i in 0..600 {
        desk.event(say(Level::Info, &format!("{i}")));
    }
    assert_eq!(desk.state.messages.len(), crate::app::state::MESSAGES);
    desk.press("esc").line("messages");
    assert!(matches!(desk.top(), Overlay::Pager(p) if p.scroll > 0), "the newest are at the bottom");
}
