//! What a request or an answer offers to be compared with its shape, whatever its protocol.

use serde_json::Value;

use crate::sandbox::wire::{Node, Params};

/// A value without members or elements.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// Text, which forms have for everything.
    Text(&'a str),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// A moment.
    Time,
}

/// One value of a request or of an answer.
pub trait Given {
    /// The names of the members, or of the list's indices in a form.
    fn names(&self) -> Vec<&str>;
    /// A member.
    fn get(&self, name: &str) -> Option<&Self>;
    /// All of that name: the elements of a list that has no element of its own.
    fn all(&self, name: &str) -> Vec<&Self> {
        self.get(name).into_iter().collect()
    }
    /// A list's elements in order.
    fn elements(&self) -> Vec<&Self>;
    /// The value itself, if it has one.
    fn scalar(&self) -> Option<Scalar<'_>>;
}

impl Given for Params {
    fn names(&self) -> Vec<&str> {
        Params::names(self).collect()
    }
    fn get(&self, name: &str) -> Option<&Params> {
        self.child(name)
    }
    fn elements(&self) -> Vec<&Params> {
        self.list("")
    }
    fn scalar(&self) -> Option<Scalar<'_>> {
        self.value().map(Scalar::Text)
    }
}

/// A structure's members are elements; a list's elements are too, whatever their name.
impl Given for Node {
    fn names(&self) -> Vec<&str> {
        self.children.iter().map(|c| c.name.as_str()).collect()
    }
    fn get(&self, name: &str) -> Option<&Node> {
        self.child(name)
    }
    fn all(&self, name: &str) -> Vec<&Node> {
        self.children.iter().filter(|c| c.name == name).collect()
    }
    fn elements(&self) -> Vec<&Node> {
        self.children.iter().collect()
    }
    fn scalar(&self) -> Option<Scalar<'_>> {
        self.children.is_empty().then_some(Scalar::Text(&self.text))
    }
}

impl Given for Value {
    fn names(&self) -> Vec<&str> {
        self.as_object().map(|o| o.keys().map(String::as_str).collect()).unwrap_or_default()
    }
    fn get(&self, name: &str) -> Option<&Value> {
        Value::get(self, name).filter(|v| !v.is_null())
    }
    fn elements(&self) -> Vec<&Value> {
        self.as_array().map(|a| a.iter().collect()).unwrap_or_default()
    }
    fn scalar(&self) -> Option<Scalar<'_>> {
        match self {
            Value::Bool(b) => Some(Scalar::Bool(*b)),
            Value::Number(n) => n.as_i64().map(Scalar::Int).or(n.as_f64().map(Scalar::Float)),
            Value::String(s) => Some(Scalar::Text(s)),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }
}
