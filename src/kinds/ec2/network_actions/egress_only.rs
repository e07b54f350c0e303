//! `create-egress-only-gateway` and `delete` of egress-only internet gateways.

use super::{called_by_id, made_becomes, routes_to, vpc_field};
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::egress_only_gateways::{INFO, VPC_ID};
use crate::kinds::ec2::senders::{CREATE_EGRESS_ONLY, DELETE_EGRESS_ONLY, EGRESS_ONLY_ID};
use crate::kinds::ec2::vpcs;
use crate::kinds::plan_builder::{draft, label, line, name_tag, note, severe, sorted, subject, title, wait_state};
use crate::model::{Arg, Cost, FormSpec, Kind, Plan, Record, Step, StepUndo, TableKey, Values};

/// `create-egress-only-gateway`.
pub static CREATE: Action = Action::on_scope(
    &INFO,
    "create-egress-only-gateway",
    "Create an egress-only internet gateway",
    plan,
)
.doc(
    "Creates an egress-only internet gateway for a VPC with IPv6: what is in it reaches the internet over IPv6, \
             and nothing from there reaches it.",
)
.calls(&[&CREATE_EGRESS_ONLY, &DELETE_EGRESS_ONLY])
.form(refine);

const NAME: &str = "name";
const VPC: &str = "vpc";

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let name = line(values, NAME, "Name", "", "The Name tag; may be empty.");
    let vpc = vpc_field(cx, values, "The VPC that it is for.", &|_| None, &mut needs);
    FormSpec { title: "Create an egress-only internet gateway".into(), fields: vec![name, vpc], needs }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let vpc = form.text(VPC);
    let mut needs = Vec::new();
    let within = called_by_id(cx, &vpcs::INFO, &vpc, &mut needs);
    let heading = format!("Create an egress-only internet gateway for {within}");
    let mut plan = draft("create-egress-only-gateway", heading, &[], Vec::new());
    let name = form.given(NAME);
    plan.phrase = name.as_deref().unwrap_or("create").to_string();
    let mut call = CREATE_EGRESS_ONLY.call(cx.scope.clone()).arg("VpcId", Arg::str(&*vpc));
    if let Some(name) = &name {
        call = call.arg("TagSpecifications", name_tag("egress-only-internet-gateway", name));
    }
    let undo = StepUndo::new(
        "delete the gateway",
        DELETE_EGRESS_ONLY.call(cx.scope.clone()).arg("EgressOnlyInternetGatewayId", Arg::out(0, EGRESS_ONLY_ID)),
    )
    .destroys();
    plan.steps = vec![Step::new("create the gateway", call.arg("ClientToken", Arg::Token)).undone_by(undo)];
    plan.wait = made_becomes(cx, (0, EGRESS_ONLY_ID), &INFO, (&["attached"], &[]), 2);
    let mut all = vec![note(format!("Nothing in {within} uses it yet: that takes a route of ::/0 to it"))];
    let table = TableKey::all(cx.scope.clone(), Kind(&vpcs::INFO));
    if cx.store.get(&table, &vpc).is_some_and(|r| r.get(&vpcs::IPV6_CIDR).items().is_empty()) {
        all.push(severe(format!("{within} has no IPv6 range: nothing in it can use the gateway")));
    }
    plan.consequences = sorted(all);
    plan.cost = Some(Cost::same("Costs nothing by itself"));
    plan.needs = needs;
    Ok(plan)
}

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", delete)
    .group(MenuGroup::Delete)
    .doc("Deletes egress-only internet gateways. Routes to them stay, and drop traffic.")
    .several()
    .calls(&[&DELETE_EGRESS_ONLY]);

fn delete(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let of =
        |r: &Record| r.get(&VPC_ID).as_str().map_or_else(|| "→ deleted".to_string(), |v| format!("of {v} → deleted"));
    let subjects = cx.targets.iter().map(|t| subject(t, of(&t.record))).collect();
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, subjects);
    for t in cx.targets {
        let id = Arg::Str(t.record.id.clone());
        let call = DELETE_EGRESS_ONLY.call(t.table.scope.clone()).arg("EgressOnlyInternetGatewayId", id);
        plan.steps.push(Step::new(format!("delete {}", label(&t.record)), call.on([t.record.id.clone()])));
    }
    let ids: Vec<&str> = cx.targets.iter().map(|t| t.record.id.as_str()).collect();
    let mut all = routes_to(cx, &ids, &mut plan.needs);
    all.push(note("What goes out over IPv6 through it is cut off"));
    plan.consequences = sorted(all);
    plan.destructive = true;
    plan.wait = wait_state(cx.targets, &[], &[], true, 2);
    Ok(plan)
}
