//! What workers tell the loop, and the one bounded channel through which they do.

use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use crate::act::one_time_key::KeyFolder;
use crate::base::Fault;
use crate::fetch::Update;
use crate::model::Event;
use crate::model::connect::Launch;

/// What comes from the workers.
#[derive(Debug)]
pub(super) enum Inbox {
    Update(Update),
    Event(Event),
    /// A key was made for a connection and sent, or was not.
    LetIn(u64, Box<Launch>, Result<KeyFolder, Fault>),
}

/// Room for what workers have to say. When it is full they wait, never the screen.
const INBOX: usize = 256;

/// The channel's two ends.
pub(super) fn room() -> (Sender<Inbox>, Receiver<Inbox>) {
    bounded(INBOX)
}

/// Sends from an async task into the bounded inbox without holding a worker of the runtime while it is full.
pub(super) async fn send(outbox: &Sender<Inbox>, mut item: Inbox) {
    loop {
        match outbox.try_send(item) {
            Ok(()) => return,
            Err(TrySendError::Full(back)) => item = back,
            Err(TrySendError::Disconnected(_)) => return,
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
