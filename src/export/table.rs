//! Columns for readers: aligned, without lines, as `kubectl` and `docker` print them.

use std::io::{self, Write};

use super::{Columns, Line, When};
use crate::base::text::{cut_end, cut_middle, width};
use crate::model::FieldType;

use super::Column;

/// What becomes of a cell that is wider than its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It is cut, as on the console's screen: for a terminal of this many cells. The last column has what the others leave it.
    Cut(usize),
    /// It is whole, and moves what comes after it in its line: for programs, and for who wants all of it.
    Whole,
}

/// Cells between two columns.
const GAP: usize = 2;

/// Writes a heading and a line for each row.
///
/// A column is as wide as its widest cell, but no wider than its field says: one cell of 200 would move every other row's rest out of
/// sight.
///
/// # Errors
/// What `out` says.
pub fn table(rows: &[impl Line], columns: &Columns, when: &When, fit: Fit, out: &mut impl Write) -> io::Result<()> {
    let list = &columns.list;
    let mut lines: Vec<Vec<String>> = vec![list.iter().map(|c| columns.title(c).to_string()).collect()];
    for row in rows {
        lines.push(list.iter().map(|c| columns.text(c, row, when).into_owned()).collect());
    }
    let mut widths: Vec<usize> = Vec::with_capacity(list.len());
    for (at, column) in list.iter().enumerate() {
        let is_last = at + 1 == list.len();
        let most = columns.most(column).max(width(&lines[0][at]));
        let used: usize = widths.iter().map(|w| w + GAP).sum();
        let most = match fit {
            Fit::Cut(room) if is_last => most.max(room.saturating_sub(used)),
            _ => most,
        };
        if let Fit::Cut(_) = fit {
            lines.iter_mut().for_each(|line| cut(columns, column, most, &mut line[at]));
        }
        widths.push(lines.iter().map(|l| width(&l[at])).filter(|w| *w <= most).max().unwrap_or_default());
    }
    for line in lines {
        let mut text = String::new();
        for (at, cell) in line.iter().enumerate() {
            let pad = widths[at].saturating_sub(width(cell));
            let (before, after) = if columns.is_right(&list[at]) { (pad, 0) } else { (0, pad) };
            text.extend(std::iter::repeat_n(' ', before));
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', after + GAP));
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

fn cut(columns: &Columns, column: &Column, most: usize, cell: &mut String) {
    if width(cell) <= most {
        return;
    }
    let is_id = matches!(column, Column::Field(i) if columns.kind.fields.at(*i).ty == FieldType::Id);
    *cell = if is_id { cut_middle(cell, most) } else { cut_end(cell, most) }.into_owned();
}
