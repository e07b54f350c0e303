//! An answer as the AWS CLI prints it: the API's own names, lists without the elements around them, numbers and flags as such, moments as
//! ISO 8601. What stands where the table of shapes says, which is what the AWS CLI goes by, too.

use percent_encoding::percent_decode_str;

use super::node::Node;
use crate::aws::shapes::{self, Kind, Member, Shape, Shapes};
use crate::base::Time;
use crate::model::Operation;

/// What a secret's place says.
const HIDDEN: &str = "‹not shown›";

/// A value as the AWS CLI has it, members in the order of the API's shapes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    /// A number or a flag, as it is written.
    Plain(String),
    /// A text, or a moment.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// A structure or a map.
    Map(Vec<(String, Tree)>),
}

/// A part of an answer and where it is: `Reservations[].Instances[]`.
pub(super) struct Part {
    pub(super) place: String,
    pub(super) tree: Tree,
}

/// `part`, or the whole answer, as the AWS CLI has it; `None` where the table does not know what it is.
pub(super) fn read(operation: &Operation, root: &Node, part: Option<&Node>, escaped: bool) -> Option<Part> {
    let shapes = shapes::of(operation.service);
    let output = shapes.output(operation.name)?;
    let url = root.children().iter().any(|c| c.name == "EncodingType" && c.text() == Some("url"));
    let mut reader = Reader { shapes, part, escaped, url, place: Vec::new(), found: None };
    let whole = reader.structure(inner(operation, root), output);
    match (part, reader.found) {
        (_, Some(found)) => Some(found),
        (Some(part), None) if !std::ptr::eq(part, root) => None,
        _ if whole == Tree::Map(Vec::new()) => None,
        _ => Some(Part { place: String::new(), tree: whole }),
    }
}

/// The element that has an answer's members: the query protocol has two around them.
fn inner<'n>(operation: &Operation, root: &'n Node) -> &'n Node {
    let result = format!("{}Result", operation.name);
    root.children().iter().find(|c| c.name == result).unwrap_or(root)
}

struct Reader<'n> {
    shapes: &'static Shapes,
    part: Option<&'n Node>,
    /// Whether texts are written as XML has them.
    escaped: bool,
    /// Whether S3's keys are written as a form has them.
    url: bool,
    place: Vec<String>,
    found: Option<Part>,
}

impl<'n> Reader<'n> {
    fn structure(&mut self, node: &'n Node, shape: &'static Shape) -> Tree {
        let mut members = Vec::new();
        for member in &shape.members {
            let Some(of) = self.shapes.shape(&member.shape).filter(|_| member.place.is_none()) else { continue };
            let name = if self.escaped { member.xml_name() } else { &member.name };
            let mut here = node.children().iter().filter(|c| c.name == name).peekable();
            let Some(first) = here.peek().copied() else { continue };
            self.place.push(member.name.clone());
            let tree = match of.kind {
                Kind::List if of.flattened && self.escaped => {
                    let items: Vec<&Node> = here.collect();
                    self.items(&items, of)
                }
                _ => self.value(first, of, Some(member)),
            };
            self.place.pop();
            members.push((member.name.clone(), tree));
        }
        Tree::Map(members)
    }

    fn items(&mut self, nodes: &[&'n Node], shape: &'static Shape) -> Tree {
        let Some(of) = shape.member.as_ref().and_then(|m| self.shapes.shape(&m.shape)) else {
            return Tree::List(Vec::new());
        };
        if let Some(last) = self.place.last_mut() {
            last.push_str("[]");
        }
        Tree::List(nodes.iter().map(|node| self.value(node, of, None)).collect())
    }

    fn value(&mut self, node: &'n Node, shape: &'static Shape, member: Option<&Member>) -> Tree {
        let tree = match shape.kind {
            Kind::Structure => self.structure(node, shape),
            Kind::List => {
                let nodes: Vec<&Node> = node.children().iter().collect();
                self.items(&nodes, shape)
            }
            Kind::Map => self.map(node, shape),
            _ if node.hidden() => Tree::Text(HIDDEN.into()),
            _ => self.scalar(node, shape.kind, member),
        };
        if self.part.is_some_and(|part| std::ptr::eq(part, node)) {
            self.found = Some(Part { place: self.place.join("."), tree: tree.clone() });
        }
        tree
    }

    fn map(&mut self, node: &'n Node, shape: &'static Shape) -> Tree {
        let Some(of) = shape.value.as_ref().and_then(|v| self.shapes.shape(&v.shape)) else {
            return Tree::Map(Vec::new());
        };
        let entries = node.children().iter().filter_map(|entry| {
            if !self.escaped {
                return Some((entry.name.clone(), entry));
            }
            let [key, value] = entry.children() else { return None };
            Some((self.text(key.text()?), value))
        });
        let entries: Vec<(String, &Node)> = entries.collect();
        Tree::Map(entries.into_iter().map(|(key, value)| (key, self.value(value, of, None))).collect())
    }

    fn scalar(&self, node: &Node, kind: Kind, member: Option<&Member>) -> Tree {
        let text = self.text(node.text().unwrap_or_default());
        match kind {
            Kind::Integer | Kind::Long if text.parse::<i64>().is_ok() => Tree::Plain(text),
            Kind::Boolean if text == "true" || text == "false" => Tree::Plain(text),
            Kind::Float | Kind::Double => match text.parse::<f64>() {
                // As Python writes them: always with a point.
                Ok(n) if n.is_finite() => Tree::Plain(format!("{n:?}")),
                _ => Tree::Text(text),
            },
            Kind::Timestamp => Tree::Text(moment(&text).unwrap_or(text)),
            _ if self.url && member.is_some_and(|m| URL_ENCODED.contains(&m.name.as_str())) => {
                Tree::Text(percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned())
            }
            _ => Tree::Text(text),
        }
    }

    fn text(&self, text: &str) -> String {
        if !self.escaped {
            return text.to_string();
        }
        quick_xml::escape::unescape(text).map_or_else(|_| text.to_string(), std::borrow::Cow::into_owned)
    }
}

/// What S3 writes as a form does, where it was asked to.
const URL_ENCODED: [&str; 4] = ["Key", "Prefix", "Delimiter", "StartAfter"];

/// A moment in UTC as the AWS CLI's second version prints it: `2026-11-21T09:05:00+00:00`, with a fraction only if there is one.
fn moment(text: &str) -> Option<String> {
    // AWS JSON has seconds since the epoch.
    if let Ok(seconds) = text.parse::<f64>() {
        let t = Time::from_millis((seconds * 1000.0).round() as i64);
        return moment(&if t.millis() % 1000 == 0 { t.rfc3339() } else { t.rfc3339_millis() });
    }
    let (seconds, fraction) = match text.strip_suffix('Z')?.split_once('.') {
        Some((seconds, fraction)) => (seconds, fraction),
        None => (text.strip_suffix('Z')?, ""),
    };
    let micros = format!("{fraction:0<6.6}");
    Some(match micros.as_str() {
        "000000" => format!("{seconds}+00:00"),
        _ => format!("{seconds}.{micros}+00:00"),
    })
}
