//! `create-volume`: a new volume in a zone, and, if wanted, attached at once.

use std::time::Duration;

use arcstr::ArcStr;

pub(in crate::kinds::ec2) use super::types::{Bounds, TYPES};
use super::types::{IOPS, SIZE, THROUGHPUT, TYPE, iops_field, throughput_field, type_field};
use super::{Volume, attach_call, detach_again, device_field, instances_of};
use crate::base::text::visible;
use crate::base::{Fault, Scope};
use crate::kinds::action::{Action, ActionContext, FilledForm};
use crate::kinds::ec2::instances::{self, fields};
use crate::kinds::ec2::senders::{ATTACH_VOLUME, CREATE_VOLUME, DELETE_VOLUME, DETACH_VOLUME};
use crate::kinds::ec2::volumes::INFO;
use crate::kinds::ec2::{availability_zones, snapshots};
use crate::kinds::plan_builder::{
    Known, article, draft, field, form_title, known_or_unknown, label, line, live, name_tag, need, note, number, pick,
    sorted, subject, text_of, toggle, whole,
};
use crate::kinds::prices;
use crate::kinds::rows_field::rows_field;
use crate::model::{
    Arg, Call, Choice, Cost, FormField, FormSpec, FormValue, Kind, Plan, Record, Step, StepUndo, TableKey, Values,
};

/// `create-volume`.
pub static CREATE: Action = Action::on_scope(&INFO, "create-volume", "Create a volume", plan)
    .doc(
        "Creates an EBS volume in an Availability Zone, empty or from a snapshot, and attaches it if you name an \
         instance. One plan: create, wait until it is available, attach.",
    )
    .calls(&[&CREATE_VOLUME, &ATTACH_VOLUME, &DETACH_VOLUME, &DELETE_VOLUME])
    .form(refine);

const ZONE: &str = "zone";
const ZONE_HELP: &str = "Its Availability Zone: only instances there can use it.";
const ENCRYPTED: &str = "encrypted";
const SNAPSHOT: &str = "snapshot";
const NAME: &str = "name";
const ATTACH: &str = "attach";
const DEVICE: &str = "device";
/// What stands for no instance.
const NONE: &str = "none";

/// Creating takes seconds, from a snapshot too: its blocks come later.
const CREATING: Duration = Duration::from_secs(10 * 60);

/// A zone of the region: the one of `host`, or the first, unless another is chosen.
pub(in crate::kinds::ec2) fn zone_field(
    cx: &ActionContext<'_>,
    values: &Values,
    host: Option<&str>,
    help: &str,
    needs: &mut Vec<TableKey>,
) -> FormField {
    let zones: Vec<ArcStr> = match whole(cx.store, cx.scope, &availability_zones::INFO) {
        Known::Complete(table) => live(table).map(|r| r.label().clone()).collect(),
        Known::NotAsked(key) => {
            need(needs, key);
            Vec::new()
        }
        Known::Failed(_) => Vec::new(),
    };
    let default = host.map(ArcStr::from).or_else(|| zones.iter().min().cloned()).unwrap_or_default();
    if zones.is_empty() {
        let mut field = line(values, ZONE, "Zone", &default, help);
        let typed = text_of(&field);
        field.error = if typed.is_empty() {
            Some(known_or_unknown(cx.store, cx.scope, &availability_zones::INFO, "the zones"))
        } else {
            (!is_zone_of(cx.scope, &typed)).then(|| format!("{} is not a zone of this region.", visible(&typed)))
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
    let help = "Attached as soon as it is available; must be in the volume's zone.";
    rows_field(cx, values, said, (pick, NONE), help, &refuse, needs)
}

fn zone_of(cx: &ActionContext<'_>, instance: &str) -> Option<ArcStr> {
    let key = TableKey::all(cx.scope.clone(), Kind(&instances::INFO));
    let row = cx.store.get(&key, instance)?;
    field(row, &fields::ZONE).map(ArcStr::from)
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut spec = form(cx, values, None);
    spec.title = "Create a volume".into();
    spec
}

/// The form of a volume that is made of a snapshot whose row is given, or else of the one that is named in it, or empty.
pub(in crate::kinds::ec2) fn form(cx: &ActionContext<'_>, values: &Values, of: Option<&Record>) -> FormSpec {
    let mut needs = Vec::new();
    let attach = host(cx, values, &mut needs);
    let instance = text_of(&attach);
    let instance = (instance != "none").then_some(instance);
    let zone =
        zone_field(cx, values, instance.as_deref().and_then(|i| zone_of(cx, i)).as_deref(), ZONE_HELP, &mut needs);
    let ty = type_field(values, "gp3", "gp3 suits nearly everything.", |_| None);
    let bounds = Bounds::of(&text_of(&ty)).unwrap_or(&TYPES[0]);
    let named = of.is_none().then(|| snapshot(values));
    let source = of.or_else(|| source(cx, &text_of(named.as_ref()?)));
    let held = source.and_then(|s| s.get(&snapshots::SIZE_GIB).as_int());
    let least = held.map_or(bounds.size.0, |gib| gib.max(bounds.size.0));
    let default = of.map_or(20.max(least), |_| least);
    let mut size =
        number(values, (SIZE, "Size"), (least, bounds.size.1), Some(default), format!("GiB, for {}.", bounds.name));
    let from_snapshot = named.as_ref().is_some_and(|s| !text_of(s).is_empty());
    if from_snapshot && values.text(SIZE).is_none_or(|s| s.trim().is_empty()) {
        // AWS takes the snapshot's own size.
        size = line(values, SIZE, "Size", "", "GiB; empty for the size of the snapshot, which is the minimum.");
    }
    let gib: i64 = text_of(&size).parse().unwrap_or(0);
    if let Some(held) = held.filter(|held| (1..*held).contains(&gib)) {
        size.error = Some(format!("The snapshot has {held} GiB: the volume must be at least as large."));
    }
    let count = |name: &str, free: i32| values.text(name).and_then(|t| t.trim().parse().ok()).unwrap_or(free);
    let room = i32::try_from(gib).ok().filter(|g| *g > 0);
    let price = prices::of(cx.scope)
        .zip(room)
        .and_then(|(prices, gib)| prices.volume(bounds.name, gib, count(IOPS, 3_000), count(THROUGHPUT, 125)));
    if let Some(money) = price {
        size.facts = money.said(&format!(" as {}", bounds.name));
    }
    let mut fields = vec![size, zone, ty];
    // For gp3, 3,000 are in the price; io1 and io2 have to say how many.
    let default = bounds.iops.filter(|_| bounds.free_iops().is_none());
    let default = default.map(|(least, most, _)| (gib * 10).clamp(least, most));
    fields.extend(iops_field(values, bounds, gib, default));
    let iops = values.text(IOPS).and_then(|t| t.trim().parse().ok()).or(bounds.free_iops()).unwrap_or(0);
    fields.extend(throughput_field(values, bounds, iops, None));
    if source.and_then(|s| s.get(&snapshots::ENCRYPTED).as_bool()) != Some(true) {
        let mut encrypted = toggle(values, ENCRYPTED, "Encrypted", "With the account's default EBS key.");
        if values.get(ENCRYPTED).is_none() {
            encrypted.value = FormValue::Flag(true);
        }
        fields.push(encrypted);
    }
    fields.extend(named);
    // What is seldom chosen: everything behind size, zone and type.
    for field in fields.iter_mut().skip(3) {
        field.section = Some("more");
    }
    fields.extend([line(values, NAME, "Name", "", "The Name tag; may be empty."), attach]);
    if let Some(instance) = instance {
        fields.push(device_field(cx, values, DEVICE, &instance));
        if let (Some(at), Some(chosen)) = (zone_of(cx, &text_of(&fields[fields.len() - 2])), fields.get_mut(1)) {
            let zone = text_of(chosen);
            if at != zone {
                chosen.error = Some(format!("The instance is in {at}: a volume in {zone} cannot be attached to it."));
            }
        }
    }
    FormSpec { title: form_title(cx, "Create a volume of"), fields, needs }
}

/// The snapshot of this id, if it is loaded.
fn source<'a>(cx: &ActionContext<'a>, id: &str) -> Option<&'a Record> {
    cx.store.get(&TableKey::all(cx.scope.clone(), Kind(&snapshots::INFO)), id).map(|r| &**r)
}

fn snapshot(values: &Values) -> FormField {
    let mut field =
        line(values, SNAPSHOT, "Snapshot", "", "snap-…, to start with its content; empty for an empty volume.");
    let typed = text_of(&field);
    let id = typed.strip_prefix("snap-").is_some_and(|r| r.len() >= 8 && r.bytes().all(|b| b.is_ascii_hexdigit()));
    field.error = (!typed.is_empty() && !id).then(|| format!("{} is not a snapshot id (snap-…).", visible(&typed)));
    field
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    Ok(make(cx, form, "create-volume", None))
}

/// The plan of such a form.
pub(in crate::kinds::ec2) fn make(
    cx: &ActionContext<'_>,
    form: &FilledForm<'_>,
    action: &'static str,
    of: Option<&Record>,
) -> Plan {
    let snapshot = of.map(|s| s.id.clone()).or_else(|| form.given(SNAPSHOT));
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
    if let Some(id) = snapshot.clone() {
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
        Some(gib) => format!("{} {gib} GiB {ty} volume in {zone}", article(&gib.to_string())),
        None => format!("a {ty} volume in {zone} as large as its snapshot"),
    };
    let what = of.map_or(what.clone(), |s| format!("{what} of {}", label(s)));
    let subjects = cx.targets.iter().map(|t| subject(t, "unchanged")).collect();
    let mut plan = draft(action, format!("Create {what}"), cx.targets, subjects);
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
            all.push(note(format!("Instance {host} sees a new disk, which you format and mount there yourself")));
            all.push(note("The volume is kept when the instance is terminated, unless DeleteOnTermination is set"));
        }
        None => {
            plan.steps.push(create);
            plan.wait = available;
        }
    }
    if snapshot.is_some() {
        all.push(note(
            "Blocks are loaded from the snapshot when first read: until then the volume is slower than its type",
        ));
    }
    if !encrypted && snapshot.is_none() {
        all.push(note("Not encrypted, unless the account encrypts by default"));
    }
    plan.consequences = sorted(all);
    let (iops, throughput) = (form.number(IOPS).unwrap_or(3_000), form.number(THROUGHPUT).unwrap_or(125));
    let monthly = form.number(SIZE).and_then(|gib| {
        let small = |n: i64| i32::try_from(n).unwrap_or(i32::MAX);
        prices::of(cx.scope)?.volume(&ty, small(gib), small(iops), small(throughput))
    });
    plan.cost = Some(match monthly {
        Some(money) => Cost::adds(money, ", attached or not"),
        None => Cost::adds_unknown("Its storage is billed by the month, attached or not"),
    });
    plan
}

pub(super) fn delete_call(scope: &Scope, volume: &Volume) -> Call {
    let call = DELETE_VOLUME.call(scope.clone()).arg("VolumeId", volume.arg());
    match volume {
        Volume::Known(id) => call.on([id.clone()]),
        Volume::Made(_) => call,
    }
}
