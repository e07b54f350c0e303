//! The one place that reads the system clock. Everything else is handed a [`Clock`] or a [`Time`].

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

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
    /// As jiff's timestamp; moments outside its range are clamped.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }
    /// RFC 3339 in UTC with whole seconds, as AWS's EC2 and Auto Scaling write it without fractions: `2026-11-21T09:05:00Z`.
    pub fn rfc3339(self) -> String {
        Timestamp::from_second(self.secs()).map(|t| t.to_string()).unwrap_or_default()
    }
    /// RFC 3339 in UTC with milliseconds, always three digits: `2026-11-21T09:05:00.000Z`.
    pub fn rfc3339_millis(self) -> String {
        format!("{:.3}", self.timestamp())
    }
    /// Parses RFC 3339 with any fraction and offset.
    pub fn parse(s: &str) -> Option<Time> {
        s.parse::<Timestamp>().ok().map(Time::from)
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
    fn a_manual_clock_moves_only_when_told() {
        let c = Clock::manual(Time::from_secs(100));
        assert_eq!(c.now(), Time::from_secs(100));
        c.clone().advance(Duration::from_secs(5));
        assert_eq!(c.now(), Time::from_secs(105));
    }
}
