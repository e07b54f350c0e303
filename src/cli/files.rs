//! Commands that only print: where files are, policies, address arithmetic.

use std::io::Write;
use std::process::ExitCode;

use super::out::{self, Out};
use super::{Failure, Options, session};
use crate::aws::policy;
use crate::base::text::visible;
use crate::config::settings;
use crate::kinds::registry;
use crate::net::cidr::{Cidr, RESERVED};

/// `skydeck config [--default|--check]`
pub(super) fn config(options: &Options, default: bool, check: bool) -> Result<ExitCode, Failure> {
    if default {
        out::print(&settings::default_file())?;
        return Ok(ExitCode::SUCCESS);
    }
    let (config, problems) = session::settings(options);
    if check {
        let mut text: String = problems.iter().map(|p| format!("{}\n", visible(&p.to_string()))).collect();
        if problems.is_empty() {
            text = format!("no problems in {}\n", visible(&config.paths.config.to_string_lossy()));
        }
        out::unread_is_well(out::print(&text))?;
        return Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) });
    }
    let mut out = Out::open();
    let p = &config.paths;
    for (what, path) in [
        ("settings", &p.config),
        ("keymaps", &p.keymaps),
        ("themes", &p.themes),
        ("journal", &p.state.join("journal.jsonl")),
    ] {
        let there = if path.exists() { "" } else { "  (not there)" };
        writeln!(out, "{what:<9} {}{there}", visible(&path.to_string_lossy()))?;
    }
    out.end()?;
    for p in &problems {
        out::say(&p.to_string());
    }
    Ok(ExitCode::SUCCESS)
}

/// `skydeck policy [--read-only]`
pub(super) fn policy(read_only: bool) -> Result<ExitCode, Failure> {
    let text = policy::text(&registry::ALL.operations(), read_only);
    out::print(&format!("{}\n", text.trim_end()))?;
    Ok(ExitCode::SUCCESS)
}

/// `skydeck cidr RANGE`
pub(super) fn cidr(range: &str) -> Result<ExitCode, Failure> {
    let range: Cidr = range.parse().map_err(Failure::Usage)?;
    let mut out = Out::open();
    writeln!(out, "range    {range}")?;
    writeln!(out, "mask     {}", range.mask())?;
    writeln!(out, "first    {}", range.first())?;
    writeln!(out, "last     {}", range.last())?;
    writeln!(out, "size     {}", range.size())?;
    match range.check_size() {
        Ok(()) => {
            let (first, last) = (range.first_usable(), range.last_usable());
            let ends = first.zip(last).map(|(a, b)| format!("  {a} to {b}")).unwrap_or_default();
            writeln!(out, "usable   {}{ends}  (AWS keeps {RESERVED} addresses of a subnet)", range.usable())?;
        }
        Err(why) => writeln!(out, "in AWS   {why}")?,
    }
    out.end()?;
    Ok(ExitCode::SUCCESS)
}
