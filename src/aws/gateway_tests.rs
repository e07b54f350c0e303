use std::time::Duration;

use super::*;
use crate::aws::fault;
use crate::aws::guard::{ConfirmedCall, Mint, Permit};
use crate::aws::testing::{Answer, Recorder, hurried};
use crate::base::Reached;
use crate::model::operation::Retry;

static DESCRIBE: Operation = Operation::read(Service::Ec2, "DescribeInstances");
static STOP: Operation = Operation::write(Service::Ec2, "StopInstances", Retry::Safe).with_dry_run();
static REBOOT: Operation = Operation::write(Service::Ec2, "RebootInstances", Retry::Never).with_dry_run();
static PUT: Operation = Operation::write(Service::S3, "PutObject", Retry::Safe);
static GET: Operation = Operation::read(Service::S3, "GetObject");
static REGISTER: Operation = Operation::write(Service::Elbv2, "RegisterTargets", Retry::Safe);
static SET_DESIRED: Operation = Operation::write(Service::AutoScaling, "SetDesiredCapacity", Retry::Safe);
static LET_IN: Operation = Operation::write(Service::InstanceConnect, "SendSSHPublicKey", Retry::Safe).letting_in();
static DISABLE: Operation = Operation::write(Service::CloudWatch, "DisableAlarmActions", Retry::Safe);

fn declared() -> Vec<&'static Operation> {
    vec![&DESCRIBE, &STOP, &REBOOT, &PUT, &GET, &REGISTER, &SET_DESIRED, &DISABLE, &LET_IN]
}

fn gateway(recorder: &Recorder, read_only: bool) -> (Gateway, Scope) {
    let clock = Clock::manual(Time::from_secs(1_795_252_800));
    let config = GatewayConfig::sandbox(clock, declared(), recorder.client());
    let gateway = Gateway::new(GatewayConfig { read_only, sleep: Some(hurried()), ..config });
    (gateway, Scope::region("sandbox", "ap-northeast-2"))
}

async fn confirmed(gateway: &Gateway, scope: &Scope, operation: &'static Operation) -> Result<Permit, Fault> {
    gateway.identity("sandbox").await?;
    let generation = gateway.generation("sandbox");
    gateway.permit(&Mint::new(), ConfirmedCall { scope, operation, call: "plan-1/call-1", generation }).await
}

#[tokio::test]
async fn a_declared_read_passes_with_the_stamp_on_it() {
    let recorder = Recorder::new(|_| Answer::xml(200, "<DescribeInstancesResponse/>"));
    let (gateway, scope) = gateway(&recorder, true);
    gateway.ec2(&scope).await.unwrap().describe_instances().send().await.unwrap();
    assert_eq!(recorder.names(), ["DescribeInstances"]);
    assert_eq!(gateway.meter().last_minute(), 1);
    assert!(recorder.requests()[0].user_agent.contains("app/skydeck"), "{:?}", recorder.requests());
}

#[tokio::test]
async fn an_undeclared_operation_is_refused_in_every_mode() {
    for read_only in [false, true] {
        let recorder = Recorder::new(|_| Answer::xml(200, "<x/>"));
        let (gateway, scope) = gateway(&recorder, read_only);
        let ec2 = gateway.ec2(&scope).await.unwrap();
        static VPCS: Operation = Operation::read(Service::Ec2, "DescribeVpcs");
        let fault = ec2.describe_vpcs().send().await.map_err(|e| fault::of(&VPCS, e)).unwrap_err();
        assert_eq!((fault.kind, fault.reached), (FaultKind::Bug, Reached::NotSent), "{fault}");
        assert_eq!(recorder.names(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn read_only_sends_no_write_of_any_service_nor_a_dry_run_nor_a_presigned_upload() {
    let recorder = Recorder::new(|_| Answer::identity());
    let (gateway, scope) = gateway(&recorder, true);
    let mut faults = Vec::new();
    let ec2 = gateway.ec2(&scope).await.unwrap();
    faults.push(ec2.stop_instances().instance_ids("i-1").send().await.map_err(|e| fault::of(&STOP, e)).unwrap_err());
    let dry = ec2.stop_instances().instance_ids("i-1").dry_run(true);
    faults.push(dry.send().await.map_err(|e| fault::of(&STOP, e)).unwrap_err());
    let elb = gateway.elbv2(&scope).await.unwrap();
    faults.push(elb.register_targets().send().await.map_err(|e| fault::of(&REGISTER, e)).unwrap_err());
    let asg = gateway.autoscaling(&scope).await.unwrap();
    faults.push(asg.set_desired_capacity().send().await.map_err(|e| fault::of(&SET_DESIRED, e)).unwrap_err());
    let cw = gateway.cloudwatch(&scope).await.unwrap();
    faults.push(cw.disable_alarm_actions().send().await.map_err(|e| fault::of(&DISABLE, e)).unwrap_err());
    let s3 = gateway.s3(&scope, None).await.unwrap();
    let put = || s3.put_object().bucket("b").key("k");
    faults.push(put().send().await.map_err(|e| fault::of(&PUT, e)).unwrap_err());
    let config = gateway.presigning(Duration::from_secs(60)).unwrap();
    faults.push(put().presigned(config).await.map_err(|e| fault::of(&PUT, e)).unwrap_err());
    faults.push(confirmed(&gateway, &scope, &STOP).await.unwrap_err());
    for fault in faults {
        assert_eq!((fault.kind, fault.reached), (FaultKind::ReadOnly, Reached::NotSent), "{fault}");
    }
    assert_eq!(recorder.names(), ["GetCallerIdentity"], "only who-am-I may have been sent");
}

#[tokio::test]
async fn read_only_can_be_switched_on_but_a_permit_from_before_is_worth_nothing_then() {
    let recorder = Recorder::new(|_| Answer::identity());
    let (gateway, scope) = gateway(&recorder, false);
    let permit = confirmed(&gateway, &scope, &STOP).await.unwrap();
    gateway.set_read_only();
    let sent =
        gateway.ec2(&scope).await.unwrap().stop_instances().instance_ids("i-1").customize().interceptor(permit).send();
    assert_eq!(sent.await.map_err(|e| fault::of(&STOP, e)).unwrap_err().kind, FaultKind::ReadOnly);
    assert_eq!(recorder.names(), ["GetCallerIdentity"]);
}

#[tokio::test]
async fn a_presigned_download_is_made_in_read_only_mode_and_starts_at_the_clock() {
    let recorder = Recorder::new(|_| Answer::xml(200, ""));
    let (gateway, scope) = gateway(&recorder, true);
    let s3 = gateway.s3(&scope, Some("eu-west-1")).await.unwrap();
    let config = gateway.presigning(Duration::from_secs(60)).unwrap();
    let link = s3.get_object().bucket("b").key("k").presigned(config).await.unwrap();
    let day = gateway.clock().now().rfc3339()[..10].replace('-', "");
    assert!(link.uri().contains("eu-west-1") && link.uri().contains(&format!("X-Amz-Date={day}")), "{}", link.uri());
    assert!(recorder.names().is_empty());
}

#[tokio::test]
async fn in_read_only_mode_a_key_is_let_in_only_where_the_settings_allow_it_and_nothing_else_is_sent_there_either() {
    for allowed in [false, true] {
        let recorder = Recorder::new(|sent| {
            let json = Answer::Text(200, "application/x-amz-json-1.1", "{\"Success\": true}".into());
            if sent.name == "GetCallerIdentity" { Answer::identity() } else { json }
        });
        let clock = Clock::manual(Time::from_secs(1_795_252_800));
        let config = GatewayConfig::sandbox(clock, declared(), recorder.client());
        let connects = allowed.then(|| "sandbox".to_string()).into_iter().collect();
        let gateway = Gateway::new(GatewayConfig { read_only: true, connects, ..config });
        let scope = Scope::region("sandbox", "ap-northeast-2");
        let permit = confirmed(&gateway, &scope, &LET_IN).await;
        assert_eq!(permit.is_ok(), allowed);
        let stop = confirmed(&gateway, &scope, &STOP).await.unwrap_err();
        assert_eq!(stop.kind, FaultKind::ReadOnly);
        let client = gateway.instance_connect(&scope).await.unwrap();
        let request = || client.send_ssh_public_key().instance_id("i-1").instance_os_user("a").ssh_public_key("k");
        assert!(request().send().await.is_err(), "without a permit it is not sent");
        if let Ok(permit) = permit {
            request().customize().interceptor(permit).send().await.unwrap();
        }
        assert_eq!(recorder.names().iter().filter(|n| *n == "POST /").count(), usize::from(allowed));
    }
}

#[tokio::test]
async fn a_write_without_a_permit_and_a_write_other_than_the_confirmed_one_are_refused() {
    let recorder = Recorder::new(|_| Answer::identity());
    let (gateway, scope) = gateway(&recorder, false);
    let ec2 = gateway.ec2(&scope).await.unwrap();
    let bare = ec2.stop_instances().instance_ids("i-1").send().await;
    assert_eq!(bare.map_err(|e| fault::of(&STOP, e)).unwrap_err().kind, FaultKind::ReadOnly);
    let permit = confirmed(&gateway, &scope, &STOP).await.unwrap();
    let other = ec2.reboot_instances().instance_ids("i-1").customize().interceptor(permit).send().await;
    assert_eq!(other.map_err(|e| fault::of(&REBOOT, e)).unwrap_err().kind, FaultKind::ReadOnly);
    let permit = confirmed(&gateway, &scope, &STOP).await.unwrap();
    let elsewhere = gateway.ec2(&Scope::region("sandbox", "us-east-1")).await.unwrap();
    let moved = elsewhere.stop_instances().instance_ids("i-1").customize().interceptor(permit).send().await;
    assert_eq!(moved.map_err(|e| fault::of(&STOP, e)).unwrap_err().kind, FaultKind::ReadOnly);
    assert_eq!(recorder.names(), ["GetCallerIdentity"]);
}

#[tokio::test]
async fn a_permit_works_once_and_for_all_retries_of_that_once() {
    // Two times 503, then the answer: one execution, three attempts, each with the stamp (else the wire would refuse it).
    let recorder = Recorder::new(|r| match (r.name.as_str(), r.nth) {
        ("StopInstances", 0 | 1) => {
            Answer::xml(503, "<Response><Errors><Error><Code>Unavailable</Code></Error></Errors></Response>")
        }
        ("StopInstances", _) => Answer::xml(200, "<StopInstancesResponse/>"),
        _ => Answer::identity(),
    });
    let (gateway, scope) = gateway(&recorder, false);
    let ec2 = gateway.ec2(&scope).await.unwrap();
    let permit = confirmed(&gateway, &scope, &STOP).await.unwrap();
    let shared = aws_smithy_runtime_api::client::interceptors::SharedInterceptor::new(permit);
    let stop = || ec2.stop_instances().instance_ids("i-1").customize().interceptor(shared.clone()).send();
    stop().await.unwrap();
    assert_eq!(recorder.names(), ["GetCallerIdentity", "StopInstances", "StopInstances", "StopInstances"]);
    let again = stop().await.map_err(|e| fault::of(&STOP, e)).unwrap_err();
    assert_eq!((again.kind, again.reached), (FaultKind::ReadOnly, Reached::NotSent));
    assert_eq!(recorder.names().len(), 4);
}

#[tokio::test]
async fn a_confirmed_write_is_not_sent_again_with_other_credentials_than_it_was_confirmed_for() {
    for (first, reached) in
        [(Answer::broken(), Reached::Maybe), (Answer::xml(503, "<x><Code>Unavailable</Code></x>"), Reached::NotSent)]
    {
        let source: Arc<Mutex<Option<crate::aws::credentials::source::Source>>> = Arc::default();
        let theirs = source.clone();
        let recorder = Recorder::new(move |r| match r.name.as_str() {
            "StopInstances" => {
                // Somebody signs in as someone else while the first attempt is under way.
                theirs.lock().unwrap().as_ref().unwrap().become_others();
                first.clone()
            }
            _ => Answer::identity(),
        });
        let (gateway, scope) = gateway(&recorder, false);
        let ec2 = gateway.ec2(&scope).await.unwrap();
        let permit = confirmed(&gateway, &scope, &STOP).await.unwrap();
        *source.lock().unwrap() = gateway.0.profiles["sandbox"].session.get().map(|s| s.source.clone());
        let sent = ec2.stop_instances().instance_ids("i-1").customize().interceptor(permit).send().await;
        let fault = sent.map_err(|e| fault::of(&STOP, e)).unwrap_err();
        assert_eq!((fault.kind, fault.reached), (FaultKind::Conflict, reached), "{fault}");
        assert_eq!(recorder.names(), ["GetCallerIdentity", "StopInstances"]);
    }
}

#[tokio::test]
async fn an_operation_that_must_not_be_repeated_is_sent_once_whatever_happens() {
    for answer in [Answer::xml(503, "<x/>"), Answer::broken(), Answer::Never] {
        let given = answer.clone();
        let recorder =
            Recorder::new(move |r| if r.name == "RebootInstances" { given.clone() } else { Answer::identity() });
        let (gateway, scope) = gateway(&recorder, false);
        let ec2 = gateway.ec2(&scope).await.unwrap();
        let permit = confirmed(&gateway, &scope, &REBOOT).await.unwrap();
        let sent = ec2.reboot_instances().instance_ids("i-1").customize().interceptor(permit).send().await;
        let fault = sent.map_err(|e| fault::of(&REBOOT, e)).unwrap_err();
        assert_eq!((fault.kind, fault.reached), (FaultKind::Offline, Reached::Maybe), "{answer:?}: {fault}");
        assert_eq!(recorder.names(), ["GetCallerIdentity", "RebootInstances"], "{answer:?}");
    }
}

#[tokio::test]
async fn a_throttled_read_goes_to_the_poller_at_once_and_a_broken_one_is_tried_again() {
    let throttled =
        "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>slow</Message></Error></Errors></Response>";
    let recorder = Recorder::new(move |_| Answer::xml(503, throttled));
    let (aws, scope) = gateway(&recorder, false);
    let sent = aws.ec2(&scope).await.unwrap().describe_instances().send().await;
    assert_eq!(sent.map_err(|e| fault::of(&DESCRIBE, e)).unwrap_err().kind, FaultKind::Throttled);
    assert_eq!(recorder.names().len(), 1);

    let recorder =
        Recorder::new(|r| if r.nth == 0 { Answer::broken() } else { Answer::xml(200, "<DescribeInstancesResponse/>") });
    let (aws, scope) = gateway(&recorder, false);
    aws.ec2(&scope).await.unwrap().describe_instances().send().await.unwrap();
    assert_eq!(recorder.names().len(), 2);
}

#[tokio::test]
async fn a_page_that_never_comes_ends_by_itself() {
    let recorder = Recorder::new(|_| Answer::Never);
    let (gateway, scope) = gateway(&recorder, false);
    let ec2 = gateway.ec2(&scope).await.unwrap();
    let fault = ec2.describe_instances().send().await.map_err(|e| fault::of(&DESCRIBE, e)).unwrap_err();
    assert_eq!((fault.kind, fault.reached), (FaultKind::Offline, Reached::Maybe), "{fault}");
    assert_eq!(recorder.names().len(), 2, "both attempts of a read ran into the time-out");
}

#[tokio::test]
async fn a_dry_run_passes_without_a_permit_only_if_the_typed_input_says_so() {
    let recorder = Recorder::new(|_| {
        let body =
            "<Response><Errors><Error><Code>DryRunOperation</Code><Message>yes</Message></Error></Errors></Response>";
        Answer::xml(412, body)
    });
    let (gateway, scope) = gateway(&recorder, false);
    let ec2 = gateway.ec2(&scope).await.unwrap();
    let yes = ec2.stop_instances().instance_ids("i-1").dry_run(true).send().await.map_err(|e| fault::of(&STOP, e));
    assert!(fault::is_dry_run_ok(&yes.unwrap_err()));
    let no = ec2.stop_instances().instance_ids("i-1").dry_run(false).send().await.map_err(|e| fault::of(&STOP, e));
    assert_eq!(no.unwrap_err().kind, FaultKind::ReadOnly);
    assert_eq!(recorder.names(), ["StopInstances"]);
}

#[tokio::test]
async fn the_identity_is_asked_once_and_a_plan_for_another_one_is_disarmed() {
    let recorder = Recorder::new(|_| Answer::identity());
    let (gateway, scope) = gateway(&recorder, false);
    assert_eq!(gateway.generation("sandbox"), 0);
    let who = gateway.identity("sandbox").await.unwrap();
    assert_eq!((who.account.as_str(), who.user_name.as_str()), ("000000000000", "admin"));
    gateway.identity("sandbox").await.unwrap();
    assert_eq!(recorder.names(), ["GetCallerIdentity"]);
    let old = gateway.generation("sandbox") + 1;
    let stale = gateway
        .permit(&Mint::new(), ConfirmedCall { scope: &scope, operation: &STOP, call: "c", generation: old })
        .await;
    assert_eq!(stale.unwrap_err().kind, FaultKind::Conflict);
}

#[tokio::test]
async fn an_answer_that_names_no_account_is_nobody() {
    let recorder = Recorder::new(|_| {
        Answer::xml(
            200,
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/x</Arn><Account></Account>\
             </GetCallerIdentityResult></GetCallerIdentityResponse>",
        )
    });
    let (gateway, _) = gateway(&recorder, false);
    assert_eq!(gateway.identity("sandbox").await.map_err(|f| f.kind), Err(FaultKind::Unknown));
    assert_eq!(gateway.generation("sandbox"), 0, "no plan can be pinned to it");
}

#[tokio::test]
async fn a_profile_set_to_read_only_is_so_whatever_the_run_is() {
    let recorder = Recorder::new(|_| Answer::identity());
    let config = GatewayConfig::sandbox(Clock::manual(Time::from_secs(1)), declared(), recorder.client());
    let profiles = vec![ProfileSel::Named("prod".into()), ProfileSel::Named("dev".into())];
    let gateway = Gateway::new(GatewayConfig { profiles, read_only_profiles: ["prod".into()].into(), ..config });
    assert!(gateway.is_read_only("prod") && !gateway.is_read_only("dev"));
    let ec2 = gateway.ec2(&Scope::region("prod", "us-east-1")).await.unwrap();
    let sent = ec2.stop_instances().instance_ids("i-1").send().await;
    assert_eq!(sent.map_err(|e| fault::of(&STOP, e)).unwrap_err().kind, FaultKind::ReadOnly);
    assert!(recorder.names().is_empty());
}
