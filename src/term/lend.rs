//! The terminal lent to another program: the user's editor, ssh. While it is away no key is read here, and the signals that a terminal sends
//! to everybody in front of it are the other program's.
//!
//! A program that is killed leaves the terminal as it was using it: its modes are put back before the terminal is taken again, since what is found then is what the
//! shell gets in the end.

use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{bounded, select};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};
use signal_hook::consts::signal::{SIGSTOP, SIGWINCH};
use signal_hook::low_level;

use super::{Term, TermEvent};

/// How long the reader of keys may take to stand still: it is woken, and only a terminal that does not answer keeps it longer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the terminal is another program's now.
static LENT: AtomicBool = AtomicBool::new(false);

/// Whether the reader of keys is to stand still, and whether it does.
static READER: (Mutex<(bool, bool)>, Condvar) = (Mutex::new((false, false)), Condvar::new());

/// What a program that was killed may have left on: the modes of xterm that full-screen programs, here or at the other end of a connection, use. Application
/// cursor keys and keypad, the mouse, bracketed paste, origin, insert and wrap, a part that scrolls, the line-drawing set, colours, a hidden cursor, the
/// alternate screen. <https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>
const AS_BEFORE: &str = "\x1b[?1l\x1b>\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?6l\x1b[4l\x1b[?7h\x1b[r\x1b(B\x0f\
                         \x1b[0m\x1b[?25h\x1b[?47l";

/// How it came back.
#[derive(Debug)]
pub enum Returned {
    /// The other program has ended.
    Ended(ExitStatus),
    /// This process is to end by a signal; the other program was told so.
    Terminated(i32),
}

/// Who has the keys instead of their reader: one at a time.
static HELD: Mutex<()> = Mutex::new(());

/// The reader of keys stands still while this lives: somebody else reads what the terminal says.
pub(super) struct Reading(#[expect(dead_code, reason = "it is held")] MutexGuard<'static, ()>);

impl Reading {
    /// `None`: the terminal is another program's, or the reader does not stop.
    pub(super) fn take() -> Option<Reading> {
        let held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        (super::is_entered() && !is_lent() && hold_reader(true)).then(|| Reading(held))
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        hold_reader(false);
    }
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
    /// Gives the terminal to the program that `start` starts, waits until it has ended, and takes the terminal again; `back` is called
    /// before that, while what is written still goes to the screen that the program had. Afterwards the whole screen is to be drawn.
    ///
    /// # Errors
    /// The program cannot be started, or the terminal cannot be taken again.
    pub fn lend(&self, start: impl FnOnce() -> io::Result<Child>, back: impl FnOnce()) -> io::Result<Returned> {
        let _held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        if !hold_reader(true) {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the terminal is busy"));
        }
        let away = Away;
        LENT.store(true, Ordering::SeqCst);
        super::restore();
        let before = tcgetattr(io::stdin()).ok();
        let returned = start().and_then(|child| self.wait_for(&child));
        back();
        if let Some(before) = before {
            put_back(&before, returned.as_ref().is_ok_and(|r| matches!(r, Returned::Ended(s) if s.signal().is_none())));
        }
        drop(away);
        super::take()?;
        returned
    }

    fn wait_for(&self, child: &Child) -> io::Result<Returned> {
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| io::Error::other("it has no number"))?;
        let (sender, done) = bounded(1);
        let waiting = thread::Builder::new().name("lent".into()).spawn(move || drop(sender.send(wait(pid))))?;
        let mut ended = None;
        let hang_up = || {
            let _ = kill_process(pid, Signal::HUP);
        };
        let status = loop {
            select! {
                recv(done) -> status => break status.unwrap_or_else(|_| Err(io::Error::other("it was lost sight of"))),
                recv(self.events()) -> event => match event {
                    Ok(TermEvent::Terminate(signal)) => {
                        ended = Some(signal);
                        hang_up();
                    }
                    Ok(TermEvent::Lost) => {
                        ended.get_or_insert(signal_hook::consts::signal::SIGHUP);
                        hang_up();
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

/// Waits for the end. A program that stops itself alone (ssh at `~^Z`) leaves nobody in front of the terminal: the console stops with it, so
/// that the shell is there, whose `fg` lets both go on; where there is no shell, it goes on at once.
fn wait(pid: Pid) -> io::Result<ExitStatus> {
    loop {
        match waitpid(Some(pid), WaitOptions::UNTRACED) {
            Ok(Some((_, status))) if status.stopped() => {
                if super::signals::has_shell() {
                    let _ = low_level::raise(SIGSTOP);
                }
                let _ = kill_process(pid, Signal::CONT);
            }
            Ok(Some((_, status))) => return Ok(ExitStatus::from_raw(status.as_raw())),
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
    }
}

/// The terminal as it was before it was lent. What was typed meanwhile and not read is the console's, unless the program was killed: then it was meant
/// for that one, or is a terminal's answer to it.
fn put_back(before: &Termios, ended_by_itself: bool) {
    let _ = tcsetattr(io::stdin(), OptionalActions::Drain, before);
    if !ended_by_itself {
        let _ = tcflush(io::stdin(), QueueSelector::IFlush);
    }
    let mut out = io::stdout();
    let _ = out.write_all(AS_BEFORE.as_bytes()).and_then(|()| out.flush());
}
