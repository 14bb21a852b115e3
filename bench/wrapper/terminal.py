"""Runs commands in a terminal of their own, one after the other.

In, a line each: {"command": [...], "cwd": "...", "env": {...}}. Out: {"code": 0, "ms": ..., "cpuMs": ..., "tail": "..."}, where the
processor time is that of the command and of all processes that it waited for.
"""

import fcntl
import json
import os
import pty
import struct
import sys
import termios
import time


def run(command, cwd, env):
    start = time.perf_counter()
    pid, master = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        os.chdir(cwd)
        os.execvpe(command[0], command, {**os.environ, **env})
    tail = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        tail = (tail + chunk)[-2000:]
    _, status, usage = os.wait4(pid, 0)
    ms = (time.perf_counter() - start) * 1000
    os.close(master)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "ms": ms,
        "cpuMs": (usage.ru_utime + usage.ru_stime) * 1000,
        "tail": tail.decode(errors="replace"),
    }


for line in sys.stdin:
    print(json.dumps(run(**json.loads(line))), flush=True)
