//! What is remembered from one start of the program to the next, as data. Where it is kept is the runtime's.

use serde::{Deserialize, Serialize};

/// What is remembered.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// Lines that were entered in the palette, oldest first.
    pub commands: Vec<String>,
    /// Lines that were entered in the filter line, oldest first.
    pub filters: Vec<String>,
}

/// Lines of a prompt that are kept.
pub const LINES: usize = 200;

impl Memory {
    /// This, after what another console has written meanwhile: its lines come before ours.
    #[must_use]
    pub fn after(mut self, theirs: Memory) -> Memory {
        self.commands = lines_after(self.commands, theirs.commands);
        self.filters = lines_after(self.filters, theirs.filters);
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
    fn the_oldest_lines_are_forgotten_and_none_of_them_is_in_debug_output() {
        let many: Vec<String> = (0..300).map(|i| format!("instances {i}")).collect();
        let kept = Memory { commands: many, ..Memory::default() }.after(Memory::default());
        assert_eq!((kept.commands.len(), kept.commands[0].as_str()), (LINES, "instances 100"));
        assert_eq!(format!("{kept:?}"), "Memory(200 commands, 0 filters)");
    }
}
