//! The shell's own: where one is, who one is, what one is told.

use std::time::Duration;

use super::{Cx, Options, Ran, dispatch, find};
use crate::sandbox::shell::data;
use crate::sandbox::shell::files;
use crate::sandbox::shell::machine::{Part, home};
use crate::sandbox::shell::session::Change;

/// `help`, `help COMMAND`
pub(super) fn help(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let manager = cx.host.manager();
    if let Some(name) = arguments.first() {
        return match data::command(name, manager) {
            Some(command) => Ran::out(wrapped(&command.help, "    ")),
            None => Ran::failed(&format!("help: this simulated shell does not know {name}\n"), 1),
        };
    }
    let mut text =
        String::from("This shell is simulated by Skydeck: it acts on the sandbox's instance and networks.\n");
    let mut others = Vec::new();
    for command in data::COMMANDS.iter().filter(|c| c.is_on(manager)) {
        match &command.about {
            Some(about) => text.push_str(&format!("  {:<10} {about}\n", command.name)),
            None => others.push(command.name.as_str()),
        }
    }
    text.push_str(&wrapped(&format!("Besides: {}.", others.join(" ")), "  "));
    let packages = data::PACKAGES.iter().filter(|p| p.edition(manager).is_some());
    let packages = packages.map(|p| p.name.as_str()).collect::<Vec<_>>().join(" ");
    text.push_str(&wrapped(&format!("Packages: {packages}."), "  "));
    let signs = "There are | > >> < 2> && || ; & $NAME $(COMMAND), * in names, and if … then … else … fi.";
    text.push_str(&wrapped(signs, "  "));
    text.push_str("help COMMAND says which options it takes.\n");
    Ran::out(text)
}

/// Text in lines that fit, those after the first with something before them.
fn wrapped(text: &str, before: &str) -> String {
    const CELLS: usize = 78;
    let (mut out, mut line) = (String::new(), String::new());
    for word in text.split(' ') {
        if !line.trim().is_empty() && line.chars().count() + 1 + word.chars().count() > CELLS {
            out.push_str(&line);
            out.push('\n');
            line = before.to_string();
        } else if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    format!("{out}{line}\n")
}

/// `exit [STATUS]`
pub(super) fn exit(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let status = match arguments.first().map(|a| a.parse::<i32>()) {
        None => cx.who.status,
        Some(Ok(status)) => status & 0xff,
        Some(Err(_)) => {
            return Ran::failed(&format!("bash: exit: {}: numeric argument required\n", arguments[0]), 2)
                .then(Part::Do(Change::Leave(2)));
        }
    };
    Ran::out("logout\n").then(Part::Do(Change::Leave(status))).with_status(status)
}

/// `sudo [-u USER] [-i] COMMAND`
pub(super) fn sudo(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let mut rest = arguments;
    let (mut user, mut shell) = ("root".to_string(), false);
    while let Some(first) = rest.first().filter(|a| a.starts_with('-')) {
        match first.as_str() {
            "-u" => {
                let Some(name) = rest.get(1) else {
                    return Ran::failed("sudo: option requires an argument -- 'u'\n", 1);
                };
                if name != "root" && *name != cx.host.system().user {
                    return Ran::failed(
                        &format!("sudo: unknown user {name}\nsudo: error initializing audit plugin sudoers_audit\n"),
                        1,
                    );
                }
                user.clone_from(name);
                rest = &rest[2..];
            }
            "-i" | "-s" => {
                shell = true;
                rest = &rest[1..];
            }
            "-E" | "-H" | "-n" => rest = &rest[1..],
            other => return super::not_simulated("sudo", other),
        }
    }
    let sets =
        |a: &&String| a.split_once('=').is_some_and(|(n, _)| n.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    while rest.first().filter(sets).is_some() {
        rest = &rest[1..];
    }
    if rest.is_empty() {
        return match shell {
            true => Ran::quietly(0).then(Part::Do(Change::Become(user))),
            false => {
                Ran::failed("usage: sudo -h | -K | -k | -V\nusage: sudo [-AbEHknPS] [-u user] [command [arg ...]]\n", 1)
            }
        };
    }
    if let ["su" | "bash", ..] = rest.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        return Ran::quietly(0).then(Part::Do(Change::Become(user)));
    }
    // What only the shell itself has cannot be started.
    let own = ["cd", "exit", "logout", "export", "history", "jobs", "help", "command"];
    if own.contains(&rest[0].as_str()) || find(cx.host, &rest[0]).is_none() && !rest[0].contains('/') {
        let known = data::command(&rest[0], cx.host.manager()).is_some();
        let hint = if known {
            ""
        } else {
            "(simulated by Skydeck: this shell knows the commands that help lists, and no others)\n"
        };
        return Ran::failed(&format!("sudo: {}: command not found\n{hint}", rest[0]), 1);
    }
    let before = std::mem::replace(&mut cx.user, user);
    let ran = dispatch(cx, rest);
    cx.user = before;
    ran
}

/// `su -`: without a password there is none to give.
pub(super) fn su(cx: &mut Cx<'_, '_>, _: &[String]) -> Ran {
    match cx.is_root() {
        true => Ran::quietly(0).then(Part::Do(Change::Become("root".into()))),
        false => Ran::failed(
            "Password: \nsu: Authentication failure\n(simulated by Skydeck: as on the real image root has no password; sudo -i)\n",
            1,
        ),
    }
}

/// `cd [FOLDER]`
pub(super) fn cd(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    if arguments.len() > 1 {
        return Ran::failed("bash: cd: too many arguments\n", 1);
    }
    let path = match arguments.first().map(String::as_str) {
        None => home(&cx.who.user),
        Some("-") => cx.variable("OLDPWD"),
        Some(path) => path.to_string(),
    };
    let full = cx.path(&path);
    if !files::is_folder(cx.host, &full) {
        let what = if files::exists(cx.host, &full) { "Not a directory" } else { "No such file or directory" };
        return Ran::failed(&format!("bash: cd: {path}: {what}\n"), 1);
    }
    if full.starts_with("/root") && cx.who.user != "root" {
        return Ran::failed(&format!("bash: cd: {path}: Permission denied\n"), 1);
    }
    let before = std::mem::replace(&mut cx.who.folder, full);
    cx.set("OLDPWD", &before);
    Ran::quietly(0)
}

/// `pwd`
pub(super) fn pwd(cx: &mut Cx<'_, '_>, _: &[String]) -> Ran {
    Ran::out(format!("{}\n", cx.who.folder))
}

/// `echo [-n] [-e] TEXT…`
pub(super) fn echo(_: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let (mut ends, mut escapes, mut rest) = (true, false, arguments);
    while let Some(first) = rest.first().filter(|a| matches!(a.as_str(), "-n" | "-e" | "-ne" | "-en")) {
        ends &= !first.contains('n');
        escapes |= first.contains('e');
        rest = &rest[1..];
    }
    let mut text = rest.join(" ");
    if escapes {
        text = text.replace("\\n", "\n").replace("\\t", "\t");
    }
    if ends {
        text.push('\n');
    }
    Ran::out(text)
}

/// Seconds as sleep and stress take them: `5`, `2.5`, `10s`, `1m`, `1h`.
pub(super) fn span(text: &str) -> Option<Duration> {
    let (number, factor) = match text.strip_suffix(['s', 'm', 'h', 'd']) {
        Some(number) if text.ends_with('s') => (number, 1.0),
        Some(number) if text.ends_with('m') => (number, 60.0),
        Some(number) if text.ends_with('h') => (number, 3_600.0),
        Some(number) => (number, 86_400.0),
        None => (text, 1.0),
    };
    let fits = number.chars().all(|c| c.is_ascii_digit() || c == '.');
    let seconds = number.parse::<f64>().ok().filter(|n| fits && n.is_finite())? * factor;
    Some(Duration::from_secs_f64(seconds.min(30.0 * 86_400.0)))
}

/// `sleep SECONDS`
pub(super) fn sleep(_: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let mut all = Duration::ZERO;
    for argument in arguments {
        match span(argument) {
            Some(time) => all += time,
            None => return Ran::failed(&format!("sleep: invalid time interval ‘{argument}’\n"), 1),
        }
    }
    if arguments.is_empty() {
        return Ran::failed("sleep: missing operand\n", 1);
    }
    Ran::quietly(0).after(all)
}

/// `true`, `false`
pub(super) fn truth(cx: &mut Cx<'_, '_>, _: &[String]) -> Ran {
    Ran::quietly(i32::from(cx.called() == "false"))
}

/// `command -v NAME`, `which NAME`
pub(super) fn which(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let called = cx.called();
    let options = match Options::read(&called, arguments, &["-v"], &[]) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    if called == "command" && !options.has(&["-v"]) {
        return dispatch(cx, &options.rest);
    }
    let mut text = String::new();
    let mut status = 0;
    for name in &options.rest {
        match find(cx.host, name) {
            Some(command) => text.push_str(&format!("/usr/bin/{}\n", command.name)),
            None => status = 1,
        }
    }
    Ran::out(text).with_status(status)
}

/// `export NAME=VALUE`
pub(super) fn export(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    for argument in arguments {
        let (name, value) = argument.split_once('=').unwrap_or((argument, ""));
        let first = |c: char| c.is_ascii_alphabetic() || c == '_';
        if !name.starts_with(first) || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Ran::failed(&format!("bash: export: `{argument}': not a valid identifier\n"), 1);
        }
        if argument.contains('=') {
            cx.set(name, value);
        }
    }
    Ran::quietly(0)
}

/// `clear`
pub(super) fn clear(_: &mut Cx<'_, '_>, _: &[String]) -> Ran {
    Ran::quietly(0).then(Part::Clear)
}

/// `history`
pub(super) fn history(cx: &mut Cx<'_, '_>, _: &[String]) -> Ran {
    let lines = cx.history.iter().enumerate().map(|(n, line)| format!("{:>5}  {line}\n", n + 1));
    Ran::out(lines.collect::<String>())
}

/// `seq [FIRST] LAST`: whole numbers, upwards.
pub(super) fn seq(_: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    const MOST: i64 = 1_000;
    let mut numbers = Vec::new();
    for argument in arguments {
        match argument.parse::<i64>() {
            Ok(number) => numbers.push(number),
            Err(_) => return Ran::failed(&format!("seq: invalid floating point argument: '{argument}'\n"), 1),
        }
    }
    let (first, last) = match numbers.as_slice() {
        [last] => (1, *last),
        [first, last] => (*first, *last),
        [] => return Ran::failed("seq: missing operand\n", 1),
        _ => return super::not_simulated("seq", "a step"),
    };
    if last.saturating_sub(first) >= MOST {
        return Ran::failed(&format!("seq: the simulated shell counts at most {MOST} numbers.\n"), 1);
    }
    Ran::out((first..=last).map(|n| format!("{n}\n")).collect::<String>())
}

/// `vi`, `vim`, `nano`: what to use instead.
pub(super) fn editor(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let called = cx.called();
    let file = arguments.iter().find(|a| !a.starts_with(['-', '+'])).map_or("FILE", String::as_str);
    Ran::failed(
        &format!(
            "{called}: editors are not simulated. To write {file}: cat > {file} <<'END', its lines, and END on a line of its own;\n\
             to add a line: echo TEXT >> {file}, or with root's rights: echo TEXT | sudo tee -a {file}.\n"
        ),
        1,
    )
}
