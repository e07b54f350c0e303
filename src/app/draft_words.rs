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
            // As it is in the account, or as it is shown.
            let is = |k: &ArcStr| *k == key || named(input, k) == key;
            let Some(row) = rows.iter().find(|r| r.key.as_ref().is_some_and(is)) else {
                let keys: Vec<String> = input.original.iter().map(|r| named(input, &r.key)).collect();
                let hint = suggest(&key, keys.iter().map(String::as_str));
                return Err(format!("No {} to delete.{hint}", visible(&key)));
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

/// Reads what a table's name is given, `tags=Env=prod,Team=x` or `disk=size=20,type=gp3`, into the edits: of two columns as many rows as there are,
/// of more columns one row. That is the first one the account has, if rows are known by their first cell and that is not said; a number
/// by itself is the first number of a row.
///
/// # Errors
/// A sentence about what it is not.
pub(super) fn read_named(input: &RowsInput, value: &str, edits: &mut Vec<RowEdit>) -> Result<(), String> {
    if value.starts_with(['+', '-']) && value.len() > 1 {
        return read(input, value, edits);
    }
    if input.columns.iter().filter(|c| c.cell != Cell::Fixed).count() == 2 {
        return split(value, ',').into_iter().try_for_each(|part| read(input, &format!("+{part}"), edits));
    }
    let number = input.columns.iter().find(|c| matches!(c.cell, Cell::Number { .. }));
    let whole = |part: &str| match number {
        Some(column) if part.trim().parse::<i64>().is_ok() => format!("{}={part}", column.name),
        _ => part.to_string(),
    };
    let parts: Vec<String> = split(value, ',').into_iter().map(whole).collect();
    let rows = merge(&input.original, edits);
    let first = rows.iter().find(|r| r.key.is_some() && r.key.as_ref() == r.now.first());
    let key = input.columns.first().map_or("", |c| c.name);
    let says_key = parts.iter().any(|p| split_once(p, '=').is_some_and(|(name, _)| name == key));
    match first.filter(|_| !says_key) {
        Some(row) => {
            let said = cells(input, &parts.join(","))?;
            let names = |c: &DraftColumn| parts.iter().any(|p| split_once(p, '=').is_some_and(|(n, _)| n == c.name));
            let is_said = input.columns.iter().map(names);
            let all = row.cells.iter().zip(said).zip(is_said).map(|((now, to), is)| if is { to } else { now.clone() });
            let all = all.collect();
            set_cells(edits, row, all);
            Ok(())
        }
        None => read(input, &format!("+{}", parts.join(",")), edits),
    }
}

/// A row's key with the names of what it has the ids of.
fn named(input: &RowsInput, key: &str) -> String {
    input.called.iter().fold(key.to_string(), |text, (id, name)| text.replace(id.as_str(), name))
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
            let names: Vec<&str> = open.iter().map(|(_, c)| c.name).collect();
            return Err(format!("{} is not COLUMN=VALUE, with {}.", visible(part), names.join(", ")));
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
        assert_eq!(after(&tags, &["-Ownr"]).unwrap_err(), "No Ownr to delete. Did you mean Owner?");
    }

    #[test]
    fn a_table_s_name_takes_rows_of_two_columns_and_one_row_of_more() {
        let named = |input: &RowsInput, words: &[&str]| -> Result<Vec<String>, String> {
            let mut edits = Vec::new();
            words.iter().try_for_each(|w| read_named(input, w, &mut edits))?;
            let rows = merge(&input.original, &edits);
            Ok(rows.iter().map(|r| format!("{:?} {}", r.mark, r.cells.join("|"))).collect())
        };
        let tags = input(&[("key", Cell::Text), ("value", Cell::Text)], &[]);
        assert_eq!(named(&tags, &[r"Env=prod,Team=x\,y"]).unwrap(), ["Added Env|prod", "Added Team|x,y"]);
        assert!(named(&tags, &["Env"]).is_err());
        let number = Cell::Number { min: 1, max: 100 };
        let disks =
            input(&[("device", Cell::Text), ("size", number), ("iops", Cell::Text)], &[&["/dev/xvda", "8", "3000"]]);
        assert_eq!(named(&disks, &["20"]).unwrap(), ["Changed /dev/xvda|20|3000"], "the first one");
        assert_eq!(named(&disks, &["size=20,iops=4000"]).unwrap(), ["Changed /dev/xvda|20|4000"]);
        let two = named(&disks, &["30", "device=/dev/sdf,size=20"]).unwrap();
        assert_eq!(two, ["Changed /dev/xvda|30|3000", "Added /dev/sdf|20|"]);
        assert!(named(&disks, &["big"]).unwrap_err().contains("with device, size, iops"));
        let rules = input(&[("way", Cell::Text), ("ports", Cell::Text), ("to", Cell::Text)], &[]);
        let of = TableRow { key: "in 22".into(), cells: ["in", "22", "sg-1"].map(ArcStr::from).to_vec() };
        let called = vec![("sg-1".into(), "web".into())];
        let rules = RowsInput { original: vec![of], called, ..rules };
        assert_eq!(
            named(&rules, &["ports=80"]).unwrap()[1],
            "Added |80|",
            "rows that are not known by their first cell"
        );
    }

    #[test]
    fn a_row_is_taken_out_by_the_name_that_is_shown_too() {
        let rules = RowsInput {
            original: vec![TableRow { key: "in 22 from sg-1".into(), cells: vec!["sg-1".into()] }],
            called: vec![("sg-1".into(), "web-sg".into())],
            ..input(&[("from", Cell::Text)], &[])
        };
        assert_eq!(after(&rules, &["-in 22 from web-sg"]).unwrap(), ["Removed sg-1"]);
        assert_eq!(after(&rules, &["-in 22 from sg-1"]).unwrap(), ["Removed sg-1"]);
        assert!(after(&rules, &["-in 22 from web-s"]).unwrap_err().ends_with("Did you mean in 22 from web-sg?"));
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
        assert_eq!(after(&rules, &["+80"]).unwrap_err(), "80 is not COLUMN=VALUE, with proto, ports, source.");
    }
}
