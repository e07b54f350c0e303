//! Draft tables as data: rows as they are in the account, edits of them, and what comes of both.
//!
//! An edit remembers the row that it was made on. Laid over rows that have changed since, it is a three-way difference: what only the
//! account changed is taken over, what only the user changed stays, and where both changed the same cell the row says so.

use arcstr::ArcStr;

use super::form::Choice;

/// A column of a draft table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftColumn {
    /// snake_case: its name in a palette draft.
    pub name: &'static str,
    /// What stands over it.
    pub title: &'static str,
    /// What its cells take.
    pub cell: Cell,
    /// Whether what is typed there is short (a port), so that other columns may have the room.
    pub short: bool,
}

impl DraftColumn {
    /// A column.
    pub const fn new(name: &'static str, title: &'static str, cell: Cell) -> Self {
        DraftColumn { name, title, cell, short: false }
    }
    /// The same for texts that are short.
    #[must_use]
    pub fn short(self) -> Self {
        DraftColumn { short: true, ..self }
    }
}

/// What a cell takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Any text; what more is wanted of it the action says.
    Text,
    /// A whole number between two bounds, both included.
    Number {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// One of these.
    Choice(Vec<Choice>),
    /// A range of addresses in CIDR notation.
    Range,
    /// Only shown.
    Fixed,
}

/// A row as it is in the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// What identifies it whatever its cells say: a tag's key, a rule's id.
    pub key: ArcStr,
    /// One text a column.
    pub cells: Vec<ArcStr>,
}

/// A row that is often wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// What it is called.
    pub label: String,
    /// Its cells.
    pub cells: Vec<ArcStr>,
}

/// One edit of a draft table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowEdit {
    /// A new row.
    Add(Vec<ArcStr>),
    /// Other cells for a row.
    Change {
        /// Which.
        key: ArcStr,
        /// Its cells when the edit was made.
        from: Vec<ArcStr>,
        /// Its cells to be.
        to: Vec<ArcStr>,
    },
    /// A row that is to go.
    Remove {
        /// Which.
        key: ArcStr,
        /// Its cells when the edit was made.
        from: Vec<ArcStr>,
    },
}

impl RowEdit {
    /// The row that it is of; none for a new one.
    pub fn key(&self) -> Option<&ArcStr> {
        match self {
            RowEdit::Add(_) => None,
            RowEdit::Change { key, .. } | RowEdit::Remove { key, .. } => Some(key),
        }
    }
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowMark {
    /// Nothing.
    Same,
    /// It is new.
    Added,
    /// A cell becomes another.
    Changed,
    /// It goes.
    Removed,
}

/// A row of a draft: the account's row with the edit of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// The account's row; `None` for one that is new.
    pub key: Option<ArcStr>,
    /// The cells to be; of one that goes, those that it has.
    pub cells: Vec<ArcStr>,
    /// The cells as they are in the account; empty for one that is new.
    pub now: Vec<ArcStr>,
    /// What becomes of it.
    pub mark: RowMark,
    /// The edit that makes it so, by its place.
    pub edit: Option<usize>,
    /// What somebody else did to the same cells since the edit was made: one sentence.
    pub conflict: Option<String>,
}

/// The rows with the edits laid over them: those of the account in their order, then the new ones in the order of their edits.
pub fn merge(original: &[TableRow], edits: &[RowEdit]) -> Vec<DraftRow> {
    let edit_of = |key: &ArcStr| edits.iter().enumerate().find(|(_, e)| e.key() == Some(key));
    let mut out: Vec<DraftRow> = original.iter().map(|row| over(row, edit_of(&row.key))).collect();
    for (i, edit) in edits.iter().enumerate() {
        let (cells, conflict) = match edit {
            RowEdit::Add(cells) => (cells, None),
            // Somebody else has taken it away, and the user wants it in another shape: it is made again.
            RowEdit::Change { key, to, .. } if !original.iter().any(|r| r.key == *key) => {
                (to, Some(format!("{key} was removed meanwhile: it will be added again.")))
            }
            _ => continue,
        };
        let (cells, now) = (cells.clone(), Vec::new());
        out.push(DraftRow { key: None, cells, now, mark: RowMark::Added, edit: Some(i), conflict });
    }
    out
}

fn over(row: &TableRow, edit: Option<(usize, &RowEdit)>) -> DraftRow {
    let mut out = DraftRow {
        key: Some(row.key.clone()),
        cells: row.cells.clone(),
        now: row.cells.clone(),
        mark: RowMark::Same,
        edit: edit.map(|(i, _)| i),
        conflict: None,
    };
    match edit.map(|(_, e)| e) {
        Some(RowEdit::Remove { from, .. }) => {
            out.mark = RowMark::Removed;
            if !from.is_empty() && *from != row.cells {
                out.conflict = Some(format!("This row changed meanwhile; it was {}.", said(from)));
            }
        }
        Some(RowEdit::Change { from, to, .. }) => {
            let none = ArcStr::new();
            for (i, cell) in out.cells.iter_mut().enumerate() {
                let (was, wanted) = (from.get(i).unwrap_or(&none), to.get(i).unwrap_or(&none));
                if wanted == was || wanted == cell {
                    continue;
                }
                if was != cell {
                    out.conflict =
                        Some(format!("This row changed meanwhile, from {} to {}.", said(from), said(&row.cells)));
                }
                *cell = wanted.clone();
            }
            if out.cells != row.cells {
                out.mark = RowMark::Changed;
            }
        }
        _ => {}
    }
    out
}

fn said(cells: &[ArcStr]) -> String {
    let some: Vec<&str> = cells.iter().map(ArcStr::as_str).filter(|c| !c.is_empty()).collect();
    if some.is_empty() { "nothing".into() } else { some.join(" ") }
}

/// How many rows are to be different.
pub fn changes(rows: &[DraftRow]) -> usize {
    rows.iter().filter(|r| r.mark != RowMark::Same).count()
}

/// Sets the cells of a row of `rows` (a [`merge`] of the edits): another edit, the same edit with other cells, or none where they are
/// the account's.
pub fn set_cells(edits: &mut Vec<RowEdit>, row: &DraftRow, cells: Vec<ArcStr>) {
    match (&row.key, row.edit) {
        (Some(_), Some(i)) if cells == row.now => drop(edits.remove(i)),
        (Some(key), Some(i)) => edits[i] = RowEdit::Change { key: key.clone(), from: row.now.clone(), to: cells },
        (Some(_), None) if cells == row.now => {}
        (Some(key), None) => edits.push(RowEdit::Change { key: key.clone(), from: row.now.clone(), to: cells }),
        (None, Some(i)) => edits[i] = RowEdit::Add(cells),
        (None, None) => edits.push(RowEdit::Add(cells)),
    }
}

/// Takes a row out, or puts it back as it is in the account. A row that is only in the draft goes for good.
pub fn toggle_removed(edits: &mut Vec<RowEdit>, row: &DraftRow) {
    match (&row.key, row.edit) {
        (None, Some(i)) => drop(edits.remove(i)),
        (Some(_), Some(i)) if row.mark == RowMark::Removed => drop(edits.remove(i)),
        (Some(key), Some(i)) => edits[i] = RowEdit::Remove { key: key.clone(), from: row.now.clone() },
        (Some(key), None) => edits.push(RowEdit::Remove { key: key.clone(), from: row.now.clone() }),
        (None, None) => {}
    }
}

#[cfg(test)]
#[path = "draft_tests.rs"]
mod tests;
