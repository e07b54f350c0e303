#!/bin/sh
# GNU screen 4.9 takes the red, green and blue of a 24-bit colour for orders of their own.
#
# Expected: a terminal that does not know 24-bit colour (ESC [ 48;2;R;G;B m) leaves the whole sequence out, or shows the
#   nearest of the 256 colours that it does know.
# So: it reads on in the middle of the sequence. The 2 makes the text faint, and each of the three numbers counts as an
#   attribute: a green of 4 underlines, a blue of 7 reverses, 40 and 90 are colours that nobody chose. So a background of one
#   shade comes out as underlined reversed text, and the next shade as something else. 256 colours are handled well.
# Version: GNU screen 4.9.0 (Debian 4.9.0-4; unpacked into the temporary folder if it is not there). Date: 2026-11-28.
# Why it matters: a console whose theme has 24-bit colours is not just duller in screen but unreadable, in a manner that
#   depends on the theme. COLORTERM often survives from outside and says "truecolor" in there.
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

for order in ["48;5;23", "48;2;1;4;7", "48;2;10;40;90", "38;2;1;4;7"]:
    before = drawn(b"\x1b[" + order.encode() + b"mX\x1b[0m").split(b"X")[0]
    print(f"{order:14}", *[attribute.decode() for attribute in re.findall(rb"\x1b\[([0-9;]+)m", before)])
END
echo "what the program asks for, and what the terminal is asked for"
python3 "$work/ask.py" "$work" | tee "$work/seen"
cat >"$work/described" <<'END'
48;5;23        48;5;23
48;2;1;4;7     2 4 1 7
48;2;10;40;90  2 30 40 90
38;2;1;4;7     2 4 1 7
END
diff "$work/described" "$work/seen" || { echo CHANGED >&2; exit 1; }
echo "as described"
