//! Scheduled actions, which change a group's size at a moment, once or repeatedly.

use jiff::tz::TimeZone;

use super::activity::reason;
use super::cron::Cron;
use super::errors::{Outcome, count, known_group, required, validation};
use super::groups::done;
use super::reconcile;
use super::state::{Event, Scheduled};
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Reply};
use crate::sandbox::world::World;
use crate::sandbox::world::event_queue;

/// When a recurring action happens next.
fn next_of(action: &Scheduled, after: Time) -> Option<Time> {
    let cron = Cron::parse(action.recurrence.as_deref()?)?;
    let zone = match action.time_zone.as_deref() {
        Some(name) => TimeZone::get(name).ok()?,
        None => TimeZone::UTC,
    };
    cron.next(after, &zone).filter(|at| action.end.is_none_or(|end| *at <= end))
}

/// Plans an action that has a moment to come; a recurring one without a start gets its next moment as such.
pub(super) fn plan(world: &mut World, region: &str, group: &str, action: &str, now: Time) {
    let state = &mut world.region(region).autoscaling;
    let Some(a) = state.groups.get_mut(group).and_then(|g| g.scheduled.get_mut(action)) else { return };
    if a.recurrence.is_some() && a.start.is_none_or(|t| t <= now) {
        a.start = next_of(a, now);
    }
    let Some(at) = a.start else { return };
    let event = Event::Scheduled { group: group.to_string(), action: action.to_string(), at };
    let region = world.region_name(region);
    world.events.push(at, region, event_queue::Event::Asg(event));
}

/// Carries an action out, if it is still as it was planned. One that recurs is planned again, or ends.
pub(super) fn run(world: &mut World, region: &str, name: &str, action: &str, at: Time, now: Time) {
    let Some(group) = world.region(region).autoscaling.groups.get_mut(name) else { return };
    let Some(a) = group.scheduled.get(action).filter(|a| a.start == Some(at)).cloned() else { return };
    match next_of(&a, now) {
        None => {
            group.scheduled.remove(action);
        }
        Some(_) => plan(world, region, name, action, now),
    }
    let Some(group) = world.region(region).autoscaling.groups.get_mut(name) else { return };
    if group.suspends("ScheduledActions") {
        return;
    }
    group.min = a.min.unwrap_or(group.min);
    group.max = a.max.unwrap_or(group.max).max(group.min);
    let (min, max, from) = (group.min, group.max, group.desired);
    let to = a.desired.unwrap_or(from).clamp(min, max);
    reconcile::want(world, region, name, to, reason::scheduled(now, action, min, max, from, to), now);
}

/// PutScheduledUpdateGroupAction.
pub(super) fn put(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let (p, region) = (&call.params, call.region.clone());
    let group = known_group(&world.region(&region).autoscaling, call)?;
    let (name, group_arn) = (group.name.clone(), group.arn.clone());
    let action = required(call, "ScheduledActionName")?.to_string();
    let moment = |field: &str| -> Outcome<Option<Time>> {
        let Some(text) = p.text(field) else { return Ok(None) };
        Time::parse(text)
            .map(Some)
            .ok_or_else(|| ApiError::new("MalformedInput", format!("timestamp must follow ISO8601: {text}")))
    };
    let (start, end) = (moment("StartTime")?.or(moment("Time")?), moment("EndTime")?);
    let recurrence = p.text("Recurrence").filter(|r| !r.is_empty()).map(str::to_string);
    if start.is_none() && recurrence.is_none() {
        return Err(validation("Either start time or recurrence must be specified"));
    }
    if let Some(text) = recurrence.as_ref().filter(|r| Cron::parse(r).is_none()) {
        return Err(validation(format!("Given recurrence string: {text} is invalid")));
    }
    let time_zone = p.text("TimeZone").filter(|z| !z.is_empty()).map(str::to_string);
    if let Some(zone) = time_zone.as_ref().filter(|z| TimeZone::get(z).is_err()) {
        return Err(validation(format!("Given time zone: {zone} is invalid")));
    }
    if start.is_some_and(|t| t < call.now) {
        return Err(validation("Given start time is in the past"));
    }
    if end.is_some_and(|t| t < call.now) {
        return Err(validation("Given end time is in the past"));
    }
    if start.zip(end).is_some_and(|(start, end)| end < start) {
        return Err(validation("Given end time is before the start time"));
    }
    let (uuid, account) = (world.new_uuid(), world.account.clone());
    let scheduled = Scheduled {
        arn: format!(
            "arn:aws:autoscaling:{region}:{account}:scheduledUpdateGroupAction:{uuid}:autoScalingGroupName/{name}:\
             scheduledActionName/{action}"
        ),
        start,
        end,
        recurrence,
        time_zone,
        min: count(call, "MinSize")?,
        max: count(call, "MaxSize")?,
        desired: count(call, "DesiredCapacity")?,
    };
    if scheduled.min.is_none() && scheduled.max.is_none() && scheduled.desired.is_none() {
        return Err(validation(format!(
            "At least one of MinSize, MaxSize or DesiredCapacity must be specified for {group_arn}"
        )));
    }
    if scheduled.min.zip(scheduled.max).is_some_and(|(min, max)| min > max) {
        return Err(validation("Min size is greater than max size"));
    }
    if let Some(group) = world.region(&region).autoscaling.groups.get_mut(&name) {
        group.scheduled.insert(action.clone(), scheduled);
    }
    plan(world, &region, &name, &action, call.now);
    Ok(done(call))
}

/// DeleteScheduledAction.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).autoscaling;
    let name = known_group(state, call)?.name.clone();
    let action = required(call, "ScheduledActionName")?;
    match state.groups.get_mut(&name).and_then(|g| g.scheduled.remove(action)) {
        Some(_) => Ok(done(call)),
        None => Err(validation(format!("Scheduled action name not found - {action}"))),
    }
}
