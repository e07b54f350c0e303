//! What a form's picker offers: the rows of a kind, and what may be chosen besides them.

use arcstr::ArcStr;

use super::form::Choice;
use super::table::TableKey;
use crate::base::RowId;

/// What a field may be set to, where that is a row. The value is the row's id; of several, their ids with commas between.
///
/// Nothing here grows with the number of rows: the picker shows the tables through an index, and a form that is refined at every
/// key looks at the chosen row only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pick {
    /// The tables, all of one kind.
    pub tables: Vec<TableKey>,
    /// Which of their rows, as a query of the kind; empty for all.
    pub only: String,
    /// What those are and why there are no others: one sentence, shown over the rows. May be empty.
    pub because: String,
    /// Rows that are shown and not offered, each with the reason: few, and not to be said in a query. Who names one all the same
    /// means it.
    pub refused: Vec<(RowId, String)>,
    /// What may be chosen besides rows: nothing at all, or one that is made by an earlier step of the plan.
    pub also: Vec<Choice>,
    /// Whether several may be chosen.
    pub several: bool,
    /// What ids of these rows begin with (`i-`): such a text is taken although its row is not loaded.
    pub prefix: &'static str,
}

impl Pick {
    /// One row of a table.
    pub fn one_of(table: TableKey, prefix: &'static str) -> Pick {
        Pick { tables: vec![table], prefix, ..Pick::default() }
    }
    /// The same, but only of these rows: a query, and a sentence on why.
    #[must_use]
    pub fn only(mut self, query: impl Into<String>, because: impl Into<String>) -> Pick {
        (self.only, self.because) = (query.into(), because.into());
        self
    }
    /// The same, with something else that may be chosen: its value, and what it is called.
    #[must_use]
    pub fn or(mut self, value: &str, label: &str) -> Pick {
        self.also.push(Choice { value: value.into(), label: label.into(), disabled: None });
        self
    }
    /// What may be chosen besides rows, by its value or its label.
    pub fn other(&self, text: &str) -> Option<&Choice> {
        self.also.iter().find(|c| c.value == text || c.label == text)
    }
    /// Why a row cannot be chosen, if it is one of those that are refused.
    pub fn refusal(&self, id: &str) -> Option<&str> {
        self.refused.iter().find(|(row, _)| row == id).map(|(_, why)| why.as_str())
    }
    /// The ids in a value.
    pub fn parts<'v>(&self, value: &'v str) -> Vec<&'v str> {
        match self.several {
            true => value.split(',').map(str::trim).filter(|p| !p.is_empty()).collect(),
            false => Some(value.trim()).filter(|v| !v.is_empty()).into_iter().collect(),
        }
    }
    /// Ids as a value.
    pub fn value<S: AsRef<str>>(ids: &[S]) -> ArcStr {
        ids.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(",").into()
    }
}
