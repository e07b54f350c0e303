//! `restore`: a volume with what a snapshot has.

use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::senders::{ATTACH_VOLUME, CREATE_VOLUME, DELETE_VOLUME, DETACH_VOLUME};
use crate::kinds::ec2::snapshots::{INFO, TIER};
use crate::kinds::ec2::volume_actions::create;
use crate::kinds::plan_builder::{field, state};
use crate::model::{Plan, Record};

/// `restore`.
pub static RESTORE: Action = Action::on_rows(&INFO, "restore", "Restore to a new volume", plan)
    .group(MenuGroup::Disks)
    .doc(
        "Creates a volume from a snapshot, at least as large, and attaches it if you name an instance. The snapshot \
         and its source volume do not change.",
    )
    .calls(&[&CREATE_VOLUME, &ATTACH_VOLUME, &DETACH_VOLUME, &DELETE_VOLUME])
    .only_if(available)
    .form(|cx, values| create::form(cx, values, cx.targets.first().map(|t| &*t.record)));

fn available(row: &Record) -> Result<(), String> {
    match (state(row), field(row, &TIER)) {
        // EC2: IncorrectState.
        ("completed", Some("archive")) => {
            Err("It is archived: restore it to the standard tier first, which takes up to three days.".into())
        }
        ("completed", _) => Ok(()),
        (other, _) => Err(format!("It is {other}: only a completed snapshot can become a volume.")),
    }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    Ok(create::make(cx, form, "restore", cx.targets.first().map(|t| &*t.record)))
}
