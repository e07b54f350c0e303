//! The two text protocols of CloudWatch: AWS JSON 1.0 and the query protocol (form in, XML out).

use super::value::Tree;
use crate::base::Time;

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

/// Writes the members of `value` as the query protocol's XML, without an element of its own round them.
pub fn write_xml(out: &mut String, tree: &Tree) {
    match tree {
        Tree::Null => {}
        Tree::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Tree::Int(i) => out.push_str(&i.to_string()),
        Tree::Num(n) => out.push_str(&number(*n)),
        Tree::Text(s) => escape(out, s),
        Tree::Time(t) => out.push_str(&iso(*t)),
        Tree::List(items) => {
            for item in items {
                element(out, "member", item);
            }
        }
        Tree::Map(members) => {
            for (k, v) in members {
                element(out, k, v);
            }
        }
        Tree::Dict(members) => {
            for (k, v) in members {
                out.push_str("<entry><key>");
                escape(out, k);
                out.push_str("</key>");
                element(out, "value", v);
                out.push_str("</entry>");
            }
        }
    }
}

fn element(out: &mut String, name: &str, value: &Tree) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    write_xml(out, value);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// A number with at least one digit after the point, as CloudWatch writes doubles in texts: `80.0`.
pub fn number(n: f64) -> String {
    if n.fract() == 0.0 && n.abs() < 1e7 { format!("{n:.1}") } else { format!("{n}") }
}

fn iso(t: Time) -> String {
    if t.millis() % 1000 == 0 { t.rfc3339() } else { t.rfc3339_millis() }
}

/// XML text; characters that XML 1.0 cannot hold become `?`, as an XML writer that must not fail does.
fn escape(out: &mut String, s: &str) {
    for c in s.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            '\t' | '\n' => out.push(c),
            c if c < ' ' || c == '\u{fffe}' || c == '\u{ffff}' => out.push('?'),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn xml_lists_are_members_and_free_keys_are_entries() {
        let mut out = String::new();
        let tree = Tree::map([
            ("L", Tree::texts(&["a<b", "c"])),
            ("T", Time::from_millis(1_795_252_800_500).into()),
            ("D", Tree::Dict(vec![("p99".into(), 1.0.into())])),
        ]);
        write_xml(&mut out, &tree);
        assert_eq!(
            out,
            "<L><member>a&lt;b</member><member>c</member></L><T>2026-11-21T09:20:00.500Z</T>\
             <D><entry><key>p99</key><value>1.0</value></entry></D>"
        );
    }
}
