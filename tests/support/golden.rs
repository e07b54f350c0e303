//! Screens as text with their styles: a golden that knows glyphs only would not notice a colour that lost its meaning.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::allow_attributes,
    reason = "tests fail by panicking; in some places clippy knows that"
)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use super::fresh::fresh;

/// The screen's characters, a line each.
pub fn text(buf: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buf.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buf.area.width {
            let symbol = buf[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(symbol.width().max(1)).unwrap();
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn style_text(cell: &Cell) -> String {
    let color = |c: Color| match c {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        other => format!("{other:?}").to_lowercase(),
    };
    let mut words = Vec::new();
    if cell.fg != Color::Reset {
        words.push(color(cell.fg));
    }
    if cell.bg != Color::Reset {
        words.push(format!("on {}", color(cell.bg)));
    }
    for (modifier, word) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underline"),
        (Modifier::REVERSED, "reverse"),
    ] {
        if cell.modifier.contains(modifier) {
            words.push(word.into());
        }
    }
    words.join(" ")
}

/// Text, then for each line the runs of styles that are not plain (`a12-19`), by legend.
pub fn golden(buf: &Buffer) -> String {
    let mut out = text(buf);
    let mut legend: BTreeMap<String, String> = BTreeMap::new();
    let mut styles = String::new();
    for y in 0..buf.area.height {
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        for x in 0..buf.area.width {
            let style = style_text(&buf[(x, y)]);
            match runs.last_mut() {
                Some((_, to, s)) if *s == style => *to = x,
                _ => runs.push((x, x, style)),
            }
        }
        let mut line = String::new();
        for (from, to, style) in runs.into_iter().filter(|(_, _, s)| !s.is_empty()) {
            let n = legend.len();
            let letters = ["", "a", "b", "c"][n / 26].to_string() + &char::from(b'a' + (n % 26) as u8).to_string();
            let name = legend.entry(style).or_insert(letters);
            let _ = write!(line, " {name}{from}-{to}");
        }
        if !line.is_empty() {
            let _ = writeln!(styles, "{y:02}:{line}");
        }
    }
    let _ = writeln!(out, "=== styles");
    for (style, name) in &legend {
        let _ = writeln!(out, "{name} = {style}");
    }
    out.push_str(&styles);
    out
}

/// Compares a screen with `tests/goldens/FOLDER/NAME.txt`.
pub fn check(folder: &str, name: &str, buf: &Buffer) {
    let path = format!("tests/goldens/{folder}/{name}.txt");
    let now = golden(buf);
    if !fresh(&path, &now) {
        let then = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).unwrap_or_default();
        let at = now.lines().zip(then.lines()).position(|(a, b)| a != b).map_or(0, |n| n + 1);
        panic!("{path} differs from line {at} (SKYDECK_BLESS=1 renews it). Now:\n{}", text(buf));
    }
}
