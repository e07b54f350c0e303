//! A panic gives the terminal back first and is told on the ordinary screen; one of a worker does not end the console.

use std::sync::{Mutex, Once, PoisonError};
use std::thread::{self, ThreadId};

use crossbeam_channel::Sender;

use super::TermEvent;

static INSTALLED: Once = Once::new();
/// The thread that draws, and where a worker's panic is told.
static CONSOLE: Mutex<Option<(ThreadId, Sender<TermEvent>)>> = Mutex::new(None);

/// Installs the hook, once; the calling thread is the one that draws.
pub(super) fn install(sender: Sender<TermEvent>) {
    *CONSOLE.lock().unwrap_or_else(PoisonError::into_inner) = Some((thread::current().id(), sender));
    INSTALLED.call_once(|| {
        let earlier = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let here = thread::current();
            let console = CONSOLE.lock().unwrap_or_else(PoisonError::into_inner).clone();
            match console {
                // The console goes on: its screen must not be written over.
                Some((id, sender)) if super::is_entered() && id != here.id() && here.name() != Some("main") => {
                    let told = format!("a worker ({}) failed: {info}", here.name().unwrap_or("unnamed"));
                    tracing::error!("{told}");
                    let _ = sender.try_send(TermEvent::Panicked(told));
                }
                _ => {
                    super::restore();
                    earlier(info);
                }
            }
        }));
    });
}
