//! Follows plans after their last call until the rows have come to rest.

use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::act::{Rest, rest};
use crate::base::Time;
use crate::model::{ActEvent, Plan, Settle};
use crate::store::Store;

struct Watched {
    settle: Settle,
    calls: usize,
    /// When the last call was answered, or its outcome became unknown.
    since: Option<Time>,
    unknown: bool,
    said: String,
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
    pub(super) fn carried(&mut self, run: u64, plan: &Plan) -> bool {
        if !self.known.insert(run) {
            return false;
        }
        let watched = Watched {
            settle: plan.settle.clone(),
            calls: plan.calls.len(),
            since: None,
            unknown: false,
            said: String::new(),
        };
        self.open.insert(run, watched);
        true
    }

    /// Takes note of what the executor says.
    pub(super) fn heard(&mut self, event: &ActEvent, now: Time) {
        match event {
            ActEvent::Began { run, .. } => {
                if let Some(w) = self.open.get_mut(run).filter(|w| w.calls == 0) {
                    w.since = Some(now);
                }
            }
            ActEvent::Done { run, call, .. } => {
                if let Some(w) = self.open.get_mut(run)
                    && call + 1 == w.calls
                {
                    w.since = Some(now);
                }
            }
            ActEvent::Unknown { run, .. } => {
                if let Some(w) = self.open.get_mut(run) {
                    w.since = Some(now);
                    w.unknown = true;
                }
            }
            ActEvent::Failed { run, .. } => {
                self.open.remove(run);
            }
            _ => {}
        }
    }

    /// What is to be told, as the store stands.
    pub(super) fn look(&mut self, store: &Store, now: Time) -> Vec<ActEvent> {
        let mut out = Vec::new();
        self.open.retain(|run, w| {
            let Some(since) = w.since else { return true };
            if w.settle == Settle::AtOnce {
                let text = if w.unknown { "the outcome is unknown".into() } else { String::new() };
                out.push(ActEvent::Settled { run: *run, text, ok: !w.unknown });
                return false;
            }
            if now.since(since) < FIRST_LOOK {
                return true;
            }
            match rest(&w.settle, store, since, now) {
                Rest::Moving(text) => {
                    if text != w.said {
                        w.said.clone_from(&text);
                        out.push(ActEvent::Settling { run: *run, text });
                    }
                    true
                }
                Rest::There(text) => {
                    out.push(ActEvent::Settled { run: *run, text, ok: true });
                    false
                }
                Rest::Elsewhere(text) => {
                    out.push(ActEvent::Settled { run: *run, text, ok: false });
                    false
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

#[cfg(test)]
#[path = "watcher_tests.rs"]
mod tests;
