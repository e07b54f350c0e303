//! Network interfaces by raw forms: who has them, what they keep from being deleted, and the account's own ones from end to end.

use std::time::Duration;

use crate::base::Clock;
use crate::sandbox::ec2::tests::{call, call_of, code, sandbox, text};
use crate::sandbox::{Sandbox, WorldSpec};

const ELB: (&str, &str) = ("elasticloadbalancing", "2015-12-01");
const REGION: &str = "ap-northeast-2";

fn demo() -> (Sandbox, Clock) {
    sandbox(WorldSpec::Demo)
}

/// What DescribeNetworkInterfaces shows of those that pass a filter.
fn interfaces(s: &Sandbox, filter: &str, value: &str) -> Vec<String> {
    let (status, xml) = call(s, &format!("DescribeNetworkInterfaces&Filter.1.Name={filter}&Filter.1.Value.1={value}"));
    assert_eq!(status, 200, "{xml}");
    let items = xml.split("<networkInterfaceId>").skip(1);
    let before = xml.split("<networkInterfaceId>");
    // What stands before the id belongs to it, too.
    before.zip(items).map(|(a, b)| format!("{}<networkInterfaceId>{b}", &a[a.rfind("<item>").unwrap_or(0)..])).collect()
}

fn instance(s: &Sandbox, name: &str) -> (String, String) {
    let (_, xml) = call(s, &format!("DescribeInstances&Filter.1.Name=tag:Name&Filter.1.Value.1={name}"));
    (text(&xml, "instanceId").to_string(), text(&xml, "subnetId").to_string())
}

fn free(s: &Sandbox, subnet: &str) -> u64 {
    let (_, xml) = call(s, &format!("DescribeSubnets&SubnetId.1={subnet}"));
    text(&xml, "availableIpAddressCount").parse().unwrap()
}

#[test]
fn a_balancer_has_an_interface_in_each_subnet_and_internet_facing_ones_a_public_address() {
    let (s, clock) = demo();
    let (_, subnet) = instance(&s, "my-bastion-host");
    let (_, address) = call(&s, "AllocateAddress");
    let allocation = text(&address, "allocationId");
    assert_eq!(call(&s, &format!("CreateNatGateway&SubnetId={subnet}&AllocationId={allocation}")).0, 200);
    clock.advance(Duration::from_secs(120));
    let (_, all) = call_of(&s, REGION, ELB, "DescribeLoadBalancers");
    let mut seen = 0;
    for lb in all.split("<LoadBalancerArn>").skip(1) {
        let path = lb.split('<').next().unwrap().split_once("loadbalancer/").unwrap().1.to_string();
        let shown = interfaces(&s, "description", &format!("ELB {path}"));
        assert_eq!(shown.len(), lb.matches("<ZoneName>").count(), "{path}");
        for i in shown {
            let network = path.starts_with("net/");
            assert_eq!(text(&i, "interfaceType"), if network { "network_load_balancer" } else { "interface" });
            assert_eq!((text(&i, "requesterId"), text(&i, "requesterManaged")), ("amazon-elb", "true"));
            assert_eq!((text(&i, "status"), text(&i, "instanceId")), ("in-use", ""));
            let owner = if network { "amazon-aws" } else { "amazon-elb" };
            assert_eq!((text(&i, "instanceOwnerId"), text(&i, "deviceIndex")), (owner, "1"));
            assert_eq!(text(&i, "sourceDestCheck"), if network { "false" } else { "true" });
            let public = text(lb, "Scheme") == "internet-facing";
            assert_eq!(text(&i, "ipOwnerId"), if public { "amazon-elb" } else { "" }, "{path}");
            assert_eq!(!text(&i, "publicIp").is_empty(), public, "{path}");
            seen += 1;
        }
    }
    assert!(seen >= 2, "the demo has balancers");
    let nats = interfaces(&s, "interface-type", "nat_gateway");
    assert!(!nats.is_empty());
    for i in nats {
        assert!(text(&i, "description").starts_with("Interface for NAT Gateway nat-"), "{i}");
        assert_eq!((text(&i, "instanceOwnerId"), text(&i, "requesterManaged")), ("amazon-aws", "true"));
        assert!(
            text(&i, "attachmentId").starts_with("ela-attach-") && text(&i, "associationId").starts_with("eipassoc-")
        );
    }
}

#[test]
fn what_has_an_interface_keeps_subnet_group_and_gateway_until_it_is_deleted() {
    let (s, clock) = demo();
    let (_, vpc) = call(&s, "CreateVpc&CidrBlock=10.77.0.0/16");
    let vpc = text(&vpc, "vpcId").to_string();
    clock.advance(Duration::from_secs(10));
    let subnet = |cidr: &str, zone: &str| {
        let (_, xml) = call(&s, &format!("CreateSubnet&VpcId={vpc}&CidrBlock={cidr}&AvailabilityZone={REGION}{zone}"));
        text(&xml, "subnetId").to_string()
    };
    let (a, b) = (subnet("10.77.1.0/24", "a"), subnet("10.77.2.0/24", "b"));
    let (_, gateway) = call(&s, "CreateInternetGateway");
    let gateway = text(&gateway, "internetGatewayId").to_string();
    let pair = format!("InternetGatewayId={gateway}&VpcId={vpc}");
    assert_eq!(call(&s, &format!("AttachInternetGateway&{pair}")).0, 200);
    let (_, group) = call(&s, &format!("CreateSecurityGroup&GroupName=lb&GroupDescription=lb&VpcId={vpc}"));
    let group = text(&group, "groupId").to_string();
    let create = format!(
        "CreateLoadBalancer&Name=mine&Subnets.member.1={a}&Subnets.member.2={b}&SecurityGroups.member.1={group}"
    );
    let (status, made) = call_of(&s, REGION, ELB, &create);
    assert_eq!(status, 200, "{made}");
    let arn = text(&made, "LoadBalancerArn").to_string();
    assert_eq!((free(&s, &a), free(&s, &b)), (250, 250));
    for refused in [
        format!("DeleteSubnet&SubnetId={a}"),
        format!("DeleteSecurityGroup&GroupId={group}"),
        format!("DetachInternetGateway&{pair}"),
    ] {
        assert_eq!(code(&call(&s, &refused)), (400, "DependencyViolation"), "{refused}");
    }
    // What a service has is its own to manage.
    let mine = &interfaces(&s, "group-id", &group)[0];
    let (eni, attachment) = (text(mine, "networkInterfaceId"), text(mine, "attachmentId"));
    for refused in [
        format!("DetachNetworkInterface&AttachmentId={attachment}"),
        format!("DeleteNetworkInterface&NetworkInterfaceId={eni}"),
        format!("ModifyNetworkInterfaceAttribute&NetworkInterfaceId={eni}&SourceDestCheck.Value=false"),
    ] {
        assert_eq!(code(&call(&s, &refused)), (403, "AuthFailure"), "{refused}");
    }
    assert_eq!(call_of(&s, REGION, ELB, &format!("DeleteLoadBalancer&LoadBalancerArn={arn}")).0, 200);
    assert_eq!((free(&s, &a), free(&s, &b)), (251, 251));
    for goes in [
        format!("DetachInternetGateway&{pair}"),
        format!("DeleteSecurityGroup&GroupId={group}"),
        format!("DeleteSubnet&SubnetId={a}"),
    ] {
        assert_eq!(call(&s, &goes).0, 200, "{goes}");
    }
}

#[test]
fn a_network_load_balancer_takes_an_elastic_ip_address_or_a_private_one_of_its_subnet() {
    let (s, _) = demo();
    let (_, subnet) = instance(&s, "my-bastion-host");
    let (_, address) = call(&s, "AllocateAddress");
    let (ip, allocation) = (text(&address, "publicIp").to_string(), text(&address, "allocationId").to_string());
    let create = |name: &str, kind: &str, scheme: &str, more: &str| {
        let form = format!(
            "CreateLoadBalancer&Name={name}&Type={kind}&Scheme={scheme}&SubnetMappings.member.1.SubnetId={subnet}&\
             SubnetMappings.member.1.{more}"
        );
        call_of(&s, REGION, ELB, &form)
    };
    let elastic = format!("AllocationId={allocation}");
    let refused = |answer: (u16, String)| text(&answer.1, "Code").to_string();
    assert_eq!(refused(create("a", "application", "internet-facing", &elastic)), "ValidationError");
    assert_eq!(refused(create("a", "network", "internal", &elastic)), "ValidationError");
    assert_eq!(
        refused(create("a", "network", "internet-facing", "AllocationId=eipalloc-00000000000000000")),
        "AllocationIdNotFound"
    );
    assert_eq!(refused(create("a", "network", "internal", "PrivateIPv4Address=10.255.0.9")), "ValidationError");
    let (status, made) = create("edge", "network", "internet-facing", &elastic);
    assert_eq!((status, text(&made, "IpAddress"), text(&made, "AllocationId")), (200, &*ip, &*allocation), "{made}");
    assert_eq!(refused(create("b", "network", "internet-facing", &elastic)), "AllocationIdNotFound");
    let (_, shown) = call(&s, &format!("DescribeAddresses&AllocationId.1={allocation}"));
    let eni = text(&shown, "networkInterfaceId");
    assert!(eni.starts_with("eni-") && text(&shown, "associationId").starts_with("eipassoc-"), "{shown}");
    assert_eq!(interfaces(&s, "association.allocation-id", &allocation).len(), 1);
    assert_eq!(code(&call(&s, &format!("ReleaseAddress&AllocationId={allocation}"))), (400, "InvalidIPAddress.InUse"));
    let arn = text(&made, "LoadBalancerArn");
    assert_eq!(call_of(&s, REGION, ELB, &format!("DeleteLoadBalancer&LoadBalancerArn={arn}")).0, 200);
    assert_eq!(call(&s, &format!("ReleaseAddress&AllocationId={allocation}")).0, 200);
}

#[test]
fn an_own_interface_is_made_attached_detached_and_deleted_with_its_addresses() {
    let (s, clock) = demo();
    let (i, subnet) = instance(&s, "my-bastion-host");
    let before = free(&s, &subnet);
    let create = format!(
        "CreateNetworkInterface&SubnetId={subnet}&Description=second&SecondaryPrivateIpAddressCount=1&\
         TagSpecification.1.ResourceType=network-interface&TagSpecification.1.Tag.1.Key=Name&TagSpecification.1.Tag.1.Value=spare"
    );
    assert_eq!(code(&call(&s, &format!("{create}&DryRun=true"))).1, "DryRunOperation");
    let (status, made) = call(&s, &create);
    assert_eq!((status, text(&made, "status"), text(&made, "requesterManaged")), (200, "pending", "false"), "{made}");
    let eni = text(&made, "networkInterfaceId").to_string();
    assert_eq!(before - free(&s, &subnet), 2);
    clock.advance(Duration::from_secs(5));
    let shown = &interfaces(&s, "tag:Name", "spare")[0];
    assert_eq!(
        (text(shown, "status"), text(shown, "description"), text(shown, "attachmentId")),
        ("available", "second", "")
    );
    let attach =
        |index: u32| format!("AttachNetworkInterface&NetworkInterfaceId={eni}&InstanceId={i}&DeviceIndex={index}");
    assert_eq!(code(&call(&s, &attach(0))), (400, "InvalidParameterValue"), "the primary one is there");
    let (status, attached) = call(&s, &attach(1));
    assert_eq!(status, 200, "{attached}");
    let attachment = text(&attached, "attachmentId").to_string();
    let state = |s: &Sandbox| {
        let shown = interfaces(s, "network-interface-id", &eni).remove(0);
        let at = shown.split("<attachment>").nth(1).unwrap_or_default();
        (text(&shown, "status").to_string(), text(at, "status").to_string(), text(at, "instanceId").to_string())
    };
    assert_eq!(state(&s), ("in-use".into(), "attaching".into(), i.clone()));
    clock.advance(Duration::from_secs(5));
    assert_eq!(state(&s).1, "attached");
    let (_, instance) = call(&s, &format!("DescribeInstances&InstanceId.1={i}"));
    assert!(instance.contains(&format!("<networkInterfaceId>{eni}")), "{instance}");
    assert_eq!(code(&call(&s, &attach(2))), (400, "InvalidParameterValue"), "it is in use");
    assert_eq!(
        code(&call(&s, &format!("DeleteNetworkInterface&NetworkInterfaceId={eni}"))),
        (400, "InvalidParameterValue")
    );
    // With two of them it has to be said which is meant.
    let (_, address) = call(&s, "AllocateAddress");
    let allocation = text(&address, "allocationId");
    let associate = format!("AssociateAddress&AllocationId={allocation}");
    assert_eq!(code(&call(&s, &format!("{associate}&InstanceId={i}"))), (400, "InvalidInstanceID"));
    assert_eq!(call(&s, &format!("{associate}&NetworkInterfaceId={eni}")).0, 200);
    let (_, shown) = call(&s, &format!("DescribeAddresses&AllocationId.1={allocation}"));
    assert_eq!((text(&shown, "networkInterfaceId"), text(&shown, "instanceId")), (&*eni, &*i));
    let detach = format!("DetachNetworkInterface&AttachmentId={attachment}");
    assert_eq!(call(&s, &detach).0, 200);
    assert_eq!(state(&s).1, "detaching");
    clock.advance(Duration::from_secs(10));
    assert_eq!(state(&s).0, "available");
    assert_eq!(code(&call(&s, &detach)), (400, "InvalidAttachmentID.NotFound"));
    assert_eq!(call(&s, &format!("DeleteNetworkInterface&NetworkInterfaceId={eni}")).0, 200);
    assert_eq!(free(&s, &subnet), before);
    let (_, shown) = call(&s, &format!("DescribeAddresses&AllocationId.1={allocation}"));
    assert_eq!(text(&shown, "associationId"), "", "the address is free with it");
    let gone = format!("DescribeNetworkInterfaces&NetworkInterfaceId.1={eni}");
    assert_eq!(code(&call(&s, &gone)), (400, "InvalidNetworkInterfaceID.NotFound"));
}

#[test]
fn what_cannot_be_of_an_own_interface_is_refused_by_name() {
    let (s, clock) = demo();
    let (i, subnet) = instance(&s, "my-bastion-host");
    let (_, xml) = call(&s, &format!("DescribeInstances&InstanceId.1={i}"));
    let (primary, taken) = (text(&xml, "networkInterfaceId").to_string(), text(&xml, "privateIpAddress").to_string());
    let attachment = primary.replace("eni-", "eni-attach-");
    let (_, range) = call(&s, &format!("DescribeSubnets&SubnetId.1={subnet}"));
    let network = text(&range, "cidrBlock").split('/').next().unwrap().to_string();
    let reserved = format!("{}.3", network.rsplit_once('.').unwrap().0);
    let create =
        |more: &str| code(&call(&s, &format!("CreateNetworkInterface&SubnetId={subnet}&{more}"))).1.to_string();
    assert_eq!(create(&format!("PrivateIpAddress={taken}")), "InvalidIPAddress.InUse");
    assert_eq!(create("PrivateIpAddress=192.0.2.1"), "InvalidParameterValue");
    assert_eq!(create(&format!("PrivateIpAddress={reserved}")), "InvalidParameterValue");
    assert_eq!(create("SecondaryPrivateIpAddressCount=100000"), "InsufficientFreeAddressesInSubnet");
    assert_eq!(create("InterfaceType=efa"), "UnsupportedOperation");
    assert_eq!(create("SecurityGroupId.1=sg-00000000000000000"), "InvalidGroup.NotFound");
    for (form, wanted) in [
        ("CreateNetworkInterface&SubnetId=subnet-00000000000000000".to_string(), "InvalidSubnetID.NotFound"),
        (format!("DetachNetworkInterface&AttachmentId={attachment}"), "OperationNotPermitted"),
        ("DetachNetworkInterface&AttachmentId=nonsense".to_string(), "InvalidNetworkInterfaceAttachmentId.Malformed"),
        (format!("DeleteNetworkInterface&NetworkInterfaceId={primary}"), "InvalidParameterValue"),
        (
            "DeleteNetworkInterface&NetworkInterfaceId=eni-00000000000000000".to_string(),
            "InvalidNetworkInterfaceID.NotFound",
        ),
    ] {
        assert_eq!(code(&call(&s, &form)).1, wanted, "{form}");
    }
    // Another zone.
    let (_, made) = call(&s, &format!("CreateNetworkInterface&SubnetId={subnet}"));
    let (eni, zone) = (text(&made, "networkInterfaceId").to_string(), text(&made, "availabilityZone").to_string());
    clock.advance(Duration::from_secs(5));
    let (_, all) = call(&s, "DescribeInstances&Filter.1.Name=instance-state-name&Filter.1.Value.1=running");
    let elsewhere = all.split("<instanceId>").skip(1).find(|x| text(x, "availabilityZone") != zone).unwrap();
    let elsewhere = elsewhere.split('<').next().unwrap();
    let attach = |id: &str, n: u32| {
        let form = format!("AttachNetworkInterface&NetworkInterfaceId={eni}&InstanceId={id}&DeviceIndex={n}");
        code(&call(&s, &form)).1.to_string()
    };
    assert_eq!(attach(elsewhere, 1), "InvalidParameterCombination");
    assert_eq!(attach("i-00000000000000000", 1), "InvalidInstanceID.NotFound");
}

#[test]
fn an_instance_s_end_leaves_an_own_interface_unless_it_goes_along() {
    let (s, clock) = demo();
    let (i, subnet) = instance(&s, "my-bastion-host");
    let (_, made) = call(&s, &format!("CreateNetworkInterface&SubnetId={subnet}"));
    let eni = text(&made, "networkInterfaceId").to_string();
    clock.advance(Duration::from_secs(5));
    let (_, attached) =
        call(&s, &format!("AttachNetworkInterface&NetworkInterfaceId={eni}&InstanceId={i}&DeviceIndex=1"));
    let attachment = text(&attached, "attachmentId").to_string();
    clock.advance(Duration::from_secs(5));
    let modify = format!("ModifyNetworkInterfaceAttribute&NetworkInterfaceId={eni}");
    let along = format!("{modify}&Attachment.AttachmentId={attachment}&Attachment.DeleteOnTermination=true");
    assert_eq!(call(&s, &along).0, 200);
    assert_eq!(code(&call(&s, &modify)).1, "InvalidParameterCombination");
    assert_eq!(call(&s, &format!("{modify}&Description.Value=other")).0, 200);
    assert_eq!(text(&interfaces(&s, "description", "other")[0], "deleteOnTermination"), "true");
    call(&s, &format!("ModifyInstanceAttribute&InstanceId={i}&DisableApiTermination.Value=false"));
    assert_eq!(call(&s, &format!("TerminateInstances&InstanceId.1={i}")).0, 200);
    clock.advance(Duration::from_secs(60));
    assert!(interfaces(&s, "network-interface-id", &eni).is_empty());
}
