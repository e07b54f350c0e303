//! How far back charts reach, and how long a point of them is.

use crate::base::RowId;

/// A stretch of time up to now. CloudWatch keeps points of a minute for 15 days, of five minutes for 63 days and of an hour for 455 days
/// (15 months), so that longer ones have longer points:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum ChartSpan {
    /// One hour.
    Hour,
    /// Three hours: as the web console's charts begin.
    #[default]
    Hours3,
    /// Twelve hours.
    Hours12,
    /// A day.
    Day,
    /// Three days.
    Days3,
    /// A week.
    Week,
    /// 30 days.
    Month,
    /// 90 days.
    Months3,
    /// 455 days: all that CloudWatch keeps.
    Months15,
}

/// All of them, the shortest first.
pub const SPANS: [ChartSpan; 9] = [
    ChartSpan::Hour,
    ChartSpan::Hours3,
    ChartSpan::Hours12,
    ChartSpan::Day,
    ChartSpan::Days3,
    ChartSpan::Week,
    ChartSpan::Month,
    ChartSpan::Months3,
    ChartSpan::Months15,
];

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;

impl ChartSpan {
    /// As it is written: `3h`, `15mo`.
    pub const fn name(self) -> &'static str {
        match self {
            ChartSpan::Hour => "1h",
            ChartSpan::Hours3 => "3h",
            ChartSpan::Hours12 => "12h",
            ChartSpan::Day => "1d",
            ChartSpan::Days3 => "3d",
            ChartSpan::Week => "1w",
            ChartSpan::Month => "1mo",
            ChartSpan::Months3 => "3mo",
            ChartSpan::Months15 => "15mo",
        }
    }
    /// Seconds from point to point, unless what is measured has longer periods. Up to three hours points of five minutes are taken, or of one
    /// where there are such.
    pub const fn period(self) -> u32 {
        match self {
            ChartSpan::Hour | ChartSpan::Hours3 | ChartSpan::Hours12 | ChartSpan::Day => 5 * MINUTE,
            ChartSpan::Days3 => 15 * MINUTE,
            ChartSpan::Week => HOUR,
            ChartSpan::Month => 3 * HOUR,
            ChartSpan::Months3 => 6 * HOUR,
            ChartSpan::Months15 => DAY,
        }
    }
    /// Seconds.
    pub const fn seconds(self) -> u32 {
        match self {
            ChartSpan::Hour => HOUR,
            ChartSpan::Hours3 => 3 * HOUR,
            ChartSpan::Hours12 => 12 * HOUR,
            ChartSpan::Day => DAY,
            ChartSpan::Days3 => 3 * DAY,
            ChartSpan::Week => 7 * DAY,
            ChartSpan::Month => 30 * DAY,
            ChartSpan::Months3 => 90 * DAY,
            ChartSpan::Months15 => 455 * DAY,
        }
    }
    /// The next longer or shorter one; the last one stays.
    #[must_use]
    pub fn step(self, by: isize) -> ChartSpan {
        let at = SPANS.iter().position(|s| *s == self).unwrap_or(0);
        SPANS[at.saturating_add_signed(by).min(SPANS.len() - 1)]
    }
    /// The one of this name.
    pub fn named(name: &str) -> Option<ChartSpan> {
        SPANS.into_iter().find(|s| s.name() == name)
    }
    /// The id under which a table of charts has those of `of` over this span: `1w i-0123`.
    pub fn row_id(self, of: &str) -> RowId {
        arcstr::format!("{} {of}", self.name())
    }
    /// What such an id stands for.
    pub fn of_row(id: &str) -> Option<(ChartSpan, &str)> {
        let (span, of) = id.split_once(' ')?;
        Some((ChartSpan::named(span)?, of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_span_has_few_points_of_whole_periods_that_cloudwatch_still_keeps() {
        for span in SPANS {
            assert_eq!(span.seconds() % span.period(), 0, "{span:?}");
            let points = span.seconds() / span.period();
            assert!((12..=455).contains(&points), "{span:?} has {points}");
            let least = match span.seconds() / DAY {
                0..15 => MINUTE,
                15..63 => 5 * MINUTE,
                _ => HOUR,
            };
            assert_eq!(span.period() % least, 0, "{span:?}");
            assert_eq!(ChartSpan::of_row(&span.row_id("my alarm 1w")), Some((span, "my alarm 1w")));
        }
        assert_eq!(ChartSpan::of_row("i-1"), None);
        assert_eq!((ChartSpan::Hour.step(-1), ChartSpan::Day.step(1)), (ChartSpan::Hour, ChartSpan::Days3));
        assert_eq!(ChartSpan::Months15.step(1), ChartSpan::Months15);
    }
}
