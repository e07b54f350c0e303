//! Checks of ids, with AWS's errors for malformed and unknown ones.

use std::net::Ipv4Addr;

use super::state::Subnet;
use crate::net::cidr::Cidr;
use crate::sandbox::wire::{ApiError, Call};

/// What an id's prefix is called in EC2's errors: code stem, noun.
fn names(prefix: &str) -> (&'static str, &'static str) {
    match prefix {
        "i" => ("InvalidInstanceID", "instance"),
        "vpc" => ("InvalidVpcID", "vpc"),
        "subnet" => ("InvalidSubnetID", "subnet"),
        "sg" => ("InvalidGroup", "security group"),
        "sgr" => ("InvalidSecurityGroupRuleId", "security group rule"),
        "vol" => ("InvalidVolume", "volume"),
        "ami" => ("InvalidAMIID", "image"),
        "eni" => ("InvalidNetworkInterfaceID", "networkInterface"),
        "eipalloc" => ("InvalidAllocationID", "allocation"),
        "eipassoc" => ("InvalidAssociationID", "association"),
        "acl" => ("InvalidNetworkAclID", "networkAcl"),
        "snap" => ("InvalidSnapshot", "snapshot"),
        "igw" => ("InvalidInternetGatewayID", "internetGateway"),
        "rtb" => ("InvalidRouteTableID", "routeTable"),
        // Codes: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
        "pcx" => ("InvalidVpcPeeringConnectionID", "vpcPeeringConnection"),
        "vpce" => ("InvalidVpcEndpointId", "Vpc Endpoint"),
        "dopt" => ("InvalidDhcpOptionID", "dhcpOption"),
        "fl" => ("InvalidFlowLogId", "flow log"),
        "pl" => ("InvalidPrefixListID", "prefix list"),
        "eigw" => ("InvalidGatewayID", "eigw"),
        "tgw-attach" => ("InvalidTransitGatewayAttachmentID", "transit gateway attachment"),
        "lt" => ("InvalidLaunchTemplateId", "launch template"),
        "key" => ("InvalidKeyPair", "key pair"),
        _ => ("InvalidID", "resource"),
    }
}

/// Whether `id` looks like `PREFIX-` and 8 or 17 hexadecimal digits.
pub(super) fn is_id(prefix: &str, id: &str) -> bool {
    id.strip_prefix(prefix).and_then(|r| r.strip_prefix('-')).is_some_and(|digits| {
        matches!(digits.len(), 8 | 17) && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

/// What AWS says to an id that is not there, or is no id.
pub(super) fn not_found(prefix: &str, id: &str) -> ApiError {
    none_of(prefix, &[id])
}

/// What AWS says to ids that are not there.
pub(super) fn none_of(prefix: &str, ids: &[&str]) -> ApiError {
    let (stem, noun) = names(prefix);
    if let Some(bad) = ids.iter().find(|id| !is_id(prefix, id)) {
        let code = match prefix {
            "sg" => "InvalidGroupId.Malformed".to_string(),
            "nat" => "NatGatewayMalformed".to_string(),
            "dopt" => "InvalidDhcpOptionsId.Malformed".to_string(),
            "pl" => "InvalidPrefixListId.Malformed".to_string(),
            "pcx" => "InvalidVpcPeeringConnectionId.Malformed".to_string(),
            "vol" | "snap" => "InvalidParameterValue".to_string(),
            _ => format!("{stem}.Malformed"),
        };
        return match prefix {
            "i" => ApiError::new(code, format!("Invalid id: \"{bad}\"")),
            "vol" | "snap" => {
                let parameter = if prefix == "vol" { "volumeId" } else { "snapshotId" };
                ApiError::new(code, expected(bad, parameter, prefix))
            }
            _ => ApiError::new(code, format!("Invalid id: \"{bad}\" (expecting \"{prefix}-...\")")),
        };
    }
    let code = format!("{stem}.NotFound");
    let message = match (prefix, ids) {
        ("nat", _) => {
            return ApiError::new("NatGatewayNotFound", format!("NAT gateway {} was not found", ids.join(", ")));
        }
        ("sg" | "vol" | "snap", [one]) => {
            format!("The {noun} '{one}' does not exist{}", if prefix == "sg" { "" } else { "." })
        }
        ("vpce", [one]) => format!("The Vpc Endpoint Id '{one}' does not exist"),
        ("ami", _) => format!("The image id '[{}]' does not exist", ids.join(", ")),
        (_, [one]) => format!("The {noun} ID '{one}' does not exist"),
        _ => format!("The {noun} IDs '{}' do not exist", ids.join(", ")),
    };
    ApiError::new(code, message)
}

fn expected(bad: &str, parameter: &str, prefix: &str) -> String {
    format!("Value ({bad}) for parameter {parameter} is invalid. Expected: '{prefix}-...'.")
}

/// What AWS says to ids of a describing operation's list that are not there; a list of volumes has a name of its own.
pub(super) fn none_of_list(prefix: &str, ids: &[&str]) -> ApiError {
    match ids.iter().find(|id| prefix == "vol" && !is_id(prefix, id)) {
        Some(bad) => ApiError::new("InvalidParameterValue", expected(bad, "volumes", prefix)),
        None => none_of(prefix, ids),
    }
}

/// Whether a subnet can give out this address.
///
/// # Errors
/// AWS's: it is none of the subnet's, AWS keeps it for itself (the first four and the last), or something has it.
pub(super) fn free_address(subnet: &Subnet, ip: Ipv4Addr) -> Result<(), ApiError> {
    let range = Cidr::new(subnet.cidr);
    let invalid = |why: &str| ApiError::new("InvalidParameterValue", format!("Address {ip} {why}"));
    match () {
        () if !range.holds(ip) => Err(invalid("does not fall within the subnet's address range")),
        () if !range.gives_out(ip) => Err(invalid("is in subnet's reserved address range")),
        () if subnet.taken.contains(&ip) => {
            Err(ApiError::new("InvalidIPAddress.InUse", format!("Address {ip} is in use.")))
        }
        () => Ok(()),
    }
}

/// What AWS says to a zone that is not there.
pub(super) fn no_zone(zone: &str) -> ApiError {
    ApiError::new("InvalidParameterValue", format!("Invalid availability zone: [{zone}]"))
}

/// Ends a dry run: everything is checked, nothing is done yet.
///
/// # Errors
/// `DryRunOperation` if the request says `DryRun`.
pub(super) fn dry_run(call: &Call<'_>) -> Result<(), ApiError> {
    if call.params.bool("DryRun")?.unwrap_or(false) {
        let message = "Request would have succeeded, but DryRun flag is set.";
        return Err(ApiError::new("DryRunOperation", message).status(412));
    }
    Ok(())
}
