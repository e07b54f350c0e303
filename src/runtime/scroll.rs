//! Rows that only moved are moved by the terminal: a table that scrolls by a line costs a line and not a screen.
//!
//! With a scrolling region (DECSTBM) set to the rows, a line feed on its last line moves them up, a reverse index on its first
//! one moves them down (ECMA-48, DEC STD 070; terminals, tmux and screen have done so since the VT100). What the new frame
//! differs by after that is drawn as ever, so that a wrong guess costs bytes and nothing else.

use std::io::{self, Write};
use std::sync::Arc;

use ratatui::buffer::{Buffer, Cell};

use crate::app::State;
use crate::model::RowRef;

/// Which rows stand where.
pub(super) struct Place {
    order: Arc<Vec<RowRef>>,
    /// The first row that is seen.
    top: usize,
    /// The first line of the rows, and the line after the last.
    lines: (u16, u16),
}

/// Lines `lines.0..lines.1` move up by `by`, or down if it is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shift {
    pub(super) lines: (u16, u16),
    pub(super) by: i16,
}

impl Place {
    /// Where the rows of the table stand; `None` if something lies over them, or stands beside them and would be moved too.
    pub(super) fn of(state: &State) -> Option<Place> {
        let area = state.areas().table?;
        let whole = state.overlays.is_empty() && area.width == state.size.0;
        let lines = (area.y + 1, area.y + area.height);
        whole.then(|| Place { order: state.view.order.clone(), top: state.view.top, lines })
    }

    /// How the same rows come to stand there. `None`: not at all, or too little stays on the screen.
    pub(super) fn shift_to(&self, now: &Place) -> Option<Shift> {
        let by = i16::try_from(now.top as isize - self.top as isize).ok()?;
        let worth = by != 0 && by.unsigned_abs() <= (self.lines.1 - self.lines.0) / 2;
        (worth && self.lines == now.lines && Arc::ptr_eq(&self.order, &now.order))
            .then_some(Shift { lines: now.lines, by })
    }
}

impl Shift {
    /// Has the terminal move the lines. The lines that come in are blank.
    pub(super) fn write(self, out: &mut impl Write) -> io::Result<()> {
        let (first, last) = (self.lines.0 + 1, self.lines.1);
        // What comes in takes the background that is set: none, because every frame ends with a reset.
        write!(out, "\x1b[{first};{last}r")?;
        let (line, step) = if self.by > 0 { (last, "\n") } else { (first, "\x1bM") };
        write!(out, "\x1b[{line};1H")?;
        for _ in 0..self.by.unsigned_abs() {
            out.write_all(step.as_bytes())?;
        }
        out.write_all(b"\x1b[r")
    }

    /// Where a line comes to stand; `None`: outside.
    pub(super) fn line(self, y: u16) -> Option<u16> {
        let (first, end) = self.lines;
        if y < first || y >= end {
            return Some(y);
        }
        y.checked_add_signed(-self.by).filter(|y| (first..end).contains(y))
    }

    /// Does to a frame what the terminal does.
    pub(super) fn apply(self, frame: &mut Buffer) {
        let width = usize::from(frame.area.width);
        let span = usize::from(self.lines.0) * width..usize::from(self.lines.1) * width;
        let Some(cells) = frame.content.get_mut(span) else { return };
        let moved = usize::from(self.by.unsigned_abs()) * width;
        let blank = if self.by > 0 {
            cells.rotate_left(moved);
            cells.len() - moved..cells.len()
        } else {
            cells.rotate_right(moved);
            0..moved
        };
        cells[blank].fill(Cell::EMPTY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn a_terminal_and_a_frame_move_the_same_lines_and_no_others() {
        for by in [1, 2, -1, -2] {
            let shift = Shift { lines: (2, 6), by };
            let mut terminal = vt100::Parser::new(8.try_into().unwrap(), 6.try_into().unwrap(), 0);
            let mut frame = Buffer::empty(Rect::new(0, 0, 6, 8));
            for y in 0..8 {
                let text = format!("line {y}");
                frame.set_string(0, y, &text, Style::default());
                terminal.process(format!("\x1b[{};1H{text}", y + 1).as_bytes());
            }
            let mut sequence = Vec::new();
            shift.write(&mut sequence).unwrap();
            terminal.process(&sequence);
            shift.apply(&mut frame);
            let rows: Vec<String> = terminal.screen().rows(0, 6).collect();
            for (y, row) in rows.iter().enumerate() {
                let ours: String = (0..6).map(|x| frame[(x, y as u16)].symbol().to_string()).collect();
                assert_eq!(row.trim_end(), ours.trim_end(), "line {y}, by {by}");
            }
            for y in 0..8 {
                let want = shift.line(y).map(|to| rows[usize::from(to)].clone());
                assert!(want.is_none_or(|row| row == format!("line {y}")));
            }
        }
    }
}
