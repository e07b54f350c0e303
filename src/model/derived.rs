//! Kinds whose rows AWS does not list: they are made of other tables' rows.

use std::net::IpAddr;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::kind::Kind;
use super::record::Record;
use super::table::Selector;
use crate::base::{Fault, RowId, Scope, Time};

/// A table that rows are made of: its kind's name, and which of its rows.
pub type Wanted = (&'static str, Selector);

/// How the rows of a derived kind come about.
#[derive(Debug)]
pub struct Derived {
    /// The kinds whose tables it is made of, by name, in the same scope. They are watched while it is.
    pub inputs: &'static [&'static str],
    /// Makes the rows of one scope. Pure, and called on a worker whenever an input has changed: with 100,000 rows it may take some
    /// milliseconds.
    pub derive: fn(&Inputs) -> Vec<Record>,
    /// Which of the inputs' rows a table is made of, where the kind's tables are each of a text ([`ByText`]); without it, of all.
    pub of: Option<Parts>,
}

/// What a table of one text is made of.
#[derive(Debug)]
pub struct Parts {
    /// What one scope is asked for at first.
    pub asks: fn(&str, &Scope) -> Vec<Wanted>,
    /// What else is asked for once the first rows are known.
    pub then: Option<Then>,
    /// What is looked at where it is loaded anyway, and not asked for or waited for.
    pub beside: fn(&str, &Scope) -> Vec<Wanted>,
}

/// Shows the rows of a table, as far as they are here. Called for each event: nothing is copied.
pub type Rows<'a> = dyn Fn(&Wanted, &mut dyn FnMut(&Arc<Record>)) + 'a;

/// Says which tables follow from rows that are known.
pub type Then = fn(&str, &Rows<'_>) -> Vec<Wanted>;

/// The exit status that some rows stand for.
pub type ExitOf = fn(&[&Record]) -> Option<u8>;

/// A kind whose tables are each of a text that somebody writes ([`Selector::Parent`]): `find 10.1.4.77`, `doctor me web-1:22`.
#[derive(Debug)]
pub struct ByText {
    /// Reads what stands behind the kind's name, and writes it in one way. The error is a sentence.
    pub read: fn(&str) -> Result<RowId, String>,
    /// That there are no rows of it: `nothing was found that has 10.1.4.77`.
    pub nothing: fn(&str) -> String,
    /// The first word that stands for the user's own address.
    pub me: Option<&'static str>,
    /// The text that a focused row suggests.
    pub offer: Option<fn(&Record) -> Option<String>>,
    /// Whether that is gone to at once, and not shown first.
    pub sure: bool,
    /// The exit status that the rows are for the command line, where that is not whether there are any; `None`: they do not say.
    pub exit: Option<ExitOf>,
}

impl ByText {
    /// A text that begins with the user's own address, with that in place of the word for it; `None`: it does not begin so.
    pub fn with_me(&self, text: &str, me: Option<IpAddr>) -> Option<Option<RowId>> {
        let rest = text.strip_prefix(self.me?)?.strip_prefix(' ')?;
        Some(me.map(|ip| arcstr::format!("{ip} {rest}")))
    }
}

impl Derived {
    /// Made of all rows of some kinds.
    pub const fn of(inputs: &'static [&'static str], derive: fn(&Inputs) -> Vec<Record>) -> Derived {
        Derived { inputs, derive, of: None }
    }
    /// The tables that one of the kind's is made of at first: it cannot be told without them.
    pub fn wanted(&self, selector: &Selector, scope: &Scope) -> Vec<Wanted> {
        match (&self.of, selector) {
            (Some(parts), Selector::Parent(text)) => (parts.asks)(text, scope),
            (Some(_), _) => Vec::new(),
            (None, _) => self.inputs.iter().map(|name| (*name, Selector::All)).collect(),
        }
    }
    /// The tables that follow from the rows of those.
    pub fn following(&self, selector: &Selector, rows: &Rows<'_>) -> Vec<Wanted> {
        match (self.of.as_ref().and_then(|p| p.then), selector) {
            (Some(then), Selector::Parent(text)) => then(text, rows),
            _ => Vec::new(),
        }
    }
    /// The tables that are looked at where they are here.
    pub fn beside(&self, selector: &Selector, scope: &Scope) -> Vec<Wanted> {
        match (&self.of, selector) {
            (Some(parts), Selector::Parent(text)) => (parts.beside)(text, scope),
            _ => Vec::new(),
        }
    }
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
    /// The text that is looked for, where the kind's tables are each of one; else empty.
    pub text: RowId,
    /// When the rows are made: what is old is so by then.
    pub now: Time,
    /// The tables. Of a kind there may be several where a text is looked for.
    pub tables: Vec<Input>,
}

impl Inputs {
    /// The rows of an input as far as they are known.
    pub fn rows(&self, kind: &str) -> &[Arc<Record>] {
        self.input(kind).map_or(&[], |i| i.rows.as_slice())
    }
    /// All rows of a kind as far as they are known, of all its tables, each once. Of a kind that no table is of there are none.
    pub fn each<'i>(&'i self, kind: &str) -> impl Iterator<Item = &'i Arc<Record>> {
        let mut seen: FxHashSet<&'i str> = FxHashSet::default();
        let tables = self.tables.iter().filter(move |t| t.kind.0.name == kind);
        // One table has each of its rows once.
        let several = tables.clone().nth(1).is_some();
        tables.flat_map(|t| &t.rows).filter(move |r| !several || seen.insert(r.id.as_str()))
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
