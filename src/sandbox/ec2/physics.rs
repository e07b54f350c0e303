//! EC2 over time: the events that come due.

use super::state::Event;
use super::{endpoints, gateways, interfaces, lifecycle, volumes};
use crate::base::Time;
use crate::sandbox::world::World;
use crate::sandbox::world::fact::Fact;

/// Lets an event happen at its moment.
pub(crate) fn apply_event(world: &mut World, region: &str, event: Event, now: Time) {
    if let Event::Settle { id } = &event {
        if id.starts_with("vpce-") {
            endpoints::settle(world, region, id, now);
            return;
        }
        let shown = gateways::shown(world);
        let state = &mut world.region(region).ec2;
        if id.starts_with("nat-") {
            gateways::settle(state, id, now, shown);
        } else if id.starts_with("eni-") {
            interfaces::settle(state, id);
        } else {
            volumes::settle(state, id);
        }
        return;
    }
    let (Event::Running { id, .. }
    | Event::Stopped { id, .. }
    | Event::Terminated { id, .. }
    | Event::Interrupted { id, .. }
    | Event::Gone { id, .. }) = &event
    else {
        return;
    };
    let id = id.clone();
    lifecycle::apply_event(world, region, event, now);
    world.tell(region, now, Fact::InstanceChanged { instance: id });
}
