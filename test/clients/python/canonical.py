"""A store as plain JSON: floats by their bits, integers as text, everything in a fixed order."""

import struct

from mlflow.entities import ViewType
from versions import HAS_LOGGED_MODELS

EVERYTHING = 1000


def bits(value):
    """The IEEE 754 bits as hex; every NaN is the same."""
    return "nan" if value != value else struct.pack(">d", value).hex()


def integer(value):
    return None if value is None else str(value)


def point(metric):
    return [bits(metric.value), integer(metric.timestamp), integer(metric.step)]


def dataset_input(entry):
    dataset = entry.dataset
    return {
        "name": dataset.name,
        "digest": dataset.digest,
        "sourceType": dataset.source_type,
        "source": dataset.source,
        "schema": dataset.schema or None,
        "profile": dataset.profile or None,
        "tags": {tag.key: tag.value for tag in entry.tags},
    }


def run(client, run_id):
    got = client.get_run(run_id)
    info = got.info
    inputs = getattr(got, "inputs", None)
    outputs = getattr(got, "outputs", None)
    return {
        "runId": info.run_id,
        "runName": info.run_name,
        "experimentId": info.experiment_id,
        "status": info.status,
        "startTime": integer(info.start_time),
        "endTime": integer(info.end_time),
        "artifactUri": info.artifact_uri,
        "lifecycleStage": info.lifecycle_stage,
        "params": dict(got.data.params),
        "tags": dict(got.data.tags),
        "metrics": {metric.key: point(metric) for metric in got.data._metric_objs},
        "histories": {
            key: [point(metric) for metric in client.get_metric_history(run_id, key)]
            for key in got.data.metrics
        },
        "datasets": sorted(
            (dataset_input(entry) for entry in (inputs.dataset_inputs if inputs else [])),
            key=lambda entry: (entry["name"], entry["digest"]),
        ),
        "modelInputs": sorted(
            entry.model_id for entry in (getattr(inputs, "model_inputs", None) or [])
        ),
        "modelOutputs": sorted(
            [entry.model_id, integer(entry.step)]
            for entry in (getattr(outputs, "model_outputs", None) or [])
        ),
    }


def experiment(entry):
    return {
        "experimentId": entry.experiment_id,
        "name": entry.name,
        "artifactLocation": entry.artifact_location,
        "lifecycleStage": entry.lifecycle_stage,
        "creationTime": integer(entry.creation_time),
        "lastUpdateTime": integer(entry.last_update_time),
        "tags": dict(entry.tags),
    }


def logged_model(model):
    return {
        "modelId": model.model_id,
        "experimentId": model.experiment_id,
        "name": model.name,
        "artifactUri": model.artifact_location,
        "status": "LOGGED_MODEL_" + str(model.status.value),
        "modelType": model.model_type or None,
        "sourceRunId": model.source_run_id or None,
        "creation": integer(model.creation_timestamp),
        "lastUpdated": integer(model.last_updated_timestamp),
        "params": dict(model.params),
        "tags": dict(model.tags),
        "metrics": sorted(
            [metric.key, *point(metric), metric.run_id] for metric in (model.metrics or [])
        ),
    }


def store(client):
    experiments = client.search_experiments(view_type=ViewType.ALL, max_results=EVERYTHING)
    ids = [entry.experiment_id for entry in experiments]
    runs = client.search_runs(ids, run_view_type=ViewType.ALL, max_results=EVERYTHING)
    models = (
        client.search_logged_models(ids, max_results=EVERYTHING) if HAS_LOGGED_MODELS else []
    )
    return {
        "experiments": {entry.experiment_id: experiment(entry) for entry in experiments},
        "runs": {entry.info.run_id: run(client, entry.info.run_id) for entry in runs},
        "models": {entry.model_id: logged_model(entry) for entry in models},
    }
