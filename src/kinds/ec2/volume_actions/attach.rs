//! `attach`: an available volume becomes a disk of an instance of its zone.

use super::{ATTACHING, Volume, attach_call, detach_again, device_field, instances_of};
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::instances;
use crate::kinds::ec2::senders::{ATTACH_VOLUME, DETACH_VOLUME};
use crate::kinds::ec2::volumes::INFO;
use crate::kinds::ec2::volumes::volume::{self, VolumeState};
use crate::kinds::plan_builder::{draft, form_title, note, sorted, state, subject, text_of, title};
use crate::kinds::rows_field::rows_field;
use crate::model::{FormSpec, Kind, Plan, Record, Step, TableKey, Values};

/// `attach`.
pub static ATTACH: Action = Action::on_rows(&INFO, "attach", "Attach", plan)
    .group(MenuGroup::Disks)
    .doc("Attaches a volume to an instance of its Availability Zone.")
    .calls(&[&ATTACH_VOLUME, &DETACH_VOLUME])
    .only_if(available)
    .form(refine);

const INSTANCE: &str = "instance";
const DEVICE: &str = "device";

fn available(row: &Record) -> Result<(), String> {
    match volume::state(row) {
        VolumeState::Available => Ok(()),
        // io1 and io2 volumes may be attached to up to 16 instances.
        VolumeState::InUse if volume::multi_attach(row) == Some(true) => Ok(()),
        VolumeState::InUse => Err("Already attached: detach it first.".into()),
        _ => Err(format!("It is {}: only an available volume can be attached.", state(row))),
    }
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let zone = cx.targets.first().and_then(|t| volume::zone(&t.record));
    let (pick, refuse) = instances_of(cx.scope, zone);
    let said = (INSTANCE, "Instance", "the instances");
    let help = "The instance to attach it to, in the volume's zone.";
    let instance = rows_field(cx, values, said, (pick, ""), help, &refuse, &mut needs);
    let device = device_field(cx, values, DEVICE, &text_of(&instance));
    FormSpec { title: form_title(cx, "Attach"), fields: vec![instance, device], needs }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let (instance, device) = (form.text(INSTANCE), form.text(DEVICE));
    let t = &cx.targets[0];
    let key = TableKey::all(cx.scope.clone(), Kind(&instances::INFO));
    let host = cx.store.get(&key, &instance).map_or_else(|| instance.to_string(), |r| r.label().to_string());
    let subjects = vec![subject(t, format!("{} → in-use by {host} as {device}", state(&t.record)))];
    let mut plan = draft("attach", title("Attach", &INFO, cx.targets), cx.targets, subjects);
    let volume = Volume::Known(t.record.id.clone());
    let step =
        Step::new(format!("attach it to {host} as {device}"), attach_call(cx.scope, &volume, &instance, &device));
    plan.steps = vec![step.undone_by(detach_again(cx.scope, &volume, &instance))];
    plan.wait = volume.becomes(cx.scope, &["in-use"], false, ATTACHING);
    plan.consequences = sorted(vec![
        note(format!("Instance {host} sees a new disk, which you mount there yourself")),
        note("The volume is kept when the instance is terminated, unless DeleteOnTermination is set"),
    ]);
    Ok(plan)
}
