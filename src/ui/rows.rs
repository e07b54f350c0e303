//! The view-model of a table: the view's rows and columns as the screen needs them. Resolves tables, kinds and side tables
//! once a frame, so that a cell costs an array access; only rows that are seen are touched.

use std::borrow::Cow;

use arcstr::ArcStr;

use crate::app::layout::SAMPLE;
use crate::app::names::side_kind;
use crate::app::{State, View};
use crate::base::{Scope, Time};
use crate::kinds::derived::map::{FOLDED, OPEN};
use crate::model::{
    Behind, FieldInfo, FieldSet, FieldType, Kind, Record, RowRef, Selector, TableKey, Tags, Tone, Value, health,
};
use crate::query::{Cells, Found, Highlight, Via};
use crate::store::{HIGHLIGHT, Row, Store, Table};

use super::columns::Wish;
use super::format;
use super::painter::cells;
use super::sparkline;

/// A side field: its position there, and the side table for each of the view's tables.
type Beside<'a> = (usize, Vec<Option<&'a Table>>);

/// A column of the view.
pub struct ViewColumn<'a> {
    /// The position of its field.
    pub source: usize,
    /// What it is, if it is no field of the kind's own.
    pub behind: Option<Behind>,
    /// What it says about itself.
    pub info: &'static FieldInfo,
    side: Option<Beside<'a>>,
    /// If it holds ids: the rows that have them, for each of the view's tables.
    names: Option<Vec<Option<&'a Table>>>,
    /// Whether it is what the row is known by: shown whole.
    first: bool,
}

impl ViewColumn<'_> {
    /// Whether it says where a row is.
    pub fn is_place(&self) -> bool {
        matches!(self.behind, Some(Behind::Profile | Behind::Region))
    }
}

/// A zone within its region: `2a` for `ap-northeast-2a` in `ap-northeast-2`. The whole of it is in the detail.
fn within(text: &str, region: &str) -> Option<String> {
    let rest = text.strip_prefix(region).filter(|rest| !rest.is_empty() && rest.len() <= 2)?;
    Some(format!("{}{rest}", region.rsplit('-').next().unwrap_or_default()))
}

/// Zones of a list within their region, if all of them are in it.
fn all_within(value: &Value, region: &str) -> Option<Value> {
    match value {
        Value::Text(text) => within(text, region).map(Value::text),
        Value::List(items) => {
            let short: Option<Vec<_>> = items.iter().map(|i| within(i, region).map(Into::into)).collect();
            Some(Value::list(short?))
        }
        _ => None,
    }
}

/// A region as AWS's own zone ids have it: `apne2` for `ap-northeast-2`, `usgw1` for `us-gov-west-1`.
pub(super) fn short_region(region: &str) -> String {
    let part = |p: &str| match p {
        "northeast" => "ne".to_string(),
        "northwest" => "nw".to_string(),
        "southeast" => "se".to_string(),
        "southwest" => "sw".to_string(),
        "north" | "south" | "east" | "west" | "central" | "gov" => p[..1].to_string(),
        other => other.to_string(),
    };
    region.split('-').map(part).collect()
}

/// The rows and columns of a view.
pub struct Rows<'a> {
    state: &'a State,
    view: &'a View,
    /// Whether lines of it can be folded.
    folds: bool,
    now: Time,
    tables: Vec<Option<&'a Table>>,
    /// The positions of the fields that say how a row is: its glyph stands before the first column.
    health: Vec<usize>,
    /// The values beside the rows that glyphs and highlights look at, by field.
    sides: Vec<(usize, Beside<'a>)>,
    /// The rows that fields name by their ids, where words are looked for.
    named: Vec<(usize, Vec<Option<&'a Table>>)>,
    /// What is looked for.
    highlight: Option<Highlight<'a>>,
    /// The columns that fit, from left to right.
    pub columns: Vec<ViewColumn<'a>>,
}

/// A cell's value and whether it changed just now.
pub struct Cell<'a> {
    /// The value.
    pub value: Cow<'a, Value>,
    /// Whether it is to be highlighted.
    pub changed: bool,
}

impl<'a> Rows<'a> {
    /// Resolves the tables and columns of what the table shows.
    pub fn new(state: &'a State, store: &'a Store, now: Time) -> Self {
        Rows::of(state, &state.view, state.columns(), store, now)
    }
    /// The same for another view, e.g. a picker's, with these columns.
    pub fn of(state: &'a State, view: &'a View, columns: Vec<usize>, store: &'a Store, now: Time) -> Self {
        let tables = view.order_tables.iter().map(|k| store.table(k)).collect();
        let columns = columns.into_iter().enumerate();
        let columns = columns.map(|(i, source)| column((state, view), store, source, i == 0)).collect();
        let health: Vec<usize> = health::fields(view.kind.0).collect();
        let highlight = view.query.highlight();
        let words = highlight.as_ref().is_some_and(Highlight::has_words);
        let (mut sides, mut named) = (Vec::new(), Vec::new());
        for (i, info) in view.kind.iter().enumerate() {
            if info.side.is_some_and(|s| !s.paid) && (words || health.contains(&i)) {
                sides.extend(side((state, view), store, info).map(|beside| (i, beside)));
            }
            if words {
                named.extend(names((state, view), store, info).map(|tables| (i, tables)));
            }
        }
        let folds = view.is_tree();
        Rows { state, view, folds, now, tables, health, sides, named, highlight, columns }
    }
    /// What is looked for in its cells.
    pub fn highlight(&self) -> Option<&Highlight<'a>> {
        self.highlight.as_ref()
    }
    /// By which field a row matches, if none of its cells shows that; `seen` is what they show.
    pub fn via(&self, at: RowRef, row: &'a Row, seen: Found) -> Option<String> {
        let whole = Whole { rows: self, at, row };
        let columns = |i| self.columns.iter().any(|c| c.source == i && c.names.is_none());
        match self.highlight.as_ref()?.via(&whole, seen)? {
            // It is there, and cut off.
            Via::Field(i) if columns(i) => None,
            Via::Field(i) => Some(format!("via {}", self.view.kind.fields.at(i).title.to_lowercase())),
            Via::Tag(key) => Some(format!("via tag {key}")),
        }
    }
    /// What it is the rows of.
    pub fn view(&self) -> &View {
        self.view
    }
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.view.order.len()
    }
    /// Whether the view joins several profiles or regions.
    pub fn is_joined(&self) -> bool {
        self.columns.iter().any(ViewColumn::is_place)
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The row at a position of the order, unless it has been removed since the order was made.
    pub fn at(&self, position: usize) -> Option<(RowRef, &'a Row)> {
        let at = *self.view.order.get(position)?;
        Some((at, self.tables.get(at.table as usize)?.as_ref()?.slot(at.slot)?))
    }
    /// A row's cell in a column.
    pub fn cell(&self, at: RowRef, row: &'a Row, column: &ViewColumn<'a>) -> Cell<'a> {
        let scope = self.view.order_tables.get(at.table as usize).map(|k| &k.scope);
        let place = column.source;
        if let Some(behind) = column.behind {
            // Tags that come from a call of their own are the side table's.
            let tags = match &column.side {
                None => Cells::tags(&*row.record),
                Some((_, tables)) => {
                    let side = tables.get(at.table as usize).copied().flatten().and_then(|t| t.get(&row.record.id));
                    side.filter(|r| r.gone.is_none()).map(|r| &r.record.tags)
                }
            };
            return Cell { value: Cow::Owned(behind.value(scope, tags)), changed: false };
        }
        let own = || {
            let value = row.record.at(place);
            let names = column.names.as_ref().and_then(|tables| tables.get(at.table as usize).copied().flatten());
            let named = names.and_then(|table| called(value, column.info, |id| name_in(table, id)));
            Cell { value: named.map_or(Cow::Borrowed(value), Cow::Owned), changed: self.changed(row, place) }
        };
        let folded = column.first && self.folds && self.view.folded.contains(&row.record.id);
        if let (true, Some(line)) = (folded, row.record.at(place).as_str()) {
            return Cell { value: Cow::Owned(Value::text(line.replacen(OPEN, FOLDED, 1))), changed: false };
        }
        // Zones stand within their region.
        let within_region = |mut cell: Cell<'a>| {
            if !column.first
                && column.names.is_none()
                && matches!(*cell.value, Value::Text(_) | Value::List(_))
                && let Some(short) = scope.and_then(Scope::region_code).and_then(|r| all_within(&cell.value, r))
            {
                cell.value = Cow::Owned(short);
            }
            cell
        };
        let Some((there, tables)) = &column.side else { return within_region(own()) };
        let side = tables.get(at.table as usize).copied().flatten().and_then(|t| t.get(&row.record.id));
        match side.filter(|r| r.gone.is_none()) {
            Some(side) => {
                let changed = self.changed(side, *there);
                within_region(Cell { value: Cow::Borrowed(side.record.at(*there)), changed })
            }
            None => own(),
        }
    }
    /// Whether a field of this row changed within the last seconds.
    fn changed(&self, row: &Row, field: usize) -> bool {
        row.changed.contains(field) && row.changed != FieldSet::ALL && self.recent(row)
    }
    /// Whether the row came to a complete table within the last seconds.
    pub fn is_new(&self, row: &Row) -> bool {
        row.changed == FieldSet::ALL && self.recent(row)
    }
    fn recent(&self, row: &Row) -> bool {
        row.changed_at <= self.now && self.now.since(row.changed_at) < HIGHLIGHT
    }
    /// Text of a value in a column.
    pub fn text<'v>(&self, value: &'v Value, info: &FieldInfo) -> Cow<'v, str> {
        format::value(value, info, self.now, &self.state.zone)
    }
    /// What each column would like to have.
    pub fn wishes(&self) -> Vec<Wish> {
        // A state on its way should not shift the columns: its name is reckoned with from the start, unless it is very long.
        let longest = self.view.kind.transitional.iter().map(|s| cells(s)).max().unwrap_or(0).min(10);
        let narrow = |ty| match ty {
            FieldType::State => longest,
            FieldType::Series => u16::try_from(sparkline::CELLS).unwrap_or(u16::MAX),
            _ => 0,
        };
        let mut wishes: Vec<Wish> = self
            .columns
            .iter()
            .map(|c| Wish { info: c.info, want: narrow(c.info.ty), named: c.names.is_some() })
            .collect();
        for (at, row) in (0..self.len().min(SAMPLE)).filter_map(|i| self.at(i)) {
            for (column, wish) in self.columns.iter().zip(&mut wishes).filter(|(c, _)| c.info.ty != FieldType::Series) {
                let cell = self.cell(at, row, column);
                wish.want = wish.want.max(format::measure(&cell.value, column.info, self.now, &self.state.zone));
            }
        }
        wishes
    }
    /// The tone whose glyph stands before a row's name, if the kind has states.
    pub fn tone(&self, at: RowRef, row: &'a Row) -> Option<Tone> {
        if self.health.is_empty() {
            return None;
        }
        let whole = Whole { rows: self, at, row };
        health::tone(&row.record, self.health.iter().map(|i| whole.cell(*i)))
    }
}

/// A row with what stands beside it, as a query sees it.
struct Whole<'r, 'a> {
    rows: &'r Rows<'a>,
    at: RowRef,
    row: &'a Row,
}

impl Cells for Whole<'_, '_> {
    fn scope(&self) -> Option<&Scope> {
        self.rows.view.order_tables.get(self.at.table as usize).map(|k| &k.scope)
    }
    fn record(&self) -> &Record {
        &self.row.record
    }
    fn cell(&self, field: usize) -> &Value {
        let Some((_, (there, tables))) = self.rows.sides.iter().find(|(f, _)| *f == field) else {
            return self.row.record.at(field);
        };
        let beside = tables.get(self.at.table as usize).copied().flatten().and_then(|t| t.get(&self.row.record.id));
        beside.filter(|r| r.gone.is_none()).map_or(&Value::Unknown, |r| r.record.at(*there))
    }
    fn called(&self, field: usize, id: &str) -> Option<&str> {
        let (_, tables) = self.rows.named.iter().find(|(f, _)| *f == field)?;
        self.rows.view.kind.fields.at(field).is_row_id(id).then_some(())?;
        name_in(tables.get(self.at.table as usize).copied().flatten()?, id).map(|name| name.as_str())
    }
    fn tags(&self) -> Option<&Tags> {
        // Those of a table of their own are not looked for: nobody sees them here.
        Cells::tags(&*self.row.record)
    }
}

fn column<'a>((state, view): (&'a State, &'a View), store: &'a Store, source: usize, first: bool) -> ViewColumn<'a> {
    let (info, behind) = (view.kind.fields.at(source), view.kind.behind(source));
    let of = match (behind, view.kind.tags_aside()) {
        (Some(Behind::Tag(_)), Some(aside)) => view.kind.fields.at(aside),
        _ => info,
    };
    let (side, names) = (side((state, view), store, of), names((state, view), store, info));
    ViewColumn { source, behind, info, side, names, first }
}

/// The tables of another kind that stand beside the view's.
fn beside<'a>(view: &View, store: &'a Store, kind: Kind) -> Vec<Option<&'a Table>> {
    let of = |k: &TableKey| store.table(&TableKey { scope: k.scope.clone(), kind, selector: Selector::All });
    view.order_tables.iter().map(of).collect()
}

/// Where a field's values are, if they are beside the rows.
fn side<'a>((state, view): (&State, &View), store: &'a Store, info: &FieldInfo) -> Option<Beside<'a>> {
    side_kind(state, info).map(|(kind, there)| (there, beside(view, store, kind)))
}

/// The rows that a field names by their ids.
fn names<'a>((state, view): (&State, &View), store: &'a Store, info: &FieldInfo) -> Option<Vec<Option<&'a Table>>> {
    let linked = info.ids.and(info.link).and_then(|kind| state.registry.kind(kind))?;
    Some(beside(view, store, Kind(linked.info)))
}

/// What a row of a table is called, if it has a name that can be seen.
fn name_in<'a>(table: &'a Table, id: &str) -> Option<&'a ArcStr> {
    table.get(id).filter(|r| r.gone.is_none()).map(|r| &r.record.name).filter(|n| !n.trim().is_empty())
}

/// A value of a table's cell with names for ids, as far as they are known; `None` if none is. What tells the row from others keeps
/// its id beside the name: instances of a group are often called alike.
pub fn called<'n>(value: &Value, info: &FieldInfo, name: impl Fn(&str) -> Option<&'n ArcStr>) -> Option<Value> {
    let called = |id: &ArcStr| {
        let name = info.is_row_id(id).then(|| name(id)).flatten()?;
        Some(if info.name == "id" { both(name, id) } else { name.clone() })
    };
    match value {
        Value::Text(id) => called(id).map(Value::Text),
        Value::List(ids) if ids.iter().any(|id| called(id).is_some()) => {
            Some(Value::list(ids.iter().map(|id| called(id).unwrap_or_else(|| id.clone()))))
        }
        _ => None,
    }
}

/// A name with the id that it stands for.
pub fn both(name: &str, id: &str) -> ArcStr {
    arcstr::format!("{name}  {id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_shown_by_its_name_where_that_is_known_and_what_tells_rows_apart_keeps_both() {
        static VPC: FieldInfo = FieldInfo::new("vpc_id", "VPC", FieldType::Id, "").id_of_few("vpcs", "vpc-");
        static TARGET: FieldInfo = FieldInfo::new("id", "TARGET", FieldType::Id, "").id_of("instances", "i-");
        let names = [("vpc-1", ArcStr::from("prod")), ("i-1", ArcStr::from("web"))];
        let shown = |value: Value, info: &FieldInfo| {
            called(&value, info, |id| names.iter().find(|(i, _)| *i == id).map(|(_, name)| name))
        };
        assert_eq!(shown(Value::text("vpc-1"), &VPC), Some(Value::text("prod")));
        assert_eq!(shown(Value::text("vpc-2"), &VPC), None, "an id without a name stays what it is");
        assert_eq!(shown(Value::text("i-1"), &VPC), None, "it is no VPC's id");
        assert_eq!(shown(Value::text("i-1"), &TARGET), Some(Value::text("web  i-1")));
        let some = Value::list(["vpc-1".into(), "vpc-2".into()]);
        assert_eq!(shown(some, &VPC), Some(Value::list(["prod".into(), "vpc-2".into()])));
    }

    #[test]
    fn regions_and_zones_are_shortened_as_aws_shortens_them() {
        let all = ["ap-northeast-2", "us-east-1", "us-gov-west-1", "ca-central-1", "cn-northwest-1", "ap-southeast-7"];
        assert_eq!(all.map(short_region), ["apne2", "use1", "usgw1", "cac1", "cnnw1", "apse7"]);
        let zones = |z: &[&str]| Value::list(z.iter().map(|z| (*z).into()));
        let short = all_within(&zones(&["ap-northeast-2a", "ap-northeast-2c"]), "ap-northeast-2");
        assert_eq!(short, Some(zones(&["2a", "2c"])));
        assert_eq!(all_within(&zones(&["ap-northeast-2a", "us-east-1a"]), "ap-northeast-2"), None);
        assert_eq!(all_within(&Value::text("ap-northeast-2"), "ap-northeast-2"), None);
    }
}
