//! What commands print: to whom it goes, and what it means if it does not arrive.
//!
//! A reader that has seen enough (`| head`, `| grep -q`) is no failure: what comes after goes nowhere, nobody is told, and the status is what it
//! would have been. Anything else that keeps the output from being written is one, and is said: `> file` on a full disk.

use std::borrow::Cow;
use std::io::{self, ErrorKind, StdoutLock, Write};

use super::Failure;
use crate::base::text::visible;

/// Standard output.
#[derive(Debug)]
pub(super) struct Out(StdoutLock<'static>);

impl Out {
    pub(super) fn open() -> Out {
        Out(io::stdout().lock())
    }
    /// Says that all was printed: what a buffer still holds would be lost without a word at the end of the process.
    pub(super) fn end(mut self) -> Result<(), Failure> {
        Ok(self.flush()?)
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(named)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(named)
    }
}

/// The system's words do not say what could not be written.
fn named(e: io::Error) -> io::Error {
    match e.kind() {
        ErrorKind::BrokenPipe | ErrorKind::Interrupted => e,
        kind => io::Error::new(kind, format!("standard output cannot be written to: {e}")),
    }
}

/// Prints a text that is there as a whole.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = Out::open();
    out.write_all(text.as_bytes())?;
    out.end()
}

/// That nobody reads to the end changes nothing about what was found out.
pub(super) fn unread_is_well(printed: Result<(), Failure>) -> Result<(), Failure> {
    match printed {
        Err(Failure::Unread) => Ok(()),
        other => other,
    }
}

/// Says something beside the output. If that cannot be done, nobody is there to be told so.
pub(super) fn say(text: &str) {
    let lines: Vec<Cow<'_, str>> = text.lines().map(visible).collect();
    let _ = writeln!(io::stderr(), "skydeck: {}", lines.join("\n"));
}
