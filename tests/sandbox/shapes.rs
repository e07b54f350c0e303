//! The sandbox's table of shapes is what botocore says of the operations that the sandbox has and of those that the console sends.
//!
//! `SKYDECK_BLESS=1 cargo test --test sandbox shapes` writes it anew; `SKYDECK_TEST_OFFLINE=1` leaves it out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;

use crate::support::left_out;
use crate::support::python::Python;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use skydeck::base::{Clock, Time};
use skydeck::kinds::registry::ALL;
use skydeck::model::Service;
use skydeck::sandbox::wire::{Request, shapes};
use skydeck::sandbox::{Sandbox, WorldSpec};

const TABLE: &str = "src/sandbox/wire/shapes/models.json.z";

/// What `tests/py/shapes.py` prints for this input.
fn botocore(input: &str) -> String {
    let mut command = Python::moto().our("shapes.py");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success());
    String::from_utf8(out.stdout).unwrap()
}

fn model_name(service: Service) -> &'static str {
    if service == Service::S3 { "s3" } else { service.cli() }
}

/// A form of the query protocols, signed for this service.
fn form(service: &str, body: String) -> Request {
    let scope = format!("AWS4-HMAC-SHA256 Credential=AKIASANDBOX/20261121/ap-northeast-2/{service}/aws4_request, S=0");
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_str(&scope).unwrap());
    headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    let (method, query) = (Method::POST, String::new());
    Request { method, host: "localhost".into(), path: "/".into(), query, headers, body: Bytes::from(body) }
}

/// Whether the sandbox answers this operation with anything but that it has no such operation.
fn has(sandbox: &Sandbox, service: Service, operation: &str) -> bool {
    let (signed_as, version) = match service {
        Service::Ec2 => ("ec2", "2016-11-15"),
        Service::Elbv2 => ("elasticloadbalancing", "2015-12-01"),
        Service::AutoScaling => ("autoscaling", "2011-01-01"),
        Service::CloudWatch => ("monitoring", "2010-08-01"),
        Service::Sts => ("sts", "2011-06-15"),
        // Its operations are told by method, path and query; `s3_model_checks.py` goes through them.
        Service::S3 => return false,
    };
    let reply = sandbox.handle(&form(signed_as, format!("Action={operation}&Version={version}")));
    let text = String::from_utf8_lossy(&reply.body.collect()).into_owned();
    !text.contains("<Code>InvalidAction</Code>") && !text.contains("<Code>UnknownOperationException</Code>")
}

#[test]
fn the_table_is_what_botocore_says_of_the_operations_here() {
    if left_out("the table of shapes, from botocore") {
        return;
    }
    let names: BTreeMap<String, Vec<String>> = serde_json::from_str(&botocore("")).unwrap();
    let clock = Clock::manual(Time::parse("2026-11-21T09:00:00Z").unwrap());
    let sandbox = Sandbox::open(WorldSpec::Empty, clock, 1.0).unwrap();
    let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for service in Service::ALL {
        let of = wanted.entry(model_name(*service)).or_default();
        of.extend(names[model_name(*service)].iter().map(String::as_str).filter(|n| has(&sandbox, *service, n)));
    }
    for operation in ALL.operations() {
        wanted.entry(model_name(operation.service)).or_default().insert(operation.name);
    }
    assert!(
        wanted["ec2"].len() > 100 && wanted["autoscaling"].len() > 40,
        "the sandbox has these operations: {wanted:?}"
    );

    let now = botocore(&serde_json::to_string(&wanted).unwrap());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(TABLE);
    if std::env::var_os("SKYDECK_BLESS").is_some() {
        let mut deflated = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        deflated.write_all(now.as_bytes()).unwrap();
        std::fs::write(&path, deflated.finish().unwrap()).unwrap();
    }
    let mut kept = String::new();
    let _ = flate2::read::ZlibDecoder::new(&std::fs::read(&path).unwrap()[..]).read_to_string(&mut kept);
    assert!(kept == now, "{TABLE} is stale: SKYDECK_BLESS=1 cargo test --test sandbox shapes writes it anew");
}

#[test]
fn the_table_has_every_operation_that_the_console_sends() {
    for operation in ALL.operations() {
        assert!(shapes::of(operation.service).has(operation.name), "{} {}", operation.service, operation.name);
    }
}
