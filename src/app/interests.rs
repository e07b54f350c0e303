//! What is seen is what is kept fresh: the viewer's state as a list of interests, the most important first.

use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::nav::kind_named;
use super::overlay::{MenuKind, Overlay};
use super::update::Turn;
use super::view::{Tab, View};
use crate::base::RowId;
use crate::model::{Effect, FieldInfo, Interest, Record, RowRef, Selector, Side, TableKey, Value};
use crate::store::index::named_by;
use crate::store::{Progress, Table};

/// What is wanted of a table.
enum Rows {
    All,
    /// These, in the order in which they were wanted.
    Some(Vec<RowId>),
    /// These, and they are all that could be wanted: the rows of a filter that is paid for, which may be many.
    Listed(Arc<Vec<RowId>>),
}

/// A side table of up to this many pages is read as a whole at the first look.
const FIRST_LOOK_PAGES: usize = 10;

type Wanted = IndexMap<TableKey, Rows, FxBuildHasher>;

/// Rows and columns that are on the screen: the table's, or a picker's.
pub(super) struct Seen<'a> {
    pub(super) view: &'a View,
    pub(super) columns: Vec<usize>,
    pub(super) rows: &'a [RowRef],
}

impl Turn<'_> {
    /// Says what is seen, if that has changed.
    pub(super) fn watch(&mut self) {
        let interests = self.interests();
        if interests != self.s.watched {
            self.s.watched.clone_from(&interests);
            self.emit(Effect::Watch(interests));
        }
    }

    fn interests(&self) -> Vec<Interest> {
        let s = &*self.s;
        let mut out: Vec<Interest> = Vec::new();
        let whole = |table: &TableKey| Interest { table: table.clone(), visible: true, ids: None };
        // Behind a board no table is seen.
        let seen = s.board.is_none();
        out.extend(s.board_tables().iter().map(whole));
        if seen {
            out.extend(self.parent_tables().iter().map(whole));
            out.extend(s.view.tables.iter().map(whole));
        }
        // What a derived table is made of, and what that is made of in its turn.
        let mut at = 0;
        while at < out.len() {
            for input in self.store.inputs_of(&out[at].table, |name| kind_named(&s.registry, name)) {
                if !out.iter().any(|i| i.table == input) {
                    out.push(whole(&input));
                }
            }
            at += 1;
        }
        let mut wanted = Wanted::default();
        if seen {
            self.on_their_way(&mut wanted);
            self.sides(&mut wanted);
        }
        for run in s.runs.iter().filter(|r| !r.is_over()) {
            for (table, ids) in run.looks_for().rows() {
                want(&mut wanted, table, ids.iter().cloned());
            }
        }
        for awaited in &s.awaited {
            for row in &awaited.rows {
                want(&mut wanted, &row.table, [row.id.clone()]);
            }
        }
        for table in self.tables_to_look_in() {
            if !out.iter().any(|i| i.table == table) {
                out.push(whole(&table));
            }
        }
        for table in s
            .overlays
            .iter()
            .filter_map(|o| if let Overlay::Palette(p) = o { Some(p) } else { None })
            .flat_map(|p| p.asks_for())
        {
            if !table.kind.side && !out.iter().any(|i| i.table == *table) {
                out.push(whole(table));
            }
        }
        for overlay in &s.overlays {
            let (needs, rows) = match overlay {
                Overlay::Form(form) => (form.spec.needs.as_slice(), form.on.rows.as_slice()),
                Overlay::Plan(p) => (p.plan.needs.as_slice(), p.on.rows.as_slice()),
                _ => (&[][..], &[][..]),
            };
            for table in needs {
                if table.kind.side {
                    let beside = rows.iter().filter(|r| r.table.scope == table.scope);
                    want(&mut wanted, table, beside.map(|r| r.id.clone()));
                } else if !out.iter().any(|i| i.table == *table) {
                    out.push(whole(table));
                }
            }
        }
        if let Some((table, id)) = s.row_page_needs(self.store) {
            want(&mut wanted, &table, [id]);
        }
        for (table, rows) in s.connect_needs() {
            match rows {
                Some(ids) => want(&mut wanted, table, ids.iter().cloned()),
                None if out.iter().any(|i| i.table == *table) => {}
                None => out.push(whole(table)),
            }
        }
        for table in self.tables_to_count_in() {
            if !out.iter().any(|i| i.table == *table) {
                out.push(Interest { table: table.clone(), visible: false, ids: None });
            }
        }
        let mut names = Wanted::default();
        if let Some(picker) = s.picker() {
            for table in picker.pick.tables.iter().filter(|t| !out.iter().any(|i| i.table == **t)).collect::<Vec<_>>() {
                out.push(whole(table));
            }
            let (columns, rows) = (s.picker_columns(picker), picker.visible(s.picker_rows(picker)));
            self.names(&mut names, &Seen { view: &picker.view, columns, rows });
        }
        let columns = if s.areas().table.is_some() { s.columns() } else { Vec::new() };
        if seen {
            self.names(&mut names, &Seen { view: &s.view, columns, rows: s.visible() });
            self.names_of_the_detail(&mut names);
        }
        for (table, rows) in names {
            if out.iter().any(|i| i.table == table) {
                continue;
            }
            match (rows, wanted.get_mut(&table)) {
                (Rows::Some(ids), Some(_)) => want(&mut wanted, &table, ids),
                (rows, _) => out.push(Interest { table, visible: false, ids: ids_of(rows) }),
            }
        }
        out.extend(wanted.into_iter().map(|(table, rows)| Interest { table, visible: true, ids: ids_of(rows) }));
        out
    }

    /// Rows whose ids are seen, so that their names can be. Kept warm, no more: names seldom change. Of a kind that has few rows all
    /// are wanted, of others those that are seen; all where the view is filtered or sorted by their names.
    fn names(&self, wanted: &mut Wanted, seen: &Seen<'_>) {
        let view = seen.view;
        let columns = &seen.columns;
        let words = view.query.words();
        for (f, info) in view.kind.iter().enumerate() {
            let Some(ids) = info.ids else { continue };
            // A word looks at what can be seen, and at what costs next to nothing.
            let by_word = words.contains(f) && (ids.few || view.columns.contains(&f));
            if by_word || named_by(&view.query, view.sort, view.kind, f) || ids.few && columns.contains(&f) {
                for table in view.tables.iter().filter_map(|of| self.names_in(info, of)) {
                    wanted.insert(table, Rows::All);
                }
            } else if columns.contains(&f) {
                for (of, record) in self.records(seen) {
                    if let Some(table) = self.names_in(info, of) {
                        want(wanted, &table, row_ids(info, record.at(f)));
                    }
                }
            }
        }
    }

    /// The table whose rows have the names of the ids that a field holds.
    fn names_in(&self, info: &FieldInfo, of: &TableKey) -> Option<TableKey> {
        let kind = kind_named(&self.s.registry, info.link?)?;
        Some(TableKey::all(of.scope.clone(), kind))
    }

    /// The same for the row that the detail shows: all of its ids.
    fn names_of_the_detail(&self, wanted: &mut Wanted) {
        let s = &*self.s;
        let Some(row) = s.detail.row.as_ref().filter(|_| s.detail_is_seen()) else { return };
        let Some(record) = self.store.get(&row.table, &row.id) else { return };
        for (f, info) in row.table.kind.iter().enumerate() {
            let Some(table) = info.ids.and_then(|_| self.names_in(info, &row.table)) else { continue };
            let mut ids = row_ids(info, record.at(f)).peekable();
            if ids.peek().is_none() {
                continue;
            }
            if info.ids.is_some_and(|ids| ids.few) {
                wanted.insert(table, Rows::All);
            } else {
                want(wanted, &table, ids);
            }
        }
    }

    /// The rows on the screen.
    fn records<'a>(&'a self, seen: &'a Seen<'_>) -> impl Iterator<Item = (&'a TableKey, &'a Record)> {
        let rows = seen.rows.iter().filter_map(|at| self.store.row(&seen.view.order_tables, *at));
        rows.filter(|(_, row)| row.gone.is_none()).map(|(of, row)| (of, &*row.record))
    }

    /// Rows on the screen that are on their way to another state: asked for by id.
    fn on_their_way(&self, wanted: &mut Wanted) {
        let view = &self.s.view;
        if view.kind.transitional.is_empty() {
            return;
        }
        for at in self.s.visible() {
            let Some((table, row)) = self.store.row(&view.order_tables, *at) else { continue };
            if row.record.is_on_its_way() && row.gone.is_none() {
                want(wanted, table, [row.record.id.clone()]);
            }
        }
    }

    /// Side tables of what is seen; those that cost money only while their column or the charts are seen, or while the user
    /// has agreed to pay for a filter or sort.
    fn sides(&self, wanted: &mut Wanted) {
        let s = &*self.s;
        let view = &s.view;
        // A tag is where the row's tags are.
        let side_of = |f: usize| view.kind.looked_at(f).next().and_then(|f| view.kind.fields.at(f).side);
        let table_of = |side: &Side, of: &TableKey| {
            kind_named(&s.registry, side.kind).map(|kind| TableKey::all(of.scope.clone(), kind))
        };
        let mut seen: Vec<Side> = Vec::new();
        for column in s.columns() {
            if let Some(side) = side_of(column)
                && s.areas().table.is_some()
                && !seen.iter().any(|o| o.kind == side.kind)
            {
                seen.push(side);
            }
        }
        // Tags that can be made columns, where a call of their own brings them.
        let chooses = |o: &Overlay| matches!(o, Overlay::Menu(menu) if menu.kind == MenuKind::Columns);
        if let Some(side) = view.kind.tags_aside().and_then(|i| view.kind.fields.at(i).side)
            && s.overlays.iter().any(chooses)
            && !seen.iter().any(|o| o.kind == side.kind)
        {
            seen.push(side);
        }
        let rows = self.visible_ids();
        for side in &seen {
            for of in &view.tables {
                if let Some(table) = table_of(side, of)
                    && self.is_first_look(side, &table, of)
                {
                    wanted.insert(table, Rows::All);
                }
            }
            for &(of, ref ids) in &rows {
                if let Some(table) = table_of(side, of) {
                    want(wanted, &table, ids.iter().cloned());
                }
            }
        }
        if let Some(row) = s.detail.row.as_ref().filter(|_| s.detail_is_seen()) {
            if s.tab(self.store) == Tab::Metrics
                && let Some(charts) = s.charts(self.store, row)
            {
                want(wanted, &charts.table, [charts.id]);
            }
            for field in row.table.kind.iter() {
                let Some(side) = field.side else { continue };
                if !side.paid
                    && let Some(table) = table_of(&side, &row.table)
                {
                    want(wanted, &table, [row.id.clone()]);
                }
            }
        }
        // A filter or sort on a side value needs it for every row: pages of its own, read beside those of the rows.
        for f in view.looked_at() {
            let Some(side) = side_of(f) else { continue };
            for (i, of) in view.tables.iter().enumerate() {
                let Some(table) = table_of(&side, of) else { continue };
                if !side.paid {
                    wanted.insert(table, Rows::All);
                } else if let Some(ids) = view.paid_ids.get(i).filter(|_| view.paid.contains(&f)) {
                    wanted.insert(table, Rows::Listed(ids.clone()));
                }
            }
        }
    }

    /// The ids of the rows on the screen by their tables, in the order in which they are seen.
    fn visible_ids(&self) -> Vec<(&TableKey, Vec<RowId>)> {
        let mut out: Vec<(&TableKey, Vec<RowId>)> = Vec::new();
        for at in self.s.visible() {
            let Some((of, row)) = self.store.row(&self.s.view.order_tables, *at) else { continue };
            if row.gone.is_some() {
                continue;
            }
            match out.iter_mut().find(|(known, _)| std::ptr::eq(*known, of)) {
                Some((_, ids)) => ids.push(row.record.id.clone()),
                None => out.push((of, vec![row.record.id.clone()])),
            }
        }
        out
    }

    /// Whether the side table that nothing is known of yet is asked for as a whole: its first page costs the request that some rows of
    /// it would cost, does not wait for their ids, and is all of it in most accounts. Of a table with more rows than a page the others
    /// follow when the rows are there, which are what is waited for; until then, what is seen is asked for. Of a still larger one they
    /// would be many requests for rows that nobody may look at.
    fn is_first_look(&self, side: &Side, table: &TableKey, of: &TableKey) -> bool {
        let pages = table.kind.paging().filter(|p| p.ids.is_some() && !p.absent_is_none);
        let Some(pages) = pages.filter(|_| !side.paid && !side.on_demand && of.selector == Selector::All) else {
            return false;
        };
        let page = usize::try_from(pages.rows).unwrap_or(usize::MAX);
        let rows = self.store.table(of);
        let all_here = rows.is_some_and(|t| t.status.progress == Progress::Complete);
        let most = if all_here { page.saturating_mul(FIRST_LOOK_PAGES) } else { page };
        // While rows are on their way, the second page of this table would be read before theirs.
        let unknown = |t: &Table| {
            t.status.progress != Progress::Complete && t.status.fault.is_none() && (all_here || t.len() < page)
        };
        self.store.table(table).is_none_or(unknown) && rows.is_none_or(|t| t.len() <= most)
    }
}

/// The ids in a value that are those of rows of the kind that the field links to.
fn row_ids<'v>(info: &'v FieldInfo, value: &'v Value) -> impl Iterator<Item = RowId> + 'v {
    let texts = match value {
        Value::Text(id) => std::slice::from_ref(id),
        Value::List(ids) => ids,
        _ => &[],
    };
    texts.iter().filter(|id| info.is_row_id(id)).cloned()
}

fn ids_of(rows: Rows) -> Option<Arc<Vec<RowId>>> {
    match rows {
        Rows::All => None,
        Rows::Some(ids) => Some(Arc::new(ids)),
        Rows::Listed(ids) => Some(ids),
    }
}

/// Adds ids to what is wanted of a table.
fn want(wanted: &mut Wanted, table: &TableKey, ids: impl IntoIterator<Item = RowId>) {
    if let Rows::Some(known) = wanted.entry(table.clone()).or_insert_with(|| Rows::Some(Vec::new())) {
        for id in ids {
            if !known.contains(&id) {
                known.push(id);
            }
        }
    }
}
