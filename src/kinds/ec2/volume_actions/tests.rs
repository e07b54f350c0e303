use super::*;
use crate::base::Fault;
use crate::kinds::action::Action;
use crate::kinds::ec2::address_actions::{ALLOCATE, ASSOCIATE, DISASSOCIATE, RELEASE};
use crate::kinds::ec2::{addresses, availability_zones, key_pair_actions, key_pairs};
use crate::kinds::testing::{Rows, row, texts, values};
use crate::model::{Confirm, Plan, Selector, Severity, Value};

const SEOUL_A: &str = "ap-northeast-2a";
const SEOUL_C: &str = "ap-northeast-2c";

fn instance_row(id: &str, name: &str, zone: &str, public: Option<&str>) -> Record {
    row(&instances::INFO, id, name, "running")
        .with(&fields::ID, Value::text(id))
        .with(&fields::ZONE, Value::text(zone))
        .with(&fields::PUBLIC_IP, Value::ip(public))
        .with(&fields::ELASTIC_IPS, Value::Empty)
        .with(&fields::KEY_NAME, Value::text("my-key"))
        .with(&fields::ROOT_DEVICE, Value::text("/dev/xvda"))
        .with(&fields::DEVICES, texts(if id == "i-1" { &["/dev/xvda", "/dev/sdf"] } else { &["/dev/xvda"] }))
        .record()
}

fn volume_row(id: &str, state: &str, at: Option<(&str, &str)>) -> Record {
    let hosts: Vec<&str> = at.iter().map(|(i, _)| *i).collect();
    row(&volumes::INFO, id, "", state)
        .with(&volumes::fields::ZONE, Value::text(SEOUL_A))
        .with(&volumes::fields::INSTANCES, texts(&hosts))
        .with(&volumes::fields::DEVICE, at.map_or(Value::Empty, |(_, d)| Value::text(d)))
        .with(&volumes::fields::MULTI_ATTACH, Value::Bool(false))
        .with(&volumes::fields::COST, Value::Float(1.6))
        .record()
}

fn account() -> Rows {
    let mut rows = Rows::default();
    let all =
        vec![instance_row("i-1", "web-1", SEOUL_A, Some("203.0.113.9")), instance_row("i-2", "web-2", SEOUL_C, None)];
    rows.complete(&instances::INFO, Selector::All, all);
    let zone = |z: &str| row(&availability_zones::INFO, z, z, "available").record();
    rows.complete(&availability_zones::INFO, Selector::All, vec![zone(SEOUL_A), zone(SEOUL_C)]);
    rows.complete(&volumes::INFO, Selector::All, vec![volume_row("vol-9", "in-use", Some(("i-1", "/dev/sdf")))]);
    rows
}

fn planned(action: &Action, what: Vec<Record>, all: &[(&str, &str)]) -> Result<Plan, Fault> {
    let rows = account();
    let targets: Vec<_> = what.into_iter().map(|r| rows.target(r.kind.0, r)).collect();
    action.planned(&rows.context(&targets), &values(all))
}

fn names(plan: &Plan) -> Vec<&'static str> {
    plan.calls().map(|c| c.op.name).collect()
}

#[test]
fn a_volume_that_is_to_be_attached_is_one_plan_of_create_wait_and_attach() {
    let p = planned(&CREATE, vec![], &[("size", "20"), ("attach", "i-1")]).expect("a plan");
    assert_eq!(names(&p), ["CreateVolume", "AttachVolume"]);
    assert!(matches!(&p.steps[0].wait, Waiter::Created { want, .. } if *want == ["available"]));
    assert_eq!(p.steps[0].call.get("AvailabilityZone"), Some(&Arg::str(SEOUL_A)), "the instance's");
    assert_eq!(p.steps[1].call.get("VolumeId"), Some(&Arg::out(0, "VolumeId")));
    assert_eq!(p.steps[1].call.get("Device"), Some(&Arg::str("/dev/sdg")), "/dev/sdf is taken");
    assert_eq!(p.confirm(), Confirm::Enter);
    assert!(p.cost.as_ref().is_some_and(|c| c.to_string().contains("$1.82 a month")), "{:?}", p.cost);
    let undo: Vec<_> = p.steps.iter().map(|s| s.undo.as_ref().expect("a way back").call.op.name).collect();
    assert_eq!(undo, ["DeleteVolume", "DetachVolume"]);
    let p = planned(&CREATE, vec![], &[]).expect("usable with its defaults");
    assert_eq!((names(&p), p.steps[0].call.get("Size")), (vec!["CreateVolume"], Some(&Arg::Int(20))));
}

#[test]
fn what_ec2_would_refuse_of_a_volume_is_said_at_its_field() {
    for (with, word) in [
        (&[("size", "0")][..], "Size: Must be from 1 to 65536"),
        (&[("size", "20"), ("zone", "ap-northeast-2z")], "Zone: ap-northeast-2z is not one of them"),
        (&[("type", "gp9")], "Type: gp9 is not one of them. Did you mean"),
        (&[("type", "io2"), ("size", "4"), ("iops", "5000")], "io2 allows 1000 per GiB: 4000 for 4 GiB"),
        (&[("type", "gp3"), ("iops", "90000")], "IOPS: Must be from 3000 to 80000"),
        (&[("type", "st1"), ("size", "20")], "Size: Must be from 125 to 16384"),
        (&[("zone", SEOUL_C), ("attach", "i-1")], "The instance is in ap-northeast-2a"),
        (&[("attach", "i-1"), ("device", "sdf/")], "not a device name"),
        (&[("attach", "i-1"), ("device", "/dev/xvdf")], "/dev/xvdf is used by another volume"),
        (&[("attach", "i-1"), ("device", "/dev/xvda")], "/dev/xvda is used by another volume"),
        (&[("snapshot", "ami-1")], "not a snapshot id"),
    ] {
        let fault = planned(&CREATE, vec![], with).expect_err(word);
        assert!(fault.message.contains(word), "{with:?}: {}", fault.message);
    }
}

#[test]
fn a_volume_is_attached_to_an_instance_of_its_zone_and_to_no_other() {
    let free = || vec![volume_row("vol-1", "available", None)];
    let p = planned(&ATTACH, free(), &[("instance", "i-1")]).expect("a plan");
    assert_eq!((names(&p), p.confirm()), (vec!["AttachVolume"], Confirm::Enter));
    let fault = planned(&ATTACH, free(), &[("instance", "i-2")]).expect_err("another zone");
    assert!(fault.message.contains("It is in ap-northeast-2c"), "{}", fault.message);
    assert!((ATTACH.available)(&volume_row("vol-9", "in-use", Some(("i-1", "/dev/sdf")))).is_err());
}

#[test]
fn detaching_says_what_a_running_instance_loses_and_a_root_volume_is_refused() {
    let p = planned(&DETACH, vec![volume_row("vol-9", "in-use", Some(("i-1", "/dev/sdf")))], &[]).expect("a plan");
    assert!(matches!(p.confirm(), Confirm::Type(_)), "web-1 runs");
    let back = p.steps[0].undo.as_ref().expect("a way back");
    assert_eq!(back.call.get("Device"), Some(&Arg::str("/dev/sdf")));
    let root = planned(&DETACH, vec![volume_row("vol-8", "in-use", Some(("i-1", "/dev/xvda")))], &[]);
    assert!(root.is_err_and(|f| f.message.contains("root volume of web-1")));
    let p = planned(&DELETE, vec![volume_row("vol-1", "available", None)], &[]).expect("a plan");
    assert!(p.destructive && p.cost.as_ref().is_some_and(|c| c.to_string().contains("Saves about $1.60")));
    assert!((DELETE.available)(&volume_row("vol-9", "in-use", Some(("i-1", "/dev/sdf")))).is_err());
}

fn address(state: crate::model::Tone, instance: Option<&str>) -> Record {
    let mut r = row(&addresses::INFO, "eipalloc-1", "", "")
        .with(&addresses::PUBLIC_IP, Value::ip(Some("198.51.100.7")))
        .with(&addresses::ASSOCIATION_ID, instance.map_or(Value::Empty, |_| Value::text("eipassoc-1")))
        .with(&addresses::INSTANCE, instance.map_or(Value::Empty, Value::text))
        .with(&addresses::SERVICE_MANAGED, Value::Empty)
        .record();
    r.state = Some((state, if instance.is_some() { "associated" } else { "unattached" }.into()));
    r
}

#[test]
fn an_address_is_allocated_with_its_cost_and_given_with_what_its_holder_loses() {
    use crate::model::Tone::{Bad, Good};
    let p = planned(&ALLOCATE, vec![], &[("name", "web")]).expect("a plan");
    assert_eq!((names(&p), p.confirm()), (vec!["AllocateAddress"], Confirm::Enter));
    let cost = |p: &Plan| p.cost.as_ref().map(ToString::to_string).unwrap_or_default();
    assert_eq!(
        cost(&p),
        "$0.005 an hour, about $3.65 a month, associated or not, until it is released (ap-northeast-2 list prices of 2024-02)"
    );
    let said = |p: &Plan| -> Vec<String> {
        p.consequences.iter().filter(|c| c.severity == Severity::Severe).map(|c| c.text.clone()).collect()
    };
    let p = planned(&ASSOCIATE, vec![address(Bad, None)], &[("instance", "i-1")]).expect("a plan");
    assert!(said(&p)[0].contains("Instance web-1 loses its public IP 203.0.113.9 for good"), "{:?}", said(&p));
    assert_eq!(p.steps[0].call.get("AllowReassociation"), Some(&Arg::Bool(false)));
    let p = planned(&ASSOCIATE, vec![address(Bad, None)], &[("instance", "i-2")]).expect("a plan");
    assert_eq!(p.confirm(), Confirm::Enter, "web-2 has none to lose");
    let p = planned(&ASSOCIATE, vec![address(Good, Some("i-1"))], &[("instance", "i-2")]).expect("a plan");
    assert!(said(&p)[0].contains("is taken from web-1"), "{:?}", said(&p));
    assert_eq!(p.steps[0].call.get("AllowReassociation"), Some(&Arg::Bool(true)));
    let p = planned(&DISASSOCIATE, vec![address(Good, Some("i-1"))], &[]).expect("a plan");
    assert!(said(&p)[0].contains("Clients no longer reach web-1 at 198.51.100.7"), "{:?}", said(&p));
    assert!(planned(&RELEASE, vec![address(Good, Some("i-1"))], &[]).is_err(), "in use");
    let p = planned(&RELEASE, vec![address(Bad, None)], &[]).expect("a plan");
    assert_eq!(p.confirm(), Confirm::Type("198.51.100.7".into()));
    assert_eq!(p.cost, None, "no price is guessed");
    let priced = |dollars: f64| {
        let row = row(&addresses::INFO, "eipalloc-2", "", "unattached").with(&addresses::COST, Value::Float(dollars));
        let row = row.with(&addresses::SERVICE_MANAGED, Value::Empty).record();
        cost(&planned(&RELEASE, vec![row], &[]).expect("a plan"))
    };
    assert_eq!(priced(0.005), "Saves about $3.65 a month (ap-northeast-2 list prices of 2024-02)");
    assert_eq!(priced(0.0), "", "one's own costs nothing");
}

#[test]
fn an_instance_gets_an_address_of_the_account_or_one_that_its_plan_allocates() {
    use crate::kinds::ec2::actions::ASSOCIATE_AN_ADDRESS;
    use crate::model::Tone::{Bad, Good};
    let plan = |rows: Vec<Record>, values_: &[(&str, &str)]| {
        let mut all = account();
        all.complete(&addresses::INFO, Selector::All, rows);
        let host = all.target(&instances::INFO, instance_row("i-1", "web-1", SEOUL_A, Some("203.0.113.9")));
        ASSOCIATE_AN_ADDRESS.planned(&all.context(&[host]), &values(values_)).expect("a plan")
    };
    // One that is idle is proposed: it is paid for already.
    let p = plan(vec![address(Bad, None)], &[]);
    assert_eq!(
        (names(&p), p.steps[0].call.get("AllocationId")),
        (vec!["AssociateAddress"], Some(&Arg::str("eipalloc-1")))
    );
    assert!(p.consequences.iter().any(|c| c.text.contains("loses its public IP 203.0.113.9 for good")));
    // None is idle: a new one is proposed. Its id is the first step's answer, and its way back releases it.
    let p = plan(vec![address(Good, Some("i-2"))], &[("name", "web")]);
    assert_eq!(names(&p), ["AllocateAddress", "AssociateAddress"]);
    assert_eq!(p.steps[1].call.get("AllocationId"), Some(&Arg::out(0, "AllocationId")));
    let back: Vec<_> =
        p.steps.iter().filter_map(|s| s.undo.as_ref()).map(|u| (u.call.op.name, u.call.uses()[0].step)).collect();
    assert_eq!(back, [("ReleaseAddress", 0), ("DisassociateAddress", 1)]);
    // Another's is taken only when it is meant, and that is said.
    let p = plan(vec![address(Good, Some("i-2"))], &[("address", "eipalloc-1")]);
    assert!(p.consequences.iter().any(|c| c.severity == Severity::Severe && c.text.contains("is taken from web-2")));
    assert_eq!(p.steps[0].call.get("AllowReassociation"), Some(&Arg::Bool(true)));
}

/// A device that was free when a plan was made may have been taken since: the instance's row is read again with the plan's own.
#[test]
fn a_plan_that_attaches_rests_on_the_instance_and_takes_the_device_that_is_free_then() {
    let at = |devices: &[&str], planned: &dyn Fn(&Rows) -> Plan| {
        let mut rows = account();
        let host = row(&instances::INFO, "i-1", "web-1", "running")
            .with(&fields::ZONE, Value::text(SEOUL_A))
            .with(&fields::DEVICES, texts(devices))
            .record();
        rows.complete(&instances::INFO, Selector::All, vec![host]);
        planned(&rows)
    };
    let create = |rows: &Rows| CREATE.planned(&rows.context(&[]), &values(&[("attach", "web-1")])).expect("a plan");
    let attach = |rows: &Rows| {
        let volume = rows.target(&volumes::INFO, volume_row("vol-1", "available", None));
        ATTACH.planned(&rows.context(&[volume]), &values(&[("instance", "i-1")])).expect("a plan")
    };
    let device = |p: &Plan| p.steps.last().and_then(|s| s.call.get("Device").cloned());
    for planned in [&create as &dyn Fn(&Rows) -> Plan, &attach] {
        let (before, later) = (at(&["/dev/xvda"], planned), at(&["/dev/xvda", "/dev/sdf"], planned));
        assert_eq!((device(&before), device(&later)), (Some(Arg::str("/dev/sdf")), Some(Arg::str("/dev/sdg"))));
        assert!(!later.same_as(&before), "it is read again");
        let host = (TableKey::all(account().scope, Kind(&instances::INFO)), RowId::from("i-1"));
        assert_eq!(before.rests_on, [host]);
    }
}

#[test]
fn a_form_asks_for_the_rows_that_can_be_chosen_and_not_for_all() {
    let rows = Rows::default();
    let volume = rows.target(&volumes::INFO, volume_row("vol-1", "available", None));
    let spec = (ATTACH.refine)(&rows.context(&[volume]), &values(&[("instance", "i-1")]));
    let asked: Vec<String> = spec.needs.iter().map(|t| format!("{:?} {:?}", t.kind, t.selector)).collect();
    assert_eq!(asked, ["instances with state=running,stopped zone=ap-northeast-2a"]);
}

#[test]
fn a_key_pair_keeps_its_private_key_in_a_file_and_its_name_is_new() {
    let p = planned(&key_pair_actions::CREATE, vec![], &[("name", "my-key")]).expect("a plan");
    assert_eq!(p.steps[0].keep, [crate::model::Keep::File { output: "KeyMaterial", path: "./my-key.pem".into() }]);
    assert!(planned(&key_pair_actions::CREATE, vec![], &[]).is_err(), "a name is wanted");
    let key = row(&key_pairs::INFO, "key-1", "my-key", "").record();
    let p = planned(&key_pair_actions::DELETE, vec![key], &[]).expect("a plan");
    assert!(p.consequences.iter().any(|c| c.text.contains("web-1 and web-2 launched with it")), "{:?}", p.consequences);
}

#[test]
fn devices_are_told_from_what_is_none() {
    for name in ["/dev/sdf", "/dev/xvdf", "xvdf", "/dev/sda1", "/dev/xvdba"] {
        assert!(is_device(name), "{name}");
    }
    for name in ["", "sdf/", "/dev/nvme0n1", "/dev/sd", "/dev/sdf0", "/dev/SDF", "/dev/sdfgh"] {
        assert!(!is_device(name), "{name}");
    }
}

/// A script says every wait between two steps in the CLI's own words.
#[test]
fn every_wait_between_two_steps_is_one_of_the_clis() {
    let p = planned(&CREATE, vec![], &[("attach", "i-1")]).expect("a plan");
    assert!(p.steps.iter().all(|s| s.wait == Waiter::AtOnce || matches!(s.wait, Waiter::Created { .. })));
    for (i, step) in p.steps.iter().enumerate() {
        for out in step.call.uses().into_iter().chain(step.wait.uses()) {
            let before = &p.steps[out.step];
            assert!(out.step <= i && before.call.op.outputs.contains(&out.output), "{out:?}");
        }
    }
}
