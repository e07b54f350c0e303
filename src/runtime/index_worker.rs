//! A thread that filters, sorts and drops: everything about a large table that takes longer than a frame.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, select_biased, unbounded};

use super::inbox::Inbox;
use crate::base::thread::{background, behind_keys};
use crate::model::{Event, IndexFor};
use crate::store::{Garbage, IndexJob, index};

/// The handle. Dropping it ends the thread.
pub(super) struct IndexWorker {
    view: Waiting,
    picker: Waiting,
    garbage: Sender<Garbage>,
    busy: Arc<AtomicUsize>,
}

/// Room for one job that has not been begun. The other end is here too: it makes way for a newer one.
struct Waiting {
    put: Sender<IndexJob>,
    take: Receiver<IndexJob>,
}

impl Waiting {
    fn new() -> Waiting {
        let (put, take) = bounded(1);
        Waiting { put, take }
    }
}

impl IndexWorker {
    pub(super) fn start(out: Sender<Inbox>) -> IndexWorker {
        // Each has its own place: a picker's order must not push out the table's, which nobody would ask for again.
        let (view, picker) = (Waiting::new(), Waiting::new());
        // Without a bound, because the screen waits for nothing. What lies here was taken out of the Store by rows that took its
        // place, and those took longer to be read, parsed and applied than a record takes to be dropped.
        let (garbage, dead) = unbounded();
        let todo = (picker.take.clone(), view.take.clone());
        let busy = Arc::new(AtomicUsize::new(0));
        let counted = busy.clone();
        behind_keys("index", move || work(&todo, &out, &counted));
        // Apart from the indexes: dropping 100,000 records must not make a sort wait.
        background("reaper", move || dead.iter().for_each(drop));
        IndexWorker { view, picker, garbage, busy }
    }

    /// Only the newest counts: an index for an older request would be dropped by the viewer.
    pub(super) fn index(&self, mut job: IndexJob) {
        self.busy.fetch_add(1, Ordering::SeqCst);
        let waiting = match job.of() {
            IndexFor::View => &self.view,
            IndexFor::Picker => &self.picker,
        };
        while let Err(TrySendError::Full(back)) = waiting.put.try_send(job) {
            if waiting.take.try_recv().is_ok() {
                self.busy.fetch_sub(1, Ordering::SeqCst);
            }
            job = back;
        }
    }
    pub(super) fn discard(&self, garbage: Garbage) {
        if !garbage.is_empty() {
            // The reaper ends only with the program.
            let _ = self.garbage.send(garbage);
        }
    }
    pub(super) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::SeqCst) > 0
    }
}

/// The next job: the picker's first, because it lies over the table.
fn next((picker, view): &(Receiver<IndexJob>, Receiver<IndexJob>)) -> Option<IndexJob> {
    select_biased! {
        recv(picker) -> job => job.ok(),
        recv(view) -> job => job.ok(),
    }
}

fn work(todo: &(Receiver<IndexJob>, Receiver<IndexJob>), out: &Sender<Inbox>, busy: &AtomicUsize) {
    while let Some(job) = next(todo) {
        let done = index(&job);
        let sent = out.send(Inbox::Event(Event::Indexed(done)));
        busy.fetch_sub(1, Ordering::SeqCst);
        if sent.is_err() {
            return;
        }
    }
}
