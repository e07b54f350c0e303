//! `create-snapshot` of a volume.

use super::{DESCRIPTION, NAME, made};
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::senders::{CREATE_SNAPSHOT, DELETE_SNAPSHOT};
use crate::kinds::ec2::volumes::volume;
use crate::kinds::ec2::{snapshots, volumes};
use crate::kinds::plan_builder::{
    draft, form_title, label, line, name_tags, note, sorted, state, subject, text_of, title,
};
use crate::kinds::prices;
use crate::model::{Arg, Cost, FormSpec, Plan, Step, StepUndo};

/// `create-snapshot`.
pub static CREATE: Action = Action::on_rows(&volumes::INFO, "create-snapshot", "Create a snapshot", snapshot)
    .group(MenuGroup::Images)
    .doc("Makes a snapshot of a volume as it is now. Only what changed since the last snapshot is stored.")
    .calls(&[&CREATE_SNAPSHOT, &DELETE_SNAPSHOT])
    .only_if(|row| match state(row) {
        "available" | "in-use" => Ok(()),
        other => Err(format!("It is {other}: only a volume that is available or in use can be snapshotted.")),
    })
    .form(|cx, values| {
        let name = line(values, NAME, "Name", "", "The Name tag; may be empty.");
        let mut description = line(values, DESCRIPTION, "Description", "", "At most 255 characters; may be empty.");
        description.error = (text_of(&description).chars().count() > 255).then(|| "At most 255 characters.".into());
        FormSpec { title: form_title(cx, "Create a snapshot of"), fields: vec![name, description], needs: Vec::new() }
    });

fn snapshot(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("create-snapshot takes one volume.")) };
    let who = label(&t.record);
    let mut call = CREATE_SNAPSHOT.call(cx.scope.clone()).arg("VolumeId", Arg::Str(t.record.id.clone()));
    if let Some(text) = form.given(DESCRIPTION) {
        call = call.arg("Description", Arg::Str(text));
    }
    if let Some(name) = form.given(NAME) {
        call = call.arg("TagSpecifications", name_tags(&["snapshot"], &name));
    }
    let undo = StepUndo::new(
        "delete the snapshot",
        DELETE_SNAPSHOT.call(cx.scope.clone()).arg("SnapshotId", Arg::out(0, "SnapshotId")),
    )
    .destroys();
    let mut plan = draft(
        "create-snapshot",
        title("Create a snapshot of", &volumes::INFO, cx.targets),
        cx.targets,
        vec![subject(t, "unchanged")],
    );
    plan.steps = vec![Step::new(format!("create a snapshot of {who}"), call.on([t.record.id.clone()])).undone_by(undo)];
    plan.wait = made(cx.scope, "SnapshotId", &snapshots::INFO, &["completed"], &["error"]);
    let mut all = Vec::new();
    if state(&t.record) == "in-use" {
        all.push(note("The volume is in use: data that the instance has not written yet are not in the snapshot"));
    }
    plan.consequences = sorted(all);
    plan.cost = Some(match prices::of(cx.scope).zip(volume::size_gib(&t.record)) {
        #[expect(clippy::cast_precision_loss, reason = "a price in cents")]
        Some((prices, gib)) => Cost::adds(
            prices.snapshot(gib as f64),
            " at most: only written data are billed, and of them only what changed since the last snapshot",
        ),
        None => Cost::adds_unknown("Billed by the GB and month"),
    });
    Ok(plan)
}
