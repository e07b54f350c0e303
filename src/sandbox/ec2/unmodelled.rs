//! Resources that the sandbox does not model: a description lists none of them, and an id is not found.

use super::checks::is_id;
use super::page::Page;
use crate::sandbox::wire::{ApiError, Call, Reply};

/// A Describe operation of a kind of resource that is not here.
struct Absent {
    operation: &'static str,
    /// The answer's list.
    list: &'static str,
    /// The parameter that names some, and the prefix of their ids (none where they have names).
    parameter: &'static str,
    prefix: &'static str,
    /// AWS's error for an id that is not there, in front of `.NotFound`; the whole code if it holds a dot.
    code: &'static str,
}

const fn none(
    operation: &'static str,
    list: &'static str,
    parameter: &'static str,
    prefix: &'static str,
    code: &'static str,
) -> Absent {
    Absent { operation, list, parameter, prefix, code }
}

/// All of them. Codes: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
const ALL: &[Absent] = &[
    none(
        "DescribeCapacityReservations",
        "capacityReservationSet",
        "CapacityReservationId",
        "cr",
        "InvalidCapacityReservationId",
    ),
    none("DescribeCarrierGateways", "carrierGatewaySet", "CarrierGatewayId", "cagw", "InvalidCarrierGatewayID"),
    none("DescribeCustomerGateways", "customerGatewaySet", "CustomerGatewayId", "cgw", "InvalidCustomerGatewayID"),
    none("DescribeFleets", "fleetSet", "FleetId", "fleet", "InvalidFleetId"),
    none("DescribeHosts", "hostSet", "HostId", "h", "InvalidHostID"),
    none(
        "DescribeInstanceConnectEndpoints",
        "instanceConnectEndpointSet",
        "InstanceConnectEndpointId",
        "eice",
        "InvalidInstanceConnectEndpointId",
    ),
    none(
        "DescribeInstanceEventWindows",
        "instanceEventWindowSet",
        "InstanceEventWindowId",
        "iew",
        "InvalidInstanceEventWindowID",
    ),
    none("DescribePlacementGroups", "placementGroupSet", "GroupName", "", "InvalidPlacementGroup.Unknown"),
    none("DescribeReservedInstances", "reservedInstancesSet", "ReservedInstancesId", "", "InvalidReservedInstancesId"),
    none(
        "DescribeSpotFleetRequests",
        "spotFleetRequestConfigSet",
        "SpotFleetRequestId",
        "sfr",
        "InvalidSpotFleetRequestId",
    ),
    none("DescribeTransitGateways", "transitGatewaySet", "TransitGatewayIds", "tgw", "InvalidTransitGatewayID"),
    none("DescribeVpnConnections", "vpnConnectionSet", "VpnConnectionId", "vpn", "InvalidVpnConnectionID"),
    none("DescribeVpnGateways", "vpnGatewaySet", "VpnGatewayId", "vgw", "InvalidVpnGatewayID"),
];

/// Describes none, if the operation is one of these.
pub(super) fn describe(call: &Call<'_>) -> Option<Result<Reply, ApiError>> {
    let kind = ALL.iter().find(|a| a.operation == call.operation)?;
    Some(answer(kind, call))
}

fn answer(kind: &Absent, call: &Call<'_>) -> Result<Reply, ApiError> {
    super::checks::dry_run(call)?;
    // Placement groups have names, and ids besides.
    let by_id = if kind.operation == "DescribePlacementGroups" { call.params.texts("GroupId") } else { Vec::new() };
    if let Some(id) = call.params.texts(kind.parameter).first().or(by_id.first()) {
        let malformed = !kind.prefix.is_empty() && !is_id(kind.prefix, id);
        let code = match (kind.code.contains('.'), malformed) {
            (true, _) => kind.code.to_owned(),
            (false, true) => format!("{}.Malformed", kind.code),
            (false, false) => format!("{}.NotFound", kind.code),
        };
        let message = if malformed { format!("Invalid id: \"{id}\"") } else { format!("The ID '{id}' does not exist") };
        return Err(ApiError::new(code, message));
    }
    Page::read(&call.params, 1, 1000)?;
    Ok(call.ec2(|x| x.empty(kind.list)))
}
