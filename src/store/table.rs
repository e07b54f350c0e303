//! One table: slots that rows keep for life, an index by id, and how complete it is.

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::changes::{Change, Changes};
use super::chunk::{CHUNK, Chunk, Row, Snapshot};
use super::{GRACE, LINGER};
use crate::base::{Fault, RowId, Time};
use crate::model::{Batch, Coverage, FieldSet, Outcome, Record};

/// How far the newest run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Progress {
    /// Never asked.
    #[default]
    NotAsked,
    /// Some pages are here, more are to come, and there has never been a complete run.
    Partial,
    /// A run has been complete.
    Complete,
}

/// What a table's header says about it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// How complete the rows are.
    pub progress: Progress,
    /// Whether a run is under way.
    pub running: bool,
    /// When the last run began.
    pub asked: Option<Time>,
    /// When the rows were last known to be complete and current.
    pub complete: Option<Time>,
    /// Why the last run failed; cleared by the next one that does not.
    pub fault: Option<Fault>,
}

/// The entry of the id index. The hash is kept, so that growing the index does not visit 100,000 strings.
struct Entry {
    hash: u64,
    slot: u32,
}

struct Sweep {
    began: u64,
    /// Live rows that an answer of this run or a newer one has seen.
    seen: usize,
}

/// Ids that were asked for and not found are remembered up to this many.
const ABSENT: usize = 4096;

/// Rows of one (scope, kind, selector).
#[derive(Default)]
pub struct Table {
    chunks: Vec<Arc<Chunk>>,
    by_id: HashTable<Entry>,
    /// Slots to use again, with when they became free: not at once, because an older index may still point there.
    free: VecDeque<(Time, u32)>,
    slots: u32,
    /// Rows that are not gone.
    live: usize,
    /// Rows that are gone and linger.
    lingering: usize,
    sweep: Option<Sweep>,
    /// The first request of the newest complete run: an older answer cannot bring a row that this run did not have.
    swept: u64,
    /// Ids that were asked for by name and not found, with when they were asked for.
    absent: FxHashMap<RowId, Time>,
    changes: Changes,
    /// How long a new row may be missing.
    grace: Duration,
    /// Whether the status' fault is that of a look at some rows: only a better look takes it back.
    fault_of_ids: bool,
    /// Changes whenever a view of the table would.
    pub version: u64,
    /// How complete and how old it is.
    pub status: Status,
}

fn hash(id: &str) -> u64 {
    let mut h = FxBuildHasher.build_hasher();
    h.write(id.as_bytes());
    h.finish()
}

impl Table {
    /// Rows that are not gone.
    pub fn len(&self) -> usize {
        self.live
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }
    /// The row in a slot.
    pub fn slot(&self, slot: u32) -> Option<&Row> {
        let slot = slot as usize;
        self.chunks.get(slot / CHUNK)?.0.get(slot % CHUNK)?.as_ref()
    }
    /// A row's slot.
    pub fn slot_of(&self, id: &str) -> Option<u32> {
        self.by_id.find(hash(id), |e| self.slot(e.slot).is_some_and(|r| r.record.id == id)).map(|e| e.slot)
    }
    /// A row by its id, also one that lingers.
    pub fn get(&self, id: &str) -> Option<&Row> {
        self.slot(self.slot_of(id)?)
    }
    /// Whether an answer to a request that was made at `since` or later shows that the row is not there: a look by id
    /// that did not find it, or a complete run without it. That it is not in the table proves nothing by itself.
    pub fn is_known_absent(&self, id: &str, since: Time) -> bool {
        let live = self.get(id).is_some_and(|r| r.gone.is_none());
        let proven = |at: &Time| *at >= since;
        !live && (self.absent.get(id).is_some_and(proven) || self.status.complete.as_ref().is_some_and(proven))
    }
    /// When the newest request was made whose answer did not have the row; `None`: it is there, or nobody has asked.
    pub fn absent_at(&self, id: &str) -> Option<Time> {
        let live = self.get(id).is_some_and(|r| r.gone.is_none());
        let seen = self.absent.get(id).copied().max(self.status.complete);
        seen.filter(|_| !live)
    }
    /// What changed in a row since the table was first read, newest first.
    pub fn changes<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Change> {
        self.changes.of(id)
    }
    /// The changes of all rows, newest first.
    pub fn all_changes(&self) -> impl Iterator<Item = &Change> {
        self.changes.all()
    }
    /// Whether older changes had to be forgotten.
    pub fn has_forgotten_changes(&self) -> bool {
        self.changes.has_forgotten()
    }
    /// The rows in slot order, those that linger included.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.chunks.iter().flat_map(|c| c.0.iter().flatten())
    }
    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot { chunks: self.chunks.clone(), version: self.version, len: self.live + self.lingering }
    }

    fn slot_mut(&mut self, slot: u32) -> Option<&mut Option<Row>> {
        let slot = slot as usize;
        self.chunks.get_mut(slot / CHUNK).and_then(|c| Arc::make_mut(c).0.get_mut(slot % CHUNK))
    }

    /// Rows added, changed, gone.
    pub(super) fn apply(&mut self, batch: Batch, now: Time, garbage: &mut Vec<Arc<Record>>) -> (usize, usize, usize) {
        let Batch { table, seq, asked, coverage, rows, outcome } = batch;
        // What is made of other tables has no eventual consistency of its own.
        self.grace = if table.kind.derived.is_some() { Duration::ZERO } else { GRACE };
        if let Coverage::Sweep { began } = coverage
            && self.sweep.as_ref().is_none_or(|s| s.began < began)
        {
            self.sweep = Some(Sweep { began, seen: 0 });
        }
        // A run that ended is over, and a newer one has more to say: late pages of it are taken in row by row.
        let late =
            matches!(coverage, Coverage::Sweep { began } if self.sweep.as_ref().is_some_and(|s| s.began > began));
        let first_run = self.status.progress != Progress::Complete;
        let named: Option<FxHashSet<_>> =
            matches!(coverage, Coverage::Ids(_)).then(|| rows.iter().map(|r| r.id.clone()).collect());
        let (mut added, mut changed, mut gone) = (0, 0, 0);
        for record in rows {
            match self.upsert(record, (seq, asked), now, first_run, garbage) {
                Upsert::Added => added += 1,
                Upsert::Changed => changed += 1,
                Upsert::Same | Upsert::Late => {}
            }
        }
        match (&coverage, &outcome) {
            (_, Outcome::Failed(_)) => {}
            (Coverage::Ids(ids), _) => {
                let named = named.unwrap_or_default();
                for id in ids.iter().filter(|id| !named.contains(*id)) {
                    if let Some(slot) = self.slot_of(id) {
                        gone += usize::from(self.mark_gone(slot, seq, now));
                    }
                    self.note_absent(id, asked);
                }
            }
            (Coverage::Sweep { began }, Outcome::Done | Outcome::Part(_)) if !late => {
                gone += self.end_sweep(*began, now)
            }
            (Coverage::Sweep { .. }, _) => {}
        }
        if !late {
            self.note(&coverage, asked, outcome);
        }
        (added, changed, gone)
    }

    fn note(&mut self, coverage: &Coverage, asked: Time, outcome: Outcome) {
        if matches!(coverage, Coverage::Ids(_)) {
            // A look at some rows says nothing about the others; only a fault is news.
            if let Outcome::Failed(f) = outcome {
                if self.status.fault.is_none() || self.fault_of_ids {
                    self.status.fault = Some(f);
                    self.fault_of_ids = true;
                }
                return;
            }
            if self.fault_of_ids {
                self.status.fault = None;
                self.fault_of_ids = false;
            }
            if self.status.progress == Progress::NotAsked {
                self.status.progress = Progress::Partial;
            }
            return;
        }
        let status = &mut self.status;
        status.asked = Some(status.asked.map_or(asked, |a| a.max(asked)));
        self.fault_of_ids &= matches!(outcome, Outcome::More);
        match outcome {
            Outcome::More => {
                status.running = true;
                if status.progress == Progress::NotAsked {
                    status.progress = Progress::Partial;
                }
            }
            Outcome::Done => {
                status.running = false;
                status.progress = Progress::Complete;
                status.complete = Some(status.complete.map_or(asked, |c| c.max(asked)));
                status.fault = None;
            }
            Outcome::Failed(f) => {
                status.running = false;
                status.fault = Some(f);
            }
            Outcome::Part(fault) => {
                status.running = false;
                status.fault = fault;
                if status.progress == Progress::NotAsked {
                    status.progress = Progress::Partial;
                }
            }
        }
    }

    fn upsert(
        &mut self,
        record: Arc<Record>,
        (seq, asked): (u64, Time),
        now: Time,
        first_run: bool,
        garbage: &mut Vec<Arc<Record>>,
    ) -> Upsert {
        let began = self.sweep.as_ref().map_or(u64::MAX, |s| s.began);
        let Some(slot) = self.slot_of(&record.id) else {
            if seq < self.swept {
                garbage.push(record);
                return Upsert::Late;
            }
            self.absent.remove(&record.id);
            let changed = if first_run { FieldSet::NONE } else { FieldSet::ALL };
            let changed_at = if first_run { Time::default() } else { now };
            let since = if first_run { Time::default() } else { now };
            self.insert(Row { record, seq, asked, since, changed_at, changed, gone: None }, now);
            if seq >= began {
                self.seen();
            }
            return Upsert::Added;
        };
        let Some(Some(row)) = self.slot_mut(slot) else { return Upsert::Same };
        if row.seq > seq {
            garbage.push(record);
            return Upsert::Late;
        }
        let newly_seen = row.seq < began && seq >= began;
        (row.seq, row.asked) = (seq, asked);
        let revived = row.gone.take().is_some();
        let changed = record.changed_from(&row.record);
        let same = changed.is_empty() && record.is_called_as(&row.record);
        if !same {
            let old = std::mem::replace(&mut row.record, record.clone());
            // What is made of other tables becomes what it is while these arrive: nothing has happened to it.
            if !(first_run && record.kind.derived.is_some()) {
                row.changed_at = now;
                row.changed = changed;
                self.changes.note(&old, &record, changed, now);
            }
            garbage.push(old);
        } else {
            garbage.push(record);
        }
        if revived {
            self.lingering -= 1;
            self.live += 1;
        }
        if newly_seen || (revived && seq >= began) {
            self.seen();
        }
        if same && !revived { Upsert::Same } else { Upsert::Changed }
    }

    fn seen(&mut self) {
        if let Some(s) = &mut self.sweep {
            s.seen += 1;
        }
    }

    fn insert(&mut self, row: Row, now: Time) {
        let hash = hash(&row.record.id);
        let reusable = self.free.front().is_some_and(|(at, _)| now.since(*at) > LINGER);
        let slot = match self.free.pop_front_if(|_| reusable) {
            Some((_, slot)) => slot,
            None => {
                if (self.slots as usize).is_multiple_of(CHUNK) {
                    self.chunks.push(Arc::new(Chunk(Vec::with_capacity(CHUNK.min(16)))));
                }
                if let Some(c) = self.chunks.last_mut() {
                    Arc::make_mut(c).0.push(None);
                }
                self.slots += 1;
                self.slots - 1
            }
        };
        if let Some(place) = self.slot_mut(slot) {
            *place = Some(row);
        }
        self.by_id.insert_unique(hash, Entry { hash, slot }, |e| e.hash);
        self.live += 1;
    }

    /// Marks a row gone unless a newer answer saw it or it is too young to be missed.
    fn mark_gone(&mut self, slot: u32, seq: u64, now: Time) -> bool {
        let grace = self.grace;
        let Some(Some(row)) = self.slot_mut(slot) else { return false };
        if row.gone.is_some() || row.seq >= seq || now.since(row.since) < grace {
            return false;
        }
        row.gone = Some(now);
        // From here on only an answer newer than the one that missed it brings it back.
        let was = std::mem::replace(&mut row.seq, seq);
        self.live -= 1;
        self.lingering += 1;
        if let Some(s) = &mut self.sweep
            && was >= s.began
        {
            s.seen = s.seen.saturating_sub(1);
        }
        true
    }

    fn note_absent(&mut self, id: &RowId, asked: Time) {
        let live = self.get(id).is_some_and(|r| r.gone.is_none());
        if live {
            return;
        }
        if self.absent.len() >= ABSENT {
            self.absent.clear();
        }
        let at = self.absent.entry(id.clone()).or_insert(asked);
        *at = (*at).max(asked);
    }

    /// The end of a run removes what was last seen before the run began. If every live row was seen there is nothing to look
    /// for, which is the usual case and keeps a refresh of 100,000 rows cheap.
    fn end_sweep(&mut self, began: u64, now: Time) -> usize {
        self.swept = self.swept.max(began);
        match &self.sweep {
            Some(s) if s.began == began && s.seen < self.live => {}
            _ => return 0,
        }
        let old: Vec<u32> =
            self.snapshot().rows().filter(|(_, r)| r.gone.is_none() && r.seq < began).map(|(slot, _)| slot).collect();
        old.into_iter().filter(|slot| self.mark_gone(*slot, began, now)).count()
    }

    pub(super) fn prune(&mut self, now: Time, garbage: &mut Vec<Arc<Record>>) -> bool {
        if self.lingering == 0 {
            return false;
        }
        let over: Vec<u32> = self
            .snapshot()
            .rows()
            .filter(|(_, r)| r.gone.is_some_and(|g| now.since(g) >= LINGER))
            .map(|(slot, _)| slot)
            .collect();
        for slot in &over {
            let Some(row) = self.slot_mut(*slot).and_then(Option::take) else { continue };
            if let Ok(e) = self.by_id.find_entry(hash(&row.record.id), |e| e.slot == *slot) {
                e.remove();
            }
            garbage.push(row.record);
            self.free.push_back((now, *slot));
            self.lingering -= 1;
        }
        !over.is_empty()
    }
}

enum Upsert {
    Added,
    Changed,
    Same,
    /// A newer answer is here already.
    Late,
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
