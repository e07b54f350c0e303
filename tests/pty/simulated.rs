//! The sandbox's simulated shell in a terminal of 80x24: its prompt, its keys, and the console that comes back as it was.

use rustix::process::Signal;

use crate::support::terminal::{Home, Terminal};

/// The sandbox at the bastion's row, fast enough that nothing is waited for long.
fn open(home: &Home, more: &[&str]) -> Terminal {
    let t =
        home.open(&[&["--sandbox", "--sandbox-speed", "20"], more, &["instances name=my-bastion-host"]].concat(), &[]);
    t.sees("complete").sees("▸ ");
    t
}

/// Presses `c` and `s`, and waits for the prompt.
fn log_in(t: &mut Terminal) {
    t.send("c").until("the ways", |t| t.text().contains("Simulated by Skydeck") && !t.text().contains("Looking for"));
    t.send("s").until("the shell", |t| !t.is_alternate() && t.text().contains(" ~]$ "));
}

#[test]
fn a_web_server_is_installed_asked_and_left_and_the_console_is_as_it_was() {
    let home = Home::new();
    let mut t = open(&home, &[]);
    let before = t.styled();
    log_in(&mut t);
    t.sees("$ ssh ").sees("This shell is simulated by Skydeck");
    t.send("sudo dnf install -y nginx\r").sees("Complete!");
    t.send("curl localhost\r").sees("curl: (7) Failed to connect to localhost port 80");
    t.send("clear; sudo systemctl start nginx; curl -s localhost\r").sees("<h1>Welcome to nginx!</h1>");
    // The line is edited, and an older one comes back.
    t.send("ecXho sec").until("the line", |t| t.text().contains("ecXho sec"));
    t.send("\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x7f\x05ond\r")
        .until("its output", |t| t.text().lines().any(|l| l == "second"));
    t.send("echo fir").send("st\r").until("its output", |t| t.text().lines().any(|l| l == "first"));
    t.send("\x1b[A").until("the older line", |t| {
        t.text().lines().rfind(|l| !l.is_empty()).is_some_and(|l| l.ends_with("$ echo first"))
    });
    t.send("\x03");
    t.send("exit\r").sees("ssh to my-bastion-host has ended.");
    t.until("the same screen", |t| t.is_alternate() && t.styled()[..23] == before[..23]);
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn ctrl_c_ends_ping_and_ctrl_d_the_shell() {
    let home = Home::new();
    let mut t = open(&home, &[]);
    log_in(&mut t);
    t.send("ping 8.8.8.8\r").sees("icmp_seq=3");
    t.send("\x03").sees("packets transmitted").sees("% packet loss");
    t.send("top\r").sees("load average:");
    t.send("q");
    t.until("the prompt", |t| {
        t.text().lines().rfind(|l| !l.is_empty()).is_some_and(|l| l.trim_end().ends_with(" ~]$"))
    });
    t.send("\x04").sees("ssh to my-bastion-host has ended.");
    t.until("the console", |t| t.is_alternate());
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn what_does_not_answer_is_waited_for_as_ssh_does_and_ctrl_c_ends_that() {
    let home = Home::new();
    let mut t = open(&home, &[]);
    t.send("c").until("the ways", |t| t.text().contains("ssh, private") && !t.text().contains("Looking for"));
    t.send("p").sees("nothing answers; Ctrl-C ends the wait");
    t.send("\x03").sees("has ended with exit status 130.").until("the console", |t| t.is_alternate());
    t.send("c").until("the ways", |t| t.text().contains("ssh, private") && !t.text().contains("Looking for"));
    t.send("p");
    t.sees("failed: connect to host 10.1.0.215 port 22:");
    t.until("the console", |t| t.is_alternate());
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn a_signal_to_end_gives_the_terminal_back_from_within_the_shell() {
    let home = Home::new();
    let mut t = open(&home, &[]);
    log_in(&mut t);
    t.send("sleep 1h\r");
    t.signal(Signal::TERM);
    let status = t.ended();
    assert!(!status.success());
    assert!(!t.is_alternate() && t.has_cursor());
}

#[test]
fn read_only_mode_opens_no_shell() {
    let home = Home::new();
    let mut t = open(&home, &["--read-only"]);
    t.send("c").sees("Read-only mode refuses it.");
    t.send("s\r").send("\x1b").until("the table", |t| !t.text().contains("Connect to"));
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
    assert!(!t.raw().contains("This shell is simulated"));
}
