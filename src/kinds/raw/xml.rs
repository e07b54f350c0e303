//! XML to a tree. Attributes are left out: AWS's have only name spaces.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::node::{Body, Node};

/// Deeper than any answer of AWS's.
const DEPTH: usize = 64;

/// # Errors
/// A few words, if it is no XML.
pub(super) fn read(body: &[u8]) -> Result<Node, String> {
    let text = std::str::from_utf8(body).map_err(|_| "not UTF-8".to_string())?;
    let mut reader = Reader::from_str(text);
    // What is open: the elements so far, and the text in the innermost.
    let mut open: Vec<(Node, String)> = Vec::new();
    loop {
        match reader.read_event().map_err(|e| format!("not XML ({e})"))? {
            Event::Start(start) => {
                if open.len() >= DEPTH {
                    return Err("nested too deeply".into());
                }
                open.push((element(start.name().as_ref()), String::new()));
            }
            Event::Empty(empty) => {
                let node = Node { body: Body::Text(String::new()), ..element(empty.name().as_ref()) };
                match open.last_mut() {
                    Some((parent, _)) => add(parent, node),
                    None => return Ok(node),
                }
            }
            Event::Text(t) => {
                if let Some((_, text)) = open.last_mut() {
                    text.push_str(&t);
                }
            }
            Event::GeneralRef(r) => {
                if let Some((_, text)) = open.last_mut() {
                    text.push_str(&format!("&{};", &*r));
                }
            }
            Event::CData(t) => {
                if let Some((_, text)) = open.last_mut() {
                    text.push_str(&t);
                }
            }
            Event::End(_) => {
                let Some((mut node, text)) = open.pop() else { return Err("not XML".into()) };
                if matches!(&node.body, Body::Members(all) if all.is_empty()) {
                    node.body = Body::Text(text);
                }
                match open.last_mut() {
                    Some((parent, _)) => add(parent, node),
                    None => return Ok(node),
                }
            }
            Event::Eof => return Err(if text.trim().is_empty() { "an empty answer" } else { "not XML" }.into()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

fn element(name: &str) -> Node {
    Node { name: name.to_string(), body: Body::Members(Vec::new()) }
}

fn add(parent: &mut Node, child: Node) {
    if let Body::Members(all) = &mut parent.body {
        all.push(child);
    }
}
