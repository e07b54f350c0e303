//! Keys to commands, as a tree: an inner node waits for more keys.

use arcstr::ArcStr;
use indexmap::IndexMap;

use super::Next;
use crate::input::{Chord, Key};

/// What a key leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Leaf(ArcStr),
    Branch(Branch),
}

/// Keys in the order in which they were first bound.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Branch(IndexMap<Key, Node>);

impl Branch {
    /// Binds `keys` to `command`, or takes away what is there. A command replaces the sequences that began with its
    /// keys, and a sequence replaces the command of its beginning: the later layer is meant.
    pub(super) fn set(&mut self, keys: &[Key], command: Option<ArcStr>) {
        match (keys, command) {
            ([], _) => {}
            ([key], Some(command)) => {
                self.0.insert(*key, Node::Leaf(command));
            }
            ([key], None) => {
                self.0.shift_remove(key);
            }
            ([key, rest @ ..], command) => {
                if command.is_none() && !matches!(self.0.get(key), Some(Node::Branch(_))) {
                    return;
                }
                let node = self.0.entry(*key).or_insert_with(|| Node::Branch(Branch::default()));
                if matches!(node, Node::Leaf(_)) {
                    *node = Node::Branch(Branch::default());
                }
                if let Node::Branch(branch) = node {
                    branch.set(rest, command);
                    if branch.0.is_empty() {
                        self.0.shift_remove(key);
                    }
                }
            }
        }
    }

    /// What `keys` lead to.
    pub(super) fn get(&self, keys: &[Key]) -> Option<&Node> {
        let (first, rest) = keys.split_first()?;
        let node = self.0.get(first)?;
        match (node, rest) {
            (_, []) => Some(node),
            (Node::Branch(branch), rest) => branch.get(rest),
            (Node::Leaf(_), _) => None,
        }
    }

    /// The keys that continue from here.
    pub(super) fn next(&self) -> Vec<Next<'_>> {
        fn next<'a>((key, node): (&Key, &'a Node)) -> Next<'a> {
            match node {
                Node::Leaf(command) => Next { key: *key, command: Some(command.as_str()) },
                Node::Branch(_) => Next { key: *key, command: None },
            }
        }
        self.0.iter().map(next).collect()
    }

    /// Every chord below, in order.
    pub(super) fn walk(&self, prefix: &mut Vec<Key>, out: &mut Vec<(Chord, ArcStr)>) {
        for (key, node) in &self.0 {
            prefix.push(*key);
            match node {
                Node::Leaf(command) => out.extend(Chord::new(prefix.clone()).map(|chord| (chord, command.clone()))),
                Node::Branch(branch) => branch.walk(prefix, out),
            }
            prefix.pop();
        }
    }
}
