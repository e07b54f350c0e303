//! DescribeVolumes, DescribeImages.

use std::collections::BTreeMap;

use arcstr::ArcStr;

use super::describe::tag_set;
use super::documented_filters;
use super::filter::Filters;
use super::network::wanted;
use super::page::Page;
use super::state::{Image, Snapshot, Volume};
use crate::sandbox::regions;
use crate::sandbox::wire::{ApiError, Call, Reply, Xml};
use crate::sandbox::world::World;

/// DescribeVolumes.
pub(super) fn volumes(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.volumes, call, "VolumeId", "vol")?;
    if !ids.is_empty() && call.params.text("MaxResults").is_some() {
        return Err(ApiError::new(
            "InvalidParameterCombination",
            "The parameter volumeSet cannot be used with the parameter maxResults",
        ));
    }
    const KNOWN: &[&str] = &[
        "tag:",
        "attachment.attach-time",
        "attachment.delete-on-termination",
        "attachment.device",
        "attachment.instance-id",
        "attachment.status",
        "availability-zone",
        "create-time",
        "encrypted",
        "multi-attach-enabled",
        "size",
        "snapshot-id",
        "status",
        "volume-id",
        "volume-type",
    ];
    let filters = Filters::read_with(&call.params, KNOWN, documented_filters::VOLUMES)?;
    let page = Page::read(&call.params, 5, 1000)?;
    let flag = |on: bool| if on { "true" } else { "false" };
    let (found, next) = page.cut(&state.volumes, |v| {
        (ids.is_empty() || ids.contains(&v.id.as_str()))
            && filters.pass_with(
                &v.tags,
                |name, out| {
                    let a = v.attachment.as_ref();
                    match name {
                        "attachment.attach-time" => out.extend(a.map(|a| a.since.rfc3339_millis().into())),
                        "attachment.delete-on-termination" => {
                            out.extend(a.map(|a| flag(a.delete_on_termination).into()))
                        }
                        "attachment.device" => out.extend(a.map(|a| a.device.as_str().into())),
                        "attachment.instance-id" => out.extend(a.map(|a| a.instance.as_str().into())),
                        "attachment.status" => out.extend(a.map(|a| a.state().into())),
                        "availability-zone" => out.push(v.zone.as_str().into()),
                        "create-time" => out.push(v.created.rfc3339_millis().into()),
                        "encrypted" => out.push(flag(v.encrypted).into()),
                        "multi-attach-enabled" => out.push("false".into()),
                        "size" => out.push(v.size.to_string().into()),
                        "snapshot-id" => out.extend(v.snapshot.as_ref().map(|s| s.as_str().into())),
                        "status" => out.push(v.state().into()),
                        "volume-id" => out.push(v.id.as_str().into()),
                        "volume-type" => out.push(v.kind.as_str().into()),
                        _ => {}
                    }
                },
                |x| volume(x, v),
            )
    });
    Ok(call.ec2(|x| {
        x.list("volumeSet", "item", found, volume);
        x.opt("nextToken", next);
    }))
}

/// A volume, as DescribeVolumes shows it.
pub(super) fn volume(x: &mut Xml, v: &Volume) {
    x.el("volumeId", &v.id);
    x.el("size", v.size);
    x.el("snapshotId", v.snapshot.as_deref().unwrap_or_default());
    x.el("availabilityZone", &v.zone);
    x.opt("availabilityZoneId", regions::zone_id(&v.zone));
    x.el("status", v.state());
    x.el("createTime", v.created);
    x.list("attachmentSet", "item", &v.attachment, |x, a| {
        x.el("volumeId", &v.id);
        x.el("instanceId", &a.instance);
        x.el("device", &a.device);
        x.el("status", a.state());
        x.el("attachTime", a.since);
        x.el("deleteOnTermination", a.delete_on_termination);
    });
    if !v.tags.is_empty() {
        tag_set(x, &v.tags);
    }
    x.el("volumeType", &v.kind);
    x.opt("iops", (v.iops > 0).then_some(v.iops));
    x.opt("throughput", v.throughput);
    x.el("encrypted", v.encrypted);
    x.opt("kmsKeyId", v.kms_key.as_ref());
    x.el("multiAttachEnabled", false);
}

/// DescribeImages: the account's own and the public ones.
pub(super) fn images(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.images, call, "ImageId", "ami")?;
    let owners = call.params.texts("Owner");
    let users = call.params.texts("ExecutableBy");
    let deprecated = call.params.bool("IncludeDeprecated")?.unwrap_or(false);
    // None is ever disabled here.
    call.params.bool("IncludeDisabled")?;
    const KNOWN: &[&str] = &[
        "tag:",
        "architecture",
        "block-device-mapping.snapshot-id",
        "creation-date",
        "description",
        "hypervisor",
        "image-id",
        "image-type",
        "is-public",
        "name",
        "owner-alias",
        "owner-id",
        "platform",
        "platform-details",
        "root-device-name",
        "root-device-type",
        "state",
        "virtualization-type",
    ];
    let filters = Filters::read_with(&call.params, KNOWN, documented_filters::IMAGES)?;
    let page = Page::read(&call.params, 1, 1000)?;
    let state_of = |i: &Image| if call.now < i.ready { "pending" } else { "available" };
    let (found, next) = page.cut(&state.images, |i| {
        let owned = |o: &&str| match *o {
            "self" => i.owner == account,
            "amazon" | "aws-marketplace" => i.owner_alias.as_deref() == Some(o),
            id => i.owner == id,
        };
        // What is public may be launched by all, and counts for nobody by name.
        let may_launch = |user: &&str| match *user {
            "all" => i.public,
            "self" => i.shared_with.contains(&account),
            id => i.shared_with.iter().any(|a| a == id),
        };
        (ids.is_empty() || ids.contains(&i.id.as_str()))
            && (owners.is_empty() || owners.iter().any(owned))
            && (users.is_empty() || users.iter().any(may_launch))
            && (deprecated || i.owner == account || i.deprecated.is_none_or(|t| call.now < t))
            && filters.pass_with(
                &i.tags,
                |name, out| match name {
                    "architecture" => out.push(i.architecture.as_str().into()),
                    "block-device-mapping.snapshot-id" => out.push(i.snapshot.as_str().into()),
                    "creation-date" => out.push(i.created.rfc3339_millis().into()),
                    "description" => out.push(i.description.as_str().into()),
                    "hypervisor" => out.push("xen".into()),
                    "image-id" => out.push(i.id.as_str().into()),
                    "image-type" => out.push("machine".into()),
                    "is-public" => out.push(if i.public { "true" } else { "false" }.into()),
                    "name" => out.push(i.name.as_str().into()),
                    "owner-alias" => out.extend(i.owner_alias.as_ref().map(|a| a.as_str().into())),
                    "owner-id" => out.push(i.owner.as_str().into()),
                    "platform" => out.extend(i.platform.as_ref().map(|p| p.as_str().into())),
                    "platform-details" => out.push(i.platform_details.as_str().into()),
                    "root-device-name" => out.push(i.root_device.as_str().into()),
                    "root-device-type" => out.push("ebs".into()),
                    "state" => out.push(state_of(i).into()),
                    "virtualization-type" => out.push("hvm".into()),
                    _ => {}
                },
                |x| image(x, i, state_of(i), &state.snapshots),
            )
    });
    Ok(call.ec2(|x| {
        x.list("imagesSet", "item", found, |x, i| image(x, i, state_of(i), &state.snapshots));
        x.opt("nextToken", next);
    }))
}

/// An image, as DescribeImages shows it.
fn image(x: &mut Xml, i: &Image, state: &str, snapshots: &BTreeMap<ArcStr, Snapshot>) {
    let encrypted = |snapshot: &ArcStr| snapshots.get(snapshot).is_some_and(|s| s.encrypted);
    x.el("imageId", &i.id);
    x.el("imageLocation", format!("{}/{}", i.owner_alias.as_ref().unwrap_or(&i.owner), i.name));
    x.el("imageState", state);
    x.el("imageOwnerId", &i.owner);
    x.opt("imageOwnerAlias", i.owner_alias.as_ref());
    x.el("creationDate", i.created);
    x.el("isPublic", i.public);
    x.el("architecture", &i.architecture);
    x.el("imageType", "machine");
    x.opt("platform", i.platform.as_ref());
    x.el("platformDetails", &i.platform_details);
    x.el("usageOperation", if i.platform.is_some() { "RunInstances:0002" } else { "RunInstances" });
    x.el("name", &i.name);
    x.el("description", &i.description);
    x.el("rootDeviceType", "ebs");
    x.el("rootDeviceName", &i.root_device);
    x.nest("blockDeviceMapping", |x| {
        x.nest("item", |x| {
            x.el("deviceName", &i.root_device);
            x.nest("ebs", |x| {
                x.el("snapshotId", &i.snapshot);
                x.el("volumeSize", i.size);
                x.el("deleteOnTermination", true);
                x.el("volumeType", "gp3");
                x.el("iops", 3000_u32);
                x.el("throughput", 125_u32);
                x.el("encrypted", encrypted(&i.snapshot));
            });
        });
        for (device, snapshot, size) in &i.others {
            x.nest("item", |x| {
                x.el("deviceName", device);
                x.nest("ebs", |x| {
                    x.el("snapshotId", snapshot);
                    x.el("volumeSize", *size);
                    x.el("deleteOnTermination", false);
                    x.el("volumeType", "gp3");
                    x.el("encrypted", encrypted(snapshot));
                });
            });
        }
    });
    x.el("virtualizationType", "hvm");
    x.el("bootMode", if &*i.architecture == "arm64" { "uefi" } else { "uefi-preferred" });
    x.el("enaSupport", true);
    x.el("hypervisor", "xen");
    x.el("imdsSupport", "v2.0");
    x.opt("deprecationTime", i.deprecated);
    if let Some((region, id)) = &i.copy_of {
        x.el("sourceImageId", id);
        x.el("sourceImageRegion", region);
    }
    tag_set(x, &i.tags);
}
