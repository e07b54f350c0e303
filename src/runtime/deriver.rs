//! A thread that makes the rows of derived kinds, and which of them are to be made anew.

use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, unbounded};
use rustc_hash::FxHashMap;

use super::inbox::Inbox;
use crate::base::thread::background;
use crate::fetch::Update;
use crate::model::TableKey;
use crate::store::{DeriveJob, Store, derive};

/// While the tables that it is made of arrive page by page, a derived table is made anew this often at most.
const BETWEEN: Duration = Duration::from_millis(100);

/// A derived table that somebody looks at.
#[derive(Default)]
struct Wanted {
    inputs: Vec<TableKey>,
    /// Whether an input has changed since its rows were made.
    dirty: bool,
    running: bool,
    begun: Option<Instant>,
}

/// The handle. Dropping it ends the thread.
pub(super) struct Deriver {
    jobs: Sender<DeriveJob>,
    wanted: FxHashMap<TableKey, Wanted>,
    /// Numbers of jobs: a newer one's rows count.
    seq: u64,
}

impl Deriver {
    pub(super) fn start(out: Sender<Inbox>) -> Deriver {
        // At most one job waits for each table that is looked at.
        let (jobs, todo) = unbounded::<DeriveJob>();
        background("derive", move || {
            for job in &todo {
                if out.send(Inbox::Update(Update::Batch(derive(job)))).is_err() {
                    return;
                }
            }
        });
        Deriver { jobs, wanted: FxHashMap::default(), seq: 0 }
    }

    /// Replaces what is wanted: derived tables with the tables that they are made of.
    pub(super) fn watch(&mut self, tables: impl Iterator<Item = (TableKey, Vec<TableKey>)>) {
        let mut before = std::mem::take(&mut self.wanted);
        for (table, inputs) in tables {
            let was = before.remove(&table);
            let new = was.is_none();
            let was = was.unwrap_or_default();
            let dirty = was.dirty || new || was.inputs != inputs;
            self.wanted.insert(table, Wanted { inputs, dirty, ..was });
        }
        // What is under way and wanted no more comes to its end.
        self.wanted.extend(before.into_iter().filter(|(_, w)| w.running).map(|(table, w)| {
            let idle = Wanted { inputs: Vec::new(), dirty: false, ..w };
            (table, idle)
        }));
    }

    /// A table has changed.
    pub(super) fn changed(&mut self, table: &TableKey) {
        for wanted in self.wanted.values_mut().filter(|w| w.inputs.contains(table)) {
            wanted.dirty = true;
        }
    }

    /// The rows of a derived table have been applied to the end.
    pub(super) fn done(&mut self, table: &TableKey) {
        if let Some(wanted) = self.wanted.get_mut(table) {
            wanted.running = false;
        }
    }

    /// Begins what is to be made anew now; `job` takes the pictures for a table and a number.
    pub(super) fn begin(&mut self, store: &Store, job: impl Fn(&TableKey, u64) -> Option<DeriveJob>) {
        for (table, wanted) in &mut self.wanted {
            let arriving = |t: &TableKey| store.table(t).is_some_and(|t| t.status.running);
            let rests = wanted.begun.is_some_and(|at| at.elapsed() < BETWEEN) && wanted.inputs.iter().any(arriving);
            if !wanted.dirty || wanted.running || rests {
                continue;
            }
            self.seq += 1;
            (wanted.dirty, wanted.begun) = (false, Some(Instant::now()));
            if let Some(job) = job(table, self.seq) {
                wanted.running = self.jobs.send(job).is_ok();
            }
        }
    }

    /// In how long [`Deriver::begin`] has something to do, if that is not an answer's doing.
    pub(super) fn wake(&self) -> Option<Duration> {
        let waits = self.wanted.values().filter(|w| w.dirty && !w.running);
        waits.map(|w| w.begun.map_or(Duration::ZERO, |at| BETWEEN.saturating_sub(at.elapsed()))).min()
    }

    /// Whether rows are being made or are to be.
    pub(super) fn is_busy(&self) -> bool {
        self.wanted.values().any(|w| w.dirty || w.running)
    }
}
