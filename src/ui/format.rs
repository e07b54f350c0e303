//! Values as text: ages coarse, sizes in binary units, what is unknown and what is empty different from each other and from
//! everything else. Pure; knows no screen.

use std::borrow::Cow;
use std::fmt::Write;
use std::net::Ipv4Addr;

use jiff::tz::TimeZone;

use crate::base::Time;
use crate::base::text::{cut_end, cut_middle, visible, width};
use crate::model::{FieldInfo, FieldType, Series, Value};

use super::sparkline;

/// What is not known: not asked, not allowed, or not said.
pub const UNKNOWN: &str = "·";
/// What AWS says is not there.
pub const EMPTY: &str = "–";
/// What stands for a secret, whatever its length.
pub const SECRET: &str = "••••";

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;
/// Two days before the year 10000 in UTC, and so before it begins anywhere: until then a date is 16 cells wide.
const LONG_YEARS: Time = Time::from_secs(253_402_300_800 - 2 * 86_400);

/// How long ago, in the fewest cells: `now`, `10s`, `3m`, `2h`, `12d`, `1y`; a moment to come is `in 3d`. Coarse on
/// purpose, so that an idle screen writes almost nothing.
pub fn age(now: Time, then: Time) -> String {
    let ahead = then > now && then.since(now).as_secs() >= MINUTE;
    let s = if ahead { then.since(now) } else { now.since(then) }.as_secs();
    let text = match s {
        0..10 => return "now".into(),
        10..MINUTE => format!("{}s", s / 10 * 10),
        MINUTE..HOUR => format!("{}m", s / MINUTE),
        HOUR..DAY => format!("{}h", s / HOUR),
        DAY..YEAR => format!("{}d", s / DAY),
        _ => format!("{}y", s / YEAR),
    };
    if ahead { format!("in {text}") } else { text }
}

/// A date and a time to the minute, in this zone: `2026-11-21 14:05`.
pub fn date(t: Time, zone: &TimeZone) -> String {
    let at = t.civil_in(zone);
    format!("{:04}-{:02}-{:02} {:02}:{:02}", at.year, at.month, at.day, at.hour, at.minute)
}

/// The zone's short name at this moment: `KST`, `UTC`, or `+05:45` where it has none.
pub fn zone_name(t: Time, zone: &TimeZone) -> String {
    let at = jiff::Timestamp::from_second(t.secs()).unwrap_or_default();
    let name = zone.to_offset_info(at).abbreviation().to_string();
    // `+0545`: what has no letters is the offset.
    if name.starts_with(['+', '-']) || name.is_empty() { zone.to_offset(at).to_string() } else { name }
}

/// A day of the year in this zone: `Nov 28`.
pub fn day(t: Time, zone: &TimeZone) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let at = t.civil_in(zone);
    format!("{} {}", MONTHS[usize::from(at.month.clamp(1, 12)) - 1], at.day)
}

/// A size in binary units: `512 B`, `1.5 KiB`, `20 GiB`. One decimal below ten unless it is a whole number.
pub fn bytes(n: u64) -> String {
    scaled(n as f64, 1024.0, &["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"])
}

fn scaled(mut n: f64, step: f64, units: &[&str]) -> String {
    let mut unit = 0;
    while n.abs() >= step && unit + 1 < units.len() {
        n /= step;
        unit += 1;
    }
    // 1023.7 KiB reads as 1 MiB, not as 1024 KiB.
    if n.round().abs() >= step && unit + 1 < units.len() {
        (n, unit) = (1.0, unit + 1);
    }
    let tenths = (n * 10.0).round() / 10.0;
    if unit == 0 || tenths.abs() >= 10.0 || tenths.fract() == 0.0 {
        format!("{:.0} {}", n, units[unit])
    } else {
        format!("{tenths:.1} {}", units[unit])
    }
}

/// A span: `45 s`, `5 m`, `1 h 30 m`, `7 d`.
pub fn span(seconds: i64) -> String {
    let s = seconds.unsigned_abs();
    let sign = if seconds < 0 { "-" } else { "" };
    let two = |a: u64, x: &str, b: u64, y: &str| {
        if b == 0 { format!("{sign}{a} {x}") } else { format!("{sign}{a} {x} {b} {y}") }
    };
    match s {
        0..MINUTE => format!("{sign}{s} s"),
        MINUTE..HOUR => two(s / MINUTE, "m", s % MINUTE, "s"),
        HOUR..DAY => two(s / HOUR, "h", s % HOUR / MINUTE, "m"),
        _ => two(s / DAY, "d", s % DAY / HOUR, "h"),
    }
}

/// A number with at most two decimals (a small one with four), and none that say nothing: `70`, `0.25`, `0.005`.
pub fn number(n: f64) -> String {
    if !n.is_finite() {
        return UNKNOWN.into();
    }
    let decimals = match n.abs() {
        100.0.. => 0,
        0.01.. => 2,
        _ => 4,
    };
    let text = format!("{n:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

/// An amount of money: two decimals, of less than a dollar up to four: `10.00`, `0.64`, `0.0104`.
pub fn money(n: f64) -> String {
    if !n.is_finite() {
        return UNKNOWN.into();
    }
    let text = format!("{n:.4}");
    let cents = text.len() - 2;
    match n.abs() {
        1.0.. => format!("{n:.2}"),
        _ => format!("{}{}", &text[..cents], text[cents..].trim_end_matches('0')),
    }
}

/// A measured number in CloudWatch's or the field's unit: `12.5%`, `1.2 MiB`, `3.4k`.
pub fn measured(n: f64, unit: &str) -> String {
    if !n.is_finite() {
        return UNKNOWN.into();
    }
    match unit {
        "%" | "Percent" => format!("{}%", number(n)),
        "B" | "Bytes" => scaled(n, 1024.0, &["B", "KiB", "MiB", "GiB", "TiB", "PiB"]),
        "Bytes/Second" | "B/s" => format!("{}/s", scaled(n, 1024.0, &["B", "KiB", "MiB", "GiB", "TiB", "PiB"])),
        "Seconds" | "s" if n.abs() < 1.0 => format!("{} ms", number(n * 1000.0)),
        "Seconds" | "s" => format!("{} s", number(n)),
        "Count" | "None" | "" if n.abs() >= 10_000.0 => scaled(n, 1000.0, &["", "k", "M", "G", "T"]).replace(' ', ""),
        "Count" | "None" | "" => number(n),
        other => format!("{} {other}", number(n)),
    }
}

/// A value as a cell or a detail line shows it, visible, not yet cut.
pub fn value<'a>(value: &'a Value, info: &FieldInfo, now: Time, zone: &TimeZone) -> Cow<'a, str> {
    match value {
        Value::Unknown => Cow::Borrowed(UNKNOWN),
        Value::Empty => Cow::Borrowed(EMPTY),
        Value::Secret(_) => Cow::Borrowed(SECRET),
        // A name of blanks is a name, and not the lack of one.
        Value::Text(s) if !s.is_empty() && s.bytes().all(|b| b == b' ') => "␠".repeat(s.len()).into(),
        Value::Text(s) | Value::State(_, s) => visible(s),
        Value::Bool(b) => Cow::Borrowed(if *b { "yes" } else { "no" }),
        Value::Int(n) if info.plain => Cow::Owned(with_unit(n.to_string(), info.unit)),
        Value::Int(n) => Cow::Owned(with_unit(thousands(*n), info.unit)),
        // A price says in its unit or over its column that it is one.
        Value::Float(n) if info.unit.starts_with('$') || info.title.starts_with('$') => {
            Cow::Owned(with_unit(money(*n), info.unit))
        }
        Value::Float(n) => Cow::Owned(with_unit(number(*n), info.unit)),
        Value::Bytes(n) => Cow::Owned(bytes(*n)),
        Value::Seconds(s) => Cow::Owned(span(*s)),
        Value::Time(t) if info.ty == FieldType::Age => Cow::Owned(age(now, *t)),
        Value::Time(t) => Cow::Owned(date(*t, zone)),
        Value::Ratio { ok, of, .. } => Cow::Owned(format!("{ok}/{of}")),
        Value::Ip(ip) => Cow::Owned(ip.to_string()),
        Value::Ip6(_) | Value::Net(_) | Value::Net6(_) | Value::Ips(_) | Value::Nets(_) => {
            let mut out = String::new();
            for (i, block) in value.blocks().enumerate() {
                let _ = write!(out, "{}{block}", if i > 0 { ", " } else { "" });
            }
            Cow::Owned(out)
        }
        Value::List(items) => match items.as_slice() {
            [one] => visible(one),
            many => {
                let mut out = String::new();
                for (i, item) in many.iter().enumerate() {
                    let _ = write!(out, "{}{}", if i > 0 { ", " } else { "" }, visible(item));
                }
                Cow::Owned(out)
            }
        },
        Value::Series(s) => Cow::Owned(sparkline::text(s, sparkline::CELLS)),
    }
}

/// A whole number with a comma between thousands: `1,234`.
pub fn thousands(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = if n < 0 { "-".to_string() } else { String::new() };
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn with_unit(n: String, unit: &str) -> String {
    match unit {
        "" | "%" => n + unit,
        _ => format!("{n} {unit}"),
    }
}

/// How many cells [`value`] takes, cheaply where the value is text.
pub fn measure(v: &Value, info: &FieldInfo, now: Time, zone: &TimeZone) -> u16 {
    let n = match v {
        Value::Unknown | Value::Empty => 1,
        Value::Text(s) | Value::State(_, s) => width(&visible(s)),
        Value::Series(_) => sparkline::CELLS,
        Value::Ip(ip) => ip_width(*ip),
        Value::Time(t) if info.ty == FieldType::Date && *t < LONG_YEARS => 16,
        other => width(&value(other, info, now, zone)),
    };
    u16::try_from(n).unwrap_or(u16::MAX)
}

fn ip_width(ip: Ipv4Addr) -> usize {
    3 + ip
        .octets()
        .iter()
        .map(|o| {
            if *o >= 100 {
                3
            } else if *o >= 10 {
                2
            } else {
                1
            }
        })
        .sum::<usize>()
}

/// The text within so many cells: ids and addresses are cut in the middle (of an IPv6 address the end tells it from its
/// neighbours), everything else at the end.
pub fn fit<'a>(text: &'a str, info: &FieldInfo, cells: u16) -> Cow<'a, str> {
    match info.ty {
        FieldType::Id | FieldType::Ip | FieldType::Range => cut_middle(text, usize::from(cells)),
        _ => cut_end(text, usize::from(cells)),
    }
}

/// The newest value of a series with its unit, or `·`.
pub fn newest(series: &Series, unit: &str) -> String {
    let unit = if series.unit.is_empty() { unit } else { series.unit.as_str() };
    series.last().map_or_else(|| UNKNOWN.to_string(), |n| measured(f64::from(n), unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::Duration;

    fn text(v: &Value, ty: FieldType, unit: &'static str) -> String {
        let now = Time::from_secs(1_795_252_800);
        value(v, &FieldInfo::new("f", "F", ty, "").unit(unit), now, &TimeZone::UTC).into_owned()
    }

    #[test]
    fn an_age_is_coarse_and_short() {
        let now = Time::from_secs(1_000_000_000);
        let ago = |s: i64| age(now, Time::from_secs(1_000_000_000 - s));
        let all: Vec<String> =
            [0, 9, 10, 59, 60, 3599, 3600, 86_399, 86_400, 12 * 86_400, 365 * 86_400].map(ago).to_vec();
        assert_eq!(all, ["now", "now", "10s", "50s", "1m", "59m", "1h", "23h", "1d", "12d", "1y"]);
        assert_eq!(age(now, now.plus(Duration::from_secs(30))), "now");
        assert_eq!(age(now, now.plus(Duration::from_secs(3 * 86_400))), "in 3d");
    }

    #[test]
    fn thousands_are_parted_and_the_number_of_a_port_is_none() {
        assert_eq!(
            [0, 999, 1000, 12_345, 1_234_567, -1000].map(thousands),
            ["0", "999", "1,000", "12,345", "1,234,567", "-1,000"]
        );
        assert_eq!(text(&Value::Int(3000), FieldType::Int, "MiB/s"), "3,000 MiB/s");
        let port = FieldInfo::int("port", "PORT", "").plain();
        assert_eq!(value(&Value::Int(8080), &port, Time::from_secs(0), &TimeZone::UTC), "8080");
    }

    #[test]
    fn unknown_is_not_empty_and_neither_is_zero() {
        assert_eq!(text(&Value::Unknown, FieldType::Int, ""), "·");
        assert_eq!(text(&Value::Empty, FieldType::Int, ""), "–");
        assert_eq!(text(&Value::Int(0), FieldType::Int, ""), "0");
        assert_eq!(text(&Value::text("  "), FieldType::Text, ""), "␠␠");
        assert_eq!(text(&Value::Float(f64::NAN), FieldType::Float, ""), "·");
    }

    #[test]
    fn sizes_use_binary_units_and_never_read_1024() {
        let all: Vec<String> =
            [0, 512, 1023, 1024, 1536, 20 << 30, (1 << 20) - 1, u64::MAX].map(bytes).into_iter().collect();
        assert_eq!(all, ["0 B", "512 B", "1023 B", "1 KiB", "1.5 KiB", "20 GiB", "1 MiB", "16 EiB"]);
    }

    #[test]
    fn spans_and_numbers_leave_out_what_says_nothing() {
        assert_eq!([45, 60, 90, 300, 5400, 604_800].map(span), ["45 s", "1 m", "1 m 30 s", "5 m", "1 h 30 m", "7 d"]);
        assert_eq!([70.0, 0.25, 12.505, 1234.5, 0.0].map(number), ["70", "0.25", "12.51", "1234", "0"]);
        assert_eq!([0.005, 0.01, 0.00002].map(number), ["0.005", "0.01", "0"]);
        let amounts =
            [(10.0, "10.00"), (1.6, "1.60"), (0.64, "0.64"), (0.0104, "0.0104"), (0.005, "0.005"), (0.0, "0.00")];
        for (n, says) in amounts {
            assert_eq!(money(n), says);
        }
        assert_eq!(measured(12.5, "Percent"), "12.5%");
        assert_eq!(measured(0.012, "Seconds"), "12 ms");
        assert_eq!(measured(12_345.0, "Count"), "12k");
    }

    #[test]
    fn a_list_is_joined_and_escape_sequences_in_it_are_shown() {
        let list = Value::List(Arc::new(vec!["a\x1b[31m".into(), "결제".into()]));
        assert_eq!(text(&list, FieldType::List, ""), "a␛[31m, 결제");
        assert_eq!(text(&Value::ratio(2, 3), FieldType::Ratio, ""), "2/3");
        assert_eq!(text(&Value::Float(70.0), FieldType::Float, "%"), "70%");
    }

    #[test]
    fn measuring_and_formatting_agree() {
        let now = Time::from_secs(1_795_252_800);
        let values = [
            (Value::text("결제-워커-07 🚀\x1b"), FieldType::Text),
            (Value::Ip(Ipv4Addr::new(10, 1, 200, 3)), FieldType::Ip),
            (Value::Time(now), FieldType::Date),
            (Value::Time(Time::from_secs(253_402_300_799)), FieldType::Date),
            (Value::Time(Time::from_secs(253_402_300_800)), FieldType::Date),
            (Value::ip(Some("2600:1f14:abc:d00::5")), FieldType::Ip),
            (Value::range(Some("10.0.0.0/16")), FieldType::Range),
            (Value::ips(["10.0.0.1", "2600:1f14::5"]), FieldType::Ips),
            (Value::ranges(["10.0.0.0/8"]), FieldType::Ranges),
            (Value::Time(now), FieldType::Age),
            (Value::Bytes(1 << 40), FieldType::Bytes),
            (Value::list(["a".into(), "b".into()]), FieldType::List),
        ];
        for (v, ty) in values {
            let info = FieldInfo::new("f", "F", ty, "");
            let shown = value(&v, &info, now, &TimeZone::UTC);
            assert_eq!(usize::from(measure(&v, &info, now, &TimeZone::UTC)), width(&shown), "{v:?}");
        }
    }
}
