//! Read-only: whatever is pressed, only reads reach the account.

use skydeck::app::command::COMMANDS;
use skydeck::config::{Keymap, Mode};
use skydeck::input::Key;
use skydeck::kinds::registry::ALL;
use skydeck::model::Event;

use crate::support::desk::{Desk, Start};

fn read_only(view: &'static str) -> Desk {
    Desk::start(Start { read_only: true, view, ..Start::default() })
}

#[test]
fn the_plan_can_be_seen_and_not_carried_out() {
    let mut desk = read_only("instances name=my-private-ec2");
    desk.sees("READ-ONLY").screen("read-only");
    desk.go("stop").wait(2.0).screen("read-only-plan").sees("not checked");
    desk.keys("enter").sees("Read-only");
    desk.text_in("my-private-ec2").keys("enter");
    assert_eq!(desk.log.writes(), [], "not even a dry run");
}

/// Every key of every mode, pressed twice in every place with Enter after it.
#[test]
fn every_key_in_every_place_sends_reads_only() {
    let keymap = Keymap::embedded("default").unwrap();
    let mut keys: Vec<Key> = Vec::new();
    for mode in Mode::ALL {
        for (chord, _) in keymap.bindings(*mode) {
            for key in chord.to_string().split(' ') {
                let key: Key = key.parse().unwrap();
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
    }
    for c in ' '..='~' {
        if !keys.contains(&Key::char(c)) {
            keys.push(Key::char(c));
        }
    }
    let places =
        ["instances name=my-private-ec2", "targets", "auto-scaling-groups", "objects", "alarms", "target-groups"];
    for place in places {
        let mut desk = read_only("instances name=my-private-ec2");
        if place == "objects" {
            desk.go("buckets team-shared").keys("enter");
        } else {
            desk.go(place);
        }
        for first in ["", "a", "a enter", ":"] {
            for key in &keys {
                desk.press("esc esc esc").press(first);
                for key in [*key, *key] {
                    let now = desk.now();
                    desk.engine.handle(Event::Key(key, now));
                }
                desk.press("enter enter");
            }
            desk.settle();
            assert_eq!(desk.log.writes(), [], "{place}, after {first:?}");
        }
    }
}

#[test]
fn every_action_by_name_on_every_kind_sends_reads_only() {
    let arguments = |action: &str| match action {
        "set-desired-capacity" => " 3",
        "tags" => " set=A=b",
        _ => "",
    };
    let changes = |kind: &'static str| ALL.actions.iter().filter(move |a| a.changes && a.kind == kind);
    let mut kinds: Vec<&str> = ALL.actions.iter().filter(|a| a.changes).map(|a| a.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        // One console for the actions of a kind: what takes the time is to start one.
        let mut desk = read_only("instances");
        for action in changes(kind) {
            desk.go(kind);
            if kind == "instances" {
                let stopped = action.name == "start";
                desk.go(if stopped { "instances state:stopped" } else { "instances name=my-private-ec2" });
            }
            desk.go(&format!("{}{}", action.name, arguments(action.name))).wait(2.0);
            let phrase = desk.focused().map(|id| id.to_string()).unwrap_or_default();
            desk.keys("enter enter").text_in(&phrase).keys("enter").keys("alt-enter enter A enter");
            desk.wait(5.0).keys("r");
            assert_eq!(desk.log.writes(), [], "{} of {kind}", action.name);
            assert!(!desk.journal.exists(), "{} of {kind} was written down as if it had been sent", action.name);
            for _ in 0..10 {
                if !desk.engine.state.overlays.is_empty() {
                    desk.press("ctrl-c");
                }
            }
            assert!(desk.engine.state.overlays.is_empty(), "{} of {kind} is not left", action.name);
        }
    }
}

#[test]
fn every_command_by_name_sends_reads_only() {
    let mut desk = read_only("instances");
    for command in COMMANDS.iter().filter(|c| c.name != "quit") {
        desk.go(command.name).keys("enter esc esc");
    }
    assert_eq!(desk.log.writes(), []);
}

#[test]
fn an_object_can_still_be_downloaded() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = read_only("buckets team-shared");
    desk.keys("enter G").go(&format!("download folder={}", folder.path().display())).keys("enter");
    desk.wait(2.0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "{}", desk.text());
    assert_eq!(desk.log.writes(), []);
}
