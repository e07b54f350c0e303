//! What can be done to volumes, as data: create, attach, modify, detach, delete.

pub mod attach;
pub mod create;
mod delete;
mod detach;
mod file_system;
mod modify;
#[cfg(test)]
mod tests;
mod types;

pub use attach::ATTACH;
pub use create::CREATE;
pub use delete::DELETE;
pub use detach::DETACH;
pub use modify::MODIFY;

use std::time::Duration;

use arcstr::ArcStr;

use super::instances::{self, fields, instance};
use super::volumes;
use crate::base::text::visible;
use crate::base::{RowId, Scope};
use crate::kinds::action::ActionContext;
use crate::kinds::ec2::senders::{ATTACH_VOLUME, DETACH_VOLUME};
use crate::kinds::plan_builder::{field, line, list, text_of};
use crate::model::{Arg, Call, FormField, Kind, Out, Pick, Record, StepUndo, TableKey, Values, Waiter};

/// Attaching and detaching take seconds; a device that is in use can keep a detachment waiting.
const ATTACHING: Duration = Duration::from_secs(5 * 60);

fn table(scope: &Scope) -> TableKey {
    TableKey::all(scope.clone(), Kind(&volumes::INFO))
}

/// The instances that a volume of a zone can be attached to: what a field offers, and why a row that is there is none of them.
fn instances_of(scope: &Scope, zone: Option<&str>) -> (Pick, impl Fn(&Record) -> Option<String>) {
    let pick = Pick::one_of(TableKey::all(scope.clone(), Kind(&instances::INFO)), "i-");
    let pick = match zone {
        Some(zone) => pick.only(
            format!("state=running,stopped {}={zone}", fields::ZONE.name),
            format!("Running and stopped instances in {zone}: a volume can be attached in its own zone only."),
        ),
        None => pick.only("state=running,stopped", "Running and stopped instances."),
    };
    let zone = zone.map(str::to_string);
    let refuse = move |r: &Record| {
        let at = field(r, &fields::ZONE).unwrap_or("an unknown zone");
        match instance::state(r) {
            _ if zone.as_ref().is_some_and(|z| z != at) => {
                Some(format!("It is in {at}: a volume can be attached in its own zone only."))
            }
            instance::InstanceState::Running | instance::InstanceState::Stopped => None,
            _ => Some(format!("It is {}.", crate::kinds::plan_builder::state(r))),
        }
    };
    (pick, refuse)
}

/// What an instance's devices are called, as far as its row is there. It is read again before the plan is carried out.
fn devices_of(cx: &ActionContext<'_>, instance: &str) -> Vec<ArcStr> {
    let key = TableKey::all(cx.scope.clone(), Kind(&instances::INFO));
    let row = cx.store.get(&key, instance);
    let root = row.and_then(|r| field(r, &fields::ROOT_DEVICE).map(ArcStr::from));
    row.map(|r| list(r, &fields::DEVICES)).into_iter().flatten().chain(root).collect()
}

/// Whether two names are one device: the kernel may call `/dev/sdf` `/dev/xvdf`, and what EC2 keeps apart is the letter.
fn is_same_device(a: &str, b: &str) -> bool {
    let own = |d: &str| {
        let name = d.strip_prefix("/dev/").unwrap_or(d);
        name.strip_prefix("xvd").or_else(|| name.strip_prefix("sd")).unwrap_or(name).trim_end_matches('1').to_string()
    };
    own(a) == own(b)
}

/// The device field: the first name that is free of those that AWS recommends for EBS volumes of Linux, `/dev/sdf` to `/dev/sdp`.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html>
fn device_field(cx: &ActionContext<'_>, values: &Values, name: &'static str, instance: &str) -> FormField {
    let used = devices_of(cx, instance);
    let taken = |d: &str| used.iter().any(|u| is_same_device(u, d));
    let names = ('f'..='p').map(|l| format!("/dev/sd{l}"));
    let free = names.into_iter().find(|d| !taken(d)).unwrap_or_default();
    let mut device = line(values, name, "Device", &free, "The device name; the operating system may show another one.");
    let typed = text_of(&device);
    device.error = if !is_device(&typed) {
        Some(format!("{} is not a device name, for example /dev/sdf.", visible(&typed)))
    } else {
        taken(&typed).then(|| format!("{} is used by another volume of the instance.", visible(&typed)))
    };
    device
}

/// Whether AWS takes a device's name: `/dev/sdf`, `/dev/xvdf`, Windows' `xvdf`.
fn is_device(name: &str) -> bool {
    let rest = name.strip_prefix("/dev/").unwrap_or(name);
    let letters = rest.strip_prefix("sd").or_else(|| rest.strip_prefix("xvd"));
    letters.is_some_and(|l| {
        let (letter, number) = l.split_at(l.find(|c: char| c.is_ascii_digit()).unwrap_or(l.len()));
        let is_letter = (1..=2).contains(&letter.len()) && letter.bytes().all(|b| b.is_ascii_lowercase());
        is_letter && (number.is_empty() || number.parse::<u8>().is_ok_and(|n| n > 0 && n < 16))
    })
}

/// The volume of a call: one that is there, or one that an earlier step makes.
#[derive(Clone)]
enum Volume {
    Known(RowId),
    Made(usize),
}

impl Volume {
    fn arg(&self) -> Arg {
        match self {
            Volume::Known(id) => Arg::Str(id.clone()),
            Volume::Made(step) => Arg::out(*step, "VolumeId"),
        }
    }
    /// Waits until it is so.
    fn becomes(&self, scope: &Scope, want: &'static [&'static str], gone_is_fine: bool, within: Duration) -> Waiter {
        let (table, fail): (_, &'static [&'static str]) = (table(scope), &["error"]);
        match self {
            Volume::Known(id) => Waiter::State { table, ids: vec![id.clone()], want, fail, gone_is_fine, within },
            Volume::Made(step) => {
                let out = Out { step: *step, output: "VolumeId" };
                Waiter::Created { out, table, want, fail, gone_is_fine, within }
            }
        }
    }
}

fn attach_call(scope: &Scope, volume: &Volume, instance: &str, device: &str) -> Call {
    let call = ATTACH_VOLUME
        .call(scope.clone())
        .arg("VolumeId", volume.arg())
        .arg("InstanceId", Arg::str(instance))
        .arg("Device", Arg::str(device));
    match volume {
        Volume::Known(id) => call.on([id.clone()]),
        Volume::Made(_) => call,
    }
}

fn detach_call(scope: &Scope, volume: &Volume, instance: &str, force: bool) -> Call {
    let mut call =
        DETACH_VOLUME.call(scope.clone()).arg("VolumeId", volume.arg()).arg("InstanceId", Arg::str(instance));
    if force {
        call = call.arg("Force", Arg::Bool(true));
    }
    match volume {
        Volume::Known(id) => call.on([id.clone()]),
        Volume::Made(_) => call,
    }
}

/// Detaching is the way back of attaching.
fn detach_again(scope: &Scope, volume: &Volume, instance: &str) -> StepUndo {
    StepUndo {
        title: "detach the volume".into(),
        call: detach_call(scope, volume, instance, false),
        wait: volume.becomes(scope, &["available"], false, ATTACHING),
        destructive: false,
        hurts: Some("Data that the instance has not written yet are lost unless the volume is unmounted there".into()),
    }
}
