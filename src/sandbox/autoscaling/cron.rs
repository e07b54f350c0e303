//! Cron expressions of scheduled actions: five fields, in a time zone. Pure.
//!
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html>

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::base::Time;

/// A recurrence, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: BTreeSet<i8>,
    hours: BTreeSet<i8>,
    days: BTreeSet<i8>,
    months: BTreeSet<i8>,
    weekdays: BTreeSet<i8>,
    /// Whether day of month and day of week are both restricted: then either may match, as cron has always had it.
    either: bool,
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Cron {
    /// Reads `MINUTE HOUR DAY MONTH WEEKDAY`; none if it is no cron expression.
    pub fn parse(text: &str) -> Option<Cron> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = words[..] else { return None };
        let weekdays = field(weekday, 0, 7, &WEEKDAYS, 0)?;
        Some(Cron {
            minutes: field(minute, 0, 59, &[], 0)?,
            hours: field(hour, 0, 23, &[], 0)?,
            days: field(day, 1, 31, &[], 0)?,
            months: field(month, 1, 12, &MONTHS, 1)?,
            // Sunday is 0 and 7.
            weekdays: weekdays.into_iter().map(|d| d % 7).collect(),
            either: !day.starts_with('*') && !weekday.starts_with('*'),
        })
    }

    fn on(&self, date: Date) -> bool {
        let day = self.days.contains(&date.day());
        let weekday = self.weekdays.contains(&date.weekday().to_sunday_zero_offset());
        self.months.contains(&date.month()) && if self.either { day || weekday } else { day && weekday }
    }

    /// The first moment after `after` in the zone's wall time; none within five years (30 February).
    pub fn next(&self, after: Time, zone: &TimeZone) -> Option<Time> {
        let local = zone.to_datetime(after.timestamp());
        let mut date = local.date();
        for _ in 0..5 * 366 {
            if self.on(date) {
                for (hour, minute) in self.hours.iter().flat_map(|h| self.minutes.iter().map(move |m| (*h, *m))) {
                    // A wall time that a change of clocks skips happens when the clocks have changed.
                    let at = zone.to_ambiguous_timestamp(date.at(hour, minute, 0, 0)).compatible().ok()?;
                    let at = Time::from_secs(at.as_second());
                    if at > after {
                        return Some(at);
                    }
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }
}

/// `*`, `*/5`, `1-5`, `MON-FRI`, `0,30`, `10-20/2`.
fn field(text: &str, low: i8, high: i8, names: &[&str], first: i8) -> Option<BTreeSet<i8>> {
    let number = |s: &str| {
        let named = names.iter().position(|n| n.eq_ignore_ascii_case(s)).and_then(|at| i8::try_from(at).ok());
        let n = named.map(|at| at + first).or_else(|| s.parse().ok())?;
        (low..=high).contains(&n).then_some(n)
    };
    let mut out = BTreeSet::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<usize>().ok().filter(|s| *s > 0)?),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (low, high),
            Some((from, to)) => (number(from)?, number(to)?),
            None => (number(range)?, if part.contains('/') { high } else { number(range)? }),
        };
        if from > to {
            return None;
        }
        out.extend((from..=to).step_by(step));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(cron: &str, after: &str, offset: i8) -> String {
        let zone = jiff::tz::Offset::constant(offset).to_time_zone();
        let at = Cron::parse(cron).unwrap().next(Time::parse(after).unwrap(), &zone);
        at.map(Time::rfc3339).unwrap_or_default()
    }

    #[test]
    fn a_weekday_morning_in_seoul_is_the_evening_before_or_so() {
        assert_eq!(next("50 8 * * MON-FRI", "2026-11-21T09:00:00Z", 9), "2026-11-22T23:50:00Z");
        assert_eq!(next("0 9 * * 1-5", "2026-11-23T00:00:00Z", 9), "2026-11-24T00:00:00Z");
    }

    #[test]
    fn steps_lists_and_both_kinds_of_days_are_as_crons() {
        assert_eq!(next("*/15 * * * *", "2026-11-21T09:16:00Z", 0), "2026-11-21T09:30:00Z");
        assert_eq!(next("0 0 1 1,jul *", "2026-11-21T09:00:00Z", 0), "2027-01-01T00:00:00Z");
        assert_eq!(next("0 0 13 * 5", "2026-11-21T09:00:00Z", 0), "2026-11-27T00:00:00Z", "a Friday, or a thirteenth");
        assert_eq!(next("0 0 29 2 *", "2026-11-21T09:00:00Z", 0), "2028-02-29T00:00:00Z");
        assert_eq!(next("0 0 30 2 *", "2026-11-21T09:00:00Z", 0), "", "never");
    }

    #[test]
    fn what_is_no_cron_expression_is_told() {
        for bad in ["", "* * * *", "* * * * * *", "60 * * * *", "a b c d e", "5-1 * * * *", "*/0 * * * *", "- * * * *"]
        {
            assert_eq!(Cron::parse(bad), None, "{bad}");
        }
    }
}
