//! Snapshots, and the ones behind images.

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use super::default_region::Ids;
use super::{Image, State, Tags};
use crate::base::Time;

/// A snapshot.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Snapshot {
    /// `snap-…`.
    pub id: ArcStr,
    /// The volume that it is of.
    pub volume: ArcStr,
    /// GiB.
    pub size: u32,
    /// Its description.
    pub description: ArcStr,
    /// The owner's account id.
    pub owner: ArcStr,
    /// The owner's alias (`amazon`), if it has one.
    pub owner_alias: Option<ArcStr>,
    /// When it was begun.
    pub started: Time,
    /// When it is complete.
    pub ready: Time,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Its tags.
    pub tags: Tags,
}

impl Snapshot {
    /// AWS's word for its state.
    pub fn state(&self, now: Time) -> &'static str {
        if now < self.ready { "pending" } else { "completed" }
    }
    pub(in crate::sandbox::ec2) fn progress(&self, now: Time) -> String {
        let done = (now.0 - self.started.0) * 100 / (self.ready.0 - self.started.0).max(1);
        format!("{}%", if now < self.ready { done.clamp(0, 99) } else { 100 })
    }
}

impl State {
    /// Adds an image with the snapshot behind it.
    pub(in crate::sandbox::ec2) fn add_image(&mut self, ids: &Ids<'_>, image: Image) {
        let snapshot = Snapshot {
            id: image.snapshot.clone(),
            volume: ids.id("vol", &image.name),
            size: image.size,
            description: arcstr::format!("Created by CreateImage for {}", image.id),
            owner: image.owner.clone(),
            owner_alias: image.owner_alias.clone(),
            started: image.created,
            ready: image.created,
            encrypted: false,
            tags: Tags::new(),
        };
        self.snapshots.insert(snapshot.id.clone(), snapshot);
        self.images.insert(image.id.clone(), image);
    }
}
