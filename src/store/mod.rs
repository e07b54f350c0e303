//! Floor 2: the Store: every table, and [`Store::apply`], the only writer of them.
//!
//! One Store serves any number of viewers. It does no I/O, asks no clock and knows nothing of screens. Rows live in shared
//! chunks, so that a [`Snapshot`] for an index worker costs a few hundred reference counts, whatever the table's size.

mod changes;
mod chunk;
pub mod derive;
pub mod index;
mod table;
#[cfg(test)]
mod testing;
pub mod tree;

use arcstr::ArcStr;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::base::{RowId, Time};
use crate::model::{Batch, Delta, Kind, Record, RowRef, Selector, TableKey};

pub use changes::{Change, Part, SHOWN};
pub use chunk::{Row, Snapshot};
pub use derive::{DeriveJob, derive};
pub use index::{IndexJob, index};
pub use table::{Progress, Status, Table};

/// How long a changed cell stays highlighted.
pub const HIGHLIGHT: Duration = Duration::from_secs(5);
/// How long a removed row lingers, marked gone.
pub const LINGER: Duration = Duration::from_secs(30);
/// How long a new row may be missing from a list before it counts as gone: EC2 is eventually consistent.
pub const GRACE: Duration = Duration::from_secs(30);

/// Rows and whole tables that nobody needs any more: dropping many takes longer than a frame.
#[derive(Default)]
pub struct Garbage {
    /// Rows that were replaced.
    pub records: Vec<Arc<Record>>,
    /// Tables that were forgotten.
    pub tables: Vec<Table>,
}

impl Garbage {
    /// Whether there is nothing to drop.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.tables.is_empty()
    }
}

/// All tables.
#[derive(Default)]
pub struct Store {
    tables: FxHashMap<TableKey, Table>,
    versions: u64,
    garbage: Garbage,
}

impl Store {
    /// Takes in what a job learned. Older answers never overwrite newer ones; a fault never clears a table.
    pub fn apply(&mut self, batch: Batch, now: Time) -> Delta {
        let key = batch.table.clone();
        let table = self.tables.entry(key.clone()).or_default();
        let before = table.status.clone();
        let (added, changed, gone) = table.apply(batch, now, &mut self.garbage.records);
        if added + changed + gone > 0 {
            self.versions += 1;
            table.version = self.versions;
        }
        Delta { table: key, version: table.version, added, changed, gone, status: before != table.status }
    }

    /// Notes that a run over a table has begun, so that the header can say "loading".
    pub fn began(&mut self, key: &TableKey, now: Time) {
        let table = self.tables.entry(key.clone()).or_default();
        table.status.running = true;
        table.status.asked = Some(now);
    }

    /// Notes that a run over a table was given up before its end: nobody wants the table any more.
    pub fn stopped(&mut self, key: &TableKey) {
        if let Some(table) = self.tables.get_mut(key) {
            table.status.running = false;
        }
    }

    /// A table, if it was ever asked for.
    pub fn table(&self, key: &TableKey) -> Option<&Table> {
        self.tables.get(key)
    }
    /// What there is, in no particular order.
    pub fn keys(&self) -> impl Iterator<Item = &TableKey> {
        self.tables.keys()
    }
    /// Every table of a kind, in no particular order.
    pub fn tables_of(&self, kind: Kind) -> impl Iterator<Item = (&TableKey, &Table)> {
        self.tables.iter().filter(move |(k, _)| k.kind == kind)
    }
    /// A row that is there and not gone.
    pub fn get(&self, key: &TableKey, id: &str) -> Option<&Arc<Record>> {
        self.tables.get(key)?.get(id).filter(|r| r.gone.is_none()).map(|r| &r.record)
    }
    /// The row of the side table `kind` that belongs to the row `id` of `of`.
    pub fn side(&self, of: &TableKey, kind: Kind, id: &str) -> Option<&Arc<Record>> {
        let key = TableKey { scope: of.scope.clone(), kind, selector: Selector::All };
        self.get(&key, id)
    }
    /// What the row `id` of the kind `kind` is called, in the scope of `of`: the name to be shown for an id there. `None`: it is not
    /// known, or has no name that can be seen.
    pub fn name_of(&self, of: &TableKey, kind: Kind, id: &str) -> Option<&ArcStr> {
        self.side(of, kind, id).map(|r| &r.name).filter(|n| !n.trim().is_empty())
    }
    /// Drops a table with all its rows; it is then as if it had never been asked for.
    pub fn forget(&mut self, key: &TableKey) {
        if let Some(t) = self.tables.remove(key) {
            self.garbage.tables.push(t);
        }
    }
    /// Removes rows that have lingered long enough. Returns whether anything went.
    pub fn prune(&mut self, now: Time) -> Vec<TableKey> {
        let mut pruned = Vec::new();
        for (key, table) in &mut self.tables {
            if table.prune(now, &mut self.garbage.records) {
                self.versions += 1;
                table.version = self.versions;
                pruned.push(key.clone());
            }
        }
        pruned
    }
    /// What was replaced or forgotten: to be dropped on another thread.
    pub fn take_garbage(&mut self) -> Garbage {
        std::mem::take(&mut self.garbage)
    }
    /// A picture of a table that later changes do not touch.
    pub fn snapshot(&self, key: &TableKey) -> Snapshot {
        self.tables.get(key).map(Table::snapshot).unwrap_or_default()
    }
    /// The row that a view's reference points to.
    pub fn row<'a>(&'a self, tables: &'a [TableKey], at: RowRef) -> Option<(&'a TableKey, &'a Row)> {
        let key = tables.get(at.table as usize)?;
        Some((key, self.tables.get(key)?.slot(at.slot)?))
    }
    /// Where a row is, for a view over `tables`.
    pub fn find(&self, tables: &[TableKey], key: &TableKey, id: &RowId) -> Option<RowRef> {
        let table = tables.iter().position(|k| k == key)?;
        let slot = self.tables.get(key)?.slot_of(id)?;
        Some(RowRef { table: u32::try_from(table).ok()?, slot })
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.tables.iter().map(|(k, t)| (k, t.len()))).finish()
    }
}
