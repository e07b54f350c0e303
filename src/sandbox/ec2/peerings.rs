//! Peering connections: Create, Accept, Reject, Describe, Delete, over several regions. Both regions' states have a peering, each with its own tags.
//!
//! Limits and rules: <https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html>

use std::time::Duration;

use arcstr::ArcStr;

use super::checks::{dry_run, not_found};
use super::filter::Filters;
use super::network::wanted;
use super::page::Page;
use super::state::{PEERING_LASTS, Peering, PeeringEnd, PeeringSide};
use super::tags;
use crate::base::Time;
use crate::net::cidr::Cidr;
use crate::net::range::Range as _;
use crate::sandbox::regions;
use crate::sandbox::wire::{ApiError, Call, Reply, Tree};
use crate::sandbox::world::World;

/// Peerings that a VPC may have. [AWS: Amazon VPC quotas]
const MOST: usize = 50;

/// The ranges of a VPC, if it is there.
fn side(world: &World, region: &str, vpc: &str, account: &str) -> PeeringSide {
    let there = world.peek(region).and_then(|r| r.ec2.vpcs.get(vpc)).filter(|_| account == world.account);
    let cidrs = there.map(|v| ArcStr::from(v.cidr.to_string()));
    PeeringSide { account: account.into(), region: region.into(), vpc: vpc.into(), cidrs: cidrs.into_iter().collect() }
}

fn overlap(a: &PeeringSide, b: &PeeringSide) -> bool {
    let ranges = |side: &PeeringSide| -> Vec<Cidr> {
        side.cidrs.iter().filter_map(|c| ipnet::Ipv4Net::read(c)).map(Cidr::new).collect()
    };
    let others = ranges(b);
    ranges(a).iter().any(|a| others.iter().any(|b| a.overlaps(*b)))
}

fn side_tree(side: &PeeringSide, ranges: bool) -> Tree {
    let block = |c: &ArcStr| Tree::map([("CidrBlock", c.into())]);
    Tree::map([
        ("CidrBlock", side.cidrs.first().filter(|_| ranges).into()),
        ("CidrBlockSet", ranges.then(|| Tree::List(side.cidrs.iter().map(block).collect())).into()),
        ("OwnerId", (&side.account).into()),
        (
            "PeeringOptions",
            ranges
                .then(|| {
                    Tree::map([
                        ("AllowDnsResolutionFromRemoteVpc", false.into()),
                        ("AllowEgressFromLocalClassicLinkToRemoteVpc", false.into()),
                        ("AllowEgressFromLocalVpcToRemoteClassicLink", false.into()),
                    ])
                })
                .into(),
        ),
        ("VpcId", (&side.vpc).into()),
        ("Region", (&side.region).into()),
    ])
}

fn tree(p: &Peering, now: Time) -> Tree {
    let state = p.state(now);
    Tree::map([
        ("VpcPeeringConnectionId", (&p.id).into()),
        ("RequesterVpcInfo", side_tree(&p.requester, true)),
        // "CIDR block information is only returned when describing an active VPC peering connection." [API_VpcPeeringConnection]
        ("AccepterVpcInfo", side_tree(&p.accepter, state == "active")),
        ("ExpirationTime", matches!(state, "initiating-request" | "pending-acceptance").then_some(p.expires).into()),
        ("Status", Tree::map([("Code", state.into()), ("Message", p.message(now).into())])),
        ("Tags", tags::tree(&p.tags)),
    ])
}

/// CreateVpcPeeringConnection. One that cannot be is not refused: it is created, and fails.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let tags = tags::of_specification(p, "vpc-peering-connection")?;
    let account = world.account.clone();
    let (vpc, peer) = (p.required("VpcId")?, p.required("PeerVpcId")?);
    let region = p.text("PeerRegion").filter(|r| !r.is_empty()).unwrap_or(&call.region).to_string();
    let owner = p.text("PeerOwnerId").filter(|o| !o.is_empty()).unwrap_or(&account).to_string();
    if regions::find(&region).is_none() {
        let message = format!("Value ({region}) for parameter peerRegion is invalid.");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    let state = &world.region(&call.region).ec2;
    if !state.vpcs.contains_key(vpc) {
        return Err(not_found("vpc", vpc));
    }
    let now = call.now;
    let joined = |p: &&Peering| p.is_live(now) && [&p.requester.vpc, &p.accepter.vpc].into_iter().any(|v| v == vpc);
    let own: Vec<&Peering> = state.peerings.values().filter(joined).collect();
    if own.iter().any(|p| [&p.requester.vpc, &p.accepter.vpc].into_iter().any(|v| v == peer)) && vpc != peer {
        let message = format!("A VPC peering connection already exists between {vpc} and {peer}");
        return Err(ApiError::new("VpcPeeringConnectionAlreadyExists", message));
    }
    if own.len() >= MOST {
        let message = "The maximum number of VPC peering connections for the VPC has been reached.";
        return Err(ApiError::new("VpcPeeringConnectionsPerVpcLimitExceeded", message));
    }
    let (vpc, peer) = (vpc.to_string(), peer.to_string());
    dry_run(call)?;
    // The other region has its default VPC from its first use on.
    world.region(&region);
    let requester = side(world, &call.region, &vpc, &account);
    let accepter = side(world, &region, &peer, &owner);
    let fails = accepter.cidrs.is_empty() || overlap(&requester, &accepter) || vpc == peer;
    let id = world.new_id("pcx");
    let takes = world.random(&id, "request").secs(1.0, 4.0);
    let ready = now.plus(world.scaled(takes));
    let expires = now.plus(world.scaled(PEERING_LASTS));
    let ended = None;
    let made = Peering { id, requester, accepter, created: now, ready, fails, expires, active: None, ended, tags };
    if region != call.region && !made.accepter.cidrs.is_empty() {
        let theirs = Peering { tags: Vec::new(), ..made.clone() };
        world.region(&region).ec2.peerings.insert(made.id.clone(), theirs);
    }
    world.region(&call.region).ec2.peerings.insert(made.id.clone(), made.clone());
    Ok(call.answer(&Tree::map([("VpcPeeringConnection", tree(&made, now))])))
}

/// DescribeVpcPeeringConnections.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let hour = world.scaled(Duration::from_secs(3600));
    let peerings = &mut world.region(&call.region).ec2.peerings;
    peerings.retain(|_, p| p.is_shown(now, hour));
    let ids = wanted(peerings, call, "VpcPeeringConnectionId", "pcx")?;
    const KNOWN: &[&str] = &[
        "tag:",
        "accepter-vpc-info.cidr-block",
        "accepter-vpc-info.owner-id",
        "accepter-vpc-info.vpc-id",
        "expiration-time",
        "requester-vpc-info.cidr-block",
        "requester-vpc-info.owner-id",
        "requester-vpc-info.vpc-id",
        "status-code",
        "status-message",
        "vpc-peering-connection-id",
    ];
    let filters = Filters::read(&call.params, KNOWN)?;
    let page = Page::read(&call.params, 5, 1000)?;
    let (found, next) = page.cut(peerings, |p| {
        (ids.is_empty() || ids.contains(&p.id.as_str()))
            && filters.pass(&p.tags, |name, out| match name {
                "accepter-vpc-info.cidr-block" => out.extend(p.accepter.cidrs.iter().map(|c| c.as_str().into())),
                "accepter-vpc-info.owner-id" => out.push(p.accepter.account.as_str().into()),
                "accepter-vpc-info.vpc-id" => out.push(p.accepter.vpc.as_str().into()),
                "expiration-time" => out.push(p.expires.rfc3339_millis().into()),
                "requester-vpc-info.cidr-block" => out.extend(p.requester.cidrs.iter().map(|c| c.as_str().into())),
                "requester-vpc-info.owner-id" => out.push(p.requester.account.as_str().into()),
                "requester-vpc-info.vpc-id" => out.push(p.requester.vpc.as_str().into()),
                "status-code" => out.push(p.state(now).into()),
                "status-message" => out.push(p.message(now).into()),
                "vpc-peering-connection-id" => out.push(p.id.as_str().into()),
                _ => {}
            })
    });
    let shown: Vec<Tree> = found.into_iter().map(|p| tree(p, now)).collect();
    Ok(call.answer(&Tree::map([("VpcPeeringConnections", shown.into()), ("NextToken", next.into())])))
}

/// The peering of a request.
fn the_peering(world: &mut World, call: &Call<'_>) -> Result<Peering, ApiError> {
    let id = call.params.required("VpcPeeringConnectionId")?;
    let found = world.region(&call.region).ec2.peerings.get(id).cloned();
    found.ok_or_else(|| not_found("pcx", id))
}

/// Refuses what can only be done in the accepter's region.
fn in_accepters_region(p: &Peering, call: &Call<'_>, done: &str) -> Result<(), ApiError> {
    if p.accepter.region == call.region {
        return Ok(());
    }
    let message = format!(
        "Incorrect region ({}) specified for this request. VPC peering connection {} must be {done} in region {}",
        call.region, p.id, p.accepter.region
    );
    Err(ApiError::new("OperationNotPermitted", message))
}

/// What AWS says where a peering is in another state than it has to be.
fn wrong_state(p: &Peering, now: Time, to: &str) -> ApiError {
    let message =
        format!("Invalid state transition for {}, attempted to transition from {} to {to}", p.id, p.state(now));
    ApiError::new("InvalidStateTransition", message)
}

/// Changes both regions' copies; tags stay each side's own.
fn change(world: &mut World, p: &Peering, make: impl Fn(&mut Peering)) {
    for region in [&p.requester.region, &p.accepter.region] {
        if let Some(p) = world.region(region).ec2.peerings.get_mut(&p.id) {
            make(p);
        }
    }
}

/// AcceptVpcPeeringConnection.
pub(super) fn accept(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = the_peering(world, call)?;
    in_accepters_region(&p, call, "accepted")?;
    if p.state(call.now) != "pending-acceptance" {
        return Err(wrong_state(&p, call.now, "provisioning"));
    }
    dry_run(call)?;
    let takes = world.random(&p.id, "provision").secs(2.0, 8.0);
    let active = call.now.plus(world.scaled(takes));
    change(world, &p, |p| p.active = Some(active));
    let p = the_peering(world, call)?;
    Ok(call.answer(&Tree::map([("VpcPeeringConnection", tree(&p, call.now))])))
}

/// RejectVpcPeeringConnection.
pub(super) fn reject(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = the_peering(world, call)?;
    in_accepters_region(&p, call, "rejected")?;
    if p.state(call.now) != "pending-acceptance" {
        return Err(wrong_state(&p, call.now, "rejected"));
    }
    dry_run(call)?;
    change(world, &p, |p| p.ended = Some((PeeringEnd::Rejected, call.now)));
    Ok(call.answer(&Tree::map([("Return", true.into())])))
}

/// DeleteVpcPeeringConnection: of an active one by either side, of a request by its requester.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = the_peering(world, call)?;
    let requesters = p.requester.region == call.region;
    match p.state(call.now) {
        "active" => {}
        "pending-acceptance" | "initiating-request" if requesters => {}
        _ => return Err(wrong_state(&p, call.now, "deleting")),
    }
    dry_run(call)?;
    // "Deleting: applies to an inter-Region VPC peering connection." Within a region it is gone at once.
    let takes = if p.requester.region == p.accepter.region { Duration::ZERO } else { Duration::from_secs(10) };
    let done = call.now.plus(world.scaled(takes));
    change(world, &p, |p| p.ended = Some((PeeringEnd::Deleted, done)));
    Ok(call.answer(&Tree::map([("Return", true.into())])))
}

/// What becomes of a VPC's peerings when it goes: they are deleted with it.
pub(super) fn vpc_gone(world: &mut World, region: &str, vpc: &str, now: Time) {
    let of_it = |p: &&Peering| p.is_live(now) && [&p.requester, &p.accepter].iter().any(|s| s.vpc == vpc);
    let all: Vec<Peering> = world.region(region).ec2.peerings.values().filter(of_it).cloned().collect();
    for p in all {
        change(world, &p, |p| p.ended = Some((PeeringEnd::Deleted, now)));
    }
}
