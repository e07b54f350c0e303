//! What has changed in all tables that were looked at, newest first: a list of rows to go to.

use rustc_hash::{FxHashMap, FxHashSet};

use super::overlay::{Menu, MenuItem, MenuKind, MenuValue};
use super::state::State;
use super::update::Turn;
use super::view::RowKey;
use crate::base::text::visible;
use crate::base::{RowId, Time};
use crate::kinds::facts;
use crate::model::{FieldInfo, FieldType, Kind, Level, TableKey, Value};
use crate::store::{Change, Part, Table};

/// Rows that the list has at most.
const MOST: usize = 200;
/// Changes of a row at one moment that are told; of more it says how many.
const TOLD: usize = 3;

/// What happened to a row at one moment.
struct Happened {
    at: Time,
    row: RowKey,
    /// Whether that is of its own table: what is joined to it comes after.
    own: bool,
    what: Vec<String>,
}

/// The rows that a table's rows are shown as: its own, or those of the kind that it is joined to. `None` of what is on no screen.
fn shown_as(state: &State, table: &TableKey) -> Option<TableKey> {
    if !table.kind.side {
        // A filtered table's rows are in the table of all rows too; what is computed from others changes because they do.
        let own = table.selector.filters().is_none() && table.kind.derived.is_none();
        return own.then(|| table.clone());
    }
    let joined = |f: &FieldInfo| f.side.is_some_and(|s| s.kind == table.kind.name && !s.paid);
    let of =
        state.registry.kinds.iter().map(|def| Kind(def.info)).find(|kind| !kind.side && kind.iter().any(joined))?;
    Some(TableKey::all(table.scope.clone(), of))
}

/// A value as the list has it.
fn said(value: &Value, ty: FieldType) -> String {
    let texts = facts::texts(value, ty);
    if texts.is_empty() { "–".into() } else { visible(&texts.join(", ")).into_owned() }
}

impl Turn<'_> {
    /// The list of what has changed, as a menu whose entries lead to the rows.
    pub(super) fn changes_menu(&mut self) {
        let mut all: Vec<Happened> = Vec::new();
        for (table, rows) in self.store.keys().filter_map(|key| Some((key, self.store.table(key)?))) {
            let Some(of) = shown_as(self.s, table) else { continue };
            all.extend(self.changes_of(table, &of, rows));
            if !table.kind.side {
                all.extend(came_and_went(&of, rows));
            }
        }
        if all.is_empty() {
            let text = "Nothing has changed in the tables that were shown so far.";
            return self.say(Level::Info, text);
        }
        // Two profiles may list one account.
        let kept: FxHashSet<RowKey> = self.once(all.iter().map(|h| h.row.clone())).into_iter().collect();
        all.retain(|h| kept.contains(&h.row));
        all.sort_by(|a, b| (b.at, &a.row, b.own).cmp(&(a.at, &b.row, a.own)));
        // What belongs to one row and came at one moment stands on one line, wherever it came from.
        all.dedup_by(|later, first| {
            let same = later.at == first.at && later.row == first.row;
            if same {
                first.what.append(&mut later.what);
            }
            same
        });
        all.truncate(MOST);
        let items = all.iter().map(|h| self.happened(h)).collect();
        self.menu(Menu::new(MenuKind::Found, "What changed in the tables that were shown", items));
    }

    fn changes_of(&self, table: &TableKey, of: &TableKey, rows: &Table) -> Vec<Happened> {
        let mut seen: FxHashMap<(&RowId, Time), Vec<&Change>> = FxHashMap::default();
        for change in rows.all_changes() {
            seen.entry((change.row(), change.at)).or_default().push(change);
        }
        let told = seen.into_iter().filter_map(|((id, at), changes)| {
            let what: Vec<String> = changes.iter().rev().filter_map(|c| change_text(table.kind, of.kind, c)).collect();
            let row = RowKey { table: of.clone(), id: id.clone() };
            (!what.is_empty()).then_some(Happened { at, row, own: !table.kind.side, what })
        });
        told.collect()
    }

    fn happened(&self, h: &Happened) -> MenuItem {
        let record = self.store.get(&h.row.table, &h.row.id);
        let name = record.map_or(&h.row.id, |r| r.label());
        let mut detail = h.what.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join(", ");
        if h.what.len() > TOLD {
            detail = format!("{detail}, {} more", h.what.len() - TOLD);
        }
        if self.s.scopes.len() > 1
            && let Some(place) = h.row.table.scope.region_code().or(h.row.table.scope.profile())
        {
            detail = format!("{detail}  {place}");
        }
        // A day ago the time of day says nothing.
        let when = match self.s.now.since(h.at).as_secs() {
            0..86_400 => h.at.clock_in(&self.s.zone),
            _ => super::relative_time::coarse(self.s.now, h.at),
        };
        MenuItem {
            label: format!("{when}  {}", visible(name)),
            detail: format!("{}: {detail}", h.row.table.kind.singular),
            dim: record.is_none(),
            value: MenuValue::Row(h.row.clone()),
            ..MenuItem::default()
        }
    }
}

/// Rows that came after the table had been read, and those that are gone and still shown.
fn came_and_went(of: &TableKey, rows: &Table) -> Vec<Happened> {
    let mut out = Vec::new();
    for row in rows.rows() {
        let mut tell = |at: Time, what: &str| {
            let row = RowKey { table: of.clone(), id: row.record.id.clone() };
            out.push(Happened { at, row, own: true, what: vec![what.to_string()] });
        };
        if row.since != Time::default() {
            tell(row.since, "new");
        }
        if let Some(at) = row.gone {
            tell(at, "gone");
        }
    }
    out
}

/// `state running → stopping`, by the name that the field has where the row is shown; `None` for what is on no screen.
fn change_text(kind: Kind, of: Kind, change: &Change) -> Option<String> {
    let (name, ty) = match &change.part {
        Part::Tag(key) => (format!("tag:{}", visible(key)), FieldType::Text),
        Part::Field(i) => {
            let field = kind.fields.at(*i);
            let shown = match kind == of {
                true => field,
                false => of.iter().find(|f| f.side.is_some_and(|s| s.kind == kind.name && s.field == field.name))?,
            };
            (shown.name.replace('_', " "), field.ty)
        }
    };
    Some(format!("{name} {} → {}", said(&change.old, ty), said(&change.new, ty)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_none_is_a_dash_and_a_list_has_commas() {
        assert_eq!(said(&Value::Empty, FieldType::Text), "–");
        assert_eq!(said(&Value::List(vec!["a".into(), "b".into()].into()), FieldType::List), "a, b");
    }
}
