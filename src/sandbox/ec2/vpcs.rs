//! VPCs and subnets: Create, Modify, Delete.

use arcstr::ArcStr;
use ipnet::Ipv4Net;

use super::checks::{dry_run, not_found};
use super::network::{cidr_association, subnet, vpc};
use super::state::{CidrAssociation, Ids, State, Subnet};
use super::{peerings, tags};
use crate::net::cidr::Cidr;
use crate::net::range::Range;
use crate::sandbox::regions;
use crate::sandbox::wire::{ApiError, Call, Params, Reply};
use crate::sandbox::world::World;

/// VPCs that an account may have in a region, unless it asks for more: fifty here, so that labs have room.
const MOST_VPCS: usize = 50;

fn block(p: &Params) -> Result<Ipv4Net, ApiError> {
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

fn violation(kind: &str, id: &str) -> ApiError {
    ApiError::new("DependencyViolation", format!("The {kind} '{id}' has dependencies and cannot be deleted."))
}

/// CreateVpc.
pub(super) fn create_vpc(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let range = block(&call.params)?;
    if !(16..=28).contains(&range.prefix_len()) {
        return Err(ApiError::new("InvalidVpc.Range", format!("The CIDR '{range}' is invalid.")));
    }
    let tenancy = call.params.text("InstanceTenancy").unwrap_or("default");
    if !matches!(tenancy, "default" | "dedicated") {
        let message = format!("Value ({tenancy}) for parameter instanceTenancy is invalid. Invalid tenancy.");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    let dedicated = tenancy == "dedicated";
    let tags = tags::of_specification(&call.params, "vpc")?;
    if world.region(&call.region).ec2.vpcs.len() >= MOST_VPCS {
        return Err(ApiError::new("VpcLimitExceeded", "The maximum number of VPCs has been reached."));
    }
    dry_run(call)?;
    let name = world.new_id("vpc");
    let takes = world.random(&name, "pending").secs(0.5, 2.0);
    let ready = call.now.plus(world.scaled(takes));
    let (seed, account) = (world.seed, world.account.clone());
    let state = &mut world.region(&call.region).ec2;
    let id = state.add_vpc(&Ids { seed, region: &call.region }, &name, range, false, tags);
    if let Some(v) = state.vpcs.get_mut(&id) {
        v.ready = Some(ready);
        v.dedicated = dedicated;
    }
    let state = &*state;
    let made = state.vpcs.get(&id);
    Ok(call.ec2(|x| {
        if let Some(v) = made {
            x.nest("vpc", |x| vpc(x, state, &account, v, call.now));
        }
    }))
}

/// IPv4 ranges of a VPC, the primary one among them, unless the account asks for more.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-vpcs-subnets>
const MOST_RANGES: usize = 5;

/// The blocks of private addresses: a VPC with ranges of one can have none of another.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#add-cidr-block-restrictions>
fn private_block(range: Cidr) -> Option<&'static str> {
    let all = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
    all.into_iter().find(|b| Ipv4Net::read(b).is_some_and(|b| Cidr::new(b).contains(range)))
}

/// AssociateVpcCidrBlock: a further range, apart from those that it has.
pub(super) fn associate_cidr(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
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
        let message = format!("This network '{id}' has met its maximum number of allowed CIDRs: {MOST_RANGES}");
        return Err(ApiError::new("CidrLimitExceeded", message));
    }
    let vpc = v.id.clone();
    let association = world.new_id("vpc-cidr-assoc");
    if let Some(v) = world.region(&call.region).ec2.vpcs.get_mut(&vpc) {
        v.more.push(CidrAssociation { id: association.clone(), cidr: range });
    }
    Ok(call.ec2(|x| {
        x.nest("cidrBlockAssociation", |x| cidr_association(x, &association, range));
        x.el("vpcId", &vpc);
    }))
}

/// DisassociateVpcCidrBlock: neither the primary one nor one that a subnet has a part of.
pub(super) fn disassociate_cidr(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let id = call.params.required("AssociationId")?;
    let found = state.vpcs.values().find_map(|v| {
        let (_, range) = v.ranges().find(|(association, _)| association == id)?;
        Some((v.id.clone(), range, range == v.cidr))
    });
    let Some((vpc, range, primary)) = found else {
        let message = format!("The vpc CIDR block with association ID {id} does not exist");
        return Err(ApiError::new("InvalidVpcCidrBlockAssociationID.NotFound", message));
    };
    let may_not = |code: &'static str, why: &str| {
        let message = format!("The vpc CIDR block with association ID {id} may not be disassociated. {why}");
        Err(ApiError::new(code, message))
    };
    if primary {
        return may_not("OperationNotPermitted", "It is the primary IPv4 CIDR block of the VPC");
    }
    let used = |s: &Subnet| s.vpc == vpc && Cidr::new(range).contains(Cidr::new(s.cidr));
    if state.subnets.values().any(used) {
        return may_not("InvalidCidrBlock.InUse", "It contains a subnet");
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

/// DeleteVpc: of what is in it only the main route table, the default ACL and the default group may be left.
pub(super) fn delete_vpc(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let id: ArcStr = call.params.required("VpcId")?.into();
    if !state.vpcs.contains_key(&id) {
        return Err(not_found("vpc", &id));
    }
    let in_use = state.subnets.values().any(|s| s.vpc == id)
        || state.groups.values().any(|g| g.vpc == id && g.name != "default")
        || state.acls.values().any(|a| a.vpc == id && !a.is_default)
        || state.route_tables.values().any(|t| t.vpc == id && !t.main)
        || state.gateways.values().any(|g| g.vpc.as_ref() == Some(&id))
        || state.egress_only.values().any(|g| g.vpc == id)
        || state.endpoints.values().any(|e| e.vpc == id);
    if in_use {
        return Err(violation("vpc", &id));
    }
    dry_run(call)?;
    state.vpcs.remove(&id);
    state.groups.retain(|_, g| g.vpc != id);
    state.acls.retain(|_, a| a.vpc != id);
    state.route_tables.retain(|_, t| t.vpc != id);
    state.dhcp_of.remove(&id);
    state.flow_logs.retain(|_, f| f.resource != id);
    peerings::vpc_gone(world, &call.region, &id, call.now);
    Ok(call.ec2(|x| x.el("return", true)))
}

/// DescribeVpcAttribute.
pub(super) fn vpc_attribute(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let id = call.params.required("VpcId")?;
    let v = state.vpcs.get(id).ok_or_else(|| not_found("vpc", id))?;
    let attribute = call.params.required("Attribute")?;
    let on = match attribute {
        "enableDnsSupport" => v.dns_support,
        "enableDnsHostnames" => v.dns_hostnames,
        "enableNetworkAddressUsageMetrics" => false,
        other => {
            let message = format!("Value ({other}) for parameter attribute is invalid. Unknown attribute.");
            return Err(ApiError::new("InvalidParameterValue", message));
        }
    };
    Ok(call.ec2(|x| {
        x.el("vpcId", id);
        x.nest(attribute, |x| x.el("value", on));
    }))
}

/// ModifyVpcAttribute: one attribute a request.
pub(super) fn modify_vpc(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let state = &mut world.region(&call.region).ec2;
    let id = p.required("VpcId")?;
    let v = state.vpcs.get_mut(id).ok_or_else(|| not_found("vpc", id))?;
    let (support, names) = (p.bool("EnableDnsSupport.Value")?, p.bool("EnableDnsHostnames.Value")?);
    if support.is_some() && names.is_some() {
        let message = "The parameters EnableDnsSupport and EnableDnsHostnames cannot be used together.";
        return Err(ApiError::new("InvalidParameterCombination", message));
    }
    dry_run(call)?;
    v.dns_support = support.unwrap_or(v.dns_support);
    v.dns_hostnames = names.unwrap_or(v.dns_hostnames);
    Ok(call.ec2(|x| x.el("return", true)))
}

/// The zone of a request: its letter.
fn zone_of(call: &Call<'_>, state: &State, vpc: &str) -> Result<char, ApiError> {
    let zones = regions::find(&call.region).map_or("abc", |r| r.zones);
    let names: Vec<String> = zones.chars().map(|z| format!("{}{z}", call.region)).collect();
    let asked = match (call.params.text("AvailabilityZone"), call.params.text("AvailabilityZoneId")) {
        (Some(name), _) => names.iter().position(|n| n == name).ok_or(("availabilityZone", name)),
        (None, Some(id)) => {
            names.iter().position(|n| regions::zone_id(n).as_deref() == Some(id)).ok_or(("availabilityZoneId", id))
        }
        // AWS takes one of its own choice: the one with the fewest subnets of this VPC.
        (None, None) => Ok((0..names.len())
            .min_by_key(|n| state.subnets.values().filter(|s| s.vpc == vpc && s.zone == names[*n]).count())
            .unwrap_or(0)),
    };
    let at = asked.map_err(|(parameter, given)| {
        ApiError::new(
            "InvalidParameterValue",
            format!(
                "Value ({given}) for parameter {parameter} is invalid. Subnets can currently only be created in the \
                 following availability zones: {}.",
                names.join(", ")
            ),
        )
    })?;
    Ok(zones.chars().nth(at).unwrap_or('a'))
}

/// CreateSubnet.
pub(super) fn create_subnet(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let tags = tags::of_specification(p, "subnet")?;
    let (seed, account) = (world.seed, world.account.clone());
    let state = &world.region(&call.region).ec2;
    let id = p.required("VpcId")?;
    let vpc = state.vpcs.get(id).ok_or_else(|| not_found("vpc", id))?;
    let range = block(p)?;
    let inside = vpc.ranges().any(|(_, own)| Cidr::new(own).contains(Cidr::new(range)));
    if !(16..=28).contains(&range.prefix_len()) || !inside {
        return Err(ApiError::new("InvalidSubnet.Range", format!("The CIDR '{range}' is invalid.")));
    }
    if state.subnets.values().any(|s| s.vpc == vpc.id && Cidr::new(s.cidr).overlaps(Cidr::new(range))) {
        let message = format!("The CIDR '{range}' conflicts with another subnet");
        return Err(ApiError::new("InvalidSubnet.Conflict", message));
    }
    let zone = zone_of(call, state, &vpc.id)?;
    let vpc = vpc.id.clone();
    dry_run(call)?;
    let name = world.new_id("subnet");
    let state = &mut world.region(&call.region).ec2;
    let id = state.add_subnet(&Ids { seed, region: &call.region }, &name, &vpc, range, zone, false, false);
    if let Some(s) = state.subnets.get_mut(&id) {
        s.tags = tags;
    }
    let made = state.subnets.get(&id);
    Ok(call.ec2(|x| {
        if let Some(s) = made {
            x.nest("subnet", |x| subnet(x, &account, &call.region, s));
        }
    }))
}

/// DeleteSubnet: refused while something has an address of it.
pub(super) fn delete_subnet(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let state = &mut world.region(&call.region).ec2;
    let id: ArcStr = call.params.required("SubnetId")?.into();
    let s = state.subnets.get(&id).ok_or_else(|| not_found("subnet", &id))?;
    let busy = !s.taken.is_empty() || state.nat_gateways.values().any(|n| n.subnet == id && n.holds_address(now));
    if busy {
        return Err(violation("subnet", &id));
    }
    dry_run(call)?;
    state.subnets.remove(&id);
    for t in state.route_tables.values_mut() {
        t.associations.retain(|a| a.subnet != id);
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// ModifySubnetAttribute: whether instances get public addresses; other attributes are taken as they are.
pub(super) fn modify_subnet(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let state = &mut world.region(&call.region).ec2;
    let id = p.required("SubnetId")?;
    let s = state.subnets.get_mut(id).ok_or_else(|| not_found("subnet", id))?;
    if p.names().all(|n| matches!(n, "Action" | "Version" | "SubnetId")) {
        return Err(ApiError::new("InvalidParameterCombination", "No attributes specified."));
    }
    s.public = p.bool("MapPublicIpOnLaunch.Value")?.unwrap_or(s.public);
    Ok(call.ec2(|x| x.el("return", true)))
}
