//! Flattened forms (`Filter.1.Value.2=x`, `Metrics.member.1=y`) as a tree.

use serde::{Deserialize, Serialize};

use super::ApiError;
use super::shapes::reads;

/// A node of the tree: a value, children by name, or both. Names are few at each level, so that a vector is the quickest map.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Params {
    value: Option<String>,
    children: Vec<(String, Params)>,
}

/// Deeper than any operation's input; a longer name is cut there.
const DEEPEST: usize = 16;

impl Params {
    /// Reads `a=b&c.1.d=e`, as a form's body or a query has it.
    pub fn parse(form: &[u8]) -> Params {
        let mut root = Params::default();
        for (name, value) in form_urlencoded::parse(form) {
            let mut node = &mut root;
            for part in name.splitn(DEEPEST, '.') {
                node = node.child_mut(part);
            }
            node.value = Some(value.into_owned());
        }
        root
    }

    fn child_mut(&mut self, name: &str) -> &mut Params {
        let at = self.children.iter().position(|(n, _)| n == name).unwrap_or_else(|| {
            self.children.push((name.to_string(), Params::default()));
            self.children.len() - 1
        });
        &mut self.children[at].1
    }

    /// The node at a dotted path.
    pub fn node(&self, path: &str) -> Option<&Params> {
        let node = path.split('.').try_fold(self, Params::child);
        node.inspect(|n| reads::note(*n))
    }
    /// The child of this name, without its counting as read.
    pub(super) fn child(&self, name: &str) -> Option<&Params> {
        self.children.iter().find(|(n, _)| n == name).map(|(_, c)| c)
    }
    /// Calls `see` with every dotted path below this node that has a value, without its counting as read.
    pub fn each<'p>(&'p self, see: &mut dyn FnMut(&str, &'p str)) {
        fn walk<'p>(node: &'p Params, path: &str, see: &mut dyn FnMut(&str, &'p str)) {
            if let Some(value) = node.value() {
                see(path, value);
            }
            for (name, child) in &node.children {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                walk(child, &below, see);
            }
        }
        walk(self, "", see);
    }
    /// A copy to be kept and shown as it is: all of it counts as read.
    pub fn kept(&self) -> Params {
        fn note(node: &Params) {
            reads::note(node);
            node.children.iter().for_each(|(_, c)| note(c));
        }
        note(self);
        self.clone()
    }
    /// This node's own value.
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }
    /// The value at a dotted path.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.node(path)?.value()
    }
    /// The value at a dotted path, or AWS's error for a missing one.
    ///
    /// # Errors
    /// `MissingParameter`.
    pub fn required(&self, path: &str) -> Result<&str, ApiError> {
        self.text(path).filter(|s| !s.is_empty()).ok_or_else(|| missing(path))
    }
    /// `true` or `false` at a dotted path.
    ///
    /// # Errors
    /// `InvalidParameterValue` for anything else.
    pub fn bool(&self, path: &str) -> Result<Option<bool>, ApiError> {
        match self.text(path) {
            None => Ok(None),
            Some("true" | "True" | "1") => Ok(Some(true)),
            Some("false" | "False" | "0") => Ok(Some(false)),
            Some(other) => Err(ApiError::new(
                "InvalidParameterValue",
                format!("Invalid value '{other}' for {path}. Must be specified as true or false."),
            )),
        }
    }
    /// A whole number at a dotted path.
    ///
    /// # Errors
    /// `InvalidParameterValue` if it is not one.
    pub fn int(&self, path: &str) -> Result<Option<i64>, ApiError> {
        let Some(s) = self.text(path) else { return Ok(None) };
        s.trim().parse().map(Some).map_err(|_| {
            ApiError::new(
                "InvalidParameterValue",
                format!("Value ({s}) for parameter {path} is invalid. Expected a number"),
            )
        })
    }
    /// Whether something is said at a dotted path, in which `*` stands for each element of a list: `Targets.*.Id`.
    pub fn has(&self, path: &str) -> bool {
        match path.split_once(".*.") {
            Some((list, rest)) => self.list(list).iter().any(|one| one.has(rest)),
            None => self.node(path).is_some_and(|n| n.value() != Some("")),
        }
    }
    /// The elements of a list at a dotted path, by their numbers: `PATH.1`, `PATH.2`…, or `PATH.member.1`…
    ///
    /// The empty path is this node itself.
    pub fn list(&self, path: &str) -> Vec<&Params> {
        let node = if path.is_empty() { Some(self) } else { self.node(path) };
        let Some(mut node) = node else { return Vec::new() };
        for hop in ["member", "item"] {
            node = node.node(hop).unwrap_or(node);
        }
        let mut items: Vec<(u64, &Params)> =
            node.children.iter().filter_map(|(n, c)| n.parse().ok().map(|n| (n, c))).collect();
        items.sort_by_key(|(n, _)| *n);
        items.into_iter().map(|(_, c)| c).collect()
    }
    /// The values of a list of strings at a dotted path.
    pub fn texts(&self, path: &str) -> Vec<&str> {
        self.list(path).into_iter().filter_map(Params::value).collect()
    }
    /// Sets the value at a dotted path.
    pub fn set(&mut self, path: &str, value: &str) {
        let mut node = self;
        for part in path.splitn(DEEPEST, '.') {
            node = node.child_mut(part);
        }
        node.value = Some(value.to_string());
    }
    /// The children, as sent.
    pub fn children(&self) -> impl Iterator<Item = (&str, &Params)> {
        self.children.iter().map(|(n, c)| (n.as_str(), c))
    }
    /// This with the children of `over` in place of its own of the same names.
    #[must_use]
    pub fn overlaid(&self, over: &Params) -> Params {
        let mut out = self.clone();
        for (name, child) in &over.children {
            *out.child_mut(name) = child.clone();
        }
        out
    }
    /// This without the value at a dotted path in each element of a list.
    #[must_use]
    pub fn without(&self, list: &str, path: &str) -> Params {
        let mut out = self.clone();
        let (parents, last) = path.rsplit_once('.').unwrap_or(("", path));
        if let Some((_, items)) = out.children.iter_mut().find(|(n, _)| n == list) {
            for (_, item) in &mut items.children {
                let mut parents = parents.split('.').filter(|p| !p.is_empty());
                let at = parents
                    .try_fold(item, |node, name| node.children.iter_mut().find(|(n, _)| n == name).map(|(_, c)| c));
                if let Some(node) = at {
                    node.children.retain(|(n, _)| n != last);
                }
            }
        }
        out
    }
    /// The names of the children, as sent.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.children.iter().map(|(n, _)| n.as_str())
    }
    /// A digest of everything but the children named: two requests with the same digest ask for the same.
    pub fn digest(&self, without: &[&str]) -> u64 {
        let mut children: Vec<&(String, Params)> =
            self.children.iter().filter(|(n, _)| !without.contains(&n.as_str())).collect();
        children.sort_by(|a, b| a.0.cmp(&b.0));
        let mut hash = FNV_START;
        for b in self.value.as_deref().unwrap_or("\u{0}").bytes() {
            hash = fnv(hash, b);
        }
        for (name, child) in children {
            name.bytes().chain([b'=']).chain(child.digest(&[]).to_le_bytes()).for_each(|b| hash = fnv(hash, b));
        }
        hash
    }
    /// Whether nothing was sent here.
    pub fn is_empty(&self) -> bool {
        self.value.is_none() && self.children.is_empty()
    }
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// One step of FNV-1a: stable across runs, so that a saved world's client tokens stay good.
fn fnv(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
}

/// AWS's error for a parameter that is not there.
fn missing(path: &str) -> ApiError {
    ApiError::new("MissingParameter", format!("The request must contain the parameter {path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flattened_lists_keep_their_numbers_order() {
        let p = Params::parse(
            b"Action=X&InstanceId.10=c&InstanceId.2=b&InstanceId.1=a&Filter.1.Name=tag%3AEnv&Filter.1.Value.1=a+b&DryRun=true\
              &Names.member.1=q&Names.member.2=r",
        );
        assert_eq!(p.texts("InstanceId"), ["a", "b", "c"]);
        let f = p.list("Filter");
        assert_eq!((f[0].text("Name"), f[0].texts("Value")), (Some("tag:Env"), vec!["a b"]));
        assert_eq!(p.bool("DryRun"), Ok(Some(true)));
        assert_eq!(p.texts("Names"), ["q", "r"]);
        assert!(p.required("Nothing").is_err_and(|e| e.code == "MissingParameter"));
        assert!(p.list("Nothing").is_empty());
    }

    #[test]
    fn a_name_of_a_million_dots_does_not_overflow_the_stack() {
        let p = Params::parse(".".repeat(1_000_000).as_bytes());
        assert!(!p.is_empty());
    }
}
