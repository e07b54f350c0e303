use super::*;
use crate::base::Fault;
use crate::kinds::action::Action;
use crate::kinds::ec2::instances;
use crate::kinds::testing::{Rows, row, texts};
use crate::model::{Arg, Confirm, FormValue, Plan, Record, Selector, Severity, Values};

fn host(state: &str) -> Record {
    row(&instances::INFO, "i-1", "web-1", state).record()
}

fn planned(action: &Action, what: Record, values: &Values) -> Result<Plan, Fault> {
    let mut rows = Rows::default();
    let image = row(&images::INFO, "ami-1", "golden", "available").with(&images::SNAPSHOTS, texts(&["snap-1"]));
    rows.complete(&images::INFO, Selector::All, vec![image.record()]);
    let targets = [rows.target(what.kind.0, what)];
    action.planned(&rows.context(&targets), values)
}

#[test]
fn an_image_of_a_running_instance_reboots_it_or_may_be_half_written_and_says_which() {
    let p = planned(&CREATE, host("running"), &Values::default()).expect("a plan");
    assert_eq!(p.steps[0].call.get("NoReboot"), Some(&Arg::Bool(false)));
    assert!(p.consequences.iter().any(|c| c.severity == Severity::Severe && c.text.contains("web-1 is rebooted")));
    assert_eq!(p.confirm(), Confirm::Type("web-1".into()));
    let no_reboot = Values::default().with("no_reboot", FormValue::Flag(true));
    let p = planned(&CREATE, host("running"), &no_reboot).expect("a plan");
    assert!(p.consequences.iter().any(|c| c.severity == Severity::Unknown && c.text.contains("whole")));
    let p = planned(&CREATE, host("stopped"), &Values::default()).expect("a plan");
    assert_eq!(p.confirm(), Confirm::Enter);
    assert!((CREATE.available)(&host("terminated")).is_err());
}

#[test]
fn what_aws_would_refuse_of_an_images_name_is_said_at_its_field() {
    for (name, says) in [("ab", "3 to 128"), ("web#1", "does not take #"), ("golden", "InvalidAMIName.Duplicate")] {
        let values = Values::default().with(NAME, FormValue::Text(name.into()));
        let fault = planned(&CREATE, host("stopped"), &values).expect_err(name);
        assert!(fault.message.contains(says), "{name}: {}", fault.message);
    }
}
