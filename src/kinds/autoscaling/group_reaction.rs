//! An Auto Scaling group's reaction to a member that stops answering. Pure: a look at what the store knows of the group.
//!
//! A stopped or terminated member fails its EC2 health check; the group then terminates it and launches another. Suspended
//! processes and Standby keep it from that:
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html>

use arcstr::ArcStr;

use super::auto_scaling_groups::{self as groups};
use super::capacity::Capacity;
use crate::base::Scope;
use crate::kinds::plan_builder::{Known, count, whole};
use crate::model::{Record, TableKey};
use crate::store::Store;

/// What becomes of a member.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupReaction {
    /// The group takes it for unhealthy, terminates it and launches what is missing then: `1 replacement`.
    Replaced(String),
    /// The group terminates it, and launches no other: there is enough without it. What there is, of what is desired.
    Spare(String),
    /// The group terminates it, and launches no other: `Launch` is suspended.
    NotReplacedAfter,
    /// It is in Standby: the group looks away.
    Standby,
    /// A suspended process keeps the group from acting: its name.
    Suspended(&'static str),
    /// The group is not loaded: the table that would tell.
    NotAsked(Option<TableKey>),
}

/// The instance's group, as the tag says and the group's own list agrees. `None`: it belongs to none.
pub fn group_of<'a>(store: &'a Store, scope: &Scope, instance: &'a Record) -> Option<Member<'a>> {
    let name = instance.tag("aws:autoscaling:groupName")?;
    match whole(store, scope, &groups::INFO) {
        Known::Complete(t) => {
            let row = t.get(name).filter(|r| r.gone.is_none()).map(|r| &*r.record)?;
            // A detached instance may keep the tag for a while.
            let listed = groups::instances(row).contains(&instance.id);
            listed.then_some(Member { name, row: Some(row), needs: None })
        }
        Known::NotAsked(key) => Some(Member { name, row: None, needs: Some(key) }),
        Known::Failed(_) => Some(Member { name, row: None, needs: None }),
    }
}

/// A member and its group.
pub struct Member<'a> {
    /// The group's name.
    pub name: &'a ArcStr,
    /// The group, if it is loaded.
    pub row: Option<&'a Record>,
    /// The table that would tell more.
    pub needs: Option<TableKey>,
}

impl Member<'_> {
    /// What becomes of the member when it stops or terminates, if that does not depend on what the group has left: then it is
    /// [`Member::replacement`].
    pub fn fate_alone(&self, instance: &Record) -> Option<GroupReaction> {
        let Some(row) = self.row else { return Some(GroupReaction::NotAsked(self.needs.clone())) };
        if groups::standby(row).contains(&instance.id) {
            return Some(GroupReaction::Standby);
        }
        for process in ["HealthCheck", "ReplaceUnhealthy", "Terminate"] {
            if groups::is_suspended(row, process) {
                return Some(GroupReaction::Suspended(process));
            }
        }
        groups::is_suspended(row, "Launch").then_some(GroupReaction::NotReplacedAfter)
    }
    /// What the group launches when these members of it leave together, by their ids.
    pub fn replacement(&self, leaving: &[&str]) -> GroupReaction {
        self.row.map_or_else(|| GroupReaction::NotAsked(self.needs.clone()), |row| replacement(row, leaving))
    }
    /// Whether the group's health check looks at target health (`ELB`), so that a reboot may cost the member.
    pub fn looks_at_targets(&self) -> Option<bool> {
        let row = self.row?;
        let types = row.get(&groups::fields::HEALTH_CHECK_TYPE).as_str().unwrap_or_default().to_string();
        Some(types.split([',', ' ']).any(|t| t == "ELB"))
    }
}

/// What a group launches for members that leave it: what it has less than desired then, and not before.
fn replacement(row: &Record, leaving: &[&str]) -> GroupReaction {
    let capacity = Capacity::of(row);
    let each = || GroupReaction::Replaced(count(leaving.len(), "replacement"));
    let desired = row.get(&groups::fields::DESIRED).as_int();
    let (Some(desired), Some(have), Some(less)) = (desired, capacity.have(), capacity.units_of(leaving)) else {
        return match capacity.is_in_instances() {
            true => each(),
            false => GroupReaction::Replaced("replacements as needed".into()),
        };
    };
    let left = have - less;
    let missing = (desired - left).max(0) - (desired - have).max(0);
    match (missing, capacity.is_in_instances()) {
        // One that is on its way out already counts for nothing.
        (..=0, _) => GroupReaction::Spare(format!("{left} of the {} desired", capacity.said(desired))),
        (n, true) => GroupReaction::Replaced(count(usize::try_from(n).unwrap_or_default(), "replacement")),
        (n, false) => GroupReaction::Replaced(format!("replacements worth {}", capacity.said_launched(n))),
    }
}
