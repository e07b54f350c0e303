//! The queue of future events, advanced to the clock at each request.
//!
//! Order is by time, then by when it was scheduled, so that a world is the same for the same seed, clock and requests. Knows
//! the services' event types and nothing of what they do.

use std::collections::BTreeMap;
use std::time::Duration;

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use super::World;
use crate::base::Time;
use crate::sandbox::pace::Pace;
use crate::sandbox::{autoscaling, cloudwatch, ec2, elbv2};

/// Something that will happen in one service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// To instances, volumes, addresses.
    Ec2(ec2::state::Event),
    /// To load balancers and targets.
    Elb(elbv2::state::Event),
    /// To groups.
    Asg(autoscaling::state::Event),
    /// To alarms.
    Cw(cloudwatch::state::Event),
}

/// The events to come, soonest first.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(from = "Vec<Entry>", into = "Vec<Entry>")]
pub struct Queue {
    entries: BTreeMap<(Time, u64), (ArcStr, Event)>,
    serial: u64,
}

/// One event as it is saved.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    at: Time,
    region: ArcStr,
    event: Event,
}

impl From<Vec<Entry>> for Queue {
    fn from(entries: Vec<Entry>) -> Self {
        let mut queue = Queue::default();
        for e in entries {
            queue.push(e.at, e.region, e.event);
        }
        queue
    }
}

impl From<Queue> for Vec<Entry> {
    fn from(queue: Queue) -> Self {
        queue.entries.into_iter().map(|((at, _), (region, event))| Entry { at, region, event }).collect()
    }
}

impl Queue {
    /// Adds an event at a moment.
    pub fn push(&mut self, at: Time, region: ArcStr, event: Event) {
        self.serial += 1;
        self.entries.insert((at, self.serial), (region, event));
    }
    /// Takes the soonest event that is due by `now`.
    pub(in crate::sandbox) fn pop(&mut self, now: Time) -> Option<(Time, ArcStr, Event)> {
        let entry = self.entries.first_entry()?;
        let at = entry.key().0;
        if at > now {
            return None;
        }
        let (region, event) = entry.remove();
        Some((at, region, event))
    }
    /// Keeps the events that `wanted` says yes to.
    pub fn retain(&mut self, mut wanted: impl FnMut(&str, &Event) -> bool) {
        self.entries.retain(|_, (region, event)| wanted(region, event));
    }
    /// When the next event is due.
    pub fn next(&self) -> Option<Time> {
        self.entries.keys().next().map(|(at, _)| *at)
    }
    /// How many events are to come.
    pub fn len(&self) -> usize {
        self.entries.len()
    }
    /// Whether nothing is to come.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl World {
    /// Schedules an event `after` (at speed 1) from `now`.
    pub fn schedule(&mut self, region: &str, now: Time, after: Duration, event: Event) {
        let at = now.plus(self.scaled(after));
        let region = self.region_name(region);
        self.events.push(at, region, event);
    }
    /// The sandbox's clock.
    pub fn pace(&self) -> Pace {
        Pace::new(self.since, self.speed)
    }
    /// A duration at this world's speed.
    pub fn scaled(&self, d: Duration) -> Duration {
        // Moments are whole milliseconds: rounded up, so that nothing is over in the answer that says it begins.
        Duration::from_millis((d.as_secs_f64() * 1000.0 / self.speed).ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_over_before_it_began_however_fast_time_is() {
        let mut world = World::new(1, Time::from_secs(0));
        world.speed = 1000.0;
        assert_eq!(world.scaled(Duration::from_millis(500)), Duration::from_millis(1));
        assert_eq!(world.scaled(Duration::from_secs(90)), Duration::from_millis(90));
    }

    fn event(n: u32) -> Event {
        Event::Ec2(ec2::state::Event::Gone { id: "i-1".into(), epoch: n })
    }

    #[test]
    fn events_happen_by_time_then_by_when_they_were_scheduled_and_survive_a_save() {
        let mut q = Queue::default();
        for (at, n) in [(20, 1), (10, 2), (20, 3), (30, 4)] {
            q.push(Time::from_secs(at), "ap-northeast-2".into(), event(n));
        }
        let saved = serde_json::to_string(&q).unwrap();
        let mut q: Queue = serde_json::from_str(&saved).unwrap();
        assert_eq!((q.next(), q.len()), (Some(Time::from_secs(10)), 4));
        let due: Vec<Event> = std::iter::from_fn(|| q.pop(Time::from_secs(20)).map(|(_, _, e)| e)).collect();
        assert_eq!(due, [event(2), event(1), event(3)]);
        assert_eq!(q.len(), 1);
    }

    #[test]
    fn speed_divides_durations_and_not_dates() {
        let now = Time::from_secs(1_795_252_800);
        let mut world = World::new(1, now);
        world.speed = 10.0;
        world.schedule("ap-northeast-2", now, Duration::from_secs(30), event(1));
        assert_eq!(world.events.next(), Some(now.plus(Duration::from_secs(3))));
    }
}
