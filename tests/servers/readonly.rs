//! Read-only means that no write request leaves the process: the gateway through its public face alone, and the real console
//! with every key pressed, as a server that nobody here wrote saw it.

use crate::support::aws::{EMPTY, Server, home, in_a_process};
use crate::support::console::Console;
use crate::support::moto::{Moto, Request};
use skydeck::aws::{Gateway, GatewayConfig, fault};
use skydeck::base::{Clock, FaultKind, Reached, Scope};
use skydeck::model::operation::{Operation, Retry, Service};

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

/// Every key that a terminal can send alone, but those that end the program (q, Ctrl-C) or stop it (Ctrl-Z); Esc comes after each.
fn every_key() -> Vec<String> {
    let printable = ('!'..='~').filter(|c| *c != 'q').map(String::from);
    let control = ('a'..='z').filter(|c| !"cz".contains(*c)).map(|c| char::from(c as u8 & 0x1f).to_string());
    let alt = ('a'..='z').map(|c| format!("\x1b{c}"));
    let named = [
        "\r", "\t", " ", "\x7f", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[H", "\x1b[F", "\x1b[5~", "\x1b[6~",
        "\x1b[3~", "\x1b[Z", "\x1b\r",
    ];
    let functions = [
        "\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS", "\x1b[15~", "\x1b[17~", "\x1b[18~", "\x1b[19~", "\x1b[20~", "\x1b[21~",
        "\x1b[23~", "\x1b[24~",
    ];
    printable.chain(control).chain(alt).chain(named.into_iter().chain(functions).map(String::from)).collect()
}

/// What is typed into the palette, whether or not it fits the rows.
const LINES: [&str; 10] = [
    "stop",
    "start",
    "stop force=true",
    "reboot",
    "terminate",
    "tags set=a=b remove=Old",
    "set-desired-capacity 3",
    "deregister",
    "disable-actions",
    "enable-actions",
];

/// Accepts whatever an action offers, and types the name and the account's digits that a plan asks for.
fn try_every_action(console: &mut Console) {
    for line in LINES {
        console.press(&format!(":{line}\r"));
        for answer in ["\r", "\x1b\r", "running-1\r", "9012\r", "\r"] {
            console.press(answer);
        }
        for _ in 0..3 {
            console.press("\x1b");
        }
    }
}

/// Carries out a line as a person does, who reads the plan first: Enter or the row's name, then the account's digits.
fn carry_out(console: &mut Console, line: &str) {
    let read = || std::thread::sleep(std::time::Duration::from_millis(1500));
    console.press(&format!(":{line}\r"));
    for answer in ["\r", "bystander\r", "9012\r", "\r"] {
        read();
        console.press(answer);
    }
    read();
    for _ in 0..3 {
        console.press("\x1b");
    }
}

fn writes(log: &[Request]) -> Vec<&Request> {
    let reads = |r: &&Request| match &r.operation {
        Some(o) => !r.dry_run && ["Describe", "Get", "List", "Lookup"].iter().any(|p| o.starts_with(p)),
        None => ["GET", "HEAD"].contains(&r.method.as_str()),
    };
    log.iter().filter(|r| !reads(r)).collect()
}

#[test]
fn no_key_and_no_palette_line_of_the_read_only_console_sends_a_write_to_a_real_server() {
    if crate::support::left_out("the read-only console against moto") {
        return;
    }
    let moto = Moto::start();
    moto.run("seed_actions.py", &["ap-northeast-2"]);
    moto.forget_log();
    let environment =
        [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_REGION", "ap-northeast-2")];
    let views = ["instances", "target-groups", "targets", "auto-scaling-groups", "buckets", "alarms", "load-balancers"];
    let mut console = Console::start(&["--read-only", "--endpoint-url", &moto.url, "instances"], &environment);
    console.wait_for("running-1");
    for view in views {
        for _ in 0..3 {
            console.press("\x1b");
        }
        console.press(&format!(":{view}\r"));
        std::thread::sleep(std::time::Duration::from_millis(300));
        // Three views stand for the rest: the palette's lines below go everywhere.
        let keys = if ["instances", "targets", "alarms"].contains(&view) { every_key() } else { Vec::new() };
        for key in keys {
            console.press(&key);
            if !"jkgG".contains(&key) {
                console.press("\x1b");
            }
            assert!(console.runs(), "{key:?} in {view} ended the console:\n{}", console.text());
        }
        try_every_action(&mut console);
    }
    assert!(console.runs(), "{}", console.text());
    let log = moto.log();
    assert!(writes(&log).is_empty(), "{:?}", writes(&log));
    for operation in ["DescribeInstances", "DescribeTargetHealth", "DescribeAutoScalingGroups", "DescribeAlarms"] {
        assert!(log.iter().any(|r| r.operation.as_deref() == Some(operation)), "it did not even ask {operation}");
    }
    drop(console);
    let seen = moto.run("truth.py", &["ap-northeast-2", "instances"]);
    let stopped = seen["instances"]["rows"].as_array().unwrap().iter().filter(|r| r["state"] != "running").count();
    assert_eq!(stopped, 1, "the account is as it was");

    // The same lines do write where writing is allowed: otherwise nothing was tried above.
    let mut console = Console::start(&["--endpoint-url", &moto.url, "instances"], &environment);
    console.wait_for("running-1");
    for line in ["reboot", "tags set=a=b"] {
        carry_out(&mut console, line);
    }
    let log = moto.log();
    let real = writes(&log).into_iter().filter(|r| !r.dry_run).count();
    assert!(real > 0, "no line led to a write:\n{}", console.text());
}
