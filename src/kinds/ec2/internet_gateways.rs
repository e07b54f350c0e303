//! Internet gateways: which VPC each is attached to.

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::{PAGE, filtered, tags};
use super::vpcs::OWNER;
use crate::base::{Fault, Scope};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone};

/// `DescribeInternetGateways`.
pub static DESCRIBE_INTERNET_GATEWAYS: Operation = Operation::read(Service::Ec2, "DescribeInternetGateways");

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").shown(0);
/// `igw-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The internet gateway's id.")
    .shown(1)
    .cells(11, 21)
    .aka(&["internet_gateway_id", "igw"])
    .asked_by("internet-gateway-id");
/// Of the attachment; detached, where there is none.
pub const STATE: FieldInfo = FieldInfo::state(
    "state",
    "STATE",
    "The state of its attachment: available (AWS's word for attached), attaching, detaching or detached.",
)
.shown(0)
.cells(8, 10)
.aka(&["attachment"]);
/// The VPC that it is attached to.
pub const VPC_ID: FieldInfo = FieldInfo::id("vpc_id", "VPC", "The VPC it is attached to.")
    .shown(0)
    .cells(11, 30)
    .aka(&["vpc"])
    .id_of_few("vpcs", "vpc-")
    .asked_by("attachment.vpc-id");

/// What they are.
pub static INFO: KindInfo = KindInfo::new("internet-gateways", "internet gateway", "Internet gateways", &FIELDS)
    .doc(
        "Internet gateways, which connect a VPC to the internet: each is attached to one VPC, and a VPC has at most \
         one.",
    )
    .aliases(&["igw", "igws", "internet-gateway"])
    .ids("igw-")
    .listed_by(&[&DESCRIBE_INTERNET_GATEWAYS])
    .few()
    .sorted(&NAME)
    .transitional(&["attaching", "detaching"]);

/// Internet gateways.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// Attached to nothing: AWS then says no state at all.
pub const DETACHED: &str = "detached";
/// What it says of one that is attached. <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InternetGatewayAttachment.html>
pub const ATTACHED: &[&str] = &["available", "attached"];

static STATES: States = States(&[
    ("available", Tone::Good),
    ("attached", Tone::Good),
    ("attaching", Tone::Busy),
    ("detaching", Tone::Busy),
    (DETACHED, Tone::Idle),
]);

static FIELDS: Fields<sdk::InternetGateway> = Fields(&[
    Field::name(NAME),
    Field::id(ID),
    Field::state(STATE),
    field(VPC_ID, |g, c| c.text(g.attachments().first().and_then(|a| a.vpc_id()))),
    field(OWNER, |g, c| c.said(g.owner_id())),
    field(FieldInfo::id("arn", "ARN", "The ARN.").unique().cells(12, 80), |g, c| {
        let resource = g.internet_gateway_id().map(|id| format!("internet-gateway/{id}"));
        c.arn("ec2", g.owner_id(), resource.as_deref())
    }),
]);

static ROWS: RowSpec<sdk::InternetGateway> = RowSpec::new(&INFO, &FIELDS, |g| g.internet_gateway_id())
    .stated(|g, c| {
        let state = |a: &sdk::InternetGatewayAttachment| a.state().map(|s| s.as_str().to_string());
        let word = g.attachments().first().map_or(Some(DETACHED.into()), state);
        STATES.state(word.as_deref(), c)
    })
    .tagged(|g, c| tags(g.tags(), c));

/// The VPC that it is attached to.
pub fn vpc_id(row: &Record) -> Option<&str> {
    row.get(&VPC_ID).as_str()
}

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "internet-gateway-id",
        |client, filters, token| {
            client.describe_internet_gateways().max_results(PAGE).set_next_token(token).set_filters(filters).send()
        },
        |out, c| (ROWS.records(out.internet_gateways(), c), out.next_token),
    )
    .boxed()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    if let Some(vpc) = vpc_id(row) {
        out.push(Link::to("VPC", "vpcs", format!("id={vpc}")));
    }
    out.push(Link::to("route tables", "route-tables", format!("default_route={}", row.id)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};
    use crate::model::Value;

    fn row(g: sdk::builders::InternetGatewayBuilder) -> Record {
        record(&ROWS, &g.internet_gateway_id("igw-1").build())
    }

    #[test]
    fn its_state_is_its_attachments_and_without_one_it_is_detached() {
        let at = |state: &str| sdk::InternetGatewayAttachment::builder().vpc_id("vpc-1").state(state.into()).build();
        let attached = row(sdk::InternetGateway::builder().attachments(at("available")));
        assert_eq!(
            (attached.state.clone(), vpc_id(&attached)),
            (Some((Tone::Good, "available".into())), Some("vpc-1"))
        );
        assert!(row(sdk::InternetGateway::builder().attachments(at("detaching"))).is_on_its_way());
        let lone = row(sdk::InternetGateway::builder());
        assert_eq!((lone.state.clone(), lone.get(&VPC_ID)), (Some((Tone::Idle, DETACHED.into())), &Value::Empty));
        assert_eq!(lone.get(&OWNER), &Value::Unknown);
    }

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        every_state_has_a_tone(&STATES, sdk::AttachmentStatus::values());
    }
}
