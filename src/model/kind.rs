//! What a kind of resource says about itself: its names, its fields, how it is listed.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::derived::{ByText, Derived};
use super::field::{Column, FieldInfo, FieldList, TAGS};
use super::field_set::FieldSet;
use super::operation::{Operation, Paging, Service};
use super::table::Sort;
use crate::base::Scope;

/// How often a kind is listed: once per account or once per region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scoping {
    /// Buckets, regions: every scope of one account lists the same.
    Account,
    /// Everything else.
    Region,
}

/// A kind that has no list of its own: its rows hang off a parent's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parent {
    /// The parent kind's name.
    pub kind: &'static str,
    /// Whether a view without a parent fans out over all of them ("12 of 40"); if not, a parent must be chosen (objects).
    pub fans_out: bool,
}

/// Where a row's charts are: in a side table whose rows are named by a span and by what they show ([`super::ChartSpan::row_id`]), so
/// that only what is looked at is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charts {
    /// The side kind. Its fields of the type series are the charts.
    pub kind: &'static str,
    /// The field with the id that they are found by, if not the row's own.
    pub of: Option<&'static str>,
    /// The field that says what is drawn, where that differs from row to row; where it has nothing there are no charts.
    pub what: Option<&'static str>,
    /// The field that names the only one of them to show, by an alias of its.
    pub only: Option<&'static str>,
    /// Rows that have others.
    pub other: Option<OtherCharts>,
}

/// Rows that have charts of another side kind, told by how a field of theirs begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherCharts {
    /// The field.
    pub field: &'static str,
    /// What it begins with, one of these.
    pub begins: &'static [&'static str],
    /// The side kind.
    pub kind: &'static str,
}

/// All that is known of a kind before anything is asked. One `static` a kind.
pub struct KindInfo {
    /// Plural, kebab-case: `target-groups`.
    pub name: &'static str,
    /// `target group`.
    pub singular: &'static str,
    /// `Target groups`.
    pub title: &'static str,
    /// One or two sentences for `docs/kinds.md`.
    pub doc: &'static str,
    /// Short names in the palette (`ec2`, `i`).
    pub aliases: &'static [&'static str],
    /// What AWS's ids of its rows begin with (`vol-`); empty where they have no such beginning.
    pub id_prefix: &'static str,
    /// The service that lists it.
    pub service: Service,
    /// Once per account or once per region.
    pub scoping: Scoping,
    /// Whose row it hangs off.
    pub parent: Option<Parent>,
    /// The fields, in the order of a record's values.
    pub fields: &'static dyn FieldList,
    /// Field and direction (`true` = ascending) of the first sort.
    pub sort: (&'static str, bool),
    /// The operations that list it: all reads.
    pub operations: &'static [&'static Operation],
    /// Not offered in the palette: a side table.
    pub side: bool,
    /// Whether an account has few of them: a request or two list them all, so that they can be counted by the way.
    pub few: bool,
    /// What it is made of, if AWS does not list it: then it has no operations of its own.
    pub derived: Option<&'static Derived>,
    /// Whether its tables are each of a text, and what is to be known of such texts.
    pub text: Option<&'static ByText>,
    /// Whether its rows are a tree in their own order: a row's id begins with its parent's and a slash. What a filter finds is then shown
    /// below what it belongs to, and rows can be folded.
    pub tree: bool,
    /// The charts of a row, if CloudWatch has any of it.
    pub charts: Option<Charts>,
    /// Where rows are that are not among all of them, and the query that asks for them: one sentence; empty if there are none such.
    pub beyond: &'static str,
    /// States (values of the state) that are on their way somewhere: such rows are asked for by id every 2 s.
    pub transitional: &'static [&'static str],
}

impl KindInfo {
    /// A kind of the region, in the palette, by its name (`target-groups`), what one of its rows is called (`target group`), what
    /// several are (`Target groups`), and its fields.
    pub const fn new(
        name: &'static str,
        singular: &'static str,
        title: &'static str,
        fields: &'static dyn FieldList,
    ) -> Self {
        KindInfo {
            name,
            singular,
            title,
            doc: "",
            aliases: &[],
            id_prefix: "",
            service: Service::Ec2,
            scoping: Scoping::Region,
            parent: None,
            fields,
            sort: ("", true),
            operations: &[],
            side: false,
            few: false,
            derived: None,
            text: None,
            tree: false,
            charts: None,
            beyond: "",
            transitional: &[],
        }
    }
    /// One or two sentences for `docs/kinds.md`.
    #[must_use]
    pub const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }
    /// Its rows are a tree.
    #[must_use]
    pub const fn tree(mut self) -> Self {
        self.tree = true;
        self
    }
    /// CloudWatch has charts of its rows.
    #[must_use]
    pub const fn charted_by(mut self, charts: Charts) -> Self {
        self.charts = Some(charts);
        self
    }
    /// Where rows are that AWS lists only where it is asked for them: one sentence.
    #[must_use]
    pub const fn beyond(mut self, how: &'static str) -> Self {
        self.beyond = how;
        self
    }
    /// Short names in the palette.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }
    /// AWS's ids of its rows begin with this, and go on in hexadecimal digits.
    #[must_use]
    pub const fn ids(mut self, prefix: &'static str) -> Self {
        self.id_prefix = prefix;
        self
    }
    /// The operations that list it, at least one; the first one's service is the kind's.
    #[must_use]
    pub const fn listed_by(mut self, operations: &'static [&'static Operation]) -> Self {
        self.service = operations[0].service;
        self.operations = operations;
        self
    }
    /// Its first order: by this field, upwards.
    #[must_use]
    pub const fn sorted(mut self, field: &FieldInfo) -> Self {
        self.sort = (field.name, true);
        self
    }
    /// Its first order: by this field, downwards.
    #[must_use]
    pub const fn sorted_down(mut self, field: &FieldInfo) -> Self {
        self.sort = (field.name, false);
        self
    }
    /// Every region lists the same (buckets).
    #[must_use]
    pub const fn once_an_account(mut self) -> Self {
        self.scoping = Scoping::Account;
        self
    }
    /// Its rows hang off a row of `kind`; without one, off all of them.
    #[must_use]
    pub const fn fans_out_over(mut self, kind: &'static str) -> Self {
        self.parent = Some(Parent { kind, fans_out: true });
        self
    }
    /// Its rows hang off a row of `kind`, which has to be chosen.
    #[must_use]
    pub const fn of_one(mut self, kind: &'static str) -> Self {
        self.parent = Some(Parent { kind, fans_out: false });
        self
    }
    /// A side table: not in the palette.
    #[must_use]
    pub const fn side(mut self) -> Self {
        self.side = true;
        self
    }
    /// An account has few of them.
    #[must_use]
    pub const fn few(mut self) -> Self {
        self.few = true;
        self
    }
    /// Its rows are made of other kinds' rows.
    #[must_use]
    pub const fn derived_by(mut self, derived: &'static Derived) -> Self {
        self.derived = Some(derived);
        self
    }
    /// Its tables are each of a text.
    #[must_use]
    pub const fn of_text(mut self, text: &'static ByText) -> Self {
        self.text = Some(text);
        self
    }
    /// Where its rows of a region are listed: there, or once for the account.
    pub fn listed_in(&self, scope: &Scope) -> Scope {
        match self.scoping {
            Scoping::Account => scope.profile().map_or(Scope::Global, |p| Scope::account(p.clone())),
            Scoping::Region => scope.clone(),
        }
    }
    /// Whether its rows are what has a text: `find TEXT`.
    pub fn takes_text(&self) -> bool {
        self.text.is_some()
    }
    /// The states that are on their way somewhere.
    #[must_use]
    pub const fn transitional(mut self, states: &'static [&'static str]) -> Self {
        self.transitional = states;
        self
    }
    /// Positions of the fields that are columns by themselves: those that are shown by default, and those that come where there is room.
    pub fn columns(&self) -> impl Iterator<Item = usize> + use<> {
        let fields = self.fields;
        let is_column = move |i: &usize| matches!(fields.at(*i).column, Column::Shown(_)) || fields.at(*i).spare > 0;
        (0..fields.len()).filter(is_column)
    }
    /// The order that its rows have at first.
    pub fn first_sort(&self) -> Option<Sort> {
        let (field, ascending) = self.sort;
        self.index_of(field).map(|field| Sort { field, ascending })
    }
    /// The position of a field by its name.
    pub fn index_of(&self, field: &str) -> Option<usize> {
        (0..self.fields.len()).find(|i| self.fields.at(*i).name == field)
    }
    /// The position of a field by its name or one of its aliases, without regard to case; `-` counts as `_`.
    pub fn resolve(&self, word: &str) -> Option<usize> {
        let word = word.to_ascii_lowercase().replace('-', "_");
        self.index_of(&word).or_else(|| {
            (0..self.fields.len()).find(|i| self.fields.at(*i).aliases.iter().any(|a| a.eq_ignore_ascii_case(&word)))
        })
    }
    /// The position of the field [`TAGS`] of a kind whose tags come from a call of their own: the records of its side table
    /// have them. `None`: a row brings its tags itself, or has none.
    pub fn tags_aside(&self) -> Option<usize> {
        self.index_of(TAGS).filter(|i| self.fields.at(*i).side.is_some())
    }
    /// Whether each row asked for costs money (CloudWatch charges for metrics one by one).
    pub fn is_paid(&self) -> bool {
        self.service == Service::CloudWatch && self.operations.iter().any(|o| o.name == "GetMetricData")
    }
    /// How its whole list comes, if it needs nothing but one operation's own pages: it can then be read beside any other.
    pub fn paging(&self) -> Option<Paging> {
        if let [only] = self.operations { only.paging } else { None }
    }
    /// The positions of the fields that are [`FieldInfo::unique`].
    pub fn unique_fields(&self) -> FieldSet {
        self.iter().enumerate().filter(|(_, f)| f.unique).map(|(i, _)| i).collect()
    }
    /// The fields in order.
    pub fn iter(&self) -> impl Iterator<Item = &'static FieldInfo> + '_ {
        (0..self.fields.len()).map(|i| self.fields.at(i))
    }
}

/// A kind, by reference to its `static`. Compared by name.
#[derive(Clone, Copy)]
pub struct Kind(pub &'static KindInfo);

impl std::ops::Deref for Kind {
    type Target = KindInfo;
    fn deref(&self) -> &KindInfo {
        self.0
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}
impl Eq for Kind {}
impl Hash for Kind {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}
impl PartialOrd for Kind {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Kind {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.name.cmp(other.0.name)
    }
}
impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}
