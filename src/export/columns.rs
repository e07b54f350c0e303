//! The columns of a list: those that a kind shows by itself, those that were named, and those that a query looks at.

use std::borrow::Cow;

use super::{Line, When};
use crate::base::text::{suggest, visible};
use crate::model::behind::{Behind, PROFILE, REGION};
use crate::model::{self, Kind, Sort};
use crate::query::{Query, Test};
use crate::ui::format;

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The field at this position, of the kind's own or of those behind them: a tag, the region, the profile.
    Field(usize),
    /// The account's digits.
    Account,
}

/// Columns of one kind, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Whose fields they are.
    pub kind: Kind,
    /// They, from left to right.
    pub list: Vec<Column>,
}

impl Columns {
    /// Those that the kind shows by itself. What is paid for is left out: it has to be named.
    pub fn usual(kind: Kind) -> Columns {
        Columns::such(kind, |column| matches!(column, model::Column::Shown(_)))
    }
    /// Every field that can be a column and costs neither money nor a request for each row.
    pub fn wide(kind: Kind) -> Columns {
        Columns::such(kind, |column| column != model::Column::DetailOnly)
    }
    fn such(kind: Kind, wanted: impl Fn(model::Column) -> bool) -> Columns {
        let free = |field: &model::FieldInfo| field.side.is_none_or(|s| !s.paid);
        let list = kind.iter().enumerate().filter(|(_, f)| wanted(f.column) && free(f)).map(|(i, _)| Column::Field(i));
        Columns { kind, list: list.collect() }
    }
    /// Those that are named: fields, `tag:KEY`, `account`, `region` and `profile`, with commas or blanks between them.
    ///
    /// # Errors
    /// A name that the kind does not have, in a sentence with the nearest one that it has.
    pub fn named(kind: Kind, names: &[String]) -> Result<Columns, String> {
        let mut columns = Columns { kind, list: Vec::new() };
        for name in names.iter().flat_map(|n| n.split([',', ' '])).map(str::trim).filter(|n| !n.is_empty()) {
            let column = column(kind, name)?;
            columns.add(column);
        }
        if columns.list.is_empty() {
            return Err("--columns names no column.".into());
        }
        Ok(columns)
    }
    /// Adds a column at the right, unless it is there.
    pub fn add(&mut self, column: Column) {
        if !self.list.contains(&column) {
            self.list.push(column);
        }
    }
    /// Adds what a query looks at by name: who asks for `launched<1d` wants to see when.
    pub fn add_query(&mut self, query: &Query) {
        for term in &query.terms {
            match &term.test {
                Test::Field { field, .. } => self.add(Column::Field(*field)),
                Test::Tag { key, .. } => self.kind.tag(key).into_iter().for_each(|tag| self.add(Column::Field(tag))),
                _ => {}
            }
        }
    }
    /// Adds where rows come from, behind the first column, where they come from several places.
    pub fn add_places(&mut self, accounts: bool, regions: bool) {
        let places = [(regions, Column::Field(self.kind.region())), (accounts, Column::Account)];
        for (_, place) in places.into_iter().filter(|(wanted, _)| *wanted) {
            if !self.list.contains(&place) && self.names_no_field(&place) {
                self.list.insert(1.min(self.list.len()), place);
            }
        }
    }
    /// Whether the kind has no column of its own that says the same (a bucket's region).
    fn names_no_field(&self, place: &Column) -> bool {
        let name = self.key(place);
        !self.list.iter().any(|c| matches!(c, Column::Field(i) if self.kind.fields.at(*i).name == name))
    }
    /// The positions of the kind's own fields among them.
    pub fn fields(&self) -> impl Iterator<Item = usize> + '_ {
        let fields = self.list.iter().filter_map(|c| if let Column::Field(i) = c { Some(*i) } else { None });
        fields.filter(|i| self.kind.behind(*i).is_none())
    }
    /// Whether one of them is a tag.
    pub fn has_tags(&self) -> bool {
        let is_tag = |i: usize| matches!(self.kind.behind(i), Some(Behind::Tag(_)));
        self.list.iter().any(|c| matches!(c, Column::Field(i) if is_tag(*i)))
    }
    /// A column's name, as it is typed and as CSV and JSON have it.
    pub fn key(&self, column: &Column) -> &'static str {
        match column {
            Column::Field(i) => self.kind.fields.at(*i).name,
            Column::Account => "account",
        }
    }
    /// Its heading, for readers.
    pub fn title(&self, column: &Column) -> &'static str {
        match column {
            Column::Field(i) => self.kind.fields.at(*i).title,
            Column::Account => "ACCOUNT",
        }
    }
    /// Whether its cells align right.
    pub fn is_right(&self, column: &Column) -> bool {
        matches!(column, Column::Field(i) if self.kind.fields.at(*i).right())
    }
    /// The most cells that it takes before what is longer stops counting for the others.
    pub fn most(&self, column: &Column) -> usize {
        match column {
            Column::Field(i) => usize::from(self.kind.fields.at(*i).width.1),
            Column::Account => 16,
        }
    }
    /// A cell as readers see it.
    pub fn text<'r, L: Line>(&self, column: &Column, row: &'r L, when: &When) -> Cow<'r, str> {
        match column {
            Column::Field(i) => {
                let value = row.shown(*i);
                let text = format::value(&value, self.kind.fields.at(*i), when.now, &when.zone);
                Cow::Owned(visible(&text).into_owned())
            }
            Column::Account => row.account().map_or(Cow::Borrowed(format::EMPTY), visible),
        }
    }
}

/// A column by its name.
///
/// # Errors
/// The kind has no such field.
fn column(kind: Kind, name: &str) -> Result<Column, String> {
    match (kind.column(name), name) {
        (Some(field), _) => Ok(Column::Field(field)),
        (None, "account") => Ok(Column::Account),
        (None, _) => {
            let names = kind.iter().map(|f| f.name).chain(["account", REGION.name, PROFILE.name]);
            let title = kind.title;
            Err(format!("{title} have no field {}.{}", visible(name), suggest(name, names)))
        }
    }
}

/// What `--sort` names: fields with commas between them, each upwards, or downwards with `-` before it.
///
/// # Errors
/// The kind has no such field.
pub fn sorts(kind: Kind, text: &str) -> Result<Vec<Sort>, String> {
    let one = |name: &str| {
        let (name, ascending) = name.strip_prefix('-').map_or((name, true), |name| (name, false));
        match column(kind, name)? {
            Column::Field(field) => Ok(Sort { field, ascending }),
            Column::Account => Err(format!("{} cannot be sorted by {}: name a field.", kind.title, visible(name))),
        }
    };
    let sorts: Vec<Sort> =
        text.split(',').map(str::trim).filter(|n| !n.is_empty()).map(one).collect::<Result<_, _>>()?;
    if sorts.is_empty() { Err("--sort names no field.".into()) } else { Ok(sorts) }
}
