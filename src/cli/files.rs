//! Commands that only print: where files are, policies, address arithmetic.

use std::io::Write;
use std::process::ExitCode;

use super::{Failure, Options, session};
use crate::aws::policy;
use crate::config::settings;
use crate::kinds::registry;
use crate::net::cidr::{Cidr, RESERVED};

/// `skydeck config [--default|--check]`
pub(super) fn config(options: &Options, default: bool, check: bool) -> Result<ExitCode, Failure> {
    let mut out = std::io::stdout();
    if default {
        write!(out, "{}", settings::default_file())?;
        return Ok(ExitCode::SUCCESS);
    }
    let (config, problems) = session::settings(options);
    if check {
        for p in &problems {
            writeln!(out, "{p}")?;
        }
        if problems.is_empty() {
            writeln!(out, "no problems in {}", config.paths.config.display())?;
            return Ok(ExitCode::SUCCESS);
        }
        return Ok(ExitCode::from(1));
    }
    let p = &config.paths;
    for (what, path) in [
        ("settings", &p.config),
        ("keymaps", &p.keymaps),
        ("themes", &p.themes),
        ("journal", &p.state.join("journal.jsonl")),
    ] {
        let there = if path.exists() { "" } else { "  (not there)" };
        writeln!(out, "{what:<9} {}{there}", path.display())?;
    }
    for p in &problems {
        writeln!(std::io::stderr(), "{p}")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// `skydeck policy [--read-only]`
pub(super) fn policy(read_only: bool) -> Result<ExitCode, Failure> {
    let text = policy::text(&registry::ALL.operations(), read_only);
    writeln!(std::io::stdout(), "{}", text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

/// `skydeck cidr RANGE`
pub(super) fn cidr(range: &str) -> Result<ExitCode, Failure> {
    let range: Cidr = range.parse().map_err(Failure::Usage)?;
    let mut out = std::io::stdout();
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
    Ok(ExitCode::SUCCESS)
}
