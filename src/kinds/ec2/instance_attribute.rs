//! `DescribeInstanceAttribute`: one attribute of one instance a request.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::describe_instance_attribute::DescribeInstanceAttributeOutput;
use aws_sdk_ec2::types::InstanceAttributeName;

use super::instances;
use crate::aws::fault;
use crate::base::{Fault, FaultKind, RowId};
use crate::kinds::listing::{Pages, What};
use crate::model::{Operation, Service};

/// `DescribeInstanceAttribute`.
pub static DESCRIBE_INSTANCE_ATTRIBUTE: Operation =
    Operation::read(Service::Ec2, "DescribeInstanceAttribute").rarely_changes();

/// The instances that a request is about: all of the region, or those that it names.
pub(super) async fn instances_of(what: &What, client: &Client, pages: &mut Pages) -> Result<Vec<RowId>, Fault> {
    match what {
        What::Everything => instances::ids(client, pages).await,
        What::Ids(ids) => Ok(ids.to_vec()),
    }
}

/// One attribute; `None` if the instance went between two calls, or is going.
pub(super) async fn attribute_of(
    client: &Client,
    pages: &mut Pages,
    id: &str,
    attribute: InstanceAttributeName,
) -> Result<Option<DescribeInstanceAttributeOutput>, Fault> {
    pages.ask(&DESCRIBE_INSTANCE_ATTRIBUTE).await?;
    let call = client.describe_instance_attribute().instance_id(id).attribute(attribute);
    match call.send().await.map_err(|e| fault::of(&DESCRIBE_INSTANCE_ATTRIBUTE, e)) {
        Ok(out) => Ok(Some(out)),
        Err(f) if matches!(f.kind, FaultKind::NotFound | FaultKind::Conflict) => Ok(None),
        Err(f) => Err(f),
    }
}
