//! The fields of an action.

use ratatui::layout::Rect;

use crate::app::TextArea;
use crate::app::form_sections::summary;
use crate::app::overlay::{Draft, FormState};
use crate::app::paths::in_room;
use crate::config::{Keymap, Mode, Role};
use crate::model::files::Files;
use crate::model::{FormField, FormInput, FormValue, Spot};
use crate::store::Store;

use super::painter::{Pen, cells, wrap};
use super::picker;
use super::styled_text::{Line, draw_left, item, middle};

/// Lines of the row that leads to the plan, with the empty one above it.
const CONTINUE: u16 = 2;

/// Where the form stands over `area`.
pub fn place(area: Rect, files: &Files, form: &FormState) -> Rect {
    measured(area, files, form).0
}

/// That, how many lines each field takes, and how many what stands below them all.
fn measured(area: Rect, files: &Files, form: &FormState) -> (Rect, Vec<u16>, u16) {
    let width = if area.width < 100 { area.width } else { 90 };
    let room = width.saturating_sub(4);
    let heights: Vec<u16> = (0..form.spec.fields.len()).map(|i| height_of(form, files, i, room)).collect();
    let height = heights.iter().fold(0u16, |sum, h| sum.saturating_add(*h));
    let wrong = form.error.as_ref().map_or(0, |e| item("✗", e, room, Role::Error).len());
    let below = u16::from(!form.spec.needs.is_empty()) + u16::try_from(wrong).unwrap_or(0);
    let height = height.saturating_add(2 + below + u16::from(below > 0) + CONTINUE);
    (middle(area, width, height.max(6)), heights, below)
}

/// Draws the form over `area`.
pub fn draw(pen: &mut Pen<'_>, area: Rect, (store, files): (&Store, &Files), form: &FormState, keymap: &Keymap) {
    let (place, heights, below) = measured(area, files, form);
    let subjects = if form.on.rows.len() > 1 { format!("{} rows", form.on.rows.len()) } else { String::new() };
    let inner = pen.frame(place, &form.spec.title, &subjects);
    let label = form.spec.fields.iter().map(|f| cells(f.label)).max().unwrap_or(0).min(inner.width / 3);
    // The focused field is on the screen, whatever stands above it.
    let tops: Vec<u16> = heights.iter().scan(0u16, |y, h| Some(std::mem::replace(y, y.saturating_add(*h)))).collect();
    let focus = form.focus.min(heights.len().saturating_sub(1));
    let focused = heights.get(focus).zip(tops.get(focus));
    let bottom = focused.map_or(0, |(height, top)| top + height);
    // Where the screen is very low, the fields have it, and the key stands on the last line.
    let room_for = if inner.height.saturating_sub(below) > CONTINUE + 1 { CONTINUE } else { 0 };
    let room_for = if form.on_continue() { room_for.max(1) } else { room_for };
    let seen = inner.height.saturating_sub(below + room_for);
    let skip = bottom.saturating_sub(seen).min(focused.map_or(0, |(_, top)| *top));
    for (i, top) in tops.iter().enumerate().filter(|(i, _)| heights[*i] > 0) {
        let Some(top) = top.checked_sub(skip) else { continue };
        if top >= seen {
            break;
        }
        let place = Rect { y: inner.y + top, height: seen - top, ..inner };
        pen.spot(Rect { height: heights[i].min(place.height), ..place }, Spot::Field(i));
        draw_block(pen, place, (store, files), form, i, label);
    }
    // What does not fit is there all the same.
    let all = tops.last().zip(heights.last()).map_or(0, |(top, height)| top + height);
    if skip > 0 {
        pen.say(place.right().saturating_sub(2), inner.y, 1, "▲", Role::Quiet);
    }
    if all.saturating_sub(skip) > seen && seen > 0 {
        pen.say(place.right().saturating_sub(2), inner.y + seen - 1, 1, "▼", Role::Quiet);
    }
    if room_for > 0 {
        go_on(pen, Rect { y: inner.bottom() - 1, height: 1, ..inner }, form, keymap);
    }
    let inner = Rect { height: inner.height.saturating_sub(room_for), ..inner };
    let mut y = inner.bottom();
    if let Some(error) = &form.error {
        let lines = item("✗", error, inner.width, Role::Error);
        y = y.saturating_sub(u16::try_from(lines.len()).unwrap_or(0)).max(inner.y);
        sentence(pen, Rect { y, height: inner.bottom() - y, ..inner }, &lines);
    }
    if !form.spec.needs.is_empty() && y > inner.y {
        y -= 1;
        let mut names: Vec<&str> = Vec::new();
        for title in form.spec.needs.iter().map(|t| t.kind.0.title) {
            if !names.contains(&title) {
                names.push(title);
            }
        }
        pen.say(inner.x, y, inner.width, &format!("◌ not loaded yet: {}", names.join(", ").to_lowercase()), Role::Busy);
    }
}

/// The row that leads to the plan, with the keys that do so from any field.
fn go_on(pen: &mut Pen<'_>, area: Rect, form: &FormState, keymap: &Keymap) {
    let focused = form.on_continue();
    pen.spot(area, Spot::Continue);
    if focused {
        pen.say(area.x, area.y, 1, "▸", Role::Focus);
    }
    let role = if focused { Role::Title } else { Role::Text };
    let after = pen.say(area.x + 2, area.y, area.width.saturating_sub(2), "Continue to the plan", role);
    let keys = keymap.keys_of(Mode::Form, "submit").join(", ");
    if after + 2 + cells(&keys) <= area.right() {
        pen.say(after + 2, area.y, area.right() - after - 2, &keys, Role::Quiet);
    }
}

/// Lines of a sentence, as many as there is room for. Returns how many these were.
fn sentence(pen: &mut Pen<'_>, area: Rect, lines: &[Line]) -> u16 {
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        draw_left(pen, Rect { y, height: 1, ..area }, line);
    }
    u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.height)
}

/// What is said below a field whether it is focused or not: what is wrong with it, and what is known of its value.
fn said_of(field: &FormField, room: u16) -> Vec<Line> {
    let mut out = error_of(field).map_or(Vec::new(), |e| item("✗", e, room, Role::Error));
    if !field.facts.is_empty() {
        out.extend(wrap(&field.facts, room).into_iter().map(|line| Line::of(line, Role::Quiet)));
    }
    out
}

/// How many lines a field takes with what belongs to it: of a folded section its first field stands for all.
fn height_of(form: &FormState, files: &Files, at: usize, room: u16) -> u16 {
    match form.folded(at) {
        Some(section) => u16::from(section.start == at),
        None if form.spec.fields[at].is_hidden() => 0,
        None => {
            let field = &form.spec.fields[at];
            u16::from(heads_section(form, at)) + field_height(field, form, files, room)
        }
    }
}

/// Whether a section that was opened begins here.
fn heads_section(form: &FormState, at: usize) -> bool {
    let section = |i: usize| form.spec.fields.get(i).and_then(|f| f.section);
    section(at).is_some() && (at == 0 || section(at - 1) != section(at))
}

/// A field, or the line of a folded section.
fn draw_block(pen: &mut Pen<'_>, mut area: Rect, known: (&Store, &Files), form: &FormState, at: usize, label: u16) {
    let field = &form.spec.fields[at];
    if let Some(section) = form.folded(at) {
        let fields = &form.spec.fields[section];
        let wrong = fields.iter().filter(|f| f.error.is_some()).count();
        let focused = (at..at + fields.len()).contains(&form.focus);
        if focused {
            pen.say(area.x, area.y, 1, "▸", Role::Focus);
        }
        let name = field.section.unwrap_or_default();
        let x = area.x + 2;
        let after =
            pen.say(x, area.y, area.width - 2, &format!("▹ {name}  "), if focused { Role::Title } else { Role::Text });
        let values: Vec<String> = fields.iter().map(|f| format!("{} {}", f.label.to_lowercase(), summary(f))).collect();
        let mark = match wrong {
            0 => String::new(),
            1 => "✗ 1 error".into(),
            n => format!("✗ {n} errors"),
        };
        let end = area.right().saturating_sub(cells(&mark) + u16::from(wrong > 0) * 2);
        pen.say(after, area.y, end.saturating_sub(after), &values.join(" · "), Role::Quiet);
        let style = pen.style(Role::Error);
        pen.put_right(area.right(), area.y, cells(&mark), &mark, style);
        return;
    }
    if heads_section(form, at) {
        pen.say(area.x + 2, area.y, area.width - 2, &format!("▾ {}", field.section.unwrap_or_default()), Role::Header);
        area = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        if area.height == 0 {
            return;
        }
    }
    draw_field(pen, area, known, form, (at, field), (at == form.focus, label));
}

/// The open text of a field, if it has one.
fn open_text(form: &FormState, focused: bool) -> Option<&TextArea> {
    form.editors.area.as_ref().filter(|_| focused)
}

/// The line of names that could follow in a path.
fn names_under(form: &FormState, files: &Files, focused: bool, room: u16) -> Option<String> {
    let names = if focused { form.candidates(files) } else { Vec::new() };
    (!names.is_empty()).then(|| in_room(&names, usize::from(room.saturating_sub(4))))
}

fn field_height(field: &FormField, form: &FormState, files: &Files, room: u16) -> u16 {
    let focused = form.spec.fields.get(form.focus).is_some_and(|f| f.name == field.name);
    let table = match &field.input {
        FormInput::Rows(input) => super::draft::height(input, field, form.draft.as_ref().filter(|_| focused), room),
        _ => open_text(form, focused).map_or(0, super::text_area::height),
    };
    let help = if focused { wrap(&field.help, room.saturating_sub(4)).len() } else { 0 };
    let help = if field.help.is_empty() { 0 } else { help };
    let names = usize::from(names_under(form, files, focused, room).is_some());
    u16::try_from(1 + table + help + names + said_of(field, room.saturating_sub(4)).len()).unwrap_or(u16::MAX)
}

fn draw_field(
    pen: &mut Pen<'_>,
    area: Rect,
    (store, files): (&Store, &Files),
    form: &FormState,
    (number, field): (usize, &FormField),
    (focused, label): (bool, u16),
) {
    let mut y = area.y;
    let x = area.x + 2;
    if focused {
        pen.say(area.x, y, 1, "▸", Role::Focus);
    }
    pen.say(x, y, label, field.label, if focused { Role::Title } else { Role::Text });
    let at = x + label + 2;
    let room = area.right().saturating_sub(at);
    match (&field.input, &field.value) {
        (FormInput::Rows(input), _) => {
            let draft = form.draft.as_ref().filter(|_| focused);
            let left = draft.map_or(0, Draft::changes);
            if left > 0 {
                let style = pen.style(Role::Warning);
                let text =
                    if left == 1 { "1 change not applied".into() } else { format!("{left} changes not applied") };
                pen.put_right(area.right(), y, room, &text, style);
            }
            let table = Rect { y: y + 1, height: area.height.saturating_sub(1), ..area };
            y += super::draft::draw(pen, table, input, field, draft);
        }
        (FormInput::Toggle, FormValue::Flag(on)) => {
            let end = pen.say(at, y, room, if *on { "[x] yes" } else { "[ ] no" }, Role::Input);
            pen.spot(Rect { x: at, y, width: end - at, height: 1 }, Spot::Value(number));
        }
        (FormInput::Choice(choices), FormValue::Text(value)) => {
            let chosen = choices.iter().position(|c| c.value == *value);
            let shown = chosen.map_or(value.as_str(), |i| choices[i].label.as_str());
            let of = chosen.map_or(String::new(), |i| format!("  {} of {}", i + 1, choices.len()));
            let why = chosen.and_then(|i| choices[i].disabled.clone()).map(|w| format!("  {w}")).unwrap_or_default();
            let sought = if focused && !form.sought.is_empty() { format!("  /{}", form.sought) } else { String::new() };
            // Which of how many it is stands there however long the choice is.
            let room = room.saturating_sub(cells(&of) + if focused { 4 } else { 0 });
            let (before, behind) = if focused { ("‹ ", " ›") } else { ("", "") };
            let from = pen.say(at, y, 2, before, Role::Input);
            let to = pen.say(from, y, room, shown, Role::Input);
            let after = pen.say(to, y, 2, behind, Role::Input);
            value_spots(pen, Rect { x: at, y, width: after - at, height: 1 }, number, focused.then_some((from, to)));
            pen.say(after, y, area.right().saturating_sub(after), &format!("{of}{sought}{why}"), Role::Quiet);
        }
        (FormInput::Pick(pick), FormValue::Text(value)) => {
            let place = Rect { x: at, y, width: room, height: 1 };
            let picker = form.picker.as_deref().filter(|_| focused);
            let ends = picker::draw_value(pen, place, store, pick, value, picker);
            value_spots(pen, Rect { width: room, ..place }, number, ends);
            if focused && !form.sought.is_empty() {
                let style = pen.style(Role::Quiet);
                pen.put_right(area.right(), y, room / 3, &format!("/{}", form.sought), style);
            }
        }
        (FormInput::Lines { most, .. }, FormValue::Secret(text)) => {
            let open = open_text(form, focused);
            let text = open.map_or(text.expose().as_str(), TextArea::text);
            let over = text.len() > *most;
            pen.say(at, y, room, &super::text_area::measure(text, *most), if over { Role::Error } else { Role::Text });
            if let Some(open) = open {
                let rows = u16::try_from(super::text_area::height(open)).unwrap_or(u16::MAX);
                let place = Rect {
                    x: area.x + 2,
                    width: area.width - 2,
                    y: y + 1,
                    height: rows.min(area.bottom().saturating_sub(y + 1)),
                };
                super::text_area::draw(pen, place, open);
                y += rows;
            } else if focused {
                let style = pen.style(Role::Hint);
                pen.put_right(area.right(), y, room, "enter: edit here; @ names a file", style);
            }
        }
        (FormInput::Secret, FormValue::Secret(secret)) => {
            // As many dots whatever it is: its length is nobody's business either.
            let dots = "•".repeat(if secret.expose().is_empty() { 0 } else { 8 });
            let end = pen.say(at, y, room, if dots.is_empty() && !focused { "–" } else { &dots }, Role::Input);
            if focused {
                pen.cursor = Some((end, y));
            }
        }
        (input, value) => {
            let (mark, text) = match value {
                FormValue::Text(t) => ("", t.as_str()),
                FormValue::File(path) => ("@", path.as_str()),
                _ => ("", ""),
            };
            let at = pen.say(at, y, room, mark, Role::Input);
            let room = area.right().saturating_sub(at);
            match form.line.as_ref().filter(|_| focused) {
                Some(line) => {
                    let style = pen.style(Role::Input).patch(pen.style(Role::Link));
                    pen.tint(Rect { x: at, y, width: room, height: 1 }, style);
                    pen.input(at, y, room, line, Role::Input);
                }
                None if text.is_empty() => {
                    pen.say(at, y, room, "–", Role::Placeholder);
                }
                None => {
                    pen.say(at, y, room, text, Role::Text);
                }
            }
            if let FormInput::Number { min, max } = input {
                let style = pen.style(Role::Quiet);
                pen.put_right(area.right(), y, room, &format!("{min} to {max}"), style);
            }
        }
    }
    y += 1;
    let below = Rect { x: area.x + 4, y, width: area.width.saturating_sub(4), height: area.bottom().saturating_sub(y) };
    y += sentence(pen, below, &said_of(field, below.width));
    if let Some(names) = names_under(form, files, focused, area.width)
        && y < area.bottom()
    {
        pen.say(area.x + 4, y, area.width.saturating_sub(4), &names, Role::Text);
        y += 1;
    }
    if focused && !field.help.is_empty() {
        for line in wrap(&field.help, area.width.saturating_sub(4)) {
            if y < area.bottom() {
                pen.say(area.x + 4, y, area.width.saturating_sub(4), &line, Role::Hint);
                y += 1;
            }
        }
    }
}

/// Where a click takes another value: the whole of it, and the signs at its `ends`, if it has some.
fn value_spots(pen: &mut Pen<'_>, area: Rect, number: usize, ends: Option<(u16, u16)>) {
    pen.spot(area, Spot::Value(number));
    if let Some((from, to)) = ends {
        pen.spot(Rect { width: from.saturating_sub(area.x), ..area }, Spot::Step(false));
        pen.spot(Rect { x: to, width: 2.min(area.right().saturating_sub(to)), ..area }, Spot::Step(true));
    }
}

/// What is wrong with a field as a whole: what is wrong with a cell stands at the cell.
fn error_of(field: &FormField) -> Option<&String> {
    let at_cell = |e: &&String| matches!(&field.input, FormInput::Rows(i) if i.errors.iter().any(|c| c.text == **e));
    field.error.as_ref().filter(|e| !at_cell(e))
}
