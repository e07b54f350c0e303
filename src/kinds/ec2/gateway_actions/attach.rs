//! `attach`: a VPC gets a gateway.

use super::{WITHIN, attach_step, vpc_name};
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::internet_gateways::{ATTACHED, DETACHED, INFO, vpc_id};
use crate::kinds::ec2::senders::{ATTACH_INTERNET_GATEWAY, DETACH_INTERNET_GATEWAY};
use crate::kinds::ec2::vpcs;
use crate::kinds::plan_builder::{
    Known, draft, form_title, label, live, need, note, sorted, state, subject, title, unknown, wait_state, whole,
};
use crate::kinds::rows_field::rows_field;
use crate::model::{FormSpec, Kind, Pick, Plan, Record, TableKey, Values};

/// `attach`.
pub static ATTACH: Action = Action::on_rows(&INFO, "attach", "Attach", plan)
    .group(MenuGroup::Network)
    .doc(
        "Attaches an internet gateway to a VPC that has none. The VPC's subnets reach the internet once a route \
         table sends traffic to it.",
    )
    .calls(&[&ATTACH_INTERNET_GATEWAY, &DETACH_INTERNET_GATEWAY])
    .only_if(available)
    .form(refine);

const VPC: &str = "vpc";

fn available(row: &Record) -> Result<(), String> {
    match state(row) {
        DETACHED => Ok(()),
        // EC2: Resource.AlreadyAssociated.
        word if ATTACHED.contains(&word) => Err("Already attached to a VPC: detach it first.".into()),
        other => Err(format!("It is {other}: only a detached gateway can be attached.")),
    }
}

/// The gateways that VPCs have, as far as the list says.
fn taken<'a>(cx: &ActionContext<'a>) -> Vec<(&'a str, &'a Record)> {
    let table = cx.store.table(&TableKey::all(cx.scope.clone(), Kind(&INFO)));
    table.into_iter().flat_map(live).filter_map(|g| Some((vpc_id(g)?, &**g))).collect()
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let taken = taken(cx);
    // EC2: InvalidParameterValue, "Network vpc-… already has an internet gateway attached".
    let why = |g: &Record| format!("It already has an internet gateway, {}: a VPC has at most one.", label(g));
    let table = TableKey::all(cx.scope.clone(), Kind(&vpcs::INFO));
    let gateways = whole(cx.store, cx.scope, &INFO);
    let free: Vec<&Record> = cx.store.table(&table).into_iter().flat_map(live).map(|r| &**r).collect();
    let free: Vec<_> = free.into_iter().filter(|r| !taken.iter().any(|(vpc, _)| *vpc == r.id)).collect();
    let default = match (&gateways, &free[..]) {
        (Known::Complete(_), [one]) => one.id.as_str(),
        _ => "",
    };
    if let Known::NotAsked(key) = gateways {
        need(&mut needs, key);
    }
    let mut pick = Pick::one_of(table, "vpc-");
    pick.because = "VPCs without an internet gateway.".into();
    pick.refused = taken.iter().map(|(vpc, g)| ((*vpc).into(), why(g))).collect();
    let refuse = |r: &Record| taken.iter().find(|(vpc, _)| *vpc == r.id).map(|(_, g)| why(g));
    let said = (VPC, "VPC", "the VPCs");
    let field = rows_field(cx, values, said, (pick, default), "The VPC to attach it to.", &refuse, &mut needs);
    FormSpec { title: form_title(cx, "Attach"), fields: vec![field], needs }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let (t, vpc) = (&cx.targets[0], form.text(VPC));
    let mut needs = Vec::new();
    let name = vpc_name(cx, &vpc, &mut needs);
    let mut plan = draft(
        "attach",
        title("Attach", &INFO, cx.targets),
        cx.targets,
        vec![subject(t, format!("{} → attached to {name}", state(&t.record)))],
    );
    plan.steps = vec![attach_step(t, &vpc, &name)];
    plan.wait = wait_state(cx.targets, ATTACHED, &[], false, WITHIN);
    let mut all = vec![note(format!("Nothing in {name} uses it yet: that takes a route to it, and public addresses"))];
    let not_known = match whole(cx.store, cx.scope, &INFO) {
        Known::Complete(_) => None,
        Known::NotAsked(key) => {
            need(&mut needs, key);
            Some("not loaded")
        }
        Known::Failed(word) => Some(word),
    };
    if let Some(word) = not_known {
        all.push(unknown(format!(
            "Whether {name} already has an internet gateway is not known ({word}): EC2 refuses a second one"
        )));
    }
    (plan.consequences, plan.needs) = (sorted(all), needs);
    Ok(plan)
}
