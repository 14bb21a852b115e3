"""Which of MLflow's public functions a session has called, so that it can say which it left out."""

import functools
import inspect
import re

import mlflow
from mlflow import MlflowClient

# What is no part of tracking, or is not served: each family with what belongs to it.
ELSEWHERE = re.compile(
    "|".join(
        [
            # The model registry and the prompts and skills in it.
            "registered_model|model_version|registry_uri|register_model|latest_versions|prompt|skill",
            # Traces, and what is attached to them.
            "trace|span|assessment|feedback|expectation|log_issue|^context$",
            # Databricks, workspaces, webhooks, gateways, MCP servers and evaluation datasets.
            "login|workspace|webhook|gateway|mcp|dataset|search_sessions|checkpoint",
            # Nothing that reaches a server.
            "^doctor$|^test$|validate_evaluation_results|system_metrics_node_id|^autolog$|tracking_uri",
            # Libraries that the environment does not have.
            "catboost|fastai|gluon|h2o|keras|lightgbm|mleap|onnx|pytorch|spacy|spark|statsmodels|tensorflow|xgboost"
            "|shap|paddle|prophet|pmdarima|diviner|transformers|langchain|llm|openai",
        ]
    )
)


class Calls:
    """While it is entered, counts the calls of `mlflow.*` and of the methods of `MlflowClient`."""

    def __init__(self):
        self.called = set()
        self.originals = []

    def __enter__(self):
        for owner, label in ((mlflow, "mlflow"), (MlflowClient, "MlflowClient")):
            for name in public_names(owner):
                original = inspect.getattr_static(owner, name)
                self.originals.append((owner, name, original))
                setattr(owner, name, self.recording(f"{label}.{name}", original))
        return self

    def recording(self, label, original):
        @functools.wraps(original)
        def call(*args, **kwargs):
            self.called.add(label)
            return original(*args, **kwargs)

        return call

    def __exit__(self, *_):
        for owner, name, original in self.originals:
            setattr(owner, name, original)

    def missing(self):
        """The functions that belong to tracking and were not called."""
        names = [f"mlflow.{name}" for name in public_names(mlflow)]
        names += [f"MlflowClient.{name}" for name in public_names(MlflowClient)]
        return sorted(
            name
            for name in names
            if name not in self.called and not ELSEWHERE.search(name.partition(".")[2])
        )


def public_names(owner):
    names = owner.__all__ if inspect.ismodule(owner) else vars(owner)
    return [
        name
        for name in names
        if not name.startswith("_") and inspect.isfunction(inspect.getattr_static(owner, name, None))
    ]
