//! Volume modifications: ModifyVolume and DescribeVolumesModifications.

use std::time::Duration;

use super::checks::dry_run;
use super::documented_filters;
use super::filter::Filters;
use super::network::wanted;
use super::page::Page;
use super::state::{Modification, Phase, Tags};
use super::volumes::{bounds, invalid, shape, the_volume};
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Reply, Xml};
use crate::sandbox::world::World;

/// How long a change takes to count, and then until the data are all moved.
const COUNTS: Duration = Duration::from_secs(5);
const MOVED: Duration = Duration::from_secs(180);
/// Changes of one volume that AWS takes in a day. [AWS: ModifyVolume]
const A_DAY: usize = 4;

/// ModifyVolume: never smaller, one change after the other.
pub(super) fn modify(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let state = &world.region(&call.region).ec2;
    let v = the_volume(state, call)?;
    let id = v.id.clone();
    if v.phase != Phase::Settled {
        let message = format!("Volume {id} in state '{}' cannot be modified.", v.state());
        return Err(ApiError::new("IncorrectState", message));
    }
    if let Some(m) = v.modifications.last().filter(|m| m.state(call.now) != "completed") {
        let message = format!("Cannot modify volume {id} in modification state {}", m.state(call.now).to_uppercase());
        return Err(ApiError::new("IncorrectModificationState", message));
    }
    let day = Duration::from_secs(86_400);
    if v.modifications.iter().filter(|m| call.now < m.times.0.plus(day)).count() >= A_DAY {
        let message = "You've reached the maximum modification rate per volume limit. Wait until the rolling 24-hour \
                       window has room for another modification of this EBS volume.";
        return Err(ApiError::new("VolumeModificationRateExceeded", message));
    }
    let from = v.shape();
    let size = p.int("Size")?.unwrap_or(i64::from(from.size));
    if size < i64::from(from.size) {
        return Err(invalid("New size cannot be smaller than existing size".to_string()));
    }
    let kind = p.text("VolumeType").unwrap_or(&from.kind);
    let same = kind == from.kind;
    let keep = |n: u32| (same && bounds(kind).is_some_and(|(_, speeds)| speeds.is_some())).then_some(i64::from(n));
    let iops = p.int("Iops")?.or_else(|| keep(from.iops));
    let throughput = p.int("Throughput")?.or_else(|| from.throughput.filter(|_| same).map(i64::from));
    let to = shape(kind, size, iops, throughput)?;
    if ["Size", "VolumeType", "Iops", "Throughput", "MultiAttachEnabled"].iter().all(|n| p.text(n).is_none()) {
        let message = "The request must contain at least one of the parameters size, volumeType, iops or throughput";
        return Err(ApiError::new("MissingParameter", message));
    }
    dry_run(call)?;
    let times = (call.now, call.now.plus(world.scaled(COUNTS)), call.now.plus(world.scaled(MOVED)));
    let made = Modification { from, to, times };
    if let Some(v) = world.region(&call.region).ec2.volumes.get_mut(&id) {
        v.size = made.to.size;
        v.kind = made.to.kind.clone();
        v.iops = made.to.iops;
        v.throughput = made.to.throughput;
        v.modifications.push(made.clone());
    }
    Ok(call.ec2(|x| x.nest("volumeModification", |x| modification(x, &id, &made, call.now))))
}

fn modification(x: &mut Xml, id: &str, m: &Modification, now: Time) {
    let state = m.state(now);
    x.el("volumeId", id);
    x.el("modificationState", state);
    for (word, s) in [("target", &m.to), ("original", &m.from)] {
        x.el(&format!("{word}Size"), s.size);
        x.opt(&format!("{word}Iops"), (s.iops > 0).then_some(s.iops));
        x.el(&format!("{word}VolumeType"), &s.kind);
        x.opt(&format!("{word}Throughput"), s.throughput);
        x.el(&format!("{word}MultiAttachEnabled"), false);
    }
    x.el("progress", m.progress(now));
    // Whole seconds, as AWS tells them.
    x.el("startTime", Time::from_secs(m.times.0.secs()));
    x.opt("endTime", (state == "completed").then_some(m.times.2));
}

/// DescribeVolumesModifications: the last change of each volume that was ever changed.
pub(super) fn modifications(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.volumes, call, "VolumeId", "vol")?;
    if let Some(id) = ids.iter().find(|id| state.volumes.get(**id).is_some_and(|v| v.modifications.is_empty())) {
        let message = format!("Modification for volume '{id}' does not exist.");
        return Err(ApiError::new("InvalidVolumeModification.NotFound", message));
    }
    let filters = Filters::read_with(
        &call.params,
        &[
            "volume-id",
            "modification-state",
            "target-size",
            "target-volume-type",
            "target-iops",
            "original-size",
            "original-volume-type",
            "original-iops",
        ],
        documented_filters::MODIFICATIONS,
    )?;
    let page = Page::read(&call.params, 1, 500)?;
    let none = Tags::new();
    let (found, next) = page.cut(&state.volumes, |v| {
        v.modifications.last().is_some_and(|m| {
            (ids.is_empty() || ids.contains(&v.id.as_str()))
                && filters.pass_with(
                    &none,
                    |name, out| match name {
                        "volume-id" => out.push(v.id.to_string().into()),
                        "modification-state" => out.push(m.state(call.now).into()),
                        "target-size" => out.push(m.to.size.to_string().into()),
                        "target-volume-type" => out.push(m.to.kind.to_string().into()),
                        "target-iops" => out.push(m.to.iops.to_string().into()),
                        "original-size" => out.push(m.from.size.to_string().into()),
                        "original-volume-type" => out.push(m.from.kind.to_string().into()),
                        "original-iops" => out.push(m.from.iops.to_string().into()),
                        _ => {}
                    },
                    |x| modification(x, &v.id, m, call.now),
                )
        })
    });
    Ok(call.ec2(|x| {
        x.list("volumeModificationSet", "item", found, |x, v| {
            if let Some(m) = v.modifications.last() {
                modification(x, &v.id, m, call.now);
            }
        });
        x.opt("nextToken", next);
    }))
}
