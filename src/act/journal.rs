//! The journal: JSON lines, mode 0600. The intent is on disk before a call leaves; the outcome follows it. What an earlier
//! process left under way is read back at the next start.
//!
//! A line is one object with `event`: `began` (run, title, action, rows, undo, calls), `intent` (run, call, service, operation,
//! account, identity, region, parameters without secrets), `outcome` (run, call, `ok`, `failed` or `unknown`, request id, error),
//! `ended` (run, text, ok), `forgotten` (run).
//!
//! A run is left if its process is no more. A process that writes holds a lock on a file of its own for as long as it lives: the
//! lock goes with it, however it ends, and no other process that was given its number is taken for it.

mod compact;

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use serde_json::{Value as Json, json};
use thiserror::Error;

use crate::base::{Fault, FaultKind, Reached, RowId, Scope, Time};
use crate::kinds::Registry;
use crate::model::{Call, Identity, Kind, Plan, Selector, TableKey, Undo, Unfinished};

/// Why the journal cannot be written. What is not sent yet is then refused; what was sent goes on, and the user is told that its
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
            .hint("Make room or correct the permissions there; every change is written down before it is made.")
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

/// The file, locked against being written anew by another process, and the lock that says that this process lives.
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
    Ok(Option<&'a str>),
    Failed(&'a Fault),
    Unknown(&'a Fault),
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
    /// The name of a run in the journal: unique over processes.
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

    pub(super) fn began(&self, run: u64, plan: &Plan, now: Time) -> Result<(), JournalError> {
        let undo = plan.undo.as_ref().map(|u| {
            let on: Vec<Json> = u.on.iter().map(|(table, id)| write_row(table, id)).collect();
            json!({ "line": u.line, "but": u.but, "on": on })
        });
        self.write(&json!({
            "at": now.rfc3339_millis(), "event": "began", "run": self.run_name(run), "pid": std::process::id(),
            "title": plan.title, "action": plan.action,
            "rows": plan.subjects.iter().map(|s| write_row(&s.table, &s.id)).collect::<Vec<_>>(),
            "undo": undo,
            "calls": plan.calls.len(),
        }))
    }

    pub(super) fn intent(
        &self,
        run: u64,
        index: usize,
        call: &Call,
        who: Option<&Identity>,
        now: Time,
    ) -> Result<(), JournalError> {
        self.write(&json!({
            "at": now.rfc3339_millis(), "event": "intent", "run": self.run_name(run), "call": index,
            "account": who.map(|w| w.account.to_string()), "identity": who.map(|w| w.arn.to_string()),
            "region": call.scope.region_code().map(ToString::to_string),
            "service": call.op.service.sdk_id(), "operation": call.op.name,
            "parameters": super::cli_text::input_json(call),
        }))
    }

    pub(super) fn outcome(
        &self,
        run: u64,
        index: usize,
        outcome: &CallOutcome<'_>,
        now: Time,
    ) -> Result<(), JournalError> {
        let (word, request_id, fault) = match outcome {
            CallOutcome::Ok(id) => ("ok", id.map(ToString::to_string), None),
            CallOutcome::Failed(f) => ("failed", f.request_id.as_ref().map(ToString::to_string), Some(*f)),
            CallOutcome::Unknown(f) => ("unknown", f.request_id.as_ref().map(ToString::to_string), Some(*f)),
        };
        self.write(&json!({
            "at": now.rfc3339_millis(), "event": "outcome", "run": self.run_name(run), "call": index,
            "outcome": word, "request_id": request_id,
            "code": fault.map(|f| f.code.to_string()), "message": fault.map(|f| f.message.clone()),
        }))
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
    pub fn ended(&self, run: u64, text: &str, ok: bool, now: Time) -> Result<(), JournalError> {
        self.write(&json!({
            "at": now.rfc3339_millis(), "event": "ended", "run": self.run_name(run), "text": text, "ok": ok,
        }))
    }

    /// The user does not want to hear of a run again.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn forget(&self, name: &str, now: Time) -> Result<(), JournalError> {
        self.write(&json!({ "at": now.rfc3339_millis(), "event": "forgotten", "run": name }))
    }

    /// Runs that began and neither ended nor were forgotten, of processes that are no more. A line that cannot be read (cut
    /// off by a crash) is passed over.
    pub fn unfinished(&self, registry: &Registry) -> Vec<Unfinished> {
        let file = match File::open(&self.0.path) {
            Ok(file) => file,
            Err(e) => {
                if e.kind() != std::io::ErrorKind::NotFound {
                    tracing::warn!("the journal {} cannot be read: {e}", self.0.path.display());
                }
                return Vec::new();
            }
        };
        let mut open: BTreeMap<String, Unfinished> = BTreeMap::new();
        for line in BufReader::new(file).split(b'\n').map_while(Result::ok) {
            let Ok(line) = serde_json::from_slice::<Json>(&line) else { continue };
            let text = |key: &str| line.get(key).and_then(Json::as_str).map(str::to_string);
            let (Some(event), Some(run)) = (text("event"), text("run")) else { continue };
            match event.as_str() {
                "began" => {
                    if !self.is_ours_or_alive(&run)
                        && let Some(left) = read_began(&line, &run, registry)
                    {
                        open.insert(run, left);
                    }
                }
                "outcome" => {
                    let known = text("outcome").as_deref() != Some("unknown");
                    if let Some(left) = open.get_mut(&run) {
                        left.done.0 += usize::from(known);
                    }
                }
                "ended" | "forgotten" => {
                    open.remove(&run);
                }
                _ => {}
            }
        }
        let mut left: Vec<Unfinished> = open.into_values().collect();
        left.sort_by_key(|u| u.when);
        left
    }

    /// Whether the process of a run lives: this one, or one that holds its lock.
    fn is_ours_or_alive(&self, run: &str) -> bool {
        let Some((process, _)) = run.rsplit_once('-') else { return false };
        process == self.0.process || self.0.is_alive(process)
    }
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
        Selector::All => None,
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

fn read_began(line: &Json, run: &str, registry: &Registry) -> Option<Unfinished> {
    let text = |key: &str| line.get(key).and_then(Json::as_str);
    let rows = |of: &Json, key: &str| -> Option<Vec<(TableKey, RowId)>> {
        Some(of.get(key)?.as_array()?.iter().filter_map(|r| read_row(r, registry)).collect())
    };
    let undo = line.get("undo").filter(|u| u.is_object()).and_then(|u| {
        let word = |key: &str| u.get(key).and_then(Json::as_str).map(str::to_string);
        Some(Undo { line: word("line")?, but: word("but"), on: rows(u, "on")? })
    });
    Some(Unfinished {
        run: run.to_string(),
        when: Time::parse(text("at")?)?,
        title: text("title")?.to_string(),
        action: text("action")?.into(),
        rows: rows(line, "rows").filter(|r| !r.is_empty())?,
        done: (0, usize::try_from(line.get("calls")?.as_u64()?).ok()?),
        undo,
    })
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
