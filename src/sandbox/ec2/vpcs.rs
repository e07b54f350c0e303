//! VPCs and subnets: Create, Modify, Delete.

use arcstr::ArcStr;

use super::checks::{dry_run, not_found};
use super::cidrs::{self, block};
use super::network::{subnet, vpc};
use super::state::{CidrAssociation, Ids, State};
use super::{peerings, tags};
use crate::net::cidr::Cidr;
use crate::sandbox::regions;
use crate::sandbox::wire::{ApiError, Call, Reply};
use crate::sandbox::world::World;

/// VPCs that an account may have in a region, unless it asks for more: fifty here, so that labs have room.
const MOST_VPCS: usize = 50;

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
    let six = call.params.bool("AmazonProvidedIpv6CidrBlock")?.unwrap_or(false);
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
    if six {
        cidrs::add_six(world, &call.region, &id, ready);
    }
    let state = &world.region(&call.region).ec2;
    let made = state.vpcs.get(&id);
    Ok(call.ec2(|x| {
        if let Some(v) = made {
            x.nest("vpc", |x| vpc(x, state, &account, v, call));
        }
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
    let six = cidrs::six_of_subnet(p, state, vpc, call.now)?;
    let zone = zone_of(call, state, &vpc.id)?;
    let vpc = vpc.id.clone();
    dry_run(call)?;
    let name = world.new_id("subnet");
    let state = &mut world.region(&call.region).ec2;
    let id = state.add_subnet(&Ids { seed, region: &call.region }, &name, &vpc, range, zone, false, false);
    if let Some(s) = state.subnets.get_mut(&id) {
        s.tags = tags;
    }
    if let Some(cidr) = six {
        let association = world.new_id("subnet-cidr-assoc");
        let takes = world.random(&association, "associating").secs(0.5, 1.5);
        let six = CidrAssociation { id: association, cidr, ready: Some(call.now.plus(world.scaled(takes))) };
        if let Some(s) = world.region(&call.region).ec2.subnets.get_mut(&id) {
            s.six = Some(six);
        }
    }
    let made = world.region(&call.region).ec2.subnets.get(&id);
    Ok(call.ec2(|x| {
        if let Some(s) = made {
            x.nest("subnet", |x| subnet(x, &account, s, call));
        }
    }))
}

/// DeleteSubnet: refused while something has an address of it.
pub(super) fn delete_subnet(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let state = &mut world.region(&call.region).ec2;
    let id: ArcStr = call.params.required("SubnetId")?.into();
    let s = state.subnets.get(&id).ok_or_else(|| not_found("subnet", &id))?;
    let busy = !s.taken.is_empty() || state.nat_gateways.values().any(|n| n.is_in(&id) && n.holds_address(now));
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
