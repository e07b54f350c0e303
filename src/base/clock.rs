//! The one place that reads the system clock. Everything else is handed a [`Clock`] or a [`Time`].

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;

use super::civil::{self, Civil};

/// A moment: milliseconds since 1970-01-01T00:00:00Z. Eight bytes, because tables hold millions of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Time(pub i64);

impl Time {
    /// From milliseconds since the epoch.
    pub const fn from_millis(ms: i64) -> Self {
        Time(ms)
    }
    /// From seconds since the epoch; those that no clock has (a stranger's number) are the last or first moment there is.
    pub const fn from_secs(s: i64) -> Self {
        Time(s.saturating_mul(1000))
    }
    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }
    /// Whole seconds since the epoch, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1000)
    }
    /// This moment and `d` later.
    pub fn plus(self, d: Duration) -> Self {
        Time(self.0.saturating_add(i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
    }
    /// How long after `earlier` this is; zero if it is not after it.
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
    /// As jiff's timestamp, for its calculations with time zones; moments outside its range are clamped. That range ends at
    /// 9999-12-30T22:00Z, more than a day before the moment that stands for "for ever" (9999-12-31T23:59:59Z): what is kept or
    /// shown goes through [`Time::civil`] instead.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }
    /// The date and the time of day in UTC.
    pub fn civil(self) -> Civil {
        Civil::of(self.0)
    }
    /// The date and the time of day in a zone; where jiff does not know the zone's rules any more, by the last that it knows.
    pub fn civil_in(self, zone: &TimeZone) -> Civil {
        let ahead = i64::from(zone.to_offset(self.timestamp()).seconds()) * 1000;
        Civil::of(self.0.saturating_add(ahead))
    }
    /// Hours and minutes in a zone: `09:05`.
    pub fn clock_in(self, zone: &TimeZone) -> String {
        let at = self.civil_in(zone);
        format!("{:02}:{:02}", at.hour, at.minute)
    }
    /// The moment at which a clock in UTC shows this, to the millisecond.
    pub fn at_utc(at: DateTime) -> Time {
        let day = civil::day(i64::from(at.year()), i64::from(at.month()), i64::from(at.day()));
        let seconds = (i64::from(at.hour()) * 60 + i64::from(at.minute())) * 60 + i64::from(at.second());
        Time((day * 86_400 + seconds) * 1000 + i64::from(at.millisecond()))
    }
    /// RFC 3339 in UTC with whole seconds, as AWS's EC2 and Auto Scaling write it without fractions: `2026-11-21T09:05:00Z`.
    pub fn rfc3339(self) -> String {
        format!("{}Z", self.civil())
    }
    /// RFC 3339 in UTC with milliseconds, always three digits: `2026-11-21T09:05:00.000Z`.
    pub fn rfc3339_millis(self) -> String {
        let at = self.civil();
        format!("{at}.{:03}Z", at.milli)
    }
    /// Parses RFC 3339 with any fraction and offset, up to the last second of the year 9999 wherever that is.
    pub fn parse(s: &str) -> Option<Time> {
        // In pieces: as a whole jiff refuses the last day of 9999.
        let pieces = Pieces::parse(s).ok()?;
        let ahead = i64::from(pieces.to_numeric_offset()?.seconds()) * 1000;
        let local = Time::at_utc(pieces.date().to_datetime(pieces.time()?));
        Some(Time(local.0 - ahead))
    }
}

impl From<Timestamp> for Time {
    fn from(t: Timestamp) -> Self {
        Time(t.as_millisecond())
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339_millis())
    }
}

/// Where "now" comes from. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Clock(Source::System)
    }
    /// Stands still at `at` until [`Clock::advance`].
    pub fn manual(at: Time) -> Self {
        Clock(Source::Manual(Arc::new(AtomicI64::new(at.0))))
    }
    /// The moment it is.
    #[expect(clippy::disallowed_methods, reason = "the one owner of the system clock")]
    pub fn now(&self) -> Time {
        match &self.0 {
            Source::System => Time::from(Timestamp::now()),
            Source::Manual(ms) => Time(ms.load(Ordering::SeqCst)),
        }
    }
    /// Moves a manual clock forward; the other kinds move by themselves and ignore it.
    pub fn advance(&self, d: Duration) {
        if let Source::Manual(ms) = &self.0 {
            ms.fetch_add(i64::try_from(d.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            Source::System => "system",
            Source::Manual(_) => "manual",
        };
        write!(f, "Clock({name} {:?})", self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_back_what_they_write() {
        let t = Time::from_millis(1_795_252_800_123);
        assert_eq!(Time::parse(&t.rfc3339_millis()), Some(t));
        assert_eq!(Time::parse(&t.rfc3339()), Some(Time::from_secs(t.secs())));
        assert_eq!(Time::from_secs(0).rfc3339_millis(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Time::from_secs(i64::MAX).timestamp(), Timestamp::MAX, "a stranger's number is no panic");
    }

    #[test]
    fn for_ever_is_kept_and_shown_to_its_last_second() {
        const FOREVER: Time = Time::from_secs(253_402_300_799);
        for text in ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z", "9999-12-31T23:59:59+00:00"] {
            assert_eq!(Time::parse(text), Some(FOREVER), "{text}");
        }
        assert_eq!(FOREVER.rfc3339(), "9999-12-31T23:59:59Z");
        assert_eq!(
            Time::parse("9999-12-31T23:59:59.999Z").map(Time::rfc3339_millis).as_deref(),
            Some("9999-12-31T23:59:59.999Z")
        );
        assert_eq!(Time::parse("9999-12-31T23:59:59-14:00"), Some(FOREVER.plus(Duration::from_secs(14 * 3600))));
        let seoul = TimeZone::fixed(jiff::tz::offset(9));
        let there = FOREVER.civil_in(&seoul);
        assert_eq!((there.year, there.month, there.day, there.hour, there.minute), (10_000, 1, 1, 8, 59));
        assert_eq!(Time(i64::MAX).rfc3339(), "+292278994-08-17T07:12:55Z", "as ISO 8601 writes longer years");
        assert_eq!(Time(i64::MIN).civil_in(&seoul).month, 5, "no overflow either");
    }

    #[test]
    fn a_moment_without_an_offset_or_with_a_day_that_is_none_is_not_read() {
        for text in ["", "now", "2026-11-21", "2026-11-21T09:05:00", "2026-02-29T00:00:00Z", "2026-11-21T24:00:00Z"] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
        assert_eq!(Time::parse("2026-11-21T18:05:00.5+09:00"), Some(Time::from_millis(1_795_251_900_500)));
    }

    proptest::proptest! {
        #[test]
        fn every_moment_reads_and_writes_as_the_library_does_where_it_can(ms in -377_705_023_201_000_i64..253_402_207_200_000) {
            let (t, theirs) = (Time(ms), Timestamp::from_millisecond(ms).unwrap());
            if (0..=9999).contains(&t.civil().year) {
                proptest::prop_assert_eq!(t.rfc3339_millis(), format!("{:.3}", theirs));
            }
            proptest::prop_assert_eq!(Time::parse(&theirs.to_string()), Some(t));
            let weekday = TimeZone::UTC.to_datetime(theirs).weekday().to_monday_one_offset();
            proptest::prop_assert_eq!(i64::from(t.civil().weekday), i64::from(weekday));
        }
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let c = Clock::manual(Time::from_secs(100));
        assert_eq!(c.now(), Time::from_secs(100));
        c.clone().advance(Duration::from_secs(5));
        assert_eq!(c.now(), Time::from_secs(105));
    }
}
