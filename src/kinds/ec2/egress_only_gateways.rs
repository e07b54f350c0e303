//! Egress-only internet gateways: the way out to the internet over IPv6, which lets nothing in.

use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;

use super::listing::tags;
use crate::base::{Fault, Scope};
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::listed;
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone};

/// `DescribeEgressOnlyInternetGateways`.
pub static DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS: Operation =
    Operation::read(Service::Ec2, "DescribeEgressOnlyInternetGateways");

/// Rows on a page at most. (API_DescribeEgressOnlyInternetGateways)
const PAGE: i32 = 255;

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").shown(0);
/// `eigw-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The egress-only internet gateway's id.")
    .shown(1)
    .cells(11, 22)
    .aka(&["egress_only_internet_gateway_id", "eigw"]);
/// Of the attachment.
pub const STATE: FieldInfo =
    FieldInfo::state("state", "STATE", "The state of its attachment: attached, attaching, detaching or detached.")
        .shown(0)
        .cells(8, 10);
/// The VPC that it is of.
pub const VPC_ID: FieldInfo = FieldInfo::id("vpc_id", "VPC", "The VPC that it is for.")
    .shown(0)
    .cells(11, 30)
    .aka(&["vpc"])
    .id_of_few("vpcs", "vpc-");

/// What they are.
pub static INFO: KindInfo =
    KindInfo::new("egress-only-gateways", "egress-only internet gateway", "Egress-only internet gateways", &FIELDS)
        .doc(
            "Egress-only internet gateways, through which instances reach the internet over IPv6 and nothing from it \
             reaches them.",
        )
        .aliases(&["eigw", "egress-only", "egress-only-gateway", "egress-only-internet-gateways"])
        .ids("eigw-")
        .listed_by(&[&DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS])
        .few()
        .sorted(&NAME)
        .transitional(&["attaching", "detaching"]);

/// Egress-only internet gateways.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static STATES: States = States(&[
    ("attached", Tone::Good),
    // What DescribeInternetGateways says of one that is attached.
    ("available", Tone::Good),
    ("attaching", Tone::Busy),
    ("detaching", Tone::Busy),
    ("detached", Tone::Idle),
]);

static FIELDS: Fields<sdk::EgressOnlyInternetGateway> = Fields(&[
    Field::name(NAME),
    Field::id(ID),
    Field::state(STATE),
    field(VPC_ID, |g, c| c.text(g.attachments().first().and_then(|a| a.vpc_id()))),
]);

static ROWS: RowSpec<sdk::EgressOnlyInternetGateway> =
    RowSpec::new(&INFO, &FIELDS, |g| g.egress_only_internet_gateway_id())
        .stated(|g, c| {
            let state = |a: &sdk::InternetGatewayAttachment| a.state().map(|s| s.as_str().to_string());
            let word = g.attachments().first().map_or(Some("detached".into()), state);
            STATES.state(word.as_deref(), c)
        })
        .tagged(|g, c| tags(g.tags(), c));

/// It has no filter of ids, so that rows are asked for by its list of them, which does not page.
fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        listed(
            &mut pages,
            INFO.operations[0],
            &request.what,
            PAGE as usize,
            |ids, token| {
                let page = ids.is_none().then_some(PAGE);
                let asked = client.describe_egress_only_internet_gateways().set_max_results(page);
                asked.set_egress_only_internet_gateway_ids(ids).set_next_token(token).send()
            },
            |out| (ROWS.records(out.egress_only_internet_gateways(), &mut converter), out.next_token),
        )
        .await
    })
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    out.extend(Link::to_ids("VPC", "vpcs", row.get(&VPC_ID)));
    out.push(Link::to("route tables", "route-tables", format!("routes:{}", row.id)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};

    #[test]
    fn its_state_is_its_attachments() {
        every_state_has_a_tone(&STATES, sdk::AttachmentStatus::values());
        let at = sdk::InternetGatewayAttachment::builder().vpc_id("vpc-1").state("attached".into()).build();
        let g = sdk::EgressOnlyInternetGateway::builder().egress_only_internet_gateway_id("eigw-1").attachments(at);
        let row = record(&ROWS, &g.build());
        assert_eq!(
            (row.state.clone(), row.get(&VPC_ID).as_str()),
            (Some((Tone::Good, "attached".into())), Some("vpc-1"))
        );
    }
}
