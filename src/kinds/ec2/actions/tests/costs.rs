//! What starting, stopping and another type change about the bill.

use super::*;

fn linux(id: &str, state: &str) -> Row {
    instance_row(id, &format!("name-{id}"), state)
        .with(&fields::PLATFORM, Value::text("Linux/UNIX"))
        .with(&fields::TENANCY, Value::text("default"))
}

fn cost(rows: &Rows, action: &Action, what: Vec<Row>, values: &Values) -> String {
    let what = what.into_iter().map(Row::record).collect();
    try_plan(rows, action, what, values).expect("a plan").cost.expect("a cost").to_string()
}

#[test]
fn a_start_says_what_the_types_cost_and_a_stop_what_it_saves() {
    let none = Values::default();
    assert_eq!(
        cost(&quiet(), &START, vec![linux("i-1", "stopped")], &none),
        "$0.013 an hour, about $9.49 a month while it runs (ap-northeast-2 list prices of 2025-03)"
    );
    let large = linux("i-2", "stopped").with(&fields::TYPE, Value::text("m5.large"));
    assert!(
        cost(&quiet(), &START, vec![linux("i-1", "stopped"), large], &none)
            .starts_with("$0.131 an hour, about $95.63 a month while they run")
    );
    assert_eq!(
        cost(&quiet(), &STOP, vec![linux("i-1", "running")], &none),
        "Saves $0.013 an hour, about $9.49 a month of compute while stopped; disks and Elastic IPs are still billed \
         (ap-northeast-2 list prices of 2025-03)"
    );
}

#[test]
fn what_is_not_plain_linux_has_no_price_and_the_plan_says_why() {
    let none = Values::default();
    let windows = |state| linux("i-1", state).with(&fields::PLATFORM, Value::text("Windows"));
    assert_eq!(
        cost(&quiet(), &START, vec![windows("stopped"), linux("i-2", "stopped")], &none),
        "Compute is billed by the second while it runs: 2 × t3.micro; name-i-1 runs Windows (price not known here)"
    );
    assert_eq!(
        cost(&quiet(), &STOP, vec![windows("running")], &none),
        "No compute charge while stopped; disks and Elastic IPs are still billed; the price is not known: name-i-1 runs Windows"
    );
    let spot = linux("i-1", "running").with(&fields::LIFECYCLE, Value::text("spot"));
    assert!(cost(&quiet(), &STOP, vec![spot], &none).ends_with("name-i-1 is a Spot Instance"));
}

#[test]
fn another_type_costs_more_or_less_by_the_difference() {
    let to = |ty: &str| Values::default().with("type", FormValue::Text(ty.into()));
    let change = |ty| cost(&quiet(), &CHANGE_TYPE, vec![linux("i-1", "running"), linux("i-2", "stopped")], &to(ty));
    assert_eq!(
        change("t3.small"),
        "$0.026 an hour, about $18.98 a month more while they run (ap-northeast-2 list prices of 2025-03)"
    );
    assert!(change("t3.nano").starts_with("Saves $0.013 an hour, about $9.49 a month while they run"));
    assert!(change("m5.metal").contains("billed as m5.metal from then on; m5.metal is not in the price list"));
    let same = linux("i-1", "stopped").with(&fields::TYPE, Value::text("m5.xlarge"));
    let twin = linux("i-2", "stopped").with(&fields::TYPE, Value::text("m5.xlarge"));
    assert_eq!(
        cost(&quiet(), &CHANGE_TYPE, vec![same, twin, linux("i-3", "stopped")], &to("m5.xlarge")),
        "$0.223 an hour, about $162.79 a month more while they run (ap-northeast-2 list prices of 2025-03)"
    );
}

#[test]
fn a_stop_that_a_group_answers_with_a_replacement_saves_nothing_for_that_member() {
    let mut rows = quiet();
    let group = group_row("my-asg", &["i-1"], &[]).record();
    rows.complete(&groups::INFO, Selector::All, vec![group]);
    let member = || linux("i-1", "running").tags(&[(GROUP_TAG, "my-asg")]);
    let none = Values::default();
    assert_eq!(
        cost(&rows, &STOP, vec![member()], &none),
        "No compute charge while stopped, but the replacement is billed; disks and Elastic IPs are still billed"
    );
    let both = cost(&rows, &STOP, vec![member(), linux("i-2", "running")], &none);
    assert!(both.starts_with("Saves $0.013 an hour"), "{both}");
    assert!(both.contains("while stopped, but replacements for the others are billed;"), "{both}");
}
