//! What a user's own files bind, and what of the keymap below gives way to it.

use arcstr::ArcStr;

use super::read::Binding;
use super::trie::{Branch, Node};
use super::{Mode, Place};
use crate::config::document::Source;
use crate::config::problem::Problem;
use crate::input::{Chord, Key};

/// Hidden keys that are named in a sentence.
const NAMED: usize = 3;

/// A line of the user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// The keys.
    pub chord: Chord,
    /// The command, or with a colon before it the line of the palette.
    pub does: ArcStr,
    /// What these keys, or keys that begin as they do, would do without it.
    pub hides: Vec<(Chord, ArcStr)>,
}

impl Own {
    /// `w (only-wrong)`: what it hides, for a sentence. Nothing if it hides nothing.
    pub fn hidden(&self) -> Option<String> {
        let named: Vec<String> =
            self.hides.iter().take(NAMED).map(|(chord, does)| format!("{chord} ({does})")).collect();
        let more = self.hides.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!named.is_empty()).then(|| format!("{}{more}", named.join(", ")))
    }
}

impl Place {
    /// Lays a line over what is there. A note of the place whose line it is says what it hides.
    pub(super) fn bind(&mut self, mode: Mode, source: &Source, line: &Binding, problems: &mut Vec<Problem>) {
        if let (true, Some(does)) = (line.own, &line.command) {
            let mut hides = hidden(&self.root, line.chord.keys());
            hides.retain(|(chord, was)| {
                was != does && !self.own.iter().any(|own| own.chord == *chord && own.does == *was)
            });
            let own = Own { chord: line.chord.clone(), does: does.clone(), hides };
            if let (true, true, Some(hidden)) =
                (does.starts_with(':'), line.section.mode.unwrap_or(Mode::Table) == mode, own.hidden())
            {
                let message = format!("`{}` hides {hidden}", own.chord);
                problems.push(source.problem(line.at.clone(), message, None).note());
            }
            self.own.retain(|other| other.chord != own.chord);
            self.own.push(own);
        }
        self.root.set(line.chord.keys(), line.command.clone());
    }
}

/// What would not be reached any more if `keys` were bound.
fn hidden(root: &Branch, keys: &[Key]) -> Vec<(Chord, ArcStr)> {
    let mut out = Vec::new();
    for end in 1..=keys.len() {
        match root.get(&keys[..end]) {
            Some(Node::Leaf(does)) => out.extend(Chord::new(keys[..end].to_vec()).map(|chord| (chord, does.clone()))),
            Some(Node::Branch(branch)) if end == keys.len() => branch.walk(&mut keys.to_vec(), &mut out),
            _ => {}
        }
    }
    out
}
