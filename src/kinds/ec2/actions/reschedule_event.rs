//! `reschedule-event`: another start for an event that AWS has planned for an instance.
//!
//! AWS's limits: only events with a deadline, up to it; none that begins within five minutes; the new start is an hour ahead at least.
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/reschedule-event.html>

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::not_ending;
use crate::base::text::visible;
use crate::base::{Fault, FaultKind, Time};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::instance_statuses::{self, Scheduled};
use crate::kinds::ec2::instances::INFO;
use crate::kinds::ec2::senders::MODIFY_INSTANCE_EVENT_START_TIME;
use crate::kinds::plan_builder::{beside, draft, form_title, line, note, pick, sorted, subject, text_of, title};
use crate::model::{Arg, Choice, FormSpec, Plan, Step, Values};

/// `reschedule-event`.
pub static RESCHEDULE_EVENT: Action = Action::on_rows(&INFO, "reschedule-event", "Reschedule event", plan)
    .group(MenuGroup::State)
    .letter('R')
    .doc(
        "Moves the start of a scheduled event (a reboot, maintenance, retirement) to a time that suits you, up to the event's deadline. \
         Events without a deadline cannot be moved.",
    )
    .calls(&[&MODIFY_INSTANCE_EVENT_START_TIME])
    .only_if(not_ending)
    .form(refine);

const EVENT: &str = "event";
const START: &str = "start";

/// The new start is so far ahead at least.
const AHEAD: Duration = Duration::from_secs(3600);
/// What begins within this time cannot be moved any more.
const TOO_LATE: Duration = Duration::from_secs(300);

/// A moment as the form has it, in the zone that the console shows.
fn said(at: Time, zone: &TimeZone) -> String {
    let at = at.civil_in(zone);
    format!("{:04}-{:02}-{:02} {:02}:{:02}", at.year, at.month, at.day, at.hour, at.minute)
}

/// Reads `2026-12-05 03:00` in the zone, or RFC 3339 with an offset of its own.
fn read(text: &str, zone: &TimeZone) -> Option<Time> {
    let text = text.trim();
    if let Some(at) = Time::parse(text) {
        return Some(at);
    }
    let at: DateTime = text.parse().ok()?;
    // A date alone would be midnight, which nobody has said.
    if !text.contains(':') {
        return None;
    }
    let at = zone.to_ambiguous_timestamp(at).compatible().ok()?;
    Some(Time(at.as_millisecond()))
}

fn the_target<'a>(cx: &ActionContext<'a>) -> Result<&'a Target, Fault> {
    cx.targets.first().ok_or_else(|| Fault::bug("reschedule-event without a row"))
}

/// Why an event cannot be moved; `None`: it can.
fn fixed(event: &Scheduled, now: Time) -> Option<String> {
    match (event.deadline, event.start) {
        (None, _) => Some("AWS lets only events with a deadline be moved, and this one has none.".into()),
        (_, Some(start)) if start <= now.plus(TOO_LATE) => {
            Some("It has begun, or begins within five minutes: it cannot be moved any more.".into())
        }
        _ => None,
    }
}

/// The events, and the chosen one.
fn events(cx: &ActionContext<'_>) -> Option<Vec<Scheduled>> {
    let target = cx.targets.first()?;
    instance_statuses::scheduled(cx.store, &target.table, &target.record.id)
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let known = events(cx);
    let missing = match (&known, cx.targets.first()) {
        (None, Some(t)) => {
            let why = beside(cx.store, &t.table, &instance_statuses::INFO, &mut needs);
            Some(format!("Its scheduled events are {why}."))
        }
        (Some(events), _) if events.is_empty() => Some("It has no scheduled event.".into()),
        _ => None,
    };
    let events = known.unwrap_or_default();
    let told = |e: &Scheduled| {
        let at = e.start.map_or_else(|| "at an unknown time".into(), |at| said(at, cx.zone));
        format!("{} {at}", e.code)
    };
    let choices =
        events.iter().map(|e| Choice { value: e.id.clone(), label: told(e).into(), disabled: fixed(e, cx.now) });
    let choices: Vec<Choice> = choices.collect();
    let first = events.iter().find(|e| fixed(e, cx.now).is_none()).or(events.first());
    let default = first.map(|e| e.id.to_string()).unwrap_or_default();
    let mut event = pick(values, (EVENT, "Event"), choices, &default, "What AWS has planned.");
    let chosen = events.iter().find(|e| *e.id == text_of(&event));
    event.error = missing.or_else(|| chosen.and_then(|e| fixed(e, cx.now)));
    let zone = cx.zone.iana_name().unwrap_or("local time");
    let help = format!("As 2026-12-05 03:00, in {zone}; at least an hour from now.");
    let until = chosen.and_then(|e| e.deadline);
    let proposed = until.map(|at| said(at, cx.zone)).unwrap_or_default();
    let mut start = line(values, START, "New start", &proposed, help);
    start.facts = until.map(|at| format!("Until {} at the latest.", said(at, cx.zone))).unwrap_or_default();
    if event.error.is_none() {
        start.error = wrong(&text_of(&start), until, cx);
    }
    FormSpec { title: form_title(cx, "Reschedule event of"), fields: vec![event, start], needs }
}

/// What is wrong with a new start.
fn wrong(text: &str, until: Option<Time>, cx: &ActionContext<'_>) -> Option<String> {
    let Some(at) = read(text, cx.zone) else {
        return Some(format!("{} is no date and time: write it as 2026-12-05 03:00.", visible(text)));
    };
    if at < cx.now.plus(AHEAD) {
        return Some(format!(
            "It has to be an hour from now at least: {} or later.",
            said(cx.now.plus(AHEAD + MINUTE), cx.zone)
        ));
    }
    // The form has whole minutes, the deadline seconds.
    let until = until.filter(|until| at > *until)?;
    Some(format!("The event's deadline is {}: choose that or an earlier time.", said(until, cx.zone)))
}

const MINUTE: Duration = Duration::from_secs(60);

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let target = the_target(cx)?;
    let id = form.text(EVENT);
    let events = events(cx).unwrap_or_default();
    let invalid = |why: &str| Fault::new(FaultKind::Invalid, why);
    let event = events.iter().find(|e| e.id == id).ok_or_else(|| invalid("The event is not there any more."))?;
    let start = read(&form.text(START), cx.zone).ok_or_else(|| invalid("The new start is no date and time."))?;
    let before = event.start.map_or_else(|| "unknown".into(), |at| said(at, cx.zone));
    let change = subject(target, format!("{} {before} → {}", event.code, said(start, cx.zone)));
    let mut plan = draft("reschedule-event", title("Reschedule event of", &INFO, cx.targets), cx.targets, vec![change]);
    let call = MODIFY_INSTANCE_EVENT_START_TIME
        .call(target.table.scope.clone())
        .arg("InstanceId", Arg::Str(target.record.id.clone()))
        .arg("InstanceEventId", Arg::Str(event.id.clone()))
        .arg("NotBefore", Arg::str(start.rfc3339()));
    plan.steps = Step::each(vec![call.on([target.record.id.clone()])]);
    let what = match event.code.as_str() {
        "instance-stop" => "Then the instance is stopped; started again, it runs on other hardware",
        "instance-retirement" => "Then the instance is stopped, or terminated if its root is an instance store",
        "system-maintenance" => "Then it may lose its network or power for a while",
        _ => "Then it is rebooted",
    };
    plan.consequences = sorted(vec![
        note(what),
        note("The start can be moved again until the deadline, also back"),
        note(format!("The moment in UTC: {}", start.rfc3339())),
    ]);
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{Rows, row, texts, values};
    use crate::model::Selector;

    fn at(hours: i64) -> Time {
        Time::from_secs(100 + hours * 3600)
    }

    fn rows(events: &[&str]) -> (Rows, Target) {
        let mut rows = Rows::default();
        let status =
            row(&instance_statuses::INFO, "i-1", "", "").with(&instance_statuses::PENDING, texts(events)).record();
        rows.complete(&instance_statuses::INFO, Selector::All, vec![status]);
        let target = rows.target(&INFO, row(&INFO, "i-1", "web-1", "running").record());
        (rows, target)
    }

    fn event(code: &str, start: Time, deadline: &str) -> String {
        format!("instance-event-1 {code} {} {deadline}", start.rfc3339_millis())
    }

    fn planned(events: &[&str], start: &str) -> Result<Plan, String> {
        let (rows, target) = rows(events);
        let targets = [target];
        let plan = RESCHEDULE_EVENT.planned(&rows.context(&targets), &values(&[("start", start)]));
        plan.map_err(|f| f.message)
    }

    #[test]
    fn an_event_is_moved_within_aws_s_limits_and_each_refusal_stands_at_its_field() {
        let good = event("system-reboot", at(30), &at(60).rfc3339_millis());
        let plan = planned(&[&good], &said(at(40), &TimeZone::UTC)).expect("a plan");
        let call = &plan.steps[0].call;
        assert_eq!(
            call.get("NotBefore").and_then(Arg::as_str),
            Some(read(&said(at(40), &TimeZone::UTC), &TimeZone::UTC).expect("a time").rfc3339().as_str())
        );
        assert_eq!(call.get("InstanceEventId").and_then(Arg::as_str), Some("instance-event-1"));
        for (events, start, want) in [
            (vec![good.as_str()], "tomorrow".to_string(), "New start: tomorrow is no date and time"),
            (vec![good.as_str()], "1970-01-03".into(), "New start: 1970-01-03 is no date and time"),
            (vec![good.as_str()], said(at(0), &TimeZone::UTC), "New start: It has to be an hour from now at least"),
            (vec![good.as_str()], said(at(61), &TimeZone::UTC), "New start: The event's deadline is"),
            (vec![], said(at(40), &TimeZone::UTC), "Event: It has no scheduled event."),
        ] {
            let why = planned(&events, &start).expect_err(want);
            assert!(why.starts_with(want), "{why}");
        }
        let fixed = event("instance-retirement", at(30), "-");
        assert!(planned(&[&fixed], "1970-01-03 00:00").expect_err("fixed").contains("only events with a deadline"));
        let late = event("system-reboot", at(0), &at(60).rfc3339_millis());
        assert!(planned(&[&late], "1970-01-03 00:00").expect_err("late").contains("cannot be moved any more"));
    }

    #[test]
    fn events_that_are_not_known_yet_are_asked_for() {
        let rows = Rows::default();
        let targets = [rows.target(&INFO, row(&INFO, "i-1", "web-1", "running").record())];
        let spec = (RESCHEDULE_EVENT.refine)(&rows.context(&targets), &Values::default());
        assert_eq!(spec.needs.len(), 1);
        assert!(spec.fields[0].error.as_ref().is_some_and(|e| e.contains("not known yet")));
    }

    #[test]
    fn a_moment_is_read_in_the_zone_that_is_shown() {
        let seoul = TimeZone::get("Asia/Seoul").expect("a zone");
        assert_eq!(read("2026-12-05 03:00", &seoul), Time::parse("2026-12-04T18:00:00Z"));
        assert_eq!(
            read("2026-12-05T03:00Z", &seoul).or(read("2026-12-05T03:00:00Z", &seoul)),
            Time::parse("2026-12-05T03:00:00Z")
        );
        assert_eq!(said(Time::parse("2026-12-04T18:00:00Z").expect("a time"), &seoul), "2026-12-05 03:00");
        for bad in ["", "2026-12-05", "03:00", "2026-13-05 03:00", "\u{1b}[2J"] {
            assert_eq!(read(bad, &seoul), None, "{bad}");
        }
    }
}
