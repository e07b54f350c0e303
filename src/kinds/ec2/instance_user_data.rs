//! The user data of instances: a side table, joined by instance id. One request for each instance: asked for only where it is edited.
//!
//! User data is a secret: it often holds passwords. Its text is in a value that nothing shows.

use std::sync::Arc;

use arcstr::ArcStr;
use aws_sdk_ec2::types::InstanceAttributeName as Attribute;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::BoxFuture;

use super::instance_protection::DESCRIBE_INSTANCE_ATTRIBUTE;
use super::instances::{self, DESCRIBE_INSTANCES};
use crate::aws::fault;
use crate::base::{Fault, FaultKind, RowId, Secret};
use crate::kinds::convert::{field, no_tags};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::model::{FieldInfo, Fields, Kind, KindInfo, Record, TableKey, Value};
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
pub const SIZE: FieldInfo = FieldInfo::bytes("size", "SIZE", "How many bytes it has; 0 is none.");
/// The text itself, if it is one.
pub const TEXT: FieldInfo = FieldInfo::text("text", "TEXT", "The text; never shown. Unknown if it is no text.");

/// One instance's user data, decoded; none is no bytes.
#[derive(Clone, PartialEq)]
pub struct UserData {
    id: RowId,
    bytes: Vec<u8>,
}

static FIELDS: Fields<UserData> = Fields(&[
    field(ID, |d| Value::Text(d.id.clone())),
    field(SIZE, |d| Value::Bytes(d.bytes.len() as u64)),
    field(TEXT, |d| match String::from_utf8(d.bytes.clone()) {
        Ok(text) => Value::Secret(Arc::new(Secret::new(text))),
        Err(_) => Value::Unknown,
    }),
]);

impl UserData {
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
        let ids = match &request.what {
            What::Everything => instances::ids(&client, &mut pages).await?,
            What::Ids(ids) => ids.to_vec(),
        };
        for id in ids {
            pages.ask(&DESCRIBE_INSTANCE_ATTRIBUTE).await?;
            let call = client.describe_instance_attribute().instance_id(id.as_str()).attribute(Attribute::UserData);
            match call.send().await.map_err(|e| fault::of(&DESCRIBE_INSTANCE_ATTRIBUTE, e)) {
                Ok(out) => {
                    let text = out.user_data().and_then(|a| a.value()).unwrap_or_default();
                    // Line ends within it are passed over, as by AWS's own tools.
                    let text: String = text.split_ascii_whitespace().collect();
                    let bytes = STANDARD.decode(text).map_err(|_| {
                        Fault::new(FaultKind::Invalid, format!("The user data of {id} came back in no base64."))
                    })?;
                    pages.page(vec![UserData { id, bytes }.record()]).await?;
                }
                // It went between two calls, or is going.
                Err(f) if matches!(f.kind, FaultKind::NotFound | FaultKind::Conflict) => {}
                Err(f) => return Err(f),
            }
        }
        Ok(())
    })
}
