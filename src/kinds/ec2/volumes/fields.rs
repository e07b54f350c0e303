//! The fields of a volume, and what reads them of the SDK's own type.

use std::fmt::Write as _;

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;

use crate::kinds::convert::{Converter, flag, int, moment, texts, time};
use crate::kinds::ec2::volume_modifications;
use crate::kinds::row_spec::{Field, Fields, States, field};
use crate::model::{FieldInfo, Tone, Value};

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").unique().shown(0);
/// `vol-…`.
pub const ID: FieldInfo =
    FieldInfo::id("id", "ID", "The volume id.").unique().shown(3).cells(11, 21).asked_by("volume-id");
/// creating, available, in-use, deleting, deleted or error.
pub const STATE: FieldInfo =
    FieldInfo::state("state", "STATE", "creating, available, in-use, deleting, deleted or error.")
        .shown(0)
        .cells(8, 10)
        .aka(&["status"])
        .asked_by("status");
/// Size in GiB.
pub const SIZE_GIB: FieldInfo = FieldInfo::int("size_gib", "SIZE", "Its size.").unit("GiB").shown(1).aka(&["size"]);
/// `gp3`, `io2`…
pub const TYPE: FieldInfo = FieldInfo::text("type", "TYPE", "gp3, gp2, io2, io1, st1, sc1 or standard.")
    .shown(2)
    .cells(5, 8)
    .aka(&["volume_type"]);
/// I/O operations a second, provisioned or the baseline.
pub const IOPS: FieldInfo = FieldInfo::int(
    "iops",
    "IOPS",
    "I/O operations per second, provisioned or baseline; st1, sc1 and standard have none.",
)
.shown(6);
/// MiB a second, for `gp3`.
pub const THROUGHPUT: FieldInfo =
    FieldInfo::int("throughput", "MIB/S", "Provisioned throughput; gp3 only.").spare(1).unit("MiB/s");
/// Availability Zone.
pub const ZONE: FieldInfo = FieldInfo::text("zone", "ZONE", "The Availability Zone: only instances there can use it.")
    .shown(5)
    .cells(4, 16)
    .aka(&["az", "availability_zone"])
    .links_to("availability-zones")
    .asked_by("availability-zone");
/// Ids of the instances that it is attached to.
pub const INSTANCES: FieldInfo = FieldInfo::list("instances", "INSTANCE", "The instances it is attached to.")
    .unique()
    .shown(1)
    .cells(8, 30)
    .aka(&["instance", "instance_id"])
    .id_of("instances", "i-")
    .asked_by("attachment.instance-id");
/// The device name in the instance.
pub const DEVICE: FieldInfo =
    FieldInfo::text("device", "DEVICE", "The device name, e.g. /dev/sdf.").shown(7).cells(9, 14);
/// attaching, attached, detaching or busy.
pub const ATTACH_STATE: FieldInfo = FieldInfo::state(
    "attach_state",
    "ATTACHMENT",
    "attaching, attached, detaching; busy means that the instance still uses it and it cannot be detached.",
)
.cells(10, 10);
/// When it was attached.
pub const ATTACHED: FieldInfo =
    FieldInfo::age("attached", "ATTACHED", "When it was attached.").unique().cells(8, 8).aka(&["attach_time"]);
/// Whether it is deleted when its instance is terminated.
pub const DELETE_ON_TERMINATION: FieldInfo =
    FieldInfo::flag("delete_on_termination", "DELETED WITH", "Whether it is deleted when its instance is terminated.")
        .spare(3)
        .cells(12, 12);
/// Whether it is encrypted.
pub const ENCRYPTED: FieldInfo =
    FieldInfo::flag("encrypted", "ENCRYPTED", "Whether it is encrypted.").cells(9, 9).asked_by("encrypted");
/// The key that encrypts it.
pub const KMS_KEY: FieldInfo =
    FieldInfo::id("kms_key", "KMS KEY", "The ARN of its KMS key.").spare(4).cells(11, 75).aka(&["kms"]);
/// The snapshot that it was made from.
pub const SNAPSHOT: FieldInfo = FieldInfo::id("snapshot", "SNAPSHOT", "The snapshot it was made from.")
    .spare(2)
    .cells(11, 22)
    .aka(&["snapshot_id"])
    .links_to("snapshots")
    .asked_by("snapshot-id");
/// Whether several instances can have it at once.
pub const MULTI_ATTACH: FieldInfo = FieldInfo::flag(
    "multi_attach",
    "MULTI",
    "Multi-Attach: whether several instances can use it at once (io1 and io2).",
)
.cells(5, 5);
/// When it was made.
pub const CREATED: FieldInfo =
    FieldInfo::age("created", "AGE", "When it was created.").unique().shown(8).aka(&["age", "create_time"]);
/// What it costs a month, in US dollars.
pub const COST: FieldInfo = FieldInfo::float(
    "cost",
    "$/MONTH",
    "The cost per month, attached or not, by the region's list prices if they are known, else by us-east-1's.",
)
.cells(7, 9);
/// modifying, optimizing, completed or failed.
pub const MODIFICATION: FieldInfo = FieldInfo::state(
    "modification",
    "MODIFICATION",
    "The last change of size, type or speed: modifying; optimizing (the change is in effect, data are still moved); \
     completed or failed.",
)
.cells(12, 12)
.on_demand("volume-modifications", volume_modifications::STATE.name)
.section("modification");
/// Every attachment with all that is known of it.
pub const ATTACHMENTS: FieldInfo = FieldInfo::list(
    "attachments",
    "ATTACHMENTS",
    "All attachments, each with device, state and whether it is deleted with the instance; shown if there are \
     several or to a service's resource.",
)
.unique()
.cells(11, 80);

/// How volumes are.
pub(super) static STATES: States = States(&[
    ("creating", Tone::Busy),
    ("available", Tone::Idle),
    ("in-use", Tone::Good),
    ("deleting", Tone::Busy),
    ("deleted", Tone::Idle),
    ("error", Tone::Bad),
]);

/// How attachments are.
pub(super) static ATTACH_STATES: States = States(&[
    ("attaching", Tone::Busy),
    (ATTACHED_WORD, Tone::Good),
    ("detaching", Tone::Busy),
    ("busy", Tone::Bad),
    ("detached", Tone::Idle),
]);

/// An attachment that is not on its way.
const ATTACHED_WORD: &str = "attached";

/// All of them.
pub static FIELDS: Fields<sdk::Volume> = Fields(&[
    Field::name(NAME),
    Field::id(ID),
    Field::state(STATE),
    field(SIZE_GIB, |v, _| int(v.size())),
    field(TYPE, |v, c| c.said(kind(v))),
    field(IOPS, |v, _| match v.iops() {
        Some(n) => Value::Int(n.into()),
        None if has_iops(v) => Value::Unknown,
        None => Value::Empty,
    }),
    field(THROUGHPUT, |v, _| v.throughput().map_or(Value::Empty, |n| Value::Int(n.into()))),
    field(ZONE, |v, c| c.said(v.availability_zone())),
    field(INSTANCES, |v, _| texts(v.attachments().iter().filter_map(|a| a.instance_id()))),
    field(DEVICE, |v, c| v.attachments().first().map_or(Value::Empty, |a| c.said(a.device()))),
    field(ATTACH_STATE, attach_state),
    field(ATTACHED, |v, _| v.attachments().first().map_or(Value::Empty, |a| moment(time(a.attach_time())))),
    field(DELETE_ON_TERMINATION, |v, _| deleted_with_instance(v)),
    field(ATTACHMENTS, |v, _| match v.attachments() {
        // The other fields say all there is of it.
        [one] if one.instance_id().is_some_and(|id| !id.is_empty()) => Value::Empty,
        several => Value::list(several.iter().map(whole)),
    }),
    field(ENCRYPTED, |v, _| flag(v.encrypted())),
    field(KMS_KEY, |v, c| c.text(v.kms_key_id())),
    field(SNAPSHOT, |v, c| c.text(v.snapshot_id())),
    field(MULTI_ATTACH, |v, _| flag(v.multi_attach_enabled())),
    field(CREATED, |v, _| moment(time(v.create_time()))),
    field(COST, |v, c| monthly(v, c).map_or(Value::Unknown, Value::Float)),
    field(
        FieldInfo::text("zone_id", "ZONE ID", "The Availability Zone's id, the same in every account.").cells(9, 11),
        |v, c| c.text(v.availability_zone_id()),
    ),
    field(FieldInfo::id("source_volume", "SOURCE", "The volume it was copied from.").cells(11, 21), |v, c| {
        c.text(v.source_volume_id())
    }),
    field(
        FieldInfo::flag("fast_restored", "FAST RESTORED", "Whether it was made by fast snapshot restore.")
            .cells(13, 13),
        |v, _| flag(v.fast_restored()),
    ),
    field(FieldInfo::id("outpost_arn", "OUTPOST", "The ARN of its Outpost.").cells(11, 60), |v, c| {
        c.text(v.outpost_arn())
    }),
    field(FieldInfo::text("operator", "OPERATOR", "The service that manages it, if one does.").cells(8, 30), |v, c| {
        c.text(v.operator().and_then(|o| o.principal()))
    }),
    Field::side(MODIFICATION),
    Field::side(
        FieldInfo::int("modified_percent", "MODIFIED", "How much of its last change is done.")
            .unit("%")
            .cells(8, 8)
            .on_demand("volume-modifications", volume_modifications::PROGRESS.name)
            .section("modification"),
    ),
    Field::side(
        FieldInfo::text("last_change", "LAST CHANGE", "Its last change of size, type or speed, from what to what.")
            .spare(5)
            .cells(11, 60)
            .on_demand("volume-modifications", volume_modifications::CHANGE.name)
            .section("modification"),
    ),
    Field::side(
        FieldInfo::date("modified", "MODIFIED AT", "When its last change began; EBS allows four in 24 hours.")
            .cells(16, 20)
            .on_demand("volume-modifications", volume_modifications::STARTED.name)
            .section("modification"),
    ),
]);

fn kind(v: &sdk::Volume) -> Option<&str> {
    v.volume_type().map(|t| t.as_str())
}

/// Whether a volume of its type has I/O operations a second that AWS tells.
fn has_iops(v: &sdk::Volume) -> bool {
    !matches!(kind(v), Some("st1" | "sc1" | "standard"))
}

/// US dollars a month; `None` if its type has no price here, or AWS left out what the price depends on.
fn monthly(v: &sdk::Volume, converter: &Converter) -> Option<f64> {
    let kind = kind(v)?;
    let iops = if matches!(kind, "io1" | "io2") { v.iops()? } else { v.iops().unwrap_or(0) };
    converter.prices?.volume(kind, v.size()?, iops, v.throughput().unwrap_or(0)).map(|money| money.amount)
}

fn word(a: &sdk::VolumeAttachment) -> &str {
    a.state().map(|s| s.as_str()).unwrap_or_default()
}

/// Of several attachments the one that is on its way.
fn attach_state(v: &sdk::Volume, converter: &mut Converter) -> Value {
    let words = || v.attachments().iter().map(word);
    let Some(word) = words().find(|w| *w != ATTACHED_WORD).or_else(|| words().next()) else { return Value::Empty };
    let (tone, text) = ATTACH_STATES.state(Some(word), converter);
    Value::State(tone, text)
}

/// What all attachments say; unknown if they differ, or one does not say.
fn deleted_with_instance(v: &sdk::Volume) -> Value {
    let mut said = v.attachments().iter().map(|a| a.delete_on_termination());
    let Some(first) = said.next() else { return Value::Empty };
    first.filter(|_| said.all(|other| other == first)).map_or(Value::Unknown, Value::Bool)
}

/// `i-0a1 /dev/sdf, attached, deleted with the instance`.
fn whole(a: &sdk::VolumeAttachment) -> ArcStr {
    let given = |text: Option<&str>| text.filter(|t| !t.is_empty()).map(str::to_string);
    let mut text = given(a.instance_id()).or_else(|| given(a.associated_resource())).unwrap_or_else(|| "·".into());
    if let Some(device) = given(a.device()) {
        _ = write!(text, " {device}");
    }
    _ = write!(text, ", {}", word(a));
    text.push_str(match a.delete_on_termination() {
        Some(true) => ", deleted with the instance",
        Some(false) => ", kept",
        None => ", deleted or kept is not known",
    });
    text.into()
}
