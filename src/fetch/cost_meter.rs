//! What is being spent: calls of the last minute, and what the metrics that are kept fresh cost an hour.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::base::Time;
use crate::kinds::PaidRow;
use crate::kinds::prices::METRICS_FOR_A_DOLLAR;
use crate::model::Meter;

/// What was spent in the last minute.
#[derive(Default)]
pub(super) struct Spent {
    calls: Mutex<VecDeque<Time>>,
    /// What was paid for: until when it lasts, and what asking for it each time anew costs an hour, in metrics.
    metrics: Mutex<Vec<(Time, u64)>>,
}

impl Spent {
    pub(super) fn call(&self, now: Time) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push_back(now);
    }
    /// Notes metrics asked of CloudWatch: these are what GetMetricData charges for.
    pub(super) fn metrics(&self, rows: &[PaidRow]) {
        let hourly = |b: &PaidRow| u64::from(b.metrics) * 3600 / u64::from(b.period.max(1));
        let mut metrics = self.metrics.lock().unwrap_or_else(PoisonError::into_inner);
        metrics.extend(rows.iter().map(|b| (b.until, hourly(b))));
    }
    pub(super) fn meter(&self, now: Time, slowed: Vec<String>) -> Meter {
        const MINUTE: Duration = Duration::from_secs(60);
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        while calls.front().is_some_and(|t| now.since(*t) >= MINUTE) {
            calls.pop_front();
        }
        // Each row counts from when it was paid for until it is to be paid for again: once, whatever its period.
        let mut metrics = self.metrics.lock().unwrap_or_else(PoisonError::into_inner);
        metrics.retain(|(until, _)| *until > now);
        let hourly: u64 = metrics.iter().map(|(_, hourly)| hourly).sum();
        Meter {
            calls_per_minute: u32::try_from(calls.len()).unwrap_or(u32::MAX),
            millidollars_per_hour: u32::try_from(hourly.div_ceil(METRICS_FOR_A_DOLLAR / 1000)).unwrap_or(u32::MAX),
            slowed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meter_counts_a_minute_of_calls_and_each_metric_for_as_long_as_it_lasts() {
        let spent = Spent::default();
        let at = Time::from_secs;
        let cost = |secs| spent.meter(at(secs), Vec::new()).millidollars_per_hour;
        let buy = |secs: i64, period: u32| {
            let rows = (0..50).map(|i| PaidRow {
                id: format!("i-{i}").into(),
                metrics: 1,
                period,
                until: at((secs / i64::from(period) + 1) * i64::from(period)),
            });
            spent.metrics(&rows.collect::<Vec<_>>());
        };
        // Fifty metrics every five minutes are 600 an hour, at a cent a thousand; the first time in the midst of a period.
        for (from, to) in [(200, 300), (300, 600), (600, 900)] {
            buy(from, 300);
            assert_eq!([cost(from), cost(to - 1)], [6, 6]);
        }
        assert_eq!(cost(900), 0, "nobody looks any more");
        buy(900, 60);
        assert_eq!(cost(930), 30, "each minute it is five times as much");
        let spent = Spent::default();
        spent.call(at(0));
        spent.call(at(30));
        assert_eq!(spent.meter(at(59), Vec::new()).calls_per_minute, 2);
        assert_eq!(spent.meter(at(60), Vec::new()).calls_per_minute, 1);
        assert_eq!(spent.meter(at(90), Vec::new()), Meter::default());
    }
}
