//! What a path of this machine is, for forms: a look at it, and what is in it where that is asked for.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::base::Secret;
use crate::model::files::{FileKind, FileLook, FileView};

/// Names of a folder that are offered.
const NAMES: usize = 2_000;

/// Looks. It may take as long as a disk or a network takes: not for the drawing thread.
pub fn look(asked: &FileLook) -> FileView {
    look_from(asked, std::env::home_dir().as_deref())
}

fn look_from(asked: &FileLook, home: Option<&Path>) -> FileView {
    let full = in_full(&asked.path, home);
    let what = what(&full, asked.read).unwrap_or_else(|e| FileKind::Unreadable(words(&e)));
    FileView { full: full.to_string_lossy().into_owned(), what }
}

/// `~/x` is the home folder's, as every shell has it. Of others' homes the shell alone knows.
fn in_full(path: &str, home: Option<&Path>) -> PathBuf {
    match (path, path.strip_prefix("~/"), home) {
        ("~", _, Some(home)) => home.to_path_buf(),
        (_, Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

fn what(path: &Path, read: usize) -> std::io::Result<FileKind> {
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(e) if e.kind() == ErrorKind::NotFound || e.kind() == ErrorKind::NotADirectory => {
            // A link that leads nowhere is something all the same: no file can be made in its place.
            if fs::symlink_metadata(path).is_ok() {
                return Ok(FileKind::Unreadable("it is a link to a file that does not exist".into()));
            }
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            return Ok(if folder.is_dir() { FileKind::Missing } else { FileKind::NoFolder });
        }
        Err(e) => return Err(e),
    };
    if found.is_dir() {
        return Ok(FileKind::Folder(names(path)?));
    }
    // A pipe or a device would be waited for, perhaps for ever.
    if !found.is_file() {
        return Ok(FileKind::Unreadable("it is not a regular file".into()));
    }
    let content = match read {
        0 => None,
        _ => {
            let mut bytes = Vec::new();
            File::open(path)?.take(read as u64).read_to_end(&mut bytes)?;
            (bytes.len() < read || found.len() <= read as u64).then(|| Secret::new(Bytes::from(bytes)))
        }
    };
    Ok(FileKind::File { size: found.len(), content })
}

fn names(path: &Path) -> std::io::Result<Vec<String>> {
    let mut out = Vec::new();
    for entry in fs::read_dir(path)?.take(NAMES) {
        let entry = entry?;
        // A name that is no text cannot be typed either.
        let Ok(mut name) = entry.file_name().into_string() else { continue };
        if entry.path().is_dir() {
            name.push('/');
        }
        out.push(name);
    }
    out.sort();
    Ok(out)
}

fn words(e: &std::io::Error) -> String {
    match e.kind() {
        ErrorKind::PermissionDenied => "you have no permission to read it".into(),
        _ => e.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_path_is_told_as_what_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str, read| {
            let path = dir.path().join(name).to_string_lossy().as_ref().into();
            look_from(&FileLook { path, read }, Some(dir.path())).what
        };
        fs::write(dir.path().join("key.pub"), "ssh-ed25519").unwrap();
        fs::create_dir(dir.path().join("키")).unwrap();
        symlink("nowhere", dir.path().join("link")).unwrap();
        assert_eq!(at("none", 0), FileKind::Missing);
        assert_eq!(at("none/none", 0), FileKind::NoFolder);
        assert_eq!(at("key.pub/x", 0), FileKind::NoFolder);
        assert_eq!(at("key.pub", 0), FileKind::File { size: 11, content: None });
        assert_eq!(at("key.pub", 11), FileKind::File { size: 11, content: Some(Secret::new("ssh-ed25519".into())) });
        assert_eq!(at("key.pub", 10), FileKind::File { size: 11, content: None }, "more than was asked for");
        assert_eq!(at("", 0), FileKind::Folder(vec!["key.pub".into(), "link".into(), "키/".into()]));
        assert!(matches!(at("link", 0), FileKind::Unreadable(_)), "no file can be created there");
        let home = look_from(&FileLook { path: "~/key.pub".into(), read: 0 }, Some(dir.path()));
        assert_eq!(home.full, dir.path().join("key.pub").to_string_lossy());
        assert!(matches!(look(&FileLook { path: "/dev/null".into(), read: 9 }).what, FileKind::Unreadable(_)));
        assert!(!format!("{:?}", at("key.pub", 20)).contains("ssh-ed"), "a content is not in debug output");
    }
}
