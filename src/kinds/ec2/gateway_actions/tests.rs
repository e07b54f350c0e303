use super::*;
use crate::base::Fault;
use crate::kinds::action::Action;
use crate::kinds::ec2::{instances, internet_gateways as igw, network_interfaces as eni};
use crate::kinds::testing::{Rows, row};
use crate::model::{Confirm, FormValue, Outcome, Plan, Record, Selector, Severity, Value, Values, Waiter};

fn gateway(id: &str, vpc: Option<&str>) -> Record {
    let state = if vpc.is_some() { "available" } else { igw::DETACHED };
    row(&igw::INFO, id, "", state).with(&igw::VPC_ID, vpc.map_or(Value::Empty, Value::text)).record()
}

fn interface(id: &str, vpc: &str, public: Option<&str>) -> Record {
    row(&eni::INFO, id, "", "in-use")
        .with(&eni::VPC_ID, Value::text(vpc))
        .with(&eni::INSTANCE, Value::text("i-1"))
        .with(&eni::PUBLIC_IP, Value::ip(public))
        .with(&eni::IPV6, Value::Empty)
        .record()
}

/// Two VPCs, of which `vpc-1` has a gateway and an instance with a public address.
fn account() -> Rows {
    let mut rows = Rows::default();
    let vpc = |id: &str, name: &str| row(&vpcs::INFO, id, name, "available").record();
    rows.complete(&vpcs::INFO, Selector::All, vec![vpc("vpc-1", "shop"), vpc("vpc-2", "lab")]);
    rows.complete(&igw::INFO, Selector::All, vec![gateway("igw-1", Some("vpc-1")), gateway("igw-2", None)]);
    let web = row(&instances::INFO, "i-1", "web-1", "running").record();
    rows.complete(&instances::INFO, Selector::All, vec![web]);
    let all = vec![interface("eni-1", "vpc-1", Some("203.0.113.9")), interface("eni-2", "vpc-2", None)];
    rows.complete(&eni::INFO, Selector::All, all);
    rows
}

fn planned(rows: &Rows, action: &Action, record: Record, vpc: &str) -> Result<Plan, Fault> {
    let targets = [rows.target(&igw::INFO, record)];
    let values = if vpc.is_empty() { vec![] } else { vec![("vpc".into(), FormValue::Text(vpc.into()))] };
    action.planned(&rows.context(&targets), &Values(values.into_iter().collect()))
}

fn says(plan: &Plan, severity: Severity, words: &str) -> bool {
    plan.consequences.iter().any(|c| c.severity == severity && c.text.contains(words))
}

#[test]
fn a_gateway_is_attached_to_the_vpc_that_has_none_and_the_way_back_detaches_it() {
    let rows = account();
    let p = planned(&rows, &ATTACH, gateway("igw-2", None), "").expect("the only free VPC is the default");
    let call = &p.steps[0].call;
    assert_eq!((call.op.name, call.get("VpcId")), ("AttachInternetGateway", Some(&Arg::str("vpc-2"))));
    let undo = p.steps[0].undo.as_ref().expect("a way back");
    assert_eq!((undo.call.op.name, &undo.call.args), ("DetachInternetGateway", &call.args));
    assert!(matches!(&p.wait, Waiter::State { want, .. } if *want == igw::ATTACHED), "{:?}", p.wait);
    assert_eq!(p.confirm(), Confirm::Enter);
    assert!(planned(&rows, &ATTACH, gateway("igw-2", None), "lab").is_ok(), "a VPC has a name too");
}

#[test]
fn what_ec2_would_refuse_of_an_attachment_is_said_before() {
    let rows = account();
    let fault = planned(&rows, &ATTACH, gateway("igw-2", None), "vpc-1").expect_err("it has one");
    assert!(fault.to_string().contains("VPC: It already has an internet gateway, igw-1"), "{fault}");
    let fault = planned(&rows, &ATTACH, gateway("igw-1", Some("vpc-1")), "vpc-2").expect_err("it is attached");
    assert!(fault.to_string().contains("Already attached to a VPC"), "{fault}");
    // Two free VPCs: none is guessed, and what is not known is said.
    let mut unread = Rows::default();
    let vpc = |id: &str| row(&vpcs::INFO, id, "", "available").record();
    unread.complete(&vpcs::INFO, Selector::All, vec![vpc("vpc-1"), vpc("vpc-2")]);
    let fault = planned(&unread, &ATTACH, gateway("igw-2", None), "").expect_err("none is chosen");
    assert!(fault.to_string().contains("Choose one"), "{fault}");
    let p = planned(&unread, &ATTACH, gateway("igw-2", None), "vpc-1").expect("it may be free");
    assert!(says(&p, Severity::Unknown, "not loaded") && p.needs.iter().any(|n| n.kind.name == igw::INFO.name));
}

#[test]
fn public_addresses_that_keep_a_gateway_are_named() {
    let mut rows = account();
    let p = planned(&rows, &DETACH, gateway("igw-1", Some("vpc-1")), "").expect("a plan all the same");
    assert!(says(&p, Severity::Severe, "in shop (DependencyViolation): 203.0.113.9 of web-1"), "{:?}", p.consequences);
    assert_ne!(p.confirm(), Confirm::Enter);
    let undo = p.steps[0].undo.as_ref().expect("a way back");
    assert_eq!((undo.call.op.name, &undo.call.args), ("AttachInternetGateway", &p.steps[0].call.args));
    // Another VPC's addresses do not count, and those of the sixth version do not keep it, but are cut off.
    let p = planned(&rows, &DETACH, gateway("igw-3", Some("vpc-2")), "").expect("a plan");
    assert!(says(&p, Severity::Note, "No public addresses are in use in lab") && p.confirm() == Confirm::Enter);
    let mut six = interface("eni-3", "vpc-2", None);
    six.values.set(eni::INFO.index_of(eni::IPV6.name).expect("a field"), Value::ips(["2001:db8::1"]));
    rows.complete(&eni::INFO, Selector::All, vec![six]);
    let p = planned(&rows, &DETACH, gateway("igw-3", Some("vpc-2")), "").expect("a plan");
    assert!(says(&p, Severity::Severe, "1 network interface with IPv6 addresses"), "{:?}", p.consequences);
    let fault = planned(&rows, &DETACH, gateway("igw-2", None), "").expect_err("nothing has it");
    assert!(fault.to_string().contains("Not attached"), "{fault}");
}

#[test]
fn interfaces_that_were_not_read_are_not_none() {
    let mut rows = Rows::default();
    let p = planned(&rows, &DETACH, gateway("igw-1", Some("vpc-1")), "").expect("a plan");
    assert!(says(&p, Severity::Unknown, "Whether vpc-1 has public addresses in use is not known (not loaded)"));
    let asked = p.needs.iter().find(|t| t.kind.name == eni::INFO.name).expect("the interfaces");
    assert!(matches!(&asked.selector, Selector::Filter(_)), "those of the VPC only: {asked:?}");
    // What the filter brings is enough, and a refusal is said.
    rows.complete(&eni::INFO, asked.selector.clone(), vec![interface("eni-1", "vpc-1", Some("203.0.113.9"))]);
    let p = planned(&rows, &DETACH, gateway("igw-1", Some("vpc-1")), "").expect("a plan");
    assert!(says(&p, Severity::Severe, "203.0.113.9 of i-1"), "{:?}", p.consequences);
    let named: Vec<_> = p.needs.iter().map(|t| t.kind.name).collect();
    assert_eq!(named, [vpcs::INFO.name, instances::INFO.name], "what names are looked up in");
    let mut denied = Rows::default();
    let fault = Fault::new(crate::base::FaultKind::Denied, "no");
    denied.table(&eni::INFO, asked.selector.clone(), vec![], Outcome::Failed(fault));
    let p = planned(&denied, &DETACH, gateway("igw-1", Some("vpc-1")), "").expect("a plan");
    assert!(says(&p, Severity::Unknown, "is not known (denied)"), "{:?}", p.consequences);
}

#[test]
fn a_new_gateway_is_attached_at_once_where_a_vpc_has_none_and_deleted_where_it_is_attached_to_none() {
    let rows = account();
    let create = |vpc: &str| {
        let values =
            Values(vec![("vpc".into(), FormValue::Text(vpc.into())), ("name".into(), FormValue::Text("door".into()))]);
        CREATE.planned(&rows.context(&[]), &values)
    };
    let p = create("lab").expect("a plan");
    let names: Vec<_> = p.calls().map(|c| c.op.name).collect();
    assert_eq!(names, ["CreateInternetGateway", "AttachInternetGateway"]);
    assert_eq!(p.steps[1].call.get("InternetGatewayId"), Some(&Arg::out(0, "InternetGateway.InternetGatewayId")));
    assert!(create("shop").is_err_and(|f| f.message.contains("already has an internet gateway, igw-1")));
    assert_eq!(create("none").map(|p| p.steps.len()), Ok(1));
    assert!(planned(&rows, &DELETE, gateway("igw-1", Some("vpc-1")), "").is_err_and(|f| f.message.contains("detach")));
    assert!(planned(&rows, &DELETE, gateway("igw-2", None), "").is_ok_and(|p| p.destructive));
}
