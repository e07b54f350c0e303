//! How often a table is asked for.

use std::time::Duration;

use crate::base::{Fault, FaultKind};
use crate::model::KindInfo;

/// Rows in transition are asked for by id this often until they settle.
pub const TRANSITION: Duration = Duration::from_secs(2);
/// Tables that are kept warm (completion, links, names) but not on the screen; one of many pages no more often than if it were seen.
pub const WARM: Duration = Duration::from_secs(60);
/// Metrics of which the answer did not say how long they last: EC2's own period without detailed monitoring.
pub const METRICS: Duration = Duration::from_secs(300);

/// Consoles that ask at the boundary of a period do so within this time of each other.
pub const PHASE: Duration = Duration::from_secs(20);
/// What changes seldom (tags, protection, volumes) is asked for at most this often a row.
pub const SELDOM: Duration = Duration::from_secs(60);
/// Rows that a plan is about are read again within this time, or the plan is told that they could not be.
pub const REREAD: Duration = Duration::from_secs(30);
/// A wish that came while scrolling waits this long for the next one.
pub const WISH: Duration = Duration::from_millis(150);
/// Credentials that AWS calls expired are reloaded at most this often a profile.
pub const RENEW: Duration = Duration::from_secs(10);
/// How long it is remembered that a table nobody looks at is fresh.
pub const REMEMBER: Duration = Duration::from_secs(600);
/// How often it is looked whether the meter has changed.
pub const METER: Duration = Duration::from_secs(5);

/// How fast time passes for the poller: 1, and in tests a multiple of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace(pub(super) u32);

impl Pace {
    /// This long by the poller's time.
    pub(super) fn of(self, d: Duration) -> Duration {
        d / self.0.max(1)
    }
}

/// The pause between the starts of two runs over a table that is on the screen: `base` for one page, in proportion for more.
pub fn sweep(kind: &KindInfo, base: Duration, pages: u32) -> Duration {
    if kind.is_paid() {
        return METRICS.max(base);
    }
    let least = kind.operations.iter().map(|o| o.no_sooner_than).max().unwrap_or(0);
    let pause = (base * pages.max(1)).max(Duration::from_secs(least.into()));
    if is_seldom(kind) { pause.max(SELDOM) } else { pause }
}
/// Whether it changes seldom.
pub fn is_seldom(kind: &KindInfo) -> bool {
    kind.operations.iter().any(|o| o.rarely_changes)
}
/// Whether rows that were asked for are not asked for again for a while, however often they come into view.
pub fn keeps(kind: &KindInfo) -> bool {
    kind.is_paid() || is_seldom(kind)
}

/// The pause after the `n`th fault in a row (from 1): doubling from 2 s to 60 s; what does not pass by itself is asked rarely.
pub fn after_fault(fault: &Fault, n: u32) -> Duration {
    let doubled = Duration::from_secs(1 << n.clamp(1, 5)).min(Duration::from_secs(30));
    match fault.kind {
        FaultKind::Denied | FaultKind::Invalid | FaultKind::NotFound | FaultKind::Bug | FaultKind::ReadOnly => {
            Duration::from_secs(60)
        }
        FaultKind::NoCredentials | FaultKind::Expired => Duration::from_secs(15),
        _ => doubled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_gives_few_requests_for_is_asked_for_seldom_however_often_others_are() {
        use crate::kinds::ec2::instance_pages::console_output;
        use crate::kinds::ec2::{instance_statuses, instances};
        let base = Duration::from_secs(5);
        assert_eq!(sweep(&console_output::INFO, base, 1), Duration::from_secs(10));
        assert_eq!(sweep(&console_output::INFO, Duration::from_secs(60), 1), Duration::from_secs(60));
        assert_eq!((sweep(&instances::INFO, base, 1), sweep(&instance_statuses::INFO, base, 2)), (base, base * 2));
    }

    #[test]
    fn back_off_grows_and_is_bounded() {
        let offline = Fault::new(FaultKind::Offline, "");
        let waits: Vec<u64> = (0..9).map(|n| after_fault(&offline, n).as_secs()).collect();
        assert!(waits.windows(2).all(|w| w[0] <= w[1]), "{waits:?}");
        assert_eq!((waits[1], *waits.last().expect("some")), (2, 30));
        assert_eq!(after_fault(&Fault::new(FaultKind::Denied, ""), 1).as_secs(), 60);
    }
}
