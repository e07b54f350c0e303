//! The draft table: rows edited in place, with their difference to what is there and what is wrong at its cell.

use ratatui::layout::Rect;

use crate::app::overlay::Draft;
use crate::base::text::{cut_end, visible, width};
use crate::config::Role;
use crate::model::draft::merge;
use crate::model::{Cell, DraftRow, FormField, FormValue, RowMark, RowsInput};

use super::painter::Pen;

/// The rows as they are shown while the field is not edited.
fn still(input: &RowsInput, field: &FormField) -> Vec<DraftRow> {
    merge(&input.original, if let FormValue::Rows(edits) = &field.value { edits } else { &[] })
}

/// The lines that stand under a row: what is wrong with its cells, and what somebody else changed.
fn under(input: &RowsInput, at: usize, row: &DraftRow) -> Vec<(Role, String)> {
    let title = |column: usize| input.columns.get(column).map_or(String::new(), |c| c.title.to_lowercase());
    let wrong = input.errors.iter().filter(|e| e.row == at);
    let mut out: Vec<(Role, String)> =
        wrong.map(|e| (Role::Error, format!("✗ {}: {}", title(e.column), e.text))).collect();
    out.extend(row.conflict.iter().map(|text| (Role::Warning, format!("! {}", visible(text)))));
    out
}

/// How many lines the table takes, its titles included.
pub fn height(input: &RowsInput, field: &FormField, draft: Option<&Draft>) -> usize {
    let still = if draft.is_some() { Vec::new() } else { still(input, field) };
    let rows = draft.map_or(&still, |d| &d.rows);
    let more: usize = rows.iter().enumerate().map(|(i, r)| under(input, i, r).len()).sum();
    rows.len().max(1) + 1 + more
}

/// The rows with their difference: `+` new, `-` to go, `~` changed. Returns how many lines it took.
pub fn draw(pen: &mut Pen<'_>, area: Rect, input: &RowsInput, field: &FormField, draft: Option<&Draft>) -> u16 {
    let none;
    let draft = match draft {
        Some(draft) => draft,
        None => {
            none = Draft { rows: still(input, field), row: usize::MAX, ..Draft::default() };
            &none
        }
    };
    let widths = widths(input, draft, area.width.saturating_sub(6));
    let place = |i: usize| area.x + 6 + widths[..i].iter().map(|w| w + 2).sum::<u16>();
    for (i, column) in input.columns.iter().enumerate() {
        if area.height > 0 {
            pen.say(place(i), area.y, widths[i], column.title, Role::Header);
        }
    }
    let lines: Vec<usize> = draft.rows.iter().enumerate().map(|(i, r)| 1 + under(input, i, r).len()).collect();
    // The focused row is on the screen with what is said of it.
    let room = usize::from(area.height.saturating_sub(1));
    let mut skip = 0;
    if draft.row < draft.rows.len() {
        while skip < draft.row && lines[skip..=draft.row].iter().sum::<usize>() > room {
            skip += 1;
        }
    }
    let mut y = area.y + 1;
    for (n, row) in draft.rows.iter().enumerate().skip(skip) {
        if y >= area.bottom() {
            break;
        }
        draw_row(pen, Rect { y, height: 1, ..area }, input, draft, n, row, &widths);
        y += 1;
        for (role, text) in under(input, n, row) {
            if y < area.bottom() {
                pen.say(area.x + 6, y, area.width.saturating_sub(6), &text, role);
                y += 1;
            }
        }
    }
    if draft.rows.is_empty() && area.height > 1 {
        pen.say(area.x + 6, area.y + 1, area.width.saturating_sub(6), "– There are none.", Role::Quiet);
        y += 1;
    }
    y.min(area.bottom()).saturating_sub(area.y)
}

fn draw_row(pen: &mut Pen<'_>, area: Rect, input: &RowsInput, draft: &Draft, n: usize, row: &DraftRow, widths: &[u16]) {
    let focused = n == draft.row;
    let (glyph, role) = match row.mark {
        RowMark::Removed => ("-", Role::Removed),
        RowMark::Added => ("+", Role::Added),
        RowMark::Changed => ("~", Role::Added),
        RowMark::Same => (" ", Role::Text),
    };
    if focused {
        pen.say(area.x + 2, area.y, 1, "▸", Role::Focus);
    }
    pen.say(area.x + 4, area.y, 1, glyph, role);
    let mut x = area.x + 6;
    for (i, room) in widths.iter().enumerate() {
        let text = row.cells.get(i).map(|c| visible(shown(input, i, c))).unwrap_or_default();
        let here = focused && i == draft.column;
        let wrong = input.errors.iter().any(|e| (e.row, e.column) == (n, i));
        match draft.editing.as_ref().filter(|_| here) {
            Some(line) => pen.input(x, area.y, *room, line, Role::Input),
            None => {
                let fixed = input.columns.get(i).is_some_and(|c| c.cell == Cell::Fixed);
                let role = if wrong {
                    Role::Error
                } else if fixed {
                    Role::Quiet
                } else {
                    role
                };
                let mut style = pen.style(role);
                if here {
                    style = style.patch(pen.style(Role::Choice));
                }
                let text = cut_end(&text, usize::from(*room));
                // An empty cell under the cursor, or with something wrong about it, is seen too.
                let pad = if text.is_empty() && here {
                    " ".repeat(usize::from((*room).min(8)))
                } else if text.is_empty() && wrong {
                    "✗".into()
                } else {
                    String::new()
                };
                pen.put(x, area.y, *room, &format!("{text}{pad}"), style);
            }
        }
        x += room + 2;
    }
}

/// What stands for a cell's text: of a choice its name.
fn shown<'a>(input: &'a RowsInput, column: usize, text: &'a str) -> &'a str {
    let Some(Cell::Choice(choices)) = input.columns.get(column).map(|c| &c.cell) else { return text };
    choices.iter().find(|c| c.value == text).map_or(text, |c| c.label.as_str())
}

/// Cells that a column has at least: what is typed has room.
fn least(cell: &Cell) -> usize {
    if matches!(cell, Cell::Text | Cell::Range) { 10 } else { 4 }
}

/// Each column as wide as its contents, the widest giving way where there is too little room.
fn widths(input: &RowsInput, draft: &Draft, room: u16) -> Vec<u16> {
    let wide = |(i, column): (usize, &crate::model::DraftColumn)| {
        let cells_of = |r: &DraftRow| r.cells.get(i).map_or(0, |c| width(&visible(shown(input, i, c))));
        let most = draft.rows.iter().map(cells_of).max().unwrap_or(0).max(width(column.title)).max(least(&column.cell));
        // One cell more: the cursor stands behind the text.
        u16::try_from(most + 1).unwrap_or(u16::MAX)
    };
    let mut widths: Vec<u16> = input.columns.iter().enumerate().map(wide).collect();
    let gaps = u16::try_from(input.columns.len().saturating_sub(1) * 2).unwrap_or(0);
    loop {
        let used = widths.iter().map(|w| u32::from(*w)).sum::<u32>() + u32::from(gaps);
        let Some(widest) = widths.iter_mut().max() else { return widths };
        if used <= u32::from(room) || *widest <= 4 {
            return widths;
        }
        *widest -= u16::try_from((used - u32::from(room)).min(u32::from(*widest / 4).max(1))).unwrap_or(1);
    }
}
