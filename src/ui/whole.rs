//! What is cut of the focused row, in whole below the rows: of kinds whose rows are sentences (why, doctor, find), where lines are free.

use ratatui::layout::Rect;

use crate::app::layout::GUTTER;
use crate::config::Role;
use crate::model::{FieldType, Value};

use super::columns::Placed;
use super::painter::{Pen, cells, wrap};
use super::rows::Rows;

/// Lines that have to be free: one stays blank, and a text that is cut takes two.
const LEAST: u16 = 3;

/// Draws below the last row. `placed` says how wide the columns are.
pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, rows: &Rows<'_>, placed: &[Placed]) {
    let view = rows.view();
    let shown = u16::try_from(rows.len().saturating_sub(view.top)).unwrap_or(u16::MAX);
    // The titles are a line, too.
    let free = area.height.saturating_sub(1).saturating_sub(shown);
    if !view.kind.takes_text() || free < LEAST {
        return;
    }
    let Some((_, row)) = rows.at(view.at).filter(|(_, row)| row.gone.is_none()) else { return };
    let texts = view.columns.iter().filter_map(|field| {
        let info = view.kind.fields.len().gt(field).then(|| view.kind.fields.at(*field))?;
        let Value::Text(text) = row.record.at(*field) else { return None };
        let column = rows.columns.iter().position(|c| c.source == *field).and_then(|i| placed.get(i));
        let is_cut = column.is_none_or(|p| cells(text) > p.width);
        (info.ty == FieldType::Text && is_cut).then_some((info.title, text))
    });
    let texts: Vec<_> = texts.collect();
    let titles = texts.iter().map(|(title, _)| cells(title)).max().unwrap_or(0);
    let (left, last) = (area.x + GUTTER, area.y + area.height);
    let at = left + titles + 2;
    let mut y = area.y + 1 + shown + 1;
    for (title, text) in texts {
        for (i, line) in wrap(text, area.right().saturating_sub(at + 1)).iter().enumerate() {
            if y >= last {
                return;
            }
            if i == 0 {
                pen.say(left, y, titles, title, Role::Header);
            }
            pen.say(at, y, area.right().saturating_sub(at), line, Role::Text);
            y += 1;
        }
    }
}
