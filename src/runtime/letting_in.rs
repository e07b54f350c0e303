//! A way to connect, started: at once, or once the key that it takes was made and sent.

use std::sync::Arc;

use super::engine::{Engine, Host};
use super::inbox::{Inbox, send};
use crate::act::one_time_key::KeyFolder;
use crate::act::tools::place_for_key;
use crate::base::Fault;
use crate::base::text::visible;
use crate::input::{Key, KeyCode};
use crate::model::Level;
use crate::model::connect::Launch;

impl Engine {
    /// Gives the terminal to a program, if read-only mode lets it.
    pub(super) fn connect(&mut self, launch: Launch) {
        if let Err(fault) = self.gateway.may_start(launch.program, &launch.profile) {
            return self.say(Level::Error, format!("{} was not started: {}", launch.program, fault.message));
        }
        let Some(mut key) = launch.one_time.clone() else { return self.host.push(Host::Connect(launch, None)) };
        // No program reads it there, and what is shown is the same each time: it is made all the same, to be sent.
        if self.state.sandbox
            && let Some(place) = place_for_key()
        {
            key.file = place;
        }
        // The account that was on the screen when the way was chosen.
        let generation = self.gateway.generation(&launch.profile);
        let (executor, outbox) = (self.executor.clone(), self.outbox.clone());
        self.let_in_before += 1;
        let number = self.let_in_before;
        self.letting_in = Some(number);
        self.say(Level::Info, format!("Sending a one-time key for {}; Esc stops.", visible(&launch.to)));
        self.tasks.spawn(async move {
            let made = executor.let_in(&key, &launch.profile, generation).await;
            send(&outbox, Inbox::LetIn(number, Box::new(launch), made)).await;
        });
    }

    /// Whether a key is on its way: what is typed is meant for the program that is to start.
    pub(super) fn is_letting_in(&self) -> bool {
        self.letting_in.is_some()
    }

    /// A key that is typed meanwhile: Esc and Ctrl-C give it up, others are nobody's.
    pub(super) fn typed_while_letting_in(&mut self, key: Key) {
        if key.code == KeyCode::Esc || key.mods.ctrl && key.code == KeyCode::Char('c') {
            self.letting_in = None;
            self.say(Level::Info, "Not connected. A key that was sent is worth nothing after a minute.");
        }
    }

    /// The key was sent, or was not.
    pub(super) fn let_in(&mut self, number: u64, launch: Launch, key: Result<KeyFolder, Fault>) {
        if self.letting_in != Some(number) {
            return;
        }
        self.letting_in = None;
        match key {
            Ok(key) => self.host.push(Host::Connect(launch, Some(Arc::new(key)))),
            Err(fault) => {
                let hints = fault.hints.iter().map(|hint| format!(" {hint}")).collect::<String>();
                self.say(Level::Error, format!("{} was not started: {fault}{hints}", launch.program));
            }
        }
    }
}
