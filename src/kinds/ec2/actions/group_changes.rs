//! What follows when something gets other security groups: the doors that open and close with their rules, and those of others that go by
//! who is a member.

use std::collections::BTreeSet;

use arcstr::ArcStr;

use crate::base::Scope;
use crate::base::text::visible;
use crate::kinds::action::ActionContext;
use crate::kinds::ec2::group_actions::create::warnings;
use crate::kinds::ec2::group_actions::name_of;
use crate::kinds::ec2::group_actions::rules::rules_of;
use crate::kinds::ec2::group_rules::door::{Door, Peer, Rule};
use crate::kinds::ec2::security_groups::{INFO, SOURCE_GROUPS, TARGET_GROUPS};
use crate::kinds::plan_builder::{called, list, live, names, note, severe, unknown};
use crate::model::{Consequence, Kind, TableKey};

/// Doors named in a sentence; the rest is counted.
const NAMED: usize = 4;

/// The rules of groups; `Err`: those of which they are not known.
fn rules(cx: &ActionContext<'_>, scope: &Scope, groups: &[ArcStr]) -> Result<Vec<Rule>, Vec<ArcStr>> {
    let table = TableKey::all(scope.clone(), Kind(&INFO));
    let mut out = Vec::new();
    let mut missing = Vec::new();
    for id in groups {
        match cx.store.get(&table, id) {
            Some(row) => out.extend(rules_of(row)),
            None => missing.push(id.clone()),
        }
    }
    if missing.is_empty() { Ok(out) } else { Err(missing) }
}

/// `in tcp 443 from web-alb, in tcp 80 from 0.0.0.0/0 and 3 more`: groups by their names.
fn doors(cx: &ActionContext<'_>, rules: &[&Rule]) -> String {
    let said = |door: &Door| {
        let text = match &door.peer {
            Peer::Group(id) => door.to_string().replace(id.as_str(), &name_of(cx, id)),
            _ => door.to_string(),
        };
        visible(&text).into_owned()
    };
    let shown: Vec<String> = rules.iter().take(NAMED).map(|r| said(&r.door)).collect();
    match rules.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What changes for `who` (`instances web-1 and web-2`) when its groups are other ones.
pub(super) fn consequences(
    cx: &ActionContext<'_>,
    scope: &Scope,
    who: &str,
    (before, after): (&[ArcStr], &[ArcStr]),
) -> Vec<Consequence> {
    let mut out = Vec::new();
    match (rules(cx, scope, before), rules(cx, scope, after)) {
        (Ok(old), Ok(new)) => {
            let of = |rules: &[Rule]| rules.iter().map(|r| r.door.clone()).collect::<BTreeSet<Door>>();
            let (was, is) = (of(&old), of(&new));
            let only_in = |rules: &'_ [Rule], other: &BTreeSet<Door>| -> Vec<Rule> {
                let mut seen = BTreeSet::new();
                rules.iter().filter(|r| !other.contains(&r.door) && seen.insert(r.door.clone())).cloned().collect()
            };
            let (opened, closed) = (only_in(&new, &was), only_in(&old, &is));
            out.extend(warnings(&opened));
            let others: Vec<&Rule> = opened.iter().filter(|r| !r.door.is_dangerous()).collect();
            if !others.is_empty() {
                out.push(note(format!("Opened for {who}: {}", doors(cx, &others))));
            }
            if !closed.is_empty() {
                out.push(note(format!("Closed for {who}: {}", doors(cx, &closed.iter().collect::<Vec<_>>()))));
                // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
                out.push(note("Existing tracked connections continue: only new ones are stopped"));
            }
            if !was.iter().all(|d| d.outbound) && is.iter().all(|d| d.outbound) {
                out.push(severe(format!("Nothing can connect to {who} any more: its groups have no inbound rule")));
            }
            if !was.iter().all(|d| !d.outbound) && is.iter().all(|d| !d.outbound) {
                out.push(severe(format!(
                    "Nothing but responses leaves {who} any more: its groups have no outbound rule"
                )));
            }
        }
        (old, new) => {
            let mut missing = [old.err(), new.err()].into_iter().flatten().flatten().collect::<Vec<_>>();
            missing.dedup();
            let who_of: Vec<String> = missing.iter().map(|id| visible(id).into_owned()).collect();
            out.push(unknown(format!("What {} allows is not known", names(&who_of))));
        }
    }
    out.extend(members(cx, scope, who, (before, after)));
    out
}

/// Rules of other groups that name one that is left or joined: they go by membership.
fn members(
    cx: &ActionContext<'_>,
    scope: &Scope,
    who: &str,
    (before, after): (&[ArcStr], &[ArcStr]),
) -> Vec<Consequence> {
    let table = TableKey::all(scope.clone(), Kind(&INFO));
    let mut out = Vec::new();
    for (left, these, others) in [(true, before, after), (false, after, before)] {
        for id in these.iter().filter(|id| !others.contains(id)) {
            let naming: Vec<String> = cx
                .store
                .table(&table)
                .into_iter()
                .flat_map(live)
                .filter(|r| r.id != *id)
                .filter(|r| list(r, &SOURCE_GROUPS).contains(id) || list(r, &TARGET_GROUPS).contains(id))
                // One that is let through as a member of another group of its own as well loses and gains nothing.
                .filter(|r| {
                    let named = [list(r, &SOURCE_GROUPS), list(r, &TARGET_GROUPS)].concat();
                    !named.iter().any(|n| before.contains(n) && after.contains(n))
                })
                .map(|r| visible(&r.name).into_owned())
                .collect();
            if naming.is_empty() {
                continue;
            }
            let (by, group) = (called("security group", &naming), name_of(cx, id));
            out.push(match left {
                true => severe(format!("Rules of {by} allow members of {group}: {who} is no longer a member")),
                false => note(format!("Rules of {by} allow members of {group}: {who} becomes a member")),
            });
        }
    }
    out
}
