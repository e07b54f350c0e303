//! The only writer of a viewer's [`State`]: an event in, effects out.

use std::time::Duration;

use super::layout;
use super::overlay::Overlay;
use super::state::{MESSAGES, Notice, State};
use crate::base::Time;
use crate::model::{Effect, Event, Level, Message};
use crate::store::Store;

/// Takes in what happened. The store has it already.
pub fn update(state: &mut State, store: &Store, event: Event) -> Vec<Effect> {
    let mut turn = Turn { s: state, store, out: Vec::new() };
    turn.event(event);
    turn.finish();
    turn.out
}

/// One event's turn: what it may write, what it may read, what it asks for. Its methods are spread over this folder by meaning.
pub(super) struct Turn<'a> {
    pub(super) s: &'a mut State,
    pub(super) store: &'a Store,
    pub(super) out: Vec<Effect>,
}

impl Turn<'_> {
    fn event(&mut self, event: Event) {
        match event {
            Event::Key(key, at) => {
                self.tick(at);
                self.key(key);
            }
            Event::Mouse(mouse, spot, at) => {
                self.tick(at);
                self.mouse(mouse, spot);
            }
            Event::Paste(text) => self.paste(text.expose()),
            Event::Resize(width, height) => self.s.size = (width, height),
            Event::Tick(at) => self.tick(at),
            Event::Applied(delta, at) => {
                self.tick(at);
                self.applied(&delta);
            }
            Event::Indexed(indexed) => self.indexed(indexed),
            Event::Identity(profile, who) => self.identity(&profile, who),
            Event::Meter(meter) => self.s.meter = meter,
            Event::DryRun(plan, verdict) => self.dry_run(plan, verdict),
            Event::Reread(plan, result, at) => {
                self.tick(at);
                self.reread(plan, result);
            }
            Event::Act(news) => self.act(news),
            Event::Ask(question) => self.ask(question),
            Event::Asked(id) => self.asked(id),
            Event::Say(message) => self.note(message),
            Event::Looked(look, view) => self.looked(look, view),
            Event::FoundTools(look, tools) => {
                self.found_key(&look, &tools);
                self.found_for_form(&look, &tools);
                self.found_tools(&look, tools);
            }
            Event::ViewsKept(name, outcome) => self.views_kept(&name, outcome),
            Event::MyAddress(me) => self.my_address(me),
            Event::Edited(text) => self.edited(text),
            Event::Pictured(table, id, picture) => self.pictured(&table, &id, picture),
            Event::Decrypted(table, id, text) => self.decrypted(&table, &id, text),
            Event::Raw(table, id, text) => self.raw(&table, &id, text),
        }
    }

    /// Time has come this far.
    fn tick(&mut self, at: Time) {
        let s = &mut *self.s;
        s.now = s.now.max(at);
        if s.wake.is_some_and(|w| w <= s.now) {
            s.wake = None;
        }
        if s.notice.as_ref().is_some_and(|n| n.until <= s.now) {
            s.notice = None;
        }
        if s.detail.due.is_some_and(|due| due <= s.now) {
            self.follow();
        }
        self.give_up_awaited();
        self.reindex_due();
        self.picker_applied(None);
    }

    /// What follows from every event: the cursor is on the screen, what is seen is watched, and the next tick is asked for.
    fn finish(&mut self) {
        self.look_for_inputs();
        if !layout::too_small(self.s.size) {
            self.scroll_to_cursor();
        }
        self.raw_if_seen();
        self.row_page_goes_on();
        self.keep_picker();
        self.look_at_paths();
        self.look_at_my_address();
        self.look_for_programs();
        self.keep_lines();
        self.count_links();
        self.offer_tags();
        self.watch();
        self.wake();
    }

    /// Lines that were entered, and what was chosen, are kept for the next start.
    fn keep_lines(&mut self) {
        if let Some(memory) = self.memory() {
            self.emit(Effect::Remember(Box::new(memory)));
        }
    }

    pub(super) fn emit(&mut self, effect: Effect) {
        self.out.push(effect);
    }

    /// The next number for an index request.
    pub(super) fn number(&mut self) -> u64 {
        self.s.numbers += 1;
        self.s.numbers
    }

    /// Says something on the last line and in `:messages`.
    pub(super) fn say(&mut self, level: Level, text: impl Into<String>) {
        let at = self.s.now;
        self.note(Message { at, level, text: text.into() });
    }

    pub(super) fn note(&mut self, message: Message) {
        let shown = match message.level {
            Level::Info => Duration::from_secs(6),
            Level::Warning => Duration::from_secs(12),
            Level::Error => Duration::from_secs(30),
        };
        let s = &mut *self.s;
        // A louder message is not pushed off the line by a quieter one.
        if s.notice.as_ref().is_none_or(|n| n.message.level <= message.level || message.level > Level::Info) {
            s.notice = Some(Notice { message: message.clone(), until: s.now.plus(shown) });
        }
        if s.messages.back().is_some_and(|m| m.text == message.text && m.level == message.level) {
            s.messages.pop_back();
        }
        s.messages.push_back(message);
        if s.messages.len() > MESSAGES {
            s.messages.pop_front();
        }
    }

    /// Puts a layer that was not asked for under those that are open, so that no key meant for another goes to it.
    pub(super) fn push_below(&mut self, overlay: Overlay) {
        self.s.overlays.insert(0, overlay);
    }

    /// Asks for a tick at the next moment at which the screen would change, unless that was asked for already.
    pub(super) fn wake(&mut self) {
        let next = self.next_change();
        if self.s.wake == Some(next) {
            return;
        }
        self.s.wake = Some(next);
        let now = self.s.now;
        self.emit(Effect::TickIn(next.since(now).max(Duration::from_millis(10))));
    }
}
