//! Ways out of a VPC beside its gateways: endpoints, peering connections.

use super::Node;
use super::lines::World;
use crate::kinds::ec2::{endpoints, peerings};
use crate::model::{Record, Value};

/// An endpoint with its service: a gateway one by the route tables that lead to it, another in the zones of its interfaces.
pub(super) fn endpoint(world: &World<'_>, row: &Record) -> Node {
    let kind = row.get(&endpoints::TYPE).as_str().unwrap_or_default();
    // `com.amazonaws.ap-northeast-2.s3`; of a service of somebody's own its id.
    let service = row.get(&endpoints::SERVICE).as_str().unwrap_or_default();
    let service = service.rsplit('.').next().unwrap_or_default();
    let tables = row.get(&endpoints::ROUTE_TABLES).items();
    let leads = if kind == "Gateway" {
        let all = world.inputs.rows("route-tables");
        let name =
            |id: &arcstr::ArcStr| all.iter().find(|t| t.id == *id).map_or_else(|| id.clone(), |t| t.label().clone());
        let names = tables.iter().map(|id| name(id).to_string()).collect::<Vec<_>>();
        if names.is_empty() { format!("{service}, by no route") } else { format!("{service} by {}", names.join(", ")) }
    } else {
        let zones = world.zones_of(&row.get(&endpoints::SUBNETS).items());
        if zones.is_empty() { service.to_string() } else { format!("{service} in {zones}") }
    };
    Node::of(row).at(Value::text(kind)).leads(Value::text(leads))
}

/// A peering connection as one of its VPCs sees it: the other's ranges and name, the region and account where these are others, and its
/// state unless packets go through.
pub(super) fn peering(world: &World<'_>, vpc: &str, row: &Record) -> Node {
    use peerings::{
        ACCEPTER_CIDR, ACCEPTER_OWNER, ACCEPTER_REGION, ACCEPTER_VPC, REQUESTER_CIDR, REQUESTER_OWNER,
        REQUESTER_REGION, REQUESTER_VPC,
    };
    let requester = [&REQUESTER_VPC, &REQUESTER_CIDR, &REQUESTER_REGION, &REQUESTER_OWNER];
    let accepter = [&ACCEPTER_VPC, &ACCEPTER_CIDR, &ACCEPTER_REGION, &ACCEPTER_OWNER];
    let asked = row.get(&REQUESTER_VPC).as_str() == Some(vpc);
    let (own, [other, ranges, region, owner]) = if asked { (requester, accepter) } else { (accepter, requester) };
    let [_, _, own_region, own_owner] = own;
    let id = row.get(other).as_str().unwrap_or("a VPC that is not told");
    let here = world.inputs.rows("vpcs").iter().find(|v| v.id == id);
    let mut leads = here.map_or_else(|| id.to_string(), |v| v.label().to_string());
    for (what, field, mine) in [("in", region, own_region), ("of", owner, own_owner)] {
        if let Some(theirs) = row.get(field).as_str()
            && row.get(mine).as_str() != Some(theirs)
        {
            leads.push_str(&format!(" {what} {theirs}"));
        }
    }
    if let Some((_, state)) = row.state.as_ref().filter(|(_, word)| word != "active") {
        leads.push_str(&format!(": {state}"));
    }
    Node::of(row).at(row.get(ranges).clone()).leads(Value::text(leads))
}
