//! Security groups, their rules and who has them, as a client meets them.

use super::tests::{call, call_of, code, sandbox, text};
use crate::sandbox::WorldSpec;

#[test]
fn a_rule_is_added_once_and_a_group_in_use_stays() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let group = s.world().peek("ap-northeast-2").unwrap().ec2.group_named("my-app-alb-sg").unwrap().id.to_string();
    let rule = format!(
        "&GroupId={group}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=8443&IpPermissions.1.ToPort=8443\
         &IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0%2F0&IpPermissions.1.IpRanges.1.Description=why"
    );
    let added = call(&s, &format!("AuthorizeSecurityGroupIngress{rule}"));
    assert_eq!((added.0, text(&added.1, "cidrIpv4"), text(&added.1, "description")), (200, "0.0.0.0/0", "why"));
    assert_eq!(code(&call(&s, &format!("AuthorizeSecurityGroupIngress{rule}"))), (400, "InvalidPermission.Duplicate"));
    assert_eq!(call(&s, &format!("RevokeSecurityGroupIngress{rule}")).0, 200);
    assert_eq!(code(&call(&s, &format!("RevokeSecurityGroupIngress{rule}"))), (400, "InvalidPermission.NotFound"));
    assert_eq!(code(&call(&s, &format!("DeleteSecurityGroup&GroupId={group}"))), (400, "DependencyViolation"));
}

#[test]
fn names_and_descriptions_of_groups_and_rules_are_those_that_aws_takes() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let create =
        |name: &str, said: &str| call(&s, &format!("CreateSecurityGroup&GroupName={name}&GroupDescription={said}"));
    for (name, said) in [
        ("default", "x"),
        ("sg-x", "x"),
        ("it%27s", "x"),
        ("%EA%B2%B0%EC%A0%9C", "x"),
        ("a", "it%27s"),
        (&"x".repeat(256), "x"),
    ] {
        assert_eq!(code(&create(name, said)), (400, "InvalidParameterValue"), "{name} {said}");
    }
    let group = text(&create("a", "b").1, "groupId").to_string();
    assert_eq!(code(&create("a", "b")), (400, "InvalidGroup.Duplicate"));
    let rule = |n: usize, said: &str, six: bool| {
        let peer = if six {
            format!("Ipv6Ranges.1.CidrIpv6=2600%3A%3A{n:x}%2F128&IpPermissions.1.Ipv6Ranges.1.Description={said}")
        } else {
            format!("IpRanges.1.CidrIp=10.0.0.{n}%2F32&IpPermissions.1.IpRanges.1.Description={said}")
        };
        call(
            &s,
            &format!(
                "AuthorizeSecurityGroupIngress&GroupId={group}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=1&IpPermissions.1.ToPort=1&IpPermissions.1.{peer}"
            ),
        )
    };
    assert_eq!(code(&rule(0, "it%27s", false)), (400, "InvalidParameterValue"));
    assert!((0..60).all(|n| rule(n, "", false).0 == 200), "60 of IPv4");
    assert_eq!(code(&rule(60, "", false)), (400, "RulesPerSecurityGroupLimitExceeded"));
    assert_eq!(rule(60, "", true).0, 200, "IPv6 is counted apart");
}

#[test]
fn a_balancer_has_an_interface_in_each_subnet_with_its_groups_until_it_is_deleted() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let elb = |text: &str| call_of(&s, "ap-northeast-2", ("elasticloadbalancing", "2015-12-01"), text);
    let lb = {
        let world = s.world();
        let state = &world.peek("ap-northeast-2").unwrap().elbv2;
        state.balancers.values().find(|lb| !lb.security_groups.is_empty()).unwrap().clone()
    };
    let path = lb.arn.split_once("loadbalancer/").unwrap().1;
    let found = || {
        let text = format!("DescribeNetworkInterfaces&Filter.1.Name=description&Filter.1.Value.1=ELB%20{path}");
        let (code, body) = call(&s, &text);
        assert_eq!(code, 200);
        body
    };
    let count = |body: &str| body.matches("<networkInterfaceId>").count();
    let body = found();
    assert_eq!(count(&body), lb.zones.len());
    assert_eq!(
        [text(&body, "requesterManaged"), text(&body, "instanceOwnerId"), text(&body, "groupId")],
        ["true", "amazon-elb", lb.security_groups[0].as_str()]
    );
    let interface = text(&body, "networkInterfaceId").to_string();
    let modify = format!("ModifyNetworkInterfaceAttribute&NetworkInterfaceId={interface}&SourceDestCheck.Value=true");
    assert_eq!(code(&call(&s, &modify)), (403, "AuthFailure"), "it is the service's");
    // Another group for the balancer is another for its interfaces, and the old one is free.
    let made = call(&s, &format!("CreateSecurityGroup&GroupName=lb-2&GroupDescription=x&VpcId={}", lb.vpc));
    let group = text(&made.1, "groupId").to_string();
    let arn = lb.arn.replace(':', "%3A").replace('/', "%2F");
    assert_eq!(elb(&format!("SetSecurityGroups&LoadBalancerArn={arn}&SecurityGroups.member.1={group}")).0, 200);
    assert_eq!(text(&found(), "groupId"), group);
    assert_eq!(code(&call(&s, &format!("DeleteSecurityGroup&GroupId={group}"))), (400, "DependencyViolation"));
    assert_eq!(elb(&format!("DeleteLoadBalancer&LoadBalancerArn={arn}")).0, 200);
    assert_eq!(count(&found()), 0);
    assert_eq!(call(&s, &format!("DeleteSecurityGroup&GroupId={group}")).0, 200);
}

#[test]
fn an_interface_has_at_most_five_groups_of_its_vpc() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let (id, vpc, interface) = {
        let world = s.world();
        let all = &world.peek("ap-northeast-2").unwrap().ec2.instances;
        let i = all.values().find(|i| i.tag("Name") == Some("my-bastion-host")).unwrap();
        (i.id.to_string(), i.vpc.to_string(), i.interface.to_string())
    };
    let groups: Vec<String> = (0..6)
        .map(|n| {
            let made = call(&s, &format!("CreateSecurityGroup&GroupName=g{n}&GroupDescription=x&VpcId={vpc}"));
            text(&made.1, "groupId").to_string()
        })
        .collect();
    let list = |parameter: &str, n: usize| {
        let one = |(i, g): (usize, &String)| format!("&{parameter}.{}={g}", i + 1);
        groups.iter().take(n).enumerate().map(one).collect::<String>()
    };
    let by_instance = |n| call(&s, &format!("ModifyInstanceAttribute&InstanceId={id}{}", list("GroupId", n)));
    assert_eq!(by_instance(5).0, 200);
    assert_eq!(code(&by_instance(6)), (400, "SecurityGroupsPerInterfaceLimitExceeded"));
    let by_interface =
        |rest: &str| call(&s, &format!("ModifyNetworkInterfaceAttribute&NetworkInterfaceId={interface}{rest}"));
    assert_eq!(code(&by_interface(&list("SecurityGroupId", 6))), (400, "SecurityGroupsPerInterfaceLimitExceeded"));
    assert_eq!(by_interface(&list("SecurityGroupId", 1)).0, 200);
    let seen = call(&s, &format!("DescribeInstanceAttribute&InstanceId={id}&Attribute=groupSet")).1;
    assert_eq!(text(&seen, "groupId"), groups[0], "the instance says what its interface has");
    assert_eq!(by_interface("&SourceDestCheck.Value=false").0, 200);
    assert_eq!(code(&by_interface("")), (400, "InvalidParameterCombination"));
}

#[test]
fn a_range_with_leading_zeros_is_refused_by_every_operation_and_one_with_host_bits_is_taken_for_its_range() {
    let (s, _) = sandbox(WorldSpec::Demo);
    let group = s.world().peek("ap-northeast-2").unwrap().ec2.group_named("my-app-alb-sg").unwrap().id.to_string();
    let made = call(&s, "CreateVpc&CidrBlock=10.77.1.2%2F16");
    assert_eq!((made.0, text(&made.1, "cidrBlock")), (200, "10.77.0.0/16"));
    let vpc = text(&made.1, "vpcId").to_string();
    let table = call(&s, &format!("CreateRouteTable&VpcId={vpc}"));
    let table = text(&table.1, "routeTableId").to_string();
    let acl = call(&s, &format!("CreateNetworkAcl&VpcId={vpc}"));
    let acl = text(&acl.1, "networkAclId").to_string();
    let rule = format!("&GroupId={group}&IpPermissions.1.IpProtocol=-1");
    for bad in ["010.77.0.0%2F16", "10.077.0.0%2F16", "10.77.0.0%2F016"] {
        for form in [
            format!("CreateVpc&CidrBlock={bad}"),
            format!("CreateSubnet&VpcId={vpc}&CidrBlock={bad}"),
            format!("CreateRoute&RouteTableId={table}&GatewayId=local&DestinationCidrBlock={bad}"),
            format!(
                "CreateNetworkAclEntry&NetworkAclId={acl}&RuleNumber=9&Egress=false&RuleAction=deny&Protocol=-1&CidrBlock={bad}"
            ),
            format!("AuthorizeSecurityGroupIngress{rule}&IpPermissions.1.IpRanges.1.CidrIp={bad}"),
            format!("AuthorizeSecurityGroupIngress&GroupId={group}&IpProtocol=-1&CidrIp={bad}"),
        ] {
            assert_eq!(code(&call(&s, &form)), (400, "InvalidParameterValue"), "{form}");
        }
    }
    let ipv6 = |range: &str| {
        call(&s, &format!("AuthorizeSecurityGroupIngress{rule}&IpPermissions.1.Ipv6Ranges.1.CidrIpv6={range}"))
    };
    assert_eq!(code(&ipv6("2600:1f14::%2F032")), (400, "InvalidParameterValue"));
    let added = ipv6("2600:1f14::5%2F32");
    assert_eq!((added.0, text(&added.1, "cidrIpv6")), (200, "2600:1f14::/32"));
}
