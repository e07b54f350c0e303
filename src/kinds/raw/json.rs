//! AWS JSON to a tree. Moments stay as AWS writes them, seconds since the epoch: what is one, the table of shapes says.

use serde_json::Value;

use super::node::{Body, Node};

/// # Errors
/// A few words, if it is no JSON.
pub(super) fn read(body: &[u8]) -> Result<Node, String> {
    // serde_json refuses what is nested more than 128 deep.
    let value: Value = serde_json::from_slice(body).map_err(|e| format!("not JSON ({e})"))?;
    Ok(node(String::new(), value))
}

fn node(name: String, value: Value) -> Node {
    let body = match value {
        Value::String(text) => Body::Text(text),
        Value::Array(items) => Body::Items(items.into_iter().map(|v| node(String::new(), v)).collect()),
        Value::Object(members) => Body::Members(members.into_iter().map(|(name, v)| node(name, v)).collect()),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => Body::Plain(plain.to_string()),
    };
    Node { name, body }
}
