//! Tables and details: filter, sort, marks, columns, tabs, pages to read; at both sizes, dark, light and without colours.

use crate::support::desk::{Desk, Start};

const SIZES: [((u16, u16), &str); 2] = [((120, 40), "120x40"), ((80, 24), "80x24")];

#[test]
fn the_first_screen_is_the_instances_of_the_account() {
    for (size, name) in SIZES {
        for theme in ["dark", "light", "mono"] {
            let mut desk = Desk::start(Start { size, theme, ..Start::default() });
            desk.screen(&format!("start-{name}-{theme}"));
        }
    }
}

#[test]
fn a_filter_narrows_while_it_is_typed_and_escape_takes_it_away() {
    for (size, name) in SIZES {
        let mut desk = Desk::start(Start { size, ..Start::default() });
        desk.keys("/").text_in("state:stopped type:t");
        desk.screen(&format!("filter-typed-{name}"));
        desk.keys("enter").misses("my-bastion-host").sees("my-openvpn-ec2").sees("2 of 30");
        desk.keys("esc").sees("my-bastion-host");
        desk.keys("/").text_in("stat:running").keys("enter").sees("state");
        desk.screen(&format!("filter-wrong-{name}"));
        desk.keys("esc").sees("my-bastion-host");
    }
}

#[test]
fn a_filter_that_fits_nothing_says_that_there_are_rows() {
    let mut desk = Desk::open();
    desk.keys("/").text_in("nosuchthing").keys("enter");
    desk.screen("filter-nothing");
}

#[test]
fn rows_are_sorted_by_a_chosen_column_and_turned_round() {
    let mut desk = Desk::open();
    desk.keys("s").screen("sort-menu");
    desk.pick("TYPE").screen("sort-type");
    desk.keys("S").screen("sort-type-reversed");
    desk.go("sort age desc").sees("AGE");
    let first = desk.focused();
    desk.go("sort age").keys("g");
    assert_ne!(desk.focused(), first, "the other end comes first");
}

#[test]
fn marks_stay_through_filters_and_are_counted_where_hidden() {
    let mut desk = Desk::open();
    desk.keys("space space j space").screen("marks");
    desk.keys("/").text_in("state:stopped").keys("enter").screen("marks-hidden");
    desk.keys("esc").keys("M").screen("marks-all");
    desk.keys("M").misses("marked");
}

#[test]
fn columns_are_chosen_ordered_and_seen_at_once() {
    let mut desk = Desk::open();
    desk.keys("o").screen("columns-menu");
    desk.pick_only("VPC").keys("space esc").sees("VPC");
    desk.keys("o").pick_only("STATE").keys("K K esc").screen("columns-chosen");
}

#[test]
fn the_detail_has_seven_pages() {
    for (size, name) in SIZES {
        let mut desk = Desk::start(Start { size, view: "instances name=my-alchemine-app-ec2", ..Start::default() });
        desk.keys("d").wait(0.3).screen(&format!("detail-overview-{name}"));
        if size.0 == 120 {
            // Where there is no room for both, the detail has the keys already.
            desk.keys("tab");
        }
        let mut seen = Vec::new();
        for _ in 0..16 {
            let tab = format!("{:?}", desk.engine.state.detail.tab).to_lowercase();
            if seen.contains(&tab) {
                break;
            }
            if tab != "overview" {
                desk.screen(&format!("detail-{tab}-{name}"));
            }
            seen.push(tab);
            desk.keys("right").wait(0.3);
        }
        for tab in ["overview", "details", "tags", "metrics", "changes", "links", "raw"] {
            assert!(seen.iter().any(|t| t == tab), "{tab} among {seen:?}");
        }
    }
}

#[test]
fn the_detail_follows_the_cursor_after_a_pause() {
    let mut desk = Desk::open();
    desk.keys("d").wait(0.3);
    let shown = |d: &Desk| d.engine.state.detail.row.as_ref().map(|r| r.id.clone());
    let first = shown(&desk);
    assert!(first.is_some());
    desk.keys("j j j");
    assert_eq!(shown(&desk), first, "not before the pause is over");
    desk.wait(0.3);
    assert_eq!(shown(&desk), desk.focused());
}

#[test]
fn metrics_of_one_instance_are_charts_in_every_theme() {
    for (size, name) in SIZES {
        for theme in ["dark", "light", "mono"] {
            let mut desk =
                Desk::start(Start { size, theme, view: "instances name=my-bastion-host", ..Start::default() });
            desk.keys("m").wait(0.3).screen(&format!("metrics-{name}-{theme}"));
        }
    }
}

#[test]
fn help_and_messages_are_read_and_left() {
    for (size, name) in SIZES {
        let mut desk = Desk::start(Start { size, ..Start::default() });
        desk.keys("?").screen(&format!("help-{name}"));
        desk.keys("pgdn").screen(&format!("help-second-{name}"));
        desk.keys("esc").misses("Keys and commands");
        desk.keys("y").go("messages").screen(&format!("messages-{name}"));
        desk.keys("q").sees("my-bastion-host");
        assert!(!desk.host.iter().any(|h| matches!(h, skydeck::runtime::Host::Quit)), "q closes the page first");
    }
    // More than a page has of them: which ones they are.
    let mut desk = Desk::start(Start { size: (80, 24), ..Start::default() });
    for _ in 0..30 {
        desk.keys("j y");
    }
    desk.go("messages").sees(" 11-29 of 29").keys("g").sees(" 1-19 of 29").keys("G").sees(" 11-29 of 29");
}

#[test]
fn the_terminal_may_become_tiny_and_grow_again() {
    let mut desk = Desk::open();
    let before = desk.text();
    desk.resize(20, 5).screen("tiny-20x5");
    desk.keys("j j k k d d ? esc").resize(1, 1).resize(200, 60).resize(120, 40);
    assert_eq!(desk.text(), before);
}

#[test]
fn every_kind_shows_its_rows_at_both_sizes() {
    use skydeck::kinds::registry::ALL;
    for (size, name) in SIZES {
        let mut desk = Desk::start(Start { size, ..Start::default() });
        for kind in ALL.kinds.iter().map(|k| k.info).filter(|k| !k.side) {
            // What takes a text has rows of a text alone.
            if kind.parent.is_some_and(|p| !p.fans_out) || kind.takes_text() {
                continue;
            }
            desk.go(kind.name);
            assert!(!desk.engine.state.view.order.is_empty(), "{} is empty:\n{}", kind.name, desk.text());
            desk.screen(&format!("kind-{}-{name}", kind.name));
        }
    }
}

#[test]
fn two_regions_are_one_table() {
    let regions = &["ap-northeast-2", "ap-northeast-1"];
    let mut desk = Desk::start(Start { regions, ..Start::default() });
    desk.sees("38").screen("two-regions");
    desk.go("regions").go("buckets").screen("buckets-once");
    assert_eq!(desk.engine.state.view.order.len(), 6, "a bucket that two scopes list is there once");
}

/// Charts reach as far back as one likes, and an alarm's has its threshold.
#[test]
fn charts_reach_back_by_a_key_and_an_alarm_s_has_its_threshold() {
    for (size, name) in SIZES {
        let mut desk = Desk::start(Start { size, view: "instances name=my-bastion-host", ..Start::default() });
        desk.keys("m").wait(0.5).sees("[3h]").until("%   min");
        if size.0 == 120 {
            desk.keys("tab z");
        }
        let before = desk.log.count("GetMetricData");
        // What is passed over is not paid for.
        desk.press("> > > >");
        desk.until_that(|desk| desk.text().contains("[1w]") && desk.text().contains("%   min"));
        desk.settle();
        assert_eq!(desk.log.count("GetMetricData"), before + 1);
        desk.screen(&format!("charts-week-{name}"));
        desk.keys("> > > >").sees("15mo is the longest").keys("<").sees("[3mo]");
        // Who came for a quarter compares quarters.
        desk.keys("esc esc").go("instances state:stopped").keys("m").until("[3mo]");
        desk.keys("esc esc").go("alarms name=db-cpu-critical").keys("m").wait(0.5).until("threshold 90%");
        desk.settle();
        desk.screen(&format!("alarm-chart-{name}"));
    }
}

/// Where a row is and what its tags say are fields like its own.
#[test]
fn rows_are_filtered_and_sorted_by_region_and_a_tag_is_a_column() {
    let regions = &["ap-northeast-1", "ap-northeast-2"];
    let mut desk = Desk::start(Start { regions, ..Start::default() });
    desk.go("security-groups").sees("REGION");
    let all = desk.engine.state.view.order.len();
    let region = |desk: &Desk, at: usize| {
        let view = &desk.engine.state.view;
        view.order_tables[view.order[at].table as usize].scope.region_code().expect("a region").to_string()
    };
    desk.keys("/").text_in("region:NORTHEAST-1").keys("enter");
    let tokyo = desk.engine.state.view.order.len();
    assert!(0 < tokyo && tokyo < all && (0..tokyo).all(|at| region(&desk, at) == "ap-northeast-1"), "{}", desk.text());
    desk.keys("/").keys("ctrl-u").text_in("!region=ap-northeast-1").keys("enter");
    assert_eq!(desk.engine.state.view.order.len(), all - tokyo);
    desk.keys("/").keys("ctrl-u enter").go("sort region desc");
    assert_eq!((region(&desk, 0), region(&desk, all - 1)), ("ap-northeast-2".into(), "ap-northeast-1".into()));
    // A tag is chosen by its key, stands under it, and is sorted by.
    desk.go("instances state:running").keys("o / t a g : E enter").pick_only("tag:Env").keys("space esc");
    desk.go("sort tag:Env desc").screen("tag-column");
    // Where a call of its own brings the tags, that is made while one chooses.
    desk.go("load-balancers");
    assert_eq!(desk.log.count("DescribeTags"), 0);
    desk.keys("o / t a g : E").until("tag:Env");
    assert_eq!(desk.log.count("DescribeTags"), 1);
    desk.keys("enter").pick_only("tag:Env").keys("space esc").go("instances state:running");
    desk.keys("/").text_in(" region:nowhere").keys("enter").sees("0 of");
    desk.keys("/").keys("ctrl-u").text_in("regoin:x").keys("enter").sees("Did you mean region?");
}

/// A thousand of a maker's images are megabytes: a screenful of them comes first.
#[test]
fn a_search_for_others_images_asks_for_a_screenful_before_the_first_page() {
    let mut desk = Desk::open();
    desk.go("images owner_alias=amazon name=al2023-ami-*").sees("al2023-ami-");
    assert_eq!(desk.log.count("DescribeImages"), 2);
    desk.keys("r");
    assert_eq!(desk.log.count("DescribeImages"), 3, "once is enough");
    // One's own and shared ones are few: two requests, one each.
    let mut desk = Desk::open();
    desk.go("images");
    assert_eq!(desk.log.count("DescribeImages"), 2);
}
