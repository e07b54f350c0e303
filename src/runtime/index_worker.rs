//! A thread that filters, sorts and drops: everything about a large table that takes longer than a frame.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, unbounded};

use super::inbox::Inbox;
use crate::base::thread::background;
use crate::model::{Event, Record};
use crate::store::{IndexJob, index};

/// The handle. Dropping it ends the thread.
pub(super) struct IndexWorker {
    jobs: Sender<IndexJob>,
    /// The other end: a job that has not been begun makes way for a newer one.
    waiting: Receiver<IndexJob>,
    garbage: Sender<Vec<Arc<Record>>>,
    busy: Arc<AtomicUsize>,
}

impl IndexWorker {
    pub(super) fn start(out: Sender<Inbox>) -> IndexWorker {
        let (jobs, todo) = bounded::<IndexJob>(1);
        // Without a bound, because the screen waits for nothing. What lies here was taken out of the Store by rows that took its
        // place, and those took longer to be read, parsed and applied than a record takes to be dropped.
        let (garbage, dead) = unbounded();
        let waiting = todo.clone();
        let busy = Arc::new(AtomicUsize::new(0));
        let counted = busy.clone();
        background("index", move || work(&todo, &out, &counted));
        // Apart from the indexes: dropping 100,000 records must not make a sort wait.
        background("reaper", move || dead.iter().for_each(drop));
        IndexWorker { jobs, waiting, garbage, busy }
    }

    /// Only the newest counts: an index for an older request would be dropped by the viewer.
    pub(super) fn index(&self, mut job: IndexJob) {
        self.busy.fetch_add(1, Ordering::SeqCst);
        while let Err(TrySendError::Full(back)) = self.jobs.try_send(job) {
            if self.waiting.try_recv().is_ok() {
                self.busy.fetch_sub(1, Ordering::SeqCst);
            }
            job = back;
        }
    }
    pub(super) fn discard(&self, records: Vec<Arc<Record>>) {
        if !records.is_empty() {
            // The reaper ends only with the program.
            let _ = self.garbage.send(records);
        }
    }
    pub(super) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::SeqCst) > 0
    }
}

fn work(todo: &Receiver<IndexJob>, out: &Sender<Inbox>, busy: &AtomicUsize) {
    while let Ok(job) = todo.recv() {
        let done = index(&job);
        let sent = out.send(Inbox::Event(Event::Indexed(done)));
        busy.fetch_sub(1, Ordering::SeqCst);
        if sent.is_err() {
            return;
        }
    }
}
