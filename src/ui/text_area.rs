//! A text of several lines being typed: the lines around the cursor, and how much of its limit it takes.

use ratatui::layout::Rect;

use crate::app::TextArea;
use crate::base::text::{fitting, visible, width};
use crate::config::Role;
use crate::kinds::file_fields::size;

use super::painter::Pen;

/// Lines of the text that are shown at least and at most while it is edited.
const LEAST: usize = 6;
const MOST: usize = 14;

/// How many lines the open text takes.
pub fn height(area: &TextArea) -> usize {
    area.lines().count().clamp(LEAST, MOST)
}

/// `412 B of 16,384 B  12 lines`.
pub fn measure(text: &str, most: usize) -> String {
    let lines = match text.lines().count() {
        0 => String::new(),
        1 => "  1 line".into(),
        n => format!("  {n} lines"),
    };
    format!("{} of {}{lines}", size(text.len() as u64), size(most as u64))
}

/// Draws the lines around the cursor.
pub fn draw(pen: &mut Pen<'_>, area: Rect, text: &TextArea) {
    let (line, bytes) = text.cursor();
    let rows = usize::from(area.height);
    let count = text.lines().count();
    // The cursor stands in the middle of a long text, and no line is wasted at its end.
    let top = line.saturating_sub(rows / 2).min(count.saturating_sub(rows));
    let digits = count.to_string().len();
    let gutter = u16::try_from(digits + 2).unwrap_or(4);
    let room = usize::from(area.width.saturating_sub(gutter + 1));
    let before = text.lines().nth(line).map_or("", |l| &l[..bytes]);
    let cursor = width(&shown(before));
    // All lines are scrolled alike, so that the text keeps its shape.
    let left = cursor.saturating_sub(room.saturating_sub(1));
    for (i, (n, content)) in text.lines().enumerate().skip(top).take(rows).enumerate() {
        let y = area.y + u16::try_from(i).unwrap_or_default();
        pen.say(area.x, y, gutter, &format!("{:>digits$} ", n + 1), Role::Quiet);
        let content = shown(content);
        let from = if left == 0 { 0 } else { fitting(&content, left) };
        let style = pen.style(Role::Input);
        pen.put_cut(area.x + gutter, y, u16::try_from(room).unwrap_or(u16::MAX), &content[from..], style);
        if n == line {
            let at = u16::try_from(cursor - left).unwrap_or_default();
            pen.cursor = Some((area.x + gutter + at, y));
        }
    }
}

/// A line as it is shown: a tab takes four cells, other control characters are visible.
fn shown(line: &str) -> String {
    visible(&line.replace('\t', "    ")).into_owned()
}
