//! Keeps the journal from growing for ever: at a start, a long one is rewritten with its newest lines and all of the runs that
//! have not ended.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::sync::PoisonError;

use serde_json::Value as Json;

use super::{Journal, options};

/// A file longer than this is rewritten.
const LONG: u64 = 1024 * 1024;
/// How much of its end is kept.
const KEPT: usize = 256 * 1024;

impl Journal {
    /// Shortens a long journal. Nothing happens while another process has it open, or once this one has written.
    ///
    /// # Errors
    /// The file cannot be read or rewritten; the old one is then whole.
    pub fn compact(&self) -> std::io::Result<()> {
        let slot = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let path = &self.0.path;
        if slot.is_some() || std::fs::metadata(path).map_or(0, |m| m.len()) <= LONG {
            return Ok(());
        }
        let old = File::open(path)?;
        if old.try_lock().is_err() {
            return Ok(());
        }
        let text = std::fs::read(path)?;
        let kept = keep(&text, KEPT);
        let mut new = path.as_os_str().to_owned();
        new.push(format!(".{}.new", self.0.process));
        let done = options().create_new(true).write(true).open(&new).and_then(|mut file| {
            for line in kept {
                file.write_all(line)?;
                file.write_all(b"\n")?;
            }
            file.sync_all()?;
            std::fs::rename(&new, path)
        });
        if done.is_err() {
            let _ = std::fs::remove_file(&new);
        }
        self.0.sync_folder();
        done
    }
}

/// The lines of runs that have not ended, and the newest ones up to `most` bytes, in their order. What cannot be read is left
/// out.
pub(super) fn keep(text: &[u8], most: usize) -> Vec<&[u8]> {
    let read = |line: &[u8]| {
        let json: Json = serde_json::from_slice(line).ok()?;
        let word = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_string);
        Some((word("event")?, word("run")?))
    };
    let lines: Vec<(&[u8], String, String)> =
        text.split(|b| *b == b'\n').filter_map(|l| read(l).map(|(event, run)| (l, event, run))).collect();
    let mut open = BTreeSet::new();
    for (_, event, run) in &lines {
        match event.as_str() {
            "began" => _ = open.insert(run.clone()),
            "ended" | "forgotten" => _ = open.remove(run),
            _ => {}
        }
    }
    let mut room = most;
    let mut kept: Vec<&[u8]> = Vec::new();
    for (line, _, run) in lines.iter().rev() {
        let fits = room > line.len();
        room = if fits { room - line.len() - 1 } else { 0 };
        if fits || open.contains(run) {
            kept.push(line);
        }
    }
    kept.reverse();
    kept
}
