//! When AWS throttles, denies, breaks off, hangs or is somebody else: rows stay, the heading says so, keys are answered, and it
//! goes on by itself.

use std::time::{Duration, Instant};

use crate::support::desk::{Desk, Start};

fn trouble(desk: &Desk, rule: &str) {
    desk.sandbox.faults().add(rule.parse().unwrap());
}

/// Keys are answered at once: the screen changes without a turn of the loop.
fn answers_keys(desk: &mut Desk) {
    let before = desk.focused();
    let begin = Instant::now();
    desk.press("j");
    assert_ne!(desk.focused(), before, "j moves");
    desk.press("k");
    assert_eq!(desk.focused(), before);
    assert!(begin.elapsed() < Duration::from_millis(500), "{:?}", begin.elapsed());
}

#[test]
fn a_throttled_table_keeps_its_rows_says_so_and_recovers() {
    let mut desk = Desk::open();
    trouble(&desk, "ec2:DescribeInstances throttle");
    desk.wait(30.0).keys("r").screen("throttled");
    desk.sees("my-bastion-host");
    answers_keys(&mut desk);
    desk.sandbox.faults().clear();
    desk.wait(30.0).keys("r").sees("complete").screen("throttled-recovered");
}

#[test]
fn recovery_needs_no_key() {
    let mut desk = Desk::start(Start { view: "target-groups", ..Start::default() });
    trouble(&desk, "elbv2:DescribeTargetGroups throttle x1");
    desk.keys("r").misses("✓ complete");
    desk.until("✓ complete");
}

#[test]
fn one_denied_operation_costs_only_what_it_brings() {
    let mut desk = Desk::start_with(Start::default(), |s| {
        s.faults().add("ec2:DescribeInstanceStatus deny".parse().unwrap());
    });
    desk.settle();
    desk.sees("my-bastion-host").sees("running").screen("denied-checks");
    desk.keys("r r").go("messages").sees("could not be read").screen("denied-checks-messages");
    assert_eq!(desk.engine.state.messages.len(), 1, "said once");
}

#[test]
fn a_raw_answer_that_is_denied_says_so_and_is_there_once_it_is_asked_again() {
    let mut desk = Desk::start(Start { size: (80, 24), view: "instances name=my-private-ec2", ..Start::default() });
    desk.sandbox.faults().add("ec2:DescribeInstances deny".parse().unwrap());
    desk.keys("d").wait(0.3).keys("7").sees("raw").screen("raw-denied");
    desk.sees("✗ DescribeInstances").sees("UnauthorizedOperation");
    desk.sandbox.faults().clear();
    desk.keys("r").sees("\"Architecture\": \"x86_64\"");
}

#[test]
fn a_denied_list_says_which_permission_is_missing() {
    let mut desk = Desk::start_with(Start { view: "target-groups", ..Start::default() }, |s| {
        s.faults().add("elbv2:* deny".parse().unwrap());
    });
    desk.settle();
    desk.screen("denied-list");
    desk.go("instances").sees("my-bastion-host");
}

#[test]
fn an_answer_cut_off_in_its_middle_clears_nothing() {
    let mut desk = Desk::open();
    trouble(&desk, "ec2:DescribeInstances cut 5000");
    desk.wait(30.0).keys("r").sees("my-bastion-host").misses("complete").screen("cut-off");
    answers_keys(&mut desk);
    desk.sandbox.faults().clear();
    desk.keys("r").sees("complete");
}

#[test]
fn a_page_of_a_proxy_is_not_taken_for_an_answer() {
    let mut desk = Desk::open();
    trouble(&desk, "ec2:DescribeInstances html 200");
    desk.wait(30.0).keys("r").sees("my-bastion-host").misses("complete").screen("proxy-200");
    desk.sandbox.faults().clear();
    trouble(&desk, "ec2:DescribeInstances html 502");
    desk.keys("r").sees("my-bastion-host").misses("complete").screen("proxy-502");
    desk.sandbox.faults().clear();
    desk.keys("r").sees("complete");
}

#[test]
fn while_an_answer_never_comes_every_key_works() {
    let mut desk = Desk::open();
    trouble(&desk, "ec2:DescribeInstances hang");
    desk.press("r");
    for _ in 0..20 {
        answers_keys(&mut desk);
    }
    desk.press("/");
    for c in "state:stopped".chars() {
        desk.engine.handle(skydeck::model::Event::Key(skydeck::input::Key::char(c), desk.now()));
    }
    desk.until("my-openvpn-ec2");
    desk.press("enter esc");
    // Elsewhere things go on meanwhile.
    desk.press(": b u c k e t s enter");
    desk.until("team-shared-files");
}

#[test]
fn the_first_answer_that_never_comes_leaves_an_honest_screen() {
    let mut desk = Desk::start_with(Start::default(), |s| {
        s.faults().add("ec2:* hang".parse().unwrap());
    });
    desk.until("sandbox");
    desk.press(": b u c k e t s enter");
    desk.until("team-shared-files");
}

#[test]
fn expired_credentials_are_said_and_rows_stay() {
    let mut desk = Desk::open();
    trouble(&desk, "ec2:* expire");
    desk.wait(30.0).keys("r").sees("my-bastion-host").misses("complete").screen("expired");
    desk.sandbox.faults().clear();
    desk.keys("r").sees("complete");
}

#[test]
fn a_write_whose_answer_is_lost_is_looked_at_and_never_sent_again() {
    let mut desk = Desk::open();
    desk.go("targets").go("auto-scaling-groups").go("instances name=my-private-ec2").go("reboot");
    // Carried out, and the connection is gone before the answer.
    trouble(&desk, "ec2:RebootInstances cut 0");
    desk.keys("enter").wait(3.0).keys("r").screen("outcome-unknown");
    assert_eq!(desk.log.count("RebootInstances"), 1);
    desk.wait(60.0).keys("r");
    assert_eq!(desk.log.count("RebootInstances"), 1);
}
