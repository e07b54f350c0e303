//! DescribeVpcs, DescribeSubnets.

use std::collections::BTreeMap;

use arcstr::ArcStr;
use ipnet::{Ipv4Net, Ipv6Net};

use super::checks::none_of_list;
use super::describe::tag_set;
use super::documented_filters;
use super::filter::Filters;
use super::page::Page;
use super::state::{CidrAssociation, State, Subnet, Vpc};
use crate::base::Time;
use crate::sandbox::regions;
use crate::sandbox::wire::{ApiError, Call, Reply, Xml};
use crate::sandbox::world::World;

/// The set of DHCP options that every region has, and VPCs that have no other.
pub(super) const DHCP: &str = "dopt-0a1b2c3d4e5f60718";

/// The ids that a describe names, all of which are there.
///
/// # Errors
/// AWS's, naming those that are not.
pub(super) fn wanted<'c, T>(
    all: &BTreeMap<ArcStr, T>,
    call: &'c Call<'_>,
    parameter: &str,
    prefix: &str,
) -> Result<Vec<&'c str>, ApiError> {
    let ids = call.params.texts(parameter);
    let missing: Vec<&str> = ids.iter().filter(|id| !all.contains_key(**id)).copied().collect();
    if missing.is_empty() { Ok(ids) } else { Err(none_of_list(prefix, &missing)) }
}

/// AWS's word for whose hardware it is.
pub(super) fn tenancy(dedicated: bool) -> &'static str {
    if dedicated { "dedicated" } else { "default" }
}

/// A flag as filters have it.
pub(super) fn flag(on: bool) -> &'static str {
    if on { "true" } else { "false" }
}

/// DescribeVpcs.
pub(super) fn vpcs(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.vpcs, call, "VpcId", "vpc")?;
    const KNOWN: &[&str] = &[
        "tag:",
        "cidr",
        "cidr-block",
        "cidr-block-association.cidr-block",
        "is-default",
        "isDefault",
        "owner-id",
        "state",
        "vpc-id",
        "dhcp-options-id",
    ];
    let filters = Filters::read_with(&call.params, KNOWN, documented_filters::VPCS)?;
    let page = Page::read(&call.params, 5, 1000)?;
    let (found, next) = page.cut(&state.vpcs, |v| {
        (ids.is_empty() || ids.contains(&v.id.as_str()))
            && filters.pass_with(
                &v.tags,
                |name, out| match name {
                    "cidr" | "cidr-block" => out.push(v.cidr.to_string().into()),
                    "cidr-block-association.cidr-block" => {
                        out.extend(v.ranges().map(|(_, range)| range.to_string().into()));
                    }
                    "is-default" | "isDefault" => out.push(flag(v.is_default).into()),
                    "owner-id" => out.push(crate::sandbox::world::ACCOUNT.into()),
                    "dhcp-options-id" => out.push(state.dhcp_options_of(&v.id).to_string().into()),
                    "state" => out.push(vpc_state(v, call.now).into()),
                    "vpc-id" => out.push(v.id.as_str().into()),
                    _ => {}
                },
                |x| vpc(x, state, &account, v, call),
            )
    });
    Ok(call.ec2(|x| {
        x.list("vpcSet", "item", found, |x, v| vpc(x, state, &account, v, call));
        x.opt("nextToken", next);
    }))
}

/// A VPC, as DescribeVpcs shows it.
pub(super) fn vpc(x: &mut Xml, state: &State, account: &str, v: &Vpc, call: &Call<'_>) {
    x.el("vpcId", &v.id);
    x.el("ownerId", account);
    x.el("state", vpc_state(v, call.now));
    x.el("cidrBlock", v.cidr.to_string());
    x.nest("cidrBlockAssociationSet", |x| {
        for (id, range) in v.ranges() {
            x.nest("item", |x| cidr_association(x, &id, range));
        }
    });
    x.list("ipv6CidrBlockAssociationSet", "item", &v.six, |x, a| six_of_vpc(x, a, call));
    x.el("dhcpOptionsId", state.dhcp_options_of(&v.id).as_str());
    x.el("instanceTenancy", tenancy(v.dedicated));
    x.nest("blockPublicAccessStates", |x| x.el("internetGatewayBlockMode", "off"));
    x.el("isDefault", v.is_default);
    tag_set(x, &v.tags);
}

/// A range of a VPC with the association's id.
pub(super) fn cidr_association(x: &mut Xml, id: &str, range: Ipv4Net) {
    x.el("cidrBlock", range.to_string());
    x.el("associationId", id);
    x.nest("cidrBlockState", |x| x.el("state", "associated"));
}

/// AWS's word for how far the association of a range is.
fn association_state<N>(a: &CidrAssociation<N>, now: Time) -> &'static str {
    if a.is_associated(now) { "associated" } else { "associating" }
}

/// A range of IPv6 of a VPC. Which one it is, is not said before it is associated.
pub(super) fn six_of_vpc(x: &mut Xml, a: &CidrAssociation<Ipv6Net>, call: &Call<'_>) {
    x.el("associationId", &a.id);
    x.el("ipv6CidrBlock", if a.is_associated(call.now) { a.cidr.to_string() } else { String::new() });
    x.nest("ipv6CidrBlockState", |x| x.el("state", association_state(a, call.now)));
    x.el("networkBorderGroup", &call.region);
    x.el("ipv6Pool", "Amazon");
    x.el("ipv6AddressAttribute", "public");
    x.el("ipSource", "amazon");
}

fn vpc_state(v: &Vpc, now: Time) -> &'static str {
    if v.ready.is_some_and(|t| now < t) { "pending" } else { "available" }
}

/// DescribeSubnets.
pub(super) fn subnets(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.subnets, call, "SubnetId", "subnet")?;
    const KNOWN: &[&str] = &[
        "tag:",
        "availability-zone",
        "availabilityZone",
        "availability-zone-id",
        "available-ip-address-count",
        "cidr",
        "cidr-block",
        "cidrBlock",
        "default-for-az",
        "defaultForAz",
        "map-public-ip-on-launch",
        "owner-id",
        "state",
        "subnet-arn",
        "subnet-id",
        "vpc-id",
    ];
    let filters = Filters::read_with(&call.params, KNOWN, documented_filters::SUBNETS)?;
    let page = Page::read(&call.params, 5, 1000)?;
    let arn = |id: &str| format!("arn:aws:ec2:{}:{account}:subnet/{id}", call.region);
    let (found, next) = page.cut(&state.subnets, |s| {
        (ids.is_empty() || ids.contains(&s.id.as_str()))
            && filters.pass_with(
                &s.tags,
                |name, out| match name {
                    "availability-zone" | "availabilityZone" => out.push(s.zone.as_str().into()),
                    "availability-zone-id" => out.extend(regions::zone_id(&s.zone).map(Into::into)),
                    "available-ip-address-count" => out.push(s.free().to_string().into()),
                    "cidr" | "cidr-block" | "cidrBlock" => out.push(s.cidr.to_string().into()),
                    "default-for-az" | "defaultForAz" => out.push(flag(s.is_default).into()),
                    "map-public-ip-on-launch" => out.push(flag(s.public).into()),
                    "owner-id" => out.push(crate::sandbox::world::ACCOUNT.into()),
                    "state" => out.push("available".into()),
                    "subnet-arn" => out.push(arn(&s.id).into()),
                    "subnet-id" => out.push(s.id.as_str().into()),
                    "vpc-id" => out.push(s.vpc.as_str().into()),
                    _ => {}
                },
                |x| subnet(x, &account, s, call),
            )
    });
    Ok(call.ec2(|x| {
        x.list("subnetSet", "item", found, |x, s| subnet(x, &account, s, call));
        x.opt("nextToken", next);
    }))
}

/// A subnet, as DescribeSubnets shows it.
pub(super) fn subnet(x: &mut Xml, account: &str, s: &Subnet, call: &Call<'_>) {
    let region = &call.region;
    x.el("subnetId", &s.id);
    x.el("subnetArn", format!("arn:aws:ec2:{region}:{account}:subnet/{}", s.id));
    x.el("state", "available");
    x.el("ownerId", account);
    x.el("vpcId", &s.vpc);
    x.el("cidrBlock", s.cidr.to_string());
    x.list("ipv6CidrBlockAssociationSet", "item", &s.six, |x, a| {
        x.el("associationId", &a.id);
        x.el("ipv6CidrBlock", a.cidr.to_string());
        x.nest("ipv6CidrBlockState", |x| x.el("state", association_state(a, call.now)));
        x.el("ipv6AddressAttribute", "public");
        x.el("ipSource", "amazon");
    });
    x.el("availableIpAddressCount", s.free());
    x.el("availabilityZone", &s.zone);
    x.opt("availabilityZoneId", regions::zone_id(&s.zone));
    x.el("defaultForAz", s.is_default);
    x.el("mapPublicIpOnLaunch", s.public);
    // Block Public Access is not modelled, and so never on.
    x.nest("blockPublicAccessStates", |x| x.el("internetGatewayBlockMode", "off"));
    x.el("assignIpv6AddressOnCreation", false);
    x.el("mapCustomerOwnedIpOnLaunch", false);
    x.el("enableDns64", false);
    x.el("ipv6Native", false);
    x.nest("privateDnsNameOptionsOnLaunch", |x| {
        x.el("hostnameType", "ip-name");
        x.el("enableResourceNameDnsARecord", false);
        x.el("enableResourceNameDnsAAAARecord", false);
    });
    tag_set(x, &s.tags);
}
