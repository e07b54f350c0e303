use super::*;
use crate::kinds::testing::{Row, Rows, row, texts};
use crate::model::{Confirm, FormValue, Outcome, Plan, Severity, Value};

fn template() -> Row {
    row(&templates::INFO, "lt-1", "web", "")
        .with(&templates::DEFAULT_VERSION, Value::Int(1))
        .with(&templates::LATEST_VERSION, Value::Int(3))
}

fn version(n: i64, state: &str) -> Record {
    row(&versions::INFO, &format!("lt-1:{n}"), "web", state)
        .with(&versions::TEMPLATE_ID, Value::text("lt-1"))
        .with(&versions::VERSION, Value::Int(n))
        .with(&versions::DIFFERENCES, texts(&["InstanceType: a -> b"]))
        .record()
}

/// Groups of the region: each with the version that it launches.
fn rows(of: &[(&str, &str)]) -> Rows {
    let mut rows = Rows::default();
    let group = |(name, version): &(&str, &str)| {
        row(&groups::INFO, name, name, "steady")
            .with(&group::LAUNCH_TEMPLATE, Value::text("web"))
            .with(&group::LAUNCH_TEMPLATE_VERSION, Value::text(version))
            .record()
    };
    rows.complete(&groups::INFO, Selector::All, of.iter().map(group).collect());
    rows.complete(&templates::INFO, Selector::All, vec![template().record()]);
    let all = vec![version(1, "default"), version(2, "other"), version(3, "latest")];
    rows.complete(&versions::INFO, Selector::Parent("lt-1".into()), all);
    rows
}

fn says(plan: &Plan, severity: Severity, text: &str) -> bool {
    plan.consequences.iter().any(|c| c.severity == severity && c.text.contains(text))
}

#[test]
fn a_template_that_groups_launch_from_is_deleted_knowingly() {
    let of = |rows: &Rows| {
        DELETE.planned(&rows.context(&[rows.target(&templates::INFO, template().record())]), &Values::default())
    };
    let plan = of(&rows(&[("a", "$Default"), ("b", "3")])).expect("a plan");
    assert!(says(&plan, Severity::Severe, "a ($Default) and b (3) launch from it"), "{:?}", plan.consequences);
    assert_eq!(plan.confirm(), Confirm::Type("web".into()));
    assert_eq!(plan.steps[0].call.get("LaunchTemplateId"), Some(&Arg::str("lt-1")));
    assert!(!of(&rows(&[])).expect("a plan").consequences.iter().any(|c| c.severity == Severity::Severe));
    let mut denied = Rows::default();
    denied.table(&groups::INFO, Selector::All, Vec::new(), Outcome::Failed(Fault::new(FaultKind::Denied, "no")));
    assert!(says(&of(&denied).expect("a plan"), Severity::Unknown, "is not known (denied)"));
    let plan = of(&Rows::default()).expect("a plan");
    assert!(plan.needs.iter().any(|k| k.kind.name == "auto-scaling-groups"));
}

#[test]
fn the_default_version_stays_and_others_go_in_one_request() {
    let rows = rows(&[("a", "2"), ("b", "$Latest"), ("c", "$Default")]);
    let target = |record| rows.target(&versions::INFO, record);
    let refused = DELETE_VERSIONS.planned(&rows.context(&[target(version(1, "default"))]), &Values::default());
    assert!(refused.is_err_and(|f| f.message.contains("It is the default version")));
    let two = [target(version(2, "other")), target(version(3, "latest"))];
    let plan = DELETE_VERSIONS.planned(&rows.context(&two), &Values::default()).expect("a plan");
    assert_eq!(plan.steps.len(), 1);
    assert_eq!(plan.steps[0].call.get("Versions"), Some(&Arg::strs(["2", "3"])));
    assert!(says(&plan, Severity::Severe, "a (2) launches from it"), "{:?}", plan.consequences);
    assert!(says(&plan, Severity::Severe, "launches from it: $Latest is then an older"));
    assert!(!plan.consequences.iter().any(|c| c.text.contains("c (")), "it launches another");
}

#[test]
fn another_default_version_is_said_with_who_launches_it_and_can_be_put_back() {
    let rows = rows(&[("a", "$Default"), ("b", "$Latest")]);
    let on = [rows.target(&templates::INFO, template().record())];
    let with = |v: &str| Values::default().with("version", FormValue::Text(v.into()));
    let plan = SET_DEFAULT.planned(&rows.context(&on), &with("latest")).expect("a plan");
    assert_eq!(plan.steps[0].call.get("DefaultVersion"), Some(&Arg::str("3")));
    assert_eq!(plan.steps[0].undo.as_ref().and_then(|u| u.call.get("DefaultVersion")), Some(&Arg::str("1")));
    assert!(says(&plan, Severity::Note, "a ($Default) launches from it"), "{:?}", plan.consequences);
    for (typed, error) in [
        ("1", "Version 1 is already the default one."),
        ("7", "There is no version 7."),
        ("x", "x is not a version; use a number or latest."),
    ] {
        let spec = (SET_DEFAULT.refine)(&rows.context(&on), &with(typed));
        assert_eq!(spec.fields[0].error.as_deref(), Some(error));
    }
    let on = [rows.target(&versions::INFO, version(2, "other"))];
    let plan = SET_DEFAULT_VERSION.planned(&rows.context(&on), &Values::default()).expect("a plan");
    assert_eq!(plan.subjects[0].change, "default version 1 → 2");
    assert_eq!(plan.confirm(), Confirm::Enter);
}
