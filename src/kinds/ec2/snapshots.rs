//! EBS snapshots: your own and those that others have shared with one; anybody else's only where AWS is asked for them by owner or id.

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::{PAGE, filtered, tags};
use super::permissions;
use crate::base::{Fault, Scope};
use crate::kinds::convert::{Converter, flag, int, moment, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone, Value};

/// `DescribeSnapshots`.
pub static DESCRIBE_SNAPSHOTS: Operation = Operation::read(Service::Ec2, "DescribeSnapshots");

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").unique().shown(0);
/// `snap-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The snapshot id.")
    .unique()
    .shown(1)
    .cells(11, 22)
    .aka(&["snapshot_id"])
    .asked_by("snapshot-id")
    .finds_others();
/// pending, completed, error, recoverable, recovering.
pub const STATE: FieldInfo =
    FieldInfo::state("state", "STATE", "pending, completed, error; recoverable (in the recycle bin), recovering.")
        .shown(0)
        .cells(8, 11)
        .aka(&["status"])
        .asked_by("status");
/// Per cent.
pub const PROGRESS: FieldInfo =
    FieldInfo::int("progress", "DONE", "How much of it has been copied.").unit("%").shown(2).cells(5, 5);
/// The volume that it is of.
pub const VOLUME: FieldInfo = FieldInfo::id(
    "volume",
    "VOLUME",
    "The volume it was made from, which may no longer exist; vol-ffffffff for a copied snapshot.",
)
.shown(1)
.cells(11, 30)
.aka(&["volume_id"])
.id_of("volumes", "vol-")
.asked_by("volume-id");
/// GiB of the volume.
pub const SIZE_GIB: FieldInfo =
    FieldInfo::int("size_gib", "SIZE", "The volume's size: a volume made from it is at least as large.")
        .unit("GiB")
        .shown(1)
        .aka(&["size"]);
/// What it holds.
pub const FULL_SIZE: FieldInfo = FieldInfo::bytes(
    "full_size",
    "HOLDS",
    "All blocks written, including those in earlier snapshots; the cost is less.",
)
.shown(5);
/// Whether it is encrypted.
pub const ENCRYPTED: FieldInfo = FieldInfo::flag(
    "encrypted",
    "ENCRYPTED",
    "Whether it is encrypted. Volumes made from it are encrypted too, and it can be shared only if you use a KMS key \
     of your own.",
)
.shown(4)
.cells(9, 9)
.asked_by("encrypted");
/// When it was begun.
pub const STARTED: FieldInfo =
    FieldInfo::age("started", "AGE", "When it was started: it holds what the volume held then.")
        .unique()
        .shown(0)
        .aka(&["age", "start_time"]);
/// When it was complete.
pub const COMPLETED: FieldInfo = FieldInfo::date("completed", "COMPLETED", "When it was completed.").spare(1).unique();
/// standard or archive.
pub const TIER: FieldInfo =
    FieldInfo::text("tier", "TIER", "standard, or archive: cheaper, but a restore takes up to three days.")
        .named_only()
        .shown(6)
        .cells(8, 8)
        .aka(&["storage_tier"]);
/// What it is for.
pub const DESCRIPTION: FieldInfo =
    FieldInfo::text("description", "DESCRIPTION", "Its creator's description.").shown(3).cells(11, 60);
/// The owner's account.
pub const OWNER_ID: FieldInfo = FieldInfo::text("owner_id", "OWNER", "The owner's account.")
    .spare(2)
    .cells(12, 12)
    .aka(&["owner"])
    .asked_by("owner-id")
    .finds_others();
/// amazon, or none.
pub const OWNER_ALIAS: FieldInfo = FieldInfo::text("owner_alias", "ALIAS", "amazon, or none.").cells(6, 16);
/// The key that encrypts it.
pub const KMS_KEY: FieldInfo =
    FieldInfo::id("kms_key", "KMS KEY", "The ARN of its KMS key.").cells(11, 75).aka(&["kms"]);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("snapshots", "snapshot", "Snapshots", &FIELDS)
    .doc(
        "EBS snapshots: your own and those shared with you, with their progress. Others are listed only by a query: \
         owner_id=…, id=snap-….",
    )
    .aliases(&["snap", "snaps", "snapshot"])
    .ids("snap-")
    .listed_by(&[&DESCRIBE_SNAPSHOTS])
    .sorted_down(&STARTED)
    .transitional(&["pending", "recovering"]);

/// Snapshots.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static STATES: States = States(&[
    ("pending", Tone::Busy),
    ("completed", Tone::Good),
    ("error", Tone::Bad),
    ("recoverable", Tone::Idle),
    ("recovering", Tone::Busy),
]);

static FIELDS: Fields<sdk::Snapshot> = Fields(&[
    Field::name(NAME),
    Field::state(STATE),
    field(PROGRESS, |s, _| progress(s.progress())),
    field(STARTED, |s, _| moment(time(s.start_time()))),
    field(SIZE_GIB, |s, _| int(s.volume_size())),
    field(VOLUME, |s, _| Value::opt(s.volume_id())),
    Field::id(ID),
    field(DESCRIPTION, |s, c| c.text(s.description())),
    field(ENCRYPTED, |s, _| flag(s.encrypted())),
    field(FULL_SIZE, |s, _| {
        s.full_snapshot_size_in_bytes().and_then(|n| u64::try_from(n).ok()).map_or(Value::Unknown, Value::Bytes)
    }),
    field(TIER, |s, c| c.text(s.storage_tier().map(|t| t.as_str()))),
    field(COMPLETED, |s, _| moment(time(s.completion_time()))),
    field(OWNER_ID, |s, c| c.said(s.owner_id())),
    field(OWNER_ALIAS, |s, c| c.text(s.owner_alias())),
    field(KMS_KEY, |s, c| c.text(s.kms_key_id())),
    field(FieldInfo::text("state_message", "MESSAGE", "Why it failed, if it failed.").cells(8, 60), |s, c| {
        c.text(s.state_message())
    }),
    field(
        FieldInfo::date("restore_expiry", "RESTORED UNTIL", "Until when it is restored from the archive.")
            .cells(16, 20),
        |s, _| moment(time(s.restore_expiry_time())),
    ),
    field(FieldInfo::id("outpost_arn", "OUTPOST", "The ARN of its Outpost.").cells(11, 60), |s, c| {
        c.text(s.outpost_arn())
    }),
    Field::side(
        permissions::SHARED_WITH
            .cells(11, 60)
            .on_demand("snapshot-permissions", permissions::SHARED_WITH.name)
            .section("sharing"),
    ),
    Field::side(
        permissions::BLOCKED
            .cells(14, 14)
            .on_demand("snapshot-permissions", permissions::BLOCKED.name)
            .section("sharing"),
    ),
]);

static ROWS: RowSpec<sdk::Snapshot> = RowSpec::new(&INFO, &FIELDS, |s| s.snapshot_id())
    .stated(|s, c: &mut Converter| STATES.state(s.state().map(|s| s.as_str()), c))
    .tagged(|s, c| tags(s.tags(), c));

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    let beyond = request.selector.filters().is_some_and(|f| f.reach_beyond(&INFO));
    // What one owns and what was shared with one by name: `self` is both. Otherwise AWS lists whatever anybody has made public.
    // <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html>
    let user = (request.what == What::Everything && !beyond).then(|| vec!["self".to_string()]);
    filtered(
        (request, pages),
        &INFO,
        "snapshot-id",
        move |client, filters, token| {
            let call = client.describe_snapshots().max_results(PAGE).set_next_token(token).set_filters(filters);
            call.set_restorable_by_user_ids(user.clone()).send()
        },
        |out, c| (ROWS.records(out.snapshots(), c), out.next_token),
    )
    .boxed()
}

/// `45%`.
fn progress(text: Option<&str>) -> Value {
    let Some(text) = text.filter(|t| !t.is_empty()) else { return Value::Unknown };
    text.trim_end_matches('%').parse().map_or(Value::Unknown, Value::Int)
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    if let Some(volume) = row.get(&VOLUME).as_str() {
        out.push(Link::to("volume", "volumes", format!("id={volume}")));
        out.push(Link::to("snapshots of its volume", "snapshots", format!("volume={volume}")));
    }
    out.push(Link::to("volumes made from it", "volumes", format!("snapshot={}", row.id)));
    out.push(Link::to("images made from it", "images", format!("snapshots={}", row.id)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        every_state_has_a_tone(&STATES, sdk::SnapshotState::values());
    }

    #[test]
    fn progress_is_a_number_and_unknown_where_aws_says_none() {
        let of = |text: &str| {
            let row = record(&ROWS, &sdk::Snapshot::builder().snapshot_id("snap-1").progress(text).build());
            row.get(&PROGRESS).clone()
        };
        assert_eq!((of("45%"), of("100%"), of("")), (Value::Int(45), Value::Int(100), Value::Unknown));
    }
}
