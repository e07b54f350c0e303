//! Leaving with a call in flight; and credentials that are looked for again.

use std::time::Duration;

use skydeck::base::FaultKind;
use skydeck::runtime::Host;

use crate::support::desk::{Desk, Start};

const LONG: Duration = Duration::from_secs(30);

/// A stop whose answer takes two seconds, and the console left meanwhile.
fn left_meanwhile() -> Desk {
    let mut desk = Desk::start(Start { view: "instances name=my-private-ec2", ..Start::default() });
    desk.go("targets").go("auto-scaling-groups").go("instances name=my-private-ec2");
    desk.go("stop");
    // Not before: the dry run is as slow.
    desk.sandbox.faults().add("ec2:StopInstances delay 2s".parse().unwrap());
    desk.press("enter");
    desk.until_that(|d| d.log.count("StopInstances") == 1);
    desk.press("q").press("y");
    assert_eq!(desk.host, [Host::Quit], "{}", desk.text());
    assert_eq!(desk.engine.carrying(), ["Stop my-private-ec2"]);
    desk
}

fn events(desk: &Desk) -> Vec<String> {
    let text = std::fs::read_to_string(&desk.journal).unwrap();
    let event = |l: &str| serde_json::from_str::<serde_json::Value>(l).unwrap()["event"].as_str().unwrap().to_string();
    text.lines().map(event).collect()
}

#[test]
fn a_call_in_flight_comes_to_its_end_when_the_console_is_left_and_the_journal_has_it() {
    let mut desk = left_meanwhile();
    assert_eq!(events(&desk), ["began", "intent"]);
    assert_eq!(desk.engine.finish(LONG, || false), Vec::<String>::new());
    desk.until_that(|d| events(d) == ["began", "intent", "outcome"]);
    assert_eq!(desk.log.count("StopInstances"), 1);
}

#[test]
fn who_does_not_want_to_wait_leaves_and_the_next_start_says_what_was_under_way() {
    let mut desk = left_meanwhile();
    let mut asked = 0;
    let left = desk.engine.finish(LONG, || {
        asked += 1;
        asked > 2
    });
    assert_eq!(left, ["Stop my-private-ec2"]);
    assert_eq!(events(&desk), ["began", "intent"], "the intent is there, whatever becomes of it");
    let mut desk = desk.again();
    desk.sees("0 of 1 calls answered").keys("enter").pick("go on").keys("esc");
    assert_eq!(desk.log.count("StopInstances"), 0, "it is looked at, never sent again");
}

#[test]
fn credentials_that_failed_are_loaded_again_by_a_key_and_the_console_goes_on() {
    let mut desk = Desk::start_with(Start::default(), |s| s.faults().add("*:* expire".parse().unwrap()));
    desk.settle();
    let who = |d: &Desk| d.engine.state.profiles[0].identity.clone();
    assert_eq!(who(&desk).unwrap().unwrap_err().kind, FaultKind::Expired);
    let before = desk.log.count("GetCallerIdentity");
    desk.keys("r");
    assert_eq!(desk.log.count("GetCallerIdentity"), before + 1, "asked again, and still expired");
    desk.sandbox.faults().clear();
    desk.keys("r").sees("my-bastion-host");
    assert!(who(&desk).unwrap().is_ok());
}

#[test]
fn a_sign_in_that_cannot_be_made_says_why_and_is_over() {
    let mut desk = Desk::open();
    desk.go("sign-in");
    let said = desk.engine.state.messages.iter().any(|m| m.text.contains("the sandbox needs no sign-in"));
    assert!(said, "{:?}", desk.engine.state.messages);
    assert_eq!(desk.engine.state.profiles[0].signing_in, None);
    desk.keys("r").sees("my-bastion-host");
}
