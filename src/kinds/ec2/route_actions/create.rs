//! `create-route-table`: a table of a VPC, with the local route alone.

use super::{MOST_TABLES, tables_of};
use crate::base::Fault;
use crate::base::text::visible;
use crate::kinds::action::{Action, ActionContext, FilledForm};
use crate::kinds::ec2::group_actions::create::vpc_field;
use crate::kinds::ec2::route_tables::{INFO, VPC_ID};
use crate::kinds::ec2::senders::{CREATE_ROUTE_TABLE, DELETE_ROUTE_TABLE, TABLE_ID};
use crate::kinds::plan_builder::{Known, draft, line, live, made, name_tag, note, sorted, unknown};
use crate::model::{Arg, FormSpec, Kind, Plan, Step, StepUndo, TableKey, Values};

/// `create-route-table`.
pub static CREATE: Action = Action::on_scope(&INFO, "create-route-table", "Create a route table", plan)
    .doc("Creates a route table in a VPC. It has the local route alone until edit-routes gives it others.")
    .calls(&[&CREATE_ROUTE_TABLE, &DELETE_ROUTE_TABLE])
    .form(refine);

const NAME: &str = "name";
const VPC: &str = "vpc";

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let vpc = vpc_field(cx, values, &mut needs);
    let name = line(values, NAME, "Name", "", "The Name tag; may be empty.");
    FormSpec { title: "Create a route table".into(), fields: vec![name, vpc], needs }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let (name, vpc) = (form.given(NAME), form.text(VPC));
    let mut needs = Vec::new();
    let title = name
        .as_ref()
        .map_or_else(|| "Create a route table".into(), |n| format!("Create the route table {}", visible(n)));
    let mut plan = draft("create-route-table", title, &[], Vec::new());
    plan.phrase = name.as_ref().map_or_else(|| "create-route-table".into(), ToString::to_string);
    let mut call = CREATE_ROUTE_TABLE.call(cx.scope.clone()).arg("VpcId", Arg::str(vpc.as_str()));
    if let Some(name) = &name {
        call = call.arg("TagSpecifications", name_tag("route-table", name));
    }
    let undo = StepUndo::new(
        "delete the route table",
        DELETE_ROUTE_TABLE.call(cx.scope.clone()).arg("RouteTableId", Arg::out(0, TABLE_ID)),
    )
    .destroys();
    plan.steps = vec![Step::new("create the route table", call.arg("ClientToken", Arg::Token)).undone_by(undo)];
    let mut all = vec![note("It has the local route alone, and no subnet uses it yet")];
    if let Known::Complete(tables) = tables_of(cx, &mut needs) {
        let n = live(tables).filter(|t| t.get(&VPC_ID).as_str() == Some(&vpc)).count();
        if n >= MOST_TABLES {
            all.push(unknown(format!(
                "The VPC has {n} route tables: the quota is {MOST_TABLES} unless it was raised (RouteTableLimitExceeded)"
            )));
        }
    }
    (plan.consequences, plan.needs) = (sorted(all), needs);
    plan.wait = made(TABLE_ID, TableKey::all(cx.scope.clone(), Kind(&INFO)));
    Ok(plan)
}
