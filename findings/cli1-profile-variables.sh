#!/bin/sh
# With AWS_PROFILE and AWS_DEFAULT_PROFILE both set, the AWS CLI 1 and boto3 follow the one with DEFAULT in its name.
#
# Expected: AWS_PROFILE says which profile is meant, and AWS_DEFAULT_PROFILE at most fills in when it is not set.
# So: AWS CLI 1 and botocore look at AWS_DEFAULT_PROFILE first. The AWS CLI 2 has the order turned round, and the SDK for
#   Rust does not know AWS_DEFAULT_PROFILE at all (both seen in their source; not run here). `aws configure list` of CLI 1
#   names both variables as the place that the profile comes from, so that it does not tell either.
# Version: awscli 1.46.3, boto3 1.43.62 (PyPI). Date: 2026-11-28.
# Why it matters: people set AWS_PROFILE per shell, and have an old AWS_DEFAULT_PROFILE in a start-up file. A console then
#   shows the account that AWS_PROFILE names while a command typed next to it changes the other one.
#
# Needs Python 3 with venv. No request is sent.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_REGION AWS_DEFAULT_REGION || true
export AWS_CONFIG_FILE="$work/config" AWS_SHARED_CREDENTIALS_FILE="$work/none" AWS_EC2_METADATA_DISABLED=true

{
    python3 -m venv "$work/venv" && python3 -m venv "$work/venv-boto3" &&
        "$work/venv/bin/pip" install --quiet awscli==1.46.3 &&
        "$work/venv-boto3/bin/pip" install --quiet boto3==1.43.62 botocore==1.43.62
} || { echo "could not be installed" >&2; exit 2; }
aws="$work/venv/bin/aws"

cat >"$work/config" <<'END'
[profile plain]
region = eu-west-1

[profile fallback]
region = ap-south-1
END
cat >"$work/ask.py" <<'END'
import boto3

session = boto3.Session()
print("boto3:   profile", session.profile_name, "region", session.region_name)
END

echo "$("$aws" --version 2>&1); boto3 1.43.62"
export AWS_PROFILE=plain
{
    echo "AWS_PROFILE=plain"
    echo "AWS CLI: region $("$aws" configure get region)"
    "$work/venv-boto3/bin/python" "$work/ask.py"
    export AWS_DEFAULT_PROFILE=fallback
    echo "AWS_PROFILE=plain AWS_DEFAULT_PROFILE=fallback"
    echo "AWS CLI: region $("$aws" configure get region)"
    "$work/venv-boto3/bin/python" "$work/ask.py"
    echo "AWS CLI: $("$aws" configure list | grep '^ *profile' | tr -s ' ' | sed 's/^ *//; s/ *$//')"
} | tee "$work/seen"
cat >"$work/described" <<'END'
AWS_PROFILE=plain
AWS CLI: region eu-west-1
boto3:   profile plain region eu-west-1
AWS_PROFILE=plain AWS_DEFAULT_PROFILE=fallback
AWS CLI: region ap-south-1
boto3:   profile fallback region ap-south-1
AWS CLI: profile fallback env ['AWS_DEFAULT_PROFILE', 'AWS_PROFILE']
END
diff "$work/described" "$work/seen" || { echo CHANGED >&2; exit 1; }
echo "as described"
