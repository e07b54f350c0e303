//! What reads a volume's [`Record`] back where logic needs it (plans, links).

use arcstr::ArcStr;

use super::fields;
use crate::model::Record;

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
