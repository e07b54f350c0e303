//! The sandbox's simulated shell in front of the terminal: a line typed, what comes of it, until it is left.
//!
//! Keys come from the console's own reader, and the line is edited as the palette's is: a library that reads lines by itself would be a second
//! reader of the terminal, which hears neither a signal to end nor Ctrl-C while nothing is typed.

use std::collections::VecDeque;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use super::connect::{Connected, how};
use crate::app::line::Line;
use crate::base::text::{cut_end, visible, width};
use crate::input::{Input, Key, KeyCode};
use crate::model::Level;
use crate::model::connect::Launch;
use crate::sandbox::Sandbox;
use crate::sandbox::shell::login::{Attempt, log_in};
use crate::sandbox::shell::{Next, Shell};
use crate::term::{Plain, Term, TermEvent};

/// How long nothing is looked at while nobody types: an instance that is stopped meanwhile ends its sessions.
const LOOK: Duration = Duration::from_millis(500);
/// Keys that are typed ahead.
const MOST_AHEAD: usize = 1_000;
/// What ssh, or the AWS CLI, ends with at Ctrl-C.
const INTERRUPTED: i32 = 130;

/// How a session ended.
enum End {
    /// With this exit status; what was said last.
    Status(i32, String),
    /// This process is to end by a signal.
    Signal(i32),
}

/// Lends the screen to the simulated shell.
pub(super) fn connect(term: &Term, sandbox: &Sandbox, launch: &Launch) -> Connected {
    let what = visible(&format!("{} to {}", launch.program, launch.to)).into_owned();
    match term.plainly(|plain| session(plain, sandbox, launch)) {
        Ok(End::Signal(signal)) => Connected::Terminated(signal),
        Ok(End::Status(status, last)) => {
            let (level, text) = how(launch.program, &what, ExitStatus::from_raw((status & 0xff) << 8), &last);
            Connected::Back(level, text)
        }
        Err(e) => Connected::Back(Level::Error, format!("{what} was ended: {e}.")),
    }
}

fn session(plain: &Plain<'_>, sandbox: &Sandbox, launch: &Launch) -> io::Result<End> {
    plain.write(&format!("$ {}\n", visible(&launch.text())))?;
    match sandbox.within(|world, now| log_in(world, &launch.login, now)) {
        Attempt::In(shell, says) => {
            plain.write(&says)?;
            let mut desk =
                Desk { plain, sandbox, shell: *shell, line: Line::default(), ahead: VecDeque::new(), past: None };
            desk.run()
        }
        Attempt::Refused { after, says, status } => {
            let began = sandbox.now();
            let until = began.plus(after);
            if after > LOOK {
                plain.write("(simulated by Skydeck: nothing answers; Ctrl-C ends the wait)\n")?;
            }
            while sandbox.now() < until {
                match plain.event(until.since(sandbox.now()).min(LOOK))? {
                    Some(TermEvent::Input(Input::Key(key))) if is_ctrl(key, 'c') => {
                        plain.write("^C\n")?;
                        return Ok(End::Status(INTERRUPTED, String::new()));
                    }
                    Some(TermEvent::Terminate(signal)) => return Ok(End::Signal(signal)),
                    Some(TermEvent::Lost) => return Ok(End::Signal(signal_hook::consts::signal::SIGHUP)),
                    _ => {}
                }
            }
            plain.write(&says)?;
            // What ended it is its first sentence; what follows is about the connection that is not there.
            let first = says.lines().next().unwrap_or_default().to_string();
            Ok(End::Status(status, first))
        }
    }
}

fn is_ctrl(key: Key, letter: char) -> bool {
    key.mods.ctrl && !key.mods.alt && key.code == KeyCode::Char(letter)
}

/// A prompt, the line behind it, and the shell that takes it.
struct Desk<'t> {
    plain: &'t Plain<'t>,
    sandbox: &'t Sandbox,
    shell: Shell,
    line: Line,
    /// Keys that were typed while something was carried out.
    ahead: VecDeque<Key>,
    /// Where in the history the line is from, and what was typed before.
    past: Option<(usize, String)>,
}

/// What a key at the prompt leads to.
enum Typed {
    Nothing,
    Entered,
}

impl Desk<'_> {
    fn run(&mut self) -> io::Result<End> {
        loop {
            let next = self.turn()?;
            match next {
                Next::Over(status) => return Ok(End::Status(status, String::new())),
                Next::At(time) => {
                    let wait = time.since(self.sandbox.now()).min(LOOK);
                    if wait.is_zero() {
                        continue;
                    }
                    match self.plain.event(wait)? {
                        Some(TermEvent::Input(input)) => self.meanwhile(input)?,
                        Some(TermEvent::Terminate(signal)) => return Ok(End::Signal(signal)),
                        Some(TermEvent::Lost) => return Ok(End::Signal(signal_hook::consts::signal::SIGHUP)),
                        _ => {}
                    }
                }
                Next::Line => {
                    if let Some(end) = self.read()? {
                        return Ok(end);
                    }
                }
            }
        }
    }

    /// What is due, written.
    fn turn(&mut self) -> io::Result<Next> {
        let shell = &mut self.shell;
        let turn = self.sandbox.within(|world, now| shell.turn(world, now));
        if turn.clear {
            self.plain.clear()?;
        }
        if !turn.text.is_empty() {
            self.plain.write(&turn.text)?;
        }
        Ok(turn.next)
    }

    /// Input while something is carried out.
    fn meanwhile(&mut self, input: Input) -> io::Result<()> {
        match input {
            Input::Key(key) if is_ctrl(key, 'c') || key.typed() == Some('q') && self.shell.quits_by_q() => {
                self.ahead.clear();
                let shell = &mut self.shell;
                let text = self.sandbox.within(|world, now| shell.interrupt(world, now));
                self.plain.write(&text)
            }
            Input::Key(key) => {
                if self.ahead.len() < MOST_AHEAD {
                    self.ahead.push_back(key);
                }
                Ok(())
            }
            Input::Paste(text) => {
                let room = MOST_AHEAD.saturating_sub(self.ahead.len());
                self.ahead.extend(keys(text.expose()).take(room));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Reads a line, and enters it. Returns how the session ends, if it does.
    fn read(&mut self) -> io::Result<Option<End>> {
        (self.line, self.past) = (Line::default(), None);
        self.draw()?;
        loop {
            let input = match self.ahead.pop_front() {
                Some(key) => Input::Key(key),
                None => match self.plain.event(LOOK)? {
                    Some(TermEvent::Input(input)) => input,
                    Some(TermEvent::Terminate(signal)) => return Ok(Some(End::Signal(signal))),
                    Some(TermEvent::Lost) => return Ok(Some(End::Signal(signal_hook::consts::signal::SIGHUP))),
                    Some(_) => continue,
                    None => {
                        // Nobody types: it may have been stopped meanwhile.
                        let shell = &mut self.shell;
                        let turn = self.sandbox.within(|world, now| shell.turn(world, now));
                        if !turn.text.is_empty() {
                            self.plain.write(&format!("\n{}", turn.text))?;
                        }
                        if let Next::Over(status) = turn.next {
                            return Ok(Some(End::Status(status, turn.text.trim().to_string())));
                        }
                        if !turn.text.is_empty() {
                            self.draw()?;
                        }
                        continue;
                    }
                },
            };
            match input {
                Input::Key(key) => {
                    if let Typed::Entered = self.key(key)? {
                        return Ok(None);
                    }
                }
                Input::Paste(text) => self.ahead.extend(keys(text.expose()).take(MOST_AHEAD)),
                Input::Resize(..) => self.draw()?,
                Input::Mouse(..) | Input::Focus(_) => {}
            }
        }
    }

    fn key(&mut self, key: Key) -> io::Result<Typed> {
        match key.code {
            KeyCode::Enter => {
                self.leave()?;
                let line = self.line.text().to_string();
                self.shell.enter(&line);
                return Ok(Typed::Entered);
            }
            KeyCode::Char('c') if is_ctrl(key, 'c') => {
                self.plain.write("^C\n")?;
                (self.line, self.past) = (Line::default(), None);
            }
            KeyCode::Char('d') if is_ctrl(key, 'd') && self.line.is_empty() => {
                self.plain.write("\n")?;
                self.shell.end_of_file();
                return Ok(Typed::Entered);
            }
            KeyCode::Char('l') if is_ctrl(key, 'l') => self.plain.clear()?,
            KeyCode::Char('a') if is_ctrl(key, 'a') => self.line.move_to_byte(0),
            KeyCode::Up => self.recall(true),
            KeyCode::Down => self.recall(false),
            KeyCode::Char('p') if is_ctrl(key, 'p') => self.recall(true),
            KeyCode::Char('n') if is_ctrl(key, 'n') => self.recall(false),
            _ => {
                if !self.line.key(key) {
                    return Ok(Typed::Nothing);
                }
            }
        }
        self.draw()?;
        Ok(Typed::Nothing)
    }

    /// The line as it was entered, in whole: of a long one a part was seen while it was typed.
    fn leave(&self) -> io::Result<()> {
        let text = visible(self.line.text()).into_owned();
        let prompt = self.prompt();
        if width(&prompt) + width(&text) < self.plain.columns() {
            return self.plain.write("\n");
        }
        self.plain.write(&format!("\r\x1b[K{prompt}{text}\n"))
    }

    /// The prompt, cut where there is little room.
    fn prompt(&self) -> String {
        let prompt = self.shell.prompt(&self.sandbox.world());
        cut_end(&prompt, self.plain.columns() / 2).into_owned()
    }

    /// An older line, or a newer one.
    fn recall(&mut self, older: bool) {
        let history = self.shell.history();
        let (at, typed) = self.past.clone().unwrap_or_else(|| (history.len(), self.line.text().to_string()));
        let at = if older { at.checked_sub(1) } else { Some(at + 1).filter(|at| *at <= history.len()) };
        let Some(at) = at else { return };
        let text = history.get(at).cloned().unwrap_or_else(|| typed.clone());
        self.line.set(text);
        self.past = Some((at, typed));
    }

    /// The prompt and the line, as much of it as there is room for; the cursor where it is.
    fn draw(&self) -> io::Result<()> {
        let columns = self.plain.columns();
        let prompt = self.prompt();
        let room = columns.saturating_sub(width(&prompt) + 1).max(1);
        let scrolled = self.line.scroll(room);
        let text = visible(self.line.text()).into_owned();
        let mut seen = String::new();
        let (mut at, mut used) = (0, 0);
        for c in text.chars() {
            let cells = width(c.encode_utf8(&mut [0; 4]));
            if at >= scrolled {
                if used + cells > room {
                    break;
                }
                seen.push(c);
                used += cells;
            }
            at += cells;
        }
        let column = width(&prompt) + self.line.cursor_cell().saturating_sub(scrolled) + 1;
        self.plain.write(&format!("\r{prompt}{seen}\x1b[K\x1b[{column}G"))
    }
}

/// What was pasted, as if it had been typed.
fn keys(text: &str) -> impl Iterator<Item = Key> + '_ {
    text.chars().map(|c| {
        let code = match c {
            '\n' => KeyCode::Enter,
            c if c.is_control() => KeyCode::Char(' '),
            c => KeyCode::Char(c),
        };
        Key { code, mods: crate::input::Mods::default() }
    })
}
