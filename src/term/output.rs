//! Frames on their way to the terminal: one frame, one write(2), counted.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Begins and ends a synchronized update (DEC private mode 2026): the terminal shows the frame at once or not at all.
/// Terminals that do not know the mode ignore it.
/// <https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036>
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// What has been written so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FrameStats {
    /// Frames.
    pub frames: u64,
    /// Bytes of all of them.
    pub bytes: u64,
    /// Bytes of the last one.
    pub last: usize,
}

/// Collects a frame and writes it in one piece. Clones share the frame: one goes to the drawing library, whose flushes
/// (several a frame) do nothing, and one stays with the loop, which calls [`FrameWriter::present`].
#[derive(Clone)]
pub struct FrameWriter(Arc<Mutex<Inner>>);

struct Inner {
    frame: Vec<u8>,
    out: Box<dyn Write + Send>,
    /// Whether the terminal is ours to draw on.
    ours: fn() -> bool,
    /// Whether the cursor is known to be hidden.
    hidden: bool,
    stats: FrameStats,
}

impl FrameWriter {
    /// Writes to standard output, past its line buffer, while the terminal is in the console's hands.
    ///
    /// # Errors
    /// If the file descriptor cannot be duplicated.
    pub(super) fn stdout() -> io::Result<FrameWriter> {
        let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        Ok(FrameWriter::with(Box::new(out), super::is_entered))
    }

    /// Writes anywhere: for benchmarks and tests.
    pub fn to(out: Box<dyn Write + Send>) -> FrameWriter {
        FrameWriter::with(out, || true)
    }

    fn with(out: Box<dyn Write + Send>, ours: fn() -> bool) -> FrameWriter {
        let frame = Vec::with_capacity(16 * 1024);
        FrameWriter(Arc::new(Mutex::new(Inner { frame, out, ours, hidden: false, stats: FrameStats::default() })))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A panic between two pushes leaves bytes of a frame, nothing worse.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what was collected as one frame; returns its bytes, 0 if there was nothing. A frame that comes after the
    /// terminal was given back is dropped.
    ///
    /// # Errors
    /// If the terminal cannot be written to.
    pub fn present(&self) -> io::Result<usize> {
        let mut inner = self.inner();
        if inner.frame.is_empty() {
            return Ok(0);
        }
        let mut body = std::mem::take(&mut inner.frame);
        inner.tidy(&mut body);
        if body.is_empty() {
            inner.frame = body;
            return Ok(0);
        }
        let mut frame = Vec::with_capacity(BEGIN.len() + body.len() + END.len());
        frame.extend_from_slice(BEGIN);
        frame.extend_from_slice(&body);
        frame.extend_from_slice(END);
        inner.frame = body;
        inner.frame.clear();
        inner.send(&frame)?;
        inner.stats.frames += 1;
        inner.stats.last = frame.len();
        Ok(frame.len())
    }

    /// Writes something that is no part of a frame (a bell, the clipboard), at once.
    pub(crate) fn send(&self, bytes: &[u8]) -> io::Result<()> {
        let mut inner = self.inner();
        inner.hidden = false;
        inner.send(bytes)
    }

    /// The terminal was somebody else's: nothing is known of it.
    pub(crate) fn forget(&self) {
        self.inner().hidden = false;
    }

    /// What has been written so far.
    pub fn stats(&self) -> FrameStats {
        self.inner().stats
    }
}

/// With these the drawing library ends each frame, whatever is in it: colours one by one and all at once, and the cursor hidden.
const RESET_EACH: &[u8] = b"\x1b[39m\x1b[49m\x1b[59m\x1b[0m";
const RESET: &[u8] = b"\x1b[0m";
const HIDE: &[u8] = b"\x1b[?25l";
const SHOW: &[u8] = b"\x1b[?25h";

impl Inner {
    /// Leaves out of a frame's end what has been said: over a slow link each frame is 20 bytes shorter, and one in which nothing
    /// changed is none.
    fn tidy(&mut self, frame: &mut Vec<u8>) {
        let hides = frame.ends_with(HIDE);
        if hides {
            frame.truncate(frame.len() - HIDE.len());
        }
        if frame == RESET_EACH && self.hidden == hides {
            frame.clear();
        } else if frame.ends_with(RESET_EACH) {
            frame.truncate(frame.len() - RESET_EACH.len());
            frame.extend_from_slice(RESET);
        }
        if hides && !self.hidden {
            frame.extend_from_slice(HIDE);
        }
        self.hidden = hides || self.hidden && memchr::memmem::find(frame, SHOW).is_none();
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        if !(self.ours)() {
            return Ok(());
        }
        self.out.write_all(bytes)?;
        self.out.flush()?;
        self.stats.bytes += bytes.len() as u64;
        Ok(())
    }
}

impl Write for FrameWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner().frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    /// Does nothing: the drawing library flushes after each cursor command. See [`FrameWriter::present`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl std::fmt::Debug for FrameWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FrameWriter({:?})", self.stats())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Remembers each write.
    #[derive(Clone, Default)]
    struct Writes(Arc<Mutex<Vec<Vec<u8>>>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().push(bytes.to_vec());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_every_frame_ends_with_is_said_once() {
        let writes = Writes::default();
        let mut out = FrameWriter::to(Box::new(writes.clone()));
        let frame = |out: &mut FrameWriter, body: &str, end: &[u8]| {
            out.write_all(body.as_bytes()).unwrap();
            out.write_all(RESET_EACH).unwrap();
            out.write_all(end).unwrap();
            let before = writes.0.lock().unwrap().len();
            out.present().unwrap();
            let all = writes.0.lock().unwrap();
            let whole = all.get(before).map(|w| String::from_utf8(w.clone()).unwrap()).unwrap_or_default();
            whole.replace("\x1b[?2026h", "").replace("\x1b[?2026l", "")
        };
        assert_eq!(frame(&mut out, "a", HIDE), "a\x1b[0m\x1b[?25l");
        assert_eq!(frame(&mut out, "b", HIDE), "b\x1b[0m");
        assert_eq!(frame(&mut out, "", HIDE), "", "nothing changed");
        assert_eq!(frame(&mut out, "c", b"\x1b[?25h\x1b[3;4H"), "c\x1b[39m\x1b[49m\x1b[59m\x1b[0m\x1b[?25h\x1b[3;4H");
        assert_eq!(frame(&mut out, "", HIDE), "\x1b[0m\x1b[?25l", "the cursor was there");
        assert_eq!(frame(&mut out, "d", HIDE), "d\x1b[0m");
        out.forget();
        assert_eq!(frame(&mut out, "e", HIDE), "e\x1b[0m\x1b[?25l", "who had the terminal may have shown it");
    }

    #[test]
    fn a_frame_is_one_write_however_often_it_is_flushed() {
        let writes = Writes::default();
        let mut out = FrameWriter::to(Box::new(writes.clone()));
        out.write_all(b"one\n").unwrap();
        out.flush().unwrap();
        out.write_all(b"two").unwrap();
        assert_eq!(writes.0.lock().unwrap().len(), 0);
        assert_eq!(out.present().unwrap(), 23);
        assert_eq!(out.present().unwrap(), 0, "nothing changed, nothing is written");
        assert_eq!(*writes.0.lock().unwrap(), [b"\x1b[?2026hone\ntwo\x1b[?2026l".to_vec()]);
        assert_eq!(out.stats(), FrameStats { frames: 1, bytes: 23, last: 23 });
    }

    #[test]
    fn nothing_is_drawn_on_a_terminal_that_was_given_back() {
        let writes = Writes::default();
        let mut out = FrameWriter::with(Box::new(writes.clone()), || false);
        out.write_all(b"late").unwrap();
        out.present().unwrap();
        assert!(writes.0.lock().unwrap().is_empty());
    }
}
