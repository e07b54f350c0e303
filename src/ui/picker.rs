//! The picker of a form's field: a line to type in, what is shown and why, and the rows with their kind's own columns.

use ratatui::layout::Rect;

use crate::app::overlay::FormState;
use crate::app::{Freshness, Picker, State};
use crate::base::Time;
use crate::base::text::{capital, cut_middle, visible};
use crate::config::Role;
use crate::model::{Choice, Pick, Record, Spot};
use crate::store::{Progress, Store};

use super::empty_state::{Blank, draw as draw_blank, grouped};
use super::painter::{Pen, cells, wrap};
use super::rows::{Rows, both};
use super::styled_text::{self, item};
use super::{rect, table};

/// Names in a field of which several rows are the value; the rest is counted.
const NAMED: usize = 3;
/// Cells of one of several names.
const EACH: usize = 24;

/// The field's value: names with their ids, and for the focused field its place among all that can be chosen. Of that one it returns where
/// the value begins and ends, between the signs that lead to others.
pub fn draw_value(
    pen: &mut Pen<'_>,
    area: Rect,
    store: &Store,
    pick: &Pick,
    value: &str,
    picker: Option<&Picker>,
) -> Option<(u16, u16)> {
    let row = |id: &str| pick.tables.iter().find_map(|t| store.get(t, id));
    let called = |record: &Record| {
        let name = record.name.trim();
        if name.is_empty() || name == record.id {
            visible(&record.id).into_owned()
        } else {
            both(&visible(name), &record.id).to_string()
        }
    };
    let shown = |id: &str| match (pick.other(id), row(id)) {
        (Some(other), _) => other.label.to_string(),
        (None, Some(record)) => called(record),
        (None, None) => visible(id).into_owned(),
    };
    let parts = pick.parts(value);
    let text = match parts.as_slice() {
        [] => "–".to_string(),
        [one] => shown(one),
        many => {
            let name = |id: &&&str| row(id).map_or_else(|| (**id).to_string(), |r| visible(r.label()).into_owned());
            let names: Vec<String> =
                many.iter().take(NAMED).map(|id| cut_middle(&name(&id), EACH).into_owned()).collect();
            let more = many.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{}{more}", names.join(", "))
        }
    };
    let role = if parts.is_empty() { Role::Placeholder } else { Role::Input };
    let Some(picker) = picker else {
        pen.say(area.x, area.y, area.width, &text, role);
        return None;
    };
    let of = match (parts.len(), picker.place) {
        (0 | 1, Some(at)) => format!("  {} of {}", at + 1, grouped(picker.view.order.len())),
        (0 | 1, None) if !picker.view.order.is_empty() => format!("  of {}", grouped(picker.view.order.len())),
        (n, _) if n > 1 => format!("  {n} chosen"),
        _ => String::new(),
    };
    let room = area.width.saturating_sub(cells(&of) + 4);
    let from = pen.say(area.x, area.y, 2, "‹ ", role);
    let to = pen.say(from, area.y, room, &text, role);
    let after = pen.say(to, area.y, 2, " ›", role);
    pen.say(after, area.y, area.right().saturating_sub(after), &of, Role::Quiet);
    Some((from, to))
}

/// The open picker, in the form's place.
pub fn draw(pen: &mut Pen<'_>, (state, store, now): (&State, &Store, Time), form: &FormState, picker: &Picker) {
    let field = form.spec.fields.iter().find(|f| f.name == picker.field).map_or("", |f| f.label);
    let chosen = match (picker.pick.several, picker.view.marks.len()) {
        (true, n) => format!("{n} chosen"),
        (false, _) => String::new(),
    };
    let title = format!("{} › {field}", form.spec.title);
    let inner = pen.frame(rect(state.picker_area()), &title, &chosen);
    if inner.height < 4 {
        return;
    }
    typed(pen, Rect { height: 1, ..inner }, picker);
    let because = crate::app::layout::because_lines(state.size, &picker.pick.because);
    said(pen, Rect { y: inner.y + 1, height: 1, ..inner }, store, picker, because == 0);
    let foot = crate::app::layout::refusal_lines(state.size).min(inner.height - 3);
    let because = because.min(inner.height - 2 - foot);
    for (y, line) in (inner.y + 2..inner.y + 2 + because).zip(wrap(&picker.pick.because, inner.width)) {
        pen.say(inner.x, y, inner.width, &line, Role::Hint);
    }
    let lines = Rect { y: inner.y + 2 + because, height: inner.height - 2 - because - foot, ..inner };
    let rows = Rows::of(state, &picker.view, state.picker_columns(picker), store, now);
    let others = picker.others();
    let taken = u16::try_from(others.len()).unwrap_or(0).min(lines.height.saturating_sub(1));
    for (y, (i, other)) in (lines.y + 1..lines.y + 1 + taken).zip(others.iter().enumerate()) {
        pen.spot(Rect { y, height: 1, ..lines }, Spot::Entry(i));
        draw_other(pen, Rect { y, height: 1, ..lines }, other, picker.other == Some(i), picker.in_rows);
    }
    // The titles stand over what may be chosen besides rows; the rows come after it.
    let focus = if picker.other.is_some() { None } else { Some(true) };
    table::draw_below(pen, lines, taken, &rows, focus, &|id| picker.pick.refusal(id).is_some());
    if rows.is_empty() {
        let below = Rect { y: lines.y + 1 + taken, height: lines.height.saturating_sub(1 + taken), ..lines };
        if let Some(blank) = why(store, picker) {
            draw_blank(pen, below, &blank);
        }
    }
    let refused =
        || picker.view.cursor.as_ref().filter(|_| picker.other.is_none()).and_then(|r| picker.pick.refusal(&r.id));
    let said = match (&picker.error, refused()) {
        (Some(why), _) => item("!", why, inner.width, Role::Warning),
        (None, Some(why)) => item("✗", why, inner.width, Role::Disabled),
        (None, None) => Vec::new(),
    };
    styled_text::draw(pen, Rect { y: inner.bottom() - foot, height: foot, ..inner }, &said, 0);
}

fn typed(pen: &mut Pen<'_>, area: Rect, picker: &Picker) {
    let at = pen.say(area.x, area.y, 2, "/ ", if picker.in_rows { Role::Quiet } else { Role::Key });
    let room = area.right().saturating_sub(at);
    if picker.in_rows {
        pen.say(at, area.y, room, picker.line.text(), Role::Quiet);
    } else {
        pen.input(at, area.y, room, &picker.line, Role::Input);
    }
}

/// How many rows are shown of how many, whether that is all, and, if it has no lines of its own, why no others.
fn said(pen: &mut Pen<'_>, area: Rect, store: &Store, picker: &Picker, because: bool) {
    let fresh = Freshness::of(&picker.pick.tables, store);
    let (shown, total) = (picker.view.order.len(), picker.view.total);
    let many = if shown == total { grouped(total) } else { format!("{} of {}", grouped(shown), grouped(total)) };
    let (glyph, role, more) = match (fresh.faults.first(), fresh.progress) {
        (Some((_, fault)), _) => ("✗", Role::Error, format!(", {}: may be out of date", fault.kind.word())),
        (None, Progress::Complete) => ("", Role::Quiet, String::new()),
        (None, _) if fresh.running => ("◌", Role::Busy, ", more loading".to_string()),
        (None, _) => ("·", Role::Quiet, ", not all loaded".to_string()),
    };
    let mut x = area.x;
    if !glyph.is_empty() {
        x = pen.say(x, area.y, 2, glyph, role) + 1;
    }
    x = pen.say(x, area.y, area.right().saturating_sub(x), &format!("{many}{more}"), role) + 2;
    if because {
        pen.say(x, area.y, area.right().saturating_sub(x), &picker.pick.because, Role::Hint);
    }
}

fn draw_other(pen: &mut Pen<'_>, area: Rect, other: &Choice, focused: bool, has_keys: bool) {
    if focused {
        pen.say(area.x, area.y, 1, "▸", if has_keys { Role::Focus } else { Role::Quiet });
    }
    let role = match (focused, &other.disabled) {
        (_, Some(_)) => Role::Disabled,
        (true, None) => Role::Choice,
        (false, None) => Role::Text,
    };
    let x = area.x + crate::app::layout::GUTTER;
    pen.say(x, area.y, area.right().saturating_sub(x), &other.label, role);
}

/// Why there are no rows: denied, empty, left out, on its way and not asked look different.
fn why(store: &Store, picker: &Picker) -> Option<Blank> {
    let plural = picker.view.kind.title.to_lowercase();
    let blank = |glyph, role, sentence: String, hints: Vec<String>| Some(Blank { glyph, role, sentence, hints });
    let places: Vec<String> = picker.pick.tables.iter().map(|t| t.scope.to_string()).collect();
    let fresh = Freshness::of(&picker.pick.tables, store);
    let typed = picker.line.text().trim();
    if picker.view.total > 0 && !typed.is_empty() {
        let sentence = format!("None of {} {plural} matches {}.", grouped(picker.view.total), visible(typed));
        let hints = Some(picker.pick.because.clone()).filter(|b| !b.is_empty()).into_iter().collect();
        return blank("–", Role::Quiet, sentence, hints);
    }
    if picker.view.total > 0 && !picker.view.query.is_empty() {
        let sentence = format!("None of {} {plural} can be chosen.", grouped(picker.view.total));
        return blank("–", Role::Quiet, sentence, vec![picker.pick.because.clone()]);
    }
    if let Some((_, fault)) = fresh.faults.first() {
        let mut hints = vec![fault.to_string()];
        hints.extend(fault.hints.iter().cloned());
        hints.extend(Some(picker.pick.prefix).filter(|p| !p.is_empty()).map(|p| format!("An id can be typed: {p}…")));
        return blank("✗", Role::Error, format!("{}: {plural} could not be read.", capital(fault.kind.word())), hints);
    }
    match fresh.progress {
        Progress::Complete if picker.view.indexing.is_some() => {
            blank("◌", Role::Quiet, format!("Sorting {plural}…"), Vec::new())
        }
        // What can be chosen besides stands over it.
        Progress::Complete => {
            blank("–", Role::Quiet, format!("There are no {plural} in {}.", places.join(", ")), Vec::new())
        }
        Progress::NotAsked if !fresh.running => {
            blank("·", Role::Quiet, format!("Not asked yet: {plural}."), Vec::new())
        }
        _ => blank("◌", Role::Busy, format!("Loading {plural}…"), Vec::new()),
    }
}
