"""What boto3 sees, in the words of Skydeck's kinds: `truth.py REGION KIND...` prints {KIND: {"key": [fields], "rows": [{field: value}]}}.
A kind of rows that hang off another is written `objects=BUCKET/PREFIX`.

Written from AWS's API reference and docs/kinds.md, not from the program's code. Times are RFC 3339; what is not there is null."""
import base64
import ipaddress
import json
import os
import sys

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

REGION = sys.argv[1]
CONFIG = Config(retries={"max_attempts": 0})


def client(service):
    return boto3.client(service, region_name=REGION, endpoint_url=os.environ["SKYDECK_TEST_ENDPOINT"], config=CONFIG,
                        aws_access_key_id="test", aws_secret_access_key="test")


def pages(service, operation, key, **arguments):
    return [x for p in client(service).get_paginator(operation).paginate(**arguments) for x in p[key]]


def time(t):
    if t is None:
        return None
    return t.strftime("%Y-%m-%dT%H:%M:%S") + (f".{t.microsecond // 1000:03}" if t.microsecond // 1000 else "") + "Z"


def plain(text):
    """An address or a range as RFC 5952 has it: moto writes zeros at the front of a group, which say nothing."""
    try:
        return str(ipaddress.ip_network(text) if "/" in text else ipaddress.ip_address(text))
    except ValueError:
        return text


def tag(tags, key):
    return next((t["Value"] for t in tags if t["Key"] == key), None)


def instance(i, r):
    nics, mine = i.get("NetworkInterfaces", []), i.get("Tags", [])
    elastic = [n["Association"]["PublicIp"] for n in nics if n.get("Association", {}).get("IpOwnerId", "amazon") not in ("amazon", "")]
    return {
        "id": i["InstanceId"], "name": tag(mine, "Name"), "state": i["State"]["Name"], "type": i["InstanceType"],
        "zone": i["Placement"].get("AvailabilityZone"), "private_ip": i.get("PrivateIpAddress") or next((plain(a["Ipv6Address"]) for n in nics for a in n.get("Ipv6Addresses", [])), None), "public_ip": i.get("PublicIpAddress"),
        "launched": time(i["LaunchTime"]), "image_id": i["ImageId"], "architecture": i["Architecture"], "key_name": i.get("KeyName"),
        "security_groups": [g["GroupName"] for g in i["SecurityGroups"]], "security_group_ids": [g["GroupId"] for g in i["SecurityGroups"]],
        "subnet_id": i.get("SubnetId"), "vpc_id": i.get("VpcId"), "ipv6": [plain(a["Ipv6Address"]) for n in nics for a in n.get("Ipv6Addresses", [])],
        "public_dns": i.get("PublicDnsName"), "private_dns": i.get("PrivateDnsName"), "monitoring": i["Monitoring"]["State"],
        "volumes": [b["Ebs"]["VolumeId"] for b in i["BlockDeviceMappings"] if "Ebs" in b], "root_device": i["RootDeviceName"],
        "root_device_type": i["RootDeviceType"], "ebs_optimized": i["EbsOptimized"], "lifecycle": i.get("InstanceLifecycle", "normal"),
        "tenancy": i["Placement"].get("Tenancy"), "owner_id": r["OwnerId"], "reservation_id": r["ReservationId"],
        "launch_index": i["AmiLaunchIndex"], "state_reason": i.get("StateReason", {}).get("Code"),
        "state_reason_message": i.get("StateReason", {}).get("Message"), "transition_reason": i.get("StateTransitionReason"),
        "group": tag(mine, "aws:autoscaling:groupName"), "instance_profile": i.get("IamInstanceProfile", {}).get("Arn"),
        "elastic_ips": elastic, "virtualization": i["VirtualizationType"], "source_dest_check": i.get("SourceDestCheck"),
        "metadata_tokens": i.get("MetadataOptions", {}).get("HttpTokens"), "metadata_hops": i.get("MetadataOptions", {}).get("HttpPutResponseHopLimit"),
        "metadata_tags": i.get("MetadataOptions", {}).get("InstanceMetadataTags"), "metadata_endpoint": i.get("MetadataOptions", {}).get("HttpEndpoint"),
        "platform": i.get("PlatformDetails"), "hibernation": i.get("HibernationOptions", {}).get("Configured"),
        "$tags": {t["Key"]: t["Value"] for t in mine},
    }


def instances():
    return ["id"], [instance(i, r) for r in pages("ec2", "describe_instances", "Reservations") for i in r["Instances"]]


def volumes():
    return ["id"], [{
        "id": v["VolumeId"], "name": tag(v.get("Tags", []), "Name"), "state": v["State"], "size_gib": v["Size"], "type": v["VolumeType"],
        "iops": v.get("Iops"), "throughput": v.get("Throughput"), "zone": v["AvailabilityZone"], "encrypted": v["Encrypted"],
        "snapshot": v.get("SnapshotId"), "multi_attach": v.get("MultiAttachEnabled"), "created": time(v["CreateTime"]), "kms_key": v.get("KmsKeyId"),
        "instances": [a["InstanceId"] for a in v["Attachments"]], "device": next((a["Device"] for a in v["Attachments"]), None),
        "attach_state": next((a["State"] for a in v["Attachments"]), None), "attached": time(next((a["AttachTime"] for a in v["Attachments"]), None)),
        "delete_on_termination": next((a.get("DeleteOnTermination") for a in v["Attachments"]), None),
        "$tags": {t["Key"]: t["Value"] for t in v.get("Tags", [])},
    } for v in pages("ec2", "describe_volumes", "Volumes")]


def addresses():
    return ["id"], [{
        "id": a["AllocationId"], "public_ip": a["PublicIp"], "name": tag(a.get("Tags", []), "Name"), "instance": a.get("InstanceId"),
        "association_id": a.get("AssociationId"), "network_interface": a.get("NetworkInterfaceId"), "private_ip": a.get("PrivateIpAddress"),
        "network_interface_owner": a.get("NetworkInterfaceOwnerId"), "domain": a["Domain"], "pool": a.get("PublicIpv4Pool"),
        "network_border_group": a.get("NetworkBorderGroup"), "state": "associated" if a.get("AssociationId") else "unattached",
        "$tags": {t["Key"]: t["Value"] for t in a.get("Tags", [])},
    } for a in client("ec2").describe_addresses()["Addresses"]]


def key_pairs():
    return ["id"], [{
        "id": k["KeyPairId"], "name": k["KeyName"], "type": k.get("KeyType"), "fingerprint": k["KeyFingerprint"], "created": time(k.get("CreateTime")),
        "$tags": {t["Key"]: t["Value"] for t in k.get("Tags", [])},
    } for k in client("ec2").describe_key_pairs()["KeyPairs"]]


def ranges(associations, key, state):
    # Not "is associated": moto 5.2 says "{'State': 'associated'}" of a subnet's IPv6 range.
    return [plain(a[key]) for a in associations if a[state]["State"] not in ("disassociated", "failed", "failing")]


def vpcs():
    return ["id"], [{
        "id": v["VpcId"], "name": tag(v.get("Tags", []), "Name"), "state": v["State"], "is_default": v["IsDefault"], "tenancy": v["InstanceTenancy"],
        "cidr": ranges(v["CidrBlockAssociationSet"], "CidrBlock", "CidrBlockState"), "dhcp_options": v.get("DhcpOptionsId"), "owner_id": v["OwnerId"],
        "ipv6_cidr": ranges(v.get("Ipv6CidrBlockAssociationSet", []), "Ipv6CidrBlock", "Ipv6CidrBlockState"),
        "$tags": {t["Key"]: t["Value"] for t in v.get("Tags", [])},
    } for v in pages("ec2", "describe_vpcs", "Vpcs")]


def subnets():
    return ["id"], [{
        "id": s["SubnetId"], "name": tag(s.get("Tags", []), "Name"), "state": s["State"], "vpc_id": s["VpcId"], "zone": s["AvailabilityZone"],
        "zone_id": s["AvailabilityZoneId"], "cidr": s["CidrBlock"], "available_ips": s["AvailableIpAddressCount"], "default_for_az": s["DefaultForAz"],
        "public_ip_on_launch": s["MapPublicIpOnLaunch"], "ipv6_on_launch": s["AssignIpv6AddressOnCreation"], "arn": s["SubnetArn"],
        "ipv6_cidr": ranges(s.get("Ipv6CidrBlockAssociationSet", []), "Ipv6CidrBlock", "Ipv6CidrBlockState"), "owner_id": s["OwnerId"],
        "ipv6_native": s.get("Ipv6Native"), "$tags": {t["Key"]: t["Value"] for t in s.get("Tags", [])},
    } for s in pages("ec2", "describe_subnets", "Subnets")]


def internet_gateways():
    return ["id"], [{
        "id": g["InternetGatewayId"], "name": tag(g.get("Tags", []), "Name"), "owner_id": g["OwnerId"], "$tags": tagged(g.get("Tags", [])),
        "vpc_id": g["Attachments"][0]["VpcId"] if g["Attachments"] else None, "state": g["Attachments"][0]["State"] if g["Attachments"] else "detached",
        "arn": f"arn:aws:ec2:{REGION}:{g['OwnerId']}:internet-gateway/{g['InternetGatewayId']}",
    } for g in pages("ec2", "describe_internet_gateways", "InternetGateways")]


def nat_gateways():
    return ["id"], [{
        "id": g["NatGatewayId"], "name": tag(g.get("Tags", []), "Name"), "state": g["State"], "subnet_id": g.get("SubnetId"), "vpc_id": g["VpcId"],
        "connectivity": g.get("ConnectivityType"), "mode": g.get("AvailabilityMode", "zonal"), "created": time(g["CreateTime"]),
        "public_ips": [a["PublicIp"] for a in g["NatGatewayAddresses"] if a.get("PublicIp")], "deleted": time(g.get("DeleteTime")),
        "private_ips": [a["PrivateIp"] for a in g["NatGatewayAddresses"] if a.get("PrivateIp")], "failure": g.get("FailureMessage"),
        "allocations": [a["AllocationId"] for a in g["NatGatewayAddresses"] if a.get("AllocationId")],
        "interfaces": [a["NetworkInterfaceId"] for a in g["NatGatewayAddresses"] if a.get("NetworkInterfaceId")], "$tags": tagged(g.get("Tags", [])),
    } for g in pages("ec2", "describe_nat_gateways", "NatGateways")]


def egress_only_gateways():
    return ["id"], [{
        "id": g["EgressOnlyInternetGatewayId"], "name": tag(g.get("Tags", []), "Name"), "state": g["Attachments"][0]["State"],
        "vpc_id": g["Attachments"][0]["VpcId"], "$tags": tagged(g.get("Tags", [])),
    } for g in pages("ec2", "describe_egress_only_internet_gateways", "EgressOnlyInternetGateways")]


def side_ranges(s):
    more = [b["CidrBlock"] for b in s.get("CidrBlockSet", []) if b["CidrBlock"] != s.get("CidrBlock")]
    return ([s["CidrBlock"]] if s.get("CidrBlock") else []) + more + [plain(b["Ipv6CidrBlock"]) for b in s.get("Ipv6CidrBlockSet", [])]


def peerings():
    return ["id"], [{
        "id": p["VpcPeeringConnectionId"], "name": tag(p.get("Tags", []), "Name"), "state": p["Status"]["Code"], "message": p["Status"].get("Message"),
        **{f"{side}_{key}": value for side, s in (("requester", p["RequesterVpcInfo"]), ("accepter", p["AccepterVpcInfo"]))
           for key, value in (("vpc", s["VpcId"]), ("cidr", side_ranges(s)), ("region", s["Region"]), ("owner", s["OwnerId"]),
                              ("dns", s.get("PeeringOptions", {}).get("AllowDnsResolutionFromRemoteVpc")))},
        "vpcs": [p["RequesterVpcInfo"]["VpcId"], p["AccepterVpcInfo"]["VpcId"]], "expires": time(p.get("ExpirationTime")), "$tags": tagged(p.get("Tags", [])),
    } for p in pages("ec2", "describe_vpc_peering_connections", "VpcPeeringConnections")]


def transit_gateway_attachments():
    return ["id"], [{
        "id": a["TransitGatewayAttachmentId"], "name": tag(a.get("Tags", []), "Name"), "state": a["State"], "transit_gateway": a["TransitGatewayId"],
        "type": a["ResourceType"], "resource_id": a["ResourceId"], "resource_owner": a["ResourceOwnerId"], "gateway_owner": a["TransitGatewayOwnerId"],
        "route_table": a.get("Association", {}).get("TransitGatewayRouteTableId"), "association": a.get("Association", {}).get("State"),
        "created": time(a["CreationTime"]), "$tags": tagged(a.get("Tags", [])),
    } for a in pages("ec2", "describe_transit_gateway_attachments", "TransitGatewayAttachments")]


def endpoints():
    return ["id"], [{
        "id": e["VpcEndpointId"], "name": tag(e.get("Tags", []), "Name"), "state": e["State"][0].lower() + e["State"][1:], "type": e["VpcEndpointType"],
        "service": e["ServiceName"], "vpc_id": e["VpcId"], "subnets": e.get("SubnetIds", []), "route_tables": e.get("RouteTableIds", []),
        "security_group_ids": [g["GroupId"] for g in e.get("Groups", [])], "private_dns": e.get("PrivateDnsEnabled"),
        "interfaces": e.get("NetworkInterfaceIds", []), "dns_names": [d["DnsName"] for d in e.get("DnsEntries", [])], "policy": "full access",
        "created": time(e.get("CreationTimestamp")), "owner_id": e.get("OwnerId"), "$tags": tagged(e.get("Tags", [])),
    } for e in pages("ec2", "describe_vpc_endpoints", "VpcEndpoints")]


def prefix_lists():
    # moto forgets the name of a list that is modified.
    return ["id"], [{
        "id": p["PrefixListId"], "name": p.get("PrefixListName"), "state": p["State"], "owner_id": p["OwnerId"], "family": p["AddressFamily"],
        "max_entries": p.get("MaxEntries"), "version": p.get("Version"), "message": p.get("StateMessage"), "arn": p["PrefixListArn"],
        "$tags": tagged(p.get("Tags", [])),
    } for p in pages("ec2", "describe_managed_prefix_lists", "PrefixLists")]


def prefix_list_entries():
    rows = []
    for p in prefix_lists()[1]:
        entries = pages("ec2", "get_managed_prefix_list_entries", "Entries", PrefixListId=p["id"])
        rows.append({"id": p["id"], "ranges": [plain(e["Cidr"]) for e in entries],
                     "entries": [e["Cidr"] + (" " + e["Description"] if e.get("Description") else "") for e in entries]})
    return ["id"], rows


def dhcp_options():
    def option(o, key):
        return [v["Value"] for c in o["DhcpConfigurations"] if c["Key"] == key for v in c["Values"]]

    return ["id"], [{
        "id": o["DhcpOptionsId"], "name": tag(o.get("Tags", []), "Name"), "domain_name": (option(o, "domain-name") or [None])[0],
        "name_servers": option(o, "domain-name-servers"), "ntp_servers": option(o, "ntp-servers"), "netbios_servers": option(o, "netbios-name-servers"),
        "netbios_node_type": (option(o, "netbios-node-type") or [None])[0], "owner_id": o.get("OwnerId"), "$tags": tagged(o.get("Tags", [])),
    } for o in pages("ec2", "describe_dhcp_options", "DhcpOptions")]


def flow_logs():
    return ["id"], [{
        "id": f["FlowLogId"], "name": tag(f.get("Tags", []), "Name"), "state": f["FlowLogStatus"], "resource_id": f["ResourceId"],
        "traffic": f.get("TrafficType"), "delivery": f.get("DeliverLogsStatus"), "delivery_error": f.get("DeliverLogsErrorMessage"),
        "destination_type": f.get("LogDestinationType"), "destination": f.get("LogGroupName") or f.get("LogDestination"),
        "interval": f.get("MaxAggregationInterval"), "format": f.get("LogFormat"), "role": f.get("DeliverLogsPermissionArn"),
        "created": time(f["CreationTime"]), "$tags": tagged(f.get("Tags", [])),
    } for f in pages("ec2", "describe_flow_logs", "FlowLogs")]


def spot_requests():
    return ["id"], [{
        "id": r["SpotInstanceRequestId"], "name": tag(r.get("Tags", []), "Name"), "state": r["State"], "$tags": tagged(r.get("Tags", [])),
        "status": r.get("Status", {}).get("Code"), "message": r.get("Status", {}).get("Message"), "updated": time(r.get("Status", {}).get("UpdateTime")),
        "instance": r.get("InstanceId"), "type": r["LaunchSpecification"]["InstanceType"], "zone": r.get("LaunchedAvailabilityZone"),
        "request_type": r["Type"], "interruption": r.get("InstanceInterruptionBehavior"), "max_price": r.get("SpotPrice"),
        "product": r.get("ProductDescription"), "image_id": r["LaunchSpecification"].get("ImageId"), "key_name": r["LaunchSpecification"].get("KeyName"),
        "created": time(r.get("CreateTime")), "valid_until": time(r.get("ValidUntil")), "fault": r.get("Fault", {}).get("Message"),
    } for r in client("ec2").describe_spot_instance_requests()["SpotInstanceRequests"]]


def route_to(r):
    """What a route leads to, by whichever key says it."""
    keys = ["GatewayId", "NatGatewayId", "VpcPeeringConnectionId", "TransitGatewayId", "EgressOnlyInternetGatewayId", "InstanceId", "NetworkInterfaceId"]
    return next(r[k] for k in keys if r.get(k))


def destination(r):
    return r.get("DestinationCidrBlock") or r.get("DestinationIpv6CidrBlock") or r.get("DestinationPrefixListId")


def route(r):
    return f"{destination(r)} {route_to(r)}" + ("" if r["State"] == "active" else f" {r['State']}")


def route_tables():
    return ["id"], [{
        "id": t["RouteTableId"], "name": tag(t["Tags"], "Name"), "vpc_id": t["VpcId"], "owner_id": t["OwnerId"], "$tags": tagged(t["Tags"]),
        "state": "blackhole" if any(r["State"] == "blackhole" for r in t["Routes"]) else "active",
        "main": any(a["Main"] for a in t["Associations"]), "subnets": [a["SubnetId"] for a in t["Associations"] if "SubnetId" in a],
        "default_route": next((route_to(r) for r in t["Routes"] if r.get("DestinationCidrBlock") == "0.0.0.0/0"), None),
        "routes": [route(r) for r in t["Routes"]], "arn": f"arn:aws:ec2:{REGION}:{t['OwnerId']}:route-table/{t['RouteTableId']}",
    } for t in pages("ec2", "describe_route_tables", "RouteTables")]


def routes():
    return ["table_id", "destination"], [{
        "table_id": t["RouteTableId"], "vpc_id": t["VpcId"], "main": any(a["Main"] for a in t["Associations"]), "target": route_to(r),
        "destination": plain(destination(r)),
        "subnets": [a["SubnetId"] for a in t["Associations"] if "SubnetId" in a], "state": r["State"], "origin": r.get("Origin"),
    } for t in pages("ec2", "describe_route_tables", "RouteTables") for r in t["Routes"]]


def route_targets():
    # As each is listed, not by DescribeTags, which is what the console asks.
    ways = internet_gateways()[1] + endpoints()[1] + nat_gateways()[1] + peerings()[1] + egress_only_gateways()[1]
    names = {way["id"]: way["name"] for way in ways}
    return ["id"], [{"id": f"{t['RouteTableId']}/{destination(r)}", "name": names.get(route_to(r))}
                    for t in pages("ec2", "describe_route_tables", "RouteTables") for r in t["Routes"]]


def subnet_routing():
    tables = pages("ec2", "describe_route_tables", "RouteTables")
    rows = []
    for s in pages("ec2", "describe_subnets", "Subnets"):
        own = [t for t in tables if any(a.get("SubnetId") == s["SubnetId"] for a in t["Associations"])]
        main = [t for t in tables if t["VpcId"] == s["VpcId"] and any(a["Main"] for a in t["Associations"])]
        table = (own or main)[0]
        out = any(r.get("GatewayId", "").startswith("igw-") and r["State"] == "active" for r in table["Routes"])
        rows.append({"id": s["SubnetId"], "exposure": "public" if out else "private", "route_table": table["RouteTableId"], "explicit": bool(own)})
    return ["id"], rows


def vpc_attributes():
    def on(vpc, attribute):
        return client("ec2").describe_vpc_attribute(VpcId=vpc, Attribute=attribute)[attribute[0].upper() + attribute[1:]]["Value"]

    return ["id"], [{"id": v["VpcId"], "dns_support": on(v["VpcId"], "enableDnsSupport"), "dns_hostnames": on(v["VpcId"], "enableDnsHostnames")}
                    for v in pages("ec2", "describe_vpcs", "Vpcs")]


PROTOCOLS = {"-1": "all", "1": "icmp", "6": "tcp", "17": "udp"}


def acl_entry(e):
    number = "*" if e["RuleNumber"] == 32767 else e["RuleNumber"]
    what = PROTOCOLS[e["Protocol"]]
    if what in ("tcp", "udp"):
        a, b = e["PortRange"]["From"], e["PortRange"]["To"]
        what += " all" if (a, b) == (0, 65535) else f" {a}" if a == b else f" {a}-{b}"
    elif what == "icmp":
        kind, code = e["IcmpTypeCode"]["Type"], e["IcmpTypeCode"]["Code"]
        what += " all" if kind < 0 else f" type {kind}" + (f" code {code}" if code >= 0 else "")
    return f"{'out' if e['Egress'] else 'in'} {number} {e['RuleAction']} {what} {e.get('CidrBlock') or e['Ipv6CidrBlock']}"


def network_acls():
    return ["id"], [{
        "id": a["NetworkAclId"], "name": tag(a["Tags"], "Name"), "vpc_id": a["VpcId"], "is_default": a["IsDefault"], "owner_id": a["OwnerId"],
        "subnets": [s["SubnetId"] for s in a["Associations"]], "$tags": tagged(a["Tags"]),
        "inbound": sum(not e["Egress"] and e["RuleNumber"] != 32767 for e in a["Entries"]),
        "outbound": sum(e["Egress"] and e["RuleNumber"] != 32767 for e in a["Entries"]),
        "entries": [acl_entry(e) for e in sorted(a["Entries"], key=lambda e: (e["Egress"], e["RuleNumber"]))],
        "arn": f"arn:aws:ec2:{REGION}:{a['OwnerId']}:network-acl/{a['NetworkAclId']}",
    } for a in pages("ec2", "describe_network_acls", "NetworkAcls")]


def network_acl_entries():
    rows = []
    for a in pages("ec2", "describe_network_acls", "NetworkAcls"):
        for e in a["Entries"]:
            said = acl_entry(e).split(" ")
            rows.append({
                "acl_id": a["NetworkAclId"], "vpc_id": a["VpcId"], "is_default": a["IsDefault"], "subnets": [s["SubnetId"] for s in a["Associations"]],
                "direction": "outbound" if e["Egress"] else "inbound", "number": said[1], "action": e["RuleAction"], "protocol": said[3],
                "ports": " ".join(said[4:-1]) or "all", "range": said[-1],
            })
    return ["acl_id", "direction", "number"], rows


def image(i):
    root = [b["Ebs"] for b in i["BlockDeviceMappings"] if b["DeviceName"] == i.get("RootDeviceName") and "Ebs" in b]
    return {
        "id": i["ImageId"], "name": i.get("Name"), "state": i["State"], "architecture": i["Architecture"], "owner_id": i["OwnerId"],
        "owner_alias": i.get("ImageOwnerAlias"), "created": i["CreationDate"], "public": i["Public"], "root_device": i.get("RootDeviceName"),
        "root_device_type": i["RootDeviceType"], "virtualization": i["VirtualizationType"], "description": i.get("Description"),
        "root_size_gib": root[0].get("VolumeSize") if root else None, "snapshots": [b["Ebs"]["SnapshotId"] for b in i["BlockDeviceMappings"] if "Ebs" in b],
        "source_instance": i.get("SourceInstanceId"), "$tags": tagged(i.get("Tags", [])),
    }


def images():
    """One's own, and what others share with one by name: moto counts the public ones among the latter, AWS does not."""
    own = client("ec2").describe_images(Owners=["self"])["Images"]
    shared = [i for i in client("ec2").describe_images(ExecutableUsers=["self"])["Images"] if not i["Public"]]
    return ["id"], [image(i) for i in {i["ImageId"]: i for i in own + shared}.values()]


def snapshots():
    """One's own, and what others share with one by name: `self` is both."""
    return ["id"], [{
        "id": s["SnapshotId"], "name": tag(s.get("Tags", []), "Name"), "state": s["State"], "volume": s["VolumeId"], "size_gib": s["VolumeSize"],
        "encrypted": s["Encrypted"], "started": time(s["StartTime"]), "description": s.get("Description"), "owner_id": s["OwnerId"],
        "progress": int(s["Progress"].rstrip("%")), "$tags": tagged(s.get("Tags", [])),
    } for s in client("ec2").describe_snapshots(RestorableByUserIds=["self"])["Snapshots"]]


def network_interfaces():
    return ["id"], [{
        "id": i["NetworkInterfaceId"], "state": i["Status"], "instance": i.get("Attachment", {}).get("InstanceId"), "private_ip": i.get("PrivateIpAddress"),
        "public_ip": i.get("Association", {}).get("PublicIp"), "subnet_id": i["SubnetId"], "vpc_id": i["VpcId"], "type": i["InterfaceType"],
        "security_group_ids": [g["GroupId"] for g in i["Groups"]], "description": i.get("Description"), "source_dest_check": i["SourceDestCheck"],
        "mac": i["MacAddress"], "private_ips": [a["PrivateIpAddress"] for a in i["PrivateIpAddresses"]], "managed": i.get("RequesterManaged"),
        "ipv6": [plain(a["Ipv6Address"]) for a in i.get("Ipv6Addresses", [])], "zone": i.get("AvailabilityZone"), "$tags": tagged(i["TagSet"]),
    } for i in pages("ec2", "describe_network_interfaces", "NetworkInterfaces")]


def launch_templates():
    return ["id"], [{
        "id": t["LaunchTemplateId"], "name": t["LaunchTemplateName"], "default_version": t["DefaultVersionNumber"], "latest_version": t["LatestVersionNumber"],
        "created": time(t["CreateTime"]), "created_by": t.get("CreatedBy"), "$tags": tagged(t.get("Tags", [])),
    } for t in pages("ec2", "describe_launch_templates", "LaunchTemplates")]


def launch_template_versions():
    rows = []
    for t in launch_templates()[1]:
        for v in pages("ec2", "describe_launch_template_versions", "LaunchTemplateVersions", LaunchTemplateId=t["id"]):
            data = v["LaunchTemplateData"]
            rows.append({"id": f"{t['id']}:{v['VersionNumber']}", "template_id": t["id"], "version": v["VersionNumber"], "type": data.get("InstanceType"),
                         "description": v.get("VersionDescription"), "image_id": data.get("ImageId"), "key_name": data.get("KeyName"),
                         "user_data": bool(data.get("UserData")), "created": time(v["CreateTime"]), "interfaces": len(data.get("NetworkInterfaces", [])),
                         "monitoring": data.get("Monitoring", {}).get("Enabled"), "termination_protection": data.get("DisableApiTermination"),
                         "hibernation": data.get("HibernationOptions", {}).get("Configured"),
                         "requirements": "InstanceRequirements" in data, "market": data.get("InstanceMarketOptions", {}).get("MarketType"),
                         "launch_tags": [f"{s['ResourceType']} {t['Key']}={t['Value']}" for s in data.get("TagSpecifications", []) for t in s["Tags"]]})
    return ["id"], rows


def instance_types():
    return ["type"], [{
        "type": t["InstanceType"], "vcpus": t["VCpuInfo"]["DefaultVCpus"], "memory_gib": t["MemoryInfo"]["SizeInMiB"] / 1024,
        "network": t["NetworkInfo"]["NetworkPerformance"], "architectures": t["ProcessorInfo"]["SupportedArchitectures"],
        "free_tier": t["FreeTierEligible"], "current": t["CurrentGeneration"], "burstable": t["BurstablePerformanceSupported"],
        "bare_metal": t["BareMetal"], "hypervisor": t.get("Hypervisor"), "processor": t["ProcessorInfo"].get("Manufacturer"),
        "family": t["InstanceType"].split(".")[0], "size": t["InstanceType"].split(".")[1], "hibernation": t["HibernationSupported"],
        "interfaces": t["NetworkInfo"]["MaximumNetworkInterfaces"], "usage_classes": t["SupportedUsageClasses"],
        "storage": ", ".join(f"{d['Count']} x {d['SizeInGB']} GB {d['Type']}" for d in t["InstanceStorageInfo"]["Disks"]) if t["InstanceStorageSupported"] else "EBS only",
    } for t in pages("ec2", "describe_instance_types", "InstanceTypes")]


def instance_type_zones():
    zones = {}
    for o in pages("ec2", "describe_instance_type_offerings", "InstanceTypeOfferings", LocationType="availability-zone"):
        zones.setdefault(o["InstanceType"], []).append(o["Location"])
    return ["id"], [{"id": t, "zones": z} for t, z in zones.items()]


def group_rules(permissions):
    """Each peer of each permission: what AWS counts as a rule."""
    for p in permissions:
        for r in p["IpRanges"]:
            yield p, r["CidrIp"]
        for r in p["Ipv6Ranges"]:
            yield p, r["CidrIpv6"]
        for r in p["PrefixListIds"]:
            yield p, r["PrefixListId"]
        for r in p["UserIdGroupPairs"]:
            yield p, r["GroupId"]


def security_groups():
    rows = []
    for g in pages("ec2", "describe_security_groups", "SecurityGroups"):
        incoming, outgoing = list(group_rules(g["IpPermissions"])), list(group_rules(g["IpPermissionsEgress"]))
        world = [p for p, peer in incoming if peer in ("0.0.0.0/0", "::/0")]
        rows.append({
            "id": g["GroupId"], "name": g["GroupName"], "vpc_id": g["VpcId"], "description": g["Description"], "inbound": len(incoming),
            "outbound": len(outgoing), "open_to": "world" if world else "restricted" if incoming else "nobody", "is_default": g["GroupName"] == "default", "owner_id": g["OwnerId"],
            "source_groups": sorted({p for _, p in incoming if p.startswith("sg-")}), "$tags": tagged(g.get("Tags", [])),
            "source_ranges": sorted({p for _, p in incoming if not p.startswith("sg-")}),
            "destination_ranges": sorted({p for _, p in outgoing if not p.startswith("sg-")}),
        })
    return ["id"], rows


def ports(r):
    if r["IpProtocol"] in ("tcp", "udp") and r.get("FromPort", -1) >= 0 and (r["FromPort"], r["ToPort"]) != (0, 65535):
        return str(r["FromPort"]) if r["FromPort"] == r["ToPort"] else f"{r['FromPort']}-{r['ToPort']}"
    return f"type {r['FromPort']}" if r["IpProtocol"] == "icmp" and r.get("FromPort", -1) >= 0 else "all"


def security_group_rules():
    rows = []
    for r in pages("ec2", "describe_security_group_rules", "SecurityGroupRules"):
        peer = plain(r.get("CidrIpv4") or r.get("CidrIpv6") or "") or r.get("PrefixListId") or r.get("ReferencedGroupInfo", {}).get("GroupId")
        opened = not r["IsEgress"] and peer in ("0.0.0.0/0", "::/0")
        rows.append({
            "id": r["SecurityGroupRuleId"], "group_id": r["GroupId"], "direction": "outbound" if r["IsEgress"] else "inbound", "peer": peer,
            "protocol": {"-1": "all"}.get(r["IpProtocol"], r["IpProtocol"]), "ports": ports(r), "description": r.get("Description"),
            "open_to": "outbound" if r["IsEgress"] else "world" if opened else "restricted", "owner_id": r.get("GroupOwnerId"), "from_port": r.get("FromPort"), "to_port": r.get("ToPort"),
            "$tags": tagged(r.get("Tags", [])),
        })
    return ["id"], rows


def security_group_usage():
    use = {g["GroupId"]: 0 for g in pages("ec2", "describe_security_groups", "SecurityGroups")}
    for i in pages("ec2", "describe_network_interfaces", "NetworkInterfaces"):
        for g in i["Groups"]:
            use[g["GroupId"]] = use.get(g["GroupId"], 0) + 1
    return ["id"], [{"id": g, "interfaces": n, "in_use": "in-use" if n else "unused"} for g, n in use.items()]


def instance_statuses():
    all_ = pages("ec2", "describe_instance_status", "InstanceStatuses", IncludeAllInstances=True)
    return ["id"], [{"id": s["InstanceId"]} for s in all_]


def instance_user_data():
    rows = []
    for i in instances()[1]:
        got = client("ec2").describe_instance_attribute(InstanceId=i["id"], Attribute="userData").get("UserData", {}).get("Value")
        rows.append({"id": i["id"], "text": base64.b64decode(got).decode() if got else ""})
    return ["id"], rows


def regions():
    data = botocore.session.get_session().get_data("endpoints")
    names = {code: r["description"].replace("Sao", "São") for p in data["partitions"] for code, r in p["regions"].items()}
    return ["name"], [{"name": r["RegionName"], "endpoint": r["Endpoint"], "location": names[r["RegionName"]]} for r in client("ec2").describe_regions(AllRegions=True)["Regions"]]


def availability_zones():
    zones = client("ec2").describe_availability_zones()["AvailabilityZones"]
    return ["name"], [{"name": z["ZoneName"], "id": z["ZoneId"], "state": z["State"], "region": z["RegionName"], "type": z.get("ZoneType"),
                       "messages": [m["Message"] for m in z.get("Messages", [])]} for z in zones]


def load_balancers():
    return ["id"], [{
        "id": b["LoadBalancerArn"], "name": b["LoadBalancerName"], "state": b["State"]["Code"], "type": b["Type"], "scheme": b.get("Scheme"),
        "dns_name": b["DNSName"], "created": time(b["CreatedTime"]), "vpc_id": b["VpcId"], "zones": [z["ZoneName"] for z in b["AvailabilityZones"]],
        "subnets": [z["SubnetId"] for z in b["AvailabilityZones"]], "security_group_ids": b.get("SecurityGroups", []),
        "ip_address_type": b.get("IpAddressType"), "hosted_zone": b.get("CanonicalHostedZoneId"),
    } for b in pages("elbv2", "describe_load_balancers", "LoadBalancers")]


def all_target_groups():
    return pages("elbv2", "describe_target_groups", "TargetGroups")


def target_groups():
    return ["id"], [{
        "id": t["TargetGroupArn"], "name": t["TargetGroupName"], "target_type": t["TargetType"], "protocol": t["Protocol"], "port": t["Port"],
        "vpc_id": t["VpcId"], "health_check_path": t.get("HealthCheckPath"), "health_check_protocol": t["HealthCheckProtocol"],
        "health_check_port": t["HealthCheckPort"], "health_check_enabled": t["HealthCheckEnabled"], "matcher": t.get("Matcher", {}).get("HttpCode"),
        "interval": t["HealthCheckIntervalSeconds"], "timeout": t["HealthCheckTimeoutSeconds"], "healthy_threshold": t["HealthyThresholdCount"],
        "unhealthy_threshold": t["UnhealthyThresholdCount"], "load_balancers": [a.split("/")[2] for a in t["LoadBalancerArns"]],
    } for t in all_target_groups()]


def targets():
    rows = []
    for group in all_target_groups():
        for t in client("elbv2").describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]:
            rows.append({"target_group": group["TargetGroupName"], "target_group_arn": group["TargetGroupArn"], "id": t["Target"]["Id"],
                         "port": t["Target"]["Port"], "health": t["TargetHealth"]["State"], "reason_code": t["TargetHealth"].get("Reason"),
                         "description": t["TargetHealth"].get("Description"), "health_check_port": t.get("HealthCheckPort")})
    return ["target_group_arn", "id", "port"], rows


def target_group_health():
    return ["id"], [{"id": t["TargetGroupArn"]} for t in all_target_groups()]


def tagged(tags):
    return {t["Key"]: t["Value"] for t in tags}


def elb_tags(arns):
    rows = []
    for n in range(0, len(arns), 20):
        answer = client("elbv2").describe_tags(ResourceArns=arns[n:n + 20])["TagDescriptions"]
        rows += [{"id": d["ResourceArn"], "$tags": tagged(d["Tags"])} for d in answer]
    return ["id"], rows


def load_balancer_tags():
    return elb_tags([b["LoadBalancerArn"] for b in pages("elbv2", "describe_load_balancers", "LoadBalancers")])


def target_group_tags():
    return elb_tags([t["TargetGroupArn"] for t in all_target_groups()])


def bucket_tags():
    rows = []
    for b in client("s3").list_buckets()["Buckets"]:
        try:
            tags = client("s3").get_bucket_tagging(Bucket=b["Name"])["TagSet"]
        except ClientError as e:
            assert e.response["Error"]["Code"] == "NoSuchTagSet", e
            tags = []
        rows.append({"id": b["Name"], "$tags": tagged(tags)})
    return ["id"], rows


def alarm_tags():
    alarms = pages("cloudwatch", "describe_alarms", "MetricAlarms")
    return ["id"], [{"id": a["AlarmName"], "$tags": tagged(client("cloudwatch").list_tags_for_resource(ResourceARN=a["AlarmArn"])["Tags"])}
                    for a in alarms]


FATE = {True: ", deleted with the instance", False: ", kept", None: ", deleted or kept is not known"}


def instance_volumes():
    rows = {}
    for v in pages("ec2", "describe_volumes", "Volumes"):
        for a in v["Attachments"]:
            text = f"{v['VolumeId']} {v['Size']} GiB {v['VolumeType']}, {'encrypted' if v['Encrypted'] else 'not encrypted'}, {a['Device']}"
            rows.setdefault(a["InstanceId"], []).append(text + FATE[a.get("DeleteOnTermination")])
    return ["id"], [{"id": i, "disks": disks} for i, disks in rows.items()]


def auto_scaling_groups():
    return ["name"], [{
        "id": g["AutoScalingGroupARN"], "name": g["AutoScalingGroupName"], "min": g["MinSize"], "max": g["MaxSize"], "desired": g["DesiredCapacity"],
        "in_service": {"ok": sum(i["LifecycleState"] == "InService" for i in g["Instances"]), "of": g["DesiredCapacity"]},
        "health_check_type": g["HealthCheckType"], "zones": g["AvailabilityZones"], "suspended": [p["ProcessName"] for p in g["SuspendedProcesses"]],
        "created": time(g["CreatedTime"]), "instances": [i["InstanceId"] for i in g["Instances"]], "target_group_arns": g["TargetGroupARNs"],
        "subnets": g["VPCZoneIdentifier"].split(","), "grace_period": g["HealthCheckGracePeriod"], "cooldown": g["DefaultCooldown"],
        "launch_template": g["LaunchTemplate"]["LaunchTemplateName"], "launch_template_version": g["LaunchTemplate"]["Version"],
        "protects_new": g["NewInstancesProtectedFromScaleIn"], "termination_policies": g["TerminationPolicies"],
        "$tags": {t["Key"]: t["Value"] for t in g["Tags"]},
    } for g in pages("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups")]


def unused():
    """NAT gateways to which no route of a table leads that is used, groups that nothing has and nothing names, balancers without a listener."""
    led = {r["target"] for r in routes()[1] if r["main"] or r["subnets"]}
    rows = [{"kind": "nat-gateways", "id": g["id"]} for g in nat_gateways()[1] if g["state"] == "available" and g["id"] not in led]
    groups = pages("ec2", "describe_security_groups", "SecurityGroups")
    had = {g["GroupId"] for i in pages("ec2", "describe_network_interfaces", "NetworkInterfaces") for g in i["Groups"]}
    named = {p["GroupId"] for g in groups for r in g["IpPermissions"] + g["IpPermissionsEgress"] for p in r["UserIdGroupPairs"]
             if p["GroupId"] != g["GroupId"]}
    rows += [{"kind": "security-groups", "id": g["GroupId"]} for g in groups
             if g["GroupName"] != "default" and g["GroupId"] not in had | named]
    listeners = lambda arn: client("elbv2").describe_listeners(LoadBalancerArn=arn)["Listeners"]
    used = {a for t in all_target_groups() for a in t["LoadBalancerArns"]}
    rows += [{"kind": "load-balancers", "id": b["id"]} for b in load_balancers()[1] if b["id"] not in used and not listeners(b["id"])]
    return ["kind", "id"], rows


def load_balancer_listeners():
    return ["id"], [{"id": b["id"], "listeners": len(client("elbv2").describe_listeners(LoadBalancerArn=b["id"])["Listeners"])} for b in load_balancers()[1]]


def buckets():
    return ["name"], [{"name": b["Name"], "created": time(b["CreationDate"])} for b in client("s3").list_buckets()["Buckets"]]


def objects(parent):
    bucket, _, prefix = parent.partition("/")
    rows = []
    for page in client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/"):
        rows += [{"key": o["Key"], "type": "object", "bucket": bucket, "size": o["Size"], "modified": time(o["LastModified"]),
                  "storage_class": o["StorageClass"], "$etag": o["ETag"].strip('"')} for o in page.get("Contents", [])]
        rows += [{"key": p["Prefix"], "type": "folder", "bucket": bucket, "size": None} for p in page.get("CommonPrefixes", [])]
    return ["key"], rows


def alarms():
    return ["name"], [{
        "id": a["AlarmArn"], "name": a["AlarmName"], "state": a["StateValue"], "since": time(a["StateUpdatedTimestamp"]), "metric": a["MetricName"],
        "namespace": a["Namespace"], "actions_enabled": a["ActionsEnabled"], "statistic": a["Statistic"], "threshold": a["Threshold"],
        "period": a["Period"], "reason": a["StateReason"], "description": a.get("AlarmDescription"), "alarm_actions": a["AlarmActions"],
        "dimensions": [f"{d['Name']}={d['Value']}" for d in a["Dimensions"]], "resources": [d["Value"] for d in a["Dimensions"]],
        "missing_data": a.get("TreatMissingData"), "type": "metric", "ok_actions": a["OKActions"],
    } for a in pages("cloudwatch", "describe_alarms", "MetricAlarms")]


if __name__ == "__main__":
    out = {}
    for word in sys.argv[2:]:
        kind, *parent = word.split("=", 1)
        key, rows = globals()[kind.replace("-", "_")](*parent)
        out[word] = {"key": key, "rows": rows}
    json.dump(out, sys.stdout)
