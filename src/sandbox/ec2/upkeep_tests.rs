//! What AWS does to instances by itself, and what is asked of it about that: events, Spot, CPU credits, console; each with its refusals.

use std::time::Duration;

use super::tests::{call, sandbox, text};
use crate::sandbox::WorldSpec;

fn id_of(s: &crate::sandbox::Sandbox, name: &str) -> String {
    let (_, xml) = call(s, &format!("DescribeInstances&Filter.1.Name=tag:Name&Filter.1.Value.1={name}"));
    let id = text(&xml, "instanceId").to_string();
    assert!(!id.is_empty(), "{name}: {xml}");
    id
}

/// The code of a refusal; empty where it was none.
fn code(s: &crate::sandbox::Sandbox, form: &str) -> String {
    let (_, xml) = call(s, form);
    text(&xml, "Code").to_string()
}

#[test]
fn an_event_s_start_is_moved_within_its_deadline_and_not_otherwise() {
    let (s, clock) = sandbox(WorldSpec::Demo);
    let id = id_of(&s, "log-shipper");
    let (_, xml) = call(&s, &format!("DescribeInstanceStatus&InstanceId.1={id}"));
    let (event, deadline) = (text(&xml, "instanceEventId").to_string(), text(&xml, "notBeforeDeadline").to_string());
    let moved = |event: &str, start: &str| {
        format!("ModifyInstanceEventStartTime&InstanceId={id}&InstanceEventId={event}&NotBefore={start}")
    };
    assert_eq!(code(&s, &moved("instance-event-0", &deadline)), "InvalidInstanceEventIDNotFound");
    assert_eq!(code(&s, &moved(&event, "2099-01-01T00:00:00Z")), "InvalidInstanceEventStartTime");
    let soon = crate::base::Time(clock.now().0 + 60_000).rfc3339();
    assert_eq!(code(&s, &moved(&event, &soon)), "InvalidInstanceEventStartTime");
    assert_eq!(code(&s, &moved(&event, "tomorrow")), "InvalidParameterValue");
    assert_eq!(code(&s, &format!("{}&DryRun=true", moved(&event, &deadline))), "DryRunOperation");
    let (status, xml) = call(&s, &moved(&event, &deadline));
    assert_eq!((status, text(&xml, "notBefore")), (200, deadline.as_str()));
    let (_, xml) = call(&s, &format!("DescribeInstanceStatus&InstanceId.1={id}"));
    assert_eq!(text(&xml, "notBefore"), deadline);
    // Of one without a deadline it cannot be moved, and one that begins now cannot either.
    clock.advance(Duration::from_secs(9 * 86_400));
    assert_eq!(code(&s, &moved(&event, &deadline)), "InvalidInstanceEventStartTime");
}

#[test]
fn credits_are_of_burstable_instances_and_what_cannot_be_changed_is_named() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let (small, large) = (id_of(&s, "my-private-ec2"), id_of(&s, "my-alchemine-app-ec2"));
    let told = || call(&s, &format!("DescribeInstanceCreditSpecifications&InstanceId.1={small}")).1;
    assert_eq!(text(&told(), "cpuCredits"), "unlimited");
    assert_eq!(
        code(&s, &format!("DescribeInstanceCreditSpecifications&InstanceId.1={large}")),
        "InvalidParameterCombination"
    );
    let one = |id: &str, mode: &str| {
        format!(
            "ModifyInstanceCreditSpecification&InstanceCreditSpecification.1.InstanceId={id}&InstanceCreditSpecification.1.CpuCredits={mode}"
        )
    };
    assert_eq!(code(&s, &one(&small, "much")), "InvalidParameterValue");
    let (status, xml) = call(&s, &one(&large, "standard"));
    assert_eq!((status, text(&xml, "code")), (200, "InstanceCreditSpecification.NotSupported"));
    assert_eq!(call(&s, &one(&small, "standard")).0, 200);
    assert_eq!(text(&told(), "cpuCredits"), "standard");
}

#[test]
fn a_screen_is_of_what_runs_and_the_newest_output_of_what_is_on_nitro() {
    let (s, clock) = sandbox(WorldSpec::Demo);
    let of = |operation: &str, name: &str| format!("{operation}&InstanceId={}", id_of(&s, name));
    assert_eq!(code(&s, &of("GetConsoleScreenshot", "my-openvpn-ec2")), "IncorrectInstanceState");
    assert_eq!(code(&s, &of("GetConsoleScreenshot", "log-shipper")), "UnsupportedOperation");
    assert_eq!(code(&s, &format!("{}&Latest=true", of("GetConsoleOutput", "legacy-erp"))), "UnsupportedOperation");
    assert!(!text(&call(&s, &of("GetConsoleOutput", "legacy-erp")).1, "output").is_empty());
    assert_eq!(code(&s, "GetPasswordData&InstanceId=i-0123456789abcdef0"), "InvalidInstanceID.NotFound");
    // Of one that was just launched nothing is posted yet; the newest comes line by line.
    let length = |form: &str| text(&call(&s, form).1, "output").len();
    let new = of("GetConsoleOutput", "just-launched");
    assert_eq!(length(&new), 0);
    let before = length(&format!("{new}&Latest=true"));
    assert_eq!(call(&s, &of("RebootInstances", "just-launched").replace("InstanceId=", "InstanceId.1=")).0, 200);
    clock.advance(Duration::from_secs(60));
    assert!(length(&format!("{new}&Latest=true")) > before);
}

#[test]
fn spot_capacity_that_is_taken_back_gives_two_minutes_notice() {
    let (s, clock) = sandbox(WorldSpec::Demo);
    let id = id_of(&s, "ci-runner-2");
    s.faults().add("ec2:DescribeSpotInstanceRequests reclaim x1".parse().expect("a fault"));
    let told = || call(&s, &format!("DescribeSpotInstanceRequests&Filter.1.Name=instance-id&Filter.1.Value.1={id}")).1;
    assert_eq!(text(&told(), "code"), "marked-for-termination");
    clock.advance(Duration::from_secs(200));
    let xml = told();
    assert_eq!((text(&xml, "code"), text(&xml, "state")), ("instance-terminated-no-capacity", "closed"));
    let (_, xml) = call(&s, &format!("DescribeInstances&InstanceId.1={id}"));
    assert!(xml.contains("Server.SpotInstanceTermination"), "{xml}");
}

#[test]
fn a_cancelled_request_leaves_its_instance_running_and_unstoppable() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let (_, xml) = call(&s, "DescribeSpotInstanceRequests&Filter.1.Name=type&Filter.1.Value.1=persistent");
    let (request, id) = (text(&xml, "spotInstanceRequestId").to_string(), text(&xml, "instanceId").to_string());
    assert_eq!(
        code(&s, "CancelSpotInstanceRequests&SpotInstanceRequestId.1=sir-none"),
        "InvalidSpotInstanceRequestID.NotFound"
    );
    let (_, xml) = call(&s, &format!("CancelSpotInstanceRequests&SpotInstanceRequestId.1={request}"));
    assert_eq!(text(&xml, "state"), "cancelled");
    let (_, xml) = call(&s, &format!("DescribeSpotInstanceRequests&SpotInstanceRequestId.1={request}"));
    assert_eq!(text(&xml, "code"), "request-canceled-and-instance-running");
    assert_eq!(code(&s, &format!("StopInstances&InstanceId.1={id}")), "UnsupportedOperation");
}

#[test]
fn a_price_history_from_now_until_now_has_one_price_a_place() {
    let (s, clock) = sandbox(WorldSpec::Demo);
    let now = clock.now().rfc3339();
    let form = format!(
        "DescribeSpotPriceHistory&InstanceType.1=m7g.large&ProductDescription.1=Linux/UNIX&StartTime={now}&EndTime={now}"
    );
    let (_, xml) = call(&s, &form);
    let zones = xml.matches("<availabilityZone>").count();
    assert!((2..=4).contains(&zones), "{xml}");
    let week = "DescribeSpotPriceHistory&InstanceType.1=m7g.large&ProductDescription.1=Linux/UNIX&StartTime=2026-11-15T00:00:00Z";
    assert!(call(&s, week).1.matches("<item>").count() > zones * 5);
}
