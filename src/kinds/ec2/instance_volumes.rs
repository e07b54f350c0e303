//! EBS volumes of instances, with size, type, encryption and what becomes of them when the instance is terminated: a side
//! table, joined by instance id. Asked for in the detail and for plans.
//!
//! A struct stands between the answers and the row: a row is made of several volumes.

use std::fmt::Write as _;

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;
use indexmap::IndexMap;

use super::volumes::PAGE;
use crate::base::{Fault, RowId};
use crate::kinds::convert::{Converter, batches, own};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::paged;
use crate::kinds::prices::{self, Prices};
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, Kind, KindInfo, Operation, Paging, Record, TableKey, Value};
use crate::store::Store;

/// `DescribeVolumes` for the disks of instances, which change seldom; the volumes' own list is as fresh as others.
pub static DESCRIBE_VOLUMES: Operation = super::volumes::DESCRIBE_VOLUMES.rarely_changes().paged(Paging {
    rows: PAGE as u32,
    ids: Some(MOST_IDS as u32),
    absent_is_none: true,
});

/// What they are.
pub static INFO: KindInfo = KindInfo::new("instance-volumes", "instance's volumes", "Volumes of instances", &FIELDS)
    .doc("EBS volumes of instances, joined to them by id.")
    .listed_by(&[&DESCRIBE_VOLUMES])
    .sorted(&ID)
    .side();

/// Volumes of instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// Every disk with all that is known of it.
pub const DISKS: FieldInfo = FieldInfo::list(
    "disks",
    "DISKS",
    "Each volume with size, type, encryption, device, and whether it is deleted with the instance.",
);
/// Those that are deleted with the instance.
pub const DELETED: FieldInfo =
    FieldInfo::list("deleted", "DELETED", "Volumes with DeleteOnTermination: deleted with the instance.");
/// Those that outlive it.
pub const KEPT: FieldInfo = FieldInfo::list("kept", "KEPT", "Volumes kept when the instance is terminated.");
/// The instance id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The instance id.");
/// What all of them cost a month, in US dollars.
pub const COST: FieldInfo = FieldInfo::float(
    "cost",
    "$/MONTH",
    "The monthly cost of all of them, by the region's list prices as far as they are known, else by us-east-1's.",
)
.cells(7, 9);
/// What those cost that outlive it.
pub const KEPT_COST: FieldInfo =
    FieldInfo::float("kept_cost", "KEPT $/MONTH", "The monthly cost of those that are kept.").cells(12, 12);

/// A volume as one instance has it attached.
#[derive(Debug, Clone, PartialEq)]
struct Disk {
    id: ArcStr,
    gib: i32,
    kind: ArcStr,
    iops: i32,
    throughput: i32,
    encrypted: bool,
    device: Option<ArcStr>,
    /// `None` = not said.
    deleted: Option<bool>,
    prices: Option<Prices>,
}

/// One instance's disks.
struct InstanceVolumes {
    instance: RowId,
    disks: Vec<Disk>,
}

static FIELDS: Fields<InstanceVolumes> = Fields(&[
    Field::id(ID),
    field(DISKS, |v, _| Value::list(v.disks.iter().map(Disk::whole))),
    field(DELETED, |v, _| Value::list(v.disks.iter().filter(|d| d.deleted == Some(true)).map(Disk::short))),
    field(KEPT, |v, _| Value::list(v.disks.iter().filter(|d| d.deleted == Some(false)).map(Disk::short))),
    field(COST, |v, _| cost(v.disks.iter())),
    field(KEPT_COST, |v, _| cost(v.disks.iter().filter(|d| d.deleted == Some(false)))),
]);

/// What disks cost a month. It is not known if that of one of them is not: a part of it would be too little.
fn cost<'a>(disks: impl Iterator<Item = &'a Disk>) -> Value {
    disks.map(Disk::monthly).sum::<Option<f64>>().map_or(Value::Unknown, Value::Float)
}

impl Disk {
    /// `vol-0a1 (20 GiB gp3)`.
    fn short(&self) -> ArcStr {
        arcstr::format!("{} ({} GiB {})", self.id, self.gib, self.kind)
    }
    /// `vol-0a1 20 GiB gp3, encrypted, /dev/xvda, deleted with the instance`.
    fn whole(&self) -> ArcStr {
        let mut text = std::format!("{} {} GiB {}", self.id, self.gib, self.kind);
        text.push_str(if self.encrypted { ", encrypted" } else { ", not encrypted" });
        if let Some(device) = &self.device {
            _ = write!(text, ", {device}");
        }
        text.push_str(match self.deleted {
            Some(true) => ", deleted with the instance",
            Some(false) => ", kept",
            None => ", deleted or kept is not known",
        });
        text.into()
    }
    fn monthly(&self) -> Option<f64> {
        self.prices?.volume(&self.kind, self.gib, self.iops, self.throughput).map(|money| money.amount)
    }
}

static ROWS: RowSpec<InstanceVolumes> = RowSpec::new(&INFO, &FIELDS, |v| Some(&v.instance));

/// An instance's row here, if its volumes were asked for.
pub fn of<'a>(store: &'a Store, instances: &TableKey, id: &str) -> Option<&'a Record> {
    store.side(instances, Kind(&INFO), id).map(|r| &**r)
}

/// A filter takes at most 200 values.
const MOST_IDS: usize = 200;

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        for ids in batches(&request.what, MOST_IDS) {
            let prices = prices::of(&request.scope);
            let mut found: IndexMap<RowId, Vec<Disk>> = IndexMap::new();
            // Who is asked for by name gets an answer also without disks: "none" is not "not asked".
            found.extend(ids.iter().flatten().map(|id| (id.into(), Vec::new())));
            let filter = match ids {
                Some(ids) => sdk::Filter::builder().name("attachment.instance-id").set_values(Some(ids)),
                None => sdk::Filter::builder().name("status").values("in-use"),
            };
            let filter = filter.build();
            let some = matches!(request.what, What::Ids(_));
            let call = |token| {
                client.describe_volumes().filters(filter.clone()).max_results(PAGE).set_next_token(token).send()
            };
            paged(&mut pages, &DESCRIBE_VOLUMES, call, |out| {
                for (instance, disk) in out.volumes().iter().flat_map(|v| disks(v, prices)) {
                    match found.get_mut(&instance) {
                        Some(list) => list.push(disk),
                        // Attached to another one as well.
                        None if some => {}
                        None => found.entry(instance).or_default().push(disk),
                    }
                }
                (Vec::new(), out.next_token)
            })
            .await?;
            let all: Vec<InstanceVolumes> =
                found.into_iter().map(|(instance, disks)| InstanceVolumes { instance, disks }).collect();
            pages.page(ROWS.records(&all, &mut converter)).await?;
        }
        Ok(())
    })
}

/// A volume for each instance that has it attached.
fn disks(v: &sdk::Volume, prices: Option<Prices>) -> impl Iterator<Item = (RowId, Disk)> {
    v.attachments().iter().filter_map(move |a| {
        let disk = Disk {
            id: own(v.volume_id().or(a.volume_id()))?,
            gib: v.size().unwrap_or_default(),
            kind: own(v.volume_type().map(|t| t.as_str())).unwrap_or_default(),
            iops: v.iops().unwrap_or_default(),
            throughput: v.throughput().unwrap_or_default(),
            encrypted: v.encrypted() == Some(true),
            device: own(a.device()),
            deleted: a.delete_on_termination(),
            prices,
        };
        Some((own(a.instance_id())?, disk))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;

    fn disk(kind: &str, gib: i32, iops: i32, throughput: i32) -> Disk {
        let (id, kind) = ("vol-1".into(), kind.into());
        Disk {
            id,
            gib,
            kind,
            iops,
            throughput,
            encrypted: true,
            device: Some("/dev/xvda".into()),
            deleted: Some(false),
            prices: Some(Prices::first()),
        }
    }

    #[test]
    fn what_disks_cost_is_unknown_if_the_price_of_one_is() {
        let disks = |kept: &str| InstanceVolumes {
            instance: "i-1".into(),
            disks: vec![disk(kept, 20, 0, 0), Disk { deleted: Some(true), ..disk("gp4", 8, 0, 0) }],
        };
        let row = record(&ROWS, &disks("gp3"));
        assert_eq!((row.get(&COST), row.get(&KEPT_COST)), (&Value::Unknown, &Value::Float(1.6)));
        assert_eq!(record(&ROWS, &disks("gp4")).get(&KEPT_COST), &Value::Unknown);
    }

    #[test]
    fn a_disk_says_what_becomes_of_it() {
        assert_eq!(disk("gp3", 20, 0, 0).whole(), "vol-1 20 GiB gp3, encrypted, /dev/xvda, kept");
        let both = InstanceVolumes {
            instance: "i-1".into(),
            disks: vec![disk("gp3", 20, 0, 0), Disk { deleted: Some(true), ..disk("gp3", 8, 0, 0) }],
        };
        let row = record(&ROWS, &both);
        assert_eq!(row.get(&DELETED).items(), ["vol-1 (8 GiB gp3)"]);
        assert_eq!(row.get(&KEPT).items(), ["vol-1 (20 GiB gp3)"]);
        assert_eq!(row.get(&KEPT_COST).as_f64(), Some(1.6));
    }
}
