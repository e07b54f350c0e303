//! Lines that were entered before, brought back with the arrows, as a shell does it.

use std::collections::VecDeque;

use super::line::Line;
use crate::model::memory::LINES;

/// The lines that were entered at a prompt, oldest first, each once; also those of earlier starts.
#[derive(Clone, Default, PartialEq)]
pub struct Entered {
    lines: VecDeque<String>,
    /// Whether one was entered since they were last kept.
    news: bool,
}

impl Entered {
    /// Those of earlier starts.
    pub(super) fn before(lines: Vec<String>) -> Entered {
        Entered { lines: lines.into(), news: false }
    }

    /// Whether there is something to keep, once.
    pub(super) fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }

    /// All of them, to be kept.
    pub(super) fn lines(&self) -> Vec<String> {
        self.lines.iter().cloned().collect()
    }

    /// The same with these as the newest.
    pub(super) fn ending_with(&self, newest: &[String]) -> Entered {
        let others = self.lines.iter().filter(|l| !newest.contains(l));
        Entered { lines: others.chain(newest).cloned().collect(), news: false }
    }

    /// A line was entered; a blank one is none.
    pub(super) fn add(&mut self, line: &str) {
        let line = line.trim();
        if line.is_empty() {
            return;
        }
        self.lines.retain(|l| l != line);
        if self.lines.len() >= LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line.to_string());
        self.news = true;
    }
}

impl std::fmt::Debug for Entered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entered({} lines)", self.lines.len())
    }
}

/// Where a prompt is among the lines that were entered at it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recall {
    /// The line that was brought back, by its position; none while the user's own is there.
    at: Option<usize>,
    /// The user's own, as it was when an arrow took it away.
    own: Line,
}

impl Recall {
    /// The user types: what stands there now is his own.
    pub(super) fn forget(&mut self) {
        self.at = None;
    }

    /// An arrow is about to put something else in the user's line's place.
    pub(super) fn keep(&mut self, line: &Line) {
        if self.at.is_none() {
            self.own = line.clone();
        }
    }

    /// The user's own line again.
    pub(super) fn own(&mut self) -> Line {
        self.at = None;
        self.own.clone()
    }

    /// Whether a line that was entered before stands there.
    pub(super) fn is_back(&self) -> bool {
        self.at.is_some()
    }

    /// The line `by` steps from the one that stands there: older ones are less, beyond the newest is the user's own. Nothing if there is
    /// none to go to.
    pub(super) fn step(&mut self, by: isize, line: &Line, entered: &Entered) -> Option<Line> {
        let lines = &entered.lines;
        let here = self.at.unwrap_or(lines.len());
        let mut to = here.saturating_add_signed(by);
        // What stands there already is not gone back to.
        if self.at.is_none() && by < 0 && lines.get(to).is_some_and(|l| l == line.text().trim()) {
            to = to.checked_sub(1)?;
        }
        if to == here {
            return None;
        }
        match lines.get(to) {
            Some(text) => {
                self.keep(line);
                self.at = Some(to);
                Some(Line::new(text.clone()))
            }
            None => self.is_back().then(|| self.own()),
        }
    }
}
