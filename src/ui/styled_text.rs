//! Lines of styled pieces: what dialogues are made of before they are drawn, so that their height is known first.

use ratatui::layout::Rect;

use crate::app::search::Search;
use crate::base::text::visible;
use crate::config::Role;
use crate::query::Plain;

use super::painter::{Pen, cells, wrap};

/// One line: pieces with their roles, and one at the right edge.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    /// From the left.
    pub left: Vec<(String, Role)>,
    /// At the right edge, if it fits.
    pub right: Option<(String, Role)>,
}

impl Line {
    /// An empty line.
    pub fn blank() -> Line {
        Line::default()
    }
    /// A line of one piece.
    pub fn of(text: impl Into<String>, role: Role) -> Line {
        Line { left: vec![(text.into(), role)], right: None }
    }
    /// The same with a further piece.
    #[must_use]
    pub fn and(mut self, text: impl Into<String>, role: Role) -> Line {
        self.left.push((text.into(), role));
        self
    }
    /// How many cells its left part takes.
    pub fn width(&self) -> u16 {
        self.left.iter().map(|(t, _)| cells(t)).sum()
    }
}

/// A sentence with a glyph before it, wrapped under its own beginning.
pub fn item(glyph: &str, text: &str, room: u16, role: Role) -> Vec<Line> {
    let hang = cells(glyph) + 1;
    wrap(text, room.saturating_sub(hang))
        .into_iter()
        .enumerate()
        .map(|(i, line)| {
            let before = if i == 0 { format!("{glyph} ") } else { " ".repeat(usize::from(hang)) };
            Line::of(before, role).and(line, role)
        })
        .collect()
}

/// Draws what a line has at its left; returns where that ends.
pub fn draw_left(pen: &mut Pen<'_>, area: Rect, line: &Line) -> u16 {
    line.left.iter().fold(area.x, |x, (text, role)| pen.say(x, area.y, area.right().saturating_sub(x), text, *role))
}

/// Draws lines from the top of an area, `scroll` of them left out, and says how many are below, or which are seen.
pub fn draw(pen: &mut Pen<'_>, area: Rect, lines: &[Line], scroll: usize) {
    let height = usize::from(area.height);
    let scroll = scroll.min(lines.len().saturating_sub(height));
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(scroll)) {
        let x = draw_left(pen, Rect { y, height: 1, ..area }, line);
        if let Some((text, role)) = &line.right
            && x + 2 + cells(text) <= area.right()
        {
            let style = pen.style(*role);
            pen.put_right(area.right(), y, area.width, text, style);
        }
    }
    let below = lines.len().saturating_sub(scroll + height);
    // Once one has begun to read on, where one is says more than how much is left.
    let place = match scroll {
        _ if height == 0 => return,
        0 if below == 0 => return,
        0 => format!(" ↓ {below} more"),
        _ => format!(" {}-{} of {}", scroll + 1, (scroll + height).min(lines.len()), lines.len()),
    };
    let style = pen.style(Role::Quiet);
    pen.put_right(area.right(), area.bottom() - 1, area.width, &place, style);
}

/// The same where something is looked for: that is marked, and the line of the chosen place is in sight.
pub fn draw_searched(pen: &mut Pen<'_>, area: Rect, lines: &[Line], scroll: usize, search: &Search) {
    if search.text.is_empty() {
        return draw(pen, area, lines, scroll);
    }
    let plain = Plain::new(&search.text);
    let texts: Vec<String> = lines.iter().map(|l| l.left.iter().map(|(t, _)| visible(t)).collect()).collect();
    let found: Vec<usize> = (0..lines.len()).filter(|i| plain.each_in(&texts[*i], |_| {})).collect();
    let height = usize::from(area.height);
    let chosen = search
        .at
        .filter(|_| !found.is_empty())
        .map(|at| usize::try_from(at.rem_euclid(isize::try_from(found.len()).unwrap_or(1))).unwrap_or(0));
    let scroll = match chosen {
        Some(nth) => found[nth].saturating_sub(height / 3).saturating_add_signed(search.offset),
        None => scroll,
    };
    let scroll = scroll.min(lines.len().saturating_sub(height));
    draw(pen, area, lines, scroll);
    let style = pen.style(Role::Match);
    for (y, (i, text)) in (area.y..area.bottom()).zip(texts.iter().enumerate().skip(scroll)) {
        plain.each_in(text, |part| {
            let from = area.x + cells(&text[..part.start]);
            let width = cells(&text[part]).min(area.right().saturating_sub(from));
            pen.tint(Rect { x: from, y, width, height: 1 }, style);
        });
        if chosen.is_some_and(|nth| found[nth] == i) {
            let style = pen.style(Role::Choice);
            pen.tint(Rect { x: area.x.saturating_sub(1), y, width: 1, height: 1 }, style);
        }
    }
    let said = match chosen {
        Some(nth) => format!(" {} of {} ", nth + 1, found.len()),
        None if found.is_empty() => " not found ".to_string(),
        None => format!(" {} found ", found.len()),
    };
    if height > 0 {
        pen.put_right(area.right(), area.y, area.width, &said, style);
    }
}

/// The first line to draw of `lines`, where scrolling was counted in entries (`counted` of them) that may have been wrapped
/// since: at the end of the entries stands the end of the lines.
pub fn reach(scroll: usize, counted: usize, lines: usize, height: usize) -> usize {
    let (most, last) = (counted.saturating_sub(height), lines.saturating_sub(height));
    if lines <= counted || most == 0 { scroll.min(last) } else { (scroll.min(most) * last).div_ceil(most) }
}

/// A box of this size in the middle of an area, a third of the way down; never larger than the area.
pub fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 3, width, height }
}
