//! Marks of many rows at once: a range, the others, those that match a query.

use std::sync::Arc;

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use super::state::State;
use super::table::MARKS;
use super::update::Turn;
use super::view::RowKey;
use crate::model::Level;
use crate::query::Query;

/// A range that is being marked: it follows the cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// Where it begins: a position in the order.
    from: usize,
    /// What was marked before.
    before: IndexSet<RowKey, FxBuildHasher>,
}

/// Rows that match a query are being looked for, to be marked. The index worker finds them as it does for a filter; the view's own
/// query comes back with them.
#[derive(Debug, Clone, PartialEq)]
pub struct Marking {
    /// Whether they are marked, or their marks taken away.
    on: bool,
    query: Arc<Query>,
    cursor: Option<RowKey>,
    place: (usize, usize, bool),
}

impl Turn<'_> {
    /// `v`: begins a range at the cursor; again: the range stays marked.
    pub(super) fn mark_range(&mut self) {
        let view = &mut self.s.view;
        if view.range.take().is_some() || view.cursor.is_none() {
            return;
        }
        view.range = Some(Range { from: view.at, before: view.marks.clone() });
        self.range_follows();
        self.say(Level::Info, "Marking a range: move the cursor, then press the same key again; esc undoes it.");
    }

    /// The cursor has moved: the range ends there.
    pub(super) fn range_follows(&mut self) {
        let view = &mut self.s.view;
        let Some(range) = &view.range else { return };
        let room = MARKS.saturating_sub(range.before.len()).max(1);
        // The rows next to where it began, if they are too many.
        let rows = match view.at.checked_sub(range.from) {
            Some(down) => range.from..(range.from + down.min(room - 1) + 1),
            None => (range.from - (range.from - view.at).min(room - 1))..(range.from + 1),
        };
        let cut = rows.len() <= view.at.abs_diff(range.from);
        let mut marks = range.before.clone();
        marks.extend(rows.filter_map(|i| view.key_of(self.store, *view.order.get(i)?)));
        view.marks = marks;
        if cut {
            self.say(Level::Warning, format!("At most {MARKS} rows can be marked at once."));
        }
    }

    /// Escape: what was marked before the range. Whether there was one.
    pub(super) fn leave_range(&mut self) -> bool {
        let Some(range) = self.s.view.range.take() else { return false };
        self.s.view.marks = range.before;
        self.count_hidden_marks();
        true
    }

    /// Marks the rows that are shown and not marked, and no others.
    pub(super) fn mark_invert(&mut self) {
        let view = &self.s.view;
        if view.order.len() > MARKS + view.marks.len() {
            let shown = view.order.len();
            let text =
                format!("At most {MARKS} rows can be marked, and {shown} are shown: narrow the filter (/) first.");
            return self.say(Level::Warning, text);
        }
        let rows = view.order.iter().filter_map(|at| view.key_of(self.store, *at));
        let rows: IndexSet<RowKey, FxBuildHasher> = rows.filter(|r| !view.marks.contains(r)).collect();
        if rows.len() > MARKS {
            return self.say(Level::Warning, format!("At most {MARKS} rows can be marked at once."));
        }
        self.s.view.marks = rows;
        self.count_hidden_marks();
    }

    /// `mark QUERY`, `unmark QUERY`: of all rows of the table, whatever the filter shows.
    pub(super) fn mark_matching(&mut self, query: Query, on: bool) {
        if !self.paid_fields(&query).is_empty() {
            let text = "Filter by what costs money first (/), then mark the rows that are shown with M.";
            return self.say(Level::Warning, text);
        }
        let view = &mut self.s.view;
        view.unmarking();
        view.marking = Some(Marking {
            on,
            query: std::mem::replace(&mut view.query, Arc::new(query)),
            cursor: view.cursor.clone(),
            place: (view.at, view.top, view.touched),
        });
        self.reindex();
    }

    /// The rows that match have been found.
    pub(super) fn marked_matching(&mut self) {
        let Some(on) = self.s.view.marking.as_ref().map(|m| m.on) else { return };
        let view = &mut self.s.view;
        let found = view.order.len();
        if found > MARKS {
            view.unmarking();
            let text = format!("At most {MARKS} rows can be marked, and {found} match.");
            self.say(Level::Warning, text);
        } else {
            let rows: Vec<RowKey> = view.order.iter().filter_map(|at| view.key_of(self.store, *at)).collect();
            for row in rows {
                if on {
                    view.marks.insert(row);
                } else {
                    view.marks.shift_remove(&row);
                }
            }
            view.unmarking();
            let what = if found == 1 { view.kind.singular.to_string() } else { view.kind.title.to_lowercase() };
            let did = if on { "marked" } else { "no longer marked" };
            self.say(Level::Info, format!("{found} {what} {did}."));
        }
        self.reindex();
    }

    /// Only what is wrong, or all again: `is:bad` in the filter.
    pub(super) fn only_wrong(&mut self) {
        let kind = self.s.view.kind;
        if kind.worst().is_none() {
            return self.say(Level::Info, format!("{} have no states, so none can be bad.", kind.title));
        }
        let text = Query::toggled(&self.s.view.query.text, "is:bad");
        match Query::parse(&text, kind.0) {
            Ok(query) => self.set_query(query),
            Err(e) => self.say(Level::Warning, e.message),
        }
    }
}

impl super::View {
    /// Goes back to the view's own query, if rows are being looked for to be marked.
    pub(super) fn unmarking(&mut self) {
        let Some(marking) = self.marking.take() else { return };
        self.query = marking.query;
        self.cursor = marking.cursor;
        (self.at, self.top, self.touched) = marking.place;
    }
}

impl State {
    /// Whether a range is being marked.
    pub fn marks_a_range(&self) -> bool {
        self.view.range.is_some()
    }
}
