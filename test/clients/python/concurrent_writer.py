"""Logs to runs of a file store with MLflow's own client: `concurrent_writer.py ROOT NAME ROUNDS RUN_ID...`, after a line on stdin."""

import sys

from mlflow.entities import Metric, Param, RunTag
from mlflow.tracking import MlflowClient

root, name, rounds, *run_ids = sys.argv[1:]
client = MlflowClient(root)
print("ready", flush=True)
sys.stdin.readline()
for step in range(int(rounds)):
    for run_id in run_ids:
        client.log_metric(run_id, "shared", step + 0.5, timestamp=int(name), step=step)
        client.log_param(run_id, f"param/{name}/{step}", str(step))
        client.set_tag(run_id, f"tag/{name}/{step}", str(step))
        client.log_batch(
            run_id,
            metrics=[
                Metric("shared", step + 0.25, int(name), step),
                Metric(f"own/{name}", float(step), int(name), step),
            ],
            params=[Param(f"batch/{name}/{step}", str(step))],
            tags=[RunTag(f"batch/{name}/{step}", str(step))],
        )
    if step % 4 == 0:
        client.create_run("0", run_name=f"{name}-{step}")
