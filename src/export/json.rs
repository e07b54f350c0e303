//! Elements as JSON of which a terminal obeys nothing and a reader overlooks nothing.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter, Serializer};

use crate::base::text::is_treacherous;

/// JSON in which what controls a terminal (DEL, C1) or the reading order, or is invisible, is written as a number. JSON leaves these as
/// they are; to a parser it is the same. `json` has no line breaks of its own.
pub fn escaped(json: &str) -> Cow<'_, str> {
    // Nearly all of it is ASCII, which is looked through many bytes at a time. JSON has no control character but DEL left in it.
    if json.is_ascii() && memchr::memchr(0x7f, json.as_bytes()).is_none() || !json.contains(is_treacherous) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_treacherous(c) {
            out.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Writes each element in a line of its own.
///
/// # Errors
/// What `out` says.
pub fn json_lines(elements: impl Iterator<Item = impl Serialize>, out: &mut impl Write) -> io::Result<()> {
    for element in elements {
        let line = serde_json::to_string(&element)?;
        writeln!(out, "{}", escaped(&line))?;
    }
    Ok(())
}

/// Writes JSON, indented, of which a terminal obeys nothing and a reader overlooks nothing: what JSON leaves as it is although it controls a
/// terminal (DEL, C1) or the reading order, or is invisible, is written as a number. To a parser it is the same.
///
/// # Errors
/// What `out` says.
pub fn json(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Escaping(PrettyFormatter::new())))?;
    Ok(())
}

/// Writes an element of an array as [`json`] does, from the line break before it to its end, without commas.
///
/// # Errors
/// What `out` says.
pub fn json_element(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let mut within = Escaping(PrettyFormatter::new());
    within.begin_array(&mut io::sink())?;
    within.begin_array_value(out, true)?;
    value.serialize(&mut Serializer::with_formatter(out, within))?;
    Ok(())
}

/// A formatter that escapes more than JSON asks for. Keys pass here as well.
struct Escaping(PrettyFormatter<'static>);

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, w: &mut W, fragment: &str) -> io::Result<()> {
        w.write_all(escaped(fragment).as_bytes())
    }
    fn write_char_escape<W: ?Sized + Write>(&mut self, w: &mut W, c: CharEscape) -> io::Result<()> {
        self.0.write_char_escape(w, c)
    }
    fn begin_array<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.begin_array(w)
    }
    fn end_array<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_array(w)
    }
    fn begin_array_value<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(w, first)
    }
    fn end_array_value<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_array_value(w)
    }
    fn begin_object<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.begin_object(w)
    }
    fn end_object<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_object(w)
    }
    fn begin_object_key<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(w, first)
    }
    fn begin_object_value<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.begin_object_value(w)
    }
    fn end_object_value<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_object_value(w)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(value: &serde_json::Value) -> String {
        let mut out = Vec::new();
        json(value, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_holds_nothing_that_a_terminal_obeys_and_says_the_same() {
        let name = "\x1b[31m\u{9b}31m\u{7f}\u{85}\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}\"결제\" 👩\u{200d}💻 🇰🇷\r\n";
        let value = serde_json::json!([{ "name": name, "tags": { name: [name, {}] }, "none": [], "n": 1.5 }]);
        let safe = written(&value);
        assert!(!safe.contains(|c| is_treacherous(c) && c != '\n'), "{safe}");
        assert!(safe.contains(r"\u001b[31m\u009b31m\u007f\u0085\u202e\u2066\u200b\ufeff\udb40\udc41"), "{safe}");
        assert!(
            safe.contains("결제") && safe.contains("👩\u{200d}💻 🇰🇷"),
            "what fools nobody is left as it is: {safe}"
        );
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
        let line = value.to_string();
        assert!(!escaped(&line).contains(is_treacherous));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped(&line)).unwrap(), value);
    }

    #[test]
    fn beside_what_is_escaped_it_is_the_usual_indented_json() {
        let value = serde_json::json!([{ "a": [], "b": {}, "c": [1, [true, null]], "d": { "e": "f\\\"/\n\u{8}" } }, [], "결제"]);
        assert_eq!(written(&value), serde_json::to_string_pretty(&value).unwrap());
    }

    proptest! {
        #[test]
        fn any_text_reads_back_and_a_terminal_obeys_none(text in "(?s).*", key in "(?s).{0,8}") {
            let value = serde_json::json!({ key: text });
            let safe = written(&value);
            prop_assert!(!safe.contains(|c: char| is_treacherous(c) && c != '\n'));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
        }
    }
}
