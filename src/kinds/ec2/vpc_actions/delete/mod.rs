//! `delete` of a VPC, by itself or with what is in it: dependency first, each a step of the plan.
//!
//! What goes along is the network itself: peering connections, NAT gateways, endpoints, network interfaces that are attached to nothing,
//! subnets, gateways, route tables, network ACLs and security groups. What runs in it (instances, balancers, databases) is named, and stays:
//! it is ended by itself.

mod groups;
mod parts;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::time::Duration;

use arcstr::ArcStr;

use self::parts::{PARTS, Part};
use crate::base::{Fault, RowId};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Sender};
use crate::kinds::ec2::group_actions::{Group, step as rule_step};
use crate::kinds::ec2::network_actions::called_by_id;
use crate::kinds::ec2::network_interfaces::{self as interfaces, INSTANCE, USER};
use crate::kinds::ec2::senders::{
    AUTHORIZE_EGRESS, AUTHORIZE_INGRESS, DELETE_EGRESS_ONLY, DELETE_ENDPOINTS, DELETE_INTERNET_GATEWAY,
    DELETE_NAT_GATEWAY, DELETE_NETWORK_ACL, DELETE_NETWORK_INTERFACE, DELETE_PEERING, DELETE_ROUTE_TABLE,
    DELETE_SECURITY_GROUP, DELETE_SUBNET, DELETE_VPC, DETACH_INTERNET_GATEWAY, REJECT_PEERING, RELEASE_ADDRESS,
    REVOKE_EGRESS, REVOKE_INGRESS,
};
use crate::kinds::ec2::vpcs::{INFO, IS_DEFAULT};
use crate::kinds::ec2::{addresses, endpoints, internet_gateways, nat_gateways, peerings, security_groups};
use crate::kinds::plan_builder::{
    Known, count, draft, field, form_title, known_with, label, list, live, names, need, note, severe, sorted, state,
    subject, title, toggle, unknown, wait_state,
};
use crate::kinds::prices::{self, Prices};
use crate::model::{
    Arg, Call, Consequence, Cost, FormSpec, Kind, Money, Plan, Record, Step, Subject, TableKey, Value, Values, Waiter,
};

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", plan)
    .group(MenuGroup::Delete)
    .doc(
        "Deletes a VPC, if you want with the network in it, in the order that EC2 wants: peering connections, NAT gateways, endpoints, \
         network interfaces, subnets, gateways, route tables, network ACLs and security groups. What runs in it has to be ended first \
         (DependencyViolation).",
    )
    .calls(&[
        &DELETE_PEERING,
        &REJECT_PEERING,
        &DELETE_NAT_GATEWAY,
        &RELEASE_ADDRESS,
        &DELETE_ENDPOINTS,
        &DELETE_NETWORK_INTERFACE,
        &DELETE_SUBNET,
        &DETACH_INTERNET_GATEWAY,
        &DELETE_INTERNET_GATEWAY,
        &DELETE_EGRESS_ONLY,
        &DELETE_ROUTE_TABLE,
        &DELETE_NETWORK_ACL,
        &REVOKE_INGRESS,
        &REVOKE_EGRESS,
        &AUTHORIZE_INGRESS,
        &AUTHORIZE_EGRESS,
        &DELETE_SECURITY_GROUP,
        &DELETE_VPC,
    ])
    .form(refine);

const WITH: &str = "with_contents";
const RELEASE: &str = "release";

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let [t] = cx.targets else { return FormSpec::default() };
    let mut needs = Vec::new();
    let mut said = Vec::new();
    let mut held = 0;
    for part in &PARTS {
        match part.rows(cx, &t.record.id, &mut needs) {
            Ok(rows) if rows.is_empty() => {}
            Ok(rows) => {
                held += if part.is(&nat_gateways::INFO) { allocations(&rows).len() } else { 0 };
                said.push(count(rows.len(), part.kind.singular));
            }
            Err(word) => said.push(format!("{}: {word}", part.plural())),
        }
    }
    let help =
        "The network in it goes first, in EC2's order: gateways, endpoints, subnets, route tables, ACLs, groups.";
    let mut with = toggle(values, WITH, "With contents", help);
    with.facts = if said.is_empty() { "nothing is in it".into() } else { said.join(", ") };
    let mut fields = vec![with];
    if held > 0 && values.flag(WITH) {
        let help = "Otherwise they stay allocated to the account, and billed.";
        fields.push(toggle(values, RELEASE, "Release NAT addresses", help));
    }
    FormSpec { title: form_title(cx, "Delete"), fields, needs }
}

/// The Elastic IP addresses that NAT gateways have.
fn allocations(gateways: &[&Record]) -> Vec<ArcStr> {
    gateways.iter().flat_map(|r| list(r, &nat_gateways::ALLOCATIONS)).collect()
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("delete takes one VPC.")) };
    let vpc = &t.record;
    let plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, Vec::new());
    let mut work = Work { cx, vpc, plan, said: Vec::new(), leaving: Vec::new(), saved: None };
    for part in &PARTS {
        let mut needs = std::mem::take(&mut work.plan.needs);
        let rows = part.rows(cx, &vpc.id, &mut needs);
        work.plan.needs = needs;
        match rows {
            Err(word) => work.said.push(unknown(format!("Which {} are in it is not known ({word})", part.plural()))),
            Ok(rows) if rows.is_empty() => {}
            Ok(rows) if form.flag(WITH) => work.take_along(part, rows, form.flag(RELEASE)),
            Ok(rows) => work.said.push(stays(part, &rows)),
        }
    }
    let Work { mut plan, said: mut all, leaving, saved, .. } = work;
    all.extend(in_use(cx, &vpc.id, &leaving, &mut plan.needs));
    plan.subjects.push(subject(t, "→ deleted for good"));
    let call = DELETE_VPC.call(cx.scope.clone()).arg("VpcId", Arg::Str(vpc.id.clone())).on([vpc.id.clone()]);
    plan.steps.push(Step::new(format!("delete {}", label(vpc)), call));
    if *vpc.get(&IS_DEFAULT) == Value::Bool(true) {
        all.push(severe("It is the default VPC of the region: launches that name no subnet fail without one"));
    }
    all.push(note("Its main route table, default network ACL and default security group go with it"));
    plan.consequences = sorted(all);
    plan.destructive = true;
    plan.wait = wait_state(cx.targets, &[], &[], true, 5);
    plan.cost = saved.map(|money| Cost::saves(money.monthly(), ""));
    Ok(plan)
}

/// What EC2 says of rows that stay in the VPC.
fn stays(part: &Part, rows: &[&Record]) -> Consequence {
    let called: Vec<String> = rows.iter().map(|r| label(r)).collect();
    let (n, are) = (count(rows.len(), part.kind.singular), if rows.len() == 1 { "is" } else { "are" });
    // https://docs.aws.amazon.com/vpc/latest/peering/delete-vpc-peering-connection.html
    if part.is(&peerings::INFO) {
        return severe(format!("{n} {are} deleted with it: routes over it drop traffic, {}", names(&called)));
    }
    severe(format!("EC2 refuses while {n} {are} in it (DependencyViolation): {}", names(&called)))
}

/// The plan while it is put together.
struct Work<'c, 'a> {
    cx: &'c ActionContext<'a>,
    vpc: &'c Record,
    plan: Plan,
    said: Vec<Consequence>,
    /// Network interfaces that go by a step of the plan.
    leaving: Vec<ArcStr>,
    /// What is not paid any more.
    saved: Option<Money>,
}

impl Work<'_, '_> {
    fn call(&self, sender: &'static Sender, parameter: &'static str, id: Arg, row: &RowId) -> Call {
        sender.call(self.cx.scope.clone()).arg(parameter, id).on([row.clone()])
    }

    /// Steps that delete the rows of a part.
    fn take_along(&mut self, part: &Part, mut rows: Vec<&Record>, release: bool) {
        if part.is(&security_groups::INFO) {
            let (ordered, removed) = groups::in_order(rows);
            rows = ordered;
            for (group, changes) in &removed {
                let of = Group::Known(group.id.clone());
                for change in changes {
                    let step = rule_step(self.cx.scope, &of, change);
                    let title = format!("{} from {}", step.title, label(group));
                    self.plan.steps.push(Step { title, ..step });
                }
            }
            if !removed.is_empty() {
                let called = names(&groups::labels(&removed));
                self.said.push(note(format!("Rules of {called} name each other: these are removed first")));
            }
        }
        for row in &rows {
            self.one(part, row);
        }
        self.wait_for(part, &rows);
        if part.is(&nat_gateways::INFO) {
            self.addresses(&rows, release);
        } else if part.is(&endpoints::INFO) {
            let zones: usize = rows
                .iter()
                .filter(|r| field(r, &endpoints::TYPE) == Some("Interface"))
                .map(|r| list(r, &endpoints::SUBNETS).len())
                .sum();
            self.save(zones, Prices::interface_endpoint);
            self.leaving.extend(rows.iter().flat_map(|r| list(r, &endpoints::INTERFACES)));
        } else if part.is(&interfaces::INFO) {
            self.leaving.extend(rows.iter().map(|r| r.id.clone()));
        } else if part.is(&peerings::INFO) {
            let called: Vec<String> = rows.iter().map(|r| label(r)).collect();
            self.said.push(severe(format!("Routes of other VPCs over {} drop traffic (blackhole)", names(&called))));
        }
    }

    fn one(&mut self, part: &Part, row: &Record) {
        let id = || Arg::Str(row.id.clone());
        if part.is(&internet_gateways::INFO) {
            let call = self.call(&DETACH_INTERNET_GATEWAY, "InternetGatewayId", id(), &row.id);
            let call = call.arg("VpcId", Arg::Str(self.vpc.id.clone()));
            self.plan.steps.push(Step::new(format!("detach {}", label(row)), call));
        }
        let called = format!("the {} {}", part.kind.singular, label(row));
        // A request is deleted by who made it, and rejected by who got it.
        let got = state(row) == "pending-acceptance" && field(row, &peerings::REQUESTER_VPC) != Some(&*self.vpc.id);
        let (verb, sender) = match part.is(&peerings::INFO) && got {
            true => ("reject", &REJECT_PEERING),
            false => ("delete", part.sender),
        };
        let argument = if part.several { Arg::List(vec![id()]) } else { id() };
        let call = self.call(sender, part.parameter, argument, &row.id);
        self.plan.steps.push(Step::new(format!("{verb} {called}"), call));
        self.plan.subjects.push(Subject {
            table: TableKey::all(self.cx.scope.clone(), Kind(part.kind)),
            id: row.id.clone(),
            shown_id: row.shown_id().clone(),
            label: row.label().clone(),
            change: format!("{} → deleted for good", part.kind.singular),
        });
    }

    /// The last step of a part waits until all of its rows are gone: what follows is refused before.
    fn wait_for(&mut self, part: &Part, rows: &[&Record]) {
        let table = TableKey::all(self.cx.scope.clone(), Kind(part.kind));
        let ids: Vec<RowId> = rows.iter().map(|r| r.id.clone()).collect();
        let within = Duration::from_secs(part.leaves_within * 60);
        if let Some(last) = self.plan.steps.last_mut()
            && part.leaves_within > 0
        {
            let want: &[&str] = if part.is(&peerings::INFO) { &["deleted", "rejected"] } else { &["deleted"] };
            last.wait = Waiter::State { table, ids, want, fail: &[], gone_is_fine: true, within };
        }
    }

    /// The addresses of NAT gateways that are gone: released, or still paid for.
    fn addresses(&mut self, gateways: &[&Record], release: bool) {
        self.leaving.extend(gateways.iter().flat_map(|r| list(r, &nat_gateways::INTERFACES)));
        self.save(gateways.len(), Prices::nat_gateway);
        let held = allocations(gateways);
        if held.is_empty() {
            return;
        }
        if !release {
            self.said.push(note("The Elastic IP addresses of its NAT gateways stay allocated, and are still billed"));
            return;
        }
        for id in &held {
            let call = self.call(&RELEASE_ADDRESS, "AllocationId", Arg::Str(id.clone()), id);
            let name = called_by_id(self.cx, &addresses::INFO, id, &mut self.plan.needs);
            self.plan.steps.push(Step::new(format!("release {name}"), call));
        }
        self.save(held.len(), Prices::public_ipv4);
        self.said.push(severe(format!(
            "{} of its NAT gateways released for good: you can hardly get them back",
            if held.len() == 1 { "The address is".to_string() } else { format!("{} addresses are", held.len()) }
        )));
    }

    fn save(&mut self, n: usize, price: fn(Prices) -> Money) {
        let Some(prices) = prices::of(self.cx.scope).filter(|_| n > 0) else { return };
        #[expect(clippy::cast_precision_loss, reason = "a few of them")]
        let money = price(prices).times(n as f64);
        self.saved = Some(self.saved.map_or(money, |saved| saved.plus(money)));
    }
}

/// What runs in it and keeps EC2 from deleting it: its network interfaces say so, but for those that go by a step of the plan.
fn in_use(cx: &ActionContext<'_>, vpc: &ArcStr, leaving: &[ArcStr], needs: &mut Vec<TableKey>) -> Vec<Consequence> {
    let not_known = |word: &str| vec![unknown(format!("Whether anything runs in it is not known ({word})"))];
    let table = match known_with(cx.store, cx.scope, &interfaces::INFO, (&interfaces::VPC_ID, vpc)) {
        Known::Complete(table) => table,
        Known::Failed(word) => return not_known(word),
        Known::NotAsked(key) => {
            need(needs, key);
            return not_known("not loaded");
        }
    };
    let leaving: HashSet<&str> = leaving.iter().map(ArcStr::as_str).collect();
    let here = live(table).filter(|r| field(r, &interfaces::VPC_ID) == Some(vpc.as_str()));
    // What is attached to nothing is deleted by itself: a part of its own.
    let here = here.filter(|r| state(r) != "available" && !leaving.contains(r.id.as_str()));
    let who = |r: &Record| field(r, &INSTANCE).or(field(r, &USER)).map_or_else(|| label(r), str::to_string);
    let all: Vec<String> = here.map(|r| who(r)).collect();
    if all.is_empty() {
        return Vec::new();
    }
    let are = if all.len() == 1 { "is" } else { "are" };
    vec![severe(format!(
        "EC2 refuses while {} {are} in use in it (DependencyViolation), of {}: end what has them first",
        count(all.len(), interfaces::INFO.singular),
        names(&all)
    ))]
}
