//! What a step in a list costs: which cells differ, and which rows are looked at.

use std::sync::Arc;

use super::golden::{drawn, theme};
use super::world::{World, ago, instance, seen, seoul};

const LARGE: (u16, u16) = (120, 40);

#[test]
fn a_step_in_a_list_changes_two_lines_and_the_focused_one_is_marked_over_its_whole_width() {
    let mut world = seen(LARGE);
    world.keys("j");
    let before = drawn(&world.state, &world.store, &theme("dark"));
    world.keys("j");
    let after = drawn(&world.state, &world.store, &theme("dark"));
    let changed = before.diff(&after);
    let mut lines: Vec<u16> = changed.iter().map(|(_, y, _)| *y).collect();
    lines.dedup();
    assert_eq!(lines.len(), 2, "only the row that lost the focus and the one that got it");
    for name in ["dark", "light", "mono", "ansi16"] {
        let screen = drawn(&world.state, &world.store, &theme(name));
        let y = u16::try_from(3 + world.state.view.at).unwrap();
        for x in 0..LARGE.0 {
            let (here, other) = (screen[(x, y)].style(), screen[(x, y + 1)].style());
            let reversed = ratatui::style::Modifier::REVERSED;
            let marks = |s: ratatui::style::Style| (s.bg, s.add_modifier.contains(reversed));
            assert_ne!(marks(here), marks(other), "{name}: cell {x}");
        }
    }
}

#[test]
fn drawing_touches_only_what_is_seen() {
    let mut world = World::new(LARGE, &["ap-northeast-2"]);
    let rows = (0..20_000)
        .map(|i| {
            instance(&format!("web-{i}"), &format!("i-{i:017x}"), "running", "t3.micro", [10, 1, 0, 14], 0, 86_400)
        })
        .collect();
    world.instances(seoul(), rows, ago(5));
    world.keys("G");
    // Rows that are not seen are taken away behind the viewer's back: nothing on the screen may notice.
    let order = world.state.view.order.clone();
    let mut kept = order.to_vec();
    let first_seen = world.state.view.top;
    for at in kept.iter_mut().skip(64).take(first_seen - 64) {
        at.slot = u32::MAX;
    }
    let whole = drawn(&world.state, &world.store, &theme("dark"));
    world.state.view.order = Arc::new(kept);
    assert_eq!(whole, drawn(&world.state, &world.store, &theme("dark")));
}
