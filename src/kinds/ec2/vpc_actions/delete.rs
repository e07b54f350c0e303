//! `delete` of a VPC, by itself or with what is in it: dependency first, each a step of the plan.
//!
//! What goes along is what costs nothing to make again: subnets, the internet gateway, route tables, network ACLs and security groups. What
//! runs in it (instances, NAT gateways, balancers, endpoints) is named, and stays: it is ended by itself.

use arcstr::ArcStr;

use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Sender};
use crate::kinds::ec2::network_interfaces::{self as interfaces, INSTANCE, USER};
use crate::kinds::ec2::senders::{
    DELETE_INTERNET_GATEWAY, DELETE_NETWORK_ACL, DELETE_ROUTE_TABLE, DELETE_SECURITY_GROUP, DELETE_SUBNET, DELETE_VPC,
    DETACH_INTERNET_GATEWAY,
};
use crate::kinds::ec2::vpcs::{INFO, IS_DEFAULT};
use crate::kinds::ec2::{internet_gateways, network_acls, route_tables, security_groups, subnets};
use crate::kinds::plan_builder::{
    Known, count, draft, field, form_title, known_with, label, list, live, names, need, note, severe, sorted, subject,
    title, toggle, unknown, wait_state, whole,
};
use crate::model::{
    Arg, Call, Consequence, FieldInfo, FormSpec, Kind, KindInfo, Plan, Record, Step, Subject, TableKey, Value, Values,
};

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", plan)
    .group(MenuGroup::Delete)
    .doc(
        "Deletes a VPC, if you want with its subnets, internet gateway, route tables, network ACLs and security groups, in the \
         order that EC2 wants. What runs in it has to be ended first (DependencyViolation).",
    )
    .calls(&[
        &DELETE_SUBNET,
        &DETACH_INTERNET_GATEWAY,
        &DELETE_INTERNET_GATEWAY,
        &DELETE_ROUTE_TABLE,
        &DELETE_NETWORK_ACL,
        &DELETE_SECURITY_GROUP,
        &DELETE_VPC,
    ])
    .form(refine);

const WITH: &str = "with_contents";

/// A kind of what a VPC may have in it: in the order in which it goes.
struct Part {
    kind: &'static KindInfo,
    vpc: &'static FieldInfo,
    parameter: &'static str,
    sender: &'static Sender,
    /// What comes with the VPC and goes with it.
    own: fn(&Record) -> bool,
}

static PARTS: [Part; 5] = [
    Part { kind: &subnets::INFO, vpc: &subnets::VPC_ID, parameter: "SubnetId", sender: &DELETE_SUBNET, own: |_| false },
    Part {
        kind: &internet_gateways::INFO,
        vpc: &internet_gateways::VPC_ID,
        parameter: "InternetGatewayId",
        sender: &DELETE_INTERNET_GATEWAY,
        own: |_| false,
    },
    Part {
        kind: &route_tables::INFO,
        vpc: &route_tables::VPC_ID,
        parameter: "RouteTableId",
        sender: &DELETE_ROUTE_TABLE,
        own: |r| *r.get(&route_tables::MAIN) == Value::Bool(true),
    },
    Part {
        kind: &network_acls::INFO,
        vpc: &network_acls::VPC_ID,
        parameter: "NetworkAclId",
        sender: &DELETE_NETWORK_ACL,
        own: |r| *r.get(&network_acls::IS_DEFAULT) == Value::Bool(true),
    },
    Part {
        kind: &security_groups::INFO,
        vpc: &security_groups::VPC_ID,
        parameter: "GroupId",
        sender: &DELETE_SECURITY_GROUP,
        own: |r| *r.get(&security_groups::IS_DEFAULT) == Value::Bool(true),
    },
];

/// Rows of a part, or why they are not known.
fn of_vpc<'a>(
    cx: &ActionContext<'a>,
    part: &Part,
    vpc: &str,
    needs: &mut Vec<TableKey>,
) -> Result<Vec<&'a Record>, &'static str> {
    match whole(cx.store, cx.scope, part.kind) {
        Known::Complete(table) => {
            let mine = live(table).map(|r| &**r).filter(|r| field(r, part.vpc) == Some(vpc) && !(part.own)(r));
            Ok(mine.collect())
        }
        Known::NotAsked(key) => {
            need(needs, key);
            Err("not loaded")
        }
        Known::Failed(word) => Err(word),
    }
}

/// `2 subnets`, `1 network ACL`.
fn counted(part: &Part, n: usize) -> String {
    count(n, part.kind.singular)
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let [t] = cx.targets else { return FormSpec::default() };
    let mut needs = Vec::new();
    let mut said = Vec::new();
    for part in &PARTS {
        match of_vpc(cx, part, &t.record.id, &mut needs) {
            Ok(rows) if rows.is_empty() => {}
            Ok(rows) => said.push(counted(part, rows.len())),
            Err(word) => said.push(format!("{}: {word}", part.kind.name.replace('-', " "))),
        }
    }
    let help =
        "Its subnets, internet gateway, route tables, network ACLs and security groups go first, in EC2's order.";
    let mut with = toggle(values, WITH, "With contents", help);
    with.facts = if said.is_empty() { "nothing is in it".into() } else { said.join(", ") };
    FormSpec { title: form_title(cx, "Delete"), fields: vec![with], needs }
}

fn delete_call(cx: &ActionContext<'_>, part: &Part, id: &ArcStr) -> Call {
    part.sender.call(cx.scope.clone()).arg(part.parameter, Arg::Str(id.clone())).on([id.clone()])
}

/// Groups in an order in which none is named any more by another's rules, as far as there is one: what names others goes first.
fn groups_in_order<'a>(mut groups: Vec<&'a Record>) -> (Vec<&'a Record>, Vec<&'a Record>) {
    let mut ordered = Vec::new();
    loop {
        let free: Vec<&'a Record> = groups
            .iter()
            .copied()
            .filter(|g| {
                !groups.iter().any(|o| o.id != g.id && list(o, &security_groups::SOURCE_GROUPS).contains(&g.id))
            })
            .collect();
        if free.is_empty() {
            return (ordered, groups);
        }
        groups.retain(|g| free.iter().all(|f| f.id != g.id));
        ordered.extend(free);
    }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("delete takes one VPC.")) };
    let with = form.flag(WITH);
    let mut needs = Vec::new();
    let mut all: Vec<Consequence> = in_it(cx, &t.record.id, &mut needs);
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, Vec::new());
    for part in &PARTS {
        let rows = match of_vpc(cx, part, &t.record.id, &mut needs) {
            Ok(rows) => rows,
            Err(word) => {
                all.push(unknown(format!(
                    "Which {} are in it is not known ({word})",
                    part.kind.name.replace('-', " ")
                )));
                continue;
            }
        };
        if rows.is_empty() {
            continue;
        }
        let called: Vec<String> = rows.iter().map(|r| label(r)).collect();
        if !with {
            all.push(severe(format!(
                "EC2 refuses while {} in it (DependencyViolation): {}",
                if rows.len() == 1 {
                    format!("{} is", counted(part, 1))
                } else {
                    format!("{} are", counted(part, rows.len()))
                },
                names(&called)
            )));
            continue;
        }
        let (rows, circle) = match std::ptr::eq(part.kind, &security_groups::INFO) {
            true => groups_in_order(rows),
            false => (rows, Vec::new()),
        };
        if !circle.is_empty() {
            let called: Vec<String> = circle.iter().map(|r| label(r)).collect();
            all.push(severe(format!(
                "Rules of {} name each other: EC2 refuses to delete them until these are removed",
                names(&called)
            )));
        }
        for row in rows.into_iter().chain(circle) {
            if std::ptr::eq(part.kind, &internet_gateways::INFO) {
                let call = DETACH_INTERNET_GATEWAY.call(cx.scope.clone());
                let call = call.arg("InternetGatewayId", Arg::Str(row.id.clone()));
                let call = call.arg("VpcId", Arg::Str(t.record.id.clone())).on([row.id.clone()]);
                plan.steps.push(Step::new(format!("detach {}", label(row)), call));
            }
            let title = format!("delete the {} {}", part.kind.singular, label(row));
            plan.steps.push(Step::new(title, delete_call(cx, part, &row.id)));
            plan.subjects.push(Subject {
                table: TableKey::all(cx.scope.clone(), Kind(part.kind)),
                id: row.id.clone(),
                shown_id: row.shown_id().clone(),
                label: row.label().clone(),
                change: format!("{} → deleted for good", part.kind.singular),
            });
        }
    }
    plan.subjects.push(subject(t, "→ deleted for good"));
    let call = DELETE_VPC.call(cx.scope.clone()).arg("VpcId", Arg::Str(t.record.id.clone())).on([t.record.id.clone()]);
    plan.steps.push(Step::new(format!("delete {}", label(&t.record)), call));
    if *t.record.get(&IS_DEFAULT) == Value::Bool(true) {
        all.push(severe("It is the default VPC of the region: launches that name no subnet fail without one"));
    }
    all.push(note("Its main route table, default network ACL and default security group go with it"));
    (plan.consequences, plan.needs) = (sorted(all), needs);
    plan.destructive = true;
    plan.wait = wait_state(cx.targets, &[], &[], true, 5);
    Ok(plan)
}

/// What runs in it and keeps EC2 from deleting it: its network interfaces say so.
fn in_it(cx: &ActionContext<'_>, vpc: &ArcStr, needs: &mut Vec<TableKey>) -> Vec<Consequence> {
    let found = known_with(cx.store, cx.scope, &interfaces::INFO, (&interfaces::VPC_ID, vpc));
    let not_known = |word: &str| vec![unknown(format!("Whether anything runs in it is not known ({word})"))];
    let table = match found {
        Known::Complete(table) => table,
        Known::Failed(word) => return not_known(word),
        Known::NotAsked(key) => {
            need(needs, key);
            return not_known("not loaded");
        }
    };
    let here = live(table).filter(|r| field(r, &interfaces::VPC_ID) == Some(vpc.as_str()));
    let who = |r: &Record| field(r, &INSTANCE).or(field(r, &USER)).map_or_else(|| label(r), str::to_string);
    let all: Vec<String> = here.map(|r| who(r)).collect();
    match all.is_empty() {
        true => Vec::new(),
        false => vec![severe(format!(
            "EC2 refuses while {} in use in it (DependencyViolation), of {}: end what has them first",
            if all.len() == 1 {
                "1 network interface is".to_string()
            } else {
                format!("{} network interfaces are", all.len())
            },
            names(&all)
        ))],
    }
}
