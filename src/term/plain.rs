//! The terminal as a shell uses it: the main screen, line by line, with keys as they are pressed.
//!
//! The reader of keys goes on reading: nobody else does, so that a signal, a lost terminal and Ctrl-C are heard whatever is being waited for.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::RecvTimeoutError;
use crossterm::{event, execute, terminal};

use super::{Term, TermEvent};

/// Whether it is so.
static ON: AtomicBool = AtomicBool::new(false);

/// Whether it is so.
pub(super) fn is_on() -> bool {
    ON.load(Ordering::SeqCst)
}

/// Gives it back, if it is so.
pub(super) fn restore() {
    if ON.swap(false, Ordering::SeqCst) {
        let _ = execute!(io::stdout(), event::DisableBracketedPaste);
        let _ = terminal::disable_raw_mode();
    }
}

fn take() -> io::Result<()> {
    terminal::enable_raw_mode()?;
    ON.store(true, Ordering::SeqCst);
    execute!(io::stdout(), event::EnableBracketedPaste)
}

/// The terminal meanwhile.
pub struct Plain<'t> {
    term: &'t Term,
}

impl Term {
    /// Leaves the console's screen for the main one, until `body` is over, and takes it again. Afterwards the whole screen is to be drawn.
    ///
    /// # Errors
    /// The terminal cannot be switched.
    pub fn plainly<T>(&self, body: impl FnOnce(&Plain<'_>) -> io::Result<T>) -> io::Result<T> {
        super::restore();
        let out = take().and_then(|()| body(&Plain { term: self }));
        restore();
        super::take()?;
        out
    }
}

impl Plain<'_> {
    /// The next thing that the terminal tells, for so long; a stop from outside is done here.
    ///
    /// # Errors
    /// Nobody reads keys any more, or the terminal cannot be taken again after a stop.
    pub fn event(&self, patience: Duration) -> io::Result<Option<TermEvent>> {
        let until = moment() + patience;
        loop {
            match self.term.events().recv_timeout(until.saturating_duration_since(moment())) {
                Ok(TermEvent::Suspend) => {
                    self.term.suspend()?;
                    super::restore();
                    take()?;
                }
                Ok(TermEvent::Resumed) => {
                    restore();
                    take()?;
                }
                Ok(event) => return Ok(Some(event)),
                Err(RecvTimeoutError::Timeout) => return Ok(None),
                Err(RecvTimeoutError::Disconnected) => return Err(io::Error::other("the keys are not read any more")),
            }
        }
    }

    /// Writes text, whose lines end as those of a file do.
    ///
    /// # Errors
    /// The terminal cannot be written to.
    pub fn write(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.replace('\n', "\r\n").as_bytes())?;
        out.flush()
    }

    /// Columns.
    pub fn columns(&self) -> usize {
        self.term.size().map_or(80, |(columns, _)| usize::from(columns)).max(20)
    }

    /// Clears the screen.
    ///
    /// # Errors
    /// The terminal cannot be written to.
    pub fn clear(&self) -> io::Result<()> {
        self.write("\x1b[H\x1b[2J")
    }
}

/// Keys are waited for in real time, whatever the console's clock says.
fn moment() -> Instant {
    Instant::now()
}
