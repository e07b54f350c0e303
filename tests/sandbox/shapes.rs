//! The sandbox's table of shapes is what botocore says of the operations that the sandbox has and of those that the console sends.
//!
//! `SKYDECK_BLESS=1 cargo test --test sandbox shapes` writes it anew; `SKYDECK_TEST_OFFLINE=1` leaves it out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::support::left_out;
use crate::support::python::Python;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use skydeck::act::cli_text::input_json;
use skydeck::base::{Clock, Time};
use skydeck::kinds::registry::ALL;
use skydeck::model::Service;
use skydeck::sandbox::wire::Request;
use skydeck::sandbox::wire::shapes::walk::{Style, walk};
use skydeck::sandbox::wire::shapes::{self, Kind, Member, Shape, Shapes, reads};
use skydeck::sandbox::world::World;
use skydeck::sandbox::{Sandbox, WorldSpec};

const TABLE: &str = "src/aws/shapes/models.json.z";
const UNMODELLED: &str = "src/sandbox/wire/shapes/unmodelled.txt";

/// Operations that the sandbox knows and refuses in any case, as AWS would.
const ALWAYS_REFUSED: &[&str] = &["CreateLaunchConfiguration"];

/// The operations that are gone through parameter by parameter: all but launch templates, which keep what they are given.
fn is_gone_through(operation: &str) -> bool {
    !(operation.starts_with("CreateLaunchTemplate") || operation == "ModifyLaunchTemplate")
}

/// Resources of which the account has none: what a description of them is asked for besides finds none either.
const OF_NONE: &[&str] = &[
    "CapacityReservations",
    "CarrierGateways",
    "CustomerGateways",
    "Fleets",
    "Hosts",
    "InstanceConnectEndpoints",
    "InstanceEventWindows",
    "PlacementGroups",
    "ReservedInstances",
    "TransitGateways",
    "VpnConnections",
    "VpnGateways",
    "LaunchConfigurations",
    "NotificationConfigurations",
];

/// What may be passed over, since here it is so in any case.
fn is_harmless(service: Service, operation: &str, path: &str) -> bool {
    let describes = operation.starts_with("Describe");
    // Pages of what is never more than one.
    let page = matches!(path, "MaxRecords" | "NextToken" | "Marker" | "PageSize" | "MaxResults");
    let none = operation.strip_prefix("Describe").is_some_and(|of| OF_NONE.contains(&of));
    let narrows = ["Filter", "Offering", "LaunchConfigurationNames", "AutoScalingGroupNames"];
    let top = shapes::of(service).input(operation).is_some_and(|s| s.required.iter().any(|r| r == path));
    top || (describes && page)
        || (none && narrows.iter().any(|n| path.starts_with(n)))
        // Nothing here is managed by a service of AWS's for somebody, deprecated, disabled, in a Local Zone or in another account.
        || matches!(
            path,
            "IncludeManagedResources" | "IncludeDeprecated" | "IncludeDisabled" | "AllAvailabilityZones" | "IncludeLinkedAccounts"
        )
        // There are no permissions that a session could have fewer of, and no role that trusts only some.
        || (service == Service::Sts
            && ["Policy", "Tags.", "TransitiveTagKeys", "ExternalId", "SerialNumber", "TokenCode"].iter().any(|p| path.starts_with(p)))
        || matches!(
            (operation, path),
            // Each address is a VPC's, each tag a group's, each source a target group.
            ("AllocateAddress", "Domain")
                | ("CreateOrUpdateTags" | "DeleteTags", "Tags.ResourceType" | "Tags.Value" | "Tags.PropagateAtLaunch")
                | ("CreateAutoScalingGroup", "Tags.ResourceId" | "Tags.ResourceType")
                | ("AttachTrafficSources" | "DetachTrafficSources", "TrafficSources.Type")
                // Nothing here hangs on a device, or loses anything because it was not shut down from inside.
                | ("DetachVolume", "Force" | "Device")
                | ("StopInstances" | "TerminateInstances", "Force" | "SkipOsShutdown")
                // No zone is ever shifted away from, and nothing names an entity.
                | (_, "SkipZonalShiftValidation")
                | ("PutMetricData", "StrictEntityValidation")
        )
        // What a described rule says besides, when it is sent back.
        || ["UserId", "VpcId", "PeeringStatus"].iter().any(|n| path == format!("IpPermissions.UserIdGroupPairs.{n}"))
}

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

/// What forms of a service are signed for, and its version; none for S3, whose operations are told by method, path and query.
fn endpoint(service: Service) -> Option<(&'static str, &'static str)> {
    Some(match service {
        Service::Ec2 => ("ec2", "2016-11-15"),
        Service::Elbv2 => ("elasticloadbalancing", "2015-12-01"),
        Service::AutoScaling => ("autoscaling", "2011-01-01"),
        Service::CloudWatch => ("monitoring", "2010-08-01"),
        Service::Sts => ("sts", "2011-06-15"),
        // Forms are for the query protocols.
        Service::S3 | Service::CloudTrail | Service::InstanceConnect | Service::Ssh => return None,
    })
}

/// Whether the sandbox answers this operation with anything but that it has no such operation.
fn has(sandbox: &Sandbox, service: Service, operation: &str) -> bool {
    let Some((signed_as, version)) = endpoint(service) else { return false };
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
    wanted.entry("s3").or_default().extend(super::s3_shapes::operations());
    for operation in ALL.operations().into_iter().filter(|o| o.service.is_of_aws()) {
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
fn what_plans_call_fits_awss_models() {
    for operation in ALL.operations().into_iter().filter(|o| o.service.is_of_aws()) {
        assert!(shapes::of(operation.service).has(operation.name), "{} {}", operation.service, operation.name);
    }
    let folder = tempfile::tempdir().unwrap();
    for call in crate::support::actions::representative_calls(folder.path()) {
        let shapes = shapes::of(call.op.service);
        let input = input_json(&call);
        let walk = walk(shapes, shapes.input(call.op.name), &input, Style::Typed, &[]);
        assert!(walk.findings.is_empty(), "{}: {:?}", call.op.name, walk.findings);
        assert!(!walk.leaves.is_empty() || call.args.is_empty(), "{} says something", call.op.name);
    }
}

/// One request of a line.
struct Step {
    service: Service,
    operation: String,
    parameters: Vec<(String, String)>,
}

/// A request that succeeds, after those that make what it needs.
struct Line {
    service: Service,
    steps: Vec<Step>,
}

/// Requests that the sandbox answers well, one of each operation at least: see the file's head.
const REQUESTS: &str = include_str!("../requests.txt");

fn lines() -> Vec<Line> {
    let is_line = |l: &&str| !l.is_empty() && !l.starts_with('#');
    let named = |name: &str| *Service::ALL.iter().find(|s| model_name(**s) == name).unwrap();
    let line = |text: &str| {
        let (service, steps) = text.split_once(": ").unwrap();
        let step = |s: &str| {
            let mut words = s.split(' ');
            let operation = words.next().unwrap();
            let (service, operation) = operation.split_once('/').unwrap_or((service, operation));
            let pair = |w: &str| w.split_once('=').map(|(k, v)| (k.to_string(), v.replace('~', " "))).unwrap();
            Step { service: named(service), operation: operation.to_string(), parameters: words.map(pair).collect() }
        };
        Line { service: named(service), steps: steps.split(" > ").map(step).collect() }
    };
    REQUESTS.lines().filter(is_line).map(line).collect()
}

/// A sandbox in which a line's first steps were done, and what their answers said.
struct Ready {
    sandbox: Sandbox,
    /// The account as it is then.
    world: World,
    said: BTreeMap<String, String>,
}

fn ready(line: &Line, demo: &World) -> Ready {
    let clock = Clock::manual(Time::parse("2026-11-21T09:00:00Z").unwrap());
    let sandbox = Sandbox::open(WorldSpec::Empty, clock.clone(), 1.0).unwrap();
    *sandbox.world() = demo.clone();
    let mut ready = Ready { sandbox, world: demo.clone(), said: BTreeMap::new() };
    let (_, before) = line.steps.split_last().unwrap();
    for step in before {
        if let Some(seconds) = step.operation.strip_prefix("wait") {
            clock.advance(Duration::from_secs(seconds.parse().unwrap()));
            continue;
        }
        // Not refused for what the list of today says.
        let ((status, text), _) = reads::noting(|| ready.send(step.service, &step.operation, &step.parameters));
        assert!(status == 200, "{} before {}: {text}", step.operation, line.steps.last().unwrap().operation);
        remember(&text, &mut ready.said);
    }
    ready.world = ready.sandbox.world().clone();
    ready
}

/// Keeps the texts of an answer's elements: the first under the element's name, the others with their numbers, the last as `#LAST`.
fn remember(xml: &str, said: &mut BTreeMap<String, String>) {
    let mut here: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for part in xml.split('<') {
        if let Some((name, text)) = part.split_once('>').filter(|(n, t)| !t.is_empty() && !n.starts_with('/')) {
            here.entry(name).or_default().push(text);
        }
    }
    for (name, texts) in here {
        said.insert(name.to_string(), texts[0].to_string());
        said.insert(format!("{name}#LAST"), texts[texts.len() - 1].to_string());
        said.extend(texts.iter().enumerate().map(|(n, text)| (format!("{name}#{}", n + 1), (*text).to_string())));
    }
}

impl Ready {
    fn send(&self, service: Service, operation: &str, parameters: &[(String, String)]) -> (u16, String) {
        let (signed_as, version) = endpoint(service).unwrap();
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("Action", operation).append_pair("Version", version);
        for (name, value) in parameters {
            let known = value.strip_prefix('{').and_then(|v| v.strip_suffix('}')).and_then(|v| self.said.get(v));
            body.append_pair(name, known.unwrap_or(value));
        }
        let reply = self.sandbox.handle(&form(signed_as, body.finish()));
        (reply.status.as_u16(), String::from_utf8_lossy(&reply.body.collect()).into_owned())
    }
}

/// A parameter of an operation: its path, and what a form has to say so that it is there.
struct Parameter {
    path: String,
    form: Vec<(String, String)>,
}

/// Some value of a shape without members.
fn sample(shape: &Shape) -> String {
    match shape.kind {
        Kind::Boolean => "true".into(),
        Kind::Integer | Kind::Long => format!("{}", shape.min.unwrap_or(1.0).max(1.0)),
        Kind::Float | Kind::Double => "1.5".into(),
        Kind::Timestamp => "2026-11-21T10:00:00Z".into(),
        Kind::Blob => "eA==".into(),
        _ => match shape.values.first() {
            Some(value) => value.clone(),
            None => "x".repeat(shape.min.unwrap_or(1.0).max(1.0) as usize),
        },
    }
}

struct Lister<'a> {
    shapes: &'static Shapes,
    ec2: bool,
    out: &'a mut Vec<Parameter>,
}

impl Lister<'_> {
    fn wire(&self, prefix: &str, member: &Member) -> String {
        let name = if self.ec2 { member.ec2_name() } else { member.xml_name().to_string() };
        if prefix.is_empty() { name } else { format!("{prefix}.{name}") }
    }
    fn first(&self, list: &str) -> String {
        if self.ec2 { format!("{list}.1") } else { format!("{list}.member.1") }
    }
    /// What has to be said so that a required member is there.
    fn fill(&self, shape: &str, wire: &str, out: &mut Vec<(String, String)>) {
        let shape = self.shapes.shape(shape).unwrap();
        match shape.kind {
            Kind::Structure => {
                for m in shape.members.iter().filter(|m| shape.required.contains(&m.name)) {
                    self.fill(&m.shape, &self.wire(wire, m), out);
                }
            }
            Kind::List => self.fill(&shape.member.as_ref().unwrap().shape, &self.first(wire), out),
            _ => out.push((wire.to_string(), sample(shape))),
        }
    }
    fn structure(&mut self, shape: &Shape, wire: &str, path: &str, with: &[(String, String)], within: &[&str]) {
        for member in &shape.members {
            let name = self.wire(wire, member);
            let path = if path.is_empty() { member.name.clone() } else { format!("{path}.{}", member.name) };
            let mut with = with.to_vec();
            for other in shape.members.iter().filter(|m| m.name != member.name && shape.required.contains(&m.name)) {
                self.fill(&other.shape, &self.wire(wire, other), &mut with);
            }
            let (mut of, mut name) = (self.shapes.shape(&member.shape).unwrap(), name);
            let mut shape_name = member.shape.as_str();
            while let Some(element) = &of.member {
                (name, shape_name) = (self.first(&name), element.shape.as_str());
                of = self.shapes.shape(shape_name).unwrap();
            }
            match of.kind {
                Kind::Structure if within.contains(&shape_name) => {}
                Kind::Structure => self.structure(of, &name, &path, &with, &[within, &[shape_name]].concat()),
                Kind::Map => with.extend([
                    (format!("{name}.entry.1.key"), "x".into()),
                    (format!("{name}.entry.1.value"), "x".into()),
                ]),
                _ => with.push((name, sample(of))),
            }
            if of.kind != Kind::Structure {
                self.out.push(Parameter { path, form: with });
            }
        }
    }
}

fn parameters(service: Service, operation: &str) -> Vec<Parameter> {
    let shapes = shapes::of(service);
    let mut out = Vec::new();
    if let Some(input) = shapes.input(operation) {
        Lister { shapes, ec2: service == Service::Ec2, out: &mut out }.structure(input, "", "", &[], &[]);
    }
    out
}

/// Sends a line's last step with more parameters, and notes which were read; whether it succeeded, else what was said.
fn attempt(ready: &Ready, line: &Line, more: &[(String, String)], read: &mut BTreeSet<String>) -> Result<(), String> {
    let last = line.steps.last().unwrap();
    let mut all = last.parameters.clone();
    for (name, value) in more {
        if all.iter().all(|(n, _)| n != name) {
            all.push((name.clone(), value.clone()));
        }
    }
    let ((status, text), notes) = reads::noting(|| ready.send(line.service, &last.operation, &all));
    read.extend(notes.into_iter().filter(|(_, read)| *read).map(|(path, _)| path));
    if status == 200 { Ok(()) } else { Err(text) }
}

#[test]
fn every_operation_answers_and_what_it_does_not_model_is_what_no_handler_reads() {
    let mut read: BTreeMap<(Service, String), BTreeSet<String>> = BTreeMap::new();
    // Accepted, by a handler that did not look.
    let mut passed_over: BTreeMap<(Service, String), BTreeSet<String>> = BTreeMap::new();
    let clock = Clock::manual(Time::parse("2026-11-21T09:00:00Z").unwrap());
    let mut demo = Sandbox::open(WorldSpec::Demo, clock, 1.0).unwrap().world().clone();
    // What no form asks about only takes its time to be copied.
    demo.s3 = Default::default();
    demo.regions.retain(|name, _| name == "ap-northeast-2");
    let mut refused = Vec::new();
    for line in lines() {
        let operation = &line.steps.last().unwrap().operation;
        let read = read.entry((line.service, operation.clone())).or_default();
        let passed_over = passed_over.entry((line.service, operation.clone())).or_default();
        let desk = ready(&line, &demo);
        if let Err(said) = attempt(&desk, &line, &[], read) {
            refused.push(format!("{operation}: {said}"));
            continue;
        }
        if !is_gone_through(operation) {
            continue;
        }
        // All at once finds most of what is read, and one at a time what the others stood in the way of.
        let all = parameters(line.service, operation);
        let together: Vec<(String, String)> = all.iter().flat_map(|p| p.form.clone()).collect();
        let mut used = true;
        for (path, more) in std::iter::once(("", &together)).chain(all.iter().map(|p| (p.path.as_str(), &p.form))) {
            if read.contains(path) {
                continue;
            }
            if used && !operation.starts_with("Describe") {
                *desk.sandbox.world() = desk.world.clone();
            }
            used = attempt(&desk, &line, more, read).is_ok();
            if used {
                passed_over.insert(path.to_string());
            }
        }
    }
    assert!(refused.is_empty(), "requests that should succeed:\n{}", refused.join("\n"));

    let mut list = String::from(
        "# Made by `SKYDECK_BLESS=1 cargo test --test sandbox shapes`: parameters that no handler reads.\n",
    );
    let mut untried = Vec::new();
    for service in Service::ALL.iter().filter(|s| endpoint(**s).is_some()) {
        let mut operations: Vec<&str> = shapes::of(*service).operations().collect();
        operations.sort_unstable();
        for operation in operations {
            let Some(read) = read.get(&(*service, operation.to_string())) else {
                untried.push(operation);
                continue;
            };
            if !is_gone_through(operation) {
                continue;
            }
            let passed_over = &passed_over[&(*service, operation.to_string())];
            for parameter in parameters(*service, operation) {
                let path = parameter.path;
                if passed_over.contains(&path) && !read.contains(&path) && !is_harmless(*service, operation, &path) {
                    list.push_str(&format!("{} {operation} {path}\n", service.cli()));
                }
            }
        }
    }
    for line in super::s3_shapes::passed_over() {
        list.push_str(&format!("{line}\n"));
    }
    untried.retain(|o| !ALWAYS_REFUSED.contains(o));
    assert!(untried.is_empty(), "tests/requests.txt has no request for {untried:?}");
    assert!(
        crate::support::fresh::fresh(UNMODELLED, &list),
        "{UNMODELLED} is stale: SKYDECK_BLESS=1 cargo test --test sandbox shapes writes it anew"
    );
}
