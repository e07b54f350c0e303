//! The time scale of metrics: how much of a minute has passed when time runs faster than the wall's. Pure.
//!
//! Durations are divided by the sandbox's speed and dates stay the wall's, so a metric's moments are the wall's too. Alarms look
//! at them by the sandbox's clock: a period of 60 seconds is 60 seconds of the sandbox. That clock stood with the wall's
//! until this run began.

use crate::base::Time;

/// A clock: the wall's, or the sandbox's.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    since: i64,
    speed: f64,
}

impl Pace {
    /// The wall's clock: what questions about metrics are asked by.
    pub const WALL: Pace = Pace { since: 0, speed: 1.0 };

    /// The sandbox's clock: it stood with the wall's until `since`.
    pub fn new(since: Time, speed: f64) -> Pace {
        Pace { since: since.millis(), speed }
    }
    /// Whether it runs faster than the wall's.
    pub fn is_fast(self) -> bool {
        self.speed > 1.0
    }
    /// What this clock shows at a moment of the wall's.
    pub fn shows(self, wall: Time) -> Time {
        let passed = wall.millis() - self.since;
        if passed <= 0 || self.speed == 1.0 {
            return wall;
        }
        Time::from_millis(self.since.saturating_add((passed as f64 * self.speed).floor() as i64))
    }
    /// The first moment of the wall's at which this clock shows so much.
    pub fn wall(self, shown: Time) -> Time {
        let passed = shown.millis() - self.since;
        if passed <= 0 || self.speed == 1.0 {
            return shown;
        }
        Time::from_millis(self.since.saturating_add((passed as f64 / self.speed).ceil() as i64))
    }
    /// Where what happened at a moment of the wall's is kept: at the start of the minute (or of `seconds`) of both clocks.
    pub fn slot(self, at: Time, seconds: i64) -> Time {
        let floor = |t: Time| Time::from_secs(t.secs().div_euclid(seconds) * seconds);
        self.wall(floor(self.shows(at))).max(floor(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fast_clock_begins_with_the_walls_and_its_minutes_are_shorter() {
        for speed in [0.1, 1.0, 7.0, 50.0, 333.3, 1000.0] {
            let since = Time::parse("2026-11-21T09:05:07.250Z").unwrap();
            let pace = Pace { since: since.millis(), speed };
            let before = Time::from_secs(since.secs() - 500);
            assert_eq!((pace.shows(before), pace.wall(before)), (before, before));
            for n in 1..200 {
                let minute = Time::from_secs((since.secs() / 60 + n) * 60);
                let wall = pace.wall(minute);
                assert_eq!(pace.shows(wall).secs() / 60, minute.secs() / 60, "{speed} {n}");
                assert!(pace.shows(Time::from_millis(wall.millis() - 1)) <= minute, "{speed} {n}");
                let slot = pace.slot(wall, 60);
                assert!(slot <= wall && wall.since(slot).as_secs() < 60, "{speed} {n}");
                assert_eq!(slot.secs() / 60, wall.secs() / 60, "{speed} {n}");
                assert_eq!(pace.shows(slot).secs() / 60, minute.secs() / 60, "{speed} {n}");
            }
        }
        let pace = Pace { since: 1_000_000, speed: 60.0 };
        assert_eq!(pace.shows(Time::from_millis(1_002_000)), Time::from_millis(1_120_000));
    }
}
