//! Launch templates and their versions.

use std::collections::BTreeMap;

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use super::Tags;
use crate::base::Time;
use crate::sandbox::wire::Params;

/// A launch template.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LaunchTemplate {
    /// `lt-…`.
    pub id: ArcStr,
    /// Its name, unique in the region.
    pub name: ArcStr,
    /// When it was made.
    pub created: Time,
    /// The version that `$Default` means.
    pub default: u64,
    /// The highest number that a version ever had: it is not used again.
    pub latest: u64,
    /// The versions that are there.
    pub versions: BTreeMap<u64, Version>,
    /// Its tags.
    pub tags: Tags,
}

/// One version of a launch template: never changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Version {
    /// Its description.
    pub description: Option<ArcStr>,
    /// When it was made.
    pub created: Time,
    /// `LaunchTemplateData` as it was sent: the names are RunInstances' own.
    pub data: Params,
}

impl LaunchTemplate {
    /// A template with its first version.
    pub fn new(id: ArcStr, name: ArcStr, data: Params, created: Time) -> LaunchTemplate {
        let first = Version { description: None, created, data };
        LaunchTemplate { id, name, created, default: 1, latest: 1, versions: [(1, first)].into(), tags: Tags::new() }
    }
    /// Adds a version.
    pub fn add(&mut self, version: Version) -> u64 {
        self.latest += 1;
        self.versions.insert(self.latest, version);
        self.latest
    }
    /// The number that `$Latest`, `$Default` or a number names, if there is such a version.
    pub fn number(&self, version: &str) -> Option<u64> {
        let number = match version {
            "$Latest" => *self.versions.keys().next_back()?,
            "$Default" | "" => self.default,
            other => other.parse().ok()?,
        };
        self.versions.contains_key(&number).then_some(number)
    }
}
