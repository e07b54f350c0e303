//! Scaling activities: what a group did, why, and how far it is.

use arcstr::ArcStr;
use aws_sdk_autoscaling::types as sdk;
use futures::future::BoxFuture;

use crate::base::{Fault, Scope};
use crate::kinds::convert::{Converter, int, moment, own, text, texts, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::listed;
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Selector, Service, Tone, Value};

/// `DescribeScalingActivities`.
pub static DESCRIBE_SCALING_ACTIVITIES: Operation = Operation::read(Service::AutoScaling, "DescribeScalingActivities");

/// The group's name.
pub const GROUP: FieldInfo =
    FieldInfo::text("group", "GROUP", "The group.").shown(4).cells(8, 30).links_to("auto-scaling-groups");
/// Ids of the instances that it is about.
pub const INSTANCES: FieldInfo = FieldInfo::list("instances", "INSTANCES", "The instances that it is about.")
    .shown(2)
    .cells(9, 40)
    .aka(&["instance"])
    .id_of("instances", "i-");
/// What it does, as one word.
pub const ACTION: FieldInfo =
    FieldInfo::text("action", "ACTION", "What it does: launch, terminate, detach, attach, standby…")
        .shown(1)
        .cells(9, 14);
/// Why, in a few words.
pub const REASON: FieldInfo = FieldInfo::text(
    "reason",
    "REASON",
    "Why, in a few words: the policy, the health check or the request behind it; of one that failed, AWS's message.",
)
.shown(3)
.cells(16, 60);
/// When it began.
pub const STARTED: FieldInfo = FieldInfo::age("started", "AGE", "When it began.").shown(0).aka(&["age"]);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("activities", "activity", "Activities", &FIELDS)
    .doc("Scaling activities of Auto Scaling groups in the last six weeks, with AWS's cause. The newest come first.")
    .aliases(&["scaling-activities", "activity"])
    .listed_by(&[&DESCRIBE_SCALING_ACTIVITIES])
    .sorted_down(&STARTED)
    .fans_out_over("auto-scaling-groups")
    .transitional(&[
        "PendingSpotBidPlacement",
        "WaitingForSpotInstanceRequestId",
        "WaitingForSpotInstanceId",
        "WaitingForInstanceId",
        "PreInService",
        "InProgress",
        "InPlaceUpdateInProgress",
        "WaitingForELBConnectionDraining",
        "MidLifecycleAction",
        "WaitingForInstanceWarmup",
        "WaitingForInPlaceUpdateToStart",
        "WaitingForInPlaceUpdateToFinalize",
        "WaitingForConnectionDraining",
    ]);

/// Activities.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// Over; all others are under way.
const OVER: &[(&str, Tone)] = &[("Successful", Tone::Good), ("Failed", Tone::Bad), ("Cancelled", Tone::Idle)];

/// A status is AWS's word for the step.
fn status(word: Option<&str>, converter: &mut Converter) -> (Tone, ArcStr) {
    let word = word.unwrap_or_default();
    let over = OVER.iter().find(|(w, _)| *w == word).map(|(_, tone)| *tone);
    let tone = match over {
        Some(tone) => tone,
        None if INFO.transitional.contains(&word) => Tone::Busy,
        None => Tone::Unknown,
    };
    (tone, converter.shared(Some(word)).unwrap_or_default())
}

static FIELDS: Fields<sdk::Activity> = Fields(&[
    field(STARTED, |a, _| moment(time(a.start_time()))),
    field(GROUP, |a, c| c.text(a.auto_scaling_group_name())),
    Field::state(
        FieldInfo::state("status", "STATUS", "Successful, Failed, Cancelled, or the step that it is at.")
            .shown(0)
            .cells(10, 20)
            .aka(&["state"]),
    ),
    field(ACTION, |a, c| c.text(action(a.description().unwrap_or_default()))),
    field(INSTANCES, |a, _| texts(instance_ids(a.description().unwrap_or_default()))),
    field(REASON, |a, _| text(&reason(a).as_deref().map(Into::into))),
    field(
        FieldInfo::int("under_way", "%", "How far it is, while it is under way.").unit("%").shown(5).cells(5, 5),
        |a, _| if a.progress() == Some(100) { Value::Empty } else { int(a.progress()) },
    ),
    field(FieldInfo::int("progress", "PROGRESS", "How far it is, from 0 to 100.").unit("%").cells(8, 8), |a, _| {
        int(a.progress())
    }),
    field(FieldInfo::text("description", "DESCRIPTION", "What it does, in AWS's words.").cells(24, 60), |a, _| {
        text(&own(a.description()))
    }),
    field(FieldInfo::text("cause", "CAUSE", "Why, in AWS's words.").spare(2).cells(36, 200), |a, _| {
        text(&own(a.cause()))
    }),
    field(FieldInfo::text("status_message", "MESSAGE", "Why it failed or waits.").cells(8, 80), |a, _| {
        text(&own(a.status_message()))
    }),
    field(FieldInfo::age("ended", "ENDED", "When it ended.").spare(1).cells(5, 6), |a, _| moment(time(a.end_time()))),
    Field::id(FieldInfo::id("id", "ID", "The activity's id.").cells(11, 36)),
    field(FieldInfo::text("details", "DETAILS", "Zone and subnet, as AWS's JSON.").cells(8, 80), |a, _| {
        text(&own(a.details()))
    }),
]);

static ROWS: RowSpec<sdk::Activity> =
    RowSpec::new(&INFO, &FIELDS, |a| a.activity_id()).stated(|a, c| status(a.status_code().map(|s| s.as_str()), c));

/// DescribeScalingActivities takes up to 100 a page, and up to 50 ids.
const PAGE: i32 = 100;
const MOST_IDS: usize = 50;

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.autoscaling(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        let group = match &request.selector {
            Selector::Parent(name) => Some(name.to_string()),
            // Without a name AWS lists the activities of all groups, newest first.
            Selector::All | Selector::Filter(_) => None,
        };
        let call = |ids, token| {
            let call = client.describe_scaling_activities().set_auto_scaling_group_name(group.clone());
            call.set_activity_ids(ids).max_records(PAGE).set_next_token(token).send()
        };
        listed(&mut pages, &DESCRIBE_SCALING_ACTIVITIES, &request.what, MOST_IDS, call, |out| {
            (ROWS.records(out.activities(), &mut converter), out.next_token)
        })
        .await
    })
}

/// The instance ids in `Launching a new EC2 instance: i-0a1fd93be77c49c2d`.
fn instance_ids(text: &str) -> impl Iterator<Item = &str> {
    let word = |c: char| !c.is_ascii_alphanumeric() && c != '-';
    text.split(word)
        .filter(|w| w.strip_prefix("i-").is_some_and(|h| h.len() >= 8 && h.bytes().all(|b| b.is_ascii_hexdigit())))
}

/// The action in `Launching a new EC2 instance: i-0a1fd93be77c49c2d`; `None` for a sentence of another kind.
fn action(description: &str) -> Option<&'static str> {
    const ACTIONS: &[(&str, &str)] = &[
        ("Launching", "launch"),
        ("Terminating", "terminate"),
        ("Moving EC2 instance to Standby", "to standby"),
        ("Moving EC2 instance out of Standby", "from standby"),
        ("Detaching", "detach"),
        ("Attaching", "attach"),
        ("Updating", "update"),
        ("Replacing", "replace"),
    ];
    ACTIONS.iter().find(|(words, _)| description.starts_with(words)).map(|(_, action)| *action)
}

/// Why, in a few words. Of an activity that failed, what AWS says about that.
fn reason(a: &sdk::Activity) -> Option<String> {
    let failed = a.status_code().is_some_and(|s| matches!(s.as_str(), "Failed" | "Cancelled"));
    let message = a.status_message().filter(|m| failed && !m.is_empty()).map(ToString::to_string);
    message.or_else(|| in_short(a.cause()?))
}

/// A cause in a few words: `policy cpu-50, 2 → 4`. A cause has a sentence for what asked for it (a person, a policy, a schedule) and one for what
/// was done then; one of other words is kept as it is.
fn in_short(cause: &str) -> Option<String> {
    let after = |words: &str| cause.split_once(words).map(|(_, rest)| rest);
    let name = |words: &str, end: &str| after(words)?.split_once(end).map(|(name, _)| name);
    let why = if let Some(policy) = name("triggered policy ", " changing") {
        format!("policy {policy}")
    } else if let Some(policy) = name("executed policy ", " changing") {
        format!("policy {policy} by request")
    } else if let Some(schedule) = name("scheduled action ", " executed") {
        format!("schedule {schedule}")
    } else if let Some((_, words)) = SHORT.iter().find(|(words, _)| cause.contains(words)) {
        (*words).to_string()
    } else {
        return Some(cause.trim().to_string()).filter(|c| !c.is_empty());
    };
    let change = after("capacity from ").and_then(|rest| {
        let (from, rest) = rest.split_once(" to ")?;
        let to = rest.split(|c: char| !c.is_ascii_digit()).next().filter(|n| !n.is_empty())?;
        from.bytes().all(|b| b.is_ascii_digit()).then(|| format!(", {from} → {to}"))
    });
    Some(why + &change.unwrap_or_default())
}

/// What causes say, and in a few words; the first that is said counts.
const SHORT: &[(&str, &str)] = &[
    ("EC2 health check", "EC2 health check: stopped or terminated"),
    ("status check failure", "EC2 status check failed"),
    ("ELB system health check", "load balancer health check failed"),
    ("ELB health check", "load balancer health check failed"),
    ("user health-check", "set unhealthy by request"),
    ("instance refresh", "instance refresh"),
    ("unhealthy instance needing to be replaced", "replaces an unhealthy instance"),
    ("rebalanc", "rebalances Availability Zones"),
    ("Spot", "Spot interruption"),
    ("user request", "by request"),
    ("difference between desired and actual capacity", "desired capacity"),
];

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    if let Some(group) = row.get(&GROUP).as_str() {
        out.push(Link::to("group", "auto-scaling-groups", format!("name=\"{group}\"")));
    }
    out.extend(Link::to_ids("instance", "instances", row.get(&INSTANCES)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::intern::Interner;

    #[test]
    fn instances_are_found_in_awss_sentences() {
        let ids = |s| instance_ids(s).collect::<Vec<_>>();
        assert_eq!(ids("Launching a new EC2 instance: i-0a1fd93be77c49c2d"), ["i-0a1fd93be77c49c2d"]);
        assert_eq!(ids("Terminating EC2 instance: i-0a1fd93be77c49c2d."), ["i-0a1fd93be77c49c2d"]);
        assert!(ids("Launching a new EC2 instance.  Status Reason: i-am not an id").is_empty());
    }

    #[test]
    fn an_activity_says_in_a_few_words_what_it_does_and_why() {
        assert_eq!(action("Launching a new EC2 instance: i-0a1fd93be77c49c2d"), Some("launch"));
        assert_eq!(action("Moving EC2 instance to Standby: i-0a1fd93be77c49c2d"), Some("to standby"));
        assert_eq!(action("Something new"), None);
        let causes = [
            (
                "At 2026-11-21T09:05:00Z a monitor alarm TargetTracking-high in state ALARM triggered policy cpu-50 changing the \
                 desired capacity from 2 to 4.  At 2026-11-21T09:05:06Z an instance was started in response to a difference \
                 between desired and actual capacity, increasing the capacity from 2 to 4.",
                "policy cpu-50, 2 → 4",
            ),
            (
                "At 2026-11-21T09:05:00Z a user request explicitly set group desired capacity changing the desired capacity \
                 from 4 to 2.",
                "by request, 4 → 2",
            ),
            (
                "At 2026-11-21T09:05:00Z an instance was taken out of service in response to an ELB system health check failure.",
                "load balancer health check failed",
            ),
            ("At 2026-11-21T09:05:00Z the moon was full.", "At 2026-11-21T09:05:00Z the moon was full."),
        ];
        for (cause, short) in causes {
            assert_eq!(in_short(cause).as_deref(), Some(short));
        }
        assert_eq!(in_short(""), None);
    }

    #[test]
    fn every_status_that_the_sdk_knows_is_over_or_under_way() {
        for s in sdk::ScalingActivityStatusCode::values() {
            assert_ne!(status(Some(s), &mut Converter::new(&Interner::default())).0, Tone::Unknown, "{s}");
        }
    }
}
