"""Keys, for a while, of another account of moto's: `account.py 111122223333` prints them as environment variables."""
import json
import os
import sys

import boto3

STS = boto3.client("sts", region_name="us-east-1", endpoint_url=os.environ["SKYDECK_TEST_ENDPOINT"], aws_access_key_id="test",
                   aws_secret_access_key="test")
KEYS = STS.assume_role(RoleArn=f"arn:aws:iam::{sys.argv[1]}:role/tests", RoleSessionName="tests")["Credentials"]
print(json.dumps({"AWS_ACCESS_KEY_ID": KEYS["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": KEYS["SecretAccessKey"], "AWS_SESSION_TOKEN": KEYS["SessionToken"]}))
