//! What is remembered from one start of the program to the next, as data. Where it is kept is the runtime's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::saved_view::SavedView;

/// What is remembered.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// Lines that were entered in the palette, oldest first.
    pub commands: Vec<String>,
    /// Lines that were entered in the filter line, oldest first.
    pub filters: Vec<String>,
    /// Kinds of which something was chosen; of a memory that is to be kept, those of which something changed.
    pub kinds: BTreeMap<String, KindMemory>,
    /// The last view that was shown.
    pub last: Option<SavedView>,
    /// The instance that was gone through last to connect to others, by VPC; of a memory that is to be kept, those that were chosen now.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub bastions: BTreeMap<String, String>,
}

/// What is remembered of a kind. Fields go by their names.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KindMemory {
    /// The columns that were chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// The order that was chosen: a field, with `-` before it downwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Filters, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
}

/// Lines of a prompt that are kept.
pub const LINES: usize = 200;
/// Filters of one kind that are kept.
pub const FILTERS: usize = 20;

impl Memory {
    /// This, after what another console has written meanwhile: its lines come before ours, and of a kind the newer choice holds.
    #[must_use]
    pub fn after(mut self, theirs: Memory) -> Memory {
        self.commands = lines_after(self.commands, theirs.commands);
        self.filters = lines_after(self.filters, theirs.filters);
        let mut kinds = theirs.kinds;
        kinds.extend(self.kinds);
        kinds.retain(|_, of| *of != KindMemory::default());
        self.kinds = kinds;
        self.last = self.last.or(theirs.last);
        let mut bastions = theirs.bastions;
        bastions.extend(self.bastions);
        self.bastions = bastions;
        self
    }
}

fn lines_after(ours: Vec<String>, theirs: Vec<String>) -> Vec<String> {
    let mut lines: Vec<String> = theirs.into_iter().filter(|l| !ours.contains(l)).collect();
    lines.extend(ours);
    lines.split_off(lines.len().saturating_sub(LINES))
}

impl std::fmt::Debug for Memory {
    /// What was typed is not in debug output.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Memory({} commands, {} filters)", self.commands.len(), self.filters.len())
    }
}

impl std::fmt::Debug for KindMemory {
    /// The same.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KindMemory({} filters)", self.filters.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(commands: &[&str]) -> Memory {
        Memory { commands: commands.iter().map(ToString::to_string).collect(), ..Memory::default() }
    }

    #[test]
    fn what_two_consoles_entered_is_kept_once_and_ones_own_is_the_newest() {
        let both = memory(&["volumes", "instances"]).after(memory(&["alarms", "instances", "vpcs"]));
        assert_eq!(both, memory(&["alarms", "vpcs", "volumes", "instances"]));
    }

    #[test]
    fn of_a_kind_the_newer_choice_holds_and_what_was_taken_back_is_gone() {
        let of = |sort: &str| KindMemory { sort: Some(sort.into()), ..KindMemory::default() };
        let theirs = [("instances", of("age")), ("volumes", of("size_gib")), ("vpcs", of("id"))];
        let ours = [("instances", of("-cpu")), ("volumes", KindMemory::default())];
        let kinds = |all: &[(&str, KindMemory)]| all.iter().map(|(n, k)| (n.to_string(), k.clone())).collect();
        let memory = Memory { kinds: kinds(&ours), ..Memory::default() };
        let kept = memory.after(Memory { kinds: kinds(&theirs), ..Memory::default() });
        assert_eq!(kept.kinds, kinds(&[("instances", of("-cpu")), ("vpcs", of("id"))]));
    }

    #[test]
    fn of_a_vpc_the_instance_that_was_gone_through_last_is_kept() {
        let of = |all: &[(&str, &str)]| Memory {
            bastions: all.iter().map(|(vpc, id)| (vpc.to_string(), id.to_string())).collect(),
            ..Memory::default()
        };
        let kept = of(&[("vpc-1", "i-new")]).after(of(&[("vpc-1", "i-old"), ("vpc-2", "i-2")]));
        assert_eq!(kept, of(&[("vpc-1", "i-new"), ("vpc-2", "i-2")]));
    }

    #[test]
    fn the_oldest_lines_are_forgotten_and_none_of_them_is_in_debug_output() {
        let many: Vec<String> = (0..300).map(|i| format!("instances {i}")).collect();
        let kept = Memory { commands: many, ..Memory::default() }.after(Memory::default());
        assert_eq!((kept.commands.len(), kept.commands[0].as_str()), (LINES, "instances 100"));
        assert_eq!(format!("{kept:?}"), "Memory(200 commands, 0 filters)");
    }
}
