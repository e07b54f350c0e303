//! A raw answer is shown as the real AWS CLI prints it: for a row of each kind, the same element comes of both, and YAML says what JSON says.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;

use serde_json::Value as Json;
use skydeck::aws::{Gateway, GatewayConfig};
use skydeck::base::{Clock, Scope};
use skydeck::kinds::registry::ALL;
use skydeck::kinds::{Interner, KindDef, ListRequest, What};
use skydeck::model::{RawText, Record, Scoping, Selector};
use skydeck::sandbox::{Sandbox, WorldSpec, listen};
use tokio::runtime::Runtime;

use crate::support::left_out;
use crate::support::python::{Python, clean};
use crate::support::rows::Gather;

const REGION: &str = "ap-northeast-2";

/// One account, as the console asks it and as the AWS CLI does.
struct Account {
    gateway: Gateway,
    url: String,
    runtime: Runtime,
    folder: tempfile::TempDir,
}

impl Account {
    fn open() -> Account {
        let runtime = Runtime::new().unwrap();
        let sandbox = Sandbox::open(WorldSpec::Demo, Clock::system(), 1.0).unwrap();
        let config = GatewayConfig::sandbox(Clock::system(), ALL.operations(), sandbox.http_client());
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(listen::serve(sandbox, listener, std::future::pending::<()>()));
        let folder = tempfile::tempdir().unwrap();
        // The second version's way of writing moments, which is not the first one's.
        std::fs::write(folder.path().join("config"), "[default]\ncli_timestamp_format = iso8601\n").unwrap();
        Account { gateway: Gateway::new(config), url, runtime, folder }
    }
    fn request(&self, kind: &KindDef, selector: Selector) -> ListRequest {
        let profile = self.gateway.profiles_in_use()[0].clone();
        let scope = match kind.info.scoping {
            Scoping::Account => Scope::account(profile),
            Scoping::Region => Scope::region(profile, REGION),
        };
        let (gateway, clock) = (self.gateway.clone(), Clock::system());
        ListRequest { gateway, scope, selector, what: What::Everything, interner: Interner::default(), clock }
    }
    fn rows(&self, kind: &KindDef, selector: Selector) -> Vec<Record> {
        let (send, receive) = channel();
        self.runtime.block_on((kind.list)(self.request(kind, selector), Box::new(Gather(send)))).unwrap();
        receive.try_iter().flatten().collect()
    }
    /// A row's raw answer, as JSON and as YAML.
    fn raw(&self, kind: &KindDef, selector: Selector, row: &Record) -> [RawText; 2] {
        let answer = self.runtime.block_on((kind.raw.unwrap())(self.request(kind, selector), row.id.clone())).unwrap();
        answer.parts.into_iter().next_back().and_then(|p| p.cli).unwrap_or_else(|| panic!("{}", kind.info.name))
    }
    /// What the AWS CLI prints.
    fn aws(&self, service: &str, args: &[String]) -> Json {
        let mut command = Command::new(Python::aws_cli().script_path("aws"));
        clean(&mut command);
        command.env("AWS_CONFIG_FILE", self.folder.path().join("config")).env("TZ", "UTC");
        command.arg(service).args(args).args(["--region", REGION, "--endpoint-url", &self.url, "--output", "json"]);
        let out = command.output().unwrap();
        assert!(out.status.success(), "{service} {args:?}: {}", String::from_utf8_lossy(&out.stderr));
        serde_json::from_slice(&out.stdout).unwrap()
    }
}

/// `DescribeInstances` as the AWS CLI calls it.
fn kebab(operation: &str) -> String {
    let mut out = String::new();
    for (i, c) in operation.char_indices() {
        if c.is_ascii_uppercase() && i > 0 {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// What stands at a place: `Reservations[].Instances[]`.
fn at<'j>(json: &'j Json, place: &str) -> Vec<&'j Json> {
    place.split('.').fold(vec![json], |all, name| match name.strip_suffix("[]") {
        Some(name) => all.iter().filter_map(|j| j[name].as_array()).flatten().collect(),
        None => all.iter().map(|j| &j[name]).collect(),
    })
}

fn yaml(text: &str) -> Json {
    let mut command = Python::readers().command();
    let script = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)";
    let mut child = command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap_or_else(|e| panic!("{e}: {text}"))
}

#[test]
fn a_raw_answer_is_what_the_aws_cli_prints() {
    if left_out("raw answers beside the AWS CLI's") {
        return;
    }
    let account = Account::open();
    let (mut services, mut wrong) = (Vec::new(), Vec::new());
    for kind in ALL.kinds.iter().filter(|k| k.raw.is_some() && !k.info.side) {
        let name = kind.info.name;
        let parents = |of: &str| account.rows(ALL.kind(of).unwrap(), Selector::All).into_iter();
        let parent = match kind.info.parent {
            // The first one that has any.
            Some(of) => parents(of.kind).find(|p| {
                let rows = account.rows(kind, Selector::Parent(p.id.clone()));
                rows.iter().any(|r| !r.id.ends_with('/'))
            }),
            None => None,
        };
        // Of a text: a member of a group, which a service launched without an access key (those are not shown).
        let parent = match kind.info.takes_text() {
            true => parents("instances").find(|r| r.name == "my-asg-ec2"),
            false => parent,
        };
        let selector = parent.as_ref().map_or(Selector::All, |p| Selector::Parent(p.id.clone()));
        let Some(row) = account.rows(kind, selector.clone()).into_iter().find(|r| !r.id.ends_with('/')) else {
            panic!("{name}: no rows");
        };
        let operation = kind.info.operations[0];
        let mut args = vec![kebab(operation.name)];
        let parent = parent.map(|p| p.id.to_string()).unwrap_or_default();
        args.extend(match name {
            "images" => vec!["--owners".into(), "self".into()],
            "snapshots" => vec!["--restorable-by-user-ids".into(), "self".into()],
            "targets" => vec!["--target-group-arn".into(), parent],
            "launch-template-versions" => vec!["--launch-template-id".into(), parent],
            "trail" => vec!["--lookup-attributes".into(), format!("AttributeKey=ResourceName,AttributeValue={parent}")],
            "activities" => vec!["--auto-scaling-group-name".into(), parent],
            "objects" => vec!["--bucket".into(), parent],
            "regions" => vec!["--all-regions".into()],
            "availability-zones" => vec!["--all-availability-zones".into()],
            _ => Vec::new(),
        });
        let [json, as_yaml] = account.raw(kind, selector, &row);
        let theirs = account.aws(operation.service.cli(), &args);
        let (_, place) = json.title.split_once("  ").unwrap();
        let ours: Json = serde_json::from_str(&json.lines.join("\n")).unwrap_or_else(|e| panic!("{name}: {e}"));
        let elements = at(&theirs, place);
        if !elements.contains(&&ours) {
            let first = elements.first().copied().unwrap_or(&Json::Null);
            wrong.push(format!("{name}: {place} of {args:?} has none like {ours:#}\nthe first is {first:#}"));
        }
        assert_eq!(yaml(&as_yaml.lines.join("\n")), ours, "{name}");
        services.push(operation.service.cli());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    services.dedup();
    for service in ["ec2", "elbv2", "autoscaling", "s3api", "cloudwatch", "cloudtrail"] {
        assert!(services.contains(&service), "{service} among {services:?}");
    }
}
