//! The order of the rows: asked for when what it is made from changes, taken in when it comes, never waited for.

use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashSet;

use super::update::Turn;
use super::view::{RowKey, View};
use crate::base::FaultKind;
use crate::model::{Delta, Effect, IndexRequest, Indexed, Kind, Level, RowRef, TableKey};
use crate::store::index::named_by;

/// Rows from which on an index is worth putting off, and for how long.
const MANY: usize = 2_000;
const BETWEEN: Duration = Duration::from_millis(100);

impl Turn<'_> {
    /// Asks for a new index of the view, whatever was asked before.
    pub(super) fn reindex(&mut self) {
        let request = self.number();
        let view = &mut self.s.view;
        view.indexing = Some(request);
        view.stale = false;
        view.indexed = self.s.now;
        view.index_due = None;
        view.asked = Arc::new(view.tables.clone());
        let paid = view.query.fields(view.kind.0).chain(view.sort.map(|s| s.field)).any(|f| view.paid.contains(&f));
        let effect = Effect::Index(IndexRequest {
            request,
            tables: view.tables.clone(),
            groups: view.groups.clone(),
            query: view.query.clone(),
            sort: view.sort,
            paid,
        });
        self.emit(effect);
    }

    /// Rows changed: one index at a time, and the newest wish remembered once. While a large table arrives page by page, each page
    /// would have all rows sorted anew: that waits for the next page or two.
    fn reindex_later(&mut self) {
        let view = &self.s.view;
        let table = |t: &TableKey| self.store.table(t);
        let arriving = || view.tables.iter().filter_map(table).any(|t| t.status.running);
        let rows = || view.tables.iter().filter_map(table).map(|t| t.len()).sum::<usize>();
        let due = view.indexed.plus(BETWEEN);
        if view.indexing.is_some() {
            self.s.view.stale = true;
        } else if self.s.now < due && rows() > MANY && arriving() {
            self.s.view.index_due = Some(due);
        } else {
            self.reindex();
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
        if news || ours {
            let joined = ours || self.uses_side(delta.table.kind) || self.uses_names(delta.table.kind);
            if joined && (news || Some(delta.version) != self.s.view.seen_version(&delta.table)) {
                self.reindex_later();
            }
        }
        // Also a table that is complete and empty is an answer.
        if news || delta.status {
            self.refine_again(&delta.table);
            self.plan_again(&delta.table);
        }
        if delta.status {
            self.beside_failed(&delta.table);
            if ours {
                self.rows_failed();
            }
        }
        self.awaited_came();
    }

    /// What is joined could not be read, and that does not pass by itself: its cells are unknown, and the heading speaks of the
    /// rows only. Said once.
    fn beside_failed(&mut self, table: &TableKey) {
        let fault = self.store.table(table).filter(|_| table.kind.side).and_then(|t| t.status.fault.as_ref());
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
        if !rows || self.s.failing.insert(kind.name, fault.kind) == Some(fault.kind) {
            return;
        }
        let whose = if self.s.view.tables.len() > 1 { format!(" in {}", table.scope) } else { String::new() };
        let mut text = format!("{}{whose} could not be read: {fault}", kind.title);
        if let Some(hint) = fault.hints.first() {
            text = format!("{}. {hint}", text.trim_end_matches('.'));
        }
        self.say(Level::Warning, text);
    }

    /// Whether filter or sort looks at a field that lives in this side kind.
    fn uses_side(&self, kind: Kind) -> bool {
        let view = &self.s.view;
        let words = view.query.terms.iter().any(|t| matches!(t.test, crate::query::Test::Word(_)));
        let side = |i: usize| (i < view.kind.fields.len()).then(|| view.kind.fields.at(i).side).flatten();
        let named = view.query.fields(view.kind.0).chain(view.sort.map(|s| s.field));
        let mut named = named.filter_map(side);
        named.any(|s| s.kind == kind.name)
            || words && view.kind.iter().filter_map(|f| f.side).any(|s| !s.paid && s.kind == kind.name)
    }

    /// Whether filter or sort looks at the names of this kind's rows.
    fn uses_names(&self, kind: Kind) -> bool {
        let view = &self.s.view;
        let words = view.query.words();
        view.kind.iter().take(64).enumerate().any(|(i, f)| {
            f.link == Some(kind.name)
                && f.ids.is_some()
                && (words >> i & 1 == 1 || named_by(&view.query, view.sort, view.kind, i))
        })
    }

    /// An index has come. One for an older request is dropped.
    pub(super) fn indexed(&mut self, indexed: Indexed) {
        let store = self.store;
        let view = &mut self.s.view;
        if view.indexing != Some(indexed.request) {
            return;
        }
        view.indexing = None;
        view.order = indexed.order;
        view.order_tables = view.asked.clone();
        view.versions = indexed.versions;
        view.total = indexed.total;
        // The same list stays the same list: what is watched is compared at every key.
        if view.paid_ids != indexed.paid {
            view.paid_ids = indexed.paid;
        }
        let line = view.at.saturating_sub(view.top);
        let found = match &view.cursor {
            Some(row) if view.touched => store
                .find(&view.order_tables, &row.table, &row.id)
                .and_then(|at| if view.order.get(view.at) == Some(&at) { Some(view.at) } else { position(view, at) }),
            _ => None,
        };
        match found {
            Some(at) => {
                view.at = at;
                // The row stays where it is on the screen, unless that would show nothing above the first row.
                view.top = at.saturating_sub(line);
            }
            None if view.touched => view.at = view.at.min(view.order.len().saturating_sub(1)),
            None => (view.at, view.top) = (0, 0),
        }
        view.marks.retain(|m| store.table(&m.table).is_some_and(|t| t.get(&m.id).is_some()));
        self.count_hidden_marks();
        self.land();
        if self.s.view.stale {
            self.reindex_later();
        }
    }

    /// Puts the cursor's identity on the row that stands at its position.
    pub(super) fn land(&mut self) {
        let view = &self.s.view;
        let row = view.order.get(view.at).and_then(|at| self.key_of(*at));
        if row != self.s.view.cursor {
            self.s.view.cursor = row;
            self.detail_later();
        }
    }

    /// The identity of a row of the view.
    pub(super) fn key_of(&self, at: RowRef) -> Option<RowKey> {
        let (table, row) = self.store.row(&self.s.view.order_tables, at)?;
        Some(RowKey { table: table.clone(), id: row.record.id.clone() })
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

fn position(view: &View, at: RowRef) -> Option<usize> {
    view.order.iter().position(|r| *r == at)
}
