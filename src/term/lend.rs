//! The terminal lent to another program: the user's editor. While it is away no key is read here, and the signals that a terminal sends
//! to everybody in front of it are the other program's.

use std::io;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{bounded, select};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::signal::SIGWINCH;
use signal_hook::low_level;

use super::{Term, TermEvent};

/// How long the reader of keys may take to stand still: it is woken, and only a terminal that does not answer keeps it longer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the terminal is another program's now.
static LENT: AtomicBool = AtomicBool::new(false);

/// Whether the reader of keys is to stand still, and whether it does.
static READER: (Mutex<(bool, bool)>, Condvar) = (Mutex::new((false, false)), Condvar::new());

/// How it came back.
#[derive(Debug)]
pub enum Returned {
    /// The other program has ended.
    Ended(ExitStatus),
    /// This process is to end by a signal; the other program was told so.
    Terminated(i32),
}

/// Whether the terminal is another program's now.
pub(super) fn is_lent() -> bool {
    LENT.load(Ordering::SeqCst)
}

/// Where the reader of keys stands still while the terminal is lent.
pub(super) fn rest() {
    let (state, changed) = &READER;
    let mut now = state.lock().unwrap_or_else(PoisonError::into_inner);
    while now.0 {
        now.1 = true;
        changed.notify_all();
        now = changed.wait(now).unwrap_or_else(PoisonError::into_inner);
    }
    now.1 = false;
}

/// Has the reader stand still, or read again. Returns whether it does.
fn hold_reader(hold: bool) -> bool {
    let (state, changed) = &READER;
    let mut now = state.lock().unwrap_or_else(PoisonError::into_inner);
    now.0 = hold;
    changed.notify_all();
    if !hold {
        return true;
    }
    // It waits for a key: a change of size wakes it too, and means nothing if the size is the same.
    let _ = low_level::raise(SIGWINCH);
    let waited = changed.wait_timeout_while(now, PATIENCE, |now| !now.1);
    let (mut now, _) = waited.unwrap_or_else(PoisonError::into_inner);
    if !now.1 {
        now.0 = false;
        changed.notify_all();
    }
    now.1
}

/// Gives everything back, whatever happens.
struct Away;

impl Drop for Away {
    fn drop(&mut self) {
        LENT.store(false, Ordering::SeqCst);
        hold_reader(false);
    }
}

impl Term {
    /// Gives the terminal to the program that `start` starts, waits until it has ended, and takes the terminal again. Afterwards the whole
    /// screen is to be drawn.
    ///
    /// # Errors
    /// The program cannot be started, or the terminal cannot be taken again.
    pub fn lend(&self, start: impl FnOnce() -> io::Result<Child>) -> io::Result<Returned> {
        if !hold_reader(true) {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the terminal is busy"));
        }
        let away = Away;
        LENT.store(true, Ordering::SeqCst);
        super::restore();
        let returned = start().and_then(|child| self.wait_for(child));
        drop(away);
        super::take()?;
        returned
    }

    fn wait_for(&self, mut child: Child) -> io::Result<Returned> {
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let (sender, done) = bounded(1);
        let waiting = thread::Builder::new().name("editor".into()).spawn(move || drop(sender.send(child.wait())))?;
        let mut ended = None;
        let status = loop {
            select! {
                recv(done) -> status => break status.unwrap_or_else(|_| Err(io::Error::other("it was lost sight of"))),
                recv(self.events()) -> event => match event {
                    Ok(TermEvent::Terminate(signal)) => {
                        ended = Some(signal);
                        if let Some(pid) = pid {
                            let _ = kill_process(pid, Signal::HUP);
                        }
                    }
                    Ok(TermEvent::Lost) => {
                        ended.get_or_insert(signal_hook::consts::signal::SIGHUP);
                        if let Some(pid) = pid {
                            let _ = kill_process(pid, Signal::HUP);
                        }
                    }
                    // Keys that were typed before it was lent; a size that is asked for afterwards.
                    Ok(_) => {}
                    Err(_) => break Err(io::Error::other("the keys are not read any more")),
                },
            }
        };
        let _ = waiting.join();
        match ended {
            Some(signal) => Ok(Returned::Terminated(signal)),
            None => Ok(Returned::Ended(status?)),
        }
    }
}
