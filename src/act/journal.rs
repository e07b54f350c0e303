//! The journal: JSON lines, mode 0600. The intent is on disk before a call leaves; the outcome follows it. What an earlier
//! process left under way is read back at the next start.
//!
//! A line is one object with `event`: `began` (run, title, action, table, rows, undo, calls), `intent` (run, call, service,
//! operation, account, identity, region, parameters without secrets), `outcome` (run, call, `ok`, `failed` or `unknown`, request
//! id, error), `ended` (run, text, ok), `forgotten` (run).

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value as Json, json};
use thiserror::Error;

use crate::base::{Fault, FaultKind, Reached, Scope, Time};
use crate::kinds::Registry;
use crate::model::Kind;
use crate::model::{Call, Identity, Plan, Selector, TableKey, Unfinished};

/// Why the journal cannot be written: the action is then refused.
#[derive(Debug, Error)]
#[error("The journal {path} cannot be written: {source}. Nothing was sent.")]
pub struct JournalError {
    path: String,
    source: std::io::Error,
}

impl From<JournalError> for Fault {
    fn from(e: JournalError) -> Fault {
        Fault::new(FaultKind::Invalid, e.to_string())
            .reached(Reached::NotSent)
            .hint("Make room or correct the permissions there; every change is written down before it is made.")
    }
}

/// The open journal. Cheap to clone; writes are whole lines.
#[derive(Clone)]
pub struct Journal(Arc<Inner>);

struct Inner {
    path: PathBuf,
    file: Mutex<Option<File>>,
    process: String,
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
        Journal(Arc::new(Inner { path: path.into(), file: Mutex::new(None), process }))
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
        let mut slot = self.0.file.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.is_none() {
            if let Some(dir) = self.0.path.parent() {
                std::fs::create_dir_all(dir).map_err(fail)?;
            }
            let is_new = !self.0.path.exists();
            let mut options = OpenOptions::new();
            options.create(true).read(true).append(true).mode(0o600);
            let mut file = options.open(&self.0.path).map_err(fail)?;
            // A file that was made by something else with wider permissions is narrowed.
            file.set_permissions(std::fs::Permissions::from_mode(0o600)).map_err(fail)?;
            if is_new && let Some(dir) = self.0.path.parent() {
                // The file's own name must outlive a crash too. Not every file system can be asked for that.
                let _ = File::open(dir).and_then(|d| d.sync_all());
            }
            if is_torn(&mut file).map_err(fail)? {
                // A crash or a full disk cut the last line off: the next one must not become part of it.
                file.write_all(b"\n").map_err(fail)?;
            }
            *slot = Some(file);
        }
        let Some(file) = slot.as_mut() else { return Ok(()) };
        let mut text = line.to_string();
        text.push('\n');
        file.write_all(text.as_bytes()).and_then(|()| file.sync_data()).map_err(|e| {
            *slot = None;
            fail(e)
        })
    }

    pub(super) fn began(&self, run: u64, plan: &Plan, now: Time) -> Result<(), JournalError> {
        let first = plan.subjects.first();
        self.write(&json!({
            "at": now.rfc3339_millis(), "event": "began", "run": self.run_name(run), "pid": std::process::id(),
            "title": plan.title, "action": plan.action,
            "profile": first.and_then(|s| s.table.scope.profile().map(ToString::to_string)),
            "region": first.and_then(|s| s.table.scope.region_code().map(ToString::to_string)),
            "kind": first.map(|s| s.table.kind.name),
            "parent": first.and_then(|s| match &s.table.selector {
                Selector::Parent(p) => Some(p.to_string()),
                Selector::All => None,
            }),
            "rows": plan.subjects.iter().map(|s| s.id.to_string()).collect::<Vec<_>>(),
            "undo": plan.undo.as_ref().map(|u| u.line.clone()),
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
        let Ok(file) = File::open(&self.0.path) else { return Vec::new() };
        let mut open: BTreeMap<String, Unfinished> = BTreeMap::new();
        for line in BufReader::new(file).split(b'\n').map_while(Result::ok) {
            let Ok(line) = serde_json::from_slice::<Json>(&line) else { continue };
            let text = |key: &str| line.get(key).and_then(Json::as_str).map(str::to_string);
            let (Some(event), Some(run)) = (text("event"), text("run")) else { continue };
            match event.as_str() {
                "began" => {
                    if !self.is_ours_or_alive(&run, line.get("pid").and_then(Json::as_i64))
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

    fn is_ours_or_alive(&self, run: &str, pid: Option<i64>) -> bool {
        if run.strip_prefix(&self.0.process).is_some_and(|rest| rest.starts_with('-')) {
            return true;
        }
        let pid = pid.and_then(|p| i32::try_from(p).ok()).and_then(rustix::process::Pid::from_raw);
        pid.is_some_and(|p| p != rustix::process::getpid() && rustix::process::test_kill_process(p).is_ok())
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

fn read_began(line: &Json, run: &str, registry: &Registry) -> Option<Unfinished> {
    let text = |key: &str| line.get(key).and_then(Json::as_str);
    let kind = Kind(registry.kind(text("kind")?)?.info);
    let profile = text("profile").unwrap_or("default");
    let scope = match text("region") {
        Some(region) => Scope::region(profile, region),
        None => Scope::account(profile),
    };
    let selector = text("parent").map_or(Selector::All, |p| Selector::Parent(p.into()));
    let rows = line.get("rows")?.as_array()?;
    Some(Unfinished {
        run: run.to_string(),
        when: Time::parse(text("at")?)?,
        title: text("title")?.to_string(),
        action: text("action")?.into(),
        table: TableKey { scope, kind, selector },
        ids: rows.iter().filter_map(Json::as_str).map(Into::into).collect(),
        done: (0, usize::try_from(line.get("calls")?.as_u64()?).ok()?),
        undo: text("undo").map(str::to_string),
    })
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
