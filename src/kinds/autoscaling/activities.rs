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
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Selector, Service, Tone};

/// `DescribeScalingActivities`.
pub static DESCRIBE_SCALING_ACTIVITIES: Operation = Operation::read(Service::AutoScaling, "DescribeScalingActivities");

/// The group's name.
pub const GROUP: FieldInfo =
    FieldInfo::text("group", "GROUP", "The group.").shown(3).cells(8, 30).links_to("auto-scaling-groups");
/// Ids of the instances that it is about.
pub const INSTANCES: FieldInfo = FieldInfo::list("instances", "INSTANCES", "The instances that it is about.")
    .cells(9, 40)
    .aka(&["instance"])
    .id_of("instances", "i-");
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
    field(FieldInfo::int("progress", "%", "How far it is, from 0 to 100.").unit("%").shown(4).cells(5, 5), |a, _| {
        int(a.progress())
    }),
    field(FieldInfo::text("description", "DESCRIPTION", "What it does.").shown(1).cells(24, 60), |a, _| {
        text(&own(a.description()))
    }),
    field(FieldInfo::text("cause", "CAUSE", "Why, in AWS's words.").shown(5).cells(36, 200), |a, _| {
        text(&own(a.cause()))
    }),
    field(FieldInfo::text("status_message", "MESSAGE", "Why it failed or waits.").cells(8, 80), |a, _| {
        text(&own(a.status_message()))
    }),
    field(FieldInfo::age("ended", "ENDED", "When it ended.").cells(5, 6), |a, _| moment(time(a.end_time()))),
    field(INSTANCES, |a, _| texts(instance_ids(a.description().unwrap_or_default()))),
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

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let link = |title, kind, query: String| Link { title, kind, selector: Selector::All, query };
    let mut out = Vec::new();
    if let Some(group) = row.get(&GROUP).as_str() {
        out.push(link("group", "auto-scaling-groups", format!("name=\"{group}\"")));
    }
    let instances = row.get(&INSTANCES).items();
    if !instances.is_empty() {
        out.push(link("instance", "instances", format!("id={}", instances.join(","))));
    }
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
    fn every_status_that_the_sdk_knows_is_over_or_under_way() {
        for s in sdk::ScalingActivityStatusCode::values() {
            assert_ne!(status(Some(s), &mut Converter::new(&Interner::default())).0, Tone::Unknown, "{s}");
        }
    }
}
