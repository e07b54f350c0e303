"""Whole VPCs. `whole_vpcs.py ENDPOINT REGION build SEED` makes two with what a generator puts into them and prints their ids and which of their
subnets are public, as the route tables say; `whole_vpcs.py ENDPOINT REGION left VPC...` prints how many things of them are there."""
import json
import random
import sys
import time

import boto3

EC2 = boto3.client("ec2", endpoint_url=sys.argv[1], region_name=sys.argv[2], aws_access_key_id="test", aws_secret_access_key="test")
REGION = sys.argv[2]


def until(holds):
    for _ in range(200):
        if holds():
            return
        time.sleep(0.05)
    raise SystemExit("it does not come")


def build(rng, number):
    vpc = EC2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
    EC2.get_waiter("vpc_available").wait(VpcIds=[vpc])
    zones = [z["ZoneName"] for z in EC2.describe_availability_zones()["AvailabilityZones"]]
    subnets = [
        EC2.create_subnet(VpcId=vpc, CidrBlock=f"10.{number}.{i}.0/24", AvailabilityZone=rng.choice(zones))["Subnet"]["SubnetId"]
        for i in range(rng.randint(3, 5))
    ]
    gateway = EC2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    EC2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    address = EC2.allocate_address(Domain="vpc")["AllocationId"]
    nat = EC2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    tables = [EC2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in range(3)]
    targets = [{"GatewayId": gateway}, {"NatGatewayId": nat}]
    for table in tables:
        for to in rng.sample(["0.0.0.0/0", "198.51.100.0/24", "192.0.2.0/24"], rng.randint(0, 2)):
            EC2.create_route(RouteTableId=table, DestinationCidrBlock=to, **rng.choice(targets))
    for subnet in subnets:
        if rng.random() < 0.7:
            EC2.associate_route_table(RouteTableId=rng.choice(tables), SubnetId=subnet)
    groups = [EC2.create_security_group(VpcId=vpc, GroupName=f"g{i}", Description="d")["GroupId"] for i in range(4)]
    for port, (a, b) in enumerate([(0, 1), (1, 0), (2, 0), tuple(rng.sample(range(4), 2))], 1):
        rule = [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": [{"GroupId": groups[b]}]}]
        (EC2.authorize_security_group_ingress if rng.random() < 0.6 else EC2.authorize_security_group_egress)(GroupId=groups[a], IpPermissions=rule)
    EC2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.s3", RouteTableIds=[tables[0]])
    EC2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.ssm", VpcEndpointType="Interface", SubnetIds=[subnets[1]], SecurityGroupIds=[groups[3]], PrivateDnsEnabled=False
    )
    EC2.create_network_acl(VpcId=vpc)
    EC2.create_network_interface(SubnetId=subnets[2], Groups=[groups[0]])
    until(lambda: EC2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]["State"] == "available")
    return vpc


def public(vpc):
    """Whether an instance of each subnet with a public address would be reached: by its own table, else the main one."""
    tables = EC2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    leads = {t["RouteTableId"]: any(r.get("GatewayId", "").startswith("igw-") and r["State"] == "active" for r in t["Routes"]) for t in tables}
    main = next(t["RouteTableId"] for t in tables for a in t["Associations"] if a["Main"])
    own = {a["SubnetId"]: t["RouteTableId"] for t in tables for a in t["Associations"] if not a["Main"]}
    subnets = EC2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    return {s["SubnetId"]: "public" if leads[own.get(s["SubnetId"], main)] else "private" for s in subnets}


def left(vpc):
    of = [{"Name": "vpc-id", "Values": [vpc]}]
    gone = ("deleted", "deleting", "rejected")
    sides = [EC2.describe_vpc_peering_connections(Filters=[{"Name": f"{side}-vpc-info.vpc-id", "Values": [vpc]}]) for side in ("requester", "accepter")]
    peerings = [p for side in sides for p in side["VpcPeeringConnections"] if p["Status"]["Code"] not in gone]
    gateways = EC2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])["InternetGateways"]
    nats = [n for n in EC2.describe_nat_gateways(Filter=of)["NatGateways"] if n["State"] not in gone]
    endpoints = [e for e in EC2.describe_vpc_endpoints(Filters=of)["VpcEndpoints"] if e["State"] not in gone]
    rest = [
        EC2.describe_subnets(Filters=of)["Subnets"],
        EC2.describe_route_tables(Filters=of)["RouteTables"],
        EC2.describe_network_acls(Filters=of)["NetworkAcls"],
        EC2.describe_security_groups(Filters=of)["SecurityGroups"],
        EC2.describe_network_interfaces(Filters=of)["NetworkInterfaces"],
        EC2.describe_vpcs(Filters=of)["Vpcs"],
    ]
    return sum(len(part) for part in [peerings, gateways, nats, endpoints, *rest])


def main():
    what, rest = sys.argv[3], sys.argv[4:]
    addresses = len(EC2.describe_addresses()["Addresses"])
    if what == "build":
        rng = random.Random(int(rest[0]))
        vpcs = [build(rng, 100), build(rng, 101)]
        request = EC2.create_vpc_peering_connection(VpcId=vpcs[0], PeerVpcId=vpcs[1])["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        until(lambda: EC2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[request])["VpcPeeringConnections"][0]["Status"]["Code"] == "pending-acceptance")
        if rng.random() < 0.5:
            EC2.accept_vpc_peering_connection(VpcPeeringConnectionId=request)
        print(json.dumps({"vpcs": vpcs, "public": [public(v) for v in vpcs], "addresses": addresses}))
    else:
        print(json.dumps({"left": [left(v) for v in rest], "addresses": addresses}))


main()
