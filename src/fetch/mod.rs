//! The poller: what is asked of AWS, when, and how much of the account's API quota that may take.
//!
//! It knows tables, kinds and budgets; it knows nothing of screens, and it never writes to the store: it sends [`Update`]s,
//! which the runtime applies.

pub mod budget;
pub mod cadence;
mod compactor;
mod cost_meter;
mod job;
mod poller;
mod worker;

pub use budget::{Budget, Share};
pub use poller::{Poller, PollerConfig};

use crate::base::{Fault, Time};
use crate::model::{Batch, Meter, TableKey};

/// What the poller tells the runtime, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// A run over a table began.
    Began(TableKey, Time),
    /// A job learned something.
    Batch(Batch),
    /// A run over a table was given up before its end: nobody wants the table any more.
    Stopped(TableKey),
    /// Rows that a plan is about have been read again; their batches came before this.
    Reread(u64, Result<(), Fault>, Time),
    /// What is being spent, when it changed.
    Meter(Meter),
}
