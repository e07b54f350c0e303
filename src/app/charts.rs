//! Charts of the row that the detail shows: where they are, and how far back they reach.

use super::nav::kind_named;
use super::state::State;
use super::update::Turn;
use super::view::{RowKey, Tab};
use crate::base::RowId;
use crate::model::{Level, TableKey, Value};
use crate::store::Store;

/// Charts of one row over one span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowCharts {
    /// The side table.
    pub table: TableKey,
    /// The row there.
    pub id: RowId,
    /// The position of the only field of it to show, if it is one.
    pub only: Option<usize>,
}

impl State {
    /// Where the charts of a row are over the span that is chosen; `None` if CloudWatch has none of it.
    pub fn charts(&self, store: &Store, row: &RowKey) -> Option<RowCharts> {
        let charts = row.table.kind.charts?;
        let record = store.get(&row.table, &row.id)?;
        let text = |field: &str| record.kind.index_of(field).and_then(|i| record.at(i).as_str());
        let other = charts.other.filter(|o| text(o.field).is_some_and(|t| o.begins.iter().any(|b| t.starts_with(b))));
        let kind = kind_named(&self.registry, other.map_or(charts.kind, |o| o.kind))?;
        let lacks = |field: &str| {
            record.kind.index_of(field).is_none_or(|i| matches!(record.at(i), Value::Empty | Value::Unknown))
        };
        if charts.what.is_some_and(lacks) {
            return None;
        }
        let of = match charts.of {
            Some(field) => text(field)?,
            None => row.id.as_str(),
        };
        let only = charts.only.and_then(|field| kind.resolve(text(field)?));
        Some(RowCharts { table: TableKey::all(row.table.scope.clone(), kind), id: self.detail.span.row_id(of), only })
    }
}

impl Turn<'_> {
    /// Charts that reach further back, or less far.
    pub(super) fn step_span(&mut self, by: isize) {
        let shown = self.s.detail_is_seen() && self.s.tab(self.store) == Tab::Metrics;
        let now = self.s.detail.span;
        if !shown {
            self.say(Level::Info, "No charts here: open the detail's metrics first.");
        } else if now.step(by) == now {
            let end = if by < 0 { "the shortest." } else { "the longest: CloudWatch keeps no more." };
            self.say(Level::Info, format!("{} is {end}", now.name()));
        } else {
            self.s.detail.span = now.step(by);
            self.s.detail.scroll = 0;
        }
    }
}
