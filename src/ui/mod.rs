//! Floor 7: state to cells. [`draw`] is a pure function of the state, the store, the theme and the moment; it changes nothing
//! and touches only the rows that are seen.
//!
//! What a kind's columns are, what a plan says, which keys work: all that comes from below. This floor knows where things
//! stand, how much room they take and which `Role` of the theme they have; it has no code for any
//! particular kind.

mod board;
pub mod chart;
mod chrome;
pub mod columns;
mod cut;
mod detail;
mod dialog;
mod draft;
mod empty_state;
mod form;
pub mod format;
mod menu;
mod pager;
pub mod painter;
mod picker;
mod plan;
mod prompt_line;
mod row_page;
pub(crate) mod rows;
pub mod sparkline;
mod spots;
mod styled_text;
pub mod svg;
mod table;
mod text_area;
mod whole;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::layout::too_small;
use crate::app::state::Focus;
use crate::app::{Area, Board, Overlay, State};
use crate::base::Time;
use crate::config::{Role, Theme};
use crate::store::Store;

use painter::Pen;
pub use spots::spot_at;

fn rect(a: Area) -> Rect {
    Rect { x: a.x, y: a.y, width: a.width, height: a.height }
}

/// Draws one frame.
pub fn draw(state: &State, store: &Store, theme: &Theme, now: Time, frame: &mut Frame<'_>) {
    draw_telling(state, store, theme, now, frame);
}

/// Draws one frame, and tells where in it a picture stands, drawn of half blocks: who can lays a better one over it.
pub fn draw_telling(state: &State, store: &Store, theme: &Theme, now: Time, frame: &mut Frame<'_>) -> Option<Rect> {
    let mut pen = Pen::new(frame.buffer_mut(), theme);
    screen(&mut pen, state, store, now);
    let picture = pen.picture;
    if let Some(at) = pen.cursor {
        frame.set_cursor_position(at);
    }
    picture
}

fn screen(pen: &mut Pen<'_>, state: &State, store: &Store, now: Time) {
    let screen = pen.screen();
    let base = pen.style(Role::Text);
    pen.tint(screen, base);
    if too_small((screen.width, screen.height)) {
        let (w, h) = crate::app::layout::LEAST;
        let text =
            format!("This terminal is too small ({}x{}): at least {w}x{h} is needed.", screen.width, screen.height);
        for (y, line) in (screen.y..screen.bottom()).zip(painter::wrap(&text, screen.width)) {
            pen.say(screen.x, y, screen.width, &line, Role::Text);
        }
        return;
    }
    if let Some(board) = &state.board {
        return places(pen, state, store, now, board);
    }
    let areas = state.areas();
    let body = Rect { x: 0, y: 2, width: screen.width, height: screen.height.saturating_sub(3) };
    let rows = rows::Rows::new(state, store, now);
    pen.covered = covered(body, state);
    chrome::band(pen, rect(areas.band), state, now);
    let hidden = table::hidden_columns(state, &rows).filter(|_| areas.table.is_some() && !rows.is_empty());
    chrome::heading(pen, rect(areas.heading), state, store, now, hidden.as_deref());
    // A picker has the whole height: what would stand beside it are pieces of rows, and each key would cost a table as well.
    let has_picker = matches!(state.overlays.last(), Some(Overlay::Form(form)) if form.open_picker().is_some());
    if let Some(area) = areas.table.map(rect).filter(|_| !has_picker) {
        let has_keys = state.overlays.is_empty() && state.focus == Focus::Table;
        if let Some(start) = state.start(store) {
            empty_state::draw_start(pen, area, &start);
        } else {
            table::draw(pen, area, &rows, has_keys);
            if !state.view.lacks.is_empty() {
                let text = format!("◌ Missing from this table: {}", state.view.lacks.join(", "));
                pen.say(area.x + 1, area.bottom(), area.width.saturating_sub(2), &text, Role::Warning);
            }
            if rows.is_empty() {
                let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
                empty_state::draw(pen, below, &empty_state::why(state, store));
            }
        }
    }
    if let Some(area) = areas.detail.map(rect).filter(|_| !has_picker) {
        let table = areas.table.map(rect);
        let beside = table.is_some_and(|t| t.right() <= area.x);
        if beside {
            for y in area.top()..area.bottom() {
                pen.repeat(area.x - 1, y, 1, "│", Role::Border);
            }
        }
        detail::draw(pen, area, state, store, now, table.is_some() && !beside);
    }
    chrome::foot(pen, rect(areas.foot), state, store);
    pending(pen, body, state);
    pen.covered = Rect::ZERO;
    overlays(pen, body, rect(areas.foot), (state, store, now));
}

/// A board in the table's place.
fn places(pen: &mut Pen<'_>, state: &State, store: &Store, now: Time, board: &Board) {
    let screen = pen.screen();
    let areas = crate::app::layout::areas((screen.width, screen.height), crate::app::layout::Parts::default());
    let body = Rect { x: 0, y: 2, width: screen.width, height: screen.height.saturating_sub(3) };
    chrome::band(pen, rect(areas.band), state, now);
    chrome::board_heading(pen, rect(areas.heading), state, store, now, board);
    match state.start(store) {
        Some(start) => empty_state::draw_start(pen, body, &start),
        None => board::draw(pen, body, state, store, board),
    }
    chrome::foot(pen, rect(areas.foot), state, store);
    pending(pen, body, state);
    overlays(pen, body, rect(areas.foot), (state, store, now));
}

/// What the uppermost layer hides of the table. A form leaves little of it, and each key in it would else cost a table as well.
fn covered(body: Rect, state: &State) -> Rect {
    match state.overlays.last() {
        Some(Overlay::Form(form)) => form::place(body, &state.files, form),
        _ => Rect::ZERO,
    }
}

/// The uppermost layer; one below it stays where it can be seen around it, but for the form that a plan was made from: the two
/// are one dialogue, and its border would stick out from under the plan's.
fn overlays(pen: &mut Pen<'_>, body: Rect, foot: Rect, (state, store, now): (&State, &Store, Time)) {
    for (i, overlay) in state.overlays.iter().enumerate() {
        if matches!((overlay, state.overlays.get(i + 1)), (Overlay::Form(_), Some(Overlay::Plan(_)))) {
            continue;
        }
        (pen.cursor, pen.picture) = (None, None);
        match overlay {
            Overlay::Palette(p) => prompt_line::palette(pen, body, foot, p),
            Overlay::Filter(f) => prompt_line::filter(pen, body, foot, f),
            Overlay::Pager(p) => pager::draw(pen, body, (state, store), p),
            Overlay::Menu(m) => menu::draw(pen, body, m),
            Overlay::Form(f) => match f.open_picker() {
                Some(picker) => picker::draw(pen, (state, store, now), f, picker),
                None => form::draw(pen, body, (store, &state.files), f, &state.keymap),
            },
            Overlay::Plan(p) => plan::draw(pen, body, state, p),
            Overlay::Digits(d) => dialog::digits(pen, body, d),
            Overlay::Ask(a) => dialog::ask(pen, body, a, now),
            Overlay::Sure(s) => dialog::sure(pen, body, state, s),
        }
    }
    if let Some(line) = state.search_line() {
        prompt_line::search(pen, foot, line);
    }
}

/// The keys that go on with a sequence, above the last line.
fn pending(pen: &mut Pen<'_>, body: Rect, state: &State) {
    let next = state.next_keys();
    if next.is_empty() || body.height < 2 {
        return;
    }
    let y = body.bottom() - 1;
    pen.clear(Rect { y, height: 1, ..body });
    let begun: Vec<String> = state.pending.iter().map(ToString::to_string).collect();
    let mut x = pen.say(body.x + 1, y, body.width, &format!("{} … ", begun.join(" ")), Role::Key);
    for key in next {
        let what = key.command.unwrap_or("…");
        x = pen.say(x, y, body.right().saturating_sub(x), &key.key.to_string(), Role::Key) + 1;
        x = pen.say(x, y, body.right().saturating_sub(x), what, Role::Hint) + 2;
    }
}

#[cfg(test)]
mod tests;
