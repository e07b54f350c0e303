//! Copies of images and snapshots, and who may use them, as a client meets them.

use std::time::Duration;

use super::tests::{call, call_in, code, sandbox, text};
use crate::sandbox::{Sandbox, WorldSpec};

fn own(s: &Sandbox, what: &str, field: &str) -> String {
    text(&call(s, &format!("{what}&Owner.1=self")).1, field).to_string()
}

fn expect(s: &Sandbox, form: &str, status: u16, is: &str) {
    let answer = call(s, form);
    assert_eq!(code(&answer), (status, is), "{form}: {}", answer.1);
}

#[test]
fn a_snapshot_is_copied_to_another_region_with_its_progress_and_a_missing_one_comes_to_nothing() {
    let (s, clock) = sandbox(WorldSpec::Demo);
    let id = own(&s, "DescribeSnapshots", "snapshotId");
    let copy = format!("CopySnapshot&SourceRegion=ap-northeast-2&SourceSnapshotId={id}");
    let made = call_in(&s, "us-east-1", &copy);
    assert_eq!(made.0, 200, "{}", made.1);
    let new = text(&made.1, "snapshotId").to_string();
    let look = |field: &str| {
        text(&call_in(&s, "us-east-1", &format!("DescribeSnapshots&SnapshotId.1={new}")).1, field).to_string()
    };
    assert_eq!(
        (look("status"), look("progress"), look("volumeId")),
        ("pending".into(), "0%".into(), "vol-ffffffff".into())
    );
    expect(&s, &format!("CopySnapshot&SourceRegion=us-east-1&SourceSnapshotId={new}"), 400, "IncorrectState");
    clock.advance(Duration::from_secs(20));
    assert_ne!(look("progress"), "0%");
    clock.advance(Duration::from_secs(120));
    assert_eq!((look("status"), look("progress")), ("completed".into(), "100%".into()));

    let missing = call(&s, "CopySnapshot&SourceRegion=us-east-1&SourceSnapshotId=snap-0123456789abcdef0");
    assert_eq!(missing.0, 200, "it is found out on the way");
    clock.advance(Duration::from_secs(300));
    let id = text(&missing.1, "snapshotId").to_string();
    assert_eq!(text(&call(&s, &format!("DescribeSnapshots&SnapshotId.1={id}")).1, "status"), "error");
    for (form, code) in [
        ("SourceRegion=mars&SourceSnapshotId=snap-0123456789abcdef0", "InvalidParameterValue"),
        ("SourceRegion=us-east-1&SourceSnapshotId=x", "InvalidParameterValue"),
        ("SourceSnapshotId=snap-0123456789abcdef0", "MissingParameter"),
        (
            "SourceRegion=us-east-1&SourceSnapshotId=snap-0123456789abcdef0&KmsKeyId=alias/a",
            "InvalidParameterDependency",
        ),
    ] {
        expect(&s, &format!("CopySnapshot&{form}"), 400, code);
    }
}

#[test]
fn so_many_copies_are_under_way_in_a_region_at_once_and_no_more() {
    let (s, clock) = sandbox(WorldSpec::Demo);
    let id = own(&s, "DescribeSnapshots", "snapshotId");
    let copy = format!("CopySnapshot&SourceRegion=ap-northeast-2&SourceSnapshotId={id}");
    for _ in 0..20 {
        assert_eq!(call(&s, &copy).0, 200);
    }
    expect(&s, &copy, 400, "ResourceLimitExceeded");
    clock.advance(Duration::from_secs(120));
    assert_eq!(call(&s, &copy).0, 200);
}

#[test]
fn an_image_is_copied_with_its_snapshots_and_is_pending_until_they_are_there() {
    let (s, clock) = sandbox(WorldSpec::Demo);
    let id = own(&s, "DescribeImages", "imageId");
    let copy =
        format!("CopyImage&SourceRegion=ap-northeast-2&SourceImageId={id}&Name=a+copy&ClientToken=t-1&Encrypted=true");
    let made = call_in(&s, "us-east-1", &copy);
    assert_eq!(made.0, 200, "{}", made.1);
    let new = text(&made.1, "imageId").to_string();
    assert_eq!(text(&call_in(&s, "us-east-1", &copy).1, "imageId"), new, "a token is one copy");
    let look =
        |field: &str| text(&call_in(&s, "us-east-1", &format!("DescribeImages&ImageId.1={new}")).1, field).to_string();
    assert_eq!((look("imageState"), look("sourceImageId"), look("encrypted")), ("pending".into(), id, "true".into()));
    // It is not there yet for what needs it.
    let again = format!("CopyImage&SourceRegion=us-east-1&SourceImageId={new}&Name=again");
    expect(&s, &again, 400, "InvalidAMIID.Unavailable");
    let share = format!("ModifyImageAttribute&ImageId={new}&LaunchPermission.Add.1.UserId=111122223333");
    assert_eq!(code(&call_in(&s, "us-east-1", &share)).1, "InvalidAMIID.Unavailable");
    let launch = format!("RunInstances&ImageId={new}&InstanceType=t3.micro&MinCount=1&MaxCount=1");
    assert_eq!(code(&call_in(&s, "us-east-1", &launch)).1, "InvalidAMIID.Unavailable");
    clock.advance(Duration::from_secs(120));
    assert_eq!(look("imageState"), "available");
    assert_eq!(code(&call_in(&s, "us-east-1", &share)).1, "InvalidParameter", "encrypted with the default key");
    let snapshot = look("snapshotId");
    let delete = format!("DeleteSnapshot&SnapshotId={snapshot}");
    assert_eq!(code(&call_in(&s, "us-east-1", &delete)).1, "InvalidSnapshot.InUse");
    for (form, code) in [
        ("SourceImageId=ami-0123456789abcdef0&Name=abc", "InvalidAMIID.NotFound"),
        ("SourceImageId=x&Name=abc", "InvalidAMIID.Malformed"),
        ("SourceImageId=ami-0123456789abcdef0&Name=a%23c", "InvalidAMIName.Malformed"),
    ] {
        expect(&s, &format!("CopyImage&SourceRegion=ap-northeast-2&{form}"), 400, code);
    }
}

#[test]
fn a_snapshot_that_two_images_have_outlives_the_first_of_them() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let (first, second) = {
        let mut world = s.world();
        let images = &mut world.region("ap-northeast-2").ec2.images;
        let one = images.values().find(|i| i.name == "my-app-ami-2026-10").expect("the demo's").clone();
        let two = crate::sandbox::ec2::state::Image {
            id: "ami-0123456789abcdef0".into(),
            name: "twin".into(),
            ..one.clone()
        };
        images.insert(two.id.clone(), two.clone());
        (one, two)
    };
    let gone = call(&s, &format!("DeregisterImage&ImageId={}&DeleteAssociatedSnapshots=true", first.id));
    assert_eq!((gone.0, text(&gone.1, "returnCode")), (200, "skipped"));
    let gone = call(&s, &format!("DeregisterImage&ImageId={}&DeleteAssociatedSnapshots=true", second.id));
    assert_eq!((text(&gone.1, "snapshotId"), text(&gone.1, "returnCode")), (first.snapshot.as_str(), "success"));
}

#[test]
fn an_image_is_shared_by_name_and_made_public_only_where_that_is_allowed() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let id = own(&s, "DescribeImages", "imageId");
    let modify = |rest: &str| format!("ModifyImageAttribute&ImageId={id}&{rest}");
    expect(&s, &modify("LaunchPermission.Add.1.UserId=12345"), 400, "InvalidAMIAttributeItemValue");
    expect(&s, &modify("LaunchPermission.Add.1.Group=all"), 400, "OperationNotPermitted");
    expect(&s, &modify("Attribute=launchPermission"), 400, "InvalidParameterCombination");
    assert_eq!(call(&s, &modify("Attribute=launchPermission&OperationType=add&UserId.1=111122223333")).0, 200);
    assert_eq!(call(&s, "DisableImageBlockPublicAccess").0, 200);
    assert_eq!(call(&s, &modify("LaunchPermission.Add.1.Group=all")).0, 200);
    let look = || call(&s, &format!("DescribeImageAttribute&ImageId={id}&Attribute=launchPermission")).1;
    assert!(look().contains("<group>all</group>") && look().contains("<userId>111122223333</userId>"), "{}", look());
    assert_eq!(text(&call(&s, &format!("DescribeImages&ImageId.1={id}")).1, "isPublic"), "true");
    assert_eq!(call(&s, &format!("ResetImageAttribute&ImageId={id}&Attribute=launchPermission")).0, 200);
    assert!(!look().contains("<item>"), "{}", look());
    // Another account's.
    let theirs = text(&call(&s, "DescribeImages&Filter.1.Name=name&Filter.1.Value.1=partner-agent-3.2").1, "imageId")
        .to_string();
    for operation in ["DescribeImageAttribute", "ResetImageAttribute"] {
        expect(&s, &format!("{operation}&ImageId={theirs}&Attribute=launchPermission"), 400, "AuthFailure");
    }
    expect(
        &s,
        "DescribeImageAttribute&ImageId=ami-0123456789abcdef0&Attribute=launchPermission",
        400,
        "InvalidAMIID.NotFound",
    );
}

#[test]
fn a_snapshot_is_seen_by_those_who_may_use_it_and_an_encrypted_one_is_shared_with_a_key_of_ones_own_only() {
    let (s, clock) = sandbox(WorldSpec::Demo);
    // What a partner shares is restorable by this account, and not owned by it.
    let of =
        |by: &str| call(&s, &format!("DescribeSnapshots&{by}")).1.matches("<ownerId>210987654321</ownerId>").count();
    assert_eq!((of("Owner.1=self"), of("RestorableBy.1=self"), of("RestorableBy.1=all")), (0, 1, 0));
    let id = own(&s, "DescribeSnapshots", "snapshotId");
    let share = |id: &str, rest: &str| {
        call(&s, &format!("ModifySnapshotAttribute&SnapshotId={id}&Attribute=createVolumePermission&{rest}"))
    };
    assert_eq!(share(&id, "OperationType=add&UserId.1=111122223333").0, 200);
    assert!(call(&s, "DescribeSnapshots&RestorableBy.1=111122223333").1.contains(&id));
    assert_eq!(share(&id, "OperationType=remove&UserId.1=111122223333").0, 200);
    let both = "CreateVolumePermission.Add.1.UserId=111122223333&CreateVolumePermission.Remove.1.UserId=444455556666";
    assert_eq!(code(&share(&id, both)), (400, "InvalidParameterCombination"));
    assert_eq!(share(&id, "OperationType=add&UserGroup.1=all").0, 200);
    let copied = |with: &str| {
        let made =
            call(&s, &format!("CopySnapshot&SourceRegion=ap-northeast-2&SourceSnapshotId={id}&Encrypted=true{with}"));
        text(&made.1, "snapshotId").to_string()
    };
    let (default, mine) = (copied(""), copied("&KmsKeyId=alias/mine"));
    clock.advance(Duration::from_secs(120));
    let add = "OperationType=add&UserId.1=111122223333";
    assert_eq!(code(&share(&default, add)), (400, "OperationNotPermitted"));
    assert_eq!(share(&mine, add).0, 200);
    assert_eq!(code(&share(&mine, "OperationType=add&UserGroup.1=all")), (400, "OperationNotPermitted"));
    // What is made of it has its key.
    let volume = call(&s, &format!("CreateVolume&AvailabilityZone=ap-northeast-2a&SnapshotId={mine}"));
    assert_eq!((text(&volume.1, "encrypted"), text(&volume.1, "kmsKeyId").ends_with("alias/mine")), ("true", true));
}
