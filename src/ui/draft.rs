//! The draft table: rows edited in place, with their difference to what is there and what is wrong at its cell.

use ratatui::layout::Rect;

use crate::app::overlay::Draft;
use crate::base::text::{cut_end, visible, width};
use crate::config::Role;
use crate::model::draft::merge;
use crate::model::{Cell, DraftColumn, DraftRow, FormField, FormValue, RowMark, RowsInput, Spot};

use super::painter::Pen;
use super::styled_text::{Line, draw_left, item};

/// What stands for values of several rows that differ.
const MIXED: &str = "(mixed)";

/// The rows as they are shown while the field is not edited.
fn still(input: &RowsInput, field: &FormField) -> Vec<DraftRow> {
    merge(&input.original, if let FormValue::Rows(edits) = &field.value { edits } else { &[] })
}

/// The lines that stand under a row: what is wrong with its cells, and what somebody else changed.
fn under(input: &RowsInput, at: usize, row: &DraftRow, room: u16) -> Vec<Line> {
    let title = |column: usize| input.columns.get(column).map_or(String::new(), |c| c.title.to_lowercase());
    let wrong = input.errors.iter().filter(|e| e.row == at);
    let mut out: Vec<Line> =
        wrong.flat_map(|e| item("✗", &format!("{}: {}", title(e.column), e.text), room, Role::Error)).collect();
    out.extend(row.conflict.iter().flat_map(|text| item("!", text, room, Role::Warning)));
    out
}

/// How many lines the table takes in so many cells, its titles included.
pub fn height(input: &RowsInput, field: &FormField, draft: Option<&Draft>, room: u16) -> usize {
    let still = if draft.is_some() { Vec::new() } else { still(input, field) };
    let rows = draft.map_or(&still, |d| &d.rows);
    let more: usize = rows.iter().enumerate().map(|(i, r)| under(input, i, r, beside(room)).len()).sum();
    rows.len().max(1) + 1 + more
}

/// What is left of a line behind the cursor and the mark of a row.
const fn beside(room: u16) -> u16 {
    room.saturating_sub(6)
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
    let below = beside(area.width);
    let lines: Vec<usize> = draft.rows.iter().enumerate().map(|(i, r)| 1 + under(input, i, r, below).len()).collect();
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
        if draft.row < draft.rows.len() {
            // Left of the cells the row is meant, in the column where the cursor is.
            pen.spot(Rect { y, height: 1, ..area }, Spot::Cell(n, draft.column));
            for (i, width) in widths.iter().enumerate() {
                pen.spot(Rect { x: place(i), y, width: width + 2, height: 1 }, Spot::Cell(n, i));
            }
        }
        y += 1;
        for line in under(input, n, row, below) {
            if y < area.bottom() {
                draw_left(pen, Rect { x: area.x + 6, y, width: below, height: 1 }, &line);
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
                // A key is never empty; what is shown for several values is nobody's text.
                let mixed = text.is_empty() && row.key.as_ref().is_some_and(|key| input.mixed.contains(key));
                let text = if mixed { MIXED.into() } else { text };
                let fixed = input.columns.get(i).is_some_and(|c| c.cell == Cell::Fixed);
                let role = if wrong {
                    Role::Error
                } else if fixed || mixed {
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

/// What stands for a cell's text: of a choice its name, of an id that of what has it.
fn shown<'a>(input: &'a RowsInput, column: usize, text: &'a str) -> &'a str {
    let Some(Cell::Choice(choices)) = input.columns.get(column).map(|c| &c.cell) else { return input.shown(text) };
    choices.iter().find(|c| c.value == text).map_or(text, |c| c.label.as_str())
}

/// Cells that are left of any column.
const LEAST: u16 = 4;
/// Cells that a column which is only shown keeps beside those that are edited.
const SHOWN: u16 = 12;

/// Cells that a column has at least, if there is room: what is typed has room.
fn least(column: &DraftColumn) -> usize {
    if matches!(column.cell, Cell::Text | Cell::Range) && !column.short { 10 } else { 4 }
}

/// Each column as wide as its contents and its title. Where there is too little room, first titles and room to type in give way, then the
/// widest contents.
fn widths(input: &RowsInput, draft: &Draft, room: u16) -> Vec<u16> {
    let of = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let filled = |i: usize| {
        let cells_of = |r: &DraftRow| r.cells.get(i).map_or(0, |c| width(&visible(shown(input, i, c))));
        draft.rows.iter().map(cells_of).max().unwrap_or(0)
    };
    let full: Vec<u16> = (0..input.columns.len()).map(|i| of(filled(i))).collect();
    // What is only shown gives way to what is edited.
    let kept = |(column, full): (&DraftColumn, &u16)| match column.cell {
        Cell::Fixed => (*full).clamp(LEAST, SHOWN),
        _ => (*full).max(LEAST),
    };
    let contents: Vec<u16> = input.columns.iter().zip(&full).map(kept).collect();
    // One cell more: the cursor stands behind the text.
    let wide = |(column, filled): (&DraftColumn, &u16)| (*filled).max(of(width(column.title).max(least(column)))) + 1;
    let mut widths: Vec<u16> = input.columns.iter().zip(&full).map(wide).collect();
    let gaps = of(input.columns.len().saturating_sub(1) * 2);
    let over = |widths: &[u16]| {
        let used = widths.iter().map(|w| u32::from(*w)).sum::<u32>() + u32::from(gaps);
        used.saturating_sub(u32::from(room))
    };
    while over(&widths) > 0 {
        let spare = widths.iter_mut().zip(&contents).max_by_key(|(wide, filled)| wide.saturating_sub(**filled));
        match spare {
            Some((wide, filled)) if *wide > *filled => *wide -= 1,
            _ => break,
        }
    }
    loop {
        let over = over(&widths);
        let Some(widest) = widths.iter_mut().max() else { return widths };
        if over == 0 || *widest <= LEAST {
            return widths;
        }
        *widest -= u16::try_from(over.min(u32::from(*widest / 4).max(1))).unwrap_or(1);
    }
}
