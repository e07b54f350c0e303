#!/bin/sh
# jiff's Timestamp ends about a day before the end of the year 9999, and AWS's "for ever" is after that.
#
# Expected: a Timestamp covers the years that RFC 3339 can write, so 9999-12-31T23:59:59Z is read like any other moment.
# So: the greatest Timestamp is 9999-12-30T22:00:00.999999999Z (room is kept for every possible offset), and the last day
#   of 9999 is refused as out of range. The same text is read without complaint by jiff's own Pieces, and without
#   the Z by its civil DateTime.
# Version: jiff 0.2.43 (Rust). Date: 2026-11-28.
# Why it matters: AWS APIs take 9999-12-31T23:59:59Z for an end that never comes, and hand it back. A console that
#   parses times with jiff shows an error, or an empty field, for just those rows.
#
# Needs cargo.
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
jiff = { version = "=0.2.43", default-features = false, features = ["std"] }
END
cat >"$work/try/src/main.rs" <<'END'
use jiff::{Timestamp, civil::DateTime, fmt::temporal::Pieces};

fn main() {
    let for_ever = "9999-12-31T23:59:59Z";
    println!("greatest  {}", Timestamp::MAX);
    match for_ever.parse::<Timestamp>() {
        Ok(read) => println!("timestamp read {read}"),
        Err(why) => println!("timestamp refused ({why})"),
    }
    match Pieces::parse(for_ever) {
        Ok(read) => println!("pieces    read {read}"),
        Err(why) => println!("pieces    refused ({why})"),
    }
    match for_ever.trim_end_matches('Z').parse::<DateTime>() {
        Ok(read) => println!("civil     read {read}"),
        Err(why) => println!("civil     refused ({why})"),
    }
}
END

export CARGO_TARGET_DIR="$work/target"
nice -n 15 cargo build --quiet --manifest-path "$work/try/Cargo.toml" || { echo "could not be built" >&2; exit 2; }
echo "jiff 0.2.43, asked to read 9999-12-31T23:59:59Z"
"$work/target/debug/try" | tee "$work/seen"
for line in '^greatest  9999-12-30T22:00:00.999999999Z$' '^timestamp refused' '^pieces    read 9999-12-31T23:59:59' \
    '^civil     read 9999-12-31T23:59:59$'; do
    grep -q "$line" "$work/seen" || { echo "CHANGED: no line like $line" >&2; exit 1; }
done
echo "as described"
