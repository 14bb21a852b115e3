"""Calls MLflow's own stores in one warm process: a JSON command a line in, {"ms": …, "ids": […]} a line out."""

import json
import sys
import time

from mlflow.entities import ViewType


def open_store(uri):
    if uri.startswith("sqlite:"):
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

        return SqlAlchemyStore(uri, uri.removeprefix("sqlite:///") + ".artifacts")
    from mlflow.store.tracking.file_store import FileStore

    return FileStore(uri)


for line in sys.stdin:
    command = json.loads(line)
    store = open_store(command["uri"])
    start = time.perf_counter()
    runs = store.search_runs(
        command["experiment_ids"],
        command["filter"],
        ViewType.ACTIVE_ONLY,
        command["max_results"],
        command["order_by"],
    )
    ms = (time.perf_counter() - start) * 1000
    print(json.dumps({"ms": ms, "ids": [run.info.run_id for run in runs]}), flush=True)
