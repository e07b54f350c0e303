//! Screens drawn from a hand-made store and a real viewer, compared with goldens that hold their styles too.

mod dialogs;
mod golden;
mod hundred;
mod steps;
mod world;

use arcstr::ArcStr;

use crate::app::overlay::*;
use crate::app::{Line, Overlay, RowKey};
use crate::base::{Fault, FaultKind, Scope};
use crate::kinds::Action;
use crate::model::draft::merge;
use crate::model::*;

use golden::{check, drawn, text, theme};
use world::{NOW, World, ago, demo, instance, seen, seoul};

const LARGE: (u16, u16) = (120, 40);
const SMALL: (u16, u16) = (80, 24);

fn show(name: &str, world: &World, theme_name: &str) {
    check(name, &drawn(&world.state, &world.store, &theme(theme_name)));
}

#[test]
fn the_table_looks_right_in_every_theme_and_size() {
    for (size, at) in [(LARGE, "120x40"), (SMALL, "80x24")] {
        for name in ["dark", "light", "mono"] {
            let mut world = seen(size);
            world.keys("j space j");
            show(&format!("table-{at}-{name}"), &world, name);
        }
    }
}

#[test]
fn changed_cells_are_marked_and_gone_rows_linger() {
    let mut world = World::new(LARGE, &["ap-northeast-2"]);
    let (mut rows, statuses, metrics) = demo();
    world.instances(seoul(), rows.clone(), ago(60));
    world.sides(seoul(), statuses, metrics);
    rows.remove(1);
    rows[2] = instance("bastion-old", "i-0d12c7a5e98d34b10", "pending", "t2.nano", [10, 1, 0, 3], 0, 5);
    rows.push(instance("new-one", "i-0123456789abcdef0", "pending", "t3.micro", [10, 1, 0, 99], 0, 2));
    world.instances(seoul(), rows, ago(0));
    let screen = text(&drawn(&world.state, &world.store, &theme("mono")));
    assert!(screen.contains("∅ web-2") && screen.contains("gone"), "{screen}");
    show("table-changed-mono", &world, "mono");
    show("table-changed-dark", &world, "dark");
}

#[test]
fn the_detail_stands_below_the_table_or_takes_its_place() {
    for (size, at) in [(LARGE, "120x40"), (SMALL, "80x24")] {
        let mut world = seen(size);
        world.keys("G d");
        show(&format!("detail-overview-{at}"), &world, "dark");
        world.keys("tab right right");
        show(&format!("detail-tags-{at}"), &world, "dark");
    }
}

#[test]
fn health_shows_every_check_and_scheduled_events_with_their_dates() {
    let mut world = seen(LARGE);
    let at = world.state.view.order.len();
    for _ in 0..at {
        if world.state.view.cursor.as_ref().is_some_and(|c| c.id == "i-0f00000000000bad0") {
            break;
        }
        world.keys("j");
    }
    world.keys("d tab z");
    let screen = text(&drawn(&world.state, &world.store, &theme("mono")));
    for words in ["✗ 1/3", "✗ impaired", "instance-retirement", "2026-11-29", "evil␛[31m"] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    show("detail-health-120x40", &world, "light");
}

#[test]
fn metrics_are_charts_with_gaps() {
    for (size, at) in [(LARGE, "120x40"), (SMALL, "80x24")] {
        let mut world = seen(size);
        while world.state.view.cursor.as_ref().is_some_and(|c| c.id != "i-0a1fd93be77c49c2d") {
            world.keys("j");
        }
        world.keys("m");
        show(&format!("detail-metrics-{at}"), &world, "dark");
    }
}

#[test]
fn rows_of_several_regions_say_where_they_are() {
    let mut world = World::new(LARGE, &["ap-northeast-2", "us-east-1"]);
    let (rows, statuses, metrics) = demo();
    world.instances(seoul(), rows, ago(5));
    world.sides(seoul(), statuses, metrics);
    let other = Scope::region("prod", "us-east-1");
    let one = instance("api-1", "i-0999999999999999a", "running", "t3.micro", [10, 9, 0, 14], 0, 86_400);
    world.instances(other.clone(), vec![one], ago(100));
    world.failed(other, Fault::new(FaultKind::Offline, "The connection was cut off."), ago(2));
    show("table-regions-120x40", &world, "dark");
}

#[test]
fn denied_empty_filtered_loading_and_not_asked_look_different() {
    let mut screens = Vec::new();
    let mut note = |name: &str, world: &World| {
        show(&format!("blank-{name}-80x24"), world, "mono");
        screens.push(text(&drawn(&world.state, &world.store, &theme("mono"))));
    };
    let mut world = World::new(SMALL, &["ap-northeast-2"]);
    note("not-asked", &world);
    world.store.began(&TableKey::all(seoul(), Kind(&world::INSTANCES)), NOW);
    note("loading", &world);
    let denied = Fault::new(FaultKind::Denied, "You are not authorized to perform this operation.")
        .of("EC2", "DescribeInstances")
        .code("UnauthorizedOperation")
        .hint("skydeck policy --read-only prints what the console needs.");
    world.failed(seoul(), denied, ago(1));
    note("denied", &world);
    world.instances(seoul(), Vec::new(), ago(0));
    note("empty", &world);
    let mut world = seen(SMALL);
    world.keys("/");
    world.type_text("state:hibernating");
    world.keys("enter");
    note("filtered", &world);
    for (i, a) in screens.iter().enumerate() {
        assert!(screens[..i].iter().all(|b| a != b));
    }
}

#[test]
fn without_credentials_the_start_screen_offers_every_way_on() {
    let mut world = World::new(SMALL, &["ap-northeast-2"]);
    let fault =
        Fault::new(FaultKind::NoCredentials, "No credentials were found.").hint("Looked at: environment, profile.");
    world.event(Event::Identity("prod".into(), Err(fault)));
    show("start-80x24", &world, "dark");
}

#[test]
fn the_first_minute_has_a_line_where_there_is_room_for_it() {
    let mut world = seen(SMALL);
    world.state.welcome = true;
    let foot = |world: &World| {
        text(&drawn(&world.state, &world.store, &theme("dark"))).lines().last().unwrap_or_default().to_string()
    };
    assert!(foot(&world).contains("A practice account, nothing costs money: enter opens"), "{}", foot(&world));
    world.event(Event::Resize(60, 12));
    assert!(foot(&world).contains("enter open  "), "where it would be cut, the keys are there: {}", foot(&world));
    world.event(Event::Resize(80, 24));
    world.keys(":");
    assert!(!foot(&world).contains("practice"), "a layer's own keys are not hidden");
}

#[test]
fn a_terminal_too_small_says_so_and_no_size_panics() {
    let mut world = seen(LARGE);
    world.keys("d");
    for size in [(1, 1), (5, 2), (39, 40), (40, 8), (41, 9), (60, 12), (200, 8), (300, 90)] {
        world.event(Event::Resize(size.0, size.1));
        for keys in ["m", "d", "d", ":", "esc", "/", "esc", "?", "esc", "s", "esc", "o", "esc", "l", "esc"] {
            world.keys(keys);
            drawn(&world.state, &world.store, &theme("dark"));
        }
    }
    world.event(Event::Resize(30, 6));
    let screen = text(&drawn(&world.state, &world.store, &theme("dark")));
    assert!(screen.contains("too small"), "{screen}");
}

#[test]
fn palette_filter_menus_help_and_messages() {
    for (size, at) in [(LARGE, "120x40"), (SMALL, "80x24")] {
        let mut world = seen(size);
        world.keys(":");
        world.type_text("in");
        show(&format!("palette-{at}"), &world, "dark");
        world.keys("esc /");
        world.type_text("state:ru");
        show(&format!("filter-{at}"), &world, "dark");
        world.keys("esc o");
        show(&format!("columns-{at}"), &world, "dark");
        world.keys("esc l");
        show(&format!("links-{at}"), &world, "dark");
        world.keys("esc ?");
        show(&format!("help-{at}"), &world, "dark");
        world.keys("esc");
        for (level, text) in [
            (Level::Info, "Stop web-1: it is stopped."),
            (Level::Warning, "config.toml:3: `thme` is not a setting. Did you mean theme?"),
            (
                Level::Error,
                "DescribeAlarms: You are not authorized to perform cloudwatch:DescribeAlarms on resource \
                            arn:aws:cloudwatch:ap-northeast-2:111122223333:alarm:* because no identity-based policy allows it.",
            ),
        ] {
            world.event(Event::Say(Message { at: ago(60), level, text: text.into() }));
        }
        show(&format!("message-line-{at}"), &world, "dark");
        world.keys(":");
        world.type_text("messages");
        world.keys("enter");
        show(&format!("messages-{at}"), &world, "dark");
    }
}

#[test]
fn the_band_says_whose_account_it_is_and_that_nothing_can_be_changed() {
    let band =
        |world: &World| text(&drawn(&world.state, &world.store, &theme("mono"))).lines().next().unwrap().to_string();
    for size in [LARGE, SMALL, (60, 24), (40, 8)] {
        let mut world = seen(size);
        world.state.read_only = true;
        let meter =
            Meter { calls_per_minute: 240, millidollars_per_hour: 1230, slowed: vec!["EC2 ap-northeast-2 ½".into()] };
        world.event(Event::Meter(meter));
        for words in ["prod", "READ-ONLY", "14:02"] {
            assert!(band(&world).contains(words), "{size:?} {}", band(&world));
        }
        assert_eq!(band(&world).contains("slowed"), size.0 >= 80, "{}", band(&world));
        assert_eq!(band(&world).contains("$1.23/h"), size.0 >= 120, "{}", band(&world));
        world.state.sandbox = true;
        world.state.speed = 10.0;
        assert!(band(&world).contains("SANDBOX ×10"), "{size:?} {}", band(&world));
    }
    let mut world = seen(LARGE);
    world.state.profiles[0].color = Some("#aa2200".parse().unwrap());
    let mut other = world.state.profiles[0].clone();
    (other.name, other.identity, other.color) = ("dev".into(), None, Some("#225588".parse().unwrap()));
    (other.read_only, other.label) = (true, "dev".into());
    world.state.profiles.push(other);
    show("band-two-profiles-120x40", &world, "dark");
    assert!(band(&world).contains("PARTLY READ-ONLY"), "{}", band(&world));
    world.state.profiles[0].label = "PRODUCTION".into();
    assert!(band(&world).starts_with(" PRODUCTION"), "what the user calls it: {}", band(&world));
}

#[test]
fn what_is_under_way_stands_at_the_end_of_the_last_line() {
    let mut world = seen(SMALL);
    world.state.runs.push(crate::app::Run {
        replaces: Vec::new(),
        id: 1,
        record: Box::new(crate::model::RunRecord::new("p-1".into(), NOW, &dialogs::plan(false).plan)),
        began: NOW,
        ended: None,
        answer: String::new(),
        progress: None,
        phase: crate::app::RunPhase::Settling("web-1 stopping".into()),
    });
    let screen = text(&drawn(&world.state, &world.store, &theme("mono")));
    let last = screen.lines().last().unwrap();
    assert!(last.starts_with(" enter open") && last.ends_with("◐ Stop 2 instances: web-1 stopping"), "{last}");
    let text_of = |level| crate::model::Message { at: NOW, level, text: "Stop 2 instances: web-1 stopping".into() };
    world.state.notice = Some(crate::app::state::Notice { message: text_of(crate::model::Level::Info), until: NOW });
    let screen = text(&drawn(&world.state, &world.store, &theme("mono")));
    let last = screen.lines().last().unwrap();
    assert_eq!(last.matches("Stop 2 instances").count(), 1, "{last}");
}
