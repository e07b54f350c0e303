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

/// A call of S3 in path style.
fn s3(sandbox: &Sandbox, method: Method, path: &str, query: &str, body: &str) -> u16 {
    let mut request = request("s3", &[], body.to_string());
    (request.method, request.path, request.query) = (method, path.into(), query.into());
    sandbox.handle(&request).status.as_u16()
}

fn whole(event: &Json) -> Json {
    serde_json::from_str(event["CloudTrailEvent"].as_str().expect("a text")).expect("JSON")
}

#[test]
fn changes_of_buckets_are_told_and_what_is_done_to_objects_is_not() {
    let (sandbox, clock) = open();
    let place = "<CreateBucketConfiguration><LocationConstraint>ap-northeast-2</LocationConstraint></CreateBucketConfiguration>";
    assert_eq!(s3(&sandbox, Method::PUT, "/my-new-bucket", "", place), 200);
    let tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag></TagSet></Tagging>";
    assert_eq!(s3(&sandbox, Method::PUT, "/my-new-bucket", "tagging", tags), 204);
    let block =
        "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>";
    assert_eq!(s3(&sandbox, Method::PUT, "/my-new-bucket", "publicAccessBlock", block), 200);
    assert_eq!(s3(&sandbox, Method::PUT, "/my-new-bucket/a", "", "x"), 200);
    assert_eq!(s3(&sandbox, Method::DELETE, "/my-new-bucket", "", ""), 409);
    assert_eq!(s3(&sandbox, Method::DELETE, "/my-new-bucket/a", "", ""), 204);
    assert_eq!(s3(&sandbox, Method::DELETE, "/my-new-bucket", "", ""), 204);
    clock.advance(Duration::from_secs(301));
    let (_, found) = lookup(&sandbox, &of("my-new-bucket"));
    let all = ["DeleteBucket", "DeleteBucket", "PutBucketPublicAccessBlock", "PutBucketTagging", "CreateBucket"];
    assert_eq!(names(&found), all);
    let events = found["Events"].as_array().expect("events");
    assert_eq!(events[3]["Resources"][0]["ResourceType"], "AWS::S3::Bucket");
    let (refused, tagged, made) = (whole(&events[1]), whole(&events[3]), whole(&events[4]));
    assert_eq!(
        (&refused["errorCode"], &events[1]["EventSource"]),
        (&json!("BucketNotEmpty"), &json!("s3.amazonaws.com"))
    );
    assert_eq!(
        tagged["requestParameters"],
        json!({ "bucketName": "my-new-bucket", "Host": "localhost", "tagging": "",
            "Tagging": { "TagSet": { "Tag": [{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "2" }] } } })
    );
    assert_eq!(made["requestParameters"]["CreateBucketConfiguration"]["LocationConstraint"], "ap-northeast-2");
}

#[test]
fn cloudwatch_s_calls_are_told_with_parameters_and_alarms_in_each_of_its_protocols() {
    let (sandbox, clock) = open();
    let json_call = |operation: &str, input: Json| {
        let target = format!("GraniteServiceVersion20100801.{operation}");
        let headers = [("x-amz-target", target.as_str()), ("content-type", "application/x-amz-json-1.0")];
        sandbox.handle(&request("monitoring", &headers, input.to_string())).status.as_u16()
    };
    let alarm = json!({ "AlarmName": "hot", "MetricName": "CPUUtilization", "Namespace": "AWS/EC2", "Period": 300,
        "EvaluationPeriods": 2, "Threshold": 80.5, "Statistic": "Average", "ComparisonOperator": "GreaterThanThreshold",
        "Dimensions": [{ "Name": "InstanceId", "Value": "i-00000000000000001" }] });
    assert_eq!(json_call("PutMetricAlarm", alarm), 200);
    assert_eq!(
        json_call("SetAlarmState", json!({ "AlarmName": "nobody", "StateValue": "OK", "StateReason": "x" })),
        404
    );
    let form = "Action=DisableAlarmActions&AlarmNames.member.1=hot&Version=2010-08-01".to_string();
    let form = request("monitoring", &[("content-type", "application/x-www-form-urlencoded")], form);
    assert!(sandbox.handle(&form).status.is_success());
    // `{"AlarmNames": ["hot"]}` in CBOR.
    let cbor = [&[0xa1, 0x6a][..], b"AlarmNames", &[0x81, 0x63], b"hot"].concat();
    let headers = [("smithy-protocol", "rpc-v2-cbor"), ("content-type", "application/cbor")];
    let mut delete = request("monitoring", &headers, String::new());
    delete.path = "/service/GraniteServiceVersion20100801/operation/DeleteAlarms".into();
    delete.body = cbor.into();
    assert!(sandbox.handle(&delete).status.is_success());
    let data = json!({ "Namespace": "mine", "MetricData": [{ "MetricName": "m", "Value": 1.0 }] });
    assert_eq!(json_call("PutMetricData", data), 200);
    clock.advance(Duration::from_secs(301));
    let (_, found) = lookup(&sandbox, &of("hot"));
    assert_eq!(names(&found), ["DeleteAlarms", "DisableAlarmActions", "PutMetricAlarm"]);
    let events = found["Events"].as_array().expect("events");
    assert!(events.iter().all(|e| e["Resources"][0]["ResourceType"] == "AWS::CloudWatch::Alarm"));
    assert_eq!(whole(&events[0])["requestParameters"], json!({ "alarmNames": ["hot"] }));
    assert_eq!(whole(&events[1])["requestParameters"]["alarmNames"], json!(["hot"]));
    let put = whole(&events[2])["requestParameters"].clone();
    assert_eq!((&put["threshold"], &put["period"], &put["alarmName"]), (&json!(80.5), &json!(300), &json!("hot")));
    assert_eq!(put["dimensions"], json!([{ "name": "InstanceId", "value": "i-00000000000000001" }]));
    let (_, refused) = lookup(&sandbox, &of("nobody"));
    assert_eq!(whole(&refused["Events"][0])["errorCode"], "ResourceNotFound");
    let source = json!({ "LookupAttributes": [{ "AttributeKey": "EventName", "AttributeValue": "PutMetricData" }] });
    assert!(names(&lookup(&sandbox, &source).1).is_empty(), "that is data");
}
