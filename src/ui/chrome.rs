//! Two lines above and one below: whose account it is, what is shown and how true that is, and what one can do.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::help::{self, Hint};
use crate::app::{Board, Freshness, Run, State, relative_time};
use crate::base::{FaultKind, Time};
use crate::config::Role;
use crate::model::{Level, Tone};
use crate::store::{Progress, Store};

use super::empty_state::grouped;
use super::format;
use super::painter::{Pen, cells};

/// Between the parts of a line.
const BAR: &str = " ▏";
/// Data younger than this counts as live: two rounds of the ten-second cadence, so that an idle screen is silent.
const LIVE: u64 = 30;

/// A piece of a line with its style.
type Piece = (String, Style);

fn width_of(pieces: &[Piece]) -> u16 {
    pieces.iter().map(|(text, _)| cells(text)).sum()
}

fn put_all(pen: &mut Pen<'_>, mut x: u16, y: u16, end: u16, pieces: &[Piece]) -> u16 {
    for (text, style) in pieces {
        x = pen.put(x, y, end.saturating_sub(x), text, *style);
    }
    x
}

/// How much of the first line there is room for, the most first.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Detail {
    Full,
    NoCost,
    NoUser,
    OneRegion,
    NoMeter,
    Least,
}

/// The first line: profile, account, user, regions; what is spent; whether anything can be changed; the time.
pub fn band(pen: &mut Pen<'_>, area: Rect, state: &State, now: Time) {
    if area.height == 0 {
        return;
    }
    use Detail::{Full, Least, NoCost, NoMeter, NoUser, OneRegion};
    let mut parts = (Vec::new(), Vec::new());
    for detail in [Full, NoCost, NoUser, OneRegion, NoMeter, Least] {
        parts = (who(pen, state, detail), spent(pen, state, now, detail));
        if width_of(&parts.0) + width_of(&parts.1) < area.width {
            break;
        }
    }
    let ground = pen.band(state.profiles.first().and_then(|p| p.color));
    pen.tint(area, ground);
    let right = area.right().saturating_sub(width_of(&parts.1));
    put_all(pen, area.x, area.y, right.max(area.x), &parts.0);
    put_all(pen, right, area.y, area.right(), &parts.1);
}

fn who(pen: &Pen<'_>, state: &State, detail: Detail) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for profile in state.shown_profiles() {
        let style = pen.band(profile.color);
        let strong = style.patch(pen.style(Role::Title));
        pieces.push((format!(" {}", if state.sandbox { "sandbox" } else { profile.label.as_str() }), strong));
        match &profile.identity {
            Some(Ok(identity)) if detail < Detail::NoUser => {
                pieces.push((format!("{BAR}{} {}", identity.account, identity.user), style));
            }
            Some(Ok(identity)) => pieces.push((format!("{BAR}{}", identity.account), style)),
            Some(Err(fault)) => pieces.push((format!("{BAR}✗ {}", fault.kind.word()), strong)),
            None if profile.signing_in.is_some() => pieces.push((format!("{BAR}◐ signing in"), style)),
            None => pieces.push((format!("{BAR}·"), style)),
        }
        let regions = match (profile.regions.as_slice(), detail >= Detail::OneRegion) {
            ([], _) | (_, true) if detail == Detail::Least => String::new(),
            ([first, _, ..], true) => format!("{first} +{}", profile.regions.len() - 1),
            (all, _) => all.join(" "),
        };
        if !regions.is_empty() {
            pieces.push((format!("{BAR}{regions}"), style));
        }
        pieces.push((" ".into(), style));
    }
    pieces
}

fn spent(pen: &Pen<'_>, state: &State, now: Time, detail: Detail) -> Vec<Piece> {
    let ground = pen.band(state.profiles.first().and_then(|p| p.color));
    let badge = pen.style(Role::Badge);
    let mut pieces: Vec<Piece> = Vec::new();
    if state.sandbox {
        #[expect(clippy::float_cmp, reason = "exactly the default")]
        let speed = if state.speed == 1.0 { String::new() } else { format!(" ×{}", format::number(state.speed)) };
        pieces.push((format!(" SANDBOX{speed} "), badge));
    }
    if state.all_read_only() {
        pieces.push((" ".into(), ground));
        pieces.push((" READ-ONLY ".into(), badge));
    } else if state.shown_profiles().any(|p| p.read_only) {
        pieces.push((" ".into(), ground));
        pieces.push((" PARTLY READ-ONLY ".into(), badge));
    }
    let meter = &state.meter;
    if let Some(slowed) = meter.slowed.first().filter(|_| detail < Detail::Least) {
        let what = if detail < Detail::NoCost { format!(": {slowed}") } else { String::new() };
        pieces.push((format!(" ! slowed{what}"), ground.patch(pen.style(Role::Title))));
    }
    if detail < Detail::NoMeter {
        let cost = format!(" ${:.2}/h", f64::from(meter.millidollars_per_hour) / 1000.0);
        let calls = meter.calls_per_minute;
        let text = if detail < Detail::NoCost {
            format!("{BAR} {calls} {}/min{cost}", if calls == 1 { "call" } else { "calls" })
        } else if meter.millidollars_per_hour > 0 {
            format!("{BAR} {calls}/min{cost}")
        } else {
            format!("{BAR} {calls}/min")
        };
        pieces.push((text, ground));
    }
    let zone =
        if detail < Detail::NoMeter { format!("{} ", format::zone_name(now, &state.zone)) } else { String::new() };
    pieces.push((format!("{BAR} {} {zone}", now.clock_in(&state.zone)), ground));
    pieces
}

/// The second line: what is shown, how much of it, in which order, how old and how complete.
pub fn heading(pen: &mut Pen<'_>, area: Rect, state: &State, store: &Store, now: Time, hidden_columns: Option<&str>) {
    if area.height == 0 {
        return;
    }
    let view = &state.view;
    let fresh = state.freshness(store);
    let mut right = truth(pen, (state, store), &fresh, now);
    if let Some(sort) = view.sort.filter(|s| s.field <= view.kind.fields.len()) {
        let arrow = if sort.ascending { "▲" } else { "▼" };
        let text = format!("{arrow} {}   ", view.kind.fields.at(sort.field).title.to_lowercase());
        right.insert(0, (text, pen.style(Role::Sort)));
    }
    let mut end = area.right().saturating_sub(width_of(&right));
    let mut left = counted(pen, state, &fresh);
    // Where the line is too short the order goes first (its column is marked anyway).
    if width_of(&left) > end.saturating_sub(area.x) && right.len() > 1 && view.sort.is_some() {
        right.remove(0);
        end = area.right().saturating_sub(width_of(&right));
    }
    let hidden = hidden_columns.map_or(0, |h| cells(h) + 10);
    left.extend(summary(pen, state, end.saturating_sub(area.x + width_of(&left) + hidden + 2)));
    if let Some(hidden) = hidden_columns {
        let columns = if hidden == "+1" { "column" } else { "columns" };
        left.push((format!("  {hidden} {columns}"), pen.style(Role::Quiet)));
    }
    put_all(pen, area.x, area.y, end.saturating_sub(1).max(area.x), &left);
    put_all(pen, end, area.y, area.right(), &right);
}

/// The same where a board is shown.
pub fn board_heading(pen: &mut Pen<'_>, area: Rect, state: &State, store: &Store, now: Time, board: &Board) {
    if area.height == 0 {
        return;
    }
    let fresh = state.board_freshness(store);
    let right = match fresh.faults.first() {
        None if fresh.progress == Progress::Partial => vec![("◌ loading ".to_string(), pen.style(Role::Busy))],
        _ => truth(pen, (state, store), &fresh, now),
    };
    let end = area.right().saturating_sub(width_of(&right));
    let title = vec![(format!(" {}", board.board.info().title), pen.style(Role::Title))];
    put_all(pen, area.x, area.y, end.saturating_sub(1).max(area.x), &title);
    put_all(pen, end, area.y, area.right(), &right);
}

/// How many rows are in which state, the most first, and behind the first what is wrong with rows besides; as far as `room` goes: what is
/// left out is no number of its own. `3+ impaired`: of some rows that is not known yet.
fn summary(pen: &Pen<'_>, state: &State, room: u16) -> Vec<Piece> {
    let view = &state.view;
    let all = view.states.iter().map(|(_, _, n)| n).sum::<usize>();
    let mut pieces: Vec<Piece> = Vec::new();
    if all.max(view.order.len()) < 2 {
        return pieces;
    }
    let mut parts: Vec<(Tone, String)> = Vec::new();
    for (tone, word, n) in view.states.iter().filter(|(_, word, _)| !word.is_empty()) {
        let many = if *n == all { "all".into() } else { grouped(*n) };
        parts.push((*tone, format!("{many} {}", crate::base::text::visible(word))));
    }
    let troubles = view.troubles.iter().map(|t| {
        let more = if t.at_least { "+" } else { "" };
        (Tone::Bad, format!("{}{more} {}", grouped(t.rows), t.word))
    });
    let first = parts.len().min(1);
    parts.splice(first..first, troubles);
    // Where there is no room for both, what is wrong is what is looked for.
    let with = |part: &(Tone, String)| cells(&part.1) + 3;
    if parts.get(first).is_some_and(|p| p.0 == Tone::Bad)
        && parts.iter().take(first + 1).map(with).sum::<u16>() + 2 > room
    {
        parts.rotate_left(first);
    }
    for (tone, part) in parts {
        let before = if pieces.is_empty() { "   " } else { " · " };
        let text = format!("{before}{part}");
        // One more is to be told as well, or that there is more.
        if width_of(&pieces) + cells(&text) + 2 > room {
            let more = if pieces.is_empty() { "" } else { " …" };
            pieces.push((more.into(), pen.style(Role::Quiet)));
            break;
        }
        let role = if tone == Tone::Bad { Role::Bad } else { Role::Quiet };
        pieces.push((before.into(), pen.style(Role::Quiet)));
        pieces.push((text[before.len()..].to_string(), pen.style(role)));
    }
    pieces
}

fn counted(pen: &Pen<'_>, state: &State, fresh: &Freshness) -> Vec<Piece> {
    let view = &state.view;
    let mut pieces = vec![(format!(" {}", view.kind.title), pen.style(Role::Title))];
    if let Some(parent) = &view.parent_label {
        let of = if view.kind.takes_text() { "for" } else { "of" };
        pieces.push((format!(" {of} {parent}"), pen.style(Role::Title)));
    }
    if let Some(only) = view.only.as_ref().filter(|_| state.scopes.len() > 1) {
        let places: Vec<&str> =
            only.iter().filter_map(|s| s.region_code().or(s.profile())).map(|s| s.as_str()).collect();
        pieces.push((format!(" in {}", places.join(" ")), pen.style(Role::Quiet)));
    }
    let known = fresh.progress != Progress::NotAsked || view.total > 0;
    let shown = view.order.len();
    // Where not all rows are on the screen, the number of the focused one stands before theirs.
    let place = |n: usize| match n > state.areas().rows() {
        true => format!("{}/{}", grouped(view.at + 1), grouped(n)),
        false => grouped(n),
    };
    // Where AWS finds the rows nobody has counted the others.
    let by_aws = view.selector.filters();
    let count = match by_aws {
        _ if !known => String::new(),
        Some(filters) if filters.len() < view.query.terms.len() => {
            format!("  {} of {} with {filters}", place(shown), grouped(view.total))
        }
        None if !view.query.is_empty() => format!("  {} of {}", place(shown), grouped(view.total)),
        _ => format!("  {}", place(shown)),
    };
    pieces.push((count, pen.style(Role::Text)));
    if !view.query.is_empty() {
        pieces.push((format!("  {}", view.query.text), pen.style(Role::Match)));
    }
    if !view.marks.is_empty() {
        let hidden = match view.hidden_marks {
            0 => String::new(),
            n => format!(" ({n} hidden)"),
        };
        pieces.push((format!("  ◆ {} marked{hidden}", view.marks.len()), pen.style(Role::Mark)));
    }
    pieces
}

/// How old and how complete: one glyph and one word each, so that it can be read without colour.
fn truth(pen: &Pen<'_>, (state, store): (&State, &Store), fresh: &Freshness, now: Time) -> Vec<Piece> {
    let view = &state.view;
    let style = |role| pen.style(role);
    let mut pieces = Vec::new();
    let old = |at: Time| relative_time::coarse(now, at);
    let several =
        |n: usize| if view.tables.len() > 1 { format!(" {n} of {}", view.tables.len()) } else { String::new() };
    let fan = view.fan.filter(|(read, of)| read < of);
    match fresh.faults.first() {
        Some((_, fault)) => {
            let why = format!("{}{}", fault.kind.word(), several(fresh.faults.len()));
            match fresh.oldest {
                Some(at) => {
                    pieces.push((format!("◌ stale {}", old(at)), style(Role::Warning)));
                    pieces.push((BAR.into(), style(Role::Border)));
                    pieces.push((format!(" ✗ {why} "), style(Role::Error)));
                }
                None if fault.kind == FaultKind::Denied => pieces.push((format!("✗ {why} "), style(Role::Error))),
                None => pieces.push((format!("✗ failed: {why} "), style(Role::Error))),
            }
            return pieces;
        }
        None => match fresh.oldest {
            Some(at) if now.since(at).as_secs() < LIVE => pieces.push(("● live".into(), style(Role::Good))),
            Some(at) => pieces.push((format!("○ {} ago", old(at)), style(Role::Quiet))),
            None => {}
        },
    }
    if !pieces.is_empty() {
        pieces.push((format!(" {BAR} "), style(Role::Border)));
    }
    let last = match (fan, fresh.progress, state.beside(store)) {
        (Some((read, of)), ..) => (format!("◌ {read} of {of} "), Role::Busy),
        (None, Progress::Complete, Some(lacking)) => (format!("◌ {lacking} "), Role::Busy),
        (None, Progress::Complete, None) => ("✓ complete ".to_string(), Role::Quiet),
        (None, Progress::Partial, _) => (format!("◌ loading, {} so far ", grouped(view.total)), Role::Busy),
        (None, Progress::NotAsked, _) if fresh.running => ("◌ loading ".to_string(), Role::Busy),
        (None, Progress::NotAsked, _) => ("· not asked ".to_string(), Role::Quiet),
    };
    pieces.push((last.0, style(last.1)));
    pieces
}

/// The glyph and role of a message.
pub fn level(level: Level) -> (&'static str, Role) {
    match level {
        Level::Info => ("·", Role::Text),
        Level::Warning => ("!", Role::Warning),
        Level::Error => ("✗", Role::Error),
    }
}

/// Where a message is whole that is cut on the last line.
const WHOLE: &str = " :messages";

/// The last line: what was just said, else what one can do now; what is under way stands at its end.
pub fn foot(pen: &mut Pen<'_>, area: Rect, state: &State, store: &Store) {
    if area.height == 0 {
        return;
    }
    let mut end = area.right();
    // What was just said may be how the run goes: once is enough.
    let said = |run: &Run| {
        let text = state.notice.as_ref().map(|n| n.message.text.as_str());
        text.is_some_and(|text| text.starts_with(&run.record.title) || text == run.text())
    };
    if let Some(run) = state.runs.iter().rev().find(|r| !r.is_over() && !said(r)) {
        let text = format!("◐ {} ", run.text());
        let max = area.width / 2;
        let style = pen.style(Role::Busy);
        end = pen.put_right(area.right(), area.y, max, &text, style).saturating_sub(1);
    }
    if let Some(notice) = &state.notice {
        let (glyph, role) = level(notice.message.level);
        let text = format!(" {glyph} {}", notice.message.text);
        // What failed and has no room here is whole among the messages; what else is said is made to fit.
        let is_cut = notice.message.level == Level::Error && cells(&text) > end.saturating_sub(area.x);
        let rest = if is_cut { WHOLE } else { "" };
        let room = end.saturating_sub(area.x + cells(rest));
        let after = pen.say(area.x, area.y, room, &text, role);
        pen.say(after, area.y, end.saturating_sub(after), rest, Role::Key);
        return;
    }
    let room = Rect { width: end.saturating_sub(area.x), ..area };
    match help::welcome(state) {
        // Where it does not fit whole, the keys say more.
        Some(text) if cells(&text) + 1 < room.width => {
            pen.say(room.x + 1, room.y, room.width, &text, Role::Quiet);
        }
        _ => hints(pen, room, &help::hints(state, store)),
    }
}

/// How many hints at the end of the list always stay: the ways out, and to everything else.
const LAST: usize = 2;

/// Keys and what they do, as many as fit whole: the first ones, and the last two.
fn hints(pen: &mut Pen<'_>, area: Rect, hints: &[Hint]) {
    let need = |hint: &Hint| cells(&hint.key) + 1 + cells(&hint.title) + 2;
    let (first, last) = hints.split_at(hints.len().saturating_sub(LAST));
    let mut room = (area.width + 1).saturating_sub(last.iter().map(need).sum());
    let fits = first.iter().take_while(|h| {
        let left = room.checked_sub(need(h));
        room = left.unwrap_or(room);
        left.is_some()
    });
    let mut x = area.x + 1;
    for hint in fits.chain(last) {
        if x + need(hint) > area.right() + 2 {
            break;
        }
        let (key, what) =
            if hint.disabled.is_some() { (Role::Disabled, Role::Disabled) } else { (Role::Key, Role::Hint) };
        x = pen.say(x, area.y, area.width, &hint.key, key) + 1;
        x = pen.say(x, area.y, area.width, &hint.title, what) + 2;
    }
}
