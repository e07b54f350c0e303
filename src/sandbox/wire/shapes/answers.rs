//! Whether an answer fits its operation's output: no element that AWS does not send, none missing that it always sends, each of its
//! type and its enumeration. Debug builds look at every answer, so that the tests do.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{LazyLock, Mutex, PoisonError};

use super::given::Given;
use super::walk::{Constraint, Problem, Style, findings};
use crate::aws::shapes::of;
use crate::sandbox::wire::{Body, Call, Node, Protocol, Reply};

/// Longer answers are passed over: they are many of the same.
const LONGEST: u64 = 256 << 10;

/// Bytes from the beginning and from the end of an answer within which its request's id stands.
const NEAR: usize = 256;

/// What EC2's answers have beside an output's members: its API reference has `return` where the SDKs' models have left it out.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateAddress.html>
const OF_EC2: &[&str] = &["requestId", "return"];

/// What does not fit in an answer; nothing for errors and for protocols whose answers [`misfits`] has to be told.
pub(super) fn misfits_of_xml(call: &Call<'_>, reply: &Reply) -> Vec<String> {
    let Body::Bytes(body) = &reply.body else { return Vec::new() };
    if reply.status != http::StatusCode::OK || reply.body.len() > LONGEST {
        return Vec::new();
    }
    // The same answer again, and most are: tables are asked for over and over.
    static FIT: LazyLock<Mutex<HashSet<u64>>> = LazyLock::new(Mutex::default);
    let digest = digest(call, body);
    if FIT.lock().unwrap_or_else(PoisonError::into_inner).contains(&digest) {
        return Vec::new();
    }
    let misfits = misfits_of_body(call, body);
    if misfits.is_empty() {
        FIT.lock().unwrap_or_else(PoisonError::into_inner).insert(digest);
    }
    misfits
}

/// Of an answer's operation and of its text but for the request's id, which stands at its beginning or at its end.
fn digest(call: &Call<'_>, body: &[u8]) -> u64 {
    let id = call.request_id.as_bytes();
    let in_part = |part: &[u8]| part.windows(id.len().max(1)).position(|w| w == id);
    let (head, tail) = (body.len().min(NEAR), body.len().saturating_sub(NEAR));
    let at = in_part(&body[..head]).or_else(|| in_part(&body[tail..]).map(|at| tail + at));
    let (before, after) = at.map_or((body, &[][..]), |at| (&body[..at], &body[at + id.len()..]));
    let mut hasher = DefaultHasher::new();
    (call.service, &call.operation, call.protocol, before, after).hash(&mut hasher);
    hasher.finish()
}

fn misfits_of_body(call: &Call<'_>, body: &[u8]) -> Vec<String> {
    let Some(root) = Node::parse(body) else { return vec!["it is no XML".to_owned()] };
    if root.name != format!("{}Response", call.operation) {
        return vec![format!("its root is {}", root.name)];
    }
    match call.protocol {
        Protocol::Ec2Query => misfits(call, &root, Style::Form, OF_EC2),
        Protocol::Query => match root.child(&format!("{}Result", call.operation)) {
            Some(result) => misfits(call, result, Style::Form, &[]),
            None => misfits(call, &Node::default(), Style::Form, &[]),
        },
        Protocol::Rest | Protocol::Cbor | Protocol::Json => Vec::new(),
    }
}

/// What does not fit in what an operation answers. `extra` are names that belong to the protocol.
pub(super) fn misfits<G: Given>(call: &Call<'_>, answer: &G, style: Style, extra: &[&str]) -> Vec<String> {
    let shapes = of(call.service);
    if !shapes.has(&call.operation) {
        return Vec::new();
    }
    let found = findings(shapes, shapes.output(&call.operation), answer, style, extra);
    let wrong = found.iter().filter_map(|f| {
        let value = f.value.as_deref().unwrap_or_default();
        match &f.problem {
            Problem::Unknown(_) => Some(format!("{} is nothing that AWS sends", f.wire)),
            Problem::Missing => Some(format!("{} is missing", f.wire)),
            Problem::Type(kind) => Some(format!("{} is {value:?}, no {kind:?}", f.wire)),
            Problem::Constraints(all) => {
                // EC2 itself writes `windows` where its models say `Windows`, and `nat_gateway` where they say `natGateway`.
                let bare = |v: &str| v.replace('_', "").to_ascii_lowercase();
                let known = |c: &Constraint| match c {
                    Constraint::OneOf(values) => values.iter().any(|v| bare(v) == bare(value)),
                    _ => true,
                };
                // "For internet gateways, the state is available when attached to a VPC." [AWS: InternetGatewayAttachment]
                let gateway = value == "available" && f.wire.ends_with("attachmentSet.member.1.state");
                // The status of an interface that was just created. [AWS: CreateNetworkInterface, example]
                let interface = value == "pending" && f.wire == "networkInterface.status";
                let alien = !value.is_empty() && !gateway && !interface && !all.iter().all(known);
                alien.then(|| format!("{} is {value:?}, which is none of its values", f.wire))
            }
        }
    });
    wrong.collect()
}
