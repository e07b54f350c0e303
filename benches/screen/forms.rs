//! A form and its picker over 100,000 instances and 20,000 volumes: what a key in them costs beside one in the table, and when the
//! first rows of a picker stand there.

use std::time::{Duration, Instant};

use skydeck::app::overlay::Overlay;

use super::support::rig::Rig;
use super::support::{Figures, median, ms, percentile};
use super::{MANY, PRESSES, typed};

/// How often a picker is opened.
const OPENED: usize = 9;

pub fn measure(rig: &mut Rig, table: Duration, figures: &mut Figures) {
    println!("a form and its picker with {MANY} instances and {} volumes:", MANY / 5);
    line(rig, "volumes");
    rig.until(|r| r.is_complete("volumes"));
    rig.settle();
    line(rig, "create-volume size=20 zone=ap-northeast-2a attach=i-0a00007c0003e4d2f");
    rig.settle();
    // From the plan to the form that it was made from.
    rig.press(typed("tab"));
    rig.settle();
    assert!(matches!(rig.engine.state.overlays.last(), Some(Overlay::Form(_))), "the form is open");
    let mut form = Vec::new();
    for press in 0..PRESSES {
        let key = ["1", "backspace", "tab", "shift-tab"][press % 4];
        form.push(rig.press(typed(key)).0);
        rig.calm();
    }
    let form = percentile(&mut form, 95);
    figures.tell("a key in the form, 95th percentile", ms(form));
    figures.promise("a key in the form / in the table", form.as_secs_f64() / table.as_secs_f64(), "", 1.2);

    to_field(rig, "attach");
    let mut first: Vec<Duration> = (0..OPENED)
        .map(|_| {
            let begun = Instant::now();
            rig.press(typed("enter"));
            rows_of_picker(rig);
            let time = begun.elapsed();
            rig.press(typed("esc"));
            rig.settle();
            time
        })
        .collect();
    figures.promise("from enter to the picker's first rows", median(&mut first).as_secs_f64() * 1e3, " ms", 100.0);
    rig.press(typed("enter"));
    rows_of_picker(rig);
    let (mut keys, mut follow) = (Vec::new(), Vec::new());
    for press in 0..PRESSES {
        let key = ["w", "e", "b", "down", "down", "pgdn", "up", "backspace", "backspace", "backspace"][press % 10];
        let begun = Instant::now();
        keys.push(rig.press(typed(key)).0);
        if matches!(key, "w" | "e" | "b" | "backspace") {
            rows_of_picker(rig);
            follow.push(begun.elapsed());
        } else {
            rig.calm();
        }
    }
    let keys = percentile(&mut keys, 95);
    figures.tell("a key in the picker, 95th percentile", ms(keys));
    figures.promise("a key in the picker / in the table", keys.as_secs_f64() / table.as_secs_f64(), "", 1.2);
    let follow = percentile(&mut follow, 95).as_secs_f64() * 1e3;
    figures.promise("from a letter to the rows that have it, 95th percentile", follow, " ms", 100.0);
    rig.press(typed("ctrl-c"));
    line(rig, "instances");
    rig.settle();
}

/// Types a palette line and enters it.
pub fn line(rig: &mut Rig, text: &str) {
    rig.press(typed(":"));
    for c in text.chars() {
        rig.press(if c == ' ' { typed("space") } else { typed(&c.to_string()) });
    }
    rig.press(typed("enter"));
}

pub fn to_field(rig: &mut Rig, name: &str) {
    for _ in 0..20 {
        let at = match rig.engine.state.overlays.last() {
            Some(Overlay::Form(form)) => form.spec.fields.get(form.focus).map(|f| f.name),
            _ => None,
        };
        if at == Some(name) {
            return;
        }
        rig.press(typed("tab"));
    }
    panic!("the form has no field {name}");
}

/// Draws on as the console does until the open picker has the rows that its line means.
pub fn rows_of_picker(rig: &mut Rig) {
    rig.until(|r| r.engine.state.picker().is_some_and(|p| p.view.indexing.is_none() && !p.view.order.is_empty()));
    rig.draw();
}
