//! Signals as events, and a watch that gives the terminal back if the console does not.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_channel::Sender;
use rustix::process::{Signal, getpgrp, getpid, getsid, kill_current_process_group};
use signal_hook::consts::signal::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGSTOP, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

use super::TermEvent;

/// How long the console has to give the terminal back after a signal to end.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often it is looked whether the terminal is still there.
const HANG_UP_CHECK: Duration = Duration::from_secs(2);

/// The next SIGTSTP is our own, sent to the process group by [`stop`]; the next SIGCONT ends that stop.
static OWN_STOP: AtomicBool = AtomicBool::new(false);
static OWN_CONT: AtomicBool = AtomicBool::new(false);

/// Starts to listen. Signals that arrive before are the system's.
pub(super) fn listen(sender: Sender<TermEvent>) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT])?;
    let hang_up = sender.clone();
    thread::Builder::new().name("signals".into()).spawn(move || {
        let mut ending = false;
        for signal in &mut signals {
            let event = match signal {
                // While another program has the terminal, what is typed there is for that program; a stop is for both.
                SIGINT | SIGQUIT | SIGCONT if super::lend::is_lent() => continue,
                SIGTSTP if super::lend::is_lent() => {
                    let _ = low_level::raise(SIGSTOP);
                    continue;
                }
                SIGTSTP if OWN_STOP.swap(false, Ordering::SeqCst) => continue,
                SIGCONT if OWN_CONT.swap(false, Ordering::SeqCst) => continue,
                SIGTSTP => TermEvent::Suspend,
                SIGCONT => TermEvent::Resumed,
                signal if ending => {
                    // Asked twice: at once.
                    super::restore();
                    die_of(signal)
                }
                signal => {
                    ending = true;
                    watch(signal);
                    TermEvent::Terminate(signal)
                }
            };
            // The console may be busy and the channel full: the watch is on, so that waiting a moment is enough.
            let _ = sender.send_timeout(event, PATIENCE);
        }
    })?;
    thread::Builder::new().name("hang-up".into()).spawn(move || {
        // A terminal can be lost without SIGHUP (the console started with nohup or setsid); the terminal library then
        // reads end-of-file in a busy loop for ever.
        loop {
            thread::sleep(HANG_UP_CHECK);
            if is_lost() && super::is_entered() {
                watch(SIGHUP);
                let _ = hang_up.send_timeout(TermEvent::Lost, PATIENCE);
                return;
            }
        }
    })?;
    Ok(())
}

/// Whether the terminal is not there any more.
pub(super) fn is_lost() -> bool {
    rustix::termios::tcgetattr(io::stdin()).is_err_and(|e| e == rustix::io::Errno::IO)
}

/// Ends the process if the terminal is not given back in time: the console hangs. If it is given back, the console is
/// finishing what is in flight, and is left to it.
fn watch(signal: i32) {
    let watching = thread::Builder::new().name("watch".into()).spawn(move || {
        thread::sleep(PATIENCE);
        if super::is_entered() {
            super::restore();
            die_of(signal);
        }
    });
    if watching.is_err() {
        super::restore();
        die_of(signal);
    }
}

/// Ends the process by a signal's default action, so that whoever started it sees why it ended (shells: 128 + number).
pub fn die_of(signal: i32) -> ! {
    let _ = low_level::emulate_default_handler(signal);
    std::process::exit(128 + signal)
}

/// Whether somebody can bring the process back after a stop: the leader of a session has no shell above it.
pub(super) fn has_shell() -> bool {
    getsid(None).is_ok_and(|session| session != getpid())
}

/// Whether the terminal is this process group's: a shell has taken it back from a job in the background.
pub(super) fn in_foreground() -> bool {
    !rustix::termios::tcgetpgrp(io::stdin()).is_ok_and(|group| group != getpgrp())
}

/// Stops the process, and with it its group (`cargo run`, a wrapper script), as the terminal driver does at Ctrl-Z.
/// Returns when it goes on.
pub(super) fn stop() -> io::Result<()> {
    OWN_STOP.store(true, Ordering::SeqCst);
    kill_current_process_group(Signal::TSTP)?;
    OWN_CONT.store(true, Ordering::SeqCst);
    low_level::raise(SIGSTOP)
}
