//! The file in which what is remembered lies: read once, written anew after each change, beside other consoles that do the same.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::own_file;
use crate::model::memory::Memory;

/// Where it is kept. Clones are the same place.
#[derive(Debug, Clone)]
pub struct MemoryFile {
    path: PathBuf,
    /// The number of the newest writing: an older one that comes late is dropped.
    newest: Arc<Mutex<u64>>,
}

impl MemoryFile {
    /// A file that need not be there.
    pub fn at(path: PathBuf) -> MemoryFile {
        MemoryFile { path, newest: Arc::default() }
    }

    /// What it holds; nothing if it is not there, is not the user's, or cannot be read: nothing of it is needed.
    pub fn read(&self) -> Memory {
        read(&self.path).unwrap_or_else(|e| {
            if e.kind() != std::io::ErrorKind::NotFound {
                tracing::warn!("{} could not be read: {e}", self.path.display());
            }
            Memory::default()
        })
    }

    /// Writes it anew, beside what another console has added, unless a newer one (by `number`) was written. The file is its owner's
    /// alone, and there is a whole one at any moment.
    ///
    /// # Errors
    /// The disk's.
    pub fn write(&self, memory: Memory, number: u64) -> std::io::Result<()> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if *newest >= number {
            return Ok(());
        }
        *newest = number;
        let mut text = serde_json::to_vec_pretty(&memory.after(self.read()))?;
        text.push(b'\n');
        own_file::write(&self.path, &text)
    }
}

fn read(path: &Path) -> std::io::Result<Memory> {
    Ok(serde_json::from_str(&own_file::read(path)?)?)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn memory(commands: &[&str]) -> Memory {
        Memory { commands: commands.iter().map(ToString::to_string).collect(), ..Memory::default() }
    }

    #[test]
    fn what_was_written_is_read_by_the_next_start_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/memory.json");
        let file = MemoryFile::at(path.clone());
        assert_eq!(file.read(), Memory::default());
        file.write(memory(&["volumes"]), 2).unwrap();
        file.write(memory(&["late"]), 1).unwrap();
        assert_eq!(MemoryFile::at(path.clone()).read(), memory(&["volumes"]), "and not the older one that came late");
        let mode = |p: &Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        MemoryFile::at(path.clone()).write(memory(&["alarms"]), 1).unwrap();
        assert_eq!(file.read(), memory(&["volumes", "alarms"]), "two consoles write to it");
        let names: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(names.len(), 1, "nothing is left beside it: {names:?}");
    }

    #[test]
    fn a_file_that_cannot_be_read_and_a_link_are_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("memory.json");
        std::fs::write(&path, "{ not json").unwrap();
        assert_eq!(MemoryFile::at(path.clone()).read(), Memory::default());
        std::fs::write(&path, r#"{"commands":["vpcs"],"of a later version":1}"#).unwrap();
        assert_eq!(MemoryFile::at(path.clone()).read(), memory(&["vpcs"]));
        let link = folder.path().join("link.json");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let linked = MemoryFile::at(link.clone());
        assert_eq!(linked.read(), Memory::default());
        linked.write(memory(&["alarms"]), 1).unwrap();
        assert_eq!(MemoryFile::at(path).read(), memory(&["vpcs"]), "what a link leads to is not written over");
    }
}
