//! A plan: everything the user is told before anything is changed, and everything the executor needs afterwards.

use std::path::PathBuf;

use arcstr::ArcStr;

use super::call::Call;
use super::cost::Cost;
use super::field::FieldInfo;
use super::operation::Retry;
use super::record::Record;
use super::table::TableKey;
use super::waiter::Waiter;
use crate::base::{Fault, RowId};

/// How much a consequence weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing (`·`).
    Note,
    /// Could not be found out (`?`): a bare Enter is not enough.
    Unknown,
    /// Hurts (`!`): a bare Enter is not enough.
    Severe,
}

/// One thing that a plan also does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consequence {
    /// Its weight.
    pub severity: Severity,
    /// A sentence without a final period.
    pub text: String,
}

/// A row that a plan changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// Its table.
    pub table: TableKey,
    /// Its identity.
    pub id: RowId,
    /// Its id as AWS shows it: an identity may be more (a target's holds its group).
    pub shown_id: ArcStr,
    /// Its name, or its id if it has none.
    pub label: ArcStr,
    /// `running → stopped`.
    pub change: String,
}

/// A row that an action was asked for and that it leaves alone, because it cannot be done to it now.
#[derive(Debug, Clone, PartialEq)]
pub struct Skipped {
    /// Its identity.
    pub id: RowId,
    /// Its name, or its id if it has none.
    pub label: ArcStr,
    /// Why: one sentence.
    pub why: String,
}

/// What EC2 said to the same call with `DryRun` (it checks permissions only).
#[derive(Debug, Clone, PartialEq)]
pub enum DryRun {
    /// The operation has none.
    NotSupported,
    /// Read-only mode: not asked.
    NotAsked,
    /// On its way.
    Asking,
    /// `DryRunOperation`: IAM allows it.
    Allowed,
    /// IAM allows so many of the plan's calls; the others could not be asked (they have no DryRun, or need what an earlier one
    /// answers).
    AllowedInPart {
        /// How many were asked.
        asked: usize,
        /// How many there are.
        of: usize,
    },
    /// `UnauthorizedOperation`: IAM does not.
    Denied(Fault),
    /// Something else came back.
    Failed(Fault),
}

/// How a plan is confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirm {
    /// A bare Enter: nothing in it is destructive, severe or unknown.
    Enter,
    /// This text has to be typed.
    Type(String),
}

/// The way back, if there is one: the action that undoes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Undo {
    /// A palette line, e.g. `start`.
    pub line: String,
    /// What it cannot bring back, if anything.
    pub but: Option<String>,
    /// The rows that the line acts on, if they are not the plan's subjects (a deregistered target is gone: it is registered
    /// again on its target group).
    pub on: Vec<(TableKey, RowId)>,
}

/// What is kept of a step's answer on this machine, besides the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// A secret output becomes a file that only its owner can read (0400). It is made, empty, before the call leaves, and never over
    /// another file: if it cannot be made, nothing is sent.
    File {
        /// Which output.
        output: &'static str,
        /// Where.
        path: PathBuf,
    },
}

/// The way back of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepUndo {
    /// What it does: `delete the volume`.
    pub title: String,
    /// The call; it may use the outputs of its own step and of earlier ones.
    pub call: Call,
    /// What is waited for before the step before it is undone.
    pub wait: Waiter,
    /// Whether it destroys something: its plan is then confirmed by typing.
    pub destructive: bool,
    /// What hurts about it, if anything: a sentence without a final period.
    pub hurts: Option<String>,
}

impl StepUndo {
    /// A call that nothing is waited for after.
    pub fn new(title: impl Into<String>, call: Call) -> StepUndo {
        StepUndo { title: title.into(), call, wait: Waiter::AtOnce, destructive: false, hurts: None }
    }
    /// The same, which destroys something.
    #[must_use]
    pub fn destroys(self) -> StepUndo {
        StepUndo { destructive: true, ..self }
    }
}

/// By what the row is known that a call makes: so it is found out whether the call arrived where its answer was not read.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownBy {
    /// The table that it is in.
    pub table: TableKey,
    /// What these of its fields say. AWS lets no two rows have the same (a security group's name and VPC).
    pub fields: Vec<(&'static FieldInfo, ArcStr)>,
    /// As which of the call's outputs its id would have been answered.
    pub output: &'static str,
}

impl KnownBy {
    /// Whether this row is it.
    pub fn is(&self, row: &Record) -> bool {
        self.fields.iter().all(|(field, text)| row.get(field).as_str() == Some(text))
    }
}

/// One of the batches of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunBatch {
    /// Which, from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

/// One call of a plan, and what belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What it does, in a few words without a capital: `create the volume`.
    pub title: String,
    /// What has to be so before it is sent, beside what the step before it waits for: a pause, alarms that are not in ALARM; and the wait
    /// in which a run stopped that is gone on with.
    pub before: Waiter,
    /// The call.
    pub call: Call,
    /// What is waited for before the next step; of the last one, [`Plan::wait`] says it.
    pub wait: Waiter,
    /// Its way back, if it has one of its own.
    pub undo: Option<StepUndo>,
    /// What is kept of its answer.
    pub keep: Vec<Keep>,
    /// By what its row is known, where nothing but looking can tell whether it was made: its operation has no client token.
    pub known_by: Option<KnownBy>,
    /// The batch that it is a step of, in a change that is made to rows batch by batch.
    pub batch: Option<RunBatch>,
    /// The step, from 0, of which this one is the way back within the same plan (started again, registered again). Once both were done, neither
    /// is undone, unless what was done between them is.
    pub brings_back: Option<usize>,
    /// Whether AWS may refuse it because there is nothing to do, and the next step is sent all the same: what it takes back may never have
    /// been done.
    pub may_be_refused: bool,
    /// Whether sending it twice does no harm here although its operation says so of itself ([`super::Retry::Never`]): what is out of service may be
    /// rebooted once more.
    pub may_repeat: bool,
}

impl Step {
    /// A call by itself.
    pub fn new(title: impl Into<String>, call: Call) -> Step {
        Step {
            title: title.into(),
            before: Waiter::AtOnce,
            call,
            wait: Waiter::AtOnce,
            undo: None,
            keep: Vec::new(),
            known_by: None,
            batch: None,
            brings_back: None,
            may_be_refused: false,
            may_repeat: false,
        }
    }
    /// Whether it may be sent again where nobody knows whether it arrived: with the same client token, or because twice is as once.
    pub fn may_be_sent_again(&self) -> bool {
        self.may_repeat || self.call.op.retry != Retry::Never
    }
    /// The same, followed by a wait.
    #[must_use]
    pub fn then_wait(mut self, wait: Waiter) -> Step {
        self.wait = wait;
        self
    }
    /// The same, with a way back.
    #[must_use]
    pub fn undone_by(mut self, undo: StepUndo) -> Step {
        self.undo = Some(undo);
        self
    }
    /// The same, once something has come beside what the step before it waits for.
    #[must_use]
    pub fn after(mut self, before: Waiter) -> Step {
        self.before = before;
        self
    }
    /// The same, with what its row is known by.
    #[must_use]
    pub fn known_by(mut self, known_by: KnownBy) -> Step {
        self.known_by = Some(known_by);
        self
    }
    /// Calls that neither wait for one another nor use each other's answers.
    pub fn each(calls: Vec<Call>) -> Vec<Step> {
        calls.into_iter().map(|call| Step::new(words(call.op.name), call)).collect()
    }
}

/// `StopInstances` -> `stop instances`.
fn words(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// A change that has not been made.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The action's name.
    pub action: &'static str,
    /// `Stop 2 instances`.
    pub title: String,
    /// The rows.
    pub subjects: Vec<Subject>,
    /// Rows that were chosen with them and are left alone.
    pub skipped: Vec<Skipped>,
    /// What else happens.
    pub consequences: Vec<Consequence>,
    /// What it changes about the bill; `None` = nothing is said about it.
    pub cost: Option<Cost>,
    /// The calls, in order; the first that fails stops the rest.
    pub steps: Vec<Step>,
    /// Whether it cannot be taken back.
    pub destructive: bool,
    /// When it has come to rest.
    pub wait: Waiter,
    /// The way back.
    pub undo: Option<Undo>,
    /// What is left to do by hand once it has come to rest (inside an instance), a sentence each without a final period.
    pub then: Vec<String>,
    /// What is typed if typing is needed: the resource's name, or `stop 2`.
    pub phrase: String,
    /// Rows beside its subjects that it was made from (the instance that gets a volume): they are read again with those before it is carried
    /// out.
    pub rests_on: Vec<(TableKey, RowId)>,
    /// Tables that the consequences would need and that are not loaded: once they are, the plan is made again and knows more.
    pub needs: Vec<TableKey>,
}

impl Plan {
    /// A plan that does nothing yet.
    pub fn empty(action: &'static str, title: String) -> Plan {
        Plan {
            action,
            title,
            subjects: Vec::new(),
            skipped: Vec::new(),
            consequences: Vec::new(),
            cost: None,
            steps: Vec::new(),
            destructive: false,
            wait: Waiter::AtOnce,
            undo: None,
            then: Vec::new(),
            phrase: String::new(),
            rests_on: Vec::new(),
            needs: Vec::new(),
        }
    }
    /// The calls, in order.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.steps.iter().map(|s| &s.call)
    }
    /// Whether it is more than calls that stand for themselves: a step waits, uses an answer, or keeps something.
    pub fn is_sequence(&self) -> bool {
        let waits = |s: &Step| s.wait != Waiter::AtOnce || s.before != Waiter::AtOnce;
        self.steps.iter().any(|s| waits(s) || !s.keep.is_empty() || !s.call.uses().is_empty())
    }
    /// The profiles whose accounts it changes, each once: it is pinned to the identity of each.
    pub fn profiles(&self) -> Vec<ArcStr> {
        let mut out: Vec<ArcStr> = Vec::new();
        for profile in self.calls().filter_map(|c| c.scope.profile()) {
            if !out.contains(profile) {
                out.push(profile.clone());
            }
        }
        out
    }
    /// The same with client tokens: `name` and the step's number, so that each attempt of a step has the same one and no other step
    /// of any run has it. EC2 takes up to 64 ASCII characters.
    #[must_use]
    pub fn with_tokens(&self, name: &str) -> Plan {
        let mut out = self.clone();
        for (i, step) in out.steps.iter_mut().enumerate() {
            step.call = step.call.with_token(&format!("{name}-{i}"));
        }
        out
    }
    /// A bare Enter carries out a plan only if nothing in it is destructive, severe or unknown.
    pub fn confirm(&self) -> Confirm {
        let heavy = self.destructive || self.consequences.iter().any(|c| c.severity >= Severity::Unknown);
        if heavy { Confirm::Type(self.phrase.clone()) } else { Confirm::Enter }
    }
    /// Whether `other` would do and say the same: if not, what the user has read is out of date.
    pub fn same_as(&self, other: &Plan) -> bool {
        self.steps == other.steps
            && self.consequences == other.consequences
            && self.subjects == other.subjects
            && self.skipped == other.skipped
            && self.cost == other.cost
    }
    /// Whether `other` differs in notes at most: what a user who has read one would decide of the other too.
    pub fn weighs_as(&self, other: &Plan) -> bool {
        let heavy = |p: &Plan| -> Vec<Consequence> {
            p.consequences.iter().filter(|c| c.severity >= Severity::Unknown).cloned().collect()
        };
        self.steps == other.steps
            && self.subjects == other.subjects
            && self.skipped == other.skipped
            && heavy(self) == heavy(other)
    }
}
