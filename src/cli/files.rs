//! Commands that only print: where files are, policies, address arithmetic.

use std::io::Write;
use std::process::ExitCode;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::out::{self, Out};
use super::{Failure, Options, session};
use crate::aws::policy;
use crate::base::text::visible;
use crate::config::settings;
use crate::kinds::registry;
use crate::net::cidr::{Cidr, RESERVED, check_ipv6_size};
use crate::net::range::Range;

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

/// `skydeck cidr RANGE`
pub(super) fn cidr(range: &str) -> Result<ExitCode, Failure> {
    let wanted = || format!("{range} is not a range such as 10.1.0.0/16 or 2600:1f14:abc:d00::/56.{}", meant(range));
    let mut out = Out::open();
    match IpNet::read(range.trim()).ok_or_else(|| Failure::Usage(wanted()))? {
        IpNet::V4(net) => ipv4(&mut out, net)?,
        IpNet::V6(net) => ipv6(&mut out, net)?,
    }
    out.end()?;
    Ok(ExitCode::SUCCESS)
}

/// What was meant by a range that some programs read and some do not.
fn meant(range: &str) -> &'static str {
    let led = |n: &str| n.len() > 1 && n.starts_with('0') && n.bytes().all(|b| b.is_ascii_digit());
    let (address, prefix) = range.split_once('/').unwrap_or((range, ""));
    let zeros = led(prefix) || address.contains('.') && address.split('.').any(led);
    if zeros { " Write its numbers without leading zeros: programs differ on what they mean." } else { "" }
}

fn ipv4(out: &mut impl Write, typed: Ipv4Net) -> std::io::Result<()> {
    let range = Cidr::new(typed);
    writeln!(out, "range    {range}")?;
    if typed.addr() != range.first() {
        let kept = range.check_size().is_ok() && !range.gives_out(typed.addr());
        let kept = if kept { "; AWS keeps it" } else { "" };
        writeln!(out, "address  {} lies in it{kept}", typed.addr())?;
    }
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
    Ok(())
}

fn ipv6(out: &mut impl Write, typed: Ipv6Net) -> std::io::Result<()> {
    let range = typed.trunc();
    writeln!(out, "range    {range}")?;
    if typed.addr() != range.addr() {
        writeln!(out, "address  {} lies in it", typed.addr())?;
    }
    writeln!(out, "first    {}", range.network())?;
    writeln!(out, "last     {}", range.broadcast())?;
    match 1_u128.checked_shl(128 - u32::from(range.prefix_len())) {
        Some(size) => writeln!(out, "size     {size}")?,
        None => writeln!(out, "size     2^128")?,
    }
    match check_ipv6_size(range) {
        Ok(()) => {
            writeln!(out, "in AWS   {range} may be a subnet{}", if range.prefix_len() < 64 { " or a VPC" } else { "" })?
        }
        Err(why) => writeln!(out, "in AWS   {why}")?,
    }
    Ok(())
}
