#!/bin/sh
# One profile, two accounts: the AWS SDK for Rust and boto3 disagree on which of a profile's two credentials is used.
#
# Expected: a profile that has keys in the credentials file and a credential_process in the config file means the same
#   identity to every SDK.
# So: the SDK for Rust runs the process and does not look at the keys; botocore (boto3, AWS CLI 1) takes the keys from the
#   credentials file and never runs the process. When the keys stand in the config file, next to the process, both run the
#   process: for boto3 it depends on the file. Neither reports that there was a choice.
# Version: aws-config 1.13.0 (Rust); boto3 1.43.62 (PyPI). Date: 2026-11-28.
# Why it matters: somebody who adds a credential_process to a profile and leaves old keys behind sees one account in a
#   console and changes another one with a script, under one and the same profile name.
#
# Needs cargo and Python 3 with venv; the build takes a minute or more. The keys are made up; no request is sent.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN || true
export AWS_CONFIG_FILE="$work/config" AWS_SHARED_CREDENTIALS_FILE="$work/credentials" AWS_EC2_METADATA_DISABLED=true
export AWS_REGION=us-east-1

cat >"$work/answer.json" <<'END'
{"Version": 1, "AccessKeyId": "KEYOFTHEPROCESS", "SecretAccessKey": "made-up-secret"}
END
cat >"$work/config" <<END
[profile two-files]
credential_process = cat $work/answer.json

[profile one-file]
credential_process = cat $work/answer.json
aws_access_key_id = KEYOFTHEFILE
aws_secret_access_key = made-up-secret
END
cat >"$work/credentials" <<'END'
[two-files]
aws_access_key_id = KEYOFTHEFILE
aws_secret_access_key = made-up-secret
END

mkdir -p "$work/try/src"
cat >"$work/try/Cargo.toml" <<'END'
[package]
name = "try"
version = "0.0.0"
edition = "2021"

[dependencies]
aws-config = { version = "=1.13.0", default-features = false, features = ["rt-tokio", "credentials-process"] }
aws-credential-types = "=1.3.1"
aws-smithy-http-client = { version = "=1.5.2", default-features = false, features = ["default-client"] }
tokio = { version = "=1.54.1", features = ["rt", "macros"] }

[profile.dev]
debug = false
END
cat >"$work/try/src/main.rs" <<'END'
use aws_config::{profile::ProfileFileCredentialsProvider, provider_config::ProviderConfig};
use aws_credential_types::provider::ProvideCredentials;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // The SDK wants an HTTP client to be there, and does not use it for these profiles.
    let http = aws_smithy_http_client::Builder::new().build_http();
    let config = ProviderConfig::without_region().with_http_client(http);
    for name in ["two-files", "one-file"] {
        let provider = ProfileFileCredentialsProvider::builder().configure(&config).profile_name(name).build();
        let found = provider.provide_credentials().await;
        println!("SDK for Rust, {name}: {}", found.as_ref().map_or("none", |keys| keys.access_key_id()));
    }
}
END
cat >"$work/ask.py" <<'END'
import boto3

for name in ["two-files", "one-file"]:
    keys = boto3.Session(profile_name=name).get_credentials()
    print(f"boto3, {name}:", keys.access_key if keys else "none")
END

export CARGO_TARGET_DIR="$work/target"
{
    python3 -m venv "$work/venv" && "$work/venv/bin/pip" install --quiet boto3==1.43.62 botocore==1.43.62 &&
        nice -n 15 cargo build --quiet --manifest-path "$work/try/Cargo.toml"
} || { echo "could not be installed" >&2; exit 2; }

echo "aws-config 1.13.0, boto3 1.43.62; profiles with both kinds of credentials"
{ "$work/target/debug/try"; "$work/venv/bin/python" "$work/ask.py"; } | tee "$work/seen"
cat >"$work/described" <<'END'
SDK for Rust, two-files: KEYOFTHEPROCESS
SDK for Rust, one-file: KEYOFTHEPROCESS
boto3, two-files: KEYOFTHEFILE
boto3, one-file: KEYOFTHEPROCESS
END
diff "$work/described" "$work/seen" || { echo CHANGED >&2; exit 1; }
echo "as described"
