//! A small XML writer: fast enough for pages of a thousand instances, and never not well-formed.

use std::fmt::Write as _;

use crate::base::Time;

/// A document being written. Elements must be closed in order; [`Xml::nest`] sees to it.
#[derive(Debug)]
pub struct Xml(String);

/// What can stand between two tags.
pub trait XmlText {
    /// Appends it, escaped.
    fn write(&self, out: &mut String);
}

impl Xml {
    /// With the XML declaration in front, as EC2 and S3 write it.
    pub fn document() -> Xml {
        let mut x = Xml::bare();
        x.0.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        x
    }
    /// Without a declaration.
    pub fn bare() -> Xml {
        Xml(String::with_capacity(1024))
    }
    /// The start tag of an element.
    pub fn open(&mut self, name: &str) {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push('>');
    }
    /// The start tag of an element in a namespace.
    pub fn open_ns(&mut self, name: &str, namespace: &str) {
        let _ = write!(self.0, "<{name} xmlns=\"{namespace}\">");
    }
    /// The end tag of an element.
    pub fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }
    /// An element with text in it.
    pub fn el(&mut self, name: &str, text: impl XmlText) {
        self.open(name);
        text.write(&mut self.0);
        self.close(name);
    }
    /// An element if there is a value.
    pub fn opt(&mut self, name: &str, text: Option<impl XmlText>) {
        if let Some(t) = text {
            self.el(name, t);
        }
    }
    /// An element with nothing in it.
    pub fn empty(&mut self, name: &str) {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push_str("/>");
    }
    /// An element around what `fill` writes.
    pub fn nest(&mut self, name: &str, fill: impl FnOnce(&mut Xml)) {
        self.open(name);
        fill(self);
        self.close(name);
    }
    /// `<NAME><ITEM>…</ITEM>…</NAME>`: a list; the item is `item` in ec2Query and `member` in awsQuery.
    pub fn list<T>(
        &mut self,
        name: &str,
        item: &str,
        all: impl IntoIterator<Item = T>,
        mut fill: impl FnMut(&mut Xml, T),
    ) {
        self.open(name);
        for one in all {
            self.open(item);
            fill(self, one);
            self.close(item);
        }
        self.close(name);
    }
    /// Text where the caller opened an element by hand.
    pub fn raw_text(&mut self, text: impl XmlText) {
        text.write(&mut self.0);
    }
    /// Adds what another writer wrote.
    pub fn append(&mut self, other: Xml) {
        self.0.push_str(&other.0);
    }
    /// What was written.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl XmlText for &str {
    fn write(&self, out: &mut String) {
        let mut from = 0;
        for (at, c) in self.char_indices() {
            let instead = match c {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\r' => "&#xD;",
                // XML 1.0 has no way to write these, not even as references.
                '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => "\u{fffd}",
                _ => continue,
            };
            out.push_str(&self[from..at]);
            out.push_str(instead);
            from = at + c.len_utf8();
        }
        out.push_str(&self[from..]);
    }
}

impl XmlText for &String {
    fn write(&self, out: &mut String) {
        self.as_str().write(out);
    }
}

impl XmlText for String {
    fn write(&self, out: &mut String) {
        self.as_str().write(out);
    }
}

impl XmlText for &arcstr::ArcStr {
    fn write(&self, out: &mut String) {
        self.as_str().write(out);
    }
}

impl XmlText for bool {
    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

/// With milliseconds, as EC2 and ELB write: `2026-11-21T09:05:00.000Z`.
impl XmlText for Time {
    fn write(&self, out: &mut String) {
        out.push_str(&self.rfc3339_millis());
    }
}

macro_rules! numbers {
    ($($t:ty)*) => {$(
        impl XmlText for $t {
            fn write(&self, out: &mut String) {
                let _ = write!(out, "{self}");
            }
        }
    )*};
}
numbers!(i32 i64 u16 u32 u64 usize f64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_text_cannot_break_the_document() {
        let mut x = Xml::bare();
        x.list("set", "item", ["a<b>&\"c\"\r\n", "\u{1b}[31m\u{0}", "결제 \u{9b}"], |x, s| x.el("v", s));
        assert_eq!(
            x.into_string(),
            "<set><item><v>a&lt;b&gt;&amp;&quot;c&quot;&#xD;\n</v></item><item><v>\u{fffd}[31m\u{fffd}</v></item>\
             <item><v>결제 \u{9b}</v></item></set>"
        );
    }
}
