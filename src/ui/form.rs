//! The fields of an action.

use ratatui::layout::Rect;

use crate::app::overlay::{Draft, FormState};
use crate::config::Role;
use crate::model::{FormField, FormInput, FormValue};
use crate::store::Store;

use super::painter::{Pen, cells, wrap};
use super::picker;
use super::styled_text::middle;

/// Draws the form over `area`.
pub fn draw(pen: &mut Pen<'_>, area: Rect, store: &Store, form: &FormState) {
    let width = if area.width < 100 { area.width } else { 90 };
    let height = form.spec.fields.iter().map(|f| field_height(f, form, width)).sum::<u16>();
    let below = u16::from(!form.spec.needs.is_empty()) + u16::from(form.error.is_some());
    let height = height.saturating_add(2 + below + u16::from(below > 0));
    let place = middle(area, width, height.max(6));
    let subjects = if form.on.rows.len() > 1 { format!("{} rows", form.on.rows.len()) } else { String::new() };
    let inner = pen.frame(place, &form.spec.title, &subjects);
    let label = form.spec.fields.iter().map(|f| cells(f.label)).max().unwrap_or(0).min(inner.width / 3);
    // The focused field is on the screen, whatever stands above it.
    let mut tops = Vec::with_capacity(form.spec.fields.len());
    let mut y = 0;
    for field in &form.spec.fields {
        tops.push(y);
        y += field_height(field, form, width);
    }
    let focused = form.spec.fields.get(form.focus).zip(tops.get(form.focus));
    let bottom = focused.map_or(0, |(f, top)| top + field_height(f, form, width));
    let skip = bottom.saturating_sub(inner.height.saturating_sub(below)).min(focused.map_or(0, |(_, top)| *top));
    for (i, (field, top)) in form.spec.fields.iter().zip(&tops).enumerate() {
        let Some(top) = top.checked_sub(skip) else { continue };
        if top >= inner.height {
            break;
        }
        let place = Rect { y: inner.y + top, height: inner.height.saturating_sub(top + below), ..inner };
        draw_field(pen, place, store, form, field, (i == form.focus, label));
    }
    let mut y = inner.bottom();
    if let Some(error) = &form.error {
        y = y.saturating_sub(1);
        pen.say(inner.x, y, inner.width, &format!("✗ {error}"), Role::Error);
    }
    if !form.spec.needs.is_empty() {
        y = y.saturating_sub(1);
        let names: Vec<&str> = form.spec.needs.iter().map(|t| t.kind.0.title).collect();
        pen.say(inner.x, y, inner.width, &format!("◌ not asked yet: {}", names.join(", ").to_lowercase()), Role::Busy);
    }
}

fn field_height(field: &FormField, form: &FormState, width: u16) -> u16 {
    let focused = form.spec.fields.get(form.focus).is_some_and(|f| f.name == field.name);
    let table = match &field.input {
        FormInput::Rows(input) => super::draft::height(input, field, form.draft.as_ref().filter(|_| focused)),
        _ => 0,
    };
    let help = if focused { wrap(&field.help, width.saturating_sub(8)).len() } else { 0 };
    let help = if field.help.is_empty() { 0 } else { help };
    u16::try_from(1 + table + help).unwrap_or(u16::MAX) + u16::from(error_of(field).is_some())
}

fn draw_field(
    pen: &mut Pen<'_>,
    area: Rect,
    store: &Store,
    form: &FormState,
    field: &FormField,
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
            pen.say(at, y, room, if *on { "[x] yes" } else { "[ ] no" }, Role::Input);
        }
        (FormInput::Choice(choices), FormValue::Text(value)) => {
            let chosen = choices.iter().position(|c| c.value == *value);
            let shown = chosen.map_or(value.as_str(), |i| choices[i].label.as_str());
            let text = if focused { format!("‹ {shown} ›") } else { shown.to_string() };
            let after = pen.say(at, y, room, &text, Role::Input);
            let of = chosen.map_or(String::new(), |i| format!("  {} of {}", i + 1, choices.len()));
            let why = chosen.and_then(|i| choices[i].disabled.clone()).map(|w| format!("  {w}")).unwrap_or_default();
            let sought = if focused && !form.sought.is_empty() { format!("  /{}", form.sought) } else { String::new() };
            pen.say(after, y, area.right().saturating_sub(after), &format!("{of}{sought}{why}"), Role::Quiet);
        }
        (FormInput::Pick(pick), FormValue::Text(value)) => {
            let place = Rect { x: at, y, width: room, height: 1 };
            picker::draw_value(pen, place, store, pick, value, form.picker.as_deref().filter(|_| focused));
            if focused && !form.sought.is_empty() {
                let style = pen.style(Role::Quiet);
                pen.put_right(area.right(), y, room / 3, &format!("/{}", form.sought), style);
            }
        }
        (input, value) => {
            let text = if let FormValue::Text(t) = value { t.as_str() } else { "" };
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
    if let Some(error) = error_of(field)
        && y < area.bottom()
    {
        pen.say(at.min(area.x + 4), y, area.width.saturating_sub(4), &format!("✗ {error}"), Role::Error);
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

/// What is wrong with a field as a whole: what is wrong with a cell stands at the cell.
fn error_of(field: &FormField) -> Option<&String> {
    let at_cell = |e: &&String| matches!(&field.input, FormInput::Rows(i) if i.errors.iter().any(|c| c.text == **e));
    field.error.as_ref().filter(|e| !at_cell(e))
}
