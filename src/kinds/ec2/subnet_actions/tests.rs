use super::*;
use crate::base::Fault;
use crate::kinds::ec2::{availability_zones as zones, network_interfaces as eni, subnets, vpcs};
use crate::kinds::testing::{Rows, consequences, consequences_of, row, values};
use crate::model::{Arg, FormField, Plan, Record, Selector, Severity, Value, Values};

fn subnet(id: &str, name: &str, cidr: &str) -> Record {
    row(&subnets::INFO, id, name, "available")
        .with(&subnets::VPC_ID, Value::text("vpc-1"))
        .with(&subnets::CIDR, Value::range(Some(cidr)))
        .with(&subnets::PUBLIC_IP_ON_LAUNCH, Value::Bool(name == "web"))
        .record()
}

fn account() -> Rows {
    let mut rows = Rows::default();
    let vpc = row(&vpcs::INFO, "vpc-1", "shop", "available").with(&vpcs::CIDR, Value::ranges(["10.1.0.0/16"]));
    rows.complete(&vpcs::INFO, Selector::All, vec![vpc.record()]);
    let all = vec![subnet("subnet-1", "web", "10.1.0.0/24"), subnet("subnet-2", "app", "10.1.2.0/23")];
    rows.complete(&subnets::INFO, Selector::All, all);
    let zone = |name: &str| row(&zones::INFO, name, name, "available").with(&zones::NAME, Value::text(name)).record();
    rows.complete(&zones::INFO, Selector::All, vec![zone("ap-northeast-2a"), zone("ap-northeast-2c")]);
    let interface = row(&eni::INFO, "eni-1", "", "in-use")
        .with(&eni::SUBNET_ID, Value::text("subnet-1"))
        .with(&eni::INSTANCE, Value::text("i-1"));
    rows.complete(&eni::INFO, Selector::All, vec![interface.record()]);
    rows
}

fn create(with: &[(&str, &str)]) -> (Vec<FormField>, Result<Plan, Fault>) {
    let rows = account();
    let all = values(&[&[("vpc", "shop")], with].concat());
    let cx = rows.context(&[]);
    ((CREATE.refine)(&cx, &all).fields, CREATE.planned(&cx, &all))
}

fn cidr(fields: &[FormField]) -> &FormField {
    fields.iter().find(|f| f.name == "cidr").expect("a range")
}

#[test]
fn a_free_range_is_proposed_and_a_bad_one_is_named_while_it_is_typed() {
    let (fields, plan) = create(&[("name", "db")]);
    assert_eq!(cidr(&fields).value, crate::model::FormValue::Text("10.1.1.0/24".into()));
    assert!(cidr(&fields).facts.contains("251 usable (AWS keeps 5)"), "{}", cidr(&fields).facts);
    let plan = plan.expect("a plan");
    let call = &plan.steps[0].call;
    assert_eq!((call.op.name, call.get("CidrBlock")), ("CreateSubnet", Some(&Arg::str("10.1.1.0/24"))));
    assert_eq!(call.get("AvailabilityZone"), Some(&Arg::str("ap-northeast-2a")));
    for (text, says) in [
        ("10.1.3.0/24", "overlaps app, which has 10.1.2.0/23"),
        ("10.2.0.0/24", "InvalidSubnet.Range"),
        ("10.1.1.0/29", "too small"),
        ("10.1.1.5/24", "Did you mean 10.1.1.0/24?"),
    ] {
        let (fields, plan) = create(&[("cidr", text)]);
        let error = cidr(&fields).error.clone().unwrap_or_default();
        assert!(error.contains(says) && plan.is_err(), "{text}: {error}");
    }
}

#[test]
fn a_vpc_with_ipv6_gets_the_next_free_64_proposed_which_may_be_another_or_none() {
    let mut rows = account();
    let vpc = row(&vpcs::INFO, "vpc-1", "shop", "available").with(&vpcs::CIDR, Value::ranges(["10.1.0.0/16"]));
    let vpc = vpc.with(&vpcs::IPV6_CIDR, Value::ranges(["2001:db8:1:200::/56"]));
    rows.complete(&vpcs::INFO, Selector::All, vec![vpc.record()]);
    let web = row(&subnets::INFO, "subnet-1", "web", "available").with(&subnets::VPC_ID, Value::text("vpc-1"));
    let web = web.with(&subnets::CIDR, Value::range(Some("10.1.0.0/24")));
    let web = web.with(&subnets::IPV6_CIDR, Value::ranges(["2001:db8:1:200::/64"]));
    rows.complete(&subnets::INFO, Selector::All, vec![web.record()]);
    let cx = rows.context(&[]);
    let with = |six: Option<&str>| {
        let more: Vec<(&str, &str)> = six.map(|s| ("ipv6_cidr", s)).into_iter().collect();
        let all = values(&[&[("vpc", "shop")], more.as_slice()].concat());
        let field = (CREATE.refine)(&cx, &all).fields.into_iter().find(|f| f.name == "ipv6_cidr").expect("a field");
        (field, CREATE.planned(&cx, &all).map(|p| p.steps[0].call.get("Ipv6CidrBlock").cloned()))
    };
    let (field, plan) = with(None);
    assert!(field.facts.contains("2^64 addresses"), "{}", field.facts);
    assert_eq!(plan.expect("a plan"), Some(Arg::str("2001:db8:1:201::/64")));
    assert_eq!(with(Some("")).1.expect("a plan"), None, "none");
    assert_eq!(with(Some("2001:db8:1:2a0::/60")).1.expect("a plan"), Some(Arg::str("2001:db8:1:2a0::/60")));
    for (text, says) in [
        ("2001:db8:1:200::/64", "overlaps web, which has 2001:db8:1:200::/64 (InvalidSubnet.Conflict)"),
        ("2001:db8:1:300::/64", "is not in the VPC's range 2001:db8:1:200::/56 (InvalidSubnet.Range)"),
        ("2001:db8:1:210::/61", "between the sizes"),
        ("10.1.3.0/24", "a range of IPv4"),
    ] {
        let (field, plan) = with(Some(text));
        let error = field.error.unwrap_or_default();
        assert!(error.contains(says) && plan.is_err(), "{text}: {error}");
    }
    let without = (CREATE.refine)(&account().context(&[]), &values(&[("vpc", "shop")])).fields;
    assert!(without.iter().all(|f| f.name != "ipv6_cidr"), "a VPC without IPv6 has no such field");
}

#[test]
fn public_addresses_at_launch_are_a_step_of_their_own_once_the_subnet_is_there() {
    let plan = create(&[("public_ip", "yes")]).1.expect("a plan");
    let names: Vec<_> = plan.calls().map(|c| c.op.name).collect();
    assert_eq!(names, ["CreateSubnet", "ModifySubnetAttribute"]);
    assert_eq!(plan.steps[1].call.get("SubnetId"), Some(&Arg::out(0, "Subnet.SubnetId")));
    let rows = account();
    let web = || [rows.target(&subnets::INFO, subnet("subnet-1", "web", "10.1.0.0/24"))];
    let p =
        CHANGE_PUBLIC_IP.planned(&rows.context(&web()), &Values::default()).expect("off is the default where it is on");
    assert_eq!(p.subjects[0].change, "on → off");
    let on = values(&[("public_ip", "on")]);
    assert!(CHANGE_PUBLIC_IP.planned(&rows.context(&web()), &on).is_err_and(|f| f.message.contains("Nothing would")));
}

#[test]
fn what_is_in_a_subnet_keeps_ec2_from_deleting_it() {
    let rows = account();
    let delete = |id: &str, name: &str| {
        let targets = [rows.target(&subnets::INFO, subnet(id, name, "10.1.0.0/24"))];
        DELETE.planned(&rows.context(&targets), &Values::default()).expect("a plan")
    };
    let hurts = delete("subnet-1", "web");
    assert_eq!(
        consequences_of(&hurts, Severity::Severe),
        ["EC2 refuses to delete web (DependencyViolation): 1 network interface in it, of i-1"]
    );
    assert_eq!(consequences_of(&delete("subnet-2", "app"), Severity::Severe), [] as [&str; 0]);
    let unread = Rows::default();
    let targets = [unread.target(&subnets::INFO, subnet("subnet-1", "web", "10.1.0.0/24"))];
    let p = DELETE.planned(&unread.context(&targets), &Values::default()).expect("a plan");
    assert!(consequences(&p).contains("is not known (not loaded)") && !p.needs.is_empty());
}
