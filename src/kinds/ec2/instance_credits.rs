//! How burstable instances pay for CPU above their baseline: a side table, joined by instance id. Asked for in the detail and for plans, one
//! instance a request: of several, one that is not burstable fails them all ("if you specify an instance ID that is not valid, such as an
//! instance that is not a burstable performance instance, an error is returned").
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceCreditSpecifications.html>

use futures::future::BoxFuture;

use super::instance_attribute::instances_of;
use super::instances::DESCRIBE_INSTANCES;
use crate::aws::fault;
use crate::base::{Fault, FaultKind, RowId};
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Operation, Service};

/// `DescribeInstanceCreditSpecifications`.
pub static DESCRIBE_INSTANCE_CREDIT_SPECIFICATIONS: Operation =
    Operation::read(Service::Ec2, "DescribeInstanceCreditSpecifications").rarely_changes();

/// It slows down to its baseline once its credits are spent.
pub const STANDARD: &str = "standard";
/// It goes on, and what it spends beyond is billed.
pub const UNLIMITED: &str = "unlimited";

/// What it is.
pub static INFO: KindInfo =
    KindInfo::new("instance-credits", "instance's CPU credits", "CPU credits of instances", &FIELDS)
        .doc("How burstable instances pay for CPU above their baseline, joined to them by id.")
        .listed_by(&[&DESCRIBE_INSTANCE_CREDIT_SPECIFICATIONS, &DESCRIBE_INSTANCES])
        .sorted(&ID)
        .side();

/// CPU credits of instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// The instance id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The instance id.");
/// standard or unlimited.
pub const CREDITS: FieldInfo =
    FieldInfo::text("credits", "CREDITS", "standard or unlimited; none for an instance that is not burstable.");

struct Credits {
    id: RowId,
    mode: Option<String>,
}

static FIELDS: Fields<Credits> = Fields(&[Field::id(ID), field(CREDITS, |i, c| c.text(i.mode.as_deref()))]);

static ROWS: RowSpec<Credits> = RowSpec::new(&INFO, &FIELDS, |i| Some(&i.id));

/// What burstable types begin with.
pub const BURSTABLE: &[&str] = &["t2.", "t3.", "t3a.", "t4g."];

/// Whether instances of a type have CPU credits: T2, T3, T3a and T4g.
pub fn is_burstable(instance_type: &str) -> bool {
    BURSTABLE.iter().any(|family| instance_type.starts_with(family))
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        for id in instances_of(&request.what, &client, &mut pages).await? {
            pages.ask(&DESCRIBE_INSTANCE_CREDIT_SPECIFICATIONS).await?;
            let call = client.describe_instance_credit_specifications().instance_ids(id.as_str());
            let mode = match call.send().await.map_err(|e| fault::of(&DESCRIBE_INSTANCE_CREDIT_SPECIFICATIONS, e)) {
                Ok(out) => {
                    let first = out.instance_credit_specifications().first();
                    first.and_then(|i| i.cpu_credits()).map(str::to_string)
                }
                // It is not burstable, or gone.
                Err(f) if matches!(f.kind, FaultKind::Invalid | FaultKind::Conflict | FaultKind::NotFound) => None,
                Err(f) => return Err(f),
            };
            pages.page(ROWS.records([&Credits { id, mode }], &mut converter)).await?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn burstable_types_are_those_of_four_families() {
        assert!(["t2.micro", "t3.nano", "t3a.large", "t4g.small"].iter().all(|t| is_burstable(t)));
        assert!(!["t1.micro", "m5.large", "trn1.2xlarge", "t3"].iter().any(|t| is_burstable(t)));
    }
}
