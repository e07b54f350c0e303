//! Which target groups rely on instances that are about to go: a pure look at what the store knows of target health.

use arcstr::ArcStr;

use super::targets::{self, Health};
use super::{name_of_arn, target_groups};
use crate::base::Scope;
use crate::base::text::visible;
use crate::kinds::planning::{Known, known, live, names, need, note, severe, unknown, whole};
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
pub struct Leaver<'a> {
    /// The instance's id.
    pub id: &'a str,
    /// Its private address, by which groups of addresses know it.
    pub ip: Option<String>,
    /// Its VPC: a target group has targets of its own VPC only (or addresses reachable from it).
    pub vpc: Option<&'a str>,
    /// Its name, fit to be shown.
    pub label: String,
}

/// What becomes of target groups when these instances stop answering at once. All are of one scope.
pub fn of_instances(store: &Store, scope: &Scope, leavers: &[Leaver<'_>]) -> Reliance {
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
                "target groups could not be read ({word}): whether one relies on {who} is not known"
            )));
        }
        (Known::NotAsked(key), None) => {
            need(&mut out.needs, key);
            need(&mut out.needs, TableKey::all(scope.clone(), Kind(&targets::INFO)));
            out.consequences.push(unknown(format!(
                "target health is not asked: whether {who} is the only healthy target of a group is not known"
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
        Known::Failed(word) => {
            unknown(format!("target health could not be read ({word}): whether a group relies on {who} is not known"))
        }
        _ => unknown(format!(
            "target health is not asked: whether {who} is the only healthy target of a group is not known"
        )),
    }
}

/// Lambda functions and load balancers are no instances, and a group of instances has those of its VPC only.
fn may_hold(group: &Record, leavers: &[Leaver<'_>]) -> bool {
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

fn judge(group: &str, rows: &[&Record], leavers: &[Leaver<'_>]) -> Option<Consequence> {
    let leaver = |id: &str| leavers.iter().find(|l| l.id == id || l.ip.as_deref() == Some(id));
    // Counted by id, not by name: the members of an Auto Scaling group usually share theirs.
    let called =
        |ids: Vec<&str>| -> Vec<&str> { ids.into_iter().filter_map(leaver).map(|l| l.label.as_str()).collect() };
    let gone = called(distinct(rows.iter().filter(|r| is_healthy(r)).filter_map(|r| targets::target_id(r))));
    let healthy = distinct(rows.iter().filter(|r| is_healthy(r)).filter_map(|r| targets::target_id(r)));
    let group = visible(group);
    if gone.is_empty() {
        let members = called(distinct(rows.iter().filter(|r| !is_leaving(r)).filter_map(|r| targets::target_id(r))));
        // With no healthy target at all, a load balancer sends requests to every target ("fail open").
        return (healthy.is_empty() && !members.is_empty()).then(|| {
            note(format!("{group} has no healthy target: it sends requests to all, {} too", names(&members)))
        });
    }
    let left = healthy.len().saturating_sub(gone.len());
    Some(verdict(&group, &gone, left))
}

/// What losing these healthy targets means, when `left` stay.
pub(super) fn verdict(group: &str, gone: &[&str], left: usize) -> Consequence {
    let who = names(gone);
    let many = gone.len() > 1;
    match (left, many) {
        (0, false) => severe(format!("{who} is the only healthy target of {group}")),
        (0, true) => severe(format!("{who} are the only healthy targets of {group}")),
        (left, false) => note(format!("{who} is one of {} healthy targets of {group}: {left} remain", left + 1)),
        (left, true) => {
            let of = left + gone.len();
            note(format!("{who} are {} of {of} healthy targets of {group}: {left} remain", gone.len()))
        }
    }
}

/// Whether a target gets traffic because its checks pass.
pub(super) fn is_healthy(row: &Record) -> bool {
    targets::health(row) == Health::Healthy
}
fn is_leaving(row: &Record) -> bool {
    matches!(targets::health(row), Health::Draining | Health::Unused | Health::UnhealthyDraining)
}

fn distinct<'a>(items: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut out: Vec<&str> = Vec::new();
    for i in items {
        if !out.contains(&i) {
            out.push(i);
        }
    }
    out
}
