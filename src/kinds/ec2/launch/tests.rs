use arcstr::ArcStr;

use super::*;
use crate::base::{Fault, Secret, Time};
use crate::kinds::ec2::{images, instance_types, key_pairs, security_groups, subnets, vpcs};
use crate::kinds::testing::{Rows, row, texts};
use crate::model::{
    Arg, Confirm, FormField, FormInput, FormSpec, FormValue, Plan, Record, RowEdit, Selector, Value, Values,
};

fn image(id: &str, architecture: &str, gib: i64) -> Record {
    row(&images::INFO, id, "mine", "available")
        .with(&images::ARCHITECTURE, Value::text(architecture))
        .with(&images::ROOT_SIZE, Value::Int(gib))
        .with(&images::ROOT_DEVICE, Value::text("/dev/xvda"))
        .with(&images::CREATED, Value::Time(Time::from_secs(1)))
        .with(&images::PLATFORM, Value::text("Linux/UNIX"))
        .record()
}

fn account() -> Rows {
    let mut rows = Rows::default();
    let vpc = row(&vpcs::INFO, "vpc-1", "", "available").with(&vpcs::IS_DEFAULT, Value::Bool(true)).record();
    rows.complete(&vpcs::INFO, Selector::All, vec![vpc]);
    let subnet = |id: &str, zone: &str, free: i64| {
        row(&subnets::INFO, id, "", "available")
            .with(&subnets::VPC_ID, Value::text("vpc-1"))
            .with(&subnets::ZONE, Value::text(zone))
            .with(&subnets::AVAILABLE_IPS, Value::Int(free))
            .record()
    };
    rows.complete(&subnets::INFO, Selector::All, vec![subnet("subnet-a", "r-1a", 250), subnet("subnet-b", "r-1b", 0)]);
    let group = row(&security_groups::INFO, "sg-1", "default", "")
        .with(&security_groups::VPC_ID, Value::text("vpc-1"))
        .with(&security_groups::IS_DEFAULT, Value::Bool(true))
        .record();
    rows.complete(&security_groups::INFO, Selector::All, vec![group]);
    rows.complete(&images::INFO, Selector::All, vec![image("ami-1", "x86_64", 8), image("ami-2", "arm64", 8)]);
    let ty = |name: &str, architecture: &str, zones: &[&str]| {
        row(&instance_types::INFO, name, name, "")
            .with(&instance_types::ARCHITECTURES, texts(&[architecture]))
            .with(&instance_types::ZONES, texts(zones))
            .with(&instance_types::PRICE, Value::Float(0.0104))
            .record()
    };
    let types = vec![
        ty("t3.micro", "x86_64", &["r-1a", "r-1b"]),
        ty("t4g.micro", "arm64", &["r-1a"]),
        ty("p9.huge", "x86_64", &["r-1b"]),
    ];
    rows.complete(&instance_types::INFO, Selector::All, types);
    rows.complete(&key_pairs::INFO, Selector::All, vec![row(&key_pairs::INFO, "key-1", "mine", "").record()]);
    rows
}

fn values(all: &[(&str, &str)]) -> Values {
    let value = |v: &str| if v == "yes!" { FormValue::Flag(true) } else { FormValue::Text(v.into()) };
    Values(all.iter().map(|(k, v)| ((*k).into(), value(v))).collect())
}

fn planned(values: &Values) -> Result<Plan, Fault> {
    LAUNCH.planned(&account().context(&[]), values)
}

fn spec(values: &Values) -> FormSpec {
    (LAUNCH.refine)(&account().context(&[]), values)
}

fn the<'a>(spec: &'a FormSpec, name: &str) -> &'a FormField {
    spec.fields.iter().find(|f| f.name == name).expect("a field")
}

fn calls(plan: &Plan) -> Vec<&'static str> {
    plan.calls().map(|c| c.op.name).collect()
}

#[test]
fn a_launch_with_its_defaults_is_one_call_with_the_only_key_and_the_default_group() {
    let p = planned(&values(&[("image", "ami-1")])).expect("a plan");
    assert_eq!((calls(&p), p.confirm()), (vec!["RunInstances"], Confirm::Enter));
    let call = &p.steps[0].call;
    assert_eq!(call.get("KeyName"), Some(&Arg::str("mine")));
    assert_eq!(call.get("SecurityGroupIds"), Some(&Arg::strs(["sg-1"])));
    assert_eq!(call.get("SubnetId"), None, "AWS chooses among the default subnets");
    assert_eq!(call.get("MetadataOptions"), Some(&Arg::Map(vec![("HttpTokens", Arg::str("required"))])));
    let disk = format!("{:?}", call.get("BlockDeviceMappings"));
    assert!(disk.contains("Int(8)") && disk.contains("Encrypted"), "{disk}");
    assert!(p.cost.as_ref().is_some_and(|c| c.to_string().contains("$0.013 an hour")), "{:?}", p.cost);
}

#[test]
fn a_new_key_and_a_new_group_are_steps_of_the_plan_and_go_in_reverse() {
    let p =
        planned(&values(&[("image", "ami-1"), ("purpose", "web"), ("ssh_from", "203.0.113.0/24")])).expect("a plan");
    assert_eq!(calls(&p), ["CreateKeyPair", "CreateSecurityGroup", "AuthorizeSecurityGroupIngress", "RunInstances"]);
    assert_eq!(p.steps[3].call.get("SecurityGroupIds"), Some(&Arg::List(vec![Arg::out(1, "GroupId")])));
    assert!(p.steps[3].call.get("UserData").is_some_and(|d| d.as_bytes().is_some_and(|b| b.starts_with(b"#!/bin/sh"))));
    let back: Vec<_> = p.steps.iter().map(|s| s.undo.as_ref().expect("a way back").call.op.name).collect();
    assert_eq!(back, ["DeleteKeyPair", "DeleteSecurityGroup", "RevokeSecurityGroupIngress", "TerminateInstances"]);
    assert_eq!(p.steps[0].keep.len(), 1, "its private key is kept");
    assert!(!format!("{p:?}").contains("nginx"), "user data are a secret");
}

#[test]
fn several_instances_are_one_launch_and_all_of_them_are_undone() {
    let p = planned(&values(&[("image", "ami-1"), ("count", "3"), ("name", "web")])).expect("a plan");
    let back = &p.steps[0].undo.as_ref().expect("a way back").call;
    let ids = [((0, RUN_INSTANCES.op.outputs[0].into()), ArcStr::from("i-1\ti-2\ti-3"))].into_iter().collect();
    assert_eq!(back.resolve(&ids).expect("ids").get("InstanceIds"), Some(&Arg::strs(["i-1", "i-2", "i-3"])));
}

#[test]
fn what_ec2_would_refuse_is_said_at_its_field() {
    for (given, field, says) in [
        (&[("image", "ami-1"), ("type", "t4g.micro")][..], "type", "the image's is x86_64"),
        (&[("image", "ami-1"), ("subnet", "subnet-a"), ("type", "p9.huge")], "type", "Not offered in r-1a"),
        (&[("image", "ami-1"), ("subnet", "subnet-b")], "subnet", "No free addresses"),
        (&[("image", "ami-1"), ("type", "t3.mikro")], "type", "Did you mean t3.micro?"),
        (&[("image", "ami-1"), ("count", "101")], "count", "1 to 100"),
        (&[("image", "ami-1"), ("profile", "a b")], "profile", "not a valid name of an instance profile"),
        (&[("image", "ami-1"), ("key", "new"), ("key_name", "mine")], "key_name", "InvalidKeyPair.Duplicate"),
        (&[("image", "ami-1"), ("groups", "new"), ("group_name", "default")], "group_name", "default"),
        (&[("image", "ami-1"), ("groups", "new"), ("ssh_from", "10.0.0.0/33")], "ssh_from", "/33"),
        (&[("image", "ami-1"), ("spot", "yes!"), ("max_price", "cheap")], "max_price", "not a price"),
    ] {
        let spec = spec(&values(given));
        let error = the(&spec, field).error.clone().unwrap_or_default();
        assert!(error.contains(says), "{given:?}: {error:?}");
    }
    let data = values(&[("image", "ami-1")]).with("user_data", FormValue::Secret(Secret::new("x".repeat(16_385))));
    assert!(planned(&data).is_err_and(|f| f.message.contains("16,384 B are allowed")));
}

#[test]
fn a_root_volume_is_as_large_as_its_image_and_other_disks_are_what_their_type_allows() {
    let edit = |cells: [&str; 6]| cells.map(ArcStr::from).to_vec();
    let with = |edits: Vec<RowEdit>| {
        let spec = spec(&values(&[("image", "ami-1")]).with("disk", FormValue::Rows(edits)));
        let FormInput::Rows(input) = &the(&spec, "disk").input else { panic!("a table") };
        input.errors.iter().map(|e| e.text.clone()).collect::<Vec<_>>()
    };
    let root = ["/dev/xvda", "8", "gp3", "", "yes", "yes"];
    let small = RowEdit::Change {
        key: "/dev/xvda".into(),
        from: edit(root),
        to: edit(["/dev/xvda", "4", "gp3", "", "yes", "yes"]),
    };
    assert!(with(vec![small])[0].contains("The disk in the image has 8 GiB"));
    for (cells, says) in [
        (["/dev/sdf", "20", "io2", "", "yes", "yes"], "needs a number"),
        (["/dev/sdf", "20", "gp2", "3000", "yes", "yes"], "has no such setting"),
        (["/dev/sdf", "1", "st1", "", "yes", "yes"], "from 125"),
        (["/dev/xvda", "20", "gp3", "", "yes", "yes"], "exists already"),
    ] {
        let found = with(vec![RowEdit::Add(edit(cells))]);
        assert!(found.iter().any(|e| e.contains(says)), "{cells:?}: {found:?}");
    }
    assert_eq!(with(vec![RowEdit::Add(edit(["/dev/sdf", "20", "io2", "300", "no", "no"]))]), [""; 0]);
}

#[test]
fn an_arm_image_proposes_an_arm_type_and_the_latest_of_a_family_is_asked_for_by_its_owner() {
    assert_eq!(the(&spec(&values(&[("image", "ami-2")])), "type").value, FormValue::Text("t4g.micro".into()));
    let asked = spec(&values(&[("image", "ubuntu")]));
    let needs: Vec<String> = asked.needs.iter().map(|t| format!("{:?}", t.selector)).collect();
    assert!(
        needs.iter().any(|n| n.contains("099720109477") && n.contains("ubuntu-noble-24.04-amd64-server-*")),
        "{needs:?}"
    );
    assert!(planned(&values(&[("image", "ubuntu")])).is_err_and(|f| f.message.contains("looking for the latest")));
}

#[test]
fn hibernation_says_what_it_takes_of_the_type_and_the_root_volume() {
    let mut rows = account();
    let ty = |name: &str, hibernates: bool, gib: f64| {
        row(&instance_types::INFO, name, name, "")
            .with(&instance_types::ARCHITECTURES, texts(&["x86_64"]))
            .with(&instance_types::ZONES, texts(&["r-1a"]))
            .with(&instance_types::HIBERNATION, Value::Bool(hibernates))
            .with(&instance_types::MEMORY, Value::Float(gib))
            .record()
    };
    let types = vec![
        ty("t3.micro", true, 1.0),
        ty("r5.8xlarge", true, 256.0),
        ty("c5a.large", false, 4.0),
        ty("m5.large", true, 8.0),
    ];
    rows.complete(&instance_types::INFO, Selector::All, types);
    let at = |ty: &str, more: &[(&str, &str)], disks: Option<RowEdit>| {
        let mut values = values(&[&[("image", "ami-1"), ("type", ty), ("hibernation", "yes!")], more].concat());
        if let Some(edit) = disks {
            values.set("disk", FormValue::Rows(vec![edit]));
        }
        (LAUNCH.refine)(&rows.context(&[]), &values)
    };
    let said = |spec: &FormSpec| {
        let f = the(spec, "hibernation");
        f.error.clone().unwrap_or_else(|| f.facts.clone())
    };
    let cells = |cells: [&str; 6]| cells.into_iter().map(Into::into).collect::<Vec<ArcStr>>();
    let from = ["/dev/xvda", "8", "gp3", "", "yes", "yes"];
    let disk = |to: [&str; 6]| RowEdit::Change { key: "/dev/xvda".into(), from: cells(from), to: cells(to) };
    assert_eq!(said(&at("t3.micro", &[], None)), "1 GiB of the root volume are kept for memory.");
    assert_eq!(said(&at("c5a.large", &[], None)), "c5a.large cannot hibernate: choose another type.");
    assert!(said(&at("r5.8xlarge", &[], None)).contains("less than 150 GiB of memory; this type has 256"));
    assert!(
        said(&at("m5.large", &[], None)).contains("it has 8 GiB; enlarge it in Disks"),
        "8 GiB of memory on 8 of disk"
    );
    let large = disk(["/dev/xvda", "30", "gp3", "", "yes", "yes"]);
    assert!(said(&at("m5.large", &[], Some(large.clone()))).starts_with("8 GiB of the root volume"));
    let open = disk(["/dev/xvda", "30", "gp3", "", "no", "yes"]);
    assert!(said(&at("m5.large", &[], Some(open))).contains("must be encrypted"));
    let slow = disk(["/dev/xvda", "500", "st1", "", "yes", "yes"]);
    assert!(said(&at("m5.large", &[], Some(slow))).contains("not st1"));
    assert!(said(&at("t3.micro", &[("spot", "yes!")], None)).contains("persistent request only"));
    let mut wanted = values(&[("image", "ami-1"), ("type", "m5.large"), ("hibernation", "yes!")]);
    wanted.set("disk", FormValue::Rows(vec![large]));
    let plan = LAUNCH.planned(&rows.context(&[]), &wanted).expect("a plan");
    assert_eq!(plan.steps[0].call.get("HibernationOptions"), Some(&Arg::Map(vec![("Configured", Arg::Bool(true))])));
    let without = planned(&values(&[("image", "ami-1")])).expect("a plan");
    assert_eq!(without.steps[0].call.get("HibernationOptions"), None);
}
