//! One row: what is kept of AWS's answer about it.

use std::sync::Arc;

use arcstr::ArcStr;

use super::field::FieldInfo;
use super::field_set::FieldSet;
use super::kind::Kind;
use super::row_values::{RowValues, SharedPool};
use super::table::Selector;
use super::value::{Tone, Value};
use crate::base::RowId;

/// Tags, in AWS's order.
pub type Tags = Arc<[(ArcStr, ArcStr)]>;

/// A resource as a row. Made by a kind's list function, never changed afterwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The kind.
    pub kind: Kind,
    /// Identity within its table.
    pub id: RowId,
    /// The Name tag, or AWS's name; empty if there is none.
    pub name: ArcStr,
    /// State and tone, if the kind has states.
    pub state: Option<(Tone, ArcStr)>,
    /// One value a field, in the kind's order.
    pub values: RowValues,
    /// Tags; empty if the kind has none, or if they were not asked.
    pub tags: Tags,
}

impl Record {
    /// The value of a field; [`Value::Unknown`] if it is another kind's, which is a bug.
    pub fn get(&self, field: &FieldInfo) -> &Value {
        match self.kind.index_of(field.name) {
            Some(i) => self.at(i),
            None => {
                debug_assert!(false, "{} has no field {}", self.kind.name, field.name);
                &Value::Unknown
            }
        }
    }
    /// The value at a position of the kind's fields.
    pub fn at(&self, i: usize) -> &Value {
        self.values.at(i)
    }
    /// A tag's value.
    pub fn tag(&self, key: &str) -> Option<&ArcStr> {
        self.tags.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }
    /// The name if there is one that can be seen, else the id as it is shown.
    pub fn label(&self) -> &ArcStr {
        if self.name.trim().is_empty() { self.shown_id() } else { &self.name }
    }
    /// The id as AWS shows it: a row's identity may be more (a target's holds its group and port too).
    pub fn shown_id(&self) -> &ArcStr {
        self.shown_id_at(self.kind.index_of("id"))
    }
    /// The same for who goes through many rows: `id` is where their kind has its field `id`.
    pub fn shown_id_at(&self, id: Option<usize>) -> &ArcStr {
        match id.map(|i| self.at(i)) {
            Some(Value::Text(id)) => id,
            _ => &self.id,
        }
    }
    /// Whether it is on its way to another state, by its own state or by one of its fields (a volume's attachment).
    pub fn is_on_its_way(&self) -> bool {
        let moving = |s: &ArcStr| self.kind.transitional.contains(&s.as_str());
        self.state.as_ref().is_some_and(|(_, s)| moving(s))
            || !self.kind.transitional.is_empty()
                && self.values.iter().any(|v| matches!(v, Value::State(_, s) if moving(s)))
    }
    /// Which fields differ from `older`, by field position.
    pub fn changed_from(&self, older: &Record) -> FieldSet {
        self.values.changed_from(&older.values)
    }
    /// The same row in memory that the calling thread asks for, so that the memory in which it was made can be given back. What
    /// it has in common with others, which is all that is not in `own`, is shared through `pool`.
    #[must_use]
    pub fn copied(&self, pool: &mut SharedPool, own: FieldSet) -> Record {
        let mut known: Vec<(&ArcStr, ArcStr)> = Vec::with_capacity(8);
        let mut text = |old| match known.iter().find(|(k, _)| ArcStr::ptr_eq(k, old)) {
            Some((_, new)) => new.clone(),
            None => {
                let new = ArcStr::from(ArcStr::as_str(old));
                known.push((old, new.clone()));
                new
            }
        };
        let (id, name) = (text(&self.id), text(&self.name));
        // Keys and values of tags are shared with other rows, but for the name.
        let tag = |(k, v): &(ArcStr, ArcStr)| {
            (k.clone(), if ArcStr::ptr_eq(v, &self.name) { name.clone() } else { v.clone() })
        };
        let tags = if self.tags.is_empty() { self.tags.clone() } else { self.tags.iter().map(tag).collect() };
        let values =
            if own.is_empty() { self.values.copied(&mut text) } else { pool.share(&self.values, own, &mut text) };
        Record { kind: self.kind, id, name, state: self.state.clone(), values, tags }
    }
    /// Whether everything but the values is the same.
    pub fn is_called_as(&self, older: &Record) -> bool {
        self.name == older.name && self.state == older.state && self.tags == older.tags
    }
}

/// Somewhere one can go from a row: an instance's target groups, a target's instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it is called on the screen: `target groups`.
    pub title: &'static str,
    /// The kind to go to.
    pub kind: &'static str,
    /// Which table of it.
    pub selector: Selector,
    /// A query that narrows it; empty for none.
    pub query: String,
}

impl Link {
    /// To the rows of a kind that a query finds.
    pub fn to(title: &'static str, kind: &'static str, query: String) -> Link {
        Link { title, kind, selector: Selector::All, query }
    }
    /// To the rows with the ids in a value; none where there is none.
    pub fn to_ids(title: &'static str, kind: &'static str, ids: &Value) -> Option<Link> {
        let ids = ids.items();
        (!ids.is_empty()).then(|| Link::to(title, kind, format!("id={}", ids.join(","))))
    }
}
