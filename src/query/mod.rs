//! The query language of `/`, of the palette and of `get`: one parser, one meaning.
//!
//! ```text
//! QUERY  = TERMS { "or" TERMS }          one of the alternatives holds
//! TERMS  = { TERM }                      all of them hold: they bind closer than "or"
//! TERM   = [ "!" ] ( WORD | FIELD OP VALUE | "tag:" KEY [ ("=" | ":") VALUE ] | "is:" HOW )
//! OP     = ":" | "=" | "!=" | ">" | ">=" | "<" | "<="
//! VALUE  = text without spaces, or "quoted text"; several alternatives with commas after ":" and "="
//! HOW    = "bad" | "busy" | "good" | "idle" | "unknown"
//! ```
//! Of every kind `region` and `profile` are fields, unless it has one of that name itself: where a row was listed and whose it is.
//!
//! `is:bad` is what the sign before a row says ([`crate::model::health`]): its state is bad, or a check, a target's health or an alarm.
//!
//! A word looks at name, id, tags and every field that can be a column, but for those whose values are the same few words on most
//! rows (`tenancy`, `usage_operation`): they have to be named. Of an ARN it looks at the resource's own part, unless it has a
//! colon itself. An address is a word, colons or not. A field that holds the id of another row takes that row's name as well:
//! `vpc=prod`. `:` is "contains" for texts, "begins with" for states and "is" for numbers and flags; `=` is "is" for all of them.
//!
//! With an address or a range, `:` finds whatever has an address in common with it: `ip:10.0.0.0/16` addresses in that range,
//! `cidr:10.0.0.0/16` ranges that lie in it or hold it, `cidr:10.0.1.7` ranges that hold this address. Two ranges have nothing in
//! common or one holds the other, and the one that holds the other sorts before it: `cidr:R cidr>=R` is what lies in R,
//! `cidr:R cidr<=R` what holds it. `=` is "is", and of an address and a range "lies in". Order is by number, within one family.
//! Colons in a value are no operators: `ip:2600:1f14::/32`.
//!
//! A ratio is compared by its count (`healthy<3`) or by its share
//! (`healthy<60%`, `healthy=2/3`). A value that is unknown matches no comparison, neither `=` nor `!=`.

mod compare;
mod eval;
mod found;
mod hint;
mod needle;
mod parse;

pub(crate) use compare::glob;
pub use eval::{Cells, Hit, Matcher, Placed};
pub use found::{Found, Highlight, Plain, Prepared, Via};
pub use parse::HOW;

use std::fmt;
use std::net::IpAddr;

use arcstr::ArcStr;
use ipnet::IpNet;

use crate::base::Time;
use crate::model::{Block, FieldSet, Filters, KindInfo, Tone};

/// A parsed query for one kind. Empty: everything matches.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    /// What the user wrote.
    pub text: ArcStr,
    /// The terms. Those of one alternative follow each other, and all of them must hold.
    pub terms: Vec<Term>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The alternative that it belongs to, from 0.
    pub alternative: u16,
    /// Whether it is turned round.
    pub negated: bool,
    /// What must hold.
    pub test: Test,
}

/// A bare word: what a row is called, tagged, or shows in its columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// In lower case.
    pub text: String,
    /// The address or range that it is, however it is written.
    pub block: Option<Block>,
    /// The fields it looks at, by position: what can be a column, without those whose values are the same few words
    /// everywhere ([`crate::model::FieldInfo::named_only`]).
    pub fields: FieldSet,
}

/// What a term asks.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// Name, id, a tag or a column contains it.
    Word(Word),
    /// A field compares so.
    Field {
        /// The field's position in the kind.
        field: usize,
        /// How.
        op: Op,
        /// With one of these.
        operands: Vec<Operand>,
        /// The same as the user wrote them, upper and lower case.
        written: Vec<String>,
    },
    /// The row, all told, is so.
    Health {
        /// How.
        tone: Tone,
        /// The positions of the fields that say it.
        fields: Vec<usize>,
    },
    /// A tag is there (`None`), or has this value (lower case, `*` and `?` as wildcards).
    Tag {
        /// Its key, as AWS has it (keys are case-sensitive).
        key: String,
        /// Its value.
        value: Option<String>,
    },
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `:`
    Has,
    /// `=`
    Is,
    /// `!=`
    IsNot,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `<`
    Less,
    /// `<=`
    AtMost,
}

impl Op {
    /// As it is written.
    pub const fn text(self) -> &'static str {
        match self {
            Op::Has => ":",
            Op::Is => "=",
            Op::IsNot => "!=",
            Op::More => ">",
            Op::AtLeast => ">=",
            Op::Less => "<",
            Op::AtMost => "<=",
        }
    }
    /// Whether it asks for an order.
    pub const fn is_order(self) -> bool {
        matches!(self, Op::More | Op::AtLeast | Op::Less | Op::AtMost)
    }
}

/// What a field is compared with, read for the field's type.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// Text in lower case.
    Text(String),
    /// A number; for ages, seconds; for sizes, bytes; for ratios, how many.
    Number(f64),
    /// A part of all, from 0 to 1: what a ratio may be compared with instead.
    Share(f64),
    /// The first moment of a day in UTC.
    Day(Time),
    /// Yes or no.
    Flag(bool),
    /// An address.
    Ip(IpAddr),
    /// A range of addresses.
    Net(IpNet),
    /// There is none (`none`).
    Nothing,
}

/// Why a query cannot be read: one sentence that names what is wrong and the nearest right word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// The term.
    pub term: String,
    /// The sentence.
    pub message: String,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for QueryError {}

impl Query {
    /// Without the terms on values that live in side tables: what can be asked of a row alone.
    #[must_use]
    pub fn own(&self, kind: &KindInfo) -> Query {
        self.only(|t| match &t.test {
            Test::Field { field, .. } => kind.fields.at(*field).side.is_none(),
            Test::Health { fields, .. } => fields.iter().all(|f| kind.fields.at(*f).side.is_none()),
            Test::Tag { .. } => kind.tags_aside().is_none(),
            Test::Word(_) => true,
        })
    }
    /// Without some of the terms: what matches the whole query matches this one too. An alternative that has lost all of its terms lets
    /// everything through.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&Term) -> bool) -> Query {
        let mut rest = self.clone();
        rest.terms.retain(keep);
        if self.terms.iter().any(|t| rest.terms.iter().all(|r| r.alternative != t.alternative)) {
            rest.terms.clear();
        }
        rest
    }
    /// Whether it has alternatives.
    pub fn has_alternatives(&self) -> bool {
        self.terms.last().is_some_and(|t| t.alternative > 0)
    }
    /// Whether it has words that a row is looked through for.
    pub fn has_words(&self) -> bool {
        self.terms.iter().any(|t| matches!(t.test, Test::Word(_)))
    }
    /// The positions of the fields that hold ids of other rows (see [`crate::model::FieldInfo::ids`]) and are compared with what may
    /// be such a row's name. `instance=i-0a1` needs no names.
    pub fn by_name<'a>(&'a self, kind: &'a KindInfo) -> impl Iterator<Item = usize> + 'a {
        self.terms.iter().filter_map(|t| {
            let Test::Field { field, operands, .. } = &t.test else { return None };
            let info = kind.fields.at(*field);
            let name = |o: &Operand| matches!(o, Operand::Text(text) if !info.is_row_id(text));
            (info.ids.is_some() && operands.iter().any(name)).then_some(*field)
        })
    }
    /// The terms that AWS can apply, as its filters: every row that matches the query passes them. What they do not say is still to be
    /// looked for in the rows that come. `None`: there are no such terms.
    ///
    /// AWS compares texts as they are written, a query without regard to case: a term is AWS's only where a value can be written in
    /// one way. And it knows nothing of names that are shown for ids.
    pub fn filters(&self, kind: &KindInfo) -> Option<Filters> {
        if self.has_alternatives() {
            // AWS's filters have no "or" between two fields.
            return None;
        }
        let mut wanted: Vec<(&str, Vec<ArcStr>)> = Vec::new();
        for term in self.terms.iter().filter(|t| !t.negated) {
            let Test::Field { field, op: Op::Is, operands, written } = &term.test else { continue };
            let info = kind.fields.at(*field);
            if info.filter.is_none_or(|f| !f.lower_case && !f.as_written) || wanted.iter().any(|(f, _)| *f == info.name)
            {
                continue;
            }
            if info.filter.is_some_and(|f| f.as_written) {
                let nothing = operands.contains(&Operand::Nothing);
                if !nothing && written.iter().all(|text| !text.is_empty() && !text.contains('\\')) {
                    wanted.push((info.name, written.iter().map(|text| text.as_str().into()).collect()));
                }
                continue;
            }
            let value = |operand: &Operand| match operand {
                Operand::Flag(flag) => Some(ArcStr::from(if *flag { "true" } else { "false" })),
                // A backslash is a sign of its own in AWS's filters.
                Operand::Text(text) if text.is_empty() || text.contains(['*', '?', '\\']) => None,
                Operand::Text(text) if info.ids.is_some() && !info.is_row_id(text) => None,
                Operand::Text(text) => Some(ArcStr::from(text.as_str())),
                // One way to write it; of an IPv6 address there are several.
                Operand::Ip(IpAddr::V4(ip)) => Some(arcstr::format!("{ip}")),
                _ => None,
            };
            if let Some(values) = operands.iter().map(value).collect() {
                wanted.push((info.name, values));
            }
        }
        Filters::of(kind, wanted)
    }
    /// The fields that bare words look at; none if there are no words.
    pub fn words(&self) -> FieldSet {
        let fields = |t: &Term| if let Test::Word(word) = &t.test { word.fields } else { FieldSet::NONE };
        self.terms.iter().map(fields).fold(FieldSet::NONE, |all, one| all | one)
    }
    /// Whether everything matches.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
    /// The positions of the fields that it looks at by name. Tags that come from a call of their own are such a field.
    pub fn fields(&self, kind: &KindInfo) -> impl Iterator<Item = usize> + '_ {
        let tags = kind.tags_aside();
        self.terms.iter().flat_map(move |t| {
            let (one, more) = match &t.test {
                Test::Field { field, .. } => (Some(*field), &[][..]),
                Test::Health { fields, .. } => (None, fields.as_slice()),
                Test::Tag { .. } => (tags, &[][..]),
                Test::Word(_) => (None, &[][..]),
            };
            one.into_iter().chain(more.iter().copied())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Field, FieldInfo, FieldType, Fields, Value};

    const NONE: fn(&()) -> Value = |()| Value::Unknown;
    const fn of(name: &'static str, ty: FieldType) -> FieldInfo {
        FieldInfo::new(name, "", ty, "")
    }
    static FIELDS: Fields<()> = Fields(&[
        Field {
            info: of("instance", FieldType::List).id_of("instances", "i-").asked_by("attachment.instance-id"),
            get: NONE,
        },
        Field { info: of("zone", FieldType::Text).asked_by("availability-zone"), get: NONE },
        Field { info: of("key", FieldType::Text).asked_as_written_by("key-name"), get: NONE },
        Field { info: of("encrypted", FieldType::Bool).asked_by("encrypted"), get: NONE },
        Field { info: of("cost", FieldType::Float), get: NONE },
    ]);
    static KIND: KindInfo = KindInfo { sort: ("zone", true), ..KindInfo::new("things", "thing", "Things", &FIELDS) };

    #[test]
    fn only_what_aws_finds_in_full_is_asked_of_aws() {
        let asked = |q: &str| {
            let query = Query::parse(q, &KIND).expect(q);
            query.filters(&KIND).map(|f| f.to_string()).unwrap_or_default()
        };
        assert_eq!(asked("instance=i-0A1"), "instance=i-0a1");
        assert_eq!(asked("zone=a,b cost>3 some-word"), "zone=a,b", "the rest is looked for in what comes");
        assert_eq!(asked("encrypted=yes zone=a"), "encrypted=true zone=a");
        for (q, why) in [
            ("instance=web-1", "AWS knows no names for ids"),
            ("instance=i-1,web-1", "nor among ids"),
            ("zone:a", "a part of it"),
            ("zone!=a", "all others"),
            ("!zone=a", "all others"),
            ("zone=a*", "a pattern, whose signs AWS reads in another way"),
            ("zone=none", "those that have none"),
            ("key=ops", "AWS minds the case, and a query does not"),
            ("cost=3", "AWS has no such filter"),
            ("some-word", "a word is looked for everywhere"),
            ("zone=a or encrypted=yes", "either"),
            ("", "all"),
        ] {
            assert_eq!(asked(q), "", "{why}: {q}");
        }
        assert_eq!(asked("zone=a zone=b"), "zone=a", "both must hold: the second is looked for in what comes");
    }
}
