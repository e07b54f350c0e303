//! Volumes, their attachments and modifications.

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use super::{Disk, Tags};
use crate::base::Time;

/// A volume.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Volume {
    /// `vol-…`.
    pub id: ArcStr,
    /// Size in GiB.
    pub size: u32,
    /// `gp3`, `io2`…
    pub kind: ArcStr,
    /// Provisioned or baseline I/O operations a second.
    pub iops: u32,
    /// MiB a second, for `gp3`.
    pub throughput: Option<u32>,
    /// Its Availability Zone's name.
    pub zone: ArcStr,
    /// The snapshot that it was made from.
    pub snapshot: Option<ArcStr>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The ARN of the customer's key that encrypts it; none is the account's default key for EBS, if it is encrypted.
    #[serde(default)]
    pub kms_key: Option<ArcStr>,
    /// When it was made.
    pub created: Time,
    /// Where it is attached.
    pub attachment: Option<Attachment>,
    /// Whether it is being made or deleted.
    pub phase: Phase,
    /// What ModifyVolume changed, oldest first.
    pub modifications: Vec<Modification>,
    /// What is on it, if that was ever looked into.
    #[serde(default)]
    pub disk: Option<Box<Disk>>,
    /// Its tags.
    pub tags: Tags,
}

/// A volume's place in an instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attachment {
    /// The instance.
    pub instance: ArcStr,
    /// The device, e.g. `/dev/xvda`.
    pub device: ArcStr,
    /// Since when.
    pub since: Time,
    /// Whether it goes with the instance.
    pub delete_on_termination: bool,
    /// Whether it is being attached or detached.
    pub phase: Phase,
}

/// A transition that a volume or an attachment is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Phase {
    /// Being made, or being attached.
    Beginning,
    /// None.
    #[default]
    Settled,
    /// Being deleted, or being detached.
    Ending,
}

/// What can be changed of a volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// GiB.
    pub size: u32,
    /// `gp3`…
    pub kind: ArcStr,
    /// I/O operations a second.
    pub iops: u32,
    /// MiB a second, for `gp3`.
    pub throughput: Option<u32>,
}

impl Volume {
    /// AWS's word for its state.
    pub fn state(&self) -> &'static str {
        match (self.phase, &self.attachment) {
            (Phase::Beginning, _) => "creating",
            (Phase::Ending, _) => "deleting",
            (Phase::Settled, Some(_)) => "in-use",
            (Phase::Settled, None) => "available",
        }
    }
    /// What a snapshot of it holds; none where nobody has looked: what its own snapshot holds.
    pub(in crate::sandbox::ec2) fn content(&self) -> Option<Box<Disk>> {
        self.disk.clone().or_else(|| self.snapshot.is_none().then(|| Box::new(Disk::blank())))
    }
    pub(in crate::sandbox::ec2) fn shape(&self) -> Shape {
        Shape { size: self.size, kind: self.kind.clone(), iops: self.iops, throughput: self.throughput }
    }
}

impl Attachment {
    /// AWS's word for its state.
    pub const fn state(&self) -> &'static str {
        match self.phase {
            Phase::Beginning => "attaching",
            Phase::Settled => "attached",
            Phase::Ending => "detaching",
        }
    }
}

/// A change of size, type or speed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modification {
    /// Size, type, I/O operations and throughput before.
    pub from: Shape,
    /// And after.
    pub to: Shape,
    /// When it began, when it counts, and when the data are all moved.
    pub times: (Time, Time, Time),
}

impl Modification {
    /// AWS's word for how far it is.
    pub fn state(&self, now: Time) -> &'static str {
        let (_, counts, done) = self.times;
        match () {
            () if now < counts => "modifying",
            () if now < done => "optimizing",
            () => "completed",
        }
    }
    pub(in crate::sandbox::ec2) fn progress(&self, now: Time) -> i64 {
        let (from, _, done) = self.times;
        ((now.0 - from.0) * 100 / (done.0 - from.0).max(1)).clamp(0, 100)
    }
}
