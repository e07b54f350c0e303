//! What is written down of calls, and how it is looked up.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value as Json, json};

use crate::base::{Clock, Time};
use crate::sandbox::wire::{Reply, Request};
use crate::sandbox::{Sandbox, WorldSpec};

fn open() -> (Sandbox, Clock) {
    let clock = Clock::manual(Time::parse("2026-11-21T09:00:00Z").expect("a time"));
    (Sandbox::open(WorldSpec::Demo, clock.clone(), 1.0).expect("a world"), clock)
}

fn request(service: &str, headers: &[(&'static str, &str)], body: String) -> Request {
    let scope = format!("AWS4-HMAC-SHA256 Credential=AKIASANDBOX/20261121/ap-northeast-2/{service}/aws4_request, S=0");
    let mut all = HeaderMap::new();
    all.insert("authorization", HeaderValue::from_str(&scope).expect("a header"));
    for (name, value) in headers {
        all.insert(*name, HeaderValue::from_str(value).expect("a header"));
    }
    let (method, query) = (Method::POST, String::new());
    Request { method, host: "localhost".into(), path: "/".into(), query, headers: all, body: body.into_bytes().into() }
}

fn ec2(sandbox: &Sandbox, form: &str) -> Reply {
    let body = format!("{form}&Version=2016-11-15");
    sandbox.handle(&request(
        "ec2",
        &[("content-type", "application/x-www-form-urlencoded"), ("user-agent", "a-test")],
        body,
    ))
}

fn lookup(sandbox: &Sandbox, input: &Json) -> (u16, Json) {
    let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
    let headers = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.1")];
    let reply = sandbox.handle(&request("cloudtrail", &headers, input.to_string()));
    let status = reply.status.as_u16();
    (status, serde_json::from_slice(&reply.body.collect()).expect("JSON"))
}

fn of(name: &str) -> Json {
    json!({ "LookupAttributes": [{ "AttributeKey": "ResourceName", "AttributeValue": name }] })
}

fn names(answer: &Json) -> Vec<&str> {
    answer["Events"]
        .as_array()
        .map_or_else(Vec::new, |all| all.iter().filter_map(|e| e["EventName"].as_str()).collect())
}

#[test]
fn a_change_can_be_looked_up_five_minutes_later_with_who_made_it() {
    let (sandbox, clock) = open();
    let id = sandbox.world().region("ap-northeast-2").ec2.instances.keys().next().expect("an instance").clone();
    let before = names(&lookup(&sandbox, &of(&id)).1).len();
    assert!(
        ec2(&sandbox, &format!("Action=CreateTags&ResourceId.1={id}&Tag.1.Key=a&Tag.1.Value=b")).status.is_success()
    );
    assert!(ec2(&sandbox, "Action=DescribeInstances").status.is_success());
    assert_eq!(names(&lookup(&sandbox, &of(&id)).1).len(), before, "it is not delivered yet");
    clock.advance(Duration::from_secs(301));
    let (status, found) = lookup(&sandbox, &of(&id));
    assert_eq!((status, names(&found)[0]), (200, "CreateTags"));
    let event = &found["Events"][0];
    assert_eq!((event["Username"].as_str(), event["ReadOnly"].as_str()), (Some("sandbox"), Some("false")));
    assert_eq!(event["EventTime"].as_i64(), Time::parse("2026-11-21T09:00:00Z").map(Time::secs));
    let whole: Json = serde_json::from_str(event["CloudTrailEvent"].as_str().expect("a text")).expect("JSON");
    assert_eq!(whole["userAgent"], "a-test");
    assert_eq!(whole["requestParameters"]["ResourceId.1"], id.as_str());
    assert!(whole["errorCode"].is_null());
}

#[test]
fn a_refusal_is_told_with_its_code_and_secrets_are_left_out() {
    let (sandbox, clock) = open();
    let reply = ec2(&sandbox, "Action=StopInstances&InstanceId.1=i-00000000000000000");
    assert!(reply.status.is_client_error());
    let user_data = "Action=RunInstances&ImageId=ami-1&MinCount=1&MaxCount=1&UserData=c2VjcmV0";
    assert!(ec2(&sandbox, user_data).status.is_client_error());
    clock.advance(Duration::from_secs(301));
    let found = lookup(&sandbox, &of("i-00000000000000000")).1;
    let whole: Json =
        serde_json::from_str(found["Events"][0]["CloudTrailEvent"].as_str().expect("a text")).expect("JSON");
    assert_eq!(whole["errorCode"], "Client.InvalidInstanceID.NotFound");
    let by_name = json!({ "LookupAttributes": [{ "AttributeKey": "EventName", "AttributeValue": "RunInstances" }] });
    assert!(!lookup(&sandbox, &by_name).1.to_string().contains("c2VjcmV0"));
}

#[test]
fn events_come_in_pages_the_newest_first_and_a_lookup_is_checked() {
    let (sandbox, _) = open();
    let (_, first) = lookup(&sandbox, &json!({ "MaxResults": 2 }));
    assert_eq!(names(&first).len(), 2);
    let token = first["NextToken"].as_str().expect("a token");
    let (_, second) = lookup(&sandbox, &json!({ "MaxResults": 2, "NextToken": token }));
    let time = |page: &Json, i: usize| page["Events"][i]["EventTime"].as_i64().expect("a time");
    assert!(time(&first, 0) >= time(&first, 1) && time(&first, 1) >= time(&second, 0));
    let two = json!({ "LookupAttributes": [{ "AttributeKey": "Username", "AttributeValue": "a" },
        { "AttributeKey": "Username", "AttributeValue": "b" }] });
    for (input, code) in [
        (two, "InvalidLookupAttributesException"),
        (json!({ "StartTime": 2, "EndTime": 1 }), "InvalidTimeRangeException"),
        (json!({ "NextToken": "x" }), "InvalidNextTokenException"),
    ] {
        let (status, answer) = lookup(&sandbox, &input);
        assert_eq!((status, answer["__type"].as_str()), (400, Some(code)), "{input}");
    }
    let insight = lookup(&sandbox, &json!({ "EventCategory": "insight" }));
    assert!(names(&insight.1).is_empty());
}
