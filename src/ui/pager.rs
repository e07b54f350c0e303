//! Text to read in place of the table: help, messages.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::help::{self, HelpLine};
use crate::app::overlay::{Page, Pager};
use crate::config::Role;

use super::chrome::level;
use super::format;
use super::lines::{self, Line};
use super::pen::{Pen, cells, wrap};

/// Draws the page over `area`.
pub fn draw(pen: &mut Pen<'_>, area: Rect, state: &State, pager: &Pager) {
    let (title, lines) = match pager.page {
        Page::Help => ("Help", help_lines(state, area.width)),
        Page::Messages => {
            ("Messages", messages(state, pager, area.width.saturating_sub(4), area.height.saturating_sub(2)))
        }
    };
    let inner = pen.frame(area, title, "");
    let scroll = if pager.page == Page::Messages { 0 } else { pager.scroll };
    lines::draw(pen, inner, &lines, scroll);
}

fn help_lines(state: &State, width: u16) -> Vec<Line> {
    let all = help::lines(state);
    let keys = all
        .iter()
        .map(|l| if let HelpLine::Entry { keys, .. } = l { cells(keys) } else { 0 })
        .max()
        .unwrap_or(0)
        .min(width / 3);
    let column = |text: &str, to: u16| format!("{text}{}  ", " ".repeat(usize::from(to.saturating_sub(cells(text)))));
    all.into_iter()
        .map(|line| match line {
            HelpLine::Heading(text) => Line::of(text, Role::Title),
            HelpLine::Blank => Line::blank(),
            HelpLine::Entry { keys: k, name, doc } => Line::of(format!("  {}", column(&k, keys)), Role::Key)
                .and(if width >= 100 { column(name, 16) } else { String::new() }, Role::Quiet)
                .and(doc, Role::Text),
        })
        .collect()
}

/// The messages that the page is scrolled to, each with its time and whole. Scrolling counts messages, and a message may
/// take several lines: what is seen ends with the last one of the window, so that the newest is never below the screen.
fn messages(state: &State, pager: &Pager, room: u16, height: u16) -> Vec<Line> {
    let all = state.messages.len();
    let height = usize::from(height);
    let end = (pager.scroll + height).min(all);
    let mut blocks: Vec<Vec<Line>> = Vec::new();
    let mut used = 0;
    for message in state.messages.iter().take(end).rev() {
        let (glyph, role) = level(message.level);
        let time = format::clock(message.at, &state.zone);
        let mut block = Vec::new();
        for (i, text) in wrap(&message.text, room.saturating_sub(9)).into_iter().enumerate() {
            let (time, glyph) = if i == 0 { (time.as_str(), glyph) } else { ("     ", " ") };
            block.push(Line::of(format!("{time}  "), Role::Quiet).and(format!("{glyph} "), role).and(text, role));
        }
        used += block.len();
        if used > height && !blocks.is_empty() {
            break;
        }
        blocks.push(block);
    }
    let out: Vec<Line> = blocks.into_iter().rev().flatten().collect();
    if out.is_empty() { vec![Line::of("– Nothing has been said.", Role::Quiet)] } else { out }
}
