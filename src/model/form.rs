//! Forms as data: a pure `refine(context, values) -> FormSpec` makes each, however dynamic.

use arcstr::ArcStr;

use super::draft::{DraftColumn, Preset, RowEdit, TableRow};
use super::pick::Pick;
use super::table::TableKey;
use crate::base::Secret;

/// What the user has put into a form so far, by field name. A field that is missing has its default.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Values(pub Vec<(ArcStr, FormValue)>);

/// One field's value.
#[derive(Debug, Clone, PartialEq)]
pub enum FormValue {
    /// Text, or the value of the chosen [`Choice`].
    Text(ArcStr),
    /// A toggle.
    Flag(bool),
    /// What is to be different about the rows of a draft table.
    Rows(Vec<RowEdit>),
    /// Text that is neither shown outside its form nor logged.
    Secret(Secret),
    /// A text of several lines that is in a file: its path as it was typed.
    File(ArcStr),
}

impl Values {
    /// A field's value.
    pub fn get(&self, name: &str) -> Option<&FormValue> {
        self.0.iter().find(|(k, _)| k == name).map(|(_, v)| v)
    }
    /// A field's text.
    pub fn text(&self, name: &str) -> Option<&str> {
        if let Some(FormValue::Text(s)) = self.get(name) { Some(s) } else { None }
    }
    /// A secret.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        if let Some(FormValue::Secret(s)) = self.get(name) { Some(s) } else { None }
    }
    /// Takes a field out: it has its default again.
    pub fn unset(&mut self, name: &str) {
        self.0.retain(|(k, _)| k != name);
    }
    /// A toggle; off if it is missing.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some(FormValue::Flag(true)))
    }
    /// The edits of a draft table; none if it was not touched.
    pub fn edits(&self, name: &str) -> &[RowEdit] {
        if let Some(FormValue::Rows(edits)) = self.get(name) { edits } else { &[] }
    }
    /// Sets a field.
    pub fn set(&mut self, name: &str, value: FormValue) {
        match self.0.iter_mut().find(|(k, _)| k == name) {
            Some((_, v)) => *v = value,
            None => self.0.push((name.into(), value)),
        }
    }
    /// The same with a field set.
    #[must_use]
    pub fn with(mut self, name: &str, value: FormValue) -> Self {
        self.set(name, value);
        self
    }
}

/// One of the values that a field may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: ArcStr,
    /// What is shown.
    pub label: ArcStr,
    /// Why it cannot be chosen now, if it cannot.
    pub disabled: Option<String>,
}

/// How a field is edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormInput {
    /// One line of text.
    Text,
    /// A whole number between two bounds, both included.
    Number {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// One of these.
    Choice(Vec<Choice>),
    /// A row of a kind, or several: chosen in a picker.
    Pick(Box<Pick>),
    /// Yes or no.
    Toggle,
    /// Rows edited in place.
    Rows(Box<RowsInput>),
    /// A path of this machine.
    Path {
        /// At most so many bytes of the file are read; 0: it is only looked at.
        read: usize,
    },
    /// A text of several lines: its value is [`FormValue::Secret`], or [`FormValue::File`].
    Lines {
        /// The most bytes that it may have.
        most: usize,
        /// What a file with it would be called: its ending tells an editor what it is.
        file: &'static str,
    },
    /// One line that is shown as dots: its value is [`FormValue::Secret`].
    Secret,
}

/// A draft table: what its columns take, and the rows as they are in the account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowsInput {
    /// The columns.
    pub columns: Vec<DraftColumn>,
    /// The rows as they are now: what the difference is shown against.
    pub original: Vec<TableRow>,
    /// Rows that are often wanted.
    pub presets: Vec<Preset>,
    /// What is wrong with single cells.
    pub errors: Vec<CellError>,
    /// What is shown in place of a cell's text while that is not edited: an id, and the name of what has it.
    pub called: Vec<(ArcStr, ArcStr)>,
    /// Keys of rows whose empty cells stand for several values: what is typed there is meant for all.
    pub mixed: Vec<ArcStr>,
}

impl RowsInput {
    /// What is shown in place of a cell's text.
    pub fn shown<'a>(&'a self, text: &'a str) -> &'a str {
        self.called.iter().find(|(id, _)| id == text).map_or(text, |(_, name)| name.as_str())
    }
}

/// What is wrong with a cell of a draft table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellError {
    /// The row, by its place among [`super::draft::merge`]'s.
    pub row: usize,
    /// The column, from 0.
    pub column: usize,
    /// One sentence.
    pub text: String,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct FormField {
    /// snake_case; also the argument's name in a palette line.
    pub name: &'static str,
    /// What is shown before it.
    pub label: &'static str,
    /// One sentence under it.
    pub help: String,
    /// How it is edited.
    pub input: FormInput,
    /// Its value now: what was put in, else the default.
    pub value: FormValue,
    /// What is wrong with it, if anything.
    pub error: Option<String>,
    /// What is known of its value (usable addresses, a price), a line under it also while another field is focused; may be empty.
    pub facts: String,
    /// The section that it belongs to, by its label: folded to one line until it is opened. `None`: always shown. The fields of a section
    /// stand together.
    pub section: Option<&'static str>,
    /// Whether it is there for palette lines and the command line: the form shows it only if something was put in, or is wrong with it.
    pub argument: bool,
}

impl FormField {
    /// A field with neither help, error, facts nor section.
    pub fn new(name: &'static str, label: &'static str, input: FormInput, value: FormValue) -> Self {
        FormField {
            name,
            label,
            help: String::new(),
            input,
            value,
            error: None,
            facts: String::new(),
            section: None,
            argument: false,
        }
    }
    /// The same as an argument, which the form shows only where something was put in.
    #[must_use]
    pub fn as_argument(self) -> Self {
        FormField { argument: true, ..self }
    }
    /// Whether the form leaves it out.
    pub fn is_hidden(&self) -> bool {
        let empty = matches!(&self.value, FormValue::Text(text) if text.is_empty());
        self.argument && empty && self.error.is_none()
    }
    /// The same with a sentence of help.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        FormField { help: help.into(), ..self }
    }
    /// The same with what is wrong with it.
    #[must_use]
    pub fn with_error(self, error: Option<String>) -> Self {
        FormField { error, ..self }
    }
    /// The same with what is known of its value.
    #[must_use]
    pub fn with_facts(self, facts: impl Into<String>) -> Self {
        FormField { facts: facts.into(), ..self }
    }
    /// The same in a section that is folded until it is opened.
    #[must_use]
    pub fn in_section(self, section: &'static str) -> Self {
        FormField { section: Some(section), ..self }
    }
}

/// A form as it stands for the given values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FormSpec {
    /// The heading.
    pub title: String,
    /// Its fields, in order. None: the plan is made at once.
    pub fields: Vec<FormField>,
    /// Tables that it would need and that are not loaded: shown as "not asked", and asked for.
    pub needs: Vec<TableKey>,
}

impl FormSpec {
    /// Whether every field is right, so that a plan can be made.
    pub fn is_valid(&self) -> bool {
        self.fields.iter().all(|f| f.error.is_none())
    }
}
