//! Snapshots, and images made from instances.

use arcstr::ArcStr;

use super::checks::{dry_run, not_found};
use super::describe::tag_set;
use super::filter::Filters;
use super::network::wanted;
use super::page::Page;
use super::state::instance::InstanceState;
use super::state::{Image, Snapshot, Tags};
use super::{documented_filters, lifecycle, tags};
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Reply, Xml};
use crate::sandbox::world::World;

fn render(x: &mut Xml, s: &Snapshot, now: Time, answer: bool) {
    x.el("snapshotId", &s.id);
    x.el("volumeId", &s.volume);
    x.el("status", s.state(now));
    x.el("startTime", s.started);
    // The answer to a create does not say how far it is.
    x.el("progress", if answer { String::new() } else { s.progress(now) });
    x.el("ownerId", &s.owner);
    x.opt("ownerAlias", s.owner_alias.as_ref());
    x.el("volumeSize", s.size);
    x.el("description", &s.description);
    x.el("encrypted", s.encrypted);
    x.el("storageTier", "standard");
    x.opt("completionTime", (now >= s.ready).then_some(s.ready));
    tag_set(x, &s.tags);
}

/// CreateSnapshot.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let tags = tags::of_specification(p, "snapshot")?;
    let id = p.required("VolumeId")?;
    let v = world.region(&call.region).ec2.volumes.get(id).ok_or_else(|| not_found("vol", id))?;
    if matches!(v.state(), "creating" | "deleting") {
        let message = format!("Volume '{id}' is in the '{}' state.", v.state());
        return Err(ApiError::new("IncorrectState", message));
    }
    let (volume, size, encrypted) = (v.id.clone(), v.size, v.encrypted);
    dry_run(call)?;
    let made = snapshot(world, call, volume, size, encrypted, p.text("Description").unwrap_or_default(), tags);
    Ok(call.ec2(|x| render(x, &made, call.now, true)))
}

fn snapshot(
    world: &mut World,
    call: &Call<'_>,
    volume: ArcStr,
    size: u32,
    encrypted: bool,
    description: &str,
    tags: Tags,
) -> Snapshot {
    let id = world.new_id("snap");
    let takes = world.random(&id, "snapshot").secs(15.0, 45.0);
    let made = Snapshot {
        id: id.clone(),
        volume,
        size,
        description: description.into(),
        owner: world.account.clone(),
        owner_alias: None,
        started: call.now,
        ready: call.now.plus(world.scaled(takes)),
        encrypted,
        tags,
    };
    world.region(&call.region).ec2.snapshots.insert(id, made.clone());
    made
}

/// DeleteSnapshot: refused while an image is made of it.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &mut world.region(&call.region).ec2;
    let id = call.params.required("SnapshotId")?;
    let s = state.snapshots.get(id).ok_or_else(|| not_found("snap", id))?;
    if s.owner != account {
        let message = format!("Not authorized for snapshot '{id}'");
        return Err(ApiError::new("AuthFailure", message));
    }
    if let Some(image) = state.images.values().find(|i| i.snapshot == id || i.others.iter().any(|(_, s, _)| s == id)) {
        let message = format!("The snapshot {id} is currently in use by {}", image.id);
        return Err(ApiError::new("InvalidSnapshot.InUse", message));
    }
    dry_run(call)?;
    state.snapshots.remove(id);
    Ok(call.ec2(|x| x.el("return", true)))
}

/// DescribeSnapshots: the account's own and the public images'.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.snapshots, call, "SnapshotId", "snap")?;
    if !ids.is_empty() && call.params.text("MaxResults").is_some() {
        let message = "The parameter snapshotSet cannot be used with the parameter maxResults";
        return Err(ApiError::new("InvalidParameterCombination", message));
    }
    let owners = call.params.texts("Owner");
    const KNOWN: &[&str] = &[
        "tag:",
        "description",
        "encrypted",
        "owner-alias",
        "owner-id",
        "progress",
        "snapshot-id",
        "start-time",
        "status",
        "storage-tier",
        "volume-id",
        "volume-size",
    ];
    let filters = Filters::read_with(&call.params, KNOWN, documented_filters::SNAPSHOTS)?;
    let page = Page::read(&call.params, 5, 1000)?;
    let (found, next) = page.cut(&state.snapshots, |s| {
        let owned = |o: &&str| match *o {
            "self" => s.owner == account,
            "amazon" => s.owner_alias.as_deref() == Some("amazon"),
            id => s.owner == id,
        };
        (ids.is_empty() || ids.contains(&s.id.as_str()))
            && (owners.is_empty() || owners.iter().any(owned))
            && filters.pass_with(
                &s.tags,
                |name, out| match name {
                    "description" => out.push(s.description.as_str().into()),
                    "encrypted" => out.push(if s.encrypted { "true" } else { "false" }.into()),
                    "owner-alias" => out.extend(s.owner_alias.as_ref().map(|a| a.as_str().into())),
                    "owner-id" => out.push(s.owner.as_str().into()),
                    "progress" => out.push(s.progress(call.now).into()),
                    "snapshot-id" => out.push(s.id.as_str().into()),
                    "start-time" => out.push(s.started.rfc3339_millis().into()),
                    "status" => out.push(s.state(call.now).into()),
                    "storage-tier" => out.push("standard".into()),
                    "volume-id" => out.push(s.volume.as_str().into()),
                    "volume-size" => out.push(s.size.to_string().into()),
                    _ => {}
                },
                |x| render(x, s, call.now, false),
            )
    });
    Ok(call.ec2(|x| {
        x.list("snapshotSet", "item", found, |x, s| render(x, s, call.now, false));
        x.opt("nextToken", next);
    }))
}

/// CreateImage: of an instance's volumes, each a snapshot. The instance is rebooted unless `NoReboot` says otherwise.
pub(super) fn create_image(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let tags = tags::of_specification(p, "image")?;
    let snapshot_tags = tags::of_specification(p, "snapshot")?;
    let state = &world.region(&call.region).ec2;
    let id = p.required("InstanceId")?;
    let i = state.instances.get(id).ok_or_else(|| not_found("i", id))?.clone();
    let name = p.required("Name")?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "()[] ./-'@_".contains(c);
    if !(3..=128).contains(&name.len()) || !name.chars().all(fits) {
        let message = "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', \
                       '-', '/' and '_'";
        return Err(ApiError::new("InvalidAMIName.Malformed", message));
    }
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
        let (size, encrypted) = (v.size, v.encrypted);
        let description = format!("Created by CreateImage({}) for {image}", i.id);
        let s = snapshot(world, call, volume.clone(), size, encrypted, &description, snapshot_tags.clone());
        made.push((device.clone(), s));
    }
    let ready = made.iter().map(|(_, s)| s.ready).max().unwrap_or(call.now);
    let base = world.region(&call.region).ec2.images.get(&i.image).cloned();
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
        listens: base.map(|b| b.listens).unwrap_or_default().into_iter().chain(i.listens.iter().copied()).collect(),
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
        true => ApiError::new("InvalidAMIID.Unavailable", format!("The image ID '{id}' is no longer available")),
        false => not_found("ami", id),
    })?;
    if image.owner != account {
        return Err(ApiError::new("AuthFailure", format!("Not authorized for image:{id}")));
    }
    let with_snapshots = call.params.bool("DeleteAssociatedSnapshots")?.unwrap_or(false);
    let mut snapshots = vec![image.snapshot.clone()];
    snapshots.extend(image.others.iter().map(|(_, s, _)| s.clone()));
    dry_run(call)?;
    state.images.remove(id);
    if with_snapshots {
        for s in &snapshots {
            state.snapshots.remove(s);
        }
    }
    Ok(call.ec2(|x| {
        x.el("return", true);
        if with_snapshots {
            x.list("deleteSnapshotResultSet", "item", &snapshots, |x, s| {
                x.el("snapshotId", s);
                x.el("returnCode", "success");
            });
        }
    }))
}
