//! Peerings, endpoints, DHCP options, prefix lists, flow logs and gateways over time, each with AWS's refusals.

use std::time::Duration;

use super::tests::{call, call_in, sandbox, text};
use crate::sandbox::{Sandbox, WorldSpec};

/// The code of a refusal; empty where it was none.
fn code(s: &Sandbox, form: &str) -> String {
    text(&call(s, form).1, "Code").to_string()
}

fn vpc(s: &Sandbox, cidr: &str) -> String {
    text(&call(s, &format!("CreateVpc&CidrBlock={cidr}")).1, "vpcId").to_string()
}

fn state_of(s: &Sandbox, region: &str, id: &str) -> String {
    let (_, xml) = call_in(s, region, &format!("DescribeVpcPeeringConnections&VpcPeeringConnectionId.1={id}"));
    text(&xml, "code").to_string()
}

const SEOUL: &str = "ap-northeast-2";
const TOKYO: &str = "ap-northeast-1";

#[test]
fn a_peering_between_two_regions_is_in_both_and_accepted_where_it_was_asked_for() {
    let (s, clock) = sandbox(WorldSpec::Demo);
    let own = vpc(&s, "10.60.0.0/16");
    let (_, xml) = call_in(&s, TOKYO, "CreateVpc&CidrBlock=10.61.0.0/16");
    let theirs = text(&xml, "vpcId").to_string();
    let (_, xml) = call(&s, &format!("CreateVpcPeeringConnection&VpcId={own}&PeerVpcId={theirs}&PeerRegion={TOKYO}"));
    let id = text(&xml, "vpcPeeringConnectionId").to_string();
    let both = |state: &str| {
        assert_eq!((state_of(&s, SEOUL, &id).as_str(), state_of(&s, TOKYO, &id).as_str()), (state, state));
    };
    both("initiating-request");
    let one = |operation: &str| format!("{operation}VpcPeeringConnection&VpcPeeringConnectionId={id}");
    assert_eq!(text(&call_in(&s, TOKYO, &one("Accept")).1, "Code"), "InvalidStateTransition");
    clock.advance(Duration::from_secs(10));
    both("pending-acceptance");
    let (_, refusal) = call(&s, &one("Accept"));
    assert_eq!(text(&refusal, "Code"), "OperationNotPermitted");
    assert!(text(&refusal, "Message").contains("must be accepted in region ap-northeast-1"), "{refusal}");
    assert_eq!(text(&call_in(&s, TOKYO, &one("Delete")).1, "Code"), "InvalidStateTransition", "it is the requester's");
    assert_eq!(call_in(&s, TOKYO, &one("Accept")).0, 200);
    both("provisioning");
    clock.advance(Duration::from_secs(10));
    both("active");
    let (_, tables) = call(&s, &format!("DescribeRouteTables&Filter.1.Name=vpc-id&Filter.1.Value.1={own}"));
    let table = text(&tables, "routeTableId").to_string();
    let route =
        format!("CreateRoute&RouteTableId={table}&DestinationCidrBlock=10.61.0.0/16&VpcPeeringConnectionId={id}");
    assert_eq!(call(&s, &route).0, 200);
    let leads = |state: &str| {
        let (_, xml) = call(&s, &format!("DescribeRouteTables&RouteTableId.1={table}"));
        let route = xml.split("<item>").find(|r| r.contains("10.61.0.0/16")).unwrap_or_default();
        assert_eq!((text(route, "vpcPeeringConnectionId"), text(route, "state")), (id.as_str(), state), "{xml}");
    };
    leads("active");
    assert_eq!(
        code(&s, &format!("CreateVpcPeeringConnection&VpcId={own}&PeerVpcId={theirs}&PeerRegion={TOKYO}")),
        "VpcPeeringConnectionAlreadyExists"
    );
    assert_eq!(call(&s, &one("Delete")).0, 200);
    both("deleting");
    clock.advance(Duration::from_secs(20));
    both("deleted");
    leads("blackhole");
    clock.advance(Duration::from_secs(3 * 3600));
    assert_eq!(
        code(&s, &format!("DescribeVpcPeeringConnections&VpcPeeringConnectionId.1={id}")),
        "InvalidVpcPeeringConnectionID.NotFound"
    );
}

#[test]
fn a_peering_that_cannot_be_is_made_and_fails_and_one_that_nobody_accepts_expires() {
    let (s, clock) = sandbox(WorldSpec::Empty);
    let (a, b, c) = (vpc(&s, "10.60.0.0/16"), vpc(&s, "10.60.128.0/17"), vpc(&s, "10.62.0.0/16"));
    let ask = |peer: &str| {
        let (status, xml) = call(&s, &format!("CreateVpcPeeringConnection&VpcId={a}&PeerVpcId={peer}"));
        assert_eq!(status, 200, "{xml}");
        text(&xml, "vpcPeeringConnectionId").to_string()
    };
    let (overlaps, nobody, open) = (ask(&b), ask("vpc-0123456789abcdef0"), ask(&c));
    clock.advance(Duration::from_secs(10));
    for id in [&overlaps, &nobody] {
        assert_eq!(state_of(&s, SEOUL, id), "failed");
    }
    assert_eq!(state_of(&s, SEOUL, &open), "pending-acceptance");
    clock.advance(Duration::from_secs(7 * 86_400));
    assert_eq!(state_of(&s, SEOUL, &open), "expired");
    let rejected = ask(&c);
    clock.advance(Duration::from_secs(10));
    assert_eq!(call(&s, &format!("RejectVpcPeeringConnection&VpcPeeringConnectionId={rejected}")).0, 200);
    assert_eq!(state_of(&s, SEOUL, &rejected), "rejected");
}

#[test]
fn an_interface_endpoint_keeps_addresses_until_it_is_gone_and_a_gateway_one_has_one_route_a_table() {
    let (s, clock) = sandbox(WorldSpec::Demo);
    let id = vpc(&s, "10.60.0.0/16");
    clock.advance(Duration::from_secs(10));
    let (_, xml) = call(&s, &format!("CreateSubnet&VpcId={id}&CidrBlock=10.60.1.0/24"));
    let subnet = text(&xml, "subnetId").to_string();
    let interface = format!("CreateVpcEndpoint&VpcId={id}&VpcEndpointType=Interface&SubnetId.1={subnet}");
    let ssm = format!("{interface}&ServiceName=com.amazonaws.{SEOUL}.ssm");
    assert_eq!(code(&s, &format!("{ssm}&PrivateDnsEnabled=true")), "InvalidParameter", "the VPC has no DNS host names");
    assert_eq!(code(&s, &format!("{interface}&ServiceName=com.amazonaws.{SEOUL}.no-such")), "InvalidServiceName");
    let (_, xml) = call(&s, &ssm);
    let (endpoint, state) = (text(&xml, "vpcEndpointId").to_string(), text(&xml, "state").to_string());
    assert_eq!(state, "pending");
    let free = || {
        let (_, xml) = call(&s, &format!("DescribeSubnets&SubnetId.1={subnet}"));
        text(&xml, "availableIpAddressCount").to_string()
    };
    assert_eq!(free(), "250");
    clock.advance(Duration::from_secs(120));
    let described = || call(&s, &format!("DescribeVpcEndpoints&VpcEndpointId.1={endpoint}")).1;
    assert_eq!(text(&described(), "state"), "available");
    assert_eq!(code(&s, &format!("DeleteSubnet&SubnetId={subnet}")), "DependencyViolation");
    assert_eq!(code(&s, &format!("DeleteVpc&VpcId={id}")), "DependencyViolation");
    call(&s, &format!("DeleteVpcEndpoints&VpcEndpointId.1={endpoint}"));
    assert_eq!(text(&described(), "state"), "deleting");
    clock.advance(Duration::from_secs(120));
    assert_eq!((text(&described(), "Code"), free().as_str()), ("InvalidVpcEndpointId.NotFound", "251"));
    let (_, xml) = call(&s, &format!("DescribeRouteTables&Filter.1.Name=vpc-id&Filter.1.Value.1={id}"));
    let table = text(&xml, "routeTableId").to_string();
    let s3 = format!("CreateVpcEndpoint&VpcId={id}&ServiceName=com.amazonaws.{SEOUL}.s3&RouteTableId.1={table}");
    assert_eq!(text(&call(&s, &s3).1, "state"), "available");
    assert_eq!(code(&s, &s3), "RouteAlreadyExists");
}

#[test]
fn dhcp_options_in_use_stay_and_a_prefix_list_is_changed_by_its_version_alone() {
    let (s, clock) = sandbox(WorldSpec::Demo);
    let id = vpc(&s, "10.60.0.0/16");
    let option = "CreateDhcpOptions&DhcpConfiguration.1.Key=domain-name-servers&DhcpConfiguration.1.Value.1";
    assert_eq!(code(&s, &format!("{option}=nowhere")), "InvalidParameterValue");
    let (_, xml) = call(&s, &format!("{option}=10.0.0.2"));
    let set = text(&xml, "dhcpOptionsId").to_string();
    call(&s, &format!("AssociateDhcpOptions&DhcpOptionsId={set}&VpcId={id}"));
    let (_, xml) = call(&s, &format!("DescribeVpcs&VpcId.1={id}"));
    assert_eq!(text(&xml, "dhcpOptionsId"), set);
    let delete = format!("DeleteDhcpOptions&DhcpOptionsId={set}");
    assert_eq!(code(&s, &delete), "DependencyViolation");
    call(&s, &format!("AssociateDhcpOptions&DhcpOptionsId=default&VpcId={id}"));
    assert_eq!((call(&s, &delete).0, code(&s, &delete)), (200, "InvalidDhcpOptionID.NotFound".to_string()));

    let (_, xml) =
        call(&s, "CreateManagedPrefixList&PrefixListName=a&AddressFamily=IPv4&MaxEntries=2&Entry.1.Cidr=10.0.0.0/8");
    let list = text(&xml, "prefixListId").to_string();
    let add = |version: u32, cidr: &str| {
        format!("ModifyManagedPrefixList&PrefixListId={list}&CurrentVersion={version}&AddEntry.1.Cidr={cidr}")
    };
    assert_eq!(code(&s, &add(1, "192.0.2.0/24")), "IncorrectState");
    clock.advance(Duration::from_secs(10));
    assert_eq!(code(&s, &add(7, "192.0.2.0/24")), "PrefixListVersionMismatch");
    assert_eq!(code(&s, &add(1, "2001:db8::/32")), "InvalidParameterValue");
    assert_eq!(text(&call(&s, &add(1, "192.0.2.0/24")).1, "version"), "2");
    clock.advance(Duration::from_secs(10));
    assert_eq!(code(&s, &add(2, "198.51.100.0/24")), "PrefixListMaxEntriesExceeded");
    let group = text(&call(&s, "DescribeSecurityGroups").1, "groupId").to_string();
    let rule = format!(
        "AuthorizeSecurityGroupIngress&GroupId={group}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=9&IpPermissions.1.ToPort=9&IpPermissions.1.PrefixListIds.1.PrefixListId={list}"
    );
    assert_eq!(call(&s, &rule).0, 200);
    assert_eq!(code(&s, &format!("DeleteManagedPrefixList&PrefixListId={list}")), "DependencyViolation");
}

#[test]
fn a_flow_log_wants_a_destination_that_is_there_and_says_of_each_resource_what_came_of_it() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let id = vpc(&s, "10.60.0.0/16");
    let of = |more: &str| format!("CreateFlowLogs&ResourceType=VPC&TrafficType=ALL&ResourceId.1={id}{more}");
    assert_eq!(code(&s, &of("&LogGroupName=a")), "InvalidParameter");
    let (status, xml) = call(&s, &of("&LogDestinationType=s3&LogDestination=arn:aws:s3:::no-such-bucket"));
    assert_eq!((status, text(&xml, "code")), (200, "400"), "{xml}");
    let role = "&DeliverLogsPermissionArn=arn:aws:iam::000000000000:role/a&LogGroupName=a";
    let (_, xml) = call(&s, &format!("{}&ResourceId.2=vpc-0123456789abcdef0", of(role)));
    assert_eq!(text(&xml, "code"), "InvalidVpcId.NotFound");
    let (_, xml) = call(&s, &of(role));
    assert_eq!(text(&xml, "code"), "FlowLogAlreadyExists");
    assert_eq!(call(&s, &format!("DeleteVpc&VpcId={id}")).0, 200);
}

#[test]
fn a_region_without_a_default_vpc_gets_one_and_no_second() {
    let (s, _) = sandbox(WorldSpec::Empty);
    assert_eq!(code(&s, "CreateDefaultVpc"), "DefaultVpcAlreadyExists");
    let (_, xml) = call(&s, "DescribeSubnets");
    let id = text(&xml, "vpcId").to_string();
    for _ in 0..4 {
        let (_, xml) = call(&s, "DescribeSubnets");
        assert_eq!(call(&s, &format!("DeleteSubnet&SubnetId={}", text(&xml, "subnetId"))).0, 200);
    }
    let gateway = text(&call(&s, "DescribeInternetGateways").1, "internetGatewayId").to_string();
    call(&s, &format!("DetachInternetGateway&InternetGatewayId={gateway}&VpcId={id}"));
    assert_eq!(call(&s, &format!("DeleteVpc&VpcId={id}")).0, 200);
    let (status, xml) = call(&s, "CreateDefaultVpc");
    assert_eq!((status, text(&xml, "isDefault"), text(&xml, "cidrBlock")), (200, "true", "172.31.0.0/16"));
    let (_, xml) = call(&s, "DescribeSubnets&Filter.1.Name=default-for-az&Filter.1.Value.1=true");
    assert_eq!(xml.matches("<subnetId>").count(), 4);
}

#[test]
fn malformed_ids_are_refused_with_each_kinds_own_code() {
    let (s, _) = sandbox(WorldSpec::Demo);
    for (form, wanted) in [
        ("DescribeNatGateways&NatGatewayId.1=nat-x", "NatGatewayMalformed"),
        ("DescribeVpcPeeringConnections&VpcPeeringConnectionId.1=pcx-x", "InvalidVpcPeeringConnectionId.Malformed"),
        ("DescribeVpcEndpoints&VpcEndpointId.1=vpce-x", "InvalidVpcEndpointId.Malformed"),
        ("DescribeDhcpOptions&DhcpOptionsId.1=dopt-x", "InvalidDhcpOptionsId.Malformed"),
        ("DescribeManagedPrefixLists&PrefixListId.1=pl-x", "InvalidPrefixListId.Malformed"),
        ("DescribeFlowLogs&FlowLogId.1=fl-x", "InvalidFlowLogId.Malformed"),
        ("DescribeEgressOnlyInternetGateways&EgressOnlyInternetGatewayId.1=x", "InvalidGatewayID.Malformed"),
        (
            "DescribeEgressOnlyInternetGateways&EgressOnlyInternetGatewayId.1=eigw-0123456789abcdef0",
            "InvalidGatewayID.NotFound",
        ),
    ] {
        assert_eq!(code(&s, form), wanted, "{form}");
    }
}

#[test]
fn a_regional_nat_gateway_is_of_a_vpc_and_has_an_address_where_something_is() {
    let (s, clock) = sandbox(WorldSpec::Demo);
    let own = vpc(&s, "10.60.0.0/16");
    let regional = format!("CreateNatGateway&AvailabilityMode=regional&VpcId={own}");
    assert_eq!(code(&s, &format!("{regional}&SubnetId=subnet-1")), "InvalidParameterCombination");
    assert_eq!(code(&s, &format!("{regional}&ConnectivityType=private")), "InvalidParameterCombination");
    assert_eq!(code(&s, "CreateNatGateway&AvailabilityMode=regional"), "MissingParameter");
    assert_eq!(code(&s, &format!("CreateNatGateway&VpcId={own}")), "InvalidParameterCombination");
    let gateway = text(&call(&s, "CreateInternetGateway").1, "internetGatewayId").to_string();
    let attach = format!("InternetGateway&InternetGatewayId={gateway}&VpcId={own}");
    assert_eq!(call(&s, &format!("Attach{attach}")).0, 200);
    let (_, xml) = call(&s, &format!("{regional}&ClientToken=one"));
    let id = text(&xml, "natGatewayId").to_string();
    assert_eq!(text(&call(&s, &format!("{regional}&ClientToken=one")).1, "natGatewayId"), id, "the same token");
    clock.advance(Duration::from_secs(120));
    let described = || call(&s, &format!("DescribeNatGateways&NatGatewayId.1={id}")).1;
    let xml = described();
    assert_eq!((text(&xml, "state"), text(&xml, "subnetId"), text(&xml, "publicIp")), ("available", "", ""), "{xml}");
    let table = text(&xml, "routeTableId").to_string();
    let (_, routes) = call(&s, &format!("DescribeRouteTables&RouteTableId.1={table}"));
    assert!(routes.contains(&format!("<gatewayId>{gateway}</gatewayId>")), "{routes}");
    assert_eq!(code(&s, &format!("DeleteRouteTable&RouteTableId={table}")), "DependencyViolation");
    // It has an address in a zone as soon as something of the VPC has an interface there.
    let zone = "ap-northeast-2c";
    let (_, xml) = call(&s, &format!("CreateSubnet&VpcId={own}&CidrBlock=10.60.1.0/24&AvailabilityZone={zone}"));
    assert_eq!(call(&s, &format!("CreateNetworkInterface&SubnetId={}", text(&xml, "subnetId"))).0, 200);
    let xml = described();
    assert!(text(&xml, "availabilityZone") == zone && text(&xml, "publicIp").starts_with("203.0.113."), "{xml}");
    assert_eq!(code(&s, &format!("Detach{attach}")), "DependencyViolation", "its address is in use");
    assert_eq!(call(&s, &format!("DeleteNatGateway&NatGatewayId={id}")).0, 200);
    clock.advance(Duration::from_secs(120));
    assert_eq!(text(&described(), "state"), "deleted");
    assert_eq!(code(&s, &format!("DescribeRouteTables&RouteTableId.1={table}")), "InvalidRouteTableID.NotFound");
}
