//! Keys, filters, sorts, refreshes, forms and pickers with few rows and with 100,000: what a frame waits for, and what it writes.
//!
//! `cargo bench --bench screen` (`-- find`, `-- forms`, `-- launch`, `-- map`, `-- orders`, `-- refresh`, `-- waste` for one of them beside
//! the keys)

mod find;
mod forms;
mod launch;
mod map;
#[path = "../support/mod.rs"]
mod support;
mod waste;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use skydeck::input::{Key, KeyCode};
use skydeck::model::{Event, Sort};
use skydeck::runtime::TURN;
use support::rig::Rig;
use support::{Figures, Held, fleet, median, ms, percentile, percentile_of, wanted};

const FEW: usize = 100;
const MANY: usize = 100_000;
/// Each key is pressed this often.
const PRESSES: usize = 300;
/// Between two repeats of a key that is held, and between two frames.
const FRAME: Duration = Duration::from_millis(33);
const KEYS: [&str; 7] = ["j", "k", "pgdn", "G", "g", "enter", "esc"];

fn main() -> ExitCode {
    support::beside_a_server(|url| {
        let runtime = skydeck::base::thread::workers().unwrap();
        let mut rigs = [FEW, MANY].map(|rows| {
            let mut rig = Rig::start(&fleet::fleet(url, rows), runtime.handle());
            rig.until(|r| r.complete() && r.engine.state.view.order.len() == rows);
            rig.settle();
            rig
        });
        let mut figures = Figures::default();
        // What a key in the table costs is measured always: the others are said beside it.
        let table = keys(&mut rigs, &mut figures);
        let many = &mut rigs[1];
        if wanted("map") {
            map::measure(url, runtime.handle(), table, &mut figures);
        }
        if wanted("find") {
            find::measure(url, runtime.handle(), &mut figures);
        }
        if wanted("waste") {
            waste::measure(url, runtime.handle(), &mut figures);
        }
        if wanted("forms") {
            forms::measure(many, table, &mut figures);
        }
        if wanted("launch") {
            launch::measure(many, table, &mut figures);
        }
        if wanted("orders") {
            orders(many, &mut figures);
        }
        if wanted("refresh") {
            refresh(many, &mut figures);
        }
        figures.end()
    })
}

fn typed(name: &str) -> Key {
    name.parse().unwrap()
}

/// From a key to its finished frame. Returns the 95th percentile of all keys with many rows.
fn keys(rigs: &mut [Rig; 2], figures: &mut Figures) -> Duration {
    println!("key to finished frame at 120x40, 95th percentiles of {PRESSES} presses each, {FEW} and {MANY} rows:");
    let mut every = [Vec::new(), Vec::new()];
    let mut bytes = [0; 2];
    for name in KEYS {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..PRESSES {
            for (i, rig) in rigs.iter_mut().enumerate() {
                // From the middle, with nothing open, where each key has something to do.
                match name {
                    "k" | "g" => drop(rig.press(typed("G"))),
                    "j" | "pgdn" | "G" => drop(rig.press(typed("g"))),
                    "esc" => {
                        rig.press(typed("esc"));
                        rig.press(typed("enter"));
                    }
                    _ => drop(rig.press(typed("esc"))),
                }
                rig.calm();
                let (time, written) = rig.press(typed(name));
                times[i].push(time);
                if name == "j" {
                    bytes[i] = bytes[i].max(written);
                }
            }
        }
        let [few, many] = times.each_mut().map(|t| percentile(t, 95));
        figures.tell(&format!("{name}: {FEW} rows"), ms(few));
        figures.tell(&format!("{name}: {MANY} rows"), ms(many));
        for (all, some) in every.iter_mut().zip(times) {
            all.extend(some);
        }
    }
    let [few, many] = every.each_mut().map(|t| percentile(t, 95));
    figures.promise("all keys: 95th percentile with 100,000 rows", many.as_secs_f64() * 1e3, " ms", 3.0);
    figures.promise("all keys: 100,000 rows / 100 rows", many.as_secs_f64() / few.as_secs_f64(), "", 1.2);
    figures.promise("bytes that a j writes", bytes[1] as f64, "", 440.0);
    let many_time = many;
    let many = &mut rigs[1];
    many.press(typed("g"));
    many.calm();
    assert!(many.at_instances(), "the keys lead back to the table");
    // Past the last line of the screen each press moves all rows up by one.
    let mut written: Vec<usize> = (0..200).map(|_| many.press(typed("j")).1).collect();
    written.sort_unstable();
    assert!(written[0] > 0, "each of these moves the rows");
    figures.promise("bytes that a j writes that scrolls, 95th percentile", written[189] as f64, "", 440.0);
    figures.tell("the same, most", written[199].to_string());
    many_time
}

/// How long each turn of the loop held the drawing thread: by the clock, and of that on a core.
#[derive(Default)]
struct Turns {
    clock: Vec<Duration>,
    core: Vec<(Duration, &'static str)>,
}

impl Turns {
    fn see(&mut self, held: &Held, what: &'static str) {
        let (clock, core) = held.end();
        self.clock.push(clock);
        self.core.push((core, what));
    }
    /// What the promise is about is the loop's own work. The very longest turn of thousands is one in which the machine did something
    /// else on that core.
    fn tell(&mut self, figures: &mut Figures) {
        self.core.sort_unstable();
        let (time, what) = self.core[self.core.len() * 999 / 1000];
        let name = format!("held for, on a core, 99.9 % of {} turns ({what})", self.core.len());
        figures.promise(&name, time.as_secs_f64() * 1e3, " ms", 3.0);
        let (time, what) = self.core[self.core.len() - 1];
        figures.tell(&format!("the longest ({what})"), ms(time));
        figures.tell("by the clock, waiting for a core included: 99.9 %", ms(percentile_of(&mut self.clock, 999)));
        figures.tell("the longest", ms(percentile_of(&mut self.clock, 1000)));
    }
}

/// How long until the rows stand in a new order, and how long the drawing thread was held meanwhile.
fn orders(rig: &mut Rig, figures: &mut Figures) {
    println!("filter and sort of {MANY} rows, from the last key to the rows:");
    let mut longest = Turns::default();
    for (what, line) in [
        ("a word that all columns are looked through for", "/zzz-nowhere"),
        ("a word that a third has", "/payments"),
        ("a field's value", "/type=t3.micro"),
        ("everything again", "/"),
    ] {
        let mut times: Vec<Duration> = (0..5)
            .map(|_| {
                let now = rig.engine.now();
                for c in line.chars() {
                    let held = Held::begin();
                    rig.engine.handle(Event::Key(Key::new(KeyCode::Char(c), Default::default()), now));
                    longest.see(&held, "a letter");
                    rig.calm();
                }
                let begun = Instant::now();
                let held = Held::begin();
                rig.press(typed("enter"));
                longest.see(&held, "enter");
                let time = ordered(rig, begun, &mut longest);
                rig.calm();
                rig.engine.handle(Event::Key(typed("esc"), now));
                rig.calm();
                time
            })
            .collect();
        figures.promise(&format!("filter: {what}"), median(&mut times).as_secs_f64() * 1e3, " ms", 100.0);
    }
    let fields = rig.instances.kind.fields;
    for name in ["name", "launched", "private_ip", "state"] {
        let Some(field) = (0..fields.len()).find(|i| fields.at(*i).name == name) else { continue };
        let mut times: Vec<Duration> = (0..5)
            .map(|round| {
                let begun = Instant::now();
                // What is turned round is what is wanted.
                rig.engine.state.view.sort = Some(Sort { field, ascending: round % 2 == 1 });
                let held = Held::begin();
                rig.press(typed("S"));
                longest.see(&held, "sort");
                ordered(rig, begun, &mut longest)
            })
            .collect();
        figures.promise(&format!("sort by {name}"), median(&mut times).as_secs_f64() * 1e3, " ms", 100.0);
    }
    longest.tell(figures);
}

/// Draws on as the console does until the new order is there.
fn ordered(rig: &mut Rig, begun: Instant, longest: &mut Turns) -> Duration {
    while rig.engine.state.view.indexing.is_some() {
        let held = Held::begin();
        if rig.engine.drain(TURN) {
            rig.draw();
            longest.see(&held, "the new order");
        } else {
            std::thread::sleep(Duration::from_micros(50));
        }
    }
    begun.elapsed()
}

/// A refresh of everything, a hundred pages of a thousand, while a key repeats. As the console does, the loop takes in what comes
/// between two frames.
fn refresh(rig: &mut Rig, figures: &mut Figures) {
    println!("a refresh of {MANY} rows while a key is held:");
    let mut turns = Turns::default();
    let begun = Instant::now();
    let complete = |rig: &Rig| rig.engine.store.table(&rig.instances).and_then(|t| t.status.complete);
    let before = complete(rig);
    rig.press(typed("r"));
    let (mut down, mut drawn) = (true, Instant::now());
    loop {
        let held = Held::begin();
        let any = rig.engine.drain(TURN) | rig.engine.tick();
        if drawn.elapsed() >= FRAME {
            rig.press(typed(if down { "j" } else { "k" }));
            turns.see(&held, "rows, a key and a frame");
            (down, drawn) = (!down, Instant::now());
        } else if any {
            turns.see(&held, "rows");
        } else {
            std::thread::sleep(Duration::from_micros(500));
        }
        if !any && complete(rig) != before && begun.elapsed() > Duration::from_millis(300) {
            break;
        }
    }
    figures.tell("it takes", ms(begun.elapsed()));
    turns.tell(figures);
}
