//! Volumes: Create, Attach, Detach, Delete. Their modifications are in [`super::volume_changes`].

use arcstr::ArcStr;

use super::checks::{dry_run, not_found};
use super::filter::Filters;
use super::network::wanted;
use super::page::Page;
use super::state::instance::InstanceState;
use super::state::{Attachment, Event, Phase, Shape, State, Tags, Volume};
use super::{client_token, tags};
use crate::base::Time;
use crate::sandbox::regions;
use crate::sandbox::wire::{ApiError, Call, Reply, Xml};
use crate::sandbox::world::World;
use crate::sandbox::world::event_queue;

pub(super) fn invalid(message: String) -> ApiError {
    ApiError::new("InvalidParameterValue", message)
}

/// The least and the most.
pub(super) type Range = (u32, u32);

/// A volume's bounds: sizes in GiB, I/O operations a second if they can be chosen. [AWS: EBS volume types]
pub(super) fn bounds(kind: &str) -> Option<(Range, Option<Range>)> {
    Some(match kind {
        "gp2" => ((1, 16_384), None),
        "gp3" => ((1, 65_536), Some((3_000, 80_000))),
        "io1" => ((4, 16_384), Some((100, 64_000))),
        "io2" => ((4, 65_536), Some((100, 256_000))),
        "st1" | "sc1" => ((125, 16_384), None),
        "standard" => ((1, 1_024), None),
        _ => return None,
    })
}

/// Checks a shape, and fills in what AWS would.
///
/// # Errors
/// AWS's, for a type that there is not, or a size or speed out of its bounds.
pub(super) fn shape(kind: &str, size: i64, iops: Option<i64>, throughput: Option<i64>) -> Result<Shape, ApiError> {
    let Some(((least, most), speeds)) = bounds(kind) else {
        return Err(ApiError::new("UnknownVolumeType", format!("Unknown volume type: {kind}")));
    };
    if size < i64::from(least) {
        let message = match kind {
            "gp2" | "gp3" | "standard" => format!("Volume of {size}GiB is too small; minimum is {least}GiB."),
            _ => format!("Volume of {size}GiB is too small for volume type {kind}; minimum is {least}GiB."),
        };
        return Err(invalid(message));
    }
    if size > i64::from(most) {
        let message = format!("Volume of {size}GiB is too large for volume type {kind}; maximum is {most}GiB.");
        return Err(invalid(message));
    }
    let size = u32::try_from(size).unwrap_or(most);
    let chosen = match (iops, speeds) {
        (Some(_), None) => {
            let message = format!("The parameter iops is not supported for {kind} volumes.");
            return Err(ApiError::new("InvalidParameterCombination", message));
        }
        (None, Some(_)) if kind != "gp3" => {
            let message = format!("The parameter iops must be specified for {kind} volumes.");
            return Err(ApiError::new("MissingParameter", message));
        }
        (Some(n), Some((low, high))) => {
            let bound = |word, limit| format!("Volume iops of {n} is too {word}; {limit}.");
            if n < i64::from(low) {
                return Err(invalid(bound("low", format!("minimum is {low}"))));
            }
            if n > i64::from(high) {
                return Err(invalid(bound("high", format!("maximum is {high}"))));
            }
            let ratio = if kind == "io1" {
                50
            } else if kind == "io2" {
                1000
            } else {
                500
            };
            if n > i64::from(low).max(i64::from(size) * ratio) {
                return Err(invalid(format!(
                    "Iops to volume size ratio of {:.6} is too high; maximum is {ratio}",
                    n as f64 / f64::from(size)
                )));
            }
            u32::try_from(n).unwrap_or(high)
        }
        (None, _) => match kind {
            "gp2" => (size * 3).clamp(100, 16_000),
            "gp3" => 3_000,
            _ => 0,
        },
    };
    let throughput = match throughput {
        Some(_) if kind != "gp3" => {
            let message = format!("The parameter throughput is not supported for {kind} volumes.");
            return Err(ApiError::new("InvalidParameterCombination", message));
        }
        Some(n) if !(125..=2_000).contains(&n) => {
            return Err(invalid(format!("Throughput of {n} is out of the range of 125 to 2000.")));
        }
        // A quarter of a MiB for each operation. [AWS: EBS volume types]
        Some(n) if n * 4 > i64::from(chosen) => {
            return Err(invalid(format!(
                "Throughput (MiBps) to iops ratio of {:.6} is too high; maximum is 0.250000 MiBps per iops",
                n as f64 / f64::from(chosen)
            )));
        }
        Some(n) => u32::try_from(n).ok(),
        None => (kind == "gp3").then_some(125),
    };
    Ok(Shape { size, kind: kind.into(), iops: chosen, throughput })
}

fn settle_in(world: &mut World, call: &Call<'_>, id: &ArcStr, low: f64, high: f64) {
    let after = world.random(id, &call.operation).secs(low, high);
    world.schedule(&call.region, call.now, after, event_queue::Event::Ec2(Event::Settle { id: id.clone() }));
}

/// A volume's or an attachment's transition is over.
pub(super) fn settle(state: &mut State, id: &str) {
    let Some(v) = state.volumes.get_mut(id) else { return };
    match v.phase {
        Phase::Ending => {
            state.volumes.remove(id);
            return;
        }
        _ => v.phase = Phase::Settled,
    }
    match v.attachment.as_mut() {
        Some(a) if a.phase == Phase::Ending => {
            let instance = a.instance.clone();
            v.attachment = None;
            if let Some(i) = state.instances.get_mut(&instance) {
                i.volumes.retain(|(_, of)| of != id);
            }
        }
        Some(a) => a.phase = Phase::Settled,
        None => {}
    }
}

/// CreateVolume.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let tags = tags::of_specification(p, "volume")?;
    let zones = regions::find(&call.region).map_or("abc", |r| r.zones);
    let mut names = zones.chars().map(|z| format!("{}{z}", call.region));
    let zone = match (p.text("AvailabilityZone"), p.text("AvailabilityZoneId")) {
        (Some(zone), _) => names.find(|n| n == zone).ok_or(zone),
        (None, Some(id)) => names.find(|n| regions::zone_id(n).as_deref() == Some(id)).ok_or(id),
        (None, None) => {
            let message = "The request must contain the parameter AvailabilityZone";
            return Err(ApiError::new("MissingParameter", message));
        }
    };
    let zone = zone.map_err(|z| ApiError::new("InvalidZone.NotFound", format!("The zone '{z}' does not exist.")))?;
    let state = &world.region(&call.region).ec2;
    let snapshot = match p.text("SnapshotId").filter(|s| !s.is_empty()) {
        Some(id) => {
            let usable = state.snapshots.get(id).filter(|s| s.can_be_used_by(crate::sandbox::world::ACCOUNT));
            Some(usable.ok_or_else(|| not_found("snap", id))?)
        }
        None => None,
    };
    if let Some(s) = snapshot.filter(|s| s.state(call.now) != "completed") {
        let message = format!("Snapshot is in invalid state - {}", s.state(call.now));
        return Err(ApiError::new("IncorrectState", message));
    }
    let size = match (p.int("Size")?, snapshot) {
        (Some(size), Some(s)) if size < i64::from(s.size) => {
            let message =
                format!("Volume of {size}GiB is smaller than snapshot '{}', expect size >= {}GiB", s.id, s.size);
            return Err(invalid(message));
        }
        (Some(size), _) => size,
        (None, Some(s)) => i64::from(s.size),
        (None, None) => {
            let message = "The request must contain the parameter size/snapshot";
            return Err(ApiError::new("MissingParameter", message));
        }
    };
    let kind = p.text("VolumeType").unwrap_or("gp2");
    let shape = shape(kind, size, p.int("Iops")?, p.int("Throughput")?)?;
    // What an encrypted snapshot has cannot be had otherwise.
    let encrypted = p.bool("Encrypted")?.unwrap_or(false) || snapshot.is_some_and(|s| s.encrypted);
    let kms_key = snapshot.and_then(|s| s.kms_key.clone());
    let disk = snapshot.and_then(|s| s.disk.clone());
    let snapshot = snapshot.map(|s| s.id.clone());
    let known = client_token::known(state, call)?;
    dry_run(call)?;
    let id = match known {
        Some(id) => id,
        None => {
            let id = world.new_id("vol");
            let made = Volume {
                id: id.clone(),
                size: shape.size,
                kind: shape.kind,
                iops: shape.iops,
                throughput: shape.throughput,
                zone: zone.as_str().into(),
                snapshot,
                encrypted,
                kms_key,
                created: call.now,
                attachment: None,
                phase: Phase::Beginning,
                modifications: Vec::new(),
                disk,
                tags,
            };
            let state = &mut world.region(&call.region).ec2;
            state.volumes.insert(id.clone(), made);
            client_token::remember(state, call, &id);
            settle_in(world, call, &id, 2.0, 5.0);
            id
        }
    };
    let v = world.region(&call.region).ec2.volumes.get(&id);
    Ok(call.ec2(|x| {
        if let Some(v) = v {
            super::storage::volume(x, v);
        }
    }))
}

pub(super) fn the_volume<'s>(state: &'s State, call: &Call<'_>) -> Result<&'s Volume, ApiError> {
    let id = call.params.required("VolumeId")?;
    state.volumes.get(id).ok_or_else(|| not_found("vol", id))
}

/// DeleteVolume.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let v = the_volume(state, call)?;
    let id = v.id.clone();
    if let Some(a) = &v.attachment {
        let message = format!("Volume {id} is currently attached to {}", a.instance);
        return Err(ApiError::new("VolumeInUse", message));
    }
    if v.phase == Phase::Beginning {
        let message = format!("The volume '{id}' is in state 'creating' and cannot be deleted.");
        return Err(ApiError::new("IncorrectState", message));
    }
    dry_run(call)?;
    if let Some(v) = world.region(&call.region).ec2.volumes.get_mut(&id) {
        v.phase = Phase::Ending;
    }
    settle_in(world, call, &id, 1.0, 3.0);
    Ok(call.ec2(|x| x.el("return", true)))
}

fn attachment(x: &mut Xml, id: &str, a: &Attachment) {
    x.el("volumeId", id);
    x.el("instanceId", &a.instance);
    x.el("device", &a.device);
    x.el("status", a.state());
    x.el("attachTime", a.since);
    x.el("deleteOnTermination", a.delete_on_termination);
}

/// `/dev/sdf`, `/dev/xvdba`, `xvdf`: what EC2 takes for a device's name.
fn is_device(name: &str) -> bool {
    let name = name.strip_prefix("/dev/").unwrap_or(name);
    let rest = name.strip_prefix("xvd").or_else(|| name.strip_prefix("sd")).or_else(|| name.strip_prefix("hd"));
    rest.is_some_and(|r| {
        let letters = r.bytes().take_while(u8::is_ascii_lowercase).count();
        (1..=2).contains(&letters) && r.bytes().skip(letters).all(|b| b.is_ascii_digit()) && r.len() <= 4
    })
}

/// AttachVolume.
pub(super) fn attach(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let state = &world.region(&call.region).ec2;
    let v = the_volume(state, call)?;
    let instance = p.required("InstanceId")?;
    let i = state.instances.get(instance).ok_or_else(|| not_found("i", instance))?;
    let device = p.required("Device")?;
    if !is_device(device) {
        let message =
            format!("Value ({device}) for parameter device is invalid. {device} is not a valid EBS device name.");
        return Err(invalid(message));
    }
    if !matches!(i.state, InstanceState::Running | InstanceState::Stopped | InstanceState::Stopping) {
        return Err(ApiError::new("IncorrectState", format!("Instance '{instance}' is not 'running'.")));
    }
    if v.attachment.is_some() {
        let message = format!("{} is already attached to an instance", v.id);
        return Err(ApiError::new("VolumeInUse", message));
    }
    if v.phase != Phase::Settled {
        return Err(ApiError::new("IncorrectState", format!("Volume '{}' is not 'available'.", v.id)));
    }
    if v.zone != i.zone {
        let message = format!("The volume '{}' is not in the same availability zone as instance '{instance}'", v.id);
        return Err(ApiError::new("InvalidVolume.ZoneMismatch", message));
    }
    if i.volumes.iter().any(|(d, _)| d == device) {
        let message = format!("Invalid value '{device}' for unixDevice. Attachment point {device} is already in use");
        return Err(invalid(message));
    }
    let (id, instance) = (v.id.clone(), i.id.clone());
    dry_run(call)?;
    let made = Attachment {
        instance: instance.clone(),
        device: device.into(),
        since: Time::from_secs(call.now.secs()),
        delete_on_termination: false,
        phase: Phase::Beginning,
    };
    let state = &mut world.region(&call.region).ec2;
    if let Some(i) = state.instances.get_mut(&instance) {
        i.volumes.push((made.device.clone(), id.clone()));
    }
    if let Some(v) = state.volumes.get_mut(&id) {
        v.attachment = Some(made.clone());
    }
    settle_in(world, call, &id, 1.0, 4.0);
    Ok(call.ec2(|x| attachment(x, &id, &made)))
}

/// DetachVolume. `InstanceId` and `Device` need not be said, but must be right if they are.
pub(super) fn detach(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let state = &world.region(&call.region).ec2;
    let v = the_volume(state, call)?;
    let id = v.id.clone();
    let Some(a) = v.attachment.clone() else {
        let message = format!("Volume '{id}' is in the '{}' state.", v.state());
        return Err(ApiError::new("IncorrectState", message));
    };
    if let Some(named) = p.text("InstanceId") {
        if !state.instances.contains_key(named) {
            return Err(not_found("i", named));
        }
        if a.instance != named || p.text("Device").is_some_and(|d| a.device != d) {
            let device = p.text("Device").unwrap_or(&a.device);
            let message = format!("The volume '{id}' is not attached to instance '{named}' as device '{device}'.");
            return Err(ApiError::new("InvalidAttachment.NotFound", message));
        }
    }
    let i = state.instances.get(&a.instance);
    if i.is_some_and(|i| i.root_device == a.device && i.state != InstanceState::Stopped) {
        let message = format!("Unable to detach root volume '{id}' from instance '{}'", a.instance);
        return Err(ApiError::new("OperationNotPermitted", message));
    }
    if a.phase == Phase::Ending {
        return Err(ApiError::new("IncorrectState", format!("Volume '{id}' is in the 'detaching' state.")));
    }
    dry_run(call)?;
    let made = Attachment { phase: Phase::Ending, ..a };
    if let Some(v) = world.region(&call.region).ec2.volumes.get_mut(&id) {
        v.attachment = Some(made.clone());
    }
    settle_in(world, call, &id, 2.0, 5.0);
    Ok(call.ec2(|x| attachment(x, &id, &made)))
}

/// DescribeVolumeStatus: all is well with all of them.
pub(super) fn status(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.volumes, call, "VolumeId", "vol")?;
    let known = &[
        "availability-zone",
        "volume-status.status",
        "volume-status.details-name",
        "volume-status.details-status",
        "action.code",
        "action.description",
        "action.event-id",
        "attachment-status.instance-id",
        "attachment-status.io-performance",
        "event.description",
        "event.event-id",
        "event.event-type",
        "event.not-after",
        "event.not-before",
    ];
    let filters = Filters::read(&call.params, known)?;
    let page = Page::read(&call.params, 5, 1000)?;
    let none = Tags::new();
    let (found, next) = page.cut(&state.volumes, |v| {
        (ids.is_empty() || ids.contains(&v.id.as_str()))
            && filters.pass(&none, |name, out| match name {
                "availability-zone" => out.push(v.zone.to_string().into()),
                "volume-status.status" => out.push("ok".into()),
                "volume-status.details-name" => out.push("io-enabled".into()),
                "volume-status.details-status" => out.push("passed".into()),
                _ => {}
            })
    });
    Ok(call.ec2(|x| {
        x.list("volumeStatusSet", "item", found, |x, v| {
            x.el("volumeId", &v.id);
            x.el("availabilityZone", &v.zone);
            x.nest("volumeStatus", |x| {
                x.el("status", "ok");
                x.list(
                    "details",
                    "item",
                    [("io-enabled", "passed"), ("io-performance", "not-applicable")],
                    |x, (n, s)| {
                        x.el("name", n);
                        x.el("status", s);
                    },
                );
            });
            x.empty("eventsSet");
            x.empty("actionsSet");
        });
        x.opt("nextToken", next);
    }))
}
