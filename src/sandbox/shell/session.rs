//! A session: who is logged in where, the line that is being carried out, and what it says when.

use std::time::Duration;

use arcstr::ArcStr;

use super::commands::Live;
use super::data::Package;
use super::files;
use super::host::Host;
use super::machine::{self, Part, Who, Work, home};
use super::words;
use crate::base::Time;
use crate::base::text::visible;
use crate::sandbox::ec2::{self, InstanceState};
use crate::sandbox::world::World;

/// How deep one goes on by ssh, su and `sudo -i`.
const MOST_LEVELS: usize = 16;
/// Lines that `history` knows.
const MOST_HISTORY: usize = 500;
/// Commands that one look carries out at most.
const MOST_AT_ONCE: usize = 2_000;

/// A change of the world that comes in its turn, after what takes time before it.
#[derive(Debug, Clone)]
pub(super) enum Change {
    /// Packages are installed.
    Install(Vec<&'static Package>),
    /// Packages are taken away.
    Remove(Vec<&'static Package>),
    /// The lists of packages are there.
    Listed,
    /// A file is written.
    Write {
        path: String,
        text: String,
        append: bool,
        user: String,
    },
    /// The prompt is left.
    Leave(i32),
    /// Somebody else from here on.
    Become(String),
    /// On another instance from here on.
    Enter(ArcStr, ArcStr, String),
    /// The instance reboots, or is shut down.
    Reboot,
    Shutdown,
}

/// Carries out what changes the instance alone. Returns what there is to say where it could not be done.
pub(super) fn change_files(host: &mut Host<'_>, change: Change) -> Option<String> {
    match change {
        Change::Install(packages) => packages.into_iter().for_each(|p| host.install(p)),
        Change::Remove(packages) => packages.into_iter().for_each(|p| host.remove(p)),
        Change::Listed => {
            if let Some(software) = host.software_mut() {
                software.listed = true;
            }
        }
        Change::Write { path, text, append, user } => {
            return files::write(host, &path, &text, append, &user).err().map(|why| format!("bash: {why}\n"));
        }
        Change::Leave(_) | Change::Become(_) | Change::Enter(..) | Change::Reboot | Change::Shutdown => {}
    }
    None
}

/// Lets user data run on an instance.
pub(super) fn run_script(host: &mut Host<'_>, script: &str) -> String {
    machine::run_through(host, script, &mut Who { folder: "/".into(), ..Who::new("root") })
}

/// Somebody on an instance, as several users on top of each other.
struct Level {
    region: ArcStr,
    id: ArcStr,
    /// The boot that it is of: another one ends it.
    booted: Time,
    /// As ssh named it.
    address: String,
    who: Vec<Who>,
}

/// What is to be done with a session next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It waits for a line.
    Line,
    /// It goes on by itself at this moment.
    At(Time),
    /// It is over, with this exit status.
    Over(i32),
}

/// What a session says, and what comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Text of lines, without anything that a terminal obeys.
    pub text: String,
    /// Whether the screen is cleared before it.
    pub clear: bool,
    /// What comes next.
    pub next: Next,
}

/// A simulated shell on an instance.
pub struct Shell {
    levels: Vec<Level>,
    work: Work,
    live: Option<Live>,
    due: Option<Time>,
    status: i32,
    history: Vec<String>,
    /// Lines that others are to follow: a here-document without its end, a `for` without its `done`.
    begun: Option<String>,
}

impl Shell {
    /// Logs in: the shell, and what is said first. None if the instance does not run, or does not run Linux.
    pub fn log_in(world: &mut World, region: &str, id: &str, user: &str, now: Time) -> Option<(Shell, String)> {
        let (level, text) = enter(world, region, id, user, now, None)?;
        let (work, live, history) = (Work::default(), None, Vec::new());
        Some((Shell { levels: vec![level], work, live, due: None, status: 0, history, begun: None }, text))
    }

    /// What stands before the line.
    pub fn prompt(&self, world: &World) -> String {
        if self.begun.is_some() {
            return "> ".into();
        }
        let Some(level) = self.levels.last() else { return String::new() };
        let Some(who) = level.who.last() else { return String::new() };
        let state = world.peek(&level.region).map(|r| &r.ec2);
        let i = state.and_then(|s| s.instances.get(&level.id));
        let host = i.map(|i| ec2::private_dns(&level.region, i.private_ip)).unwrap_or_default();
        let host = host.split('.').next().unwrap_or_default();
        let system = state.zip(i).and_then(|(s, i)| super::system_of(s, i));
        let own = home(&who.user);
        let full = match who.folder.strip_prefix(own.as_str()) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("~{rest}"),
            _ => who.folder.clone(),
        };
        // Amazon Linux shows the folder's name alone, Ubuntu the whole path.
        let pattern = system.map_or("{user}@{host}:{dir}{sign} ", |s| s.prompt.as_str());
        let short = if full == "/" { "/" } else { full.rsplit('/').next().unwrap_or_default() };
        let folder = if pattern.starts_with('[') { short } else { full.as_str() };
        let sign = if who.user == "root" { "#" } else { "$" };
        let text = pattern.replace("{user}", &who.user).replace("{host}", host).replace("{sign}", sign);
        visible(&text.replace("{dir}", folder)).into_owned()
    }

    /// Begins a line. What it says comes with [`Shell::turn`].
    pub fn enter(&mut self, line: &str) {
        let begun = self.begun.take();
        // Within a here-document each blank counts.
        let line = if begun.is_some() { line } else { line.trim() };
        if !line.is_empty() && self.history.last().map(String::as_str) != Some(line) {
            self.history.push(line.to_string());
            let more = self.history.len().saturating_sub(MOST_HISTORY);
            self.history.drain(..more);
        }
        let text = begun.map_or_else(|| line.to_string(), |begun| format!("{begun}\n{line}"));
        match words::parse(&text) {
            Ok(steps) => self.work = Work::of(steps),
            Err(why) if words::takes_more(&why) => self.begun = Some(text),
            Err(why) => {
                self.work = Work::default();
                self.work.parts.push_back(Part::Err(format!("{why}\n")));
                self.set_status(2);
            }
        }
    }

    /// The exit status of what was carried out last.
    pub fn status(&self) -> i32 {
        self.levels.last().and_then(|l| l.who.last()).map_or(self.status, |who| who.status)
    }

    /// Whether what was entered takes more lines: a here-document without its end, a `for` without its `done`.
    pub fn takes_more(&self) -> bool {
        self.begun.is_some()
    }

    /// The lines that were entered, the oldest first.
    pub fn history(&self) -> &[String] {
        &self.history
    }

    /// Ctrl-C, or the key that a program is left by: ends what is being carried out.
    pub fn interrupt(&mut self, world: &mut World, now: Time) -> String {
        let quits = self.quits_by_q();
        let mut text = String::from(if quits { "" } else { "^C\n" });
        self.work.drop_all();
        (self.due, self.begun) = (None, None);
        if let (Some(live), Some(level)) = (self.live.take(), self.levels.last())
            && let Some(mut host) = Host::open(world, &level.region, &level.id, now)
        {
            text.push_str(&live.interrupted(&mut host));
        }
        // What is told to end by a signal ends with 128 and its number; top ends by itself.
        self.set_status(if quits { 0 } else { 130 });
        clean(&text)
    }

    /// Ctrl-D at an empty line.
    pub fn end_of_file(&mut self) {
        if self.begun.take().is_some() {
            self.work = Work::default();
            self.work.parts.push_back(Part::Err("bash: syntax error: unexpected end of file\n".into()));
            return self.set_status(2);
        }
        let status = self.levels.last().and_then(|l| l.who.last()).map_or(0, |w| w.status);
        self.work = Work::default();
        self.work.parts.push_back(Part::Out("logout\n".into()));
        self.work.parts.push_back(Part::Do(Change::Leave(status)));
    }

    /// Whether the key `q` ends what is being carried out, as it does `top`.
    pub fn quits_by_q(&self) -> bool {
        matches!(self.live, Some(Live::Top { .. }))
    }

    fn set_status(&mut self, status: i32) {
        if let Some(who) = self.levels.last_mut().and_then(|l| l.who.last_mut()) {
            who.status = status;
        }
    }

    /// Carries out what is due by now.
    pub fn turn(&mut self, world: &mut World, now: Time) -> Turn {
        let (mut text, mut clear) = (String::new(), false);
        for _ in 0..MOST_AT_ONCE {
            self.cut_off(world, now, &mut text);
            let Some(level) = self.levels.last_mut() else {
                return Turn { text: clean(&text), clear, next: Next::Over(self.status) };
            };
            if let Some(due) = self.due.filter(|due| now < *due) {
                return Turn { text: clean(&text), clear, next: Next::At(due) };
            }
            // What is due happens at its own moment, so that a slow look makes nothing later.
            let at = self.due.take().unwrap_or(now);
            let Some(mut host) = Host::open(world, &level.region, &level.id, now) else {
                self.levels.pop();
                continue;
            };
            let Some(who) = level.who.last_mut() else {
                self.levels.pop();
                continue;
            };
            if let Some(live) = &mut self.live {
                let step = live.step(&mut host);
                clear |= step.clear;
                if step.clear {
                    text.clear();
                }
                text.push_str(&step.text);
                match step.next {
                    Ok(wait) => self.due = Some(later(&host, at, wait)),
                    Err(status) => {
                        who.status = status;
                        self.live = None;
                    }
                }
                continue;
            }
            if self.work.parts.is_empty() {
                self.work.advance(&mut host, who, &self.history);
            }
            let Some(part) = self.work.parts.pop_front() else {
                return Turn { text: clean(&text), clear, next: Next::Line };
            };
            match part {
                Part::Out(more) | Part::Err(more) => {
                    if self.work.counts(&more) {
                        text.push_str(&more);
                    } else {
                        self.work.drop_all();
                        text.push_str("(simulated by Skydeck: what one line writes ends here)\n");
                    }
                }
                Part::Wait(wait) => self.due = Some(later(&host, at, wait)),
                Part::Live(live) => self.live = Some(live),
                Part::Clear => {
                    text.clear();
                    clear = true;
                }
                Part::Do(change) => self.change(world, now, change, &mut text),
            }
        }
        // So much at once is a loop; it goes on at the next look.
        Turn { text: clean(&text), clear, next: Next::At(now) }
    }

    fn change(&mut self, world: &mut World, now: Time, change: Change, text: &mut String) {
        let Some(level) = self.levels.last_mut() else { return };
        match change {
            Change::Leave(status) => {
                level.who.pop();
                self.work.drop_all();
                if level.who.is_empty() {
                    let address = level.address.clone();
                    self.levels.pop();
                    text.push_str(&format!("Connection to {address} closed.\n"));
                    self.status = status;
                }
                self.set_status(status);
            }
            Change::Become(user) => {
                if level.who.len() < MOST_LEVELS {
                    level.who.push(Who::new(&user));
                } else {
                    text.push_str("bash: fork: Resource temporarily unavailable\n");
                }
            }
            Change::Enter(region, id, user) => {
                if self.levels.len() >= MOST_LEVELS {
                    text.push_str("bash: fork: Resource temporarily unavailable\n");
                } else if let Some((level, said)) = enter(world, &region, &id, &user, now, Some(())) {
                    self.levels.push(level);
                    text.push_str(&said);
                }
            }
            Change::Reboot => {
                let (region, id) = (level.region.clone(), level.id.clone());
                ec2::reboot_from_inside(world, &region, &id, now);
            }
            Change::Shutdown => {
                let (region, id) = (level.region.clone(), level.id.clone());
                ec2::shut_down_from_inside(world, &region, &id, now);
            }
            other => {
                let (region, id) = (level.region.clone(), level.id.clone());
                if let Some(mut host) = Host::open(world, &region, &id, now) {
                    text.extend(change_files(&mut host, other));
                }
            }
        }
    }

    /// An instance that is stopped, rebooted or gone takes its sessions along.
    fn cut_off(&mut self, world: &World, now: Time, text: &mut String) {
        let stays = |level: &Level| {
            let i = ec2::instance(world, &level.region, &level.id);
            i.is_some_and(|i| i.state == InstanceState::Running && i.booted == Some(level.booted))
        };
        let Some(gone) = self.levels.iter().position(|l| !stays(l)) else { return };
        let _ = now;
        let address = self.levels[gone].address.clone();
        self.levels.truncate(gone);
        (self.live, self.due) = (None, None);
        self.work.drop_all();
        text.push_str(&format!("Connection to {address} closed by remote host.\n"));
        self.status = 255;
        self.set_status(255);
    }
}

fn later(host: &Host<'_>, at: Time, wait: Duration) -> Time {
    at.plus(host.world.scaled(wait))
}

fn enter(world: &mut World, region: &str, id: &str, user: &str, now: Time, on: Option<()>) -> Option<(Level, String)> {
    let i = ec2::instance(world, region, id).filter(|i| i.state == InstanceState::Running)?;
    let booted = i.booted?;
    let state = &world.peek(region)?.ec2;
    let public = ec2::connection::public_ip(state, i).filter(|_| on.is_none());
    let address = public.unwrap_or(i.private_ip).to_string();
    let region = world.region_name(region);
    let host = Host::open(world, &region, id, now)?;
    let banner = host.system().banner(&host.architecture());
    let (id, name) = (host.id.clone(), host.system().pretty.clone());
    let text = format!(
        "{}\nThis shell is simulated by Skydeck, on {name}:\nit acts on the sandbox's instance and networks, and nothing leaves this program.\n\
         help says what it knows; exit or Ctrl-D leaves.\n",
        banner.trim_start_matches('\n')
    );
    Some((Level { region, id, booted, address, who: vec![Who::new(user)] }, clean(&text)))
}

/// Text as a terminal may get it: nothing in a line is obeyed.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (n, line) in text.split('\n').enumerate() {
        if n > 0 {
            out.push('\n');
        }
        out.push_str(&visible(&line.replace('\t', "        ")));
    }
    out
}
