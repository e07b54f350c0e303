//! Short lists to choose from: actions, links, sort, columns, what to copy, runs.

use ratatui::layout::Rect;

use crate::app::overlay::{Menu, MenuItem};
use crate::config::Role;
use crate::model::Spot;

use super::painter::{Pen, cells, wrap};
use super::styled_text::{self, Line, item, middle};

/// Draws the list over `area`.
pub fn draw(pen: &mut Pen<'_>, area: Rect, menu: &Menu) {
    let checks = menu.items.iter().any(|i| i.checked.is_some());
    let letters = menu.items.iter().any(|i| i.letter.is_some());
    let label = menu.items.iter().map(|i| cells(&i.label)).max().unwrap_or(0);
    let all_off = all_off(menu);
    let about = menu.items.iter().map(|i| cells(note(i, all_off))).max().unwrap_or(0);
    let heading = headings(menu);
    let wide = 4
        + 2
        + heading
        + u16::from(checks) * 4
        + u16::from(letters) * 2
        + label
        + if about > 0 { about + 3 } else { 0 };
    let width = wide.max(cells(&menu.title).min(56) + 8).max(36).min(area.width.saturating_sub(if area.width > 80 {
        8
    } else {
        0
    }));
    let error = menu.error.as_ref().map(|e| wrap(&format!("! {e}"), width.saturating_sub(4))).unwrap_or_default();
    let errors = u16::try_from(error.len()).unwrap_or(0);
    let items = u16::try_from(menu.items.len().max(1)).unwrap_or(u16::MAX - 9);
    let typed = u16::from(menu.line.is_some());
    // As large as with all entries, and as what is said of the one with the most: it does not jump while one types or moves.
    let room = width.saturating_sub(4);
    let about_of = |i: &MenuItem| u16::try_from(about_chosen(menu, i, room).len()).unwrap_or(0);
    let feet = menu.items.iter().map(about_of).max().unwrap_or(0);
    let place = middle(area, width, items.saturating_add(2 + errors + typed + feet));
    let mut inner = pen.frame(place, &menu.title, "");
    if let Some(line) = menu.line.as_ref().filter(|_| inner.height > 1) {
        let at = pen.say(inner.x, inner.y, 2, "/ ", Role::Key);
        pen.input(at, inner.y, inner.right().saturating_sub(at), line, Role::Input);
        inner = Rect { y: inner.y + 1, height: inner.height - 1, ..inner };
    }
    let shown = menu.shown();
    // The entries stay in sight: what is said of the chosen one gets what they leave, and half of the box at least.
    let left = inner.height.saturating_sub(errors);
    let feet = feet.min(left.saturating_sub(items).max(left / 2));
    let room = left.saturating_sub(feet);
    let skip = (menu.cursor + 1).saturating_sub(usize::from(room.max(1)));
    let room_for = inner.width.saturating_sub(2 + heading + u16::from(checks) * 4 + u16::from(letters) * 2);
    // Where both have too little room, the label leaves some to what is said of it.
    let label = match about {
        0 => label.min(room_for),
        _ => label.min(room_for.saturating_sub(about + 3).max(room_for * 3 / 5)),
    };
    let mut above = "";
    for (y, (i, at)) in (inner.y..inner.y + room).zip(shown.iter().enumerate().skip(skip)) {
        let item = &menu.items[*at];
        pen.spot(Rect { y, height: 1, ..inner }, Spot::Entry(i));
        if heading > 0 && item.group != above {
            pen.say(inner.x, y, heading, item.group, Role::Header);
            above = item.group;
        }
        let place = Rect { x: inner.x + heading, y, width: inner.width.saturating_sub(heading), height: 1 };
        let letter = letters.then_some(item.letter.filter(|_| menu.line.is_none()));
        entry(pen, place, item, (i == menu.cursor, letter, all_off), label);
    }
    let below = shown.len().saturating_sub(skip + usize::from(room));
    if below > 0 {
        // On the box's own line: every entry keeps its place.
        let style = pen.style(Role::Quiet);
        pen.put_right(
            place.right().saturating_sub(2),
            place.bottom() - 1,
            inner.width,
            &format!(" ↓ {below} more "),
            style,
        );
    }
    if shown.is_empty() && room > 0 {
        let why = if menu.items.is_empty() { "Nothing to choose from." } else { "Nothing matches." };
        pen.say(inner.x + 2, inner.y, inner.width, &format!("– {why}"), Role::Quiet);
    }
    if let Some(chosen) = menu.item().filter(|_| feet > 0) {
        let lines = about_chosen(menu, chosen, inner.width);
        styled_text::draw(pen, Rect { y: inner.y + room, height: feet, ..inner }, &lines, 0);
    }
    for (y, line) in (inner.y + room + feet..inner.bottom()).zip(error) {
        pen.say(inner.x, y, inner.width, &line, Role::Warning);
    }
}

/// What stands below the entries about the chosen one: the whole of what its line may have no room for. None where no entry has notes.
fn about_chosen(menu: &Menu, chosen: &MenuItem, room: u16) -> Vec<Line> {
    if menu.items.iter().all(|i| i.notes.is_empty()) {
        return Vec::new();
    }
    let mut lines = vec![Line::of("─".repeat(usize::from(room)), Role::Border)];
    if !chosen.detail.is_empty() {
        lines.extend(item("$", &chosen.detail, room, Role::Code));
    }
    if let Some(why) = &chosen.disabled {
        lines.extend(item("!", why, room, Role::Warning));
    }
    lines.extend(chosen.notes.iter().flat_map(|note| item("·", note, room, Role::Hint)));
    lines
}

/// The cells that headings take beside the entries, so that no line is given to them: none where there is only one.
fn headings(menu: &Menu) -> u16 {
    let first = menu.items.first().map_or("", |i| i.group);
    let several = menu.items.iter().any(|i| i.group != first);
    let widest = menu.items.iter().map(|i| cells(i.group)).max().unwrap_or(0);
    if several { widest + 2 } else { 0 }
}

/// What is said beside an entry: why it cannot be chosen, else more about it.
fn note(item: &MenuItem, all_off: bool) -> &str {
    item.disabled.as_deref().filter(|_| !all_off).unwrap_or(item.brief.as_ref().unwrap_or(&item.detail))
}

/// Whether no entry can be chosen, all for the same reason, which stands below them: once is enough.
fn all_off(menu: &Menu) -> bool {
    let mut reasons = menu.items.iter().map(|i| &i.disabled);
    let first = reasons.next();
    first.is_some_and(|why| why.is_some() && reasons.all(|other| other == why))
        && menu.items.iter().any(|i| !i.notes.is_empty())
}

/// Draws one entry. `letter`: what chooses it, where entries have letters; `all_off`: why no entry can be chosen stands below.
fn entry(
    pen: &mut Pen<'_>,
    area: Rect,
    item: &MenuItem,
    (chosen, letter, all_off): (bool, Option<Option<char>>, bool),
    label: u16,
) {
    let off = item.disabled.is_some() || item.dim;
    pen.say(area.x, area.y, 1, if chosen { "▸" } else { " " }, Role::Focus);
    let mut x = area.x + 2;
    if let Some(on) = item.checked {
        pen.say(x, area.y, 3, if on { "[x]" } else { "[ ]" }, if on { Role::Mark } else { Role::Quiet });
        x += 4;
    }
    if let Some(letter) = letter {
        let text = letter.map_or_else(String::new, String::from);
        pen.say(x, area.y, 1, &text, if off { Role::Disabled } else { Role::Key });
        x += 2;
    }
    let role = match (chosen, off) {
        (true, _) => Role::Choice,
        (_, true) => Role::Disabled,
        _ => Role::Text,
    };
    pen.say(x, area.y, label.min(area.right().saturating_sub(x)), &item.label, role);
    let x = x + label + 3;
    pen.say(
        x,
        area.y,
        area.right().saturating_sub(x),
        note(item, all_off),
        if off { Role::Disabled } else { Role::Hint },
    );
}
