//! Questions of the credential chain on their way to the viewer, and the answers back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arcstr::ArcStr;
use crossbeam_channel::Sender;
use rustc_hash::FxHashMap;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::engine::{Inbox, send};
use crate::aws::Prompt;
use crate::base::Secret;
use crate::model::{Ask, Event, Question};

/// Open questions by number.
#[derive(Clone, Default)]
pub(super) struct Questions {
    open: Arc<Mutex<FxHashMap<u64, oneshot::Sender<Secret>>>>,
    devices: Arc<Mutex<FxHashMap<ArcStr, u64>>>,
    next: Arc<AtomicU64>,
}

impl Questions {
    pub(super) fn serve(&self, handle: &Handle, mut prompts: mpsc::Receiver<Prompt>, outbox: Sender<Inbox>) {
        let this = self.clone();
        handle.spawn(async move {
            while let Some(prompt) = prompts.recv().await {
                let event = this.event(prompt);
                send(&outbox, Inbox::Event(event)).await;
            }
        });
    }

    fn event(&self, prompt: Prompt) -> Event {
        let id = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        match prompt {
            Prompt::MfaCode { profile, serial, answer } => {
                self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(id, answer);
                Event::Ask(Question { id, profile, what: Ask::MfaCode { serial: serial.into(), again: None } })
            }
            Prompt::SsoDevice { profile, url, code, expires } => {
                self.devices.lock().unwrap_or_else(PoisonError::into_inner).insert(profile.clone(), id);
                Event::Ask(Question { id, profile, what: Ask::Device { url, code, until: expires } })
            }
            Prompt::SsoDone { profile, .. } => {
                let asked = self.devices.lock().unwrap_or_else(PoisonError::into_inner).remove(&profile);
                Event::Asked(asked.unwrap_or_default())
            }
        }
    }

    /// The user's answer; `None` drops the channel, which is "no".
    pub(super) fn answer(&self, id: u64, answer: Option<Secret>) {
        let asked = self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        if let (Some(asked), Some(answer)) = (asked, answer) {
            // Nobody waits any more if the sign-in was given up meanwhile.
            let _ = asked.send(answer);
        }
    }
}
