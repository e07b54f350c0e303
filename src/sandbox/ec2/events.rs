//! ModifyInstanceEventStartTime.
//!
//! Its limits: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/reschedule-event.html>. Its codes:
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>; the messages beside the codes are this sandbox's own.

use std::time::Duration;

use super::attributes::the_instance;
use super::checks::dry_run;
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Reply, Tree};
use crate::sandbox::world::World;

/// What begins within this time cannot be moved.
const TOO_LATE: Duration = Duration::from_secs(300);
/// The new start is so far ahead at least.
const AHEAD: Duration = Duration::from_secs(3600);

/// Moves an event's start.
pub(super) fn modify_start(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let instance = the_instance(&world.region(&call.region).ec2, call)?.id.clone();
    let (id, start) = (p.required("InstanceEventId")?, p.required("NotBefore")?);
    let start = Time::parse(start).or_else(|| Time::parse(&format!("{start}Z"))).ok_or_else(|| {
        ApiError::new("InvalidParameterValue", format!("Value ({start}) for parameter notBefore is invalid."))
    })?;
    let state = &mut world.region(&call.region).ec2;
    let events = state.instances.get_mut(&instance).map(|i| &mut i.events);
    let Some(event) = events.and_then(|all| all.iter_mut().find(|e| e.id == id)) else {
        let message = format!("The event ID '{id}' does not exist");
        return Err(ApiError::new("InvalidInstanceEventIDNotFound", message));
    };
    let refused = |why: &str| Err(ApiError::new("InvalidInstanceEventStartTime", why));
    let Some(deadline) = event.deadline else {
        return refused("The event does not have a deadline and cannot be rescheduled.");
    };
    if event.not_before <= call.now.plus(TOO_LATE) {
        return refused("The event has started or is about to start and cannot be rescheduled.");
    }
    if start < call.now.plus(AHEAD) {
        return refused("The new start time must be at least 60 minutes from the current time.");
    }
    if start > deadline {
        return refused("The new start time must not be after the deadline of the event.");
    }
    dry_run(call)?;
    let lasts = event.not_after.map(|end| end.since(event.not_before));
    event.not_before = start;
    event.not_after = lasts.map(|lasts| start.plus(lasts));
    Ok(call.answer(&Tree::map([(
        "Event",
        Tree::map([
            ("InstanceEventId", (&event.id).into()),
            ("Code", (&event.code).into()),
            ("Description", (&event.description).into()),
            ("NotBefore", event.not_before.into()),
            ("NotAfter", event.not_after.into()),
            ("NotBeforeDeadline", event.deadline.into()),
        ]),
    )])))
}
