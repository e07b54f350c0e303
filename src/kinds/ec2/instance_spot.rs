//! What stands with the Spot requests of instances: a side table, joined by instance id. Asked for in the detail, and where a column or a
//! query names it.

use aws_sdk_ec2::types::{Filter, SpotInstanceRequest};
use futures::future::BoxFuture;
use indexmap::IndexMap;

use super::listing::{MOST_IDS, PAGE};
use super::spot_requests::{self, STATUSES};
use crate::aws::fault;
use crate::base::{Fault, RowId, Time};
use crate::kinds::convert::{Converter, batches, moment, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::following;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Operation, Paging, Value};

/// `DescribeSpotInstanceRequests` for those of some instances.
pub static DESCRIBE_SPOT_INSTANCE_REQUESTS: Operation = spot_requests::DESCRIBE_SPOT_INSTANCE_REQUESTS.paged(Paging {
    rows: PAGE as u32,
    ids: Some(MOST_IDS as u32),
    absent_is_none: true,
});

/// What it is.
pub static INFO: KindInfo =
    KindInfo::new("instance-spot", "instance's Spot request", "Spot requests of instances", &FIELDS)
        .doc("How the Spot requests of instances stand, joined to them by id.")
        .listed_by(&[&DESCRIBE_SPOT_INSTANCE_REQUESTS])
        .sorted(&ID)
        .side();

/// Spot requests of instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// The instance id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The instance id.");
/// How it stands.
pub const STATUS: FieldInfo = FieldInfo::state("status", "STATUS", "AWS's code for how its Spot request stands.");
/// AWS's sentence about it.
pub const MESSAGE: FieldInfo = FieldInfo::text("message", "MESSAGE", "AWS's sentence about it, with its moment.");

struct InstanceSpot {
    id: RowId,
    request: Option<SpotInstanceRequest>,
}

impl InstanceSpot {
    fn updated(&self) -> Option<Time> {
        time(self.request.as_ref()?.status()?.update_time())
    }
    fn text(&self, read: fn(&aws_sdk_ec2::types::SpotInstanceStatus) -> Option<&str>) -> Option<&str> {
        read(self.request.as_ref()?.status()?)
    }
}

static FIELDS: Fields<InstanceSpot> = Fields(&[
    Field::id(ID),
    field(STATUS, |s, c| STATUSES.value(s.text(|s| s.code()), c)),
    field(MESSAGE, |s, c| c.text(s.text(|s| s.message()))),
    field(FieldInfo::age("updated", "SINCE", "When that last changed."), |s, _| moment(s.updated())),
    field(FieldInfo::id("request", "REQUEST", "The Spot request."), |s, _| {
        Value::opt(s.request.as_ref().and_then(|r| r.spot_instance_request_id()))
    }),
]);

static ROWS: RowSpec<InstanceSpot> = RowSpec::new(&INFO, &FIELDS, |s| Some(&s.id));

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut found: IndexMap<RowId, InstanceSpot> = IndexMap::new();
        // Who is asked for by name gets an answer also without a request: "none" is not "not asked".
        if let What::Ids(ids) = &request.what {
            found.extend(ids.iter().map(|id| (id.clone(), InstanceSpot { id: id.clone(), request: None })));
        }
        for ids in batches(&request.what, MOST_IDS) {
            let filter = ids.map(|ids| vec![Filter::builder().name("instance-id").set_values(Some(ids)).build()]);
            let mut token: Option<String> = None;
            loop {
                pages.ask(&DESCRIBE_SPOT_INSTANCE_REQUESTS).await?;
                let call = client.describe_spot_instance_requests().max_results(PAGE).set_next_token(token.clone());
                let out = call.set_filters(filter.clone()).send().await;
                let out = out.map_err(|e| fault::of(&DESCRIBE_SPOT_INSTANCE_REQUESTS, e))?;
                let next = out.next_token.clone();
                for one in out.spot_instance_requests.unwrap_or_default() {
                    let Some(id) = one.instance_id().map(RowId::from) else { continue };
                    let new = InstanceSpot { id: id.clone(), request: Some(one) };
                    // Of several for one instance, the one that was heard of last.
                    if found.get(&id).is_none_or(|old| old.updated() <= new.updated()) {
                        found.insert(id, new);
                    }
                }
                token = following(&DESCRIBE_SPOT_INSTANCE_REQUESTS, token.as_deref(), next)?;
                if token.is_none() {
                    break;
                }
            }
        }
        pages.page(ROWS.records(found.values(), &mut Converter::new(&request.interner))).await
    })
}
