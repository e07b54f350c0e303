//! Filter and sort, on a worker: a picture of some tables in, the order of the rows out.

use std::sync::Arc;

use arcstr::ArcStr;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Snapshot, Store};
use crate::base::Time;
use crate::model::{Indexed, Kind, Record, RowRef, Selector, Sort, TableKey, Tags, Value};
use crate::query::{Cells, Query};

/// All that an index is made from. Holds snapshots: the store may change meanwhile.
pub struct IndexJob {
    /// Its number.
    pub request: u64,
    tables: Vec<Snapshot>,
    /// Tables with the same number list the same account and region: a row in two of them is shown once.
    groups: Vec<u32>,
    query: Arc<Query>,
    sort: Option<Sort>,
    now: Time,
    /// The position of the field whose side records have the tags, if they come from a call of their own.
    tags: Option<usize>,
    /// For each field that comes from a side table: its position, the field's position there, and a snapshot for each table.
    sides: Vec<(usize, usize, Vec<Snapshot>)>,
}

impl Store {
    /// Takes the snapshots that an index of these tables needs. `side_kind` finds a side kind by its name.
    #[expect(clippy::too_many_arguments, reason = "one argument for each part of Effect::Index")]
    pub fn index_job(
        &self,
        request: u64,
        kind: Kind,
        tables: &[TableKey],
        groups: &[u32],
        query: Arc<Query>,
        sort: Option<Sort>,
        now: Time,
        side_kind: impl Fn(&str) -> Option<Kind>,
    ) -> IndexJob {
        let words = query.terms.iter().any(|t| matches!(t.test, crate::query::Test::Word(_)));
        let mut sides = Vec::new();
        for i in 0..kind.fields.len() {
            let Some(side) = kind.fields.at(i).side else { continue };
            let named = query.fields(kind.0).any(|f| f == i) || sort.is_some_and(|s| s.field == i);
            if !(named || words && !side.paid) {
                continue;
            }
            if let Some(other) = side_kind(side.kind)
                && let Some(field) = other.index_of(side.field)
            {
                let of = |t: &TableKey| {
                    self.snapshot(&TableKey { scope: t.scope.clone(), kind: other, selector: Selector::All })
                };
                sides.push((i, field, tables.iter().map(of).collect()));
            }
        }
        IndexJob {
            request,
            tables: tables.iter().map(|t| self.snapshot(t)).collect(),
            groups: groups.to_vec(),
            query,
            sort,
            now,
            tags: kind.tags_aside(),
            sides,
        }
    }
}

/// A record with side values by field position.
struct Joined<'a> {
    record: &'a Record,
    tags: Option<usize>,
    sides: &'a [(usize, Option<&'a Record>, usize)],
}

impl Cells for Joined<'_> {
    fn record(&self) -> &Record {
        self.record
    }
    fn cell(&self, field: usize) -> &Value {
        match self.sides.iter().find(|(f, _, _)| *f == field) {
            Some((_, Some(side), at)) => side.at(*at),
            Some((_, None, _)) => &Value::Unknown,
            None => self.record.at(field),
        }
    }
    fn tags(&self) -> Option<&Tags> {
        let Some(field) = self.tags else { return Some(&self.record.tags) };
        self.sides.iter().find(|(f, _, _)| *f == field)?.1.map(|side| &side.tags)
    }
}

/// Filters and sorts. Pure; 100,000 rows within 100 ms (see `docs/performance.md`).
pub fn index(job: &IndexJob) -> Indexed {
    let mut total = 0;
    let mut kept: Vec<(RowRef, &Record, Value)> = Vec::new();
    let mut shown: FxHashSet<(u32, &ArcStr)> = FxHashSet::default();
    let several = job.groups.iter().enumerate().any(|(i, g)| job.groups[..i].contains(g));
    for (t, snapshot) in job.tables.iter().enumerate() {
        let sides: Vec<(usize, usize, FxHashMap<&str, &Record>)> = job
            .sides
            .iter()
            .map(|(field, at, snaps)| {
                (
                    *field,
                    *at,
                    snaps[t]
                        .rows()
                        .filter(|(_, r)| r.gone.is_none())
                        .map(|(_, r)| (r.record.id.as_str(), &*r.record))
                        .collect(),
                )
            })
            .collect();
        let group = job.groups.get(t).copied().unwrap_or(t as u32);
        for (slot, row) in snapshot.rows() {
            let record = &*row.record;
            if several && !shown.insert((group, &record.id)) {
                continue;
            }
            total += 1;
            let at = RowRef { table: t as u32, slot };
            let joined: Vec<(usize, Option<&Record>, usize)> =
                sides.iter().map(|(f, i, by_id)| (*f, by_id.get(record.id.as_str()).copied(), *i)).collect();
            let cells = Joined { record, tags: job.tags, sides: &joined };
            if job.query.is_empty() || job.query.matches(&cells, job.now) {
                let key = job.sort.map_or(Value::Unknown, |s| cells.cell(s.field).clone());
                kept.push((at, record, key));
            }
        }
    }
    if let Some(sort) = job.sort {
        kept.sort_by(|(_, ra, a), (_, rb, b)| {
            let by_value = match (a.is_some(), b.is_some()) {
                (true, true) if !sort.ascending => b.order(a),
                _ => a.order(b),
            };
            by_value.then_with(|| ra.id.cmp(&rb.id))
        });
    }
    Indexed {
        request: job.request,
        versions: job.tables.iter().map(|t| t.version).collect(),
        order: Arc::new(kept.into_iter().map(|(at, _, _)| at).collect()),
        total,
    }
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
