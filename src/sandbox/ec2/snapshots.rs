//! Snapshots: create, delete, describe. Copies are in [`super::copies`], who may use them in [`super::permissions`].

use super::checks::{dry_run, not_found};
use super::describe::tag_set;
use super::filter::Filters;
use super::network::wanted;
use super::page::Page;
use super::state::{Snapshot, Tags, Volume};
use super::{documented_filters, tags};
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Reply, Xml};
use crate::sandbox::world::World;

fn render(x: &mut Xml, s: &Snapshot, region: &str, now: Time, answer: bool) {
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
    x.opt("kmsKeyId", s.key_arn(region).as_ref());
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
    let of = v.clone();
    dry_run(call)?;
    let made = snapshot(world, call, &of, p.text("Description").unwrap_or_default(), tags);
    Ok(call.ec2(|x| render(x, &made, &call.region, call.now, true)))
}

/// A new snapshot of a volume.
pub(super) fn snapshot(world: &mut World, call: &Call<'_>, of: &Volume, description: &str, tags: Tags) -> Snapshot {
    let id = world.new_id("snap");
    let takes = world.random(&id, "snapshot").secs(15.0, 45.0);
    let made = Snapshot {
        id: id.clone(),
        volume: of.id.clone(),
        size: of.size,
        description: description.into(),
        owner: world.account.clone(),
        owner_alias: None,
        started: call.now,
        ready: call.now.plus(world.scaled(takes)),
        encrypted: of.encrypted,
        kms_key: of.kms_key.clone(),
        fails: false,
        shared_with: Vec::new(),
        public: false,
        disk: of.content(),
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

/// DescribeSnapshots: those that the account may use, its own, others' that are shared with it, and public ones.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.snapshots, call, "SnapshotId", "snap")?;
    if !ids.is_empty() && call.params.text("MaxResults").is_some() {
        let message = "The parameter snapshotSet cannot be used with the parameter maxResults";
        return Err(ApiError::new("InvalidParameterCombination", message));
    }
    let owners = call.params.texts("Owner");
    let users = call.params.texts("RestorableBy");
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
        // `self` is what one owns and what is shared with one by name; an account's number asks with whom one's own are shared.
        let restorable = |user: &&str| match *user {
            "all" => s.public,
            "self" => s.owner == account || s.shared_with.contains(&account),
            id => s.owner == account && s.shared_with.iter().any(|a| a == id),
        };
        (ids.is_empty() || ids.contains(&s.id.as_str()))
            && s.can_be_used_by(&account)
            && (owners.is_empty() || owners.iter().any(owned))
            && (users.is_empty() || users.iter().any(restorable))
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
                |x| render(x, s, &call.region, call.now, false),
            )
    });
    Ok(call.ec2(|x| {
        x.list("snapshotSet", "item", found, |x, s| render(x, s, &call.region, call.now, false));
        x.opt("nextToken", next);
    }))
}
