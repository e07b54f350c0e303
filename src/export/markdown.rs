//! A table of GitHub Flavored Markdown, for tickets and pull requests.

use std::io::{self, Write};

use super::{Columns, Line, When};

/// Writes a heading, the line below it and a line for each row. Nothing of a cell is taken for Markdown or HTML.
///
/// # Errors
/// What `out` says.
pub fn markdown(rows: &[impl Line], columns: &Columns, when: &When, out: &mut impl Write) -> io::Result<()> {
    let list = &columns.list;
    let heads = list.iter().map(|c| literal(columns.title(c)));
    writeln!(out, "| {} |", heads.collect::<Vec<_>>().join(" | "))?;
    let rules = list.iter().map(|c| if columns.is_right(c) { "---:" } else { "---" });
    writeln!(out, "| {} |", rules.collect::<Vec<_>>().join(" | "))?;
    for row in rows {
        let cells = list.iter().map(|c| literal(&columns.text(c, row, when)));
        writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "))?;
    }
    Ok(())
}

/// A text that is read as itself. Underscores within words stay as they are, as in ids: they mean nothing there.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    let chars: Vec<char> = text.chars().collect();
    for (i, c) in chars.iter().enumerate() {
        let beside = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_alphanumeric());
        let in_word = || beside(i.checked_sub(1)) && beside(Some(i + 1));
        match c {
            '|' | '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '&' | '~' | '!' | '$' => out.extend(['\\', *c]),
            '_' if !in_word() => out.extend(['\\', '_']),
            c => out.push(*c),
        }
    }
    out
}
