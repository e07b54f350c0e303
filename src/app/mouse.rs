//! The mouse: a click goes where the arrows would go, two clicks do what enter does, and the wheel scrolls what is under it.
//!
//! Nothing is confirmed by a click, and no change is begun by one: in plans, forms and questions only the keys count, and so they do in
//! the menus of what is under way, whose entries go on with a change.

use std::time::Duration;

use super::command::Command;
use super::overlay::{MenuKind, Overlay};
use super::state::Focus;
use super::update::Turn;
use crate::base::Time;
use crate::input::Mouse;
use crate::model::{Sort, Spot};

/// Two clicks within it on the same thing are one double click.
const DOUBLE: Duration = Duration::from_millis(500);
/// Rows or lines that a notch of the wheel scrolls.
const NOTCH: isize = 3;

impl Turn<'_> {
    pub(super) fn mouse(&mut self, mouse: Mouse, spot: Option<Spot>) {
        if self.s.search_line().is_some() {
            return;
        }
        self.s.pending.clear();
        self.s.count = None;
        match mouse {
            Mouse::Click => self.click(spot),
            Mouse::WheelUp => self.wheel(-1, spot),
            Mouse::WheelDown => self.wheel(1, spot),
        }
    }

    fn wheel(&mut self, by: isize, spot: Option<Spot>) {
        match self.s.overlays.last() {
            None if self.s.board.is_some() => self.board_by(by),
            None if matches!(spot, Some(Spot::Detail | Spot::Page(_))) => self.detail_by(by * NOTCH),
            None if matches!(spot, Some(Spot::Table | Spot::Row(_) | Spot::Title(_))) => {
                self.s.view.range = None;
                self.page(by * NOTCH);
            }
            Some(Overlay::Menu(_)) => self.menu_by(by),
            Some(Overlay::Pager(_) | Overlay::Plan(_)) => self.scroll_layer(by * NOTCH),
            _ => {}
        }
    }

    fn click(&mut self, spot: Option<Spot>) {
        let Some(spot) = spot else { return };
        let twice = self.s.clicked == Some(spot) && self.s.now < self.s.clicked_at.plus(DOUBLE);
        (self.s.clicked, self.s.clicked_at) = if twice { (None, Time::default()) } else { (Some(spot), self.s.now) };
        match (self.s.overlays.last(), spot) {
            (Some(Overlay::Menu(_)), Spot::Entry(at)) => self.click_entry(at),
            (Some(Overlay::Palette(_) | Overlay::Filter(_)), Spot::Entry(at)) => self.click_completion(at),
            (Some(_), _) => {}
            (None, Spot::Line(at)) => {
                if let Some(board) = &mut self.s.board {
                    board.at = at;
                }
                if twice {
                    self.welcomed(Command::Open);
                    self.board_open();
                }
            }
            (None, _) if self.s.board.is_some() => {}
            (None, Spot::Row(at)) => {
                self.s.focus = Focus::Table;
                self.s.view.range = None;
                self.move_to(at);
                if twice {
                    self.welcomed(Command::Open);
                    self.open();
                }
            }
            (None, Spot::Title(field)) => {
                let now = self.s.view.sort.filter(|s| s.field == field);
                self.sort_by(Sort { field, ascending: now.is_none_or(|s| !s.ascending) });
            }
            (None, Spot::Table) => self.s.focus = Focus::Table,
            (None, Spot::Detail) => self.s.focus = Focus::Detail,
            (None, Spot::Page(at)) => {
                self.s.focus = Focus::Detail;
                self.turn_to_page(at + 1);
            }
            (None, Spot::Layer | Spot::Entry(_)) => {}
        }
    }

    /// An entry of a menu is taken, or switched where several are; one that goes on with a change is only chosen.
    fn click_entry(&mut self, at: usize) {
        let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() else { return };
        if at >= menu.shown().len() {
            return;
        }
        (menu.cursor, menu.error) = (at, None);
        match &menu.kind {
            MenuKind::Runs | MenuKind::Run(_) | MenuKind::Left | MenuKind::LeftOne(_) => {}
            MenuKind::Columns => self.menu_toggle(),
            _ => self.menu_accept(),
        }
    }

    /// A completion goes into the line.
    fn click_completion(&mut self, at: usize) {
        let choice = |turn: &Self| match turn.s.overlays.last() {
            Some(Overlay::Palette(p)) => p.choice,
            Some(Overlay::Filter(f)) => f.choice,
            _ => None,
        };
        if choice(self).is_none() {
            self.choose_completion(1);
        }
        if let (Some(now), Ok(to)) = (choice(self), isize::try_from(at)) {
            let by = to - isize::try_from(now).unwrap_or(to);
            if by != 0 {
                self.choose_completion(by);
            }
        }
    }
}
