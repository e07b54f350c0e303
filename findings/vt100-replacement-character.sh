#!/bin/sh
# The vt100 crate gives U+FFFD no cell: what follows on the line stands one cell to the left for each.
#
# Expected: U+FFFD (REPLACEMENT CHARACTER), written as valid UTF-8, is a character of one cell like any other; programs write it in place of
#   what they would not show. pyte, another terminal in a library, shows it so; so do xterm and tmux.
# So: vt100 takes it for the sign of broken input and shows nothing. The cursor does not move, so every later cell of a line that is written in
#   one piece is off by one, and a relative step (CUF) behind it goes to the wrong column, while an absolute one (CHA) is right.
# Version: vt100 0.18.1 (Rust), pyte 0.8.2 (Python). Date: 2026-11-29.
# Why it matters: a program that hides control characters in strangers' texts behind U+FFFD, and saves bytes by relative steps, leaves remains of the
#   old screen in every multiplexer, recorder and test that is built on vt100, and only on lines that hold such a text.
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
vt100 = "=0.18.1"
END
cat >"$work/try/src/main.rs" <<'END'
fn main() {
    for (how, text) in [("steps", "a\u{fffd}b\x1b[3Cc"), ("column", "a\u{fffd}b\x1b[7Gc")] {
        let mut screen = vt100::Parser::new(1.try_into().unwrap(), 10.try_into().unwrap(), 0);
        screen.process(text.as_bytes());
        println!("vt100 {how:6} |{}|", screen.screen().rows(0, 10).next().unwrap());
    }
}
END
export CARGO_TARGET_DIR="$work/target"
nice -n 15 cargo build --quiet --manifest-path "$work/try/Cargo.toml" || { echo "could not be built" >&2; exit 2; }
python3 -m venv "$work/venv" && "$work/venv/bin/pip" install --quiet pyte==0.8.2 || { echo "pyte could not be installed" >&2; exit 2; }
cat >"$work/try.py" <<'END'
import pyte
for how, text in (("steps", "a\ufffdb\x1b[3Cc"), ("column", "a\ufffdb\x1b[7Gc")):
    screen = pyte.Screen(10, 1)
    pyte.Stream(screen).feed(text)
    print(f"pyte  {how:6} |{screen.display[0].rstrip()}|")
END
echo "vt100 0.18.1, pyte 0.8.2, $(rustc --version)"
{
    "$work/target/debug/try"
    "$work/venv/bin/python" "$work/try.py"
} | tee "$work/seen"
for line in '^vt100 steps  |ab   c|$' '^vt100 column |ab    c|$' '^pyte  steps  |a.*b   c|$' '^pyte  column |a.*b   c|$'; do
    grep -q "$line" "$work/seen" || { echo "CHANGED: no line like $line" >&2; exit 1; }
done
echo "as described"
