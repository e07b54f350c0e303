//! Ways through the account: links, history, the palette.

use skydeck::runtime::Screen;
use skydeck::term::FrameWriter;

use crate::support::desk::{Desk, Start};

#[test]
fn links_lead_from_an_instance_to_its_target_groups_their_targets_and_back_to_the_instance() {
    let mut desk = Desk::start(Start { view: "instances name=my-alchemine-app-ec2", ..Start::default() });
    let instance = desk.focused().expect("one row");
    desk.keys("l").screen("links-instance");
    desk.pick("arget").screen("links-targets");
    let words = desk.text();
    assert!(words.contains("my-alchemine-app-tg-80"), "{words}");
    desk.keys("l").pick("nstance");
    assert_eq!(desk.focused(), Some(instance), "{}", desk.text());
}

#[test]
fn a_group_leads_to_its_activities_and_history_goes_back_and_forward() {
    let mut desk = Desk::open();
    desk.go("auto-scaling-groups my-asg-ec2").keys("l").screen("links-group");
    desk.pick("ctivit").screen("activities");
    assert_eq!(desk.engine.state.view.kind.name, "activities");
    desk.keys("[");
    assert_eq!(desk.engine.state.view.kind.name, "auto-scaling-groups");
    desk.keys("[");
    assert_eq!(desk.engine.state.view.kind.name, "instances");
    desk.keys("] ]");
    assert_eq!(desk.engine.state.view.kind.name, "activities");
    desk.keys("]").sees("No later view");
}

#[test]
fn enter_on_an_instance_opens_its_detail_and_asks_for_nothing_that_is_charged_one_by_one() {
    let mut desk = Desk::start(Start { view: "instances name=my-alchemine-app-ec2", ..Start::default() });
    desk.keys("enter");
    assert!(desk.engine.state.detail.open, "{}", desk.text());
    assert_eq!(desk.engine.state.view.kind.name, "instances");
    desk.keys("esc l").pick("metrics");
    assert_eq!(desk.engine.state.view.kind.name, "metrics");
}

#[test]
fn going_back_finds_the_same_row_filter_and_order() {
    let mut desk = Desk::open();
    desk.keys("/").text_in("my-").keys("enter s").pick("TYPE").keys("j j j");
    let (before, row) = (desk.text(), desk.focused());
    desk.go("buckets").keys("[");
    assert_eq!(desk.focused(), row);
    assert_eq!(desk.text(), before);
}

#[test]
fn the_palette_completes_goes_acts_and_says_what_is_wrong() {
    let mut desk = Desk::open();
    desk.keys(":").screen("palette-empty");
    desk.text_in("inst").screen("palette-kinds");
    desk.keys("esc :").text_in("instances state:").screen("palette-values");
    desk.keys("esc");
    desk.go("instanses").screen("palette-misspelt").keys("esc");
    desk.go("instances stat:running").screen("palette-bad-field").keys("esc");
    desk.go("instances age>xyz").sees("age").keys("esc");
    desk.go("stop forse").screen("palette-bad-argument").keys("esc");
    desk.go("download").keys("esc");
    assert_eq!(desk.log.writes(), []);
    desk.go("target-groups").sees("my-alchemine-app-tg-80");
    desk.go("instances state:stopped").sees("my-openvpn-ec2").misses("my-bastion-host");
}

#[test]
fn alarms_show_their_state_and_reason() {
    for theme in ["dark", "light", "mono"] {
        let mut desk = Desk::start(Start { view: "alarms", theme, ..Start::default() });
        desk.screen(&format!("alarms-{theme}"));
    }
    let mut desk = Desk::start(Start { view: "alarms", ..Start::default() });
    desk.keys("d").wait(0.3).screen("alarm-detail");
}

#[test]
fn held_keys_never_leave_the_table() {
    let mut desk = Desk::open();
    for key in ["j", "k", "pgdn", "pgup", "G", "g", "ctrl-d", "ctrl-u", "left", "right"] {
        desk.keys(&[key; 60].join(" "));
        assert!(desk.focused().is_some(), "after {key}:\n{}", desk.text());
    }
}

#[test]
fn an_id_or_a_name_goes_to_its_row_and_a_name_of_another_kind_is_looked_for() {
    let mut desk = Desk::open();
    desk.go("instances").to("my-alchemine-app-ec2");
    let id = desk.focused().expect("a row");
    desk.go("buckets").go(&id);
    assert_eq!((desk.engine.state.view.kind.name, desk.focused()), ("instances", Some(id.clone())));
    // Not loaded: AWS is asked for it by itself.
    let mut desk = Desk::start(Start { view: "buckets", ..Start::default() });
    desk.go(&id);
    assert_eq!(desk.focused(), Some(id.clone()), "{}", desk.text());
    desk.sees("id=i-");
    desk.go("my-alchemine-app-tg-80").screen("palette-unknown");
    desk.keys("enter");
    desk.until_that(|d| d.engine.state.view.kind.name == "target-groups");
    desk.sees("my-alchemine-app-tg-80");
    let group = desk.focused().expect("a target group");
    desk.go("buckets").go(&group);
    assert_eq!(desk.focused(), Some(group), "by its ARN");
    // What the search has brought is a matter of time: what is listed is seen where it is known what is loaded.
    let mut desk = Desk::open();
    desk.go("target-groups").go("my-alchemine-app").sees("my-alchemine-app-ec2-canary").sees("Target groups");
    desk.keys("esc");
    assert_eq!(desk.engine.state.view.kind.name, "target-groups");
}

#[test]
fn a_view_of_the_command_line_may_be_an_id_or_a_bucket_and_a_folder() {
    let desk = Desk::start(Start { view: "objects shop-access-logs/", ..Start::default() });
    assert_eq!(desk.engine.state.view.kind.name, "objects", "{}", desk.text());
    let mut desk = Desk::start(Start { view: "instances name=my-alchemine-app-ec2", ..Start::default() });
    desk.go("metrics");
    assert_eq!(desk.engine.state.view.kind.name, "metrics", "of the focused instance");
    desk.go("metrics my-alchemine-app-ec2");
    assert_eq!(desk.engine.state.view.kind.name, "metrics", "of the one of this name");
}

/// The last write's bytes are what a slow link carries for a key. 440 are promised (`docs/performance.md`), of which the mark over the whole
/// width of two rows takes the most.
#[test]
fn a_step_in_a_long_list_writes_at_most_440_bytes_also_where_it_scrolls() {
    let cases =
        ["dark", "light", "mono"].iter().flat_map(|theme| [(*theme, "instance-types", 100), (*theme, "instances", 29)]);
    for (theme, view, presses) in cases {
        let mut desk = Desk::start(Start { view, theme, ..Start::default() });
        let output = FrameWriter::to(Box::new(std::io::sink()));
        let mut screen = Screen::new(output, 120, 40).expect("a screen");
        screen.draw(&desk.engine, &desk.theme).expect("a frame");
        let mut written: Vec<usize> = Vec::new();
        for _ in 0..presses {
            desk.press("j");
            written.push(screen.draw(&desk.engine, &desk.theme).expect("a frame"));
        }
        let (steps, scrolled) = written.split_at(written.len().min(36));
        // Of names in other letters than ASCII each takes two or three bytes.
        let usual = |of: &[usize]| {
            let mut sorted = of.to_vec();
            sorted.sort_unstable();
            sorted.get(sorted.len() * 90 / 100).copied().unwrap_or(0)
        };
        let (step, scroll) = (usual(steps), usual(scrolled));
        assert!(step <= 440 && scroll <= 440, "{view} {theme}: {step} a step, {scroll} where it scrolls: {written:?}");
        assert!(written.iter().all(|n| *n > 0), "each of them moves");
    }
}
