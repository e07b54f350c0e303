//! Ranges of VPCs and subnets: a VPC's further ones of IPv4, and those of IPv6, of which Amazon chooses.

use std::net::Ipv6Addr;

use arcstr::ArcStr;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::checks::not_found;
use super::network::{cidr_association, six_of_vpc};
use super::state::{CidrAssociation, Ids, Peer, State, Subnet, Vpc};
use crate::base::Time;
use crate::net::cidr::{Cidr, check_ipv6_size};
use crate::net::range::Range;
use crate::sandbox::wire::{ApiError, Call, Params, Reply};
use crate::sandbox::world::World;

/// The range of a request.
pub(super) fn block(p: &Params) -> Result<Ipv4Net, ApiError> {
    let text = p.text("CidrBlock").filter(|s| !s.is_empty()).ok_or_else(|| {
        ApiError::new("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
    })?;
    // A range with host bits is taken for the range around it.
    Ipv4Net::read(text).map(|n| n.trunc()).ok_or_else(|| {
        ApiError::new(
            "InvalidParameterValue",
            format!("Value ({text}) for parameter cidrBlock is invalid. This is not a valid CIDR block."),
        )
    })
}

/// Ranges of each family that a VPC may have, the primary one among them, unless the account asks for more.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-vpcs-subnets>
const MOST_RANGES: usize = 5;

fn too_many(vpc: &str) -> ApiError {
    let message = format!("This network '{vpc}' has met its maximum number of allowed CIDRs: {MOST_RANGES}");
    ApiError::new("CidrLimitExceeded", message)
}

fn in_use(vpc: &str, range: &IpNet) -> ApiError {
    let message = format!("The vpc {vpc} currently has a subnet within CIDR block {range}");
    ApiError::new("InvalidCidrBlock.InUse", message)
}

/// The blocks of private addresses: a VPC with ranges of one can have none of another.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#add-cidr-block-restrictions>
fn private_block(range: Cidr) -> Option<&'static str> {
    let all = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
    all.into_iter().find(|b| Ipv4Net::read(b).is_some_and(|b| Cidr::new(b).contains(range)))
}

/// AssociateVpcCidrBlock: a further range, apart from those that it has, or one of Amazon's of IPv6.
pub(super) fn associate(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    if call.params.bool("AmazonProvidedIpv6CidrBlock")?.unwrap_or(false) {
        return associate_six(world, call);
    }
    let range = block(&call.params)?;
    let state = &world.region(&call.region).ec2;
    let id = call.params.required("VpcId")?;
    let v = state.vpcs.get(id).ok_or_else(|| not_found("vpc", id))?;
    let own: Vec<Cidr> = v.ranges().map(|(_, own)| Cidr::new(own)).collect();
    let new = Cidr::new(range);
    let bad = |message: String| Err(ApiError::new("InvalidVpc.Range", message));
    if !(16..=28).contains(&range.prefix_len()) {
        return bad(format!("The CIDR '{range}' is invalid."));
    }
    if own.iter().any(|o| o.overlaps(new)) {
        return bad(format!("The CIDR '{range}' conflicts with another CIDR of the VPC."));
    }
    let first = own.iter().find_map(|o| private_block(*o));
    if private_block(new).is_some_and(|block| first.is_some_and(|f| f != block)) {
        return bad(format!(
            "The CIDR '{range}' is restricted. Use a CIDR from the same private address range as the current VPC CIDR, or use a \
             publicly-routable CIDR."
        ));
    }
    if own.len() >= MOST_RANGES {
        return Err(too_many(id));
    }
    let vpc = v.id.clone();
    let association = world.new_id("vpc-cidr-assoc");
    if let Some(v) = world.region(&call.region).ec2.vpcs.get_mut(&vpc) {
        v.more.push(CidrAssociation { id: association.clone(), cidr: range, ready: None });
    }
    Ok(call.ec2(|x| {
        x.nest("cidrBlockAssociation", |x| cidr_association(x, &association, range));
        x.el("vpcId", &vpc);
    }))
}

/// DisassociateVpcCidrBlock: neither the primary one nor one that a subnet has a part of.
pub(super) fn disassociate(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let id = call.params.required("AssociationId")?;
    if let Some(vpc) = state.vpcs.values().find(|v| v.six.iter().any(|a| a.id == id)) {
        let vpc = vpc.id.clone();
        return disassociate_six(state, call, &vpc, id);
    }
    let found = state.vpcs.values().find_map(|v| {
        let (_, range) = v.ranges().find(|(association, _)| association == id)?;
        Some((v.id.clone(), range, range == v.cidr))
    });
    let Some((vpc, range, primary)) = found else {
        let message = format!("The vpc CIDR block with association ID {id} does not exist");
        return Err(ApiError::new("InvalidVpcCidrBlockAssociationID.NotFound", message));
    };
    if primary {
        let why = "It is the primary IPv4 CIDR block of the VPC";
        let message = format!("The vpc CIDR block with association ID {id} may not be disassociated. {why}");
        return Err(ApiError::new("OperationNotPermitted", message));
    }
    let used = |s: &Subnet| s.vpc == vpc && Cidr::new(range).contains(Cidr::new(s.cidr));
    if state.subnets.values().any(used) {
        return Err(in_use(&vpc, &IpNet::V4(range)));
    }
    if let Some(v) = state.vpcs.get_mut(&vpc) {
        v.more.retain(|a| a.id != id);
    }
    Ok(call.ec2(|x| {
        x.nest("cidrBlockAssociation", |x| {
            x.el("cidrBlock", range.to_string());
            x.el("associationId", id);
            x.nest("cidrBlockState", |x| x.el("state", "disassociated"));
        });
        x.el("vpcId", &vpc);
    }))
}

/// Gives a VPC a range of Amazon's addresses of the sixth version: a /56 of 2001:db8::/32, which is nobody's (RFC 3849).
/// Its default group lets its members out to all of them from then on.
pub(super) fn add_six(world: &mut World, region: &str, vpc: &ArcStr, ready: Time) {
    let id = world.new_id("vpc-cidr-assoc");
    let taken: Vec<Ipv6Net> =
        world.regions.values().flat_map(|r| r.ec2.vpcs.values()).flat_map(|v| v.six.iter().map(|a| a.cidr)).collect();
    let mut random = world.random(&id, "ipv6");
    let mut next = || {
        let bits = random.u64();
        let at = Ipv6Addr::new(0x2001, 0xdb8, (bits >> 16) as u16, bits as u16 & 0xff00, 0, 0, 0, 0);
        Ipv6Net::new(at, 56).ok().filter(|net| !taken.contains(net))
    };
    // There are 16 million: the second is free if the first is not.
    let Some(cidr) = (0..100).find_map(|_| next()) else { return };
    let seed = world.seed;
    let state = &mut world.region(region).ec2;
    let Some(v) = state.vpcs.get_mut(vpc) else { return };
    v.six.push(CidrAssociation { id, cidr, ready: Some(ready) });
    let all = Peer::V6(Ipv6Net::default());
    let Some(group) = state.default_group(vpc).map(|g| g.id.clone()) else { return };
    if state.groups.get(&group).is_some_and(|g| g.rules.iter().any(|r| r.egress && r.peer == all)) {
        return;
    }
    let rule = state.rule(&Ids { seed, region }, true, "-1", -1, -1, all);
    if let Some(group) = state.groups.get_mut(&group) {
        group.rules.push(rule);
    }
}

fn associate_six(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    if call.params.text("CidrBlock").is_some() {
        let message = "Only one of cidrBlock or amazonProvidedIpv6CidrBlock can be specified.";
        return Err(ApiError::new("InvalidParameterCombination", message));
    }
    let state = &world.region(&call.region).ec2;
    let id = call.params.required("VpcId")?;
    let v = state.vpcs.get(id).ok_or_else(|| not_found("vpc", id))?;
    if v.six.len() >= MOST_RANGES {
        return Err(too_many(id));
    }
    let (vpc, salt) = (v.id.clone(), format!("associating {}", v.six.len()));
    let takes = world.random(&vpc, &salt).secs(0.5, 2.0);
    add_six(world, &call.region, &vpc, call.now.plus(world.scaled(takes)));
    let made = world.region(&call.region).ec2.vpcs.get(&vpc).and_then(|v| v.six.last());
    Ok(call.ec2(|x| {
        if let Some(a) = made {
            x.nest("ipv6CidrBlockAssociation", |x| six_of_vpc(x, a, call));
        }
        x.el("vpcId", &vpc);
    }))
}

fn disassociate_six(state: &mut State, call: &Call<'_>, vpc: &ArcStr, id: &str) -> Result<Reply, ApiError> {
    let found = state.vpcs.get(vpc).and_then(|v| v.six.iter().find(|a| a.id == id));
    let range = found.map(|a| a.cidr).ok_or_else(|| not_found("vpc", vpc))?;
    let inside = |s: &Subnet| s.vpc == *vpc && s.six.as_ref().is_some_and(|a| range.contains(&a.cidr));
    if state.subnets.values().any(inside) {
        return Err(in_use(vpc, &IpNet::V6(range)));
    }
    if let Some(v) = state.vpcs.get_mut(vpc) {
        v.six.retain(|a| a.id != id);
    }
    Ok(call.ec2(|x| {
        x.nest("ipv6CidrBlockAssociation", |x| {
            x.el("ipv6CidrBlock", range.to_string());
            x.el("associationId", id);
            x.nest("ipv6CidrBlockState", |x| x.el("state", "disassociating"));
        });
        x.el("vpcId", vpc);
    }))
}

/// The range of IPv6 that a new subnet of a VPC is to have, if it is to have one.
///
/// # Errors
/// AWS's: it is no such range, no part of the VPC's, or overlaps another subnet's.
pub(super) fn six_of_subnet(p: &Params, state: &State, vpc: &Vpc, now: Time) -> Result<Option<Ipv6Net>, ApiError> {
    let Some(text) = p.text("Ipv6CidrBlock").filter(|s| !s.is_empty()) else { return Ok(None) };
    let invalid = |message: String| ApiError::new("InvalidParameterValue", message);
    let range = Ipv6Net::read(text).map(|n| n.trunc()).ok_or_else(|| {
        invalid(format!("Value ({text}) for parameter ipv6CidrBlock is invalid. This is not a valid IPv6 CIDR block."))
    })?;
    if check_ipv6_size(range).is_err() {
        return Err(invalid(format!("invalid value for parameter ipv6-cidr-block: {range}")));
    }
    if !vpc.six_ranges(now).any(|own| own.contains(&range)) {
        return Err(ApiError::new("InvalidSubnet.Range", format!("The IPv6 CIDR '{range}' is invalid.")));
    }
    let overlaps = |a: &CidrAssociation<Ipv6Net>| a.cidr.contains(&range) || range.contains(&a.cidr);
    if state.subnets.values().any(|s| s.vpc == vpc.id && s.six.as_ref().is_some_and(overlaps)) {
        let message = format!("The IPv6 CIDR '{range}' conflicts with another subnet");
        return Err(ApiError::new("InvalidSubnet.Conflict", message));
    }
    Ok(Some(range))
}
