//! LookupEvents.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html>

use serde_json::json;

use super::Event;
use super::state::{DELIVERED_AFTER, KEPT};
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Tree};
use crate::sandbox::world::World;

/// The most on a page, and what there is without a number.
const PAGE: usize = 50;

/// The newest events first, those that are delivered by now.
pub(super) fn lookup_events(world: &mut World, call: &Call<'_>, input: &Tree) -> Result<Tree, ApiError> {
    let attributes = input.get("LookupAttributes").items();
    let wanted = match attributes {
        [] => None,
        [one] => {
            Some((one.text_of("AttributeKey").unwrap_or_default(), one.text_of("AttributeValue").unwrap_or_default()))
        }
        _ => {
            let message = "You cannot have more than one lookup attribute.";
            return Err(ApiError::new("InvalidLookupAttributesException", message));
        }
    };
    let (from, to) = (input.get("StartTime").time(), input.get("EndTime").time());
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        let message = "The start time must be before the end time.";
        return Err(ApiError::new("InvalidTimeRangeException", message));
    }
    let most = match input.get("MaxResults").int() {
        None => PAGE,
        Some(n @ 1..=50) => usize::try_from(n).unwrap_or(PAGE),
        Some(n) => {
            let message = format!("Max results {n} is not valid. It must be between 1 and 50.");
            return Err(ApiError::new("InvalidMaxResultsException", message));
        }
    };
    let begin: usize = match input.text_of("NextToken") {
        None => 0,
        Some(token) => token.parse().map_err(|_| ApiError::new("InvalidNextTokenException", "Invalid NextToken."))?,
    };
    // There are none of that sort here.
    let insight = input.text_of("EventCategory").is_some();
    let (account, region) = (world.account.clone(), call.region.clone());
    let (now, delay) = (call.now, DELIVERED_AFTER.div_f64(world.speed));
    let delivered = |e: &Event| now.since(e.at) >= delay;
    let fits = |e: &&Event| {
        delivered(e)
            && now.since(e.at) <= KEPT
            && from.is_none_or(|t| e.at >= t)
            && to.is_none_or(|t| e.at <= t)
            && wanted.is_none_or(|(key, value)| has(e, key, value))
    };
    let events = world.region(&region).cloudtrail.events.iter().rev().filter(|_| !insight).filter(fits);
    let mut page: Vec<&Event> = events.skip(begin).take(most + 1).collect();
    let next = (page.len() > most).then(|| (begin + most).to_string());
    page.truncate(most);
    let shown = page.into_iter().map(|e| shown(e, &account, &region)).collect();
    Ok(Tree::map([("Events", Tree::List(shown)), ("NextToken", next.into())]))
}

fn has(event: &Event, key: &str, value: &str) -> bool {
    match key {
        "EventId" => event.id == value,
        "EventName" => event.name == value,
        // Reads are not kept.
        "ReadOnly" => value == "false",
        "Username" => event.user == value,
        "ResourceType" => event.resources.iter().any(|(kind, _)| kind == value),
        "ResourceName" => event.resources.iter().any(|(_, name)| name == value),
        "EventSource" => event.source == value,
        "AccessKeyId" => !value.is_empty() && event.access_key == value,
        _ => false,
    }
}

fn shown(e: &Event, account: &str, region: &str) -> Tree {
    let resource = |(kind, name): &(arcstr::ArcStr, arcstr::ArcStr)| {
        Tree::map([("ResourceType", kind.into()), ("ResourceName", name.into())])
    };
    let key = (!e.access_key.is_empty()).then_some(&e.access_key);
    Tree::map([
        ("EventId", (&e.id).into()),
        ("EventName", (&e.name).into()),
        ("ReadOnly", "false".into()),
        ("AccessKeyId", key.into()),
        ("EventTime", seconds(e.at).into()),
        ("EventSource", (&e.source).into()),
        ("Username", (&e.user).into()),
        ("Resources", Tree::List(e.resources.iter().map(resource).collect())),
        ("CloudTrailEvent", whole(e, account, region).into()),
    ])
}

/// Events are told to the second.
fn seconds(t: Time) -> Time {
    Time::from_secs(t.secs())
}

/// The record itself, as JSON in a text.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
fn whole(e: &Event, account: &str, region: &str) -> String {
    let by_service = e.access_key.is_empty();
    let mut identity = json!({
        "type": if e.arn.contains(":assumed-role/") { "AssumedRole" } else { "IAMUser" },
        "arn": &*e.arn,
        "accountId": account,
    });
    if by_service {
        identity["invokedBy"] = json!(&*e.from);
    } else {
        identity["userName"] = json!(&*e.user);
        identity["accessKeyId"] = json!(&*e.access_key);
    }
    let mut out = json!({
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": seconds(e.at).rfc3339(),
        "eventSource": &*e.source,
        "eventName": &*e.name,
        "awsRegion": region,
        "sourceIPAddress": &*e.from,
        "userAgent": &*e.agent,
        "requestParameters": serde_json::from_str::<serde_json::Value>(&e.parameters).unwrap_or_default(),
        "eventID": &*e.id,
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": account,
        "eventCategory": "Management",
    });
    if let Some((code, message)) = &e.error {
        out["errorCode"] = json!(&**code);
        out["errorMessage"] = json!(&**message);
    }
    out.to_string()
}
