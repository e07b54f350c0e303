"""Fills moto with data chosen for trouble: strangers' text of every sort, more than a page of everything that pages, things without
names, stopped and terminated instances, several VPCs, IPv6, two regions. Run once; the first argument is the home region."""
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3

ENDPOINT = os.environ["SKYDECK_TEST_ENDPOINT"]
HOME, OTHER = sys.argv[1], sys.argv[2]
KEYS = dict(aws_access_key_id="test", aws_secret_access_key="test")

# What may not be obeyed: an 8-bit control sequence introducer, direction overrides, a line break and a tab, a zero-width joiner.
# (XML 1.0 cannot carry ESC itself; keys of objects and descriptions of alarms below do.)
NAMES = ["web-1", "한글 이름의 서버 🚀", "csi\u009b31mred", "bidi\u202egnp.exe\u202c", "two\nlines\tand a tab", "👩\u200d💻 family", "x" * 255,
         "<b>&amp;\"'</b>", "web-1", " ", "-o ProxyCommand=touch", "$(reboot)`id`;"]


def client(service, region):
    return boto3.client(service, region_name=region, endpoint_url=ENDPOINT, **KEYS)


TAGS = [{"Key": "Env", "Value": "prod"}, {"Key": "팀", "Value": "a\u202eb"}]


def tags(kind, name, *more):
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}, *({"Key": k, "Value": v} for k, v in more)]}]


def network(ec2):
    """A VPC with IPv6 beside the default one: two subnets, a security group with a name in Hangul."""
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    six = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].split("::")[0]
    zones = [z["ZoneName"] for z in ec2.describe_availability_zones()["AvailabilityZones"]]
    subnets = [ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock=f"10.9.{n}.0/24", AvailabilityZone=zones[n],
                                 Ipv6CidrBlock=f"{six}::/64" if n == 0 else f"{six[:-1]}1::/64")["Subnet"]["SubnetId"] for n in range(2)]
    group = ec2.create_security_group(GroupName="웹 서버 sg", Description="web", VpcId=vpc["VpcId"])["GroupId"]
    # Rules of every sort: to the world in both families, ICMP, another group, descriptions and tags that a terminal could obey.
    anywhere, six_anywhere = [{"CidrIp": "0.0.0.0/0", "Description": "모두 here"}], [{"CidrIpv6": "::/0"}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": anywhere, "Ipv6Ranges": six_anywhere},
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "192.0.2.0/24", "Description": "a b"}]},
        {"IpProtocol": "udp", "FromPort": 5000, "ToPort": 5100, "IpRanges": [{"CidrIp": "198.51.100.7/32"}]},
        {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": [{"CidrIp": "10.9.0.0/16"}]}])
    db = ec2.create_security_group(GroupName="db", Description="from the web only", VpcId=vpc["VpcId"], TagSpecifications=tags("security-group", "not its name"))["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=db, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "UserIdGroupPairs": [{"GroupId": group}]}])
    rule = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [db]}])["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    ec2.create_tags(Resources=[rule], Tags=[{"Key": "Name", "Value": "csi\u009b31m"}])
    # A second range of either sort, names that a terminal could obey, and a subnet that is all addresses of the sixth version.
    ec2.associate_vpc_cidr_block(VpcId=vpc["VpcId"], CidrBlock="10.10.0.0/16")
    ec2.create_tags(Resources=[vpc["VpcId"], subnets[1]], Tags=[{"Key": "Name", "Value": "운영 vpc \u202egnp"}, {"Key": "Env", "Value": "prod"}])
    ec2.modify_subnet_attribute(SubnetId=subnets[1], MapPublicIpOnLaunch={"Value": True})
    ec2.create_security_group(GroupName="empty vpc's", Description="x", VpcId=ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"])
    # Gateways: one that the VPC has, under a name that a terminal could obey, and one that nothing has, without a name.
    gateway = ec2.create_internet_gateway(TagSpecifications=tags("internet-gateway", "문 \u202egnp", ("Env", "prod")))["InternetGateway"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc["VpcId"])
    ec2.create_internet_gateway()
    # A table of the second subnet's own, with a way out, and an ACL with entries of every sort.
    table = ec2.create_route_table(VpcId=vpc["VpcId"], TagSpecifications=tags("route-table", "길 \u202egnp"))["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway["InternetGatewayId"])
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[1])
    acl = ec2.create_network_acl(VpcId=vpc["VpcId"], TagSpecifications=tags("network-acl", "벽"))["NetworkAcl"]["NetworkAclId"]
    entry = dict(NetworkAclId=acl, CidrBlock="10.0.0.0/8")
    ec2.create_network_acl_entry(RuleNumber=200, Protocol="6", RuleAction="allow", Egress=True, PortRange={"From": 1024, "To": 65535}, **entry)
    ec2.create_network_acl_entry(RuleNumber=90, Protocol="17", RuleAction="deny", Egress=False, PortRange={"From": 53, "To": 53}, **entry)
    # No ICMP: moto 5 does not say its type and code again.
    ways(ec2, vpc["VpcId"], subnets, group, table)
    return vpc["VpcId"], subnets, group


def ways(ec2, vpc, subnets, group, table):
    """Gateways, endpoints, peerings and what VPCs refer to, two of each and more, under names that a terminal could obey."""
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address, ConnectivityType="public", TagSpecifications=tags("natgateway", "나가는 문 \u202egnp"))
    ec2.create_nat_gateway(SubnetId=subnets[1], ConnectivityType="private")
    ec2.delete_nat_gateway(NatGatewayId=ec2.create_nat_gateway(SubnetId=subnets[1], ConnectivityType="private")["NatGateway"]["NatGatewayId"])
    others = [ec2.create_vpc(CidrBlock=f"10.{n}.0.0/16")["Vpc"]["VpcId"] for n in (20, 21, 22)]
    for other, name in zip(others, ("다리 \u202egnp", "a\u009b31m", "x" * 255)):
        ec2.create_egress_only_internet_gateway(VpcId=other, TagSpecifications=tags("egress-only-internet-gateway", name))
        pcx = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=other, TagSpecifications=tags("vpc-peering-connection", name))
        id = pcx["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        if name.startswith("다리"):
            ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=id)
        elif name.startswith("x"):
            ec2.reject_vpc_peering_connection(VpcPeeringConnectionId=id)
    region = ec2.meta.region_name
    # The type is said, because moto tells none where nothing was said; AWS tells Gateway.
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{region}.s3", VpcEndpointType="Gateway", RouteTableIds=[table], TagSpecifications=tags("vpc-endpoint", "뒷문"))
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{region}.ssm", VpcEndpointType="Interface", SubnetIds=subnets, SecurityGroupIds=[group],
                            PrivateDnsEnabled=True)
    for name, family, ranges in (("사무실 \u202egnp", "IPv4", ["203.0.113.0/24", "198.51.100.0/25"]), ("six", "IPv6", ["2001:db8::/32"])):
        ec2.create_managed_prefix_list(PrefixListName=name, AddressFamily=family, MaxEntries=120, TagSpecifications=tags("prefix-list", "not its name"),
                                       Entries=[{"Cidr": r, "Description": "본사 a\u009b31m b"} for r in ranges])
    for n, name in enumerate(("회사 dns \u202egnp", "plain")):
        made = ec2.create_dhcp_options(DhcpConfigurations=[
            {"Key": "domain-name", "Values": ["corp.example"]}, {"Key": "domain-name-servers", "Values": ["10.9.0.2", "10.9.1.2"][n:]},
            *([{"Key": "netbios-node-type", "Values": ["2"]}, {"Key": "ntp-servers", "Values": ["169.254.169.123"]}] if n else [])])
        # By a call of their own: moto takes tags of a creation, and forgets them.
        ec2.create_tags(Resources=[made["DhcpOptions"]["DhcpOptionsId"]], Tags=[{"Key": "Name", "Value": name}])
    ec2.create_flow_logs(ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogGroupName="/vpc/흐름", TagSpecifications=tags("vpc-flow-log", "흐름 \u202egnp"),
                         DeliverLogsPermissionArn="arn:aws:iam::123456789012:role/flows")
    # Not below a folder: moto looks for a bucket of that name, and makes no flow log if there is none.
    ec2.create_flow_logs(ResourceIds=subnets[:1], ResourceType="Subnet", TrafficType="REJECT", LogDestinationType="s3", MaxAggregationInterval=60,
                         LogDestination="arn:aws:s3:::trouble-bucket")
    transit = ec2.create_transit_gateway(Description="한가운데")["TransitGateway"]["TransitGatewayId"]
    for vpc_id, subnet in ((vpc, subnets[0]), (others[0], ec2.create_subnet(VpcId=others[0], CidrBlock="10.20.0.0/24")["Subnet"]["SubnetId"])):
        made = ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=transit, VpcId=vpc_id, SubnetIds=[subnet])
        attachment = made["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
        ec2.create_tags(Resources=[attachment], Tags=[{"Key": "Name", "Value": "나루 \u202egnp"}])


def instances(ec2, subnets, group):
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    ec2.create_key_pair(KeyName="열쇠")
    ec2.create_key_pair(KeyName="key, with a comma", KeyType="ed25519", TagSpecifications=tags("key-pair", "not its name"))
    common = dict(ImageId=image, MinCount=1, MaxCount=1)
    ids = []
    for n, name in enumerate(NAMES):
        out = ec2.run_instances(InstanceType="t3.micro", SubnetId=subnets[n % 2], SecurityGroupIds=[group], KeyName="열쇠",
                                TagSpecifications=tags("instance", name, ("Env", "prod" if n % 2 else "dev"), ("팀", "플랫폼\u202e")), **common)
        ids.append(out["Instances"][0]["InstanceId"])
    for behavior, kind in (("terminate", "one-time"), ("stop", "persistent")):
        ec2.request_spot_instances(SpotPrice="0.05", Type=kind, InstanceInterruptionBehavior=behavior, LaunchSpecification={
            "ImageId": image, "InstanceType": "t3.micro", "KeyName": "열쇠", "SubnetId": subnets[0]})
    # No name; launched together; the most tags that there can be; an address of the sixth version.
    together = ec2.run_instances(ImageId=image, InstanceType="m5.large", MinCount=3, MaxCount=3)["Instances"]
    many = ec2.run_instances(InstanceType="t3.nano", **common)["Instances"][0]["InstanceId"]
    ec2.create_tags(Resources=[many], Tags=[{"Key": f"key-{n:02}", "Value": "값" * n} for n in range(50)])
    six = ec2.run_instances(InstanceType="t3.small", Monitoring={"Enabled": True}, NetworkInterfaces=[
        {"DeviceIndex": 0, "SubnetId": subnets[0], "Groups": [group], "Ipv6AddressCount": 1}], **common)["Instances"][0]["InstanceId"]
    ec2.associate_address(AllocationId=ec2.allocate_address(Domain="vpc")["AllocationId"], InstanceId=ids[0])
    ec2.modify_instance_attribute(InstanceId=ids[2], DisableApiTermination={"Value": True})
    zone = ec2.describe_instances(InstanceIds=[ids[2]])["Reservations"][0]["Instances"][0]["Placement"]["AvailabilityZone"]
    volume = ec2.create_volume(AvailabilityZone=zone, Size=33, VolumeType="gp2", Encrypted=True)["VolumeId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=ids[2], Device="/dev/sdf")
    # Attached to nothing: a volume of each sort of performance, and an address.
    for more in [dict(Size=1, VolumeType="gp3", Iops=4000, Throughput=250), dict(Size=4, VolumeType="io2", Iops=100, MultiAttachEnabled=True),
                 dict(Size=125, VolumeType="st1")]:
        ec2.create_volume(AvailabilityZone=zone, TagSpecifications=tags("volume", "자료 \u202egnp"), **more)
    ec2.allocate_address(Domain="vpc", TagSpecifications=tags("elastic-ip", "옛 vpn"))
    for text in ("a\u009b31m b", "뒤로"):
        ec2.create_snapshot(VolumeId=volume, Description=text, TagSpecifications=tags("snapshot", "밤 \u202egnp"))
    ec2.create_network_interface(SubnetId=subnets[0], Description="by hand \u202e", Groups=[group], PrivateIpAddress="10.9.0.99")
    # Images of one's own: of an instance, under names that a terminal could obey, and one that everybody may launch.
    for name in ("우리 image \u202egnp", "web-1"):
        ec2.create_image(InstanceId=ids[0], Name=name, Description="a\u009b31m b", TagSpecifications=tags("image", "not its name"))
    public = ec2.create_image(InstanceId=ids[1], Name="for all")["ImageId"]
    ec2.modify_image_attribute(ImageId=public, LaunchPermission={"Add": [{"Group": "all"}]})
    ec2.stop_instances(InstanceIds=[ids[3], six])
    ec2.terminate_instances(InstanceIds=[together[2]["InstanceId"]])
    return ids


def balancers(region, ec2, vpc, subnets, ids):
    elb = client("elbv2", region)
    alb = elb.create_load_balancer(Name="web-alb", Subnets=subnets, Type="application")["LoadBalancers"][0]["LoadBalancerArn"]
    elb.create_load_balancer(Name="inner-nlb", Subnets=subnets, Type="network", Scheme="internal")
    web = elb.create_target_group(Name="web-tg", Protocol="HTTP", Port=80, VpcId=vpc, HealthCheckPath="/health?a=b", Matcher={"HttpCode": "200-299"},
                                  HealthCheckIntervalSeconds=10)["TargetGroups"][0]["TargetGroupArn"]
    elb.create_target_group(Name="tcp-tg-unused", Protocol="TCP", Port=443, VpcId=vpc)
    for n in range(5):
        elb.create_target_group(Name=f"more-{n}", Protocol="HTTP", Port=8000 + n, VpcId=vpc, TargetType="ip")
    elb.create_listener(LoadBalancerArn=alb, Protocol="HTTP", Port=80, DefaultActions=[{"Type": "forward", "TargetGroupArn": web}])
    elb.add_tags(ResourceArns=[alb, web], Tags=TAGS)
    # The second one stops afterwards; the third is there with two ports (of which moto keeps the last).
    elb.register_targets(TargetGroupArn=web, Targets=[{"Id": ids[0]}, {"Id": ids[1]}, {"Id": ids[2]}, {"Id": ids[2], "Port": 8080}])
    ec2.stop_instances(InstanceIds=[ids[1]])
    return web


def groups(region, ec2, subnets, target_group):
    asg = client("autoscaling", region)
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    lt = ec2.create_launch_template(LaunchTemplateName="서식 template", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"})["LaunchTemplate"]
    # Not the groups' template: moto starts no group of one with user data.
    two = ec2.create_launch_template(LaunchTemplateName="two versions", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"})["LaunchTemplate"]
    ec2.create_launch_template_version(LaunchTemplateId=two["LaunchTemplateId"], SourceVersion="1", VersionDescription="둘 \u202e", LaunchTemplateData={
        "InstanceType": "t3.small", "KeyName": "열쇠", "UserData": "IyEvYmluL3NoCg=="})
    for name, size, arns in [("web-asg", 2, [target_group]), ("한글 그룹 🚀", 0, [])]:
        asg.create_auto_scaling_group(AutoScalingGroupName=name, MinSize=size, MaxSize=4, DesiredCapacity=size, TargetGroupARNs=arns,
                                      LaunchTemplate={"LaunchTemplateId": lt["LaunchTemplateId"], "Version": "$Latest"}, HealthCheckGracePeriod=77,
                                      VPCZoneIdentifier=",".join(subnets), Tags=[{"Key": "팀", "Value": "a\u202eb", "PropagateAtLaunch": True}])
    asg.suspend_processes(AutoScalingGroupName="web-asg", ScalingProcesses=["AZRebalance"])


def objects():
    s3 = client("s3", HOME)
    for name, region in [("trouble-bucket", HOME), ("elsewhere-bucket", OTHER), ("empty-bucket", HOME)]:
        client("s3", region).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    for name in ["trouble-bucket", "elsewhere-bucket"]:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": TAGS})
    # No line break: moto has no route to a key with one.
    keys = ["../../etc/passwd", "..", "a b/c d.txt", "한글/파일 🚀.txt", "tab\there", "esc\x1b[31mred", "percent%25+plus&amp;.txt", "//double",
            "marker/", "marker/inside", "trailing ", "-rf", "back\\slash", "bidi\u202egnp.exe", "a/../../up", "k" * 1000]
    keys += [f"many/{n:05}.log" for n in range(1150)] + [f"folders/{n:04}/x" for n in range(30)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda k: s3.put_object(Bucket="trouble-bucket", Key=k, Body=k.encode()), keys))


def alarms(region, ids):
    cw = client("cloudwatch", region)

    def put(name, **more):
        cw.put_metric_alarm(AlarmName=name, **{**dict(Namespace="AWS/EC2", MetricName="CPUUtilization", Statistic="Average", Period=300, EvaluationPeriods=2,
                            Threshold=80.5, ComparisonOperator="GreaterThanThreshold", Dimensions=[{"Name": "InstanceId", "Value": ids[0]}]), **more})

    for n in range(110):
        put(f"many-{n:03}")
    put("한글 알람 🚀", AlarmDescription="esc \x1b[31mred\x1b[0m and \u202ebidi", ActionsEnabled=False, AlarmActions=[f"arn:aws:sns:{region}:123456789012:a"])
    put("low", ComparisonOperator="LessThanOrEqualToThreshold", Threshold=0.0, TreatMissingData="breaching", Dimensions=[], Tags=TAGS)
    cw.set_alarm_state(AlarmName="low", StateValue="ALARM", StateReason="by hand \x1b]0;title\x07")
    cw.set_alarm_state(AlarmName="many-001", StateValue="OK", StateReason="fine")


if __name__ == "__main__":
    objects()
    for region in (HOME, OTHER):
        ec2 = client("ec2", region)
        vpc, subnets, group = network(ec2)
        ids = instances(ec2, subnets, group)
        target_group = balancers(region, ec2, vpc, subnets, ids)
        groups(region, ec2, subnets, target_group)
        alarms(region, ids)
    print("{}")
