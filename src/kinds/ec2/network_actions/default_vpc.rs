//! `create-default-vpc`: the VPC that a region has from the start, made anew.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/work-with-default-vpc.html#create-default-vpc>

use super::made_becomes;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm};
use crate::kinds::ec2::senders::{CREATE_DEFAULT_VPC, DEFAULT_VPC_ID};
use crate::kinds::ec2::vpcs::{INFO, IS_DEFAULT};
use crate::kinds::plan_builder::{Known, draft, label, live, need, note, sorted, unknown, whole};
use crate::model::{Cost, Plan, Step};

/// `create-default-vpc`.
pub static CREATE: Action = Action::on_scope(&INFO, "create-default-vpc", "Create the default VPC", plan)
    .doc(
        "Creates the region's default VPC anew, if it was deleted: 172.31.0.0/16 with a public subnet in each zone, an \
         internet gateway and a route to it.",
    )
    .calls(&[&CREATE_DEFAULT_VPC]);

fn plan(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let mut plan = draft("create-default-vpc", "Create the default VPC".into(), &[], Vec::new());
    plan.phrase = "create-default-vpc".into();
    let mut all = vec![
        note("It has a public subnet in each zone, an internet gateway, and a default group and network ACL"),
        note("Instances launched without a subnet are in it, with a public address"),
        note("There is no way back in one step: its gateway and subnets are deleted before it"),
    ];
    match whole(cx.store, cx.scope, &INFO) {
        Known::Complete(table) => {
            // EC2: DefaultVpcAlreadyExists.
            if let Some(there) = live(table).find(|r| r.get(&IS_DEFAULT).as_bool() == Some(true)) {
                let text = format!("The region has a default VPC already: {}.", label(there));
                return Err(Fault::new(FaultKind::Conflict, text));
            }
        }
        Known::Failed(word) => all.push(unknown(format!("Whether there is one already is not known ({word})"))),
        Known::NotAsked(key) => {
            need(&mut plan.needs, key);
            all.push(unknown("Whether there is one already is not known (not loaded): EC2 refuses a second one"));
        }
    }
    plan.steps = vec![Step::new("create the default VPC", CREATE_DEFAULT_VPC.call(cx.scope.clone()))];
    plan.wait = made_becomes(cx, (0, DEFAULT_VPC_ID), &INFO, (&["available"], &[]), 2);
    plan.consequences = sorted(all);
    plan.cost = Some(Cost::same("Costs nothing by itself"));
    Ok(plan)
}
