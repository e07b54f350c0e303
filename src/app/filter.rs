//! `/`: the filter line, and what a query means for a view. A query that costs money is asked for first.

use std::sync::Arc;

use super::line::Line;
use super::overlay::{Filter, Overlay, Sure, SureKind};
use super::recall::Recall;
use super::update::Turn;
use crate::query::Query;

impl Turn<'_> {
    /// Opens the filter line with the view's query in it.
    pub(super) fn filter(&mut self) {
        let query = self.s.view.query.clone();
        let mut text = query.text.to_string();
        if !text.is_empty() {
            text.push(' ');
        }
        let filter = Filter {
            line: Line::new(text),
            items: Vec::new(),
            choice: None,
            error: None,
            before: query,
            cursor: self.s.view.cursor.clone().filter(|_| self.s.view.touched),
            hint: None,
            recall: Recall::default(),
        };
        self.s.overlays.push(Overlay::Filter(filter));
        self.complete_again();
    }

    /// The line changed: the table follows, as far as the line can be read and costs nothing.
    pub(super) fn filter_typed(&mut self) {
        self.complete_again();
        self.filter_follow();
    }

    pub(super) fn filter_follow(&mut self) {
        let Some(Overlay::Filter(filter)) = self.s.overlays.last_mut() else { return };
        let line = filter.line.text().to_string();
        let kind = self.s.view.kind;
        let whole = Query::parse(&line, kind.0);
        filter.error = whole.as_ref().err().map(|e| e.message.clone());
        filter.hint = if filter.error.is_none() { Query::hint(&line, kind.0) } else { None };
        // The last word may be half typed, or cost money: the table then follows the words before it.
        let free = |q: &Query| self.paid_fields(q).is_empty();
        let before = || Query::parse(line.trim_end().rsplit_once(char::is_whitespace)?.0, kind.0).ok();
        let query = whole.ok().filter(free).or_else(|| Some(before().unwrap_or_default()).filter(free));
        if let Some(query) = query.filter(|q| *self.s.view.query != *q) {
            self.apply_query(Arc::new(query));
        }
    }

    pub(super) fn filter_accept(&mut self) {
        let Some(Overlay::Filter(filter)) = self.s.overlays.last_mut() else { return };
        match Query::parse(filter.line.text(), self.s.view.kind.0) {
            Ok(query) => {
                self.s.filters.add(filter.line.text());
                self.s.overlays.pop();
                self.filter_chosen(self.s.view.kind, &query.text);
                self.set_query(query);
            }
            Err(e) => filter.error = Some(e.message),
        }
    }

    /// Escape: back to the query that was there.
    pub(super) fn filter_leave(&mut self) {
        let Some(Overlay::Filter(filter)) = self.s.overlays.pop() else { return };
        if self.s.view.query != filter.before {
            self.apply_query(filter.before);
            // Back to the row on which one stood.
            self.s.view.to_first = false;
            if let Some(row) = filter.cursor {
                self.s.view.cursor = Some(row);
            } else {
                self.s.view.touched = false;
            }
        }
    }

    /// The fields of a query that cost money and were not agreed to.
    pub(super) fn paid_fields(&self, query: &Query) -> Vec<usize> {
        let view = &self.s.view;
        let mut paid: Vec<usize> = query
            .fields(view.kind.0)
            .filter(|f| view.kind.fields.at(*f).side.is_some_and(|s| s.paid) && !view.paid.contains(f))
            .collect();
        paid.dedup();
        paid
    }

    /// Filters the view; asks first if that costs money.
    pub(super) fn set_query(&mut self, query: Query) {
        if *self.s.view.query == query {
            return;
        }
        let paid = self.paid_fields(&query);
        if paid.is_empty() {
            self.apply_query(Arc::new(query));
            return;
        }
        let lines = self.price(&paid);
        self.s.overlays.push(Overlay::Sure(Sure {
            title: format!("Filter by {}", query.text),
            kind: SureKind::PaidQuery(Arc::new(query)),
            lines,
            yes: "pay and filter",
            no: "leave",
        }));
    }

    pub(super) fn apply_query(&mut self, query: Arc<Query>) {
        // What is called as the words say comes first, and is what was looked for. With other conditions, or none, the cursor stays.
        self.s.view.unmarking();
        self.s.view.to_first = query.has_words();
        self.s.view.query = query;
        // To join other tables is to ask for an index.
        if !self.widen() {
            self.reindex();
        }
    }
}
