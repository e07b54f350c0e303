//! The rows. The focused one is marked in the gutter, by the weight of its name and by a ground over its whole width, so that the eye finds
//! it on a wide screen. That writes two lines for a key press; `runtime::encoder` makes them short.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::layout::{GUTTER, name_least};
use crate::app::signs::{FOCUS, GONE, MARK};
use crate::base::text::{cut_end, visible};
use crate::config::Role;
use crate::model::{Behind, FieldType, RowRef, Spot, Tone, Value};
use crate::query::Found;
use crate::store::Row;

use super::columns::{self, Placed};
use super::cut;
use super::format;
use super::painter::{Pen, cells};
use super::rows::{Rows, ViewColumn, short_region};
use super::sparkline;
use super::whole;

/// The role of a tone.
pub fn tone_role(tone: Tone) -> Role {
    match tone {
        Tone::Good => Role::Good,
        Tone::Busy => Role::Busy,
        Tone::Idle => Role::Idle,
        Tone::Bad => Role::Bad,
        Tone::Unknown => Role::Unknown,
    }
}

/// The role of a value by its meaning.
pub fn value_role(value: &Value) -> Role {
    match value {
        Value::Unknown | Value::Empty | Value::Time(_) => Role::Quiet,
        Value::Series(_) => Role::Chart,
        other => other.tone().map_or(Role::Text, tone_role),
    }
}

/// Draws the column titles in the first line of `area` and the rows below.
pub fn draw(pen: &mut Pen<'_>, area: Rect, rows: &Rows<'_>, has_keys: bool) {
    pen.spot(area, Spot::Table);
    if let Some(placed) = draw_below(pen, area, 0, rows, Some(has_keys), &|_| false) {
        whole::draw(pen, area, rows, &placed);
    }
}

/// The same with so many lines left free below the titles; `focus` says whether the rows have the keys, and is `None` where the cursor
/// is on none of them. Rows that are `off` are dim. Says where the columns are; `None` where there is no room for any.
pub fn draw_below(
    pen: &mut Pen<'_>,
    area: Rect,
    free: u16,
    rows: &Rows<'_>,
    focus: Option<bool>,
    off: &dyn Fn(&str) -> bool,
) -> Option<Vec<Placed>> {
    if area.height == 0 || area.width <= GUTTER {
        return None;
    }
    let name = name_least(rows.is_joined(), rows.view().name_width, area.width);
    let placed = columns::place(&rows.wishes(), area.width - GUTTER, (name, rows.view().name_width));
    titles(pen, area, rows, &placed);
    let lines = area.height.saturating_sub(1 + free);
    let seen = rows.view().top..rows.view().top + usize::from(lines);
    let cuts: Vec<Option<Cuts>> =
        rows.columns.iter().zip(&placed).map(|(c, p)| cuts(rows, c, p.width, &seen)).collect();
    for line in 0..lines {
        let position = rows.view().top + usize::from(line);
        let Some((at, row)) = rows.at(position) else { continue };
        let y = area.y + 1 + free + line;
        pen.spot(Rect { y, height: 1, ..area }, Spot::Row(position));
        let focused = focus.is_some() && position == rows.view().at;
        let table = rows.view().order_tables.get(at.table as usize);
        let marked = table.is_some_and(|t| rows.view().is_marked(t, &row.record.id));
        let ground = focused && focus == Some(true);
        gutter(pen, (area.x, y), (at, row), rows, focus.filter(|_| focused), marked);
        let (mut found, off) = (Found::default(), off(&row.record.id));
        for (i, ((column, p), cuts)) in rows.columns.iter().zip(&placed).zip(&cuts).enumerate() {
            if pen.is_covered(Rect { x: area.x + GUTTER + p.x, y, width: p.width, height: 1 }) {
                continue;
            }
            let cell = rows.cell(at, row, column);
            let first = i == 0;
            let changed = cell.changed || first && rows.is_new(row);
            let cut = cuts.as_ref().and_then(|c| c.at(position));
            let look = Look { focused: focused && first, changed, off, row, ground, cut };
            found |= draw_cell(pen, (area.x + GUTTER + p.x, y), p.width, column, &cell.value, &look, rows);
        }
        if rows.highlight().is_some() {
            say_via(pen, Rect { y, height: 1, ..area }, rows.via(at, row, found));
        }
        if ground {
            let ground = pen.style(Role::FocusRow);
            pen.tint(Rect { y, height: 1, ..area }, ground);
        }
    }
    Some(placed)
}

fn titles(pen: &mut Pen<'_>, area: Rect, rows: &Rows<'_>, placed: &[Placed]) {
    for (column, p) in rows.columns.iter().zip(placed) {
        let sorted = rows.view().sort.is_some_and(|s| column.source == s.field);
        let style = pen.style(if sorted { Role::Sort } else { Role::Header });
        let x = area.x + GUTTER + p.x;
        pen.spot(Rect { x, y: area.y, width: p.width, height: 1 }, Spot::Title(column.source));
        if column.info.right() {
            pen.put_right(x + p.width, area.y, p.width, column.info.title, style);
        } else {
            pen.put(x, area.y, p.width, column.info.title, style);
        }
    }
}

/// `+3` if three columns of the view do not fit: said in the heading.
pub fn hidden_columns(state: &State, rows: &Rows<'_>) -> Option<String> {
    let is_shown = |f: &usize| rows.columns.iter().any(|c| c.source == *f);
    // A column with nothing in it hides nothing.
    let hidden = state.view.columns.iter().filter(|f| !is_shown(f) && !state.view.empty.contains(f)).count();
    (hidden > 0).then(|| format!("+{hidden}"))
}

/// Focus, mark and the state's glyph. `focused` says whether the table has the keys, if the row has the focus.
fn gutter<'a>(
    pen: &mut Pen<'_>,
    (x, y): (u16, u16),
    (at, row): (RowRef, &'a Row),
    rows: &Rows<'a>,
    focused: Option<bool>,
    marked: bool,
) {
    match focused {
        Some(true) => pen.say(x, y, 1, FOCUS, Role::Focus),
        Some(false) => pen.say(x, y, 1, FOCUS, Role::Quiet),
        None => x,
    };
    if marked {
        pen.say(x + 1, y, 1, MARK, Role::Mark);
    }
    match rows.tone(at, row) {
        _ if row.gone.is_some() => pen.say(x + 2, y, 1, GONE, Role::Gone),
        Some(tone) => pen.say(x + 2, y, 1, tone.glyph(), tone_role(tone)),
        None => x,
    };
}

/// Rows that are cut together: so many around those that are seen, so that a text is cut the same while one scrolls.
const TOGETHER: usize = 32;

/// How the texts of a column are cut, from a row on.
struct Cuts {
    first: usize,
    shown: Vec<Option<String>>,
}

impl Cuts {
    fn at(&self, position: usize) -> Option<&str> {
        self.shown.get(position.checked_sub(self.first)?)?.as_deref()
    }
}

/// How the texts of a column are cut; `None` if all that are `seen` fit. Ids, states and lists are cut each by itself.
fn cuts(rows: &Rows<'_>, column: &ViewColumn<'_>, width: u16, seen: &Range<usize>) -> Option<Cuts> {
    let is_text = column.info.ty == FieldType::Text && !column.is_place();
    let value = |i: usize| rows.at(i).map(|(at, row)| rows.cell(at, row, column).value);
    let is_long = |i: usize| value(i).is_some_and(|v| cells(&rows.text(&v, column.info)) > width);
    if !is_text || !seen.clone().any(is_long) {
        return None;
    }
    let around = seen.start - seen.start % TOGETHER..seen.end.next_multiple_of(TOGETHER);
    let values: Vec<Cow<'_, Value>> = around.clone().map(|i| value(i).unwrap_or(Cow::Owned(Value::Empty))).collect();
    let texts: Vec<Cow<'_, str>> = values.iter().map(|v| rows.text(v, column.info)).collect();
    Some(Cuts { first: around.start, shown: cut::cut(&texts, width) })
}

/// By what a row matches that none of its cells shows: at the end of the line, over what stands there.
fn say_via(pen: &mut Pen<'_>, line: Rect, via: Option<String>) {
    let Some(via) = via.filter(|_| line.width >= 4 * GUTTER) else { return };
    let mut text = format!(" {} ", cut_end(&visible(&via), usize::from(line.width / 3)));
    let style = pen.style(Role::Hint);
    let place = |text: &str| Rect { x: line.right().saturating_sub(cells(text)), width: cells(text), ..line };
    if !pen.is_blank(place(&text)) {
        // What it covers must not look whole.
        text.insert(0, '…');
    }
    pen.clear(place(&text));
    pen.put_right(line.right(), line.y, line.width, &text, style);
}

/// What besides its value decides how a cell looks.
struct Look<'a> {
    focused: bool,
    changed: bool,
    off: bool,
    row: &'a Row,
    /// Whether it stands on the focused row's ground: there what is quiet could hardly be read, and what is well is said by the glyph in the
    /// gutter; each other ink costs a slow link 20 bytes at every step.
    ground: bool,
    /// How it is cut beside the others, if it is.
    cut: Option<&'a str>,
}

fn draw_cell(
    pen: &mut Pen<'_>,
    (x, y): (u16, u16),
    width: u16,
    column: &ViewColumn<'_>,
    value: &Value,
    look: &Look<'_>,
    rows: &Rows<'_>,
) -> Found {
    let gone = look.row.gone.is_some();
    let info = column.info;
    let text = if gone && info.ty == FieldType::State { "gone".into() } else { rows.text(value, info) };
    let role = match value_role(value) {
        Role::Quiet | Role::Chart | Role::Good | Role::Idle if look.ground => Role::Text,
        role => role,
    };
    let mut style = pen.style(if gone { Role::Gone } else { role });
    if look.off {
        style = pen.style(Role::Disabled);
    }
    if look.focused {
        style = style.patch(pen.style(Role::Focus));
    }
    if look.changed && !gone {
        style = style.patch(pen.style(Role::Change));
    }
    let text = match value {
        Value::Text(_) if cells(&text) > width && column.behind == Some(Behind::Region) => short_region(&text).into(),
        Value::Series(series) => sparkline::text(series, usize::from(width.min(info.width.1))).into(),
        _ => text,
    };
    let text = match look.cut.filter(|_| !gone) {
        Some(cut) => cut.into(),
        None => format::fit(&text, info, width),
    };
    let before = if info.right() { width.saturating_sub(cells(&text)) } else { 0 };
    let x = x + before;
    pen.put_cut(x, y, width, &text, style);
    let Some(highlight) = rows.highlight() else { return Found::default() };
    let style = pen.style(Role::Match);
    highlight.parts(Some(column.source), &text, |part| {
        let from = cells(&text[..part.start]).min(width);
        let part = Rect { x: x + from, y, width: cells(&text[part]).min(width - from), height: 1 };
        pen.tint(part, style);
    })
}
