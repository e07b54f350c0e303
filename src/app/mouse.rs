//! The mouse: a click goes where the arrows would go, two clicks do what enter does, and the wheel scrolls what is under it.
//!
//! Nothing is confirmed by a click, and no change is begun by one: a form leads to its plan, and in plans and questions only the keys
//! count. So they do in the menus of what is under way, whose entries go on with a change.

use std::time::Duration;

use super::command::Command;
use super::overlay::{MenuKind, Overlay};
use super::state::Focus;
use super::update::Turn;
use crate::base::Time;
use crate::input::{Key, KeyCode, Mouse};
use crate::model::{FormInput, Sort, Spot};

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
            Some(Overlay::Form(_)) if self.s.picker().is_some() => self.picker_by(by * NOTCH),
            Some(Overlay::Form(_)) => self.wheel_form(by, spot),
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
            (Some(Overlay::Form(_)), spot) if self.s.picker().is_some() => self.click_picker(spot, twice),
            (Some(Overlay::Form(_)), spot) => self.click_form(spot, twice),
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
            (None, _) => {}
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

    /// In a form a click goes to a field; on a value that is there it takes the next one, or opens what it is chosen from. The last line leads
    /// to the plan.
    fn click_form(&mut self, spot: Spot, twice: bool) {
        match spot {
            Spot::Field(at) => {
                self.click_field(at);
            }
            Spot::Value(at) => {
                let was_there = self.click_field(at);
                let Some(Overlay::Form(form)) = self.s.overlays.last() else { return };
                match form.field().map(|f| &f.input) {
                    Some(FormInput::Toggle) => self.form_sideways(1),
                    Some(FormInput::Choice(_)) if was_there => self.form_sideways(1),
                    Some(FormInput::Pick(_)) => {
                        // The fields below move up when the help of another one goes: a second click would miss it.
                        self.keep_picker();
                        self.picker_open();
                    }
                    _ => {}
                }
            }
            Spot::Step(forward) => self.form_sideways(if forward { 1 } else { -1 }),
            Spot::Cell(row, column) => {
                self.draft_to(row, column);
                if twice {
                    self.draft_edit();
                }
            }
            Spot::Continue => {
                self.draft_take_over();
                let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
                form.focus = form.spec.fields.len();
                form.enter_field();
                self.form_submit();
            }
            _ => {}
        }
    }

    /// Goes to a field, and opens the section that it is folded in. Returns whether the cursor was there.
    fn click_field(&mut self, at: usize) -> bool {
        let Some(Overlay::Form(form)) = self.s.overlays.last() else { return false };
        let (folded, was_there) = (form.folded(at).is_some(), form.focus == at);
        if at >= form.spec.fields.len() || was_there && !folded {
            return was_there;
        }
        // What is typed in a cell stays.
        self.draft_take_over();
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return false };
        form.focus = at;
        if !self.open_section()
            && let Some(Overlay::Form(form)) = self.s.overlays.last_mut()
        {
            form.enter_field();
        }
        false
    }

    /// In a picker a click goes to a row; two choose it, or mark it where several may be chosen.
    fn click_picker(&mut self, spot: Spot, twice: bool) {
        let Some(picker) = self.s.picker() else { return };
        let (others, several) = (picker.others().len(), picker.pick.several);
        let to = match spot {
            Spot::Entry(at) => at,
            Spot::Row(at) => others + at,
            _ => return,
        };
        self.picker_to(to);
        match twice {
            true if several && to >= others => self.picker_mark(),
            true => self.picker_take(),
            false => {}
        }
    }

    /// The wheel goes through the rows of a table under it, the lines of an open text, else the fields, and never around the ends.
    fn wheel_form(&mut self, by: isize, spot: Option<Spot>) {
        let Some(Overlay::Form(form)) = self.s.overlays.last() else { return };
        if form.draft.as_ref().is_some_and(|d| d.editing.is_some()) {
            return;
        }
        if matches!(spot, Some(Spot::Cell(..))) {
            self.draft_by(by);
        } else if form.editors.area.is_some() {
            let code = if by < 0 { KeyCode::Up } else { KeyCode::Down };
            (0..NOTCH).for_each(|_| self.area_key(Key::plain(code)));
        } else {
            let next = form.next_stop(by);
            if (next > form.focus) == (by > 0) && next != form.focus {
                self.form_focus(by);
            }
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
