#!/bin/sh
# tmux sends a buffer to the terminal's clipboard although set-clipboard is off, and names no selection in doing so.
#
# Expected: with `set-clipboard off` tmux writes no clipboard sequence (OSC 52) to the outer terminal. If it is on, it writes the
#   usual `c`, for the clipboard, as the program in the pane did.
# So: `off` only keeps back what a program in a pane sends. `load-buffer -w` and `set-buffer -w` write OSC 52 with every value
#   of the option. Whatever comes from tmux has an empty selection field (52;;TEXT), even where the program wrote 52;c;TEXT;
#   some terminals take an empty field for another selection than the clipboard, and a few programs in between drop it
#   (not shown here).
# Version: tmux 3.3a (Debian 3.3a-3; unpacked into the temporary folder if that tmux is not there). Date: 2026-11-28.
# Why it matters: a console copies an ARN or a key's id through tmux. Somebody who turned the clipboard off has it there all the
#   same, and somebody who turned it on may paste something older, and nothing says so.
#
# Needs Python 3 (for a pseudo-terminal).
set -eu
work=$(mktemp -d)
trap 'tmux -S "$work/socket" kill-server 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
unset TMUX || true
export TERM=xterm-256color LC_ALL=C.UTF-8

if [ "$(tmux -V 2>/dev/null)" != "tmux 3.3a" ]; then
    (cd "$work" && apt-get download -qq tmux=3.3a-3 && dpkg-deb -x tmux_*.deb .) || { echo "no tmux 3.3a" >&2; exit 2; }
    export PATH="$work/usr/bin:$PATH"
fi
tmux -V

cat >"$work/ask.py" <<'END'
import os, pty, re, select, subprocess, sys, time

tmux = ["tmux", "-f", "/dev/null", "-S", sys.argv[1] + "/socket"]
pid, screen = pty.fork()
if pid == 0:
    os.execvp("tmux", tmux + ["new-session", "cat"])

def drawn(until, seconds):
    """What tmux writes to its terminal until the pattern is there, and a little more."""
    got, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([screen], [], [], 0.1)[0]:
            got += os.read(screen, 65536)
        if until and re.search(until, got):
            until, end = None, time.monotonic() + 0.5
    return got

def show(option, what, seconds, until, *command):
    subprocess.run(tmux + list(command), input=b"made up", check=True)
    sent = re.findall(rb"\x1b\](52;[^\x07\x1b]*)", drawn(until, seconds))
    print(f"{option:4} {what:12} {sent[0].decode() if sent else 'nothing'}")

drawn(b"\\[0\\]", 10)
for option in ["on", "off"]:
    subprocess.run(tmux + ["set-option", "-s", "set-clipboard", option], check=True)
    program = r"printf '\033]52;c;bWFkZSB1cA==\007READY'; exec cat"
    show(option, "program", 10, b"READY", "respawn-pane", "-k", program)
    show(option, "load-buffer", 10, b"\x1b\\]52", "load-buffer", "-w", "-")
    show(option, "set-buffer", 10, b"\x1b\\]52", "set-buffer", "-w", "made up")
END
echo "set-clipboard, who copies, what the terminal is sent; programs write 52;c;bWFkZSB1cA=="
python3 "$work/ask.py" "$work" | tee "$work/seen"
cat >"$work/described" <<'END'
on   program      52;;bWFkZSB1cA==
on   load-buffer  52;;bWFkZSB1cA==
on   set-buffer   52;;bWFkZSB1cA==
off  program      nothing
off  load-buffer  52;;bWFkZSB1cA==
off  set-buffer   52;;bWFkZSB1cA==
END
diff "$work/described" "$work/seen" || { echo CHANGED >&2; exit 1; }
echo "as described"
