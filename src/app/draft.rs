//! The draft-table editor: rows edited in place, the difference to what is there, undo. One for tags, rules and routes.

use arcstr::ArcStr;

use super::line::Line;
use super::overlay::{Draft, Menu, MenuItem, MenuKind, MenuValue, Overlay};
use super::update::Turn;
use crate::model::draft::{changes, merge, set_cells, toggle_removed};
use crate::model::{Cell, Choice, DraftColumn, FormInput, FormValue, RowMark, RowsInput};

/// A draft of a field's rows.
pub(super) fn begin(input: &RowsInput, value: &FormValue) -> Draft {
    let edits = if let FormValue::Rows(edits) = value { edits.clone() } else { Vec::new() };
    let rows = merge(&input.original, &edits);
    // What is wrong is where the cursor begins.
    let (row, column) = input.errors.first().map_or((0, 0), |e| (e.row, e.column));
    Draft { rows, edits, row, column, ..Draft::default() }
}

impl Draft {
    /// How many rows are to be different.
    pub fn changes(&self) -> usize {
        changes(&self.rows)
    }

    /// Lays the edits over the rows that are there now.
    pub(super) fn lay_over(&mut self, input: &RowsInput) {
        self.rows = merge(&input.original, &self.edits);
        self.row = self.row.min(self.rows.len().saturating_sub(1));
    }

    fn remember(&mut self) {
        self.undo.push(self.edits.clone());
    }
}

/// What a cell is edited with, and what it comes to: the value of the choice that is meant by what was typed.
fn typed(column: &DraftColumn, text: &str) -> ArcStr {
    let Cell::Choice(choices) = &column.cell else { return text.into() };
    let word = text.trim().to_lowercase();
    let named = |c: &&Choice| c.value.to_lowercase() == word || c.label.to_lowercase() == word;
    let begins = |c: &&Choice| c.label.to_lowercase().starts_with(&word) || c.value.to_lowercase().starts_with(&word);
    let open = || choices.iter().filter(|c| c.disabled.is_none());
    let found = open().find(named).or_else(|| open().find(begins).filter(|_| !word.is_empty()));
    found.map_or_else(|| text.trim().into(), |c| c.value.clone())
}

/// The next column in a direction whose cells can be edited.
fn open_beside(input: &RowsInput, column: usize, by: isize) -> Option<usize> {
    let mut at = column;
    loop {
        at = at.checked_add_signed(by.signum())?;
        if input.columns.get(at)?.cell != Cell::Fixed {
            return Some(at);
        }
    }
}

impl Turn<'_> {
    fn draft(&mut self) -> Option<&mut Draft> {
        match self.s.overlays.last_mut() {
            Some(Overlay::Form(form)) => form.draft.as_mut(),
            _ => None,
        }
    }

    fn draft_and_input(&mut self) -> Option<(&mut Draft, &RowsInput)> {
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return None };
        let Some(FormInput::Rows(input)) = form.spec.fields.get(form.focus).map(|f| &f.input) else { return None };
        Some((form.draft.as_mut()?, input))
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

    /// Puts the cursor on a cell, as far as there is one.
    pub(super) fn draft_to(&mut self, row: usize, column: usize) {
        self.draft_take_over();
        let Some((draft, input)) = self.draft_and_input() else { return };
        draft.editing = None;
        draft.row = row.min(draft.rows.len().saturating_sub(1));
        draft.column = column.min(input.columns.len().saturating_sub(1));
    }

    pub(super) fn draft_edit(&mut self) {
        let Some((draft, input)) = self.draft_and_input() else { return };
        if draft.rows.is_empty() {
            return self.draft_new();
        }
        let Some(row) = draft.rows.get(draft.row).filter(|r| r.mark != RowMark::Removed) else { return };
        let Some(cell) = row.cells.get(draft.column) else { return };
        if input.columns.get(draft.column).is_none_or(|c| c.cell != Cell::Fixed) {
            draft.editing = Some(Line::new(cell.as_str()));
        }
    }

    /// The next choice in a cell that has some.
    pub(super) fn draft_cycle(&mut self) {
        let Some((draft, input)) = self.draft_and_input() else { return };
        let (Some(row), Some(Cell::Choice(choices))) =
            (draft.rows.get(draft.row), input.columns.get(draft.column).map(|c| &c.cell))
        else {
            return;
        };
        let now = row.cells.get(draft.column).cloned().unwrap_or_default();
        let open: Vec<&Choice> = choices.iter().filter(|c| c.disabled.is_none()).collect();
        let next = open.iter().position(|c| c.value == now).map_or(0, |i| (i + 1) % open.len());
        if let Some(choice) = open.get(next) {
            let value = choice.value.clone();
            self.draft_set_cell(value);
        }
    }

    /// Puts a value into the cell under the cursor.
    fn draft_set_cell(&mut self, value: ArcStr) {
        let Some(draft) = self.draft() else { return };
        let Some(row) = draft.rows.get(draft.row).filter(|r| r.mark != RowMark::Removed).cloned() else { return };
        let mut cells = row.cells.clone();
        match cells.get_mut(draft.column) {
            Some(cell) if *cell != value => *cell = value,
            _ => return,
        }
        draft.remember();
        set_cells(&mut draft.edits, &row, cells);
        self.draft_changed();
    }

    /// Takes over the cell that is being edited. Returns whether there was one.
    pub(super) fn draft_take_over(&mut self) -> bool {
        let Some((draft, input)) = self.draft_and_input() else { return false };
        let Some(line) = draft.editing.take() else { return false };
        let value = input.columns.get(draft.column).map_or_else(|| line.text().into(), |c| typed(c, line.text()));
        self.draft_set_cell(value);
        // A new row is filled in from left to right.
        let Some((draft, input)) = self.draft_and_input() else { return true };
        if let Some(row) = draft.rows.get(draft.row).filter(|r| r.key.is_none())
            && let Some(next) = open_beside(input, draft.column, 1)
            && let Some(cell) = row.cells.get(next)
        {
            draft.column = next;
            if cell.is_empty() {
                draft.editing = Some(Line::default());
            }
        }
        true
    }

    /// Takes over the cell that is being edited and edits the one beside it, if there is one. Returns whether a cell was edited.
    pub(super) fn draft_next_cell(&mut self, by: isize) -> bool {
        let Some(column) = self.draft().filter(|d| d.editing.is_some()).map(|d| d.column) else { return false };
        self.draft_take_over();
        let Some((draft, input)) = self.draft_and_input() else { return true };
        let beside = open_beside(input, column, by);
        let cell = beside.and_then(|to| draft.rows.get(draft.row)?.cells.get(to).cloned());
        draft.column = if cell.is_some() { beside.unwrap_or(column) } else { column };
        draft.editing = cell.map(|c| Line::new(c.as_str()));
        true
    }

    pub(super) fn draft_new(&mut self) {
        let Some((_, input)) = self.draft_and_input() else { return };
        let first = |c: &DraftColumn| match &c.cell {
            Cell::Choice(choices) => choices.iter().find(|c| c.disabled.is_none()).map(|c| c.value.clone()),
            _ => None,
        };
        let cells: Vec<ArcStr> = input.columns.iter().map(|c| first(c).unwrap_or_default()).collect();
        self.draft_add(cells);
        if let Some(draft) = self.draft()
            && draft.rows.get(draft.row).and_then(|r| r.cells.first()).is_some_and(|c| c.is_empty())
        {
            draft.editing = Some(Line::default());
        }
    }

    /// Adds a row with these cells, the cursor on it.
    fn draft_add(&mut self, cells: Vec<ArcStr>) {
        let Some(draft) = self.draft() else { return };
        draft.remember();
        draft.edits.push(crate::model::RowEdit::Add(cells));
        self.draft_changed();
        if let Some(draft) = self.draft() {
            (draft.row, draft.column) = (draft.rows.len().saturating_sub(1), 0);
        }
    }

    /// A menu of the rows that are often wanted.
    pub(super) fn draft_presets(&mut self) {
        let Some((_, input)) = self.draft_and_input() else { return };
        if input.presets.is_empty() {
            return self.refuse("No presets for these rows.");
        }
        let item = |(i, p): (usize, &crate::model::Preset)| MenuItem {
            label: p.label.clone(),
            detail: p.cells.iter().filter(|c| !c.is_empty()).map(ArcStr::as_str).collect::<Vec<_>>().join("  "),
            value: MenuValue::At(i),
            ..MenuItem::default()
        };
        let items = input.presets.iter().enumerate().map(item).collect();
        self.menu(Menu::new(MenuKind::Presets, "Add a row", items));
    }

    pub(super) fn draft_preset(&mut self, at: usize) {
        let Some((_, input)) = self.draft_and_input() else { return };
        if let Some(cells) = input.presets.get(at).map(|p| p.cells.clone()) {
            self.draft_add(cells);
        }
        // What a preset leaves open is what comes next.
        let Some((draft, input)) = self.draft_and_input() else { return };
        if let Some(open) = input.errors.iter().find(|e| e.row == draft.row) {
            draft.column = open.column;
            draft.editing = Some(Line::default());
        }
    }

    /// Takes a row out, or puts it back. A row that was only in the draft goes for good (and comes back with undo).
    pub(super) fn draft_delete(&mut self) {
        let Some(draft) = self.draft() else { return };
        let Some(row) = draft.rows.get(draft.row).cloned() else { return };
        draft.remember();
        toggle_removed(&mut draft.edits, &row);
        self.draft_changed();
    }

    pub(super) fn draft_undo(&mut self) {
        let Some(draft) = self.draft() else { return };
        let Some(before) = draft.undo.pop() else { return };
        draft.edits = before;
        self.draft_changed();
    }

    /// The draft has changed: its edits are the field's value.
    fn draft_changed(&mut self) {
        let Some(draft) = self.draft() else { return };
        let edits = FormValue::Rows(draft.edits.clone());
        self.set_field(edits);
        if let Some((draft, input)) = self.draft_and_input() {
            draft.rows = merge(&input.original, &draft.edits);
            draft.row = draft.row.min(draft.rows.len().saturating_sub(1));
        }
    }
}
