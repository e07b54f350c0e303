"""Strict checks of addresses, key pairs, VPCs, subnets, routes, security groups, network ACLs and tags."""
import base64
import hashlib
import re

from checks import HOME, check, fails
from strict import EC2, gone, instance, is_id, launch, name, running, stopped, subnets, volume, vpc, wait, zone


def rsa_key():
    """An RSA public key of 2048 bits in OpenSSH's form, and the MD5 fingerprint of its DER form."""
    exponent, modulus = b"\x01\x00\x01", b"\x00" + b"\xc1" + bytes(range(3, 256)) + b"\x07\x0b"
    part = lambda b: len(b).to_bytes(4, "big") + b  # noqa: E731
    line = "ssh-rsa " + base64.b64encode(part(b"ssh-rsa") + part(exponent) + part(modulus)).decode()

    def der(tag, body):
        size = len(body)
        head = bytes([size]) if size < 128 else bytes([0x80 + (n := (size.bit_length() + 7) // 8)]) + size.to_bytes(n, "big")
        return bytes([tag]) + head + body
    key = der(0x30, der(2, modulus) + der(2, exponent))
    info = der(0x30, der(0x30, bytes.fromhex("06092a864886f70d010101") + b"\x05\x00") + der(3, b"\x00" + key))
    return line, ":".join(f"{b:02x}" for b in hashlib.md5(info).digest())


def new_vpc(block="10.200.0.0/16"):
    id = EC2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"]
    wait(EC2, "vpc_available", VpcIds=[id])
    return id


def new_subnet(vpc_id, block, n=0):
    id = EC2.create_subnet(VpcId=vpc_id, CidrBlock=block, AvailabilityZone=zone(n))["Subnet"]["SubnetId"]
    wait(EC2, "subnet_available", SubnetIds=[id])
    return id


def by(key, value):
    return [{"Name": key, "Values": [value]}]


@check
def an_address_is_allocated_associated_and_described():
    made = EC2.allocate_address(Domain="vpc")
    is_id("eipalloc", made["AllocationId"])
    assert made["Domain"] == "vpc" and made["NetworkBorderGroup"] == HOME and made["PublicIpv4Pool"] == "amazon"
    one = launch("running")
    answer = EC2.associate_address(AllocationId=made["AllocationId"], InstanceId=one["InstanceId"])
    is_id("eipassoc", answer["AssociationId"])
    seen = EC2.describe_addresses(AllocationIds=[made["AllocationId"]])["Addresses"][0]
    assert seen["InstanceId"] == one["InstanceId"] and seen["PrivateIpAddress"] == one["PrivateIpAddress"]
    assert seen["AssociationId"] == answer["AssociationId"] and seen["NetworkInterfaceId"] == one["NetworkInterfaces"][0]["NetworkInterfaceId"]
    after = instance(one["InstanceId"])
    assert after["PublicIpAddress"] == made["PublicIp"] != one["PublicIpAddress"]
    assert after["NetworkInterfaces"][0]["Association"]["IpOwnerId"] == seen["NetworkInterfaceOwnerId"]
    fails("Resource.AlreadyAssociated", EC2.associate_address,
          f"resource {made['AllocationId']} is already associated with associate-id {answer['AssociationId']}",
          AllocationId=made["AllocationId"], InstanceId=running(), AllowReassociation=False)
    EC2.disassociate_address(AssociationId=answer["AssociationId"])
    EC2.release_address(AllocationId=made["AllocationId"])


@check
def an_elastic_address_stays_while_its_instance_is_stopped():
    made, one = EC2.allocate_address(Domain="vpc"), stopped()
    link = EC2.associate_address(AllocationId=made["AllocationId"], InstanceId=one)["AssociationId"]
    assert instance(one)["PublicIpAddress"] == made["PublicIp"] and instance(one)["State"]["Name"] == "stopped"
    EC2.disassociate_address(AssociationId=link)
    assert not instance(one).get("PublicIpAddress")
    EC2.release_address(AllocationId=made["AllocationId"])


@check
def an_address_in_use_is_not_released_and_a_released_one_is_gone():
    made = EC2.allocate_address(Domain="vpc")
    link = EC2.associate_address(AllocationId=made["AllocationId"], InstanceId=stopped())["AssociationId"]
    fails("InvalidIPAddress.InUse", EC2.release_address, made["PublicIp"], AllocationId=made["AllocationId"])
    EC2.disassociate_address(AssociationId=link)
    EC2.release_address(AllocationId=made["AllocationId"])
    said = f"The allocation ID '{made['AllocationId']}' does not exist"
    fails("InvalidAllocationID.NotFound", EC2.describe_addresses, said, AllocationIds=[made["AllocationId"]])
    fails("InvalidAllocationID.NotFound", EC2.release_address, said, AllocationId=made["AllocationId"])
    fails("InvalidAssociationID.NotFound", EC2.disassociate_address, f"The association ID '{link}' does not exist", AssociationId=link)


@check
def five_addresses_are_all_that_a_region_gives():
    mine = []
    try:
        while len(EC2.describe_addresses()["Addresses"]) < 5:
            mine.append(EC2.allocate_address()["AllocationId"])
        fails("AddressLimitExceeded", EC2.allocate_address, "The maximum number of addresses has been reached.")
    finally:
        for id in mine:
            EC2.release_address(AllocationId=id)


@check
def a_key_pair_is_made_once_in_the_form_of_its_type():
    rsa, ed = EC2.create_key_pair(KeyName=name("rsa")), EC2.create_key_pair(KeyName=name("ed"), KeyType="ed25519")
    is_id("key", rsa["KeyPairId"])
    assert rsa["KeyMaterial"].startswith("-----BEGIN RSA PRIVATE KEY-----") and re.fullmatch(r"([0-9a-f]{2}:){19}[0-9a-f]{2}", rsa["KeyFingerprint"])
    assert ed["KeyMaterial"].startswith("-----BEGIN OPENSSH PRIVATE KEY-----") and len(base64.b64decode(ed["KeyFingerprint"])) == 32
    fails("InvalidKeyPair.Duplicate", EC2.create_key_pair, "already exists", KeyName=rsa["KeyName"])
    seen = EC2.describe_key_pairs(KeyPairIds=[rsa["KeyPairId"], ed["KeyPairId"]], IncludePublicKey=True)["KeyPairs"]
    assert sorted(k["KeyType"] for k in seen) == ["ed25519", "rsa"] and all(k["PublicKey"].startswith("ssh-") for k in seen)


@check
def an_imported_key_has_its_md5_fingerprint():
    line, fingerprint = rsa_key()
    made = EC2.import_key_pair(KeyName=name("imported"), PublicKeyMaterial=line.encode())
    assert made["KeyFingerprint"] == fingerprint, made
    fails("InvalidKeyPair.Duplicate", EC2.import_key_pair, KeyName=made["KeyName"], PublicKeyMaterial=line.encode())
    fails("InvalidKey.Format", EC2.import_key_pair, "Key is not in valid OpenSSH public key format", KeyName=name("bad"), PublicKeyMaterial=b"ssh-rsa x")


@check
def a_key_pair_that_is_not_there_is_deleted_but_not_described():
    fails("InvalidKeyPair.NotFound", EC2.describe_key_pairs, "The key pair 'no-such-key' does not exist", KeyNames=["no-such-key"])
    assert EC2.delete_key_pair(KeyName="no-such-key")["Return"] is True
    made = EC2.create_key_pair(KeyName=name("gone"))
    answer = EC2.delete_key_pair(KeyName=made["KeyName"])
    assert answer["Return"] is True and answer["KeyPairId"] == made["KeyPairId"]
    fails("InvalidKeyPair.NotFound", EC2.run_instances, "The key pair 'no-such-key' does not exist", ImageId=launch_image(),
          InstanceType="t3.micro", MinCount=1, MaxCount=1, KeyName="no-such-key")


def launch_image():
    return instance(running())["ImageId"]


@check
def a_vpc_comes_with_a_table_a_group_and_an_acl():
    made = EC2.create_vpc(CidrBlock="10.201.0.0/16")["Vpc"]
    is_id("vpc", made["VpcId"])
    assert made["State"] == "pending" and made["InstanceTenancy"] == "default" and made["IsDefault"] is False
    wait(EC2, "vpc_available", VpcIds=[made["VpcId"]])
    table, = EC2.describe_route_tables(Filters=by("vpc-id", made["VpcId"]))["RouteTables"]
    assert table["Associations"][0]["Main"] is True and table["Routes"] == [
        {"DestinationCidrBlock": "10.201.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active"}]
    group, = EC2.describe_security_groups(Filters=by("vpc-id", made["VpcId"]))["SecurityGroups"]
    assert group["GroupName"] == "default" and group["Description"] == "default VPC security group"
    assert group["IpPermissions"][0]["UserIdGroupPairs"][0]["GroupId"] == group["GroupId"]
    acl, = EC2.describe_network_acls(Filters=by("vpc-id", made["VpcId"]))["NetworkAcls"]
    assert acl["IsDefault"] and sorted((e["RuleNumber"], e["Egress"], e["RuleAction"]) for e in acl["Entries"]) == [
        (100, False, "allow"), (100, True, "allow"), (32767, False, "deny"), (32767, True, "deny")]
    EC2.delete_vpc(VpcId=made["VpcId"])
    fails("InvalidVpcID.NotFound", EC2.describe_vpcs, f"The vpc ID '{made['VpcId']}' does not exist", VpcIds=[made["VpcId"]])


@check
def a_vpcs_range_is_sixteen_to_twenty_eight_bits():
    for block in ("10.202.0.0/15", "10.202.0.0/29"):
        fails("InvalidVpc.Range", EC2.create_vpc, f"The CIDR '{block}' is invalid.", CidrBlock=block)
    fails("InvalidParameterValue", EC2.create_vpc, "Value (10.202.0/33) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
          CidrBlock="10.202.0/33")
    made = EC2.create_vpc(CidrBlock="10.202.0.7/28")["Vpc"]
    assert made["CidrBlock"] == "10.202.0.0/28" and made["CidrBlockAssociationSet"][0]["CidrBlockState"] == {"State": "associated"}
    EC2.delete_vpc(VpcId=made["VpcId"])


@check
def a_subnet_is_inside_and_overlaps_no_other():
    id = new_vpc("10.203.0.0/16")
    made = EC2.create_subnet(VpcId=id, CidrBlock="10.203.1.0/24", AvailabilityZone=zone())["Subnet"]
    is_id("subnet", made["SubnetId"])
    assert made["AvailableIpAddressCount"] == 251 and made["MapPublicIpOnLaunch"] is False and made["DefaultForAz"] is False
    assert made["SubnetArn"] == f"arn:aws:ec2:{HOME}:{made['OwnerId']}:subnet/{made['SubnetId']}"
    fails("InvalidSubnet.Range", EC2.create_subnet, "The CIDR '10.204.0.0/24' is invalid.", VpcId=id, CidrBlock="10.204.0.0/24")
    fails("InvalidSubnet.Range", EC2.create_subnet, "The CIDR '10.203.2.0/29' is invalid.", VpcId=id, CidrBlock="10.203.2.0/29")
    fails("InvalidSubnet.Conflict", EC2.create_subnet, "The CIDR '10.203.1.128/25' conflicts with another subnet",
          VpcId=id, CidrBlock="10.203.1.128/25")
    fails("InvalidVpcID.NotFound", EC2.create_subnet, VpcId=gone("vpc"), CidrBlock="10.203.1.0/24")
    fails("DependencyViolation", EC2.delete_vpc, f"The vpc '{id}' has dependencies and cannot be deleted.", VpcId=id)


@check
def a_subnet_in_use_counts_its_addresses_and_stays():
    id = new_vpc("10.205.0.0/16")
    subnet = new_subnet(id, "10.205.0.0/28")
    one = launch("running", SubnetId=subnet)
    assert EC2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["AvailableIpAddressCount"] == 10
    assert "PublicIpAddress" not in one and one["PublicDnsName"] == "" and one["VpcId"] == id
    fails("DependencyViolation", EC2.delete_subnet, f"The subnet '{subnet}' has dependencies and cannot be deleted.", SubnetId=subnet)
    fails("InsufficientFreeAddressesInSubnet", EC2.run_instances, ImageId=one["ImageId"], InstanceType="t3.micro", MinCount=11, MaxCount=11,
          SubnetId=subnet)
    EC2.terminate_instances(InstanceIds=[one["InstanceId"]])
    wait(EC2, "instance_terminated", InstanceIds=[one["InstanceId"]])
    EC2.delete_subnet(SubnetId=subnet)
    fails("InvalidSubnetID.NotFound", EC2.describe_subnets, f"The subnet ID '{subnet}' does not exist", SubnetIds=[subnet])


@check
def attributes_of_vpcs_and_subnets_are_switched():
    id = new_vpc("10.206.0.0/16")
    read = lambda a: EC2.describe_vpc_attribute(VpcId=id, Attribute=a)  # noqa: E731
    assert read("enableDnsSupport")["EnableDnsSupport"] == {"Value": True} and read("enableDnsHostnames")["EnableDnsHostnames"] == {"Value": False}
    EC2.modify_vpc_attribute(VpcId=id, EnableDnsHostnames={"Value": True})
    assert read("enableDnsHostnames")["EnableDnsHostnames"] == {"Value": True}
    subnet = new_subnet(id, "10.206.0.0/24")
    EC2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    assert EC2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["MapPublicIpOnLaunch"] is True


@check
def a_gateway_is_attached_to_one_vpc():
    first, second = new_vpc("10.207.0.0/16"), new_vpc("10.208.0.0/16")
    gateway = EC2.create_internet_gateway()["InternetGateway"]
    is_id("igw", gateway["InternetGatewayId"])
    assert gateway["Attachments"] == []
    EC2.attach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=first)
    seen = EC2.describe_internet_gateways(InternetGatewayIds=[gateway["InternetGatewayId"]])["InternetGateways"][0]
    assert seen["Attachments"] == [{"State": "available", "VpcId": first}]
    fails("Resource.AlreadyAssociated", EC2.attach_internet_gateway, f"resource {gateway['InternetGatewayId']} is already attached to network {first}",
          InternetGatewayId=gateway["InternetGatewayId"], VpcId=second)
    fails("DependencyViolation", EC2.delete_internet_gateway, InternetGatewayId=gateway["InternetGatewayId"])
    fails("Gateway.NotAttached", EC2.detach_internet_gateway, f"resource {gateway['InternetGatewayId']} is not attached to network {second}",
          InternetGatewayId=gateway["InternetGatewayId"], VpcId=second)
    EC2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=first)
    EC2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
    fails("InvalidInternetGatewayID.NotFound", EC2.describe_internet_gateways, InternetGatewayIds=[gateway["InternetGatewayId"]])


@check
def a_route_is_there_once_and_the_local_one_stays():
    id = new_vpc("10.209.0.0/16")
    gateway = EC2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    EC2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=id)
    table = EC2.create_route_table(VpcId=id)["RouteTable"]["RouteTableId"]
    assert EC2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)["Return"] is True
    fails("RouteAlreadyExists", EC2.create_route, "The route identified by 0.0.0.0/0 already exists.",
          RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    fails("InvalidRoute.NotFound", EC2.delete_route, f"no route with destination-cidr-block 192.0.2.0/24 in route table {table}",
          RouteTableId=table, DestinationCidrBlock="192.0.2.0/24")
    fails("InvalidParameterValue", EC2.delete_route, "local route", RouteTableId=table, DestinationCidrBlock="10.209.0.0/16")
    fails("InvalidRouteTableID.NotFound", EC2.create_route, RouteTableId=gone("rtb"), DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)


@check
def a_subnet_has_one_table_and_the_main_association_stays():
    id = new_vpc("10.210.0.0/16")
    subnet, table = new_subnet(id, "10.210.0.0/24"), EC2.create_route_table(VpcId=id)["RouteTable"]["RouteTableId"]
    link = EC2.associate_route_table(SubnetId=subnet, RouteTableId=table)
    assert link["AssociationState"]["State"] == "associated"
    is_id("rtbassoc", link["AssociationId"])
    fails("DependencyViolation", EC2.delete_route_table, f"The routeTable '{table}' has dependencies and cannot be deleted.", RouteTableId=table)
    main = EC2.describe_route_tables(Filters=by("vpc-id", id) + by("association.main", "true"))["RouteTables"][0]
    fails("InvalidParameterValue", EC2.disassociate_route_table,
          f"cannot disassociate the main route table association {main['Associations'][0]['RouteTableAssociationId']}",
          AssociationId=main["Associations"][0]["RouteTableAssociationId"])
    EC2.disassociate_route_table(AssociationId=link["AssociationId"])
    EC2.delete_route_table(RouteTableId=table)


@check
def a_security_groups_name_is_its_vpcs_and_default_stays():
    group = name("strict")
    made = EC2.create_security_group(GroupName=group, Description="strict", VpcId=vpc())["GroupId"]
    is_id("sg", made)
    fails("InvalidGroup.Duplicate", EC2.create_security_group, f"The security group '{group}' already exists for VPC '{vpc()}'",
          GroupName=group, Description="strict", VpcId=vpc())
    fresh = EC2.describe_security_groups(GroupIds=[made])["SecurityGroups"][0]
    assert fresh["IpPermissions"] == [] and fresh["IpPermissionsEgress"][0]["IpProtocol"] == "-1"
    assert fresh["IpPermissionsEgress"][0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]
    default = EC2.describe_security_groups(Filters=by("vpc-id", vpc()) + by("group-name", "default"))["SecurityGroups"][0]["GroupId"]
    fails("CannotDelete", EC2.delete_security_group, f'the specified group: "{default}" name: "default" cannot be deleted by a user',
          GroupId=default)
    EC2.delete_security_group(GroupId=made)
    fails("InvalidGroup.NotFound", EC2.describe_security_groups, f"The security group '{made}' does not exist", GroupIds=[made])


@check
def a_rule_is_there_once_and_only_what_is_there_is_revoked():
    made = EC2.create_security_group(GroupName=name("rules"), Description="strict", VpcId=vpc())["GroupId"]
    ssh = dict(GroupId=made, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
                                            "IpRanges": [{"CidrIp": "198.51.100.0/24", "Description": "office"}]}])
    rule, = EC2.authorize_security_group_ingress(**ssh)["SecurityGroupRules"]
    is_id("sgr", rule["SecurityGroupRuleId"])
    assert rule["IsEgress"] is False and rule["CidrIpv4"] == "198.51.100.0/24" and rule["Description"] == "office" and rule["FromPort"] == 22
    fails("InvalidPermission.Duplicate", EC2.authorize_security_group_ingress,
          'the specified rule "peer: 198.51.100.0/24, TCP, from port: 22, to port: 22, ALLOW" already exists', **ssh)
    listed = EC2.describe_security_group_rules(Filters=by("group-id", made))["SecurityGroupRules"]
    assert {r["SecurityGroupRuleId"] for r in listed if not r["IsEgress"]} == {rule["SecurityGroupRuleId"]} and len(listed) == 2
    EC2.revoke_security_group_ingress(GroupId=made, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    fails("InvalidPermission.NotFound", EC2.revoke_security_group_ingress, "The specified rule does not exist in this security group.", **ssh)


@check
def ports_of_a_rule_are_ports_and_icmp_has_types_and_codes():
    made = EC2.create_security_group(GroupName=name("ports"), Description="strict", VpcId=vpc())["GroupId"]
    allow = lambda protocol, low, high: EC2.authorize_security_group_ingress(GroupId=made, IpPermissions=[  # noqa: E731
        {"IpProtocol": protocol, "FromPort": low, "ToPort": high, "IpRanges": [{"CidrIp": "203.0.113.9/32"}]}])["SecurityGroupRules"][0]
    for low, high in ((80, 22), (0, 65536), (-1, 80)):
        fails("InvalidParameterValue", lambda: allow("tcp", low, high))
    fails("InvalidParameterValue", lambda: allow("icmp", 0, 65535), "ICMP code (65535) out of range")
    echo, every = allow("icmp", 8, -1), allow("icmp", -1, -1)
    assert (echo["IpProtocol"], echo["FromPort"], echo["ToPort"]) == ("icmp", 8, -1) and (every["FromPort"], every["ToPort"]) == (-1, -1)
    assert allow("1", 3, 4)["IpProtocol"] == "icmp" and allow("6", 443, 443)["IpProtocol"] == "tcp"


@check
def a_group_that_is_used_is_not_deleted():
    used, user = (EC2.create_security_group(GroupName=name("used"), Description="strict", VpcId=vpc())["GroupId"] for _ in range(2))
    EC2.authorize_security_group_ingress(GroupId=user, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80,
                                                                      "UserIdGroupPairs": [{"GroupId": used}]}])
    fails("DependencyViolation", EC2.delete_security_group, f"resource {used} has a dependent object", GroupId=used)
    EC2.delete_security_group(GroupId=user)
    one = launch("running", SecurityGroupIds=[used])["InstanceId"]
    fails("DependencyViolation", EC2.delete_security_group, f"resource {used} has a dependent object", GroupId=used)
    EC2.terminate_instances(InstanceIds=[one])
    wait(EC2, "instance_terminated", InstanceIds=[one])
    EC2.delete_security_group(GroupId=used)


@check
def an_acls_entry_has_a_number_of_its_own_and_icmp_a_type():
    acl = EC2.create_network_acl(VpcId=new_vpc("10.211.0.0/16"))["NetworkAcl"]["NetworkAclId"]
    entry = dict(NetworkAclId=acl, RuleNumber=100, Protocol="6", RuleAction="allow", Egress=False, CidrBlock="0.0.0.0/0",
                 PortRange={"From": 443, "To": 443})
    EC2.create_network_acl_entry(**entry)
    fails("NetworkAclEntryAlreadyExists", EC2.create_network_acl_entry, "The network acl entry identified by 100 already exists.", **entry)
    ping = {**entry, "RuleNumber": 110, "Protocol": "1", "IcmpTypeCode": {"Type": 8, "Code": -1}}
    del ping["PortRange"]
    EC2.create_network_acl_entry(**ping)
    entries = EC2.describe_network_acls(NetworkAclIds=[acl])["NetworkAcls"][0]["Entries"]
    seen = {(e["RuleNumber"], e["Egress"]): e for e in entries}
    assert seen[110, False]["IcmpTypeCode"] == {"Type": 8, "Code": -1} and seen[100, False]["PortRange"] == {"From": 443, "To": 443}
    fails("InvalidNetworkAclEntry.NotFound", EC2.delete_network_acl_entry, NetworkAclId=acl, RuleNumber=120, Egress=False)


@check
def tags_are_set_on_several_overwritten_and_removed():
    disk, server = volume(), running()
    EC2.create_tags(Resources=[disk, server], Tags=[{"Key": "Team", "Value": "a"}])
    EC2.create_tags(Resources=[disk], Tags=[{"Key": "Team", "Value": "b"}, {"Key": "empty", "Value": ""}])
    tags = EC2.describe_tags(Filters=by("resource-id", disk))["Tags"]
    assert sorted((t["Key"], t["Value"], t["ResourceType"]) for t in tags) == [("Team", "b", "volume"), ("empty", "", "volume")]
    EC2.delete_tags(Resources=[disk], Tags=[{"Key": "Team", "Value": "a"}, {"Key": "empty"}])
    assert [(t["Key"], t["Value"]) for t in EC2.describe_tags(Filters=by("resource-id", disk))["Tags"]] == [("Team", "b")]
    EC2.delete_tags(Resources=[server], Tags=[{"Key": "Team"}])


@check
def tags_have_bounds():
    disk = volume()
    fails("InvalidParameterValue", EC2.create_tags, "Tag keys starting with 'aws:' are reserved for internal use",
          Resources=[disk], Tags=[{"Key": "aws:mine", "Value": "x"}])
    fails("InvalidParameterValue", EC2.create_tags, Resources=[disk], Tags=[{"Key": "k" * 129, "Value": "x"}])
    fails("InvalidParameterValue", EC2.create_tags, Resources=[disk], Tags=[{"Key": "k", "Value": "x" * 257}])
    EC2.create_tags(Resources=[disk], Tags=[{"Key": f"k{n}", "Value": "x"} for n in range(50)])
    fails("TagLimitExceeded", EC2.create_tags, Resources=[disk], Tags=[{"Key": "one-more", "Value": "x"}])
    fails("InvalidInstanceID.NotFound", EC2.create_tags, f"The instance ID '{gone('i')}' does not exist", Resources=[gone("i")],
          Tags=[{"Key": "k", "Value": "x"}])


@check
def tags_come_in_pages():
    disk = volume()
    EC2.create_tags(Resources=[disk], Tags=[{"Key": f"k{n}", "Value": "x"} for n in range(12)])
    pages = list(EC2.get_paginator("describe_tags").paginate(Filters=by("resource-id", disk), PaginationConfig={"PageSize": 5}))
    assert [len(p["Tags"]) for p in pages] == [5, 5, 2] and len({t["Key"] for p in pages for t in p["Tags"]}) == 12
