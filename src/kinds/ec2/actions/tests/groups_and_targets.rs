//! What target groups and Auto Scaling groups make of a stop.

use super::*;

#[test]
fn the_only_healthy_target_is_not_stopped_by_a_bare_enter() {
    let rows = balanced(&[("i-1", "healthy"), ("i-2", "unhealthy")]);
    let p = plan(&rows, &STOP, vec![running("i-1", "web-1").record()]);
    assert_eq!(consequences_of(&p, Severity::Severe), ["web-1 is the only healthy target of target group web-tg"]);
    assert_eq!(p.confirm(), Confirm::Type("web-1".into()));
    for action in [&REBOOT, &TERMINATE] {
        let p = plan(&rows, action, vec![running("i-1", "web-1").record()]);
        assert!(
            consequences_of(&p, Severity::Severe).contains(&"web-1 is the only healthy target of target group web-tg"),
            "{}",
            action.name
        );
    }
}

#[test]
fn the_only_healthy_targets_together_are_found_too_and_typed_as_a_count() {
    let rows = balanced(&[("i-1", "healthy"), ("i-2", "healthy"), ("i-3", "draining")]);
    let two = vec![running("i-1", "web-1").record(), running("i-2", "web-2").record()];
    let p = plan(&rows, &STOP, two);
    assert_eq!(
        consequences_of(&p, Severity::Severe),
        ["web-1 and web-2 are the only healthy targets of target group web-tg"]
    );
    assert_eq!(p.confirm(), Confirm::Type("stop 2".into()));
    assert_eq!(p.title, "Stop 2 instances");
}

/// Members of an Auto Scaling group share their name: two of them once counted as one, and the plan said that one remains.
#[test]
fn the_only_healthy_targets_are_found_also_if_they_share_a_name() {
    let rows = balanced(&[("i-1", "healthy"), ("i-2", "healthy")]);
    let p = plan(&rows, &STOP, vec![running("i-1", "web").record(), running("i-2", "web").record()]);
    assert_eq!(
        consequences_of(&p, Severity::Severe),
        ["web (2 of them) are the only healthy targets of target group web-tg"]
    );
}

#[test]
fn one_of_several_healthy_targets_is_a_note_that_counts_what_remains() {
    let rows = balanced(&[("i-1", "healthy"), ("i-2", "healthy"), ("i-3", "healthy")]);
    let p = plan(&rows, &STOP, vec![running("i-1", "web-1").record()]);
    assert!(
        consequences_of(&p, Severity::Note)
            .contains(&"web-1 is one of 3 healthy targets of target group web-tg: 2 left")
    );
    assert_eq!(p.confirm(), Confirm::Enter);
}

#[test]
fn unknown_health_is_not_unhealthy_and_what_is_checked_first_is_not_failing_open() {
    let stop = |health: &[(&str, &str)]| plan(&balanced(health), &STOP, vec![running("i-1", "web-1").record()]);
    // Groups that check no health send traffic to all of their targets.
    let p = stop(&[("i-1", "unavailable"), ("i-2", "unavailable")]);
    let one = "web-1 is one of 2 targets of target group web-tg, and its health is not checked: 1 left";
    assert!(consequences_of(&p, Severity::Note).contains(&one), "{:?}", p.consequences);
    assert_eq!(p.confirm(), Confirm::Enter);
    let p = stop(&[("i-1", "unavailable"), ("i-2", "draining"), ("i-3", "unused")]);
    assert_eq!(
        consequences_of(&p, Severity::Severe),
        ["web-1 is the only target of target group web-tg, and its health is not checked"]
    );
    let p = stop(&[("i-1", "healthy"), ("i-2", "unavailable")]);
    assert!(consequences_of(&p, Severity::Unknown)[0].contains("known to be healthy"), "{:?}", p.consequences);
    let p = stop(&[("i-1", "initial")]);
    assert!(
        consequences_of(&p, Severity::Note)
            .contains(&"Target group web-tg has no healthy target yet: web-1 is still being checked")
    );
    let p = stop(&[("i-1", "unhealthy"), ("i-2", "unused")]);
    assert!(
        consequences_of(&p, Severity::Note).contains(
            &"Target group web-tg has no healthy target, so it sends requests to all of them, web-1 included"
        )
    );
    // One that gets no traffic anyway is missed by nobody.
    assert_eq!(stop(&[("i-1", "unused"), ("i-2", "unhealthy")]).consequences.len(), stop(&[]).consequences.len());
}

#[test]
fn target_health_that_was_not_asked_is_unknown_and_not_none() {
    let mut rows = unshielded();
    rows.complete(&groups::INFO, Selector::All, Vec::new());
    let p = plan(&rows, &STOP, vec![running("i-1", "web-1").record()]);
    assert_eq!(consequences_of(&p, Severity::Unknown).len(), 1, "{:?}", p.consequences);
    assert_eq!(p.needs.len(), 2, "target groups and targets");
    assert_ne!(p.confirm(), Confirm::Enter);
    // Groups are known, their targets are not.
    let mut rows = balanced(&[]);
    rows.store.forget(&crate::model::TableKey::all(rows.scope.clone(), crate::model::Kind(&targets::INFO)));
    let p = plan(&rows, &STOP, vec![running("i-1", "web-1").record()]);
    assert_eq!((consequences_of(&p, Severity::Unknown).len(), p.needs.len()), (1, 1));
    // One's own table is as good as that of all.
    let only = vec![target_row("i-1", "healthy")];
    rows.complete(&targets::INFO, Selector::Parent(TG.into()), only);
    let p = plan(&rows, &STOP, vec![running("i-1", "web-1").record()]);
    assert_eq!(consequences_of(&p, Severity::Severe), ["web-1 is the only healthy target of target group web-tg"]);
    assert_eq!(p.needs, []);
}

#[test]
fn target_health_that_is_denied_is_unknown_and_not_asked_for_again() {
    let mut rows = unshielded();
    let denied = Fault::new(FaultKind::Denied, "no");
    rows.complete(&groups::INFO, Selector::All, Vec::new());
    rows.table(&target_groups::INFO, Selector::All, Vec::new(), Outcome::Failed(denied));
    let p = plan(&rows, &STOP, vec![running("i-1", "web-1").record()]);
    assert!(consequences_of(&p, Severity::Unknown)[0].contains("denied"), "{:?}", p.consequences);
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
    assert_eq!(p.subjects[0].change, "running → terminated and replaced by Auto Scaling group my-asg");
    assert!(
        consequences_of(&p, Severity::Severe)[0]
            .starts_with("Auto Scaling group my-asg treats a stopped instance as unhealthy")
    );
    assert!(matches!(&p.wait, Waiter::State { want, gone_is_fine: true, .. } if want.contains(&"terminated")));
    let p = plan(&rows, &TERMINATE, vec![member()]);
    assert!(
        consequences_of(&p, Severity::Severe)
            .contains(&"Auto Scaling group my-asg launches 1 replacement to keep its desired capacity")
    );
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
    let launches =
        "Auto Scaling group my-asg launches replacements worth 4 units (1 or 2 instances) to keep its desired capacity";
    assert!(consequences_of(&p, Severity::Severe).contains(&launches), "{:?}", p.consequences);
    // Two members, and what the group lacks without both.
    let p = plan(&rows, &STOP, vec![member("i-1"), member("i-2")]);
    assert!(consequences_of(&p, Severity::Severe)[0].ends_with("launch replacements worth 4 units (1 or 2 instances)"));
    // 10 of 8: one of 2 units can go and nothing is missing.
    let over = account(8, &["i-1=2", "i-2=4", "i-3=4"]);
    let p = plan(&over, &TERMINATE, vec![member("i-1")]);
    assert_eq!(p.subjects[0].change, "running → terminated");
    assert!(
        consequences_of(&p, Severity::Note)
            .contains(&"Auto Scaling group my-asg launches no replacement: it still has 8 of the 8 units desired without instance web-i-1")
    );
    let p = plan(&over, &STOP, vec![member("i-1")]);
    assert_eq!(p.subjects[0].change, "running → terminated by Auto Scaling group my-asg");
    assert!(matches!(&p.wait, Waiter::State { want, .. } if want.contains(&"terminated")));
    let p = plan(&over, &TERMINATE, vec![member("i-3")]);
    let launches =
        "Auto Scaling group my-asg launches replacements worth 2 units (1 instance) to keep its desired capacity";
    assert!(consequences_of(&p, Severity::Severe).contains(&launches), "{:?}", p.consequences);
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
        assert!(consequences_of(&p, Severity::Note).iter().any(|t| t.contains(process)));
    }
    let mut rows = quiet();
    let standby = group_row("my-asg", &["i-1"], &[]).with(&groups::fields::STANDBY, texts(&["i-1"])).record();
    rows.complete(&groups::INFO, Selector::All, vec![standby]);
    assert_eq!(plan(&rows, &STOP, vec![member()]).confirm(), Confirm::Enter);
    let mut rows = quiet();
    rows.complete(&groups::INFO, Selector::All, vec![group_row("my-asg", &["i-1"], &["Launch"]).record()]);
    let p = plan(&rows, &STOP, vec![member()]);
    assert_eq!(p.subjects[0].change, "running → terminated by Auto Scaling group my-asg");
}

#[test]
fn a_group_that_was_not_asked_is_unknown_and_a_detached_instance_is_free() {
    let mut rows = unshielded();
    rows.complete(&target_groups::INFO, Selector::All, Vec::new());
    let member = || running("i-1", "web-1").tags(&[(GROUP_TAG, "my-asg")]).record();
    let p = plan(&rows, &STOP, vec![member()]);
    assert_eq!(consequences_of(&p, Severity::Unknown).len(), 1);
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
    assert!(consequences_of(&p, Severity::Severe)[0].contains("while it reboots"));
    assert_eq!(p.steps[0].call.op.retry, crate::model::Retry::Never);
}
