//! An answer as a tree, whatever it was written in: finding the part about a row, and writing it with indentation.

use crate::base::text::visible;

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Elements.
    Xml,
    /// Objects and arrays.
    Json,
}

/// What it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Body {
    /// Text, as AWS wrote it.
    Text(String),
    /// A number or a flag, as text.
    Plain(String),
    /// Members, in order. In XML also the items of a list, each an element.
    Members(Vec<Node>),
    /// The items of a CBOR array; their names are empty.
    Items(Vec<Node>),
}

/// A named part of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// The element's name, the member's key; empty in an array.
    pub(super) name: String,
    /// What is in it.
    pub(super) body: Body,
}

/// What AWS's lists call their items. A part about a row is one of these where there is one around it.
const ITEMS: [&str; 5] = ["item", "member", "Contents", "CommonPrefixes", "Bucket"];
/// Parts of names, in lower case, of what nobody should read over a shoulder.
const SECRETS: [&str; 8] =
    ["userdata", "password", "secret", "keymaterial", "privatekey", "sessiontoken", "authtoken", "accesskeyid"];

impl Node {
    pub(super) fn children(&self) -> &[Node] {
        match &self.body {
            Body::Members(all) | Body::Items(all) => all,
            Body::Text(_) | Body::Plain(_) => &[],
        }
    }

    /// What it says, if it is no more than a text, a number or a flag; nothing in it is an empty text.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.body {
            Body::Text(text) | Body::Plain(text) => Some(text),
            Body::Members(all) | Body::Items(all) if all.is_empty() => Some(""),
            Body::Members(_) | Body::Items(_) => None,
        }
    }

    fn says(&self, wanted: &str) -> bool {
        let Body::Text(text) = &self.body else { return false };
        let text = text.trim();
        if text == wanted || unescaped(text).is_some_and(|t| t == wanted) {
            return true;
        }
        // S3 encodes keys as a form does.
        (text.contains('%') || text.contains('+'))
            && form_urlencoded::parse(format!("k={}", text.replace('&', "%26")).as_bytes()).any(|(_, v)| v == wanted)
    }

    /// The part that has `wanted` as a text of its own, nearest to the root, and the names on the way to it. An item of a list goes before
    /// what is around the list: an answer may say what it was asked.
    pub(super) fn part_about(&self, wanted: &str) -> Option<(Vec<&str>, &Node)> {
        let mut around = None;
        let mut level: Vec<Vec<&Node>> = vec![vec![self]];
        while !level.is_empty() {
            for way in &level {
                let Some(node) = way.last() else { continue };
                if node.children().iter().any(|c| c.says(wanted)) {
                    // From a detail (a target's id) to the item that it is a detail of.
                    let is_item = |n: &Node| ITEMS.contains(&n.name.as_str()) || n.name.is_empty();
                    let item = way.iter().rposition(|n| is_item(n));
                    let end = item.unwrap_or(way.len() - 1);
                    let names = way[..=end].iter().map(|n| n.name.as_str()).filter(|n| !n.is_empty()).collect();
                    if item.is_some() {
                        return Some((names, way[end]));
                    }
                    around = around.or(Some((names, way[end])));
                }
            }
            let deeper = level.iter().flat_map(|way| {
                let inner = way.last().map_or(&[][..], |n| n.children());
                inner.iter().map(|c| way.iter().copied().chain([c]).collect())
            });
            level = deeper.collect();
        }
        around
    }

    /// The tree as text, two blanks a level, every text visible and no secret in it.
    pub(super) fn lines(&self, style: Style) -> Vec<String> {
        let mut out = Vec::new();
        match style {
            Style::Xml => self.xml(0, &mut out),
            Style::Json => self.json(0, "", &mut out),
        }
        out
    }

    pub(super) fn hidden(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        SECRETS.iter().any(|s| name.contains(s)) && !matches!(&self.body, Body::Text(t) if t.is_empty())
    }

    fn xml(&self, depth: usize, out: &mut Vec<String>) {
        let pad = "  ".repeat(depth);
        let name = visible(&self.name);
        match &self.body {
            _ if self.hidden() => out.push(format!("{pad}<{name}>‹not shown›</{name}>")),
            Body::Text(t) | Body::Plain(t) if t.is_empty() => out.push(format!("{pad}<{name}/>")),
            Body::Text(t) | Body::Plain(t) => out.push(format!("{pad}<{name}>{}</{name}>", visible(t))),
            Body::Members(all) | Body::Items(all) if all.is_empty() => out.push(format!("{pad}<{name}/>")),
            Body::Members(all) | Body::Items(all) => {
                out.push(format!("{pad}<{name}>"));
                for child in all {
                    child.xml(depth + 1, out);
                }
                out.push(format!("{pad}</{name}>"));
            }
        }
    }

    fn json(&self, depth: usize, after: &str, out: &mut Vec<String>) {
        let pad = "  ".repeat(depth);
        let key = if self.name.is_empty() || depth == 0 { String::new() } else { format!("{}: ", quoted(&self.name)) };
        let (open, close, all) = match &self.body {
            _ if self.hidden() => return out.push(format!("{pad}{key}\"‹not shown›\"{after}")),
            Body::Text(t) => return out.push(format!("{pad}{key}{}{after}", quoted(t))),
            Body::Plain(t) => return out.push(format!("{pad}{key}{}{after}", visible(t))),
            Body::Members(all) => ('{', '}', all),
            Body::Items(all) => ('[', ']', all),
        };
        if all.is_empty() {
            return out.push(format!("{pad}{key}{open}{close}{after}"));
        }
        out.push(format!("{pad}{key}{open}"));
        for (i, child) in all.iter().enumerate() {
            child.json(depth + 1, if i + 1 < all.len() { "," } else { "" }, out);
        }
        out.push(format!("{pad}{close}{after}"));
    }
}

fn quoted(text: &str) -> String {
    // JSON's own escapes for quotes and backslashes; the rest is made visible, which is no JSON but can be read.
    format!("\"{}\"", visible(&text.replace('\\', "\\\\").replace('"', "\\\"")))
}

fn unescaped(text: &str) -> Option<String> {
    text.contains('&').then(|| quick_xml::escape::unescape(text).ok().map(std::borrow::Cow::into_owned)).flatten()
}
