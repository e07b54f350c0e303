//! Egress-only internet gateways, and the attachments to transit gateways that a world has.

use super::checks::{dry_run, not_found};
use super::filter::Filters;
use super::network::wanted;
use super::page::Page;
use super::state::{EgressOnlyGateway, TransitAttachment};
use super::{client_token, tags};
use crate::sandbox::wire::{ApiError, Call, Reply, Tree};
use crate::sandbox::world::{ACCOUNT, World};

fn tree(g: &EgressOnlyGateway) -> Tree {
    let attachment = Tree::map([("State", "attached".into()), ("VpcId", (&g.vpc).into())]);
    Tree::map([
        ("EgressOnlyInternetGatewayId", (&g.id).into()),
        ("Attachments", vec![attachment].into()),
        ("Tags", tags::tree(&g.tags)),
    ])
}

/// CreateEgressOnlyInternetGateway: it is made for a VPC, and attached to it.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let tags = tags::of_specification(&call.params, "egress-only-internet-gateway")?;
    let state = &world.region(&call.region).ec2;
    let vpc = call.params.required("VpcId")?;
    let vpc = state.vpcs.get(vpc).ok_or_else(|| not_found("vpc", vpc))?.id.clone();
    let known = client_token::known(state, call)?;
    dry_run(call)?;
    let id = match known {
        Some(id) => id,
        None => {
            let made = EgressOnlyGateway { id: world.new_id("eigw"), vpc, tags };
            let id = made.id.clone();
            let state = &mut world.region(&call.region).ec2;
            state.egress_only.insert(id.clone(), made);
            client_token::remember(state, call, &id);
            id
        }
    };
    let made = world.region(&call.region).ec2.egress_only.get(&id).map(tree);
    let token = call.params.text("ClientToken");
    Ok(call.answer(&Tree::map([("EgressOnlyInternetGateway", made.into()), ("ClientToken", token.into())])))
}

/// DescribeEgressOnlyInternetGateways: it knows no filters but tags.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.egress_only, call, "EgressOnlyInternetGatewayId", "eigw")?;
    let filters = Filters::read(&call.params, &["tag:"])?;
    let page = Page::read(&call.params, 5, 255)?;
    let (found, next) = page.cut(&state.egress_only, |g| {
        (ids.is_empty() || ids.contains(&g.id.as_str())) && filters.pass(&g.tags, |_, _| {})
    });
    let shown: Vec<Tree> = found.into_iter().map(tree).collect();
    Ok(call.answer(&Tree::map([("EgressOnlyInternetGateways", shown.into()), ("NextToken", next.into())])))
}

/// DeleteEgressOnlyInternetGateway. Routes to it stay, and lead nowhere.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let id = call.params.required("EgressOnlyInternetGatewayId")?;
    if !state.egress_only.contains_key(id) {
        return Err(not_found("eigw", id));
    }
    dry_run(call)?;
    state.egress_only.remove(id);
    Ok(call.answer(&Tree::map([("ReturnCode", true.into())])))
}

fn attachment(a: &TransitAttachment) -> Tree {
    let association = Tree::map([("TransitGatewayRouteTableId", (&a.table).into()), ("State", "associated".into())]);
    Tree::map([
        ("TransitGatewayAttachmentId", (&a.id).into()),
        ("TransitGatewayId", (&a.gateway).into()),
        ("TransitGatewayOwnerId", (&a.gateway_owner).into()),
        ("ResourceOwnerId", ACCOUNT.into()),
        ("ResourceType", "vpc".into()),
        ("ResourceId", (&a.vpc).into()),
        ("State", "available".into()),
        ("Association", association),
        ("CreationTime", a.created.into()),
        ("Tags", tags::tree(&a.tags)),
    ])
}

/// DescribeTransitGatewayAttachments.
pub(super) fn attachments(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let all = &state.transit_attachments;
    // The API's own name, unlike those of its other lists.
    let ids = wanted(all, call, "TransitGatewayAttachmentIds", "tgw-attach")?;
    const KNOWN: &[&str] = &[
        "tag:",
        "association.state",
        "association.transit-gateway-route-table-id",
        "resource-id",
        "resource-owner-id",
        "resource-type",
        "state",
        "transit-gateway-attachment-id",
        "transit-gateway-id",
        "transit-gateway-owner-id",
    ];
    let filters = Filters::read(&call.params, KNOWN)?;
    let page = Page::read(&call.params, 5, 1000)?;
    let (found, next) = page.cut(all, |a| {
        (ids.is_empty() || ids.contains(&a.id.as_str()))
            && filters.pass(&a.tags, |name, out| match name {
                "association.state" => out.push("associated".into()),
                "association.transit-gateway-route-table-id" => out.push(a.table.as_str().into()),
                "resource-id" => out.push(a.vpc.as_str().into()),
                "resource-owner-id" => out.push(ACCOUNT.into()),
                "resource-type" => out.push("vpc".into()),
                "state" => out.push("available".into()),
                "transit-gateway-attachment-id" => out.push(a.id.as_str().into()),
                "transit-gateway-id" => out.push(a.gateway.as_str().into()),
                "transit-gateway-owner-id" => out.push(a.gateway_owner.as_str().into()),
                _ => {}
            })
    });
    let shown: Vec<Tree> = found.into_iter().map(attachment).collect();
    Ok(call.answer(&Tree::map([("TransitGatewayAttachments", shown.into()), ("NextToken", next.into())])))
}
