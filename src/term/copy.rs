//! The clipboard of the user's own machine, through the terminal: OSC 52.

use std::io;

use crossterm::Command;
use crossterm::clipboard::CopyToClipboard;

use super::output::FrameWriter;

/// The most bytes that can be copied: 100,000 in base64, which is where hterm, and with it older tmux and others, cut.
pub const COPY_LIMIT: usize = 74_994;

/// What was handed to the terminal. Whether the terminal took it, it does not tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Bytes of text.
    pub bytes: usize,
    /// What may be in the way here, a sentence.
    pub note: Option<&'static str>,
}

/// Why nothing was copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Too long for terminals.
    #[error("{0} bytes are too many to copy: terminals take up to {COPY_LIMIT}")]
    TooLong(usize),
    /// The terminal cannot be written to.
    #[error("the terminal cannot be written to: {0}")]
    Io(#[from] io::Error),
}

/// Writes the text to the clipboard; `var` reads the environment.
pub(super) fn copy(out: &FrameWriter, text: &str, var: impl Fn(&str) -> Option<String>) -> Result<Copied, CopyError> {
    if text.len() > COPY_LIMIT {
        return Err(CopyError::TooLong(text.len()));
    }
    let mut sequence = String::new();
    CopyToClipboard::to_clipboard_from(text)
        .write_ansi(&mut sequence)
        .map_err(|_| io::Error::other("the sequence could not be made"))?;
    out.send(sequence.as_bytes())?;
    let set = |name| var(name).is_some_and(|v| !v.is_empty());
    let note = if set("TMUX") {
        Some("tmux passes it on if it has `set -g set-clipboard on`")
    } else if set("STY") {
        Some("screen does not pass it on")
    } else {
        None
    };
    Ok(Copied { bytes: text.len(), note })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Out(Arc<Mutex<Vec<u8>>>);

    impl Write for Out {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn text_goes_to_the_clipboard_as_base64_and_nothing_of_it_is_obeyed() {
        let out = Out::default();
        let writer = FrameWriter::to(Box::new(out.clone()));
        let copied = copy(&writer, "결제\x1b[31m", |_| None).unwrap();
        assert_eq!(copied, Copied { bytes: 11, note: None });
        assert_eq!(*out.0.lock().unwrap(), b"\x1b]52;c;6rKw7KCcG1szMW0=\x1b\\");
    }

    #[test]
    fn what_may_be_in_the_way_is_said() {
        let writer = FrameWriter::to(Box::new(io::sink()));
        let tmux = |name: &str| (name == "TMUX").then(|| "/tmp/tmux-0/default,1,0".to_string());
        assert!(copy(&writer, "x", tmux).unwrap().note.is_some_and(|n| n.contains("set-clipboard")));
    }

    #[test]
    fn a_text_too_long_for_terminals_is_refused_not_cut() {
        let writer = FrameWriter::to(Box::new(io::sink()));
        assert!(copy(&writer, &"x".repeat(COPY_LIMIT), |_| None).is_ok());
        let refused = copy(&writer, &"x".repeat(COPY_LIMIT + 1), |_| None).unwrap_err();
        assert_eq!(refused.to_string(), "74995 bytes are too many to copy: terminals take up to 74994");
        assert_eq!(writer.stats().frames, 0);
    }
}
