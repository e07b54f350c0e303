//! Fields by section, and tags: label and value, two columns where there is room, a long value on lines of its own.

use arcstr::ArcStr;
use ratatui::layout::Rect;

use crate::app::Tab;
use crate::app::detail::cursor::{LONG_LIST, named_by};
use crate::app::detail::pages::Entry;
use crate::app::names::{field_value, side_kind};
use crate::app::signs::FOCUS;
use crate::base::text::visible;
use crate::config::Role;
use crate::model::{FieldInfo, FieldType, Tone, Value};
use crate::ui::format;
use crate::ui::painter::{Pen, cells, wrap};
use crate::ui::rows::both;
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
        let leads = named_by(info, value).next().is_some();
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
            _ if leads => (shown, Role::Link),
            _ => (shown, value_role(value)),
        };
        let items = match value {
            Value::List(items) if items.len() > 1 && usize::from(cells(&text)) > LONG_LIST => {
                items.iter().map(ToString::to_string).collect()
            }
            Value::Ips(_) | Value::Nets(_) if usize::from(cells(&text)) > LONG_LIST => {
                value.blocks().map(|b| b.to_string()).collect()
            }
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

/// Where a fact, or a piece of one, stands on a line.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
    Whole,
}

/// A line of the page.
enum Line {
    Heading(&'static str),
    /// Label, text and role of each fact on it, with the fact's position.
    Facts(Vec<(Side, usize, String, String, Role)>),
}

/// Facts under a heading, which may be empty.
struct Group {
    heading: &'static str,
    facts: Vec<Fact>,
}

/// Places facts on lines. Where there is room, those that are short stand in two columns, read downwards: the left one first.
fn arrange(groups: &[Group], width: u16, label: u16) -> Vec<Line> {
    let half = if width >= TWO_COLUMNS { (width / 2).saturating_sub(label + 4) } else { 0 };
    let full = width.saturating_sub(label + 4);
    let mut lines: Vec<Line> = Vec::new();
    let mut first = 0;
    for group in groups {
        if !group.heading.is_empty() {
            lines.push(Line::Heading(group.heading));
        }
        let is_short = |fact: &Fact| fact.items.is_empty() && cells(&fact.text) <= half;
        let mut at = 0;
        while at < group.facts.len() {
            let run = group.facts[at..].iter().take_while(|f| is_short(f)).count();
            let down = run.div_ceil(2);
            for line in at..at + down {
                let place = |side, i: usize| {
                    let fact: &Fact = &group.facts[i];
                    (side, first + i, fact.label.clone(), fact.text.clone(), fact.role)
                };
                let right = (line + down < at + run).then(|| place(Side::Right, line + down));
                lines.push(Line::Facts([place(Side::Left, line)].into_iter().chain(right).collect()));
            }
            at += run;
            if let Some(fact) = group.facts.get(at) {
                for (i, text) in fact.lines(full).into_iter().enumerate() {
                    let label = if i == 0 { fact.label.clone() } else { String::new() };
                    lines.push(Line::Facts(vec![(Side::Whole, first + at, label, text, fact.role)]));
                }
                at += 1;
            }
        }
        first += group.facts.len();
    }
    lines
}

/// The first line that is seen: the one with the cursor stands in the middle of a page that is longer than its place.
fn top(lines: &[Line], at: usize, inner: usize, height: usize) -> usize {
    let has = |line: &Line| matches!(line, Line::Facts(facts) if facts.iter().any(|f| f.1 == at));
    let most = lines.len().saturating_sub(height);
    let Some(first) = lines.iter().position(has) else { return 0 };
    let last = lines.iter().rposition(has).unwrap_or(first);
    let tall = (last + 1 - first).saturating_sub(height);
    if tall > 0 {
        return first + inner.min(tall);
    }
    (usize::midpoint(first, last)).saturating_sub(height / 2).min(most)
}

fn draw(pen: &mut Pen<'_>, area: Rect, page: &Page<'_>, groups: &[Group], focus: (Option<usize>, bool)) {
    let labels = groups.iter().flat_map(|g| &g.facts).map(|f| cells(&f.label));
    let label = labels.max().unwrap_or(0).min(area.width / 3);
    let lines = arrange(groups, area.width, label);
    let height = usize::from(area.height);
    let (at, has_keys) = focus;
    let top = top(&lines, at.unwrap_or(0), page.state.detail.scroll, height);
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(top)) {
        let facts = match line {
            Line::Heading(text) => {
                let mut heading = text.to_string();
                heading.get_mut(..1).map(str::make_ascii_uppercase);
                pen.say(area.x + 2, y, area.width.saturating_sub(2), &heading, Role::Title);
                continue;
            }
            Line::Facts(facts) => facts,
        };
        let middle = area.width / 2;
        let alone = facts.len() == 1;
        for (side, fact, name, text, role) in facts {
            let (x, end) = match side {
                Side::Left if !alone => (area.x, area.x + middle),
                Side::Left if area.width >= TWO_COLUMNS => (area.x, area.x + middle),
                Side::Left | Side::Whole => (area.x, area.right()),
                Side::Right => (area.x + middle, area.right()),
            };
            let focused = has_keys && at == Some(*fact);
            // On the focused line's ground what is quiet could hardly be read.
            let of = |role| if focused && role == Role::Quiet { Role::Text } else { role };
            pen.say(x + 2, y, label, name, of(Role::Quiet));
            let from = x + label + 4;
            pen.say(from, y, end.saturating_sub(from), text, of(*role));
            if focused {
                if !name.is_empty() {
                    pen.say(x, y, 1, FOCUS, Role::Focus);
                }
                let ground = pen.style(Role::FocusRow);
                pen.tint(Rect { x, y, width: end - x, height: 1 }, ground);
            }
        }
    }
    let below = lines.len().saturating_sub(top + height);
    if below > 0 && height > 0 {
        let style = pen.style(Role::Quiet);
        // Up to the edge: what the line has there would stand behind it.
        pen.put_right(area.right(), area.bottom() - 1, 13, &format!(" ↓ {below} more "), style);
    }
}

/// A tag, as AWS has it.
fn tag(key: &str, value: &str) -> Fact {
    Fact {
        label: visible(key).into_owned(),
        text: if value.is_empty() { format::EMPTY.into() } else { visible(value).into_owned() },
        role: if value.is_empty() { Role::Quiet } else { Role::Text },
        items: Vec::new(),
    }
}

/// A page of fields or tags, with the cursor if it has the keys.
pub(super) fn page(pen: &mut Pen<'_>, area: Rect, page: &Page<'_>, shown: Tab, has_keys: bool) {
    let (state, store, kind) = (page.state, page.store, page.record.kind);
    let tags = if shown == Tab::Tags { state.tags(store, page.key) } else { None };
    let why = match (shown, tags) {
        (Tab::Tags, None) => {
            kind.tags_aside().map_or_else(|| format::UNKNOWN.into(), |i| unknown(page, kind.fields.at(i)))
        }
        (Tab::Tags, Some(tags)) if tags.is_empty() => "– No tags.".into(),
        _ => String::new(),
    };
    if !why.is_empty() {
        pen.say(area.x + 2, area.y, area.width, &why, Role::Quiet);
        return;
    }
    let blocks = state.blocks(store, page.key, shown);
    let fact = |entry: &Entry| match entry {
        Entry::Field(i) => {
            Fact::of(page, kind.fields.at(*i), field_value(state, store, &page.key.table, page.record, *i))
        }
        Entry::Tag(key) => {
            let value =
                tags.and_then(|tags| tags.iter().find(|(k, _)| k == key)).map_or("", |(_, value)| value.as_str());
            tag(key, value)
        }
    };
    let groups: Vec<Group> =
        blocks.iter().map(|b| Group { heading: b.heading, facts: b.entries.iter().map(fact).collect() }).collect();
    let entries: Vec<Entry> = blocks.into_iter().flat_map(|b| b.entries).collect();
    draw(pen, area, page, &groups, (state.detail_at(&entries), has_keys));
}
