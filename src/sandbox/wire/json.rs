//! AWS JSON: bodies as trees, and trees as bodies.

use super::Tree;

/// Reads a JSON body. An empty body is an empty structure.
///
/// # Errors
/// A sentence if it is not JSON.
pub fn read_json(bytes: &[u8]) -> Result<Tree, String> {
    if bytes.is_empty() {
        return Ok(Tree::Map(Vec::new()));
    }
    serde_json::from_slice(bytes).map(from_json).map_err(|e| e.to_string())
}

fn from_json(v: serde_json::Value) -> Tree {
    use serde_json::Value;
    match v {
        Value::Null => Tree::Null,
        Value::Bool(b) => Tree::Bool(b),
        Value::Number(n) => n.as_i64().map_or_else(|| Tree::Num(n.as_f64().unwrap_or_default()), Tree::Int),
        Value::String(s) => Tree::Text(s.into()),
        Value::Array(a) => Tree::List(a.into_iter().map(from_json).collect()),
        Value::Object(o) => Tree::Map(o.into_iter().map(|(k, v)| (k.into(), from_json(v))).collect()),
    }
}

/// As JSON; timestamps are seconds since the epoch with milliseconds as fraction.
pub fn write_json(tree: &Tree) -> serde_json::Value {
    use serde_json::Value;
    match tree {
        Tree::Null => Value::Null,
        Tree::Bool(b) => Value::Bool(*b),
        Tree::Int(i) => (*i).into(),
        Tree::Num(n) => serde_json::Number::from_f64(*n).map_or(Value::Null, Value::Number),
        Tree::Text(s) => Value::String(s.to_string()),
        Tree::Time(t) if t.millis() % 1000 == 0 => t.secs().into(),
        Tree::Time(t) => (t.millis() as f64 / 1000.0).into(),
        Tree::List(v) => Value::Array(v.iter().map(write_json).collect()),
        Tree::Map(m) => Value::Object(m.iter().map(|(k, v)| (k.to_string(), write_json(v))).collect()),
        Tree::Dict(m) => Value::Object(m.iter().map(|(k, v)| (k.clone(), write_json(v))).collect()),
    }
}
