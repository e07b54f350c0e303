//! CloudWatch's texts: AWS JSON 1.0, and the forms of the query protocol.

use crate::sandbox::wire::Tree;

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

/// Reads a form of the query protocol: `Dimensions.member.1.Name=InstanceId` becomes lists and structures.
pub fn read_form(bytes: &[u8]) -> Tree {
    let mut root = Node::default();
    for (key, value) in form_urlencoded::parse(bytes) {
        if matches!(&*key, "Action" | "Version") {
            continue;
        }
        let mut node = &mut root;
        for part in key.split('.') {
            node = node.child(part);
        }
        node.leaf = Some(value.into_owned());
    }
    root.tree()
}

#[derive(Default)]
struct Node {
    leaf: Option<String>,
    children: Vec<(String, Node)>,
}

impl Node {
    fn child(&mut self, name: &str) -> &mut Node {
        let at = match self.children.iter().position(|(k, _)| k == name) {
            Some(i) => i,
            None => {
                self.children.push((name.to_owned(), Node::default()));
                self.children.len() - 1
            }
        };
        &mut self.children[at].1
    }
    fn tree(mut self) -> Tree {
        if self.children.len() == 1 && self.children[0].0 == "member" {
            let mut items = self.children.pop().map(|(_, n)| n.children).unwrap_or_default();
            items.sort_by_key(|(k, _)| k.parse::<u32>().unwrap_or(u32::MAX));
            return Tree::List(items.into_iter().map(|(_, n)| n.tree()).collect());
        }
        match self.leaf {
            // An empty list is sent as its bare name with an empty value; empty text reads the same everywhere it is allowed.
            Some(s) if self.children.is_empty() => Tree::Text(s.into()),
            _ => Tree::Map(self.children.into_iter().map(|(k, n)| (k.into(), n.tree())).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;

    #[test]
    fn a_form_becomes_the_same_tree_as_json_with_text_for_leaves() {
        let form = read_form(
            b"Action=PutMetricAlarm&AlarmName=a&Dimensions.member.2.Name=B&Dimensions.member.1.Name=A\
              &Dimensions.member.1.Value=%EA%B0%80&Period=300&ActionsEnabled=true&StartTime=2026-11-21T09:05:00",
        );
        let dims = form.get("Dimensions").items();
        assert_eq!(dims[0].text_of("Value"), Some("가"));
        assert_eq!(dims[1].text_of("Name"), Some("B"));
        assert_eq!((form.get("Period").int(), form.get("ActionsEnabled").flag()), (Some(300), Some(true)));
        assert_eq!(form.get("StartTime").time(), Time::parse("2026-11-21T09:05:00Z"));
    }
}
