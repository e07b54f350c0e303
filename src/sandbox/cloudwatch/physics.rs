//! CloudWatch over time: the minutes in which alarms are evaluated.

use std::time::Duration;

use super::state::{self, Event};
use super::{actions, evaluate, suppress};
use crate::base::Time;
use crate::sandbox::metric::Datum;
use crate::sandbox::world::World;
use crate::sandbox::world::event_queue;
use crate::sandbox::world::fact::Fact;

/// Lets an event happen at its moment.
pub(crate) fn apply_event(world: &mut World, region: &str, event: Event, now: Time) {
    match event {
        Event::Minute => {
            let pace = world.pace();
            let minute = pace.shows(now).secs().div_euclid(60) * 60;
            world.tell(region, now, Fact::MinuteOver { minute: Time::from_secs(minute - 60) });
        }
        Event::Tenth => {
            evaluate::evaluate_all(world, region, now, evaluate::Which::Quick);
            schedule_tenth(world, region, now);
        }
        Event::Review => suppress::review(world, region, now),
    }
}

/// Records what a service published of the minute that begins when the sandbox's clock shows `minute`.
pub(in crate::sandbox) fn record(world: &mut World, region: &str, minute: Time, data: Vec<Datum>) {
    let pace = world.pace();
    let at = pace.wall(minute);
    let state = &mut world.region(region).cloudwatch;
    for (key, unit, sample) in data {
        state.record(&key, unit, at, (pace, 60), sample);
    }
}

/// A minute is over, and its metrics are recorded: alarms are evaluated.
pub(in crate::sandbox) fn minute_over(world: &mut World, region: &str, now: Time) {
    evaluate::evaluate_all(world, region, now, evaluate::Which::All);
    actions::tell_standing(world, region, now);
    schedule(world, region, now);
}

/// So many of the sandbox's minutes are caught up with at most when nobody asked for long: a fast night has many.
const MOST_MINUTES: i64 = 1_440;

/// The next minute of the sandbox's clock.
fn schedule(world: &mut World, region: &str, now: Time) {
    let pace = world.pace();
    let mut minute = pace.shows(now).secs().div_euclid(60) + 1;
    if pace.is_fast() {
        minute = minute.max(pace.shows(world.until).secs().div_euclid(60) - MOST_MINUTES);
    }
    // A few seconds into the minute, as CloudWatch needs them too.
    let next = pace.wall(Time::from_secs(minute * 60).plus(Duration::from_millis(4_300)));
    let region = world.region_name(region);
    world.events.push(next, region, event_queue::Event::Cw(Event::Minute));
}

/// The next ten seconds of the sandbox's clock, if there are alarms that want them.
fn schedule_tenth(world: &mut World, region: &str, now: Time) {
    let pace = world.pace();
    let state = &mut world.region(region).cloudwatch;
    state.tenths = state.alarms.values().any(state::Alarm::is_quick);
    if state.tenths {
        let tenth = pace.shows(now).secs().div_euclid(10) + 1;
        let least = pace.shows(world.until).secs().div_euclid(10) - MOST_MINUTES * 6;
        let next = pace.wall(Time::from_secs(tenth.max(least) * 10).plus(Duration::from_millis(1_200)));
        let region = world.region_name(region);
        world.events.push(next, region, event_queue::Event::Cw(Event::Tenth));
    }
}

/// Starts the region's evaluations, if they do not run.
pub(super) fn keep_ticking(world: &mut World, region: &str, now: Time) {
    // An alarm of a world's made-up past does not bring that past's minutes back.
    let now = now.max(world.born);
    let state = &mut world.region(region).cloudwatch;
    if !std::mem::replace(&mut state.ticking, true) {
        schedule(world, region, now);
    }
    if !world.region(region).cloudwatch.tenths {
        schedule_tenth(world, region, now);
    }
}
