//! `create-image`: an image of an instance with all its EBS volumes.

use super::{DESCRIPTION, NAME, is_taken, why_not_image_name};
use crate::base::text::visible;
use crate::base::{Fault, RowId};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::ec2::senders::{CREATE_IMAGE, DEREGISTER_IMAGE};
use crate::kinds::ec2::snapshot_actions::made;
use crate::kinds::ec2::volumes::volume;
use crate::kinds::ec2::{images, instances, volumes};
use crate::kinds::plan_builder::{
    Known, draft, form_title, known, label, line, live, name_tags, need, note, severe, sorted, state, subject, text_of,
    title, toggle, unknown,
};
use crate::kinds::prices;
use crate::model::{Arg, Cost, Filters, FormSpec, Kind, Plan, Record, Selector, Step, StepUndo, TableKey, Values};

const NO_REBOOT: &str = "no_reboot";

/// `create-image`.
pub static CREATE: Action = Action::on_rows(&instances::INFO, "create-image", "Create an image", create)
    .group(MenuGroup::Images)
    .doc(
        "Creates an image (AMI) of an instance with all its EBS volumes. A running instance is rebooted for it, \
         unless you choose no reboot.",
    )
    .calls(&[&CREATE_IMAGE, &DEREGISTER_IMAGE])
    .only_if(can_be_imaged)
    .form(create_form);

/// Names that are tried before the user is asked for one.
const MOST_A_DAY: usize = 20;

fn can_be_imaged(row: &Record) -> Result<(), String> {
    if instance::root_is_ebs(row) == Some(false) {
        return Err("Its root volume is an instance store: EC2 cannot make an image of it.".into());
    }
    match instance::state(row) {
        InstanceState::Running | InstanceState::Stopped | InstanceState::Stopping => Ok(()),
        // EC2: IncorrectState.
        _ => Err(format!("It is {}: only a running or stopped instance can become an image.", state(row))),
    }
}

fn create_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let base: String = cx.targets.first().map(|t| label(&t.record)).unwrap_or_default();
    let base: String = base.chars().filter(|c| c.is_ascii_alphanumeric() || "-_. ".contains(*c)).take(100).collect();
    // Names are unique: the date makes it one, on one day a number.
    let base = if base.trim().is_empty() { "image" } else { base.trim() };
    let dated = format!("{base} {}", &cx.now.rfc3339()[..10]);
    let next = (2..=MOST_A_DAY).map(|n| format!("{dated} {n}"));
    let proposed =
        std::iter::once(dated.clone()).chain(next).find(|name| !is_taken(cx, cx.scope, name)).unwrap_or(dated);
    let mut name = line(values, NAME, "Name", &proposed, "Unique among your images; it cannot be changed later.");
    let typed = text_of(&name);
    name.error = why_not_image_name(&typed).or_else(|| {
        is_taken(cx, cx.scope, &typed)
            .then(|| format!("An image {} exists already (InvalidAMIName.Duplicate).", visible(&typed)))
    });
    let description = line(values, DESCRIPTION, "Description", "", "May be empty.");
    let mut fields = vec![name, description];
    if cx.targets.first().is_some_and(|t| instance::state(&t.record) == InstanceState::Running) {
        fields.push(toggle(
            values,
            NO_REBOOT,
            "No reboot",
            "The instance keeps running; data it writes meanwhile may be incomplete in the image.",
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
        (true, false) => {
            all.push(severe(format!("Instance {who} is rebooted: it does not respond for a minute or more")))
        }
        (true, true) => all.push(unknown(
            "Whether the image's file systems are consistent is not known: it is made while they are written to",
        )),
        _ => {}
    }
    all.push(note("The image's snapshots are billed by the data they hold, until they are deleted"));
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
    let undo = StepUndo::new(
        "deregister the image, with its snapshots",
        DEREGISTER_IMAGE
            .call(cx.scope.clone())
            .arg("ImageId", Arg::out(0, "ImageId"))
            .arg("DeleteAssociatedSnapshots", Arg::Bool(true)),
    )
    .destroys();
    let mut plan = draft(
        "create-image",
        title("Create an image of", &instances::INFO, cx.targets),
        cx.targets,
        vec![subject(t, format!("image {}", visible(&name)))],
    );
    plan.steps = vec![Step::new(format!("create the image {}", visible(&name)), call).undone_by(undo)];
    plan.wait = made(cx.scope, "ImageId", &images::INFO, &["available"], &["failed", "error", "invalid"]);
    plan.consequences = sorted(all);
    let room = room(cx, &t.record.id, &mut plan.needs);
    plan.cost = Some(match prices::of(cx.scope).zip(room) {
        #[expect(clippy::cast_precision_loss, reason = "a price in cents")]
        Some((prices, gib)) => {
            Cost::adds(prices.snapshot(gib as f64), " at most for its snapshots: only written data are billed")
        }
        None => Cost::adds_unknown("Its snapshots are billed by the GB and month"),
    });
    Ok(plan)
}

/// GiB of an instance's volumes, as far as they are known; what is not is asked for.
fn room(cx: &ActionContext<'_>, id: &RowId, needs: &mut Vec<TableKey>) -> Option<i64> {
    let own = Filters::of(&volumes::INFO, [(volumes::fields::INSTANCES.name, vec![id.clone()])])?;
    let key = TableKey { selector: Selector::Filter(own), ..TableKey::all(cx.scope.clone(), Kind(&volumes::INFO)) };
    match known(cx.store, key) {
        Known::Complete(own) => live(own).map(|v| volume::size_gib(v)).sum(),
        Known::NotAsked(key) => {
            need(needs, key);
            None
        }
        Known::Failed(_) => None,
    }
}
