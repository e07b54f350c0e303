//! In a terminal: drawn, resized, coloured as the terminal can, and given back however it ends.

use rustix::process::Signal;
use skydeck::term::{Term, TermEvent};

use crate::support::terminal::{BINARY, Home, Terminal};

#[test]
fn the_first_screen_comes_keys_work_and_q_ends_it_with_status_0() {
    let home = Home::new();
    let mut t = home.open(&["--sandbox"], &[]);
    t.sees("SANDBOX").sees("my-bastion-host").sees("complete");
    assert!(t.is_alternate() && !t.has_cursor());
    t.send("/state:stopped\r").sees("my-openvpn-ec2");
    t.until("the filter", |t| !t.text().contains("my-bastion-host"));
    t.send("\x1b").sees("my-bastion-host");
    t.send(":target-groups\r").sees("my-alchemine-app-tg-80");
    t.send("[").sees("my-bastion-host");
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
    assert!(!t.is_alternate() && t.has_cursor());
}

/// Every 65th key of a burst was once taken out of the queue and not looked at.
#[test]
fn no_key_of_many_that_come_at_once_is_lost() {
    let mut t = Home::new().open(&["--sandbox"], &[]);
    t.resize(240, 24);
    t.sees("complete");
    let line: String = (0..55).map(|n| format!("{n:03}.")).collect();
    t.send(&format!(":{line}"));
    t.until("the whole line", |t| t.text().contains(&line));
    t.send("\x1b\x1bq");
}

#[test]
fn a_view_can_be_named_on_the_command_line() {
    let mut t = Home::new().open(&["--sandbox", "instances", "state:stopped"], &[]);
    t.sees("my-openvpn-ec2");
    assert!(!t.text().contains("my-bastion-host"));
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn a_wrong_view_in_the_settings_is_said_and_costs_that_setting_only() {
    let home = Home::new();
    home.config("config.toml", "theme = \"light\"\nview = \"instanses\"\n");
    let mut t = home.open(&["--sandbox"], &[]);
    t.sees("my-bastion-host");
    t.send(":messages\r").sees("config.toml:2:8").sees("instanses").sees("did you mean instances?");
    t.send("qq");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn a_key_at_the_very_moment_of_a_resize_is_taken_at_once() {
    let mut t = Home::new().open(&["--sandbox"], &[]);
    t.sees("my-bastion-host");
    t.send(":");
    for round in 0..15 {
        let mut typed = String::new();
        for (n, letter) in ('a'..='t').enumerate() {
            t.resize(80 + (n as u16 % 2), 24);
            t.send(&letter.to_string());
            typed.push(letter);
            t.until(&format!("letter {n} of round {round}"), |t| t.text().contains(&typed));
        }
        // Readline's way to empty a line.
        t.send("\x15").until("an empty line", |t| !t.text().contains(&typed));
    }
    t.send("\x1b\x1bq");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn it_follows_the_terminals_size_down_to_nothing_and_back() {
    let mut t = Home::new().open(&["--sandbox"], &[]);
    t.sees("my-bastion-host");
    t.resize(20, 5);
    t.sees("needed.");
    // On so small a screen keys change nothing, and nothing is written for them: ctrl-l, after them, says that they were taken.
    let before = t.raw().len();
    t.send("jjdd\x0c").until("the screen drawn anew", |t| t.raw().len() > before);
    t.resize(120, 40);
    t.sees("my-bastion-host").sees("PUBLIC IP");
    t.resize(80, 24);
    t.until("80 columns", |t| !t.text().contains("PUBLIC IP")).sees("my-bastion-host");
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}

/// Presses a key and waits for its frame to be whole.
fn step(t: &mut Terminal, key: &str) -> usize {
    let (before, frames) = (t.raw().len(), t.raw().matches("\x1b[?2026l").count());
    t.send(key).until("an answer to a key", |t| t.raw().matches("\x1b[?2026l").count() > frames);
    t.raw().len() - before
}

#[test]
fn a_table_that_scrolls_shows_what_a_fresh_drawing_shows_and_writes_little() {
    // More rows than presses: a press that changes nothing has no frame to be waited for.
    let mut t = Home::new().open(&["--sandbox=fleet:100", "instances"], &[]);
    t.sees("complete");
    let mut written: Vec<usize> = Vec::new();
    for keys in [["j"; 35], ["k"; 35], ["j"; 35]] {
        written.extend(keys.map(|key| step(&mut t, key)));
        let moved = t.styled();
        step(&mut t, "\x0c");
        for (fresh, moved) in t.styled().into_iter().zip(moved) {
            assert_eq!(fresh, moved);
        }
    }
    assert!(t.raw().contains("\x1b[4;23r"), "the rows are a region of their own");
    // Beside a press that changes rows and columns at once (a name that is longer than those before), few bytes each.
    written.sort_unstable();
    assert!(written[written.len() * 9 / 10] < 400, "{written:?}");
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}

fn is_colour(params: &str) -> bool {
    params.split([';', ':']).filter_map(|p| p.parse::<u32>().ok()).any(|n| matches!(n, 30..=38 | 40..=48 | 90..=107))
}

#[test]
fn without_colours_no_colour_code_is_written() {
    for (args, env) in [(&["--sandbox"][..], &[("NO_COLOR", "1")][..]), (&["--sandbox", "--no-color"], &[])] {
        let mut t = Home::new().open(args, env);
        t.sees("my-bastion-host").sees("complete");
        t.send("d").sees("overview");
        t.send("?").sees("Only rows with a problem");
        t.until("a screen without remains of the table", |t| !t.text().lines().skip(2).any(|l| l.contains("t3.")));
        // Out of the help, the detail and the console.
        t.send("q").send("q").send("q");
        t.ended();
        let colours: Vec<String> = t.styles().into_iter().filter(|s| is_colour(s)).collect();
        assert_eq!(colours, [""; 0], "{args:?} {env:?}");
        assert!(t.styles().iter().any(|s| s.split(';').any(|p| p == "1")), "weight is there instead");
    }
}

#[test]
fn a_terminal_of_sixteen_colours_gets_no_others() {
    let mut t = Home::new().open(&["--sandbox"], &[("TERM", "linux"), ("COLORTERM", "")]);
    t.sees("my-bastion-host").sees("complete");
    t.send("q");
    t.ended();
    let styles = t.styles();
    assert!(styles.iter().any(|s| is_colour(s)), "{styles:?}");
    // crossterm writes the sixteen as 38;5;0 to 38;5;15.
    let beyond = |s: &String| {
        let n: Vec<u32> = s.split(';').filter_map(|p| p.parse().ok()).collect();
        n.windows(2).any(|w| matches!(w, [38 | 48, 2])) || n.windows(3).any(|w| matches!(w, [38 | 48, 5, n] if *n > 15))
    };
    let beyond: Vec<&String> = styles.iter().filter(|s| beyond(s)).collect();
    assert!(beyond.is_empty(), "{beyond:?}");
}

#[test]
fn a_light_theme_has_other_colours_than_a_dark_one() {
    let styles = |theme: &str| {
        let mut t = Home::new().open(&["--sandbox", "--theme", theme], &[]);
        t.sees("my-bastion-host").sees("complete");
        t.send("q");
        t.ended();
        let mut colours: Vec<String> = t.styles().into_iter().filter(|s| s.contains("38;2;")).collect();
        colours.sort();
        colours.dedup();
        colours
    };
    let (light, dark) = (styles("light"), styles("dark"));
    assert!(!light.is_empty() && !dark.is_empty() && light != dark);
}

#[test]
fn every_signal_to_end_gives_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut t = Home::new().open(&["--sandbox"], &[]);
        t.sees("my-bastion-host");
        t.signal(signal);
        let status = t.ended();
        assert!(!status.success(), "{signal:?}");
        assert!(!t.is_alternate() && t.has_cursor(), "{signal:?}");
    }
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_told_and_a_workers_is_only_told() {
    let mut t = Home::new().open_test("screen::child_that_panics");
    assert_ne!(t.ended().exit_code(), 0);
    assert!(!t.is_alternate() && t.has_cursor());
    let raw = t.raw();
    let (given_back, told) = (raw.rfind("\x1b[?1049l").unwrap(), raw.find("on purpose: a worker").unwrap());
    assert!(given_back < told && raw.contains("(helper) failed") && raw.contains("in a worker"), "{raw}");
    let screen = &raw[raw.find("\x1b[?1049h").unwrap()..given_back];
    assert!(!screen.contains("worker"), "nothing is written over the screen: {screen:?}");
}

#[test]
#[ignore = "run by the test above in a terminal of its own"]
fn child_that_panics() {
    let term = Term::enter(true).unwrap();
    let helper = std::thread::Builder::new().name("helper".into()).spawn(|| panic!("in a worker")).unwrap();
    assert!(helper.join().is_err());
    let told = term.events().iter().find_map(|e| if let TermEvent::Panicked(told) = e { Some(told) } else { None });
    panic!("on purpose: {}", told.unwrap());
}

#[test]
fn ctrl_z_goes_to_the_shell_and_fg_comes_back() {
    let script = format!("{BINARY} --sandbox; echo SHELL-HAS-IT; read line; fg; echo STATUS-$?");
    let mut t = Home::new().shell(&script);
    t.sees("my-bastion-host");
    t.send("\x1a").sees("SHELL-HAS-IT");
    assert!(!t.is_alternate() && t.has_cursor());
    t.send("\n").sees("my-bastion-host");
    assert!(t.is_alternate() && !t.has_cursor());
    t.send("j").send("q").sees("STATUS-0");
    assert!(!t.is_alternate() && t.has_cursor());
}

#[test]
fn a_job_that_was_stopped_can_be_killed() {
    let script =
        format!("{BINARY} --sandbox; echo SHELL-HAS-IT; read line; kill %1; kill -CONT %1; wait %1; echo STATUS-$?");
    let mut t = Home::new().shell(&script);
    t.sees("my-bastion-host");
    t.send("\x1a").sees("SHELL-HAS-IT");
    t.send("\n").sees("STATUS-143");
}

#[test]
fn ctrl_c_closes_what_is_open_and_then_leaves() {
    let mut t = Home::new().open(&["--sandbox"], &[]);
    t.sees("my-bastion-host");
    t.send(":nothing").sees("nothing");
    t.send("\x03");
    t.until("the palette is closed", |t| !t.text().contains("nothing"));
    t.send("\x03");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn pasted_text_is_never_read_as_keys() {
    let mut t = Home::new().open(&["--sandbox"], &[]);
    t.sees("my-bastion-host");
    t.send("\x1b[200~qqq\n:terminate\n\x1b[201~").send(":buckets\r").sees("team-shared-files");
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn the_band_says_what_the_user_calls_a_profile() {
    let home = Home::new();
    home.config("config.toml", "[profiles.default]\nlabel = \"PRODUCTION\"\n");
    let mut t = home.open(&[], &[]);
    t.sees("PRODUCTION").sees("There are no credentials for profile default");
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn without_credentials_the_first_screen_says_so_and_offers_the_sandbox() {
    let mut t = Home::new().open(&[], &[]);
    t.sees("There are no credentials").sees("p opens a practice account");
    t.send("j?").sees("Only rows with a problem");
    // Escape and a key at once would be that key with Alt.
    t.send("q").sees("p opens a practice account");
    t.send("p").sees("SANDBOX").sees("my-bastion-host");
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn broken_settings_are_named_with_their_line_and_the_rest_applies() {
    let home = Home::new();
    home.config("config.toml", "theme = \"light\"\nthemme = \"dark\"\nrefresh = \"often\"\n");
    let mut t = home.open(&["--sandbox"], &[]);
    t.sees("my-bastion-host");
    t.send(":messages\r").sees("config.toml:2").sees("config.toml:3");
    t.send("qq");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn a_terminal_that_is_gone_ends_it_with_status_1_and_not_by_a_signal() {
    let home = Home::new();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/py/hang_up.py");
    let mut command = std::process::Command::new("python3");
    command.args([script, BINARY, "--sandbox"]).env_clear().envs(home.env()).env("TERM", "xterm");
    let out = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&out.stdout).trim(), "1", "{}", String::from_utf8_lossy(&out.stderr));
}
