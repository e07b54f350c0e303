//! The fields of a volume.

use crate::kinds::convert::{field, flag, int, moment, said, text};
use crate::model::{FieldInfo, Fields, Value};

use super::volume::{Attachment, Volume};

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
    "I/O operations a second, provisioned or the baseline; st1, sc1 and standard have none.",
)
.shown(6);
/// MiB a second, for `gp3`.
pub const THROUGHPUT: FieldInfo =
    FieldInfo::int("throughput", "MIB/S", "Throughput that is provisioned; only gp3 has that.").unit("MiB/s");
/// Availability Zone.
pub const ZONE: FieldInfo =
    FieldInfo::text("zone", "ZONE", "The Availability Zone: only instances there can have it attached.")
        .shown(5)
        .cells(4, 16)
        .aka(&["az", "availability_zone"])
        .links_to("availability-zones")
        .asked_by("availability-zone");
/// Ids of the instances that it is attached to.
pub const INSTANCES: FieldInfo =
    FieldInfo::list("instances", "INSTANCE", "The instances that it is attached to: one, or several.")
        .unique()
        .shown(1)
        .cells(8, 30)
        .aka(&["instance", "instance_id"])
        .id_of("instances", "i-")
        .asked_by("attachment.instance-id");
/// The device name in the instance.
pub const DEVICE: FieldInfo =
    FieldInfo::text("device", "DEVICE", "The device name in the instance, e.g. /dev/sdf.").shown(7).cells(9, 14);
/// attaching, attached, detaching or busy.
pub const ATTACH_STATE: FieldInfo = FieldInfo::state(
    "attach_state",
    "ATTACHMENT",
    "attaching, attached, detaching; busy: the instance still uses it, so that it cannot be detached.",
)
.cells(10, 10);
/// When it was attached.
pub const ATTACHED: FieldInfo =
    FieldInfo::age("attached", "ATTACHED", "When it was attached.").unique().cells(8, 8).aka(&["attach_time"]);
/// Whether it is deleted when its instance is terminated.
pub const DELETE_ON_TERMINATION: FieldInfo =
    FieldInfo::flag("delete_on_termination", "DELETED WITH", "Whether it is deleted when its instance is terminated.")
        .cells(12, 12);
/// Whether it is encrypted.
pub const ENCRYPTED: FieldInfo =
    FieldInfo::flag("encrypted", "ENCRYPTED", "Whether it is encrypted.").cells(9, 9).asked_by("encrypted");
/// The key that encrypts it.
pub const KMS_KEY: FieldInfo =
    FieldInfo::id("kms_key", "KMS KEY", "The ARN of the KMS key that encrypts it.").cells(11, 75).aka(&["kms"]);
/// The snapshot that it was made from.
pub const SNAPSHOT: FieldInfo = FieldInfo::id("snapshot", "SNAPSHOT", "The snapshot that it was made from.")
    .cells(11, 22)
    .aka(&["snapshot_id"])
    .links_to("snapshots")
    .asked_by("snapshot-id");
/// Whether several instances can have it at once.
pub const MULTI_ATTACH: FieldInfo =
    FieldInfo::flag("multi_attach", "MULTI", "Whether several instances can have it at once (io1 and io2).")
        .cells(5, 5);
/// When it was made.
pub const CREATED: FieldInfo =
    FieldInfo::age("created", "AGE", "When it was made.").unique().shown(8).aka(&["age", "create_time"]);
/// What it costs a month, in US dollars.
pub const COST: FieldInfo =
    FieldInfo::float("cost", "$/MONTH", "What it costs a month, attached or not, by us-east-1's list prices.")
        .cells(7, 9);
/// Every attachment with all that is known of it.
pub const ATTACHMENTS: FieldInfo = FieldInfo::list(
    "attachments",
    "ATTACHMENTS",
    "Each with device, state and fate, if they are several or to a service's resource.",
)
.unique()
.cells(11, 80);

/// All of them.
pub static FIELDS: Fields<Volume> = Fields(&[
    field(NAME, |v| Value::text(&v.name)),
    field(ID, |v| Value::Text(v.id.clone())),
    field(STATE, |v| {
        let (tone, text) = v.state.shown();
        Value::State(tone, text)
    }),
    field(SIZE_GIB, |v| int(v.gib)),
    field(TYPE, |v| said(&v.kind)),
    field(IOPS, |v| v.iops.map_or(if v.has_iops() { Value::Unknown } else { Value::Empty }, |n| Value::Int(n.into()))),
    field(THROUGHPUT, |v| v.throughput.map_or(Value::Empty, |n| Value::Int(n.into()))),
    field(ZONE, |v| said(&v.zone)),
    field(INSTANCES, |v| Value::list(v.attachments.iter().filter_map(|a| a.instance.clone()))),
    field(DEVICE, |v| v.attachments.first().map_or(Value::Empty, |a| said(&a.device))),
    field(ATTACH_STATE, |v| {
        v.attach_state().map_or(Value::Empty, |s| {
            let (tone, text) = s.shown();
            Value::State(tone, text)
        })
    }),
    field(ATTACHED, |v| v.attachments.first().map_or(Value::Empty, |a| moment(a.since))),
    field(DELETE_ON_TERMINATION, |v| v.deleted_with_instance()),
    field(ATTACHMENTS, |v| match v.attachments.as_slice() {
        // The other fields say all there is of it.
        [one] if one.instance.is_some() => Value::Empty,
        several => Value::list(several.iter().map(Attachment::whole)),
    }),
    field(ENCRYPTED, |v| flag(v.encrypted)),
    field(KMS_KEY, |v| text(&v.kms_key)),
    field(SNAPSHOT, |v| text(&v.snapshot)),
    field(MULTI_ATTACH, |v| flag(v.multi_attach)),
    field(CREATED, |v| moment(v.created)),
    field(COST, |v| v.monthly().map_or(Value::Unknown, Value::Float)),
    field(
        FieldInfo::text("zone_id", "ZONE ID", "The Availability Zone's id, the same in every account.").cells(9, 11),
        |v| text(&v.zone_id),
    ),
    field(FieldInfo::id("source_volume", "SOURCE", "The volume that it is a copy of.").cells(11, 21), |v| {
        text(&v.source_volume)
    }),
    field(
        FieldInfo::flag("fast_restored", "FAST RESTORED", "Whether fast snapshot restore made it.").cells(13, 13),
        |v| flag(v.fast_restored),
    ),
    field(FieldInfo::id("outpost_arn", "OUTPOST", "The ARN of its Outpost.").cells(11, 60), |v| text(&v.outpost)),
    field(FieldInfo::text("operator", "OPERATOR", "The service that manages it, if one does.").cells(8, 30), |v| {
        text(&v.operator)
    }),
]);
