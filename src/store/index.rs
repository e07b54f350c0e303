//! Filter and sort, on a worker: a picture of some tables in, the order of the rows out.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use arcstr::ArcStr;
use rustc_hash::{FxHashMap, FxHashSet};

use super::chunk::Chunk;
use super::{Progress, Snapshot, Store, Table, tree};
use crate::base::{RowId, Scope, Time};
use crate::model::{
    Behind, FieldInfo, FieldType, IndexFor, IndexRequest, Indexed, Kind, Record, RowRef, Sort, SortKey, TableKey, Tags,
    Tone, Trouble, Value, health,
};
use crate::query::{Cells, Placed, Query};

/// All that an index is made from. Holds snapshots: the store may change meanwhile.
pub struct IndexJob {
    request: IndexRequest,
    tables: Vec<Snapshot>,
    now: Time,
    /// The position of the field whose side records have the tags, if they come from a call of their own.
    tags: Option<usize>,
    /// For each field that comes from a side table: its position, the field's position there, and a snapshot for each table.
    sides: Vec<(usize, usize, Vec<Snapshot>)>,
    /// For each field that holds ids of other rows and is filtered or sorted by: its position, and a snapshot of those rows for each
    /// table.
    names: Vec<(usize, Vec<Snapshot>)>,
    /// Which rows need values that are paid for: the query without what comes from side tables.
    paid: Option<Query>,
    /// The positions of the fields that say how a row is, where rows are sorted by that.
    health: Vec<usize>,
    /// What rows are summed up by besides their states.
    troubles: Vec<Troubled>,
    /// The rows' own fields that may be columns, of which it is looked whether they are empty.
    columns: Vec<usize>,
}

/// A field whose bad values have a word in the heading.
struct Troubled {
    field: usize,
    word: &'static str,
    /// If it comes from a side table: the field's position there, a snapshot for each table, and whether one of these lacks rows.
    side: Option<(usize, Vec<Snapshot>, bool)>,
}

impl IndexJob {
    /// What the index is for.
    pub fn of(&self) -> IndexFor {
        self.request.of
    }
}

impl Store {
    /// Takes the snapshots that an index of these tables needs. `kind_named` finds a side kind, or one that is linked to, by its
    /// name.
    pub fn index_job(
        &self,
        request: IndexRequest,
        kind: Kind,
        now: Time,
        kind_named: impl Fn(&str) -> Option<Kind>,
    ) -> IndexJob {
        let query = &request.query;
        let words = query.has_words();
        let sorted = |i: usize| request.sort.is_some_and(|s| kind.looked_at(s.field).any(|f| f == i));
        let (mut sides, mut names) = (Vec::new(), Vec::new());
        for i in 0..kind.fields.len() {
            let info = kind.fields.at(i);
            let beside = |other: Kind| {
                let of = |t: &TableKey| self.snapshot(&TableKey::all(t.scope.clone(), other));
                request.tables.iter().map(of).collect::<Vec<_>>()
            };
            if info.ids.is_some()
                && (named_by(query, request.sort, kind, i) || query.words().contains(i))
                && let Some(other) = info.link.and_then(&kind_named)
            {
                names.push((i, beside(other)));
            }
            let Some(side) = info.side else { continue };
            let named = query.fields(kind.0).any(|f| f == i) || sorted(i);
            if !(named || words && !side.paid) {
                continue;
            }
            if let Some(other) = kind_named(side.kind)
                && let Some(field) = other.index_of(side.field)
            {
                sides.push((i, field, beside(other)));
            }
        }
        let paid = request.paid.then(|| query.own(kind.0));
        let tables = request.tables.iter().map(|t| self.snapshot(t)).collect();
        let by_health = request.sort.is_some_and(|s| kind.behind(s.field) == Some(Behind::Worst));
        let health = if by_health { health::fields(kind.0).collect() } else { Vec::new() };
        let (columns, troubles) = match request.of {
            IndexFor::View => {
                let own = kind.columns().filter(|i| kind.fields.at(*i).side.is_none());
                (own.collect(), self.troubles(&request.tables, kind, kind_named))
            }
            IndexFor::Picker => (Vec::new(), Vec::new()),
        };
        IndexJob { request, tables, now, tags: kind.tags_aside(), sides, names, paid, health, troubles, columns }
    }

    fn troubles(&self, tables: &[TableKey], kind: Kind, kind_named: impl Fn(&str) -> Option<Kind>) -> Vec<Troubled> {
        let has_word = kind.iter().enumerate().filter(|(_, f)| !f.trouble.is_empty());
        let troubled = |(field, info): (usize, &FieldInfo)| {
            let Some(side) = info.side else { return Some(Troubled { field, word: info.trouble, side: None }) };
            let other = kind_named(side.kind).filter(|_| !side.paid)?;
            let beside = |t: &TableKey| TableKey::all(t.scope.clone(), other);
            // Rows may have been asked for by their ids, one by one, until there are as many.
            let rows = |key: &TableKey| self.table(key).map_or(0, Table::len);
            let is_whole = |key: &TableKey| self.table(key).is_some_and(|t| t.status.progress == Progress::Complete);
            let is_known = |t: &TableKey| is_whole(&beside(t)) || rows(&beside(t)) >= rows(t);
            let snapshots = tables.iter().map(|t| self.snapshot(&beside(t))).collect();
            let side = (other.index_of(side.field)?, snapshots, !tables.iter().all(is_known));
            Some(Troubled { field, word: info.trouble, side: Some(side) })
        };
        has_word.filter_map(troubled).collect()
    }
}

/// Whether a query or a sort needs the names of the rows whose ids a field holds.
pub fn named_by(query: &Query, sort: Option<Sort>, kind: Kind, field: usize) -> bool {
    let sorted = sort.is_some_and(|s| s.field == field);
    kind.fields.at(field).ids.is_some() && (sorted || query.by_name(kind.0).any(|f| f == field))
}

/// What a side table says, for one of the tables: the field that it gives, where it has it, and its rows by id.
type Side<'a> = (usize, usize, FxHashMap<&'a str, &'a Record>);

/// For one of the tables: a field that holds ids, and what to show for each of them, as the field has it (a text or a list).
type Names<'a> = (usize, FxHashMap<&'a str, Value>);

/// What belongs to the rows of one table.
struct Beside<'a> {
    /// See [`IndexJob::health`].
    health: &'a [usize],
    /// Where the table's rows were listed.
    scope: &'a Scope,
    sides: Vec<Side<'a>>,
    names: Vec<Names<'a>>,
    /// For each of [`IndexJob::troubles`] that comes from a side table: the rows that have it. They are few, so that rows are looked up
    /// among them, and a side table that is all well costs a look through it and no more.
    bad: Vec<Option<FxHashSet<&'a str>>>,
}

/// A record with the side tables joined in.
struct Joined<'a, 's> {
    record: &'a Record,
    /// The field whose side records have the tags.
    tags: Option<usize>,
    beside: &'s Beside<'a>,
}

impl<'a, 's> Joined<'a, 's> {
    /// What the field shows, which is what rows are sorted by: the name for an id. Several ids stay as they are.
    fn shown(&self, field: usize) -> Cow<'s, Value>
    where
        'a: 's,
    {
        if let Some(Behind::Profile | Behind::Region | Behind::Tag(_)) = self.record.kind.behind(field) {
            return Cow::Owned(self.value_at(field).into_owned());
        }
        if !self.beside.health.is_empty() {
            let values = self.beside.health.iter().map(|f| self.value(*f));
            return Cow::Borrowed(health::rank(health::tone(self.record, values)));
        }
        let value = self.value(field);
        let Some((_, names)) = self.beside.names.iter().find(|(f, _)| *f == field) else { return Cow::Borrowed(value) };
        let id = match value {
            Value::Text(id) => id,
            Value::List(ids) if ids.len() == 1 => &ids[0],
            _ => return Cow::Borrowed(value),
        };
        Cow::Borrowed(names.get(id.as_str()).unwrap_or(value))
    }
    fn value(&self, field: usize) -> &'a Value {
        match self.beside.sides.iter().find(|(f, _, _)| *f == field) {
            Some(side) => self.of(side).map_or(&Value::Unknown, |record| record.at(side.1)),
            None => self.record.at(field),
        }
    }
    fn of(&self, (_, _, rows): &Side<'a>) -> Option<&'a Record> {
        rows.get(self.record.id.as_str()).copied()
    }
}

impl Cells for Joined<'_, '_> {
    fn record(&self) -> &Record {
        self.record
    }
    fn cell(&self, field: usize) -> &Value {
        self.value(field)
    }
    fn scope(&self) -> Option<&Scope> {
        Some(self.beside.scope)
    }
    fn joined(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.beside.sides.iter().filter_map(|side| Some((side.0, self.of(side)?.at(side.1))))
    }
    fn called(&self, field: usize, id: &str) -> Option<&str> {
        let (_, names) = self.beside.names.iter().find(|(f, _)| *f == field)?;
        match names.get(id)? {
            Value::List(one) => one.first().map(|name| name.as_str()),
            name => name.as_str(),
        }
    }
    fn tags(&self) -> Option<&Tags> {
        let Some(field) = self.tags else { return Some(&self.record.tags) };
        let side = self.beside.sides.iter().find(|(f, _, _)| *f == field)?;
        self.of(side).map(|record| &record.tags)
    }
}

/// A row that matches, with what it is sorted by. Where values are equal the ids decide; they lie anywhere in memory, so
/// their beginnings (nearly all of an instance's id) are kept here.
struct Kept<'a> {
    key: SortKey,
    id: [u64; 2],
    record: &'a Record,
    at: RowRef,
}

impl<'a> Kept<'a> {
    fn order(&self, other: &Self, sort: Sort, beside: &[Beside<'a>], tags: Option<usize>) -> Ordering {
        let joined = |k: &Self| Joined { record: k.record, tags, beside: &beside[k.at.table as usize] };
        let value = |k: &Self| joined(k).shown(sort.field);
        let by_key = self.key.order(&other.key, sort.ascending);
        let by_value = match self.key.is_whole() && other.key.is_whole() {
            true => by_key,
            false => by_key.then_with(|| value(self).order(&value(other), sort.ascending)),
        };
        by_value.then_with(|| self.id.cmp(&other.id)).then_with(|| self.record.id.cmp(&other.record.id))
    }
}

/// The first 16 bytes of a text, as numbers that compare as it does.
fn beginning(text: &str) -> [u64; 2] {
    let mut words = [0; 2];
    for (i, byte) in text.bytes().take(16).enumerate() {
        words[i / 8] |= u64::from(byte) << (56 - i % 8 * 8);
    }
    words
}

/// A chunk and where its first row stands.
type Place<'a> = (RowRef, &'a Chunk);

/// Chunks for which another thread is worth its start (about 50 µs).
const WORTH: usize = 16;
/// Threads at the most: beyond, the memory and the merge at the end are what takes the time.
const THREADS: usize = 4;

/// Filters and sorts, on several threads if there are many rows. Pure; 100,000 rows within 100 ms on two cores (see
/// `docs/performance.md`).
pub fn index(job: &IndexJob) -> Indexed {
    index_on(job, std::thread::available_parallelism().map_or(1, usize::from).min(THREADS))
}

fn index_on(job: &IndexJob, threads: usize) -> Indexed {
    let beside: Vec<Beside<'_>> = (0..job.tables.len()).map(|t| job.beside(t)).collect();
    let places: Vec<Place<'_>> = (0..).zip(&job.tables).flat_map(|(t, snapshot)| places(t, snapshot)).collect();
    // Which of two tables shows what both list is a matter of their order.
    let groups = &job.request.groups;
    let several = groups.iter().enumerate().any(|(i, g)| groups[..i].contains(g));
    let threads = if several { 1 } else { threads.min(places.len() / WORTH).max(1) };
    let (first, others) = places.split_at(places.len().div_ceil(threads));
    let mut found = Found::default();
    std::thread::scope(|scope| {
        let each = others.len().div_ceil(threads.saturating_sub(1).max(1)).max(1);
        let others: Vec<_> = others.chunks(each).map(|part| scope.spawn(|| job.look(&beside, part, several))).collect();
        found = job.look(&beside, first, several);
        for other in others {
            found.add(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
    });
    if let Some(sort) = job.request.sort.filter(|_| threads > 1) {
        // Each part is in order: the stable sort finds the runs and merges them.
        for kept in &mut found.kept {
            kept.sort_by(|a, b| a.order(b, sort, &beside, job.tags));
        }
    }
    if job.is_tree() {
        job.shape(&beside, &mut found.kept);
    }
    let troubles = job.troubles.iter().zip(&found.troubles).filter(|(_, rows)| **rows > 0);
    let troubles = troubles.map(|(of, rows)| Trouble {
        word: of.word,
        rows: *rows,
        at_least: of.side.as_ref().is_some_and(|(_, _, partly)| *partly),
    });
    let troubles = troubles.collect();
    let (states, empty) = (found.states(), if found.total > 0 { std::mem::take(&mut found.empty) } else { Vec::new() });
    let mut paid = vec![Vec::new(); if job.paid.is_some() { job.tables.len() } else { 0 }];
    for (table, id) in found.paid {
        paid[table as usize].push(id.clone());
    }
    Indexed {
        request: job.request.request,
        versions: job.tables.iter().map(|t| t.version).collect(),
        order: Arc::new(found.kept.iter().flatten().map(|k| k.at).collect()),
        total: found.total,
        states,
        troubles,
        empty,
        paid: paid.into_iter().map(Arc::new).collect(),
    }
}

/// What was found in some chunks.
#[derive(Default)]
struct Found<'a> {
    /// How many rows there are.
    total: usize,
    /// Those that match: first those that are called so, then those that only say so somewhere.
    kept: [Vec<Kept<'a>>; 2],
    /// Those that need values that are paid for, with their tables.
    paid: Vec<(u32, &'a RowId)>,
    /// How many of those that match are in which state.
    states: Vec<(Tone, &'a ArcStr, usize)>,
    /// How many of them have each of the job's troubles.
    troubles: Vec<usize>,
    /// Fields that no row has anything in.
    empty: Vec<usize>,
}

impl<'a> Found<'a> {
    fn add(&mut self, other: Self) {
        self.total += other.total;
        for (all, more) in self.kept.iter_mut().zip(other.kept) {
            all.extend(more);
        }
        self.paid.extend(other.paid);
        for (tone, state, n) in other.states {
            self.count(tone, state, n);
        }
        self.troubles.iter_mut().zip(other.troubles).for_each(|(all, more)| *all += more);
        self.empty.retain(|f| other.empty.contains(f));
    }
    /// Rows in a state. There are few states: they are found faster in a row than by a hash.
    fn count(&mut self, tone: Tone, state: &'a ArcStr, n: usize) {
        match self.states.iter_mut().find(|(_, s, _)| *s == state) {
            Some((worst, _, all)) => {
                *all += n;
                if tone == Tone::Bad {
                    *worst = tone;
                }
            }
            None => self.states.push((tone, state, n)),
        }
    }
    /// The states, the most first.
    fn states(&self) -> Vec<(Tone, ArcStr, usize)> {
        let mut all: Vec<_> = self.states.iter().map(|(tone, state, n)| (*tone, (*state).clone(), *n)).collect();
        all.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.1.cmp(&b.1)));
        all
    }
}

impl IndexJob {
    /// What belongs to a table's rows, by id.
    fn beside(&self, table: usize) -> Beside<'_> {
        let fields = self.request.tables[table].kind.fields;
        let named = |field: usize, snapshot| {
            let shown = |name: &ArcStr| match fields.at(field).ty {
                FieldType::List => Value::list([name.clone()]),
                _ => Value::Text(name.clone()),
            };
            let is_named = |(id, r): &(&str, &Record)| fields.at(field).is_row_id(id) && !r.name.trim().is_empty();
            let rows = by_id(snapshot).into_iter().filter(is_named);
            rows.map(|(id, r)| (id, shown(&r.name))).collect()
        };
        let sides = self.sides.iter().map(|(field, at, snapshots)| (*field, *at, by_id(&snapshots[table])));
        let names = self.names.iter().map(|(field, snapshots)| (*field, named(*field, &snapshots[table])));
        let bad = self.troubles.iter().map(|t| {
            let (at, snapshots, _) = t.side.as_ref()?;
            let live = snapshots[table].rows().filter(|(_, r)| r.gone.is_none());
            let has_it = live.filter(|(_, r)| r.record.at(*at).tone() == Some(Tone::Bad));
            Some(has_it.map(|(_, r)| r.record.id.as_str()).collect())
        });
        Beside {
            bad: bad.collect(),
            scope: &self.request.tables[table].scope,
            health: &self.health,
            sides: sides.collect(),
            names: names.collect(),
        }
    }

    /// Whether the rows are a tree, and in its order.
    fn is_tree(&self) -> bool {
        let kind = self.request.tables.first().map(|t| t.kind).filter(|k| k.tree);
        kind.is_some_and(|k| self.request.sort == k.first_sort())
    }

    /// Puts what was found below what it belongs to, and leaves out what is folded.
    fn shape<'a>(&'a self, beside: &[Beside<'a>], kept: &mut [Vec<Kept<'a>>; 2]) {
        let [rows, others] = kept;
        rows.append(others);
        if !self.request.query.terms.is_empty() {
            let found = rows.iter().map(|k| (k.at.table, k.record.id.as_str())).collect();
            rows.extend(tree::missing(&found, &self.tables).map(|(at, record)| self.kept(beside, record, at)));
        }
        rows.retain(|k| !tree::is_hidden(&k.record.id, &self.request.folded));
        if let Some(sort) = self.request.sort {
            rows.sort_by(|a, b| a.order(b, sort, beside, self.tags));
        }
    }

    fn kept<'a>(&self, beside: &[Beside<'a>], record: &'a Record, at: RowRef) -> Kept<'a> {
        let joined = Joined { record, tags: self.tags, beside: &beside[at.table as usize] };
        let by = self.request.sort.map_or(Cow::Borrowed(&Value::Unknown), |s| joined.shown(s.field));
        Kept { key: SortKey::of(&by), id: beginning(&record.id), record, at }
    }

    /// Looks through some chunks; what matches is in its order.
    fn look<'a>(&'a self, beside: &[Beside<'a>], part: &[Place<'a>], several: bool) -> Found<'a> {
        let IndexRequest { groups, query, sort, .. } = &self.request;
        let mut found =
            Found { empty: self.columns.clone(), troubles: vec![0; self.troubles.len()], ..Found::default() };
        let mut matcher = query.matcher(self.now);
        let mut paid = self.paid.as_ref().map(|q| q.matcher(self.now));
        let mut shown: FxHashSet<(u32, &RowId)> = FxHashSet::default();
        for (first, chunk) in part {
            let table = first.table as usize;
            let group = groups.get(table).copied().unwrap_or(first.table);
            for (slot, row) in chunk.rows(first.slot) {
                let record = &*row.record;
                if several && !shown.insert((group, &record.id)) {
                    continue;
                }
                found.total += 1;
                if row.gone.is_none() && paid.as_mut().is_some_and(|m| m.matches(&Placed(record, beside[table].scope)))
                {
                    found.paid.push((first.table, &record.id));
                }
                // After a few rows hardly any field is left.
                found.empty.retain(|f| matches!(record.at(*f), Value::Empty));
                let joined = Joined { record, tags: self.tags, beside: &beside[table] };
                if let Some(hit) = matcher.hit(&joined) {
                    if let Some((tone, state)) = record.state.as_ref().filter(|_| row.gone.is_none()) {
                        found.count(*tone, state, 1);
                    }
                    if row.gone.is_none() {
                        let troubles = self.troubles.iter().zip(&beside[table].bad).zip(&mut found.troubles);
                        for ((trouble, bad), rows) in troubles {
                            let has_it = match bad {
                                Some(bad) => !bad.is_empty() && bad.contains(record.id.as_str()),
                                None => record.at(trouble.field).tone() == Some(Tone::Bad),
                            };
                            *rows += usize::from(has_it);
                        }
                    }
                    let at = RowRef { table: first.table, slot };
                    found.kept[usize::from(!hit.by_name)].push(self.kept(beside, record, at));
                }
            }
        }
        if let Some(sort) = *sort {
            for kept in &mut found.kept {
                kept.sort_unstable_by(|a, b| a.order(b, sort, beside, self.tags));
            }
        }
        found
    }
}

fn by_id(snapshot: &Snapshot) -> FxHashMap<&str, &Record> {
    let live = snapshot.rows().filter(|(_, r)| r.gone.is_none());
    live.map(|(_, r)| (r.record.id.as_str(), &*r.record)).collect()
}

/// A table's chunks.
fn places(table: u32, snapshot: &Snapshot) -> impl Iterator<Item = Place<'_>> {
    snapshot.chunks().map(move |(slot, chunk)| (RowRef { table, slot }, chunk))
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
