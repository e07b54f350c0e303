//! Spot Instance requests: what was asked for, and what became of it.

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::{PAGE, filtered, tags};
use crate::base::{Fault, Scope};
use crate::kinds::convert::{moment, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone, Value};

/// `DescribeSpotInstanceRequests`.
pub static DESCRIBE_SPOT_INSTANCE_REQUESTS: Operation = Operation::read(Service::Ec2, "DescribeSpotInstanceRequests");

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").cells(6, 24);
/// `sir-…`.
pub const ID: FieldInfo =
    FieldInfo::id("id", "ID", "The request's id.").shown(0).cells(12, 14).asked_by("spot-instance-request-id");
/// open, active, closed…
pub const STATE: FieldInfo = FieldInfo::state("state", "STATE", "open, active, disabled, closed, cancelled or failed.")
    .shown(0)
    .cells(8, 9)
    .asked_by("state");
/// Why it is so.
pub const STATUS: FieldInfo = FieldInfo::state(
    "status",
    "STATUS",
    "AWS's code for how it stands: fulfilled, capacity-not-available; marked-for-termination and marked-for-stop are the notice of an \
     interruption, two minutes before.",
)
.shown(1)
.cells(12, 40)
.asked_by("status-code");
/// AWS's sentence about it.
pub const MESSAGE: FieldInfo =
    FieldInfo::text("message", "MESSAGE", "AWS's sentence about the status.").shown(6).cells(12, 60);
/// When the status last changed.
pub const UPDATED: FieldInfo = FieldInfo::age("updated", "SINCE", "When the status last changed.").shown(3).cells(5, 6);
/// The instance that it brought.
pub const INSTANCE: FieldInfo = FieldInfo::id("instance", "INSTANCE", "The instance that it launched.")
    .shown(2)
    .cells(11, 30)
    .aka(&["instance_id"])
    .id_of("instances", "i-")
    .asked_by("instance-id");
/// The type that it launches.
pub const TYPE: FieldInfo = FieldInfo::text("type", "TYPE", "The instance type it launches.")
    .shown(4)
    .cells(9, 16)
    .aka(&["instance_type"])
    .links_to("instance-types")
    .asked_by("launch.instance-type");
/// one-time or persistent.
pub const REQUEST_TYPE: FieldInfo = FieldInfo::text(
    "request_type",
    "REQUEST",
    "one-time, or persistent: another instance is launched after an interruption.",
)
.shown(7)
.cells(8, 10)
.asked_by("type");

/// What they are.
pub static INFO: KindInfo = KindInfo::new("spot-requests", "Spot request", "Spot requests", &FIELDS)
    .doc(
        "Spot Instance requests: what was asked for, the instance that came of it, and the notice of its interruption.",
    )
    .aliases(&["sir", "spot", "spot-request", "spot-instance-requests"])
    .ids("sir-")
    .listed_by(&[&DESCRIBE_SPOT_INSTANCE_REQUESTS])
    .sorted(&ID)
    // An open request may stay so for days.
    .transitional(&["pending-evaluation", "pending-fulfillment", "marked-for-termination", "marked-for-stop"]);

/// Spot requests.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static STATES: States = States(&[
    ("open", Tone::Busy),
    ("active", Tone::Good),
    ("disabled", Tone::Idle),
    ("closed", Tone::Idle),
    ("cancelled", Tone::Idle),
    ("failed", Tone::Bad),
]);

/// The status codes. <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-request-status.html>
pub(super) static STATUSES: States = States(&[
    ("fulfilled", Tone::Good),
    ("request-canceled-and-instance-running", Tone::Idle),
    ("pending-evaluation", Tone::Busy),
    ("pending-fulfillment", Tone::Busy),
    ("not-scheduled-yet", Tone::Busy),
    ("marked-for-termination", Tone::Bad),
    ("marked-for-stop", Tone::Bad),
    ("instance-terminated-by-price", Tone::Bad),
    ("instance-terminated-no-capacity", Tone::Bad),
    ("instance-terminated-capacity-oversubscribed", Tone::Bad),
    ("instance-terminated-launch-group-constraint", Tone::Bad),
    ("instance-stopped-by-price", Tone::Bad),
    ("instance-stopped-no-capacity", Tone::Bad),
    ("capacity-not-available", Tone::Bad),
    ("price-too-low", Tone::Bad),
    ("az-group-constraint", Tone::Bad),
    ("launch-group-constraint", Tone::Bad),
    ("placement-group-constraint", Tone::Bad),
    ("constraint-not-fulfillable", Tone::Bad),
    ("limit-exceeded", Tone::Bad),
    ("bad-parameters", Tone::Bad),
    ("system-error", Tone::Bad),
    ("canceled-before-fulfillment", Tone::Idle),
    ("schedule-expired", Tone::Idle),
    ("instance-terminated-by-user", Tone::Idle),
    ("spot-instance-terminated-by-user", Tone::Idle),
    ("instance-terminated-by-schedule", Tone::Idle),
    ("instance-terminated-by-service", Tone::Idle),
    ("instance-stopped-by-user", Tone::Idle),
]);

static FIELDS: Fields<sdk::SpotInstanceRequest> = Fields(&[
    Field::id(ID),
    Field::state(STATE),
    field(STATUS, |r, c| STATUSES.value(r.status().and_then(|s| s.code()), c)),
    field(INSTANCE, |r, _| Value::opt(r.instance_id())),
    field(TYPE, |r, c| c.text(launch(r).and_then(|l| l.instance_type()).map(|t| t.as_str()))),
    field(
        FieldInfo::text("zone", "ZONE", "The Availability Zone in which it was launched.")
            .shown(5)
            .cells(4, 16)
            .aka(&["az"])
            .links_to("availability-zones")
            .asked_by("launched-availability-zone"),
        |r, c| c.text(r.launched_availability_zone()),
    ),
    field(UPDATED, |r, _| moment(time(r.status().and_then(|s| s.update_time())))),
    field(REQUEST_TYPE, |r, c| c.said(r.r#type().map(|t| t.as_str()))),
    field(MESSAGE, |r, c| c.text(r.status().and_then(|s| s.message()))),
    field(
        FieldInfo::text(
            "interruption",
            "INTERRUPTED",
            "What an interruption does to the instance: terminate, stop or hibernate.",
        )
        .cells(11, 11),
        |r, c| c.text(r.instance_interruption_behavior().map(|b| b.as_str())),
    ),
    field(
        FieldInfo::text("max_price", "MOST $/H", "The highest price that is paid, in US dollars an hour.").cells(8, 10),
        |r, c| c.text(r.spot_price()),
    ),
    field(
        FieldInfo::text("product", "PRODUCT", "The platform that it is priced for: Linux/UNIX, Windows…")
            .cells(8, 24)
            .asked_as_written_by("product-description"),
        |r, c| c.text(r.product_description().map(|p| p.as_str())),
    ),
    field(
        FieldInfo::id("image_id", "IMAGE", "The image it launches.")
            .cells(11, 21)
            .aka(&["image", "ami"])
            .links_to("images")
            .asked_by("launch.image-id"),
        |r, c| c.text(launch(r).and_then(|l| l.image_id())),
    ),
    field(
        FieldInfo::text("key_name", "KEY", "The key pair.").cells(6, 24).aka(&["key"]).links_to("key-pairs"),
        |r, c| c.text(launch(r).and_then(|l| l.key_name())),
    ),
    field(FieldInfo::age("created", "AGE", "When it was made.").shown(8).cells(4, 6).aka(&["age"]), |r, _| {
        moment(time(r.create_time()))
    }),
    field(FieldInfo::date("valid_until", "UNTIL", "When it ends by itself."), |r, _| moment(time(r.valid_until()))),
    field(FieldInfo::text("fault", "FAULT", "Why it failed, if it did.").cells(8, 40), |r, c| {
        c.text(r.fault().and_then(|f| f.message()))
    }),
    Field::name(NAME),
]);

fn launch(r: &sdk::SpotInstanceRequest) -> Option<&sdk::LaunchSpecification> {
    r.launch_specification()
}

static ROWS: RowSpec<sdk::SpotInstanceRequest> = RowSpec::new(&INFO, &FIELDS, |r| r.spot_instance_request_id())
    .stated(|r, c| STATES.state(r.state().map(|s| s.as_str()), c))
    .tagged(|r, c| tags(r.tags(), c));

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "spot-instance-request-id",
        |client, filters, token| {
            client.describe_spot_instance_requests().max_results(PAGE).set_next_token(token).set_filters(filters).send()
        },
        |out, c| (ROWS.records(out.spot_instance_requests(), c), out.next_token),
    )
    .boxed()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out: Vec<Link> = Link::to_ids("instance", "instances", row.get(&INSTANCE)).into_iter().collect();
    if let Some(kind) = row.get(&TYPE).as_str() {
        out.push(Link::to("Spot prices", "spot-prices", format!("type={kind}")));
        out.push(Link::to("instance type", "instance-types", format!("type={kind}")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        every_state_has_a_tone(&STATES, sdk::SpotInstanceState::values());
    }

    #[test]
    fn the_notice_of_an_interruption_is_bad_and_said_in_aws_s_words() {
        let status = sdk::SpotInstanceStatus::builder().code("marked-for-termination").message("It goes.").build();
        let request = sdk::SpotInstanceRequest::builder().spot_instance_request_id("sir-1").status(status);
        let row = record(&ROWS, &request.state(sdk::SpotInstanceState::Active).instance_id("i-1").build());
        assert_eq!((row.get(&STATUS).tone(), row.get(&MESSAGE).as_str()), (Some(Tone::Bad), Some("It goes.")));
        assert!(row.is_on_its_way(), "it is asked for until it is over");
        let new = sdk::SpotInstanceStatus::builder().code("dreaming").build();
        let row =
            record(&ROWS, &sdk::SpotInstanceRequest::builder().spot_instance_request_id("sir-1").status(new).build());
        assert_eq!(row.get(&STATUS), &Value::State(Tone::Unknown, "dreaming".into()));
    }
}
