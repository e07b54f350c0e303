//! `copy`: an image of your own in a region, of one that is there or elsewhere.

use super::{DESCRIPTION, NAME, is_taken, why_not_image_name};
use crate::base::Fault;
use crate::base::text::visible;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::copying::{
    Amount, cost, destination, destination_of, encryption_fields, region_field, region_of, transfer, with_encryption,
};
use crate::kinds::ec2::images::{ENCRYPTED, INFO, SIZE};
use crate::kinds::ec2::senders::{COPY_IMAGE, DEREGISTER_IMAGE};
use crate::kinds::ec2::snapshot_actions::made;
use crate::kinds::plan_builder::{draft, form_title, label, line, note, sorted, state, subject, text_of, toggle};
use crate::model::{Arg, FormSpec, FormValue, Plan, Record, Step, StepUndo, Values};

/// `copy`.
pub static COPY: Action = Action::on_rows(&INFO, "copy", "Copy to a region", plan)
    .group(MenuGroup::Images)
    .doc(
        "Copies an image and its snapshots to a region, or within one, encrypted if you want. The copy has an id of \
         its own and is shared with nobody.",
    )
    .calls(&[&COPY_IMAGE, &DEREGISTER_IMAGE])
    .only_if(available)
    .form(refine);

const TAGS: &str = "copy_tags";

fn available(row: &Record) -> Result<(), String> {
    match state(row) {
        "available" => Ok(()),
        // EC2: InvalidAMIID.Unavailable.
        other => Err(format!("It is {other}: only an available image can be copied.")),
    }
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let Some(t) = cx.targets.first() else { return FormSpec::default() };
    let mut needs = Vec::new();
    let region = region_field(cx, values, &mut needs);
    let to = destination(cx, &region_of(&region));
    let mut name = line(values, NAME, "Name", &t.record.name, "The copy's name; it cannot be changed later.");
    let typed = text_of(&name);
    name.error = why_not_image_name(&typed);
    if is_taken(cx, &to, &typed) {
        name.facts = format!("An image {} exists there already: only their ids tell them apart.", visible(&typed));
    }
    let from = cx.scope.region_code().map(|r| r.as_str()).unwrap_or_default();
    let said = format!("[Copied {} from {from}] {}", t.record.id, text_of_field(&t.record));
    let mut description =
        line(values, DESCRIPTION, "Description", said.trim(), "At most 255 characters; may be empty.");
    description.error = (text_of(&description).chars().count() > 255).then(|| "At most 255 characters.".into());
    let mut fields = vec![region, name, description];
    fields.extend(encryption_fields(values, t.record.get(&ENCRYPTED).as_bool()));
    let mut tags =
        toggle(values, TAGS, "Copy tags", "Copies your own tags of the image; other owners' tags are never copied.");
    if values.get(TAGS).is_none() {
        tags.value = FormValue::Flag(true);
    }
    fields.push(tags);
    FormSpec { title: form_title(cx, "Copy"), fields, needs }
}

/// What its owner says of it, as far as the copy's description has room for it.
fn text_of_field(row: &Record) -> String {
    use crate::kinds::ec2::images;
    let text = crate::kinds::plan_builder::field(row, &images::DESCRIPTION).unwrap_or_default();
    text.chars().take(180).collect()
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let t = &cx.targets[0];
    let (to, name) = (destination_of(cx, form), form.text(NAME));
    let region = to.region_code().cloned().unwrap_or_default();
    let from = t.table.scope.region_code().cloned().unwrap_or_default();
    let mut call = COPY_IMAGE
        .call(to.clone())
        .arg("SourceRegion", Arg::Str(from.clone()))
        .arg("SourceImageId", Arg::Str(t.record.id.clone()))
        .arg("Name", Arg::Str(name.clone()));
    if let Some(text) = form.given(DESCRIPTION) {
        call = call.arg("Description", Arg::Str(text));
    }
    call = with_encryption(call, form);
    if form.flag(TAGS) {
        call = call.arg("CopyImageTags", Arg::Bool(true));
    }
    call = call.arg("ClientToken", Arg::Token).on([t.record.id.clone()]);
    let undo = StepUndo::new(
        format!("deregister the copy in {region}, with its snapshots"),
        DEREGISTER_IMAGE
            .call(to.clone())
            .arg("ImageId", Arg::out(0, "ImageId"))
            .arg("DeleteAssociatedSnapshots", Arg::Bool(true)),
    )
    .destroys();
    let who = label(&t.record);
    let mut plan = draft(
        "copy",
        format!("Copy {who} to {region}"),
        cx.targets,
        vec![subject(t, format!("copied to {region} as {}", visible(&name)))],
    );
    plan.steps = vec![Step::new(format!("copy {who} to {region} as {}", visible(&name)), call).undone_by(undo)];
    plan.wait = made(&to, "ImageId", &INFO, &["available"], &["failed", "error", "invalid"]);
    let amount = t.record.get(&SIZE).as_int().map_or(Amount::Unknown, Amount::AtMost);
    let mut all = vec![
        note("The copy has a new id: templates and groups still use the image they name"),
        note("The copy is shared with nobody, whoever the image is shared with"),
    ];
    if region == from {
        all.push(note(format!("The copy is made in {region}, where the image is")));
    }
    all.extend(transfer(&t.table.scope, &to, amount));
    if t.record.get(&ENCRYPTED).as_bool() == Some(true) {
        all.push(note("The copy is encrypted, as the image is: with the key named, or the default one there"));
    }
    plan.consequences = sorted(all);
    plan.cost = Some(cost(&to, amount));
    Ok(plan)
}
