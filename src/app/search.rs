//! `/` in a text: what is looked for there, and which of its places is shown. Which lines have it the screen knows, which breaks the text.

use super::line::Line;
use super::overlay::{Overlay, Page};
use super::state::{Focus, State};
use super::update::Turn;
use super::view::Tab;
use crate::model::Level;

/// Lines that one can go on from a place before the text is scrolled as a whole again.
const NEAR: isize = 500;

/// What is looked for in a text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Search {
    /// The line, while it is typed.
    pub line: Option<Line>,
    /// What is looked for; empty for nothing.
    pub text: String,
    /// Which place is shown: counted round and round from the first line that has it, backwards below 0. `None`: the text stands where
    /// it was scrolled to.
    pub at: Option<isize>,
    /// So many lines were scrolled from there.
    pub offset: isize,
}

impl Search {
    /// Scrolls from the place that is shown; whether one is.
    pub(super) fn scrolls(&mut self, by: isize) -> bool {
        if self.at.is_none() || by.unsigned_abs() > 10 * NEAR.unsigned_abs() {
            // To one of the ends.
            self.at = None;
            return false;
        }
        self.offset = self.offset.saturating_add(by).clamp(-NEAR, NEAR);
        true
    }
}

impl State {
    /// What is looked for in the text that has the keys, if that is a text.
    pub fn search(&self) -> Option<&Search> {
        match self.overlays.last() {
            Some(Overlay::Pager(p)) => Some(&p.search),
            None if self.board.is_none() && self.detail.open && self.focus == Focus::Detail => {
                Some(&self.detail.search)
            }
            _ => None,
        }
    }
    /// The line in which a search is typed.
    pub fn search_line(&self) -> Option<&Line> {
        self.search()?.line.as_ref()
    }
}

impl Turn<'_> {
    pub(super) fn search_mut(&mut self) -> Option<&mut Search> {
        self.s.search()?;
        match self.s.overlays.last_mut() {
            Some(Overlay::Pager(p)) => Some(&mut p.search),
            _ => Some(&mut self.s.detail.search),
        }
    }

    /// Whether what has the keys is a text that can be searched.
    pub(super) fn is_text(&self) -> bool {
        match self.s.overlays.last() {
            Some(overlay) => matches!(overlay, Overlay::Pager(_)),
            None => self.s.search().is_some() && matches!(self.s.tab(self.store), Tab::Raw | Tab::Changes),
        }
    }

    /// `/`: what is typed from here on is looked for.
    pub(super) fn search_begin(&mut self) {
        if let Some(search) = self.search_mut() {
            *search = Search { line: Some(Line::default()), ..Search::default() };
        }
    }

    /// The line was typed in: the first place is shown; of messages, the newest.
    pub(super) fn search_typed(&mut self) {
        let newest = matches!(self.s.overlays.last(), Some(Overlay::Pager(p)) if p.page == Page::Messages);
        let Some(search) = self.search_mut() else { return };
        search.text = search.line.as_ref().map_or("", |l| l.text()).trim().to_string();
        search.at = (!search.text.is_empty()).then_some(if newest { -1 } else { 0 });
        search.offset = 0;
    }

    /// Enter: the place stays, `n` and `N` go on. Escape: the text stands where it was.
    pub(super) fn search_end(&mut self, keep: bool) {
        let Some(search) = self.search_mut() else { return };
        search.line = None;
        if !keep {
            *search = Search::default();
        }
    }

    /// The next place, or the one before.
    pub(super) fn search_step(&mut self, by: isize) {
        let Some(search) = self.search_mut() else { return };
        if search.text.is_empty() {
            let text = match self.is_text() {
                true => "No search yet: / searches this text.",
                false => "/ searches help, messages, console output, and the raw and changes pages of the detail.",
            };
            return self.say(Level::Info, text);
        }
        search.at = Some(search.at.map_or(0, |at| at.saturating_add(by)));
        search.offset = 0;
    }
}
