//! Fields by section, and tags: label and value, two columns where there is room, a long value on lines of its own.

use arcstr::ArcStr;
use ratatui::layout::Rect;

use crate::config::Role;
use crate::model::{FieldInfo, FieldType, Tone, Value};
use crate::ui::format;
use crate::ui::painter::{Pen, cells, wrap};
use crate::ui::rows::{both, field_value, side_kind};
use crate::ui::table::{tone_role, value_role};

use super::Page;

/// From this width on facts stand in two columns.
const TWO_COLUMNS: u16 = 96;

/// A label and its value, ready to be placed.
struct Fact {
    label: String,
    text: String,
    role: Role,
    /// One line each, where a list's items are long.
    items: Vec<String>,
}

impl Fact {
    fn of(page: &Page<'_>, info: &FieldInfo, value: &Value) -> Fact {
        let zone = &page.state.zone;
        let named = named(page, info, value);
        let value = named.as_ref().unwrap_or(value);
        let shown = format::value(value, info, page.now, zone).into_owned();
        let (text, role) = match value {
            Value::State(tone, _) => (format!("{} {shown}", tone.glyph()), tone_role(*tone)),
            Value::Time(t) if info.ty == FieldType::Age => (format!("{shown}  {}", format::date(*t, zone)), Role::Text),
            Value::Time(t) => (format!("{shown}  ({})", format::age(page.now, *t)), Role::Text),
            Value::Ratio { ok, of, busy } if value.tone().is_some() => {
                let tone = value.tone().unwrap_or(Tone::Unknown);
                let shown = match of.saturating_sub(ok + busy) {
                    _ if info.others.is_empty() => shown,
                    0 => format!("none of {of} {}", info.others),
                    n => format!("{n} of {of} {}", info.others),
                };
                (format!("{} {shown}", tone.glyph()), tone_role(tone))
            }
            Value::Series(s) => (format!("{shown}  {}", format::newest(s, info.unit)), Role::Chart),
            Value::Unknown => (unknown(page, info), Role::Quiet),
            _ if info.link.is_some() && value.is_some() => (shown, Role::Link),
            _ => (shown, value_role(value)),
        };
        let items = match value {
            Value::List(items) if items.len() > 1 && cells(&text) > 36 => {
                items.iter().map(ToString::to_string).collect()
            }
            Value::Ips(_) | Value::Nets(_) if cells(&text) > 36 => value.blocks().map(|b| b.to_string()).collect(),
            _ => Vec::new(),
        };
        Fact { label: info.label().into_owned(), text, role, items }
    }

    fn lines(&self, room: u16) -> Vec<String> {
        if self.items.is_empty() {
            return wrap(&self.text, room);
        }
        self.items.iter().flat_map(|i| wrap(i, room)).collect()
    }
}

/// Ids with their names before them, as far as these are known; `None` if none is.
fn named(page: &Page<'_>, info: &FieldInfo, value: &Value) -> Option<Value> {
    let name = |id: &ArcStr| page.state.name_of(page.store, &page.key.table, info, id).map(|name| both(name, id));
    match value {
        Value::Text(id) => name(id).map(Value::Text),
        Value::List(ids) if ids.iter().any(|id| name(id).is_some()) => {
            Some(Value::list(ids.iter().map(|id| name(id).unwrap_or_else(|| id.clone()))))
        }
        _ => None,
    }
}

/// Why a value is not known, as far as that can be told.
fn unknown(page: &Page<'_>, info: &FieldInfo) -> String {
    let Some((kind, _)) = side_kind(page.state, info) else { return format::UNKNOWN.into() };
    let key = crate::model::TableKey::all(page.key.table.scope.clone(), kind);
    match page.store.table(&key).map(|t| &t.status) {
        Some(status) => match &status.fault {
            Some(fault) => format!("· {}", fault.kind.word()),
            None if status.running => "· asking".into(),
            None => format::UNKNOWN.into(),
        },
        None => "· not asked".into(),
    }
}

/// A line of the page: what stands in its left and right half; `None` = the left one has the whole line.
struct Line {
    left: (String, String, Role),
    right: Option<(String, String, Role)>,
}

/// Places facts on lines, two a line where both fit.
fn arrange(facts: &[Fact], width: u16, label: u16) -> Vec<Line> {
    let half = if width >= TWO_COLUMNS { (width / 2).saturating_sub(label + 4) } else { 0 };
    let full = width.saturating_sub(label + 4);
    let mut lines: Vec<Line> = Vec::new();
    let mut open = false;
    for fact in facts {
        let short = fact.items.is_empty() && cells(&fact.text) <= half;
        let first = (fact.label.clone(), fact.text.clone(), fact.role);
        match lines.last_mut() {
            Some(line) if short && open => {
                line.right = Some(first);
                open = false;
            }
            _ if short => {
                lines.push(Line { left: first, right: None });
                open = true;
            }
            _ => {
                for (i, text) in fact.lines(full).into_iter().enumerate() {
                    let label = if i == 0 { fact.label.clone() } else { String::new() };
                    lines.push(Line { left: (label, text, fact.role), right: None });
                }
                open = false;
            }
        }
    }
    lines
}

fn draw(pen: &mut Pen<'_>, area: Rect, page: &Page<'_>, facts: &[Fact], label_role: Role) {
    let label = facts.iter().map(|f| cells(&f.label)).max().unwrap_or(0).min(area.width / 3);
    let lines = arrange(facts, area.width, label);
    let height = usize::from(area.height);
    let scroll = page.state.detail.scroll.min(lines.len().saturating_sub(height));
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(scroll)) {
        for (x, cell) in [(area.x + 2, Some(&line.left)), (area.x + area.width / 2 + 1, line.right.as_ref())] {
            let Some((name, text, role)) = cell else { continue };
            pen.say(x, y, label, name, label_role);
            let at = x + label + 2;
            let end = if line.right.is_some() && x == area.x + 2 { area.x + area.width / 2 } else { area.right() };
            pen.say(at, y, end.saturating_sub(at), text, *role);
        }
    }
    let below = lines.len().saturating_sub(scroll + height);
    if below > 0 && height > 0 {
        let style = pen.style(Role::Quiet);
        // Up to the edge: what the line has there would stand behind it.
        pen.put_right(area.right(), area.bottom() - 1, 13, &format!(" ↓ {below} more "), style);
    }
}

/// The fields of a section.
pub(super) fn section(pen: &mut Pen<'_>, area: Rect, page: &Page<'_>, section: &str) {
    let kind = page.record.kind;
    let facts: Vec<Fact> = (0..kind.fields.len())
        .filter(|i| kind.fields.at(*i).section == section)
        .map(|i| {
            Fact::of(page, kind.fields.at(i), field_value(page.state, page.store, &page.key.table, page.record, i))
        })
        .collect();
    draw(pen, area, page, &facts, Role::Quiet);
}

/// The tags, as AWS has them.
pub(super) fn tags(pen: &mut Pen<'_>, area: Rect, page: &Page<'_>) {
    let kind = page.record.kind;
    let Some(tags) = page.state.tags(page.store, page.key) else {
        let why = kind.tags_aside().map_or_else(|| format::UNKNOWN.into(), |i| unknown(page, kind.fields.at(i)));
        pen.say(area.x + 2, area.y, area.width, &why, Role::Quiet);
        return;
    };
    if tags.is_empty() {
        pen.say(area.x + 2, area.y, area.width, "– No tags.", Role::Quiet);
        return;
    }
    let facts: Vec<Fact> = tags
        .iter()
        .map(|(k, v)| Fact {
            label: crate::base::text::visible(k).into_owned(),
            text: if v.is_empty() { format::EMPTY.into() } else { crate::base::text::visible(v).into_owned() },
            role: if v.is_empty() { Role::Quiet } else { Role::Text },
            items: Vec::new(),
        })
        .collect();
    draw(pen, area, page, &facts, Role::Quiet);
}
