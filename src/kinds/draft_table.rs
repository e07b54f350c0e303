//! Draft tables of actions: a field whose rows are edited in place, with what each cell takes checked.

use arcstr::ArcStr;

use crate::base::text::{suggest, visible};
use crate::model::draft::merge;
use crate::model::{
    Cell, CellError, DraftColumn, DraftRow, FormField, FormInput, FormValue, Preset, RowMark, RowsInput, TableRow,
    Values,
};
use crate::net::range::Range as _;

/// A draft table as an action declares it.
pub struct DraftTable {
    /// The field's name and label.
    pub field: (&'static str, &'static str),
    /// The columns.
    pub columns: Vec<DraftColumn>,
    /// The rows as they are in the account.
    pub original: Vec<TableRow>,
    /// Rows that are often wanted.
    pub presets: Vec<Preset>,
    /// One sentence.
    pub help: String,
}

impl DraftTable {
    /// The rows with the user's edits; new ones in which nothing is filled in are left out.
    pub fn rows(&self, values: &Values) -> Vec<DraftRow> {
        let mut rows = merge(&self.original, values.edits(self.field.0));
        rows.retain(|r| !self.is_blank(r));
        rows
    }

    /// Whether it is a new row in which nothing is filled in yet: its choices stand on something all the same.
    pub fn is_blank(&self, row: &DraftRow) -> bool {
        let filled =
            |(column, cell): (&DraftColumn, &ArcStr)| !cell.is_empty() && !matches!(column.cell, Cell::Choice(_));
        row.mark == RowMark::Added && !self.columns.iter().zip(&row.cells).any(filled)
    }

    /// The field. `check` says what is wrong with cells beyond what their columns take: the row's place in `rows`, the column, a sentence.
    pub fn into_field(self, values: &Values, check: impl FnOnce(&[DraftRow]) -> Vec<CellError>) -> FormField {
        let rows = merge(&self.original, values.edits(self.field.0));
        let mut errors = Vec::new();
        for (row, r) in rows.iter().enumerate().filter(|(_, r)| is_new(r) && !self.is_blank(r)) {
            for (column, (c, cell)) in self.columns.iter().zip(&r.cells).enumerate() {
                if let Some(text) = why_not(&c.cell, cell) {
                    errors.push(CellError { row, column, text });
                }
            }
        }
        for error in check(&rows) {
            if !errors.iter().any(|e| (e.row, e.column) == (error.row, error.column)) {
                errors.push(error);
            }
        }
        errors.sort_by_key(|e| (e.row, e.column));
        let error = errors.first().map(|e| e.text.clone());
        let value = FormValue::Rows(values.edits(self.field.0).to_vec());
        let DraftTable { field: (name, label), columns, original, presets, help } = self;
        let input = RowsInput { columns, original, presets, errors, ..RowsInput::default() };
        FormField::new(name, label, FormInput::Rows(Box::new(input)), value).with_help(help).with_error(error)
    }
}

/// Whether the row is to be other than it is: only then are its cells the user's doing.
pub fn is_new(row: &DraftRow) -> bool {
    matches!(row.mark, RowMark::Added | RowMark::Changed)
}

fn why_not(cell: &Cell, text: &ArcStr) -> Option<String> {
    match cell {
        Cell::Text | Cell::Fixed => None,
        Cell::Number { min, max } => match text.trim().parse::<i64>() {
            Ok(n) if (*min..=*max).contains(&n) => None,
            Ok(n) => Some(format!("Must be from {min} to {max}, not {n}.")),
            Err(_) => Some(format!("Must be a whole number from {min} to {max}.")),
        },
        Cell::Choice(choices) => match choices.iter().find(|c| c.value == *text) {
            Some(c) => c.disabled.clone(),
            None => Some(format!(
                "{} is not one of them.{}",
                visible(text),
                suggest(text, choices.iter().map(|c| c.value.as_str()))
            )),
        },
        Cell::Range => ipnet::IpNet::read(text.trim())
            .is_none()
            .then(|| format!("{} is not a range of addresses; write 10.0.0.0/8 or 2600:1f14::/32.", visible(text))),
    }
}
