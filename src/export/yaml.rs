//! A YAML list of the same elements as JSON's, quoted so that YAML 1.1 and 1.2 read the same.

use std::io::{self, Write};

use serde::Serialize;
use serde_saphyr::ser_options;

use crate::base::text::is_treacherous;

/// Writes elements, each as it is made.
///
/// # Errors
/// What `out` says.
pub fn yaml(elements: impl Iterator<Item = impl Serialize>, out: &mut impl Write) -> io::Result<()> {
    let mut any = false;
    for element in elements {
        any = true;
        out.write_all(one(&element)?.as_bytes())?;
    }
    if any { Ok(()) } else { out.write_all(b"[]\n") }
}

/// A list of this one element.
fn one(element: &impl Serialize) -> io::Result<String> {
    let options = ser_options! { prefer_block_scalars: false };
    let text = serde_saphyr::to_string_with_options(&[element], options).map_err(io::Error::other)?;
    if !text.contains(|c: char| is_treacherous(c) && c != '\n') {
        return Ok(text);
    }
    // What controls a terminal or the reading order can only be written as a number in double quotes. JSON has all its texts in them,
    // and is YAML too.
    let json = serde_json::to_string(element)?;
    let mut text = String::from("- ");
    for c in json.chars() {
        if is_treacherous(c) {
            text.push_str(&format!("\\U{:08x}", u32::from(c)));
        } else {
            text.push(c);
        }
    }
    text.push('\n');
    Ok(text)
}
