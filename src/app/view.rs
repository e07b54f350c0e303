//! What a viewer looks at: one kind's rows over some tables, and the detail of one of them.

use std::sync::Arc;

use arcstr::ArcStr;
use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::detail::pages::Entry;
use super::marks::{Marking, Range};
use super::search::Search;
use crate::base::{Fault, RowId, Scope, Time};
use crate::model::{ChartSpan, Kind, RawAnswer, RawStyle, RowRef, Selector, Sort, TableKey, Tone, Trouble};
use crate::query::Query;

use super::layout::Wanted;

/// A row's identity across all tables: what cursor and marks hold on to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey {
    /// Its table.
    pub table: TableKey,
    /// Its id there.
    pub id: RowId,
}

/// A place in the console: rows of a kind, narrowed, ordered, with a cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// The kind.
    pub kind: Kind,
    /// Which rows of it.
    pub selector: Selector,
    /// What the selector's parent is called, for the heading.
    pub parent_label: Option<String>,
    /// The scopes that it is narrowed to; `None` = all of the viewer's.
    pub only: Option<Vec<Scope>>,
    /// The filter.
    pub query: Arc<Query>,
    /// The order.
    pub sort: Option<Sort>,
    /// Of a tree: the rows below which nothing is shown.
    pub folded: Arc<FxHashSet<RowId>>,
    /// Positions of the fields that are columns, in order. Those that fit are [`super::State::columns`].
    pub columns: Vec<usize>,
    /// Whether somebody has chosen them: then no others come where there is room.
    pub chosen: bool,
    /// How many columns after the first are scrolled out on the left.
    pub column_scroll: usize,
    /// How many cells nearly all names of its first rows take. It only grows, so that columns do not come and go while rows arrive.
    pub name_width: u16,
    /// Positions of paid fields that filter or sort, and whose price the user has accepted.
    pub paid: Vec<usize>,
    /// The rows that a paid filter or sort needs its values for; empty without one.
    pub paid_ids: Vec<Arc<Vec<RowId>>>,
    /// The joined tables. `order` points into this list.
    pub tables: Vec<TableKey>,
    /// For each table a number; tables with the same number list the same account and region.
    pub groups: Vec<u32>,
    /// For a kind that fans out: how many parents' tables have been read to the end, of how many.
    pub fan: Option<(usize, usize)>,
    /// The rows in order, as of the newest index.
    pub order: Arc<Vec<RowRef>>,
    /// The tables that the newest index was made from: what `order` points into, while `tables` may be newer.
    pub order_tables: Arc<Vec<TableKey>>,
    /// Of a derived kind: what its rows are made of and is not here in full, each with why: `load balancers (denied)`.
    pub lacks: Vec<String>,
    /// The versions of those tables then.
    pub(super) versions: Vec<u64>,
    /// How many rows there are before the filter.
    pub total: usize,
    /// How many rows are in which state, the most first.
    pub states: Vec<(Tone, ArcStr, usize)>,
    /// What else is wrong with rows, as far as it is known.
    pub troubles: Vec<Trouble>,
    /// Columns in which no row has anything, once all rows are here: they make way.
    pub empty: Vec<usize>,
    /// Those of the newest index, which may be older than the news that all rows are here.
    pub(super) empty_found: Vec<usize>,
    /// Whether all rows of its tables have been here once, with an index of them.
    pub(super) settled: bool,
    /// The request whose index is awaited.
    pub indexing: Option<u64>,
    /// Whether rows changed since that request was made.
    pub stale: bool,
    /// When the newest index was asked for, and when the next one is due, if it was put off.
    pub(super) indexed: Time,
    pub(super) index_due: Option<Time>,
    /// The focused row.
    pub cursor: Option<RowKey>,
    /// Its position in `order`.
    pub at: usize,
    /// The first row on the screen.
    pub top: usize,
    /// Whether the user has moved the cursor: until then it stays on the first row while pages arrive.
    pub touched: bool,
    /// The row that the cursor goes to as soon as it is there, unless the user moves it first.
    pub(super) seek: Option<RowId>,
    /// Whether the next index puts the cursor on its first row: words were typed, and what is called so comes first.
    pub(super) to_first: bool,
    /// The range that is being marked.
    pub(super) range: Option<Range>,
    /// Rows that are looked for to be marked.
    pub(super) marking: Option<Marking>,
    /// How many marked rows the filter hides.
    pub hidden_marks: usize,
    /// What the awaited index is made from.
    pub(super) asked: Arc<Vec<TableKey>>,
    /// The marked rows, also those that the filter hides.
    pub marks: IndexSet<RowKey, FxBuildHasher>,
}

impl View {
    /// The version of a table that the newest index has seen.
    pub(super) fn seen_version(&self, table: &TableKey) -> Option<u64> {
        self.order_tables.iter().position(|t| t == table).and_then(|i| self.versions.get(i)).copied()
    }
    /// The positions of the fields that filter and sort look at by name.
    pub(super) fn looked_at(&self) -> impl Iterator<Item = usize> + '_ {
        let sort = self.sort.into_iter().flat_map(|s| self.kind.0.looked_at(s.field));
        self.query.fields(self.kind.0).chain(sort)
    }
    /// Whether a row is marked.
    pub fn is_marked(&self, table: &TableKey, id: &RowId) -> bool {
        !self.marks.is_empty() && self.marks.contains(&RowKey { table: table.clone(), id: id.clone() })
    }
    /// What its columns are chosen from; `joined` says whether it joins several profiles, and several regions.
    pub(super) fn wanted(&self, joined: (bool, bool)) -> Wanted<'_> {
        Wanted {
            kind: self.kind,
            columns: &self.columns,
            scroll: self.column_scroll,
            name: self.name_width,
            joined,
            empty: &self.empty,
            spare: false,
        }
    }
    /// The scope of the focused row, else the first of the view.
    pub fn scope(&self) -> Option<&Scope> {
        self.cursor.as_ref().map(|c| &c.table.scope).or_else(|| self.tables.first().map(|t| &t.scope))
    }
}

/// One page of the detail pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tab {
    /// What the row is and how it is ([`super::detail::pages`]).
    Overview,
    /// Everything else that is known of it.
    Details,
    /// The tags.
    Tags,
    /// Charts of the fields that are data points.
    Metrics,
    /// What changed while the console ran.
    Changes,
    /// Where one can go from here.
    Links,
    /// AWS's whole answer.
    Raw,
}

/// The detail pane.
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    /// Whether it is open.
    pub open: bool,
    /// The page that is shown; the first of [`super::State::tabs`] if the row has no such page.
    pub tab: Tab,
    /// Lines scrolled out at the top: of a text, or of the line with the cursor, if that is longer than the page.
    pub scroll: usize,
    /// The line that the cursor is on, and its position when it was put there; `None`: the first.
    pub(super) entry: Option<(Entry, usize)>,
    /// What is looked for in the page.
    pub search: Search,
    /// How far back its charts reach.
    pub span: ChartSpan,
    /// The chosen line of [`Tab::Links`].
    pub choice: usize,
    /// The row that is shown: follows the cursor after a short pause.
    pub row: Option<RowKey>,
    /// When it will follow.
    pub due: Option<Time>,
    /// How raw answers are written.
    pub style: RawStyle,
    /// The raw answer, if it was asked for: for which row, and what came (`None` = on its way).
    pub raw: Option<(RowKey, Option<Result<RawAnswer, Fault>>)>,
}

impl Default for Detail {
    fn default() -> Self {
        Detail {
            open: false,
            tab: Tab::Overview,
            scroll: 0,
            entry: None,
            search: Search::default(),
            span: ChartSpan::default(),
            choice: 0,
            row: None,
            due: None,
            style: RawStyle::default(),
            raw: None,
        }
    }
}

impl Detail {
    /// Another page or another row: from its beginning.
    pub(super) fn begin_again(&mut self) {
        (self.scroll, self.entry, self.choice) = (0, None, 0);
        self.search = Search::default();
    }
}
