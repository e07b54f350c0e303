#!/bin/sh
# The AWS SDK for Rust reads half of CloudWatch's moments one millisecond early.
#
# Expected: a moment of whole milliseconds, which rpc-v2-cbor sends as seconds since 1970 in a double, is read as the moment that was sent; the
#   AWS CLI and boto3 do so.
# So: aws-smithy-cbor cuts the double at the millisecond where it would have to take the nearest one. 1793137478.152 as a double is a little less
#   than that, so it becomes 1793137478.151. The crate does not even read back what it has written itself. Its source says that the cut is wanted,
#   because the protocol's text says "truncated"; the text means digits beyond the millisecond, not the double's own error.
# Version: aws-smithy-cbor 0.64.1, aws-smithy-types 1.9.1 (Rust); botocore 1.44.5 (Python). Date: 2026-11-29.
# Why it matters: a moment of CloudWatch's (when an alarm changed, when a point was) is not equal between a Rust program and the AWS CLI: whoever joins
#   or compares by it misses half of the rows, and a test that compares them fails every other time.
#
# Needs cargo and Python 3 with venv.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM

mkdir -p "$work/try/src"
cat >"$work/try/Cargo.toml" <<'END'
[package]
name = "try"
version = "0.0.0"
edition = "2021"

[dependencies]
aws-smithy-cbor = "=0.64.1"
aws-smithy-types = "=1.9.1"
END
cat >"$work/try/src/main.rs" <<'END'
use aws_smithy_cbor::{Decoder, Encoder};
use aws_smithy_types::DateTime;

fn main() {
    let mut early = 0;
    for milli in 0..1000 {
        let sent = 1_793_137_478_000 + milli;
        let mut to = Encoder::new(Vec::new());
        to.timestamp(&DateTime::from_millis(sent));
        let bytes = to.into_writer();
        let read = Decoder::new(&bytes).timestamp().unwrap().to_millis().unwrap();
        early += usize::from(read == sent - 1);
        if milli == 152 {
            println!("smithy   sent {sent} read {read}");
            println!("bytes    {}", bytes.iter().map(|b| format!("{b:02x}")).collect::<String>());
        }
    }
    println!("smithy   one early: {} of 1000", if early > 300 { "hundreds" } else { "few" });
}
END
export CARGO_TARGET_DIR="$work/target"
nice -n 15 cargo build --quiet --manifest-path "$work/try/Cargo.toml" || { echo "could not be built" >&2; exit 2; }
python3 -m venv "$work/venv" && "$work/venv/bin/pip" install --quiet botocore==1.44.5 || { echo "botocore could not be installed" >&2; exit 2; }
cat >"$work/try.py" <<'END'
import io, sys
from botocore.parsers import BaseCBORParser

class Parser(BaseCBORParser):
    def _do_parse(self, response, shape):
        raise NotImplementedError

moment = Parser().parse_data_item(io.BufferedReader(io.BytesIO(bytes.fromhex(sys.argv[1]))))
print("botocore read", round(moment.timestamp() * 1000))
END
echo "aws-smithy-cbor 0.64.1, botocore 1.44.5, $(rustc --version)"
"$work/target/debug/try" >"$work/rust"
{
    cat "$work/rust"
    "$work/venv/bin/python" "$work/try.py" "$(sed -n 's/^bytes *//p' "$work/rust")"
} | tee "$work/seen"
for line in '^smithy   sent 1793137478152 read 1793137478151$' '^smithy   one early: hundreds of 1000$' '^botocore read 1793137478152$'; do
    grep -q "$line" "$work/seen" || { echo "CHANGED: no line like $line" >&2; exit 1; }
done
echo "as described"
