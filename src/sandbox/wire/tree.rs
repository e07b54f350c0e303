//! XML documents as a small tree. Namespaces are left aside.

use quick_xml::Reader;
use quick_xml::events::Event;

/// An element.
#[derive(Debug, Default)]
pub struct Node {
    /// Its local name.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Its elements.
    pub children: Vec<Node>,
}

/// Deeper than any document of these services.
const DEEPEST: usize = 32;

impl Node {
    /// Reads a document's root; nothing if it is not well-formed, as with text beside the root or a declaration that is not its very
    /// beginning (which the reader itself lets pass). <https://www.w3.org/TR/xml/#NT-document>
    pub fn parse(bytes: &[u8]) -> Option<Node> {
        let mut reader = Reader::from_reader(bytes);
        let mut first = true;
        let mut open: Vec<Node> = vec![Node::default()];
        loop {
            match reader.read_event().ok()? {
                Event::Start(e) => {
                    if open.len() > DEEPEST {
                        return None;
                    }
                    open.push(Node { name: e.local_name().as_ref().to_owned(), ..Node::default() });
                }
                Event::Empty(e) => {
                    let node = Node { name: e.local_name().as_ref().to_owned(), ..Node::default() };
                    if let Some(parent) = open.last_mut() {
                        parent.children.push(node);
                    }
                }
                Event::End(_) => {
                    let node = open.pop().unwrap_or_default();
                    match open.last_mut() {
                        Some(parent) => parent.children.push(node),
                        None => return None,
                    }
                }
                // Beside the root: white space only, which is nobody's text.
                Event::Text(t) if open.len() == 1 => {
                    let blank = t.trim_matches([' ', '\t', '\r', '\n']).is_empty();
                    blank.then_some(())?;
                }
                Event::CData(_) | Event::GeneralRef(_) if open.len() == 1 => return None,
                Event::Decl(_) if !first => return None,
                Event::Text(t) => {
                    if let Some(node) = open.last_mut() {
                        node.text.push_str(&t);
                    }
                }
                Event::CData(t) => {
                    if let Some(node) = open.last_mut() {
                        node.text.push_str(&t);
                    }
                }
                Event::GeneralRef(r) => {
                    let c = match r.resolve_char_ref() {
                        Ok(Some(c)) => c,
                        _ => match &*r {
                            "amp" => '&',
                            "lt" => '<',
                            "gt" => '>',
                            "quot" => '"',
                            "apos" => '\'',
                            _ => return None,
                        },
                    };
                    if let Some(node) = open.last_mut() {
                        node.text.push(c);
                    }
                }
                Event::Eof => break,
                _ => {}
            }
            first = false;
        }
        match open.pop().filter(|_| open.is_empty()).map(|n| n.children) {
            Some(mut roots) if roots.len() == 1 => Some(roots.remove(0)),
            _ => None,
        }
    }
    /// The first element of this name.
    pub fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|c| c.name == name)
    }
    /// The text of the first element of this name.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|c| c.text.as_str())
    }
    /// All elements of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |c| c.name == name)
    }
    /// The texts of the elements at a path from here, each step an element's name.
    pub fn texts<'a>(&'a self, path: &str, out: &mut Vec<std::borrow::Cow<'a, str>>) {
        let (step, rest) = path.split_once('/').map_or((path, None), |(step, rest)| (step, Some(rest)));
        for child in self.children.iter().filter(|c| c.name == step) {
            match rest {
                Some(rest) => child.texts(rest, out),
                None => out.push(child.text.as_str().into()),
            }
        }
    }
    /// `<TagSet><Tag><Key/><Value/></Tag>…</TagSet>` of a `Tagging` document.
    pub fn tags(&self) -> Vec<(String, String)> {
        let tag = |t: &Node| {
            (t.text_of("Key").unwrap_or_default().to_owned(), t.text_of("Value").unwrap_or_default().to_owned())
        };
        self.child("TagSet").map(|s| s.all("Tag").map(tag).collect()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_and_namespaces_are_read_and_broken_documents_refused() {
        let n = Node::parse(
            "<Delete xmlns=\"x\"><Object><Key>a&amp;b&#x1b;&lt; 가 </Key></Object><Quiet/></Delete>".as_bytes(),
        )
        .unwrap();
        assert_eq!(n.child("Object").unwrap().text_of("Key"), Some("a&b\u{1b}< 가 "));
        assert!(n.child("Quiet").is_some());
        let mut keys = Vec::new();
        n.texts("Object/Key", &mut keys);
        assert_eq!(keys, ["a&b\u{1b}< 가 "]);
        for bad in ["", "<a>", "<a></b>", "x", "<a/><b/>"] {
            assert!(Node::parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    #[test]
    fn nothing_stands_beside_the_root_but_white_space_and_comments() {
        let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
        for beside in ["x", "\u{a0}", "&amp;", "&#x20;", "<![CDATA[ ]]>", "</a>", "<b/>", "<", "\0", "]]>", declaration]
        {
            for bad in [format!("<a><b/></a>{beside}"), format!("<a/>\n{beside}\n")] {
                assert!(Node::parse(bad.as_bytes()).is_none(), "{bad:?}");
            }
        }
        for before in ["x", "&amp;", "<![CDATA[ ]]>", "\0"] {
            assert!(Node::parse(format!("{before}<a/>").as_bytes()).is_none(), "{before:?}");
            assert!(Node::parse(format!("{declaration}{before}<a/>").as_bytes()).is_none(), "{before:?}");
        }
        assert!(Node::parse(format!("\n{declaration}<a/>").as_bytes()).is_none(), "a declaration is the beginning");
        for good in [
            format!("{declaration}\r\n<a/>\n\t "),
            format!("\u{feff}{declaration}<a/>"),
            "\u{feff}<a/>".into(),
            "<!-- b --><a/><!-- c --><?d e?>\n".into(),
        ] {
            assert!(Node::parse(good.as_bytes()).is_some_and(|n| n.name == "a"), "{good:?}");
        }
    }
}
