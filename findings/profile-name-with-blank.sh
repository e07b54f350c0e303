#!/bin/sh
# The AWS SDK for Rust passes over a profile whose name has a blank, although the AWS CLI writes such a profile itself.
#
# Expected: a profile that `aws configure --profile "my prof"` has written is there for every SDK; the file is shared.
# So: the CLI writes the section [profile 'my prof'] and reads it back; the SDK for Rust takes the name for an invalid one
#   and leaves the section out with no more than a line in its log, as if the file did not have it. Quoted with " or
#   not quoted at all, it is the same; only a name without a blank is read.
# Version: aws-config 1.13.0 with aws-runtime 1.10.2 (Rust); awscli 1.46.3 (PyPI). Date: 2026-11-28.
# Why it matters: a console in Rust does not offer the profile, or says that it does not exist, while every aws command with
#   the same name works.
#
# Needs cargo and Python 3 with venv; the build takes a minute or more. No request is sent.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_REGION AWS_DEFAULT_REGION || true
export AWS_CONFIG_FILE="$work/config" AWS_SHARED_CREDENTIALS_FILE="$work/credentials" AWS_EC2_METADATA_DISABLED=true

mkdir -p "$work/try/src"
cat >"$work/try/Cargo.toml" <<'END'
[package]
name = "try"
version = "0.0.0"
edition = "2021"

[dependencies]
aws-config = { version = "=1.13.0", default-features = false, features = ["rt-tokio"] }
aws-runtime = "=1.10.2"
tokio = { version = "=1.54.1", features = ["rt", "macros"] }

[profile.dev]
debug = false
END
cat >"$work/try/src/main.rs" <<'END'
use aws_config::meta::region::ProvideRegion;
use aws_config::profile::ProfileFileRegionProvider;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for name in std::env::args().skip(1) {
        let found = ProfileFileRegionProvider::builder().profile_name(name.clone()).build().region().await;
        println!("SDK for Rust, profile {name}: {}", found.as_ref().map_or("not found", |region| region.as_ref()));
    }
}
END

export CARGO_TARGET_DIR="$work/target"
{
    python3 -m venv "$work/venv" && "$work/venv/bin/pip" install --quiet awscli==1.46.3 &&
        nice -n 15 cargo build --quiet --manifest-path "$work/try/Cargo.toml"
} || { echo "could not be installed" >&2; exit 2; }
aws="$work/venv/bin/aws"

"$aws" configure set region eu-west-3 --profile "my prof"
"$aws" configure set region eu-west-1 --profile my-prof
echo "aws-config 1.13.0, aws-runtime 1.10.2, $("$aws" --version 2>&1)"
echo "written by the CLI:"
sed 's/^/    /' "$work/config"
cp "$work/config" "$work/by-cli"
{
    for name in "my prof" my-prof; do
        echo "AWS CLI, profile $name: $("$aws" configure get region --profile "$name" || echo not found)"
    done
    "$work/target/debug/try" "my prof" my-prof
    printf '[profile "my prof"]\nregion = eu-west-3\n' >"$work/config"
    echo 'with [profile "my prof"]:'
    "$work/target/debug/try" "my prof"
    printf '[profile my prof]\nregion = eu-west-3\n' >"$work/config"
    echo 'with [profile my prof]:'
    "$work/target/debug/try" "my prof"
} | tee "$work/seen"
cat >"$work/described" <<'END'
AWS CLI, profile my prof: eu-west-3
AWS CLI, profile my-prof: eu-west-1
SDK for Rust, profile my prof: not found
SDK for Rust, profile my-prof: eu-west-1
with [profile "my prof"]:
SDK for Rust, profile my prof: not found
with [profile my prof]:
SDK for Rust, profile my prof: not found
END
diff "$work/described" "$work/seen" && grep -qx "\[profile 'my prof'\]" "$work/by-cli" || { echo CHANGED >&2; exit 1; }
echo "as described"
