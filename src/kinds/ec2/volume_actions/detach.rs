//! `detach`: a volume leaves its instance.

use super::{ATTACHING, Volume, attach_call, detach_call};
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::instances;
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::ec2::senders::{ATTACH_VOLUME, DETACH_VOLUME};
use crate::kinds::ec2::volumes::INFO;
use crate::kinds::ec2::volumes::volume::{self, VolumeState};
use crate::kinds::plan_builder::{
    Known, draft, form_title, need, note, pick, severe, sorted, state, subject, title, toggle, unknown, whole,
};
use crate::model::{Choice, Cost, FormSpec, Kind, Plan, Record, Step, StepUndo, TableKey, Values};

/// `detach`.
pub static DETACH: Action = Action::on_rows(&INFO, "detach", "Detach", plan)
    .group(MenuGroup::Disks)
    .doc(
        "Detaches a volume from its instance. Unmount it there first, or data not yet written are lost. `force` does \
         not wait for the operating system.",
    )
    .calls(&[&DETACH_VOLUME, &ATTACH_VOLUME])
    .only_if(available)
    .form(refine);

const FORCE: &str = "force";
const FROM: &str = "from";

fn available(row: &Record) -> Result<(), String> {
    match volume::state(row) {
        VolumeState::InUse => Ok(()),
        VolumeState::Available => Err("Not attached.".into()),
        _ => Err(format!("It is {}: only a volume in use can be detached.", state(row))),
    }
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let hosts = cx.targets.first().map(|t| volume::instances(&t.record)).unwrap_or_default();
    let mut fields = vec![toggle(
        values,
        FORCE,
        "Force",
        "Do not wait for the operating system: for a detachment that is stuck. The file system may need repair.",
    )];
    if hosts.len() > 1 {
        let choices = hosts.into_iter().map(|id| Choice { value: id.clone(), label: id, disabled: None }).collect();
        fields.push(pick(values, (FROM, "From"), choices, "", "Attached to several instances: choose one."));
    }
    FormSpec { title: form_title(cx, "Detach"), fields, needs: Vec::new() }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let t = &cx.targets[0];
    let hosts = volume::instances(&t.record);
    let Some(host) = form.given(FROM).or_else(|| hosts.first().cloned()) else {
        return Err(Fault::new(FaultKind::Conflict, "Its instance is not known: refresh the list."));
    };
    let force = form.flag(FORCE);
    let key = TableKey::all(cx.scope.clone(), Kind(&instances::INFO));
    let row = cx.store.get(&key, &host);
    let name = row.map_or_else(|| host.to_string(), |r| r.label().to_string());
    let device = volume::device(&t.record).unwrap_or_default();
    let mut plan = draft(
        "detach",
        title("Detach", &INFO, cx.targets),
        cx.targets,
        vec![subject(t, format!("in-use by {name} → available"))],
    );
    let volume = Volume::Known(t.record.id.clone());
    let step = Step::new(format!("detach it from {name}"), detach_call(cx.scope, &volume, &host, force));
    let back = StepUndo {
        title: format!("attach it to {name} again"),
        call: attach_call(cx.scope, &volume, &host, device),
        wait: volume.becomes(cx.scope, &["in-use"], false, ATTACHING),
        destructive: false,
        hurts: None,
    };
    plan.steps = vec![if device.is_empty() { step } else { step.undone_by(back) }];
    // One that others still have stays in use.
    plan.wait = if hosts.len() > 1 {
        crate::model::Waiter::AtOnce
    } else {
        volume.becomes(cx.scope, &["available"], false, ATTACHING)
    };
    if let Known::NotAsked(key) = whole(cx.store, cx.scope, &instances::INFO) {
        need(&mut plan.needs, key);
    }
    plan.rests_on.extend(row.map(|_| (key, host.clone())));
    let mut all = Vec::new();
    let root = row
        .and_then(|r| r.get(&super::super::instances::fields::ROOT_DEVICE).as_str())
        .is_some_and(|root| root == device);
    let runs = row.map(|r| instance::state(r) == InstanceState::Running);
    if root && runs == Some(true) {
        // EC2: OperationNotPermitted.
        let text = format!("It is the root volume of {name}, which is running: stop the instance first.");
        return Err(Fault::new(FaultKind::Conflict, text));
    }
    match runs {
        Some(true) => all.push(severe(format!(
            "Instance {name} is running: unmount the volume there first, or data not yet written are lost"
        ))),
        Some(false) => all.push(note(format!("Instance {name} is not running"))),
        None => all.push(unknown(format!(
            "Whether instance {name} is running is not known: if it is, data not yet written are lost"
        ))),
    }
    if root {
        all.push(severe(format!("This is the root volume: instance {name} cannot start without it")));
    }
    if force {
        all.push(severe("Force: the operating system does not flush its file systems, which may need repair"));
    }
    plan.consequences = sorted(all);
    plan.cost = Some(Cost::same("Still billed, attached or not"));
    Ok(plan)
}
