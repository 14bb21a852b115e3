"""Runs a command in a terminal of its own, as a person would: pseudoTerminal.py ACTIONS COMMAND...

ACTIONS is JSON: [[text to wait for, keys to press], ...]; null as keys closes the terminal, and an object with columns and
rows gives it another size. What the terminal showed goes
to stdout, the exit code is the command's, 128 + n for signal n.
"""

import fcntl
import json
import os
import pty
import struct
import sys
import termios

actions = json.loads(sys.argv[1])


def resize(terminal, columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


pid, master = pty.fork()
if pid == 0:
    resize(1, 90, 30)
    os.execvp(sys.argv[2], sys.argv[2:])

shown = b""
open_terminal = True
while open_terminal:
    try:
        chunk = os.read(master, 4096)
    except OSError:
        break
    if not chunk:
        break
    shown += chunk
    if actions and actions[0][0].encode() in shown:
        keys = actions.pop(0)[1]
        if keys is None:
            os.close(master)
            open_terminal = False
        elif isinstance(keys, dict):
            resize(master, **keys)
        else:
            os.write(master, keys.encode())

_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(status) % 256 if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
