use super::*;
use crate::base::Fault;
use crate::kinds::action::Action;
use crate::kinds::ec2::{instances, permissions};
use crate::kinds::testing::{Rows, consequences, row, texts, values};
use crate::model::{Arg, Confirm, FormValue, Plan, Record, Selector, Severity, Value, Values, Waiter};

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
    assert!(p.consequences.iter().any(|c| c.severity == Severity::Unknown && c.text.contains("consistent")));
    let p = planned(&CREATE, host("stopped"), &Values::default()).expect("a plan");
    assert_eq!(p.confirm(), Confirm::Enter);
    assert!((CREATE.available)(&host("terminated")).is_err());
}

#[test]
fn what_aws_would_refuse_of_an_images_name_is_said_at_its_field() {
    for (name, says) in [("ab", "3 to 128"), ("web#1", "# is not allowed"), ("golden", "InvalidAMIName.Duplicate")] {
        let values = Values::default().with(NAME, FormValue::Text(name.into()));
        let fault = planned(&CREATE, host("stopped"), &values).expect_err(name);
        assert!(fault.message.contains(says), "{name}: {}", fault.message);
    }
}

fn image(encrypted: bool) -> Record {
    row(&images::INFO, "ami-2", "golden", "available")
        .with(&images::SIZE, Value::Int(100))
        .with(&images::ENCRYPTED, Value::Bool(encrypted))
        .with(&images::DESCRIPTION, Value::text("web"))
        .record()
}

#[test]
fn a_copy_of_an_image_is_made_watched_and_deregistered_in_its_own_region() {
    let p = planned(&COPY, image(false), &values(&[("region", "eu-west-1")])).expect("a plan");
    let call = &p.steps[0].call;
    assert_eq!(call.scope.region_code().map(|r| r.as_str()), Some("eu-west-1"));
    assert_eq!(
        (call.get("SourceRegion"), call.get("Name")),
        (Some(&Arg::str("ap-northeast-2")), Some(&Arg::str("golden")))
    );
    assert_eq!(call.get("Description"), Some(&Arg::str("[Copied ami-2 from ap-northeast-2] web")));
    assert_eq!((call.get("CopyImageTags"), call.get("Encrypted")), (Some(&Arg::Bool(true)), None));
    let back = &p.steps[0].undo.as_ref().expect("a way back").call;
    assert_eq!((back.op.name, &back.scope), ("DeregisterImage", &call.scope));
    assert_eq!(back.get("DeleteAssociatedSnapshots"), Some(&Arg::Bool(true)));
    assert!(
        matches!(&p.wait, Waiter::Created { table, want, .. } if table.scope == call.scope && *want == ["available"])
    );
    assert!(consequences(&p).contains("paid once: about $2.00 at most"), "{}", consequences(&p));
    assert!(p.cost.as_ref().is_some_and(|c| c.to_string().starts_with("About $5.00 a month at most")), "{:?}", p.cost);
    let fault = planned(&COPY, image(false), &values(&[("name", "a#b")])).expect_err("a name");
    assert!(fault.message.contains("# is not allowed"), "{}", fault.message);
    assert!((COPY.available)(&row(&images::INFO, "ami-2", "", "pending").record()).is_err());
}

#[test]
fn an_image_is_shared_with_accounts_and_organizations_and_public_only_where_that_is_not_blocked() {
    let shared = |what: Record, blocked: bool, with: &[(&str, &str)]| {
        let mut rows = Rows::default();
        let now = row(&permissions::OF_IMAGES, "ami-2", "", "").with(&permissions::SHARED_WITH, Value::Empty);
        let now = now.with(&permissions::BLOCKED, Value::Bool(blocked)).record();
        rows.complete(&permissions::OF_IMAGES, Selector::All, vec![now]);
        let targets = [rows.target(&images::INFO, what)];
        SHARE.planned(&rows.context(&targets), &values(with))
    };
    let organization = "arn:aws:organizations::111122223333:organization/o-a1b2c3";
    let with = format!("777788889999,{organization}");
    let p = shared(image(false), true, &[("with", &with)]).expect("a plan");
    let call = &p.steps[0].call;
    assert_eq!(call.get("Attribute"), Some(&Arg::str("launchPermission")));
    assert_eq!(call.get("UserIds"), Some(&Arg::strs(["777788889999"])));
    assert_eq!(call.get("OrganizationArns"), Some(&Arg::strs([organization])));
    assert!(consequences(&p).contains("needs its snapshots too") && p.confirm() == Confirm::Enter);
    let p = shared(image(false), false, &[("public", "yes")]).expect("a plan");
    assert_eq!(
        (p.steps[0].call.get("UserGroups"), p.confirm()),
        (Some(&Arg::strs(["all"])), Confirm::Type("golden".into()))
    );
    let fault = shared(image(false), true, &[("public", "yes")]).expect_err("blocked");
    assert!(fault.message.contains("Block public access is on"), "{}", fault.message);
    let fault = shared(image(true), false, &[("public", "yes")]).expect_err("encrypted");
    assert!(fault.message.contains("UnsupportedOperation"), "{}", fault.message);
}

#[test]
fn a_snapshot_that_another_image_has_is_said_to_stay() {
    let twin = row(&images::INFO, "ami-3", "twin", "available").with(&images::SNAPSHOTS, texts(&["snap-1"])).record();
    let p = planned(&DEREGISTER, twin, &Values::default()).expect("a plan");
    assert_eq!(p.steps[0].call.get("DeleteAssociatedSnapshots"), Some(&Arg::Bool(true)));
    assert!(consequences(&p).contains("EC2 keeps snapshots that image golden also uses"), "{}", consequences(&p));
}
