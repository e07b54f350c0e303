//! Text to [`Query`].

use std::net::IpAddr;

use ipnet::IpNet;

use super::{Op, Operand, Query, QueryError, Term, Test, Word};
use crate::base::Time;
use crate::base::text::{nearest, suggest};
use crate::model::behind::{PROFILE, REGION};
use crate::model::{Block, Column, FieldInfo, FieldSet, FieldType, KindInfo, Tone, health};
use crate::net::range::{self, Range};

impl Query {
    /// Reads a query for a kind.
    ///
    /// # Errors
    /// An unknown field (with the nearest one), an operator that the field's type has no order for, a value that cannot be
    /// read as the field's type, an open quote.
    pub fn parse(text: &str, kind: &KindInfo) -> Result<Query, QueryError> {
        let mut terms = Vec::new();
        let mut alternative = 0;
        let mut or = None;
        for token in tokens(text)? {
            if token.eq_ignore_ascii_case(OR) {
                if or.is_some() || terms.is_empty() {
                    return Err(between(token));
                }
                alternative += 1;
                or = Some(token);
                continue;
            }
            or = None;
            let (negated, body) = match token.strip_prefix('!') {
                Some(rest) if !rest.is_empty() => (true, rest),
                _ => (false, token.as_str()),
            };
            terms.push(Term { alternative, negated, test: term(body, kind)? });
        }
        if let Some(or) = or {
            return Err(between(or));
        }
        Ok(Query { text: text.trim().into(), terms })
    }
}

/// What stands between alternatives.
const OR: &str = "or";

/// What can be said of a row after `is:`, and how the docs call it.
pub const HOW: &[(&str, Tone)] =
    &[("bad", Tone::Bad), ("busy", Tone::Busy), ("good", Tone::Good), ("idle", Tone::Idle), ("unknown", Tone::Unknown)];

fn between(or: String) -> QueryError {
    let message = "or stands between two conditions, as in web or db. In quotes, \"or\" is a word like any other.";
    QueryError { term: or, message: message.into() }
}

impl Query {
    /// A query's text with this condition in every alternative, or without it if it has it already.
    pub fn toggled(text: &str, condition: &str) -> String {
        let Ok(all) = tokens(text) else { return condition.to_string() };
        let mut out: Vec<&str> = Vec::new();
        let has = all.iter().any(|t| t == condition);
        for token in all.iter().map(String::as_str).filter(|t| *t != condition) {
            if !has && token.eq_ignore_ascii_case(OR) {
                out.push(condition);
            }
            // An alternative that was nothing but the condition goes with it.
            if !(token.eq_ignore_ascii_case(OR) && out.last().is_none_or(|t| t.eq_ignore_ascii_case(OR))) {
                out.push(token);
            }
        }
        if !has {
            out.push(condition);
        } else if out.last().is_some_and(|t| t.eq_ignore_ascii_case(OR)) {
            out.pop();
        }
        out.join(" ")
    }
}

/// Splits at blanks outside quotes. Quotes stay in the token, so that `:` inside them is not an operator.
pub(super) fn tokens(text: &str) -> Result<Vec<String>, QueryError> {
    let mut out = Vec::new();
    let mut now = String::new();
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                now.push(c);
            }
            c if c.is_whitespace() && !quoted => {
                if !now.is_empty() {
                    out.push(std::mem::take(&mut now));
                }
            }
            c => now.push(c),
        }
    }
    if quoted {
        return Err(QueryError { term: now, message: "The query has an opening \" without a closing one.".into() });
    }
    if !now.is_empty() {
        out.push(now);
    }
    Ok(out)
}

fn unquote(s: &str) -> String {
    s.replace('"', "")
}

/// The operator that comes first outside quotes, with what stands before and after it.
pub(super) fn operator(token: &str) -> Option<(&str, Op, &str)> {
    let mut quoted = false;
    for (i, c) in token.char_indices() {
        let rest = &token[i..];
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '!' if rest.starts_with("!=") => return Some((&token[..i], Op::IsNot, &rest[2..])),
            '>' if rest.starts_with(">=") => return Some((&token[..i], Op::AtLeast, &rest[2..])),
            '<' if rest.starts_with("<=") => return Some((&token[..i], Op::AtMost, &rest[2..])),
            '>' => return Some((&token[..i], Op::More, &rest[1..])),
            '<' => return Some((&token[..i], Op::Less, &rest[1..])),
            '=' => return Some((&token[..i], Op::Is, &rest[1..])),
            ':' => return Some((&token[..i], Op::Has, &rest[1..])),
            _ => {}
        }
    }
    None
}

fn term(token: &str, kind: &KindInfo) -> Result<Test, QueryError> {
    let fail = |message: String| Err(QueryError { term: token.to_string(), message });
    let word = || {
        let text = unquote(token).to_lowercase();
        let block = text.parse().map(Block::Ip).ok().or_else(|| IpNet::read(&text).map(|n| Block::Net(n.trunc())));
        Test::Word(Word { block, text, fields: searched(kind) })
    };
    let Some((name, op, value)) = operator(token) else { return Ok(word()) };
    if token.parse::<IpAddr>().is_ok() || IpNet::read(token).is_some() {
        return Ok(word());
    }
    // An ARN, a URL and an IPv6 address have colons and are words.
    if name.is_empty() || matches!(name, "arn" | "http" | "https" | "s3") || name.starts_with('"') {
        return Ok(word());
    }
    if name.eq_ignore_ascii_case("tag") {
        if op != Op::Has || value.is_empty() {
            return fail(format!("{token} names no tag: write tag:KEY or tag:KEY=VALUE."));
        }
        let (key, value) = match value.split_once('=') {
            Some((k, v)) => (k, Some(unquote(v).to_lowercase())),
            None => (value, None),
        };
        return Ok(Test::Tag { key: unquote(key), value });
    }
    let resolved = kind.resolve(name).or_else(|| kind.place_named(name));
    if name.eq_ignore_ascii_case("is") && resolved.is_none() {
        let fields: Vec<usize> = health::fields(kind).collect();
        if fields.is_empty() {
            return fail(format!("{} have no state, so that is: says nothing about them.", kind.title));
        }
        return match HOW.iter().find(|(word, _)| value.eq_ignore_ascii_case(word)) {
            Some((_, tone)) if matches!(op, Op::Has | Op::Is) => Ok(Test::Health { tone: *tone, fields }),
            _ => fail("After is: comes bad, busy, good, idle or unknown; !is:bad is what is not bad.".into()),
        };
    }
    let Some(field) = resolved else {
        if begins_an_address(token) {
            return Ok(word());
        }
        let aliases = kind.iter().flat_map(|f| f.aliases.iter().copied()).chain(["tag", PROFILE.name, REGION.name]);
        let names = || kind.iter().map(|f| f.name);
        let hint = match nearest(name, names().chain(aliases)) {
            Some(near) if !name.starts_with(char::is_uppercase) => format!(" Did you mean {near}?"),
            // Fields are in lower case, the keys of tags often are not.
            _ if matches!(op, Op::Has | Op::Is | Op::IsNot) && name.starts_with(char::is_uppercase) => {
                let not = if op == Op::IsNot { "!" } else { "" };
                format!(" A tag is written {not}tag:{name}={value}.")
            }
            Some(near) => format!(" Did you mean {near}?"),
            None => suggest(name, names()),
        };
        return fail(format!("{} have no field {name}.{hint}", kind.title));
    };
    let info = kind.fields.at(field);
    if op.is_order() && !has_order(info.ty) {
        return fail(format!("{} has no order: write {0}:{1} or {0}={1}.", info.name, unquote(value)));
    }
    if value.is_empty() {
        return fail(format!("{token} has no value after {}.", op.text()));
    }
    let pieces: Vec<String> = if op.is_order() || value.starts_with('"') {
        vec![unquote(value)]
    } else {
        value.split(',').filter(|p| !p.is_empty()).map(unquote).collect()
    };
    let mut operands = Vec::new();
    for p in &pieces {
        match operand(p, info, op) {
            Some(o) => {
                operands.extend(also(p, &o, op));
                operands.push(o);
            }
            None => {
                let why = if info.ty.is_addresses() { range::flaw(p) } else { None };
                let why = why.unwrap_or_else(|| wanted(info.ty).into());
                return fail(format!("{name} cannot be compared with {p}: {why}."));
            }
        }
    }
    Ok(Test::Field { field, op, operands, written: pieces })
}

/// Whether it could be the first groups of an IPv6 address (`2600:1f14`), or a hardware address.
fn begins_an_address(token: &str) -> bool {
    let first = token.split(':').next().unwrap_or_default();
    first.len() <= 4
        && first.bytes().any(|b| b.is_ascii_digit())
        && token.bytes().all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.' | b'/'))
}

/// What a text means besides itself, in a field whose texts may be addresses: an address however it is written, a range.
fn also(text: &str, operand: &Operand, op: Op) -> Option<Operand> {
    if op.is_order() || !matches!(operand, Operand::Text(_)) {
        return None;
    }
    text.parse().map(Operand::Ip).ok().or_else(|| IpNet::read(text).map(|net| Operand::Net(net.trunc())))
}

/// The fields that a bare word looks at.
fn searched(kind: &KindInfo) -> FieldSet {
    let looks = |f: &FieldInfo| !f.named_only && f.column != Column::DetailOnly;
    (0..kind.fields.len()).filter(|i| looks(kind.fields.at(*i))).collect()
}

const fn has_order(ty: FieldType) -> bool {
    matches!(
        ty,
        FieldType::Int
            | FieldType::Float
            | FieldType::Age
            | FieldType::Date
            | FieldType::Bytes
            | FieldType::Seconds
            | FieldType::Ratio
            | FieldType::Ip
            | FieldType::Ips
            | FieldType::Range
            | FieldType::Ranges
            | FieldType::Series
    )
}

const fn wanted(ty: FieldType) -> &'static str {
    match ty {
        FieldType::Age | FieldType::Date => {
            "write an age such as 90s, 30m, 12h, 90d, 2w or 1y, or a day such as 2026-11-21"
        }
        FieldType::Bytes => "write a size such as 500k, 20MiB or 1.5g",
        FieldType::Seconds => "write a span such as 300, 90s or 5m",
        FieldType::Bool => "write yes or no",
        FieldType::Ip | FieldType::Ips | FieldType::Range | FieldType::Ranges => {
            "write an address, or a range such as 10.1.0.0/16 or 2600:1f14::/32"
        }
        FieldType::Ratio => "write a count such as 3, or a share such as 60% or 2/3",
        _ => "write a number",
    }
}

fn operand(s: &str, info: &FieldInfo, op: Op) -> Option<Operand> {
    if s.eq_ignore_ascii_case("none") && !op.is_order() {
        return Some(Operand::Nothing);
    }
    match info.ty {
        FieldType::Int | FieldType::Float | FieldType::Series => {
            s.trim_end_matches('%').parse().ok().map(Operand::Number)
        }
        FieldType::Ratio => match s.split_once('/') {
            Some((a, b)) => {
                let (a, b): (f64, f64) = (a.parse().ok()?, b.parse().ok()?);
                (b > 0.0).then(|| Operand::Share(a / b))
            }
            None => match s.strip_suffix('%') {
                Some(share) => share.parse().ok().map(|n: f64| Operand::Share(n / 100.0)),
                None => s.parse().ok().map(Operand::Number),
            },
        },
        FieldType::Seconds => span(s).map(Operand::Number),
        // Both are moments: one is shown as an age, the other as a date.
        FieldType::Age | FieldType::Date => span(s).map(Operand::Number).or_else(|| {
            let day: jiff::civil::Date = s.parse().ok()?;
            Some(Operand::Day(Time::at_utc(day.to_datetime(jiff::civil::Time::midnight()))))
        }),
        FieldType::Bytes => size(s).map(Operand::Number),
        FieldType::Bool => match s.to_ascii_lowercase().as_str() {
            "yes" | "true" | "on" | "y" => Some(Operand::Flag(true)),
            "no" | "false" | "off" | "n" => Some(Operand::Flag(false)),
            _ => None,
        },
        FieldType::Ip | FieldType::Ips | FieldType::Range | FieldType::Ranges => {
            if let Ok(ip) = s.parse() {
                Some(Operand::Ip(ip))
            } else if let Some(net) = IpNet::read(s) {
                Some(Operand::Net(net.trunc()))
            } else if op.is_order() || s.contains('/') {
                None
            } else {
                Some(Operand::Text(s.to_lowercase()))
            }
        }
        FieldType::Text | FieldType::Id | FieldType::State | FieldType::List => Some(Operand::Text(s.to_lowercase())),
    }
}

/// `90s 30m 12h 30d 2w 1y`, or bare seconds.
fn span(s: &str) -> Option<f64> {
    let (digits, unit) = split_unit(s)?;
    let factor = match unit.to_ascii_lowercase().as_str() {
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        "w" => 7.0 * 86_400.0,
        "y" => 365.0 * 86_400.0,
        _ => return None,
    };
    Some(digits * factor)
}

/// `500`, `20k`, `20KiB`, `1.5g`, `2TiB`; powers of 1,024, as AWS's consoles show sizes.
fn size(s: &str) -> Option<f64> {
    let (digits, unit) = split_unit(s)?;
    let factor = match unit.to_ascii_lowercase().trim_end_matches('b').trim_end_matches('i') {
        "" => 1.0,
        "k" => 1024.0,
        "m" => 1024.0f64.powi(2),
        "g" => 1024.0f64.powi(3),
        "t" => 1024.0f64.powi(4),
        _ => return None,
    };
    Some(digits * factor)
}

fn split_unit(s: &str) -> Option<(f64, &str)> {
    let at = s.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(s.len());
    Some((s[..at].parse().ok()?, &s[at..]))
}
