//! Load balancers of which no target can answer.

use arcstr::ArcStr;
use rustc_hash::FxHashMap;

use super::Waste;
use super::facts::Facts;
use crate::kinds::elbv2::load_balancer_listeners::LISTENERS;
use crate::kinds::elbv2::{load_balancers, target_group_health, target_groups};
use crate::model::{Record, Value};

/// Only where all of their groups and the health of each are known; of one without a group, where it has no listener: another answers by
/// itself, with redirects and fixed responses.
pub(super) fn balancers(facts: &Facts<'_>, all: &mut Vec<Waste>) {
    let inputs = facts.inputs;
    if !inputs.is_whole("target-groups") {
        return;
    }
    let by_id =
        |kind| -> FxHashMap<&str, &Record> { inputs.rows(kind).iter().map(|h| (h.id.as_str(), &**h)).collect() };
    let (health, listeners) = (by_id("target-group-health"), by_id("load-balancer-listeners"));
    let mut groups: FxHashMap<ArcStr, Vec<&Record>> = FxHashMap::default();
    for group in inputs.rows("target-groups") {
        for balancer in group.get(&target_groups::LOAD_BALANCERS).items() {
            groups.entry(balancer).or_default().push(group);
        }
    }
    for row in inputs.rows("load-balancers") {
        let why = match groups.get(&row.name) {
            Some(groups) => useless(groups.iter().map(|g| health.get(g.id.as_str()).copied())),
            None => {
                let count = listeners.get(row.id.as_str()).and_then(|l| l.get(&LISTENERS).as_int());
                (count == Some(0)).then(|| "no listener".into())
            }
        };
        let Some(why) = why else { continue };
        let kind = row.get(&load_balancers::TYPE).as_str();
        let cost =
            facts.prices.zip(kind).and_then(|(p, kind)| p.load_balancer(kind)).map(|money| money.monthly().amount);
        all.push(Waste::of(row, why, cost).made(row.get(&load_balancers::CREATED)).ended_by("delete"));
    }
}

/// Why groups with this health (`None` = it is not known) can answer nothing; `None` if they can, or may.
fn useless<'a>(groups: impl Iterator<Item = Option<&'a Record>>) -> Option<String> {
    let mut registered = 0;
    for group in groups {
        match group?.get(&target_group_health::HEALTHY) {
            Value::Empty => {}
            // Those that are on their way will be healthy.
            Value::Ratio { ok: 0, of, busy: 0 } => registered += of,
            _ => return None,
        }
    }
    Some(match registered {
        0 => "no targets registered".into(),
        1 => "its only target is unhealthy".into(),
        n => format!("none of {n} targets is healthy"),
    })
}
