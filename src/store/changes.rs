//! What changed in a table while somebody looked: cell by cell, bounded, newest last.
//!
//! Rows that come back as they were cost nothing here. Data points are left out: they change with each look.

use std::collections::VecDeque;

use arcstr::ArcStr;

use crate::base::{RowId, Time};
use crate::model::{FieldSet, FieldType, Record, Value};

/// Changes a table remembers: some 150 KiB. A table of which every row changes at once forgets what was before.
const MOST: usize = 2048;
/// Changes of one row that are shown.
pub const SHOWN: usize = 20;

/// Which part of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The field at this position of the kind.
    Field(usize),
    /// The tag with this key.
    Tag(ArcStr),
}

/// One cell that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    row: RowId,
    /// When it was seen.
    pub at: Time,
    /// What changed.
    pub part: Part,
    /// What it was; [`Value::Empty`] for a tag that was not there.
    pub old: Value,
    /// What it became; [`Value::Empty`] for a tag that went.
    pub new: Value,
}

impl Change {
    /// The row's id.
    pub fn row(&self) -> &RowId {
        &self.row
    }
}

/// The newest changes of a table.
#[derive(Debug, Default)]
pub(super) struct Changes {
    newest_last: VecDeque<Change>,
    forgotten: bool,
}

impl Changes {
    /// Takes down how `new` differs from `old`. `changed` says which fields do ([`Record::changed_from`]).
    pub(super) fn note(&mut self, old: &Record, new: &Record, changed: FieldSet, at: Time) {
        let fields = (0..new.values.len()).filter(|i| changed.contains(*i));
        for i in fields.filter(|i| !matches!(new.kind.fields.at(*i).ty, FieldType::Series | FieldType::Float)) {
            let (old, new_value) = (old.at(i), new.at(i));
            // What nobody knew has not changed, it was learned.
            if *old != Value::Unknown {
                self.push(Change {
                    row: new.id.clone(),
                    at,
                    part: Part::Field(i),
                    old: old.clone(),
                    new: new_value.clone(),
                });
            }
        }
        if !std::sync::Arc::ptr_eq(&old.tags, &new.tags) && old.tags != new.tags {
            self.note_tags(old, new, at);
        }
    }

    fn note_tags(&mut self, old: &Record, new: &Record, at: Time) {
        let value = |v: Option<&ArcStr>| v.map_or(Value::Empty, |v| Value::Text(v.clone()));
        let went = old.tags.iter().map(|(k, _)| k).filter(|k| new.tag(k).is_none());
        for key in new.tags.iter().map(|(k, _)| k).chain(went) {
            let (was, is) = (old.tag(key), new.tag(key));
            // The name's tag is the name, which is a field.
            if was != is && key != "Name" {
                let part = Part::Tag(key.clone());
                self.push(Change { row: new.id.clone(), at, part, old: value(was), new: value(is) });
            }
        }
    }

    fn push(&mut self, change: Change) {
        if self.newest_last.len() >= MOST {
            self.newest_last.pop_front();
            self.forgotten = true;
        }
        self.newest_last.push_back(change);
    }

    /// The changes of a row, newest first.
    pub(super) fn of<'a>(&'a self, row: &'a str) -> impl Iterator<Item = &'a Change> {
        self.newest_last.iter().rev().filter(move |c| c.row == row).take(SHOWN)
    }

    /// The changes of all rows, newest first.
    pub(super) fn all(&self) -> impl Iterator<Item = &Change> {
        self.newest_last.iter().rev()
    }

    /// Whether older changes of some rows had to be forgotten.
    pub(super) fn has_forgotten(&self) -> bool {
        self.forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Field, FieldInfo, Fields, Kind, KindInfo};

    const NONE: fn(&()) -> Value = |()| Value::Unknown;
    static FIELDS: Fields<()> = Fields(&[
        Field { info: FieldInfo::new("state", "STATE", FieldType::State, ""), get: NONE },
        Field { info: FieldInfo::new("cpu", "CPU", FieldType::Float, ""), get: NONE },
        Field { info: FieldInfo::new("type", "TYPE", FieldType::Text, ""), get: NONE },
    ]);
    static KIND: KindInfo = KindInfo { sort: ("state", true), ..KindInfo::new("things", "thing", "Things", &FIELDS) };

    fn row(id: &str, state: &str, cpu: f64, ty: Value, tags: &[(&str, &str)]) -> Record {
        Record {
            kind: Kind(&KIND),
            id: id.into(),
            name: ArcStr::new(),
            state: None,
            values: [Value::text(state), Value::Float(cpu), ty].into(),
            tags: tags.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
        }
    }

    fn note(all: &mut Changes, old: &Record, new: &Record, at: i64) {
        all.note(old, new, new.changed_from(old), Time::from_secs(at));
    }

    fn shown(all: &Changes, row: &str) -> Vec<String> {
        let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
        all.of(row).map(|c| format!("{} {:?} {} -> {}", c.at.secs(), c.part, text(&c.old), text(&c.new))).collect()
    }

    #[test]
    fn each_changed_cell_and_tag_is_told_newest_first_and_data_points_and_first_knowledge_are_not() {
        let mut all = Changes::default();
        let a = row("i-1", "running", 1.0, Value::Unknown, &[("Env", "dev"), ("Old", "x"), ("Name", "a")]);
        let b = row("i-1", "stopping", 2.0, Value::text("t3"), &[("Env", "prod"), ("New", "y"), ("Name", "b")]);
        note(&mut all, &a, &b, 10);
        note(&mut all, &b, &row("i-1", "stopped", 2.0, Value::text("t3"), &[("Env", "prod"), ("New", "y")]), 20);
        note(&mut all, &row("i-2", "a", 0.0, Value::Empty, &[]), &row("i-2", "b", 0.0, Value::Empty, &[]), 30);
        assert_eq!(
            shown(&all, "i-1"),
            [
                "20 Field(0) stopping -> stopped",
                "10 Tag(\"Old\") x -> ",
                "10 Tag(\"New\")  -> y",
                "10 Tag(\"Env\") dev -> prod",
                "10 Field(0) running -> stopping",
            ]
        );
        assert_eq!(shown(&all, "i-2").len(), 1);
        assert!(!all.has_forgotten());
    }

    #[test]
    fn what_is_remembered_is_bounded_for_a_row_and_in_all() {
        let mut all = Changes::default();
        for i in 0..MOST * 2 {
            let (id, at) = (format!("i-{}", i % 3), i64::try_from(i).expect("small"));
            let old = row(&id, &i.to_string(), 0.0, Value::Empty, &[]);
            note(&mut all, &old, &row(&id, &(i + 1).to_string(), 0.0, Value::Empty, &[]), at);
        }
        assert_eq!(all.newest_last.len(), MOST);
        assert_eq!(all.of("i-0").count(), SHOWN);
        assert!(all.has_forgotten());
    }
}
