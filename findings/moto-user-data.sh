#!/bin/sh
# moto refuses all user data that ModifyInstanceAttribute brings, boto3's own included.
#
# Expected: what boto3 sends for `UserData={"Value": b"..."}` (EC2's model has a blob there: Base64, once) is taken, and
#   DescribeInstanceAttribute gives it back; RunInstances of the same server takes user data.
# So: any text is answered with InvalidUserData.Malformed, "Invalid BASE64 encoding of user data." Encoded twice it is taken, and
#   given back as if it had been encoded once.
# Version: moto 5.2.5 with boto3 1.44.5 (PyPI). Date: 2026-11-28.
# Why it matters: a client that is tried against moto seems to send a wrong encoding; who then encodes once more gets past moto, and
#   writes Base64 in place of a script into instances of the real EC2.
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
        "$work/venv/bin/pip" install --quiet 'moto[ec2]==5.2.5' boto3==1.44.5 botocore==1.44.5
} || { echo "could not be installed" >&2; exit 2; }

cat >"$work/ask.py" <<'END'
import base64
import boto3, botocore, moto

with moto.mock_aws():
    ec2 = boto3.client("ec2", "us-east-1", aws_access_key_id="MADEUPKEY", aws_secret_access_key="made-up-secret")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    text = b"#!/bin/sh\necho hello\n"
    made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, UserData=text.decode())["Instances"][0]["InstanceId"]
    ec2.stop_instances(InstanceIds=[made])

    def now():
        value = ec2.describe_instance_attribute(InstanceId=made, Attribute="userData")["UserData"]["Value"]
        return "the text" if base64.b64decode(value) == text else "Base64 of the text" if base64.b64decode(value) == base64.b64encode(text) else "something else"

    def modify(what, value):
        try:
            ec2.modify_instance_attribute(InstanceId=made, UserData={"Value": value})
            print(f"{what}: taken;", now())
        except botocore.exceptions.ClientError as e:
            print(f"{what}: {e.response['Error']['Code']}")

    print("RunInstances:                             taken;", now())
    modify("ModifyInstanceAttribute, encoded by boto3", text)
    modify("ModifyInstanceAttribute, encoded twice   ", base64.b64encode(text))
END
echo "moto 5.2.5, boto3 1.44.5; user data of an instance"
"$work/venv/bin/python" "$work/ask.py" | tee "$work/seen"
cat >"$work/described" <<'END'
RunInstances:                             taken; the text
ModifyInstanceAttribute, encoded by boto3: InvalidUserData.Malformed
ModifyInstanceAttribute, encoded twice   : taken; the text
END
diff "$work/described" "$work/seen" || { echo CHANGED >&2; exit 1; }
echo "as described"
