//! The form of a launch over 20,000 images and 800 types: what a key in it and in its picker of images costs beside one in the table.

use std::time::Duration;

use skydeck::app::overlay::Overlay;

use super::forms::{line, rows_of_picker, to_field};
use super::support::rig::Rig;
use super::support::{Figures, ms, percentile};
use super::{PRESSES, typed};

pub fn measure(rig: &mut Rig, table: Duration, figures: &mut Figures) {
    for kind in ["images", "instance-types"] {
        line(rig, kind);
        rig.until(|r| r.is_complete(kind));
        rig.settle();
    }
    println!("the form of a launch with {} images and {} types:", rig.rows_of("images"), rig.rows_of("instance-types"));
    line(rig, "instances");
    rig.settle();
    line(rig, "launch");
    rig.settle();
    assert!(matches!(rig.engine.state.overlays.last(), Some(Overlay::Form(_))), "the form is open");
    to_field(rig, "name");
    let mut form = Vec::new();
    for press in 0..PRESSES {
        // In the line of the name, then on the image and the type, of which an arrow key takes the next.
        let key = ["w", "backspace", "tab", "right", "tab", "left", "shift-tab", "shift-tab"][press % 8];
        form.push(rig.press(typed(key)).0);
        rig.calm();
    }
    rig.settle();
    let form = percentile(&mut form, 95);
    figures.tell("a key in the form, 95th percentile", ms(form));
    figures.promise("a key in the form of a launch / in the table", form.as_secs_f64() / table.as_secs_f64(), "", 1.2);

    to_field(rig, "image");
    rig.press(typed("enter"));
    rows_of_picker(rig);
    let mut keys = Vec::new();
    for press in 0..PRESSES {
        let key = ["w", "e", "b", "down", "down", "pgdn", "up", "backspace", "backspace", "backspace"][press % 10];
        keys.push(rig.press(typed(key)).0);
        rig.until(|r| r.engine.state.picker().is_some_and(|p| p.view.indexing.is_none()));
        rig.draw();
    }
    let keys = percentile(&mut keys, 95);
    figures.tell("a key in the picker of images, 95th percentile", ms(keys));
    figures.promise("the same / in the table", keys.as_secs_f64() / table.as_secs_f64(), "", 1.2);
    rig.press(typed("ctrl-c"));
    rig.settle();
}
