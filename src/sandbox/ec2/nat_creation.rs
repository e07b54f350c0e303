//! CreateNatGateway: in a subnet, or regional.

use std::net::Ipv4Addr;

use arcstr::ArcStr;

use super::checks::{dry_run, not_found};
use super::gateways::nat;
use super::state::{Destination, NatGateway, Regional, Route, RouteTable, State};
use super::{client_token, tags};
use crate::sandbox::wire::{ApiError, Call, Params, Reply};
use crate::sandbox::world::World;

/// Where it is to be.
struct Place {
    /// Its subnet; a regional one has none.
    subnet: Option<ArcStr>,
    vpc: ArcStr,
}

impl Place {
    /// A regional one is of a VPC and public, another one is in a subnet.
    fn read(state: &State, p: &Params, private: bool) -> Result<Place, ApiError> {
        let wrong = |message: &str| Err(ApiError::new("InvalidParameterCombination", message));
        match p.text("AvailabilityMode") {
            None | Some("" | "zonal") => {
                if p.text("VpcId").is_some() {
                    return wrong("The parameter VpcId can be used with a regional NAT gateway only.");
                }
                let subnet = p.required("SubnetId")?;
                let s = state.subnets.get(subnet).ok_or_else(|| not_found("subnet", subnet))?;
                Ok(Place { subnet: Some(s.id.clone()), vpc: s.vpc.clone() })
            }
            Some("regional") if p.text("SubnetId").is_some() => {
                wrong("The parameter SubnetId cannot be used with a regional NAT gateway.")
            }
            Some("regional") if private => wrong("A regional NAT gateway cannot have private connectivity."),
            Some("regional") if p.text("AllocationId").is_some() => {
                let message = "The sandbox gives regional NAT gateways their addresses itself.";
                Err(ApiError::new("UnsupportedOperation", message))
            }
            Some("regional") => {
                let vpc = p.required("VpcId")?;
                let v = state.vpcs.get(vpc).ok_or_else(|| not_found("vpc", vpc))?;
                Ok(Place { subnet: None, vpc: v.id.clone() })
            }
            Some(other) => {
                let message = format!("Value ({other}) for parameter availabilityMode is invalid.");
                Err(ApiError::new("InvalidParameterValue", message))
            }
        }
    }
}

/// The Elastic IP address of one in a subnet: a public one needs one, a private one has none.
fn address(state: &State, p: &Params, private: bool) -> Result<Option<(ArcStr, Ipv4Addr)>, ApiError> {
    match p.text("AllocationId") {
        Some(_) if private => {
            let message = "The parameter allocationId cannot be used with a private NAT gateway.";
            Err(ApiError::new("InvalidParameterCombination", message))
        }
        Some(id) => {
            let found = state.addresses.get(id).ok_or_else(|| {
                ApiError::new("InvalidAllocationID.NotFound", format!("The elasticIp ID '{id}' does not exist"))
            })?;
            Ok(Some((found.id.clone(), found.ip)))
        }
        None if private => Ok(None),
        None => Err(ApiError::new("MissingParameter", "The request must contain the parameter AllocationId")),
    }
}

/// CreateNatGateway.
pub(super) fn create_nat(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let tags = tags::of_specification(p, "natgateway")?;
    let private = p.text("ConnectivityType") == Some("private");
    let state = &world.region(&call.region).ec2;
    let place = Place::read(state, p, private)?;
    let known = client_token::known(state, call)?;
    let address = if place.subnet.is_some() { address(state, p, private)? } else { None };
    let used = |id: &ArcStr| state.addresses.get(id).is_some_and(|a| state.is_used(a, call.now));
    if let Some((id, _)) = address.as_ref().filter(|(id, _)| known.is_none() && used(id)) {
        let message = format!("Elastic IP address [{id}] is already associated");
        return Err(ApiError::new("Resource.AlreadyAssociated", message));
    }
    let gateway = state.gateway_of(&place.vpc).map(|g| g.id.clone());
    let failure = (!private && gateway.is_none()).then(|| {
        let message = arcstr::format!("Network {} has no Internet gateway attached", place.vpc);
        ("Gateway.NotAttached".into(), message)
    });
    dry_run(call)?;
    let id = match known {
        Some(id) => id,
        None => {
            let (id, interface) = (world.new_id("nat"), world.new_id("eni"));
            let mut random = world.random(&id, "nat");
            let takes = random.secs(30.0, 90.0);
            let ready = call.now.plus(world.scaled(takes));
            let regional = place.subnet.is_none().then(|| regional(world, call, &place.vpc, gateway));
            let state = &mut world.region(&call.region).ec2;
            let subnet = place.subnet.as_ref().filter(|_| failure.is_none());
            let private_ip = subnet.and_then(|s| state.subnets.get_mut(s)?.take(None, random.u64()));
            let (allocation, public_ip) = address.unzip();
            let made = NatGateway {
                id: id.clone(),
                subnet: place.subnet,
                regional,
                vpc: place.vpc,
                allocation,
                public_ip,
                private_ip: private_ip.unwrap_or(Ipv4Addr::UNSPECIFIED),
                interface,
                created: call.now,
                ready,
                failure,
                deleted: None,
                tags,
            };
            state.nat_gateways.insert(id.clone(), made);
            client_token::remember(state, call, &id);
            id
        }
    };
    let state = &world.region(&call.region).ec2;
    Ok(call.ec2(|x| {
        x.opt("clientToken", call.params.text("ClientToken"));
        if let Some(n) = state.nat_gateways.get(&id) {
            x.nest("natGateway", |x| nat(x, state, n, call.now));
        }
    }))
}

/// What AWS makes with a regional one: a route table that leads to the internet gateway, and an address for each zone of the VPC's subnets.
fn regional(world: &mut World, call: &Call<'_>, vpc: &ArcStr, gateway: Option<ArcStr>) -> Regional {
    let (table, hint) = (world.new_id("rtb"), world.random(vpc, "regional-nat").u64());
    let state = &mut world.region(&call.region).ec2;
    let routes = gateway.map(|by| Route { to: Destination::everything(), by });
    let made = RouteTable {
        id: table.clone(),
        vpc: vpc.clone(),
        main: false,
        main_association: ArcStr::new(),
        associations: Vec::new(),
        routes: routes.into_iter().collect(),
        tags: Default::default(),
    };
    state.route_tables.insert(table.clone(), made);
    let zones = super::locations::names(&call.region);
    let addresses = (0..).zip(zones).map(|(i, zone)| (zone, state.take_elastic(hint.wrapping_add(i)))).collect();
    Regional { table, addresses }
}
