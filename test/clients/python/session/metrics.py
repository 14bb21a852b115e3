import threading
import time

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException


def long_history(session):
    client, run_id = session.client, session.run_id
    for start in range(0, 2500, 1000):
        steps = range(start, min(start + 1000, 2500))
        client.log_batch(run_id, [Metric("long", step / 7, step, step) for step in steps])
    history = client.get_metric_history(run_id, "long")
    return {
        "count": len(history),
        "exact": all(each.value == each.step / 7 == each.timestamp / 7 for each in history),
    }


def large_batch(session):
    """More than a batch may hold: newer clients cut it, older ones are refused and nothing of it is kept."""
    run_id = session.client.create_run(session.experiment_id, run_name="large batch").info.run_id
    batch = {
        "metrics": [Metric(f"m {index}", index, 0, 0) for index in range(1100)],
        "params": [Param(f"p {index}", str(index)) for index in range(150)],
        "tags": [RunTag(f"t {index}", str(index)) for index in range(150)],
    }
    try:
        session.client.log_batch(run_id, **batch)
        code = None
    except MlflowException as error:
        code = error.error_code
    data = session.client.get_run(run_id).data
    kept = [len(data.metrics), len(data.params), len([key for key in data.tags if key.startswith("t ")])]
    return {"code": code, "kept": kept}


def asynchronous(session):
    with mlflow.start_run(run_name="asynchronous") as active:
        for step in range(50):
            mlflow.log_metric("m", step, step=step, synchronous=False)
        mlflow.log_params({f"p{index}": index for index in range(20)}, synchronous=False)
        mlflow.log_param("waited for", 1, synchronous=False).wait()
        mlflow.set_tag("t", "1", synchronous=False)
        mlflow.log_metrics({"n": 1}, synchronous=False)
        mlflow.flush_async_logging()
        mlflow.log_text("text", "text.txt")
        mlflow.flush_artifact_async_logging() if hasattr(mlflow, "flush_artifact_async_logging") else None
    data = mlflow.get_run(active.info.run_id).data
    points = MlflowClient().get_metric_history(active.info.run_id, "m")
    return {
        "params": len(data.params),
        "steps": sorted(each.step for each in points) == list(range(50)),
        "tag": data.tags["t"],
        "metrics": sorted(data.metrics),
    }


def of_system(session):
    """Sampled by a thread of MLflow beside the run."""
    mlflow.set_system_metrics_sampling_interval(0.2)
    mlflow.set_system_metrics_samples_before_logging(1)
    mlflow.enable_system_metrics_logging()
    try:
        with mlflow.start_run(run_name="system metrics") as active:
            run_id = active.info.run_id
            key = "system/cpu_utilization_percentage"
            end = time.monotonic() + 60
            while len(session.client.get_metric_history(run_id, key)) < 3 and time.monotonic() < end:
                time.sleep(0.1)
    finally:
        mlflow.disable_system_metrics_logging()
        mlflow.set_system_metrics_sampling_interval(None)
        mlflow.set_system_metrics_samples_before_logging(None)
    steps = [point.step for point in session.client.get_metric_history(run_id, key)]
    return {
        "metrics": sorted(mlflow.get_run(run_id).data.metrics),
        "steps": steps == list(range(len(steps))) and len(steps) >= 3,
    }


def threads(session):
    client = session.client
    run_id = client.create_run(session.experiment_id, run_name="threads").info.run_id

    def work(worker):
        for step in range(20):
            client.log_metric(run_id, "shared", worker, step=step * 8 + worker)
            client.log_param(run_id, f"p {worker} {step}", step)

    workers = [threading.Thread(target=work, args=(index,)) for index in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    points = client.get_metric_history(run_id, "shared")
    return {
        "points": len({each.step for each in points}),
        "params": len(client.get_run(run_id).data.params),
    }
