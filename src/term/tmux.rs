//! A text by way of tmux, and what tmux's settings do to it on the way.
//!
//! With `set-clipboard external`, its default, tmux drops what a program in it copies by OSC 52, without a word. `load-buffer -w` (tmux 3.2)
//! does not look at that setting. It ends in tmux's `Ms` for the outer terminal: where that is missing nothing is sent, and mosh takes
//! only one that names the selection `c`, which tmux's own does not. tmux(1); tmux 3.3a and mosh 1.4.0 were tried.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::around::{ancestors, has_mosh};

/// How long tmux has for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks whether it has answered.
const LOOK: Duration = Duration::from_millis(5);

/// What is asked of tmux, in this order: about the client that was used last, which is the one at the user.
const QUESTION: &str =
    "#{version}|#{set-clipboard}|#{client_control_mode}|#{client_pid}|#{client_tty}|#{client_termname}";

/// The client that the user looks at, as far as copying goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Client {
    /// tmux's version, major and minor.
    version: (u32, u32),
    /// `on`, `external`, `off`; empty where tmux is too old to tell.
    set_clipboard: String,
    /// The terminal itself draws the panes (iTerm2's integration).
    control: bool,
    /// Its `TERM`.
    term: String,
    /// The sequence by which tmux sets its clipboard, if it knows one; unknown where tmux does not tell.
    ms: Option<Option<String>>,
    /// Whether it is seen through mosh.
    pub(super) mosh: bool,
}

/// How a text gets past tmux.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// By OSC 52, as to a terminal.
    Sequence,
    /// By `load-buffer -w`.
    Buffer,
    /// Into tmux's own buffer only: the user does not want more.
    Own,
}

impl Client {
    /// Asks tmux. Nothing if it does not answer.
    pub(super) fn ask() -> Option<Client> {
        let told = run(&["display-message", "-p", QUESTION], &[]).ok()?;
        let terminals = run(&["show-messages", "-T"], &[]).unwrap_or_default();
        Client::read(&told, &terminals, |pid| has_mosh(&ancestors(pid)))
    }

    fn read(told: &str, terminals: &str, in_mosh: impl Fn(u32) -> bool) -> Option<Client> {
        let mut words = told.trim_end().split('|');
        let mut word = || words.next().unwrap_or_default().to_string();
        let (version, set_clipboard, control, pid, tty, term) = (word(), word(), word(), word(), word(), word());
        if version.is_empty() && pid.is_empty() {
            return None;
        }
        Some(Client {
            version: version_of(&version),
            set_clipboard,
            control: control == "1",
            ms: ms(terminals, &tty),
            term,
            mosh: pid.parse().is_ok_and(in_mosh),
        })
    }

    /// How a text gets to it.
    pub(super) fn way(&self) -> Way {
        match self.set_clipboard.as_str() {
            _ if self.control => Way::Sequence,
            "on" => Way::Sequence,
            "off" => Way::Own,
            _ => Way::Buffer,
        }
    }

    /// What keeps a text from arriving although tmux took it, and what would mend it: a sentence whose remedy fits on a line of 80.
    pub(super) fn missing(&self) -> Option<String> {
        if self.control {
            return None;
        }
        if self.way() == Way::Own {
            return Some(
                "tmux copies only with set -s set-clipboard external in ~/.tmux.conf; it is off, so that the text is in \
                 tmux's own buffer only."
                    .into(),
            );
        }
        match &self.ms {
            Some(None) => Some(format!(
                "tmux needs set -as terminal-features ',{}:clipboard' in ~/.tmux.conf, and to be attached anew: it does not \
                 know how to copy to this terminal.",
                self.term
            )),
            // From 3.4 on tmux hands the selection on that the program names; its own buffers name none.
            // <https://github.com/tmux/tmux/issues/3192>
            Some(Some(ms)) if self.mosh && !ms.contains("52;c;") => {
                let handed_on = self.way() == Way::Sequence && self.version >= (3, 4);
                (!handed_on).then(|| {
                    r"In mosh, tmux needs set -as terminal-overrides ',*:Ms=\E]52;c;%p2%s\007' in ~/.tmux.conf, and to be attached anew: mosh drops what it copies otherwise."
                        .into()
                })
            }
            _ if self.term.starts_with("screen.") => {
                Some("GNU screen, in which this tmux is seen, does not hand on what tmux copies.".into())
            }
            _ => None,
        }
    }

    /// Whether its terminal is another tmux, or something that has the same TERM: what that does cannot be asked.
    pub(super) fn is_nested(&self) -> bool {
        self.term.starts_with("tmux") || self.term.starts_with("screen")
    }
}

/// Loads a text into a buffer of tmux's; with `send` it goes on to the client's clipboard.
///
/// # Errors
/// tmux refuses, or is too old for `-w`.
pub(super) fn load_buffer(text: &str, send: bool) -> io::Result<()> {
    let args: &[&str] = if send { &["load-buffer", "-w", "-"] } else { &["load-buffer", "-"] };
    run(args, text.as_bytes()).map(drop)
}

/// `3.3a`, `next-3.6`: major and minor.
fn version_of(text: &str) -> (u32, u32) {
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let (major, minor) = digits.split_once('.').unwrap_or((digits, ""));
    let end = minor.find(|c: char| !c.is_ascii_digit()).unwrap_or(minor.len());
    (major.parse().unwrap_or(0), minor[..end].parse().unwrap_or(0))
}

/// The `Ms` of the terminal at `tty`, from what `show-messages -T` says: a line `Terminal N: TERM for TTY, …`, then one for each capability
/// (`192: Ms: (string) …`, `[missing]`).
fn ms(terminals: &str, tty: &str) -> Option<Option<String>> {
    let mut here = false;
    for line in terminals.lines() {
        let line = line.trim_start();
        if line.starts_with("Terminal ") {
            here = line.contains(&format!(" for {tty},"));
        } else if here && let Some((_, what)) = line.split_once(": Ms: ") {
            return Some(what.strip_prefix("(string) ").map(str::to_string));
        }
    }
    None
}

/// Runs tmux, and gives what it says.
fn run(args: &[&str], input: &[u8]) -> io::Result<String> {
    let mut command = Command::new("tmux");
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    // By threads of their own: neither what is said nor what is read may wait for a tmux that hangs.
    let (stdin, input) = (child.stdin.take(), input.to_vec());
    let feed = thread::Builder::new().name("tmux".into()).spawn(move || {
        // A tmux that does not read to the end says so by its status.
        stdin.map(|mut to| to.write_all(&input)).unwrap_or(Ok(()))
    })?;
    let stdout = child.stdout.take();
    let read = thread::Builder::new().name("tmux".into()).spawn(move || {
        let mut said = String::new();
        stdout.map(|mut from| io::Read::read_to_string(&mut from, &mut said)).transpose().map(|_| said)
    })?;
    if !ended_well(&mut child)? {
        return Err(io::Error::other("tmux refused"));
    }
    let _ = feed.join();
    read.join().map_err(|_| io::Error::other("tmux's answer could not be read"))?
}

fn ended_well(child: &mut Child) -> io::Result<bool> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if begun.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Err(io::ErrorKind::TimedOut.into());
        }
        thread::sleep(LOOK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As tmux 3.3a says it.
    fn terminals(term: &str, tty: &str, ms: &str) -> String {
        format!(
            "Terminal 0: {term} for {tty}, flags=0x20:\n   0: acsc: [missing]\n 192: Ms: {ms}\n 193: Nobr: [missing]\n"
        )
    }

    fn client(set: &str, term: &str, ms: &str, mosh: bool) -> Client {
        let others = terminals("linux", "/dev/tty1", "[missing]");
        let all = others + &terminals(term, "/dev/pts/3", ms);
        Client::read(&format!("3.3a|{set}|0|4711|/dev/pts/3|{term}\n"), &all, |pid| mosh && pid == 4711).unwrap()
    }

    const OWN: &str = r"(string) \033]52;%p1%s;%p2%s\a";

    #[test]
    fn the_default_goes_by_the_buffer_and_on_by_the_sequence() {
        for (set, way) in [("external", Way::Buffer), ("", Way::Buffer), ("on", Way::Sequence), ("off", Way::Own)] {
            assert_eq!(client(set, "xterm-256color", OWN, false).way(), way, "{set}");
        }
        assert_eq!(client("external", "xterm-256color", OWN, false).missing(), None);
        assert_eq!(client("on", "xterm-256color", OWN, false).missing(), None);
        assert!(client("off", "xterm-256color", OWN, false).missing().is_some_and(|m| m.contains("set-clipboard")));
    }

    #[test]
    fn a_terminal_that_tmux_cannot_copy_to_is_named_with_what_mends_it() {
        let missing = client("external", "st-256color", "[missing]", false).missing().unwrap();
        assert!(missing.contains("terminal-features ',st-256color:clipboard'"), "{missing}");
        let mut untold = client("external", "xterm-256color", OWN, false);
        untold.ms = None;
        assert_eq!(untold.missing(), None, "what tmux does not tell is not complained of");
    }

    #[test]
    fn behind_mosh_the_sequence_has_to_name_the_selection() {
        for set in ["external", "on"] {
            let missing = client(set, "xterm", OWN, true).missing().unwrap();
            assert!(missing.contains(r"terminal-overrides ',*:Ms=\E]52;c;%p2%s\007'"), "{missing}");
            assert_eq!(client(set, "xterm", r"(string) \033]52;c;%p2%s\a", true).missing(), None);
        }
        let newer = |set| Client { version: (3, 4), ..client(set, "xterm", OWN, true) };
        assert_eq!(newer("on").missing(), None, "the selection that we name is handed on");
        assert!(newer("external").missing().is_some(), "a buffer names none");
    }

    #[test]
    fn what_is_around_a_tmux_may_drop_what_it_hands_on() {
        let outer = client("external", "tmux-256color", OWN, false);
        assert!(outer.is_nested() && outer.missing().is_none());
        let screen = client("external", "screen.xterm-256color", OWN, false);
        assert!(screen.missing().is_some_and(|m| m.contains("GNU screen")));
        assert!(!client("external", "xterm-256color", OWN, false).is_nested());
    }

    #[test]
    fn where_the_terminal_draws_the_panes_itself_it_takes_the_sequence() {
        let client = Client::read("3.5|external|1|4711|/dev/pts/3|xterm", "", |_| true).unwrap();
        assert_eq!((client.way(), client.missing()), (Way::Sequence, None));
        assert_eq!(Client::read("\n", "", |_| false), None);
    }

    #[test]
    fn versions_are_read_as_tmux_writes_them() {
        for (text, version) in
            [("3.3a", (3, 3)), ("next-3.6", (3, 6)), ("2.9", (2, 9)), ("master", (0, 0)), ("3", (3, 0))]
        {
            assert_eq!(version_of(text), version, "{text}");
        }
    }
}
