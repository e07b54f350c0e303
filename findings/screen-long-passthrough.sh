#!/bin/sh
# GNU screen 4.9 drops a pass-through string of 768 bytes or more, and draws the rest of it on the screen as text.
#
# Expected: what is wrapped into a device control string (ESC P ... ESC \) is handed to the outer terminal, whatever its
#   length; or, if it is too long, is left out up to its end.
# So: up to 767 bytes it is handed on. One more, and nothing is, and the bytes after the first 768 are no longer taken for a
#   part of the string: they are drawn where the cursor is.
# Version: GNU screen 4.9.0 (Debian 4.9.0-4; unpacked into the temporary folder if it is not there). Date: 2026-11-28.
# Why it matters: copying to the clipboard from inside screen goes that way (OSC 52 in a pass-through). An ARN fits; a policy,
#   or a table of some rows, does not: it is not copied, and its Base64 is written across the console. The remedy is
#   to send one sequence in several shorter pass-through strings.
#
# Needs Python 3 (for a pseudo-terminal).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
unset STY || true
export TERM=xterm-256color LC_ALL=C.UTF-8 SCREENDIR="$work/sockets" SCREENRC=/dev/null SYSSCREENRC=/dev/null
mkdir -m 700 "$SCREENDIR"

case "$(screen --version 2>/dev/null || true)" in
*" 4.09.00 "*) ;;
*)
    (cd "$work" && apt-get download -qq screen=4.9.0-4 && dpkg-deb -x screen_*.deb .) || { echo "no screen 4.9.0" >&2; exit 2; }
    export PATH="$work/usr/bin:$PATH"
    ;;
esac
screen --version || true

cat >"$work/ask.py" <<'END'
import os, pty, re, sys

def drawn(text):
    """What screen writes to its terminal when the program in it writes the text."""
    with open(sys.argv[1] + "/text", "wb") as file:
        file.write(b"BEGIN\r\n" + text + b"\r\nEND")
    pid, screen = pty.fork()
    if pid == 0:
        os.execvp("screen", ["screen", "sh", "-c", 'cat "$0"; sleep 1', sys.argv[1] + "/text"])
    got = b""
    try:
        while more := os.read(screen, 65536):
            got += more
    except OSError:
        pass
    os.waitpid(pid, 0)
    return got[got.index(b"BEGIN") + 5 : got.rindex(b"END")]

for size in [767, 768, 900]:
    # A title for the window: harmless, and as long as one likes.
    title = b"\x1b]0;" + b"a" * (size - 5) + b"\x07"
    got = drawn(b"\x1bP" + title + b"\x1b\\")
    text = re.sub(rb"\x1b\].*?\x07", b"", got, flags=re.DOTALL)
    print(size, "handed on" if title in got else "dropped", "drawn as text:", text.count(b"a"))

title = b"\x1b]0;" + b"a" * 895 + b"\x07"
pieces = [b"\x1bP" + title[at : at + 500] + b"\x1b\\" for at in range(0, len(title), 500)]
print(900, "in two strings", "handed on" if title in drawn(b"".join(pieces)) else "dropped")
END
echo "bytes in the pass-through string, and what became of them"
python3 "$work/ask.py" "$work" | tee "$work/seen"
cat >"$work/described" <<'END'
767 handed on drawn as text: 0
768 dropped drawn as text: 0
900 dropped drawn as text: 131
900 in two strings handed on
END
diff "$work/described" "$work/seen" || { echo CHANGED >&2; exit 1; }
echo "as described"
