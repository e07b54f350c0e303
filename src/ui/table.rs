//! The rows. Focus is a mark in the gutter and the weight of the name, never a repainted line: a key press in a list
//! writes two short pieces of two lines.

use ratatui::layout::Rect;

use crate::app::State;
use crate::base::Time;
use crate::config::Role;
use crate::model::{FieldType, Tone, Value};
use crate::store::Row;

use super::columns::{self, Placed, Wish};
use super::format;
use super::pen::{Pen, cells};
use super::rows::{Rows, Source};

/// Cells before the first column: focus, mark.
pub const GUTTER: u16 = 2;
/// Before the focused row.
const FOCUS: &str = "▸";
/// Before a marked row.
const MARK: &str = "◆";
/// Instead of the state's glyph before a row that is gone.
const GONE: &str = "∅";

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

/// Draws the column titles in the first line of `area` and rows below. Returns whether there was a row to draw.
pub fn draw(pen: &mut Pen<'_>, area: Rect, state: &State, rows: &Rows<'_>, has_keys: bool) {
    if area.height == 0 || area.width <= GUTTER {
        return;
    }
    let room = area.width - GUTTER - 1;
    let wishes = rows.wishes();
    let mut placed = columns::place(&wishes, room, state.view.column_scroll);
    let hidden = wishes.len() - placed.len();
    if hidden > 0 {
        // What is left out is said at the end of the titles.
        placed = columns::place(&wishes, room.saturating_sub(4), state.view.column_scroll);
    }
    titles(pen, area, state, rows, &placed, wishes.len() - placed.len());
    for line in 0..area.height - 1 {
        let Some((at, row)) = rows.at(state.view.top + usize::from(line)) else { continue };
        let y = area.y + 1 + line;
        let focused = state.view.top + usize::from(line) == state.view.at;
        let marked = state.view.order_tables.get(at.table as usize).is_some_and(|t| state.is_marked(t, &row.record.id));
        gutter(pen, area.x, y, focused, marked, has_keys);
        for p in &placed {
            let column = &rows.columns[p.wish];
            let cell = rows.cell(at, row, column);
            let x = area.x + GUTTER + p.x;
            let look = Look { focused: focused && p.wish == 0, changed: cell.changed, row, first: p.wish == 0 };
            draw_cell(pen, (x, y), p, &wishes[p.wish], &cell.value, &look, rows);
        }
    }
}

fn titles(pen: &mut Pen<'_>, area: Rect, state: &State, rows: &Rows<'_>, placed: &[Placed], hidden: usize) {
    for p in placed {
        let column = &rows.columns[p.wish];
        let sorted = state.view.sort.filter(|s| Source::Field(s.field) == column.source);
        let role = if sorted.is_some() { Role::Sort } else { Role::Header };
        let x = area.x + GUTTER + p.x;
        if column.info.right() {
            let style = pen.style(role);
            pen.put_right(x + p.width, area.y, p.width, column.info.title, style);
        } else {
            pen.say(x, area.y, p.width, column.info.title, role);
        }
    }
    if hidden > 0 {
        let style = pen.style(Role::Quiet);
        pen.put_right(area.right(), area.y, 4, &format!("+{hidden}"), style);
    }
}

fn gutter(pen: &mut Pen<'_>, x: u16, y: u16, focused: bool, marked: bool, has_keys: bool) {
    if focused {
        let role = if has_keys { Role::Focus } else { Role::Quiet };
        pen.say(x, y, 1, FOCUS, role);
    }
    if marked {
        pen.say(x + 1, y, 1, MARK, Role::Mark);
    }
}

/// What besides its value decides how a cell looks.
struct Look<'a> {
    focused: bool,
    changed: bool,
    first: bool,
    row: &'a Row,
}

fn draw_cell(
    pen: &mut Pen<'_>,
    (mut x, y): (u16, u16),
    p: &Placed,
    wish: &Wish,
    value: &Value,
    look: &Look<'_>,
    rows: &Rows<'_>,
) {
    let gone = look.row.gone.is_some();
    let mut width = p.width;
    if look.first && wish.lead > 0 {
        let tone = rows.tone(look.row).unwrap_or_default();
        let (glyph, role) = if gone { (GONE, Role::Gone) } else { (tone.glyph(), tone_role(tone)) };
        pen.say(x, y, 1, glyph, role);
        x += wish.lead;
        width = width.saturating_sub(wish.lead);
    }
    let info = wish.info;
    let mut role = match value {
        Value::Unknown | Value::Empty => Role::Quiet,
        Value::State(tone, _) => tone_role(*tone),
        Value::Series(_) => Role::Chart,
        Value::Time(_) => Role::Quiet,
        Value::Ratio { ok, of } if ok < of => Role::Bad,
        _ => Role::Text,
    };
    // A row without a name is known by its id.
    let nameless = look.first && matches!(value, Value::Empty) && info.name == "name";
    let text = if gone && info.ty == FieldType::State {
        "gone".into()
    } else if nameless {
        role = Role::Quiet;
        EMPTY_NAME.into()
    } else {
        rows.text(value, info)
    };
    let mut style = pen.style(if gone { Role::Gone } else { role });
    if look.focused {
        style = style.patch(pen.style(Role::Focus));
    }
    if !gone && (look.changed || look.first && rows.is_new(look.row)) {
        style = style.patch(pen.style(Role::Change));
    }
    let text = format::fit(&text, info, width);
    let before = if info.right() { width.saturating_sub(cells(&text)) } else { 0 };
    pen.put_cut(x + before, y, width, &text, style);
}

/// Shown where a row has no name: its id stands beside it.
const EMPTY_NAME: &str = format::EMPTY;

/// The position of the focused row on the screen, for tests and for what points at it.
pub fn line_of(state: &State, area: Rect) -> Option<u16> {
    let line = u16::try_from(state.view.at.checked_sub(state.view.top)?).ok()?;
    (line + 1 < area.height).then_some(area.y + 1 + line)
}

/// A moment's text as the rows show it; re-exported for the detail.
pub fn when(now: Time, then: Time) -> String {
    format::age(now, then)
}
