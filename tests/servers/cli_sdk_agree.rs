//! The command that a plan shows and the request that it sends are the same operation with the same input.
//!
//! The command is run by a shell with the real AWS CLI against a server on loopback that only listens; the request is made by
//! the operation's sender behind a connector that only listens. `SKYDECK_TEST_AWS` names another CLI than the
//! pinned one that the tests install; `SKYDECK_TEST_OFFLINE=1` leaves them out.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};

use crate::support::actions::representative_calls;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use skydeck::act::{CliContext, cli_text};
use skydeck::aws::{ConfirmedCall, Gateway, GatewayConfig};
use skydeck::base::{Clock, Fault, Time};
use skydeck::kinds::registry::ALL;
use skydeck::kinds::{Outgoing, SendMode};
use skydeck::model::{Access, Call, Service};

/// An operation's name and its input, flat.
#[derive(Debug, PartialEq)]
struct Input {
    operation: String,
    members: BTreeMap<String, String>,
}

/// One request as it went over the wire.
#[derive(Debug, Clone, Default)]
struct Wire {
    method: String,
    host: String,
    path: String,
    target: String,
    body: Vec<u8>,
}

impl Wire {
    /// From the text of a request.
    fn parse(text: &str) -> Wire {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut words = head.lines().next().unwrap().split(' ');
        let header = |name: &str| {
            let found = head.lines().find_map(|l| {
                let (k, v) = l.split_once(':')?;
                k.eq_ignore_ascii_case(name).then(|| v.trim().to_string())
            });
            found.unwrap_or_default()
        };
        Wire {
            method: words.next().unwrap().into(),
            path: words.next().unwrap().into(),
            host: header("host"),
            target: header("x-amz-target"),
            body: body.as_bytes().to_vec(),
        }
    }

    /// What the service would read.
    fn decode(&self, service: Service) -> Input {
        match service {
            Service::S3 => self.object(),
            Service::InstanceConnect => {
                let json: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
                let text = |v: &serde_json::Value| v.as_str().unwrap().to_string();
                let members = json.as_object().unwrap().iter().map(|(k, v)| (k.clone(), text(v))).collect();
                Input { operation: self.target.rsplit('.').next().unwrap().into(), members }
            }
            Service::CloudWatch if !self.target.is_empty() => {
                let json: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
                let mut members = BTreeMap::new();
                for (k, v) in json.as_object().unwrap() {
                    for (i, item) in v.as_array().unwrap().iter().enumerate() {
                        members.insert(format!("{k}.member.{}", i + 1), item.as_str().unwrap().into());
                    }
                }
                Input { operation: self.target.rsplit('.').next().unwrap().into(), members }
            }
            Service::CloudWatch if self.path.contains("/operation/") => {
                Input { operation: self.path.rsplit('/').next().unwrap().into(), members: cbor(&self.body) }
            }
            _ => self.form(),
        }
    }

    fn form(&self) -> Input {
        let mut members: BTreeMap<String, String> = form_urlencoded::parse(&self.body).into_owned().collect();
        members.remove("Version");
        // The CLI signs a request of its own and sends it along with a CopySnapshot: the API calls both deprecated.
        if members.get("Action").is_some_and(|a| a == "CopySnapshot") {
            members.retain(|name, _| name != "PresignedUrl" && name != "DestinationRegion");
        }
        Input { operation: members.remove("Action").unwrap(), members }
    }

    /// A bucket is in the path or in the host.
    fn object(&self) -> Input {
        let path = self.path.split('?').next().unwrap().trim_start_matches('/');
        let path = percent_encoding::percent_decode_str(path).decode_utf8().unwrap().into_owned();
        let (bucket, key) = match self.host.split_once(".s3.") {
            Some((bucket, _)) => (bucket.to_string(), path),
            None => path.split_once('/').map(|(b, k)| (b.to_string(), k.to_string())).unwrap(),
        };
        let operation = format!("{} object", self.method);
        Input { operation, members: [("Bucket".to_string(), bucket), ("Key".to_string(), key)].into() }
    }
}

/// A map of lists of texts, which is all that these inputs are.
fn cbor(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut d = aws_smithy_cbor::Decoder::new(bytes);
    let mut members = BTreeMap::new();
    let mut entries = d.map().unwrap();
    while entries != Some(0) && d.datatype().unwrap() != aws_smithy_cbor::data::Type::Break {
        let key = d.str().unwrap().into_owned();
        let items = d.list().unwrap();
        let mut n = 0;
        while items.map_or(d.datatype().unwrap() != aws_smithy_cbor::data::Type::Break, |items| n < items) {
            n += 1;
            members.insert(format!("{key}.member.{n}"), d.str().unwrap().into_owned());
        }
        if items.is_none() {
            d.skip().unwrap();
        }
        entries = entries.map(|e| e - 1);
    }
    members
}

/// Keeps what the SDK sends.
#[derive(Debug, Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Wire>>>);

impl HttpClient for Recorder {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::000000000000:user/a</Arn>\
     <UserId>A</UserId><Account>000000000000</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

impl HttpConnector for Recorder {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri: http::Uri = request.uri().parse().unwrap();
        let wire = Wire {
            method: request.method().to_string(),
            host: uri.host().unwrap_or_default().to_string(),
            path: uri.path().to_string(),
            target: request.headers().get("x-amz-target").unwrap_or_default().to_string(),
            body: request.body().bytes().unwrap_or_default().to_vec(),
        };
        let asks_who = wire.body.windows(17).any(|w| w == b"GetCallerIdentity");
        let is_json = !wire.target.is_empty();
        if !asks_who {
            self.0.lock().unwrap().push(wire);
        }
        let body = match () {
            () if asks_who => IDENTITY,
            () if is_json => "{}",
            () => "<Answer/>",
        };
        HttpConnectorFuture::ready(Ok(HttpResponse::new(200.try_into().unwrap(), SdkBody::from(body))))
    }
}

fn gateway(recorder: &Recorder) -> Gateway {
    let clock = Clock::manual(Time::parse("2026-11-21T09:00:00Z").unwrap());
    Gateway::new(GatewayConfig::sandbox(clock, ALL.operations(), SharedHttpClient::new(recorder.clone())))
}

/// What the operation's sender sends. The answer says nothing, and may not be understood.
async fn send(call: &Call, dry_run: bool) -> (Vec<Wire>, Option<Fault>) {
    let recorder = Recorder::default();
    let gateway = gateway(&recorder);
    let profile = call.scope.profile().unwrap().clone();
    gateway.identity(&profile).await.unwrap();
    let generation = gateway.generation(&profile);
    let mode = match (dry_run, call.op.access) {
        (true, _) => SendMode::DryRun,
        (false, Access::Read) => SendMode::Real(None),
        (false, Access::Write) => {
            let confirmed = ConfirmedCall { scope: &call.scope, operation: call.op, call: "0/0", generation };
            SendMode::Real(Some(gateway.permit(&gateway.take_mint().unwrap(), confirmed).await.unwrap()))
        }
    };
    let send = Outgoing { gateway, call: call.clone(), mode, progress: Arc::new(|_, _| {}) };
    let answer = (ALL.sender(call.op).unwrap().send)(send).await;
    (recorder.0.lock().unwrap().clone(), answer.err())
}

fn cli() -> Option<PathBuf> {
    let here = std::env::var_os("SKYDECK_TEST_AWS").map(PathBuf::from);
    here.or_else(|| {
        (!crate::support::left_out("the AWS CLI")).then(|| crate::support::python::Python::aws_cli().script_path("aws"))
    })
}

/// What a shell sends that is given the command as the plan shows it.
fn run(
    command: &str,
    aws: &std::path::Path,
    folder: &std::path::Path,
    server: &crate::support::aws::Server,
) -> Vec<Wire> {
    let before = server.log().len();
    let path = std::env::join_paths(
        std::iter::once(aws.parent().unwrap().to_path_buf())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let out = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .env("PATH", path.unwrap())
        .env("AWS_CONFIG_FILE", folder.join("none"))
        .env("AWS_SHARED_CREDENTIALS_FILE", folder.join("none"))
        .envs([("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")])
        .envs([("AWS_DEFAULT_REGION", "ap-northeast-2"), ("AWS_EC2_METADATA_DISABLED", "true")])
        .envs([("AWS_MAX_ATTEMPTS", "1"), ("AWS_PAGER", ""), ("NO_PROXY", "127.0.0.1")])
        .env_remove("AWS_PROFILE")
        .output()
        .unwrap();
    let sent: Vec<Wire> = server.log()[before..].iter().map(|t| Wire::parse(t)).collect();
    assert_eq!(sent.len(), 1, "{command}\n{}", String::from_utf8_lossy(&out.stderr));
    sent
}

#[tokio::test]
async fn the_command_and_the_request_are_the_same_operation_with_the_same_input() {
    let Some(aws) = cli() else {
        eprintln!("left out: SKYDECK_TEST_OFFLINE=1 and there is no AWS CLI");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let server = crate::support::aws::Server::start(|text| {
        let json = text.to_lowercase().contains("x-amz-target");
        ("200 OK", if json { "{}".into() } else { "<Answer><Result/></Answer>".into() })
    });
    let context = CliContext { profile: None, endpoint_url: Some(server.url.clone()) };
    let mut seen: Vec<&str> = Vec::new();
    for call in representative_calls(folder.path()) {
        let service = call.op.service;
        let (sdk, _) = send(&call, false).await;
        assert_eq!(sdk.len(), 1, "{} is sent once", call.op.name);
        // The download has taken its name; the command gets another folder.
        let command = cli_text(&call, &context).replace("/sdk/", "/cli/");
        let cli = run(&command, &aws, folder.path(), &server);
        assert_eq!(cli[0].decode(service), sdk[0].decode(service), "{command}");
        seen.push(call.op.name);
    }
    // A command on an instance is no request.
    for s in ALL.senders().filter(|s| s.op.service.is_of_aws()) {
        assert!(seen.contains(&s.op.name), "{} is compared too", s.op.name);
    }
}

#[tokio::test]
async fn a_dry_run_is_the_same_request_with_dry_run_and_never_leaves_without_it() {
    let folder = tempfile::tempdir().unwrap();
    for call in representative_calls(folder.path()) {
        let (sent, fault) = send(&call, true).await;
        if !call.op.dry_run {
            assert!(sent.is_empty() && fault.is_some(), "{} has no dry run, and must not be carried out", call.op.name);
            continue;
        }
        let mut dry = sent[0].decode(call.op.service);
        assert_eq!(dry.members.remove("DryRun").as_deref(), Some("true"), "{}", call.op.name);
        let (real, _) = send(&call, false).await;
        assert_eq!(dry, real[0].decode(call.op.service));
    }
}
