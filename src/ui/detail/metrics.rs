//! Charts of the row over the span that is chosen.

use ratatui::layout::Rect;

use crate::app::RowCharts;
use crate::config::Role;
use crate::kinds::cloudwatch::alarm_charts::THRESHOLD;
use crate::model::{FieldType, SPANS, Value};
use crate::ui::chart::{self, Chart};
use crate::ui::painter::{Pen, wrap};

use super::Page;

/// A chart takes at least this many cells across.
const LEAST_WIDTH: u16 = 36;
/// Lines of a chart where several stand above one another.
const HEIGHT: u16 = 8;
/// Cells between charts.
const GAP: u16 = 3;

/// How far back they reach, then side by side as many as fit; the others below, by scrolling.
pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, page: &Page<'_>) {
    let charts = page.state.charts(page.store, page.key).filter(|_| area.width >= LEAST_WIDTH);
    let Some(charts) = charts else {
        pen.say(area.x + 2, area.y, area.width, "– No metrics.", Role::Quiet);
        return;
    };
    let kind = charts.table.kind;
    let all = (0..kind.fields.len()).filter(|i| kind.fields.at(*i).ty == FieldType::Series);
    let fields: Vec<usize> = charts.only.map_or_else(|| all.collect(), |one| vec![one]);
    spans(pen, Rect { x: area.x + 2, width: area.width - 3, height: 1, ..area }, page);
    let area = Rect { x: area.x + 2, width: area.width - 3, y: area.y + 1, height: area.height.saturating_sub(1) };
    let count = u16::try_from(fields.len()).unwrap_or(1);
    let across = ((area.width + GAP) / (LEAST_WIDTH + GAP)).clamp(1, count.min(3));
    // Four stand two by two.
    let across = if count == 4 && across == 3 { 2 } else { across };
    let down = count.div_ceil(across);
    let most = if count == 1 { 20 } else { 14 };
    let height = (area.height / down).clamp(HEIGHT.min(area.height), most);
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
        one(pen, Rect { height: place.height.saturating_sub(u16::from(down > 1)), ..place }, page, &charts, *field);
    }
}

/// `1h  [3h]  12h … < shorter  > longer`.
fn spans(pen: &mut Pen<'_>, area: Rect, page: &Page<'_>) {
    let now = page.state.detail.span;
    let mut x = area.x;
    for span in SPANS {
        let role = if span == now { Role::Title } else { Role::Quiet };
        let text = if span == now { format!("[{}]", span.name()) } else { format!(" {} ", span.name()) };
        x = pen.say(x, area.y, area.right().saturating_sub(x), &text, role);
    }
    let key = |command| page.state.keymap.key_of(crate::config::Mode::Detail, command);
    if let (Some(shorter), Some(longer)) = (key("chart-shorter"), key("chart-longer")) {
        let hint = format!("   {shorter} shorter  {longer} longer");
        let room = area.right().saturating_sub(x);
        if crate::ui::painter::cells(&hint) <= room {
            pen.say(x, area.y, room, &hint, Role::Quiet);
        }
    }
}

fn one(pen: &mut Pen<'_>, area: Rect, page: &Page<'_>, charts: &RowCharts, field: usize) {
    let info = charts.table.kind.fields.at(field);
    let what = page.record.kind.charts.and_then(|c| c.what).and_then(|f| page.record.kind.index_of(f));
    let title = what.and_then(|i| page.record.at(i).as_str()).map_or(info.title.into(), crate::base::text::visible);
    let table = page.store.table(&charts.table);
    let row = table.and_then(|t| t.get(&charts.id));
    if let Some(Value::Series(series)) = row.map(|r| r.record.at(field)) {
        let threshold = charts.table.kind.index_of(THRESHOLD.name).and_then(|i| row?.record.at(i).as_f64());
        let chart = Chart { title: &title, series, unit: info.unit, threshold, zone: &page.state.zone };
        chart::draw(pen, area, &chart);
        return;
    }
    pen.say(area.x, area.y, area.width, &title, Role::Title);
    let (text, role) = match table.map(|t| &t.status) {
        Some(s) if s.fault.is_some() => {
            (format!("✗ {}", s.fault.as_ref().map(ToString::to_string).unwrap_or_default()), Role::Error)
        }
        _ if row.is_some() => ("– CloudWatch has no data points for this.".to_string(), Role::Quiet),
        _ => ("◌ Asking CloudWatch…".to_string(), Role::Busy),
    };
    for (y, line) in (area.y + 1..area.bottom()).zip(wrap(&text, area.width)) {
        pen.say(area.x, y, area.width, &line, role);
    }
}
