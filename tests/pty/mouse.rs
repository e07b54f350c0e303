//! The mouse, as terminals report it (SGR, mode 1006): what a click and the wheel do, and that they are asked for only where the settings
//! say so and given back however the console ends.

use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;

use crate::support::terminal::{BINARY, Home, Terminal};

const ON: &str = "\x1b[?1000h\x1b[?1006h";
const OFF: &str = "\x1b[?1006l\x1b[?1000l";

fn with_mouse() -> Home {
    let home = Home::new();
    home.config("config.toml", "mouse = true\n");
    home
}

/// The console with its mouse on. The home stays as long as the settings may be read.
fn open() -> (Home, Terminal) {
    let home = with_mouse();
    let t = home.open(&["--sandbox", "instances"], &[]);
    t.sees("my-bastion-host").sees("complete");
    (home, t)
}

/// Column and row, from 1, of a text on the screen.
fn place(t: &Terminal, text: &str) -> (usize, usize) {
    let screen = t.text();
    let found =
        screen.lines().enumerate().find_map(|(y, line)| line.find(text).map(|at| (y, line[..at].chars().count())));
    let (y, x) = found.unwrap_or_else(|| panic!("{text} is not on the screen:\n{screen}"));
    (x + 1, y + 1)
}

fn report(t: &mut Terminal, button: u8, (x, y): (usize, usize)) {
    t.send(&format!("\x1b[<{button};{x};{y}M\x1b[<{button};{x};{y}m"));
}

fn click(t: &mut Terminal, text: &str) {
    let at = place(t, text);
    report(t, 0, at);
}

fn focused(t: &Terminal) -> String {
    t.text().lines().find(|l| l.starts_with('▸')).unwrap_or_default().to_string()
}

#[test]
fn a_click_goes_to_a_row_two_open_it_and_a_click_on_a_page_shows_it() {
    let (_home, mut t) = open();
    click(&mut t, "grafana");
    t.until("the row", |t| focused(t).contains("grafana"));
    assert!(!t.text().contains("overview"), "one click opens nothing");
    click(&mut t, "log-shipper");
    click(&mut t, "log-shipper");
    t.sees("overview");
    click(&mut t, " tags");
    t.sees("Env");
    t.send("qq");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn a_click_on_a_heading_sorts_and_another_turns_the_order_round() {
    let (_home, mut t) = open();
    click(&mut t, "TYPE");
    t.sees("▲ type");
    click(&mut t, "TYPE");
    t.sees("▼ type");
}

#[test]
fn the_wheel_scrolls_the_table_and_pages_of_text() {
    let (_home, mut t) = open();
    let first = focused(&t);
    report(&mut t, 65, (20, 10));
    t.until("another row", |t| focused(t) != first);
    report(&mut t, 64, (20, 10));
    t.until("the first row", |t| focused(t) == first);
    t.send("?").sees("Help").sees("more │");
    let before = t.text();
    report(&mut t, 65, (20, 10));
    t.until("further down", |t| t.text().contains("Help") && t.text() != before);
}

#[test]
fn a_click_takes_an_entry_of_a_menu_and_confirms_no_plan() {
    let (_home, mut t) = open();
    click(&mut t, "grafana");
    t.send("a").sees("Reboot");
    click(&mut t, "Reboot  ");
    t.sees("copy command");
    for text in ["enter", "copy command", "grafana", "aws ec2"] {
        click(&mut t, text);
        click(&mut t, text);
    }
    // What came of the clicks came before what comes of this key. While the plan does not know all that it rests on, it asks for the name to
    // be typed, and the key is a letter of it.
    let copied = (0..20).any(|_| t.send("y").gives(Duration::from_millis(500), |t| t.raw().contains("\x1b]52;")));
    assert!(copied, "{}", t.text());
    assert!(t.text().contains("aws ec2"), "{}", t.text());
    t.send("\x1b").until("the table", |t| !t.text().contains("copy command"));
    t.send(":runs\r").sees("Nothing was changed since the console started.");
}

#[test]
fn in_a_typed_confirmation_and_over_the_table_behind_it_a_click_means_nothing() {
    let (_home, mut t) = open();
    t.send(":terminate\r").sees("copy command");
    let before = focused(&t);
    report(&mut t, 0, (20, 3));
    report(&mut t, 0, (20, 3));
    t.send("x").until("the letter", |t| t.text().contains('x'));
    assert!(t.text().contains("copy command"));
    assert_eq!(focused(&t), before);
}

#[test]
fn without_the_setting_the_terminal_keeps_its_mouse() {
    let mut t = Home::new().open(&["--sandbox"], &[]);
    t.sees("my-bastion-host");
    t.send("q");
    t.ended();
    assert!(!t.raw().contains("\x1b[?1000"), "neither on nor off");
}

#[test]
fn however_it_ends_the_mouse_is_given_back() {
    let (_home, mut t) = open();
    t.send("q");
    t.ended();
    given_back(&t.raw(), 1);
    for signal in [Signal::TERM, Signal::HUP] {
        let (_home, mut t) = open();
        t.signal(signal);
        t.ended();
        given_back(&t.raw(), 1);
    }
    let mut t = Home::new().open_test("screen::child_that_panics");
    t.ended();
    given_back(&t.raw(), 1);
}

/// As often on as off, and off at the end, before the ordinary screen is shown again.
fn given_back(raw: &str, times: usize) {
    assert_eq!((raw.matches(ON).count(), raw.matches(OFF).count()), (times, times), "{raw:?}");
    assert!(raw.rfind(OFF) > raw.rfind(ON) && raw.rfind(OFF) < raw.rfind("\x1b[?1049l"));
}

#[test]
fn the_shell_and_ones_own_editor_have_it_while_they_have_the_terminal() {
    let home = with_mouse();
    home.script("my-editor", "#!/bin/sh\necho EDITOR-HAS-IT\nread line\n");
    let editor = home.path().join("bin/my-editor").display().to_string();
    let script = format!("{BINARY} --sandbox instances; echo SHELL-HAS-IT; read line; fg; echo STATUS-$?");
    let mut t = home.shell(&script);
    t.sees("my-bastion-host");
    t.send("\x1a").sees("SHELL-HAS-IT");
    given_back(&t.raw(), 1);
    t.send("\n").until("on again", |t| t.raw().matches(ON).count() == 2);
    t.sees("my-bastion-host");
    t.send("q").sees("STATUS-0");
    given_back(&t.raw(), 2);

    let mut t = home.open(&["--sandbox", "instances", "state:stopped"], &[("VISUAL", &editor)]);
    t.sees("my-openvpn-ec2").sees("complete");
    t.send(":edit-user-data\r").sees("Continue to the plan");
    t.send("\x1be").sees("EDITOR-HAS-IT");
    given_back(&t.raw(), 1);
    t.send("\n").until("on again", |t| t.raw().matches(ON).count() == 2);
    t.send("\x03\x03");
}

#[test]
fn in_tmux_with_its_mouse_on_a_click_arrives() {
    if Command::new("tmux").arg("-V").output().is_err() {
        return eprintln!("left out: tmux is not installed");
    }
    let home = with_mouse();
    let conf = home.path().join("tmux.conf");
    std::fs::write(&conf, "set -g mouse on\nset -g status off\n").unwrap();
    let conf = conf.display().to_string();
    let socket = home.path().join("tmux.socket").display().to_string();
    let console = format!("{BINARY} --sandbox instances");
    let args = ["-S", &socket, "-f", &conf, "-u", "new-session", &console];
    let path = std::env::var("PATH").unwrap_or_default();
    let mut t = home.open_other("tmux", &args, &[("PATH", &path), ("TERM", "xterm-256color")]);
    t.sees("my-bastion-host").sees("complete");
    click(&mut t, "grafana");
    t.until("the row", |t| focused(t).contains("grafana"));
    let first = focused(&t);
    report(&mut t, 65, (20, 10));
    t.until("another row", |t| focused(t) != first);
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}
