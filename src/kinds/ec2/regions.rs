//! Regions of AWS, and whether the account may

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::whole;
use crate::base::{Fault, Scope, regions};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone, Value};

/// `DescribeRegions`.
pub static DESCRIBE_REGIONS: Operation = Operation::read(Service::Ec2, "DescribeRegions");

/// Whether the account may use it.
pub const STATE: FieldInfo =
    FieldInfo::state("state", "STATE", "Whether the account can use it.").shown(2).cells(8, 20);

/// The region's code.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The region's code.").shown(0);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("regions", "region", "Regions", &FIELDS)
    .doc(
        "AWS Regions, including those that the account has not opted in to. Enter shows the region, or the marked ones.",
    )
    .aliases(&["region"])
    .listed_by(&[&DESCRIBE_REGIONS]).few()
    .sorted(&NAME)
    .once_an_account();

/// Regions.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static STATES: States =
    States(&[("opt-in-not-required", Tone::Good), ("opted-in", Tone::Good), ("not-opted-in", Tone::Idle)]);

static FIELDS: Fields<sdk::Region> = Fields(&[
    Field::name(NAME),
    Field::state(STATE),
    field(
        FieldInfo::text("location", "LOCATION", "What AWS calls the region, by where it is.").shown(1).cells(12, 40),
        |r, _| r.region_name().and_then(regions::name).map_or(Value::Unknown, Value::text),
    ),
    field(FieldInfo::text("endpoint", "ENDPOINT", "The EC2 endpoint there.").shown(3), |r, _| Value::opt(r.endpoint())),
    field(FieldInfo::list("geography", "GEOGRAPHY", "Where it is.").cells(9, 40), |r, c| {
        c.shared_list(r.geography().iter().filter_map(|g| g.name()))
    }),
]);

static ROWS: RowSpec<sdk::Region> = RowSpec::new(&INFO, &FIELDS, |r| r.region_name())
    .named(|r| r.region_name())
    .stated(|r, c| STATES.state(r.opt_in_status(), c));

/// Whether requests to a region can succeed, from its row.
pub fn is_enabled(row: &Record) -> bool {
    row.state.as_ref().is_some_and(|(tone, _)| *tone == Tone::Good)
}

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    whole(
        (request, pages),
        &DESCRIBE_REGIONS,
        |client| client.describe_regions().all_regions(true).send(),
        |out, c| ROWS.records(out.regions(), c),
    )
    .boxed()
}

fn links(_: &Record, _: &Scope) -> Vec<Link> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;

    #[test]
    fn a_region_that_needs_an_opt_in_is_not_enabled() {
        let of = |status: &str| {
            let r = sdk::Region::builder().region_name("ap-east-1").opt_in_status(status).build();
            is_enabled(&record(&ROWS, &r))
        };
        assert!(!of("not-opted-in"));
        assert!(of("opted-in"));
        assert!(of("opt-in-not-required"));
    }
}
