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
use crate::kinds::testing::{Row, Rows, row, texts};
use crate::model::{
    Call, Confirm, FormInput, FormValue, Outcome, Plan, RowEdit, RowsInput, Selector, Severity, Value, Values, Waiter,
};

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

fn said(plan: &Plan, severity: Severity) -> Vec<&str> {
    plan.consequences.iter().filter(|c| c.severity == severity).map(|c| c.text.as_str()).collect()
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
fn the_only_healthy_target_is_not_stopped_by_a_bare_enter() {
    let rows = balanced(&[("i-1", "healthy"), ("i-2", "unhealthy")]);
    let p = plan(&rows, &STOP, vec![running("i-1", "web-1").record()]);
    assert_eq!(said(&p, Severity::Severe), ["web-1 is the only healthy target of web-tg"]);
    assert_eq!(p.confirm(), Confirm::Type("web-1".into()));
    for action in [&REBOOT, &TERMINATE] {
        let p = plan(&rows, action, vec![running("i-1", "web-1").record()]);
        assert!(said(&p, Severity::Severe).contains(&"web-1 is the only healthy target of web-tg"), "{}", action.name);
    }
}

#[test]
fn the_only_healthy_targets_together_are_found_too_and_typed_as_a_count() {
    let rows = balanced(&[("i-1", "healthy"), ("i-2", "healthy"), ("i-3", "draining")]);
    let two = vec![running("i-1", "web-1").record(), running("i-2", "web-2").record()];
    let p = plan(&rows, &STOP, two);
    assert_eq!(said(&p, Severity::Severe), ["web-1 and web-2 are the only healthy targets of web-tg"]);
    assert_eq!(p.confirm(), Confirm::Type("stop 2".into()));
    assert_eq!(p.title, "Stop 2 instances");
}

/// Members of an Auto Scaling group share their name: two of them once counted as one, and the plan said that one remains.
#[test]
fn the_only_healthy_targets_are_found_also_if_they_share_a_name() {
    let rows = balanced(&[("i-1", "healthy"), ("i-2", "healthy")]);
    let p = plan(&rows, &STOP, vec![running("i-1", "web").record(), running("i-2", "web").record()]);
    assert_eq!(said(&p, Severity::Severe), ["web (2 of them) are the only healthy targets of web-tg"]);
}

#[test]
fn one_of_several_healthy_targets_is_a_note_that_counts_what_remains() {
    let rows = balanced(&[("i-1", "healthy"), ("i-2", "healthy"), ("i-3", "healthy")]);
    let p = plan(&rows, &STOP, vec![running("i-1", "web-1").record()]);
    assert!(said(&p, Severity::Note).contains(&"web-1 is one of 3 healthy targets of web-tg: 2 remain"));
    assert_eq!(p.confirm(), Confirm::Enter);
}

#[test]
fn unknown_health_is_not_unhealthy_and_what_is_checked_first_is_not_failing_open() {
    let stop = |health: &[(&str, &str)]| plan(&balanced(health), &STOP, vec![running("i-1", "web-1").record()]);
    // Groups that check no health send traffic to all of their targets.
    let p = stop(&[("i-1", "unavailable"), ("i-2", "unavailable")]);
    let one = "web-1 is one of 2 targets of web-tg, and its health is not checked: 1 remain";
    assert!(said(&p, Severity::Note).contains(&one), "{:?}", p.consequences);
    assert_eq!(p.confirm(), Confirm::Enter);
    let p = stop(&[("i-1", "unavailable"), ("i-2", "draining"), ("i-3", "unused")]);
    assert_eq!(said(&p, Severity::Severe), ["web-1 is the only target of web-tg, and its health is not checked"]);
    let p = stop(&[("i-1", "healthy"), ("i-2", "unavailable")]);
    assert!(said(&p, Severity::Unknown)[0].contains("known to be healthy"), "{:?}", p.consequences);
    let p = stop(&[("i-1", "initial")]);
    assert!(said(&p, Severity::Note).contains(&"web-tg has no healthy target yet: web-1 is still being checked"));
    let p = stop(&[("i-1", "unhealthy"), ("i-2", "unused")]);
    assert!(said(&p, Severity::Note).contains(&"web-tg has no healthy target: it sends requests to all, web-1 too"));
    // One that gets no traffic anyway is missed by nobody.
    assert_eq!(stop(&[("i-1", "unused"), ("i-2", "unhealthy")]).consequences.len(), stop(&[]).consequences.len());
}

#[test]
fn target_health_that_was_not_asked_is_unknown_and_not_none() {
    let mut rows = unshielded();
    rows.complete(&groups::INFO, Selector::All, Vec::new());
    let p = plan(&rows, &STOP, vec![running("i-1", "web-1").record()]);
    assert_eq!(said(&p, Severity::Unknown).len(), 1, "{:?}", p.consequences);
    assert_eq!(p.needs.len(), 2, "target groups and targets");
    assert_ne!(p.confirm(), Confirm::Enter);
    // Groups are known, their targets are not.
    let mut rows = balanced(&[]);
    rows.store.forget(&crate::model::TableKey::all(rows.scope.clone(), crate::model::Kind(&targets::INFO)));
    let p = plan(&rows, &STOP, vec![running("i-1", "web-1").record()]);
    assert_eq!((said(&p, Severity::Unknown).len(), p.needs.len()), (1, 1));
    // One's own table is as good as that of all.
    let only = vec![target_row("i-1", "healthy")];
    rows.complete(&targets::INFO, Selector::Parent(TG.into()), only);
    let p = plan(&rows, &STOP, vec![running("i-1", "web-1").record()]);
    assert_eq!(said(&p, Severity::Severe), ["web-1 is the only healthy target of web-tg"]);
    assert_eq!(p.needs, []);
}

#[test]
fn target_health_that_is_denied_is_unknown_and_not_asked_for_again() {
    let mut rows = unshielded();
    let denied = Fault::new(FaultKind::Denied, "no");
    rows.complete(&groups::INFO, Selector::All, Vec::new());
    rows.table(&target_groups::INFO, Selector::All, Vec::new(), Outcome::Failed(denied));
    let p = plan(&rows, &STOP, vec![running("i-1", "web-1").record()]);
    assert!(said(&p, Severity::Unknown)[0].contains("denied"), "{:?}", p.consequences);
    assert_eq!(p.needs, []);
}

#[test]
fn an_instance_of_another_vpc_needs_no_target_health() {
    let mut rows = balanced(&[]);
    rows.store.forget(&crate::model::TableKey::all(rows.scope.clone(), crate::model::Kind(&targets::INFO)));
    let p = plan(&rows, &STOP, vec![running("i-1", "web-1").with(&fields::VPC_ID, Value::text("vpc-2")).record()]);
    assert_eq!(p.needs, []);
    assert_eq!(p.confirm(), Confirm::Enter);
}

#[test]
fn a_group_terminates_and_replaces_a_stopped_member_and_the_subject_says_so() {
    let mut rows = quiet();
    rows.complete(&groups::INFO, Selector::All, vec![group_row("my-asg", &["i-1"], &[]).record()]);
    let member = || running("i-1", "web-1").tags(&[(GROUP_TAG, "my-asg")]).record();
    let p = plan(&rows, &STOP, vec![member()]);
    assert_eq!(p.subjects[0].change, "running → terminated and replaced by group my-asg");
    assert!(said(&p, Severity::Severe)[0].starts_with("my-asg takes a stopped member for unhealthy"));
    assert!(matches!(&p.wait, Waiter::State { want, gone_is_fine: true, .. } if want.contains(&"terminated")));
    let p = plan(&rows, &TERMINATE, vec![member()]);
    assert!(said(&p, Severity::Severe).contains(&"my-asg launches 1 replacement to keep its desired capacity"));
}

#[test]
fn a_group_with_weights_replaces_units_and_an_overshoot_replaces_nothing() {
    let account = |desired: i64, members: &[&str]| {
        let ids: Vec<&str> = members.iter().filter_map(|m| m.split('=').next()).collect();
        let group = group_row("my-asg", &ids, &[])
            .with(&groups::fields::DESIRED, Value::Int(desired))
            .with(&groups::fields::COUNTED_IN, Value::text("units"))
            .with(&groups::fields::WEIGHTS, texts(&["c5.large=2", "c5.xlarge=4"]))
            .with(&groups::fields::MEMBER_UNITS, texts(members));
        let mut rows = quiet();
        rows.complete(&groups::INFO, Selector::All, vec![group.record()]);
        rows
    };
    let member = |id: &str| running(id, &format!("web-{id}")).tags(&[(GROUP_TAG, "my-asg")]).record();
    let rows = account(8, &["i-1=2", "i-2=2", "i-3=4"]);
    let p = plan(&rows, &TERMINATE, vec![member("i-3")]);
    let launches = "my-asg launches replacements of 4 units (1 or 2 instances) to keep its desired capacity";
    assert!(said(&p, Severity::Severe).contains(&launches), "{:?}", p.consequences);
    // Two members, and what the group lacks without both.
    let p = plan(&rows, &STOP, vec![member("i-1"), member("i-2")]);
    assert!(said(&p, Severity::Severe)[0].ends_with("launch replacements of 4 units (1 or 2 instances)"));
    // 10 of 8: one of 2 units can go and nothing is missing.
    let over = account(8, &["i-1=2", "i-2=4", "i-3=4"]);
    let p = plan(&over, &TERMINATE, vec![member("i-1")]);
    assert_eq!(p.subjects[0].change, "running → terminated");
    assert!(said(&p, Severity::Note).contains(&"my-asg launches no replacement: it has 8 of 8 units without web-i-1"));
    let p = plan(&over, &STOP, vec![member("i-1")]);
    assert_eq!(p.subjects[0].change, "running → terminated by group my-asg");
    assert!(matches!(&p.wait, Waiter::State { want, .. } if want.contains(&"terminated")));
    let p = plan(&over, &TERMINATE, vec![member("i-3")]);
    let launches = "my-asg launches replacements of 2 units (1 instance) to keep its desired capacity";
    assert!(said(&p, Severity::Severe).contains(&launches), "{:?}", p.consequences);
}

#[test]
fn standby_and_suspended_processes_keep_a_group_from_acting() {
    let member = || running("i-1", "web-1").tags(&[(GROUP_TAG, "my-asg")]).record();
    for process in ["HealthCheck", "ReplaceUnhealthy", "Terminate"] {
        let mut rows = quiet();
        rows.complete(&groups::INFO, Selector::All, vec![group_row("my-asg", &["i-1"], &[process]).record()]);
        let p = plan(&rows, &STOP, vec![member()]);
        assert_eq!(p.subjects[0].change, "running → stopped");
        assert_eq!(p.confirm(), Confirm::Enter, "{process}");
        assert!(said(&p, Severity::Note).iter().any(|t| t.contains(process)));
    }
    let mut rows = quiet();
    let standby = group_row("my-asg", &["i-1"], &[]).with(&groups::fields::STANDBY, texts(&["i-1"])).record();
    rows.complete(&groups::INFO, Selector::All, vec![standby]);
    assert_eq!(plan(&rows, &STOP, vec![member()]).confirm(), Confirm::Enter);
    let mut rows = quiet();
    rows.complete(&groups::INFO, Selector::All, vec![group_row("my-asg", &["i-1"], &["Launch"]).record()]);
    let p = plan(&rows, &STOP, vec![member()]);
    assert_eq!(p.subjects[0].change, "running → terminated by group my-asg");
}

#[test]
fn a_group_that_was_not_asked_is_unknown_and_a_detached_instance_is_free() {
    let mut rows = unshielded();
    rows.complete(&target_groups::INFO, Selector::All, Vec::new());
    let member = || running("i-1", "web-1").tags(&[(GROUP_TAG, "my-asg")]).record();
    let p = plan(&rows, &STOP, vec![member()]);
    assert_eq!(said(&p, Severity::Unknown).len(), 1);
    assert_eq!(p.needs.len(), 1);
    rows.complete(&groups::INFO, Selector::All, vec![group_row("my-asg", &["i-9"], &[]).record()]);
    assert_eq!(plan(&rows, &STOP, vec![member()]).confirm(), Confirm::Enter);
}

#[test]
fn a_reboot_is_severe_where_the_group_looks_at_target_health() {
    let mut rows = quiet();
    let group =
        group_row("my-asg", &["i-1"], &[]).with(&groups::fields::HEALTH_CHECK_TYPE, Value::text("EC2,ELB")).record();
    rows.complete(&groups::INFO, Selector::All, vec![group]);
    let member = running("i-1", "web-1").tags(&[(GROUP_TAG, "my-asg")]).record();
    let p = plan(&rows, &REBOOT, vec![member]);
    assert!(said(&p, Severity::Severe)[0].contains("while it reboots"));
    assert_eq!(p.steps[0].call.op.retry, crate::model::Retry::Never);
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
        said(&lost, Severity::Severe),
        ["web-1's public address 43.200.141.12 is not an Elastic IP and is lost for good"]
    );
    assert_eq!(lost.undo.and_then(|u| u.but).as_deref(), Some("43.200.141.12 will not come back"));
    assert_eq!(with(texts(&["43.200.141.12"])).confirm(), Confirm::Enter);
    assert_eq!(said(&with(Value::Unknown), Severity::Unknown).len(), 1);
}

#[test]
fn disks_go_on_costing_and_instance_store_is_lost() {
    let r = running("i-1", "db")
        .with(&fields::VOLUMES, texts(&["vol-1", "vol-2"]))
        .with(&fields::TYPE, Value::text("m5d.large"));
    let r = r.with(&fields::LIFECYCLE, Value::text("spot")).record();
    let p = plan(&quiet(), &STOP, vec![r.clone()]);
    assert_eq!(said(&p, Severity::Severe), ["what is on the instance store volumes of db (m5d.large) is lost"]);
    let notes = said(&p, Severity::Note);
    assert!(notes.iter().any(|n| n.starts_with("2 disks go on costing")), "{notes:?}");
    assert!(notes.iter().any(|n| n.contains("unless the Spot request is persistent")), "{notes:?}");
    let p = plan(&quiet(), &TERMINATE, vec![r]);
    assert!(said(&p, Severity::Note).iter().any(|n| n.contains("DeleteOnTermination")));
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
    assert!(said(&p, Severity::Note)[0].ends_with("which is not known yet") && is_asked(&p), "{:?}", p.consequences);
    rows.complete(&volumes::INFO, Selector::All, vec![disks.record()]);
    let p = plan(&rows, &TERMINATE, vec![r.clone()]);
    let notes = said(&p, Severity::Note);
    assert_eq!(notes[0], "vol-1 (8 GiB gp3) is deleted for good (DeleteOnTermination)");
    assert!(notes[1].starts_with("vol-2 (100 GiB gp3) stays and goes on costing about $8.00 a month"), "{notes:?}");
    assert!(!is_asked(&p));
    let p = plan(&rows, &STOP, vec![r.clone()]);
    assert!(said(&p, Severity::Note)[0].starts_with("2 disks go on costing about $8.64 a month"));
    let new = row(&volumes::INFO, "i-1", "", "").with(&volumes::DISKS, texts(&["vol-1 8 GiB gp4"]));
    rows.complete(&volumes::INFO, Selector::All, vec![new.with(&volumes::COST, Value::Unknown).record()]);
    let p = plan(&rows, &STOP, vec![r]);
    assert_eq!(said(&p, Severity::Note)[0], "1 disk goes on costing; the price is not known");
}

#[test]
fn what_ec2_would_refuse_is_refused_before_with_its_own_code() {
    let mut rows = quiet();
    let what = || vec![running("i-1", "web-1").record(), running("i-2", "db").record()];
    rows.complete(&protection::INFO, Selector::All, vec![shield("i-1", false, true), shield("i-2", true, false)]);
    let refused = |action| try_plan(&rows, action, what(), &Values::default()).expect_err("it is protected");
    let (stop, terminate) = (refused(&STOP), refused(&TERMINATE));
    assert_eq!([&stop.code, &terminate.code], ["OperationNotPermitted"; 2]);
    assert!(stop.message.contains("stop protection is on for web-1:"), "{stop}");
    assert!(terminate.message.contains("termination protection is on for db:"), "{terminate}");
    // Not asked is not "off", and not a reason to refuse.
    let p = plan(&Rows::default(), &TERMINATE, what());
    assert!(p.needs.iter().any(|t| t.kind.name == protection::INFO.name), "{:?}", p.needs);
    assert!(said(&p, Severity::Note).iter().any(|n| n.starts_with("termination protection is not known yet")));
}

#[test]
fn terminating_loses_an_address_for_good_too() {
    let r = running("i-1", "web-1").with(&fields::PUBLIC_IP, Value::Ip([43, 200, 141, 12].into())).record();
    let p = plan(&quiet(), &TERMINATE, vec![r]);
    assert!(said(&p, Severity::Severe)[0].ends_with("is not an Elastic IP and is lost for good"));
    // A month of 730 hours at $0.005.
    let with = running("i-1", "web-1").with(&fields::ELASTIC_IPS, texts(&["198.51.100.7", "198.51.100.8"])).record();
    let p = plan(&quiet(), &TERMINATE, vec![with]);
    let stay = "198.51.100.7 and 198.51.100.8 stay and go on costing about $3.65 a month each (us-east-1 list prices of 2026-10)";
    assert!(said(&p, Severity::Note).contains(&stay), "{:?}", p.consequences);
}

#[test]
fn force_is_severe_and_hibernate_is_offered_only_where_it_was_configured() {
    let force = Values::default().with("force", FormValue::Flag(true));
    let p = try_plan(&quiet(), &STOP, vec![running("i-1", "a").record()], &force).expect("a plan");
    assert_eq!(said(&p, Severity::Severe).len(), 1);
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
        assert!(why.ends_with('.') && why.starts_with("It is "), "{why}");
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

fn tagged(id: &str, tags: &[(&str, &str)]) -> Record {
    running(id, id).tags(tags).record()
}

/// Edits of the tags of one row: what it is to have.
fn edited(was: &[(&str, &str)], rows: &[(&str, &str)]) -> Values {
    let cells = |(k, v): &(&str, &str)| vec![ArcStr::from(*k), ArcStr::from(*v)];
    let mut edits = Vec::new();
    for tag in was.iter().filter(|(k, _)| !k.starts_with("aws:")) {
        let (key, from) = (tag.0.into(), cells(tag));
        match rows.iter().find(|(k, _)| *k == tag.0) {
            Some(now) if now == tag => {}
            Some(now) => edits.push(RowEdit::Change { key, from, to: cells(now) }),
            None => edits.push(RowEdit::Remove { key, from }),
        }
    }
    edits.extend(rows.iter().filter(|(k, _)| !was.iter().any(|(w, _)| w == k)).map(|r| RowEdit::Add(cells(r))));
    Values::default().with("tags", FormValue::Rows(edits))
}

fn tag_calls(what: Vec<Record>, values: &Values) -> Result<Vec<String>, Fault> {
    let p = try_plan(&quiet(), &TAGS, what, values)?;
    let text = |c: &Call| {
        let tags = match c.get("Tags") {
            Some(Arg::List(l)) => l
                .iter()
                .map(|t| {
                    let m = |n| t.member(n).and_then(Arg::as_str);
                    m("Value").map_or_else(
                        || m("Key").unwrap_or("?").to_string(),
                        |v| format!("{}={v}", m("Key").unwrap_or("?")),
                    )
                })
                .collect::<Vec<_>>()
                .join(","),
            _ => "?".into(),
        };
        format!("{} {} {tags}", c.op.name, c.get("Resources").map(Arg::texts).unwrap_or_default().join(","))
    };
    Ok(p.calls().map(text).collect())
}

#[test]
fn edited_tags_become_the_difference_and_nothing_else() {
    let tags = [("Name", "a"), ("Env", "dev"), ("Temp", "x"), ("aws:autoscaling:groupName", "g")];
    let was = || vec![tagged("i-1", &tags)];
    let edited = |rows: &[(&str, &str)]| edited(&tags, rows);
    let calls = tag_calls(was(), &edited(&[("Name", "a"), ("Env", "prod"), ("Team", "")]));
    assert_eq!(calls, Ok(vec!["CreateTags i-1 Env=prod,Team=".into(), "DeleteTags i-1 Temp".into()]));
    assert!(tag_calls(was(), &edited(&[("Name", "a"), ("Env", "dev"), ("Temp", "x")])).is_err(), "nothing differs");
    let p =
        try_plan(&quiet(), &TAGS, was(), &edited(&[("Name", "a"), ("Env", "prod"), ("Team", "t")])).expect("a plan");
    assert_eq!(p.subjects[0].change, "Env dev → prod, + Team=t, − Temp");
    assert_eq!(p.undo.map(|u| u.line).as_deref(), Some(r#"tags "set=Env=dev,Temp=x" "remove=Team""#));
}

fn tag_rows(what: &[Record], values: &Values) -> RowsInput {
    let rows = quiet();
    let targets: Vec<_> = what.iter().map(|r| rows.target(&INFO, r.clone())).collect();
    let spec = (TAGS.refine)(&rows.context(&targets), values);
    let FormInput::Rows(input) = &spec.fields[0].input else { unreachable!("a draft table") };
    (**input).clone()
}

#[test]
fn on_several_rows_what_any_has_is_edited_for_all_and_differences_are_shown() {
    let two = || vec![tagged("i-1", &[("Env", "dev"), ("Own", "1")]), tagged("i-2", &[("Env", "prod"), ("Team", "t")])];
    let shown: Vec<String> = tag_rows(&two(), &Values::default()).original.iter().map(|r| r.cells.join("|")).collect();
    assert_eq!(shown, ["Env||all 2: dev, prod", "Own||1 of 2: 1", "Team||1 of 2: t"]);
    let change = |key: &str, from: &[&str], to: &[&str]| {
        let cells = |c: &[&str]| c.iter().map(|c| ArcStr::from(*c)).collect::<Vec<_>>();
        let edit = RowEdit::Change { key: key.into(), from: cells(from), to: cells(to) };
        Values::default().with("tags", FormValue::Rows(vec![edit]))
    };
    // One has it already, and is left alone; what differs and is not touched stays.
    let env = change("Env", &["Env", "", "all 2: dev, prod"], &["Env", "prod", "all 2: dev, prod"]);
    assert_eq!(tag_calls(two(), &env), Ok(vec!["CreateTags i-1 Env=prod".into()]));
    let renamed = change("Env", &["Env", "", ""], &["Stage", "", ""]);
    let wrong = tag_rows(&two(), &renamed).errors;
    assert_eq!((wrong.len(), wrong[0].row, wrong[0].column), (1, 0, 0), "{wrong:?}");
    assert!(wrong[0].text.starts_with("Not all have Env with one value"), "{wrong:?}");
    let palette = Values::default()
        .with("set", FormValue::Text(r"Env=a\,b\=c,X=1".into()))
        .with("remove", FormValue::Text("Own".into()));
    let calls = tag_calls(two(), &palette);
    assert_eq!(calls, Ok(vec!["CreateTags i-1,i-2 Env=a,b=c,X=1".into(), "DeleteTags i-1 Own".into()]));
}

#[test]
fn what_somebody_else_tagged_meanwhile_is_not_taken_away() {
    let seen = [("Env", "dev"), ("Temp", "x")];
    let mine = edited(&seen, &[("Env", "prod")]);
    let now = tagged("i-1", &[("Env", "dev"), ("Temp", "x"), ("New", "1")]);
    let calls = tag_calls(vec![now], &mine);
    assert_eq!(calls, Ok(vec!["CreateTags i-1 Env=prod".into(), "DeleteTags i-1 Temp".into()]));
    let gone = tag_calls(vec![tagged("i-1", &[("Env", "prod")])], &mine);
    assert!(gone.is_err_and(|e| e.message == "No tag is different from what is there."));
}

#[test]
fn a_wrong_tag_is_said_at_its_cell() {
    let cell = |rows: &[(&str, &str)]| {
        let errors = tag_rows(&[tagged("i-1", &[("Env", "dev")])], &edited(&[("Env", "dev")], rows)).errors;
        errors.iter().map(|e| format!("{}/{} {}", e.row, e.column, e.text)).collect::<Vec<_>>()
    };
    let env = ("Env", "dev");
    assert_eq!(cell(&[env]), [""; 0]);
    assert_eq!(cell(&[env, ("aws:x", "")]), ["1/0 aws:x: keys that begin with aws: are AWS's own."]);
    assert_eq!(cell(&[env, ("", "v")]), ["1/0 A tag needs a key."]);
    assert_eq!(cell(&[env, ("a", "1"), ("a", "2")]), ["2/0 The key a is there twice."]);
    assert_eq!(cell(&[("Env", "a\tb")]), ["0/1 A tag cannot have the control character U+0009."]);
    let long = "\u{d300}".repeat(129);
    assert_eq!(cell(&[env, (&long, "")]), ["1/0 A key has at most 128 characters; this one has 129."]);
    assert_eq!(cell(&[env, (&long[3..], "")]), [""; 0], "characters, not bytes");
    let long = "v".repeat(257);
    assert_eq!(cell(&[("Env", &long)]), ["0/1 A value has at most 256 characters; this one has 257."]);
}

#[test]
fn tags_that_aws_would_refuse_are_refused_in_the_form() {
    let long = "k".repeat(129);
    let longer = "v".repeat(257);
    let bad: &[&[(&str, &str)]] = &[
        &[("aws:x", "1")],
        &[("AWS:x", "1")],
        &[("a", "1"), ("a", "2")],
        &[("", "v")],
        &[(&long, "")],
        &[("a", &longer)],
    ];
    for rows in bad {
        assert!(tag_calls(vec![tagged("i-1", &[])], &edited(&[], rows)).is_err(), "{rows:?}");
    }
    let many: Vec<(String, String)> = (0..51).map(|i| (format!("k{i}"), String::new())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert!(tag_calls(vec![tagged("i-1", &[])], &edited(&[], &many)).is_err());
    // AWS's own tags do not count.
    let mut with_aws = many[..50].to_vec();
    with_aws.push(("aws:x", "1"));
    assert!(tag_calls(vec![tagged("i-1", &[("aws:x", "1")])], &edited(&[], &many[..50])).is_ok());
    // At the limit there is no room for old and new at once: the old go first.
    let full = tagged("i-1", &with_aws);
    let mut swapped = many[1..50].to_vec();
    swapped.push(("new", ""));
    let calls = tag_calls(vec![full], &edited(&with_aws, &swapped)).expect("a plan");
    assert!(calls[0].starts_with("DeleteTags") && calls[1].starts_with("CreateTags"), "{calls:?}");
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

fn to(ty: &str) -> Values {
    Values::default().with("type", FormValue::Text(ty.into()))
}

#[test]
fn a_running_instance_is_stopped_changed_and_started_and_one_that_stands_still_only_changed() {
    let names = |p: &Plan| p.calls().map(|c| c.op.name).collect::<Vec<_>>();
    let p = try_plan(&quiet(), &CHANGE_TYPE, vec![running("i-1", "web-1").record()], &to("m5.large")).expect("a plan");
    assert_eq!(names(&p), ["StopInstances", "ModifyInstanceAttribute", "StartInstances"]);
    assert_eq!(p.subjects[0].change, "t3.micro → m5.large");
    assert!(matches!(&p.steps[0].wait, Waiter::State { want, .. } if *want == ["stopped"]));
    assert_eq!(p.steps[1].wait, Waiter::AtOnce);
    let back: Vec<_> = p.steps.iter().map(|s| s.undo.as_ref().expect("a way back").call.clone()).collect();
    assert_eq!(
        back.iter().map(|c| c.op.name).collect::<Vec<_>>(),
        ["StartInstances", "ModifyInstanceAttribute", "StopInstances"]
    );
    assert_eq!(back[1].get("InstanceType").and_then(|t| t.member("Value")), Some(&Arg::str("t3.micro")));
    assert!(matches!(p.confirm(), Confirm::Type(_)), "it is down for a while");
    let stopped = instance_row("i-1", "web-1", "stopped").record();
    let p = try_plan(&quiet(), &CHANGE_TYPE, vec![stopped], &to("m5.large")).expect("a plan");
    assert_eq!((names(&p), p.confirm()), (vec!["ModifyInstanceAttribute"], Confirm::Enter));
}

#[test]
fn a_type_that_is_none_or_is_there_already_is_said_at_the_field() {
    for (ty, why) in
        [("", "wanted"), ("t3", "no instance type"), ("t3.micro", "already"), ("t3;reboot", "no instance type")]
    {
        let fault = try_plan(&quiet(), &CHANGE_TYPE, vec![running("i-1", "web-1").record()], &to(ty)).expect_err(ty);
        assert!(fault.message.contains(why), "{ty}: {}", fault.message);
    }
    let p = try_plan(&quiet(), &CHANGE_TYPE, vec![running("i-1", "web-1").record()], &to("t4g.micro")).expect("a plan");
    assert!(said(&p, Severity::Unknown)[0].contains("another processor architecture"), "its image is not known");
    let x86 = || running("i-1", "web-1").with(&fields::ARCHITECTURE, Value::text("x86_64")).record();
    let fault = try_plan(&quiet(), &CHANGE_TYPE, vec![x86()], &to("t4g.micro")).expect_err("known");
    assert!(
        fault.message.contains("t4g.micro is arm64 by its name, and web-1 has an image for x86_64"),
        "{}",
        fault.message
    );
    // One that AWS may have added since is not refused; but nobody stops a machine for a slip of the finger unwarned.
    let p = try_plan(&quiet(), &CHANGE_TYPE, vec![x86()], &to("t3.mico")).expect("a plan");
    let warns = said(&p, Severity::Severe).iter().any(|s| s.contains("leaves them stopped. Did you mean t3.micro?"));
    assert!(warns, "{:?}", p.consequences);
    let spot = running("i-1", "a").with(&fields::LIFECYCLE, Value::text("spot")).record();
    assert!((CHANGE_TYPE.available)(&spot).is_err_and(|why| why.contains("Spot")));
}
