//! `skydeck cidr`: a range of addresses, what a subnet of AWS has of it, and ranges taken apart.

use std::io::Write;
use std::process::ExitCode;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde_json::{Map, Value, json};

use super::args::{CidrOutput, SplitHow};
use super::out::Out;
use super::{Failure, out};
use crate::base::text::visible;
use crate::net::cidr::{Cidr, RESERVED, check_ipv6_size};
use crate::net::range::{Range, flaw};
use crate::net::split::{How, Split, split};

/// `skydeck cidr RANGE`
pub(super) fn show(range: &str, output: CidrOutput) -> Result<ExitCode, Failure> {
    let typed = read(range)?;
    match output {
        CidrOutput::Json => print(&sheet(typed))?,
        CidrOutput::Text => {
            let mut out = Out::open();
            match typed {
                IpNet::V4(net) => ipv4(&mut out, net)?,
                IpNet::V6(net) => ipv6(&mut out, net)?,
            }
            out.end()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `skydeck cidr split RANGE`
pub(super) fn show_split(range: &str, how: SplitHow, output: CidrOutput) -> Result<ExitCode, Failure> {
    let range = read(range)?.trunc();
    let how = match how {
        SplitHow { into: Some(n), .. } => How::Into(n),
        SplitHow { prefix: Some(p), .. } => How::Prefix(p),
        SplitHow { into: None, prefix: None } => {
            return Err(Failure::Usage("--into or --prefix is missing: how many ranges, or how large each.".into()));
        }
    };
    let split = split(range, how).map_err(|why| Failure::Usage(format!("{why}.")))?;
    match output {
        CidrOutput::Json => {
            let texts = |all: &[IpNet]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
            let parts: Vec<Value> = split.parts.iter().copied().map(sheet).collect();
            print(&json!({ "range": range.to_string(), "parts": parts, "free": texts(&split.free) }))?;
        }
        CidrOutput::Text => lines(&split)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn print(value: &Value) -> Result<(), Failure> {
    out::print(&format!("{value:#}\n"))
}

/// A range as it was typed: an address within it is no mistake, and the mask may be written out, as `ipcalc` takes it.
fn read(text: &str) -> Result<IpNet, Failure> {
    let trimmed = text.trim();
    let by_mask = || {
        let (address, mask) = trimmed.split_once('/')?;
        let prefix = ipnet::ipv4_mask_to_prefix(mask.parse().ok()?).ok()?;
        IpNet::read(&format!("{address}/{prefix}"))
    };
    IpNet::read(trimmed).or_else(by_mask).ok_or_else(|| {
        let why = flaw(trimmed).map(|why| format!(": {why}")).unwrap_or_default();
        let hint = if why.is_empty() { " such as 10.1.0.0/16 or 2600:1f14:abc:d00::/56" } else { "" };
        Failure::Usage(format!("{} is not a range{hint}{why}.{}", visible(text), meant(trimmed)))
    })
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
    if typed.addr() != range.first() {
        let kept = range.check_size().ok().and_then(|()| range.kept_for(typed.addr()));
        let kept = kept.map(|what| format!("  (AWS keeps it of a subnet: {what})")).unwrap_or_default();
        writeln!(out, "address    {}{kept}", typed.addr())?;
    }
    let (first, last) = range.hosts();
    writeln!(out, "network    {range}")?;
    writeln!(out, "mask       {}", range.mask())?;
    writeln!(out, "wildcard   {}", range.wildcard())?;
    writeln!(out, "broadcast  {}", range.last())?;
    writeln!(out, "first      {first}")?;
    writeln!(out, "last       {last}")?;
    writeln!(out, "usable     {}", range.host_count())?;
    writeln!(out, "size       {}", range.size())?;
    match (range.check_size(), range.first_usable().zip(range.last_usable())) {
        (Ok(()), Some((first, last))) => {
            let n = range.usable();
            writeln!(out, "in AWS     {n} of a subnet, {first} to {last}: AWS keeps {RESERVED}")
        }
        (Ok(()), None) => Ok(()),
        (Err(why), _) => writeln!(out, "in AWS     {why}"),
    }
}

fn ipv6(out: &mut impl Write, typed: Ipv6Net) -> std::io::Result<()> {
    let range = typed.trunc();
    if typed.addr() != range.addr() {
        writeln!(out, "address    {}", typed.addr())?;
    }
    writeln!(out, "network    {range}")?;
    writeln!(out, "mask       {}", range.netmask())?;
    writeln!(out, "first      {}", range.network())?;
    writeln!(out, "last       {}", range.broadcast())?;
    writeln!(out, "size       {}", size(range))?;
    match check_ipv6_size(range) {
        Ok(()) => writeln!(out, "in AWS     it may be a subnet{}", if is_vpc(range) { " or a VPC" } else { "" }),
        Err(why) => writeln!(out, "in AWS     {why}"),
    }
}

/// A VPC's IPv6 range is a /60 at least; see [`check_ipv6_size`].
fn is_vpc(range: Ipv6Net) -> bool {
    check_ipv6_size(range).is_ok() && range.prefix_len() <= 60
}

/// How many addresses an IPv6 range has, written out.
fn size(range: Ipv6Net) -> String {
    let bits = 128 - u32::from(range.prefix_len());
    1_u128.checked_shl(bits).map_or_else(|| "340282366920938463463374607431768211456".into(), |n| n.to_string())
}

/// The same as JSON has it: what is none is null; numbers of IPv6 addresses are texts, which no reader rounds.
fn sheet(typed: IpNet) -> Value {
    let range = typed.trunc();
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        out.insert(key.to_string(), value);
    };
    let text = |what: &dyn std::fmt::Display| Value::String(what.to_string());
    let address = typed.addr();
    put("address", if address == range.addr() { Value::Null } else { text(&address) });
    put("network", text(&range));
    put("prefix", range.prefix_len().into());
    put("mask", text(&range.netmask()));
    put("wildcard", text(&range.hostmask()));
    let aws = match typed {
        IpNet::V4(typed) => {
            let cidr = Cidr::new(typed);
            let (first, last) = cidr.hosts();
            put("broadcast", text(&cidr.last()));
            put("first", text(&first));
            put("last", text(&last));
            put("usable", cidr.host_count().into());
            put("size", cidr.size().into());
            let fits = cidr.check_size();
            let of = |address: Option<std::net::Ipv4Addr>| address.filter(|_| fits.is_ok()).map(|a| a.to_string());
            let keeps = cidr.kept_for(typed.addr()).filter(|_| fits.is_ok() && typed.addr() != cidr.first());
            json!({
                "vpc": fits.is_ok(), "subnet": fits.is_ok(), "why": fits.as_ref().err(),
                "usable": fits.is_ok().then(|| cidr.usable()), "first": of(cidr.first_usable()),
                "last": of(cidr.last_usable()), "keeps_address_for": keeps,
            })
        }
        IpNet::V6(typed) => {
            let net = typed.trunc();
            put("broadcast", Value::Null);
            put("first", text(&net.network()));
            put("last", text(&net.broadcast()));
            put("usable", text(&size(net)));
            put("size", text(&size(net)));
            let fits = check_ipv6_size(net);
            json!({ "vpc": is_vpc(net), "subnet": fits.is_ok(), "why": fits.err() })
        }
    };
    put("aws", aws);
    Value::Object(out)
}

/// The parts, a line each: the range, which of its addresses a subnet gives out, and how many.
fn lines(split: &Split) -> Result<(), Failure> {
    let mut out = Out::open();
    let names: Vec<String> = split.parts.iter().chain(&split.free).map(ToString::to_string).collect();
    let wide = names.iter().map(String::len).max().unwrap_or_default();
    for (i, (part, name)) in split.parts.iter().chain(&split.free).zip(&names).enumerate() {
        let rest = if i < split.parts.len() { said(*part) } else { "free".to_string() };
        writeln!(out, "{}", format!("{name:<wide$}  {rest}").trim_end())?;
    }
    out.end()
}

/// What AWS has of a part.
fn said(part: IpNet) -> String {
    match part {
        IpNet::V4(net) => {
            let cidr = Cidr::new(net);
            match (cidr.check_size(), cidr.first_usable().zip(cidr.last_usable())) {
                (Ok(()), Some((first, last))) => format!("{} usable in AWS, {first} to {last}", cidr.usable()),
                (Ok(()), None) => String::new(),
                (Err(_), _) => format!("{} addresses, no size of a VPC or subnet (/16 to /28)", cidr.size()),
            }
        }
        IpNet::V6(net) => match check_ipv6_size(net) {
            Ok(()) if net.prefix_len() > 60 => "a subnet of AWS may have it".into(),
            Ok(()) => "a VPC or subnet of AWS may have it".into(),
            Err(_) => "no size of a VPC or subnet (/44 to /64 in steps of four)".into(),
        },
    }
}
