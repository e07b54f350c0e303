//! A page that tells more of one row: its lines, or a picture drawn of half blocks.

use ratatui::layout::Rect;
use ratatui::style::{Color as TermColor, Style as TermStyle};

use crate::app::State;
use crate::app::overlay::Pager;
use crate::app::row_page::{LineLook, OpenPage, page_room};
use crate::config::{Color, Depth, Role};
use crate::model::Picture;
use crate::store::Store;

use super::painter::Pen;
use super::styled_text::{self, Line};

/// Draws the page over `area`.
pub fn draw(pen: &mut Pen<'_>, area: Rect, (state, store): (&State, &Store), pager: &Pager, open: &OpenPage) {
    let view = state.row_page(store, open, page_room(area.width));
    let inner = pen.frame(area, &view.title, &view.right);
    let role = |look: LineLook| match look {
        LineLook::Text => Role::Text,
        LineLook::Quiet => Role::Quiet,
        LineLook::Bad => Role::Bad,
        LineLook::Key => Role::Key,
    };
    let mut lines: Vec<Line> = view.lines.iter().map(|(text, look)| Line::of(text.clone(), role(*look))).collect();
    if let Some(drawn) = view.picture {
        let above = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(1);
        let room = Rect { y: inner.y + above.min(inner.height), height: inner.height.saturating_sub(above), ..inner };
        if !picture(pen, room, drawn) {
            lines.push(Line::of("This terminal has too few colours to draw it: open the file.", Role::Quiet));
        }
    }
    styled_text::draw_searched(pen, inner, &lines, pager.scroll, &pager.search);
}

/// Draws a picture as large as it fits, two dots in a cell above each other; whether there are colours enough.
fn picture(pen: &mut Pen<'_>, area: Rect, picture: &Picture) -> bool {
    let depth = pen.theme().depth();
    if !matches!(depth, Depth::True | Depth::Indexed) {
        return false;
    }
    let (most_wide, most_high) = (usize::from(area.width), usize::from(area.height) * 2);
    if most_wide == 0 || most_high == 0 {
        return true;
    }
    // A cell is about twice as high as it is wide: its two dots are squares.
    let (mut wide, mut high) = (most_wide, (most_wide * picture.height / picture.width).max(1));
    if high > most_high {
        (wide, high) = ((most_high * picture.width / picture.height).clamp(1, most_wide), most_high);
    }
    let color = |x: usize, y: usize| {
        let [r, g, b] = picture.mean(x, y, wide, high);
        match Color::Rgb(r, g, b).at(depth) {
            Color::Indexed(n) => TermColor::Indexed(n),
            Color::Rgb(r, g, b) => TermColor::Rgb(r, g, b),
            Color::Ansi(n) => TermColor::Indexed(n),
            Color::Default => TermColor::Reset,
        }
    };
    let cells = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    pen.picture = Some(Rect { width: cells(wide), height: cells(high.div_ceil(2)), ..area });
    for (row, y) in (area.y..area.bottom()).zip((0..high).step_by(2)) {
        for (column, x) in (area.x..area.right()).zip(0..wide) {
            let lower = if y + 1 < high { color(x, y + 1) } else { TermColor::Reset };
            pen.put_cut(column, row, 1, "▀", TermStyle::new().fg(color(x, y)).bg(lower));
        }
    }
    true
}
