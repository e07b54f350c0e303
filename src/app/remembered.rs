//! What is remembered of each kind from one start to the next: columns and order that somebody has chosen, and the last filters; and the last
//! view. A remembered order and columns hold again; a filter is only the first that the filter line brings back, because rows that are not
//! shown are not missed by who did not hide them today.

use std::collections::{BTreeMap, BTreeSet};

use super::board::BOARDS;
use super::nav::{default_columns, kind_named};
use super::recall::Entered;
use super::saved::{column_names, columns_named, sort_of, sort_word};
use super::state::State;
use super::update::Turn;
use super::view::View;
use crate::base::{Scope, text};
use crate::model::memory::{FILTERS, KindMemory, Memory};
use crate::model::{Kind, Level, SavedView, Selector, Sort};
use crate::query::Query;

/// What is remembered, as it is now.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    /// By kind.
    kinds: BTreeMap<String, KindMemory>,
    /// Those of them that changed in this run.
    touched: BTreeSet<String>,
    /// Orders that were chosen.
    sorts: BTreeMap<&'static str, Sort>,
    /// Columns that the settings say: where one goes back to.
    set: BTreeMap<&'static str, Vec<usize>>,
    /// The last view that was shown.
    last: Option<SavedView>,
    /// Instances that were gone through in this run, by VPC.
    gone_through: BTreeMap<String, String>,
    news: bool,
}

impl Remembered {
    /// The order of a kind that was chosen.
    pub(super) fn sort(&self, kind: Kind) -> Option<Sort> {
        self.sorts.get(kind.0.name).copied()
    }

    /// Somebody has gone through this instance of this VPC.
    pub(super) fn gone_through(&mut self, vpc: String, instance: String) {
        self.news |= self.gone_through.insert(vpc, instance.clone()) != Some(instance);
    }

    fn touch(&mut self, kind: Kind, change: impl FnOnce(&mut KindMemory)) {
        let memory = self.kinds.entry(kind.name.to_string()).or_default();
        let before = memory.clone();
        change(memory);
        if *memory != before {
            self.touched.insert(kind.name.to_string());
            self.news = true;
        }
    }
}

impl State {
    /// Takes over what earlier starts remembered; what the settings say of a kind's columns goes before it.
    pub(super) fn recollect(&mut self, kinds: BTreeMap<String, KindMemory>, last: Option<SavedView>) {
        self.remembered.set = self.columns.clone();
        for (name, memory) in &kinds {
            let Some(kind) = kind_named(&self.registry, name).filter(|k| k.name == name) else { continue };
            let columns = columns_named(kind, memory.columns.as_deref().unwrap_or_default());
            if !columns.is_empty() {
                self.columns.entry(kind.0.name).or_insert(columns);
            }
            let free = |sort: &Sort| kind.fields.at(sort.field).side.is_none_or(|s| !s.paid);
            if let Some(sort) = memory.sort.as_deref().and_then(|word| sort_of(kind, word)).filter(free) {
                self.remembered.sorts.insert(kind.0.name, sort);
            }
        }
        (self.remembered.kinds, self.remembered.last) = (kinds, last);
    }

    /// What the filter line brings back in this view: the newest of its own kind first.
    pub(super) fn entered_filters(&self) -> Entered {
        let own = self.remembered.kinds.get(self.view.kind.name).map(|m| m.filters.as_slice());
        self.filters.ending_with(own.unwrap_or_default())
    }

    /// Whether what is shown is what was last remembered.
    fn is_last(&self) -> bool {
        let Some(last) = &self.remembered.last else { return false };
        match &self.board {
            Some(board) => last.of == board.board.info().name,
            None => {
                let parent = if let Selector::Parent(id) = &self.view.selector { Some(id.as_str()) } else { None };
                last.of == self.view.kind.name
                    && last.query == *self.view.query.text
                    && last.parent.as_ref().map(|(id, _)| id.as_str()) == parent
            }
        }
    }
}

impl Turn<'_> {
    /// Somebody has chosen an order. One that costs money is not chosen for the next time.
    pub(super) fn sort_chosen(&mut self, sort: Sort) {
        let kind = self.s.view.kind;
        if kind.fields.at(sort.field).side.is_some_and(|s| s.paid) {
            return;
        }
        let own = View::new(kind, Vec::new()).sort == Some(sort);
        self.s.remembered.sorts.remove(kind.0.name);
        if !own {
            self.s.remembered.sorts.insert(kind.0.name, sort);
        }
        self.s.remembered.touch(kind, |m| m.sort = (!own).then(|| sort_word(kind, sort)));
    }

    /// Somebody has chosen columns.
    pub(super) fn columns_chosen(&mut self, columns: &[usize]) {
        let kind = self.s.view.kind;
        self.s.columns.insert(kind.0.name, columns.to_vec());
        self.s.remembered.touch(kind, |m| m.columns = Some(column_names(kind, columns)));
    }

    /// Somebody has filtered by this.
    pub(super) fn filter_chosen(&mut self, kind: Kind, query: &str) {
        let query = query.trim();
        if !query.is_empty() {
            self.s.remembered.touch(kind, |m| {
                m.filters.retain(|f| f != query);
                m.filters.push(query.to_string());
                let over = m.filters.len().saturating_sub(FILTERS);
                m.filters.drain(..over);
            });
        }
    }

    /// `reset`: the kind's own columns and order, or those of the settings.
    pub(super) fn reset(&mut self) {
        let kind = self.s.view.kind;
        let set = self.s.remembered.set.get(kind.0.name).cloned();
        match &set {
            Some(columns) => drop(self.s.columns.insert(kind.0.name, columns.clone())),
            None => drop(self.s.columns.remove(kind.0.name)),
        }
        self.s.remembered.sorts.remove(kind.0.name);
        self.s.remembered.touch(kind, |m| (m.columns, m.sort) = (None, None));
        let view = &mut self.s.view;
        (view.chosen, view.column_scroll) = (set.is_some(), 0);
        view.columns = set.unwrap_or_else(|| default_columns(kind));
        view.sort = View::new(kind, Vec::new()).sort;
        self.reindex();
        self.say(Level::Info, format!("{} have their own columns and order again.", kind.title));
    }

    /// What is to be kept for the next start, if there is news.
    pub(super) fn memory(&mut self) -> Option<Memory> {
        // What is half typed is no view.
        if self.s.overlays.is_empty() && !self.s.is_last() {
            let shown = self.s.shown_now(false);
            self.s.remembered.last = Some(SavedView { sort: None, columns: None, ..shown });
            self.s.remembered.news = true;
        }
        let s = &mut *self.s;
        if !(s.commands.take_news() | s.filters.take_news() | std::mem::take(&mut s.remembered.news)) {
            return None;
        }
        let kinds = &s.remembered.kinds;
        let touched = s.remembered.touched.iter().filter_map(|name| Some((name.clone(), kinds.get(name)?.clone())));
        Some(Memory {
            commands: s.commands.lines(),
            filters: s.filters.lines(),
            kinds: touched.collect(),
            last: s.remembered.last.clone(),
            bastions: s.remembered.gone_through.clone(),
        })
    }

    /// The view of the last time, where nobody says what to show first. Without its filter, which is said; never with what costs money,
    /// and never in another place than the one that is shown now.
    pub(super) fn show_last(&mut self) {
        let Some(last) = self.s.remembered.last.clone() else { return };
        if let Some(board) = BOARDS.iter().find(|b| b.name == last.of) {
            return self.go_board(board.board);
        }
        let Some(kind) = kind_named(&self.s.registry, &last.of).filter(|k| !k.side && k.name == last.of) else {
            return;
        };
        let shown = |(profile, region): &(String, String)| {
            let of =
                |s: &Scope| s.profile().is_some_and(|p| p == profile) && s.region_code().is_some_and(|r| r == region);
            self.s.scopes.iter().any(of)
        };
        match &last.parent {
            Some(_) if !kind.is_paid() && last.places.iter().all(shown) => {
                return self.show_saved(&SavedView { places: Vec::new(), query: String::new(), ..last });
            }
            Some(_) => {
                if let Some(of) = self.chosen_parent(kind) {
                    self.go(of, Selector::All, None, Query::default());
                }
                return;
            }
            None => self.go(kind, Selector::All, None, Query::default()),
        }
        if !last.query.is_empty() {
            let key = self.s.keymap.key_of(crate::config::Mode::Table, super::command::Command::Filter.info().name);
            let back = key.map(|key| format!(" {key} and up bring it back.")).unwrap_or_default();
            let query = text::visible(&last.query);
            self.say(Level::Info, format!("All {} are shown; last time: {query}.{back}", kind.name.replace('-', " ")));
        }
    }
}
