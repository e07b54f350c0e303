//! The terminal is asked what pictures it takes, beside the drawing thread. The reader of keys stands still meanwhile: the library that it
//! reads with knows none of these answers, and would take them for keys. What is typed between is handed on afterwards.
//!
//! The last question is one that every terminal answers (primary device attributes), so that most are through with it after one way there and
//! back. kitty's page tells to ask so: <https://sw.kovidgoyal.net/kitty/graphics-protocol/#querying-support-and-available-transmission-mediums>

use std::io;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use rustix::termios::{OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use super::answers::{self, Answers};
use super::{Protocol, Shows};
use crate::input::Input;
use crate::term::TermEvent;
use crate::term::around::{Around, ancestors, around, has_mosh};
use crate::term::lend::Reading;
use crate::term::output::FrameWriter;

/// A picture of one dot that is not shown; a cell's size as iTerm2 tells it, and as xterm does.
const QUESTIONS: &str = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b]1337;ReportCellSize\x07\x1b[16t";
/// What every terminal answers.
const LAST: &str = "\x1b[c";
/// How long it may take. Keys wait so long where nothing answers.
const PATIENCE: Duration = Duration::from_secs(2);
/// The most that is read: a terminal says a hundred bytes.
const MOST: usize = 4096;

/// Asks, and tells `events` what came of it.
pub(in crate::term) fn ask(out: &FrameWriter, events: Sender<TermEvent>) -> io::Result<()> {
    let out = out.clone();
    std::thread::Builder::new().name("graphics".into()).spawn(move || {
        let (shows, typed) = asked(&out).unwrap_or_else(|e| {
            tracing::warn!("the terminal was not asked for pictures: {e}");
            (Shows::default(), Vec::new())
        });
        let keys = answers::keys(&typed).into_iter().map(|key| TermEvent::Input(Input::Key(key)));
        for event in [TermEvent::Pictures(shows)].into_iter().chain(keys) {
            if events.send(event).is_err() {
                return;
            }
        }
    })?;
    Ok(())
}

/// What to ask where; `None`: nothing, because it would be shown as text or never handed on.
fn questions(around: Around, term: &str, mosh: bool) -> Option<&'static [&'static str]> {
    match around {
        _ if matches!(term, "" | "dumb" | "linux") => None,
        Around::Screen => None,
        // tmux keeps sixels by itself if it was built so, and says it; kitty's pictures it would hand on to a place that it does not know.
        Around::Tmux | Around::Afar => Some(&[LAST]),
        Around::Terminal if mosh => Some(&[LAST]),
        Around::Terminal => Some(&[QUESTIONS, LAST]),
    }
}

/// What the terminal answers, and what was typed meanwhile.
fn asked(out: &FrameWriter) -> io::Result<(Shows, Vec<u8>)> {
    let above = || ancestors(std::process::id());
    let var = |name: &str| std::env::var(name).ok();
    let Some(questions) = questions(around(var, above), &var("TERM").unwrap_or_default(), has_mosh(&above())) else {
        return Ok((Shows::default(), Vec::new()));
    };
    let Some(reading) = Reading::take() else {
        return Err(io::Error::new(io::ErrorKind::TimedOut, "the keys are being read"));
    };
    out.send(questions.concat().as_bytes())?;
    let read = read();
    drop(reading);
    let answers = read?;
    let window = crossterm::terminal::window_size().ok();
    let cell = window.and_then(|w| Some((w.width.checked_div(w.columns)?, w.height.checked_div(w.rows)?)));
    let cell = answers.cell.or(answers.iterm2).or(cell).filter(|(w, h)| *w > 0 && *h > 0);
    Ok((Shows { by: best(&answers), cell }, answers.rest))
}

/// The best that it can.
fn best(answers: &Answers) -> Option<Protocol> {
    match answers {
        _ if answers.kitty => Some(Protocol::Kitty),
        _ if answers.iterm2.is_some() => Some(Protocol::Iterm2),
        _ if answers.sixel => Some(Protocol::Sixel),
        _ => None,
    }
}

/// The terminal's modes as they were, again.
struct Modes(Termios);

impl Drop for Modes {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

/// Reads until the last question is answered, or for too long.
fn read() -> io::Result<Answers> {
    let before = tcgetattr(io::stdin())?;
    // A read returns after a tenth of a second also without a byte. termios(3)
    let mut timed = before.clone();
    timed.special_codes[SpecialCodeIndex::VMIN] = 0;
    timed.special_codes[SpecialCodeIndex::VTIME] = 1;
    let _modes = Modes(before);
    tcsetattr(io::stdin(), OptionalActions::Now, &timed)?;
    let began = now();
    let mut bytes = Vec::new();
    let mut answers = Answers::default();
    while !answers.done && began.elapsed() < PATIENCE && bytes.len() < MOST {
        let mut part = [0; 512];
        let n = match rustix::io::read(io::stdin(), &mut part) {
            Ok(n) => n,
            Err(rustix::io::Errno::INTR) => continue,
            Err(e) => return Err(e.into()),
        };
        bytes.extend_from_slice(&part[..n]);
        if n > 0 {
            answers = answers::read(&bytes);
        }
    }
    Ok(answers)
}

/// A terminal takes real time, whatever the console's clock says.
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_shown_as_text_or_handed_on_to_nowhere_is_not_asked() {
        let asks = |around, term| questions(around, term, false).map(<[&str]>::concat).unwrap_or_default();
        assert!(asks(Around::Terminal, "xterm-256color").contains("\x1b_G"));
        assert_eq!(asks(Around::Tmux, "tmux-256color"), LAST);
        assert_eq!(asks(Around::Afar, "screen-256color"), LAST);
        assert_eq!(questions(Around::Terminal, "xterm", true), Some(&[LAST][..]), "mosh");
        for (around, term) in [(Around::Screen, "screen"), (Around::Terminal, "linux"), (Around::Terminal, "dumb")] {
            assert_eq!(asks(around, term), "", "{term}");
        }
    }

    #[test]
    fn the_best_that_it_can_is_taken() {
        let all = Answers { kitty: true, iterm2: Some((8, 16)), sixel: true, ..Answers::default() };
        assert_eq!(best(&all), Some(Protocol::Kitty));
        assert_eq!(best(&Answers { kitty: false, ..all.clone() }), Some(Protocol::Iterm2));
        assert_eq!(best(&Answers { kitty: false, iterm2: None, ..all }), Some(Protocol::Sixel));
        assert_eq!(best(&Answers::default()), None);
    }
}
