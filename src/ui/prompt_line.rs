//! Lines that are typed at the foot of the screen, palette and filter, with their completions above them.

use ratatui::layout::Rect;

use crate::app::overlay::{Completion, Filter, Palette};
use crate::app::{Line, complete};
use crate::config::Role;
use crate::model::Spot;

use super::painter::{Pen, cells};
use super::styled_text::{self, item};

/// At most so many completions are seen at once.
const MOST: u16 = 12;
/// Cells that a short word has at most.
const SHORT: u16 = 5;

/// What is typed, what it could become, and what is wrong with it.
struct Typed<'a> {
    prompt: &'static str,
    line: &'a Line,
    items: &'a [Completion],
    choice: Option<usize>,
    error: Option<&'a String>,
    waits: Option<&'a String>,
    note: Option<&'a String>,
    hint: &'static str,
}

/// The palette.
pub fn palette(pen: &mut Pen<'_>, body: Rect, foot: Rect, p: &Palette) {
    let hint = "KIND [QUERY], ACTION [ARGS], or a row's name or id";
    draw(
        pen,
        body,
        foot,
        &Typed {
            prompt: ":",
            line: &p.line,
            items: &p.items,
            choice: p.choice,
            error: p.error.as_ref(),
            waits: p.waits.as_ref().map(|w| &w.text),
            note: None,
            hint,
        },
    );
}

/// The filter.
pub fn filter(pen: &mut Pen<'_>, body: Rect, foot: Rect, f: &Filter) {
    let hint = "words, field:value, field>number, tag:Key=value; !word means not; a or b";
    draw(
        pen,
        body,
        foot,
        &Typed {
            prompt: "/",
            line: &f.line,
            items: &f.items,
            choice: f.choice,
            error: f.error.as_ref(),
            waits: None,
            note: f.hint.as_ref(),
            hint,
        },
    );
}

/// What is looked for in a text.
pub fn search(pen: &mut Pen<'_>, foot: Rect, line: &Line) {
    pen.clear(foot);
    let x = pen.say(foot.x, foot.y, 2, "/", Role::Key);
    pen.input(x, foot.y, foot.right().saturating_sub(x), line, Role::Input);
}

fn draw(pen: &mut Pen<'_>, body: Rect, foot: Rect, typed: &Typed<'_>) {
    pen.clear(foot);
    let x = pen.say(foot.x, foot.y, 2, typed.prompt, Role::Key);
    pen.input(x, foot.y, foot.right().saturating_sub(x), typed.line, Role::Input);
    if typed.line.is_empty() {
        pen.say(x + 2, foot.y, foot.right().saturating_sub(x + 2), typed.hint, Role::Placeholder);
    }
    let across = body.width.saturating_sub(1);
    let mut errors = match (typed.error, typed.waits) {
        (Some(e), _) => item("✗", e, across, Role::Error),
        (None, Some(text)) => item("◌", &format!("{text} Continues by itself; esc cancels."), across, Role::Hint),
        (None, None) => Vec::new(),
    };
    errors.extend(typed.note.map_or(Vec::new(), |text| item("·", text, across, Role::Warning)));
    let wrong = u16::try_from(errors.len()).unwrap_or(0).min(body.height.saturating_sub(1));
    let room = MOST.min(body.height.saturating_sub(wrong + 1));
    let all = u16::try_from(typed.items.len()).unwrap_or(u16::MAX);
    // Those that do not fit are said, on the last line.
    let more = u16::from(all > room && room > 1);
    let height = all.min(room - more.min(room));
    let lines = height + more + wrong;
    if lines == 0 {
        return;
    }
    let area = Rect { y: body.bottom().saturating_sub(lines + 1), height: lines + 1, ..body };
    pen.clear(area);
    pen.spot(area, Spot::Layer);
    pen.repeat(area.x, area.y, area.width, "─", Role::Border);
    let mut y = area.y + 1;
    let shown = usize::from(height);
    let skip = typed.choice.map_or(0, |c| (c + 1).saturating_sub(shown));
    let text = typed.items.iter().skip(skip).take(shown).map(named).max().unwrap_or(0).min(area.width / 2);
    for (i, item) in typed.items.iter().enumerate().skip(skip).take(shown) {
        pen.spot(Rect { y, height: 1, ..area }, Spot::Entry(i));
        completion(pen, Rect { y, height: 1, ..area }, item, typed.choice == Some(i), text.max(16));
        y += 1;
    }
    if more > 0 {
        let left = typed.items.len().saturating_sub(skip + shown);
        let (above, at_least) = (skip > 0, if typed.items.len() >= complete::MOST { "at least " } else { "" });
        let text = match (above, left) {
            (false, n) => format!("… {at_least}{n} more: type on, or go down with the arrow"),
            (true, 0) => format!("… {skip} above"),
            (true, n) => format!("… {skip} above, {at_least}{n} more"),
        };
        pen.say(area.x + 1, y, area.width.saturating_sub(1), &text, Role::Quiet);
        y += 1;
    }
    styled_text::draw(pen, Rect { x: area.x + 1, y, width: area.width.saturating_sub(1), height: wrong }, &errors, 0);
}

/// The words that are short enough to save typing.
fn short(item: &Completion) -> impl Iterator<Item = &'static str> {
    item.short.iter().copied().filter(|s| cells(s) <= SHORT)
}

/// Cells of a completion and its short words.
fn named(item: &Completion) -> u16 {
    let short = short(item).map(|s| cells(s) + 1).sum::<u16>();
    cells(&item.text) + if short > 0 { short + 1 } else { 0 }
}

fn completion(pen: &mut Pen<'_>, area: Rect, item: &Completion, chosen: bool, column: u16) {
    let off = item.disabled.is_some();
    let role = match (chosen, off) {
        (true, _) => Role::Choice,
        (_, true) => Role::Disabled,
        _ => Role::Text,
    };
    pen.say(area.x, area.y, 1, if chosen { "▸" } else { " " }, Role::Focus);
    let end = area.x + 1 + column;
    let mut at = pen.say(area.x + 1, area.y, column, &item.text, role) + 1;
    for short in short(item) {
        if at + 1 + cells(short) > end {
            break;
        }
        at = pen.say(at + 1, area.y, end - at - 1, short, Role::Quiet);
    }
    let x = area.x + column + 3;
    pen.say(x, area.y, 9, item.what, Role::Quiet);
    let x = x + 10;
    let doc = item.disabled.as_deref().unwrap_or(&item.doc);
    pen.say(x, area.y, area.right().saturating_sub(x), doc, if off { Role::Disabled } else { Role::Hint });
}
