//! The fields of a volume.

use crate::kinds::convert::{field, flag, int, moment, said, text};
use crate::model::{FieldInfo, FieldType, Fields, Value};

use super::volume::{Attachment, Volume};

/// The Name tag.
pub const NAME: &str = "name";
/// `vol-…`.
pub const ID: &str = "id";
/// creating, available, in-use, deleting, deleted or error.
pub const STATE: &str = "state";
/// Size in GiB.
pub const SIZE_GIB: &str = "size_gib";
/// `gp3`, `io2`…
pub const TYPE: &str = "type";
/// I/O operations a second, provisioned or the baseline.
pub const IOPS: &str = "iops";
/// MiB a second, for `gp3`.
pub const THROUGHPUT: &str = "throughput";
/// Availability Zone.
pub const ZONE: &str = "zone";
/// Ids of the instances that it is attached to.
pub const INSTANCES: &str = "instances";
/// The device name in the instance.
pub const DEVICE: &str = "device";
/// attaching, attached, detaching or busy.
pub const ATTACH_STATE: &str = "attach_state";
/// When it was attached.
pub const ATTACHED: &str = "attached";
/// Whether it is deleted when its instance is terminated.
pub const DELETE_ON_TERMINATION: &str = "delete_on_termination";
/// Whether it is encrypted.
pub const ENCRYPTED: &str = "encrypted";
/// The key that encrypts it.
pub const KMS_KEY: &str = "kms_key";
/// The snapshot that it was made from.
pub const SNAPSHOT: &str = "snapshot";
/// Whether several instances can have it at once.
pub const MULTI_ATTACH: &str = "multi_attach";
/// When it was made.
pub const CREATED: &str = "created";
/// What it costs a month, in US dollars.
pub const COST: &str = "cost";
/// Every attachment with all that is known of it.
pub const ATTACHMENTS: &str = "attachments";

const fn info(name: &'static str, title: &'static str, ty: FieldType, doc: &'static str) -> FieldInfo {
    FieldInfo::new(name, title, ty, doc)
}

/// All of them.
pub static FIELDS: Fields<Volume> = Fields(&[
    field(info(NAME, "NAME", FieldType::Text, "The Name tag.").unique().shown(0), |v| Value::text(&v.name)),
    field(info(ID, "ID", FieldType::Id, "The volume id.").unique().shown(3).cells(11, 21), |v| {
        Value::Text(v.id.clone())
    }),
    field(
        info(STATE, "STATE", FieldType::State, "creating, available, in-use, deleting, deleted or error.")
            .shown(0)
            .cells(8, 10)
            .aka(&["status"]),
        |v| {
            let (tone, text) = v.state.shown();
            Value::State(tone, text)
        },
    ),
    field(info(SIZE_GIB, "SIZE", FieldType::Int, "Its size.").unit("GiB").shown(1).aka(&["size"]), |v| int(v.gib)),
    field(
        info(TYPE, "TYPE", FieldType::Text, "gp3, gp2, io2, io1, st1, sc1 or standard.")
            .shown(2)
            .cells(5, 8)
            .aka(&["volume_type"]),
        |v| said(&v.kind),
    ),
    field(
        info(
            IOPS,
            "IOPS",
            FieldType::Int,
            "I/O operations a second, provisioned or the baseline; st1, sc1 and standard have none.",
        )
        .shown(6),
        |v| v.iops.map_or(if v.has_iops() { Value::Unknown } else { Value::Empty }, |n| Value::Int(n.into())),
    ),
    field(
        info(THROUGHPUT, "MIB/S", FieldType::Int, "Throughput that is provisioned; only gp3 has that.").unit("MiB/s"),
        |v| v.throughput.map_or(Value::Empty, |n| Value::Int(n.into())),
    ),
    field(
        info(ZONE, "ZONE", FieldType::Text, "The Availability Zone: only instances there can have it attached.")
            .shown(5)
            .cells(4, 16)
            .aka(&["az", "availability_zone"])
            .links_to("availability-zones"),
        |v| said(&v.zone),
    ),
    field(
        info(INSTANCES, "INSTANCE", FieldType::List, "The instances that it is attached to: one, or several.")
            .unique()
            .shown(1)
            .cells(8, 30)
            .aka(&["instance", "instance_id"])
            .id_of("instances", "i-"),
        |v| Value::list(v.attachments.iter().filter_map(|a| a.instance.clone())),
    ),
    field(
        info(DEVICE, "DEVICE", FieldType::Text, "The device name in the instance, e.g. /dev/sdf.")
            .shown(7)
            .cells(9, 14),
        |v| v.attachments.first().map_or(Value::Empty, |a| said(&a.device)),
    ),
    field(
        info(
            ATTACH_STATE,
            "ATTACHMENT",
            FieldType::State,
            "attaching, attached, detaching; busy: the instance still uses it, so that it cannot be detached.",
        )
        .cells(10, 10),
        |v| {
            v.attach_state().map_or(Value::Empty, |s| {
                let (tone, text) = s.shown();
                Value::State(tone, text)
            })
        },
    ),
    field(
        info(ATTACHED, "ATTACHED", FieldType::Age, "When it was attached.").unique().cells(8, 8).aka(&["attach_time"]),
        |v| v.attachments.first().map_or(Value::Empty, |a| moment(a.since)),
    ),
    field(
        info(
            DELETE_ON_TERMINATION,
            "DELETED WITH",
            FieldType::Bool,
            "Whether it is deleted when its instance is terminated.",
        )
        .cells(12, 12),
        |v| v.deleted_with_instance(),
    ),
    field(
        info(
            ATTACHMENTS,
            "ATTACHMENTS",
            FieldType::List,
            "Each with device, state and fate, if they are several or to a service's resource.",
        )
        .unique()
        .cells(11, 80),
        |v| match v.attachments.as_slice() {
            // The other fields say all there is of it.
            [one] if one.instance.is_some() => Value::Empty,
            several => Value::list(several.iter().map(Attachment::whole)),
        },
    ),
    field(info(ENCRYPTED, "ENCRYPTED", FieldType::Bool, "Whether it is encrypted.").cells(9, 9), |v| flag(v.encrypted)),
    field(
        info(KMS_KEY, "KMS KEY", FieldType::Id, "The ARN of the KMS key that encrypts it.").cells(11, 75).aka(&["kms"]),
        |v| text(&v.kms_key),
    ),
    field(
        info(SNAPSHOT, "SNAPSHOT", FieldType::Id, "The snapshot that it was made from.")
            .cells(11, 22)
            .aka(&["snapshot_id"]),
        |v| text(&v.snapshot),
    ),
    field(
        info(MULTI_ATTACH, "MULTI", FieldType::Bool, "Whether several instances can have it at once (io1 and io2).")
            .cells(5, 5),
        |v| flag(v.multi_attach),
    ),
    field(
        info(CREATED, "AGE", FieldType::Age, "When it was made.").unique().shown(8).aka(&["age", "create_time"]),
        |v| moment(v.created),
    ),
    field(
        info(COST, "$/MONTH", FieldType::Float, "What it costs a month, attached or not, by us-east-1's list prices.")
            .cells(7, 9),
        |v| v.monthly().map_or(Value::Unknown, Value::Float),
    ),
    field(
        info("zone_id", "ZONE ID", FieldType::Text, "The Availability Zone's id, the same in every account.")
            .cells(9, 11),
        |v| text(&v.zone_id),
    ),
    field(info("source_volume", "SOURCE", FieldType::Id, "The volume that it is a copy of.").cells(11, 21), |v| {
        text(&v.source_volume)
    }),
    field(
        info("fast_restored", "FAST RESTORED", FieldType::Bool, "Whether fast snapshot restore made it.").cells(13, 13),
        |v| flag(v.fast_restored),
    ),
    field(info("outpost_arn", "OUTPOST", FieldType::Id, "The ARN of its Outpost.").cells(11, 60), |v| text(&v.outpost)),
    field(
        info("operator", "OPERATOR", FieldType::Text, "The service that manages it, if one does.").cells(8, 30),
        |v| text(&v.operator),
    ),
]);
