//! What else happens when instances stop, reboot or terminate: to target groups, Auto Scaling groups, addresses and disks.

use std::collections::HashMap;

use super::super::instances::instance::{self, InstanceState};
use crate::base::Scope;
use crate::kinds::action::{ActionContext, Target};
use crate::kinds::autoscaling::group_reaction::{GroupReaction, group_of};
use crate::kinds::ec2::instances::fields;
use crate::kinds::elbv2::target_group_impact::{Departing, of_instances};
use crate::kinds::plan_builder::{by_scope, called, label, names, need, note, severe, unknown};
use crate::kinds::prices;
use crate::model::{Consequence, Record, TableKey};

/// What is done to the instances.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Happens {
    Stop,
    Terminate,
}

/// Whether it may get traffic now.
fn serves(row: &Record) -> bool {
    matches!(instance::state(row), InstanceState::Running | InstanceState::Pending | InstanceState::Other(_))
}

/// Target groups that rely on them.
pub(super) fn target_group_impact(cx: &ActionContext<'_>, needs: &mut Vec<TableKey>) -> Vec<Consequence> {
    let mut out = Vec::new();
    for (scope, rows) in by_scope(cx.targets) {
        let leavers: Vec<Departing<'_>> = rows
            .iter()
            .map(|t| &*t.record)
            .filter(|r| serves(r))
            .map(|r| Departing {
                id: &r.id,
                addresses: instance::addresses(r),
                vpc: instance::vpc_id(r),
                label: label(r),
            })
            .collect();
        let found = of_instances(cx.store, scope, &leavers);
        out.extend(found.consequences);
        for key in found.needs {
            need(needs, key);
        }
    }
    out
}

/// The group of each target, and what it does when all of them stop or terminate; `None` for one without a group.
pub(super) fn fates(cx: &ActionContext<'_>) -> Vec<Option<(String, GroupReaction)>> {
    let members: Vec<_> = cx.targets.iter().map(|t| group_of(cx.store, &t.table.scope, &t.record)).collect();
    // What a group has left is asked of all of its members that leave, once.
    let mut leaving: HashMap<(&Scope, &str), Vec<&str>> = HashMap::new();
    for (t, m) in cx.targets.iter().zip(&members) {
        if let Some(m) = m {
            leaving.entry((&t.table.scope, m.name.as_str())).or_default().push(&t.record.id);
        }
    }
    let mut known: HashMap<(&Scope, &str), GroupReaction> = HashMap::new();
    let mut out = Vec::new();
    for (t, m) in cx.targets.iter().zip(&members) {
        let Some(m) = m else {
            out.push(None);
            continue;
        };
        let key = (&t.table.scope, m.name.as_str());
        let own = m.fate_alone(&t.record);
        let fate = own.unwrap_or_else(|| known.entry(key).or_insert_with(|| m.replacement(&leaving[&key])).clone());
        out.push(Some((crate::base::text::visible(m.name).into_owned(), fate)));
    }
    out
}

/// Auto Scaling groups that they belong to. Returns whether one of them is, or may be, terminated by its group.
pub(super) fn groups(
    cx: &ActionContext<'_>,
    fates: &[Option<(String, GroupReaction)>],
    happens: Happens,
    out: &mut Vec<Consequence>,
    needs: &mut Vec<TableKey>,
) -> bool {
    // One sentence for each group and fate, not for each instance.
    let mut found: Vec<(&str, &GroupReaction, Vec<String>)> = Vec::new();
    for (t, fate) in cx.targets.iter().zip(fates) {
        let Some((group, fate)) = fate else { continue };
        match found.iter_mut().find(|(g, f, _)| g == group && *f == fate) {
            Some((_, _, who)) => who.push(label(&t.record)),
            None => found.push((group, fate, vec![label(&t.record)])),
        }
    }
    let mut replaced = false;
    for (group, fate, who) in found {
        if let GroupReaction::NotAsked(Some(key)) = fate {
            need(needs, key.clone());
        }
        replaced |= matches!(
            fate,
            GroupReaction::Replaced(_)
                | GroupReaction::Spare(_)
                | GroupReaction::NotReplacedAfter
                | GroupReaction::NotAsked(_)
        );
        out.push(sentence(group, fate, &who, happens));
    }
    replaced
}

fn sentence(group: &str, fate: &GroupReaction, who: &[String], happens: Happens) -> Consequence {
    let (names, capital) = (called("instance", who), called("Instance", who));
    let (is, it) = if who.len() > 1 { ("are", "them") } else { ("is", "it") };
    let group = format!("Auto Scaling group {group}");
    // https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html
    let unhealthy = "treats a stopped instance as unhealthy";
    match (fate, happens) {
        (GroupReaction::Replaced(what), Happens::Terminate) => {
            severe(format!("{group} launches {what} to keep its desired capacity"))
        }
        (GroupReaction::Replaced(what), _) => {
            severe(format!("{group} {unhealthy}: it will terminate {names} and launch {what}"))
        }
        (GroupReaction::Spare(left), Happens::Terminate) => {
            note(format!("{group} launches no replacement: it still has {left} without {names}"))
        }
        (GroupReaction::Spare(left), _) => severe(format!(
            "{group} {unhealthy}: it will terminate {names} and launch no replacement, because it still has {left} without {it}"
        )),
        (GroupReaction::NotReplacedAfter, Happens::Terminate) => {
            severe(format!("{group} does not replace {names} while its Launch process is suspended"))
        }
        (GroupReaction::NotReplacedAfter, _) => severe(format!(
            "{group} {unhealthy}: it will terminate {names}, and launch no replacement while its Launch process is suspended"
        )),
        (GroupReaction::Standby, _) => note(format!("{capital} {is} in Standby: {group} does not replace {it}")),
        (GroupReaction::Suspended(process), _) => {
            note(format!("{group} leaves {names} alone while its {process} process is suspended"))
        }
        (GroupReaction::NotAsked(_), Happens::Terminate) => {
            unknown(format!("{group} may launch a replacement for {names}: the group's settings are not known"))
        }
        (GroupReaction::NotAsked(_), _) => {
            unknown(format!("{group} may terminate and replace {names}: the group's settings are not known"))
        }
    }
}

/// Groups of rebooting members.
pub(super) fn reboots(cx: &ActionContext<'_>, out: &mut Vec<Consequence>, needs: &mut Vec<TableKey>) {
    for t in cx.targets {
        reboot(cx, t, out, needs);
    }
}

/// A rebooting member fails target health for a while; a group that looks at it may not wait.
fn reboot(cx: &ActionContext<'_>, t: &Target, out: &mut Vec<Consequence>, needs: &mut Vec<TableKey>) {
    let Some(member) = group_of(cx.store, &t.table.scope, &t.record) else { return };
    let (group, who) = (crate::base::text::visible(member.name).into_owned(), label(&t.record));
    match (member.looks_at_targets(), member.fate_alone(&t.record)) {
        (Some(true), None | Some(GroupReaction::NotReplacedAfter)) => out.push(severe(format!(
            "Auto Scaling group {group} uses target health: it terminates instance {who} if its checks fail while it reboots"
        ))),
        (None, _) => {
            if let Some(key) = member.needs {
                need(needs, key);
            }
            out.push(unknown(format!(
                "Auto Scaling group {group} may replace instance {who} if its checks fail: the group's settings are not known"
            )));
        }
        _ => {}
    }
}

/// Public addresses that are lost for good. Returns them.
pub(super) fn addresses(cx: &ActionContext<'_>, out: &mut Vec<Consequence>) -> Vec<String> {
    let mut lost = Vec::new();
    for row in cx.targets.iter().map(|t| &*t.record) {
        let Some(ip) = instance::public_ip(row) else { continue };
        let who = label(row);
        match instance::public_ip_is_elastic(row) {
            Some(true) => {}
            Some(false) => {
                out.push(severe(format!("Instance {who} loses its public IP {ip} for good: it is not an Elastic IP")));
                lost.push(ip.to_string());
            }
            None => {
                out.push(unknown(format!(
                    "Instance {who} may lose its public IP {ip} for good: whether it is an Elastic IP is not known"
                )));
                lost.push(ip.to_string());
            }
        }
    }
    lost
}

/// Elastic IPs outlive their instance.
pub(super) fn elastic_addresses_stay(cx: &ActionContext<'_>, out: &mut Vec<Consequence>) {
    let ips: Vec<_> = cx.targets.iter().flat_map(|t| t.record.get(&fields::ELASTIC_IPS).items()).collect();
    if !ips.is_empty() {
        let each = if ips.len() == 1 { "" } else { " each" };
        let (stay, cost, is) = if ips.len() == 1 { ("stays", "costs", "is") } else { ("stay", "cost", "are") };
        let billed = prices::of(cx.scope).map_or_else(
            || format!("{is} still billed"),
            |p| format!("still {cost} {}", p.public_ipv4().monthly().said(each)),
        );
        out.push(note(format!("{} {stay} and {billed}", called("Elastic IP", &ips))));
    }
}

/// What is on instance store volumes does not outlive a stop.
pub(super) fn instance_store(cx: &ActionContext<'_>, out: &mut Vec<Consequence>) {
    let rows = cx.targets.iter().map(|t| &*t.record);
    let with: Vec<String> = rows
        .filter(|r| instance::instance_type(r).is_some_and(has_instance_store))
        .map(|r| format!("{} ({})", label(r), instance::instance_type(r).unwrap_or_default()))
        .collect();
    if !with.is_empty() {
        out.push(severe(format!("Data on the instance store volumes of {} is lost", called("instance", &with))));
    }
}

/// Whether instances of a type come with instance store volumes, by AWS's naming: a `d` among the letters after the
/// generation (`c5d`, `m6gd`, `r5dn`), and families that always have them.
/// <https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html>
pub(super) fn has_instance_store(ty: &str) -> bool {
    const ALWAYS: &[&str] = &["i", "im", "is", "d", "h", "f", "x", "trn", "dl", "hs", "cr"];
    const OLD: &[&str] = &["c1", "c3", "m1", "m2", "m3", "r3", "g2", "g5", "g6", "g6e", "gr6", "p5", "p5e", "p5en"];
    let Some((family, _)) = ty.split_once('.') else { return false };
    let Some(digit) = family.find(|c: char| c.is_ascii_digit()) else { return false };
    let (letters, rest) = family.split_at(digit);
    let options = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    match letters {
        // x1 and x1e have them, x2 only with a d; dl2q, trn2 differ by size.
        "x" => rest.starts_with('1') || options.contains('d'),
        "dl" => rest.starts_with('1'),
        l if ALWAYS.contains(&l) => true,
        _ => options.contains('d') || OLD.contains(&family),
    }
}

/// Spot Instances stop only if their request persists.
pub(super) fn spot(cx: &ActionContext<'_>, out: &mut Vec<Consequence>) {
    let rows = cx.targets.iter().map(|t| &*t.record);
    let spot: Vec<String> = rows.filter(|r| instance::is_spot(r)).map(label).collect();
    if !spot.is_empty() {
        let (a, is) = if spot.len() == 1 { ("a Spot Instance", "is") } else { ("Spot Instances", "are") };
        out.push(note(format!(
            "{} {is} {a}: EC2 refuses to stop it unless its Spot request is persistent",
            names(&spot)
        )));
    }
}

#[cfg(test)]
mod tests {
    use super::has_instance_store;

    #[test]
    fn instance_store_is_read_off_the_types_name() {
        for ty in [
            "c5d.large",
            "m6gd.xlarge",
            "r5dn.large",
            "i4i.large",
            "d3en.xlarge",
            "x1e.xlarge",
            "g4dn.xlarge",
            "g5.xlarge",
        ] {
            assert!(has_instance_store(ty), "{ty}");
        }
        for ty in [
            "t3.micro",
            "m5.large",
            "c7g.large",
            "r6i.large",
            "x2gd",
            "inf2.xlarge",
            "g5g.xlarge",
            "u-6tb1.metal",
            "odd",
        ] {
            assert!(!has_instance_store(ty), "{ty}");
        }
    }
}
