"""Makes a VPC: `make_vpc.py REGION RANGE` prints {"id": ID}."""
import json
import os
import sys

import boto3

EC2 = boto3.client("ec2", region_name=sys.argv[1], endpoint_url=os.environ["SKYDECK_TEST_ENDPOINT"], aws_access_key_id="test", aws_secret_access_key="test")
print(json.dumps({"id": EC2.create_vpc(CidrBlock=sys.argv[2])["Vpc"]["VpcId"]}))
