//! In which order security groups can be deleted, and which rules have to go first: EC2 deletes no group that another one's rules name.

use std::collections::BTreeMap;

use arcstr::ArcStr;

use crate::kinds::ec2::group_actions::rules::rules_of;
use crate::kinds::ec2::group_rules::diff::{Change, changes};
use crate::kinds::ec2::group_rules::door::{Peer, Rule};
use crate::model::Record;

/// Groups in an order in which each is named by none that is still there, once the rules beside a group were removed from it: those of groups
/// that name each other in a circle.
pub(super) fn in_order(groups: Vec<&Record>) -> (Vec<&Record>, Vec<(&Record, Vec<Change>)>) {
    let place: BTreeMap<&str, usize> = groups.iter().enumerate().map(|(i, g)| (g.id.as_str(), i)).collect();
    let others = |rule: &Rule, of: usize| match &rule.door.peer {
        Peer::Group(id) => place.get(id.as_str()).copied().filter(|named| *named != of),
        _ => None,
    };
    let rules: Vec<Vec<Rule>> = groups.iter().map(|g| rules_of(g)).collect();
    // Each names these, and is named by so many.
    let names: Vec<Vec<usize>> = rules
        .iter()
        .enumerate()
        .map(|(i, rules)| {
            let mut named: Vec<usize> = rules.iter().filter_map(|r| others(r, i)).collect();
            named.sort_unstable();
            named.dedup();
            named
        })
        .collect();
    let mut named_by = vec![0_usize; groups.len()];
    for named in names.iter().flatten() {
        if let Some(n) = named_by.get_mut(*named) {
            *n += 1;
        }
    }
    let mut free: Vec<usize> = (0..groups.len()).filter(|i| named_by.get(*i) == Some(&0)).collect();
    let mut order = Vec::new();
    let mut next = 0;
    while let Some(i) = free.get(next).copied() {
        next += 1;
        order.extend(groups.get(i).copied());
        for named in names.get(i).into_iter().flatten() {
            if let Some(n) = named_by.get_mut(*named) {
                *n -= 1;
                if *n == 0 {
                    free.push(*named);
                }
            }
        }
    }
    let circle = (0..groups.len()).filter(|i| named_by.get(*i).is_some_and(|n| *n > 0));
    let mut to_remove = Vec::new();
    for i in circle {
        let (Some(group), Some(before)) = (groups.get(i).copied(), rules.get(i)) else { continue };
        let after: Vec<Rule> = before.iter().filter(|r| others(r, i).is_none()).cloned().collect();
        order.push(group);
        to_remove.push((group, changes(before, &after)));
    }
    (order, to_remove.into_iter().filter(|(_, changes)| !changes.is_empty()).collect())
}

/// Names of the groups of which rules are removed.
pub(super) fn labels(removed: &[(&Record, Vec<Change>)]) -> Vec<ArcStr> {
    removed.iter().map(|(g, _)| g.label().clone()).collect()
}
