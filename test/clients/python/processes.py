"""Many processes with many threads that log at the same time, as a sweep on one machine does."""

import multiprocessing
import os
import threading
import traceback

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

PROCESSES = 8
THREADS = 4
ROUNDS = 10


def log_at_once(uri, token, name):
    """Returns what failed and what of the acknowledged is not there. Nothing is tried again: that is switched off."""
    os.environ["MLFLOW_TRACKING_TOKEN"] = token
    mlflow.set_tracking_uri(uri)
    # MLflow is loaded once and forked, as joblib and PyTorch's workers do it. The first of them prepares, so that this
    # process has no connection yet: MLflow 1.30 would share it with all of them.
    ((experiment_id, shared),) = forked(prepare, [[name]])
    done = forked(work, [[experiment_id, shared, index] for index in range(PROCESSES)])
    client = MlflowClient()
    runs = [run_id for of_process, _ in done for run_id in of_process]
    return {
        "failures": [failure for _, of_process in done for failure in of_process],
        "runs": len(set(runs)),
        "found": len(client.search_runs([experiment_id], "tags.kind = 'own'")),
        "lost": lost_of_shared(client, shared) + [loss for run_id in runs for loss in lost_of(client, run_id)],
    }


def forked(function, calls):
    """What the function returns for each list of arguments, each in a process of its own, all at once."""
    context = multiprocessing.get_context("fork")
    replies = context.SimpleQueue()
    workers = [context.Process(target=lambda args=args: replies.put(function(*args))) for args in calls]
    for worker in workers:
        worker.start()
    results = [replies.get() for _ in workers]
    for worker in workers:
        worker.join()
    return results


def prepare(name):
    experiment_id = mlflow.set_experiment(name).experiment_id
    return experiment_id, MlflowClient().create_run(experiment_id, run_name="shared").info.run_id


def work(experiment_id, shared, process):
    runs, failures = [], []

    def thread(index):
        try:
            runs.append(log(experiment_id, shared, process * THREADS + index))
        except Exception:
            failures.append(traceback.format_exc())

    threads = [threading.Thread(target=thread, args=(index,)) for index in range(THREADS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return runs, failures


def log(experiment_id, shared, worker):
    """One thread's work: a run of its own, with a child, and the run that all share."""
    client = MlflowClient()
    run_id = client.create_run(experiment_id, run_name=f"run {worker}", tags={"kind": "own"}).info.run_id
    for step in range(ROUNDS):
        client.log_metric(run_id, "loss", step / 7, step=step)
        client.log_param(run_id, f"p {step}", worker)
        client.log_batch(
            run_id,
            [Metric("batch", step * 10 + point, step, step * 10 + point) for point in range(10)],
            [Param(f"q {step}", "1")],
            [RunTag("step", str(step))],
        )
        client.log_metric(shared, "of all", worker, step=worker * ROUNDS + step)
        client.log_batch(shared, [], [Param(f"{worker} / {step}", "1")], [RunTag(f"t {worker}", str(step))])
    child = client.create_run(experiment_id, tags={"mlflow.parentRunId": run_id, "kind": "child"}).info.run_id
    client.set_terminated(child)
    client.set_terminated(run_id)
    return run_id


def lost_of(client, run_id):
    run = client.get_run(run_id)
    losses = client.get_metric_history(run_id, "loss")
    points = client.get_metric_history(run_id, "batch")
    complete = (
        run.info.status == "FINISHED"
        and sorted([each.step, each.value] for each in losses) == [[step, step / 7] for step in range(ROUNDS)]
        and sorted(each.step for each in points) == list(range(ROUNDS * 10))
        and len(run.data.params) == 2 * ROUNDS
        and run.data.metrics["batch"] == ROUNDS * 10 - 1
        and run.data.tags["step"] == str(ROUNDS - 1)
    )
    return [] if complete else [run_id]


def lost_of_shared(client, shared):
    workers = range(PROCESSES * THREADS)
    data = client.get_run(shared).data
    steps = sorted(each.step for each in client.get_metric_history(shared, "of all"))
    return (
        ([] if steps == list(range(len(workers) * ROUNDS)) else ["metric of all"])
        + [f"{worker} / {step}" for worker in workers for step in range(ROUNDS) if f"{worker} / {step}" not in data.params]
        + [f"t {worker}" for worker in workers if data.tags.get(f"t {worker}") != str(ROUNDS - 1)]
    )
