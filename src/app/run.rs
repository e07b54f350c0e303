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
    /// The user does not want the next call to be sent; it can be gone on with.
    Halted,
}

impl Run {
    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, RunPhase::Settled(..) | RunPhase::Failed(_) | RunPhase::Halted)
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
            RunPhase::Stuck(_) | RunPhase::Halted => true,
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
    /// One line: `Stop 2 instances: web-1 stopping`, and when it is over how long it took: `web-1 stopped (23 s)`.
    pub fn text(&self) -> String {
        let what = match &self.phase {
            RunPhase::Confirmed => return format!("{}…", under_way(&self.record.title)),
            RunPhase::Halted => format!("{}halted. :runs continues or undoes it", self.batch_text()),
            RunPhase::Sending => match self.progress {
                Some((done, Some(of))) if of > 0 => format!("{} %", done.saturating_mul(100) / of),
                Some((done, _)) => format!("{done} bytes"),
                None => {
                    let (done, of) = self.record.done();
                    format!("{}{done} of {of} calls answered", self.batch_text())
                }
            },
            RunPhase::Waiting(..) if self.record.is_lost().is_some() => {
                format!("{}{}", self.batch_text(), self.lost_text())
            }
            RunPhase::Waiting(_, text) => self.step_text(text),
            RunPhase::Stuck(text) => format!("{} :runs continues or undoes it", self.step_text(&format!("{text}."))),
            RunPhase::Unknown(f) => format!("outcome unknown, being checked: {f}"),
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
            RunPhase::Failed(f) => format!("{}failed: {f}", self.batch_text()),
        };
        let title = &self.record.title;
        let over = matches!(self.phase, RunPhase::Settled(true, _)).then_some(self.ended).flatten();
        let took = over.map(|end| end.since(self.began).as_secs()).filter(|s| *s > 0);
        let took = took.map(|s| if s < 120 { format!(" ({s} s)") } else { format!(" ({} min)", s / 60) });
        // What is said of the one row has its name.
        let named = over.and(title.split_once(' ')).is_some_and(|(_, name)| what.starts_with(name));
        let lead = if named { String::new() } else { format!("{title}: ") };
        format!("{lead}{what}{}", took.unwrap_or_default())
    }
    /// `batch 2 of 6, `, of a run in batches.
    fn batch_text(&self) -> String {
        self.record.batch().map_or_else(String::new, |b| format!("batch {} of {}, ", b.number, b.of))
    }
    /// That a call is sent again by itself, of a run that waits for that.
    fn lost_text(&self) -> String {
        let tries = self.record.is_lost().map_or(0, |(_, lost)| lost.tries);
        let s = if tries == 1 { "try" } else { "tries" };
        format!("no answer ({tries} {s}), goes on by itself")
    }
    fn step_text(&self, text: &str) -> String {
        if self.record.batch().is_some() {
            let sep = if text.is_empty() { "" } else { ": " };
            return format!("{}waiting{sep}{text}", self.batch_text());
        }
        let (done, of) = self.record.done();
        format!("step {done} of {of} done, waiting: {text}")
    }
}

/// What a title asks for, as it happens: `Stop web-1` is `Stopping web-1`.
pub fn under_way(title: &str) -> String {
    /// Verbs of one syllable that end in one vowel and one consonant, of those that actions are called by.
    const DOUBLED: &[&str] = &["stop", "put", "set", "run", "get", "let", "cut", "drop"];
    for (begins, said) in [("Undo: ", "Undoing: "), ("Continue: ", "Continuing: "), ("New ", "Creating new ")] {
        if let Some(rest) = title.strip_prefix(begins) {
            return format!("{said}{rest}");
        }
    }
    let (verb, rest) = title.split_once(' ').unwrap_or((title, ""));
    let small = verb.to_lowercase();
    let stem = match verb.strip_suffix('e') {
        Some(stem) if !small.ends_with("ee") => stem,
        _ => verb,
    };
    let twice = DOUBLED.contains(&small.as_str()).then(|| verb.chars().last()).flatten();
    let space = if rest.is_empty() { "" } else { " " };
    format!("{stem}{}ing{space}{rest}", twice.map(String::from).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_said_as_it_happens() {
        let of = |pairs: &[(&str, &str)]| pairs.iter().for_each(|(title, said)| assert_eq!(under_way(title), *said));
        of(&[
            ("Stop web-1", "Stopping web-1"),
            ("Start 2 instances", "Starting 2 instances"),
            ("Create a volume", "Creating a volume"),
            ("Release 43.200.1.2", "Releasing 43.200.1.2"),
            ("Copy snap-1", "Copying snap-1"),
            ("Set", "Setting"),
            ("New version of web", "Creating new version of web"),
            ("Undo: Stop web-1", "Undoing: Stop web-1"),
        ]);
    }
}
