//! Rows that are a tree ([`crate::model::KindInfo::tree`]): what a filter finds stands below what it belongs to, and what is folded hides what
//! is below it.

use rustc_hash::FxHashSet;

use super::Snapshot;
use crate::base::RowId;
use crate::model::{Record, RowRef};

/// The ids of the rows above a row, from its parent up: what its own id begins with, up to each slash.
pub fn above(id: &str) -> impl Iterator<Item = &str> {
    id.rmatch_indices('/').map(|(at, _)| &id[..at])
}

/// Whether a row is hidden: one above it is folded.
pub(super) fn is_hidden(id: &str, folded: &FxHashSet<RowId>) -> bool {
    !folded.is_empty() && above(id).any(|up| folded.contains(up))
}

/// The rows above those that were found, where these were not found themselves: `found` are places with ids.
pub(super) fn missing<'a>(
    found: &FxHashSet<(u32, &'a str)>,
    tables: &'a [Snapshot],
) -> impl Iterator<Item = (RowRef, &'a Record)> {
    let wanted: FxHashSet<(u32, &str)> = found
        .iter()
        .flat_map(|(table, id)| above(id).map(|up| (*table, up)))
        .filter(|up| !found.contains(up))
        .collect();
    (0..).zip(tables).flat_map(move |(table, snapshot)| {
        let wanted = wanted.clone();
        let rows = snapshot.rows().filter(move |(_, row)| wanted.contains(&(table, row.record.id.as_str())));
        rows.map(move |(slot, row)| (RowRef { table, slot }, &*row.record))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_below_what_its_id_begins_with_and_hidden_by_any_of_them() {
        assert_eq!(above("vpc-1/2a/subnet-1").collect::<Vec<_>>(), ["vpc-1/2a", "vpc-1"]);
        assert_eq!(above("vpc-1").count(), 0);
        let folded = FxHashSet::from_iter([RowId::from("vpc-1"), RowId::from("vpc-2/2a")]);
        for (id, hidden) in [("vpc-1", false), ("vpc-1/2a", true), ("vpc-10/2a", false), ("vpc-2/2a/subnet-1", true)] {
            assert_eq!(is_hidden(id, &folded), hidden, "{id}");
        }
    }
}
