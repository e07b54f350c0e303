//! Counts what goes over the wire: each attempt of each call. The header shows the last minute.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::base::{Clock, Scope, Time};
use crate::model::operation::Operation;

const WINDOW: Duration = Duration::from_secs(60);

/// One attempt that was handed to the network.
#[derive(Debug, Clone)]
pub struct CallRecord {
    /// When.
    pub at: Time,
    /// Whose account and which region.
    pub scope: Scope,
    /// What.
    pub operation: &'static Operation,
    /// 1 for the first attempt, 2 for the first retry.
    pub attempt: u32,
    /// The plan's call that it carries out, if it is a confirmed write.
    pub call: Option<Arc<str>>,
}

/// A sliding minute of attempts. Cheap to clone; the clones are one meter.
#[derive(Clone)]
pub struct CallMeter(Arc<Inner>);

struct Inner {
    clock: Clock,
    calls: Mutex<VecDeque<(Time, &'static Operation)>>,
    hook: Option<Hook>,
}

/// Called for each attempt, on the worker that sends it: must not block.
pub type Hook = Arc<dyn Fn(&CallRecord) + Send + Sync>;

impl CallMeter {
    /// An empty meter; `hook` sees each attempt.
    pub fn new(clock: Clock, hook: Option<Hook>) -> Self {
        CallMeter(Arc::new(Inner { clock, calls: Mutex::default(), hook }))
    }
    /// How many attempts left the process within the last minute.
    pub fn last_minute(&self) -> usize {
        self.count(|_| true)
    }
    /// The same for those operations that `pick` takes.
    pub fn count(&self, pick: impl Fn(&Operation) -> bool) -> usize {
        let now = self.0.clock.now();
        let mut calls = self.0.calls.lock().unwrap_or_else(PoisonError::into_inner);
        forget(&mut calls, now);
        calls.iter().filter(|(_, op)| pick(op)).count()
    }
    pub(super) fn record(&self, scope: &Scope, operation: &'static Operation, attempt: u32, call: Option<Arc<str>>) {
        let at = self.0.clock.now();
        {
            let mut calls = self.0.calls.lock().unwrap_or_else(PoisonError::into_inner);
            forget(&mut calls, at);
            calls.push_back((at, operation));
        }
        if let Some(hook) = &self.0.hook {
            hook(&CallRecord { at, scope: scope.clone(), operation, attempt, call });
        }
    }
}

impl std::fmt::Debug for CallMeter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallMeter")
    }
}

fn forget(calls: &mut VecDeque<(Time, &'static Operation)>, now: Time) {
    while calls.front().is_some_and(|(at, _)| now.since(*at) >= WINDOW) {
        calls.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::operation::Service;

    static READ: Operation = Operation::read(Service::Ec2, "DescribeInstances");

    #[test]
    fn a_call_is_forgotten_after_a_minute() {
        let clock = Clock::manual(Time::from_secs(0));
        let meter = CallMeter::new(clock.clone(), None);
        meter.record(&Scope::Global, &READ, 1, None);
        clock.advance(Duration::from_secs(59));
        meter.record(&Scope::Global, &READ, 1, None);
        assert_eq!((meter.last_minute(), meter.count(|op| op.service == Service::S3)), (2, 0));
        clock.advance(Duration::from_secs(1));
        assert_eq!(meter.last_minute(), 1);
    }
}
