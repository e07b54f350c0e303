//! `find` where 100,000 instances are loaded: from enter to the frame with what was found.

use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::support::rig::Rig;
use super::support::{Figures, fleet, fleet_rows, ms, percentile};

/// Each sort of text is looked for this often, another one each time: what was looked for before is there already.
const ROUNDS: usize = 20;

/// A sort of text, and the `n`th of it.
type Sort = (&'static str, fn(usize) -> String);

const SORTS: [Sort; 4] = [
    ("a name", |n| fleet_rows::name(&page(n * 4), n * 31)),
    // One on each page ends so.
    ("a piece of a name", |n| format!("-{:04}", n * 31 + 7)),
    ("a private address", |n| fleet_rows::private_ip(n * 31 + 3)),
    ("an id", |n| fleet_rows::id(n * 31 + 11).replace("@@@@@", &page(n * 3))),
];

fn page(n: usize) -> String {
    format!("{n:05}")
}

pub fn measure(url: &str, handle: &Handle, figures: &mut Figures) {
    let mut rig = Rig::start(&format!("{}/0/1", fleet::fleet(url, super::MANY)), handle);
    rig.until(|r| r.complete() && r.engine.state.view.order.len() == super::MANY);
    rig.settle();
    println!("find, with {} instances loaded, {ROUNDS} texts of each sort:", super::MANY);
    for (what, text) in SORTS {
        let mut times: Vec<Duration> = (0..ROUNDS).map(|n| once(&mut rig, &text(n))).collect();
        figures.tell(&format!("find {what}: median"), ms(percentile(&mut times, 50)));
        let most = percentile(&mut times, 95);
        figures.promise(&format!("find {what}: 95th percentile"), most.as_secs_f64() * 1e3, " ms", 100.0);
    }
}

fn once(rig: &mut Rig, text: &str) -> Duration {
    rig.type_line("instances");
    rig.press(super::typed("enter"));
    rig.settle();
    rig.type_line(&format!("find {text}"));
    rig.settle();
    let begun = Instant::now();
    rig.press(super::typed("enter"));
    rig.until(|r| r.engine.state.view.kind.name == "find" && !r.engine.state.view.order.is_empty());
    rig.draw();
    let time = begun.elapsed();
    rig.settle();
    time
}
