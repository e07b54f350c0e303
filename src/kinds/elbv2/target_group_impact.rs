//! Which target groups rely on instances that are about to go: a pure look at what the store knows of target health.

use std::net::IpAddr;

use arcstr::ArcStr;

use super::targets::{self, Health};
use super::{name_of_arn, target_groups};
use crate::base::Scope;
use crate::base::text::visible;
use crate::kinds::plan_builder::{Known, known, live, names, need, note, severe, unknown, whole};
use crate::model::{Consequence, Kind, Record, TableKey};
use crate::store::Store;

/// What is found.
#[derive(Debug, Default)]
pub struct Reliance {
    /// In the order of the target groups.
    pub consequences: Vec<Consequence>,
    /// Tables that would have to be loaded to know.
    pub needs: Vec<TableKey>,
}

/// One that is about to go: how it is registered, and what it is called.
pub struct Departing<'a> {
    /// The instance's id.
    pub id: &'a str,
    /// Its private addresses of both families, by which groups of addresses know it.
    pub addresses: Vec<IpAddr>,
    /// Its VPC: a target group has targets of its own VPC only (or addresses reachable from it).
    pub vpc: Option<&'a str>,
    /// Its name, fit to be shown.
    pub label: String,
}

/// What becomes of target groups when these instances stop answering at once. All are of one scope.
pub fn of_instances(store: &Store, scope: &Scope, leavers: &[Departing<'_>]) -> Reliance {
    let mut out = Reliance::default();
    if leavers.is_empty() {
        return out;
    }
    let who = names(&leavers.iter().map(|l| l.label.as_str()).collect::<Vec<_>>());
    let all = match whole(store, scope, &targets::INFO) {
        Known::Complete(t) => Some(t),
        _ => None,
    };
    let mut groups: Vec<(ArcStr, Vec<&Record>)> = Vec::new();
    match (whole(store, scope, &target_groups::INFO), all) {
        (Known::Complete(groups_table), _) => {
            for group in live(groups_table).filter(|g| may_hold(g, leavers)) {
                match rows_of(store, scope, &group.id) {
                    Some(rows) => groups.push((group.id.clone(), rows)),
                    None => {
                        need(&mut out.needs, TableKey::all(scope.clone(), Kind(&targets::INFO)));
                    }
                }
            }
            if !out.needs.is_empty() {
                out.consequences.push(not_known(store, scope, &who));
            }
        }
        // Every group's targets are there, whether or not the groups themselves were looked at.
        (_, Some(table)) => {
            for row in live(table) {
                let Some(arn) = targets::group_arn(row) else { continue };
                match groups.iter_mut().find(|(a, _)| a == arn) {
                    Some((_, rows)) => rows.push(row),
                    None => groups.push((arn.into(), vec![row])),
                }
            }
        }
        (Known::Failed(word), None) => {
            out.consequences.push(unknown(format!(
                "Whether a target group relies on {who} is not known: target groups could not be read ({word})"
            )));
        }
        (Known::NotAsked(key), None) => {
            need(&mut out.needs, key);
            need(&mut out.needs, TableKey::all(scope.clone(), Kind(&targets::INFO)));
            out.consequences.push(unknown(format!(
                "Whether {who} is the only healthy target of a target group is not known: target health is not loaded"
            )));
        }
    }
    groups.sort_by(|(a, _), (b, _)| name_of_arn(a).cmp(name_of_arn(b)));
    let found = groups.iter().filter_map(|(arn, rows)| judge(name_of_arn(arn), rows, leavers));
    out.consequences.extend(found);
    out
}

fn not_known(store: &Store, scope: &Scope, who: &str) -> Consequence {
    match whole(store, scope, &targets::INFO) {
        Known::Failed(word) => unknown(format!(
            "Whether a target group relies on {who} is not known: target health could not be read ({word})"
        )),
        _ => unknown(format!(
            "Whether {who} is the only healthy target of a target group is not known: target health is not loaded"
        )),
    }
}

/// Lambda functions and load balancers are no instances, and a group of instances has those of its VPC only.
fn may_hold(group: &Record, leavers: &[Departing<'_>]) -> bool {
    match target_groups::target_type(group) {
        Some("lambda" | "alb") => false,
        Some("instance") => match target_groups::vpc_id(group) {
            Some(vpc) => leavers.iter().any(|l| l.vpc.is_none_or(|v| v == vpc)),
            None => true,
        },
        _ => true,
    }
}

/// A group's targets, if all of them are known: from its own table, or from the table of all.
pub(super) fn rows_of<'a>(store: &'a Store, scope: &Scope, arn: &ArcStr) -> Option<Vec<&'a Record>> {
    let own = TableKey::of(scope.clone(), Kind(&targets::INFO), arn.clone());
    let own = match known(store, own) {
        Known::Complete(t) => Some(t),
        _ => None,
    };
    let all = match whole(store, scope, &targets::INFO) {
        Known::Complete(t) => Some(t),
        _ => None,
    };
    match (own, all) {
        (Some(own), Some(all)) if all.status.complete > own.status.complete => of_group(all, arn),
        (Some(own), _) => Some(live(own).map(|r| &**r).collect()),
        (None, Some(all)) => of_group(all, arn),
        (None, None) => None,
    }
}

fn of_group<'a>(all: &'a crate::store::Table, arn: &str) -> Option<Vec<&'a Record>> {
    Some(live(all).map(|r| &**r).filter(|r| targets::group_arn(r) == Some(arn)).collect())
}

fn judge(group: &str, rows: &[&Record], leavers: &[Departing<'_>]) -> Option<Consequence> {
    let leaver = |id: &str| {
        let address = id.parse::<IpAddr>().ok();
        leavers.iter().find(|l| l.id == id || address.is_some_and(|a| l.addresses.contains(&a)))
    };
    // Counted by id, not by name: the members of an Auto Scaling group usually share theirs. One that is registered with several
    // ports stands for the best of them.
    let mut targets: Vec<(&str, Standing)> = Vec::new();
    for row in rows {
        let (Some(id), standing) = (targets::target_id(row), Standing::of(&targets::health(row))) else { continue };
        match targets.iter_mut().find(|(known, _)| *known == id) {
            Some((_, best)) => *best = standing.max(*best),
            None => targets.push((id, standing)),
        }
    }
    let (going, staying): (Vec<_>, Vec<_>) = targets.into_iter().partition(|(id, _)| leaver(id).is_some());
    let going: Vec<(&str, Standing)> =
        going.into_iter().filter_map(|(id, s)| Some((leaver(id)?.label.as_str(), s))).collect();
    verdict(group, &going, &staying.into_iter().map(|(_, s)| s).collect::<Vec<_>>())
}

/// What a target is to its group, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// It gets no traffic, whatever happens to the others: draining, or unused.
    Out,
    /// It fails its checks.
    Unhealthy,
    /// Its first checks are being made.
    Initial,
    /// Nobody knows, and it may get traffic: health checks are off.
    Unknown,
    /// It gets traffic because its checks pass.
    Healthy,
}

impl Standing {
    pub(super) fn of(health: &Health) -> Self {
        match health {
            Health::Healthy => Standing::Healthy,
            h if h.is_unknown() => Standing::Unknown,
            Health::Initial => Standing::Initial,
            Health::Unhealthy => Standing::Unhealthy,
            _ => Standing::Out,
        }
    }
}

/// What it means for a group that these targets go, by their names, and those stay. `None`: nothing.
pub(super) fn verdict(group: &str, going: &[(&str, Standing)], staying: &[Standing]) -> Option<Consequence> {
    let group = visible(group);
    let named = |want: &dyn Fn(Standing) -> bool| -> Vec<&str> {
        going.iter().filter(|(_, s)| want(*s)).map(|(name, _)| *name).collect()
    };
    let stay = |want: Standing| staying.iter().filter(|s| **s == want).count();
    let (healthy, unchecked) = (named(&|s| s == Standing::Healthy), named(&|s| s == Standing::Unknown));
    if !healthy.is_empty() {
        return Some(without_healthy(
            &group,
            &healthy,
            stay(Standing::Healthy),
            stay(Standing::Unknown),
            stay(Standing::Initial),
        ));
    }
    if !unchecked.is_empty() {
        return Some(without_unchecked(&group, &unchecked, stay(Standing::Healthy), stay(Standing::Unknown)));
    }
    if stay(Standing::Healthy) + stay(Standing::Unknown) > 0 {
        return None;
    }
    let failing = named(&|s| s == Standing::Unhealthy);
    if !failing.is_empty() && stay(Standing::Initial) == 0 && !going.iter().any(|(_, s)| *s == Standing::Initial) {
        // With no healthy target at all, a load balancer sends requests to every target ("fail open").
        return Some(note(format!(
            "Target group {group} has no healthy target, so it sends requests to all of them, {} included",
            names(&failing)
        )));
    }
    let new = named(&|s| s == Standing::Initial);
    (!new.is_empty()).then(|| {
        let is = if new.len() == 1 { "is" } else { "are" };
        note(format!("Target group {group} has no healthy target yet: {} {is} still being checked", names(&new)))
    })
}

fn without_healthy(group: &str, gone: &[&str], left: usize, unknown_left: usize, initial: usize) -> Consequence {
    let who = names(gone);
    let (is, s) = if gone.len() == 1 { ("is", "") } else { ("are", "s") };
    match left {
        // The others may well be healthy: that nobody checks them does not make them unhealthy.
        0 if unknown_left > 0 => unknown(format!(
            "{who} {is} the only target{s} of target group {group} known to be healthy: the health of {} is not known",
            others(unknown_left)
        )),
        0 if initial > 0 => severe(format!(
            "{who} {is} the only healthy target{s} of target group {group}: {} {} still being checked",
            others(initial),
            if initial == 1 { "is" } else { "are" }
        )),
        0 => severe(format!("{who} {is} the only healthy target{s} of target group {group}")),
        left if gone.len() == 1 => {
            note(format!("{who} is one of {} healthy targets of target group {group}: {left} left", left + 1))
        }
        left => {
            let of = left + gone.len();
            note(format!("{who} are {} of {of} healthy targets of target group {group}: {left} left", gone.len()))
        }
    }
}

/// Targets whose health nobody checks get traffic all the same.
fn without_unchecked(group: &str, gone: &[&str], healthy: usize, left: usize) -> Consequence {
    let who = names(gone);
    let one = gone.len() == 1;
    let (is, s, its) = if one { ("is", "", "its") } else { ("are", "s", "their") };
    match healthy + left {
        0 => severe(format!("{who} {is} the only target{s} of target group {group}, and {its} health is not checked")),
        more if one => note(format!(
            "{who} is one of {} targets of target group {group}, and its health is not checked: {more} left",
            more + 1
        )),
        more => note(format!(
            "{who} are {} of {} targets of target group {group}, and their health is not checked: {more} left",
            gone.len(),
            more + gone.len()
        )),
    }
}

fn others(n: usize) -> String {
    if n == 1 { "one other".into() } else { format!("{n} others") }
}
