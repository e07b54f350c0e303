//! The journal: JSON lines, mode 0600. The intent is on disk before a call leaves; the outcome follows it. What an earlier
//! process left under way is read back at the next start.
//!
//! A line is one object with `event`: `began` (run, title, action, rows, undo, wait and steps: [`form`]), `resumed` (run, and the process
//! that continues with it), `intent` (run, step, service, operation, account, identity, region, parameters without secrets), `outcome` (run,
//! step, `ok`, `failed`, `needless`, `unknown` or `again`, request id, outputs without secrets, error, and whether it may have arrived), `waited` (run, step, `before` if it was the wait before that step's call; no step: before the first), `ended` (run, text, ok),
//! `forgotten` (run). A run's lines are the whole truth about it: [`Journal::unfinished`] folds them into a [`RunRecord`].
//!
//! A run is left if its process, or the last one that went on with it, is no more. A process that writes holds a lock on a file of its own for as long as it lives: the
//! lock goes with it, however it ends, and no other process that was given its number is taken for it.

mod compact;
mod form;

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arcstr::ArcStr;
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use serde_json::{Map, Value as Json, json};
use thiserror::Error;

use crate::base::{Fault, FaultKind, Reached, RowId, Scope, Time};
use crate::kinds::Registry;
use crate::model::{Call, Identity, Kind, RunEntry, RunRecord, Selector, StepState, TableKey, WaitPlace};

/// Why the journal cannot be written. What is not sent yet is then refused; what was sent continues, and the user is told that its
/// outcome is not on disk.
#[derive(Debug, Error)]
#[error("The journal {path} cannot be written: {source}.")]
pub struct JournalError {
    path: String,
    source: std::io::Error,
}

impl From<JournalError> for Fault {
    fn from(e: JournalError) -> Fault {
        Fault::new(FaultKind::Invalid, format!("{e} Nothing was sent."))
            .reached(Reached::NotSent)
            .hint("Free some space or correct the permissions there: every change is recorded before it is made.")
    }
}

/// The open journal. Cheap to clone; writes are whole lines.
#[derive(Clone)]
pub struct Journal(Arc<Inner>);

struct Inner {
    path: PathBuf,
    open: Mutex<Option<Open>>,
    process: String,
}

/// The file, locked against being rewritten by another process, and the lock that says that this process lives.
struct Open {
    file: File,
    _alive: File,
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The lock goes first: whoever finds the file meanwhile finds it without one.
        let open = self.open.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if open.is_some() {
            drop(open);
            let _ = std::fs::remove_file(self.alive(&self.process));
        }
    }
}

/// How a call ended, as the journal knows it.
pub(super) enum CallOutcome<'a> {
    /// The request id, and what is kept of the answer.
    Ok(Option<&'a str>, &'a [(ArcStr, ArcStr)]),
    Failed(&'a Fault),
    Needless(&'a Fault),
    Unknown(&'a Fault),
    /// No answer, and it is sent again.
    Again(&'a Fault),
}

impl Journal {
    /// The journal at `path`; the file is made, with its folder, at the first write.
    pub fn at(path: impl Into<PathBuf>, now: Time) -> Journal {
        let process = format!("{}-{}", now.millis(), std::process::id());
        Journal(Arc::new(Inner { path: path.into(), open: Mutex::new(None), process }))
    }
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0.path
    }
    /// The name of this process in the journal: its start in milliseconds and its number. A run's name is this and its own number:
    /// unique over processes.
    pub fn process(&self) -> &str {
        &self.0.process
    }
    /// The name of a run of this process.
    pub fn run_name(&self, run: u64) -> String {
        format!("{}-{run}", self.0.process)
    }

    fn write(&self, line: &Json) -> Result<(), JournalError> {
        let fail = |source| JournalError { path: self.0.path.display().to_string(), source };
        let mut slot = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        // Lines in a file that was taken away are on no disk.
        if slot.as_ref().is_some_and(|open| !self.0.is_at_its_place(&open.file)) {
            *slot = None;
        }
        let Open { file, .. } = match slot.as_mut() {
            Some(open) => open,
            None => slot.insert(self.0.open().map_err(fail)?),
        };
        let mut text = line.to_string();
        text.push('\n');
        file.write_all(text.as_bytes()).and_then(|()| file.sync_data()).map_err(|e| {
            *slot = None;
            fail(e)
        })
    }

    pub(super) fn began(&self, run: &RunRecord, now: Time) -> Result<(), JournalError> {
        let mut line = Map::new();
        line.insert("at".into(), now.rfc3339_millis().into());
        line.insert("event".into(), "began".into());
        line.insert("run".into(), run.name.as_str().into());
        line.insert("pid".into(), std::process::id().into());
        line.extend(form::write(run));
        self.write(&Json::Object(line))
    }

    pub(super) fn resumed(&self, run: &str, now: Time) -> Result<(), JournalError> {
        self.write(
            &json!({ "at": now.rfc3339_millis(), "event": "resumed", "run": run, "by": self.0.process, "pid": std::process::id() }),
        )
    }

    pub(super) fn intent(
        &self,
        run: &str,
        step: usize,
        call: &Call,
        who: Option<&Identity>,
        now: Time,
    ) -> Result<(), JournalError> {
        self.write(&json!({
            "at": now.rfc3339_millis(), "event": "intent", "run": run, "step": step,
            "account": who.map(|w| w.account.to_string()), "identity": who.map(|w| w.arn.to_string()),
            "region": call.scope.region_code().map(ToString::to_string),
            "service": call.op.service.sdk_id(), "operation": call.op.name,
            "parameters": super::cli_text::input_json(call),
        }))
    }

    pub(super) fn outcome(
        &self,
        run: &str,
        step: usize,
        outcome: &CallOutcome<'_>,
        now: Time,
    ) -> Result<(), JournalError> {
        let none: &[(ArcStr, ArcStr)] = &[];
        let (word, request_id, outputs, fault) = match outcome {
            CallOutcome::Ok(id, outputs) => ("ok", *id, *outputs, None),
            CallOutcome::Failed(f) => ("failed", f.request_id.as_deref(), none, Some(*f)),
            CallOutcome::Needless(f) => ("needless", f.request_id.as_deref(), none, Some(*f)),
            CallOutcome::Unknown(f) => ("unknown", f.request_id.as_deref(), none, Some(*f)),
            CallOutcome::Again(f) => ("again", f.request_id.as_deref(), none, Some(*f)),
        };
        let outputs: Map<String, Json> = outputs.iter().map(|(k, v)| (k.to_string(), v.as_str().into())).collect();
        let mut line = json!({
            "at": now.rfc3339_millis(), "event": "outcome", "run": run, "step": step,
            "outcome": word, "request_id": request_id, "outputs": outputs,
            "code": fault.map(|f| f.code.to_string()), "message": fault.map(|f| f.message.clone()),
        });
        if let CallOutcome::Again(f) = outcome {
            line["maybe"] = (f.reached == Reached::Maybe).into();
        }
        self.write(&line)
    }

    pub(super) fn waited(&self, run: &str, at: WaitPlace, now: Time) -> Result<(), JournalError> {
        let (step, before) = match at {
            // As it has always been written: before the first step there is none.
            WaitPlace::Before(0) => (None, false),
            WaitPlace::Before(step) => (Some(step), true),
            WaitPlace::After(step) => (Some(step), false),
            // Its next intent says it.
            WaitPlace::Again(_) => return Ok(()),
        };
        let mut line = json!({ "at": now.rfc3339_millis(), "event": "waited", "run": run, "step": step });
        if before {
            line["before"] = true.into();
        }
        self.write(&line)
    }

    /// From here on what is written fails, as on a full disk, until the file is opened again.
    #[cfg(test)]
    pub(super) fn fail_once(&self) {
        let mut slot = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = slot.as_mut() {
            open.file = File::open(&self.0.path).expect("it was written");
        }
    }

    /// The end of a run: settled, or given up.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn ended(&self, run: &str, text: &str, ok: bool, now: Time) -> Result<(), JournalError> {
        self.write(&json!({ "at": now.rfc3339_millis(), "event": "ended", "run": run, "text": text, "ok": ok }))
    }

    /// The user does not want to hear of a run again.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn forget(&self, name: &str, now: Time) -> Result<(), JournalError> {
        self.write(&json!({ "at": now.rfc3339_millis(), "event": "forgotten", "run": name }))
    }

    /// Runs that began and neither ended nor were forgotten, of processes that are no more, with what became of each step. A line
    /// that cannot be read (cut off by a crash) is passed over.
    pub fn unfinished(&self, registry: &Registry) -> Vec<RunRecord> {
        let file = match File::open(&self.0.path) {
            Ok(file) => file,
            Err(e) => {
                if e.kind() != std::io::ErrorKind::NotFound {
                    tracing::warn!("the journal {} cannot be read: {e}", self.0.path.display());
                }
                return Vec::new();
            }
        };
        let lines = BufReader::new(file).split(b'\n').map_while(Result::ok);
        let mut left = replay(lines, registry);
        left.retain(|(_, owner)| *owner != self.0.process && !self.0.is_alive(owner));
        let mut left: Vec<RunRecord> = left.into_iter().map(|(run, _)| run).collect();
        left.sort_by_key(|u| u.when);
        left
    }
}

/// Folds the lines of a journal: the runs that have not ended, each with the process that had it last.
fn replay(lines: impl Iterator<Item = Vec<u8>>, registry: &Registry) -> Vec<(RunRecord, String)> {
    let mut open: BTreeMap<String, (RunRecord, String)> = BTreeMap::new();
    for line in lines {
        let Ok(line) = serde_json::from_slice::<Json>(&line) else { continue };
        let text = |key: &str| line.get(key).and_then(Json::as_str).map(str::to_string);
        let (Some(event), Some(run)) = (text("event"), text("run")) else { continue };
        match event.as_str() {
            "began" => {
                let owner = run.rsplit_once('-').map(|(process, _)| process.to_string());
                if let Some((record, owner)) = form::read(&line, &run, registry).zip(owner) {
                    open.insert(run, (record, owner));
                }
            }
            "resumed" => {
                if let Some((slot, by)) = open.get_mut(&run).zip(text("by")) {
                    slot.1 = by;
                }
            }
            "ended" | "forgotten" => {
                open.remove(&run);
            }
            _ => {
                if let Some((slot, entry)) = open.get_mut(&run).zip(read_entry(&event, &line)) {
                    let at = text("at").and_then(|at| Time::parse(&at)).unwrap_or(slot.0.when);
                    slot.0.apply(&entry, at);
                }
            }
        }
    }
    open.into_values().collect()
}

fn read_entry(event: &str, line: &Json) -> Option<RunEntry> {
    let text = |key: &str| line.get(key).and_then(Json::as_str);
    let step = line.get("step")?.as_u64().and_then(|step| usize::try_from(step).ok());
    if event == "waited" {
        let before = line.get("before").and_then(Json::as_bool) == Some(true);
        let at = step.map_or(WaitPlace::Before(0), if before { WaitPlace::Before } else { WaitPlace::After });
        return Some(RunEntry::Waited { at });
    }
    let step = step?;
    Some(match event {
        "intent" => RunEntry::Intent { step },
        "outcome" => {
            let why = || text("message").or(text("code")).unwrap_or_default().to_string();
            let state = match text("outcome")? {
                "ok" => StepState::Done,
                "failed" => StepState::Failed(why()),
                "needless" => StepState::Needless(why()),
                // What does not say that it never arrived may have.
                "again" => {
                    StepState::Again { why: why(), maybe: line.get("maybe").and_then(Json::as_bool).unwrap_or(true) }
                }
                _ => StepState::Unknown(why()),
            };
            let outputs = line.get("outputs").and_then(Json::as_object);
            let pair = |(k, v): (&String, &Json)| Some((ArcStr::from(k.as_str()), ArcStr::from(v.as_str()?)));
            RunEntry::Outcome { step, state, outputs: outputs.into_iter().flatten().filter_map(pair).collect() }
        }
        _ => return None,
    })
}

impl Inner {
    /// The file that a process locks for as long as it lives.
    fn alive(&self, process: &str) -> PathBuf {
        // A name out of the journal must not lead elsewhere.
        let process: String = process.chars().filter(|c| c.is_ascii_digit() || *c == '-').collect();
        let mut name = self.path.as_os_str().to_owned();
        name.push(format!(".{process}.alive"));
        name.into()
    }

    fn is_alive(&self, process: &str) -> bool {
        let path = self.alive(process);
        let Ok(file) = File::open(&path) else { return false };
        let alive = match file.try_lock() {
            Ok(()) => false,
            Err(TryLockError::WouldBlock) => true,
            // Where nothing can be locked, the number has to do.
            Err(TryLockError::Error(_)) => has_process(process),
        };
        if !alive {
            let _ = std::fs::remove_file(path);
        }
        alive
    }

    fn open(&self) -> std::io::Result<Open> {
        if let Some(dir) = self.path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        }
        let alive = options().create(true).append(true).open(self.alive(&self.process))?;
        locked(alive.lock())?;
        let is_new = !self.path.exists();
        let mut file = loop {
            let file = options().create(true).read(true).append(true).open(&self.path)?;
            locked(file.lock_shared())?;
            // Another process may have put a shorter file in its place between the two.
            if self.is_at_its_place(&file) {
                break file;
            }
        };
        // A file that was made by something else with wider permissions is narrowed.
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        if is_new {
            self.sync_folder();
        }
        if is_torn(&mut file)? {
            // A crash or a full disk cut the last line off: the next one must not become part of it.
            file.write_all(b"\n")?;
        }
        Ok(Open { file, _alive: alive })
    }

    /// Whether it is this open file that is found at the journal's path.
    fn is_at_its_place(&self, file: &File) -> bool {
        let inode = |of: std::io::Result<std::fs::Metadata>| of.ok().map(|m| (m.dev(), m.ino()));
        inode(file.metadata()).is_some_and(|open| Some(open) == inode(std::fs::metadata(&self.path)))
    }

    /// A file's own name must outlive a crash too. Not every file system can be asked for that.
    fn sync_folder(&self) {
        if let Some(dir) = self.path.parent() {
            let _ = File::open(dir).and_then(|d| d.sync_all());
        }
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    // A link in its place (in a folder that others can write to) would have these lines go into any file of the user's.
    options.mode(0o600).custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    options
}

/// Whether a process of this machine has the number in a name such as `1795252800000-4711`.
fn has_process(name: &str) -> bool {
    let number = name.rsplit('-').next().and_then(|n| n.parse().ok()).and_then(Pid::from_raw);
    number.is_some_and(|pid| test_kill_process(pid) != Err(Errno::SRCH))
}

/// A file system without locks (some network ones) is none that two consoles share by our doing.
fn locked(done: std::io::Result<()>) -> std::io::Result<()> {
    match done {
        Err(e) if e.kind() == std::io::ErrorKind::Unsupported => Ok(()),
        other => other,
    }
}

/// Whether the last line has no end.
fn is_torn(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

fn write_row(table: &TableKey, id: &RowId) -> Json {
    let parent = match &table.selector {
        Selector::Parent(p) => Some(p.as_str()),
        // A run's rows are in the table of all rows.
        Selector::All | Selector::Filter(_) => None,
    };
    json!({
        "profile": table.scope.profile().map(|p| p.as_str()), "region": table.scope.region_code().map(|r| r.as_str()),
        "kind": table.kind.name, "parent": parent, "id": id.as_str(),
    })
}

fn read_row(row: &Json, registry: &Registry) -> Option<(TableKey, RowId)> {
    let text = |key: &str| row.get(key).and_then(Json::as_str);
    let kind = Kind(registry.kind(text("kind")?)?.info);
    let profile = text("profile").unwrap_or("default");
    let scope = match text("region") {
        Some(region) => Scope::region(profile, region),
        None => Scope::account(profile),
    };
    let selector = text("parent").map_or(Selector::All, |p| Selector::Parent(p.into()));
    Some((TableKey { scope, kind, selector }, text("id")?.into()))
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
