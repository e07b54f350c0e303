use super::*;
use crate::kinds::ec2::instances::fields;
use crate::kinds::testing::{Rows, row, texts};
use crate::model::{Confirm, FormInput, Selector, Severity, Value};

const TG: &str = "arn:aws:elasticloadbalancing:ap-northeast-2:111122223333:targetgroup/web-tg/73e2d6bc24d8a067";

fn group() -> Record {
    row(&target_groups::INFO, TG, "web-tg", "")
        .with(&target_groups::TARGET_TYPE, Value::text("instance"))
        .with(&target_groups::VPC_ID, Value::text("vpc-1"))
        .with(&target_groups::PORT, Value::Int(80))
        .with(&target_groups::LOAD_BALANCERS, texts(&["my-alb"]))
        .record()
}

fn target(id: &str, health: &str) -> Record {
    row(&targets::INFO, &targets::row_id(TG, id, Some(80)), "", health)
        .with(&targets::ID, Value::text(id))
        .with(&targets::PORT, Value::Int(80))
        .with(&targets::TARGET_GROUP, Value::text("web-tg"))
        .with(&targets::TARGET_GROUP_ARN, Value::text(TG))
        .record()
}

fn account(health: &[(&str, &str)]) -> Rows {
    let mut rows = Rows::default();
    let instance = |id: &str, vpc: &str, state: &str| {
        row(&instances::INFO, id, &format!("name-{id}"), state).with(&fields::VPC_ID, Value::text(vpc)).record()
    };
    let all = vec![
        instance("i-1", "vpc-1", "running"),
        instance("i-2", "vpc-1", "stopped"),
        instance("i-3", "vpc-2", "running"),
        instance("i-4", "vpc-1", "terminated"),
    ];
    rows.complete(&instances::INFO, Selector::All, all);
    let targets = health.iter().map(|(id, h)| target(id, h)).collect();
    rows.complete(&targets::INFO, Selector::Parent(TG.into()), targets);
    rows
}

fn form(rows: &Rows, values: &Values) -> FormSpec {
    let targets = vec![rows.target(&target_groups::INFO, group())];
    (REGISTER.refine)(&rows.context(&targets), values)
}

fn register_plan(rows: &Rows, values: &Values) -> Result<Plan, Fault> {
    let targets = vec![rows.target(&target_groups::INFO, group())];
    REGISTER.planned(&rows.context(&targets), values)
}

fn text(s: &str) -> FormValue {
    FormValue::Text(s.into())
}

#[test]
fn only_instances_of_the_groups_vpc_that_live_can_be_chosen_and_registered_ones_are_dim() {
    let spec = form(&account(&[("i-1", "healthy")]), &Values::default());
    let FormInput::Pick(pick) = &spec.fields[0].input else { unreachable!("rows") };
    assert_eq!(pick.only, "!state=terminated,shutting-down vpc_id=vpc-1");
    assert_eq!(pick.refused, [("i-1".into(), "Already registered.".to_string())]);
    assert_eq!(spec.fields[0].error.as_deref(), Some("Choose one."));
    let by_name = form(&account(&[]), &Values::default().with(TARGET, text("name-i-2,i-1")));
    assert_eq!(by_name.fields[0].value, text("i-2,i-1"), "a name stands for its id");
    assert_eq!(spec.fields[1].value, text("80"));
    for bad in ["i-3", "i-4", "i-9"] {
        assert!(!form(&account(&[]), &Values::default().with(TARGET, text(bad))).is_valid(), "{bad}");
    }
}

#[test]
fn instances_that_were_not_asked_are_asked_for_and_not_called_none() {
    let spec = form(&Rows::default(), &Values::default());
    assert_eq!(spec.needs.len(), 2);
    assert!(!spec.is_valid() && spec.fields[0].error.as_deref().is_some_and(|e| e.contains("not loaded")));
}

#[test]
fn a_registered_target_is_watched_until_it_is_healthy() {
    let values = Values::default().with(TARGET, text("i-1")).with(ALSO, text("i-2:8080"));
    let p = register_plan(&account(&[]), &values).expect("a plan");
    assert_eq!(p.subjects[0].change, "→ registered with web-tg on port 80");
    assert!(p.consequences.iter().any(|c| c.text == "Instance name-i-2 is stopped: it stays unused until it runs"));
    let (_, ids) = p.wait.rows()[0];
    assert_eq!(ids, [targets::row_id(TG, "i-1", Some(80)), targets::row_id(TG, "i-2", Some(8080))]);
    assert_eq!(p.undo.as_ref().map(|u| u.line.as_str()), Some("deregister"));
    assert!(p.calls().all(|c| REGISTER.operations.iter().any(|s| s.op == *c.op)));
}

fn deregister_plan(rows: &Rows, what: &[(&str, &str)]) -> Plan {
    let table = TableKey::of(rows.scope.clone(), Kind(&targets::INFO), TG.into());
    let of = |(id, h): &(&str, &str)| Target { table: table.clone(), record: target(id, h).into() };
    let targets: Vec<_> = what.iter().map(of).collect();
    DEREGISTER.planned(&rows.context(&targets), &Values::default()).expect("a plan")
}

#[test]
fn the_only_healthy_target_is_not_taken_out_by_a_bare_enter() {
    let p = deregister_plan(&account(&[("i-1", "healthy"), ("i-2", "unused")]), &[("i-1", "healthy")]);
    assert_eq!(p.consequences[0].text, "name-i-1 is the only healthy target of target group web-tg");
    assert_eq!(p.confirm(), Confirm::Type("name-i-1".into()));
    assert!(p.consequences.iter().any(|c| c.text.contains("deregistration delay")));
    let p = deregister_plan(&account(&[("i-1", "healthy"), ("i-2", "healthy")]), &[("i-1", "healthy")]);
    assert_eq!(p.confirm(), Confirm::Enter);
}

/// That nobody checks a target does not make it unhealthy.
#[test]
fn a_target_of_unknown_health_is_neither_unhealthy_nor_healthy() {
    let first = |all: &[(&str, &str)], going: &[(&str, &str)]| {
        let p = deregister_plan(&account(all), going);
        (p.consequences[0].severity, p.consequences[0].text.clone(), p.confirm() == Confirm::Enter)
    };
    let (severity, text, plain) = first(&[("i-1", "healthy"), ("i-2", "unavailable")], &[("i-1", "healthy")]);
    let known =
        "name-i-1 is the only target of target group web-tg known to be healthy: the health of one other is not known";
    assert_eq!((severity, text.as_str(), plain), (Severity::Unknown, known, false));
    let (severity, text, plain) = first(&[("i-1", "healthy"), ("i-2", "initial")], &[("i-1", "healthy")]);
    let text = text.as_str();
    let new = "name-i-1 is the only healthy target of target group web-tg: one other is still being checked";
    assert_eq!((severity, text, plain), (Severity::Severe, new, false));
    let (severity, text, plain) = first(&[("i-1", "unavailable")], &[("i-1", "unavailable")]);
    let only = "name-i-1 is the only target of target group web-tg, and its health is not checked";
    assert_eq!((severity, text.as_str(), plain), (Severity::Severe, only, false));
    let all = [("i-1", "unavailable"), ("i-2", "unavailable")];
    let (severity, text, _) = first(&all, &all[..1]);
    let one = "name-i-1 is one of 2 targets of target group web-tg, and its health is not checked: 1 left";
    assert_eq!((severity, text.as_str()), (Severity::Note, one));
}

#[test]
fn where_health_is_not_checked_a_registered_target_is_not_waited_for_until_it_is_healthy() {
    let rows = account(&[]);
    let mut group = group();
    let at = group.kind.index_of(target_groups::CHECKED.name).expect("a field");
    group.values.set(at, Value::Bool(false));
    let targets = vec![rows.target(&target_groups::INFO, group)];
    let p = REGISTER.planned(&rows.context(&targets), &Values::default().with(TARGET, text("i-1"))).expect("a plan");
    assert!(matches!(&p.wait, Waiter::State { want, .. } if want.contains(&"unavailable")));
    assert!(
        p.consequences.iter().any(|c| c.text == "Target group web-tg has no health checks: it sends traffic at once")
    );
}

#[test]
fn what_is_typed_is_whole_and_the_id_is_that_of_what_is_registered() {
    let mut rows = account(&[("i-1", "healthy")]);
    let long = "recommendation-worker-".repeat(5);
    rows.complete(&instances::INFO, Selector::All, vec![row(&instances::INFO, "i-1", &long, "running").record()]);
    let p = deregister_plan(&rows, &[("i-1", "healthy")]);
    assert_eq!(p.confirm(), Confirm::Type("i-1".into()), "a name of 110 letters is not one that somebody types");
    assert_eq!((p.subjects[0].label.as_str(), p.subjects[0].shown_id.as_str()), (long.as_str(), "i-1"));
    assert!(p.title.contains('…') && p.title.ends_with("from web-tg"), "{}", p.title);
}

#[test]
fn a_deregistered_target_is_registered_again_on_its_group() {
    let both = [("i-1", "healthy"), ("i-2", "unhealthy")];
    let rows = account(&both);
    let p = deregister_plan(&rows, &both);
    let undo = p.undo.expect("a way back");
    assert_eq!(undo.line, "register target=i-1 port=80 also=i-2:80");
    assert_eq!(undo.on, [(TableKey::all(rows.scope.clone(), Kind(&target_groups::INFO)), TG.into())]);
    let values = Values::default().with(TARGET, text("i-1")).with(PORT, text("80")).with(ALSO, text("i-2:80"));
    assert!(register_plan(&account(&[]), &values).is_ok());
}

#[test]
fn health_that_is_known_in_part_only_is_unknown() {
    let p = deregister_plan(&Rows::default(), &[("i-1", "healthy")]);
    assert_eq!(p.consequences[0].severity, Severity::Unknown);
    assert_eq!(p.needs.len(), 1);
}

#[test]
fn what_is_leaving_already_cannot_be_taken_out_again() {
    assert!((DEREGISTER.available)(&target("i-1", "draining")).is_err());
    assert!((DEREGISTER.available)(&target("i-1", "unhealthy")).is_ok());
}
