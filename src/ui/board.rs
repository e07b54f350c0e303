//! A board: lines that lead to tables, each with its counts. Nothing is said of what is not known but that it is not.

use ratatui::layout::Rect;

use crate::app::signs::FOCUS;
use crate::app::{Board, BoardLine, State};
use crate::config::Role;
use crate::model::Spot;
use crate::store::Store;

use super::painter::{Pen, cells, wrap};
use super::table::tone_role;

/// Before the focused line.
/// Cells before a title.
const GUTTER: u16 = 3;
/// Cells of a title, with what stands between it and the counts.
const TITLE: u16 = 23;
/// Cells between two counts.
const GAP: u16 = 2;

/// A line as it stands on the screen; what does not fit on one goes on in the next.
#[derive(Default)]
struct Row {
    heading: Option<&'static str>,
    /// On the first of several.
    title: Option<&'static str>,
    pieces: Vec<(String, Role)>,
    /// Which of the lines that lead somewhere it belongs to.
    of: Option<usize>,
}

fn rows(lines: &[BoardLine], room: u16) -> Vec<Row> {
    let mut out: Vec<Row> = Vec::new();
    let mut counted = 0;
    for line in lines {
        let (title, parts, lacks) = match line {
            BoardLine::Heading(title) => {
                out.push(Row { heading: Some(title), ..Row::default() });
                continue;
            }
            BoardLine::Counted { title, parts, lacks } => (*title, parts, lacks),
        };
        let of = Some(counted);
        counted += 1;
        let mut pieces: Vec<(String, Role)> =
            parts.iter().map(|p| (format!("{} {}", p.tone.glyph(), p.text), tone_role(p.tone))).collect();
        let what = lacks.join(", ");
        match (lacks.is_empty(), parts.is_empty()) {
            (true, true) => pieces.push(("– none".into(), Role::Quiet)),
            (true, false) => {}
            (false, true) => {
                pieces.extend(wrap(&format!("· not known: {what}"), room).into_iter().map(|l| (l, Role::Warning)))
            }
            (false, false) => {
                pieces.extend(wrap(&format!("· without {what}"), room).into_iter().map(|l| (l, Role::Warning)))
            }
        }
        let mut row = Row { title: Some(title), of, ..Row::default() };
        let mut used = 0;
        for piece in pieces {
            let need = cells(&piece.0);
            if used > 0 && used + GAP + need > room {
                out.push(std::mem::replace(&mut row, Row { of, ..Row::default() }));
                used = 0;
            }
            used += need + if used > 0 { GAP } else { 0 };
            row.pieces.push(piece);
        }
        out.push(row);
    }
    out
}

/// Draws the lines, those around the focused one where there is not room for all.
pub fn draw(pen: &mut Pen<'_>, area: Rect, state: &State, store: &Store, board: &Board) {
    let rows = rows(&state.board_lines(store), area.width.saturating_sub(GUTTER + TITLE));
    let focused = rows.iter().rposition(|r| r.of == Some(board.at)).unwrap_or(0);
    let from = (focused + 1).saturating_sub(usize::from(area.height));
    for (y, row) in (area.y..area.bottom()).zip(rows.iter().skip(from)) {
        if let Some(heading) = row.heading {
            pen.say(area.x + 1, y, area.width.saturating_sub(1), heading, Role::Title);
        }
        let style = pen.style(Role::Text);
        let (mut style, here) = (style, row.of == Some(board.at));
        if here && row.title.is_some() {
            pen.say(area.x, y, 1, FOCUS, if state.overlays.is_empty() { Role::Focus } else { Role::Quiet });
            style = style.patch(pen.style(Role::Focus));
        }
        if let Some(of) = row.of {
            pen.spot(Rect { y, height: 1, ..area }, Spot::Line(of));
        }
        if let Some(title) = row.title {
            pen.put_cut(area.x + GUTTER, y, TITLE.saturating_sub(GAP), title, style);
        }
        let mut x = area.x + GUTTER + TITLE;
        for (text, role) in &row.pieces {
            x = pen.say(x, y, area.right().saturating_sub(x), text, *role) + GAP;
        }
    }
}
