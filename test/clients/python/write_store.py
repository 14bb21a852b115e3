"""Writes a store with everything that is hard to keep: the counterpart of `writeStore.ts`."""

import struct

from mlflow.entities import Metric, Param, RunTag
from versions import HAS_DATASETS, HAS_LOGGED_MODELS

BEYOND = 2**53 + 1


def double(bits):
    return float("nan") if bits == "nan" else struct.unpack(">d", bytes.fromhex(bits))[0]


def dataset(name, digest, context):
    from mlflow.entities import Dataset, DatasetInput, InputTag

    return DatasetInput(
        Dataset(name, digest, "local", '{"uri": "größe.csv"}', schema="{}", profile='{"rows": 3}'),
        [InputTag("mlflow.data.context", context)],
    )


def write(client, texts, doubles, points):
    """The values come from `hardValues.ts`: texts as they are, doubles by their bits, integers as text."""
    experiment_id = client.create_experiment(
        "its “hard” / 🎲: 1", tags={"mlflow.note.content": "a\nb", "größe/x": ""}
    )
    run_id = client.create_run(experiment_id, start_time=BEYOND, run_name="läuft / 1").info.run_id
    for key, value in texts.items():
        client.log_param(run_id, key, value)
        client.set_tag(run_id, key, value)
    for key, bits in doubles.items():
        client.log_metric(run_id, key, double(bits), timestamp=1700000000000, step=0)
    client.log_batch(
        run_id,
        metrics=[Metric("points", double(bits), int(time), int(step)) for bits, time, step in points],
        params=[Param("batch", "1")],
        tags=[RunTag("batch", "1")],
    )
    if HAS_DATASETS:
        client.log_inputs(run_id, [dataset("iris / ü", "d1", "train"), dataset("iris / ü", "d2", "eval")])
    client.set_terminated(run_id, "FINISHED", end_time=BEYOND + 4)

    for index, status in enumerate(["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]):
        child = client.create_run(
            experiment_id,
            start_time=1700000000000 + index,
            tags={"mlflow.parentRunId": run_id, "mlflow.user": "ada"},
        )
        child_id = child.info.run_id
        client.log_metric(child_id, "loss", index / 3, timestamp=index, step=index)
        client.log_metric(child_id, "points", float(index), timestamp=index, step=-index)
        client.log_param(child_id, "lr", f"{index}e-3")
        client.update_run(child_id, status=status)
        if index == 3:
            client.update_run(child_id, name="renamed ü")
        if index == 4:
            client.delete_run(child_id)

    renamed = client.create_experiment("before")
    client.set_experiment_tag(renamed, "kept", "1")
    client.rename_experiment(renamed, "after: yes")
    client.set_experiment_tag(renamed, "kept", "2")
    gone = client.create_experiment("gone")
    client.create_run(gone, start_time=5)
    client.delete_experiment(gone)
    elsewhere = client.create_experiment("elsewhere", artifact_location="s3://bucket/some/where")
    client.create_run(elsewhere, start_time=7)

    if HAS_LOGGED_MODELS:
        write_logged_model(client, experiment_id, run_id)
    return {"experimentId": experiment_id, "runId": run_id}


def write_logged_model(client, experiment_id, run_id):
    from mlflow.entities import LoggedModelInput, LoggedModelOutput

    model = client.create_logged_model(
        experiment_id,
        name="größer",
        source_run_id=run_id,
        model_type="tree",
        params={"depth/x": "3"},
        tags={"stage": "dev ü"},
    )
    client.log_metric(
        run_id, "acc", 0.1 + 0.2, timestamp=BEYOND, step=BEYOND, model_id=model.model_id
    )
    client.finalize_logged_model(model.model_id, "READY")
    client.log_outputs(run_id, [LoggedModelOutput(model.model_id, 3)])
    user = client.create_run(experiment_id, start_time=9)
    client.log_inputs(user.info.run_id, models=[LoggedModelInput(model.model_id)])
