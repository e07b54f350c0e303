//! Runs a script of named checks (`tests/py/*_checks.py`) and reads its report: `ok NAME` or `FAIL NAME why`, a line each.

use std::process::{Command, Stdio};

/// How many held, and those that did not, each with its reason.
pub fn run(command: &mut Command) -> (usize, Vec<String>) {
    let out = command.stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout);
    let held = text.lines().filter(|l| l.starts_with("ok ")).count();
    let mut failed: Vec<String> = text.lines().filter_map(|l| l.strip_prefix("FAIL ")).map(str::to_string).collect();
    if !out.status.success() && failed.is_empty() {
        // It broke before its first check, or between two of them.
        failed.push(format!("the script itself: {text}{}", String::from_utf8_lossy(&out.stderr)));
    }
    (held, failed)
}
