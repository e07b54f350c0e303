//! The last modification of each volume, and how far it is: a side table, joined by volume id. Asked for in the detail, for plans and
//! while one is followed.

use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;
use indexmap::IndexMap;

use crate::base::{Fault, RowId};
use crate::kinds::convert::{Converter, batches, int, moment, own, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::paged;
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, Kind, KindInfo, Operation, Paging, Record, Service, TableKey, Tone, Value};
use crate::store::Store;

/// `DescribeVolumesModifications`: it takes up to 500 a page, and has the last change of each volume that was ever changed.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumesModifications.html>
pub static DESCRIBE_VOLUMES_MODIFICATIONS: Operation = Operation::read(Service::Ec2, "DescribeVolumesModifications")
    .paged(Paging { rows: PAGE as u32, ids: Some(MOST_IDS as u32), absent_is_none: true });

const PAGE: i32 = 500;
/// A filter takes at most 200 values.
const MOST_IDS: usize = 200;

/// What they are.
pub static INFO: KindInfo =
    KindInfo::new("volume-modifications", "volume's modification", "Modifications of volumes", &FIELDS)
        .doc("The last modification of each volume, joined to it by id: its state, its progress, from what to what.")
        .listed_by(&[&DESCRIBE_VOLUMES_MODIFICATIONS])
        .sorted(&ID)
        .side();

/// Modifications of volumes.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: Some(|r, id| raw(list, r, id)) };

/// The volume id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The volume id.");
/// modifying, optimizing, completed or failed.
pub const STATE: FieldInfo = FieldInfo::state(
    "state",
    "STATE",
    "modifying; optimizing (the change is in effect, data are still moved); completed; failed. None if never modified.",
);
/// Per cent.
pub const PROGRESS: FieldInfo = FieldInfo::int("progress", "DONE", "How much of the modification is done.").unit("%");
/// Before and after.
pub const CHANGE: FieldInfo = FieldInfo::text("change", "CHANGE", "From what to what.");
/// When it began.
pub const STARTED: FieldInfo = FieldInfo::date("started", "STARTED", "When it began.");
/// When it was completed or failed.
pub const ENDED: FieldInfo = FieldInfo::date("ended", "ENDED", "When it was completed, or failed.");
/// What AWS says of it.
pub const MESSAGE: FieldInfo = FieldInfo::text("message", "MESSAGE", "AWS's message about it, if any.");

/// A volume, and its last modification if there was one.
struct Modified {
    id: RowId,
    last: Option<sdk::VolumeModification>,
}

static STATES: States =
    States(&[("modifying", Tone::Busy), ("optimizing", Tone::Busy), ("completed", Tone::Good), ("failed", Tone::Bad)]);

impl Modified {
    /// A value of the modification; none if there was none.
    fn of(&self, read: impl FnOnce(&sdk::VolumeModification) -> Value) -> Value {
        self.last.as_ref().map_or(Value::Empty, read)
    }
    fn word(&self) -> Option<&str> {
        self.last.as_ref()?.modification_state().map(|s| s.as_str())
    }
}

static FIELDS: Fields<Modified> = Fields(&[
    Field::id(ID),
    field(STATE, |m, c| STATES.value(m.word(), c)),
    field(PROGRESS, |m, _| m.of(|l| int(l.progress()))),
    field(CHANGE, |m, _| m.of(change)),
    field(STARTED, |m, _| m.of(|l| moment(time(l.start_time())))),
    field(ENDED, |m, _| m.of(|l| l.end_time().map_or(Value::Empty, |t| moment(time(Some(t)))))),
    field(MESSAGE, |m, c| m.of(|l| c.text(l.status_message()))),
]);

static ROWS: RowSpec<Modified> =
    RowSpec::new(&INFO, &FIELDS, |m| Some(&m.id)).stated(|m, c: &mut Converter| match &m.last {
        Some(_) => STATES.state(m.word(), c),
        None => (Tone::Idle, arcstr::ArcStr::new()),
    });

/// `20 GiB gp2 → 40 GiB gp3, 3000 IOPS, 125 MiB/s`.
fn change(m: &sdk::VolumeModification) -> Value {
    let side = |size: Option<i32>, kind: Option<&sdk::VolumeType>, iops: Option<i32>, throughput: Option<i32>| {
        let mut parts = vec![format!("{} GiB {}", size.unwrap_or_default(), kind.map_or("", |k| k.as_str()))];
        parts.extend(iops.map(|n| format!("{n} IOPS")));
        parts.extend(throughput.map(|n| format!("{n} MiB/s")));
        parts.join(", ")
    };
    let from = side(m.original_size(), m.original_volume_type(), m.original_iops(), m.original_throughput());
    let to = side(m.target_size(), m.target_volume_type(), m.target_iops(), m.target_throughput());
    Value::text(format!("{from} → {to}"))
}

/// A volume's row here, if it was asked for.
pub fn of<'a>(store: &'a Store, volumes: &TableKey, id: &str) -> Option<&'a Record> {
    store.side(volumes, Kind(&INFO), id).map(|r| &**r)
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        for ids in batches(&request.what, MOST_IDS) {
            // A volume that is asked for by id and was never modified has an answer too: "none" is not "not asked".
            let mut found: IndexMap<RowId, Option<sdk::VolumeModification>> =
                ids.iter().flatten().map(|id| (RowId::from(id.as_str()), None)).collect();
            let filters = ids.map(|ids| vec![sdk::Filter::builder().name("volume-id").set_values(Some(ids)).build()]);
            let call = |token| {
                let call = client.describe_volumes_modifications().max_results(PAGE).set_next_token(token);
                call.set_filters(filters.clone()).send()
            };
            paged(&mut pages, &DESCRIBE_VOLUMES_MODIFICATIONS, call, |out| {
                for m in out.volumes_modifications.unwrap_or_default() {
                    if let Some(id) = own(m.volume_id()) {
                        found.insert(id, Some(m));
                    }
                }
                (Vec::new(), out.next_token)
            })
            .await?;
            let rows: Vec<Modified> = found.into_iter().map(|(id, last)| Modified { id, last }).collect();
            pages.page(ROWS.records(&rows, &mut converter)).await?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        every_state_has_a_tone(&STATES, sdk::VolumeModificationState::values());
    }

    #[test]
    fn a_modification_says_from_what_to_what_and_one_that_never_was_says_none() {
        let m = sdk::VolumeModification::builder().original_size(20).original_volume_type("st1".into());
        let m = m.target_size(40).target_volume_type("gp3".into()).target_iops(3000).target_throughput(125);
        let m = m.modification_state("optimizing".into()).progress(45).build();
        let row = record(&ROWS, &Modified { id: "vol-1".into(), last: Some(m) });
        assert_eq!(row.get(&CHANGE).as_str(), Some("20 GiB st1 → 40 GiB gp3, 3000 IOPS, 125 MiB/s"));
        assert_eq!((row.get(&PROGRESS), row.get(&ENDED)), (&Value::Int(45), &Value::Empty));
        assert_eq!(row.state, Some((Tone::Busy, "optimizing".into())));
        let never = record(&ROWS, &Modified { id: "vol-2".into(), last: None });
        assert_eq!((never.get(&STATE), never.get(&PROGRESS)), (&Value::Empty, &Value::Empty));
    }
}
