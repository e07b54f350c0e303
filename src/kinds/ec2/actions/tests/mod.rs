//! Plans of the actions on instances.

use std::sync::Arc;

use arcstr::ArcStr;

use super::*;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::Action;
use crate::kinds::autoscaling::auto_scaling_groups as groups;
use crate::kinds::ec2::instance_protection as protection;
use crate::kinds::ec2::instance_volumes as volumes;
use crate::kinds::ec2::instances::{INFO, fields, instance::GROUP_TAG};
use crate::kinds::elbv2::{target_groups, targets};
use crate::kinds::testing::{Row, Rows, consequences_of, row, texts};
use crate::model::{
    Call, Confirm, FormInput, FormValue, Outcome, Plan, RowEdit, RowsInput, Selector, Severity, Value, Values, Waiter,
};

mod change_type;
mod costs;
mod groups_and_targets;
mod tags;

const TG: &str = "arn:aws:elasticloadbalancing:ap-northeast-2:111122223333:targetgroup/web-tg/73e2d6bc24d8a067";

fn running(id: &str, name: &str) -> Row {
    instance_row(id, name, "running")
}

fn instance_row(id: &str, name: &str, state: &str) -> Row {
    row(&INFO, id, name, state)
        .with(&fields::ID, Value::text(id))
        .with(&fields::TYPE, Value::text("t3.micro"))
        .with(&fields::VPC_ID, Value::text("vpc-1"))
        .with(&fields::ROOT_DEVICE_TYPE, Value::text("ebs"))
        .with(&fields::LIFECYCLE, Value::text("normal"))
        .with(&fields::PUBLIC_IP, Value::Empty)
        .with(&fields::ELASTIC_IPS, Value::Empty)
        .with(&fields::VOLUMES, Value::Empty)
        .with(&fields::HIBERNATION, Value::Bool(false))
}

fn target_row(id: &str, health: &str) -> Record {
    row(&targets::INFO, &targets::row_id(TG, id, Some(80)), "", health)
        .with(&targets::ID, Value::text(id))
        .with(&targets::TARGET_GROUP_ARN, Value::text(TG))
        .with(&targets::TARGET_GROUP, Value::text("web-tg"))
        .record()
}

fn group_row(name: &str, members: &[&str], suspended: &[&str]) -> Row {
    row(&groups::INFO, name, name, "steady")
        .with(&groups::fields::INSTANCES, texts(members))
        .with(&groups::fields::SUSPENDED, texts(suspended))
        .with(&groups::fields::HEALTH_CHECK_TYPE, Value::text("EC2"))
        .with(&groups::fields::STANDBY, Value::Empty)
}

/// An account in which nothing is protected, and nothing else is known.
fn unshielded() -> Rows {
    let mut rows = Rows::default();
    rows.complete(&protection::INFO, Selector::All, ["i-1", "i-2", "i-3"].map(|id| shield(id, false, false)).into());
    rows
}

/// An account in which nothing relies on anything.
fn quiet() -> Rows {
    let mut rows = unshielded();
    rows.complete(&target_groups::INFO, Selector::All, Vec::new());
    rows.complete(&groups::INFO, Selector::All, Vec::new());
    rows
}

fn shield(id: &str, termination: bool, stop: bool) -> Record {
    row(&protection::INFO, id, "", "")
        .with(&protection::TERMINATION, Value::Bool(termination))
        .with(&protection::STOP, Value::Bool(stop))
        .record()
}

/// An account with one target group and these targets.
fn balanced(health: &[(&str, &str)]) -> Rows {
    let mut rows = quiet();
    let group = row(&target_groups::INFO, TG, "web-tg", "")
        .with(&target_groups::TARGET_TYPE, Value::text("instance"))
        .with(&target_groups::VPC_ID, Value::text("vpc-1"))
        .record();
    rows.complete(&target_groups::INFO, Selector::All, vec![group]);
    rows.complete(&targets::INFO, Selector::All, health.iter().map(|(id, h)| target_row(id, h)).collect());
    rows
}

fn try_plan(rows: &Rows, action: &Action, what: Vec<Record>, values: &Values) -> Result<Plan, Fault> {
    let targets: Vec<_> = what.into_iter().map(|r| rows.target(&INFO, r)).collect();
    action.planned(&rows.context(&targets), values)
}

fn plan(rows: &Rows, action: &Action, what: Vec<Record>) -> Plan {
    try_plan(rows, action, what, &Values::default()).expect("a plan")
}

#[test]
fn a_plain_stop_is_confirmed_by_enter_and_comes_to_rest_stopped() {
    let p = plan(&quiet(), &STOP, vec![running("i-1", "web-1").record()]);
    assert_eq!(p.confirm(), Confirm::Enter, "{:?}", p.consequences);
    assert_eq!(p.title, "Stop web-1");
    assert_eq!(p.subjects[0].change, "running → stopped");
    assert_eq!(p.needs, []);
    assert!(matches!(&p.wait, Waiter::State { want, gone_is_fine: false, .. } if *want == ["stopped"]));
    assert_eq!(p.undo.map(|u| (u.line, u.but)), Some(("start".into(), None)));
}

#[test]
fn a_public_address_that_is_not_elastic_is_lost_and_the_way_back_says_so() {
    let ip = Value::Ip([43, 200, 141, 12].into());
    let with = |elastic: Value| {
        let r =
            running("i-1", "web-1").with(&fields::PUBLIC_IP, ip.clone()).with(&fields::ELASTIC_IPS, elastic).record();
        plan(&quiet(), &STOP, vec![r])
    };
    let lost = with(Value::Empty);
    assert_eq!(
        consequences_of(&lost, Severity::Severe),
        ["Instance web-1 loses its public IP 43.200.141.12 for good: it is not an Elastic IP"]
    );
    assert_eq!(lost.undo.and_then(|u| u.but).as_deref(), Some("public IP 43.200.141.12 does not come back"));
    assert_eq!(with(texts(&["43.200.141.12"])).confirm(), Confirm::Enter);
    assert_eq!(consequences_of(&with(Value::Unknown), Severity::Unknown).len(), 1);
}

#[test]
fn disks_go_on_costing_and_instance_store_is_lost() {
    let r = running("i-1", "db")
        .with(&fields::VOLUMES, texts(&["vol-1", "vol-2"]))
        .with(&fields::TYPE, Value::text("m5d.large"));
    let r = r.with(&fields::LIFECYCLE, Value::text("spot")).record();
    let p = plan(&quiet(), &STOP, vec![r.clone()]);
    assert_eq!(
        consequences_of(&p, Severity::Severe),
        ["Data on the instance store volumes of instance db (m5d.large) is lost"]
    );
    let notes = consequences_of(&p, Severity::Note);
    assert!(notes.iter().any(|n| n.starts_with("2 disks are still billed")), "{notes:?}");
    assert!(notes.iter().any(|n| n.contains("unless its Spot request is persistent")), "{notes:?}");
    let p = plan(&quiet(), &TERMINATE, vec![r]);
    assert!(consequences_of(&p, Severity::Note).iter().any(|n| n.contains("DeleteOnTermination")));
    assert_eq!(p.confirm(), Confirm::Type("db".into()));
    assert!(p.destructive && p.undo.is_none());
}

#[test]
fn what_becomes_of_each_disk_is_said_with_what_it_goes_on_costing() {
    let r = running("i-1", "db").with(&fields::VOLUMES, texts(&["vol-1", "vol-2"])).record();
    let mut rows = quiet();
    let disks = row(&volumes::INFO, "i-1", "", "")
        .with(&volumes::DISKS, texts(&["vol-1 8 GiB gp3", "vol-2 100 GiB gp3"]))
        .with(&volumes::DELETED, texts(&["vol-1 (8 GiB gp3)"]))
        .with(&volumes::KEPT, texts(&["vol-2 (100 GiB gp3)"]))
        .with(&volumes::COST, Value::Float(8.64))
        .with(&volumes::KEPT_COST, Value::Float(8.0));
    let p = plan(&rows, &TERMINATE, vec![r.clone()]);
    let is_asked = |p: &Plan| p.needs.iter().any(|t| t.kind.name == volumes::INFO.name);
    assert!(
        consequences_of(&p, Severity::Note)[0].ends_with("(which: not known yet)") && is_asked(&p),
        "{:?}",
        p.consequences
    );
    rows.complete(&volumes::INFO, Selector::All, vec![disks.record()]);
    let p = plan(&rows, &TERMINATE, vec![r.clone()]);
    let notes = consequences_of(&p, Severity::Note);
    assert_eq!(notes[0], "Volume vol-1 (8 GiB gp3) is deleted for good (DeleteOnTermination)");
    assert!(notes[1].starts_with("Volume vol-2 (100 GiB gp3) stays and still costs about $8.00 a month"), "{notes:?}");
    assert!(!is_asked(&p));
    let p = plan(&rows, &STOP, vec![r.clone()]);
    assert!(consequences_of(&p, Severity::Note)[0].starts_with("2 disks still cost about $8.64 a month"));
    let new = row(&volumes::INFO, "i-1", "", "").with(&volumes::DISKS, texts(&["vol-1 8 GiB gp4"]));
    rows.complete(&volumes::INFO, Selector::All, vec![new.with(&volumes::COST, Value::Unknown).record()]);
    let p = plan(&rows, &STOP, vec![r]);
    assert_eq!(consequences_of(&p, Severity::Note)[0], "1 disk is still billed; the price is not known");
}

#[test]
fn what_ec2_would_refuse_is_refused_before_with_its_own_code() {
    let mut rows = quiet();
    let what = || vec![running("i-1", "web-1").record(), running("i-2", "db").record()];
    rows.complete(&protection::INFO, Selector::All, vec![shield("i-1", false, true), shield("i-2", true, false)]);
    let refused = |action| try_plan(&rows, action, what(), &Values::default()).expect_err("it is protected");
    let (stop, terminate) = (refused(&STOP), refused(&TERMINATE));
    assert_eq!([&stop.code, &terminate.code], ["OperationNotPermitted"; 2]);
    assert!(stop.message.contains("Stop protection is on for instance web-1:"), "{stop}");
    assert!(terminate.message.contains("Termination protection is on for instance db:"), "{terminate}");
    // Not asked is not "off", and not a reason to refuse.
    let p = plan(&Rows::default(), &TERMINATE, what());
    assert!(p.needs.iter().any(|t| t.kind.name == protection::INFO.name), "{:?}", p.needs);
    assert!(
        consequences_of(&p, Severity::Note).iter().any(|n| n.starts_with("Termination protection is not known yet"))
    );
}

#[test]
fn terminating_loses_an_address_for_good_too() {
    let r = running("i-1", "web-1").with(&fields::PUBLIC_IP, Value::Ip([43, 200, 141, 12].into())).record();
    let p = plan(&quiet(), &TERMINATE, vec![r]);
    assert!(consequences_of(&p, Severity::Severe)[0].ends_with("for good: it is not an Elastic IP"));
    // A month of 730 hours at $0.005.
    let with = running("i-1", "web-1").with(&fields::ELASTIC_IPS, texts(&["198.51.100.7", "198.51.100.8"])).record();
    let p = plan(&quiet(), &TERMINATE, vec![with]);
    let stay = "Elastic IPs 198.51.100.7 and 198.51.100.8 stay and still cost about $3.65 a month each (ap-northeast-2 list prices of 2024-02)";
    assert!(consequences_of(&p, Severity::Note).contains(&stay), "{:?}", p.consequences);
}

#[test]
fn force_is_severe_and_hibernate_is_offered_only_where_it_was_configured() {
    let force = Values::default().with("force", FormValue::Flag(true));
    let p = try_plan(&quiet(), &STOP, vec![running("i-1", "a").record()], &force).expect("a plan");
    assert_eq!(consequences_of(&p, Severity::Severe).len(), 1);
    assert_eq!(p.steps[0].call.get("Force").and_then(Arg::as_bool), Some(true));

    let names = |what: Vec<Record>, values: &Values| {
        let rows = quiet();
        let targets: Vec<_> = what.into_iter().map(|r| rows.target(&INFO, r)).collect();
        (STOP.refine)(&rows.context(&targets), values)
    };
    let able = || running("i-1", "a").with(&fields::HIBERNATION, Value::Bool(true)).record();
    let field_names = |s: &crate::model::FormSpec| s.fields.iter().map(|f| f.name).collect::<Vec<_>>();
    assert_eq!(field_names(&names(vec![running("i-2", "b").record()], &Values::default())), ["force"]);
    assert_eq!(field_names(&names(vec![able()], &Values::default())), ["force", "hibernate"]);
    let hibernate = Values::default().with("hibernate", FormValue::Flag(true));
    let mixed = names(vec![able(), running("i-2", "b").record()], &hibernate);
    assert!(!mixed.is_valid());
    let p = try_plan(&quiet(), &STOP, vec![able()], &hibernate).expect("a plan");
    assert_eq!(p.subjects[0].change, "running → stopped (hibernated)");
    // A value that the form does not offer is not sent.
    let p = try_plan(&quiet(), &STOP, vec![running("i-2", "b").record()], &hibernate).expect("a plan");
    assert_eq!(p.steps[0].call.get("Hibernate"), None);
}

#[test]
fn what_cannot_be_done_is_refused_with_a_sentence() {
    let at = |s: &str| instance_row("i-1", "a", s).record();
    for (action, state) in [
        (&START, "running"),
        (&START, "stopping"),
        (&STOP, "stopped"),
        (&STOP, "pending"),
        (&REBOOT, "stopped"),
        (&TERMINATE, "terminated"),
        (&TERMINATE, "shutting-down"),
    ] {
        let why = (action.available)(&at(state)).expect_err(state);
        assert!(why.ends_with('.') && why.starts_with(char::is_uppercase), "{why}");
        assert!(try_plan(&quiet(), action, vec![at(state)], &Values::default()).is_err());
    }
    let store = instance_row("i-1", "a", "running").with(&fields::ROOT_DEVICE_TYPE, Value::text("instance-store"));
    assert!((STOP.available)(&store.record()).is_err());
}

#[test]
fn many_instances_of_two_regions_go_in_calls_that_aws_takes() {
    let rows = quiet();
    let mut targets: Vec<_> =
        (0..150).map(|n| rows.target(&INFO, instance_row(&format!("i-{n}"), "", "stopped").record())).collect();
    targets[149].table.scope = crate::base::Scope::region("prod", "us-east-1");
    let p = START.planned(&rows.context(&targets), &Values::default()).expect("a plan");
    let sizes: Vec<_> = p.calls().map(|c| (c.scope.region_code().cloned(), c.subjects.len())).collect();
    let (seoul, virginia) = (Some("ap-northeast-2".into()), Some("us-east-1".into()));
    assert_eq!(sizes, [(seoul.clone(), 100), (seoul, 49), (virginia, 1)]);
    assert_eq!(p.wait.rows().len(), 2);
    assert_eq!(p.phrase, "start 150");
}

#[test]
fn a_name_that_nobody_can_type_is_confirmed_by_the_id() {
    for name in ["", "a\u{1b}[31m", " a ", "x\u{202e}y"] {
        let p = plan(&quiet(), &TERMINATE, vec![running("i-1", name).record()]);
        assert_eq!(p.confirm(), Confirm::Type("i-1".into()), "{name:?}");
    }
    let p = plan(&quiet(), &TERMINATE, vec![running("i-1", "결제-워커-07").record()]);
    assert_eq!(p.confirm(), Confirm::Type("결제-워커-07".into()));
}

#[test]
fn every_plan_calls_only_what_its_action_declares() {
    let rows = balanced(&[("i-1", "healthy")]);
    for action in [&START, &STOP, &REBOOT, &CHANGE_TYPE, &TERMINATE, &TAGS] {
        let state = if action.name == "start" { "stopped" } else { "running" };
        let r = Arc::new(instance_row("i-1", "a", state).tags(&[("T", "x")]).record());
        let values =
            Values::default().with("set", FormValue::Text("A=b".into())).with("remove", FormValue::Text("T".into()));
        let values = values.with("type", FormValue::Text("t3.small".into()));
        let p = try_plan(&rows, action, vec![(*r).clone()], &values).expect("a plan");
        assert!(!p.steps.is_empty());
        assert!(p.calls().all(|c| action.operations.iter().any(|s| s.op == *c.op)), "{}", action.name);
    }
}
