//! The view-model of a table: the view's rows and columns as the screen needs them. Resolves tables, kinds and side tables
//! once a frame, so that a cell costs an array access; only rows that are seen are touched.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use crate::app::State;
use crate::base::Time;
use crate::model::{FieldInfo, FieldType, Kind, Record, RowRef, Selector, Tone, Value};
use crate::store::{HIGHLIGHT, Row, Store, Table};

use super::columns::Wish;
use super::format;

/// How many rows of the view decide how wide columns are. The first ones of the order, not the visible ones: columns stand
/// still while one scrolls. Enough to see what names look like, and cheap.
const SAMPLE: usize = 64;

/// Where a column's values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A field of the kind.
    Field(usize),
    /// The profile, where rows of several are joined.
    Profile,
    /// The region, where rows of several are joined.
    Region,
}

static PROFILE: FieldInfo =
    FieldInfo::new("profile", "PROFILE", FieldType::Text, "The profile that the row was listed with.")
        .shown(1)
        .cells(7, 20);
static REGION: FieldInfo =
    FieldInfo::new("region", "REGION", FieldType::Text, "The region that the row was listed in.").shown(1).cells(6, 16);

/// A column of the view.
pub struct ViewColumn<'a> {
    /// Where its values come from.
    pub source: Source,
    /// What it says about itself.
    pub info: &'static FieldInfo,
    /// For a side field: its position there, and the side table for each of the view's tables.
    side: Option<(usize, Vec<Option<&'a Table>>)>,
}

/// The rows and columns of the view.
pub struct Rows<'a> {
    state: &'a State,
    now: Time,
    zone: &'a TimeZone,
    tables: Vec<Option<&'a Table>>,
    /// The columns in order, before any are dropped.
    pub columns: Vec<ViewColumn<'a>>,
}

/// A cell's value and whether it changed just now.
pub struct Cell<'a> {
    /// The value.
    pub value: Cow<'a, Value>,
    /// Whether it is to be highlighted.
    pub changed: bool,
}

/// Whether the field is shown as a state in the table's first column: a glyph before the name.
fn leads(kind: Kind) -> bool {
    kind.iter().any(|f| f.ty == FieldType::State && f.side.is_none())
}

impl<'a> Rows<'a> {
    /// Resolves the view's tables and columns.
    pub fn new(state: &'a State, store: &'a Store, now: Time, zone: &'a TimeZone) -> Self {
        let view = &state.view;
        let keys = &view.order_tables;
        let tables = keys.iter().map(|k| store.table(k)).collect();
        let mut columns: Vec<ViewColumn<'_>> =
            view.columns.iter().filter(|i| **i < view.kind.fields.len()).map(|i| column(state, store, *i)).collect();
        let differ = |f: fn(&crate::base::Scope) -> Option<&arcstr::ArcStr>| {
            keys.iter().any(|k| f(&k.scope) != keys.first().and_then(|k| f(&k.scope)))
        };
        let at = columns.len().min(1);
        for (source, info, several) in [
            (Source::Region, &REGION, differ(crate::base::Scope::region_code)),
            (Source::Profile, &PROFILE, differ(crate::base::Scope::profile)),
        ] {
            let named = columns.iter().any(|c| c.info.name == info.name);
            if several && !named {
                columns.insert(at, ViewColumn { source, info, side: None });
            }
        }
        Rows { state, now, zone, tables, columns }
    }
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.state.view.order.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The row at a position of the order, unless it has been removed since the order was made.
    pub fn at(&self, position: usize) -> Option<(RowRef, &'a Row)> {
        let at = *self.state.view.order.get(position)?;
        Some((at, self.tables.get(at.table as usize)?.as_ref()?.slot(at.slot)?))
    }
    /// A row's cell in a column.
    pub fn cell(&self, at: RowRef, row: &'a Row, column: &ViewColumn<'a>) -> Cell<'a> {
        let scope = || self.state.view.order_tables.get(at.table as usize).map(|k| &k.scope);
        let place = match column.source {
            Source::Field(i) => i,
            Source::Region | Source::Profile => {
                let code =
                    scope().and_then(|s| if column.source == Source::Region { s.region_code() } else { s.profile() });
                let value = Cow::Owned(code.map_or(Value::Empty, |c| Value::Text(c.clone())));
                return Cell { value, changed: false };
            }
        };
        match &column.side {
            None => Cell { value: Cow::Borrowed(row.record.at(place)), changed: self.changed(row, place) },
            Some((there, tables)) => {
                let side = tables.get(at.table as usize).copied().flatten().and_then(|t| t.get(&row.record.id));
                match side.filter(|r| r.gone.is_none()) {
                    Some(side) => {
                        Cell { value: Cow::Borrowed(side.record.at(*there)), changed: self.changed(side, *there) }
                    }
                    None => Cell { value: Cow::Borrowed(row.record.at(place)), changed: false },
                }
            }
        }
    }
    /// Whether a field of this row changed within the last seconds.
    pub fn changed(&self, row: &Row, field: usize) -> bool {
        field < 64 && row.changed & (1 << field) != 0 && row.changed != u64::MAX && self.recent(row)
    }
    /// Whether the row came to a complete table within the last seconds.
    pub fn is_new(&self, row: &Row) -> bool {
        row.changed == u64::MAX && self.recent(row)
    }
    fn recent(&self, row: &Row) -> bool {
        row.changed_at <= self.now && self.now.since(row.changed_at) < HIGHLIGHT
    }
    /// Text of a value in a column.
    pub fn text<'v>(&self, value: &'v Value, info: &FieldInfo) -> Cow<'v, str> {
        format::value(value, info, self.now, self.zone)
    }
    /// What each column would like to have.
    pub fn wishes(&self) -> Vec<Wish> {
        let lead = if leads(self.state.view.kind) { 2 } else { 0 };
        let mut wishes: Vec<Wish> = self
            .columns
            .iter()
            .enumerate()
            .map(|(i, c)| {
                // A state on its way must not shift the columns: its longest name is reckoned with from the start.
                let states = self.state.view.kind.transitional.iter().map(|s| super::pen::cells(s)).max().unwrap_or(0);
                let want = if c.info.ty == FieldType::State { states } else { 0 };
                Wish { info: c.info, want, lead: if i == 0 { lead } else { 0 } }
            })
            .collect();
        for (at, row) in (0..self.len().min(SAMPLE)).filter_map(|i| self.at(i)) {
            for (column, wish) in self.columns.iter().zip(&mut wishes) {
                if column.side.is_some() && column.info.ty == FieldType::Series {
                    continue;
                }
                let cell = self.cell(at, row, column);
                let cells = format::measure(&cell.value, column.info, self.now, self.zone);
                wish.want = wish.want.max(cells.saturating_add(wish.lead));
            }
        }
        wishes
    }
    /// The glyph and tone before a row's name, if the kind has states.
    pub fn tone(&self, row: &Row) -> Option<Tone> {
        if !leads(self.state.view.kind) {
            return None;
        }
        Some(row.record.state.as_ref().map_or(Tone::Unknown, |(tone, _)| *tone))
    }
}

fn column<'a>(state: &'a State, store: &'a Store, field: usize) -> ViewColumn<'a> {
    let info = state.view.kind.fields.at(field);
    let side = info.side.and_then(|side| {
        let kind = Kind(state.registry.kind(side.kind)?.info);
        let there = kind.index_of(side.field)?;
        let of = |k: &crate::model::TableKey| {
            let key = crate::model::TableKey { scope: k.scope.clone(), kind, selector: Selector::All };
            store.table(&key)
        };
        Some((there, state.view.order_tables.iter().map(of).collect()))
    });
    ViewColumn { source: Source::Field(field), info, side }
}

/// The value of a field for one row that is not part of a table on the screen (the detail): from its side table if the
/// field lives there.
pub fn field_value<'a>(
    state: &State,
    store: &'a Store,
    key: &crate::model::TableKey,
    record: &'a Record,
    field: usize,
) -> &'a Value {
    let info = record.kind.fields.at(field);
    let side = info.side.and_then(|side| {
        let kind = Kind(state.registry.kind(side.kind)?.info);
        Some(store.side(key, kind, &record.id)?.at(kind.index_of(side.field)?))
    });
    side.unwrap_or_else(|| record.at(field))
}
