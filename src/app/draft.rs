//! The draft-table editor: rows edited in place, the difference to what is there, undo. One for tags, rules and routes.

use arcstr::ArcStr;

use super::line::Line;
use super::overlay::{Draft, DraftRow, Overlay};
use super::update::Turn;
use crate::model::FormInput;

/// A draft of `rows` over what is there.
pub(super) fn begin(original: &[Vec<ArcStr>], rows: &[Vec<ArcStr>]) -> Draft {
    let mut left: Vec<Option<&Vec<ArcStr>>> = rows.iter().map(Some).collect();
    let mut out = Vec::new();
    for (i, cells) in original.iter().enumerate() {
        // A row that is still there, or there under the same first cell (a tag's key), is the same row.
        let at = left
            .iter()
            .position(|r| *r == Some(cells))
            .or_else(|| left.iter().position(|r| r.is_some_and(|r| r.first() == cells.first())));
        let now = at.and_then(|at| left[at].take());
        out.push(DraftRow {
            cells: now.unwrap_or(cells).clone(),
            original: Some(i),
            deleted: now.is_none(),
            changed: now.is_some_and(|n| n != cells),
        });
    }
    let added = left.into_iter().flatten();
    out.extend(added.map(|c| DraftRow { cells: c.clone(), original: None, deleted: false, changed: false }));
    Draft { rows: out, ..Draft::default() }
}

/// The rows that are to be there.
pub(super) fn rows(draft: &Draft) -> Vec<Vec<ArcStr>> {
    draft.rows.iter().filter(|r| !r.deleted).map(|r| r.cells.clone()).collect()
}

/// How many rows differ from what is there.
pub fn changes(draft: &Draft) -> usize {
    draft.rows.iter().filter(|r| if r.original.is_some() { r.deleted || r.changed } else { !r.deleted }).count()
}

impl Turn<'_> {
    fn draft(&mut self) -> Option<&mut Draft> {
        match self.s.overlays.last_mut() {
            Some(Overlay::Form(form)) => form.draft.as_mut(),
            _ => None,
        }
    }

    /// Moves the cursor to another row; leaves the draft at its ends. Returns whether it moved.
    pub(super) fn draft_by(&mut self, by: isize) -> bool {
        self.draft_take_over();
        let Some(draft) = self.draft() else { return false };
        let to = draft.row.saturating_add_signed(by).min(draft.rows.len().saturating_sub(1));
        let moved = to != draft.row;
        draft.row = to;
        moved || by.unsigned_abs() > 1
    }

    pub(super) fn draft_edit(&mut self) {
        let Some(draft) = self.draft() else { return };
        let Some(cell) = draft.rows.get(draft.row).filter(|r| !r.deleted).and_then(|r| r.cells.get(draft.column))
        else {
            if self.draft().is_some_and(|d| d.rows.is_empty()) {
                self.draft_new();
            }
            return;
        };
        draft.editing = Some(Line::new(cell.as_str()));
    }

    /// Takes over the cell that is being edited. Returns whether there was one.
    pub(super) fn draft_take_over(&mut self) -> bool {
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return false };
        let Some(FormInput::Rows { original, .. }) = form.spec.fields.get(form.focus).map(|f| &f.input) else {
            return false;
        };
        let Some(draft) = &mut form.draft else { return false };
        let Some(line) = draft.editing.take() else { return false };
        let (row, column) = (draft.row, draft.column);
        let before = draft.rows.clone();
        if let Some(r) = draft.rows.get_mut(row)
            && let Some(cell) = r.cells.get_mut(column)
            && *cell != line.text()
        {
            *cell = line.text().into();
            r.changed = r.original.and_then(|i| original.get(i)).is_some_and(|o| *o != r.cells);
            draft.undo.push(before);
        }
        // A new row is filled in from left to right.
        if draft.rows.get(row).is_some_and(|r| r.original.is_none() && column + 1 < r.cells.len()) {
            draft.column += 1;
            let cell = draft.rows[row].cells[column + 1].clone();
            if cell.is_empty() {
                draft.editing = Some(Line::default());
            }
        }
        self.draft_changed();
        true
    }

    /// Takes over the cell that is being edited and edits the one beside it, if there is one. Returns whether a cell was edited.
    pub(super) fn draft_next_cell(&mut self, by: isize) -> bool {
        let Some(column) = self.draft().filter(|d| d.editing.is_some()).map(|d| d.column) else { return false };
        self.draft_take_over();
        let Some(draft) = self.draft() else { return true };
        let beside = column.checked_add_signed(by);
        let cell = beside.and_then(|to| draft.rows.get(draft.row)?.cells.get(to).cloned());
        draft.column = if cell.is_some() { beside.unwrap_or(column) } else { column };
        draft.editing = cell.map(|c| Line::new(c.as_str()));
        true
    }

    pub(super) fn draft_new(&mut self) {
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        let Some(FormInput::Rows { columns, .. }) = form.spec.fields.get(form.focus).map(|f| &f.input) else { return };
        let cells = vec![ArcStr::new(); columns.len()];
        let Some(draft) = &mut form.draft else { return };
        draft.undo.push(draft.rows.clone());
        draft.rows.push(DraftRow { cells, original: None, deleted: false, changed: false });
        (draft.row, draft.column) = (draft.rows.len() - 1, 0);
        draft.editing = Some(Line::default());
    }

    /// Takes a row out, or puts it back. A row that was only in the draft goes for good (and comes back with undo).
    pub(super) fn draft_delete(&mut self) {
        let Some(draft) = self.draft() else { return };
        let before = draft.rows.clone();
        let Some(row) = draft.rows.get_mut(draft.row) else { return };
        if row.original.is_some() {
            row.deleted = !row.deleted;
        } else {
            draft.rows.remove(draft.row);
            draft.row = draft.row.min(draft.rows.len().saturating_sub(1));
        }
        draft.undo.push(before);
        self.draft_changed();
    }

    pub(super) fn draft_undo(&mut self) {
        let Some(draft) = self.draft() else { return };
        let Some(before) = draft.undo.pop() else { return };
        draft.rows = before;
        draft.row = draft.row.min(draft.rows.len().saturating_sub(1));
        self.draft_changed();
    }
}
