//! CreateDefaultVpc: what a region has before its first use, made anew once it was deleted.

use ipnet::Ipv4Net;

use super::checks::dry_run;
use super::network::vpc;
use super::state::{Destination, Ids, Route, Tags};
use crate::net::range::Range as _;
use crate::sandbox::regions;
use crate::sandbox::wire::{ApiError, Call, Reply};
use crate::sandbox::world::World;

/// The range of every default VPC. [AWS: default VPC components]
const RANGE: &str = "172.31.0.0/16";
/// The prefix length of its subnets.
const SUBNET: u8 = 20;

/// CreateDefaultVpc: a public subnet in each zone, an internet gateway, and a route to it in the main table.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    if world.region(&call.region).ec2.default_vpc().is_some() {
        let message = "A Default VPC already exists for this account in this region.";
        return Err(ApiError::new("DefaultVpcAlreadyExists", message));
    }
    let Some(range) = Ipv4Net::read(RANGE) else {
        return Err(ApiError::new("InternalError", "An internal error has occurred"));
    };
    dry_run(call)?;
    let name = world.new_id("vpc");
    let (seed, account) = (world.seed, world.account.clone());
    let ids = Ids { seed, region: &call.region };
    let state = &mut world.region(&call.region).ec2;
    let id = state.add_vpc(&ids, &name, range, true, Tags::new());
    let gateway = state.add_internet(&ids, &name, &id, Tags::new());
    if let Some(main) = state.route_tables.values_mut().find(|t| t.vpc == id && t.main) {
        main.routes.push(Route { to: Destination::everything(), by: gateway });
    }
    let zones = regions::find(&call.region).map_or("abc", |r| r.zones);
    for (letter, range) in zones.chars().zip(range.subnets(SUBNET).into_iter().flatten()) {
        state.add_subnet(&ids, &format!("{name}-{letter}"), &id, range, letter, true, true);
    }
    let state = &*state;
    let made = state.vpcs.get(&id);
    Ok(call.ec2(|x| {
        if let Some(v) = made {
            x.nest("vpc", |x| vpc(x, state, &account, v, call));
        }
    }))
}
