//! Coarse ages: `now`, `10 s`, `1 m`… so that an idle screen writes almost nothing, and when each changes next.

use std::time::Duration;

use crate::base::Time;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;

/// How long ago `then` was, in steps that are coarse on purpose: `now`, then tens of seconds, minutes, hours, days, years.
pub fn coarse(now: Time, then: Time) -> String {
    let s = now.since(then).as_secs();
    match s {
        0..10 => "now".into(),
        10..MINUTE => format!("{} s", s / 10 * 10),
        MINUTE..HOUR => format!("{} m", s / MINUTE),
        HOUR..DAY => format!("{} h", s / HOUR),
        DAY..YEAR => format!("{} d", s / DAY),
        _ => format!("{} y", s / YEAR),
    }
}

/// [`coarse`] in a sentence: `just now`, `10 s ago`.
pub fn ago(now: Time, then: Time) -> String {
    match coarse(now, then).as_str() {
        "now" => "just now".into(),
        age => format!("{age} ago"),
    }
}

/// The next moment at which [`coarse`] says something else.
pub fn next_change(now: Time, then: Time) -> Time {
    let s = now.since(then).as_secs();
    let step = match s {
        0..MINUTE => 10,
        MINUTE..HOUR => MINUTE,
        HOUR..DAY => HOUR,
        _ => DAY,
    };
    then.plus(Duration::from_secs((s / step + 1) * step))
}

/// The next full minute, when the clock in the header changes.
pub fn next_minute(now: Time) -> Time {
    Time::from_secs((now.secs().div_euclid(60) + 1) * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_was_now_ago() {
        let then = Time::from_secs(1_000);
        assert_eq!((ago(then, then), ago(Time::from_secs(1_100), then)), ("just now".into(), "1 m ago".into()));
    }

    #[test]
    fn an_age_stands_still_until_its_next_step() {
        let then = Time::from_secs(1_000);
        let mut now = then;
        let mut texts = Vec::new();
        while texts.len() < 8 {
            texts.push(coarse(now, then));
            let next = next_change(now, then);
            assert!(next > now);
            assert_eq!(coarse(Time(next.0 - 1), then), texts[texts.len() - 1]);
            now = next;
        }
        assert_eq!(texts, ["now", "10 s", "20 s", "30 s", "40 s", "50 s", "1 m", "2 m"]);
    }

    #[test]
    fn the_clock_changes_on_the_minute() {
        assert_eq!(next_minute(Time::from_secs(60)), Time::from_secs(120));
        assert_eq!(next_minute(Time::from_millis(119_999)), Time::from_secs(120));
    }
}
