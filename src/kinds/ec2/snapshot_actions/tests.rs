use super::*;
use crate::base::Fault;
use crate::kinds::action::Action;
use crate::kinds::ec2::{availability_zones, images, permissions, snapshots, volumes};
use crate::kinds::testing::{Rows, consequences, row, texts, values};
use crate::model::{Arg, Confirm, Plan, Record, Selector, Severity, Value, Values};

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
    assert!(
        p.consequences.iter().any(|c| c.severity == Severity::Severe && c.text.contains("belongs to image golden"))
    );
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

fn snapshot(encrypted: bool) -> Record {
    row(&snapshots::INFO, "snap-1", "before", "completed")
        .with(&snapshots::SIZE_GIB, Value::Int(100))
        .with(&snapshots::FULL_SIZE, Value::Bytes(10 * 1_073_741_824))
        .with(&snapshots::ENCRYPTED, Value::Bool(encrypted))
        .with(&snapshots::TIER, Value::text("standard"))
        .record()
}

#[test]
fn a_volume_that_is_restored_is_as_large_as_its_snapshot_at_least_and_encrypted_as_that_is() {
    let mut rows = Rows::default();
    let zone = row(&availability_zones::INFO, "ap-northeast-2a", "ap-northeast-2a", "available").record();
    rows.complete(&availability_zones::INFO, Selector::All, vec![zone]);
    let restored = |what: Record, with: &[(&str, &str)]| {
        let targets = [rows.target(&snapshots::INFO, what)];
        RESTORE.planned(&rows.context(&targets), &values(with))
    };
    let p = restored(snapshot(true), &[]).expect("usable with its defaults");
    let call = &p.steps[0].call;
    assert_eq!((call.get("SnapshotId"), call.get("Size")), (Some(&Arg::str("snap-1")), Some(&Arg::Int(100))));
    assert_eq!(call.get("Encrypted"), None, "it is so in any case");
    assert!(consequences(&p).contains("loaded from the snapshot when first read") && p.steps[0].undo.is_some());
    let p = restored(snapshot(false), &[("size", "200"), ("attach", "i-1"), ("device", "/dev/sdf")]).expect("a plan");
    assert_eq!(p.calls().map(|c| c.op.name).collect::<Vec<_>>(), ["CreateVolume", "AttachVolume"]);
    assert_eq!(p.steps[0].call.get("Encrypted"), Some(&Arg::Bool(true)), "by itself");
    let fault = restored(snapshot(false), &[("size", "50")]).expect_err("too small");
    assert!(fault.message.contains("The snapshot has 100 GiB"), "{}", fault.message);
    let mut archived = snapshot(false);
    archived.values.set(snapshots::INFO.index_of("tier").expect("a field"), Value::text("archive"));
    assert!((RESTORE.available)(&archived).is_err_and(|why| why.contains("archived")));
    assert!((RESTORE.available)(&row(&snapshots::INFO, "snap-1", "", "pending").record()).is_err());
}

#[test]
fn a_copy_is_asked_for_and_watched_where_it_is_made_and_deleted_there_by_its_way_back() {
    let copied = |what: Record, with: &[(&str, &str)]| planned(&COPY, what, &values(with));
    let p = copied(snapshot(false), &[("region", "eu-west-1"), ("encrypted", "yes"), ("key", "alias/mine")]);
    let p = p.expect("a plan");
    let call = &p.steps[0].call;
    assert_eq!(call.scope.region_code().map(|r| r.as_str()), Some("eu-west-1"));
    assert_eq!(call.get("SourceRegion"), Some(&Arg::str("ap-northeast-2")));
    assert_eq!((call.get("Encrypted"), call.get("KmsKeyId")), (Some(&Arg::Bool(true)), Some(&Arg::str("alias/mine"))));
    let back = &p.steps[0].undo.as_ref().expect("a way back").call;
    assert_eq!((back.op.name, &back.scope), ("DeleteSnapshot", &call.scope));
    assert!(matches!(&p.wait, Waiter::Created { table, .. } if table.scope == call.scope));
    assert!(consequences(&p).contains("paid once: about $0.20"), "{}", consequences(&p));
    assert!(p.cost.as_ref().is_some_and(|c| c.to_string().starts_with("About $0.50 a month")), "{:?}", p.cost);
    let here = copied(snapshot(true), &[]).expect("in the same region by itself");
    assert!(consequences(&here).contains("where the snapshot is") && !consequences(&here).contains("paid once"));
    assert_eq!(here.steps[0].call.get("Encrypted"), None, "it is so in any case");
    for (with, says) in [
        (&[("region", "mars")][..], "To region"),
        (&[("key", "alias/mine")], "A key needs an encrypted copy"),
        (&[("key", "my key"), ("encrypted", "yes")], "my key is not a KMS key"),
    ] {
        let fault = copied(snapshot(false), with).expect_err(says);
        assert!(fault.message.contains(says), "{with:?}: {}", fault.message);
    }
}

#[test]
fn sharing_adds_and_takes_away_in_calls_of_their_own_and_says_what_each_means() {
    let shared = |what: Record, now: Option<&[&str]>, with: &[(&str, &str)]| {
        let mut rows = Rows::default();
        if let Some(now) = now {
            let is = if now.is_empty() { Value::Empty } else { texts(now) };
            let row = row(&permissions::OF_SNAPSHOTS, "snap-1", "", "").with(&permissions::SHARED_WITH, is);
            rows.complete(&permissions::OF_SNAPSHOTS, Selector::All, vec![row.record()]);
        }
        let targets = [rows.target(&snapshots::INFO, what)];
        SHARE.planned(&rows.context(&targets), &values(with))
    };
    let now = Some(&["111122223333", "444455556666"][..]);
    let p = shared(snapshot(false), now, &[("with", "444455556666, 777788889999")]).expect("a plan");
    let ops: Vec<_> = p.calls().map(|c| (c.get("OperationType").cloned(), c.get("UserIds").cloned())).collect();
    assert_eq!(
        ops,
        [
            (Some(Arg::str("add")), Some(Arg::strs(["777788889999"]))),
            (Some(Arg::str("remove")), Some(Arg::strs(["111122223333"])))
        ]
    );
    assert_eq!(p.steps[1].undo.as_ref().and_then(|u| u.call.get("OperationType").cloned()), Some(Arg::str("add")));
    assert!(matches!(&p.wait, Waiter::Field { want, .. } if want == "444455556666, 777788889999"));
    assert!(p.consequences.iter().any(|c| c.severity == Severity::Severe && c.text.contains("no longer make volumes")));
    // To everybody: never by a bare Enter.
    let p = shared(snapshot(false), Some(&[]), &[("public", "yes")]).expect("a plan");
    assert_eq!(p.steps[0].call.get("GroupNames"), Some(&Arg::strs(["all"])));
    assert!(p.consequences[0].text.contains("Every AWS account") && p.confirm() == Confirm::Type("before".into()));
    // What is not known is not taken away.
    let p = shared(snapshot(false), None, &[("with", "777788889999")]).expect("a plan");
    assert_eq!((p.steps.len(), &p.wait, p.needs.len()), (1, &Waiter::AtOnce, 1));
    assert!(consequences(&p).contains("nobody is removed"));
    let p = shared(snapshot(true), Some(&[]), &[("with", "777788889999")]).expect("a plan");
    assert!(p.consequences.iter().any(|c| c.severity == Severity::Unknown && c.text.contains("default key")));
    for (what, with, says) in [
        (snapshot(false), &[("with", "12345")][..], "12345 is not an account"),
        (snapshot(false), &[("with", "arn:aws:organizations::111122223333:organization/o-a1b2c3")], "accounts only"),
        (snapshot(true), &[("public", "yes")], "cannot be public"),
        (snapshot(false), &[("with", "111122223333,444455556666")], "Nothing would change"),
    ] {
        let fault = shared(what, now, with).expect_err(says);
        assert!(fault.message.contains(says), "{with:?}: {}", fault.message);
    }
}
