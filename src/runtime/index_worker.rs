//! A thread that filters, sorts and drops: everything about a large table that takes longer than a frame.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::engine::Inbox;
use crate::base::thread::background;
use crate::model::{Event, Record};
use crate::store::{IndexJob, index};

/// The handle. Dropping it ends the thread.
pub(super) struct IndexWorker {
    jobs: Sender<IndexJob>,
    garbage: Sender<Vec<Arc<Record>>>,
    busy: Arc<AtomicUsize>,
}

impl IndexWorker {
    pub(super) fn start(out: Sender<Inbox>) -> IndexWorker {
        let (jobs, todo) = unbounded::<IndexJob>();
        let (garbage, dead) = unbounded();
        let busy = Arc::new(AtomicUsize::new(0));
        let counted = busy.clone();
        background("index", move || work(&todo, &out, &counted));
        // Apart from the indexes: dropping 100,000 records must not make a sort wait.
        background("reaper", move || dead.iter().for_each(drop));
        IndexWorker { jobs, garbage, busy }
    }

    pub(super) fn index(&self, job: IndexJob) {
        self.busy.fetch_add(1, Ordering::SeqCst);
        if self.jobs.send(job).is_err() {
            self.busy.fetch_sub(1, Ordering::SeqCst);
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
    while let Ok(mut job) = todo.recv() {
        // Only the newest counts: an index for an older request would be dropped by the viewer.
        while let Ok(newer) = todo.try_recv() {
            job = newer;
            busy.fetch_sub(1, Ordering::SeqCst);
        }
        let done = index(&job);
        let sent = out.send(Inbox::Event(Event::Indexed(done)));
        busy.fetch_sub(1, Ordering::SeqCst);
        if sent.is_err() {
            return;
        }
    }
}
