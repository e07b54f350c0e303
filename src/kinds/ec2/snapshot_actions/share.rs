//! `share`: who else may make volumes of a snapshot.

use crate::kinds::action::{Action, MenuGroup};
use crate::kinds::ec2::senders::MODIFY_SNAPSHOT_ATTRIBUTE;
use crate::kinds::ec2::snapshots::{ENCRYPTED, INFO};
use crate::kinds::ec2::{permissions, sharing};
use crate::kinds::plan_builder::state;
use crate::model::Record;

/// `share`.
pub static SHARE: Action = Action::on_rows(&INFO, "share", "Share", |cx, form| sharing::plan(cx, form, &SHARING))
    .group(MenuGroup::Access)
    .doc(
        "Shares your snapshot with other accounts or publicly, so that they can make volumes of it and copy it, or \
         stops sharing it, by editing the list of accounts.",
    )
    .calls(&[&MODIFY_SNAPSHOT_ATTRIBUTE])
    .only_if(available)
    .form(|cx, values| sharing::form(cx, values, &SHARING));

static SHARING: sharing::Sharing = sharing::Sharing {
    permissions: &permissions::OF_SNAPSHOTS,
    sender: &MODIFY_SNAPSHOT_ATTRIBUTE,
    id: "SnapshotId",
    attribute: "createVolumePermission",
    group: "GroupNames",
    organizations: false,
    can: "make volumes from it",
    encrypted: |row: &Record| row.get(&ENCRYPTED).as_bool(),
    refusal: "OperationNotPermitted",
};

fn available(row: &Record) -> Result<(), String> {
    match state(row) {
        "completed" | "pending" => Ok(()),
        other => Err(format!("It is {other}: it cannot be shared.")),
    }
}
