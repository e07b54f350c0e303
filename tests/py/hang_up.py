"""A program in a terminal that goes away without a signal (no controlling terminal: as behind a multiplexer that was killed).
`hang_up.py PROGRAM ARGUMENTS...`: waits for the first screen, closes the terminal, prints the exit status."""
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import time

master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
child = subprocess.Popen(sys.argv[1:], stdin=slave, stdout=slave, stderr=subprocess.DEVNULL, start_new_session=True)
os.close(slave)
seen, end = b"", time.monotonic() + 30
while b"complete" not in seen and time.monotonic() < end:
    seen += os.read(master, 65536)
os.close(master)
try:
    print(child.wait(timeout=60))
finally:
    child.kill()
