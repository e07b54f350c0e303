//! Routes, network ACLs and ranges by AWS's rules: raw forms, and the codes that come back.

use std::time::Duration;

use ipnet::Ipv6Net;

use super::tests::{call, sandbox};
use crate::net::range::Range as _;
use crate::sandbox::{Sandbox, WorldSpec};

/// The first text of an element.
fn element<'b>(body: &'b str, name: &str) -> &'b str {
    let start = body.find(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {body}")) + name.len() + 2;
    &body[start..start + body[start..].find('<').unwrap()]
}

fn ok(s: &Sandbox, form: &str) -> String {
    let (status, body) = call(s, form);
    assert_eq!(status, 200, "{form}: {body}");
    body
}

fn code(s: &Sandbox, form: &str) -> String {
    let (status, body) = call(s, form);
    assert_ne!(status, 200, "{form}: {body}");
    element(&body, "Code").to_string()
}

/// A VPC with a gateway and a table of its own: their ids.
fn network(s: &Sandbox) -> (String, String, String) {
    let vpc = element(&ok(s, "CreateVpc&CidrBlock=10.50.0.0/16"), "vpcId").to_string();
    let gateway = element(&ok(s, "CreateInternetGateway"), "internetGatewayId").to_string();
    ok(s, &format!("AttachInternetGateway&InternetGatewayId={gateway}&VpcId={vpc}"));
    let table = element(&ok(s, &format!("CreateRouteTable&VpcId={vpc}")), "routeTableId").to_string();
    (vpc, gateway, table)
}

#[test]
fn routes_are_of_either_family_or_of_a_prefix_list_and_of_one_of_them_alone() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let (_, gateway, table) = network(&s);
    let create = |to: &str| format!("CreateRoute&RouteTableId={table}&{to}&GatewayId={gateway}");
    ok(&s, &create("DestinationIpv6CidrBlock=2600:1f14::5/32"));
    ok(&s, &create("DestinationCidrBlock=100.68.0.18/18"));
    let shown = ok(&s, &format!("DescribeRouteTables&RouteTableId.1={table}"));
    assert!(shown.contains("<destinationIpv6CidrBlock>2600:1f14::/32<"), "{shown}");
    assert!(shown.contains("<destinationCidrBlock>100.68.0.0/18<"), "its host bits cleared: {shown}");
    for (to, want) in [
        ("DestinationIpv6CidrBlock=2600:1f14::/32", "RouteAlreadyExists"),
        ("DestinationCidrBlock=10.50.0.0/16", "RouteAlreadyExists"),
        ("DestinationCidrBlock=::/0", "InvalidParameterValue"),
        ("DestinationIpv6CidrBlock=10.0.0.0/8", "InvalidParameterValue"),
        ("DestinationPrefixListId=pl-x", "InvalidPrefixListId.Malformed"),
        ("DestinationCidrBlock=10.0.0.0/8&DestinationIpv6CidrBlock=::/0", "InvalidParameterCombination"),
        ("DestinationCidrBlock=", "MissingParameter"),
    ] {
        assert_eq!(code(&s, &create(to)), want, "{to}");
    }
    let filter = "DescribeRouteTables&Filter.1.Name=route.destination-ipv6-cidr-block&Filter.1.Value.1=2600:1f14::/32";
    assert_eq!(element(&ok(&s, filter), "routeTableId"), table);
    ok(&s, &format!("DeleteRoute&RouteTableId={table}&DestinationIpv6CidrBlock=2600:1f14::/32"));
    let gone = format!("DeleteRoute&RouteTableId={table}&DestinationIpv6CidrBlock=2600:1f14::/32");
    assert_eq!(code(&s, &gone), "InvalidRoute.NotFound");
}

#[test]
fn a_route_whose_gateway_is_detached_is_a_black_hole_until_it_is_back() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let (vpc, gateway, table) = network(&s);
    ok(&s, &format!("CreateRoute&RouteTableId={table}&DestinationIpv6CidrBlock=::/0&GatewayId={gateway}"));
    let holes = || ok(&s, &format!("DescribeRouteTables&RouteTableId.1={table}")).matches("blackhole").count();
    assert_eq!(holes(), 0);
    ok(&s, &format!("DetachInternetGateway&InternetGatewayId={gateway}&VpcId={vpc}"));
    assert_eq!(holes(), 1);
    ok(&s, &format!("AttachInternetGateway&InternetGatewayId={gateway}&VpcId={vpc}"));
    assert_eq!(holes(), 0);
}

#[test]
fn entries_are_of_either_family_twenty_a_direction_and_none_twice() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let (vpc, ..) = network(&s);
    let acl = element(&ok(&s, &format!("CreateNetworkAcl&VpcId={vpc}")), "networkAclId").to_string();
    let entry = |number: u16, rest: &str| {
        format!("CreateNetworkAclEntry&NetworkAclId={acl}&RuleNumber={number}&Egress=false&RuleAction=allow&{rest}")
    };
    ok(&s, &entry(1, "Protocol=-1&Ipv6CidrBlock=2600:1f14::/32"));
    let shown = ok(&s, &format!("DescribeNetworkAcls&NetworkAclId.1={acl}"));
    assert!(shown.contains("<ipv6CidrBlock>2600:1f14::/32<"), "{shown}");
    for (form, want) in [
        (entry(1, "Protocol=-1&CidrBlock=10.0.0.0/8"), "NetworkAclEntryAlreadyExists"),
        (entry(2, "Protocol=-1"), "MissingParameter"),
        (entry(2, "Protocol=-1&CidrBlock=10.0.0.0/8&Ipv6CidrBlock=::/0"), "InvalidParameterCombination"),
        (entry(2, "Protocol=-1&Ipv6CidrBlock=10.0.0.0/8"), "InvalidParameterValue"),
        (entry(2, "Protocol=58&Ipv6CidrBlock=::/0"), "MissingParameter"),
        (entry(0, "Protocol=-1&CidrBlock=10.0.0.0/8"), "InvalidParameterValue"),
    ] {
        assert_eq!(code(&s, &form), want, "{form}");
    }
    for number in 2..=20 {
        ok(&s, &entry(number, "Protocol=-1&CidrBlock=10.0.0.0/8"));
    }
    assert_eq!(code(&s, &entry(21, "Protocol=-1&CidrBlock=10.0.0.0/8")), "NetworkAclEntryLimitExceeded");
    let out = entry(1, "Protocol=-1&CidrBlock=10.0.0.0/8").replace("Egress=false", "Egress=true");
    ok(&s, &out);
}

#[test]
fn a_vpc_has_further_ranges_which_subnets_and_local_routes_follow() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let (vpc, _, table) = network(&s);
    let add = |range: &str| format!("AssociateVpcCidrBlock&VpcId={vpc}&CidrBlock={range}");
    assert_eq!(code(&s, &format!("CreateSubnet&VpcId={vpc}&CidrBlock=10.51.1.0/24")), "InvalidSubnet.Range");
    let association = element(&ok(&s, &add("10.51.0.0/16")), "associationId").to_string();
    assert!(ok(&s, &format!("DescribeRouteTables&RouteTableId.1={table}")).contains("10.51.0.0/16"), "a local route");
    let subnet = element(&ok(&s, &format!("CreateSubnet&VpcId={vpc}&CidrBlock=10.51.1.0/24")), "subnetId").to_string();
    for (range, want) in [
        ("10.51.0.0/20", "InvalidVpc.Range"),
        ("172.16.0.0/16", "InvalidVpc.Range"),
        ("10.52.0.0/15", "InvalidVpc.Range"),
        ("10.52.0.0/33", "InvalidParameterValue"),
    ] {
        assert_eq!(code(&s, &add(range)), want, "{range}");
    }
    ok(&s, &add("100.64.0.0/16"));
    let remove = |id: &str| format!("DisassociateVpcCidrBlock&AssociationId={id}");
    assert_eq!(code(&s, &remove(&association)), "InvalidCidrBlock.InUse");
    assert_eq!(code(&s, &remove(&vpc.replace("vpc-", "vpc-cidr-assoc-"))), "OperationNotPermitted");
    assert_eq!(code(&s, &remove("vpc-cidr-assoc-0123456789abcdef0")), "InvalidVpcCidrBlockAssociationID.NotFound");
    ok(&s, &format!("DeleteSubnet&SubnetId={subnet}"));
    ok(&s, &remove(&association));
    assert!(!ok(&s, &format!("DescribeVpcs&VpcId.1={vpc}")).contains("10.51.0.0/16"));
    for range in ["10.53.0.0/16", "10.54.0.0/16", "10.55.0.0/16"] {
        ok(&s, &add(range));
    }
    assert_eq!(code(&s, &add("10.56.0.0/16")), "CidrLimitExceeded");
}

#[test]
fn a_vpc_gets_a_range_of_ipv6_which_subnets_have_parts_of() {
    let (s, clock) = sandbox(WorldSpec::Demo);
    let made = ok(&s, "CreateVpc&CidrBlock=10.50.0.0/16&AmazonProvidedIpv6CidrBlock=true");
    let vpc = element(&made, "vpcId").to_string();
    assert!(made.contains("<ipv6CidrBlock></ipv6CidrBlock>") || made.contains("<ipv6CidrBlock/>"), "{made}");
    assert!(made.contains("<state>associating</state>"), "{made}");
    let create = |range: &str, six: &str| format!("CreateSubnet&VpcId={vpc}&CidrBlock={range}&Ipv6CidrBlock={six}");
    clock.advance(Duration::from_secs(3));
    let shown = ok(&s, &format!("DescribeVpcs&VpcId.1={vpc}"));
    let six: Ipv6Net = Ipv6Net::read(element(&shown, "ipv6CidrBlock")).unwrap();
    assert_eq!((six.prefix_len(), element(&shown, "ipv6Pool")), (56, "Amazon"));
    let parts: Vec<String> = six.subnets(64).unwrap().take(3).map(|n| n.to_string()).collect();
    let made = ok(&s, &create("10.50.1.0/24", &parts[1]));
    assert_eq!(element(&made, "ipv6CidrBlock"), parts[1]);
    for (range, want) in [
        (parts[1].as_str(), "InvalidSubnet.Conflict"),
        (&six.to_string(), "InvalidSubnet.Conflict"),
        ("2600:1f14::/64", "InvalidSubnet.Range"),
        (&parts[2].replace("/64", "/66"), "InvalidParameterValue"),
        ("10.0.0.0/8", "InvalidParameterValue"),
    ] {
        assert_eq!(code(&s, &create("10.50.2.0/24", range)), want, "{range}");
    }
    assert_eq!(call(&s, &create("10.50.2.0/24", &parts[1])).1.matches("The IPv6 CIDR '").count(), 1);
    // A local route to it in each table, all of it let out by the default group.
    let table = ok(&s, &format!("DescribeRouteTables&Filter.1.Name=vpc-id&Filter.1.Value.1={vpc}"));
    assert!(table.contains(&format!("<destinationIpv6CidrBlock>{six}<")), "{table}");
    let groups = ok(&s, &format!("DescribeSecurityGroups&Filter.1.Name=vpc-id&Filter.1.Value.1={vpc}"));
    assert!(groups.contains("<cidrIpv6>::/0<"), "{groups}");
    let by_range = format!(
        "DescribeSubnets&Filter.1.Name=ipv6-cidr-block-association.ipv6-cidr-block&Filter.1.Value.1={}",
        parts[1]
    );
    assert_eq!(ok(&s, &by_range).matches("<subnetId>").count(), 1);
    // It goes once no subnet has a part of it, and another comes.
    let association =
        element(&shown[shown.find("ipv6CidrBlockAssociationSet").unwrap()..], "associationId").to_string();
    let remove = format!("DisassociateVpcCidrBlock&AssociationId={association}");
    assert_eq!(code(&s, &remove), "InvalidCidrBlock.InUse");
    ok(&s, &format!("DeleteSubnet&SubnetId={}", element(&made, "subnetId")));
    assert_eq!(element(&ok(&s, &remove), "state"), "disassociating");
    assert_eq!(code(&s, &remove), "InvalidVpcCidrBlockAssociationID.NotFound");
    assert!(!ok(&s, &format!("DescribeVpcs&VpcId.1={vpc}")).contains(&six.to_string()));
    let add = format!("AssociateVpcCidrBlock&VpcId={vpc}&AmazonProvidedIpv6CidrBlock=true");
    assert_eq!(element(&ok(&s, &add), "state"), "associating");
    for _ in 0..4 {
        ok(&s, &add);
    }
    assert_eq!(code(&s, &add), "CidrLimitExceeded");
}
