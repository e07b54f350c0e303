//! Keys, filters, sorts and refreshes with few rows and with 100,000: what a frame waits for, and what it writes.
//!
//! `cargo bench --bench screen`

mod support;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use skydeck::input::{Key, KeyCode};
use skydeck::model::{Event, Sort};
use support::rig::Rig;
use support::{Figures, fleet, median, ms, percentile};

const FEW: usize = 100;
const MANY: usize = 100_000;
/// Each key is pressed this often.
const PRESSES: usize = 300;
const KEYS: [&str; 7] = ["j", "k", "pgdn", "G", "g", "enter", "esc"];

fn main() -> ExitCode {
    support::beside_a_server(|url| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let mut rigs = [FEW, MANY].map(|rows| {
            let mut rig = Rig::start(&fleet::fleet(url, rows), runtime.handle());
            rig.until(|r| r.complete() && r.engine.state.view.order.len() == rows);
            rig.settle();
            rig
        });
        let mut figures = Figures::default();
        keys(&mut rigs, &mut figures);
        let many = &mut rigs[1];
        orders(many, &mut figures);
        refresh(many, &mut figures);
        figures.end()
    })
}

fn typed(name: &str) -> Key {
    name.parse().unwrap()
}

/// From a key to its finished frame.
fn keys(rigs: &mut [Rig; 2], figures: &mut Figures) {
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
                    "esc" => drop(rig.press(typed("enter"))),
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
    figures.promise("bytes that a j writes", bytes[1] as f64, "", 400.0);
}

/// How long until the rows stand in a new order, and how long the drawing thread was held meanwhile.
fn orders(rig: &mut Rig, figures: &mut Figures) {
    println!("filter and sort of {MANY} rows, from the last key to the rows:");
    let mut held = Duration::ZERO;
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
                    rig.engine.handle(Event::Key(Key::new(KeyCode::Char(c), Default::default()), now));
                    rig.calm();
                }
                let mut turn = |rig: &mut Rig, k: &str| {
                    let (time, _) = rig.press(typed(k));
                    held = held.max(time);
                };
                let begun = Instant::now();
                turn(rig, "enter");
                let time = ordered(rig, begun, &mut held);
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
                held = held.max(rig.press(typed("S")).0);
                ordered(rig, begun, &mut held)
            })
            .collect();
        figures.promise(&format!("sort by {name}"), median(&mut times).as_secs_f64() * 1e3, " ms", 100.0);
    }
    figures.promise("longest that a frame was held meanwhile", held.as_secs_f64() * 1e3, " ms", 3.0);
}

/// Draws on as the console does until the new order is there.
fn ordered(rig: &mut Rig, begun: Instant, held: &mut Duration) -> Duration {
    while rig.engine.state.view.indexing.is_some() {
        let turn = Instant::now();
        if rig.engine.drain(2_000) {
            rig.draw();
            *held = (*held).max(turn.elapsed());
        } else {
            std::thread::sleep(Duration::from_micros(50));
        }
    }
    begun.elapsed()
}

/// A refresh of everything: a hundred pages of a thousand.
fn refresh(rig: &mut Rig, figures: &mut Figures) {
    println!("a refresh of {MANY} rows while a key is held:");
    let mut turns = Vec::new();
    let begun = Instant::now();
    let before = rig.engine.store.table(&rig.instances).and_then(|t| t.status.complete);
    let asked = |rig: &Rig| rig.engine.store.table(&rig.instances).and_then(|t| t.status.complete) != before;
    rig.press(typed("r"));
    let mut down = true;
    loop {
        let turn = Instant::now();
        let any = rig.engine.drain(2_000) | rig.engine.tick();
        let now = rig.engine.now();
        rig.engine.handle(Event::Key(typed(if down { "j" } else { "k" }), now));
        down = !down;
        rig.draw();
        turns.push(turn.elapsed());
        if !any && asked(rig) && begun.elapsed() > Duration::from_millis(300) {
            break;
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    figures.tell("it takes", ms(begun.elapsed()));
    figures.tell("turns of the loop, median", ms(median(&mut turns)));
    figures.promise("longest that a frame was held", percentile(&mut turns, 100).as_secs_f64() * 1e3, " ms", 3.0);
}
