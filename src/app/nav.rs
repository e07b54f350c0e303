//! Where one is and where one can go: the tables that a view joins, links, back and forward.

use std::sync::Arc;

use indexmap::IndexSet;

use super::board::Place;
use super::overlay::{Overlay, Palette};
use super::state::{Focus, State};
use super::update::Turn;
use super::view::{Detail, RowKey, View};
use crate::base::Scope;
use crate::kinds::Registry;
use crate::model::{Column, Effect, Kind, Level, Link, Selector, TableKey};
use crate::query::Query;
use crate::store::Progress;

/// How many views one can go back.
const HISTORY: usize = 50;

impl View {
    /// A view that has not been filled yet.
    pub(super) fn new(kind: Kind, columns: Vec<usize>) -> View {
        View {
            kind,
            selector: Selector::All,
            parent_label: None,
            only: None,
            query: Arc::default(),
            sort: kind.first_sort(),
            folded: Arc::default(),
            columns,
            chosen: false,
            column_scroll: 0,
            name_width: 0,
            paid: Vec::new(),
            paid_ids: Vec::new(),
            tables: Vec::new(),
            groups: Vec::new(),
            fan: None,
            order: Arc::default(),
            order_tables: Arc::default(),
            lacks: Vec::new(),
            versions: Vec::new(),
            total: 0,
            states: Vec::new(),
            troubles: Vec::new(),
            empty: Vec::new(),
            empty_found: Vec::new(),
            settled: false,
            indexing: None,
            stale: false,
            indexed: crate::base::Time::default(),
            index_due: None,
            cursor: None,
            at: 0,
            top: 0,
            touched: false,
            seek: None,
            to_first: false,
            range: None,
            marking: None,
            hidden_marks: 0,
            asked: Arc::default(),
            marks: IndexSet::default(),
        }
    }
}

/// The columns of a kind that are shown by default.
pub(super) fn default_columns(kind: Kind) -> Vec<usize> {
    (0..kind.fields.len()).filter(|i| matches!(kind.fields.at(*i).column, Column::Shown(_))).collect()
}

/// The kind's scopes among a viewer's: regions, or each profile once.
pub(super) fn scopes_of(kind: Kind, scopes: &[Scope]) -> Vec<Scope> {
    let mut out: Vec<Scope> = Vec::new();
    for scope in scopes {
        let scope = kind.listed_in(scope);
        if !out.contains(&scope) {
            out.push(scope);
        }
    }
    out
}

impl State {
    /// The tables that a kind's view joins without a parent, and for a kind that fans out those of its parents.
    pub(super) fn tables_of(&self, kind: Kind, selector: &Selector, only: Option<&[Scope]>) -> Vec<TableKey> {
        let scopes = scopes_of(kind, only.unwrap_or(&self.scopes));
        scopes.into_iter().map(|scope| TableKey { scope, kind, selector: selector.clone() }).collect()
    }
    /// The same number for tables that list the same account and region.
    pub(super) fn groups_of(&self, tables: &[TableKey]) -> Vec<u32> {
        let same = |t: &TableKey| {
            let account = t.scope.profile().map(|p| self.identity(p).map_or_else(|| p.clone(), |i| i.account.clone()));
            (account, t.scope.region_code().cloned(), t.selector.clone())
        };
        let mut seen = IndexSet::<_, rustc_hash::FxBuildHasher>::default();
        tables.iter().map(|t| u32::try_from(seen.insert_full(same(t)).0).unwrap_or(u32::MAX)).collect()
    }
    /// A view of a kind that has not been filled yet.
    pub(super) fn new_view(&self, kind: Kind) -> View {
        let view = View::new(kind, self.columns_of(kind));
        View { chosen: self.columns.contains_key(kind.0.name), sort: self.remembered.sort(kind).or(view.sort), ..view }
    }
    /// The columns of a kind: as chosen, as set, or as declared.
    pub(super) fn columns_of(&self, kind: Kind) -> Vec<usize> {
        self.columns.get(kind.0.name).cloned().unwrap_or_else(|| default_columns(kind))
    }
}

/// A kind of the registry.
pub(super) fn kind_named(registry: &Registry, name: &str) -> Option<Kind> {
    registry.kind(name).map(|d| Kind(d.info))
}

impl Turn<'_> {
    /// The kind whose rows a view without a parent fans out over.
    pub(super) fn parent_kind(&self, kind: Kind) -> Option<Kind> {
        let parent = kind.parent.filter(|p| p.fans_out)?;
        (self.s.view.selector == Selector::All).then(|| kind_named(&self.s.registry, parent.kind)).flatten()
    }

    /// The tables of the parents of a view that fans out.
    pub(super) fn parent_tables(&self) -> Vec<TableKey> {
        self.parent_kind(self.s.view.kind)
            .map(|p| self.s.tables_of(p, &Selector::All, self.s.view.only.as_deref()))
            .unwrap_or_default()
    }

    /// Joins the view's tables anew; asks for an index if that made a difference.
    pub(super) fn join(&mut self) {
        let view = &self.s.view;
        let mut fan = None;
        let tables = if let Some(parent) = self.parent_kind(view.kind) {
            let mut tables = Vec::new();
            for of in self.s.tables_of(parent, &Selector::All, view.only.as_deref()) {
                let Some(parents) = self.store.table(&of) else { continue };
                let scope = scopes_of(view.kind, std::slice::from_ref(&of.scope)).pop().unwrap_or(of.scope);
                for row in parents.rows().filter(|r| r.gone.is_none()) {
                    tables.push(TableKey::of(scope.clone(), view.kind, row.record.id.clone()));
                }
            }
            let read = |t: &&TableKey| self.store.table(t).is_some_and(|t| t.status.progress == Progress::Complete);
            fan = Some((tables.iter().filter(read).count(), tables.len()));
            tables
        } else {
            self.s.tables_of(view.kind, &view.selector, view.only.as_deref())
        };
        let groups = self.s.groups_of(&tables);
        let changed = tables != self.s.view.tables || groups != self.s.view.groups;
        let view = &mut self.s.view;
        view.fan = fan;
        if changed {
            (view.tables, view.groups, view.settled) = (tables, groups, false);
            self.reindex();
        }
    }

    /// Leaves the view for another, which is remembered as the newest.
    pub(super) fn enter(&mut self, view: View) {
        let left = self.leave();
        self.remember(left);
        self.arrive_at(Place::Table(Box::new(view)));
    }

    /// The place that is shown, which another takes the place of.
    pub(super) fn leave(&mut self) -> Place {
        match self.s.board.take() {
            Some(board) => Place::Board(board),
            None => Place::Table(Box::new(self.s.view.clone())),
        }
    }

    /// Puts a place in the history as the newest.
    pub(super) fn remember(&mut self, left: Place) {
        let is_one = match &left {
            Place::Table(view) => !view.tables.is_empty() || view.kind.parent.is_some(),
            Place::Board(_) => true,
        };
        if is_one {
            self.s.back.push(left);
            if self.s.back.len() > HISTORY {
                self.s.back.remove(0);
            }
        }
        self.s.forward.clear();
    }

    /// Shows a place.
    pub(super) fn arrive_at(&mut self, place: Place) {
        match place {
            Place::Table(view) => {
                self.s.view = *view;
                self.arrive();
            }
            Place::Board(board) => {
                self.s.focus = Focus::Table;
                self.s.pending.clear();
                self.s.board = Some(board);
            }
        }
    }

    /// What arriving at a view means, however one came.
    fn arrive(&mut self) {
        let s = &mut *self.s;
        s.focus = Focus::Table;
        s.pending.clear();
        let Detail { open, tab, style, span, .. } = s.detail;
        s.detail = Detail { open, tab, style, span, ..Detail::default() };
        s.view.indexing = None;
        s.view.unmarking();
        s.view.range = None;
        s.view.tables.clear();
        self.join();
        if self.s.view.indexing.is_none() {
            self.reindex();
        }
        self.s.detail.row = self.s.view.cursor.clone();
    }

    /// Goes to the rows of a kind. A paid query is asked for after arriving.
    pub(super) fn go(&mut self, kind: Kind, selector: Selector, only: Option<Vec<Scope>>, query: Query) {
        if let Some(by) = kind.text.filter(|_| selector == Selector::All) {
            return self.say(Level::Info, (by.read)("").err().unwrap_or_default());
        }
        if let Some(parent) = kind.parent.filter(|p| !p.fans_out && selector == Selector::All) {
            let Some(of) = kind_named(&self.s.registry, parent.kind) else { return };
            let one = of.singular;
            self.say(Level::Info, format!("{} belong to one {one} each: choose one and press enter.", kind.title));
            // `objects my-bucket` means the one of that name.
            let query = Query::parse(&query.text, of.0).unwrap_or_default();
            self.go(of, Selector::All, only, query);
            return;
        }
        let selector = match selector {
            Selector::All => self.selector_for(kind, only.as_deref(), &query),
            other => other,
        };
        let mut view = self.s.new_view(kind);
        view.parent_label = if let Selector::Parent(id) = &selector { Some(id.to_string()) } else { None };
        view.selector = selector;
        view.only = only;
        self.enter(view);
        self.set_query(query);
    }

    /// Which rows of a kind are asked for where a query is gone to: those that AWS finds by its terms, unless all rows are here. A
    /// query that costs money is not the view's before that is agreed to.
    pub(super) fn selector_for(&self, kind: Kind, only: Option<&[Scope]>, query: &Query) -> Selector {
        let here = |t: &TableKey| self.store.table(t).is_some_and(|t| t.status.progress == Progress::Complete);
        let paid = |f: usize| kind.fields.at(f).side.is_some_and(|s| s.paid);
        match query.filters(kind.0) {
            Some(filters)
                if !query.fields(kind.0).any(paid)
                    && (filters.reach_beyond(kind.0)
                        || !self.s.tables_of(kind, &Selector::All, only).iter().all(here)) =>
            {
                Selector::Filter(filters)
            }
            _ => Selector::All,
        }
    }

    /// The query of a view of filtered tables became another: rows that they do not hold may match it, so that all are asked for.
    /// Cursor and marks stay on their rows. Returns whether the view has other tables now.
    pub(super) fn widen(&mut self) -> bool {
        let view = &mut self.s.view;
        let Selector::Filter(filters) = &view.selector else { return false };
        if view.query.filters(view.kind.0).is_some_and(|narrower| filters.hold(&narrower)) {
            return false;
        }
        view.selector = Selector::All;
        let home = |row: RowKey| RowKey { table: row.table.home(), id: row.id };
        view.cursor = view.cursor.take().map(home);
        view.marks = std::mem::take(&mut view.marks).into_iter().map(home).collect();
        self.join();
        true
    }

    pub(super) fn go_back(&mut self) {
        let Some(place) = self.s.back.pop() else {
            self.say(Level::Info, "No earlier view.");
            return;
        };
        let left = self.leave();
        self.s.forward.push(left);
        self.arrive_at(place);
    }

    pub(super) fn go_forward(&mut self) {
        let Some(place) = self.s.forward.pop() else {
            self.say(Level::Info, "No later view.");
            return;
        };
        let left = self.leave();
        self.s.back.push(left);
        self.arrive_at(place);
    }

    /// Enter on a row: into what it holds, else to its detail. What costs money is asked for by its own key only.
    pub(super) fn open(&mut self) {
        let Some(row) = self.focused() else { return };
        if row.table.kind == Kind(&crate::kinds::ec2::regions::INFO) {
            let rows = self.targets();
            return self.show_regions(&rows);
        }
        if self.mend(&row) {
            return;
        }
        let inner = |l: &&Link| {
            let holds = |k: Kind| k.parent.is_some_and(|p| p.kind == row.table.kind.name) || k == row.table.kind;
            kind_named(&self.s.registry, l.kind).is_some_and(|k| holds(k) && !k.is_paid())
                && matches!(l.selector, Selector::Parent(_))
        };
        match self.links(&row).iter().find(inner).cloned() {
            Some(link) => self.follow_link(&row, &link),
            None if row.table.kind.derived.is_some() && !self.links(&row).is_empty() => {
                // A derived row stands for another: that is where one goes.
                if let Some(link) = self.links(&row).first().cloned() {
                    self.follow_link(&row, &link);
                }
            }
            None => {
                self.s.detail.open = true;
                self.follow();
                self.s.focus = Focus::Detail;
            }
        }
    }

    /// Begins the action that mends what a row says. Whether there is one.
    fn mend(&mut self, row: &RowKey) -> bool {
        let mend = self.store.get(&row.table, &row.id).and_then(|record| self.s.registry.mend(record));
        let Some(mend) = mend else { return false };
        let Some(kind) = kind_named(&self.s.registry, &mend.kind) else { return false };
        let Some(action) = self.s.registry.action(kind, &mend.action) else { return false };
        let scope = row.table.scope.clone();
        let table = TableKey::all(kind.listed_in(&scope), kind);
        let on = super::overlay::On { scope, rows: vec![RowKey { table, id: mend.row }] };
        self.begin(action, on, &mend.arguments);
        true
    }

    /// A row's name for titles and sentences.
    pub(super) fn label(&self, row: &RowKey) -> String {
        let row_ = self.store.table(&row.table).and_then(|t| t.get(&row.id));
        row_.map_or_else(|| row.id.to_string(), |r| r.record.label().to_string())
    }

    /// Asks now, whatever the cadence; and for credentials again where they failed.
    pub(super) fn refresh(&mut self) {
        let failed: Vec<_> =
            self.s.profiles.iter().filter(|p| matches!(p.identity, Some(Err(_)))).map(|p| p.name.clone()).collect();
        for profile in failed {
            self.emit(Effect::Reload(profile));
        }
        if self.s.detail.open && self.s.tab(self.store) == super::view::Tab::Raw {
            self.s.detail.raw = None;
        }
        let mut tables = self.parent_tables();
        tables.extend(self.s.view.tables.iter().cloned());
        for interest in &self.s.watched {
            if !tables.contains(&interest.table) {
                tables.push(interest.table.clone());
            }
        }
        self.emit(Effect::Refresh(tables));
    }

    pub(super) fn palette(&mut self, text: &str) {
        let palette = Palette { line: super::Line::new(text), ..Palette::default() };
        self.s.overlays.push(Overlay::Palette(palette));
        self.complete_again();
    }
}
