//! Elements as JSON of which a terminal obeys nothing and a reader overlooks nothing.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

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

/// An indented array of elements, as `get -o json` prints it.
///
/// # Errors
/// An element cannot be written as JSON.
pub fn json(elements: &[impl Serialize]) -> io::Result<String> {
    let text = serde_json::to_string_pretty(elements)?;
    Ok(text.lines().map(escaped).collect::<Vec<_>>().join("\n"))
}
