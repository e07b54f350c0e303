//! Wide characters that make way: the cell behind them is written again.
//!
//! When something narrow is drawn over a Hangul syllable or an emoji, ratatui writes the first of its two cells only and trusts the
//! terminal to blank the second. xterm does; not every terminal, multiplexer and screen recorder does.

use ratatui::buffer::{Buffer, CellDiffOption, CellWidth};
use ratatui::layout::Position;

use super::scroll::Shift;

/// Where the last frame had wide characters.
#[derive(Default)]
pub(super) struct Wide(Vec<Position>);

impl Wide {
    /// Lines have moved.
    pub(super) fn shift(&mut self, shift: Shift) {
        self.0.retain_mut(|at| {
            let line = shift.line(at.y);
            at.y = line.unwrap_or(at.y);
            line.is_some()
        });
    }

    /// To be called on each finished frame.
    pub(super) fn mend(&mut self, frame: &mut Buffer) {
        for at in self.0.drain(..) {
            let second = Position::new(at.x + 1, at.y);
            if frame.cell(at).is_some_and(|c| c.cell_width() < 2)
                && let Some(cell) = frame.cell_mut(second)
            {
                cell.set_diff_option(CellDiffOption::AlwaysUpdate);
            }
        }
        let area = frame.area;
        let wide = frame.content.iter().enumerate().filter(|(_, c)| c.symbol().len() > 1 && c.cell_width() > 1);
        let columns = usize::from(area.width).max(1);
        self.0 =
            wide.map(|(i, _)| Position::new(area.x + (i % columns) as u16, area.y + (i / columns) as u16)).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn the_second_cell_of_a_wide_character_is_written_when_it_makes_way() {
        let area = Rect::new(0, 0, 6, 1);
        let mut wide = Wide::default();
        let mut before = Buffer::empty(area);
        before.set_string(0, 0, "결제", Style::default());
        wide.mend(&mut before);
        let mut after = Buffer::empty(area);
        after.set_string(0, 0, "a", Style::default());
        wide.mend(&mut after);
        let written: Vec<u16> = before.diff(&after).into_iter().map(|(x, _, _)| x).collect();
        assert_eq!(written, [0, 1, 2, 3]);
        // And once is enough.
        let mut third = Buffer::empty(area);
        third.set_string(0, 0, "a", Style::default());
        wide.mend(&mut third);
        assert!(third.content.iter().all(|c| c.diff_option == CellDiffOption::None));
    }
}
