//! In tmux and in GNU screen: what is copied arrives or the user is told why not, and no colour is asked for that they take for
//! something else.

use std::process::{Command, Stdio};

use crate::support::terminal::{BINARY, Home, Terminal};

/// A tmux that notes what it is told. Its settings and what it knows of the terminal come from the environment.
const TMUX: &str = r#"#!/bin/sh
case "$1" in
display-message) [ -n "$FAKE_SET" ] && echo "3.3a|$FAKE_SET|0|$$|/dev/pts/3|st-256color" ;;
show-messages) printf 'Terminal 0: st-256color for /dev/pts/3, flags=0x20:\n 192: Ms: %s\n' "$FAKE_MS" ;;
load-buffer) [ -n "$FAKE_OLD" ] && [ "$2" = -w ] && exit 1; { echo "$*"; cat; echo; } >> "$HOME/loaded" ;;
esac
"#;
const MS: &str = r"(string) \033]52;%p1%s;%p2%s\a";
/// `i-0`, as the ids of all instances begin, in base64.
const ID: &str = "aS0w";

fn in_tmux(set: &str, ms: &str, old: &str) -> (Home, Terminal) {
    let home = Home::new();
    let path = home.script("tmux", TMUX);
    let tmux = [("TMUX", "/nowhere,1,0"), ("TERM", "tmux-256color")];
    let more = [("PATH", path.as_str()), ("FAKE_SET", set), ("FAKE_MS", ms), ("FAKE_OLD", old)];
    let t = home.open(&["--sandbox", "instances"], &[&tmux[..], &more].concat());
    t.sees("my-bastion-host");
    (home, t)
}

fn loaded(home: &Home) -> String {
    std::fs::read_to_string(home.path().join("loaded")).unwrap_or_default()
}

#[test]
fn in_tmux_with_its_default_what_is_copied_goes_by_a_buffer() {
    let (home, mut t) = in_tmux("external", MS, "");
    t.send("y").sees("Copied i-0");
    t.until("the buffer", |_| loaded(&home).starts_with("load-buffer -w -\ni-0"));
    t.send("jyq");
    assert_eq!(t.ended().exit_code(), 0);
    assert_eq!(loaded(&home).matches("load-buffer -w -\ni-0").count(), 2, "also who leaves at once has copied");
    assert!(!t.raw().contains("\x1b]52;"), "tmux would drop it");
}

#[test]
fn in_tmux_that_lets_programs_copy_it_goes_by_the_sequence() {
    let (home, mut t) = in_tmux("on", MS, "");
    t.send("y").until("the sequence", |t| t.raw().contains(&format!("\x1b]52;c;{ID}")));
    assert_eq!(loaded(&home), "");
}

#[test]
fn what_keeps_a_copy_from_arriving_is_said_once_with_what_mends_it() {
    for (set, ms, old, said) in [
        ("external", "[missing]", "", "tmux needs set -as terminal-features ',st-256color:clipboard'"),
        ("off", MS, "", "tmux copies only with set -s set-clipboard external in ~/.tmux.conf"),
        ("external", MS, "1", "tmux copies only with set -s set-clipboard on in ~/.tmux.conf"),
        // It does not answer.
        ("", MS, "", "tmux copies only with set -s set-clipboard on in ~/.tmux.conf"),
    ] {
        let (_home, mut t) = in_tmux(set, ms, old);
        t.send("y").sees(said);
        t.send("jy:messages\r").sees("Messages");
        t.until("two copies", |t| t.text().matches("Copied i-0").count() == 2);
        let told = t.text().lines().filter(|l| l.starts_with('│') && l.contains("! tmux")).count();
        assert_eq!(told, 1, "{set} {ms}: {}", t.text());
        t.send("qq");
        assert_eq!(t.ended().exit_code(), 0);
    }
}

#[test]
fn of_a_tmux_that_cannot_be_asked_it_is_said_once_what_it_needs() {
    let mut t = Home::new().open(&["--sandbox", "instances"], &[("TERM", "tmux-256color")]);
    t.sees("my-bastion-host");
    t.send("y").sees("set -s set-clipboard on");
    assert!(t.raw().contains(&format!("\x1b]52;c;{ID}")));
}

#[test]
fn in_screen_copies_come_in_pieces_that_it_hands_on_and_colours_are_of_its_256() {
    let env = [("STY", "1.pts-0.host"), ("TERM", "screen.xterm-256color"), ("COLORTERM", "truecolor")];
    let mut t = Home::new().open(&["--sandbox", "instances"], &env);
    t.sees("my-bastion-host");
    t.send("y").until("a string for the terminal around", |t| t.raw().contains(&format!("\x1bP\x1b]52;c;{ID}")));
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
    let styles = t.styles();
    assert!(styles.iter().any(|s| s.contains("38;5;")));
    let beyond: Vec<&String> = styles.iter().filter(|s| s.contains("38;2;") || s.contains("48;2;")).collect();
    assert!(beyond.is_empty(), "{beyond:?}");
}

/// A program that this machine may not have.
fn has(program: &str, version: &str) -> bool {
    let there = Command::new(program).arg(version).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !there {
        eprintln!("left out: there is no {program} on this machine to try this with");
    }
    there
}

/// Ends a tmux of one's own, whatever becomes of the test.
struct Server<'a>(&'a Home);

impl Drop for Server<'_> {
    fn drop(&mut self) {
        let _ = Command::new("tmux").arg("kill-server").env("TMUX_TMPDIR", self.0.path()).env_remove("TMUX").output();
    }
}

#[test]
fn a_real_tmux_hands_on_what_is_copied_whatever_its_setting() {
    if !has("tmux", "-V") {
        return;
    }
    for set in ["external", "on"] {
        let home = Home::new();
        let _server = Server(&home);
        std::fs::write(home.path().join("conf"), format!("set -s set-clipboard {set}\n")).unwrap();
        let (conf, folder) = (home.path().join("conf"), home.path().display().to_string());
        let line = format!("exec {BINARY} --sandbox instances");
        let args = ["-f", conf.to_str().unwrap(), "new-session", &line];
        let mut t = home.open_other("tmux", &args, &[("TMUX_TMPDIR", &folder)]);
        t.sees("build-cache");
        t.send("y").until("the sequence", |t| {
            t.raw().contains(&format!("\x1b]52;;{ID}")) || t.raw().contains(&format!("\x1b]52;c;{ID}"))
        });
        t.send("q");
        t.ended();
    }
}

#[test]
fn a_real_screen_hands_on_what_is_copied_and_shows_the_colours_that_were_meant() {
    use std::os::unix::fs::PermissionsExt as _;
    if !has("screen", "-v") {
        return;
    }
    let home = Home::new();
    let (conf, sockets) = (home.path().join("conf"), home.path().join("sockets"));
    std::fs::write(&conf, "startup_message off\n").unwrap();
    std::fs::create_dir(&sockets).unwrap();
    std::fs::set_permissions(&sockets, std::fs::Permissions::from_mode(0o700)).unwrap();
    let args = ["-c", conf.to_str().unwrap(), "-U", BINARY, "--sandbox", "instances"];
    let mut t = home.open_other("screen", &args, &[("SCREENDIR", sockets.to_str().unwrap())]);
    t.sees("build-cache").sees("running");
    t.send("y").until("the sequence", |t| t.raw().contains(&format!("\x1b]52;c;{ID}")));
    t.send("q");
    t.ended();
    assert!(t.styles().iter().any(|s| s.contains("38;5;")), "states have their colours: {:?}", t.styles());
}
