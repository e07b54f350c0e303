//! CloudWatch's value tree as what is compared with a shape.

use super::value::Tree;
use crate::sandbox::wire::shapes::given::{Given, Scalar};

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
