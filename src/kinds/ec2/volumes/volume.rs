//! A volume, typed; and what reads a [`Record`] back where logic needs it (plans, links).

use std::fmt::Write as _;

use arcstr::{ArcStr, literal};

use super::{INFO, fields};
use crate::base::Time;
use crate::kinds::convert::Text;
use crate::kinds::prices::Prices;
use crate::model::{Kind, Record, Tags, Tone, Value};

/// Where a volume is in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VolumeState {
    /// Being made.
    Creating,
    /// Attached to nothing.
    Available,
    /// Attached, or being attached or detached.
    InUse,
    /// Being deleted.
    Deleting,
    /// Gone.
    Deleted,
    /// Its hardware failed: what is on it cannot be recovered.
    Error,
    /// Something that AWS added since; empty if it said nothing.
    Other(ArcStr),
}

impl VolumeState {
    /// From AWS's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "creating" => VolumeState::Creating,
            "available" => VolumeState::Available,
            "in-use" => VolumeState::InUse,
            "deleting" => VolumeState::Deleting,
            "deleted" => VolumeState::Deleted,
            "error" => VolumeState::Error,
            other => VolumeState::Other(other.into()),
        }
    }
    /// AWS's word, and how it should look.
    pub fn shown(&self) -> (Tone, ArcStr) {
        match self {
            VolumeState::Creating => (Tone::Busy, literal!("creating")),
            VolumeState::Available => (Tone::Idle, literal!("available")),
            VolumeState::InUse => (Tone::Good, literal!("in-use")),
            VolumeState::Deleting => (Tone::Busy, literal!("deleting")),
            VolumeState::Deleted => (Tone::Idle, literal!("deleted")),
            VolumeState::Error => (Tone::Bad, literal!("error")),
            VolumeState::Other(s) => (Tone::Unknown, s.clone()),
        }
    }
}

/// Where an attachment is in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttachState {
    /// Being attached.
    Attaching,
    /// Attached.
    Attached,
    /// Being detached.
    Detaching,
    /// To be detached, but the instance still uses it.
    Busy,
    /// Not attached any more.
    Detached,
    /// Something that AWS added since; empty if it said nothing.
    Other(ArcStr),
}

impl AttachState {
    /// From AWS's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "attaching" => AttachState::Attaching,
            "attached" => AttachState::Attached,
            "detaching" => AttachState::Detaching,
            "busy" => AttachState::Busy,
            "detached" => AttachState::Detached,
            other => AttachState::Other(other.into()),
        }
    }
    /// AWS's word, and how it should look.
    pub fn shown(&self) -> (Tone, ArcStr) {
        match self {
            AttachState::Attaching => (Tone::Busy, literal!("attaching")),
            AttachState::Attached => (Tone::Good, literal!("attached")),
            AttachState::Detaching => (Tone::Busy, literal!("detaching")),
            AttachState::Busy => (Tone::Bad, literal!("busy")),
            AttachState::Detached => (Tone::Idle, literal!("detached")),
            AttachState::Other(s) => (Tone::Unknown, s.clone()),
        }
    }
}

/// A volume's place in an instance, or in what a service of AWS runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub(super) instance: Text,
    /// What else has it: the ARN of a service's resource.
    pub(super) resource: Text,
    pub(super) device: Text,
    pub(super) state: AttachState,
    pub(super) since: Option<Time>,
    /// `None` = not said.
    pub(super) deleted: Option<bool>,
}

impl Attachment {
    /// `i-0a1 /dev/sdf, attached, deleted with the instance`.
    pub(super) fn whole(&self) -> ArcStr {
        let mut text = self.instance.as_ref().or(self.resource.as_ref()).map_or("·", |s| s.as_str()).to_string();
        if let Some(device) = &self.device {
            _ = write!(text, " {device}");
        }
        _ = write!(text, ", {}", self.state.shown().1);
        text.push_str(match self.deleted {
            Some(true) => ", deleted with the instance",
            Some(false) => ", stays",
            None => ", whether it stays is not said",
        });
        text.into()
    }
}

/// A volume as DescribeVolumes tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    pub(super) id: ArcStr,
    pub(super) name: ArcStr,
    pub(super) tags: Tags,
    pub(super) state: VolumeState,
    pub(super) gib: Option<i32>,
    pub(super) kind: Text,
    pub(super) iops: Option<i32>,
    pub(super) throughput: Option<i32>,
    pub(super) zone: Text,
    pub(super) zone_id: Text,
    pub(super) attachments: Vec<Attachment>,
    pub(super) encrypted: Option<bool>,
    pub(super) kms_key: Text,
    pub(super) snapshot: Text,
    pub(super) source_volume: Text,
    pub(super) multi_attach: Option<bool>,
    pub(super) created: Option<Time>,
    pub(super) fast_restored: Option<bool>,
    pub(super) outpost: Text,
    pub(super) operator: Text,
    pub(super) prices: Option<&'static Prices>,
}

impl Volume {
    /// The row.
    pub(super) fn record(&self) -> Record {
        Record {
            kind: Kind(&INFO),
            id: self.id.clone(),
            name: self.name.clone(),
            state: Some(self.state.shown()),
            values: fields::FIELDS.values(self),
            tags: self.tags.clone(),
        }
    }
    /// Whether a volume of its type has I/O operations a second that AWS tells.
    pub(super) fn has_iops(&self) -> bool {
        !matches!(self.kind.as_deref(), Some("st1" | "sc1" | "standard"))
    }
    /// US dollars a month; `None` if its type has no price here, or AWS left out what the price depends on.
    pub(super) fn monthly(&self) -> Option<f64> {
        let kind = self.kind.as_deref()?;
        let iops = if matches!(kind, "io1" | "io2") { self.iops? } else { self.iops.unwrap_or(0) };
        self.prices?.volume(kind, self.gib?, iops, self.throughput.unwrap_or(0)).map(|money| money.amount)
    }
    /// Of several attachments the one that is on its way.
    pub(super) fn attach_state(&self) -> Option<&AttachState> {
        let states = || self.attachments.iter().map(|a| &a.state);
        states().find(|s| **s != AttachState::Attached).or_else(|| states().next())
    }
    /// What all attachments say; unknown if they differ, or one does not say.
    pub(super) fn deleted_with_instance(&self) -> Value {
        let Some(first) = self.attachments.first() else { return Value::Empty };
        let same = self.attachments.iter().all(|a| a.deleted == first.deleted);
        first.deleted.filter(|_| same).map_or(Value::Unknown, Value::Bool)
    }
}

/// The state of a volume's row.
pub fn state(row: &Record) -> VolumeState {
    VolumeState::parse(row.state.as_ref().map(|(_, s)| s.as_str()).unwrap_or_default())
}
/// The state of its attachment (of several, of the one that is on its way); `None` = it has none.
pub fn attach_state(row: &Record) -> Option<AttachState> {
    row.get(&fields::ATTACH_STATE).as_str().map(AttachState::parse)
}
/// Ids of the instances that it is attached to.
pub fn instances(row: &Record) -> Vec<ArcStr> {
    row.get(&fields::INSTANCES).items()
}
/// Its device name, if it is attached to one instance.
pub fn device(row: &Record) -> Option<&str> {
    row.get(&fields::DEVICE).as_str()
}
/// Its Availability Zone.
pub fn zone(row: &Record) -> Option<&str> {
    row.get(&fields::ZONE).as_str()
}
/// Its size in GiB.
pub fn size_gib(row: &Record) -> Option<i64> {
    row.get(&fields::SIZE_GIB).as_int()
}
/// `gp3`, `io2`…
pub fn volume_type(row: &Record) -> Option<&str> {
    row.get(&fields::TYPE).as_str()
}
/// Whether several instances can have it at once; `None` = not said.
pub fn multi_attach(row: &Record) -> Option<bool> {
    row.get(&fields::MULTI_ATTACH).as_bool()
}
