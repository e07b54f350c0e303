//! `delete` and `replace-target` of routes, each a row of its own.

use arcstr::ArcStr;

use super::edit::{arrived, consequences, ranges, said};
use super::route::{Change, Route, step, why_not};
use super::target::{name_of, resolve};
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::route_tables;
use crate::kinds::ec2::routes::{INFO, ORIGIN, TABLE_ID, TARGET, VPC_ID, split_row_id};
use crate::kinds::ec2::senders::{CREATE_ROUTE, DELETE_ROUTE, REPLACE_ROUTE};
use crate::kinds::plan_builder::{
    draft, field, form_title, line, need, note, sorted, subject, text_of, title, unknown, wait_state,
};
use crate::model::{FormSpec, Kind, Plan, Record, TableKey, Values, Waiter};

/// `delete`.
pub static DELETE_ROUTES: Action = Action::on_rows(&INFO, "delete", "Delete", delete)
    .group(MenuGroup::Delete)
    .doc("Deletes routes. The local route and what was propagated cannot be deleted.")
    .several()
    .calls(&[&DELETE_ROUTE, &CREATE_ROUTE])
    .only_if(available);

/// `replace-target`.
pub static REPLACE: Action = Action::on_rows(&INFO, "replace-target", "Replace the target", replace)
    .group(MenuGroup::Network)
    .doc("Leads a route to another target: an internet gateway, a NAT gateway, a peering, an instance, an interface.")
    .calls(&[&REPLACE_ROUTE])
    .only_if(available)
    .form(refine);

const TO: &str = "target";

fn available(row: &Record) -> Result<(), String> {
    let target = field(row, &TARGET).unwrap_or_default();
    if target == "local" {
        // EC2: InvalidParameterValue, "cannot remove local route …".
        return Err("The local route is the VPC itself: it cannot be changed or deleted.".into());
    }
    if target.starts_with("vpce-") && destination(row).starts_with("pl-") {
        return Err("It belongs to a gateway endpoint: change the endpoint's route tables.".into());
    }
    match field(row, &ORIGIN) {
        Some("CreateRoute") | None => Ok(()),
        Some(origin) => Err(format!("It came by {origin}: it changes with what advertises it, not by hand.")),
    }
}

/// As AWS writes it: the identity ends with it.
fn destination(row: &Record) -> ArcStr {
    split_row_id(&row.id).map_or_else(|| row.name.clone(), |(_, to)| to.into())
}

fn route(row: &Record) -> Route {
    Route { to: destination(row), via: field(row, &TARGET).unwrap_or_default().into() }
}

fn table_of(row: &Record) -> Result<ArcStr, Fault> {
    let id = field(row, &TABLE_ID).or(split_row_id(&row.id).map(|(table, _)| table));
    id.map(ArcStr::from)
        .ok_or_else(|| Fault::new(FaultKind::Conflict, "Its route table is not known: refresh the list."))
}

/// The row of a route's table, which is asked for if it is not there.
fn table_row<'a>(cx: &ActionContext<'a>, t: &Target, id: &str, needs: &mut Vec<TableKey>) -> Option<&'a Record> {
    let key = TableKey::all(t.table.scope.clone(), Kind(&route_tables::INFO));
    let row = cx.store.get(&key, id);
    if row.is_none() {
        need(needs, key);
    }
    row.map(|r| &**r)
}

fn delete(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, Vec::new());
    let (mut all, mut needs) = (Vec::new(), Vec::new());
    for t in cx.targets {
        let (table, change) = (table_of(&t.record)?, Change::Delete(route(&t.record)));
        plan.subjects.push(subject(t, said(cx, std::slice::from_ref(&change))));
        plan.steps.push(step(&t.table.scope, &table, &change));
        match table_row(cx, t, &table, &mut needs) {
            Some(row) => all.extend(consequences(cx, row, &[change], &mut needs)),
            None => all.push(unknown(format!("Which subnets use {table} is not known (not loaded)"))),
        }
    }
    plan.wait = wait_state(cx.targets, &[], &[], true, 1);
    (plan.consequences, plan.needs) = (sorted(all), needs);
    Ok(plan)
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let [t] = cx.targets else { return FormSpec::default() };
    let mut needs = Vec::new();
    let mut to =
        line(values, TO, "Target", "", "internet-gateway, an id (igw-…, nat-…, pcx-…, eni-…, i-…), or a name.");
    let vpc = field(&t.record, &VPC_ID).unwrap_or_default();
    match resolve(cx, &text_of(&to), vpc, &mut needs) {
        Err(why) => to.error = Some(why),
        Ok(id) if Some(id.as_str()) == field(&t.record, &TARGET) => {
            to.error = Some(format!("It leads to {} already.", name_of(cx, &id)));
        }
        Ok(id) => {
            let new = Route { to: destination(&t.record), via: id.clone() };
            to.error = why_not(&new, &ranges(cx, vpc, &mut needs));
            let name = name_of(cx, &id);
            to.facts = if name == id { String::new() } else { format!("{name}  {id}") };
        }
    }
    FormSpec { title: form_title(cx, "Replace the target of"), fields: vec![to], needs }
}

fn replace(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("replace-target takes one route.")) };
    let mut needs = Vec::new();
    let vpc = field(&t.record, &VPC_ID).unwrap_or_default();
    let via = resolve(cx, &form.text(TO), vpc, &mut needs).map_err(|why| Fault::new(FaultKind::Invalid, why))?;
    let (table, was) = (table_of(&t.record)?, route(&t.record));
    let change = Change::Replace { to_be: Route { to: was.to.clone(), via }, was };
    let calls = std::slice::from_ref(&change);
    let mut plan = draft("replace-target", title("Replace the target of", &INFO, cx.targets), cx.targets, Vec::new());
    plan.subjects = vec![subject(t, said(cx, calls))];
    plan.steps = vec![step(cx.scope, &table, &change)];
    let mut all = vec![note("Connections that are open take the new way at once, and may break")];
    match table_row(cx, t, &table, &mut needs) {
        Some(row) => all.extend(consequences(cx, row, calls, &mut needs)),
        None => all.push(unknown(format!("Which subnets use {table} is not known (not loaded)"))),
    }
    let key = TableKey::all(cx.scope.clone(), Kind(&route_tables::INFO));
    plan.wait = match arrived(&key, &table, calls) {
        Waiter::Rest { within, .. } => Waiter::Rest { table: t.table.clone(), ids: vec![t.record.id.clone()], within },
        other => other,
    };
    (plan.consequences, plan.needs) = (sorted(all), needs);
    Ok(plan)
}
