//! What stands around the console: completion in the shells themselves, manual pages as their readers see them, the settings file, the
//! first minute, the screen in a file.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::support::terminal::{BINARY, Home, Terminal};

/// Whether a program is there; a test that needs one that is not says so.
fn is_there(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok();
    if !there {
        eprintln!("left out: {program} is not installed");
    }
    there
}

/// A shell with the completions loaded by `load`.
fn shell(home: &Home, program: &str, args: &[&str], load: &str) -> Terminal {
    let folder = Path::new(BINARY).parent().unwrap().display().to_string();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    let mut t = home.open_other(program, args, &[("PATH", &path), ("PS1", "ready> "), ("TERM", "xterm")]);
    t.sees("ready>");
    t.send(load).send("\r");
    t.send("echo lo''aded\r").sees("loaded");
    t
}

/// What a line becomes when tab is pressed at its end.
fn completes(t: &mut Terminal, line: &str, becomes: &str) {
    t.send("\x15").send(line);
    t.until(line, |t| t.text().lines().any(|l| l.contains(line)));
    t.send("\t");
    t.until(becomes, |t| t.text().lines().any(|l| l.contains(becomes)));
}

/// The places of a line that every shell has to complete.
fn each_place(t: &mut Terminal) {
    for (line, becomes) in [
        ("skydeck get vol", "skydeck get volumes "),
        ("skydeck get instances launche", "skydeck get instances launched:"),
        ("skydeck get volumes encrypted:y", "skydeck get volumes encrypted:yes "),
        ("skydeck get volumes -c name,iop", "skydeck get volumes -c name,iops "),
        ("skydeck --region eu-no", "skydeck --region eu-north-1 "),
        ("skydeck --sandbox=em", "skydeck --sandbox=empty "),
        ("skydeck --theme my-th", "skydeck --theme my-theme "),
        ("skydeck --profile my-pro", "skydeck --profile my-profile "),
        ("skydeck comp", "skydeck completions "),
        ("skydeck --log fi", "skydeck --log file-of-mine "),
    ] {
        completes(t, line, becomes);
    }
}

fn furnished() -> Home {
    let home = Home::new();
    home.config("themes/my-theme.toml", "");
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    std::fs::write(home.path().join(".aws/config"), "[profile my-profile]\nregion = eu-west-1\n").unwrap();
    std::fs::write(home.path().join("file-of-mine"), "").unwrap();
    home
}

#[test]
fn bash_completes_what_only_skydeck_knows() {
    let home = furnished();
    let args = ["--norc", "--noprofile", "-i"];
    let mut t = shell(&home, "bash", &args, "PS1='ready> '; source <(skydeck completions bash)");
    each_place(&mut t);
    completes(&mut t, "skydeck 'instances state:running launche", "skydeck 'instances state:running launched:");
    t.send("\x15").send("exit\r");
}

#[test]
fn zsh_completes_what_only_skydeck_knows() {
    if !is_there("zsh") {
        return;
    }
    let home = furnished();
    let load = "PS1='ready> '; autoload -Uz compinit && compinit -u -D; source <(skydeck completions zsh)";
    let mut t = shell(&home, "zsh", &["-f", "-i"], load);
    each_place(&mut t);
    t.send("\x15").send("exit\r");
}

#[test]
fn fish_completes_what_only_skydeck_knows() {
    if !is_there("fish") {
        return;
    }
    let home = furnished();
    let init = "function fish_prompt; echo -n 'ready> '; end; set -g fish_autosuggestion_enabled 0";
    let args = ["--no-config", "-i", "--init-command", init];
    let mut t = shell(&home, "fish", &args, "skydeck completions fish | source");
    each_place(&mut t);
    t.send("\x15").send("exit\r");
}

#[test]
fn every_page_that_the_manual_names_is_there_and_its_readers_find_nothing_wrong() {
    let home = Home::new();
    let folder = home.path().join("man1");
    let ended = home.run(&["man", "--dir", folder.to_str().unwrap()]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    let main = std::fs::read_to_string(folder.join("skydeck.1")).unwrap();
    for heading in ["COMMANDS", "KEYS", "QUERIES", "FILES", "ENVIRONMENT", "\"EXIT STATUS\"", "EXAMPLES"] {
        assert!(main.contains(&format!(".SH {heading}\n")), "{heading}: {main}");
    }
    let named = main.lines().filter_map(|l| l.strip_suffix("(1)")?.strip_prefix("skydeck\\-"));
    let named: Vec<String> = named.map(|name| name.replace("\\-", "-")).collect();
    assert!(named.len() >= 9 && named.contains(&"get".into()) && !named.contains(&"complete".into()), "{named:?}");
    for name in named {
        let page = std::fs::read_to_string(folder.join(format!("skydeck-{name}.1"))).unwrap();
        assert_eq!(home.run(&["man", &name]).out, page);
    }
    assert_eq!(home.run(&["man"]).out, main);
    assert_eq!(
        home.run(&["man", "gte"]).err.lines().next(),
        Some("skydeck: There is no command gte. Did you mean get?")
    );
    let pages: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    if is_there("mandoc") {
        let out = Command::new("mandoc").args(["-T", "lint", "-W", "warning"]).args(&pages).output().unwrap();
        let told = String::from_utf8_lossy(&out.stdout);
        assert!(out.status.success(), "{told}");
    }
    if is_there("groff") {
        for page in &pages {
            let out =
                Command::new("groff").args(["-ww", "-K", "utf8", "-man", "-T", "utf8"]).arg(page).output().unwrap();
            assert!(out.status.success() && out.stderr.is_empty(), "{}", String::from_utf8_lossy(&out.stderr));
        }
    }
}

#[test]
fn the_settings_file_is_made_in_its_place_and_opened_with_the_users_editor() {
    let home = Home::new();
    let ended = home.run(&["config", "--default", "--write"]);
    let path = home.path().join(".config/skydeck/config.toml");
    assert_eq!((ended.status, ended.out.trim()), (Some(0), path.to_str().unwrap()), "{ended:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), home.run(&["config", "--default"]).out);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let again = home.run(&["config", "--default", "--write"]);
    assert_eq!(again.status, Some(1), "{again:?}");
    assert!(again.err.contains("is there already"), "{again:?}");

    let editor = home.script("an-editor", "#!/bin/sh\nprintf 'themme = \"dark\"\\n' > \"$2\"\n");
    let env = [("PATH", editor.as_str()), ("EDITOR", "an-editor --flag")];
    let ended = home.run_with(&["config", "--edit"], &env);
    assert_eq!(ended.status, Some(1), "what is wrong is said at once: {ended:?}");
    assert!(ended.out.contains("config.toml:1") && ended.out.contains("theme"), "{ended:?}");
    let ended = home.run_with(&["config", "--edit"], &[("EDITOR", "no-such-editor")]);
    assert_eq!(ended.status, Some(1), "{ended:?}");
    assert!(ended.err.contains("no-such-editor cannot be run"), "{ended:?}");

    let fresh = Home::new();
    let ended = fresh.run_with(&["config", "--edit"], &[("EDITOR", "true")]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(fresh.path().join(".config/skydeck/config.toml").exists(), "it is made where it is not there");
}

#[test]
fn the_line_for_the_first_minute_comes_back_until_it_was_read_and_never_after() {
    let home = Home::new();
    let line = "A practice account";
    let mut t = home.open(&["--sandbox"], &[]);
    t.sees("my-bastion-host").sees(line);
    t.send("jq");
    assert_eq!(t.ended().exit_code(), 0);
    let mut t = home.open(&["--sandbox"], &[]);
    t.sees(line);
    t.send("?").sees("Only rows with a problem");
    // It is written beside the drawing.
    let mark = home.path().join(".state/skydeck/welcomed");
    t.until("the mark", |_| mark.exists());
    t.send("qq");
    assert_eq!(t.ended().exit_code(), 0);
    assert_eq!(std::fs::metadata(&mark).unwrap().permissions().mode() & 0o777, 0o600);
    let mut t = home.open(&["--sandbox"], &[]);
    t.sees("my-bastion-host").sees("? help");
    assert!(!t.text().contains(line));
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn the_screen_is_written_to_a_file_and_the_table_is_copied() {
    let home = Home::new();
    let mut t = home.open(&["--sandbox"], &[]);
    t.sees("my-bastion-host");
    t.send("\x13").sees("The screen is in");
    let written = || {
        std::fs::read_dir(home.path())
            .unwrap()
            .map(|e| e.unwrap().path())
            .find(|p| p.extension().is_some_and(|e| e == "txt"))
    };
    let text = std::fs::read_to_string(written().unwrap()).unwrap();
    assert!(text.contains("my-bastion-host") && text.lines().count() == 24 && !text.contains('\x1b'), "{text}");
    t.send("/name:bastion\r").sees("1 of");
    t.send("Y").sees("as Markdown");
    t.send("/csv\r").sees("Copied 1 row as CSV");
    t.until("the text", |t| t.raw().contains("\x1b]52;"));
    t.send("Y").sees("as Markdown");
    t.send("/link\r").sees("The web console cannot show the sandbox.");
    t.send("\x1b");
    t.gives(std::time::Duration::from_millis(300), |_| false);
    t.send("\x1b");
    t.gives(std::time::Duration::from_millis(300), |_| false);
    t.send("q");
}
