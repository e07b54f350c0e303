//! A field of a kind: its name, what its values are, where they come from and how they are shown. Columns, `facts`, query fields, JSON
//! keys and `docs/kinds.md` come from it.

use super::behind;
use super::filters::ServerFilter;
use super::row_values::RowValues;
use super::value::Value;

/// The name of the field that lists tags, where they come from a call of their own.
pub const TAGS: &str = "tags";

/// What a field's values are, for alignment, formatting, comparison and JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// Text; what is cut ends in `…`.
    Text,
    /// An id or ARN; cut in the middle.
    Id,
    /// A state: [`Value::State`].
    State,
    /// A whole number, to the right.
    Int,
    /// A number with a unit, to the right.
    Float,
    /// Yes or no.
    Bool,
    /// A moment, shown as an age: `12d`.
    Age,
    /// A moment, shown as a date.
    Date,
    /// Bytes, shown as `20 GiB`.
    Bytes,
    /// A span in seconds, shown as `5 m`.
    Seconds,
    /// `3/3`.
    Ratio,
    /// An address.
    Ip,
    /// Several addresses.
    Ips,
    /// A range of addresses.
    Range,
    /// Several ranges of addresses.
    Ranges,
    /// Several texts, joined by commas.
    List,
    /// A sparkline.
    Series,
}

impl FieldType {
    /// Whether its values are several things.
    pub const fn is_list(self) -> bool {
        matches!(self, FieldType::List | FieldType::Ips | FieldType::Ranges)
    }
    /// Whether its values are addresses or ranges of them.
    pub const fn is_addresses(self) -> bool {
        matches!(self, FieldType::Ip | FieldType::Ips | FieldType::Range | FieldType::Ranges)
    }
}

/// Whether a field is a column by default, and which columns go first when there is too little room (lower stays longer).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Shown by default; the number is how soon it is dropped when the terminal is narrow (0 = never).
    Shown(u8),
    /// Offered by the column chooser.
    Hidden,
    /// Only in the detail pane and in `facts`.
    DetailOnly,
}

/// A value that lives in a side table of its own, joined by row id, so that a refresh of one never resets the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    /// The side kind's name, e.g. `instance-statuses`.
    pub kind: &'static str,
    /// The field there.
    pub field: &'static str,
    /// Whether asking for it costs money for each row (CloudWatch).
    pub paid: bool,
    /// Whether it takes too many requests to be asked for with every list: only in the detail, for a plan, and where a column
    /// or a query names it.
    pub on_demand: bool,
}

/// What ids of another kind's rows a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ids {
    /// What they begin with: `vpc-`. Another text in the field (a target's address) names no row.
    pub prefix: &'static str,
    /// Whether an account has few of them: one request brings the whole table. Of others only those are asked for by name whose
    /// ids are seen.
    pub few: bool,
}

/// A field without its accessor: a kind's declaration makes it, as a constant if somebody reads it, and whoever reads a record names
/// that constant ([`super::Record::get`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldInfo {
    /// snake_case: the key in `facts`, in queries and in settings.
    pub name: &'static str,
    /// The column's heading.
    pub title: &'static str,
    /// One sentence for the docs and the column chooser.
    pub doc: &'static str,
    /// What its values are.
    pub ty: FieldType,
    /// `%`, `GiB`; empty for none.
    pub unit: &'static str,
    /// Least and most cells the column takes; the least holds the heading.
    pub width: (u16, u16),
    /// Whether it is a column.
    pub column: Column,
    /// The kind whose row the value names, e.g. `vpcs`.
    pub link: Option<&'static str>,
    /// If the value is the id (or a list of ids) of rows of the kind `link`: such a row's name is shown for its id wherever it is
    /// known, and filters and sorts take either.
    pub ids: Option<Ids>,
    /// The filter of AWS by which rows with a value here can be asked for: [`super::Selector::Filter`].
    pub filter: Option<ServerFilter>,
    /// Where the value comes from, if not from the kind's own list.
    pub side: Option<Side>,
    /// Other words for it in a query (`ip` for `private_ip`).
    pub aliases: &'static [&'static str],
    /// The heading under which the detail pane shows it; empty = not shown there.
    pub section: &'static str,
    /// A bare word in a query does not look here: the values are the same few words on most rows.
    pub named_only: bool,
    /// Of a ratio, what those are that are neither OK nor on their way: `in ALARM`. Empty: it is read as so many of so many.
    pub others: &'static str,
    /// What a row is called whose value here is bad, where the heading sums up the rows: `impaired`. Empty: it has no word of its own there.
    pub trouble: &'static str,
    /// Where a wide screen has room for more columns, the how manieth it is of those that come by themselves; 0: none of them.
    pub spare: u8,
    /// Whether its numbers are names and not amounts (a port): they are written without commas.
    pub plain: bool,
    /// Whether its texts have times in UTC that do not say so.
    pub in_utc: bool,
    /// Whether rows rarely have the same value: see [`FieldInfo::unique`].
    pub unique: bool,
}

impl FieldInfo {
    /// A field of `ty`, hidden as a column until [`FieldInfo::shown`].
    pub const fn new(name: &'static str, title: &'static str, ty: FieldType, doc: &'static str) -> Self {
        let width = match ty {
            FieldType::Text => (8, 40),
            FieldType::Id => (11, 24),
            FieldType::State => (8, 16),
            FieldType::Int | FieldType::Float | FieldType::Bytes | FieldType::Seconds => (5, 12),
            FieldType::Bool => (4, 6),
            FieldType::Age => (4, 6),
            FieldType::Date => (16, 20),
            FieldType::Ratio => (5, 7),
            // An address of which the end is cut off is no address; where there is an IPv6 address, the column takes its 39 cells.
            FieldType::Ip => (14, 39),
            FieldType::Range => (14, 43),
            FieldType::List | FieldType::Ips | FieldType::Ranges => (8, 40),
            FieldType::Series => (8, 12),
        };
        // Headings are ASCII; the least width holds them.
        let least = if title.len() > width.0 as usize { title.len() as u16 } else { width.0 };
        let width = (least, if least > width.1 { least } else { width.1 });
        FieldInfo {
            name,
            title,
            doc,
            ty,
            unit: "",
            width,
            column: Column::Hidden,
            link: None,
            ids: None,
            filter: None,
            side: None,
            aliases: &[],
            section: "facts",
            named_only: false,
            others: "",
            trouble: "",
            spare: 0,
            plain: false,
            in_utc: false,
            unique: false,
        }
    }
    /// A text; cut at its end.
    pub const fn text(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::Text, doc)
    }
    /// An id or ARN.
    pub const fn id(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::Id, doc)
    }
    /// A state.
    pub const fn state(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::State, doc)
    }
    /// A whole number.
    pub const fn int(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::Int, doc)
    }
    /// A number with a unit.
    pub const fn float(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::Float, doc)
    }
    /// Yes or no.
    pub const fn flag(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::Bool, doc)
    }
    /// A moment, shown as an age.
    pub const fn age(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::Age, doc)
    }
    /// A moment, shown as a date.
    pub const fn date(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::Date, doc)
    }
    /// A size in bytes.
    pub const fn bytes(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::Bytes, doc)
    }
    /// A span in seconds.
    pub const fn seconds(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::Seconds, doc)
    }
    /// So many of so many.
    pub const fn ratio(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::Ratio, doc)
    }
    /// An address.
    pub const fn ip(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::Ip, doc)
    }
    /// Several addresses.
    pub const fn ips(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::Ips, doc)
    }
    /// A range of addresses.
    pub const fn range(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::Range, doc)
    }
    /// Several ranges of addresses.
    pub const fn ranges(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::Ranges, doc)
    }
    /// Several texts.
    pub const fn list(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::List, doc)
    }
    /// Data points.
    pub const fn series(name: &'static str, title: &'static str, doc: &'static str) -> Self {
        FieldInfo::new(name, title, FieldType::Series, doc)
    }
    /// A default column; the lower the number the longer it stays on a narrow terminal.
    #[must_use]
    pub const fn shown(mut self, priority: u8) -> Self {
        self.column = Column::Shown(priority);
        self
    }
    /// A column by itself where a wide screen has room to spare; the lower the number (from 1), the sooner.
    #[must_use]
    pub const fn spare(mut self, order: u8) -> Self {
        self.spare = order;
        self
    }
    /// Its numbers are names, not amounts.
    #[must_use]
    pub const fn plain(mut self) -> Self {
        self.plain = true;
        self
    }
    /// Its texts are AWS's and have times in UTC that do not say so.
    #[must_use]
    pub const fn in_utc(mut self) -> Self {
        self.in_utc = true;
        self
    }
    /// Never a column.
    #[must_use]
    pub const fn detail_only(mut self) -> Self {
        self.column = Column::DetailOnly;
        self
    }
    /// Least and most cells.
    #[must_use]
    pub const fn cells(mut self, least: u16, most: u16) -> Self {
        self.width = (least, most);
        self
    }
    /// Rows rarely have the same value. A kind with many fields that says so of the few for which it is true lets its rows
    /// share the others (see [`RowValues`]); in a kind that says it of none, all values are a row's own.
    #[must_use]
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }
    /// The kind that the value names.
    #[must_use]
    pub const fn links_to(mut self, kind: &'static str) -> Self {
        self.link = Some(kind);
        self
    }
    /// The kind of which the value is a row's id, which begins with `prefix`; a row's name is shown for its id.
    #[must_use]
    pub const fn id_of(mut self, kind: &'static str, prefix: &'static str) -> Self {
        self.link = Some(kind);
        self.ids = Some(Ids { prefix, few: false });
        self
    }
    /// The same of a kind of which one cheap request lists all rows.
    #[must_use]
    pub const fn id_of_few(mut self, kind: &'static str, prefix: &'static str) -> Self {
        self.link = Some(kind);
        self.ids = Some(Ids { prefix, few: true });
        self
    }
    /// AWS can be asked for the rows with some values here, by its filter of this name; it has all values in lower case (ids, zones,
    /// states), so that a query for one is the same question.
    #[must_use]
    pub const fn asked_by(mut self, name: &'static str) -> Self {
        self.filter = Some(ServerFilter::new(name));
        self
    }
    /// The same for values in whatever letters: a form that knows how they are written can ask by them, a query cannot.
    #[must_use]
    pub const fn asked_as_written_by(mut self, name: &'static str) -> Self {
        self.filter = Some(ServerFilter { lower_case: false, ..ServerFilter::new(name) });
        self
    }
    /// The same, for queries too: `field=value` is sent as it is written, with `*` and `?` as wildcards. AWS then finds only what is written
    /// in these letters. For fields by which one searches where all rows cannot be had (the names of Amazon's images).
    #[must_use]
    pub const fn searched_by(mut self, name: &'static str) -> Self {
        self.filter = Some(ServerFilter { lower_case: false, as_written: true, ..ServerFilter::new(name) });
        self
    }
    /// What AWS finds by this field's filter may not be in the table of all rows: a query with it is always asked of AWS.
    #[must_use]
    pub const fn finds_others(mut self) -> Self {
        if let Some(filter) = self.filter {
            self.filter = Some(ServerFilter { beyond: true, ..filter });
        }
        self
    }
    /// Whether a text in this field is the id of a row of the kind that it links to.
    pub fn is_row_id(&self, text: &str) -> bool {
        self.ids.is_some_and(|ids| text.starts_with(ids.prefix))
    }
    /// The side table that it comes from.
    #[must_use]
    pub const fn from_side(mut self, kind: &'static str, field: &'static str, paid: bool) -> Self {
        self.side = Some(Side { kind, field, paid, on_demand: false });
        self
    }
    /// The same, asked for on demand.
    #[must_use]
    pub const fn on_demand(mut self, kind: &'static str, field: &'static str) -> Self {
        self.side = Some(Side { kind, field, paid: false, on_demand: true });
        self
    }
    /// Other words for it in a query.
    #[must_use]
    pub const fn aka(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }
    /// What those of a ratio are that are not OK.
    #[must_use]
    pub const fn others(mut self, others: &'static str) -> Self {
        self.others = others;
        self
    }
    /// What a row is called whose value is bad. Of a side table's field only where that costs nothing.
    #[must_use]
    pub const fn trouble(mut self, trouble: &'static str) -> Self {
        self.trouble = trouble;
        self
    }
    /// Its unit.
    #[must_use]
    pub const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }
    /// Its heading in the detail pane; empty = not there.
    #[must_use]
    pub const fn section(mut self, section: &'static str) -> Self {
        self.section = section;
        self
    }
    /// Its values are the same few words on most rows (`default`, `RunInstances`): a bare word does not look here,
    /// `field:value` does.
    #[must_use]
    pub const fn named_only(mut self) -> Self {
        self.named_only = true;
        self
    }
    /// Whether the column's cells align right.
    pub const fn right(&self) -> bool {
        matches!(
            self.ty,
            FieldType::Int
                | FieldType::Float
                | FieldType::Bytes
                | FieldType::Seconds
                | FieldType::Age
                | FieldType::Ratio
        )
    }
}

/// A field of the typed struct `T`.
pub struct Field<T> {
    /// What it is.
    pub info: FieldInfo,
    /// How to read it. Side fields return [`Value::Unknown`].
    pub get: fn(&T) -> Value,
}

/// The fields of `T`, in the order of a record's values.
pub struct Fields<T: 'static>(pub &'static [Field<T>]);

impl<T> Fields<T> {
    /// The values of `item`, in field order. Unknown ones at the end are left out: a record reads them as unknown all the
    /// same, and side fields put last cost nothing.
    pub fn values(&self, item: &T) -> RowValues {
        let stored = self.0.iter().rposition(|f| f.info.side.is_none()).map_or(0, |i| i + 1);
        self.0[..stored].iter().map(|f| (f.get)(item)).collect()
    }
}

/// A kind's fields with their type forgotten.
pub trait FieldList: Sync {
    /// How many there are (at most [`super::FieldSet::MOST`]).
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The `i`th, in the order of a record's values. What stands behind the last are those that every kind has ([`behind`]).
    fn at(&self, i: usize) -> &'static FieldInfo;
}

impl<T> FieldList for Fields<T> {
    fn len(&self) -> usize {
        self.0.len()
    }
    fn at(&self, i: usize) -> &'static FieldInfo {
        self.0.get(i).map_or_else(|| behind::info(i.saturating_sub(self.0.len())), |f| &f.info)
    }
}
