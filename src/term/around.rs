//! What stands between this program and the user's own terminal: tmux, GNU screen, mosh; and by which way a copied text gets past
//! it.

use std::process::Command;

/// More generations than a terminal is away.
const GENERATIONS: usize = 64;

/// What has this program on its screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    /// A terminal, or something that looks like one (ssh, mosh).
    Terminal,
    /// A tmux of this machine, which can be asked.
    Tmux,
    /// GNU screen, of this machine or of one that this was reached from.
    Screen,
    /// A tmux, or something like it, of the machine that this was reached from: it cannot be asked.
    Afar,
}

/// Reads it from the environment; `ancestors` names the programs above this one, and is asked only where the environment names two.
pub(super) fn around(var: impl Fn(&str) -> Option<String>, ancestors: impl Fn() -> Vec<String>) -> Around {
    let set = |name| var(name).is_some_and(|v| !v.is_empty());
    let term = var("TERM").unwrap_or_default();
    // Both hand their variable on to whatever is started in them: a terminal window started from screen still has STY, but no TERM
    // of screen's.
    let (tmux, screen) = (set("TMUX"), set("STY") && term.starts_with("screen"));
    match (tmux, screen) {
        (true, false) => Around::Tmux,
        (false, true) => Around::Screen,
        // One inside the other. tmux takes tmux… or screen… as its TERM, screen puts `screen.` before the outer one.
        (true, true) if term.starts_with("screen.") => Around::Screen,
        (true, true) => match ancestors().iter().find_map(|name| multiplexer(name)) {
            Some(nearest) => nearest,
            None => Around::Tmux,
        },
        (false, false) if term.starts_with("screen.") => Around::Screen,
        (false, false) if term.starts_with("tmux") || term.starts_with("screen") => Around::Afar,
        (false, false) => Around::Terminal,
    }
}

fn multiplexer(name: &str) -> Option<Around> {
    let name = name.to_ascii_lowercase();
    match () {
        () if name.starts_with("tmux") => Some(Around::Tmux),
        () if name.starts_with("screen") => Some(Around::Screen),
        () => None,
    }
}

/// Whether mosh's server is among the programs: what it does not know of OSC 52, the terminal never sees.
pub(super) fn has_mosh(ancestors: &[String]) -> bool {
    ancestors.iter().any(|name| name.starts_with("mosh-server"))
}

/// The names of the programs above a process, nearest first; as many of them as the system tells.
pub(super) fn ancestors(of: u32) -> Vec<String> {
    let mut names = Vec::new();
    let mut next = parent(of).map(|(up, _)| up);
    while let Some(pid) = next.filter(|pid| *pid > 1 && names.len() < GENERATIONS) {
        let Some((up, name)) = parent(pid) else { break };
        names.push(name);
        next = Some(up);
    }
    names
}

/// A process's parent, and its own name.
fn parent(pid: u32) -> Option<(u32, String)> {
    // `PID (NAME) STATE PPID …`; a name can hold anything, also `)`. proc(5)
    if let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        let (head, tail) = stat.rsplit_once(')')?;
        let name = head.split_once('(')?.1;
        return Some((tail.split_whitespace().nth(1)?.parse().ok()?, name.to_string()));
    }
    if cfg!(target_os = "linux") {
        return None;
    }
    let out = Command::new("ps").args(["-o", "ppid=", "-o", "comm=", "-p", &pid.to_string()]).output().ok()?;
    let text = String::from_utf8(out.stdout).ok()?;
    let (up, path) = text.trim().split_once(char::is_whitespace)?;
    let name = path.trim().rsplit('/').next()?;
    Some((up.parse().ok()?, name.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(env: &[(&str, &str)], above: &[&str]) -> Around {
        let var = |name: &str| env.iter().find(|(n, _)| *n == name).map(|(_, v)| v.to_string());
        around(var, || above.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_has_the_program_on_its_screen_is_read_from_the_environment() {
        let (tmux, screen) = (("TMUX", "/tmp/tmux-0/default,1,0"), ("STY", "1.pts-0.host"));
        assert_eq!(seen(&[("TERM", "xterm-256color")], &[]), Around::Terminal);
        assert_eq!(seen(&[tmux, ("TERM", "tmux-256color")], &[]), Around::Tmux);
        assert_eq!(seen(&[tmux, ("TERM", "xterm-256color")], &[]), Around::Tmux, "a TERM that many set there");
        assert_eq!(seen(&[("TMUX", ""), ("TERM", "xterm")], &[]), Around::Terminal);
        assert_eq!(seen(&[screen, ("TERM", "screen.xterm-256color")], &[]), Around::Screen);
        assert_eq!(seen(&[screen, ("TERM", "screen")], &[]), Around::Screen);
        assert_eq!(seen(&[screen, ("TERM", "xterm-256color")], &[]), Around::Terminal, "a window started from screen");
        assert_eq!(seen(&[("TERM", "screen.xterm-256color")], &[]), Around::Screen, "reached by ssh from screen");
        assert_eq!(seen(&[("TERM", "tmux-256color")], &[]), Around::Afar, "reached by ssh from tmux");
        assert_eq!(seen(&[("TERM", "screen-256color")], &[]), Around::Afar);
    }

    #[test]
    fn of_two_the_inner_one_counts() {
        let both = |term| [("TMUX", "/tmp/tmux-0/default,1,0"), ("STY", "1.pts-0.host"), ("TERM", term)];
        assert_eq!(seen(&both("tmux-256color"), &["bash", "tmux: server", "screen"]), Around::Tmux);
        assert_eq!(seen(&both("screen.xterm-256color"), &[]), Around::Screen);
        assert_eq!(seen(&both("screen-256color"), &["bash", "tmux: server"]), Around::Tmux);
        assert_eq!(seen(&both("screen"), &["bash", "SCREEN", "screen", "bash", "tmux: server"]), Around::Screen);
        assert_eq!(seen(&both("screen"), &[]), Around::Tmux);
    }

    #[test]
    fn the_programs_above_this_one_are_named() {
        let above = ancestors(std::process::id());
        assert!(!above.is_empty() && above.iter().all(|name| !name.is_empty()), "{above:?}");
        assert!(has_mosh(&["bash".into(), "mosh-server".into()]) && !has_mosh(&["bash".into(), "mosh-client".into()]));
    }
}
