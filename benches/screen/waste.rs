//! What is wasted among 100,000 resources: how long a worker makes the rows, and how long that holds the drawing thread.

use std::time::{Duration, Instant};

use skydeck::kinds::registry::ALL;
use skydeck::model::{Kind, TableKey};
use skydeck::store::derive::derive;
use tokio::runtime::Handle;

use super::support::rig::Rig;
use super::support::{Figures, Held, fleet, ms, percentile};

const ROUNDS: usize = 20;
/// With a volume and an image for each five of them, and as many snapshots and rules, over 100,000 rows.
const INSTANCES: usize = 60_000;

pub fn measure(url: &str, handle: &Handle, figures: &mut Figures) {
    let mut rig = Rig::start(&fleet::fleet(url, INSTANCES), handle);
    rig.until(Rig::complete);
    rig.type_line("waste");
    rig.press(super::typed("enter"));
    rig.until(Rig::view_complete);
    rig.settle();
    let kind = Kind(ALL.kind("waste").unwrap().info);
    let table = TableKey::all(rig.instances.scope.clone(), kind);
    let named = |name: &str| ALL.kind(name).map(|def| Kind(def.info));
    let inputs = rig.engine.store.inputs_of(&table, named);
    let rows: usize = inputs.iter().filter_map(|t| rig.engine.store.table(t)).map(|t| t.len()).sum();
    let wasted = rig.engine.store.table(&table).map_or(0, |t| t.len());
    println!("waste among {rows} resources, of which {wasted} are unused, {ROUNDS} times:");
    assert!(rows >= 100_000, "{rows} resources");
    let (mut held, mut made) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let now = rig.engine.now();
        let drawing = Held::begin();
        let job = rig.engine.store.derive_job(&table, round as u64, now, named).unwrap();
        held.push(drawing.end().1);
        let begun = Instant::now();
        let batch = derive(job);
        made.push(begun.elapsed());
        assert_eq!(batch.rows.len(), wasted);
    }
    let ms_of = |time: Duration| time.as_secs_f64() * 1e3;
    figures.tell("made by a worker: median", ms(percentile(&mut made, 50)));
    figures.promise("waste among 100,000 resources: 95th percentile", ms_of(percentile(&mut made, 95)), " ms", 200.0);
    figures.promise("it holds the drawing thread, on a core", ms_of(percentile(&mut held, 95)), " ms", 3.0);
}
