//! Commands that only print: where files are, policies.

use std::io::Write;
use std::process::ExitCode;

use super::out::{self, Out};
use super::{Failure, Options, session};
use crate::aws::policy;
use crate::base::text::visible;
use crate::config::settings;
use crate::kinds::registry;

/// `skydeck config [--default|--check]`
pub(super) fn config(options: &Options, default: bool, check: bool) -> Result<ExitCode, Failure> {
    if default {
        out::print(&settings::default_file())?;
        return Ok(ExitCode::SUCCESS);
    }
    if check {
        return self::check(options);
    }
    let (config, problems) = session::settings(options);
    let mut out = Out::open();
    let p = &config.paths;
    for (what, path) in [
        ("settings", &p.config),
        ("keymaps", &p.keymaps),
        ("themes", &p.themes),
        ("journal", &p.state.join("journal.jsonl")),
        ("memory", &p.state.join("memory.json")),
        ("views", &p.state.join("views.json")),
    ] {
        let there = if path.exists() { "" } else { "  (not there)" };
        writeln!(out, "{what:<9} {}{there}", visible(&path.to_string_lossy()))?;
    }
    out.end()?;
    for p in problems.iter().filter(|p| !p.note) {
        out::say(&p.to_string());
    }
    Ok(ExitCode::SUCCESS)
}

/// `skydeck config --check`
pub(super) fn check(options: &Options) -> Result<ExitCode, Failure> {
    let (config, problems) = session::settings(options);
    let mut text: String = problems.iter().map(|p| format!("{}\n", visible(&p.to_string()))).collect();
    // What a key hides is told to whoever asks, and is no problem.
    let sound = problems.iter().all(|p| p.note);
    if sound {
        text.push_str(&format!("no problems in {}\n", visible(&config.paths.config.to_string_lossy())));
    }
    out::unread_is_well(out::print(&text))?;
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// `skydeck policy [--read-only]`
pub(super) fn policy(read_only: bool) -> Result<ExitCode, Failure> {
    let text = policy::text(&registry::ALL.operations(), read_only);
    out::print(&format!("{}\n", text.trim_end()))?;
    Ok(ExitCode::SUCCESS)
}
