//! Another type, step by step.

use super::*;

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
    for (ty, why) in [
        ("", "Type an"),
        ("t3", "not an instance type"),
        ("t3.micro", "already"),
        ("t3;reboot", "not an instance type"),
    ] {
        let fault = try_plan(&quiet(), &CHANGE_TYPE, vec![running("i-1", "web-1").record()], &to(ty)).expect_err(ty);
        assert!(fault.message.contains(why), "{ty}: {}", fault.message);
    }
    let p = try_plan(&quiet(), &CHANGE_TYPE, vec![running("i-1", "web-1").record()], &to("t4g.micro")).expect("a plan");
    assert!(
        consequences_of(&p, Severity::Unknown)[0].contains("another processor architecture"),
        "its image is not known"
    );
    let x86 = || running("i-1", "web-1").with(&fields::ARCHITECTURE, Value::text("x86_64")).record();
    let fault = try_plan(&quiet(), &CHANGE_TYPE, vec![x86()], &to("t4g.micro")).expect_err("known");
    assert!(
        fault.message.contains("t4g.micro is arm64 by its name, but web-1 has an image for x86_64"),
        "{}",
        fault.message
    );
    // One that AWS may have added since is not refused; but nobody stops a machine for a slip of the finger unwarned.
    let p = try_plan(&quiet(), &CHANGE_TYPE, vec![x86()], &to("t3.mico")).expect("a plan");
    let warns = consequences_of(&p, Severity::Severe)
        .iter()
        .any(|s| s.contains("the instances stay stopped. Did you mean t3.micro?"));
    assert!(warns, "{:?}", p.consequences);
    let spot = running("i-1", "a").with(&fields::LIFECYCLE, Value::text("spot")).record();
    assert!((CHANGE_TYPE.available)(&spot).is_err_and(|why| why.contains("Spot")));
}
