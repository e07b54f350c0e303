#!/bin/sh
# moto answers DescribeSubnets with a printed Python dictionary for the state of an IPv6 range.
#
# Expected: Ipv6CidrBlockState.State of a subnet is the word `associated`, as it is for a VPC in the same server and in AWS.
# So: for a subnet it is the text {'State': 'associated'}, braces and quotes included, both in the answer of CreateSubnet and
#   in DescribeSubnets; AssociateSubnetCidrBlock and DescribeVpcs give the word.
# Version: moto 5.2.5 with boto3 1.43.62 (PyPI). Date: 2026-11-28.
# Why it matters: a console that is tried against moto shows those braces, or hides the range because it is not
#   `associated`; one looks for the fault in the console's own reading of the answer, where it is not.
#
# Needs Python 3 with venv. No request leaves the process.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
unset AWS_PROFILE AWS_DEFAULT_PROFILE || true
export AWS_CONFIG_FILE="$work/none" AWS_SHARED_CREDENTIALS_FILE="$work/none"

{
    python3 -m venv "$work/venv" &&
        "$work/venv/bin/pip" install --quiet 'moto[ec2]==5.2.5' boto3==1.43.62 botocore==1.43.62
} || { echo "could not be installed" >&2; exit 2; }

cat >"$work/ask.py" <<'END'
import ipaddress
import boto3, moto

def state(of):
    return of["Ipv6CidrBlockState"]["State"]

with moto.mock_aws():
    ec2 = boto3.client("ec2", "us-east-1", aws_access_key_id="MADEUPKEY", aws_secret_access_key="made-up-secret")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
    range_of_vpc = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"][0]
    ranges = ipaddress.ip_network(range_of_vpc["Ipv6CidrBlock"]).subnets(new_prefix=64)
    print("DescribeVpcs:             ", state(range_of_vpc))

    made = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24", Ipv6CidrBlock=str(next(ranges)))["Subnet"]
    print("CreateSubnet:             ", state(made["Ipv6CidrBlockAssociationSet"][0]))

    late = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.2.0/24")["Subnet"]["SubnetId"]
    added = ec2.associate_subnet_cidr_block(SubnetId=late, Ipv6CidrBlock=str(next(ranges)))
    print("AssociateSubnetCidrBlock: ", state(added["Ipv6CidrBlockAssociation"]))

    for subnet in ec2.describe_subnets(SubnetIds=[made["SubnetId"], late])["Subnets"]:
        print("DescribeSubnets:          ", state(subnet["Ipv6CidrBlockAssociationSet"][0]))
END
echo "moto 5.2.5, boto3 1.43.62; the state of an IPv6 range"
"$work/venv/bin/python" "$work/ask.py" | tee "$work/seen"
cat >"$work/described" <<'END'
DescribeVpcs:              associated
CreateSubnet:              {'State': 'associated'}
AssociateSubnetCidrBlock:  associated
DescribeSubnets:           {'State': 'associated'}
DescribeSubnets:           {'State': 'associated'}
END
diff "$work/described" "$work/seen" || { echo CHANGED >&2; exit 1; }
echo "as described"
