//! The volumes of a launch: what is asked for, what each is made from, and what EC2 refuses of them.

use arcstr::ArcStr;

use super::launch::LaunchRequest;
use super::state::{Image, Shape, State};
use super::types;
use crate::sandbox::wire::ApiError;

/// A volume of a launch.
#[derive(Debug, Clone, Default)]
pub struct VolumeRequest {
    /// The device; the image's root device changes the root volume.
    pub device: ArcStr,
    /// The snapshot that it is made from, if not the image's for this device.
    pub snapshot: Option<ArcStr>,
    /// GiB; the snapshot's size if none.
    pub size: Option<u32>,
    /// `gp3`…
    pub kind: Option<ArcStr>,
    /// I/O operations a second, where the type lets one choose.
    pub iops: Option<i64>,
    /// MiB a second, for `gp3`.
    pub throughput: Option<i64>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Whether it stays when the instance goes.
    pub keep: bool,
}

/// The snapshot of a device, and its size in GiB: the request's own, or the image's.
pub(super) fn origin(state: &State, image: &Image, v: &VolumeRequest) -> Option<(ArcStr, u32)> {
    if let Some(id) = &v.snapshot {
        return state.snapshots.get(id).map(|s| (id.clone(), s.size));
    }
    if v.device == image.root_device {
        return Some((image.snapshot.clone(), image.size));
    }
    let other = image.others.iter().find(|(device, ..)| *device == v.device);
    other.map(|(_, snapshot, size)| (snapshot.clone(), *size))
}

/// What a launch's volume is made as; `of` is the size of what it is made from.
pub(super) fn shape(v: &VolumeRequest, of: Option<u32>) -> Result<Shape, ApiError> {
    let size = v.size.or(of).unwrap_or(8);
    super::volumes::shape(v.kind.as_deref().unwrap_or("gp3"), i64::from(size), v.iops, v.throughput)
}

/// What hibernation takes of the type and the root volume. That the volume must be encrypted EC2 says in these words; the other two messages are
/// this sandbox's own. <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernating-prerequisites.html>
pub(super) fn check_hibernation(
    state: &State,
    image: &Image,
    kind: &types::TypeInfo,
    wanted: &LaunchRequest,
) -> Result<(), ApiError> {
    let refused = |message: String| Err(ApiError::new("UnsupportedHibernationConfiguration", message));
    if !kind.hibernates() {
        return refused(format!("The instance type '{}' does not support hibernation.", kind.name));
    }
    let root = wanted.volumes.iter().find(|v| v.device == image.root_device);
    let snapshot = root.and_then(|v| v.snapshot.as_ref()).unwrap_or(&image.snapshot);
    let encrypted = state.snapshots.get(snapshot).is_some_and(|s| s.encrypted) || root.is_some_and(|v| v.encrypted);
    if !encrypted {
        return refused("For hibernation, the root device volume must be encrypted.".into());
    }
    let size = root.and_then(|v| v.size).unwrap_or(image.size);
    if u64::from(size) * 1024 <= u64::from(kind.memory) {
        return refused(format!(
            "For hibernation, the root device volume must be larger than the memory of the instance type '{}'.",
            kind.name
        ));
    }
    Ok(())
}

/// What EC2 refuses of a volume.
pub(super) fn check_volume(state: &State, image: &Image, v: &VolumeRequest) -> Result<(), ApiError> {
    match (v.size, origin(state, image, v)) {
        (_, None) if v.snapshot.is_some() => {
            Err(super::checks::not_found("snap", v.snapshot.as_deref().unwrap_or_default()))
        }
        (Some(size), Some((snapshot, least))) if size < least => {
            let message =
                format!("Volume of size {size}GB is smaller than snapshot '{snapshot}', expect size>= {least}GB");
            Err(ApiError::new("InvalidBlockDeviceMapping", message))
        }
        (None, None) => {
            Err(ApiError::new("MissingParameter", "The request must contain the parameter size or snapshotId"))
        }
        (_, from) => shape(v, from.map(|(_, size)| size)).map(|_| ()),
    }
}
