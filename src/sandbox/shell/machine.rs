//! The carrying out of a line: one command after the other, its words filled in, its output where it is to go, each at its time.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::commands::{self, Cx, Live, Ran};
use super::expand::{expand, fill, one};
use super::host::Host;
use super::words::{self, Before, Node, Redirect, Simple, Step};
use super::{files, session};
use crate::sandbox::ec2::state::Process;

/// Bytes that one line may write.
const MOST_OUTPUT: usize = 64 * 1024;
/// Bytes of a variable or of what `$(…)` stands for.
pub(super) const MOST_VALUE: usize = 16 * 1024;
/// Commands that one line carries out, those in `$(…)` too.
const MOST_COMMANDS: usize = 2_000;
/// Words that a command may have once all is filled in.
pub(super) const MOST_ARGUMENTS: usize = 1_000;

/// What comes of a command, in its order.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// Standard output.
    Out(String),
    /// Standard error.
    Err(String),
    /// So much of the sandbox's time passes.
    Wait(Duration),
    /// The world changes.
    Do(session::Change),
    /// It goes on until it ends or is interrupted.
    Live(Live),
    /// The screen is cleared.
    Clear,
}

/// Somebody at a prompt.
#[derive(Debug, Clone)]
pub(super) struct Who {
    pub(super) user: String,
    pub(super) folder: String,
    pub(super) variables: BTreeMap<String, String>,
    /// The exit status of the last command.
    pub(super) status: i32,
}

impl Who {
    pub(super) fn new(user: &str) -> Who {
        let folder = home(user);
        Who { user: user.into(), folder, variables: BTreeMap::new(), status: 0 }
    }
}

/// A user's home.
pub(super) fn home(user: &str) -> String {
    if user == "root" { "/root".into() } else { format!("/home/{user}") }
}

enum Frame {
    List(VecDeque<Step>),
    Condition(Vec<Step>, Vec<Step>),
    /// The variable, what it is still to be, and what is done each time.
    Each(String, VecDeque<String>, Vec<Step>),
}

/// What is being carried out.
#[derive(Default)]
pub(super) struct Work {
    frames: Vec<Frame>,
    pub(super) parts: VecDeque<Part>,
    printed: usize,
    /// Commands that were carried out.
    carried: usize,
    /// How deep in `$(…)`.
    pub(super) depth: usize,
    /// Whether cloud-init does it: nothing takes time, and packages are there.
    pub(super) quiet: bool,
}

impl Work {
    pub(super) fn of(steps: Vec<Step>) -> Work {
        Work { frames: vec![Frame::List(steps.into())], ..Work::default() }
    }
    /// Counts what is written; the rest of the line is left out when it is too much.
    pub(super) fn counts(&mut self, text: &str) -> bool {
        self.printed += text.len();
        self.printed <= MOST_OUTPUT
    }
    pub(super) fn drop_all(&mut self) {
        self.frames.clear();
        self.parts.clear();
    }

    /// Goes on with the next command, whose parts are then to be taken. Nothing is left if it is over.
    pub(super) fn advance(&mut self, host: &mut Host<'_>, who: &mut Who, history: &[String]) {
        while self.parts.is_empty() {
            if self.carried > MOST_COMMANDS || host.carried > MOST_COMMANDS {
                self.drop_all();
                self.carried = 0;
                let said = format!("(simulated by Skydeck: one line carries out at most {MOST_COMMANDS} commands)\n");
                self.parts.push_back(Part::Err(said));
                who.status = 1;
                return;
            }
            match self.frames.last_mut() {
                None => return,
                Some(Frame::Each(name, left, body)) => match left.pop_front() {
                    None => {
                        self.frames.pop();
                    }
                    Some(value) => {
                        let (name, body) = (name.clone(), body.clone());
                        self.carried += 1;
                        self.frames.push(Frame::List(body.into()));
                        self.with(host, who, history, |cx| cx.set(&name, &value));
                    }
                },
                Some(Frame::Condition(..)) => {
                    if let Some(Frame::Condition(then, otherwise)) = self.frames.pop() {
                        let branch = if who.status == 0 { then } else { otherwise };
                        who.status = 0;
                        self.frames.push(Frame::List(branch.into()));
                    }
                }
                Some(Frame::List(steps)) => match steps.pop_front() {
                    None => {
                        self.frames.pop();
                    }
                    Some(step) => {
                        let skipped = match step.before {
                            Before::Always => false,
                            Before::And => who.status != 0,
                            Before::Or => who.status == 0,
                        };
                        if skipped {
                            continue;
                        }
                        match step.node {
                            Node::If(condition, then, otherwise) => {
                                self.frames.push(Frame::Condition(then, otherwise));
                                self.frames.push(Frame::List(condition.into()));
                            }
                            Node::For(name, words, body) => {
                                let mut values: VecDeque<String> = VecDeque::new();
                                let mut wrong = None;
                                let before = self.with(host, who, history, |cx| {
                                    for word in &words {
                                        match expand(cx, word) {
                                            Ok(more) => values.extend(more),
                                            Err(why) => wrong = Some(why),
                                        }
                                    }
                                });
                                self.parts.extend(before);
                                match wrong {
                                    None if values.len() <= MOST_ARGUMENTS => {
                                        who.status = 0;
                                        self.frames.push(Frame::Each(name, values, body));
                                    }
                                    wrong => {
                                        let why = wrong.unwrap_or_else(|| "bash: Argument list too long".into());
                                        self.parts.push_back(Part::Err(format!("{why}\n")));
                                        who.status = 1;
                                    }
                                }
                            }
                            Node::Pipeline(commands, behind) => {
                                let before = host.carried;
                                let ran = self.pipeline(host, who, history, &commands, behind);
                                self.carried += host.carried.saturating_sub(before).max(1);
                                who.status = ran.status;
                                self.parts.extend(ran.parts);
                            }
                        }
                    }
                },
            }
        }
    }

    /// Something is done at the prompt beside commands; what was written meanwhile.
    fn with(
        &self,
        host: &mut Host<'_>,
        who: &mut Who,
        history: &[String],
        done: impl FnOnce(&mut Cx<'_, '_>),
    ) -> Vec<Part> {
        let mut cx = Cx {
            host,
            user: who.user.clone(),
            who,
            stdin: None,
            quiet: self.quiet,
            depth: self.depth,
            history,
            behind: false,
            piped: false,
            before: Vec::new(),
        };
        done(&mut cx);
        cx.before
    }

    fn pipeline(
        &self,
        host: &mut Host<'_>,
        who: &mut Who,
        history: &[String],
        commands: &[Simple],
        behind: bool,
    ) -> Ran {
        let mut parts: Vec<Part> = Vec::new();
        let mut input: Option<String> = None;
        let mut status = 0;
        for (n, command) in commands.iter().enumerate() {
            let last = n + 1 == commands.len();
            let mut cx = Cx {
                host,
                user: who.user.clone(),
                who,
                stdin: input.take(),
                quiet: self.quiet,
                depth: self.depth,
                history,
                behind,
                piped: commands.len() > 1,
                before: Vec::new(),
            };
            let ran = simple(&mut cx, command);
            parts.append(&mut cx.before);
            status = ran.status;
            if last {
                parts.extend(ran.parts);
                continue;
            }
            let mut text = String::new();
            for part in ran.parts {
                match part {
                    Part::Out(more) => text.push_str(&more),
                    Part::Live(_) | Part::Clear => {
                        return Ran::failed(
                            "The simulated shell has no pipe behind what goes on until it is interrupted.\n",
                            1,
                        );
                    }
                    other => parts.push(other),
                }
            }
            input = Some(text);
        }
        if behind { self.behind(host, parts, status) } else { Ran { parts, status } }
    }

    /// What goes on behind the prompt: a process that takes its time. What takes none is done at once.
    fn behind(&self, host: &mut Host<'_>, parts: Vec<Part>, status: i32) -> Ran {
        let mut out = Vec::new();
        for part in parts {
            match part {
                Part::Live(Live::Stress { pid, .. }) => {
                    let number = host.processes().filter(|p| p.command.starts_with("stress")).count().max(1);
                    out.push(Part::Out(format!("[{number}] {pid}\n")));
                    return Ran { parts: out, status: 0 };
                }
                Part::Live(_) => {
                    return Ran::failed(
                        "The simulated shell keeps stress and sleep behind the prompt (&), and nothing else.\n",
                        1,
                    );
                }
                Part::Wait(time) => {
                    let user = "root".into();
                    let until = Some(host.now.plus(host.world.scaled(time)));
                    let process =
                        Process { pid: 0, user, command: "sleep".into(), workers: 0, memory: 1, from: host.now, until };
                    let pid = host.spawn(process);
                    out.push(Part::Out(format!("[1] {pid}\n")));
                    return Ran { parts: out, status: 0 };
                }
                other => out.push(other),
            }
        }
        Ran { parts: out, status }
    }
}

/// One command with its redirects.
fn simple(cx: &mut Cx<'_, '_>, command: &Simple) -> Ran {
    let mut arguments: Vec<String> = Vec::new();
    for word in &command.words {
        match expand(cx, word) {
            Ok(more) => arguments.extend(more),
            Err(why) => return Ran::failed(&format!("{why}\n"), 1),
        }
        if arguments.len() > MOST_ARGUMENTS {
            return Ran::failed("bash: Argument list too long\n", 126);
        }
    }
    let mut out: Option<(String, bool)> = None;
    let mut err: Option<(String, bool)> = None;
    let mut together = false;
    for redirect in &command.redirects {
        match redirect {
            Redirect::Both => together = true,
            Redirect::Here(text, fills) => {
                let text = if *fills { fill(cx, text) } else { text.clone() };
                cx.stdin = Some(text);
            }
            Redirect::From(file) => {
                let path = match one(cx, file) {
                    Ok(path) => path,
                    Err(ran) => return ran,
                };
                let full = cx.path(&path);
                match files::text(cx.host, &full) {
                    Some(text) => cx.stdin = Some(text),
                    None if files::is_folder(cx.host, &full) => cx.stdin = Some(String::new()),
                    None => return Ran::failed(&format!("bash: {path}: No such file or directory\n"), 1),
                }
            }
            Redirect::To { from, file, append } => {
                let path = match one(cx, file) {
                    Ok(path) => path,
                    Err(ran) => return ran,
                };
                let full = cx.path(&path);
                // It is the shell that opens the file, and not what sudo starts.
                let user = cx.who.user.clone();
                if let Some(why) = files::why_not(cx.host, &full, &user) {
                    return Ran::failed(&format!("bash: {path}: {why}\n"), 1);
                }
                if *from & 1 == 1 {
                    out = Some((full.clone(), *append));
                }
                if *from & 2 == 2 {
                    err = Some((full, *append));
                }
            }
        }
    }
    // `NAME=VALUE` before a command is for its environment, which nothing here reads; alone it is a variable.
    let assigns = |a: &String| a.split_once('=').is_some_and(|(name, _)| is_name(name));
    let split = arguments.iter().position(|a| !assigns(a)).unwrap_or(arguments.len());
    let (set, arguments) = arguments.split_at(split);
    let ran = if arguments.is_empty() {
        for (name, value) in set.iter().filter_map(|a| a.split_once('=')) {
            cx.set(name, value);
        }
        Ran::quietly(0)
    } else {
        commands::dispatch(cx, arguments)
    };
    let user = cx.who.user.clone();
    redirected(ran, out, err, together, &user)
}

/// Sends what a command writes to where it is to go.
fn redirected(ran: Ran, out: Option<(String, bool)>, err: Option<(String, bool)>, together: bool, user: &str) -> Ran {
    if out.is_none() && err.is_none() && !together {
        return ran;
    }
    let (mut parts, mut text, mut errors) = (Vec::new(), String::new(), String::new());
    for part in ran.parts {
        match part {
            Part::Out(more) if out.is_some() => text.push_str(&more),
            Part::Err(more) if together && out.is_some() => text.push_str(&more),
            Part::Err(more) if together && err.is_none() => parts.push(Part::Out(more)),
            Part::Err(more) if err.is_some() => errors.push_str(&more),
            Part::Live(_) => {
                return Ran::failed(
                    "The simulated shell writes nothing to a file that goes on until it is interrupted.\n",
                    1,
                );
            }
            other => parts.push(other),
        }
    }
    let same = out.is_some() && out.as_ref().map(|o| &o.0) == err.as_ref().map(|e| &e.0);
    for (target, text) in [(out, text), (err, errors)] {
        if let Some((path, append)) = target {
            let append = append || same;
            parts.push(Part::Do(session::Change::Write { path, text, append, user: user.into() }));
        }
    }
    Ran { parts, status: ran.status }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Lets a script run without waiting, as cloud-init does; what it writes.
pub(super) fn run_through(host: &mut Host<'_>, script: &str, who: &mut Who) -> String {
    let steps = match words::parse(script) {
        Ok(steps) => steps,
        Err(why) => return format!("{why}\n"),
    };
    let mut work = Work { quiet: true, ..Work::of(steps) };
    let mut out = String::new();
    loop {
        work.advance(host, who, &[]);
        let Some(part) = work.parts.pop_front() else { return out };
        match part {
            Part::Out(more) | Part::Err(more) => {
                if out.len() + more.len() <= MOST_VALUE {
                    out.push_str(&more);
                }
            }
            Part::Do(change) => out.extend(session::change_files(host, change)),
            Part::Wait(_) | Part::Live(_) | Part::Clear => {}
        }
    }
}
