//! Floor 8: rows as text that leaves the program: what `get` prints, and what the console copies of a table. Pure.
//!
//! It owns the columns that can be named, and one file for each format. It must not know where the rows come from, nor where the text
//! goes: to a program each text goes as it is, to a person's terminal made visible.

mod columns;
mod csv;
mod ids;
mod json;
mod markdown;
mod table;
mod yaml;

use std::borrow::Cow;

use crate::base::Time;
use crate::model::Value;
use crate::query::Cells;

pub use self::csv::csv;
pub use columns::{Column, Columns, sorts};
pub use ids::ids;
pub use json::{json, json_element, json_lines};
pub use markdown::markdown;
pub use table::{Fit, table};
pub use yaml::yaml;

/// A row with what stands beside its record.
pub trait Line: Cells {
    /// The account's digits, if they are known.
    fn account(&self) -> Option<&str>;
    /// A field's value as readers see it: names in place of ids, where they are known.
    fn shown(&self, field: usize) -> Cow<'_, Value>;
}

/// What ages are counted from, and the zone of dates.
#[derive(Debug, Clone)]
pub struct When {
    /// The moment of reading.
    pub now: Time,
    /// The reader's zone.
    pub zone: jiff::tz::TimeZone,
}

#[cfg(test)]
mod tests;
