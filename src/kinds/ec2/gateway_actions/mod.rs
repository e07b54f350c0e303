//! What can be done to internet gateways, as data: create, attach, detach, delete.

mod attach;
mod create;
mod delete;
mod detach;
#[cfg(test)]
mod tests;

pub use attach::ATTACH;
pub use create::CREATE;
pub(super) use create::MOST;
pub use delete::DELETE;
pub use detach::DETACH;

use super::senders::{ATTACH_INTERNET_GATEWAY, DETACH_INTERNET_GATEWAY};
use super::vpcs;
use crate::kinds::action::{ActionContext, Sender, Target};
use crate::kinds::plan_builder::{Known, label, need, wait_state, whole};
use crate::model::{Arg, Call, Kind, Step, StepUndo, TableKey};

/// Minutes: an attachment is there at once, and shown within seconds.
const WITHIN: u64 = 2;

/// What a VPC is called: its id, until the list is there.
fn vpc_name(cx: &ActionContext<'_>, id: &str, needs: &mut Vec<TableKey>) -> String {
    if let Known::NotAsked(key) = whole(cx.store, cx.scope, &vpcs::INFO) {
        need(needs, key);
    }
    let key = TableKey::all(cx.scope.clone(), Kind(&vpcs::INFO));
    cx.store.get(&key, id).map_or_else(|| id.to_string(), |r| label(r))
}

fn call(of: &'static Sender, t: &Target, vpc: &str) -> Call {
    let call = of.call(t.table.scope.clone()).arg("InternetGatewayId", Arg::Str(t.record.id.clone()));
    call.arg("VpcId", Arg::str(vpc)).on([t.record.id.clone()])
}

/// Attaches a gateway, with the way back.
fn attach_step(t: &Target, vpc: &str, name: &str) -> Step {
    let step = Step::new(format!("attach it to {name}"), call(&ATTACH_INTERNET_GATEWAY, t, vpc));
    step.undone_by(StepUndo {
        title: format!("detach it from {name} again"),
        call: call(&DETACH_INTERNET_GATEWAY, t, vpc),
        wait: wait_state(std::slice::from_ref(t), &[super::internet_gateways::DETACHED], &[], false, WITHIN),
        destructive: false,
        hurts: None,
    })
}

/// Detaches it, with the way back.
fn detach_step(t: &Target, vpc: &str, name: &str) -> Step {
    let step = Step::new(format!("detach it from {name}"), call(&DETACH_INTERNET_GATEWAY, t, vpc));
    step.undone_by(StepUndo {
        title: format!("attach it to {name} again"),
        call: call(&ATTACH_INTERNET_GATEWAY, t, vpc),
        wait: wait_state(std::slice::from_ref(t), super::internet_gateways::ATTACHED, &[], false, WITHIN),
        destructive: false,
        hurts: None,
    })
}
