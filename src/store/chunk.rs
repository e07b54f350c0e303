//! Rows in shared chunks: writing to a chunk that a snapshot holds copies that chunk only.

use std::sync::Arc;

use crate::base::Time;
use crate::model::{FieldSet, Record};

/// Rows a chunk. A write to a shared chunk copies this many rows (about 16 KiB): small beside a page of 1,000.
pub(super) const CHUNK: usize = 256;

/// A row and what the store remembers of it.
#[derive(Debug, Clone)]
pub struct Row {
    /// The record, shared with snapshots.
    pub record: Arc<Record>,
    /// The sequence number of the request that saw it last.
    pub seq: u64,
    /// When that request was made.
    pub asked: Time,
    /// When it was first seen, if the table was complete without it before: until then nobody knows when it was made.
    pub since: Time,
    /// When a value of it last changed.
    pub changed_at: Time,
    /// Which fields changed then, by position; [`FieldSet::ALL`] for a row that is new to a complete table.
    pub changed: FieldSet,
    /// Since when it is gone, if it is.
    pub gone: Option<Time>,
}

#[derive(Clone)]
pub(super) struct Chunk(pub(super) Vec<Option<Row>>);

impl Chunk {
    /// The rows with their slots, the first of which is `first`.
    pub(super) fn rows(&self, first: u32) -> impl Iterator<Item = (u32, &Row)> {
        (first..).zip(&self.0).filter_map(|(slot, row)| Some((slot, row.as_ref()?)))
    }
}

/// A table as it was at one version.
#[derive(Clone, Default)]
pub struct Snapshot {
    pub(super) chunks: Vec<Arc<Chunk>>,
    /// The table's version.
    pub version: u64,
    /// Rows, those that linger included.
    pub len: usize,
}

impl Snapshot {
    /// The rows with their slots, in slot order.
    pub fn rows(&self) -> impl Iterator<Item = (u32, &Row)> {
        self.chunks().flat_map(|(first, chunk)| chunk.rows(first))
    }
    /// The chunks with the slot of their first row.
    pub(super) fn chunks(&self) -> impl Iterator<Item = (u32, &Chunk)> {
        (0..).step_by(CHUNK).zip(self.chunks.iter().map(|c| &**c))
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Snapshot({} rows, version {})", self.len, self.version)
    }
}
