//! Plans that were confirmed, and how far they have come.

use crate::base::{Fault, Time};
use crate::model::Plan;

/// A plan on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its number: that of the plan.
    pub id: u64,
    /// What is carried out.
    pub plan: Box<Plan>,
    /// When it was confirmed.
    pub began: Time,
    /// When it came to its end.
    pub ended: Option<Time>,
    /// How many calls have been answered.
    pub done: usize,
    /// What the last answer said, in a few words; may be empty.
    pub answer: String,
    /// Bytes of a transfer: so far, and in all if known.
    pub progress: Option<(u64, Option<u64>)>,
    /// Where it is.
    pub phase: RunPhase,
}

/// How far a run has come.
#[derive(Debug, Clone, PartialEq)]
pub enum RunPhase {
    /// Handed over; the journal has not said yet that it began.
    Confirmed,
    /// Calls are being sent.
    Sending,
    /// A call got no answer: it is being looked at, never sent again.
    Unknown(Fault),
    /// All calls were answered; the rows are on their way.
    Settling(String),
    /// It came to rest as it should, or not; a sentence.
    Settled(bool, String),
    /// A call failed; the rest was not sent.
    Failed(Fault),
}

impl Run {
    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, RunPhase::Settled(..) | RunPhase::Failed(_))
    }
    /// Whether a call may still be on its way: what quitting must not drop.
    pub fn in_flight(&self) -> bool {
        matches!(self.phase, RunPhase::Confirmed | RunPhase::Sending)
    }
    /// One line: `Stop 2 instances: web-1 stopping`.
    pub fn text(&self) -> String {
        let what = match &self.phase {
            RunPhase::Confirmed => "confirmed".into(),
            RunPhase::Sending => match self.progress {
                Some((done, Some(of))) if of > 0 => format!("{} %", done.saturating_mul(100) / of),
                Some((done, _)) => format!("{done} bytes"),
                None => format!("{} of {} calls answered", self.done, self.plan.calls.len()),
            },
            RunPhase::Unknown(f) => format!("outcome unknown, being looked at: {f}"),
            // What has no rows to be watched is over with its answer.
            RunPhase::Settled(true, s) if s.is_empty() => match self.plan.calls.len() {
                1 if !self.answer.is_empty() => self.answer.clone(),
                _ => "done".into(),
            },
            RunPhase::Settling(s) | RunPhase::Settled(_, s) => s.clone(),
            RunPhase::Failed(f) => format!("failed: {f}"),
        };
        format!("{}: {what}", self.plan.title)
    }
}
