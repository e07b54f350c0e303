//! The engine behind a terminal: input first, then drain, then draw once; at most 30 frames a second, none if nothing changed.

use std::io;
use std::time::{Duration, Instant};

use super::connect::{Connected, connect};
use super::editor::{Edited, edit};
use super::engine::{Engine, Host, TURN};
use super::pictures::PictureSetting;
use super::save_screen;
use super::screen::Screen;
use super::simulated;
use crate::config::Theme;
use crate::input::Input;
use crate::model::{Event, Level};
use crate::sandbox::Sandbox;
use crate::term::{CopyNote, Term, TermEvent};
use crate::ui;

/// Between two frames that news causes; a key press is drawn at once.
const FRAME: Duration = Duration::from_millis(33);
/// Keys taken in before a frame is drawn although more are waiting (a held key, a paste without brackets).
const KEYS: usize = 64;

/// How the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The user quit.
    Quit,
    /// The user wants the sandbox.
    Sandbox,
    /// A signal.
    Signal(i32),
    /// The terminal is not there any more: it could not be written to, or says so itself.
    Lost,
}

/// The screen, and whether it is behind.
struct Pace {
    screen: Screen,
    drawn: Instant,
    dirty: bool,
}

impl Pace {
    fn draw(&mut self, engine: &Engine, theme: &Theme) -> io::Result<()> {
        self.screen.draw(engine, theme)?;
        self.dirty = false;
        self.drawn = monotonic();
        Ok(())
    }
}

/// The pace of frames is real time, whatever the engine's clock says.
fn monotonic() -> Instant {
    Instant::now()
}

/// Runs until the user quits or a signal comes. `sandbox`: the account, if it is the embedded one; its instances are connected to within it. The terminal is
/// given back by dropping `term` afterwards.
///
/// # Errors
/// The terminal cannot be drawn on to begin with. One that is lost later is [`End::Lost`]: calls in flight still come to
/// their end.
pub fn run(
    engine: &mut Engine,
    term: &Term,
    (theme, pictures): (&Theme, PictureSetting),
    sandbox: Option<&Sandbox>,
) -> io::Result<End> {
    let (columns, rows) = term.size()?;
    // It may have another size than when the state was made, and no event has said so: nobody listened yet.
    engine.handle(Event::Resize(columns, rows));
    let mut pace = Pace { screen: Screen::new(term.output(), columns, rows)?, drawn: monotonic(), dirty: true };
    pace.screen.pictures_by(pictures);
    pace.draw(engine, theme)?;
    Ok(serve(engine, term, (theme, sandbox), &mut pace).unwrap_or_else(|e| {
        tracing::warn!("the terminal is lost: {e}");
        End::Lost
    }))
}

fn serve(
    engine: &mut Engine,
    term: &Term,
    (theme, sandbox): (&Theme, Option<&Sandbox>),
    pace: &mut Pace,
) -> io::Result<End> {
    loop {
        let keyed = match wait(engine, term, pace) {
            Some(first) => match take_keys(engine, (term, theme), pace, first)? {
                Some(end) => return Ok(end),
                None => true,
            },
            None => false,
        };
        pace.dirty |= engine.drain(TURN);
        pace.dirty |= engine.tick();
        if let Some(end) = host(engine, term, (theme, sandbox), pace) {
            return Ok(end);
        }
        if pace.dirty && (keyed || pace.drawn.elapsed() >= FRAME) {
            pace.draw(engine, theme)?;
            if pace.screen.take_question()
                && let Err(e) = term.ask_for_pictures()
            {
                tracing::warn!("the terminal cannot be asked for pictures: {e}");
            }
        }
    }
}

/// Waits for a key, for news, for the viewer's next moment or for the next frame, whichever comes first.
fn wait(engine: &Engine, term: &Term, pace: &Pace) -> Option<TermEvent> {
    let wake = engine.wake().map(|w| w.since(engine.now()));
    let frame = pace.dirty.then(|| FRAME.saturating_sub(pace.drawn.elapsed()));
    let patience = [wake, frame].into_iter().flatten().min().unwrap_or(Duration::from_secs(60));
    if engine.has_news() {
        // News is there: keys are only looked at, and with a frame due the news may wait for it.
        if frame.is_none_or(|f| !f.is_zero()) {
            return term.events().try_recv().ok();
        }
    }
    if pace.dirty {
        return term.events().recv_timeout(patience).ok();
    }
    let mut ready = crossbeam_channel::Select::new();
    let keys = ready.recv(term.events());
    ready.recv(engine.inbox());
    match ready.ready_timeout(patience) {
        Ok(which) if which == keys => term.events().try_recv().ok(),
        _ => None,
    }
}

/// Takes in the keys that are waiting.
fn take_keys(
    engine: &mut Engine,
    (term, theme): (&Term, &Theme),
    pace: &mut Pace,
    first: TermEvent,
) -> io::Result<Option<End>> {
    let mut next = Some(first);
    for more in (0..KEYS).rev() {
        let Some(event) = next.take() else { break };
        if let Some(end) = take_one(engine, (term, theme), pace, event)? {
            return Ok(Some(end));
        }
        // What is not taken in now waits where it is. What was typed after a key that gives the terminal away was not meant for the console.
        next = if more > 0 && !engine.lends() { term.events().try_recv().ok() } else { None };
    }
    Ok(None)
}

fn take_one(
    engine: &mut Engine,
    (term, theme): (&Term, &Theme),
    pace: &mut Pace,
    event: TermEvent,
) -> io::Result<Option<End>> {
    pace.dirty = true;
    match event {
        TermEvent::Input(Input::Key(key)) if engine.is_letting_in() => engine.typed_while_letting_in(key),
        TermEvent::Input(Input::Key(key)) => {
            let now = engine.now();
            engine.handle(Event::Key(key, now));
        }
        TermEvent::Input(Input::Mouse(mouse, at)) => {
            let now = engine.now();
            let spot = ui::spot_at(&engine.state, &engine.store, theme, now, at);
            engine.handle(Event::Mouse(mouse, spot, now));
        }
        TermEvent::Input(Input::Paste(text)) => engine.handle(Event::Paste(text)),
        TermEvent::Input(Input::Resize(columns, rows)) => {
            pace.screen.resize(columns, rows)?;
            engine.handle(Event::Resize(columns, rows));
        }
        TermEvent::Input(Input::Focus(_)) => pace.dirty = false,
        TermEvent::Terminate(signal) => return Ok(Some(End::Signal(signal))),
        TermEvent::Suspend => {
            term.suspend()?;
            retaken(engine, term, pace)?;
        }
        TermEvent::Resumed => {
            term.retake()?;
            retaken(engine, term, pace)?;
        }
        TermEvent::Pictures(shows) => pace.screen.shows(shows),
        TermEvent::Lost => return Ok(Some(End::Lost)),
        TermEvent::Panicked(text) => engine.say(Level::Error, text),
        TermEvent::Copy(CopyNote::Hint(text)) => engine.say(Level::Warning, text),
        TermEvent::Copy(CopyNote::Unsure(text)) => engine.say(Level::Info, text),
        TermEvent::Copy(CopyNote::Failed(why)) => engine.say(Level::Error, not_copied(&why)),
    }
    Ok(None)
}

/// The key has said that it copied.
fn not_copied(why: &str) -> String {
    format!("Not copied: {why}.")
}

/// After the terminal was away: it may have another size, and nothing on it is ours.
fn retaken(engine: &mut Engine, term: &Term, pace: &mut Pace) -> io::Result<()> {
    let (columns, rows) = term.size()?;
    pace.screen.resize(columns, rows)?;
    engine.handle(Event::Resize(columns, rows));
    Ok(())
}

/// Does what only the terminal's owner can do.
fn host(
    engine: &mut Engine,
    term: &Term,
    (theme, sandbox): (&Theme, Option<&Sandbox>),
    pace: &mut Pace,
) -> Option<End> {
    for effect in engine.take_host() {
        pace.dirty = true;
        match effect {
            Host::Quit => return Some(End::Quit),
            Host::Sandbox => return Some(End::Sandbox),
            Host::SaveScreen(folder) => {
                let size = engine.state.size;
                match save_screen::save(engine, theme, size, &folder) {
                    Ok(path) => engine.say(Level::Info, format!("The screen is in {}", path.display())),
                    Err(e) => engine.say(Level::Error, format!("The screen was not written to {folder}: {e}.")),
                }
            }
            Host::Redraw => pace.screen.clear(),
            Host::Copy(text) => {
                if let Err(e) = term.copy(&text) {
                    engine.say(Level::Error, not_copied(&e.to_string()));
                }
            }
            Host::Edit(text, file) => {
                let edited = match edit(term, &text, file) {
                    Edited::Text(edited) => edited,
                    Edited::Terminated(signal) => return Some(End::Signal(signal)),
                };
                engine.handle(Event::Edited(edited));
                if let Err(e) = retaken(engine, term, pace) {
                    engine.say(Level::Error, format!("The terminal could not be restored: {e}."));
                }
            }
            Host::Connect(launch, _key) => {
                let connected = match sandbox {
                    Some(sandbox) => simulated::connect(term, sandbox, &launch),
                    None => connect(term, &launch),
                };
                let (level, text) = match connected {
                    Connected::Back(level, text) => (level, text),
                    Connected::Terminated(signal) => return Some(End::Signal(signal)),
                };
                engine.say(level, text);
                if let Err(e) = retaken(engine, term, pace) {
                    engine.say(Level::Error, format!("The terminal could not be restored: {e}."));
                }
            }
            Host::Suspend => {
                let done = term.suspend().and_then(|()| retaken(engine, term, pace));
                if let Err(e) = done {
                    engine.say(Level::Error, format!("The terminal could not be restored: {e}."));
                }
            }
        }
    }
    None
}
