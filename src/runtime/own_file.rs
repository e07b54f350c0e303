//! Small files that the program keeps for its user: read whole if they are the user's own, written whole or not at all.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::{FlockOperation, OFlags, flock};

/// The most that is read of one: a file that somebody else has made is not taken into memory whole.
const MOST_BYTES: u64 = 1 << 20;

/// Its text. A link is not followed.
///
/// # Errors
/// The disk's, or it is not the user's.
pub(super) fn read(path: &Path) -> io::Result<String> {
    let file = OpenOptions::new().read(true).custom_flags(OFlags::NOFOLLOW.bits().cast_signed()).open(path)?;
    let meta = file.metadata()?;
    if meta.uid() != rustix::process::geteuid().as_raw() || !meta.is_file() {
        return Err(io::Error::other("it is not yours"));
    }
    if meta.len() > MOST_BYTES {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    let mut text = String::new();
    file.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

/// Puts a text in the file's place. It is its owner's alone, and there is a whole one at any moment.
///
/// # Errors
/// The disk's.
pub(super) fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = folder_of(path)?;
    // Made with mode 0600 under a name of its own, and put in the file's place when it is whole.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text)?;
    file.persist(path)?;
    Ok(())
}

/// Keeps other consoles from changing the file until it is dropped: what is read before writing is then still there.
///
/// # Errors
/// The disk's.
pub(super) fn lock(path: &Path) -> io::Result<File> {
    folder_of(path)?;
    let lock = path.with_extension("lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(lock)?;
    flock(&file, FlockOperation::LockExclusive)?;
    Ok(file)
}

fn folder_of(path: &Path) -> io::Result<&Path> {
    let folder = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    Ok(folder)
}
