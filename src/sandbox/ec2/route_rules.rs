//! Which routes go together with a table, and those that gateway endpoints bring along.

use arcstr::ArcStr;
use ipnet::IpNet;

use super::state::{Destination, RouteTable, State, Vpc};
use crate::base::Time;
use crate::sandbox::wire::ApiError;

/// The ranges of a table's VPC, of both families: each has a local route.
pub(super) fn locals<'s>(
    state: &'s State,
    table: &RouteTable,
    now: Time,
) -> impl Iterator<Item = Destination> + use<'s> {
    let four = |v: &'s Vpc| v.ranges().map(|(_, range)| IpNet::V4(range));
    let both = move |v: &'s Vpc| four(v).chain(v.six_ranges(now).map(IpNet::V6));
    state.vpcs.get(&table.vpc).into_iter().flat_map(both).map(Destination::Range)
}

/// Whether it is one of the VPC's own ranges, which have local routes.
pub(super) fn is_local(state: &State, table: &RouteTable, to: &Destination, now: Time) -> bool {
    locals(state, table, now).any(|range| range == *to)
}

/// InvalidRoute.NotFound.
pub(super) fn no_route(to: &Destination, table: &str) -> ApiError {
    let what = match to {
        Destination::Range(IpNet::V4(_)) => "destination-cidr-block",
        Destination::Range(IpNet::V6(_)) => "destination-ipv6-cidr-block",
        Destination::List(_) => "destination-prefix-list-id",
    };
    let message = format!("no route with {what} {to} in route table {table}");
    ApiError::new("InvalidRoute.NotFound", message)
}

/// What EC2 refuses of a destination and a target together.
pub(super) fn fits(state: &State, table: &RouteTable, to: &Destination, by: &str, now: Time) -> Result<(), ApiError> {
    let Destination::Range(range) = to else { return Ok(()) };
    let sort = by.split_once('-').map_or(by, |(sort, _)| sort);
    let refused = |message: String| Err(ApiError::new("InvalidParameterValue", message));
    if sort == "eigw" && matches!(range, IpNet::V4(_)) {
        return refused(format!("Route destination {range} is not valid for egress-only internet gateway {by}."));
    }
    // Inside the VPC only a middlebox can stand in the way.
    // <https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html>
    let inside = locals(state, table, now)
        .any(|own| matches!(own, Destination::Range(own) if own.contains(range) && own != *range));
    if inside && !matches!(sort, "eni" | "i" | "nat" | "vpce") {
        return refused(format!(
            "The destination CIDR block {range} is equal to or more specific than one of this VPC's CIDR blocks. This route can \
             target only an interface or an instance."
        ));
    }
    Ok(())
}

/// The routes of a table that gateway endpoints bring along: the service's prefix list, and the endpoint.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html#gateway-endpoint-routing>
pub(super) fn of_endpoints<'s>(
    state: &'s State,
    table: &RouteTable,
    now: Time,
) -> impl Iterator<Item = (&'s ArcStr, &'s ArcStr)> {
    let id = table.id.clone();
    let mine = state.endpoints.values().filter(move |e| {
        e.is_gateway() && matches!(e.state(now), "pending" | "available") && e.route_tables.contains(&id)
    });
    mine.filter_map(|e| Some((&state.prefix_lists.values().find(|p| p.name == e.service)?.id, &e.id)))
}

/// A gateway endpoint's route comes and goes with its list of route tables.
pub(super) fn not_an_endpoints(
    state: &State,
    table: &RouteTable,
    to: &Destination,
    now: Time,
    verb: &str,
) -> Result<(), ApiError> {
    match to {
        Destination::List(list) if of_endpoints(state, table, now).any(|(of, _)| of == list) => {
            let message = format!("cannot {verb} VPC endpoint route {list} in route table {}", table.id);
            Err(ApiError::new("InvalidParameterValue", message))
        }
        _ => Ok(()),
    }
}
