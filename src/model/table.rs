//! Tables as data: their keys, the batches that fill them, the indexes that order them.

use std::fmt;
use std::sync::Arc;

use super::filters::Filters;
use super::kind::Kind;
use super::record::Record;
use crate::base::{Fault, RowId, Scope, Time};

/// Which rows of a kind a table holds.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Selector {
    /// All that the scope has.
    All,
    /// Those of one parent: a target group's ARN, a group's name, `BUCKET/PREFIX`.
    Parent(RowId),
    /// Those that pass filters of AWS's. What is asked for by id of such a table is asked for whether it passes or not, and every row
    /// that it brings goes into the table of all rows as well (see `fetch`): there its changes are followed when it passes no more.
    Filter(Filters),
}

impl Selector {
    /// AWS's filters, if there are any.
    pub fn filters(&self) -> Option<&Filters> {
        if let Selector::Filter(filters) = self { Some(filters) } else { None }
    }
}

impl fmt::Debug for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Selector::All => f.write_str("*"),
            Selector::Parent(p) => write!(f, "of {p}"),
            Selector::Filter(filters) => write!(f, "with {filters}"),
        }
    }
}

/// A table's identity: (scope, kind, selector).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableKey {
    /// Where.
    pub scope: Scope,
    /// What.
    pub kind: Kind,
    /// Which.
    pub selector: Selector,
}

impl TableKey {
    /// The table of everything of a kind in a scope.
    pub fn all(scope: Scope, kind: Kind) -> Self {
        TableKey { scope, kind, selector: Selector::All }
    }
    /// The table of one parent's rows.
    pub fn of(scope: Scope, kind: Kind, parent: RowId) -> Self {
        TableKey { scope, kind, selector: Selector::Parent(parent) }
    }
    /// The table in which a row of this one is followed whatever becomes of it: of a filtered table, that of all rows, unless that does
    /// not have them.
    #[must_use]
    pub fn home(&self) -> Self {
        match &self.selector {
            Selector::Filter(filters) if filters.reach_beyond(self.kind.0) => self.clone(),
            Selector::Filter(_) => TableKey::all(self.scope.clone(), self.kind),
            Selector::All | Selector::Parent(_) => self.clone(),
        }
    }
}

impl fmt::Debug for TableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:?}", self.scope, self.kind)?;
        if self.selector != Selector::All {
            write!(f, " {:?}", self.selector)?;
        }
        Ok(())
    }
}

/// What a batch's absence of a row means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// Part of a run over the whole table. Rows last seen before the run began (`began`: the sequence number of the run's
    /// first request) are removed when the run ends.
    Sweep {
        /// The sequence number of the run's first request.
        began: u64,
    },
    /// Only these ids were asked for: one that is missing is gone; nothing is said about others.
    Ids(Arc<Vec<RowId>>),
}

/// How a batch leaves its run.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// More pages follow.
    More,
    /// The run is complete.
    Done,
    /// The run failed; rows stay.
    Failed(Fault),
    /// Rows that are made of other tables, of which something is missing: these are all that can be told, and there may be more. The
    /// fault is one of those tables', if one has failed.
    Part(Option<Fault>),
}

/// What a job learned from one answer. The only way into the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The table.
    pub table: TableKey,
    /// The sequence number of the request that saw these rows: an older answer never overwrites a newer one.
    pub seq: u64,
    /// When the request was made.
    pub asked: Time,
    /// What absence means.
    pub coverage: Coverage,
    /// The rows.
    pub rows: Vec<Arc<Record>>,
    /// How it ends.
    pub outcome: Outcome,
}

/// A row of a view: which of the view's tables, which slot there. A slot keeps its row for as long as the row lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RowRef {
    /// The position in the view's list of tables.
    pub table: u32,
    /// The slot in that table.
    pub slot: u32,
}

/// Sort by one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The field's position in the kind.
    pub field: usize,
    /// Smallest first.
    pub ascending: bool,
}
