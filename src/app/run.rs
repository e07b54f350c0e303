//! Plans that were confirmed, and how far they have come.

use crate::base::{Fault, Time};
use crate::model::{Progress, RunRecord, Waiter};

/// A plan on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its number: that of the plan.
    pub id: u64,
    /// What is carried out, and what became of each step.
    pub record: Box<RunRecord>,
    /// When it was confirmed.
    pub began: Time,
    /// When it came to its end.
    pub ended: Option<Time>,
    /// What the last answer said, in a few words; may be empty.
    pub answer: String,
    /// Bytes of a transfer: so far, and in all if known.
    pub progress: Option<(u64, Option<u64>)>,
    /// Where it is.
    pub phase: RunPhase,
    /// The runs whose way back it is. The journal forgets them once one of its own calls was answered: until then a start after a crash has
    /// to speak of them.
    pub replaces: Vec<String>,
}

/// How far a run has come.
#[derive(Debug, Clone, PartialEq)]
pub enum RunPhase {
    /// Handed over; the journal has not said yet that it began.
    Confirmed,
    /// Calls are being sent.
    Sending,
    /// The next call waits for this; a sentence about how far it is.
    Waiting(Waiter, String),
    /// What the next call waits for does not come; a sentence. The user decides.
    Stuck(String),
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
    /// Whether every call was answered and the rows did not come to what was wanted: they can be looked at further.
    pub fn is_late(&self) -> bool {
        let answered = self.record.progress() == Progress::Answered;
        answered && matches!(self.phase, RunPhase::Settled(false, _)) && !self.record.resolved_wait().rows().is_empty()
    }
    /// Whether it stopped with something done and something not: it can be gone on with, or undone.
    pub fn is_half_done(&self) -> bool {
        let (done, of) = self.record.done();
        match self.phase {
            // Before the first call nothing is done: the user decides all the same.
            RunPhase::Stuck(_) => true,
            RunPhase::Failed(_) | RunPhase::Unknown(_) => done < of && (done > 0 || self.record.has_step_undo()),
            _ => false,
        }
    }
    /// The rows that it waits for now.
    pub fn looks_for(&self) -> Waiter {
        match &self.phase {
            RunPhase::Waiting(wait, _) => wait.clone(),
            _ => self.record.resolved_wait(),
        }
    }
    /// Whether a call may still be on its way: what quitting must not drop.
    pub fn in_flight(&self) -> bool {
        matches!(self.phase, RunPhase::Confirmed | RunPhase::Sending | RunPhase::Waiting(..))
    }
    /// One line: `Stop 2 instances: web-1 stopping`.
    pub fn text(&self) -> String {
        let what = match &self.phase {
            RunPhase::Confirmed => "confirmed".into(),
            RunPhase::Sending => match self.progress {
                Some((done, Some(of))) if of > 0 => format!("{} %", done.saturating_mul(100) / of),
                Some((done, _)) => format!("{done} bytes"),
                None => {
                    let (done, of) = self.record.done();
                    format!("{done} of {of} calls answered")
                }
            },
            RunPhase::Waiting(_, text) => self.step_text(text),
            RunPhase::Stuck(text) => format!("{} :runs to go on or to undo", self.step_text(&format!("{text}."))),
            RunPhase::Unknown(f) => format!("outcome unknown, being looked at: {f}"),
            // What has no rows to be watched is over with its answer.
            RunPhase::Settled(true, s) if s.is_empty() => match self.record.steps.len() {
                1 if !self.answer.is_empty() => self.answer.clone(),
                _ => "done".into(),
            },
            // Where one call says all there is (an address, a file), that is said with it.
            RunPhase::Settled(true, s)
                if self.record.steps.len() == 1 && self.record.rows.is_empty() && !self.answer.is_empty() =>
            {
                format!("{s}, {}", self.answer)
            }
            RunPhase::Settling(s) | RunPhase::Settled(_, s) => s.clone(),
            RunPhase::Failed(f) => format!("failed: {f}"),
        };
        format!("{}: {what}", self.record.title)
    }
    fn step_text(&self, text: &str) -> String {
        let (done, of) = self.record.done();
        format!("step {done} of {of} done, waiting: {text}")
    }
}
