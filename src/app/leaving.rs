//! Ways out: of a layer, of a dialogue, of the console.

use super::overlay::{Overlay, Sure, SureKind};
use super::state::Focus;
use super::update::Turn;
use crate::config::Mode;
use crate::model::{Effect, Level};

impl Turn<'_> {
    /// Closes the uppermost layer, one at a time.
    pub(super) fn escape(&mut self) {
        if self.s.search_line().is_some() {
            self.search_end(false);
        } else if !self.s.overlays.is_empty() {
            self.close_layer();
        } else if self.s.board.is_some() {
            if !self.s.back.is_empty() {
                self.go_back();
            }
        } else if self.s.whole.is_some() {
            self.s.whole = None;
        } else if self.s.focus == Focus::Table && self.leave_range() {
            // What was marked before it is marked again.
        } else if self.s.detail.open && self.s.focus == Focus::Detail && self.s.areas().table.is_some() {
            self.s.focus = Focus::Table;
        } else if self.s.detail.open {
            self.close_detail();
        } else if !self.s.view.query.is_empty() {
            self.set_query(crate::query::Query::default());
        } else if !self.s.view.marks.is_empty() && self.s.left_layer {
            // The key may have been meant for what has just closed.
            let (marked, verb) = match self.s.view.marks.len() {
                1 => ("1 row".to_string(), "stays"),
                n => (format!("{n} rows"), "stay"),
            };
            self.say(Level::Info, format!("{marked} {verb} marked: esc again takes the marks away."));
        } else if !self.s.view.marks.is_empty() {
            self.s.view.marks.clear();
            self.s.view.hidden_marks = 0;
        } else if !self.s.back.is_empty() {
            self.go_back();
        }
    }

    fn close_layer(&mut self) {
        if self.menu_widen() {
            return;
        }
        match self.s.overlays.last_mut() {
            Some(Overlay::Filter(_)) => self.filter_leave(),
            Some(Overlay::Form(_)) => self.form_leave(),
            Some(Overlay::Ask(ask)) => {
                let id = ask.question.id;
                self.s.overlays.pop();
                self.emit(Effect::Answer(id, None));
            }
            Some(Overlay::Sure(_)) => self.sure(false),
            Some(_) => {
                self.s.overlays.pop();
            }
            None => {}
        }
    }

    /// Ctrl-C: out of every dialogue; without one, the same as quit.
    pub(super) fn cancel(&mut self) {
        let quitting = matches!(self.s.overlays.last(), Some(Overlay::Sure(s)) if s.kind == SureKind::Quit);
        if self.s.overlays.is_empty() || quitting {
            self.quit();
            return;
        }
        while let Some(overlay) = self.s.overlays.pop() {
            match overlay {
                Overlay::Filter(f) => {
                    self.s.overlays.push(Overlay::Filter(f));
                    self.filter_leave();
                }
                Overlay::Ask(a) => self.emit(Effect::Answer(a.question.id, None)),
                _ => {}
            }
        }
    }

    /// Closes a dialogue; without one, leaves, and asks again if something is under way.
    pub(super) fn quit(&mut self) {
        if matches!(self.s.overlays.last(), Some(Overlay::Sure(s)) if s.kind == SureKind::Quit) {
            self.emit(Effect::Quit);
            return;
        }
        if !self.s.overlays.is_empty() {
            self.close_layer();
            return;
        }
        if self.s.mode() == Mode::Detail {
            return self.close_detail();
        }
        let mut lines: Vec<String> = self.s.runs.iter().filter(|r| !r.is_over()).map(super::Run::text).collect();
        if lines.is_empty() {
            self.emit(Effect::Quit);
            return;
        }
        lines.push("Calls already sent are finished first. The next start shows how the rest turned out.".into());
        self.s.overlays.push(Overlay::Sure(Sure {
            kind: SureKind::Quit,
            title: "Quit while this is under way?".into(),
            lines,
            yes: "leave",
            no: "stay",
        }));
    }

    /// A question is answered.
    pub(super) fn sure(&mut self, yes: bool) {
        let Some(Overlay::Sure(sure)) = self.s.overlays.pop() else { return };
        match (sure.kind, yes) {
            (SureKind::Quit, true) => self.emit(Effect::Quit),
            (SureKind::PaidQuery(query), true) => {
                let paid: Vec<usize> = self.paid_fields(&query);
                self.s.view.paid.extend(paid);
                self.apply_query(query);
            }
            (SureKind::PaidSort(sort), true) => {
                self.s.view.paid.push(sort.field);
                self.sort_by(sort);
            }
            (SureKind::LeaveForm, true) => {
                self.s.overlays.pop();
            }
            (_, false) => {}
        }
    }
}
