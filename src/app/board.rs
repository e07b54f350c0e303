//! Places that are no table: lines that lead to tables. Each has a name in the palette and stands in the history like a view.

use super::nav::kind_named;
use super::state::State;
use super::timer::{Freshness, lacks_of};
use super::update::Turn;
use super::view::View;
use crate::kinds::derived::overview::{self, ATTENTION, Line, STOCK};
use crate::model::{Kind, Level, Selector, TableKey, Tone};
use crate::query::Query;
use crate::store::Store;

/// A place that is no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoardKind {
    /// What there is, and what of it wants a look.
    Overview,
}

/// What is known of such a place before it is opened.
#[derive(Debug, Clone, Copy)]
pub struct BoardInfo {
    /// Which it is.
    pub board: BoardKind,
    /// Its name in the palette.
    pub name: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// One sentence.
    pub doc: &'static str,
}

/// Every such place, in the order of palette, help and docs.
pub const BOARDS: &[BoardInfo] = &[BoardInfo {
    board: BoardKind::Overview,
    name: "overview",
    title: "Overview",
    doc: "What there is by state, and what wants a look: alarms, unhealthy targets, impaired instances, groups below their desired \
          capacity, waste.",
}];

impl BoardKind {
    /// What is known of it.
    pub fn info(self) -> &'static BoardInfo {
        BOARDS.iter().find(|b| b.board == self).unwrap_or(&BOARDS[0])
    }
}

/// A board that is open, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// Which it is.
    pub board: BoardKind,
    /// The focused line among those that lead somewhere.
    pub at: usize,
}

/// Somewhere one can go back to.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// A table.
    Table(Box<View>),
    /// A board.
    Board(Board),
}

impl Place {
    /// The table, if it is one.
    pub(super) fn as_table(&self) -> Option<&View> {
        if let Place::Table(view) = self { Some(view) } else { None }
    }
}

/// One count of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// How it should look.
    pub tone: Tone,
    /// What it says: `21 running`.
    pub text: String,
}

/// A line of a board.
#[derive(Debug, Clone, PartialEq)]
pub enum BoardLine {
    /// What the lines below have in common.
    Heading(&'static str),
    /// Something that is counted. It leads to a table.
    Counted {
        /// What it is.
        title: &'static str,
        /// The counts; empty if there is nothing to count, or nothing is known.
        parts: Vec<Part>,
        /// What is not here of the tables that it is counted in, each with why. Without parts, nothing is known.
        lacks: Vec<String>,
    },
}

impl State {
    /// The tables that an open board is made of; none if a table is shown.
    pub(super) fn board_tables(&self) -> Vec<TableKey> {
        match self.board {
            Some(Board { board: BoardKind::Overview, .. }) => {
                self.scopes.iter().map(|s| TableKey::all(s.clone(), Kind(&overview::INFO))).collect()
            }
            None => Vec::new(),
        }
    }
    /// How fresh and complete an open board is.
    pub fn board_freshness(&self, store: &Store) -> Freshness {
        Freshness::of(&self.board_tables(), store)
    }
    /// What an open board says.
    pub fn board_lines(&self, store: &Store) -> Vec<BoardLine> {
        let tables = self.board_tables();
        let counted = |line: &Line| self.counted(store, &tables, line);
        let mut out = vec![BoardLine::Heading("Wants a look")];
        out.extend(ATTENTION.iter().map(counted));
        out.push(BoardLine::Heading("What there is"));
        out.extend(STOCK.iter().map(counted));
        out
    }
    fn counted(&self, store: &Store, tables: &[TableKey], line: &Line) -> BoardLine {
        let mut sums: Vec<(Tone, String, i64, Option<f64>)> = Vec::new();
        let rows = tables.iter().filter_map(|t| store.table(t)).flat_map(|t| t.rows());
        for row in rows.filter(|r| r.gone.is_none()).map(|r| &r.record) {
            let (Some((tone, word)), true) = (&row.state, row.get(&overview::LINE).as_str() == Some(line.name)) else {
                continue;
            };
            let count = row.get(&overview::COUNT).as_int().unwrap_or(0);
            let cost = row.get(&overview::COST).as_f64();
            match sums.iter_mut().find(|(_, w, ..)| *w == word.as_str()) {
                Some(sum) => {
                    sum.2 += count;
                    sum.3 = match (sum.3, cost) {
                        (Some(a), Some(b)) => Some(a + b),
                        (a, b) => a.or(b),
                    };
                }
                None => sums.push((*tone, word.to_string(), count, cost)),
            }
        }
        // What is wrong comes first, then what there is most of.
        let rank = |tone: &Tone| match tone {
            Tone::Bad => 0,
            Tone::Busy => 1,
            _ => 2,
        };
        sums.sort_by(|a, b| (rank(&a.0), -a.2, &a.1).cmp(&(rank(&b.0), -b.2, &b.1)));
        let part = |(tone, word, count, cost): (Tone, String, i64, Option<f64>)| {
            let cost = cost.map(|c| format!(", ${c:.2} a month")).unwrap_or_default();
            Part { tone, text: format!("{count} {word}{cost}") }
        };
        let needs: Vec<TableKey> = line
            .needs
            .iter()
            .filter_map(|name| kind_named(&self.registry, name))
            .flat_map(|kind| tables.iter().map(move |t| TableKey::all(t.scope.clone(), kind)))
            .collect();
        let lacks = lacks_of(&needs, store, |name| kind_named(&self.registry, name));
        BoardLine::Counted { title: line.title, parts: sums.into_iter().map(part).collect(), lacks }
    }
}

impl Turn<'_> {
    /// Opens a board; what was seen is remembered as the newest.
    pub(super) fn go_board(&mut self, board: BoardKind) {
        if self.s.board.as_ref().is_some_and(|b| b.board == board) {
            return;
        }
        let left = self.leave();
        self.remember(left);
        self.arrive_at(Place::Board(Board { board, at: 0 }));
    }
    /// Moves the focus by so many lines.
    pub(super) fn board_by(&mut self, by: isize) {
        let last = ATTENTION.len() + STOCK.len() - 1;
        if let Some(board) = &mut self.s.board {
            board.at = board.at.saturating_add_signed(by).min(last);
        }
    }
    /// Enter: to the table that the line counts.
    pub(super) fn board_open(&mut self) {
        let Some(at) = self.s.board.as_ref().map(|b| b.at) else { return };
        let Some(line) = ATTENTION.iter().chain(STOCK).nth(at) else { return };
        let (kind, query) = line.to;
        let Some(kind) = kind_named(&self.s.registry, kind) else { return };
        match Query::parse(query, kind.0) {
            Ok(query) => self.go(kind, Selector::All, None, query),
            Err(e) => self.say(Level::Warning, e.message),
        }
    }
}
