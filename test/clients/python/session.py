"""A normal session of a training script against a tracking server, with every call that such scripts make."""

import os
import tempfile
import threading
from pathlib import Path

import canonical
import matplotlib
import mlflow
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException
from PIL import Image
from sklearn.linear_model import LogisticRegression

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

FEATURES = np.array([[0.0, 1.0], [1.0, 0.0], [0.2, 0.9], [0.9, 0.1], [0.1, 1.1], [1.1, 0.2]])
LABELS = np.array([0, 1, 0, 1, 0, 1])


def run(uri, token, name):
    """Returns what the client read back, by topic."""
    if token:
        os.environ["MLFLOW_TRACKING_TOKEN"] = token
    else:
        os.environ.pop("MLFLOW_TRACKING_TOKEN", None)
    mlflow.set_tracking_uri(uri)
    client = MlflowClient()
    result = {"defaultRun": client.create_run("0").info.experiment_id}
    result["experimentId"] = mlflow.set_experiment(name).experiment_id
    result["runId"] = log_everything()
    result["artifacts"] = artifacts(client, result["runId"])
    result["children"] = nested(result["runId"])
    result["failedStatus"] = failing(client)
    result["frame"] = search_frames(result["experimentId"])
    result["pages"] = search_pages(client, result["experimentId"])
    result["longHistory"] = long_history(client, result["runId"])
    result["asynchronous"] = asynchronous()
    result["threads"] = threads(client)
    result["lifecycle"] = lifecycle(client, name)
    result["errors"] = errors(client, result["runId"])
    result["model"] = model(client)
    result["autolog"] = autolog(client)
    result["traced"] = traced()
    result["store"] = canonical.store(client)
    return result


def log_everything():
    with mlflow.start_run(
        run_name="parent ü", description="a note", tags={"stage": "dev", "a/b": ""}
    ) as active:
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({"model/kind": "softmax", "flag": True, "none": None, "long": "x" * 6000})
        mlflow.log_metric("loss", 0.1 + 0.2, step=1)
        for step in (2, 0, -3):
            mlflow.log_metric("loss", 1 / (step + 10), step=step, timestamp=1700000000000 + step)
        mlflow.log_metrics(
            {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf"), "val/acc": 1}, step=7
        )
        mlflow.log_metric("beyond", 1.0, step=2**53 + 1, timestamp=2**53 + 1)
        mlflow.set_tag("größe", "日本 🎲")
        mlflow.set_tags({"one": 1, "two": "2", "temporary": "x"})
        mlflow.delete_tag("temporary")
        frame = pd.DataFrame({"x": FEATURES[:, 0], "y": LABELS})
        data = mlflow.data.from_pandas(frame, source="data/iris.csv", name="iris", targets="y")
        mlflow.log_input(data, context="train", tags={"part": "1"})

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "größe & co.txt")
            path.write_text("plain ü\n", encoding="utf-8")
            mlflow.log_artifact(str(path))
            mlflow.log_artifact(str(path), "sub dir/deeper")
            Path(folder, "empty.bin").write_bytes(b"")
            Path(folder, "bytes.bin").write_bytes(bytes(range(256)) * 4096)
            mlflow.log_artifacts(folder, "all")
        mlflow.log_dict({"a": [1, None, "ü"]}, "dicts/data.json")
        mlflow.log_dict({"a": [1, None, "ü"]}, "dicts/data.yaml")
        mlflow.log_text("<b>ü</b>\n", "page.html")
        figure, axes = plt.subplots()
        axes.plot([1, 2, 3])
        mlflow.log_figure(figure, "figures/plot.png")
        plt.close(figure)
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "images/array.png")
        mlflow.log_image(Image.new("RGB", (3, 2), "red"), key="sample", step=1)
        mlflow.log_table({"in": ["a", "b"], "out": [1, 2]}, "table.json")
        mlflow.log_table({"in": ["c"], "out": [3]}, "table.json")
        return active.info.run_id


def artifacts(client, run_id):
    def tree(path=None):
        for entry in client.list_artifacts(run_id, path):
            if entry.is_dir:
                yield from tree(entry.path)
            else:
                yield [entry.path, entry.file_size or 0]

    with tempfile.TemporaryDirectory() as folder:
        downloaded = Path(
            mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="all", dst_path=folder)
        )
        contents = {path.name: path.read_bytes().hex() for path in sorted(downloaded.iterdir())}
        image = Image.open(client.download_artifacts(run_id, "images/array.png", folder)).size
    uri = f"runs:/{run_id}/"
    return {
        "tree": sorted(tree()),
        "ofFile": [entry.path for entry in client.list_artifacts(run_id, "page.html")],
        "ofNothing": [entry.path for entry in client.list_artifacts(run_id, "nowhere")],
        "downloadedBytes": {name: len(content) // 2 for name, content in contents.items()},
        "bytesAreKept": contents["bytes.bin"] == (bytes(range(256)) * 4096).hex(),
        "text": mlflow.artifacts.load_text(uri + "page.html"),
        "dict": mlflow.artifacts.load_dict(uri + "dicts/data.json"),
        "image": list(image),
        "table": mlflow.load_table("table.json", run_ids=[run_id]).to_dict("list"),
    }


def nested(parent_id):
    children = []
    with mlflow.start_run(run_id=parent_id) as parent:
        for index in range(3):
            with mlflow.start_run(run_name=f"child {index}", nested=True) as child:
                mlflow.log_param("index", index)
                mlflow.log_metric("loss", index)
                children.append(child.info.run_id)
        assert mlflow.active_run().info.run_id == parent.info.run_id
    return children


def failing(client):
    try:
        with mlflow.start_run(run_name="failing") as active:
            raise RuntimeError("on purpose")
    except RuntimeError:
        return client.get_run(active.info.run_id).info.status


def search_frames(experiment_id):
    def names(**search):
        frame = mlflow.search_runs([experiment_id], **search)
        return list(frame["tags.mlflow.runName"]) if len(frame) else []

    whole = mlflow.search_runs([experiment_id], filter_string="params.index = '1'")
    return {
        "columns": sorted(whole.columns),
        "loss": [float(value) for value in whole["metrics.loss"]],
        "byMetric": names(filter_string="metrics.loss >= 1", order_by=["metrics.loss DESC"]),
        "byName": names(filter_string="attributes.run_name LIKE 'child%'", order_by=["run_name"]),
        "byStatus": names(filter_string="status = 'FAILED'"),
        "byDataset": names(filter_string="dataset.context = 'train' AND dataset.name = 'iris'"),
        "byTag": names(filter_string="tags.`größe` LIKE '日本%'"),
        "none": names(filter_string="params.index = 'nothing'"),
        "byExperimentName": len(
            mlflow.search_runs(experiment_names=[mlflow.get_experiment(experiment_id).name])
        ),
    }


def search_pages(client, experiment_id):
    names, token, pages = [], None, 0
    while True:
        page = client.search_runs(
            [experiment_id], order_by=["attributes.run_name ASC"], max_results=2, page_token=token
        )
        names += [entry.info.run_name for entry in page]
        pages += 1
        token = page.token
        if not token:
            return {"names": names, "pages": pages}


def long_history(client, run_id):
    for start in range(0, 2500, 1000):
        steps = range(start, min(start + 1000, 2500))
        client.log_batch(run_id, [Metric("long", step / 7, step, step) for step in steps])
    history = client.get_metric_history(run_id, "long")
    return {
        "count": len(history),
        "exact": all(each.value == each.step / 7 == each.timestamp / 7 for each in history),
    }


def asynchronous():
    with mlflow.start_run(run_name="asynchronous") as active:
        for step in range(50):
            mlflow.log_metric("m", step, step=step, synchronous=False)
        mlflow.log_params({f"p{index}": index for index in range(20)}, synchronous=False)
        mlflow.set_tag("t", "1", synchronous=False)
        mlflow.flush_async_logging()
    data = mlflow.get_run(active.info.run_id).data
    points = MlflowClient().get_metric_history(active.info.run_id, "m")
    return {
        "params": len(data.params),
        "steps": sorted(each.step for each in points) == list(range(50)),
        "tag": data.tags["t"],
    }


def threads(client):
    run_id = client.create_run(mlflow.get_experiment_by_name("Default").experiment_id).info.run_id

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


def lifecycle(client, name):
    experiment_id = client.create_experiment(f"{name}, second", tags={"a": "1"})
    run_id = client.create_run(experiment_id, run_name="second").info.run_id
    stages = []

    def note():
        stages.append(
            [
                client.get_experiment(experiment_id).lifecycle_stage,
                client.get_run(run_id).info.lifecycle_stage,
                len(client.search_runs([experiment_id])),
            ]
        )

    client.delete_run(run_id)
    note()
    client.restore_run(run_id)
    note()
    client.delete_experiment(experiment_id)
    note()
    client.restore_experiment(experiment_id)
    note()
    client.rename_experiment(experiment_id, f"{name}, renamed")
    client.set_experiment_tag(experiment_id, "b", "2")
    client.update_run(run_id, name="renamed", status="KILLED")
    renamed = client.get_run(run_id)
    found = client.search_experiments(filter_string=f"name = '{name}, renamed' AND tags.b = '2'")
    return {
        "stages": stages,
        "run": [renamed.info.run_name, renamed.data.tags["mlflow.runName"], renamed.info.status],
        "found": [dict(each.tags) for each in found],
    }


def errors(client, run_id):
    def code(call):
        try:
            call()
            return None
        except MlflowException as error:
            return error.error_code
        except OSError as error:
            return type(error).__name__

    return {
        "changedParam": code(lambda: client.log_param(run_id, "lr", "other")),
        "unknownRun": code(lambda: client.get_run("0" * 32)),
        "unknownExperiment": code(lambda: client.get_experiment("987654321")),
        "takenName": code(lambda: client.create_experiment("Default")),
        "absentTag": code(lambda: client.delete_tag(run_id, "never")),
        "badFilter": code(lambda: client.search_runs(["0"], "loss >")),
        "absentArtifact": code(lambda: client.download_artifacts(run_id, "nowhere/at/all.txt")) is not None,
        "noExperiment": client.get_experiment_by_name("nowhere") is None,
    }


def model(client):
    fitted = LogisticRegression(C=0.5).fit(FEATURES, LABELS)
    with mlflow.start_run(run_name="model") as active:
        place = {"name": "classifier"} if canonical.has_logged_models() else {"artifact_path": "classifier"}
        logged = mlflow.sklearn.log_model(
            fitted, **place, pip_requirements=["scikit-learn"], input_example=FEATURES[:1]
        )
        if canonical.has_logged_models():
            data = mlflow.data.from_numpy(FEATURES, name="few")
            mlflow.log_metric("acc", 1.0, step=2, model_id=logged.model_id, dataset=data)
            mlflow.log_metrics({"loss": 0.5}, step=3, model_id=logged.model_id)
    loaded = mlflow.sklearn.load_model(logged.model_uri)
    by_run = mlflow.sklearn.load_model(f"runs:/{active.info.run_id}/classifier")
    result = {
        "samePredictions": bool(
            (loaded.predict_proba(FEATURES) == fitted.predict_proba(FEATURES)).all()
            and (by_run.predict(FEATURES) == fitted.predict(FEATURES)).all()
        ),
        "runId": active.info.run_id,
        "history": "mlflow.log-model.history" in client.get_run(active.info.run_id).data.tags,
    }
    if canonical.has_logged_models():
        client.set_logged_model_tags(logged.model_id, {"stage": "prod ü"})
        found = mlflow.search_logged_models(
            experiment_ids=[active.info.experiment_id],
            filter_string="metrics.acc >= 1 AND tags.stage LIKE 'prod%'",
            output_format="list",
        )
        result["found"] = [each.name for each in found]
        result["modelMetrics"] = sorted(
            [each.key, each.step, each.dataset_name] for each in found[0].metrics
        )
        result["modelId"] = logged.model_id
    return result


def traced():
    """A script that traces must go on where the server keeps no traces."""

    @mlflow.trace
    def double(number):
        with mlflow.start_span("inner") as span:
            span.set_inputs({"number": number})
            return 2 * number

    answer = double(21)
    if hasattr(mlflow, "flush_trace_async_logging"):
        mlflow.flush_trace_async_logging()
    return answer


def autolog(client):
    mlflow.sklearn.autolog(log_models=False, silent=True)
    try:
        with mlflow.start_run(run_name="autolog") as active:
            LogisticRegression(C=0.25).fit(FEATURES, LABELS)
    finally:
        mlflow.sklearn.autolog(disable=True)
    run = client.get_run(active.info.run_id)
    return {
        "params": run.data.params.get("C"),
        "metrics": sorted(run.data.metrics),
        "tag": run.data.tags.get("estimator_name"),
        "datasets": len(run.inputs.dataset_inputs),
        "artifacts": sorted(entry.path for entry in client.list_artifacts(active.info.run_id)),
    }
