//! Questions of the credential chain on their way to the viewer, and the answers back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arcstr::ArcStr;
use crossbeam_channel::Sender;
use rustc_hash::FxHashMap;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::inbox::{Inbox, send};
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
        let (this, on) = (self.clone(), handle.clone());
        handle.spawn(async move {
            while let Some(prompt) = prompts.recv().await {
                let event = this.event(prompt, &on, &outbox);
                send(&outbox, Inbox::Event(event)).await;
            }
        });
    }

    fn event(&self, prompt: Prompt, handle: &Handle, outbox: &Sender<Inbox>) -> Event {
        let id = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        match prompt {
            Prompt::MfaCode { profile, serial, answer } => {
                self.wait(handle, id, answer, outbox.clone());
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

    /// Takes the answer to whoever asks; if nobody waits for it any more, the question goes away.
    fn wait(&self, handle: &Handle, id: u64, mut asker: oneshot::Sender<Secret>, outbox: Sender<Inbox>) {
        let (answer, answered) = oneshot::channel();
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(id, answer);
        let this = self.clone();
        handle.spawn(async move {
            tokio::select! {
                answer = answered => if let Ok(answer) = answer {
                    let _ = asker.send(answer);
                },
                () = asker.closed() => {
                    this.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
                    send(&outbox, Inbox::Event(Event::Asked(id))).await;
                }
            }
        });
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

#[cfg(test)]
mod tests {
    use super::*;

    async fn next(inbox: &crossbeam_channel::Receiver<Inbox>) -> Event {
        for _ in 0..500 {
            if let Ok(Inbox::Event(event)) = inbox.try_recv() {
                return event;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("nothing came")
    }

    #[tokio::test]
    async fn a_code_goes_to_whoever_asked_no_is_told_and_a_question_nobody_waits_for_goes_away() {
        let (outbox, inbox) = crossbeam_channel::bounded(8);
        let (prompts, from) = mpsc::channel(8);
        let questions = Questions::default();
        questions.serve(&Handle::current(), from, outbox);
        let ask = async || {
            let (answer, answered) = oneshot::channel();
            let prompt = Prompt::MfaCode { profile: "p".into(), serial: "mfa".into(), answer };
            prompts.send(prompt).await.expect("open");
            let Event::Ask(question) = next(&inbox).await else { panic!("no question") };
            (question.id, answered)
        };
        let ((a, code), (b, no), (c, given_up)) = (ask().await, ask().await, ask().await);
        questions.answer(b, None);
        questions.answer(a, Some(Secret::new("123456".into())));
        assert_eq!(code.await.expect("an answer").expose(), "123456");
        assert!(no.await.is_err(), "no is no");
        drop(given_up);
        assert_eq!(next(&inbox).await, Event::Asked(c));
        questions.answer(c, Some(Secret::new("654321".into())));
    }
}
