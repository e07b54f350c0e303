//! Images: made of instances, deregistered. Copies are in [`super::copies`], who may launch them in [`super::permissions`].

use arcstr::ArcStr;

use super::checks::{dry_run, not_found};
use super::snapshots::snapshot;
use super::state::Image;
use super::state::instance::InstanceState;
use super::{lifecycle, tags};
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Reply};
use crate::sandbox::world::World;

/// # Errors
/// `InvalidAMIName.Malformed`.
pub(super) fn check_name(name: &str) -> Result<(), ApiError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "()[] ./-'@_".contains(c);
    if (3..=128).contains(&name.len()) && name.chars().all(fits) {
        return Ok(());
    }
    let message = "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', \
                   '-', '/' and '_'";
    Err(ApiError::new("InvalidAMIName.Malformed", message))
}

/// What AWS says to an image that is gone, or cannot be used yet.
pub(super) fn unavailable(id: &str) -> ApiError {
    ApiError::new("InvalidAMIID.Unavailable", format!("The image ID '{id}' is no longer available"))
}

/// # Errors
/// `AuthFailure`, if another account owns the image.
pub(super) fn check_owner(image: &Image, account: &ArcStr) -> Result<(), ApiError> {
    if image.owner == *account {
        return Ok(());
    }
    Err(ApiError::new("AuthFailure", format!("Not authorized for image:{}", image.id)))
}

/// CreateImage: of an instance's volumes, each a snapshot. The instance is rebooted unless `NoReboot` says otherwise.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let tags = tags::of_specification(p, "image")?;
    let snapshot_tags = tags::of_specification(p, "snapshot")?;
    let state = &world.region(&call.region).ec2;
    let id = p.required("InstanceId")?;
    let i = state.instances.get(id).ok_or_else(|| not_found("i", id))?.clone();
    let name = p.required("Name")?;
    check_name(name)?;
    if let Some(twin) = state.images.values().find(|i| i.name == name && !i.public) {
        let message = format!("AMI name {name} is already in use by AMI {}", twin.id);
        return Err(ApiError::new("InvalidAMIName.Duplicate", message));
    }
    if !matches!(i.state, InstanceState::Running | InstanceState::Stopped) {
        let message = format!("The instance '{id}' is not in the 'running' or 'stopped' state.");
        return Err(ApiError::new("IncorrectInstanceState", message));
    }
    let reboots = p.bool("NoReboot")? != Some(true) && i.state == InstanceState::Running;
    dry_run(call)?;
    let image = world.new_id("ami");
    let mut made = Vec::new();
    for (device, volume) in &i.volumes {
        let state = &world.region(&call.region).ec2;
        let Some(v) = state.volumes.get(volume) else { continue };
        let v = v.clone();
        let description = format!("Created by CreateImage({}) for {image}", i.id);
        let s = snapshot(world, call, &v, &description, snapshot_tags.clone());
        made.push((device.clone(), s));
    }
    let ready = made.iter().map(|(_, s)| s.ready).max().unwrap_or(call.now);
    let state = &world.region(&call.region).ec2;
    let base = state.images.get(&i.image).cloned();
    let listens = state.boot_ports(&i);
    let root = made.iter().find(|(d, _)| *d == i.root_device);
    let new = Image {
        id: image.clone(),
        name: name.into(),
        description: p.text("Description").unwrap_or_default().into(),
        architecture: i.architecture.clone(),
        owner: world.account.clone(),
        owner_alias: None,
        public: false,
        platform: i.platform.clone(),
        platform_details: i.platform_details.clone(),
        root_device: i.root_device.clone(),
        snapshot: root.map(|(_, s)| s.id.clone()).unwrap_or_default(),
        size: root.map_or(8, |(_, s)| s.size),
        others: made
            .iter()
            .filter(|(d, _)| *d != i.root_device)
            .map(|(d, s)| (d.clone(), s.id.clone(), s.size))
            .collect(),
        created: Time::from_secs(call.now.secs()),
        ready,
        deprecated: None,
        shared_with: Vec::new(),
        copy_of: None,
        listens,
        family: base.map(|b| if b.family.is_empty() { b.name } else { b.family }).unwrap_or_default(),
        tags,
    };
    world.region(&call.region).ec2.images.insert(image.clone(), new);
    if reboots {
        lifecycle::reboot(world, &call.region, &i.id, call.now);
    }
    Ok(call.ec2(|x| x.el("imageId", &image)))
}

/// DeregisterImage: of the account's own. Its snapshots stay, unless the request says otherwise.
pub(super) fn deregister(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &mut world.region(&call.region).ec2;
    let id = call.params.required("ImageId")?;
    let image = state.images.get(id).ok_or_else(|| match super::checks::is_id("ami", id) {
        true => unavailable(id),
        false => not_found("ami", id),
    })?;
    check_owner(image, &account)?;
    let with_snapshots = call.params.bool("DeleteAssociatedSnapshots")?.unwrap_or(false);
    let snapshots: Vec<ArcStr> = image.snapshots().cloned().collect();
    dry_run(call)?;
    state.images.remove(id);
    let mut results = Vec::new();
    if with_snapshots {
        for s in snapshots {
            // One that another image has is left alone, and the image is gone all the same.
            let used = state.images.values().any(|i| i.snapshots().any(|of| *of == s));
            if !used {
                state.snapshots.remove(&s);
            }
            results.push((s, if used { "skipped" } else { "success" }));
        }
    }
    Ok(call.ec2(|x| {
        x.el("return", true);
        if with_snapshots {
            x.list("deleteSnapshotResultSet", "item", &results, |x, (s, code)| {
                x.el("snapshotId", s);
                x.el("returnCode", *code);
            });
        }
    }))
}
