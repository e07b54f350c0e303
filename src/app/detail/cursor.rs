//! The cursor among the lines of the detail that have a value: where it is, what is copied from there, and where one can go.

use arcstr::ArcStr;

use super::pages::Entry;
use crate::app::names::field_value;
use crate::app::nav::{kind_named, scopes_of};
use crate::app::overlay::{Menu, MenuItem, MenuKind, MenuValue};
use crate::app::state::{Focus, State};
use crate::app::update::Turn;
use crate::app::view::RowKey;
use crate::base::text::{pasteable, visible, width};
use crate::kinds::facts;
use crate::model::{FieldInfo, Kind, Level, Link, Selector, TableKey, Value};
use crate::store::{Progress, Store};

/// A list whose items take more than so many cells together has a line for each.
pub const LONG_LIST: usize = 36;
/// By more lines than these a key goes to an end.
const FAR: usize = 10_000;

/// The texts in a value that name rows of another kind.
pub fn named_by<'v>(info: &'v FieldInfo, value: &'v Value) -> impl Iterator<Item = &'v ArcStr> {
    let texts = match value {
        Value::Text(text) => std::slice::from_ref(text),
        Value::List(items) => items,
        _ => &[],
    };
    let names = move |text: &&ArcStr| match (info.link, info.ids) {
        (None, _) => false,
        (_, Some(_)) => info.is_row_id(text),
        (_, None) => true,
    };
    texts.iter().filter(names)
}

impl State {
    /// The line that the cursor of the detail is on: its entry's position among those of the page. Where the entry has gone, the one
    /// that took its place. `None` where the page has none.
    pub fn detail_at(&self, entries: &[Entry]) -> Option<usize> {
        let last = entries.len().checked_sub(1)?;
        let here = self.detail.entry.as_ref().and_then(|(entry, _)| entries.iter().position(|e| e == entry));
        Some(here.unwrap_or_else(|| self.detail.entry.as_ref().map_or(0, |(_, at)| *at).min(last)))
    }
    /// The value of a field of the detail's row.
    fn value_of<'a>(&self, store: &'a Store, row: &RowKey, field: usize) -> Option<&'a Value> {
        Some(field_value(self, store, &row.table, store.get(&row.table, &row.id)?, field))
    }
    /// About how many lines an entry takes, at least one.
    fn lines_of(&self, store: &Store, row: &RowKey, entry: &Entry, room: usize) -> usize {
        let lines = |text: &str| width(text).div_ceil(room.max(1)).max(1);
        match entry {
            Entry::Tag(key) => {
                let tags = self.tags(store, row).into_iter().flat_map(|tags| tags.iter());
                tags.filter(|(k, _)| k == key).map(|(_, value)| lines(&visible(value))).sum::<usize>().max(1)
            }
            Entry::Field(i) => match self.value_of(store, row, *i) {
                Some(Value::Text(text)) => lines(&visible(text)),
                Some(Value::List(items)) if items.iter().map(|i| width(i) + 2).sum::<usize>() > LONG_LIST => {
                    items.iter().map(|i| lines(&visible(i))).sum()
                }
                Some(value @ (Value::Ips(_) | Value::Nets(_))) => value.blocks().count(),
                _ => 1,
            },
        }
    }
}

impl Turn<'_> {
    /// The row of the detail and the entries of the page that is shown, if it has such.
    fn detail_entries(&self) -> Option<(RowKey, Vec<Entry>)> {
        let row = self.s.detail.row.clone()?;
        let entries = self.s.entries(self.store, &row, self.s.tab(self.store));
        (!entries.is_empty()).then_some((row, entries))
    }

    /// Where the cursor is, if the page has one.
    fn entry(&self) -> Option<(RowKey, Entry)> {
        let (row, mut entries) = self.detail_entries()?;
        let at = self.s.detail_at(&entries)?;
        Some((row, entries.swap_remove(at)))
    }

    /// Moves the cursor by lines with a value; through one that is longer than the page, line by line. Whether the page has a cursor.
    pub(super) fn entry_by(&mut self, by: isize) -> bool {
        let Some((row, entries)) = self.detail_entries() else { return false };
        let Some(mut at) = self.s.detail_at(&entries) else { return false };
        let areas = self.s.areas();
        let height = areas.detail_lines().max(1);
        let room = areas.detail.map_or(1, |d| usize::from(d.width) * 2 / 3);
        let over = |at: usize| self.s.lines_of(self.store, &row, &entries[at], room).saturating_sub(height);
        let last = entries.len() - 1;
        let mut inner = self.s.detail.scroll;
        let steps = by.unsigned_abs();
        if steps > FAR {
            (at, inner) = if by < 0 { (0, 0) } else { (last, over(last)) };
        } else {
            for _ in 0..steps {
                match by < 0 {
                    false if inner < over(at) => inner += 1,
                    false if at < last => (at, inner) = (at + 1, 0),
                    true if inner > 0 => inner -= 1,
                    true if at > 0 => (at, inner) = (at - 1, over(at - 1)),
                    _ => break,
                }
            }
        }
        self.s.detail.entry = Some((entries[at].clone(), at));
        self.s.detail.scroll = inner;
        true
    }

    /// `y` on a line with a value: all of it, as scripts have it. Whether there is such a line.
    pub(crate) fn copy_entry(&mut self) -> bool {
        let Some((row, entry)) = self.entry() else { return false };
        let (label, texts) = match &entry {
            Entry::Tag(key) => {
                let tags = self.s.tags(self.store, &row).into_iter().flat_map(|tags| tags.iter());
                (visible(key).into_owned(), tags.filter(|(k, _)| k == key).map(|(_, v)| v.to_string()).collect())
            }
            Entry::Field(i) => {
                let info = row.table.kind.fields.at(*i);
                let value = self.s.value_of(self.store, &row, *i);
                (info.label().into_owned(), value.map(|value| facts::texts(value, info.ty)).unwrap_or_default())
            }
        };
        let texts: Vec<_> = texts.iter().map(|text| pasteable(text)).collect();
        match texts.join("\n") {
            text if text.is_empty() => self.say(Level::Info, format!("{label} has no value to copy.")),
            text => self.copied_as(&label, text),
        }
        true
    }

    /// Enter on a line whose value names rows of another kind: to that row, or a list of them. Whether it names any.
    pub(super) fn follow_entry(&mut self) -> bool {
        let Some((row, Entry::Field(field))) = self.entry() else { return false };
        let info = row.table.kind.fields.at(field);
        let Some(value) = self.s.value_of(self.store, &row, field).cloned() else { return false };
        let named: Vec<ArcStr> = named_by(info, &value).cloned().collect();
        match named.as_slice() {
            [] => return false,
            [one] => self.follow_name(&row, field, one),
            several => {
                let items = several.iter().map(|text| {
                    let name = self.s.name_of(self.store, &row.table, info, text);
                    MenuItem {
                        label: visible(name.unwrap_or(text)).into_owned(),
                        detail: name.map(|_| visible(text).into_owned()).unwrap_or_default(),
                        value: MenuValue::Text(text.to_string()),
                        ..MenuItem::default()
                    }
                });
                let items = items.collect();
                self.menu(Menu::new(MenuKind::Named(row, field), info.label(), items));
            }
        }
        true
    }

    /// Goes to the row that a field of another row names, by its id or by what it is called.
    pub(crate) fn follow_name(&mut self, row: &RowKey, field: usize, text: &str) {
        let info = row.table.kind.fields.at(field);
        let Some(kind) = info.link.and_then(|kind| kind_named(&self.s.registry, kind)) else { return };
        let to = scopes_of(kind, std::slice::from_ref(&row.table.scope)).pop().map(|scope| TableKey::all(scope, kind));
        if let Some(known) = to.and_then(|table| self.row_called(table, text)) {
            return self.go_to_one(&known);
        }
        let is_id = match info.ids {
            Some(_) => true,
            None => !kind.id_prefix.is_empty() && text.starts_with(kind.id_prefix),
        };
        let query = if is_id { format!("id={text}") } else { format!("{}=\"{text}\"", called_by(kind)) };
        let focus = self.s.focus;
        self.follow_link(row, &Link { title: "", kind: kind.name, selector: Selector::All, query });
        if is_id {
            self.seek(text.into());
        }
        self.s.focus = focus;
    }

    /// The row of a table of which all rows are here that has this id, or that alone is called so.
    fn row_called(&self, table: TableKey, text: &str) -> Option<RowKey> {
        let rows = self.store.table(&table).filter(|t| t.status.progress == Progress::Complete)?;
        if rows.get(text).is_some_and(|r| r.gone.is_none()) {
            return Some(RowKey { table, id: text.into() });
        }
        let mut called = rows.rows().filter(|r| r.gone.is_none() && *r.record.name == *text);
        let id = called.next()?.record.id.clone();
        called.next().is_none().then_some(RowKey { table, id })
    }

    /// Goes to a row; who read the detail reads that row's.
    pub(crate) fn go_to_one(&mut self, row: &RowKey) {
        let focus = self.s.focus;
        self.go_to_row(row);
        if self.s.detail.open && focus == Focus::Detail {
            self.s.focus = focus;
            self.follow();
        }
    }
}

/// The field that says what rows of a kind are called.
fn called_by(kind: Kind) -> &'static str {
    kind.fields.at(kind.index_of("name").unwrap_or(0)).name
}
