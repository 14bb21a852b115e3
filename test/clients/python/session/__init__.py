"""A normal session of training scripts against a tracking server, with everything that MLflow's client has for it."""

import os

import mlflow
from mlflow import MlflowClient

from . import (
    artifacts,
    command_line,
    experiments,
    logged_models,
    metrics,
    models,
    projects,
    refused,
    runs,
    searches,
)
from .calls import Calls

# What is done, in this order. `test/clients/topics.ts` says what each is and which MLflow is too old for it. Every function
# takes the session and returns what it read back.
TOPICS = {
    "runs": runs.fluent,
    "nested": runs.nested,
    "failing": runs.failing,
    "resumed": runs.resumed,
    "ofClient": runs.of_client,
    "artifacts": artifacts.files,
    "datasets": runs.datasets,
    "tables": artifacts.tables,
    "images": artifacts.images,
    "frame": searches.frames,
    "pages": searches.pages,
    "longHistory": metrics.long_history,
    "largeBatch": metrics.large_batch,
    "asynchronous": metrics.asynchronous,
    "systemMetrics": metrics.of_system,
    "threads": metrics.threads,
    "lifecycle": experiments.lifecycle,
    "errors": refused.errors,
    "model": models.sklearn,
    "pyfunc": models.pyfunc,
    "evaluation": models.evaluation,
    "autolog": models.autolog,
    "loggedModels": logged_models.logged_models,
    "project": projects.project,
    "commandLine": command_line.command_line,
    "registry": refused.registry,
    "traces": refused.traces,
}


class Session:
    """What the topics share."""

    def __init__(self, name):
        self.name = name
        self.client = MlflowClient()
        self.experiment_id = mlflow.set_experiment(name).experiment_id
        self.run_id = None
        self.model_uri = None


def run(uri, token, name, topics):
    """Returns what the client read back, by topic, and what of its functions was not called."""
    os.environ["MLFLOW_TRACKING_TOKEN"] = token
    mlflow.set_tracking_uri(uri)
    with Calls() as calls:
        session = Session(name)
        answers = {topic: TOPICS[topic](session) for topic in topics}
    return {
        "answers": answers,
        "uncalled": calls.missing(),
        "experimentId": session.experiment_id,
        "runId": session.run_id,
    }
