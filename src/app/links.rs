//! Where one can go from a row: along which links, how many rows each leads to as far as that is known, and how the worst of them is.

use crate::base::Scope;
use crate::kinds::Registry;
use crate::model::{Kind, Level, Link, Record, Scoping, Selector, TableKey, Tone, health};
use crate::query::Query;
use crate::store::{Progress, Store};

use super::names::field_value;
use super::nav::kind_named;
use super::overlay::{Menu, MenuItem, MenuKind, MenuValue, Overlay};
use super::state::State;
use super::update::Turn;
use super::view::{RowKey, Tab};

/// Rows of a larger table are not gone through for a number: AWS is asked for those that are meant, where it can find them.
const MOST_ROWS: usize = 20_000;

/// How many rows a link leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Count {
    /// How many.
    pub rows: usize,
    /// How the worst of them are, if one is in trouble or on its way: so many, and in a word how.
    pub worst: Option<(Tone, usize, String)>,
    /// The row, if it is one.
    pub only: Option<RowKey>,
}

impl Count {
    /// `2, 1 unhealthy`; `none`.
    pub fn text(&self) -> String {
        match (&self.worst, self.rows) {
            (_, 0) => "none".into(),
            (None, rows) => rows.to_string(),
            (Some((_, n, how)), 1) if *n == 1 => format!("1, {how}"),
            (Some((_, n, how)), rows) => format!("{rows}, {n} {how}"),
        }
    }
}

/// What is known of the links of one row, until one of the tables changes in which they were counted.
#[derive(Debug, Default)]
pub(super) struct Counts {
    row: Option<RowKey>,
    /// The tables that were looked at, with their versions and whether all rows were there; none where there was no such table yet.
    seen: Vec<(TableKey, Option<(u64, bool)>)>,
    counts: Vec<Option<Count>>,
    /// What has to be read before all of them are known.
    wanted: Vec<TableKey>,
}

/// Where a link's rows may be.
struct Place {
    kind: Kind,
    query: Query,
    /// All of them are in each of these lists of tables.
    lists: Vec<Vec<TableKey>>,
    /// What is worth a request, to know how many there are.
    worth: Vec<TableKey>,
}

/// The scopes in which a link leads to rows.
fn scopes(state: &State, of: &Scope, kind: Kind) -> Vec<Scope> {
    match (of, kind.scoping) {
        (scope @ Scope::Region { .. }, _) => vec![scope.clone()],
        (scope, Scoping::Account) => vec![scope.clone()],
        // From what an account has once to what it has in each region: all of the profile's.
        (scope, Scoping::Region) => state.scopes.iter().filter(|s| s.profile() == scope.profile()).cloned().collect(),
    }
}

impl State {
    /// Where one can go from a row; nowhere if it is not there.
    pub fn links(&self, store: &Store, row: &RowKey) -> Vec<Link> {
        let Some(def) = self.registry.def(row.table.kind) else { return Vec::new() };
        let Some(record) = store.get(&row.table, &row.id) else { return Vec::new() };
        (def.links)(record, &row.table.scope)
    }
    /// How many rows each of a row's links leads to, in their order, as far as it is known; nothing where nobody looks at them.
    pub fn link_counts(&self, row: &RowKey) -> &[Option<Count>] {
        if self.counts.row.as_ref() == Some(row) { &self.counts.counts } else { &[] }
    }
    /// The row whose links are on the screen.
    fn row_of_links(&self, store: &Store) -> Option<&RowKey> {
        match self.overlays.last() {
            Some(Overlay::Menu(Menu { kind: MenuKind::Links(row), .. })) => Some(row),
            _ if self.board.is_none() && self.detail_is_seen() && self.tab(store) == Tab::Links => {
                self.detail.row.as_ref()
            }
            _ => None,
        }
    }
    /// Where the rows of a link are; `None` where they cannot be counted.
    fn place(&self, store: &Store, row: &RowKey, link: &Link) -> Option<Place> {
        let kind = kind_named(&self.registry, link.kind)?;
        let query = Query::parse(&link.query, kind.0).ok()?;
        let only = scopes(self, &row.table.scope, kind);
        let tables = |selector: Selector| self.tables_of(kind, &selector, Some(&only));
        let fans_out = kind.parent.is_some_and(|p| p.fans_out);
        if kind.is_paid() || kind.derived.is_some() {
            return None;
        }
        match (&link.selector, kind.parent) {
            (Selector::All, Some(parent)) => {
                // Those of all parents are known if they happen to be here.
                let of = kind_named(&self.registry, parent.kind)?;
                let parents = self.tables_of(of, &Selector::All, Some(&only));
                let here = |t: &TableKey| store.table(t).is_some_and(|t| t.status.progress == Progress::Complete);
                if !parents.iter().all(here) {
                    return None;
                }
                let ids = parents.iter().filter_map(|t| Some((t, store.table(t)?)));
                let all = ids.flat_map(|(key, t)| {
                    let rows = t.rows().filter(|r| r.gone.is_none());
                    rows.map(|r| TableKey::of(key.scope.clone(), kind, r.record.id.clone()))
                });
                Some(Place { kind, query, lists: vec![all.collect()], worth: Vec::new() })
            }
            (Selector::All, None) => {
                let all = tables(Selector::All);
                let filtered = query.filters(kind.0).map(|filters| tables(Selector::Filter(filters)));
                let worth = match &filtered {
                    Some(filtered) => filtered.clone(),
                    None if kind.few => all.clone(),
                    None => Vec::new(),
                };
                // What AWS finds elsewhere is not among all rows.
                let beyond = query.filters(kind.0).is_some_and(|f| f.reach_beyond(kind.0));
                let lists = if beyond { Vec::new() } else { vec![all] }.into_iter().chain(filtered).collect();
                Some(Place { kind, query, lists, worth })
            }
            (selector, _) => {
                let tables = tables(selector.clone());
                let worth = if fans_out { tables.clone() } else { Vec::new() };
                Some(Place { kind, query, lists: vec![tables], worth })
            }
        }
    }
    /// The rows of a link, if they are known, and in which tables.
    fn count<'p>(&self, store: &Store, place: &'p Place) -> Option<(Count, &'p Vec<TableKey>)> {
        let known = |list: &&Vec<TableKey>| {
            let mut tables = list.iter().map(|t| store.table(t));
            let all = tables.all(|t| t.is_some_and(|t| t.status.progress == Progress::Complete));
            all && list.iter().filter_map(|t| store.table(t)).map(crate::store::Table::len).sum::<usize>() <= MOST_ROWS
        };
        let list = place.lists.iter().find(known)?;
        let mut matcher = place.query.matcher(self.now);
        let mut rows: Vec<(&TableKey, &Record)> = Vec::new();
        for (key, table) in list.iter().filter_map(|key| Some((key, store.table(key)?))) {
            let here = table.rows().filter(|r| r.gone.is_none()).map(|r| &*r.record);
            rows.extend(here.filter(|r| matcher.matches(*r)).map(|r| (key, r)));
        }
        let only = if let [(key, record)] = rows[..] {
            Some(RowKey { table: key.clone(), id: record.id.clone() })
        } else {
            None
        };
        Some((Count { rows: rows.len(), worst: self.worst_of(store, place.kind, &rows), only }, list))
    }
    /// How the worst of some rows are, if they are in trouble, else if they are on their way.
    fn worst_of(&self, store: &Store, kind: Kind, rows: &[(&TableKey, &Record)]) -> Option<(Tone, usize, String)> {
        let fields: Vec<usize> = health::fields(kind.0).collect();
        let tone = |(key, record): &(&TableKey, &Record)| {
            health::tone(record, fields.iter().map(|i| field_value(self, store, key, record, *i)))
        };
        let tones: Vec<Option<Tone>> = rows.iter().map(tone).collect();
        [Tone::Bad, Tone::Busy].into_iter().find_map(|worst| {
            let mut of = rows.iter().zip(&tones).filter(|(_, tone)| **tone == Some(worst)).map(|(row, _)| row.1);
            let n = of.clone().count();
            let own = |r: &Record| r.state.as_ref().filter(|(tone, _)| *tone == worst).map(|(_, state)| state.clone());
            let first = own(of.next()?);
            // Several kinds of trouble have no word in common.
            let how = match first.filter(|first| of.all(|r| own(r).as_ref() == Some(first))) {
                Some(state) => state.to_string(),
                None if worst == Tone::Busy => "on the way".into(),
                None if n == 1 => "with a problem".into(),
                None => "with problems".into(),
            };
            Some((worst, n, how))
        })
    }
}

/// How a link of a menu looks.
fn item(registry: &Registry, at: usize, link: &Link, count: Option<&Count>) -> MenuItem {
    let title = kind_named(registry, link.kind).map_or(link.kind, |kind| kind.name);
    let place = format!("{title} {}", link.query);
    MenuItem {
        label: link.title.to_string(),
        detail: match count {
            Some(count) => format!("{}  ({})", count.text(), place.trim()),
            None => place.trim().to_string(),
        },
        dim: count.is_some_and(|c| c.rows == 0),
        value: MenuValue::At(at),
        ..MenuItem::default()
    }
}

impl Turn<'_> {
    /// Where one can go from a row.
    pub(super) fn links(&self, row: &RowKey) -> Vec<Link> {
        self.s.links(self.store, row)
    }

    /// What has to be read before the links on the screen are counted.
    pub(super) fn tables_to_count_in(&self) -> &[TableKey] {
        &self.s.counts.wanted
    }

    /// Counts the links that are on the screen, if something has changed since they were counted.
    pub(super) fn count_links(&mut self) {
        let Some(row) = self.s.row_of_links(self.store).cloned() else {
            self.s.counts = Counts::default();
            return;
        };
        let version = |t: &TableKey| self.store.table(t).map(|t| (t.version, t.status.progress == Progress::Complete));
        if self.s.counts.row.as_ref() == Some(&row) && self.s.counts.seen.iter().all(|(t, v)| version(t) == *v) {
            return;
        }
        let (mut counts, mut wanted) = (Vec::new(), Vec::new());
        let mut seen = vec![(row.table.clone(), version(&row.table))];
        let links = self.links(&row);
        for link in &links {
            let place = self.s.place(self.store, &row, link);
            if let Some(parent) = kind_named(&self.s.registry, link.kind).and_then(|k| k.parent) {
                // With another parent there are other tables.
                let of = kind_named(&self.s.registry, parent.kind);
                let of = of.map(|of| TableKey::all(row.table.scope.clone(), of));
                seen.extend(of.map(|t| (t.clone(), version(&t))));
            }
            let Some(place) = place else {
                counts.push(None);
                continue;
            };
            seen.extend(place.lists.iter().flatten().map(|t| (t.clone(), version(t))));
            let count = self.s.count(self.store, &place);
            // What was read for the number is kept fresh while somebody looks at it.
            if count.as_ref().is_none_or(|(_, list)| **list == place.worth) {
                wanted.extend_from_slice(&place.worth);
            }
            counts.push(count.map(|(count, _)| count));
        }
        let items = links.iter().zip(&counts).enumerate();
        let items: Vec<MenuItem> =
            items.map(|(i, (link, count))| item(&self.s.registry, i, link, count.as_ref())).collect();
        if let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut()
            && matches!(menu.kind, MenuKind::Links(_))
            && menu.items.len() == items.len()
        {
            menu.items = items;
        }
        self.s.counts = Counts { row: Some(row), seen, counts, wanted };
    }

    /// Along a link: to its only row, if it is known to be one, else to the table of its rows.
    pub(super) fn take_link(&mut self, row: &RowKey, at: usize) {
        let Some(link) = self.links(row).get(at).cloned() else { return };
        let count = self.s.link_counts(row).get(at).cloned().flatten();
        let Some(only) = count.and_then(|c| c.only) else { return self.follow_link(row, &link) };
        if matches!(only.table.selector, Selector::Filter(_)) {
            let focus = self.s.focus;
            self.follow_link(row, &link);
            self.seek(only.id);
            self.s.focus = focus;
        } else {
            self.go_to_one(&only);
        }
    }

    pub(super) fn follow_link(&mut self, row: &RowKey, link: &Link) {
        let Some(kind) = kind_named(&self.s.registry, link.kind) else {
            let text = self.s.registry.unknown_kind(link.kind);
            self.say(Level::Warning, text);
            return;
        };
        let query = match Query::parse(&link.query, kind.0) {
            Ok(query) => query,
            Err(e) => {
                self.say(Level::Warning, e.message);
                return;
            }
        };
        let only = scopes(self.s, &row.table.scope, kind);
        let label = self.store.get(&row.table, &row.id).map(|r| r.label().to_string());
        self.go(kind, link.selector.clone(), Some(only), query);
        if self.s.view.parent_label.is_some() && label.is_some() && !link.kind.eq(row.table.kind.name) {
            self.s.view.parent_label = label;
        }
    }

    pub(super) fn links_menu(&mut self) {
        let Some(row) = self.focused() else { return };
        let links = self.links(&row);
        if links.is_empty() {
            let kind = row.table.kind;
            self.say(Level::Info, format!("This {} is linked to nothing.", kind.singular));
            return;
        }
        let known = self.s.link_counts(&row);
        let count = |i: usize| known.get(i).and_then(Option::as_ref);
        let items = links.iter().enumerate().map(|(i, link)| item(&self.s.registry, i, link, count(i))).collect();
        let title = format!("From {}", self.label(&row));
        self.menu(Menu::new(MenuKind::Links(row), title, items));
    }
}
