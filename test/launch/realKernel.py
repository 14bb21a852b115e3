"""A real kernel for a test: a JSON request a line on stdin, JSON messages a line on stdout.

{"id": 1, "code": "…", "history": true} is answered by the outputs as Jupyter's protocol has them and then by "done";
{"id": 2, "restart": true} by "done". The kernel runs in the current folder.
"""

import json
import os
import queue
import sys

from jupyter_client.manager import KernelManager


def say(**message):
    print(json.dumps(message), flush=True)


def execute(client, request):
    asked = client.execute(request["code"], store_history=request["history"])
    while True:
        try:
            message = client.get_iopub_msg(timeout=1)
        except queue.Empty:
            continue
        if message["parent_header"].get("msg_id") != asked:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            break
        if kind in ("stream", "execute_result", "display_data", "error"):
            say(id=request["id"], kind=kind, content=content)
    reply = client.get_shell_msg(timeout=60)
    say(id=request["id"], kind="done", count=reply["content"].get("execution_count"))


def main():
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=os.getcwd())
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=120)
    say(id=0, kind="done")
    for line in sys.stdin:
        request = json.loads(line)
        if request.get("restart"):
            manager.restart_kernel(now=True)
            client.wait_for_ready(timeout=120)
            say(id=request["id"], kind="done")
        else:
            execute(client, request)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


main()
