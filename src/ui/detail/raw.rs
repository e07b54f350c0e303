//! AWS's own words about the row: markup quiet, values plain; how old they are.

use ratatui::layout::Rect;

use crate::app::command::Command;
use crate::app::detail::{RAW_MARGIN, RawLine, raw_lines};
use crate::app::relative_time;
use crate::base::text::cut_end;
use crate::config::{Mode, Role};
use crate::model::{RawAnswer, RawStyle};
use crate::ui::painter::{Pen, cells};
use crate::ui::styled_text::{self, Line, item};

use super::Page;

/// Asking, refused, or the text.
pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, page: &Page<'_>) {
    let area = Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area };
    let answer = match &page.state.detail.raw {
        Some((of, answer)) if of == page.key => answer.as_ref(),
        _ => None,
    };
    let (lines, scroll) = match answer {
        None => (vec![Line::of("◌ Asking AWS…", Role::Busy)], 0),
        Some(Err(fault)) => {
            let mut lines = item("✗", &fault.to_string(), area.width, Role::Error);
            for hint in &fault.hints {
                lines.extend(item("·", hint, area.width, Role::Text));
            }
            (lines, 0)
        }
        Some(Ok(answer)) => (text(answer, page, area.width), page.state.detail.scroll),
    };
    styled_text::draw_searched(pen, area, &lines, scroll, &page.state.detail.search);
}

fn text(answer: &RawAnswer, page: &Page<'_>, width: u16) -> Vec<Line> {
    let asked = match relative_time::coarse(page.now, answer.at).as_str() {
        "now" => "asked now".to_string(),
        age => format!("asked {age} ago"),
    };
    let style = page.state.detail.style;
    let asked = match page.state.keymap.key_of(Mode::Detail, Command::Format.info().name) {
        Some(key) if answer.has_styles() => format!("{}, {key}: {}  {asked}", style.title(), style.next().title()),
        _ => asked,
    };
    let mut asked = Some((asked, Role::Quiet));
    let room = usize::from(width + 3).saturating_sub(RAW_MARGIN);
    raw_lines(answer, style, room)
        .into_iter()
        .map(|line| match line {
            RawLine::Title(title) => {
                let right = asked.take();
                let age = right.as_ref().map_or(0, |(text, _)| usize::from(cells(text)) + 2);
                let title = cut_end(title, room.saturating_sub(age)).into_owned();
                Line { right, ..Line::of(title, Role::Title) }
            }
            RawLine::Text(line, true) if style == RawStyle::Yaml && answer.has_styles() => yaml(&line),
            RawLine::Text(line, true) => marked_up(&line),
            RawLine::Text(line, false) => Line::of(line, Role::Text),
            RawLine::LeftOut(n) => Line::of(format!("… {n} more lines are not shown"), Role::Warning),
        })
        .collect()
}

/// A line with its tags or its key set apart.
fn marked_up(line: &str) -> Line {
    if line.trim_start().starts_with('<') {
        let open = line.find('>').map_or(line.len(), |i| i + 1);
        let close = line[open..].rfind("</").map_or(line.len(), |i| open + i);
        return Line::of(&line[..open], Role::Quiet)
            .and(&line[open..close], Role::Text)
            .and(&line[close..], Role::Quiet);
    }
    match line.find("\": ") {
        Some(i) => Line::of(&line[..i + 3], Role::Quiet).and(&line[i + 3..], Role::Text),
        None => Line::of(line, Role::Text),
    }
}

/// A line with its name set apart.
fn yaml(line: &str) -> Line {
    let end = line.find(": ").map(|i| i + 2).or(line.ends_with(':').then_some(line.len()));
    match end {
        Some(end) => Line::of(&line[..end], Role::Quiet).and(&line[end..], Role::Text),
        None => Line::of(line, Role::Text),
    }
}
