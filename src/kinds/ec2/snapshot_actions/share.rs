//! `share`: who else may make volumes of a snapshot.

use crate::kinds::action::{Action, MenuGroup};
use crate::kinds::ec2::senders::MODIFY_SNAPSHOT_ATTRIBUTE;
use crate::kinds::ec2::snapshots::{ENCRYPTED, INFO};
use crate::kinds::ec2::{permissions, sharing};
use crate::kinds::plan_builder::state;
use crate::model::Record;

/// `share`.
pub static SHARE: Action =
    Action::on_rows(&INFO, "share", "Share", |cx, form| sharing::plan(cx, form, &SHARING))
        .group(MenuGroup::Access)
        .doc(
            "Lets other accounts, or everybody, make volumes of a snapshot of one's own and copy it, or takes that back: the list \
             of those who may is edited.",
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
    can: "make volumes of it",
    encrypted: |row: &Record| row.get(&ENCRYPTED).as_bool(),
    refusal: "OperationNotPermitted",
};

fn available(row: &Record) -> Result<(), String> {
    match state(row) {
        "completed" | "pending" => Ok(()),
        other => Err(format!("It is {other}: only one that is there is shared.")),
    }
}
