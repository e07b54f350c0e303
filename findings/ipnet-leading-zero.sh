#!/bin/sh
# ipnet reads an octet with a leading zero as decimal; the standard library refuses it and inet_aton reads it as octal.
#
# Expected: Ipv4Net takes the same addresses as std::net::Ipv4Addr, with a prefix length added, so 010.0.0.0/16 is refused.
# So: it is read as 10.0.0.0/16. std refuses 010.0.0.0, for the reason that others disagree on its meaning; inet_aton, which
#   many C programs use, takes it for 8.0.0.0.
# Version: ipnet 2.12.2 (Rust), with the std of whatever Rust is there. Date: 2026-11-28.
# Why it matters: a console that checks a typed or imported CIDR with ipnet and looks for overlaps shows one network, where
#   the tool next to it means another; a route or a security group rule is then judged by the wrong one.
#
# Needs cargo and Python 3 (for inet_aton).
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
ipnet = "=2.12.2"
END
cat >"$work/try/src/main.rs" <<'END'
fn main() {
    match "010.0.0.0/16".parse::<ipnet::Ipv4Net>() {
        Ok(read) => println!("ipnet     010.0.0.0/16 is {read}"),
        Err(why) => println!("ipnet     010.0.0.0/16 is refused ({why})"),
    }
    match "010.0.0.0".parse::<std::net::Ipv4Addr>() {
        Ok(read) => println!("std::net  010.0.0.0 is {read}"),
        Err(why) => println!("std::net  010.0.0.0 is refused ({why})"),
    }
}
END

export CARGO_TARGET_DIR="$work/target"
nice -n 15 cargo build --quiet --manifest-path "$work/try/Cargo.toml" || { echo "could not be built" >&2; exit 2; }
echo "ipnet 2.12.2, $(rustc --version)"
{
    "$work/target/debug/try"
    python3 -c 'import socket; print("inet_aton 010.0.0.0 is", socket.inet_ntoa(socket.inet_aton("010.0.0.0")))'
} | tee "$work/seen"
for line in '^ipnet     010.0.0.0/16 is 10.0.0.0/16$' '^std::net  010.0.0.0 is refused' '^inet_aton 010.0.0.0 is 8.0.0.0$'; do
    grep -q "$line" "$work/seen" || { echo "CHANGED: no line like $line" >&2; exit 1; }
done
echo "as described"
