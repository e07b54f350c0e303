//! `copy`: a snapshot of your own in a region, of one that is there or elsewhere.

use super::{DESCRIPTION, NAME, made};
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::copying::{
    Amount, cost, destination_of, encryption_fields, region_field, transfer, with_encryption,
};
use crate::kinds::ec2::senders::{COPY_SNAPSHOT, DELETE_SNAPSHOT};
use crate::kinds::ec2::snapshots::{self, ENCRYPTED, FULL_SIZE, INFO, SIZE_GIB};
use crate::kinds::plan_builder::{
    draft, field, form_title, label, line, name_tag, note, sorted, state, subject, text_of,
};
use crate::model::{Arg, FormSpec, Plan, Record, Step, StepUndo, Value, Values};

/// `copy`.
pub static COPY: Action = Action::on_rows(&INFO, "copy", "Copy to a region", plan)
    .group(MenuGroup::Images)
    .doc(
        "Copies a snapshot to a region, or within one, encrypted if you want. The copy is your own and shared with \
         nobody.",
    )
    .calls(&[&COPY_SNAPSHOT, &DELETE_SNAPSHOT])
    .only_if(available)
    .form(refine);

fn available(row: &Record) -> Result<(), String> {
    match (state(row), field(row, &snapshots::TIER)) {
        ("completed", Some("archive")) => Err("It is archived: archived snapshots cannot be copied.".into()),
        ("completed", _) => Ok(()),
        // EC2: IncorrectState.
        (other, _) => Err(format!("It is {other}: only a completed snapshot can be copied.")),
    }
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let Some(t) = cx.targets.first() else { return FormSpec::default() };
    let mut needs = Vec::new();
    let region = region_field(cx, values, &mut needs);
    let name = line(values, NAME, "Name", &t.record.name, "The Name tag of the copy; may be empty.");
    let from = cx.scope.region_code().map(|r| r.as_str()).unwrap_or_default();
    let said: String = field(&t.record, &snapshots::DESCRIPTION).unwrap_or_default().chars().take(180).collect();
    let said = format!("[Copied {} from {from}] {said}", t.record.id);
    let mut description =
        line(values, DESCRIPTION, "Description", said.trim(), "At most 255 characters; may be empty.");
    description.error = (text_of(&description).chars().count() > 255).then(|| "At most 255 characters.".into());
    let mut fields = vec![region, name, description];
    fields.extend(encryption_fields(values, t.record.get(&ENCRYPTED).as_bool()));
    FormSpec { title: form_title(cx, "Copy"), fields, needs }
}

/// What is written of it, else the size of its volume.
fn amount(row: &Record) -> Amount {
    match row.get(&FULL_SIZE) {
        Value::Bytes(bytes) => Amount::Bytes(*bytes),
        _ => row.get(&SIZE_GIB).as_int().map_or(Amount::Unknown, Amount::AtMost),
    }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let t = &cx.targets[0];
    let to = destination_of(cx, form);
    let region = to.region_code().cloned().unwrap_or_default();
    let from = t.table.scope.region_code().cloned().unwrap_or_default();
    let mut call = COPY_SNAPSHOT
        .call(to.clone())
        .arg("SourceRegion", Arg::Str(from.clone()))
        .arg("SourceSnapshotId", Arg::Str(t.record.id.clone()));
    if let Some(text) = form.given(DESCRIPTION) {
        call = call.arg("Description", Arg::Str(text));
    }
    call = with_encryption(call, form);
    if let Some(name) = form.given(NAME) {
        call = call.arg("TagSpecifications", name_tag("snapshot", &name));
    }
    let undo = StepUndo::new(
        format!("delete the copy in {region}"),
        DELETE_SNAPSHOT.call(to.clone()).arg("SnapshotId", Arg::out(0, "SnapshotId")),
    )
    .destroys();
    let who = label(&t.record);
    let mut plan =
        draft("copy", format!("Copy {who} to {region}"), cx.targets, vec![subject(t, format!("copied to {region}"))]);
    let step = Step::new(format!("copy {who} to {region}"), call.on([t.record.id.clone()]));
    plan.steps = vec![step.undone_by(undo)];
    plan.wait = made(&to, "SnapshotId", &INFO, &["completed"], &["error"]);
    let amount = amount(&t.record);
    let mut all = vec![note("The copy is complete, not incremental, and shared with nobody")];
    if region == from {
        all.push(note(format!("The copy is made in {region}, where the snapshot is")));
    }
    all.extend(transfer(&t.table.scope, &to, amount));
    if t.record.get(&ENCRYPTED).as_bool() == Some(true) {
        all.push(note("The copy is encrypted, as the snapshot is: with the key named, or the default one there"));
    }
    plan.consequences = sorted(all);
    plan.cost = Some(cost(&to, amount));
    Ok(plan)
}
