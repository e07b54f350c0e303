//! `create-volume`: a new volume in a zone, and, if wanted, attached at once.

use std::time::Duration;

use arcstr::ArcStr;

use super::{Volume, attach_call, detach_again, device_field, instances_of};
use crate::base::text::visible;
use crate::base::{Fault, Scope};
use crate::kinds::action::{Action, ActionContext, FilledForm};
use crate::kinds::ec2::availability_zones;
use crate::kinds::ec2::instances::{self, fields};
use crate::kinds::ec2::senders::{ATTACH_VOLUME, CREATE_VOLUME, DELETE_VOLUME, DETACH_VOLUME};
use crate::kinds::ec2::volumes::INFO;
use crate::kinds::plan_builder::{
    Known, draft, field, known_or_unknown, line, live, name_tag, need, note, number, pick, sorted, text_of, toggle,
    whole,
};
use crate::kinds::prices;
use crate::kinds::rows_field::rows_field;
use crate::model::{
    Arg, Call, Choice, Cost, FormField, FormSpec, FormValue, Kind, Plan, Step, StepUndo, TableKey, Values,
};

/// `create-volume`.
pub static CREATE: Action = Action::on_scope(&INFO, "create-volume", "Create a volume", plan)
    .doc(
        "Makes an EBS volume in an Availability Zone, empty or from a snapshot, and attaches it if an \
         instance is named. One plan: create, wait until it is available, attach.",
    )
    .calls(&[&CREATE_VOLUME, &ATTACH_VOLUME, &DETACH_VOLUME, &DELETE_VOLUME])
    .form(refine);

const SIZE: &str = "size";
const ZONE: &str = "zone";
const TYPE: &str = "type";
const IOPS: &str = "iops";
const THROUGHPUT: &str = "throughput";
const ENCRYPTED: &str = "encrypted";
const SNAPSHOT: &str = "snapshot";
const NAME: &str = "name";
const ATTACH: &str = "attach";
const DEVICE: &str = "device";
/// What stands for no instance.
const NONE: &str = "none";

/// Creating takes seconds, from a snapshot too: its blocks come later.
const CREATING: Duration = Duration::from_secs(10 * 60);

/// A type of volume and what AWS allows of it: sizes in GiB, I/O operations a second and how many of them a GiB (none where they are
/// not chosen), MiB a second. <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html>
pub(in crate::kinds::ec2) struct Bounds {
    pub name: &'static str,
    says: &'static str,
    pub size: (i64, i64),
    pub iops: Option<(i64, i64, i64)>,
    throughput: Option<(i64, i64)>,
}

/// All types, what is mostly wanted first.
pub(in crate::kinds::ec2) const TYPES: &[Bounds] = &[
    Bounds {
        name: "gp3",
        says: "general purpose SSD",
        size: (1, 65_536),
        iops: Some((3_000, 80_000, 500)),
        throughput: Some((125, 2_000)),
    },
    Bounds { name: "gp2", says: "general purpose SSD, older", size: (1, 16_384), iops: None, throughput: None },
    Bounds {
        name: "io2",
        says: "provisioned IOPS SSD",
        size: (4, 65_536),
        iops: Some((100, 256_000, 1_000)),
        throughput: None,
    },
    Bounds {
        name: "io1",
        says: "provisioned IOPS SSD, older",
        size: (4, 16_384),
        iops: Some((100, 64_000, 50)),
        throughput: None,
    },
    Bounds { name: "st1", says: "throughput HDD", size: (125, 16_384), iops: None, throughput: None },
    Bounds { name: "sc1", says: "cold HDD", size: (125, 16_384), iops: None, throughput: None },
    Bounds { name: "standard", says: "magnetic, previous generation", size: (1, 1_024), iops: None, throughput: None },
];

fn zones(cx: &ActionContext<'_>, values: &Values, host: Option<&str>, needs: &mut Vec<TableKey>) -> FormField {
    let zones: Vec<ArcStr> = match whole(cx.store, cx.scope, &availability_zones::INFO) {
        Known::Complete(table) => live(table).map(|r| r.label().clone()).collect(),
        Known::NotAsked(key) => {
            need(needs, key);
            Vec::new()
        }
        Known::Failed(_) => Vec::new(),
    };
    let help = "Where it lives: an instance of this zone can have it.";
    let default = host.map(ArcStr::from).or_else(|| zones.iter().min().cloned()).unwrap_or_default();
    if zones.is_empty() {
        let mut field = line(values, ZONE, "Zone", &default, help);
        let typed = text_of(&field);
        field.error = if typed.is_empty() {
            Some(known_or_unknown(cx.store, cx.scope, &availability_zones::INFO, "the zones"))
        } else {
            (!is_zone_of(cx.scope, &typed)).then(|| format!("{} is no zone of this region.", visible(&typed)))
        };
        return field;
    }
    let mut sorted = zones;
    sorted.sort();
    let choices = sorted.into_iter().map(|z| Choice { value: z.clone(), label: z, disabled: None }).collect();
    pick(values, (ZONE, "Zone"), choices, &default, help)
}

/// Whether a name can be that of a zone of the region: `us-east-1a`, and the Local Zone `us-east-1-bos-1a`.
/// <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html>
fn is_zone_of(scope: &Scope, name: &str) -> bool {
    let rest = scope.region_code().and_then(|region| name.strip_prefix(region.as_str()));
    rest.is_some_and(|r| r.starts_with('-') || (r.len() == 1 && r.bytes().all(|b| b.is_ascii_lowercase())))
}

/// The instance that it is to be attached to, or none.
fn host(cx: &ActionContext<'_>, values: &Values, needs: &mut Vec<TableKey>) -> FormField {
    let (pick, refuse) = instances_of(cx.scope, values.text(ZONE).filter(|z| !z.trim().is_empty()));
    let pick = pick.or(NONE, NONE);
    let said = (ATTACH, "Attach to", "the instances");
    let help = "Attached as soon as it is available. Its zone is the volume's.";
    rows_field(cx, values, said, (pick, NONE), help, &refuse, needs)
}

fn zone_of(cx: &ActionContext<'_>, instance: &str) -> Option<ArcStr> {
    let key = TableKey::all(cx.scope.clone(), Kind(&instances::INFO));
    let row = cx.store.get(&key, instance)?;
    field(row, &fields::ZONE).map(ArcStr::from)
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let attach = host(cx, values, &mut needs);
    let instance = text_of(&attach);
    let instance = (instance != "none").then_some(instance);
    let zone = zones(cx, values, instance.as_deref().and_then(|i| zone_of(cx, i)).as_deref(), &mut needs);
    let choices = TYPES.iter().map(|t| Choice {
        value: t.name.into(),
        label: arcstr::format!("{}  {}", t.name, t.says),
        disabled: None,
    });
    let ty = pick(values, (TYPE, "Type"), choices.collect(), "gp3", "gp3 for nearly everything.");
    let bounds = TYPES.iter().find(|t| t.name == text_of(&ty)).unwrap_or(&TYPES[0]);
    let snapshot = snapshot(values);
    let mut size =
        number(values, (SIZE, "Size"), bounds.size, Some(20.max(bounds.size.0)), format!("GiB, for {}.", bounds.name));
    let from_snapshot = !text_of(&snapshot).is_empty();
    if from_snapshot && values.text(SIZE).is_none_or(|s| s.trim().is_empty()) {
        // AWS takes the snapshot's own size.
        size = line(values, SIZE, "Size", "", "GiB; empty for the size of the snapshot, which is the least.");
    }
    let gib: i64 = text_of(&size).parse().unwrap_or(0);
    let count = |name: &str, free: i32| values.text(name).and_then(|t| t.trim().parse().ok()).unwrap_or(free);
    let room = i32::try_from(gib).ok().filter(|g| *g > 0);
    let price = prices::of(cx.scope)
        .zip(room)
        .and_then(|(prices, gib)| prices.volume(bounds.name, gib, count(IOPS, 3_000), count(THROUGHPUT, 125)));
    if let Some(money) = price {
        size.facts = money.said(&format!(" as {}", bounds.name));
    }
    let mut fields = vec![size, zone, ty];
    if let Some((least, most, each)) = bounds.iops {
        // For gp3, 3,000 are in the price; io1 and io2 have to say how many.
        let default = (bounds.name != "gp3").then(|| (gib * 10).clamp(least, most));
        let mut iops = optional(values, (IOPS, "IOPS"), (least, most), default, "I/O operations a second.");
        let many = text_of(&iops).parse::<i64>().unwrap_or(0);
        if iops.error.is_none() && gib > 0 && many > least.max(gib * each) {
            iops.error = Some(format!("{} allows {each} a GiB: {} for {gib} GiB.", bounds.name, least.max(gib * each)));
        }
        fields.push(iops);
    }
    if let Some(range) = bounds.throughput {
        fields.push(optional(values, (THROUGHPUT, "Throughput"), range, None, "MiB a second; 125 are in the price."));
    }
    let mut encrypted = toggle(values, ENCRYPTED, "Encrypted", "With the account's key for EBS.");
    if values.get(ENCRYPTED).is_none() {
        encrypted.value = FormValue::Flag(true);
    }
    fields.extend([encrypted, snapshot]);
    // What is seldom chosen: everything behind size, zone and type.
    for field in fields.iter_mut().skip(3) {
        field.section = Some("more");
    }
    fields.extend([line(values, NAME, "Name", "", "The Name tag; may be empty."), attach]);
    if let Some(instance) = instance {
        fields.push(device_field(cx, values, DEVICE, &instance, &mut needs));
        if let (Some(at), Some(chosen)) = (zone_of(cx, &text_of(&fields[fields.len() - 2])), fields.get_mut(1)) {
            let zone = text_of(chosen);
            if at != zone {
                chosen.error = Some(format!("The instance is in {at}: a volume of {zone} cannot be attached to it."));
            }
        }
    }
    FormSpec { title: "Create a volume".into(), fields, needs }
}

fn snapshot(values: &Values) -> FormField {
    let mut field =
        line(values, SNAPSHOT, "Snapshot", "", "snap-…, to begin with its content; empty for an empty volume.");
    let typed = text_of(&field);
    let id = typed.strip_prefix("snap-").is_some_and(|r| r.len() >= 8 && r.bytes().all(|b| b.is_ascii_hexdigit()));
    field.error = (!typed.is_empty() && !id).then(|| format!("{} is no snapshot's id (snap-…).", visible(&typed)));
    field
}

/// A number that may be left out: empty stands for AWS's default.
fn optional(
    values: &Values,
    (name, label): (&'static str, &'static str),
    range: (i64, i64),
    default: Option<i64>,
    help: &str,
) -> FormField {
    let given = values.text(name).map(str::trim);
    if default.is_none() && given.is_none_or(str::is_empty) {
        return line(values, name, label, "", format!("{help} Empty for the default."));
    }
    number(values, (name, label), range, default, help)
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let (zone, ty, encrypted) = (form.text(ZONE), form.text(TYPE), form.flag(ENCRYPTED));
    let mut call = CREATE_VOLUME
        .call(cx.scope.clone())
        .arg("AvailabilityZone", Arg::Str(zone.clone()))
        .arg("VolumeType", Arg::Str(ty.clone()));
    for (member, field) in [("Size", SIZE), ("Iops", IOPS), ("Throughput", THROUGHPUT)] {
        if let Some(n) = form.number(field) {
            call = call.arg(member, Arg::Int(n));
        }
    }
    if let Some(id) = form.given(SNAPSHOT) {
        call = call.arg("SnapshotId", Arg::Str(id));
    }
    // False is not said: a volume from an encrypted snapshot is encrypted whatever is asked for.
    if encrypted {
        call = call.arg("Encrypted", Arg::Bool(true));
    }
    let name = form.given(NAME);
    if let Some(name) = &name {
        call = call.arg("TagSpecifications", name_tag("volume", name));
    }
    call = call.arg("ClientToken", Arg::Token);

    let what = match form.number(SIZE) {
        Some(gib) => format!("a {gib} GiB {ty} volume in {zone}"),
        None => format!("a {ty} volume in {zone} as large as its snapshot"),
    };
    let mut plan = draft("create-volume", format!("Create {what}"), &[], Vec::new());
    plan.phrase = name.as_deref().unwrap_or("create").to_string();
    let made = Volume::Made(0);
    let undo = StepUndo {
        title: "delete the volume".into(),
        call: delete_call(cx.scope, &made),
        wait: made.becomes(cx.scope, &["deleted"], true, CREATING),
        destructive: true,
        hurts: None,
    };
    let available = made.becomes(cx.scope, &["available"], false, CREATING);
    let create = Step::new(format!("create {what}"), call).undone_by(undo);
    let mut all = Vec::new();
    match form.given(ATTACH).filter(|i| i != "none") {
        Some(instance) => {
            let device = form.text(DEVICE);
            let key = TableKey::all(cx.scope.clone(), Kind(&instances::INFO));
            let host = cx.store.get(&key, &instance).map_or_else(|| instance.to_string(), |r| r.label().to_string());
            plan.title = format!("{} for {host}", plan.title);
            plan.steps.push(create.then_wait(available));
            let attach =
                Step::new(format!("attach it to {host} as {device}"), attach_call(cx.scope, &made, &instance, &device));
            plan.steps.push(attach.undone_by(detach_again(cx.scope, &made, &instance)));
            plan.wait = made.becomes(cx.scope, &["in-use"], false, super::ATTACHING);
            all.push(note(format!("{host} sees a new disk: it is formatted and mounted there, by hand")));
            all.push(note("it stays when the instance is terminated, unless DeleteOnTermination is set"));
        }
        None => {
            plan.steps.push(create);
            plan.wait = available;
        }
    }
    if !encrypted && form.given(SNAPSHOT).is_none() {
        all.push(note("it is not encrypted, unless the account encrypts by default"));
    }
    plan.consequences = sorted(all);
    let (iops, throughput) = (form.number(IOPS).unwrap_or(3_000), form.number(THROUGHPUT).unwrap_or(125));
    let monthly = form.number(SIZE).and_then(|gib| {
        let small = |n: i64| i32::try_from(n).unwrap_or(i32::MAX);
        prices::of(cx.scope)?.volume(&ty, small(gib), small(iops), small(throughput))
    });
    plan.cost = Some(match monthly {
        Some(money) => Cost::adds(money, " while it stands, attached or not"),
        None => Cost::adds_unknown("the room is billed by the month while it stands"),
    });
    Ok(plan)
}

pub(super) fn delete_call(scope: &Scope, volume: &Volume) -> Call {
    let call = DELETE_VOLUME.call(scope.clone()).arg("VolumeId", volume.arg());
    match volume {
        Volume::Known(id) => call.on([id.clone()]),
        Volume::Made(_) => call,
    }
}
