//! Edits of a draft table as words of a palette line: `+Env=prod` and `-Owner`; with more than two columns `+ports=22,source=10.0.0.0/8`.
//!
//! A comma, an equals sign or a backslash within a cell has a backslash before it.

use arcstr::ArcStr;

use crate::base::text::{suggest, visible};
use crate::model::draft::{merge, set_cells, toggle_removed};
use crate::model::{Cell, DraftColumn, RowEdit, RowMark, RowsInput};

/// Reads one word into the edits.
///
/// # Errors
/// A sentence about what it is not.
pub(super) fn read(input: &RowsInput, word: &str, edits: &mut Vec<RowEdit>) -> Result<(), String> {
    let rows = merge(&input.original, edits);
    match word.split_at(1) {
        ("-", key) => {
            let key = unescape(key);
            let Some(row) = rows.iter().find(|r| r.key.as_deref() == Some(key.as_str())) else {
                let hint = suggest(&key, input.original.iter().map(|r| r.key.as_str()));
                return Err(format!("There is no {} to take out.{hint}", visible(&key)));
            };
            if row.mark != RowMark::Removed {
                toggle_removed(edits, row);
            }
        }
        (_, text) => {
            let cells = cells(input, text)?;
            // What identifies a row in the account is what stands in its first cell, where the account has such a row: it is set, not
            // added a second time.
            match rows.iter().find(|r| r.key.is_some() && r.key.as_ref() == cells.first()) {
                Some(row) => {
                    let with_fixed = |(i, cell): (usize, &ArcStr)| match input.columns.get(i).map(|c| &c.cell) {
                        Some(Cell::Fixed) => row.now.get(i).cloned().unwrap_or_default(),
                        _ => cell.clone(),
                    };
                    let cells = cells.iter().enumerate().map(with_fixed).collect();
                    set_cells(edits, row, cells);
                }
                None => edits.push(RowEdit::Add(cells)),
            }
        }
    }
    Ok(())
}

fn cells(input: &RowsInput, text: &str) -> Result<Vec<ArcStr>, String> {
    let open: Vec<(usize, &DraftColumn)> =
        input.columns.iter().enumerate().filter(|(_, c)| c.cell != Cell::Fixed).collect();
    let mut cells = vec![ArcStr::new(); input.columns.len()];
    if let [(first, _), (second, column)] = open.as_slice() {
        let Some((key, value)) = split_once(text, '=') else {
            return Err(format!("+{} is not +KEY={}.", visible(text), column.title));
        };
        (cells[*first], cells[*second]) = (unescape(key).into(), unescape(value).into());
        return Ok(cells);
    }
    // What is not said of a choice is its first.
    for (i, column) in &open {
        if let Cell::Choice(choices) = &column.cell {
            cells[*i] = choices.iter().find(|c| c.disabled.is_none()).map(|c| c.value.clone()).unwrap_or_default();
        }
    }
    for part in split(text, ',') {
        let Some((name, value)) = split_once(part, '=') else {
            return Err(format!("{} is not COLUMN=VALUE.", visible(part)));
        };
        let name = name.replace('-', "_");
        let Some((i, _)) = open.iter().find(|(_, c)| c.name == name) else {
            let hint = suggest(&name, open.iter().map(|(_, c)| c.name));
            return Err(format!("There is no column {}.{hint}", visible(&name)));
        };
        cells[*i] = unescape(value).into();
    }
    Ok(cells)
}

/// Where `at` stands without a backslash before it.
fn places(text: &str, at: char) -> impl Iterator<Item = usize> {
    let mut escaped = false;
    text.char_indices().filter_map(move |(i, c)| {
        let here = c == at && !escaped;
        escaped = c == '\\' && !escaped;
        here.then_some(i)
    })
}

fn split_once(text: &str, at: char) -> Option<(&str, &str)> {
    places(text, at).next().map(|i| (&text[..i], &text[i + at.len_utf8()..]))
}

fn split(text: &str, at: char) -> Vec<&str> {
    let mut from = 0;
    let mut out: Vec<&str> = Vec::new();
    for i in places(text, at) {
        out.push(&text[from..i]);
        from = i + at.len_utf8();
    }
    out.push(&text[from..]);
    out.retain(|s| !s.is_empty());
    out
}

fn unescape(s: &str) -> String {
    let (mut out, mut escaped) = (String::new(), false);
    for c in s.chars() {
        if c == '\\' && !escaped {
            escaped = true;
        } else {
            out.push(c);
            escaped = false;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TableRow;

    fn input(columns: &[(&'static str, Cell)], rows: &[&[&str]]) -> RowsInput {
        let row = |r: &&[&str]| TableRow { key: r[0].into(), cells: r.iter().map(|c| ArcStr::from(*c)).collect() };
        RowsInput {
            columns: columns.iter().map(|(n, c)| DraftColumn::new(n, n, c.clone())).collect(),
            original: rows.iter().map(row).collect(),
            ..RowsInput::default()
        }
    }

    fn after(input: &RowsInput, words: &[&str]) -> Result<Vec<String>, String> {
        let mut edits = Vec::new();
        words.iter().try_for_each(|w| read(input, w, &mut edits))?;
        let rows = merge(&input.original, &edits);
        Ok(rows.iter().map(|r| format!("{:?} {}", r.mark, r.cells.join("|"))).collect())
    }

    #[test]
    fn a_word_sets_a_key_or_takes_it_out() {
        let tags = input(
            &[("key", Cell::Text), ("value", Cell::Text), ("on", Cell::Fixed)],
            &[&["Env", "dev", "2 of 2"], &["Owner", "me", "1 of 2"]],
        );
        let rows = after(&tags, &["+Env=prod", "-Owner", "+팀=결제=1", r"+a\=b=c\\d"]).unwrap();
        assert_eq!(rows, ["Changed Env|prod|2 of 2", "Removed Owner|me|1 of 2", "Added 팀|결제=1|", r"Added a=b|c\d|"]);
        assert_eq!(after(&tags, &["-Owner", "-Owner"]).unwrap()[1], "Removed Owner|me|1 of 2", "twice is once");
        assert_eq!(
            after(&tags, &["-Owner", "+Owner=you"]).unwrap()[1],
            "Changed Owner|you|1 of 2",
            "the last word counts"
        );
        assert_eq!(after(&tags, &["+Env=dev"]).unwrap()[0], "Same Env|dev|2 of 2");
        assert_eq!(after(&tags, &["+Env"]).unwrap_err(), "+Env is not +KEY=value.");
        assert_eq!(after(&tags, &["-Ownr"]).unwrap_err(), "There is no Ownr to take out. Did you mean Owner?");
    }

    #[test]
    fn with_more_columns_each_cell_is_named() {
        let rules = input(
            &[("proto", Cell::Text), ("ports", Cell::Text), ("source", Cell::Range)],
            &[&["tcp", "22", "10.0.0.0/8"]],
        );
        assert_eq!(after(&rules, &["+ports=80,source=0.0.0.0/0"]).unwrap()[1], "Added |80|0.0.0.0/0");
        assert_eq!(after(&rules, &[r"+ports=80\,443"]).unwrap()[1], "Added |80,443|");
        assert!(after(&rules, &["+port=80"]).unwrap_err().ends_with("Did you mean ports?"));
        assert_eq!(after(&rules, &["+80"]).unwrap_err(), "80 is not COLUMN=VALUE.");
    }
}
