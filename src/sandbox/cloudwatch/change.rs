//! What a call to CloudWatch changed, as CloudTrail tells it.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/logging_cw_api_calls.html>

use serde_json::{Map, Value as Json, json};

use super::{cbor, operations};
use crate::sandbox::wire::{Body, Call, Protocol, Reply, Tree, read_json};

/// A call and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sandbox) struct Change {
    /// What was asked for. CloudTrail begins each name with a small letter: `alarmName`.
    pub parameters: Json,
    /// The names of the alarms that it was about.
    pub alarms: Vec<String>,
    /// Why it was refused: AWS's code and sentence.
    pub error: Option<(String, String)>,
}

/// What a call asked for, and whether it was refused.
pub(in crate::sandbox) fn change(call: &Call<'_>, reply: &Reply) -> Change {
    let asked = operations::read(call).unwrap_or(Tree::Null);
    let mut alarms = Vec::new();
    named(&asked, &mut alarms);
    let error = (!reply.status.is_success()).then(|| refusal(call, reply));
    Change { parameters: told(&asked), alarms, error }
}

/// Members, whichever sort of map they stand in.
fn members(tree: &Tree) -> Vec<(&str, &Tree)> {
    match tree {
        Tree::Map(all) => all.iter().map(|(name, value)| (name.as_ref(), value)).collect(),
        Tree::Dict(all) => all.iter().map(|(name, value)| (name.as_str(), value)).collect(),
        _ => Vec::new(),
    }
}

/// The alarms that a request names: one, many, or one by its ARN.
fn named(asked: &Tree, out: &mut Vec<String>) {
    for (name, value) in members(asked) {
        match (name, value) {
            ("AlarmName", Tree::Text(text)) => out.push(text.to_string()),
            ("AlarmNames", Tree::List(all)) => out.extend(all.iter().filter_map(|t| match t {
                Tree::Text(text) => Some(text.to_string()),
                _ => None,
            })),
            ("ResourceARN", Tree::Text(arn)) => {
                out.extend(arn.split_once(":alarm:").map(|(_, name)| name.to_string()));
            }
            _ => {}
        }
    }
}

fn told(tree: &Tree) -> Json {
    match tree {
        Tree::Null => Json::Null,
        Tree::Bool(b) => json!(b),
        Tree::Int(i) => json!(i),
        Tree::Num(n) => json!(n),
        Tree::Text(s) => json!(s),
        Tree::Time(t) => json!(t.rfc3339()),
        Tree::List(all) => Json::Array(all.iter().map(told).collect()),
        map => {
            let small = |name: &str| {
                let mut letters = name.chars();
                letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
            };
            Json::Object(
                members(map).into_iter().map(|(name, value)| (small(name), told(value))).collect::<Map<_, _>>(),
            )
        }
    }
}

fn refusal(call: &Call<'_>, reply: &Reply) -> (String, String) {
    let Body::Bytes(body) = &reply.body else { return ("ClientError".into(), String::new()) };
    let said = match call.protocol {
        Protocol::Cbor => cbor::read(body).ok(),
        Protocol::Json => read_json(body).ok(),
        _ => None,
    };
    let Some(said) = said else {
        let xml = String::from_utf8_lossy(body);
        let between = |tag: &str| Some(xml.split_once(&format!("<{tag}>"))?.1.split_once('<')?.0.to_owned());
        return (between("Code").unwrap_or_else(|| "ClientError".into()), between("Message").unwrap_or_default());
    };
    let text = |of: &str| match members(&said).into_iter().find(|(name, _)| *name == of) {
        Some((_, Tree::Text(text))) => text.to_string(),
        _ => String::new(),
    };
    let code = text("__type");
    (code.rsplit('#').next().unwrap_or(&code).to_string(), text("message"))
}
