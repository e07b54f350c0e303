//! Why there are no rows: denied, empty, filtered, not asked and on its way look different, and each says what can be done.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::overlay::Start;
use crate::base::text::capital;
use crate::config::{Mode, Role};
use crate::model::{Kind, Selector};
use crate::query::Query;
use crate::store::{Progress, Store};

use super::painter::{Pen, cells, wrap};

/// A sentence in the middle of an empty table, and what one can do.
#[derive(Debug, PartialEq, Eq)]
pub struct Blank {
    /// Before the sentence, so that mono shows the difference at a glance.
    pub glyph: &'static str,
    /// How loud.
    pub role: Role,
    /// What it is.
    pub sentence: String,
    /// What can be done, a line each.
    pub hints: Vec<String>,
}

fn where_(state: &State) -> String {
    let text = match &state.view.parent_label {
        Some(text) if state.view.kind.takes_text() => format!(" for {text}"),
        Some(parent) => return format!(" in {parent}"),
        None => String::new(),
    };
    let mut places: Vec<String> = Vec::new();
    for key in &state.view.tables {
        let place = match (key.scope.region_code(), key.scope.profile()) {
            (Some(region), _) => region.to_string(),
            (None, Some(profile)) => format!("account {profile}"),
            (None, None) => continue,
        };
        if !places.contains(&place) {
            places.push(place);
        }
    }
    match places.as_slice() {
        [] => text,
        [a] => format!("{text} in {a}"),
        [a, b] => format!("{text} in {a} and {b}"),
        [a, rest @ ..] => format!("{text} in {a} and {} other places", rest.len()),
    }
}

fn key(state: &State, command: &str) -> String {
    state.keymap.key_of(Mode::Table, command).unwrap_or_else(|| format!(":{command}"))
}

/// Where else its kind's rows may be.
fn beyond(state: &State) -> Option<String> {
    let text = state.view.kind.beyond;
    let all = state.view.selector == Selector::All || state.view.kind.takes_text();
    (all && !text.is_empty()).then(|| text.to_string())
}

/// Why the table of the view is empty.
pub fn why(state: &State, store: &Store) -> Blank {
    let view = &state.view;
    let plural = view.kind.title.to_lowercase();
    let place = where_(state);
    let blank = |glyph, role, sentence: String, hints: Vec<String>| Blank { glyph, role, sentence, hints };
    if view.tables.is_empty() {
        if let Some(parent) = view.kind.parent.filter(|p| view.selector == Selector::All && !p.fans_out) {
            let one = state.registry.kind(parent.kind).map_or(parent.kind, |k| Kind(k.info).0.singular);
            return blank(
                "·",
                Role::Quiet,
                format!("Not asked: {plural} belong to one {one} each."),
                vec![format!("Choose one: {}{}, then {}", key(state, "palette"), parent.kind, key(state, "open"))],
            );
        }
        if let Some((_, 0)) = view.fan {
            return blank("–", Role::Quiet, format!("Nothing here has {plural}."), Vec::new());
        }
        if view.fan.is_some() || view.indexing.is_some() {
            return blank("◌", Role::Quiet, format!("Asking which {plural} there are…"), Vec::new());
        }
        return blank(
            "·",
            Role::Quiet,
            format!("Not asked: there is no region to look for {plural} in."),
            vec!["Name one with --region, or in the profile.".into()],
        );
    }
    let fresh = state.freshness(store);
    if view.total > 0 && !view.query.is_empty() {
        let with = view.selector.filters().map(|f| format!(" with {f}")).unwrap_or_default();
        let sentence = format!("None of {} {plural}{with} matches {}", grouped(view.total), view.query.text);
        let mut hints = vec![format!("{} changes the filter, {} clears it", key(state, "filter"), key(state, "back"))];
        hints.extend(Query::hint(&view.query.text, view.kind.0));
        hints.extend(beyond(state));
        return blank("–", Role::Quiet, sentence, hints);
    }
    if let Some((table, fault)) = fresh.faults.first() {
        let all = fresh.faults.len() == view.tables.len();
        let word = fault.kind.word();
        let many = if all { String::new() } else { format!(" ({} of {})", fresh.faults.len(), view.tables.len()) };
        let whom = if state.view.tables.len() > 1 { format!(" in {}", table.scope) } else { place };
        let mut hints: Vec<String> = vec![fault.to_string()];
        hints.extend(fault.hints.iter().cloned());
        hints.push(format!("{} tries again", key(state, "refresh")));
        let sentence = format!("{}: {plural}{whom}{many} could not be read.", capital(word));
        return blank("✗", Role::Error, sentence, hints);
    }
    match fresh.progress {
        Progress::Complete if view.indexing.is_some() || view.stale => {
            blank("◌", Role::Quiet, format!("Sorting {plural}…"), Vec::new())
        }
        Progress::Complete => match view.selector.filters() {
            Some(filters) => blank(
                "–",
                Role::Quiet,
                format!("There are no {plural}{place} with {filters}"),
                vec![format!("{} changes the filter, {} clears it", key(state, "filter"), key(state, "back"))],
            ),
            None => blank(
                "–",
                Role::Quiet,
                format!("There are no {plural}{place}."),
                [format!("{} goes somewhere else", key(state, "palette"))].into_iter().chain(beyond(state)).collect(),
            ),
        },
        _ if fresh.running => blank("◌", Role::Busy, format!("Loading {plural}{place}…"), Vec::new()),
        Progress::Partial => blank("◌", Role::Busy, format!("Loading {plural}{place}…"), Vec::new()),
        Progress::NotAsked => blank("·", Role::Quiet, format!("Not asked yet: {plural}{place}."), Vec::new()),
    }
}

/// A count with a comma between thousands: `100,000` is easier to read than `100000`.
pub fn grouped(n: usize) -> String {
    super::format::thousands(i64::try_from(n).unwrap_or(i64::MAX))
}

/// Draws the sentence in the middle.
pub fn draw(pen: &mut Pen<'_>, area: Rect, blank: &Blank) {
    let room = area.width.saturating_sub(4).min(100);
    let mut lines: Vec<(String, Role)> =
        wrap(&format!("{} {}", blank.glyph, blank.sentence), room).into_iter().map(|l| (l, blank.role)).collect();
    for hint in &blank.hints {
        lines.extend(wrap(hint, room).into_iter().map(|l| (l, Role::Hint)));
    }
    centred(pen, area, &lines);
}

/// Lines in the middle of an area, a third of the way down.
pub fn centred(pen: &mut Pen<'_>, area: Rect, lines: &[(String, Role)]) {
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let top = area.y + area.height.saturating_sub(height) / 3;
    for (y, (line, role)) in (top..area.bottom()).zip(lines) {
        let x = area.x + area.width.saturating_sub(cells(line)) / 2;
        pen.say(x, y, area.right().saturating_sub(x), line, *role);
    }
}

/// No credentials at all: what is wrong, and every way on.
pub fn draw_start(pen: &mut Pen<'_>, area: Rect, start: &Start) {
    let room = area.width.saturating_sub(8).min(86);
    let x = area.x + area.width.saturating_sub(room) / 2;
    let mut y = area.y + area.height / 6;
    for (i, text) in start.lines.iter().enumerate() {
        let role = if i == 0 { Role::Error } else { Role::Text };
        let text = if i == 0 { format!("✗ {text}") } else { text.clone() };
        for line in wrap(&text, room) {
            if y < area.bottom() {
                pen.say(x, y, room, &line, role);
                y += 1;
            }
        }
        y += 1;
    }
    if start.signing_in.is_some() && y < area.bottom() {
        pen.say(x, y, room, "◐ Signing in…", Role::Busy);
        y += 2;
    }
    for line in wrap(&start.fault.to_string(), room) {
        if y < area.bottom() {
            pen.say(x, y, room, &line, Role::Quiet);
            y += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_a_comma_between_thousands() {
        assert_eq!(
            [0, 214, 1000, 9999, 10_000, 100_000, 1_234_567].map(grouped),
            ["0", "214", "1,000", "9,999", "10,000", "100,000", "1,234,567"]
        );
    }
}
