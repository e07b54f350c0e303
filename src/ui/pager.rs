//! Text to read in place of the table: help, messages, a run.

use std::ops::Range;

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::help::{self, HelpLine};
use crate::app::overlay::{Page, Pager};
use crate::app::run_page;
use crate::config::Role;
use crate::store::Store;

use super::chrome::level;
use super::painter::{Pen, cells, wrap};
use super::row_page;
use super::styled_text::{self, Line};

/// Draws the page over `area`.
pub fn draw(pen: &mut Pen<'_>, area: Rect, (state, store): (&State, &Store), pager: &Pager) {
    let title = match &pager.page {
        Page::Help => "Help",
        Page::Messages => "Messages",
        Page::Run(_) => "Run",
        Page::Row(open) => return row_page::draw(pen, area, (state, store), pager, open),
    };
    let inner = pen.frame(area, title, "");
    match &pager.page {
        Page::Row(_) => {}
        Page::Help | Page::Run(_) => {
            let all = match &pager.page {
                Page::Run(id) => run_page::lines(state, *id, pager.open),
                _ => help::lines(state),
            };
            let lines = help_lines(&all, inner.width);
            let scroll = styled_text::reach(pager.scroll, all.len(), lines.len(), usize::from(inner.height));
            styled_text::draw_searched(pen, inner, &lines, scroll, &pager.search);
        }
        Page::Messages => {
            let (lines, seen) = messages(state, pager, inner.width, inner.height);
            styled_text::draw_searched(pen, inner, &lines, 0, &pager.search);
            // Where one of them is looked for, all are there, and the text says itself where it is.
            if pager.search.at.is_none() && seen.len() < state.messages.len() && inner.height > 0 {
                let place = format!(" {}-{} of {}", seen.start + 1, seen.end, state.messages.len());
                let style = pen.style(Role::Quiet);
                pen.put_right(inner.right(), inner.bottom() - 1, inner.width, &place, style);
            }
        }
    }
}

fn help_lines(all: &[HelpLine], width: u16) -> Vec<Line> {
    let keys = all
        .iter()
        .map(|l| if let HelpLine::Entry { keys, .. } = l { cells(keys) } else { 0 })
        .max()
        .unwrap_or(0)
        .min(width / 3);
    let column = |text: &str, to: u16| format!("{text}{}  ", " ".repeat(usize::from(to.saturating_sub(cells(text)))));
    // Where there is room the command's own name stands between keys and sentence: it is what keymaps say.
    let named = |l: &HelpLine| matches!(l, HelpLine::Entry { name, .. } if !name.is_empty());
    let names = if width >= 96 && all.iter().any(named) { 16 } else { 0 };
    let mut out = Vec::new();
    for line in all {
        match line {
            HelpLine::Heading(text) => out.push(Line::of(text.clone(), Role::Title)),
            HelpLine::Blank => out.push(Line::blank()),
            HelpLine::Text(text) => {
                out.extend(
                    wrap(text, width.saturating_sub(4)).into_iter().map(|t| Line::of(format!("  {t}"), Role::Text)),
                );
            }
            HelpLine::Cells(cells) => {
                let line = Line::of("  ", Role::Text);
                let add = |line: Line, (key, what): &(String, String)| {
                    line.and(key.clone(), Role::Key).and(what.clone(), Role::Text)
                };
                out.push(cells.iter().fold(line, add));
            }
            HelpLine::Entry { keys: k, name, doc } => {
                let before = keys + 4 + if names > 0 { names + 2 } else { 0 };
                for (i, text) in wrap(doc, width.saturating_sub(before)).into_iter().enumerate() {
                    let (k, name) = if i == 0 { (k.as_str(), *name) } else { ("", "") };
                    let name = if names > 0 { column(name, names) } else { String::new() };
                    let line = Line::of(format!("  {}", column(k, keys)), Role::Key);
                    out.push(line.and(name, Role::Quiet).and(text, Role::Text));
                }
            }
        }
    }
    out
}

/// The messages that the page is scrolled to, each with its time and whole. Scrolling counts messages, and a message may
/// take several lines: what is seen ends with the last one of the window, so that the newest is never below the screen. With the lines
/// comes which messages they are.
fn messages(state: &State, pager: &Pager, room: u16, height: u16) -> (Vec<Line>, Range<usize>) {
    let all = state.messages.len();
    // All of them where one of them is looked for.
    let height = if pager.search.at.is_some() { usize::MAX } else { usize::from(height) };
    let end = pager.scroll.saturating_add(height).min(all);
    let mut blocks: Vec<Vec<Line>> = Vec::new();
    let mut used = 0;
    for message in state.messages.iter().take(end).rev() {
        let (glyph, role) = level(message.level);
        let time = message.at.clock_in(&state.zone);
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
    let seen = end - blocks.len()..end;
    let out: Vec<Line> = blocks.into_iter().rev().flatten().collect();
    (if out.is_empty() { vec![Line::of("– No messages yet.", Role::Quiet)] } else { out }, seen)
}
