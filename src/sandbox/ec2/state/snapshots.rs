//! Snapshots, and the ones behind images.

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use super::default_region::Ids;
use super::{Disk, Image, State, Tags};
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
    /// The ARN of the customer's key that encrypts it; none is the account's default key for EBS, if it is encrypted.
    #[serde(default)]
    pub kms_key: Option<ArcStr>,
    /// Whether it comes to nothing: a copy of what is not there.
    #[serde(default)]
    pub fails: bool,
    /// The accounts that its owner lets make volumes of it.
    #[serde(default)]
    pub shared_with: Vec<ArcStr>,
    /// Whether everybody may.
    #[serde(default)]
    pub public: bool,
    /// What is on it; none: what its image had from the start.
    #[serde(default)]
    pub disk: Option<Box<Disk>>,
    /// Its tags.
    pub tags: Tags,
}

impl Snapshot {
    /// What a copy has in place of its volume. [AWS: Copy an Amazon EBS snapshot]
    pub const NO_VOLUME: &str = "vol-ffffffff";

    /// What stands for a snapshot that is not there: a copy of it comes to nothing.
    pub(in crate::sandbox::ec2) fn missing(id: &str, now: Time) -> Snapshot {
        Snapshot {
            id: id.into(),
            volume: Snapshot::NO_VOLUME.into(),
            size: 1,
            description: ArcStr::new(),
            owner: ArcStr::new(),
            owner_alias: None,
            started: now,
            ready: now,
            encrypted: false,
            kms_key: None,
            fails: true,
            shared_with: Vec::new(),
            public: false,
            disk: None,
            tags: Tags::new(),
        }
    }
    /// Whether it was copied from another one.
    pub fn is_copy(&self) -> bool {
        self.volume == Snapshot::NO_VOLUME
    }
    /// AWS's word for its state.
    pub fn state(&self, now: Time) -> &'static str {
        match () {
            () if now < self.ready => "pending",
            () if self.fails => "error",
            () => "completed",
        }
    }
    /// Whether an account may make volumes of it, and sees it. Amazon's are public.
    pub fn can_be_used_by(&self, account: &str) -> bool {
        self.owner == account
            || self.public
            || self.owner_alias.is_some()
            || self.shared_with.iter().any(|a| a == account)
    }
    /// The ARN of the key that encrypts it, if one does.
    pub(in crate::sandbox::ec2) fn key_arn(&self, region: &str) -> Option<ArcStr> {
        if !self.encrypted {
            return None;
        }
        let default =
            || arcstr::format!("arn:aws:kms:{region}:{}:key/0eb50eb5-0000-4000-8000-000000000eb5", self.owner);
        Some(self.kms_key.clone().unwrap_or_else(default))
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
            kms_key: None,
            fails: false,
            // Who shares an image here lets it be copied too.
            shared_with: image.shared_with.clone(),
            public: image.public,
            id: image.snapshot.clone(),
            volume: ids.id("vol", &image.name),
            size: image.size,
            description: arcstr::format!("Created by CreateImage for {}", image.id),
            owner: image.owner.clone(),
            owner_alias: image.owner_alias.clone(),
            started: image.created,
            ready: image.created,
            encrypted: false,
            disk: None,
            tags: Tags::new(),
        };
        self.snapshots.insert(snapshot.id.clone(), snapshot);
        self.images.insert(image.id.clone(), image);
    }
}
