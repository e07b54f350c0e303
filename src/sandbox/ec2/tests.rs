//! EC2 as a client meets it: the real SDK through the connector, and raw forms with a clock moved by hand.

use std::time::Duration;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_ec2::error::ProvideErrorMetadata;
use aws_sdk_ec2::types::{Filter, InstanceStateName};

use crate::base::{Clock, Time};
use crate::sandbox::wire::Request;
use crate::sandbox::{Sandbox, WorldSpec};

const NOW: Time = Time::from_secs(1_795_252_800);

pub(super) fn sandbox(spec: WorldSpec) -> (Sandbox, Clock) {
    let clock = Clock::manual(NOW);
    (Sandbox::open(spec, clock.clone(), 1.0).unwrap(), clock)
}

#[expect(clippy::disallowed_methods, reason = "the sandbox is tested with the bare SDK, without our own gateway")]
fn client(s: &Sandbox) -> Client {
    Client::from_conf(
        aws_sdk_ec2::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-northeast-2"))
            .credentials_provider(Credentials::for_tests())
            .http_client(s.http_client())
            .build(),
    )
}

/// One call as a form; the reply's status and body.
pub(super) fn call(s: &Sandbox, form: &str) -> (u16, String) {
    call_in(s, "ap-northeast-2", form)
}

/// The same in another region.
pub(super) fn call_in(s: &Sandbox, region: &str, form: &str) -> (u16, String) {
    call_of(s, region, ("ec2", "2016-11-15"), form)
}

/// The same of a service.
pub(super) fn call_of(s: &Sandbox, region: &str, (service, version): (&str, &str), form: &str) -> (u16, String) {
    let mut headers = http::HeaderMap::new();
    let scope = format!(
        "AWS4-HMAC-SHA256 Credential=AKID/20261121/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0"
    );
    headers.insert("authorization", scope.parse().unwrap());
    headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    let request = Request {
        method: http::Method::POST,
        host: "localhost".into(),
        path: "/".into(),
        query: String::new(),
        headers,
        body: format!("Version={version}&Action={form}").into(),
    };
    let reply = s.handle(&request);
    (reply.status.as_u16(), String::from_utf8(reply.body.collect().to_vec()).unwrap())
}

/// The text of the first element with this name.
pub(super) fn text<'x>(xml: &'x str, name: &str) -> &'x str {
    let start = format!("<{name}>");
    let Some(at) = xml.find(&start) else { return "" };
    let rest = &xml[at + start.len()..];
    &rest[..rest.find('<').unwrap_or(0)]
}

pub(super) fn code(answer: &(u16, String)) -> (u16, &str) {
    (answer.0, text(&answer.1, "Code"))
}

fn id_of(s: &Sandbox, name: &str) -> String {
    let world = s.world();
    let state = &world.peek("ap-northeast-2").unwrap().ec2;
    state.tagged("Name", name).first().unwrap().id.to_string()
}

fn image(s: &Sandbox) -> String {
    let mut world = s.world();
    let images = &world.region("ap-northeast-2").ec2.images;
    images.values().find(|i| i.name.starts_with("al2023") && i.architecture == "x86_64").unwrap().id.to_string()
}

fn launch(s: &Sandbox, more: &str) -> String {
    let (status, body) = call(s, &format!("RunInstances&ImageId={}&MinCount=1&MaxCount=1{more}", image(s)));
    assert_eq!(status, 200, "{body}");
    text(&body, "instanceId").to_string()
}

#[tokio::test]
async fn the_sdk_lists_stops_and_starts() {
    let (s, clock) = sandbox(WorldSpec::Demo);
    let ec2 = client(&s);
    let pages: Result<Vec<_>, _> = ec2.describe_instances().into_paginator().page_size(7).send().try_collect().await;
    let all: Vec<_> = pages.unwrap().into_iter().flat_map(|p| p.reservations.unwrap_or_default()).collect();
    assert_eq!(all.iter().map(|r| r.instances().len()).sum::<usize>(), 30);

    let id = id_of(&s, "ci-runner-1");
    let by_name = Filter::builder().name("tag:Name").values("my-asg-*").build();
    let found = ec2.describe_instances().filters(by_name).send().await.unwrap();
    assert_eq!(found.reservations().len(), 2);

    let stopped = ec2.stop_instances().instance_ids(&id).send().await.unwrap();
    let change = &stopped.stopping_instances()[0];
    let state = |s: Option<&aws_sdk_ec2::types::InstanceState>| s.and_then(|s| s.name().cloned());
    assert_eq!(state(change.current_state()), Some(InstanceStateName::Stopping));
    assert_eq!(state(change.previous_state()), Some(InstanceStateName::Running));
    let too_early = ec2.start_instances().instance_ids(&id).send().await.unwrap_err();
    assert_eq!(too_early.code(), Some("IncorrectInstanceState"));
    clock.advance(Duration::from_secs(41));
    let now = ec2.describe_instances().instance_ids(&id).send().await.unwrap();
    let i = &now.reservations()[0].instances()[0];
    assert_eq!(state(i.state()), Some(InstanceStateName::Stopped));
    assert_eq!(i.state_transition_reason(), Some("User initiated (2026-11-21 09:20:00 GMT)"));
    assert_eq!(i.state_reason().and_then(|r| r.code()), Some("Client.UserInitiatedShutdown"));
    ec2.start_instances().instance_ids(&id).send().await.unwrap();
    clock.advance(Duration::from_secs(21));
    let now = ec2.describe_instances().instance_ids(&id).send().await.unwrap();
    assert_eq!(state(now.reservations()[0].instances()[0].state()), Some(InstanceStateName::Running));
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_says_so() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let id = id_of(&s, "ci-runner-1");
    let e = client(&s).terminate_instances().instance_ids(&id).dry_run(true).send().await.unwrap_err();
    assert_eq!(e.code(), Some("DryRunOperation"));
    assert_eq!(e.raw_response().map(|r| r.status().as_u16()), Some(412));
    assert_eq!(text(&call(&s, &format!("DescribeInstances&InstanceId.1={id}")).1, "name"), "running");
}

#[test]
fn ids_are_answered_as_aws_answers_them() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let id = id_of(&s, "ci-runner-1");
    let e = call(&s, "DescribeInstances&InstanceId.1=i-00000000000000000");
    assert_eq!(
        (code(&e), text(&e.1, "Message")),
        ((400, "InvalidInstanceID.NotFound"), "The instance ID 'i-00000000000000000' does not exist")
    );
    let e = call(&s, "DescribeInstances&InstanceId.1=web");
    assert_eq!(
        (code(&e), text(&e.1, "Message")),
        ((400, "InvalidInstanceID.Malformed"), "Invalid id: &quot;web&quot;")
    );
    let e = call(&s, &format!("DescribeInstances&InstanceId.1={id}&MaxResults=5"));
    assert_eq!(code(&e), (400, "InvalidParameterCombination"));
    let forgiving =
        call(&s, "DescribeInstances&Filter.1.Name=instance-id&Filter.1.Value.1=i-00000000000000000&MaxResults=5");
    assert_eq!(forgiving.0, 200);
    assert_eq!(code(&call(&s, "DescribeUnicorns")), (400, "InvalidAction"));
}

#[test]
fn a_public_address_is_lost_on_stop_and_an_elastic_one_is_not() {
    let (s, clock) = sandbox(WorldSpec::Empty);
    let id = launch(&s, "");
    clock.advance(Duration::from_secs(25));
    let describe = || call(&s, &format!("DescribeInstances&InstanceId.1={id}")).1;
    let first = text(&describe(), "ipAddress").to_string();
    assert!(first.starts_with("198.1"), "{first}");
    call(&s, &format!("StopInstances&InstanceId.1={id}"));
    clock.advance(Duration::from_secs(60));
    assert_eq!((text(&describe(), "ipAddress"), text(&describe(), "dnsName")), ("", ""));
    call(&s, &format!("StartInstances&InstanceId.1={id}"));
    clock.advance(Duration::from_secs(25));
    let second = text(&describe(), "ipAddress").to_string();
    assert!(!second.is_empty() && second != first, "{second}");

    let bastion = {
        let (demo, clock) = sandbox(WorldSpec::Demo);
        let id = id_of(&demo, "my-bastion-host");
        let ip =
            |s: &Sandbox| text(&call(s, &format!("DescribeInstances&InstanceId.1={id}")).1, "ipAddress").to_string();
        let before = ip(&demo);
        call(&demo, &format!("StopInstances&InstanceId.1={id}"));
        clock.advance(Duration::from_secs(60));
        (before, ip(&demo))
    };
    assert!(bastion.0 == bastion.1 && bastion.0.starts_with("203.0.113."), "{bastion:?}");
}

#[test]
fn protection_holds_in_its_zone_and_names_the_attribute() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let (shielded, same, other) = (id_of(&s, "my-bastion-host"), id_of(&s, "my-private-ec2"), id_of(&s, "ci-runner-1"));
    let e = call(&s, &format!("TerminateInstances&InstanceId.1={shielded}&InstanceId.2={same}&InstanceId.3={other}"));
    assert_eq!(code(&e), (400, "OperationNotPermitted"));
    assert!(text(&e.1, "Message").contains("may not be terminated. Modify its 'disableApiTermination'"));
    let state = |id: &str| text(&call(&s, &format!("DescribeInstances&InstanceId.1={id}")).1, "name").to_string();
    assert_eq!(
        (state(&shielded), state(&same), state(&other)),
        ("running".into(), "running".into(), "shutting-down".into())
    );
    let db = id_of(&s, "my-alchemine-db-primary");
    let e = call(&s, &format!("StopInstances&InstanceId.1={db}"));
    assert!(text(&e.1, "Message").contains("'disableApiStop'"), "{}", e.1);
    call(&s, &format!("ModifyInstanceAttribute&InstanceId={shielded}&DisableApiTermination.Value=false"));
    assert_eq!(call(&s, &format!("TerminateInstances&InstanceId.1={shielded}")).0, 200);
}

#[test]
fn a_launch_is_seen_late_takes_time_and_is_done_once_by_token() {
    let (s, clock) = sandbox(WorldSpec::Empty);
    let id = launch(
        &s,
        "&ClientToken=t1&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=Name&TagSpecification.1.Tag.1.Value=web",
    );
    assert!(!call(&s, "DescribeInstances").1.contains(&id), "EC2 is eventually consistent");
    clock.advance(Duration::from_secs(2));
    let all = call(&s, "DescribeInstances").1;
    assert!(all.contains(&id) && text(&all, "name") == "pending" && text(&all, "value") == "web");
    let e = call(&s, &format!("StopInstances&InstanceId.1={id}"));
    assert!(text(&e.1, "Message").contains("has never reached the 'running' state"));
    let again = launch(
        &s,
        "&ClientToken=t1&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=Name&TagSpecification.1.Tag.1.Value=web",
    );
    assert_eq!(again, id);
    let e = call(&s, &format!("RunInstances&ImageId={}&MinCount=1&MaxCount=2&ClientToken=t1", image(&s)));
    assert_eq!(code(&e), (400, "IdempotentParameterMismatch"));
    let status = || call(&s, &format!("DescribeInstanceStatus&IncludeAllInstances=true&InstanceId.1={id}")).1;
    assert_eq!(text(&status(), "status"), "not-applicable");
    clock.advance(Duration::from_secs(20));
    assert_eq!(text(&status(), "status"), "initializing");
    clock.advance(Duration::from_secs(181));
    assert_eq!(text(&status(), "status"), "ok");
    call(&s, &format!("TerminateInstances&InstanceId.1={id}"));
    clock.advance(Duration::from_secs(31));
    assert_eq!(text(&call(&s, "DescribeInstances").1, "name"), "terminated");
    assert!(s.world().peek("ap-northeast-2").unwrap().ec2.volumes.is_empty());
    clock.advance(Duration::from_secs(3601));
    assert!(!call(&s, "DescribeInstances").1.contains(&id));
}

#[test]
fn the_impaired_and_the_scheduled_are_told_with_their_dates() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let by = |name: &str| call(&s, &format!("DescribeInstanceStatus&InstanceId.1={}", id_of(&s, name))).1;
    let erp = by("legacy-erp");
    assert!(
        erp.contains("<systemStatus><status>impaired</status>")
            && erp.contains("<impairedSince>2026-11-21T08:33:00.000Z")
    );
    let db = by("my-alchemine-db-replica");
    assert_eq!((text(&db, "code"), text(&db, "notBefore")), ("instance-retirement", "2026-11-27T09:00:00.000Z"));
    let ci = id_of(&s, "ci-runner-3");
    assert!(by("ci-runner-3").contains("<instanceStatus><status>impaired</status>"));
    call(&s, &format!("RebootInstances&InstanceId.1={ci}"));
    assert!(
        by("ci-runner-3").contains("<instanceStatus><status>initializing</status>"),
        "a reboot heals the instance's side"
    );
}

#[test]
fn tags_obey_their_limits() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let id = id_of(&s, "ci-runner-1");
    let many: String = (0..51).map(|n| format!("&Tag.{n}.Key=k{n}&Tag.{n}.Value=v")).collect();
    assert_eq!(code(&call(&s, &format!("CreateTags&ResourceId.1={id}{many}"))), (400, "TagLimitExceeded"));
    assert_eq!(
        code(&call(&s, &format!("CreateTags&ResourceId.1={id}&Tag.1.Key=aws%3Ax&Tag.1.Value=v"))),
        (400, "InvalidParameterValue")
    );
    assert_eq!(call(&s, &format!("CreateTags&ResourceId.1={id}&Tag.1.Key=a&Tag.1.Value=%EA%B0%80")).0, 200);
    let listed = call(
        &s,
        &format!("DescribeTags&Filter.1.Name=resource-id&Filter.1.Value.1={id}&Filter.2.Name=key&Filter.2.Value.1=a"),
    )
    .1;
    assert_eq!((text(&listed, "value"), text(&listed, "resourceType")), ("가", "instance"));
    assert_eq!(call(&s, &format!("DeleteTags&ResourceId.1={id}&Tag.1.Key=a")).0, 200);
    assert!(!call(&s, &format!("DescribeTags&Filter.1.Name=resource-id&Filter.1.Value.1={id}")).1.contains("가"));
}

#[test]
fn a_saved_world_goes_on_where_it_stopped() {
    let (s, clock) = sandbox(WorldSpec::Demo);
    let id = id_of(&s, "ci-runner-1");
    call(&s, &format!("StopInstances&InstanceId.1={id}"));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("world.json");
    s.save(&file).unwrap();
    clock.advance(Duration::from_secs(60));
    let loaded = Sandbox::load(&file, clock, 1.0).unwrap();
    assert_eq!(text(&call(&loaded, &format!("DescribeInstances&InstanceId.1={id}")).1, "name"), "stopped");
}

#[tokio::test]
async fn the_sdk_reads_every_other_list() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let ec2 = client(&s);
    let regions = ec2.describe_regions().send().await.unwrap();
    assert!(regions.regions().iter().all(|r| r.opt_in_status() == Some("opt-in-not-required")));
    let all = ec2.describe_regions().all_regions(true).send().await.unwrap();
    assert!(all.regions().len() > regions.regions().len());
    let zones = ec2.describe_availability_zones().send().await.unwrap();
    assert_eq!(zones.availability_zones()[0].zone_id(), Some("apne2-az1"));
    let types = ec2.describe_instance_types().send().await.unwrap();
    assert!(types.instance_types().iter().any(|t| t.free_tier_eligible() == Some(true)));
    assert_eq!(ec2.describe_vpcs().send().await.unwrap().vpcs().len(), 2);
    let subnets = ec2.describe_subnets().send().await.unwrap();
    assert!(subnets.subnets().iter().any(|s| s.available_ip_address_count() == Some(4091)));
    let volumes = ec2.describe_volumes().send().await.unwrap();
    let spare = volumes.volumes().iter().filter(|v| v.attachments().is_empty());
    assert!(spare.clone().count() == 2 && spare.clone().all(|v| v.state().is_some_and(|s| s.as_str() == "available")));
    assert_eq!(ec2.describe_images().owners("self").send().await.unwrap().images().len(), 3);
    assert_eq!(ec2.describe_addresses().send().await.unwrap().addresses().len(), 3);
    assert_eq!(ec2.describe_key_pairs().send().await.unwrap().key_pairs().len(), 2);
    let interfaces = ec2.describe_network_interfaces().send().await.unwrap();
    let (of_instances, others): (Vec<_>, Vec<_>) =
        interfaces.network_interfaces().iter().partition(|i| i.requester_managed() == Some(false));
    assert_eq!(of_instances.len(), 29);
    assert!(others.iter().any(|i| i.requester_id() == Some("amazon-elb")));
    let groups = ec2.describe_security_groups().send().await.unwrap();
    let alb = groups.security_groups().iter().find(|g| g.group_name() == Some("my-app-alb-sg")).unwrap();
    let ports: Vec<_> = alb.ip_permissions().iter().map(|p| p.from_port()).collect();
    assert_eq!(ports, [Some(80), Some(443)]);
    assert!(!ec2.describe_account_attributes().send().await.unwrap().account_attributes().is_empty());
}

#[test]
fn a_profile_is_given_replaced_and_taken_once_each_and_only_where_aws_lets_it() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let instance = |name: &str| {
        let world = s.world();
        let all = &world.peek("ap-northeast-2").unwrap().ec2.instances;
        all.values().find(|i| i.tag("Name") == Some(name)).unwrap().id.to_string()
    };
    let id = instance("my-bastion-host");
    let give = format!("AssociateIamInstanceProfile&InstanceId={id}&IamInstanceProfile.Name=web");
    let (status, body) = call(&s, &give);
    assert_eq!((status, text(&body, "state")), (200, "associating"));
    let first = text(&body, "associationId").to_string();
    assert_eq!(code(&call(&s, &give)), (400, "IncorrectState"));
    let seen = |filter: &str| {
        let body = call(
            &s,
            &format!("DescribeIamInstanceProfileAssociations&Filter.1.Name=instance-id&Filter.1.Value.1={filter}"),
        )
        .1;
        (text(&body, "associationId").to_string(), text(&body, "arn").rsplit('/').next().unwrap().to_string())
    };
    assert_eq!(seen(&id), (first.clone(), "web".into()));
    let other = format!("ReplaceIamInstanceProfileAssociation&AssociationId={first}&IamInstanceProfile.Name=db");
    let second = text(&call(&s, &other).1, "associationId").to_string();
    assert_ne!(first, second);
    assert_eq!(seen(&id), (second.clone(), "db".into()));
    assert_eq!(code(&call(&s, &other)), (400, "InvalidAssociationID.NotFound"), "it has another id now");
    assert_eq!(call(&s, &format!("StopInstances&InstanceId.1={id}")).0, 200);
    let again = format!("ReplaceIamInstanceProfileAssociation&AssociationId={second}&IamInstanceProfile.Name=web");
    assert_eq!(code(&call(&s, &again)), (400, "IncorrectInstanceState"));
    assert_eq!(call(&s, &format!("DisassociateIamInstanceProfile&AssociationId={second}")).0, 200);
    assert_eq!(seen(&id), (String::new(), String::new()));
}

#[test]
fn an_elastic_address_replaces_the_public_one_and_is_not_released_in_use() {
    let (s, clock) = sandbox(WorldSpec::Empty);
    let id = launch(&s, "");
    clock.advance(Duration::from_secs(25));
    let allocated = call(&s, "AllocateAddress&Domain=vpc").1;
    let (allocation, ip) = (text(&allocated, "allocationId"), text(&allocated, "publicIp"));
    assert_eq!(call(&s, &format!("AssociateAddress&AllocationId={allocation}&InstanceId={id}")).0, 200);
    assert_eq!(text(&call(&s, &format!("DescribeInstances&InstanceId.1={id}")).1, "ipAddress"), ip);
    assert_eq!(code(&call(&s, &format!("ReleaseAddress&AllocationId={allocation}"))), (400, "InvalidIPAddress.InUse"));
    assert_eq!(call(&s, &format!("DisassociateAddress&PublicIp={ip}")).0, 200);
    assert_eq!(call(&s, &format!("ReleaseAddress&AllocationId={allocation}")).0, 200);
}

#[test]
fn attributes_change_only_where_the_state_allows() {
    let (s, clock) = sandbox(WorldSpec::Empty);
    let id = launch(&s, "");
    clock.advance(Duration::from_secs(25));
    let bigger = format!("ModifyInstanceAttribute&InstanceId={id}&InstanceType.Value=t3.large");
    assert_eq!(code(&call(&s, &bigger)), (400, "IncorrectInstanceState"));
    call(&s, &format!("StopInstances&InstanceId.1={id}"));
    clock.advance(Duration::from_secs(60));
    assert_eq!(call(&s, &bigger).0, 200);
    let seen = call(&s, &format!("DescribeInstanceAttribute&InstanceId={id}&Attribute=instanceType")).1;
    assert_eq!(text(&seen, "value"), "t3.large");
    let arm = format!("ModifyInstanceAttribute&InstanceId={id}&InstanceType.Value=t4g.small");
    assert_eq!(code(&call(&s, &arm)), (400, "InvalidParameterValue"));
}
