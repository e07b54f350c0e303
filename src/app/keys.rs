//! A key press: which place has it, which command it is there, and what that does. No key waits for anything.

use std::time::Duration;

use super::command::Command as C;
use super::connect::Wish;
use super::line::Line;
use super::overlay::{Overlay, Page, PlanPhase};
use super::state::{Focus, Notice, State};
use super::update::Turn;
use crate::config::{Mode, Next, Step};
use crate::input::{Key, KeyCode};
use crate::model::{Ask, Confirm, Effect, Level};

/// How long a message keeps the last line at least, whatever is pressed; and one that warns.
const READING: Duration = Duration::from_secs(2);
const READING_A_WARNING: Duration = Duration::from_secs(5);
/// As often as a key can be made to count.
const MOST_TIMES: usize = 9_999;
/// Within it, two presses of a key are one that was meant.
const TWICE: Duration = Duration::from_millis(600);

impl State {
    /// The place that has the keys.
    pub fn mode(&self) -> Mode {
        match self.overlays.last() {
            _ if self.search_line().is_some() => Mode::Prompt,
            None if self.board.is_some() => Mode::Board,
            None if self.focus == Focus::Detail && self.detail.open => Mode::Detail,
            None => Mode::Table,
            Some(Overlay::Palette(_)) => Mode::Palette,
            Some(Overlay::Filter(_)) => Mode::Filter,
            Some(Overlay::Pager(_)) => Mode::Pager,
            Some(Overlay::Menu(menu)) if menu.line.is_some() => Mode::MenuLine,
            Some(Overlay::Menu(_) | Overlay::Sure(_)) => Mode::Menu,
            Some(Overlay::Form(form)) if form.editors.area.is_some() => Mode::Text,
            Some(Overlay::Form(form)) => match (&form.draft, form.open_picker()) {
                (_, Some(picker)) if picker.in_rows => Mode::PickerRows,
                (_, Some(_)) => Mode::Picker,
                (Some(draft), _) if draft.editing.is_none() => Mode::Draft,
                _ => Mode::Form,
            },
            Some(Overlay::Plan(plan)) if plan.blocked.is_none() && plan.plan.confirm() != Confirm::Enter => {
                Mode::Confirm
            }
            Some(Overlay::Plan(_)) => Mode::Plan,
            Some(Overlay::Digits(_)) => Mode::Prompt,
            Some(Overlay::Ask(ask)) => match ask.question.what {
                Ask::MfaCode { .. } => Mode::Prompt,
                Ask::Device { .. } => Mode::Menu,
            },
        }
    }
    /// The keys that go on with the sequence begun, for the hint pop-up. Empty if none was begun.
    pub fn next_keys(&self) -> Vec<Next<'_>> {
        if self.pending.is_empty() {
            return Vec::new();
        }
        match self.keymap.step(self.mode(), &self.pending) {
            Step::Pending(next) => next,
            _ => Vec::new(),
        }
    }
}

impl Turn<'_> {
    pub(super) fn key(&mut self, key: Key) {
        self.go_on();
        if self.answered(key) {
            return;
        }
        let over = !self.s.overlays.is_empty();
        self.step(key);
        self.s.left_layer = over && self.s.overlays.is_empty();
    }

    fn step(&mut self, key: Key) {
        let mode = self.s.mode();
        // A digit that has a meaning of its own has it where a count begins, and not within one: as vim's 0.
        let counts = self.s.pending.is_empty() && self.s.count.is_some();
        if counts && key.typed().is_some_and(|c| c.is_ascii_digit()) {
            return self.digit(key);
        }
        self.s.pending.push(key);
        let keymap = self.s.keymap.clone();
        match keymap.step(mode, &self.s.pending) {
            Step::Command(name) => {
                let alone = self.s.pending.len() == 1;
                self.s.pending.clear();
                if let Some(line) = name.strip_prefix(':') {
                    let in_menu = matches!(self.s.overlays.last(), Some(Overlay::Menu(_)));
                    return if in_menu && alone && key.typed().is_some() {
                        self.type_key(key)
                    } else {
                        self.bound_line(line)
                    };
                }
                match C::named(name) {
                    // What a key does elsewhere is no reason that it cannot be typed in a menu.
                    Some(command) if alone && self.narrows(mode, key, command) => self.type_key(key),
                    Some(C::Count) => self.digit(key),
                    Some(C::Page) => self.page_key(key),
                    Some(command) => self.counted(command),
                    None => self.say(Level::Warning, format!("There is no command {name}.")),
                }
            }
            Step::Pending(_) => {}
            Step::None => {
                let alone = self.s.pending.len() == 1;
                self.s.pending.clear();
                self.s.count = None;
                // A sequence that leads nowhere is dropped; Escape out of it does nothing else.
                if alone {
                    self.type_key(key);
                } else if key.code != KeyCode::Esc {
                    self.key(key);
                }
            }
        }
    }

    /// Whether a key is text that narrows a menu: a character whose command has no meaning there.
    fn narrows(&self, mode: Mode, key: Key, command: C) -> bool {
        let menu = matches!(self.s.overlays.last(), Some(Overlay::Menu(_)));
        menu && mode == Mode::Menu && key.typed().is_some() && !command.info().modes.contains(&mode)
    }

    /// A digit of a count.
    fn digit(&mut self, key: Key) {
        let Some(digit) = key.typed().and_then(|c| c.to_digit(10)) else { return };
        let so_far = self.s.count.unwrap_or(0);
        self.s.count = Some((so_far * 10 + digit as usize).min(MOST_TIMES)).filter(|n| *n > 0);
    }

    /// A digit that turns to a page of the detail.
    fn page_key(&mut self, key: Key) {
        match key.typed().and_then(|c| c.to_digit(10)) {
            Some(digit) => self.turn_to_page(digit as usize),
            None => {
                self.say(Level::Info, "The command page goes to the page of its digit: bind it to the keys 1 to 9.")
            }
        }
    }

    /// A command, as often as was typed before it; what goes to an end goes to that line.
    fn counted(&mut self, command: C) {
        let Some(times) = self.s.count.take() else { return self.command(command) };
        let by = isize::try_from(times).unwrap_or(1);
        match command {
            C::Down => self.by(by),
            C::Up => self.by(-by),
            C::Top | C::Bottom => {
                self.command(C::Top);
                self.by(by - 1);
            }
            C::PageDown | C::PageUp | C::HalfPageDown | C::HalfPageUp | C::Left | C::Right | C::Mark => {
                (0..times).for_each(|_| self.command(command));
            }
            other => self.command(other),
        }
    }

    /// A key that means nothing here: said once of each.
    fn unbound(&mut self, key: Key) {
        let mode = self.s.mode();
        if self.s.unbound.insert((mode, key.to_string())) {
            let help = self.s.keymap.key_of(mode, C::Help.info().name);
            let help = help.map(|key| format!("; {key} shows the keys")).unwrap_or_default();
            self.say(Level::Info, format!("{key} is not bound here{help}."));
        }
    }

    /// The user goes on: a message that there was time to read gives the last line back to what can be done here. `:messages`
    /// keeps it, and an error stays for its time.
    fn go_on(&mut self) {
        let s = &mut *self.s;
        let read = |n: &Notice| match n.message.level {
            Level::Error => false,
            Level::Warning => n.message.at.plus(READING_A_WARNING) <= s.now,
            Level::Info => n.message.at.plus(READING) <= s.now,
        };
        if s.notice.as_ref().is_some_and(read) {
            s.notice = None;
        }
    }

    /// `y` and `n` answer a question, whatever the keymap has on them.
    fn answered(&mut self, key: Key) -> bool {
        if !matches!(self.s.overlays.last(), Some(Overlay::Sure(_))) {
            return false;
        }
        match key.typed() {
            Some('y' | 'Y') => self.sure(true),
            Some('n' | 'N') => self.sure(false),
            _ => return false,
        }
        true
    }

    /// The line that has the keys. A form's is its own: its value goes through `refine`.
    fn typing(&mut self) -> Option<&mut Line> {
        if self.s.search_line().is_some() {
            return self.search_mut()?.line.as_mut();
        }
        match self.s.overlays.last_mut()? {
            Overlay::Palette(p) => Some(&mut p.line),
            Overlay::Filter(f) => Some(&mut f.line),
            Overlay::Plan(p) if p.phase == PlanPhase::Shown && p.blocked.is_none() => Some(&mut p.typed),
            Overlay::Digits(d) => Some(&mut d.line),
            Overlay::Ask(a) => Some(&mut a.line),
            Overlay::Menu(m) => m.line.as_mut(),
            Overlay::Form(f) => f.open_picker_mut().filter(|p| !p.in_rows).map(|p| &mut p.line),
            _ => None,
        }
    }

    fn typed(&mut self) {
        if self.s.search_line().is_some() {
            return self.search_typed();
        }
        match self.s.overlays.last_mut() {
            Some(Overlay::Palette(p)) => {
                p.recall.forget();
                self.complete_again();
            }
            Some(Overlay::Filter(f)) => {
                f.recall.forget();
                self.filter_typed();
            }
            Some(Overlay::Plan(p)) => p.notice = None,
            Some(Overlay::Digits(d)) => d.error = None,
            Some(Overlay::Form(_)) => self.picker_typed(),
            Some(Overlay::Menu(_)) => self.menu_typed(),
            _ => {}
        }
    }

    /// A key that is no command: text, where text is typed.
    fn type_key(&mut self, key: Key) {
        let in_menu = matches!(self.s.overlays.last(), Some(Overlay::Menu(_)));
        let in_form = self.in_form();
        match self.typing() {
            Some(line) => {
                line.key(key);
                self.typed();
            }
            None if in_menu && key.typed().is_some() => self.menu_key(key),
            None if in_form => self.form_key(key),
            None => self.unbound(key),
        }
    }

    /// Pasted text goes where text is typed, and is never read as keys.
    pub(super) fn paste(&mut self, text: &str) {
        match self.typing() {
            Some(line) => {
                line.insert(text);
                self.typed();
            }
            None => self.form_paste(text),
        }
    }

    pub(super) fn command(&mut self, command: C) {
        let rows = match self.s.mode() {
            Mode::Detail => self.s.areas().detail_lines(),
            _ => self.s.picker().map_or_else(|| self.s.areas().rows(), |p| self.s.picker_rows(p)),
        };
        let page = isize::try_from(rows.saturating_sub(1).max(1)).unwrap_or(1);
        self.welcomed(command);
        match command {
            C::Down => self.by(1),
            C::Up => self.by(-1),
            C::PageDown => self.pages(page),
            C::PageUp => self.pages(-page),
            C::HalfPageDown => self.pages((page / 2).max(1)),
            C::HalfPageUp => self.pages(-(page / 2).max(1)),
            C::Top => self.pages(isize::MIN / 2),
            C::Bottom => self.pages(isize::MAX / 2),
            C::Left => self.sideways(-1),
            C::Right => self.sideways(1),
            C::Back => self.escape(),
            C::Accept => self.accept(),
            C::Mark if matches!(self.s.overlays.last(), Some(Overlay::Menu(_))) => self.menu_toggle(),
            C::Mark if self.s.picker().is_some() => self.picker_mark(),
            C::Filter if self.is_text() => self.search_begin(),
            C::SearchNext => self.search_step(1),
            C::SearchPrevious => self.search_step(-1),
            C::Filter if self.s.picker().is_some() => self.picker_focus(Some(false)),
            C::Filter if matches!(self.s.overlays.last(), Some(Overlay::Menu(_))) => self.menu_narrow(),
            C::Mark => self.mark(),
            C::Count => {}
            C::MoveDown => self.menu_move(1),
            C::MoveUp => self.menu_move(-1),
            C::Complete => self.choose_completion(1),
            C::CompleteBack => self.choose_completion(-1),
            C::FocusNext if self.complete_path() => {}
            C::FocusNext if self.in_form() => self.form_focus(1),
            C::FocusPrevious if self.in_form() => self.form_focus(-1),
            C::Edit => self.draft_edit(),
            C::NewRow => self.draft_new(),
            C::Preset => self.draft_presets(),
            C::Editor => self.call_editor(),
            C::DeleteRow => self.draft_delete(),
            C::Undo => self.draft_undo(),
            C::Apply | C::Submit => self.form_submit(),
            C::CarryOut => self.confirm(),
            C::Options => self.plan_options(),
            C::CopyCommand => self.copy_commands(),
            C::Redraw => self.emit(Effect::Redraw),
            C::SaveScreen if self.s.shows_a_secret() => {
                self.say(Level::Warning, "The screen shows a password: it was not written to a file.");
            }
            C::SaveScreen => self.emit(Effect::SaveScreen(self.s.downloads.clone())),
            C::Suspend => self.emit(Effect::Suspend),
            C::Cancel => self.cancel(),
            C::Quit => self.quit(),
            C::Help => self.pager(Page::Help),
            C::Copy if self.copy_from_layer() => {}
            C::Refresh if self.row_page_anew() => {}
            // From a page that is read one can go elsewhere; a dialogue is answered or left first.
            C::Palette if self.s.overlays.iter().all(|o| matches!(o, Overlay::Pager(_))) => {
                self.s.overlays.clear();
                self.palette("");
            }
            // What is left belongs to the view: with a layer over it, the key is not for it.
            _ if !self.s.overlays.is_empty() => {}
            _ => self.view_command(command),
        }
    }

    /// Whoever goes somewhere, acts or asks has read how: the line about it goes away for good. Moving is no such thing.
    pub(super) fn welcomed(&mut self, command: C) {
        let begun = matches!(command, C::Open | C::Actions | C::Palette | C::Help | C::Detail | C::Filter | C::Back);
        if begun && std::mem::take(&mut self.s.welcome) {
            self.emit(Effect::Welcomed);
        }
    }

    /// Commands of the table and the detail.
    fn view_command(&mut self, command: C) {
        if self.s.board.is_some() {
            return self.board_command(command);
        }
        if command != C::MarkRange {
            // What was marked by it stays.
            self.s.view.range = None;
        }
        match command {
            // A second Enter on a plan that was carried out at the first is no wish to go anywhere.
            C::Open if self.s.runs.last().is_some_and(|r| self.s.now < r.began.plus(TWICE)) => {}
            C::Open if self.s.start(self.store).is_some() => self.begin_anew(),
            C::Sandbox => self.open_sandbox(),
            C::Open if self.s.mode() == Mode::Detail => self.open_detail_line(),
            C::Open => self.open(),
            C::HistoryBack => self.go_back(),
            C::HistoryForward => self.go_forward(),
            C::LastView | C::LastRegion | C::Region | C::Profile | C::Save | C::View | C::Forget => {
                self.elsewhere(command)
            }
            C::FocusNext | C::FocusPrevious => self.focus_other(),
            C::Filter => self.filter(),
            C::MarkAll => self.mark_all(),
            C::MarkRange => self.mark_range(),
            C::MarkInvert => self.mark_invert(),
            C::OnlyWrong => self.only_wrong(),
            C::Fold => self.fold(),
            C::FoldAll => self.fold_all(),
            C::Detail => self.toggle_detail(),
            C::Zoom => self.zoom(),
            C::Metrics => self.metrics(),
            C::ChartShorter => self.step_span(-1),
            C::ChartLonger => self.step_span(1),
            C::Links => self.links_menu(),
            C::Format => self.raw_style(),
            C::Actions => self.actions_menu(),
            C::Connect => self.connect(Wish::default()),
            C::ConsoleOutput | C::Screenshot | C::WindowsPassword => self.open_row_page(command.info().name),
            C::Sort => self.sort_menu(),
            C::SortReverse => self.sort_reverse(),
            C::Columns => self.columns_menu(),
            C::Reset => self.reset(),
            C::Copy => self.copy(),
            C::CopyAs => self.copy_menu(),
            C::Refresh => self.refresh(),
            C::Changes => self.changes_menu(),
            C::Runs => self.runs_menu(),
            C::Messages => self.pager(Page::Messages),
            C::SignIn => self.sign_in(),
            _ => {}
        }
    }

    /// The same where a board is shown instead.
    fn board_command(&mut self, command: C) {
        match command {
            C::Open if self.s.start(self.store).is_some() => self.begin_anew(),
            C::Sandbox => self.open_sandbox(),
            C::Open => self.board_open(),
            C::HistoryBack => self.go_back(),
            C::HistoryForward => self.go_forward(),
            C::LastView | C::LastRegion | C::Region | C::Profile | C::Save | C::View | C::Forget => {
                self.elsewhere(command)
            }
            C::Refresh => self.refresh(),
            C::Changes => self.changes_menu(),
            C::Runs => self.runs_menu(),
            C::Messages => self.pager(Page::Messages),
            C::SignIn => self.sign_in(),
            other => self.say(Level::Info, format!("There are no rows here to {}.", other.info().title)),
        }
    }

    /// One down or up in whatever has the keys.
    fn by(&mut self, by: isize) {
        match self.s.overlays.last() {
            None if self.s.board.is_some() => self.board_by(by),
            None if self.s.mode() == Mode::Detail => self.detail_by(by),
            None => self.move_by(by),
            Some(Overlay::Palette(_) | Overlay::Filter(_)) => self.step_line(by),
            Some(Overlay::Menu(_)) => self.menu_by(by),
            Some(Overlay::Form(_)) => self.form_by(by),
            Some(_) => self.scroll_layer(by),
        }
    }

    pub(super) fn pages(&mut self, by: isize) {
        match self.s.overlays.last() {
            None if self.s.board.is_some() => self.board_by(by),
            None if self.s.mode() == Mode::Detail => self.detail_by(by),
            None => self.page(by),
            Some(Overlay::Palette(_) | Overlay::Filter(_)) => self.step_line(by),
            Some(Overlay::Menu(_)) => self.menu_by(by),
            Some(Overlay::Form(_)) => self.form_by(by),
            Some(_) => self.scroll_layer(by),
        }
    }

    fn sideways(&mut self, by: isize) {
        match self.s.overlays.last() {
            None if self.s.mode() == Mode::Detail => self.turn(by),
            None => self.scroll_columns(by),
            Some(Overlay::Form(_)) => self.form_sideways(by),
            Some(_) => {}
        }
    }

    fn accept(&mut self) {
        match self.s.overlays.last() {
            _ if self.s.search_line().is_some() => self.search_end(true),
            Some(Overlay::Palette(_)) => self.palette_accept(),
            Some(Overlay::Filter(_)) => self.filter_accept(),
            Some(Overlay::Menu(_)) => self.menu_accept(),
            Some(Overlay::Pager(_)) => self.pager_accept(),
            Some(Overlay::Form(_)) => self.form_accept(),
            Some(Overlay::Digits(_)) => self.digits_accept(),
            Some(Overlay::Ask(_)) => self.ask_accept(),
            Some(Overlay::Sure(_)) => self.sure(true),
            _ => {}
        }
    }

    fn in_form(&self) -> bool {
        matches!(self.s.overlays.last(), Some(Overlay::Form(_)))
    }
}
