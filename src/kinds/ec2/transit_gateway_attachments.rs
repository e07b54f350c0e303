//! Attachments to transit gateways: which VPCs, VPNs and peers are joined by which one.

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::{PAGE, filtered, tags};
use crate::base::{Fault, Scope};
use crate::kinds::convert::{moment, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone};

/// `DescribeTransitGatewayAttachments`.
pub static DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS: Operation =
    Operation::read(Service::Ec2, "DescribeTransitGatewayAttachments");

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").shown(0);
/// `tgw-attach-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The attachment's id.")
    .shown(3)
    .cells(12, 28)
    .aka(&["transit_gateway_attachment_id"])
    .asked_by("transit-gateway-attachment-id");
/// pending, available, modifying…
pub const STATE: FieldInfo = FieldInfo::state(
    "state",
    "STATE",
    "initiatingRequest, pendingAcceptance, pending, available, modifying, rollingBack, rejected, rejecting, failed, \
     failing, deleting or deleted.",
)
.shown(0)
.cells(8, 18);
/// The transit gateway.
pub const GATEWAY: FieldInfo =
    FieldInfo::id("transit_gateway", "TRANSIT GATEWAY", "The transit gateway that it is an attachment to.")
        .shown(1)
        .cells(15, 22)
        .aka(&["tgw", "transit_gateway_id"])
        .asked_by("transit-gateway-id");
/// vpc, vpn…
pub const TYPE: FieldInfo = FieldInfo::text(
    "type",
    "TYPE",
    "What is attached: vpc, vpn, direct-connect-gateway, connect, peering, network-function…",
)
.named_only()
.shown(1)
.cells(8, 22)
.aka(&["resource_type"])
.asked_by("resource-type");
/// What is attached.
pub const RESOURCE_ID: FieldInfo = FieldInfo::id("resource_id", "RESOURCE", "What is attached.")
    .shown(0)
    .cells(11, 26)
    .aka(&["resource", "vpc_id"])
    .id_of_few("vpcs", "vpc-")
    .asked_by("resource-id");
/// The account of what is attached.
pub const RESOURCE_OWNER: FieldInfo =
    FieldInfo::text("resource_owner", "RESOURCE OWNER", "The account that owns what is attached.")
        .spare(1)
        .cells(14, 14)
        .asked_by("resource-owner-id");
/// The account of the transit gateway.
pub const GATEWAY_OWNER: FieldInfo =
    FieldInfo::text("gateway_owner", "GATEWAY OWNER", "The account that owns the transit gateway.")
        .spare(2)
        .cells(13, 13)
        .asked_by("transit-gateway-owner-id");
/// The transit gateway's route table that its traffic goes by.
pub const ROUTE_TABLE: FieldInfo = FieldInfo::id(
    "route_table",
    "ROUTE TABLE",
    "The transit gateway's route table that traffic from it goes by; none if it is not associated.",
)
.shown(2)
.cells(11, 26);
/// Whether it goes by it.
pub const ASSOCIATION: FieldInfo = FieldInfo::state(
    "association",
    "ASSOCIATION",
    "associating, associated, disassociating or disassociated: with that route table.",
)
.spare(3)
.cells(11, 14);
/// When it was made.
pub const CREATED: FieldInfo =
    FieldInfo::age("created", "AGE", "When it was created.").spare(4).aka(&["age", "creation_time"]);

/// What they are.
pub static INFO: KindInfo = KindInfo::new(
    "transit-gateway-attachments",
    "transit gateway attachment",
    "Transit gateway attachments",
    &FIELDS,
)
.doc("Attachments to transit gateways: the VPCs, VPNs and peers that each joins, of this account and shared with it.")
.aliases(&["tgw-attachments", "tgwa", "transit-gateway-attachment"])
.ids("tgw-attach-")
.listed_by(&[&DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS])
.few()
.sorted(&NAME)
.transitional(&[
    "initiating",
    "initiatingRequest",
    "pending",
    "modifying",
    "rollingBack",
    "deleting",
    "rejecting",
    "failing",
]);

/// Attachments to transit gateways.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static STATES: States = States(&[
    ("initiating", Tone::Busy),
    ("initiatingRequest", Tone::Busy),
    ("pendingAcceptance", Tone::Bad),
    ("rollingBack", Tone::Busy),
    ("pending", Tone::Busy),
    ("available", Tone::Good),
    ("modifying", Tone::Busy),
    ("deleting", Tone::Busy),
    ("deleted", Tone::Idle),
    ("failed", Tone::Bad),
    ("rejected", Tone::Idle),
    ("rejecting", Tone::Busy),
    ("failing", Tone::Bad),
]);

static ASSOCIATIONS: States = States(&[
    ("associating", Tone::Busy),
    ("associated", Tone::Good),
    ("disassociating", Tone::Busy),
    ("disassociated", Tone::Idle),
]);

static FIELDS: Fields<sdk::TransitGatewayAttachment> = Fields(&[
    Field::name(NAME),
    Field::id(ID),
    Field::state(STATE),
    field(GATEWAY, |a, c| c.text(a.transit_gateway_id())),
    field(TYPE, |a, c| c.said(a.resource_type().map(|t| t.as_str()))),
    field(RESOURCE_ID, |a, c| c.text(a.resource_id())),
    field(ROUTE_TABLE, |a, c| c.text(a.association().and_then(|x| x.transit_gateway_route_table_id()))),
    field(ASSOCIATION, |a, c| ASSOCIATIONS.value(a.association().and_then(|x| x.state()).map(|s| s.as_str()), c)),
    field(RESOURCE_OWNER, |a, c| c.said(a.resource_owner_id())),
    field(GATEWAY_OWNER, |a, c| c.said(a.transit_gateway_owner_id())),
    field(CREATED, |a, _| moment(time(a.creation_time()))),
]);

static ROWS: RowSpec<sdk::TransitGatewayAttachment> =
    RowSpec::new(&INFO, &FIELDS, |a| a.transit_gateway_attachment_id())
        .stated(|a, c| STATES.state(a.state().map(|s| s.as_str()), c))
        .tagged(|a, c| tags(a.tags(), c));

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "transit-gateway-attachment-id",
        |client, filters, token| {
            let request = client.describe_transit_gateway_attachments().max_results(PAGE);
            request.set_next_token(token).set_filters(filters).send()
        },
        |out, c| (ROWS.records(out.transit_gateway_attachments(), c), out.next_token),
    )
    .boxed()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    if row.get(&RESOURCE_ID).as_str().is_some_and(|id| id.starts_with("vpc-")) {
        out.extend(Link::to_ids("VPC", "vpcs", row.get(&RESOURCE_ID)));
    }
    if let Some(gateway) = row.get(&GATEWAY).as_str() {
        out.push(Link::to("route tables", "route-tables", format!("routes:{gateway}")));
        out.push(Link::to("attachments", "transit-gateway-attachments", format!("transit_gateway={gateway}")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::every_state_has_a_tone;

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        every_state_has_a_tone(&STATES, sdk::TransitGatewayAttachmentState::values());
        every_state_has_a_tone(&ASSOCIATIONS, sdk::TransitGatewayAssociationState::values());
    }
}
