//! Action suppression: composite alarms whose actions another alarm holds back.
//!
//! While the suppressor is in `ALARM` nothing is carried out; the wait period gives it time to get there, the extension period
//! gives the composite alarm time to calm down after it. At the end of either the alarm acts on the state that it is
//! in then.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm_Suppression.html>

use std::time::Duration;

use arcstr::ArcStr;
use serde_json::json;

use super::actions;
use super::errors::validation;
use super::state::Event;
use super::state::{Alarm, AlarmState, State, Suppressed, SuppressedBy, Suppressor};
use crate::base::Time;
use crate::sandbox::wire::ApiError;
use crate::sandbox::wire::Tree;
use crate::sandbox::world::World;
use crate::sandbox::world::event_queue;
use crate::sandbox::world::fact::Fact;

/// The name of an alarm that is named by its name or its ARN.
fn bare(name: &str) -> &str {
    name.rsplit_once(":alarm:").map_or(name, |(_, n)| n)
}

/// Reads the suppressor of a composite alarm, if it has one.
///
/// # Errors
/// `ValidationError` for one that is not there, is the alarm itself or lacks its periods.
pub(super) fn read(input: &Tree, state: &State) -> Result<Option<Suppressor>, ApiError> {
    let (wait, extension) = ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod");
    let Some(alarm) = input.text_of("ActionsSuppressor").filter(|a| !a.is_empty()) else {
        return match [wait, extension].iter().find(|n| !input.get(n).is_null()) {
            Some(name) => Err(validation(format!("{name} can only be specified together with ActionsSuppressor."))),
            None => Ok(None),
        };
    };
    let seconds = |name: &str| match input.get(name).int() {
        Some(n) if (0..=i64::from(i32::MAX)).contains(&n) => Ok(n),
        Some(n) => Err(validation(format!("The value {n} of {name} is not a number of seconds."))),
        None => Err(validation(format!("{name} is required when ActionsSuppressor is specified."))),
    };
    if Some(bare(alarm)) == input.text_of("AlarmName") {
        return Err(validation(format!("The alarm {alarm} cannot be its own ActionsSuppressor.")));
    }
    if !state.alarms.contains_key(bare(alarm)) {
        return Err(validation(format!("The ActionsSuppressor {alarm} does not exist.")));
    }
    Ok(Some(Suppressor { alarm: alarm.to_owned(), wait: seconds(wait)?, extension: seconds(extension)? }))
}

/// What an alarm with a suppressor is held back by now.
fn next(
    alarm: &Alarm,
    suppressor: &Suppressor,
    in_alarm: bool,
    now: Time,
    end: impl Fn(i64) -> Time,
) -> Option<Suppressed> {
    let until = |by, seconds: i64| (seconds > 0).then(|| Suppressed { by, until: Some(end(seconds)) });
    match (&alarm.suppressed, in_alarm) {
        (_, true) => Some(Suppressed { by: SuppressedBy::Alarm, until: None }),
        (Some(Suppressed { until: Some(end), .. }), false) if now < *end => alarm.suppressed.clone(),
        (Some(Suppressed { until: Some(_), .. }), false) => None,
        (Some(_), false) => until(SuppressedBy::ExtensionPeriod, suppressor.extension),
        (None, false) if alarm.state == AlarmState::Alarm && alarm.acted() != alarm.state => {
            until(SuppressedBy::WaitPeriod, suppressor.wait)
        }
        (None, false) => None,
    }
}

/// Looks at every alarm that has a suppressor: who is held back, and who has something to carry out now.
pub(super) fn review(world: &mut World, region: &str, now: Time) {
    let Some(state) = world.peek(region).map(|r| &r.cloudwatch) else { return };
    let names: Vec<ArcStr> = state.alarms.values().filter(|a| a.suppressor.is_some()).map(|a| a.name.clone()).collect();
    for name in names {
        let Some(alarm) = world.peek(region).and_then(|r| r.cloudwatch.alarms.get(&name)).cloned() else { continue };
        let Some(suppressor) = &alarm.suppressor else { continue };
        let alarms = world.peek(region).map(|r| &r.cloudwatch.alarms);
        let in_alarm =
            alarms.and_then(|a| a.get(bare(&suppressor.alarm))).is_some_and(|a| a.state == AlarmState::Alarm);
        let end = |seconds: i64| now.plus(world.scaled(Duration::from_secs(seconds.unsigned_abs())));
        let held = next(&alarm, suppressor, in_alarm, now, end);
        if held != alarm.suppressed {
            if let Some(until) = held.as_ref().and_then(|s| s.until) {
                let region = world.region_name(region);
                world.events.push(until, region, event_queue::Event::Cw(Event::Review));
            }
            let (summary, word) = match &held {
                Some(held) => (format!("Actions are suppressed: {}", held.reason(suppressor)), "Suppressed"),
                None => ("Actions are no longer suppressed".to_owned(), "Unsuppressed"),
            };
            let data = json!({ "actionState": word, "actionsSuppressor": suppressor.alarm });
            actions::remember(world, region, &alarm, summary, &data, now);
        }
        let acts = held.is_none() && alarm.acted() != alarm.state;
        if let Some(kept) = world.region(region).cloudwatch.alarms.get_mut(&name) {
            kept.suppressed = held;
            if acts {
                kept.acted = Some(alarm.state);
            }
        }
        if acts {
            world.tell(region, now, Fact::AlarmFired { alarm: Box::new(alarm) });
        }
    }
}
