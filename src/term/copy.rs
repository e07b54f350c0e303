//! The clipboard of the user's own machine, through the terminal: OSC 52, and what multiplexers want instead.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use crossterm::Command;
use crossterm::clipboard::CopyToClipboard;

use super::around::{Around, ancestors, around, has_mosh};
use super::output::FrameWriter;
use super::tmux::{Client, Way, load_buffer};
use super::{CopyNote, TermEvent};

/// The most bytes that can be copied: 100,000 in base64, which is where hterm, and with it older tmux and others, cut.
pub const COPY_LIMIT: usize = 74_994;

/// The most bytes that mosh hands on: it cuts the sequence's text at 16 KiB, without a word (mosh 1.4.0, `MAXIMUM_CLIPBOARD_SIZE`).
pub const MOSH_LIMIT: usize = 12_282;

/// GNU screen hands a string on as it is that stands between DCS and ST, but not one of more than 768 bytes (`MAXSTR`; 256 in older
/// ones). The sequence may come in several of them.
const SCREEN_PIECE: usize = 240;

/// Texts that wait for tmux. A key is pressed more slowly than it answers.
const WAITING: usize = 64;

/// How long the last texts may take to reach tmux when the program ends.
const LAST: Duration = Duration::from_secs(1);

/// What a user should know whose tmux cannot be asked, or is too old for `load-buffer -w`.
const OLD_TMUX: &str = "tmux copies only with set -s set-clipboard on in ~/.tmux.conf.";
/// The same where tmux, or something that has the same TERM, runs on another machine.
const AFAR: &str = "If nothing arrives: the tmux around this needs set -s set-clipboard on in its ~/.tmux.conf.";

/// Why nothing was copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Too long for terminals.
    #[error("{0} bytes are too many to copy: terminals take up to {COPY_LIMIT}")]
    TooLong(usize),
    /// Too long for mosh.
    #[error("{0} bytes are too many to copy through mosh: it takes up to {MOSH_LIMIT}")]
    TooLongForMosh(usize),
    /// The terminal cannot be written to.
    #[error("the terminal cannot be written to: {0}")]
    Io(#[from] io::Error),
}

/// Copies texts, and says once what is in the way.
#[derive(Debug)]
pub(super) struct Copier {
    out: FrameWriter,
    events: Sender<TermEvent>,
    told: Arc<Mutex<BTreeSet<CopyNote>>>,
    around: OnceLock<Around>,
    /// Where texts for tmux go, and whose end is the end of the last of them.
    to_tmux: Mutex<Option<(Sender<String>, Receiver<()>)>>,
}

impl Copier {
    /// To the terminal behind `out`; what there is to say goes to `events`.
    pub(super) fn new(out: FrameWriter, events: Sender<TermEvent>) -> Copier {
        Copier { out, events, told: Arc::default(), around: OnceLock::new(), to_tmux: Mutex::new(None) }
    }

    /// Copies a text. Nothing is waited for: what tmux says comes as an event.
    pub(super) fn copy(&self, text: &str) -> Result<(), CopyError> {
        if text.len() > COPY_LIMIT {
            return Err(CopyError::TooLong(text.len()));
        }
        let above = || ancestors(std::process::id());
        let around = *self.around.get_or_init(|| around(|name| std::env::var(name).ok(), above));
        if around != Around::Tmux && text.len() > MOSH_LIMIT && has_mosh(&above()) {
            return Err(CopyError::TooLongForMosh(text.len()));
        }
        match around {
            Around::Tmux => self.by_tmux(text)?,
            Around::Screen => self.out.send(&in_screen(&sequence(text)?))?,
            Around::Terminal => self.out.send(sequence(text)?.as_bytes())?,
            Around::Afar => {
                self.out.send(sequence(text)?.as_bytes())?;
                once(&self.told, &self.events, CopyNote::Unsure(AFAR.into()));
            }
        }
        Ok(())
    }

    /// tmux is asked by another thread: it may take its time.
    fn by_tmux(&self, text: &str) -> io::Result<()> {
        let mut to_tmux = self.to_tmux.lock().unwrap_or_else(PoisonError::into_inner);
        if to_tmux.is_none() {
            let (sender, texts) = bounded::<String>(WAITING);
            let (working, done) = bounded::<()>(0);
            let (out, events, told) = (self.out.clone(), self.events.clone(), self.told.clone());
            thread::Builder::new().name("copy".into()).spawn(move || {
                let _working = working;
                for text in texts {
                    match through_tmux(&out, &text) {
                        Ok(None) => {}
                        Ok(Some(note)) => once(&told, &events, note),
                        Err(e) => drop(events.try_send(TermEvent::Copy(CopyNote::Failed(e.to_string())))),
                    }
                }
            })?;
            *to_tmux = Some((sender, done));
        }
        match to_tmux.as_ref().map(|(texts, _)| texts.try_send(text.to_string())) {
            Some(Ok(())) => Ok(()),
            _ => Err(io::Error::other("tmux does not answer")),
        }
    }
}

impl Copier {
    /// Lets what was copied last reach tmux: who copies and leaves at once wants to have copied.
    pub(super) fn finish(&self) {
        let to_tmux = self.to_tmux.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((texts, done)) = to_tmux {
            drop(texts);
            let _ = done.recv_timeout(LAST);
        }
    }
}

/// Says it if it was not said before.
fn once(told: &Mutex<BTreeSet<CopyNote>>, events: &Sender<TermEvent>, note: CopyNote) {
    if told.lock().unwrap_or_else(PoisonError::into_inner).insert(note.clone()) {
        // With a full channel there is more to do than to be told.
        let _ = events.try_send(TermEvent::Copy(note));
    }
}

/// By whichever way this tmux takes it. What keeps it from arriving, if anything does.
fn through_tmux(out: &FrameWriter, text: &str) -> Result<Option<CopyNote>, CopyError> {
    let Some(client) = Client::ask() else {
        out.send(sequence(text)?.as_bytes())?;
        return Ok(Some(CopyNote::Hint(OLD_TMUX.into())));
    };
    if client.mosh && text.len() > MOSH_LIMIT {
        return Err(CopyError::TooLongForMosh(text.len()));
    }
    let done = match client.way() {
        Way::Sequence => Ok(out.send(sequence(text)?.as_bytes())?),
        Way::Buffer => load_buffer(text, true),
        Way::Own => load_buffer(text, false),
    };
    if done.is_err() {
        out.send(sequence(text)?.as_bytes())?;
        return Ok(Some(CopyNote::Hint(OLD_TMUX.into())));
    }
    Ok(client.missing().map(CopyNote::Hint).or_else(|| client.is_nested().then(|| CopyNote::Unsure(AFAR.into()))))
}

/// OSC 52 for the clipboard.
fn sequence(text: &str) -> io::Result<String> {
    let mut sequence = String::new();
    CopyToClipboard::to_clipboard_from(text)
        .write_ansi(&mut sequence)
        .map_err(|_| io::Error::other("the sequence could not be made"))?;
    Ok(sequence)
}

/// A sequence as GNU screen hands it on: in pieces between DCS and ST, and itself ended by BEL, since an ST would end its piece.
fn in_screen(sequence: &str) -> Vec<u8> {
    let sequence = sequence.strip_suffix("\x1b\\").map_or_else(|| sequence.to_string(), |s| format!("{s}\x07"));
    let pieces = sequence.as_bytes().chunks(SCREEN_PIECE);
    pieces.flat_map(|piece| [b"\x1bP", piece, b"\x1b\\"].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

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

    fn copier(around: Around) -> (Copier, Out, Receiver<TermEvent>) {
        let out = Out::default();
        let (sender, events) = bounded(8);
        let copier = Copier::new(FrameWriter::to(Box::new(out.clone())), sender);
        copier.around.set(around).unwrap();
        (copier, out, events)
    }

    #[test]
    fn text_goes_to_the_clipboard_as_base64_and_nothing_of_it_is_obeyed() {
        let (copier, out, events) = copier(Around::Terminal);
        copier.copy("결제\x1b[31m").unwrap();
        assert_eq!(*out.0.lock().unwrap(), b"\x1b]52;c;6rKw7KCcG1szMW0=\x1b\\");
        assert!(events.is_empty(), "there is nothing to say");
    }

    #[test]
    fn what_cannot_be_known_of_a_tmux_elsewhere_is_said_once() {
        let (copier, out, events) = copier(Around::Afar);
        copier.copy("x").unwrap();
        copier.copy("y").unwrap();
        assert_eq!(events.try_iter().collect::<Vec<_>>(), [TermEvent::Copy(CopyNote::Unsure(AFAR.into()))]);
        assert_eq!(out.0.lock().unwrap().windows(5).filter(|w| w == b"\x1b]52;").count(), 2);
    }

    #[test]
    fn screen_gets_pieces_that_it_hands_on_and_that_make_the_sequence() {
        for length in [1, 160, 170, 171, 5000, COPY_LIMIT] {
            let (copier, out, _) = copier(Around::Screen);
            copier.copy(&"x".repeat(length)).unwrap();
            let written = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
            let mut whole = String::new();
            for piece in written.split_terminator("\x1b\\") {
                let piece = piece.strip_prefix("\x1bP").unwrap();
                assert!(piece.len() <= SCREEN_PIECE);
                whole.push_str(piece);
            }
            let plain = sequence(&"x".repeat(length)).unwrap();
            assert_eq!(whole.strip_suffix('\x07'), plain.strip_suffix("\x1b\\"), "{length}");
        }
    }

    #[test]
    fn a_text_too_long_for_terminals_is_refused_not_cut() {
        let (copier, out, _) = copier(Around::Terminal);
        assert!(copier.copy(&"x".repeat(COPY_LIMIT)).is_ok());
        out.0.lock().unwrap().clear();
        let refused = copier.copy(&"x".repeat(COPY_LIMIT + 1)).unwrap_err();
        assert_eq!(refused.to_string(), "74995 bytes are too many to copy: terminals take up to 74994");
        assert!(out.0.lock().unwrap().is_empty());
    }
}
