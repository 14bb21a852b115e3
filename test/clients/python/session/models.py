import mlflow
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from versions import HAS_LOGGED_MODELS

from .data import FEATURES, LABELS


def place(name):
    return {"name": name} if HAS_LOGGED_MODELS else {"artifact_path": name}


def sklearn(session):
    """A fitted estimator: logged, loaded by the model and by the run, and found again."""
    fitted = LogisticRegression(C=0.5).fit(FEATURES, LABELS)
    with mlflow.start_run(run_name="model") as active:
        logged = mlflow.sklearn.log_model(
            fitted, **place("classifier"), pip_requirements=["scikit-learn"], input_example=FEATURES[:1]
        )
        if HAS_LOGGED_MODELS:
            data = mlflow.data.from_numpy(FEATURES, name="few")
            mlflow.log_metric("acc", 1.0, step=2, model_id=logged.model_id, dataset=data)
            mlflow.log_metrics({"loss": 0.5}, step=3, model_id=logged.model_id)
    session.model_uri = logged.model_uri
    loaded = mlflow.sklearn.load_model(logged.model_uri)
    by_run = mlflow.sklearn.load_model(f"runs:/{active.info.run_id}/classifier")
    result = {
        "samePredictions": bool(
            (loaded.predict_proba(FEATURES) == fitted.predict_proba(FEATURES)).all()
            and (by_run.predict(FEATURES) == fitted.predict(FEATURES)).all()
        ),
        "runId": active.info.run_id,
        "history": "mlflow.log-model.history" in session.client.get_run(active.info.run_id).data.tags,
    }
    if HAS_LOGGED_MODELS:
        session.client.set_logged_model_tags(logged.model_id, {"stage": "prod ü"})
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


class Doubling(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        with open(context.artifacts["factor"], encoding="utf-8") as file:
            return model_input["x"] * int(file.read())


def pyfunc(session):
    """A model of Python code with an artifact of its own, which it takes from another run."""
    with mlflow.start_run(run_name="pyfunc"):
        mlflow.log_text("2", "factor.txt")
        factor = mlflow.get_artifact_uri("factor.txt")
        logged = mlflow.pyfunc.log_model(
            **place("doubling"),
            python_model=Doubling(),
            artifacts={"factor": factor},
            pip_requirements=["mlflow"],
        )
    loaded = mlflow.pyfunc.load_model(logged.model_uri)
    return [int(value) for value in loaded.predict(pd.DataFrame({"x": [1, 21]}))]


def evaluation(session):
    """MLflow's evaluator logs metrics, tables and pictures of a classifier."""
    data = pd.DataFrame(FEATURES)
    data["label"] = LABELS
    with mlflow.start_run(run_name="evaluation") as active:
        evaluated = mlflow.evaluate(
            session.model_uri,
            data,
            targets="label",
            model_type="classifier",
            evaluators="default",
            evaluator_config={"log_model_explainability": False},
        )
    run = session.client.get_run(active.info.run_id)
    accuracy = [value for key, value in run.data.metrics.items() if key.startswith("accuracy_score")]
    return {
        "accuracy": accuracy,
        "same": all(
            np.isclose(value, evaluated.metrics[key])
            for key, value in run.data.metrics.items()
            if key in evaluated.metrics
        ),
        "pictures": any(
            "confusion_matrix" in entry.path for entry in session.client.list_artifacts(active.info.run_id)
        ),
    }


def autolog(session):
    mlflow.sklearn.autolog(log_models=False, silent=True)
    try:
        with mlflow.start_run(run_name="autolog") as active:
            LogisticRegression(C=0.25).fit(FEATURES, LABELS)
        with mlflow.start_run(run_name="autolog search") as search:
            GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2).fit(FEATURES, LABELS)
    finally:
        mlflow.sklearn.autolog(disable=True)
    client = session.client
    run = client.get_run(active.info.run_id)
    children = client.search_runs(
        [session.experiment_id], f"tags.mlflow.parentRunId = '{search.info.run_id}'"
    )
    return {
        "params": run.data.params.get("C"),
        "metrics": sorted(run.data.metrics),
        "tag": run.data.tags.get("estimator_name"),
        "datasets": len(run.inputs.dataset_inputs) if hasattr(run, "inputs") else 0,
        "artifacts": sorted(entry.path for entry in client.list_artifacts(active.info.run_id)),
        "children": sorted(child.data.params["C"] for child in children),
        "best": "best_C" in client.get_run(search.info.run_id).data.params,
    }
