//! CSV as RFC 4180 has it, values as in JSON: numbers plain, times in UTC.

use std::io::Write;

use serde_json::Value as Json;

use super::json::escaped;
use super::{Column, Columns, Line};
use crate::base::text::visible;
use crate::kinds::facts;
use crate::model::Behind;

/// Writes the columns' names and a line for each row: to a program each text as it is, to a terminal made visible.
///
/// # Errors
/// What `out` says.
pub fn csv(rows: &[impl Line], columns: &Columns, terminal: bool, out: &mut impl Write) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(columns.list.iter().map(|c| columns.key(c)))?;
    for row in rows {
        let element = facts::element(row, row.account());
        let cell = |column: &Column| {
            let value = match column {
                Column::Field(i) => match columns.kind.behind(*i) {
                    None => text(&element["facts"][columns.key(column)]),
                    Some(Behind::Tag(_)) => plain(row.value_at(*i).as_str().unwrap_or_default()),
                    Some(_) => text(&element[columns.key(column)]),
                },
                Column::Account => text(&element[columns.key(column)]),
            };
            if terminal { visible(&value).into_owned() } else { value }
        };
        writer.write_record(columns.list.iter().map(cell))?;
    }
    writer.flush()?;
    Ok(())
}

fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(s) => plain(s),
        other => escaped(&other.to_string()).into_owned(),
    }
}

/// A spreadsheet takes a text that begins with one of these for a formula.
fn plain(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{text}") } else { text.into() }
}
