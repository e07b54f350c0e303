"""One thing of an instance on moto as boto3 reads it: `attribute.py REGION ID disableApiTermination|profile`."""
import json
import os
import sys

import boto3

REGION, ID, WHAT = sys.argv[1:]
EC2 = boto3.client("ec2", region_name=REGION, endpoint_url=os.environ["SKYDECK_TEST_ENDPOINT"], aws_access_key_id="test", aws_secret_access_key="test")
if WHAT == "profile":
    found = EC2.describe_iam_instance_profile_associations(Filters=[{"Name": "instance-id", "Values": [ID]}])["IamInstanceProfileAssociations"]
    print(json.dumps(found[0]["IamInstanceProfile"]["Arn"].rsplit("/")[-1] if found else None))
else:
    said = EC2.describe_instance_attribute(InstanceId=ID, Attribute=WHAT)
    print(json.dumps(said[WHAT[0].upper() + WHAT[1:]]["Value"]))
