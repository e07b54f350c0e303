//! Follows runs: between two calls until what the next one needs has come, and after the last one until the rows have come to rest.

use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::act::{WaitStatus, check};
use crate::base::Time;
use crate::model::{ActEvent, Progress, RunEntry, RunRecord, Step, StepState, Verdict, Waiter};
use crate::store::Store;

struct Watched {
    record: RunRecord,
    /// Whether a step waits or uses an answer: then what comes at the end says nothing of a step in the middle.
    sequence: bool,
    /// What is looked for now.
    wait: Waiter,
    /// Whether the next call waits for it.
    between: bool,
    /// Since when it is looked for: when the call was answered, or its outcome became unknown.
    since: Option<Time>,
    unknown: bool,
    said: String,
}

/// What came of looking.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum News {
    /// Something to tell the viewer.
    Act(ActEvent),
    /// The next call may leave.
    GoOn(u64),
}

/// Runs that have not come to rest.
#[derive(Default)]
pub(super) struct Watcher {
    open: FxHashMap<u64, Watched>,
    /// Every number that there was: a second one with the same number is no second run.
    known: FxHashSet<u64>,
}

/// Rows read in the moments after the last answer may still show the old state: EC2 is eventually consistent.
const FIRST_LOOK: Duration = Duration::from_millis(1500);

impl Watcher {
    /// Follows a run from here on. `false`: there was one with this number already.
    pub(super) fn begun(&mut self, run: u64, record: &RunRecord) -> bool {
        if !self.known.insert(run) {
            return false;
        }
        let waits = |s: &Step| s.wait != Waiter::AtOnce || s.before != Waiter::AtOnce;
        let uses = |r: &RunRecord| r.steps.iter().any(|s| waits(s) || !s.call.uses().is_empty());
        let watched = Watched {
            sequence: uses(record),
            record: record.clone(),
            wait: Waiter::AtOnce,
            between: false,
            since: None,
            unknown: false,
            said: String::new(),
        };
        self.open.insert(run, watched);
        true
    }

    /// The runs that are followed, with their names in the journal.
    pub(super) fn names(&self) -> Vec<(u64, String)> {
        self.open.iter().map(|(run, w)| (*run, w.record.name.clone())).collect()
    }

    /// A run's title.
    pub(super) fn title(&self, run: u64) -> String {
        self.open.get(&run).map(|w| w.record.title.clone()).unwrap_or_default()
    }

    /// Takes note of what the executor says.
    pub(super) fn heard(&mut self, event: &ActEvent, now: Time) {
        let (ActEvent::Began { run, .. }
        | ActEvent::Done { run, .. }
        | ActEvent::Lost { run, .. }
        | ActEvent::Waiting { run, .. }
        | ActEvent::Waited { run, .. }
        | ActEvent::Needless { run, .. }
        | ActEvent::Unknown { run, .. }
        | ActEvent::Failed { run, .. }) = event
        else {
            return;
        };
        let Some(w) = self.open.get_mut(run) else { return };
        match event {
            ActEvent::Began { .. } => w.answered(now),
            ActEvent::Done { step, outputs, .. } => {
                let (step, outputs) = (*step, outputs.clone());
                w.record.apply(&RunEntry::Outcome { step, state: StepState::Done, outputs }, now);
                w.answered(now);
            }
            ActEvent::Needless { step, fault, .. } => {
                let state = StepState::Needless(fault.to_string());
                w.record.apply(&RunEntry::Outcome { step: *step, state, outputs: Vec::new() }, now);
                w.answered(now);
            }
            ActEvent::Waiting { wait, .. } => {
                (w.wait, w.between, w.since) = (wait.clone(), true, Some(now));
                w.said.clear();
            }
            ActEvent::Waited { at, .. } => {
                w.record.apply(&RunEntry::Waited { at: *at }, now);
                (w.between, w.since) = (false, None);
            }
            ActEvent::Unknown { step, .. } => {
                let last = step + 1 == w.record.steps.len();
                let wait = w.record.resolved_wait();
                // What cannot be looked for is the user's to decide; the journal keeps it open.
                if !wait.uses().is_empty() || (w.sequence && !last) {
                    self.open.remove(run);
                    return;
                }
                (w.wait, w.between, w.since, w.unknown) = (wait, false, Some(now), true);
            }
            _ => {
                self.open.remove(run);
            }
        }
    }

    /// A decision of the user's about a run that waits.
    pub(super) fn decided(&mut self, run: u64, verdict: Verdict, now: Time) {
        match (self.open.get_mut(&run), verdict) {
            (Some(w), Verdict::Wait) => {
                w.since = Some(now);
                w.said.clear();
            }
            (Some(w), Verdict::GoOn) => w.since = None,
            (_, Verdict::Stop) => drop(self.open.remove(&run)),
            (None, _) => {}
        }
    }

    /// What is to be told, as the store stands.
    pub(super) fn look(&mut self, store: &Store, now: Time) -> Vec<News> {
        let mut out = Vec::new();
        self.open.retain(|run, w| {
            let Some(since) = w.since else { return true };
            let run = *run;
            if w.wait == Waiter::AtOnce {
                let text = if w.unknown { "the outcome is unknown".into() } else { String::new() };
                out.push(News::Act(ActEvent::Settled { run, text, ok: !w.unknown }));
                return false;
            }
            if now.since(since) < FIRST_LOOK {
                return true;
            }
            match (check(&w.wait, store, since, now), w.between) {
                (WaitStatus::Moving(text), _) => {
                    if text != w.said {
                        w.said.clone_from(&text);
                        out.push(News::Act(ActEvent::Settling { run, text }));
                    }
                    true
                }
                (WaitStatus::There(_), true) => {
                    w.since = None;
                    out.push(News::GoOn(run));
                    true
                }
                // It is looked at no more until the user has decided.
                (WaitStatus::Elsewhere(text), true) => {
                    w.since = None;
                    out.push(News::Act(ActEvent::Stuck { run, text }));
                    true
                }
                (WaitStatus::There(text), false) => {
                    out.push(News::Act(ActEvent::Settled { run, text, ok: true }));
                    false
                }
                // It is told, and kept: the user may want to go on looking.
                (WaitStatus::Elsewhere(text), false) => {
                    w.since = None;
                    out.push(News::Act(ActEvent::Settled { run, text, ok: false }));
                    true
                }
            }
        });
        out
    }

    /// When to look again if no news comes.
    pub(super) fn wake(&self, now: Time) -> Option<Time> {
        self.open.values().any(|w| w.since.is_some()).then(|| now.plus(Duration::from_secs(1)))
    }
}

impl Watched {
    /// Once every call was answered, the whole is looked at.
    fn answered(&mut self, now: Time) {
        if self.record.progress() == Progress::Answered {
            (self.wait, self.between, self.since) = (self.record.resolved_wait(), false, Some(now));
        }
    }
}

#[cfg(test)]
#[path = "watcher_tests.rs"]
mod tests;
