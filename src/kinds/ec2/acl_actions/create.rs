//! `create-network-acl`: an ACL of a VPC, which denies all until it has entries.

use super::MOST_ACLS;
use crate::base::Fault;
use crate::base::text::visible;
use crate::kinds::action::{Action, ActionContext, FilledForm};
use crate::kinds::ec2::group_actions::create::vpc_field;
use crate::kinds::ec2::network_acls::{INFO, VPC_ID};
use crate::kinds::ec2::senders::{ACL_ID, CREATE_NETWORK_ACL, DELETE_NETWORK_ACL};
use crate::kinds::plan_builder::{Known, draft, line, live, made, name_tag, note, sorted, unknown, whole};
use crate::model::{Arg, FormSpec, Kind, Plan, Step, StepUndo, TableKey, Values};

/// `create-network-acl`.
pub static CREATE: Action = Action::on_scope(&INFO, "create-network-acl", "Create a network ACL", plan)
    .doc("Creates a network ACL in a VPC. It denies everything in both directions until edit-entries gives it entries.")
    .calls(&[&CREATE_NETWORK_ACL, &DELETE_NETWORK_ACL])
    .form(refine);

const NAME: &str = "name";
const VPC: &str = "vpc";

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let vpc = vpc_field(cx, values, &mut needs);
    let name = line(values, NAME, "Name", "", "The Name tag; may be empty.");
    FormSpec { title: "Create a network ACL".into(), fields: vec![name, vpc], needs }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let (name, vpc) = (form.given(NAME), form.text(VPC));
    let title = name
        .as_ref()
        .map_or_else(|| "Create a network ACL".into(), |n| format!("Create the network ACL {}", visible(n)));
    let mut plan = draft("create-network-acl", title, &[], Vec::new());
    plan.phrase = name.as_ref().map_or_else(|| "create-network-acl".into(), ToString::to_string);
    let mut call = CREATE_NETWORK_ACL.call(cx.scope.clone()).arg("VpcId", Arg::str(vpc.as_str()));
    if let Some(name) = &name {
        call = call.arg("TagSpecifications", name_tag("network-acl", name));
    }
    let undo = StepUndo::new(
        "delete the network ACL",
        DELETE_NETWORK_ACL.call(cx.scope.clone()).arg("NetworkAclId", Arg::out(0, ACL_ID)),
    )
    .destroys();
    plan.steps = vec![Step::new("create the network ACL", call.arg("ClientToken", Arg::Token)).undone_by(undo)];
    let mut all = vec![note("It denies everything in both directions until it has entries, and no subnet has it yet")];
    match whole(cx.store, cx.scope, &INFO) {
        Known::Complete(table) => {
            let n = live(table).filter(|a| a.get(&VPC_ID).as_str() == Some(&vpc)).count();
            if n >= MOST_ACLS {
                all.push(unknown(format!(
                    "The VPC has {n} network ACLs: the quota is {MOST_ACLS} unless it was raised (NetworkAclLimitExceeded)"
                )));
            }
        }
        Known::NotAsked(key) => plan.needs.push(key),
        Known::Failed(_) => {}
    }
    plan.consequences = sorted(all);
    plan.wait = made(ACL_ID, TableKey::all(cx.scope.clone(), Kind(&INFO)));
    Ok(plan)
}
