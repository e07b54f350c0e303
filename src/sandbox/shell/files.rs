//! The small trees of files: paths, who may write where, and how much fits.

use arcstr::ArcStr;

use super::host::Host;
use crate::sandbox::ec2::state::Node;

/// Bytes of a file.
pub(super) const MOST_BYTES: usize = 64 * 1024;
/// Files and folders of a file system.
const MOST_NODES: usize = 500;
/// Bytes of a path.
const MOST_PATH: usize = 1_024;

/// An absolute path without `.`, `..` and doubled slashes.
pub(super) fn absolute(path: &str, folder: &str, home: &str) -> String {
    let path = match path.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{home}{rest}"),
        _ if path.starts_with('/') => path.to_string(),
        _ => format!("{folder}/{path}"),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// A file or a folder; none if there is nothing, and none for roots.
pub(super) fn node<'h>(host: &'h Host<'_>, path: &str) -> Option<&'h Node> {
    let (volume, path) = host.locate(path);
    host.file_system(&volume)?.nodes.get(&path)
}

pub(super) fn is_folder(host: &Host<'_>, path: &str) -> bool {
    let (volume, inner) = host.locate(path);
    match host.file_system(&volume) {
        Some(f) => inner == "/" || f.nodes.get(&inner).is_some_and(|n| n.text.is_none()),
        None => false,
    }
}

pub(super) fn exists(host: &Host<'_>, path: &str) -> bool {
    is_folder(host, path) || node(host, path).is_some()
}

/// A file's text.
pub(super) fn text(host: &Host<'_>, path: &str) -> Option<String> {
    node(host, path)?.text.clone()
}

/// Puts a file or a folder there, whatever the rights; what is there of a file gets another text, and keeps its owner.
pub(super) fn put(host: &mut Host<'_>, path: &str, text: Option<String>, owner: &str) {
    let (volume, inner) = host.locate(path);
    if inner == "/" {
        return;
    }
    if let Some(f) = host.disk_mut(&volume).and_then(|d| d.file_system.as_mut()) {
        match f.nodes.get_mut(&inner) {
            Some(node) => node.text = text,
            None => {
                f.nodes.insert(inner, Node { owner: owner.into(), text, open: false });
            }
        }
    }
}

/// A folder with all above it.
pub(super) fn make_folders(host: &mut Host<'_>, path: &str, owner: &str) {
    let mut at = String::new();
    for part in path.split('/').filter(|p| !p.is_empty()) {
        at = format!("{at}/{part}");
        if !exists(host, &at) {
            put(host, &at, None, owner);
        }
    }
}

/// Everybody may write there.
pub(super) fn open_to_all(host: &mut Host<'_>, path: &str) {
    if let Some(node) = node_mut(host, path) {
        node.open = true;
    }
}

pub(super) fn node_mut<'h>(host: &'h mut Host<'_>, path: &str) -> Option<&'h mut Node> {
    let (volume, path) = host.locate(path);
    host.disk_mut(&volume)?.file_system.as_mut()?.nodes.get_mut(&path)
}

/// The folder that something lies in.
pub(super) fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((folder, _)) => folder,
    }
}

/// Whether somebody may write to a file or folder. The root of another file system is root's, until chown says otherwise.
fn may(host: &Host<'_>, path: &str, user: &str) -> bool {
    user == "root" || node(host, path).is_some_and(|n| n.open || n.owner == user) || {
        let (volume, inner) = host.locate(path);
        let top = host.file_system(&volume).and_then(|f| f.nodes.get("/"));
        inner == "/" && top.is_some_and(|n| n.open || n.owner == user)
    }
}

/// Why a file cannot be written to by somebody, in the system's words: `Permission denied`.
pub(super) fn why_not(host: &Host<'_>, path: &str, user: &str) -> Option<&'static str> {
    if path == "/dev/null" {
        return None;
    }
    if path.len() > MOST_PATH {
        return Some("File name too long");
    }
    if is_folder(host, path) {
        return Some("Is a directory");
    }
    if ["/dev", "/proc", "/sys"].iter().any(|p| path.starts_with(&format!("{p}/"))) {
        return Some("Permission denied");
    }
    let folder = parent(path);
    match node(host, path) {
        Some(_) if may(host, path, user) => None,
        Some(_) => Some("Permission denied"),
        None if !is_folder(host, folder) => Some("No such file or directory"),
        None if !may(host, folder, user) => Some("Permission denied"),
        None => no_room(host, path),
    }
}

/// Why nothing more fits.
pub(super) fn no_room(host: &Host<'_>, path: &str) -> Option<&'static str> {
    let (volume, _) = host.locate(path);
    let full = host.file_system(&volume).is_none_or(|f| f.nodes.len() >= MOST_NODES);
    full.then_some("No space left on device")
}

/// Why something in a folder cannot be made or taken away.
pub(super) fn why_not_in(host: &Host<'_>, path: &str, user: &str) -> Option<&'static str> {
    let folder = parent(path);
    match () {
        () if path.len() > MOST_PATH => Some("File name too long"),
        () if !is_folder(host, folder) => Some("No such file or directory"),
        () if !may(host, folder, user) => Some("Permission denied"),
        () => None,
    }
}

/// Writes a file. The caller has asked [`why_not`].
pub(super) fn write(host: &mut Host<'_>, path: &str, new: &str, append: bool, user: &str) -> Result<(), String> {
    if path == "/dev/null" {
        return Ok(());
    }
    let mut all = if append { text(host, path).unwrap_or_default() } else { String::new() };
    all.push_str(new);
    if all.len() > MOST_BYTES {
        return Err(format!("{path}: No space left on device (a file here holds at most {} KiB)", MOST_BYTES / 1024));
    }
    put(host, path, Some(all), user);
    Ok(())
}

/// Takes a file, or a folder with all in it.
pub(super) fn take(host: &mut Host<'_>, path: &str) {
    let (volume, inner) = host.locate(path);
    if inner == "/" {
        return;
    }
    let below = format!("{inner}/");
    if let Some(f) = host.disk_mut(&volume).and_then(|d| d.file_system.as_mut()) {
        f.nodes.retain(|p, _| *p != inner && !p.starts_with(&below));
    }
}

/// The names in a folder, with whether each is a folder itself; in order.
pub(super) fn names(host: &Host<'_>, path: &str) -> Vec<(String, bool, ArcStr, usize)> {
    let (volume, inner) = host.locate(path);
    let start = if inner == "/" { "/".to_string() } else { format!("{inner}/") };
    let mut out: Vec<(String, bool, ArcStr, usize)> = host
        .file_system(&volume)
        .into_iter()
        .flat_map(|f| &f.nodes)
        .filter_map(|(p, n)| {
            let name = p.strip_prefix(&start).filter(|name| !name.is_empty() && !name.contains('/'))?;
            Some((name.to_string(), n.text.is_none(), n.owner.clone(), n.text.as_ref().map_or(0, String::len)))
        })
        .collect();
    if path == "/dev" {
        for device in host.devices() {
            out.extend(device.links.iter().chain([&device.name]).map(|n| (n.clone(), false, "root".into(), 0)));
        }
        out.push(("null".into(), false, "root".into(), 0));
    }
    out.sort();
    out
}

/// Bytes of all files of a file system.
pub(super) fn bytes(host: &Host<'_>, volume: &str) -> u64 {
    let nodes = host.file_system(volume).into_iter().flat_map(|f| f.nodes.values());
    nodes.map(|n| n.text.as_ref().map_or(0, String::len) as u64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_nowhere_above_the_root() {
        assert_eq!(absolute("a/./b/../c", "/home/u", "/home/u"), "/home/u/a/c");
        assert_eq!(absolute("~/x", "/", "/root"), "/root/x");
        assert_eq!(absolute("../../../..", "/tmp", "/root"), "/");
        assert_eq!(absolute("//etc//fstab", "/tmp", "/root"), "/etc/fstab");
        assert_eq!(absolute("~other/x", "/tmp", "/root"), "/tmp/~other/x");
    }
}
