//! The user data of instances: a side table, joined by instance id. One request for each instance: asked for only where it is edited.
//!
//! User data is a secret: it often holds passwords. Its text is in a value that nothing shows.

use std::sync::Arc;

use aws_sdk_ec2::types::InstanceAttributeName as Attribute;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::BoxFuture;

use super::instance_attribute::{DESCRIBE_INSTANCE_ATTRIBUTE, attribute_of, instances_of};
use super::instances::DESCRIBE_INSTANCES;
use crate::base::{Fault, FaultKind, RowId, Secret};
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, Kind, KindInfo, TableKey, Value};
use crate::store::Store;

/// What it is.
pub static INFO: KindInfo =
    KindInfo::new("instance-user-data", "instance's user data", "User data of instances", &FIELDS)
        .doc("The user data of instances, joined to them by id; its text is never shown or printed.")
        .listed_by(&[&DESCRIBE_INSTANCE_ATTRIBUTE, &DESCRIBE_INSTANCES])
        .sorted(&ID)
        .side();

/// User data of instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// The instance id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The instance id.");
/// How many bytes it has.
pub const SIZE: FieldInfo = FieldInfo::bytes("size", "SIZE", "The size in bytes; 0 means none.");
/// The text itself, if it is one.
pub const TEXT: FieldInfo = FieldInfo::text("text", "TEXT", "The text; never shown. Unknown if it is not text.");

/// One instance's user data, decoded; none is no bytes.
struct UserData {
    id: RowId,
    bytes: Vec<u8>,
}

static FIELDS: Fields<UserData> = Fields(&[
    Field::id(ID),
    field(SIZE, |d, _| Value::Bytes(d.bytes.len() as u64)),
    field(TEXT, |d, _| match String::from_utf8(d.bytes.clone()) {
        Ok(text) => Value::Secret(Arc::new(Secret::new(text))),
        Err(_) => Value::Unknown,
    }),
]);

static ROWS: RowSpec<UserData> = RowSpec::new(&INFO, &FIELDS, |d| Some(&d.id));

/// What is known of an instance's user data: its size, and its text unless it is none.
pub fn of<'a>(store: &'a Store, instances: &TableKey, id: &str) -> Option<(u64, Option<&'a Secret>)> {
    let row = store.side(instances, Kind(&INFO), id)?;
    let Value::Bytes(size) = row.get(&SIZE) else { return None };
    let text = if let Value::Secret(text) = row.get(&TEXT) { Some(&**text) } else { None };
    Some((*size, text))
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        for id in instances_of(&request.what, &client, &mut pages).await? {
            let Some(out) = attribute_of(&client, &mut pages, &id, Attribute::UserData).await? else { continue };
            let text = out.user_data().and_then(|a| a.value()).unwrap_or_default();
            // Line ends within it are passed over, as by AWS's own tools.
            let text: String = text.split_ascii_whitespace().collect();
            let bytes = STANDARD
                .decode(text)
                .map_err(|_| Fault::new(FaultKind::Invalid, format!("The user data of {id} is not valid base64.")))?;
            pages.page(ROWS.records([&UserData { id, bytes }], &mut converter)).await?;
        }
        Ok(())
    })
}
