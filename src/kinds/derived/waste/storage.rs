//! Volumes and snapshots.

use arcstr::ArcStr;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Waste;
use super::facts::{Facts, is_kept_by_a_policy};
use crate::kinds::ec2::snapshots::{FULL_SIZE, OWNER_ID, SIZE_GIB, STARTED, TIER, VOLUME};
use crate::kinds::ec2::volumes::volume::{self, VolumeState};
use crate::kinds::ec2::{images, volumes};
use crate::model::{Record, Value};

/// Volumes that are attached to nothing, or to stopped instances only.
pub(super) fn volumes(facts: &Facts<'_>, all: &mut Vec<Waste>) {
    all.extend(facts.inputs.rows("volumes").iter().filter_map(|v| of_volume(v, facts)));
}

fn of_volume(row: &Record, facts: &Facts<'_>) -> Option<Waste> {
    let cost = row.get(&volumes::fields::COST).as_f64();
    let made = row.get(&volumes::fields::CREATED);
    match volume::state(row) {
        VolumeState::Available => Some(Waste::of(row, "not attached", cost).made(made).ended_by("delete")),
        VolumeState::InUse => {
            let on = volume::instances(row);
            let first = facts.stopped.get(on.first()?.as_str())?;
            let all = on.iter().all(|id| facts.stopped.contains_key(id.as_str()));
            let waste = || Waste::of(row, format!("attached to stopped {}", first.label()), cost).made(made).on(first);
            // One that goes with its instance is the instance's; another is detached first, and is then like any that is not attached.
            let with_it = row.get(&volumes::fields::DELETE_ON_TERMINATION) == &Value::Bool(true) && on.len() == 1;
            all.then(|| if with_it { waste().ended_with(first, "terminate") } else { waste().ended_by("detach") })
        }
        _ => None,
    }
}

/// What a snapshot says that was copied from another: no volume's id.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html>
const NO_VOLUME: &str = "vol-ffffffff";
const STANDARD: &str = "standard";
const COMPLETED: &str = "completed";

/// One's own complete snapshots, by their volumes, the newest first.
pub(super) struct Chains<'a>(FxHashMap<&'a str, Vec<&'a Record>>);

impl<'a> Chains<'a> {
    pub(super) fn of(facts: &Facts<'a>) -> Chains<'a> {
        let mut chains: FxHashMap<&str, Vec<&Record>> = FxHashMap::default();
        for row in facts.inputs.rows("snapshots") {
            let volume = row.get(&VOLUME).as_str().filter(|v| *v != NO_VOLUME);
            if let Some(volume) = volume.filter(|_| is_complete(row) && facts.is_own(row.get(&OWNER_ID).as_str())) {
                chains.entry(volume).or_default().push(row);
            }
        }
        let started = |row: &&Record| row.get(&STARTED).as_time().unwrap_or_default();
        for chain in chains.values_mut() {
            chain.sort_by_key(|row| std::cmp::Reverse(started(row)));
        }
        Chains(chains)
    }
    /// What a snapshot costs a month: the newest of its volume all that it holds. What an older one holds alone is not known.
    pub(super) fn cost(&self, row: &Record, facts: &Facts<'_>) -> Option<f64> {
        let newest = row.get(&VOLUME).as_str().and_then(|v| self.0.get(v)?.first());
        let alone = newest.is_none_or(|n| n.id == row.id);
        let gib = match row.get(&FULL_SIZE) {
            #[expect(clippy::cast_precision_loss, reason = "a price in cents")]
            Value::Bytes(bytes) => *bytes as f64 / f64::from(1 << 30),
            _ => row.get(&SIZE_GIB).as_f64()?,
        };
        let standard = row.get(&TIER).as_str().is_none_or(|t| t == STANDARD);
        (alone && standard).then(|| facts.prices.map(|p| p.snapshot(gib).amount)).flatten()
    }
}

fn is_complete(row: &Record) -> bool {
    row.state.as_ref().is_some_and(|(_, state)| state == COMPLETED)
}

/// Old snapshots that no image and no template has, whose volume is gone or has newer ones. What was moved to the archive was dealt with.
pub(super) fn snapshots(facts: &Facts<'_>, all: &mut Vec<Waste>) {
    if !facts.are_whole(&["snapshots", "volumes", "images"]) || !facts.launched.whole {
        return;
    }
    let of_images: FxHashSet<ArcStr> =
        facts.inputs.rows("images").iter().flat_map(|i| i.get(&images::SNAPSHOTS).items()).collect();
    let volumes: FxHashSet<&str> = facts.inputs.rows("volumes").iter().map(|v| v.id.as_str()).collect();
    let chains = Chains::of(facts);
    for (volume, chain) in &chains.0 {
        let there = volumes.contains(volume);
        for (newer, row) in chain.iter().enumerate() {
            let needed = of_images.contains(&row.id) || facts.launched.snapshots.contains(&row.id);
            let archived = row.get(&TIER).as_str().is_some_and(|t| t != STANDARD);
            if needed || archived || !facts.is_old(row.get(&STARTED)) || is_kept_by_a_policy(row) {
                continue;
            }
            let why = match (there, newer) {
                (true, 0) => continue,
                (true, n) => format!("{} of {volume}", newer_ones(n)),
                (false, 0) => format!("its volume {volume} is gone"),
                (false, n) => format!("its volume is gone, {}", newer_ones(n)),
            };
            let cost = chains.cost(row, facts);
            all.push(Waste::of(row, why, cost).made(row.get(&STARTED)).ended_by("delete"));
        }
    }
}

fn newer_ones(n: usize) -> String {
    if n == 1 { "1 newer snapshot".into() } else { format!("{n} newer snapshots") }
}
