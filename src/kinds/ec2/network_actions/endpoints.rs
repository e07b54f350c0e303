//! `create-endpoint` and `delete` of VPC endpoints.
//!
//! <https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html>,
//! <https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html>

use arcstr::ArcStr;

use super::{called_by_id, made_becomes, routes_to, vpc_field};
use crate::base::Fault;
use crate::base::text::visible;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::endpoints::{INFO, ROUTE_TABLES, SERVICE, TYPE};
use crate::kinds::ec2::senders::{CREATE_ENDPOINT, DELETE_ENDPOINTS, ENDPOINT_ID};
use crate::kinds::ec2::{route_tables, security_groups, subnets, vpcs};
use crate::kinds::plan_builder::{
    count, draft, label, line, list, name_tag, note, pick, severe, sorted, state, subject, text_of, title, toggle,
    wait_state,
};
use crate::kinds::prices;
use crate::kinds::rows_field::rows_field;
use crate::model::{
    Arg, Choice, Cost, FormField, FormSpec, FormValue, Kind, KindInfo, Pick, Plan, Record, Step, StepUndo, TableKey,
    Values,
};

/// `create-endpoint`.
pub static CREATE: Action = Action::on_scope(&INFO, "create-endpoint", "Create a VPC endpoint", plan)
    .doc(
        "Creates a VPC endpoint: a gateway endpoint to S3 or DynamoDB by a route, without charge, or an interface \
         endpoint to another service by network interfaces in subnets.",
    )
    .calls(&[&CREATE_ENDPOINT, &DELETE_ENDPOINTS])
    .form(refine);

const NAME: &str = "name";
const VPC: &str = "vpc";
const KIND: &str = "type";
const SERVICE_NAME: &str = "service";
const TABLES: &str = "route_tables";
const SUBNETS: &str = "subnets";
const GROUPS: &str = "groups";
const PRIVATE_DNS: &str = "private_dns";

/// The services that gateway endpoints lead to.
const BY_GATEWAY: [&str; 2] = ["s3", "dynamodb"];

/// `com.amazonaws.REGION.ssm` of `ssm`; what has a period in front is taken as it is.
fn full_name(cx: &ActionContext<'_>, text: &str) -> String {
    if text.starts_with("com.") || text.starts_with("aws.") {
        return text.to_string();
    }
    format!("com.amazonaws.{}.{text}", cx.scope.region_code().map(ArcStr::as_str).unwrap_or_default())
}

/// A field with several rows of the VPC.
fn rows_of(
    cx: &ActionContext<'_>,
    values: &Values,
    (name, title, what): (&'static str, &'static str, &'static str),
    (kind, prefix): (&'static KindInfo, &'static str),
    (vpc, help): (&str, &str),
    refuse: &dyn Fn(&Record) -> Option<String>,
    needs: &mut Vec<TableKey>,
) -> FormField {
    let table = TableKey::all(cx.scope.clone(), Kind(kind));
    let mut pick = Pick::one_of(table, prefix);
    if !vpc.is_empty() {
        pick = pick.only(format!("vpc_id={vpc}"), "Those of the VPC.");
    }
    pick.several = true;
    rows_field(cx, values, (name, title, what), (pick, ""), help, refuse, needs)
}

/// Whether two of the chosen subnets are in one zone. EC2: DuplicateSubnetsInSameZone.
fn one_zone(cx: &ActionContext<'_>, chosen: &str) -> Option<String> {
    let table = TableKey::all(cx.scope.clone(), Kind(&subnets::INFO));
    let mut seen: Vec<(String, String)> = Vec::new();
    for id in chosen.split(',').filter(|id| !id.is_empty()) {
        let Some(row) = cx.store.get(&table, id) else { continue };
        let zone = row.get(&subnets::ZONE).as_str().unwrap_or_default().to_string();
        if let Some((other, _)) = seen.iter().find(|(_, z)| *z == zone) {
            return Some(format!("{} and {other} are both in {zone}: one subnet a zone.", label(row)));
        }
        seen.push((label(row), zone));
    }
    None
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let name = line(values, NAME, "Name", "", "The Name tag; may be empty.");
    let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into(), disabled: None };
    let kinds = vec![
        choice("Gateway", "Gateway  a route; S3 and DynamoDB, no charge"),
        choice("Interface", "Interface  network interfaces in subnets"),
    ];
    let kind = pick(values, (KIND, "Type"), kinds, "Gateway", "How it leads to the service.");
    let gateway = text_of(&kind) != "Interface";
    let vpc = vpc_field(cx, values, "The VPC that it is for.", &|_| None, &mut needs);
    let at = text_of(&vpc).to_string();
    let default = if gateway { "s3" } else { "" };
    let mut service = line(
        values,
        SERVICE_NAME,
        "Service",
        default,
        "s3, ssm, ecr.api…, or the whole name of another's: com.amazonaws.vpce.….",
    );
    let text = text_of(&service);
    let bad = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    service.error = if text.is_empty() {
        Some("A service is needed.".into())
    } else if text.contains(bad) {
        Some(format!("{} is not the name of a service.", visible(&text)))
    } else if gateway && !BY_GATEWAY.iter().any(|s| full_name(cx, &text) == full_name(cx, s)) {
        Some("A gateway endpoint leads to s3 or dynamodb: choose Interface for others.".into())
    } else {
        None
    };
    if service.error.is_none() {
        service.facts = full_name(cx, &text);
    }
    let mut fields = vec![name, kind, vpc, service];
    if gateway {
        let said = (TABLES, "Route tables", "the route tables");
        let own = full_name(cx, &text);
        let there = |r: &Record| has_route(cx, r, &own);
        let help = "Those whose subnets go to the service through it.";
        fields.push(rows_of(cx, values, said, (&route_tables::INFO, "rtb-"), (&at, help), &there, &mut needs));
    } else {
        let said = (SUBNETS, "Subnets", "the subnets");
        let help = "One in each zone that is to reach it: it gets a network interface there, billed by the hour.";
        let mut field = rows_of(cx, values, said, (&subnets::INFO, "subnet-"), (&at, help), &|_| None, &mut needs);
        if field.error.is_none() {
            field.error = one_zone(cx, &text_of(&field));
        }
        fields.push(field);
        let said = (GROUPS, "Groups", "the security groups");
        let help = "They must let in what asks it, on port 443.";
        fields.push(rows_of(cx, values, said, (&security_groups::INFO, "sg-"), (&at, help), &|_| None, &mut needs));
        let help = "The service's own name resolves to it within the VPC; the VPC needs DNS support and DNS hostnames.";
        let mut dns = toggle(values, PRIVATE_DNS, "Private DNS", help);
        if values.get(PRIVATE_DNS).is_none() {
            dns.value = FormValue::Flag(true);
        }
        fields.push(dns);
    }
    FormSpec { title: "Create a VPC endpoint".into(), fields, needs }
}

/// Why a route table cannot be chosen: it has a route to the service. EC2: RouteAlreadyExists.
fn has_route(cx: &ActionContext<'_>, row: &Record, service: &str) -> Option<String> {
    let table = TableKey::all(cx.scope.clone(), Kind(&INFO));
    let rows = cx.store.table(&table)?;
    let of = |e: &Record| e.get(&SERVICE).as_str() == Some(service) && list(e, &ROUTE_TABLES).contains(&row.id);
    let there = crate::kinds::plan_builder::live(rows).find(|e| of(e))?;
    Some(format!("It has a route to it already, by {}.", label(there)))
}

fn ids(text: &str) -> Arg {
    Arg::List(text.split(',').map(str::trim).filter(|id| !id.is_empty()).map(Arg::str).collect())
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let (vpc, service) = (form.text(VPC), full_name(cx, &form.text(SERVICE_NAME)));
    let gateway = form.text(KIND) != "Interface";
    let mut needs = Vec::new();
    let within = called_by_id(cx, &vpcs::INFO, &vpc, &mut needs);
    let short = service.trim_start_matches("com.amazonaws.");
    let mut plan = draft("create-endpoint", format!("Create an endpoint to {short} in {within}"), &[], Vec::new());
    let name = form.given(NAME);
    plan.phrase = name.as_deref().unwrap_or("create").to_string();
    let mut call = CREATE_ENDPOINT
        .call(cx.scope.clone())
        .arg("VpcEndpointType", Arg::Str(form.text(KIND)))
        .arg("VpcId", Arg::Str(vpc.clone()))
        .arg("ServiceName", Arg::str(service.as_str()));
    let mut all = Vec::new();
    if gateway {
        call = call.arg("RouteTableIds", ids(&form.text(TABLES)));
        all.push(severe("Connections to it from these subnets are cut off once, when their route changes"));
        all.push(note("What goes to it no longer needs a NAT gateway or an internet gateway"));
        plan.cost = Some(Cost::same("Costs nothing"));
    } else {
        let chosen = form.text(SUBNETS);
        let zones = chosen.split(',').filter(|s| !s.is_empty()).count();
        call = call.arg("SubnetIds", ids(&chosen)).arg("SecurityGroupIds", ids(&form.text(GROUPS)));
        call = call.arg("PrivateDnsEnabled", Arg::Bool(form.flag(PRIVATE_DNS)));
        if form.flag(PRIVATE_DNS) {
            all.push(note(format!(
                "The service's own name leads to it from all of {within}, also from subnets without an interface of it"
            )));
        }
        let behind = ", used or not, and for each GB that goes through it";
        #[expect(clippy::cast_precision_loss, reason = "a few zones")]
        let money = prices::of(cx.scope).map(|p| p.interface_endpoint().times(zones as f64));
        plan.cost = Some(match money {
            Some(money) => Cost::adds(money, behind),
            None => Cost::adds_unknown("Billed by the hour for each zone, and for each GB"),
        });
    }
    if let Some(name) = &name {
        call = call.arg("TagSpecifications", name_tag("vpc-endpoint", name));
    }
    let made = (0, ENDPOINT_ID);
    let undo = StepUndo {
        title: "delete the endpoint".into(),
        call: DELETE_ENDPOINTS.call(cx.scope.clone()).arg("VpcEndpointIds", Arg::List(vec![Arg::out(0, ENDPOINT_ID)])),
        wait: made_becomes(cx, made, &INFO, (&["deleted"], &[]), 10),
        destructive: true,
        hurts: None,
    };
    plan.steps =
        vec![Step::new(format!("create the endpoint to {short}"), call.arg("ClientToken", Arg::Token)).undone_by(undo)];
    // Another account's service may want to accept it first.
    let want: &[&str] = &["available", "pendingAcceptance"];
    plan.wait = made_becomes(cx, made, &INFO, (want, &["failed", "rejected", "expired"]), 10);
    plan.consequences = sorted(all);
    plan.needs = needs;
    Ok(plan)
}

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", delete)
    .group(MenuGroup::Delete)
    .doc("Deletes VPC endpoints, with their routes or network interfaces.")
    .several()
    .calls(&[&DELETE_ENDPOINTS])
    .only_if(|row| match state(row) {
        word @ ("deleting" | "deleted") => Err(format!("It is {word} already.")),
        _ => Ok(()),
    });

fn delete(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let of = |t: &crate::kinds::action::Target| {
        let service = t.record.get(&SERVICE).as_str().unwrap_or("a service").to_string();
        subject(t, format!("to {service} → deleted"))
    };
    let subjects = cx.targets.iter().map(of).collect();
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, subjects);
    let mut all = Vec::new();
    for t in cx.targets {
        let who = label(&t.record);
        let tables = list(&t.record, &ROUTE_TABLES).len();
        all.push(match t.record.get(&TYPE).as_str() {
            Some("Gateway") => severe(format!(
                "{}: the route through {who} goes, and its traffic takes the default route, or none",
                count(tables, "route table")
            )),
            _ => severe(format!(
                "What reaches the service through {who} goes over the internet from then on, or not at all"
            )),
        });
        let call = DELETE_ENDPOINTS.call(t.table.scope.clone());
        let call = call.arg("VpcEndpointIds", Arg::List(vec![Arg::Str(t.record.id.clone())]));
        plan.steps.push(Step::new(format!("delete {who}"), call.on([t.record.id.clone()])));
    }
    let balancers: Vec<&str> = cx
        .targets
        .iter()
        .filter(|t| t.record.get(&TYPE).as_str() == Some("GatewayLoadBalancer"))
        .map(|t| t.record.id.as_str())
        .collect();
    if !balancers.is_empty() {
        all.extend(routes_to(cx, &balancers, &mut plan.needs));
    }
    plan.destructive = true;
    plan.consequences = sorted(all);
    let interfaces = cx.targets.iter().filter(|t| t.record.get(&TYPE).as_str() == Some("Interface"));
    let zones: usize = interfaces.map(|t| list(&t.record, &crate::kinds::ec2::endpoints::SUBNETS).len()).sum();
    #[expect(clippy::cast_precision_loss, reason = "a few zones")]
    let saved =
        prices::of(cx.scope).filter(|_| zones > 0).map(|p| p.interface_endpoint().times(zones as f64).monthly());
    plan.cost = saved.map(|money| Cost::saves(money, ""));
    plan.wait = wait_state(cx.targets, &["deleted"], &[], true, 10);
    Ok(plan)
}
