//! The commands: found by their names, each a Rust function that looks at the world and says what comes of it.

mod basics;
mod curl;
mod disks;
mod files;
mod live;
mod metadata;
mod mounts;
pub(super) mod network;
mod packages;
mod processes;
mod services;
mod system;

use std::time::Duration;

use super::data::{self, Manager};
use super::files as tree;
use super::host::Host;
use super::machine::{Part, Who, home};
pub(super) use live::Live;

/// What a command is run with.
pub(super) struct Cx<'a, 'w> {
    pub(super) host: &'a mut Host<'w>,
    /// Who is at the prompt.
    pub(super) who: &'a mut Who,
    /// As whom the command runs: another one behind sudo.
    pub(super) user: String,
    /// What comes over a pipe or out of a file.
    pub(super) stdin: Option<String>,
    /// Whether cloud-init does it: nothing takes time, and packages are there.
    pub(super) quiet: bool,
    /// How deep in `$(…)`.
    pub(super) depth: usize,
    /// The lines that were entered.
    pub(super) history: &'a [String],
    /// Whether it goes on behind the prompt.
    pub(super) behind: bool,
    /// Whether a pipe is on one of its sides.
    pub(super) piped: bool,
    /// What comes before it: of what was filled in.
    pub(super) before: Vec<Part>,
}

/// What comes of a command.
#[derive(Debug, Clone, Default)]
pub(super) struct Ran {
    pub(super) parts: Vec<Part>,
    pub(super) status: i32,
}

impl Ran {
    /// It writes this.
    pub(super) fn out(text: impl Into<String>) -> Ran {
        Ran { parts: vec![Part::Out(text.into())], status: 0 }
    }
    /// It writes nothing.
    pub(super) fn quietly(status: i32) -> Ran {
        Ran { parts: Vec::new(), status }
    }
    /// It says why it fails.
    pub(super) fn failed(text: &str, status: i32) -> Ran {
        Ran { parts: vec![Part::Err(text.to_string())], status }
    }
    /// So much time passes before.
    pub(super) fn after(mut self, time: Duration) -> Ran {
        self.parts.insert(0, Part::Wait(time));
        self
    }
    /// Then this.
    pub(super) fn then(mut self, part: Part) -> Ran {
        self.parts.push(part);
        self
    }
    pub(super) fn with_status(self, status: i32) -> Ran {
        Ran { status, ..self }
    }
}

impl Cx<'_, '_> {
    pub(super) fn is_root(&self) -> bool {
        self.user == "root"
    }
    /// A path in full.
    pub(super) fn path(&self, path: &str) -> String {
        tree::absolute(path, &self.who.folder, &home(&self.user))
    }
    pub(super) fn variable(&self, name: &str) -> String {
        if let Some(value) = self.who.variables.get(name) {
            return value.clone();
        }
        match name {
            "?" => self.who.status.to_string(),
            "$" => "1187".into(),
            "HOME" => home(&self.who.user),
            "USER" | "LOGNAME" => self.who.user.clone(),
            "PWD" => self.who.folder.clone(),
            "HOSTNAME" => self.host.full_name(),
            "SHELL" => "/bin/bash".into(),
            "PATH" => "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".into(),
            _ => String::new(),
        }
    }
    pub(super) fn set(&mut self, name: &str, value: &str) {
        const MOST: usize = 200;
        if self.who.variables.len() < MOST || self.who.variables.contains_key(name) {
            self.who.variables.insert(name.into(), value.chars().take(4_096).collect());
        }
    }
}

type Run = fn(&mut Cx<'_, '_>, &[String]) -> Ran;

/// The functions by the names that `data/commands.toml` has.
const RUNNERS: &[(&str, Run)] = &[
    ("help", basics::help),
    ("exit", basics::exit),
    ("sudo", basics::sudo),
    ("su", basics::su),
    ("cd", basics::cd),
    ("pwd", basics::pwd),
    ("echo", basics::echo),
    ("sleep", basics::sleep),
    ("truth", basics::truth),
    ("seq", basics::seq),
    ("editor", basics::editor),
    ("which", basics::which),
    ("export", basics::export),
    ("clear", basics::clear),
    ("history", basics::history),
    ("apt", packages::apt),
    ("dnf", packages::dnf),
    ("systemctl", services::systemctl),
    ("service", services::service),
    ("nginx", services::nginx),
    ("curl", curl::curl),
    ("ping", network::ping),
    ("nc", network::nc),
    ("ssh", network::ssh),
    ("hostname", system::hostname),
    ("ip", network::ip),
    ("ss", network::ss),
    ("lsblk", disks::lsblk),
    ("blkid", disks::blkid),
    ("file", disks::file),
    ("mkfs", disks::mkfs),
    ("mount", mounts::mount),
    ("umount", mounts::umount),
    ("df", mounts::df),
    ("growpart", disks::growpart),
    ("resize2fs", disks::resize2fs),
    ("xfs_growfs", disks::xfs_growfs),
    ("stress", processes::stress),
    ("top", processes::top),
    ("ps", processes::ps),
    ("jobs", processes::jobs),
    ("kill", processes::kill),
    ("pkill", processes::pkill),
    ("uptime", system::uptime),
    ("free", system::free),
    ("nproc", system::nproc),
    ("uname", system::uname),
    ("whoami", system::whoami),
    ("id", system::id),
    ("date", system::date),
    ("shutdown", system::shutdown),
    ("ls", files::ls),
    ("cat", files::cat),
    ("head", files::head),
    ("grep", files::grep),
    ("wc", files::wc),
    ("tee", files::tee),
    ("mkdir", files::mkdir),
    ("rm", files::rm),
    ("touch", files::touch),
    ("copy", files::copy),
    ("chown", files::chown),
    ("chmod", files::chmod),
];

/// A function by its name.
pub(super) fn runner(name: &str) -> Option<Run> {
    RUNNERS.iter().find(|(n, _)| *n == name).map(|(_, run)| *run)
}

/// A command's own name, where it is called by its path.
fn bare(name: &str) -> &str {
    let folders = ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/", "/usr/local/bin/"];
    folders.iter().find_map(|f| name.strip_prefix(f)).unwrap_or(name)
}

/// Finds the command that a line begins with.
pub(super) fn find(host: &Host<'_>, name: &str) -> Option<&'static data::Command> {
    let command = data::command(bare(name), host.manager())?;
    command.package.as_ref().is_none_or(|p| host.has_package(p)).then_some(command)
}

/// Runs a command: its name and arguments.
pub(super) fn dispatch(cx: &mut Cx<'_, '_>, words: &[String]) -> Ran {
    let Some((name, arguments)) = words.split_first() else { return Ran::quietly(0) };
    cx.host.carried += 1;
    let Some(run) = find(cx.host, name).and_then(|c| runner(&c.run)) else { return not_found(cx, name) };
    // A command that has several names looks at the one that it was called by.
    cx.who.variables.insert(CALLED.into(), bare(name).to_string());
    run(cx, arguments)
}

/// The variable that holds by which name a command was called; no line can name it.
const CALLED: &str = "0 called";

impl Cx<'_, '_> {
    /// The name that the command was called by.
    pub(super) fn called(&self) -> String {
        self.who.variables.get(CALLED).cloned().unwrap_or_default()
    }
}

/// What is said of a name that is no command here.
fn not_found(cx: &Cx<'_, '_>, name: &str) -> Ran {
    if name.contains('/') {
        let what =
            if tree::exists(cx.host, &cx.path(name)) { "Permission denied" } else { "No such file or directory" };
        return Ran::failed(&format!("bash: {name}: {what}\n"), if what.starts_with('P') { 126 } else { 127 });
    }
    let (manager, system) = (cx.host.manager(), cx.host.system());
    // It would be there if its package were.
    if let Some(package) = data::command(name, manager).and_then(|c| c.package.as_ref()) {
        let text = match manager {
            Manager::Apt => {
                format!("Command '{name}' not found, but can be installed with:\nsudo apt install {package}\n")
            }
            Manager::Dnf => format!(
                "{}\n(simulated by Skydeck: sudo dnf install -y {package} brings it)\n",
                system.not_found.replace("{name}", name)
            ),
        };
        return Ran::failed(&text, 127);
    }
    let text = format!(
        "{}\n(simulated by Skydeck: this shell knows the commands that help lists, and no others)\n",
        system.not_found.replace("{name}", name)
    );
    Ran::failed(&text, 127)
}

/// What is said of an option or an argument that a command does not do here.
pub(super) fn not_simulated(command: &str, what: &str) -> Ran {
    let usage = data::COMMANDS.iter().find(|c| c.name == command).map_or(command, |c| c.help.as_str());
    Ran::failed(&format!("{command}: {what} is not simulated. What is: {usage}\n"), 2)
}

/// Splits options from arguments: letters that take nothing (`flags`), letters and long names that take a value (`values`), long names that do not
/// (`words`). `--` ends them.
pub(super) struct Options {
    flags: Vec<String>,
    values: Vec<(String, String)>,
    pub(super) rest: Vec<String>,
}

impl Options {
    pub(super) fn read(command: &str, arguments: &[String], flags: &[&str], values: &[&str]) -> Result<Options, Ran> {
        let mut out = Options { flags: Vec::new(), values: Vec::new(), rest: Vec::new() };
        let mut all = arguments.iter();
        while let Some(argument) = all.next() {
            let needs = |name: &str| {
                Ran::failed(
                    &format!("{command}: option requires an argument -- '{}'\n", name.trim_start_matches('-')),
                    2,
                )
            };
            if argument == "--" {
                out.rest.extend(all.by_ref().cloned());
            } else if argument.starts_with("--") {
                let (name, value) = argument.split_once('=').map_or((argument.as_str(), None), |(n, v)| (n, Some(v)));
                if values.contains(&name) {
                    let value = match value {
                        Some(value) => value.to_string(),
                        None => all.next().cloned().ok_or_else(|| needs(name))?,
                    };
                    out.values.push((name.into(), value));
                } else if flags.contains(&name) && value.is_none() {
                    out.flags.push(name.into());
                } else {
                    return Err(not_simulated(command, name));
                }
            } else if let Some(letters) = argument.strip_prefix('-').filter(|l| !l.is_empty()) {
                for (at, letter) in letters.char_indices() {
                    let name = format!("-{letter}");
                    if values.contains(&name.as_str()) {
                        let rest = &letters[at + letter.len_utf8()..];
                        let value = if rest.is_empty() {
                            all.next().cloned().ok_or_else(|| needs(&name))?
                        } else {
                            rest.to_string()
                        };
                        out.values.push((name, value));
                        break;
                    }
                    if !flags.contains(&name.as_str()) {
                        return Err(not_simulated(command, &name));
                    }
                    out.flags.push(name);
                }
            } else {
                out.rest.push(argument.clone());
            }
        }
        Ok(out)
    }
    pub(super) fn has(&self, flags: &[&str]) -> bool {
        self.flags.iter().any(|f| flags.contains(&f.as_str()))
    }
    pub(super) fn value(&self, names: &[&str]) -> Option<&str> {
        self.values.iter().rev().find(|(n, _)| names.contains(&n.as_str())).map(|(_, v)| v.as_str())
    }
    pub(super) fn all(&self, names: &[&str]) -> Vec<&str> {
        self.values.iter().filter(|(n, _)| names.contains(&n.as_str())).map(|(_, v)| v.as_str()).collect()
    }
}
