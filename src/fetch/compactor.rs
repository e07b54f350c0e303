//! Rows that are kept are put where only such rows are.
//!
//! An answer of 3 MB becomes 10 MB of the SDK's structs, of which a tenth is kept. Made among them by the same thread, rows would
//! lie scattered over memory that can then not be given back: 2.5 KiB of it for each. An allocator keeps the memory of each thread
//! apart (arenas), so one thread copies what stays, and does nothing else (`docs/performance.md`).

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::base::thread::background;
use crate::base::{Fault, FaultKind};
use crate::kinds::Interner;
use crate::model::Record;

type Page = (Vec<Record>, oneshot::Sender<Kept>);
/// Rows as the store keeps them, and as they came: these are dropped by the thread that made them, while nobody else is in its
/// part of the allocator.
type Kept = (Vec<Arc<Record>>, Vec<Record>);

/// The thread's handle; the thread ends when all of them are gone.
#[derive(Clone)]
pub(super) struct Keeper {
    interner: Interner,
    pages: std::sync::mpsc::Sender<Page>,
}

impl Keeper {
    pub(super) fn start(interner: Interner) -> Keeper {
        // Holds one page a job at most: each waits for its own.
        let (pages, todo) = std::sync::mpsc::channel::<Page>();
        let shared = interner.clone();
        let work = move || {
            for (rows, answer) in todo {
                // Whoever is gone does not want them any more.
                let _ = answer.send((shared.rows(&rows), rows));
            }
        };
        background("keeper", work);
        Keeper { interner, pages }
    }

    /// The rows as the store keeps them.
    ///
    /// # Errors
    /// The thread has died over them, which is a bug.
    pub(super) async fn keep(&self, rows: Vec<Record>) -> Result<Vec<Arc<Record>>, Fault> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let (answer, kept) = oneshot::channel();
        match self.pages.send((rows, answer)) {
            Ok(()) => match kept.await {
                Ok((kept, _)) => Ok(kept),
                Err(_) => Err(Fault::new(FaultKind::Bug, "The rows were lost on their way to the table.")),
            },
            // There is no such thread: rows are kept where they were made.
            Err(std::sync::mpsc::SendError((rows, _))) => Ok(self.interner.rows(&rows)),
        }
    }
}
