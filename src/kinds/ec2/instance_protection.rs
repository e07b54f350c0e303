//! Whether instances are protected from being terminated or stopped through the API: a side table, joined by instance id. Two
//! requests for each instance: asked for in the detail and for plans.

use aws_sdk_ec2::types::InstanceAttributeName as Attribute;
use futures::future::BoxFuture;

use super::instance_attribute::{DESCRIBE_INSTANCE_ATTRIBUTE, attribute_of, instances_of};
use super::instances::DESCRIBE_INSTANCES;
use crate::base::{Fault, FaultKind, RowId};
use crate::kinds::convert::{Converter, flag};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, Kind, KindInfo, TableKey};
use crate::store::Store;

/// What it is.
pub static INFO: KindInfo =
    KindInfo::new("instance-protection", "instance's protection", "Protection of instances", &FIELDS)
        .doc("Termination and stop protection of instances, joined to them by id.")
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
struct Protection {
    id: RowId,
    termination: Option<bool>,
    stop: Option<bool>,
}

static FIELDS: Fields<Protection> =
    Fields(&[Field::id(ID), field(TERMINATION, |p, _| flag(p.termination)), field(STOP, |p, _| flag(p.stop))]);

static ROWS: RowSpec<Protection> = RowSpec::new(&INFO, &FIELDS, |p| Some(&p.id));

/// Whether an instance is protected, by [`TERMINATION`] or [`STOP`]; `None` = not asked, or not said.
pub fn of(store: &Store, instances: &TableKey, id: &str, from: &FieldInfo) -> Option<bool> {
    store.side(instances, Kind(&INFO), id)?.get(from).as_bool()
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        for id in instances_of(&request.what, &client, &mut pages).await? {
            let mut found = Protection { id, termination: None, stop: None };
            let mut there = false;
            for attribute in [Attribute::DisableApiTermination, Attribute::DisableApiStop] {
                match attribute_of(&client, &mut pages, &found.id, attribute).await {
                    Ok(Some(out)) => {
                        there = true;
                        found.termination = out.disable_api_termination().and_then(|a| a.value()).or(found.termination);
                        found.stop = out.disable_api_stop().and_then(|a| a.value()).or(found.stop);
                    }
                    Ok(None) => {}
                    // An attribute that this server does not know is not said.
                    Err(f) if f.kind == FaultKind::Invalid => {}
                    Err(f) => return Err(f),
                }
            }
            if there {
                pages.page(ROWS.records([&found], &mut converter)).await?;
            }
        }
        Ok(())
    })
}
