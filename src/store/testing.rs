//! A kind, rows and batches for the tests of the store.

use std::sync::Arc;

use crate::base::{Fault, FaultKind, RowId, Scope, Time};
use crate::model::{
    Batch, Coverage, Field, FieldInfo, FieldType, Fields, Kind, KindInfo, Outcome, Record, TableKey, Tone, Value,
};

static FIELDS: Fields<()> = Fields(&[
    Field { info: FieldInfo::new("size", "SIZE", FieldType::Int, "A number.").shown(0), get: |()| Value::Unknown },
    // A text, which may be the id of another thing.
    Field {
        info: FieldInfo::new("zone", "ZONE", FieldType::Text, "A text.").id_of("places", "p-"),
        get: |()| Value::Unknown,
    },
    Field {
        info: FieldInfo::new("load", "LOAD", FieldType::Float, "From the side.").from_side("loads", "size", false),
        get: |()| Value::Unknown,
    },
]);
pub(super) static INFO: KindInfo = info("things", false);
pub(super) static LOADS: KindInfo = info("loads", true);
pub(super) static PLACES: KindInfo = info("places", false);

const fn info(name: &'static str, side: bool) -> KindInfo {
    KindInfo { sort: ("size", true), side, ..KindInfo::new(name, "thing", "Things", &FIELDS) }
}

pub(super) fn key() -> TableKey {
    TableKey::all(Scope::region("p", "r"), Kind(&INFO))
}

pub(super) fn record_of(kind: &'static KindInfo, id: &str, size: Value, zone: &str) -> Arc<Record> {
    Arc::new(Record {
        kind: Kind(kind),
        id: id.into(),
        name: "".into(),
        state: Some((Tone::Good, "on".into())),
        values: [size, Value::Text(zone.into()), Value::Unknown].into(),
        tags: Arc::default(),
    })
}

pub(super) fn record(id: &str, size: i64) -> Arc<Record> {
    record_of(&INFO, id, Value::Int(size), "a")
}

/// Rows as `id` and size.
pub(super) type Rows<'a> = &'a [(&'a str, i64)];

fn batch(seq: u64, coverage: Coverage, rows: Rows<'_>, outcome: Outcome) -> Batch {
    let rows = rows.iter().map(|(id, size)| record(id, *size)).collect();
    Batch { table: key(), seq, asked: Time::from_secs(seq.try_into().unwrap_or(0)), coverage, rows, outcome }
}
/// A page of a run that began with the request `began`; each request is made in the second of its number.
pub(super) fn page(began: u64, seq: u64, rows: Rows<'_>) -> Batch {
    batch(seq, Coverage::Sweep { began }, rows, Outcome::More)
}
/// The end of a run. As jobs do it: the moment of the run's first request.
pub(super) fn done(began: u64, seq: u64) -> Batch {
    Batch { asked: Time::from_secs(began as i64), ..batch(seq, Coverage::Sweep { began }, &[], Outcome::Done) }
}
pub(super) fn failed(began: u64, seq: u64) -> Batch {
    batch(seq, Coverage::Sweep { began }, &[], Outcome::Failed(Fault::new(FaultKind::Offline, "cut")))
}
/// A look at some rows.
pub(super) fn look(seq: u64, ids: &[&str], rows: Rows<'_>) -> Batch {
    let ids: Vec<RowId> = ids.iter().map(|i| (*i).into()).collect();
    batch(seq, Coverage::Ids(Arc::new(ids)), rows, Outcome::Done)
}
