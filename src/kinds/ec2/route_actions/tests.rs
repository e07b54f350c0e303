use super::*;
use crate::base::Fault;
use crate::kinds::action::Action;
use crate::kinds::ec2::{internet_gateways as igw, route_tables as tables, routes, vpcs};
use crate::kinds::testing::{Rows, consequences, consequences_of, row, texts, values};
use crate::model::{Arg, FormInput, FormSpec, FormValue, Plan, RowEdit, Selector, Severity, Values, Waiter};

fn table(id: &str, name: &str, main: bool, subnets: &[&str], routes: &[&str]) -> Record {
    let mut associations: Vec<String> = subnets.iter().map(|s| format!("{s} rtbassoc-{s}")).collect();
    associations.extend(main.then(|| format!("main rtbassoc-{id}")));
    let default = routes.iter().find_map(|r| r.strip_prefix("0.0.0.0/0 ")).map(|v| v.split(' ').next().unwrap_or(v));
    row(&INFO, id, name, "active")
        .with(&VPC_ID, Value::text("vpc-1"))
        .with(&MAIN, Value::Bool(main))
        .with(&SUBNETS, if subnets.is_empty() { Value::Empty } else { texts(subnets) })
        .with(&tables::ASSOCIATIONS, texts(&associations.iter().map(String::as_str).collect::<Vec<_>>()))
        .with(&tables::ROUTES, texts(routes))
        .with(&tables::PROPAGATED, texts(&["192.168.0.0/16"]))
        .with(&tables::DEFAULT_ROUTE, Value::opt(default))
        .record()
}

const IGW: &str = "igw-0123456789abcdef0";
const OTHER: &str = "igw-0123456789abcdef1";
const NAT: &str = "nat-0123456789abcdef0";

fn private() -> Record {
    let routes = ["10.1.0.0/16 local", "10.9.0.0/16 pcx-1 blackhole", "192.168.0.0/16 vgw-1", "pl-1 vpce-1"];
    table("rtb-1", "private", true, &[], &routes)
}

fn public() -> Record {
    table("rtb-2", "public", false, &["subnet-1"], &["10.1.0.0/16 local", &format!("0.0.0.0/0 {IGW}")])
}

fn account() -> Rows {
    let mut rows = Rows::default();
    let vpc = row(&vpcs::INFO, "vpc-1", "shop", "available").with(&vpcs::CIDR, Value::ranges(["10.1.0.0/16"]));
    rows.complete(&vpcs::INFO, Selector::All, vec![vpc.with(&vpcs::IPV6_CIDR, Value::Empty).record()]);
    let gateway = |id: &str, name: &str, vpc: &str| {
        row(&igw::INFO, id, name, "available").with(&igw::VPC_ID, Value::text(vpc)).record()
    };
    let gateways = vec![gateway(IGW, "door", "vpc-1"), gateway(OTHER, "other", "vpc-2")];
    rows.complete(&igw::INFO, Selector::All, gateways);
    let subnet = |id: &str, name: &str| {
        row(&subnets::INFO, id, name, "available").with(&subnets::VPC_ID, Value::text("vpc-1")).record()
    };
    let all = vec![subnet("subnet-1", "web"), subnet("subnet-2", "app"), subnet("subnet-3", "db")];
    rows.complete(&subnets::INFO, Selector::All, all);
    rows.complete(&INFO, Selector::All, vec![private(), public()]);
    rows
}

fn planned(action: &Action, record: Record, values: &Values) -> Result<Plan, Fault> {
    let rows = account();
    let targets = [rows.target(record.kind.0, record)];
    action.planned(&rows.context(&targets), values)
}

fn edits(all: Vec<RowEdit>) -> Values {
    Values::default().with("routes", FormValue::Rows(all))
}

fn add(to: &str, via: &str) -> RowEdit {
    RowEdit::Add([to, via, ""].into_iter().map(ArcStr::from).collect())
}

fn cells(to: &str, via: &str, state: &str) -> Vec<ArcStr> {
    [to, via, state].into_iter().map(ArcStr::from).collect()
}

fn calls(plan: &Plan) -> Vec<&'static str> {
    plan.calls().map(|c| c.op.name).collect()
}

/// The errors at cells: column, sentence.
fn errors(all: Vec<RowEdit>) -> Vec<(usize, String)> {
    let rows = account();
    let targets = [rows.target(&INFO, private())];
    let spec: FormSpec = (EDIT.refine)(&rows.context(&targets), &edits(all));
    let FormInput::Rows(input) = &spec.fields[0].input else { panic!("a table") };
    input.errors.iter().map(|e| (e.column, e.text.clone())).collect()
}

#[test]
fn an_edit_of_routes_is_applied_in_the_fewest_calls_and_each_has_its_way_back() {
    let change = RowEdit::Change {
        key: "10.9.0.0/16".into(),
        from: cells("10.9.0.0/16", "pcx-1", "blackhole"),
        to: cells("10.9.0.0/16", NAT, "blackhole"),
    };
    let p = planned(&EDIT, private(), &edits(vec![change, add("0.0.0.0/0", "internet-gateway")])).expect("a plan");
    assert_eq!(calls(&p), ["ReplaceRoute", "CreateRoute"]);
    assert_eq!(p.steps[1].call.get("GatewayId"), Some(&Arg::str(IGW)), "the VPC's own gateway");
    assert_eq!(p.steps[0].call.get("NatGatewayId"), Some(&Arg::str(NAT)));
    let back: Vec<_> = p.steps.iter().map(|s| s.undo.as_ref().expect("a way back").call.op.name).collect();
    assert_eq!(back, ["ReplaceRoute", "DeleteRoute"]);
    assert!(p.subjects[0].change.contains("+ 0.0.0.0/0 → door"), "{}", p.subjects[0].change);
    assert!(consequences(&p).contains("they are public by 0.0.0.0/0 → door"), "{}", consequences(&p));
    let Waiter::Holds { items, .. } = &p.wait else { panic!("it waits for the row: {:?}", p.wait) };
    assert_eq!(items, &[ArcStr::from(format!("0.0.0.0/0 {IGW}"))]);
    assert!(planned(&EDIT, private(), &Values::default()).is_err_and(|f| f.message.contains("like that already")));
}

#[test]
fn whoever_loses_the_way_out_is_named() {
    let gone = RowEdit::Remove { key: "0.0.0.0/0".into(), from: cells("0.0.0.0/0", IGW, "active") };
    let p = planned(&EDIT, public(), &edits(vec![gone])).expect("a plan");
    assert_eq!(consequences_of(&p, Severity::Severe), ["subnet web: no more way out by door (0.0.0.0/0)"]);
    let six = RowEdit::Change {
        key: "0.0.0.0/0".into(),
        from: cells("0.0.0.0/0", IGW, "active"),
        to: cells("0.0.0.0/0", NAT, "active"),
    };
    let p = planned(&EDIT, public(), &edits(vec![six])).expect("a plan");
    assert!(consequences(&p).contains("they are no longer public"), "{}", consequences(&p));
}

#[test]
fn what_ec2_would_refuse_of_a_route_is_said_at_its_cell() {
    for (to, via, column, says) in [
        ("10.0.0.0/33", NAT, 0, "/33"),
        ("10.1.0.0/16", NAT, 0, "already"),
        ("10.1.2.0/24", IGW, 0, "lies in the VPC's own range"),
        ("10.9.0.0/16", NAT, 0, "RouteAlreadyExists"),
        ("0.0.0.0/0", "eigw-0123456789abcdef0", 1, "IPv6 alone"),
        ("0.0.0.0/0", "igw-12", 1, "is no id"),
        ("0.0.0.0/0", OTHER, 1, "not attached to this VPC"),
        ("0.0.0.0/0", "dor", 1, "Did you mean door?"),
        ("0.0.0.0/0", "local", 1, "every table has that route"),
        ("0.0.0.0/0", "", 1, "What it leads to"),
    ] {
        let found = errors(vec![add(to, via)]);
        assert!(found.iter().any(|(c, text)| *c == column && text.contains(says)), "{to} {via}: {found:?}");
    }
    for (key, via, says) in [
        ("10.1.0.0/16", "local", "local route"),
        ("192.168.0.0/16", "vgw-1", "propagated"),
        ("pl-1", "vpce-1", "gateway endpoint"),
    ] {
        let found = errors(vec![RowEdit::Remove { key: key.into(), from: cells(key, via, "active") }]);
        assert!(found.iter().any(|(_, text)| text.contains(says)), "{key}: {found:?}");
    }
    assert_eq!(errors(vec![add("::/0", "door")]), []);
}

#[test]
fn what_somebody_else_changed_meanwhile_is_said_and_kept() {
    let rows = account();
    // The user saw a route to a peering; meanwhile it leads to another, and a third one came.
    let routes = ["10.1.0.0/16 local", "10.9.0.0/16 pcx-2", "10.8.0.0/16 pcx-3"];
    let targets = [rows.target(&INFO, table("rtb-1", "private", true, &[], &routes))];
    let mine = RowEdit::Change {
        key: "10.9.0.0/16".into(),
        from: cells("10.9.0.0/16", "pcx-1", "active"),
        to: cells("10.9.0.0/16", NAT, "active"),
    };
    let merged = crate::model::draft::merge(
        &[crate::model::TableRow { key: "10.9.0.0/16".into(), cells: cells("10.9.0.0/16", "pcx-2", "active") }],
        std::slice::from_ref(&mine),
    );
    let said = merged[0].conflict.as_deref().unwrap_or_default();
    assert_eq!(said, "This row changed meanwhile, from 10.9.0.0/16 pcx-1 active to 10.9.0.0/16 pcx-2 active.");
    let p = EDIT.planned(&rows.context(&targets), &edits(vec![mine])).expect("a plan");
    assert_eq!(calls(&p), ["ReplaceRoute"], "the third one stays");
    let undo = p.steps[0].undo.as_ref().expect("a way back");
    assert_eq!(undo.call.get("VpcPeeringConnectionId"), Some(&Arg::str("pcx-2")), "back to what it is now");
}

#[test]
fn subnets_get_the_table_whatever_they_used_before() {
    let p = planned(&ASSOCIATE, private(), &values(&[("subnets", "web,subnet-2")])).expect("a plan");
    assert_eq!(calls(&p), ["ReplaceRouteTableAssociation", "AssociateRouteTable"]);
    assert_eq!(p.steps[0].call.get("AssociationId"), Some(&Arg::str("rtbassoc-subnet-1")));
    let undo = p.steps[0].undo.as_ref().expect("a way back");
    assert_eq!(undo.call.get("AssociationId"), Some(&Arg::out(0, "NewAssociationId")));
    assert_eq!(undo.call.get("RouteTableId"), Some(&Arg::str("rtb-2")));
    assert!(
        consequences(&p).contains("web: 0.0.0.0/0 goes to nowhere (private) instead of igw-"),
        "{}",
        consequences(&p)
    );
    let p = planned(&DISASSOCIATE, public(), &Values::default()).expect("its only subnet is the default");
    assert_eq!(calls(&p), ["DisassociateRouteTable"]);
    assert!(planned(&DISASSOCIATE, private(), &Values::default()).is_err_and(|f| f.message.contains("No subnet")));
    let fault = planned(&ASSOCIATE, public(), &values(&[("subnets", "web")])).expect_err("it has it");
    assert!(fault.message.contains("already"), "{fault}");
}

#[test]
fn another_table_becomes_the_main_one_and_who_follows_is_named() {
    let p = planned(&SET_MAIN, public(), &Values::default()).expect("a plan");
    assert_eq!(calls(&p), ["ReplaceRouteTableAssociation"]);
    assert_eq!(p.steps[0].call.get("AssociationId"), Some(&Arg::str("rtbassoc-rtb-1")));
    assert!(consequences(&p).starts_with("subnets app and db: 0.0.0.0/0 goes to igw-"), "{}", consequences(&p));
    assert!(planned(&SET_MAIN, private(), &Values::default()).is_err_and(|f| f.message.contains("already")));
}

#[test]
fn a_route_by_itself_is_deleted_or_led_elsewhere() {
    let route = |to: &str, via: &str, origin: &str| {
        row(&routes::INFO, &format!("rtb-2/{to}"), to, "active")
            .with(&routes::TARGET, Value::text(via))
            .with(&routes::TABLE_ID, Value::text("rtb-2"))
            .with(&routes::VPC_ID, Value::text("vpc-1"))
            .with(&routes::ORIGIN, Value::text(origin))
            .record()
    };
    let default = || route("0.0.0.0/0", IGW, "CreateRoute");
    let p = planned(&DELETE_ROUTES, default(), &Values::default()).expect("a plan");
    assert_eq!(calls(&p), ["DeleteRoute"]);
    assert!(consequences(&p).contains("subnet web: no more way out by door"), "{}", consequences(&p));
    let p = planned(&REPLACE, default(), &values(&[("target", NAT)])).expect("a plan");
    assert_eq!((calls(&p), p.steps[0].call.get("NatGatewayId")), (vec!["ReplaceRoute"], Some(&Arg::str(NAT))));
    for (bad, says) in [
        (route("10.1.0.0/16", "local", "CreateRouteTable"), "local route"),
        (route("192.168.0.0/16", "vgw-1", "EnableVgwRoutePropagation"), "EnableVgwRoutePropagation"),
        (route("pl-1", "vpce-1", "CreateRoute"), "gateway endpoint"),
    ] {
        let fault = planned(&DELETE_ROUTES, bad, &Values::default()).expect_err(says);
        assert!(fault.message.contains(says), "{fault}");
    }
    assert!(planned(&REPLACE, default(), &values(&[("target", "door")])).is_err_and(|f| f.message.contains("already")));
}

#[test]
fn a_table_is_made_in_a_vpc_and_deleted_while_nothing_uses_it() {
    let rows = account();
    let p = CREATE.planned(&rows.context(&[]), &values(&[("name", "edge"), ("vpc", "shop")])).expect("a plan");
    assert_eq!((calls(&p), p.steps[0].call.get("VpcId")), (vec!["CreateRouteTable"], Some(&Arg::str("vpc-1"))));
    assert_eq!(p.steps[0].undo.as_ref().map(|u| u.call.op.name), Some("DeleteRouteTable"));
    assert!(planned(&DELETE, private(), &Values::default()).is_err_and(|f| f.message.contains("main route table")));
    assert!(planned(&DELETE, public(), &Values::default()).is_err_and(|f| f.message.contains("disassociate")));
    let idle = table("rtb-3", "idle", false, &[], &["10.1.0.0/16 local"]);
    assert!(planned(&DELETE, idle, &Values::default()).is_ok_and(|p| p.destructive));
}
