//! The terminal: raw mode, the alternate screen, signals, and keys as [`Input`]s.
//!
//! Owns the promise that the terminal is always given back: after a return, a panic, SIGTERM, SIGHUP, SIGINT, Ctrl-Z.
//! Knows nothing of what is drawn; the frames pass through a [`FrameWriter`] that makes each of them one write.

mod around;
mod convert;
mod copy;
mod graphics;
mod lend;
mod output;
mod panic;
mod plain;
mod signals;
mod tmux;

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use crossterm::{cursor, event, execute, style, terminal};

use crate::input::Input;
pub use convert::input;
use copy::Copier;
pub use copy::{COPY_LIMIT, CopyError, MOSH_LIMIT};
pub use graphics::{Place, Protocol, Shows};
pub use lend::Returned;
pub use output::{FrameStats, FrameWriter};
pub use plain::Plain;
pub use signals::die_of;

/// What the terminal, or the system about it, tells the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermEvent {
    /// A key, a paste, a new size.
    Input(Input),
    /// The process is to end: SIGTERM, SIGINT, SIGHUP, SIGQUIT by number. End the loop, drop the [`Term`], finish what
    /// is in flight, then [`die_of`] it. If the terminal is not given back within three seconds, that is done here.
    Terminate(i32),
    /// The process is to be stopped by job control (SIGTSTP from outside): call [`Term::suspend`].
    Suspend,
    /// The process goes on (SIGCONT), and the terminal may be in any state: call [`Term::retake`], draw all of it.
    Resumed,
    /// A thread other than the console's own has panicked; for `:messages`.
    Panicked(String),
    /// The terminal is not there any more, and no signal said so.
    Lost,
    /// What became of a text that was copied, where that is not sure.
    Copy(CopyNote),
    /// What pictures it can show, as it was asked ([`Term::ask_for_pictures`]).
    Pictures(Shows),
}

/// What there is to say about a text that was copied: a sentence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CopyNote {
    /// What keeps it from arriving, and what would mend that; said once.
    Hint(String),
    /// What would keep it from arriving, if anything does; said once.
    Unsure(String),
    /// It was not copied.
    Failed(String),
}

/// Room for this many events: a paste without brackets is a burst of keys. When it is full the reader waits, and the
/// terminal driver keeps what is typed.
const EVENTS: usize = 1024;

/// How long a job that goes on in the background listens for a signal to end before it stops again.
const BACKGROUND: Duration = Duration::from_millis(100);

/// How often the reader of keys looks whether the terminal is there.
const LOOK: Duration = Duration::from_secs(1);
/// The pause after a key that could not be read: a terminal that is going away must not fill the log.
const AFTER_ERROR: Duration = Duration::from_millis(250);

/// Whether the terminal is in the console's hands. Whoever takes it down gives the terminal back, once.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Whether the mouse is reported while it is.
static MOUSE: AtomicBool = AtomicBool::new(false);
/// Presses and the wheel (1000), with places beyond column 223 (1006); not each movement, which would be a stream over a slow link.
/// <https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h2-Mouse-Tracking>
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// The terminal in the console's hands. Dropping it gives the terminal back.
#[derive(Debug)]
pub struct Term {
    output: FrameWriter,
    events: Receiver<TermEvent>,
    tells: Sender<TermEvent>,
    copier: Copier,
}

impl Term {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste, focus reports; the mouse only if that is wanted, because the
    /// terminal's own selection then needs a key held. Call it on the thread that draws: a panic there gives the terminal back, one on another
    /// thread becomes a [`TermEvent::Panicked`]. Once in a process.
    ///
    /// # Errors
    /// If standard input or output is not a terminal, or it cannot be switched.
    pub fn enter(mouse: bool) -> io::Result<Term> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "the console needs a terminal; `skydeck get` lists without one",
            ));
        }
        let output = FrameWriter::stdout()?;
        let (sender, events) = bounded(EVENTS);
        panic::install(sender.clone());
        signals::listen(sender.clone())?;
        MOUSE.store(mouse, Ordering::SeqCst);
        take()?;
        // From here on a failure must give the terminal back: the value exists, so that dropping it does.
        let copier = Copier::new(output.clone(), sender.clone());
        let term = Term { output, events, tells: sender.clone(), copier };
        thread::Builder::new().name("keys".into()).spawn(move || read_keys(&sender))?;
        Ok(term)
    }

    /// What the terminal tells, in order.
    pub fn events(&self) -> &Receiver<TermEvent> {
        &self.events
    }

    /// Where frames are written: for ratatui's backend. Nothing reaches the terminal before [`FrameWriter::present`].
    pub fn output(&self) -> FrameWriter {
        self.output.clone()
    }

    /// Columns and rows.
    ///
    /// # Errors
    /// If the terminal does not tell.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        terminal::size()
    }

    /// Copies text to the clipboard of the user's own machine, through the terminal (OSC 52), also over SSH, and through the
    /// multiplexers that it is seen in. Nothing is waited for: what may be in the way comes as [`TermEvent::Copy`].
    ///
    /// # Errors
    /// If the text is larger than [`COPY_LIMIT`], or behind mosh than [`MOSH_LIMIT`], or the terminal cannot be written to.
    pub fn copy(&self, text: &str) -> Result<(), CopyError> {
        self.copier.copy(text)
    }

    /// Asks the terminal what pictures it can show. Nothing is waited for: the answer comes as [`TermEvent::Pictures`], and what is typed meanwhile
    /// after it.
    ///
    /// # Errors
    /// If there can be no thread for it.
    pub fn ask_for_pictures(&self) -> io::Result<()> {
        graphics::ask(&self.output, self.tells.clone())
    }

    /// Ctrl-Z: gives the terminal back, stops the process, and takes the terminal again when it goes on. Afterwards the
    /// whole screen is to be drawn. Where no shell could bring the process back (it was started as the terminal's first
    /// program, as by `ssh -t`), it is not stopped: the terminal is given back until a key is pressed or SIGCONT comes.
    ///
    /// # Errors
    /// If the terminal cannot be taken again.
    pub fn suspend(&self) -> io::Result<()> {
        restore();
        if signals::has_shell() {
            signals::stop()?;
            // Let go on without the terminal: by `bg`, which has to stop again, or by `kill %1`, which taking the terminal would
            // turn into another stop before it is heard.
            while !signals::in_foreground() {
                match self.events.recv_timeout(BACKGROUND) {
                    Ok(TermEvent::Terminate(signal)) => die_of(signal),
                    Ok(_) => {}
                    Err(_) => signals::stop()?,
                }
            }
        } else {
            let mut out = io::stdout();
            writeln!(out, "skydeck: no shell to go back to; press Enter to go on")?;
            out.flush()?;
            while let Ok(event) = self.events.recv() {
                match event {
                    TermEvent::Input(Input::Key(_)) | TermEvent::Resumed => break,
                    // The watch over a termination goes on; it ends the process.
                    TermEvent::Terminate(signal) => die_of(signal),
                    _ => {}
                }
            }
        }
        take()
    }

    /// Takes the terminal again after somebody else stopped the process and let it go on: their shell has changed its
    /// modes.
    ///
    /// # Errors
    /// If the terminal cannot be taken again.
    pub fn retake(&self) -> io::Result<()> {
        restore();
        take()
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        self.copier.finish();
        restore();
    }
}

/// Puts the terminal into the console's hands.
fn take() -> io::Result<()> {
    terminal::enable_raw_mode()?;
    ENTERED.store(true, Ordering::SeqCst);
    let taken = execute!(
        io::stdout(),
        terminal::EnterAlternateScreen,
        style::Print(if MOUSE.load(Ordering::SeqCst) { MOUSE_ON } else { "" }),
        event::EnableBracketedPaste,
        event::EnableFocusChange,
        cursor::Hide,
        terminal::Clear(terminal::ClearType::All)
    );
    if taken.is_err() {
        restore();
    }
    taken
}

/// Gives the terminal back as it was found. Does nothing if it is not in the console's hands; safe from any thread.
pub fn restore() {
    plain::restore();
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    // Nobody is left to tell about a failure here: the terminal may be gone.
    let _ = execute!(
        io::stdout(),
        terminal::EndSynchronizedUpdate,
        style::Print(if MOUSE.load(Ordering::SeqCst) { MOUSE_OFF } else { "" }),
        event::DisableFocusChange,
        event::DisableBracketedPaste,
        style::ResetColor,
        cursor::Show,
        terminal::LeaveAlternateScreen
    );
    let _ = terminal::disable_raw_mode();
}

/// Whether the terminal is in the console's hands.
pub fn is_entered() -> bool {
    ENTERED.load(Ordering::SeqCst) || plain::is_on()
}

/// Reads keys until nobody listens any more, or there is nothing to read from.
fn read_keys(sender: &Sender<TermEvent>) {
    loop {
        lend::rest();
        match event::poll(LOOK) {
            Ok(true) => {}
            // A terminal that is gone is at its end all the time: the library would look again and again without a pause.
            Ok(false) if signals::is_lost() => return,
            Ok(false) => continue,
            Err(e) => {
                tracing::warn!(error = %e, "keys cannot be waited for");
                thread::sleep(AFTER_ERROR);
                continue;
            }
        }
        match event::read() {
            // Not asked for: a paste without brackets, or another program's left-overs.
            Ok(event::Event::Mouse(_)) if !MOUSE.load(Ordering::SeqCst) => {}
            Ok(event) => {
                if let Some(input) = input(event)
                    && sender.send(TermEvent::Input(input)).is_err()
                {
                    return;
                }
            }
            Err(e) => {
                tracing::warn!(error = %e, "a key could not be read");
                thread::sleep(AFTER_ERROR);
            }
        }
    }
}
