//! `create-internet-gateway`: a gateway, and if wanted attached to a VPC at once.

use super::vpc_name;
use crate::base::Fault;
use crate::base::text::visible;
use crate::kinds::action::{Action, ActionContext, FilledForm};
use crate::kinds::ec2::internet_gateways::{INFO, vpc_id};
use crate::kinds::ec2::senders::{
    ATTACH_INTERNET_GATEWAY, CREATE_INTERNET_GATEWAY, DELETE_INTERNET_GATEWAY, DETACH_INTERNET_GATEWAY, GATEWAY_ID,
};
use crate::kinds::ec2::vpcs;
use crate::kinds::plan_builder::{Known, draft, label, line, live, made, name_tag, need, note, sorted, unknown, whole};
use crate::kinds::rows_field::rows_field;
use crate::model::{Arg, FormSpec, Kind, Pick, Plan, Record, Step, StepUndo, TableKey, Values, Waiter};

/// `create-internet-gateway`.
pub static CREATE: Action = Action::on_scope(&INFO, "create-internet-gateway", "Create an internet gateway", plan)
    .doc("Creates an internet gateway, and attaches it to a VPC that has none. A route to it makes subnets public.")
    .calls(&[&CREATE_INTERNET_GATEWAY, &ATTACH_INTERNET_GATEWAY, &DETACH_INTERNET_GATEWAY, &DELETE_INTERNET_GATEWAY])
    .form(refine);

const NAME: &str = "name";
const VPC: &str = "vpc";
const NONE: &str = "none";

/// Internet gateways of a region, unless the quota was raised: as many as VPCs.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-gateways>
pub(in crate::kinds::ec2) const MOST: usize = 5;

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let gateways = whole(cx.store, cx.scope, &INFO);
    let taken: Vec<(&str, String)> = match &gateways {
        Known::Complete(table) => live(table).filter_map(|g| Some((vpc_id(g)?, label(g)))).collect(),
        _ => Vec::new(),
    };
    if let Known::NotAsked(key) = gateways {
        need(&mut needs, key);
    }
    // EC2: InvalidParameterValue, "Network vpc-… already has an internet gateway attached".
    let why = |name: &str| format!("It already has an internet gateway, {name}: a VPC has at most one.");
    let table = TableKey::all(cx.scope.clone(), Kind(&vpcs::INFO));
    let mut pick = Pick::one_of(table, "vpc-").or(NONE, "none, for now");
    pick.because = "VPCs without an internet gateway.".into();
    pick.refused = taken.iter().map(|(vpc, name)| ((*vpc).into(), why(name))).collect();
    let refuse = |r: &Record| taken.iter().find(|(vpc, _)| *vpc == r.id).map(|(_, name)| why(name));
    let said = (VPC, "VPC", "the VPCs");
    let vpc = rows_field(cx, values, said, (pick, NONE), "The VPC to attach it to.", &refuse, &mut needs);
    let name = line(values, NAME, "Name", "", "The Name tag; may be empty.");
    FormSpec { title: "Create an internet gateway".into(), fields: vec![name, vpc], needs }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let (name, vpc) = (form.given(NAME), form.text(VPC));
    let title = match &name {
        Some(name) => format!("Create the internet gateway {}", visible(name)),
        None => "Create an internet gateway".into(),
    };
    let mut plan = draft("create-internet-gateway", title, &[], Vec::new());
    plan.phrase = name.as_ref().map_or_else(|| "create-internet-gateway".into(), ToString::to_string);
    let mut call = CREATE_INTERNET_GATEWAY.call(cx.scope.clone());
    if let Some(name) = &name {
        call = call.arg("TagSpecifications", name_tag("internet-gateway", name));
    }
    let undo =
        |title: String, call, destructive| StepUndo { title, call, wait: Waiter::AtOnce, destructive, hurts: None };
    let gone = DELETE_INTERNET_GATEWAY.call(cx.scope.clone()).arg("InternetGatewayId", Arg::out(0, GATEWAY_ID));
    plan.steps = vec![Step::new("create the internet gateway", call).undone_by(undo(
        "delete the internet gateway".into(),
        gone,
        true,
    ))];
    let mut needs = Vec::new();
    let mut all = Vec::new();
    if vpc == NONE {
        all.push(note("It is attached to nothing yet"));
    } else {
        let who = vpc_name(cx, &vpc, &mut needs);
        let pair = |sender: &'static crate::kinds::action::Sender| {
            let call = sender.call(cx.scope.clone()).arg("InternetGatewayId", Arg::out(0, GATEWAY_ID));
            call.arg("VpcId", Arg::Str(vpc.clone()))
        };
        let step = Step::new(format!("attach it to {who}"), pair(&ATTACH_INTERNET_GATEWAY));
        let back = undo(format!("detach it from {who} again"), pair(&DETACH_INTERNET_GATEWAY), false);
        plan.steps.push(step.undone_by(back));
        all.push(note(format!("Nothing in {who} uses it yet: that takes a route to it, and public addresses")));
    }
    if let Known::Complete(table) = whole(cx.store, cx.scope, &INFO) {
        let n = live(table).count();
        if n >= MOST {
            all.push(unknown(format!(
                "The region has {n} internet gateways: the quota is {MOST} unless it was raised (InternetGatewayLimitExceeded)"
            )));
        }
    }
    (plan.consequences, plan.needs) = (sorted(all), needs);
    plan.wait = made(GATEWAY_ID, TableKey::all(cx.scope.clone(), Kind(&INFO)));
    Ok(plan)
}
