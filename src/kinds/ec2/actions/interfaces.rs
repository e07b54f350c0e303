//! Which network interface stands for an instance. EC2 changes groups and the check of source and destination by the instance only where
//! it has one interface: with several it wants the interface (`InvalidInstanceID`), and the primary one is meant.
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html>

use arcstr::ArcStr;

use crate::kinds::action::{ActionContext, Target};
use crate::kinds::ec2::network_interfaces::{DEVICE_INDEX, INFO, INSTANCE};
use crate::kinds::ec2::senders::{MODIFY_INSTANCE_ATTRIBUTE, MODIFY_NETWORK_INTERFACE_ATTRIBUTE};
use crate::kinds::plan_builder::{Known, called, field, known, label, live, need, note, unknown, whole};
use crate::model::{Arg, Call, Consequence, Filters, Kind, Selector, TableKey, Value};

/// What is known of an instance's interfaces.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Interfaces {
    /// One: the instance stands for it.
    One,
    /// Several: how many, and the primary one.
    Several(usize, ArcStr),
    /// Not known, and why: a word.
    Unknown(&'static str),
}

/// The interfaces of each target, in their order. They are asked for if they are not known.
pub(super) fn of(cx: &ActionContext<'_>, needs: &mut Vec<TableKey>) -> Vec<Interfaces> {
    cx.targets.iter().map(|t| of_one(cx, t, needs)).collect()
}

fn of_one(cx: &ActionContext<'_>, t: &Target, needs: &mut Vec<TableKey>) -> Interfaces {
    let scope = &t.table.scope;
    let theirs = || cx.targets.iter().filter(|o| o.table.scope == *scope).map(|o| o.record.id.clone()).collect();
    let table = match whole(cx.store, scope, &INFO) {
        Known::Complete(table) => Known::Complete(table),
        _ => {
            let selector = Filters::of(&INFO, [(INSTANCE.name, theirs())]).map_or(Selector::All, Selector::Filter);
            known(cx.store, TableKey { scope: scope.clone(), kind: Kind(&INFO), selector })
        }
    };
    match table {
        Known::Complete(table) => {
            let own: Vec<_> = live(table).filter(|r| field(r, &INSTANCE) == Some(t.record.id.as_str())).collect();
            let primary = own.iter().find(|r| *r.get(&DEVICE_INDEX) == Value::Int(0));
            match (own.len(), primary) {
                (2.., Some(primary)) => Interfaces::Several(own.len(), primary.id.clone()),
                (2.., None) => Interfaces::Unknown("not told apart"),
                _ => Interfaces::One,
            }
        }
        Known::NotAsked(key) => {
            need(needs, key);
            Interfaces::Unknown("not known yet")
        }
        Known::Failed(word) => Interfaces::Unknown(word),
    }
}

/// The call that changes one attribute, and its rows.
pub(super) fn call(t: &Target, interfaces: &Interfaces, (name, value): (&'static str, Arg)) -> Call {
    let scope = t.table.scope.clone();
    let call = match interfaces {
        Interfaces::Several(_, primary) => {
            MODIFY_NETWORK_INTERFACE_ATTRIBUTE.call(scope).arg("NetworkInterfaceId", Arg::Str(primary.clone()))
        }
        _ => MODIFY_INSTANCE_ATTRIBUTE.call(scope).arg("InstanceId", Arg::Str(t.record.id.clone())),
    };
    call.arg(name, value).on([t.record.id.clone()])
}

/// What is to be said of instances with several interfaces, and of those of which it is not known.
pub(super) fn said(targets: &[Target], interfaces: &[Interfaces]) -> Vec<Consequence> {
    let mut out = Vec::new();
    let mut unsure: Vec<String> = Vec::new();
    let mut why = "";
    for (t, i) in targets.iter().zip(interfaces) {
        let who = label(&t.record);
        match i {
            Interfaces::One => {}
            Interfaces::Several(n, primary) => out.push(note(format!(
                "Instance {who} has {n} network interfaces: only the primary one, {primary}, is changed; change the \
                 others in their own table"
            ))),
            Interfaces::Unknown(word) => {
                why = word;
                unsure.push(who);
            }
        }
    }
    if !unsure.is_empty() {
        out.push(unknown(format!(
            "The number of network interfaces of {} is {why}: if there are several, EC2 refuses (InvalidInstanceID)",
            called("instance", &unsure)
        )));
    }
    out
}
