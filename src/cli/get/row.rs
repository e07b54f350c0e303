//! A row with what side tables know of it.

use std::borrow::Cow;
use std::sync::Arc;

use arcstr::ArcStr;

use super::ahead::Text;
use super::names::Names;
use crate::base::Scope;
use crate::export::Line;
use crate::model::{Record, Tags, Value};
use crate::query::Cells;
use crate::ui::rows::called;

/// What a side table says about a row.
#[derive(Debug, Clone)]
pub(super) enum Beside {
    /// It was not asked, or did not answer.
    Unknown,
    /// It was asked, and there is nothing.
    Nothing,
    /// This.
    Here(Arc<Record>),
}

/// Which side table a field's value comes from, and which field it is there; one for each field of the kind. Both by position.
pub(super) type Places = Arc<[Option<(usize, usize)>]>;

/// A row and what is known beside it.
pub(super) struct Row {
    pub(super) scope: Scope,
    pub(super) record: Arc<Record>,
    /// One for each side table that is asked.
    pub(super) beside: Box<[Beside]>,
    pub(super) places: Places,
    /// What rows are called whose ids this one may hold.
    pub(super) names: Arc<Names>,
    /// The account, if it is known.
    pub(super) account: Option<Arc<str>>,
    /// The row as JSON, where it was written already.
    pub(super) text: Option<Text>,
}

impl Line for Row {
    fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }
    fn shown(&self, field: usize) -> Cow<'_, Value> {
        let (value, info) = (self.value_at(field), self.record.kind.fields.at(field));
        let named = called(&value, info, |id| self.names.get(&self.scope)?.get(id));
        named.map_or(value, Cow::Owned)
    }
}

impl Cells for Row {
    fn scope(&self) -> Option<&Scope> {
        Some(&self.scope)
    }
    fn record(&self) -> &Record {
        &self.record
    }
    fn cell(&self, field: usize) -> &Value {
        let Some((table, there)) = self.places.get(field).copied().flatten() else { return self.record.at(field) };
        match &self.beside[table] {
            Beside::Unknown => &Value::Unknown,
            Beside::Nothing => &Value::Empty,
            Beside::Here(side) => side.at(there),
        }
    }
    fn tags(&self) -> Option<&Tags> {
        let Some(aside) = self.record.kind.tags_aside() else { return Some(&self.record.tags) };
        match self.places[aside].map(|(table, _)| &self.beside[table]) {
            Some(Beside::Here(side)) => Some(&side.tags),
            _ => None,
        }
    }
    fn called(&self, field: usize, id: &str) -> Option<&str> {
        let info = self.record.kind.fields.at(field);
        let name = info.is_row_id(id).then(|| self.names.get(&self.scope)?.get(id)).flatten();
        name.map(ArcStr::as_str)
    }
    fn joined(&self) -> impl Iterator<Item = (usize, &Value)> {
        let places = self.places.iter().enumerate();
        places.filter_map(|(field, place)| match (place, place.map(|(table, _)| &self.beside[table])) {
            (Some((_, there)), Some(Beside::Here(side))) => Some((field, side.at(*there))),
            _ => None,
        })
    }
}
