//! `screenshots/*.svg` are what the console draws from the embedded account at a fixed moment, never made by hand.
//! `SKYDECK_BLESS=1 cargo test --test walks screenshots` draws them anew.

use crate::support::desk::{Desk, Start, theme};
use skydeck::ui::svg;

/// A picture: its name, where it begins, what is pressed there, and what it shows in words.
struct Picture {
    name: &'static str,
    view: &'static str,
    walk: fn(&mut Desk),
    title: &'static str,
}

const PICTURES: &[Picture] = &[
    Picture { name: "table", view: "instances", walk: |_| (), title: "The instances of an account" },
    Picture {
        name: "detail",
        view: "instances",
        walk: |d| {
            d.to("my-alchemine-app-ec2").keys("d").wait(0.3);
        },
        title: "Instances, with the detail of one",
    },
    Picture {
        name: "plan",
        view: "instances",
        walk: |d| {
            // What the plan wants to know is known before, as it is after some time in the console.
            d.go("targets").go("auto-scaling-groups").go("instances").to("my-alchemine-app-ec2").go("stop");
        },
        title: "The plan of a stop: its commands, and what else it touches",
    },
    Picture {
        name: "chart",
        view: "instances",
        walk: |d| {
            d.to("my-alchemine-app-ec2").keys("m").wait(0.3);
        },
        title: "Metrics of an instance",
    },
    Picture {
        name: "palette",
        view: "instances",
        walk: |d| {
            d.keys(":").text_in("in");
        },
        title: "The palette completes kinds and actions",
    },
    Picture {
        name: "help",
        view: "instances",
        walk: |d| {
            d.keys("?");
        },
        title: "Keys and commands",
    },
];

/// The picture's screen in one theme after the other: its walk is made once.
fn draw(picture: &Picture, size: (u16, u16)) -> [(&'static str, String); 2] {
    let mut desk = Desk::start(Start { size, view: picture.view, ..Start::default() });
    (picture.walk)(&mut desk);
    [("dark", svg::DARK), ("light", svg::LIGHT)].map(|(name, paper)| {
        desk.theme = theme(name);
        (name, svg::render(&desk.picture(), &paper, picture.title))
    })
}

#[test]
fn the_screenshots_are_what_is_drawn_now() {
    let mut stale = Vec::new();
    for picture in PICTURES {
        for size in [(120, 40), (80, 24)] {
            for (theme, drawn) in draw(picture, size) {
                let path = format!("screenshots/{}-{}x{}-{theme}.svg", picture.name, size.0, size.1);
                if !crate::support::fresh::fresh(&path, &drawn) {
                    stale.push(path);
                }
            }
        }
    }
    assert!(stale.is_empty(), "stale: {stale:?} (SKYDECK_BLESS=1 cargo test --test walks screenshots draws them anew)");
}

#[test]
fn every_screenshot_that_the_readme_shows_is_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).expect("README.md");
    for link in readme.split("](screenshots/").skip(1) {
        let name = link.split(')').next().unwrap_or_default();
        assert!(root.join("screenshots").join(name).exists(), "README.md shows screenshots/{name}");
    }
}
