//! systemd's services: what runs, listens.

use std::time::Duration;

use super::{Cx, Options, Ran, not_simulated};
use crate::sandbox::shell::data;

fn plain(name: &str) -> &str {
    name.strip_suffix(".service").unwrap_or(name)
}

/// `systemctl VERB SERVICE…`
pub(super) fn systemctl(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = match Options::read("systemctl", arguments, &["--now", "--no-pager", "-l", "-q"], &[]) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    let Some((verb, names)) = options.rest.split_first() else {
        return not_simulated("systemctl", "the list of all units");
    };
    if verb == "daemon-reload" {
        return Ran::quietly(0);
    }
    if names.is_empty() {
        return Ran::failed("Too few arguments.\n", 1);
    }
    let mut all = Ran::quietly(0);
    for name in names {
        let ran = one(cx, verb, plain(name), options.has(&["--now"]));
        all.status = if ran.status == 0 { all.status } else { ran.status };
        all.parts.extend(ran.parts);
    }
    all
}

/// `service SERVICE VERB`
pub(super) fn service(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    match arguments {
        [name, verb] if !name.starts_with('-') => one(cx, verb, plain(name), false),
        _ => {
            Ran::failed("Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]\n", 1)
        }
    }
}

fn one(cx: &mut Cx<'_, '_>, verb: &str, name: &str, now: bool) -> Ran {
    let unit = format!("{name}.service");
    if cx.host.service(name).is_none() {
        return match verb {
            "start" | "restart" | "reload" => {
                Ran::failed(&format!("Failed to {verb} {unit}: Unit {unit} not found.\n"), 5)
            }
            "stop" => Ran::failed(&format!("Failed to stop {unit}: Unit {unit} not loaded.\n"), 5),
            "enable" | "disable" => {
                Ran::failed(&format!("Failed to {verb} unit: Unit file {unit} does not exist.\n"), 1)
            }
            "status" => Ran::failed(&format!("Unit {unit} could not be found.\n"), 4),
            "is-active" => Ran::out("inactive\n").with_status(3),
            "is-enabled" => {
                Ran::failed(&format!("Failed to get unit file state for {unit}: No such file or directory\n"), 1)
            }
            other => not_simulated("systemctl", other),
        };
    }
    let changes = matches!(verb, "start" | "stop" | "restart" | "reload" | "enable" | "disable");
    if changes && !cx.is_root() {
        let text = format!(
            "Failed to {verb} {unit}: Interactive authentication required.\nSee system logs and 'systemctl status {unit}' for details.\n"
        );
        return Ran::failed(&text, 1);
    }
    match verb {
        "start" => start(cx, name),
        "restart" => {
            cx.host.stop(name);
            start(cx, name)
        }
        "stop" => {
            cx.host.stop(name);
            Ran::quietly(0)
        }
        "reload" if cx.host.runs(name) => Ran::quietly(0),
        "reload" => Ran::failed(&format!("{unit} is not active, cannot reload.\n"), 1),
        "enable" | "disable" => {
            let was = cx.host.service(name).is_some_and(|s| s.enabled);
            cx.host.enable(name, verb == "enable");
            let link = format!("/etc/systemd/system/multi-user.target.wants/{unit}");
            let text = match (verb, was) {
                ("enable", false) => format!("Created symlink {link} → /usr/lib/systemd/system/{unit}.\n"),
                ("disable", true) => format!("Removed \"{link}\".\n"),
                _ => String::new(),
            };
            let mut ran = Ran::failed(&text, 0);
            if now && verb == "enable" {
                let started = start(cx, name);
                ran.status = started.status;
                ran.parts.extend(started.parts);
            } else if now {
                cx.host.stop(name);
            }
            ran
        }
        "is-active" => {
            let (word, status) = state(cx, name);
            Ran::out(format!("{word}\n")).with_status(status)
        }
        "is-enabled" => match cx.host.service(name).is_some_and(|s| s.enabled) {
            true => Ran::out("enabled\n"),
            false => Ran::out("disabled\n").with_status(1),
        },
        "status" => status(cx, name),
        other => not_simulated("systemctl", other),
    }
}

fn start(cx: &mut Cx<'_, '_>, name: &str) -> Ran {
    match cx.host.start(name) {
        Ok(()) => Ran::quietly(0),
        Err(_) => {
            let text = format!(
                "Job for {name}.service failed because the control process exited with error code.\n\
                 See \"systemctl status {name}.service\" and \"journalctl -xeu {name}.service\" for details.\n"
            );
            Ran::failed(&text, 1).after(Duration::from_millis(300))
        }
    }
}

/// The word, and the exit status that goes with it.
fn state(cx: &Cx<'_, '_>, name: &str) -> (&'static str, i32) {
    match () {
        () if cx.host.runs(name) => ("active", 0),
        () if cx.host.inside().is_some_and(|i| i.failed.contains(name)) => ("failed", 3),
        () => ("inactive", 3),
    }
}

fn status(cx: &Cx<'_, '_>, name: &str) -> Ran {
    let (word, code) = state(cx, name);
    let manager = cx.host.manager();
    let package = data::package_of(name, manager);
    let description =
        package.and_then(|p| p.edition(manager)).map_or_else(|| format!("{name} server"), |e| e.description.clone());
    let enabled = if cx.host.service(name).is_some_and(|s| s.enabled) { "enabled" } else { "disabled" };
    let mark = match word {
        "active" => "●",
        "failed" => "×",
        _ => "○",
    };
    let mut text = format!(
        "{mark} {name}.service - {description}\n     Loaded: loaded (/usr/lib/systemd/system/{name}.service; {enabled}; preset: enabled)\n"
    );
    let running = cx.host.inside().and_then(|i| i.running.get(name)).copied();
    match (word, running) {
        ("active", Some((pid, since))) => {
            let day = since.timestamp().strftime("%a %Y-%m-%d %H:%M:%S UTC").to_string();
            text.push_str(&format!("     Active: active (running) since {day}; {} ago\n", ago(cx.host.since(since))));
            text.push_str(&format!("   Main PID: {pid} ({name})\n"));
        }
        ("failed", _) => {
            let port = cx.host.service(name).and_then(|s| s.ports.first()).copied().unwrap_or_default();
            text.push_str("     Active: failed (Result: exit-code)\n\n");
            text.push_str(&format!(
                "{} {name}: bind() to 0.0.0.0:{port} failed (98: Address already in use)\n",
                cx.host.short_name()
            ));
        }
        _ => text.push_str("     Active: inactive (dead)\n"),
    }
    Ran::out(text).with_status(code)
}

/// `3min 12s`, as systemd has it.
fn ago(time: Duration) -> String {
    let s = time.as_secs();
    match s {
        0..=59 => format!("{s}s"),
        60..=3_599 => format!("{}min {}s", s / 60, s % 60),
        3_600..=86_399 => format!("{}h {}min", s / 3_600, s / 60 % 60),
        _ => format!("{} days", s / 86_400),
    }
}

/// `nginx -t`, `nginx -v`
pub(super) fn nginx(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let manager = cx.host.manager();
    let version = data::package("nginx", manager).and_then(|p| p.server(manager)).unwrap_or_default();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["-v"] => Ran::failed(&format!("nginx version: {version}\n"), 0),
        ["-t"] if cx.is_root() => Ran::failed(
            "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n",
            0,
        ),
        _ => not_simulated("nginx", "this"),
    }
}
