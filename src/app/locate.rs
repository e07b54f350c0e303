//! A palette line that names a row: by its id, its ARN or its name. One row is gone to; several are listed.

use std::cmp::Reverse;

use arcstr::ArcStr;
use rustc_hash::FxHashSet;

use super::nav::scopes_of;
use super::overlay::{Menu, MenuItem, MenuKind, MenuValue};
use super::palette::Meaning;
use super::update::Turn;
use super::view::RowKey;
use crate::base::text::visible;
use crate::base::{RowId, Scope};
use crate::kinds::naming::Named;
use crate::model::{Kind, Level, Record, Selector, TableKey};
use crate::query::{Plain, Query};

/// Rows that a list of matches has at most: more are found by typing more.
const MOST: usize = 200;

/// How well a row fits what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Contains,
    Begins,
    Exact,
}

/// What is typed for a row, taken apart once.
struct Sought<'t> {
    text: &'t str,
    plain: Plain,
    /// Both ends of an id that was cut in its middle: `i-0a1f…9c2d`.
    cut: Option<(&'t str, &'t str)>,
}

impl<'t> Sought<'t> {
    fn new(text: &'t str) -> Self {
        Sought {
            text,
            plain: Plain::new(text),
            cut: text.split_once('…').filter(|(head, tail)| !head.is_empty() && !tail.is_empty()),
        }
    }
    /// How well a row fits; `None` if less than `least`. `id` is where its kind has its field `id`.
    fn fit(&self, row: &Record, id: Option<usize>, least: Fit) -> Option<Fit> {
        let arn = || row.kind.index_of("arn").and_then(|f| row.at(f).as_str());
        let shown_id = row.shown_id_at(id);
        if *row.id == *self.text || *row.name == *self.text || **shown_id == *self.text {
            return Some(Fit::Exact);
        }
        if self.text.starts_with("arn:") {
            return (arn() == Some(self.text)).then_some(Fit::Exact);
        }
        if least == Fit::Exact {
            return None;
        }
        if let Some((head, tail)) = self.cut {
            return (shown_id.starts_with(head) && shown_id.ends_with(tail)).then_some(Fit::Begins);
        }
        match [&row.name, shown_id].map(|t| self.plain.find(t)) {
            [Some(0), _] | [_, Some(0)] => Some(Fit::Begins),
            [None, None] => None,
            _ => (least == Fit::Contains).then_some(Fit::Contains),
        }
    }
}

impl Turn<'_> {
    /// What a text means that names rows exactly: one of them, a list of several, or the one that AWS can be asked for.
    pub(super) fn exact_row(&self, text: &str) -> Option<Meaning> {
        let named = self.s.registry.named(text);
        if let Some(named) = named.as_ref().filter(|n| n.parent.is_some()) {
            return Some(Meaning::Named(named.clone()));
        }
        let mut rows = match &named {
            // An id is looked up and not looked for, however many rows there are.
            Some(named) if named.whole => self.rows_of_id(named),
            _ => self.rows_like(text, Fit::Exact),
        };
        match (rows.len(), named) {
            (1, _) => rows.pop().map(Meaning::Row),
            (0, Some(named)) if named.whole => Some(Meaning::Named(named)),
            (0, _) => None,
            _ => Some(Meaning::Found(text.to_string(), rows)),
        }
    }

    /// The rows that have the text in their names or ids, those that begin with it first.
    pub(super) fn like_rows(&self, text: &str) -> Option<Meaning> {
        let mut rows = self.rows_like(text, Fit::Contains);
        match (rows.len(), self.s.registry.named(text)) {
            (1, _) => rows.pop().map(Meaning::Row),
            (0, Some(named)) => Some(Meaning::Named(named)),
            (0, None) => None,
            _ => Some(Meaning::Found(text.to_string(), rows)),
        }
    }

    /// Whether rows of this table are looked through: those of the kinds in the palette, and of one parent's only where they are seen.
    pub(super) fn is_looked_in(&self, table: &TableKey) -> bool {
        let hangs = table.kind.parent.is_some_and(|p| !p.fans_out);
        !table.kind.side
            && table.kind.derived.is_none()
            && (!hangs || self.s.board.is_none() && self.s.view.tables.contains(table))
    }

    fn rows_of_id(&self, named: &Named) -> Vec<RowKey> {
        let here = |t: &TableKey| {
            named.region.is_none() || t.scope.region_code().is_none_or(|r| named.region.as_ref() == Some(r))
        };
        let tables = self.store.tables_of(named.kind).filter(|(key, _)| here(key));
        let there = tables.filter(|(_, t)| t.get(&named.id).is_some_and(|r| r.gone.is_none()));
        self.once(there.map(|(key, _)| RowKey { table: key.clone(), id: named.id.clone() }))
    }

    /// Rows of all tables that fit at least so well, in the order of the palette's kinds and of how well they fit.
    fn rows_like(&self, text: &str, least: Fit) -> Vec<RowKey> {
        let sought = Sought::new(text);
        let registry = &self.s.registry;
        let mut found: Vec<(usize, Reverse<Fit>, ArcStr, bool, RowKey)> = Vec::new();
        for (at, def) in registry.kinds.iter().enumerate() {
            let id = def.info.index_of("id");
            for (key, table) in self.store.tables_of(Kind(def.info)).filter(|(key, _)| self.is_looked_in(key)) {
                for row in table.rows().filter(|r| r.gone.is_none()) {
                    let Some(fit) = sought.fit(&row.record, id, least) else { continue };
                    let lives = row.record.state.as_ref().is_none_or(|(_, state)| state != "terminated");
                    let row_key = RowKey { table: key.clone(), id: row.record.id.clone() };
                    found.push((at, Reverse(fit), row.record.label().clone(), lives, row_key));
                }
            }
        }
        // What was terminated keeps its name for an hour.
        if found.iter().any(|f| f.3) {
            found.retain(|f| f.3);
        }
        if found.iter().any(|f| f.1.0 == Fit::Exact) {
            found.retain(|f| f.1.0 == Fit::Exact);
        }
        found.sort();
        let mut rows = self.once(found.into_iter().map(|f| f.4));
        rows.truncate(MOST);
        rows
    }

    /// Each row once: it may be in a filtered table too, and two profiles may list one account.
    pub(super) fn once(&self, rows: impl Iterator<Item = RowKey>) -> Vec<RowKey> {
        let mut seen: FxHashSet<(Kind, Option<ArcStr>, Option<ArcStr>, RowId)> = FxHashSet::default();
        let whose =
            |s: &Scope| s.profile().map(|p| self.s.identity(p).map_or_else(|| p.clone(), |i| i.account.clone()));
        rows.map(|r| RowKey { table: r.table.home(), id: r.id })
            .filter(|r| {
                let scope = &r.table.scope;
                seen.insert((r.table.kind, whose(scope), scope.region_code().cloned(), r.id.clone()))
            })
            .collect()
    }

    /// Goes to a row: the table of its kind, with the cursor on it.
    pub(super) fn go_to_row(&mut self, row: &RowKey) {
        let kind = row.table.kind;
        let view = &self.s.view;
        if self.s.board.is_none() && view.kind == kind && view.tables.contains(&row.table) {
            let at = self.store.find(&view.order_tables, &row.table, &row.id).and_then(|at| view.position(at));
            if let Some(at) = at {
                return self.move_to(at);
            }
        }
        let scope = row.table.scope.clone();
        match (kind.parent, &row.table.selector) {
            (Some(parent), Selector::Parent(_)) if !parent.fans_out => {
                self.go(kind, row.table.selector.clone(), Some(vec![scope]), Query::default());
            }
            _ => {
                let seen = scopes_of(kind, &self.s.scopes).contains(&scope);
                self.go(kind, Selector::All, (!seen).then(|| vec![scope]), Query::default());
            }
        }
        self.seek(row.id.clone());
    }

    /// Puts the cursor on a row of the view as soon as it is there.
    pub(super) fn seek(&mut self, id: RowId) {
        self.s.view.seek = Some(id);
    }

    /// The row that is looked for has not come, and all rows are here.
    pub(super) fn not_found(&mut self) {
        let comes = self.s.view.tables.iter().any(|t| self.is_coming(t));
        if comes || self.s.view.seek.is_none() {
            return;
        }
        let Some(id) = self.s.view.seek.take() else { return };
        let kind = self.s.view.kind;
        self.say(Level::Warning, format!("There is no {} {} here.", kind.singular, visible(&id)));
    }

    /// Goes to a row that is not loaded: AWS is asked for it alone where it can be.
    pub(super) fn go_to_named(&mut self, named: &Named) {
        let kind = named.kind;
        let only = named.region.as_ref().map(|region| {
            let profiles = self.s.profiles.iter().map(|p| Scope::region(p.name.clone(), region.clone()));
            scopes_of(kind, &profiles.collect::<Vec<_>>())
        });
        if let Some(parent) = &named.parent {
            let (_, prefix) = crate::kinds::s3::objects::place(parent);
            let only = self.scopes_of_parent(kind);
            self.go(kind, Selector::Parent(parent.clone()), only, Query::default());
            if *named.id != *prefix {
                self.seek(named.id.clone());
            }
            return;
        }
        let asked_by_id = kind.index_of("id").is_some_and(|f| kind.fields.at(f).filter.is_some());
        let op = match (named.whole, asked_by_id) {
            (true, true) => "=",
            (true, false) => {
                self.go(kind, Selector::All, only, Query::default());
                return self.seek(named.id.clone());
            }
            (false, _) => ":",
        };
        match Query::parse(&format!("id{op}{}", named.id), kind.0) {
            Ok(query) => self.go(kind, Selector::All, only, query),
            Err(e) => self.say(Level::Warning, e.message),
        }
    }

    /// The rows that a name may mean, in a list of the kinds.
    pub(super) fn found_menu(&mut self, text: &str, rows: Vec<RowKey>) {
        let joined = self.s.scopes.len() > 1;
        let item = |row: RowKey| {
            let record = self.store.get(&row.table, &row.id)?;
            let mut detail = Vec::new();
            detail.extend(record.state.as_ref().map(|(_, state)| state.to_string()));
            if joined {
                detail.extend(row.table.scope.region_code().or(row.table.scope.profile()).map(ToString::to_string));
            }
            // Last, where it may be cut: an ARN is long.
            if *record.label() != *record.shown_id() {
                detail.push(visible(record.shown_id()).into_owned());
            }
            Some(MenuItem {
                group: row.table.kind.title,
                label: visible(record.label()).into_owned(),
                detail: detail.join("  "),
                value: MenuValue::Row(row),
                ..MenuItem::default()
            })
        };
        let items: Vec<MenuItem> = rows.into_iter().filter_map(item).collect();
        let title = match items.len() {
            MOST => format!("{}: the first {MOST} rows", visible(text)),
            // Of one kind there are no headings.
            n => {
                let kinds = if items.iter().all(|i| i.group == items[0].group) { items[0].group } else { "rows" };
                format!("{}: {n} {}", visible(text), kinds.to_lowercase())
            }
        };
        self.menu(Menu::new(MenuKind::Found, title, items));
    }

    /// The tables that a name of unknown kind is looked for in.
    pub(super) fn tables_to_seek_in(&self) -> Vec<TableKey> {
        let kinds = self.s.registry.kinds.iter().map(|k| Kind(k.info));
        let kinds = kinds.filter(|k| !k.side && k.derived.is_none() && k.parent.is_none() && !k.is_paid());
        kinds
            .flat_map(|kind| scopes_of(kind, &self.s.scopes).into_iter().map(move |scope| TableKey::all(scope, kind)))
            .collect()
    }
}
