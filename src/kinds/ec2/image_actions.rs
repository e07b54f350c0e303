//! Images and snapshots as data: make an image of an instance, a snapshot of a volume, deregister, delete.

use std::time::Duration;

use super::instances::instance::{self, InstanceState};
use super::senders::{CREATE_IMAGE, CREATE_SNAPSHOT, DELETE_SNAPSHOT, DEREGISTER_IMAGE};
use super::{images, instances, snapshots, volumes};
use crate::base::Fault;
use crate::base::text::visible;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::plan_builder::{
    Known, draft, field, form_title, known, label, line, list, live, name_tags, names, need, note, severe, sorted,
    state, subject, text_of, title, toggle, unknown, wait_state,
};
use crate::model::{Arg, Cost, FormSpec, Kind, KindInfo, Out, Plan, Record, Step, StepUndo, TableKey, Values, Waiter};

const NAME: &str = "name";
const DESCRIPTION: &str = "description";
const NO_REBOOT: &str = "no_reboot";
const SNAPSHOTS: &str = "snapshots";

/// A snapshot of a large volume that was never snapshotted takes hours.
const COPYING: Duration = Duration::from_secs(6 * 60 * 60);

/// Waits for what step 0 makes.
fn made(
    cx: &ActionContext<'_>,
    output: &'static str,
    kind: &'static KindInfo,
    want: &'static [&'static str],
    fail: &'static [&'static str],
) -> Waiter {
    let table = TableKey::all(cx.scope.clone(), Kind(kind));
    Waiter::Created { out: Out { step: 0, output }, table, want, fail, gone_is_fine: false, within: COPYING }
}

/// `create-image`.
pub static CREATE: Action = Action::on_rows(&instances::INFO, "create-image", "Create an image", create)
    .group(MenuGroup::Images)
    .doc("Makes an image (AMI) of an instance with all its EBS volumes. A running one is rebooted for it, unless that is forgone.")
    .calls(&[&CREATE_IMAGE, &DEREGISTER_IMAGE])
    .only_if(can_be_imaged)
    .form(create_form);

fn can_be_imaged(row: &Record) -> Result<(), String> {
    if instance::root_is_ebs(row) == Some(false) {
        return Err("Its root device is an instance store: EC2 makes no image of that.".into());
    }
    match instance::state(row) {
        InstanceState::Running | InstanceState::Stopped | InstanceState::Stopping => Ok(()),
        // EC2: IncorrectState.
        _ => Err(format!("It is {}: an image is made of one that is running or stopped.", state(row))),
    }
}

/// 3 to 128 characters: letters, digits and these.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html>
fn why_not_image_name(cx: &ActionContext<'_>, name: &str) -> Option<String> {
    const SIGNS: &str = "()[] ./-'@_";
    let n = name.chars().count();
    if !(3..=128).contains(&n) {
        return Some("AWS wants 3 to 128 characters.".into());
    }
    if let Some(c) = name.chars().find(|c| !(c.is_ascii_alphanumeric() || SIGNS.contains(*c))) {
        return Some(format!("AWS does not take {} here: letters, digits and {SIGNS}", visible(&c.to_string())));
    }
    let table = TableKey::all(cx.scope.clone(), Kind(&images::INFO));
    let taken = cx.store.table(&table).into_iter().flat_map(live).any(|r| r.name == name);
    taken.then(|| format!("There is an image {} already (InvalidAMIName.Duplicate).", visible(name)))
}

fn create_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let base: String = cx.targets.first().map(|t| label(&t.record)).unwrap_or_default();
    let base: String = base.chars().filter(|c| c.is_ascii_alphanumeric() || "-_. ".contains(*c)).take(100).collect();
    // Names are unique: the date makes it one.
    let proposed =
        format!("{} {}", if base.trim().is_empty() { "image" } else { base.trim() }, &cx.now.rfc3339()[..10]);
    let mut name = line(values, NAME, "Name", &proposed, "Unique among your images; it stays as it is.");
    name.error = why_not_image_name(cx, text_of(&name).trim());
    let description = line(values, DESCRIPTION, "Description", "", "May be empty.");
    let mut fields = vec![name, description];
    if cx.targets.first().is_some_and(|t| instance::state(&t.record) == InstanceState::Running) {
        fields.push(toggle(
            values,
            NO_REBOOT,
            "No reboot",
            "It runs on; what it writes meanwhile may be half in the image.",
        ));
    }
    FormSpec { title: form_title(cx, "Create an image of"), fields, needs: Vec::new() }
}

fn create(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("create-image takes one instance.")) };
    let (name, who) = (form.text(NAME), label(&t.record));
    let mut all = Vec::new();
    let is_running = instance::state(&t.record) == InstanceState::Running;
    match (is_running, form.flag(NO_REBOOT)) {
        (true, false) => all.push(severe(format!("{who} is rebooted: it does not answer for a minute or more"))),
        (true, true) => all.push(unknown(
            "whether the image's file systems are whole cannot be known: it is made while they are written to",
        )),
        _ => {}
    }
    all.push(note("the image's snapshots are billed by what they hold, until they are deleted"));
    let mut call = CREATE_IMAGE
        .call(cx.scope.clone())
        .arg("InstanceId", Arg::Str(t.record.id.clone()))
        .arg("Name", Arg::Str(name.clone()));
    if let Some(text) = form.given(DESCRIPTION) {
        call = call.arg("Description", Arg::Str(text));
    }
    // Said either way: EC2's own default reboots.
    call = call.arg("NoReboot", Arg::Bool(form.flag(NO_REBOOT)));
    call = call.arg("TagSpecifications", name_tags(&["image", "snapshot"], &name)).on([t.record.id.clone()]);
    let undo = StepUndo {
        title: "deregister the image, with its snapshots".into(),
        call: DEREGISTER_IMAGE
            .call(cx.scope.clone())
            .arg("ImageId", Arg::out(0, "ImageId"))
            .arg("DeleteAssociatedSnapshots", Arg::Bool(true)),
        wait: Waiter::AtOnce,
        destructive: true,
        hurts: None,
    };
    let mut plan = draft(
        "create-image",
        title("Create an image of", &instances::INFO, cx.targets),
        cx.targets,
        vec![subject(t, format!("image {}", visible(&name)))],
    );
    plan.steps = vec![Step::new(format!("create the image {}", visible(&name)), call).undone_by(undo)];
    plan.wait = made(cx, "ImageId", &images::INFO, &["available"], &["failed", "error", "invalid"]);
    plan.consequences = sorted(all);
    plan.cost = Some(Cost::adds_unknown("its snapshots are billed by the GB and month"));
    Ok(plan)
}

/// `deregister`.
pub static DEREGISTER: Action = Action::on_rows(&images::INFO, "deregister", "Deregister", deregister)
    .group(MenuGroup::Delete)
    .doc("Deregisters images, with their snapshots if that is wanted: nothing is launched from them any more. What runs goes on.")
    .calls(&[&DEREGISTER_IMAGE])
    .several()
    .form(|cx, values| {
        let mut snapshots = toggle(values, SNAPSHOTS, "Snapshots too", "Deletes the snapshots that no other image has.");
        if values.get(SNAPSHOTS).is_none() {
            snapshots.value = crate::model::FormValue::Flag(true);
        }
        FormSpec { title: form_title(cx, "Deregister"), fields: vec![snapshots], needs: Vec::new() }
    });

fn deregister(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let with = form.flag(SNAPSHOTS);
    let mut all = Vec::new();
    let mut plan = draft("deregister", title("Deregister", &images::INFO, cx.targets), cx.targets, Vec::new());
    for t in cx.targets {
        let (who, its) = (label(&t.record), list(&t.record, &images::SNAPSHOTS));
        plan.subjects.push(subject(t, if with { "deregistered, its snapshots deleted" } else { "deregistered" }));
        let instances = TableKey::all(t.table.scope.clone(), Kind(&instances::INFO));
        let rows = cx.store.table(&instances).into_iter().flat_map(live);
        let from = |r: &&std::sync::Arc<Record>| field(r, &instances::fields::IMAGE_ID) == Some(&t.record.id);
        let users: Vec<String> = rows.filter(from).map(|r| label(r)).collect();
        if !users.is_empty() {
            all.push(note(format!("{} came from {who} and go on running", names(&users))));
        }
        if with && !its.is_empty() {
            all.push(note(format!(
                "{who}: {} {}",
                names(&its),
                if its.len() == 1 { "is deleted" } else { "are deleted" }
            )));
        }
        let call = DEREGISTER_IMAGE
            .call(t.table.scope.clone())
            .arg("ImageId", Arg::Str(t.record.id.clone()))
            .arg("DeleteAssociatedSnapshots", Arg::Bool(with));
        plan.steps.push(Step::new(format!("deregister {who}"), call.on([t.record.id.clone()])));
    }
    all.push(note("templates and groups that name it launch nothing any more"));
    plan.destructive = true;
    plan.consequences = sorted(all);
    plan.wait = wait_state(cx.targets, &["deregistered"], &[], true, 5);
    plan.cost = Some(if with {
        Cost::saves_unknown("the snapshots' room is not billed any more")
    } else {
        Cost::same("its snapshots go on costing")
    });
    Ok(plan)
}

/// `create-snapshot`.
pub static CREATE_A_SNAPSHOT: Action = Action::on_rows(
    &volumes::INFO,
    "create-snapshot",
    "Create a snapshot",
    snapshot,
)
.group(MenuGroup::Images)
.doc("Makes a snapshot of a volume, as it is at this moment. Only what has changed since the last one is stored.")
.calls(&[&CREATE_SNAPSHOT, &DELETE_SNAPSHOT])
.only_if(|row| match state(row) {
    "available" | "in-use" => Ok(()),
    other => Err(format!("It is {other}: a snapshot is made of one that is available or in use.")),
})
.form(|cx, values| {
    let name = line(values, NAME, "Name", "", "The Name tag; may be empty.");
    let mut description = line(values, DESCRIPTION, "Description", "", "Up to 255 characters; may be empty.");
    description.error = (text_of(&description).chars().count() > 255).then(|| "AWS takes up to 255 characters.".into());
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
    let undo = StepUndo {
        title: "delete the snapshot".into(),
        call: DELETE_SNAPSHOT.call(cx.scope.clone()).arg("SnapshotId", Arg::out(0, "SnapshotId")),
        wait: Waiter::AtOnce,
        destructive: true,
        hurts: None,
    };
    let mut plan = draft(
        "create-snapshot",
        title("Create a snapshot of", &volumes::INFO, cx.targets),
        cx.targets,
        vec![subject(t, "stays as it is")],
    );
    plan.steps = vec![Step::new(format!("create a snapshot of {who}"), call.on([t.record.id.clone()])).undone_by(undo)];
    plan.wait = made(cx, "SnapshotId", &snapshots::INFO, &["completed"], &["error"]);
    let mut all = Vec::new();
    if state(&t.record) == "in-use" {
        all.push(note("it is in use: what its instance has not written out yet is not in the snapshot"));
    }
    plan.consequences = sorted(all);
    plan.cost = Some(Cost::adds_unknown("it is billed by the GB and month that it holds"));
    Ok(plan)
}

/// `delete` of snapshots.
pub static DELETE_SNAPSHOTS: Action = Action::on_rows(&snapshots::INFO, "delete", "Delete", delete)
    .group(MenuGroup::Delete)
    .doc("Deletes snapshots for good. EC2 refuses it for one that an image has (InvalidSnapshot.InUse).")
    .calls(&[&DELETE_SNAPSHOT])
    .several();

fn delete(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let mut all = Vec::new();
    let mut plan = draft("delete", title("Delete", &snapshots::INFO, cx.targets), cx.targets, Vec::new());
    for t in cx.targets {
        let who = label(&t.record);
        plan.subjects.push(subject(t, "deleted for good"));
        let table = TableKey::all(t.table.scope.clone(), Kind(&images::INFO));
        match known(cx.store, table) {
            Known::Complete(images) => {
                let of = |r: &&std::sync::Arc<Record>| list(r, &images::SNAPSHOTS).contains(&t.record.id);
                let its: Vec<String> = live(images).filter(of).map(|r| label(r)).collect();
                if !its.is_empty() {
                    all.push(severe(format!(
                        "{who} is a disk of {}: EC2 refuses until that is deregistered",
                        names(&its)
                    )));
                }
            }
            Known::NotAsked(key) => {
                all.push(unknown(format!("whether an image has {who} is not known yet")));
                need(&mut plan.needs, key);
            }
            Known::Failed(why) => {
                all.push(unknown(format!("whether an image has {who} is not known ({why})")));
            }
        }
        let call = DELETE_SNAPSHOT.call(t.table.scope.clone()).arg("SnapshotId", Arg::Str(t.record.id.clone()));
        plan.steps.push(Step::new(format!("delete {who}"), call.on([t.record.id.clone()])));
    }
    plan.destructive = true;
    plan.consequences = sorted(all);
    plan.wait = wait_state(cx.targets, &[], &[], true, 2);
    plan.cost = Some(Cost::saves_unknown("what it alone holds is not billed any more"));
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{Rows, row, texts};
    use crate::model::{Confirm, FormValue, Selector, Severity};

    fn host(state: &str) -> Record {
        row(&instances::INFO, "i-1", "web-1", state).record()
    }

    fn planned(action: &Action, what: Record, values: &Values) -> Result<Plan, Fault> {
        let mut rows = Rows::default();
        let image = row(&images::INFO, "ami-1", "golden", "available").with(&images::SNAPSHOTS, texts(&["snap-1"]));
        rows.complete(&images::INFO, Selector::All, vec![image.record()]);
        let targets = [rows.target(what.kind.0, what)];
        action.planned(&rows.context(&targets), values)
    }

    #[test]
    fn an_image_of_a_running_instance_reboots_it_or_may_be_half_written_and_says_which() {
        let p = planned(&CREATE, host("running"), &Values::default()).expect("a plan");
        assert_eq!(p.steps[0].call.get("NoReboot"), Some(&Arg::Bool(false)));
        assert!(p.consequences.iter().any(|c| c.severity == Severity::Severe && c.text.contains("web-1 is rebooted")));
        assert_eq!(p.confirm(), Confirm::Type("web-1".into()));
        let no_reboot = Values::default().with(NO_REBOOT, FormValue::Flag(true));
        let p = planned(&CREATE, host("running"), &no_reboot).expect("a plan");
        assert!(p.consequences.iter().any(|c| c.severity == Severity::Unknown && c.text.contains("whole")));
        let p = planned(&CREATE, host("stopped"), &Values::default()).expect("a plan");
        assert_eq!(p.confirm(), Confirm::Enter);
        assert!((CREATE.available)(&host("terminated")).is_err());
    }

    #[test]
    fn what_aws_would_refuse_of_an_images_name_is_said_at_its_field() {
        for (name, says) in [("ab", "3 to 128"), ("web#1", "does not take #"), ("golden", "InvalidAMIName.Duplicate")] {
            let values = Values::default().with(NAME, FormValue::Text(name.into()));
            let fault = planned(&CREATE, host("stopped"), &values).expect_err(name);
            assert!(fault.message.contains(says), "{name}: {}", fault.message);
        }
    }

    #[test]
    fn a_snapshot_that_an_image_has_is_not_deleted_by_a_bare_enter() {
        let p =
            planned(&DELETE_SNAPSHOTS, row(&snapshots::INFO, "snap-1", "", "completed").record(), &Values::default());
        let p = p.expect("a plan");
        assert!(p.consequences.iter().any(|c| c.severity == Severity::Severe && c.text.contains("a disk of golden")));
        assert_eq!(p.confirm(), Confirm::Type("snap-1".into()));
    }

    #[test]
    fn a_snapshot_is_made_of_a_volume_that_is_there_and_deleted_by_its_way_back() {
        let of = |state: &str| row(&volumes::INFO, "vol-1", "data", state).record();
        let p = planned(&CREATE_A_SNAPSHOT, of("in-use"), &Values::default()).expect("a plan");
        let back = &p.steps[0].undo.as_ref().expect("a way back").call;
        assert_eq!(back.get("SnapshotId"), Some(&Arg::out(0, "SnapshotId")));
        assert!((CREATE_A_SNAPSHOT.available)(&of("creating")).is_err());
    }
}
