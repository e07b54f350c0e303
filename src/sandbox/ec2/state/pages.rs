//! What the web servers on instances have to show: files of the folders that they serve.

use arcstr::ArcStr;

use super::disk::Service;
use super::{Disk, Instance, State};

/// What a web server has under a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page<'s> {
    /// A file: its text.
    Text(&'s str),
    /// A folder without an index: it is shown to nobody.
    Folder,
    /// Nothing.
    Missing,
    /// The path leads out of the folder that is served.
    Outside,
}

impl Page<'_> {
    /// The HTTP status that it is answered with.
    pub fn status(self) -> u16 {
        match self {
            Page::Text(_) => 200,
            Page::Folder => 403,
            Page::Missing => 404,
            Page::Outside => 400,
        }
    }
}

/// What is shown of a folder: nginx's and Apache's, and that which nginx brings along on Ubuntu.
const INDEXES: [&str; 2] = ["index.html", "index.nginx-debian.html"];

impl Instance {
    /// The volume that a path lies on, and the path within its file system.
    pub fn locate(&self, path: &str) -> (ArcStr, String) {
        let mounts = self.now_inside().map_or(&[][..], |i| &i.mounts);
        let under = mounts.iter().filter(|(at, _)| path == at || path.starts_with(&format!("{at}/")));
        match under.max_by_key(|(at, _)| at.len()) {
            Some((at, volume)) => {
                let rest = &path[at.len()..];
                (volume.clone(), if rest.is_empty() { "/".into() } else { rest.to_string() })
            }
            None => (self.root_volume().cloned().unwrap_or_default(), path.to_string()),
        }
    }
}

impl State {
    /// The service that listens on a port of an instance, as far as somebody has looked into it.
    pub fn serving(&self, i: &Instance, port: u16) -> Option<(&ArcStr, &Service)> {
        let software = self.root_disk(i).and_then(Disk::software)?;
        software.services.iter().find(|(name, service)| {
            let runs = match i.now_inside() {
                Some(inside) => inside.running.contains_key(*name),
                None => service.enabled,
            };
            runs && service.ports.contains(&port)
        })
    }

    /// What the web server on a port has under a path (`/health?x=1`). None if no web server serves files there, or if nobody has looked into the
    /// instance yet: then its image's program answers.
    pub fn page(&self, i: &Instance, port: u16, path: &str) -> Option<Page<'_>> {
        let folder = self.serving(i, port)?.1.documents.as_deref()?;
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('?').next().unwrap_or_default().split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    if parts.pop().is_none() {
                        return Some(Page::Outside);
                    }
                }
                part => parts.push(part),
            }
        }
        let full = parts.iter().fold(folder.to_string(), |all, part| format!("{all}/{part}"));
        let node = |path: &str| {
            let (volume, inner) = i.locate(path);
            let files = self.volumes.get(&volume)?.disk.as_deref()?.file_system.as_ref()?;
            // The root of a file system is a folder that nothing stands for.
            if inner == "/" { Some(None) } else { files.nodes.get(&inner).map(|n| n.text.as_deref()) }
        };
        Some(match node(&full) {
            None => Page::Missing,
            Some(Some(text)) => Page::Text(text),
            Some(None) => {
                let index = INDEXES.iter().find_map(|name| node(&format!("{full}/{name}"))?);
                index.map_or(Page::Folder, Page::Text)
            }
        })
    }
}
