//! Read-only means that no write request leaves the process: the gateway's part of the promise, through its public face alone.

mod support_aws;

use skydeck::aws::{Gateway, GatewayConfig, fault};
use skydeck::base::{Clock, FaultKind, Reached, Scope};
use skydeck::model::operation::{Operation, Retry, Service};
use support_aws::{EMPTY, Server, home, in_a_process};

static DESCRIBE: Operation = Operation::read(Service::Ec2, "DescribeInstances");
static TERMINATE: Operation = Operation::write(Service::Ec2, "TerminateInstances", Retry::Safe).with_dry_run();
static PUT: Operation = Operation::write(Service::S3, "PutObject", Retry::Safe);

fn config() -> GatewayConfig {
    GatewayConfig::new(Clock::system(), vec![&DESCRIBE, &TERMINATE, &PUT])
}

#[test]
fn a_read_only_gateway_sends_reads_to_a_real_socket_and_no_write() {
    let server = Server::start(|_| ("200 OK", EMPTY.to_string()));
    let keys = [("AWS_ACCESS_KEY_ID", "AKIAENV"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_REGION", "us-east-1")];
    let env = [&keys[..], &[("TEST_ENDPOINT", server.url.as_str())]].concat();
    in_a_process("child_read_only", home("").path(), &env);
    let log = server.log();
    assert!(!log.is_empty() && log.iter().all(|r| r.contains("Action=DescribeInstances")), "{log:?}");
    assert!(log[0].contains("app/skydeck"), "CloudTrail shows who it was: {}", log[0]);
}

#[tokio::test]
#[ignore = "run by the test above in its own process"]
async fn child_read_only() {
    let url = std::env::var("TEST_ENDPOINT").unwrap();
    let gateway = Gateway::new(GatewayConfig { read_only: true, endpoint_url: Some(url), ..config() });
    let scope = Scope::region("default", "us-east-1");
    let ec2 = gateway.ec2(&scope).await.unwrap();
    ec2.describe_instances().send().await.unwrap();
    let s3 = gateway.s3(&scope, None).await.unwrap();
    let mut refused = Vec::new();
    for dry_run in [None, Some(false), Some(true)] {
        let sent = ec2.terminate_instances().instance_ids("i-1").set_dry_run(dry_run).send().await;
        refused.push(sent.map_err(|e| fault::of(&TERMINATE, e)).unwrap_err());
    }
    let put = s3.put_object().bucket("b").key("k").send().await;
    refused.push(put.map_err(|e| fault::of(&PUT, e)).unwrap_err());
    for fault in refused {
        assert_eq!((fault.kind, fault.reached), (FaultKind::ReadOnly, Reached::NotSent), "{fault}");
    }
    ec2.describe_instances().send().await.unwrap();
}
