use super::*;
use crate::model::{Operation, Service};

static DESCRIBE: Operation = Operation::read(Service::Ec2, "DescribeInstances");
static LIST: Operation = Operation::read(Service::S3, "ListObjectsV2");
static ALARMS: Operation = Operation::read(Service::CloudWatch, "DescribeAlarms");

fn answer(operation: &'static Operation, content_type: &str, body: &[u8]) -> Answer {
    Answer { operation, content_type: content_type.into(), body: body.to_vec(), cut: false }
}

fn both(operation: &'static Operation, body: &str, name: &str) -> RawPart {
    part(&answer(operation, "text/xml;charset=UTF-8", body.as_bytes()), &[name.to_string()])
}

fn xml(operation: &'static Operation, body: &str, name: &str) -> RawText {
    both(operation, body, name).came
}

#[test]
fn an_instance_is_cut_out_of_its_reservation_and_indented() {
    let body = "<?xml version=\"1.0\"?>\n<DescribeInstancesResponse xmlns=\"http://ec2\"><requestId>r</requestId><reservationSet>\
        <item><groupSet/><instancesSet><item><instanceId>i-2</instanceId></item>\
        <item><instanceId>i-1</instanceId><tagSet><item><key>Name</key><value>a &amp; b</value></item></tagSet></item>\
        </instancesSet></item></reservationSet></DescribeInstancesResponse>";
    let part = xml(&DESCRIBE, body, "i-1");
    assert_eq!(part.title, "ec2 DescribeInstances  reservationSet › item › instancesSet › item");
    assert_eq!(
        part.lines,
        [
            "<item>",
            "  <instanceId>i-1</instanceId>",
            "  <tagSet>",
            "    <item>",
            "      <key>Name</key>",
            "      <value>a &amp; b</value>",
            "    </item>",
            "  </tagSet>",
            "</item>"
        ]
    );
}

#[test]
fn a_target_is_known_by_a_detail_and_a_key_by_what_it_is_encoded_as() {
    let health = "<R><Members><member><Health/><Target><Id>i-1</Id></Target></member></Members></R>";
    assert_eq!(xml(&DESCRIBE, health, "i-1").lines[0], "<member>");
    let list =
        "<ListBucketResult><Name>b</Name><Contents><Key>a%2Fb+c%26d</Key><Size>3</Size></Contents></ListBucketResult>";
    assert_eq!(xml(&LIST, list, "a/b c&d").lines.len(), 4);
    // Where the row is not found by its name, nothing is left out.
    assert_eq!(xml(&LIST, list, "other").lines[0], "<ListBucketResult>");
}

#[test]
fn escape_sequences_are_shown_and_secrets_are_not() {
    let body = "<R><item><id>x</id><note>\u{1b}[31m\u{202e}</note><userData>IyEvYmluL3No</userData>\
        <SecretAccessKey>abc</SecretAccessKey><userData/></item></R>";
    let text = xml(&DESCRIBE, body, "x").lines.join("\n");
    assert!(text.contains("<note>␛[31m\u{fffd}</note>"), "{text}");
    assert!(!text.contains("IyEv") && !text.contains("abc"), "{text}");
    assert!(text.contains("<userData>‹not shown›</userData>") && text.contains("<userData/>"), "{text}");
}

#[test]
fn a_moment_in_cbor_is_the_millisecond_that_aws_meant() {
    // As seconds these are a little less than they are: cut, and not rounded, all would be a millisecond early.
    for millis in [152, 1, 999, 500] {
        let mut e = aws_smithy_cbor::Encoder::new(Vec::new());
        e.begin_map().str("At").timestamp(&aws_smithy_types::DateTime::from_millis(1_793_137_478_000 + millis)).end();
        let part = part(&answer(&ALARMS, "application/cbor", &e.into_writer()), &[]).came;
        let fraction = format!("{:.3}", millis as f64 / 1000.0);
        let fraction = fraction.trim_start_matches('0').trim_end_matches('0');
        assert!(part.lines.iter().any(|l| l.contains(&format!("{fraction}Z"))), "{millis}: {:?}", part.lines);
    }
}

#[test]
fn cbor_is_shown_as_json_with_dates() {
    let mut e = aws_smithy_cbor::Encoder::new(Vec::new());
    e.begin_map();
    e.str("MetricAlarms").begin_array();
    for name in ["a", "b \"q\""] {
        e.begin_map();
        e.str("AlarmName").str(name).str("Threshold").double(0.5).str("On").boolean(true);
        e.str("At").timestamp(&aws_smithy_types::DateTime::from_secs(0)).end();
    }
    e.end().end();
    let part = part(&answer(&ALARMS, "application/cbor", &e.into_writer()), &["b \"q\"".to_string()]).came;
    assert_eq!(part.title, "cloudwatch DescribeAlarms  MetricAlarms");
    assert_eq!(
        part.lines,
        [
            "{",
            "  \"AlarmName\": \"b \\\"q\\\"\",",
            "  \"Threshold\": 0.5,",
            "  \"On\": true,",
            "  \"At\": \"1970-01-01T00:00:00Z\"",
            "}"
        ]
    );
}

#[test]
fn what_cannot_be_read_is_said() {
    for body in ["", "oops", "<a><b>", &"<a>".repeat(100)] {
        let part = xml(&DESCRIBE, body, "x");
        assert!(part.lines.is_empty() && part.title.contains(": "), "{body}: {part:?}");
    }
}

#[test]
fn an_answer_has_the_names_and_types_that_the_aws_cli_prints() {
    let body = "<DescribeInstancesResponse><requestId>r</requestId><reservationSet><item><groupSet/><instancesSet><item>\
        <instanceId>i-1</instanceId><amiLaunchIndex>0</amiLaunchIndex><launchTime>2026-11-18T19:24:00.000Z</launchTime>\
        <ebsOptimized>false</ebsOptimized><kernelId/><blockDeviceMapping/><placement><tenancy>default</tenancy></placement>\
        <stateReason><message>a: b</message></stateReason><tagSet><item><key>Name</key><value>a &amp; \"b\"</value></item></tagSet>\
        <notInTheTable>1</notInTheTable></item></instancesSet></item></reservationSet></DescribeInstancesResponse>";
    let [json, yaml] = both(&DESCRIBE, body, "i-1").cli.unwrap();
    assert_eq!(json.title, "ec2 DescribeInstances  Reservations[].Instances[]");
    let read: serde_json::Value = serde_json::from_str(&json.lines.join("\n")).unwrap();
    let wanted = serde_json::json!({
        "InstanceId": "i-1", "AmiLaunchIndex": 0, "LaunchTime": "2026-11-18T19:24:00+00:00", "EbsOptimized": false,
        "KernelId": "", "BlockDeviceMappings": [], "Placement": {"Tenancy": "default"},
        "StateReason": {"Message": "a: b"}, "Tags": [{"Key": "Name", "Value": "a & \"b\""}],
    });
    assert_eq!(read, wanted);
    assert!(json.lines.contains(&"    \"EbsOptimized\": false,".to_string()), "{:?}", json.lines);
    for line in [
        "LaunchTime: '2026-11-18T19:24:00+00:00'",
        "EbsOptimized: false",
        "KernelId: ''",
        "BlockDeviceMappings: []",
        "  Message: 'a: b'",
        "Tags:",
        "- Key: Name",
        "  Value: 'a & \"b\"'",
    ] {
        assert!(yaml.lines.iter().any(|l| l == line), "{line} in {:?}", yaml.lines);
    }
}

#[test]
fn what_is_hidden_or_dangerous_is_so_in_every_way_of_writing() {
    let body = "<R><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><keyName>k\u{202e}\u{1b}x\u{7}</keyName>\
        </item></instancesSet></item></reservationSet></R>";
    let [json, yaml] = both(&DESCRIBE, body, "i-1").cli.unwrap();
    for line in [&json.lines[1], &json.lines[2], &yaml.lines[0], &yaml.lines[1]] {
        assert_eq!(crate::base::text::visible(line), line.as_str());
    }
    let text = json.lines.join("\n");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["KeyName"], "k\u{202e}\u{1b}x\u{7}");
    let body = "<R><PasswordData>abc</PasswordData></R>";
    assert_eq!(both(&DESCRIBE, body, "abc").cli, None, "what the table does not have is shown as it came");
}
