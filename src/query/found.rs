//! Where a row has what a query looks for: the parts of a cell's text, and the field that matched where no cell shows it. For rows that
//! are seen.

use std::ops::Range;

use arcstr::ArcStr;

use super::eval::{Cells, texts, value_has};
use super::needle::Needle;
use super::{Op, Operand, Query, Test, Word};

/// Words that are told apart in one row, as many as a set has bits.
const MOST: usize = 32;

/// A query's words, to be looked for in the text of cells.
pub struct Highlight<'q> {
    texts: Vec<Sought<'q>>,
}

struct Sought<'q> {
    needle: Needle<'q>,
    alternative: u16,
    what: Where<'q>,
}

enum Where<'q> {
    /// In every cell.
    Anywhere(&'q Word),
    /// In the cells of this field.
    Field(usize),
}

/// A text that is looked for as it stands, without regard to case.
pub struct Plain(String);

impl Plain {
    /// This text.
    pub fn new(text: &str) -> Plain {
        Plain(text.to_lowercase())
    }
    /// Where it stands first.
    pub fn find(&self, text: &str) -> Option<usize> {
        let mut first = None;
        self.each_in(text, |at| first = first.or(Some(at.start)));
        first
    }
    /// The same, prepared for many texts.
    pub fn prepared(&self) -> Prepared<'_> {
        Prepared(Needle::new(&self.0))
    }
    /// Calls `at` with every place where it stands; whether there is one.
    pub fn each_in(&self, text: &str, at: impl FnMut(Range<usize>)) -> bool {
        Needle::new(&self.0).each_in(text, at)
    }
}

/// A [`Plain`] text that many others are looked through for.
pub struct Prepared<'t>(Needle<'t>);

impl Prepared<'_> {
    /// Whether a text has it.
    pub fn is_in(&self, text: &str) -> bool {
        self.0.is_in(text)
    }
    /// Where it stands first in a text.
    pub fn find(&self, text: &str) -> Option<usize> {
        let mut first = None;
        let has = self.0.is_in(text) && self.0.each_in(text, |at| first = first.or(Some(at.start)));
        first.filter(|_| has)
    }
    /// Whether it could be a part of an address or a range.
    pub fn is_address(&self) -> bool {
        self.0.is_address()
    }
}

/// Which words have been seen in a row's cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Found(u32);

/// What has a word that no cell of the row shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// The field at this position.
    Field(usize),
    /// The tag with this key.
    Tag(ArcStr),
}

impl std::ops::BitOrAssign for Found {
    fn bitor_assign(&mut self, other: Found) {
        self.0 |= other.0;
    }
}

impl Query {
    /// What of it can be seen in cells; `None` if nothing can.
    pub fn highlight(&self) -> Option<Highlight<'_>> {
        let mut texts: Vec<Sought<'_>> = Vec::new();
        for term in self.terms.iter().filter(|t| !t.negated) {
            let mut add =
                |text, what| texts.push(Sought { needle: Needle::new(text), alternative: term.alternative, what });
            match &term.test {
                Test::Word(word) => add(&word.text, Where::Anywhere(word)),
                Test::Field { field, op: Op::Has | Op::Is, operands, .. } => {
                    for operand in operands {
                        if let Operand::Text(text) = operand
                            && !text.contains(['*', '?'])
                        {
                            add(text, Where::Field(*field));
                        }
                    }
                }
                _ => {}
            }
        }
        texts.truncate(MOST);
        (!texts.is_empty()).then_some(Highlight { texts })
    }
}

impl Highlight<'_> {
    /// Whether there are words that a row may have where no cell shows them.
    pub fn has_words(&self) -> bool {
        self.texts.iter().any(|s| matches!(s.what, Where::Anywhere(_)))
    }

    /// Calls `at` with the parts of a cell's text that were looked for. `field`: whose text it is, if it is a field's.
    pub fn parts(&self, field: Option<usize>, text: &str, mut at: impl FnMut(Range<usize>)) -> Found {
        let mut found = Found::default();
        for (i, sought) in self.texts.iter().enumerate() {
            let here = match sought.what {
                Where::Anywhere(_) => true,
                Where::Field(f) => field == Some(f),
            };
            if here && sought.needle.each_in(text, &mut at) {
                found.0 |= 1 << i;
            }
        }
        found
    }

    /// By what the row has the first word that was not seen in its cells; `None` if all of an alternative's words were.
    pub fn via(&self, row: &impl Cells, seen: Found) -> Option<Via> {
        let words = || {
            self.texts.iter().enumerate().filter_map(|(i, s)| {
                if let Where::Anywhere(word) = s.what { Some((seen.0 >> i & 1 == 1, s, word)) } else { None }
            })
        };
        let shown = |of: u16| words().filter(|(_, s, _)| s.alternative == of).all(|(seen, ..)| seen);
        if words().any(|(_, s, _)| shown(s.alternative)) {
            return None;
        }
        words().filter(|(seen, ..)| !seen).find_map(|(_, s, word)| in_row(row, word, &s.needle))
    }
}

fn in_row(row: &impl Cells, word: &Word, w: &Needle<'_>) -> Option<Via> {
    let record = row.record();
    let fields = (0..record.kind.fields.len()).filter(|i| word.fields.contains(*i));
    let has = |i: &usize| {
        let value = row.cell(*i);
        value_has(value, w)
            || word.block.is_some_and(|b| super::compare::is_at(value, b))
            || texts(value).iter().filter_map(|id| row.called(*i, id)).any(|name| w.names(name))
    };
    let tag = || row.tags()?.iter().find(|(k, v)| w.names(v) || w.names(k)).map(|(k, _)| Via::Tag(k.clone()));
    fields.clone().find(has).map(Via::Field).or_else(tag)
}
