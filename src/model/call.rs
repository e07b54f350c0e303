//! An API call as data: what the CLI text and the SDK request are both made from.

use arcstr::ArcStr;

use super::operation::Operation;
use crate::base::{RowId, Scope, Secret};

/// An argument's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// Text.
    Str(ArcStr),
    /// A whole number.
    Int(i64),
    /// A flag. In the CLI `--flag` or `--no-flag`.
    Bool(bool),
    /// A list.
    List(Vec<Arg>),
    /// A structure, by the API's member names.
    Map(Vec<(&'static str, Arg)>),
    /// Text that must not be shown, logged or journalled.
    Secret(Secret),
}

impl Arg {
    /// Text.
    pub fn str(s: impl Into<ArcStr>) -> Self {
        Arg::Str(s.into())
    }
    /// A list of texts.
    pub fn strs<S: Into<ArcStr>>(items: impl IntoIterator<Item = S>) -> Self {
        Arg::List(items.into_iter().map(|s| Arg::Str(s.into())).collect())
    }
    /// The text inside.
    pub fn as_str(&self) -> Option<&str> {
        if let Arg::Str(s) = self { Some(s) } else { None }
    }
    /// The number inside.
    pub fn as_int(&self) -> Option<i64> {
        if let Arg::Int(i) = self { Some(*i) } else { None }
    }
    /// The flag inside.
    pub fn as_bool(&self) -> Option<bool> {
        if let Arg::Bool(b) = self { Some(*b) } else { None }
    }
    /// The texts of a list.
    pub fn texts(&self) -> Vec<String> {
        match self {
            Arg::List(v) => v.iter().filter_map(|a| a.as_str().map(str::to_string)).collect(),
            Arg::Str(s) => vec![s.to_string()],
            _ => Vec::new(),
        }
    }
    /// A member of a structure.
    pub fn member(&self, name: &str) -> Option<&Arg> {
        if let Arg::Map(m) = self { m.iter().find(|(k, _)| *k == name).map(|(_, v)| v) } else { None }
    }
}

/// One call of a plan. `args` are named as the API names its members (`InstanceIds`), in the order in which the CLI text shows
/// them; a name of `""` is a positional argument of the CLI (`get-object`'s output file), which is not sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The declared operation.
    pub op: &'static Operation,
    /// Profile and region.
    pub scope: Scope,
    /// The input's members.
    pub args: Vec<(&'static str, Arg)>,
    /// The rows that it changes.
    pub subjects: Vec<RowId>,
}

impl Call {
    /// A call without arguments.
    pub fn new(op: &'static Operation, scope: Scope) -> Self {
        Call { op, scope, args: Vec::new(), subjects: Vec::new() }
    }
    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: Arg) -> Self {
        self.args.push((name, value));
        self
    }
    /// Names the rows that it changes.
    #[must_use]
    pub fn on(mut self, subjects: impl IntoIterator<Item = RowId>) -> Self {
        self.subjects.extend(subjects);
        self
    }
    /// An argument's value.
    pub fn get(&self, name: &str) -> Option<&Arg> {
        self.args.iter().find(|(k, _)| *k == name).map(|(_, v)| v)
    }
}
