//! Images that nothing launches.

use arcstr::ArcStr;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Waste;
use super::facts::{Facts, is_kept_by_a_policy};
use super::storage::Chains;
use crate::kinds::ec2::images::{CREATED, LAST_LAUNCHED, OWNER_ID, PUBLIC, SNAPSHOTS};
use crate::kinds::ec2::instances;
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::model::{Record, Value};

/// The states of images that can be launched, or were kept from it.
const STATES: &[&str] = &["available", "disabled"];

/// One's own old images that no instance is of, no template and no Auto Scaling group launches, and from which nothing was launched
/// lately: AWS says that up to a day late, whoever launched it.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-last-launched-time.html>
pub(super) fn images(facts: &Facts<'_>, all: &mut Vec<Waste>) {
    if !facts.are_whole(&["images", "instances"]) || !facts.launched.whole || !facts.launched.doubts.is_empty() {
        return;
    }
    let gone = [InstanceState::ShuttingDown, InstanceState::Terminated];
    let live = facts.inputs.rows("instances").iter().filter(|i| !gone.contains(&instance::state(i)));
    let running: FxHashSet<&str> = live.filter_map(|i| i.get(&instances::fields::IMAGE_ID).as_str()).collect();
    let rows = facts.inputs.rows("images");
    let mut of_images: FxHashMap<ArcStr, usize> = FxHashMap::default();
    for snapshot in rows.iter().flat_map(|i| i.get(&SNAPSHOTS).items()) {
        *of_images.entry(snapshot).or_default() += 1;
    }
    let snapshots: FxHashMap<&str, &Record> =
        facts.inputs.rows("snapshots").iter().map(|s| (s.id.as_str(), &**s)).collect();
    let chains = Chains::of(facts);
    for row in rows {
        let used = running.contains(row.id.as_str()) || facts.launched.images.contains(row.id.as_str());
        let stands = row.state.as_ref().is_some_and(|(_, state)| STATES.contains(&state.as_str()));
        let own = facts.is_own(row.get(&OWNER_ID).as_str()) && row.get(&PUBLIC) == &Value::Bool(false);
        if used || !stands || !own || !facts.is_old(row.get(&CREATED)) || is_kept_by_a_policy(row) {
            continue;
        }
        let launched = row.get(&LAST_LAUNCHED);
        let why = match launched {
            Value::Time(_) if facts.is_old(launched) => "nothing launches it any more",
            Value::Empty => "nothing was ever launched from it",
            _ => continue,
        };
        let its = row.get(&SNAPSHOTS).items();
        let alone = its.iter().filter(|s| of_images.get(*s) == Some(&1));
        let costs: Vec<f64> = alone.filter_map(|s| chains.cost(snapshots.get(s.as_str())?, facts)).collect();
        let cost = (!costs.is_empty()).then(|| costs.iter().sum());
        let waste = Waste::of(row, why, cost).made(row.get(&CREATED)).ended_by("deregister");
        all.push(Waste { since: launched.as_time(), ..waste });
    }
}
