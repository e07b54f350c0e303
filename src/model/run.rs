//! A run: a confirmed plan and what has become of each step, as a fold over the entries of the journal. The executor, the screen
//! and the next start of the program read the same record.

#[cfg(test)]
mod batch_tests;
mod batches;
mod lost;
mod plans;

pub use batches::{StepTimes, TimelineRow};
pub use lost::Lost;

use arcstr::ArcStr;

use super::call::Outputs;
use super::plan::{Confirm, KnownBy, Plan, Step, Undo};
use super::table::TableKey;
use super::waiter::Waiter;
use crate::base::{RowId, Time};

/// What is known of a step's call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum StepState {
    /// It has not left.
    #[default]
    NotSent,
    /// The intent is on disk. If nothing follows, nobody knows whether the call left.
    Sent,
    /// It was answered.
    Done,
    /// AWS, or this program, refused it: a sentence.
    Failed(String),
    /// It left, and no answer was read: a sentence.
    Unknown(String),
    /// AWS refused it, a sentence, because there was nothing to do ([`Step::may_be_refused`]): the run continues.
    Needless(String),
    /// No answer was read, a sentence, and it is sent again by itself.
    Again {
        /// What happened.
        why: String,
        /// Whether it may have arrived, this time or before.
        maybe: bool,
    },
}

impl StepState {
    /// Whether nobody knows whether it was done.
    pub fn is_uncertain(&self) -> bool {
        matches!(self, StepState::Sent | StepState::Unknown(_) | StepState::Again { maybe: true, .. })
    }
}

/// One entry of the journal about a run that has begun.
#[derive(Debug, Clone, PartialEq)]
pub enum RunEntry {
    /// A call is about to leave.
    Intent {
        /// The step, from 0.
        step: usize,
    },
    /// What became of it.
    Outcome {
        /// The step, from 0.
        step: usize,
        /// `Done`, `Failed`, `Unknown`, `Needless` or `Again`.
        state: StepState,
        /// What is kept of the answer; secrets are not among it.
        outputs: Vec<(ArcStr, ArcStr)>,
    },
    /// What a step waits for has come, or the user continues without it.
    Waited {
        /// Where it waited.
        at: WaitPlace,
    },
    /// It is over: there is nothing to continue with or to undo.
    Ended {
        /// Whether it came to the state that was wanted.
        ok: bool,
    },
}

/// Where a run waits: at which step, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitPlace {
    /// Before its call ([`Step::before`]).
    Before(usize),
    /// After its answer ([`Step::wait`]).
    After(usize),
    /// Before its call is sent again: no answer to it was read.
    Again(usize),
}

impl WaitPlace {
    /// The step, from 0.
    pub fn step(self) -> usize {
        let (WaitPlace::Before(step) | WaitPlace::After(step) | WaitPlace::Again(step)) = self;
        step
    }
}

/// What comes next in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// This step's call.
    Send(usize),
    /// A wait.
    Wait(WaitPlace),
    /// Every call was answered; what is left is the wait for the whole.
    Answered,
    /// It stopped at this step: refused, without an answer, or cut off.
    Stopped(usize),
    /// Nothing.
    Ended,
}

/// A run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// The journal's name for it, unique over processes.
    pub name: String,
    /// When it began.
    pub when: Time,
    /// The plan's title.
    pub title: String,
    /// The action.
    pub action: ArcStr,
    /// The rows that the plan named; a create has none.
    pub rows: Vec<(TableKey, RowId)>,
    /// The way back of the whole, once it is done.
    pub undo: Option<Undo>,
    /// What is left to do by hand once it has come to rest.
    pub then: Vec<String>,
    /// Whether a bare Enter was not enough to confirm it: nor is it for the rest of it.
    pub careful: bool,
    /// What has come to rest when it is over.
    pub wait: Waiter,
    /// The steps, with client tokens filled in.
    pub steps: Vec<Step>,
    /// What became of each.
    pub states: Vec<StepState>,
    /// Whether the wait before each is over.
    pub ready: Vec<bool>,
    /// Whether the wait after each is over.
    pub waited: Vec<bool>,
    /// When each came how far.
    pub times: Vec<StepTimes>,
    /// For each whose answer did not come and that was sent again by itself: since when, and how often.
    pub lost: Vec<Option<Lost>>,
    /// When it was over, if it is.
    pub over: Option<Time>,
    /// What was answered.
    pub outputs: Outputs,
    /// Whether it is over, and came to the state that was wanted.
    pub ended: Option<bool>,
}

impl RunRecord {
    /// A run of which nothing has left.
    pub fn new(name: String, when: Time, plan: &Plan) -> RunRecord {
        RunRecord {
            name,
            when,
            title: plan.title.clone(),
            action: plan.action.into(),
            rows: plan.subjects.iter().map(|s| (s.table.clone(), s.id.clone())).collect(),
            undo: plan.undo.clone(),
            then: plan.then.clone(),
            careful: plan.confirm() != Confirm::Enter,
            wait: plan.wait.clone(),
            states: vec![StepState::NotSent; plan.steps.len()],
            ready: vec![false; plan.steps.len()],
            waited: vec![false; plan.steps.len()],
            times: vec![StepTimes::default(); plan.steps.len()],
            lost: vec![None; plan.steps.len()],
            over: None,
            steps: plan.steps.clone(),
            outputs: Outputs::new(),
            ended: None,
        }
    }

    /// Takes in one entry of a moment. One about a step that the plan does not have changes nothing.
    pub fn apply(&mut self, entry: &RunEntry, at: Time) {
        self.note_time(entry, at);
        match entry {
            RunEntry::Intent { step } => {
                if let Some(state) = self.states.get_mut(*step) {
                    *state = StepState::Sent;
                }
            }
            RunEntry::Outcome { step, state, outputs } => {
                let state = self.noted(*step, state, at);
                if let Some(now) = self.states.get_mut(*step) {
                    *now = state;
                    self.outputs.extend(outputs.iter().map(|(k, v)| ((*step, k.clone()), v.clone())));
                }
            }
            RunEntry::Waited { at: WaitPlace::Before(step) } => {
                if let Some(ready) = self.ready.get_mut(*step) {
                    *ready = true;
                }
            }
            RunEntry::Waited { at: WaitPlace::After(step) } => {
                if let Some(waited) = self.waited.get_mut(*step) {
                    *waited = true;
                }
            }
            // That it is sent again is known by its intent: until then it may have arrived, or not.
            RunEntry::Waited { at: WaitPlace::Again(_) } => {}
            RunEntry::Ended { ok } => self.ended = Some(*ok),
        }
    }

    /// The steps of which nobody knows whether they arrived, and by what their rows are known.
    pub fn to_look_for(&self) -> impl Iterator<Item = (usize, &KnownBy)> {
        let steps = self.states.iter().zip(&self.steps).enumerate();
        steps
            .filter(|(_, (state, _))| state.is_uncertain())
            .filter_map(|(i, (_, step))| Some((i, step.known_by.as_ref()?)))
    }

    /// What a look at the rows says of such a step: the id of what it made, or that it did not arrive.
    pub fn found(&mut self, step: usize, made: Option<RowId>) {
        let Some(by) = self.steps.get(step).and_then(|s| s.known_by.clone()) else { return };
        match made {
            Some(id) => {
                let outputs = vec![(by.output.into(), id)];
                let at = self.last_heard();
                self.apply(&RunEntry::Outcome { step, state: StepState::Done, outputs }, at);
            }
            None => self.states[step] = StepState::NotSent,
        }
    }

    /// What comes next.
    pub fn progress(&self) -> Progress {
        if self.ended.is_some() {
            return Progress::Ended;
        }
        for (i, state) in self.states.iter().enumerate() {
            match state {
                StepState::NotSent if self.ready.get(i) != Some(&true) && self.steps[i].before != Waiter::AtOnce => {
                    return Progress::Wait(WaitPlace::Before(i));
                }
                StepState::NotSent => return Progress::Send(i),
                StepState::Sent | StepState::Failed(_) | StepState::Unknown(_) => return Progress::Stopped(i),
                StepState::Again { .. } => return Progress::Wait(WaitPlace::Again(i)),
                // A step that was sent after it shows that the wait is over.
                StepState::Done if self.waits_after(i) => return Progress::Wait(WaitPlace::After(i)),
                StepState::Done | StepState::Needless(_) => {}
            }
        }
        Progress::Answered
    }

    fn waits_after(&self, step: usize) -> bool {
        let next = self.states.get(step + 1) == Some(&StepState::NotSent);
        next && !self.waited[step] && self.steps[step].wait != Waiter::AtOnce
    }

    /// What it waits for between two calls, as [`Progress::Wait`] says it, with the ids of what it made. A pause has begun when what came
    /// before it was over.
    pub fn wait_at(&self, place: WaitPlace) -> Waiter {
        let (step, wait): (usize, fn(&Step) -> &Waiter) = match place {
            WaitPlace::Before(step) => (step, |s| &s.before),
            WaitPlace::After(step) => (step, |s| &s.wait),
            WaitPlace::Again(step) => return self.link_wait(step),
        };
        let Some(wait) = self.steps.get(step).map(wait) else { return Waiter::AtOnce };
        wait.resolve(&self.outputs).begun(self.last_heard())
    }

    /// How many steps were answered, and how many there are.
    pub fn done(&self) -> (usize, usize) {
        let is_done = |s: &&StepState| matches!(s, StepState::Done | StepState::Needless(_));
        (self.states.iter().filter(is_done).count(), self.steps.len())
    }

    /// What the run waits for at the end, with the ids of what it made.
    pub fn resolved_wait(&self) -> Waiter {
        self.wait.resolve(&self.outputs)
    }

    /// The rows to look at when it is gone on with: the plan's, and those that it made.
    pub fn all_rows(&self) -> Vec<(TableKey, RowId)> {
        let mut out = self.rows.clone();
        let waits = self.steps.iter().flat_map(|s| [&s.before, &s.wait]).chain([&self.wait]);
        for wait in waits.map(|w| w.resolve(&self.outputs)) {
            for (table, ids) in wait.rows() {
                for id in ids {
                    if !out.iter().any(|(t, i)| t == table && i == id) {
                        out.push((table.clone(), id.clone()));
                    }
                }
            }
        }
        out
    }

    /// One line a step: how it stands (`✓`, `✗`, `?`, `·`) and a sentence without a final period. Under one that failed, on lines without a
    /// sign, what can be done about it.
    pub fn lines(&self) -> Vec<(char, String)> {
        self.lines_by_step().into_iter().flatten().collect()
    }

    /// What is kept of a step's answer.
    fn answers(&self, step: usize) -> String {
        let of = self.outputs.iter().filter(|((s, _), _)| *s == step).map(|(_, text)| text.as_str());
        of.collect::<Vec<_>>().join(", ")
    }

    fn lines_by_step(&self) -> Vec<Vec<(char, String)>> {
        let lines = |(i, step): (usize, &Step)| {
            let made = self.answers(i);
            let title = &step.title;
            let first = match &self.states[i] {
                StepState::Done if made.is_empty() => ('✓', title.clone()),
                StepState::Done => ('✓', format!("{title}: {made}")),
                StepState::NotSent => ('·', format!("{title}: not sent")),
                StepState::Sent => {
                    ('?', format!("{title}: interrupted while being sent; whether AWS received it is not known"))
                }
                StepState::Failed(why) => {
                    ('✗', format!("{title}: {}", why.lines().next().unwrap_or_default().trim_end_matches('.')))
                }
                StepState::Needless(why) => (
                    '·',
                    format!("{title}: nothing to do. {}", why.lines().next().unwrap_or_default().trim_end_matches('.')),
                ),
                StepState::Unknown(why) => {
                    ('?', format!("{title}: AWS's answer was lost. {}", why.trim_end_matches('.')))
                }
                StepState::Again { why, maybe } => {
                    let sign = if *maybe { '?' } else { '·' };
                    (sign, format!("{title}: no answer, it is sent again by itself. {}", why.trim_end_matches('.')))
                }
            };
            // Under what AWS said: what else is known of it, and what can be done.
            let more = match &self.states[i] {
                StepState::Failed(why) => why.lines().skip(1).map(|l| (' ', l.to_string())).collect(),
                _ => Vec::new(),
            };
            std::iter::once(first).chain(more).collect()
        };
        self.steps.iter().enumerate().map(lines).collect()
    }

    /// The record as it is taken up again: what stopped it is as if it had not been sent.
    #[must_use]
    pub fn again(&self) -> RunRecord {
        let mut out = self.clone();
        if let Progress::Stopped(step) | Progress::Wait(WaitPlace::Again(step)) = out.progress() {
            // What is waited for before its call had come when it was sent.
            if let (Some(ready), Some(Some(_))) = (out.ready.get_mut(step), out.lost.get(step)) {
                *ready = true;
            }
            out.states[step] = StepState::NotSent;
        }
        out
    }

    /// Whether some of what was done, or may have been, can be undone step by step.
    pub fn has_step_undo(&self) -> bool {
        let undoable = |i: usize| self.may_be_done(i) && self.steps[i].undo.is_some() && !self.is_brought_back(i);
        (0..self.steps.len()).any(undoable)
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
