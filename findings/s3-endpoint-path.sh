#!/bin/sh
# aws-sdk-s3 glues the bucket's name to the last word of an endpoint's path.
#
# Expected: an endpoint URL that has a path, such as http://HOST/storage/v1/s3, is a folder below which path-style requests
#   go: /storage/v1/s3/BUCKET/. A final slash should make no difference.
# So: without the final slash the request is GET /storage/v1/s3BUCKET/. With the slash it is right. Nothing is reported
#   before the request is sent; the server answers for a path that nobody wrote.
# Version: aws-sdk-s3 1.157.0 (Rust). Date: 2026-11-28.
# Why it matters: consoles are pointed at S3-compatible stores by an endpoint URL, and several such stores publish one with a
#   path and without a final slash. Every listing then fails with an answer that does not name the cause.
#
# Needs cargo and Python 3; builds the SDK without TLS, which takes some minutes. Only a loopback server is asked.
set -eu
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 2' INT TERM

mkdir -p "$work/try/src"
cat >"$work/try/Cargo.toml" <<'END'
[package]
name = "try"
version = "0.0.0"
edition = "2021"

[dependencies]
aws-sdk-s3 = { version = "=1.157.0", default-features = false, features = ["rt-tokio", "behavior-version-latest"] }
aws-smithy-http-client = { version = "=1.5.2", default-features = false, features = ["default-client"] }
tokio = { version = "=1.54.1", features = ["rt", "macros"] }

[profile.dev]
debug = false
END
cat >"$work/try/src/main.rs" <<'END'
use aws_sdk_s3::config::{Config, Credentials, Region, retry::RetryConfig};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for endpoint in std::env::args().skip(1) {
        let config = Config::builder()
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("MADEUPKEY", "made-up-secret", None, None, "try"))
            .endpoint_url(endpoint)
            .force_path_style(true)
            .retry_config(RetryConfig::disabled())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        // The answer is of no interest: the server writes down what it was asked.
        let _ = aws_sdk_s3::Client::from_conf(config).list_objects_v2().bucket("bucket").send().await;
    }
}
END

cat >"$work/server.py" <<'END'
import http.server, sys

class Recorder(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(sys.argv[1] + "/asked", "a") as asked:
            print(self.path.split("?")[0], file=asked)
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Recorder)
with open(sys.argv[1] + "/port", "w") as port:
    print(server.server_port, file=port)
server.serve_forever()
END

export CARGO_TARGET_DIR="$work/target"
nice -n 15 cargo build --quiet --manifest-path "$work/try/Cargo.toml" || { echo "could not be built" >&2; exit 2; }
python3 "$work/server.py" "$work" &
server=$!
until [ -s "$work/port" ]; do kill -0 "$server"; sleep 0.1; done
base="http://127.0.0.1:$(cat "$work/port")/storage/v1/s3"
"$work/target/debug/try" "$base" "$base/"

echo "aws-sdk-s3 1.157.0, path style, bucket named bucket"
echo "endpoint .../storage/v1/s3   asks $(sed -n 1p "$work/asked")"
echo "endpoint .../storage/v1/s3/  asks $(sed -n 2p "$work/asked")"
[ "$(sed -n 1p "$work/asked")" = /storage/v1/s3bucket/ ] && [ "$(sed -n 2p "$work/asked")" = /storage/v1/s3/bucket/ ] ||
    { echo "CHANGED: expected /storage/v1/s3bucket/ and /storage/v1/s3/bucket/" >&2; exit 1; }
echo "as described"
