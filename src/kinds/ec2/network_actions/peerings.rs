//! `request-peering`, `accept`, `reject` and `delete` of peering connections, with the routes of both sides in the same plan.
//!
//! <https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html>

use std::collections::BTreeMap;
use std::time::Duration;

use arcstr::ArcStr;
use ipnet::IpNet;

use super::vpc_field;
use crate::base::text::visible;
use crate::base::{Fault, Scope, regions};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::peerings::{
    ACCEPTER_CIDR, ACCEPTER_OWNER, ACCEPTER_REGION, ACCEPTER_VPC, INFO, REQUESTER_CIDR, REQUESTER_OWNER,
    REQUESTER_REGION, REQUESTER_VPC,
};
use crate::kinds::ec2::senders::{
    ACCEPT_PEERING, CREATE_PEERING, CREATE_ROUTE, DELETE_PEERING, DELETE_ROUTE, PEERING_ID, REJECT_PEERING,
};
use crate::kinds::ec2::{route_tables, vpcs};
use crate::kinds::plan_builder::{
    Known, draft, field, form_title, label, line, live, name_tag, need, note, severe, sorted, state, subject, text_of,
    title, toggle, unknown, wait_state, whole,
};
use crate::kinds::rows_field::rows_field;
use crate::model::{
    Arg, Call, Consequence, Cost, FormField, FormSpec, FormValue, Kind, Out, Pick, Plan, Record, Step, StepUndo,
    TableKey, Value, Values, Waiter,
};
use crate::net::range::Range as _;

/// `request-peering`.
pub static REQUEST: Action = Action::on_scope(&INFO, "request-peering", "Request a peering connection", request)
    .doc(
        "Requests a peering connection to another VPC, also of another region or account, and accepts it if that is \
         yours, with routes on both sides. Ranges that overlap are refused here; AWS would let the request fail.",
    )
    .calls(&[&CREATE_PEERING, &ACCEPT_PEERING, &CREATE_ROUTE, &DELETE_ROUTE, &DELETE_PEERING])
    .form(refine);

const NAME: &str = "name";
const VPC: &str = "vpc";
const REGION: &str = "region";
const OWNER: &str = "account";
const PEER: &str = "peer";
const ACCEPT: &str = "accept";
const TABLES: &str = "route_tables";
const PEER_TABLES: &str = "peer_route_tables";
const ROUTES: &str = "routes";
/// No route table.
const NONE: &str = "none";

/// What a peering alone does not do.
const NEEDS_ROUTES: &str =
    "Traffic needs a route to the other side's ranges in both VPCs, and security groups that let it in";
/// Within this a request waits for its accepter, and one that is accepted is active.
const WITHIN: Duration = Duration::from_secs(300);

/// The same profile in another region.
fn other(scope: &Scope, region: &str) -> Scope {
    scope.profile().map_or_else(|| scope.clone(), |p| Scope::region(p.clone(), ArcStr::from(region)))
}

fn table(scope: &Scope, kind: &'static crate::model::KindInfo) -> TableKey {
    TableKey::all(scope.clone(), Kind(kind))
}

/// A VPC's ranges, as far as its row is there.
fn ranges(cx: &ActionContext<'_>, scope: &Scope, vpc: &str) -> Vec<IpNet> {
    let row = cx.store.get(&table(scope, &vpcs::INFO), vpc);
    row.into_iter().flat_map(|r| nets(r.get(&vpcs::CIDR)).into_iter().chain(nets(r.get(&vpcs::IPV6_CIDR)))).collect()
}

fn nets(value: &Value) -> Vec<IpNet> {
    value.items().iter().filter_map(|t| IpNet::read(t)).collect()
}

/// The first two ranges that have an address in common.
fn overlap(a: &[IpNet], b: &[IpNet]) -> Option<(IpNet, IpNet)> {
    let hit = |x: &IpNet, y: &IpNet| x.contains(&y.network()) || y.contains(&x.network());
    a.iter().find_map(|x| b.iter().find(|y| hit(x, y)).map(|y| (*x, *y)))
}

/// A field with route tables of a VPC, or none.
fn tables_field(
    cx: &ActionContext<'_>,
    values: &Values,
    (name, title): (&'static str, &'static str),
    (scope, vpc): (&Scope, &str),
    needs: &mut Vec<TableKey>,
) -> FormField {
    let mut pick = Pick::one_of(table(scope, &route_tables::INFO), "rtb-").or(NONE, "none");
    if !vpc.is_empty() {
        pick = pick.only(format!("vpc_id={vpc}"), "Those of the VPC.");
    }
    pick.several = true;
    let said = (name, title, "the route tables");
    rows_field(cx, values, said, (pick, NONE), "They get a route to the other side's ranges.", &|_| None, needs)
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let own_region = cx.scope.region_code().map(ToString::to_string).unwrap_or_default();
    let name = line(values, NAME, "Name", "", "The Name tag; may be empty.");
    let vpc = vpc_field(cx, values, "The VPC that requests it.", &|_| None, &mut needs);
    let mut region = line(values, REGION, "Peer region", &own_region, "The region of the other VPC.");
    let code = text_of(&region).to_string();
    if !regions::codes().any(|r| r == code) {
        region.error = Some(format!("{} is not a region.", visible(&code)));
    }
    let mut owner =
        line(values, OWNER, "Peer account", "", "The account of the other VPC, if it is not yours; 12 digits.");
    let account = text_of(&owner);
    let is_id = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    if !account.is_empty() && !is_id {
        owner.error = Some(format!("{} is not an account id, which has 12 digits.", visible(&account)));
    }
    let own = account.is_empty();
    let there = other(cx.scope, &code);
    let at = text_of(&vpc).to_string();
    let mine = ranges(cx, cx.scope, &at);
    let peer = if own {
        let there_is = peered(cx, &at, &mut needs);
        let refuse = |r: &Record| {
            if *r.id == *at {
                return Some("It is the VPC itself.".to_string());
            }
            if let Some((id, state)) = there_is.get(&*r.id) {
                return Some(format!("They have {id} already, which is {state} (VpcPeeringConnectionAlreadyExists)."));
            }
            let theirs: Vec<IpNet> = nets(r.get(&vpcs::CIDR));
            overlap(&mine, &theirs).map(|(a, b)| format!("Its range {b} overlaps {a}: the request would fail."))
        };
        let said = (PEER, "Peer VPC", "the VPCs of that region");
        let pick = Pick::one_of(table(&there, &vpcs::INFO), "vpc-");
        rows_field(cx, values, said, (pick, ""), "The VPC that it is requested of.", &refuse, &mut needs)
    } else {
        let mut peer = line(values, PEER, "Peer VPC", "", "The id of the other account's VPC: vpc-….");
        let text = text_of(&peer);
        if !text.starts_with("vpc-") {
            peer.error = Some(match text.as_str() {
                "" => "A VPC is needed.".into(),
                text => format!("{} is not the id of a VPC.", visible(text)),
            });
        }
        peer
    };
    let to = text_of(&peer).to_string();
    let mut fields = vec![name, vpc, region, owner, peer];
    if own {
        let mut accept = toggle(values, ACCEPT, "Accept it", "In the same plan, since the other VPC is yours.");
        if values.get(ACCEPT).is_none() {
            accept.value = FormValue::Flag(true);
        }
        fields.push(accept);
        fields.push(tables_field(cx, values, (TABLES, "Route tables"), (cx.scope, &at), &mut needs));
        fields.push(tables_field(cx, values, (PEER_TABLES, "Peer's tables"), (&there, &to), &mut needs));
    }
    FormSpec { title: "Request a peering connection".into(), fields, needs }
}

/// The VPCs that this one has a peering connection with, or a request for one: its id and state.
fn peered(cx: &ActionContext<'_>, vpc: &str, needs: &mut Vec<TableKey>) -> BTreeMap<String, (ArcStr, String)> {
    let all = match whole(cx.store, cx.scope, &INFO) {
        Known::Complete(all) => all,
        Known::Failed(_) => return BTreeMap::new(),
        Known::NotAsked(key) => {
            need(needs, key);
            return BTreeMap::new();
        }
    };
    let with = |r: &Record| {
        let (a, b) = (field(r, &REQUESTER_VPC)?, field(r, &ACCEPTER_VPC)?);
        let other = if a == vpc { b } else { a };
        let stands = matches!(state(r), "active" | "provisioning" | "pending-acceptance" | "initiating-request");
        (stands && (a == vpc || b == vpc)).then(|| (other.to_string(), (r.id.clone(), state(r).to_string())))
    };
    live(all).filter_map(|r| with(r)).collect()
}

fn chosen(form: &FilledForm<'_>, name: &str) -> Vec<String> {
    let text = form.text(name);
    text.split(',').map(str::trim).filter(|t| !t.is_empty() && *t != NONE).map(str::to_string).collect()
}

/// The member that has a destination.
fn to_member(to: &str) -> &'static str {
    match IpNet::read(to) {
        Some(IpNet::V4(_)) => "DestinationCidrBlock",
        Some(IpNet::V6(_)) => "DestinationIpv6CidrBlock",
        None => "DestinationPrefixListId",
    }
}

/// The steps that give tables of one side routes to the other side's ranges.
fn route_steps(cx: &ActionContext<'_>, scope: &Scope, tables: &[String], to: &[IpNet], peering: &Arg) -> Vec<Step> {
    let mut out = Vec::new();
    for id in tables {
        let name = cx.store.get(&table(scope, &route_tables::INFO), id).map_or_else(|| id.clone(), |r| label(r));
        for range in to {
            let at = |call: Call| {
                let text = range.to_string();
                call.arg("RouteTableId", Arg::str(id.as_str())).arg(to_member(&text), Arg::str(text))
            };
            let call = at(CREATE_ROUTE.call(scope.clone())).arg("VpcPeeringConnectionId", peering.clone());
            let undo =
                StepUndo::new(format!("delete the route to {range} from {name}"), at(DELETE_ROUTE.call(scope.clone())));
            out.push(Step::new(format!("route {range} over it in {name}"), call).undone_by(undo));
        }
    }
    out
}

fn becomes(scope: &Scope, want: &'static [&'static str], fail: &'static [&'static str]) -> Waiter {
    let out = Out { step: 0, output: PEERING_ID };
    Waiter::Created { out, table: table(scope, &INFO), want, fail, gone_is_fine: false, within: WITHIN }
}

fn request(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let (vpc, peer, region) = (form.text(VPC), form.text(PEER), form.text(REGION));
    let (there, owner) = (other(cx.scope, &region), form.given(OWNER));
    let name_of = |scope: &Scope, id: &str| {
        cx.store.get(&table(scope, &vpcs::INFO), id).map_or_else(|| id.to_string(), |r| label(r))
    };
    let (from, to) = (name_of(cx.scope, &vpc), name_of(&there, &peer));
    let mut plan = draft("request-peering", format!("Request a peering of {from} with {to}"), &[], Vec::new());
    let name = form.given(NAME);
    plan.phrase = name.as_deref().unwrap_or("peer").to_string();
    let same = cx.scope.region_code().is_some_and(|own| *own == region);
    let mut call = CREATE_PEERING
        .call(cx.scope.clone())
        .arg("VpcId", Arg::Str(vpc.clone()))
        .arg("PeerVpcId", Arg::Str(peer.clone()));
    if let Some(owner) = &owner {
        call = call.arg("PeerOwnerId", Arg::Str(owner.clone()));
    }
    if !same {
        call = call.arg("PeerRegion", Arg::Str(region.clone()));
    }
    if let Some(name) = &name {
        call = call.arg("TagSpecifications", name_tag("vpc-peering-connection", name));
    }
    let id = Arg::out(0, PEERING_ID);
    let undo = StepUndo::new(
        "delete the peering connection",
        DELETE_PEERING.call(cx.scope.clone()).arg("VpcPeeringConnectionId", id.clone()),
    )
    .destroys();
    let ended = &["failed", "rejected", "expired", "deleted"];
    let mut first = Step::new(format!("request the peering with {to}"), call).undone_by(undo);
    let mut all = Vec::new();
    if owner.is_none() && form.flag(ACCEPT) {
        first = first.then_wait(becomes(&there, &["pending-acceptance"], ended));
        let accept = ACCEPT_PEERING.call(there.clone()).arg("VpcPeeringConnectionId", id.clone());
        plan.steps = vec![first, Step::new("accept it", accept)];
        plan.wait = becomes(cx.scope, &["active"], ended);
    } else {
        plan.steps = vec![first];
        plan.wait = becomes(cx.scope, &["pending-acceptance", "active"], ended);
        all.push(note("It is active once the other side accepts it; the request expires after seven days"));
    }
    let (mine, theirs) = (ranges(cx, cx.scope, &vpc), ranges(cx, &there, &peer));
    let (tables, peer_tables) = (chosen(form, TABLES), chosen(form, PEER_TABLES));
    plan.steps.extend(route_steps(cx, cx.scope, &tables, &theirs, &id));
    plan.steps.extend(route_steps(cx, &there, &peer_tables, &mine, &id));
    if tables.is_empty() || peer_tables.is_empty() {
        all.push(note(NEEDS_ROUTES));
    } else {
        all.push(note("Security groups of both sides have to let the traffic in as well"));
    }
    if owner.is_some() || mine.is_empty() || theirs.is_empty() {
        all.push(unknown("Whether the ranges overlap is not known: then the request fails"));
    }
    for (scope, kind) in [(cx.scope, &vpcs::INFO), (&there, &vpcs::INFO)] {
        if let Known::NotAsked(key) = whole(cx.store, scope, kind) {
            need(&mut plan.needs, key);
        }
    }
    plan.consequences = sorted(all);
    plan.cost =
        Some(Cost::adds_unknown("Costs nothing by itself; traffic between zones and regions is billed for each GB"));
    Ok(plan)
}

/// What the two sides of a row are: region, VPC and ranges.
struct Side {
    scope: Scope,
    vpc: String,
    ranges: Vec<IpNet>,
}

fn sides(cx: &ActionContext<'_>, t: &Target) -> (Side, Side) {
    let side = |region, vpc, cidr| {
        let scope = field(&t.record, region).map_or_else(|| t.table.scope.clone(), |r| other(&t.table.scope, r));
        let vpc = field(&t.record, vpc).unwrap_or_default().to_string();
        let mut known = nets(t.record.get(cidr));
        if known.is_empty() {
            known = ranges(cx, &scope, &vpc);
        }
        Side { scope, vpc, ranges: known }
    };
    let requester = side(&REQUESTER_REGION, &REQUESTER_VPC, &REQUESTER_CIDR);
    (requester, side(&ACCEPTER_REGION, &ACCEPTER_VPC, &ACCEPTER_CIDR))
}

fn is_pending(row: &Record) -> Result<(), String> {
    match state(row) {
        "pending-acceptance" => Ok(()),
        other => Err(format!("It is {other}: only a request that waits can be accepted or rejected.")),
    }
}

/// `accept`.
pub static ACCEPT_REQUEST: Action = Action::on_rows(&INFO, "accept", "Accept", accept)
    .group(MenuGroup::State)
    .doc("Accepts a request for a peering connection, with routes on both sides if you want.")
    .calls(&[&ACCEPT_PEERING, &CREATE_ROUTE, &DELETE_ROUTE])
    .only_if(is_pending)
    .form(accept_form);

fn one_account(row: &Record) -> bool {
    field(row, &REQUESTER_OWNER) == field(row, &ACCEPTER_OWNER)
}

fn accept_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let Some(t) = cx.targets.first() else { return FormSpec::default() };
    let (requester, accepter) = sides(cx, t);
    let side = |s: &Side| (s.scope.clone(), s.vpc.clone());
    let (there, vpc) = side(&accepter);
    let mut fields = vec![tables_field(cx, values, (TABLES, "Route tables"), (&there, &vpc), &mut needs)];
    if one_account(&t.record) {
        let (there, vpc) = side(&requester);
        fields.push(tables_field(cx, values, (PEER_TABLES, "Peer's tables"), (&there, &vpc), &mut needs));
    }
    for side in [&requester, &accepter] {
        if side.ranges.is_empty()
            && let Known::NotAsked(key) = whole(cx.store, &side.scope, &vpcs::INFO)
        {
            need(&mut needs, key);
        }
    }
    FormSpec { title: form_title(cx, "Accept"), fields, needs }
}

fn accept(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let t = &cx.targets[0];
    let (requester, accepter) = sides(cx, t);
    let id = Arg::Str(t.record.id.clone());
    let subjects = vec![subject(t, "pending-acceptance → active")];
    let mut plan = draft("accept", title("Accept", &INFO, cx.targets), cx.targets, subjects);
    // It is accepted where the accepter is, from whichever side one looks at it.
    let call = ACCEPT_PEERING.call(accepter.scope.clone()).arg("VpcPeeringConnectionId", id.clone());
    plan.steps = vec![Step::new("accept it", call.on([t.record.id.clone()]))];
    plan.steps.extend(route_steps(cx, &accepter.scope, &chosen(form, TABLES), &requester.ranges, &id));
    plan.steps.extend(route_steps(cx, &requester.scope, &chosen(form, PEER_TABLES), &accepter.ranges, &id));
    let mut all = vec![note(NEEDS_ROUTES)];
    if !one_account(&t.record) {
        let who = field(&t.record, &REQUESTER_OWNER).unwrap_or("another account");
        all.push(severe(format!("The other side is account {who}: what it routes here can reach this VPC")));
    }
    plan.consequences = sorted(all);
    plan.wait = wait_state(cx.targets, &["active"], &["failed", "rejected", "expired", "deleted"], false, 5);
    Ok(plan)
}

/// `reject`.
pub static REJECT: Action = Action::on_rows(&INFO, "reject", "Reject", reject)
    .group(MenuGroup::State)
    .doc("Rejects a request for a peering connection.")
    .calls(&[&REJECT_PEERING])
    .only_if(is_pending);

fn reject(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let t = &cx.targets[0];
    let (_, accepter) = sides(cx, t);
    let subjects = vec![subject(t, "pending-acceptance → rejected")];
    let mut plan = draft("reject", title("Reject", &INFO, cx.targets), cx.targets, subjects);
    let call = REJECT_PEERING.call(accepter.scope).arg("VpcPeeringConnectionId", Arg::Str(t.record.id.clone()));
    plan.steps = vec![Step::new("reject it", call.on([t.record.id.clone()]))];
    plan.destructive = true;
    plan.consequences =
        sorted(vec![note("It cannot be accepted any more: the other side would have to request it anew")]);
    plan.wait = wait_state(cx.targets, &["rejected"], &[], true, 2);
    Ok(plan)
}

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", delete)
    .group(MenuGroup::Delete)
    .doc("Deletes a peering connection, or a request for one, with the routes of both sides over it if you want.")
    .calls(&[&DELETE_PEERING, &DELETE_ROUTE])
    .only_if(|row| match state(row) {
        "active" | "pending-acceptance" => Ok(()),
        other => Err(format!("It is {other}: only an active one, or a request that waits, can be deleted.")),
    })
    .form(|cx, values| {
        let help = "Otherwise they stay, and drop traffic (blackhole).";
        let fields = vec![toggle(values, ROUTES, "Delete its routes too", help)];
        let mut needs = Vec::new();
        for t in cx.targets {
            let (a, b) = sides(cx, t);
            for side in [a, b] {
                if let Known::NotAsked(key) = whole(cx.store, &side.scope, &route_tables::INFO) {
                    need(&mut needs, key);
                }
            }
        }
        FormSpec { title: form_title(cx, "Delete"), fields, needs }
    });

/// A route that leads over it: its table, what that is called, and where to.
type Over = (ArcStr, String, String);

/// The routes of a region that lead over it.
fn routes_over(cx: &ActionContext<'_>, scope: &Scope, id: &str) -> Result<Vec<Over>, Consequence> {
    match whole(cx.store, scope, &route_tables::INFO) {
        Known::Complete(all) => {
            let of = |r: &Record| -> Vec<Over> {
                let routes = r.get(&route_tables::ROUTES).items();
                let over = routes.iter().filter_map(|route| {
                    let mut words = route.split(' ');
                    let to = words.next()?;
                    (words.next()? == id).then(|| (r.id.clone(), label(r), to.to_string()))
                });
                over.collect()
            };
            Ok(live(all).flat_map(|r| of(r)).collect())
        }
        Known::Failed(word) => Err(unknown(format!("Whether routes lead over it is not known ({word})"))),
        Known::NotAsked(_) => Err(unknown("Whether routes lead over it is not known (not loaded)")),
    }
}

fn delete(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let t = &cx.targets[0];
    let (requester, accepter) = sides(cx, t);
    let subjects = vec![subject(t, format!("{} → deleted", state(&t.record)))];
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, subjects);
    let mut scopes = vec![requester.scope.clone()];
    if accepter.scope != requester.scope && one_account(&t.record) {
        scopes.push(accepter.scope.clone());
    }
    let mut all = Vec::new();
    for scope in &scopes {
        match routes_over(cx, scope, &t.record.id) {
            Err(not_known) => {
                need(&mut plan.needs, table(scope, &route_tables::INFO));
                all.push(not_known);
            }
            Ok(routes) if form.flag(ROUTES) => {
                for (id, name, to) in routes {
                    let call = DELETE_ROUTE.call(scope.clone()).arg("RouteTableId", Arg::Str(id));
                    let call = call.arg(to_member(&to), Arg::str(to.as_str()));
                    plan.steps.push(Step::new(format!("delete the route to {to} from {name}"), call));
                }
            }
            Ok(routes) => {
                for (_, name, to) in routes {
                    all.push(severe(format!("The route to {to} of {name} stays, and drops traffic (blackhole)")));
                }
            }
        }
    }
    // A request is its requester's to delete; an active one either side's.
    let at = if state(&t.record) == "active" { t.table.scope.clone() } else { requester.scope };
    let call = DELETE_PEERING.call(at).arg("VpcPeeringConnectionId", Arg::Str(t.record.id.clone()));
    plan.steps.push(Step::new(format!("delete {}", label(&t.record)), call.on([t.record.id.clone()])));
    all.push(note("Traffic between the two VPCs is cut off; a deleted one is still listed for a while"));
    plan.destructive = true;
    plan.consequences = sorted(all);
    plan.wait = wait_state(cx.targets, &["deleted"], &[], true, 5);
    Ok(plan)
}
