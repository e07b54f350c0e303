//! What the sandbox's S3 does not model is what no handler reads: each operation is sent one more header or parameter of its shape at a time.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use skydeck::base::{Clock, Time};
use skydeck::model::Service;
use skydeck::sandbox::wire::Request;
use skydeck::sandbox::wire::shapes::{self, Kind, reads};
use skydeck::sandbox::world::World;
use skydeck::sandbox::{Sandbox, WorldSpec};

/// Requests that are answered well: see the file's head.
const REQUESTS: &str = include_str!("../s3_requests.txt");

/// Members that no text is sent for here, or that say what is so in any case.
fn is_harmless(operation: &str, name: &str) -> bool {
    let signed = ["ContentMD5", "ContentLength", "ChecksumAlgorithm", "SdkChecksumAlgorithm"].contains(&name);
    // Nobody pays here, and the owner is looked at for every operation alike.
    let owner = ["RequestPayer", "ExpectedBucketOwner", "ExpectedSourceBucketOwner"].contains(&name);
    let required = shapes::of(Service::S3).input(operation).is_some_and(|s| s.required.iter().any(|r| r == name));
    // There is no MFA device, no Object Lock that could be bypassed, nothing that small objects would be changed by, no object that
    // is being restored, and no destination of notifications that is looked at.
    let none = [
        "MFA",
        "BypassGovernanceRetention",
        "ConfirmRemoveSelfBucketAccess",
        "TransitionDefaultMinimumObjectSize",
        "OptionalObjectAttributes",
        "SkipDestinationValidation",
    ]
    .contains(&name);
    signed || owner || required || none
}

struct Ready {
    sandbox: Sandbox,
    world: World,
    said: BTreeMap<&'static str, String>,
}

fn request(method: &str, target: &str, headers: &[(String, String)], body: &str) -> Request {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut map = HeaderMap::new();
    let scope = "AWS4-HMAC-SHA256 Credential=AKIASANDBOX/20261121/ap-northeast-2/s3/aws4_request, SignedHeaders=host, Signature=0";
    map.insert("authorization", HeaderValue::from_static(scope));
    for (name, value) in headers {
        map.insert(HeaderName::try_from(name.as_str()).unwrap(), HeaderValue::try_from(value.as_str()).unwrap());
    }
    Request {
        method: Method::try_from(method).unwrap(),
        host: "127.0.0.1:1".into(),
        path: path.into(),
        query: query.into(),
        headers: map,
        body: Bytes::from(body.to_owned()),
    }
}

fn ready() -> Ready {
    let clock = Clock::manual(Time::parse("2026-11-21T09:00:00Z").unwrap());
    let sandbox = Sandbox::open(WorldSpec::Empty, clock, 1.0).unwrap();
    let send = |method: &str, target: &str, body: &str| {
        let reply = sandbox.handle(&request(method, target, &[], body));
        assert!(reply.status.is_success(), "{method} {target}: {:?}", String::from_utf8_lossy(&reply.body.collect()));
        let header = |n: &str| reply.headers.get(n).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        (header("etag"), header("x-amz-version-id"), String::from_utf8_lossy(&reply.body.collect()).into_owned())
    };
    let here = "<CreateBucketConfiguration><LocationConstraint>ap-northeast-2</LocationConstraint></CreateBucketConfiguration>";
    send("PUT", "/shapes", here);
    send("PUT", "/shapes-empty", here);
    for line in REQUESTS.lines().filter(|l| l.starts_with("PutBucket") && !l.contains("Replication")) {
        let words: Vec<&str> = line.splitn(5, ' ').collect();
        send(words[1], words[2], words[4]);
    }
    let (etag, version, _) = send("PUT", "/shapes/k", "hello");
    let (_, _, xml) = send("POST", "/shapes/u?uploads", "");
    let upload = xml.split_once("<UploadId>").unwrap().1.split_once('<').unwrap().0.to_owned();
    let (part, ..) = send("PUT", &format!("/shapes/u?uploadId={upload}&partNumber=1"), "hello");
    let world = sandbox.world().clone();
    Ready {
        sandbox,
        world,
        said: BTreeMap::from([("{etag}", etag), ("{version}", version), ("{upload}", upload), ("{part}", part)]),
    }
}

/// The operations that lines of the file are for, as they are in the table.
pub fn operations() -> Vec<&'static str> {
    REQUESTS.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).filter_map(|l| l.split(' ').next()).collect()
}

/// Parameters that are accepted by handlers that do not look, `s3 OPERATION MEMBER` each.
pub fn passed_over() -> Vec<String> {
    let ready = ready();
    let mut out = Vec::new();
    // Read in one of an operation's lines.
    let mut read = BTreeSet::new();
    for line in REQUESTS.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let filled = ready.said.iter().fold(line.to_owned(), |l, (name, value)| l.replace(name, value));
        let mut words = filled.splitn(5, ' ');
        let mut next = || words.next().unwrap_or_default().to_owned();
        let (operation, method, target, headers, body) = (next(), next(), next(), next(), next());
        let headers: Vec<(String, String)> =
            headers.split(';').filter_map(|h| h.split_once(':')).map(|(n, v)| (n.into(), v.into())).collect();
        let send = |target: &str, headers: &[(String, String)]| {
            *ready.sandbox.world() = ready.world.clone();
            reads::noting(|| {
                let reply = ready.sandbox.handle(&request(&method, target, headers, &body));
                (reply.status.as_u16(), String::from_utf8_lossy(&reply.body.collect()).into_owned())
            })
        };
        let ((status, text), _) = send(&target, &headers);
        assert!((200..300).contains(&status), "{operation}: {status} {text}");
        let table = shapes::of(Service::S3);
        for member in table.input(&operation).map_or(&[][..], |i| &i.members) {
            let shape = table.shape(&member.shape).unwrap();
            let sample = match shape.kind {
                Kind::Boolean => "true".to_owned(),
                Kind::Integer | Kind::Long => "1".to_owned(),
                Kind::Timestamp => "Sat, 21 Nov 2026 08:00:00 GMT".to_owned(),
                _ => shape.values.first().cloned().unwrap_or_else(|| "x".to_owned()),
            };
            let (mut target, mut headers) = (target.clone(), headers.clone());
            match member.place.as_deref() {
                Some("header") if headers.iter().all(|(n, _)| !n.eq_ignore_ascii_case(member.xml_name())) => {
                    headers.push((member.xml_name().to_ascii_lowercase(), sample));
                }
                Some("querystring") if !target.contains(&format!("{}=", member.xml_name())) => {
                    target = format!(
                        "{target}{}{}={sample}",
                        if target.contains('?') { "&" } else { "?" },
                        member.xml_name()
                    );
                }
                _ => continue,
            }
            let ((status, _), notes) = send(&target, &headers);
            let found = format!("s3 {operation} {}", member.name);
            if notes.iter().any(|(name, read)| *name == member.name && *read) {
                read.insert(found);
            } else if status < 400 && !is_harmless(&operation, &member.name) && !out.contains(&found) {
                out.push(found);
            }
        }
    }
    out.retain(|found| !read.contains(found));
    out
}

#[test]
fn every_operation_that_s3_has_here_is_asked() {
    let asked: BTreeSet<&str> = operations().into_iter().collect();
    let table: BTreeSet<&str> = shapes::of(Service::S3).operations().collect();
    assert_eq!(asked, table);
    // Each is answered well, and each answer fits its shape.
    passed_over();
}

#[test]
fn a_document_that_is_not_the_operations_is_malformed() {
    let ready = ready();
    let put = |target: &str, body: &str| {
        let reply = ready.sandbox.handle(&request("PUT", target, &[], body));
        (reply.status.as_u16(), String::from_utf8_lossy(&reply.body.collect()).contains("<Code>MalformedXML</Code>"))
    };
    let versioning = |inner: &str| format!("<VersioningConfiguration>{inner}</VersioningConfiguration>");
    assert_eq!(put("/shapes?versioning", &versioning("<Status>Suspended</Status>")).0, 200);
    for wrong in ["<Status>Perhaps</Status>", "<Stauts>Enabled</Stauts>", "<Status><Enabled/></Status>"] {
        assert_eq!(put("/shapes?versioning", &versioning(wrong)), (400, true), "{wrong}");
    }
    assert_eq!(put("/shapes/k?tagging", "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>"), (400, true));
}

#[test]
fn what_a_completion_says_of_the_whole_object_is_held_to_it() {
    let ready = ready();
    let complete = |header: (&str, &str)| {
        *ready.sandbox.world() = ready.world.clone();
        let part = &ready.said["{part}"];
        let body = format!(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{part}</ETag></Part></CompleteMultipartUpload>"
        );
        let target = format!("/shapes/u?uploadId={}", ready.said["{upload}"]);
        let headers = [(header.0.to_owned(), header.1.to_owned())];
        ready.sandbox.handle(&request("POST", &target, &headers, &body)).status.as_u16()
    };
    assert_eq!(complete(("x-amz-mp-object-size", "5")), 200);
    assert_eq!(complete(("x-amz-mp-object-size", "6")), 400);
    assert_eq!(complete(("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=")), 400);
    let acl = ready.sandbox.handle(&request("GET", "/shapes/nothing?acl", &[], ""));
    assert_eq!(acl.status.as_u16(), 404);
}
