import os

import mlflow
import pandas as pd
from mlflow.entities import Metric, Param, RunTag
from versions import HAS_DATASETS, is_at_least, takes

from .data import FEATURES, LABELS

# The longest value that clients sent before 2.x, and since then.
LONG = "x" * (6000 if is_at_least(2, 9) else 500)


def fluent(session):
    """The run that the other topics go on with; returns how long its longest param is."""
    with mlflow.start_run(
        run_name="parent ü", description="a note", tags={"stage": "dev", "a/b": ""}
    ) as active:
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({"model/kind": "softmax", "flag": True, "none": None, "long": LONG})
        mlflow.log_metric("loss", 0.1 + 0.2, step=1)
        for step in (2, 0, -3):
            mlflow.log_metric("loss", 1 / (step + 10), step=step, **at(1700000000000 + step))
        mlflow.log_metrics(
            {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf"), "val/acc": 1}, step=7
        )
        mlflow.log_metric("beyond", 1.0, step=2**53 + 1, **at(2**53 + 1))
        mlflow.log_metrics({"at": 0.5, "größe/日本": 2}, step=1, **at(1700000000000))
        mlflow.set_tag("größe", "日本 🎲")
        mlflow.set_tags({"one": 1, "two": "2", "temporary": "x"})
        mlflow.delete_tag("temporary")
        session.run_id = active.info.run_id
    return len(LONG)


def at(timestamp):
    return {"timestamp": timestamp} if takes(mlflow.log_metrics, "timestamp") else {}


def datasets(session):
    with mlflow.start_run(run_id=session.run_id):
        frame = pd.DataFrame({"x": FEATURES[:, 0], "y": LABELS})
        data = mlflow.data.from_pandas(frame, source="data/iris.csv", name="iris", targets="y")
        mlflow.log_input(data, context="train", tags={"part": "1"})
        if hasattr(mlflow, "log_inputs"):
            few = mlflow.data.from_numpy(FEATURES, targets=LABELS, name="few")
            mlflow.log_inputs(datasets=[few], contexts=["eval"], tags_list=[{"part": "2"}])
    inputs = session.client.get_run(session.run_id).inputs.dataset_inputs
    return sorted([entry.dataset.name, entry.dataset.source_type] for entry in inputs)


def nested(session):
    """Returns the ids of the children."""
    children = []
    with mlflow.start_run(run_id=session.run_id) as parent:
        for index in range(3):
            with mlflow.start_run(run_name=f"child {index}", nested=True) as child:
                mlflow.log_param("index", index)
                mlflow.log_metric("loss", index)
                children.append(child.info.run_id)
        assert mlflow.active_run().info.run_id == parent.info.run_id
    assert mlflow.last_active_run().info.run_id == parent.info.run_id
    if hasattr(mlflow, "get_parent_run"):
        assert mlflow.get_parent_run(children[0]).info.run_id == parent.info.run_id
        assert session.client.get_parent_run(children[0]).info.run_id == parent.info.run_id
    return children


def failing(session):
    try:
        with mlflow.start_run(run_name="failing") as active:
            raise RuntimeError("on purpose")
    except RuntimeError:
        return session.client.get_run(active.info.run_id).info.status


def resumed(session):
    """A run that another process began, as this one finds it by its environment."""
    run_id = session.client.create_run(session.experiment_id, run_name="begun").info.run_id
    session.client.set_terminated(run_id, "KILLED", end_time=5)
    os.environ["MLFLOW_RUN_ID"] = run_id
    with mlflow.start_run() as active:
        assert active.info.run_id == run_id
        during = session.client.get_run(run_id).info
        mlflow.log_metric("resumed", 1)
    after = mlflow.get_run(run_id)
    return {
        "during": [during.status, during.end_time],
        "after": after.info.status,
        "ended": after.info.end_time > 5,
        "metrics": dict(after.data.metrics),
    }


def of_client(session):
    """The same without the fluent API, one entity each."""
    client = session.client
    run_id = client.create_run(
        session.experiment_id, start_time=7, run_name="of the client", tags={"mlflow.user": "ada"}
    ).info.run_id
    client.log_param(run_id, "p", "1")
    client.log_metric(run_id, "m", 0.5, timestamp=3, step=-4)
    client.set_tag(run_id, "t ü", "1")
    client.set_tag(run_id, "gone", "1")
    client.delete_tag(run_id, "gone")
    client.log_batch(
        run_id, [Metric("m", 1.5, 4, 0), Metric("n", 2, 1, 1)], [Param("q", "2")], [RunTag("u", "2")]
    )
    if HAS_DATASETS:
        from mlflow.entities import Dataset, DatasetInput, InputTag

        data = Dataset("rows", "d1", "local", '{"uri": "rows.csv"}', schema="{}", profile="{}")
        client.log_inputs(run_id, [DatasetInput(data, [InputTag("mlflow.data.context", "test")])])
    client.update_run(run_id, name="renamed ü")
    client.set_terminated(run_id, "FINISHED", end_time=9)
    run = client.get_run(run_id)
    return {
        "times": [run.info.start_time, run.info.end_time],
        "names": [run.info.run_name, run.data.tags["mlflow.runName"]],
        "params": dict(run.data.params),
        "metrics": dict(run.data.metrics),
        "tags": {key: value for key, value in run.data.tags.items() if not key.startswith("mlflow.")},
        "user": run.info.user_id,
        "datasets": len(run.inputs.dataset_inputs) if HAS_DATASETS else None,
    }
