use std::collections::BTreeMap;

use super::*;
use crate::aws::gateway::{Gateway, GatewayConfig};
use crate::aws::testing::{Answer, Recorder, hurried};
use crate::base::{Clock, Scope, Time};
use crate::model::operation::Service;

static DESCRIBE: Operation = Operation::read(Service::Ec2, "DescribeInstances");
static HEAD: Operation = Operation::read(Service::S3, "HeadObject");
static ALARMS: Operation = Operation::read(Service::CloudWatch, "DescribeAlarms");

#[test]
fn each_error_code_has_its_family() {
    let table = BTreeMap::from([
        (FaultKind::Denied.word(), "UnauthorizedOperation AccessDenied AccessDeniedException OptInRequired"),
        (FaultKind::Throttled.word(), "RequestLimitExceeded Throttling ThrottlingException SlowDown"),
        (
            FaultKind::Expired.word(),
            "ExpiredToken ExpiredTokenException RequestExpired InvalidClientTokenId UnrecognizedClientException AuthFailure \
             InvalidAccessKeyId RequestTimeTooSkewed SignatureDoesNotMatch",
        ),
        (
            FaultKind::NotFound.word(),
            "InvalidInstanceID.NotFound InvalidVolume.NotFound NoSuchBucket NoSuchKey TargetGroupNotFound InvalidAMIID.NotFound \
             LoadBalancerNotFoundException ResourceNotFoundFault",
        ),
        (
            FaultKind::Conflict.word(),
            "IncorrectInstanceState IncorrectState DependencyViolation VolumeInUse BucketNotEmpty InvalidGroup.InUse \
             InvalidKeyPair.Duplicate ScalingActivityInProgress DuplicateListener InvalidPermission.Duplicate ResourceInUse",
        ),
        (
            FaultKind::Quota.word(),
            "InstanceLimitExceeded VcpuLimitExceeded AddressLimitExceeded VpcLimitExceeded InsufficientInstanceCapacity \
             TooManyLoadBalancers TooManyTargets LimitExceeded SecurityGroupLimitExceeded",
        ),
        (
            FaultKind::Invalid.word(),
            "InvalidParameterValue InvalidInstanceID.Malformed MissingParameter ValidationError InvalidParameterCombination \
             UnsupportedOperation InvalidSubnet.Range",
        ),
        (FaultKind::Unknown.word(), "InternalError ServiceUnavailable SomethingNew DryRunOperation"),
    ]);
    for (word, codes) in table {
        for code in codes.split_whitespace() {
            assert_eq!(kind_of_code(code).word(), word, "{code}");
        }
    }
}

async fn describe(answer: Answer) -> Fault {
    let recorder = Recorder::new(move |_| answer.clone());
    let clock = Clock::manual(Time::from_secs(1_795_252_800));
    let config = GatewayConfig::sandbox(clock, vec![&DESCRIBE, &HEAD, &ALARMS], recorder.client());
    let gateway = Gateway::new(GatewayConfig { sleep: Some(hurried()), ..config });
    let ec2 = gateway.ec2(&Scope::region("sandbox", "us-east-1")).await.unwrap();
    ec2.describe_instances().send().await.map_err(|e| of(&DESCRIBE, e)).unwrap_err()
}

#[tokio::test]
async fn what_belongs_to_another_account_is_no_matter_of_credentials() {
    let body = |message: &str| {
        let error = format!("<Error><Code>AuthFailure</Code><Message>{message}</Message></Error>");
        format!("<Response><Errors>{error}</Errors><RequestID>r-1</RequestID></Response>")
    };
    let theirs = describe(Answer::xml(400, &body("Not authorized for image:ami-0a1"))).await;
    assert_eq!((theirs.kind, theirs.code.as_str()), (FaultKind::Denied, "AuthFailure"));
    assert_eq!(theirs.hints, ["It belongs to another account: only its owner can do that."]);
    let bad = describe(Answer::xml(401, &body("AWS was not able to validate the provided access credentials"))).await;
    assert_eq!(bad.kind, FaultKind::Expired);
}

#[tokio::test]
async fn what_aws_says_is_kept_with_code_and_request_id() {
    let body = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized.</Message></Error></Errors>\
                <RequestID>r-1</RequestID></Response>";
    let fault = describe(Answer::xml(403, body)).await;
    assert_eq!((fault.kind, fault.reached), (FaultKind::Denied, Reached::Answered));
    assert_eq!((fault.code.as_str(), fault.message.as_str()), ("UnauthorizedOperation", "You are not authorized."));
    assert_eq!((fault.service.as_str(), fault.op.as_str()), ("EC2", "DescribeInstances"));
    assert_eq!(fault.request_id.as_deref(), Some("r-1"));
}

#[tokio::test]
async fn a_web_page_cut_off_xml_and_rubbish_are_offline_with_a_sentence() {
    let page = "<!DOCTYPE html><html><body>Proxy login</body></html>";
    for (answer, says) in [
        (Answer::Text(200, "text/html", page.into()), "web page"),
        (Answer::Text(502, "text/html", page.into()), "HTTP 502"),
        (Answer::xml(200, "<DescribeInstancesResponse><reservationSet><item>"), "incomplete"),
        (Answer::xml(200, ""), "could not be read"),
        (Answer::xml(200, "{\"not\": \"xml\"}"), "could not be read"),
        (Answer::xml(500, "oops"), "HTTP 500"),
        (Answer::broken(), "broke"),
    ] {
        let fault = describe(answer.clone()).await;
        let html = matches!(&answer, Answer::Text(_, kind, _) if *kind == "text/html");
        let kind = if html { FaultKind::Foreign } else { FaultKind::Offline };
        assert_eq!((fault.kind, fault.reached), (kind, Reached::Maybe), "{answer:?}: {fault}");
        if html {
            assert!(fault.hints.iter().any(|h| h.contains("--endpoint-url")), "{fault:?}");
        }
        assert!(fault.message.contains(says), "{answer:?}: {fault}");
    }
}

#[tokio::test]
async fn an_answer_without_a_body_goes_by_its_status_and_cbor_errors_are_read() {
    let recorder = Recorder::new(|r| {
        if r.name.starts_with("HEAD") { Answer::xml(404, "") } else { Answer::Text(404, "text/html", "<html>".into()) }
    });
    let config = GatewayConfig::sandbox(Clock::manual(Time::from_secs(1)), vec![&HEAD, &ALARMS], recorder.client());
    let gateway = Gateway::new(GatewayConfig { sleep: Some(hurried()), ..config });
    let scope = Scope::region("sandbox", "us-east-1");
    let s3 = gateway.s3(&scope, None).await.unwrap();
    let fault = s3.head_object().bucket("b").key("k").send().await.map_err(|e| of(&HEAD, e)).unwrap_err();
    assert_eq!((fault.kind, fault.reached), (FaultKind::NotFound, Reached::Answered), "{fault}");
    // A server that does not speak CBOR (moto) answers with a page.
    let cw = gateway.cloudwatch(&scope).await.unwrap();
    let fault = cw.describe_alarms().send().await.map_err(|e| of(&ALARMS, e)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Foreign, "{fault}");
}
