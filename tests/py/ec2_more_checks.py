"""Strict checks of what surrounds the sandbox's instances, with boto3: networks, volumes, images, keys, launch templates."""
import re

from checks import HOME, check, client, fails, main, until

EC2 = client("ec2")
MADE = {}
SOON = {"Delay": 1}


def image():
    found = EC2.describe_images(Owners=["amazon"], Filters=[{"Name": "architecture", "Values": ["x86_64"]}, {"Name": "name", "Values": ["al2023*"]}])
    return found["Images"][0]["ImageId"]


def one(id):
    return EC2.describe_instances(InstanceIds=[id])["Reservations"][0]["Instances"][0]


def volume(id):
    return EC2.describe_volumes(VolumeIds=[id])["Volumes"][0]


def wait(waiter, **arguments):
    EC2.get_waiter(waiter).wait(**arguments, WaiterConfig=SOON)


# Networks

@check
def a_network_is_pending_and_then_there_with_its_table_acl_and_group():
    fails("DryRunOperation", EC2.create_vpc, CidrBlock="10.50.0.0/16", DryRun=True, status=412)
    made = EC2.create_vpc(CidrBlock="10.50.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "망"}]}])["Vpc"]
    vpc = MADE["vpc"] = made["VpcId"]
    assert made["State"] == "pending" and made["Tags"] == [{"Key": "Name", "Value": "망"}], made
    wait("vpc_available", VpcIds=[vpc])
    inside = [{"Name": "vpc-id", "Values": [vpc]}]
    tables = EC2.describe_route_tables(Filters=inside)["RouteTables"]
    assert [t["Associations"][0]["Main"] for t in tables] == [True]
    assert [(r["DestinationCidrBlock"], r["GatewayId"]) for r in tables[0]["Routes"]] == [("10.50.0.0/16", "local")]
    acls = EC2.describe_network_acls(Filters=inside)["NetworkAcls"]
    assert [a["IsDefault"] for a in acls] == [True] and len(acls[0]["Entries"]) == 4
    assert [g["GroupName"] for g in EC2.describe_security_groups(Filters=inside)["SecurityGroups"]] == ["default"]


@check
def a_network_of_a_wrong_size_is_refused():
    fails("InvalidVpc.Range", EC2.create_vpc, "The CIDR '10.0.0.0/8' is invalid.", CidrBlock="10.0.0.0/8")
    fails("InvalidParameterValue", EC2.create_vpc, "This is not a valid CIDR block", CidrBlock="nonsense")


@check
def tags_of_another_kind_are_refused():
    fails("InvalidParameterValue", EC2.create_vpc, "'subnet' is not a valid taggable resource type for this operation.", CidrBlock="10.51.0.0/16",
          TagSpecifications=[{"ResourceType": "subnet", "Tags": [{"Key": "a", "Value": "b"}]}])


@check
def the_attributes_of_a_network_are_switched_one_by_one():
    def names():
        return EC2.describe_vpc_attribute(VpcId=MADE["vpc"], Attribute="enableDnsHostnames")["EnableDnsHostnames"]["Value"]
    assert names() is False
    EC2.modify_vpc_attribute(VpcId=MADE["vpc"], EnableDnsHostnames={"Value": True})
    assert names() is True


@check
def a_subnet_lies_in_its_network_and_beside_the_others():
    vpc = MADE["vpc"]
    subnet = EC2.create_subnet(VpcId=vpc, CidrBlock="10.50.1.0/24", AvailabilityZone=HOME + "a")["Subnet"]
    MADE["subnet"] = subnet["SubnetId"]
    assert subnet["AvailableIpAddressCount"] == 251 and subnet["MapPublicIpOnLaunch"] is False and subnet["State"] == "available"
    fails("InvalidSubnet.Conflict", EC2.create_subnet, "conflicts with another subnet", VpcId=vpc, CidrBlock="10.50.1.128/25")
    fails("InvalidSubnet.Range", EC2.create_subnet, "The CIDR '10.51.1.0/24' is invalid.", VpcId=vpc, CidrBlock="10.51.1.0/24")
    fails("InvalidParameterValue", EC2.create_subnet, "availability zones", VpcId=vpc, CidrBlock="10.50.2.0/24", AvailabilityZone="no-1a")
    fails("InvalidVpcID.NotFound", EC2.create_subnet, VpcId="vpc-0123456789abcdef0", CidrBlock="10.50.2.0/24")
    EC2.modify_subnet_attribute(SubnetId=subnet["SubnetId"], MapPublicIpOnLaunch={"Value": True})


@check
def a_network_with_a_subnet_in_it_stays():
    fails("DependencyViolation", EC2.delete_vpc, "has dependencies and cannot be deleted", VpcId=MADE["vpc"])


@check
def a_gateway_is_attached_to_one_network_and_a_network_has_one():
    gateway = MADE["gateway"] = EC2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    EC2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=MADE["vpc"])
    fails("Resource.AlreadyAssociated", EC2.attach_internet_gateway, InternetGatewayId=gateway, VpcId=MADE["vpc"])
    other = EC2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    fails("InvalidParameterValue", EC2.attach_internet_gateway, "already has an internet gateway", InternetGatewayId=other, VpcId=MADE["vpc"])
    EC2.delete_internet_gateway(InternetGatewayId=other)
    fails("DependencyViolation", EC2.delete_internet_gateway, InternetGatewayId=gateway)


@check
def routes_lead_where_something_is():
    table = MADE["table"] = EC2.create_route_table(VpcId=MADE["vpc"])["RouteTable"]["RouteTableId"]
    out = dict(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    EC2.create_route(**out, GatewayId=MADE["gateway"])
    fails("RouteAlreadyExists", EC2.create_route, "The route identified by 0.0.0.0/0 already exists.", **out, GatewayId=MADE["gateway"])
    MADE["association"] = EC2.associate_route_table(RouteTableId=table, SubnetId=MADE["subnet"])["AssociationId"]
    fails("DependencyViolation", EC2.delete_route_table, RouteTableId=table)
    routes = EC2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    assert {r["DestinationCidrBlock"]: r["State"] for r in routes} == {"10.50.0.0/16": "active", "0.0.0.0/0": "active"}
    fails("InvalidRoute.NotFound", EC2.delete_route, RouteTableId=table, DestinationCidrBlock="192.0.2.0/24")


@check
def a_nat_gateway_holds_its_address_until_it_is_deleted():
    address = EC2.allocate_address(Domain="vpc")["AllocationId"]
    made = EC2.create_nat_gateway(SubnetId=MADE["subnet"], AllocationId=address)["NatGateway"]
    assert made["State"] == "pending", made
    wait("nat_gateway_available", NatGatewayIds=[made["NatGatewayId"]])
    fails("InvalidIPAddress.InUse", EC2.release_address, AllocationId=address)
    fails("DependencyViolation", EC2.detach_internet_gateway, "mapped public address", InternetGatewayId=MADE["gateway"], VpcId=MADE["vpc"])
    EC2.delete_nat_gateway(NatGatewayId=made["NatGatewayId"])
    wait("nat_gateway_deleted", NatGatewayIds=[made["NatGatewayId"]])
    EC2.release_address(AllocationId=address)
    fails("NatGatewayNotFound", EC2.delete_nat_gateway, NatGatewayId="nat-0123456789abcdef0")


@check
def an_instance_keeps_its_subnet():
    made = EC2.run_instances(ImageId=image(), InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=MADE["subnet"])["Instances"][0]
    MADE["id"] = made["InstanceId"]
    wait("instance_running", InstanceIds=[MADE["id"]])
    assert one(MADE["id"])["PublicIpAddress"]
    fails("DependencyViolation", EC2.delete_subnet, "The subnet", SubnetId=MADE["subnet"])


# Volumes

@check
def a_volume_is_made_once_by_its_token():
    zone = HOME + "a"
    fails("InvalidZone.NotFound", EC2.create_volume, AvailabilityZone="no-1a", Size=1)
    fails("MissingParameter", EC2.create_volume, AvailabilityZone=zone)
    fails("DryRunOperation", EC2.create_volume, AvailabilityZone=zone, Size=1, DryRun=True, status=412)
    fails("UnknownVolumeType", EC2.create_volume, AvailabilityZone=zone, Size=1, VolumeType="gp9")
    asked = dict(AvailabilityZone=zone, Size=10, VolumeType="gp3", ClientToken="more-checks")
    made = EC2.create_volume(**asked)
    MADE["volume"] = made["VolumeId"]
    assert made["State"] == "creating" and made["Iops"] == 3000
    assert EC2.create_volume(**asked)["VolumeId"] == MADE["volume"]
    fails("IdempotentParameterMismatch", EC2.create_volume, **{**asked, "Size": 11})
    wait("volume_available", VolumeIds=[MADE["volume"]])


@check
def a_volume_goes_through_attaching_and_detaching():
    id, device = MADE["volume"], "/dev/sdf"
    assert EC2.attach_volume(VolumeId=id, InstanceId=MADE["id"], Device=device)["State"] == "attaching"
    fails("VolumeInUse", EC2.attach_volume, "already attached", VolumeId=id, InstanceId=MADE["id"], Device="/dev/sdg")
    until("attached", lambda: volume(id)["Attachments"][0]["State"] == "attached")
    assert device in [b["DeviceName"] for b in one(MADE["id"])["BlockDeviceMappings"]]
    fails("VolumeInUse", EC2.delete_volume, "is currently attached to", VolumeId=id)
    assert EC2.detach_volume(VolumeId=id)["State"] == "detaching"
    wait("volume_available", VolumeIds=[id])
    assert device not in [b["DeviceName"] for b in one(MADE["id"])["BlockDeviceMappings"]]
    fails("IncorrectState", EC2.detach_volume, "is in the 'available' state", VolumeId=id)


@check
def a_volume_of_another_zone_cannot_be_attached_and_is_deleted():
    other = EC2.create_volume(AvailabilityZone=HOME + "c", Size=1)["VolumeId"]
    wait("volume_available", VolumeIds=[other])
    fails("InvalidVolume.ZoneMismatch", EC2.attach_volume, VolumeId=other, InstanceId=MADE["id"], Device="/dev/sdf")
    EC2.delete_volume(VolumeId=other)
    wait("volume_deleted", VolumeIds=[other])


@check
def the_root_volume_of_a_running_instance_stays():
    root = one(MADE["id"])["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    fails("OperationNotPermitted", EC2.detach_volume, "Unable to detach root volume", VolumeId=root)


@check
def a_volume_grows_one_change_after_the_other():
    id = MADE["volume"]
    change = EC2.modify_volume(VolumeId=id, Size=20)["VolumeModification"]
    assert (change["ModificationState"], change["OriginalSize"], change["TargetSize"]) == ("modifying", 10, 20), change
    fails("IncorrectModificationState", EC2.modify_volume, VolumeId=id, Size=30)
    until("completed", lambda: EC2.describe_volumes_modifications(VolumeIds=[id])["VolumesModifications"][0]["ModificationState"] == "completed")
    fails("InvalidParameterValue", EC2.modify_volume, "smaller", VolumeId=id, Size=5)
    assert volume(id)["Size"] == 20


# Snapshots and images

@check
def a_snapshot_is_pending_then_completed_and_makes_volumes():
    made = EC2.create_snapshot(VolumeId=MADE["volume"], Description="d")
    id = made["SnapshotId"]
    assert made["State"] == "pending" and made["VolumeSize"] == 20
    wait("snapshot_completed", SnapshotIds=[id])
    assert id in [s["SnapshotId"] for s in EC2.describe_snapshots(OwnerIds=["self"])["Snapshots"]]
    again = EC2.create_volume(SnapshotId=id, AvailabilityZone=HOME + "a")
    assert (again["Size"], again["SnapshotId"]) == (20, id)
    EC2.delete_snapshot(SnapshotId=id)
    fails("InvalidSnapshot.NotFound", EC2.describe_snapshots, SnapshotIds=[id])


@check
def an_image_holds_its_snapshot_until_it_is_deregistered():
    made = EC2.create_image(InstanceId=MADE["id"], Name="more checks", NoReboot=True)["ImageId"]
    fails("InvalidAMIName.Duplicate", EC2.create_image, InstanceId=MADE["id"], Name="more checks", NoReboot=True)
    wait("image_available", ImageIds=[made])
    snapshot = EC2.describe_images(ImageIds=[made])["Images"][0]["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
    fails("InvalidSnapshot.InUse", EC2.delete_snapshot, "is currently in use by", SnapshotId=snapshot)
    EC2.deregister_image(ImageId=made)
    EC2.delete_snapshot(SnapshotId=snapshot)
    fails("InvalidAMIID.NotFound", EC2.describe_images, ImageIds=[made])


# Keys and launch templates

@check
def a_key_pair_tells_its_private_half_once():
    key = EC2.create_key_pair(KeyName="more-checks")
    assert key["KeyMaterial"].startswith("-----BEGIN RSA PRIVATE KEY-----") and re.fullmatch("([0-9a-f]{2}:){19}[0-9a-f]{2}", key["KeyFingerprint"])
    fails("InvalidKeyPair.Duplicate", EC2.create_key_pair, "already exists", KeyName="more-checks")
    EC2.delete_key_pair(KeyName="more-checks")
    EC2.delete_key_pair(KeyName="more-checks")
    fails("InvalidKeyPair.NotFound", EC2.describe_key_pairs, KeyNames=["more-checks"])
    fails("InvalidKey.Format", EC2.import_key_pair, KeyName="more-checks", PublicKeyMaterial=b"nonsense")


@check
def a_new_version_is_its_source_with_what_was_said_over_it():
    data = {"ImageId": image(), "InstanceType": "t3.nano", "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 9}}],
            "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "a", "Value": "b"}]}]}
    made = EC2.create_launch_template(LaunchTemplateName="more-checks", LaunchTemplateData=data)["LaunchTemplate"]
    assert made["DefaultVersionNumber"] == made["LatestVersionNumber"] == 1
    fails("InvalidLaunchTemplateName.AlreadyExistsException", EC2.create_launch_template, "Launch template name already in use.",
          LaunchTemplateName="more-checks", LaunchTemplateData=data)
    version = EC2.create_launch_template_version(LaunchTemplateName="more-checks", SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.small"})
    version = version["LaunchTemplateVersion"]
    assert version["VersionNumber"] == 2 and version["LaunchTemplateData"] == {**data, "InstanceType": "t3.small"}, version
    numbers = [v["VersionNumber"] for v in EC2.describe_launch_template_versions(LaunchTemplateName="more-checks")["LaunchTemplateVersions"]]
    assert numbers == [2, 1]


@check
def a_launch_from_a_template_is_the_template_with_the_request_over_it():
    made = EC2.run_instances(LaunchTemplate={"LaunchTemplateName": "more-checks", "Version": "$Latest"}, InstanceType="t3.micro", MinCount=1, MaxCount=1)
    instance = made["Instances"][0]
    tags = {t["Key"]: t["Value"] for t in instance["Tags"]}
    assert instance["InstanceType"] == "t3.micro" and tags["a"] == "b" and tags["aws:ec2launchtemplate:version"] == "2", instance
    EC2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    fails("InvalidLaunchTemplateId.VersionNotFound", EC2.run_instances, LaunchTemplate={"LaunchTemplateName": "more-checks", "Version": "9"},
          MinCount=1, MaxCount=1)


@check
def the_default_version_is_not_deleted():
    EC2.modify_launch_template(LaunchTemplateName="more-checks", DefaultVersion="2")
    out = EC2.delete_launch_template_versions(LaunchTemplateName="more-checks", Versions=["2", "1"])
    assert [v["VersionNumber"] for v in out["SuccessfullyDeletedLaunchTemplateVersions"]] == [1]
    assert [v["VersionNumber"] for v in out["UnsuccessfullyDeletedLaunchTemplateVersions"]] == [2]
    EC2.delete_launch_template(LaunchTemplateName="more-checks")
    fails("InvalidLaunchTemplateName.NotFoundException", EC2.describe_launch_templates, LaunchTemplateNames=["more-checks"])


@check
def the_demo_groups_template_is_listed():
    names = [t["LaunchTemplateName"] for t in EC2.describe_launch_templates()["LaunchTemplates"]]
    assert names == ["my-asg-ec2-template"], names


# Rules in place, ACLs, metadata

@check
def a_rule_is_changed_in_place_and_keeps_its_id():
    group = EC2.create_security_group(GroupName="more-checks", Description="d", VpcId=MADE["vpc"])["GroupId"]
    port = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}
    rule = EC2.authorize_security_group_ingress(GroupId=group, IpPermissions=[port])["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    change = {"SecurityGroupRuleId": rule, "SecurityGroupRule": {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv4": "198.51.100.0/24"}}
    EC2.modify_security_group_rules(GroupId=group, SecurityGroupRules=[change])
    EC2.update_security_group_rule_descriptions_ingress(GroupId=group, SecurityGroupRuleDescriptions=[{"SecurityGroupRuleId": rule, "Description": "설명"}])
    got = EC2.describe_security_group_rules(SecurityGroupRuleIds=[rule])["SecurityGroupRules"][0]
    assert (got["FromPort"], got["CidrIpv4"], got["Description"], got["IsEgress"]) == (443, "198.51.100.0/24", "설명", False), got
    fails("InvalidSecurityGroupRuleId.NotFound", EC2.modify_security_group_rules, GroupId=group,
          SecurityGroupRules=[{**change, "SecurityGroupRuleId": "sgr-0123456789abcdef0"}])
    EC2.delete_security_group(GroupId=group)


@check
def a_new_acl_denies_all_until_its_entries_say_otherwise():
    acl = EC2.create_network_acl(VpcId=MADE["vpc"])["NetworkAcl"]
    assert {e["RuleAction"] for e in acl["Entries"]} == {"deny"}
    entry = dict(NetworkAclId=acl["NetworkAclId"], RuleNumber=100, Egress=False)
    what = dict(Protocol="6", RuleAction="allow", CidrBlock="0.0.0.0/0", PortRange={"From": 80, "To": 80})
    EC2.create_network_acl_entry(**entry, **what)
    fails("NetworkAclEntryAlreadyExists", EC2.create_network_acl_entry, "identified by 100 already exists", **entry, **what)
    old = EC2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [MADE["subnet"]]}])["NetworkAcls"][0]
    association = next(a["NetworkAclAssociationId"] for a in old["Associations"] if a["SubnetId"] == MADE["subnet"])
    new = EC2.replace_network_acl_association(AssociationId=association, NetworkAclId=acl["NetworkAclId"])["NewAssociationId"]
    fails("DependencyViolation", EC2.delete_network_acl, NetworkAclId=acl["NetworkAclId"])
    EC2.replace_network_acl_association(AssociationId=new, NetworkAclId=old["NetworkAclId"])
    EC2.delete_network_acl_entry(**entry)
    EC2.delete_network_acl(NetworkAclId=acl["NetworkAclId"])
    fails("InvalidNetworkAclID.NotFound", EC2.describe_network_acls, NetworkAclIds=[acl["NetworkAclId"]])


@check
def metadata_options_are_changed():
    out = EC2.modify_instance_metadata_options(InstanceId=MADE["id"], HttpTokens="optional", HttpPutResponseHopLimit=3)
    assert out["InstanceMetadataOptions"]["State"] == "pending"
    got = one(MADE["id"])["MetadataOptions"]
    assert (got["State"], got["HttpTokens"], got["HttpPutResponseHopLimit"]) == ("applied", "optional", 3), got


# The end

@check
def what_is_empty_goes():
    EC2.terminate_instances(InstanceIds=[MADE["id"]])
    wait("instance_terminated", InstanceIds=[MADE["id"]])
    EC2.disassociate_route_table(AssociationId=MADE["association"])
    EC2.delete_route_table(RouteTableId=MADE["table"])
    EC2.detach_internet_gateway(InternetGatewayId=MADE["gateway"], VpcId=MADE["vpc"])
    EC2.delete_internet_gateway(InternetGatewayId=MADE["gateway"])
    EC2.delete_subnet(SubnetId=MADE["subnet"])
    fails("DryRunOperation", EC2.delete_vpc, VpcId=MADE["vpc"], DryRun=True)
    EC2.delete_vpc(VpcId=MADE["vpc"])
    fails("InvalidVpcID.NotFound", EC2.describe_vpcs, VpcIds=[MADE["vpc"]])


if __name__ == "__main__":
    main()
