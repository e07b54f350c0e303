//! Folding the lines of a tree ([`crate::model::KindInfo::tree`]).

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::update::Turn;
use super::view::{RowKey, View};
use crate::base::RowId;
use crate::model::Level;
use crate::store::Store;
use crate::store::tree::above;

impl View {
    /// Whether its rows stand as a tree now.
    pub fn is_tree(&self) -> bool {
        self.kind.tree && self.sort == self.kind.first_sort()
    }

    /// Every line that has another one below it, whether that is shown or not.
    fn with_lines_below(&self, store: &Store) -> FxHashSet<RowId> {
        let rows = self.tables.iter().filter_map(|t| store.table(t)).flat_map(|t| t.rows());
        let ids =
            rows.filter(|r| r.gone.is_none()).flat_map(|r| above(&r.record.id).map(RowId::from).collect::<Vec<_>>());
        ids.collect()
    }
}

impl Turn<'_> {
    /// Folds or unfolds the focused line; of a line with nothing below it the one above.
    pub(super) fn fold(&mut self) {
        let Some(row) = self.foldable().then(|| self.s.view.cursor.clone()).flatten() else { return };
        let view = &self.s.view;
        let line = match view.with_lines_below(self.store).contains(&row.id) {
            true => Some(row.id.clone()),
            false => above(&row.id).next().map(RowId::from),
        };
        let Some(line) = line else { return };
        let mut folded = (*view.folded).clone();
        if !folded.remove(&line) {
            folded.insert(line.clone());
        }
        self.refold(folded, Some(RowKey { id: line, ..row }));
    }

    /// Folds every line, or unfolds all if any is folded.
    pub(super) fn fold_all(&mut self) {
        if !self.foldable() {
            return;
        }
        let view = &self.s.view;
        let folded = if view.folded.is_empty() { view.with_lines_below(self.store) } else { FxHashSet::default() };
        // What the cursor was on may be hidden now: it goes to the outermost line of it.
        let cursor = view.cursor.clone().map(|row| match (folded.is_empty(), above(&row.id).last()) {
            (false, Some(root)) => RowKey { id: root.into(), table: row.table },
            _ => row,
        });
        self.refold(folded, cursor);
    }

    fn foldable(&mut self) -> bool {
        let view = &self.s.view;
        let why_not = match (view.kind.tree, view.is_tree()) {
            (_, true) => return true,
            (true, false) => "Lines can be folded in the tree's own order: :reset brings it back.",
            (false, _) => "Only the lines of a tree can be folded: :map shows one.",
        };
        self.say(Level::Info, why_not);
        false
    }

    fn refold(&mut self, folded: FxHashSet<RowId>, cursor: Option<RowKey>) {
        self.s.view.folded = Arc::new(folded);
        self.s.view.seek = cursor.map(|row| row.id);
        self.reindex();
    }
}
