//! The Availability Zones that offer an instance type: a side table, joined by the type's name.

use std::collections::BTreeMap;

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;

use super::listing::MOST_IDS;
use crate::base::{Fault, RowId};
use crate::kinds::convert::{Converter, batches};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::paged;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Operation, Paging, Service};

/// `DescribeInstanceTypeOfferings`. It takes 5 to 1000 a page; a row here is some three of its own.
pub static DESCRIBE_INSTANCE_TYPE_OFFERINGS: Operation = Operation::read(Service::Ec2, "DescribeInstanceTypeOfferings")
    .rarely_changes()
    .paged(Paging { rows: PAGE as u32 / 3, ids: Some(MOST_IDS as u32), absent_is_none: true });

const PAGE: i32 = 1000;

/// The type's name.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The type's name.");
/// The zones that offer it.
pub const ZONES: FieldInfo = FieldInfo::list("zones", "ZONES", "The Availability Zones of the region that offer it.");

/// What they are.
pub static INFO: KindInfo =
    KindInfo::new("instance-type-zones", "instance type's zones", "Zones of instance types", &FIELDS)
        .doc("The Availability Zones that offer each instance type, joined to it by name.")
        .listed_by(&[&DESCRIBE_INSTANCE_TYPE_OFFERINGS])
        .sorted(&ID)
        .side();

/// Zones of instance types.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

static FIELDS: Fields<(RowId, Vec<ArcStr>)> =
    Fields(&[Field::id(ID), field(ZONES, |(_, zones), c| c.shared_list(zones.iter().map(ArcStr::as_str)))]);

static ROWS: RowSpec<(RowId, Vec<ArcStr>)> = RowSpec::new(&INFO, &FIELDS, |(id, _)| Some(id.as_str()));

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        for ids in batches(&request.what, MOST_IDS) {
            // A type that was asked for and is offered nowhere has no zones: that is an answer.
            let mut found: BTreeMap<RowId, Vec<ArcStr>> = BTreeMap::new();
            found.extend(ids.iter().flatten().map(|id| (id.into(), Vec::new())));
            let filter =
                ids.map(|ids| vec![sdk::Filter::builder().name("instance-type").set_values(Some(ids)).build()]);
            let call = |token| {
                let call = client.describe_instance_type_offerings().max_results(PAGE).set_next_token(token);
                call.location_type(sdk::LocationType::AvailabilityZone).set_filters(filter.clone()).send()
            };
            paged(&mut pages, &DESCRIBE_INSTANCE_TYPE_OFFERINGS, call, |out| {
                for offer in out.instance_type_offerings() {
                    if let (Some(name), Some(zone)) = (offer.instance_type(), offer.location()) {
                        found.entry(name.as_str().into()).or_default().push(zone.into());
                    }
                }
                (Vec::new(), out.next_token)
            })
            .await?;
            let rows = found.into_iter().map(|(id, mut zones)| {
                zones.sort_unstable();
                (id, zones)
            });
            let rows: Vec<_> = rows.collect();
            pages.page(ROWS.records(&rows, &mut converter)).await?;
        }
        Ok(())
    })
}
