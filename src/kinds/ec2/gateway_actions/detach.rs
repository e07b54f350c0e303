//! `detach`: a VPC loses its gateway.

use arcstr::ArcStr;

use super::{WITHIN, detach_step, vpc_name};
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::instances;
use crate::kinds::ec2::internet_gateways::{ATTACHED, DETACHED, INFO, vpc_id};
use crate::kinds::ec2::network_interfaces::{self as interfaces, INSTANCE, IPV6, PUBLIC_IP, USER, VPC_ID};
use crate::kinds::ec2::senders::{ATTACH_INTERNET_GATEWAY, DETACH_INTERNET_GATEWAY};
use crate::kinds::plan_builder::{
    Known, count, draft, field, known, known_with, label, live, names, need, note, severe, sorted, state, subject,
    title, unknown, wait_state,
};
use crate::model::{Consequence, Filters, Kind, Plan, Record, Selector, TableKey, Value};

/// `detach`.
pub static DETACH: Action = Action::on_rows(&INFO, "detach", "Detach", plan)
    .group(MenuGroup::Network)
    .doc(
        "Detaches an internet gateway from its VPC. EC2 refuses while the VPC has public addresses in use \
         (DependencyViolation).",
    )
    .calls(&[&DETACH_INTERNET_GATEWAY, &ATTACH_INTERNET_GATEWAY])
    .only_if(available);

fn available(row: &Record) -> Result<(), String> {
    match state(row) {
        word if ATTACHED.contains(&word) => Ok(()),
        DETACHED => Err("Not attached.".into()),
        other => Err(format!("It is {other}: only an attached gateway can be detached.")),
    }
}

fn plan(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let t = &cx.targets[0];
    let Some(vpc) = vpc_id(&t.record) else {
        return Err(Fault::new(FaultKind::Conflict, "Its VPC is not known: refresh the list."));
    };
    let mut needs = Vec::new();
    let name = vpc_name(cx, vpc, &mut needs);
    let subjects = vec![subject(t, format!("attached to {name} → detached"))];
    let mut plan = draft("detach", title("Detach", &INFO, cx.targets), cx.targets, subjects);
    plan.steps = vec![detach_step(t, vpc, &name)];
    plan.wait = wait_state(cx.targets, &[DETACHED], &[], false, WITHIN);
    let mut all = in_use(cx, vpc, &name, &mut needs);
    all.push(note(format!("Routes of {name} to it stay and drop traffic (blackhole) until it is attached again")));
    (plan.consequences, plan.needs) = (sorted(all), needs);
    Ok(plan)
}

/// What of the VPC is on the internet by it. Every public address in a VPC is a network interface's.
fn in_use(cx: &ActionContext<'_>, vpc: &str, name: &str, needs: &mut Vec<TableKey>) -> Vec<Consequence> {
    let found = known_with(cx.store, cx.scope, &interfaces::INFO, (&VPC_ID, vpc));
    let not_known = |word| {
        vec![unknown(format!("Whether {name} has public addresses in use is not known ({word}): if so, EC2 refuses"))]
    };
    let table = match found {
        Known::Complete(table) => table,
        Known::Failed(word) => return not_known(word),
        Known::NotAsked(key) => {
            need(needs, key);
            return not_known("not loaded");
        }
    };
    let of_it: Vec<&Record> = live(table).map(|r| &**r).filter(|r| field(r, &VPC_ID) == Some(vpc)).collect();
    let mapped: Vec<&Record> = of_it.iter().copied().filter(|r| r.get(&PUBLIC_IP).is_some()).collect();
    let six = of_it.iter().filter(|r| !r.get(&IPV6).items().is_empty()).count();
    let mut all = Vec::new();
    if mapped.is_empty() {
        all.push(note(format!("No public addresses are in use in {name}")));
    } else {
        all.push(severe(format!(
            "EC2 refuses while public addresses are in use in {name} (DependencyViolation): {}",
            names(&mapped.iter().map(|r| who(cx, r)).collect::<Vec<_>>())
        )));
        hosts(cx, &mapped, needs);
    }
    if six > 0 {
        let who = count(six, "network interface");
        all.push(severe(format!("{who} with IPv6 addresses in {name}: no more internet traffic in either direction")));
    }
    all
}

/// `203.0.113.9 of web-1`.
fn who(cx: &ActionContext<'_>, interface: &Record) -> String {
    let table = TableKey::all(cx.scope.clone(), Kind(&instances::INFO));
    let who = match field(interface, &INSTANCE) {
        Some(id) => cx.store.get(&table, id).map_or_else(|| id.to_string(), |r| label(r)),
        None => field(interface, &USER).map_or_else(|| label(interface), str::to_string),
    };
    match interface.get(&PUBLIC_IP) {
        Value::Ip(ip) => format!("{ip} of {who}"),
        _ => who,
    }
}

/// Asks for the instances whose names are not known.
fn hosts(cx: &ActionContext<'_>, interfaces: &[&Record], needs: &mut Vec<TableKey>) {
    let table = TableKey::all(cx.scope.clone(), Kind(&instances::INFO));
    let ids = interfaces.iter().filter_map(|r| field(r, &INSTANCE)).filter(|id| cx.store.get(&table, id).is_none());
    let filters = Filters::of(&instances::INFO, [(instances::fields::ID.name, ids.map(ArcStr::from).collect())]);
    if let Some(filters) = filters
        && let Known::NotAsked(key) = known(cx.store, TableKey { selector: Selector::Filter(filters), ..table })
    {
        need(needs, key);
    }
}
