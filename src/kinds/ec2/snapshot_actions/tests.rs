use super::*;
use crate::base::Fault;
use crate::kinds::action::Action;
use crate::kinds::ec2::{images, snapshots, volumes};
use crate::kinds::testing::{Rows, row, texts};
use crate::model::{Arg, Confirm, Plan, Record, Selector, Severity, Values};

fn planned(action: &Action, what: Record, values: &Values) -> Result<Plan, Fault> {
    let mut rows = Rows::default();
    let image = row(&images::INFO, "ami-1", "golden", "available").with(&images::SNAPSHOTS, texts(&["snap-1"]));
    rows.complete(&images::INFO, Selector::All, vec![image.record()]);
    let targets = [rows.target(what.kind.0, what)];
    action.planned(&rows.context(&targets), values)
}

#[test]
fn a_snapshot_that_an_image_has_is_not_deleted_by_a_bare_enter() {
    let p = planned(&DELETE, row(&snapshots::INFO, "snap-1", "", "completed").record(), &Values::default());
    let p = p.expect("a plan");
    assert!(p.consequences.iter().any(|c| c.severity == Severity::Severe && c.text.contains("a disk of golden")));
    assert_eq!(p.confirm(), Confirm::Type("snap-1".into()));
}

#[test]
fn a_snapshot_is_made_of_a_volume_that_is_there_and_deleted_by_its_way_back() {
    let of = |state: &str| row(&volumes::INFO, "vol-1", "data", state).record();
    let p = planned(&CREATE, of("in-use"), &Values::default()).expect("a plan");
    let back = &p.steps[0].undo.as_ref().expect("a way back").call;
    assert_eq!(back.get("SnapshotId"), Some(&Arg::out(0, "SnapshotId")));
    assert!((CREATE.available)(&of("creating")).is_err());
}
