//! The tree of values that an operation answers with, and that CloudWatch's read too. Knows nothing of a protocol.
//!
//! A request's leaves keep whatever type its protocol could say: the query protocol has only text, so each getter also
//! reads text. An absent member and a null one are the same.

use std::borrow::Cow;

use crate::base::Time;
use crate::sandbox::wire::shapes::given::{Given, Scalar};
use crate::sandbox::wire::shapes::reads;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// Absent.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A floating-point number.
    Num(f64),
    /// Text.
    Text(Cow<'static, str>),
    /// A timestamp.
    Time(Time),
    /// A list.
    List(Vec<Tree>),
    /// A structure: members in the order in which they are written.
    Map(Vec<(Cow<'static, str>, Tree)>),
    /// A map with free keys; differs from a structure in the query protocol's XML only.
    Dict(Vec<(String, Tree)>),
}

impl Tree {
    /// A structure without its absent members.
    pub fn map<const N: usize>(members: [(&'static str, Tree); N]) -> Tree {
        Tree::Map(members.into_iter().filter(|(_, v)| *v != Tree::Null).map(|(k, v)| (Cow::Borrowed(k), v)).collect())
    }
    /// A list of text.
    pub fn texts<S: AsRef<str>>(items: &[S]) -> Tree {
        Tree::List(items.iter().map(|s| Tree::from(s.as_ref())).collect())
    }
    /// A member of a structure; [`Tree::Null`] if there is none.
    pub fn get(&self, name: &str) -> &Tree {
        let found = self.member(name);
        found.inspect(|v| reads::note(*v)).unwrap_or(&Tree::Null)
    }
    /// A member, without its counting as read.
    fn member(&self, name: &str) -> Option<&Tree> {
        match self {
            Tree::Map(m) => m.iter().find(|(k, _)| k == name).map(|(_, v)| v),
            Tree::Dict(m) => m.iter().find(|(k, _)| k == name).map(|(_, v)| v),
            _ => None,
        }
    }
    /// Whether it is absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Tree::Null)
    }
    /// As text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Tree::Text(s) => Some(s),
            _ => None,
        }
    }
    /// A member as text.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name).text()
    }
    /// As a whole number.
    pub fn int(&self) -> Option<i64> {
        match self {
            Tree::Int(i) => Some(*i),
            Tree::Num(n) if n.fract() == 0.0 => Some(*n as i64),
            Tree::Text(s) => s.trim().parse().ok(),
            _ => None,
        }
    }
    /// As a number.
    pub fn num(&self) -> Option<f64> {
        match self {
            Tree::Int(i) => Some(*i as f64),
            Tree::Num(n) => Some(*n),
            Tree::Text(s) => s.trim().parse().ok(),
            _ => None,
        }
    }
    /// As a boolean.
    pub fn flag(&self) -> Option<bool> {
        match self {
            Tree::Bool(b) => Some(*b),
            Tree::Text(s) if s.eq_ignore_ascii_case("true") => Some(true),
            Tree::Text(s) if s.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }
    /// As a moment: a timestamp, seconds since the epoch, or ISO 8601 (without an offset it is UTC).
    pub fn time(&self) -> Option<Time> {
        match self {
            Tree::Time(t) => Some(*t),
            Tree::Int(i) => Some(Time::from_secs(*i)),
            Tree::Num(n) => Some(Time::from_millis((n * 1000.0).round() as i64)),
            Tree::Text(s) => Time::parse(s)
                .or_else(|| Time::parse(&format!("{s}Z")))
                .or_else(|| Time::parse(&format!("{s}T00:00:00Z")))
                .or_else(|| s.parse::<f64>().ok().map(|n| Time::from_millis((n * 1000.0).round() as i64))),
            _ => None,
        }
    }
    /// The items of a list; none if it is no list.
    pub fn items(&self) -> &[Tree] {
        match self {
            Tree::List(v) => v,
            _ => &[],
        }
    }
    /// The items of a list of text.
    pub fn strings(&self) -> Vec<String> {
        self.items().iter().filter_map(|t| t.text().map(str::to_owned)).collect()
    }
}

impl From<&str> for Tree {
    fn from(s: &str) -> Self {
        Tree::Text(Cow::Owned(s.to_owned()))
    }
}
impl From<String> for Tree {
    fn from(s: String) -> Self {
        Tree::Text(Cow::Owned(s))
    }
}
impl From<bool> for Tree {
    fn from(b: bool) -> Self {
        Tree::Bool(b)
    }
}
impl From<i64> for Tree {
    fn from(i: i64) -> Self {
        Tree::Int(i)
    }
}
impl From<f64> for Tree {
    fn from(n: f64) -> Self {
        Tree::Num(n)
    }
}
impl From<Time> for Tree {
    fn from(t: Time) -> Self {
        Tree::Time(t)
    }
}
impl<T: Into<Tree>> From<Option<T>> for Tree {
    fn from(o: Option<T>) -> Self {
        o.map_or(Tree::Null, Into::into)
    }
}
impl From<Vec<Tree>> for Tree {
    fn from(v: Vec<Tree>) -> Self {
        Tree::List(v)
    }
}
impl From<&arcstr::ArcStr> for Tree {
    fn from(s: &arcstr::ArcStr) -> Self {
        Tree::from(s.as_str())
    }
}

/// A number with at least one digit after the point, as CloudWatch writes doubles in texts: `80.0`.
pub fn number(n: f64) -> String {
    if n.fract() == 0.0 && n.abs() < 1e7 { format!("{n:.1}") } else { format!("{n}") }
}

impl Given for Tree {
    fn names(&self) -> Vec<&str> {
        match self {
            Tree::Map(m) => m.iter().filter(|(_, v)| !v.is_null()).map(|(k, _)| &**k).collect(),
            Tree::Dict(m) => m.iter().filter(|(_, v)| !v.is_null()).map(|(k, _)| k.as_str()).collect(),
            _ => Vec::new(),
        }
    }
    fn get(&self, name: &str) -> Option<&Tree> {
        self.member(name).filter(|v| !v.is_null())
    }
    fn elements(&self) -> Vec<&Tree> {
        self.items().iter().collect()
    }
    fn scalar(&self) -> Option<Scalar<'_>> {
        match self {
            Tree::Bool(b) => Some(Scalar::Bool(*b)),
            Tree::Int(n) => Some(Scalar::Int(*n)),
            Tree::Num(n) => Some(Scalar::Float(*n)),
            Tree::Text(s) => Some(Scalar::Text(s)),
            Tree::Time(_) => Some(Scalar::Time),
            Tree::Null | Tree::List(_) | Tree::Map(_) | Tree::Dict(_) => None,
        }
    }
}
