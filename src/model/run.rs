//! A run: a confirmed plan and what has become of each step, as a fold over the entries of the journal. The executor, the screen
//! and the next start of the program read the same record.

use arcstr::ArcStr;

use super::call::Outputs;
use super::operation::Retry;
use super::plan::{Confirm, Consequence, KnownBy, Plan, Severity, Step, StepUndo, Subject, Undo, Waiter};
use super::table::TableKey;
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
        /// `Done`, `Failed` or `Unknown`.
        state: StepState,
        /// What is kept of the answer; secrets are not among it.
        outputs: Vec<(ArcStr, ArcStr)>,
    },
    /// What a step waits for has come, or the user goes on without it.
    Waited {
        /// The step, from 0.
        step: usize,
    },
    /// It is over: there is nothing to go on with or to undo.
    Ended {
        /// Whether it came to the state that was wanted.
        ok: bool,
    },
}

/// What comes next in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// This step's call.
    Send(usize),
    /// The wait after this step.
    Wait(usize),
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
    /// Whether the wait after each is over.
    pub waited: Vec<bool>,
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
            waited: vec![false; plan.steps.len()],
            steps: plan.steps.clone(),
            outputs: Outputs::new(),
            ended: None,
        }
    }

    /// Takes in one entry. One about a step that the plan does not have changes nothing.
    pub fn apply(&mut self, entry: &RunEntry) {
        match entry {
            RunEntry::Intent { step } => {
                if let Some(state) = self.states.get_mut(*step) {
                    *state = StepState::Sent;
                }
            }
            RunEntry::Outcome { step, state, outputs } => {
                if let Some(now) = self.states.get_mut(*step) {
                    *now = state.clone();
                    self.outputs.extend(outputs.iter().map(|(k, v)| ((*step, k.clone()), v.clone())));
                }
            }
            RunEntry::Waited { step } => {
                if let Some(waited) = self.waited.get_mut(*step) {
                    *waited = true;
                }
            }
            RunEntry::Ended { ok } => self.ended = Some(*ok),
        }
    }

    /// The steps of which nobody knows whether they arrived, and by what their rows are known.
    pub fn to_look_for(&self) -> impl Iterator<Item = (usize, &KnownBy)> {
        let uncertain = |state: &StepState| matches!(state, StepState::Sent | StepState::Unknown(_));
        let steps = self.states.iter().zip(&self.steps).enumerate();
        steps
            .filter(move |(_, (state, _))| uncertain(state))
            .filter_map(|(i, (_, step))| Some((i, step.known_by.as_ref()?)))
    }

    /// What a look at the rows says of such a step: the id of what it made, or that it did not arrive.
    pub fn found(&mut self, step: usize, made: Option<RowId>) {
        let Some(by) = self.steps.get(step).and_then(|s| s.known_by.clone()) else { return };
        match made {
            Some(id) => {
                let outputs = vec![(by.output.into(), id)];
                self.apply(&RunEntry::Outcome { step, state: StepState::Done, outputs });
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
                StepState::NotSent => return Progress::Send(i),
                StepState::Sent | StepState::Failed(_) | StepState::Unknown(_) => return Progress::Stopped(i),
                // A step that was sent after it shows that the wait is over.
                StepState::Done if self.waits_after(i) => return Progress::Wait(i),
                StepState::Done => {}
            }
        }
        Progress::Answered
    }

    fn waits_after(&self, step: usize) -> bool {
        let next = self.states.get(step + 1) == Some(&StepState::NotSent);
        next && !self.waited[step] && self.steps[step].wait != Waiter::AtOnce
    }

    /// How many steps were answered, and how many there are.
    pub fn done(&self) -> (usize, usize) {
        (self.states.iter().filter(|s| **s == StepState::Done).count(), self.steps.len())
    }

    /// What the run waits for at the end, with the ids of what it made.
    pub fn resolved_wait(&self) -> Waiter {
        self.wait.resolve(&self.outputs)
    }

    /// The rows to look at when it is gone on with: the plan's, and those that it made.
    pub fn all_rows(&self) -> Vec<(TableKey, RowId)> {
        let mut out = self.rows.clone();
        let waits = self.steps.iter().map(|s| &s.wait).chain([&self.wait]);
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
        let lines = |(i, step): (usize, &Step)| {
            let made: Vec<&str> =
                self.outputs.iter().filter(|((s, _), _)| *s == i).map(|(_, text)| text.as_str()).collect();
            let title = &step.title;
            let first = match &self.states[i] {
                StepState::Done if made.is_empty() => ('✓', title.clone()),
                StepState::Done => ('✓', format!("{title}: {}", made.join(", "))),
                StepState::NotSent => ('·', format!("{title}: not sent")),
                StepState::Sent => {
                    ('?', format!("{title}: cut off while it was sent; whether it arrived is not known"))
                }
                StepState::Failed(why) => {
                    ('✗', format!("{title}: {}", why.lines().next().unwrap_or_default().trim_end_matches('.')))
                }
                StepState::Unknown(why) => ('?', format!("{title}: no answer was read. {}", why.trim_end_matches('.'))),
            };
            // Under what AWS said: what else is known of it, and what can be done.
            let more = match &self.states[i] {
                StepState::Failed(why) => why.lines().skip(1).map(|l| (' ', l.to_string())).collect(),
                _ => Vec::new(),
            };
            std::iter::once(first).chain(more)
        };
        self.steps.iter().enumerate().flat_map(lines).collect()
    }

    /// The plan of the steps that are left, as it is to be read before the run goes on. It is carried out by going on with this
    /// record ([`RunRecord::again`]), so that the journal has one run.
    ///
    /// # Errors
    /// A sentence: nothing is left, or what is left cannot be sent again.
    pub fn go_on(&self) -> Result<Plan, String> {
        let from = match self.progress() {
            Progress::Send(i) | Progress::Stopped(i) => i,
            Progress::Wait(i) => i + 1,
            Progress::Answered => return Err("Every call was answered: what is left is to look.".into()),
            Progress::Ended => return Err("It is over.".into()),
        };
        let step = &self.steps[from];
        let uncertain = matches!(self.states[from], StepState::Sent | StepState::Unknown(_));
        if uncertain && step.call.op.retry == Retry::Never {
            return Err(format!(
                "Whether \"{}\" arrived is not known, and {} sent twice does it twice: look first.",
                step.title, step.call.op.name
            ));
        }
        let left = &self.steps[from..];
        // A secret that AWS answers is still to come; one that was typed is in no journal.
        if let Some(step) = left.iter().find(|s| s.call.has_secret()) {
            return Err(format!(
                "\"{}\" cannot be taken up again: its secret is kept nowhere. Begin it anew.",
                step.title
            ));
        }
        let mut consequences = self.said();
        if uncertain {
            let how = match step.call.op.retry {
                Retry::Token => "its client token is the same, so that it is done once",
                _ => "done twice it is the same as done once",
            };
            consequences.push(note(format!("\"{}\" is sent again: {how}", step.title)));
        }
        let mut steps = left.to_vec();
        for step in &mut steps {
            step.call = step.call.resolve_known(&self.outputs).shifted_down(from);
            step.wait = step.wait.resolve(&self.outputs).shifted_down(from);
        }
        // A run that stopped in a wait goes on with it.
        if let (Progress::Wait(i), Some(first)) = (self.progress(), steps.first_mut()) {
            first.before = self.steps[i].wait.resolve(&self.outputs);
        }
        let mut plan = self.plan(format!("Go on: {}", self.title), "go on", steps, consequences);
        plan.destructive = self.careful;
        Ok(plan)
    }

    /// The record as it is taken up again: what stopped it is as if it had not been sent.
    #[must_use]
    pub fn again(&self) -> RunRecord {
        let mut out = self.clone();
        if let Progress::Stopped(step) = out.progress() {
            out.states[step] = StepState::NotSent;
        }
        out
    }

    /// Whether some of what was done, or may have been, can be undone step by step.
    pub fn has_step_undo(&self) -> bool {
        let may_be = |state: &StepState| !matches!(state, StepState::NotSent | StepState::Failed(_));
        self.states.iter().zip(&self.steps).any(|(state, step)| may_be(state) && step.undo.is_some())
    }

    /// The plan that undoes the steps that were done, the last one first.
    ///
    /// # Errors
    /// A sentence: nothing was done, or nothing of it has a way back.
    pub fn undo_steps(&self) -> Result<Plan, String> {
        let mut steps: Vec<Step> = Vec::new();
        let mut consequences = self.said();
        let mut destructive = false;
        let mut hurts: Vec<Consequence> = Vec::new();
        let mut back = |steps: &mut Vec<Step>, undo: &StepUndo, call, wait| {
            destructive |= undo.destructive;
            hurts.extend(undo.hurts.clone().map(severe));
            steps.push(Step::new(undo.title.clone(), call).then_wait(wait));
        };
        for (i, step) in self.steps.iter().enumerate().rev() {
            match (&self.states[i], &step.undo) {
                // Such a secret came from the journal, which has none.
                (StepState::Done | StepState::Sent | StepState::Unknown(_), Some(undo)) if undo.call.has_secret() => {
                    let text =
                        format!("\"{}\" stays as it is: the secret that was there before is kept nowhere", step.title);
                    consequences.push(severe(text));
                }
                (StepState::Done, Some(undo)) => {
                    let Ok(call) = undo.call.resolve(&self.outputs) else {
                        consequences.push(severe(format!("\"{}\": what it made is not known", step.title)));
                        continue;
                    };
                    back(&mut steps, undo, call, undo.wait.resolve(&self.outputs));
                }
                (StepState::Done, None) => {
                    consequences.push(note(format!("\"{}\" stays as it is: there is no way back from it", step.title)));
                }
                (StepState::Sent | StepState::Unknown(_), undo) => {
                    let text = format!("whether \"{}\" was done is not known: look before and after", step.title);
                    consequences.push(Consequence { severity: Severity::Unknown, text });
                    let Some(undo) = undo else { continue };
                    match undo.call.resolve(&self.outputs) {
                        Ok(call) => back(&mut steps, undo, call, undo.wait.resolve(&self.outputs)),
                        // With the same token it is not done a second time, and answers what it made.
                        Err(_) if step.call.op.retry == Retry::Token => {
                            let at = steps.len();
                            steps.push(Step::new(
                                format!("find out what became of it: {}", step.title),
                                step.call.clone(),
                            ));
                            back(&mut steps, undo, undo.call.renumbered(i, at), undo.wait.renumbered(i, at));
                        }
                        Err(_) => {}
                    }
                }
                (StepState::NotSent | StepState::Failed(_), _) => {}
            }
        }
        if steps.is_empty() {
            return Err("There is no way back from what was done.".into());
        }
        consequences.extend(hurts);
        let mut plan = self.plan(format!("Undo: {}", self.title), "undo", steps, consequences);
        plan.wait = plan.steps.last_mut().map_or(Waiter::AtOnce, |s| std::mem::replace(&mut s.wait, Waiter::AtOnce));
        plan.undo = None;
        plan.destructive = destructive;
        Ok(plan)
    }

    fn said(&self) -> Vec<Consequence> {
        let mut out = Vec::new();
        for (glyph, text) in self.lines() {
            out.push(note(format!("{glyph} {text}")));
        }
        out
    }

    fn plan(&self, title: String, phrase: &str, steps: Vec<Step>, consequences: Vec<Consequence>) -> Plan {
        let subjects = self.all_rows().into_iter().map(|(table, id)| Subject {
            table,
            shown_id: id.clone(),
            label: id.clone(),
            id,
            change: String::new(),
        });
        let subjects: Vec<Subject> = subjects.collect();
        Plan {
            action: "run",
            title,
            phrase: phrase.to_string(),
            subjects,
            consequences,
            cost: None,
            steps,
            destructive: false,
            wait: self.resolved_wait(),
            undo: self.undo.clone(),
            then: self.then.clone(),
            rests_on: Vec::new(),
            needs: Vec::new(),
        }
    }
}

fn note(text: String) -> Consequence {
    Consequence { severity: Severity::Note, text }
}

fn severe(text: String) -> Consequence {
    Consequence { severity: Severity::Severe, text }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
