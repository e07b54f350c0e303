//! What changed in the row while the console ran: when, what, from what to what.

use ratatui::layout::Rect;

use crate::app::detail::Seen;
use crate::app::relative_time;
use crate::base::Time;
use crate::base::text::visible;
use crate::config::Role;
use crate::model::{FieldInfo, FieldType, Value};
use crate::store::Part;
use crate::ui::format;
use crate::ui::painter::{Pen, cells, wrap};
use crate::ui::styled_text::{self, Line};
use crate::ui::table::value_role;

use super::Page;

/// A tag's values are texts.
static TAG: FieldInfo = FieldInfo::new("tag", "TAG", FieldType::Text, "A tag.");

/// Newest first.
pub(super) fn draw(pen: &mut Pen<'_>, area: Rect, page: &Page<'_>) {
    let area = Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area };
    let seen = page.state.changes(page.store, page.key);
    let mut out = Vec::new();
    let names: Vec<String> = seen.iter().map(name).collect();
    let column = names.iter().map(|n| cells(n)).max().unwrap_or(0).min(area.width / 3);
    let mut before: Option<Time> = None;
    for (s, name) in seen.iter().zip(&names) {
        // What came with the same answer stands together under one time.
        let same = before.replace(s.change.at) == Some(s.change.at);
        out.extend(entry(page, s, (name, !same), column, area.width));
    }
    if seen.is_empty() {
        out.push(Line::of("– No changes since this row was first read.", Role::Quiet));
    }
    let table = page.store.table(&page.key.table);
    if let Some(row) = table.and_then(|t| t.get(&page.key.id)).filter(|r| r.since.millis() > 0) {
        let when = format!("{:<6}", clock(page, row.since));
        out.push(Line::of(when, Role::Quiet).and("first seen".to_string(), Role::Quiet));
    }
    if table.is_some_and(crate::store::Table::has_forgotten_changes) {
        out.push(Line::of("· Older changes were dropped: this table changes a lot.", Role::Quiet));
    }
    let most = out.len().saturating_sub(usize::from(area.height));
    styled_text::draw_searched(pen, area, &out, page.state.detail.scroll.min(most), &page.state.detail.search);
}

fn name(seen: &Seen<'_>) -> String {
    match (&seen.change.part, seen.field) {
        (Part::Tag(key), _) => format!("tag:{}", visible(key.as_str())),
        (_, Some(field)) => field.label().into_owned(),
        (_, None) => String::new(),
    }
}

/// The time of day, for what is older than a day how long ago it was.
fn clock(page: &Page<'_>, at: Time) -> String {
    const DAY: u64 = 86_400;
    if page.now.since(at).as_secs() < DAY { at.clock_in(&page.state.zone) } else { relative_time::coarse(page.now, at) }
}

/// One line where it fits, else the old value above the new one; `timed`: the time is said.
fn entry(page: &Page<'_>, seen: &Seen<'_>, (name, timed): (&str, bool), column: u16, room: u16) -> Vec<Line> {
    let info = seen.field.unwrap_or(&TAG);
    let text = |v: &Value| {
        let shown = match v {
            // An age that was replaced by another says nothing: the moments do.
            Value::Time(t) => format::date(*t, &page.state.zone),
            v => format::value(v, info, page.now, &page.state.zone).into_owned(),
        };
        v.tone().map_or(shown.clone(), |tone| format!("{} {shown}", tone.glyph()))
    };
    let (old, new) = (text(&seen.change.old), text(&seen.change.new));
    let name = crate::base::text::cut_end(name, usize::from(column)).into_owned();
    let pad = " ".repeat(usize::from(column.saturating_sub(cells(&name)) + 2));
    let start = || {
        Line::of(format!("{:<6}", if timed { clock(page, seen.change.at) } else { String::new() }), Role::Quiet)
            .and(name.clone(), Role::Text)
            .and(pad.clone(), Role::Text)
    };
    let role = value_role(&seen.change.new);
    let before = 6 + column + 2;
    if before + cells(&old) + 3 + cells(&new) <= room {
        return vec![start().and(old, Role::Quiet).and(" → ", Role::Quiet).and(new, role)];
    }
    let indent = || Line::of(" ".repeat(usize::from(before)), Role::Text);
    let mut out = Vec::new();
    for (i, piece) in wrap(&old, room.saturating_sub(before)).into_iter().enumerate() {
        out.push(if i == 0 { start() } else { indent() }.and(piece, Role::Quiet));
    }
    for (i, piece) in wrap(&new, room.saturating_sub(before + 2)).into_iter().enumerate() {
        out.push(indent().and(if i == 0 { "→ " } else { "  " }, Role::Quiet).and(piece, role));
    }
    out
}
