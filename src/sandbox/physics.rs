//! The physics of AWS: what follows from what.
//!
//! Two tables. [`advance`] hands each event that is due to the service that scheduled it; [`deliver`] says what follows in other
//! services when one of them tells a fact. Nowhere else does a service hear of one above it.

use super::metric::Datum;
use super::world::World;
use super::world::event_queue::Event;
use super::world::fact::{Fact, News};
use super::{autoscaling, cloudwatch, ec2, elbv2};
use crate::base::Time;

/// No request carries out more events than this: a mistake that schedules without end must not hang the console.
const MOST_EVENTS: usize = 5_000_000;

/// Lets everything happen that is due by `now`, each at its own moment.
pub fn advance(world: &mut World, now: Time) {
    world.until = now;
    deliver(world);
    for _ in 0..MOST_EVENTS {
        let Some((at, region, event)) = world.events.pop(now) else { return };
        match event {
            Event::Ec2(e) => ec2::apply_event(world, &region, e, at),
            Event::Elb(e) => elbv2::apply_event(world, &region, e, at),
            Event::Asg(e) => autoscaling::apply_event(world, &region, e, at),
            Event::Cw(e) => cloudwatch::apply_event(world, &region, e, at),
        }
        deliver(world);
    }
}

/// Delivers the facts that were told, and those that follow from them, in their order.
pub(super) fn deliver(world: &mut World) {
    while let Some(News { region, at, fact }) = world.next_news() {
        match fact {
            // Targets follow their instances at once, and not at their next check.
            Fact::InstanceChanged { instance } => elbv2::instance_changed(world, &region, &instance, at),
            // CloudWatch pulls the minute's metrics, then looks at its alarms.
            Fact::MinuteOver { minute } => {
                record_minute(world, &region, minute);
                cloudwatch::minute_over(world, &region, at);
            }
            // Actions on instances are CloudWatch's own to carry out; policies are Auto Scaling's.
            Fact::AlarmFired { alarm } => {
                cloudwatch::carry_out(world, &region, &alarm, at, autoscaling::alarm_fired);
            }
            // A policy is executed again each minute as long as its alarm stands.
            Fact::AlarmStands { alarm } => {
                cloudwatch::scale_again(world, &region, &alarm, at, autoscaling::alarm_fired);
            }
        }
    }
}

/// What a service published of the minute that begins at a moment of the sandbox's clock, in a region.
type OfMinute = fn(&World, &str, Time) -> Vec<Datum>;

/// The services that publish metrics by the minute. EC2's are computed when they are read.
const METRICS: [OfMinute; 2] = [autoscaling::metrics, elbv2::metrics];

/// Has CloudWatch record the minute that begins when the sandbox's clock shows `minute`.
pub(super) fn record_minute(world: &mut World, region: &str, minute: Time) {
    for of_minute in METRICS {
        let data = of_minute(world, region, minute);
        cloudwatch::record(world, region, minute, data);
    }
}
