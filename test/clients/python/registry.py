"""What goes beyond tracking, through whatever server the URI names: the model registry and traces."""

import contextlib
import os

import mlflow
from mlflow import MlflowClient


def use_registry(uri, token, traces):
    """Makes a model with a version, an alias and a tag, and a trace if asked to; fails when a step does."""
    with asking(uri, token):
        client = MlflowClient(uri)
        experiment_id = client.create_experiment("passed on")
        run = client.create_run(experiment_id)
        client.create_registered_model("model é", tags={"stage": "new"}, description="a, b & c")
        source = f"{run.info.artifact_uri}/model"
        version = client.create_model_version("model é", source, run.info.run_id)
        client.set_registered_model_alias("model é", "best", version.version)
        client.delete_registered_model_tag("model é", "stage")
        if traces:
            mlflow.set_experiment(experiment_id=experiment_id)
            with mlflow.start_span("outer") as span:
                span.set_inputs({"question": "ü"})
                with mlflow.start_span("inner"):
                    pass
            mlflow.flush_trace_async_logging()
        try:
            client.get_registered_model("unknown")
            return "an unknown model was found"
        except mlflow.exceptions.MlflowException as error:
            return error.error_code


def read_registry(uri, token):
    with asking(uri, token):
        client = MlflowClient(uri)
        experiment = client.get_experiment_by_name("passed on")
        model = client.get_registered_model("model é")
        best = client.get_model_version_by_alias("model é", "best")
        traces = client.search_traces([experiment.experiment_id])
        return {
            "models": [found.name for found in client.search_registered_models("name LIKE 'model%'")],
            "description": model.description,
            "tags": model.tags,
            "version": [best.version, best.run_id, best.source],
            "traces": [[span.name for span in trace.data.spans] for trace in traces],
        }


@contextlib.contextmanager
def asking(uri, token):
    before = mlflow.get_tracking_uri()
    if token:
        os.environ["MLFLOW_TRACKING_TOKEN"] = token
    mlflow.set_tracking_uri(uri)
    try:
        yield
    finally:
        os.environ.pop("MLFLOW_TRACKING_TOKEN", None)
        mlflow.set_tracking_uri(before)
