//! The detail of one row: its pages, made from what the kind says of its fields.

mod changes;
mod facts;
mod metrics;
mod raw;

use ratatui::layout::Rect;

use crate::app::detail::pages::details_title;
use crate::app::signs::FOCUS;
use crate::app::{State, Tab};
use crate::base::Time;
use crate::config::Role;
use crate::model::{Record, Spot};
use crate::store::Store;

use super::painter::{Pen, cells};
use super::table::tone_role;

/// What the name keeps of a heading in which all pages have place.
const NAME: u16 = 18;

/// What the pages are drawn from.
pub(super) struct Page<'a> {
    pub(super) state: &'a State,
    pub(super) store: &'a Store,
    pub(super) key: &'a crate::app::RowKey,
    pub(super) record: &'a Record,
    pub(super) now: Time,
}

/// Draws the detail. `below` says whether a table stands above it, from which a rule parts it.
pub fn draw(pen: &mut Pen<'_>, area: Rect, state: &State, store: &Store, now: Time, below: bool) {
    if area.height < 3 {
        return;
    }
    pen.spot(area, Spot::Detail);
    let has_keys = state.overlays.is_empty() && state.focus == crate::app::state::Focus::Detail;
    let (title, body) = if below {
        pen.repeat(area.x, area.y, area.width, "─", Role::Border);
        (area.y + 1, area.y + 2)
    } else {
        pen.repeat(area.x, area.y + 1, area.width, "─", Role::Border);
        (area.y, area.y + 2)
    };
    let body = Rect { y: body, height: area.bottom() - body, ..area };
    let Some(key) = &state.detail.row else {
        pen.say(area.x + 2, title, area.width, "No row selected.", Role::Quiet);
        return;
    };
    let Some(row) = store.table(&key.table).and_then(|t| t.get(&key.id)) else {
        pen.say(area.x + 2, title, area.width, "∅ This row no longer exists.", Role::Gone);
        return;
    };
    let page = Page { state, store, key, record: &row.record, now };
    let head = Rect { y: title, height: 1, ..area };
    heading(pen, head, &page, row.gone.is_some(), has_keys);
    match state.tab(store) {
        tab @ (Tab::Overview | Tab::Details | Tab::Tags) => facts::page(pen, body, &page, tab, has_keys),
        Tab::Metrics => metrics::draw(pen, body, &page),
        Tab::Changes => changes::draw(pen, body, &page),
        Tab::Links => links(pen, body, &page, has_keys),
        Tab::Raw => raw::draw(pen, body, &page),
    }
}

fn tab_title(page: &Page<'_>, tab: Tab) -> String {
    match tab {
        Tab::Overview => "overview".into(),
        Tab::Details => details_title(page.record.kind).into(),
        Tab::Tags => match page.state.tags(page.store, page.key) {
            Some(tags) => format!("tags {}", tags.len()),
            None => "tags".into(),
        },
        Tab::Metrics => "metrics".into(),
        Tab::Changes => match page.state.changes(page.store, page.key).len() {
            0 => "changes".into(),
            n => format!("changes {n}"),
        },
        Tab::Links => "links".into(),
        Tab::Raw => "raw".into(),
    }
}

/// Name and id on the left, the pages on the right, the one that is shown reversed.
fn heading(pen: &mut Pen<'_>, area: Rect, page: &Page<'_>, gone: bool, has_keys: bool) {
    let mut tabs: Vec<(Tab, String)> =
        page.state.tabs(page.store, page.key).into_iter().map(|t| (t, tab_title(page, t))).collect();
    let shown = page.state.tab(page.store);
    let at = tabs.iter().position(|(t, _)| *t == shown).unwrap_or(0);
    // Where the pages do not all fit, those around the shown one do.
    let room = (area.width * 2 / 3).max(area.width.saturating_sub(NAME));
    let across = |tabs: &[(Tab, String)]| tabs.iter().map(|(_, t)| cells(t) + 2).sum::<u16>() + 4;
    // The digits turn to them while they have the keys.
    if has_keys && across(&tabs) + 2 * u16::try_from(tabs.len()).unwrap_or(0) <= room {
        for (number, (_, title)) in (1..).zip(&mut tabs) {
            *title = format!("{number} {title}");
        }
    }
    let width = |from: usize, to: usize| across(&tabs[from..to]);
    let (mut from, mut to) = (0, tabs.len());
    while width(from, to) > room && to - from > 1 {
        if at - from > to - 1 - at { from += 1 } else { to -= 1 }
    }
    let mut x = area.right().saturating_sub(width(from, to));
    let start = x;
    pen.say(x, area.y, 2, if from > 0 { "‹ " } else { "  " }, Role::Quiet);
    x += 2;
    for (number, (tab, title)) in (from..).zip(&tabs[from..to]) {
        let role = match (*tab == shown, has_keys) {
            (true, true) => Role::Choice,
            (true, false) => Role::Title,
            _ => Role::Quiet,
        };
        let style = pen.style(role);
        let text = if *tab == shown && !has_keys { format!("[{title}]") } else { format!(" {title} ") };
        let before = x;
        x = pen.put(x, area.y, area.right().saturating_sub(x), &text, style);
        pen.spot(Rect { x: before, width: x - before, ..area }, Spot::Page(number));
    }
    if to < tabs.len() {
        pen.say(x, area.y, 2, " ›", Role::Quiet);
    }
    let left = start.saturating_sub(area.x + 2);
    let id = page.record.kind.index_of("id");
    // What stands for another row (a target for its instance) is known by that one's name.
    let named = id.and_then(|i| {
        let info = page.record.kind.fields.at(i);
        page.state.name_of(page.store, &page.key.table, info, page.record.at(i).as_str()?)
    });
    let name = named.unwrap_or_else(|| page.record.label());
    let role = if gone { Role::Gone } else { Role::Title };
    let name = crate::base::text::visible(name);
    let cut = crate::base::text::cut_middle(&name, usize::from(left));
    let after = pen.say(area.x + 1, area.y, left, &cut, role);
    let rest = left.saturating_sub(after.saturating_sub(area.x + 1) + 2);
    let id = id.and_then(|i| page.record.at(i).as_str().map(str::to_string));
    // Of an ARN a piece tells nothing.
    let least = |id: &str| if id.starts_with("arn:") { 40 } else { 9 };
    if let Some(id) = id.filter(|id| *id != *name && rest >= least(id).min(cells(id))) {
        let cut = crate::base::text::cut_middle(&id, usize::from(rest)).into_owned();
        let after = pen.say(after + 2, area.y, rest, &cut, Role::Quiet);
        if gone {
            pen.say(after + 2, area.y, start.saturating_sub(after + 2), "gone", Role::Gone);
        }
    }
}

fn links(pen: &mut Pen<'_>, area: Rect, page: &Page<'_>, has_keys: bool) {
    let links = page.state.links(page.store, page.key);
    let counts = page.state.link_counts(page.key);
    let count = |i: usize| counts.get(i).and_then(Option::as_ref);
    let height = usize::from(area.height);
    let top = page.state.detail.choice.saturating_sub(height.saturating_sub(1));
    let title = links.iter().map(|l| cells(l.title)).max().unwrap_or(0).min(area.width / 3);
    let counted = (0..links.len()).filter_map(count).map(|c| cells(&c.text())).max().unwrap_or(0);
    for (line, (i, link)) in (0..).zip(links.iter().enumerate().skip(top).take(height)) {
        let y = area.y + line;
        let chosen = i == page.state.detail.choice && has_keys;
        let none = count(i).is_some_and(|c| c.rows == 0);
        let role = |role| if none { Role::Disabled } else { role };
        pen.say(area.x + 2, y, title, link.title, role(Role::Link));
        let x = area.x + 2 + title + 2;
        if let Some(count) = count(i) {
            let worst = count.worst.as_ref().map_or(Role::Text, |(tone, ..)| tone_role(*tone));
            pen.say(x, y, area.right().saturating_sub(x), &count.text(), role(worst));
        }
        let x = if counted > 0 { x + counted + 2 } else { x };
        let rest = if link.query.is_empty() { link.kind.to_string() } else { format!("{} {}", link.kind, link.query) };
        // On the focused line's ground what is quiet could hardly be read.
        let quiet = if chosen { Role::Text } else { role(Role::Quiet) };
        pen.say(x, y, area.right().saturating_sub(x), &rest, quiet);
        if chosen {
            pen.say(area.x, y, 1, FOCUS, Role::Focus);
            let ground = pen.style(Role::FocusRow);
            pen.tint(Rect { y, height: 1, ..area }, ground);
        }
    }
    if links.is_empty() {
        pen.say(area.x + 2, area.y, area.width, "– No links.", Role::Quiet);
    }
}
