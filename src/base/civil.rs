//! Dates and times of day of any moment, by the Gregorian calendar. The time library's own end a day before 9999-12-31T23:59:59Z,
//! which is what people write for "for ever".

use std::fmt;

const DAY: i64 = 86_400_000;

/// What a calendar and a clock on the wall show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// The year; 0 is the year before 1.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 1 is Monday, 7 is Sunday.
    pub weekday: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999.
    pub milli: u16,
}

impl Civil {
    /// So many milliseconds after 1970-01-01T00:00 by that clock.
    pub(super) fn of(millis: i64) -> Civil {
        let (days, of_day) = (millis.div_euclid(DAY), millis.rem_euclid(DAY));
        let (year, month, day) = date(days);
        let seconds = of_day / 1000;
        Civil {
            year,
            month: small(month),
            day: small(day),
            // 1970-01-01 was a Thursday.
            weekday: small((days + 3).rem_euclid(7) + 1),
            hour: small(seconds / 3600),
            minute: small(seconds / 60 % 60),
            second: small(seconds % 60),
            milli: u16::try_from(of_day % 1000).unwrap_or_default(),
        }
    }

    /// The same digit by digit, where the year has four: a list of 10,000 rows has tens of thousands of moments.
    fn digits(&self) -> Option<[u8; 19]> {
        let year = u16::try_from(self.year).ok().filter(|year| *year <= 9999)?;
        let mut text = *b"0000-00-00T00:00:00";
        let mut put = |at: usize, n: u16| {
            if let [tens, ones] = &mut text[at..at + 2] {
                (*tens, *ones) = (b'0' + (n / 10 % 10) as u8, b'0' + (n % 10) as u8);
            }
        };
        put(0, year / 100);
        put(2, year % 100);
        for (at, n) in [(5, self.month), (8, self.day), (11, self.hour), (14, self.minute), (17, self.second)] {
            put(at, n.into());
        }
        Some(text)
    }
}

fn small(n: i64) -> u8 {
    u8::try_from(n).unwrap_or_default()
}

/// `2026-11-21T09:05:00`; a year of more than four digits, or before 0, with its sign, as ISO 8601 has it.
impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(digits) = self.digits()
            && let Ok(text) = std::str::from_utf8(&digits)
        {
            return f.write_str(text);
        }
        write!(f, "{:+07}", self.year)?;
        write!(f, "-{:02}-{:02}T{:02}:{:02}:{:02}", self.month, self.day, self.hour, self.minute, self.second)
    }
}

/// Days from 1970-01-01 to a date. Years are counted from March, so that the leap day is the last.
/// <https://howardhinnant.github.io/date_algorithms.html>
pub(super) fn day(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date so many days after 1970-01-01: the way back.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = years + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * from_march + 2) / 5 + 1)
}
