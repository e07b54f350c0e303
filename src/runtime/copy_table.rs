//! The table of the view as text for the clipboard: the rows and columns that are chosen, in their order.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::engine::{Engine, Host};
use crate::base::Scope;
use crate::base::text::{pasteable, shell_quote};
use crate::export::{self, Columns, Line, When};
use crate::kinds::Registry;
use crate::kinds::facts::Element;
use crate::model::{Kind, Level, Record, Selector, TableFormat, TableKey, Tags, Value};
use crate::query::Cells;
use crate::store::Store;
use crate::term::COPY_LIMIT;
use crate::ui::rows::called;

/// The least bytes of a row in each format, so that no more rows are written than could fit: this is done between two frames.
const LEAST: usize = 24;

/// A row and where it stands.
struct Seen<'a> {
    record: &'a Arc<Record>,
    table: &'a TableKey,
    account: Option<&'a str>,
    store: &'a Store,
    registry: Registry,
}

impl Seen<'_> {
    fn side(&self, field: usize) -> Option<Option<(&Record, usize)>> {
        let side = self.record.kind.fields.at(field).side?;
        let Some(def) = self.registry.kind(side.kind) else { return Some(None) };
        let record = self.store.side(self.table, Kind(def.info), &self.record.id);
        Some(record.and_then(|r| Some((&**r, def.info.index_of(side.field)?))))
    }
}

impl Cells for Seen<'_> {
    fn scope(&self) -> Option<&Scope> {
        Some(&self.table.scope)
    }
    fn record(&self) -> &Record {
        self.record
    }
    fn cell(&self, field: usize) -> &Value {
        match self.side(field) {
            None => self.record.at(field),
            Some(Some((record, there))) => record.at(there),
            Some(None) => &Value::Unknown,
        }
    }
    fn tags(&self) -> Option<&Tags> {
        let Some(aside) = self.record.kind.tags_aside() else { return Some(&self.record.tags) };
        self.side(aside)?.map(|(record, _)| &record.tags)
    }
}

impl Line for Seen<'_> {
    fn account(&self) -> Option<&str> {
        self.account
    }
    fn shown(&self, field: usize) -> Cow<'_, Value> {
        let (value, info) = (self.value_at(field), self.record.kind.fields.at(field));
        let linked = info.ids.and(info.link).and_then(|kind| self.registry.kind(kind)).map(|def| Kind(def.info));
        let named = linked.and_then(|kind| called(&value, info, |id| self.store.name_of(self.table, kind, id)));
        named.map_or(value, Cow::Owned)
    }
}

impl Engine {
    /// Copies the table, or says why not and what does.
    pub(super) fn copy_table(&mut self, format: TableFormat) {
        let (rows, text) = self.table_text(format);
        let text = match text {
            Some(text) => text,
            None => {
                let command = self.same_as_a_command(format);
                return self
                    .say(Level::Warning, format!("{rows} rows are too many for the clipboard. In a shell: {command}"));
            }
        };
        self.host.push(Host::Copy(text));
        let rows = if rows == 1 { "1 row".into() } else { format!("{rows} rows") };
        self.say(Level::Info, format!("Copied {rows} as {}", title(format)));
    }

    /// How many rows there are, and their text if it can be put on a clipboard.
    fn table_text(&self, format: TableFormat) -> (usize, Option<String>) {
        let view = &self.state.view;
        let marked: FxHashSet<(u32, u32)> = view
            .marks
            .iter()
            .filter_map(|m| self.store.find(&view.order_tables, &m.table, &m.id))
            .map(|at| (at.table, at.slot))
            .collect();
        let few: Vec<Seen<'_>> = view
            .order
            .iter()
            .filter(|at| view.marks.is_empty() || marked.contains(&(at.table, at.slot)))
            .filter_map(|at| self.store.row(&view.order_tables, *at))
            .filter(|(_, row)| row.gone.is_none())
            .take(COPY_LIMIT / LEAST)
            .map(|(table, row)| Seen {
                record: &row.record,
                table,
                account: table.scope.profile().and_then(|p| self.state.identity(p)).map(|i| i.account.as_str()),
                store: &self.store,
                registry: self.registry,
            })
            .collect();
        if few.len() == COPY_LIMIT / LEAST {
            return (if view.marks.is_empty() { view.order.len() } else { view.marks.len() }, None);
        }
        let mut columns =
            Columns { kind: view.kind, list: view.columns.iter().map(|i| export::Column::Field(*i)).collect() };
        let (accounts, regions) = self.state.joined();
        columns.add_places(accounts, regions);
        let fields: Vec<usize> = columns.fields().collect();
        let when = When { now: self.clock.now(), zone: self.state.zone.clone() };
        let mut out = Vec::new();
        let written = match format {
            TableFormat::Csv => export::csv(&few, &columns, false, &mut out).map_err(|e| e.to_string()),
            TableFormat::Markdown => export::markdown(&few, &columns, &when, &mut out).map_err(|e| e.to_string()),
            TableFormat::Json => {
                let elements: Vec<_> = few.iter().map(|r| Element::of(r, r.account).only(Some(&fields))).collect();
                export::json(&elements, &mut out).map_err(|e| e.to_string())
            }
        };
        if let Err(e) = written {
            tracing::warn!("the table cannot be written: {e}");
            return (few.len(), None);
        }
        let text = String::from_utf8_lossy(&out);
        // A pasted line break inside of a cell stays one; nothing else that a terminal obeys goes onto the clipboard.
        let text: Vec<Cow<'_, str>> = text.lines().map(pasteable).collect();
        let text = text.join("\n");
        (few.len(), (text.len() <= COPY_LIMIT).then_some(text))
    }

    /// The command that prints the same.
    fn same_as_a_command(&self, format: TableFormat) -> String {
        let view = &self.state.view;
        let query =
            if view.query.text.is_empty() { String::new() } else { format!(" {}", shell_quote(&view.query.text)) };
        let of = match &view.selector {
            Selector::Parent(id) => format!(" --of {}", shell_quote(id)),
            _ => String::new(),
        };
        let name = match format {
            TableFormat::Csv => "csv",
            TableFormat::Json => "json",
            TableFormat::Markdown => "markdown",
        };
        format!("skydeck get {}{query}{of} -o {name}", view.kind.name)
    }
}

fn title(format: TableFormat) -> &'static str {
    match format {
        TableFormat::Csv => "CSV",
        TableFormat::Json => "JSON",
        TableFormat::Markdown => "Markdown",
    }
}
