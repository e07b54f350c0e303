//! A run as a course of time: when each step began and how long it took, which of its batches are through, and what of it needs no way back
//! because the plan itself has brought it back.

use std::time::Duration;

use super::super::plan::{Plan, RunBatch};
use super::{Progress, RunEntry, RunRecord, StepState, WaitPlace};
use crate::base::Time;
use crate::model::{Step, Waiter};

/// How far a step came when; `None`: it did not, or a journal of before does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StepTimes {
    /// What it waited for before its call had come.
    pub ready: Option<Time>,
    /// Its call left.
    pub sent: Option<Time>,
    /// It was answered, refused, or given up on.
    pub answered: Option<Time>,
    /// What it waited for afterwards had come.
    pub rested: Option<Time>,
}

/// A line of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineRow {
    /// The step, from 0.
    pub step: usize,
    /// The batch that it is of.
    pub batch: Option<RunBatch>,
    /// What it does, or what it waited for before it.
    pub title: String,
    /// How it stands: `✓`, `✗`, `?`, `…`.
    pub sign: char,
    /// When it began.
    pub began: Time,
    /// How long it took with what was waited for after it; `None`: it is not over.
    pub took: Option<Duration>,
}

impl RunRecord {
    pub(super) fn note_time(&mut self, entry: &RunEntry, at: Time) {
        let (step, slot): (usize, fn(&mut StepTimes) -> &mut Option<Time>) = match entry {
            RunEntry::Intent { step } => (*step, |t| &mut t.sent),
            RunEntry::Outcome { step, .. } => (*step, |t| &mut t.answered),
            RunEntry::Waited { at: WaitPlace::Before(step) } => (*step, |t| &mut t.ready),
            RunEntry::Waited { at: WaitPlace::After(step) } => (*step, |t| &mut t.rested),
            RunEntry::Waited { at: WaitPlace::Again(_) } => return,
            RunEntry::Ended { .. } => {
                self.over = Some(at);
                return;
            }
        };
        if let Some(times) = self.times.get_mut(step) {
            *slot(times) = Some(at);
            // One that is sent again has not been answered yet.
            if matches!(entry, RunEntry::Intent { .. }) {
                (times.answered, times.rested) = (None, None);
            }
        }
    }

    /// When something was last heard of it, its beginning at the least.
    pub fn last_heard(&self) -> Time {
        let all = self.times.iter().flat_map(|t| [t.ready, t.sent, t.answered, t.rested]);
        all.flatten().max().unwrap_or(self.when).max(self.when)
    }

    /// Whether a step was done, or may have been.
    pub(super) fn may_be_done(&self, step: usize) -> bool {
        match &self.states[step] {
            StepState::NotSent | StepState::Failed(_) | StepState::Needless(_) => false,
            StepState::Again { maybe, .. } => *maybe,
            StepState::Sent | StepState::Done | StepState::Unknown(_) => true,
        }
    }

    /// Whether a step and its way back within the plan were both done, and nothing that outlasts them: there is nothing of it to undo.
    pub fn is_brought_back(&self, step: usize) -> bool {
        let is_pair = |(back, s): (usize, &Step)| s.brings_back.map(|forth| (forth, back));
        let pairs: Vec<(usize, usize)> = self.steps.iter().enumerate().filter_map(is_pair).collect();
        let lasts = |i: usize| {
            let is_of_a_pair = pairs.iter().any(|(forth, back)| i == *forth || i == *back);
            !is_of_a_pair && self.may_be_done(i) && self.steps[i].undo.is_some()
        };
        let settled = |i: usize| matches!(self.states.get(i), Some(StepState::Done | StepState::Needless(_)));
        let of = |(forth, back): &&(usize, usize)| step == *forth || step == *back;
        pairs.iter().filter(of).any(|(forth, back)| settled(*forth) && settled(*back) && !(*forth..*back).any(lasts))
    }

    /// How many batches it has; `None`: it has none.
    pub fn batches(&self) -> Option<usize> {
        self.steps.iter().filter_map(|s| s.batch).map(|b| b.of).max()
    }

    /// The batch that it is at: of the step that comes next, of the last one if there is none.
    pub fn batch(&self) -> Option<RunBatch> {
        let at = match self.progress() {
            Progress::Send(i) | Progress::Stopped(i) => i,
            Progress::Wait(at) => at.step(),
            Progress::Answered | Progress::Ended => self.steps.len().checked_sub(1)?,
        };
        self.steps.get(at)?.batch
    }

    /// The steps that have not been sent.
    pub fn to_come(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().zip(&self.states).filter(|(_, state)| **state == StepState::NotSent).map(|(step, _)| step)
    }

    /// When a step began: what was waited for before it, or its call.
    fn began(&self, step: usize) -> Option<Time> {
        let before = step.checked_sub(1).and_then(|s| self.times.get(s)).and_then(|t| t.rested.or(t.answered));
        let own = self.times.get(step)?;
        match step {
            0 => Some(self.when),
            _ => own.ready.or(own.sent).or(before).or(own.answered),
        }
    }

    /// When each step began, in order, and how long it took: of those that have begun.
    pub fn timeline(&self) -> Vec<TimelineRow> {
        let mut out = Vec::new();
        let last = self.steps.len().saturating_sub(1);
        for (i, step) in self.steps.iter().enumerate() {
            let (times, state) = (self.times.get(i).copied().unwrap_or_default(), &self.states[i]);
            let before = i.checked_sub(1).and_then(|s| self.times.get(s)).and_then(|t| t.rested.or(t.answered));
            if let (Some(ready), Some(from)) = (times.ready, before.or((i == 0).then_some(self.when)))
                && step.before != Waiter::AtOnce
            {
                let title = if step.before.pause().is_some() { "pause" } else { "wait" };
                let took = Some(ready.since(from));
                let row =
                    TimelineRow { step: i, batch: step.batch, title: title.into(), sign: '✓', began: from, took };
                out.push(row);
            }
            let Some(began) = self.began(i).filter(|_| *state != StepState::NotSent) else { continue };
            let began = times.ready.unwrap_or(began);
            out.extend(self.lost_row(i));
            let rests = times.rested.or_else(|| {
                let waits = if i == last { &self.wait } else { &step.wait };
                match waits {
                    Waiter::AtOnce => times.answered,
                    _ if i == last => self.over,
                    _ => None,
                }
            });
            let (sign, end) = match state {
                StepState::Done | StepState::Needless(_) if rests.is_some() => ('✓', rests),
                StepState::Done | StepState::Needless(_) if self.over.is_some() => ('✓', self.over),
                StepState::Done | StepState::Needless(_) | StepState::NotSent => ('…', None),
                StepState::Again { .. } => ('…', None),
                StepState::Failed(_) => ('✗', times.answered),
                StepState::Sent | StepState::Unknown(_) => ('?', times.answered),
            };
            let took = end.map(|end| end.since(began));
            // What a command has said is all that there is of it.
            let said = (!step.call.op.service.is_of_aws()).then(|| self.answers(i)).filter(|said| !said.is_empty());
            let title = said.map_or_else(|| step.title.clone(), |said| format!("{}: {said}", step.title));
            out.push(TimelineRow { step: i, batch: step.batch, title, sign, began, took });
        }
        out
    }

    /// How it stands, a sign and a sentence a line: each step ([`RunRecord::lines`]); of a run in batches each batch, and the steps of the one that it
    /// is at.
    pub fn stand(&self) -> Vec<(char, String)> {
        let Some(of) = self.batches() else { return self.lines() };
        let all = self.lines_by_step();
        let at = self.batch().map_or(of, |b| b.number);
        let over = matches!(self.progress(), Progress::Answered | Progress::Ended);
        let mut out = Vec::new();
        let span = |from: usize, to: usize| match to - from {
            0 => format!("batch {from} of {of}"),
            _ => format!("batches {from} to {to} of {of}"),
        };
        if at > 1 || over {
            let to = if over { of } else { at - 1 };
            out.push(('✓', format!("{}: done", span(1, to))));
        }
        if over {
            return out;
        }
        for (step, lines) in self.steps.iter().zip(all) {
            match step.batch {
                Some(b) if b.number != at => {}
                _ => out.extend(lines),
            }
        }
        if at < of {
            out.push(('·', format!("{}: not begun", span(at + 1, of))));
        }
        out
    }

    /// What was done, as a plan: for the script of it.
    pub fn done_plan(&self) -> Plan {
        let mut plan = Plan::empty("run", self.title.clone());
        for (step, _) in self.steps.iter().zip(&self.states).filter(|(_, state)| **state == StepState::Done) {
            let mut step = step.clone();
            step.call = step.call.resolve_known(&self.outputs);
            step.wait = step.wait.resolve(&self.outputs);
            plan.steps.push(step);
        }
        if let Some(last) =
            plan.steps.last_mut().filter(|_| self.progress() == Progress::Answered || self.ended.is_some())
        {
            last.wait = self.resolved_wait();
        }
        plan
    }
}
