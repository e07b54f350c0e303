//! Kinds whose rows AWS does not list: they are made of other tables' rows.

use std::sync::Arc;

use super::kind::Kind;
use super::record::Record;
use crate::base::{Fault, Scope};

/// How the rows of a derived kind come about.
#[derive(Debug)]
pub struct Derived {
    /// The kinds whose tables it is made of, by name, in the same scope. They are watched while it is.
    pub inputs: &'static [&'static str],
    /// Makes the rows of one scope. Pure, and called on a worker whenever an input has changed: with 100,000 rows it may take some
    /// milliseconds.
    pub derive: fn(&Inputs) -> Vec<Record>,
}

/// One table that a derived kind is made of.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its kind.
    pub kind: Kind,
    /// The rows that are there and not gone.
    pub rows: Vec<Arc<Record>>,
    /// Whether these have ever been all of them.
    pub whole: bool,
    /// Why the last look at it failed.
    pub fault: Option<Fault>,
}

/// All tables that a derived kind is made of.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// Whose rows they are.
    pub scope: Scope,
    /// The tables, in the order of [`Derived::inputs`].
    pub tables: Vec<Input>,
}

impl Inputs {
    /// The rows of an input as far as they are known.
    pub fn rows(&self, kind: &str) -> &[Arc<Record>] {
        self.input(kind).map_or(&[], |i| i.rows.as_slice())
    }
    /// Whether all rows of an input are here: only then does the lack of one mean anything.
    pub fn is_whole(&self, kind: &str) -> bool {
        self.input(kind).is_some_and(|i| i.whole)
    }
    /// An input; `None` if it was not declared, which is a bug.
    fn input(&self, kind: &str) -> Option<&Input> {
        let found = self.tables.iter().find(|i| i.kind.name == kind);
        debug_assert!(found.is_some(), "{kind} is no input");
        found
    }
}
