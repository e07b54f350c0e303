//! `create-nat-gateway` and `delete` of NAT gateways, with their Elastic IP addresses.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html>

use arcstr::ArcStr;

use super::{called_by_id, made_becomes, routes_to};
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::address_actions::allocate_step;
use crate::kinds::ec2::nat_gateways::{ALLOCATIONS, INFO};
use crate::kinds::ec2::senders::{
    ALLOCATE_ADDRESS, CREATE_NAT_GATEWAY, DELETE_NAT_GATEWAY, NAT_GATEWAY_ID, RELEASE_ADDRESS,
};
use crate::kinds::ec2::{addresses, internet_gateways, subnet_routing, subnets};
use crate::kinds::plan_builder::{
    Known, count, draft, field, form_title, label, line, list, live, name_tag, need, note, pick, severe, sorted, state,
    subject, text_of, title, toggle, unknown, wait_state, whole,
};
use crate::kinds::prices::{self, Prices};
use crate::kinds::rows_field::rows_field;
use crate::model::{
    Arg, Choice, Consequence, Cost, FormField, FormSpec, Kind, Pick, Plan, Record, Step, StepUndo, TableKey, Values,
    Waiter,
};

/// `create-nat-gateway`.
pub static CREATE: Action = Action::on_scope(&INFO, "create-nat-gateway", "Create a NAT gateway", plan)
    .doc(
        "Creates a NAT gateway in a subnet, for the internet with an Elastic IP (a new one if you want), or a private \
         one for other networks. Subnets use it once their route table sends traffic to it.",
    )
    .calls(&[&ALLOCATE_ADDRESS, &RELEASE_ADDRESS, &CREATE_NAT_GATEWAY, &DELETE_NAT_GATEWAY])
    .form(refine);

const NAME: &str = "name";
const SUBNET: &str = "subnet";
const TYPE: &str = "type";
const ADDRESS: &str = "address";
const RELEASE: &str = "release";
/// The address that an earlier step of the plan allocates.
const NEW: &str = "new";

/// AWS: a NAT gateway is available within minutes; one that cannot be created says so.
const WITHIN: u64 = 10;

fn choice(value: &str, label: &str) -> Choice {
    Choice { value: value.into(), label: label.into(), disabled: None }
}

fn address_field(cx: &ActionContext<'_>, values: &Values, needs: &mut Vec<TableKey>) -> FormField {
    let table = TableKey::all(cx.scope.clone(), Kind(&addresses::INFO));
    // EC2: Resource.AlreadyAssociated.
    let used = |r: &Record| {
        (!addresses::is_unattached(r)).then(|| "It is associated: a NAT gateway takes a free one.".to_string())
    };
    let picks = Pick::one_of(table, "eipalloc-").only("state=unattached", "Addresses that nothing uses.");
    let picks = picks.or(NEW, "a new address");
    let said = (ADDRESS, "Elastic IP", "the addresses");
    let mut field =
        rows_field(cx, values, said, (picks, NEW), "The address it is seen as on the internet.", &used, needs);
    if text_of(&field) == NEW {
        field.facts = "Allocated in the same plan; released again if it is undone.".into();
    }
    field
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let name = line(values, NAME, "Name", "", "The Name tag; may be empty.");
    let types = vec![choice("public", "public  to the internet"), choice("private", "private  to other networks")];
    let ty = pick(values, (TYPE, "Type"), types, "public", "Where it leads.");
    let public = text_of(&ty) != "private";
    let help = if public { "A subnet that has a route to an internet gateway." } else { "The subnet it is in." };
    let table = TableKey::all(cx.scope.clone(), Kind(&subnets::INFO));
    let full = |r: &Record| {
        (r.get(&subnets::AVAILABLE_IPS).as_int() == Some(0)).then(|| "It has no free address.".to_string())
    };
    let said = (SUBNET, "Subnet", "the subnets");
    let mut subnet =
        rows_field(cx, values, said, (Pick::one_of(table.clone(), "subnet-"), ""), help, &full, &mut needs);
    if let Some(row) = cx.store.get(&table, &text_of(&subnet)) {
        let parts = [row.get(&subnets::ZONE), row.get(&subnets::CIDR)];
        let parts: Vec<String> = parts.iter().flat_map(|v| v.items()).map(|t| t.to_string()).collect();
        subnet.facts = parts.join("  ");
    }
    let mut fields = vec![name, ty, subnet];
    if public {
        fields.push(address_field(cx, values, &mut needs));
    }
    FormSpec { title: "Create a NAT gateway".into(), fields, needs }
}

/// Whether the VPC has an internet gateway: without one AWS creates the NAT gateway, and it fails.
fn way_out(cx: &ActionContext<'_>, subnet: &str, needs: &mut Vec<TableKey>) -> Vec<Consequence> {
    let table = TableKey::all(cx.scope.clone(), Kind(&subnets::INFO));
    let Some(vpc) = cx.store.get(&table, subnet).and_then(|r| r.get(&subnets::VPC_ID).as_str().map(ArcStr::from))
    else {
        return vec![unknown("Whether its VPC has an internet gateway is not known: without one it fails")];
    };
    match whole(cx.store, cx.scope, &internet_gateways::INFO) {
        Known::Complete(all) if live(all).any(|g| internet_gateways::vpc_id(g) == Some(vpc.as_str())) => {
            is_private(cx, subnet, needs)
        }
        Known::Complete(_) => {
            vec![severe("Its VPC has no internet gateway: AWS creates it, and it fails (Gateway.NotAttached)")]
        }
        Known::Failed(word) => {
            vec![unknown(format!(
                "Whether its VPC has an internet gateway is not known ({word}): without one it fails"
            ))]
        }
        Known::NotAsked(key) => {
            need(needs, key);
            vec![unknown("Whether its VPC has an internet gateway is not known (not loaded): without one it fails")]
        }
    }
}

/// AWS creates a public NAT gateway in a private subnet, and nothing comes out of it.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html>
fn is_private(cx: &ActionContext<'_>, subnet: &str, needs: &mut Vec<TableKey>) -> Vec<Consequence> {
    match whole(cx.store, cx.scope, &subnet_routing::INFO) {
        Known::NotAsked(key) => need(needs, key),
        Known::Complete(all) => {
            let row = all.get(subnet).filter(|r| field(&r.record, &subnet_routing::EXPOSURE) == Some("private"));
            if let Some(row) = row {
                let why =
                    field(&row.record, &subnet_routing::WHY).unwrap_or("its route table leads to no internet gateway");
                return vec![severe(format!("The subnet is private, so nothing comes out of the NAT gateway: {why}"))];
            }
        }
        Known::Failed(_) => {}
    }
    Vec::new()
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let (subnet, public) = (form.text(SUBNET), form.text(TYPE) != "private");
    let name = form.given(NAME);
    let mut needs = Vec::new();
    let within = called_by_id(cx, &subnets::INFO, &subnet, &mut needs);
    let mut plan = draft("create-nat-gateway", format!("Create a NAT gateway in {within}"), &[], Vec::new());
    plan.phrase = name.as_deref().unwrap_or("create").to_string();
    let address = if public { form.given(ADDRESS) } else { None };
    let fresh = address.as_deref() == Some(NEW);
    let mut call = CREATE_NAT_GATEWAY
        .call(cx.scope.clone())
        .arg("SubnetId", Arg::str(&*subnet))
        .arg("ConnectivityType", Arg::str(if public { "public" } else { "private" }));
    if fresh {
        plan.steps.push(allocate_step(cx.scope, 0, name.as_deref()));
        call = call.arg("AllocationId", Arg::out(0, "AllocationId"));
    } else if let Some(id) = address {
        call = call.arg("AllocationId", Arg::Str(id));
    }
    if let Some(name) = &name {
        call = call.arg("TagSpecifications", name_tag("natgateway", name));
    }
    let at = plan.steps.len();
    let step = Step::new(format!("create the NAT gateway in {within}"), call.arg("ClientToken", Arg::Token));
    plan.steps.push(step.undone_by(undo(cx, at)));
    plan.wait = is_available(cx, at);
    let mut all = if public { way_out(cx, &subnet, &mut needs) } else { Vec::new() };
    all.push(note("Nothing uses it yet: that takes a route to it in the route tables of other subnets"));
    plan.consequences = sorted(all);
    plan.cost = Some(cost(cx, fresh));
    plan.needs = needs;
    Ok(plan)
}

/// The way back of step `at`, which creates a NAT gateway.
pub(in crate::kinds::ec2) fn undo(cx: &ActionContext<'_>, at: usize) -> StepUndo {
    StepUndo {
        title: "delete the NAT gateway".into(),
        call: DELETE_NAT_GATEWAY.call(cx.scope.clone()).arg("NatGatewayId", Arg::out(at, NAT_GATEWAY_ID)),
        // Its address is free again only then.
        wait: made_becomes(cx, (at, NAT_GATEWAY_ID), &INFO, (&["deleted"], &[]), WITHIN),
        destructive: true,
        hurts: None,
    }
}

/// Until what step `at` creates carries traffic.
pub(in crate::kinds::ec2) fn is_available(cx: &ActionContext<'_>, at: usize) -> Waiter {
    made_becomes(cx, (at, NAT_GATEWAY_ID), &INFO, (&["available"], &["failed", "deleted"]), WITHIN)
}

fn cost(cx: &ActionContext<'_>, address: bool) -> Cost {
    // A gigabyte costs what an hour does. <https://aws.amazon.com/vpc/pricing/>
    let behind = |prices: Prices| {
        format!(", used or not, and ${:.3} for each GB that goes through it", prices.nat_gateway().amount)
    };
    match prices::of(cx.scope) {
        Some(prices) if address => Cost::adds(prices.nat_gateway().plus(prices.public_ipv4()), behind(prices)),
        Some(prices) => Cost::adds(prices.nat_gateway(), behind(prices)),
        None => Cost::adds_unknown("Billed by the hour, used or not, and for each GB that goes through it"),
    }
}

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", delete)
    .group(MenuGroup::Delete)
    .doc("Deletes NAT gateways. Their Elastic IP addresses stay allocated and billed, unless they are released with them.")
    .several()
    .calls(&[&DELETE_NAT_GATEWAY, &RELEASE_ADDRESS])
    .only_if(|row| match state(row) {
        "available" | "failed" | "pending" => Ok(()),
        other => Err(format!("It is {other} already.")),
    })
    .form(delete_form);

fn delete_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let held: usize = cx.targets.iter().map(|t| list(&t.record, &ALLOCATIONS).len()).sum();
    let mut fields = Vec::new();
    if held > 0 {
        let help = "Otherwise they stay allocated to the account, and billed.";
        let what = if held == 1 { "Release its address too" } else { "Release their addresses too" };
        fields.push(toggle(values, RELEASE, what, help));
    }
    FormSpec { title: form_title(cx, "Delete"), fields, needs: Vec::new() }
}

fn delete(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let held: Vec<ArcStr> = cx.targets.iter().flat_map(|t| list(&t.record, &ALLOCATIONS)).collect();
    let release = form.flag(RELEASE) && !held.is_empty();
    let subjects = cx.targets.iter().map(|t| subject(t, format!("{} → deleted", state(&t.record)))).collect();
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, subjects);
    plan.destructive = true;
    plan.steps = cx
        .targets
        .iter()
        .map(|t| {
            let id = Arg::Str(t.record.id.clone());
            let call = DELETE_NAT_GATEWAY.call(t.table.scope.clone()).arg("NatGatewayId", id);
            Step::new(format!("delete {}", label(&t.record)), call.on([t.record.id.clone()]))
        })
        .collect();
    let gone = wait_state(cx.targets, &["deleted"], &[], true, WITHIN);
    let ids: Vec<&str> = cx.targets.iter().map(|t| t.record.id.as_str()).collect();
    let mut all = routes_to(cx, &ids, &mut plan.needs);
    all.push(note("What goes out through it is cut off; connections do not go over to another one"));
    if release {
        if let Some(last) = plan.steps.last_mut() {
            last.wait = gone.clone();
        }
        for id in &held {
            let call = RELEASE_ADDRESS.call(cx.scope.clone()).arg("AllocationId", Arg::Str(id.clone()));
            let name = called_by_id(cx, &addresses::INFO, id, &mut plan.needs);
            plan.steps.push(Step::new(format!("release {name}"), call));
        }
        all.push(severe(format!(
            "{} released for good: you can hardly get them back",
            count(held.len(), "address").replace("addresss", "addresses")
                + if held.len() == 1 { " is" } else { " are" }
        )));
        plan.wait = Waiter::AtOnce;
    } else {
        if !held.is_empty() {
            all.push(note("Its Elastic IP address stays allocated, and is still billed until it is released"));
        }
        plan.wait = gone;
    }
    plan.consequences = sorted(all);
    plan.cost = prices::of(cx.scope).map(|p| {
        #[expect(clippy::cast_precision_loss, reason = "a few gateways")]
        let (gateways, addresses) = (cx.targets.len() as f64, held.len() as f64);
        let gateways = p.nat_gateway().times(gateways);
        let saved = if release { gateways.plus(p.public_ipv4().times(addresses)) } else { gateways };
        Cost::saves(saved.monthly(), "")
    });
    Ok(plan)
}
