//! An event out of a call and its answer.
//!
//! Only what changes something is recorded: reads are management events, too, but the console's own polling would push everything else out.

use std::borrow::Cow;

use arcstr::ArcStr;
use serde_json::{Value as Json, json};

use super::Event;
use crate::base::Time;
use crate::model::operation::Service;
use crate::sandbox::random::Random;
use crate::sandbox::wire::{Body, Call, Params, Protocol, Reply, Tree, read_json};
use crate::sandbox::world::World;

/// What names of reads begin with.
const READS: &[&str] = &["Describe", "Get", "List", "Lookup", "Head", "Decode", "Assume", "Search"];

/// What the ids of EC2's resources begin with, and their types.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-template-resource-type-ref.html>
const TYPES: &[(&str, &str)] = &[
    ("i-", "AWS::EC2::Instance"),
    ("vol-", "AWS::EC2::Volume"),
    ("snap-", "AWS::EC2::Snapshot"),
    ("ami-", "AWS::EC2::Ami"),
    ("sg-", "AWS::EC2::SecurityGroup"),
    ("subnet-", "AWS::EC2::Subnet"),
    ("vpc-", "AWS::EC2::VPC"),
    ("eni-", "AWS::EC2::NetworkInterface"),
    ("eipalloc-", "AWS::EC2::EIP"),
    ("igw-", "AWS::EC2::InternetGateway"),
    ("nat-", "AWS::EC2::NatGateway"),
    ("rtb-", "AWS::EC2::RouteTable"),
    ("acl-", "AWS::EC2::NetworkAcl"),
    ("lt-", "AWS::EC2::LaunchTemplate"),
];

/// Parameters with a name of its own for what they are about.
const NAMED: &[(&str, &str)] = &[
    ("AutoScalingGroupName", "AWS::AutoScaling::AutoScalingGroup"),
    ("KeyName", "AWS::EC2::KeyPair"),
    ("LaunchTemplateName", "AWS::EC2::LaunchTemplate"),
    ("AlarmName", "AWS::CloudWatch::Alarm"),
];

/// What a service says by itself of a call: those that speak no form.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sandbox) struct Told {
    /// The event's name, where it is not the operation's.
    pub name: Option<String>,
    /// Where it belongs to, where that is not the region that was asked.
    pub region: Option<String>,
    /// What was asked for, under CloudTrail's names.
    pub parameters: Json,
    /// Types and names of what it was about.
    pub resources: Vec<(&'static str, String)>,
    /// Why it was refused: AWS's code and sentence.
    pub error: Option<(String, String)>,
}

/// Whether a call is one that is written down. Only what changes something is; what S3 and CloudWatch take as data is no management event.
pub(in crate::sandbox) fn is_recorded(call: &Call<'_>) -> bool {
    let is_read = READS.iter().any(|r| call.operation.starts_with(r));
    !is_read && call.service != Service::CloudTrail && call.operation != "PutMetricData"
}

/// Writes down a call that has been answered.
/// `by` is the name and the ARN of who called.
pub(in crate::sandbox) fn record(
    world: &mut World,
    call: &Call<'_>,
    reply: &Reply,
    by: (String, String),
    told: Option<Told>,
) {
    if call.operation.is_empty() && told.as_ref().is_none_or(|t| t.name.is_none()) {
        return;
    }
    let text = match &reply.body {
        Body::Bytes(body) => String::from_utf8_lossy(body),
        Body::Stream { .. } => return,
    };
    let (name, region, resources, error, asked) = match told {
        Some(told) => {
            let resources: Vec<(ArcStr, ArcStr)> =
                told.resources.into_iter().map(|(kind, name)| (kind.into(), name.into())).collect();
            let error = told.error.map(|(code, message)| (ArcStr::from(code), ArcStr::from(message)));
            (told.name, told.region, resources, error, told.parameters)
        }
        None => {
            let error = (!reply.status.is_success()).then(|| refusal(call, &text));
            let params = said(call);
            let mut resources = about(&params);
            if error.is_none() {
                for id in ids(&text) {
                    add(&mut resources, id);
                }
            }
            (None, None, resources, error, parameters(&params))
        }
    };
    let event = Event {
        id: ArcStr::new(),
        at: call.now,
        name: name.as_deref().unwrap_or(&call.operation).into(),
        source: source(call.service).into(),
        user: by.0.into(),
        arn: by.1.into(),
        access_key: call.access_key.as_str().into(),
        // From the range that no network has (RFC 5737).
        from: "203.0.113.10".into(),
        agent: call.request.header("user-agent").unwrap_or_default().chars().take(200).collect::<String>().into(),
        resources,
        error,
        parameters: asked.to_string(),
    };
    let region = region.unwrap_or_else(|| call.region.clone());
    keep(world, &region, event);
}

/// What was asked for, also of JSON whose members are texts.
fn said<'c>(call: &'c Call<'_>) -> Cow<'c, Params> {
    if call.protocol != Protocol::Json {
        return Cow::Borrowed(&call.params);
    }
    let Ok(Tree::Map(members)) = read_json(&call.request.body) else { return Cow::Borrowed(&call.params) };
    let mut params = Params::default();
    for (name, value) in &members {
        if let Some(text) = value.text() {
            params.set(name, text);
        }
    }
    Cow::Owned(params)
}

/// Code and message of a refusal in XML or JSON.
fn refusal(call: &Call<'_>, text: &str) -> (ArcStr, ArcStr) {
    let between = |tag: &str| Some(text.split_once(&format!("<{tag}>"))?.1.split_once('<')?.0.to_owned());
    let json = read_json(text.as_bytes()).unwrap_or(Tree::Null);
    let typed = |name: &str| json.text_of(name).map(str::to_owned);
    let code = between("Code").or_else(|| typed("__type")).unwrap_or_else(|| "ClientError".into());
    let message = between("Message").or_else(|| typed("message")).unwrap_or_default();
    // EC2's are told with whose fault it was.
    let code = if call.service == Service::Ec2 { format!("Client.{code}") } else { code };
    (ArcStr::from(code), ArcStr::from(message))
}

/// Keeps an event under an id of its own.
pub(super) fn keep(world: &mut World, region: &str, mut event: Event) {
    let seed = world.seed;
    let trail = &mut world.region(region).cloudtrail;
    trail.serial += 1;
    let mut random = Random::new(seed, &["event", region, &trail.serial.to_string()]);
    let hex = format!("{:016x}{:016x}", random.u64(), random.u64());
    event.id = arcstr::format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32]);
    trail.push(event);
}

/// `ec2.amazonaws.com`
pub(super) fn source(service: Service) -> &'static str {
    match service {
        Service::Ec2 => "ec2.amazonaws.com",
        Service::Elbv2 => "elasticloadbalancing.amazonaws.com",
        Service::AutoScaling => "autoscaling.amazonaws.com",
        Service::S3 => "s3.amazonaws.com",
        Service::CloudWatch => "monitoring.amazonaws.com",
        Service::Sts => "sts.amazonaws.com",
        Service::CloudTrail => "cloudtrail.amazonaws.com",
        Service::Ssh => "",
        Service::InstanceConnect => "ec2-instance-connect.amazonaws.com",
    }
}

fn about(params: &Params) -> Vec<(ArcStr, ArcStr)> {
    let mut out = Vec::new();
    params.each(&mut |path, value| {
        let name = path.rsplit('.').find(|p| p.parse::<u32>().is_err() && *p != "member").unwrap_or(path);
        if let Some((_, kind)) = NAMED.iter().find(|(n, _)| *n == name) {
            out.push((ArcStr::from(*kind), ArcStr::from(value)));
        } else {
            add(&mut out, value);
        }
    });
    out
}

/// Adds a resource that tells its type by its id or ARN, once.
fn add(resources: &mut Vec<(ArcStr, ArcStr)>, id: &str) {
    let of_elb = |kind: &str| id.starts_with("arn:") && id.contains(kind);
    let kind = match TYPES.iter().find(|(prefix, _)| is_id(id, prefix)) {
        Some((_, kind)) => kind,
        None if of_elb(":targetgroup/") => "AWS::ElasticLoadBalancingV2::TargetGroup",
        None if of_elb(":loadbalancer/") => "AWS::ElasticLoadBalancingV2::LoadBalancer",
        None => return,
    };
    if !resources.iter().any(|(_, known)| known == id) {
        resources.push(((*kind).into(), id.into()));
    }
}

fn is_id(text: &str, prefix: &str) -> bool {
    let hex = |rest: &str| matches!(rest.len(), 8 | 17) && rest.bytes().all(|b| b.is_ascii_hexdigit());
    text.strip_prefix(prefix).is_some_and(hex)
}

/// The texts of an XML answer that may be ids.
fn ids(xml: &str) -> impl Iterator<Item = &str> {
    xml.split('>').filter_map(|part| part.split_once('<')).map(|(text, _)| text).filter(|t| !t.is_empty()).take(4000)
}

/// What was asked for. Secrets are left out, as CloudTrail does.
fn parameters(params: &Params) -> Json {
    let mut out = serde_json::Map::new();
    params.each(&mut |path, value| {
        if matches!(path, "Action" | "Version") {
            return;
        }
        let hidden = path.contains("UserData") || path.contains("KeyMaterial");
        out.insert(path.into(), if hidden { json!("<sensitiveDataRemoved>") } else { json!(value) });
    });
    Json::Object(out)
}

/// An event of a service that acted for somebody: Auto Scaling's launches.
pub(super) fn by_service(
    at: Time,
    name: &str,
    service: &str,
    account: &str,
    resources: Vec<(ArcStr, ArcStr)>,
) -> Event {
    Event {
        id: ArcStr::new(),
        at,
        name: name.into(),
        source: "ec2.amazonaws.com".into(),
        user: "AutoScaling".into(),
        arn: arcstr::format!("arn:aws:sts::{account}:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling"),
        access_key: ArcStr::new(),
        from: service.into(),
        agent: service.into(),
        resources,
        error: None,
        parameters: "{}".into(),
    }
}
