//! `Range` and the conditional headers of HTTP, as S3 reads them. Pure.

use http::HeaderMap;

use crate::base::Time;
use crate::sandbox::wire::shapes::reads;

/// What a `Range` header asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Span {
    /// The whole object: no header, or one that S3 ignores (several ranges, other units, nonsense).
    Whole,
    /// Bytes from the first to before the second.
    Part(u64, u64),
    /// Nothing of the object lies in it: `InvalidRange`.
    Nothing,
}

/// Reads a `Range` header for an object of `size` bytes.
pub fn span(header: Option<&str>, size: u64) -> Span {
    let Some(spec) = header.and_then(|h| h.trim().strip_prefix("bytes=")) else { return Span::Whole };
    let Some((from, to)) = spec.split_once('-').filter(|_| !spec.contains(',')) else { return Span::Whole };
    match (from.trim().parse::<u64>(), to.trim()) {
        (Ok(from), "") if from < size => Span::Part(from, size),
        (Ok(from), to) => match to.parse::<u64>() {
            Ok(to) if to < from => Span::Whole,
            Ok(to) if from < size => Span::Part(from, to.saturating_add(1).min(size)),
            Ok(_) => Span::Nothing,
            Err(_) if to.is_empty() => Span::Nothing,
            Err(_) => Span::Whole,
        },
        (Err(_), to) if from.is_empty() => match to.parse::<u64>() {
            Ok(0) => Span::Nothing,
            Ok(_) if size == 0 => Span::Nothing,
            Ok(n) => Span::Part(size.saturating_sub(n), size),
            Err(_) => Span::Whole,
        },
        _ => Span::Whole,
    }
}

/// What the conditional headers make of a read.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Go,
    /// 304.
    NotModified,
    /// 412, and the header that failed.
    Failed(&'static str),
}

/// Weighs `If-Match`, `If-Unmodified-Since`, `If-None-Match`, `If-Modified-Since` in RFC 9110's order of precedence;
/// `prefix` is `x-amz-copy-source-` for a copy's source.
pub fn verdict(headers: &HeaderMap, prefix: &str, etag: &str, modified: Time) -> Verdict {
    let header = |name: &str| {
        headers.get(format!("{prefix}{name}")).and_then(|v| v.to_str().ok()).inspect(|t| reads::note_text(t))
    };
    let matches = |list: &str| {
        list.split(',').any(|e| e.trim() == "*" || e.trim().trim_start_matches("W/").trim_matches('"') == etag)
    };
    let moment = |s: &str| http_date_parse(s);
    if let Some(list) = header("if-match") {
        if !matches(list) {
            return Verdict::Failed("If-Match");
        }
    } else if let Some(t) = header("if-unmodified-since").and_then(moment)
        && modified.secs() > t.secs()
    {
        return Verdict::Failed("If-Unmodified-Since");
    }
    if let Some(list) = header("if-none-match") {
        if matches(list) {
            return Verdict::NotModified;
        }
    } else if let Some(t) = header("if-modified-since").and_then(moment)
        && modified.secs() <= t.secs()
    {
        return Verdict::NotModified;
    }
    Verdict::Go
}

/// A moment as HTTP writes it: `Sat, 21 Nov 2026 09:05:00 GMT`.
pub fn http_date(t: Time) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let at = t.civil();
    let name = |names: &'static [&'static str], n: u8| names.get(usize::from(n) - 1).copied().unwrap_or_default();
    format!(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        name(&DAYS, at.weekday),
        at.day,
        name(&MONTHS, at.month),
        at.year,
        at.hour,
        at.minute,
        at.second
    )
}

/// Reads what [`http_date`] writes.
pub fn http_date_parse(s: &str) -> Option<Time> {
    jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", s.trim()).ok().map(Time::at_utc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_object_or_refused() {
        assert_eq!(span(Some("bytes=0-4"), 10), Span::Part(0, 5));
        assert_eq!(span(Some("bytes=8-100"), 10), Span::Part(8, 10));
        assert_eq!(span(Some("bytes=-3"), 10), Span::Part(7, 10));
        assert_eq!(span(Some("bytes=3-"), 10), Span::Part(3, 10));
        assert_eq!(span(Some("bytes=10-"), 10), Span::Nothing);
        assert_eq!(span(Some("bytes=-0"), 10), Span::Nothing);
        assert_eq!(span(Some("bytes=0-0"), 0), Span::Nothing);
        assert_eq!(span(Some("bytes=0-1,3-4"), 10), Span::Whole);
        assert_eq!(span(Some("lines=1-2"), 10), Span::Whole);
        assert_eq!(span(None, 10), Span::Whole);
    }

    #[test]
    fn conditions_tell_unchanged_from_failed() {
        let at = Time::parse("2026-11-21T09:05:00Z").expect("time");
        assert_eq!(http_date(at), "Sat, 21 Nov 2026 09:05:00 GMT");
        assert_eq!(http_date_parse(&http_date(at)), Some(at));
        let one = |name: &'static str, value: &str| {
            let mut h = HeaderMap::new();
            h.insert(name, value.parse().expect("header"));
            verdict(&h, "", "abc", at)
        };
        assert_eq!(one("if-match", "\"abc\""), Verdict::Go);
        assert_eq!(one("if-match", "\"x\""), Verdict::Failed("If-Match"));
        assert_eq!(one("if-none-match", "\"abc\""), Verdict::NotModified);
        assert_eq!(one("if-modified-since", "Sat, 21 Nov 2026 09:05:00 GMT"), Verdict::NotModified);
        assert_eq!(one("if-modified-since", "Sat, 21 Nov 2026 09:04:59 GMT"), Verdict::Go);
    }
}
