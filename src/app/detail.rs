//! The detail pane: open, follow the cursor after a pause, turn its pages.

pub mod cursor;
pub mod pages;

use std::borrow::Cow;

use super::search::Search;
use super::state::{Focus, PAUSE, State};
use super::update::Turn;
use super::view::{RowKey, Tab};
use crate::base::text;
use crate::base::{Fault, RowId};
use crate::model::{Effect, FieldInfo, FieldType, Kind, Level, RawAnswer, RawStyle, TableKey};
use crate::store::{Change, Part, SHOWN, Store};

impl State {
    /// What changed in a row and in what is joined to it, newest first; at most [`SHOWN`]. Charged side tables hold data points,
    /// which are no news.
    pub fn changes<'a>(&self, store: &'a Store, row: &'a RowKey) -> Vec<Seen<'a>> {
        let kind = row.table.kind;
        let own = store.table(&row.table).into_iter().flat_map(|t| t.changes(&row.id));
        let mut all: Vec<Seen<'a>> = own.map(|change| Seen { change, field: field_of(kind, &change.part) }).collect();
        let mut sides: Vec<&'static str> =
            kind.iter().filter_map(|f| f.side).filter(|s| !s.paid).map(|s| s.kind).collect();
        sides.dedup();
        for side in sides.into_iter().filter_map(|name| self.registry.kind(name)).map(|def| Kind(def.info)) {
            let key = TableKey::all(row.table.scope.clone(), side);
            let joined = store.table(&key).into_iter().flat_map(|t| t.changes(&row.id));
            all.extend(joined.filter_map(|change| {
                let there = field_of(side, &change.part)?;
                let field =
                    kind.iter().find(|f| f.side.is_some_and(|s| s.kind == side.name && s.field == there.name))?;
                Some(Seen { change, field: Some(field) })
            }));
        }
        // What changed at one moment stays in the order of the fields.
        all.reverse();
        all.sort_by_key(|s| std::cmp::Reverse(s.change.at));
        all.truncate(SHOWN);
        all
    }
}

/// A change of a row, and the field of the row's own kind that it is shown under; `None` for a tag.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// What changed.
    pub change: &'a Change,
    /// The field.
    pub field: Option<&'static FieldInfo>,
}

fn field_of(kind: Kind, part: &Part) -> Option<&'static FieldInfo> {
    match part {
        Part::Field(i) => Some(kind.fields.at(*i)),
        Part::Tag(_) => None,
    }
}

/// Cells beside the text of a raw answer.
pub const RAW_MARGIN: usize = 3;

/// A line of a raw answer on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawLine<'a> {
    /// What was asked, and which part of the answer follows.
    Title(&'a str),
    /// Text, or what did not fit of the line before.
    Text(Cow<'a, str>, bool),
    /// So many lines are not shown.
    LeftOut(usize),
}

/// Lines of one part of a raw answer that are shown. All of them are copied.
const MOST_LINES: usize = 2000;

/// A raw answer in lines of at most `room` cells; what is longer goes on in the next line, a little further in.
pub fn raw_lines(answer: &RawAnswer, style: RawStyle, room: usize) -> Vec<RawLine<'_>> {
    let mut out = Vec::new();
    for part in &answer.parts {
        let part = part.text(style);
        out.push(RawLine::Title(&part.title));
        for line in part.lines.iter().take(MOST_LINES) {
            let indent = line.len() - line.trim_start().len();
            let hang = (indent + 4).min(room / 2);
            let mut rest = line.as_str();
            let mut first = true;
            loop {
                let width = if first { room } else { room - hang };
                let cut = text::fitting(rest, width.max(1));
                let piece = &rest[..cut];
                out.push(RawLine::Text(
                    if first { Cow::Borrowed(piece) } else { Cow::Owned(format!("{}{piece}", " ".repeat(hang))) },
                    first,
                ));
                rest = &rest[cut..];
                first = false;
                if rest.is_empty() {
                    break;
                }
            }
        }
        if part.lines.len() > MOST_LINES {
            out.push(RawLine::LeftOut(part.lines.len() - MOST_LINES));
        }
    }
    out
}

impl Turn<'_> {
    /// The cursor has moved: the detail follows after a pause.
    pub(super) fn detail_later(&mut self) {
        let s = &mut *self.s;
        if s.detail.open && s.detail.row.is_some() {
            s.detail.due = Some(s.now.plus(PAUSE));
        } else if s.detail.open {
            self.follow();
        }
    }

    /// The detail shows the cursor's row.
    pub(super) fn follow(&mut self) {
        let s = &mut *self.s;
        s.detail.due = None;
        if s.detail.row != s.view.cursor {
            s.detail.row = s.view.cursor.clone();
            s.detail.begin_again();
        }
    }

    /// The table or the detail, whichever has the keys, has the whole screen, or gives it back.
    pub(super) fn zoom(&mut self) {
        if self.s.whole.take().is_some() {
            return;
        }
        if !self.s.detail.open {
            self.say(Level::Info, "The table has the whole screen. The detail is closed.");
        } else if self.s.areas().table.is_none() {
            self.say(Level::Info, "The screen is too small for both: the detail has all of it.");
        } else {
            self.s.whole = Some(self.s.focus);
        }
    }

    pub(super) fn toggle_detail(&mut self) {
        // What is open behind the table is not seen: the key brings it back.
        if self.s.whole == Some(Focus::Table) {
            self.s.whole = None;
            return;
        }
        if self.s.detail.open {
            self.close_detail();
        } else {
            self.s.detail.open = true;
            self.follow();
            if self.s.areas().table.is_none() {
                self.s.focus = Focus::Detail;
            }
        }
    }

    pub(super) fn close_detail(&mut self) {
        self.s.detail.open = false;
        self.s.detail.due = None;
        self.s.whole = None;
        self.s.focus = Focus::Table;
    }

    pub(super) fn metrics(&mut self) {
        self.s.detail.open = true;
        self.s.whole = self.s.whole.filter(|whole| *whole == Focus::Detail);
        self.follow();
        self.turn_to(Tab::Metrics);
        if self.s.areas().table.is_none() {
            self.s.focus = Focus::Detail;
        }
    }

    fn turn_to(&mut self, tab: Tab) {
        self.s.detail.tab = tab;
        self.s.detail.begin_again();
    }

    /// The next page, or the one before.
    pub(super) fn turn(&mut self, by: isize) {
        let Some(row) = self.s.detail.row.clone() else { return };
        let tabs = self.s.tabs(self.store, &row);
        let now = self.s.tab(self.store);
        let at = tabs.iter().position(|t| *t == now).unwrap_or(0);
        let next = at.saturating_add_signed(by).min(tabs.len() - 1);
        self.turn_to(tabs[next]);
    }

    /// Moves the keys between table and detail.
    pub(super) fn focus_other(&mut self) {
        if !self.s.detail.open {
            self.toggle_detail();
            self.s.focus = Focus::Detail;
            return;
        }
        self.follow();
        if let Some(whole) = &mut self.s.whole {
            // The other one has the screen then.
            *whole = if *whole == Focus::Table { Focus::Detail } else { Focus::Table };
            self.s.focus = *whole;
            return;
        }
        if self.s.focus == Focus::Detail && self.s.areas().table.is_none() {
            // The table is behind the detail: going there means closing the detail.
            self.close_detail();
            return;
        }
        self.s.focus = if self.s.focus == Focus::Table { Focus::Detail } else { Focus::Table };
    }

    /// The page with this number.
    pub(super) fn turn_to_page(&mut self, number: usize) {
        let Some(row) = self.s.detail.row.clone() else { return };
        let tabs = self.s.tabs(self.store, &row);
        match number.checked_sub(1).and_then(|at| tabs.get(at)) {
            Some(tab) => self.turn_to(*tab),
            None => self.say(Level::Info, format!("There is no page {number}: this detail has {}.", tabs.len())),
        }
    }

    /// Moves the cursor of the page, the choice among links, or scrolls a text.
    pub(super) fn detail_by(&mut self, by: isize) {
        if self.entry_by(by) {
            return;
        }
        if self.s.tab(self.store) == Tab::Links {
            let links = self.s.detail.row.as_ref().map_or(0, |r| self.links(r).len());
            let detail = &mut self.s.detail;
            detail.choice = detail.choice.saturating_add_signed(by).min(links.saturating_sub(1));
            return;
        }
        if self.s.detail.search.scrolls(by) {
            return;
        }
        let most = self.detail_length().saturating_sub(self.s.areas().detail_lines());
        let detail = &mut self.s.detail;
        detail.scroll = detail.scroll.saturating_add_signed(by).min(most);
    }

    /// No fewer lines than a page of text or charts can have.
    fn detail_length(&self) -> usize {
        let Some(row) = &self.s.detail.row else { return 0 };
        match self.s.tab(self.store) {
            // As many as the widest kind has, and the line that says how far back they reach.
            Tab::Metrics => self.s.charts(self.store, row).map_or(0, |c| {
                let series = c.table.kind.iter().filter(|f| f.ty == FieldType::Series).count();
                if c.only.is_some() { 0 } else { series * 8 + 1 }
            }),
            Tab::Overview | Tab::Details | Tab::Tags | Tab::Links => 0,
            // A list may take some lines more than one.
            Tab::Changes => self.s.changes(self.store, row).len() * 2,
            Tab::Raw => match &self.s.detail.raw {
                Some((of, Some(Ok(answer)))) if of == row => {
                    let room = self.s.areas().detail.map_or(0, |d| usize::from(d.width));
                    raw_lines(answer, self.s.detail.style, room.saturating_sub(RAW_MARGIN)).len()
                }
                _ => 0,
            },
        }
    }

    /// Enter in the detail: along the chosen link, to what the line names, or to the list of links.
    pub(super) fn open_detail_line(&mut self) {
        let Some(row) = self.s.detail.row.clone() else { return };
        if self.s.tab(self.store) == Tab::Links {
            self.take_link(&row, self.s.detail.choice);
        } else if !self.follow_entry() {
            self.links_menu();
        }
    }

    /// The raw answer that is shown, if one is.
    fn raw_shown(&self) -> Option<&RawAnswer> {
        let row = self.s.detail.row.as_ref().filter(|_| self.s.tab(self.store) == Tab::Raw)?;
        match &self.s.detail.raw {
            Some((of, Some(Ok(answer)))) if of == row => Some(answer),
            _ => None,
        }
    }

    /// The raw answer in another way of writing it.
    pub(super) fn raw_style(&mut self) {
        match self.raw_shown().map(RawAnswer::has_styles) {
            Some(true) => {
                let detail = &mut self.s.detail;
                detail.style = detail.style.next();
                detail.scroll = 0;
                detail.search = Search::default();
            }
            Some(false) => self.say(Level::Info, "There is one way only to write this answer."),
            None => self.say(Level::Info, "Only a raw answer is written in several ways: go to the page raw."),
        }
    }

    /// `y` on the raw answer: all of it, as it is written there. Whether there is one.
    pub(super) fn copy_raw(&mut self) -> bool {
        let style = self.s.detail.style;
        let Some(text) = self.raw_shown().map(|answer| answer.whole(style)) else { return false };
        self.copied_as("the raw answer", text);
        true
    }

    /// Asks for the raw answer once it is seen.
    pub(super) fn raw_if_seen(&mut self) {
        if !self.s.detail_is_seen() || self.s.tab(self.store) != Tab::Raw {
            return;
        }
        let Some(row) = self.s.detail.row.clone() else { return };
        if self.s.detail.raw.as_ref().is_some_and(|(of, _)| *of == row) {
            return;
        }
        self.s.detail.raw = Some((row.clone(), None));
        self.emit(Effect::Raw(row.table, row.id));
    }

    pub(super) fn raw(&mut self, table: &TableKey, id: &RowId, text: Result<RawAnswer, Fault>) {
        if let Some((of, answer)) = &mut self.s.detail.raw
            && of.table == *table
            && of.id == *id
        {
            *answer = Some(text);
        }
    }
}
