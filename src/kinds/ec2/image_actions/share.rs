//! `share`: who else may launch an image.

use crate::kinds::action::{Action, MenuGroup};
use crate::kinds::ec2::images::{ENCRYPTED, INFO};
use crate::kinds::ec2::senders::MODIFY_IMAGE_ATTRIBUTE;
use crate::kinds::ec2::{permissions, sharing};
use crate::kinds::plan_builder::{note, sorted, state};
use crate::model::Record;

/// `share`.
pub static SHARE: Action = Action::on_rows(&INFO, "share", "Share", |cx, form| {
    let mut plan = sharing::plan(cx, form, &SHARING)?;
    plan.consequences.push(note(
        "To copy the image, an account needs its snapshots too: share those as well, or have it launch an instance \
         and make an image of that",
    ));
    plan.consequences = sorted(plan.consequences);
    Ok(plan)
})
.group(MenuGroup::Access)
.doc(
    "Shares your image with other accounts, with organizations or publicly, or stops sharing it, by editing the list \
     of those who can launch it.",
)
.calls(&[&MODIFY_IMAGE_ATTRIBUTE])
.only_if(available)
.form(|cx, values| sharing::form(cx, values, &SHARING));

static SHARING: sharing::Sharing = sharing::Sharing {
    permissions: &permissions::OF_IMAGES,
    sender: &MODIFY_IMAGE_ATTRIBUTE,
    id: "ImageId",
    attribute: "launchPermission",
    group: "UserGroups",
    organizations: true,
    can: "launch it",
    encrypted: |row: &Record| row.get(&ENCRYPTED).as_bool(),
    refusal: "UnsupportedOperation",
};

fn available(row: &Record) -> Result<(), String> {
    match state(row) {
        "available" | "disabled" => Ok(()),
        // EC2: InvalidAMIID.Unavailable.
        other => Err(format!("It is {other}: only an available image can be shared.")),
    }
}
