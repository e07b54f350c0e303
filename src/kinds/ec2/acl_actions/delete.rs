//! `delete` of network ACLs, and of their entries.

use arcstr::ArcStr;

use super::edit::{consequences, entries_of};
use super::entry::{Change, Entry, step};
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::network_acl_entries as entries;
use crate::kinds::ec2::network_acls::{INFO, IS_DEFAULT, SUBNETS};
use crate::kinds::ec2::senders::{CREATE_NETWORK_ACL_ENTRY, DELETE_NETWORK_ACL, DELETE_NETWORK_ACL_ENTRY};
use crate::kinds::plan_builder::{
    count, draft, field, label, list, need, note, sorted, subject, title, unknown, wait_state,
};
use crate::model::{Arg, Kind, Plan, Record, Step, TableKey, Value};

/// `delete` of network ACLs.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", delete)
    .group(MenuGroup::Delete)
    .doc("Deletes network ACLs that no subnet has. The default one of a VPC cannot be deleted.")
    .several()
    .calls(&[&DELETE_NETWORK_ACL])
    .only_if(|row| match (row.get(&IS_DEFAULT), list(row, &SUBNETS).len()) {
        (Value::Bool(true), _) => Err("It is the default network ACL of its VPC and cannot be deleted.".into()),
        (_, 0) => Ok(()),
        // EC2: DependencyViolation.
        (_, n) => Err(format!("{} it: associate them with another one first.", have(n))),
    });

fn have(n: usize) -> String {
    format!("{} {}", count(n, "subnet"), if n == 1 { "has" } else { "have" })
}

fn delete(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let subjects = cx.targets.iter().map(|t| subject(t, "→ deleted for good")).collect();
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, subjects);
    let one = |t: &Target| {
        let call = DELETE_NETWORK_ACL.call(t.table.scope.clone()).arg("NetworkAclId", Arg::Str(t.record.id.clone()));
        Step::new(format!("delete {}", label(&t.record)), call.on([t.record.id.clone()]))
    };
    plan.steps = cx.targets.iter().map(one).collect();
    plan.consequences = sorted(vec![note("Its entries are deleted too; undoing this means creating it again")]);
    plan.destructive = true;
    plan.wait = wait_state(cx.targets, &[], &[], true, 2);
    Ok(plan)
}

/// `delete` of entries.
pub static DELETE_ENTRIES: Action = Action::on_rows(&entries::INFO, "delete", "Delete", delete_entries)
    .group(MenuGroup::Delete)
    .doc("Deletes entries of network ACLs. The last one, *, cannot be deleted.")
    .several()
    .calls(&[&DELETE_NETWORK_ACL_ENTRY, &CREATE_NETWORK_ACL_ENTRY])
    .only_if(|row| match field(row, &entries::NUMBER) {
        Some("*") => Err("* is AWS's own last entry: it cannot be deleted.".into()),
        _ => Ok(()),
    });

/// The entry that a row is.
fn entry(row: &Record) -> Option<Entry> {
    let text = |f| field(row, f).unwrap_or_default();
    let range = row.get(&entries::RANGE).blocks().next()?.range();
    let way = if text(&entries::DIRECTION) == "outbound" { "out" } else { "in" };
    let action = row.state.as_ref().map(|(_, word)| word.as_str())?;
    let (number, protocol, ports) = (text(&entries::NUMBER), text(&entries::PROTOCOL), text(&entries::PORTS));
    let ports = if matches!(protocol, "tcp" | "udp" | "icmp" | "icmpv6") { format!(" {ports}") } else { String::new() };
    Entry::parse(&format!("{way} {number} {action} {protocol}{ports} {range}"))
}

fn delete_entries(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let mut plan = draft("delete", title("Delete", &entries::INFO, cx.targets), cx.targets, Vec::new());
    let (mut all, mut needs) = (Vec::new(), Vec::new());
    let mut acls: Vec<(ArcStr, TableKey, Vec<Change>)> = Vec::new();
    for t in cx.targets {
        let (Some(acl), Some(entry)) = (field(&t.record, &entries::ACL_ID), entry(&t.record)) else {
            return Err(Fault::new(FaultKind::Conflict, "The entry could not be read: refresh the list."));
        };
        plan.subjects.push(subject(t, format!("- {entry}")));
        let change = Change::Delete(entry);
        let acl = ArcStr::from(acl);
        plan.steps.push(step(&t.table.scope, &acl, &change));
        match acls.iter_mut().find(|(id, ..)| *id == acl) {
            Some((.., changes)) => changes.push(change),
            None => {
                let key = TableKey::all(t.table.scope.clone(), Kind(&INFO));
                acls.push((acl, key, vec![change]));
            }
        }
    }
    for (id, key, changes) in acls {
        match cx.store.get(&key, &id) {
            Some(row) => {
                let before = entries_of(row);
                let gone = |e: &Entry| changes.iter().any(|c| matches!(c, Change::Delete(d) if d == e));
                let after: Vec<Entry> = before.iter().filter(|e| !gone(e)).cloned().collect();
                all.extend(consequences(row, &before, &after, &changes));
            }
            None => {
                need(&mut needs, key);
                all.push(unknown(format!("What else {id} lets through is not known (not loaded)")));
            }
        }
    }
    plan.wait = wait_state(cx.targets, &[], &[], true, 1);
    (plan.consequences, plan.needs) = (sorted(all), needs);
    Ok(plan)
}
