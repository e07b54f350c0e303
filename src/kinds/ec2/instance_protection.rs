//! Whether instances are protected from being terminated or stopped through the API: a side table, joined by instance id. Two
//! requests for each instance: asked for in the detail and for plans.

use arcstr::ArcStr;
use aws_sdk_ec2::types::InstanceAttributeName as Attribute;
use futures::future::BoxFuture;

use super::instances::{self, DESCRIBE_INSTANCES};
use crate::aws::fault;
use crate::base::{Fault, FaultKind, RowId};
use crate::kinds::convert::{field, flag, no_tags};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::model::{FieldInfo, Fields, Kind, KindInfo, Operation, Record, Service, TableKey, Value};
use crate::store::Store;

/// `DescribeInstanceAttribute`.
pub static DESCRIBE_INSTANCE_ATTRIBUTE: Operation =
    Operation::read(Service::Ec2, "DescribeInstanceAttribute").rarely_changes();

/// What it is.
pub static INFO: KindInfo =
    KindInfo::new("instance-protection", "instance's protection", "Protection of instances", &FIELDS)
        .doc("Whether instances are protected from being terminated or stopped, joined to them by id.")
        .listed_by(&[&DESCRIBE_INSTANCE_ATTRIBUTE, &DESCRIBE_INSTANCES])
        .sorted(&ID)
        .side();

/// Protection of instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// `disableApiTermination`.
pub const TERMINATION: FieldInfo =
    FieldInfo::flag("termination", "TERMINATION", "Whether EC2 refuses to terminate it.").cells(11, 11);
/// `disableApiStop`.
pub const STOP: FieldInfo = FieldInfo::flag("stop", "STOP", "Whether EC2 refuses to stop it.");
/// The instance id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The instance id.");

/// One instance's protection; `None` = not said.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceProtection {
    id: RowId,
    termination: Option<bool>,
    stop: Option<bool>,
}

static FIELDS: Fields<InstanceProtection> = Fields(&[
    field(ID, |p| Value::Text(p.id.clone())),
    field(TERMINATION, |p| flag(p.termination)),
    field(STOP, |p| flag(p.stop)),
]);

impl InstanceProtection {
    fn record(&self) -> Record {
        Record {
            kind: Kind(&INFO),
            id: self.id.clone(),
            name: ArcStr::new(),
            state: None,
            values: FIELDS.values(self),
            tags: no_tags(),
        }
    }
}

/// Whether an instance is protected, by [`TERMINATION`] or [`STOP`]; `None` = not asked, or not said.
pub fn of(store: &Store, instances: &TableKey, id: &str, from: &FieldInfo) -> Option<bool> {
    store.side(instances, Kind(&INFO), id)?.get(from).as_bool()
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let ids = match &request.what {
            What::Everything => instances::ids(&client, &mut pages).await?,
            What::Ids(ids) => ids.to_vec(),
        };
        for id in ids {
            let mut found = InstanceProtection { id, termination: None, stop: None };
            let mut there = false;
            for attribute in [Attribute::DisableApiTermination, Attribute::DisableApiStop] {
                pages.ask(&DESCRIBE_INSTANCE_ATTRIBUTE).await?;
                let call = client.describe_instance_attribute().instance_id(found.id.as_str());
                match call.attribute(attribute).send().await.map_err(|e| fault::of(&DESCRIBE_INSTANCE_ATTRIBUTE, e)) {
                    Ok(out) => {
                        there = true;
                        found.termination = out.disable_api_termination().and_then(|a| a.value()).or(found.termination);
                        found.stop = out.disable_api_stop().and_then(|a| a.value()).or(found.stop);
                    }
                    // It went between two calls, or is going.
                    Err(f) if matches!(f.kind, FaultKind::NotFound | FaultKind::Conflict) => {}
                    // An attribute that this server does not know is not said.
                    Err(f) if f.kind == FaultKind::Invalid => {}
                    Err(f) => return Err(f),
                }
            }
            if there {
                pages.page(vec![found.record()]).await?;
            }
        }
        Ok(())
    })
}
