//! A program that connects to a machine gets the terminal, and the console takes it back when that has ended, however it has ended.
//!
//! What it says on standard error goes to the terminal as it comes; the last of it is kept, because the terminal's screen is gone from sight once the console
//! is back, and with it why there was no connection.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ChildStderr, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use super::own_file;
use crate::base::text::{cut_end, visible};
use crate::model::Level;
use crate::model::connect::{Launch, SSH};
use crate::term::{Returned, Term};

/// Bytes of standard error that are kept, the last ones: a warning about a host key takes some 800.
const KEPT: usize = 4096;
/// How long what was said last may be on its way after the end. A program that was left running in the background holds the pipe for longer.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// Cells of a line that is said again.
const SAID: usize = 160;
/// What ssh ends with where it is to blame and not what ran there: ssh(1), EXIT STATUS.
const SSH_FAILED: i32 = 255;

/// How it ended.
pub enum Connected {
    /// With this to say.
    Back(Level, String),
    /// This process is to end by a signal.
    Terminated(i32),
}

/// Lends the terminal to the program, without a shell.
pub fn connect(term: &Term, launch: &Launch) -> Connected {
    if let Some(file) = &launch.file
        && let Err(e) = own_file::write(Path::new(&file.path), file.text.as_bytes())
    {
        return Connected::Back(
            Level::Error,
            format!("{} cannot be written ({e}): nothing was started.", visible(&file.path)),
        );
    }
    let said = RefCell::new(None);
    let start = || {
        let mut command = Command::new(launch.program);
        let mut child = command.args(&launch.args).stderr(Stdio::piped()).spawn()?;
        *said.borrow_mut() = child.stderr.take().map(Said::listen);
        Ok(child)
    };
    let mut last = String::new();
    let returned = term.lend(start, || last = said.take().map(Said::last).unwrap_or_default());
    let what = visible(&format!("{} to {}", launch.program, launch.to)).into_owned();
    match returned {
        Ok(Returned::Terminated(signal)) => Connected::Terminated(signal),
        Ok(Returned::Ended(status)) => {
            let (level, text) = how(launch.program, &what, status, &last);
            Connected::Back(level, text)
        }
        Err(e) => {
            Connected::Back(Level::Error, format!("{what} was not started: {} cannot be run ({e}).", launch.program))
        }
    }
}

/// A sentence about the end.
pub(super) fn how(program: &str, what: &str, status: ExitStatus, last: &str) -> (Level, String) {
    if let Some(signal) = status.signal() {
        return (Level::Warning, format!("{what} was ended by signal {signal}."));
    }
    let last = last.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    // It says its own name first: that is said already.
    let last = last.strip_prefix(program).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(last);
    let last = cut_end(&visible(last), SAID).into_owned();
    match status.code().unwrap_or_default() {
        0 => (Level::Info, format!("{what} has ended.")),
        // What ran there has ended with that: Ctrl-D after a command that failed.
        code if program == SSH && code != SSH_FAILED => {
            (Level::Info, format!("{what} has ended with exit status {code}."))
        }
        code if last.is_empty() => (Level::Error, format!("{what} failed with exit status {code}.")),
        _ => (Level::Error, format!("{what} failed: {last}")),
    }
}

/// What a program says on standard error.
struct Said {
    kept: Arc<Mutex<Vec<u8>>>,
    /// Nothing is written to the terminal any more: it is the console's again.
    over: Arc<AtomicBool>,
    done: Receiver<()>,
}

impl Said {
    fn listen(mut from: ChildStderr) -> Said {
        let (sender, done) = bounded::<()>(1);
        let (kept, over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let said = Said { kept: kept.clone(), over: over.clone(), done };
        let listening = std::thread::Builder::new().name("stderr".into()).spawn(move || {
            let mut part = [0; 1024];
            while let Ok(n @ 1..) = from.read(&mut part) {
                if over.load(Ordering::SeqCst) {
                    continue;
                }
                // Nobody is told if the terminal is gone.
                let _ = io::stderr().write_all(&part[..n]);
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&part[..n]);
                let more = kept.len().saturating_sub(KEPT);
                kept.drain(..more);
            }
            drop(sender);
        });
        if let Err(e) = listening {
            tracing::warn!("what it says cannot be listened to: {e}");
        }
        said
    }

    fn last(self) -> String {
        let _ = self.done.recv_timeout(LAST_WORDS);
        self.over.store(true, Ordering::SeqCst);
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_told_with_the_programs_own_last_words_where_it_failed() {
        let told = |program, code: i32, last: &str| how(program, "ssh to web-1", ExitStatus::from_raw(code << 8), last);
        assert_eq!(told("ssh", 0, "Connection closed."), (Level::Info, "ssh to web-1 has ended.".into()));
        assert_eq!(told("ssh", 130, ""), (Level::Info, "ssh to web-1 has ended with exit status 130.".into()));
        let refused = "Warning: x\nssh: connect to host 10.0.0.1 port 22: Connection refused\r\n\n";
        assert_eq!(
            told("ssh", 255, refused),
            (Level::Error, "ssh to web-1 failed: connect to host 10.0.0.1 port 22: Connection refused".into())
        );
        assert_eq!(told("aws", 254, "").0, Level::Error);
        assert!(!told("aws", 254, "\x1b]0;x\x07 evil").1.contains('\x1b'), "a stranger's words are shown safely");
        let killed = how("ssh", "ssh to web-1", ExitStatus::from_raw(9), "");
        assert_eq!(killed, (Level::Warning, "ssh to web-1 was ended by signal 9.".into()));
    }
}
