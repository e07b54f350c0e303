//! The order of the rows: asked for when what it is made from changes, taken in when it comes, never waited for.

use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashSet;

use super::layout::SAMPLE;
use super::update::Turn;
use super::view::{RowKey, View};
use crate::base::{FaultKind, Time, text};
use crate::model::{Delta, Effect, FieldInfo, IndexFor, IndexRequest, Indexed, Kind, Level, RowRef, TableKey};
use crate::store::index::named_by;
use crate::store::{Progress, Store};

/// Rows from which on an index is worth putting off, and for how long.
const MANY: usize = 2_000;
const BETWEEN: Duration = Duration::from_millis(100);
/// How long news that only the heading sums up wait, where there are many rows: while one scrolls, each page of them brings some.
const SUMMED_UP: Duration = Duration::from_secs(1);
/// Rows that are seen above one that is gone to.
const ABOVE: usize = 3;

impl View {
    /// The request for a new index, whatever was asked before.
    pub(super) fn ask(&mut self, request: u64, of: IndexFor, now: Time) -> Effect {
        self.indexing = Some(request);
        self.stale = false;
        self.indexed = now;
        self.index_due = None;
        self.asked = Arc::new(self.tables.clone());
        let paid = self.looked_at().any(|f| self.paid.contains(&f));
        Effect::Index(IndexRequest {
            request,
            of,
            tables: self.tables.clone(),
            groups: self.groups.clone(),
            query: self.query.clone(),
            sort: self.sort,
            paid,
            folded: self.folded.clone(),
        })
    }

    /// Rows changed. Whether a new index is to be asked for now: one at a time, and the newest wish is remembered once. While a large
    /// table arrives page by page, each page would have all rows sorted anew: that waits for the next page or two.
    pub(super) fn wants_index(&mut self, store: &Store, now: Time) -> bool {
        let table = |t: &TableKey| store.table(t);
        let arriving = || self.tables.iter().filter_map(table).any(|t| t.status.running);
        let rows = || self.tables.iter().filter_map(table).map(|t| t.len()).sum::<usize>();
        let due = self.indexed.plus(BETWEEN);
        if self.indexing.is_some() {
            self.stale = true;
            false
        } else if now < due && rows() > MANY && arriving() {
            self.index_due = Some(due);
            false
        } else {
            true
        }
    }

    /// What waits for all rows to be here. Columns with nothing in them make way: what is not here yet may have something there, and a
    /// column does not go and come back. And names have the cells that all of them want together, not those of the table that came first.
    fn settle_columns(&mut self, store: &Store) {
        let whole = |t: &TableKey| store.table(t).is_some_and(|t| t.status.complete.is_some());
        if !self.order_tables.iter().all(whole) {
            return;
        }
        if self.empty != self.empty_found {
            self.empty.clone_from(&self.empty_found);
        }
        let newest = *self.order_tables == self.tables && !self.stale && self.index_due.is_none();
        if !self.settled && newest && !self.tables.is_empty() {
            self.settled = true;
            self.name_width = self.names_want(store);
        }
    }

    /// Takes in an index; the cursor stays on its row, as long as that is there.
    pub(super) fn take(&mut self, store: &Store, indexed: Indexed) {
        self.indexing = None;
        if self.range.is_some() && self.order != indexed.order {
            // It was of rows in another order: what is marked stays so.
            self.range = None;
        }
        self.order = indexed.order;
        self.order_tables = self.asked.clone();
        self.versions = indexed.versions;
        self.total = indexed.total;
        self.states = indexed.states;
        self.troubles = indexed.troubles;
        self.empty_found = indexed.empty;
        // Rows that come later may want more: a column does not shrink under the eye.
        self.name_width = self.name_width.max(self.names_want(store));
        self.settle_columns(store);
        // The same list stays the same list: what is watched is compared at every key.
        if self.paid_ids != indexed.paid {
            self.paid_ids = indexed.paid;
        }
        let sought = self.sought(store);
        if let Some(at) = sought {
            (self.at, self.top) = (at, at.saturating_sub(ABOVE));
            (self.touched, self.seek) = (true, None);
            self.cursor = self.order.get(at).and_then(|at| self.key_of(store, *at));
        }
        let line = self.at.saturating_sub(self.top);
        let first = std::mem::take(&mut self.to_first) && sought.is_none() && self.seek.is_none();
        let found = match &self.cursor {
            _ if first => Some(0),
            Some(row) if self.touched => store
                .find(&self.order_tables, &row.table, &row.id)
                .and_then(|at| if self.order.get(self.at) == Some(&at) { Some(self.at) } else { self.position(at) }),
            _ => None,
        };
        match found {
            Some(at) => {
                self.at = at;
                // The row stays where it is on the screen, unless that would show nothing above the first row.
                self.top = at.saturating_sub(line);
            }
            None if self.touched => self.at = self.at.min(self.order.len().saturating_sub(1)),
            None => (self.at, self.top) = (0, 0),
        }
        self.marks.retain(|m| store.table(&m.table).is_some_and(|t| t.get(&m.id).is_some()));
    }

    /// How many cells nearly all names of its first rows take.
    fn names_want(&self, store: &Store) -> u16 {
        let Some(name) = self.columns.first() else { return 0 };
        let rows = self.order.iter().take(SAMPLE).filter_map(|at| store.row(&self.order_tables, *at));
        let cells = rows.filter_map(|(_, row)| Some(text::width(&text::visible(row.record.at(*name).as_str()?))));
        let mut cells: Vec<usize> = cells.collect();
        cells.sort_unstable();
        // Of five four: a single long name takes no columns away.
        cells.get(cells.len().saturating_sub(1) * 4 / 5).map_or(0, |n| u16::try_from(*n).unwrap_or(u16::MAX))
    }

    /// Where the row stands that the cursor is to go to, if it is there.
    fn sought(&self, store: &Store) -> Option<usize> {
        let id = self.seek.as_ref()?;
        self.order_tables.iter().enumerate().find_map(|(i, key)| {
            let slot = store.table(key)?.slot_of(id)?;
            self.position(RowRef { table: u32::try_from(i).ok()?, slot })
        })
    }

    /// Where a row stands in the order.
    pub(super) fn position(&self, at: RowRef) -> Option<usize> {
        self.order.iter().position(|r| *r == at)
    }

    /// The identity of a row of the order.
    pub(super) fn key_of(&self, store: &Store, at: RowRef) -> Option<RowKey> {
        let (table, row) = store.row(&self.order_tables, at)?;
        Some(RowKey { table: table.clone(), id: row.record.id.clone() })
    }

    /// Whether news of a table can change the order: it is one of the view's, or filter or sort look at it.
    fn concerns(&self, table: &TableKey) -> bool {
        self.tables.contains(table) || self.uses_side(table.kind) || self.uses_names(table.kind)
    }

    /// Whether a batch that was applied makes a new index necessary.
    pub(super) fn is_outdated_by(&self, delta: &Delta) -> bool {
        let news = delta.added + delta.changed + delta.gone > 0;
        let ours = self.tables.contains(&delta.table);
        (news || ours)
            && self.concerns(&delta.table)
            && (news || Some(delta.version) != self.seen_version(&delta.table))
    }

    /// Whether news of a side table can change what the heading sums up, and nothing else.
    fn sums_up(&self, store: &Store, delta: &Delta) -> bool {
        let news = delta.added + delta.changed + delta.gone > 0;
        let is_whole = || store.table(&delta.table).is_some_and(|t| t.status.progress == Progress::Complete);
        let summed = |f: &FieldInfo| !f.trouble.is_empty() && f.side.is_some_and(|s| s.kind == delta.table.kind.name);
        let beside = |t: &TableKey| t.scope == delta.table.scope;
        // That all values are here is news, too: so many are not "at least" so many any more.
        // An order that is on its way has not seen it.
        let may_be_more = || self.indexing.is_some() || self.troubles.iter().any(|t| t.at_least);
        let whole_now = || delta.status && may_be_more() && is_whole();
        (news || whole_now()) && delta.table.kind.side && self.kind.iter().any(summed) && self.tables.iter().any(beside)
    }

    /// Whether filter or sort looks at a field that lives in this side kind.
    fn uses_side(&self, kind: Kind) -> bool {
        let words = self.query.has_words();
        let side = |i: usize| (i < self.kind.fields.len()).then(|| self.kind.fields.at(i).side).flatten();
        let mut named = self.looked_at().filter_map(side);
        named.any(|s| s.kind == kind.name)
            || words && self.kind.iter().filter_map(|f| f.side).any(|s| !s.paid && s.kind == kind.name)
    }

    /// Whether filter or sort looks at the names of this kind's rows.
    fn uses_names(&self, kind: Kind) -> bool {
        let words = self.query.words();
        self.kind.iter().enumerate().any(|(i, f)| {
            f.link == Some(kind.name)
                && f.ids.is_some()
                && (words.contains(i) || named_by(&self.query, self.sort, self.kind, i))
        })
    }
}

impl Turn<'_> {
    /// Asks for a new index of the view, whatever was asked before.
    pub(super) fn reindex(&mut self) {
        let request = self.number();
        let effect = self.s.view.ask(request, IndexFor::View, self.s.now);
        self.emit(effect);
    }

    /// Rows changed.
    fn reindex_later(&mut self) {
        if self.s.view.wants_index(self.store, self.s.now) {
            self.reindex();
        }
    }

    /// What only the heading says may be otherwise: of few rows at once, of many after a while.
    fn sum_up_later(&mut self) {
        let (view, now) = (&mut self.s.view, self.s.now);
        if view.total <= MANY {
            self.reindex_later();
        } else if view.index_due.is_none() {
            view.index_due = Some(now.plus(SUMMED_UP));
        }
    }

    /// The index that was put off.
    pub(super) fn reindex_due(&mut self) {
        if self.s.view.index_due.is_some_and(|due| due <= self.s.now) {
            self.reindex_later();
        }
    }

    /// The store has learned something.
    pub(super) fn applied(&mut self, delta: &Delta) {
        let news = delta.added + delta.changed + delta.gone > 0;
        if delta.status && self.s.view.index_due.is_some() {
            // The last page may have been it.
            self.reindex_later();
        }
        let parents = self.parent_kind(self.s.view.kind).is_some_and(|p| p == delta.table.kind);
        if parents || delta.table.kind == self.s.view.kind {
            self.join();
        }
        let ours = self.s.view.tables.contains(&delta.table);
        if self.s.view.is_outdated_by(delta) {
            self.reindex_later();
        } else if self.s.view.sums_up(self.store, delta) {
            self.sum_up_later();
        }
        self.picker_applied(Some(delta));
        // Also a table that is complete and empty is an answer.
        if news || delta.status {
            self.refine_again(&delta.table);
            self.complete_from(&delta.table);
            self.wait_over(&delta.table);
            self.plan_again(&delta.table);
            self.connect_applied(&delta.table);
        }
        if delta.status {
            self.beside_failed(&delta.table);
            if ours {
                self.rows_failed();
                // That all rows are here may be said after the index of the last of them.
                let view = &mut self.s.view;
                if view.indexing.is_none() && !view.stale && view.index_due.is_none() {
                    view.settle_columns(self.store);
                }
            }
        }
        self.awaited_came();
        self.left_again();
    }

    /// What is joined could not be read, and that does not pass by itself: its cells are unknown, and the heading speaks of the
    /// rows only. Said once.
    fn beside_failed(&mut self, table: &TableKey) {
        let fault = self
            .store
            .table(table)
            .filter(|_| table.kind.side && table.kind.derived.is_none())
            .and_then(|t| t.status.fault.as_ref());
        let Some(fault) = fault.filter(|f| matches!(f.kind, FaultKind::Denied | FaultKind::Invalid)) else { return };
        let text = format!("{} could not be read: {fault}", table.kind.title);
        if !self.s.messages.iter().any(|m| m.text == text) {
            self.say(Level::Warning, text);
        }
    }

    /// Rows that are seen could not be read again. The heading has a word for it; the whole sentence is said here, once until the
    /// list is whole again. Where there are no rows yet, the sentence stands in their place.
    fn rows_failed(&mut self) {
        let fresh = self.s.freshness(self.store);
        let kind = self.s.view.kind;
        if fresh.faults.is_empty() {
            self.s.failing.remove(kind.name);
        }
        // A run under way may be mending it: its first rows are no news of the fault before.
        let over = |table: &TableKey| self.store.table(table).is_some_and(|t| !t.status.running);
        let Some((table, fault)) = fresh.faults.iter().find(|(table, _)| over(table)) else { return };
        let rows = self.s.view.tables.iter().any(|t| self.store.table(t).is_some_and(|t| !t.is_empty()));
        // The last line says it of each table that it is made of.
        if !rows || kind.derived.is_some() || self.s.failing.insert(kind.name, fault.kind) == Some(fault.kind) {
            return;
        }
        let whose = if self.s.view.tables.len() > 1 { format!(" in {}", table.scope) } else { String::new() };
        let mut text = format!("{}{whose} could not be read: {fault}", kind.title);
        if let Some(hint) = fault.hints.first() {
            text = format!("{}. {hint}", text.trim_end_matches('.'));
        }
        self.say(Level::Warning, text);
    }

    /// An index has come. One for an older request is dropped.
    pub(super) fn indexed(&mut self, indexed: Indexed) {
        if self.s.view.indexing != Some(indexed.request) {
            return self.picker_indexed(indexed);
        }
        let before = self.s.view.cursor.clone();
        self.s.view.take(self.store, indexed);
        if self.s.view.cursor != before {
            // It was looked for and is here.
            self.detail_later();
        }
        if self.s.view.marking.is_some() {
            return self.marked_matching();
        }
        self.not_found();
        self.count_hidden_marks();
        self.land();
        if self.s.view.stale {
            self.reindex_later();
        }
    }

    /// Puts the cursor's identity on the row that stands at its position.
    pub(super) fn land(&mut self) {
        let view = &self.s.view;
        let row = view.order.get(view.at).and_then(|at| view.key_of(self.store, *at));
        if row != self.s.view.cursor {
            self.s.view.cursor = row;
            self.detail_later();
        }
    }

    pub(super) fn count_hidden_marks(&mut self) {
        let store = self.store;
        let view = &mut self.s.view;
        if view.marks.is_empty() || view.query.is_empty() {
            view.hidden_marks = 0;
            return;
        }
        let mut marked: FxHashSet<RowRef> =
            view.marks.iter().filter_map(|m| store.find(&view.order_tables, &m.table, &m.id)).collect();
        for at in view.order.iter() {
            marked.remove(at);
        }
        view.hidden_marks = marked.len();
    }
}
