use super::*;
use crate::base::Fault;
use crate::kinds::action::Action;
use crate::kinds::ec2::{
    egress_only_gateways as egress, endpoints, internet_gateways as igw, nat_gateways as nat, network_acls as acls,
    network_interfaces as eni, peerings, route_tables as tables, security_groups as groups, subnets,
    vpc_attributes as attributes, vpcs,
};
use crate::kinds::testing::{Rows, consequences, row, texts, values};
use crate::model::{Arg, FormField, Plan, Record, Selector, Value};

fn vpc(id: &str, name: &str, ranges: &[&str]) -> Record {
    let associations: Vec<String> = ranges.iter().enumerate().map(|(i, r)| format!("{r} vpc-cidr-assoc-{i}")).collect();
    row(&vpcs::INFO, id, name, "available")
        .with(&vpcs::CIDR, Value::ranges(ranges.iter().copied()))
        .with(&vpcs::CIDR_ASSOCIATIONS, texts(&associations.iter().map(String::as_str).collect::<Vec<_>>()))
        .with(&vpcs::IS_DEFAULT, Value::Bool(false))
        .record()
}

pub(super) fn shop() -> Record {
    vpc("vpc-1", "shop", &["10.1.0.0/16", "10.3.0.0/16", "10.4.0.0/16"])
}

pub(super) fn group(id: &str, name: &str, rules: &[&str]) -> Record {
    row(&groups::INFO, id, name, "")
        .with(&groups::VPC_ID, Value::text("vpc-1"))
        .with(&groups::IS_DEFAULT, Value::Bool(name == "default"))
        .with(&groups::RULES, texts(rules))
        .record()
}

pub(super) fn account() -> Rows {
    let mut rows = Rows::default();
    rows.complete(&vpcs::INFO, Selector::All, vec![shop(), vpc("vpc-2", "lab", &["10.0.0.0/16"])]);
    let subnet = row(&subnets::INFO, "subnet-1", "web", "available")
        .with(&subnets::VPC_ID, Value::text("vpc-1"))
        .with(&subnets::CIDR, Value::range(Some("10.3.0.0/24")));
    rows.complete(&subnets::INFO, Selector::All, vec![subnet.record()]);
    let gateway = row(&igw::INFO, "igw-1", "door", "available").with(&igw::VPC_ID, Value::text("vpc-1")).record();
    rows.complete(&igw::INFO, Selector::All, vec![gateway]);
    let table = |id: &str, main: bool| {
        let row = row(&tables::INFO, id, "", "active").with(&tables::VPC_ID, Value::text("vpc-1"));
        row.with(&tables::MAIN, Value::Bool(main)).record()
    };
    rows.complete(&tables::INFO, Selector::All, vec![table("rtb-1", true), table("rtb-2", false)]);
    let acl = row(&acls::INFO, "acl-1", "", "").with(&acls::VPC_ID, Value::text("vpc-1"));
    rows.complete(&acls::INFO, Selector::All, vec![acl.with(&acls::IS_DEFAULT, Value::Bool(true)).record()]);
    let all =
        vec![group("sg-1", "web", &[]), group("sg-2", "db", &["in tcp 5432 from sg-1"]), group("sg-3", "default", &[])];
    rows.complete(&groups::INFO, Selector::All, all);
    for kind in [&eni::INFO, &nat::INFO, &endpoints::INFO, &peerings::INFO, &egress::INFO] {
        rows.complete(kind, Selector::All, vec![]);
    }
    let options = row(&attributes::INFO, "vpc-1", "", "")
        .with(&attributes::DNS_SUPPORT, Value::Bool(true))
        .with(&attributes::DNS_HOSTNAMES, Value::Bool(false));
    rows.complete(&attributes::INFO, Selector::All, vec![options.record()]);
    rows
}

pub(super) fn planned(rows: &Rows, action: &Action, record: Record, with: &[(&str, &str)]) -> Result<Plan, Fault> {
    let targets = [rows.target(&vpcs::INFO, record)];
    action.planned(&rows.context(&targets), &values(with))
}

pub(super) fn calls(plan: &Plan) -> Vec<&'static str> {
    plan.calls().map(|c| c.op.name).collect()
}

#[test]
fn a_new_vpc_gets_a_range_that_no_other_has() {
    let rows = account();
    let create = |with: &[(&str, &str)]| {
        let cx = rows.context(&[]);
        let fields: Vec<FormField> = (CREATE.refine)(&cx, &values(with)).fields;
        (fields, CREATE.planned(&cx, &values(with)))
    };
    let (fields, plan) = create(&[("name", "new"), ("dns_hostnames", "yes")]);
    assert!(
        fields[1].facts.starts_with("10.2.0.0 - 10.2.255.255 · 255.255.0.0 · 65536 addresses"),
        "{}",
        fields[1].facts
    );
    let plan = plan.expect("a plan");
    assert_eq!(calls(&plan), ["CreateVpc", "ModifyVpcAttribute"]);
    assert_eq!(plan.steps[0].call.get("CidrBlock"), Some(&Arg::str("10.2.0.0/16")));
    let (fields, plan) = create(&[("cidr", "10.1.0.0/20")]);
    assert!(fields[1].facts.contains("overlaps shop (10.1.0.0/16)"), "{}", fields[1].facts);
    assert!(consequences(&plan.expect("EC2 takes it")).contains("can never be peered"));
    assert!(create(&[("cidr", "10.0.0.0/8")]).1.is_err_and(|f| f.message.contains("too large")));
}

#[test]
fn dns_options_are_changed_in_the_order_that_they_need() {
    let rows = account();
    let p = planned(&rows, &CHANGE_DNS, shop(), &[("dns_hostnames", "on")]).expect("a plan");
    assert_eq!(p.steps[0].call.get("EnableDnsHostnames"), Some(&Arg::Map(vec![("Value", Arg::Bool(true))])));
    assert!(p.steps[0].undo.is_some() && p.steps.len() == 1);
    let off = [("dns_support", "off"), ("dns_hostnames", "on")];
    assert!(planned(&rows, &CHANGE_DNS, shop(), &off).is_err_and(|f| f.message.contains("need the DNS server")));
    assert!(planned(&rows, &CHANGE_DNS, shop(), &[]).is_err_and(|f| f.message.contains("Nothing would change")));
}

#[test]
fn a_further_range_fits_the_first_one_and_goes_again_while_no_subnet_has_a_part_of_it() {
    let rows = account();
    let add = |cidr: &str| planned(&rows, &ADD_CIDR, shop(), &[("cidr", cidr)]);
    let p = add("10.5.0.0/16").expect("a plan");
    assert_eq!(
        (calls(&p), p.steps[0].undo.as_ref().map(|u| u.call.op.name)),
        (vec!["AssociateVpcCidrBlock"], Some("DisassociateVpcCidrBlock"))
    );
    assert!(add("10.1.4.0/24").is_err_and(|f| f.message.contains("overlaps 10.1.0.0/16")));
    let mixed = add("172.16.0.0/16").expect("EC2 may take it");
    assert!(consequences(&mixed).contains("172.16.0.0/16 is of 172.16.0.0/12"), "{}", consequences(&mixed));
    assert!(!consequences(&add("100.64.0.0/16").expect("a plan")).contains("mix"), "it is of no private block");
    let remove = |cidr: &str| planned(&rows, &REMOVE_CIDR, shop(), &[("cidr", cidr)]);
    assert!(remove("10.1.0.0/16").is_err_and(|f| f.message.contains("primary")));
    assert!(remove("10.3.0.0/16").is_err_and(|f| f.message.contains("web has a part of it")));
    let p = remove("10.4.0.0/16").expect("a plan");
    assert_eq!(p.steps[0].call.get("AssociationId"), Some(&Arg::str("vpc-cidr-assoc-2")));
    let lab = vpc("vpc-2", "lab", &["10.0.0.0/16"]);
    assert!(planned(&rows, &REMOVE_CIDR, lab, &[]).is_err_and(|f| f.message.contains("primary range alone")));
}
