//! No request makes the sandbox panic: odd parameters for every operation in every protocol, from a fixed seed.
//!
//! Operations and parameters' names are read out of the sandbox's own sources, so that a new one is tried without being listed.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use skydeck::base::{Clock, Time};
use skydeck::sandbox::random::Random;
use skydeck::sandbox::wire::Request;
use skydeck::sandbox::{Sandbox, WorldSpec};

/// Requests to each service; the clock goes on between them.
const EACH: u32 = 1_500;

struct Desk {
    sandbox: Sandbox,
    clock: Clock,
    random: Random,
    /// Operations and parameters of the service, and values that mean something in this account.
    names: Vec<String>,
    values: Vec<String>,
}

fn desk(service: &str, seed: u64) -> Desk {
    let clock = Clock::manual(Time::parse("2026-11-21T09:00:00Z").unwrap());
    let sandbox = Sandbox::open(WorldSpec::Demo, clock.clone(), 1.0).unwrap();
    let mut values: Vec<String> = [
        "",
        "0",
        "1",
        "-1",
        "5",
        "60",
        "300",
        "86400",
        "65536",
        "4294967296",
        "9223372036854775807",
        "-9223372036854775808",
        "99999999999999999999",
        "1e308",
        "NaN",
        "inf",
        "true",
        "false",
        "maybe",
        "*",
        "?",
        "\\",
        "a",
        "i-",
        "i-0",
        "default",
        "결제 🚀",
        "\u{0}\u{7}",
        "0.0.0.0/0",
        "10.0.0.0/8",
        "10.9.0.0/16",
        "10.9.0.0/33",
        "::/0",
        "2026-11-21T09:30:00Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "bytes=0-",
        "bytes=-0",
        "$Latest",
        "$Default",
        "m1 / 0",
        "SUM(METRICS())",
        "ALARM(a)",
        "* * * * *",
        "0 0 29 2 *",
        "Asia/Seoul",
        "tcp",
        "-1",
        "HTTP",
        "forward",
        "gp3",
        "io2",
        "t3.micro",
        "Enabled",
        "ap-northeast-2a",
        "arn:aws:x",
        "a b/c?d=e&f",
        "%00",
        "CONTINUE",
        "Average",
        "GreaterThanThreshold",
    ]
    .map(String::from)
    .into();
    values.push("x".repeat(3_000));
    // What the account really has: ids, ARNs and names, as they stand in its saved form.
    let saved = serde_json::to_value(&*sandbox.world()).unwrap();
    let mut found = BTreeSet::new();
    strings(&saved["regions"]["ap-northeast-2"], &mut found);
    strings(&saved["s3"], &mut found);
    values.extend(found.into_iter().filter(|v| v.len() < 200).step_by(7).take(1_500));
    Desk { sandbox, clock, random: Random::new(seed, &[service]), names: words(service), values }
}

fn strings(value: &serde_json::Value, out: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::String(s) => {
            out.insert(s.clone());
        }
        serde_json::Value::Array(a) => a.iter().for_each(|v| strings(v, out)),
        serde_json::Value::Object(o) => {
            for (k, v) in o {
                out.insert(k.clone());
                strings(v, out);
            }
        }
        _ => {}
    }
}

/// The words in quotation marks in a service's sources that begin with a capital: operations and parameters.
fn words(service: &str) -> Vec<String> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sandbox").join(service);
    let mut out = BTreeSet::new();
    let (mut folders, mut files) = (vec![home], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        for word in text.split('"').skip(1).step_by(2) {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '.';
            if word.starts_with(|c: char| c.is_ascii_uppercase()) && word.len() < 60 && word.chars().all(fits) {
                out.insert(word.to_string());
            }
        }
    }
    out.into_iter().collect()
}

impl Desk {
    fn pick(&mut self, from: usize) -> usize {
        usize::try_from(self.random.below(from as u64)).unwrap()
    }
    fn name(&mut self) -> String {
        let at = self.pick(self.names.len());
        self.names[at].clone()
    }
    fn value(&mut self) -> String {
        // The odd ones are few, and tried as often as the many real ones.
        let most = if self.random.below(2) == 0 { 60 } else { self.values.len() };
        let at = self.pick(most);
        self.values[at].clone()
    }
    fn operation(&mut self) -> String {
        const VERBS: [&str; 30] = [
            "Describe",
            "Create",
            "Delete",
            "Modify",
            "Put",
            "Get",
            "Run",
            "Start",
            "Stop",
            "Terminate",
            "Attach",
            "Detach",
            "Set",
            "Enable",
            "Disable",
            "Register",
            "Deregister",
            "Associate",
            "Disassociate",
            "Authorize",
            "Revoke",
            "Allocate",
            "Release",
            "Enter",
            "Exit",
            "Suspend",
            "Resume",
            "Execute",
            "Import",
            "Replace",
        ];
        for _ in 0..200 {
            let name = self.name();
            if VERBS.iter().any(|v| name.starts_with(v) && name.len() > v.len()) && !name.contains('.') {
                return name;
            }
        }
        "Describe".into()
    }
    /// A form with up to twelve parameters, nested and listed in every way that the protocols know.
    fn form(&mut self, operation: &str) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        out.append_pair("Action", operation);
        for _ in 0..self.random.below(12) {
            let mut path = self.name();
            for _ in 0..self.random.below(3) {
                let hop = match self.random.below(4) {
                    0 => "1".to_string(),
                    1 => "member.1".to_string(),
                    2 => "2".to_string(),
                    _ => self.name(),
                };
                path = format!("{path}.{hop}");
            }
            out.append_pair(&path, &self.value());
        }
        out.finish()
    }
    fn tree(&mut self, depth: u32) -> serde_json::Value {
        match self.random.below(if depth > 3 { 4 } else { 7 }) {
            0 => self.value().into(),
            1 => (self.random.u64() as i64).into(),
            2 => (self.random.between(-1e9, 1e9)).into(),
            3 => [serde_json::Value::Null, true.into(), 0.into(), 60.into(), 1.into()][self.pick(5)].clone(),
            4 => (0..self.random.below(4)).map(|_| self.tree(depth + 1)).collect::<Vec<_>>().into(),
            _ => {
                let fields = (0..self.random.below(8)).map(|_| (self.name(), self.tree(depth + 1))).collect::<Vec<_>>();
                serde_json::Value::Object(fields.into_iter().collect())
            }
        }
    }
    /// Sends it, and lets some time go by now and then.
    fn send(&mut self, what: &str, request: &Request) {
        let reply = self.sandbox.handle(request);
        let status = reply.status.as_u16();
        assert!(status < 500 || status == 501, "{what}: {status}");
        reply.body.collect();
        if self.random.below(20) == 0 {
            let seconds = self.random.below(900);
            self.clock.advance(Duration::from_secs(seconds));
        }
    }
}

fn request(service: &str, headers: &[(&'static str, &str)], body: impl Into<Bytes>) -> Request {
    let scope = format!(
        "AWS4-HMAC-SHA256 Credential=AKIASANDBOX/20261121/ap-northeast-2/{service}/aws4_request, SignedHeaders=host, Signature=0"
    );
    let mut map = HeaderMap::new();
    map.insert("authorization", HeaderValue::from_str(&scope).unwrap());
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            map.insert(*name, value);
        }
    }
    Request {
        method: Method::POST,
        host: "localhost".into(),
        path: "/".into(),
        query: String::new(),
        headers: map,
        body: body.into(),
    }
}

fn forms(folder: &str, service: &str) {
    let mut desk = desk(folder, 1);
    for _ in 0..EACH {
        let operation = desk.operation();
        let form = desk.form(&operation);
        let sent = request(service, &[("content-type", "application/x-www-form-urlencoded")], form.clone());
        desk.send(&form, &sent);
    }
}

#[test]
fn no_form_makes_ec2_panic() {
    forms("ec2", "ec2");
}

#[test]
fn no_form_makes_load_balancing_panic() {
    forms("elbv2", "elasticloadbalancing");
}

#[test]
fn no_form_makes_auto_scaling_panic() {
    forms("autoscaling", "autoscaling");
}

#[test]
fn no_form_makes_sts_panic() {
    forms("sts", "sts");
}

#[test]
fn no_request_in_any_of_its_protocols_makes_cloudwatch_panic() {
    forms("cloudwatch", "monitoring");
    let mut desk = desk("cloudwatch", 2);
    for n in 0..EACH {
        let operation = desk.operation();
        let mut tree = desk.tree(0);
        if !tree.is_object() {
            tree = serde_json::json!({ desk.name(): tree });
        }
        let text = tree.to_string();
        let sent = if n % 2 == 0 {
            let target = format!("GraniteServiceVersion20100801.{operation}");
            let headers = [("x-amz-target", target.as_str()), ("content-type", "application/x-amz-json-1.0")];
            request("monitoring", &headers, text.clone())
        } else {
            // Bytes that are no CBOR as well: a text is one now and then.
            let headers = [("smithy-protocol", "rpc-v2-cbor"), ("content-type", "application/cbor")];
            let noise: Vec<u8> = (0..desk.random.below(64)).map(|_| desk.random.below(256) as u8).collect();
            let sent = request("monitoring", &headers, noise);
            Request { path: format!("/service/GraniteServiceVersion20100801/operation/{operation}"), ..sent }
        };
        desk.send(&format!("{operation} {text}"), &sent);
    }
}

#[test]
fn no_request_makes_s3_panic() {
    const METHODS: [Method; 6] =
        [Method::GET, Method::PUT, Method::POST, Method::DELETE, Method::HEAD, Method::OPTIONS];
    const QUERY: [&str; 34] = [
        "list-type",
        "prefix",
        "delimiter",
        "max-keys",
        "continuation-token",
        "start-after",
        "encoding-type",
        "marker",
        "uploads",
        "uploadId",
        "partNumber",
        "versions",
        "version-id-marker",
        "key-marker",
        "versionId",
        "tagging",
        "acl",
        "policy",
        "cors",
        "lifecycle",
        "versioning",
        "location",
        "delete",
        "attributes",
        "max-parts",
        "part-number-marker",
        "website",
        "encryption",
        "publicAccessBlock",
        "X-Amz-Date",
        "X-Amz-Expires",
        "response-content-type",
        "max-uploads",
        "upload-id-marker",
    ];
    const HEADERS: [&str; 22] = [
        "range",
        "if-match",
        "if-none-match",
        "if-modified-since",
        "if-unmodified-since",
        "content-md5",
        "x-amz-copy-source",
        "x-amz-copy-source-range",
        "x-amz-content-sha256",
        "x-amz-decoded-content-length",
        "x-amz-checksum-sha256",
        "x-amz-checksum-crc32",
        "x-amz-storage-class",
        "x-amz-tagging",
        "x-amz-metadata-directive",
        "content-encoding",
        "x-amz-meta-a",
        "content-length",
        "x-amz-checksum-mode",
        "x-amz-mp-object-size",
        "x-amz-trailer",
        "x-amz-object-attributes",
    ];
    const BODIES: [&str; 8] = [
        "",
        "hello",
        "<",
        "<Delete><Object><Key>a</Key></Object></Delete>",
        "<CompleteMultipartUpload/>",
        "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>",
        "5;chunk-signature=0\r\nhello\r\n0\r\n\r\n",
        "<CreateBucketConfiguration><LocationConstraint>ap-northeast-2</LocationConstraint></CreateBucketConfiguration>",
    ];
    let mut desk = desk("s3", 3);
    let buckets: Vec<String> = desk.sandbox.world().s3.buckets.keys().map(ToString::to_string).collect();
    for _ in 0..EACH * 2 {
        let bucket = buckets[desk.pick(buckets.len())].clone();
        let (key, value) = (desk.value(), desk.value());
        let path = match desk.random.below(4) {
            0 => format!("/{bucket}"),
            1 => "/".to_string(),
            2 => format!("/{bucket}/{}", key.replace(['\u{0}', '?'], "%")),
            _ => format!("/{}/{value}", key.replace('?', "")),
        };
        let mut query = form_urlencoded::Serializer::new(String::new());
        for _ in 0..desk.random.below(4) {
            let (name, value) = (QUERY[desk.pick(QUERY.len())], desk.value());
            query.append_pair(name, &value);
        }
        let headers: Vec<(&'static str, String)> =
            (0..desk.random.below(4)).map(|_| (HEADERS[desk.pick(HEADERS.len())], desk.value())).collect();
        let headers: Vec<(&'static str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let body = BODIES[desk.pick(BODIES.len())];
        let sent = request("s3", &headers, body);
        let method = METHODS[desk.pick(METHODS.len())].clone();
        let sent = Request { method, path, query: query.finish(), ..sent };
        desk.send(&format!("{} {}?{}", sent.method, sent.path, sent.query), &sent);
    }
}
