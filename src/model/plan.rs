//! A plan: everything the user is told before anything is changed, and everything the executor needs afterwards.

use std::time::Duration;

use arcstr::ArcStr;

use super::call::Call;
use super::table::TableKey;
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
    /// `UnauthorizedOperation`: IAM does not.
    Denied(Fault),
    /// Something else came back.
    Failed(Fault),
}

/// When a change has come to rest.
#[derive(Debug, Clone, PartialEq)]
pub enum Settle {
    /// The answer is the end of it.
    AtOnce,
    /// The rows' states reach one of `want`; one of `fail` means that it went wrong.
    State {
        /// The table to look at.
        table: TableKey,
        /// The rows.
        ids: Vec<RowId>,
        /// States to wait for.
        want: &'static [&'static str],
        /// States that mean failure.
        fail: &'static [&'static str],
        /// Whether a missing row counts as settled (a terminated instance, a deregistered target).
        gone_is_fine: bool,
        /// When to stop waiting and say so.
        within: Duration,
    },
    /// A field of the rows reads as this text (`desired` is `3`).
    Field {
        /// The table to look at.
        table: TableKey,
        /// The rows.
        ids: Vec<RowId>,
        /// The field.
        field: &'static str,
        /// Its value as `facts` would print it.
        want: String,
        /// When to stop waiting and say so.
        within: Duration,
    },
    /// All of these: rows of several regions.
    All(Vec<Settle>),
}

impl Settle {
    /// The rows that have to be looked at, by table.
    pub fn rows(&self) -> Vec<(&TableKey, &[RowId])> {
        match self {
            Settle::AtOnce => Vec::new(),
            Settle::State { table, ids, .. } | Settle::Field { table, ids, .. } => vec![(table, ids)],
            Settle::All(parts) => parts.iter().flat_map(Settle::rows).collect(),
        }
    }
    /// One of several parts stands alone.
    pub fn all(mut parts: Vec<Settle>) -> Settle {
        parts.retain(|p| *p != Settle::AtOnce);
        if parts.len() > 1 { Settle::All(parts) } else { parts.pop().unwrap_or(Settle::AtOnce) }
    }
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

/// A change that has not been made.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The action's name.
    pub action: &'static str,
    /// `Stop 2 instances`.
    pub title: String,
    /// The rows.
    pub subjects: Vec<Subject>,
    /// What else happens.
    pub consequences: Vec<Consequence>,
    /// What it costs while it stands, with the date of the prices; `None` = nothing changes.
    pub cost: Option<String>,
    /// The calls, in order; the first that fails stops the rest.
    pub calls: Vec<Call>,
    /// Whether it cannot be taken back.
    pub destructive: bool,
    /// When it has come to rest.
    pub settle: Settle,
    /// The way back.
    pub undo: Option<Undo>,
    /// What is typed if typing is needed: the resource's name, or `stop 2`.
    pub phrase: String,
    /// Tables that the consequences would need and that are not loaded: once they are, the plan is made again and knows more.
    pub needs: Vec<TableKey>,
}

impl Plan {
    /// A bare Enter carries out a plan only if nothing in it is destructive, severe or unknown.
    pub fn confirm(&self) -> Confirm {
        let heavy = self.destructive || self.consequences.iter().any(|c| c.severity >= Severity::Unknown);
        if heavy { Confirm::Type(self.phrase.clone()) } else { Confirm::Enter }
    }
    /// Whether `other` would do and say the same: if not, what the user has read is out of date.
    pub fn same_as(&self, other: &Plan) -> bool {
        self.calls == other.calls
            && self.consequences == other.consequences
            && self.subjects == other.subjects
            && self.cost == other.cost
    }
    /// Whether `other` differs in notes at most: what a user who has read one would decide of the other too.
    pub fn weighs_as(&self, other: &Plan) -> bool {
        let heavy = |p: &Plan| -> Vec<Consequence> {
            p.consequences.iter().filter(|c| c.severity >= Severity::Unknown).cloned().collect()
        };
        self.calls == other.calls && self.subjects == other.subjects && heavy(self) == heavy(other)
    }
}
