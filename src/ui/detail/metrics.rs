//! Charts of the fields that are data points.

use ratatui::layout::Rect;

use crate::app::names::{field_value, side_kind};
use crate::config::Role;
use crate::model::{FieldType, TableKey, Value};
use crate::ui::chart::{self, Chart};
use crate::ui::painter::{Pen, wrap};

use super::Page;

/// A chart takes at least this many cells across.
const LEAST_WIDTH: u16 = 36;
/// Lines of a chart where several stand above one another.
const HEIGHT: u16 = 8;
/// Cells between charts.
const GAP: u16 = 3;

/// Side by side as many as fit; the others below, by scrolling.
pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, page: &Page<'_>) {
    let kind = page.record.kind;
    let fields: Vec<usize> = (0..kind.fields.len()).filter(|i| kind.fields.at(*i).ty == FieldType::Series).collect();
    if fields.is_empty() || area.width < LEAST_WIDTH {
        pen.say(area.x + 2, area.y, area.width, "– No metrics.", Role::Quiet);
        return;
    }
    let area = Rect { x: area.x + 2, width: area.width - 3, ..area };
    let count = u16::try_from(fields.len()).unwrap_or(1);
    let across = ((area.width + GAP) / (LEAST_WIDTH + GAP)).clamp(1, count.min(3));
    let down = count.div_ceil(across);
    let height = (area.height / down).clamp(HEIGHT.min(area.height), 14);
    let width = (area.width + GAP) / across - GAP;
    let scroll = u16::try_from(page.state.detail.scroll).unwrap_or(u16::MAX).div_ceil(HEIGHT).min(down - 1);
    for (i, field) in (0u16..).zip(&fields) {
        let (column, line) = (i % across, i / across);
        let Some(line) = line.checked_sub(scroll) else { continue };
        let y = area.y + line * height;
        let place = Rect { x: area.x + column * (width + GAP), y, width, height };
        if place.bottom() > area.bottom() {
            break;
        }
        one(pen, Rect { height: place.height.saturating_sub(u16::from(down > 1)), ..place }, page, *field);
    }
}

fn one(pen: &mut Pen<'_>, area: Rect, page: &Page<'_>, field: usize) {
    let info = page.record.kind.fields.at(field);
    if let Value::Series(series) = field_value(page.state, page.store, &page.key.table, page.record, field) {
        chart::draw(pen, area, &Chart { title: info.title, series, unit: info.unit, zone: &page.state.zone });
        return;
    }
    pen.say(area.x, area.y, area.width, info.title, Role::Title);
    let key = side_kind(page.state, info).map(|(kind, _)| TableKey::all(page.key.table.scope.clone(), kind));
    let status = key.and_then(|k| page.store.table(&k)).map(|t| &t.status);
    let (text, role) = match status {
        Some(s) if s.fault.is_some() => {
            (format!("✗ {}", s.fault.as_ref().map(ToString::to_string).unwrap_or_default()), Role::Error)
        }
        Some(s) if s.running || s.complete.is_none() => ("◌ Asking CloudWatch…".to_string(), Role::Busy),
        Some(_) => ("– CloudWatch has no data points for this.".to_string(), Role::Quiet),
        None => ("· Not loaded yet.".to_string(), Role::Quiet),
    };
    for (y, line) in (area.y + 1..area.bottom()).zip(wrap(&text, area.width)) {
        pen.say(area.x, y, area.width, &line, role);
    }
}
