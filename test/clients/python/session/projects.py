import sys
import tempfile
from pathlib import Path

import mlflow

SCRIPT = """
import sys
import mlflow

with mlflow.start_run():
    mlflow.log_metric("factor", float(sys.argv[1]))
"""


def project(session):
    """A process of its own, which finds server and run by its environment."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "train.py").write_text(SCRIPT, encoding="utf-8")
        Path(folder, "MLproject").write_text(
            "name: p\nentry_points:\n  main:\n    parameters:\n      factor: float\n"
            f"    command: '{sys.executable} train.py {{factor}}'\n",
            encoding="utf-8",
        )
        submitted = mlflow.run(
            folder, parameters={"factor": 0.5}, experiment_id=session.experiment_id, env_manager="local"
        )
    run = session.client.get_run(submitted.run_id)
    return {
        "status": run.info.status,
        "params": dict(run.data.params),
        "metrics": dict(run.data.metrics),
        "type": run.data.tags["mlflow.source.type"],
    }
