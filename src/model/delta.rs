//! What became of a batch.

use super::table::TableKey;

/// What `Store::apply` did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    /// The table.
    pub table: TableKey,
    /// The table's version now; unchanged if nothing that a view shows has changed.
    pub version: u64,
    /// Rows that are new.
    pub added: usize,
    /// Rows of which a value changed.
    pub changed: usize,
    /// Rows that are gone.
    pub gone: usize,
    /// Whether the table's status (age, completeness, fault) changed.
    pub status: bool,
}
