//! Files of this machine as forms see them: what a path is, and, where it is asked for, what is in it. Looked at by the runtime.

use std::collections::BTreeMap;

use arcstr::ArcStr;
use bytes::Bytes;

use super::connect::Machine;
use super::form::{FormInput, FormSpec, FormValue};
use crate::base::Secret;

/// A question about a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileLook {
    /// As it was typed: relative to the working folder, or beginning with `~/`.
    pub path: ArcStr,
    /// At most so many bytes of it are read; 0: it is only looked at.
    pub read: usize,
}

/// What a path is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileView {
    /// The path in full.
    pub full: String,
    /// What is there.
    pub what: FileKind,
}

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    /// Nothing, in a folder that is there.
    Missing,
    /// Nothing, and the folder is not there either.
    NoFolder,
    /// A folder with these names; those of folders end in `/`. A very large one is cut.
    Folder(Vec<String>),
    /// A file.
    File {
        /// Its size in bytes.
        size: u64,
        /// What is in it, if that was asked for and is no more than was asked for.
        content: Option<Secret<Bytes>>,
    },
    /// It cannot be looked at or read: why, in a few words.
    Unreadable(String),
}

/// What is known of files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files {
    looked: BTreeMap<FileLook, FileView>,
    /// What there is to connect with, where a form asks for that.
    pub machine: Option<Box<Machine>>,
}

impl Files {
    /// Nothing is known.
    pub const fn none() -> Files {
        Files { looked: BTreeMap::new(), machine: None }
    }
    /// What a path is; `None`: it was not looked at.
    pub fn at(&self, path: &str, read: usize) -> Option<&FileView> {
        self.looked.get(&FileLook { path: path.into(), read })
    }
    /// The answer to a question.
    pub fn set(&mut self, look: FileLook, view: FileView) {
        self.looked.insert(look, view);
    }
    /// Whether a question was answered.
    pub fn knows(&self, look: &FileLook) -> bool {
        self.looked.contains_key(look)
    }
    /// Forgets everything: files change while nobody looks.
    pub fn clear(&mut self) {
        *self = Files::none();
    }
}

/// The folder part of a path as it was typed, up to its last slash; `./` if there is none.
pub fn folder_of(path: &str) -> &str {
    path.rfind('/').map_or("./", |i| &path[..=i])
}

/// The paths that a form speaks of.
pub fn looks(spec: &FormSpec) -> Vec<FileLook> {
    let look = |f: &super::form::FormField| match (&f.input, &f.value) {
        (FormInput::Path { read }, FormValue::Text(path)) => Some((path.trim().into(), *read)),
        // One byte more than it may have: so that too much is told from just enough.
        (FormInput::Lines { most, .. }, FormValue::File(path)) => Some((path.trim().into(), most + 1)),
        _ => None,
    };
    let all = spec.fields.iter().filter_map(look);
    all.filter(|(path, _): &(ArcStr, usize)| !path.is_empty()).map(|(path, read)| FileLook { path, read }).collect()
}
