//! Whether a row matches.

use std::borrow::Cow;

use arcstr::ArcStr;
use rustc_hash::FxHashMap;

use super::compare::{compare, glob, is_at, text_matches};
use super::needle::Needle;
use super::{Op, Operand, Query, Term, Test, Word};
use crate::base::{Scope, Time};
use crate::model::{Record, Shared, Tags, Value, health};

/// A row as a query sees it: its record, and its cells with the side tables joined in.
pub trait Cells {
    /// The record.
    fn record(&self) -> &Record;
    /// The value of a field by position.
    fn cell(&self, field: usize) -> &Value;
    /// The tags; `None` = not known.
    fn tags(&self) -> Option<&Tags>;
    /// Where it was listed, if that is known: a record alone does not say it.
    fn scope(&self) -> Option<&Scope> {
        None
    }
    /// The value of a field, of its kind or of those that stand behind every kind's own.
    fn value_at(&self, field: usize) -> Cow<'_, Value> {
        match self.record().kind.behind(field) {
            None => Cow::Borrowed(self.cell(field)),
            Some(behind) => Cow::Owned(behind.value(self.scope(), self.tags())),
        }
    }
    /// The name of the row that a field names by this id, if it is at hand.
    fn called(&self, _field: usize, _id: &str) -> Option<&str> {
        None
    }
    /// The values that come from side tables and are at hand, with their fields' positions.
    fn joined(&self) -> impl Iterator<Item = (usize, &Value)> {
        std::iter::empty()
    }
}

impl Cells for Record {
    fn record(&self) -> &Record {
        self
    }
    fn cell(&self, field: usize) -> &Value {
        self.at(field)
    }
    fn tags(&self) -> Option<&Tags> {
        self.kind.tags_aside().is_none().then_some(&self.tags)
    }
}

/// A record, and where it was listed.
pub struct Placed<'r>(pub &'r Record, pub &'r Scope);

impl Cells for Placed<'_> {
    fn record(&self) -> &Record {
        self.0
    }
    fn cell(&self, field: usize) -> &Value {
        self.0.at(field)
    }
    fn tags(&self) -> Option<&Tags> {
        Cells::tags(self.0)
    }
    fn scope(&self) -> Option<&Scope> {
        Some(self.1)
    }
}

impl Query {
    /// Whether the row matches at the moment `now` (ages are counted from it).
    pub fn matches(&self, row: &impl Cells, now: Time) -> bool {
        self.matcher(now).matches(row)
    }
    /// Matches many rows, at the moment `now`.
    pub fn matcher(&self, now: Time) -> Matcher<'_> {
        let terms = self.terms.iter().map(|term| {
            let word = if let Test::Word(w) = &term.test { w.text.as_str() } else { "" };
            (term, Needle::new(word), Seen::default())
        });
        let named = self.terms.iter().any(|t| !t.negated && matches!(t.test, Test::Word(_)));
        Matcher { now, terms: terms.collect(), named, id: None }
    }
}

/// Whether what some rows have in common contains a word, by its address; held, so that no address is given to another.
type Seen = FxHashMap<usize, (Shared, bool)>;

/// Matches one row after the other, and looks at what many rows share once.
pub struct Matcher<'q> {
    now: Time,
    /// Each term with its word, and what is known of it.
    terms: Vec<(&'q Term, Needle<'q>, Seen)>,
    /// Whether there are words that a row may be called by.
    named: bool,
    /// The position of the field `id`, once it was looked for.
    id: Option<Option<usize>>,
}

/// A row that matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Whether its name or id has the words: such rows come first.
    pub by_name: bool,
}

impl Matcher<'_> {
    /// Whether the row matches.
    pub fn matches(&mut self, row: &impl Cells) -> bool {
        let now = self.now;
        let mut ways = self.terms.chunk_by_mut(|a, b| a.0.alternative == b.0.alternative).peekable();
        ways.peek().is_none()
            || ways.any(|all| all.iter_mut().all(|(term, word, seen)| term.holds(row, now, word, seen)))
    }

    /// The same, and whether the row is called so. A row that matches by several alternatives goes by the one that names it.
    pub fn hit(&mut self, row: &impl Cells) -> Option<Hit> {
        if !self.named {
            return self.matches(row).then_some(Hit { by_name: true });
        }
        let now = self.now;
        let record = row.record();
        let id = *self
            .id
            .get_or_insert_with(|| record.kind.index_of("id").filter(|i| record.kind.fields.at(*i).ids.is_some()));
        let called = |w: &Needle<'_>| {
            let beside = |i: usize| texts(row.cell(i)).iter().filter_map(|id| row.called(i, id)).any(|n| w.names(n));
            w.names(&record.name) || w.names(&record.id) || id.is_some_and(beside)
        };
        let mut hit = None;
        for all in self.terms.chunk_by_mut(|a, b| a.0.alternative == b.0.alternative) {
            if !all.iter_mut().all(|(term, word, seen)| term.holds(row, now, word, seen)) {
                continue;
            }
            let words = all.iter().filter(|(term, ..)| !term.negated && matches!(term.test, Test::Word(_)));
            let by_name = words.map(|(_, w, _)| w).all(called);
            hit = Some(Hit { by_name });
            if by_name {
                break;
            }
        }
        hit
    }
}

impl Term {
    fn holds(&self, row: &impl Cells, now: Time, w: &Needle<'_>, seen: &mut Seen) -> bool {
        let held = match &self.test {
            Test::Word(word) => has_word(row, word, w, seen),
            Test::Health { tone, fields } => {
                health::tone(row.record(), fields.iter().map(|f| row.cell(*f))) == Some(*tone)
            }
            Test::Tag { key, value } => {
                // As with a field: what is not known is claimed neither way.
                let Some(tags) = row.tags() else { return false };
                tags.iter().any(|(k, v)| {
                    (k == key || k.eq_ignore_ascii_case(key))
                        && value.as_ref().is_none_or(|want| glob(want, &v.to_lowercase()))
                })
            }
            Test::Field { field, op, operands, .. } => {
                let value = &*row.value_at(*field);
                let ty = row.record().kind.fields.at(*field).ty;
                // What is not known is neither equal nor different: a negated term must not claim it either.
                if matches!(value, Value::Unknown) {
                    return false;
                }
                let holds = |op: Op, operand: &Operand| {
                    let by_name = |want: &str| {
                        texts(value)
                            .iter()
                            .filter_map(|id| row.called(*field, id))
                            .any(|n| text_matches(n, want, ty, op))
                    };
                    compare(value, ty, op, operand, now) || matches!(operand, Operand::Text(want) if by_name(want))
                };
                match op {
                    Op::IsNot => !operands.iter().any(|o| holds(Op::Is, o)),
                    op => operands.iter().any(|o| holds(*op, o)),
                }
            }
        };
        held != self.negated
    }
}

/// Whether the word is in what the row is called, in its tags or in one of the word's fields.
fn has_word(row: &impl Cells, word: &Word, w: &Needle<'_>, seen: &mut Seen) -> bool {
    let r = row.record();
    let named =
        |i: usize, value: &Value| texts(value).iter().filter_map(|id| row.called(i, id)).any(|name| w.names(name));
    let has = |value: &Value| value_has(value, w) || word.block.is_some_and(|b| is_at(value, b));
    let here = |(i, value): (usize, &Value)| word.fields.contains(i) && (has(value) || named(i, value));
    let shared = r.values.shared().is_some_and(|common| {
        let look = || (common.clone(), common.values().any(here));
        seen.entry(common.address()).or_insert_with(look).1
    });
    shared
        || w.names(&r.name)
        || w.names(&r.id)
        || r.values.own().any(here)
        || row.tags().is_some_and(|tags| tags.iter().any(|(k, v)| w.names(v) || w.names(k)))
        || row.joined().any(here)
}

/// The texts of a value that may be ids.
pub(super) fn texts(value: &Value) -> &[ArcStr] {
    match value {
        Value::Text(s) => std::slice::from_ref(s),
        Value::List(items) => items,
        _ => &[],
    }
}

pub(super) fn value_has(value: &Value, w: &Needle<'_>) -> bool {
    match value {
        Value::Text(s) | Value::State(_, s) => w.names(s),
        Value::List(v) => v.iter().any(|s| w.names(s)),
        Value::Ip(ip) => w.is_numeric() && w.is_in(&ip.to_string()),
        Value::Ip6(_) | Value::Net(_) | Value::Net6(_) | Value::Ips(_) | Value::Nets(_) => {
            w.is_address() && value.blocks().any(|block| w.is_in(&block.to_string()))
        }
        Value::Int(n) => w.is_numeric() && w.is(&n.to_string()),
        _ => false,
    }
}

#[cfg(test)]
#[path = "eval_tests.rs"]
mod tests;
