//! What is on a volume: a partition, a file system with its files, and on a root volume the software.
//!
//! Kept only of volumes that somebody has looked into or written to. Of the others it follows from their snapshot and image; `sandbox::shell`
//! makes it when an instance is first logged in to.

use std::collections::{BTreeMap, BTreeSet};

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

/// What is on a volume.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// GiB of the first partition, if it has a partition table: root volumes do.
    pub partition: Option<u32>,
    /// The file system, on the first partition or on the whole volume; none if it was never formatted.
    pub file_system: Option<FileSystem>,
}

/// A file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSystem {
    /// Its type.
    pub kind: FileSystemKind,
    /// GiB that it spans: what it was made with or grown to.
    pub size: u32,
    /// Its UUID.
    pub uuid: String,
    /// Files and folders by their paths from its root (`/etc/fstab`); the root itself is not among them.
    pub nodes: BTreeMap<String, Node>,
    /// The system that is installed on it, if one is.
    pub software: Option<Software>,
}

/// A file system's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "their names say it")]
pub enum FileSystemKind {
    Xfs,
    Ext4,
}

impl FileSystemKind {
    /// As mount and lsblk call it.
    pub const fn name(self) -> &'static str {
        match self {
            FileSystemKind::Xfs => "xfs",
            FileSystemKind::Ext4 => "ext4",
        }
    }
}

/// A file or a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Whose it is.
    pub owner: ArcStr,
    /// The text of a file; none of a folder.
    pub text: Option<String>,
    /// Whether everybody may write there.
    #[serde(default)]
    pub open: bool,
}

/// An installed system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Software {
    /// The instance that cloud-init has run on: on another one it runs anew.
    pub instance: ArcStr,
    /// Whether the lists of packages were fetched.
    pub listed: bool,
    /// Installed packages, beside those that the image has.
    pub packages: BTreeSet<ArcStr>,
    /// Its services by their names.
    pub services: BTreeMap<ArcStr, Service>,
}

/// A service of systemd.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The TCP ports on which it listens while it runs.
    pub ports: Vec<u16>,
    /// Whether it starts at boot.
    pub enabled: bool,
    /// The folder that it serves over HTTP; none if it does not.
    #[serde(default)]
    pub documents: Option<ArcStr>,
}

impl Disk {
    /// A volume that nobody has written to.
    pub fn blank() -> Disk {
        Disk::default()
    }
    /// The installed system.
    pub fn software(&self) -> Option<&Software> {
        self.file_system.as_ref()?.software.as_ref()
    }
    /// The installed system.
    pub fn software_mut(&mut self) -> Option<&mut Software> {
        self.file_system.as_mut()?.software.as_mut()
    }
}

impl Software {
    /// The TCP ports on which something listens after a boot.
    pub fn boot_ports(&self) -> impl Iterator<Item = u16> {
        self.services.values().filter(|s| s.enabled).flat_map(|s| s.ports.iter().copied())
    }
}
